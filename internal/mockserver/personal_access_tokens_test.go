package mockserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const (
	keysPath = "/identity/api/keys"
	mePath   = "/identity/api/me"
)

// as sends a request with another token.
func (d *domain) as(bearer, method, path, body string) reply {
	d.t.Helper()
	return d.do(request{method: method, path: path, body: body, bearer: bearer})
}

// tokenNames returns the display names of the personal access tokens of the caller.
func (d *domain) tokenNames(bearer string) []string {
	d.t.Helper()
	names := []string{}
	for _, token := range decode[[]map[string]any](d.t, d.as(bearer, http.MethodGet, keysPath, "").wantStatus(d.t, http.StatusOK)) {
		name, _ := token["displayName"].(string)
		names = append(names, name)
	}
	return names
}

func TestPersonalAccessTokens_lifecycle(t *testing.T) {
	t.Parallel()
	var elapsed atomic.Int64
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now.Add(time.Duration(elapsed.Load())) }})
	created := d.post(keysPath, `{"displayName":"Example","deactivationDate":"2026-09-01T14:00:00+01:00"}`).wantStatus(t, http.StatusOK)
	id, key := created.text(t, "id"), created.text(t, "key")
	want := map[string]any{
		"id": id, "displayName": "Example", "createdDate": nowText, "deactivationDate": "2026-09-01T13:00:00.0000000+00:00", "key": key,
	}
	if diff := cmp.Diff(want, created.object(t)); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	delete(want, "key")
	listed := func() map[string]any {
		t.Helper()
		list := decode[[]map[string]any](t, d.get(keysPath).wantStatus(t, http.StatusOK))
		return list[len(list)-1]
	}
	if diff := cmp.Diff(want, listed()); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	me := d.get(mePath).object(t)
	if diff := cmp.Diff(me, d.as(key, http.MethodGet, mePath, "").wantStatus(t, http.StatusOK).object(t)); diff != "" {
		t.Errorf("user of the token (-want +got):\n%s", diff)
	}

	elapsed.Store(int64(time.Hour)) // After the deactivation date.
	d.as(key, http.MethodGet, mePath, "").wantProblem(t, http.StatusUnauthorized, 2153)
	if diff := cmp.Diff(want, listed()); diff != "" {
		t.Errorf("listed after it expired (-want +got):\n%s", diff)
	}
	again := d.post(keysPath, `{"displayName":"Example"}`).wantStatus(t, http.StatusOK) // The name can be used again.
	if diff := cmp.Diff(want, d.delete(keysPath+"/"+id).wantStatus(t, http.StatusOK).object(t)); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	d.delete(keysPath+"/"+id).wantProblem(t, http.StatusNotFound, 239)

	key = again.text(t, "key")
	d.as(key, http.MethodGet, mePath, "").wantStatus(t, http.StatusOK)
	d.delete(keysPath+"/"+again.text(t, "id")).wantStatus(t, http.StatusOK)
	d.as(key, http.MethodGet, mePath, "").wantProblem(t, http.StatusUnauthorized, 2153)
}

func TestPersonalAccessTokens_refusals(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now }})
	d.post(keysPath, `{"displayName":"Example"}`).wantStatus(t, http.StatusOK)
	for body, code := range map[string]int{
		`{"displayName":"Example"}`: 659,
		`{"displayName":"Example","deactivationDate":"2030-01-01T00:00:00Z"}`: 659,
		`{"displayName":"Past","deactivationDate":"` + nowText + `"}`:         151,
		`{"displayName":"Never","deactivationDate":"2030-02-30T00:00:00Z"}`:   151,
		`{"displayName":""}`: 151,
		`{}`:                 151,
	} {
		d.post(keysPath, body).wantProblem(t, http.StatusBadRequest, code)
	}
	if diff := cmp.Diff([]string{"Terraform", "Example"}, d.tokenNames("")); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

func TestPersonalAccessTokens_limit(t *testing.T) {
	t.Parallel()
	for option, limit := range map[int]int{0: 3, 10: 10} {
		d := newDomain(t, mockserver.Options{MaxPersonalAccessTokens: option})
		var id string
		for i := range limit - 1 { // The domain's own token counts too.
			id = d.post(keysPath, fmt.Sprintf(`{"displayName":"Example %d"}`, i)).wantStatus(t, http.StatusOK).text(t, "id")
		}
		d.post(keysPath, `{"displayName":"Too many"}`).wantProblem(t, http.StatusBadRequest, 238)
		if err := d.DeactivatePersonalAccessToken(id); err != nil {
			t.Fatal(err)
		}
		d.post(keysPath, `{"displayName":"Again"}`).wantStatus(t, http.StatusOK) // Only active tokens count.
	}
}

func TestPersonalAccessTokens_perCaller(t *testing.T) {
	t.Parallel()
	const password = "secret"
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{Users: []mockserver.User{{
		ID:       "user",
		Username: "user@example.com",
		Password: password,
	}}}})
	granted := d.token(d.passwordFormOf("user@example.com", password)).wantStatus(t, http.StatusOK).text(t, "access_token")
	own := d.as(granted, http.MethodPost, keysPath, `{"displayName":"Terraform"}`).wantStatus(t, http.StatusOK)
	key := own.text(t, "key")
	mine := d.post(keysPath, `{"displayName":"Mine"}`).text(t, "id")
	for bearer, want := range map[string][]string{key: {"Terraform"}, granted: {"Terraform"}, "": {"Terraform", "Mine"}} {
		if diff := cmp.Diff(want, d.tokenNames(bearer)); diff != "" {
			t.Errorf("tokens (-want +got):\n%s", diff)
		}
	}
	d.as(key, http.MethodDelete, keysPath+"/"+mine, "").wantProblem(t, http.StatusNotFound, 239)
	d.delete(keysPath+"/"+own.text(t, "id")).wantProblem(t, http.StatusNotFound, 239)
	if got := d.as(key, http.MethodGet, mePath, "").text(t, "id"); got != "user" {
		t.Errorf("got the user %s, want user", got)
	}

	// Tokens become invalid when their user is deleted.
	d.delete(usersPath+"/user").wantStatus(t, http.StatusNoContent)
	d.as(key, http.MethodGet, mePath, "").wantProblem(t, http.StatusUnauthorized, 2153)
	d.delete(usersPath+"/user?purge=true").wantStatus(t, http.StatusNoContent)
	d.as(key, http.MethodGet, mePath, "").wantProblem(t, http.StatusUnauthorized, 2153)

	// This includes the tokens of the seed and of the domain.
	c := d.Credentials()
	d.delete(usersPath+"/"+d.get(mePath).text(t, "id")).wantStatus(t, http.StatusNoContent)
	for _, bearer := range []string{c.AccessToken, c.NoRightsToken, c.NoSecretsToken} {
		d.as(bearer, http.MethodGet, mePath, "").wantProblem(t, http.StatusUnauthorized, 2153)
	}
}

// If a caller deletes all of its tokens, it deletes the token that it signs in with.
func TestPersonalAccessTokens_listsTokenOfCaller(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	ids := d.texts(keysPath, "id")
	if len(ids) != 1 {
		t.Fatalf("got %d tokens, want 1", len(ids))
	}
	d.delete(keysPath+"/"+ids[0]).wantStatus(t, http.StatusOK)
	d.get(mePath).wantProblem(t, http.StatusUnauthorized, 2153)
}

func TestPersonalAccessTokens_deactivate(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now }})
	created := d.post(keysPath, `{"displayName":"Example"}`)
	d.control(http.MethodPost, "/_mock/keys/"+created.text(t, "id")+"/deactivate", "").wantStatus(t, http.StatusNoContent)
	d.as(created.text(t, "key"), http.MethodGet, mePath, "").wantProblem(t, http.StatusUnauthorized, 2153)
	list := decode[[]map[string]any](t, d.get(keysPath))
	if got := list[1]["deactivationDate"]; got != nowText {
		t.Errorf("got the deactivationDate %v, want %s", got, nowText)
	}
	d.control(http.MethodPost, "/_mock/keys/missing/deactivate", "").wantStatus(t, http.StatusBadRequest)
}

func TestPersonalAccessTokens_listsLag(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{ListLag: 1})
	d.post(keysPath, `{"displayName":"Example"}`).wantStatus(t, http.StatusOK)
	for i, want := range [][]string{{"Terraform"}, {"Terraform", "Example"}} {
		if diff := cmp.Diff(want, d.tokenNames("")); diff != "" {
			t.Errorf("list %d (-want +got):\n%s", i+1, diff)
		}
	}
}

// A personal access token has the rights of the roles that its user has now.
func TestTokens_rightsOfRoles(t *testing.T) {
	t.Parallel()
	const password = "secret"
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{
		Roles: []mockserver.Role{{ID: "any", Name: "any-role"}},
		Users: []mockserver.User{{ID: "user", Username: "user@example.com", Password: password}},
	}})
	access := d.token(d.passwordFormOf("user@example.com", password)).text(t, "access_token")
	bearer := d.as(access, http.MethodPost, keysPath, `{"displayName":"Example"}`).wantStatus(t, http.StatusOK).text(t, "key")
	d.post(accessRolesPath, accessRoleBody("any-role", evaluatorPolicies...)).wantStatus(t, http.StatusCreated)
	want := func(groups []any, instruments, users int) {
		t.Helper()
		if diff := cmp.Diff(groups, d.as(bearer, http.MethodGet, mePath, "").object(t)["groups"]); diff != "" {
			t.Errorf("groups (-want +got):\n%s", diff)
		}
		d.as(bearer, http.MethodGet, keysPath, "").wantStatus(t, http.StatusOK)
		d.as(bearer, http.MethodGet, "/api/instruments", "").wantStatus(t, instruments)
		for _, path := range []string{usersPath, rolesPath, applicationsPath, usersPath + "/user", "/identity/api/directory?id=user"} {
			d.as(bearer, http.MethodGet, path, "").wantStatus(t, users)
		}
	}
	want([]any{}, http.StatusForbidden, http.StatusForbidden)
	d.put(rolesPath+"/any/users/user", "").wantStatus(t, http.StatusNoContent)
	want([]any{"any-role"}, http.StatusOK, http.StatusForbidden)
	d.put(rolesPath+"/"+d.roleID("lusid-administrator")+"/users/user", "").wantStatus(t, http.StatusNoContent)
	want([]any{"lusid-administrator", "any-role"}, http.StatusOK, http.StatusOK)
	d.delete(rolesPath + "/any")
	want([]any{"lusid-administrator"}, http.StatusOK, http.StatusOK)
	d.put(usersPath+"/user", userBody("user@example.com", `"roles":[]`)).wantStatus(t, http.StatusOK)
	want([]any{}, http.StatusForbidden, http.StatusForbidden)

	// If a user removes its own administrator role, it loses the rights.
	d.delete(rolesPath+"/"+d.roleID("lusid-administrator")+"/users/"+d.get(mePath).text(t, "id")).wantStatus(t, http.StatusNoContent)
	problem := d.get(usersPath).wantProblem(t, http.StatusForbidden, 186)
	if detail, _ := problem["detail"].(string); !strings.Contains(detail, "ListUsers") {
		t.Errorf("got the detail %q, want one that contains ListUsers", detail)
	}
}
