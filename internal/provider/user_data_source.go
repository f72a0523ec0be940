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
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

var (
	_ datasource.DataSource                     = (*userDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*userDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*userDataSource)(nil)
)

// userDataSource is one user, found by its id or login.
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
		MarkdownDescription: "ID that LUSID gave the user. Exactly one of `id` and `login` must be given.",
		Validators:          isUserID(),
	}
	attributes["login"] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: "What the user signs in with. Exactly one of `id` and `login` must be given.",
		Validators:          []validator.String{stringvalidator.UTF8LengthBetween(5, 80)},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A user of the domain, found by its id or login.",
		Attributes:          attributes,
	}
}

// userDataAttributes are what the singular and the plural data source have in common.
func userDataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                   schema.StringAttribute{Computed: true, MarkdownDescription: "ID that LUSID gave the user."},
		"login":                schema.StringAttribute{Computed: true, MarkdownDescription: "What the user signs in with."},
		"email_address":        schema.StringAttribute{Computed: true, MarkdownDescription: "Where mail for the user goes."},
		"first_name":           schema.StringAttribute{Computed: true, MarkdownDescription: "First name."},
		"last_name":            schema.StringAttribute{Computed: true, MarkdownDescription: "Last name."},
		"type":                 schema.StringAttribute{Computed: true, MarkdownDescription: "`Personal` or `Service`."},
		"status":               schema.StringAttribute{Computed: true, MarkdownDescription: "Status of the account: `PROVISIONED` until a person has finished the sign-up, then `ACTIVE`; LUSID documents no others."},
		"external":             schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the user comes from another identity system."},
		"second_email_address": schema.StringAttribute{Computed: true, MarkdownDescription: "A second address for mail; null where there is none."},
		"alternative_user_ids": schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "IDs of the user elsewhere, by the names of the domain's user schema."},
		"user_expiry":          schema.StringAttribute{Computed: true, MarkdownDescription: "When the account expires, in RFC 3339; null where it does not."},
	}
}

func (d *userDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("login")),
	}
}

type userDataModel struct {
	ID                 types.String       `tfsdk:"id"`
	Login              types.String       `tfsdk:"login"`
	EmailAddress       types.String       `tfsdk:"email_address"`
	FirstName          types.String       `tfsdk:"first_name"`
	LastName           types.String       `tfsdk:"last_name"`
	Type               types.String       `tfsdk:"type"`
	Status             types.String       `tfsdk:"status"`
	External           types.Bool         `tfsdk:"external"`
	SecondEmailAddress types.String       `tfsdk:"second_email_address"`
	AlternativeUserIDs map[string]*string `tfsdk:"alternative_user_ids"`
	UserExpiry         types.String       `tfsdk:"user_expiry"`
}

func newUserDataModel(user *client.UserResponse) userDataModel {
	return userDataModel{
		ID:                 types.StringValue(user.ID),
		Login:              types.StringValue(user.Login),
		EmailAddress:       stringOrNull(user.EmailAddress),
		FirstName:          stringOrNull(user.FirstName),
		LastName:           stringOrNull(user.LastName),
		Type:               stringOrNull(user.Type),
		Status:             stringOrNull(user.Status),
		External:           types.BoolValue(user.External),
		SecondEmailAddress: stringOrNull(user.SecondEmailAddress),
		AlternativeUserIDs: user.AlternativeUserIDs,
		UserExpiry:         stringOrNull(user.UserExpiry),
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
		user *client.UserResponse
		err  error
	)
	if key != "" {
		user, err = d.client.GetUser(ctx, key)
	} else {
		attribute, key = "login", model.Login.ValueString()
		user, err = d.client.GetUserFromLogin(ctx, key)
	}
	if err == nil && user.IsDeleted() {
		err = errors.New("the user was deprovisioned: only its record is left")
	}
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root(attribute), summary, d.explain(fmt.Sprintf("The user with the %s %q could not be read from %s",
			attribute, key, d.client.Domain()), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newUserDataModel(user))...)
}
