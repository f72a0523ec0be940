package access

import (
	"cmp"
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// Services are the services that [Client.ListAccessControlledResources] supports, in alphabetical order.
var Services = []string{"access", "identity", "lusid"}

// ControlledResource is a kind of object that policies can refer to. In LUSID's contract it is
// AccessControlledResource.
type ControlledResource struct {
	// Application is a name such as LUSID. Application and Name are empty if LUSID does not return them.
	Application string             `json:"application"`
	Name        string             `json:"name"`
	Description string             `json:"description"`
	Actions     []ControlledAction `json:"actions"`
	// IdentifierParts are the parts that the identifier of an object may have.
	IdentifierParts []IdentifierPartSchema `json:"identifierParts"`
}

// ControlledAction is an action that policies can refer to. In LUSID's contract it is AccessControlledAction.
type ControlledAction struct {
	Description string   `json:"description"`
	Action      ActionID `json:"action"`
	// LimitedSet has the only identifiers that a selector with this action may use. Empty means any.
	LimitedSet []IDSelectorDefinition `json:"limitedSet"`
}

// IdentifierPartSchema is a part of an identifier, such as scope.
type IdentifierPartSchema struct {
	// Index is the usual position of the part.
	Index       int32  `json:"index"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
}

// MissingField implements [client.Checked].
func (r *ControlledResource) MissingField() string {
	if r.Actions == nil {
		return "actions"
	}
	return ""
}

// MissingElementField implements [client.CheckedElements].
func (r *ControlledResource) MissingElementField() string {
	return cmp.Or(
		client.MissingIn("actions", r.Actions, ControlledAction.missingField),
		client.MissingIn("identifierParts", r.IdentifierParts, func(part IdentifierPartSchema) string { return client.IfEmpty("name", part.Name) }),
	)
}

func (a ControlledAction) missingField() string {
	if a.Action.Activity == "" || a.Action.Entity == "" {
		return "action"
	}
	return client.MissingIn("limitedSet", a.LimitedSet, func(selector IDSelectorDefinition) string {
		if selector.Identifier == nil {
			return "identifier"
		}
		return ""
	})
}

// ListAccessControlledResources returns the objects of one of the [Services] that policies can refer to.
// Every service of LUSID has this operation, with the same response.
func (c *Client) ListAccessControlledResources(ctx context.Context, service string) ([]ControlledResource, error) {
	return client.DoPages[ControlledResource](ctx,
		c.services[service].Get("ListAccessControlledResources", "metadata", "access", "resources"))
}
