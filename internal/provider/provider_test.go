package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-json"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestProvider_validation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		attribute string
		config    providertest.Object
	}{
		{"api_url", providertest.Object{"api_url": "acme.lusid.com"}},
		{"api_url", providertest.Object{"api_url": "ftp://acme.lusid.com"}},
		{"api_url", providertest.Object{"api_url": "http://acme.lusid.com"}},
		{"api_url", providertest.Object{"api_url": "https://"}},
		{"api_url", providertest.Object{"api_url": "https://user:hunter22@acme.lusid.com"}},
		{"api_url", providertest.Object{"api_url": "https://<domain>.lusid.com"}},
		{"api_url", providertest.Object{"api_url": "https://acme.lusid.com/?x=1"}},
		{"api_url", providertest.Object{"api_url": "https://acme.lusid.com/%zz"}},
		{"api_url", providertest.Object{"api_url": ""}},
		{"token_url", providertest.Object{"token_url": "http://acme.okta.com/oauth2/x/v1/token"}},
		{"token_url", providertest.Object{"token_url": "okta"}},
		{"token_url", providertest.Object{"token_url": ""}},
		{"access_token", providertest.Object{"access_token": ""}},
		{"access_token_file", providertest.Object{"access_token_file": ""}},
		{"username", providertest.Object{"username": ""}},
		{"password", providertest.Object{"password": ""}},
		{"client_id", providertest.Object{"client_id": ""}},
		{"client_secret", providertest.Object{"client_secret": ""}},
		{"refresh_token", providertest.Object{"refresh_token": ""}},
		{"application_name", providertest.Object{"application_name": ""}},
		{"ca_certificate_file", providertest.Object{"ca_certificate_file": ""}},
		{"secrets_file", providertest.Object{"secrets_file": ""}},
		{"secrets_file", providertest.Object{"secrets_file": "~/hunter22"}},
		{"access_token_file", providertest.Object{"access_token_file": "~/hunter22"}},
		{"access_token_file", providertest.Object{"access_token_file": `~\hunter22`}},
		{"access_token_file", providertest.Object{"access_token_file": "~"}},
		{"ca_certificate_file", providertest.Object{"ca_certificate_file": "~/hunter22"}},
		{"profile", providertest.Object{"profile": ""}},
		{"request_timeout", providertest.Object{"request_timeout": "30"}},
		{"request_timeout", providertest.Object{"request_timeout": "-1s"}},
		{"request_timeout", providertest.Object{"request_timeout": "0s"}},
		{"max_retries", providertest.Object{"max_retries": -1}},
		{"max_retries", providertest.Object{"max_retries": 21}},
		{"proxy.address", providertest.Object{"proxy": providertest.Object{"address": "proxy:8080"}}},
		{"proxy.address", providertest.Object{"proxy": providertest.Object{"address": "ftp://proxy:8080"}}},
		{"proxy.address", providertest.Object{"proxy": providertest.Object{"address": "http://user:hunter22@proxy:8080"}}},
		{"proxy.address", providertest.Object{"proxy": providertest.Object{"address": ""}}},
		{"proxy.password", providertest.Object{"proxy": providertest.Object{"password": ""}}},
	} {
		t.Run(fmt.Sprint(test.config), func(t *testing.T) {
			t.Parallel()
			diags := providertest.NewProtocol(t).ValidateProvider(test.config)
			diags.MustFail(t, test.attribute)
			if strings.Contains(strings.Join(diags.Errors(), ""), "hunter22") {
				t.Errorf("the error contains a password: %s", diags.Errors())
			}
		})
	}
	for _, config := range []providertest.Object{
		{},
		{"proxy": providertest.Object{}},
		{"proxy": providertest.Unknown},
		{"proxy": providertest.Object{"address": providertest.Unknown, "username": "u", "password": providertest.Unknown}},
		{"proxy": providertest.Object{"address": "socks5://127.0.0.1:1080"}},
		{
			"api_url":         providertest.Unknown,
			"access_token":    providertest.Unknown,
			"max_retries":     providertest.Unknown,
			"request_timeout": providertest.Unknown,
		},
		{"api_url": "https://acme.lusid.com/identity/", "max_retries": 0, "request_timeout": "1m30s"},
		{"api_url": "http://localhost:8080", "token_url": "http://[::1]:8080/oauth2/x"},
	} {
		if errs := providertest.NewProtocol(t).ValidateProvider(config).Errors(); errs != nil {
			t.Errorf("%v: got the errors %q, want none", config, errs)
		}
	}
}

// TestProvider_configureSendsNothing expects that the configuration of a provider sends no request.
func TestProvider_configureSendsNothing(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.Protocol(t)
	d.SignedIn(t)
	if counts := d.Counts(); len(counts) != 0 {
		t.Errorf("got the requests %v, want none", counts)
	}
}

func TestProvider_missingCredentials(t *testing.T) {
	t.Parallel()
	providertest.NewProtocol(t).Configure(providertest.Object{
		"api_url":  "https://acme.lusid.com",
		"username": "u",
		"password": "<password>",
	}).MustFail(t, "",
		"Unable to configure the LUSID provider", "sets only part of a way to sign in (user name and password): it sets username",
		"the provider block: api_url, username, password (still contains the placeholder <password>",
		"the environment: nothing found", "secrets.json: not found",
		"an access token: access_token (FBN_ACCESS_TOKEN", "FBN_TOKEN_URL", "FBN_CLIENT_SECRET")
	providertest.NewProtocol(t).Configure(providertest.Object{"access_token": "t"}).MustFail(t, "",
		"The LUSID domain is missing: api_url (FBN_IDENTITY_URL", "an access token: nothing\n")
	providertest.NewProtocol(t).Configure(providertest.Object{"access_token": "t", "username": "u"}).MustFail(t, "",
		"The LUSID domain is missing", "an access token: nothing\n")
	providertest.NewProtocol(t).Configure(providertest.Object{
		"api_url":           "https://acme.lusid.com",
		"access_token_file": "/missing",
		"profile":           "x",
	}).MustFail(t, "profile", "secrets.json does not exist")
	providertest.NewProtocol(t).Configure(providertest.Object{"secrets_file": "/missing.json"}).MustFail(t, "secrets_file", "/missing.json")
	providertest.NewProtocol(t).Configure(providertest.Object{
		"api_url":             "https://acme.lusid.com",
		"access_token":        "t",
		"ca_certificate_file": "/missing.pem",
	}).MustFail(t, "ca_certificate_file", "/missing.pem")
	providertest.NewProtocol(t).Configure(providertest.Object{
		"api_url":      "https://acme.lusid.com",
		"access_token": "Bearer t",
	}).MustFail(t, "access_token", "without the word Bearer")
	providertest.NewProtocol(t).Configure(providertest.Object{
		"api_url":      "https://acme.lusid.com",
		"access_token": `{"access_token":"t"}`,
	}).MustFail(t, "access_token", "contains JSON")
}

// TestProvider_headers checks the headers that every request has.
func TestProvider_headers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ configured, want string }{
		"default":    {"", "terraform-provider-lusid"},
		"configured": {"acme-infra", "acme-infra"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			arguments := d.PasswordArguments()
			if test.configured != "" {
				arguments["application_name"] = test.configured
			}
			p := providertest.NewProtocol(t)
			p.Configure(arguments).MustBeQuiet(t)
			p.Applications().MustCreate(providertest.Object{"client_id": "test-app", "display_name": "Test"})
			requests := d.Requests()
			if len(requests) != 3 {
				t.Fatalf("got the requests %v, want 3", d.Counts())
			}
			for _, r := range requests {
				if r.UserAgent != "terraform-provider-lusid/test" || r.Application != test.want || r.CorrelationID == "" || r.CorrelationID != requests[0].CorrelationID {
					t.Errorf("%s has the user agent %q, the application %q and the correlation ID %q: want %q and the correlation ID of the first request, %q", r.Operation, r.UserAgent, r.Application, r.CorrelationID, test.want, requests[0].CorrelationID)
				}
			}
		})
	}
}

// TestProvider_unknownValues configures the provider with each kind of unknown value. A plan succeeds
// without a request, and the provider does not use a value from a source of lower precedence instead.
func TestProvider_unknownValues(t *testing.T) {
	t.Parallel()
	for name, unknowns := range map[string]providertest.Object{
		"credential":             {"access_token": providertest.Unknown},
		"domain":                 {"api_url": providertest.Unknown},
		"file":                   {"secrets_file": providertest.Unknown},
		"number":                 {"max_retries": providertest.Unknown},
		"proxy":                  {"proxy": providertest.Unknown},
		"attribute of the proxy": {"proxy": providertest.Object{"password": providertest.Unknown}},
		"several unknown values beside known values": {"token_url": providertest.Unknown, "client_secret": providertest.Unknown, "username": "u"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			config := providertest.Object{"client_id": "test-app", "display_name": "Test"}
			made := d.Protocol(t).Applications().MustCreate(config)
			d.Forget()
			p := d.Protocol(t, unknowns)

			change, diags := p.Applications().Plan(providertest.Instance{}, config)
			diags.MustBeQuiet(t)
			if got := change.Planned.Get("id"); got != "unknown" {
				t.Errorf("got the id %s in the plan of a create, want unknown", got)
			}
			kept, diags := p.Applications().Read(made)
			diags.MustWarn(t, "", "LUSID was not asked for the present state", "will be known only after apply")
			again, diags := p.Applications().Read(made)
			diags.MustBeQuiet(t) // The provider warns once.
			if names := append(made.Differences(kept), made.Differences(again)...); names != nil {
				t.Errorf("the refresh changed %s in the state", names)
			}
			for attribute := range unknowns {
				if unknowns[attribute] == providertest.Unknown {
					_, diags = p.AccessToken(nil)
					diags.MustFail(t, "", "Unable to get access token", attribute, "known only after apply")
					_, diags = p.Applications().ImportState("test-app")
					diags.MustFail(t, "", "Unable to import application", attribute, "known only after apply")
				}
			}
			if counts := d.Counts(); len(counts) != 0 {
				t.Errorf("got the requests %v, want none", counts)
			}
		})
	}
}

// TestAccProvider_bootstrap creates an application and signs in through it under an alias in the same
// run. Later it replaces the application.
func TestAccProvider_bootstrap(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	alias := d.PasswordArguments()
	maps.Copy(alias, providertest.Object{
		"alias":         "bootstrapped",
		"token_url":     providertest.Expression("lusid_application.key.token_url"),
		"client_id":     providertest.Expression("lusid_application.key.client_id"),
		"client_secret": providertest.Expression("lusid_application.key.secret"),
	})
	config := func(key string) string {
		return d.Config(providertest.ApplicationHCL("key", key)) + providertest.ProviderBlock(alias) + `
resource "lusid_application" "made" {
  provider     = lusid.bootstrapped
  count        = 2
  client_id    = "made-app-${count.index}"
  display_name = "Made ${count.index}"
}
`
	}
	w := providertest.NewWorkspace(t, config("key-app"))
	w.MustRun("apply", "-auto-approve")
	// The CLI starts one provider process for the default configuration and another for the alias.
	want := map[string]int{"identity.ListApplications": 2, "identity.CreateApplication": 3, "token:password": 1}
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	w.MustPlanEmpty()

	w.Configure(config("other-key-app"))
	d.Forget()
	plan, output := w.Plan()
	if n := strings.Count(output, "LUSID was not asked for the present state"); n != 1 {
		t.Errorf("got %d warnings, want 1:\n%s", n, output)
	}
	providertest.MustHold(t, output, "client_secret", "will be known only after apply", "Replacing application key-app ends its secret")
	for _, change := range plan.ResourceChanges {
		want := tfjson.Actions{tfjson.ActionNoop}
		if change.Name == "key" {
			want = tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}
		}
		if diff := cmp.Diff(want, change.Change.Actions); diff != "" {
			t.Errorf("actions of %s (-want +got):\n%s", change.Address, diff)
		}
	}
	if diff := cmp.Diff(map[string]int{"identity.GetApplication": 1}, d.Counts()); diff != "" {
		t.Errorf("requests of the plan (-want +got):\n%s", diff)
	}
	w.MustRun("apply", "-auto-approve", "tfplan")
	w.MustPlanEmpty()

	w.Configure(config("third-key-app") + "data \"lusid_access_token\" \"test\" {\n  provider = lusid.bootstrapped\n}\n")
	w.MustFail([]string{"Unable to get access token", "client_secret", "will be known only after apply", "-target"}, "plan")
}

// TestProvider_proxy sends requests through a proxy that requires a password, to a host name that
// cannot be resolved. Only the proxy can reach that host.
func TestProvider_proxy(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	var asked []string
	proxy := providertest.NewMockBehind(t, mockserver.Options{}, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.Method+" "+r.Host+" "+r.Header.Get("Proxy-Authorization"))
			w.WriteHeader(http.StatusProxyAuthRequired)
		})
	})
	p := d.Protocol(t, providertest.Object{
		"api_url": "https://acme.invalid",
		"proxy":   providertest.Object{"address": proxy.URL, "username": "u", "password": "hunter22"}, "max_retries": 0,
	})
	_, diags := p.Applications().ImportState("test-app")
	diags.MustFail(t, "", "Proxy Authentication Required")
	if strings.Contains(strings.Join(diags.Errors(), ""), "hunter22") {
		t.Errorf("the error contains the proxy's password: %s", diags.Errors())
	}
	want := "CONNECT acme.invalid:443 Basic dTpodW50ZXIyMg=="
	if len(asked) == 0 || asked[0] != want {
		t.Errorf("the proxy got the requests %q, want %q first", asked, want)
	}
}

// TestProvider_accessTokenFile expects that the provider reads the file again after another program
// renewed the token.
func TestProvider_accessTokenFile(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.FileIn(t, "token", d.Token+"\n")
	p := providertest.NewProtocol(t)
	p.Configure(providertest.Object{"api_url": d.URL, "access_token_file": w}).MustBeQuiet(t)
	made := p.Applications().MustCreate(providertest.Object{"client_id": "test-app", "display_name": "Test"})
	providertest.WriteFile(t, w, "revoked")
	_, diags := p.Applications().Read(made)
	diags.MustFail(t, "", "an access token file from the provider block", "HTTP 401")
	providertest.WriteFile(t, w, "\ufeff"+d.Token+"\r\n")
	p.Applications().MustRead(made)

	requests := len(d.Requests())
	if err := os.Remove(w); err != nil {
		t.Fatal(err)
	}
	_, diags = p.Applications().Read(made)
	diags.MustFail(t, "", w, "signs in with an access token file from the provider block. Check that the file exists")
	if got := len(d.Requests()); got != requests {
		t.Errorf("got %d requests without a token, want none", got-requests)
	}
}

// TestProvider_accessTokenFileErrors reads files that contain no token.
func TestProvider_accessTokenFileErrors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	for name, test := range map[string]struct{ content, want string }{
		"empty":                        {"", "is empty"},
		"blank":                        {"\ufeff\r\n", "is empty"},
		"two lines":                    {"hunter22\nhunter22\n", "a line break"},
		"response of a token endpoint": {`{"access_token":"hunter22"}`, "contains JSON, such as the response of a token endpoint"},
		"response in several lines":    {"{\n  \"access_token\": \"hunter22\"\n}\n", "contains JSON"},
		"text in quotes":               {`"hunter22"`, "contains JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := providertest.FileIn(t, "token", test.content)
			p := providertest.NewProtocol(t)
			p.Configure(providertest.Object{"api_url": d.URL, "access_token_file": path}).MustBeQuiet(t)
			_, diags := p.Data("lusid_roles", nil)
			diags.MustFail(t, "", path, test.want, "It must contain only the token: check the program that writes it.")
			providertest.MustBeAbsent(t, "the error", strings.Join(diags.Errors(), ""), map[string]string{
				"the content":      "hunter22",
				"a correlation id": "correlation",
			})
		})
	}
	if requests := d.Requests(); len(requests) > 0 {
		t.Errorf("got the requests %v, want none", d.Counts())
	}
}

// TestProvider_correlationID expects the correlation ID, by which LUSID's support finds a request, in
// errors of requests that were sent. Other errors must not have one.
func TestProvider_correlationID(t *testing.T) {
	t.Parallel()
	reset := providertest.NewMockBehind(t, mockserver.Options{}, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	})
	html := providertest.NewMock(t, mockserver.Options{})
	html.Mock.InjectFault(mockserver.Fault{Operation: "identity.ListRoles", Count: -1, HTML: true, Status: http.StatusForbidden})
	for name, test := range map[string]struct {
		config providertest.Object
		isSent bool
	}{
		"missing token file":          {providertest.Object{"api_url": html.URL, "access_token_file": "/missing"}, false},
		"connection to LUSID refused": {providertest.Object{"api_url": "http://127.0.0.1:1", "access_token": "t"}, false},
		"connection to the token endpoint refused": {
			providertest.Object{
				"api_url":       html.URL,
				"token_url":     "http://127.0.0.1:1/oauth2/x",
				"username":      "u",
				"password":      "p",
				"client_id":     "i",
				"client_secret": "s",
			},
			false,
		},
		"connection to LUSID reset": {providertest.Object{"api_url": reset.URL, "access_token": "t"}, true},
		"connection to the token endpoint reset": {
			providertest.Object{
				"api_url":       html.URL,
				"token_url":     reset.URL + "/oauth2/x",
				"username":      "u",
				"password":      "p",
				"client_id":     "i",
				"client_secret": "s",
			}, true,
		},
		"HTTP error": {providertest.Object{"api_url": html.URL, "access_token": html.Token}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.config["max_retries"] = 0
			p := providertest.NewProtocol(t)
			p.Configure(test.config).MustBeQuiet(t)
			_, diags := p.Data("lusid_roles", nil)
			diags.MustFail(t, "", "Unable to list roles")
			if got := strings.Contains(strings.Join(diags.Errors(), ""), "correlation "); got != test.isSent {
				t.Errorf("the error has a correlation ID: %t, want %t\n%s", got, test.isSent, diags.Errors())
			}
		})
	}
}

// TestProvider_irregularFiles expects an error if a setting names a file that is not regular. Reading a
// device may never end, and reading a pipe waits for a writer.
func TestProvider_irregularFiles(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := exec.CommandContext(t.Context(), "mkfifo", pipe).Run(); err != nil {
		t.Skip(err)
	}
	d := providertest.NewMock(t, mockserver.Options{})
	for _, path := range []string{"/dev/zero", pipe} {
		for _, setting := range []string{"access_token_file", "secrets_file", "ca_certificate_file"} {
			t.Run(setting+", "+path, func(t *testing.T) {
				t.Parallel()
				config, attribute := providertest.Object{"api_url": d.URL, "access_token": d.Token, setting: path}, setting
				if setting == "access_token_file" {
					delete(config, "access_token")
					attribute = ""
				}
				p := providertest.NewProtocol(t)
				diags := p.Configure(config)
				if setting == "access_token_file" {
					diags.MustBeQuiet(t)
					_, diags = p.Data("lusid_roles", nil)
				}
				diags.MustFail(t, attribute, path+": it is not a regular file")
			})
		}
	}
}
