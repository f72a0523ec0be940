package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ list.ListResource              = (*accessUserRoleListResource)(nil)
	_ list.ListResourceWithConfigure = (*accessUserRoleListResource)(nil)
)

// accessUserRoleListResource finds the user roles of the domain for terraform query.
type accessUserRoleListResource struct{ resourceBase }

// NewAccessUserRoleListResource returns the list resource lusid_access_user_role.
func NewAccessUserRoleListResource() list.ListResource { return &accessUserRoleListResource{} }

func (l *accessUserRoleListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_user_role"
}

func (l *accessUserRoleListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: "Find and import existing user roles of the domain. The results don't include empty user roles, because LUSID creates one for every user who signs in."}
}

func (l *accessUserRoleListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list user roles"
	var diags diag.Diagnostics
	if !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	roles, err := l.access.ListUserRoles(ctx)
	if err != nil {
		diags.AddError(summary, l.explain("The user roles of "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	hasPolicies := func(role *access.UserRoleResponse) bool { return len((&accessUserRoleModel{}).extras(role).all()) > 0 }
	warnUnreturnedUserRoles(&diags, noneShown, roles...)
	stream.Results = withWarnings(diags, listResults(req.Limit, roles, hasPolicies, func(role *access.UserRoleResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = role.ID.Code
		model := accessUserRoleModel{
			Policies: types.SetNull(types.StringType), PolicyCollections: types.SetNull(types.StringType), Timeouts: nullTimeouts(ctx),
		}
		result.Diagnostics.Append(model.fromAPI(ctx, role)...)
		result.Diagnostics.Append(result.Identity.Set(ctx, idIdentity{model.ID})...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	}))
}
