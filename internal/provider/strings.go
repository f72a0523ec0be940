package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// stringOrNull returns null for an empty string from LUSID.
func stringOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

// optionalString returns null or an empty string as in the state, because LUSID does not distinguish
// them.
func optionalString(prior types.String, text string) types.String {
	if text == "" && !prior.IsUnknown() && prior.ValueString() == "" {
		return prior
	}
	return stringOrNull(text)
}

// sameFold keeps the state's spelling if only the case of letters differs, because LUSID may return an
// address in lower case.
func sameFold(prior types.String, text string) types.String {
	if strings.EqualFold(prior.ValueString(), text) {
		return prior
	}
	return types.StringValue(text)
}
