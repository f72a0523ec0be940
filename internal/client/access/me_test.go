package access_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

func TestGetOwnPolicies(t *testing.T) {
	t.Parallel()
	wantOnWire(t, map[string]wireCase{
		"list": {func(ctx context.Context, c *access.Client) error {
			got, err := c.GetOwnPolicies(ctx)
			want := []access.AttachedPolicyDefinitionResponse{
				{ID: access.ResourceID{Scope: "s", Code: "p"}, SourceRole: access.ResourceID{Scope: "default", Code: "r"}},
				{ID: access.ResourceID{Scope: "default", Code: "q"}},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !client.IsIncomplete(err) {
				t.Errorf("got %v", err)
			}
			return nil
		}, "GET /access/api/me", "", 200, `[{"id":{"scope":"s","code":"p"},"sourceRole":{"code":"r"},"grant":"Allow"},{"id":{"code":"q"},"sourceRole":null},{"id":null}]`},
	})
}
