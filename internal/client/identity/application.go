package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// codeApplicationNotFound says that an application does not exist.
const codeApplicationNotFound = 662

// Application types.
const (
	ApplicationTypeNative = "Native"
	ApplicationTypeWeb    = "Web"
)

// OAuthApplication is an OpenID Connect client of the domain. Nothing but its secret ever
// changes.
type OAuthApplication struct {
	// ID is the system's, such as 0oabw8p5aaGCl5zAA2p8; paths take it. It differs from ClientID.
	ID string `json:"id"`
	// Type is Native or Web.
	Type string `json:"type"`
	// DisplayName is unique in the domain.
	DisplayName string `json:"displayName"`
	// ClientID is unique in the domain.
	ClientID string `json:"clientId"`
	// Issuer is the domain's Okta issuer, or its token URL: ParseTokenURL takes either.
	Issuer string `json:"issuer"`
	// Secret is the client secret: given by create and rotate, and by a read that asks for it,
	// unless LUSID withholds it.
	Secret client.Secret `json:"secret"`
}

// HeldSecret implements client.SecretHolder.
func (a *OAuthApplication) HeldSecret() client.Secret { return a.Secret }

// MissingField implements client.Checked.
func (a *OAuthApplication) MissingField() string {
	switch {
	case a.ID == "":
		return "id"
	case a.ClientID == "":
		return "clientId"
	case a.DisplayName == "":
		return "displayName"
	case a.Type == "":
		return "type"
	}
	return ""
}

// CreateApplicationRequest describes a new application. There is no update.
type CreateApplicationRequest struct {
	// ClientID has 6 to 50 letters, digits and hyphens, and begins with a letter.
	ClientID string `json:"clientId"`
	// DisplayName has 1 to 50 characters.
	DisplayName string `json:"displayName"`
	// Type is Native or Web.
	Type string `json:"type"`
	// RedirectURIs and PostLogoutRedirectURIs are for Web; LUSID never returns them.
	RedirectURIs           []string `json:"redirectUris,omitempty"`
	PostLogoutRedirectURIs []string `json:"postLogoutRedirectUris,omitempty"`
}

// ListApplications returns every application of the domain, never with a secret.
func (c *Client) ListApplications(ctx context.Context) ([]OAuthApplication, error) {
	applications, err := client.DoList[OAuthApplication](ctx, c.api.Get("ListApplications", "applications"))
	for i := range applications {
		applications[i].Secret = ""
	}
	return applications, err
}

// GetApplication reads an application by its id, not its client id. With includeSecret the
// answer holds the secret, unless LUSID withholds it; without, it never does.
func (c *Client) GetApplication(ctx context.Context, id string, includeSecret bool) (*OAuthApplication, error) {
	r := c.api.Get("GetApplication", "applications", id).On(c.application(id))
	if includeSecret {
		r = r.Query("includeSecret", "true")
	}
	application, err := client.Do[OAuthApplication](ctx, r)
	if err == nil && !includeSecret {
		application.Secret = ""
	}
	return application, err
}

// RefreshApplication is GetApplication for one of many, and never has a secret: it may answer from
// a list, with an application that accepts knows.
func (c *Client) RefreshApplication(ctx context.Context, id string, accepts func(*OAuthApplication) bool) (*OAuthApplication, error) {
	return client.Refresh(ctx, c.applications(),
		func(application *OAuthApplication) bool { return application.ID == id && accepts(application) },
		func(ctx context.Context) (*OAuthApplication, error) { return c.GetApplication(ctx, id, false) })
}

// CreateApplication creates an application and returns it with its secret. LUSID refuses a
// client id or display name that is taken.
func (c *Client) CreateApplication(ctx context.Context, body CreateApplicationRequest) (*OAuthApplication, error) {
	return client.Do[OAuthApplication](ctx, c.api.Post("CreateApplication", "applications").Body(body))
}

// DeleteApplication deletes an application by its id.
func (c *Client) DeleteApplication(ctx context.Context, id string) error {
	return client.DoNoContent(ctx, c.api.Delete("DeleteApplication", "applications", id).On(c.application(id)))
}

// RotateApplicationSecrets gives an application a new secret and returns it.
func (c *Client) RotateApplicationSecrets(ctx context.Context, id string) (*OAuthApplication, error) {
	r := c.api.Post("RotateApplicationSecrets", "applications", id, "lifecycle", "$newsecret")
	return client.Do[OAuthApplication](ctx, r.On(client.Unlisted(codeApplicationNotFound)))
}

func (c *Client) applications() client.Kind[OAuthApplication] {
	return client.Kind[OAuthApplication]{API: c.api, Name: "applications", List: c.ListApplications}
}

func (c *Client) application(id string) client.Object {
	return client.Listed(c.applications(), func(application *OAuthApplication) bool { return application.ID == id }, codeApplicationNotFound)
}
