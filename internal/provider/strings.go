package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// stringOrNull is null for what LUSID leaves empty.
func stringOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

// optionalString keeps null and the empty string apart as the state does: to LUSID they are the
// same.
func optionalString(prior types.String, text string) types.String {
	if text == "" && !prior.IsUnknown() && prior.ValueString() == "" {
		return prior
	}
	return stringOrNull(text)
}

// sameFold keeps the state's spelling where only letter case differs: LUSID may write an address
// in small letters.
func sameFold(prior types.String, text string) types.String {
	if strings.EqualFold(prior.ValueString(), text) {
		return prior
	}
	return types.StringValue(text)
}
