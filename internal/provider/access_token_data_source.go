package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSource                   = (*accessTokenDataSource)(nil)
	_ datasource.DataSourceWithConfigure      = (*accessTokenDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*accessTokenDataSource)(nil)
)

// accessTokenDataSource is an OAuth access token: the provider's own, or another application's.
type accessTokenDataSource struct{ dataSourceBase }

// NewAccessTokenDataSource returns the data source lusid_access_token.
func NewAccessTokenDataSource() datasource.DataSource { return &accessTokenDataSource{} }

func (d *accessTokenDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_token"
}

func (d *accessTokenDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := map[string]schema.Attribute{}
	for _, a := range tokenAttributes {
		if !a.isSet {
			attributes[a.name] = schema.StringAttribute{
				Optional:            a.optional,
				Computed:            a.computed,
				Sensitive:           a.sensitive,
				MarkdownDescription: a.markdown,
			}
			continue
		}
		set := schema.SetAttribute{ElementType: types.StringType, Optional: a.optional, Computed: a.computed, MarkdownDescription: a.markdown}
		if a.optional {
			set.Validators = scopeValidators()
		}
		attributes[a.name] = set
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Get an OAuth access token of the LUSID domain. Without arguments, you get the token that the provider signs in with. " +
			"With arguments, the provider uses them to request a new token.\n\n~> Terraform stores the token in the state, and each plan can read a new one. " +
			"To keep it out of both state and plan, use the ephemeral resource `lusid_access_token`.",
		Attributes: attributes,
	}
}

func (d *accessTokenDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model accessTokenModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient("Unable to get access token", &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(model.read(ctx, d.connection)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// ValidateConfig checks what can be checked without a request to LUSID.
func (d *accessTokenDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var model accessTokenModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(model.validate()...)
	}
}
