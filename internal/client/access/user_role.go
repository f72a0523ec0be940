package access

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// UserRoleResponse is a user role. It has the policies of one user, in addition to those of the user's
// roles.
type UserRoleResponse struct {
	// ID has the user's ID as its code.
	ID ResourceID `json:"id"`
	// Resource has no kind if LUSID returns none.
	Resource RoleResourceRequest `json:"resource"`
	// LacksResource is true if LUSID did not return what the user role has. A resource without a kind means that the user
	// role has nothing.
	LacksResource bool `json:"-"`
	// Unmodelled has the names of the parts of the user role that this package does not support. An update
	// would remove these parts.
	Unmodelled []string `json:"-"`
}

// ObjectKey implements client.Keyed.
func (r *UserRoleResponse) ObjectKey() string { return r.ID.Code }

// MissingField implements [client.Checked].
func (r *UserRoleResponse) MissingField() string {
	if r.ID.Code == "" {
		return "id.code"
	}
	return ""
}

// MissingElementField implements [client.CheckedElements].
func (r *UserRoleResponse) MissingElementField() string { return r.Resource.missingField() }

// UnmarshalJSON decodes a user role, and records the parts that this package does not support.
func (r *UserRoleResponse) UnmarshalJSON(data []byte) (err error) {
	type plain UserRoleResponse
	if err = json.Unmarshal(data, (*plain)(r)); err != nil {
		return err
	}
	if r.LacksResource, err = lacksResource(data); err != nil {
		return err
	}
	// A request can't contain the policies of other roles, although the contract allows them in a
	// response.
	known := RoleResourceRequest{PolicyIDRoleResource: r.Resource.PolicyIDRoleResource}
	r.Unmodelled, err = unmodelled(data, struct {
		Resource RoleResourceRequest `json:"resource"`
	}{known}, "resource")
	return err
}

// UserRoleCreationRequest describes a new user role.
type UserRoleCreationRequest struct {
	// UserID is the user's ID in the Identity API. It is immutable.
	UserID string `json:"userId"`
	UserRoleUpdateRequest
}

// UserRoleUpdateRequest has all fields of a user role except its user.
type UserRoleUpdateRequest struct {
	Resource PolicyIDRoleResource `json:"resource"`
}

// ListUserRoles returns the user roles of all users. It reads all pages.
func (c *Client) ListUserRoles(ctx context.Context) ([]UserRoleResponse, error) {
	return client.DoPages[UserRoleResponse](ctx, c.api.Get("ListUserRoles", "userroles").Query("limit", strconv.Itoa(pageSize)))
}

// GetUserRole reads the user role of a user. If LUSID returns the ID in another case, the user role gets
// the ID of the argument.
func (c *Client) GetUserRole(ctx context.Context, userID string) (*UserRoleResponse, error) {
	role, err := client.DoFor(ctx, c.api.Get("GetUserRole", "userroles", userID).On(c.userRole(userID)), userID, (*UserRoleResponse).ObjectKey)
	if err == nil {
		role.ID.Code = userID
	}
	return role, err
}

// LookForUserRole is GetUserRole before a create. A 404 with any of LUSID's codes means that the user has
// no user role. Reading a list for each of many creates would cost too much.
func (c *Client) LookForUserRole(ctx context.Context, userID string) (*UserRoleResponse, error) {
	return client.DoFor(ctx, c.api.Get("GetUserRole", "userroles", userID).On(client.Singleton()), userID, (*UserRoleResponse).ObjectKey)
}

// RefreshUserRole is GetUserRole for one of many. It may return the user role from a list, if accepts is
// true for it.
func (c *Client) RefreshUserRole(ctx context.Context, userID string, accepts func(*UserRoleResponse) bool) (*UserRoleResponse, error) {
	return client.Refresh(ctx, c.userRoles(),
		func(role *UserRoleResponse) bool { return role.ID.Code == userID && accepts(role) },
		func(ctx context.Context) (*UserRoleResponse, error) { return c.GetUserRole(ctx, userID) })
}

// CreateUserRole creates the user role of a user without one. LUSID creates an empty user role when a user
// first signs in: see [IsTaken].
func (c *Client) CreateUserRole(ctx context.Context, body UserRoleCreationRequest) (*UserRoleResponse, error) {
	return client.DoFor(ctx, c.api.Post("CreateUserRole", "userroles").Body(body), body.UserID, (*UserRoleResponse).ObjectKey)
}

// UpdateUserRole replaces the policies and policy collections of a user role.
func (c *Client) UpdateUserRole(ctx context.Context, userID string, body UserRoleUpdateRequest) (*UserRoleResponse, error) {
	r := c.api.Post("UpdateUserRole", "userroles", userID, "update").Body(body)
	return client.DoFor(ctx, r.On(c.userRole(userID)), userID, (*UserRoleResponse).ObjectKey)
}

// DeleteUserRole deletes the user role of a user. LUSID keeps the user.
func (c *Client) DeleteUserRole(ctx context.Context, userID string) error {
	return client.DoNoContent(ctx, c.api.Delete("DeleteUserRole", "userroles", userID).On(c.userRole(userID)))
}

func (c *Client) userRoles() client.Kind[UserRoleResponse] {
	return client.Kind[UserRoleResponse]{API: c.api, Name: "user roles", List: c.ListUserRoles}
}

// userRole decides with the list if LUSID's code does not show whether the user has a user role. A user
// that does not exist has none.
func (c *Client) userRole(userID string) client.Object {
	return client.Listed(c.userRoles(), func(role *UserRoleResponse) bool { return strings.EqualFold(role.ID.Code, userID) }, codeTargetUserNotFound)
}
