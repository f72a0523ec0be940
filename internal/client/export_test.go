package client

import "net/http"

// What tests see beside the exported API: the pure functions of the retry policy, and a way to
// answer in memory, since synctest cannot drive sockets.
var (
	ShouldRetry     = shouldRetry
	Backoff         = backoff
	ParseRetryAfter = parseRetryAfter
)

const (
	MinBackoff    = minBackoff
	MaxBackoff    = maxBackoff
	MaxRetryAfter = maxRetryAfter
	MaxBody       = maxBody
)

// SetTransport replaces the transport of API and token requests.
func (c *Client) SetTransport(transport http.RoundTripper) { c.http.HTTPClient.Transport = transport }

// Once returns the transport that writes a request once.
func Once(transport *http.Transport) http.RoundTripper { return once{transport} }
