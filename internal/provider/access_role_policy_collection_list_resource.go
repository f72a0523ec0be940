package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ list.ListResource              = (*accessRolePolicyCollectionListResource)(nil)
	_ list.ListResourceWithConfigure = (*accessRolePolicyCollectionListResource)(nil)
)

// accessRolePolicyCollectionListResource finds the policy collections of access roles for terraform query.
type accessRolePolicyCollectionListResource struct{ resourceBase }

// NewAccessRolePolicyCollectionListResource returns the list resource lusid_access_role_policy_collection.
func NewAccessRolePolicyCollectionListResource() list.ListResource {
	return &accessRolePolicyCollectionListResource{}
}

func (l *accessRolePolicyCollectionListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_role_policy_collection"
}

func (l *accessRolePolicyCollectionListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing attachments of policy collections to access roles. " +
			"If Terraform should manage the whole role, import the role as a `lusid_access_role` instead.",
		Attributes: map[string]schema.Attribute{
			"role_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "ID of one access role, as `scope/code`. Default: all access roles.",
				Validators:          isAccessID("role"),
			},
		},
	}
}

type accessAttachmentListModel struct {
	RoleID types.String `tfsdk:"role_id"`
}

func (l *accessRolePolicyCollectionListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list the policy collections of access roles"
	var filter accessAttachmentListModel
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
	var attachments []accessAttachmentModel
	var unread []access.ResourceID
	for i := range roles {
		if !filter.RoleID.IsNull() && filter.RoleID.ValueString() != roles[i].ID.String() {
			continue
		}
		if roles[i].HidesPolicies() {
			unread = append(unread, roles[i].ID)
		}
		held := roles[i].Resource.PolicyIDRoleResource
		if held == nil {
			continue
		}
		for _, collection := range distinctAccessIDs(held.PolicyCollections) {
			model := accessAttachmentModel{
				RoleID:             types.StringValue(roles[i].ID.String()),
				PolicyCollectionID: types.StringValue(collection),
				Timeouts:           nullTimeouts(ctx),
			}
			model.ID = types.StringValue(model.label())
			attachments = append(attachments, model)
		}
	}
	warnUnreturned(&diags, unread, "The list may lack policy collections that are attached to them.")
	all := func(*accessAttachmentModel) bool { return true }
	stream.Results = withWarnings(diags, listResults(req.Limit, attachments, all, func(model *accessAttachmentModel) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = model.ID.ValueString()
		result.Diagnostics.Append(result.Identity.Set(ctx, model.identity())...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, *model)...)
		}
		return result
	}))
}
