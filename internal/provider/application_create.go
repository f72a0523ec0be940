package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// reconcileTimeout bounds what is done after an answer was lost, also when the run is being
// interrupted.
const reconcileTimeout = 30 * time.Second

// knownApplications are those that were there before this process created any, and those it
// created itself. They tell an application that a lost create made from another one.
type knownApplications struct {
	mu     sync.Mutex
	listed bool
	err    error
	ids    map[string]bool
}

// before lists the applications once per process. A list that is refused does not stop a create.
func (k *knownApplications) before(ctx context.Context, c *client.Client) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.listed {
		return
	}
	k.listed, k.ids = true, map[string]bool{}
	var applications []client.OAuthApplication
	applications, k.err = c.ListApplications(ctx)
	for _, application := range applications {
		k.ids[application.ID] = true
	}
}

func (k *knownApplications) add(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ids[id] = true
}

// isNew reports that an application is known to have been absent before.
func (k *knownApplications) isNew(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err == nil && !k.ids[id]
}

// create creates an application, or finds the one that a create made whose answer was lost. It
// returns nil after an error.
func (r *applicationResource) create(ctx context.Context, request client.CreateApplicationRequest, diags *diag.Diagnostics) *client.OAuthApplication {
	const summary = "Unable to create application"
	attempt := fmt.Sprintf("The application %q (%s) could not be created in %s", request.ClientID, request.DisplayName, r.client.Domain())
	r.applications.before(ctx, r.client)

	application, err := r.client.CreateApplication(ctx, request)
	if client.IsOutcomeUnknown(err) {
		application, err = r.reconcileCreate(ctx, request, err, diags)
	}
	if err == nil {
		r.applications.add(application.ID)
		return application
	}
	if taken := r.findTaken(ctx, request, err); taken != nil {
		attribute, value := "display_name", request.DisplayName
		if taken.ClientID == request.ClientID {
			attribute, value = "client_id", request.ClientID
		}
		diags.AddAttributeError(path.Root(attribute), summary, r.explain(attempt, err)+fmt.Sprintf(
			"\n\nThe %s %q is taken by the application %s (client id %q, display name %q), and both are unique in the domain. "+
				"Choose another, or take that application over, with the name of this resource in place of NAME:\n\n"+
				"import {\n  to = lusid_application.NAME\n  id = %q\n}",
			attribute, value, taken.ID, taken.ClientID, taken.DisplayName, taken.ID))
		return nil
	}
	diags.AddError(summary, r.explain(attempt, err))
	return nil
}

// reconcileCreate settles a create whose outcome is unknown: an application that has the client
// id and was absent before is what the create made; where there is none, the create is repeated.
func (r *applicationResource) reconcileCreate(ctx context.Context, request client.CreateApplicationRequest, lost error, diags *diag.Diagnostics) (*client.OAuthApplication, error) {
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), reconcileTimeout)
	defer cancel()
	applications, err := r.client.ListApplications(short)
	if err != nil {
		return nil, errors.Join(lost, fmt.Errorf("and whether it was created could not be found out: %w", err))
	}
	for _, found := range applications {
		if found.ClientID != request.ClientID {
			continue
		}
		if !r.applications.isNew(found.ID) || found.DisplayName != request.DisplayName || found.Type != request.Type {
			return nil, &takenError{lost: lost, by: found}
		}
		application, err := r.client.GetApplication(short, found.ID, true)
		if err != nil {
			application = &found
		}
		diags.AddWarning("The answer to the creation of application "+request.ClientID+" was lost",
			fmt.Sprintf("LUSID did create it, as %s: it was absent before. It is managed from here on, and nothing was created twice.", found.ID))
		return application, nil
	}
	if ctx.Err() != nil {
		return nil, lost
	}
	return r.client.CreateApplication(ctx, request)
}

// takenError is a lost create that met an application which was there before, or may have been.
type takenError struct {
	lost error
	by   client.OAuthApplication
}

func (e *takenError) Error() string { return e.lost.Error() }
func (e *takenError) Unwrap() error { return e.lost }

// findTaken returns the application that holds the client id, or else the display name, where a
// create was refused for that.
func (r *applicationResource) findTaken(ctx context.Context, request client.CreateApplicationRequest, err error) *client.OAuthApplication {
	if taken, ok := errors.AsType[*takenError](err); ok {
		return &taken.by
	}
	var refused *client.Error
	if !errors.As(err, &refused) || (refused.StatusCode != http.StatusBadRequest && refused.StatusCode != http.StatusConflict) {
		return nil
	}
	applications, err := r.client.ListApplications(ctx)
	if err != nil {
		return nil
	}
	var byName *client.OAuthApplication
	for i := range applications {
		if applications[i].ClientID == request.ClientID {
			return &applications[i]
		}
		if applications[i].DisplayName == request.DisplayName {
			byName = &applications[i]
		}
	}
	return byName
}
