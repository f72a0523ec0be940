package provider

import (
	"context"
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ resource.Resource                   = (*accessPolicyResource)(nil)
	_ resource.ResourceWithConfigure      = (*accessPolicyResource)(nil)
	_ resource.ResourceWithIdentity       = (*accessPolicyResource)(nil)
	_ resource.ResourceWithImportState    = (*accessPolicyResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*accessPolicyResource)(nil)
	_ resource.ResourceWithValidateConfig = (*accessPolicyResource)(nil)
)

// accessPolicyNoun is what messages call a policy.
const accessPolicyNoun = "access policy"

// accessPolicyResource is a policy of the Access service. Its code is immutable. Its import ID is the code,
// or scope/code.
type accessPolicyResource struct{ resourceBase }

// NewAccessPolicyResource returns the resource lusid_access_policy.
func NewAccessPolicyResource() resource.Resource { return &accessPolicyResource{} }

func (r *accessPolicyResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy"
}

func (r *accessPolicyResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A policy of LUSID's Access service: a rule that allows or denies actions. " +
			"It applies to users who have an access role with this policy: see `lusid_access_role`.\n\n" +
			"To read data, a user needs a policy for the feature that reads the data, and a policy for the data. A change of a policy takes effect on the next request of each user. " +
			"LUSID accepts the code of a feature that doesn't exist. Find the codes with the data source `lusid_access_controlled_resources`, " +
			"and test the result with `lusid_access_evaluation`.\n\n" +
			"~> Changing `code` forces a new policy. If an access role refers to the policy, set `create_before_destroy` in the policy's `lifecycle` block: " +
			"Terraform then creates the new policy, changes the role, and deletes the old policy last.\n\n" +
			"~> In LUSID, a policy can have a part that this resource has no argument for, such as `how`. The provider then refuses to plan an update of the policy: " +
			"LUSID's update replaces the whole policy, so it would erase that part.\n\n" +
			"~> If the provider's own user has the policy, a plan can lock the provider out. The plan warns if it deletes the policy, shortens the time in which the policy is active, " +
			"changes `grant` to `Deny`, or changes what the policy grants. The provider doesn't work out whether the user really loses a right.",
		Attributes: map[string]schema.Attribute{
			"code":        accessCodeAttribute("policy", " The code `page` is refused, in upper or lower case, because LUSID can't read a policy with that code.", notPageCode{"policy"}),
			"description": accessDescriptionAttribute(),
			"applications": schema.SetAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Applications that the policy is for, such as `LUSID`, `Honeycomb` (Luminesce), `Drive`, `Scheduler` and `Website`.",
				Validators:          []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
			},
			"grant": schema.StringAttribute{
				Optional: true,
				Computed: true,
				Default:  stringdefault.StaticString("Allow"),
				MarkdownDescription: "`Allow` or `Deny`. Default `Allow`. Within a role, `Deny` takes precedence over `Allow`. " +
					"Between the roles of a user, the role with the higher precedence decides.",
				Validators: []validator.String{stringvalidator.OneOf("Allow", "Deny")},
			},
			"selectors": schema.ListNestedAttribute{
				Required: true,
				MarkdownDescription: "What the policy covers. A request matches if any selector matches. Each selector has exactly one of `id`, `match_all`, `metadata` and `policy`. " +
					"The order of the selectors makes no difference to LUSID.",
				Validators: []validator.List{listvalidator.NoNullValues()},
				NestedObject: schema.NestedAttributeObject{
					Attributes: accessSelectorAttributes(),
					Validators: []validator.Object{exactlyOne{"selector", accessSelectorKinds}},
				},
			},
			"date_conditions": schema.ListNestedAttribute{
				Optional: true,
				MarkdownDescription: "Conditions on the dates of the requested data. LUSID's API calls them `for`. Each has exactly one of " +
					quotedList(dateConditionKinds) + ". LUSID ignores them for features.",
				Validators: []validator.List{listvalidator.NoNullValues()},
				NestedObject: schema.NestedAttributeObject{
					Attributes: dateConditionAttributes(),
					Validators: []validator.Object{exactlyOne{"date condition", dateConditionKinds}},
				},
			},
			"request_conditions": schema.ListNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Conditions on the request and its caller. LUSID's API calls them `if`. Each has exactly one of " + quotedList(requestConditionKinds) + ".",
				Validators:          []validator.List{listvalidator.NoNullValues()},
				NestedObject: schema.NestedAttributeObject{
					Attributes: requestConditionAttributes(),
					Validators: []validator.Object{exactlyOne{"request condition", requestConditionKinds}},
				},
			},
			"when": accessWhenAttribute("policy"),
			"template_metadata": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Policy templates that the policy was generated from. LUSID only stores this information.",
				Attributes:          templateMetadataAttributes(),
			},
			"timeouts": timeoutsAttribute(ctx),
			"id":       accessIDAttribute("policy"),
			"scope":    accessScopeAttribute("policy"),
		},
	}
}

func (r *accessPolicyResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = accessIdentitySchema("policy")
}

type accessPolicyModel struct {
	Code              types.String   `tfsdk:"code"`
	Description       types.String   `tfsdk:"description"`
	Applications      types.Set      `tfsdk:"applications"`
	Grant             types.String   `tfsdk:"grant"`
	Selectors         types.List     `tfsdk:"selectors"`
	DateConditions    types.List     `tfsdk:"date_conditions"`
	RequestConditions types.List     `tfsdk:"request_conditions"`
	When              types.Object   `tfsdk:"when"`
	TemplateMetadata  types.Object   `tfsdk:"template_metadata"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
	ID                types.String   `tfsdk:"id"`
	Scope             types.String   `tfsdk:"scope"`
}

// toUpdate is all of the policy except its id. Equal policies give equal requests.
func (m *accessPolicyModel) toUpdate(ctx context.Context) (request access.PolicyUpdateRequest, diags diag.Diagnostics) {
	request = access.PolicyUpdateRequest{Description: m.Description.ValueString(), Grant: m.Grant.ValueString()}
	if !isEmpty(m.Applications) {
		request.Applications = texts(m.Applications)
	}
	var failed diag.Diagnostics
	request.Selectors, failed = toAccessSelectors(ctx, m.Selectors)
	diags.Append(failed...)
	request.For, failed = toDateConditions(ctx, m.DateConditions)
	diags.Append(failed...)
	request.If, failed = toRequestConditions(ctx, m.RequestConditions)
	diags.Append(failed...)
	request.When, failed = toAccessWhen(ctx, m.When)
	diags.Append(failed...)
	request.TemplateMetadata, failed = toTemplateMetadata(ctx, m.TemplateMetadata)
	return request, append(diags, failed...)
}

// differs reports whether an update from the state to this plan sends something.
func (m *accessPolicyModel) differs(ctx context.Context, state *accessPolicyModel) bool {
	after, diags := m.toUpdate(ctx)
	before, failed := state.toUpdate(ctx)
	return diags.HasError() || failed.HasError() || !reflect.DeepEqual(after, before)
}

// grantsOther reports whether the plan may change what the policy grants while it is active.
func (m *accessPolicyModel) grantsOther(ctx context.Context, state *accessPolicyModel) bool {
	after, before := *m, *state
	for _, policy := range []*accessPolicyModel{&after, &before} {
		policy.Description, policy.When, policy.TemplateMetadata = types.StringNull(), types.ObjectNull(accessWhenType.AttrTypes), types.ObjectNull(templateMetadataType.AttrTypes)
	}
	return after.differs(ctx, &before)
}

func (m *accessPolicyModel) fromAPI(ctx context.Context, policy *access.PolicyResponse) (diags diag.Diagnostics) {
	m.setID(policy.ID)
	m.Description = optionalString(m.Description, policy.Description)
	m.Grant = stringOrNull(policy.Grant)
	var failed diag.Diagnostics
	m.Applications, failed = sameTexts(ctx, m.Applications, policy.Applications)
	diags.Append(failed...)
	m.Selectors, failed = fromAccessSelectors(ctx, m.Selectors, policy.Selectors)
	diags.Append(failed...)
	m.DateConditions, failed = fromDateConditions(ctx, m.DateConditions, policy.For)
	diags.Append(failed...)
	m.RequestConditions, failed = fromRequestConditions(ctx, m.RequestConditions, policy.If)
	diags.Append(failed...)
	m.When, failed = fromAccessWhen(ctx, m.When, policy.When)
	diags.Append(failed...)
	m.TemplateMetadata, failed = fromTemplateMetadata(ctx, m.TemplateMetadata, policy.TemplateMetadata)
	return append(diags, failed...)
}

func (m *accessPolicyModel) setID(id access.ResourceID) {
	m.ID, m.Scope, m.Code = types.StringValue(id.String()), types.StringValue(id.Scope), types.StringValue(id.Code)
}

func (m *accessPolicyModel) resourceID() access.ResourceID {
	return access.ResourceID{Scope: m.Scope.ValueString(), Code: m.Code.ValueString()}
}

// label names the policy for people.
func (m *accessPolicyModel) label() string { return m.resourceID().String() }

func (r *accessPolicyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan accessPolicyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create " + accessPolicyNoun
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

	policy := r.create(ctx, plan, request, owner, &resp.Diagnostics)
	if policy == nil {
		return
	}
	// Terraform wants the planned values back, and a difference is for the next refresh to show.
	plan.setID(access.ResourceID{Scope: policy.ID.Scope, Code: plan.Code.ValueString()})
	r.saveCreated(ctx, resp, plan, newAccessIdentity(plan.resourceID()))
}

// create creates a policy, or finds the one that a create made whose answer was lost. It returns nil after
// an error.
func (r *accessPolicyResource) create(
	ctx context.Context, plan accessPolicyModel, planned access.PolicyUpdateRequest, owner string, diags *diag.Diagnostics,
) *access.PolicyResponse {
	request := access.PolicyCreationRequest{Code: plan.Code.ValueString(), PolicyUpdateRequest: planned}
	id := access.ResourceID{Scope: access.DefaultScope, Code: request.Code}
	plan.setID(id)
	return createAccessObject(ctx, r.connection, accessObject{
		noun:     accessPolicyNoun,
		typeName: "lusid_access_policy",
		id:       id,
		owner:    owner,
	}, creation[access.PolicyResponse]{
		list:   r.access.PagePolicies,
		create: func(ctx context.Context) (*access.PolicyResponse, error) { return r.access.CreatePolicy(ctx, request) },
		byKey:  func(ctx context.Context) (*access.PolicyResponse, error) { return r.access.GetPolicy(ctx, id) },
		id:     func(policy *access.PolicyResponse) string { return policy.ID.String() },
		holds:  func(policy *access.PolicyResponse) bool { return policy.ID == id },
		isSame: func(policy *access.PolicyResponse) bool {
			return len(policy.Unmodelled) == 0 && unchanged(ctx, &plan, policy)
		},
	}, diags)
}

func (r *accessPolicyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state accessPolicyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read " + accessPolicyNoun + " " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, newAccessIdentity(state.resourceID()), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	policy, err := r.access.RefreshPolicy(ctx, state.resourceID(), func(listed *access.PolicyResponse) bool { return unchanged(ctx, &state, listed) })
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The access policy %s of %s could not be read", state.label(), r.client.Domain()), err) {
		return
	}
	resp.Diagnostics.Append(explainUnreadable(summary, accessPolicyNoun+" "+state.label(), state.fromAPI(ctx, policy))...)
	resp.Diagnostics.Append(rememberUnmodelled(ctx, resp.Private, policy.Unmodelled)...)
	r.saveRead(ctx, resp, state)
}

func (r *accessPolicyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state accessPolicyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to update " + accessPolicyNoun + " " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	before, diags := state.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	after, diags := plan.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	if !reflect.DeepEqual(after, before) {
		is := func(m accessPolicyModel) func(*access.PolicyResponse) bool {
			return func(policy *access.PolicyResponse) bool {
				return len(policy.Unmodelled) == 0 && unchanged(ctx, &m, policy)
			}
		}
		err := updateAsPlanned(ctx, r.connection, accessPolicyNoun+" "+state.label(),
			func(ctx context.Context) (*access.PolicyResponse, error) {
				return r.access.GetPolicy(ctx, state.resourceID())
			},
			is(plan), is(state),
			func(ctx context.Context) error {
				_, err := r.access.UpdatePolicy(ctx, state.resourceID(), after)
				return err
			})
		if err != nil {
			r.addAccessError(&resp.Diagnostics, accessPolicyNoun, summary,
				fmt.Sprintf("The access policy %s of %s could not be updated", state.label(), r.client.Domain()), err)
			return
		}
	}
	r.saveUpdated(ctx, resp, plan, newAccessIdentity(plan.resourceID()))
}

func (r *accessPolicyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state accessPolicyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete " + accessPolicyNoun + " " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	deleteAccessObject(ctx, r.connection, req, resp, summary, deletion[access.PolicyResponse]{
		noun: accessPolicyNoun, label: state.label(),
		read: func(ctx context.Context) (*access.PolicyResponse, error) {
			return r.access.GetPolicy(ctx, state.resourceID())
		},
		isShown:    func(policy *access.PolicyResponse) bool { return unchanged(ctx, &state, policy) },
		unmodelled: func(policy *access.PolicyResponse) []string { return policy.Unmodelled },
		remove:     func(ctx context.Context) error { return r.access.DeletePolicy(ctx, state.resourceID()) },
	})
}

// ImportState takes a code, or scope/code.
func (r *accessPolicyResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.importAccessObject(ctx, accessPolicyNoun, req, resp)
}

// ValidateConfig checks what depends on several attributes.
func (r *accessPolicyResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config accessPolicyModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(config.validate()...)
	}
}

// ModifyPlan refuses another domain's policy before anything is planned for it, and an update that would
// erase what the schema cannot express. It warns if the provider's own user could lose its rights.
func (r *accessPolicyResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan accessPolicyModel
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		// What another resource makes is known only here.
		resp.Diagnostics.Append(plan.validate()...)
		resp.Diagnostics.Append(plan.warnFeatureCodes()...)
	}
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(checkHiddenReplacement(ctx, req.Private, accessPolicyNoun)...)
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change "+accessPolicyNoun+" "+state.label())...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.Plan.Raw.IsFullyKnown() && !req.Plan.Raw.IsNull() {
		if kept := plan.keptBuildTime(ctx, &state); !kept.IsNull() {
			resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("template_metadata").AtName("build_as_at"), kept)...)
			resp.Diagnostics.Append(resp.Plan.Get(ctx, &plan)...)
		}
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
	resp.Diagnostics.Append(checkUnmodelled(ctx, req.Private, change, accessPolicyNoun, state.label())...)
	warnLUSIDScope(accessPolicyNoun, state.resourceID(), &resp.Diagnostics)
	switch {
	case change == updates && plan.Grant.ValueString() == "Deny":
		r.warnOwnPolicy(ctx, state.resourceID(), "After this plan, it denies what it covers", &resp.Diagnostics)
	case change == updates && state.Grant.ValueString() == "Allow" && plan.grantsOther(ctx, &state):
		r.warnOwnPolicy(ctx, state.resourceID(), "This plan changes what it grants", &resp.Diagnostics)
	case change == updates && state.Grant.ValueString() == "Allow" && shortens(ctx, state.When, plan.When):
		r.warnOwnPolicy(ctx, state.resourceID(), "This plan shortens the time in which it is active", &resp.Diagnostics)
	case change != updates && state.Grant.ValueString() == "Allow":
		r.warnOwnPolicy(ctx, state.resourceID(), "This plan deletes it, and what it allows", &resp.Diagnostics)
	}
}
