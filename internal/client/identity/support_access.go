package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// SupportAccessRequest gives FINBOURNE's staff access to the domain for a limited time.
type SupportAccessRequest struct {
	// Duration is an ISO 8601 duration such as P1D or PT8H, with 30 characters at most.
	Duration string `json:"duration"`
	// Description is the reason, with 1024 characters at most.
	Description string `json:"description,omitempty"`
	// PermittedRoles are internal identifiers of support roles. If there are none, LUSID chooses the roles.
	PermittedRoles []string `json:"permittedRoles,omitempty"`
}

// SupportAccessResponse is a grant of support access.
type SupportAccessResponse struct {
	ID             string   `json:"id"`
	Duration       string   `json:"duration"`
	Description    string   `json:"description"`
	PermittedRoles []string `json:"permittedRoles"`
	// CreatedAt, Expiry and TerminatedAt are timestamps in RFC 3339.
	CreatedAt string `json:"createdAt"`
	CreatedBy string `json:"createdBy"`
	Expiry    string `json:"expiry"`
	// Terminated is true if the grant was ended before its expiry. TerminatedAt and TerminatedBy are set only
	// then.
	Terminated   bool   `json:"terminated"`
	TerminatedAt string `json:"terminatedAt"`
	TerminatedBy string `json:"terminatedBy"`
}

// MissingField implements client.Checked.
func (a *SupportAccessResponse) MissingField() string {
	if a.ID == "" {
		return "id"
	}
	return ""
}

// SupportRole is a role that support access may be limited to.
type SupportRole struct {
	Label       string `json:"label"`
	Description string `json:"description"`
	// RoleIdentifier is the name of the role for people.
	RoleIdentifier ResourceID `json:"roleIdentifier"`
	// InternalIdentifier is the identifier of the role in a grant.
	InternalIdentifier string `json:"internalIdentifier"`
}

// SupportRolesResponse holds the support roles.
type SupportRolesResponse struct {
	SupportRoles []SupportRole `json:"supportRoles"`
}

// GetSupportAccessHistory returns every grant of support access, active or not.
func (c *Client) GetSupportAccessHistory(ctx context.Context) ([]SupportAccessResponse, error) {
	return client.DoList[SupportAccessResponse](ctx, c.api.Get("GetSupportAccessHistory", "authentication", "support"))
}

// GrantSupportAccess gives FINBOURNE's staff access to the domain, in addition to the active grants.
func (c *Client) GrantSupportAccess(ctx context.Context, body SupportAccessRequest) (*SupportAccessResponse, error) {
	return client.Do[SupportAccessResponse](ctx, c.api.Post("GrantSupportAccess", "authentication", "support").Body(body))
}

// InvalidateSupportAccess ends every active grant. LUSID cannot end a single grant.
func (c *Client) InvalidateSupportAccess(ctx context.Context) error {
	return client.DoNoContent(ctx, c.api.Delete("InvalidateSupportAccess", "authentication", "support"))
}

// GetSupportRoles returns the roles that a grant of support access can name.
func (c *Client) GetSupportRoles(ctx context.Context) ([]SupportRole, error) {
	answer, err := client.Do[SupportRolesResponse](ctx, c.api.Get("GetSupportRoles", "authentication", "support-roles"))
	if err != nil {
		return nil, err
	}
	return answer.SupportRoles, nil
}
