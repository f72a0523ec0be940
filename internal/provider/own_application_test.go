package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// ownConfig is the application that a domain's credentials belong to, as a configuration.
func (d domain) ownConfig(more ...object) object {
	config := object{"client_id": d.mock.Credentials().ClientID, "display_name": "Terraform", "rotation_triggers": object{"a": "1"}}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// importOwn takes the own application under management, with triggers.
func (d domain) importOwn(t *testing.T, applications managedType) instance {
	t.Helper()
	imported, diags := applications.importState(d.mock.Credentials().ClientID)
	diags.mustBeQuiet(t)
	managed, diags := applications.update(imported, d.ownConfig())
	diags.mustBeQuiet(t)
	return managed
}

// TestOwnApplication_warnings plans what cuts off the branch that the provider sits on.
func TestOwnApplication_warnings(t *testing.T) {
	t.Parallel()
	for name, signIn := range map[string]struct {
		configure func(*testing.T, domain) *protocol
		words     string
	}{
		"password":      {func(t *testing.T, d domain) *protocol { t.Helper(); return d.signedIn(t) }, "user name and password"},
		"refresh token": {func(t *testing.T, d domain) *protocol { t.Helper(); return d.withRefreshToken(t) }, "refresh token"},
		// What is there for token requests alone is not signed in with.
		"personal access token": {func(t *testing.T, d domain) *protocol {
			t.Helper()
			own := d.passwordArguments()
			return d.protocol(t, object{"client_id": own["client_id"], "client_secret": own["client_secret"]})
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			d.createApplication(t, "other-app", "Other", "Native")
			p := signIn.configure(t, d)
			applications := p.applications()
			own := d.importOwn(t, applications)
			d.forget()
			expect := func(what string, diags diagnostics, doing string, more int) {
				t.Helper()
				diags.mustSucceed(t)
				var about []string
				for _, warning := range diags.warnings() {
					if strings.Contains(warning, "that this provider signs in through") {
						about = append(about, warning)
					}
				}
				if signIn.words == "" || doing == "" {
					if len(about) > 0 {
						t.Errorf("%s warns: %s", what, about)
					}
					return
				}
				mustBeOne(t, "warning", about, "", []string{doing + " the application that this provider signs in through", own.get("client_id"), "FBN_CLIENT_SECRET"})
				if len(diags.warnings()) != 1+more {
					t.Errorf("%s: other warnings: %s", what, diags.warnings())
				}
			}
			_, diags := applications.plan(own, d.ownConfig(object{"rotation_triggers": object{"a": "2"}}))
			expect("a rotation", diags, "Rotating the secret of", 1)
			_, diags = applications.plan(own, d.ownConfig(object{"rotation_triggers": object{"a": unknown}}))
			expect("a rotation that may be", diags, "Rotating the secret of", 1)
			_, diags = applications.plan(own, d.ownConfig(object{"display_name": "Other name"}))
			expect("a replacement", diags, "Replacing", 1)
			_, diags = applications.plan(own, nil)
			expect("a deletion", diags, "Deleting", 0)
			for what, config := range map[string]object{
				"nothing":            d.ownConfig(),
				"another timeout":    d.ownConfig(object{"timeouts": object{"read": "1m"}}),
				"no triggers":        d.ownConfig(object{"rotation_triggers": nil}),
				"store_secret false": d.ownConfig(object{"store_secret": false}),
			} {
				_, diags = applications.plan(own, config)
				expect(what, diags, "", 0)
			}
			expect("the action by client id", p.planRotation(object{"client_id": own.get("client_id")}), "Rotating the secret of", 1)
			expect("the action by id, as that needs a call", p.planRotation(object{"id": own.get("id")}), "", 0)
			expect("the action on another", p.planRotation(object{"client_id": "other-app"}), "", 0)
			if counts := d.counts(); len(counts) != 0 {
				t.Errorf("a plan asked LUSID: %v", counts)
			}
			_, diags = p.invokeRotation(object{"id": own.get("id")})
			expect("the action done", diags, "Rotated the secret of", 0)

			other, diags := applications.importState("other-app")
			diags.mustBeQuiet(t)
			_, diags = applications.plan(other, nil)
			diags.mustBeQuiet(t)
		})
	}
}

// TestOwnApplication_rotated signs in again after a rotation of the own application, which works
// with the new secret alone.
func TestOwnApplication_rotated(t *testing.T) {
	t.Parallel()
	rotations := map[string]func(*testing.T, domain, *protocol){
		"by triggers": func(t *testing.T, d domain, p *protocol) {
			t.Helper()
			own := d.importOwn(t, p.applications())
			rotated, diags := p.applications().update(own, d.ownConfig(object{"rotation_triggers": object{"a": "2"}}))
			diags.mustSucceed(t)
			d.mustHoldSecret(t, rotated)
		},
		"by triggers, not stored": func(t *testing.T, d domain, p *protocol) {
			t.Helper()
			own := d.importOwn(t, p.applications())
			_, diags := p.applications().update(own, d.ownConfig(object{"rotation_triggers": object{"a": "2"}, "store_secret": false}))
			diags.mustSucceed(t)
		},
		"by triggers, the answer lost": func(t *testing.T, d domain, p *protocol) {
			t.Helper()
			own := d.importOwn(t, p.applications())
			d.mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Reset: mockserver.ResetAfter})
			_, diags := p.applications().update(own, d.ownConfig(object{"rotation_triggers": object{"a": "2"}}))
			diags.mustSucceed(t)
		},
		"by the action": func(t *testing.T, d domain, p *protocol) {
			t.Helper()
			_, diags := p.invokeRotation(object{"client_id": d.mock.Credentials().ClientID})
			diags.mustSucceed(t)
		},
	}
	for how, rotate := range rotations {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			p, neighbour := d.signedIn(t), d.signedIn(t)
			neighbour.mustGetAccessToken(nil)
			rotate(t, d, p)
			before := p.mustGetAccessToken(nil)
			d.forget()

			// The token that the provider has is still good: nothing is asked for.
			p.applications().mustRead(d.importOwn(t, p.applications()))
			if got := d.counts(); got["token:password"]+got["token:refresh_token"] != 0 {
				t.Errorf("requests: %v", got)
			}
			// The default of token requests is the new secret.
			p.mustGetAccessToken(object{"scopes": []string{"openid"}})
			p.mustOpen(tokenType, object{"scopes": []string{"openid"}})

			d.forget()
			d.mock.RevokeTokens()
			p.applications().mustCreate(object{"client_id": "renewed-app", "display_name": "Renewed"})
			d.mock.RevokeTokens()
			d.mock.RevokeRefreshTokens()
			p.applications().mustCreate(object{"client_id": "signed-in-app", "display_name": "Signed in"})
			if diff := cmp.Diff(map[string]int{"token:refresh_token": 2, "token:password": 1, "identity.ListApplications": 2, "identity.CreateApplication": 3}, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if after := p.mustGetAccessToken(nil); after.get("access_token") == before.get("access_token") {
				t.Error("the token was not renewed")
			}
			// Another alias has a secret of its own, the old one.
			_, diags := neighbour.accessToken(object{"scopes": []string{"openid"}})
			diags.mustFail(t, "", "invalid_client")
		})
	}

	t.Run("another application", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		p := d.signedIn(t)
		made := p.applications().mustCreate(triggers(object{"a": "1"}))
		_, diags := p.applications().rotate(made, triggers(object{"a": "2"}))
		diags.mustBeQuiet(t)
		_, diags = p.invokeRotation(object{"client_id": "test-app"})
		diags.mustBeQuiet(t)
		d.mock.RevokeTokens()
		d.mock.RevokeRefreshTokens()
		p.mustGetAccessToken(object{"scopes": []string{"openid"}})
		p.applications().mustCreate(object{"client_id": "next-app", "display_name": "Next"})
	})
	t.Run("of token requests alone", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		own := d.passwordArguments()
		own["access_token"] = d.token
		p := newProtocol(t)
		p.configure(own).mustBeQuiet(t)
		_, diags := p.invokeRotation(object{"client_id": own["client_id"]})
		diags.mustBeQuiet(t)
		p.mustGetAccessToken(object{"scopes": []string{"openid"}})
	})
}

// TestAccOwnApplication_aliases rotates the own application of one alias, while another one signs
// in through an application of its own.
func TestAccOwnApplication_aliases(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	second := d.createApplication(t, "second-app", "Second", "Native")
	firstArguments, secondArguments := d.passwordArguments(), d.passwordArguments()
	maps.Copy(secondArguments, object{"alias": "second", "client_id": second.ClientID, "client_secret": second.Secret})
	config := func(trigger string) string {
		return providerBlock(firstArguments) + providerBlock(secondArguments) + `
resource "lusid_application" "own" {
  client_id         = "` + d.mock.Credentials().ClientID + `"
  display_name      = "Terraform"
  rotation_triggers = { a = "` + trigger + `" }
}
data "lusid_access_token" "first" {
  scopes     = ["openid"]
  depends_on = [lusid_application.own]
}
data "lusid_access_token" "second" {
  provider   = lusid.second
  scopes     = ["openid"]
  depends_on = [lusid_application.own]
}
`
	}
	w := newWorkspace(t, config("1"))
	w.mustRun("import", "lusid_application.own", d.mock.Credentials().ClientID)
	w.mustRun("apply", "-auto-approve")
	d.forget()
	w.configure(config("2"))
	mustHold(t, w.mustRun("apply", "-auto-approve"), "Rotating the secret of the application that this provider signs in through", "1 changed")
	if d.counts()["identity.RotateApplicationSecrets"] != 1 || d.application(t, d.mock.Credentials().ClientID).Secret == d.mock.Credentials().ClientSecret {
		t.Errorf("requests: %v", d.counts())
	}
	// The next run finds the old secret in the configuration.
	w.mustFail([]string{"invalid_client", "client secret supplied"}, "plan")
}
