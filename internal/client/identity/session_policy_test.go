package identity_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

func TestSessionPolicy_requests(t *testing.T) {
	t.Parallel()
	const path = "/identity/api/authentication/session-policy"
	get := func(want identity.SessionPolicyResponse) func(context.Context, *identity.Client) error {
		return func(ctx context.Context, c *identity.Client) error {
			got, err := c.GetSessionPolicy(ctx)
			if diff := cmp.Diff(&want, got); err == nil && diff != "" {
				t.Errorf("policy (-want +got):\n%s", diff)
			}
			return err
		}
	}
	update := func(request identity.UpdateSessionPolicyRequest) func(context.Context, *identity.Client) error {
		return func(ctx context.Context, c *identity.Client) error { return c.UpdateSessionPolicy(ctx, request) }
	}
	const both = `{"maxSessionIdleMinutes":60,"maxSessionLifetimeMinutes":480}`
	wantRequests(t, map[string]requestCase{
		"get": {
			get(identity.SessionPolicyResponse{MaxSessionIdleMinutes: new(int64(60)), MaxSessionLifetimeMinutes: new(int64(480))}),
			"GET " + path, "", 200, both,
		},
		"get, no lifetime": {
			get(identity.SessionPolicyResponse{MaxSessionIdleMinutes: new(int64(60))}), "GET " + path, "", 200,
			`{"maxSessionIdleMinutes":60}`,
		},
		"get, nulls": {
			get(identity.SessionPolicyResponse{}), "GET " + path, "", 200,
			`{"maxSessionIdleMinutes":null,"maxSessionLifetimeMinutes":null}`,
		},
		"get, empty": {get(identity.SessionPolicyResponse{}), "GET " + path, "", 200, `{}`},
		"update": {
			update(identity.UpdateSessionPolicyRequest{MaxSessionIdleMinutes: 60, MaxSessionLifetimeMinutes: new(int64(480))}),
			"PUT " + path, both, 200, both,
		},
		"update, no lifetime": {
			update(identity.UpdateSessionPolicyRequest{MaxSessionIdleMinutes: 60}),
			"PUT " + path, `{"maxSessionIdleMinutes":60,"maxSessionLifetimeMinutes":null}`, 200, `{}`,
		},
	})
}
