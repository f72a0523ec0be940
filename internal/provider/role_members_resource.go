package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
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
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                = (*roleMembersResource)(nil)
	_ resource.ResourceWithConfigure   = (*roleMembersResource)(nil)
	_ resource.ResourceWithIdentity    = (*roleMembersResource)(nil)
	_ resource.ResourceWithImportState = (*roleMembersResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*roleMembersResource)(nil)
)

// roleMembersResource is the whole list of users who hold a role, without the caller unless the
// configuration lists the caller. Its import ID is the role's id.
type roleMembersResource struct{ resourceBase }

// NewRoleMembersResource returns the resource lusid_role_members.
func NewRoleMembersResource() resource.Resource { return &roleMembersResource{} }

func (r *roleMembersResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_role_members"
}

func (r *roleMembersResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages all users who have a role.\n\n" +
			"**Create** assigns the role to the users in `user_ids`. It doesn't remove anybody. " +
			"If other users have the role, the plan warns and names them. The next plan shows that they lose the role. " +
			"Import the members to see this in the first plan.\n\n" +
			"**Update** removes the role from the users whose removal the plan shows. " +
			"If somebody got the role after the plan, they keep it and the apply warns. " +
			"The next plan shows them.\n\n" +
			"**Destroy** removes the role from the users in the state. " +
			"If other users have the role, they keep it and the provider warns.\n\n" +
			"The user that the provider signs in as never loses the role, so a run can't lock itself out. " +
			"If a plan would remove the role from this user, the apply warns.\n\n" +
			"~> Don't use this resource for a role that `lusid_role_assignment` assigns to users. Each resource would undo the other." + renameNote + overlapNote,
		Attributes: map[string]schema.Attribute{
			"role_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the role. Changing this forces a new resource.",
				Validators:          isRoleID(),
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"user_ids": schema.SetAttribute{
				Required:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "IDs of the users who have the role. Users who are not in the set lose the role, except the user that the provider signs in as. An empty set is allowed.",
				Validators: []validator.Set{
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(isUserID()...),
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

	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	plan.ID = plan.RoleID
	resp.Diagnostics.Append(r.set(ctx, &plan, types.SetNull(types.StringType), owner, summary)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.saveCreated(ctx, resp, plan, roleMembersIdentity{plan.RoleID})
}

func (r *roleMembersResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state roleMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read the members of role " + state.RoleID.ValueString()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, roleMembersIdentity{state.RoleID}, state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	var listed []string
	resp.Diagnostics.Append(state.UserIDs.ElementsAs(ctx, &listed, false)...)
	var (
		members  []identity.UserResponse
		judgeErr error
	)
	users, err := r.identity.RefreshUsersInRole(ctx, state.RoleID.ValueString(), func(users []identity.UserResponse) bool {
		members, judgeErr = r.membersAmong(ctx, users, listed)
		return judgeErr != nil || state.UserIDs.IsNull() || sameElements(userIDs(members), listed)
	})
	// Only a list error means that the role was deleted, because the caller is looked up too.
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
	state.UserIDs, diags = types.SetValueFrom(ctx, types.StringType, userIDs(members))
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(r.recordMembers(ctx, &state)...)
	r.saveRead(ctx, resp, state)
}

// keep records that this resource needs its members. It assigns the role again to those from whom this
// run has removed it.
func (r *roleMembersResource) keep(ctx context.Context, model *roleMembersModel, owner, summary string) diag.Diagnostics {
	var ids []string
	diags := model.UserIDs.ElementsAs(ctx, &ids, false)
	roleID := model.RoleID.ValueString()
	for _, id := range ids {
		if err := r.keepInRole(ctx, roleID, id, owner); err != nil {
			diags.AddAttributeError(path.Root("user_ids"), summary,
				r.explain(fmt.Sprintf("The role %s of %s could not be given to the user %s", roleID, r.client.Domain(), id), err))
		}
	}
	return diags
}

// set assigns the role to the users who lack it, and removes it from those who were in the state and
// are no longer configured. before is the set in the state, null for a create. All other users keep
// the role, because no plan has shown them. set warns about them.
//
// A list may lag, so a user who was not in the state gets the role also if the list shows the user.
func (r *roleMembersResource) set(ctx context.Context, model *roleMembersModel, before types.Set, owner, summary string) diag.Diagnostics {
	var wanted, known []string
	diags := model.UserIDs.ElementsAs(ctx, &wanted, false)
	if !before.IsNull() {
		diags.Append(before.ElementsAs(ctx, &known, false)...)
	}
	if diags.HasError() {
		return diags
	}
	roleID := model.RoleID.ValueString()
	members, err := r.listMembers(ctx, roleID, wanted)
	if err != nil {
		diags.AddError(summary, r.explain(fmt.Sprintf("The users of the role %s of %s could not be listed", roleID, r.client.Domain()), err))
		return diags
	}
	held := userIDs(members)
	for _, id := range wanted {
		give := r.addToRole
		if slices.Contains(held, id) && (before.IsNull() || slices.Contains(known, id)) {
			give = r.keepInRole
		}
		if err := give(ctx, roleID, id, owner); err != nil {
			diags.AddAttributeError(path.Root("user_ids"), summary,
				r.explain(fmt.Sprintf("The role %s of %s could not be given to the user %s", roleID, r.client.Domain(), id), err))
			return diags
		}
	}
	r.warnNotShown(roleID, members, slices.Concat(wanted, known), nextPlanShows, &diags)
	diags.Append(r.remove(ctx, roleID, without(known, wanted), owner, summary)...)
	return diags
}

// remove removes the role from users, but never from the user that the provider signs in as.
func (r *roleMembersResource) remove(ctx context.Context, roleID string, userIDs []string, owner, summary string) (diags diag.Diagnostics) {
	if len(userIDs) == 0 {
		return diags
	}
	caller, err := r.currentUser(ctx)
	if err != nil {
		diags.AddError(summary, r.explain("The user that the provider signs in as could not be read from "+r.client.Domain(), err))
		return diags
	}
	var kept []string
	for _, id := range userIDs {
		if id == caller.ID {
			diags.AddAttributeWarning(path.Root("user_ids"), "The provider's own user keeps the role "+roleID, fmt.Sprintf(
				"The provider signs in with %s, as the user %s. This resource never removes a role from that user, so that a run cannot lock "+
					"itself out. To remove the role, sign in as another user.", r.credential, id))
			continue
		}
		needed, err := r.removeFromRole(ctx, roleID, id, owner)
		if err != nil && !client.IsNotFound(err) {
			diags.AddAttributeError(path.Root("user_ids"), summary,
				r.explain(fmt.Sprintf("The role %s of %s could not be taken from the user %s", roleID, r.client.Domain(), id), err))
			return diags
		}
		if needed {
			kept = append(kept, id)
		}
	}
	if len(kept) > 0 {
		warnNeeded(&diags, "Members of the role "+roleID+" keep it",
			fmt.Sprintf("These users keep the role %s: %s.", roleID, strings.Join(kept, ", ")))
	}
	return diags
}

// Kinds of seenObject. The key is membershipOf.
const (
	// memberInState is a member in a state of this process. The plan shows what happens to the membership.
	memberInState = "member in the state"
	// memberNamed is a member that a warning of this process has named.
	memberNamed = "member named in a warning"
)

// recordMembers records the members in the state.
func (r *roleMembersResource) recordMembers(ctx context.Context, state *roleMembersModel) (diags diag.Diagnostics) {
	var ids []string
	diags = state.UserIDs.ElementsAs(ctx, &ids, false)
	for _, id := range ids {
		r.saw(memberInState, membershipOf(state.RoleID.ValueString(), id))
	}
	return diags
}

// warnNotShown warns of members who hold the role although neither a state nor a configuration has
// them. It leaves out the members whose role this run adds or removes, and those that a warning has
// already named. next says what the user can do.
func (r *roleMembersResource) warnNotShown(roleID string, members []identity.UserResponse, configured []string, next string, diags *diag.Diagnostics) {
	var others []string
	for _, user := range members {
		membership := membershipOf(roleID, user.ID)
		if slices.Contains(configured, user.ID) || r.hasSeen(memberInState, membership) || r.placements.touched(membership) || !r.saw(memberNamed, membership) {
			continue
		}
		others = append(others, user.Login+" ("+user.ID+")")
	}
	if len(others) == 0 {
		return
	}
	slices.Sort(others)
	diags.AddAttributeWarning(path.Root("user_ids"), "Other users hold the role "+roleID, fmt.Sprintf(
		"No plan of this resource has shown that these users lose the role, so it does not take the role from them:\n\n%s\n\n%s", listed(others), next))
}

// nextPlanShows is the next step for members that no plan has shown.
const nextPlanShows = "If they still hold the role then, the next plan shows that they lose it. To let a user keep the role, add the ID to user_ids."

// listed returns a list for messages, one element per line, cut off after 20.
func listed(elements []string) string {
	const most = 20
	if more := len(elements) - most; more > 0 {
		elements = append(slices.Clone(elements[:most]), fmt.Sprintf("and %d more", more))
	}
	return "  " + strings.Join(elements, "\n  ")
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

	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	if plan.UserIDs.Equal(state.UserIDs) {
		resp.Diagnostics.Append(r.keep(ctx, &plan, owner, summary)...)
	} else {
		resp.Diagnostics.Append(r.set(ctx, &plan, state.UserIDs, owner, summary)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	r.saveUpdated(ctx, resp, plan, roleMembersIdentity{plan.RoleID})
}

// Delete removes the role from the users in the state, but never from the user that the provider signs
// in as.
func (r *roleMembersResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state roleMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	roleID := state.RoleID.ValueString()
	summary := "Unable to remove the members of role " + roleID
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	var known []string
	resp.Diagnostics.Append(state.UserIDs.ElementsAs(ctx, &known, false)...)
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	users, err := r.identity.ListUsersInRole(ctx, roleID)
	if client.IsNotFound(err) {
		return
	}
	var members []identity.UserResponse
	if err == nil {
		members, err = r.membersAmong(ctx, users, known)
	}
	if err != nil {
		resp.Diagnostics.AddError(summary,
			r.explain(fmt.Sprintf("The users of the role %s of %s could not be listed", roleID, r.client.Domain()), err))
		return
	}
	r.warnNotShown(roleID, members, known,
		"They were not in the state, so this destroy leaves them alone. To take the role from them, use the LUSID web app, or manage the role's members again.", &resp.Diagnostics)
	resp.Diagnostics.Append(r.remove(ctx, roleID, known, owner, summary)...)
}

// ImportState accepts the id of the role.
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
	if !idPattern.MatchString(roleID) || isDefaultRole(roleID) {
		resp.Diagnostics.AddError(summary,
			"Give the id of the role: it has 1 to 64 letters, digits, hyphens and underscores. Names and codes are not ids: "+findRoleID+".")
		return
	}
	r.saveImported(ctx, resp, roleMembersIdentity{types.StringValue(roleID)}, map[string]any{
		"role_id": roleID,
		"id":      roleID,
	})
}

// ModifyPlan refuses another domain's role before anything is planned for it. If a create is planned
// for a role that others hold, it warns that they keep the role.
func (r *roleMembersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan roleMembersModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change the members of role "+state.RoleID.ValueString())...)
	}
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	if resp.Diagnostics.HasError() || r.connection == nil || r.client == nil {
		return
	}
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(r.recordMembers(ctx, &state)...)
		owner, diags := ownerOf(ctx, req.Private)
		resp.Diagnostics.Append(diags...)
		if isSame := req.Plan.Raw.Equal(req.State.Raw); isSame || req.Plan.Raw.IsFullyKnown() {
			r.checkOverlap(&state, &plan, owner, isSame, &resp.Diagnostics)
		}
	}
	if !req.Plan.Raw.IsNull() && !plan.RoleID.IsUnknown() && !plan.RoleID.Equal(state.RoleID) {
		r.checkOthers(ctx, &plan, &resp.Diagnostics)
	}
}

// checkOverlap warns if the plan takes the role from members, and another resource assigns it to them too. A resource that
// changes keeps its members itself.
func (r *roleMembersResource) checkOverlap(state, plan *roleMembersModel, owner string, isSame bool, diags *diag.Diagnostics) {
	members := texts(state.UserIDs)
	if !isSame && plan.RoleID.Equal(state.RoleID) {
		members = without(members, texts(plan.UserIDs))
	}
	roleID := state.RoleID.ValueString()
	members = slices.DeleteFunc(members, func(userID string) bool { return !r.plansOverlap(membershipOf(roleID, userID), owner, !isSame) })
	if len(members) > 0 {
		warnMembersOverlap(diags, roleID, members)
	}
}

// checkOthers compares the members that a create is planned with to the members that LUSID has.
// Terraform plans a create a second time when it applies it, and does not pass the first plan to the
// provider. So the create can't know which users a plan has named, and removes nobody.
func (r *roleMembersResource) checkOthers(ctx context.Context, plan *roleMembersModel, diags *diag.Diagnostics) {
	roleID := plan.RoleID.ValueString()
	summary := "Unable to read the members of role " + roleID
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Read, diags)
	defer cancel()
	if diags.HasError() {
		return
	}
	var configured []string
	next := nextPlanShows
	for _, element := range plan.UserIDs.Elements() {
		if id, ok := element.(types.String); ok && !id.IsUnknown() {
			configured = append(configured, id.ValueString())
		}
	}
	if len(configured) < len(plan.UserIDs.Elements()) || plan.UserIDs.IsUnknown() {
		next += " Some of user_ids are known only after apply, and may be among these users."
	}
	users, err := r.identity.ListUsersInRole(ctx, roleID)
	if client.IsNotFound(err) {
		return
	}
	var members []identity.UserResponse
	if err == nil {
		members, err = r.membersAmong(ctx, users, configured)
	}
	if err != nil {
		diags.AddError(summary,
			r.explain(fmt.Sprintf("The users who hold the role %s of %s before it is managed could not be listed", roleID, r.client.Domain()), err))
		return
	}
	r.warnNotShown(roleID, members, configured, next+" To see this in the first plan, import the members first, "+
		importHint("lusid_role_members", roleID), diags)
}
