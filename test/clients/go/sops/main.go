// Encrypts and decrypts a file with the unmodified SOPS command and a key of Keyturn as its hckms
// key, and prints a JSON line for each call that SOPS makes. The region's address is given in the way
// of the vendor's SDK, in a variable.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	kms "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/kms/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/kms/v2/model"
)

const content = "database:\n    password: correct horse\n    port: 5432\n"

var failed = false

func report(operation string, wrong error) {
	line := map[string]any{"operation": operation, "passed": wrong == nil}
	if wrong != nil {
		line["detail"] = wrong.Error()
		failed = true
	}
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

func main() {
	folder, err := os.MkdirTemp("", "keyturn-sops-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	keyID, err := newKey()
	report("CreateKey", err)
	plain := filepath.Join(folder, "secrets.yaml")
	if err := os.WriteFile(plain, []byte(content), 0o600); err != nil {
		panic(err)
	}
	region := os.Getenv("KEYTURN_REGION")
	encrypted, err := sops(folder, "encrypt", "--hckms", region+":"+keyID, plain)
	if err == nil && (bytes.Contains(encrypted, []byte("correct horse")) || !bytes.Contains(encrypted, []byte(keyID))) {
		err = errors.New("the file is not encrypted with the key")
	}
	report("EncryptData", err)
	hidden := filepath.Join(folder, "secrets.enc.yaml")
	if err := os.WriteFile(hidden, encrypted, 0o600); err != nil {
		panic(err)
	}
	opened, err := sops(folder, "decrypt", hidden)
	if err == nil && string(opened) != content {
		err = fmt.Errorf("decrypted to something else")
	}
	report("DecryptData", err)
	if failed {
		os.Exit(1)
	}
}

// sops runs the command, which stands beside this program.
func sops(folder string, arguments ...string) ([]byte, error) {
	command := exec.Command(os.Getenv("KEYTURN_SOPS"), arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(),
		"HUAWEICLOUD_SDK_AK="+os.Getenv("KEYTURN_AK"),
		"HUAWEICLOUD_SDK_SK="+os.Getenv("KEYTURN_SK"),
		"HUAWEICLOUD_SDK_PROJECT_ID="+os.Getenv("KEYTURN_PROJECT_ID"),
		"HUAWEICLOUD_SDK_REGION_KMS_"+variableOf(os.Getenv("KEYTURN_REGION"))+"="+os.Getenv("KEYTURN_URL"),
	)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, complaints.String())
	}
	return output, nil
}

func variableOf(region string) string {
	return strings.ToUpper(strings.ReplaceAll(region, "-", "_"))
}

func newKey() (string, error) {
	credentials, err := basic.NewCredentialsBuilder().
		WithAk(os.Getenv("KEYTURN_AK")).
		WithSk(os.Getenv("KEYTURN_SK")).
		WithProjectId(os.Getenv("KEYTURN_PROJECT_ID")).
		SafeBuild()
	if err != nil {
		return "", err
	}
	client, err := kms.KmsClientBuilder().
		WithEndpoint(os.Getenv("KEYTURN_URL")).
		WithCredential(credentials).
		SafeBuild()
	if err != nil {
		return "", err
	}
	alias := fmt.Sprintf("sops-%d", os.Getpid())
	request := &model.CreateKeyRequest{Body: &model.CreateKeyRequestBody{KeyAlias: alias}}
	reply, err := kms.NewKmsClient(client).CreateKey(request)
	if err != nil {
		return "", err
	}
	return *reply.KeyInfo.KeyId, nil
}
