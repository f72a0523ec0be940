package access

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// RoleResponse is a role of the Access service. It has the policies of the users who have the Identity role
// with the same code.
type RoleResponse struct {
	ID ResourceID `json:"id"`
	RoleUpdateRequest

	// RoleHierarchyIndex is the position of the role among all roles. Nil if LUSID does not return it.
	RoleHierarchyIndex *int32 `json:"roleHierarchyIndex"`
	// Permission is a name such as Read. No request can set it.
	Permission string `json:"permission"`
	// LacksResource is true if LUSID did not return what the role has. A resource without a kind means that the role has
	// nothing.
	LacksResource bool `json:"-"`
	// Unmodelled has the names of the parts of the role that this package does not support. An update
	// would remove these parts.
	Unmodelled []string `json:"-"`
}

// ObjectKey implements client.Keyed.
func (r *RoleResponse) ObjectKey() string { return r.ID.String() }

// MissingField implements [client.Checked].
func (r *RoleResponse) MissingField() string {
	if r.ID.Code == "" {
		return "id.code"
	}
	return ""
}

// MissingElementField implements [client.CheckedElements].
func (r *RoleResponse) MissingElementField() string { return r.Resource.missingField() }

// HidesPolicies reports whether the response does not show which policies the role has, because LUSID did not return what
// the role has, or returned only a kind of resource that this package does not support.
func (r *RoleResponse) HidesPolicies() bool {
	return r.LacksResource || r.Resource == (RoleResourceRequest{}) && len(r.Unmodelled) > 0
}

// HasPolicyCollection reports whether the policy collection is attached to the role. It ignores case.
func (r *RoleResponse) HasPolicyCollection(id ResourceID) bool {
	held := r.Resource.PolicyIDRoleResource
	return held != nil && slices.ContainsFunc(held.PolicyCollections, id.isLike)
}

// UnmarshalJSON decodes a role, and records the parts that this package does not support.
func (r *RoleResponse) UnmarshalJSON(data []byte) (err error) {
	type plain RoleResponse
	if err = json.Unmarshal(data, (*plain)(r)); err != nil {
		return err
	}
	if r.LacksResource, err = lacksResource(data); err != nil {
		return err
	}
	r.Unmodelled, err = unmodelled(data, r.RoleUpdateRequest, "resource", "when")
	return err
}

// lacksResource reports whether a role or user role in JSON has no resource, or null.
func lacksResource(data []byte) (bool, error) {
	var role struct {
		Resource *struct{} `json:"resource"`
	}
	err := json.Unmarshal(data, &role)
	return role.Resource == nil, err
}

// RoleCreationRequest describes a new role.
type RoleCreationRequest struct {
	// Code is the code of the Identity role. It is immutable.
	Code string `json:"code"`
	RoleUpdateRequest
}

// RoleUpdateRequest has all fields of a role except its scope, its code and its position.
type RoleUpdateRequest struct {
	// Description has 1024 characters at most. It is nil if LUSID returns none, and an update then sends none.
	Description *string `json:"description,omitempty"`
	// If LUSID returns none, Resource has no kind and When has no timestamps.
	Resource RoleResourceRequest `json:"resource"`
	When     WhenSpec            `json:"when"`
}

// RoleResourceRequest is the content of a role. Exactly one kind is not nil in a request.
type RoleResourceRequest struct {
	PolicyIDRoleResource                *PolicyIDRoleResource                `json:"policyIdRoleResource,omitempty"`
	NonTransitiveSupervisorRoleResource *NonTransitiveSupervisorRoleResource `json:"nonTransitiveSupervisorRoleResource,omitempty"`
}

// missingField returns the path of the first policy, policy collection or role without a code.
func (r RoleResourceRequest) missingField() (field string) {
	if held := r.PolicyIDRoleResource; held != nil {
		field = cmp.Or(missingCode("resource.policyIdRoleResource.policies", held.Policies),
			missingCode("resource.policyIdRoleResource.policyCollections", held.PolicyCollections))
	}
	if held := r.NonTransitiveSupervisorRoleResource; held != nil {
		field = cmp.Or(field, missingCode("resource.nonTransitiveSupervisorRoleResource.roles", held.Roles))
	}
	return field
}

// PolicyIDRoleResource are the policies and policy collections of a role. Neither must be nil in a request.
type PolicyIDRoleResource struct {
	Policies          []ResourceID `json:"policies"`
	PolicyCollections []ResourceID `json:"policyCollections"`
}

// NonTransitiveSupervisorRoleResource are roles whose policies a role has too. There is at least one.
type NonTransitiveSupervisorRoleResource struct {
	Roles []ResourceID `json:"roles"`
}

// ListRoles returns all roles of all scopes.
func (c *Client) ListRoles(ctx context.Context) ([]RoleResponse, error) {
	return client.DoList[RoleResponse](ctx, c.api.Get("ListRoles", "roles"))
}

// GetRole reads a role. If LUSID returns the ID in another case, the role gets the ID of the argument.
func (c *Client) GetRole(ctx context.Context, id ResourceID) (*RoleResponse, error) {
	r := c.api.Get("GetRole", "roles", id.Code).Query("scope", id.Scope)
	role, err := client.DoFor(ctx, r.On(c.role(id)), id.String(), (*RoleResponse).ObjectKey)
	if err == nil {
		role.ID = id
	}
	return role, err
}

// RefreshRole is GetRole for one of many. It may return the role from a list, if accepts is true for it.
func (c *Client) RefreshRole(ctx context.Context, id ResourceID, accepts func(*RoleResponse) bool) (*RoleResponse, error) {
	return client.Refresh(ctx, c.roles(),
		func(role *RoleResponse) bool { return role.ID == id && accepts(role) },
		func(ctx context.Context) (*RoleResponse, error) { return c.GetRole(ctx, id) })
}

// RefreshSharedRole is GetRole for one of many reads of the same role. It may return the role from an
// earlier read, if accepts is true for it.
func (c *Client) RefreshSharedRole(ctx context.Context, id ResourceID, accepts func(*RoleResponse) bool) (*RoleResponse, error) {
	read := func(ctx context.Context) ([]RoleResponse, error) {
		role, err := c.GetRole(ctx, id)
		if err != nil {
			return nil, err
		}
		return []RoleResponse{*role}, nil
	}
	roles, err := client.RefreshList(ctx, client.Kind[RoleResponse]{API: c.api, Name: "access role " + id.String(), List: read},
		func(roles []RoleResponse) bool { return accepts(&roles[0]) })
	if err != nil {
		return nil, err
	}
	return &roles[0], nil
}

// RefreshRoles is ListRoles for a refresh, in which many reads share a list. If accepts is false for the
// list, which may lag, RefreshRoles returns a later list.
func (c *Client) RefreshRoles(ctx context.Context, accepts func([]RoleResponse) bool) ([]RoleResponse, error) {
	return client.RefreshList(ctx, c.roles(), accepts)
}

// CreateRole creates a role in the default scope. LUSID refuses the code of another role: see [IsTaken].
func (c *Client) CreateRole(ctx context.Context, body RoleCreationRequest) (*RoleResponse, error) {
	return client.DoFor(ctx, c.api.Post("CreateRole", "roles").Body(body), body.Code, func(role *RoleResponse) string { return role.ID.Code })
}

// UpdateRole replaces all fields of a role except its scope, its code and its position.
func (c *Client) UpdateRole(ctx context.Context, id ResourceID, body RoleUpdateRequest) (*RoleResponse, error) {
	r := c.api.Put("UpdateRole", "roles", id.Code).Query("scope", id.Scope).Body(body)
	return client.DoFor(ctx, r.On(c.role(id)), id.String(), (*RoleResponse).ObjectKey)
}

// RolePlace is a position in the hierarchy of the roles. Exactly one field is not empty.
type RolePlace struct {
	// Before is the role directly after the position, and After is the role directly before it.
	//
	// LUSID may use beforeCode for the role directly before the position. Unverified: access/role-move.
	Before, After ResourceID
}

// MoveRole is UpdateRole that also moves the role to a position. LUSID has no operation that only moves. If
// the response is lost, the request is not retried, because a second move could undo a move that another
// user made in between.
func (c *Client) MoveRole(ctx context.Context, id ResourceID, body RoleUpdateRequest, place RolePlace) (*RoleResponse, error) {
	r := c.api.Put("UpdateRole", "roles", id.Code).Query("scope", id.Scope).Body(body).Versioned()
	if place.Before.Code != "" {
		r = r.Query("beforeScope", place.Before.Scope).Query("beforeCode", place.Before.Code)
	} else {
		r = r.Query("afterScope", place.After.Scope).Query("afterCode", place.After.Code)
	}
	return client.DoFor(ctx, r.On(c.role(id)), id.String(), (*RoleResponse).ObjectKey)
}

// DeleteRole deletes a role.
func (c *Client) DeleteRole(ctx context.Context, id ResourceID) error {
	return client.DoNoContent(ctx, c.api.Delete("DeleteRole", "roles", id.Code).Query("scope", id.Scope).On(c.role(id)))
}

func (c *Client) roles() client.Kind[RoleResponse] {
	return client.Kind[RoleResponse]{API: c.api, Name: "access roles", List: c.ListRoles}
}

// role decides with the list whether a role is gone, because LUSID has no error code for that. The ID in
// the list must have the same case, because a role that differs only in case may be another role.
func (c *Client) role(id ResourceID) client.Object {
	return client.Listed(c.roles(), func(role *RoleResponse) bool { return role.ID == id })
}
