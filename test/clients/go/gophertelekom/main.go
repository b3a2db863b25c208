// Walks through the API with gophertelekomcloud, with a token and with a signature, and prints a
// JSON line for each call.
package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	golangsdk "github.com/opentelekomcloud/gophertelekomcloud"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/kms/v1/grants"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/kms/v1/keys"
)

var failed = false

// report prints what came of a call; wrong is nil when all was as it should be.
func report(operation string, wrong error) {
	line := map[string]any{"operation": operation, "passed": wrong == nil}
	if wrong != nil {
		line["detail"] = wrong.Error()
		failed = true
	}
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

// expect is an error unless both are the same.
func expect(err error, got any, want any) error {
	if err == nil && got != want {
		return fmt.Errorf("got %v, not %v", got, want)
	}
	return err
}

// refused is an error unless the call was refused with this status.
func refused(err error, status int) error {
	var unexpected golangsdk.ErrUnexpectedResponseCode
	if errors.As(err, &unexpected) && unexpected.Actual == status {
		return nil
	}
	var badRequest golangsdk.ErrDefault400
	if errors.As(err, &badRequest) && status == 400 {
		return nil
	}
	var notFound golangsdk.ErrDefault404
	if errors.As(err, &notFound) && status == 404 {
		return nil
	}
	return fmt.Errorf("expected a refusal with %d, got %v", status, err)
}

func main() {
	for _, signIn := range []func() (*golangsdk.ServiceClient, error){byPassword, bySignature} {
		client, err := signIn()
		report("CreateToken", err)
		if err != nil {
			continue
		}
		walkKeys(client)
		walkDataKeys(client)
		walkGrants(client)
	}
	if failed {
		os.Exit(1)
	}
}

func byPassword() (*golangsdk.ServiceClient, error) {
	return open(golangsdk.AuthOptions{
		IdentityEndpoint: os.Getenv("KEYTURN_URL") + "/v3",
		Username:         os.Getenv("KEYTURN_USER"),
		Password:         os.Getenv("KEYTURN_PASSWORD"),
		DomainID:         os.Getenv("KEYTURN_DOMAIN_ID"),
		TenantID:         os.Getenv("KEYTURN_PROJECT_ID"),
	})
}

func bySignature() (*golangsdk.ServiceClient, error) {
	return open(golangsdk.AKSKAuthOptions{
		IdentityEndpoint: os.Getenv("KEYTURN_URL") + "/v3",
		AccessKey:        os.Getenv("KEYTURN_AK"),
		SecretKey:        os.Getenv("KEYTURN_SK"),
		ProjectId:        os.Getenv("KEYTURN_PROJECT_ID"),
		Region:           os.Getenv("KEYTURN_REGION"),
	})
}

func open(options golangsdk.AuthOptionsProvider) (*golangsdk.ServiceClient, error) {
	provider, err := openstack.AuthenticatedClient(options)
	if err != nil {
		return nil, err
	}
	return openstack.NewKMSV1(provider, golangsdk.EndpointOpts{Region: os.Getenv("KEYTURN_REGION")})
}

func name(what string) string {
	suffix := make([]byte, 4)
	_, _ = rand.Read(suffix)
	return what + "-" + hex.EncodeToString(suffix)
}

func newKey(client *golangsdk.ServiceClient, what string) string {
	key, err := keys.Create(client, keys.CreateOpts{KeyAlias: name(what)}).ExtractKeyInfo()
	report("CreateKey", err)
	if err != nil {
		return ""
	}
	return key.KeyID
}

func walkKeys(client *golangsdk.ServiceClient) {
	id := newKey(client, "gopher")
	key, err := keys.Get(client, id).ExtractKeyInfo()
	if err == nil {
		err = expect(nil, key.KeyState, "2")
	}
	report("ListKeyDetail", err)
	_, err = keys.Get(client, "00000000-0000-4000-8000-000000000000").ExtractKeyInfo()
	report("ListKeyDetail", refused(err, 404))

	alias := name("renamed")
	key, err = keys.UpdateAlias(client, keys.UpdateAliasOpts{KeyID: id, KeyAlias: alias}).ExtractKeyInfo()
	if err == nil {
		err = expect(nil, key.KeyAlias, alias)
	}
	report("UpdateKeyAlias", err)
	description := keys.UpdateDesOpts{KeyID: id, KeyDescription: "by gopher"}
	_, err = keys.UpdateDes(client, description).ExtractKeyInfo()
	report("UpdateKeyDescription", err)

	key, err = keys.DisableKey(client, id).ExtractKeyInfo()
	if err == nil {
		err = expect(nil, key.KeyState, "3")
	}
	report("DisableKey", err)
	key, err = keys.EnableKey(client, id).ExtractKeyInfo()
	if err == nil {
		err = expect(nil, key.KeyState, "2")
	}
	report("EnableKey", err)

	list, err := keys.List(client, keys.ListOpts{Limit: "2"}).ExtractListKey()
	if err == nil && len(list.KeyDetails) == 0 {
		err = errors.New("an empty list")
	}
	report("ListKeys", err)
	walkRotation(client, id)

	_, err = keys.Delete(client, keys.DeleteOpts{KeyID: id, PendingDays: "7"}).Extract()
	report("DeleteKey", err)
	_, err = keys.CancelDelete(client, keys.CancelDeleteOpts{KeyID: id}).Extract()
	report("CancelKeyDeletion", err)
}

func walkRotation(client *golangsdk.ServiceClient, id string) {
	of := keys.RotationOpts{KeyID: id}
	report("EnableKeyRotation", keys.EnableKeyRotation(client, of).ExtractErr())
	report("EnableKeyRotation", refused(keys.EnableKeyRotation(client, of).ExtractErr(), 400))
	interval := keys.RotationOpts{KeyID: id, Interval: 90}
	report("UpdateKeyRotationInterval", keys.UpdateKeyRotationInterval(client, interval).ExtractErr())
	status, err := keys.GetKeyRotationStatus(client, of).ExtractResult()
	if err == nil {
		err = errors.Join(expect(nil, status.Enabled, true), expect(nil, status.Interval, 90))
	}
	report("ShowKeyRotationStatus", err)
	report("DisableKeyRotation", keys.DisableKeyRotation(client, of).ExtractErr())
}

func walkDataKeys(client *golangsdk.ServiceClient) {
	id := newKey(client, "gopher-data")
	of := keys.DataEncryptOpts{KeyID: id, DatakeyLength: "512"}
	made, err := keys.DataEncryptGet(client, of).ExtractDataKey()
	if err == nil {
		err = expect(nil, len(made.PlainText), 128)
	}
	report("CreateDatakey", err)
	_, err = keys.DataEncryptGetWithoutPlaintext(client, of).ExtractDataKey()
	report("CreateDatakeyWithoutPlaintext", err)

	plain := make([]byte, 64)
	_, _ = rand.Read(plain)
	digest := sha256.Sum256(plain)
	wrap := keys.EncryptDEKOpts{
		KeyID:              id,
		DataKeyPlainLength: "64",
		PlainText:          hex.EncodeToString(append(plain, digest[:]...)),
	}
	wrapped, err := keys.EncryptDEKGet(client, wrap).ExtractEncryptDEK()
	if err == nil {
		err = expect(nil, wrapped.DataKeyLength, "64")
	}
	report("EncryptDatakey", err)

	encrypted, err := keys.EncryptData(client, keys.EncryptDataOpts{KeyID: id, PlainText: "gopher"})
	report("EncryptData", err)
	if err != nil {
		return
	}
	opened, err := keys.DecryptData(client, keys.DecryptDataOpts{CipherText: encrypted.CipherText})
	if err == nil {
		err = expect(nil, opened.PlainText, "gopher")
	}
	report("DecryptData", err)
}

func walkGrants(client *golangsdk.ServiceClient) {
	id := newKey(client, "gopher-grants")
	grant, err := grants.Create(client, grants.CreateOpts{
		KeyID:            id,
		GranteePrincipal: os.Getenv("KEYTURN_USER_ID"),
		Operations:       []string{"describe-key", "encrypt-data"},
		Name:             "gopher",
	}).Extract()
	report("CreateGrant", err)
	if err != nil {
		return
	}
	list, err := grants.List(client, grants.ListOpts{KeyID: id}).Extract()
	if err == nil && (len(list.Grants) != 1 || list.Grants[0].GrantID != grant.GrantID) {
		err = fmt.Errorf("another list: %v", list)
	}
	report("ListGrants", err)
	of := grants.DeleteOpts{KeyID: id, GrantID: grant.GrantID}
	report("CancelGrant", grants.Delete(client, of).ExtractErr())
	report("CancelGrant", refused(grants.Delete(client, of).ExtractErr(), 400))
}
