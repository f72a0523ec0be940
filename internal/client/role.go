package client

import (
	"context"
	"net/http"
	"net/url"
)

// ResourceID is LUSID's name of an object: a code, unique within its scope.
type ResourceID struct {
	Scope string `json:"scope"`
	Code  string `json:"code"`
}

// RoleResponse is a role of the Identity service. The Access service has a role of its own with
// the same code, which carries the policies.
type RoleResponse struct {
	// ID is the system's; paths take it.
	ID string `json:"id"`
	// Name is immutable, and becomes the code.
	Name        string     `json:"name"`
	Description string     `json:"description"`
	RoleID      ResourceID `json:"roleId"`
	// Source tells the origin of the role, such as LusidUser.
	Source string `json:"source"`
	// SAMLName is what an identity provider calls the role by. Empty where LUSID does not say.
	SAMLName string `json:"samlName"`
}

func (r *RoleResponse) missing() string {
	switch {
	case r.ID == "":
		return "id"
	case r.Name == "":
		return "name"
	case r.RoleID.Code == "":
		return "roleId.code"
	}
	return ""
}

// CreateRoleRequest describes a new role.
type CreateRoleRequest struct {
	// Name has 3 to 101 letters, digits, hyphens, underscores, spaces and plus signs, and begins
	// with a letter. It is unique in the domain.
	Name string `json:"name"`
	// Description has 1024 characters at most.
	Description string `json:"description,omitempty"`
}

// UpdateRoleRequest is the whole of what can change of a role.
type UpdateRoleRequest struct {
	Description string `json:"description"`
}

// ListRoles returns every role of the domain.
func (c *Client) ListRoles(ctx context.Context) ([]RoleResponse, error) {
	return doList[RoleResponse](ctx, c, request{operation: "ListRoles", method: http.MethodGet, path: []string{"roles"}})
}

// GetRole reads a role by its id.
func (c *Client) GetRole(ctx context.Context, id string) (*RoleResponse, error) {
	return do[RoleResponse](ctx, c, request{operation: "GetRole", method: http.MethodGet, path: []string{"roles", id}, gone: []int{codeRoleNotFound}, listed: c.listedRole(id)})
}

// RefreshRole is GetRole for one of many: it may answer from a list, with a role that accepts
// knows.
func (c *Client) RefreshRole(ctx context.Context, id string, accepts func(*RoleResponse) bool) (*RoleResponse, error) {
	return refresh(ctx, &c.snapshots, c.roles(),
		func(role *RoleResponse) bool { return role.ID == id && accepts(role) },
		func(ctx context.Context) (*RoleResponse, error) { return c.GetRole(ctx, id) })
}

// GetRoleByCode reads a role by its scope and code. LUSID takes only codes of 1 to 64 letters,
// digits, hyphens and underscores here, which is less than a role's name may have.
func (c *Client) GetRoleByCode(ctx context.Context, id ResourceID) (*RoleResponse, error) {
	return do[RoleResponse](ctx, c, request{
		operation: "GetRoleByCode",
		gone:      []int{codeRoleNotFound},
		listed:    listedIn(c, c.roles(), func(role *RoleResponse) bool { return role.RoleID == id }),
		method:    http.MethodGet,
		path:      []string{"roles", "byCode", id.Code},
		query:     url.Values{"scope": {id.Scope}},
	})
}

// CreateRole creates a role. LUSID refuses a name that is taken with a 409.
func (c *Client) CreateRole(ctx context.Context, body CreateRoleRequest) (*RoleResponse, error) {
	return do[RoleResponse](ctx, c, request{operation: "CreateRole", method: http.MethodPost, path: []string{"roles"}, body: body})
}

// UpdateRole changes the description of a role.
func (c *Client) UpdateRole(ctx context.Context, id string, body UpdateRoleRequest) (*RoleResponse, error) {
	return do[RoleResponse](ctx, c, request{operation: "UpdateRole", method: http.MethodPut, path: []string{"roles", id}, body: body, gone: []int{codeRoleNotFound}, listed: c.listedRole(id)})
}

// DeleteRole deletes a role by its id.
func (c *Client) DeleteRole(ctx context.Context, id string) error {
	return c.doNothing(ctx, request{operation: "DeleteRole", method: http.MethodDelete, path: []string{"roles", id}, gone: []int{codeRoleNotFound}, listed: c.listedRole(id)})
}

// ListUsersInRole returns every user that has the role.
func (c *Client) ListUsersInRole(ctx context.Context, roleID string) ([]UserResponse, error) {
	return doList[UserResponse](ctx, c, request{
		operation: "ListUsersInRole",
		gone:      []int{codeRoleNotFound},
		listed:    c.listedRole(roleID),
		method:    http.MethodGet,
		path:      []string{"roles", roleID, "users"},
	})
}

// RefreshUsersInRole is ListUsersInRole for one of many reads: it may answer from an earlier list,
// with users that accepts takes.
func (c *Client) RefreshUsersInRole(ctx context.Context, roleID string, accepts func([]UserResponse) bool) ([]UserResponse, error) {
	return refreshList(ctx, &c.snapshots, c.usersInRole(roleID), accepts)
}

// AddUserToRole gives the role to the user.
func (c *Client) AddUserToRole(ctx context.Context, roleID, userID string) error {
	return c.doNothing(ctx, request{operation: "AddUserToRole", method: http.MethodPut, path: []string{"roles", roleID, "users", userID}})
}

// RemoveUserFromRole takes the role from the user.
func (c *Client) RemoveUserFromRole(ctx context.Context, roleID, userID string) error {
	return c.doNothing(ctx, request{
		operation: "RemoveUserFromRole",
		gone:      []int{codeRoleNotFound, codeUserNotFound, codeUserIsDeleted},
		listed:    listedIn(c, c.usersInRole(roleID), func(user *UserResponse) bool { return user.ID == userID && !user.IsDeleted() }),
		method:    http.MethodDelete,
		path:      []string{"roles", roleID, "users", userID},
	})
}

func (c *Client) roles() kind[RoleResponse] { return kind[RoleResponse]{"roles", c.ListRoles} }

func (c *Client) listedRole(id string) *listing {
	return listedIn(c, c.roles(), func(role *RoleResponse) bool { return role.ID == id })
}

func (c *Client) usersInRole(roleID string) kind[UserResponse] {
	return kind[UserResponse]{"users of role " + roleID, func(ctx context.Context) ([]UserResponse, error) { return c.ListUsersInRole(ctx, roleID) }}
}
