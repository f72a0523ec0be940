package conformance

import (
	"context"
	"net/http"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var identityUserChecks = []Check{
	{
		API: "identity", Name: "user-create", Needs: Mail,
		Statement: "A create of a user returns status 200.",
		Source:    contract + " since January 2026; 201 before",
		Assumed:   "The provider accepts both. The mock responds with 200.",
		run:       createdWith("a user", http.StatusOK, (*domain).createUser),
	},
	{
		API: "identity", Name: "user-wait-for-reindex", Needs: Mail,
		Statement: "After a create with waitForReindex, the first list contains the new user.",
		Source:    contract,
		Assumed:   "The provider sends waitForReindex. If a list does not contain a user, the provider reads the user by the ID. The mock's list contains the user.",
		run:       listedWith("a user", (*domain).createUser),
	},
	{
		API: "identity", Name: "user-read-lag", Needs: Mail,
		Statement: "A read by the ID finds a new user at once.",
		Source:    noSource + "; lists may lag",
		Assumed:   "The provider reads a user at each refresh. The mock finds the user.",
		run:       readableWith("a user", "GetUser", (*domain).createUser),
	},
	{
		API: "identity", Name: "user-duplicate", Needs: Mail,
		Statement: "A second user with the same login is refused with status 400 and code 658.",
		Source:    "LUSID documents the code; the status: " + noSource,
		Assumed:   "The provider checks the code, and looks for the login. The mock responds with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("twice")
			o, a := d.createUser(ctx, name)
			if o == nil {
				return a.unable("create a user")
			}
			_, second := d.createUser(ctx, name)
			return second.is("create a second user", http.StatusBadRequest, codeUserTaken)
		},
	},
	{
		API: "identity", Name: "user-update-clears", Needs: Mail,
		Statement: "An update of a user without a second e-mail address clears that address.",
		Source:    "a rule for all of LUSID's PUT requests; whether it applies to users: " + noSource,
		Assumed:   "The provider never leaves a field out. The mock clears missing fields.",
		run: func(ctx context.Context, d *domain) Finding {
			return d.clearsSecondAddress(ctx, "clear", func(body identity.UpdateUserRequest) any {
				body.SecondEmailAddress = ""
				return body
			})
		},
	},
	{
		API: "identity", Name: "user-update-null-clears", Needs: Mail,
		Statement: "An update of a user with null as the second e-mail address clears that address.",
		Source:    noSource,
		Assumed:   "The provider sends null to clear a field. The mock clears the field.",
		run: func(ctx context.Context, d *domain) Finding {
			return d.clearsSecondAddress(ctx, "null", func(body identity.UpdateUserRequest) any {
				return struct {
					identity.UpdateUserRequest
					SecondEmailAddress *string `json:"secondEmailAddress"`
				}{UpdateUserRequest: body}
			})
		},
	},
	{
		API: "identity", Name: "membership-add-again", Needs: Mail,
		Statement: "If a user already has a role, assigning the role returns status 204.",
		Source:    noSource,
		Assumed:   "After a refusal, the provider reads the members. If the user has the role, the provider treats this as success. The mock responds with 204.",
		run: func(ctx context.Context, d *domain) Finding {
			user, role, a := d.member(ctx, "add")
			if user == nil {
				return a.unable("assign a role to a user")
			}
			again := d.write(ctx, d.identity.Put("AddUserToRole", membership(user, role)...))
			return again.is("assign a role to a user again", http.StatusNoContent, 0)
		},
	},
	{
		API: "identity", Name: "membership-remove-again", Needs: Mail,
		Statement: "If a user does not have a role, removing the role returns status 204.",
		Source:    noSource,
		Assumed:   "After a refusal, the provider reads the members. If the user does not have the role, the provider treats this as success. The mock responds with 204.",
		run: func(ctx context.Context, d *domain) Finding {
			user, role, a := d.member(ctx, "remove")
			if user == nil {
				return a.unable("assign a role to a user")
			}
			remove := d.identity.Delete("RemoveUserFromRole", membership(user, role)...)
			if first := d.write(ctx, remove); !first.ok() {
				return first.unable("remove a role from a user")
			}
			return d.write(ctx, remove).is("remove a role from a user again", http.StatusNoContent, 0)
		},
	},
	{
		API: "identity", Name: "role-members-list-lag", Needs: Mail,
		Statement: "The first list of the members of a role after an assignment contains the new member.",
		Source:    "the parameter waitForReindex shows that the lists of users lag; whether other lists do: " + noSource,
		Assumed:   "If the list does not contain a member, the provider lists again. The mock's lists contain new members at once.",
		run: func(ctx context.Context, d *domain) Finding {
			user, role, a := d.member(ctx, "member")
			if user == nil {
				return a.unable("assign a role to a user")
			}
			list := func() answer {
				return d.read(ctx, d.identity.Get("ListUsersInRole", "roles", role.id(), "users"))
			}
			lists, last := d.waitFor(ctx, list, user.isIn)
			return d.first(lists, last, "contains the member")
		},
	},
	{
		API: "identity", Name: "user-deleted-read", Needs: Mail,
		Statement: "A read of a deleted user who is not purged returns status 200, and the user's status is DEPROVISIONED.",
		Source:    noSource,
		Assumed:   "The provider treats both this status and a 404 as deleted. The mock responds with the user.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.deprovisionedUser(ctx, d.name("read"))
			if o == nil {
				return a.unable("create and delete a user")
			}
			read := d.readUntil(ctx, d.identity.Get("GetUser", "users", o.id()), o.hasOtherStatus)
			if !read.isConclusive() {
				return read.unable("read a deleted user")
			}
			if !read.ok() {
				return differs("%s", read)
			}
			if !o.isSameAs(read.object()) {
				return anotherObject
			}
			return words([]map[string]any{read.object()}, "status", "DEPROVISIONED")
		},
	},
	{
		API: "identity", Name: "user-deleted-read-by-login", Needs: Mail,
		Statement: "A read by the login of a deleted user who is not purged returns status 200.",
		Source:    noSource,
		Assumed:   "The provider treats a deleted user like a user that does not exist. The mock responds with the user.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("deleted")
			o, a := d.deprovisionedUser(ctx, name)
			if o == nil {
				return a.unable("create and delete a user")
			}
			read := d.readUntil(ctx, d.identity.Get("GetUserFromLogin", "users", "fromlogin", name+mailDomain), o.hasOtherStatus)
			switch {
			case read.ok() && !o.isSameAs(read.object()):
				return anotherObject
			case read.ok() && !o.hasOtherStatus(read.object()):
				return couldNotTell("a read does not show the delete")
			}
			return read.is("read a deleted user by the login", http.StatusOK, 0)
		},
	},
	{
		API: "identity", Name: "user-deleted-login", Needs: Mail,
		Statement: "The login of a deleted user who is not purged cannot be used again: the create is refused with code 705.",
		Source:    noSource + "; LUSID documents the code",
		Assumed:   "The provider reports an error for a plan that deletes a user and creates a user with the same login. The mock refuses the create.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("reuse")
			o, a := d.deprovisionedUser(ctx, name)
			if o == nil {
				return a.unable("create and delete a user")
			}
			_, second := d.createUser(ctx, name)
			if !second.isConclusive() {
				return second.unable("create the user again")
			}
			return decide(second.code == codeUserDeleted, "%s", second)
		},
	},
	{
		API: "identity", Name: "user-deleted-delete", Needs: Mail,
		Statement: "A second delete of a user who is not purged is refused with status 400 and code 705.",
		Source:    noSource + "; LUSID documents the code",
		Assumed:   "The provider treats the code as success. The mock responds with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.deprovisionedUser(ctx, d.name("deleted-twice"))
			if o == nil {
				return a.unable("create and delete a user")
			}
			second := d.write(ctx, d.identity.Delete("DeleteUser", o.path()...))
			return second.is("delete a deleted user", http.StatusBadRequest, codeUserDeleted)
		},
	},
	{
		API: "identity", Name: "user-purged-read", Needs: Mail,
		Statement: "A read of a user after one request that purges the user returns status 404 and code 657.",
		Source:    "LUSID documents that a purge removes the record; whether a user who is not deleted needs two requests: " + noSource,
		Assumed:   "The provider sends one request to purge a user. The mock removes the record.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createUser(ctx, d.name("purged"))
			if o == nil {
				return a.unable("create a user")
			}
			if removed := d.remove(ctx, o); !removed.ok() {
				return removed.unable("purge a user")
			}
			read := d.readUntil(ctx, d.identity.Get("GetUser", o.path()...), never)
			// If LUSID keeps the record, the run must remove it.
			o.gone = !read.ok()
			if read.ok() && !o.isSameAs(read.object()) {
				return anotherObject
			}
			return read.is("read a purged user", http.StatusNotFound, codeUserGone)
		},
	},
	{
		API: "identity", Name: "user-delete", Needs: Mail,
		Statement: "A purge of a user returns status 204.",
		Source:    deleteDocumented,
		Assumed:   "The provider accepts any success status. The mock responds with 204.",
		run:       deletedWith("a user", http.StatusNoContent, (*domain).createUser),
	},
	{
		API: "identity", Name: "user-delete-again", Needs: Mail,
		Statement: "A second purge of a user returns status 404 and code 657.",
		Source:    noSource,
		Assumed:   "The provider treats the code as success. The mock responds with this status and this code.",
		run:       deletedAgainWith("a user", http.StatusNotFound, codeUserGone, (*domain).createUser),
	},
}

// mailDomain is reserved by RFC 2606, so the mail reaches no person.
const mailDomain = "@example.com"

func userBody(name string) identity.UpdateUserRequest {
	login := name + mailDomain
	return identity.UpdateUserRequest{
		FirstName: "Conformance", LastName: "Run", EmailAddress: login, Login: login, SecondEmailAddress: "second-" + login,
	}
}

func (d *domain) createUser(ctx context.Context, name string) (*object, answer) {
	return d.create(ctx, users, name+mailDomain, d.identity.Post("CreateUser", "users").Query("waitForReindex", "true").
		Body(identity.CreateUserRequest{Type: identity.UserTypeService, UpdateUserRequest: userBody(name)}))
}

// deprovisionedUser returns a user that LUSID has deleted, but whose record it keeps. If a step fails, the
// user is nil, and the answer is that of the failed request.
func (d *domain) deprovisionedUser(ctx context.Context, name string) (*object, answer) {
	o, a := d.createUser(ctx, name)
	if o == nil {
		return nil, a
	}
	if a = d.write(ctx, d.identity.Delete("DeleteUser", o.path()...)); !a.ok() {
		return nil, a
	}
	return o, a
}

// hasOtherStatus reports whether the status in a response is not that of the new user.
func (o *object) hasOtherStatus(user map[string]any) bool {
	return text(user, "status") != text(o.fields, "status")
}

// clearsSecondAddress updates a user with a second e-mail address, and checks whether the address is cleared. The
// argument changes the body of the update.
func (d *domain) clearsSecondAddress(ctx context.Context, suffix string, change func(identity.UpdateUserRequest) any) Finding {
	name := d.name(suffix)
	o, a := d.createUser(ctx, name)
	if o == nil {
		return a.unable("create a user")
	}
	if text(o.fields, "secondEmailAddress") == "" {
		return couldNotTell("the new user has no second e-mail address")
	}
	if update := d.write(ctx, d.identity.Put("UpdateUser", "users", o.id()).Body(change(userBody(name)))); !update.ok() {
		return update.unable("update a user")
	}
	return d.isClearedAfter(ctx, o, d.identity.Get("GetUser", "users", o.id()), "secondEmailAddress")
}

// member creates a user and a role, and assigns the role to the user. If a step fails, the user is nil, and the
// answer is that of the failed request.
func (d *domain) member(ctx context.Context, suffix string) (user, role *object, a answer) {
	if user, a = d.createUser(ctx, d.name(suffix)); user == nil {
		return nil, nil, a
	}
	if role, a = d.createRole(ctx, d.name(suffix)); role == nil {
		return nil, nil, a
	}
	if a = d.write(ctx, d.identity.Put("AddUserToRole", membership(user, role)...)); !a.ok() {
		return nil, nil, a
	}
	return user, role, a
}

// membership returns the path of a member of a role.
func membership(user, role *object) []string { return []string{"roles", role.id(), "users", user.id()} }
