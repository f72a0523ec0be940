package client_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// TestDecode_unicodeForm decodes texts in the Unicode form NFD, as bytes and as JSON escapes. All texts get the form NFC,
// except a secret: LUSID would refuse another spelling of it.
func TestDecode_unicodeForm(t *testing.T) {
	t.Parallel()
	const composed, decomposed = "Zo\u00eb", "Zoe\u0308"
	for name, text := range map[string]string{"bytes": decomposed, "escapes": `Zoe\u0308`, "composed": composed} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := `{"id":"00u1","login":"a@b.c","emailAddress":"a@b.c","type":"Personal","status":"ACTIVE","firstName":"` + text + `","lastName":"` + text +
				`","alternativeUserIds":{"` + text + `":"` + text + `","desk":null}}`
			user, err := newClient(t, serve(t, jsonReply(200, body))).GetUser(t.Context(), "00u1")
			if err != nil {
				t.Fatal(err)
			}
			id := composed
			want := map[string]*string{composed: &id, "desk": nil}
			if diff := cmp.Diff(want, user.AlternativeUserIDs); user.FirstName != composed || user.LastName != composed || diff != "" {
				t.Errorf("got the names %+q and %+q, want %+q; alternative IDs (-want +got):\n%s", user.FirstName, user.LastName, composed, diff)
			}

			body = `{"id":"0oa1","clientId":"some-app","displayName":"` + text + `","type":"Native","secret":"` + text + `"}`
			application, err := newClient(t, serve(t, jsonReply(200, body))).GetApplication(t.Context(), "0oa1", true)
			if err != nil {
				t.Fatal(err)
			}
			secret := client.Secret(decomposed)
			if name == "composed" {
				secret = composed
			}
			if application.DisplayName != composed || application.Secret != secret {
				t.Errorf("got the name %+q, want %+q; the secret is unchanged: %t, want true", application.DisplayName, composed, application.Secret == secret)
			}
		})
	}
}

// A map can have a key in two Unicode forms. Neither element may be lost.
func TestDecode_keyInTwoForms(t *testing.T) {
	t.Parallel()
	for range 20 { // The order of a map's keys is random.
		body := `{"id":"00u1","login":"a@b.c","emailAddress":"a@b.c","type":"Personal","status":"ACTIVE","firstName":"A","lastName":"B",` +
			`"alternativeUserIds":{"Zo\u00eb":"1","Zoe\u0308":"2"}}`
		user, err := newClient(t, serve(t, jsonReply(200, body))).GetUser(t.Context(), "00u1")
		if err != nil {
			t.Fatal(err)
		}
		composed, decomposed := "1", "2"
		want := map[string]*string{"Zo\u00eb": &composed, "Zoe\u0308": &decomposed}
		if diff := cmp.Diff(want, user.AlternativeUserIDs); diff != "" {
			t.Fatalf("alternative IDs (-want +got):\n%s", diff)
		}
	}
}
