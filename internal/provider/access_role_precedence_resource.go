package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ resource.Resource                = (*accessRolePrecedenceResource)(nil)
	_ resource.ResourceWithConfigure   = (*accessRolePrecedenceResource)(nil)
	_ resource.ResourceWithIdentity    = (*accessRolePrecedenceResource)(nil)
	_ resource.ResourceWithImportState = (*accessRolePrecedenceResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*accessRolePrecedenceResource)(nil)
)

// accessRolePrecedenceNoun is what messages call the order of the access roles.
const accessRolePrecedenceNoun = "access role precedence"

// accessRolePrecedenceResource is the order of some access roles, which a domain always has. Its import ID
// is default.
type accessRolePrecedenceResource struct{ resourceBase }

// NewAccessRolePrecedenceResource returns the resource lusid_access_role_precedence.
func NewAccessRolePrecedenceResource() resource.Resource { return &accessRolePrecedenceResource{} }

func (r *accessRolePrecedenceResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_role_precedence"
}

func (r *accessRolePrecedenceResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The order of precedence of access roles. If the roles of a user disagree, the role with the higher precedence decides. " +
			"The resource keeps the order of the listed roles relative to each other, and moves as few roles as it can. Other roles may lie between the listed ones. " +
			"The data source `lusid_access_roles` shows all roles with their places: a lower `hierarchy_index` is a higher precedence.\n\n" +
			"Declare this resource once per domain. Two of these resources that share a role can undo each other's moves. " +
			"The plan fails if such resources contradict each other, for example if one lists `a` before `b`, and another one `b` before `a`. " +
			"Three or more resources can also contradict each other: the first lists `a` before `b`, the second `b` before `c`, and the third `c` before `a`. " +
			"The provider finds contradictions only between resources of one configuration that use the same provider configuration. " +
			"Even if the orders agree, a move of one resource can change the place of a role that another resource lists. Each plan can then show a change again.\n\n" +
			"To move a role, LUSID updates the whole role. So the provider reads each role directly before it moves the role, and sends back what it read. " +
			"Without that read, the move could undo somebody else's change to the role. A move therefore costs two requests. " +
			"If somebody moves a role during the apply, the next plan shows it.\n\n" +
			"Manage the roles, what is attached to them, and their order through one provider configuration. " +
			"Resources with different provider configurations, such as aliases, don't wait for each other, so a move could undo the change of another resource.\n\n" +
			"~> If the provider's own user has a listed role, a plan can lock the provider out. The plan warns if the role gets another order relative to another listed role, or if it puts a new role above the role. " +
			"The plan doesn't warn if the user's role isn't in the list or has no policies.\n\n" +
			"~> The first apply can change the order that LUSID has, and so can an apply after you add a role to the list. The plan then shows both orders in a warning. Destroying the resource changes nothing in LUSID: the roles keep their order, and Terraform no longer manages it.",
		Attributes: map[string]schema.Attribute{
			"roles": schema.ListAttribute{
				Required:    true,
				ElementType: types.StringType,
				MarkdownDescription: "IDs of access roles, each `scope/code`, highest precedence first. List at least 2 roles, each once. LUSID puts a new role below all others. " +
					"LUSID moves only roles of the scope `default`. If the list has a role of another scope, the provider moves other roles around it if it can. " +
					"Refer to the roles of the same configuration by their `id`: if Terraform replaces such a role, the same apply puts the new role into its place.",
				Validators: []validator.List{
					listvalidator.SizeAtLeast(2), listvalidator.NoNullValues(), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(isAccessID("role")...),
				},
			},
			"timeouts": timeoutsAttribute(ctx),
			"id":       singletonIDAttribute(),
		},
	}
}

func (r *accessRolePrecedenceResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = singletonIdentitySchema()
}

type accessRolePrecedenceModel struct {
	Roles    types.List     `tfsdk:"roles"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
	ID       types.String   `tfsdk:"id"`
}

// fromAPI sets the roles in LUSID's order. Roles that are gone drop out. After an import, which knows no
// roles, it takes all that LUSID can move.
func (m *accessRolePrecedenceModel) fromAPI(ctx context.Context, listed []access.RoleResponse) error {
	m.ID = types.StringValue(singletonID)
	known := toAccessIDList(m.Roles)
	order, err := roleOrder(listed, func(id access.ResourceID) bool {
		if m.Roles.IsNull() {
			return id.Scope == access.DefaultScope
		}
		return slices.Contains(known, id)
	})
	if err != nil || slices.Equal(order, known) && !m.Roles.IsNull() {
		return err
	}
	roles, diags := types.ListValueFrom(ctx, types.StringType, fromAccessIDs(order))
	if diags.HasError() {
		return errors.New(diags[0].Detail())
	}
	m.Roles = roles
	return nil
}

func (r *accessRolePrecedenceResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan accessRolePrecedenceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to set " + accessRolePrecedenceNoun
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	_, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	// Terraform does not tell a create what its plan showed, so a create cannot compare the order with it.
	r.arrange(ctx, summary, toAccessIDList(plan.Roles), nil, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	r.saveCreated(ctx, resp, plan, singletonIdentity())
}

func (r *accessRolePrecedenceResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state accessRolePrecedenceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	const summary = "Unable to read " + accessRolePrecedenceNoun
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, singletonIdentity(), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	listed, err := r.access.RefreshRoles(ctx, func(listed []access.RoleResponse) bool {
		refreshed := state
		return state.Roles.IsNull() || refreshed.fromAPI(ctx, listed) == nil && refreshed.Roles.Equal(state.Roles)
	})
	if !state.Roles.IsNull() {
		err = listErrorFor(toAccessIDList(state.Roles), listed, err)
	}
	if err == nil {
		err = state.fromAPI(ctx, listed)
		resp.Diagnostics.Append(rememberOrder(ctx, resp.Private, listed)...)
	}
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain("The order of the access roles of "+r.client.Domain()+" could not be read", err))
		return
	}
	r.saveRead(ctx, resp, state)
}

func (r *accessRolePrecedenceResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state accessRolePrecedenceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	const summary = "Unable to update " + accessRolePrecedenceNoun
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	wanted := toAccessIDList(plan.Roles)
	if created := r.createdOf(ctx, wanted); len(created) > 0 || !plan.Roles.Equal(state.Roles) {
		seen, diags := seenOrder(ctx, req.Private, state)
		resp.Diagnostics.Append(diags...)
		if resp.Diagnostics.HasError() {
			return
		}
		// A role that this run has replaced lost its place.
		seen = slices.DeleteFunc(seen, func(role access.ResourceID) bool { return slices.Contains(created, role) })
		r.arrange(ctx, summary, wanted, seen, &resp.Diagnostics)
		resp.Diagnostics.Append(setPrivate(ctx, resp.Private, orderKey, []string(nil))...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	plan.ID = types.StringValue(singletonID)
	r.saveUpdated(ctx, resp, plan, singletonIdentity())
}

// orderKey is the private state key for the order of all access roles at the last read. When Terraform applies an
// update, it plans the update again from the state, and drops the private state of the first plan. So only the read
// before the plan can say what the plan was based on.
const orderKey = "order"

func rememberOrder(ctx context.Context, private privateWriter, listed []access.RoleResponse) diag.Diagnostics {
	placed := slices.DeleteFunc(slices.Clone(listed), func(role access.RoleResponse) bool { return role.RoleHierarchyIndex == nil })
	return setPrivate(ctx, private, orderKey, fromAccessIDs(byPrecedence(placed)))
}

// seenOrder is the order of the access roles that a plan was based on.
func seenOrder(ctx context.Context, private privateReader, state accessRolePrecedenceModel) ([]access.ResourceID, diag.Diagnostics) {
	var order []string
	diags := getPrivate(ctx, private, orderKey, &order)
	if len(order) == 0 {
		return toAccessIDList(state.Roles), diags
	}
	seen := make([]access.ResourceID, len(order))
	for i, id := range order {
		seen[i] = toAccessID(id)
	}
	return seen, diags
}

// Delete changes nothing in LUSID, which always has an order of the roles.
func (r *accessRolePrecedenceResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state accessRolePrecedenceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	_, cancel := r.begin(ctx, "Unable to forget "+accessRolePrecedenceNoun, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if !resp.Diagnostics.HasError() {
		warnOrderKept(&resp.Diagnostics)
	}
}

// warnOrderKept says what a destroy leaves behind.
func warnOrderKept(diags *diag.Diagnostics) {
	diags.AddWarning("LUSID keeps the order of the access roles",
		"Destroying lusid_access_role_precedence changes nothing in LUSID. The roles keep their order, and Terraform no longer manages it.")
}

// ImportState takes the id default.
func (r *accessRolePrecedenceResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.importSingleton(ctx, accessRolePrecedenceNoun, req, resp)
}

// ModifyPlan refuses another domain's order before anything is planned for it. It warns of an order that
// the plan does not show, of what a destroy leaves, and if the provider's own user could lose its rights.
func (r *accessRolePrecedenceResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan accessRolePrecedenceModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change "+accessRolePrecedenceNoun)...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	if req.Plan.Raw.IsNull() {
		warnOrderKept(&resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	wanted := toAccessIDList(plan.Roles)
	for i, role := range wanted {
		// What another resource makes is known only here.
		if slices.Contains(wanted[:i], role) {
			resp.Diagnostics.AddAttributeError(path.Root("roles"), "Invalid roles", fmt.Sprintf("The access role %s is in the list twice. List each role once.", role))
		}
	}
	if resp.Diagnostics.HasError() || r.connection == nil || r.client == nil {
		return
	}
	r.refuseOpposite(ctx, wanted, resp)
	if !req.State.Raw.IsNull() && (!req.Plan.Raw.Equal(req.State.Raw) || len(r.createdOf(ctx, wanted)) > 0) {
		// The run may replace a listed role, which then loses its place, and its id stays the same. Terraform drops an
		// update that changes nothing in the end, so each update has to leave something open. Terraform plans an update
		// again when it applies it, and refuses it if only the second plan leaves something open.
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), types.StringUnknown())...)
	}
	if resp.Diagnostics.HasError() || plan.Roles.Equal(state.Roles) {
		return
	}
	shown := toAccessIDList(state.Roles)
	current := shown
	if isKnown := len(among(wanted, current)) == len(wanted); !isKnown {
		if current = r.planOrder(ctx, &plan, wanted, &resp.Diagnostics); resp.Diagnostics.HasError() {
			return
		}
	}
	// The other roles are created in the same run, or their absence is an error of the apply.
	wanted = among(wanted, current)
	current = among(current, wanted)
	moved := reordered(current, wanted)
	// The plan shows the order of the roles in the state only.
	if len(among(moved, shown)) < len(moved) {
		resp.Diagnostics.AddWarning("Applying changes the order of the access roles in LUSID", fmt.Sprintf(
			"LUSID has the listed roles in this order, highest precedence first:\n\n%s\n\nApplying changes it to this order:\n\n%s", roleLines(current), roleLines(wanted)))
	}
	for _, role := range moved {
		r.warnOwnAccessRole(ctx, role, "This plan changes its order of precedence relative to another role, so the other role may decide in its place", &resp.Diagnostics)
	}
	for _, role := range belowNew(plan.Roles, current) {
		if !slices.Contains(moved, role) {
			r.warnOwnAccessRole(ctx, role, "This plan puts a new role above it, so the new role may decide in its place if the user gets that role too", &resp.Diagnostics)
		}
	}
}

// createdOf returns those of the roles that this run has created.
func (r *accessRolePrecedenceResource) createdOf(ctx context.Context, roles []access.ResourceID) []access.ResourceID {
	return slices.DeleteFunc(slices.Clone(roles), func(role access.ResourceID) bool {
		return !r.placements.isNeeded(ctx, accessRoleNoun+" "+role.String())
	})
}

// refuseOpposite refuses an order if other resources of this run want two of its roles in the opposite order.
func (r *accessRolePrecedenceResource) refuseOpposite(ctx context.Context, wanted []access.ResourceID, resp *resource.ModifyPlanResponse) {
	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	if opposite := r.roleOrders.plan(owner, wanted); len(opposite) > 0 {
		resp.Diagnostics.AddAttributeError(path.Root("roles"), "Resources want opposite orders of access roles", fmt.Sprintf(
			"This resource puts the access role %s before %s. The other lusid_access_role_precedence resources of the configuration want this order, highest precedence first:\n\n%s\n\n"+
				"So each apply would undo the moves of another resource. List these roles in one resource.", opposite[len(opposite)-1], opposite[0], roleLines(opposite)))
	}
}

// planOrder is the order that LUSID has of roles which the state does not have.
func (r *accessRolePrecedenceResource) planOrder(ctx context.Context, plan *accessRolePrecedenceModel, roles []access.ResourceID, diags *diag.Diagnostics) []access.ResourceID {
	const summary = "Unable to read " + accessRolePrecedenceNoun
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Read, diags)
	defer cancel()
	if diags.HasError() {
		return nil
	}
	listed, err := r.access.ListRoles(ctx)
	var order []access.ResourceID
	if err = listErrorFor(roles, listed, err); err == nil {
		order, err = roleOrder(listed, func(id access.ResourceID) bool { return slices.Contains(roles, id) })
	}
	if err != nil {
		diags.AddError(summary, r.explain("The order of the access roles of "+r.client.Domain()+", which this plan changes, could not be read", err))
	}
	return order
}
