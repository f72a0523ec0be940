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
	_ datasource.DataSource              = (*networkZonesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*networkZonesDataSource)(nil)
)

// networkZonesDataSource lists every network zone of the domain.
type networkZonesDataSource struct{ dataSourceBase }

// NewNetworkZonesDataSource returns the data source lusid_network_zones.
func NewNetworkZonesDataSource() datasource.DataSource { return &networkZonesDataSource{} }

func (d *networkZonesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_network_zones"
}

func (d *networkZonesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every network zone of the domain. To filter them, use a `for` expression.",
		Attributes: map[string]schema.Attribute{
			"network_zones": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Zones, sorted by hierarchy.",
				NestedObject:        schema.NestedAttributeObject{Attributes: networkZoneDataAttributes()},
			},
		},
	}
}

type networkZonesDataModel struct {
	NetworkZones []networkZoneDataModel `tfsdk:"network_zones"`
}

func (d *networkZonesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list network zones"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	zones, err := d.identity.ListNetworkZones(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The network zones of "+d.client.Domain()+" could not be listed", err))
		return
	}
	model := networkZonesDataModel{NetworkZones: make([]networkZoneDataModel, len(zones))}
	for i := range zones {
		var diags diag.Diagnostics
		model.NetworkZones[i], diags = newNetworkZoneDataModel(ctx, &zones[i])
		resp.Diagnostics.Append(diags...)
	}
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(model.NetworkZones, func(a, b networkZoneDataModel) int {
		return cmp.Or(cmp.Compare(a.Hierarchy.ValueInt64(), b.Hierarchy.ValueInt64()), cmp.Compare(a.Code.ValueString(), b.Code.ValueString()))
	})
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
