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
)

const (
	secretType = "lusid_application_secret"
	tokenType  = "lusid_access_token"
)

// TestApplicationSecret opens the ephemeral resource by either name. It reads, and nothing else.
func TestApplicationSecret(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	foreign := d.createApplication(t, "test-app", "Test", "Native")
	p := d.protocol(t)
	for _, test := range []struct {
		config object
		want   map[string]int
	}{
		{object{"id": foreign.ID}, map[string]int{"identity.GetApplication": 1}},
		{object{"client_id": foreign.ClientID}, map[string]int{"identity.ListApplications": 1, "identity.GetApplication": 1}},
	} {
		d.forget()
		opened := p.mustOpen(secretType, test.config)
		for name, want := range map[string]string{
			"id": foreign.ID, "client_id": foreign.ClientID, "secret": foreign.Secret,
			"token_url": foreign.Issuer + "/v1/token", "secret_version": documentedVersion(foreign.ID, foreign.Secret),
		} {
			if got := opened.get(name); got != want {
				t.Errorf("%v: %s is %s", test.config, name, got)
			}
		}
		if diff := cmp.Diff(test.want, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		// As in apply, after plan.
		if again := p.mustOpen(secretType, test.config); again.differences(opened) != nil {
			t.Errorf("opened again, it differs in %s", again.differences(opened))
		}
	}
	if now := d.application(t, "test-app"); now.Secret != foreign.Secret {
		t.Error("opening it changed the secret")
	}
	for _, request := range d.requests() {
		if request.Method != http.MethodGet {
			t.Errorf("opening it sent %s %s", request.Method, request.Path)
		}
	}
	// What was rotated meanwhile is read as it is.
	rotated := d.rotateApplication(t, "test-app")
	if got := p.mustOpen(secretType, object{"id": foreign.ID}); got.get("secret") != rotated.Secret {
		t.Error("the secret is not the present one")
	}
}

func TestApplicationSecret_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	foreign := d.createApplication(t, "test-app", "Test", "Native")
	withheld := newMock(t, mockserver.Options{WithholdSecrets: true})
	other := withheld.createApplication(t, "test-app", "Test", "Native")
	credentials := d.mock.Credentials()
	unconfigured := newProtocol(t)
	unconfigured.configure(object{"api_url": d.url, "access_token": unknown}).mustBeQuiet(t)
	const summary = "Unable to read application secret"
	for _, test := range []struct {
		name      string
		p         *protocol
		config    object
		attribute string
		parts     []string
	}{
		{"no such id", d.protocol(t), object{"id": "0oaMissing"}, "id", []string{summary, "0oaMissing", "HTTP 404"}},
		{"no such client id", d.protocol(t), object{"client_id": "missing-app"}, "client_id", []string{summary, "missing-app", "No application has it", "refer to its id instead: id = lusid_application.NAME.id"}},
		{"withheld by a null", withheld.protocol(t), object{"id": other.ID}, "", []string{summary, "without its secret", "lusid-administrator"}},
		{"withheld by a null, by client id", withheld.protocol(t), object{"client_id": "test-app"}, "", []string{summary, "without its secret"}},
		{"withheld by a refusal", d.protocol(t, object{"access_token": credentials.NoSecretsToken}), object{"id": foreign.ID}, "id", []string{summary, "HTTP 403", "lusid-administrator"}},
		{"no rights", d.protocol(t, object{"access_token": credentials.NoRightsToken}), object{"client_id": "test-app"}, "client_id", []string{summary, "HTTP 403"}},
		{"credentials not known yet", unconfigured, object{"id": foreign.ID}, "", []string{summary, "access_token will be known only after apply"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.p.t = t
			_, diags := test.p.open(secretType, test.config)
			diags.mustFail(t, test.attribute, test.parts...)
		})
	}
}

// TestLookUp_validation gives both names of an application, or none, to all that looks one up. It
// fails before anything is asked.
func TestLookUp_validation(t *testing.T) {
	t.Parallel()
	// None is configured: only validation can fail.
	validate := map[string]func(*protocol, object) diagnostics{
		"ephemeral lusid_application_secret": func(p *protocol, config object) diagnostics {
			_, diags := p.open(secretType, config)
			return diags
		},
		"data lusid_application": func(p *protocol, config object) diagnostics {
			_, diags := p.data("lusid_application", config)
			return diags
		},
		"action lusid_rotate_application_secret": func(p *protocol, config object) diagnostics {
			return p.planRotation(config)
		},
	}
	for name, validate := range validate {
		for _, test := range []struct {
			config object
			words  string
		}{
			{object{}, "one (and only one)"},
			{object{"id": "0oa1", "client_id": "test-app"}, "one (and only one)"},
			{object{"id": ""}, "must have 1 to 64 letters"},
			{object{"id": "../users"}, "must have 1 to 64 letters"},
			{object{"id": strings.Repeat("x", 65)}, "must have 1 to 64 letters"},
			{object{"client_id": ""}, "length must be at least 1"},
		} {
			errs := validate(newProtocol(t), test.config).errors()
			if text := strings.Join(errs, "\n"); text == "" || !strings.Contains(strings.ToLower(text), strings.ToLower(test.words)) && !strings.Contains(text, "Exactly one") && !strings.Contains(text, "2 attributes specified") {
				t.Errorf("%s %v: %q", name, test.config, errs)
			}
		}
	}
}

// TestAccessTokenEphemeral opens the provider's own token and another application's.
func TestAccessTokenEphemeral(t *testing.T) {
	t.Parallel()
	t.Run("own", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{TokenLifetime: 10 * time.Minute})
		p := d.signedIn(t)
		first := p.mustOpen(tokenType, nil)
		if first.get("refresh_token") != "null" || first.get("id_token") == "null" || first.get("token_type") != "Bearer" {
			t.Errorf("opened %s", first.attributes)
		}
		if again := p.mustOpen(tokenType, object{"min_remaining_ttl": "9m"}); again.get("access_token") != first.get("access_token") {
			t.Error("a token that lives long enough was renewed")
		}
		if diff := cmp.Diff(map[string]int{"token:password": 1}, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		_, diags := p.open(tokenType, object{"min_remaining_ttl": "11m"})
		diags.mustFail(t, "", "Unable to get access token", "less than the 11m0s asked for")
		friend := d
		friend.token = first.get("access_token")
		friend.mustCall(t, http.MethodGet, "/me", nil, nil)
	})
	t.Run("own, renewed", func(t *testing.T) {
		t.Parallel()
		// A server whose first token has but five minutes left.
		var w rewriter
		d := newMockBehind(t, mockserver.Options{}, w.front)
		short := true
		w.set(func(r *http.Request, body any) any {
			if answer, ok := body.(map[string]any); ok && strings.HasPrefix(r.URL.Path, "/oauth2/") && short {
				answer["expires_in"], short = 300, false
			}
			return body
		})
		p := d.signedIn(t)
		first := p.mustOpen(tokenType, nil)
		if kept := p.mustOpen(tokenType, object{"min_remaining_ttl": "4m"}); kept.get("access_token") != first.get("access_token") {
			t.Error("a token that lives long enough was renewed")
		}
		if renewed := p.mustOpen(tokenType, object{"min_remaining_ttl": "6m"}); renewed.get("access_token") == first.get("access_token") {
			t.Error("a token that expires too soon was not renewed")
		}
		if diff := cmp.Diff(map[string]int{"token:password": 1, "token:refresh_token": 1}, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
	t.Run("another application's", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		other := d.createApplication(t, "other-app", "Other", "Native")
		p := d.signedIn(t)
		opened := p.mustOpen(tokenType, object{"client_id": other.ClientID, "client_secret": other.Secret, "scopes": []string{"openid", "offline_access"}})
		if opened.get("granted_scopes") != "offline_access,openid" || opened.get("refresh_token") == "null" {
			t.Errorf("opened %s", opened.attributes)
		}
		if diff := cmp.Diff(map[string]int{"token:password": 1}, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		_, diags := p.open(tokenType, object{"client_id": other.ClientID})
		diags.mustFail(t, "client_secret", "Unable to get access token", "client_secret must be given")
		_, diags = p.open(tokenType, object{"client_id": other.ClientID, "client_secret": "wrong"})
		diags.mustFail(t, "", "Unable to get access token", "invalid_client")
	})
	t.Run("by refresh token, which the server replaces", func(t *testing.T) {
		t.Parallel()
		var w rewriter
		d := newMockBehind(t, mockserver.Options{}, w.front)
		p := d.signedIn(t)
		refresh := p.mustOpen(tokenType, object{"scopes": []string{"openid", "offline_access"}}).get("refresh_token")
		w.set(func(r *http.Request, body any) any {
			if answer, ok := body.(map[string]any); ok && strings.HasPrefix(r.URL.Path, "/oauth2/") {
				answer["refresh_token"] = "the-next-refresh-token"
			}
			return body
		})
		// Terraform refuses an ephemeral result that is not what is configured: see open.
		opened := p.mustOpen(tokenType, object{"refresh_token": refresh})
		if opened.get("access_token") == "null" {
			t.Errorf("opened %s", opened.attributes)
		}
	})
	t.Run("validation", func(t *testing.T) {
		t.Parallel()
		for attribute, config := range map[string]object{
			"token_url":         {"token_url": "example.com"},
			"refresh_token":     {"refresh_token": "r", "username": "u"},
			"min_remaining_ttl": {"min_remaining_ttl": "soon"},
			"scopes":            {"scopes": []string{}},
			"password":          {"password": ""},
		} {
			_, diags := newProtocol(t).open(tokenType, config)
			if errs := diags.errors(); len(errs) != 1 || !strings.HasPrefix(errs[0], attribute+": ") {
				t.Errorf("not one error on %s: %q", attribute, errs)
			}
		}
	})
	t.Run("credentials not known yet", func(t *testing.T) {
		t.Parallel()
		p := newProtocol(t)
		p.configure(object{"api_url": "https://acme.lusid.com", "access_token": unknown}).mustBeQuiet(t)
		_, diags := p.open(tokenType, nil)
		diags.mustFail(t, "", "Unable to get access token", "access_token will be known only after apply")
	})
}

// TestSensitive checks what the schemas mark, and what they say.
func TestSensitive(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	token := []string{"access_token", "client_secret", "id_token", "password", "refresh_token"}
	for _, test := range []struct {
		name   string
		schema *tfprotov6.Schema
		want   []string
	}{
		{"resource lusid_application", p.schema.ResourceSchemas["lusid_application"], []string{"secret"}},
		{"data lusid_application", p.schema.DataSourceSchemas["lusid_application"], []string{"secret"}},
		{"data lusid_access_token", p.schema.DataSourceSchemas[tokenType], token},
		{"ephemeral lusid_access_token", p.schema.EphemeralResourceSchemas[tokenType], token},
		{"ephemeral lusid_application_secret", p.schema.EphemeralResourceSchemas[secretType], []string{"secret"}},
		{"data lusid_applications", p.schema.DataSourceSchemas["lusid_applications"], nil},
		{"list lusid_application", p.schema.ListResourceSchemas["lusid_application"], nil},
		{"action lusid_rotate_application_secret", p.schema.ActionSchemas[rotateType].Schema, nil},
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
	// What the pages have to say.
	for text, schema := range map[string]*tfprotov6.Schema{
		"The token lands in the state":                                                                      p.schema.DataSourceSchemas[tokenType],
		"ephemeral resource `lusid_access_token` keeps it out of both":                                      p.schema.DataSourceSchemas[tokenType],
		"With `store_secret = false` and without `refresh_secret_version`, refresh doesn't read the secret": p.schema.ActionSchemas[rotateType].Schema,
	} {
		if !strings.Contains(schema.Block.Description, text) {
			t.Errorf("a page does not say %q", text)
		}
	}
}

// TestAccEphemeral opens both through the CLI, with a consumer that shows what it got.
func TestAccEphemeral(t *testing.T) {
	t.Parallel()
	cliMust(t, ephemeralResources)
	d := newMock(t, mockserver.Options{})
	foreign := d.createApplication(t, "test-app", "Test", "Native")
	at := func(names ...any) tfjsonpath.Path {
		path := tfjsonpath.New("data")
		for _, name := range names {
			path = path.AtMapKey(name.(string)) //nolint:forcetypeassert // Written right below.
		}
		return path
	}
	d.forget()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"lusid": factories["lusid"],
			"echo":  echoprovider.NewProviderServer(),
		},
		Steps: []resource.TestStep{{
			Config: providerBlock(d.passwordArguments()) + `
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
					friend.token = token
					return friend.call(t.Context(), http.MethodGet, "/me", nil, nil)
				})),
			},
		}},
	})
	for _, request := range d.requests() {
		if request.Method != http.MethodGet && !strings.HasPrefix(request.Operation, "token:") {
			t.Errorf("an ephemeral resource sent %s %s", request.Method, request.Path)
		}
	}
	if now := d.application(t, "test-app"); now.Secret != foreign.Secret {
		t.Error("opening it changed the secret")
	}
}
