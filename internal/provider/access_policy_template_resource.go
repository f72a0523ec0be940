package provider

import (
	"context"
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ resource.Resource                = (*accessPolicyTemplateResource)(nil)
	_ resource.ResourceWithConfigure   = (*accessPolicyTemplateResource)(nil)
	_ resource.ResourceWithIdentity    = (*accessPolicyTemplateResource)(nil)
	_ resource.ResourceWithImportState = (*accessPolicyTemplateResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*accessPolicyTemplateResource)(nil)
)

// accessTemplateNoun is what messages call a policy template.
const accessTemplateNoun = "access policy template"

// accessPolicyTemplateResource is a template of the Access service that policies are generated from. Its code
// is immutable. Its import ID is the code, or scope/code.
type accessPolicyTemplateResource struct{ resourceBase }

// NewAccessPolicyTemplateResource returns the resource lusid_access_policy_template.
func NewAccessPolicyTemplateResource() resource.Resource { return &accessPolicyTemplateResource{} }

func (r *accessPolicyTemplateResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy_template"
}

func (r *accessPolicyTemplateResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A policy template of LUSID's Access service: selectors to generate policies from. A template grants nothing. " +
			"To generate a policy, read `lusid_access_generated_policy` and create a `lusid_access_policy` from it. " +
			"If the template changes, the next plan shows the changes of the policies that are generated from it.\n\n" +
			"~> LUSID calls policy templates experimental, so they may change. In Terraform, a module or a local value with selectors does the same without a template. " +
			"Use a template if people generate policies from it in LUSID's web app.\n\n" +
			"~> In LUSID, a template can have a part that this resource has no argument for. The provider then refuses to plan an update of the template: " +
			"LUSID's update replaces the whole template, so it would erase that part.",
		Attributes: map[string]schema.Attribute{
			"code": accessCodeAttribute("template", ""),
			"display_name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Display name, 1 to 512 characters.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 512)},
			},
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Description, 1024 characters at most.",
				Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(1024)},
			},
			"templated_selectors": schema.ListNestedAttribute{
				Required:            true,
				MarkdownDescription: "Selectors, each with its application and tag. The order of the selectors makes no difference to LUSID.",
				Validators:          []validator.List{listvalidator.NoNullValues()},
				NestedObject:        schema.NestedAttributeObject{Attributes: templatedSelectorAttributes()},
			},
			"timeouts": timeoutsAttribute(ctx),
			"id":       accessIDAttribute("template"),
			"scope":    accessScopeAttribute("template"),
		},
	}
}

func (r *accessPolicyTemplateResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = accessIdentitySchema("template")
}

type accessPolicyTemplateModel struct {
	Code               types.String   `tfsdk:"code"`
	DisplayName        types.String   `tfsdk:"display_name"`
	Description        types.String   `tfsdk:"description"`
	TemplatedSelectors types.List     `tfsdk:"templated_selectors"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
	ID                 types.String   `tfsdk:"id"`
	Scope              types.String   `tfsdk:"scope"`
}

// toUpdate is all of the template except its id. Equal templates give equal requests.
func (m *accessPolicyTemplateModel) toUpdate(ctx context.Context) (access.PolicyTemplateUpdateRequest, diag.Diagnostics) {
	selectors, diags := toTemplatedSelectors(ctx, m.TemplatedSelectors)
	return access.PolicyTemplateUpdateRequest{
		DisplayName: m.DisplayName.ValueString(), Description: m.Description.ValueString(), TemplatedSelectors: selectors,
	}, diags
}

// differs reports whether an update from the state to this plan sends something.
func (m *accessPolicyTemplateModel) differs(ctx context.Context, state *accessPolicyTemplateModel) bool {
	after, diags := m.toUpdate(ctx)
	before, failed := state.toUpdate(ctx)
	return diags.HasError() || failed.HasError() || !reflect.DeepEqual(after, before)
}

func (m *accessPolicyTemplateModel) fromAPI(ctx context.Context, template *access.PolicyTemplateResponse) (diags diag.Diagnostics) {
	m.setID(template.ID)
	m.DisplayName = stringOrNull(template.DisplayName)
	m.Description = optionalString(m.Description, template.Description)
	m.TemplatedSelectors, diags = fromTemplatedSelectors(ctx, m.TemplatedSelectors, template.TemplatedSelectors)
	return diags
}

func (m *accessPolicyTemplateModel) setID(id access.ResourceID) {
	m.ID, m.Scope, m.Code = types.StringValue(id.String()), types.StringValue(id.Scope), types.StringValue(id.Code)
}

func (m *accessPolicyTemplateModel) resourceID() access.ResourceID {
	return access.ResourceID{Scope: m.Scope.ValueString(), Code: m.Code.ValueString()}
}

// label names the template for people.
func (m *accessPolicyTemplateModel) label() string { return m.resourceID().String() }

func (r *accessPolicyTemplateResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan accessPolicyTemplateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create " + accessTemplateNoun
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

	template := r.create(ctx, plan, request, owner, &resp.Diagnostics)
	if template == nil {
		return
	}
	// Terraform wants the planned values back, and a difference is for the next refresh to show.
	plan.setID(access.ResourceID{Scope: template.ID.Scope, Code: plan.Code.ValueString()})
	r.saveCreated(ctx, resp, plan, newAccessIdentity(plan.resourceID()))
}

// create creates a template, or finds the one that a create made whose answer was lost. It returns nil after
// an error.
func (r *accessPolicyTemplateResource) create(
	ctx context.Context, plan accessPolicyTemplateModel, planned access.PolicyTemplateUpdateRequest, owner string, diags *diag.Diagnostics,
) *access.PolicyTemplateResponse {
	request := access.PolicyTemplateCreationRequest{Code: plan.Code.ValueString(), PolicyTemplateUpdateRequest: planned}
	id := access.ResourceID{Scope: access.DefaultScope, Code: request.Code}
	plan.setID(id)
	return createAccessObject(ctx, r.connection, accessObject{
		noun:     accessTemplateNoun,
		typeName: "lusid_access_policy_template",
		id:       id,
		owner:    owner,
	}, creation[access.PolicyTemplateResponse]{
		list: r.access.ListPolicyTemplates,
		create: func(ctx context.Context) (*access.PolicyTemplateResponse, error) {
			return r.access.CreatePolicyTemplate(ctx, request)
		},
		byKey: func(ctx context.Context) (*access.PolicyTemplateResponse, error) {
			return r.access.GetPolicyTemplate(ctx, id)
		},
		id:    func(template *access.PolicyTemplateResponse) string { return template.ID.String() },
		holds: func(template *access.PolicyTemplateResponse) bool { return template.ID == id },
		isSame: func(template *access.PolicyTemplateResponse) bool {
			return len(template.Unmodelled) == 0 && unchanged(ctx, &plan, template)
		},
	}, diags)
}

func (r *accessPolicyTemplateResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state accessPolicyTemplateModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read " + accessTemplateNoun + " " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, newAccessIdentity(state.resourceID()), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	template, err := r.access.RefreshPolicyTemplate(ctx, state.resourceID(),
		func(listed *access.PolicyTemplateResponse) bool { return unchanged(ctx, &state, listed) })
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The access policy template %s of %s could not be read", state.label(), r.client.Domain()), err) {
		return
	}
	resp.Diagnostics.Append(state.fromAPI(ctx, template)...)
	resp.Diagnostics.Append(rememberUnmodelled(ctx, resp.Private, template.Unmodelled)...)
	r.saveRead(ctx, resp, state)
}

func (r *accessPolicyTemplateResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state accessPolicyTemplateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to update " + accessTemplateNoun + " " + state.label()
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
		is := func(m accessPolicyTemplateModel) func(*access.PolicyTemplateResponse) bool {
			return func(template *access.PolicyTemplateResponse) bool {
				return len(template.Unmodelled) == 0 && unchanged(ctx, &m, template)
			}
		}
		err := updateAsPlanned(ctx, r.connection, accessTemplateNoun+" "+state.label(),
			func(ctx context.Context) (*access.PolicyTemplateResponse, error) {
				return r.access.GetPolicyTemplate(ctx, state.resourceID())
			},
			is(plan), is(state),
			func(ctx context.Context) error {
				_, err := r.access.UpdatePolicyTemplate(ctx, state.Code.ValueString(), request)
				return err
			})
		if err != nil {
			r.addAccessError(&resp.Diagnostics, accessTemplateNoun, summary,
				fmt.Sprintf("The access policy template %s of %s could not be updated", state.label(), r.client.Domain()), err)
			return
		}
	}
	r.saveUpdated(ctx, resp, plan, newAccessIdentity(plan.resourceID()))
}

func (r *accessPolicyTemplateResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state accessPolicyTemplateModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete " + accessTemplateNoun + " " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	deleteAccessObject(ctx, r.connection, req, resp, summary, deletion[access.PolicyTemplateResponse]{
		noun: accessTemplateNoun, label: state.label(),
		read: func(ctx context.Context) (*access.PolicyTemplateResponse, error) {
			return r.access.GetPolicyTemplate(ctx, state.resourceID())
		},
		isShown:    func(template *access.PolicyTemplateResponse) bool { return unchanged(ctx, &state, template) },
		unmodelled: func(template *access.PolicyTemplateResponse) []string { return template.Unmodelled },
		remove:     func(ctx context.Context) error { return r.access.DeletePolicyTemplate(ctx, state.resourceID()) },
	})
}

// ImportState takes a code, or scope/code.
func (r *accessPolicyTemplateResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.importAccessObject(ctx, accessTemplateNoun, req, resp)
}

// ModifyPlan refuses another domain's template before anything is planned for it, an update that would erase
// what the schema cannot express, and an update that LUSID does not have.
func (r *accessPolicyTemplateResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan accessPolicyTemplateModel
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		for i, templated := range plan.TemplatedSelectors.Elements() {
			at := path.Root("templated_selectors").AtListIndex(i).AtName("selector")
			resp.Diagnostics.Append(warnFeatureCode(attributesOf(templated)["selector"], at)...)
		}
	}
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(checkHiddenReplacement(ctx, req.Private, accessTemplateNoun)...)
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change "+accessTemplateNoun+" "+state.label())...)
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
	resp.Diagnostics.Append(checkUnmodelled(ctx, req.Private, change, accessTemplateNoun, state.label())...)
	warnLUSIDScope(accessTemplateNoun, state.resourceID(), &resp.Diagnostics)
	if change == updates && state.Scope.ValueString() != access.DefaultScope {
		resp.Diagnostics.AddError("Unable to update "+accessTemplateNoun+" "+state.label(), fmt.Sprintf(
			"LUSID updates only templates of the scope %s, and this one is of the scope %s. Nothing was changed. "+
				"Change the configuration back, or create another template from it: a new code does that.",
			access.DefaultScope, state.Scope.ValueString()))
	}
}
