package mockserver_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const accessRolesPath = "/access/api/roles"

// evaluatorPolicies are the policies of lusid-evaluator. They allow everything in the mock's LUSID API.
var evaluatorPolicies = []string{"allow-standard-lusid-features-access", "lusid-evaluator-data"}

// accessRoleBody returns a body of CreateRole, or of UpdateRole if the code is empty.
func accessRoleBody(code string, policies ...string) string {
	var members []string
	for _, policy := range policies {
		members = append(members, `{"code":"`+policy+`"}`)
	}
	body := `"resource":{"policyIdRoleResource":{"policies":[` + strings.Join(members, ",") + `]}},"when":{"activate":"2024-01-01T00:00:00Z"}}`
	if code == "" {
		return "{" + body
	}
	return `{"code":"` + code + `",` + body
}

func (d *domain) createAccessRoles(codes ...string) {
	d.t.Helper()
	for _, code := range codes {
		d.post(accessRolesPath, accessRoleBody(code)).wantStatus(d.t, http.StatusCreated)
	}
}

// accessRoleIDs returns the IDs of the access roles in a list, in their order of precedence. It checks that
// the indexes of all roles have no gaps and no duplicates.
func (d *domain) accessRoleIDs(query string) []string {
	d.t.Helper()
	list := decode[[]map[string]any](d.t, d.get(accessRolesPath+query).wantStatus(d.t, http.StatusOK))
	slices.SortFunc(list, func(a, b map[string]any) int {
		i, _ := a["roleHierarchyIndex"].(float64)
		j, _ := b["roleHierarchyIndex"].(float64)
		return int(i - j)
	})
	if query == "" {
		for i, role := range list {
			if role["roleHierarchyIndex"] != float64(i+1) {
				d.t.Errorf("got the index %[2]v for role %[1]d, want %[1]d", i+1, role["roleHierarchyIndex"])
			}
		}
	}
	return ids(d.t, list)
}

func TestAccessRoles_samples(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createPolicies("official-portfolios-read-only")
	for _, file := range accessSamples(t, "role-*.json") {
		sample := readSample(t, file)
		code, _ := sample["code"].(string)
		created := d.post(accessRolesPath, encode(t, sample)).wantStatus(t, http.StatusCreated)
		want := stored(sample)
		want["permission"] = "Read"
		want["roleHierarchyIndex"] = created.object(t)["roleHierarchyIndex"]
		created.wantObject(t, want)
		d.get(accessRolesPath+"/"+code).wantStatus(t, http.StatusOK).wantObject(t, want)
		delete(sample, "code")
		d.put(accessRolesPath+"/"+code, encode(t, sample)).wantStatus(t, http.StatusOK).wantObject(t, want)
	}
}

func TestAccessRoles_updateReplaces(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createPolicies("first-policy", "second-policy")
	d.post(accessRolesPath, `{
		"code": "first role", "description": "First", "when": {"activate": "2024-01-01T00:00:00Z", "deactivate": "2030-01-01T00:00:00Z"},
		"resource": {"policyIdRoleResource": {"policies": [{"code": "second-policy"}, {"scope": "default", "code": "first-policy"}, {"code": "second-policy"}]}}
	}`).wantStatus(t, http.StatusCreated)
	const path = accessRolesPath + "/first%20role"
	got := d.get(path).wantStatus(t, http.StatusOK).object(t)
	want := map[string]any{
		"id":                 map[string]any{"scope": "default", "code": "first role"},
		"roleHierarchyIndex": got["roleHierarchyIndex"],
		"permission":         "Read",
		"description":        "First",
		"when":               map[string]any{"activate": activateText, "deactivate": "2030-01-01T00:00:00.0000000+00:00"},
		"resource": map[string]any{"policyIdRoleResource": map[string]any{
			"policies": []any{
				map[string]any{"scope": "default", "code": "second-policy"},
				map[string]any{"scope": "default", "code": "first-policy"},
			},
			"policyCollections": []any{},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("role (-want +got):\n%s", diff)
	}
	delete(want, "description")
	want["when"] = map[string]any{"activate": activateText, "deactivate": neverText}
	want["resource"] = map[string]any{"policyIdRoleResource": map[string]any{"policies": []any{}, "policyCollections": []any{}}}
	d.put(path, `{"resource":{"policyIdRoleResource":{}},"when":{"activate":"2024-01-01T00:00:00Z"}}`).wantStatus(t, http.StatusOK).wantObject(t, want)
	d.get(path).wantObject(t, want)
}

func TestAccessRoles_refusals(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createPolicies("first-policy")
	d.createAccessRoles("first-role")
	if problem := d.post(accessRolesPath, accessRoleBody("first-role")).wantProblem(t, http.StatusBadRequest, 615); problem["name"] != "Role With Code Already Exists" {
		t.Errorf("got the name %v, want Role With Code Already Exists", problem["name"])
	}
	for _, r := range []request{
		{method: http.MethodGet, path: "/missing"},
		{method: http.MethodPut, path: "/missing", body: accessRoleBody("")},
		{method: http.MethodDelete, path: "/missing"},
		{method: http.MethodGet, path: "/first-role?scope=other"},
	} {
		r.path = accessRolesPath + r.path
		d.do(r).wantProblem(t, http.StatusNotFound, -1) // LUSID documents no code for a missing access role.
	}
	// The path names the role, not the policy that the role refers to. So a missing policy is not a 404.
	for method, path := range map[string]string{http.MethodPost: accessRolesPath, http.MethodPut: accessRolesPath + "/first-role"} {
		code := "second-role"
		if method == http.MethodPut {
			code = ""
		}
		problem := decode[struct{ Errors map[string][]string }](t, d.do(request{
			method: method,
			path:   path,
			body:   accessRoleBody(code, "first-policy", "missing"),
		}))
		if len(problem.Errors["policies.1"]) == 0 {
			t.Errorf("%s: got the errors %v, want an error for policies.1", method, problem.Errors)
		}
		d.do(request{method: method, path: path, body: accessRoleBody(code, "missing")}).wantProblem(t, http.StatusBadRequest, 772)
	}
	for name, fields := range map[string]string{
		"no resource":   `"resource":{}`,
		"two kinds":     `"resource":{"policyIdRoleResource":{},"nonTransitiveSupervisorRoleResource":{"roles":[{"scope":"default","code":"first-role"}]}}`,
		"no roles":      `"resource":{"nonTransitiveSupervisorRoleResource":{"roles":[]}}`,
		"missing role":  `"resource":{"nonTransitiveSupervisorRoleResource":{"roles":[{"scope":"default","code":"missing"}]}}`,
		"empty role ID": `"resource":{"nonTransitiveSupervisorRoleResource":{"roles":[{}]}}`,
		"a permission":  `"resource":{"policyIdRoleResource":{}},"permission":"Read"`,
	} {
		body := `{"code":"second-role","when":{"activate":"2024-01-01T00:00:00Z"},` + fields + "}"
		if got := d.post(accessRolesPath, body); got.status != http.StatusBadRequest {
			t.Errorf("%s: got status %d, want 400: %s", name, got.status, got.body)
		}
	}
}

func TestAccessRoles_precedence(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createAccessRoles("role a", "role b", "role+c", "role-d")
	want := func(what string, codes ...string) {
		t.Helper()
		all := d.accessRoleIDs("")
		var got []string
		for _, id := range all {
			if code := strings.TrimPrefix(id, "default/role"); len(code) == 2 {
				got = append(got, code[1:])
			}
		}
		if diff := cmp.Diff(codes, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	move := func(path string) reply { return d.put(accessRolesPath+path, accessRoleBody("")) }
	want("created", "a", "b", "c", "d")
	move("/role-d?beforeCode=role%20b").wantStatus(t, http.StatusOK)
	want("d before b", "a", "d", "b", "c")
	move("/role%20a?afterCode=role%2Bc&afterScope=default").wantStatus(t, http.StatusOK)
	want("a after c", "d", "b", "c", "a")
	move("/role+c?beforeCode=role-d").wantStatus(t, http.StatusOK)
	want("c before d", "c", "d", "b", "a")
	move("/role+c?beforeCode=role-d").wantStatus(t, http.StatusOK)
	want("c before d again", "c", "d", "b", "a")
	move("/role+c").wantStatus(t, http.StatusOK)
	want("c before c", "c", "d", "b", "a")
	for _, query := range []string{"?beforeCode=missing", "?afterCode=role%20a&afterScope=other", "?beforeCode=role%2Bc", "?beforeCode=role-d&afterCode=role-d"} {
		move("/role+c"+query).wantProblem(t, http.StatusBadRequest, 151)
	}
	d.put(accessRolesPath+"/role-d?beforeCode=role%2Bc", accessRoleBody("", "missing")).wantProblem(t, http.StatusBadRequest, 772)
	want("all refused", "c", "d", "b", "a")
	d.delete(accessRolesPath+"/role-d").wantStatus(t, http.StatusNoContent)
	want("d deleted", "c", "b", "a")
	d.createAccessRoles("role-d")
	want("d created again", "c", "b", "a", "d")
}

func TestAccessRoles_defaults(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createAccessRoles("own-role")
	own := []string{
		"default/iam-administrator", "default/applications-administrator", "default/lusid-evaluator",
		"default/configuration-administrator", "default/instrument-administrator",
	}
	want := append(append([]string{"LUSID_SYSTEM/lusid-administrator"}, own...), "support/support-iam-readonly", "default/own-role")
	if diff := cmp.Diff(want, d.accessRoleIDs("")); diff != "" {
		t.Errorf("roles of all scopes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(append(own, "default/own-role"), d.accessRoleIDs("?scope=default")); diff != "" {
		t.Errorf("roles of the default scope (-want +got):\n%s", diff)
	}
	for path, body := range map[string]string{
		accessRolesPath + "/lusid-administrator?scope=LUSID_SYSTEM":             accessRoleBody(""),
		accessRolesPath + "/support-iam-readonly?scope=support":                 accessRoleBody(""),
		policiesPath + "/support-access-to-drive-website-feature?scope=support": `{"grant":"Allow","selectors":[],"when":{"activate":"2024-01-01T00:00:00Z"}}`,
	} {
		d.get(path).wantStatus(t, http.StatusOK)
		d.put(path, body).wantProblem(t, http.StatusForbidden, 606)
		d.delete(path).wantProblem(t, http.StatusForbidden, 606)
		d.get(path).wantStatus(t, http.StatusOK)
	}
	if got := d.get(policiesPath).body; !strings.Contains(got, "allow-standard-lusid-features-access") || strings.Contains(got, "support-access") {
		t.Errorf("got the policies %s of the default scope, want those of LUSID and none of the scope support", got)
	}
	// Roles can refer to LUSID's own policies, and LUSID's own roles in the default scope can be updated.
	d.put(accessRolesPath+"/lusid-evaluator", `{"when":{"activate":"2024-01-01T00:00:00Z"},"resource":{"policyIdRoleResource":{
		"policies":[{"scope":"support","code":"support-access-to-drive-website-feature"}]}}}`).wantStatus(t, http.StatusOK)
	d.delete(accessRolesPath+"/lusid-evaluator").wantStatus(t, http.StatusNoContent)
}

func TestAccessRoles_listsLag(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{ListLag: 1})
	d.createAccessRoles("first-role")
	for i, want := range []bool{false, true} {
		if got := slices.Contains(d.accessRoleIDs(""), "default/first-role"); got != want {
			t.Errorf("list %d contains the new role: %t, want %t", i+1, got, want)
		}
	}
}
