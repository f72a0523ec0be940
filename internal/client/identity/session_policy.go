package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// SessionPolicyResponse is the session policy of the domain.
type SessionPolicyResponse struct {
	// MaxSessionIdleMinutes is nil if LUSID does not return it.
	MaxSessionIdleMinutes *int64 `json:"maxSessionIdleMinutes"`
	// MaxSessionLifetimeMinutes is nil if sessions do not expire.
	MaxSessionLifetimeMinutes *int64 `json:"maxSessionLifetimeMinutes"`
}

// UpdateSessionPolicyRequest has all fields of the session policy.
type UpdateSessionPolicyRequest struct {
	// MaxSessionIdleMinutes is from 5 to 720.
	MaxSessionIdleMinutes int64 `json:"maxSessionIdleMinutes"`
	// MaxSessionLifetimeMinutes is from 5 to 1440. Nil is sent as null, which disables the expiry whether
	// LUSID replaces the policy or merges the request into it.
	MaxSessionLifetimeMinutes *int64 `json:"maxSessionLifetimeMinutes"`
}

// GetSessionPolicy reads the session policy of the domain.
func (c *Client) GetSessionPolicy(ctx context.Context) (*SessionPolicyResponse, error) {
	return client.Do[SessionPolicyResponse](ctx, c.api.Get("GetSessionPolicy", "authentication", "session-policy").On(client.Singleton()))
}

// UpdateSessionPolicy replaces the session policy of the domain.
func (c *Client) UpdateSessionPolicy(ctx context.Context, body UpdateSessionPolicyRequest) error {
	return client.DoNoContent(ctx, c.api.Put("UpdateSessionPolicy", "authentication", "session-policy").Body(body).On(client.Singleton()))
}
