package client

import (
	"context"
	"net/http"
)

// ExternalTokenIssuerResponse is an identity provider whose tokens LUSID takes for access tokens.
type ExternalTokenIssuerResponse struct {
	// Code is immutable.
	Code string `json:"code"`
	// Issuer and Audience are what a token's claims iss and aud have to be.
	Issuer   string `json:"issuer"`
	Audience string `json:"audience"`
	// LogoutURL is where LUSID sends users who sign out.
	LogoutURL   string `json:"logoutUrl"`
	Description string `json:"description"`
	// ClaimMappings is nil where LUSID has none.
	ClaimMappings *ClaimMappings `json:"claimMappings"`
}

func (i *ExternalTokenIssuerResponse) missing() string {
	if i.Code == "" {
		return "code"
	}
	return ""
}

// ClaimMappings say which claim of a token feeds which field of a LUSID user. A value in double
// quotes of its own is not the name of a claim but the field's value, except for Groups.
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

// UpdateExternalTokenIssuerRequest is the whole of what can change of an external token issuer.
type UpdateExternalTokenIssuerRequest struct {
	// Issuer and Audience have 500 characters at most.
	Issuer   string `json:"issuer"`
	Audience string `json:"audience"`
	// LogoutURL is a URI of 16384 characters at most.
	LogoutURL   string `json:"logoutUrl"`
	Description string `json:"description"`
	// ClaimMappings is nil for what LUSID has or makes of none.
	ClaimMappings *ClaimMappings `json:"claimMappings,omitempty"`
}

// ListExternalTokenIssuers returns every external token issuer of the domain.
func (c *Client) ListExternalTokenIssuers(ctx context.Context) ([]ExternalTokenIssuerResponse, error) {
	return doList[ExternalTokenIssuerResponse](ctx, c, request{operation: "ListExternalTokenIssuers", method: http.MethodGet, path: []string{"externaltokenissuers"}})
}

// GetExternalTokenIssuer reads an external token issuer by its code.
func (c *Client) GetExternalTokenIssuer(ctx context.Context, code string) (*ExternalTokenIssuerResponse, error) {
	return do[ExternalTokenIssuerResponse](ctx, c, request{operation: "GetExternalTokenIssuer", method: http.MethodGet, path: []string{"externaltokenissuers", code}, listed: c.listedExternalTokenIssuer(code)})
}

// RefreshExternalTokenIssuer is GetExternalTokenIssuer for one of many: it may answer from a list,
// with an issuer that accepts knows.
func (c *Client) RefreshExternalTokenIssuer(ctx context.Context, code string, accepts func(*ExternalTokenIssuerResponse) bool) (*ExternalTokenIssuerResponse, error) {
	return refresh(ctx, &c.snapshots, c.externalTokenIssuers(),
		func(issuer *ExternalTokenIssuerResponse) bool { return issuer.Code == code && accepts(issuer) },
		func(ctx context.Context) (*ExternalTokenIssuerResponse, error) {
			return c.GetExternalTokenIssuer(ctx, code)
		})
}

// CreateExternalTokenIssuer creates an external token issuer.
func (c *Client) CreateExternalTokenIssuer(ctx context.Context, body CreateExternalTokenIssuerRequest) (*ExternalTokenIssuerResponse, error) {
	return do[ExternalTokenIssuerResponse](ctx, c, request{operation: "CreateExternalTokenIssuer", method: http.MethodPost, path: []string{"externaltokenissuers"}, body: body})
}

// UpdateExternalTokenIssuer changes all of an external token issuer but its code.
func (c *Client) UpdateExternalTokenIssuer(ctx context.Context, code string, body UpdateExternalTokenIssuerRequest) (*ExternalTokenIssuerResponse, error) {
	return do[ExternalTokenIssuerResponse](ctx, c, request{operation: "UpdateExternalTokenIssuer", method: http.MethodPut, path: []string{"externaltokenissuers", code}, body: body, listed: c.listedExternalTokenIssuer(code)})
}

// DeleteExternalTokenIssuer deletes an external token issuer by its code.
func (c *Client) DeleteExternalTokenIssuer(ctx context.Context, code string) error {
	return c.doNothing(ctx, request{operation: "DeleteExternalTokenIssuer", method: http.MethodDelete, path: []string{"externaltokenissuers", code}, listed: c.listedExternalTokenIssuer(code)})
}

func (c *Client) externalTokenIssuers() kind[ExternalTokenIssuerResponse] {
	return kind[ExternalTokenIssuerResponse]{"external token issuers", c.ListExternalTokenIssuers}
}

// listedExternalTokenIssuer decides whether an issuer is gone, because LUSID documents no error code for
// that.
func (c *Client) listedExternalTokenIssuer(code string) *listing {
	return listedIn(c, c.externalTokenIssuers(), func(issuer *ExternalTokenIssuerResponse) bool { return issuer.Code == code })
}
