package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ list.ListResource              = (*personalAccessTokenListResource)(nil)
	_ list.ListResourceWithConfigure = (*personalAccessTokenListResource)(nil)
)

// personalAccessTokenListResource finds the caller's tokens for terraform query, without keys.
type personalAccessTokenListResource struct{ resourceBase }

// NewPersonalAccessTokenListResource returns the list resource lusid_personal_access_token.
func NewPersonalAccessTokenListResource() list.ListResource {
	return &personalAccessTokenListResource{}
}

func (l *personalAccessTokenListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_personal_access_token"
}

func (l *personalAccessTokenListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import personal access tokens of the user that the provider signs in as, including expired ones. Results never contain keys.",
		Attributes: map[string]schema.Attribute{
			"display_name_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the name."},
		},
	}
}

type personalAccessTokenListModel struct {
	DisplayNamePrefix types.String `tfsdk:"display_name_prefix"`
}

func (l *personalAccessTokenListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list personal access tokens"
	var filter personalAccessTokenListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	caller, err := l.currentUser(ctx)
	var keys []identity.APIKey
	if err == nil {
		keys, err = l.identity.ListOwnAPIKeys(ctx)
	}
	if err != nil {
		diags.AddError(summary, l.explain("The personal access tokens in "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	holds := func(key *identity.APIKey) bool {
		return strings.HasPrefix(key.DisplayName, filter.DisplayNamePrefix.ValueString())
	}
	stream.Results = listResults(req.Limit, keys, holds, func(key *identity.APIKey) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = key.DisplayName
		model := personalAccessTokenModel{Timeouts: nullTimeouts(ctx), UserID: types.StringValue(caller.ID)}
		model.fromAPI(key)
		result.Diagnostics.Append(result.Identity.Set(ctx, idIdentity{model.ID})...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	})
}
