package mockserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// The calls that LUSID's own articles show work here as they do there.

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
	body := strings.ReplaceAll(form.Encode(), "+", "%20") // As curl's --data-urlencode has it.
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

func TestArticles_useARefreshToken(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	c := d.Credentials()
	refresh := d.token(d.passwordForm()).wantStatus(t, http.StatusOK).text(t, "refresh_token")
	access := d.token(refreshForm(refresh), c.ClientID, c.ClientSecret).wantStatus(t, http.StatusOK).text(t, "access_token")
	d.do(request{method: http.MethodGet, path: "/api/instruments", bearer: access}).wantStatus(t, http.StatusOK)
}
