package mockserver_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// booleans are the ways in which clients write true and false. FINBOURNE's Python Identity SDK writes True.
var booleans = map[string]bool{
	"true": true, "True": true, "TRUE": true, "tRuE": true,
	"false": false, "False": false, "FALSE": false,
}

// booleanParameters has every boolean query parameter. Its function sends one request and reports whether
// the parameter had an effect.
var booleanParameters = map[string]struct {
	method, path string
	hasEffect    func(t *testing.T, d *domain, target string) bool
}{
	"includeSecret": {http.MethodGet, applicationsPath + "/app", func(t *testing.T, d *domain, target string) bool {
		t.Helper()
		return d.get(target).wantStatus(t, http.StatusOK).object(t)["secret"] != nil
	}},
	"includeRoles": {http.MethodGet, usersPath + "/active", func(t *testing.T, d *domain, target string) bool {
		t.Helper()
		return d.get(target).wantStatus(t, http.StatusOK).object(t)["roles"] != nil
	}},
	"includeDeactivated": {http.MethodGet, usersPath, func(t *testing.T, d *domain, target string) bool {
		t.Helper()
		users := decode[[]map[string]any](t, d.get(target).wantStatus(t, http.StatusOK))
		return slices.ContainsFunc(users, func(user map[string]any) bool { return user["id"] == "deleted" })
	}},
	"purge": {http.MethodDelete, usersPath + "/active", func(t *testing.T, d *domain, target string) bool {
		t.Helper()
		d.delete(target).wantStatus(t, http.StatusNoContent)
		return d.get(usersPath+"/active").status == http.StatusNotFound
	}},
	"waitForReindex": {http.MethodPost, usersPath, func(t *testing.T, d *domain, target string) bool {
		t.Helper()
		const body = `{"firstName":"Jo","lastName":"Doe","emailAddress":"jo@acme.com","login":"jo@acme.com","type":"Personal"}`
		id := d.post(target, body).wantStatus(t, http.StatusOK).text(t, "id")
		users := decode[[]map[string]any](t, d.get(usersPath).wantStatus(t, http.StatusOK))
		return slices.ContainsFunc(users, func(user map[string]any) bool { return user["id"] == id })
	}},
}

// newQueryDomain returns a domain whose lists lag, because waitForReindex has an effect only in such a
// domain.
func newQueryDomain(t *testing.T) *domain {
	t.Helper()
	return newDomain(t, mockserver.Options{ListLag: 1, Seed: mockserver.Seed{
		Applications: []mockserver.Application{{ID: "app", ClientID: "acme-app", DisplayName: "Acme"}},
		Users: []mockserver.User{
			{ID: "active", Username: "active@acme.com", Password: "password", Roles: []string{"lusid-evaluator"}},
			{ID: "deleted", Username: "deleted@acme.com", Status: mockserver.UserDeprovisioned},
		},
	}})
}

func TestQuery_booleansInAnyCase(t *testing.T) {
	t.Parallel()
	for name, parameter := range booleanParameters {
		for value, want := range booleans {
			t.Run(name+"="+value, func(t *testing.T) {
				t.Parallel()
				target := parameter.path + "?" + name + "=" + value
				if got := parameter.hasEffect(t, newQueryDomain(t), target); got != want {
					t.Errorf("%s %s: the parameter had an effect: %t, want %t", parameter.method, target, got, want)
				}
			})
		}
	}
}

func TestQuery_invalidBooleans(t *testing.T) {
	t.Parallel()
	for name, parameter := range booleanParameters {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newQueryDomain(t)
			for _, value := range []string{"1", "0", "t", "F", "yes", "", "truee", " true"} {
				r := request{method: parameter.method, path: parameter.path + "?" + url.Values{name: {value}}.Encode()}
				if r.method == http.MethodPost {
					r.body = `{"firstName":"Jo","lastName":"Doe","emailAddress":"jo@acme.com","login":"jo@acme.com","type":"Personal"}`
				}
				problem := decode[struct{ Errors map[string][]string }](t, d.do(r).wantStatus(t, http.StatusBadRequest))
				if len(problem.Errors[name]) == 0 {
					t.Errorf("%s %s: got no error for %s in %v", r.method, r.path, name, problem.Errors)
				}
			}
			d.get(usersPath+"/active").wantStatus(t, http.StatusOK) // No invalid request had an effect.
		})
	}
}

// TestQuery_coversEveryBoolean fails if a contract gets another boolean parameter.
func TestQuery_coversEveryBoolean(t *testing.T) {
	t.Parallel()
	for name, operation := range readContracts(t) {
		for _, parameter := range operation.Parameters {
			if parameter.In == "query" && parameter.Schema.Type == "boolean" {
				if _, ok := booleanParameters[parameter.Name]; !ok {
					t.Errorf("booleanParameters does not contain %s of %s", parameter.Name, name)
				}
			}
		}
	}
}

func TestQuery_otherTypes(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{
		McpTools: []mockserver.McpTool{{Scope: "default", Code: "tool"}},
		Roles:    []mockserver.Role{{Name: "traders"}},
	}})
	for target, status := range map[string]int{
		"/identity/api/mcptools/default/tool?version=1":   http.StatusOK,
		"/identity/api/mcptools/default/tool?version=2":   http.StatusNotFound,
		"/identity/api/mcptools/default/tool?version=one": http.StatusBadRequest,
		"/identity/api/mcptools/default/tool?version=1.5": http.StatusBadRequest,
		"/identity/api/mcptools/default/tool?version=":    http.StatusBadRequest,

		rolesPath + "/byCode/traders":               http.StatusOK,
		rolesPath + "/byCode/traders?scope=default": http.StatusOK,
		rolesPath + "/byCode/traders?scope=other":   http.StatusNotFound,
		rolesPath + "/byCode/traders?scope=a%20b":   http.StatusBadRequest,

		"/identity/api/directory":           http.StatusBadRequest,
		"/identity/api/directory?id=a&id=b": http.StatusOK,

		"/identity/api/authentication/support?start=2030-01-01T12%3A00%3A00.000000Z":         http.StatusOK,
		"/identity/api/authentication/support?end=2030-01-01T12%3A00%3A00.0000000%2B00%3A00": http.StatusOK,
		"/identity/api/authentication/support?start=tomorrow":                                http.StatusBadRequest,
		"/identity/api/authentication/support?end=2030-13-01T12%3A00%3A00Z":                  http.StatusBadRequest,
	} {
		if got := d.get(target); got.status != status {
			t.Errorf("%s: got status %d, want %d: %s", target, got.status, status, got.body)
		}
	}
}
