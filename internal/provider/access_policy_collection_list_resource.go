package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ list.ListResource              = (*accessPolicyCollectionListResource)(nil)
	_ list.ListResourceWithConfigure = (*accessPolicyCollectionListResource)(nil)
)

// accessPolicyCollectionListResource finds the policy collections of the domain for terraform query.
type accessPolicyCollectionListResource struct{ resourceBase }

// NewAccessPolicyCollectionListResource returns the list resource lusid_access_policy_collection.
func NewAccessPolicyCollectionListResource() list.ListResource {
	return &accessPolicyCollectionListResource{}
}

func (l *accessPolicyCollectionListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy_collection"
}

func (l *accessPolicyCollectionListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing policy collections of LUSID's Access service. A result matches every filter that is set.",
		Attributes: map[string]schema.Attribute{
			"code_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the code."},
			"scope": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Scope of the policy collection. Without it, LUSID decides which scopes it lists.",
				Validators:          isAccessCode(),
			},
		},
	}
}

type accessPolicyCollectionListModel struct {
	CodePrefix types.String `tfsdk:"code_prefix"`
	Scope      types.String `tfsdk:"scope"`
}

func (l *accessPolicyCollectionListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list access policy collections"
	var filter accessPolicyCollectionListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	collections, err := l.listPolicyCollections(ctx, filter.Scope.ValueString())
	if err != nil {
		diags.AddError(summary, l.explain("The access policy collections of "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	holds := func(collection *access.PolicyCollectionResponse) bool {
		return strings.HasPrefix(collection.ID.Code, filter.CodePrefix.ValueString())
	}
	stream.Results = listResults(req.Limit, collections, holds, func(collection *access.PolicyCollectionResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = collection.ID.String()
		model := accessPolicyCollectionModel{Timeouts: nullTimeouts(ctx)}
		result.Diagnostics.Append(model.fromAPI(ctx, collection)...)
		result.Diagnostics.Append(result.Identity.Set(ctx, newAccessIdentity(collection.ID))...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	})
}
