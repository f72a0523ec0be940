package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessRolesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessRolesDataSource)(nil)
)

// accessRolesDataSource is every role of the Access service.
type accessRolesDataSource struct{ dataSourceBase }

// NewAccessRolesDataSource returns the data source lusid_access_roles.
func NewAccessRolesDataSource() datasource.DataSource { return &accessRolesDataSource{} }

func (d *accessRolesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_roles"
}

func (d *accessRolesDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every role of LUSID's Access service in all scopes, including LUSID's own. To filter them, use a `for` expression.\n\n" +
			"If the roles of a user disagree, the role with the lower `hierarchy_index` decides. To change the order of the roles, use the resource `lusid_access_role_precedence`.",
		Attributes: map[string]schema.Attribute{
			"roles": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Roles, sorted by ID.",
				NestedObject:        schema.NestedAttributeObject{Attributes: accessRoleDataAttributes(ctx)},
			},
		},
	}
}

type accessRolesDataModel struct {
	Roles []accessRoleDataModel `tfsdk:"roles"`
}

func (d *accessRolesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list access roles"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	roles, err := d.access.ListRoles(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The access roles of "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID promises no order, and another one would be a change.
	slices.SortFunc(roles, func(a, b access.RoleResponse) int { return cmp.Compare(a.ID.String(), b.ID.String()) })
	model := accessRolesDataModel{Roles: []accessRoleDataModel{}}
	for i := range roles {
		role, diags := newAccessRoleDataModel(ctx, &roles[i])
		resp.Diagnostics.Append(diags...)
		warnUnmodelled(&resp.Diagnostics, accessRoleNoun, roles[i].ID, roles[i].Unmodelled)
		model.Roles = append(model.Roles, role)
	}
	warnUnreturned(&resp.Diagnostics, unreturnedRoles(roles...), "The data source shows no policies, policy collections or supervised roles for them, although they may have some.")
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
