package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The kinds of seenObject that identify a replacement which Terraform plans as a destroy and a create.
const (
	priorApplication    = "application"
	createdApplication  = "application that a plan creates"
	replacedApplication = "application whose replacement a warning announced"
)

// replacingChanges returns the attributes whose change replaces the application. The first value of
// redirect URIs after an import does not replace it. It adds a warning, because the import could not
// read the URIs.
func (r *applicationResource) replacingChanges(state, plan *applicationModel, unknown map[string]bool, diags *diag.Diagnostics) []string {
	var changed []string
	for _, field := range []struct {
		attribute   string
		state, plan types.String
	}{
		{"client_id", state.ClientID, plan.ClientID},
		{"display_name", state.DisplayName, plan.DisplayName},
		{"type", state.Type, plan.Type},
	} {
		if !field.plan.Equal(field.state) {
			changed = append(changed, field.attribute)
		}
	}
	for _, uris := range redirectURIs(state, plan) {
		switch {
		case uris.plan.Equal(uris.state) || isEmpty(uris.plan) && isEmpty(uris.state):
		case unknown[uris.attribute]:
			diags.AddAttributeWarning(path.Root(uris.attribute), fmt.Sprintf("Terraform cannot check the %s of an imported application", uris.attribute),
				fmt.Sprintf("The application %s was imported. LUSID never returns its %s and cannot change them. "+
					"Terraform records the configured value in the state without a check. Make sure that the application was created with this value.",
					state.label(), uris.attribute))
		default:
			changed = append(changed, uris.attribute)
		}
	}
	return changed
}

// warnReplacement warns of the effects of replacing the application. changed is empty if no attribute
// changed, for example with -replace.
func (r *applicationResource) warnReplacement(application *applicationModel, changed []string, diags *diag.Diagnostics) {
	summary := fmt.Sprintf("Replacing application %s ends its secret", application.label())
	detail := "The plan creates an application that the state already has, so Terraform deletes the old one first. " +
		"If Terraform does not delete it, two resources have this client id, and LUSID refuses the second."
	if len(changed) > 0 {
		detail = fmt.Sprintf("The plan changes %s. LUSID cannot change an application, so Terraform deletes it and creates it again.",
			strings.Join(changed, ", "))
	}
	detail += " The secret stops working when the application is deleted. Programs that sign in with it fail until they have the new secret.\n\n" +
		"create_before_destroy does not help. Client id and display name are unique in the domain, so LUSID refuses the new " +
		"application while the old one has either of them."
	if len(changed) > 0 {
		diags.AddAttributeWarning(path.Root(changed[0]), summary, detail)
	} else {
		diags.AddWarning(summary, detail)
	}
	r.warnOwn(application.ClientID.ValueString(), "Replacing", diags)
}

// warnHiddenReplacement warns of a replacement that Terraform plans as a destroy and a create without
// prior state. After a rename, Terraform can plan either of them first, so the second one warns. It
// reports whether it has warned.
func (r *applicationResource) warnHiddenReplacement(application *applicationModel, planned string, diags *diag.Diagnostics) bool {
	key := application.key()
	if key == "" {
		return false // Known after apply.
	}
	other := priorApplication
	if planned == priorApplication {
		other = createdApplication
	}
	r.saw(planned, key)
	if !r.hasSeen(other, key) || !r.saw(replacedApplication, key) {
		return false
	}
	r.warnReplacement(application, nil, diags)
	return true
}
