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

// FaultyDomain is a mock whose every answer goes through a front that can spoil it. The test's own
// calls go past that.
type FaultyDomain struct {
	Domain
	Front *faultFront
}

// NewFaultyDomain is a domain whose answers the test can change.
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

// FaultSeed is what the domain holds from the start: what five objects of every kind refer to.
func FaultSeed() mockserver.Seed {
	seed := FixtureSeed(5)
	seed.User = mockserver.User{ID: "caller", Username: "caller@acme.com"}
	return seed
}

// Exchange is a request and its answer, as the mock gave it.
type Exchange struct {
	Method, Operation string
	Body              []byte
}

// Rewrite sends something else than the answer.
type Rewrite func(answer *httptest.ResponseRecorder, w http.ResponseWriter, r *http.Request)

// faultFront stands in front of a mock. It keeps the answers and the secrets in them, and sends
// something else where it is told to.
type faultFront struct {
	Mock *mockserver.Server

	mu        sync.Mutex
	exchanges []Exchange
	secrets   map[string]string
	// rewrites decide on an answer; the first that has a rewrite for it is followed.
	rewrites []func(Exchange) Rewrite
	// breakOff is how a request is broken off. Nil means a reset of the connection.
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
	if change := f.note(Exchange{r.Method, f.operationOf(answer), bytes.Clone(answer.Body.Bytes())}); change != nil {
		change(answer, w, r)
		return
	}
	Forward(answer, w)
}

// abort breaks a request off.
func (f *faultFront) abort(w *Wire) {
	f.mu.Lock()
	breakOff := f.breakOff
	f.mu.Unlock()
	if breakOff == nil {
		breakOff = (*Wire).Reset
	}
	breakOff(w)
}

// operationOf asks the mock's log, which has no answer to a client that hung up.
func (f *faultFront) operationOf(answer *httptest.ResponseRecorder) string {
	id := answer.Header().Get("Lusid-Meta-Requestid")
	for _, request := range slices.Backward(f.Mock.Requests()) {
		if request.RequestID == id {
			return request.Operation
		}
	}
	return ""
}

// note keeps an exchange, and returns what to send in place of the answer; nil is the answer.
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

// RewriteBy adds what decides on answers.
func (f *faultFront) RewriteBy(decide func(Exchange) Rewrite) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rewrites = append(f.rewrites, decide)
}

// BreakOffBy sets how requests are broken off that the mock aborts.
func (f *faultFront) BreakOffBy(breakOff func(*Wire)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.breakOff = breakOff
}

// Recover ends all that is wrong, in the mock too.
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

// Seen are the secrets that ever went through, by name, and those that the domain began with.
func (f *faultFront) Seen() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.secrets)
}

// aborts reports that a handler broke the connection off.
func aborts(serve func()) (aborted bool) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler { //nolint:errorlint // A panic is what it is.
				panic(p)
			}
			aborted = true
		}
	}()
	serve()
	return false
}

// Forward sends a recorded answer, and only half of a body that was cut short.
func Forward(answer *httptest.ResponseRecorder, w http.ResponseWriter) {
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = io.Copy(w, answer.Body)
}
