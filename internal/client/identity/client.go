// Package identity has the operations of LUSID's Identity API, its wire types, and its error codes for objects
// that do not exist.
//
// Methods have LUSID's operation names, and types have the names of LUSID's schemas. If LUSID refuses a request
// or an object does not exist, the error is a [*client.Error].
package identity

import (
	"fmt"
	"io"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// Client calls the Identity API of one LUSID domain. It is safe for concurrent use.
type Client struct{ api *client.API }

// New returns the Identity API of the client's domain.
func New(c *client.Client) *Client {
	return &Client{c.API("identity", "identity/api",
		codeAPIKeyNotFound, codeUserNotFound, codeUserIsDeleted, codeRoleNotFound, codeApplicationNotFound)}
}

// Format prints the client without its secrets.
func (*Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "identity.Client") }
