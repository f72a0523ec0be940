package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// AuthenticationInformation describes how people sign in to the domain.
type AuthenticationInformation struct {
	IssuerURL          string   `json:"issuerUrl"`
	FallbackIssuerURLs []string `json:"fallbackIssuerUrls"`
	// SAMLIdentityProviderID is empty if LUSID does not return it.
	SAMLIdentityProviderID string `json:"samlIdentityProviderId"`
	// Support and SupportAccessExpiryWithRole describe the active grants of support access. Support is nil if
	// there is none.
	Support                     *SupportAccessExpiry          `json:"support"`
	SupportAccessExpiryWithRole []SupportAccessExpiryWithRole `json:"supportAccessExpiryWithRole"`
}

// SupportAccessExpiry is when support access ends.
type SupportAccessExpiry struct {
	// Expiry is a timestamp in RFC 3339.
	Expiry string `json:"expiry"`
}

// SupportAccessExpiryWithRole is when support access through a role ends.
type SupportAccessExpiryWithRole struct {
	// PermittedRole is the internal identifier of a support role.
	PermittedRole string `json:"permittedRole"`
	// Expiry is a timestamp in RFC 3339.
	Expiry string `json:"expiry"`
}

// MissingField implements client.Checked.
func (a *AuthenticationInformation) MissingField() string {
	if a.IssuerURL == "" {
		return "issuerUrl"
	}
	return ""
}

// GetAuthenticationInformation returns how people sign in to the domain.
func (c *Client) GetAuthenticationInformation(ctx context.Context) (*AuthenticationInformation, error) {
	return client.Do[AuthenticationInformation](ctx, c.api.Get("GetAuthenticationInformation", "authentication", "information"))
}
