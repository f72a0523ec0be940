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
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestProvider_validation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		attribute string
		config    object
	}{
		{"api_url", object{"api_url": "acme.lusid.com"}},
		{"api_url", object{"api_url": "ftp://acme.lusid.com"}},
		{"api_url", object{"api_url": "http://acme.lusid.com"}},
		{"api_url", object{"api_url": "https://"}},
		{"api_url", object{"api_url": "https://user:hunter22@acme.lusid.com"}},
		{"api_url", object{"api_url": "https://<domain>.lusid.com"}},
		{"api_url", object{"api_url": "https://acme.lusid.com/?x=1"}},
		{"api_url", object{"api_url": "https://acme.lusid.com/%zz"}},
		{"api_url", object{"api_url": ""}},
		{"token_url", object{"token_url": "http://acme.okta.com/oauth2/x/v1/token"}},
		{"token_url", object{"token_url": "okta"}},
		{"token_url", object{"token_url": ""}},
		{"access_token", object{"access_token": ""}},
		{"access_token_file", object{"access_token_file": ""}},
		{"username", object{"username": ""}},
		{"password", object{"password": ""}},
		{"client_id", object{"client_id": ""}},
		{"client_secret", object{"client_secret": ""}},
		{"refresh_token", object{"refresh_token": ""}},
		{"application_name", object{"application_name": ""}},
		{"ca_certificate_file", object{"ca_certificate_file": ""}},
		{"secrets_file", object{"secrets_file": ""}},
		{"secrets_file", object{"secrets_file": "~/hunter22"}},
		{"access_token_file", object{"access_token_file": "~/hunter22"}},
		{"access_token_file", object{"access_token_file": `~\hunter22`}},
		{"access_token_file", object{"access_token_file": "~"}},
		{"ca_certificate_file", object{"ca_certificate_file": "~/hunter22"}},
		{"profile", object{"profile": ""}},
		{"request_timeout", object{"request_timeout": "30"}},
		{"request_timeout", object{"request_timeout": "-1s"}},
		{"request_timeout", object{"request_timeout": "0s"}},
		{"max_retries", object{"max_retries": -1}},
		{"max_retries", object{"max_retries": 21}},
		{"proxy.address", object{"proxy": object{"address": "proxy:8080"}}},
		{"proxy.address", object{"proxy": object{"address": "ftp://proxy:8080"}}},
		{"proxy.address", object{"proxy": object{"address": "http://user:hunter22@proxy:8080"}}},
		{"proxy.address", object{"proxy": object{"address": ""}}},
		{"proxy.password", object{"proxy": object{"password": ""}}},
	} {
		t.Run(fmt.Sprint(test.config), func(t *testing.T) {
			t.Parallel()
			diags := newProtocol(t).validateProvider(test.config)
			diags.mustFail(t, test.attribute)
			if strings.Contains(strings.Join(diags.errors(), ""), "hunter22") {
				t.Errorf("the error shows a password: %s", diags.errors())
			}
		})
	}
	for _, config := range []object{
		{},
		{"proxy": object{}},
		{"proxy": unknown},
		{"proxy": object{"address": unknown, "username": "u", "password": unknown}},
		{"proxy": object{"address": "socks5://127.0.0.1:1080"}},
		{"api_url": unknown, "access_token": unknown, "max_retries": unknown, "request_timeout": unknown},
		{"api_url": "https://acme.lusid.com/identity/", "max_retries": 0, "request_timeout": "1m30s"},
		{"api_url": "http://localhost:8080", "token_url": "http://[::1]:8080/oauth2/x"},
	} {
		if errs := newProtocol(t).validateProvider(config).errors(); errs != nil {
			t.Errorf("%v: %q", config, errs)
		}
	}
}

// TestProvider_configureSendsNothing configures for servers that nobody asks.
func TestProvider_configureSendsNothing(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.protocol(t)
	d.signedIn(t)
	if counts := d.counts(); len(counts) != 0 {
		t.Errorf("requests: %v", counts)
	}
}

func TestProvider_missingCredentials(t *testing.T) {
	t.Parallel()
	newProtocol(t).configure(object{"api_url": "https://acme.lusid.com", "username": "u", "password": "<password>"}).mustFail(t, "",
		"Unable to configure the LUSID provider", "begins to sign in by user name and password, with username",
		"the provider block: api_url, username, password (still holds the placeholder <password>",
		"the environment: nothing found", "secrets.json: not found",
		"an access token: access_token (FBN_ACCESS_TOKEN", "FBN_TOKEN_URL", "FBN_CLIENT_SECRET")
	newProtocol(t).configure(object{"access_token": "t"}).mustFail(t, "", "The LUSID domain is missing: api_url (FBN_IDENTITY_URL", "an access token: nothing\n")
	newProtocol(t).configure(object{"access_token": "t", "username": "u"}).mustFail(t, "", "The LUSID domain is missing", "an access token: nothing\n")
	newProtocol(t).configure(object{"api_url": "https://acme.lusid.com", "access_token_file": "/missing", "profile": "x"}).mustFail(t, "profile", "secrets.json does not exist")
	newProtocol(t).configure(object{"secrets_file": "/missing.json"}).mustFail(t, "secrets_file", "/missing.json")
	newProtocol(t).configure(object{"api_url": "https://acme.lusid.com", "access_token": "t", "ca_certificate_file": "/missing.pem"}).mustFail(t, "ca_certificate_file", "/missing.pem")
	newProtocol(t).configure(object{"api_url": "https://acme.lusid.com", "access_token": "Bearer t"}).mustFail(t, "access_token", "without the word Bearer")
	newProtocol(t).configure(object{"api_url": "https://acme.lusid.com", "access_token": `{"access_token":"t"}`}).mustFail(t, "access_token", "holds JSON")
}

// TestProvider_headers looks at what every request carries.
func TestProvider_headers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ configured, want string }{
		"default":    {"", "terraform-provider-lusid"},
		"configured": {"acme-infra", "acme-infra"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			arguments := d.passwordArguments()
			if test.configured != "" {
				arguments["application_name"] = test.configured
			}
			p := newProtocol(t)
			p.configure(arguments).mustBeQuiet(t)
			p.applications().mustCreate(object{"client_id": "test-app", "display_name": "Test"})
			requests := d.requests()
			if len(requests) != 3 {
				t.Fatalf("requests: %v", d.counts())
			}
			for _, r := range requests {
				if r.UserAgent != "terraform-provider-lusid/test" || r.Application != test.want || r.CorrelationID == "" || r.CorrelationID != requests[0].CorrelationID {
					t.Errorf("%s came as %q from %q with correlation id %q", r.Operation, r.UserAgent, r.Application, r.CorrelationID)
				}
			}
		})
	}
}

// TestProvider_unknown configures with each kind of unknown value: nothing fails, nothing is
// asked, and nothing lower stands in.
func TestProvider_unknown(t *testing.T) {
	t.Parallel()
	for name, unknowns := range map[string]object{
		"a credential":      {"access_token": unknown},
		"the domain":        {"api_url": unknown},
		"a file":            {"secrets_file": unknown},
		"a number":          {"max_retries": unknown},
		"the proxy":         {"proxy": unknown},
		"within the proxy":  {"proxy": object{"password": unknown}},
		"several, and more": {"token_url": unknown, "client_secret": unknown, "username": "u"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			config := object{"client_id": "test-app", "display_name": "Test"}
			made := d.protocol(t).applications().mustCreate(config)
			d.forget()
			p := d.protocol(t, unknowns)

			change, diags := p.applications().plan(instance{}, config)
			diags.mustBeQuiet(t)
			if got := change.planned.get("id"); got != "unknown" {
				t.Errorf("a create is planned with the id %s", got)
			}
			kept, diags := p.applications().read(made)
			diags.mustWarn(t, "", "LUSID was not asked for the present state", "will be known only after apply")
			again, diags := p.applications().read(made)
			diags.mustBeQuiet(t) // Once is enough.
			if names := append(made.differences(kept), made.differences(again)...); names != nil {
				t.Errorf("the refresh changed %s", names)
			}
			for attribute := range unknowns {
				if unknowns[attribute] == unknown {
					_, diags = p.accessToken(nil)
					diags.mustFail(t, "", "Unable to get access token", attribute, "known only after apply")
					_, diags = p.applications().importState("test-app")
					diags.mustFail(t, "", "Unable to import application", attribute, "known only after apply")
				}
			}
			if counts := d.counts(); len(counts) != 0 {
				t.Errorf("requests: %v", counts)
			}
		})
	}
}

// TestAccProvider_bootstrap makes an application and signs in through it under an alias, all in
// one run, and replaces it later.
func TestAccProvider_bootstrap(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	alias := d.passwordArguments()
	maps.Copy(alias, object{
		"alias":         "bootstrapped",
		"token_url":     expression("lusid_application.key.token_url"),
		"client_id":     expression("lusid_application.key.client_id"),
		"client_secret": expression("lusid_application.key.secret"),
	})
	config := func(key string) string {
		return d.config(applicationHCL("key", key)) + providerBlock(alias) + `
resource "lusid_application" "made" {
  provider     = lusid.bootstrapped
  count        = 2
  client_id    = "made-app-${count.index}"
  display_name = "Made ${count.index}"
}
`
	}
	w := newWorkspace(t, config("key-app"))
	w.mustRun("apply", "-auto-approve")
	// The provider that makes the key and the one that it opens are processes of their own.
	want := map[string]int{"identity.ListApplications": 2, "identity.CreateApplication": 3, "token:password": 1}
	if diff := cmp.Diff(want, d.counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	w.mustPlanEmpty()

	w.configure(config("other-key-app"))
	d.forget()
	plan, output := w.plan()
	if n := strings.Count(output, "LUSID was not asked for the present state"); n != 1 {
		t.Errorf("%d warnings where one was expected:\n%s", n, output)
	}
	mustHold(t, output, "client_secret", "will be known only after apply", "Replacing application key-app ends its secret")
	for _, change := range plan.ResourceChanges {
		want := tfjson.Actions{tfjson.ActionNoop}
		if change.Name == "key" {
			want = tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}
		}
		if diff := cmp.Diff(want, change.Change.Actions); diff != "" {
			t.Errorf("%s (-want +got):\n%s", change.Address, diff)
		}
	}
	if diff := cmp.Diff(map[string]int{"identity.GetApplication": 1}, d.counts()); diff != "" {
		t.Errorf("requests of the plan (-want +got):\n%s", diff)
	}
	w.mustRun("apply", "-auto-approve", "tfplan")
	w.mustPlanEmpty()

	w.configure(config("third-key-app") + "data \"lusid_access_token\" \"test\" {\n  provider = lusid.bootstrapped\n}\n")
	w.mustFail([]string{"Unable to get access token", "client_secret", "will be known only after apply", "-target"}, "plan")
}

// TestProvider_proxy goes through a proxy, which wants a password, to a domain that no
// resolver knows. A proxy is the one way to a host that is not loopback without TLS.
func TestProvider_proxy(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	var asked []string
	proxy := newMockBehind(t, mockserver.Options{}, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.Method+" "+r.Host+" "+r.Header.Get("Proxy-Authorization"))
			w.WriteHeader(http.StatusProxyAuthRequired)
		})
	})
	p := d.protocol(t, object{
		"api_url": "https://acme.invalid",
		"proxy":   object{"address": proxy.url, "username": "u", "password": "hunter22"}, "max_retries": 0,
	})
	_, diags := p.applications().importState("test-app")
	diags.mustFail(t, "", "Proxy Authentication Required")
	if strings.Contains(strings.Join(diags.errors(), ""), "hunter22") {
		t.Errorf("the error shows the proxy's password: %s", diags.errors())
	}
	want := "CONNECT acme.invalid:443 Basic dTpodW50ZXIyMg=="
	if len(asked) == 0 || asked[0] != want {
		t.Errorf("the proxy was asked %q, not %q", asked, want)
	}
}

// TestProvider_accessTokenFile follows a token that another program renews.
func TestProvider_accessTokenFile(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	w := fileIn(t, "token", d.token+"\n")
	p := newProtocol(t)
	p.configure(object{"api_url": d.url, "access_token_file": w}).mustBeQuiet(t)
	made := p.applications().mustCreate(object{"client_id": "test-app", "display_name": "Test"})
	writeFile(t, w, "revoked")
	_, diags := p.applications().read(made)
	diags.mustFail(t, "", "an access token file from the provider block", "HTTP 401")
	writeFile(t, w, "\ufeff"+d.token+"\r\n")
	p.applications().mustRead(made)

	requests := len(d.requests())
	if err := os.Remove(w); err != nil {
		t.Fatal(err)
	}
	_, diags = p.applications().read(made)
	diags.mustFail(t, "", w, "signs in with an access token file from the provider block. Check that the file is there")
	if got := len(d.requests()); got != requests {
		t.Errorf("%d requests without a token", got-requests)
	}
}

// TestProvider_accessTokenFileErrors reads files that hold no token.
func TestProvider_accessTokenFileErrors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	for name, test := range map[string]struct{ content, want string }{
		"empty":                      {"", "is empty"},
		"blank":                      {"\ufeff\r\n", "is empty"},
		"two lines":                  {"hunter22\nhunter22\n", "a line break"},
		"an answer":                  {`{"access_token":"hunter22"}`, "holds JSON, as a token endpoint answers it"},
		"an answer in several lines": {"{\n  \"access_token\": \"hunter22\"\n}\n", "holds JSON"},
		"a text in quotes":           {`"hunter22"`, "holds JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := fileIn(t, "token", test.content)
			p := newProtocol(t)
			p.configure(object{"api_url": d.url, "access_token_file": path}).mustBeQuiet(t)
			_, diags := p.data("lusid_roles", nil)
			diags.mustFail(t, "", path, test.want, "It must hold the token alone: check the program that writes it.")
			mustBeAbsent(t, "the error", strings.Join(diags.errors(), ""), map[string]string{"the content": "hunter22", "a correlation id": "correlation"})
		})
	}
	if requests := d.requests(); len(requests) > 0 {
		t.Errorf("requests: %v", d.counts())
	}
}

// TestProvider_correlationID looks for the identifier by which LUSID's support finds a request in the
// errors of requests that left the machine, and only in those.
func TestProvider_correlationID(t *testing.T) {
	t.Parallel()
	reset := newMockBehind(t, mockserver.Options{}, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	})
	html := newMock(t, mockserver.Options{})
	html.mock.InjectFault(mockserver.Fault{Operation: "identity.ListRoles", Count: -1, HTML: true, Status: http.StatusForbidden})
	for name, test := range map[string]struct {
		config object
		isSent bool
	}{
		"no file":                {object{"api_url": html.url, "access_token_file": "/missing"}, false},
		"nobody listens":         {object{"api_url": "http://127.0.0.1:1", "access_token": "t"}, false},
		"nobody gives a token":   {object{"api_url": html.url, "token_url": "http://127.0.0.1:1/oauth2/x", "username": "u", "password": "p", "client_id": "i", "client_secret": "s"}, false},
		"a connection that ends": {object{"api_url": reset.url, "access_token": "t"}, true},
		"a token request that ends": {
			object{"api_url": html.url, "token_url": reset.url + "/oauth2/x", "username": "u", "password": "p", "client_id": "i", "client_secret": "s"}, true,
		},
		"an answer": {object{"api_url": html.url, "access_token": html.token}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.config["max_retries"] = 0
			p := newProtocol(t)
			p.configure(test.config).mustBeQuiet(t)
			_, diags := p.data("lusid_roles", nil)
			diags.mustFail(t, "", "Unable to list roles")
			if got := strings.Contains(strings.Join(diags.errors(), ""), "correlation "); got != test.isSent {
				t.Errorf("the error has a correlation id: %t\n%s", got, diags.errors())
			}
		})
	}
}

// TestProvider_irregularFiles names what is no file in every setting that names one. A device may have
// no end, and a pipe nobody who writes.
func TestProvider_irregularFiles(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := exec.CommandContext(t.Context(), "mkfifo", pipe).Run(); err != nil {
		t.Skip(err)
	}
	d := newMock(t, mockserver.Options{})
	for _, path := range []string{"/dev/zero", pipe} {
		for _, setting := range []string{"access_token_file", "secrets_file", "ca_certificate_file"} {
			t.Run(setting+", "+path, func(t *testing.T) {
				t.Parallel()
				config, attribute := object{"api_url": d.url, "access_token": d.token, setting: path}, setting
				if setting == "access_token_file" {
					delete(config, "access_token")
					attribute = ""
				}
				p := newProtocol(t)
				diags := p.configure(config)
				if setting == "access_token_file" {
					diags.mustBeQuiet(t)
					_, diags = p.data("lusid_roles", nil)
				}
				diags.mustFail(t, attribute, path+": it is not a regular file")
			})
		}
	}
}
