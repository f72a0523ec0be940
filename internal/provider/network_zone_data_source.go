package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*networkZoneDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*networkZoneDataSource)(nil)
)

// networkZoneDataSource reads one network zone by its code.
type networkZoneDataSource struct{ dataSourceBase }

// NewNetworkZoneDataSource returns the data source lusid_network_zone.
func NewNetworkZoneDataSource() datasource.DataSource { return &networkZoneDataSource{} }

func (d *networkZoneDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_network_zone"
}

func (d *networkZoneDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := networkZoneDataAttributes()
	attributes["code"] = schema.StringAttribute{
		Required:            true,
		MarkdownDescription: "Code of the zone.",
		Validators: []validator.String{stringvalidator.RegexMatches(idPattern,
			"must have 1 to 64 letters, digits, hyphens and underscores")},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A network zone of the domain, found by its code.",
		Attributes:          attributes,
	}
}

// networkZoneDataAttributes are the attributes that the singular and the plural data source share.
func networkZoneDataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"code":        schema.StringAttribute{Computed: true, MarkdownDescription: "Code, unique in the domain."},
		"description": schema.StringAttribute{Computed: true, MarkdownDescription: "Description; null if there is none."},
		"action": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "What LUSID does with a request that this zone decides: `Allow`, `Block` or `NoOp`.",
		},
		"ranges": schema.SetNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Addresses that the zone applies to.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"value":       schema.StringAttribute{Computed: true, MarkdownDescription: "IP address, or range in CIDR notation."},
				"description": schema.StringAttribute{Computed: true, MarkdownDescription: "Whose address this is; null if LUSID does not return it."},
			}},
		},
		"session_types": schema.SetAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Kinds of sessions that the zone applies to.",
		},
		"user_roles": schema.SetAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Names of roles. The zone applies to users who have one of these roles.",
		},
		"hierarchy": schema.Int64Attribute{
			Computed:            true,
			MarkdownDescription: "Position among the zones. Of the zones that match a request, the one with the lowest hierarchy decides.",
		},
		"created_at": schema.StringAttribute{Computed: true, MarkdownDescription: "When the zone was created, in RFC 3339."},
		"created_by": schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the user who created the zone."},
		"updated_at": schema.StringAttribute{Computed: true, MarkdownDescription: "When the zone was last changed, in RFC 3339."},
		"updated_by": schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the user who last changed the zone."},
	}
}

type networkZoneDataModel struct {
	Code         types.String `tfsdk:"code"`
	Description  types.String `tfsdk:"description"`
	Action       types.String `tfsdk:"action"`
	Ranges       types.Set    `tfsdk:"ranges"`
	SessionTypes types.Set    `tfsdk:"session_types"`
	UserRoles    types.Set    `tfsdk:"user_roles"`
	Hierarchy    types.Int64  `tfsdk:"hierarchy"`
	CreatedAt    types.String `tfsdk:"created_at"`
	CreatedBy    types.String `tfsdk:"created_by"`
	UpdatedAt    types.String `tfsdk:"updated_at"`
	UpdatedBy    types.String `tfsdk:"updated_by"`
}

func newNetworkZoneDataModel(ctx context.Context, zone *identity.NetworkZoneDefinitionResponse) (networkZoneDataModel, diag.Diagnostics) {
	none := types.SetValueMust(types.StringType, nil)
	managed := networkZoneModel{SessionTypes: none, UserRoles: none}
	diags := managed.fromAPI(ctx, zone)
	return networkZoneDataModel{
		Code:         managed.Code,
		Description:  managed.Description,
		Action:       managed.Action,
		Ranges:       managed.Ranges,
		SessionTypes: managed.SessionTypes,
		UserRoles:    managed.UserRoles,
		Hierarchy:    managed.Hierarchy,
		CreatedAt:    stringOrNull(zone.CreatedAt),
		CreatedBy:    stringOrNull(zone.CreatedBy),
		UpdatedAt:    stringOrNull(zone.UpdatedAt),
		UpdatedBy:    stringOrNull(zone.UpdatedBy),
	}, diags
}

func (d *networkZoneDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read network zone"
	var code types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("code"), &code)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	zone, err := d.identity.GetNetworkZone(ctx, code.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("code"), summary, d.explain(
			fmt.Sprintf("The network zone with the code %q could not be read from %s", code.ValueString(), d.client.Domain()), err))
		return
	}
	model, diags := newNetworkZoneDataModel(ctx, zone)
	model.Code = code
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
