package client_test

import (
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// badEndpoints are refused as an API URL and as a token URL. Each contains "canary" in the part that an
// error must not show.
var badEndpoints = map[string]struct{ raw, want string }{
	"empty":                  {"", "https://"},
	"blank":                  {" \t\n", "https://"},
	"no scheme":              {"canary.lusid.com", "https://"},
	"no scheme, port":        {"canary.lusid.com:443", "https://"},
	"no scheme, address":     {"10.0.0.1:443/canary", "https://"},
	"no scheme, path":        {"canary.lusid.com/api", "https://"},
	"no scheme, slashes":     {"//canary.lusid.com", "https://"},
	"no scheme, userinfo":    {"canary:pa55word@acme.lusid.com", "https://"},
	"path":                   {"/canary", "https://"},
	"no slashes":             {"https:canary.lusid.com", "host"},
	"other scheme":           {"ftp://canary.lusid.com", "https"},
	"secret as scheme":       {"canary://acme.lusid.com", "https"},
	"file":                   {"file:///canary", "https"},
	"no host":                {"https://", "host"},
	"no host, path":          {"https:///canary", "host"},
	"no host, port":          {"https://:443/canary", "host"},
	"http":                   {"http://canary.lusid.com", "http"},
	"http, looks like local": {"http://127.0.0.1.canary.com", "http"},
	"http, private address":  {"http://10.0.0.1/canary", "http"},
	"http, any address":      {"http://0.0.0.0/canary", "http"},
	"http, long s":           {"http://localhoſt/canary", "http"},
	"http, localhost domain": {"http://localhost.canary.com", "http"},
	"userinfo":               {"https://user:canary@acme.lusid.com", "user name"},
	"user alone":             {"https://canary@acme.lusid.com", "user name"},
	"fragment":               {"https://acme.lusid.com/#canary", "fragment"},
	"query":                  {"https://acme.lusid.com/?canary=1", "query"},
	"query, looks like app":  {"https://acme.lusid.com/?canary=/app", "query"},
	"userinfo, app":          {"https://user:canary@acme.lusid.com/app/home", "user name"},
	"placeholder":            {"https://<canary>.lusid.com", "placeholder"},
	"placeholder in path":    {"https://acme.okta.com/oauth2/<canary>/v1/token", "placeholder"},
	"placeholder, braces":    {"https://{canary}.lusid.com", "valid"},
	"space in host":          {"https://canary lusid.com", "valid"},
	"control character":      {"https://canary\x7f.lusid.com", "valid"},
	"bad escape":             {"https://acme.lusid.com/%zzcanary", "valid"},
	"bad port":               {"https://acme.lusid.com:canary", "valid"},
	"bad IPv6":               {"https://[::1canary", "valid"},
}

func TestParseAPIURL(t *testing.T) {
	t.Parallel()
	const acme = "https://acme.lusid.com"
	tests := map[string]string{
		acme:                            acme,
		acme + "/":                      acme,
		acme + "/api":                   acme,
		acme + "/api/":                  acme,
		acme + "/identity":              acme,
		acme + "/identity/":             acme,
		acme + "/identity/api":          acme,
		acme + "/identity/api/":         acme,
		acme + "//identity//api//":      acme,
		acme + "/access":                acme,
		acme + "/access/api":            acme,
		acme + "/honeycomb/":            acme,
		acme + "/drive":                 acme,
		acme + "/configuration":         acme,
		acme + "/scheduler2":            acme,
		acme + "/notification":          acme,
		acme + "/insights":              acme,
		acme + "/workflow":              acme,
		acme + "/horizon":               acme,
		acme + "/api/api":               acme,
		acme + "/app":                   acme,
		acme + "/app/":                  acme,
		acme + "/app/identity/users":    acme,
		acme + "/app/home?tab=1#top":    acme,
		acme + "/app?a=b\n":             acme,
		acme + "/app#/roles":            acme,
		"https://app/identity":          "https://app",
		"https://app.lusid.com/app/x":   "https://app.lusid.com",
		acme + "?":                      acme,
		acme + "#":                      acme,
		acme + ":":                      acme,
		acme + ":443/api":               acme,
		"  " + acme + "/api \n":         acme,
		"HTTPS://ACME.Lusid.COM/api":    acme,
		"https://acme.lusid.com:8443/":  "https://acme.lusid.com:8443",
		"https://acme.lusid.com:80/api": "https://acme.lusid.com:80",
		// Only whole path elements are dropped. Paths are case-sensitive.
		"https://gw.example.com/myapi":         "https://gw.example.com/myapi",
		"https://gw.example.com/Acme/identity": "https://gw.example.com/Acme",
		"https://gw.example.com/a/acme/api":    "https://gw.example.com/a/acme",
		"https://gw.example.com/a/app/roles":   "https://gw.example.com/a",
		// A gateway's prefix may look like a page of the web app, or like the path of another service.
		"https://gw.example.com/app/lusid/identity":     "https://gw.example.com/app/lusid",
		"https://gw.example.com/app/lusid/identity/api": "https://gw.example.com/app/lusid",
		"https://gw.example.com/app/lusid/api/":         "https://gw.example.com/app/lusid",
		"https://gw.example.com/app/lusid/access":       "https://gw.example.com/app/lusid",
		"https://gw.example.com/app/lusid/drive/api":    "https://gw.example.com/app/lusid",
		"https://gw.example.com/app/identity":           "https://gw.example.com/app",
		"https://gw.example.com/app/api":                "https://gw.example.com/app",
		"https://gw.example.com/access/identity":        "https://gw.example.com/access",
		"https://gw.example.com/drive/identity/api":     "https://gw.example.com/drive",
		"https://gw.example.com/insights/access":        "https://gw.example.com/insights",
		"https://gw.example.com/access/access":          "https://gw.example.com/access",
		"https://gw.example.com/access/access/api":      "https://gw.example.com/access",
		acme + "/app/drive":                             acme,
		acme + "/app/insights/":                         acme,
		acme + "/app/lusid":                             acme,
		acme + "/app/identity/users/":                   acme,
		"https://gw.example.com/apps/drive":             "https://gw.example.com/apps",
		"https://gw.example.com/myaccess":               "https://gw.example.com/myaccess",
		"https://gw.example.com/a%20b/api":              "https://gw.example.com/a%20b",
		"https://[2001:DB8::1]:443/api":                 "https://[2001:db8::1]",
		"http://localhost:8080":                         "http://localhost:8080",
		"http://LOCALHOST:80/api":                       "http://localhost",
		"http://127.0.0.1:8080/identity":                "http://127.0.0.1:8080",
		"http://127.1.2.3/":                             "http://127.1.2.3",
		"http://[::1]:8080/identity/api":                "http://[::1]:8080",
		"https://10.0.0.1/api":                          "https://10.0.0.1",
	}
	for raw, want := range tests {
		t.Run(raw, func(t *testing.T) {
			t.Parallel()
			got, err := client.ParseAPIURL(raw)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestParseTokenURL(t *testing.T) {
	t.Parallel()
	const token = "https://acme.okta.com/oauth2/aus1AbC/v1/token"
	tests := map[string]string{
		token:                                                  token,
		token + "/":                                            token,
		"https://acme.okta.com/oauth2/aus1AbC":                 token,
		"https://acme.okta.com/oauth2/aus1AbC/":                token,
		"HTTPS://ACME.okta.com/oauth2/aus1AbC":                 token,
		token + "?":                                            token,
		"https://acme.okta.com:443/oauth2/aus1AbC":             token,
		"https://acme.okta.com/oauth2/default":                 "https://acme.okta.com/oauth2/default/v1/token",
		"https://acme.okta.com/oauth2/aus1AbC/v2/token":        "https://acme.okta.com/oauth2/aus1AbC/v2/token",
		"https://acme.okta.com/oauth2/v1/token":                "https://acme.okta.com/oauth2/v1/token",
		"https://login.example.com/gw/oauth2/aus1AbC":          "https://login.example.com/gw/oauth2/aus1AbC/v1/token",
		"https://login.example.com/realms/acme/connect/token/": "https://login.example.com/realms/acme/connect/token",
		"http://127.0.0.1:8080/oauth2/aus1AbC":                 "http://127.0.0.1:8080/oauth2/aus1AbC/v1/token",
	}
	for raw, want := range tests {
		t.Run(raw, func(t *testing.T) {
			t.Parallel()
			got, err := client.ParseTokenURL(raw)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestParseURL_errors(t *testing.T) {
	t.Parallel()
	for name, test := range badEndpoints {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, parse := range []func(string) (*url.URL, error){client.ParseAPIURL, client.ParseTokenURL} {
				got, err := parse(test.raw)
				if err == nil {
					t.Fatalf("%q was accepted as %s, want an error", test.raw, got)
				}
				if !strings.Contains(err.Error(), test.want) {
					t.Errorf("got the error %q, want one that contains %q", err, test.want)
				}
				wantNoSecrets(t, "the error", err.Error(), "canary", "pa55word")
			}
		})
	}
}

// endpointSeeds are the seeds of the URL fuzzing.
func endpointSeeds(f *testing.F) {
	f.Helper()
	for _, test := range badEndpoints {
		f.Add(test.raw)
	}
	for _, seed := range []string{
		"https://acme.lusid.com/identity/api/", "https://acme.lusid.com/api/identity", "https://acme.lusid.com/api/api",
		"https://gw.example.com/a%2Fb/%61pi/identity//", "https://gw.example.com/a/../api", "https://h:443:443", "https://h::", "https://h:/",
		"http://[::1%25eth0]:80/api", "https://%C3%84.com", "https://%ff", "https://İ.com", "http://localhoſt", "https://h?", "https://h#",
		"https://h/%20", "https://h/%3Fapi", "https://h/%252f/identity",
		"https://acme.okta.com/oauth2/aus1", "https://acme.okta.com/oauth2/aus1/v1/token/", "https://h/oauth2/v1/token", "https://h/oauth2/%2f/",
		"https://oauth2//v1/token", "https://oauth2/x/v1/token",
	} {
		f.Add(seed)
	}
}

// mustBeEndpoint checks the properties of every accepted URL and of every error.
func mustBeEndpoint(t *testing.T, raw string, got *url.URL, err error) {
	t.Helper()
	if err != nil {
		if len(raw) > 12 && strings.Contains(err.Error(), raw) {
			t.Errorf("the error contains the raw URL %q: %v", raw, err)
		}
		return
	}
	host := got.Hostname()
	ip := net.ParseIP(host)
	if got.Scheme != "https" && (got.Scheme != "http" || host != "localhost" && (ip == nil || !ip.IsLoopback())) {
		t.Errorf("%q became %q, want https or a loopback host, because credentials are sent there", raw, got)
	}
	if host == "" || got.User != nil || got.RawQuery != "" || got.Fragment != "" || strings.HasSuffix(got.Path, "/") {
		t.Errorf("%q became %q, want a host and no user, query, fragment or trailing slash", raw, got)
	}
}

func FuzzParseAPIURL(f *testing.F) {
	endpointSeeds(f)
	f.Fuzz(func(t *testing.T, raw string) {
		first, err := client.ParseAPIURL(raw)
		mustBeEndpoint(t, raw, first, err)
		if err != nil {
			return
		}
		// A base URL may itself look like a page of the web app or like another service.
		for _, ending := range []string{"/identity", "/identity/", "/identity/api"} {
			second, err := client.ParseAPIURL(first.String() + ending)
			if err != nil {
				t.Fatalf("%q became %q, but %q appended to it is refused: %v", raw, first, ending, err)
			}
			if first.String() != second.String() {
				t.Errorf("%q became %q, but with %q appended it became %q", raw, first, ending, second)
			}
		}
	})
}

func FuzzParseTokenURL(f *testing.F) {
	endpointSeeds(f)
	f.Fuzz(func(t *testing.T, raw string) {
		first, err := client.ParseTokenURL(raw)
		mustBeEndpoint(t, raw, first, err)
		if err != nil {
			return
		}
		for _, ending := range []string{"", "/"} {
			second, err := client.ParseTokenURL(first.String() + ending)
			if err != nil {
				t.Fatalf("%q became %q, but %q appended to it is refused: %v", raw, first, ending, err)
			}
			if first.String() != second.String() {
				t.Errorf("%q became %q, but with %q appended it became %q", raw, first, ending, second)
			}
		}
		// An issuer URL results in the same token URL.
		issuer, _ := strings.CutSuffix(first.String(), "/v1/token")
		path, ok := strings.CutSuffix(first.Path, "/v1/token")
		if elements := strings.Split(path, "/"); ok && len(elements) > 2 && elements[len(elements)-2] == "oauth2" && elements[len(elements)-1] != "" {
			if third, err := client.ParseTokenURL(issuer); err != nil || third.String() != first.String() {
				t.Errorf("the issuer of %q became %v with the error %v, want the same token URL", first, third, err)
			}
		}
	})
}
