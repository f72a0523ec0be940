package mockserver_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// excluded are the operations of the contracts that the provider doesn't cover and the mock doesn't serve,
// with the reason.
var excluded = map[string]string{
	"identity.AddScim":    "SCIM has no read operation, so Terraform can't manage it",
	"identity.RemoveScim": "SCIM has no read operation, so Terraform can't manage it",

	"identity.ListLogs":     "identity logs are past events, not configuration",
	"identity.ListUserLogs": "identity logs are past events, not configuration",

	"identity.AcceptCellAttachment": "cell management concerns several domains, refuses personal access tokens, and is a procedure with several steps",
	"identity.DetachParentCell":     "see identity.AcceptCellAttachment",
	"identity.GetCellParentStatus":  "see identity.AcceptCellAttachment",
	"identity.RefuseCellAttachment": "as identity.AcceptCellAttachment",
	"identity.RemovePrimaryDomain":  "see identity.AcceptCellAttachment",
	"identity.RotateAttachingKey":   "see identity.AcceptCellAttachment",
	"identity.RotateDomainKeys":     "see identity.AcceptCellAttachment",
	"identity.SetAttachingKey":      "see identity.AcceptCellAttachment",
	"identity.SetParentCell":        "see identity.AcceptCellAttachment",
	"identity.SetPrimaryDomain":     "see identity.AcceptCellAttachment",
}

var pathParameter = regexp.MustCompile(`\{[^}]+\}`)

// TestRoutes calls every operation of every contract. The mock must know each operation, with any status.
func TestRoutes(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	operations := readContracts(t)
	for name, operation := range operations {
		r := request{method: operation.method, path: pathParameter.ReplaceAllString(operation.path, "none-of-them")}
		if r.method == http.MethodPost || r.method == http.MethodPut {
			r.body = "{}"
		}
		d.ResetRequests()
		answered := d.do(r).status != http.StatusNotImplemented
		if d.Counts()[name] != 1 {
			t.Errorf("%s %s: want the operation %s, got the counts %v", r.method, r.path, name, d.Counts())
		}
		switch {
		case !answered && excluded[name] == "":
			t.Errorf("%s has no route: add it to the mock", name)
		case answered && excluded[name] != "":
			t.Errorf("%s has a route: remove it from excluded", name)
		}
	}
	for name := range excluded {
		if _, ok := operations[name]; !ok {
			t.Errorf("excluded contains %s, but no contract has this operation", name)
		}
	}
}

// apis has the paths of the APIs that the mock serves, by name. The contract of each API is in the file
// NAME-openapi.json.
var apis = map[string]string{"access": "/access", "identity": "/identity"}

// publishedOperation is one operation of a contract.
type publishedOperation struct {
	// path is the whole path, including the path of the API.
	method, path string

	OperationID string `json:"operationId"`
	Parameters  []struct {
		Name   string `json:"name"`
		In     string `json:"in"`
		Schema struct {
			Type string `json:"type"`
		} `json:"schema"`
	} `json:"parameters"`
	Responses map[string]any `json:"responses"`
}

// success is the operation's only 2xx status.
func (o publishedOperation) success(t *testing.T) int {
	t.Helper()
	for status := range o.Responses {
		if code, err := strconv.Atoi(status); err == nil && code < http.StatusMultipleChoices {
			return code
		}
	}
	t.Fatalf("the contract has no 2xx status for %s", o.OperationID)
	return 0
}

// readContracts returns the operations of all contracts by name, such as identity.GetRole.
func readContracts(t *testing.T) map[string]publishedOperation {
	t.Helper()
	operations := map[string]publishedOperation{}
	for api := range apis {
		maps.Copy(operations, readContract(t, api))
	}
	return operations
}

// readContract returns the operations of an API's contract by name.
func readContract(t *testing.T, api string) map[string]publishedOperation {
	t.Helper()
	content, err := os.ReadFile(api + "-openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Paths map[string]map[string]publishedOperation `json:"paths"`
	}
	if err := json.Unmarshal(content, &contract); err != nil {
		t.Fatal(err)
	}
	operations := map[string]publishedOperation{}
	for path, item := range contract.Paths {
		for method, operation := range item {
			operation.method, operation.path = strings.ToUpper(method), apis[api]+path
			operations[api+"."+operation.OperationID] = operation
		}
	}
	return operations
}
