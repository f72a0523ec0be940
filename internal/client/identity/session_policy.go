package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// SessionPolicyResponse is how long sessions of the domain last.
type SessionPolicyResponse struct {
	// MaxSessionIdleMinutes is nil where LUSID does not say.
	MaxSessionIdleMinutes *int64 `json:"maxSessionIdleMinutes"`
	// MaxSessionLifetimeMinutes is nil where sessions do not expire.
	MaxSessionLifetimeMinutes *int64 `json:"maxSessionLifetimeMinutes"`
}

// UpdateSessionPolicyRequest is the whole of the session policy.
type UpdateSessionPolicyRequest struct {
	// MaxSessionIdleMinutes is from 5 to 720.
	MaxSessionIdleMinutes int64 `json:"maxSessionIdleMinutes"`
	// MaxSessionLifetimeMinutes is from 5 to 1440. Nil is sent as null, which switches the expiry
	// off whether LUSID replaces the policy or merges into it.
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
