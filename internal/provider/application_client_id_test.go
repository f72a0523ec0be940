package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// newShoutingMock is a domain that writes every client id in capitals.
func newShoutingMock(t *testing.T) domain {
	t.Helper()
	var w rewriter
	shout := func(body any) {
		if application, ok := body.(map[string]any); ok && application["clientId"] != nil {
			application["clientId"] = strings.ToUpper(fmt.Sprint(application["clientId"]))
		}
	}
	w.set(func(_ *http.Request, body any) any {
		shout(body)
		if list, ok := body.([]any); ok {
			for _, element := range list {
				shout(element)
			}
		}
		return body
	})
	return newMockBehind(t, mockserver.Options{}, w.front)
}

// TestApplication_clientIDCase manages applications whose client ids LUSID writes in another case.
// The spelling of the configuration stays in the state, and nothing is replaced.
func TestApplication_clientIDCase(t *testing.T) {
	t.Parallel()
	for _, store := range []bool{true, false} {
		t.Run(fmt.Sprint("store_secret = ", store), func(t *testing.T) {
			t.Parallel()
			d := newShoutingMock(t)
			applications := d.protocol(t).applications()
			config := triggers(object{"a": "1"}, object{"store_secret": store})
			made := applications.mustCreate(config)
			for range 6 {
				read := applications.mustRead(made)
				if names := read.differences(made); names != nil {
					t.Errorf("a refresh changed %s", names)
				}
				mustHaveIdentity(t, applications, "refresh", read, made.get("id"), "test-app")
			}
			want := map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1, "identity.GetApplication": 6}
			if !store {
				// A list is believed too.
				want["identity.ListApplications"], want["identity.GetApplication"] = 2, 3
			}
			if diff := cmp.Diff(want, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			for _, clientID := range []string{"test-app", "Test-App", "TEST-APP"} {
				change, diags := applications.plan(made, triggers(object{"a": "1"}, object{"store_secret": store, "client_id": clientID}))
				diags.mustBeQuiet(t)
				if names := change.planned.differences(made); names != nil || change.replaces != nil {
					t.Errorf("%s: the plan changes %s, and replaces because of %s", clientID, names, change.replaces)
				}
			}
			rotated, diags := applications.rotate(made, triggers(object{"a": "2"}, object{"store_secret": store, "client_id": "Test-App"}))
			diags.mustBeQuiet(t)
			d.mustHoldSecret(t, rotated)
			mustHaveIdentity(t, applications, "update", rotated, made.get("id"), "test-app")
		})
	}
}

// TestApplication_clientIDCase_import finds applications by a client id in another case.
func TestApplication_clientIDCase_import(t *testing.T) {
	t.Parallel()
	d := newShoutingMock(t)
	foreign := d.createApplication(t, "test-app", "Test", "Native")
	p := d.protocol(t)
	for name, by := range map[string]func() (instance, diagnostics){
		"client id": func() (instance, diagnostics) { return p.applications().importState("test-app") },
		"identity by client id": func() (instance, diagnostics) {
			return p.applications().importIdentity(object{"client_id": "test-app"})
		},
		"identity by both": func() (instance, diagnostics) {
			return p.applications().importIdentity(object{"id": foreign.ID, "client_id": "test-app"})
		},
	} {
		imported, diags := by()
		diags.mustBeQuiet(t)
		change, diags := p.applications().plan(imported, object{"client_id": "test-app", "display_name": "Test"})
		diags.mustBeQuiet(t)
		if names := change.planned.differences(imported); names != nil || change.replaces != nil {
			t.Errorf("%s: the plan changes %s, and replaces because of %s", name, names, change.replaces)
		}
	}
	found, diags := p.data("lusid_application", object{"client_id": "test-app"})
	diags.mustBeQuiet(t)
	opened := p.mustOpen(secretType, object{"client_id": "test-app"})
	for where, got := range map[string]instance{"data source": found, "ephemeral resource": opened} {
		if got.get("id") != foreign.ID || got.get("client_id") != "test-app" {
			t.Errorf("%s: %s", where, got.attributes)
		}
	}
	_, diags = p.invokeRotation(object{"client_id": "test-app"})
	diags.mustBeQuiet(t)
	if d.application(t, "test-app").Secret == foreign.Secret {
		t.Error("the action rotated nothing")
	}
}

// TestApplication_clientIDCase_two has two applications that differ in case alone: the spelling decides.
func TestApplication_clientIDCase_two(t *testing.T) {
	t.Parallel()
	seed := mockserver.Seed{Applications: []mockserver.Application{
		{ID: "0oaSmall", ClientID: "test-app", DisplayName: "Small"},
		{ID: "0oaLarge", ClientID: "TEST-APP", DisplayName: "Large"},
	}}
	p := newMock(t, mockserver.Options{Seed: seed}).protocol(t)
	for clientID, want := range map[string]string{"test-app": "0oaSmall", "TEST-APP": "0oaLarge"} {
		found, diags := p.data("lusid_application", object{"client_id": clientID})
		diags.mustBeQuiet(t)
		if got := found.get("id"); got != want {
			t.Errorf("%s: %s", clientID, got)
		}
	}
}

// TestApplication_clientIDCase_create meets its own lost create, and another application.
func TestApplication_clientIDCase_create(t *testing.T) {
	t.Parallel()
	d := newShoutingMock(t)
	applications := d.protocol(t).applications()
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: mockserver.ResetAfter})
	_, diags := applications.create(object{"client_id": "test-app", "display_name": "Test"})
	diags.mustWarn(t, "", "The answer to the creation of application test-app was lost")
	if got := d.counts()["identity.CreateApplication"]; got != 1 {
		t.Errorf("%d creates", got)
	}
	_, diags = applications.create(object{"client_id": "test-app", "display_name": "Other"})
	diags.mustFail(t, "client_id", `client_id "test-app" is taken`)
}

// TestOwnApplication_clientIDCase knows the application that the provider signs in through.
func TestOwnApplication_clientIDCase(t *testing.T) {
	t.Parallel()
	d := newShoutingMock(t)
	p := d.signedIn(t)
	own := strings.ToUpper(d.mock.Credentials().ClientID)
	imported, diags := p.applications().importState(d.mock.Credentials().ClientID)
	diags.mustBeQuiet(t)
	if got := imported.get("client_id"); got != own {
		t.Fatalf("the import knows the spelling %s", got)
	}
	_, diags = p.applications().plan(imported, nil)
	diags.mustWarn(t, "", "Deleting the application that this provider signs in through")
	_, diags = p.invokeRotation(object{"client_id": own})
	diags.mustWarn(t, "", "Rotated the secret of the application that this provider signs in through")
	d.mock.RevokeTokens()
	d.mock.RevokeRefreshTokens()
	p.applications().mustRead(imported)

	// The provider's secret is the default for its own client id, as the domain writes it too.
	_, diags = p.accessToken(object{"client_id": own})
	if text := strings.Join(diags.errors(), "\n"); strings.Contains(text, "client_secret must be given") {
		t.Errorf("the own client secret is no default: %s", text)
	}
}

// TestAccApplication_clientIDCase has the CLI accept a state in another spelling than the configuration's.
func TestAccApplication_clientIDCase(t *testing.T) {
	t.Parallel()
	d := newShoutingMock(t)
	config := d.config(applicationHCL("test", "test-app"))
	w := newWorkspace(t, config)
	w.mustRun("apply", "-auto-approve")
	w.mustPlanEmpty()
	w.configure(strings.Replace(config, `"test-app"`, `"Test-App"`, 1))
	w.mustPlanEmpty()
	w.mustRun("state", "rm", "lusid_application.test")
	w.mustRun("import", "lusid_application.test", "test-app")
	w.mustPlanEmpty()
}
