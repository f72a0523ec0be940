package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// domainKey is the private state key for the LUSID domain of a resource.
const domainKey = "domain"

// rememberDomain stores the provider's domain in the private state of a resource.
func (c *connection) rememberDomain(ctx context.Context, private privateWriter) diag.Diagnostics {
	return setPrivate(ctx, private, domainKey, c.client.Domain())
}

// checkDomain returns an error for a resource of another domain. Without this check, a read would not
// find the object, and Terraform would create it again in the wrong domain.
func (c *connection) checkDomain(ctx context.Context, private privateReader, summary string) diag.Diagnostics {
	var remembered string
	diags := getPrivate(ctx, private, domainKey, &remembered)
	if c == nil || c.client == nil || remembered == "" || remembered == c.client.Domain() {
		return diags
	}
	diags.AddError(summary, fmt.Sprintf(
		"This object belongs to the LUSID domain %s, but the provider is configured for %s, from %s. "+
			"The provider sent no request and changed nothing.\n\n"+
			"To manage the object, set the provider back to %s (api_url, FBN_IDENTITY_URL or the secrets file). "+
			"To stop managing it, run terraform state rm with its address. If the same domain has a new name, import the object again after that.",
		remembered, c.client.Domain(), c.domainSource, remembered))
	return diags
}
