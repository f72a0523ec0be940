package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/ephemeralvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ ephemeral.EphemeralResource                     = (*applicationSecretEphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithConfigure        = (*applicationSecretEphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithConfigValidators = (*applicationSecretEphemeralResource)(nil)
)

// applicationSecretEphemeralResource reads an application's secret. Opening it changes nothing:
// Terraform opens it in plan and in apply.
type applicationSecretEphemeralResource struct{ ephemeralResourceBase }

// NewApplicationSecretEphemeralResource returns the ephemeral resource lusid_application_secret.
func NewApplicationSecretEphemeralResource() ephemeral.EphemeralResource {
	return &applicationSecretEphemeralResource{}
}

func (e *applicationSecretEphemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_application_secret"
}

func (e *applicationSecretEphemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Read the client secret of an application when a run needs it. The secret is in neither state nor plan, and reading it " +
			"changes nothing. Use it with `store_secret = false` on the application. " +
			"Refer to the application's `id`, not to its `client_id`. Terraform knows the client ID before the application exists, so it " +
			"would read the secret too early.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "ID that LUSID assigned to the application. Set exactly one of `id` and `client_id`.",
				Validators: []validator.String{stringvalidator.RegexMatches(idPattern,
					"must have 1 to 64 letters, digits, hyphens and underscores")},
			},
			"client_id": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "Client ID of the application. Set exactly one of `id` and `client_id`.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"token_url": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Token URL of the domain. The SDKs read it from `FBN_TOKEN_URL`.",
			},
			"secret": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: "Client secret.",
			},
			"secret_version": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "One-way hash of the secret, as a number. It changes exactly when the secret changes, and equals the application's `secret_version`.",
			},
		},
	}
}

func (e *applicationSecretEphemeralResource) ConfigValidators(context.Context) []ephemeral.ConfigValidator {
	return []ephemeral.ConfigValidator{
		ephemeralvalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("client_id")),
	}
}

type applicationSecretModel struct {
	ID            types.String `tfsdk:"id"`
	ClientID      types.String `tfsdk:"client_id"`
	TokenURL      types.String `tfsdk:"token_url"`
	Secret        types.String `tfsdk:"secret"`
	SecretVersion types.Int64  `tfsdk:"secret_version"`
}

// Format prints the model without its secrets.
func (applicationSecretModel) Format(f fmt.State, _ rune) { conceal(f, "applicationSecretModel") }

func (e *applicationSecretEphemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	const summary = "Unable to read application secret"
	var model applicationSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !e.requireClient(summary, &resp.Diagnostics) {
		return
	}
	application := e.lookUpApplication(ctx, model.ID, model.ClientID, true, summary, &resp.Diagnostics, referToID)
	if application == nil {
		return
	}
	if application.Secret == "" {
		e.addSecretWithheld(&resp.Diagnostics, summary, application)
		return
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, applicationSecretModel{
		ID:            types.StringValue(application.ID),
		ClientID:      sameFold(model.ClientID, application.ClientID),
		TokenURL:      tokenURLOf(application),
		Secret:        types.StringValue(string(application.Secret)),
		SecretVersion: secretVersion(application.ID, application.Secret),
	})...)
}
