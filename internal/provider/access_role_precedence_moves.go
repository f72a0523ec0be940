package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// arrange puts roles into the wanted order. It refuses if those of the seen roles that are wanted have
// another order than when the plan was made.
func (r *accessRolePrecedenceResource) arrange(ctx context.Context, summary string, wanted, seen []access.ResourceID, diags *diag.Diagnostics) {
	attempt := "The access roles of " + r.client.Domain() + " could not be put into order"
	var done, left []access.ResourceID // Roles that were moved, and roles that were to be moved.
	next := ""
	err := r.placements.during(ctx, accessRolePrecedenceNoun, func() error {
		current, err := r.listOrder(ctx, wanted)
		if err != nil {
			return err
		}
		if gone := slices.DeleteFunc(slices.Clone(wanted), func(role access.ResourceID) bool { return slices.Contains(current, role) }); len(gone) > 0 {
			return rolesGoneError(fromAccessIDs(gone))
		}
		if !slices.Equal(current, wanted) && !slices.Equal(among(current, seen), among(seen, current)) {
			return errOrderChanged
		}
		var lost access.ResourceID
		for moves := roleMoves(current, wanted); len(moves) > 0; {
			move := moves[0]
			left = movedRoles(moves)
			err := r.move(ctx, move)
			if err == nil {
				done, moves = append(done, move.role), moves[1:]
				continue
			}
			attempt = fmt.Sprintf("The access role %s of %s could not be moved", move.role, r.client.Domain())
			if refused, ok := errors.AsType[*client.Error](err); ok && lusidScope(refused) != "" {
				next = fmt.Sprintf("LUSID moves only roles of the scope default. Remove %s from roles.", move.role)
			}
			if missing := missingReference(err); missing != "" {
				next = fmt.Sprintf("The access role %s refers to a %s that does not exist. Remove it from the role: LUSID moves a role by an update of the whole role, and refuses that as long as the role refers to it.",
					move.role, missing)
			}
			if !client.IsOutcomeUnknown(err) || lost == move.role || ctx.Err() != nil {
				return err
			}
			// The order says whether LUSID has moved the role.
			lost = move.role
			current, readErr := r.listOrder(ctx, wanted)
			if readErr != nil || len(current) < len(wanted) {
				return err
			}
			moves = roleMoves(current, wanted)
			if !slices.Contains(movedRoles(moves), move.role) {
				done = append(done, move.role)
			}
		}
		return nil
	})
	if err == nil {
		return
	}
	moved := movesDone(done, left)
	switch {
	case client.IsOutcomeUnknown(err):
		next, moved = "", joinParagraphs(moved, "LUSID may have moved the role anyway. "+nextPlanShowsOrder)
	case len(done) > 0:
		moved += " " + nextPlanShowsOrder
	}
	detail := r.explain(attempt, err, moved)
	if next != "" {
		detail = r.explainFound(attempt, err, next, moved)
	}
	if _, ok := errors.AsType[rolesGoneError](err); ok {
		diags.AddAttributeError(path.Root("roles"), summary, detail)
		return
	}
	diags.AddError(summary, detail)
}

const nextPlanShowsOrder = "The next plan shows the order that LUSID has."

// movesDone says which moves LUSID has carried out before one failed.
func movesDone(done, left []access.ResourceID) string {
	if len(done) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d moves were done: %s.",
		len(done), len(done)+len(left), strings.Join(fromAccessIDs(done), ", "))
}

// errOrderChanged refuses moves that would undo what the plan does not show.
var errOrderChanged = errors.New("their order was changed in LUSID after the plan was made, or before a plan with -refresh=false, " +
	"and the update would undo that change. " + planAgain)

// rolesGoneError are listed roles that LUSID does not have.
type rolesGoneError []string

func (e rolesGoneError) Error() string {
	return "LUSID has no access role " + strings.Join(e, ", ") + ". Nothing was changed. Create it, or remove it from roles"
}

// listOrder lists the order of some roles. Those that are gone are left out. LUSID's list may lag behind the
// create of a role, so a role that it lacks is read.
func (r *accessRolePrecedenceResource) listOrder(ctx context.Context, roles []access.ResourceID) ([]access.ResourceID, error) {
	listed, err := r.access.ListRoles(ctx)
	if err := listErrorFor(roles, listed, err); err != nil {
		return nil, err
	}
	for _, id := range roles {
		if isListed(listed, id) {
			continue
		}
		role, err := r.access.GetRole(ctx, id)
		switch {
		case err == nil:
			listed = append(listed, *role)
		case !client.IsNotFound(err):
			return nil, err
		}
	}
	return roleOrder(listed, func(id access.ResourceID) bool { return slices.Contains(roles, id) })
}

// listErrorFor is the error of a list in which only some roles count. It is nil if the client left out other roles
// only, because they lack a required field.
func listErrorFor(roles []access.ResourceID, listed []access.RoleResponse, err error) error {
	if client.IsIncomplete(err) && !slices.ContainsFunc(roles, func(id access.ResourceID) bool { return !isListed(listed, id) }) {
		return nil
	}
	return err
}

func isListed(listed []access.RoleResponse, id access.ResourceID) bool {
	return slices.ContainsFunc(listed, func(role access.RoleResponse) bool { return role.ID == id })
}

// move moves a role. LUSID's operation replaces the whole role, so it gets the role as it is now.
func (r *accessRolePrecedenceResource) move(ctx context.Context, move roleMove) error {
	return r.placements.during(ctx, accessRoleNoun+" "+move.role.String(), func() error {
		role, err := r.access.GetRole(ctx, move.role)
		if err != nil {
			return err
		}
		body, err := unchangedRole(role)
		if err == nil {
			_, err = r.access.MoveRole(ctx, move.role, body, move.place)
		}
		return err
	})
}

// unchangedRole is an update that changes nothing of the role. It fails if an update would erase a part. LUSID
// returns no description for a role that has none, so the update then sends none.
func unchangedRole(role *access.RoleResponse) (access.RoleUpdateRequest, error) {
	body, parts := role.RoleUpdateRequest, role.Unmodelled
	if role.LacksResource {
		return body, errors.New("LUSID did not return what the role has, and a move would erase that. Nothing of the role was changed. " +
			"Run Terraform again, and contact LUSID's support if the error stays")
	}
	if len(parts) > 0 {
		return body, fmt.Errorf("in LUSID, the role has a part that the provider cannot send: %s. LUSID's update replaces the whole role, so a move would erase that part. "+
			"Nothing of the role was changed. Move the role in LUSID's web app", strings.Join(parts, ", "))
	}
	// A request has a resource of some kind, also for a role that has nothing.
	if body.Resource == (access.RoleResourceRequest{}) {
		body.Resource.PolicyIDRoleResource = &access.PolicyIDRoleResource{}
	}
	if held := body.Resource.PolicyIDRoleResource; held != nil {
		body.Resource.PolicyIDRoleResource = &access.PolicyIDRoleResource{
			Policies: withIDs(held.Policies, nil), PolicyCollections: withIDs(held.PolicyCollections, nil),
		}
	}
	if body.When.Activate == "" {
		return body, errors.New("LUSID did not return when the role is active, and a move would make it active for ever. Nothing of the role was changed. " +
			"Run Terraform again, and contact LUSID's support if the error stays")
	}
	return body, nil
}
