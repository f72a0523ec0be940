package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessUserRoleDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessUserRoleDataSource)(nil)
)

// accessUserRoleDataSource is the user role of one user.
type accessUserRoleDataSource struct{ dataSourceBase }

// NewAccessUserRoleDataSource returns the data source lusid_access_user_role.
func NewAccessUserRoleDataSource() datasource.DataSource { return &accessUserRoleDataSource{} }

func (d *accessUserRoleDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_user_role"
}

func (d *accessUserRoleDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := accessUserRoleDataAttributes()
	attributes["user_id"] = schema.StringAttribute{
		Required:            true,
		MarkdownDescription: "ID that LUSID gave the user, such as the `id` of a `lusid_user`.",
		Validators:          isUserID(),
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The user role of one user: the policies that the user has in addition to those of its roles. " +
			"LUSID creates an empty user role when a user first signs in. If the user has no user role yet, the read fails.",
		Attributes: attributes,
	}
}

// accessUserRoleDataAttributes are what the singular and the plural data source have in common.
func accessUserRoleDataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"user_id": schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the user."},
		"policies": schema.SetAttribute{
			Computed: true, ElementType: types.StringType, MarkdownDescription: "IDs of the policies of the user role, each `scope/code`.",
		},
		"policy_collections": schema.SetAttribute{
			Computed: true, ElementType: types.StringType, MarkdownDescription: "IDs of the policy collections of the user role, each `scope/code`.",
		},
	}
}

type accessUserRoleDataModel struct {
	UserID            types.String `tfsdk:"user_id"`
	Policies          types.Set    `tfsdk:"policies"`
	PolicyCollections types.Set    `tfsdk:"policy_collections"`
}

func newAccessUserRoleDataModel(ctx context.Context, role *access.UserRoleResponse) (m accessUserRoleDataModel, diags diag.Diagnostics) {
	var held access.PolicyIDRoleResource
	if role.Resource.PolicyIDRoleResource != nil {
		held = *role.Resource.PolicyIDRoleResource
	}
	var failed diag.Diagnostics
	m.UserID = types.StringValue(role.ID.Code)
	m.Policies, diags = types.SetValueFrom(ctx, types.StringType, distinctAccessIDs(held.Policies))
	m.PolicyCollections, failed = types.SetValueFrom(ctx, types.StringType, distinctAccessIDs(held.PolicyCollections))
	return m, append(diags, failed...)
}

// noneShown says what a data source or list has if LUSID did not return what user roles have.
const noneShown = "So the result shows no policies or policy collections for them, although they may have some."

// warnUnreturnedUserRoles warns of user roles for which LUSID did not return what they have.
func warnUnreturnedUserRoles(diags *diag.Diagnostics, incomplete string, roles ...access.UserRoleResponse) {
	var users []string
	for i := range roles {
		if roles[i].LacksResource {
			users = append(users, roles[i].ID.Code)
		}
	}
	if len(users) > 0 {
		diags.AddWarning("LUSID did not return what a user role has", fmt.Sprintf(
			"The response has no policies or policy collections for the user roles of these users:\n\n  %s\n\n"+
				"%s Run Terraform again, and contact LUSID's support if the warning stays.",
			strings.Join(users, "\n  "), incomplete))
	}
}

func (d *accessUserRoleDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read user role"
	var model accessUserRoleDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	userID := model.UserID.ValueString()
	role, err := d.access.GetUserRole(ctx, userID)
	if err != nil {
		var next []string
		if client.IsNotFound(err) {
			next = []string{"LUSID creates a user role at the user's first sign-in. The resource lusid_access_user_role creates it earlier."}
		}
		resp.Diagnostics.AddAttributeError(path.Root("user_id"), summary,
			d.explain(fmt.Sprintf("The user role of the user %q could not be read from %s", userID, d.client.Domain()), err, next...))
		return
	}
	model, diags := newAccessUserRoleDataModel(ctx, role)
	resp.Diagnostics.Append(diags...)
	warnUnreturnedUserRoles(&resp.Diagnostics, noneShown, *role)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
