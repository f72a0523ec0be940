// Package access has the operations of LUSID's Access API, its wire types, and its error codes for objects
// that do not exist.
//
// Methods have LUSID's operation names, and types have the names of LUSID's schemas. If LUSID refuses a
// request or an object does not exist, the error is a [*client.Error].
package access

import (
	"fmt"
	"io"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// LUSID's error codes for objects that do not exist. There is no code for a role.
const (
	codePolicyCollectionNotFound = 604
	codePolicyNotFound           = 772
	codePolicyTemplateNotFound   = 878
	codeTargetUserNotFound       = 616
)

// LUSID's error codes for a code that another object has. LUSID does not document their status.
//
// Unverified: access/policy-duplicate, access/policy-collection-duplicate, access/role-duplicate.
// Unverified: access/policy-template-duplicate, access/user-role-duplicate.
const (
	codePolicyCollectionExists = 612
	codePolicyExists           = 613
	codeRoleExists             = 615
	codePolicyTemplateExists   = 877
)

// DefaultScope is the scope in which LUSID creates objects. Other scopes contain LUSID's own objects.
const DefaultScope = "default"

// Client calls the Access API of one LUSID domain. It is safe for concurrent use.
type Client struct {
	api *client.API
	// services are the APIs that list the objects that policies can refer to, by the names in [Services].
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

// Format prints the client without its secrets.
func (*Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "access.Client") }

// IsTaken reports whether LUSID refused a create because an object with the code exists.
func IsTaken(err error) bool {
	return client.HasCode(err, codePolicyCollectionExists) || client.HasCode(err, codePolicyExists) ||
		client.HasCode(err, codeRoleExists) || client.HasCode(err, codePolicyTemplateExists)
}
