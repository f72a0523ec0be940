package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
	"github.com/finbourne/terraform-provider-lusid/internal/provider"
)

// permutations returns all orders of the roles.
func permutations(roles []access.ResourceID) (all [][]access.ResourceID) {
	if len(roles) == 0 {
		return [][]access.ResourceID{{}}
	}
	for i := range roles {
		rest := slices.Delete(slices.Clone(roles), i, i+1)
		for _, order := range permutations(rest) {
			all = append(all, append([]access.ResourceID{roles[i]}, order...))
		}
	}
	return all
}

// afterMove returns the order after LUSID carried out a move.
func afterMove(order []access.ResourceID, move provider.RoleMove) []access.ResourceID {
	order = slices.DeleteFunc(slices.Clone(order), func(role access.ResourceID) bool { return role == move.Role })
	place := slices.Index(order, move.Place.Before)
	if place < 0 {
		place = slices.Index(order, move.Place.After) + 1
	}
	return slices.Insert(order, place, move.Role)
}

// leastMoves returns the smallest number of moves from one order to the other. It tries all moves.
func leastMoves(current, wanted []access.ResourceID) int {
	reached, moves := [][]access.ResourceID{current}, 0
	for ; ; moves++ {
		var next [][]access.ResourceID
		for _, order := range reached {
			if slices.Equal(order, wanted) {
				return moves
			}
			for _, role := range order {
				for _, neighbour := range order {
					if role != neighbour {
						next = append(next, afterMove(order, provider.RoleMove{Role: role, Place: access.RolePlace{Before: neighbour}}), afterMove(order, provider.RoleMove{Role: role, Place: access.RolePlace{After: neighbour}}))
					}
				}
			}
		}
		slices.SortFunc(next, compareOrders)
		reached = slices.CompactFunc(next, slices.Equal[[]access.ResourceID])
	}
}

func compareOrders(a, b []access.ResourceID) int {
	return slices.CompareFunc(a, b, func(a, b access.ResourceID) int { return slices.Compare([]byte(a.Code), []byte(b.Code)) })
}

// TestRoleMoves moves up to five roles into every possible order.
func TestRoleMoves(t *testing.T) {
	t.Parallel()
	for n := range 6 {
		var roles []access.ResourceID
		for i := range n {
			roles = append(roles, access.ResourceID{Scope: access.DefaultScope, Code: fmt.Sprint("role-", i)})
		}
		for _, wanted := range permutations(roles) {
			moves, order := provider.RoleMoves(roles, wanted), roles
			for _, move := range moves {
				order = afterMove(order, move)
			}
			if !slices.Equal(order, wanted) {
				t.Errorf("the moves lead to the order %v, want %v", order, wanted)
			}
			if least := leastMoves(roles, wanted); len(moves) != least {
				t.Errorf("the order %v: got %d moves, want %d", wanted, len(moves), least)
			}
			if (len(provider.Reordered(roles, wanted)) == 0) != slices.Equal(roles, wanted) {
				t.Errorf("the order %v: got %v as reordered, want roles only if the order differs", wanted, provider.Reordered(roles, wanted))
			}
		}
	}
}

// TestRoleMoves_unlistedRoles orders some roles of a domain. The order of the other roles stays the same.
func TestRoleMoves_unlistedRoles(t *testing.T) {
	t.Parallel()
	id := func(code string) access.ResourceID { return access.ResourceID{Scope: access.DefaultScope, Code: code} }
	domain := []access.ResourceID{id("a"), id("x"), id("b"), id("y"), id("c")}
	for _, wanted := range permutations([]access.ResourceID{id("a"), id("b"), id("c")}) {
		order := domain
		for _, move := range provider.RoleMoves(provider.Among(domain, wanted), wanted) {
			order = afterMove(order, move)
		}
		if !slices.Equal(provider.Among(order, wanted), wanted) || slices.Index(order, id("x")) > slices.Index(order, id("y")) {
			t.Errorf("the moves lead to the order %v, want the listed roles in the order %v, and x before y", order, wanted)
		}
	}
}

// TestRoleMoves_otherScopes moves six roles below two roles of other scopes. LUSID lets nobody move those two.
func TestRoleMoves_otherScopes(t *testing.T) {
	t.Parallel()
	var current []access.ResourceID
	for i := range 6 {
		current = append(current, access.ResourceID{Scope: access.DefaultScope, Code: fmt.Sprint("role-", i)})
	}
	fixed := []access.ResourceID{{Scope: "LUSID_SYSTEM", Code: "first"}, {Scope: "support", Code: "second"}}
	wanted := append(slices.Clone(fixed), current...)
	current = append(current, fixed...)
	moves := provider.RoleMoves(current, wanted)
	if len(moves) != 6 {
		t.Errorf("got %d moves, want 6", len(moves))
	}
	for _, move := range moves {
		if move.Role.Scope != access.DefaultScope {
			t.Errorf("got a move of %s, want moves only in the scope %s", move.Role, access.DefaultScope)
		}
		current = afterMove(current, move)
	}
	if !slices.Equal(current, wanted) {
		t.Errorf("got the order %v, want %v", current, wanted)
	}
}

// TestReordered returns the roles that swap places with another role.
func TestReordered(t *testing.T) {
	t.Parallel()
	a, b, c := access.ResourceID{Code: "a"}, access.ResourceID{Code: "b"}, access.ResourceID{Code: "c"}
	for _, test := range []struct{ wanted, moved []access.ResourceID }{
		{[]access.ResourceID{a, b, c}, nil},
		{[]access.ResourceID{b, a, c}, []access.ResourceID{b, a}},
		{[]access.ResourceID{c, b, a}, []access.ResourceID{c, b, a}},
		{[]access.ResourceID{a, c, b}, []access.ResourceID{c, b}},
	} {
		if got := provider.Reordered([]access.ResourceID{a, b, c}, test.wanted); !slices.Equal(got, test.moved) {
			t.Errorf("the order %v: got %v, want %v", test.wanted, got, test.moved)
		}
	}
}
