package provider_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// environment are the five FBN_* variables of a password, and the domain.
func (d domain) environment() []string {
	own := d.passwordArguments()
	return []string{
		fmt.Sprint("FBN_IDENTITY_URL=", d.url, "/identity"),
		fmt.Sprint("FBN_TOKEN_URL=", own["token_url"]),
		fmt.Sprint("FBN_USERNAME=", own["username"]),
		fmt.Sprint("FBN_PASSWORD=", own["password"]),
		fmt.Sprint("FBN_CLIENT_ID=", own["client_id"]),
		fmt.Sprint("FBN_CLIENT_SECRET=", own["client_secret"]),
	}
}

// section is what LUSID exports into a section of secrets.json.
func (d domain) section() map[string]any {
	own := d.passwordArguments()
	return map[string]any{
		"identityUrl": d.url + "/identity", "tokenUrl": own["token_url"], "username": own["username"],
		"password": own["password"], "clientId": own["client_id"], "clientSecret": own["client_secret"],
	}
}

func jsonText(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// TestAccSignIn applies with each way to sign in, and with each pair of places that disagree: the
// right domain gets the application, and the wrong one no request at all.
func TestAccSignIn(t *testing.T) {
	t.Parallel()
	const noBlock = "provider \"lusid\" {}\n"
	api := func(d domain) map[string]any { return map[string]any{"api": d.section()} }
	profiles := func(named map[string]domain) map[string]any {
		sections := map[string]any{}
		for name, d := range named {
			sections[name] = d.section()
		}
		return map[string]any{"profiles": sections}
	}
	const password, refresh, pat = "token:password", "token:refresh_token", ""

	for name, prepare := range map[string]func(w *workspace, right, wrong domain) (block, grant string){
		"FBN_ACCESS_TOKEN": func(w *workspace, right, _ domain) (string, string) {
			w.env = append(w.env, "FBN_LUSID_API_URL="+right.url+"/api", "FBN_ACCESS_TOKEN="+right.token)
			return noBlock, pat
		},
		"FBN_ACCESS_TOKEN_FILE": func(w *workspace, right, _ domain) (string, string) {
			w.env = append(w.env, "FBN_BASE_URL="+right.url, "FBN_ACCESS_TOKEN_FILE="+w.write("token", right.token))
			return noBlock, pat
		},
		"FBN_* password": func(w *workspace, right, _ domain) (string, string) {
			w.env = append(w.env, right.environment()...)
			return noBlock, password
		},
		"secrets.json": func(w *workspace, right, _ domain) (string, string) {
			w.write("secrets.json", jsonText(w.t, api(right)))
			return noBlock, password
		},
		"FBN_SECRETS_PATH over secrets.json": func(w *workspace, right, wrong domain) (string, string) {
			w.write("secrets.json", jsonText(w.t, api(wrong)))
			w.env = append(w.env, "FBN_SECRETS_PATH="+fileIn(w.t, "elsewhere.json", jsonText(w.t, api(right))))
			return noBlock, password
		},
		"environment over secrets.json": func(w *workspace, right, wrong domain) (string, string) {
			w.write("secrets.json", jsonText(w.t, api(wrong)))
			w.env = append(w.env, right.environment()...)
			return noBlock, password
		},
		"environment over FBN_SECRETS_PATH and the profile default": func(w *workspace, right, wrong domain) (string, string) {
			w.env = append(w.env, "FBN_SECRETS_PATH="+w.write("wrong.json", jsonText(w.t, profiles(map[string]domain{"default": wrong}))))
			w.env = append(w.env, right.environment()...)
			return noBlock, password
		},
		"secrets_file over environment and secrets.json": func(w *workspace, right, wrong domain) (string, string) {
			w.write("secrets.json", jsonText(w.t, api(wrong)))
			w.write("right.json", jsonText(w.t, api(right)))
			w.env = append(w.env, wrong.environment()...)
			w.env = append(w.env, "FBN_SECRETS_PATH="+filepath.Join(w.directory, "secrets.json"), "FBN_ACCESS_TOKEN="+wrong.token)
			return providerBlock(object{"secrets_file": "right.json"}), password
		},
		"profile default": func(w *workspace, right, wrong domain) (string, string) {
			w.write("secrets.json", jsonText(w.t, profiles(map[string]domain{"default": right, "a": wrong})))
			return noBlock, password
		},
		"FBN_PROFILE over default": func(w *workspace, right, wrong domain) (string, string) {
			w.write("secrets.json", jsonText(w.t, profiles(map[string]domain{"default": wrong, "a": right})))
			w.env = append(w.env, "FBN_PROFILE=a")
			return noBlock, password
		},
		"profile over FBN_PROFILE and environment": func(w *workspace, right, wrong domain) (string, string) {
			w.write("secrets.json", jsonText(w.t, profiles(map[string]domain{"default": wrong, "a": wrong, "b": right})))
			w.env = append(w.env, wrong.environment()...)
			w.env = append(w.env, "FBN_PROFILE=a", "FBN_ACCESS_TOKEN="+wrong.token)
			return providerBlock(object{"profile": "b"}), password
		},
		"refresh_token": func(w *workspace, right, _ domain) (string, string) {
			arguments := right.passwordArguments()
			arguments["refresh_token"] = right.signedIn(w.t).mustGetAccessToken(object{"scopes": []string{"openid", "offline_access"}}).get("refresh_token")
			right.forget()
			delete(arguments, "username")
			delete(arguments, "password")
			return providerBlock(arguments), refresh
		},
		"provider block over environment and secrets.json": func(w *workspace, right, wrong domain) (string, string) {
			w.write("secrets.json", jsonText(w.t, api(wrong)))
			w.env = append(w.env, wrong.environment()...)
			w.env = append(w.env, "FBN_ACCESS_TOKEN="+wrong.token)
			return providerBlock(right.passwordArguments()), password
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			right, wrong := newMock(t, mockserver.Options{}), newMock(t, mockserver.Options{})
			w := newWorkspace(t, "")
			block, grant := prepare(w, right, wrong)
			w.configure(block + applicationHCL("test", "test-app"))
			w.mustRun("apply", "-auto-approve")
			want := map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1}
			if grant != "" {
				want[grant] = 1
			}
			if diff := cmp.Diff(want, right.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if counts := wrong.counts(); len(counts) != 0 {
				t.Errorf("requests to the wrong domain: %v", counts)
			}
		})
	}
}

// TestAccSignIn_incomplete writes half of the credentials into the provider block: those in the
// environment complete it, and another way in never stands in.
func TestAccSignIn_incomplete(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, providerBlock(object{"api_url": d.url, "username": "somebody"})+applicationHCL("test", "test-app"), "FBN_ACCESS_TOKEN="+d.token)
	w.mustFail([]string{
		"Unable to configure the LUSID provider", "begins to sign in by user name and password, with username",
		"the provider block: api_url, username", "the environment: FBN_ACCESS_TOKEN", filepath.Join(w.directory, "secrets.json") + ": not found",
	}, "plan")
	if counts := d.counts(); len(counts) != 0 {
		t.Errorf("requests: %v", counts)
	}
}

// TestAccEnvironment_errors sets variables that lead nowhere, or elsewhere than they seem to.
func TestAccEnvironment_errors(t *testing.T) {
	t.Parallel()
	d, other := newMock(t, mockserver.Options{}), newMock(t, mockserver.Options{})
	domainOf := func(d domain) string { return strings.TrimPrefix(d.url, "http://") }
	for name, test := range map[string]struct {
		env     []string
		parts   []string
		succeed bool
	}{
		"a token file for a shell": {[]string{"FBN_ACCESS_TOKEN_FILE=~/token"}, []string{"FBN_ACCESS_TOKEN_FILE cannot be used", "begins with ~", "the whole path"}, false},
		"certificates for a shell": {append(d.environment(), "FBN_CLIENT_CERTIFICATE=~/ca.pem"), []string{"FBN_CLIENT_CERTIFICATE cannot be used", "begins with ~"}, false},
		"a profile of another domain": {append(d.environment(), "FBN_PROFILE=other"), []string{
			"Unable to configure the LUSID provider", "FBN_PROFILE asks for", domainOf(other), domainOf(d) + ", from the environment variable FBN_IDENTITY_URL",
		}, false},
		"a profile of the same domain": {append(d.environment(), "FBN_PROFILE=same"), []string{
			"Warning: The provider does not sign in as FBN_PROFILE asks", "its credentials are not used",
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, allRoles, append([]string{"FBN_IDENTITY_URL=" + d.url}, test.env...)...)
			w.write("secrets.json", jsonText(t, map[string]any{"profiles": map[string]any{
				"same": d.section(), "other": other.section(), "default": map[string]any{},
			}}))
			if test.succeed {
				mustHold(t, w.mustRun("plan"), test.parts...)
				return
			}
			w.mustFail(test.parts, "plan")
		})
	}
	if counts := other.counts(); len(counts) != 0 {
		t.Errorf("requests to the other domain: %v", counts)
	}
}

// TestAccForeignSecretsFile plans beside a secrets.json of another tool.
func TestAccForeignSecretsFile(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, allRoles, append(d.environment(), "TF_LOG_PROVIDER=DEBUG")...)
	w.write("secrets.json", "# what another tool keeps\n{}")
	mustHold(t, w.mustRun("plan"), "Ignored the default secrets file", "JSON has no comments")
	w.env = append(w.env, "FBN_PASSWORD=")
	w.mustFail([]string{"No way to sign in is complete", filepath.Join(w.directory, "secrets.json") + " is not valid JSON (line 1, column 1: JSON has no comments)"}, "plan")
}

// TestAccImport_curl imports what LUSID's own article creates.
func TestAccImport_curl(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.createApplication(t, "example-sdk-app", "Example SDK application", "Native")
	w := newWorkspace(t, d.config(`
resource "lusid_application" "example" {
  client_id    = "example-sdk-app"
  display_name = "Example SDK application"
}
`))
	w.mustRun("import", "lusid_application.example", "example-sdk-app")
	w.mustPlanEmpty()
	if got := w.attribute("lusid_application.example", "secret"); got != d.application(t, "example-sdk-app").Secret {
		t.Error("the secret was not imported")
	}
}

// TestAccCanaries looks for secrets in everything that the CLI prints and logs.
func TestAccCanaries(t *testing.T) {
	t.Parallel()
	var issued issuedSecrets
	d := newMockBehind(t, mockserver.Options{}, issued.front)
	own := d.passwordArguments()
	config := providerBlock(own) + applicationHCL("test", "test-app") + `
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
	w := newWorkspace(t, config, "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	var printed strings.Builder
	printed.WriteString(w.mustRun("validate"))
	printed.WriteString(w.mustRun("apply", "-auto-approve"))
	secrets := map[string]string{"the application's secret": d.application(t, "test-app").Secret}
	printed.WriteString(w.mustRun("plan", "-out=tfplan"))
	printed.WriteString(w.mustRun("show", "tfplan"))
	printed.WriteString(w.mustRun("show"))
	printed.WriteString(w.mustRun("output"))
	w.configure(strings.ReplaceAll(config, "test-app", "next-app"))
	printed.WriteString(w.mustRun("apply", "-auto-approve"))
	secrets["the second secret"] = d.application(t, "next-app").Secret
	printed.WriteString(w.mustRun("destroy", "-auto-approve"))

	for _, name := range []string{"password", "client_secret"} {
		secrets[name], _ = own[name].(string)
	}
	for i, token := range issued.all() {
		secrets[fmt.Sprint("issued token ", i)] = token
	}
	if len(issued.all()) < 6 {
		t.Fatalf("only %d tokens were issued", len(issued.all()))
	}
	log := w.readFile("trace.log")
	if !strings.Contains(log, "LUSID request answered") {
		t.Error("the log does not hold the provider's messages")
	}
	mustBeAbsent(t, "what was printed", printed.String(), secrets)
	mustBeAbsent(t, "the log", log, secrets)
}

// TestCanaries_failures meets servers that say all they were told.
func TestCanaries_failures(t *testing.T) {
	t.Parallel()
	for name, say := range echoes {
		for _, signIn := range []string{"password", "refresh_token", "access_token"} {
			t.Run(name+", "+signIn, func(t *testing.T) {
				t.Parallel()
				d := newMockBehind(t, mockserver.Options{}, say)
				arguments := d.passwordArguments()
				arguments["max_retries"] = 0
				switch signIn {
				case "refresh_token":
					arguments["refresh_token"] = "c4nary'&\"<é+/=refresh"
				case "access_token":
					arguments = object{"api_url": d.url, "access_token": "c4nary'&\"<+/=access", "max_retries": 0}
				}
				p := newProtocol(t)
				p.configure(arguments).mustBeQuiet(t)
				_, diags := p.applications().create(object{"client_id": "test-app", "display_name": "Test"})
				_, imported := p.applications().importState("test-app")
				_, token := p.accessToken(nil)
				if len(diags.errors()) != 1 || len(imported.errors()) != 1 {
					t.Fatalf("no errors: %s %s", diags.errors(), imported.errors())
				}
				secrets := map[string]string{}
				for _, name := range []string{"password", "client_secret", "refresh_token", "access_token"} {
					if secret, ok := arguments[name].(string); ok {
						secrets[name] = secret
					}
				}
				all := slices.Concat(diags.errors(), diags.warnings(), imported.errors(), token.errors())
				mustBeAbsent(t, "the errors", strings.Join(all, "\n"), secrets)
			})
		}
	}
}

// TestAccCanaries_failingSignIn logs a failure at TRACE.
func TestAccCanaries_failingSignIn(t *testing.T) {
	t.Parallel()
	d := newMockBehind(t, mockserver.Options{}, echoes["JSON"])
	arguments := d.passwordArguments()
	w := newWorkspace(t, providerBlock(arguments)+applicationHCL("test", "test-app"), "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	printed := w.mustFail([]string{"Unable to create application"}, "apply", "-auto-approve")
	secrets := map[string]string{}
	for _, name := range []string{"password", "client_secret"} {
		secrets[name], _ = arguments[name].(string)
	}
	mustBeAbsent(t, "what was printed", printed, secrets)
	mustBeAbsent(t, "the log", w.readFile("trace.log"), secrets)
}
