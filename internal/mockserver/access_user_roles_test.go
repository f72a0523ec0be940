package mockserver_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const userRolesPath = "/access/api/userroles"

// userRole returns a user role, as in a response.
func userRole(userID string, policies, collections []any) map[string]any {
	return map[string]any{"id": reference(userID), "resource": map[string]any{"policyIdRoleResource": members(policies, collections)}}
}

func TestAccessUserRoles_sample(t *testing.T) {
	t.Parallel()
	const file = "entitlement/testdata/userrole-1.json"
	const userID = "00ubhkabcdW3DqjVG2p"
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{Users: []mockserver.User{{ID: userID, Username: "user@example.com"}}}})
	d.createPolicies("test-policy")
	want := userRole(userID, references("test-policy"), references())
	d.post(userRolesPath, encode(t, readSample(t, file))).wantStatus(t, http.StatusOK).wantObject(t, want)
	d.get(userRolesPath+"/"+userID).wantStatus(t, http.StatusOK).wantObject(t, want)
}

func TestAccessUserRoles_members(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{Users: []mockserver.User{{ID: "some-user", Username: "user@example.com"}}}})
	d.createPolicies("policy a", "policy+b")
	d.createPolicyCollections("first + second")
	const path = userRolesPath + "/some-user"
	want := func(r reply, policies, collections []any) {
		t.Helper()
		r.wantStatus(t, http.StatusOK).wantObject(t, userRole("some-user", policies, collections))
	}
	want(d.post(userRolesPath, `{"userId":"some-user","resource":{}}`), references(), references())
	for range 2 { // All of these are idempotent.
		want(d.post(path+"/policies", `{"policies":[{"code":"policy a"},{"code":"policy+b"}]}`), references("policy a", "policy+b"), references())
	}
	for range 2 {
		want(d.post(path+"/policycollections", `{"policyCollections":[{"code":"first + second"}]}`), references("policy a", "policy+b"),
			references("first + second"))
	}
	for range 2 {
		d.delete(path+"/policies/default/policy%20a").wantStatus(t, http.StatusNoContent)
	}
	want(d.get(path), references("policy+b"), references("first + second"))
	d.delete(path+"/policies/default/policy+b").wantStatus(t, http.StatusNoContent)
	for range 2 {
		d.delete(path+"/policycollections/default/first%20%2B%20second").wantStatus(t, http.StatusNoContent)
	}
	want(d.get(path), references(), references())

	want(d.post(path+"/update", `{"resource":{"policies":[{"code":"policy+b"}],"policyCollections":[{"code":"first + second"}]}}`),
		references("policy+b"), references("first + second"))
	want(d.post(path+"/update", `{"resource":{"policies":[{"code":"policy a"}]}}`), references("policy a"), references())
	if diff := cmp.Diff([]string{"default/some-user"}, ids(t, decode[struct{ Values []map[string]any }](t, d.get(userRolesPath)).Values)); diff != "" {
		t.Errorf("user roles (-want +got):\n%s", diff)
	}
	d.delete(path).wantStatus(t, http.StatusNoContent)
	d.get(path).wantProblem(t, http.StatusNotFound, -1)
}

func TestAccessUserRoles_refusals(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{Users: []mockserver.User{{ID: "some-user", Username: "user@example.com"}}}})
	const body = `{"resource":{}}`
	if problem := d.post(userRolesPath, `{"userId":"nobody","resource":{}}`).wantProblem(t, http.StatusBadRequest, 616); problem["name"] != "Target User Does Not Exist" {
		t.Errorf("got the name %v, want Target User Does Not Exist", problem["name"])
	}
	for _, r := range []request{
		{method: http.MethodGet},
		{method: http.MethodPost, path: "/update", body: body},
		{method: http.MethodPost, path: "/policies", body: `{"policies":[]}`},
		{method: http.MethodPost, path: "/policycollections", body: `{"policyCollections":[]}`},
		{method: http.MethodDelete, path: "/policies/default/some-policy"},
		{method: http.MethodDelete, path: "/policycollections/default/some-collection"},
		{method: http.MethodDelete},
	} {
		suffix := r.path
		r.path = userRolesPath + "/nobody" + suffix
		d.do(r).wantProblem(t, http.StatusNotFound, 616)
		r.path = userRolesPath + "/some-user" + suffix
		d.do(r).wantProblem(t, http.StatusNotFound, -1) // LUSID documents no code for a missing user role.
	}
	d.post(userRolesPath, `{"userId":"some-user","resource":{}}`).wantStatus(t, http.StatusOK)
	d.post(userRolesPath, `{"userId":"some-user","resource":{}}`).wantProblem(t, http.StatusBadRequest, 615)
	d.post(userRolesPath+"/some-user/policies", `{"policies":[{"code":"missing"}]}`).wantProblem(t, http.StatusBadRequest, 772)
	d.post(userRolesPath+"/some-user/update",
		`{"resource":{"policyCollections":[{"code":"missing"}]}}`).wantProblem(t, http.StatusBadRequest, 604)
}

// LUSID creates an empty user role when a user first signs in, so a create may find one.
func TestAccessUserRoles_firstSignIn(t *testing.T) {
	t.Parallel()
	d, signIn := newAnalyst(t)
	const path = userRolesPath + "/analyst"
	d.get(path).wantProblem(t, http.StatusNotFound, -1)
	bearer := signIn()
	d.get(path).wantStatus(t, http.StatusOK).wantObject(t, userRole("analyst", references(), references()))
	d.post(userRolesPath, `{"userId":"analyst","resource":{}}`).wantProblem(t, http.StatusBadRequest, 615)

	d.as(bearer, http.MethodGet, "/api/portfolios", "").wantStatus(t, http.StatusForbidden)
	d.post(path+"/update",
		`{"resource":{"policies":[{"code":"allow-standard-lusid-features-access"},{"code":"lusid-evaluator-data"}]}}`).wantStatus(t, http.StatusOK)
	d.as(bearer, http.MethodGet, "/api/portfolios", "").wantStatus(t, http.StatusOK)
	signIn() // A later sign-in doesn't change the user role.
	d.as(bearer, http.MethodGet, "/api/portfolios", "").wantStatus(t, http.StatusOK)
	d.delete(path).wantStatus(t, http.StatusNoContent)
	d.as(bearer, http.MethodGet, "/api/portfolios", "").wantStatus(t, http.StatusForbidden)
	signIn()
	d.get(path).wantProblem(t, http.StatusNotFound, -1)
}

func TestAccessUserRoles_listsLag(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{
		ListLag: 1,
		Seed:    mockserver.Seed{Users: []mockserver.User{{ID: "some-user", Username: "user@example.com"}}},
	})
	d.post(userRolesPath, `{"userId":"some-user","resource":{}}`).wantStatus(t, http.StatusOK)
	for i, want := range []int{0, 1} {
		if got := d.get(userRolesPath).values(t); got != want {
			t.Errorf("list %d contains %d user roles, want %d", i+1, got, want)
		}
	}
}
