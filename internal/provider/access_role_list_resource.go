package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ list.ListResource              = (*accessRoleListResource)(nil)
	_ list.ListResourceWithConfigure = (*accessRoleListResource)(nil)
)

// accessRoleListResource finds the roles of the Access service for terraform query.
type accessRoleListResource struct{ resourceBase }

// NewAccessRoleListResource returns the list resource lusid_access_role.
func NewAccessRoleListResource() list.ListResource { return &accessRoleListResource{} }

func (l *accessRoleListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_role"
}

func (l *accessRoleListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing roles of LUSID's Access service. The results include LUSID's own roles. A result matches every filter that is set.",
		Attributes: map[string]schema.Attribute{
			"code_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the code."},
			"scope": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Scope of the roles, such as `default`. Default: all scopes.",
				Validators:          isAccessCode(),
			},
		},
	}
}

func (l *accessRoleListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list access roles"
	var filter accessListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	roles, err := l.access.ListRoles(ctx)
	if err != nil {
		diags.AddError(summary, l.explain("The access roles of "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	holds := func(role *access.RoleResponse) bool { return filter.holds(role.ID) }
	if req.IncludeResource {
		listed := slices.DeleteFunc(slices.Clone(roles), func(role access.RoleResponse) bool { return !holds(&role) })
		warnUnreturned(&diags, unreturnedRoles(listed...), "The list shows no policies, policy collections or supervised roles for them, although they may have some.")
	}
	stream.Results = withWarnings(diags, listResults(req.Limit, roles, holds, func(role *access.RoleResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = role.ID.Code
		result.Diagnostics.Append(result.Identity.Set(ctx, newAccessIdentity(role.ID))...)
		if req.IncludeResource {
			model := accessRoleModel{Timeouts: nullTimeouts(ctx)}
			result.Diagnostics.Append(explainUnreadable(summary, accessRoleNoun+" "+role.ID.String(), model.fromAPI(ctx, role))...)
			warnUnmodelled(&result.Diagnostics, accessRoleNoun, role.ID, role.Unmodelled)
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	}))
}
