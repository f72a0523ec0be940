package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// codeRoleNotFound says that a role does not exist.
const codeRoleNotFound = 660

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

// MissingField implements client.Checked.
func (r *RoleResponse) MissingField() string {
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
	return client.DoList[RoleResponse](ctx, c.api.Get("ListRoles", "roles"))
}

// GetRole reads a role by its id.
func (c *Client) GetRole(ctx context.Context, id string) (*RoleResponse, error) {
	return client.Do[RoleResponse](ctx, c.api.Get("GetRole", "roles", id).On(c.role(id)))
}

// RefreshRole is GetRole for one of many: it may answer from a list, with a role that accepts
// knows.
func (c *Client) RefreshRole(ctx context.Context, id string, accepts func(*RoleResponse) bool) (*RoleResponse, error) {
	return client.Refresh(ctx, c.roles(),
		func(role *RoleResponse) bool { return role.ID == id && accepts(role) },
		func(ctx context.Context) (*RoleResponse, error) { return c.GetRole(ctx, id) })
}

// GetRoleByCode reads a role by its scope and code. LUSID takes only codes of 1 to 64 letters,
// digits, hyphens and underscores here, which is less than a role's name may have.
func (c *Client) GetRoleByCode(ctx context.Context, id ResourceID) (*RoleResponse, error) {
	role := client.Listed(c.roles(), func(role *RoleResponse) bool { return role.RoleID == id }, codeRoleNotFound)
	r := c.api.Get("GetRoleByCode", "roles", "byCode", id.Code).Query("scope", id.Scope).On(role)
	return client.Do[RoleResponse](ctx, r)
}

// CreateRole creates a role. LUSID refuses a name that is taken with a 409.
func (c *Client) CreateRole(ctx context.Context, body CreateRoleRequest) (*RoleResponse, error) {
	return client.Do[RoleResponse](ctx, c.api.Post("CreateRole", "roles").Body(body))
}

// UpdateRole changes the description of a role.
func (c *Client) UpdateRole(ctx context.Context, id string, body UpdateRoleRequest) (*RoleResponse, error) {
	return client.Do[RoleResponse](ctx, c.api.Put("UpdateRole", "roles", id).Body(body).On(c.role(id)))
}

// DeleteRole deletes a role by its id.
func (c *Client) DeleteRole(ctx context.Context, id string) error {
	return client.DoNoContent(ctx, c.api.Delete("DeleteRole", "roles", id).On(c.role(id)))
}

// ListUsersInRole returns every user that has the role.
func (c *Client) ListUsersInRole(ctx context.Context, roleID string) ([]UserResponse, error) {
	return client.DoList[UserResponse](ctx, c.api.Get("ListUsersInRole", "roles", roleID, "users").On(c.role(roleID)))
}

// RefreshUsersInRole is ListUsersInRole for one of many reads: it may answer from an earlier list,
// with users that accepts takes.
func (c *Client) RefreshUsersInRole(ctx context.Context, roleID string, accepts func([]UserResponse) bool) ([]UserResponse, error) {
	return client.RefreshList(ctx, c.usersInRole(roleID), accepts)
}

// AddUserToRole gives the role to the user.
func (c *Client) AddUserToRole(ctx context.Context, roleID, userID string) error {
	return client.DoNoContent(ctx, c.api.Put("AddUserToRole", "roles", roleID, "users", userID))
}

// RemoveUserFromRole takes the role from the user.
func (c *Client) RemoveUserFromRole(ctx context.Context, roleID, userID string) error {
	has := func(user *UserResponse) bool { return user.ID == userID && !user.IsDeleted() }
	member := client.Listed(c.usersInRole(roleID), has, codeRoleNotFound, codeUserNotFound, codeUserIsDeleted)
	return client.DoNoContent(ctx, c.api.Delete("RemoveUserFromRole", "roles", roleID, "users", userID).On(member))
}

func (c *Client) roles() client.Kind[RoleResponse] {
	return client.Kind[RoleResponse]{API: c.api, Name: "roles", List: c.ListRoles}
}

func (c *Client) role(id string) client.Object {
	return client.Listed(c.roles(), func(role *RoleResponse) bool { return role.ID == id }, codeRoleNotFound)
}

func (c *Client) usersInRole(roleID string) client.Kind[UserResponse] {
	list := func(ctx context.Context) ([]UserResponse, error) { return c.ListUsersInRole(ctx, roleID) }
	return client.Kind[UserResponse]{API: c.api, Name: "users of role " + roleID, List: list}
}

// IsRoleNotFound reports LUSID's code for a role that does not exist, from any operation.
func IsRoleNotFound(err error) bool { return client.HasCode(err, codeRoleNotFound) }
