package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ list.ListResource              = (*userListResource)(nil)
	_ list.ListResourceWithConfigure = (*userListResource)(nil)
)

// userListResource finds the users of the domain for terraform query.
type userListResource struct{ resourceBase }

// NewUserListResource returns the list resource lusid_user.
func NewUserListResource() list.ListResource { return &userListResource{} }

func (l *userListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user"
}

func (l *userListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing users of the domain. The results don't include deprovisioned users. A result matches every filter that is set.",
		Attributes: map[string]schema.Attribute{
			"login_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the login."},
			"type": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "`Personal` or `Service`.",
				Validators:          []validator.String{stringvalidator.OneOf(identity.UserTypePersonal, identity.UserTypeService)},
			},
		},
	}
}

type userListModel struct {
	LoginPrefix types.String `tfsdk:"login_prefix"`
	Type        types.String `tfsdk:"type"`
}

func (m *userListModel) holds(user *identity.UserResponse) bool {
	return !user.IsDeleted() && strings.HasPrefix(user.Login, m.LoginPrefix.ValueString()) &&
		(m.Type.IsNull() || m.Type.ValueString() == user.Type)
}

func (l *userListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list users"
	var filter userListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	users, err := l.identity.ListUsers(ctx, false)
	if err != nil {
		diags.AddError(summary, l.explain("The users of "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listResults(req.Limit, users, filter.holds, func(user *identity.UserResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = user.Login
		model := userModel{
			AlternativeUserIDs: types.MapNull(types.StringType),
			DeletionPolicy:     types.StringValue(deletionPolicyDeprovision),
			Timeouts:           nullTimeouts(ctx),
		}
		result.Diagnostics.Append(model.fromAPI(ctx, user)...)
		result.Diagnostics.Append(result.Identity.Set(ctx, idIdentity{model.ID})...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	})
}
