package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

var (
	_ datasource.DataSource              = (*accessPolicyTemplatesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessPolicyTemplatesDataSource)(nil)
)

// accessPolicyTemplatesDataSource is every policy template of the domain.
type accessPolicyTemplatesDataSource struct{ dataSourceBase }

// NewAccessPolicyTemplatesDataSource returns the data source lusid_access_policy_templates.
func NewAccessPolicyTemplatesDataSource() datasource.DataSource {
	return &accessPolicyTemplatesDataSource{}
}

func (d *accessPolicyTemplatesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy_templates"
}

func (d *accessPolicyTemplatesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every policy template of the domain. To filter them, use a `for` expression. LUSID calls policy templates experimental.",
		Attributes: map[string]schema.Attribute{
			"access_policy_templates": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Templates, sorted by scope and code.",
				NestedObject:        schema.NestedAttributeObject{Attributes: accessPolicyTemplateDataAttributes()},
			},
		},
	}
}

type accessPolicyTemplatesDataModel struct {
	AccessPolicyTemplates []accessPolicyTemplateDataModel `tfsdk:"access_policy_templates"`
}

func (d *accessPolicyTemplatesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list access policy templates"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	templates, err := d.access.ListPolicyTemplates(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The access policy templates of "+d.client.Domain()+" could not be listed", err))
		return
	}
	model := accessPolicyTemplatesDataModel{AccessPolicyTemplates: make([]accessPolicyTemplateDataModel, len(templates))}
	for i := range templates {
		var diags diag.Diagnostics
		model.AccessPolicyTemplates[i], diags = newAccessPolicyTemplateDataModel(ctx, &templates[i])
		resp.Diagnostics.Append(diags...)
	}
	// LUSID promises no order, and another one would be a change.
	slices.SortFunc(model.AccessPolicyTemplates, func(a, b accessPolicyTemplateDataModel) int {
		return cmp.Or(cmp.Compare(a.Scope.ValueString(), b.Scope.ValueString()), cmp.Compare(a.Code.ValueString(), b.Code.ValueString()))
	})
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
