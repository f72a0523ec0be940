package client_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestRedirect_sameHost(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	domain.InjectFault(mockserver.Fault{Operation: "identity.ListApplications", Status: 307, Location: "/identity/api/me"})
	domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: 302, Location: domain.url + "/identity/api/applications"})
	got, err := domain.client(t).ListApplications(t.Context())
	if err != nil || len(got) != 1 {
		t.Errorf("got %d applications and the error %v, want 1 application", len(got), err)
	}
	domain.wantCounts(t, map[string]int{"identity.ListApplications": 2, "identity.GetUserInfo": 1})
}

// unwantedServer starts a server that no request should reach. It counts the requests.
func unwantedServer(t *testing.T) (url string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	return serve(t, func(http.ResponseWriter, *http.Request) { requests.Add(1) }), requests
}

func TestRedirect_refused(t *testing.T) {
	t.Parallel()
	other, requests := unwantedServer(t)
	locations := map[string]string{
		"host":           other + "/identity/api/me?secret=canary",
		"port":           "http://127.0.0.1:1/",
		"scheme":         "https://HOST/",
		"without scheme": strings.TrimPrefix(other, "http:") + "/canary",
		"with userinfo":  strings.Replace(other, "http://", "http://user:canary@", 1),
		"other protocol": "file:///canary",
	}
	for name, location := range locations {
		for _, status := range []int{301, 302, 303, 307, 308} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				t.Parallel()
				domain := newDomain(t, mockserver.Options{})
				location := strings.Replace(location, "HOST", strings.TrimPrefix(domain.url, "http://"), 1)
				domain.InjectFault(mockserver.Fault{Operation: "*", Count: -1, Status: status, Location: location})
				c := domain.client(t, withRetries(5))
				for operation, err := range map[string]error{
					"read":   second(c.GetUserInfo(t.Context())),
					"change": second(c.CreateApplication(t.Context(), newApplication)),
					"token":  second(c.RequestToken(t.Context(), domain.grant())),
				} {
					if err == nil || !strings.Contains(err.Error(), "refused to follow a redirect") {
						t.Errorf("%s: got %v, want a refused redirect", operation, err)
					}
					wantNoSecrets(t, "the error", fmt.Sprint(err), "canary", domain.Credentials().AccessToken)
				}
				domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 1, "identity.CreateApplication": 1, "token:password": 1})
			})
		}
	}
	t.Cleanup(func() {
		if got := requests.Load(); got != 0 {
			t.Errorf("got %d requests to the other host, want none", got)
		}
	})
}

// The client doesn't follow a redirect that turns a change into a read.
func TestRedirect_changeToRead(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303} {
		domain := newDomain(t, mockserver.Options{})
		domain.InjectFault(mockserver.Fault{Operation: "*", Status: status, Location: "/identity/api/me"})
		_, err := domain.client(t, withRetries(5)).CreateApplication(t.Context(), newApplication)
		if err == nil || !strings.Contains(err.Error(), "changes the method") {
			t.Errorf("status %d: got %v, want an error about the changed method", status, err)
		}
		domain.wantCounts(t, map[string]int{"identity.CreateApplication": 1})
	}
}

func TestRedirect_loop(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Count: -1, Status: 302, Location: "/identity/api/me"})
	_, err := domain.client(t, withRetries(5)).GetUserInfo(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the sixth in a row") {
		t.Errorf("got %v, want an error about the sixth redirect", err)
	}
	domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 6})
}

func TestRedirect_withoutLocation(t *testing.T) {
	t.Parallel()
	if e := errorOf(t, reply(302, "text/html", "<title>Moved</title>")); e.StatusCode != 302 {
		t.Errorf("got %v, want HTTP 302", e)
	}
}

// TestProxy uses a host name that only the proxy can resolve.
func TestProxy(t *testing.T) {
	t.Parallel()
	mock := mockserver.New(mockserver.Options{Hosts: []string{"acme.example.com"}})
	server := httptest.NewTLSServer(mock)
	t.Cleanup(server.Close)
	domain := &domain{Server: mock, url: "https://acme.example.com"}
	var (
		mu   sync.Mutex
		seen []string
	)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Method+" "+r.Host)
		mu.Unlock()
		if r.Header.Get("Proxy-Authorization") != "Basic dXNlcjpjYW5hcnk=" { // user:canary
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		tunnel(w, server.Listener.Addr().String())
	}))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	certificate := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	withProxy := func(password client.Secret) func(*client.Config) {
		return func(c *client.Config) {
			c.Proxy, c.ProxyUsername, c.ProxyPassword, c.CACertificateFile = address, "user", password, certificate
		}
	}
	if _, err := domain.client(t, withGrant(domain.grant()), withProxy("canary")).GetUserInfo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"CONNECT acme.example.com:443"}, slices.Compact(seen)); diff != "" {
		t.Errorf("requests to the proxy (-want +got):\n%s", diff)
	}
	domain.wantCounts(t, map[string]int{"token:password": 1, "identity.GetUserInfo": 1})

	_, err = domain.client(t, withProxy("canary-2")).GetUserInfo(t.Context())
	if err == nil || !strings.Contains(err.Error(), "refused the connection: 407") {
		t.Errorf("got %v, want an error that the proxy refused with 407", err)
	}
	wantNoSecrets(t, "the error", fmt.Sprint(err), "canary")
}

// tunnel connects a CONNECT request to an address, regardless of the requested host.
func tunnel(w http.ResponseWriter, address string) {
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", address) //nolint:noctx // It ends with the other connection.
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	_, _ = io.Copy(client, server)
}

// TestProxy_loopback checks that no request to a loopback address uses the proxy. Over HTTP, a proxy could
// read every secret.
func TestProxy_loopback(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	proxy, requests := unwantedServer(t)
	address, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		grant := domain.grant()
		grant.TokenURL = strings.Replace(grant.TokenURL, "127.0.0.1", host, 1)
		c := newClient(t, strings.Replace(domain.url, "127.0.0.1", host, 1), withGrant(grant), func(c *client.Config) {
			c.Proxy, c.ProxyUsername, c.ProxyPassword = address, "user", "c4nary"
		})
		if _, err := c.GetUserInfo(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if got := requests.Load(); got != 0 {
		t.Errorf("got %d requests to the proxy, want none", got)
	}
	domain.wantCounts(t, map[string]int{"token:password": 2, "identity.GetUserInfo": 2})
}

// The proxy responds to CONNECT before the client sends a request that LUSID could process.
func TestProxy_connect(t *testing.T) {
	t.Parallel()
	for status, attempts := range map[int]int32{
		http.StatusProxyAuthRequired:  1, // A retry would get the same response.
		http.StatusForbidden:          1,
		http.StatusTooManyRequests:    2,
		http.StatusServiceUnavailable: 2,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			var connects atomic.Int32
			proxy, err := url.Parse(serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodConnect || r.Host != "acme.lusid.com:443" || r.Header.Get("Proxy-Authorization") == "" || r.Header.Get("Authorization") != "" {
					t.Errorf("got %s %s with the headers %v, want a CONNECT with only the proxy's credentials", r.Method, r.Host, r.Header)
				}
				connects.Add(1)
				w.WriteHeader(status)
			}))
			if err != nil {
				t.Fatal(err)
			}
			c := newClient(t, inMemoryURL, withRetries(1), func(c *client.Config) {
				c.Proxy, c.ProxyUsername, c.ProxyPassword = proxy, "user", "canary"
			})
			for name, err := range map[string]error{
				"read":   second(c.GetUserInfo(t.Context())),
				"change": second(c.CreateApplication(t.Context(), newApplication)),
			} {
				want := fmt.Sprintf("the proxy %s refused the connection: %d %s", proxy.Host, status, http.StatusText(status))
				if err == nil || !strings.Contains(err.Error(), want) || client.IsOutcomeUnknown(err) {
					t.Errorf("%s: got %v, want %q", name, err, want)
				}
				wantNoSecrets(t, "the error", fmt.Sprint(err), "canary")
			}
			if got := connects.Load(); got != 2*attempts {
				t.Errorf("got %d CONNECT requests, want %d", got, 2*attempts)
			}
		})
	}
}

func TestProxy_unreachable(t *testing.T) {
	t.Parallel()
	c := newClient(t, inMemoryURL, func(c *client.Config) {
		c.Proxy, c.ProxyUsername, c.ProxyPassword = &url.URL{Scheme: "http", Host: "127.0.0.1:1"}, "user", "canary"
	})
	_, err := c.CreateApplication(t.Context(), newApplication)
	if err == nil || client.IsOutcomeUnknown(err) {
		t.Errorf("got %v, want an error with a known outcome, because nothing was sent", err)
	}
	wantNoSecrets(t, "the error", fmt.Sprint(err), "canary")
}

func TestCACertificateFile(t *testing.T) {
	t.Parallel()
	mock := mockserver.New(mockserver.Options{})
	server := httptest.NewUnstartedServer(mock)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	domain := &domain{Server: mock, url: server.URL}
	path := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(path, append([]byte("# The company's root\n\n"), block...), 0o600); err != nil {
		t.Fatal(err)
	}

	for name, err := range map[string]error{
		"read":   second(domain.client(t, withRetries(5)).GetUserInfo(t.Context())),
		"change": second(domain.client(t, withRetries(5)).CreateApplication(t.Context(), newApplication)),
		"token":  second(domain.client(t, withRetries(5), withGrant(domain.grant())).GetUserInfo(t.Context())),
	} {
		if err == nil || !strings.Contains(err.Error(), "certificate") || client.IsOutcomeUnknown(err) {
			t.Errorf("%s: got %v, want an error about the certificate", name, err)
		}
	}
	domain.wantCounts(t, map[string]int{})

	trusting := domain.client(t, withGrant(domain.grant()), func(c *client.Config) { c.CACertificateFile = path })
	if _, err := trusting.GetUserInfo(t.Context()); err != nil {
		t.Error(err)
	}
	domain.wantCounts(t, map[string]int{"token:password": 1, "identity.GetUserInfo": 1})
}

func TestCACertificateFile_errors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"empty": "", "text": "canary", "key": "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n",
		"bad": "-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----\n", "DER": "\x30\x82",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := client.New(client.Config{APIURL: inMemoryURL, SignIn: client.SignIn{AccessToken: "x"}, CACertificateFile: path})
		if err == nil || !strings.Contains(err.Error(), path+" does not contain a PEM certificate") {
			t.Errorf("%s: got %v, want an error that the file contains no PEM certificate", name, err)
		}
	}
	for _, path := range []string{filepath.Join(dir, "missing"), dir} {
		_, err := client.New(client.Config{APIURL: inMemoryURL, SignIn: client.SignIn{AccessToken: "x"}, CACertificateFile: path})
		if err == nil || !strings.Contains(err.Error(), "unable to read the CA certificate file: ") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error that the file can't be read", path, err)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t, withGrant(domain.grant()), func(c *client.Config) {
		c.UserAgent, c.ApplicationName, c.CorrelationID = "terraform-provider-lusid/1.2.3", "Ünit tests", "me-1"
	})
	if _, err := c.CreateApplication(t.Context(), newApplication); err != nil {
		t.Fatal(err)
	}
	domain.RevokeTokens()
	wantNoErrors(t, inParallel(t, c, 1))
	requests := domain.Requests()
	if len(requests) != 5 {
		t.Errorf("got %d requests, want 5", len(requests))
	}
	for _, request := range requests {
		if request.UserAgent != "terraform-provider-lusid/1.2.3" || request.Application != "Ünit tests" || request.CorrelationID != "me-1" {
			t.Errorf("%s: got the user agent %q, the application %q and the correlation ID %q, want those of the client", request.Operation, request.UserAgent, request.Application, request.CorrelationID)
		}
	}
}

// TestHeaders_only checks that the client sends only what SECURITY.md lists.
func TestHeaders_only(t *testing.T) {
	t.Parallel()
	var (
		mu   sync.Mutex
		seen = map[string][]string{}
	)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		err := r.ParseForm()
		if err != nil {
			t.Error(err)
		}
		names := slices.Sorted(maps.Keys(r.Header))
		for name, values := range r.PostForm {
			names = append(names, name+"="+strings.Join(values, ","))
		}
		slices.Sort(names)
		mu.Lock()
		seen[r.Method+" "+r.URL.RequestURI()+" "+r.PostForm.Get("grant_type")] = names
		mu.Unlock()
		if r.URL.Path == "/token" {
			jsonReply(200, `{"access_token":"canary"}`)(w, r)
			return
		}
		if r.Method == http.MethodPost {
			jsonReply(200, strings.ReplaceAll(wholeApplication+"}", "some-app", newApplication.ClientID))(w, r)
			return
		}
		jsonReply(200, wholeApplication+"}")(w, r)
	})
	changes := []func(*client.Config){func(c *client.Config) {
		c.UserAgent, c.ApplicationName, c.CorrelationID = "agent", "application", "correlation"
	}}
	grant := client.TokenRequest{TokenURL: server + "/token", Username: "u", Password: "p", ClientID: "c", ClientSecret: "s"}
	c := newClient(t, server, append(changes, withGrant(grant))...)
	grant.RefreshToken = "r"
	for _, err := range []error{
		second(c.GetApplication(t.Context(), "0oa1", true)),
		second(c.CreateApplication(t.Context(), newApplication)),
		second(newClient(t, server, append(changes, withGrant(grant))...).AccessToken(t.Context(), 0)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := map[string][]string{
		"GET /identity/api/applications/0oa1?includeSecret=true ": {
			"Accept", "Accept-Encoding", "Authorization", "Correlationid", "User-Agent", "X-Lusid-Application",
		},
		"POST /identity/api/applications ": {
			"Accept", "Accept-Encoding", "Authorization", "Content-Length", "Content-Type", "Correlationid", "User-Agent", "X-Lusid-Application",
		},
		"POST /token password": {
			"Accept-Encoding", "Content-Length", "Content-Type", "Correlationid", "User-Agent", "X-Lusid-Application",
			"client_id=c", "client_secret=s", "grant_type=password", "password=p", "scope=openid client groups offline_access", "username=u",
		},
		"POST /token refresh_token": {
			"Accept-Encoding", "Authorization", "Content-Length", "Content-Type", "Correlationid", "User-Agent", "X-Lusid-Application",
			"grant_type=refresh_token", "refresh_token=r",
		},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("headers and form fields (-want +got):\n%s", diff)
	}
}

func TestHeaders_unset(t *testing.T) {
	t.Parallel()
	c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"X-LUSID-Application", "CorrelationId", "Content-Type"} {
			if values, ok := r.Header[http.CanonicalHeaderKey(name)]; ok {
				t.Errorf("got the header %s: %q, want none", name, values)
			}
		}
		if got := r.Header.Get("Authorization"); got != "Bearer "+staticToken {
			t.Errorf("got the Authorization %q, want the static token", got)
		}
		if got := r.Header.Get("Accept"); got != "application/json" {
			t.Errorf("got the Accept %q, want application/json", got)
		}
		jsonReply(200, `{"id":"00u1"}`)(w, r)
	}))
	if _, err := c.GetUserInfo(t.Context()); err != nil {
		t.Error(err)
	}
}

// logged is a logger that records the client's entries.
type logged struct {
	mu      sync.Mutex
	entries []map[string]any
}

func (l *logged) log(_ context.Context, message string, fields map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fields["message"] = message
	l.entries = append(l.entries, fields)
}

// only returns the entries, reduced to some of their fields.
func (l *logged) only(names ...string) []map[string]any {
	var all []map[string]any
	for _, entry := range l.entries {
		some := map[string]any{}
		for _, name := range names {
			if value, ok := entry[name]; ok {
				some[name] = value
			}
		}
		all = append(all, some)
	}
	return all
}

func TestLog(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	domain.InjectFault(mockserver.Fault{Operation: "token:password", Status: 429, RetryAfter: "0"})
	domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Truncate: true})
	domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: 503, RetryAfter: "0"})
	var log logged
	c := domain.client(t, withGrant(domain.grant()), withRetries(5), func(c *client.Config) { c.Log = log.log })
	if _, err := c.GetUserInfo(t.Context()); err != nil {
		t.Fatal(err)
	}
	const answered, failed = "LUSID request answered", "LUSID request failed"
	want := []map[string]any{
		{"message": answered, "operation": client.OperationToken, "attempt": 1, "status": 429, "method": "POST", "Retry-After": "0"},
		{"message": answered, "operation": client.OperationToken, "attempt": 2, "status": 200, "method": "POST"},
		{"message": failed, "operation": "identity.GetUserInfo", "attempt": 1},
		{"message": answered, "operation": "identity.GetUserInfo", "attempt": 2, "status": 503, "method": "GET", "Retry-After": "0"},
		{"message": answered, "operation": "identity.GetUserInfo", "attempt": 3, "status": 200, "method": "GET"},
	}
	if diff := cmp.Diff(want, log.only("message", "operation", "attempt", "status", "method", "Retry-After")); diff != "" {
		t.Errorf("log entries (-want +got):\n%s", diff)
	}
	last := log.entries[len(log.entries)-1]
	requests := domain.Requests()
	if last["path"] != "/identity/api/me" || last["host"] != strings.TrimPrefix(domain.url, "http://") ||
		last["lusid-meta-requestid"] != requests[len(requests)-1].RequestID {
		t.Errorf("got the last entry %v, want the path, the host and the request id", last)
	}
	if _, ok := last["duration_ms"].(int64); !ok {
		t.Errorf("got the duration %v, want an int64", last["duration_ms"])
	}
}

func TestLog_holdsNoSecret(t *testing.T) {
	t.Parallel()
	// The server repeats the whole request in headers and bodies, with success and error statuses.
	for _, status := range []int{200, 302, 400, 403, 404, 429, 500, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				for name, values := range r.Header {
					w.Header()["X-"+name] = values
				}
				w.Header().Set("Retry-After", "0")
				w.Header().Set("Location", "http://127.0.0.1:1/canary")
				w.Header().Set("Set-Cookie", "session=canary")
				if r.URL.Path == "/token" && r.Header.Get("Refuse") == "" && status == 403 {
					jsonReply(200, `{"access_token":"canary-access","refresh_token":"canary-refresh","id_token":"canary-id"}`)(w, r)
					return
				}
				jsonReply(status, fmt.Sprintf(`{"id":"x","secret":"canary","detail":%q,"title":%q}`, body, r.Header.Get("Authorization")))(w, r)
			})
			var log logged
			setLog := func(c *client.Config) { c.Log = log.log }
			grant := client.TokenRequest{
				TokenURL: server + "/token", Username: "u", Password: "canary+&pass",
				ClientID: "c", ClientSecret: "canary-secret", RefreshToken: "canary-refresh",
			}
			clients := []caller{
				newClient(t, server, withToken("canary-token"), withRetries(1), setLog),
				newClient(t, server, withGrant(grant), withRetries(1), setLog),
			}
			grant.RefreshToken = ""
			clients = append(clients, newClient(t, server, withGrant(grant), withRetries(1), setLog))
			for _, c := range clients {
				_, err := c.GetApplication(t.Context(), "0oa1", true)
				wantNoSecrets(t, "the error of a read", fmt.Sprint(err), "canary")
				_, err = c.CreateApplication(t.Context(), newApplication)
				wantNoSecrets(t, "the error of a change", fmt.Sprint(err), "canary")
				_, err = c.AccessToken(t.Context(), 0)
				wantNoSecrets(t, "the error of a sign-in", fmt.Sprint(err), "canary")
			}
			if len(log.entries) == 0 {
				t.Error("nothing was logged")
			}
			wantNoSecrets(t, "the log", fmt.Sprintf("%#v", log.entries), "canary")
		})
	}
}
