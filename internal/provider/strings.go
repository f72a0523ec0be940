package provider

import "github.com/hashicorp/terraform-plugin-framework/types"

// stringOrNull is null for what LUSID leaves empty.
func stringOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
