package provider

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ resource.Resource                = (*accessUserRoleResource)(nil)
	_ resource.ResourceWithConfigure   = (*accessUserRoleResource)(nil)
	_ resource.ResourceWithIdentity    = (*accessUserRoleResource)(nil)
	_ resource.ResourceWithImportState = (*accessUserRoleResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*accessUserRoleResource)(nil)
)

// accessUserRoleNoun is what messages call the policies of a single user.
const accessUserRoleNoun = "user role"

// accessUserRoleResource is the policies that one user has besides those of its roles. The user is
// immutable. The import ID is the user's id.
type accessUserRoleResource struct{ resourceBase }

// NewAccessUserRoleResource returns the resource lusid_access_user_role.
func NewAccessUserRoleResource() resource.Resource { return &accessUserRoleResource{} }

func (r *accessUserRoleResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_user_role"
}

func (r *accessUserRoleResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	ids := func(description, noun string) schema.Attribute {
		return schema.SetAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			MarkdownDescription: description,
			Validators:          []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(isAccessID(noun)...)},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The user role of one user: the policies that the user has in addition to those of its roles. Use a `lusid_access_role` unless the rights are for this user only. " +
			"If a role and the user role disagree, the role decides.\n\n" +
			"The resource manages all policies of the user role. If somebody attaches a policy outside Terraform, the next apply removes it. Destroying the resource deletes the user role. The user stays.\n\n" +
			"-> LUSID creates an empty user role when a user first signs in. This resource then adopts that user role. If the user role already has policies that the configuration lacks, the plan warns. " +
			"The create keeps these policies, and the next plan shows their removal.\n\n" +
			"-> If you rename this resource or change its `for_each` key, add a `moved` block. Without it, the plan destroys one `lusid_access_user_role` of the user and creates another one, " +
			"and the apply may delete policies that the configuration lacks.\n\n" +
			"~> Don't manage the user role of one user with two resources: each would remove the policies of the other. " +
			"Don't use `create_before_destroy` with `-replace` either. A user has only one user role, so Terraform can't create a new one before it destroys the old one.",
		Attributes: map[string]schema.Attribute{
			"user_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID that LUSID gave the user, such as the `id` of a `lusid_user`. Changing this forces a new user role.",
				Validators:          isAccessUserID(),
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"policies":           ids("IDs of the policies of the user role, each `scope/code`.", "policy"),
			"policy_collections": ids("IDs of the policy collections of the user role, each `scope/code`.", "policy collection"),
			"timeouts":           timeoutsAttribute(ctx),
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "ID of the user.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *accessUserRoleResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the user."},
		},
	}
}

type accessUserRoleModel struct {
	UserID            types.String   `tfsdk:"user_id"`
	Policies          types.Set      `tfsdk:"policies"`
	PolicyCollections types.Set      `tfsdk:"policy_collections"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
	ID                types.String   `tfsdk:"id"`
}

// toUpdate is all of the user role except its user. Equal user roles give equal requests.
func (m *accessUserRoleModel) toUpdate() access.UserRoleUpdateRequest {
	return access.UserRoleUpdateRequest{Resource: access.PolicyIDRoleResource{
		Policies: toAccessIDs(m.Policies), PolicyCollections: toAccessIDs(m.PolicyCollections),
	}}
}

// fromAPI keeps the policies and policy collections of the model if LUSID does not return what the user role has.
func (m *accessUserRoleModel) fromAPI(ctx context.Context, role *access.UserRoleResponse) (diags diag.Diagnostics) {
	m.UserID, m.ID = types.StringValue(role.ID.Code), types.StringValue(role.ID.Code)
	var policies, collections []string
	if role.LacksResource {
		policies, collections = texts(m.Policies), texts(m.PolicyCollections)
	}
	if held := role.Resource.PolicyIDRoleResource; held != nil {
		policies, collections = fromAccessIDs(held.Policies), fromAccessIDs(held.PolicyCollections)
	}
	var failed diag.Diagnostics
	m.Policies, failed = sameTexts(ctx, m.Policies, policies)
	diags.Append(failed...)
	m.PolicyCollections, failed = sameTexts(ctx, m.PolicyCollections, collections)
	return append(diags, failed...)
}

// is reports whether the user role is as the model says.
func (m *accessUserRoleModel) is(ctx context.Context, role *access.UserRoleResponse) bool {
	return len(role.Unmodelled) == 0 && !role.LacksResource && unchanged(ctx, m, role)
}

// userRoleExtras are the ids of what a user role has besides what a model has.
type userRoleExtras struct{ policies, policyCollections []string }

func (e userRoleExtras) all() []string { return slices.Concat(e.policies, e.policyCollections) }

func (m *accessUserRoleModel) extras(role *access.UserRoleResponse) userRoleExtras {
	held := role.Resource.PolicyIDRoleResource
	if held == nil {
		return userRoleExtras{}
	}
	return userRoleExtras{
		without(fromAccessIDs(held.Policies), texts(m.Policies)),
		without(fromAccessIDs(held.PolicyCollections), texts(m.PolicyCollections)),
	}
}

// shows reports whether the state has all that the user role has.
func (m *accessUserRoleModel) shows(role *access.UserRoleResponse) bool {
	return len(m.extras(role).all()) == 0
}

// accessID is how LUSID names the user role in the list of the caller's policies.
func (m *accessUserRoleModel) accessID() access.ResourceID {
	return access.ResourceID{Scope: access.DefaultScope, Code: m.UserID.ValueString()}
}

func (r *accessUserRoleResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan accessUserRoleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create " + accessUserRoleNoun
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

	userID := plan.UserID.ValueString()
	var kept userRoleExtras
	err := r.placements.put(ctx, accessUserRoleNoun+" "+userID, owner, func(bool) (err error) {
		kept, err = r.create(ctx, &plan, &resp.Diagnostics)
		return err
	})
	if err != nil {
		attempt := fmt.Sprintf("The user role of the user %s could not be created in %s", userID, r.client.Domain())
		if next := r.keptNext(ctx, userID, kept, err); next != "" {
			resp.Diagnostics.AddError(summary, r.explainFound(attempt, err, next))
			return
		}
		r.addAccessError(&resp.Diagnostics, accessUserRoleNoun, summary, attempt, err, adoptedNext(err)...)
		return
	}
	warnKeptPolicies(userID, kept.all(), "The create kept them. The next plan shows their removal.", &resp.Diagnostics)
	plan.ID = plan.UserID
	r.saveCreated(ctx, resp, plan, idIdentity{plan.ID})
}

func (r *accessUserRoleResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state accessUserRoleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	userID := state.UserID.ValueString()
	summary := "Unable to read " + accessUserRoleNoun + " " + userID
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, idIdentity{state.UserID}, state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	role, err := r.access.RefreshUserRole(ctx, userID, func(listed *access.UserRoleResponse) bool { return state.is(ctx, listed) })
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The user role of the user %s of %s could not be read", userID, r.client.Domain()), err) {
		return
	}
	resp.Diagnostics.Append(state.fromAPI(ctx, role)...)
	warnUnreturnedUserRoles(&resp.Diagnostics, stateKeepsUnreturned, *role)
	resp.Diagnostics.Append(rememberUnmodelled(ctx, resp.Private, role.Unmodelled)...)
	r.saveRead(ctx, resp, state)
}

// readForChange reads the user role before a change. It fails if LUSID does not return what the user role has.
func (r *accessUserRoleResource) readForChange(ctx context.Context, userID string) (*access.UserRoleResponse, error) {
	role, err := r.access.GetUserRole(ctx, userID)
	if err == nil && role.LacksResource {
		err = errUnreturned
	}
	return role, err
}

func (r *accessUserRoleResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state accessUserRoleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	userID := state.UserID.ValueString()
	summary := "Unable to update " + accessUserRoleNoun + " " + userID
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	if request := plan.toUpdate(); !reflect.DeepEqual(request, state.toUpdate()) {
		is := func(m accessUserRoleModel) func(*access.UserRoleResponse) bool {
			return func(role *access.UserRoleResponse) bool { return m.is(ctx, role) }
		}
		err := updateAsPlanned(ctx, r.connection, accessUserRoleNoun+" "+userID,
			func(ctx context.Context) (*access.UserRoleResponse, error) { return r.readForChange(ctx, userID) },
			is(plan), is(state),
			func(ctx context.Context) error { return r.update(ctx, userID, request) })
		if err != nil {
			r.addAccessError(&resp.Diagnostics, accessUserRoleNoun, summary,
				fmt.Sprintf("The user role of the user %s of %s could not be updated", userID, r.client.Domain()), err, updatedNext(err)...)
			return
		}
	}
	r.saveUpdated(ctx, resp, plan, idIdentity{plan.ID})
}

func (r *accessUserRoleResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state accessUserRoleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	userID := state.UserID.ValueString()
	summary := "Unable to delete " + accessUserRoleNoun + " " + userID
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	deleteAccessObject(ctx, r.connection, req, resp, summary, deletion[access.UserRoleResponse]{
		noun: accessUserRoleNoun, label: userID,
		read:       func(ctx context.Context) (*access.UserRoleResponse, error) { return r.readForChange(ctx, userID) },
		isShown:    state.shows,
		unmodelled: func(role *access.UserRoleResponse) []string { return role.Unmodelled },
		remove:     func(ctx context.Context) error { return r.access.DeleteUserRole(ctx, userID) },
	})
}

// ImportState takes the id of a user.
func (r *accessUserRoleResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := importedID(ctx, req, resp)
	summary := fmt.Sprintf("Unable to import %s %q", accessUserRoleNoun, id)
	if resp.Diagnostics.HasError() || !r.requireClient(summary, &resp.Diagnostics) {
		return
	}
	if !isAccessUserIDText(id) {
		resp.Diagnostics.AddError(summary, "Give the id of the user, which has "+accessUserIDWords+": "+findUserID+".")
		return
	}
	r.saveImported(ctx, resp, idIdentity{types.StringValue(id)}, map[string]any{"id": id, "user_id": id})
}

// ModifyPlan refuses another domain's user role before anything is planned for it, and an update that would
// erase what the schema cannot express. It warns if a create meets policies, and if the provider's own user
// could lose its rights.
func (r *accessUserRoleResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan accessUserRoleModel
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	if req.State.Raw.IsNull() {
		r.warnOfPresent(ctx, &plan, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change "+accessUserRoleNoun+" "+state.UserID.ValueString())...)
	if resp.Diagnostics.HasError() {
		return
	}
	change, what := updates, "This plan takes policies away from it"
	switch {
	case req.Plan.Raw.IsNull():
		change, what = destroys, "This plan deletes it, and what it grants"
	case !plan.UserID.Equal(state.UserID):
		change, what = replaces, "This plan deletes it, and what it grants"
		r.warnOfPresent(ctx, &plan, &resp.Diagnostics)
	case req.Plan.Raw.IsFullyKnown() && reflect.DeepEqual(plan.toUpdate(), state.toUpdate()):
		return
	}
	resp.Diagnostics.Append(checkUnmodelled(ctx, req.Private, change, accessUserRoleNoun, state.UserID.ValueString())...)
	switch {
	case change != updates || loses(state.Policies, plan.Policies) || loses(state.PolicyCollections, plan.PolicyCollections):
		r.warnOwnRole(ctx, accessUserRoleNoun, state.accessID(), what, &resp.Diagnostics)
	case loses(plan.Policies, state.Policies) || loses(plan.PolicyCollections, state.PolicyCollections):
		r.warnOwnRole(ctx, accessUserRoleNoun, state.accessID(), addsPolicies, &resp.Diagnostics)
	}
}

// warnOfPresent warns if the user role that a create adopts has policies which the configuration lacks. A
// read that fails is no reason to stop: the create takes no policy away.
func (r *accessUserRoleResource) warnOfPresent(ctx context.Context, plan *accessUserRoleModel, diags *diag.Diagnostics) {
	if r.connection == nil || r.client == nil || diags.HasError() || plan.UserID.IsUnknown() ||
		plan.Policies.IsUnknown() || plan.PolicyCollections.IsUnknown() {
		return
	}
	userID := plan.UserID.ValueString()
	if r.placements.touched(accessUserRoleNoun + " " + userID) {
		return
	}
	role, err := r.access.LookForUserRole(ctx, userID)
	if err != nil {
		return
	}
	// The provider does not learn what else the plan destroys.
	warnKeptPolicies(userID, plan.extras(role).all(), "Applying keeps them, and the plan after that shows their removal. "+
		"If this plan also destroys another lusid_access_user_role of this user, applying may delete them instead. "+
		"If you renamed the resource, add a moved block: the plan then shows what changes. "+
		"If not, import the user role to see the removal in the first plan, "+importHint("lusid_access_user_role", userID), diags)
}

// warnKeptPolicies warns of the policies that a create found and kept.
func warnKeptPolicies(userID string, kept []string, next string, diags *diag.Diagnostics) {
	if len(kept) == 0 {
		return
	}
	diags.AddWarning(fmt.Sprintf("The user role of %s already has other policies", userID), fmt.Sprintf(
		"The configuration lacks these policies and policy collections of the user role: %s. %s", strings.Join(kept, ", "), next))
}
