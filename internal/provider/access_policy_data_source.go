package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessPolicyDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessPolicyDataSource)(nil)
)

// accessPolicyDataSource is one policy of the Access service, found by its code.
type accessPolicyDataSource struct{ dataSourceBase }

// NewAccessPolicyDataSource returns the data source lusid_access_policy.
func NewAccessPolicyDataSource() datasource.DataSource { return &accessPolicyDataSource{} }

func (d *accessPolicyDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy"
}

func (d *accessPolicyDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := accessPolicyDataAttributes(ctx)
	attributes["code"] = accessDataCodeAttribute("policy", notPageCode{"policy"})
	attributes["scope"] = accessDataScopeAttribute("policy")
	resp.Schema = schema.Schema{
		MarkdownDescription: "A policy of LUSID's Access service, found by its code.",
		Attributes:          attributes,
	}
}

// accessDataCodeAttribute is the code that a data source looks for.
func accessDataCodeAttribute(noun string, validators ...validator.String) schema.Attribute {
	return schema.StringAttribute{
		Required:            true,
		MarkdownDescription: fmt.Sprintf("Code of the %s: %s.", noun, accessCodeWords),
		Validators:          append(isAccessCode(), validators...),
	}
}

// accessDataScopeAttribute is the scope that a data source looks in.
func accessDataScopeAttribute(noun string) schema.Attribute {
	return schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: fmt.Sprintf("Scope of the %s, such as `support` for objects that come with LUSID. Default `default`.", noun),
		Validators:          isAccessCode(),
	}
}

// accessPolicyDataAttributes are what the data sources of policies have in common.
func accessPolicyDataAttributes(ctx context.Context) map[string]schema.Attribute {
	attributes := computedAttributes(ctx, NewAccessPolicyResource())
	attributes["code"] = schema.StringAttribute{Computed: true, MarkdownDescription: "Code of the policy, unique in its scope."}
	attributes["scope"] = schema.StringAttribute{Computed: true, MarkdownDescription: "Scope of the policy, such as `default`."}
	attributes["unmodelled"] = accessUnmodelledDataAttribute("policy")
	return attributes
}

// accessUnmodelledDataAttribute names what a data source cannot return.
func accessUnmodelledDataAttribute(noun string) schema.Attribute {
	return schema.ListAttribute{
		Computed:            true,
		ElementType:         types.StringType,
		MarkdownDescription: fmt.Sprintf("Parts of the %s in LUSID that this data source has no attribute for, such as `how`. Empty if the attributes are the whole %s.", noun, noun),
	}
}

type accessPolicyDataModel struct {
	ID                types.String `tfsdk:"id"`
	Scope             types.String `tfsdk:"scope"`
	Code              types.String `tfsdk:"code"`
	Description       types.String `tfsdk:"description"`
	Applications      types.Set    `tfsdk:"applications"`
	Grant             types.String `tfsdk:"grant"`
	Selectors         types.List   `tfsdk:"selectors"`
	DateConditions    types.List   `tfsdk:"date_conditions"`
	RequestConditions types.List   `tfsdk:"request_conditions"`
	When              types.Object `tfsdk:"when"`
	TemplateMetadata  types.Object `tfsdk:"template_metadata"`
	Unmodelled        types.List   `tfsdk:"unmodelled"`
}

func newAccessPolicyDataModel(ctx context.Context, policy *access.PolicyResponse) (accessPolicyDataModel, diag.Diagnostics) {
	managed := accessPolicyModel{Applications: types.SetValueMust(types.StringType, nil)}
	diags := explainUnreadable("Unable to read "+accessPolicyNoun, accessPolicyNoun+" "+policy.ID.String(), managed.fromAPI(ctx, policy))
	unmodelled, failed := textList(ctx, policy.Unmodelled)
	return accessPolicyDataModel{
		ID:                managed.ID,
		Scope:             managed.Scope,
		Code:              managed.Code,
		Description:       managed.Description,
		Applications:      managed.Applications,
		Grant:             managed.Grant,
		Selectors:         managed.Selectors,
		DateConditions:    managed.DateConditions,
		RequestConditions: managed.RequestConditions,
		When:              managed.When,
		TemplateMetadata:  managed.TemplateMetadata,
		Unmodelled:        unmodelled,
	}, append(diags, failed...)
}

// textList is a list of texts. It is never null.
func textList(ctx context.Context, texts []string) (types.List, diag.Diagnostics) {
	return types.ListValueFrom(ctx, types.StringType, append([]string{}, texts...))
}

// warnUnmodelled warns if LUSID has parts of an object that a data source or a list cannot return.
func warnUnmodelled(diags *diag.Diagnostics, noun string, id access.ResourceID, parts []string) {
	if len(parts) > 0 {
		diags.AddWarning(fmt.Sprintf("Part of %s %s is left out", noun, id), fmt.Sprintf(
			"In LUSID, the %s %s has a part that the provider has no attribute for: %s. What it grants may differ from its attributes.",
			noun, id, strings.Join(parts, ", ")))
	}
}

// accessDataID is the id that a configuration asks for.
func accessDataID(scope, code types.String) access.ResourceID {
	if scope.ValueString() == "" {
		return access.ResourceID{Scope: access.DefaultScope, Code: code.ValueString()}
	}
	return access.ResourceID{Scope: scope.ValueString(), Code: code.ValueString()}
}

func (d *accessPolicyDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read access policy"
	var scope, code types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("scope"), &scope)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("code"), &code)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	id := accessDataID(scope, code)
	policy, err := d.access.GetPolicy(ctx, id)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("code"), summary, d.explain(
			fmt.Sprintf("The access policy %s could not be read from %s", id, d.client.Domain()), err))
		return
	}
	model, diags := newAccessPolicyDataModel(ctx, policy)
	model.Code = code
	resp.Diagnostics.Append(diags...)
	warnUnmodelled(&resp.Diagnostics, accessPolicyNoun, id, policy.Unmodelled)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
