package conformance

import (
	"context"
	"net/http"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var identityUsers = []Check{
	{
		API: "identity", Name: "user-create", Needs: Mail,
		Statement: "A new user is answered with status 200.",
		Source:    contract + " since January 2026; 201 before",
		Assumed:   "The provider takes both. The mock answers with 200.",
		run:       createdWith("a user", http.StatusOK, (*domain).createUser),
	},
	{
		API: "identity", Name: "user-wait-for-reindex", Needs: Mail,
		Statement: "After a create with waitForReindex, the first list shows the new user.",
		Source:    contract,
		Assumed:   "The provider sends waitForReindex, and reads by id what a list lacks. The mock's list shows the user.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createUser(ctx, d.name("list"))
			if o == nil {
				return a.because("create a user")
			}
			return d.firstList(ctx, o)
		},
	},
	{
		API: "identity", Name: "user-read-lag", Needs: Mail,
		Statement: "A read by the id finds a new user at once.",
		Source:    noSource + "; lists may lag",
		Assumed:   "The provider reads a user at each refresh. The mock finds the user.",
		run:       readableWith("a user", "GetUser", (*domain).createUser),
	},
	{
		API: "identity", Name: "user-duplicate", Needs: Mail,
		Statement: "A second user with the same login is refused with status 400 and code 658.",
		Source:    "LUSID documents the code; the status: " + noSource,
		Assumed:   "The provider goes by the code, and looks the login up. The mock answers with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("twice")
			o, a := d.createUser(ctx, name)
			if o == nil {
				return a.because("create a user")
			}
			_, second := d.createUser(ctx, name)
			return second.is("create a second user", http.StatusBadRequest, codeUserTaken)
		},
	},
	{
		API: "identity", Name: "user-update-clears", Needs: Mail,
		Statement: "An update of a user without a second e-mail address clears that address.",
		Source:    "a rule for all of LUSID's PUT requests; whether it holds here, " + noSource,
		Assumed:   "The provider sends null for what is to be cleared. The mock clears what is left out.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("clear")
			o, a := d.createUser(ctx, name)
			if o == nil {
				return a.because("create a user")
			}
			if text(o.fields, "secondEmailAddress") == "" {
				return couldNotTell("the new user has no second e-mail address")
			}
			body := userBody(name)
			body.SecondEmailAddress = ""
			if update := d.write(ctx, d.identity.Put("UpdateUser", "users", o.id()).Body(body)); !update.ok() {
				return update.because("update a user")
			}
			return d.readAgain(ctx, d.identity.Get("GetUser", "users", o.id()), "secondEmailAddress", cleared)
		},
	},
	{
		API: "identity", Name: "membership-add-again", Needs: Mail,
		Statement: "Giving a user a role again is answered with status 204.",
		Source:    noSource,
		Assumed:   "The provider reads the members after a refusal, and takes a user who has the role for success. The mock answers with 204.",
		run: func(ctx context.Context, d *domain) Finding {
			add := func(path []string) client.Request { return d.identity.Put("AddUserToRole", path...) }
			return d.membershipTwice(ctx, "add", add)
		},
	},
	{
		API: "identity", Name: "membership-remove-again", Needs: Mail,
		Statement: "Taking a role from a user who does not have it is answered with status 204.",
		Source:    noSource,
		Assumed:   "The provider reads the members after a refusal, and takes a user without the role for success. The mock answers with 204.",
		run: func(ctx context.Context, d *domain) Finding {
			remove := func(path []string) client.Request { return d.identity.Delete("RemoveUserFromRole", path...) }
			return d.membershipTwice(ctx, "remove", remove)
		},
	},
	{
		API: "identity", Name: "user-deleted-read", Needs: Mail,
		Statement: "A read of a deleted user who is not purged answers with status 200, and the user's status is DEPROVISIONED.",
		Source:    noSource,
		Assumed:   "The provider takes this and a 404 for gone. The mock answers with the user.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.deprovisionedUser(ctx, d.name("read"))
			if o == nil {
				return a.because("create and delete a user")
			}
			read := d.read(ctx, d.identity.Get("GetUser", "users", o.id()))
			if !read.tells() {
				return read.because("read a deleted user")
			}
			if !read.ok() {
				return differs("%s", read)
			}
			return words([]map[string]any{read.object()}, "status", "DEPROVISIONED")
		},
	},
	{
		API: "identity", Name: "user-deleted-read-by-login", Needs: Mail,
		Statement: "A read by the login of a deleted user who is not purged answers with status 200.",
		Source:    noSource,
		Assumed:   "The provider takes a deleted user for gone. The mock answers with the user.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("deleted")
			o, a := d.deprovisionedUser(ctx, name)
			if o == nil {
				return a.because("create and delete a user")
			}
			r := d.identity.Get("GetUserFromLogin", "users", "fromlogin", name+mailDomain)
			return d.read(ctx, r).is("read a deleted user by the login", http.StatusOK, 0)
		},
	},
	{
		API: "identity", Name: "user-deleted-login", Needs: Mail,
		Statement: "The login of a deleted user who is not purged cannot be used again: the create is refused with code 705.",
		Source:    noSource + "; LUSID documents the code",
		Assumed:   "A plan that deletes a user and creates one with the same login is an error. The mock refuses.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("reuse")
			o, a := d.deprovisionedUser(ctx, name)
			if o == nil {
				return a.because("create and delete a user")
			}
			_, second := d.createUser(ctx, name)
			if !second.tells() {
				return second.because("create the user again")
			}
			return decide(second.code == codeUserDeleted, "%s", second)
		},
	},
	{
		API: "identity", Name: "user-delete", Needs: Mail,
		Statement: "A purged user is answered with status 204.",
		Source:    deleteDocumented,
		Assumed:   "The provider takes any success. The mock answers with 204.",
		run:       deletedWith("a user", http.StatusNoContent, (*domain).createUser),
	},
	{
		API: "identity", Name: "user-delete-again", Needs: Mail,
		Statement: "Purging a purged user is refused with status 404 and code 657.",
		Source:    noSource,
		Assumed:   "The provider takes the code for success. The mock answers with this status and this code.",
		run:       deletedAgainWith("a user", http.StatusNotFound, codeUserGone, (*domain).createUser),
	},
}

// mailDomain is reserved by RFC 2606, so nobody reads the mail.
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

// deprovisionedUser returns a user whom LUSID has deleted, and whose record it keeps. The answer is the
// one that stood in the way if the user is nil.
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

// membershipTwice sends the same change of a membership twice.
func (d *domain) membershipTwice(ctx context.Context, suffix string, change func(path []string) client.Request) Finding {
	user, a := d.createUser(ctx, d.name(suffix))
	if user == nil {
		return a.because("create a user")
	}
	role, a := d.createRole(ctx, d.name(suffix))
	if role == nil {
		return a.because("create a role")
	}
	path := []string{"roles", role.id(), "users", user.id()}
	if added := d.write(ctx, d.identity.Put("AddUserToRole", path...)); !added.ok() {
		return added.because("give a user a role")
	}
	if first := d.write(ctx, change(path)); suffix == "remove" && !first.ok() {
		return first.because("take a role from a user")
	} else if suffix == "add" {
		return first.is("give a user a role again", http.StatusNoContent, 0)
	}
	return d.write(ctx, change(path)).is("take a role from a user again", http.StatusNoContent, 0)
}
