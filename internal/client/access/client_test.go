package access_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// newDomain starts a mock domain behind a real server, and returns a client of it. The test fails if the
// mock broke the contract.
func newDomain(t *testing.T) (*mockserver.Server, *access.Client) {
	t.Helper()
	return newDomainWith(t, mockserver.Seed{})
}

// newDomainWith is newDomain with what the domain has from the start.
func newDomainWith(t *testing.T, seed mockserver.Seed) (*mockserver.Server, *access.Client) {
	t.Helper()
	mock := mockserver.New(mockserver.Options{Seed: seed})
	server := httptest.NewServer(mock)
	t.Cleanup(func() {
		server.Close()
		if violations := mock.ContractViolations(); len(violations) > 0 {
			t.Errorf("contract violations: %q", violations)
		}
	})
	return mock, newClient(t, server.URL, client.Secret(mock.Credentials().AccessToken))
}

func newClient(t *testing.T, url string, token client.Secret) *access.Client {
	t.Helper()
	c, err := client.New(client.Config{APIURL: url, SignIn: client.SignIn{AccessToken: token}})
	if err != nil {
		t.Fatal(err)
	}
	return access.New(c)
}

// newClientOf returns a client of a server that answers with the handler.
func newClientOf(t *testing.T, handler http.HandlerFunc) *access.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return newClient(t, server.URL, "canary-static-token")
}

func jsonReply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// second is the error of a call that also returns something.
func second[T any](_ T, err error) error { return err }

// wireCase is a call, and the request that it has to become.
type wireCase struct {
	call func(context.Context, *access.Client) error
	// request is method, path and query; body is JSON, or empty.
	request, body string
	status        int
	// answer is what the server says; empty for a 204.
	answer string
}

// wantOnWire makes each call against a server that knows nothing of this client.
func wantOnWire(t *testing.T, cases map[string]wireCase) {
	t.Helper()
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClientOf(t, func(w http.ResponseWriter, r *http.Request) {
				if got := r.Method + " " + r.URL.RequestURI(); got != test.request {
					t.Errorf("got %s, want %s", got, test.request)
				}
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				var got, want any
				if len(body) > 0 {
					_ = json.Unmarshal(body, &got)
				}
				if test.body != "" {
					_ = json.Unmarshal([]byte(test.body), &want)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("body (-want +got):\n%s", diff)
				}
				if test.answer == "" {
					w.WriteHeader(http.StatusNoContent)
					return
				}
				jsonReply(test.status, test.answer)(w, r)
			})
			if err := test.call(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestIsTaken(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"612": true, "613": true, "615": true, "877": true, "606": false, "772": false} {
		for _, status := range []int{http.StatusBadRequest, http.StatusConflict, http.StatusNotFound} {
			c := newClientOf(t, jsonReply(status, `{"name":"N","code":`+code+`}`))
			if got := access.IsTaken(second(c.CreatePolicy(t.Context(), access.PolicyCreationRequest{}))); got != want {
				t.Errorf("%d with %s: got %t", status, code, got)
			}
		}
	}
}
