package mockserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// The calls in LUSID's own articles have the same results with the mock.

func TestArticles_createAnApplication(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	r := d.post("/identity/api/applications",
		`{'clientId':'example-sdk-app','displayName':'Example SDK application','type':'Native'}`).wantStatus(t, http.StatusOK)
	got := r.object(t)
	delete(got, "id")
	delete(got, "secret")
	delete(got, "issuer")
	want := map[string]any{"clientId": "example-sdk-app", "displayName": "Example SDK application", "type": "Native"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
}

func TestArticles_authoriseACall(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	form := d.passwordForm()
	form.Set("scope", "openid client groups")
	body := strings.ReplaceAll(form.Encode(), "+", "%20") // As curl's --data-urlencode encodes it.
	granted := d.do(request{
		method: http.MethodPost, path: d.TokenURL(""), bearer: noBearer,
		body: body, contentType: "application/x-www-form-urlencoded; charset=ISO-8859-1",
	}).wantStatus(t, http.StatusOK)

	r := d.do(request{method: http.MethodGet, path: "/api/instruments?limit=1", bearer: granted.text(t, "access_token")})
	want := map[string]any{
		"links": []any{},
		"values": []any{map[string]any{
			"href":              d.url + "/api/instruments/LusidInstrumentId/CCY_AED",
			"lusidInstrumentId": "CCY_AED",
			"version": map[string]any{
				"effectiveFrom": "0001-01-01T00:00:00.0000000+00:00",
				"asAtDate":      "2021-07-07T07:34:36.5367730+00:00",
			},
			"name":        "AED",
			"identifiers": map[string]any{"Currency": "AED", "LusidInstrumentId": "CCY_AED"},
			"properties":  []any{},
			"state":       "Active",
		}},
	}
	if diff := cmp.Diff(want, r.wantStatus(t, http.StatusOK).object(t)); diff != "" {
		t.Errorf("instruments (-want +got):\n%s", diff)
	}
}

// TestArticles_authorisationTutorial creates a service user and makes a call as that user.
func TestArticles_authorisationTutorial(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	const login, password = "instruments@example.com", "a Complex 'password'"

	// Step 1: create a service user, and sign up as a person would after the e-mail.
	d.post("/identity/api/users", `{"firstName":"Instrument","lastName":"Extractor","emailAddress":"owner@example.com","login":"`+login+`",`+
		`"type":"Service","roles":[{"scope":"default","code":"lusid-evaluator"}]}`).wantStatus(t, http.StatusOK)
	form := d.passwordFormOf(login, password)
	d.token(form).wantStatus(t, http.StatusBadRequest)
	d.control(http.MethodPost, "/_mock/users/"+login+"/sign-up", `{"password": "`+password+`"}`).wantStatus(t, http.StatusNoContent)

	// Step 2: create a client ID and a client secret.
	created := d.post("/identity/api/applications",
		`{"clientId":"instrument-app","displayName":"Instruments","type":"Native"}`).wantStatus(t, http.StatusOK)
	form.Set("client_id", "instrument-app")
	form.Set("client_secret", created.text(t, "secret"))

	// Step 3: get an access token from the application's issuer.
	granted := d.do(request{
		method: http.MethodPost, path: strings.TrimPrefix(created.text(t, "issuer"), d.url) + "/v1/token", bearer: noBearer,
		body: form.Encode(), contentType: "application/x-www-form-urlencoded",
	}).wantStatus(t, http.StatusOK)

	// Step 4: make the call.
	bearer := granted.text(t, "access_token")
	d.as(bearer, http.MethodGet, "/api/instruments?limit=1", "").wantStatus(t, http.StatusOK)
	me := d.as(bearer, http.MethodGet, "/identity/api/me", "").wantStatus(t, http.StatusOK).object(t)
	delete(me, "id")
	want := map[string]any{"emailAddress": "owner@example.com", "type": "Service", "groups": []any{"lusid-evaluator"}}
	if diff := cmp.Diff(want, me); diff != "" {
		t.Errorf("me (-want +got):\n%s", diff)
	}
}

func TestArticles_createUsersAndRoles(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.post("/identity/api/users",
		`{"emailAddress":"john.doe@acme.com","firstName":"John","lastName":"Doe","login":"john.doe@acme.com","roles":[],"type":"Personal"}`).wantStatus(t, http.StatusOK)
	role := d.post("/identity/api/roles",
		`{'name':'portfolio-manager-role','description':'A role representing the manager of a portfolio'}`).wantStatus(t, http.StatusCreated)
	want := map[string]any{"scope": "default", "code": "portfolio-manager-role"}
	if diff := cmp.Diff(want, role.object(t)["roleId"]); diff != "" {
		t.Errorf("roleId (-want +got):\n%s", diff)
	}
}

func TestArticles_useARefreshToken(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	c := d.Credentials()
	refresh := d.token(d.passwordForm()).wantStatus(t, http.StatusOK).text(t, "refresh_token")
	access := d.token(refreshForm(refresh), c.ClientID, c.ClientSecret).wantStatus(t, http.StatusOK).text(t, "access_token")
	d.do(request{method: http.MethodGet, path: "/api/instruments", bearer: access}).wantStatus(t, http.StatusOK)
}
