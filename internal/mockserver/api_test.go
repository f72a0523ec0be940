package mockserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// otherContract has operation IDs that the Identity API has too, and some of the same paths.
const otherContract = `{
  "openapi": "3.0.1",
  "info": {"title": "Other", "version": "1", "x-error-codes": [{"code": -1, "name": "Other unknown"}, {"code": 186, "name": "Other denied"}]},
  "paths": {
    "/api/me": {"get": {"operationId": "GetUserInfo", "responses": {"200": {"$ref": "#/components/responses/text"}}}},
    "/api/roles": {"get": {"operationId": "ListRoles", "responses": {"200": {"$ref": "#/components/responses/text"}}}},
    "/api/roles/{code}": {
      "parameters": [{"name": "code", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^[\\w][\\w +-]{2,100}$"}}],
      "get": {"operationId": "GetRole", "responses": {"200": {"$ref": "#/components/responses/text"}}},
      "delete": {"operationId": "DeleteRole", "responses": {"204": {"description": "Deleted"}}}
    }
  },
  "components": {"responses": {"text": {"description": "A text", "content": {"application/json": {"schema": {
    "type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}
  }}}}}}
}`

// newTwoAPIs returns a domain that also serves the other API below /other. Its ListRoles violates the
// contract, and its DeleteRole has no handler.
func newTwoAPIs(t *testing.T) *domain {
	t.Helper()
	d := newBrokenDomain(t, mockserver.Options{Seed: mockserver.Seed{Roles: []mockserver.Role{{ID: "traders", Name: "traders"}}}})
	err := d.AddAPI("other", "/other", []byte(otherContract), map[string]func(map[string]string) any{
		"GetUserInfo": func(map[string]string) any { return map[string]string{"text": "other me"} },
		"ListRoles":   func(map[string]string) any { return map[string]string{} },
		"GetRole":     func(params map[string]string) any { return map[string]string{"text": params["code"]} },
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// An operation ID that two APIs use identifies two operations.
func TestAPIs_sameIDs(t *testing.T) {
	t.Parallel()
	d := newTwoAPIs(t)
	const identityRole, otherRole = rolesPath + "/traders", "/other/api/roles/traders"

	if got := d.get(identityRole).wantStatus(t, http.StatusOK).text(t, "name"); got != "traders" {
		t.Errorf("the Identity API: got the role %q, want traders", got)
	}
	if got := d.get(otherRole).wantStatus(t, http.StatusOK).text(t, "text"); got != "traders" {
		t.Errorf("the other API: got the role %q, want traders", got)
	}
	if got := d.get("/other/api/me").wantStatus(t, http.StatusOK).text(t, "text"); got != "other me" {
		t.Errorf("the other API: got %q, want other me", got)
	}

	d.InjectFault(mockserver.Fault{Operation: "other.GetRole", Status: http.StatusServiceUnavailable})
	d.get(identityRole).wantStatus(t, http.StatusOK)
	d.get(otherRole).wantStatus(t, http.StatusServiceUnavailable)
	d.InjectFault(mockserver.Fault{Operation: "identity.GetRole", Status: http.StatusServiceUnavailable})
	d.get(otherRole).wantStatus(t, http.StatusOK)
	d.get(identityRole).wantStatus(t, http.StatusServiceUnavailable)

	want := map[string]int{"identity.GetRole": 3, "other.GetRole": 3, "other.GetUserInfo": 1}
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	message := d.control(http.MethodPost, "/_mock/faults", `{"operation": "GetRole", "status": 500}`).
		wantStatus(t, http.StatusBadRequest).text(t, "error")
	if want := `Did you mean "identity.GetRole" or "access.GetRole" or "other.GetRole"?`; !strings.Contains(message, want) {
		t.Errorf("got the error %q, want one that contains %q", message, want)
	}
}

// An operation that one API doesn't implement is not served by another API.
func TestAPIs_notImplemented(t *testing.T) {
	t.Parallel()
	d := newTwoAPIs(t)
	for _, r := range []request{
		{method: http.MethodDelete, path: "/other/api/roles/traders"}, // In the contract of the other API.
		{method: http.MethodGet, path: "/other/api/applications"},     // In the contract of the Identity API.
		{method: http.MethodGet, path: "/otherapi/roles"},
		{method: http.MethodGet, path: "/other"},
		{method: http.MethodGet, path: "/api/roles"},
	} {
		detail, _ := d.do(r).wantProblem(t, http.StatusNotImplemented, -1)["detail"].(string)
		if want := "lusid-mock does not implement " + r.method + " " + r.path; detail != want {
			t.Errorf("got the detail %q, want %q", detail, want)
		}
	}
	if diff := cmp.Diff(map[string]int{"other.DeleteRole": 1, "unknown": 4}, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	d.get(rolesPath+"/traders").wantStatus(t, http.StatusOK)
}

// The errors of an API have the names from its contract, and its path.
func TestAPIs_errors(t *testing.T) {
	t.Parallel()
	d := newTwoAPIs(t)
	// Every user may call the Identity API's GetUserInfo. This doesn't apply to the same operation ID of
	// another API.
	problem := d.do(request{
		method: http.MethodGet,
		path:   "/other/api/me",
		bearer: d.Credentials().NoRightsToken,
	}).wantProblem(t, http.StatusForbidden, 186)
	if problem["name"] != "Other denied" || problem["detail"] != "The user may not call GetUserInfo." {
		t.Errorf("got the problem %v, want Other denied", problem)
	}
	if instance, _ := problem["instance"].(string); !strings.HasPrefix(instance, d.url+"/other/insights/logs/") {
		t.Errorf("got the instance %q, want a path below /other", instance)
	}
	d.do(request{method: http.MethodGet, path: "/identity/api/me", bearer: d.Credentials().NoRightsToken}).wantStatus(t, http.StatusOK)

	detail, _ := d.get("/other/api/roles").wantProblem(t, http.StatusInternalServerError, -1)["detail"].(string)
	if !strings.Contains(detail, "200 response to other.ListRoles") {
		t.Errorf("got the detail %q, want a violation by other.ListRoles", detail)
	}
	d.get(rolesPath).wantStatus(t, http.StatusOK)
}

// The pattern of a path's parameter applies to the decoded parameter.
func TestAPIs_pathParameters(t *testing.T) {
	t.Parallel()
	d := newTwoAPIs(t)
	for path, code := range map[string]string{
		"front%20office": "front office",
		"front+office":   "front+office",
		"front%2Boffice": "front+office",
		"%66ront-office": "front-office",
	} {
		if got := d.get("/other/api/roles/"+path).wantStatus(t, http.StatusOK).text(t, "text"); got != code {
			t.Errorf("%s: got the code %q, want %q", path, got, code)
		}
	}
	for _, path := range []string{"front%2520office", "%20front", "front%26office", "fo"} {
		d.get("/other/api/roles/"+path).wantProblem(t, http.StatusBadRequest, 151)
	}
	if diff := cmp.Diff(map[string]int{"other.GetRole": 8}, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}
