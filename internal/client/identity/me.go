package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// CurrentUserResponse is the user that the client signs in as.
type CurrentUserResponse struct {
	ID           string `json:"id"`
	EmailAddress string `json:"emailAddress"`
	// Type is Personal or Service.
	Type string `json:"type"`
	// DomainType and Groups are empty if LUSID does not return them.
	DomainType string   `json:"domainType"`
	Groups     []string `json:"groups"`
	// UserExpiry is a timestamp in RFC 3339. Empty for a user that does not expire.
	UserExpiry string `json:"userExpiry"`
}

// MissingField implements client.Checked.
func (u *CurrentUserResponse) MissingField() string {
	if u.ID == "" {
		return "id"
	}
	return ""
}

// GetUserInfo returns the user that the client signs in as.
func (c *Client) GetUserInfo(ctx context.Context) (*CurrentUserResponse, error) {
	return client.Do[CurrentUserResponse](ctx, c.api.Get("GetUserInfo", "me"))
}
