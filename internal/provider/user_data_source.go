package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource                     = (*userDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*userDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*userDataSource)(nil)
)

// userDataSource reads one user by its id or login.
type userDataSource struct{ dataSourceBase }

// NewUserDataSource returns the data source lusid_user.
func NewUserDataSource() datasource.DataSource { return &userDataSource{} }

func (d *userDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user"
}

func (d *userDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := userDataAttributes()
	attributes["id"] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: "ID that LUSID assigned to the user. Set exactly one of `id` and `login`.",
		Validators:          isUserID(),
	}
	attributes["login"] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: "Login that the user signs in with. Set exactly one of `id` and `login`.",
		Validators:          []validator.String{stringvalidator.UTF8LengthBetween(5, 80)},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A user of the domain, found by its ID or login.",
		Attributes:          attributes,
	}
}

func (d *userDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("login")),
	}
}

func (d *userDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read user"
	var model userDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	attribute, key := "id", model.ID.ValueString()
	var (
		user *identity.UserResponse
		err  error
	)
	if key != "" {
		user, err = d.identity.GetUser(ctx, key)
	} else {
		attribute, key = "login", model.Login.ValueString()
		user, err = d.identity.GetUserFromLogin(ctx, key)
	}
	if err == nil && user.IsDeleted() {
		err = errors.New("the user was deprovisioned, and LUSID keeps only its record")
	}
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root(attribute), summary, d.explain(fmt.Sprintf("The user with the %s %q could not be read from %s",
			attribute, key, d.client.Domain()), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newUserDataModel(user))...)
}
