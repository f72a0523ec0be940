package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ list.ListResource              = (*networkZoneListResource)(nil)
	_ list.ListResourceWithConfigure = (*networkZoneListResource)(nil)
)

// networkZoneListResource finds the network zones of the domain for terraform query.
type networkZoneListResource struct{ resourceBase }

// NewNetworkZoneListResource returns the list resource lusid_network_zone.
func NewNetworkZoneListResource() list.ListResource { return &networkZoneListResource{} }

func (l *networkZoneListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_network_zone"
}

func (l *networkZoneListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing network zones of the domain. A result matches every filter that is set.",
		Attributes: map[string]schema.Attribute{
			"code_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the code."},
			"action": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "`Allow`, `Block` or `NoOp`.",
				Validators: []validator.String{stringvalidator.OneOf(identity.NetworkZoneAllow, identity.NetworkZoneBlock,
					identity.NetworkZoneNoOp)},
			},
		},
	}
}

type networkZoneListModel struct {
	CodePrefix types.String `tfsdk:"code_prefix"`
	Action     types.String `tfsdk:"action"`
}

func (m *networkZoneListModel) holds(zone *identity.NetworkZoneDefinitionResponse) bool {
	return strings.HasPrefix(zone.Code, m.CodePrefix.ValueString()) && (m.Action.IsNull() || strings.EqualFold(m.Action.ValueString(),
		zone.Action))
}

func (l *networkZoneListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list network zones"
	var filter networkZoneListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	zones, err := l.identity.ListNetworkZones(ctx)
	if err != nil {
		diags.AddError(summary, l.explain("The network zones of "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listResults(req.Limit, zones, filter.holds, func(zone *identity.NetworkZoneDefinitionResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = zone.Code
		model := networkZoneModel{Timeouts: nullTimeouts(ctx)}
		result.Diagnostics.Append(model.fromAPI(ctx, zone)...)
		result.Diagnostics.Append(result.Identity.Set(ctx, codeIdentity{model.Code})...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	})
}
