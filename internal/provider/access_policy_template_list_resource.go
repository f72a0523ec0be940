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
	_ list.ListResource              = (*accessPolicyTemplateListResource)(nil)
	_ list.ListResourceWithConfigure = (*accessPolicyTemplateListResource)(nil)
)

// accessPolicyTemplateListResource finds the policy templates of the domain for terraform query.
type accessPolicyTemplateListResource struct{ resourceBase }

// NewAccessPolicyTemplateListResource returns the list resource lusid_access_policy_template.
func NewAccessPolicyTemplateListResource() list.ListResource {
	return &accessPolicyTemplateListResource{}
}

func (l *accessPolicyTemplateListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy_template"
}

func (l *accessPolicyTemplateListResource) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing policy templates of the domain. A result matches every filter that is set.",
		Attributes: map[string]schema.Attribute{
			"code_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the code."},
			"scope":       schema.StringAttribute{Optional: true, MarkdownDescription: "Scope of the template, such as `default`."},
		},
	}
}

type accessPolicyTemplateListModel struct {
	CodePrefix types.String `tfsdk:"code_prefix"`
	Scope      types.String `tfsdk:"scope"`
}

func (m *accessPolicyTemplateListModel) holds(template *access.PolicyTemplateResponse) bool {
	return strings.HasPrefix(template.ID.Code, m.CodePrefix.ValueString()) && (m.Scope.IsNull() || m.Scope.ValueString() == template.ID.Scope)
}

func (l *accessPolicyTemplateListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list access policy templates"
	var filter accessPolicyTemplateListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	templates, err := l.access.ListPolicyTemplates(ctx)
	if err != nil {
		diags.AddError(summary, l.explain("The access policy templates of "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listResults(req.Limit, templates, filter.holds, func(template *access.PolicyTemplateResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = template.ID.String()
		model := accessPolicyTemplateModel{Timeouts: nullTimeouts(ctx)}
		result.Diagnostics.Append(model.fromAPI(ctx, template)...)
		result.Diagnostics.Append(result.Identity.Set(ctx, newAccessIdentity(template.ID))...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	})
}
