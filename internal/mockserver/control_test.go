package mockserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// control calls the control API, which needs no token.
func (d *domain) control(method, path, body string) reply {
	d.t.Helper()
	return d.do(request{method: method, path: path, body: body, bearer: noBearer})
}

func TestControl_requests(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.get("/identity/api/me")
	d.get("/identity/api/me")
	type report struct {
		Counts   map[string]int
		Requests []map[string]any
	}
	got := decode[report](t, d.control(http.MethodGet, "/_mock/requests", "").wantStatus(t, http.StatusOK))
	if diff := cmp.Diff(map[string]int{"identity.GetUserInfo": 2}, got.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if len(got.Requests) != 2 || got.Requests[0]["path"] != "/identity/api/me" || got.Requests[0]["status"] != 200.0 {
		t.Errorf("got the requests %v, want two successful reads of /identity/api/me", got.Requests)
	}
	d.control(http.MethodDelete, "/_mock/requests", "").wantStatus(t, http.StatusNoContent)
	if diff := cmp.Diff(`{"counts":{},"dropped":0,"requests":[]}`, d.control(http.MethodGet, "/_mock/requests", "").body); diff != "" {
		t.Errorf("after the reset (-want +got):\n%s", diff)
	}
}

func TestControl_faults(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	inject := func(body string) {
		t.Helper()
		d.control(http.MethodPost, "/_mock/faults", body).wantStatus(t, http.StatusNoContent)
	}
	inject(`{"operation": "identity.GetUserInfo", "count": 2, "after": 1, "status": 429, "retryAfter": "Wed, 21 Oct 2026 07:28:00 GMT", "delay": "1ms"}`)
	d.get("/identity/api/me").wantStatus(t, http.StatusOK)
	for range 2 {
		r := d.get("/identity/api/me").wantStatus(t, http.StatusTooManyRequests)
		if got := r.header.Get("Retry-After"); got != "Wed, 21 Oct 2026 07:28:00 GMT" {
			t.Errorf("got the Retry-After %q, want the injected one", got)
		}
	}
	d.get("/identity/api/me").wantStatus(t, http.StatusOK)

	inject(`{"operation": "*", "reset": "before"}`)
	if _, err := d.try(request{method: http.MethodGet, path: "/identity/api/me"}); err == nil {
		t.Error("the request succeeded, want a reset connection")
	}
	inject(`{"operation": "identity.CreateRole", "reset": "after"}`)
	if _, err := d.try(request{method: http.MethodPost, path: rolesPath, body: `{"name":"made-before-the-reset"}`}); err == nil {
		t.Error("the request succeeded, want a reset connection")
	}
	d.get(rolesPath+"/byCode/made-before-the-reset").wantStatus(t, http.StatusOK)
	inject(`{"operation": "identity.ListRoles", "truncate": true}`)
	if r, err := d.try(request{method: http.MethodGet, path: rolesPath}); err == nil || r.body == "" {
		t.Errorf("got the error %v and the body %q, want an error and a part of the body", err, r.body)
	}
	inject(`{"operation": "*", "count": -1, "html": true}`)
	d.get("/identity/api/me").wantStatus(t, http.StatusBadGateway)
	d.control(http.MethodDelete, "/_mock/faults", "").wantStatus(t, http.StatusNoContent)
	d.get("/identity/api/me").wantStatus(t, http.StatusOK)
}

func TestControl_revokeTokens(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	c := d.Credentials()
	for _, test := range []struct {
		body    string
		refresh int
	}{
		{"", http.StatusOK},
		{"{}", http.StatusOK},
		{`{"refreshTokens": true}`, http.StatusBadRequest},
	} {
		granted := d.token(d.passwordForm())
		d.control(http.MethodPost, "/_mock/tokens/revoke", test.body).wantStatus(t, http.StatusNoContent)
		d.do(request{
			method: http.MethodGet,
			path:   "/identity/api/me",
			bearer: granted.text(t, "access_token"),
		}).wantStatus(t, http.StatusUnauthorized)
		d.token(refreshForm(granted.text(t, "refresh_token")), c.ClientID, c.ClientSecret).wantStatus(t, test.refresh)
	}
}

func TestControl_credentials(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	got := decode[mockserver.Credentials](t, d.control(http.MethodGet, "/_mock/credentials", "").wantStatus(t, http.StatusOK))
	if got != d.Credentials() {
		t.Error("got other credentials than those of the server")
	}
}

func TestControl_badRequests(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, test := range []struct {
		method, path, body string
		status             int
		message            string
	}{
		{http.MethodPost, "/_mock/faults", ``, 400, "EOF"},
		{http.MethodPost, "/_mock/faults", `[]`, 400, "cannot unmarshal"},
		{http.MethodPost, "/_mock/faults", `{"operation": "*", "statu": 500}`, 400, "statu"},
		{http.MethodPost, "/_mock/faults", `{"operation": "*", "status": "500"}`, 400, "status"},
		{http.MethodPost, "/_mock/faults", `{"operation": "*", "status": 500} {}`, 400, "more than one"},
		{http.MethodPost, "/_mock/faults", `{"operation": "*", "delay": "soon"}`, 400, "delay"},
		{http.MethodPost, "/_mock/faults", `{"operation": "*", "delay": 5}`, 400, "delay"},
		{http.MethodPost, "/_mock/faults", `{"status": 500}`, 400, "operation"},
		{
			http.MethodPost, "/_mock/faults", `{"operation": "GetRole", "status": 500}`, 400,
			`Did you mean "identity.GetRole" or "access.GetRole"?`,
		},
		{
			http.MethodPost, "/_mock/faults", `{"operation": "identity.GetRoles", "status": 500}`, 400,
			`does not exist. Use an API and an operation id, such as "identity.GetRole"`,
		},
		{http.MethodPost, "/_mock/faults", `{"operation": "*"}`, 400, "no effect"},
		{http.MethodPost, "/_mock/tokens/revoke", `{"all": true}`, 400, "all"},
		{http.MethodPost, "/_mock/users/nobody/sign-up", ``, 400, "EOF"},
		{http.MethodPost, "/_mock/users/nobody/sign-up", `{"password": "secret"}`, 400, "nobody"},
		{http.MethodPost, "/_mock/users/" + d.Credentials().Username + "/sign-up", `{"password": "secret"}`, 400, "is ACTIVE"},
		{http.MethodPost, "/_mock/users/" + d.Credentials().Username + "/sign-up", `{"password": ""}`, 400, "empty"},
		{http.MethodPost, "/_mock/users/" + d.Credentials().Username + "/sign-up", `{"pasword": "secret"}`, 400, "pasword"},
		{http.MethodPost, "/_mock/users/nobody/lock", ``, 400, "nobody"},
		{http.MethodPost, "/_mock/users/nobody/suspend", ``, 400, "nobody"},
		{http.MethodPost, "/_mock/users/nobody/delete", ``, 404, "sign-up"},
		{http.MethodPost, "/_mock/keys/missing/deactivate", ``, 400, "missing"},
		{http.MethodPut, "/_mock/faults", `{}`, 404, "PUT /_mock/faults"},
		{http.MethodGet, "/_mock/nonsense", ``, 404, "GET /_mock/nonsense"},
	} {
		got := d.control(test.method, test.path, test.body).wantStatus(t, test.status).text(t, "error")
		if !strings.Contains(got, test.message) {
			t.Errorf("%s: got the error %q, want one that contains %q", test.body, got, test.message)
		}
	}
	d.get("/identity/api/me").wantStatus(t, http.StatusOK) // No invalid request had an effect.
	if diff := cmp.Diff(map[string]int{"identity.GetUserInfo": 1}, d.Counts()); diff != "" {
		t.Errorf("counts without the control API (-want +got):\n%s", diff)
	}
}
