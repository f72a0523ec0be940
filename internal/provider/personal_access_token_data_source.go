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

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*personalAccessTokenDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*personalAccessTokenDataSource)(nil)
)

// personalAccessTokenDataSource reads one token of the caller, without its key.
type personalAccessTokenDataSource struct{ dataSourceBase }

// NewPersonalAccessTokenDataSource returns the data source lusid_personal_access_token.
func NewPersonalAccessTokenDataSource() datasource.DataSource {
	return &personalAccessTokenDataSource{}
}

func (d *personalAccessTokenDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_personal_access_token"
}

func (d *personalAccessTokenDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := personalAccessTokenDataAttributes()
	attributes["id"] = schema.StringAttribute{
		Required:            true,
		MarkdownDescription: "ID that LUSID assigned to the token.",
		Validators: []validator.String{stringvalidator.RegexMatches(idPattern,
			"must have 1 to 64 letters, digits, hyphens and underscores")},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A personal access token of the user that the provider signs in as, without its key.",
		Attributes:          attributes,
	}
}

// personalAccessTokenDataAttributes are the attributes that the singular and the plural data source
// share.
func personalAccessTokenDataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":           schema.StringAttribute{Computed: true, MarkdownDescription: "ID that LUSID assigned to the token."},
		"display_name": schema.StringAttribute{Computed: true, MarkdownDescription: "Name, unique among the user's active tokens."},
		"created_date": schema.StringAttribute{Computed: true, MarkdownDescription: "When the token was created, in RFC 3339."},
		"deactivation_date": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "When the token stops working, or stopped, in RFC 3339; null if it does not expire.",
		},
	}
}

type personalAccessTokenDataModel struct {
	ID               types.String `tfsdk:"id"`
	DisplayName      types.String `tfsdk:"display_name"`
	CreatedDate      types.String `tfsdk:"created_date"`
	DeactivationDate types.String `tfsdk:"deactivation_date"`
}

func newPersonalAccessTokenDataModel(key *identity.APIKey) personalAccessTokenDataModel {
	return personalAccessTokenDataModel{
		ID:               types.StringValue(key.ID),
		DisplayName:      types.StringValue(key.DisplayName),
		CreatedDate:      stringOrNull(key.CreatedDate),
		DeactivationDate: stringOrNull(key.DeactivationDate),
	}
}

func (d *personalAccessTokenDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read personal access token"
	var model personalAccessTokenDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	key, err := d.ownAPIKey(ctx, model.ID.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("id"), summary, d.explain(fmt.Sprintf("The personal access token %q could not be read from %s",
			model.ID.ValueString(), d.client.Domain()), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newPersonalAccessTokenDataModel(key))...)
}
