package conformance

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

var accessRoleChecks = slices.Concat(lifeOf(accessRoles, "GetRole", codeRoleTaken, (*domain).createAccessRole), []Check{
	{
		API: "access", Name: "roles-list-lag", Needs: Write,
		Statement: "The first list after a create contains the new access role.",
		Source:    noSource,
		Assumed:   "LUSID has no code for a missing access role, so the list decides. The provider lists twice. The mock's lists contain new objects at once.",
		run:       listedWith("an access role", (*domain).createAccessRole),
	},
	{
		API: "access", Name: "role-update-replaces", Needs: Write,
		Statement: "An update of an access role without a description and policies clears both.",
		Source:    "KA-01699",
		Assumed:   "The provider sends the whole role. The mock clears missing fields.",
		run: func(ctx context.Context, d *domain) Finding {
			_, role, a := d.policyInRole(ctx, "role-clear")
			if role == nil {
				return a.unable("create a policy and a role with it")
			}
			if text(role.fields, "description") == "" || len(policiesOf(role.fields)) == 0 {
				return couldNotTell("the new role has no description, or no policy")
			}
			if update := d.write(ctx, d.roleUpdate(role)); !update.ok() {
				return update.unable("update an access role")
			}
			seen := func(role map[string]any) (described bool, held int) {
				return text(role, "description") != "", len(policiesOf(role))
			}
			updated, problem := d.readUpdated(ctx, role, d.access.Get("GetRole", role.path()...), func(role map[string]any) bool {
				described, held := seen(role)
				return !described && held == 0
			})
			if problem != nil {
				return *problem
			}
			described, held := seen(updated)
			return decide(!described && held == 0, "a description: %t; %d policies", described, held)
		},
	},
	{
		API: "access", Name: "role-missing-policy", Needs: Write,
		Statement: "A new access role with a policy that does not exist is refused with status 400 and code 772.",
		Source:    "LUSID documents the code; the status: " + noSource,
		Assumed:   "The provider shows the refusal on the argument policies. The mock responds with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			_, a := d.createAccessRoleWith(ctx, d.name("missing"), roleResource([]any{missingPolicy}))
			if a.isConclusive() && !a.ok() && a.code != codePolicyGone {
				// The refusal is conclusive only if LUSID accepts a role without the policy.
				if o, control := d.createAccessRole(ctx, d.name("without")); o == nil {
					return control.unable("create an access role")
				}
			}
			return a.is("create a role with a policy that does not exist", http.StatusBadRequest, codePolicyGone)
		},
	},
	{
		API: "access", Name: "role-place-new", Needs: Write,
		Statement: "A new access role has the highest roleHierarchyIndex.",
		Source:    noSource,
		Assumed:   "The provider shows the index that LUSID returns. In the mock, a new role has the lowest precedence.",
		run: func(ctx context.Context, d *domain) Finding {
			role, a := d.createAccessRole(ctx, d.name("place"))
			if role == nil {
				return a.unable("create an access role")
			}
			list := d.list(ctx, accessRoles)
			if !list.isList() {
				return list.unable("list access roles")
			}
			if problem := d.readIndexes(ctx, role); problem != nil {
				return *problem
			}
			index := indexOf(role)
			// The list may still contain the roles of other checks.
			others := slices.DeleteFunc(list.list(), func(other map[string]any) bool { return d.isNamed(text(other, "id.code")) })
			if len(others) == 0 {
				return couldNotTell("the domain has no other access role")
			}
			before := countOf(others, func(other map[string]any) bool {
				i, ok := other[hierarchyIndex].(float64)
				return ok && i >= index
			})
			return decide(before == 0, "%d of %d other roles have the same or a higher index", before, len(others))
		},
	},
	{
		API: "access", Name: "role-move", Needs: Write,
		Statement: "An update with beforeCode sets the roleHierarchyIndex of an access role to one less than the index of the named role.",
		Source:    "LUSID documents the parameter; how it changes the index: " + noSource,
		Assumed:   "The provider reads the index again after a move. The mock renumbers the roles.",
		run: func(ctx context.Context, d *domain) Finding {
			roles, problem := d.newAccessRoles(ctx, "move", 3)
			if problem != nil {
				return *problem
			}
			front, back := roles[1], roles[2]
			move := d.roleUpdate(back).Query("beforeScope", text(front.fields, "id.scope")).Query("beforeCode", front.name)
			if moved := d.write(ctx, move); !moved.ok() {
				return moved.unable("move a role of the run before another role")
			}
			gap := func() float64 { return indexOf(back) - indexOf(front) }
			if problem := d.waitForIndexes(ctx, roles, func() bool { return gap() == -1 }); problem != nil {
				return *problem
			}
			return decide(gap() == -1, "the index of the moved role minus the index of the other role: %g", gap())
		},
	},
	{
		API: "access", Name: "role-update-keeps-place", Needs: Write,
		Statement: "An update of an access role without beforeCode and afterCode keeps the roleHierarchyIndex.",
		Source:    noSource,
		Assumed:   "The provider plans no change of the index. The mock keeps it.",
		run: func(ctx context.Context, d *domain) Finding {
			// The role in front is neither the first nor the last role, so a move to either end changes its
			// index.
			roles, problem := d.newAccessRoles(ctx, "stay", 2)
			if problem != nil {
				return *problem
			}
			front, back := roles[0], roles[1]
			before, behind := indexOf(front), indexOf(back)
			const changed = createdBy + " It has updated the object."
			body := map[string]any{"description": changed, "resource": roleResource([]any{}), "when": alwaysActive}
			if update := d.write(ctx, d.access.Put("UpdateRole", front.path()...).Body(body)); !update.ok() {
				return update.unable("update an access role")
			}
			// A late read still shows the old index.
			isNew := func(role map[string]any) bool { return text(role, "description") == changed }
			updated, problem := d.readUpdated(ctx, front, d.access.Get("GetRole", front.path()...), isNew)
			switch {
			case problem != nil:
				return *problem
			case !isNew(updated):
				return couldNotTell("a read does not show the update")
			}
			if problem := d.readIndexes(ctx, front, back); problem != nil {
				return *problem
			}
			moved := indexOf(front) - before
			if moved != 0 && indexOf(back)-behind == moved {
				return couldNotTell("the indexes of both roles of the run changed, perhaps because somebody else changed a role")
			}
			return decide(moved == 0, "the index changed by %g", moved)
		},
	},
	{
		API: "access", Name: "role-delete-renumbers", Needs: Write,
		Statement: "A delete of an access role reduces the roleHierarchyIndex of the next role by one.",
		Source:    noSource,
		Assumed:   "The provider reads the index at each refresh. In the mock, the indexes have no gaps.",
		run: func(ctx context.Context, d *domain) Finding {
			roles, problem := d.newAccessRoles(ctx, "gap", 3)
			if problem != nil {
				return *problem
			}
			first, back := roles[0], roles[2]
			before := indexOf(back)
			if removed := d.remove(ctx, roles[1]); !removed.ok() {
				return removed.unable("delete an access role")
			}
			moved := func() float64 { return indexOf(back) - before }
			if problem := d.waitForIndexes(ctx, []*object{first, back}, func() bool { return moved() == -1 }); problem != nil {
				return *problem
			}
			return decide(moved() == -1, "the index changed by %g", moved())
		},
	},
	{
		API: "access", Name: "role-attach-again", Needs: Write,
		Statement: "If a policy collection is already attached to an access role, attaching it returns status 200.",
		Source:    noSource,
		Assumed:   "After a refusal, the provider reads the role. If the role has the collection, the provider treats this as success. The mock responds with the role.",
		run: func(ctx context.Context, d *domain) Finding {
			role, collection, a := d.attached(ctx, "attach")
			if role == nil {
				return a.unable("attach a policy collection to a role")
			}
			return d.write(ctx, d.attach(role, collection)).is("attach a policy collection again", http.StatusOK, 0)
		},
	},
	{
		API: "access", Name: "role-detach-again", Needs: Write,
		Statement: "If a policy collection is not attached to an access role, detaching it returns status 200.",
		Source:    noSource,
		Assumed:   "After a refusal, the provider reads the role. If the role does not have the collection, the provider treats this as success. The mock responds with the role.",
		run: func(ctx context.Context, d *domain) Finding {
			role, collection, a := d.attached(ctx, "detach")
			if role == nil {
				return a.unable("attach a policy collection to a role")
			}
			if first := d.write(ctx, d.detach(role, collection)); !first.ok() {
				return first.unable("detach a policy collection")
			}
			return d.write(ctx, d.detach(role, collection)).is("detach a policy collection again", http.StatusOK, 0)
		},
	},
})

func roleResource(policies []any) map[string]any {
	return map[string]any{"policyIdRoleResource": map[string]any{"policies": policies, "policyCollections": []any{}}}
}

func (d *domain) createAccessRole(ctx context.Context, code string) (*object, answer) {
	return d.createAccessRoleWith(ctx, code, roleResource([]any{}))
}

func (d *domain) createAccessRoleWith(ctx context.Context, code string, resource map[string]any) (*object, answer) {
	body := map[string]any{"code": code, "description": createdBy, "resource": resource, "when": alwaysActive}
	return d.create(ctx, accessRoles, code, d.access.Post("CreateRole", "roles").Body(body))
}

// newAccessRoles creates roles. It returns them in the order of their indexes. LUSID does not document where it places a
// new role. If newAccessRoles fails, the problem is not nil.
func (d *domain) newAccessRoles(ctx context.Context, suffix string, n int) (roles []*object, problem *Finding) {
	for i := range n {
		role, a := d.createAccessRole(ctx, d.name(suffix+"-"+strconv.Itoa(i+1)))
		if role == nil {
			unable := a.unable("create " + strconv.Itoa(n) + " access roles")
			return nil, &unable
		}
		roles = append(roles, role)
	}
	if problem := d.readIndexes(ctx, roles...); problem != nil {
		return nil, problem
	}
	byIndex := func(a, b *object) int { return cmp.Compare(indexOf(a), indexOf(b)) }
	slices.SortFunc(roles, byIndex)
	if distinct := slices.CompactFunc(slices.Clone(roles), func(a, b *object) bool { return byIndex(a, b) == 0 }); len(distinct) < n {
		same := couldNotTell("two new roles have the same index")
		return nil, &same
	}
	return roles, nil
}

// waitForIndexes reads roles again until done is true, because a read may lag behind a change of another role. The first
// role is before the changed role. So its index changes only if somebody else changes a role, and then the problem is not
// nil.
func (d *domain) waitForIndexes(ctx context.Context, roles []*object, done func() bool) (problem *Finding) {
	first, rest := roles[0], roles[1:]
	before := indexOf(first)
	d.repeat(ctx, func() bool {
		// The first role is read last, so that it shows each change that the others show.
		problem = d.readIndexes(ctx, append(slices.Clone(rest), first)...)
		if problem == nil && indexOf(first) != before {
			others := couldNotTell("the index of a role changed that the run did not change, perhaps because somebody else changed a role")
			problem = &others
		}
		return problem != nil || done()
	})
	return problem
}

// readIndexes reads roles of the run again, because a create, a move or a delete of another role can change an
// index. If readIndexes fails, the problem is not nil.
func (d *domain) readIndexes(ctx context.Context, roles ...*object) (problem *Finding) {
	for _, role := range roles {
		read := d.read(ctx, d.access.Get("GetRole", role.path()...))
		if !read.ok() {
			unable := read.unable("read an access role")
			return &unable
		}
		if _, ok := read.object()[hierarchyIndex].(float64); !ok {
			missing := couldNotTell("a response has no index")
			return &missing
		}
		role.fields = read.object()
	}
	return nil
}

const hierarchyIndex = "roleHierarchyIndex"

// indexOf returns the index of a role that readIndexes has read.
func indexOf(role *object) float64 {
	index, _ := role.fields[hierarchyIndex].(float64)
	return index
}

// roleUpdate returns the request that clears the description and the policies of a role of the run.
func (d *domain) roleUpdate(role *object) client.Request {
	body := map[string]any{"resource": roleResource([]any{}), "when": alwaysActive}
	return d.access.Put("UpdateRole", role.path()...).Body(body)
}

// attached creates a role and a policy collection, and attaches the collection to the role. If a step
// fails, the role is nil, and the answer is that of the failed request.
func (d *domain) attached(ctx context.Context, suffix string) (role, collection *object, a answer) {
	if collection, a = d.createCollection(ctx, d.name(suffix)); collection == nil {
		return nil, nil, a
	}
	if role, a = d.createAccessRole(ctx, d.name(suffix)); role == nil {
		return nil, nil, a
	}
	if a = d.write(ctx, d.attach(role, collection)); !a.ok() {
		return nil, nil, a
	}
	return role, collection, a
}

func (d *domain) attach(role, collection *object) client.Request {
	body := map[string]any{"policyCollections": []any{collection.fields["id"]}}
	return d.access.Post("AddPolicyCollectionToRole", "roles", text(role.fields, "id.scope"), role.name, "policycollections").Body(body)
}

func (d *domain) detach(role, collection *object) client.Request {
	return d.access.Delete("RemovePolicyCollectionFromRole", "roles", text(role.fields, "id.scope"), role.name, "policycollections",
		text(collection.fields, "id.scope"), collection.name)
}
