package mockserver

import "fmt"

// SessionPolicy is SessionPolicyResponse and UpdateSessionPolicyRequest.
type SessionPolicy struct {
	MaxSessionIdleMinutes int64 `json:"maxSessionIdleMinutes"`
	// MaxSessionLifetimeMinutes is the maximum lifetime. Nil means no limit.
	MaxSessionLifetimeMinutes *int64 `json:"maxSessionLifetimeMinutes,omitempty"`
}

// sessionPolicy is the domain's session policy.
type sessionPolicy struct{ current SessionPolicy }

// defaultSessionPolicy is LUSID's default. LUSID documents that an inactive user is signed out after an hour.
var defaultSessionPolicy = SessionPolicy{MaxSessionIdleMinutes: 60}

func newSessionPolicy(options Options) *sessionPolicy {
	if seed := options.Seed.SessionPolicy; seed != nil {
		return &sessionPolicy{*seed}
	}
	return &sessionPolicy{defaultSessionPolicy}
}

func (p *sessionPolicy) operations() operations {
	return operations{
		"GetSessionPolicy":    p.get,
		"UpdateSessionPolicy": p.update,
	}
}

func (p *sessionPolicy) get(*call) (any, error) { return p.current, nil }

// update replaces both limits. A request without a lifetime removes that limit.
func (p *sessionPolicy) update(c *call) (any, error) {
	request, err := decode[SessionPolicy](c)
	if err != nil {
		return nil, err
	}
	p.current = request
	return p.current, nil
}

func (s Seed) checkSessionPolicy() error {
	if s.SessionPolicy == nil {
		return nil
	}
	if err := identityContract().checkSchema("UpdateSessionPolicyRequest", *s.SessionPolicy); err != nil {
		return fmt.Errorf("sessionPolicy: %w", err)
	}
	return nil
}
