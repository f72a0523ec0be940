package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*externalTokenIssuerDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*externalTokenIssuerDataSource)(nil)
)

// externalTokenIssuerDataSource reads one external token issuer by its code.
type externalTokenIssuerDataSource struct{ dataSourceBase }

// NewExternalTokenIssuerDataSource returns the data source lusid_external_token_issuer.
func NewExternalTokenIssuerDataSource() datasource.DataSource {
	return &externalTokenIssuerDataSource{}
}

func (d *externalTokenIssuerDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_external_token_issuer"
}

func (d *externalTokenIssuerDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := externalTokenIssuerDataAttributes()
	attributes["code"] = schema.StringAttribute{
		Required:            true,
		MarkdownDescription: "Code of the issuer.",
		Validators: []validator.String{stringvalidator.RegexMatches(idPattern,
			"must have 1 to 64 letters, digits, hyphens and underscores")},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "An external token issuer of the domain, found by its code.",
		Attributes:          attributes,
	}
}

// externalTokenIssuerDataAttributes are the attributes that the singular and the plural data source
// share.
func externalTokenIssuerDataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"code":        schema.StringAttribute{Computed: true, MarkdownDescription: "Code, unique in the domain."},
		"issuer":      schema.StringAttribute{Computed: true, MarkdownDescription: "Value that the `iss` claim of a token must have."},
		"audience":    schema.StringAttribute{Computed: true, MarkdownDescription: "Value that the `aud` claim of a token must have."},
		"logout_url":  schema.StringAttribute{Computed: true, MarkdownDescription: "URI that LUSID redirects users to when they sign out."},
		"description": schema.StringAttribute{Computed: true, MarkdownDescription: "Description; null if there is none."},
		"claim_mappings": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Where LUSID takes the fields of a user from: names of claims, or constants in double quotes. Null if LUSID has no mappings.",
			Attributes: map[string]schema.Attribute{
				"user_id":    schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the user."},
				"login":      schema.StringAttribute{Computed: true, MarkdownDescription: "Login."},
				"email":      schema.StringAttribute{Computed: true, MarkdownDescription: "E-mail address."},
				"first_name": schema.StringAttribute{Computed: true, MarkdownDescription: "First name."},
				"last_name":  schema.StringAttribute{Computed: true, MarkdownDescription: "Last name."},
				"user_type":  schema.StringAttribute{Computed: true, MarkdownDescription: "Type of the user."},
				"groups":     schema.StringAttribute{Computed: true, MarkdownDescription: "Groups, which LUSID maps to roles; null if no claim is mapped."},
			},
		},
	}
}

type externalTokenIssuerDataModel struct {
	Code          types.String `tfsdk:"code"`
	Issuer        types.String `tfsdk:"issuer"`
	Audience      types.String `tfsdk:"audience"`
	LogoutURL     types.String `tfsdk:"logout_url"`
	Description   types.String `tfsdk:"description"`
	ClaimMappings types.Object `tfsdk:"claim_mappings"`
}

func newExternalTokenIssuerDataModel(ctx context.Context, issuer *identity.ExternalTokenIssuerResponse) (externalTokenIssuerDataModel, diag.Diagnostics) {
	mappings, diags := claimMappingsFromAPI(ctx, issuer.ClaimMappings)
	return externalTokenIssuerDataModel{
		Code:          types.StringValue(issuer.Code),
		Issuer:        stringOrNull(issuer.Issuer),
		Audience:      stringOrNull(issuer.Audience),
		LogoutURL:     stringOrNull(issuer.LogoutURL),
		Description:   stringOrNull(issuer.Description),
		ClaimMappings: mappings,
	}, diags
}

func (d *externalTokenIssuerDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read external token issuer"
	var code types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("code"), &code)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	issuer, err := d.identity.GetExternalTokenIssuer(ctx, code.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("code"), summary, d.explain(
			fmt.Sprintf("The external token issuer with the code %q could not be read from %s", code.ValueString(), d.client.Domain()), err))
		return
	}
	model, diags := newExternalTokenIssuerDataModel(ctx, issuer)
	model.Code = code
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
