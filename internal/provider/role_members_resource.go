package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

var (
	_ resource.Resource                = (*roleMembersResource)(nil)
	_ resource.ResourceWithConfigure   = (*roleMembersResource)(nil)
	_ resource.ResourceWithIdentity    = (*roleMembersResource)(nil)
	_ resource.ResourceWithImportState = (*roleMembersResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*roleMembersResource)(nil)
)

// roleMembersResource is the whole list of users who hold a role, but for the caller. Its import ID is the
// role's id.
type roleMembersResource struct{ resourceBase }

// NewRoleMembersResource returns the resource lusid_role_members.
func NewRoleMembersResource() resource.Resource { return &roleMembersResource{} }

func (r *roleMembersResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_role_members"
}

func (r *roleMembersResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "All the users who hold a role: who is missing is added, and who is not listed loses the role. The user that the provider signs in as " +
			"is never removed, so that no run locks itself out.\n\n" +
			"~> Do not use it for a role that `lusid_role_assignment` gives to users: each would undo the other.",
		Attributes: map[string]schema.Attribute{
			"role_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the role. A change replaces the list.",
				Validators:          []validator.String{stringvalidator.RegexMatches(idPattern, "must have 1 to 64 letters, digits, hyphens and underscores")},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"user_ids": schema.SetAttribute{
				Required:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "IDs of the users who hold the role. An empty set takes it from everybody but the user that the provider signs in as.",
				Validators: []validator.Set{
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(stringvalidator.RegexMatches(idPattern, "must have 1 to 64 letters, digits, hyphens and underscores")),
				},
			},
			"timeouts": timeoutsAttribute(ctx),
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "ID of the role.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *roleMembersResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"role_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the role."},
		},
	}
}

type roleMembersModel struct {
	RoleID   types.String   `tfsdk:"role_id"`
	UserIDs  types.Set      `tfsdk:"user_ids"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
	ID       types.String   `tfsdk:"id"`
}

type roleMembersIdentity struct {
	RoleID types.String `tfsdk:"role_id"`
}

func (r *roleMembersResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan roleMembersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to set role members"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	plan.ID = plan.RoleID
	resp.Diagnostics.Append(r.set(ctx, &plan, types.SetNull(types.StringType), summary)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, roleMembersIdentity{plan.RoleID})...)
	resp.Diagnostics.Append(r.rememberDomain(ctx, resp.Private)...)
}

func (r *roleMembersResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state roleMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Also for what turns out to be gone: a CLI that knows no identity sends none back, and a
	// Read that sets none then fails.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, roleMembersIdentity{state.RoleID})...)
	if r.client == nil {
		r.warnStateKept(&resp.Diagnostics)
		return
	}
	summary := "Unable to read the members of role " + state.RoleID.ValueString()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Read, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	var listed []string
	resp.Diagnostics.Append(state.UserIDs.ElementsAs(ctx, &listed, false)...)
	var (
		members  []string
		judgeErr error
	)
	users, err := r.client.RefreshUsersInRole(ctx, state.RoleID.ValueString(), func(users []client.UserResponse) bool {
		members, judgeErr = r.membersAmong(ctx, users, listed)
		return judgeErr != nil || state.UserIDs.IsNull() || sameElements(members, listed)
	})
	// Only the list tells that the role is gone: the caller is looked up too.
	if client.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	err = cmp.Or(err, judgeErr)
	if err == nil {
		members, err = r.membersAmong(ctx, users, listed)
	}
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The users of the role %s of %s could not be listed",
			state.RoleID.ValueString(), r.client.Domain()), err))
		return
	}
	state.ID = state.RoleID
	var diags diag.Diagnostics
	state.UserIDs, diags = types.SetValueFrom(ctx, types.StringType, members)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(r.rememberDomain(ctx, resp.Private)...)
}

// sameElements compares lists in which nothing occurs twice.
func sameElements(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(element string) bool { return !slices.Contains(b, element) })
}

// members lists who holds the role, but for the caller where the caller is not listed.
func (c *connection) members(ctx context.Context, roleID string, listed []string) ([]string, error) {
	users, err := c.client.ListUsersInRole(ctx, roleID)
	if err != nil {
		return nil, err
	}
	return c.membersAmong(ctx, users, listed)
}

// membersAmong leaves out the deleted, and the caller where the caller is not listed.
func (c *connection) membersAmong(ctx context.Context, users []client.UserResponse, listed []string) ([]string, error) {
	members := make([]string, 0, len(users))
	var extra bool
	for _, user := range users {
		if user.IsDeleted() {
			continue
		}
		members = append(members, user.ID)
		extra = extra || !slices.Contains(listed, user.ID)
	}
	if !extra {
		return members, nil
	}
	caller, err := c.currentUser(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(members, func(id string) bool { return id == caller.ID && !slices.Contains(listed, id) }), nil
}

// set adds who is missing and then removes who is not listed. A list may lag, so what this process
// knows from before counts too: before is who was a member when the state was last read.
func (r *roleMembersResource) set(ctx context.Context, model *roleMembersModel, before types.Set, summary string) diag.Diagnostics {
	var wanted, known []string
	diags := model.UserIDs.ElementsAs(ctx, &wanted, false)
	if !before.IsNull() {
		diags.Append(before.ElementsAs(ctx, &known, false)...)
	}
	if diags.HasError() {
		return diags
	}
	roleID := model.RoleID.ValueString()
	members, err := r.members(ctx, roleID, wanted)
	if err != nil {
		diags.AddError(summary, r.explain(fmt.Sprintf("The users of the role %s of %s could not be listed", roleID, r.client.Domain()), err))
		return diags
	}
	for _, id := range wanted {
		if slices.Contains(members, id) && (before.IsNull() || slices.Contains(known, id)) {
			continue
		}
		if err := r.addToRole(ctx, roleID, id); err != nil {
			diags.AddAttributeError(path.Root("user_ids"), summary, r.explain(fmt.Sprintf("The role %s of %s could not be given to the user %s", roleID, r.client.Domain(), id), err))
			return diags
		}
	}
	extra := slices.DeleteFunc(slices.Concat(members, known), func(id string) bool { return slices.Contains(wanted, id) })
	slices.Sort(extra)
	extra = slices.Compact(extra)
	if len(extra) > 0 {
		caller, err := r.currentUser(ctx)
		if err != nil {
			diags.AddError(summary, r.explain("The user that the provider signs in as could not be read from "+r.client.Domain(), err))
			return diags
		}
		extra = slices.DeleteFunc(extra, func(id string) bool { return id == caller.ID })
	}
	diags.Append(r.remove(ctx, roleID, extra, summary)...)
	return diags
}

// remove takes the role from users.
func (r *roleMembersResource) remove(ctx context.Context, roleID string, userIDs []string, summary string) (diags diag.Diagnostics) {
	for _, id := range userIDs {
		if err := r.removeFromRole(ctx, roleID, id); err != nil && !client.IsNotFound(err) {
			diags.AddAttributeError(path.Root("user_ids"), summary, r.explain(fmt.Sprintf("The role %s of %s could not be taken from the user %s", roleID, r.client.Domain(), id), err))
			return diags
		}
	}
	return diags
}

func (r *roleMembersResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state roleMembersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to set the members of role " + state.RoleID.ValueString()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	if !plan.UserIDs.Equal(state.UserIDs) {
		resp.Diagnostics.Append(r.set(ctx, &plan, state.UserIDs, summary)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, roleMembersIdentity{plan.RoleID})...)
}

// Delete takes the role from everybody who holds it, but for the caller.
func (r *roleMembersResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state roleMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to remove the members of role " + state.RoleID.ValueString()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	users, err := r.client.ListUsersInRole(ctx, state.RoleID.ValueString())
	if client.IsNotFound(err) {
		return
	}
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The users of the role %s of %s could not be listed",
			state.RoleID.ValueString(), r.client.Domain()), err))
		return
	}
	var known []string
	resp.Diagnostics.Append(state.UserIDs.ElementsAs(ctx, &known, false)...)
	caller, err := r.currentUser(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain("The user that the provider signs in as could not be read from "+r.client.Domain(), err))
		return
	}
	// The list may lag behind what the state knows.
	gone := known
	for _, user := range users {
		if !user.IsDeleted() {
			gone = append(gone, user.ID)
		}
	}
	slices.Sort(gone)
	gone = slices.DeleteFunc(slices.Compact(gone), func(id string) bool { return id == caller.ID })
	resp.Diagnostics.Append(r.remove(ctx, state.RoleID.ValueString(), gone, summary)...)
}

// ImportState takes the id of the role.
func (r *roleMembersResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	roleID := req.ID
	if roleID == "" && !req.Identity.Raw.IsNull() {
		var identity roleMembersIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		roleID = identity.RoleID.ValueString()
	}
	summary := fmt.Sprintf("Unable to import the members of role %q", roleID)
	if resp.Diagnostics.HasError() || !r.requireClient(summary, &resp.Diagnostics) {
		return
	}
	if !idPattern.MatchString(roleID) {
		resp.Diagnostics.AddError(summary, "Give the id of the role: it has 1 to 64 letters, digits, hyphens and underscores.")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("role_id"), roleID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), roleID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, roleMembersIdentity{types.StringValue(roleID)})...)
	resp.Diagnostics.Append(r.rememberDomain(ctx, resp.Private)...)
}

// ModifyPlan refuses another domain's role before anything is planned for it.
func (r *roleMembersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		return
	}
	var state roleMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change the members of role "+state.RoleID.ValueString())...)
}
