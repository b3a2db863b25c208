#!/usr/bin/env bash
# From a new key to one that has rotated, with nothing but curl and the first credentials.
# Usage: examples/rotation.sh [CREDENTIALS.json]
set -euo pipefail

credentials=${1:-keyturn-data/bootstrap-credentials.json}
[ -r "$credentials" ] || { echo "cannot read $credentials: is the server running?" >&2; exit 1; }

# The value of a text or number member of the JSON on standard input.
member() { sed -nE 's/.*"'"$1"'" *: *"?([^",}]*)"?.*/\1/p' | head -n 1; }
credential() { member "$1" <"$credentials"; }

endpoint=$(credential endpoint)
project=$(credential project_id)

# The password goes through a pipe: arguments can be read by others on the machine.
sign_in() {
  printf '{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"%s","password":"%s","domain":{"name":"%s"}}}},"scope":{"project":{"id":"%s"}}}}' \
    "$(credential user_name)" "$(credential password)" "$(credential domain_name)" "$project" |
    curl -sS -f -o /dev/null -D - -H 'Content-Type: application/json' --data-binary @- \
      "$endpoint/v3/auth/tokens?nocatalog=true" |
    tr -d '\r' | sed -n 's/^X-Subject-Token: //p'
}
token=$(sign_in)
[ -n "$token" ] || { echo "signing in failed" >&2; exit 1; }

# Calls an operation of the KMS API with a JSON body; the token goes through a file descriptor.
kms() {
  curl -sS --fail-with-body -H @<(printf 'X-Auth-Token: %s\n' "$token") \
    -H 'Content-Type: application/json' --data-binary "$2" "$endpoint/v1.0/$project/kms/$1"
}

echo "1. Create a key"
key=$(kms create-key "{\"key_alias\":\"example-$(date +%s)-$$\"}" | member key_id)
echo "   key_id $key"

echo "2. Encrypt with it"
cipher=$(kms encrypt-data "{\"key_id\":\"$key\",\"plain_text\":\"kept before the rotation\"}" | member cipher_text)
echo "   cipher_text ${cipher:0:48}…"

echo "3. Let it rotate by itself, every 30 days"
kms enable-key-rotation "{\"key_id\":\"$key\"}" >/dev/null
kms update-key-rotation-interval "{\"key_id\":\"$key\",\"rotation_interval\":30}" >/dev/null

echo "4. Rotate it now"
kms rotate-on-demand "{\"key_id\":\"$key\"}" >/dev/null

echo "5. Decrypt what was encrypted before"
echo "   $(kms decrypt-data "{\"cipher_text\":\"$cipher\"}" | member plain_text)"

echo "6. Ask for the rotation status"
status=$(kms get-key-rotation-status "{\"key_id\":\"$key\"}")
echo "   $status"

[ "$(member number_of_rotations <<<"$status")" = 1 ] || { echo "expected one rotation" >&2; exit 1; }
[[ "$(member last_rotation_time <<<"$status")" =~ ^[0-9]{13}$ ]] || { echo "expected a time" >&2; exit 1; }
echo "The key has rotated, and what it encrypted before still opens."
