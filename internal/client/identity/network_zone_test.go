package identity_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const wholeZone = `{"code":"office","hierarchy":7,"description":null,"action":"Allow","networkZoneIPs":[{"value":"10.0.0.0/8","type":"CIDR","description":"All"}],` +
	`"applyRules":{"sessionType":["AllUsers"],"userRoles":[]},"createdAt":"2026-01-01T00:00:00.0000000+00:00","createdBy":"00u1","updatedAt":null,"updatedBy":null,"links":[]}`

func TestNetworkZones_requests(t *testing.T) {
	t.Parallel()
	zone := func(got *identity.NetworkZoneDefinitionResponse, err error) error {
		want := &identity.NetworkZoneDefinitionResponse{
			Code: "office", Hierarchy: new(int64(7)), Action: "Allow", NetworkZoneIPs: []identity.IPAddressDefinition{{
				Value:       "10.0.0.0/8",
				Type:        "CIDR",
				Description: "All",
			}},
			ApplyRules: identity.NetworkZonesApplyRules{SessionType: []string{"AllUsers"}, UserRoles: []string{}},
			CreatedAt:  "2026-01-01T00:00:00.0000000+00:00", CreatedBy: "00u1",
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("zone (-want +got):\n%s", diff)
		}
		return err
	}
	ips := []identity.IPAddressDefinition{{Value: "10.0.0.1"}, {Value: "10.0.0.0/8", Type: "CIDR", Description: "All"}}
	rules := identity.NetworkZonesApplyRules{SessionType: []string{}, UserRoles: []string{"a b"}}
	const rest = `"action":"Allow","networkZoneIPs":[{"value":"10.0.0.1"},{"value":"10.0.0.0/8","type":"CIDR","description":"All"}],"applyRules":{"sessionType":[],"userRoles":["a b"]}`
	wantRequests(t, map[string]requestCase{
		"get": {
			func(ctx context.Context, c *identity.Client) error { return zone(c.GetNetworkZone(ctx, "office")) },
			"GET /identity/api/networkzones/office", "", 200, wholeZone,
		},
		"create": {func(ctx context.Context, c *identity.Client) error {
			return zone(c.CreateNetworkZone(ctx, identity.CreateNetworkZoneRequest{
				Code:           "office",
				Action:         "Allow",
				NetworkZoneIPs: ips,
				ApplyRules:     rules,
			}))
		}, "POST /identity/api/networkzones", `{"code":"office",` + rest + "}", 201, wholeZone},
		"update": {func(ctx context.Context, c *identity.Client) error {
			return zone(c.UpdateNetworkZone(ctx, "office", identity.UpdateNetworkZoneRequest{
				Action:         "Allow",
				NetworkZoneIPs: ips,
				ApplyRules:     rules,
			}))
		}, "PUT /identity/api/networkzones/office", `{"description":"","hierarchy":0,` + rest + "}", 200, wholeZone},
		"delete": {
			func(ctx context.Context, c *identity.Client) error { return c.DeleteNetworkZone(ctx, "a/b") },
			"DELETE /identity/api/networkzones/a%2Fb", "", 204, "",
		},
		"list": {func(ctx context.Context, c *identity.Client) error {
			list, err := c.ListNetworkZones(ctx)
			if len(list) != 1 {
				t.Errorf("got %d zones, want 1", len(list))
			}
			return incomplete(err)
		}, "GET /identity/api/networkzones", "", 200, `[null,{"hierarchy":1},` + wholeZone + "]"},
		"get, only a code": {func(ctx context.Context, c *identity.Client) error {
			got, err := c.GetNetworkZone(ctx, "office")
			if err == nil && !cmp.Equal(got, &identity.NetworkZoneDefinitionResponse{Code: "office"}) {
				t.Errorf("got %+v, want a zone that has only a code", got)
			}
			return err
		}, "GET /identity/api/networkzones/office", "", 200, `{"code":"office","hierarchy":null,"networkZoneIPs":null,"applyRules":null}`},
	})
}

func TestNetworkZones_notFound(t *testing.T) {
	t.Parallel()
	c := newDomain(t, mockserver.Options{}).client(t)
	for name, err := range map[string]error{
		"get": second(c.GetNetworkZone(t.Context(), "missing")),
		"update": second(c.UpdateNetworkZone(t.Context(), "missing", identity.UpdateNetworkZoneRequest{
			NetworkZoneIPs: []identity.IPAddressDefinition{},
			ApplyRules:     identity.NetworkZonesApplyRules{SessionType: []string{}, UserRoles: []string{}},
		})),
	} {
		if !client.IsNotFound(err) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	if err := c.DeleteNetworkZone(t.Context(), "missing"); err != nil {
		t.Error(err)
	}
}
