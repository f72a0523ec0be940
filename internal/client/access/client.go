// Package access is LUSID's Access API: its operations, its wire types, and the error codes by which it says
// that an object does not exist.
//
// Methods have LUSID's operation names, and types have the names of LUSID's schemas. A refusal is a
// [*client.Error], and so is an object that does not exist.
package access

import (
	"fmt"
	"io"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// Error codes by which LUSID says that an object does not exist. There is none for a role.
const (
	codePolicyCollectionNotFound = 604
	codePolicyNotFound           = 772
	codePolicyTemplateNotFound   = 878
	codeTargetUserNotFound       = 616
)

// Error codes by which LUSID says that a code is taken. They have no status of their own.
const (
	codePolicyCollectionExists = 612
	codePolicyExists           = 613
	codeRoleExists             = 615
	codePolicyTemplateExists   = 877
)

// DefaultScope is where LUSID creates objects. Other scopes have what comes with LUSID.
const DefaultScope = "default"

// Client calls the Access API of one LUSID domain. It is safe for concurrent use.
type Client struct {
	api *client.API
	// services are the APIs that say what policies can refer to, by the names in [Services].
	services map[string]*client.API
}

// New returns the Access API of the client's domain.
func New(c *client.Client) *Client {
	api := c.API("access", "access/api",
		codePolicyCollectionNotFound, codePolicyNotFound, codePolicyTemplateNotFound, codeTargetUserNotFound)
	return &Client{api, map[string]*client.API{
		"access":   api,
		"identity": c.API("identity", "identity/api"),
		"lusid":    c.API("lusid", "api/api"),
	}}
}

// Format prints the client without the secrets it holds.
func (*Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "access.Client") }

// IsTaken reports that LUSID refused a create because an object with that code exists.
func IsTaken(err error) bool {
	return client.HasCode(err, codePolicyCollectionExists) || client.HasCode(err, codePolicyExists) ||
		client.HasCode(err, codeRoleExists) || client.HasCode(err, codePolicyTemplateExists)
}
