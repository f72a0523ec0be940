package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// resourceBase is embedded in every resource.
type resourceBase struct{ *connection }

// Configure stores the connection. It is nil while Terraform only validates.
func (b *resourceBase) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	b.connection, _ = req.ProviderData.(*connection)
}

// beginRead is begin for a Read. It also sets the identity. It returns false if there is nothing to
// read: after an error, or if the provider is not configured yet and the state stays as it is.
//
// The identity is the state's. An identity from LUSID's response could differ, and Terraform reports
// every change of an identity as an error. It is set even if the object turns out to be deleted,
// because a CLI without identity support sends none back, and a Read that sets none then fails.
func (b *resourceBase) beginRead(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse, summary string, identity any,
	timeout func(context.Context, time.Duration) (time.Duration, diag.Diagnostics),
) (context.Context, context.CancelFunc, bool) {
	if resp.Diagnostics.HasError() {
		return ctx, func() {}, false
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
	if b.client == nil {
		b.warnStateKept(&resp.Diagnostics)
		return ctx, func() {}, false
	}
	ctx, cancel := b.begin(ctx, summary, req.Private, timeout, &resp.Diagnostics)
	return ctx, cancel, !resp.Diagnostics.HasError()
}

// readFailed returns true if err ends a Read. It removes an object that LUSID does not have from the
// state, and explains any other error.
func (b *resourceBase) readFailed(ctx context.Context, resp *resource.ReadResponse, summary, attempt string, err error) bool {
	switch {
	case err == nil:
		return false
	case client.IsNotFound(err):
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.AddError(summary, b.explain(attempt, err))
	}
	return true
}

// saveCreated saves a created object and its domain.
func (b *resourceBase) saveCreated(ctx context.Context, resp *resource.CreateResponse, plan, identity any) {
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
	resp.Diagnostics.Append(b.rememberDomain(ctx, resp.Private)...)
	// The private state may come from an object that this one replaces.
	resp.Diagnostics.Append(rememberUnmodelled(ctx, resp.Private, nil)...)
}

// saveRead saves the values from LUSID. beginRead has set the identity.
func (b *resourceBase) saveRead(ctx context.Context, resp *resource.ReadResponse, state any) {
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(b.rememberDomain(ctx, resp.Private)...)
}

// saveUpdated saves an updated object. Its private state has the domain since the create or import.
func (*resourceBase) saveUpdated(ctx context.Context, resp *resource.UpdateResponse, plan, identity any) {
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}

// saveImported saves the values that an import has: the identity, the attributes that Read needs, and
// the domain.
func (b *resourceBase) saveImported(ctx context.Context, resp *resource.ImportStateResponse, identity any, attributes map[string]any) {
	for name, value := range attributes {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
	resp.Diagnostics.Append(b.rememberDomain(ctx, resp.Private)...)
}
