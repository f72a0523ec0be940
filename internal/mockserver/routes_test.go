package mockserver_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// excluded are the operations of the contract that the provider does not cover and the mock does
// not answer, with the reason.
var excluded = map[string]string{
	"AddScim":    "SCIM has no read, so nothing can be declared of it",
	"RemoveScim": "SCIM has no read, so nothing can be declared of it",

	"ListLogs":     "identity logs are what happened, not what is to be",
	"ListUserLogs": "identity logs are what happened, not what is to be",

	"AcceptCellAttachment": "cell management is between domains, refuses personal access tokens, and is a procedure of steps",
	"DetachParentCell":     "as AcceptCellAttachment",
	"GetCellParentStatus":  "as AcceptCellAttachment",
	"RefuseCellAttachment": "as AcceptCellAttachment",
	"RemovePrimaryDomain":  "as AcceptCellAttachment",
	"RotateAttachingKey":   "as AcceptCellAttachment",
	"RotateDomainKeys":     "as AcceptCellAttachment",
	"SetAttachingKey":      "as AcceptCellAttachment",
	"SetParentCell":        "as AcceptCellAttachment",
	"SetPrimaryDomain":     "as AcceptCellAttachment",
}

var pathParameter = regexp.MustCompile(`\{[^}]+\}`)

// TestRoutes calls every operation of the contract, and expects an answer of the mock's: whatever it
// says, it knows the operation.
func TestRoutes(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("identity-openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(content, &contract); err != nil {
		t.Fatal(err)
	}
	d := newDomain(t, mockserver.Options{})
	called := map[string]bool{}
	for path, item := range contract.Paths {
		for method, operation := range item {
			id := operation.OperationID
			called[id] = true
			r := request{method: strings.ToUpper(method), path: "/identity" + pathParameter.ReplaceAllString(path, "none-of-them")}
			if r.method == http.MethodPost || r.method == http.MethodPut {
				r.body = "{}"
			}
			d.ResetRequests()
			answered := d.do(r).status != http.StatusNotImplemented
			if d.Counts()[id] != 1 {
				t.Errorf("%s %s is not %s, but %v", r.method, r.path, id, d.Counts())
			}
			switch {
			case !answered && excluded[id] == "":
				t.Errorf("%s has no route: add it to the mock", id)
			case answered && excluded[id] != "":
				t.Errorf("%s has a route: remove it from excluded", id)
			}
		}
	}
	for id := range excluded {
		if !called[id] {
			t.Errorf("the contract has no operation %s", id)
		}
	}
}
