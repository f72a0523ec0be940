package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// The kinds of seenObject that identify a destroy and a create of the same user. A deprovisioned user
// keeps its login and its e-mail address, so LUSID would refuse the create after the destroy.
const (
	// keptByUser is the kind for names that users in the state keep after a destroy.
	keptByUser = "name kept by a user"
	// plannedForUser is the kind for names of users that the plan creates.
	plannedForUser = "name planned for a user"
	// purgedWithUser is the kind for logins of users in the state that a destroy purges.
	purgedWithUser = "login purged with a user"
	// replacedUser is the kind for logins of users whose replacement a warning announced.
	replacedUser = "login of a user whose replacement a warning announced"
)

// userName is a login or an e-mail address. Both are unique in the domain.
type userName struct{ attribute, value string }

// key ignores the case, as LUSID does.
func (n userName) key() string { return n.attribute + " " + strings.ToLower(n.value) }

// names returns the user's login and e-mail address, as far as they are known.
func (m *userModel) names() []userName {
	var names []userName
	for _, name := range []userName{{"login", m.Login.ValueString()}, {"email_address", m.EmailAddress.ValueString()}} {
		if name.value != "" {
			names = append(names, name)
		}
	}
	return names
}

// login returns the user's login, which is empty if it is known only after apply.
func (m *userModel) login() userName { return userName{"login", m.Login.ValueString()} }

// sawUser records the names that the user in the state keeps after a destroy, or the login that a destroy purges.
func (c *connection) sawUser(state *userModel) {
	if c == nil {
		return
	}
	if state.DeletionPolicy.ValueString() == deletionPolicyPurge {
		c.saw(purgedWithUser, state.login().key())
		return
	}
	for _, name := range state.names() {
		c.saw(keptByUser, name.key())
	}
}

// forgetUser drops the recorded names of a user after it was created or deleted.
func (c *connection) forgetUser(m *userModel) {
	for _, name := range m.names() {
		c.dropSeen(keptByUser, name.key())
		c.dropSeen(plannedForUser, name.key())
		c.dropSeen(purgedWithUser, name.key())
	}
}

// sawRenaming drops the names that an update of the user in the state frees for other users.
func (c *connection) sawRenaming(state, plan *userModel) {
	if c == nil {
		return
	}
	planned := plan.names()
	for _, name := range state.names() {
		if !slices.ContainsFunc(planned, func(kept userName) bool { return kept.key() == name.key() }) {
			c.dropSeen(keptByUser, name.key())
			c.dropSeen(purgedWithUser, name.key())
		}
	}
}

// checkCreation refuses the create of a user if the same plan deprovisions a user with the same login
// or e-mail address. Terraform plans the destruction before or after the create, or, for a tainted
// user, does not ask the provider about it.
func (c *connection) checkCreation(plan *userModel, diags *diag.Diagnostics) {
	if c == nil {
		return
	}
	for _, name := range plan.names() {
		c.saw(plannedForUser, name.key())
		if !diags.HasError() && c.hasSeen(keptByUser, name.key()) {
			diags.AddAttributeError(path.Root(name.attribute), "Unable to replace user "+plan.label(), recreationRefused(name))
		}
	}
	if c.hasSeen(purgedWithUser, plan.login().key()) {
		c.warnPurged(plan.login(), diags)
	}
}

// checkDestruction is checkCreation for a create that was planned before the destroy.
func (c *connection) checkDestruction(state *userModel, diags *diag.Diagnostics) {
	if c == nil {
		return
	}
	if state.DeletionPolicy.ValueString() == deletionPolicyPurge {
		if c.hasSeen(plannedForUser, state.login().key()) {
			c.warnPurged(state.login(), diags)
		}
		return
	}
	for _, name := range state.names() {
		if !diags.HasError() && c.hasSeen(plannedForUser, name.key()) {
			diags.AddError("Unable to replace user "+state.label(), recreationRefused(name))
		}
	}
}

// warnPurged warns once that the plan creates a user and may purge the user with the same login in the state. LUSID accepts
// both.
func (c *connection) warnPurged(login userName, diags *diag.Diagnostics) {
	if !c.saw(replacedUser, login.key()) {
		return
	}
	diags.AddWarning(fmt.Sprintf("The new user %s does not keep the access of the old user", login.value), joinParagraphs(
		"The plan creates a user, and the state already has a user with the same login and with deletion_policy = \"purge\". If the plan destroys or replaces the old user, "+
			"its personal access tokens, its password and its roles are lost. The new user has another id, and only the roles that this configuration assigns to it. "+
			"Nobody can sign in as the new user until a person has followed the link in LUSID's mail and chosen a password.",
		"If the plan keeps the old user with this login, LUSID refuses the new one.",
		renamedAdvice))
}

func recreationRefused(name userName) string {
	return fmt.Sprintf("The plan creates a user with the %s %q. The state has a user with the same value and with deletion_policy = \"deprovision\". "+
		"A deprovisioned user keeps its login and e-mail address, so LUSID would refuse the new user after the old one is "+
		"deprovisioned. The provider changed nothing.\n\n"+
		"The next step depends on what led to this plan:\n"+
		"- The resource was renamed: add a moved block.\n"+
		"- The user is tainted: run terraform untaint.\n"+
		"- The user is to be replaced, by -replace or replace_triggered_by: apply deletion_policy = \"purge\" first, "+
		"in a run that does not replace the user, because Terraform uses the policy in the state.\n"+
		"- Another resource gets the login or e-mail address, and the old user gets a new one in the same run: "+
		"set depends_on in that resource to the old user.\n"+
		"- You ran terraform destroy, which starts with this plan: run it with -refresh=false.",
		name.attribute, name.value)
}
