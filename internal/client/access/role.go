package access

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// RoleResponse is a role of the Access service: what the holders of the Identity role with the same code may
// do.
type RoleResponse struct {
	ID ResourceID `json:"id"`
	RoleUpdateRequest

	// RoleHierarchyIndex is the role's place among all roles. Nil where LUSID does not say.
	RoleHierarchyIndex *int32 `json:"roleHierarchyIndex"`
	// Permission is LUSID's own, such as Read.
	Permission string `json:"permission"`
	// Unmodelled names the parts of the role that this package has no field for. An update would erase them.
	Unmodelled []string `json:"-"`
}

// MissingField implements [client.Checked].
func (r *RoleResponse) MissingField() string {
	if r.ID.Code == "" {
		return "id.code"
	}
	return r.Resource.missingField()
}

// HasPolicyCollection reports that the policy collection is attached to the role, perhaps in another case.
func (r *RoleResponse) HasPolicyCollection(id ResourceID) bool {
	held := r.Resource.PolicyIDRoleResource
	return held != nil && slices.ContainsFunc(held.PolicyCollections, id.isLike)
}

// UnmarshalJSON reads a role, and notes what it cannot read.
func (r *RoleResponse) UnmarshalJSON(data []byte) (err error) {
	type plain RoleResponse
	if err = json.Unmarshal(data, (*plain)(r)); err != nil {
		return err
	}
	r.Unmodelled, err = unmodelled(data, r.RoleUpdateRequest, "resource", "when")
	return err
}

// RoleCreationRequest describes a new role.
type RoleCreationRequest struct {
	// Code is the one of the Identity role. It is immutable.
	Code string `json:"code"`
	RoleUpdateRequest
}

// RoleUpdateRequest is all of a role except its scope, its code and its place.
type RoleUpdateRequest struct {
	// Description has 1024 characters at most. It is nil if LUSID returns none, and an update then sends none.
	Description *string `json:"description,omitempty"`
	// Resource has no kind, and When no instants, where LUSID returns none.
	Resource RoleResourceRequest `json:"resource"`
	When     WhenSpec            `json:"when"`
}

// RoleResourceRequest is what a role holds. Exactly one kind is not nil in a request.
type RoleResourceRequest struct {
	PolicyIDRoleResource                *PolicyIDRoleResource                `json:"policyIdRoleResource,omitempty"`
	NonTransitiveSupervisorRoleResource *NonTransitiveSupervisorRoleResource `json:"nonTransitiveSupervisorRoleResource,omitempty"`
}

// missingField names the first policy, policy collection or role that has no code.
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

// NonTransitiveSupervisorRoleResource are roles whose policies a role has too: at least one.
type NonTransitiveSupervisorRoleResource struct {
	Roles []ResourceID `json:"roles"`
}

// ListRoles returns every role of every scope.
func (c *Client) ListRoles(ctx context.Context) ([]RoleResponse, error) {
	return client.DoList[RoleResponse](ctx, c.api.Get("ListRoles", "roles"))
}

// GetRole reads a role. The role has the id as it is given here, if LUSID's differs only in case.
func (c *Client) GetRole(ctx context.Context, id ResourceID) (*RoleResponse, error) {
	role, err := client.Do[RoleResponse](ctx, c.api.Get("GetRole", "roles", id.Code).Query("scope", id.Scope).On(c.role(id)))
	if err == nil {
		role.ID.setSpelling(id)
	}
	return role, err
}

// RefreshRole is GetRole for one of many: it may answer from a list, with a role that accepts knows.
func (c *Client) RefreshRole(ctx context.Context, id ResourceID, accepts func(*RoleResponse) bool) (*RoleResponse, error) {
	return client.Refresh(ctx, c.roles(),
		func(role *RoleResponse) bool { return role.ID == id && accepts(role) },
		func(ctx context.Context) (*RoleResponse, error) { return c.GetRole(ctx, id) })
}

// RefreshSharedRole is GetRole for one of many reads of the same role: it may answer from an earlier read, with
// a role that accepts takes.
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

// RefreshRoles is ListRoles for a refresh: many reads share a list. If accepts does not take the list, which
// may lag, a later one decides.
func (c *Client) RefreshRoles(ctx context.Context, accepts func([]RoleResponse) bool) ([]RoleResponse, error) {
	return client.RefreshList(ctx, c.roles(), accepts)
}

// CreateRole creates a role in the default scope. LUSID refuses a code that is taken: see [IsTaken].
func (c *Client) CreateRole(ctx context.Context, body RoleCreationRequest) (*RoleResponse, error) {
	return client.Do[RoleResponse](ctx, c.api.Post("CreateRole", "roles").Body(body))
}

// UpdateRole replaces all of a role except its scope, its code and its place.
func (c *Client) UpdateRole(ctx context.Context, id ResourceID, body RoleUpdateRequest) (*RoleResponse, error) {
	r := c.api.Put("UpdateRole", "roles", id.Code).Query("scope", id.Scope).Body(body)
	return client.Do[RoleResponse](ctx, r.On(c.role(id)))
}

// RolePlace is a place in the hierarchy of the roles. Exactly one field is not empty.
type RolePlace struct {
	// Before is the role that comes directly after the place, and After the one directly before it.
	//
	// LUSID may mean the role of beforeCode to precede. Unverified: access/role-move.
	Before, After ResourceID
}

// MoveRole is UpdateRole that moves the role to a place too. LUSID has no operation that only moves. It is not
// repeated if its answer is lost, because a second move could undo a move that somebody made in between.
func (c *Client) MoveRole(ctx context.Context, id ResourceID, body RoleUpdateRequest, place RolePlace) (*RoleResponse, error) {
	r := c.api.Put("UpdateRole", "roles", id.Code).Query("scope", id.Scope).Body(body).Versioned()
	if place.Before.Code != "" {
		r = r.Query("beforeScope", place.Before.Scope).Query("beforeCode", place.Before.Code)
	} else {
		r = r.Query("afterScope", place.After.Scope).Query("afterCode", place.After.Code)
	}
	return client.Do[RoleResponse](ctx, r.On(c.role(id)))
}

// DeleteRole deletes a role.
func (c *Client) DeleteRole(ctx context.Context, id ResourceID) error {
	return client.DoNoContent(ctx, c.api.Delete("DeleteRole", "roles", id.Code).Query("scope", id.Scope).On(c.role(id)))
}

func (c *Client) roles() client.Kind[RoleResponse] {
	return client.Kind[RoleResponse]{API: c.api, Name: "access roles", List: c.ListRoles}
}

// role decides whether a role is gone by the list, because LUSID has no error code for that. The list has to
// show the same spelling: a role that differs in case may be another one.
func (c *Client) role(id ResourceID) client.Object {
	return client.Listed(c.roles(), func(role *RoleResponse) bool { return role.ID == id })
}
