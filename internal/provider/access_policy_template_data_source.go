package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessPolicyTemplateDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessPolicyTemplateDataSource)(nil)
)

// accessPolicyTemplateDataSource is one policy template, found by its code.
type accessPolicyTemplateDataSource struct{ dataSourceBase }

// NewAccessPolicyTemplateDataSource returns the data source lusid_access_policy_template.
func NewAccessPolicyTemplateDataSource() datasource.DataSource {
	return &accessPolicyTemplateDataSource{}
}

func (d *accessPolicyTemplateDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy_template"
}

func (d *accessPolicyTemplateDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := accessPolicyTemplateDataAttributes()
	attributes["code"] = accessDataCodeAttribute("template")
	attributes["scope"] = accessDataScopeAttribute("template")
	resp.Schema = schema.Schema{
		MarkdownDescription: "A policy template of the domain, found by its code. LUSID calls policy templates experimental.",
		Attributes:          attributes,
	}
}

// accessPolicyTemplateDataAttributes are what the singular and the plural data source have in common.
func accessPolicyTemplateDataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":           schema.StringAttribute{Computed: true, MarkdownDescription: "`scope/code`."},
		"scope":        schema.StringAttribute{Computed: true, MarkdownDescription: "Scope of the template, such as `default`."},
		"code":         schema.StringAttribute{Computed: true, MarkdownDescription: "Code of the template, unique in its scope."},
		"display_name": schema.StringAttribute{Computed: true, MarkdownDescription: "Display name. Null if LUSID returns none."},
		"description":  schema.StringAttribute{Computed: true, MarkdownDescription: "Description. Null if there is none."},
		"applications": schema.SetAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Applications of the selectors. LUSID derives them.",
		},
		"tags": schema.SetAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Tags of the selectors. LUSID derives them.",
		},
		"templated_selectors": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Selectors, each with its application and tag.",
			NestedObject:        schema.NestedAttributeObject{Attributes: dataAttributes(templatedSelectorAttributes(), true)},
		},
	}
}

type accessPolicyTemplateDataModel struct {
	ID                 types.String `tfsdk:"id"`
	Scope              types.String `tfsdk:"scope"`
	Code               types.String `tfsdk:"code"`
	DisplayName        types.String `tfsdk:"display_name"`
	Description        types.String `tfsdk:"description"`
	Applications       types.Set    `tfsdk:"applications"`
	Tags               types.Set    `tfsdk:"tags"`
	TemplatedSelectors types.List   `tfsdk:"templated_selectors"`
}

// newAccessPolicyTemplateDataModel warns of parts of the template that the schema has no attribute for.
func newAccessPolicyTemplateDataModel(ctx context.Context, template *access.PolicyTemplateResponse) (accessPolicyTemplateDataModel, diag.Diagnostics) {
	var managed accessPolicyTemplateModel
	diags := managed.fromAPI(ctx, template)
	model := accessPolicyTemplateDataModel{
		ID:                 managed.ID,
		Scope:              managed.Scope,
		Code:               managed.Code,
		DisplayName:        managed.DisplayName,
		Description:        managed.Description,
		TemplatedSelectors: managed.TemplatedSelectors,
	}
	none := types.SetValueMust(types.StringType, nil)
	var failed diag.Diagnostics
	model.Applications, failed = sameTexts(ctx, none, template.Applications)
	diags.Append(failed...)
	model.Tags, failed = sameTexts(ctx, none, template.Tags)
	diags.Append(failed...)
	if len(template.Unmodelled) > 0 {
		diags.AddWarning("Part of "+accessTemplateNoun+" "+template.ID.String()+" is left out", fmt.Sprintf(
			"In LUSID, the template has a part that this data source has no attribute for: %s.", strings.Join(template.Unmodelled, ", ")))
	}
	return model, diags
}

func (d *accessPolicyTemplateDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read " + accessTemplateNoun
	var config accessPolicyTemplateDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	id := access.ResourceID{Scope: access.DefaultScope, Code: config.Code.ValueString()}
	if !config.Scope.IsNull() {
		id.Scope = config.Scope.ValueString()
	}
	template, err := d.access.GetPolicyTemplate(ctx, id)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("code"), summary, d.explain(
			fmt.Sprintf("The access policy template %s could not be read from %s", id, d.client.Domain()), err))
		return
	}
	model, diags := newAccessPolicyTemplateDataModel(ctx, template)
	model.ID, model.Scope, model.Code = types.StringValue(id.String()), types.StringValue(id.Scope), config.Code
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
