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
	_ datasource.DataSource              = (*usersDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*usersDataSource)(nil)
)

// usersDataSource lists every user of the domain.
type usersDataSource struct{ dataSourceBase }

// NewUsersDataSource returns the data source lusid_users.
func NewUsersDataSource() datasource.DataSource { return &usersDataSource{} }

func (d *usersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_users"
}

func (d *usersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every user of the domain, except deprovisioned users. To filter them, use a `for` expression.",
		Attributes: map[string]schema.Attribute{
			"users": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Users, sorted by login.",
				NestedObject:        schema.NestedAttributeObject{Attributes: userDataAttributes()},
			},
		},
	}
}

type usersDataModel struct {
	Users []userDataModel `tfsdk:"users"`
}

func (d *usersDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list users"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	users, err := d.identity.ListUsers(ctx, false)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The users of "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID may still list deleted users.
	users = slices.DeleteFunc(users, func(user identity.UserResponse) bool { return user.IsDeleted() })
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(users, func(a, b identity.UserResponse) int {
		return cmp.Or(cmp.Compare(a.Login, b.Login), cmp.Compare(a.ID, b.ID))
	})
	model := usersDataModel{Users: make([]userDataModel, len(users))}
	for i := range users {
		model.Users[i] = newUserDataModel(&users[i])
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
