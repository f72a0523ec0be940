package provider_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestNetworkZoneDataSource(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{Seed: mockserver.Seed{NetworkZones: []mockserver.NetworkZone{
		{Code: "whole", Description: "Office", Action: "Block", IPs: []string{"10.0.0.0/8", "::1"}, SessionType: []string{"AllUsers"}, Hierarchy: 7},
	}}}, w.front)
	p := d.protocol(t)
	got := p.mustData(zoneType, object{"code": "whole"})
	d.mustCount(t, map[string]int{"identity.GetNetworkZone": 1})
	got.mustHave(t, map[string]string{
		"code": "whole", "description": "Office", "action": "Block", "session_types": "AllUsers", "user_roles": "", "hierarchy": "7",
		"created_by": d.callerID(t), "updated_by": d.callerID(t),
	})
	if diff := cmp.Diff([]string{"10.0.0.0/8", "::1"}, column(got.rows(t, "ranges"), "value")); diff != "" {
		t.Errorf("ranges (-want +got):\n%s", diff)
	}
	for _, at := range []string{"created_at", "updated_at"} {
		if len(got.get(at)) != len("2026-09-01T12:00:00.0000000+00:00") {
			t.Errorf("%s is %s", at, got.get(at))
		}
	}
	w.set(func(*http.Request, any) any { return map[string]any{"code": "whole"} })
	p.mustData(zoneType, object{"code": "whole"}).mustHave(t, map[string]string{
		"description": "null", "action": "null", "session_types": "", "hierarchy": "null", "created_at": "null", "created_by": "null", "updated_at": "null", "updated_by": "null",
	})
	w.set(nil)

	const summary = "Unable to read network zone"
	for config, part := range map[string]string{"missing": "HTTP 404", "a b": "1 to 64", "": "1 to 64"} {
		_, diags := p.data(zoneType, object{"code": config})
		diags.mustFail(t, "code", part)
	}
	_, diags := d.noRights(t).data(zoneType, object{"code": "whole"})
	diags.mustFail(t, "code", summary, "HTTP 403", "lusid-administrator")
	_, diags = d.notConfigured(t).data(zoneType, object{"code": "whole"})
	diags.mustFail(t, "", summary, "access_token will be known only after apply")
}

func TestNetworkZonesDataSource(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: mockserver.Seed{NetworkZones: []mockserver.NetworkZone{
		{Code: "last", Hierarchy: 30}, {Code: "first", Action: "Allow", IPs: []string{"10.0.0.1"}, Hierarchy: 5}, {Code: "middle", Hierarchy: 10},
	}}})
	rows := d.protocol(t).mustData("lusid_network_zones", object{}).rows(t, "network_zones")
	d.mustCount(t, map[string]int{"identity.ListNetworkZones": 1})
	if diff := cmp.Diff([]string{"first", "middle", "last"}, column(rows, "code")); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	rows[0].mustHave(t, map[string]string{"action": "Allow", "hierarchy": "5", "description": "null", "user_roles": ""})
	if rows := newMock(t, mockserver.Options{}).protocol(t).mustData("lusid_network_zones", object{}).rows(t, "network_zones"); len(rows) > 0 {
		t.Errorf("a domain without zones has %d", len(rows))
	}
	const summary = "Unable to list network zones"
	_, diags := d.noRights(t).data("lusid_network_zones", object{})
	diags.mustFail(t, "", summary, "HTTP 403", "lusid-administrator")
	_, diags = d.notConfigured(t).data("lusid_network_zones", object{})
	diags.mustFail(t, "", summary, "access_token will be known only after apply")
}
