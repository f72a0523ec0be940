package providertest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// FaultyDomain is a mock behind a handler that can change or drop every response. The requests of the test do not go
// through the handler.
type FaultyDomain struct {
	Domain
	Front *faultFront
}

// NewFaultyDomain returns a domain whose responses the test can change.
func NewFaultyDomain(t *testing.T) FaultyDomain {
	t.Helper()
	if isLive() {
		t.Skip("needs the mock")
	}
	// A refresh of many reads more tokens than the three that a user may have by default.
	mock := mockserver.New(mockserver.Options{Seed: FaultSeed(), MaxPersonalAccessTokens: 10})
	credentials := mock.Credentials()
	t.Cleanup(func() {
		for _, violation := range mock.ContractViolations() {
			t.Error(violation)
		}
	})
	return FaultyDomain{
		Domain: Domain{Mock: mock, Token: credentials.AccessToken, Direct: direct{mock}},
		Front: &faultFront{Mock: mock, secrets: map[string]string{
			"the password": credentials.Password, "the client secret": credentials.ClientSecret, "the access token": credentials.AccessToken,
		}},
	}
}

// FaultSeed returns the objects that five objects of every kind refer to.
func FaultSeed() mockserver.Seed {
	seed := FixtureSeed(5)
	seed.User = mockserver.User{ID: "caller", Username: "caller@acme.com"}
	return seed
}

// Exchange is a request and the original response of the mock.
type Exchange struct {
	Method, Operation, Path string
	Body                    []byte
}

// Rewrite sends another response in place of the original one.
type Rewrite func(answer *httptest.ResponseRecorder, w http.ResponseWriter, r *http.Request)

// faultFront is the handler in front of the mock. It records the responses and their secrets, and sends other responses if
// a rewrite requires it.
type faultFront struct {
	Mock *mockserver.Server

	mu        sync.Mutex
	exchanges []Exchange
	secrets   map[string]string
	// rewrites are functions that choose a rewrite for a response. The first rewrite is used.
	rewrites []func(Exchange) Rewrite
	// breakOff aborts a request. Nil means a reset of the connection.
	breakOff func(*Wire)
}

var secretFields = regexp.MustCompile(`"(secret|key|access_token|refresh_token|id_token)":"([^"]+)"`)

func (f *faultFront) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	wire := wireOf(r)
	if aborts(func() { f.Mock.ServeHTTP(answer, r) }) {
		f.abort(wire)
		panic(http.ErrAbortHandler)
	}
	if change := f.note(Exchange{r.Method, f.operationOf(answer), r.URL.EscapedPath(), bytes.Clone(answer.Body.Bytes())}); change != nil {
		change(answer, w, r)
		return
	}
	Forward(answer, w)
}

// abort aborts a request.
func (f *faultFront) abort(w *Wire) {
	f.mu.Lock()
	breakOff := f.breakOff
	f.mu.Unlock()
	if breakOff == nil {
		breakOff = (*Wire).Reset
	}
	breakOff(w)
}

// operationOf reads the operation in the mock's log. If the mock aborted the request, there is no
// operation.
func (f *faultFront) operationOf(answer *httptest.ResponseRecorder) string {
	id := answer.Header().Get("Lusid-Meta-Requestid")
	for _, request := range slices.Backward(f.Mock.Requests()) {
		if request.RequestID == id {
			return request.Operation
		}
	}
	return ""
}

// note records an exchange and returns the rewrite for the response. Nil means no rewrite.
func (f *faultFront) note(e Exchange) Rewrite {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.exchanges = append(f.exchanges, e)
	for _, match := range secretFields.FindAllSubmatch(e.Body, -1) {
		f.secrets[fmt.Sprintf("%s number %d", match[1], len(f.secrets))] = string(match[2])
	}
	for _, decide := range f.rewrites {
		if change := decide(e); change != nil {
			return change
		}
	}
	return nil
}

// RewriteBy adds a function that chooses a rewrite for each response.
func (f *faultFront) RewriteBy(decide func(Exchange) Rewrite) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rewrites = append(f.rewrites, decide)
}

// BreakOffBy sets how to abort requests that the mock aborts.
func (f *faultFront) BreakOffBy(breakOff func(*Wire)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.breakOff = breakOff
}

// Recover removes all rewrites and faults, including those in the mock.
func (f *faultFront) Recover() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rewrites, f.breakOff = nil, nil
	f.Mock.ClearFaults()
}

// TakeExchanges returns the exchanges since it was last called.
func (f *faultFront) TakeExchanges() []Exchange {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := f.exchanges
	f.exchanges = nil
	return taken
}

// Seen returns the secrets in all responses so far and the initial secrets of the domain, by name.
func (f *faultFront) Seen() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.secrets)
}

// aborts reports whether a handler aborted the connection.
func aborts(serve func()) (aborted bool) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler { //nolint:errorlint // A panic value is not wrapped.
				panic(p)
			}
			aborted = true
		}
	}()
	serve()
	return false
}

// Forward sends a recorded response. It sends only half of a body that was truncated.
func Forward(answer *httptest.ResponseRecorder, w http.ResponseWriter) {
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = io.Copy(w, answer.Body)
}
