package provider_test

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// midway wraps a mock. It calls happens just before the mock serves the create of an application whose
// number is at.
type midway struct {
	at      int32
	happens func()
	creates atomic.Int32
}

func (m *midway) front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/identity/api/applications" && m.creates.Add(1) == m.at {
			m.happens()
		}
		mock.ServeHTTP(w, r)
	})
}

// createMany creates n applications, ten at a time as Terraform does. It skips applications that exist.
// It returns the errors.
func createMany(p *providertest.Protocol, d providertest.Domain, n int) (failed []string) {
	p.T.Helper()
	var exist []string
	for _, a := range d.Applications(p.T) {
		exist = append(exist, a.ClientID)
	}
	changes := make(chan providertest.PlannedChange, n)
	for i := range n {
		name := fmt.Sprint("test-", i)
		if slices.Contains(exist, name) {
			continue
		}
		change, diags := p.Applications().Plan(providertest.Instance{}, providertest.Object{"client_id": name, "display_name": name})
		diags.MustBeQuiet(p.T)
		changes <- change
	}
	close(changes)
	var (
		all sync.WaitGroup
		mu  sync.Mutex
	)
	for range 10 {
		all.Go(func() {
			for change := range changes {
				made, diags := p.Applications().Apply(change)
				mu.Lock()
				failed = append(failed, diags.Errors()...)
				mu.Unlock()
				if made.Exists() == (len(diags.Errors()) > 0) || len(diags.Errors()) > 1 || len(diags.Warnings()) > 0 {
					p.T.Errorf("got an application: %t, the errors %s and the warnings %s: want an application or one error, and no warning", made.Exists(), diags.Errors(), diags.Warnings())
				}
			}
		})
	}
	all.Wait()
	return failed
}

// TestTokenFaults creates fifty applications. In the middle, the access token or the right to get
// another one is lost, or it is absent from the start.
func TestTokenFaults(t *testing.T) {
	t.Parallel()
	const n, middle = 50, 25
	revoke := func(_ *testing.T, d providertest.Domain) { d.Mock.RevokeTokens() }
	revokeBoth := func(_ *testing.T, d providertest.Domain) { d.Mock.RevokeTokens(); d.Mock.RevokeRefreshTokens() }
	inject := func(fault mockserver.Fault) func(*testing.T, providertest.Domain) {
		fault.Operation = "token"
		return func(_ *testing.T, d providertest.Domain) { d.Mock.InjectFault(fault) }
	}
	down := inject(mockserver.Fault{Status: http.StatusServiceUnavailable, Count: -1})
	byRefreshToken := func(t *testing.T, d providertest.Domain) providertest.Object {
		t.Helper()
		refresh := d.SignedIn(t).MustGetAccessToken(providertest.Object{"scopes": []string{"openid", "offline_access"}}).Get("refresh_token")
		d.Forget()
		return providertest.Object{"refresh_token": refresh, "username": nil, "password": nil}
	}
	other := func(arguments providertest.Object) func(*testing.T, providertest.Domain) providertest.Object {
		return func(*testing.T, providertest.Domain) providertest.Object { return arguments }
	}
	const (
		byPassword = "The provider signs in with user name and password from the provider block"
		once       = "The provider does not try them again in this run, so that LUSID does not lock the user."
	)
	for name, test := range map[string]struct {
		options mockserver.Options
		// arguments change the provider block, which has a user name and a password.
		arguments func(*testing.T, providertest.Domain) providertest.Object
		// first runs at the start. midway runs before a create in the middle.
		first, midway func(*testing.T, providertest.Domain)
		// passwords and refreshes are the numbers of token requests. If more is set, they are minimums.
		passwords, refreshes int
		more                 bool
		// parts are in every error. Without parts, the test expects no error.
		parts []string
	}{
		"no fault": {passwords: 1},
		"expired": {
			options: mockserver.Options{TokenLifetime: 3 * time.Second}, passwords: 1, refreshes: 1, more: true,
			midway: func(*testing.T, providertest.Domain) { time.Sleep(3100 * time.Millisecond) },
		},
		"revoked":                        {midway: revoke, passwords: 1, refreshes: 1},
		"revoked, by refresh token":      {arguments: byRefreshToken, midway: revoke, refreshes: 2},
		"revoked, and the refresh token": {midway: revokeBoth, passwords: 2, refreshes: 1},
		"revoked, and the only refresh token": {
			arguments: byRefreshToken, midway: revokeBoth, refreshes: 2,
			parts: []string{"The provider signs in with a refresh token from the provider block", once, "HTTP 400 · invalid_grant"},
		},
		"user locked": {
			midway: func(t *testing.T, d providertest.Domain) {
				t.Helper()
				if err := d.Mock.LockUser(d.Mock.Credentials().Username); err != nil {
					t.Error(err)
				}
				d.Mock.RevokeTokens()
			},
			passwords: 2, refreshes: 1,
			parts: []string{byPassword, "is not locked", once, "HTTP 400 · invalid_grant"},
		},
		"client secret rotated": {
			midway: func(t *testing.T, d providertest.Domain) {
				t.Helper()
				d.RotateApplication(t, d.Mock.Credentials().ClientID)
				d.Mock.RevokeTokens()
			},
			passwords: 2, refreshes: 1,
			parts: []string{byPassword, "that the application still exists with this secret", once, "HTTP 401 · invalid_client"},
		},
		"wrong password": {
			arguments: other(providertest.Object{"password": "wrong-c4nary"}), passwords: 1,
			parts: []string{byPassword, once, "HTTP 400 · invalid_grant"},
		},
		"wrong client secret": {
			arguments: other(providertest.Object{"client_secret": "wrong-c4nary"}), passwords: 1,
			parts: []string{byPassword, once, "HTTP 401 · invalid_client"},
		},
		"unavailable once":                  {first: inject(mockserver.Fault{Status: http.StatusServiceUnavailable}), passwords: 2},
		"unavailable, with an access token": {midway: down, passwords: 1},
		"unavailable, without an access token": {
			first: down, passwords: 2, more: true,
			parts: []string{"HTTP 503", "Run again later"},
		},
		"unavailable, and the access token revoked": {
			midway: func(t *testing.T, d providertest.Domain) { t.Helper(); down(t, d); revoke(t, d) }, passwords: 1, refreshes: 2, more: true,
			parts: []string{"HTTP 503", "Run again later"},
		},
		"connection refused": {
			arguments: func(t *testing.T, _ providertest.Domain) providertest.Object {
				t.Helper()
				return providertest.Object{"token_url": "http://" + closedPort(t) + "/oauth2/x/v1/token"}
			},
			parts: []string{"Token request: ", "refused"},
		},
		"slow once": {
			arguments: other(providertest.Object{"request_timeout": "2s"}), passwords: 2,
			first: inject(mockserver.Fault{Delay: time.Minute}),
		},
		"slow": {
			arguments: other(providertest.Object{"request_timeout": "100ms"}), passwords: 2, more: true,
			first: inject(mockserver.Fault{Delay: time.Minute, Count: -1}),
			parts: []string{"Token request: ", "The time was up: see request_timeout"},
		},
		"HTML page of a proxy": {
			first: inject(mockserver.Fault{HTML: true, Status: http.StatusForbidden, Count: -1}), passwords: 1, more: true,
			parts: []string{`an HTML page titled "Proxy"`, "is the token URL of the LUSID domain", "HTTP 403"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var (
				issued providertest.IssuedSecrets
				m      midway
			)
			d := providertest.NewMockBehind(t, test.options, func(mock http.Handler) http.Handler { return m.front(issued.Front(mock)) })
			arguments := d.PasswordArguments()
			arguments["max_retries"] = 1
			if test.arguments != nil {
				maps.Copy(arguments, test.arguments(t, d))
			}
			p := providertest.NewProtocol(t)
			p.Configure(arguments).MustBeQuiet(t)
			if test.first != nil {
				test.first(t, d)
			}
			m.at = middle
			m.happens = func() {
				if test.midway != nil {
					test.midway(t, d)
				}
			}
			failed := createMany(p, d, n)

			counts := d.Counts()
			if got := counts["token:password"]; got != test.passwords && !test.more || got < test.passwords {
				t.Errorf("got %d token requests with the password, want %d", got, test.passwords)
			}
			if got := counts["token:refresh_token"]; got != test.refreshes && !test.more || got < test.refreshes {
				t.Errorf("got %d token requests with a refresh token, want %d", got, test.refreshes)
			}
			if (len(failed) > 0) != (test.parts != nil) {
				t.Errorf("got %d errors, want errors: %t: %s", len(failed), test.parts != nil, failed)
			}
			parts := append([]string{"Unable to create application"}, test.parts...)
			if name != "connection refused" {
				// If the connection is refused, no request was sent, so the error has no correlation
				// ID.
				parts = append(parts, "correlation ")
			}
			for _, failure := range failed {
				for _, part := range parts {
					if !strings.Contains(failure, part) {
						t.Fatalf("the error lacks %q:\n%s", part, failure)
					}
				}
			}
			secrets := issued.Named()
			for _, name := range []string{"password", "client_secret", "refresh_token"} {
				if secret, ok := arguments[name].(string); ok {
					secrets[name] = secret
				}
			}
			providertest.MustBeAbsent(t, "the errors", strings.Join(failed, "\n"), secrets)

			if made := len(d.Applications(t)) - 1; made != n-len(failed) {
				t.Errorf("got %d applications, want %d, because %d of %d creates failed", made, n-len(failed), len(failed), n)
			}
			d.Mock.ClearFaults()
			if failed := createMany(d.Protocol(t), d, n); len(failed) > 0 {
				t.Errorf("the next run failed: %s", failed)
			}
			if made := len(d.Applications(t)) - 1; made != n {
				t.Errorf("got %d applications, want %d", made, n)
			}
		})
	}
}

// TestTokenFaults_dataSources gets the tokens of ten applications at once with a wrong password. The
// provider tries the password only once.
func TestTokenFaults_dataSources(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	own := d.PasswordArguments()
	wrong, right := d.Protocol(t, providertest.With(own, "password", "wrong-c4nary")), d.Protocol(t, own)
	var all sync.WaitGroup
	for i := range 10 {
		other := d.CreateApplication(t, fmt.Sprint("other-", i), fmt.Sprint("Other ", i), "Native")
		config := providertest.Object{"client_id": other.ClientID, "client_secret": d.Application(t, other.ClientID).Secret}
		all.Go(func() {
			_, read := wrong.Data("lusid_access_token", config)
			_, opened := wrong.Open(providertest.AccessTokenType, config)
			for _, diags := range []providertest.Diagnostics{read, opened} {
				if errs := diags.Errors(); len(errs) != 1 || !strings.Contains(errs[0], "does not retry a refused password in this run") {
					t.Errorf("got the errors %s, want one that says that the password is not retried", errs)
				}
			}
			if _, diags := right.Data("lusid_access_token", config); len(diags.Errors()) > 0 {
				t.Errorf("got the errors %s, want none", diags.Errors())
			}
		})
	}
	all.Wait()
	if diff := cmp.Diff(map[string]int{"token:password": 1 + 10}, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestAccTokenFaults revokes every token while the CLI applies fifty resources. In one case it also
// locks the user, who then gets no other token.
func TestAccTokenFaults(t *testing.T) {
	t.Parallel()
	const n = 50
	for name, isLocked := range map[string]bool{"tokens revoked": false, "user locked": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var (
				issued providertest.IssuedSecrets
				m      midway
			)
			d := providertest.NewMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler { return m.front(issued.Front(mock)) })
			user := d.CallerID(t)
			m.at = n / 2
			m.happens = func() {
				if isLocked {
					if err := d.Mock.LockUser(user); err != nil {
						t.Error(err)
					}
				}
				d.Mock.RevokeTokens()
				d.Mock.RevokeRefreshTokens()
			}
			w := providertest.NewWorkspace(t, providertest.ProviderBlock(d.PasswordArguments())+manyApplications("stored", n, 1),
				"TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH=trace.log")
			status, printed := w.Run("apply", "-auto-approve")
			counts := d.Counts()
			if counts["token:password"] != 2 || counts["token:refresh_token"] != 1 {
				t.Errorf("got the requests %v, want two token requests with the password and one with a refresh token", counts)
			}
			made := len(d.Applications(t)) - 1
			if (status != 0) != isLocked || (made < n) != isLocked {
				t.Errorf("got exit status %d with %d of %d applications, want a failure: %t\n%s", status, made, n, isLocked, printed)
			}
			if isLocked {
				providertest.MustHold(t, printed, "The provider does not try them again in this run, so that LUSID does not lock the user.")
				if got := strings.Count(printed, "Unable to create application"); got != n-made {
					t.Errorf("got %d errors with %d of %d applications, want one for each missing application", got, made, n)
				}
				d.MustCall(t, http.MethodPost, "/users/"+user+"/lifecycle/$unlock", nil, nil)
				w.MustRun("apply", "-auto-approve")
			}
			w.MustPlanEmpty()
			if left := len(d.Applications(t)) - 1; left != n {
				t.Errorf("got %d applications, want %d", left, n)
			}
			secrets := issued.Named()
			for _, name := range []string{"password", "client_secret"} {
				secrets[name], _ = d.PasswordArguments()[name].(string)
			}
			providertest.MustBeAbsent(t, "the output", printed, secrets)
			providertest.MustBeAbsent(t, "the log", w.ReadFile("trace.log"), secrets)
		})
	}
}

// closedPort returns an address where no server listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It is closed at once.
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
