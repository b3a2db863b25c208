// Calls the official Go SDK as it is told: one JSON line in, one JSON line out. In: {"operation",
// "fields" (of path and query), "body"}. Out: {"response"} or {"error": {"status", "code",
// "message"}}, or {"missing": true} where this release has no such operation. Requests are the SDK's own structures.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	kms "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/kms/v2"
)

type order struct {
	Operation string                     `json:"operation"`
	Fields    map[string]json.RawMessage `json:"fields"`
	Body      json.RawMessage            `json:"body"`
}

type problem struct {
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type answer struct {
	Response any      `json:"response,omitempty"`
	Error    *problem `json:"error,omitempty"`
	Failure  string   `json:"failure,omitempty"`
	Missing  bool     `json:"missing,omitempty"`
}

func main() {
	client, err := newClient()
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<16), 1<<20)
	for lines.Scan() {
		text, err := json.Marshal(perform(client, lines.Bytes()))
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
}

func newClient() (*kms.KmsClient, error) {
	credentials, err := basic.NewCredentialsBuilder().
		WithAk(os.Getenv("KEYTURN_AK")).
		WithSk(os.Getenv("KEYTURN_SK")).
		WithProjectId(os.Getenv("KEYTURN_PROJECT_ID")).
		SafeBuild()
	if err != nil {
		return nil, err
	}
	client, err := kms.KmsClientBuilder().
		WithEndpoint(os.Getenv("KEYTURN_URL")).
		WithCredential(credentials).
		SafeBuild()
	if err != nil {
		return nil, err
	}
	return kms.NewKmsClient(client), nil
}

func perform(client *kms.KmsClient, line []byte) answer {
	var wanted order
	if err := json.Unmarshal(line, &wanted); err != nil {
		return answer{Failure: err.Error()}
	}
	method := reflect.ValueOf(client).MethodByName(wanted.Operation)
	if !method.IsValid() {
		return answer{Missing: true}
	}
	request := reflect.New(method.Type().In(0).Elem())
	if err := json.Unmarshal(wanted.members(), request.Interface()); err != nil {
		return answer{Failure: err.Error()}
	}
	results := method.Call([]reflect.Value{request})
	if failed, ok := results[1].Interface().(error); ok && failed != nil {
		return failure(failed)
	}
	return answer{Response: results[0].Interface()}
}

// members is the request as the SDK's structures have it: fields beside a body.
func (wanted order) members() []byte {
	members := map[string]json.RawMessage{}
	for name, value := range wanted.Fields {
		members[name] = value
	}
	if len(wanted.Body) > 0 && string(wanted.Body) != "null" {
		members["body"] = wanted.Body
	}
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return text
}

func failure(err error) answer {
	var refused *sdkerr.ServiceResponseError
	if errors.As(err, &refused) {
		return answer{Error: &problem{refused.StatusCode, refused.ErrorCode, refused.ErrorMessage}}
	}
	return answer{Failure: err.Error()}
}
