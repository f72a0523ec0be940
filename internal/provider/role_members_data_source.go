package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*roleMembersDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*roleMembersDataSource)(nil)
)

// roleMembersDataSource lists every user who holds a role.
type roleMembersDataSource struct{ dataSourceBase }

// NewRoleMembersDataSource returns the data source lusid_role_members.
func NewRoleMembersDataSource() datasource.DataSource { return &roleMembersDataSource{} }

func (d *roleMembersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_role_members"
}

func (d *roleMembersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every user who has a role.",
		Attributes: map[string]schema.Attribute{
			"role_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the role.",
				Validators:          isRoleID(),
			},
			"users": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Users, sorted by login.",
				NestedObject:        schema.NestedAttributeObject{Attributes: userDataAttributes()},
			},
		},
	}
}

type roleMembersDataModel struct {
	RoleID types.String    `tfsdk:"role_id"`
	Users  []userDataModel `tfsdk:"users"`
}

func (d *roleMembersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list role members"
	var model roleMembersDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	users, err := d.identity.ListUsersInRole(ctx, model.RoleID.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("role_id"), summary, d.explain(fmt.Sprintf("The users of the role %s of %s could not be listed",
			model.RoleID.ValueString(), d.client.Domain()), err))
		return
	}
	users = slices.DeleteFunc(users, func(user identity.UserResponse) bool { return user.IsDeleted() })
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(users, func(a, b identity.UserResponse) int {
		return cmp.Or(cmp.Compare(a.Login, b.Login), cmp.Compare(a.ID, b.ID))
	})
	model.Users = make([]userDataModel, len(users))
	for i := range users {
		model.Users[i] = newUserDataModel(&users[i])
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
