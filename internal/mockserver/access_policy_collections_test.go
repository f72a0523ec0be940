package mockserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const policyCollectionsPath = "/access/api/policycollections"

// reference returns a reference in the default scope, as in a response.
func reference(code string) map[string]any { return map[string]any{"scope": "default", "code": code} }

func references(codes ...string) []any {
	list := []any{}
	for _, code := range codes {
		list = append(list, reference(code))
	}
	return list
}

// members returns the members of a collection, as in a response.
func members(policies, collections []any) map[string]any {
	return map[string]any{"policies": policies, "policyCollections": collections}
}

func (d *domain) createPolicyCollections(codes ...string) {
	d.t.Helper()
	for _, code := range codes {
		d.post(policyCollectionsPath, `{"code":"`+code+`"}`).wantStatus(d.t, http.StatusCreated)
	}
}

func TestAccessPolicyCollections_samples(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createPolicies("data-read-portfolios-quotes-us", "feature-read-portfolios-quotes-us")
	for _, file := range accessSamples(t, "collection-*.json") {
		sample := readSample(t, file)
		code, _ := sample["code"].(string)
		want := stored(sample)
		d.post(policyCollectionsPath, encode(t, sample)).wantStatus(t, http.StatusCreated).wantObject(t, want)
		d.get(policyCollectionsPath+"/"+code).wantStatus(t, http.StatusOK).wantObject(t, want)
	}
}

func TestAccessPolicyCollections_members(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createPolicies("policy a", "policy-b", "policy-c")
	d.createPolicyCollections("inner", "other")
	const path = policyCollectionsPath + "/a%20%2B%20b"
	want := members(references("policy-b", "policy a"), references("inner"))
	want["id"] = reference("a + b")
	want["description"] = "First"
	// No response contains the metadata.
	d.post(policyCollectionsPath, `{"code":"a + b","description":"First","metadata":{"key":[{"provider":"p","value":"v"}]},
		"policies":[{"code":"policy-b"},{"scope":"default","code":"policy a"},{"code":"policy-b"}],"policyCollections":[{"code":"inner"}]}`).
		wantStatus(t, http.StatusCreated).wantObject(t, want)
	d.get(path).wantStatus(t, http.StatusOK).wantObject(t, want)

	for range 2 { // Add and remove are idempotent.
		want["policies"] = references("policy-b", "policy a", "policy-c")
		want["policyCollections"] = references("inner", "other")
		if got := d.post(path+"/add", `{"policies":[{"code":"policy-c"}],"policyCollections":[{"code":"other"}]}`).wantStatus(t, http.StatusOK).object(t); !cmp.Equal(want, got) {
			t.Errorf("after add (-want +got):\n%s", cmp.Diff(want, got))
		}
	}
	for range 2 {
		want["policies"] = references("policy-b", "policy-c")
		want["policyCollections"] = references("other")
		if got := d.post(path+"/remove", `{"policies":[{"code":"policy a"},{"code":"missing"}],"policyCollections":[{"scope":"default","code":"inner"}]}`).wantStatus(t, http.StatusOK).object(t); !cmp.Equal(want, got) {
			t.Errorf("after remove (-want +got):\n%s", cmp.Diff(want, got))
		}
	}
	d.get(path).wantObject(t, want)

	// If a policy is deleted, collections still contain its reference.
	d.delete(policiesPath+"/policy-c").wantStatus(t, http.StatusNoContent)
	d.delete(policyCollectionsPath+"/other").wantStatus(t, http.StatusNoContent)
	d.get(path).wantObject(t, want)
	d.post(path+"/remove", `{"policies":[{"code":"policy-c"}]}`).wantStatus(t, http.StatusOK)

	// PUT replaces all members.
	want = members(references(), references())
	want["id"] = reference("a + b")
	d.put(path, `{}`).wantStatus(t, http.StatusOK).wantObject(t, want)
	d.get(path).wantObject(t, want)
	d.put(path, `{"policies":null,"policyCollections":[{"code":"a + b"}]}`).wantStatus(t, http.StatusOK) // A collection may contain itself.
	d.delete(path).wantStatus(t, http.StatusNoContent)
	d.get(path).wantProblem(t, http.StatusNotFound, 604)
}

func TestAccessPolicyCollections_refusals(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createPolicyCollections("first")
	if problem := d.post(policyCollectionsPath, `{"code":"first"}`).wantProblem(t, http.StatusBadRequest, 612); problem["name"] != "Policy Collection With Code Already Exists" {
		t.Errorf("got the name %v, want Policy Collection With Code Already Exists", problem["name"])
	}
	for _, r := range []request{
		{method: http.MethodGet, path: "/missing"},
		{method: http.MethodPut, path: "/missing", body: `{}`},
		{method: http.MethodDelete, path: "/missing"},
		{method: http.MethodPost, path: "/missing/add", body: `{}`},
		{method: http.MethodPost, path: "/missing/remove", body: `{}`},
		{method: http.MethodGet, path: "/first?scope=other"},
	} {
		r.path = policyCollectionsPath + r.path
		d.do(r).wantProblem(t, http.StatusNotFound, 604)
	}
	const noPolicy, noCollection = `{"policies":[{"code":"missing"}]}`, `{"policyCollections":[{"code":"missing"}]}`
	for body, code := range map[string]int{noPolicy: 772, noCollection: 604} {
		d.put(policyCollectionsPath+"/first", body).wantProblem(t, http.StatusBadRequest, code)
		d.post(policyCollectionsPath+"/first/add", body).wantProblem(t, http.StatusBadRequest, code)
		d.post(policyCollectionsPath, `{"code":"second",`+strings.TrimPrefix(body, "{")).wantProblem(t, http.StatusBadRequest, code)
	}
	if diff := cmp.Diff([]string{"default/first"}, ids(t, decode[[]map[string]any](t, d.get(policyCollectionsPath)))); diff != "" {
		t.Errorf("collections (-want +got):\n%s", diff)
	}
	if got := d.get(policyCollectionsPath + "/page?limit=1").values(t); got != 1 {
		t.Errorf("got %d collections on the page, want 1", got)
	}
}

// A user has the policies of the collections of their roles, at any depth of nesting.
func TestAccessPolicyCollections_grant(t *testing.T) {
	t.Parallel()
	d, signIn := newAnalyst(t)
	bearer := signIn()
	d.post(policyCollectionsPath,
		`{"code":"inner","policies":[{"code":"allow-standard-lusid-features-access"},{"code":"lusid-evaluator-data"}]}`).wantStatus(t, http.StatusCreated)
	d.post(policyCollectionsPath, `{"code":"outer","policyCollections":[{"code":"inner"}]}`).wantStatus(t, http.StatusCreated)
	d.createAccessRoles("analyst")
	d.as(bearer, http.MethodGet, "/api/portfolios", "").wantStatus(t, http.StatusForbidden)
	d.post(accessRolesPath+"/default/analyst/policycollections", `{"policyCollections":[{"code":"outer"}]}`).wantStatus(t, http.StatusOK)
	d.as(bearer, http.MethodGet, "/api/portfolios", "").wantStatus(t, http.StatusOK)
	d.post(policyCollectionsPath+"/inner/remove", `{"policies":[{"code":"lusid-evaluator-data"}]}`).wantStatus(t, http.StatusOK)
	d.as(bearer, http.MethodGet, "/api/portfolios", "").wantStatus(t, http.StatusForbidden)
}

func TestAccessRolePolicyCollections(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createPolicies("first-policy")
	d.createPolicyCollections("first", "second + third")
	d.post(accessRolesPath, accessRoleBody("a role", "first-policy")).wantStatus(t, http.StatusCreated)
	const path = accessRolesPath + "/default/a%20role/policycollections"
	want := func(r reply, collections ...string) {
		t.Helper()
		got := r.wantStatus(t, http.StatusOK).object(t)["resource"]
		want := map[string]any{"policyIdRoleResource": members(references("first-policy"), references(collections...))}
		if diff := cmp.Diff(any(want), got); diff != "" {
			t.Errorf("resource (-want +got):\n%s", diff)
		}
	}
	for range 2 {
		want(d.post(path, `{"policyCollections":[{"code":"first"},{"code":"second + third"}]}`), "first", "second + third")
	}
	want(d.get(accessRolesPath+"/a%20role"), "first", "second + third")
	for range 2 {
		want(d.delete(path+"/default/second%20%2B%20third"), "first")
	}
	d.delete(policyCollectionsPath+"/first").wantStatus(t, http.StatusNoContent)
	want(d.get(accessRolesPath+"/a%20role"), "first")
	want(d.delete(path + "/default/first"))

	d.post(path, `{"policyCollections":[{"code":"missing"}]}`).wantProblem(t, http.StatusBadRequest, 604)
	d.post(accessRolesPath+"/default/missing/policycollections", `{"policyCollections":[]}`).wantProblem(t, http.StatusNotFound, -1)
	d.post(accessRolesPath+"/support/support-iam-readonly/policycollections",
		`{"policyCollections":[]}`).wantProblem(t, http.StatusForbidden, 606)
	d.post(accessRolesPath, `{"code":"boss","when":{"activate":"2024-01-01T00:00:00Z"},
		"resource":{"nonTransitiveSupervisorRoleResource":{"roles":[{"scope":"default","code":"a role"}]}}}`).wantStatus(t, http.StatusCreated)
	d.post(accessRolesPath+"/default/boss/policycollections", `{"policyCollections":[]}`).wantProblem(t, http.StatusBadRequest, 157)
}
