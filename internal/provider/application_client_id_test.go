package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// newShoutingMock starts a domain that returns every client id in capital letters.
func newShoutingMock(t *testing.T) providertest.Domain {
	t.Helper()
	var w providertest.Rewriter
	shout := func(body any) {
		if application, ok := body.(map[string]any); ok && application["clientId"] != nil {
			application["clientId"] = strings.ToUpper(fmt.Sprint(application["clientId"]))
		}
	}
	w.Set(func(_ *http.Request, body any) any {
		shout(body)
		if list, ok := body.([]any); ok {
			for _, element := range list {
				shout(element)
			}
		}
		return body
	})
	return providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
}

// TestApplication_clientIDCase manages applications whose client ids LUSID returns in capital letters. The
// state keeps the spelling of the configuration, and no plan replaces the application.
func TestApplication_clientIDCase(t *testing.T) {
	t.Parallel()
	for _, store := range []bool{true, false} {
		t.Run(fmt.Sprint("store_secret = ", store), func(t *testing.T) {
			t.Parallel()
			d := newShoutingMock(t)
			applications := d.Protocol(t).Applications()
			config := providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}, providertest.Object{"store_secret": store})
			made := applications.MustCreate(config)
			for range 6 {
				read := applications.MustRead(made)
				if names := read.Differences(made); names != nil {
					t.Errorf("a refresh changed %s", names)
				}
				mustHaveIdentity(t, applications, "refresh", read, made.Get("id"), "test-app")
			}
			want := map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1, "identity.GetApplication": 6}
			if !store {
				// If no secret is stored, the later reads use a list. The spelling in the list is accepted too.
				want["identity.ListApplications"], want["identity.GetApplication"] = 2, 3
			}
			if diff := cmp.Diff(want, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			for _, clientID := range []string{"test-app", "Test-App", "TEST-APP"} {
				change, diags := applications.Plan(made,
					providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}, providertest.Object{"store_secret": store, "client_id": clientID}))
				diags.MustBeQuiet(t)
				if names := change.Planned.Differences(made); names != nil || change.Replaces != nil {
					t.Errorf("%s: the plan changes %s, and replaces because of %s", clientID, names, change.Replaces)
				}
			}
			rotated, diags := applications.Rotate(made,
				providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}, providertest.Object{"store_secret": store, "client_id": "Test-App"}))
			diags.MustBeQuiet(t)
			d.MustHoldSecret(t, rotated)
			mustHaveIdentity(t, applications, "update", rotated, made.Get("id"), "test-app")
		})
	}
}

// TestApplication_clientIDCase_import finds applications by a client id whose case differs from LUSID's.
func TestApplication_clientIDCase_import(t *testing.T) {
	t.Parallel()
	d := newShoutingMock(t)
	foreign := d.CreateApplication(t, "test-app", "Test", "Native")
	p := d.Protocol(t)
	for name, by := range map[string]func() (providertest.Instance, providertest.Diagnostics){
		"client id": func() (providertest.Instance, providertest.Diagnostics) {
			return p.Applications().ImportState("test-app")
		},
		"identity by client id": func() (providertest.Instance, providertest.Diagnostics) {
			return p.Applications().ImportIdentity(providertest.Object{"client_id": "test-app"})
		},
		"identity by id and client id": func() (providertest.Instance, providertest.Diagnostics) {
			return p.Applications().ImportIdentity(providertest.Object{"id": foreign.ID, "client_id": "test-app"})
		},
	} {
		imported, diags := by()
		diags.MustBeQuiet(t)
		change, diags := p.Applications().Plan(imported, providertest.Object{"client_id": "test-app", "display_name": "Test"})
		diags.MustBeQuiet(t)
		if names := change.Planned.Differences(imported); names != nil || change.Replaces != nil {
			t.Errorf("%s: the plan changes %s, and replaces because of %s", name, names, change.Replaces)
		}
	}
	found, diags := p.Data("lusid_application", providertest.Object{"client_id": "test-app"})
	diags.MustBeQuiet(t)
	opened := p.MustOpen(providertest.ApplicationSecretType, providertest.Object{"client_id": "test-app"})
	for where, got := range map[string]providertest.Instance{"data source": found, "ephemeral resource": opened} {
		if got.Get("id") != foreign.ID || got.Get("client_id") != "test-app" {
			t.Errorf("%s: got %s, want the id %s and the client id test-app", where, got.Attributes, foreign.ID)
		}
	}
	_, diags = p.InvokeRotation(providertest.Object{"client_id": "test-app"})
	diags.MustBeQuiet(t)
	if d.Application(t, "test-app").Secret == foreign.Secret {
		t.Error("the action did not rotate the secret")
	}
}

// TestApplication_clientIDCase_twoApplications reads two applications whose client ids differ only in case. The
// exact spelling decides which application is read.
func TestApplication_clientIDCase_twoApplications(t *testing.T) {
	t.Parallel()
	seed := mockserver.Seed{Applications: []mockserver.Application{
		{ID: "0oaSmall", ClientID: "test-app", DisplayName: "Small"},
		{ID: "0oaLarge", ClientID: "TEST-APP", DisplayName: "Large"},
	}}
	p := providertest.NewMock(t, mockserver.Options{Seed: seed}).Protocol(t)
	for clientID, want := range map[string]string{"test-app": "0oaSmall", "TEST-APP": "0oaLarge"} {
		found, diags := p.Data("lusid_application", providertest.Object{"client_id": clientID})
		diags.MustBeQuiet(t)
		if got := found.Get("id"); got != want {
			t.Errorf("%s: got the id %s, want %s", clientID, got, want)
		}
	}
}

// TestApplication_clientIDCase_create loses the response to a create. Then it creates another application with the
// same client id.
func TestApplication_clientIDCase_create(t *testing.T) {
	t.Parallel()
	d := newShoutingMock(t)
	applications := d.Protocol(t).Applications()
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: mockserver.ResetAfter})
	_, diags := applications.Create(providertest.Object{"client_id": "test-app", "display_name": "Test"})
	diags.MustWarn(t, "", "The response to the creation of application test-app was lost")
	if got := d.Counts()["identity.CreateApplication"]; got != 1 {
		t.Errorf("got %d create requests, want 1", got)
	}
	_, diags = applications.Create(providertest.Object{"client_id": "test-app", "display_name": "Other"})
	diags.MustFail(t, "client_id", `client_id "test-app" is taken`)
}

// TestOwnApplication_clientIDCase recognizes the application that the provider signs in through, although LUSID
// returns its client id in capital letters.
func TestOwnApplication_clientIDCase(t *testing.T) {
	t.Parallel()
	d := newShoutingMock(t)
	p := d.SignedIn(t)
	own := strings.ToUpper(d.Mock.Credentials().ClientID)
	imported, diags := p.Applications().ImportState(d.Mock.Credentials().ClientID)
	diags.MustBeQuiet(t)
	if got := imported.Get("client_id"); got != own {
		t.Fatalf("the import has the client id %s, want %s", got, own)
	}
	_, diags = p.Applications().Plan(imported, nil)
	diags.MustWarn(t, "", "Deleting the application that this provider signs in through")
	_, diags = p.InvokeRotation(providertest.Object{"client_id": own})
	diags.MustWarn(t, "", "Rotated the secret of the application that this provider signs in through")
	d.Mock.RevokeTokens()
	d.Mock.RevokeRefreshTokens()
	p.Applications().MustRead(imported)

	// client_secret defaults to the provider's secret, also if the client id has the spelling that LUSID returns.
	_, diags = p.AccessToken(providertest.Object{"client_id": own})
	if text := strings.Join(diags.Errors(), "\n"); strings.Contains(text, "To request a token, set client_secret.") {
		t.Errorf("client_secret does not default to the provider's own secret: %s", text)
	}
}

// TestAccApplication_clientIDCase checks that the CLI accepts a state whose client id has another case than the
// client id in the configuration.
func TestAccApplication_clientIDCase(t *testing.T) {
	t.Parallel()
	d := newShoutingMock(t)
	config := d.Config(providertest.ApplicationHCL("test", "test-app"))
	w := providertest.NewWorkspace(t, config)
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	w.Configure(strings.Replace(config, `"test-app"`, `"Test-App"`, 1))
	w.MustPlanEmpty()
	w.MustRun("state", "rm", "lusid_application.test")
	w.MustRun("import", "lusid_application.test", "test-app")
	w.MustPlanEmpty()
}
