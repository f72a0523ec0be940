package mockserver

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

const (
	codeAccessRoleExists = 615
	// codeAccessRoleDoesNotExist is the code for unknown errors, because LUSID documents no code for a
	// missing role.
	codeAccessRoleDoesNotExist = codeUnknown

	// accessRolePermission is the permission of every access role. No request can set it.
	accessRolePermission = "Read"
)

// accessRoles are the roles of the Access service. An access role with the code of an identity role sets
// the rights of the users with that identity role.
type accessRoles struct{ *access }

type accessRole struct {
	id          entitlement.ID
	index       int32 // The position in the hierarchy. Positions start at 1 and have no gaps.
	description *string
	resource    accessRoleResource
	when        whenSpec
}

// accessRoleResource is RoleResourceRequest. One of its fields is set.
type accessRoleResource struct {
	PolicyIDRoleResource                *entitlement.PolicyIDRoleResource                `json:"policyIdRoleResource,omitempty"`
	NonTransitiveSupervisorRoleResource *entitlement.NonTransitiveSupervisorRoleResource `json:"nonTransitiveSupervisorRoleResource,omitempty"`
}

// accessRoleUpdateRequest is RoleUpdateRequest.
type accessRoleUpdateRequest struct {
	Description *string            `json:"description"`
	Resource    accessRoleResource `json:"resource"`
	When        whenSpec           `json:"when"`
}

// accessRoleCreationRequest is RoleCreationRequest.
type accessRoleCreationRequest struct {
	Code string `json:"code"`
	accessRoleUpdateRequest
}

// accessRoleResponse is RoleResponse.
type accessRoleResponse struct {
	ID                 entitlement.ID     `json:"id"`
	RoleHierarchyIndex int32              `json:"roleHierarchyIndex"`
	Description        *string            `json:"description,omitempty"`
	Resource           accessRoleResource `json:"resource"`
	When               whenSpec           `json:"when"`
	Permission         string             `json:"permission"`
}

func (r accessRoles) operations() operations {
	return operations{
		"ListRoles":  r.list,
		"GetRole":    r.get,
		"CreateRole": r.create,
		"UpdateRole": r.update,
		"DeleteRole": r.delete,
	}
}

// list returns the roles of all scopes, or those of the scope in the query.
//
// Unverified: access/roles-list-scopes.
func (r accessRoles) list(c *call) (any, error) {
	rows := r.roles.list()
	if scope := c.query.Get("scope"); scope != "" {
		rows = inScope(rows, scope)
	}
	return bodies(rows), nil
}

func (r accessRoles) get(c *call) (any, error) {
	row, err := r.lookUp(accessID(c))
	if err != nil {
		return nil, err
	}
	return row.body(), nil
}

// create places the new role after all others.
//
// Unverified: access/role-create, access/role-place-new.
func (r accessRoles) create(c *call) (any, error) {
	request, err := decode[accessRoleCreationRequest](c)
	if err != nil {
		return nil, err
	}
	return r.add(request)
}

func (r accessRoles) add(request accessRoleCreationRequest) (any, error) {
	id := entitlement.ID{Scope: defaultScope, Code: request.Code}
	if _, taken := r.roles.get(id.String()); taken {
		return nil, codeExists(codeAccessRoleExists, "role", id)
	}
	return r.addLast(id, request.accessRoleUpdateRequest)
}

func (r accessRoles) addLast(id entitlement.ID, request accessRoleUpdateRequest) (any, error) {
	row := accessRole{id: id, index: int32(len(r.roles.ids) + 1)} //nolint:gosec // No domain has that many roles.
	return r.put(row, request)
}

// update replaces all fields except the position in the hierarchy. The position changes only if the request
// names a role to place this one before or after.
//
// Unverified: access/role-update-replaces, access/role-update-keeps-place.
func (r accessRoles) update(c *call) (any, error) {
	request, err := decode[accessRoleUpdateRequest](c)
	if err != nil {
		return nil, err
	}
	row, err := r.lookUpToChange(accessID(c))
	if err != nil {
		return nil, err
	}
	move, err := r.planMove(c, row.id)
	if err != nil {
		return nil, err
	}
	if _, err := r.put(row, request); err != nil {
		return nil, err
	}
	move()
	row, _ = r.roles.get(row.id.String())
	return row.body(), nil
}

// delete moves the later roles forward by one, so that the hierarchy has no gap.
//
// Unverified: access/role-delete, access/role-delete-again, access/role-delete-renumbers.
func (r accessRoles) delete(c *call) (any, error) {
	row, err := r.lookUpToChange(accessID(c))
	if err != nil {
		return nil, err
	}
	r.roles.delete(row.id.String())
	r.number(r.hierarchy())
	return nil, nil
}

// put stores the role with the fields of a request. If the request is refused, nothing changes.
func (r accessRoles) put(row accessRole, request accessRoleUpdateRequest) (any, error) {
	row.description, row.resource, row.when = request.Description, request.Resource, request.When
	row.when.setDefault()
	if err := r.checkRoleResource(&row.resource); err != nil {
		return nil, err
	}
	r.roles.put(row.id.String(), row)
	return row.body(), nil
}

func (r accessRoles) checkRoleResource(resource *accessRoleResource) error {
	policies, supervisor := resource.PolicyIDRoleResource, resource.NonTransitiveSupervisorRoleResource
	switch {
	case (policies == nil) == (supervisor == nil):
		return invalidField(codeInvalidParameter, "resource",
			"The resource must have either policyIdRoleResource or nonTransitiveSupervisorRoleResource.")
	case policies != nil:
		return r.checkResource(policies)
	}
	var err error
	supervisor.Roles, err = references(r.roles, codeInvalidParameter, "resource.nonTransitiveSupervisorRoleResource.roles", "role",
		supervisor.Roles)
	return err
}

// planMove checks the new position in the request, and returns a function that moves the role there.
//
// Unverified: access/role-move.
func (r accessRoles) planMove(c *call, id entitlement.ID) (move func(), err error) {
	before, after := c.query.Get("beforeCode"), c.query.Get("afterCode")
	if before == "" && after == "" {
		return func() {}, nil
	}
	if before != "" && after != "" {
		return nil, invalidField(codeInvalidParameter, "afterCode", "beforeCode and afterCode exclude each other.")
	}
	field, scope := "beforeCode", "beforeScope"
	if after != "" {
		field, scope = "afterCode", "afterScope"
	}
	other := entitlement.ID{Scope: cmp.Or(c.query.Get(scope), defaultScope), Code: before + after}
	hierarchy := slices.DeleteFunc(r.hierarchy(), func(key string) bool { return key == id.String() })
	place := slices.Index(hierarchy, other.String())
	if place < 0 {
		return nil, invalidField(codeInvalidParameter, field, fmt.Sprintf("There is no other role %q.", other.String()))
	}
	if after != "" {
		place++
	}
	return func() { r.number(slices.Insert(hierarchy, place, id.String())) }, nil
}

// hierarchy returns the keys of all roles, lowest index first.
func (r accessRoles) hierarchy() []string {
	keys := slices.Clone(r.roles.ids)
	slices.SortFunc(keys, func(a, b string) int { return cmp.Compare(r.roles.rows[a].index, r.roles.rows[b].index) })
	return keys
}

// number sets the index of each role to its position.
func (r accessRoles) number(hierarchy []string) {
	for i, key := range hierarchy {
		row := r.roles.rows[key]
		if index := int32(i + 1); row.index != index {
			row.index = index
			r.roles.put(key, row)
		}
	}
}

// lookUp returns the role with the ID, or the *problem of a 404.
//
// Unverified: access/role-missing.
func (r accessRoles) lookUp(id entitlement.ID) (accessRole, error) {
	row, ok := r.roles.get(id.String())
	if !ok {
		return row, doesNotExist(codeAccessRoleDoesNotExist, "role", id.String())
	}
	return row, nil
}

func (r accessRoles) lookUpToChange(id entitlement.ID) (accessRole, error) {
	row, err := r.lookUp(id)
	if err == nil {
		err = mayChange(row.id)
	}
	return row, err
}

func (row accessRole) scope() string { return row.id.Scope }

func (row accessRole) body() accessRoleResponse {
	return accessRoleResponse{
		ID:                 row.id,
		RoleHierarchyIndex: row.index,
		Description:        row.description,
		Resource:           row.resource,
		When:               row.when,
		Permission:         accessRolePermission,
	}
}

// rules returns the role in the form that a decision uses.
func (row accessRole) rules() entitlement.Role {
	return entitlement.Role{
		RoleHierarchyIndex: row.index,
		Resource:           entitlement.RoleResourceRequest(row.resource),
		When:               row.when.rules(),
	}
}

func (w whenSpec) rules() entitlement.WhenSpec {
	return entitlement.WhenSpec{Activate: time.Time(w.Activate), Deactivate: (*time.Time)(w.Deactivate)}
}
