package mockserver

import (
	"fmt"
	"net/http"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

const codeTargetUserDoesNotExist = 616

// accessUserRoles are the user roles of the Access service. A user role has the policies of a single user.
type accessUserRoles struct {
	*access
	users *users
}

type accessUserRole struct {
	userID   string
	resource entitlement.PolicyIDRoleResource
}

// userRoleUpdateRequest is UserRoleUpdateRequest.
type userRoleUpdateRequest struct {
	Resource entitlement.PolicyIDRoleResource `json:"resource"`
}

// userRoleCreationRequest is UserRoleCreationRequest.
type userRoleCreationRequest struct {
	UserID string `json:"userId"`
	userRoleUpdateRequest
}

// userRoleResponse is UserRoleResponse.
type userRoleResponse struct {
	ID       entitlement.ID     `json:"id"`
	Resource accessRoleResource `json:"resource"`
}

func (r accessUserRoles) operations() operations {
	return operations{
		"ListUserRoles":                      r.list,
		"GetUserRole":                        r.get,
		"CreateUserRole":                     r.create,
		"UpdateUserRole":                     r.update,
		"DeleteUserRole":                     r.delete,
		"AddPolicyToUserRole":                r.addMembers,
		"AddPolicyCollectionToUserRole":      r.addMembers,
		"RemovePolicyFromUserRole":           r.removePolicy,
		"RemovePolicyCollectionFromUserRole": r.removePolicyCollection,
	}
}

// addAtFirstSignIn adds the empty user role that LUSID creates when a user first signs in.
//
// Unverified: access/own-user-role, access/user-role-new-user.
func (a *access) addAtFirstSignIn(userID string) {
	if _, ok := a.userRoles.get(userID); !ok {
		a.userRoles.put(userID, accessUserRole{
			userID, entitlement.PolicyIDRoleResource{Policies: []entitlement.ID{}, PolicyCollections: []entitlement.ID{}},
		})
	}
}

func (r accessUserRoles) list(c *call) (any, error) { return pageOf(c, bodies(r.userRoles.list())) }

func (r accessUserRoles) get(c *call) (any, error) {
	row, err := r.lookUp(c)
	if err != nil {
		return nil, err
	}
	return row.body(), nil
}

// create refuses a user who already has a user role, even an empty one.
//
// Unverified: access/user-role-create, access/user-role-duplicate.
func (r accessUserRoles) create(c *call) (any, error) {
	request, err := decode[userRoleCreationRequest](c)
	if err != nil {
		return nil, err
	}
	if _, err := r.users.lookUpLive(request.UserID); err != nil {
		return nil, invalidField(codeTargetUserDoesNotExist, "userId", fmt.Sprintf("The user %q does not exist.", request.UserID))
	}
	return r.add(request)
}

func (r accessUserRoles) add(request userRoleCreationRequest) (any, error) {
	row := accessUserRole{userID: request.UserID}
	if _, taken := r.userRoles.get(row.userID); taken {
		return nil, codeExists(codeAccessRoleExists, "user role", row.id())
	}
	return r.put(row, request.userRoleUpdateRequest)
}

// update replaces both lists of members.
//
// Unverified: access/user-role-update-replaces.
func (r accessUserRoles) update(c *call) (any, error) {
	request, err := decode[userRoleUpdateRequest](c)
	if err != nil {
		return nil, err
	}
	row, err := r.lookUp(c)
	if err != nil {
		return nil, err
	}
	return r.put(row, request)
}

// delete deletes the user role. The user then has none.
//
// Unverified: access/user-role-delete, access/user-role-delete-again.
func (r accessUserRoles) delete(c *call) (any, error) {
	row, err := r.lookUp(c)
	if err != nil {
		return nil, err
	}
	r.userRoles.delete(row.userID)
	return nil, nil
}

// addMembers reads AddPolicyToRoleRequest or AddPolicyCollectionToRoleRequest.
func (r accessUserRoles) addMembers(c *call) (any, error) {
	request, err := decode[entitlement.PolicyIDRoleResource](c)
	if err != nil {
		return nil, err
	}
	row, err := r.lookUp(c)
	if err != nil {
		return nil, err
	}
	if err := r.attach(&row.resource, request); err != nil {
		return nil, err
	}
	r.userRoles.put(row.userID, row)
	return row.body(), nil
}

func (r accessUserRoles) removePolicy(c *call) (any, error) {
	id := entitlement.ID{Scope: c.params["policyScope"], Code: c.params["policyCode"]}
	return r.removeMembers(c, entitlement.PolicyIDRoleResource{Policies: []entitlement.ID{id}})
}

func (r accessUserRoles) removePolicyCollection(c *call) (any, error) {
	id := entitlement.ID{Scope: c.params["policyCollectionScope"], Code: c.params["policyCollectionCode"]}
	return r.removeMembers(c, entitlement.PolicyIDRoleResource{PolicyCollections: []entitlement.ID{id}})
}

// removeMembers also succeeds if the user role doesn't have the members.
func (r accessUserRoles) removeMembers(c *call, removed entitlement.PolicyIDRoleResource) (any, error) {
	row, err := r.lookUp(c)
	if err != nil {
		return nil, err
	}
	detach(&row.resource, removed)
	r.userRoles.put(row.userID, row)
	return nil, nil
}

func (r accessUserRoles) put(row accessUserRole, request userRoleUpdateRequest) (any, error) {
	row.resource = request.Resource
	if err := r.checkResource(&row.resource); err != nil {
		return nil, err
	}
	r.userRoles.put(row.userID, row)
	return row.body(), nil
}

// lookUp returns the user role of the user in the path of a request, or the *problem of a 404.
//
// Unverified: access/user-role-missing.
func (r accessUserRoles) lookUp(c *call) (accessUserRole, error) {
	userID := c.params["userid"]
	if row, ok := r.userRoles.get(userID); ok {
		return row, nil
	}
	if _, err := r.users.lookUpLive(userID); err != nil {
		return accessUserRole{}, doesNotExist(codeTargetUserDoesNotExist, "user", userID)
	}
	return accessUserRole{}, &problem{
		status: http.StatusNotFound, code: codeAccessRoleDoesNotExist, detail: fmt.Sprintf("The user %q has no user role.", userID),
	}
}

func (row accessUserRole) id() entitlement.ID {
	return entitlement.ID{Scope: defaultScope, Code: row.userID}
}

func (row accessUserRole) body() userRoleResponse {
	return userRoleResponse{ID: row.id(), Resource: accessRoleResource{PolicyIDRoleResource: &row.resource}}
}
