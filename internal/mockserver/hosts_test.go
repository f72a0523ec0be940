package mockserver_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// serve sends a request with any Host header, without a connection.
func serve(t *testing.T, s *mockserver.Server, method, path, host string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	r.Host = host
	r.Header.Set("Authorization", "Bearer "+s.Credentials().AccessToken)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	if strings.HasPrefix(header["Origin"], "https") {
		r.TLS = &tls.ConnectionState{}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestHosts(t *testing.T) {
	t.Parallel()
	s := mockserver.New(mockserver.Options{Hosts: []string{"acme.lusid.com", "192.168.1.5", "fd00::5"}})
	for host, status := range map[string]int{
		"127.0.0.1": http.StatusOK, "127.0.0.1:8080": http.StatusOK, "127.1.2.3:1": http.StatusOK,
		"localhost": http.StatusOK, "LocalHost:8080": http.StatusOK,
		"[::1]": http.StatusOK, "[::1]:8080": http.StatusOK, "[::ffff:127.0.0.1]:1": http.StatusOK,
		"acme.lusid.com": http.StatusOK, "ACME.lusid.com:443": http.StatusOK,
		"192.168.1.5:8080": http.StatusOK, "[fd00::5]:8080": http.StatusOK,

		"": http.StatusMisdirectedRequest, "attacker.example": http.StatusMisdirectedRequest, "attacker.example:8080": http.StatusMisdirectedRequest,
		"localhost.attacker.example": http.StatusMisdirectedRequest, "127.0.0.1.attacker.example:8080": http.StatusMisdirectedRequest,
		"other.lusid.com": http.StatusMisdirectedRequest, "192.168.1.6": http.StatusMisdirectedRequest, "0.0.0.0:8080": http.StatusMisdirectedRequest,
	} {
		for _, path := range []string{"/identity/api/me", "/_mock/credentials", "/api/instruments"} {
			w := serve(t, s, http.MethodGet, path, host, nil)
			if w.Code != status {
				t.Errorf("%s of %q: got status %d, want %d", path, host, w.Code, status)
			}
			if strings.Contains(w.Body.String(), s.Credentials().Password) && status != http.StatusOK {
				t.Errorf("%s of %q contains the password", path, host)
			}
		}
	}
	w := serve(t, s, http.MethodGet, "/identity/api/me", "attacker.example:8080", nil)
	if body := w.Body.String(); !strings.Contains(body, "lusid-mock only responds to") || !strings.Contains(body, "attacker.example") {
		t.Errorf("got the body %s, want one that names the accepted and the refused host", body)
	}
}

func TestControl_origin(t *testing.T) {
	t.Parallel()
	s := mockserver.New(mockserver.Options{})
	const host = "127.0.0.1:8080"
	for origin, allowed := range map[string]bool{
		"": true, "http://" + host: true, "https://" + host: true,
		"null": false, "http://attacker.example": false, "http://127.0.0.1": false, "http://127.0.0.1:3000": false,
		"http://localhost:8080": false, "http://127.0.0.1:8080.attacker.example": false,
	} {
		header := map[string]string{}
		if origin != "" {
			header["Origin"] = origin
		}
		for request, status := range map[[2]string]int{
			{http.MethodGet, "/_mock/credentials"}:       http.StatusOK,
			{http.MethodGet, "/_mock/requests"}:          http.StatusOK,
			{http.MethodDelete, "/_mock/requests"}:       http.StatusNoContent,
			{http.MethodPost, "/_mock/tokens/revoke"}:    http.StatusNoContent,
			{http.MethodOptions, "/_mock/tokens/revoke"}: http.StatusNotFound,
		} {
			want := status
			if !allowed {
				want = http.StatusForbidden
			}
			w := serve(t, s, request[0], request[1], host, header)
			if w.Code != want {
				t.Errorf("%s from %q: got status %d, want %d", request, origin, w.Code, want)
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s from %q: the response allows other origins to read it", request, origin)
			}
		}
		// The Identity API allows other origins, because SDKs run in browsers. It is safe, because it
		// needs a token that no page has.
		if w := serve(t, s, http.MethodGet, "/identity/api/me", host, header); w.Code != http.StatusOK {
			t.Errorf("GET /identity/api/me from %q: got status %d, want 200", origin, w.Code)
		}
	}
}
