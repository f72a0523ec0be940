package entitlement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// lowerIndexFirst is 1 if a lower roleHierarchyIndex has a higher precedence, and -1 if a higher index has.
// LUSID's documentation doesn't describe the order.
//
// Unverified: access/role-hierarchy-index, access/role-precedence.
const lowerIndexFirst = 1

// Role is LUSID's RoleResponse, without its identity.
type Role struct {
	RoleHierarchyIndex int32               `json:"roleHierarchyIndex"`
	Resource           RoleResourceRequest `json:"resource"`
	When               WhenSpec            `json:"when"`
}

// RoleResourceRequest is the content of a role. One of its fields is set.
type RoleResourceRequest struct {
	PolicyIDRoleResource                *PolicyIDRoleResource                `json:"policyIdRoleResource"`
	NonTransitiveSupervisorRoleResource *NonTransitiveSupervisorRoleResource `json:"nonTransitiveSupervisorRoleResource"`
}

// PolicyIDRoleResource has the policies and policy collections of a role or user role.
type PolicyIDRoleResource struct {
	Policies          []ID `json:"policies"`
	PolicyCollections []ID `json:"policyCollections"`
}

// NonTransitiveSupervisorRoleResource has the roles that a role supervises. The role has their policies,
// but not the policies of the roles that they supervise.
type NonTransitiveSupervisorRoleResource struct {
	Roles []ID `json:"roles"`
}

// UserRole is LUSID's UserRoleCreationRequest: the policies of one user.
type UserRole struct {
	Resource PolicyIDRoleResource `json:"resource"`
}

// PolicyCollection is a set of policies and of other policy collections.
type PolicyCollection struct {
	Policies          []ID `json:"policies"`
	PolicyCollections []ID `json:"policyCollections"`
}

// ComparePrecedence returns a negative number if the roleHierarchyIndex a has a higher precedence than b,
// and zero if they are equal.
func ComparePrecedence(a, b int32) int {
	return lowerIndexFirst * cmp.Compare(a, b)
}

// source is a role of the user, with its description and its policies.
type source struct {
	role     ID // The user's own role, even if the policies are those of a role that it supervises.
	userRole bool
	name     string
	policies []ID
}

// level has the roles of one precedence.
type level []source

// levels returns the active roles of the user, highest precedence first, and the user role last.
func (d Domain) levels(caller Caller, now time.Time) []level {
	var ids []ID
	for id, role := range d.Roles {
		if slices.Contains(caller.Roles, id.Code) && role.When.active(now) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b ID) int {
		return cmp.Or(ComparePrecedence(d.Roles[a].RoleHierarchyIndex, d.Roles[b].RoleHierarchyIndex), strings.Compare(a.String(), b.String()))
	})

	var levels []level
	for i, id := range ids {
		if i == 0 || d.Roles[id].RoleHierarchyIndex != d.Roles[ids[i-1]].RoleHierarchyIndex {
			levels = append(levels, nil)
		}
		last := len(levels) - 1
		levels[last] = append(levels[last], d.sources(id, now)...)
	}
	if role, found := d.UserRoles[caller.UserID]; found {
		levels = append(levels, level{{
			role:     ID{Scope: DefaultScope, Code: caller.UserID},
			userRole: true,
			name:     "the user role",
			policies: d.held(&role.Resource),
		}})
	}
	return levels
}

// sources returns the role and the roles that it supervises.
func (d Domain) sources(id ID, now time.Time) []source {
	role := d.Roles[id]
	name := fmt.Sprintf("access role %q", id)
	sources := []source{{role: id, name: name, policies: d.held(role.Resource.PolicyIDRoleResource)}}
	if role.Resource.NonTransitiveSupervisorRoleResource == nil {
		return sources
	}
	for _, supervised := range role.Resource.NonTransitiveSupervisorRoleResource.Roles {
		r, found := d.Roles[supervised.withScope()]
		if found && r.When.active(now) {
			sources = append(sources, source{
				role:     id,
				name:     fmt.Sprintf("%s, which supervises %q,", name, supervised),
				policies: d.held(r.Resource.PolicyIDRoleResource),
			})
		}
	}
	return sources
}

// held returns the policies of a role, including those of its collections, without duplicates.
func (d Domain) held(resource *PolicyIDRoleResource) []ID {
	if resource == nil {
		return nil
	}
	h := holding{collections: d.PolicyCollections, seen: map[ID]bool{}, seenCollections: map[ID]bool{}}
	h.add(resource.Policies, resource.PolicyCollections)
	return h.policies
}

// holding collects policies. It records what it has visited, because a collection may contain itself. It
// keeps policies that don't exist. They have no selectors, so they never apply.
type holding struct {
	collections     map[ID]PolicyCollection
	seen            map[ID]bool
	seenCollections map[ID]bool
	policies        []ID
}

func (h *holding) add(policies, collections []ID) {
	for _, id := range policies {
		id = id.withScope()
		if !h.seen[id] {
			h.seen[id] = true
			h.policies = append(h.policies, id)
		}
	}
	for _, id := range collections {
		id = id.withScope()
		if h.seenCollections[id] {
			continue
		}
		h.seenCollections[id] = true
		collection := h.collections[id]
		h.add(collection.Policies, collection.PolicyCollections)
	}
}
