// Package identity is LUSID's Identity API: its operations, its wire types, and the error codes by which it
// says that an object does not exist.
//
// Methods have LUSID's operation names, and types have the names of LUSID's schemas. A refusal is a
// [*client.Error], and so is an object that does not exist.
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

// Format prints the client without the secrets it holds.
func (*Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "identity.Client") }
