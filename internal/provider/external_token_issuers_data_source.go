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
	_ datasource.DataSource              = (*externalTokenIssuersDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*externalTokenIssuersDataSource)(nil)
)

// externalTokenIssuersDataSource lists every external token issuer of the domain.
type externalTokenIssuersDataSource struct{ dataSourceBase }

// NewExternalTokenIssuersDataSource returns the data source lusid_external_token_issuers.
func NewExternalTokenIssuersDataSource() datasource.DataSource {
	return &externalTokenIssuersDataSource{}
}

func (d *externalTokenIssuersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_external_token_issuers"
}

func (d *externalTokenIssuersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every external token issuer of the domain. To filter them, use a `for` expression.",
		Attributes: map[string]schema.Attribute{
			"external_token_issuers": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Issuers, sorted by code.",
				NestedObject:        schema.NestedAttributeObject{Attributes: externalTokenIssuerDataAttributes()},
			},
		},
	}
}

type externalTokenIssuersDataModel struct {
	ExternalTokenIssuers []externalTokenIssuerDataModel `tfsdk:"external_token_issuers"`
}

func (d *externalTokenIssuersDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list external token issuers"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	issuers, err := d.identity.ListExternalTokenIssuers(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The external token issuers of "+d.client.Domain()+" could not be listed", err))
		return
	}
	model := externalTokenIssuersDataModel{ExternalTokenIssuers: make([]externalTokenIssuerDataModel, len(issuers))}
	for i := range issuers {
		var diags diag.Diagnostics
		model.ExternalTokenIssuers[i], diags = newExternalTokenIssuerDataModel(ctx, &issuers[i])
		resp.Diagnostics.Append(diags...)
	}
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(model.ExternalTokenIssuers, func(a, b externalTokenIssuerDataModel) int {
		return cmp.Compare(a.Code.ValueString(), b.Code.ValueString())
	})
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
