package provider

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// connection is what Configure hands to every resource and data source.
type connection struct {
	// client is nil as long as the provider block holds unknown values.
	client *client.Client
	// unknown names the attributes of the provider block whose values another resource makes.
	unknown []string
	// credential says what the provider signs in with, and where it came from.
	credential string
	// grant holds what token requests default to, complete or not.
	grant client.TokenRequest

	applications knownApplications
	warnUnknown  sync.Once
}

// unknownAttributes is a list for people.
func (c *connection) unknownAttributes() string { return strings.Join(c.unknown, ", ") }

// requireClient adds an error while the provider's configuration is not known yet.
func (c *connection) requireClient(summary string, diags *diag.Diagnostics) bool {
	if c.client != nil {
		return true
	}
	diags.AddError(summary, fmt.Sprintf(
		"The provider block's %s will be known only after apply, and LUSID cannot be asked before. "+
			"Apply what makes the value first, for example with -target, or give the provider a value that is known.",
		c.unknownAttributes()))
	return false
}

// warnStateKept says once per process that a refresh did not look.
func (c *connection) warnStateKept(diags *diag.Diagnostics) {
	c.warnUnknown.Do(func() {
		diags.AddWarning("LUSID was not asked for the present state", fmt.Sprintf(
			"The provider block's %s will be known only after apply, so resources of this provider "+
				"are shown as they were when Terraform last saw them.", c.unknownAttributes()))
	})
}

// resourceBase is embedded in every resource.
type resourceBase struct{ *connection }

// Configure takes over the connection. It is absent while Terraform only validates.
func (b *resourceBase) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	b.connection, _ = req.ProviderData.(*connection)
}

// dataSourceBase is embedded in every data source.
type dataSourceBase struct{ *connection }

// Configure takes over the connection. It is absent while Terraform only validates.
func (b *dataSourceBase) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	b.connection, _ = req.ProviderData.(*connection)
}

// attributePath turns the name of a setting into its path in the provider block.
func attributePath(name string) path.Path {
	parent, child, nested := strings.Cut(name, ".")
	if !nested {
		return path.Root(name)
	}
	return path.Root(parent).AtName(child)
}
