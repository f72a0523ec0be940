package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// deleteZone deletes the zone of ZoneConfig outside Terraform.
func deleteZone(d providertest.Domain, t *testing.T) {
	t.Helper()
	d.MustCall(t, http.MethodDelete, "/networkzones/acme-office", nil, nil)
}

// checkNoZone expects that no zone is left at the end of a test through the CLI. These tests always use
// the mock: on a real domain, a zone could lock everybody out.
func checkNoZone(d providertest.Domain, t *testing.T) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if left := d.Places(t); len(left) > 0 {
			return fmt.Errorf("got the zones %v after the destroy, want none", left)
		}
		return nil
	}
}

const zoneAddress = providertest.NetworkZoneType + ".test"

func zoneHCL(more string) string {
	return fmt.Sprintf(`
resource "lusid_network_zone" "test" {
  code          = "acme-office"
  action        = "NoOp"
  session_types = ["AllUsers"]
  ranges        = [{ value = "203.0.113.0/24", description = "Office" }, { value = "203.0.113.7" }]
  %s
}
`, more)
}

func TestAccNetworkZone_basic(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	known := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(zoneAddress, tfjsonpath.New(attribute), check)
	}
	updates := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(zoneAddress,
		plancheck.ResourceActionUpdate)}}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		CheckDestroy:             checkNoZone(d, t),
		Steps: []resource.TestStep{
			{
				Config: d.Config(zoneHCL("description = \"Offices\"")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectUnknownValue(zoneAddress, tfjsonpath.New("hierarchy")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					known("hierarchy", knownvalue.Int64Exact(1)),
					known("ranges", knownvalue.SetSizeExact(2)),
					known("user_roles", knownvalue.Null()),
				},
			},
			{
				ResourceName:                         zoneAddress,
				ImportState:                          true,
				ImportStateId:                        "acme-office",
				ImportStateVerify:                    true,
				ImportStateVerifyIdentifierAttribute: "code",
			},
			{
				Config:            d.Config(zoneHCL("hierarchy = 20\nuser_roles = [\"traders\"]")),
				ConfigPlanChecks:  updates,
				ConfigStateChecks: []statecheck.StateCheck{known("hierarchy", knownvalue.Int64Exact(20)), known("description", knownvalue.Null())},
			},
			{
				// If hierarchy is removed from the configuration, the zone keeps its place.
				Config:            d.Config(zoneHCL("")),
				ConfigPlanChecks:  updates,
				ConfigStateChecks: []statecheck.StateCheck{known("hierarchy", knownvalue.Int64Exact(20)), known("user_roles", knownvalue.Null())},
			},
		},
	})
}

// TestAccNetworkZone_import imports a zone that was created by hand, without changing it.
func TestAccNetworkZone_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.CreateZone(t, "by-hand")
	w := providertest.NewWorkspace(t, d.Config(`
resource "lusid_network_zone" "test" {
  code          = "by-hand"
  action        = "NoOp"
  session_types = ["AllUsers"]
  ranges        = [{ value = "198.51.100.7" }]
}
`))
	w.MustFail([]string{`Unable to import network zone "missing"`, "HTTP 404"}, "import", zoneAddress, "missing")
	w.MustFail([]string{"A code has 1 to 64 letters"}, "import", zoneAddress, "by hand")
	d.Forget()
	w.MustRun("import", zoneAddress, "by-hand")
	w.MustPlanEmpty()
	d.MustCount(t, map[string]int{"identity.GetNetworkZone": 3})
	w.MustRun("destroy", "-auto-approve")
	if left := d.Places(t); len(left) > 0 {
		t.Errorf("got the zones %v after the destroy, want none", left)
	}
}

// TestAccNetworkZone_placeFailed fails the second request of a create, which places the zone. The state
// keeps the created zone and its real place. The next plan shows the difference, and the next apply
// updates the zone in place.
func TestAccNetworkZone_placeFailed(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.CreateZone(t, "before")
	w := providertest.NewWorkspace(t, d.Config(zoneHCL("hierarchy = 50")))
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.UpdateNetworkZone", Status: http.StatusForbidden, Code: 939})
	providertest.MustHold(t, w.MustRun("apply", "-auto-approve"), "Warning: Unable to place network zone acme-office", "is at 2",
		"to the hierarchy 50", "the next apply moves the zone", "(939)")

	plan, output := w.Plan()
	providertest.MustHold(t, output, "~ hierarchy", "2 -> 50", "Plan: 0 to add, 1 to change, 0 to destroy")
	if got := plan.ResourceChanges[0].Change.Actions; !got.Update() {
		t.Errorf("the next plan has the actions %s, want update", got)
	}
	d.Forget()
	w.MustRun("apply", "tfplan")
	d.MustCount(t, map[string]int{"identity.GetNetworkZone": 1, "identity.UpdateNetworkZone": 1})
	if diff := cmp.Diff(map[string]int{"before": 1, "acme-office": 50}, d.Places(t)); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	w.MustPlanEmpty()
}

// TestNetworkZone_changedAfterPlan adds a range to a zone after the plan of an update was made. The update would remove
// the range, and the plan did not show that. With a change of the hierarchy alone, LUSID may only have moved the zone.
func TestNetworkZone_changedAfterPlan(t *testing.T) {
	t.Parallel()
	for name, hierarchies := range map[string][2]any{"hierarchy set": {5, 5}, "hierarchy changes": {5, 6}, "hierarchy not set": {nil, nil}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
			made := zones.MustCreate(providertest.ZoneConfig(providertest.Object{"hierarchy": hierarchies[0]}))
			changed := providertest.ZoneConfig(providertest.Object{"hierarchy": hierarchies[1], "description": "Office"})

			d.ChangeZone(t, "acme-office", func(zone *providertest.ZoneBody) {
				zone.NetworkZoneIPs = append(zone.NetworkZoneIPs, providertest.ZoneIPBody{Value: "198.51.100.7"})
			})
			d.Forget()
			_, diags := zones.Update(made, changed)
			diags.MustFail(t, "", "Unable to update network zone acme-office", "It was changed in LUSID after the plan was made", "Plan again, without -refresh=false")
			d.MustCount(t, map[string]int{"identity.GetNetworkZone": 1})

			d.ChangeZone(t, "acme-office", func(zone *providertest.ZoneBody) {
				zone.NetworkZoneIPs, zone.Hierarchy = zone.NetworkZoneIPs[:1], 7
			})
			updated, diags := zones.Update(made, changed)
			diags.MustBeQuiet(t)
			zones.MustPlanNothing(zones.MustRead(updated), changed)

			// The zone is as wanted, for example after an update whose response was lost.
			d.Forget()
			_, diags = zones.Update(made, changed)
			diags.MustBeQuiet(t)
			if name != "hierarchy changes" {
				d.MustCount(t, map[string]int{"identity.GetNetworkZone": 1})
			}

			// LUSID has also moved the zone since.
			d.ChangeZone(t, "acme-office", func(zone *providertest.ZoneBody) { zone.Hierarchy = 8 })
			_, diags = zones.Update(made, changed)
			diags.MustBeQuiet(t)
		})
	}
}

// TestNetworkZone_roleDeleted updates a zone in the run that deletes or replaces a role of the zone. LUSID may remove the
// role from the zone when the role is deleted.
func TestNetworkZone_roleDeleted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		hierarchy int
		roles     any
	}{
		"replaced":                        {5, []string{"brokers"}},
		"replaced, hierarchy changes":     {6, []string{"brokers"}},
		"not replaced":                    {5, nil},
		"replaced by two":                 {5, []string{"brokers", "auditors"}},
		"not replaced, hierarchy changes": {6, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
			made := zones.MustCreate(providertest.ZoneConfig(providertest.Object{"hierarchy": 5, "user_roles": []string{"traders"}}))
			changed := providertest.ZoneConfig(providertest.Object{"hierarchy": test.hierarchy, "user_roles": test.roles, "description": "Office"})
			d.ChangeZone(t, "acme-office", func(zone *providertest.ZoneBody) { zone.ApplyRules.UserRoles = []string{} })

			updated, diags := zones.Update(made, changed)
			diags.MustBeQuiet(t)
			zones.MustPlanNothing(zones.MustRead(updated), changed)
		})
	}

	// The update would add a role again that the plan keeps and that somebody has removed.
	d := providertest.NewMock(t, mockserver.Options{})
	zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
	config := providertest.Object{"hierarchy": 5, "user_roles": []string{"traders"}}
	made := zones.MustCreate(providertest.ZoneConfig(config))
	d.ChangeZone(t, "acme-office", func(zone *providertest.ZoneBody) { zone.ApplyRules.UserRoles = []string{} })
	_, diags := zones.Update(made, providertest.ZoneConfig(config, providertest.Object{"description": "Office"}))
	diags.MustFail(t, "", "Unable to update network zone acme-office", "It was changed in LUSID after the plan was made")
}

func TestNetworkZone_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
	config := providertest.ZoneConfig(providertest.Object{
		"description": "Office", "hierarchy": 10, "user_roles": []string{"traders", "risk"},
		"ranges": []any{providertest.Object{"value": "203.0.113.0/24", "description": "London"}, providertest.Object{"value": "2001:db8::7"}},
	})
	made := zones.MustCreate(config)
	d.MustCount(t, map[string]int{"identity.ListNetworkZones": 1, "identity.CreateNetworkZone": 1, "identity.UpdateNetworkZone": 1})
	if diff := cmp.Diff(map[string]string{"code": "acme-office"}, zones.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	whole := func(change func(*providertest.ZoneBody)) {
		t.Helper()
		want := providertest.ZoneBody{Code: "acme-office", Hierarchy: 10, Description: new("Office"), Action: new("NoOp"), NetworkZoneIPs: []providertest.ZoneIPBody{
			{Value: "2001:db8::7", Type: "IP"}, {Value: "203.0.113.0/24", Type: "CIDR", Description: new("London")},
		}}
		want.ApplyRules.SessionType, want.ApplyRules.UserRoles = []string{"AllUsers"}, []string{"risk", "traders"}
		change(&want)
		if diff := cmp.Diff(want, d.Zone(t, "acme-office")); diff != "" {
			t.Errorf("zone in LUSID (-want +got):\n%s", diff)
		}
	}
	whole(func(*providertest.ZoneBody) {})

	d.Forget()
	read := zones.MustRead(made)
	zones.MustPlanNothing(read, config)
	d.MustCount(t, map[string]int{"identity.GetNetworkZone": 1})

	// Each attribute except the code is updated in place, with one request that changes no other field. Before an
	// update, the provider reads the zone.
	for _, test := range []struct {
		change providertest.Object
		want   func(*providertest.ZoneBody)
	}{
		{providertest.Object{"description": "Offices"}, func(z *providertest.ZoneBody) { z.Description = new("Offices") }},
		{
			providertest.Object{"session_types": []string{"AllPATAccess"}},
			func(z *providertest.ZoneBody) { z.ApplyRules.SessionType = []string{"AllPATAccess"} },
		},
		{providertest.Object{"user_roles": nil}, func(z *providertest.ZoneBody) { z.ApplyRules.UserRoles = []string{} }},
		{providertest.Object{"hierarchy": 0}, func(z *providertest.ZoneBody) { z.Hierarchy = 0 }},
		{providertest.Object{"ranges": providertest.ZoneRanges("192.0.2.1")}, func(z *providertest.ZoneBody) {
			z.NetworkZoneIPs = []providertest.ZoneIPBody{{Value: "192.0.2.1", Type: "IP"}}
		}},
		{providertest.Object{"description": nil}, func(z *providertest.ZoneBody) { z.Description = new("") }},
	} {
		d.Forget()
		changed := maps.Clone(config)
		maps.Copy(changed, test.change)
		updated, diags := zones.Update(read, changed)
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{"identity.GetNetworkZone": 1, "identity.UpdateNetworkZone": 1})
		whole(test.want)
		updated = zones.MustRead(updated)
		zones.MustPlanNothing(updated, changed)
		read, diags = zones.Update(updated, config)
		diags.MustBeQuiet(t)
		whole(func(*providertest.ZoneBody) {})
	}
	// An attribute that LUSID does not take causes no request.
	d.Forget()
	config["timeouts"] = providertest.Object{"update": "1m"}
	read, diags := zones.Update(read, config)
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{})

	change, diags := zones.Plan(read, providertest.ZoneConfig(providertest.Object{"code": "acme-home"}))
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"code"}, change.Replaces); diff != "" {
		t.Errorf("attributes that force the replacement (-want +got):\n%s", diff)
	}

	deleteZone(d, t)
	zones = d.Protocol(t).Resource(providertest.NetworkZoneType)
	if gone := zones.MustRead(read); gone.Exists() {
		t.Error("a zone that was deleted outside Terraform is still in the state")
	}
	d.Forget()
	zones.Destroy(read).MustBeQuiet(t)
	d.MustCount(t, map[string]int{"identity.GetNetworkZone": 1})
}

// TestNetworkZone_equivalentValues expects an empty plan if LUSID returns an equivalent value in another
// format.
func TestNetworkZone_equivalentValues(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
	made := zones.MustCreate(providertest.ZoneConfig())
	for _, config := range []providertest.Object{
		providertest.ZoneConfig(providertest.Object{"user_roles": []string{}}),
		providertest.ZoneConfig(providertest.Object{"description": ""}),
		providertest.ZoneConfig(providertest.Object{"ranges": []any{providertest.Object{"value": "203.0.113.0/24", "description": ""}}}),
		providertest.ZoneConfig(providertest.Object{"user_roles": []string{"traders"}, "session_types": []string{}}),
		providertest.ZoneConfig(providertest.Object{"user_roles": []string{"traders"}, "session_types": nil}),
		providertest.ZoneConfig(providertest.Object{"ranges": providertest.ZoneRanges("203.0.113.9/24", "2001:0DB8::1")}),
		providertest.ZoneConfig(providertest.Object{"ranges": providertest.ZoneRanges("::ffff:203.0.113.0/120", "::ffff:192.0.2.1")}),
	} {
		var diags providertest.Diagnostics
		made, diags = zones.Update(made, config)
		diags.MustBeQuiet(t)
		made = zones.MustRead(made)
		zones.MustPlanNothing(made, config)
	}
	// LUSID uses another format and another order, and repeats values. A new provider process reads the
	// zone by its code, not from a list.
	config := providertest.ZoneConfig(providertest.Object{"ranges": providertest.ZoneRanges("203.0.113.9/24", "2001:0DB8::1",
		"::ffff:192.0.2.1", "198.51.100.0/25")})
	made, diags := zones.Update(made, config)
	diags.MustBeQuiet(t)
	zones = d.Protocol(t).Resource(providertest.NetworkZoneType)
	w.Set(func(_ *http.Request, body any) any {
		zone, ok := body.(map[string]any)
		if !ok {
			return body
		}
		zone["action"] = "NOOP"
		zone["networkZoneIPs"] = []any{
			map[string]any{"value": "2001:db8::1", "description": nil},
			nil,
			map[string]any{"value": "203.0.113.0/24", "type": "Range"},
			map[string]any{"value": "203.0.113.0/24"},
			map[string]any{"value": "192.0.2.1"},
			map[string]any{"value": "::ffff:198.51.100.0/121"},
		}
		zone["applyRules"] = map[string]any{"sessionType": []any{"AllUsers", "AllUsers"}, "userRoles": nil}
		return zone
	})
	made = zones.MustRead(made)
	zones.MustPlanNothing(made, config)
}

// TestNetworkZone_absentFields removes every field that a response may leave out according to the API's
// contract.
func TestNetworkZone_absentFields(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"absent", "null"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			w.Set(func(_ *http.Request, body any) any {
				zone, ok := body.(map[string]any)
				if !ok {
					return body
				}
				bare := map[string]any{"code": zone["code"]}
				if name == "null" {
					for key := range zone {
						if key != "code" {
							bare[key] = nil
						}
					}
				}
				return bare
			})
			zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
			// The response has no hierarchy. So the provider sends the request that places the zone,
			// even if the zone may have that place already.
			made := zones.MustCreate(providertest.ZoneConfig(providertest.Object{"hierarchy": 1}))
			d.MustCount(t, map[string]int{"identity.ListNetworkZones": 1, "identity.CreateNetworkZone": 1, "identity.UpdateNetworkZone": 1})
			read := zones.MustRead(made)
			read.MustHave(t, map[string]string{"code": "acme-office", "action": "null", "hierarchy": "null", "session_types": "null"})
			_, diags := zones.Update(read, providertest.ZoneConfig())
			diags.MustFail(t, "", "Unable to update network zone acme-office", "set hierarchy")
			updated, diags := zones.Update(read, providertest.ZoneConfig(providertest.Object{"hierarchy": 4}))
			diags.MustSucceed(t)
			w.Set(nil)
			zones.MustPlanNothing(zones.MustRead(updated), providertest.ZoneConfig(providertest.Object{"hierarchy": 4}))

			other := providertest.ZoneConfig(providertest.Object{"code": "other", "hierarchy": nil})
			w.Set(func(_ *http.Request, body any) any {
				if zone, ok := body.(map[string]any); ok {
					delete(zone, "hierarchy")
				}
				return body
			})
			unplaced := zones.MustCreate(other)
			unplaced.MustHave(t, map[string]string{"hierarchy": "null"})
			unplaced = zones.MustRead(unplaced)
			zones.MustPlanNothing(unplaced, other)
		})
	}
}

func TestNetworkZone_place(t *testing.T) {
	t.Parallel()
	t.Run("no second request if the zone is at its place", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
		first := zones.MustCreate(providertest.ZoneConfig())
		second := zones.MustCreate(providertest.ZoneConfig(providertest.Object{"code": "second", "hierarchy": 2}))
		d.MustCount(t, map[string]int{"identity.ListNetworkZones": 1, "identity.CreateNetworkZone": 2})
		first.MustHave(t, map[string]string{"hierarchy": "1"})
		second.MustHave(t, map[string]string{"hierarchy": "2"})
	})
	t.Run("taken by another zone", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.CreateZone(t, "before")
		zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
		config := providertest.ZoneConfig(providertest.Object{"hierarchy": 1})
		made, diags := zones.Create(config)
		diags.MustWarn(t, "hierarchy", "Network zone acme-office waits for its place", "The network zone before of", "has the hierarchy 1",
			"acme-office stays at 2, in force", "the next apply tries again")
		// After the other zone has moved, the next apply places this zone.
		d.ChangeZone(t, "before", func(zone *providertest.ZoneBody) { zone.Hierarchy = 7 })
		read := zones.MustRead(made)
		read.MustHave(t, map[string]string{"hierarchy": "2"})
		d.Forget()
		mended, diags := zones.Update(read, config)
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{"identity.GetNetworkZone": 1, "identity.UpdateNetworkZone": 1})
		zones.MustPlanNothing(zones.MustRead(mended), config)
		if diff := cmp.Diff(map[string]int{"acme-office": 1, "before": 7}, d.Places(t)); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
	})
	t.Run("LUSID shifts the other zone", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{NetworkZonesShift: true})
		zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
		open := zones.MustCreate(providertest.ZoneConfig(providertest.Object{"code": "open"}))
		zones.MustCreate(providertest.ZoneConfig(providertest.Object{"hierarchy": 1}))
		// A zone without a configured hierarchy stays where LUSID moved it, even if the plan is older
		// than the move.
		d.Forget()
		open, diags := zones.Update(open, providertest.ZoneConfig(providertest.Object{"code": "open", "description": "Changed"}))
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{"identity.GetNetworkZone": 1, "identity.UpdateNetworkZone": 1})
		if diff := cmp.Diff(map[string]int{"acme-office": 1, "open": 2}, d.Places(t)); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
		open = zones.MustRead(open)
		open.MustHave(t, map[string]string{"hierarchy": "2"})
		zones.MustPlanNothing(open, providertest.ZoneConfig(providertest.Object{"code": "open", "description": "Changed"}))
	})
	t.Run("parallel creates run one after the other", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateNetworkZone", Delay: 100 * time.Millisecond, Count: -1})
		zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
		var both sync.WaitGroup
		for i, code := range []string{"second", "first"} {
			change, diags := zones.Plan(providertest.Instance{}, providertest.ZoneConfig(providertest.Object{"code": code, "hierarchy": 2 - i}))
			diags.MustBeQuiet(t)
			both.Go(func() {
				_, diags := zones.CarryOut(t.Context(), change)
				if all := append(diags.Errors(), diags.Warnings()...); len(all) > 0 {
					t.Errorf("creation of zone %s: got the errors and warnings %s, want none", code, all)
				}
			})
		}
		both.Wait()
		if diff := cmp.Diff(map[string]int{"first": 1, "second": 2}, d.Places(t)); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
	})
	for name, fault := range map[string]mockserver.Fault{
		"response lost":        {Reset: mockserver.ResetBefore, Count: -1},
		"blocked by a zone":    {Status: http.StatusForbidden, Code: 939},
		"HTML page of a proxy": {HTML: true, Count: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			fault.Operation = "identity.UpdateNetworkZone"
			d.Mock.InjectFault(fault)
			zones := d.Protocol(t, providertest.Object{"max_retries": 0}).Resource(providertest.NetworkZoneType)
			config := providertest.ZoneConfig(providertest.Object{"hierarchy": 50})
			made, diags := zones.Create(config)
			diags.MustWarn(t, "hierarchy", "Unable to place network zone acme-office", "is at 1")
			if fault.Code == 939 {
				diags.MustWarn(t, "hierarchy", "A network zone of the domain blocks the address", "(939)")
			}
			d.Mock.ClearFaults()
			mended, diags := zones.Update(zones.MustRead(made), config)
			diags.MustBeQuiet(t)
			zones.MustPlanNothing(zones.MustRead(mended), config)
			if diff := cmp.Diff(map[string]int{"acme-office": 50}, d.Places(t)); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNetworkZone_manyReads(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
	var made []providertest.Instance
	for i := range 8 {
		made = append(made, zones.MustCreate(providertest.ZoneConfig(providertest.Object{"code": fmt.Sprint("zone-", i)})))
	}
	zones = d.Protocol(t).Resource(providertest.NetworkZoneType)
	d.ChangeZone(t, "zone-7", func(zone *providertest.ZoneBody) { zone.Description = new("Drifted") })
	d.Forget()
	for i, zone := range made {
		read := zones.MustRead(zone)
		if i < 7 {
			zones.MustPlanNothing(read, providertest.ZoneConfig(providertest.Object{"code": fmt.Sprint("zone-", i)}))
		} else {
			read.MustHave(t, map[string]string{"description": "Drifted"})
		}
	}
	// The last zone was changed after the list was read. It differs from its state, so the provider
	// reads it once more.
	d.MustCount(t, map[string]int{"identity.GetNetworkZone": 3 + 1, "identity.ListNetworkZones": 1})
}

func TestNetworkZone_taken(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.CreateZone(t, "acme-office")
	made, diags := d.Protocol(t).Resource(providertest.NetworkZoneType).Create(providertest.ZoneConfig(providertest.Object{"hierarchy": 10}))
	if made.Exists() {
		t.Error("the state has a zone, although the create failed")
	}
	diags.MustFail(t, "code", "Unable to create network zone", "import {\n  to = lusid_network_zone.NAME\n  id = \"acme-office\"\n}",
		"HTTP 400")
	d.MustCount(t, map[string]int{"identity.ListNetworkZones": 2, "identity.CreateNetworkZone": 1})
	// If the domain has the maximum number of zones, the error says so.
	for i := range 9 {
		d.CreateZone(t, fmt.Sprint("zone-", i))
	}
	_, diags = d.Protocol(t).Resource(providertest.NetworkZoneType).Create(providertest.ZoneConfig(providertest.Object{"code": "one-more"}))
	diags.MustFail(t, "", "Unable to create network zone", "10 network zones at most")
}

func TestNetworkZone_lostResponse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   mockserver.Fault
		lag     int
		adopted bool
	}{
		"connection reset after the write":                        {mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true},
		"connection reset before the write":                       {mockserver.Fault{Reset: mockserver.ResetBefore}, 0, false},
		"HTTP 500 after the write":                                {mockserver.Fault{Status: 500, AfterWrite: true}, 0, true},
		"truncated response":                                      {mockserver.Fault{Truncate: true}, 0, true},
		"connection reset after the write, with a list that lags": {mockserver.Fault{Reset: mockserver.ResetAfter}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{ListLag: test.lag})
			test.fault.Operation = "identity.CreateNetworkZone"
			d.Mock.InjectFault(test.fault)
			zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
			config := providertest.ZoneConfig(providertest.Object{"hierarchy": 10, "ranges": providertest.ZoneRanges("203.0.113.9/24", "192.0.2.1")})
			made, diags := zones.Create(config)
			if test.adopted {
				diags.MustWarn(t, "", "The response to the creation of network zone acme-office was lost", "this run or another run created it")
			} else {
				diags.MustBeQuiet(t)
			}
			if got := d.Zone(t, "acme-office"); got.Hierarchy != 10 {
				t.Errorf("the zone has the hierarchy %d, want 10", got.Hierarchy)
			}
			zones.MustPlanNothing(zones.MustRead(made), config)
		})
	}
	t.Run("zone of another run", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.CreateZone(t, "acme-office")
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateNetworkZone", Reset: mockserver.ResetAfter})
		made, diags := d.Protocol(t).Resource(providertest.NetworkZoneType).Create(providertest.ZoneConfig(providertest.Object{"ranges": providertest.ZoneRanges("198.51.100.7")}))
		if made.Exists() {
			t.Error("a zone of another run was adopted")
		}
		diags.MustFail(t, "code", "lusid_network_zone.NAME")
	})
	t.Run("code of a zone that this process deleted", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.CreateZone(t, "acme-office")
		zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
		old, diags := zones.ImportState("acme-office")
		diags.MustBeQuiet(t)
		zones.MustCreate(providertest.ZoneConfig(providertest.Object{"code": "other"}))
		zones.Destroy(old).MustBeQuiet(t)
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateNetworkZone", Reset: mockserver.ResetAfter})
		_, diags = zones.Create(providertest.ZoneConfig(providertest.Object{"hierarchy": 30}))
		diags.MustWarn(t, "", "acme-office was lost")
	})
}

func TestNetworkZone_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
	config := providertest.ZoneConfig()
	made := zones.MustCreate(config)
	forbidden := d.NoRights(t).Resource(providertest.NetworkZoneType)
	words := []string{"HTTP 403", "lusid-administrator"}

	kept, diags := forbidden.Read(made)
	diags.MustFail(t, "", append(words, "Unable to read network zone acme-office")...)
	if names := made.Differences(kept); names != nil {
		t.Errorf("a failed read changed %s in the state", names)
	}
	_, diags = forbidden.Update(made, providertest.ZoneConfig(providertest.Object{"description": "New"}))
	diags.MustFail(t, "", append(words, "Unable to update network zone acme-office")...)
	_, diags = forbidden.Update(made, providertest.ZoneConfig(providertest.Object{"hierarchy": 10}))
	diags.MustFail(t, "", append(words, "Unable to update network zone acme-office")...)
	forbidden.Destroy(made).MustFail(t, "", append(words, "Unable to delete network zone acme-office")...)
	_, diags = forbidden.Create(providertest.ZoneConfig(providertest.Object{"code": "other"}))
	diags.MustFail(t, "", append(words, "Unable to create network zone", "other")...)
	_, diags = forbidden.ImportState("acme-office")
	diags.MustFail(t, "", append(words, `Unable to import network zone "acme-office"`)...)

	// If a zone locks the provider out, each error says so.
	d.Mock.InjectFault(mockserver.Fault{Operation: "*", Status: http.StatusForbidden, Code: 939, Count: -1})
	const locked = "A network zone of the domain blocks the address"
	_, diags = zones.Read(made)
	diags.MustFail(t, "", locked, "(939)")
	zones.Destroy(made).MustFail(t, "", locked, "(939)")
	d.Mock.ClearFaults()

	// A zone is removed from the state only if the 404 comes from LUSID itself. After a 404 to the
	// DELETE, the list must confirm that the zone was deleted.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetNetworkZone", Status: http.StatusNotFound, HTML: true})
	_, diags = zones.Read(made)
	diags.MustFail(t, "", "HTML page")
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.DeleteNetworkZone", Status: http.StatusNotFound})
	zones.Destroy(made).MustFail(t, "", "it is in LUSID's list of network zones", "HTTP 404")

	providertest.MustRefuseOtherDomain(t, d, providertest.NetworkZoneType, made, config, "acme-office")
	providertest.MustDoWithoutCredentials(t, d, providertest.NetworkZoneType, made, config)
}

func TestNetworkZone_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: mockserver.Seed{NetworkZones: []mockserver.NetworkZone{
		{Code: "bare", Hierarchy: 3},
		{
			Code:        "whole",
			Description: "Office",
			Action:      "Block",
			IPs:         []string{"10.0.0.0/8"},
			SessionType: []string{"AllUsers"},
			UserRoles:   []string{"traders"},
		},
	}}})
	zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
	for code, want := range map[string]map[string]string{
		"bare": {"code": "bare", "action": "null", "description": "null", "session_types": "null", "user_roles": "null", "hierarchy": "3"},
		"whole": {
			"code":          "whole",
			"action":        "Block",
			"description":   "Office",
			"session_types": "AllUsers",
			"user_roles":    "traders",
			"hierarchy":     "4",
		},
	} {
		for _, imported := range []func() (providertest.Instance, providertest.Diagnostics){
			func() (providertest.Instance, providertest.Diagnostics) { return zones.ImportState(code) },
			func() (providertest.Instance, providertest.Diagnostics) {
				return zones.ImportIdentity(providertest.Object{"code": code})
			},
		} {
			got, diags := imported()
			diags.MustBeQuiet(t)
			got.MustHave(t, want)
		}
	}
	whole, diags := zones.ImportState("whole")
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"10.0.0.0/8"}, providertest.Column(whole.Rows(t, "ranges"), "value")); diff != "" {
		t.Errorf("ranges (-want +got):\n%s", diff)
	}
	zones.MustPlanNothing(whole, providertest.Object{
		"code": "whole", "description": "Office", "action": "Block", "ranges": providertest.ZoneRanges("10.0.0.0/8"), "session_types": []string{"AllUsers"}, "user_roles": []string{"traders"},
	})
	for key, part := range map[string]string{"missing": "HTTP 404", "a b": "1 to 64 letters", "": "1 to 64 letters", strings.Repeat("a", 65): "1 to 64"} {
		_, diags := zones.ImportState(key)
		diags.MustFail(t, "", fmt.Sprintf("Unable to import network zone %q", key), part)
	}
}

func TestNetworkZone_validation(t *testing.T) {
	t.Parallel()
	zones := providertest.NewProtocol(t).Resource(providertest.NetworkZoneType)
	many := []string{}
	for i := range 101 {
		many = append(many, fmt.Sprint("10.0.0.", i))
	}
	for name, test := range map[string]struct {
		change    providertest.Object
		attribute string
	}{
		"no ranges":                 {providertest.Object{"ranges": []any{}}, "ranges"},
		"101 ranges":                {providertest.Object{"ranges": providertest.ZoneRanges(many...)}, "ranges"},
		"a host name as a range":    {providertest.Object{"ranges": providertest.ZoneRanges("acme.com")}, "ranges.value"},
		"a first and last address":  {providertest.Object{"ranges": providertest.ZoneRanges("10.0.0.1-10.0.0.9")}, "ranges.value"},
		"a prefix that is too long": {providertest.Object{"ranges": providertest.ZoneRanges("10.0.0.0/33")}, "ranges.value"},
		"leading zeros":             {providertest.Object{"ranges": providertest.ZoneRanges("010.0.0.1")}, "ranges.value"},
		"a scoped address":          {providertest.Object{"ranges": providertest.ZoneRanges("fe80::1%eth0")}, "ranges.value"},
		"one range twice": {
			providertest.Object{"ranges": []any{
				providertest.Object{"value": "10.0.0.1"}, providertest.Object{"value": "10.0.0.1", "description": "Me"},
			}},
			"ranges",
		},
		"one range in two formats":                      {providertest.Object{"ranges": providertest.ZoneRanges("10.0.0.0/8", "10.1.2.3/8")}, "ranges"},
		"an address and the same address with a prefix": {providertest.Object{"ranges": providertest.ZoneRanges("10.0.0.1", "10.0.0.1/32")}, "ranges"},
		"an address and its IPv4-mapped form":           {providertest.Object{"ranges": providertest.ZoneRanges("192.0.2.1", "::ffff:192.0.2.1")}, "ranges"},
		"an address and its IPv4-mapped form in hex":    {providertest.Object{"ranges": providertest.ZoneRanges("192.0.2.1", "::FFFF:c000:201/128")}, "ranges"},
		"a range and its IPv4-mapped form":              {providertest.Object{"ranges": providertest.ZoneRanges("192.0.2.0/24", "::ffff:192.0.2.9/120")}, "ranges"},
		"neither session types nor user roles":          {providertest.Object{"session_types": nil}, "session_types"},
		"empty sets of session types and user roles":    {providertest.Object{"session_types": []string{}, "user_roles": []string{}}, "session_types"},
		"a role without a name":                         {providertest.Object{"user_roles": []string{""}}, "user_roles"},
		"a negative hierarchy":                          {providertest.Object{"hierarchy": -1}, "hierarchy"},
		"a timeout of zero":                             {providertest.Object{"timeouts": providertest.Object{"create": "0s"}}, "timeouts.create"},
	} {
		t.Run(name, func(t *testing.T) { zones.Validate(providertest.ZoneConfig(test.change)).MustFail(t, test.attribute) })
	}
	for _, valid := range []providertest.Object{
		{"ranges": providertest.ZoneRanges(many[:100]...)},
		{"ranges": providertest.ZoneRanges("0.0.0.0/0", "::/0", "2001:db8::/32", "10.1.2.3/8")},
		// ::ffff:0:0/95 is wider than the IPv4-mapped addresses that it contains, so it is no
		// repetition of 0.0.0.0/0.
		{"ranges": providertest.ZoneRanges("0.0.0.0/0", "::ffff:0:0/95")},
		{"session_types": nil, "user_roles": []string{"front office"}},
		{"session_types": nil, "user_roles": providertest.Unknown},
		{
			"code":          providertest.Unknown,
			"action":        providertest.Unknown,
			"ranges":        providertest.Unknown,
			"session_types": providertest.Unknown,
			"hierarchy":     providertest.Unknown,
			"description":   providertest.Unknown,
		},
		{"ranges": []any{
			providertest.Object{"value": providertest.Unknown},
			providertest.Object{"value": "10.0.0.1", "description": providertest.Unknown},
		}},
		{"session_types": []any{providertest.Unknown}, "user_roles": []any{providertest.Unknown}},
	} {
		zones.Validate(providertest.ZoneConfig(valid)).MustBeQuiet(t)
	}
	// A value that becomes known only in the plan is checked in the plan.
	d := providertest.NewMock(t, mockserver.Options{})
	_, diags := d.Protocol(t).Resource(providertest.NetworkZoneType).Plan(providertest.Instance{},
		providertest.ZoneConfig(providertest.Object{"session_types": []string{}}))
	diags.MustFail(t, "session_types")
}

// TestNetworkZone_lockOut plans changes that could lock the provider out, and changes that cannot. No
// plan sends a request.
func TestNetworkZone_lockOut(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
	allow, block := providertest.Object{"action": "Allow", "hierarchy": 20}, providertest.Object{"action": "Block", "hierarchy": 20}
	const (
		blocksMore = "The zone will block requests that it does not block now"
		allowsNew  = "The zone allows requests from its ranges"
		allowsLess = "The zone will allow fewer requests than now"
	)
	type test struct {
		// before is nil for a create, and after for a delete.
		before, after providertest.Object
		attribute     string
		warning       string
	}
	tests := map[string]test{
		"create a Block zone":                  {nil, block, "action", blocksMore},
		"create a zone with an unknown action": {nil, providertest.Object{"action": providertest.Unknown}, "action", blocksMore},
		"create an Allow zone":                 {nil, allow, "ranges", allowsNew},
		"create a NoOp zone":                   {nil, providertest.Object{}, "", ""},
		"destroy a Block zone":                 {block, nil, "", ""},
		"destroy an Allow zone":                {allow, nil, "", allowsLess},
		"destroy a NoOp zone":                  {providertest.Object{}, nil, "", ""},
		"NoOp to Block":                        {providertest.Object{}, block, "action", blocksMore},
		"Allow to Block":                       {allow, block, "action", blocksMore},
		"Block to Allow":                       {block, allow, "ranges", allowsNew},
		"Block to NoOp":                        {block, providertest.Object{}, "", ""},
		"Allow to NoOp":                        {allow, providertest.Object{}, "action", allowsLess},
		"Allow to an unknown action":           {allow, providertest.Object{"action": providertest.Unknown}, "action", blocksMore},
		"a Block zone with twice the addresses": {
			providertest.ZoneConfig(block, providertest.Object{"ranges": providertest.ZoneRanges("203.0.113.0/25")}),
			block, "ranges", blocksMore,
		},
		"a Block zone with half the addresses": {
			block,
			providertest.ZoneConfig(block, providertest.Object{"ranges": providertest.ZoneRanges("203.0.113.128/25")}), "",
			"",
		},
	}
	// Each of these changes makes the zones above apply to more requests.
	further := map[string]providertest.Object{
		"ranges":                   {"ranges": providertest.ZoneRanges("203.0.113.0/24", "192.0.2.1")},
		"ranges, in a wider range": {"ranges": providertest.ZoneRanges("203.0.0.0/16")},
		"session_types":            {"session_types": []string{"AllUsers", "AllPATAccess"}},
		"user_roles":               {"user_roles": []string{"traders"}},
		"hierarchy":                {"hierarchy": 10},
	}
	for name, change := range further {
		attribute, _, _ := strings.Cut(name, ",")
		wideBlock, wideAllow := providertest.ZoneConfig(block, change), providertest.ZoneConfig(allow, change)
		tests["a Block zone with more "+name] = test{block, wideBlock, attribute, blocksMore}
		tests["a Block zone with less "+name] = test{wideBlock, block, "", ""}
		tests["an Allow zone with more "+name] = test{allow, wideAllow, "", ""}
		tests["an Allow zone with less "+name] = test{wideAllow, allow, attribute, allowsLess}
	}
	for _, name := range []string{"ranges", "session_types", "user_roles", "hierarchy"} {
		tests["a Block zone with unknown "+name] = test{
			block, providertest.ZoneConfig(block, providertest.Object{name: providertest.Unknown}), name, blocksMore,
		}
	}
	for _, name := range []string{"ranges", "session_types", "hierarchy"} {
		tests["an Allow zone with unknown "+name] = test{
			allow, providertest.ZoneConfig(allow, providertest.Object{name: providertest.Unknown}), name, allowsLess,
		}
	}
	for name, zone := range map[string]providertest.Object{"a Block zone": block, "an Allow zone": allow} {
		tests[name+" without a change"] = test{zone, zone, "", ""}
		tests[name+" with another description"] = test{
			zone,
			providertest.ZoneConfig(zone, providertest.Object{"description": "Changed", "timeouts": providertest.Object{"read": "1m"}}),
			"", "",
		}
		tests[name+" with its ranges in IPv4-mapped form"] = test{
			zone,
			providertest.ZoneConfig(zone, providertest.Object{"ranges": providertest.ZoneRanges("::ffff:203.0.113.0/120")}),
			"", "",
		}
		tests[name+" with its ranges in another format"] = test{
			zone,
			providertest.ZoneConfig(zone, providertest.Object{"ranges": []any{providertest.Object{
				"value":       "203.0.113.77/24",
				"description": "Office",
			}}}),
			"", "",
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		t.Run(name, func(t *testing.T) {
			test := tests[name]
			var prior providertest.Instance
			var config providertest.Object
			if test.before != nil {
				var diags providertest.Diagnostics
				prior, diags = zones.Create(providertest.ZoneConfig(test.before))
				diags.MustSucceed(t)
				defer deleteZone(d, t)
			}
			if test.after != nil {
				config = providertest.ZoneConfig(test.after)
			}
			d.Forget()
			_, diags := zones.Plan(prior, config)
			d.MustCount(t, map[string]int{})
			if test.warning == "" {
				diags.MustBeQuiet(t)
				return
			}
			diags.MustWarn(t, test.attribute, "A change to network zone acme-office could lock this provider out", test.warning, "939",
				"Terraform could not undo that", "depends_on")
		})
	}
	t.Run("replacement by another code", func(t *testing.T) {
		made, diags := zones.Create(providertest.ZoneConfig(allow))
		diags.MustSucceed(t)
		defer deleteZone(d, t)
		_, diags = zones.Plan(made, providertest.ZoneConfig(allow, providertest.Object{"code": "acme-home"}))
		warnings := strings.Join(diags.Warnings(), "\n")
		providertest.MustHold(t, warnings, "network zone acme-office could", allowsLess, "network zone acme-home could", allowsNew)
	})
}

// TestNetworkZone_lostPlace destroys a zone and creates it again in one run, as Terraform does after a rename without a moved
// block. LUSID puts the new zone after all others, so other zones may decide.
func TestNetworkZone_lostPlace(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		hierarchy    any
		hasZoneAfter bool
		warns        bool
	}{
		"hierarchy not set":           {nil, true, true},
		"hierarchy set":               {5, true, false},
		"the last zone keeps a place": {nil, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
			config := providertest.ZoneConfig(providertest.Object{"hierarchy": test.hierarchy})
			made := zones.MustCreate(config)
			if test.hasZoneAfter {
				d.Protocol(t).Resource(providertest.NetworkZoneType).MustCreate(providertest.ZoneConfig(providertest.Object{"code": "other"}))
			}
			zones.Destroy(made).MustSucceed(t)
			_, diags := zones.Create(config)
			if !test.warns {
				diags.MustBeQuiet(t)
				return
			}
			diags.MustWarn(t, "hierarchy", "The network zone acme-office lost its place", "at hierarchy 1 and created it again at 3", "after all others", "set hierarchy")
		})
	}
}
