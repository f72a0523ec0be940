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
	_ list.ListResource              = (*applicationListResource)(nil)
	_ list.ListResourceWithConfigure = (*applicationListResource)(nil)
)

// applicationListResource finds the applications of the domain for terraform query. Results never
// contain secrets, because the CLI does not mask them in its JSON output.
type applicationListResource struct{ resourceBase }

// NewApplicationListResource returns the list resource lusid_application.
func NewApplicationListResource() list.ListResource { return &applicationListResource{} }

func (l *applicationListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_application"
}

func (l *applicationListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing applications of the domain. A result matches every filter that is set. Results never contain secrets.",
		Attributes: map[string]schema.Attribute{
			"client_id_prefix": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Prefix of the client ID.",
			},
			"display_name_prefix": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Prefix of the display name.",
			},
			"type": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "`Native` or `Web`.",
				Validators:          []validator.String{stringvalidator.OneOf(identity.ApplicationTypeNative, identity.ApplicationTypeWeb)},
			},
		},
	}
}

type applicationListModel struct {
	ClientIDPrefix    types.String `tfsdk:"client_id_prefix"`
	DisplayNamePrefix types.String `tfsdk:"display_name_prefix"`
	Type              types.String `tfsdk:"type"`
}

func (m *applicationListModel) holds(application *identity.OAuthApplication) bool {
	return strings.HasPrefix(application.ClientID, m.ClientIDPrefix.ValueString()) &&
		strings.HasPrefix(application.DisplayName, m.DisplayNamePrefix.ValueString()) &&
		(m.Type.IsNull() || m.Type.ValueString() == application.Type)
}

func (l *applicationListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list applications"
	var filter applicationListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	applications, err := l.identity.ListApplications(ctx)
	if err != nil {
		diags.AddError(summary, l.explain("The applications of "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listResults(req.Limit, applications, filter.holds, func(application *identity.OAuthApplication) list.ListResult {
		return l.result(ctx, req, application)
	})
}

func (l *applicationListResource) result(ctx context.Context, req list.ListRequest, application *identity.OAuthApplication) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = application.DisplayName + " (" + application.ClientID + ")"
	model := applicationModel{
		RedirectURIs:           types.SetNull(types.StringType),
		PostLogoutRedirectURIs: types.SetNull(types.StringType),
		RotationTriggers:       types.MapNull(types.StringType),
		StoreSecret:            l.storeSecrets,
		RefreshSecretVersion:   types.BoolValue(false),
		Timeouts:               nullTimeouts(ctx),
	}
	result.Diagnostics.Append(model.fromAPI(ctx, application)...)
	result.Diagnostics.Append(result.Identity.Set(ctx, model.identity())...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
	}
	return result
}
