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
		Statement: "A create of a role returns status 201.",
		Source:    contract,
		Assumed:   "The provider accepts any success status. The mock responds with 201.",
		run:       createdWith("a role", http.StatusCreated, (*domain).createRole),
	},
	{
		API: "identity", Name: "role-duplicate", Needs: Write,
		Statement: "A second role with the same name is refused with status 409 and code 144.",
		Source:    contract + " documents 409 without a body; the code: " + noSource,
		Assumed:   "The provider looks for the name in the list after any refusal. The mock responds with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("twice")
			o, a := d.createRole(ctx, name)
			if o == nil {
				return a.unable("create a role")
			}
			_, second := d.create(ctx, roles, name, d.roleRequest(name))
			return second.is("create a second role", http.StatusConflict, codeDuplicate)
		},
	},
	{
		API: "identity", Name: "roles-list-lag", Needs: Write,
		Statement: "The first list after a create contains the new role.",
		Source:    "the parameter waitForReindex shows that the lists of users lag; whether other lists do: " + noSource,
		Assumed:   "If a list does not contain an object, the provider reads it by the ID. The mock's lists contain new objects at once.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createRole(ctx, d.name("list"))
			if o == nil {
				return a.unable("create a role")
			}
			return d.firstList(ctx, o)
		},
	},
	{
		API: "identity", Name: "role-read-lag", Needs: Write,
		Statement: "A read by the ID finds a new role at once.",
		Source:    noSource + "; lists may lag",
		Assumed:   "The provider reads a role after the create. The mock finds the role.",
		run:       readableWith("a role", "GetRole", (*domain).createRole),
	},
	{
		API: "identity", Name: "role-update-clears", Needs: Write,
		Statement: "An update of a role without a description clears the description.",
		Source:    "a rule for all of LUSID's PUT requests; whether it applies to roles: " + noSource,
		Assumed:   "The provider always sends the description. The mock clears it.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createRole(ctx, d.name("clear"))
			if o == nil {
				return a.unable("create a role")
			}
			if text(o.fields, "description") == "" {
				return couldNotTell("the new role has no description")
			}
			update := d.write(ctx, d.identity.Put("UpdateRole", "roles", o.id()).Body(map[string]any{}))
			if !update.ok() {
				return update.unable("update a role without a description")
			}
			return d.readAgain(ctx, d.identity.Get("GetRole", "roles", o.id()), "description", cleared)
		},
	},
	{
		API: "identity", Name: "role-delete", Needs: Write,
		Statement: "A delete of a role returns status 204.",
		Source:    deleteDocumented,
		Assumed:   "The provider accepts any success status. The mock responds with 204.",
		run:       deletedWith("a role", http.StatusNoContent, (*domain).createRole),
	},
	{
		API: "identity", Name: "role-delete-again", Needs: Write,
		Statement: "A second delete of a role returns status 404 and code 660.",
		Source:    noSource,
		Assumed:   "The provider treats the code as success. The mock responds with this status and this code.",
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

// The possible results of an update for a field that the request leaves out.
const (
	cleared = "is empty"
	kept    = "has a value"
)

// readAgain reads an object after an update that left a field out.
func (d *domain) readAgain(ctx context.Context, read client.Request, field, assumed string) Finding {
	a := d.read(ctx, read)
	if !a.ok() {
		return a.unable("read the object after the update")
	}
	seen := kept
	if text(a.object(), field) == "" {
		seen = cleared
	}
	return decide(seen == assumed, "the field %s %s after the update", field, seen)
}
