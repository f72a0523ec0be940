package provider

import (
	"context"
	"slices"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// A role membership is one user's holding of one role. lusid_role_assignment manages one of them,
// and lusid_role_members all of a role.

// membershipOf names the membership for placements.
func membershipOf(roleID, userID string) string {
	return "membership of the user " + userID + " in the role " + roleID
}

// addToRole gives the role to the user. LUSID may refuse to give a role twice: then the user has
// it already, and this is success.
func (c *connection) addToRole(ctx context.Context, roleID, userID, owner string) error {
	return c.placements.put(ctx, membershipOf(roleID, userID), owner, func(bool) error { return c.giveRole(ctx, roleID, userID) })
}

// keepInRole is addToRole for a user who is known to have the role. It makes no call, unless this
// run has taken the role from the user since.
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

// removeFromRole takes the role from the user, unless another resource of this run needs the
// membership. LUSID may refuse to take a role that the user does not have: this is success.
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

// holdsRole looks a second time before it says no, because a list may lag.
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

// isAmong reports that a user is among those who hold a role. LUSID may still list deleted users.
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

// membersAmong returns the users who hold a role, without the deleted ones. It leaves out the
// caller, unless the caller is listed.
func (c *connection) membersAmong(ctx context.Context, users []identity.UserResponse, listed []string) ([]identity.UserResponse, error) {
	members := slices.DeleteFunc(slices.Clone(users), func(user identity.UserResponse) bool { return user.IsDeleted() })
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
