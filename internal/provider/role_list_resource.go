package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ list.ListResource              = (*roleListResource)(nil)
	_ list.ListResourceWithConfigure = (*roleListResource)(nil)
)

// roleListResource finds the roles of the domain for terraform query.
type roleListResource struct{ resourceBase }

// NewRoleListResource returns the list resource lusid_role.
func NewRoleListResource() list.ListResource { return &roleListResource{} }

func (l *roleListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_role"
}

func (l *roleListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing roles of the domain. The results include LUSID's own roles. A result matches every filter that is set.",
		Attributes: map[string]schema.Attribute{
			"name_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the name."},
			"scope":       schema.StringAttribute{Optional: true, MarkdownDescription: "Scope of the role, such as `default`."},
		},
	}
}

func (l *roleListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list roles"
	var filter roleListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	roles, err := l.identity.ListRoles(ctx)
	if err != nil {
		diags.AddError(summary, l.explain("The roles of "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listResults(req.Limit, roles, filter.holds, func(role *identity.RoleResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = role.Name
		model := roleModel{Timeouts: nullTimeouts(ctx)}
		result.Diagnostics.Append(model.fromAPI(ctx, role)...)
		result.Diagnostics.Append(result.Identity.Set(ctx, idIdentity{model.ID})...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	})
}
