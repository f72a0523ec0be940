package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ list.ListResource              = (*accessPolicyListResource)(nil)
	_ list.ListResourceWithConfigure = (*accessPolicyListResource)(nil)
)

// accessPolicyListResource finds the policies of a scope of the Access service for terraform query.
type accessPolicyListResource struct{ resourceBase }

// NewAccessPolicyListResource returns the list resource lusid_access_policy.
func NewAccessPolicyListResource() list.ListResource { return &accessPolicyListResource{} }

func (l *accessPolicyListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy"
}

func (l *accessPolicyListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing policies of LUSID's Access service. The results include LUSID's own policies. A result matches every filter that is set.",
		Attributes: map[string]schema.Attribute{
			"code_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the code."},
			"scope": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Scope of the policies. Default `default`, where LUSID creates policies.",
				Validators:          isAccessCode(),
			},
		},
	}
}

// accessListModel filters the policies and roles that a list resource returns.
type accessListModel struct {
	CodePrefix types.String `tfsdk:"code_prefix"`
	Scope      types.String `tfsdk:"scope"`
}

func (m *accessListModel) holds(id access.ResourceID) bool {
	return strings.HasPrefix(id.Code, m.CodePrefix.ValueString()) && (m.Scope.IsNull() || m.Scope.ValueString() == id.Scope)
}

func (l *accessPolicyListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list access policies"
	var filter accessListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	scope := accessDataID(filter.Scope, types.StringNull()).Scope
	policies, err := l.access.ListPolicies(ctx, scope)
	if err != nil {
		diags.AddError(summary, l.explain(fmt.Sprintf("The access policies of the scope %s of %s could not be listed", scope, l.client.Domain()), err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	holds := func(policy *access.PolicyResponse) bool { return filter.holds(policy.ID) }
	stream.Results = listResults(req.Limit, policies, holds, func(policy *access.PolicyResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = policy.ID.Code
		result.Diagnostics.Append(result.Identity.Set(ctx, newAccessIdentity(policy.ID))...)
		if req.IncludeResource {
			model := accessPolicyModel{Timeouts: nullTimeouts(ctx)}
			result.Diagnostics.Append(explainUnreadable(summary, accessPolicyNoun+" "+policy.ID.String(), model.fromAPI(ctx, policy))...)
			warnUnmodelled(&result.Diagnostics, accessPolicyNoun, policy.ID, policy.Unmodelled)
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	})
}
