package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSource              = (*passwordPolicyDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*passwordPolicyDataSource)(nil)
)

// passwordPolicyDataSource reads the rules for passwords of a user type.
type passwordPolicyDataSource struct{ dataSourceBase }

// NewPasswordPolicyDataSource returns the data source lusid_password_policy.
func NewPasswordPolicyDataSource() datasource.DataSource { return &passwordPolicyDataSource{} }

func (d *passwordPolicyDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_password_policy"
}

func (d *passwordPolicyDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Rules for the passwords of all users of one type.",
		Attributes: map[string]schema.Attribute{
			"user_type": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`Personal` or `Service`.",
				Validators:          []validator.String{stringvalidator.OneOf(userTypes...)},
			},
			"min_length": schema.Int64Attribute{Computed: true, MarkdownDescription: "Minimum number of characters in a password."},
			"exclude_first_name": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether to refuse a password that contains the user's first name.",
			},
			"exclude_last_name": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether to refuse a password that contains the user's last name.",
			},
			"max_age_days": schema.Int64Attribute{Computed: true, MarkdownDescription: "Days until a password expires; 0 if it never expires."},
			"history_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of different passwords before a user may use an old one again; 0 for no such limit.",
			},
			"max_attempts": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of failed sign-ins after which LUSID locks the user; 0 to never lock.",
			},
		},
	}
}

type passwordPolicyDataModel struct {
	UserType types.String `tfsdk:"user_type"`
	passwordPolicyConditions
}

func (d *passwordPolicyDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read password policy"
	var model passwordPolicyDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	policy, err := d.identity.GetPasswordPolicy(ctx, model.UserType.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("user_type"), summary, d.explain(fmt.Sprintf("The password policy of %s users of %s could not be read",
			model.UserType.ValueString(), d.client.Domain()), err))
		return
	}
	model.fromAPI(policy)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
