package conformance

import (
	"context"
	"net/http"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var identityRoleChecks = []Check{
	createOf(roles, Write, http.StatusCreated, (*domain).createRole),
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
		run:       listedWith("a role", (*domain).createRole),
	},
	{
		API: "identity", Name: "roles-list-deleted", Needs: Write,
		Statement: "The first list after a delete does not contain the role.",
		Source:    "the parameter waitForReindex shows that the lists of users lag; whether other lists do: " + noSource,
		Assumed:   "If a response is unclear and a list contains the object, the provider reports an error, which says that the list may lag. The mock's lists do not contain deleted objects.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createRole(ctx, d.name("listed"))
			if o == nil {
				return a.unable("create a role")
			}
			switch lists, list := d.waitInList(ctx, o); {
			case !list.isList():
				return list.unable("list roles")
			case lists == 0:
				return couldNotTell("the list does not contain the new role")
			}
			if removed := d.remove(ctx, o); !removed.ok() {
				return removed.unable("delete a role")
			}
			lists, last := d.waitFor(ctx, func() answer { return d.list(ctx, roles) }, func(list answer) bool { return !o.isIn(list) })
			return d.first(lists, last, "shows the delete")
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
			return d.isClearedAfter(ctx, o, d.identity.Get("GetRole", "roles", o.id()), "description")
		},
	},
	deleteOf(roles, Write, (*domain).createRole),
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
	return d.identity.Post("CreateRole", "roles").Body(identity.CreateRoleRequest{Name: name, Description: createdBy})
}
