package mockserver_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestParseSeed(t *testing.T) {
	t.Parallel()
	got, err := mockserver.ParseSeed([]byte(`{
		"user": {"username": "me@example.com", "password": "mine"},
		"applications": [
			{"clientId": "first-app", "displayName": "First"},
			{"id": "second", "clientId": "second-app", "displayName": "Second", "type": "Web", "secret": "its secret"}
		]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := mockserver.Seed{
		User: mockserver.User{Username: "me@example.com", Password: "mine"},
		Applications: []mockserver.Application{
			{ClientID: "first-app", DisplayName: "First"},
			{ID: "second", ClientID: "second-app", DisplayName: "Second", Type: "Web", Secret: "its secret"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("seed (-want +got):\n%s", diff)
	}
}

func TestParseSeed_errors(t *testing.T) {
	t.Parallel()
	const first = `{"id": "first", "clientId": "first-app", "displayName": "First"}`
	for seed, want := range map[string]string{
		``:                       "EOF",
		`{} {}`:                  "more than one",
		`{"application": []}`:    "application",
		`{"applications": [{}]}`: "applications[0]: clientId: minimum string length is 6",
		`{"applications": [{"clientId": "first-app", "displayName": "First", "type": "native"}]}`:                        "type",
		`{"applications": [{"id": "a b", "clientId": "first-app", "displayName": "First"}]}`:                             "id",
		`{"applications": [{"id": "first-app", "clientId": "first-app", "displayName": "First"}]}`:                       "differ from clientId",
		`{"applications": [` + first + `, {"clientId": "first-app", "displayName": "Second"}]}`:                          "applications[1]: the clientId first-app is taken",
		`{"applications": [` + first + `, {"clientId": "second-app", "displayName": "First"}]}`:                          "the displayName First is taken",
		`{"applications": [` + first + `, {"id": "first", "clientId": "second-app", "displayName": "Second"}]}`:          "the id first is taken",
		`{"applications": [{"clientId": "first-app", "displayName": "First", "redirectUris": ["https://example.com"]}]}`: "redirectUris",
	} {
		if _, err := mockserver.ParseSeed([]byte(seed)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", seed, err, want)
		}
	}
}
