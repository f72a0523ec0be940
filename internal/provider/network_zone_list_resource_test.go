package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// asConfiguration returns the configuration that terraform query -generate-config-out writes for a
// listed resource.
func asConfiguration(m providertest.ManagedType, listed providertest.Instance) providertest.Object {
	config := providertest.Object{}
	for _, attribute := range m.Schema.Block.Attributes {
		if attribute.Required || attribute.Optional {
			config[attribute.Name] = listed.Attributes[attribute.Name]
		}
	}
	return config
}

// mustListAndImport lists resources and imports each result by its identity. The plan with the
// configuration that the CLI generates must be empty. It returns the display names.
func mustListAndImport(m providertest.ManagedType, filter providertest.Object) []string {
	m.T.Helper()
	results, diags := m.List(filter, 0, true)
	diags.MustBeQuiet(m.T)
	names := []string{}
	for _, result := range results {
		names = append(names, result.DisplayName)
		imported, diags := m.ImportIdentity(providertest.ToObject(result.Identity))
		diags.MustBeQuiet(m.T)
		if names := result.Resource.Differences(imported); names != nil {
			m.T.Errorf("%s: the list result and the imported resource differ in %s", result.DisplayName, names)
		}
		config := asConfiguration(m, result.Resource)
		m.Validate(config).MustBeQuiet(m.T)
		m.MustPlanNothing(imported, config)
	}
	return names
}

// mustRefuseToList expects that listing fails without rights and without credentials.
func mustRefuseToList(t *testing.T, d providertest.Domain, typeName, summary string) {
	t.Helper()
	_, diags := d.NoRights(t).Resource(typeName).List(providertest.Object{}, 0, false)
	diags.MustFail(t, "", summary, "HTTP 403", "lusid-administrator")
	_, diags = d.NotConfigured(t).Resource(typeName).List(providertest.Object{}, 0, false)
	diags.MustFail(t, "", summary, "access_token will be known only after apply")
}

func TestNetworkZoneList(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: mockserver.Seed{NetworkZones: []mockserver.NetworkZone{
		{Code: "acme-office", Description: "Office", Action: "Allow", IPs: []string{"10.0.0.0/8", "::1"}, SessionType: []string{"AllUsers"}},
		{Code: "acme-rest", Action: "Block", IPs: []string{"0.0.0.0/0"}, UserRoles: []string{"traders", "risk"}, Hierarchy: 20},
		{Code: "other", Action: "Block", IPs: []string{"192.0.2.1"}, SessionType: []string{"AllPATAccess"}},
	}}})
	zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
	for _, test := range []struct {
		filter providertest.Object
		want   []string
	}{
		{providertest.Object{}, []string{"acme-office", "acme-rest", "other"}},
		{providertest.Object{"code_prefix": "acme-"}, []string{"acme-office", "acme-rest"}},
		{providertest.Object{"action": "Block"}, []string{"acme-rest", "other"}},
		{providertest.Object{"code_prefix": "acme-", "action": "Block"}, []string{"acme-rest"}},
		{providertest.Object{"code_prefix": "nothing"}, []string{}},
	} {
		if diff := cmp.Diff(test.want, mustListAndImport(zones, test.filter)); diff != "" {
			t.Errorf("zones listed with the filter %v (-want +got):\n%s", test.filter, diff)
		}
	}
	d.Forget()
	results, diags := zones.List(providertest.Object{}, 2, false)
	diags.MustWarn(t, "", limitWarning, "returns 2 of them")
	if len(results) != 2 || results[0].Resource.Exists() {
		t.Errorf("got %d results, want 2 without their resources", len(results))
	}
	d.MustCount(t, map[string]int{"identity.ListNetworkZones": 1})
	_, diags = zones.List(providertest.Object{"action": "block"}, 0, false)
	diags.MustFail(t, "action", "Block")
	mustRefuseToList(t, d, providertest.NetworkZoneType, "Unable to list network zones")
}
