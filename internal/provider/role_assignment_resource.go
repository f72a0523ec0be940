package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                = (*roleAssignmentResource)(nil)
	_ resource.ResourceWithConfigure   = (*roleAssignmentResource)(nil)
	_ resource.ResourceWithIdentity    = (*roleAssignmentResource)(nil)
	_ resource.ResourceWithImportState = (*roleAssignmentResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*roleAssignmentResource)(nil)
)

// roleAssignmentResource is the assignment of one role to one user. Both are immutable. Its import ID
// is role_id/user_id.
type roleAssignmentResource struct{ resourceBase }

// NewRoleAssignmentResource returns the resource lusid_role_assignment.
func NewRoleAssignmentResource() resource.Resource { return &roleAssignmentResource{} }

func (r *roleAssignmentResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_role_assignment"
}

func (r *roleAssignmentResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Assign a role to one user. Other users keep the role. The plan warns if it removes a role from the user that the provider " +
			"signs in as. If it replaces an assignment of one of LUSID's default roles to that user, the plan is an error.\n\n" +
			"~> Don't use this resource for a role that `lusid_role_members` manages. Each resource would undo the other." + renameNote + overlapNote,
		Attributes: map[string]schema.Attribute{
			"role_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the role. Changing this forces a new assignment.",
				Validators:          isRoleID(),
				PlanModifiers:       replace,
			},
			"user_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the user. Changing this forces a new assignment.",
				Validators:          isUserID(),
				PlanModifiers:       replace,
			},
			"timeouts": timeoutsAttribute(ctx),
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`role_id/user_id`.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *roleAssignmentResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"role_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the role."},
			"user_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the user."},
		},
	}
}

type roleAssignmentModel struct {
	RoleID   types.String   `tfsdk:"role_id"`
	UserID   types.String   `tfsdk:"user_id"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
	ID       types.String   `tfsdk:"id"`
}

type roleAssignmentIdentity struct {
	RoleID types.String `tfsdk:"role_id"`
	UserID types.String `tfsdk:"user_id"`
}

func (m *roleAssignmentModel) identity() roleAssignmentIdentity {
	return roleAssignmentIdentity{m.RoleID, m.UserID}
}

// label returns a name of the assignment for messages.
func (m *roleAssignmentModel) label() string {
	return m.RoleID.ValueString() + "/" + m.UserID.ValueString()
}

func (r *roleAssignmentResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan roleAssignmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create role assignment"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.addToRole(ctx, plan.RoleID.ValueString(), plan.UserID.ValueString(), owner); err != nil {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The role %s of %s could not be given to the user %s",
			plan.RoleID.ValueString(), r.client.Domain(), plan.UserID.ValueString()), err))
		return
	}
	plan.ID = types.StringValue(plan.label())
	r.saveCreated(ctx, resp, plan, plan.identity())
}

func (r *roleAssignmentResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state roleAssignmentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read role assignment " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, state.identity(), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	holds := func(users []identity.UserResponse) bool { return isAmong(users, state.UserID.ValueString()) }
	users, err := r.identity.RefreshUsersInRole(ctx, state.RoleID.ValueString(), holds)
	if err != nil && !client.IsNotFound(err) && (!client.IsIncomplete(err) || !holds(users)) {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The users of the role %s of %s could not be listed",
			state.RoleID.ValueString(), r.client.Domain()), err))
		return
	}
	if !holds(users) {
		resp.State.RemoveResource(ctx)
		return
	}
	r.saw(assignmentInState, state.membership())
	state.ID = types.StringValue(state.label())
	r.saveRead(ctx, resp, state)
}

// Update changes only timeouts. Every other change replaces the assignment.
func (r *roleAssignmentResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan roleAssignmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	summary := "Unable to update role assignment " + plan.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.keepInRole(ctx, plan.RoleID.ValueString(), plan.UserID.ValueString(), owner); err != nil {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The role %s of %s could not be given to the user %s again",
			plan.RoleID.ValueString(), r.client.Domain(), plan.UserID.ValueString()), err))
		return
	}
	r.saveUpdated(ctx, resp, plan, plan.identity())
}

func (r *roleAssignmentResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state roleAssignmentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete role assignment " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	needed, err := r.removeFromRole(ctx, state.RoleID.ValueString(), state.UserID.ValueString(), owner)
	switch {
	case err != nil && !client.IsNotFound(err):
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The role %s of %s could not be taken from the user %s",
			state.RoleID.ValueString(), r.client.Domain(), state.UserID.ValueString()), err))
	case needed:
		warnNeeded(&resp.Diagnostics, "The role assignment "+state.label()+" stays in LUSID",
			fmt.Sprintf("The user %s keeps the role %s.", state.UserID.ValueString(), state.RoleID.ValueString()))
	}
}

// ImportState accepts role_id/user_id.
func (r *roleAssignmentResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	summary := fmt.Sprintf("Unable to import role assignment %q", req.ID)
	roleID, userID, _ := strings.Cut(req.ID, "/")
	if req.ID == "" && !req.Identity.Raw.IsNull() {
		var identity roleAssignmentIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		roleID, userID = identity.RoleID.ValueString(), identity.UserID.ValueString()
		summary = fmt.Sprintf("Unable to import role assignment %q", roleID+"/"+userID)
	}
	if resp.Diagnostics.HasError() || !r.requireClient(summary, &resp.Diagnostics) {
		return
	}
	if !idPattern.MatchString(roleID) || !idPattern.MatchString(userID) || isDefaultRole(roleID) {
		resp.Diagnostics.AddError(summary, "Give role_id/user_id: the id of the role, a slash, and the id of the user. "+
			"Each has 1 to 64 letters, digits, hyphens and underscores. Names, codes and logins are not ids: "+findRoleID+", and "+findUserID+".")
		return
	}
	model := roleAssignmentModel{RoleID: types.StringValue(roleID), UserID: types.StringValue(userID)}
	r.saveImported(ctx, resp, model.identity(), map[string]any{
		"role_id": model.RoleID,
		"user_id": model.UserID,
		"id":      model.label(),
	})
}

// assignmentInState is the kind of seenObject for an assignment in a state of this process. The key is
// membershipOf.
const assignmentInState = "role assignment in the state"

// ModifyPlan refuses another domain's assignment before anything is planned for it. It warns if the
// plan takes a role from the user that the provider signs in as.
func (r *roleAssignmentResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan *roleAssignmentModel
	if !req.State.Raw.IsNull() {
		state = &roleAssignmentModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
		resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change role assignment "+state.label())...)
	}
	if !req.Plan.Raw.IsNull() {
		plan = &roleAssignmentModel{}
		resp.Diagnostics.Append(req.Plan.Get(ctx, plan)...)
	}
	if resp.Diagnostics.HasError() || r.connection == nil || r.client == nil {
		return
	}
	switch {
	case state != nil && plan != nil && plan.RoleID.Equal(state.RoleID) && plan.UserID.Equal(state.UserID):
		r.saw(assignmentInState, state.membership())
		if req.Plan.Raw.Equal(req.State.Raw) {
			r.checkOverlap(ctx, req.Private, state, false, &resp.Diagnostics)
		}
	case state != nil:
		r.checkOverlap(ctx, req.Private, state, true, &resp.Diagnostics)
		r.warnOwnRole(ctx, state, &resp.Diagnostics)
	case r.hasSeen(assignmentInState, plan.membership()):
		r.refuseOwnReplacement(ctx, plan, &resp.Diagnostics)
	}
}

// checkOverlap warns if the plan removes the assignment, and another resource has it too.
func (r *roleAssignmentResource) checkOverlap(ctx context.Context, private privateReader, assignment *roleAssignmentModel, removes bool, diags *diag.Diagnostics) {
	owner, failed := ownerOf(ctx, private)
	diags.Append(failed...)
	if r.plansOverlap(assignment.membership(), owner, removes) {
		warnMembersOverlap(diags, assignment.RoleID.ValueString(), []string{assignment.UserID.ValueString()})
	}
}

func (m *roleAssignmentModel) membership() string {
	return membershipOf(m.RoleID.ValueString(), m.UserID.ValueString())
}

// isOwn reports an assignment to the user that the provider signs in as. It asks LUSID once per
// process who that is.
func (r *roleAssignmentResource) isOwn(ctx context.Context, assignment *roleAssignmentModel) bool {
	caller, err := r.currentUser(ctx)
	if err != nil {
		tflog.Debug(ctx, "Could not find out whether the plan takes a role from the provider's own user", map[string]any{"error": err.Error()})
		return false
	}
	return caller.ID == assignment.UserID.ValueString()
}

// refuseOwnReplacement refuses to remove one of LUSID's default roles from the user that the provider
// signs in as and to assign it again, because LUSID refuses the create without the role. Terraform
// plans the create of -replace, taint and replace_triggered_by, and of a rename without a moved block,
// without a prior state. For -replace and replace_triggered_by, Terraform 1.11 shows errors of this
// plan and drops warnings. For any other role the provider only warns, because it does not know the
// role's rights.
func (r *roleAssignmentResource) refuseOwnReplacement(ctx context.Context, plan *roleAssignmentModel, diags *diag.Diagnostics) {
	if !r.isOwn(ctx, plan) {
		return
	}
	role, err := r.identity.GetRole(ctx, plan.RoleID.ValueString())
	if err != nil || !isDefaultRole(role.RoleID.Code) {
		r.warnOwnRole(ctx, plan, diags)
		return
	}
	diags.AddAttributeError(path.Root("user_id"), "Unable to replace role assignment "+plan.label(), fmt.Sprintf(
		"The provider signs in with %s, as the user %s. The plan removes the role %s from that user and then assigns it again. "+
			"LUSID refuses the second step, because the user lacks the role then. The provider changed nothing.\n\n"+
			"The next step depends on what led to this plan:\n"+
			"- The resource was renamed: add a moved block.\n"+
			"- The assignment is tainted: run terraform untaint.\n"+
			"- The assignment is to be replaced, by -replace or replace_triggered_by: sign in as another user.",
		r.credential, plan.UserID.ValueString(), role.RoleID.Code))
}

// warnOwnRole warns if the user that the provider signs in as loses a role.
func (r *roleAssignmentResource) warnOwnRole(ctx context.Context, lost *roleAssignmentModel, diags *diag.Diagnostics) {
	if !r.isOwn(ctx, lost) {
		return
	}
	diags.AddAttributeWarning(path.Root("user_id"), "Taking a role from the user that this provider signs in as", fmt.Sprintf(
		"The provider signs in with %s, as the user %s. This plan takes the role %s from that user. If the role gives the provider its rights, "+
			"the rest of this run and all later runs fail with HTTP 403, and somebody else has to give the role back.\n\n"+
			"To keep the role and stop managing it, use a removed block with destroy = false, or terraform state rm.",
		r.credential, lost.UserID.ValueString(), lost.RoleID.ValueString()))
}
