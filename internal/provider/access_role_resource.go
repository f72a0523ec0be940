package provider

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ resource.Resource                   = (*accessRoleResource)(nil)
	_ resource.ResourceWithConfigure      = (*accessRoleResource)(nil)
	_ resource.ResourceWithIdentity       = (*accessRoleResource)(nil)
	_ resource.ResourceWithImportState    = (*accessRoleResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*accessRoleResource)(nil)
	_ resource.ResourceWithValidateConfig = (*accessRoleResource)(nil)
)

// accessRoleNoun is what messages call a role of the Access service.
const accessRoleNoun = "access role"

// accessRoleResource is a role of the Access service. Its code is immutable. Its import ID is the code, or
// scope/code.
type accessRoleResource struct{ resourceBase }

// NewAccessRoleResource returns the resource lusid_access_role.
func NewAccessRoleResource() resource.Resource { return &accessRoleResource{} }

func (r *accessRoleResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_role"
}

func (r *accessRoleResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A role of LUSID's Access service. It defines what users who have the identity role with the same code may do. " +
			"Create the identity role with `lusid_role`, and use its `code` here.\n\n" +
			"The resource manages all policies of the role. If somebody attaches a policy outside Terraform, the next apply removes it. " +
			"A change of a role takes effect on the next request of each user. If a user gets or loses the role itself, the user needs a new access token.\n\n" +
			"~> If the provider's own user has the role, a plan can lock the provider out. The plan warns if it deletes the role, shortens the time in which the role is active, " +
			"or changes which policies the role has. With `terraform apply -replace`, Terraform doesn't show that warning. " +
			"Don't use `-replace` on a role that gives the provider its rights: after the delete, the provider has no right to create the role again.\n\n" +
			"~> The plan can't find every change that takes rights from the provider's own user. LUSID returns the policies of that user, each with the role that it comes from, " +
			"but not the other access roles of the user. Therefore:\n\n" +
			"- If a role without policies, policy collections and supervised roles gets its first policies, the user may have that role, and the plan warns. " +
			"It doesn't warn if all roles that give the user its policies have a higher precedence.\n" +
			"- If the plan creates a role, it doesn't warn, even if the user has the identity role with the same code.\n" +
			"- If the user has the policies of a role only because another role supervises it, a change of the supervised role gives no warning.\n\n" +
			"~> If you replace a role and its code stays the same, for example with `-replace`, the role loses its place: LUSID puts a new role below all others. " +
			"If a `lusid_access_role_precedence` refers to the role by its `id`, the same apply restores the place.",
		Attributes: map[string]schema.Attribute{
			"code":               accessCodeAttribute("role", " Use the `code` of the `lusid_role`: users who have that role get what this role grants."),
			"description":        accessDescriptionAttribute(),
			"policies":           accessIDsAttribute("policy", "IDs of the policies of the role, each `scope/code`."),
			"policy_collections": accessIDsAttribute("policy collection", "IDs of the policy collections of the role, each `scope/code`."),
			"supervised_roles": accessIDsAttribute("role",
				"IDs of other access roles, each `scope/code`. The role then has the policies of these roles, and can't have `policies` or `policy_collections`.",
				setvalidator.SizeAtLeast(1)),
			"when":     accessWhenAttribute("role"),
			"timeouts": timeoutsAttribute(ctx),
			"id":       accessIDAttribute("role"),
			"scope":    accessScopeAttribute("role"),
			"hierarchy_index": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Place of the role among all access roles when Terraform last read it. A lower number is a higher precedence: if the roles of a user disagree, the role with the lower number decides. `lusid_access_role_precedence` sets the order. Null if LUSID returns none.",
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			},
			"permission": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Permission that LUSID gave the role, such as `Read`. Null if LUSID returns none.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *accessRoleResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = accessIdentitySchema("role")
}

type accessRoleModel struct {
	Code              types.String   `tfsdk:"code"`
	Description       types.String   `tfsdk:"description"`
	Policies          types.Set      `tfsdk:"policies"`
	PolicyCollections types.Set      `tfsdk:"policy_collections"`
	SupervisedRoles   types.Set      `tfsdk:"supervised_roles"`
	When              types.Object   `tfsdk:"when"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
	ID                types.String   `tfsdk:"id"`
	Scope             types.String   `tfsdk:"scope"`
	HierarchyIndex    types.Int64    `tfsdk:"hierarchy_index"`
	Permission        types.String   `tfsdk:"permission"`
}

// toUpdate is all of the role except its id and its place. Equal roles give equal requests.
func (m *accessRoleModel) toUpdate(ctx context.Context) (access.RoleUpdateRequest, diag.Diagnostics) {
	request := access.RoleUpdateRequest{Description: new(m.Description.ValueString())}
	if isEmpty(m.SupervisedRoles) {
		request.Resource.PolicyIDRoleResource = &access.PolicyIDRoleResource{
			Policies: toAccessIDs(m.Policies), PolicyCollections: toAccessIDs(m.PolicyCollections),
		}
	} else {
		request.Resource.NonTransitiveSupervisorRoleResource = &access.NonTransitiveSupervisorRoleResource{Roles: toAccessIDs(m.SupervisedRoles)}
	}
	var diags diag.Diagnostics
	request.When, diags = toAccessWhen(ctx, m.When)
	return request, diags
}

// differs reports whether an update from the state to this plan sends something.
func (m *accessRoleModel) differs(ctx context.Context, state *accessRoleModel) bool {
	after, diags := m.toUpdate(ctx)
	before, failed := state.toUpdate(ctx)
	return diags.HasError() || failed.HasError() || !reflect.DeepEqual(after, before)
}

// fromAPI keeps the policies, policy collections and supervised roles of the model if LUSID does not return what the
// role has.
func (m *accessRoleModel) fromAPI(ctx context.Context, role *access.RoleResponse) (diags diag.Diagnostics) {
	m.setServerMade(role)
	m.Code = types.StringValue(role.ID.Code)
	var description string
	if role.Description != nil {
		description = *role.Description
	}
	m.Description = optionalString(m.Description, description)
	var policies, collections, supervised []string
	if role.LacksResource {
		policies, collections, supervised = texts(m.Policies), texts(m.PolicyCollections), texts(m.SupervisedRoles)
	}
	if held := role.Resource.PolicyIDRoleResource; held != nil {
		policies, collections = fromAccessIDs(held.Policies), fromAccessIDs(held.PolicyCollections)
	}
	if held := role.Resource.NonTransitiveSupervisorRoleResource; held != nil {
		supervised = fromAccessIDs(held.Roles)
	}
	var failed diag.Diagnostics
	m.Policies, failed = sameTexts(ctx, m.Policies, policies)
	diags.Append(failed...)
	m.PolicyCollections, failed = sameTexts(ctx, m.PolicyCollections, collections)
	diags.Append(failed...)
	m.SupervisedRoles, failed = sameTexts(ctx, m.SupervisedRoles, supervised)
	diags.Append(failed...)
	m.When, failed = fromAccessWhen(ctx, m.When, role.When)
	return append(diags, failed...)
}

// setServerMade sets what LUSID decides.
func (m *accessRoleModel) setServerMade(role *access.RoleResponse) {
	m.ID, m.Scope = types.StringValue(role.ID.String()), types.StringValue(role.ID.Scope)
	m.Permission = stringOrNull(role.Permission)
	m.HierarchyIndex = types.Int64Null()
	if role.RoleHierarchyIndex != nil {
		m.HierarchyIndex = types.Int64Value(int64(*role.RoleHierarchyIndex))
	}
}

// is reports whether the role is as the model says. Its place doesn't count: the create or move of another role
// changes the places of many.
func (m *accessRoleModel) is(ctx context.Context, role *access.RoleResponse) bool {
	moved := *m
	moved.setServerMade(role)
	return !role.LacksResource && unchanged(ctx, &moved, role)
}

// shows reports whether the state has all that the role has.
func (m *accessRoleModel) shows(ctx context.Context, role *access.RoleResponse) bool {
	before, now := *m, *m
	before.setServerMade(role)
	if now.fromAPI(ctx, role).HasError() {
		return false
	}
	now.Policies = unlessMore(m.Policies, now.Policies)
	now.PolicyCollections = unlessMore(m.PolicyCollections, now.PolicyCollections)
	now.SupervisedRoles = unlessMore(m.SupervisedRoles, now.SupervisedRoles)
	return sameValues(&before, &now)
}

func (m *accessRoleModel) resourceID() access.ResourceID {
	return access.ResourceID{Scope: m.Scope.ValueString(), Code: m.Code.ValueString()}
}

// label names the role for people.
func (m *accessRoleModel) label() string { return m.resourceID().String() }

func (r *accessRoleResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan accessRoleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create " + accessRoleNoun
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	request, diags := plan.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	role := r.create(ctx, access.RoleCreationRequest{Code: plan.Code.ValueString(), RoleUpdateRequest: request}, owner, &resp.Diagnostics)
	if role == nil {
		return
	}
	// Terraform wants the planned values back, and a difference is for the next refresh to show.
	role.ID.Code = plan.Code.ValueString()
	plan.setServerMade(role)
	r.saveCreated(ctx, resp, plan, newAccessIdentity(plan.resourceID()))
}

// create creates a role, or finds the one that a create made whose answer was lost. It returns nil after
// an error.
func (r *accessRoleResource) create(ctx context.Context, request access.RoleCreationRequest, owner string, diags *diag.Diagnostics) *access.RoleResponse {
	id := access.ResourceID{Scope: access.DefaultScope, Code: request.Code}
	return createAccessObject(ctx, r.connection, accessObject{
		noun:     accessRoleNoun,
		typeName: "lusid_access_role",
		id:       id,
		owner:    owner,
		onAgain: func() {
			diags.AddWarning(fmt.Sprintf("The access role %s lost its place", id), "This run deleted the role and created it again. LUSID puts a new role below all others. "+
				"If a lusid_access_role_precedence refers to the role by its id, this run restores the place. "+
				"If it lists the role as text, run terraform apply again: the plan shows the new order, and the apply restores the old one. "+
				"If no lusid_access_role_precedence lists the role, the role stays below all others until somebody moves it.")
		},
	}, creation[access.RoleResponse]{
		list:   r.access.ListRoles,
		create: func(ctx context.Context) (*access.RoleResponse, error) { return r.access.CreateRole(ctx, request) },
		byKey:  func(ctx context.Context) (*access.RoleResponse, error) { return r.access.GetRole(ctx, id) },
		id:     func(role *access.RoleResponse) string { return role.ID.String() },
		holds:  func(role *access.RoleResponse) bool { return role.ID == id },
		isSame: func(role *access.RoleResponse) bool {
			var m accessRoleModel
			if m.fromAPI(ctx, role).HasError() || len(role.Unmodelled) > 0 {
				return false
			}
			got, diags := m.toUpdate(ctx)
			want := request.RoleUpdateRequest
			got.When, want.When = normalWhen(got.When), normalWhen(want.When)
			return !diags.HasError() && reflect.DeepEqual(got, want)
		},
	}, diags)
}

func (r *accessRoleResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state accessRoleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read " + accessRoleNoun + " " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, newAccessIdentity(state.resourceID()), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	role, err := r.access.RefreshRole(ctx, state.resourceID(), func(listed *access.RoleResponse) bool { return state.is(ctx, listed) })
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The access role %s of %s could not be read", state.label(), r.client.Domain()), err) {
		return
	}
	resp.Diagnostics.Append(explainUnreadable(summary, accessRoleNoun+" "+state.label(), state.fromAPI(ctx, role))...)
	warnUnreturned(&resp.Diagnostics, unreturnedRoles(*role), stateKeepsUnreturned)
	resp.Diagnostics.Append(rememberUnmodelled(ctx, resp.Private, role.Unmodelled)...)
	r.saveRead(ctx, resp, state)
}

// readForChange reads the role before a change. It fails if LUSID does not return what the role has.
func (r *accessRoleResource) readForChange(ctx context.Context, id access.ResourceID) (*access.RoleResponse, error) {
	role, err := r.access.GetRole(ctx, id)
	if err == nil && role.LacksResource {
		err = errUnreturned
	}
	return role, err
}

func (r *accessRoleResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state accessRoleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to update " + accessRoleNoun + " " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	request, diags := plan.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	if plan.differs(ctx, &state) {
		is := func(m accessRoleModel) func(*access.RoleResponse) bool {
			return func(role *access.RoleResponse) bool { return len(role.Unmodelled) == 0 && m.is(ctx, role) }
		}
		err := updateAsPlanned(ctx, r.connection, accessRoleNoun+" "+state.label(),
			func(ctx context.Context) (*access.RoleResponse, error) {
				return r.readForChange(ctx, state.resourceID())
			},
			is(plan), is(state),
			func(ctx context.Context) error {
				_, err := r.access.UpdateRole(ctx, state.resourceID(), request)
				return err
			})
		if err != nil {
			r.addAccessError(&resp.Diagnostics, accessRoleNoun, summary,
				fmt.Sprintf("The access role %s of %s could not be updated", state.label(), r.client.Domain()), err)
			return
		}
	}
	r.saveUpdated(ctx, resp, plan, newAccessIdentity(plan.resourceID()))
}

func (r *accessRoleResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state accessRoleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete " + accessRoleNoun + " " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	deleteAccessObject(ctx, r.connection, req, resp, summary, deletion[access.RoleResponse]{
		noun: accessRoleNoun, label: state.label(),
		read: func(ctx context.Context) (*access.RoleResponse, error) {
			return r.readForChange(ctx, state.resourceID())
		},
		isShown:    func(role *access.RoleResponse) bool { return state.shows(ctx, role) },
		unmodelled: func(role *access.RoleResponse) []string { return role.Unmodelled },
		remove:     func(ctx context.Context) error { return r.access.DeleteRole(ctx, state.resourceID()) },
	})
}

// ImportState takes a code, or scope/code.
func (r *accessRoleResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.importAccessObject(ctx, accessRoleNoun, req, resp)
}

// ValidateConfig checks what depends on several attributes.
func (r *accessRoleResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config accessRoleModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(config.validate()...)
	}
}

// validate checks what depends on several attributes, as far as they are known.
func (m *accessRoleModel) validate() (diags diag.Diagnostics) {
	if len(m.SupervisedRoles.Elements()) > 0 && (len(m.Policies.Elements()) > 0 || len(m.PolicyCollections.Elements()) > 0) {
		diags.AddAttributeError(path.Root("supervised_roles"), "Invalid supervised_roles",
			"A role has either policies and policy collections, or the policies of other roles, and this one has both. "+
				"Remove supervised_roles, or remove policies and policy_collections.")
	}
	own := access.ResourceID{Scope: access.DefaultScope, Code: m.Code.ValueString()}.String()
	if slices.Contains(texts(m.SupervisedRoles), own) {
		diags.AddAttributeError(path.Root("supervised_roles"), "Invalid supervised_roles",
			fmt.Sprintf("The access role %s cannot supervise itself. Remove it from supervised_roles.", own))
	}
	return diags
}

// ModifyPlan refuses another domain's role before anything is planned for it, and an update that would
// erase what the schema cannot express. It warns if the provider's own user could lose its rights.
func (r *accessRoleResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan accessRoleModel
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		// What another resource makes is known only here.
		resp.Diagnostics.Append(plan.validate()...)
	}
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(checkHiddenReplacement(ctx, req.Private, accessRoleNoun)...)
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change "+accessRoleNoun+" "+state.label())...)
	if resp.Diagnostics.HasError() {
		return
	}
	change := updates
	switch {
	case req.Plan.Raw.IsNull():
		change = destroys
	case !plan.Code.Equal(state.Code):
		change = replaces
	case req.Plan.Raw.IsFullyKnown() && !plan.differs(ctx, &state):
		return
	}
	resp.Diagnostics.Append(checkUnmodelled(ctx, req.Private, change, accessRoleNoun, state.label())...)
	warnLUSIDScope(accessRoleNoun, state.resourceID(), &resp.Diagnostics)
	adds := loses(plan.Policies, state.Policies) || loses(plan.PolicyCollections, state.PolicyCollections) || loses(plan.SupervisedRoles, state.SupervisedRoles)
	switch {
	case change != updates:
		r.warnOwnAccessRole(ctx, state.resourceID(), "This plan deletes it, and what it grants", &resp.Diagnostics)
	case adds && isEmpty(state.Policies) && isEmpty(state.PolicyCollections) && isEmpty(state.SupervisedRoles):
		r.warnFirstPolicies(ctx, &state, &resp.Diagnostics)
	case loses(state.Policies, plan.Policies) || loses(state.PolicyCollections, plan.PolicyCollections) || loses(state.SupervisedRoles, plan.SupervisedRoles):
		r.warnOwnAccessRole(ctx, state.resourceID(), "This plan takes policies away from it", &resp.Diagnostics)
	case shortens(ctx, state.When, plan.When):
		r.warnOwnAccessRole(ctx, state.resourceID(), "This plan shortens the time in which it is active", &resp.Diagnostics)
	case adds:
		r.warnOwnAccessRole(ctx, state.resourceID(), addsPolicies, &resp.Diagnostics)
	}
}
