package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// asConfiguration is a listed resource as terraform query -generate-config-out writes it.
func (m managedType) asConfiguration(listed instance) object {
	config := object{}
	for _, attribute := range m.schema.Block.Attributes {
		if attribute.Required || attribute.Optional {
			config[attribute.Name] = listed.attributes[attribute.Name]
		}
	}
	return config
}

// mustListAndImport lists, imports each result by its identity, and plans nothing with the
// configuration that the CLI generates. It returns the display names.
func (m managedType) mustListAndImport(filter object) []string {
	m.t.Helper()
	results, diags := m.list(filter, 0, true)
	diags.mustBeQuiet(m.t)
	names := []string{}
	for _, result := range results {
		names = append(names, result.displayName)
		imported, diags := m.importIdentity(toObject(result.identity))
		diags.mustBeQuiet(m.t)
		if names := result.resource.differences(imported); names != nil {
			m.t.Errorf("%s: the result and its import differ in %s", result.displayName, names)
		}
		config := m.asConfiguration(result.resource)
		m.validate(config).mustBeQuiet(m.t)
		m.mustPlanNothing(imported, config)
	}
	return names
}

// mustRefuseToList lists without rights, and without credentials.
func mustRefuseToList(t *testing.T, d domain, typeName, summary string) {
	t.Helper()
	_, diags := d.noRights(t).resource(typeName).list(object{}, 0, false)
	diags.mustFail(t, "", summary, "HTTP 403", "lusid-administrator")
	_, diags = d.notConfigured(t).resource(typeName).list(object{}, 0, false)
	diags.mustFail(t, "", summary, "access_token will be known only after apply")
}

func TestNetworkZoneList(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: mockserver.Seed{NetworkZones: []mockserver.NetworkZone{
		{Code: "acme-office", Description: "Office", Action: "Allow", IPs: []string{"10.0.0.0/8", "::1"}, SessionType: []string{"AllUsers"}},
		{Code: "acme-rest", Action: "Block", IPs: []string{"0.0.0.0/0"}, UserRoles: []string{"traders", "risk"}, Hierarchy: 20},
		{Code: "other", Action: "Block", IPs: []string{"192.0.2.1"}, SessionType: []string{"AllPATAccess"}},
	}}})
	zones := d.protocol(t).resource(zoneType)
	for _, test := range []struct {
		filter object
		want   []string
	}{
		{object{}, []string{"acme-office", "acme-rest", "other"}},
		{object{"code_prefix": "acme-"}, []string{"acme-office", "acme-rest"}},
		{object{"action": "Block"}, []string{"acme-rest", "other"}},
		{object{"code_prefix": "acme-", "action": "Block"}, []string{"acme-rest"}},
		{object{"code_prefix": "nothing"}, []string{}},
	} {
		if diff := cmp.Diff(test.want, zones.mustListAndImport(test.filter)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.filter, diff)
		}
	}
	d.forget()
	results, diags := zones.list(object{}, 2, false)
	diags.mustBeQuiet(t)
	if len(results) != 2 || results[0].resource.exists() {
		t.Errorf("%d results", len(results))
	}
	d.mustCount(t, map[string]int{"identity.ListNetworkZones": 1})
	_, diags = zones.list(object{"action": "block"}, 0, false)
	diags.mustFail(t, "action", "Block")
	mustRefuseToList(t, d, zoneType, "Unable to list network zones")
}
