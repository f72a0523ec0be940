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
	_ list.ListResource              = (*externalTokenIssuerListResource)(nil)
	_ list.ListResourceWithConfigure = (*externalTokenIssuerListResource)(nil)
)

// externalTokenIssuerListResource finds the external token issuers of the domain for terraform query.
type externalTokenIssuerListResource struct{ resourceBase }

// NewExternalTokenIssuerListResource returns the list resource lusid_external_token_issuer.
func NewExternalTokenIssuerListResource() list.ListResource {
	return &externalTokenIssuerListResource{}
}

func (l *externalTokenIssuerListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_external_token_issuer"
}

func (l *externalTokenIssuerListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing external token issuers of the domain. A result matches every filter that is set.",
		Attributes: map[string]schema.Attribute{
			"code_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the code."},
			"issuer":      schema.StringAttribute{Optional: true, MarkdownDescription: "Value of the issuer's `issuer` argument."},
		},
	}
}

type externalTokenIssuerListModel struct {
	CodePrefix types.String `tfsdk:"code_prefix"`
	Issuer     types.String `tfsdk:"issuer"`
}

func (m *externalTokenIssuerListModel) holds(issuer *identity.ExternalTokenIssuerResponse) bool {
	return strings.HasPrefix(issuer.Code, m.CodePrefix.ValueString()) && (m.Issuer.IsNull() || m.Issuer.ValueString() == issuer.Issuer)
}

func (l *externalTokenIssuerListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list external token issuers"
	var filter externalTokenIssuerListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	issuers, err := l.identity.ListExternalTokenIssuers(ctx)
	if err != nil {
		diags.AddError(summary, l.explain("The external token issuers of "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listResults(req.Limit, issuers, filter.holds, func(issuer *identity.ExternalTokenIssuerResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = issuer.Code
		model := externalTokenIssuerModel{Timeouts: nullTimeouts(ctx)}
		result.Diagnostics.Append(model.fromAPI(ctx, issuer)...)
		result.Diagnostics.Append(result.Identity.Set(ctx, codeIdentity{model.Code})...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	})
}
