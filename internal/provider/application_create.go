package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// create creates an application, or finds the one that an earlier attempt created if its response was
// lost. It returns nil after an error.
func (r *applicationResource) create(ctx context.Context, request identity.CreateApplicationRequest, diags *diag.Diagnostics) *identity.OAuthApplication {
	creation := creation[identity.OAuthApplication]{
		existing: r.existingOf("application"),
		list:     r.identity.ListApplications,
		create: func(ctx context.Context) (*identity.OAuthApplication, error) {
			return r.identity.CreateApplication(ctx, request)
		},
		id: func(a *identity.OAuthApplication) string { return a.ID },
		holds: func(a *identity.OAuthApplication) bool {
			return strings.EqualFold(a.ClientID, request.ClientID) || a.DisplayName == request.DisplayName
		},
		isSame: func(a *identity.OAuthApplication) bool {
			return strings.EqualFold(a.ClientID, request.ClientID) && a.DisplayName == request.DisplayName && a.Type == request.Type
		},
	}
	application, adopted, err := creation.run(ctx)
	if err == nil {
		if adopted {
			warnAdopted(diags, "application "+request.ClientID, application.ID)
		}
		return application
	}

	const summary = "Unable to create application"
	attempt := fmt.Sprintf("The application %q (%s) could not be created in %s", request.ClientID, request.DisplayName, r.client.Domain())
	var taken *takenError[identity.OAuthApplication]
	if !errors.As(err, &taken) {
		diags.AddError(summary, r.explain(attempt, err, doubtAfterCreate(err, "client id")...))
		return nil
	}
	attribute, value := "display_name", request.DisplayName
	if strings.EqualFold(taken.by.ClientID, request.ClientID) {
		attribute, value = "client_id", request.ClientID
	}
	diags.AddAttributeError(path.Root(attribute), summary, r.explain(attempt, err, fmt.Sprintf(
		"The %s %q is taken by the application %s (client id %q, display name %q), and both are unique in the domain. %s",
		attribute, value, taken.by.ID, taken.by.ClientID, taken.by.DisplayName, importAdvice("application", "lusid_application", taken.by.ID))))
	return nil
}
