package provider_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestNetworkZoneDataSource(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: mockserver.Seed{NetworkZones: []mockserver.NetworkZone{
		{
			Code:        "whole",
			Description: "Office",
			Action:      "Block",
			IPs:         []string{"10.0.0.0/8", "::1"},
			SessionType: []string{"AllUsers"},
			Hierarchy:   7,
		},
	}}}, w.Front)
	p := d.Protocol(t)
	got := p.MustData(providertest.NetworkZoneType, providertest.Object{"code": "whole"})
	d.MustCount(t, map[string]int{"identity.GetNetworkZone": 1})
	got.MustHave(t, map[string]string{
		"code": "whole", "description": "Office", "action": "Block", "session_types": "AllUsers", "user_roles": "", "hierarchy": "7",
		"created_by": d.CallerID(t), "updated_by": d.CallerID(t),
	})
	if diff := cmp.Diff([]string{"10.0.0.0/8", "::1"}, providertest.Column(got.Rows(t, "ranges"), "value")); diff != "" {
		t.Errorf("ranges (-want +got):\n%s", diff)
	}
	for _, at := range []string{"created_at", "updated_at"} {
		if len(got.Get(at)) != len("2026-09-01T12:00:00.0000000+00:00") {
			t.Errorf("%s: got %q, want LUSID's format of an instant", at, got.Get(at))
		}
	}
	w.Set(func(*http.Request, any) any { return map[string]any{"code": "whole"} })
	p.MustData(providertest.NetworkZoneType, providertest.Object{"code": "whole"}).MustHave(t, map[string]string{
		"description": "null", "action": "null", "session_types": "", "hierarchy": "null", "created_at": "null", "created_by": "null", "updated_at": "null", "updated_by": "null",
	})
	w.Set(nil)

	const summary = "Unable to read network zone"
	for config, part := range map[string]string{"missing": "HTTP 404", "a b": "1 to 64", "": "1 to 64"} {
		_, diags := p.Data(providertest.NetworkZoneType, providertest.Object{"code": config})
		diags.MustFail(t, "code", part)
	}
	_, diags := d.NoRights(t).Data(providertest.NetworkZoneType, providertest.Object{"code": "whole"})
	diags.MustFail(t, "code", summary, "HTTP 403", "lusid-administrator")
	_, diags = d.NotConfigured(t).Data(providertest.NetworkZoneType, providertest.Object{"code": "whole"})
	diags.MustFail(t, "", summary, "access_token will be known only after apply")
}

func TestNetworkZonesDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: mockserver.Seed{NetworkZones: []mockserver.NetworkZone{
		{Code: "last", Hierarchy: 30}, {Code: "first", Action: "Allow", IPs: []string{"10.0.0.1"}, Hierarchy: 5}, {Code: "middle", Hierarchy: 10},
	}}})
	rows := d.Protocol(t).MustData("lusid_network_zones", providertest.Object{}).Rows(t, "network_zones")
	d.MustCount(t, map[string]int{"identity.ListNetworkZones": 1})
	if diff := cmp.Diff([]string{"first", "middle", "last"}, providertest.Column(rows, "code")); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	rows[0].MustHave(t, map[string]string{"action": "Allow", "hierarchy": "5", "description": "null", "user_roles": ""})
	if rows := providertest.NewMock(t, mockserver.Options{}).Protocol(t).MustData("lusid_network_zones", providertest.Object{}).Rows(t, "network_zones"); len(rows) > 0 {
		t.Errorf("got %d zones in a domain without zones, want none", len(rows))
	}
	const summary = "Unable to list network zones"
	_, diags := d.NoRights(t).Data("lusid_network_zones", providertest.Object{})
	diags.MustFail(t, "", summary, "HTTP 403", "lusid-administrator")
	_, diags = d.NotConfigured(t).Data("lusid_network_zones", providertest.Object{})
	diags.MustFail(t, "", summary, "access_token will be known only after apply")
}
