package provider_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestApplicationSecret opens the ephemeral resource by id and by client id. It only reads.
func TestApplicationSecret(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	foreign := d.CreateApplication(t, "test-app", "Test", "Native")
	p := d.Protocol(t)
	for _, test := range []struct {
		config providertest.Object
		want   map[string]int
	}{
		{providertest.Object{"id": foreign.ID}, map[string]int{"identity.GetApplication": 1}},
		{providertest.Object{"client_id": foreign.ClientID}, map[string]int{"identity.ListApplications": 1, "identity.GetApplication": 1}},
	} {
		d.Forget()
		opened := p.MustOpen(providertest.ApplicationSecretType, test.config)
		for name, want := range map[string]string{
			"id": foreign.ID, "client_id": foreign.ClientID, "secret": foreign.Secret,
			"token_url": foreign.Issuer + "/v1/token", "secret_version": providertest.DocumentedVersion(foreign.ID, foreign.Secret),
		} {
			if got := opened.Get(name); got != want {
				t.Errorf("%v: %s is %s, want %s", test.config, name, got, want)
			}
		}
		if diff := cmp.Diff(test.want, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		// Terraform opens the resource in the plan, and again in the apply.
		if again := p.MustOpen(providertest.ApplicationSecretType, test.config); again.Differences(opened) != nil {
			t.Errorf("the second result differs in %s", again.Differences(opened))
		}
	}
	if now := d.Application(t, "test-app"); now.Secret != foreign.Secret {
		t.Error("opening the resource changed the secret")
	}
	for _, request := range d.Requests() {
		if request.Method != http.MethodGet {
			t.Errorf("opening the resource sent %s %s", request.Method, request.Path)
		}
	}
	// After a rotation, the resource has the new secret.
	rotated := d.RotateApplication(t, "test-app")
	if got := p.MustOpen(providertest.ApplicationSecretType, providertest.Object{"id": foreign.ID}); got.Get("secret") != rotated.Secret {
		t.Error("the resource does not have the new secret")
	}
}

func TestApplicationSecret_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	foreign := d.CreateApplication(t, "test-app", "Test", "Native")
	withheld := providertest.NewMock(t, mockserver.Options{WithholdSecrets: true})
	other := withheld.CreateApplication(t, "test-app", "Test", "Native")
	credentials := d.Mock.Credentials()
	unconfigured := providertest.NewProtocol(t)
	unconfigured.Configure(providertest.Object{"api_url": d.URL, "access_token": providertest.Unknown}).MustBeQuiet(t)
	const summary = "Unable to read application secret"
	for _, test := range []struct {
		name      string
		p         *providertest.Protocol
		config    providertest.Object
		attribute string
		parts     []string
	}{
		{"unknown id", d.Protocol(t), providertest.Object{"id": "0oaMissing"}, "id", []string{summary, "0oaMissing", "HTTP 404"}},
		{
			"unknown client id", d.Protocol(t),
			providertest.Object{"client_id": "missing-app"},
			"client_id",
			[]string{summary, "missing-app", "No application has it", "refer to its id instead: id = lusid_application.NAME.id"},
		},
		{
			"secret is null", withheld.Protocol(t),
			providertest.Object{"id": other.ID},
			"",
			[]string{summary, "without its secret", "lusid-administrator"},
		},
		{
			"secret is null, by client id", withheld.Protocol(t),
			providertest.Object{"client_id": "test-app"},
			"",
			[]string{summary, "without its secret"},
		},
		{
			"secret is refused", d.Protocol(t, providertest.Object{"access_token": credentials.NoSecretsToken}),
			providertest.Object{"id": foreign.ID},
			"id",
			[]string{summary, "HTTP 403", "lusid-administrator"},
		},
		{
			"no rights", d.Protocol(t, providertest.Object{"access_token": credentials.NoRightsToken}),
			providertest.Object{"client_id": "test-app"},
			"client_id",
			[]string{summary, "HTTP 403"},
		},
		{
			"unknown credentials", unconfigured,
			providertest.Object{"id": foreign.ID},
			"",
			[]string{summary, "access_token will be known only after apply"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.p.T = t
			_, diags := test.p.Open(providertest.ApplicationSecretType, test.config)
			diags.MustFail(t, test.attribute, test.parts...)
		})
	}
}

// TestLookUp_validation gives both names of an application, or no name, to everything that looks up an application.
// The validation fails before the provider sends a request.
func TestLookUp_validation(t *testing.T) {
	t.Parallel()
	// No provider is configured, so only the validation can fail.
	validate := map[string]func(*providertest.Protocol, providertest.Object) providertest.Diagnostics{
		"ephemeral lusid_application_secret": func(p *providertest.Protocol, config providertest.Object) providertest.Diagnostics {
			_, diags := p.Open(providertest.ApplicationSecretType, config)
			return diags
		},
		"data lusid_application": func(p *providertest.Protocol, config providertest.Object) providertest.Diagnostics {
			_, diags := p.Data("lusid_application", config)
			return diags
		},
		"action lusid_rotate_application_secret": func(p *providertest.Protocol, config providertest.Object) providertest.Diagnostics {
			return p.PlanRotation(config)
		},
	}
	for name, validate := range validate {
		for _, test := range []struct {
			config providertest.Object
			words  string
		}{
			{providertest.Object{}, "one (and only one)"},
			{providertest.Object{"id": "0oa1", "client_id": "test-app"}, "one (and only one)"},
			{providertest.Object{"id": ""}, "must have 1 to 64 letters"},
			{providertest.Object{"id": "../users"}, "must have 1 to 64 letters"},
			{providertest.Object{"id": strings.Repeat("x", 65)}, "must have 1 to 64 letters"},
			{providertest.Object{"client_id": ""}, "length must be at least 1"},
		} {
			errs := validate(providertest.NewProtocol(t), test.config).Errors()
			if text := strings.Join(errs, "\n"); text == "" || !strings.Contains(strings.ToLower(text), strings.ToLower(test.words)) && !strings.Contains(text, "Exactly one") && !strings.Contains(text, "2 attributes specified") {
				t.Errorf("%s %v: got the errors %q, want %q", name, test.config, errs, test.words)
			}
		}
	}
}

// TestAccessTokenEphemeral opens the provider's own token and the token of another application.
func TestAccessTokenEphemeral(t *testing.T) {
	t.Parallel()
	t.Run("provider's own token", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{TokenLifetime: 10 * time.Minute})
		p := d.SignedIn(t)
		first := p.MustOpen(providertest.AccessTokenType, nil)
		if first.Get("refresh_token") != "null" || first.Get("id_token") == "null" || first.Get("token_type") != "Bearer" {
			t.Errorf("got %s, want a bearer token with an id token and without a refresh token", first.Attributes)
		}
		if again := p.MustOpen(providertest.AccessTokenType, providertest.Object{"min_remaining_ttl": "9m"}); again.Get("access_token") != first.Get("access_token") {
			t.Error("a token that is valid long enough was renewed")
		}
		if diff := cmp.Diff(map[string]int{"token:password": 1}, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		_, diags := p.Open(providertest.AccessTokenType, providertest.Object{"min_remaining_ttl": "11m"})
		diags.MustFail(t, "", "Unable to get access token", "before the requested 11m0s")
		friend := d
		friend.Token = first.Get("access_token")
		friend.MustCall(t, http.MethodGet, "/me", nil, nil)
	})
	t.Run("provider's own token, renewed", func(t *testing.T) {
		t.Parallel()
		// The first token of this server is valid for five minutes only.
		var w providertest.Rewriter
		d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
		short := true
		w.Set(func(r *http.Request, body any) any {
			if answer, ok := body.(map[string]any); ok && strings.HasPrefix(r.URL.Path, "/oauth2/") && short {
				answer["expires_in"], short = 300, false
			}
			return body
		})
		p := d.SignedIn(t)
		first := p.MustOpen(providertest.AccessTokenType, nil)
		if kept := p.MustOpen(providertest.AccessTokenType, providertest.Object{"min_remaining_ttl": "4m"}); kept.Get("access_token") != first.Get("access_token") {
			t.Error("a token that is valid long enough was renewed")
		}
		if renewed := p.MustOpen(providertest.AccessTokenType, providertest.Object{"min_remaining_ttl": "6m"}); renewed.Get("access_token") == first.Get("access_token") {
			t.Error("a token that expires too soon was not renewed")
		}
		if diff := cmp.Diff(map[string]int{"token:password": 1, "token:refresh_token": 1}, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
	t.Run("token of another application", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		other := d.CreateApplication(t, "other-app", "Other", "Native")
		p := d.SignedIn(t)
		opened := p.MustOpen(providertest.AccessTokenType, providertest.Object{
			"client_id":     other.ClientID,
			"client_secret": other.Secret,
			"scopes":        []string{"openid", "offline_access"},
		})
		if opened.Get("granted_scopes") != "offline_access,openid" || opened.Get("refresh_token") == "null" {
			t.Errorf("got %s, want a refresh token and the scopes offline_access and openid", opened.Attributes)
		}
		if diff := cmp.Diff(map[string]int{"token:password": 1}, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		_, diags := p.Open(providertest.AccessTokenType, providertest.Object{"client_id": other.ClientID})
		diags.MustFail(t, "client_secret", "Unable to get access token", "To request a token, set client_secret.")
		_, diags = p.Open(providertest.AccessTokenType, providertest.Object{"client_id": other.ClientID, "client_secret": "wrong"})
		diags.MustFail(t, "", "Unable to get access token", "invalid_client")
	})
	t.Run("refresh token that the server replaces", func(t *testing.T) {
		t.Parallel()
		var w providertest.Rewriter
		d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
		p := d.SignedIn(t)
		refresh := p.MustOpen(providertest.AccessTokenType, providertest.Object{"scopes": []string{"openid", "offline_access"}}).Get("refresh_token")
		w.Set(func(r *http.Request, body any) any {
			if answer, ok := body.(map[string]any); ok && strings.HasPrefix(r.URL.Path, "/oauth2/") {
				answer["refresh_token"] = "the-next-refresh-token"
			}
			return body
		})
		// Terraform refuses an ephemeral result that differs from its configuration. See open.
		opened := p.MustOpen(providertest.AccessTokenType, providertest.Object{"refresh_token": refresh})
		if opened.Get("access_token") == "null" {
			t.Errorf("got %s, want an access token", opened.Attributes)
		}
	})
	t.Run("validation", func(t *testing.T) {
		t.Parallel()
		for attribute, config := range map[string]providertest.Object{
			"token_url":         {"token_url": "example.com"},
			"refresh_token":     {"refresh_token": "r", "username": "u"},
			"min_remaining_ttl": {"min_remaining_ttl": "soon"},
			"scopes":            {"scopes": []string{}},
			"password":          {"password": ""},
		} {
			_, diags := providertest.NewProtocol(t).Open(providertest.AccessTokenType, config)
			if errs := diags.Errors(); len(errs) != 1 || !strings.HasPrefix(errs[0], attribute+": ") {
				t.Errorf("got the errors %q, want one on %s", errs, attribute)
			}
		}
	})
	t.Run("unknown credentials", func(t *testing.T) {
		t.Parallel()
		p := providertest.NewProtocol(t)
		p.Configure(providertest.Object{"api_url": "https://acme.lusid.com", "access_token": providertest.Unknown}).MustBeQuiet(t)
		_, diags := p.Open(providertest.AccessTokenType, nil)
		diags.MustFail(t, "", "Unable to get access token", "access_token will be known only after apply")
	})
}

// TestSensitive checks which attributes the schemas mark as sensitive, and what the pages say about secrets.
func TestSensitive(t *testing.T) {
	t.Parallel()
	p := providertest.NewProtocol(t)
	token := []string{"access_token", "client_secret", "id_token", "password", "refresh_token"}
	for _, test := range []struct {
		name   string
		schema *tfprotov6.Schema
		want   []string
	}{
		{"resource lusid_application", p.Schema.ResourceSchemas["lusid_application"], []string{"secret"}},
		{"data lusid_application", p.Schema.DataSourceSchemas["lusid_application"], []string{"secret"}},
		{"data lusid_access_token", p.Schema.DataSourceSchemas[providertest.AccessTokenType], token},
		{"ephemeral lusid_access_token", p.Schema.EphemeralResourceSchemas[providertest.AccessTokenType], token},
		{"ephemeral lusid_application_secret", p.Schema.EphemeralResourceSchemas[providertest.ApplicationSecretType], []string{"secret"}},
		{"data lusid_applications", p.Schema.DataSourceSchemas["lusid_applications"], nil},
		{"list lusid_application", p.Schema.ListResourceSchemas["lusid_application"], nil},
		{"action lusid_rotate_application_secret", p.Schema.ActionSchemas[providertest.RotateApplicationSecretType].Schema, nil},
	} {
		var marked []string
		for _, attribute := range test.schema.Block.Attributes {
			if attribute.Sensitive {
				marked = append(marked, attribute.Name)
			}
			if attribute.Description == "" && attribute.Name != "timeouts" {
				t.Errorf("%s: %s has no description", test.name, attribute.Name)
			}
		}
		if diff := cmp.Diff(test.want, marked); diff != "" {
			t.Errorf("%s: sensitive attributes (-want +got):\n%s", test.name, diff)
		}
	}
	// Sentences that the pages must contain.
	for text, schema := range map[string]*tfprotov6.Schema{
		"Terraform stores the token in the state":                                                           p.Schema.DataSourceSchemas[providertest.AccessTokenType],
		"To keep it out of both state and plan, use the ephemeral resource `lusid_access_token`":            p.Schema.DataSourceSchemas[providertest.AccessTokenType],
		"With `store_secret = false` and without `refresh_secret_version`, refresh doesn't read the secret": p.Schema.ActionSchemas[providertest.RotateApplicationSecretType].Schema,
	} {
		if !strings.Contains(schema.Block.Description, text) {
			t.Errorf("the page does not contain %q", text)
		}
	}
}

// TestAccEphemeral opens both ephemeral resources through the CLI. Another provider stores the values for the checks.
func TestAccEphemeral(t *testing.T) {
	t.Parallel()
	providertest.CLIMust(t, providertest.EphemeralResources)
	d := providertest.NewMock(t, mockserver.Options{})
	foreign := d.CreateApplication(t, "test-app", "Test", "Native")
	at := func(names ...any) tfjsonpath.Path {
		path := tfjsonpath.New("data")
		for _, name := range names {
			path = path.AtMapKey(name.(string)) //nolint:forcetypeassert // All names below are strings.
		}
		return path
	}
	d.Forget()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"lusid": providertest.Factories["lusid"],
			"echo":  echoprovider.NewProviderServer(),
		},
		Steps: []resource.TestStep{{
			Config: providertest.ProviderBlock(d.PasswordArguments()) + `
ephemeral "lusid_application_secret" "test" {
  client_id = "test-app"
}
ephemeral "lusid_access_token" "test" {
  client_id         = "test-app"
  client_secret     = ephemeral.lusid_application_secret.test.secret
  min_remaining_ttl = "30m"
}
provider "echo" {
  data = {
    secret = ephemeral.lusid_application_secret.test
    token  = ephemeral.lusid_access_token.test
  }
}
resource "echo" "test" {}
`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("echo.test", at("secret", "secret"), knownvalue.StringExact(foreign.Secret)),
				statecheck.ExpectKnownValue("echo.test", at("secret", "id"), knownvalue.StringExact(foreign.ID)),
				statecheck.ExpectKnownValue("echo.test", at("token", "access_token"), knownvalue.StringFunc(func(token string) error {
					friend := d
					friend.Token = token
					return friend.Call(t.Context(), http.MethodGet, "/me", nil, nil)
				})),
			},
		}},
	})
	for _, request := range d.Requests() {
		if request.Method != http.MethodGet && !strings.HasPrefix(request.Operation, "token:") {
			t.Errorf("an ephemeral resource sent %s %s", request.Method, request.Path)
		}
	}
	if now := d.Application(t, "test-app"); now.Secret != foreign.Secret {
		t.Error("opening the resource changed the secret")
	}
}
