package client

import (
	"context"
	"net/http"
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
	return do[SessionPolicyResponse](ctx, c, request{operation: "GetSessionPolicy", method: http.MethodGet, path: []string{"authentication", "session-policy"}, single: true})
}

// UpdateSessionPolicy replaces the session policy of the domain.
func (c *Client) UpdateSessionPolicy(ctx context.Context, body UpdateSessionPolicyRequest) error {
	return c.doNothing(ctx, request{operation: "UpdateSessionPolicy", method: http.MethodPut, path: []string{"authentication", "session-policy"}, body: body, single: true})
}
