package identity_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const wholeApplication = `{"id":"0oa1","clientId":"some-app","displayName":"Some app","type":"Native"`

var newApplication = identity.CreateApplicationRequest{
	ClientID: "new-app", DisplayName: "New app", Type: identity.ApplicationTypeNative,
}

func TestApplication_lifecycle(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t)
	created, err := c.CreateApplication(t.Context(), newApplication)
	if err != nil {
		t.Fatal(err)
	}
	if created.Secret == "" || created.ID == "" || created.ID == created.ClientID || created.Issuer == "" {
		t.Errorf("got %+v, want a new application with all fields", created)
	}
	withoutSecret := *created
	withoutSecret.Secret = ""

	read, err := c.GetApplication(t.Context(), created.ID, true)
	if diff := cmp.Diff(created, read); diff != "" || err != nil {
		t.Errorf("read with the secret: error %v, application (-want +got):\n%s", err, diff)
	}
	read, err = c.GetApplication(t.Context(), created.ID, false)
	if diff := cmp.Diff(&withoutSecret, read); diff != "" || err != nil {
		t.Errorf("read without the secret: error %v, application (-want +got):\n%s", err, diff)
	}
	list, err := c.ListApplications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(withoutSecret, list[len(list)-1]); diff != "" {
		t.Errorf("application in the list (-want +got):\n%s", diff)
	}
	rotated, err := c.RotateApplicationSecrets(t.Context(), created.ID)
	if err != nil {
		t.Fatal(err)
	}
	if rotated.Secret == "" || rotated.Secret == created.Secret || rotated.ID != created.ID {
		t.Error("the application does not have a new secret")
	}
	if err := c.DeleteApplication(t.Context(), created.ID); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"read":   second(c.GetApplication(t.Context(), created.ID, false)),
		"rotate": second(c.RotateApplicationSecrets(t.Context(), created.ID)),
		"delete": c.DeleteApplication(t.Context(), created.ID),
	} {
		if !client.IsNotFound(err) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	domain.wantCounts(t, map[string]int{
		"identity.CreateApplication": 1, "identity.GetApplication": 3, "identity.ListApplications": 1,
		"identity.RotateApplicationSecrets": 2, "identity.DeleteApplication": 2,
	})
}

// If a server returns a secret that was not requested, the client leaves it out.
func TestApplication_unrequestedSecret(t *testing.T) {
	t.Parallel()
	c := newClientOf(t, jsonReply(200, wholeApplication+`,"secret":"canary"}`))
	got, err := c.GetApplication(t.Context(), "0oa1", false)
	if err != nil || got.Secret != "" {
		t.Errorf("got %v and the error %v, want no secret", got, err)
	}
	got, err = c.GetApplication(t.Context(), "0oa1", true)
	if err != nil || got.Secret != "canary" {
		t.Errorf("got the error %v, want the application with its secret", err)
	}
}

func TestApplication_withheldSecret(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{WithholdSecrets: true})
	c := domain.client(t)
	list, err := c.ListApplications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.GetApplication(t.Context(), list[0].ID, true)
	if err != nil || got.Secret != "" {
		t.Errorf("got %v and the error %v, want the application without a secret", got, err)
	}
}

func TestCreateApplication_requests(t *testing.T) {
	t.Parallel()
	const web = `{"clientId":"web-app","displayName":"Web app","type":"Web","redirectUris":["https://a/b"],"postLogoutRedirectUris":["https://a/c"]}`
	for name, test := range map[string]struct {
		request identity.CreateApplicationRequest
		want    string
	}{
		"native": {newApplication, `{"clientId":"new-app","displayName":"New app","type":"Native"}`},
		"web": {identity.CreateApplicationRequest{
			ClientID: "web-app", DisplayName: "Web app", Type: identity.ApplicationTypeWeb,
			RedirectURIs: []string{"https://a/b"}, PostLogoutRedirectURIs: []string{"https://a/c"},
		}, web},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got map[string]any
			c := newClientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil || json.Unmarshal(body, &got) != nil {
					t.Errorf("the body is not valid JSON: %s", body)
				}
				if r.Method != http.MethodPost || r.URL.Path != "/identity/api/applications" || r.Header.Get("Content-Type") != "application/json" {
					t.Errorf("got %s %s with the content type %s, want a POST of JSON to /identity/api/applications", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
				}
				jsonReply(200, strings.ReplaceAll(wholeApplication, "some-app", test.request.ClientID)+`}`)(w, r)
			}))
			if _, err := c.CreateApplication(t.Context(), test.request); err != nil {
				t.Fatal(err)
			}
			var want map[string]any
			if err := json.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCreateApplication_refused(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t)
	if _, err := c.CreateApplication(t.Context(), newApplication); err != nil {
		t.Fatal(err)
	}
	_, err := c.CreateApplication(t.Context(), newApplication)
	if err == nil || client.IsOutcomeUnknown(err) || client.IsNotFound(err) {
		t.Errorf("got %v for a taken name, want an error with a known outcome", err)
	}
	_, err = c.CreateApplication(t.Context(), identity.CreateApplicationRequest{ClientID: "x", DisplayName: "X", Type: "Native"})
	var e *client.Error
	if !errors.As(err, &e) || len(e.FieldErrors) == 0 || e.RequestID == "" {
		t.Errorf("got %+v for an invalid client ID, want field errors and a request ID", e)
	}
}
