package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*supportRolesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*supportRolesDataSource)(nil)
)

// supportRolesDataSource lists every role that support access may be limited to.
type supportRolesDataSource struct{ dataSourceBase }

// NewSupportRolesDataSource returns the data source lusid_support_roles.
func NewSupportRolesDataSource() datasource.DataSource { return &supportRolesDataSource{} }

func (d *supportRolesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_support_roles"
}

func (d *supportRolesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every role that support access can be limited to. To filter them, use a `for` expression.",
		Attributes: map[string]schema.Attribute{
			"support_roles": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Roles, sorted by code.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"internal_identifier": text("Internal identifier of the role. Use it in the action `lusid_grant_support_access`."),
					"label":               text("Display name; null if LUSID does not return it."),
					"description":         text("What users of the role can do; null if LUSID does not return it."),
					"scope":               text("Scope of the role; null if LUSID does not return it."),
					"code":                text("Code of the role, such as `support-lusid-readonly`; null if LUSID does not return it."),
				}},
			},
		},
	}
}

type supportRolesModel struct {
	SupportRoles []supportRoleModel `tfsdk:"support_roles"`
}

type supportRoleModel struct {
	InternalIdentifier types.String `tfsdk:"internal_identifier"`
	Label              types.String `tfsdk:"label"`
	Description        types.String `tfsdk:"description"`
	Scope              types.String `tfsdk:"scope"`
	Code               types.String `tfsdk:"code"`
}

func (d *supportRolesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list support roles"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	roles, err := d.identity.GetSupportRoles(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The support roles of "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(roles, func(a, b identity.SupportRole) int {
		return cmp.Or(cmp.Compare(a.RoleIdentifier.Code, b.RoleIdentifier.Code), cmp.Compare(a.InternalIdentifier, b.InternalIdentifier))
	})
	model := supportRolesModel{SupportRoles: []supportRoleModel{}}
	for _, role := range roles {
		model.SupportRoles = append(model.SupportRoles, supportRoleModel{
			InternalIdentifier: stringOrNull(role.InternalIdentifier),
			Label:              stringOrNull(role.Label),
			Description:        stringOrNull(role.Description),
			Scope:              stringOrNull(role.RoleIdentifier.Scope),
			Code:               stringOrNull(role.RoleIdentifier.Code),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
