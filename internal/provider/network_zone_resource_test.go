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
)

// zoneBody is NetworkZoneDefinitionResponse; the provider's own type would hide a wrong JSON tag.
type zoneBody struct {
	Code           string       `json:"code"`
	Hierarchy      int          `json:"hierarchy"`
	Description    *string      `json:"description"`
	Action         *string      `json:"action"`
	NetworkZoneIPs []zoneIPBody `json:"networkZoneIPs"`
	ApplyRules     struct {
		SessionType []string `json:"sessionType"`
		UserRoles   []string `json:"userRoles"`
	} `json:"applyRules"`
}

type zoneIPBody struct {
	Value       string  `json:"value"`
	Description *string `json:"description,omitempty"`
	Type        string  `json:"type,omitempty"`
}

const zoneType = "lusid_network_zone"

// zoneConfig is a zone that locks nobody out, with other attributes or more.
func zoneConfig(more ...object) object {
	config := object{"code": "acme-office", "action": "NoOp", "ranges": zoneRanges("203.0.113.0/24"), "session_types": []string{"AllUsers"}}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

func zoneRanges(values ...string) []any {
	ranges := []any{}
	for _, value := range values {
		ranges = append(ranges, object{"value": value})
	}
	return ranges
}

// createZone creates a zone behind Terraform's back, where LUSID puts it.
func (d domain) createZone(t *testing.T, code string) {
	t.Helper()
	d.mustCall(t, http.MethodPost, "/networkzones", map[string]any{
		"code": code, "action": "NoOp", "networkZoneIPs": []zoneIPBody{{Value: "198.51.100.7"}},
		"applyRules": map[string]any{"sessionType": []string{"AllUsers"}, "userRoles": []string{}},
	}, nil)
}

// changeZone changes a zone behind Terraform's back.
func (d domain) changeZone(t *testing.T, code string, change func(*zoneBody)) {
	t.Helper()
	zone := d.zone(t, code)
	change(&zone)
	d.mustCall(t, http.MethodPut, "/networkzones/"+code, map[string]any{
		"description": zone.Description, "action": zone.Action, "networkZoneIPs": zone.NetworkZoneIPs, "hierarchy": zone.Hierarchy,
		"applyRules": map[string]any{"sessionType": zone.ApplyRules.SessionType, "userRoles": zone.ApplyRules.UserRoles},
	}, nil)
}

// deleteZone deletes the zone of zoneConfig behind Terraform's back.
func (d domain) deleteZone(t *testing.T) {
	t.Helper()
	d.mustCall(t, http.MethodDelete, "/networkzones/acme-office", nil, nil)
}

func (d domain) zone(t *testing.T, code string) zoneBody {
	t.Helper()
	var zone zoneBody
	d.mustCall(t, http.MethodGet, "/networkzones/"+code, nil, &zone)
	return zone
}

// places are the hierarchies of the domain's zones by code.
func (d domain) places(t *testing.T) map[string]int {
	t.Helper()
	var zones []zoneBody
	d.mustCall(t, http.MethodGet, "/networkzones", nil, &zones)
	places := map[string]int{}
	for _, zone := range zones {
		places[zone.Code] = zone.Hierarchy
	}
	return places
}

// checkNoZone is for the end of tests through the CLI. They all need the mock: on a real domain, a
// zone could lock everybody out.
func (d domain) checkNoZone(t *testing.T) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if left := d.places(t); len(left) > 0 {
			return fmt.Errorf("zones are left: %v", left)
		}
		return nil
	}
}

const zoneAddress = zoneType + ".test"

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

func networkZoneLifecycle(t *testing.T, d domain) lifecycle {
	return lifecycle{
		config: zoneConfig(object{"hierarchy": 10}),
		drift: func() {
			d.changeZone(t, "acme-office", func(zone *zoneBody) { zone.Hierarchy, zone.Action = 5, new("Allow") })
		},
		drifted:             []string{`~ action = "Allow" -> "NoOp"`, `~ hierarchy = 5 -> 10`},
		mended:              map[string]int{"identity.UpdateNetworkZone": 1},
		vanish:              func() { d.deleteZone(t) },
		deletedAndMadeAgain: map[string]int{"identity.CreateNetworkZone": 1, "identity.UpdateNetworkZone": 1},
		replacement:         zoneConfig(object{"code": "acme-branch", "hierarchy": 10}),
		replacedBy:          "code",
		replaced:            map[string]int{"identity.DeleteNetworkZone": 1, "identity.CreateNetworkZone": 1, "identity.UpdateNetworkZone": 1},
		update:              zoneConfig(object{"hierarchy": 20}),
		refusedCreate:       "Unable to create network zone",
		refusedRead:         "Unable to read network zone acme-office",
		refusedUpdate:       "Unable to update network zone acme-office",
		refusedDelete:       "Unable to delete network zone acme-office",
	}
}

func TestAccNetworkZone_basic(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	known := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(zoneAddress, tfjsonpath.New(attribute), check)
	}
	updates := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(zoneAddress, plancheck.ResourceActionUpdate)}}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		CheckDestroy:             d.checkNoZone(t),
		Steps: []resource.TestStep{
			{
				Config: d.config(zoneHCL("description = \"Offices\"")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectUnknownValue(zoneAddress, tfjsonpath.New("hierarchy")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					known("hierarchy", knownvalue.Int64Exact(1)),
					known("ranges", knownvalue.SetSizeExact(2)),
					known("user_roles", knownvalue.Null()),
				},
			},
			{ResourceName: zoneAddress, ImportState: true, ImportStateId: "acme-office", ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "code"},
			{
				Config:            d.config(zoneHCL("hierarchy = 20\nuser_roles = [\"traders\"]")),
				ConfigPlanChecks:  updates,
				ConfigStateChecks: []statecheck.StateCheck{known("hierarchy", knownvalue.Int64Exact(20)), known("description", knownvalue.Null())},
			},
			{
				// No longer configured, the place stays.
				Config:            d.config(zoneHCL("")),
				ConfigPlanChecks:  updates,
				ConfigStateChecks: []statecheck.StateCheck{known("hierarchy", knownvalue.Int64Exact(20)), known("user_roles", knownvalue.Null())},
			},
		},
	})
}

// TestAccNetworkZone_import takes over a zone that was made by hand, as it is.
func TestAccNetworkZone_import(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.createZone(t, "by-hand")
	w := newWorkspace(t, d.config(`
resource "lusid_network_zone" "test" {
  code          = "by-hand"
  action        = "NoOp"
  session_types = ["AllUsers"]
  ranges        = [{ value = "198.51.100.7" }]
}
`))
	w.mustFail([]string{`Unable to import network zone "missing"`, "HTTP 404"}, "import", zoneAddress, "missing")
	w.mustFail([]string{"A code has 1 to 64 letters"}, "import", zoneAddress, "by hand")
	d.forget()
	w.mustRun("import", zoneAddress, "by-hand")
	w.mustPlanEmpty()
	d.mustCount(t, map[string]int{"identity.GetNetworkZone": 3})
	w.mustRun("destroy", "-auto-approve")
	if left := d.places(t); len(left) > 0 {
		t.Errorf("zones are left: %v", left)
	}
}

// TestAccNetworkZone_unplaced loses the second call of a create. The CLI takes the zone for made,
// sees in the next plan where it really is, and moves it there in place.
func TestAccNetworkZone_unplaced(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.createZone(t, "before")
	w := newWorkspace(t, d.config(zoneHCL("hierarchy = 50")))
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.UpdateNetworkZone", Status: http.StatusForbidden, Code: 939})
	mustHold(t, w.mustRun("apply", "-auto-approve"), "Warning: Unable to place network zone acme-office", "is at 2", "to the hierarchy 50", "the next apply moves the zone", "(939)")

	plan, output := w.plan()
	mustHold(t, output, "~ hierarchy", "2 -> 50", "Plan: 0 to add, 1 to change, 0 to destroy")
	if got := plan.ResourceChanges[0].Change.Actions; !got.Update() {
		t.Errorf("the next plan is to %s", got)
	}
	d.forget()
	w.mustRun("apply", "tfplan")
	d.mustCount(t, map[string]int{"identity.UpdateNetworkZone": 1})
	if diff := cmp.Diff(map[string]int{"before": 1, "acme-office": 50}, d.places(t)); diff != "" {
		t.Errorf("zones (-want +got):\n%s", diff)
	}
	w.mustPlanEmpty()
}

func TestNetworkZone_lifecycle(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	zones := d.protocol(t).resource(zoneType)
	config := zoneConfig(object{
		"description": "Office", "hierarchy": 10, "user_roles": []string{"traders", "risk"},
		"ranges": []any{object{"value": "203.0.113.0/24", "description": "London"}, object{"value": "2001:db8::7"}},
	})
	made := zones.mustCreate(config)
	d.mustCount(t, map[string]int{"identity.ListNetworkZones": 1, "identity.CreateNetworkZone": 1, "identity.UpdateNetworkZone": 1})
	if diff := cmp.Diff(map[string]string{"code": "acme-office"}, zones.identityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	whole := func(change func(*zoneBody)) {
		t.Helper()
		want := zoneBody{Code: "acme-office", Hierarchy: 10, Description: new("Office"), Action: new("NoOp"), NetworkZoneIPs: []zoneIPBody{
			{Value: "2001:db8::7", Type: "IP"}, {Value: "203.0.113.0/24", Type: "CIDR", Description: new("London")},
		}}
		want.ApplyRules.SessionType, want.ApplyRules.UserRoles = []string{"AllUsers"}, []string{"risk", "traders"}
		change(&want)
		if diff := cmp.Diff(want, d.zone(t, "acme-office")); diff != "" {
			t.Errorf("LUSID has (-want +got):\n%s", diff)
		}
	}
	whole(func(*zoneBody) {})

	d.forget()
	read := zones.mustRead(made)
	zones.mustPlanNothing(read, config)
	d.mustCount(t, map[string]int{"identity.GetNetworkZone": 1})

	// Each attribute but the code updates in place, in one call that clears nothing else.
	for _, test := range []struct {
		change object
		want   func(*zoneBody)
	}{
		{object{"description": "Offices"}, func(z *zoneBody) { z.Description = new("Offices") }},
		{object{"session_types": []string{"AllPATAccess"}}, func(z *zoneBody) { z.ApplyRules.SessionType = []string{"AllPATAccess"} }},
		{object{"user_roles": nil}, func(z *zoneBody) { z.ApplyRules.UserRoles = []string{} }},
		{object{"hierarchy": 0}, func(z *zoneBody) { z.Hierarchy = 0 }},
		{object{"ranges": zoneRanges("192.0.2.1")}, func(z *zoneBody) { z.NetworkZoneIPs = []zoneIPBody{{Value: "192.0.2.1", Type: "IP"}} }},
		{object{"description": nil}, func(z *zoneBody) { z.Description = new("") }},
	} {
		d.forget()
		changed := maps.Clone(config)
		maps.Copy(changed, test.change)
		updated, diags := zones.update(read, changed)
		diags.mustBeQuiet(t)
		d.mustCount(t, map[string]int{"identity.UpdateNetworkZone": 1})
		whole(test.want)
		updated = zones.mustRead(updated)
		zones.mustPlanNothing(updated, changed)
		read, diags = zones.update(updated, config)
		diags.mustBeQuiet(t)
		whole(func(*zoneBody) {})
	}
	// What LUSID is not told is no call.
	d.forget()
	config["timeouts"] = object{"update": "1m"}
	read, diags := zones.update(read, config)
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{})

	change, diags := zones.plan(read, zoneConfig(object{"code": "acme-home"}))
	diags.mustBeQuiet(t)
	if diff := cmp.Diff([]string{"code"}, change.replaces); diff != "" {
		t.Errorf("replaced because of (-want +got):\n%s", diff)
	}

	d.deleteZone(t)
	zones = d.protocol(t).resource(zoneType)
	if gone := zones.mustRead(read); gone.exists() {
		t.Error("a zone that is gone stays in the state")
	}
	d.forget()
	zones.destroy(read).mustBeQuiet(t)
	d.mustCount(t, map[string]int{"identity.DeleteNetworkZone": 1})
}

// TestNetworkZone_sameToLUSID goes through spellings that are no difference.
func TestNetworkZone_sameToLUSID(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{}, w.front)
	zones := d.protocol(t).resource(zoneType)
	made := zones.mustCreate(zoneConfig())
	for _, config := range []object{
		zoneConfig(object{"user_roles": []string{}}),
		zoneConfig(object{"description": ""}),
		zoneConfig(object{"ranges": []any{object{"value": "203.0.113.0/24", "description": ""}}}),
		zoneConfig(object{"user_roles": []string{"traders"}, "session_types": []string{}}),
		zoneConfig(object{"user_roles": []string{"traders"}, "session_types": nil}),
		zoneConfig(object{"ranges": zoneRanges("203.0.113.9/24", "2001:0DB8::1")}),
		zoneConfig(object{"ranges": zoneRanges("::ffff:203.0.113.0/120", "::ffff:192.0.2.1")}),
	} {
		var diags diagnostics
		made, diags = zones.update(made, config)
		diags.mustBeQuiet(t)
		made = zones.mustRead(made)
		zones.mustPlanNothing(made, config)
	}
	// LUSID's own spelling, order and repetitions, in a process that does not list yet.
	config := zoneConfig(object{"ranges": zoneRanges("203.0.113.9/24", "2001:0DB8::1", "::ffff:192.0.2.1", "198.51.100.0/25")})
	made, diags := zones.update(made, config)
	diags.mustBeQuiet(t)
	zones = d.protocol(t).resource(zoneType)
	w.set(func(_ *http.Request, body any) any {
		zone, ok := body.(map[string]any)
		if !ok {
			return body
		}
		zone["action"] = "NOOP"
		zone["networkZoneIPs"] = []any{map[string]any{"value": "2001:db8::1", "description": nil}, nil, map[string]any{"value": "203.0.113.0/24", "type": "Range"}, map[string]any{"value": "203.0.113.0/24"}, map[string]any{"value": "192.0.2.1"}, map[string]any{"value": "::ffff:198.51.100.0/121"}}
		zone["applyRules"] = map[string]any{"sessionType": []any{"AllUsers", "AllUsers"}, "userRoles": nil}
		return zone
	})
	made = zones.mustRead(made)
	zones.mustPlanNothing(made, config)
}

// TestNetworkZone_absent takes away all that the contract lets an answer leave out.
func TestNetworkZone_absent(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"absent", "null"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w rewriter
			d := newMockBehind(t, mockserver.Options{}, w.front)
			w.set(func(_ *http.Request, body any) any {
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
			zones := d.protocol(t).resource(zoneType)
			// Where the zone is, LUSID does not say: it is placed where it may be already.
			made := zones.mustCreate(zoneConfig(object{"hierarchy": 1}))
			d.mustCount(t, map[string]int{"identity.ListNetworkZones": 1, "identity.CreateNetworkZone": 1, "identity.UpdateNetworkZone": 1})
			read := zones.mustRead(made)
			read.mustHave(t, map[string]string{"code": "acme-office", "action": "null", "hierarchy": "null", "session_types": "null"})
			_, diags := zones.update(read, zoneConfig())
			diags.mustFail(t, "", "Unable to update network zone acme-office", "give it a hierarchy")
			updated, diags := zones.update(read, zoneConfig(object{"hierarchy": 4}))
			diags.mustSucceed(t)
			w.set(nil)
			zones.mustPlanNothing(zones.mustRead(updated), zoneConfig(object{"hierarchy": 4}))

			other := zoneConfig(object{"code": "other", "hierarchy": nil})
			w.set(func(_ *http.Request, body any) any {
				if zone, ok := body.(map[string]any); ok {
					delete(zone, "hierarchy")
				}
				return body
			})
			unplaced := zones.mustCreate(other)
			unplaced.mustHave(t, map[string]string{"hierarchy": "null"})
			unplaced = zones.mustRead(unplaced)
			zones.mustPlanNothing(unplaced, other)
		})
	}
}

func TestNetworkZone_place(t *testing.T) {
	t.Parallel()
	t.Run("in one call where that will do", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		zones := d.protocol(t).resource(zoneType)
		first := zones.mustCreate(zoneConfig())
		second := zones.mustCreate(zoneConfig(object{"code": "second", "hierarchy": 2}))
		d.mustCount(t, map[string]int{"identity.ListNetworkZones": 1, "identity.CreateNetworkZone": 2})
		first.mustHave(t, map[string]string{"hierarchy": "1"})
		second.mustHave(t, map[string]string{"hierarchy": "2"})
	})
	t.Run("that another zone has", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.createZone(t, "before")
		zones := d.protocol(t).resource(zoneType)
		config := zoneConfig(object{"hierarchy": 1})
		made, diags := zones.create(config)
		diags.mustWarn(t, "hierarchy", "Network zone acme-office waits for its place", "The network zone before of", "has the hierarchy 1",
			"acme-office stays at 2, in force", "the next apply tries again")
		// With the other one out of the way, the next apply mends it.
		d.changeZone(t, "before", func(zone *zoneBody) { zone.Hierarchy = 7 })
		read := zones.mustRead(made)
		read.mustHave(t, map[string]string{"hierarchy": "2"})
		d.forget()
		mended, diags := zones.update(read, config)
		diags.mustBeQuiet(t)
		d.mustCount(t, map[string]int{"identity.UpdateNetworkZone": 1})
		zones.mustPlanNothing(zones.mustRead(mended), config)
		if diff := cmp.Diff(map[string]int{"acme-office": 1, "before": 7}, d.places(t)); diff != "" {
			t.Errorf("zones (-want +got):\n%s", diff)
		}
	})
	t.Run("from which LUSID moves the other zone", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{NetworkZonesShift: true})
		zones := d.protocol(t).resource(zoneType)
		open := zones.mustCreate(zoneConfig(object{"code": "open"}))
		zones.mustCreate(zoneConfig(object{"hierarchy": 1}))
		// A zone whose place is left open stays where it was moved, also where the plan is older.
		d.forget()
		open, diags := zones.update(open, zoneConfig(object{"code": "open", "description": "Changed"}))
		diags.mustBeQuiet(t)
		d.mustCount(t, map[string]int{"identity.GetNetworkZone": 1, "identity.UpdateNetworkZone": 1})
		if diff := cmp.Diff(map[string]int{"acme-office": 1, "open": 2}, d.places(t)); diff != "" {
			t.Errorf("zones (-want +got):\n%s", diff)
		}
		open = zones.mustRead(open)
		open.mustHave(t, map[string]string{"hierarchy": "2"})
		zones.mustPlanNothing(open, zoneConfig(object{"code": "open", "description": "Changed"}))
	})
	t.Run("one zone after the other", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateNetworkZone", Delay: 100 * time.Millisecond, Count: -1})
		zones := d.protocol(t).resource(zoneType)
		var both sync.WaitGroup
		for i, code := range []string{"second", "first"} {
			change, diags := zones.plan(instance{}, zoneConfig(object{"code": code, "hierarchy": 2 - i}))
			diags.mustBeQuiet(t)
			both.Go(func() {
				_, diags := zones.carryOut(t.Context(), change)
				if all := append(diags.errors(), diags.warnings()...); len(all) > 0 {
					t.Errorf("%s: %s", code, all)
				}
			})
		}
		both.Wait()
		if diff := cmp.Diff(map[string]int{"first": 1, "second": 2}, d.places(t)); diff != "" {
			t.Errorf("zones (-want +got):\n%s", diff)
		}
	})
	for name, fault := range map[string]mockserver.Fault{
		"the answer is lost":           {Reset: mockserver.ResetBefore, Count: -1},
		"a zone blocks":                {Status: http.StatusForbidden, Code: 939},
		"the answer is a proxy's page": {HTML: true, Count: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			fault.Operation = "identity.UpdateNetworkZone"
			d.mock.InjectFault(fault)
			zones := d.protocol(t, object{"max_retries": 0}).resource(zoneType)
			config := zoneConfig(object{"hierarchy": 50})
			made, diags := zones.create(config)
			diags.mustWarn(t, "hierarchy", "Unable to place network zone acme-office", "is at 1")
			if fault.Code == 939 {
				diags.mustWarn(t, "hierarchy", "A network zone of the domain refuses the address", "(939)")
			}
			d.mock.ClearFaults()
			mended, diags := zones.update(zones.mustRead(made), config)
			diags.mustBeQuiet(t)
			zones.mustPlanNothing(zones.mustRead(mended), config)
			if diff := cmp.Diff(map[string]int{"acme-office": 50}, d.places(t)); diff != "" {
				t.Errorf("zones (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNetworkZone_manyReads(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	zones := d.protocol(t).resource(zoneType)
	var made []instance
	for i := range 8 {
		made = append(made, zones.mustCreate(zoneConfig(object{"code": fmt.Sprint("zone-", i)})))
	}
	zones = d.protocol(t).resource(zoneType)
	d.changeZone(t, "zone-7", func(zone *zoneBody) { zone.Description = new("Drifted") })
	d.forget()
	for i, zone := range made {
		read := zones.mustRead(zone)
		if i < 7 {
			zones.mustPlanNothing(read, zoneConfig(object{"code": fmt.Sprint("zone-", i)}))
		} else {
			read.mustHave(t, map[string]string{"description": "Drifted"})
		}
	}
	// The last differs from the list, and is read once more.
	d.mustCount(t, map[string]int{"identity.GetNetworkZone": 3 + 1, "identity.ListNetworkZones": 1})
}

func TestNetworkZone_taken(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.createZone(t, "acme-office")
	made, diags := d.protocol(t).resource(zoneType).create(zoneConfig(object{"hierarchy": 10}))
	if made.exists() {
		t.Error("something is in the state")
	}
	diags.mustFail(t, "code", "Unable to create network zone", "import {\n  to = lusid_network_zone.NAME\n  id = \"acme-office\"\n}", "HTTP 400")
	d.mustCount(t, map[string]int{"identity.ListNetworkZones": 2, "identity.CreateNetworkZone": 1})
	// A domain that is full says so.
	for i := range 9 {
		d.createZone(t, fmt.Sprint("zone-", i))
	}
	_, diags = d.protocol(t).resource(zoneType).create(zoneConfig(object{"code": "one-more"}))
	diags.mustFail(t, "", "Unable to create network zone", "10 network zones at most")
}

func TestNetworkZone_lostAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   mockserver.Fault
		lag     int
		adopted bool
	}{
		"reset after":            {mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true},
		"reset before":           {mockserver.Fault{Reset: mockserver.ResetBefore}, 0, false},
		"500 after":              {mockserver.Fault{Status: 500, AfterWrite: true}, 0, true},
		"truncated":              {mockserver.Fault{Truncate: true}, 0, true},
		"reset after, under lag": {mockserver.Fault{Reset: mockserver.ResetAfter}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{ListLag: test.lag})
			test.fault.Operation = "identity.CreateNetworkZone"
			d.mock.InjectFault(test.fault)
			zones := d.protocol(t).resource(zoneType)
			config := zoneConfig(object{"hierarchy": 10, "ranges": zoneRanges("203.0.113.9/24", "192.0.2.1")})
			made, diags := zones.create(config)
			if test.adopted {
				diags.mustWarn(t, "", "The answer to the creation of network zone acme-office was lost", "this run or another one created it")
			} else {
				diags.mustBeQuiet(t)
			}
			if got := d.zone(t, "acme-office"); got.Hierarchy != 10 {
				t.Errorf("the zone is at %d", got.Hierarchy)
			}
			zones.mustPlanNothing(zones.mustRead(made), config)
		})
	}
	t.Run("another's", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.createZone(t, "acme-office")
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateNetworkZone", Reset: mockserver.ResetAfter})
		made, diags := d.protocol(t).resource(zoneType).create(zoneConfig(object{"ranges": zoneRanges("198.51.100.7")}))
		if made.exists() {
			t.Error("a foreign zone was taken over")
		}
		diags.mustFail(t, "code", "lusid_network_zone.NAME")
	})
	t.Run("of a code that this process deleted", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.createZone(t, "acme-office")
		zones := d.protocol(t).resource(zoneType)
		old, diags := zones.importState("acme-office")
		diags.mustBeQuiet(t)
		zones.mustCreate(zoneConfig(object{"code": "other"}))
		zones.destroy(old).mustBeQuiet(t)
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateNetworkZone", Reset: mockserver.ResetAfter})
		_, diags = zones.create(zoneConfig())
		diags.mustWarn(t, "", "acme-office was lost")
	})
}

func TestNetworkZone_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	zones := d.protocol(t).resource(zoneType)
	config := zoneConfig()
	made := zones.mustCreate(config)
	forbidden := d.noRights(t).resource(zoneType)
	words := []string{"HTTP 403", "lusid-administrator"}

	kept, diags := forbidden.read(made)
	diags.mustFail(t, "", append(words, "Unable to read network zone acme-office")...)
	if names := made.differences(kept); names != nil {
		t.Errorf("a failed read changed %s", names)
	}
	_, diags = forbidden.update(made, zoneConfig(object{"description": "New"}))
	diags.mustFail(t, "", append(words, "Unable to update network zone acme-office")...)
	_, diags = forbidden.update(made, zoneConfig(object{"hierarchy": 10}))
	diags.mustFail(t, "", append(words, "Unable to update network zone acme-office")...)
	forbidden.destroy(made).mustFail(t, "", append(words, "Unable to delete network zone acme-office")...)
	_, diags = forbidden.create(zoneConfig(object{"code": "other"}))
	diags.mustFail(t, "", append(words, "Unable to create network zone", "other")...)
	_, diags = forbidden.importState("acme-office")
	diags.mustFail(t, "", append(words, `Unable to import network zone "acme-office"`)...)

	// Locked out, by whatever zone.
	d.mock.InjectFault(mockserver.Fault{Operation: "*", Status: http.StatusForbidden, Code: 939, Count: -1})
	const locked = "A network zone of the domain refuses the address"
	_, diags = zones.read(made)
	diags.mustFail(t, "", locked, "(939)")
	zones.destroy(made).mustFail(t, "", locked, "(939)")
	d.mock.ClearFaults()

	// Only LUSID's own 404 means gone.
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.GetNetworkZone", Status: http.StatusNotFound, HTML: true})
	_, diags = zones.read(made)
	diags.mustFail(t, "", "HTML page")
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.DeleteNetworkZone", Status: http.StatusNotFound})
	zones.destroy(made).mustFail(t, "", "LUSID's list of network zones shows it", "HTTP 404")

	mustRefuseOtherDomain(t, d, zoneType, made, config, "acme-office")
	mustDoWithoutCredentials(t, d, zoneType, made, config)
}

func TestNetworkZone_import(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: mockserver.Seed{NetworkZones: []mockserver.NetworkZone{
		{Code: "bare", Hierarchy: 3},
		{Code: "whole", Description: "Office", Action: "Block", IPs: []string{"10.0.0.0/8"}, SessionType: []string{"AllUsers"}, UserRoles: []string{"traders"}},
	}}})
	zones := d.protocol(t).resource(zoneType)
	for code, want := range map[string]map[string]string{
		"bare":  {"code": "bare", "action": "null", "description": "null", "session_types": "null", "user_roles": "null", "hierarchy": "3"},
		"whole": {"code": "whole", "action": "Block", "description": "Office", "session_types": "AllUsers", "user_roles": "traders", "hierarchy": "4"},
	} {
		for _, imported := range []func() (instance, diagnostics){
			func() (instance, diagnostics) { return zones.importState(code) },
			func() (instance, diagnostics) { return zones.importIdentity(object{"code": code}) },
		} {
			got, diags := imported()
			diags.mustBeQuiet(t)
			got.mustHave(t, want)
		}
	}
	whole, diags := zones.importState("whole")
	diags.mustBeQuiet(t)
	if diff := cmp.Diff([]string{"10.0.0.0/8"}, column(whole.rows(t, "ranges"), "value")); diff != "" {
		t.Errorf("ranges (-want +got):\n%s", diff)
	}
	zones.mustPlanNothing(whole, object{
		"code": "whole", "description": "Office", "action": "Block", "ranges": zoneRanges("10.0.0.0/8"), "session_types": []string{"AllUsers"}, "user_roles": []string{"traders"},
	})
	for key, part := range map[string]string{"missing": "HTTP 404", "a b": "1 to 64 letters", "": "1 to 64 letters", strings.Repeat("a", 65): "1 to 64"} {
		_, diags := zones.importState(key)
		diags.mustFail(t, "", fmt.Sprintf("Unable to import network zone %q", key), part)
	}
}

func TestNetworkZone_validation(t *testing.T) {
	t.Parallel()
	zones := newProtocol(t).resource(zoneType)
	many := []string{}
	for i := range 101 {
		many = append(many, fmt.Sprint("10.0.0.", i))
	}
	for name, test := range map[string]struct {
		change    object
		attribute string
	}{
		"no ranges":                 {object{"ranges": []any{}}, "ranges"},
		"101 ranges":                {object{"ranges": zoneRanges(many...)}, "ranges"},
		"a name":                    {object{"ranges": zoneRanges("acme.com")}, "ranges.value"},
		"a first and last address":  {object{"ranges": zoneRanges("10.0.0.1-10.0.0.9")}, "ranges.value"},
		"a range too wide":          {object{"ranges": zoneRanges("10.0.0.0/33")}, "ranges.value"},
		"leading zeros":             {object{"ranges": zoneRanges("010.0.0.1")}, "ranges.value"},
		"a scoped address":          {object{"ranges": zoneRanges("fe80::1%eth0")}, "ranges.value"},
		"one range twice":           {object{"ranges": []any{object{"value": "10.0.0.1"}, object{"value": "10.0.0.1", "description": "Me"}}}, "ranges"},
		"one range in two writings": {object{"ranges": zoneRanges("10.0.0.0/8", "10.1.2.3/8")}, "ranges"},
		"an address as both":        {object{"ranges": zoneRanges("10.0.0.1", "10.0.0.1/32")}, "ranges"},
		"a mapped address":          {object{"ranges": zoneRanges("192.0.2.1", "::ffff:192.0.2.1")}, "ranges"},
		"a mapped address in hex":   {object{"ranges": zoneRanges("192.0.2.1", "::FFFF:c000:201/128")}, "ranges"},
		"a mapped range":            {object{"ranges": zoneRanges("192.0.2.0/24", "::ffff:192.0.2.9/120")}, "ranges"},
		"nobody":                    {object{"session_types": nil}, "session_types"},
		"nobody, in empty sets":     {object{"session_types": []string{}, "user_roles": []string{}}, "session_types"},
		"a role without a name":     {object{"user_roles": []string{""}}, "user_roles"},
		"below all":                 {object{"hierarchy": -1}, "hierarchy"},
		"a timeout of zero":         {object{"timeouts": object{"create": "0s"}}, "timeouts.create"},
	} {
		t.Run(name, func(t *testing.T) { zones.validate(zoneConfig(test.change)).mustFail(t, test.attribute) })
	}
	for _, valid := range []object{
		{"ranges": zoneRanges(many[:100]...)},
		{"ranges": zoneRanges("0.0.0.0/0", "::/0", "2001:db8::/32", "10.1.2.3/8")},
		// The last is wider than the IPv4 addresses that it has.
		{"ranges": zoneRanges("0.0.0.0/0", "::ffff:0:0/95")},
		{"session_types": nil, "user_roles": []string{"front office"}},
		{"session_types": nil, "user_roles": unknown},
		{"code": unknown, "action": unknown, "ranges": unknown, "session_types": unknown, "hierarchy": unknown, "description": unknown},
		{"ranges": []any{object{"value": unknown}, object{"value": "10.0.0.1", "description": unknown}}},
		{"session_types": []any{unknown}, "user_roles": []any{unknown}},
	} {
		zones.validate(zoneConfig(valid)).mustBeQuiet(t)
	}
	// What is known only in the plan is checked there.
	d := newMock(t, mockserver.Options{})
	_, diags := d.protocol(t).resource(zoneType).plan(instance{}, zoneConfig(object{"session_types": []string{}}))
	diags.mustFail(t, "session_types")
}

// TestNetworkZone_lockOut plans each change that could lock the provider out, and others that could
// not. No plan asks LUSID.
func TestNetworkZone_lockOut(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	zones := d.protocol(t).resource(zoneType)
	allow, block := object{"action": "Allow", "hierarchy": 20}, object{"action": "Block", "hierarchy": 20}
	const (
		blocksMore = "The zone will block requests that it does not block now"
		allowsNew  = "The zone allows requests from its ranges"
		allowsLess = "The zone will no longer allow all that it allows now"
	)
	type test struct {
		// before is nil for a create, and after for a delete.
		before, after object
		attribute     string
		warning       string
	}
	tests := map[string]test{
		"a new Block":                         {nil, block, "action", blocksMore},
		"a new zone, of an unknown action":    {nil, object{"action": unknown}, "action", blocksMore},
		"a new Allow":                         {nil, allow, "ranges", allowsNew},
		"a new NoOp":                          {nil, object{}, "", ""},
		"a Block that goes":                   {block, nil, "", ""},
		"an Allow that goes":                  {allow, nil, "", allowsLess},
		"a NoOp that goes":                    {object{}, nil, "", ""},
		"NoOp to Block":                       {object{}, block, "action", blocksMore},
		"Allow to Block":                      {allow, block, "action", blocksMore},
		"Block to Allow":                      {block, allow, "ranges", allowsNew},
		"Block to NoOp":                       {block, object{}, "", ""},
		"Allow to NoOp":                       {allow, object{}, "action", allowsLess},
		"an Allow whose action is to be seen": {allow, object{"action": unknown}, "action", blocksMore},
		"a Block of twice the addresses":      {zoneConfig(block, object{"ranges": zoneRanges("203.0.113.0/25")}), block, "ranges", blocksMore},
		"a Block of half the addresses":       {block, zoneConfig(block, object{"ranges": zoneRanges("203.0.113.128/25")}), "", ""},
	}
	// Each reaches further than the zones above.
	further := map[string]object{
		"ranges":        {"ranges": zoneRanges("203.0.113.0/24", "192.0.2.1")},
		"ranges, wider": {"ranges": zoneRanges("203.0.0.0/16")},
		"session_types": {"session_types": []string{"AllUsers", "AllPATAccess"}},
		"user_roles":    {"user_roles": []string{"traders"}},
		"hierarchy":     {"hierarchy": 10},
	}
	for name, change := range further {
		attribute, _, _ := strings.Cut(name, ",")
		wideBlock, wideAllow := zoneConfig(block, change), zoneConfig(allow, change)
		tests["a Block with more "+name] = test{block, wideBlock, attribute, blocksMore}
		tests["a Block with less "+name] = test{wideBlock, block, "", ""}
		tests["an Allow with more "+name] = test{allow, wideAllow, "", ""}
		tests["an Allow with less "+name] = test{wideAllow, allow, attribute, allowsLess}
	}
	for _, name := range []string{"ranges", "session_types", "user_roles", "hierarchy"} {
		tests["a Block of unknown "+name] = test{block, zoneConfig(block, object{name: unknown}), name, blocksMore}
	}
	for _, name := range []string{"ranges", "session_types", "hierarchy"} {
		tests["an Allow of unknown "+name] = test{allow, zoneConfig(allow, object{name: unknown}), name, allowsLess}
	}
	for name, zone := range map[string]object{"a Block": block, "an Allow": allow} {
		tests[name+" as it is"] = test{zone, zone, "", ""}
		tests[name+" with another description"] = test{zone, zoneConfig(zone, object{"description": "Changed", "timeouts": object{"read": "1m"}}), "", ""}
		tests[name+" in IPv6"] = test{zone, zoneConfig(zone, object{"ranges": zoneRanges("::ffff:203.0.113.0/120")}), "", ""}
		tests[name+" in other words"] = test{zone, zoneConfig(zone, object{"ranges": []any{object{"value": "203.0.113.77/24", "description": "Office"}}}), "", ""}
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		t.Run(name, func(t *testing.T) {
			test := tests[name]
			var prior instance
			var config object
			if test.before != nil {
				var diags diagnostics
				prior, diags = zones.create(zoneConfig(test.before))
				diags.mustSucceed(t)
				defer d.deleteZone(t)
			}
			if test.after != nil {
				config = zoneConfig(test.after)
			}
			d.forget()
			_, diags := zones.plan(prior, config)
			d.mustCount(t, map[string]int{})
			if test.warning == "" {
				diags.mustBeQuiet(t)
				return
			}
			diags.mustWarn(t, test.attribute, "A change to network zone acme-office could lock this provider out", test.warning, "939",
				"Terraform could not undo that", "depends_on")
		})
	}
	t.Run("another code", func(t *testing.T) {
		made, diags := zones.create(zoneConfig(allow))
		diags.mustSucceed(t)
		defer d.deleteZone(t)
		_, diags = zones.plan(made, zoneConfig(allow, object{"code": "acme-home"}))
		warnings := strings.Join(diags.warnings(), "\n")
		mustHold(t, warnings, "network zone acme-office could", allowsLess, "network zone acme-home could", allowsNew)
	})
}
