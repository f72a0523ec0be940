package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*applicationsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*applicationsDataSource)(nil)
)

// applicationsDataSource lists every application of the domain, without secrets.
type applicationsDataSource struct{ dataSourceBase }

// NewApplicationsDataSource returns the data source lusid_applications.
func NewApplicationsDataSource() datasource.DataSource { return &applicationsDataSource{} }

func (d *applicationsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_applications"
}

func (d *applicationsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every application of the domain, without secrets. To filter them, use a `for` expression.",
		Attributes: map[string]schema.Attribute{
			"applications": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Applications, sorted by client ID.",
				NestedObject:        schema.NestedAttributeObject{Attributes: applicationDataAttributes()},
			},
		},
	}
}

type applicationsDataModel struct {
	Applications []applicationListing `tfsdk:"applications"`
}

type applicationListing struct {
	ID          types.String `tfsdk:"id"`
	ClientID    types.String `tfsdk:"client_id"`
	DisplayName types.String `tfsdk:"display_name"`
	Type        types.String `tfsdk:"type"`
	Issuer      types.String `tfsdk:"issuer"`
	TokenURL    types.String `tfsdk:"token_url"`
}

func (d *applicationsDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list applications"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	applications, err := d.identity.ListApplications(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The applications of "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(applications, func(a, b identity.OAuthApplication) int { return cmp.Compare(a.ClientID, b.ClientID) })
	model := applicationsDataModel{Applications: make([]applicationListing, len(applications))}
	for i, application := range applications {
		model.Applications[i] = applicationListing{
			ID:          types.StringValue(application.ID),
			ClientID:    types.StringValue(application.ClientID),
			DisplayName: types.StringValue(application.DisplayName),
			Type:        types.StringValue(application.Type),
			Issuer:      stringOrNull(application.Issuer),
			TokenURL:    tokenURLOf(&application),
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
