package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// isAccessUserID checks the form of a user's id, which the Access API limits further than the Identity API does.
func isAccessUserID() []validator.String { return []validator.String{accessUserIDValidator{}} }

type accessUserIDValidator struct{}

func (accessUserIDValidator) Description(context.Context) string {
	return "must have " + accessUserIDWords
}

func (v accessUserIDValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (accessUserIDValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || isAccessUserIDText(req.ConfigValue.ValueString()) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid user id", fmt.Sprintf(
		"%q is not the id that LUSID assigned to a user, which has %s. It is not a login or an e-mail address: %s.",
		req.ConfigValue.ValueString(), accessUserIDWords, findUserID))
}

const accessUserIDWords = "3 to 64 letters, digits, hyphens and underscores, with at least one letter and no hyphen at its beginning"

// isAccessUserIDText is isAccessUserID for an import.
func isAccessUserIDText(text string) bool {
	return idPattern.MatchString(text) && len(text) >= 3 && hasLetter.MatchString(text) && text[0] != '-'
}
