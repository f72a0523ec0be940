package client

import "net/http"

// The tests use these beside the exported API: the pure functions of the retry policy, and a way to respond
// in memory, because synctest can't control sockets.
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

// Once returns the transport that sends a request at most once.
func Once(transport *http.Transport) http.RoundTripper { return once{transport} }
