package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessUserRolesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessUserRolesDataSource)(nil)
)

// accessUserRolesDataSource is every user role of the domain.
type accessUserRolesDataSource struct{ dataSourceBase }

// NewAccessUserRolesDataSource returns the data source lusid_access_user_roles.
func NewAccessUserRolesDataSource() datasource.DataSource { return &accessUserRolesDataSource{} }

func (d *accessUserRolesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_user_roles"
}

func (d *accessUserRolesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every user role of the domain, including empty ones. To filter them, use a `for` expression, for example to find users who have policies in addition to those of their roles.",
		Attributes: map[string]schema.Attribute{
			"user_roles": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "User roles, sorted by the ID of the user.",
				NestedObject:        schema.NestedAttributeObject{Attributes: accessUserRoleDataAttributes()},
			},
		},
	}
}

type accessUserRolesDataModel struct {
	UserRoles []accessUserRoleDataModel `tfsdk:"user_roles"`
}

func (d *accessUserRolesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list user roles"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	roles, err := d.access.ListUserRoles(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The user roles of "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID promises no order, and another one would be a change.
	slices.SortFunc(roles, func(a, b access.UserRoleResponse) int { return cmp.Compare(a.ID.Code, b.ID.Code) })
	model := accessUserRolesDataModel{UserRoles: make([]accessUserRoleDataModel, len(roles))}
	for i := range roles {
		var diags diag.Diagnostics
		model.UserRoles[i], diags = newAccessUserRoleDataModel(ctx, &roles[i])
		resp.Diagnostics.Append(diags...)
	}
	warnUnreturnedUserRoles(&resp.Diagnostics, noneShown, roles...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
