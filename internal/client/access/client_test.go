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

// newDomain starts a mock domain behind a real server, and returns a client for it. The test fails if a
// request or a response violates the contract.
func newDomain(t *testing.T) (*mockserver.Server, *access.Client) {
	t.Helper()
	return newDomainWith(t, mockserver.Seed{})
}

// newDomainWith is newDomain with a seed.
func newDomainWith(t *testing.T, seed mockserver.Seed) (*mockserver.Server, *access.Client) {
	t.Helper()
	mock := mockserver.New(mockserver.Options{Seed: seed})
	server := httptest.NewServer(mock)
	t.Cleanup(func() {
		server.Close()
		if violations := mock.ContractViolations(); len(violations) > 0 {
			t.Errorf("got the contract violations %q, want none", violations)
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

// newClientOf returns a client of a server that responds with the handler.
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

// requestCase is a call, and the request that the call must send.
type requestCase struct {
	call func(context.Context, *access.Client) error
	// request is the method, the path and the query. body is JSON, or empty for no body.
	request, body string
	status        int
	// answer is the body of the response. Empty for a 204.
	answer string
}

// wantRequests makes each call with a server that doesn't use this client's wire types.
func wantRequests(t *testing.T, cases map[string]requestCase) {
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
				t.Errorf("status %d, code %s: got %t, want %t", status, code, got, want)
			}
		}
	}
}
