package client

import (
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// ParseAPIURL returns the base URL of a LUSID domain. It accepts the URL of the domain, of one of its services
// such as /identity, /api or /identity/api, and of a page of the web app, with or without a trailing slash.
// The result has no trailing slash. It keeps a path in front of those endings, which a gateway may have.
//
// Its errors never repeat the URL, because the URL may contain a password.
func ParseAPIURL(raw string) (*url.URL, error) {
	u, err := parseEndpoint(webAppState.ReplaceAllString(raw, "$1"))
	if err != nil {
		return nil, err
	}
	u.Path, u.RawPath = basePath(u.Path), ""
	return u, nil
}

// basePath returns the part of a path in front of a service or of a page of the web app.
func basePath(path string) string {
	base := apiEnding.ReplaceAllString(serviceEnding.ReplaceAllString(path, ""), "")
	// The prefix of a gateway may contain /app too. The web app has pages with the names of services.
	isService := base != strings.TrimRight(path, "/")
	isServicePage := strings.HasSuffix(base, "/app") && serviceEnding.MatchString(path)
	if isService && !isServicePage {
		return base
	}
	return apiEnding.ReplaceAllString(webAppPage.ReplaceAllString(path, ""), "")
}

var (
	// serviceEnding matches once. A gateway's prefix may have the name of another service. Existing states
	// have the prefix in the name of the domain.
	serviceEnding = regexp.MustCompile(`/+(access|configuration|drive|honeycomb|horizon|insights|notification|scheduler2|workflow)(/+api)?/*$`)
	// apiEnding matches repeatedly, as in earlier versions: no base URL ends in /identity or /api.
	apiEnding = regexp.MustCompile(`(/+(identity|api)|/)+$`)
	// webAppPage is the path of a page. webAppState is the URL of a page with the query and fragment of a browser.
	webAppPage     = regexp.MustCompile(`(?s)/app(/.*)?$`)
	webAppState    = regexp.MustCompile(`(?s)^(\s*[A-Za-z]+://[^/?#]+[^?#]*?/app(?:/[^?#]*)?)[?#].*$`)
	oktaIssuerPath = regexp.MustCompile(`/oauth2/[^/]+$`)
)

// ParseTokenURL returns the OAuth token URL. It accepts a token URL, and an issuer, which is an Okta URL that
// ends in /oauth2/<id>, without /v1/token.
//
// Its errors never repeat the URL, because the URL may contain a password.
func ParseTokenURL(raw string) (*url.URL, error) {
	u, err := parseEndpoint(raw)
	if err != nil {
		return nil, err
	}
	path := strings.TrimRight(u.Path, "/")
	if oktaIssuerPath.MatchString(path) {
		path += "/v1/token"
	}
	u.Path, u.RawPath = path, ""
	return u, nil
}

// parseEndpoint accepts https URLs, and http URLs of a loopback address. It refuses parts that no LUSID URL has
// and that may contain a secret, because errors and logs show the URL.
func parseEndpoint(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil && strings.Contains(raw, "://") {
		return nil, errors.New("it is not a valid URL")
	}
	if err != nil {
		return nil, errNoScheme
	}
	u.Host = strings.ToLower(u.Host)
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errNoScheme
	case u.Hostname() == "":
		return nil, errors.New("it has no host")
	case strings.ContainsAny(u.Host+u.Path, "<>"):
		return nil, errors.New("it still contains a placeholder in angle brackets")
	case u.User != nil:
		return nil, errors.New("it must not contain a user name or password")
	case u.RawQuery != "":
		return nil, errors.New("it must not have a query (?...)")
	case u.Fragment != "":
		return nil, errors.New("it must not have a fragment (#...)")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, errors.New("its scheme is http, which would send credentials in clear text: " +
			"use https (http is accepted for a loopback address only)")
	}
	if port := u.Port(); port == "" || port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	u.ForceQuery = false
	return u, nil
}

var errNoScheme = errors.New("it must begin with https://")

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// DomainOf returns the name of the LUSID domain of a base URL from ParseAPIURL: its host, and the path if a
// gateway serves several domains.
func DomainOf(base *url.URL) string { return base.Host + base.Path }
