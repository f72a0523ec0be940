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
	_ datasource.DataSource              = (*authenticationInformationDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*authenticationInformationDataSource)(nil)
)

// authenticationInformationDataSource describes how people sign in to the domain, and when FINBOURNE's
// support access ends.
type authenticationInformationDataSource struct{ dataSourceBase }

// NewAuthenticationInformationDataSource returns the data source lusid_authentication_information.
func NewAuthenticationInformationDataSource() datasource.DataSource {
	return &authenticationInformationDataSource{}
}

func (d *authenticationInformationDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_authentication_information"
}

func (d *authenticationInformationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "How people sign in to the domain, and when FINBOURNE's support access ends.",
		Attributes: map[string]schema.Attribute{
			"issuer_url": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "URL of the authorization server that issues the domain's tokens.",
			},
			"fallback_issuer_urls": schema.ListAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "URLs of further authorization servers, in LUSID's order.",
			},
			"saml_identity_provider_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "ID of the identity provider that people use to sign in through SAML; null if there is none.",
			},
			"support_access_expiry": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "When support access ends, in RFC 3339; null if nobody has support access.",
			},
			"support_access_expiry_with_role": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "When support access through each role ends, sorted by role.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"permitted_role": schema.StringAttribute{
						Computed:            true,
						MarkdownDescription: "Internal identifier of the role, as in the data source `lusid_support_roles`.",
					},
					"expiry": schema.StringAttribute{
						Computed:            true,
						MarkdownDescription: "When support access through the role ends, in RFC 3339.",
					},
				}},
			},
		},
	}
}

type authenticationInformationModel struct {
	IssuerURL                   types.String                       `tfsdk:"issuer_url"`
	FallbackIssuerURLs          []string                           `tfsdk:"fallback_issuer_urls"`
	SAMLIdentityProviderID      types.String                       `tfsdk:"saml_identity_provider_id"`
	SupportAccessExpiry         types.String                       `tfsdk:"support_access_expiry"`
	SupportAccessExpiryWithRole []supportAccessExpiryWithRoleModel `tfsdk:"support_access_expiry_with_role"`
}

type supportAccessExpiryWithRoleModel struct {
	PermittedRole types.String `tfsdk:"permitted_role"`
	Expiry        types.String `tfsdk:"expiry"`
}

func (d *authenticationInformationDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read authentication information"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	information, err := d.identity.GetAuthenticationInformation(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("How people sign in to "+d.client.Domain()+" could not be read", err))
		return
	}
	model := authenticationInformationModel{
		IssuerURL:                   types.StringValue(information.IssuerURL),
		FallbackIssuerURLs:          append([]string{}, information.FallbackIssuerURLs...),
		SAMLIdentityProviderID:      stringOrNull(information.SAMLIdentityProviderID),
		SupportAccessExpiry:         types.StringNull(),
		SupportAccessExpiryWithRole: []supportAccessExpiryWithRoleModel{},
	}
	if information.Support != nil {
		model.SupportAccessExpiry = stringOrNull(information.Support.Expiry)
	}
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(information.SupportAccessExpiryWithRole, func(a, b identity.SupportAccessExpiryWithRole) int {
		return cmp.Or(cmp.Compare(a.PermittedRole, b.PermittedRole), cmp.Compare(a.Expiry, b.Expiry))
	})
	for _, access := range information.SupportAccessExpiryWithRole {
		model.SupportAccessExpiryWithRole = append(model.SupportAccessExpiryWithRole, supportAccessExpiryWithRoleModel{
			PermittedRole: stringOrNull(access.PermittedRole), Expiry: stringOrNull(access.Expiry),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
