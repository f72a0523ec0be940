package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// ExternalTokenIssuerResponse is an identity provider whose tokens LUSID accepts as access tokens.
type ExternalTokenIssuerResponse struct {
	// Code is immutable.
	Code string `json:"code"`
	// Issuer and Audience are the required values of a token's claims iss and aud.
	Issuer   string `json:"issuer"`
	Audience string `json:"audience"`
	// LogoutURL is the page that LUSID redirects users to after they sign out.
	LogoutURL   string `json:"logoutUrl"`
	Description string `json:"description"`
	// ClaimMappings is nil if LUSID has none.
	ClaimMappings *ClaimMappings `json:"claimMappings"`
}

// ObjectKey implements client.Keyed.
func (i *ExternalTokenIssuerResponse) ObjectKey() string { return i.Code }

// MissingField implements client.Checked.
func (i *ExternalTokenIssuerResponse) MissingField() string {
	if i.Code == "" {
		return "code"
	}
	return ""
}

// ClaimMappings are the names of the token claims for the fields of a LUSID user. A value that contains its own
// double quotes, such as "\"acme\"", is a literal value for the field. This does not apply to Groups.
type ClaimMappings struct {
	UserID    string `json:"userId"`
	Login     string `json:"login"`
	Email     string `json:"email"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	UserType  string `json:"userType"`
	// Groups may be empty.
	Groups string `json:"groups,omitempty"`
}

// CreateExternalTokenIssuerRequest describes a new external token issuer.
type CreateExternalTokenIssuerRequest struct {
	// Code has 1 to 64 letters, digits, hyphens and underscores. It is unique in the domain, as
	// Issuer and Audience together are.
	Code string `json:"code"`
	UpdateExternalTokenIssuerRequest
}

// UpdateExternalTokenIssuerRequest has all fields of an external token issuer that can change.
type UpdateExternalTokenIssuerRequest struct {
	// Issuer and Audience have 500 characters at most.
	Issuer   string `json:"issuer"`
	Audience string `json:"audience"`
	// LogoutURL is a URI of 16384 characters at most.
	LogoutURL   string `json:"logoutUrl"`
	Description string `json:"description"`
	// ClaimMappings is nil to let LUSID keep its mappings, or use its defaults.
	ClaimMappings *ClaimMappings `json:"claimMappings,omitempty"`
}

// ListExternalTokenIssuers returns every external token issuer of the domain.
func (c *Client) ListExternalTokenIssuers(ctx context.Context) ([]ExternalTokenIssuerResponse, error) {
	return client.DoList[ExternalTokenIssuerResponse](ctx, c.api.Get("ListExternalTokenIssuers", "externaltokenissuers"))
}

// GetExternalTokenIssuer reads an external token issuer by its code.
func (c *Client) GetExternalTokenIssuer(ctx context.Context, code string) (*ExternalTokenIssuerResponse, error) {
	r := c.api.Get("GetExternalTokenIssuer", "externaltokenissuers", code).On(c.externalTokenIssuer(code))
	return client.DoFor(ctx, r, code, (*ExternalTokenIssuerResponse).ObjectKey)
}

// RefreshExternalTokenIssuer is GetExternalTokenIssuer for one of many. It may return the issuer from a list,
// if accepts is true for it.
func (c *Client) RefreshExternalTokenIssuer(
	ctx context.Context, code string, accepts func(*ExternalTokenIssuerResponse) bool,
) (*ExternalTokenIssuerResponse, error) {
	return client.Refresh(ctx, c.externalTokenIssuers(),
		func(issuer *ExternalTokenIssuerResponse) bool { return issuer.Code == code && accepts(issuer) },
		func(ctx context.Context) (*ExternalTokenIssuerResponse, error) {
			return c.GetExternalTokenIssuer(ctx, code)
		})
}

// CreateExternalTokenIssuer creates an external token issuer.
func (c *Client) CreateExternalTokenIssuer(
	ctx context.Context, body CreateExternalTokenIssuerRequest,
) (*ExternalTokenIssuerResponse, error) {
	return client.DoFor(ctx, c.api.Post("CreateExternalTokenIssuer", "externaltokenissuers").Body(body), body.Code, (*ExternalTokenIssuerResponse).ObjectKey)
}

// UpdateExternalTokenIssuer replaces all fields of an external token issuer, except its code.
func (c *Client) UpdateExternalTokenIssuer(
	ctx context.Context, code string, body UpdateExternalTokenIssuerRequest,
) (*ExternalTokenIssuerResponse, error) {
	r := c.api.Put("UpdateExternalTokenIssuer", "externaltokenissuers", code).Body(body).On(c.externalTokenIssuer(code))
	return client.DoFor(ctx, r, code, (*ExternalTokenIssuerResponse).ObjectKey)
}

// DeleteExternalTokenIssuer deletes an external token issuer by its code.
func (c *Client) DeleteExternalTokenIssuer(ctx context.Context, code string) error {
	r := c.api.Delete("DeleteExternalTokenIssuer", "externaltokenissuers", code).On(c.externalTokenIssuer(code))
	return client.DoNoContent(ctx, r)
}

func (c *Client) externalTokenIssuers() client.Kind[ExternalTokenIssuerResponse] {
	return client.Kind[ExternalTokenIssuerResponse]{API: c.api, Name: "external token issuers", List: c.ListExternalTokenIssuers}
}

// externalTokenIssuer decides whether an issuer is gone, because LUSID documents no error code for
// that.
func (c *Client) externalTokenIssuer(code string) client.Object {
	is := func(issuer *ExternalTokenIssuerResponse) bool { return issuer.Code == code }
	return client.Listed(c.externalTokenIssuers(), is)
}
