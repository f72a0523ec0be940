package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ list.ListResource              = (*roleMembersListResource)(nil)
	_ list.ListResourceWithConfigure = (*roleMembersListResource)(nil)
)

// roleMembersListResource finds the roles, each with its members, for terraform query.
type roleMembersListResource struct{ resourceBase }

// NewRoleMembersListResource returns the list resource lusid_role_members.
func NewRoleMembersListResource() list.ListResource { return &roleMembersListResource{} }

func (l *roleMembersListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_role_members"
}

func (l *roleMembersListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import the members of the domain's roles. There is one result for each role. A result matches every filter that is set.",
		Attributes: map[string]schema.Attribute{
			"name_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the role's name."},
			"scope":       schema.StringAttribute{Optional: true, MarkdownDescription: "Scope of the role, such as `default`."},
		},
	}
}

func (l *roleMembersListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list role members"
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
		id := types.StringValue(role.ID)
		result.Diagnostics.Append(result.Identity.Set(ctx, roleMembersIdentity{id})...)
		if !req.IncludeResource {
			return result
		}
		// Leave out the caller, as an import does.
		members, err := l.listMembers(ctx, role.ID, nil)
		if err != nil {
			result.Diagnostics.AddError(summary,
				l.explain(fmt.Sprintf("The users of the role %s of %s could not be listed", role.ID, l.client.Domain()), err))
			return result
		}
		model := roleMembersModel{RoleID: id, Timeouts: nullTimeouts(ctx), ID: id}
		set, setDiags := types.SetValueFrom(ctx, types.StringType, userIDs(members))
		result.Diagnostics.Append(setDiags...)
		model.UserIDs = set
		result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		return result
	})
}
