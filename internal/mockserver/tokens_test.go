package mockserver_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestTokens_unauthenticated(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	basic := map[string]string{"Authorization": "Basic " + d.Credentials().AccessToken}
	for _, path := range []string{applicationsPath, "/identity/api/me", "/api/instruments"} {
		for name, r := range map[string]request{
			"no token":     {bearer: noBearer},
			"wrong token":  {bearer: "wrong"},
			"wrong scheme": {bearer: noBearer, header: basic},
		} {
			r.method, r.path = http.MethodGet, path
			got := d.do(r)
			got.wantProblem(t, http.StatusUnauthorized, 2153)
			if challenge := got.header.Get("WWW-Authenticate"); challenge != "Bearer" {
				t.Errorf("%s, %s: got the WWW-Authenticate %q, want Bearer", path, name, challenge)
			}
		}
	}
}

func TestTokens_expire(t *testing.T) {
	t.Parallel()
	var elapsed atomic.Int64
	start := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	d := newDomain(t, mockserver.Options{
		TokenLifetime: time.Minute,
		Clock:         func() time.Time { return start.Add(time.Duration(elapsed.Load())) },
	})
	granted := d.token(d.passwordForm()).wantStatus(t, http.StatusOK)
	if got := granted.object(t)["expires_in"]; got != 60.0 {
		t.Errorf("got the expires_in %v, want 60", got)
	}
	me := request{method: http.MethodGet, path: "/identity/api/me", bearer: granted.text(t, "access_token")}
	elapsed.Store(int64(time.Minute - 1))
	d.do(me).wantStatus(t, http.StatusOK)
	elapsed.Store(int64(time.Minute))
	d.do(me).wantProblem(t, http.StatusUnauthorized, 2153)
	d.get("/identity/api/me").wantStatus(t, http.StatusOK) // A personal access token does not expire.
}

func TestTokens_revoke(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	c := d.Credentials()
	granted := d.token(d.passwordForm())
	me := request{method: http.MethodGet, path: "/identity/api/me", bearer: granted.text(t, "access_token")}
	d.do(me).wantStatus(t, http.StatusOK)

	d.RevokeTokens()
	d.do(me).wantProblem(t, http.StatusUnauthorized, 2153)
	d.get("/identity/api/me").wantStatus(t, http.StatusOK)
	refresh := refreshForm(granted.text(t, "refresh_token"))
	me.bearer = d.token(refresh, c.ClientID, c.ClientSecret).wantStatus(t, http.StatusOK).text(t, "access_token")
	d.do(me).wantStatus(t, http.StatusOK)

	d.RevokeRefreshTokens()
	d.do(me).wantStatus(t, http.StatusOK)
	if got := d.token(refresh, c.ClientID, c.ClientSecret).wantStatus(t, http.StatusBadRequest).text(t, "error"); got != "invalid_grant" {
		t.Errorf("got the error %q, want invalid_grant", got)
	}
}

func TestTokens_rights(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	id, _ := d.create("example-sdk-app")
	noRights, noSecrets := d.Credentials().NoRightsToken, d.Credentials().NoSecretsToken
	application := applicationsPath + "/" + id
	for _, test := range []struct {
		bearer, method, path string
		denied               bool
	}{
		{noRights, http.MethodGet, applicationsPath, true},
		{noRights, http.MethodGet, application, true},
		{noRights, http.MethodDelete, application, true},
		{noRights, http.MethodGet, "/api/instruments", true},
		{noRights, http.MethodGet, "/api/portfolios", true},
		{noRights, http.MethodGet, policiesPath, true},
		{noRights, http.MethodGet, keysPath, true},
		{noRights, http.MethodGet, "/identity/api/me", false},
		{noSecrets, http.MethodGet, application + "?includeSecret=true", true},
		{noSecrets, http.MethodGet, application + "?includeSecret=false", false},
		{noSecrets, http.MethodGet, application, false},
		{noSecrets, http.MethodGet, applicationsPath, false},
		{noSecrets, http.MethodGet, "/api/instruments", false},
		{noSecrets, http.MethodGet, policiesPath, false},
		{noSecrets, http.MethodPost, application + "/lifecycle/$newsecret", false},
		{noSecrets, http.MethodDelete, application, false},
	} {
		r := d.do(request{method: test.method, path: test.path, bearer: test.bearer})
		if test.denied {
			r.wantProblem(t, http.StatusForbidden, 186)
		} else if r.status >= 300 {
			t.Errorf("%s %s: got status %d: %s", test.method, test.path, r.status, r.body)
		}
	}
}

func TestTokens_signOut(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	const path = "/identity/api/tokens"
	one := d.token(d.passwordForm()).wantStatus(t, http.StatusOK).text(t, "access_token")
	other := d.token(d.passwordForm()).wantStatus(t, http.StatusOK).text(t, "access_token")
	d.as(one, http.MethodDelete, path, "").wantStatus(t, http.StatusNoContent)
	d.as(one, http.MethodGet, mePath, "").wantProblem(t, http.StatusUnauthorized, 2153)
	d.as(other, http.MethodGet, mePath, "").wantStatus(t, http.StatusOK)
	d.delete(path).wantProblem(t, http.StatusBadRequest, 785)
}

// The documented administrator roles may call operations of the Identity API and the Access API, but not those of the
// LUSID API.
func TestTokens_administrators(t *testing.T) {
	t.Parallel()
	const password = "correct horse"
	const identity, applications, accessAPI, lusid = usersPath, applicationsPath, policiesPath, "/api/portfolios"
	for role, allowed := range map[string][]string{
		"lusid-administrator":        {identity, applications, accessAPI, lusid},
		"iam-administrator":          {identity, accessAPI},
		"applications-administrator": {applications},
		"lusid-evaluator":            {lusid},
	} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{
				Users: []mockserver.User{{Username: "user@example.com", Password: password, Roles: []string{role}}},
			}})
			bearer := d.token(d.passwordFormOf("user@example.com", password)).text(t, "access_token")
			for _, path := range []string{identity, applications, accessAPI, lusid} {
				want := http.StatusForbidden
				if slices.Contains(allowed, path) {
					want = http.StatusOK
				}
				if got := d.as(bearer, http.MethodGet, path, "").status; got != want {
					t.Errorf("%s: got status %d, want %d", path, got, want)
				}
			}
		})
	}
}
