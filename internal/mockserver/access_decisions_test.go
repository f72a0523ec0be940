package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const analystPassword = "secret"

// newAnalyst returns a domain and a function that signs in an active user. The user has the identity role
// "analyst", but no access role yet.
func newAnalyst(t *testing.T) (d *domain, signIn func() string) {
	t.Helper()
	d = newDomain(t, mockserver.Options{
		Clock: func() time.Time { return now },
		Seed: mockserver.Seed{
			Roles: []mockserver.Role{{ID: "analyst", Name: "analyst"}},
			Users: []mockserver.User{{ID: "analyst", Username: "analyst@example.com", Password: analystPassword, Roles: []string{"analyst"}}},
		},
	})
	return d, func() string {
		t.Helper()
		return d.token(d.passwordFormOf("analyst@example.com", analystPassword)).wantStatus(t, http.StatusOK).text(t, "access_token")
	}
}

// values returns the number of objects in a list.
func (r reply) values(t *testing.T) int {
	t.Helper()
	return len(decode[struct{ Values []any }](t, r.wantStatus(t, http.StatusOK)).Values)
}

// The two published policies allow listing instruments and nothing else.
func TestAccessDecisions_leastPrivilege(t *testing.T) {
	t.Parallel()
	d, signIn := newAnalyst(t)
	bearer := signIn()
	want := func(when, path string, status int, reason string) {
		t.Helper()
		got := d.as(bearer, http.MethodGet, path, "")
		if status == http.StatusOK {
			got.wantStatus(t, status)
			return
		}
		problem := got.wantProblem(t, status, 186)
		if detail, _ := problem["detail"].(string); problem["name"] != "Access Denied" || !strings.Contains(detail, reason) {
			t.Errorf("%s: got the name %v and the detail %q, want Access Denied and %q", when, problem["name"], detail, reason)
		}
	}
	const instruments, portfolios = "/api/api/instruments", "/api/api/portfolios"
	want("without an access role", instruments, http.StatusForbidden, "The user has the user role.")

	for _, file := range accessSamples(t, "policy-[12]-*.json") {
		d.post(policiesPath, encode(t, readSample(t, file))).wantStatus(t, http.StatusCreated)
	}
	d.post(accessRolesPath, accessRoleBody("analyst")).wantStatus(t, http.StatusCreated)
	role := accessRolesPath + "/analyst"
	want("without a policy", instruments, http.StatusForbidden, `The user has access role "default/analyst"`)
	d.put(role, accessRoleBody("", "feature-list-instruments")).wantStatus(t, http.StatusOK)
	want("without the data policy", instruments, http.StatusForbidden, `"Instrument"`)
	d.put(role, accessRoleBody("", "data-read-instruments")).wantStatus(t, http.StatusOK)
	want("without the feature policy", instruments, http.StatusForbidden, "api-instruments-listinstruments")

	d.put(role, accessRoleBody("", "data-read-instruments", "feature-list-instruments")).wantStatus(t, http.StatusOK)
	want("with both", instruments, http.StatusOK, "")
	want("with both", "/api/instruments", http.StatusOK, "")
	want("with both", portfolios, http.StatusForbidden, "api-portfolios-listportfolios")
	want("with both", "/api/portfolios", http.StatusForbidden, "api-portfolios-listportfolios")

	// A change of a policy or a role affects the next request of the same token.
	d.delete(policiesPath+"/data-read-instruments").wantStatus(t, http.StatusNoContent)
	want("with the data policy deleted", instruments, http.StatusForbidden, `"Instrument"`)
	d.put(role, accessRoleBody("", evaluatorPolicies...)).wantStatus(t, http.StatusOK)
	want("with other policies", portfolios, http.StatusOK, "")
	d.delete(role).wantStatus(t, http.StatusNoContent)
	want("with the role deleted", instruments, http.StatusForbidden, "The user has the user role.")
}

// A change of a user's roles affects only new access tokens, but it affects personal access tokens at once.
func TestAccessDecisions_rolesOfTheToken(t *testing.T) {
	t.Parallel()
	d, signIn := newAnalyst(t)
	d.post(accessRolesPath, accessRoleBody("analyst", evaluatorPolicies...)).wantStatus(t, http.StatusCreated)
	before := signIn()
	personal := d.as(before, http.MethodPost, keysPath, `{"displayName":"Example"}`).wantStatus(t, http.StatusOK).text(t, "key")
	want := func(bearer string, status int) {
		t.Helper()
		d.as(bearer, http.MethodGet, "/api/instruments", "").wantStatus(t, status)
	}
	want(before, http.StatusOK)
	want(personal, http.StatusOK)

	membership := rolesPath + "/analyst/users/analyst"
	d.delete(membership).wantStatus(t, http.StatusNoContent)
	want(before, http.StatusOK)
	want(personal, http.StatusForbidden)
	after := signIn()
	want(after, http.StatusForbidden)

	d.put(membership, "").wantStatus(t, http.StatusNoContent)
	want(after, http.StatusForbidden)
	want(personal, http.StatusOK)
	want(signIn(), http.StatusOK)
}

// A refreshed token has the roles that the user has at the refresh.
func TestAccessDecisions_refreshedToken(t *testing.T) {
	t.Parallel()
	d, _ := newAnalyst(t)
	d.post(accessRolesPath, accessRoleBody("analyst", evaluatorPolicies...)).wantStatus(t, http.StatusCreated)
	refresh := d.token(d.passwordFormOf("analyst@example.com", analystPassword)).text(t, "refresh_token")
	d.delete(rolesPath+"/analyst/users/analyst").wantStatus(t, http.StatusNoContent)
	bearer := d.token(refreshForm(refresh), d.Credentials().ClientID, d.Credentials().ClientSecret).wantStatus(t, http.StatusOK).text(t, "access_token")
	d.as(bearer, http.MethodGet, "/api/instruments", "").wantStatus(t, http.StatusForbidden)
}

// A list contains only the objects that the user may see.
func TestAccessDecisions_filteredLists(t *testing.T) {
	t.Parallel()
	d, signIn := newAnalyst(t)
	bearer := signIn()
	allow := func(entity, scope, code string) string {
		return `{"idSelectorDefinition":{"identifier":{"scope":"` + scope + `","code":"` + code + `"},"actions":[{"scope":"default","activity":"Any","entity":"` + entity + `"}]}}`
	}
	d.post(policiesPath, `{"code":"some-data","grant":"Allow","when":{"activate":"2024-01-01T00:00:00Z"},"selectors":[`+
		allow("Instrument", "default", "CCY_A*")+`,`+allow("Portfolio", "official", "*")+`]}`).wantStatus(t, http.StatusCreated)
	d.post(accessRolesPath, accessRoleBody("analyst", "allow-standard-lusid-features-access", "some-data")).wantStatus(t, http.StatusCreated)
	for path, want := range map[string]int{
		"/api/instruments": 2, "/api/instruments?limit=1": 1, "/api/portfolios": 1, "/api/api/portfolios?limit=5000": 1,
	} {
		if got := d.as(bearer, http.MethodGet, path, "").values(t); got != want {
			t.Errorf("%s: got %d objects, want %d", path, got, want)
		}
	}
	if all := d.get("/api/portfolios").values(t); all != 3 {
		t.Errorf("an administrator: got %d portfolios, want 3", all)
	}
	list := decode[struct{ Values []map[string]any }](t, d.as(bearer, http.MethodGet, "/api/portfolios", ""))
	want := map[string]any{
		"href": d.url + "/api/portfolios/official/main", "id": map[string]any{"scope": "official", "code": "main"},
		"type": "Transaction", "displayName": "main", "created": "2021-07-07T07:34:36.5367730+00:00",
	}
	if diff := cmp.Diff(want, list.Values[0]); diff != "" {
		t.Errorf("portfolio (-want +got):\n%s", diff)
	}
	d.get("/api/portfolios?limit=5001").wantProblem(t, http.StatusBadRequest, 151)
}

// A list needs permission for both Read and List.
func TestAccessDecisions_readAndList(t *testing.T) {
	t.Parallel()
	for activity, status := range map[string]int{"Read": http.StatusForbidden, "List": http.StatusForbidden, "Any": http.StatusOK} {
		d, signIn := newAnalyst(t)
		d.post(policiesPath, strings.ReplaceAll(policyBody("some-data"), "Any", activity)).wantStatus(t, http.StatusCreated)
		d.post(accessRolesPath, accessRoleBody("analyst", "allow-standard-lusid-features-access", "some-data")).wantStatus(t, http.StatusCreated)
		if got := d.as(signIn(), http.MethodGet, "/api/portfolios", "").status; got != status {
			t.Errorf("with %s: got status %d, want %d", activity, got, status)
		}
	}
}

// Policies can use the claims of a token from an external token issuer.
func TestAccessDecisions_externalToken(t *testing.T) {
	t.Parallel()
	const issuer = "https://ci.example.com"
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{
		Users: []mockserver.User{{Username: "user@example.com", Roles: []string{"lusid-evaluator"}}},
		ExternalTokenIssuers: []mockserver.ExternalTokenIssuer{{
			Code: "acme-ci", Issuer: issuer, Audience: "lusid", LogoutURL: issuer, ClaimMappings: map[string]string{
				"userId": "sub", "login": "mail", "email": "mail", "firstName": `"CI"`, "lastName": `"Pipeline"`, "userType": `"Service"`,
			},
		}},
	}})
	d.put(policiesPath+"/lusid-evaluator-data", `{"grant":"Allow","when":{"activate":"2024-01-01T00:00:00Z"},
		"selectors":[{"matchAllSelectorDefinition":{"actions":[{"scope":"default","activity":"Any","entity":"Portfolio"}]}}],
		"if":[{"ifIdentityClaimExpression":{"claimType":"branch","claimIssuer":"`+issuer+`","operator":"EqualsCaseSensitive","value":"main"}}]}`).wantStatus(t, http.StatusOK)
	for branch, status := range map[string]int{"main": http.StatusOK, "other": http.StatusForbidden} {
		bearer, err := d.IssueExternalToken(mockserver.ExternalToken{Issuer: issuer, Audience: "lusid", Claims: map[string]string{"mail": "user@example.com", "branch": branch}})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.as(bearer, http.MethodGet, "/api/portfolios", ""); got.status != status {
			t.Errorf("%s: got status %d, want %d: %s", branch, got.status, status, got.body)
		}
	}
}

// Policies can use the dates, the headers and the claims of a request, and the scopes of its token.
func TestAccessDecisions_conditions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		condition       string
		path            string
		header          map[string]string
		otherwise       string
		otherwiseHeader map[string]string
	}{
		"effective date": {
			condition: `"for":[{"effectiveDateRelative":{"date":"Now","adjustment":-7,"unit":"Day","relativeToDateTime":"BeforeOrOn"}}]`,
			path:      "?effectiveAt=2026-08-25T00:00:00Z", otherwise: "?effectiveAt=2026-08-26T00:00:00Z",
		},
		"as at": {
			condition: `"for":[{"asAtRelative":{"date":"Now","adjustment":-7,"unit":"Day","relativeToDateTime":"BeforeOrOn"}}]`,
			path:      "?asAt=2026-08-25T00:00:00Z", otherwise: "",
		},
		"header": {
			condition: `"if":[{"ifRequestHeaderExpression":{"headerName":"X-Group","operator":"EqualsCaseSensitive","value":"special"}}]`,
			header:    map[string]string{"x-group": "special"}, otherwiseHeader: map[string]string{"x-group": "other"},
		},
		"feature": {
			condition: `"if":[{"ifViaApiExpression":{"apiFeatureCodes":["api-instruments-listinstruments"],"operator":"In"}}]`,
			otherwise: "portfolios",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, signIn := newAnalyst(t)
			d.post(policiesPath, `{"code":"some-data","grant":"Allow","when":{"activate":"2024-01-01T00:00:00Z"},`+test.condition+`,"selectors":[{"matchAllSelectorDefinition":{"actions":[
				{"scope":"default","activity":"Any","entity":"Instrument"},{"scope":"default","activity":"Any","entity":"Portfolio"}]}}]}`).wantStatus(t, http.StatusCreated)
			d.post(accessRolesPath, accessRoleBody("analyst", "allow-standard-lusid-features-access", "some-data")).wantStatus(t, http.StatusCreated)
			r := request{method: http.MethodGet, path: "/api/instruments" + test.path, bearer: signIn(), header: test.header}
			d.do(r).wantStatus(t, http.StatusOK)
			r.path, r.header = "/api/instruments"+test.otherwise, test.otherwiseHeader
			if test.otherwise == "portfolios" {
				r.path = "/api/portfolios"
			}
			d.do(r).wantStatus(t, http.StatusForbidden)
		})
	}
	d, signIn := newAnalyst(t)
	d.as(signIn(), http.MethodGet, "/api/instruments?effectiveAt=tomorrow", "").wantProblem(t, http.StatusBadRequest, 151)
	for condition, status := range map[string]int{
		`"ifIdentityClaimExpression":{"claimType":"sub","operator":"EqualsCaseSensitive","value":"analyst@example.com"}`: http.StatusOK,
		`"ifIdentityClaimExpression":{"claimType":"sub","operator":"EqualsCaseSensitive","value":"other@example.com"}`:   http.StatusForbidden,
		`"ifIdentityScopeExpression":{"scopeName":"openid"}`:                                                             http.StatusOK,
		`"ifIdentityScopeExpression":{"scopeName":"other"}`:                                                              http.StatusForbidden,
	} {
		d, signIn := newAnalyst(t)
		d.post(policiesPath, `{"code":"conditional","grant":"Allow","when":{"activate":"2024-01-01T00:00:00Z"},"if":[{`+condition+`}],"selectors":[{"matchAllSelectorDefinition":{"actions":[
			{"scope":"LUSID","activity":"Execute","entity":"Feature"},{"scope":"default","activity":"Any","entity":"Instrument"}]}}]}`).wantStatus(t, http.StatusCreated)
		d.post(accessRolesPath, accessRoleBody("analyst", "conditional")).wantStatus(t, http.StatusCreated)
		if got := d.as(signIn(), http.MethodGet, "/api/instruments", ""); got.status != status {
			t.Errorf("%s: got status %d, want %d: %s", condition, got.status, status, got.body)
		}
	}
}

// The built-in roles have the permissions on the LUSID API that their names say.
func TestAccessDecisions_builtInRoles(t *testing.T) {
	t.Parallel()
	type rights struct{ Instruments, Portfolios int }
	for role, want := range map[string]rights{
		"lusid-administrator":         {http.StatusOK, http.StatusOK},
		"iam-administrator":           {http.StatusForbidden, http.StatusForbidden},
		"applications-administrator":  {http.StatusForbidden, http.StatusForbidden},
		"lusid-evaluator":             {http.StatusOK, http.StatusOK},
		"configuration-administrator": {http.StatusForbidden, http.StatusForbidden},
		"instrument-administrator":    {http.StatusOK, http.StatusForbidden},
	} {
		d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{
			Users: []mockserver.User{{Username: "user@example.com", Password: analystPassword, Roles: []string{role}}},
		}})
		bearer := d.token(d.passwordFormOf("user@example.com", analystPassword)).text(t, "access_token")
		got := rights{d.as(bearer, http.MethodGet, "/api/instruments", "").status, d.as(bearer, http.MethodGet, "/api/portfolios", "").status}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", role, got, want)
		}
	}
}
