package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// errNoApplication means that no application has the requested client id.
var errNoApplication = errors.New("no application has it; the LUSID web app lists them under Identity and access > Applications")

// applicationByClientID finds an application in the list, because LUSID has no read by client id.
// LUSID may return a client id in a different case, so an exact match only takes precedence over a
// match that ignores case.
func (c *connection) applicationByClientID(ctx context.Context, clientID string) (*identity.OAuthApplication, error) {
	applications, err := c.identity.ListApplications(ctx)
	var found *identity.OAuthApplication
	for i := range applications {
		application := &applications[i]
		if application.ClientID == clientID || found == nil && strings.EqualFold(application.ClientID, clientID) {
			found = application
		}
	}
	if found != nil {
		return found, nil
	}
	return nil, cmp.Or(err, errNoApplication)
}

// applicationByEither tries an import string as an id, then as a client id.
func (c *connection) applicationByEither(ctx context.Context, idOrClientID string) (*identity.OAuthApplication, error) {
	if !idPattern.MatchString(idOrClientID) {
		return nil, errors.New("an id or client id has at most 64 letters, digits, hyphens and underscores")
	}
	application, err := c.identity.GetApplication(ctx, idOrClientID, false)
	var refused *client.Error
	if client.IsNotFound(err) || errors.As(err, &refused) && refused.StatusCode == http.StatusBadRequest {
		return c.applicationByClientID(ctx, idOrClientID)
	}
	return application, err
}

// referToID is the next step if a plan reads an application that the same configuration creates.
const referToID = "If the same configuration creates this application, refer to its id instead: id = lusid_application.NAME.id. " +
	"Terraform knows the client id before the application exists, so it reads too early. It knows the id only after the create, so it waits."

// lookUpApplication reads the application by its id if that is set, and otherwise by its client id. It
// returns nil after an error. The error includes nextSteps if no application has the client id.
func (c *connection) lookUpApplication(ctx context.Context, id, clientID types.String, includeSecret bool, summary string,
	diags *diag.Diagnostics, nextSteps ...string,
) *identity.OAuthApplication {
	attribute, key := path.Root("id"), id.ValueString()
	var (
		application *identity.OAuthApplication
		err         error
	)
	if key != "" {
		application, err = c.identity.GetApplication(ctx, key, includeSecret)
	} else {
		attribute, key = path.Root("client_id"), clientID.ValueString()
		application, err = c.applicationByClientID(ctx, key)
		if err == nil && includeSecret {
			application, err = c.identity.GetApplication(ctx, application.ID, true)
		}
	}
	if err != nil {
		if !errors.Is(err, errNoApplication) {
			nextSteps = nil
		}
		diags.AddAttributeError(attribute, summary, c.explain(fmt.Sprintf("The application with the %s %q could not be read from %s",
			attribute, key, c.client.Domain()), err, nextSteps...))
		return nil
	}
	return application
}

// addSecretWithheld adds the error for a read that needs the secret and did not get it.
func (c *connection) addSecretWithheld(diags *diag.Diagnostics, summary string, application *identity.OAuthApplication) {
	diags.AddError(summary, fmt.Sprintf(
		"LUSID returned the application %s (%s) without its secret. The provider signs in with %s, whose user may not see secrets. "+
			"LUSID's role lusid-administrator has the right.",
		application.ClientID, application.ID, c.credential))
}

// tokenURLOf returns null if the issuer is not a URL.
func tokenURLOf(application *identity.OAuthApplication) types.String {
	tokenURL, err := client.ParseTokenURL(application.Issuer)
	if err != nil {
		return types.StringNull()
	}
	return types.StringValue(tokenURL.String())
}
