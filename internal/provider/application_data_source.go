package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSource                     = (*applicationDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*applicationDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*applicationDataSource)(nil)
)

// applicationDataSource reads one application by its id or client id.
type applicationDataSource struct{ dataSourceBase }

// NewApplicationDataSource returns the data source lusid_application.
func NewApplicationDataSource() datasource.DataSource { return &applicationDataSource{} }

func (d *applicationDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_application"
}

func (d *applicationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := applicationDataAttributes()
	attributes["id"] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: "ID that LUSID assigned to the application. Set exactly one of `id` and `client_id`.",
		Validators: []validator.String{stringvalidator.RegexMatches(idPattern,
			"must have 1 to 64 letters, digits, hyphens and underscores")},
	}
	attributes["client_id"] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: "Client ID of the application. Set exactly one of `id` and `client_id`.",
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	attributes["include_secret"] = schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Whether to read the secret and store it in the state. Default `false`. " +
			"The ephemeral resource `lusid_application_secret` reads the secret without storing it.",
	}
	attributes["secret"] = schema.StringAttribute{
		Computed:            true,
		Sensitive:           true,
		MarkdownDescription: "Client secret; null unless `include_secret` is `true`.",
	}
	attributes["secret_version"] = schema.Int64Attribute{
		Computed:            true,
		MarkdownDescription: "One-way hash of the secret, as a number. It changes exactly when the secret changes. Null unless `include_secret` is `true`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "An application of the domain, found by its ID or client ID.",
		Attributes:          attributes,
	}
}

// applicationDataAttributes are the attributes that the singular and the plural data source share.
func applicationDataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":           schema.StringAttribute{Computed: true, MarkdownDescription: "ID that LUSID assigned to the application."},
		"client_id":    schema.StringAttribute{Computed: true, MarkdownDescription: "Client ID, unique in the domain."},
		"display_name": schema.StringAttribute{Computed: true, MarkdownDescription: "Display name, unique in the domain."},
		"type":         schema.StringAttribute{Computed: true, MarkdownDescription: "`Native` or `Web`."},
		"issuer": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Issuer that LUSID returns: the domain's URL at Okta.",
		},
		"token_url": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Token URL of the domain. The SDKs read it from `FBN_TOKEN_URL`.",
		},
	}
}

func (d *applicationDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("client_id")),
	}
}

type applicationDataModel struct {
	ID            types.String `tfsdk:"id"`
	ClientID      types.String `tfsdk:"client_id"`
	DisplayName   types.String `tfsdk:"display_name"`
	Type          types.String `tfsdk:"type"`
	Issuer        types.String `tfsdk:"issuer"`
	TokenURL      types.String `tfsdk:"token_url"`
	IncludeSecret types.Bool   `tfsdk:"include_secret"`
	Secret        types.String `tfsdk:"secret"`
	SecretVersion types.Int64  `tfsdk:"secret_version"`
}

// Format prints the model without its secrets.
func (applicationDataModel) Format(f fmt.State, _ rune) { conceal(f, "applicationDataModel") }

func (d *applicationDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read application"
	var model applicationDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	application := d.lookUpApplication(ctx, model.ID, model.ClientID, model.IncludeSecret.ValueBool(), summary, &resp.Diagnostics, referToID)
	if application == nil {
		return
	}
	if model.IncludeSecret.ValueBool() {
		if application.Secret == "" {
			d.addSecretWithheld(&resp.Diagnostics, summary, application)
			return
		}
		model.Secret = types.StringValue(string(application.Secret))
		model.SecretVersion = secretVersion(application.ID, application.Secret)
	}
	model.ID = types.StringValue(application.ID)
	model.ClientID = sameFold(model.ClientID, application.ClientID)
	model.DisplayName = types.StringValue(application.DisplayName)
	model.Type = types.StringValue(application.Type)
	model.Issuer = stringOrNull(application.Issuer)
	model.TokenURL = tokenURLOf(application)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
