package provider_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// faultyDomain is a mock whose every answer goes through a front that can spoil it. The test's own
// calls go past that.
type faultyDomain struct {
	domain
	front *faultFront
}

func newFaultyDomain(t *testing.T) faultyDomain {
	t.Helper()
	if isLive() {
		t.Skip("needs the mock")
	}
	// A refresh of many reads more tokens than the three that a user may have by default.
	mock := mockserver.New(mockserver.Options{Seed: faultSeed(), MaxPersonalAccessTokens: 10})
	credentials := mock.Credentials()
	t.Cleanup(func() {
		for _, violation := range mock.ContractViolations() {
			t.Error(violation)
		}
	})
	return faultyDomain{
		domain: domain{mock: mock, token: credentials.AccessToken, direct: direct{mock}},
		front: &faultFront{mock: mock, secrets: map[string]string{
			"the password": credentials.Password, "the client secret": credentials.ClientSecret, "the access token": credentials.AccessToken,
		}},
	}
}

// faultSeed is what the domain holds from the start.
func faultSeed() mockserver.Seed {
	seed := mockserver.Seed{User: mockserver.User{ID: "caller", Username: "caller@acme.com"}}
	for n := range 5 {
		seed.Users = append(seed.Users, mockserver.User{
			ID: fmt.Sprint("user-", n), Username: fmt.Sprintf("user-%d@acme.com", n), FirstName: "User", LastName: "Seeded",
		})
		seed.Roles = append(seed.Roles, mockserver.Role{ID: fmt.Sprint("staffed-", n), Name: fmt.Sprint("staffed-", n)})
	}
	seed.Roles = append(seed.Roles, mockserver.Role{ID: "assigned", Name: "assigned"})
	return seed
}

// volatile are fields that no two domains have alike.
var volatile = []string{"id", "issuer", "secret", "created", "createdDate", "createdAt", "lastLogin", "lastUpdated", "updatedAt", "passwordChanged"}

// inventory is all that the domain holds of what rows are about.
func (d faultyDomain) inventory(t *testing.T) map[string][]string {
	t.Helper()
	inventory := map[string][]string{}
	for _, row := range faultRows {
		for _, path := range row.listings {
			if inventory[path] != nil {
				continue
			}
			var answer any
			d.mustCall(t, http.MethodGet, path, nil, &answer)
			objects, ok := answer.([]any)
			if !ok {
				objects = []any{answer}
			}
			inventory[path] = []string{}
			for _, o := range objects {
				if fields, ok := o.(map[string]any); ok {
					maps.DeleteFunc(fields, func(name string, _ any) bool { return slices.Contains(volatile, name) })
				}
				inventory[path] = append(inventory[path], strings.ReplaceAll(jsonText(t, o), d.mock.Credentials().ClientID, "terraform"))
			}
			slices.Sort(inventory[path])
		}
	}
	return inventory
}

// direct carries requests to a mock without a network.
type direct struct{ mock *mockserver.Server }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	d.mock.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// exchange is a request and its answer, as the mock gave it.
type exchange struct {
	method, operation string
	body              []byte
}

// rewrite sends something else than the answer.
type rewrite func(answer *httptest.ResponseRecorder, w http.ResponseWriter, r *http.Request)

// faultFront stands in front of a mock. It keeps the answers and the secrets in them, and sends
// something else where it is told to.
type faultFront struct {
	mock *mockserver.Server

	mu        sync.Mutex
	exchanges []exchange
	secrets   map[string]string
	// rewrites decide on an answer; the first that has a rewrite for it is followed.
	rewrites []func(exchange) rewrite
	// breakOff is how a request is broken off. Nil means a reset of the connection.
	breakOff func(*wire)
}

var secretFields = regexp.MustCompile(`"(secret|key|access_token|refresh_token|id_token)":"([^"]+)"`)

func (f *faultFront) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	wire := wireOf(r)
	if aborts(func() { f.mock.ServeHTTP(answer, r) }) {
		f.abort(wire)
		panic(http.ErrAbortHandler)
	}
	if change := f.note(exchange{r.Method, f.operationOf(answer), bytes.Clone(answer.Body.Bytes())}); change != nil {
		change(answer, w, r)
		return
	}
	forward(answer, w)
}

// abort breaks a request off.
func (f *faultFront) abort(w *wire) {
	f.mu.Lock()
	breakOff := f.breakOff
	f.mu.Unlock()
	if breakOff == nil {
		breakOff = (*wire).reset
	}
	breakOff(w)
}

// operationOf asks the mock's log, which has no answer to a client that hung up.
func (f *faultFront) operationOf(answer *httptest.ResponseRecorder) string {
	id := answer.Header().Get("Lusid-Meta-Requestid")
	for _, request := range slices.Backward(f.mock.Requests()) {
		if request.RequestID == id {
			return request.Operation
		}
	}
	return ""
}

// note keeps an exchange, and returns what to send in place of the answer; nil is the answer.
func (f *faultFront) note(e exchange) rewrite {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.exchanges = append(f.exchanges, e)
	for _, match := range secretFields.FindAllSubmatch(e.body, -1) {
		f.secrets[fmt.Sprintf("%s number %d", match[1], len(f.secrets))] = string(match[2])
	}
	for _, decide := range f.rewrites {
		if change := decide(e); change != nil {
			return change
		}
	}
	return nil
}

// rewriteBy adds what decides on answers.
func (f *faultFront) rewriteBy(decide func(exchange) rewrite) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rewrites = append(f.rewrites, decide)
}

// breakOffBy sets how requests are broken off that the mock aborts.
func (f *faultFront) breakOffBy(breakOff func(*wire)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.breakOff = breakOff
}

// recover ends all that is wrong, in the mock too.
func (f *faultFront) recover() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rewrites, f.breakOff = nil, nil
	f.mock.ClearFaults()
}

// takeExchanges returns the exchanges since it was last called.
func (f *faultFront) takeExchanges() []exchange {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := f.exchanges
	f.exchanges = nil
	return taken
}

// seen are the secrets that ever went through, by name, and those that the domain began with.
func (f *faultFront) seen() map[string]string {
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

// forward sends a recorded answer, and only half of a body that was cut short.
func forward(answer *httptest.ResponseRecorder, w http.ResponseWriter) {
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = io.Copy(w, answer.Body)
}
