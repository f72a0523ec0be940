package conformance

import (
	"context"
	"net/http"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var identityRoles = []Check{
	{
		API: "identity", Name: "role-create", Needs: Write,
		Statement: "A new role is answered with status 201.",
		Source:    contract,
		Assumed:   "The provider takes any success. The mock answers with 201.",
		run:       createdWith("a role", http.StatusCreated, (*domain).createRole),
	},
	{
		API: "identity", Name: "role-duplicate", Needs: Write,
		Statement: "A second role with the same name is refused with status 409 and code 144.",
		Source:    contract + " documents 409 without a body; the code: " + noSource,
		Assumed:   "The provider looks for the name in the list after any refusal. The mock answers with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("twice")
			o, a := d.createRole(ctx, name)
			if o == nil {
				return a.because("create a role")
			}
			_, second := d.create(ctx, roles, name, d.roleRequest(name))
			return second.is("create a second role", http.StatusConflict, codeDuplicate)
		},
	},
	{
		API: "identity", Name: "roles-list-lag", Needs: Write,
		Statement: "The first list after a create shows the new role.",
		Source:    "waitForReindex exists for users, so their lists lag; whether others do, " + noSource,
		Assumed:   "The provider reads by id what a list lacks. The mock's lists show everything at once.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createRole(ctx, d.name("list"))
			if o == nil {
				return a.because("create a role")
			}
			return d.firstList(ctx, o)
		},
	},
	{
		API: "identity", Name: "role-read-lag", Needs: Write,
		Statement: "A read by the id finds a new role at once.",
		Source:    noSource + "; lists may lag",
		Assumed:   "The provider reads a role after it has created it. The mock finds it.",
		run:       readableWith("a role", "GetRole", (*domain).createRole),
	},
	{
		API: "identity", Name: "role-update-clears", Needs: Write,
		Statement: "An update of a role without a description clears the description.",
		Source:    "a rule for all of LUSID's PUT requests; whether it holds here, " + noSource,
		Assumed:   "The provider always sends the description. The mock clears it.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createRole(ctx, d.name("clear"))
			if o == nil {
				return a.because("create a role")
			}
			if text(o.fields, "description") == "" {
				return couldNotTell("the new role has no description")
			}
			update := d.write(ctx, d.identity.Put("UpdateRole", "roles", o.id()).Body(map[string]any{}))
			if !update.ok() {
				return update.because("update a role without a description")
			}
			return d.readAgain(ctx, d.identity.Get("GetRole", "roles", o.id()), "description", cleared)
		},
	},
	{
		API: "identity", Name: "role-delete", Needs: Write,
		Statement: "A deleted role is answered with status 204.",
		Source:    deleteDocumented,
		Assumed:   "The provider takes any success. The mock answers with 204.",
		run:       deletedWith("a role", http.StatusNoContent, (*domain).createRole),
	},
	{
		API: "identity", Name: "role-delete-again", Needs: Write,
		Statement: "Deleting a deleted role is refused with status 404 and code 660.",
		Source:    noSource,
		Assumed:   "The provider takes the code for success. The mock answers with this status and this code.",
		run:       deletedAgainWith("a role", http.StatusNotFound, codeRoleGone, (*domain).createRole),
	},
}

func (d *domain) createRole(ctx context.Context, name string) (*object, answer) {
	return d.create(ctx, roles, name, d.roleRequest(name))
}

func (d *domain) roleRequest(name string) client.Request {
	return d.identity.Post("CreateRole", "roles").Body(identity.CreateRoleRequest{
		Name: name, Description: "A conformance run created this role and will delete it.",
	})
}

// What an update does to a field that it leaves out.
const (
	cleared = "is empty"
	kept    = "has a value"
)

// readAgain reads an object after an update that left a field out.
func (d *domain) readAgain(ctx context.Context, read client.Request, field, assumed string) Finding {
	a := d.read(ctx, read)
	if !a.ok() {
		return a.because("read the object after the update")
	}
	seen := kept
	if text(a.object(), field) == "" {
		seen = cleared
	}
	return decide(seen == assumed, "the field %s %s after the update", field, seen)
}
