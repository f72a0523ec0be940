// Package client calls the APIs of a LUSID domain. It signs in, sends requests, retries them, and returns an
// [*Error] if LUSID refuses one. It knows no operation of any API.
//
// Each API has a package, such as identity. The package creates an [API] with [Client.API]. Each operation
// in the package creates a [Request] and passes it to [Do], [DoList] or [DoNoContent]:
//
//	func (c *Client) GetRole(ctx context.Context, id string) (*RoleResponse, error) {
//		return client.Do[RoleResponse](ctx, c.api.Get("GetRole", "roles", id).On(c.role(id)))
//	}
//
// The object of a request ([Listed], [Unlisted], [Singleton]) decides whether [IsNotFound] is true for an
// error. A [Kind] is for reads of many objects: [Refresh] and [RefreshList] serve them from few lists.
package client

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	// DefaultRequestTimeout limits one request, including reading the body of the response.
	DefaultRequestTimeout = time.Minute
	// DefaultMaxRetries is how often the client retries a request.
	DefaultMaxRetries = 5
)

// LogFunc receives the client's messages about requests, with every secret masked.
type LogFunc func(ctx context.Context, message string, fields map[string]any)

// Config configures a client. Only APIURL and one way to sign in are required.
type Config struct {
	// APIURL is any URL that ParseAPIURL accepts.
	APIURL string
	// SignIn is the credential.
	SignIn SignIn
	// ApplicationName is sent as X-LUSID-Application, for LUSID's own statistics.
	ApplicationName string
	// CorrelationID is sent with every request, so that LUSID's support can find the requests.
	CorrelationID string
	// UserAgent names the program and its version.
	UserAgent string
	// Proxy is the proxy for every request, without a user name and password. If it is nil, HTTPS_PROXY
	// and NO_PROXY decide.
	Proxy *url.URL
	// ProxyUsername and ProxyPassword are sent to the proxy if ProxyUsername is set.
	ProxyUsername string
	ProxyPassword Secret
	// CACertificateFile is a file of PEM certificates. The client trusts them in addition to the system's.
	CACertificateFile string
	// RequestTimeout limits one attempt of a request. Zero means DefaultRequestTimeout.
	RequestTimeout time.Duration
	// MaxRetries is how often the client retries a request. Zero means never.
	MaxRetries int
	// Log receives one message per attempt. Nil means no log.
	Log LogFunc
}

// Client calls the APIs of one LUSID domain. It is safe for concurrent use.
type Client struct {
	config Config
	base   *url.URL
	http   *retryablehttp.Client
	signIn tokenSource
	// mask knows the secrets of the configuration, and those that the client received since.
	mask mask
	// passwords are the passwords that were sent to a token endpoint.
	passwords passwords
	// snapshots serve Refresh, RefreshList and Listed.
	snapshots snapshots
}

// New checks the configuration and returns a client. It sends nothing.
func New(config Config) (*Client, error) {
	base, err := ParseAPIURL(config.APIURL)
	if err != nil {
		return nil, errors.New("the API URL cannot be used: " + err.Error())
	}
	for name, value := range map[string]string{
		"application name": config.ApplicationName,
		"correlation id":   config.CorrelationID,
		"user agent":       config.UserAgent,
	} {
		if strings.ContainsFunc(value, unicode.IsControl) {
			return nil, fmt.Errorf("the %s contains a line break or another control character", name)
		}
	}
	if config.RequestTimeout == 0 {
		config.RequestTimeout = DefaultRequestTimeout
	}
	c := &Client{config: config, base: base}
	transport, err := c.newTransport()
	if err != nil {
		return nil, err
	}
	c.http = c.newHTTPClient(transport)
	c.mask.learn(append(config.SignIn.secrets(), config.ProxyPassword)...)
	if c.signIn, err = newTokenSource(c, config.SignIn); err != nil {
		return nil, err
	}
	return c, nil
}

// Format prints the client without its secrets.
func (c *Client) Format(f fmt.State, _ rune) { conceal(f, "Client") }

// Domain returns the name of the LUSID domain: the host of the API URL, and the path if a gateway serves
// several domains.
func (c *Client) Domain() string { return DomainOf(c.base) }

// APIURL is the URL of the LUSID domain, without the path of a service and without a trailing slash.
func (c *Client) APIURL() string { return c.base.String() }

// CorrelationID returns the ID that the client sends with every request.
func (c *Client) CorrelationID() string { return c.config.CorrelationID }
