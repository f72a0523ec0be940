package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// domain is a mock domain with its URL.
type domain struct {
	*mockserver.Server
	url string
}

// newDomain starts a mock domain behind a real server. The test fails if a request or a response violates
// the contract.
func newDomain(t *testing.T, options mockserver.Options) *domain {
	t.Helper()
	// The username contains a plus sign, so a request that doesn't encode the sign fails to sign in.
	if options.Seed.User.Username == "" {
		options.Seed.User.Username = "terraform+ci@example.com"
	}
	mock := mockserver.New(options)
	server := httptest.NewServer(mock)
	t.Cleanup(func() {
		server.Close()
		if violations := mock.ContractViolations(); len(violations) > 0 {
			t.Errorf("the mock violated the contract: %q", violations)
		}
	})
	return &domain{Server: mock, url: server.URL}
}

// caller is a client and the API that the tests call through it.
type caller struct {
	*client.Client
	*identityAPI
}

type identityAPI = identity.Client

// grant returns a token request with the password.
func (d *domain) grant() client.TokenRequest {
	credentials := d.Credentials()
	return client.TokenRequest{
		TokenURL:     d.TokenURL(d.url),
		Username:     credentials.Username,
		Password:     client.Secret(credentials.Password),
		ClientID:     credentials.ClientID,
		ClientSecret: client.Secret(credentials.ClientSecret),
	}
}

// client returns a client that signs in with a personal access token. The changes can set something else.
func (d *domain) client(t *testing.T, changes ...func(*client.Config)) caller {
	t.Helper()
	return newClient(t, d.url, append([]func(*client.Config){
		withToken(d.Credentials().AccessToken),
	}, changes...)...)
}

func (d *domain) wantCounts(t *testing.T, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("requests by operation (-want +got):\n%s", diff)
	}
}

func withToken(token string) func(*client.Config) {
	return func(c *client.Config) { c.SignIn = client.SignIn{AccessToken: client.Secret(token)} }
}

func withGrant(grant client.TokenRequest) func(*client.Config) {
	return func(c *client.Config) { c.SignIn = client.SignIn{Grant: grant} }
}

func withRetries(n int) func(*client.Config) {
	return func(c *client.Config) { c.MaxRetries = n }
}

const staticToken = "canary-static-token"

// newClient returns a client that signs in with staticToken and doesn't retry. The changes can set
// something else.
func newClient(t *testing.T, apiURL string, changes ...func(*client.Config)) caller {
	t.Helper()
	config := client.Config{
		APIURL: apiURL,
		SignIn: client.SignIn{AccessToken: staticToken},
	}
	for _, change := range changes {
		change(&config)
	}
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return caller{c, identity.New(c)}
}

// serve starts a server for unusual responses.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// reply sends the same response to every request.
func reply(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func jsonReply(status int, body string) http.HandlerFunc {
	return reply(status, "application/json", body)
}

// inMemory responds without a network, because synctest can't control sockets.
type inMemory struct{ http.Handler }

func (m inMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	served := req.Clone(req.Context())
	served.Host = req.URL.Host
	if served.Body == nil {
		served.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	m.ServeHTTP(recorder, served)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	resp := recorder.Result()
	resp.Request = req
	return resp, nil
}

const inMemoryURL = "https://acme.lusid.com"

// inMemoryHosts are the mock's [mockserver.Options.Hosts] for inMemoryURL.
var inMemoryHosts = []string{"acme.lusid.com"}

// newClientInMemory returns a client whose requests reach the handler without a network, for any host.
func newClientInMemory(t *testing.T, handler http.Handler, changes ...func(*client.Config)) caller {
	t.Helper()
	c := newClient(t, inMemoryURL, changes...)
	c.SetTransport(inMemory{handler})
	return c
}

// newDomainInMemory returns a mock domain at inMemoryURL without a server.
func newDomainInMemory() *domain {
	return &domain{Server: mockserver.New(mockserver.Options{Hosts: inMemoryHosts}), url: inMemoryURL}
}

// second is the error of a call that also returns something.
func second[T any](_ T, err error) error { return err }

func wantNoSecrets(t *testing.T, where, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if secret != "" && strings.Contains(text, secret) {
			t.Errorf("%s contains the secret %q: %s", where, secret, text)
		}
	}
}

func TestNew_errors(t *testing.T) {
	t.Parallel()
	grant := client.TokenRequest{TokenURL: "https://acme.okta.com/oauth2/aus1/v1/token"}
	tests := map[string]struct {
		config client.Config
		want   string
	}{
		"no API URL":     {client.Config{SignIn: client.SignIn{AccessToken: "canary"}}, "the API URL cannot be used: "},
		"no credentials": {client.Config{APIURL: inMemoryURL}, "the token URL cannot be used: "},
		"token URL": {
			client.Config{APIURL: inMemoryURL, SignIn: client.SignIn{Grant: client.TokenRequest{TokenURL: "http://canary.okta.com/"}}},
			"the token URL cannot be used: its scheme is http",
		},
		"access token with a line break": {
			client.Config{APIURL: inMemoryURL, SignIn: client.SignIn{AccessToken: "canary\n"}},
			"the access token contains a space, a line break",
		},
		"access token outside ASCII": {
			client.Config{APIURL: inMemoryURL, SignIn: client.SignIn{AccessToken: "canäry"}},
			"the access token contains a space, a line break",
		},
		"application name": {
			client.Config{APIURL: inMemoryURL, SignIn: client.SignIn{Grant: grant}, ApplicationName: "canary\n"},
			"the application name contains",
		},
		"correlation id": {
			client.Config{APIURL: inMemoryURL, SignIn: client.SignIn{Grant: grant}, CorrelationID: "canary\x00"},
			"the correlation id contains",
		},
		"user agent": {
			client.Config{APIURL: inMemoryURL, SignIn: client.SignIn{Grant: grant}, UserAgent: "canary\r\nX: y"},
			"the user agent contains",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.New(test.config)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Fatalf("got %v, want an error that starts with %q", err, test.want)
			}
			wantNoSecrets(t, "the error", err.Error(), "canary", "canäry")
		})
	}
}

func TestNew_sendsNothing(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	domain.client(t)
	domain.client(t, withGrant(domain.grant()))
	domain.wantCounts(t, map[string]int{})
}

func TestClient_Domain(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://acme.lusid.com/identity/api/":         "acme.lusid.com",
		"https://ACME.lusid.com:443/api":               "acme.lusid.com",
		"https://gateway.example.com:8443/acme/api":    "gateway.example.com:8443/acme",
		"https://gateway.example.com/acme/identity/":   "gateway.example.com/acme",
		"https://gateway.example.com/globex/identity/": "gateway.example.com/globex",
	} {
		if got := newClient(t, raw).Domain(); got != want {
			t.Errorf("Domain of %s is %q, want %q", raw, got, want)
		}
	}
}

func TestClient_CorrelationID(t *testing.T) {
	t.Parallel()
	c := newClient(t, inMemoryURL, func(c *client.Config) { c.CorrelationID = "abc-123" })
	if got := c.CorrelationID(); got != "abc-123" {
		t.Errorf("got the correlation id %q, want abc-123", got)
	}
}

func TestClient_printsNoSecret(t *testing.T) {
	t.Parallel()
	grant := client.TokenRequest{
		TokenURL: inMemoryURL + "/oauth2/x", Username: "u", Password: "canary-1",
		ClientID: "c", ClientSecret: "canary-2", RefreshToken: "canary-3",
	}
	c := newClient(t, inMemoryURL, withGrant(grant), func(c *client.Config) {
		c.Proxy, c.ProxyUsername, c.ProxyPassword = &url.URL{Scheme: "http", Host: "proxy:3128"}, "u", "canary-4"
	})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		wantNoSecrets(t, verb, fmt.Sprintf(verb, c), "canary", fmt.Sprintf("%x", "canary"))
	}
}

func TestClient_requestTimeoutBoundsOneAttempt(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Delay: 10 * time.Second})
	c := domain.client(t, withRetries(1), func(c *client.Config) { c.RequestTimeout = 100 * time.Millisecond })
	if _, err := c.GetUserInfo(t.Context()); err != nil {
		t.Fatalf("the retry of a request that timed out failed: %v", err)
	}
	domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 2})
}

func TestClient_defaultRequestTimeout(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := domain.client(t).GetUserInfo(ctx); err != nil {
		t.Fatal(err)
	}
}
