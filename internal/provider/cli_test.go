package provider_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestAccSignIn applies with each way to sign in, and with each pair of sources that disagree. The right domain gets
// the application, and the wrong domain gets no request.
func TestAccSignIn(t *testing.T) {
	t.Parallel()
	const noBlock = "provider \"lusid\" {}\n"
	api := func(d providertest.Domain) map[string]any { return map[string]any{"api": d.Section()} }
	profiles := func(named map[string]providertest.Domain) map[string]any {
		sections := map[string]any{}
		for name, d := range named {
			sections[name] = d.Section()
		}
		return map[string]any{"profiles": sections}
	}
	const password, refresh, pat = "token:password", "token:refresh_token", ""

	for name, prepare := range map[string]func(w *providertest.Workspace, right, wrong providertest.Domain) (block, grant string){
		"FBN_ACCESS_TOKEN": func(w *providertest.Workspace, right, _ providertest.Domain) (string, string) {
			w.Env = append(w.Env, "FBN_LUSID_API_URL="+right.URL+"/api", "FBN_ACCESS_TOKEN="+right.Token)
			return noBlock, pat
		},
		"FBN_ACCESS_TOKEN_FILE": func(w *providertest.Workspace, right, _ providertest.Domain) (string, string) {
			w.Env = append(w.Env, "FBN_BASE_URL="+right.URL, "FBN_ACCESS_TOKEN_FILE="+w.Write("token", right.Token))
			return noBlock, pat
		},
		"FBN_* password": func(w *providertest.Workspace, right, _ providertest.Domain) (string, string) {
			w.Env = append(w.Env, right.Environment()...)
			return noBlock, password
		},
		"secrets.json": func(w *providertest.Workspace, right, _ providertest.Domain) (string, string) {
			w.Write("secrets.json", providertest.JSONText(w.T, api(right)))
			return noBlock, password
		},
		"FBN_SECRETS_PATH over secrets.json": func(w *providertest.Workspace, right, wrong providertest.Domain) (string, string) {
			w.Write("secrets.json", providertest.JSONText(w.T, api(wrong)))
			w.Env = append(w.Env, "FBN_SECRETS_PATH="+providertest.FileIn(w.T, "elsewhere.json", providertest.JSONText(w.T, api(right))))
			return noBlock, password
		},
		"environment over secrets.json": func(w *providertest.Workspace, right, wrong providertest.Domain) (string, string) {
			w.Write("secrets.json", providertest.JSONText(w.T, api(wrong)))
			w.Env = append(w.Env, right.Environment()...)
			return noBlock, password
		},
		"environment over FBN_SECRETS_PATH and the profile default": func(w *providertest.Workspace, right, wrong providertest.Domain) (string, string) {
			w.Env = append(w.Env,
				"FBN_SECRETS_PATH="+w.Write("wrong.json", providertest.JSONText(w.T, profiles(map[string]providertest.Domain{"default": wrong}))))
			w.Env = append(w.Env, right.Environment()...)
			return noBlock, password
		},
		"secrets_file over environment and secrets.json": func(w *providertest.Workspace, right, wrong providertest.Domain) (string, string) {
			w.Write("secrets.json", providertest.JSONText(w.T, api(wrong)))
			w.Write("right.json", providertest.JSONText(w.T, api(right)))
			w.Env = append(w.Env, wrong.Environment()...)
			w.Env = append(w.Env, "FBN_SECRETS_PATH="+filepath.Join(w.Directory, "secrets.json"), "FBN_ACCESS_TOKEN="+wrong.Token)
			return providertest.ProviderBlock(providertest.Object{"secrets_file": "right.json"}), password
		},
		"profile default": func(w *providertest.Workspace, right, wrong providertest.Domain) (string, string) {
			w.Write("secrets.json", providertest.JSONText(w.T, profiles(map[string]providertest.Domain{"default": right, "a": wrong})))
			return noBlock, password
		},
		"FBN_PROFILE over default": func(w *providertest.Workspace, right, wrong providertest.Domain) (string, string) {
			w.Write("secrets.json", providertest.JSONText(w.T, profiles(map[string]providertest.Domain{"default": wrong, "a": right})))
			w.Env = append(w.Env, "FBN_PROFILE=a")
			return noBlock, password
		},
		"profile over FBN_PROFILE and environment": func(w *providertest.Workspace, right, wrong providertest.Domain) (string, string) {
			w.Write("secrets.json", providertest.JSONText(w.T, profiles(map[string]providertest.Domain{"default": wrong, "a": wrong, "b": right})))
			w.Env = append(w.Env, wrong.Environment()...)
			w.Env = append(w.Env, "FBN_PROFILE=a", "FBN_ACCESS_TOKEN="+wrong.Token)
			return providertest.ProviderBlock(providertest.Object{"profile": "b"}), password
		},
		"refresh_token": func(w *providertest.Workspace, right, _ providertest.Domain) (string, string) {
			arguments := right.PasswordArguments()
			arguments["refresh_token"] = right.SignedIn(w.T).MustGetAccessToken(providertest.Object{"scopes": []string{"openid", "offline_access"}}).Get("refresh_token")
			right.Forget()
			delete(arguments, "username")
			delete(arguments, "password")
			return providertest.ProviderBlock(arguments), refresh
		},
		"provider block over environment and secrets.json": func(w *providertest.Workspace, right, wrong providertest.Domain) (string, string) {
			w.Write("secrets.json", providertest.JSONText(w.T, api(wrong)))
			w.Env = append(w.Env, wrong.Environment()...)
			w.Env = append(w.Env, "FBN_ACCESS_TOKEN="+wrong.Token)
			return providertest.ProviderBlock(right.PasswordArguments()), password
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			right, wrong := providertest.NewMock(t, mockserver.Options{}), providertest.NewMock(t, mockserver.Options{})
			w := providertest.NewWorkspace(t, "")
			block, grant := prepare(w, right, wrong)
			w.Configure(block + providertest.ApplicationHCL("test", "test-app"))
			w.MustRun("apply", "-auto-approve")
			want := map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1}
			if grant != "" {
				want[grant] = 1
			}
			if diff := cmp.Diff(want, right.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if counts := wrong.Counts(); len(counts) != 0 {
				t.Errorf("requests to the wrong domain: %v", counts)
			}
		})
	}
}

// TestAccSignIn_incomplete sets part of the credentials in the provider block. The environment may complete them, but
// the provider does not fall back to another way to sign in.
func TestAccSignIn_incomplete(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t,
		providertest.ProviderBlock(providertest.Object{"api_url": d.URL, "username": "somebody"})+providertest.ApplicationHCL("test", "test-app"), "FBN_ACCESS_TOKEN="+d.Token)
	w.MustFail([]string{
		"Unable to configure the LUSID provider", "sets only part of a way to sign in (user name and password): it sets username",
		"the provider block: api_url, username", "the environment: FBN_ACCESS_TOKEN", filepath.Join(w.Directory, "secrets.json") + ": not found",
	}, "plan")
	if counts := d.Counts(); len(counts) != 0 {
		t.Errorf("got the requests %v, want none", counts)
	}
}

// TestAccEnvironment_errors sets environment variables that cannot be used or that refer to another domain.
func TestAccEnvironment_errors(t *testing.T) {
	t.Parallel()
	d, other := providertest.NewMock(t, mockserver.Options{}), providertest.NewMock(t, mockserver.Options{})
	domainOf := func(d providertest.Domain) string { return strings.TrimPrefix(d.URL, "http://") }
	for name, test := range map[string]struct {
		env     []string
		parts   []string
		succeed bool
	}{
		"token file with a tilde": {
			[]string{"FBN_ACCESS_TOKEN_FILE=~/token"},
			[]string{"FBN_ACCESS_TOKEN_FILE cannot be used", "begins with ~", "the full path"},
			false,
		},
		"certificate file with a tilde": {
			append(d.Environment(), "FBN_CLIENT_CERTIFICATE=~/ca.pem"),
			[]string{"FBN_CLIENT_CERTIFICATE cannot be used", "begins with ~"},
			false,
		},
		"profile of another domain": {append(d.Environment(), "FBN_PROFILE=other"), []string{
			"Unable to configure the LUSID provider", "FBN_PROFILE asks for", domainOf(other), domainOf(d) + ", from the environment variable FBN_IDENTITY_URL",
		}, false},
		"profile of the same domain": {append(d.Environment(), "FBN_PROFILE=same"), []string{
			"Warning: The provider does not sign in as FBN_PROFILE asks", "does not use its credentials",
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := providertest.NewWorkspace(t, allRoles, append([]string{"FBN_IDENTITY_URL=" + d.URL}, test.env...)...)
			w.Write("secrets.json", providertest.JSONText(t, map[string]any{"profiles": map[string]any{
				"same": d.Section(), "other": other.Section(), "default": map[string]any{},
			}}))
			if test.succeed {
				providertest.MustHold(t, w.MustRun("plan"), test.parts...)
				return
			}
			w.MustFail(test.parts, "plan")
		})
	}
	if counts := other.Counts(); len(counts) != 0 {
		t.Errorf("requests to the other domain: %v", counts)
	}
}

// TestAccForeignSecretsFile plans in a directory that has the secrets.json of another tool.
func TestAccForeignSecretsFile(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, allRoles, append(d.Environment(), "TF_LOG_PROVIDER=DEBUG")...)
	w.Write("secrets.json", "# what another tool keeps\n{}")
	providertest.MustHold(t, w.MustRun("plan"), "Ignored the default secrets file", "JSON has no comments")
	w.Env = append(w.Env, "FBN_PASSWORD=")
	w.MustFail([]string{
		"No way to sign in is complete",
		filepath.Join(w.Directory, "secrets.json") + " is not valid JSON (line 1, column 1: JSON has no comments)",
	}, "plan")
}

// TestAccImport_curl imports the application that LUSID's own article creates with curl.
func TestAccImport_curl(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.CreateApplication(t, "example-sdk-app", "Example SDK application", "Native")
	w := providertest.NewWorkspace(t, d.Config(`
resource "lusid_application" "example" {
  client_id    = "example-sdk-app"
  display_name = "Example SDK application"
}
`))
	w.MustRun("import", "lusid_application.example", "example-sdk-app")
	w.MustPlanEmpty()
	if got := w.Attribute("lusid_application.example", "secret"); got != d.Application(t, "example-sdk-app").Secret {
		t.Error("the secret was not imported")
	}
}

// TestAccCanaries checks that the output and the log of the CLI contain no secret.
func TestAccCanaries(t *testing.T) {
	t.Parallel()
	var issued providertest.IssuedSecrets
	d := providertest.NewMockBehind(t, mockserver.Options{}, issued.Front)
	own := d.PasswordArguments()
	config := providertest.ProviderBlock(own) + providertest.ApplicationHCL("test", "test-app") + `
data "lusid_access_token" "own" {}
data "lusid_access_token" "test" {
  token_url     = lusid_application.test.token_url
  client_id     = lusid_application.test.client_id
  client_secret = lusid_application.test.secret
}
output "secret" {
  value     = lusid_application.test.secret
  sensitive = true
}
`
	w := providertest.NewWorkspace(t, config, "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	var printed strings.Builder
	printed.WriteString(w.MustRun("validate"))
	printed.WriteString(w.MustRun("apply", "-auto-approve"))
	secrets := map[string]string{"the application's secret": d.Application(t, "test-app").Secret}
	printed.WriteString(w.MustRun("plan", "-out=tfplan"))
	printed.WriteString(w.MustRun("show", "tfplan"))
	printed.WriteString(w.MustRun("show"))
	printed.WriteString(w.MustRun("output"))
	w.Configure(strings.ReplaceAll(config, "test-app", "next-app"))
	printed.WriteString(w.MustRun("apply", "-auto-approve"))
	secrets["the second secret"] = d.Application(t, "next-app").Secret
	printed.WriteString(w.MustRun("destroy", "-auto-approve"))

	for _, name := range []string{"password", "client_secret"} {
		secrets[name], _ = own[name].(string)
	}
	for i, token := range issued.All() {
		secrets[fmt.Sprint("issued token ", i)] = token
	}
	if len(issued.All()) < 6 {
		t.Fatalf("got %d issued tokens, want at least 6", len(issued.All()))
	}
	log := w.ReadFile("trace.log")
	if !strings.Contains(log, "LUSID request answered") {
		t.Error("the log does not contain the provider's messages")
	}
	providertest.MustBeAbsent(t, "the output", printed.String(), secrets)
	providertest.MustBeAbsent(t, "the log", log, secrets)
}

// TestCanaries_failures uses servers that repeat the whole request in their response.
func TestCanaries_failures(t *testing.T) {
	t.Parallel()
	for name, say := range providertest.Echoes {
		for _, signIn := range []string{"password", "refresh_token", "access_token"} {
			t.Run(name+", "+signIn, func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMockBehind(t, mockserver.Options{}, say)
				arguments := d.PasswordArguments()
				arguments["max_retries"] = 0
				switch signIn {
				case "refresh_token":
					arguments["refresh_token"] = "c4nary'&\"<é+/=refresh"
				case "access_token":
					arguments = providertest.Object{"api_url": d.URL, "access_token": "c4nary'&\"<+/=access", "max_retries": 0}
				}
				p := providertest.NewProtocol(t)
				p.Configure(arguments).MustBeQuiet(t)
				_, diags := p.Applications().Create(providertest.Object{"client_id": "test-app", "display_name": "Test"})
				_, imported := p.Applications().ImportState("test-app")
				_, token := p.AccessToken(nil)
				if len(diags.Errors()) != 1 || len(imported.Errors()) != 1 {
					t.Fatalf("got the errors %s and %s, want one each", diags.Errors(), imported.Errors())
				}
				secrets := map[string]string{}
				for _, name := range []string{"password", "client_secret", "refresh_token", "access_token"} {
					if secret, ok := arguments[name].(string); ok {
						secrets[name] = secret
					}
				}
				all := slices.Concat(diags.Errors(), diags.Warnings(), imported.Errors(), token.Errors())
				providertest.MustBeAbsent(t, "the errors", strings.Join(all, "\n"), secrets)
			})
		}
	}
}

// TestAccCanaries_failingSignIn logs a failed sign-in at TRACE.
func TestAccCanaries_failingSignIn(t *testing.T) {
	t.Parallel()
	d := providertest.NewMockBehind(t, mockserver.Options{}, providertest.Echoes["JSON"])
	arguments := d.PasswordArguments()
	w := providertest.NewWorkspace(t, providertest.ProviderBlock(arguments)+providertest.ApplicationHCL("test", "test-app"), "TF_LOG=TRACE",
		"TF_LOG_PATH=trace.log")
	printed := w.MustFail([]string{"Unable to create application"}, "apply", "-auto-approve")
	secrets := map[string]string{}
	for _, name := range []string{"password", "client_secret"} {
		secrets[name], _ = arguments[name].(string)
	}
	providertest.MustBeAbsent(t, "the output", printed, secrets)
	providertest.MustBeAbsent(t, "the log", w.ReadFile("trace.log"), secrets)
}
