package provider_test

import (
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestDelete_changedAfterPlan changes an object of the Identity API between the plan and the apply of a destroy. The
// destroy goes by a name that users choose, so the object may be another one by now, and the plan did not show what the
// deletion would take away. TestAccessObject_changedBeforeDelete has the objects of the Access API.
func TestDelete_changedAfterPlan(t *testing.T) {
	t.Parallel()
	changeZone := func(change func(zone *providertest.ZoneBody)) func(*testing.T, providertest.Domain) {
		return func(t *testing.T, d providertest.Domain) {
			t.Helper()
			d.ChangeZone(t, "acme-office", change)
		}
	}
	put := func(path string, body any) func(*testing.T, providertest.Domain) {
		return func(t *testing.T, d providertest.Domain) {
			t.Helper()
			d.MustCall(t, http.MethodPut, path, body, nil)
		}
	}
	for typeName, test := range map[string]struct {
		config            providertest.Object
		label             string
		get, remove       string
		refused, harmless map[string]func(*testing.T, providertest.Domain)
	}{
		providertest.NetworkZoneType: {
			providertest.ZoneConfig(providertest.Object{
				"ranges": providertest.ZoneRanges("203.0.113.1", "203.0.113.2"), "user_roles": []string{"traders", "risk"}, "session_types": []string{"AllUsers"},
			}),
			"network zone acme-office", "identity.GetNetworkZone", "identity.DeleteNetworkZone",
			map[string]func(*testing.T, providertest.Domain){
				"action":         changeZone(func(zone *providertest.ZoneBody) { zone.Action = new("Block") }),
				"one more range": changeZone(func(zone *providertest.ZoneBody) { zone.NetworkZoneIPs[0].Value = "198.51.100.7" }),
				"one more role":  changeZone(func(zone *providertest.ZoneBody) { zone.ApplyRules.UserRoles = []string{"brokers"} }),
			},
			map[string]func(*testing.T, providertest.Domain){
				// LUSID moves a zone when other zones move, and may remove a role that is deleted.
				"position":    changeZone(func(zone *providertest.ZoneBody) { zone.Hierarchy = 7 }),
				"fewer roles": changeZone(func(zone *providertest.ZoneBody) { zone.ApplyRules.UserRoles = []string{"risk"} }),
				"fewer ranges": changeZone(func(zone *providertest.ZoneBody) {
					zone.NetworkZoneIPs = zone.NetworkZoneIPs[:1]
				}),
			},
		},
		providertest.ExternalTokenIssuerType: {
			providertest.IssuerConfig(), "external token issuer acme-ci", "identity.GetExternalTokenIssuer", "identity.DeleteExternalTokenIssuer",
			map[string]func(*testing.T, providertest.Domain){
				"issuer": put("/externaltokenissuers/acme-ci", map[string]any{
					"issuer": "https://github.acme.com", "audience": "https://acme.lusid.com", "logoutUrl": "https://acme.lusid.com/bye",
				}),
			},
			nil,
		},
		providertest.MCPToolType: {
			providertest.QueryTool(), "MCP tool market-data/prices", "identity.GetMcpTool", "identity.DeleteMcpTool",
			map[string]func(*testing.T, providertest.Domain){"query": put("/mcptools/market-data/prices", providertest.QueryBody("get-prices"))},
			nil,
		},
	} {
		for name, change := range test.refused {
			t.Run(typeName+", "+name, func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{})
				m := d.Protocol(t).Resource(typeName)
				made := m.MustCreate(test.config)
				change(t, d)
				d.Forget()
				m.Destroy(made).MustFail(t, "", "Unable to delete "+test.label, "It was changed in LUSID after the plan was made", "the delete would remove", "Plan again, without -refresh=false")
				d.MustCount(t, map[string]int{test.get: 1})
				m.Destroy(m.MustRead(made)).MustSucceed(t)
			})
		}
		for name, change := range test.harmless {
			t.Run(typeName+", "+name, func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{})
				m := d.Protocol(t).Resource(typeName)
				made := m.MustCreate(test.config)
				change(t, d)
				d.Forget()
				m.Destroy(made).MustSucceed(t)
				d.MustCount(t, map[string]int{test.get: 1, test.remove: 1})
			})
		}
	}
}
