package provider

import (
	"context"
	"errors"
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

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ resource.Resource                = (*accessRolePolicyCollectionResource)(nil)
	_ resource.ResourceWithConfigure   = (*accessRolePolicyCollectionResource)(nil)
	_ resource.ResourceWithIdentity    = (*accessRolePolicyCollectionResource)(nil)
	_ resource.ResourceWithImportState = (*accessRolePolicyCollectionResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*accessRolePolicyCollectionResource)(nil)
)

// accessAttachmentNoun is what messages call the attachment of a policy collection to an access role.
const accessAttachmentNoun = "policy collection of access role"

// accessRolePolicyCollectionResource is the attachment of one policy collection to one access role. Both are
// immutable. Its import ID is role_id,policy_collection_id.
type accessRolePolicyCollectionResource struct{ resourceBase }

// NewAccessRolePolicyCollectionResource returns the resource lusid_access_role_policy_collection.
func NewAccessRolePolicyCollectionResource() resource.Resource {
	return &accessRolePolicyCollectionResource{}
}

func (r *accessRolePolicyCollectionResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_role_policy_collection"
}

func (r *accessRolePolicyCollectionResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Attaches one policy collection to an access role. The provider changes nothing else of the role. " +
			"Use this resource for a role that is managed elsewhere or comes with LUSID in the scope `default`. LUSID may refuse to change a role of another scope. " +
			"If a `lusid_access_role_precedence` lists the role, manage both resources through one provider configuration. " +
			"With two configurations, such as an alias, a move of the role could undo the attachment.\n\n" +
			"The plan warns if it attaches a collection to a role of the user that the provider signs in as, or removes a collection from such a role. " +
			"There are two exceptions. If the role has no policies yet, the plan doesn't warn, because LUSID doesn't return which roles without policies the user has. " +
			"If the user has the policies of the role only because another role supervises it, the plan doesn't warn either.\n\n" +
			"~> Don't use this resource for a role that a `lusid_access_role` manages. The `lusid_access_role` sets all policy collections of its role, " +
			"so each resource would undo the other. List the collection in `policy_collections` of the `lusid_access_role` instead.\n\n" +
			"~> Destroying the attachment removes the collection from the role, even if a `lusid_access_role` lists the collection by then. " +
			"To move the collection to `policy_collections` of a `lusid_access_role`, list it there, and replace the `resource` block of the attachment with a `removed` block. Terraform then forgets the attachment and changes nothing in LUSID. " +
			"A `removed` block needs Terraform or OpenTofu 1.7.\n\n" +
			"```terraform\nremoved {\n  from = lusid_access_role_policy_collection.example\n\n  lifecycle {\n    destroy = false\n  }\n}\n```" + renameNote + overlapNote,
		Attributes: map[string]schema.Attribute{
			"role_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the access role, as `scope/code`. Changing this forces a new attachment.",
				Validators:          isAccessID("role"),
				PlanModifiers:       replace,
			},
			"policy_collection_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the policy collection, as `scope/code`. Changing this forces a new attachment.",
				Validators:          isAccessID("policy collection"),
				PlanModifiers:       replace,
			},
			"timeouts": timeoutsAttribute(ctx),
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`role_id,policy_collection_id`.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *accessRolePolicyCollectionResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"role_id":              identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the access role: scope/code."},
			"policy_collection_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the policy collection: scope/code."},
		},
	}
}

type accessAttachmentModel struct {
	RoleID             types.String   `tfsdk:"role_id"`
	PolicyCollectionID types.String   `tfsdk:"policy_collection_id"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
	ID                 types.String   `tfsdk:"id"`
}

type accessAttachmentIdentity struct {
	RoleID             types.String `tfsdk:"role_id"`
	PolicyCollectionID types.String `tfsdk:"policy_collection_id"`
}

func (m *accessAttachmentModel) identity() accessAttachmentIdentity {
	return accessAttachmentIdentity{m.RoleID, m.PolicyCollectionID}
}

func (m *accessAttachmentModel) role() access.ResourceID { return toAccessID(m.RoleID.ValueString()) }

func (m *accessAttachmentModel) collection() access.ResourceID {
	return toAccessID(m.PolicyCollectionID.ValueString())
}

// label names the attachment for people.
func (m *accessAttachmentModel) label() string {
	return m.RoleID.ValueString() + "," + m.PolicyCollectionID.ValueString()
}

func (r *accessRolePolicyCollectionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan accessAttachmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create " + accessAttachmentNoun
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
	err := r.placements.put(ctx, accessAttachmentNoun+" "+plan.label(), owner, func(bool) error { return r.attach(ctx, &plan, &resp.Diagnostics) })
	if err != nil {
		attempt := fmt.Sprintf("The policy collection %s could not be attached to the access role %s of %s",
			plan.PolicyCollectionID.ValueString(), plan.RoleID.ValueString(), r.client.Domain())
		if client.IsNotFound(err) || errors.Is(err, errSupervises) {
			resp.Diagnostics.AddAttributeError(path.Root("role_id"), summary, r.explain(attempt, err, attachedNext(err)...))
			return
		}
		r.addAccessError(&resp.Diagnostics, accessAttachmentNoun, summary, attempt, err, attachedNext(err)...)
		return
	}
	plan.ID = types.StringValue(plan.label())
	r.saveCreated(ctx, resp, plan, plan.identity())
}

func (r *accessRolePolicyCollectionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state accessAttachmentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read " + accessAttachmentNoun + " " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, state.identity(), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	isAttached := func(role *access.RoleResponse) bool { return role.HasPolicyCollection(state.collection()) }
	role, err := r.access.RefreshSharedRole(ctx, state.role(), isAttached)
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The access role %s of %s could not be read", state.RoleID.ValueString(), r.client.Domain()), err) {
		return
	}
	switch {
	case isAttached(role):
	case role.HidesPolicies():
		resp.Diagnostics.AddError(summary, fmt.Sprintf("The policy collection %s of the access role %s could not be read from %s.\n\n"+
			"LUSID did not return what the access role %s has, so the provider can't tell whether the collection is attached. "+
			"Run Terraform again, and contact LUSID's support if the error stays.",
			state.PolicyCollectionID.ValueString(), state.RoleID.ValueString(), r.client.Domain(), state.RoleID.ValueString()))
		return
	default:
		resp.State.RemoveResource(ctx)
		return
	}
	state.ID = types.StringValue(state.label())
	r.saveRead(ctx, resp, state)
}

// Update changes timeouts. Everything else replaces.
func (r *accessRolePolicyCollectionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan accessAttachmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	summary := "Unable to update " + accessAttachmentNoun + " " + plan.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.placements.put(ctx, accessAttachmentNoun+" "+plan.label(), owner, func(removed bool) error {
		if !removed {
			return nil
		}
		return r.attach(ctx, &plan, &resp.Diagnostics)
	})
	if err != nil {
		r.addAccessError(&resp.Diagnostics, accessAttachmentNoun, summary, fmt.Sprintf("The policy collection %s could not be attached to the access role %s of %s again",
			plan.PolicyCollectionID.ValueString(), plan.RoleID.ValueString(), r.client.Domain()), err, attachedNext(err)...)
		return
	}
	r.saveUpdated(ctx, resp, plan, plan.identity())
}

func (r *accessRolePolicyCollectionResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state accessAttachmentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete " + accessAttachmentNoun + " " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	needed, err := r.placements.remove(ctx, accessAttachmentNoun+" "+state.label(), owner, func() error { return r.detach(ctx, &state) })
	switch {
	case err != nil && !client.IsNotFound(err):
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The policy collection %s could not be removed from the access role %s of %s",
			state.PolicyCollectionID.ValueString(), state.RoleID.ValueString(), r.client.Domain()), err))
	case needed:
		warnNeeded(&resp.Diagnostics, "The "+accessAttachmentNoun+" "+state.label()+" stays in LUSID",
			fmt.Sprintf("The access role %s keeps the policy collection %s.", state.RoleID.ValueString(), state.PolicyCollectionID.ValueString()))
	}
}

// ImportState takes role_id,policy_collection_id. Each may be a code of the default scope.
func (r *accessRolePolicyCollectionResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	role, collection, _ := strings.Cut(req.ID, ",")
	if req.ID == "" && !req.Identity.Raw.IsNull() {
		var identity accessAttachmentIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		role, collection = identity.RoleID.ValueString(), identity.PolicyCollectionID.ValueString()
	}
	model := accessAttachmentModel{
		RoleID: types.StringValue(toAccessID(role).String()), PolicyCollectionID: types.StringValue(toAccessID(collection).String()),
	}
	summary := fmt.Sprintf("Unable to import %s %q", accessAttachmentNoun, role+","+collection)
	if resp.Diagnostics.HasError() || !r.requireClient(summary, &resp.Diagnostics) {
		return
	}
	if !isAccessIDText(model.RoleID.ValueString()) || !isAccessIDText(model.PolicyCollectionID.ValueString()) {
		resp.Diagnostics.AddError(summary, "Give role_id,policy_collection_id: the id of the access role, a comma, and the id of the policy collection. "+
			"Each id is scope/code, or the code alone if the scope is default. A scope and a code each have "+accessCodeWords+".")
		return
	}
	r.saveImported(ctx, resp, model.identity(), map[string]any{
		"role_id":              model.RoleID,
		"policy_collection_id": model.PolicyCollectionID,
		"id":                   model.label(),
	})
}

// ModifyPlan refuses another domain's attachment before anything is planned for it. It warns of what a destroy
// takes away, and if the provider's own user could lose its rights.
func (r *accessRolePolicyCollectionResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan accessAttachmentModel
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	warnOfAttach := func() {
		if !plan.RoleID.IsUnknown() && !resp.Diagnostics.HasError() {
			warnLUSIDScope(accessRoleNoun, plan.role(), &resp.Diagnostics)
			r.warnOwnAccessRole(ctx, plan.role(),
				"This plan attaches a policy collection to it, and a policy with the grant Deny in the collection takes rights away", &resp.Diagnostics)
		}
	}
	if req.State.Raw.IsNull() {
		warnOfAttach()
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change "+accessAttachmentNoun+" "+state.label())...)
	isKept := plan.RoleID.Equal(state.RoleID) && plan.PolicyCollectionID.Equal(state.PolicyCollectionID)
	if resp.Diagnostics.HasError() || r.connection == nil || isKept && !req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if r.plansOverlap(accessAttachmentNoun+" "+state.label(), owner, !isKept) {
		warnOverlap(&resp.Diagnostics, "Two resources attach the "+accessAttachmentNoun+" "+state.label(), fmt.Sprintf(
			"This plan takes the policy collection %s from the access role %s.", state.PolicyCollectionID.ValueString(), state.RoleID.ValueString()))
	}
	if isKept {
		return
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning("Destroying takes the "+accessAttachmentNoun+" "+state.label()+" away", fmt.Sprintf(
			"The access role %s loses the policy collection %s, even if a lusid_access_role lists it in policy_collections. "+
				"To move the collection there and keep it in LUSID, replace the resource block of the attachment with a removed block that has "+
				"lifecycle { destroy = false }. That needs Terraform or OpenTofu 1.7.",
			state.RoleID.ValueString(), state.PolicyCollectionID.ValueString()))
	} else if !plan.RoleID.Equal(state.RoleID) {
		// Terraform does not show the warnings of the create that replaces the attachment.
		warnOfAttach()
	}
	warnLUSIDScope(accessRoleNoun, state.role(), &resp.Diagnostics)
	r.warnOwnAccessRole(ctx, state.role(),
		fmt.Sprintf("This plan takes the policy collection %s away from it", state.PolicyCollectionID.ValueString()), &resp.Diagnostics)
}

// attach attaches the collection to the role, in the role's turn. LUSID may refuse that if the role has the
// collection already: this is success. After an answer that does not say what LUSID did, the role says it.
func (r *accessRolePolicyCollectionResource) attach(ctx context.Context, m *accessAttachmentModel, diags *diag.Diagnostics) error {
	return r.placements.during(ctx, accessRoleNoun+" "+m.RoleID.ValueString(), func() error {
		_, err := r.access.AddPolicyCollectionToRole(ctx, m.role(), m.collection())
		isLost := isAttachLost(err)
		if !isLost && !isConflict(err) {
			return err
		}
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), reconcileTimeout)
		defer cancel()
		role, readErr := r.access.GetRole(short, m.role())
		switch {
		case readErr != nil && isLost:
			return &unsettledError{lost: err, doubt: "the provider could not find out whether LUSID attached the collection", cause: readErr}
		case readErr == nil && role.Resource.NonTransitiveSupervisorRoleResource != nil:
			return errors.Join(err, errSupervises)
		case readErr != nil || !role.HasPolicyCollection(m.collection()):
			return err
		case isLost:
			diags.AddWarning("The response to the creation of the "+accessAttachmentNoun+" "+m.label()+" was lost",
				"LUSID now has it. Either this run attached the policy collection, or it was attached before or by another run. This resource manages it from now on.\n\n"+
					"If another run of the same configuration attached it, both runs now manage the same object. "+oneState)
		}
		return nil
	})
}

// isAttachLost reports whether LUSID may have attached a collection although the attach failed. The request is
// repeated after some failures, but not after each of them.
func isAttachLost(err error) bool {
	if refused, ok := errors.AsType[*client.Error](err); ok && (refused.StatusCode >= 300 && refused.StatusCode < 500) {
		return false
	}
	return client.WasSent(err) && !client.IsTokenFailure(err)
}

// errSupervises means that a role has the policies of other roles, and can have no policy collections.
var errSupervises = errors.New("the role has supervised_roles")

// attachedNext is the next step after a failed attach, if there is one in particular.
func attachedNext(err error) []string {
	if _, ok := errors.AsType[*unsettledError](err); ok {
		return []string{"LUSID may have attached it. Run terraform apply again: the create finds the attachment."}
	}
	switch {
	case errors.Is(err, errSupervises):
		return []string{"The role has supervised_roles, so it cannot have policy collections. Attach the collection to the roles that it supervises, or to another role."}
	case client.IsNotFound(err):
		return []string{"Check role_id, or create the role first. If Terraform manages the role, use the id attribute of its resource."}
	}
	return nil
}

// detach detaches the collection from the role, in the role's turn. LUSID may refuse that if the role does
// not have the collection: this is success.
func (r *accessRolePolicyCollectionResource) detach(ctx context.Context, m *accessAttachmentModel) error {
	return r.placements.during(ctx, accessRoleNoun+" "+m.RoleID.ValueString(), func() error {
		err := r.access.RemovePolicyCollectionFromRole(ctx, m.role(), m.collection())
		if isConflict(err) {
			if role, readErr := r.access.GetRole(ctx, m.role()); readErr == nil && !role.HasPolicyCollection(m.collection()) {
				return nil
			}
		}
		return err
	})
}
