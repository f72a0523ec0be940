package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
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
	resp.Schema = schema.Schema{
		MarkdownDescription: "An OAuth access token of the LUSID domain: without arguments the one that the provider itself signs in with, " +
			"with arguments one that is asked for with them.",
		Attributes: map[string]schema.Attribute{
			"token_url": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Token URL to ask, or an application's issuer. Default: the provider's.",
			},
			"username": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Login to ask with. Default: the provider's, where the token URL has the host of the provider's.",
			},
			"password": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "Password of that user. Default: the provider's, where `username` is the provider's too and the token URL has the host of the provider's.",
			},
			"client_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Client ID of the application to ask through. Default: the provider's.",
			},
			"client_secret": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "Client secret of that application. Default: the provider's, where `client_id` is the provider's too and the token URL has the host of the provider's.",
			},
			"refresh_token": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "Refresh token to ask with, in place of `username` and `password`. On output it is the granted one: null unless `scopes` has `offline_access`, and always null for the provider's own token.",
				Computed:            true,
			},
			"scopes": schema.SetAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Scopes to ask for. Default: `openid`, `client`, `groups` and `offline_access`; with a refresh token, the scopes it was granted for.",
				Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.RegexMatches(scopePattern, "must be a scope, without a space or a quote"))},
			},
			"min_remaining_ttl": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "How long the token must remain valid, as a duration such as `10m`. The provider's own token is renewed first if it would expire sooner.",
			},
			"access_token": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: "Access token, to send as a bearer token.",
			},
			"id_token": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: "ID token; null unless the scope `openid` was granted.",
			},
			"token_type": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Type of the access token: `Bearer`.",
			},
			"expires_at": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "When the access token expires, in RFC 3339 and UTC; null when unknown, as for a personal access token.",
			},
			"granted_scopes": schema.SetAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Scopes that were granted; null when the server did not say, as for a personal access token.",
			},
		},
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

// ValidateConfig checks what can be checked without asking LUSID.
func (d *accessTokenDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var model accessTokenModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(model.validate()...)
	}
}
