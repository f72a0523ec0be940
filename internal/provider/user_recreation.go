package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// The kinds of seen objects that tell a destroy and a create of the same user. A deprovisioned user
// keeps its login and its e-mail address, so the create would be refused once the user is gone.
const (
	// keptByUser are the names that users in the state go on holding when they are destroyed.
	keptByUser = "name kept by a user"
	// plannedForUser are the names of users that the plan creates.
	plannedForUser = "name planned for a user"
)

// userName is a login or an e-mail address, which are unique in the domain each.
type userName struct{ attribute, value string }

// key ignores the case, as LUSID does.
func (n userName) key() string { return n.attribute + " " + strings.ToLower(n.value) }

// names are the known ones of the user's login and e-mail address.
func (m *userModel) names() []userName {
	var names []userName
	for _, name := range []userName{{"login", m.Login.ValueString()}, {"email_address", m.EmailAddress.ValueString()}} {
		if name.value != "" {
			names = append(names, name)
		}
	}
	return names
}

// sawUser records what the user in the state goes on holding when it is destroyed.
func (c *connection) sawUser(state *userModel) {
	if c == nil || state.DeletionPolicy.ValueString() == deletionPolicyPurge {
		return
	}
	for _, name := range state.names() {
		c.saw(keptByUser, name.key())
	}
}

// forgetUser drops what was recorded of a user, since it was created or is gone.
func (c *connection) forgetUser(m *userModel) {
	for _, name := range m.names() {
		c.dropSeen(keptByUser, name.key())
		c.dropSeen(plannedForUser, name.key())
	}
}

// sawRenaming records what the user in the state gives up: an update frees it for others.
func (c *connection) sawRenaming(state, plan *userModel) {
	if c == nil {
		return
	}
	planned := plan.names()
	for _, name := range state.names() {
		if !slices.ContainsFunc(planned, func(kept userName) bool { return kept.key() == name.key() }) {
			c.dropSeen(keptByUser, name.key())
		}
	}
}

// checkCreation refuses the create of a user in whose place another user is about to be
// deprovisioned. Terraform plans the destruction before or after the create, or, for a tainted user,
// does not ask the provider about it.
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
}

// checkDestruction is checkCreation for a create that was planned before.
func (c *connection) checkDestruction(state *userModel, diags *diag.Diagnostics) {
	if c == nil || state.DeletionPolicy.ValueString() == deletionPolicyPurge {
		return
	}
	for _, name := range state.names() {
		if !diags.HasError() && c.hasSeen(plannedForUser, name.key()) {
			diags.AddError("Unable to replace user "+state.label(), recreationRefused(name))
		}
	}
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
