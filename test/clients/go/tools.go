//go:build tools

// Package tools names the commands that the walks run, so that their versions are pinned with the rest.
package tools

import _ "github.com/getsops/sops/v3/cmd/sops"
