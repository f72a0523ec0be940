package mockserver_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestMe(t *testing.T) {
	t.Parallel()
	user := mockserver.User{ID: "00uMe", Username: "me@example.com", EmailAddress: "owner@example.com", Password: "mine"}
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{User: user}})
	access := d.token(d.passwordForm()).wantStatus(t, http.StatusOK).text(t, "access_token")
	want := map[string]any{
		"id": "00uMe", "emailAddress": "owner@example.com", "type": "Service", "groups": []any{"lusid-administrator"},
	}
	for _, bearer := range []string{"", access, d.Credentials().NoSecretsToken} {
		got := d.do(request{method: http.MethodGet, path: "/identity/api/me", bearer: bearer}).wantStatus(t, http.StatusOK)
		if diff := cmp.Diff(want, got.object(t)); diff != "" {
			t.Errorf("me (-want +got):\n%s", diff)
		}
	}
	d.put(usersPath+"/00uMe", userBody("me@example.com", `"userExpiry":"2030-01-01T00:00:00Z"`)).wantStatus(t, http.StatusOK)
	want["emailAddress"], want["userExpiry"] = "me@example.com", "2030-01-01T00:00:00.0000000+00:00"
	want["groups"] = []any{}
	got := d.do(request{method: http.MethodGet, path: "/identity/api/me", bearer: d.Credentials().NoRightsToken}).wantStatus(t, http.StatusOK)
	if diff := cmp.Diff(want, got.object(t)); diff != "" {
		t.Errorf("me without rights (-want +got):\n%s", diff)
	}
}

func TestMe_password(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{Users: []mockserver.User{
		{Username: "person@example.com", Type: "Personal", Password: "theirs", Roles: []string{"lusid-evaluator"}},
	}}})
	access := d.token(d.passwordForm()).wantStatus(t, http.StatusOK).text(t, "access_token")
	const path, body = "/identity/api/me/password", `{"value":"another password"}`
	d.as(access, http.MethodPut, path, `{"value":"too short"}`).wantProblem(t, http.StatusBadRequest, 151)
	d.put(path, body).wantProblem(t, http.StatusBadRequest, 785)
	person := d.token(d.passwordFormOf("person@example.com", "theirs")).wantStatus(t, http.StatusOK).text(t, "access_token")
	d.as(person, http.MethodPut, path, body).wantProblem(t, http.StatusBadRequest, 786)

	form := d.passwordForm()
	d.as(access, http.MethodPut, path, body).wantStatus(t, http.StatusOK).text(t, "updatedAt")
	d.token(form).wantStatus(t, http.StatusBadRequest)
	form.Set("password", "another password")
	d.token(form).wantStatus(t, http.StatusOK)
}
