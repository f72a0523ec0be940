package provider

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// lowIndexFirst is true if the access role with the lower roleHierarchyIndex has the higher precedence. The
// descriptions of hierarchy_index and lusid_access_roles say so too.
//
// Unverified: access/role-hierarchy-index.
const lowIndexFirst = true

// roleOrder returns the roles that wants accepts, highest precedence first. It fails if one of them has no index.
func roleOrder(listed []access.RoleResponse, wants func(access.ResourceID) bool) ([]access.ResourceID, error) {
	var roles []access.RoleResponse
	for _, role := range listed {
		if !wants(role.ID) {
			continue
		}
		if role.RoleHierarchyIndex == nil {
			return nil, fmt.Errorf("LUSID returned no roleHierarchyIndex for the access role %s, so its precedence is unknown", role.ID)
		}
		roles = append(roles, role)
	}
	return byPrecedence(roles), nil
}

// byPrecedence sorts roles with an index, highest precedence first, and returns their IDs. Roles with the same index keep
// the order in which LUSID lists them.
func byPrecedence(roles []access.RoleResponse) []access.ResourceID {
	slices.SortStableFunc(roles, func(a, b access.RoleResponse) int {
		return comparePlaces(int64(*a.RoleHierarchyIndex), int64(*b.RoleHierarchyIndex))
	})
	ids := make([]access.ResourceID, 0, len(roles))
	for _, role := range roles {
		ids = append(ids, role.ID)
	}
	return ids
}

// comparePlaces returns a negative number if a role with the index a takes precedence over a role with the index b.
func comparePlaces(a, b int64) int {
	if lowIndexFirst {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(b, a)
}

// roleMove moves one role to a place.
type roleMove struct {
	role  access.ResourceID
	place access.RolePlace
}

// movedRoles are the roles of the moves.
func movedRoles(moves []roleMove) []access.ResourceID {
	roles := make([]access.ResourceID, len(moves))
	for i, move := range moves {
		roles[i] = move.role
	}
	return roles
}

// above is the place directly above a role.
func above(role access.ResourceID) access.RolePlace {
	if lowIndexFirst {
		return access.RolePlace{Before: role}
	}
	return access.RolePlace{After: role}
}

// below is the place directly below a role.
func below(role access.ResourceID) access.RolePlace {
	if lowIndexFirst {
		return access.RolePlace{After: role}
	}
	return access.RolePlace{Before: role}
}

// roleMoves returns the moves that put roles from the current order into the wanted one. Both have the same
// roles. Each move is next to a role that is in its place by then.
func roleMoves(current, wanted []access.ResourceID) (moves []roleMove) {
	stays := rolesThatStay(current, wanted)
	first := slices.Index(stays, true)
	for i := first - 1; i >= 0; i-- {
		moves = append(moves, roleMove{wanted[i], above(wanted[i+1])})
	}
	for i := first + 1; i < len(wanted); i++ {
		if !stays[i] {
			moves = append(moves, roleMove{wanted[i], below(wanted[i-1])})
		}
	}
	return moves
}

// rolesThatStay says which of the wanted roles need no move: the longest sequence that is in the current
// order already. If there is a choice, the lower roles stay, because a role that was just created is below all
// others and has to rise. LUSID refuses to change the roles that came with it, which are in other scopes, so
// they stay if the others can move around them.
func rolesThatStay(current, wanted []access.ResourceID) []bool {
	rank := make(map[access.ResourceID]int, len(current))
	for i, role := range current {
		rank[role] = i
	}
	// weight[i] is the weight of the heaviest sequence that ends with role i, and before[i] is the role
	// before i in that sequence.
	weight, before := make([]int, len(wanted)), make([]int, len(wanted))
	last := -1
	for i, role := range wanted {
		before[i] = -1
		for j := range i {
			if rank[wanted[j]] < rank[role] && weight[j] >= weight[i] {
				weight[i], before[i] = weight[j], j
			}
		}
		if role.Scope == access.DefaultScope {
			weight[i]++
		} else {
			weight[i] += len(wanted)
		}
		if last < 0 || weight[i] >= weight[last] {
			last = i
		}
	}
	stays := make([]bool, len(wanted))
	for ; last >= 0; last = before[last] {
		stays[last] = true
	}
	return stays
}

// reordered returns the roles whose order relative to another role differs. Both have the same roles.
func reordered(current, wanted []access.ResourceID) (roles []access.ResourceID) {
	for i, role := range wanted {
		now := slices.Index(current, role)
		if now != i || slices.ContainsFunc(wanted[:i], func(higher access.ResourceID) bool { return slices.Index(current, higher) > now }) {
			roles = append(roles, role)
		}
	}
	return roles
}

// belowNew returns the listed roles that are below a role without a current place, such as a role that the run creates.
func belowNew(list types.List, current []access.ResourceID) (roles []access.ResourceID) {
	hasNew := false
	for _, element := range list.Elements() {
		text, _ := element.(types.String)
		role := toAccessID(text.ValueString())
		switch {
		case text.IsUnknown() || !slices.Contains(current, role):
			hasNew = true
		case hasNew:
			roles = append(roles, role)
		}
	}
	return roles
}

// among returns those of the roles that are in the other list, in their order.
func among(roles, of []access.ResourceID) []access.ResourceID {
	return slices.DeleteFunc(slices.Clone(roles), func(role access.ResourceID) bool { return !slices.Contains(of, role) })
}

// roleOrders find resources that want access roles in opposite orders. Each apply would undo the moves of another
// resource. The zero value is ready to use. It is safe for concurrent use.
type roleOrders struct {
	mu sync.Mutex
	// planned has the order that each resource wants, by the resource's owner.
	planned map[string][]access.ResourceID
}

// plan records the order that a resource wants. If the other resources want two of its roles in the opposite order, plan
// returns their order, from the one role to the other. The order may come from several resources: one wants a before b,
// and another wants b before c.
func (o *roleOrders) plan(owner string, wanted []access.ResourceID) (opposite []access.ResourceID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	next := map[access.ResourceID][]access.ResourceID{}
	for other, order := range o.planned {
		for i := 1; i < len(order) && other != owner; i++ {
			next[order[i-1]] = append(next[order[i-1]], order[i])
		}
	}
	for i, role := range wanted {
		if opposite = orderTo(wanted[:i], role, next); opposite != nil {
			return opposite
		}
	}
	if o.planned == nil {
		o.planned = map[string][]access.ResourceID{}
	}
	o.planned[owner] = wanted
	return nil
}

// orderTo returns a shortest order from a role to one of the targets, or nil. Next has the roles that come directly after
// each role.
func orderTo(targets []access.ResourceID, role access.ResourceID, next map[access.ResourceID][]access.ResourceID) []access.ResourceID {
	seen := map[access.ResourceID]bool{role: true}
	for orders := [][]access.ResourceID{{role}}; len(orders) > 0; orders = orders[1:] {
		last := orders[0][len(orders[0])-1]
		if slices.Contains(targets, last) {
			return orders[0]
		}
		for _, role := range next[last] {
			if !seen[role] {
				seen[role] = true
				orders = append(orders, append(slices.Clone(orders[0]), role))
			}
		}
	}
	return nil
}

// toAccessIDList reads the known ids of a list, in its order.
func toAccessIDList(list types.List) []access.ResourceID {
	ids := []access.ResourceID{}
	for _, element := range list.Elements() {
		if text, ok := element.(types.String); ok && !text.IsUnknown() && !text.IsNull() {
			ids = append(ids, toAccessID(text.ValueString()))
		}
	}
	return ids
}

// roleLines shows roles to people, one a line.
func roleLines(roles []access.ResourceID) string {
	return "  " + strings.Join(fromAccessIDs(roles), "\n  ")
}
