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
	_ list.ListResource              = (*roleAssignmentListResource)(nil)
	_ list.ListResourceWithConfigure = (*roleAssignmentListResource)(nil)
)

// roleAssignmentListResource finds the users of a role for terraform query.
type roleAssignmentListResource struct{ resourceBase }

// NewRoleAssignmentListResource returns the list resource lusid_role_assignment.
func NewRoleAssignmentListResource() list.ListResource { return &roleAssignmentListResource{} }

func (l *roleAssignmentListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_role_assignment"
}

func (l *roleAssignmentListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing assignments of one role. A block with `for_each` lists those of several roles.",
		Attributes: map[string]schema.Attribute{
			"role_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the role.",
				Validators:          isRoleID(),
			},
		},
	}
}

type roleAssignmentListModel struct {
	RoleID types.String `tfsdk:"role_id"`
}

func (l *roleAssignmentListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list role assignments"
	var filter roleAssignmentListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	users, err := l.identity.ListUsersInRole(ctx, filter.RoleID.ValueString())
	if err != nil {
		diags.AddError(summary,
			l.explain(fmt.Sprintf("The users of the role %s of %s could not be listed", filter.RoleID.ValueString(), l.client.Domain()), err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	holds := func(user *identity.UserResponse) bool { return !user.IsDeleted() }
	stream.Results = listResults(req.Limit, users, holds, func(user *identity.UserResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = user.Login
		model := roleAssignmentModel{RoleID: filter.RoleID, UserID: types.StringValue(user.ID), Timeouts: nullTimeouts(ctx)}
		model.ID = types.StringValue(model.label())
		result.Diagnostics.Append(result.Identity.Set(ctx, model.identity())...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	})
}
