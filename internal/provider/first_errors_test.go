package provider_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// firstErrors are the mistakes that new users make, by the name of the file in testdata/first_errors that contains the
// message. The guides show these files.
var firstErrors = map[string]struct {
	options mockserver.Options
	// env is d.Environment() by default.
	env     func(d providertest.Domain) []string
	hcl     string
	prepare func(t *testing.T, d providertest.Domain, w *providertest.Workspace)
	// command is plan by default.
	command string
}{
	"no_credentials": {env: noEnvironment, hcl: exampleApp},
	"placeholder_password": {env: noEnvironment, hcl: exampleApp, prepare: func(t *testing.T, d providertest.Domain, w *providertest.Workspace) {
		t.Helper()
		section := d.Section()
		section["password"] = "<password>"
		w.Write("secrets.json", providertest.JSONText(t, map[string]any{"api": section}))
	}},
	"similar_variables": {
		env: func(providertest.Domain) []string {
			return []string{"FBN_API_URL=https://acme.lusid.com", "LUSID_TOKEN=a-token-of-today"}
		}, hcl: exampleApp,
	},
	"null_password": {
		env: noEnvironment,
		hcl: `variable "password" {
  type    = string
  default = null
}
` + providertest.ProviderBlock(providertest.Object{
			"api_url": "https://acme.lusid.com", "token_url": "https://lusid-acme.okta.com/oauth2/aus91lnun55CZDvav6p7/v1/token",
			"username": "terraform@acme.com", "password": providertest.Expression("var.password"), "client_id": "acme-terraform", "client_secret": "s3cret",
		}) + exampleApp,
	},
	"profile_of_another_domain": {env: func(d providertest.Domain) []string { return append(d.Environment(), "FBN_PROFILE=dev") }, hcl: exampleApp, prepare: func(t *testing.T, _ providertest.Domain, w *providertest.Workspace) {
		t.Helper()
		w.Write("secrets.json",
			`{"profiles": {"dev": {"identityUrl": "https://acme-dev.lusid.com/identity", "accessToken": "a-token-of-today"}}}`)
	}},
	"no_such_domain": {
		env: func(providertest.Domain) []string {
			return []string{"FBN_IDENTITY_URL=https://acme.lusid.invalid", "FBN_ACCESS_TOKEN=a-token-of-today"}
		},
		hcl: "provider \"lusid\" {\n  max_retries = 0\n}\n" + allRoles,
	},
	"another_domain": {hcl: exampleApp, prepare: func(t *testing.T, _ providertest.Domain, w *providertest.Workspace) {
		t.Helper()
		w.MustRun("apply", "-auto-approve")
		w.Env = append(w.Env, providertest.NewMock(t, mockserver.Options{}).Environment()...)
	}},
	"expired_token": {env: withToken(expiredToken), hcl: allRoles},
	"refused_token": {env: withToken("a-token-of-last-week"), hcl: allRoles},
	"two_credentials": {env: func(d providertest.Domain) []string {
		return append(d.Environment(), "FBN_ACCESS_TOKEN=a-token-of-last-week")
	}, hcl: allRoles},
	"wrong_password": {env: func(d providertest.Domain) []string { return append(d.Environment(), "FBN_PASSWORD=wrong") }, hcl: allRoles},
	"no_rights": {
		options: mockserver.Options{Seed: mockserver.Seed{
			Users:                []mockserver.User{{Username: "reader@acme.com", FirstName: "Rita", LastName: "Reader"}},
			PersonalAccessTokens: []mockserver.PersonalAccessToken{{Username: "reader@acme.com", DisplayName: "reader", Key: "a-reader-s-token"}},
		}},
		env: withToken("a-reader-s-token"), hcl: exampleApp, command: "apply",
	},
	"client_id_with_a_space": {env: noEnvironment, hcl: providertest.ApplicationHCL("example", "example app"), command: "validate"},
	"client_id_too_short":    {env: noEnvironment, hcl: providertest.ApplicationHCL("example", "app"), command: "validate"},
	"name_taken": {
		options: mockserver.Options{Seed: mockserver.Seed{Applications: []mockserver.Application{providertest.ExampleApplication}}},
		hcl:     providertest.ApplicationHCL("example", providertest.ExampleApplication.ClientID), command: "apply",
	},
	"proxy_answers": {hcl: allRoles, prepare: func(_ *testing.T, d providertest.Domain, _ *providertest.Workspace) {
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.ListRoles", Count: -1, HTML: true, Status: http.StatusForbidden})
	}},
	"web_page_for_token_url": {hcl: allRoles, prepare: func(_ *testing.T, d providertest.Domain, _ *providertest.Workspace) {
		d.Mock.InjectFault(mockserver.Fault{Operation: "token", Count: -1, HTML: true, Status: http.StatusOK})
	}},
}

var exampleApp = providertest.ApplicationHCL("example", "example-app")

const allRoles = "data \"lusid_roles\" \"all\" {}\n"

// expiredToken is an unsigned JWT that expired on 1 January 2026 at 12:00 UTC.
var expiredToken = strings.Join([]string{
	base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)), base64.RawURLEncoding.EncodeToString([]byte(`{"exp":1767268800}`)), "c2lnbmF0dXJl",
}, ".")

func noEnvironment(providertest.Domain) []string { return nil }

func withToken(token string) func(d providertest.Domain) []string {
	return func(d providertest.Domain) []string {
		return []string{"FBN_IDENTITY_URL=" + d.URL, "FBN_ACCESS_TOKEN=" + token}
	}
}

// TestAccFirstErrors compares the messages that new users see with the agreed texts.
func TestAccFirstErrors(t *testing.T) {
	t.Parallel()
	for name, mistake := range firstErrors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mistake.options)
			if mistake.env == nil {
				mistake.env = providertest.Domain.Environment
			}
			w := providertest.NewWorkspace(t, mistake.hcl, mistake.env(d)...)
			if mistake.prepare != nil {
				mistake.prepare(t, d, w)
			}
			command := []string{cmp.Or(mistake.command, "plan"), "-json"}
			if mistake.command == "apply" {
				command = append(command, "-auto-approve")
			}
			status, output := w.Run(command...)
			if status != 1 {
				t.Fatalf("%s: exit status %d, want 1\n%s", command[0], status, output)
			}
			got := plainDiagnostics(t, output, w.Directory, d.URL)
			file := filepath.Join("testdata", "first_errors", name+".txt")
			if *update {
				providertest.WriteFile(t, file, got)
			}
			if diff := gocmp.Diff(providertest.ReadText(t, file), got); diff != "" {
				t.Errorf("messages (-want +got, run with -update to accept them):\n%s", diff)
			}
		})
	}
	for _, file := range filesIn(t, filepath.Join("testdata", "first_errors")) {
		if _, ok := firstErrors[strings.TrimSuffix(file, ".txt")]; !ok {
			t.Errorf("%s belongs to no mistake in firstErrors", file)
		}
	}
}

// TestAccIssuerAsTokenURL sets the issuer as the token URL, which is not a mistake: the provider accepts both.
func TestAccIssuerAsTokenURL(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	tokenURL := d.Mock.TokenURL(d.URL)
	issuer, ok := strings.CutSuffix(tokenURL, "/v1/token")
	if !ok {
		t.Fatal(tokenURL)
	}
	providertest.NewWorkspace(t, allRoles, append(d.Environment(), "FBN_TOKEN_URL="+issuer)...).MustRun("plan")
}

// passing are the patterns of values that differ from run to run, with their replacements.
var passing = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`0HN[0-9A-Za-z]{10}:00000001`), "0HNABCDEFGHIJ:00000001"},
	{regexp.MustCompile(`correlation [A-Z2-7]{26}`), "correlation ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	// The error of a resolver differs from machine to machine.
	{regexp.MustCompile(`dial tcp: lookup .*`), "dial tcp: lookup acme.lusid.invalid: no such host."},
	{regexp.MustCompile(`/oauth2/aus[0-9A-Za-z]+`), "/oauth2/aus91lnun55CZDvav6p7"},
}

// plainDiagnostics returns the errors and warnings in the JSON output of a command as plain text, and replaces
// everything that differs from run to run.
func plainDiagnostics(t *testing.T, output, directory, domainURL string) string {
	t.Helper()
	type diagnostic struct {
		Severity string `json:"severity"`
		Summary  string `json:"summary"`
		Detail   string `json:"detail"`
	}
	var found []diagnostic
	for line := range strings.Lines(output) {
		var message struct {
			Diagnostic *diagnostic `json:"diagnostic"`
		}
		if err := json.Unmarshal([]byte(line), &message); err == nil && message.Diagnostic != nil {
			found = append(found, *message.Diagnostic)
		}
	}
	if found == nil {
		// terraform validate prints one object.
		var whole struct {
			Diagnostics []diagnostic `json:"diagnostics"`
		}
		_, object, _ := strings.Cut("\n"+output, "\n{")
		if err := json.Unmarshal([]byte("{"+object), &whole); err != nil {
			t.Fatalf("%v in:\n%s", err, output)
		}
		found = whole.Diagnostics
	}
	var text strings.Builder
	for _, d := range found {
		// The CLI itself adds these messages.
		if strings.Contains(d.Summary, "development overrides") || d.Summary == "Invalid provider configuration" {
			continue
		}
		if text.Len() > 0 {
			text.WriteString("\n")
		}
		fmt.Fprintf(&text, "%s%s: %s\n\n%s\n", strings.ToUpper(d.Severity[:1]), d.Severity[1:], d.Summary, strings.TrimSpace(d.Detail))
	}
	plain := text.String()
	if u, err := url.Parse(domainURL); err == nil && domainURL != "" {
		plain = strings.ReplaceAll(plain, domainURL, "https://acme.lusid.com")
		plain = strings.ReplaceAll(plain, u.Host, "acme.lusid.com")
	}
	if resolved, err := filepath.EvalSymlinks(directory); err == nil {
		plain = strings.ReplaceAll(plain, resolved, "/home/me/terraform")
	}
	plain = strings.ReplaceAll(plain, directory, "/home/me/terraform")
	plain = regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(plain, "other.lusid.com")
	for _, p := range passing {
		plain = p.pattern.ReplaceAllString(plain, p.with)
	}
	return plain
}

// filesIn returns the names of the files in a directory.
func filesIn(t *testing.T, directory string) []string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
