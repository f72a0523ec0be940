package client_test

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// Frames and error codes of HTTP/2.
//
// Source: RFC 9113 sections 6 and 7.
const (
	frameReset    = 0x3
	frameSettings = 0x4
	frameGoAway   = 0x7

	codeNoError       = 0x0
	codeProtocolError = 0x1
	codeInternalError = 0x2
	codeRefusedStream = 0x7
)

// frame encodes an HTTP/2 frame whose payload is numbers.
func frame(kind byte, stream uint32, payload ...uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{0, 0, byte(4 * len(payload)), kind, 0}, stream)
	for _, number := range payload {
		b = binary.BigEndian.AppendUint32(b, number)
	}
	return b
}

// wire is the server's end of a connection.
type wire struct{ conn net.Conn }

// send writes a frame next to the frames that the server itself writes.
func (w wire) send(frame []byte) { _, _ = w.conn.Write(frame) }

// reset aborts the current request. Only the client knows the odd number of its stream, so reset sends a
// frame for each. The client ignores frames for streams that it doesn't have.
func (w wire) reset(code uint32) {
	for stream := uint32(1); stream < 20; stream += 2 {
		w.send(frame(frameReset, stream, code))
	}
}

// close closes the connection without a response.
func (w wire) close() {
	if overTLS, ok := w.conn.(*tls.Conn); ok {
		_ = overTLS.NetConn().Close()
		return
	}
	_ = w.conn.Close()
}

// breakingServer responds to the first request. It processes every later request and then breaks the
// connection. It counts the requests by method.
type breakingServer struct {
	url, authority string

	mu     sync.Mutex
	counts map[string]int
}

type wireKey struct{}

func newBreakingServer(t *testing.T, isHTTP2 bool, breakOff func(wire)) *breakingServer {
	t.Helper()
	s := &breakingServer{counts: map[string]int{}}
	var isBroken atomic.Bool
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wire, ok := r.Context().Value(wireKey{}).(wire)
		if want := map[bool]int{true: 2, false: 1}[isHTTP2]; !ok || r.ProtoMajor != want {
			t.Errorf("got %s, want HTTP/%d", r.Proto, want)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if !isBroken.Swap(true) {
			jsonReply(200, `{"id":"caller"}`)(w, r)
			return
		}
		s.mu.Lock()
		s.counts[r.Method]++
		s.mu.Unlock()
		breakOff(wire)
		panic(http.ErrAbortHandler)
	}))
	server.EnableHTTP2 = isHTTP2
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, wireKey{}, wire{conn})
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	s.url = server.URL
	s.authority = authorityFile(t, server)
	return s
}

// authorityFile writes the certificate of a server to a file.
func authorityFile(t *testing.T, server *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func withAuthority(path string) func(*client.Config) {
	return func(config *client.Config) { config.CACertificateFile = path }
}

// Only the retry policy may send a request again. If net/http resent a POST, LUSID would create a second
// object that the provider doesn't know.
func TestWire_sentOncePerAttempt(t *testing.T) {
	t.Parallel()
	faults := map[string]func(wire){
		"PROTOCOL_ERROR": func(w wire) { w.reset(codeProtocolError) },
		"INTERNAL_ERROR": func(w wire) { w.reset(codeInternalError) },
		"REFUSED_STREAM": func(w wire) { w.reset(codeRefusedStream) },
		// The frame says that the server processed no stream.
		"GOAWAY": func(w wire) { w.send(frame(frameGoAway, 0, 0, codeNoError)) },
		"closed": wire.close,
	}
	requests := map[string]struct {
		method string
		// attempts is the number of attempts that the retry policy makes with one retry.
		attempts int
		send     func(context.Context, caller, string) error
	}{
		"POST with a body": {http.MethodPost, 1, func(ctx context.Context, c caller, _ string) error {
			return second(c.CreateApplication(ctx, newApplication))
		}},
		"POST without a body": {http.MethodPost, 1, func(ctx context.Context, c caller, _ string) error {
			return second(c.RotateApplicationSecrets(ctx, "0oa1"))
		}},
		"PUT of a version": {http.MethodPut, 1, func(ctx context.Context, c caller, _ string) error {
			return second(c.UpdateMcpTool(ctx, identity.ResourceID{Scope: "s", Code: "c"}, identity.UpsertMcpToolRequest{}))
		}},
		"PUT": {http.MethodPut, 2, func(ctx context.Context, c caller, _ string) error {
			return second(c.UpdateRole(ctx, "r1", identity.UpdateRoleRequest{}))
		}},
		"DELETE": {http.MethodDelete, 2, func(ctx context.Context, c caller, _ string) error {
			return c.DeleteRole(ctx, "r1")
		}},
		"GET": {http.MethodGet, 2, func(ctx context.Context, c caller, _ string) error {
			return second(c.GetRole(ctx, "r1"))
		}},
		"token request": {http.MethodPost, 2, func(ctx context.Context, c caller, url string) error {
			return second(c.RequestToken(ctx, client.TokenRequest{
				TokenURL:     url + "/token",
				Username:     "u",
				Password:     "pass",
				ClientID:     "c",
				ClientSecret: "secret",
			}))
		}},
	}
	for protocol, isHTTP2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		for fault, breakOff := range faults {
			if !isHTTP2 && fault != "closed" {
				continue
			}
			for name, request := range requests {
				t.Run(protocol+"/"+fault+"/"+name, func(t *testing.T) {
					t.Parallel()
					server := newBreakingServer(t, isHTTP2, breakOff)
					c := newClient(t, server.url, withAuthority(server.authority), withRetries(1), func(config *client.Config) {
						config.RequestTimeout = 20 * time.Second
					})
					// net/http resends more requests on a connection that it has used before.
					if _, err := c.GetUserInfo(t.Context()); err != nil {
						t.Fatal(err)
					}
					err := request.send(t.Context(), c, server.url)
					if err == nil {
						t.Fatal("the request succeeded, want an error, because the server broke the connection")
					}
					if got := client.IsOutcomeUnknown(err); got != (request.attempts == 1) {
						t.Errorf("IsOutcomeUnknown is %v for the error %v", got, err)
					}
					server.mu.Lock()
					defer server.mu.Unlock()
					got := server.counts[request.method]
					// Over HTTP/1.1, net/http may resend a GET on a connection that the server had
					// closed.
					if got != request.attempts && (isHTTP2 || request.method != http.MethodGet || got > request.attempts+1) {
						t.Errorf("got %d requests, want %d: %v", got, request.attempts, err)
					}
				})
			}
		}
	}
}

// If a server closes every connection at once, the client must stop connecting after a while.
func TestWire_connectionsAreBounded(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(nil)
	t.Cleanup(server.Close)
	synctest.Test(t, func(t *testing.T) {
		var connections atomic.Int32
		transport := &http.Transport{
			ForceAttemptHTTP2: true,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				if connections.Add(1) > 100 {
					return nil, errors.New("the test has seen enough connections")
				}
				ours, theirs := net.Pipe()
				t.Cleanup(func() { _ = theirs.Close() })
				go func() {
					conn := tls.Server(theirs, &tls.Config{
						Certificates: server.TLS.Certificates,
						NextProtos:   []string{"h2"},
						MinVersion:   tls.VersionTLS12,
					})
					_, _ = conn.Read(make([]byte, 1))
					_, _ = conn.Write(append(frame(frameSettings, 0), frame(frameGoAway, 0, 0, codeNoError)...))
					_, _ = io.Copy(io.Discard, conn)
				}()
				return ours, nil
			},
		}
		c := newClient(t, inMemoryURL, withRetries(0))
		c.SetTransport(client.Once(transport))
		// The client processes the GOAWAY before it writes the request.
		ctx := httptrace.WithClientTrace(t.Context(),
			&httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { time.Sleep(time.Millisecond) }})
		if err := second(c.GetUserInfo(ctx)); err == nil || !strings.Contains(err.Error(), "the server closed every connection") {
			t.Errorf("got %v, want an error that the server closed every connection", err)
		}
		if got := connections.Load(); got < 2 || got > 40 {
			t.Errorf("got %d connections, want 2 to 40", got)
		}
	})
}

// A redirect would send the request again, and the server may already have processed it.
func TestWire_changeIsNotRedirected(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		for name, send := range map[string]func(context.Context, caller) error{
			"with a body": func(ctx context.Context, c caller) error {
				return second(c.CreateApplication(ctx, newApplication))
			},
			"without a body": func(ctx context.Context, c caller) error {
				return second(c.RotateApplicationSecrets(ctx, "0oa1"))
			},
			"a version": func(ctx context.Context, c caller) error {
				return second(c.UpdateMcpTool(ctx, identity.ResourceID{Scope: "s", Code: "c"}, identity.UpsertMcpToolRequest{}))
			},
		} {
			t.Run(http.StatusText(status)+"/"+name, func(t *testing.T) {
				t.Parallel()
				var requests atomic.Int32
				c := newClient(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
					requests.Add(1)
					http.Redirect(w, r, r.URL.Path, status)
				}), withRetries(5))
				err := send(t.Context(), c)
				if err == nil || !strings.Contains(err.Error(), "refused to follow a redirect of 127.0.0.1") {
					t.Errorf("got %v, want a refused redirect", err)
				}
				// The server that redirects may have processed the request.
				if !client.IsOutcomeUnknown(err) {
					t.Errorf("got %v, want an error with an unknown outcome", err)
				}
				if got := requests.Load(); got != 1 {
					t.Errorf("got %d requests, want 1", got)
				}
			})
		}
	}
}

// Some gateways refuse a read with a body, and some refuse a body without a length.
func TestWire_noBody(t *testing.T) {
	t.Parallel()
	for _, isHTTP2 := range []bool{false, true} {
		bodies := make(chan string, 3)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
				bodies <- r.Proto + " " + r.Method
			}
		}))
		server.EnableHTTP2 = isHTTP2
		server.StartTLS()
		t.Cleanup(server.Close)
		c := newClient(t, server.URL, withAuthority(authorityFile(t, server)))
		_, _ = c.GetUserInfo(t.Context())
		_ = c.DeleteRole(t.Context(), "r1")
		_, _ = c.RotateApplicationSecrets(t.Context(), "0oa1")
		close(bodies)
		for request := range bodies {
			t.Errorf("%s has a body, want none", request)
		}
	}
}

// A retry would meet the same old TLS version, so the client doesn't retry.
func TestWire_oldTLS(t *testing.T) {
	t.Parallel()
	for name, authority := range map[string]bool{"with its certificate": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
			var connections atomic.Int32
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					connections.Add(1)
				}
			}
			server.StartTLS()
			t.Cleanup(server.Close)
			change := func(*client.Config) {}
			if authority {
				change = withAuthority(authorityFile(t, server))
			}
			c := newClient(t, server.URL, change, withRetries(5))
			for _, err := range []error{
				second(c.GetUserInfo(t.Context())),
				second(c.CreateApplication(t.Context(), newApplication)),
			} {
				if err == nil || !strings.Contains(err.Error(), "the TLS handshake failed") || client.IsOutcomeUnknown(err) {
					t.Errorf("got %v, want a failed TLS handshake with a known outcome", err)
				}
			}
			if got := connections.Load(); got != 2 {
				t.Errorf("got %d connections for two requests, want 2", got)
			}
		})
	}
}

// A retry would meet the same server without TLS, so the client doesn't retry.
func TestWire_noTLS(t *testing.T) {
	t.Parallel()
	var attempts atomic.Int32
	c := newClient(t, "https://"+serve(t, http.NotFound)[len("http://"):], withRetries(5), func(config *client.Config) {
		config.Log = func(context.Context, string, map[string]any) { attempts.Add(1) }
	})
	if _, err := c.GetUserInfo(t.Context()); !errors.Is(err, http.ErrSchemeMismatch) {
		t.Errorf("got %v, want http.ErrSchemeMismatch", err)
	}
	if got := attempts.Load(); got != 1 {
		t.Errorf("got %d attempts, want 1", got)
	}
}
