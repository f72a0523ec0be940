package mockserver

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
)

// checkHost returns a *problem if the host of the request is neither a loopback address nor one of the configured
// hosts. Without this check, a web page could point its own host name at 127.0.0.1 and
// read the credentials from the control API (DNS rebinding).
func (s *Server) checkHost(r *http.Request) error {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	if ip != nil && ip.IsLoopback() || slices.ContainsFunc(append([]string{"localhost"}, s.options.Hosts...), func(known string) bool {
		return strings.EqualFold(known, host)
	}) {
		return nil
	}
	return &problem{
		status: http.StatusMisdirectedRequest, code: codeUnknown,
		detail: fmt.Sprintf("lusid-mock only responds to requests for loopback addresses and for its configured hosts. %q is neither.", host),
	}
}

// baseURL returns the scheme and the host of a request.
func baseURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// sameOrigin refuses requests that a browser sends for a page of another origin. Browsers add the header Origin to each
// request that could read the response or change something.
func sameOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin != "" && origin != baseURL(r) {
			message := fmt.Sprintf("the control API refuses requests from web pages of another origin, such as %q", origin)
			jsonAnswer(http.StatusForbidden, map[string]string{"error": message}).write(w, false)
			return
		}
		next.ServeHTTP(w, r)
	})
}
