package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

var (
	_ action.Action                     = (*rotateApplicationSecretAction)(nil)
	_ action.ActionWithConfigure        = (*rotateApplicationSecretAction)(nil)
	_ action.ActionWithConfigValidators = (*rotateApplicationSecretAction)(nil)
	_ action.ActionWithModifyPlan       = (*rotateApplicationSecretAction)(nil)
)

// rotateApplicationSecretAction rotates the secret of an application.
type rotateApplicationSecretAction struct{ actionBase }

// NewRotateApplicationSecretAction returns the action lusid_rotate_application_secret.
func NewRotateApplicationSecretAction() action.Action { return &rotateApplicationSecretAction{} }

func (a *rotateApplicationSecretAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_rotate_application_secret"
}

func (a *rotateApplicationSecretAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Rotate the secret of an application. The old secret stops working at once. " +
			"The next refresh of a `lusid_application` with `store_secret = true` or `refresh_secret_version = true` shows the new `secret_version`.\n\n" +
			"~> With `store_secret = false` and without `refresh_secret_version`, refresh doesn't read the secret. " +
			"In that case this action doesn't change `secret_version`. A resource that uses `secret_version` as its version then keeps the old secret, " +
			"which no longer works. Set `refresh_secret_version = true`, or rotate such an application with its `rotation_triggers`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "ID that LUSID assigned to the application. Set exactly one of `id` and `client_id`.",
				Validators: []validator.String{stringvalidator.RegexMatches(idPattern,
					"must have 1 to 64 letters, digits, hyphens and underscores")},
			},
			"client_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Client ID of the application. Set exactly one of `id` and `client_id`.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
		},
	}
}

func (a *rotateApplicationSecretAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{
		actionvalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("client_id")),
	}
}

type rotateApplicationSecretModel struct {
	ID       types.String `tfsdk:"id"`
	ClientID types.String `tfsdk:"client_id"`
}

func (a *rotateApplicationSecretAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	const summary = "Unable to rotate application secret"
	var model rotateApplicationSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !validateAgain(ctx, a, req.Config, &resp.Diagnostics) || !a.requireClient(summary, &resp.Diagnostics) {
		return
	}
	application := a.lookUpApplication(ctx, model.ID, model.ClientID, false, summary, &resp.Diagnostics)
	if application == nil {
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "Rotating the secret. The old one stops working at once."})
	attempt := fmt.Sprintf("The secret of the application %s (%s) of %s could not be rotated",
		application.ID, application.ClientID, a.client.Domain())
	rotated, err := a.identity.RotateApplicationSecrets(ctx, application.ID)
	if client.IsOutcomeUnknown(err) {
		resp.Diagnostics.AddError(summary, a.explain(attempt+", or it was rotated and the response was lost", err,
			"The ephemeral resource lusid_application_secret shows whether it changed. So does a refresh of the application, "+
				"if store_secret or refresh_secret_version is true. Invoke the action again if it did not."))
		return
	}
	if err != nil {
		resp.Diagnostics.AddError(summary, a.explain(attempt, err))
		return
	}
	a.useRotated(rotated)
	resp.SendProgress(action.InvokeProgressEvent{Message: "The application has a new secret. Programs that sign in with the old one fail until they have the new one."})
	a.warnOwn(rotated.ClientID, "Rotated the secret of", &resp.Diagnostics)
}

// ModifyPlan warns of every rotation. If the configuration names the provider's own application, it
// warns of that too. It sends no request.
func (a *rotateApplicationSecretAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var model rotateApplicationSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !validateAgain(ctx, a, req.Config, &resp.Diagnostics) {
		return
	}
	attribute := path.Root("id")
	if model.ID.IsNull() {
		attribute = path.Root("client_id")
	}
	resp.Diagnostics.AddAttributeWarning(attribute, "Rotating the secret of an application",
		"When the action runs, the old secret stops working. Programs that sign in with it fail until they have the new one.")
	a.warnOwn(model.ClientID.ValueString(), "Rotating the secret of", &resp.Diagnostics)
}
