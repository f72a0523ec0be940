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
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ action.Action                     = (*userAction)(nil)
	_ action.ActionWithConfigure        = (*userAction)(nil)
	_ action.ActionWithConfigValidators = (*userAction)(nil)
	_ action.ActionWithModifyPlan       = (*userAction)(nil)
)

// userAction is an action on a user. The actions differ only in the request and the texts.
type userAction struct {
	actionBase
	name        string
	description string
	// verb completes "Unable to".
	verb string
	// doing and done are the progress messages. done describes the effect for the user.
	doing, done string
	// lost is the next step if the response is lost.
	lost string
	call func(c *identity.Client, ctx context.Context, id string) error
}

// NewActivateUserAction returns the action lusid_activate_user.
func NewActivateUserAction() action.Action {
	return &userAction{
		name:        "activate_user",
		description: "Send the activation mail to a user again. Use it for a user who has not finished the sign-up.",
		verb:        "activate user",
		doing:       "Asking LUSID to send the activation mail again.",
		done:        "The user gets a mail with a link, and can sign in after following the link and choosing a password.",
		lost:        "Ask the user whether the mail has arrived. If it has not, invoke the action again: LUSID then sends another mail.",
		call:        (*identity.Client).SendActivationEmail,
	}
}

// NewUnlockUserAction returns the action lusid_unlock_user.
func NewUnlockUserAction() action.Action {
	return &userAction{
		name:        "unlock_user",
		description: "Unlock a user who is locked after too many failed sign-ins. The password stays the same.",
		verb:        "unlock user",
		doing:       "Asking LUSID to unlock the user.",
		done:        "The user can sign in again, with the same password.",
		lost:        "Invoke the action again. If LUSID then says that the user is not locked out, the first attempt succeeded.",
		call:        (*identity.Client).UnlockUser,
	}
}

// NewUnsuspendUserAction returns the action lusid_unsuspend_user.
func NewUnsuspendUserAction() action.Action {
	return &userAction{
		name:        "unsuspend_user",
		description: "End the suspension of a user. The password stays the same.",
		verb:        "unsuspend user",
		doing:       "Asking LUSID to end the suspension.",
		done:        "The user can sign in again, with the same password.",
		lost:        "Invoke the action again. If LUSID then refuses it because of the status of the user, the first attempt succeeded.",
		call:        (*identity.Client).UnsuspendUser,
	}
}

// NewResetUserPasswordAction returns the action lusid_reset_user_password.
func NewResetUserPasswordAction() action.Action {
	return &userAction{
		name: "reset_user_password",
		description: "Reset a user's password. LUSID sends the user a mail with a link.\n\n" +
			"~> The old password stops working, for the user and for programs that sign in with it.",
		verb:  "reset user password",
		doing: "Asking LUSID to reset the password.",
		done:  "The user gets a mail with a link, and can sign in after following the link and choosing a new password. The old password no longer works.",
		lost:  "If LUSID reset the password, the old password no longer works. Ask the user whether the mail has arrived. If it has not, invoke the action again: LUSID then sends another mail.",
		call:  (*identity.Client).ResetPassword,
	}
}

// NewResetUserFactorsAction returns the action lusid_reset_user_factors.
func NewResetUserFactorsAction() action.Action {
	return &userAction{
		name:        "reset_user_factors",
		description: "Require a user to enrol for multi-factor authentication again. The password stays the same.",
		verb:        "reset user factors",
		doing:       "Asking LUSID to reset the factors.",
		done:        "The user is asked to enrol for multi-factor authentication again at the next sign-in.",
		lost:        "Ask the user whether the next sign-in asks for a new enrolment. If it does not, invoke the action again.",
		call:        (*identity.Client).ResetFactors,
	}
}

func (a *userAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + a.name
}

func (a *userAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: a.description,
		Attributes: map[string]schema.Attribute{
			"user_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "ID of the user. Set exactly one of `user_id` and `login`.",
				Validators:          isUserID(),
			},
			"login": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Login of the user. Set exactly one of `user_id` and `login`.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(5, 80)},
			},
		},
	}
}

func (a *userAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{
		actionvalidator.ExactlyOneOf(path.MatchRoot("user_id"), path.MatchRoot("login")),
	}
}

type userActionModel struct {
	UserID types.String `tfsdk:"user_id"`
	Login  types.String `tfsdk:"login"`
}

// ModifyPlan checks the user_id and login that the plan knows. It sends no request.
func (a *userAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	validateAgain(ctx, a, req.Config, &resp.Diagnostics)
}

func (a *userAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	summary := "Unable to " + a.verb
	var model userActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !validateAgain(ctx, a, req.Config, &resp.Diagnostics) || !a.requireClient(summary, &resp.Diagnostics) {
		return
	}
	id := model.UserID.ValueString()
	if login := model.Login.ValueString(); login != "" {
		user, err := a.identity.GetUserFromLogin(ctx, login)
		if err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("login"), summary,
				a.explain(fmt.Sprintf("The user with the login %q could not be read from %s", login, a.client.Domain()), err))
			return
		}
		id = user.ID
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: a.doing})
	err := a.call(a.identity, ctx, id)
	if client.IsOutcomeUnknown(err) {
		resp.Diagnostics.AddError(summary, a.explain(fmt.Sprintf("The action failed for the user %s of %s, or it succeeded and the response was lost",
			id, a.client.Domain()), err, a.lost))
		return
	}
	if err != nil {
		resp.Diagnostics.AddError(summary, a.explain(fmt.Sprintf("The action failed for the user %s of %s", id, a.client.Domain()), err))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: a.done})
}
