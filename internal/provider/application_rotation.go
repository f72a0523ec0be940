package provider

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// secretVersion is a number that changes exactly when the secret does: the first 31 bits of
// HMAC-SHA-256 over the secret, keyed with the application's id. It has 31 bits, because some
// providers store the version of a write-only argument in 32 bits.
func secretVersion(applicationID string, secret client.Secret) types.Int64 {
	mac := hmac.New(sha256.New, []byte(applicationID))
	mac.Write([]byte(secret))
	return types.Int64Value(int64(binary.BigEndian.Uint32(mac.Sum(nil)) >> 1))
}

// setSecret sets the secret and its version. The secret is null unless the state may contain it. Both
// are null if LUSID did not return the secret.
func (m *applicationModel) setSecret(application *identity.OAuthApplication) {
	m.Secret, m.SecretVersion = types.StringNull(), types.Int64Null()
	if application.Secret == "" {
		return
	}
	m.SecretVersion = secretVersion(m.ID.ValueString(), application.Secret)
	if m.StoreSecret.ValueBool() {
		m.Secret = types.StringValue(string(application.Secret))
	}
}

// planSecret plans the secret and its version. A nil state means a create. An unknown store_secret may
// become true or false.
func (m *applicationModel) planSecret(state *applicationModel, replaced bool) {
	switch {
	case state == nil || replaced || rotates(state, m),
		!state.StoreSecret.ValueBool() && (m.StoreSecret.IsUnknown() || m.StoreSecret.ValueBool()):
		m.Secret, m.SecretVersion = types.StringUnknown(), types.Int64Unknown()
	case m.StoreSecret.IsUnknown():
		m.Secret, m.SecretVersion = types.StringUnknown(), state.SecretVersion
	default:
		m.Secret, m.SecretVersion = state.Secret, state.SecretVersion
	}
	if !m.StoreSecret.IsUnknown() && !m.StoreSecret.ValueBool() {
		m.Secret = types.StringNull()
	}
}

// rotates reports whether one map of triggers changes, or may change, to another map. Adding the first
// map or removing the map does not rotate, so it is safe to add triggers after an import.
func rotates(state, plan *applicationModel) bool {
	return !state.RotationTriggers.IsNull() && !plan.RotationTriggers.IsNull() && !plan.RotationTriggers.Equal(state.RotationTriggers)
}

// warnRotation warns that the old secret stops working. An unknown trigger may turn out to be
// unchanged, or may differ in every plan.
func (r *applicationResource) warnRotation(state, plan *applicationModel, diags *diag.Diagnostics) {
	const attribute = "rotation_triggers"
	isUnknown := plan.RotationTriggers.IsUnknown()
	for _, trigger := range plan.RotationTriggers.Elements() {
		isUnknown = isUnknown || trigger.IsUnknown()
	}
	if isUnknown {
		diags.AddAttributeWarning(path.Root(attribute), fmt.Sprintf("The secret of application %s may be rotated", state.label()),
			"A value of rotation_triggers is known only after apply. If the map differs from the one in the state, the apply rotates the secret, "+
				"and the old secret stops working. Programs that sign in with it fail until they have the new one.\n\n"+
				"A value that no plan knows, such as timestamp(), rotates the secret at every apply. Use a value that is known in the plan, "+
				"for example formatdate(\"YYYY-MM\", plantimestamp()).")
	} else {
		diags.AddAttributeWarning(path.Root(attribute), fmt.Sprintf("Rotating the secret of application %s", state.label()),
			"rotation_triggers changes. When the plan is applied, the old secret stops working. Programs that sign in with it fail until they have the new one.")
	}
	r.warnOwn(state.ClientID.ValueString(), "Rotating the secret of", diags)
}

// rotate rotates the secret of the application. It returns nil after an error.
func (r *applicationResource) rotate(ctx context.Context, state *applicationModel, diags *diag.Diagnostics) *identity.OAuthApplication {
	id := state.ID.ValueString()
	application, err := r.identity.RotateApplicationSecrets(ctx, id)
	if client.IsOutcomeUnknown(err) {
		application, err = r.reconcileRotation(ctx, state, err, diags)
	}
	if err != nil {
		var doubt []string
		if client.IsOutcomeUnknown(err) {
			doubt = append(doubt,
				"LUSID may have rotated the secret anyway, and the old secret may no longer work. The next apply rotates the secret again and stores the new one.")
		}
		diags.AddError("Unable to rotate the secret of application "+state.label(),
			r.explain(fmt.Sprintf("The secret of the application %s (%s) of %s could not be rotated", id, state.label(), r.client.Domain()), err,
				doubt...))
		return nil
	}
	if application.Secret == "" {
		// An error keeps the old triggers in the state. A warning would let the run end well, and resources that use the
		// secret would get none.
		if unread := r.readSecret(ctx, application, "To fix this, sign in as a user who may see secrets, and apply again. The apply rotates the secret again, and stores the new one."); unread != "" {
			diags.AddError("Unable to rotate the secret of application "+state.label(), joinParagraphs(
				"LUSID rotated the secret, and did not return the new secret. The old secret no longer works.", unread))
			return nil
		}
	}
	r.useRotated(application)
	return application
}

// reconcileRotation finds out whether LUSID rotated the secret when the outcome is unknown. If the
// secret differs from the old one, the rotation succeeded. If it does not differ, or the two cannot be
// compared, the provider retries the rotation.
func (r *applicationResource) reconcileRotation(ctx context.Context, state *applicationModel, lost error, diags *diag.Diagnostics) (*identity.OAuthApplication, error) {
	id, old := state.ID.ValueString(), client.Secret(state.Secret.ValueString())
	if old != "" {
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), reconcileTimeout)
		defer cancel()
		application, err := r.identity.GetApplication(short, id, true)
		if err != nil && !client.IsForbidden(err) {
			return nil, &unsettledError{lost: lost, doubt: "the provider could not find out whether LUSID rotated the secret", cause: err}
		}
		if err == nil && application.Secret != "" && application.Secret != old {
			diags.AddAttributeWarning(path.Root("secret"), "The response to the rotation of application "+state.label()+" was lost",
				"LUSID did rotate the secret, because it differs from the old one. The provider read the new secret and did not rotate again.")
			return application, nil
		}
	}
	if ctx.Err() != nil {
		return nil, lost
	}
	application, err := r.identity.RotateApplicationSecrets(ctx, id)
	if err != nil {
		err = &unsettledError{lost: err, doubt: "the response to an earlier attempt was lost, and LUSID may have rotated the secret then", cause: lost}
	}
	return application, err
}

// readSecretOrWarn reads the secret into the application. On failure it warns and returns false. An error
// would taint the application, which exists, and a refresh can still read the secret.
func (r *applicationResource) readSecretOrWarn(ctx context.Context, application *identity.OAuthApplication, diags *diag.Diagnostics) bool {
	unread := r.readSecret(ctx, application, "To fix this, refresh as a user who may see secrets.")
	if unread != "" {
		diags.AddAttributeWarning(path.Root("secret"), "The secret of application "+application.ClientID+" is not known", unread)
	}
	return unread == ""
}

// readSecret reads the secret into the application. On failure it returns the reason and the next step, mend.
func (r *applicationResource) readSecret(ctx context.Context, application *identity.OAuthApplication, mend string) (unread string) {
	attempt := fmt.Sprintf("The secret of the application %s (%s) could not be read from %s",
		application.ClientID, application.ID, r.client.Domain())
	read, err := r.identity.GetApplication(ctx, application.ID, true)
	switch {
	case err != nil:
		return r.explain(attempt, err, mend)
	case read.Secret == "":
		return joinParagraphs(sentence(attempt)+" LUSID did not show it: the provider signs in with "+r.credential+", whose user may not see secrets.", mend)
	}
	application.Secret = read.Secret
	return ""
}
