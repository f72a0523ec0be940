package provider

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// connection is the provider data that Configure passes to every resource and data source.
type connection struct {
	// client is nil while the provider block has unknown values.
	client *client.Client
	// identity is the Identity API of client's domain. It is nil while client is nil.
	identity *identity.Client
	// access is the Access API of client's domain. It is nil while client is nil.
	access *access.Client
	// unknown lists the attributes of the provider block that are known only after apply.
	unknown []string
	// domainSource says where the LUSID domain came from.
	domainSource string
	// credential says what the provider signs in with, and where it came from.
	credential string
	// passedOver names another complete way to sign in, which ranks below credential.
	passedOver string
	// storeSecrets is the default for every store_secret. It is unknown if the provider block's value is
	// unknown.
	storeSecrets types.Bool
	// ownClientID is the application that the provider signs in through; empty for a bearer token.
	ownClientID string
	// ownLogin is the user that the provider signs in as; empty if the configuration does not name the
	// user.
	ownLogin string

	callerLock lock
	// caller is nil until currentUser reads it.
	caller *identity.CurrentUserResponse

	ownPoliciesLock lock
	hasOwnPolicies  bool
	// own are the policies of the user that the provider signs in as, once hasOwnPolicies is set.
	own []access.AttachedPolicyDefinitionResponse

	grantLock sync.Mutex
	// grant has the defaults of token requests. Some may be empty.
	grant client.TokenRequest

	existingLock sync.Mutex
	// existing has the kind of object as its key.
	existing    map[string]*existing
	warnUnknown sync.Once

	// seen has seenObject keys: see saw.
	seen sync.Map

	// placements records the objects that this run has written and that several resources can manage.
	placements placements

	// placing is locked while a network zone is created, moved or deleted. LUSID creates each zone after
	// all others, so two concurrent creates could end up in each other's position. Acquire it before a
	// placement's lock.
	placing lock
	// places records the zones whose positions change in this run.
	places zonePlaces

	// roleOrders records the orders of access roles that this run plans.
	roleOrders roleOrders
}

// Format prints the connection without its secrets.
func (c *connection) Format(f fmt.State, _ rune) { conceal(f, "connection") }

// unknownAttributes returns the unknown attributes as text for messages.
func (c *connection) unknownAttributes() string { return strings.Join(c.unknown, ", ") }

// warnOwn warns of a change to the application that the provider itself signs in through, if the
// configuration names it. It sends no request.
func (c *connection) warnOwn(clientID, doing string, diags *diag.Diagnostics) {
	if c == nil || c.ownClientID == "" || !strings.EqualFold(c.ownClientID, clientID) {
		return
	}
	diags.AddWarning(doing+" the application that this provider signs in through", fmt.Sprintf(
		"The provider signs in with %s through the application %s. When its secret is rotated or deleted, later runs cannot sign in "+
			"until client_secret (FBN_CLIENT_SECRET, or the secrets file) has the new secret. "+
			"After a rotation, the rest of this run uses the new secret. After a deletion, the rest of this run can use its access token "+
			"until it expires.",
		c.credential, clientID))
}

// warnOwnUser is warnOwn for the user that the provider signs in as.
func (c *connection) warnOwnUser(login, doing string, diags *diag.Diagnostics) {
	if c == nil || c.ownLogin == "" || !strings.EqualFold(c.ownLogin, login) {
		return
	}
	diags.AddWarning(doing+" the user that this provider signs in as", fmt.Sprintf(
		"The provider signs in with %s as %s. After this change, no run can sign in until username and password (FBN_USERNAME, "+
			"FBN_PASSWORD, or the secrets file) are those of another user.", c.credential, login))
}

// useRotated makes the rest of the process sign in with the new secret, if the provider's own
// application was rotated.
func (c *connection) useRotated(application *identity.OAuthApplication) {
	c.grantLock.Lock()
	defer c.grantLock.Unlock()
	if application.Secret == "" || !strings.EqualFold(c.grant.ClientID, application.ClientID) {
		return
	}
	c.grant.ClientSecret = application.Secret
	c.client.UseClientSecret(c.grant.ClientID, application.Secret)
}

// tokenDefaults returns the defaults of token requests.
func (c *connection) tokenDefaults() client.TokenRequest {
	c.grantLock.Lock()
	defer c.grantLock.Unlock()
	return c.grant
}

// existingOf returns the known objects of a kind, such as "application".
func (c *connection) existingOf(kind string) *existing {
	c.existingLock.Lock()
	defer c.existingLock.Unlock()
	if c.existing == nil {
		c.existing = map[string]*existing{}
	}
	if c.existing[kind] == nil {
		c.existing[kind] = &existing{}
	}
	return c.existing[kind]
}

// requireClient adds an error while the provider's configuration is not known yet.
func (c *connection) requireClient(summary string, diags *diag.Diagnostics) bool {
	if c.client != nil {
		return true
	}
	diags.AddError(summary, fmt.Sprintf(
		"The provider block's %s will be known only after apply, so the provider cannot send requests to LUSID yet. "+
			"First apply the resources that the value depends on, for example with -target, or give the provider a known value.",
		c.unknownAttributes()))
	return false
}

// begin is the first step of every operation on an object. It checks that there is a client and that
// the object belongs to the provider's domain (stored is nil for a new object), and sets the timeout.
// It adds its errors to diags, and does nothing if diags already has an error.
func (c *connection) begin(ctx context.Context, summary string, stored privateReader,
	timeout func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), diags *diag.Diagnostics,
) (context.Context, context.CancelFunc) {
	if !diags.HasError() && c.requireClient(summary, diags) && stored != nil {
		diags.Append(c.checkDomain(ctx, stored, summary)...)
	}
	if diags.HasError() {
		return ctx, func() {}
	}
	limit, failed := timeout(ctx, defaultTimeout)
	diags.Append(failed...)
	return context.WithTimeout(ctx, limit)
}

// warnStateKept warns once per process that a refresh sent no request.
func (c *connection) warnStateKept(diags *diag.Diagnostics) {
	c.warnUnknown.Do(func() {
		diags.AddWarning("LUSID was not asked for the present state", fmt.Sprintf(
			"The provider block's %s will be known only after apply, so resources of this provider stay as they are in the state. Terraform does not detect drift in them.", c.unknownAttributes()))
	})
}

// dataSourceBase is embedded in every data source.
type dataSourceBase struct{ *connection }

// Configure stores the connection. It is nil while Terraform only validates.
func (b *dataSourceBase) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	b.connection, _ = req.ProviderData.(*connection)
}

// ephemeralResourceBase is embedded in every ephemeral resource.
type ephemeralResourceBase struct{ *connection }

// Configure stores the connection. It is nil while Terraform only validates.
func (b *ephemeralResourceBase) Configure(_ context.Context, req ephemeral.ConfigureRequest, _ *ephemeral.ConfigureResponse) {
	b.connection, _ = req.ProviderData.(*connection)
}

// actionBase is embedded in every action.
type actionBase struct{ *connection }

// Configure stores the connection. It is nil while Terraform only validates.
func (b *actionBase) Configure(_ context.Context, req action.ConfigureRequest, _ *action.ConfigureResponse) {
	b.connection, _ = req.ProviderData.(*connection)
}

// validateAgain runs the validators of an action when Terraform plans or invokes the action. The result is false if diags
// has an error.
//
// When Terraform validates an action, values from resources are unknown, and the validators accept unknown values. By the
// time of the plan or the invocation, more values are known.
func validateAgain(ctx context.Context, a action.ActionWithConfigValidators, config tfsdk.Config, diags *diag.Diagnostics) bool {
	for _, validator := range a.ConfigValidators(ctx) {
		var resp action.ValidateConfigResponse
		validator.ValidateAction(ctx, action.ValidateConfigRequest{Config: config}, &resp)
		diags.Append(resp.Diagnostics...)
	}
	return !diags.HasError()
}
