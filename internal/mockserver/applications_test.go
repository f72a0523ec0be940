package mockserver_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestApplications_lifecycle(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	issuer := strings.TrimSuffix(d.TokenURL(d.url), "/v1/token")

	created := d.post(applicationsPath, `{"clientId":"example-sdk-app","displayName":"Example SDK application","type":"Web",`+
		`"redirectUris":["https://example.com"],"postLogoutRedirectUris":null}`).wantStatus(t, http.StatusOK)
	id, secret := created.text(t, "id"), created.text(t, "secret")
	if !regexp.MustCompile(`^0oa[a-zA-Z0-9]{17}$`).MatchString(id) {
		t.Errorf("got the ID %q, want 0oa and 17 letters or digits", id)
	}
	if !regexp.MustCompile(`^[a-zA-Z0-9]{40}$`).MatchString(secret) {
		t.Error("the secret does not consist of 40 letters and digits")
	}
	want := map[string]any{
		"id": id, "clientId": "example-sdk-app", "displayName": "Example SDK application",
		"type": "Web", "issuer": issuer, "secret": secret,
	}
	if diff := cmp.Diff(want, created.object(t)); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	path := applicationsPath + "/" + id
	if diff := cmp.Diff(want, d.get(path+"?includeSecret=true").object(t)); diff != "" {
		t.Errorf("read with its secret (-want +got):\n%s", diff)
	}

	rotated := d.post(path+"/lifecycle/$newsecret", "").wantStatus(t, http.StatusOK)
	if rotated.text(t, "secret") == secret {
		t.Error("the rotation did not change the secret")
	}
	want["secret"] = rotated.text(t, "secret")
	if diff := cmp.Diff(want, d.get(path+"?includeSecret=true").object(t)); diff != "" {
		t.Errorf("after the rotation (-want +got):\n%s", diff)
	}

	want["secret"] = nil
	if diff := cmp.Diff(want, d.get(path).object(t)); diff != "" {
		t.Errorf("read without its secret (-want +got):\n%s", diff)
	}
	list := decode[[]map[string]any](t, d.get(applicationsPath))
	if diff := cmp.Diff(want, list[len(list)-1]); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}

	deleted := d.delete(path).wantStatus(t, http.StatusNoContent)
	if deleted.body != "" {
		t.Errorf("got the body %s for the deletion, want none", deleted.body)
	}
	if diff := cmp.Diff([]string{}, d.listed()); diff != "" {
		t.Errorf("listed after the deletion (-want +got):\n%s", diff)
	}
}

func TestApplications_missing(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, r := range []request{
		{method: http.MethodGet, path: "/missing"},
		{method: http.MethodGet, path: "/missing?includeSecret=true"},
		{method: http.MethodGet, path: "/" + d.Credentials().ClientID}, // A client ID is not the ID.
		{method: http.MethodDelete, path: "/missing"},
		{method: http.MethodPost, path: "/missing/lifecycle/$newsecret"},
		{method: http.MethodPost, path: "/missing/lifecycle/%24newsecret"},
	} {
		r.path = applicationsPath + r.path
		problem := d.do(r).wantProblem(t, http.StatusNotFound, 662)
		if problem["name"] != "Application does not exist" {
			t.Errorf("got the name %v, want Application does not exist", problem["name"])
		}
	}
}

func TestApplications_takenNames(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.create("example-sdk-app")
	for what, body := range map[string]string{
		"client id":    `{"clientId":"example-sdk-app","displayName":"Another","type":"Native"}`,
		"display name": `{"clientId":"another-app","displayName":"The example-sdk-app","type":"Native"}`,
	} {
		problem := d.post(applicationsPath, body).wantProblem(t, http.StatusBadRequest, 144)
		if detail, _ := problem["detail"].(string); !strings.Contains(detail, what) {
			t.Errorf("got the detail %q, want one that contains %s", detail, what)
		}
	}
	if diff := cmp.Diff([]string{"example-sdk-app"}, d.listed()); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestApplications_issuerIsTokenURL(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{IssuerIsTokenURL: true})
	list := decode[[]map[string]any](t, d.get(applicationsPath))
	if got := list[0]["issuer"]; got != d.TokenURL(d.url) {
		t.Errorf("got the issuer %v, want %s", got, d.TokenURL(d.url))
	}
}

func TestApplications_withholdSecrets(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{WithholdSecrets: true})
	id, secret := d.create("example-sdk-app")
	if secret == "" {
		t.Error("the response to the create has no secret")
	}
	got := d.get(applicationsPath+"/"+id+"?includeSecret=true").wantStatus(t, http.StatusOK).object(t)
	if secret, ok := got["secret"]; !ok || secret != nil {
		t.Errorf("got no null for the secret (present: %t)", ok)
	}
}

func TestApplications_seed(t *testing.T) {
	t.Parallel()
	seed := mockserver.Seed{Applications: []mockserver.Application{
		{ID: "0oaSeeded", ClientID: "seeded-app", DisplayName: "Seeded", Type: "Web", Secret: "seeded-secret"},
		{ClientID: "bare-app", DisplayName: "Bare"},
	}}
	d := newDomain(t, mockserver.Options{Seed: seed, ListLag: 3})
	if diff := cmp.Diff([]string{"seeded-app", "bare-app"}, d.listed()); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	got := d.get(applicationsPath+"/0oaSeeded?includeSecret=true").wantStatus(t, http.StatusOK)
	if got.text(t, "secret") != "seeded-secret" || got.text(t, "type") != "Web" {
		t.Errorf("got %s, want the secret and the type of the seed", got.body)
	}
}

func TestApplications_listsLag(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{ListLag: 2})
	wantLists := func(lists ...[]string) {
		t.Helper()
		for i, want := range lists {
			if diff := cmp.Diff(want, d.listed()); diff != "" {
				t.Errorf("list %d (-want +got):\n%s", i+1, diff)
			}
		}
	}
	first, _ := d.create("first-app")
	d.get(applicationsPath+"/"+first).wantStatus(t, http.StatusOK) // Reads by ID don't lag.
	wantLists([]string{})
	d.create("second-app")
	wantLists([]string{}, []string{"first-app"}, []string{"first-app", "second-app"})

	d.delete(applicationsPath + "/" + first)
	d.get(applicationsPath+"/"+first).wantProblem(t, http.StatusNotFound, 662)
	wantLists([]string{"first-app", "second-app"}, []string{"first-app", "second-app"}, []string{"second-app"}, []string{"second-app"})
}
