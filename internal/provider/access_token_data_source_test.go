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
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestAccessToken_own gets the token with which the provider itself signs in.
func TestAccessToken_own(t *testing.T) {
	t.Parallel()
	t.Run("personal access token", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		token := d.Protocol(t).MustGetAccessToken(nil)
		for name, want := range map[string]string{
			"access_token": d.Token, "token_type": "Bearer", "id_token": "null", "refresh_token": "null",
			"expires_at": "null", "granted_scopes": "null",
		} {
			if got := token.Get(name); got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
		if counts := d.Counts(); len(counts) != 0 {
			t.Errorf("got the requests %v, want none", counts)
		}
	})
	t.Run("password", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		p := d.SignedIn(t)
		first := p.MustGetAccessToken(nil)
		p.Applications().MustCreate(providertest.Object{"client_id": "test-app", "display_name": "Test"})
		again := p.MustGetAccessToken(providertest.Object{"min_remaining_ttl": "50m"})
		if names := first.Differences(again); !cmp.Equal(names, []string{"min_remaining_ttl"}) {
			t.Errorf("the second read differs in %s, want only min_remaining_ttl", names)
		}
		if first.Get("refresh_token") != "null" || first.Get("id_token") == "null" || first.Get("granted_scopes") != "client,groups,offline_access,openid" {
			t.Errorf("got %s, want no refresh token, an ID token and the scopes client,groups,offline_access,openid", first.Attributes)
		}
		expires, err := time.Parse(time.RFC3339, first.Get("expires_at"))
		if err != nil || time.Until(expires).Round(time.Minute) != time.Hour || !strings.HasSuffix(first.Get("expires_at"), "Z") {
			t.Errorf("expires_at is %s and the error is %v, want a time in UTC in one hour", first.Get("expires_at"), err)
		}
		want := map[string]int{"token:password": 1, "identity.ListApplications": 1, "identity.CreateApplication": 1}
		if diff := cmp.Diff(want, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
}

// TestAccessToken_minRemainingTTL gets a token that is valid for at least min_remaining_ttl.
func TestAccessToken_minRemainingTTL(t *testing.T) {
	t.Parallel()
	t.Run("token of the provider", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{TokenLifetime: 10 * time.Minute})
		p := d.SignedIn(t)
		first := p.MustGetAccessToken(nil)
		if again := p.MustGetAccessToken(providertest.Object{"min_remaining_ttl": "9m"}); again.Get("access_token") != first.Get("access_token") {
			t.Error("the provider renewed a token that is valid for 10 minutes, want no renewal for a min_remaining_ttl of 9 minutes")
		}
		_, diags := p.AccessToken(providertest.Object{"min_remaining_ttl": "11m"})
		diags.MustFail(t, "", "Unable to get access token", "before the requested 11m0s")
		if diff := cmp.Diff(map[string]int{"token:password": 1, "token:refresh_token": 1}, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
	t.Run("token with other scopes", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{TokenLifetime: 10 * time.Minute})
		p := d.SignedIn(t)
		scopes := []string{"openid"}
		p.MustGetAccessToken(providertest.Object{"scopes": scopes, "min_remaining_ttl": "9m"})
		_, diags := p.AccessToken(providertest.Object{"scopes": scopes, "min_remaining_ttl": "1h"})
		diags.MustFail(t, "min_remaining_ttl", "less than min_remaining_ttl, which is 1h0m0s")
	})
	t.Run("token that the provider cannot renew", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{TokenLifetime: 10 * time.Minute})
		token := d.SignedIn(t).MustGetAccessToken(nil).Get("access_token")
		p := d.Protocol(t, providertest.Object{"access_token": token})
		if got := p.MustGetAccessToken(providertest.Object{"min_remaining_ttl": "9m"}).Get("expires_at"); got == "null" {
			t.Error("expires_at is null, want the time in the JWT")
		}
		_, diags := p.AccessToken(providertest.Object{"min_remaining_ttl": "1h"})
		diags.MustFail(t, "", "cannot be renewed", "before the requested 1h0m0s")
		// A personal access token does not contain its expiry, so min_remaining_ttl has no effect.
		d.Protocol(t).MustGetAccessToken(providertest.Object{"min_remaining_ttl": "1h"})
	})
}

// TestAccessToken_arguments sets some arguments. The provider's own settings supply the others.
func TestAccessToken_arguments(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	other := d.CreateApplication(t, "other-app", "Other", "Native")
	own := d.PasswordArguments()
	p := d.SignedIn(t)
	refresh := p.MustGetAccessToken(providertest.Object{"scopes": []string{"openid", "offline_access"}}).Get("refresh_token")
	if refresh == "null" {
		t.Fatal("got no refresh token with the scope offline_access, want one")
	}

	for _, test := range []struct {
		name   string
		config providertest.Object
		// scopes are the granted scopes, in order.
		scopes string
	}{
		{"token_url", providertest.Object{"token_url": own["token_url"]}, "client,groups,offline_access,openid"},
		{"issuer", providertest.Object{"token_url": other.Issuer}, "client,groups,offline_access,openid"},
		{"username", providertest.Object{"username": own["username"]}, "client,groups,offline_access,openid"},
		{
			"username and password",
			providertest.Object{"username": own["username"], "password": own["password"]},
			"client,groups,offline_access,openid",
		},
		{"client_id", providertest.Object{"client_id": own["client_id"]}, "client,groups,offline_access,openid"},
		{
			"another client_id",
			providertest.Object{"client_id": other.ClientID, "client_secret": other.Secret},
			"client,groups,offline_access,openid",
		},
		{"client_secret", providertest.Object{"client_secret": own["client_secret"]}, "client,groups,offline_access,openid"},
		{"one scope", providertest.Object{"scopes": []string{"groups"}}, "groups"},
		{"scopes without openid", providertest.Object{"scopes": []string{"client", "offline_access"}}, "client,offline_access"},
		{"refresh_token", providertest.Object{"refresh_token": refresh}, "offline_access,openid"},
		{"refresh_token with scopes", providertest.Object{"refresh_token": refresh, "scopes": []string{"openid"}}, "openid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d.Forget()
			token := d.SignedIn(t).MustGetAccessToken(test.config)
			if got := token.Get("granted_scopes"); got != test.scopes {
				t.Errorf("granted_scopes is %s, want %s", got, test.scopes)
			}
			for name, scope := range map[string]string{"id_token": "openid", "refresh_token": "offline_access"} {
				want := strings.Contains(test.scopes, scope) || test.config[name] != nil
				if got := token.Get(name) != "null"; got != want {
					t.Errorf("with the scopes %s, %s is set: %t, want %t", test.scopes, name, got, want)
				}
			}
			for name, want := range test.config {
				if text, ok := want.(string); ok && name != "refresh_token" && token.Get(name) != text {
					t.Errorf("%s in the result is %s, want the value in the configuration", name, token.Get(name))
				}
			}
			grant := "token:password"
			if test.config["refresh_token"] != nil {
				grant = "token:refresh_token"
			}
			if diff := cmp.Diff(map[string]int{grant: 1}, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			var me struct{ ID string }
			withToken := d
			withToken.Token = token.Get("access_token")
			withToken.MustCall(t, http.MethodGet, "/me", nil, &me)
		})
	}
}

func TestAccessToken_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	own := d.PasswordArguments()
	pat := d.Protocol(t)
	for _, test := range []struct {
		name      string
		p         *providertest.Protocol
		config    providertest.Object
		attribute string
		parts     []string
		// isRequested is true if the provider sends a token request.
		isRequested bool
	}{
		{
			"client_id without other credentials", pat,
			providertest.Object{"client_id": "other-app"},
			"token_url",
			[]string{"To request a token, set token_url, client_secret, username, password."},
			false,
		},
		{
			"no client_id and client_secret", pat,
			providertest.Object{"token_url": own["token_url"], "username": "u", "password": "p"},
			"client_id",
			[]string{"To request a token, set client_id, client_secret."},
			false,
		},
		{
			"no password for another user", d.SignedIn(t),
			providertest.Object{"username": "other@example.com"},
			"password",
			[]string{"To request a token, set password."},
			false,
		},
		{
			"no secret for another application", d.SignedIn(t),
			providertest.Object{"client_id": "other-app"},
			"client_secret",
			[]string{"To request a token, set client_secret."},
			false,
		},
		{
			"wrong secret", d.SignedIn(t),
			providertest.Object{"client_secret": "wrong"},
			"",
			[]string{"invalid_client", "HTTP 401", "Check token_url, client_id and client_secret"},
			true,
		},
		{
			"wrong password", d.SignedIn(t),
			providertest.Object{"username": own["username"], "password": "wrong"},
			"",
			[]string{"invalid_grant", "HTTP 400", "password are right"},
			true,
		},
		{"unknown scope", d.SignedIn(t), providertest.Object{"scopes": []string{"everything"}}, "", []string{"invalid_scope"}, true},
		{"wrong refresh token", d.SignedIn(t), providertest.Object{"refresh_token": "wrong"}, "", []string{"invalid_grant"}, true},
		{"not a token endpoint", d.SignedIn(t), providertest.Object{
			"token_url": d.URL + "/identity/api/me", "username": own["username"], "password": own["password"], "client_id": own["client_id"], "client_secret": own["client_secret"],
		}, "", []string{"HTTP 501"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			d.Forget()
			test.p.T = t
			_, diags := test.p.AccessToken(test.config)
			diags.MustFail(t, test.attribute, append(test.parts, "Unable to get access token")...)
			if isRequested := len(d.Counts()) > 0; isRequested != test.isRequested {
				t.Errorf("got the requests %v, want a token request: %t", d.Counts(), test.isRequested)
			}
		})
	}
}

// TestAccessToken_validation configures invalid arguments. Validation fails on the attribute, without a request.
func TestAccessToken_validation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		attribute string
		config    providertest.Object
	}{
		{"token_url", providertest.Object{"token_url": "http://example.com/oauth2/x"}},
		{"token_url", providertest.Object{"token_url": "example.com"}},
		{"token_url", providertest.Object{"token_url": ""}},
		{"username", providertest.Object{"username": ""}},
		{"password", providertest.Object{"password": ""}},
		{"client_id", providertest.Object{"client_id": ""}},
		{"client_secret", providertest.Object{"client_secret": ""}},
		{"refresh_token", providertest.Object{"refresh_token": ""}},
		{"refresh_token", providertest.Object{"refresh_token": "r", "username": "u"}},
		{"refresh_token", providertest.Object{"refresh_token": "r", "password": providertest.Unknown}},
		{"scopes", providertest.Object{"scopes": []string{}}},
		{"scopes", providertest.Object{"scopes": []any{nil}}},
		{"scopes", providertest.Object{"scopes": []string{"openid client"}}},
		{"scopes", providertest.Object{"scopes": []string{""}}},
		{"min_remaining_ttl", providertest.Object{"min_remaining_ttl": "10"}},
		{"min_remaining_ttl", providertest.Object{"min_remaining_ttl": "-10m"}},
		{"min_remaining_ttl", providertest.Object{"min_remaining_ttl": ""}},
		{"min_remaining_ttl", providertest.Object{"min_remaining_ttl": "0s"}},
	} {
		t.Run(fmt.Sprint(test.config), func(t *testing.T) {
			t.Parallel()
			// The provider is not configured, so that only validation can fail.
			_, diags := providertest.NewProtocol(t).AccessToken(test.config)
			if errs := diags.Errors(); len(errs) != 1 || !strings.HasPrefix(errs[0], test.attribute+": ") {
				t.Errorf("got the errors %q, want one on %s", errs, test.attribute)
			}
		})
	}
}

// TestAccessToken_otherURL requests tokens from another host, and from another domain behind the same gateway. The
// provider's own credentials must not arrive there. Both servers record every request.
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
	home, away := providertest.NewMockBehind(t, mockserver.Options{}, gateway), providertest.NewMockBehind(t, mockserver.Options{}, listen)
	own := home.PasswordArguments()

	for _, config := range []providertest.Object{
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
		// These configurations send a request. Of the provider's own settings, it contains only the client_id.
		{"username": "u", "password": "p", "client_secret": "s"},
		{"refresh_token": "r", "client_secret": "s"},
	} {
		for _, url := range []string{away.URL, home.URL + "/other"} {
			config["token_url"] = url + "/oauth2/other/v1/token"
			for _, p := range []*providertest.Protocol{home.SignedIn(t), home.WithRefreshToken(t)} {
				_, diags := p.AccessToken(config)
				if len(diags.Errors()) == 0 {
					t.Errorf("%v: got no error, want one", config)
				}
			}
		}
	}
	for _, name := range []string{"username", "password", "client_secret"} {
		secret, _ := own[name].(string)
		for _, form := range providertest.FormsOf(secret) {
			if strings.Contains(received.String(), form) {
				t.Errorf("the provider sent its %s to another server, want it sent only to the token endpoint of the provider", name)
			}
		}
	}
	if !strings.Contains(received.String(), "grant_type=password") || !strings.Contains(received.String(), "grant_type=refresh_token") {
		t.Errorf("the other servers got the requests %s, want grant_type=password and grant_type=refresh_token among them", &received)
	}
}

// TestAccAccessToken_application creates an application, and gets a token with the application's credentials in the same
// run.
func TestAccAccessToken_application(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	own := d.PasswordArguments()
	const address = "data.lusid_access_token.test"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		Steps: []resource.TestStep{{
			Config: providertest.ProviderBlock(own) + providertest.ApplicationHCL("test", "test-app") + `
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
					withToken := d
					withToken.Token = token
					return withToken.Call(t.Context(), http.MethodGet, "/me", nil, nil)
				})),
			}, providertest.ExpectSensitive(t, address, "access_token", "id_token", "refresh_token")...),
		}},
	})
}
