package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// defaultScope is the scope in which LUSID creates roles.
const defaultScope = "default"

// roleByImportID finds a role by its id or, if the text has a slash, by scope and code.
func (c *connection) roleByImportID(ctx context.Context, text string) (*identity.RoleResponse, error) {
	scope, code, ok := strings.Cut(text, "/")
	if ok {
		return c.roleByCode(ctx, identity.ResourceID{Scope: scope, Code: code})
	}
	if !idPattern.MatchString(text) {
		return nil, errors.New("an id has 1 to 64 letters, digits, hyphens and underscores; a role may also be named as scope/code, such as default/traders")
	}
	return c.identity.GetRole(ctx, text)
}

// roleByCode searches the list if LUSID's look-up does not accept the code. A role's name may have a
// space, a plus sign, and more than 64 characters.
func (c *connection) roleByCode(ctx context.Context, id identity.ResourceID) (*identity.RoleResponse, error) {
	if idPattern.MatchString(id.Code) && idPattern.MatchString(id.Scope) {
		return c.identity.GetRoleByCode(ctx, id)
	}
	roles, err := c.identity.ListRoles(ctx)
	for i := range roles {
		if roles[i].RoleID == id {
			return &roles[i], nil
		}
	}
	if err != nil {
		return nil, err
	}
	return nil, errors.New("no role of the domain has this scope and code; the data source lusid_roles lists them")
}

// roleByCodeAlone finds the only role that has the code, in any scope, because LUSID's own roles have
// a different scope from a domain's roles.
func (c *connection) roleByCodeAlone(ctx context.Context, code string) (*identity.RoleResponse, error) {
	roles, err := c.identity.ListRoles(ctx)
	if err != nil {
		return nil, err
	}
	var found *identity.RoleResponse
	for i := range roles {
		switch {
		case roles[i].RoleID.Code != code:
		case found != nil:
			return nil, fmt.Errorf("roles in several scopes have it, for example in %s and %s: give the scope too",
				found.RoleID.Scope, roles[i].RoleID.Scope)
		default:
			found = &roles[i]
		}
	}
	if found == nil {
		return nil, errors.New("no role of the domain has it; the data source lusid_roles lists them")
	}
	return found, nil
}
