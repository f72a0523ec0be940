package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// A role membership is the assignment of one role to one user. lusid_role_assignment manages one
// membership, and lusid_role_members manages all memberships of a role.

// membershipOf names the membership for placements.
func membershipOf(roleID, userID string) string {
	return "membership of the user " + userID + " in the role " + roleID
}

// addToRole assigns the role to the user. LUSID may refuse to add a role twice. The user already has
// it then, so this is success.
func (c *connection) addToRole(ctx context.Context, roleID, userID, owner string) error {
	return c.placements.put(ctx, membershipOf(roleID, userID), owner, func(bool) error { return c.giveRole(ctx, roleID, userID) })
}

// keepInRole is addToRole for a user who is known to have the role. It sends no request, unless this
// run has removed the role from the user since then.
func (c *connection) keepInRole(ctx context.Context, roleID, userID, owner string) error {
	return c.placements.put(ctx, membershipOf(roleID, userID), owner, func(removed bool) error {
		if !removed {
			return nil
		}
		return c.giveRole(ctx, roleID, userID)
	})
}

func (c *connection) giveRole(ctx context.Context, roleID, userID string) error {
	err := c.identity.AddUserToRole(ctx, roleID, userID)
	if isConflict(err) {
		if held, listErr := c.holdsRole(ctx, roleID, userID); listErr == nil && held {
			return nil
		}
	}
	return err
}

// removeFromRole removes the role from the user, unless another resource of this run needs the
// membership. LUSID may refuse to remove a role that the user does not have. This is success.
func (c *connection) removeFromRole(ctx context.Context, roleID, userID, owner string) (needed bool, err error) {
	return c.placements.remove(ctx, membershipOf(roleID, userID), owner, func() error {
		err := c.identity.RemoveUserFromRole(ctx, roleID, userID)
		if isConflict(err) {
			if held, listErr := c.holdsRole(ctx, roleID, userID); listErr == nil && !held {
				return nil
			}
		}
		return err
	})
}

// holdsRole lists again before it returns false, because a list may lag.
func (c *connection) holdsRole(ctx context.Context, roleID, userID string) (bool, error) {
	for range 2 {
		users, err := c.identity.ListUsersInRole(ctx, roleID)
		if client.IsNotFound(err) {
			return false, nil
		}
		if isAmong(users, userID) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// isAmong reports whether a user is among those who hold a role. LUSID may still list deleted users.
func isAmong(users []identity.UserResponse, id string) bool {
	return slices.ContainsFunc(users, func(user identity.UserResponse) bool { return user.ID == id && !user.IsDeleted() })
}

// listMembers lists the users who hold a role: see membersAmong.
func (c *connection) listMembers(ctx context.Context, roleID string, listed []string) ([]identity.UserResponse, error) {
	users, err := c.identity.ListUsersInRole(ctx, roleID)
	if err != nil {
		return nil, err
	}
	return c.membersAmong(ctx, users, listed)
}

// userIDs returns the IDs of users.
func userIDs(users []identity.UserResponse) []string {
	ids := make([]string, len(users))
	for i := range users {
		ids[i] = users[i].ID
	}
	return ids
}

// membersAmong returns the users who hold a role, each of them once and without the deleted ones. It leaves
// out the caller, unless the caller is listed.
func (c *connection) membersAmong(ctx context.Context, users []identity.UserResponse, listed []string) ([]identity.UserResponse, error) {
	seen := make(map[string]bool, len(users))
	members := slices.DeleteFunc(slices.Clone(users), func(user identity.UserResponse) bool {
		if user.IsDeleted() || seen[user.ID] {
			return true
		}
		seen[user.ID] = true
		return false
	})
	if !slices.ContainsFunc(members, func(user identity.UserResponse) bool { return !slices.Contains(listed, user.ID) }) {
		return members, nil
	}
	caller, err := c.currentUser(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(members, func(user identity.UserResponse) bool {
		return user.ID == caller.ID && !slices.Contains(listed, user.ID)
	}), nil
}

// warnMembersOverlap warns of users who lose a role, although another resource assigns it to them.
func warnMembersOverlap(diags *diag.Diagnostics, roleID string, userIDs []string) {
	warnOverlap(diags, "Two resources assign the role "+roleID+" to the same users",
		fmt.Sprintf("This plan takes the role %s from these users:\n\n%s", roleID, listed(userIDs)))
}
