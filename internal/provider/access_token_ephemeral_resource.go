package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ ephemeral.EphemeralResource                   = (*accessTokenEphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithConfigure      = (*accessTokenEphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithValidateConfig = (*accessTokenEphemeralResource)(nil)
)

// accessTokenEphemeralResource is an OAuth access token: the provider's own, or another application's.
type accessTokenEphemeralResource struct{ ephemeralResourceBase }

// NewAccessTokenEphemeralResource returns the ephemeral resource lusid_access_token.
func NewAccessTokenEphemeralResource() ephemeral.EphemeralResource {
	return &accessTokenEphemeralResource{}
}

func (e *accessTokenEphemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_token"
}

func (e *accessTokenEphemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
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
			"With arguments, the provider uses them to request a new token. Terraform stores the token in neither the state nor the plan.\n\n" +
			"Terraform opens this resource during plan and again during apply, and each time requests a separate token. " +
			"The provider can't renew a token that Terraform has already read. " +
			"For a long run, set `min_remaining_ttl` so that the token stays valid long enough.",
		Attributes: attributes,
	}
}

func (e *accessTokenEphemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model accessTokenModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !e.requireClient("Unable to get access token", &resp.Diagnostics) {
		return
	}
	given := model.RefreshToken
	resp.Diagnostics.Append(model.read(ctx, e.connection)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !given.IsNull() {
		// Terraform refuses a result that differs from the configuration.
		model.RefreshToken = given
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)
}

// ValidateConfig checks what can be checked without a request to LUSID.
func (e *accessTokenEphemeralResource) ValidateConfig(ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse) {
	var model accessTokenModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(model.validate()...)
	}
}
