package identity_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

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

// client returns a client that signs in with a personal access token. The changes can set something else.
func (d *domain) client(t *testing.T, changes ...func(*client.Config)) *identity.Client {
	t.Helper()
	token := client.SignIn{AccessToken: client.Secret(d.Credentials().AccessToken)}
	return newClient(t, d.url, append([]func(*client.Config){func(c *client.Config) { c.SignIn = token }}, changes...)...)
}

func (d *domain) wantCounts(t *testing.T, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("requests by operation (-want +got):\n%s", diff)
	}
}

func withRetries(n int) func(*client.Config) {
	return func(c *client.Config) { c.MaxRetries = n }
}

// newClient returns a client that doesn't retry. The changes can set something else.
func newClient(t *testing.T, apiURL string, changes ...func(*client.Config)) *identity.Client {
	t.Helper()
	config := client.Config{APIURL: apiURL, SignIn: client.SignIn{AccessToken: "canary-static-token"}}
	for _, change := range changes {
		change(&config)
	}
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return identity.New(c)
}

// newClientOf returns a client of a server that responds with the handler.
func newClientOf(t *testing.T, handler http.Handler) *identity.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return newClient(t, server.URL)
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

// second is the error of a call that also returns something.
func second[T any](_ T, err error) error { return err }
