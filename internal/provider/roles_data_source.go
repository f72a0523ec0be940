package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*rolesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*rolesDataSource)(nil)
)

// rolesDataSource lists every role of the domain.
type rolesDataSource struct{ dataSourceBase }

// NewRolesDataSource returns the data source lusid_roles.
func NewRolesDataSource() datasource.DataSource { return &rolesDataSource{} }

func (d *rolesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_roles"
}

func (d *rolesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every role of the domain, including LUSID's own. To filter them, use a `for` expression.",
		Attributes: map[string]schema.Attribute{
			"roles": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Roles, sorted by name.",
				NestedObject:        schema.NestedAttributeObject{Attributes: roleDataAttributes()},
			},
		},
	}
}

type rolesDataModel struct {
	Roles []roleDataModel `tfsdk:"roles"`
}

func (d *rolesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list roles"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	roles, err := d.identity.ListRoles(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The roles of "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(roles, func(a, b identity.RoleResponse) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	model := rolesDataModel{Roles: make([]roleDataModel, len(roles))}
	for i := range roles {
		model.Roles[i] = newRoleDataModel(&roles[i])
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
