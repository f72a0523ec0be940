package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessPoliciesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessPoliciesDataSource)(nil)
)

// accessPoliciesDataSource is every policy of a scope of the Access service.
type accessPoliciesDataSource struct{ dataSourceBase }

// NewAccessPoliciesDataSource returns the data source lusid_access_policies.
func NewAccessPoliciesDataSource() datasource.DataSource { return &accessPoliciesDataSource{} }

func (d *accessPoliciesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policies"
}

func (d *accessPoliciesDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every policy of one scope of LUSID's Access service, including LUSID's own. To filter them, use a `for` expression.",
		Attributes: map[string]schema.Attribute{
			"scope": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Scope of the policies. Default `default`, where LUSID creates policies.",
				Validators:          isAccessCode(),
			},
			"policies": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Policies, sorted by code.",
				NestedObject:        schema.NestedAttributeObject{Attributes: accessPolicyDataAttributes(ctx)},
			},
		},
	}
}

type accessPoliciesDataModel struct {
	Scope    types.String            `tfsdk:"scope"`
	Policies []accessPolicyDataModel `tfsdk:"policies"`
}

func (d *accessPoliciesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list access policies"
	model := accessPoliciesDataModel{Policies: []accessPolicyDataModel{}}
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("scope"), &model.Scope)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	scope := accessDataID(model.Scope, types.StringNull()).Scope
	policies, err := d.access.ListPolicies(ctx, scope)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain(fmt.Sprintf("The access policies of the scope %s of %s could not be listed", scope, d.client.Domain()), err))
		return
	}
	// LUSID promises no order, and another one would be a change.
	slices.SortFunc(policies, func(a, b access.PolicyResponse) int { return cmp.Compare(a.ID.String(), b.ID.String()) })
	for i := range policies {
		policy, diags := newAccessPolicyDataModel(ctx, &policies[i])
		resp.Diagnostics.Append(diags...)
		warnUnmodelled(&resp.Diagnostics, accessPolicyNoun, policies[i].ID, policies[i].Unmodelled)
		model.Policies = append(model.Policies, policy)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
