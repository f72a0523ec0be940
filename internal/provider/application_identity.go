package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// applicationIdentity has only attributes that never change in place.
type applicationIdentity struct {
	ID       types.String `tfsdk:"id"`
	ClientID types.String `tfsdk:"client_id"`
}

func (m *applicationModel) identity() applicationIdentity {
	return applicationIdentity{ID: m.ID, ClientID: m.ClientID}
}

func (r *applicationResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{
				OptionalForImport: true,
				Description:       "ID that LUSID assigned to the application. If both are set, the id is used and the client id must match it.",
			},
			"client_id": identityschema.StringAttribute{
				OptionalForImport: true,
				Description:       "Client ID of the application.",
			},
		},
	}
}

// ImportState accepts an id, a client id, or an identity that has at least one of them.
func (r *applicationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	summary := "Unable to import application"
	if req.ID != "" {
		summary += fmt.Sprintf(" %q", req.ID)
	}
	if !r.requireClient(summary, &resp.Diagnostics) {
		return
	}
	var application *identity.OAuthApplication
	if req.ID == "" {
		application = r.findByIdentity(ctx, req.Identity, summary, &resp.Diagnostics)
	} else {
		var err error
		if application, err = r.applicationByEither(ctx, req.ID); err != nil {
			resp.Diagnostics.AddError(summary,
				r.explain(fmt.Sprintf("The application with the id or client id %q could not be found in %s", req.ID, r.client.Domain()), err))
			return
		}
	}
	if application == nil {
		return
	}
	imported := applicationIdentity{ID: types.StringValue(application.ID), ClientID: types.StringValue(application.ClientID)}
	r.saveImported(ctx, resp, imported, map[string]any{
		"id":        imported.ID,
		"client_id": imported.ClientID,
	})
	if application.Type == identity.ApplicationTypeWeb {
		resp.Diagnostics.Append(setPrivate(ctx, resp.Private, unknownURIsKey, map[string]bool{
			"redirect_uris": true, "post_logout_redirect_uris": true,
		})...)
	}
}

// findByIdentity looks up the id if it is set. Then the client id, if set, must match. It returns nil
// after an error.
func (r *applicationResource) findByIdentity(ctx context.Context, given *tfsdk.ResourceIdentity, summary string, diags *diag.Diagnostics) *identity.OAuthApplication {
	var identity applicationIdentity
	// With an empty import string there is no identity.
	if !given.Raw.IsNull() {
		diags.Append(given.Get(ctx, &identity)...)
	}
	if diags.HasError() {
		return nil
	}
	id, clientID := identity.ID.ValueString(), identity.ClientID.ValueString()
	switch {
	case id == "" && clientID == "":
		diags.AddError(summary, "Give the id or the client id of the application, either as the import string, or as id or client_id in the identity.")
		return nil
	case id != "" && !idPattern.MatchString(id):
		diags.AddAttributeError(path.Root("id"), summary,
			fmt.Sprintf("%q is not a valid id. An id has at most 64 letters, digits, hyphens and underscores.", id))
		return nil
	}
	application := r.lookUpApplication(ctx, identity.ID, identity.ClientID, false, summary, diags)
	if application != nil && clientID != "" && !strings.EqualFold(application.ClientID, clientID) {
		diags.AddAttributeError(path.Root("client_id"), summary, fmt.Sprintf(
			"The application with the id %q has the client id %q, not %q. Correct the identity so that both name the same application.", id, application.ClientID, clientID))
		return nil
	}
	return application
}
