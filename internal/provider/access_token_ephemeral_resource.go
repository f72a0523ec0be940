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
		MarkdownDescription: "An OAuth access token of the LUSID domain: without arguments the one that the provider itself signs in with, " +
			"with arguments one that is asked for with them. It is kept nowhere: neither in the state nor in the plan.\n\n" +
			"Terraform opens it in plan and again in apply, and each asks for a token of its own. A token cannot be replaced once it is handed out: " +
			"where a run takes long, `min_remaining_ttl` is the means to have it live long enough.",
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
		// Terraform refuses a result that is not what is configured.
		model.RefreshToken = given
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)
}

// ValidateConfig checks what can be checked without asking LUSID.
func (e *accessTokenEphemeralResource) ValidateConfig(ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse) {
	var model accessTokenModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(model.validate()...)
	}
}
