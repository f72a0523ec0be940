package conformance

import (
	"context"
	"net/http"
)

var accessUserRoleChecks = []Check{
	{
		API: "access", Name: "user-role-new-user", Needs: Mail,
		Statement: "A read of the user role of a user who has never signed in returns status 404 and one of LUSID's codes.",
		Source:    "KA-01794 says that LUSID creates it at the first sign-in; what a read returns before that: " + noSource,
		Assumed:   "If the response has a code, the provider creates the user role. It adopts an empty one. The mock responds with 404 and a code.",
		run: func(ctx context.Context, d *domain) Finding {
			user, a := d.createUser(ctx, d.name("new-role"))
			if user == nil {
				return a.unable("create a user")
			}
			read := d.read(ctx, d.access.Get("GetUserRole", "userroles", user.id()))
			if !read.isConclusive() {
				return read.unable("read the user role of a new user")
			}
			if problem := d.isUnknownPath(ctx, userRoles, read); problem != nil {
				return *problem
			}
			return decide(read.status == http.StatusNotFound && read.code != 0, "%s", read)
		},
	},
	createOf(userRoles, Mail, http.StatusOK, (*domain).createUserRole),
	{
		API: "access", Name: "user-role-duplicate", Needs: Mail,
		Statement: "A second user role of the same user is refused with status 400 and code 615.",
		Source:    "LUSID documents the code for roles; whether it applies to user roles: " + noSource,
		Assumed:   "After a refusal, the provider reads the user role, and adopts it if it is empty. The mock responds with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createUserRole(ctx, d.name("twice"))
			if o == nil {
				return a.unable("create a user role")
			}
			_, second := d.createUserRoleOf(ctx, text(o.fields, "id.code"), o.name)
			return second.is("create a second user role", http.StatusBadRequest, codeRoleTaken)
		},
	},
	{
		API: "access", Name: "user-role-update-replaces", Needs: Mail,
		Statement: "An update of a user role without policies clears them.",
		Source:    "KA-01699, about access roles",
		Assumed:   "The provider sends the whole user role. The mock clears missing fields.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createUserRole(ctx, d.name("clear"))
			if o == nil {
				return a.unable("create a user role")
			}
			policy, a := d.createPolicy(ctx, d.name("user-role"))
			if policy == nil {
				return a.unable("create a policy")
			}
			for _, policies := range [][]any{{policy.fields["id"]}, {}} {
				body := map[string]any{"resource": userRoleResource(policies...)}
				if update := d.write(ctx, d.access.Post("UpdateUserRole", append(o.path(), "update")...).Body(body)); !update.ok() {
					return update.unable("update a user role")
				}
			}
			updated, problem := d.readUpdated(ctx, o, d.access.Get("GetUserRole", o.path()...), func(role map[string]any) bool { return len(policiesOf(role)) == 0 })
			if problem != nil {
				return *problem
			}
			n := len(policiesOf(updated))
			return decide(n == 0, "policies: %d", n)
		},
	},
	{
		API: "access", Name: "user-roles-list-lag", Needs: Mail,
		Statement: "The first list after a create contains the new user role.",
		Source:    noSource,
		Assumed:   "If a 404 has no code for a missing user, the list decides. The provider lists twice. The mock's lists contain new objects at once.",
		run:       listedWith("a user role", (*domain).createUserRole),
	},
	deleteOf(userRoles, Mail, (*domain).createUserRole),
	{
		API: "access", Name: "user-role-delete-again", Needs: Mail,
		Statement: "A second delete of a user role returns status 404.",
		Source:    notAccessDocumented,
		Assumed:   "The provider reads the list before it treats the user role as deleted. The mock responds with 404.",
		run:       deletedAgainWith("a user role", http.StatusNotFound, 0, (*domain).createUserRole),
	},
}

// createUserRole creates a user and the user's user role.
func (d *domain) createUserRole(ctx context.Context, name string) (*object, answer) {
	user, a := d.createUser(ctx, name+"-role")
	if user == nil {
		return nil, a
	}
	return d.createUserRoleOf(ctx, user.id(), user.name)
}

func (d *domain) createUserRoleOf(ctx context.Context, userID, login string, policies ...any) (*object, answer) {
	body := map[string]any{"userId": userID, "resource": userRoleResource(policies...)}
	return d.create(ctx, userRoles, login, d.access.Post("CreateUserRole", "userroles").Body(body))
}

func userRoleResource(policies ...any) map[string]any {
	return map[string]any{"policies": append([]any{}, policies...), "policyCollections": []any{}}
}
