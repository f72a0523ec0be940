package provider

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// idPattern matches an id or code that LUSID accepts in a path.
var idPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// idIdentity is the identity of every type that is identified only by an id.
type idIdentity struct {
	ID types.String `tfsdk:"id"`
}

// codeIdentity is the identity of every type that is identified only by a code.
type codeIdentity struct {
	Code types.String `tfsdk:"code"`
}

// importedID is the id in an import string or an identity.
func importedID(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) string {
	if req.ID != "" || req.Identity.Raw.IsNull() {
		return req.ID
	}
	var identity idIdentity
	resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	return identity.ID.ValueString()
}

// importedCode is the code in an import string or an identity. It adds its errors to the response.
func (b *resourceBase) importedCode(ctx context.Context, noun string, req resource.ImportStateRequest, resp *resource.ImportStateResponse) (string, bool) {
	code := req.ID
	if code == "" && !req.Identity.Raw.IsNull() {
		var identity codeIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		code = identity.Code.ValueString()
	}
	summary := fmt.Sprintf("Unable to import %s %q", noun, code)
	if resp.Diagnostics.HasError() || !b.requireClient(summary, &resp.Diagnostics) {
		return code, false
	}
	if !idPattern.MatchString(code) {
		resp.Diagnostics.AddError(summary, "A code has 1 to 64 letters, digits, hyphens and underscores.")
		return code, false
	}
	return code, true
}

// The next step if a text is not the id of a user or of a role.
const (
	findUserID = `data "lusid_user" finds the id of a user by its login`
	findRoleID = `data "lusid_role" finds the id of a role by its code`
)

// isUserID checks the form of a user's id. People often use the login by mistake, so the message names
// the data source.
func isUserID() []validator.String {
	return []validator.String{stringvalidator.RegexMatches(idPattern, "must have 1 to 64 letters, digits, hyphens and underscores: it is the id that LUSID assigned to the user, not a login or an e-mail address; "+
		findUserID)}
}

// isRoleID checks the form of a role's id. People often use the code by mistake, so the message names
// the data source.
func isRoleID() []validator.String {
	return []validator.String{
		stringvalidator.RegexMatches(idPattern, "must have 1 to 64 letters, digits, hyphens and underscores: it is the id that LUSID assigned to the role, not a name or a code; "+
			findRoleID),
		notDefaultRole{},
	}
}

// defaultRoles are the codes of the roles that a domain has from the start.
//
// Source: What default roles and policies are provided with LUSID?, KA-01904.
var defaultRoles = []string{
	"lusid-administrator", "iam-administrator", "applications-administrator", "lusid-evaluator", "configuration-administrator", "instrument-administrator",
}

func isDefaultRole(code string) bool {
	return slices.ContainsFunc(defaultRoles, func(known string) bool { return strings.EqualFold(known, code) })
}

// notDefaultRole refuses the code of a default role instead of an id.
type notDefaultRole struct{}

func (notDefaultRole) Description(context.Context) string {
	return "must be the id of a role, not its code"
}

func (v notDefaultRole) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (notDefaultRole) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if code := req.ConfigValue.ValueString(); isDefaultRole(code) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid role id", fmt.Sprintf(
			"%q is the code of one of LUSID's default roles, but this must be an id. Look up the id, and use data.lusid_role.NAME.id:\n\n"+
				"data \"lusid_role\" \"NAME\" {\n  code = %q\n}", code, strings.ToLower(code)))
	}
}

// lookUp is the next step if LUSID does not find the user or the role with an id.
func lookUp(e *client.Error) string {
	const (
		user = "Use the id that LUSID assigned to the user, not a login or an e-mail address: " + findUserID + "."
		role = "Use the id that LUSID assigned to the role, not a name or a code: " + findRoleID + "."
	)
	takesUser, takesRole := false, false
	switch e.Operation {
	case "identity.AddUserToRole":
		takesUser, takesRole = true, true
	case "identity.GetRole", "identity.ListUsersInRole":
		takesRole = true
	case "identity.GetUser", "identity.SendActivationEmail", "identity.UnlockUser", "identity.UnsuspendUser", "identity.ResetPassword", "identity.ResetFactors":
		takesUser = true
	}
	isUnclear := client.IsNotFound(e) && e.Code == 0
	var steps []string
	if takesUser && (identity.IsUserNotFound(e) || isUnclear) {
		steps = append(steps, user)
	}
	if takesRole && (identity.IsRoleNotFound(e) || isUnclear) {
		steps = append(steps, role)
	}
	return strings.Join(steps, " ")
}
