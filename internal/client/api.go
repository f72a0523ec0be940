package client

import (
	"fmt"
	"net/url"
)

// API is one of LUSID's APIs. All APIs of a client share its token, its retry policy, its pause after a 429,
// its headers and its snapshots.
type API struct {
	client *Client
	name   string
	base   *url.URL
	// notFound are all error codes of the API that mean that an object does not exist.
	notFound []int
}

// API returns an API of the domain. The name, such as "identity", is the prefix of every operation name in
// errors and logs. The path, such as "identity/api", is the prefix of the path of every request.
//
// The codes are all error codes of the API that mean that an object does not exist. A 404 with one of them
// comes from LUSID. Any other 404 may come from a gateway: see [Listed].
func (c *Client) API(name, path string, notFound ...int) *API {
	return &API{client: c, name: name, base: c.base.JoinPath(path), notFound: notFound}
}

// Format prints the API without the secrets of its client.
func (*API) Format(f fmt.State, _ rune) { conceal(f, "API") }
