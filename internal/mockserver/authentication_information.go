package mockserver

import "time"

// authenticationInformation describes how people sign in to the domain.
type authenticationInformation struct {
	supportAccess *supportAccess
}

// authenticationInformationResponse is AuthenticationInformation.
type authenticationInformationResponse struct {
	IssuerURL                   string                        `json:"issuerUrl"`
	FallbackIssuerURLs          []string                      `json:"fallbackIssuerUrls"`
	SAMLIdentityProviderID      *string                       `json:"samlIdentityProviderId"`
	Support                     *supportAccessExpiry          `json:"support,omitempty"`
	SupportAccessExpiryWithRole []supportAccessExpiryWithRole `json:"supportAccessExpiryWithRole"`
	Status                      bool                          `json:"status"`
}

// supportAccessExpiry is SupportAccessExpiry.
type supportAccessExpiry struct {
	Expiry *instant `json:"expiry"`
}

// supportAccessExpiryWithRole is SupportAccessExpiryWithRole.
type supportAccessExpiryWithRole struct {
	Expiry        *instant `json:"expiry"`
	PermittedRole string   `json:"permittedRole"`
}

func (a authenticationInformation) operations() operations {
	return operations{"GetAuthenticationInformation": a.get}
}

func (a authenticationInformation) get(c *call) (any, error) {
	var last time.Time
	byRole := map[string]time.Time{}
	for _, grant := range a.supportAccess.active(c.now) {
		last = later(last, grant.expiry)
		for _, role := range grant.roles {
			byRole[role] = later(byRole[role], grant.expiry)
		}
	}
	body := authenticationInformationResponse{
		IssuerURL:                   c.issuer,
		FallbackIssuerURLs:          []string{},
		SupportAccessExpiryWithRole: []supportAccessExpiryWithRole{},
		Status:                      true,
	}
	if !last.IsZero() {
		body.Support = &supportAccessExpiry{newInstant(last)}
	}
	for _, role := range supportRoles {
		if expiry, ok := byRole[role.InternalIdentifier]; ok {
			body.SupportAccessExpiryWithRole = append(body.SupportAccessExpiryWithRole,
				supportAccessExpiryWithRole{newInstant(expiry), role.InternalIdentifier})
		}
	}
	return body, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
