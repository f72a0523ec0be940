package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// ownConfig returns the configuration of the application that the provider signs in through.
func ownConfig(d providertest.Domain, more ...providertest.Object) providertest.Object {
	config := providertest.Object{
		"client_id":         d.Mock.Credentials().ClientID,
		"display_name":      "Terraform",
		"rotation_triggers": providertest.Object{"a": "1"},
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// importOwn imports the application that the provider signs in through, and adds triggers to it.
func importOwn(d providertest.Domain, t *testing.T, applications providertest.ManagedType) providertest.Instance {
	t.Helper()
	imported, diags := applications.ImportState(d.Mock.Credentials().ClientID)
	diags.MustBeQuiet(t)
	managed, diags := applications.Update(imported, ownConfig(d))
	diags.MustBeQuiet(t)
	return managed
}

// TestOwnApplication_warnings plans changes that could end the provider's own access.
func TestOwnApplication_warnings(t *testing.T) {
	t.Parallel()
	for name, signIn := range map[string]struct {
		configure func(*testing.T, providertest.Domain) *providertest.Protocol
		words     string
	}{
		"password": {
			func(t *testing.T, d providertest.Domain) *providertest.Protocol { t.Helper(); return d.SignedIn(t) },
			"user name and password",
		},
		"refresh token": {func(t *testing.T, d providertest.Domain) *providertest.Protocol {
			t.Helper()
			return d.WithRefreshToken(t)
		}, "refresh token"},
		// The provider signs in with a personal access token here. It uses client_id and client_secret
		// only for token requests.
		"personal access token": {func(t *testing.T, d providertest.Domain) *providertest.Protocol {
			t.Helper()
			own := d.PasswordArguments()
			return d.Protocol(t, providertest.Object{"client_id": own["client_id"], "client_secret": own["client_secret"]})
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			d.CreateApplication(t, "other-app", "Other", "Native")
			p := signIn.configure(t, d)
			applications := p.Applications()
			own := importOwn(d, t, applications)
			d.Forget()
			expect := func(what string, diags providertest.Diagnostics, doing string, more int) {
				t.Helper()
				diags.MustSucceed(t)
				var about []string
				for _, warning := range diags.Warnings() {
					if strings.Contains(warning, "that this provider signs in through") {
						about = append(about, warning)
					}
				}
				if signIn.words == "" || doing == "" {
					if len(about) > 0 {
						t.Errorf("%s: got the warnings %q, want none about the provider's own application", what, about)
					}
					return
				}
				providertest.MustBeOne(t, "warning", about, "", []string{
					doing + " the application that this provider signs in through", own.Get("client_id"), "FBN_CLIENT_SECRET",
				})
				if len(diags.Warnings()) != 1+more {
					t.Errorf("%s: got %d warnings, want %d: %s", what, len(diags.Warnings()), 1+more, diags.Warnings())
				}
			}
			_, diags := applications.Plan(own, ownConfig(d, providertest.Object{"rotation_triggers": providertest.Object{"a": "2"}}))
			expect("a rotation", diags, "Rotating the secret of", 1)
			_, diags = applications.Plan(own, ownConfig(d, providertest.Object{"rotation_triggers": providertest.Object{"a": providertest.Unknown}}))
			expect("a possible rotation, with an unknown trigger", diags, "Rotating the secret of", 1)
			_, diags = applications.Plan(own, ownConfig(d, providertest.Object{"display_name": "Other name"}))
			expect("a replacement", diags, "Replacing", 1)
			_, diags = applications.Plan(own, nil)
			expect("a deletion", diags, "Deleting", 0)
			for what, config := range map[string]providertest.Object{
				"no change":          ownConfig(d),
				"a timeout":          ownConfig(d, providertest.Object{"timeouts": providertest.Object{"read": "1m"}}),
				"triggers removed":   ownConfig(d, providertest.Object{"rotation_triggers": nil}),
				"store_secret false": ownConfig(d, providertest.Object{"store_secret": false}),
			} {
				_, diags = applications.Plan(own, config)
				expect(what, diags, "", 0)
			}
			expect("the plan of the action by client ID", p.PlanRotation(providertest.Object{"client_id": own.Get("client_id")}), "Rotating the secret of", 1)
			expect("the plan of the action by ID, which would need a request to compare", p.PlanRotation(providertest.Object{"id": own.Get("id")}), "", 0)
			expect("the plan of the action on another application", p.PlanRotation(providertest.Object{"client_id": "other-app"}), "", 0)
			if counts := d.Counts(); len(counts) != 0 {
				t.Errorf("got the requests %v from plans, want none", counts)
			}
			_, diags = p.InvokeRotation(providertest.Object{"id": own.Get("id")})
			expect("the action", diags, "Rotated the secret of", 0)

			other, diags := applications.ImportState("other-app")
			diags.MustBeQuiet(t)
			_, diags = applications.Plan(other, nil)
			diags.MustBeQuiet(t)
		})
	}
}

// TestOwnApplication_rotated rotates the secret of the application that the provider signs in through.
// After that, the provider must sign in with the new secret, because LUSID refuses the old one.
func TestOwnApplication_rotated(t *testing.T) {
	t.Parallel()
	rotations := map[string]func(*testing.T, providertest.Domain, *providertest.Protocol){
		"by triggers": func(t *testing.T, d providertest.Domain, p *providertest.Protocol) {
			t.Helper()
			own := importOwn(d, t, p.Applications())
			rotated, diags := p.Applications().Update(own, ownConfig(d, providertest.Object{"rotation_triggers": providertest.Object{"a": "2"}}))
			diags.MustSucceed(t)
			d.MustHoldSecret(t, rotated)
		},
		"by triggers, secret not stored": func(t *testing.T, d providertest.Domain, p *providertest.Protocol) {
			t.Helper()
			own := importOwn(d, t, p.Applications())
			_, diags := p.Applications().Update(own, ownConfig(d, providertest.Object{
				"rotation_triggers": providertest.Object{"a": "2"},
				"store_secret":      false,
			}))
			diags.MustSucceed(t)
		},
		"by triggers, response lost": func(t *testing.T, d providertest.Domain, p *providertest.Protocol) {
			t.Helper()
			own := importOwn(d, t, p.Applications())
			d.Mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Reset: mockserver.ResetAfter})
			_, diags := p.Applications().Update(own, ownConfig(d, providertest.Object{"rotation_triggers": providertest.Object{"a": "2"}}))
			diags.MustSucceed(t)
		},
		"by the action": func(t *testing.T, d providertest.Domain, p *providertest.Protocol) {
			t.Helper()
			_, diags := p.InvokeRotation(providertest.Object{"client_id": d.Mock.Credentials().ClientID})
			diags.MustSucceed(t)
		},
	}
	for how, rotate := range rotations {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			p, neighbour := d.SignedIn(t), d.SignedIn(t)
			neighbour.MustGetAccessToken(nil)
			rotate(t, d, p)
			before := p.MustGetAccessToken(nil)
			d.Forget()

			// The provider's access token is still valid, so it requests no token.
			p.Applications().MustRead(importOwn(d, t, p.Applications()))
			if got := d.Counts(); got["token:password"]+got["token:refresh_token"] != 0 {
				t.Errorf("got the requests %v, want none for a token", got)
			}
			// Token requests use the new secret by default.
			p.MustGetAccessToken(providertest.Object{"scopes": []string{"openid"}})
			p.MustOpen(providertest.AccessTokenType, providertest.Object{"scopes": []string{"openid"}})

			d.Forget()
			d.Mock.RevokeTokens()
			p.Applications().MustCreate(providertest.Object{"client_id": "renewed-app", "display_name": "Renewed"})
			d.Mock.RevokeTokens()
			d.Mock.RevokeRefreshTokens()
			p.Applications().MustCreate(providertest.Object{"client_id": "signed-in-app", "display_name": "Signed in"})
			if diff := cmp.Diff(map[string]int{"token:refresh_token": 2, "token:password": 1, "identity.ListApplications": 2, "identity.CreateApplication": 3}, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if after := p.MustGetAccessToken(nil); after.Get("access_token") == before.Get("access_token") {
				t.Error("got the same access token as before, want a new one")
			}
			// A second provider block (an alias) still uses the old secret, which LUSID refuses.
			_, diags := neighbour.AccessToken(providertest.Object{"scopes": []string{"openid"}})
			diags.MustFail(t, "", "invalid_client")
		})
	}

	t.Run("another application", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		p := d.SignedIn(t)
		made := p.Applications().MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}))
		_, diags := p.Applications().Rotate(made, providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}))
		diags.MustBeQuiet(t)
		_, diags = p.InvokeRotation(providertest.Object{"client_id": "test-app"})
		diags.MustBeQuiet(t)
		d.Mock.RevokeTokens()
		d.Mock.RevokeRefreshTokens()
		p.MustGetAccessToken(providertest.Object{"scopes": []string{"openid"}})
		p.Applications().MustCreate(providertest.Object{"client_id": "next-app", "display_name": "Next"})
	})
	t.Run("client credentials only for token requests", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		own := d.PasswordArguments()
		own["access_token"] = d.Token
		p := providertest.NewProtocol(t)
		p.Configure(own).MustBeQuiet(t)
		_, diags := p.InvokeRotation(providertest.Object{"client_id": own["client_id"]})
		diags.MustBeQuiet(t)
		p.MustGetAccessToken(providertest.Object{"scopes": []string{"openid"}})
	})
}

// TestAccOwnApplication_aliases rotates the secret of the application that one alias signs in through,
// while another alias signs in through another application.
func TestAccOwnApplication_aliases(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	second := d.CreateApplication(t, "second-app", "Second", "Native")
	firstArguments, secondArguments := d.PasswordArguments(), d.PasswordArguments()
	maps.Copy(secondArguments, providertest.Object{"alias": "second", "client_id": second.ClientID, "client_secret": second.Secret})
	config := func(trigger string) string {
		return providertest.ProviderBlock(firstArguments) + providertest.ProviderBlock(secondArguments) + `
resource "lusid_application" "own" {
  client_id         = "` + d.Mock.Credentials().ClientID + `"
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
	w := providertest.NewWorkspace(t, config("1"))
	w.MustRun("import", "lusid_application.own", d.Mock.Credentials().ClientID)
	w.MustRun("apply", "-auto-approve")
	d.Forget()
	w.Configure(config("2"))
	providertest.MustHold(t, w.MustRun("apply", "-auto-approve"), "Rotating the secret of the application that this provider signs in through",
		"1 changed")
	if d.Counts()["identity.RotateApplicationSecrets"] != 1 || d.Application(t, d.Mock.Credentials().ClientID).Secret == d.Mock.Credentials().ClientSecret {
		t.Errorf("got the requests %v, want one rotation and a new secret", d.Counts())
	}
	// The configuration still has the old secret, so the next run fails.
	w.MustFail([]string{"invalid_client", "client secret supplied"}, "plan")
}
