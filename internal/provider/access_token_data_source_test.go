package provider_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// accessToken reads the data source.
func (p *protocol) accessToken(config object) (instance, diagnostics) {
	p.t.Helper()
	return p.data("lusid_access_token", config)
}

func (p *protocol) mustGetAccessToken(config object) instance {
	p.t.Helper()
	token, diags := p.accessToken(config)
	diags.mustBeQuiet(p.t)
	return token
}

// signedIn is a provider that signs in with a password.
func (d domain) signedIn(t *testing.T) *protocol {
	t.Helper()
	p := newProtocol(t)
	p.configure(d.passwordArguments()).mustBeQuiet(t)
	return p
}

func TestAccessToken_own(t *testing.T) {
	t.Parallel()
	t.Run("personal access token", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		token := d.protocol(t).mustGetAccessToken(nil)
		for name, want := range map[string]string{
			"access_token": d.token, "token_type": "Bearer", "id_token": "null", "refresh_token": "null",
			"expires_at": "null", "granted_scopes": "null",
		} {
			if got := token.get(name); got != want {
				t.Errorf("%s is %s, not %s", name, got, want)
			}
		}
		if counts := d.counts(); len(counts) != 0 {
			t.Errorf("requests: %v", counts)
		}
	})
	t.Run("password", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		p := d.signedIn(t)
		first := p.mustGetAccessToken(nil)
		p.applications().mustCreate(object{"client_id": "test-app", "display_name": "Test"})
		again := p.mustGetAccessToken(object{"min_remaining_ttl": "50m"})
		if names := first.differences(again); !cmp.Equal(names, []string{"min_remaining_ttl"}) {
			t.Errorf("the second read differs in %s", names)
		}
		if first.get("refresh_token") != "null" || first.get("id_token") == "null" || first.get("granted_scopes") != "client,groups,offline_access,openid" {
			t.Errorf("got %s", first.attributes)
		}
		expires, err := time.Parse(time.RFC3339, first.get("expires_at"))
		if err != nil || time.Until(expires).Round(time.Minute) != time.Hour || !strings.HasSuffix(first.get("expires_at"), "Z") {
			t.Errorf("expires_at is %s: %v", first.get("expires_at"), err)
		}
		want := map[string]int{"token:password": 1, "identity.ListApplications": 1, "identity.CreateApplication": 1}
		if diff := cmp.Diff(want, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
}

// TestAccessToken_minRemainingTTL asks for a token that lives long enough.
func TestAccessToken_minRemainingTTL(t *testing.T) {
	t.Parallel()
	t.Run("renews the provider's own", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{TokenLifetime: 10 * time.Minute})
		p := d.signedIn(t)
		first := p.mustGetAccessToken(nil)
		if again := p.mustGetAccessToken(object{"min_remaining_ttl": "9m"}); again.get("access_token") != first.get("access_token") {
			t.Error("a token that lives long enough was renewed")
		}
		_, diags := p.accessToken(object{"min_remaining_ttl": "11m"})
		diags.mustFail(t, "", "Unable to get access token", "less than the 11m0s asked for")
		if diff := cmp.Diff(map[string]int{"token:password": 1, "token:refresh_token": 1}, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
	t.Run("another application's", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{TokenLifetime: 10 * time.Minute})
		p := d.signedIn(t)
		scopes := []string{"openid"}
		p.mustGetAccessToken(object{"scopes": scopes, "min_remaining_ttl": "9m"})
		_, diags := p.accessToken(object{"scopes": scopes, "min_remaining_ttl": "1h"})
		diags.mustFail(t, "min_remaining_ttl", "less than the 1h0m0s asked for")
	})
	t.Run("which nothing can renew", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{TokenLifetime: 10 * time.Minute})
		token := d.signedIn(t).mustGetAccessToken(nil).get("access_token")
		p := d.protocol(t, object{"access_token": token})
		if got := p.mustGetAccessToken(object{"min_remaining_ttl": "9m"}).get("expires_at"); got == "null" {
			t.Error("the expiry of a JWT is not told")
		}
		_, diags := p.accessToken(object{"min_remaining_ttl": "1h"})
		diags.mustFail(t, "", "cannot be renewed", "before the 1h0m0s asked for")
		// A personal access token does not tell when it expires.
		d.protocol(t).mustGetAccessToken(object{"min_remaining_ttl": "1h"})
	})
}

// TestAccessToken_arguments gives each argument alone, with the provider's own for the rest.
func TestAccessToken_arguments(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	other := d.createApplication(t, "other-app", "Other", "Native")
	own := d.passwordArguments()
	p := d.signedIn(t)
	refresh := p.mustGetAccessToken(object{"scopes": []string{"openid", "offline_access"}}).get("refresh_token")
	if refresh == "null" {
		t.Fatal("offline_access gave no refresh token")
	}

	for _, test := range []struct {
		name   string
		config object
		// scopes are those granted, in order.
		scopes string
	}{
		{"token_url", object{"token_url": own["token_url"]}, "client,groups,offline_access,openid"},
		{"issuer", object{"token_url": other.Issuer}, "client,groups,offline_access,openid"},
		{"username", object{"username": own["username"]}, "client,groups,offline_access,openid"},
		{"username and password", object{"username": own["username"], "password": own["password"]}, "client,groups,offline_access,openid"},
		{"client_id", object{"client_id": own["client_id"]}, "client,groups,offline_access,openid"},
		{"another client_id", object{"client_id": other.ClientID, "client_secret": other.Secret}, "client,groups,offline_access,openid"},
		{"client_secret", object{"client_secret": own["client_secret"]}, "client,groups,offline_access,openid"},
		{"one scope", object{"scopes": []string{"groups"}}, "groups"},
		{"scopes without openid", object{"scopes": []string{"client", "offline_access"}}, "client,offline_access"},
		{"refresh_token", object{"refresh_token": refresh}, "offline_access,openid"},
		{"refresh_token with scopes", object{"refresh_token": refresh, "scopes": []string{"openid"}}, "openid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d.forget()
			token := d.signedIn(t).mustGetAccessToken(test.config)
			if got := token.get("granted_scopes"); got != test.scopes {
				t.Errorf("granted_scopes is %s", got)
			}
			for name, scope := range map[string]string{"id_token": "openid", "refresh_token": "offline_access"} {
				want := strings.Contains(test.scopes, scope) || test.config[name] != nil
				if got := token.get(name) != "null"; got != want {
					t.Errorf("with %s, %s is %.10s", test.scopes, name, token.get(name))
				}
			}
			for name, want := range test.config {
				if text, ok := want.(string); ok && name != "refresh_token" && token.get(name) != text {
					t.Errorf("%s came back as %s", name, token.get(name))
				}
			}
			grant := "token:password"
			if test.config["refresh_token"] != nil {
				grant = "token:refresh_token"
			}
			if diff := cmp.Diff(map[string]int{grant: 1}, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			var me struct{ ID string }
			friend := d
			friend.token = token.get("access_token")
			friend.mustCall(t, http.MethodGet, "/me", nil, &me)
		})
	}
}

func TestAccessToken_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	own := d.passwordArguments()
	pat := d.protocol(t)
	for _, test := range []struct {
		name      string
		p         *protocol
		config    object
		attribute string
		parts     []string
		// asked is whether a token request was made.
		asked bool
	}{
		{"nothing to ask with", pat, object{"client_id": "other-app"}, "token_url", []string{"token_url, client_secret, username, password must be given"}, false},
		{"no client", pat, object{"token_url": own["token_url"], "username": "u", "password": "p"}, "client_id", []string{"client_id, client_secret must be given"}, false},
		{"no password for another user", d.signedIn(t), object{"username": "other@example.com"}, "password", []string{"password must be given"}, false},
		{"no secret for another application", d.signedIn(t), object{"client_id": "other-app"}, "client_secret", []string{"client_secret must be given"}, false},
		{"wrong secret", d.signedIn(t), object{"client_secret": "wrong"}, "", []string{"invalid_client", "HTTP 401", "Check token_url, client_id and client_secret"}, true},
		{"wrong password", d.signedIn(t), object{"username": own["username"], "password": "wrong"}, "", []string{"invalid_grant", "HTTP 400", "password are right"}, true},
		{"unknown scope", d.signedIn(t), object{"scopes": []string{"everything"}}, "", []string{"invalid_scope"}, true},
		{"wrong refresh token", d.signedIn(t), object{"refresh_token": "wrong"}, "", []string{"invalid_grant"}, true},
		{"not a token endpoint", d.signedIn(t), object{
			"token_url": d.url + "/identity/api/me", "username": own["username"], "password": own["password"], "client_id": own["client_id"], "client_secret": own["client_secret"],
		}, "", []string{"HTTP 501"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			d.forget()
			test.p.t = t
			_, diags := test.p.accessToken(test.config)
			diags.mustFail(t, test.attribute, append(test.parts, "Unable to get access token")...)
			if asked := len(d.counts()) > 0; asked != test.asked {
				t.Errorf("requests: %v", d.counts())
			}
		})
	}
}

// TestAccessToken_validation fails at plan time, on the attribute, without a call.
func TestAccessToken_validation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		attribute string
		config    object
	}{
		{"token_url", object{"token_url": "http://example.com/oauth2/x"}},
		{"token_url", object{"token_url": "example.com"}},
		{"token_url", object{"token_url": ""}},
		{"username", object{"username": ""}},
		{"password", object{"password": ""}},
		{"client_id", object{"client_id": ""}},
		{"client_secret", object{"client_secret": ""}},
		{"refresh_token", object{"refresh_token": ""}},
		{"refresh_token", object{"refresh_token": "r", "username": "u"}},
		{"refresh_token", object{"refresh_token": "r", "password": unknown}},
		{"scopes", object{"scopes": []string{}}},
		{"scopes", object{"scopes": []any{nil}}},
		{"scopes", object{"scopes": []string{"openid client"}}},
		{"scopes", object{"scopes": []string{""}}},
		{"min_remaining_ttl", object{"min_remaining_ttl": "10"}},
		{"min_remaining_ttl", object{"min_remaining_ttl": "-10m"}},
		{"min_remaining_ttl", object{"min_remaining_ttl": ""}},
		{"min_remaining_ttl", object{"min_remaining_ttl": "0s"}},
	} {
		t.Run(fmt.Sprint(test.config), func(t *testing.T) {
			t.Parallel()
			// It is not configured: only validation can fail.
			_, diags := newProtocol(t).accessToken(test.config)
			if errs := diags.errors(); len(errs) != 1 || !strings.HasPrefix(errs[0], test.attribute+": ") {
				t.Errorf("not one error on %s: %q", test.attribute, errs)
			}
		})
	}
}

// TestAccessToken_otherURL sends the provider's own credentials nowhere but home: another host, and
// another domain behind the same gateway, keep all that arrives.
func TestAccessToken_otherURL(t *testing.T) {
	t.Parallel()
	var (
		mu       sync.Mutex
		received strings.Builder
	)
	listen := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			id, secret, _ := r.BasicAuth()
			mu.Lock()
			fmt.Fprintln(&received, r.URL, r.Header, string(body), id, secret)
			mu.Unlock()
			w.WriteHeader(http.StatusBadRequest)
		})
	}
	gateway := func(mock http.Handler) http.Handler {
		domains := http.NewServeMux()
		domains.Handle("/", mock)
		domains.Handle("/other/", listen(nil))
		return domains
	}
	home, away := newMockBehind(t, mockserver.Options{}, gateway), newMockBehind(t, mockserver.Options{}, listen)
	own := home.passwordArguments()

	for _, config := range []object{
		{},
		{"client_id": own["client_id"]},
		{"username": own["username"]},
		{"username": own["username"], "client_id": own["client_id"]},
		{"username": "u", "password": "p"},
		{"username": "u", "password": "p", "client_id": own["client_id"]},
		{"client_id": "c", "client_secret": "s"},
		{"client_id": own["client_id"], "client_secret": "s"},
		{"username": own["username"], "client_id": own["client_id"], "client_secret": "s"},
		{"password": "p", "client_id": "c", "client_secret": "s"},
		{"refresh_token": "r"},
		{"refresh_token": "r", "client_id": own["client_id"]},
		// These ask, with nothing of the provider's but the client id.
		{"username": "u", "password": "p", "client_secret": "s"},
		{"refresh_token": "r", "client_secret": "s"},
	} {
		for _, url := range []string{away.url, home.url + "/other"} {
			config["token_url"] = url + "/oauth2/other/v1/token"
			for _, p := range []*protocol{home.signedIn(t), home.withRefreshToken(t)} {
				_, diags := p.accessToken(config)
				if len(diags.errors()) == 0 {
					t.Errorf("%v: no error", config)
				}
			}
		}
	}
	for _, name := range []string{"username", "password", "client_secret"} {
		secret, _ := own[name].(string)
		for _, form := range formsOf(secret) {
			if strings.Contains(received.String(), form) {
				t.Errorf("the provider's %s went elsewhere", name)
			}
		}
	}
	if !strings.Contains(received.String(), "grant_type=password") || !strings.Contains(received.String(), "grant_type=refresh_token") {
		t.Errorf("nobody else was even asked: %s", &received)
	}
}

// withRefreshToken is a provider that signs in with a refresh token, and with a password where
// that is refused.
func (d domain) withRefreshToken(t *testing.T) *protocol {
	t.Helper()
	arguments := d.passwordArguments()
	arguments["refresh_token"] = d.signedIn(t).mustGetAccessToken(object{"scopes": []string{"openid", "offline_access"}}).get("refresh_token")
	p := newProtocol(t)
	p.configure(arguments).mustBeQuiet(t)
	return p
}

// TestAccAccessToken_application makes an application and signs in through it in one run.
func TestAccAccessToken_application(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	own := d.passwordArguments()
	const address = "data.lusid_access_token.test"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{{
			Config: providerBlock(own) + applicationHCL("test", "test-app") + `
data "lusid_access_token" "test" {
  token_url     = lusid_application.test.issuer
  client_id     = lusid_application.test.client_id
  client_secret = lusid_application.test.secret
}`,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectSensitiveValue(address, tfjsonpath.New("access_token")),
				plancheck.ExpectSensitiveValue(address, tfjsonpath.New("id_token")),
				plancheck.ExpectSensitiveValue(address, tfjsonpath.New("refresh_token")),
			}},
			ConfigStateChecks: append([]statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("access_token"), knownvalue.StringFunc(func(token string) error {
					friend := d
					friend.token = token
					return friend.call(t.Context(), http.MethodGet, "/me", nil, nil)
				})),
			}, expectSensitive(t, address, "access_token", "id_token", "refresh_token")...),
		}},
	})
}
