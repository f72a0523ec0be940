package client

import (
	"context"
	"net/http"
	"net/url"
)

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
	Secret Secret `json:"secret"`
}

func (a *OAuthApplication) secret() Secret { return a.Secret }

func (a *OAuthApplication) missing() string {
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
	applications, err := doList[OAuthApplication](ctx, c, request{
		operation: "ListApplications",
		method:    http.MethodGet,
		path:      []string{"applications"},
	})
	for i := range applications {
		c.mask.learn(applications[i].Secret)
		applications[i].Secret = ""
	}
	return applications, err
}

// GetApplication reads an application by its id, not its client id. With includeSecret the
// answer holds the secret, unless LUSID withholds it; without, it never does.
func (c *Client) GetApplication(ctx context.Context, id string, includeSecret bool) (*OAuthApplication, error) {
	r := request{
		operation: "GetApplication",
		method:    http.MethodGet,
		path:      []string{"applications", id},
		gone:      []int{codeApplicationNotFound},
		listed:    c.listedApplication(id),
	}
	if includeSecret {
		r.query = url.Values{"includeSecret": {"true"}}
	}
	application, err := do[OAuthApplication](ctx, c, r)
	if err == nil && !includeSecret {
		application.Secret = ""
	}
	return application, err
}

// RefreshApplication is GetApplication for one of many, and never has a secret: it may answer from
// a list, with an application that accepts knows.
func (c *Client) RefreshApplication(ctx context.Context, id string, accepts func(*OAuthApplication) bool) (*OAuthApplication, error) {
	return refresh(ctx, &c.snapshots, c.applications(),
		func(application *OAuthApplication) bool { return application.ID == id && accepts(application) },
		func(ctx context.Context) (*OAuthApplication, error) { return c.GetApplication(ctx, id, false) })
}

// CreateApplication creates an application and returns it with its secret. LUSID refuses a
// client id or display name that is taken.
func (c *Client) CreateApplication(ctx context.Context, body CreateApplicationRequest) (*OAuthApplication, error) {
	return do[OAuthApplication](ctx, c, request{
		operation: "CreateApplication",
		method:    http.MethodPost,
		path:      []string{"applications"},
		body:      body,
	})
}

// DeleteApplication deletes an application by its id.
func (c *Client) DeleteApplication(ctx context.Context, id string) error {
	return c.doNothing(ctx, request{
		operation: "DeleteApplication",
		gone:      []int{codeApplicationNotFound},
		listed:    c.listedApplication(id),
		method:    http.MethodDelete,
		path:      []string{"applications", id},
	})
}

// RotateApplicationSecrets gives an application a new secret and returns it.
func (c *Client) RotateApplicationSecrets(ctx context.Context, id string) (*OAuthApplication, error) {
	return do[OAuthApplication](ctx, c, request{
		operation: "RotateApplicationSecrets",
		gone:      []int{codeApplicationNotFound},
		method:    http.MethodPost,
		path:      []string{"applications", id, "lifecycle", "$newsecret"},
	})
}

func (c *Client) applications() kind[OAuthApplication] {
	return kind[OAuthApplication]{"applications", c.ListApplications}
}

func (c *Client) listedApplication(id string) *listing {
	return listedIn(c, c.applications(), func(application *OAuthApplication) bool { return application.ID == id })
}
