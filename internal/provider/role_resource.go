package provider

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
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
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                = (*roleResource)(nil)
	_ resource.ResourceWithConfigure   = (*roleResource)(nil)
	_ resource.ResourceWithIdentity    = (*roleResource)(nil)
	_ resource.ResourceWithImportState = (*roleResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*roleResource)(nil)
)

// roleResource is a role of the Identity service. Its name is immutable. Its import ID is the id,
// or scope/code.
type roleResource struct{ resourceBase }

// NewRoleResource returns the resource lusid_role.
func NewRoleResource() resource.Resource { return &roleResource{} }

func (r *roleResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_role"
}

// roleNamePattern allows one character less than the published pattern, because LUSID uses the name as
// the code, which has at most 100 characters.
var roleNamePattern = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-_ +]{2,99}$`)

func (r *roleResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A role that users of a LUSID domain can have.\n\n~> This is a role of the Identity service. Alone, it grants nothing. " +
			"A role with the same code in LUSID's Access service decides what its users can do. Create that role with `lusid_access_role`.\n\n" +
			"~> Don't manage LUSID's default roles, such as `lusid-administrator` and `lusid-evaluator`. " +
			"If a plan deletes or replaces one of them, it warns, because Terraform can't restore the role.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Name, unique in the domain: 3 to 100 letters, digits, hyphens, underscores, spaces and plus signs, beginning with a letter. " +
					"LUSID uses the name as the code. Changing this forces a new role, and all users of the old role lose it.",
				Validators: []validator.String{stringvalidator.RegexMatches(roleNamePattern,
					"must have 3 to 100 letters, digits, hyphens, underscores, spaces and plus signs, and begin with a letter")},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Description, 1024 characters at most. Changing this updates the role in place.",
				Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(1024)},
			},
			"timeouts": timeoutsAttribute(ctx),
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "ID that LUSID assigned to the role.",
				PlanModifiers:       keep,
			},
			"scope": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Scope of the role, such as `default`.",
				PlanModifiers:       keep,
			},
			"code": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Code of the role, unique in its scope. The `lusid_access_role` must have the same code.",
				PlanModifiers:       keep,
			},
			"source": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Where the role comes from, such as `LusidUser`.",
				PlanModifiers:       keep,
			},
			"saml_name": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Name that an identity provider uses to assign the role through SAML; null if LUSID does not return it.",
				PlanModifiers:       keep,
			},
		},
	}
}

func (r *roleResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{
				RequiredForImport: true,
				Description:       "ID that LUSID assigned to the role.",
			},
		},
	}
}

type roleModel struct {
	Name        types.String   `tfsdk:"name"`
	Description types.String   `tfsdk:"description"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
	ID          types.String   `tfsdk:"id"`
	Scope       types.String   `tfsdk:"scope"`
	Code        types.String   `tfsdk:"code"`
	Source      types.String   `tfsdk:"source"`
	SAMLName    types.String   `tfsdk:"saml_name"`
}

func (m *roleModel) fromAPI(_ context.Context, role *identity.RoleResponse) diag.Diagnostics { //nolint:unparam // unchanged needs the same fromAPI of every model.
	m.ID = sameFold(m.ID, role.ID)
	m.Name = types.StringValue(role.Name)
	m.Description = optionalString(m.Description, role.Description)
	m.Scope = stringOrNull(role.RoleID.Scope)
	m.Code = types.StringValue(role.RoleID.Code)
	m.Source = stringOrNull(role.Source)
	m.SAMLName = stringOrNull(role.SAMLName)
	return nil
}

func (r *roleResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan roleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create role"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	role := r.create(ctx, identity.CreateRoleRequest{
		Name:        plan.Name.ValueString(),
		Description: plan.Description.ValueString(),
	}, &resp.Diagnostics)
	if role == nil {
		return
	}
	r.dropSeen(plannedOf(roleNoun), plan.key())
	planned := plan
	resp.Diagnostics.Append(plan.fromAPI(ctx, role)...)
	// Terraform requires the planned values after an apply. The next refresh shows any difference.
	plan.Name, plan.Description = planned.Name, planned.Description
	r.saveCreated(ctx, resp, plan, idIdentity{plan.ID})
}

// create creates a role, or finds the one that an earlier attempt created if its response was lost. It
// returns nil after an error.
func (r *roleResource) create(ctx context.Context, request identity.CreateRoleRequest, diags *diag.Diagnostics) *identity.RoleResponse {
	creation := creation[identity.RoleResponse]{
		existing: r.existingOf("role"),
		list:     r.identity.ListRoles,
		create:   func(ctx context.Context) (*identity.RoleResponse, error) { return r.identity.CreateRole(ctx, request) },
		id:       func(role *identity.RoleResponse) string { return role.ID },
		holds: func(role *identity.RoleResponse) bool {
			return role.Name == request.Name || role.RoleID.Code == request.Name
		},
		isSame: func(role *identity.RoleResponse) bool {
			return role.Name == request.Name && role.Description == request.Description
		},
	}
	if idPattern.MatchString(request.Name) {
		creation.byKey = func(ctx context.Context) (*identity.RoleResponse, error) {
			return r.identity.GetRoleByCode(ctx, identity.ResourceID{Scope: defaultScope, Code: request.Name})
		}
	}
	role, adopted, err := creation.run(ctx)
	if err == nil {
		if adopted {
			warnAdopted(diags, "role "+request.Name, role.ID)
		}
		return role
	}
	const summary = "Unable to create role"
	attempt := fmt.Sprintf("The role %q could not be created in %s", request.Name, r.client.Domain())
	var taken *takenError[identity.RoleResponse]
	if !errors.As(err, &taken) {
		diags.AddError(summary, r.explain(attempt, err, doubtAfterCreate(err, "name")...))
		return nil
	}
	diags.AddAttributeError(path.Root("name"), summary, r.explain(attempt, err, fmt.Sprintf(
		"The name is taken by the role %s, and names are unique in the domain. %s", taken.by.ID, importAdvice("role", "lusid_role", taken.by.ID))))
	return nil
}

func (r *roleResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state roleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read role " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, idIdentity{state.ID}, state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	id := state.ID.ValueString()
	role, err := r.identity.RefreshRole(ctx, id, func(listed *identity.RoleResponse) bool { return unchanged(ctx, &state, listed) })
	if client.IsNotFound(err) {
		r.dropSeen(priorOf(roleNoun), state.key())
	}
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The role %s of %s could not be read", id, r.client.Domain()), err) {
		return
	}
	resp.Diagnostics.Append(state.fromAPI(ctx, role)...)
	r.saw(priorOf(roleNoun), state.key())
	r.saveRead(ctx, resp, state)
}

func (r *roleResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state roleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to update role " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	if before, after := state.Description.ValueString(), plan.Description.ValueString(); after != before {
		id := state.ID.ValueString()
		err := updateAsPlanned(ctx, r.connection, "role "+id,
			func(ctx context.Context) (*identity.RoleResponse, error) { return r.identity.GetRole(ctx, id) },
			func(role *identity.RoleResponse) bool { return role.Description == after },
			func(role *identity.RoleResponse) bool { return role.Description == before },
			func(ctx context.Context) error {
				_, err := r.identity.UpdateRole(ctx, id, identity.UpdateRoleRequest{Description: after})
				return err
			})
		if err != nil {
			resp.Diagnostics.AddError(summary, r.explainUpdate(fmt.Sprintf("The description of the role %s (%s) of %s could not be changed",
				id, state.label(), r.client.Domain()), err))
			return
		}
	}
	r.saveUpdated(ctx, resp, plan, idIdentity{plan.ID})
}

func (r *roleResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state roleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete role " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.identity.DeleteRole(ctx, state.ID.ValueString()); err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The role %s (%s) of %s could not be deleted",
			state.ID.ValueString(), state.label(), r.client.Domain()), err))
		return
	}
	r.dropSeen(priorOf(roleNoun), state.key())
}

// ImportState accepts an id, or scope/code.
func (r *roleResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	summary := "Unable to import role"
	key := importedID(ctx, req, resp)
	if key != "" {
		summary += fmt.Sprintf(" %q", key)
	}
	if resp.Diagnostics.HasError() || !r.requireClient(summary, &resp.Diagnostics) {
		return
	}
	role, err := r.roleByImportID(ctx, key)
	if err != nil {
		var steps []string
		if identity.IsRoleNotFound(err) && !strings.Contains(key, "/") {
			steps = append(steps, fmt.Sprintf("An import also accepts the scope and the code of a role. For the code %q, that is default/%[1]s.", key))
		}
		resp.Diagnostics.AddError(summary,
			r.explain(fmt.Sprintf("The role with the id or scope/code %q could not be found in %s", key, r.client.Domain()), err, steps...))
		return
	}
	r.saveImported(ctx, resp, idIdentity{types.StringValue(role.ID)}, map[string]any{"id": role.ID})
}

// ModifyPlan refuses another domain's role before it plans anything, and warns if it deletes one of
// LUSID's default roles.
func (r *roleResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan roleModel
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	if req.State.Raw.IsNull() {
		// Terraform also plans this when it replaces a role for another reason, such as -replace.
		if isDefaultRole(plan.Name.ValueString()) {
			warnDefaultRole(plan.Name.ValueString(),
				"LUSID refuses to create another role of that name. If this plan replaces the role, LUSID deletes it first.", &resp.Diagnostics)
			return
		}
		if r.plansReplacement(roleNoun, plan.key(), true) {
			plan.warnReplacement(&resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change role "+state.label())...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !isDefaultRole(state.Code.ValueString()) {
		if req.Plan.Raw.IsNull() && r.plansReplacement(roleNoun, state.key(), false) {
			state.warnReplacement(&resp.Diagnostics)
		}
		return
	}
	if req.Plan.Raw.IsNull() {
		warnDefaultRole(state.label(), "This plan deletes it.", &resp.Diagnostics)
	} else if !plan.Name.Equal(state.Name) {
		warnDefaultRole(state.label(), "This plan replaces it, because changing the name forces a new role.", &resp.Diagnostics)
	}
}

// warnDefaultRole warns if a plan deletes or replaces a role that every domain has.
func warnDefaultRole(name, how string, diags *diag.Diagnostics) {
	diags.AddWarning(name+" is one of LUSID's default roles", joinParagraphs(
		fmt.Sprintf("Every domain has the role %s from the start. %s", name, how),
		"If the role is deleted, its users lose what it grants. Terraform cannot bring it back: a new role of that name has another id, no users and no policies.",
		"Leave the role to LUSID. The data source lusid_role refers to it. To remove it from the state, use terraform state rm, or a removed block with destroy = false."))
}

// roleNoun is the noun of a role for seenObject. The key is the name.
const roleNoun = "role"

// warnReplacement warns of a plan that creates a role and may delete the role of the same name in the state.
func (m *roleModel) warnReplacement(diags *diag.Diagnostics) {
	diags.AddWarning(fmt.Sprintf("The new role %s does not keep the users of the old role", m.label()), joinParagraphs(
		"The plan creates a role, and the state already has a role of the same name. If the plan deletes or replaces the old role, all its users lose what it grants. "+
			"The new role has another id. Terraform gives it only to the users whom this configuration assigns to it.",
		"If the plan keeps the old role, LUSID refuses the new one, because the names of roles are unique.",
		renamedAdvice))
}

// key identifies the role in another resource or another plan.
func (m *roleModel) key() string { return strings.ToLower(m.Name.ValueString()) }

// label returns a name of the role for messages.
func (m *roleModel) label() string {
	if name := m.Name.ValueString(); name != "" {
		return name
	}
	return m.ID.ValueString()
}
