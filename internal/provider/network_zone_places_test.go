package provider_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// zonePuts records the place that each PUT of a zone asks for, such as "first@20".
type zonePuts struct {
	mu   sync.Mutex
	puts []string
}

func (z *zonePuts) front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			var zone providertest.ZoneBody
			_ = json.Unmarshal(body, &zone)
			z.mu.Lock()
			z.puts = append(z.puts, fmt.Sprintf("%s@%d", path.Base(r.URL.Path), zone.Hierarchy))
			z.mu.Unlock()
		}
		mock.ServeHTTP(w, r)
	})
}

// take returns the places that were asked for since the last call.
func (z *zonePuts) take() string {
	z.mu.Lock()
	defer z.mu.Unlock()
	puts := strings.Join(z.puts, " ")
	z.puts = nil
	return puts
}

// placedZones maps the code of each zone to its action and its place.
type placedZones map[string]providertest.Object

func (z placedZones) seed() (seed mockserver.Seed) {
	for code, zone := range z {
		hierarchy, _ := zone["hierarchy"].(int)
		action, _ := zone["action"].(string)
		seed.NetworkZones = append(seed.NetworkZones, mockserver.NetworkZone{
			Code: code, Action: cmp.Or(action, "NoOp"), Hierarchy: hierarchy, IPs: []string{"203.0.113.0/24"}, SessionType: []string{"AllUsers"},
		})
	}
	return seed
}

func placedZone(action string, hierarchy int) providertest.Object {
	return providertest.Object{"action": action, "hierarchy": hierarchy}
}

// zonesAt returns NoOp zones at the given places.
func zonesAt(places map[string]int) placedZones {
	zones := placedZones{}
	for code, hierarchy := range places {
		zones[code] = placedZone("NoOp", hierarchy)
	}
	return zones
}

// moveToFront moves the zones of hierarchy 0 to that place. The seed cannot do that, because 0 means
// "behind all other zones" there.
func (z placedZones) moveToFront(t *testing.T, d providertest.Domain) {
	t.Helper()
	for code, zone := range z {
		if zone["hierarchy"] == 0 {
			d.ChangeZone(t, code, func(body *providertest.ZoneBody) { body.Hierarchy = 0 })
		}
	}
}

// config returns the configuration of a zone at another place.
func (z placedZones) config(code string, hierarchy int) providertest.Object {
	return providertest.ZoneConfig(z[code], providertest.Object{"code": code, "hierarchy": hierarchy})
}

// read imports the zones, which reads them as a refresh does.
func (z placedZones) read(t *testing.T, zones providertest.ManagedType) map[string]providertest.Instance {
	t.Helper()
	read := map[string]providertest.Instance{}
	for code := range z {
		var diags providertest.Diagnostics
		read[code], diags = zones.ImportState(code)
		diags.MustBeQuiet(t)
	}
	return read
}

// TestNetworkZone_exchange moves zones, one after the other, to places that other zones of the same run
// have. Meanwhile no Allow zone is behind its new place, and no Block zone is before its new place.
func TestNetworkZone_exchange(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		zones placedZones
		// moves lists the updates in their order, as "code@place". waits lists the zones whose update
		// ends with the warning that the zone waits for its place.
		moves, waits string
		puts         string
		lists        int
	}{
		"two zones swap": {
			zonesAt(map[string]int{"first": 10, "second": 20}), "first@20 second@10", "first",
			"first@20 first@21 second@10 first@20", 1,
		},
		"two zones swap, the last one first": {
			zonesAt(map[string]int{"first": 10, "second": 20}), "second@10 first@20", "second",
			"second@10 second@11 first@20 second@10", 1,
		},
		"two zones swap without a free place between": {
			zonesAt(map[string]int{"first": 1, "second": 2, "third": 3}), "first@2 second@1", "first",
			"first@2 first@4 second@1 first@2", 1,
		},
		"three zones rotate": {
			zonesAt(map[string]int{"first": 10, "second": 20, "third": 30}), "first@20 second@30 third@10", "first second",
			"first@20 second@30 first@21 third@10 second@30 first@20", 1,
		},
		"three zones rotate the other way round": {
			zonesAt(map[string]int{"first": 10, "second": 20, "third": 30}), "first@30 third@20 second@10", "first third",
			"first@30 third@20 first@31 second@10 third@20 first@30", 1,
		},
		"each zone moves to the place of the next one": {
			zonesAt(map[string]int{"first": 10, "second": 20, "third": 30}), "first@20 second@30 third@40", "first second",
			"first@20 second@30 third@40 second@30 first@20", 1,
		},
		"each zone moves to the place of the next one, the last one first": {
			zonesAt(map[string]int{"first": 10, "second": 20, "third": 30}), "third@40 second@30 first@20", "",
			"third@40 second@30 first@20", 0,
		},
		"two pairs swap": {
			zonesAt(map[string]int{"a": 10, "b": 20, "c": 30, "d": 40}), "a@20 c@40 b@10 d@30", "a c",
			"a@20 c@40 a@21 b@10 a@20 c@41 d@30 c@40", 1,
		},
		// A zone that waits keeps its effect: an Allow zone waits before the Block zones that it moves
		// around, because other resources may depend on it at once.
		"an Allow zone moves before a Block zone": {
			placedZones{"allow": placedZone("Allow", 20), "block": placedZone("Block", 10), "rest": placedZone("Block", 30)},
			"allow@10 block@20", "allow",
			"allow@10 allow@9 block@20 allow@10", 1,
		},
		"an Allow zone moves behind a Block zone": {
			placedZones{"allow": placedZone("Allow", 10), "block": placedZone("Block", 20)},
			"allow@20 block@10", "allow",
			"allow@20 allow@19 block@10 allow@20", 1,
		},
		"a Block zone moves behind an Allow zone": {
			placedZones{"allow": placedZone("Allow", 20), "block": placedZone("Block", 10)},
			"block@20 allow@10", "block",
			"block@20 block@21 allow@10 block@20", 1,
		},
		"a Block zone moves before an Allow zone": {
			placedZones{"allow": placedZone("Allow", 10), "block": placedZone("Block", 20)},
			"block@10 allow@20", "block",
			"block@10 block@11 allow@20 block@10", 1,
		},
		"two Allow zones between Block zones swap": {
			placedZones{"front": placedZone("Block", 1), "a": placedZone("Allow", 2), "b": placedZone("Allow", 3), "back": placedZone("Block", 4)},
			"a@3 b@2", "a",
			"a@3 a@0 b@2 a@3", 1,
		},
		"an Allow zone moves to the place of a zone that leaves": {
			placedZones{"allow": placedZone("Allow", 30), "other": placedZone("NoOp", 10)},
			"allow@10 other@40", "allow",
			"allow@10 allow@9 other@40 allow@10", 1,
		},
		"an Allow zone swaps, with free places only behind": {
			placedZones{"allow": placedZone("Allow", 0), "other": placedZone("NoOp", 1), "block": placedZone("Block", 2)},
			"allow@1 other@0", "allow",
			"allow@1 other@3 allow@1 other@0", 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var puts zonePuts
			d := providertest.NewMockBehind(t, mockserver.Options{Seed: test.zones.seed()}, puts.front)
			test.zones.moveToFront(t, d)
			puts.take()
			zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
			read := test.zones.read(t, zones)
			d.Forget()
			want := d.Places(t)
			d.Forget()
			var waits []string
			for move := range strings.FieldsSeq(test.moves) {
				var code string
				var hierarchy int
				_, _ = fmt.Sscanf(strings.Replace(move, "@", " ", 1), "%s %d", &code, &hierarchy)
				want[code] = hierarchy
				change, _ := zones.Plan(read[code], test.zones.config(code, hierarchy))
				_, diags := zones.Apply(change)
				if len(diags.Warnings()) > 0 {
					diags.MustWarn(t, "hierarchy", "Network zone "+code+" waits for its place", fmt.Sprintf("has the hierarchy %d", hierarchy),
						"If the same run moves or deletes that zone")
					waits = append(waits, code)
				}
				diags.MustSucceed(t)
			}
			if got := strings.Join(waits, " "); got != test.waits {
				t.Errorf("got %q as the zones that wait, want %q", got, test.waits)
			}
			if diff := gocmp.Diff(test.puts, puts.take()); diff != "" {
				t.Errorf("places asked for (-want +got):\n%s", diff)
			}
			if got := d.Counts()["identity.ListNetworkZones"]; got != test.lists {
				t.Errorf("got %d requests to list the zones, want %d", got, test.lists)
			}
			if diff := gocmp.Diff(want, d.Places(t)); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNetworkZone_exchangeInFullDomain exchanges zones in a full domain of ten zones, which are next to
// each other.
func TestNetworkZone_exchangeInFullDomain(t *testing.T) {
	t.Parallel()
	full := func(action string) placedZones {
		zones := placedZones{}
		for i := range providertest.Fixtures[providertest.NetworkZoneType].Most {
			zones[fmt.Sprint("zone-", i)] = placedZone(action, i)
		}
		return zones
	}
	exchange := func(t *testing.T, zones placedZones) (providertest.Diagnostics, string, map[string]int) {
		t.Helper()
		var puts zonePuts
		d := providertest.NewMockBehind(t, mockserver.Options{Seed: zones.seed()}, puts.front)
		zones.moveToFront(t, d)
		puts.take()
		managed := d.Protocol(t).Resource(providertest.NetworkZoneType)
		read := zones.read(t, managed)
		change, _ := managed.Plan(read["zone-0"], zones.config("zone-0", 1))
		_, diags := managed.Apply(change)
		diags.MustWarn(t, "hierarchy", "Network zone zone-0 waits for its place")
		change, _ = managed.Plan(read["zone-1"], zones.config("zone-1", 0))
		_, diags = managed.Apply(change)
		return diags, puts.take(), d.Places(t)
	}
	for _, action := range []string{"NoOp", "Block", "Allow"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			diags, puts, places := exchange(t, full(action))
			diags.MustBeQuiet(t)
			if puts != "zone-0@1 zone-0@10 zone-1@0 zone-0@1" || places["zone-0"] != 1 || places["zone-1"] != 0 {
				t.Errorf("got the requests %q and the places %v, want zone-0 and zone-1 exchanged", puts, places)
			}
		})
	}
	t.Run("no safe place to wait", func(t *testing.T) {
		t.Parallel()
		zones := full("Block")
		zones["zone-0"], zones["zone-1"] = placedZone("Allow", 0), placedZone("Allow", 1)
		diags, puts, places := exchange(t, zones)
		diags.MustFail(t, "", "Unable to update network zone zone-1", "no free hierarchy nearby lets the zone wait", "leave gaps")
		if puts != "zone-0@1" || places["zone-0"] != 0 || places["zone-1"] != 1 {
			t.Errorf("got the requests %q and the places %v, want both zones unmoved", puts, places)
		}
	})
	t.Run("a Block zone waits behind the Allow zones", func(t *testing.T) {
		t.Parallel()
		zones := full("Allow")
		zones["zone-0"] = placedZone("Block", 0)
		diags, puts, places := exchange(t, zones)
		diags.MustBeQuiet(t)
		if puts != "zone-0@1 zone-0@10 zone-1@0 zone-0@1" || places["zone-0"] != 1 || places["zone-1"] != 0 {
			t.Errorf("got the requests %q and the places %v, want zone-0 and zone-1 exchanged", puts, places)
		}
	})
}

// TestNetworkZone_exchangeWithoutZero expects that an exchange still succeeds if LUSID refuses the
// hierarchy 0.
func TestNetworkZone_exchangeWithoutZero(t *testing.T) {
	t.Parallel()
	placed := placedZones{"allow": placedZone("Allow", 1), "other": placedZone("NoOp", 2), "block": placedZone("Block", 3)}
	var puts zonePuts
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: placed.seed()}, func(mock http.Handler) http.Handler {
		return puts.front(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			if r.Method == http.MethodPut && bytes.Contains(body, []byte(`"hierarchy":0`)) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"name":"InvalidParameterValue","code":151,"title":"The hierarchy begins at 1."}`)
				return
			}
			mock.ServeHTTP(w, r)
		}))
	})
	zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
	read := placed.read(t, zones)
	_, diags := zones.Update(read["allow"], placed.config("allow", 2))
	providertest.MustHold(t, strings.Join(diags.Warnings(), "\n"), "Network zone allow waits for its place")
	_, diags = zones.Update(read["other"], placed.config("other", 1))
	diags.MustBeQuiet(t)
	if diff := gocmp.Diff("allow@2 allow@0 other@4 allow@2 other@1", puts.take()); diff != "" {
		t.Errorf("places asked for (-want +got):\n%s", diff)
	}
}

// TestNetworkZone_exchangeParallel updates all zones at the same time, as Terraform does.
func TestNetworkZone_exchangeParallel(t *testing.T) {
	t.Parallel()
	before := map[string]int{"a": 10, "b": 20, "c": 30, "d": 40, "e": 50}
	after := map[string]int{"a": 20, "b": 10, "c": 40, "d": 50, "e": 30}
	for _, shift := range []bool{false, true} {
		t.Run(fmt.Sprintf("LUSID shifts zones: %t", shift), func(t *testing.T) {
			t.Parallel()
			placed := zonesAt(before)
			d := providertest.NewMock(t, mockserver.Options{Seed: placed.seed(), NetworkZonesShift: shift})
			// If LUSID shifts other zones, they can end up behind their place. A second apply moves
			// them back.
			for range 2 {
				zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
				read := placed.read(t, zones)
				var all sync.WaitGroup
				for code, hierarchy := range after {
					change, _ := zones.Plan(read[code], placed.config(code, hierarchy))
					all.Go(func() {
						if _, diags := zones.CarryOut(t.Context(), change); len(diags.Errors()) > 0 {
							t.Errorf("update of zone %s: got the errors %s, want none", code, diags.Errors())
						}
					})
				}
				all.Wait()
				if !shift {
					break
				}
			}
			if diff := gocmp.Diff(after, d.Places(t)); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNetworkZone_exchangeFailure fails one request of an exchange, each in turn and in each way. The
// next apply, in a new process, completes the exchange.
func TestNetworkZone_exchangeFailure(t *testing.T) {
	t.Parallel()
	after := map[string]int{"first": 20, "second": 30, "third": 10}
	for name, fault := range map[string]mockserver.Fault{
		"refused":       {Status: http.StatusForbidden, Code: 939, Count: -1},
		"server error":  {Status: http.StatusInternalServerError},
		"response lost": {Reset: mockserver.ResetAfter, Count: -1},
		"interrupted":   {Reset: mockserver.ResetBefore, Count: -1},
		"invalid":       {Status: http.StatusBadRequest, Code: 151},
	} {
		for done := range 6 {
			t.Run(fmt.Sprintf("%s after %d requests", name, done), func(t *testing.T) {
				t.Parallel()
				placed := zonesAt(map[string]int{"first": 10, "second": 20, "third": 30})
				d := providertest.NewMock(t, mockserver.Options{Seed: placed.seed()})
				met := fault // The subtests run in parallel, and each one changes its fault.
				met.Operation, met.After = "identity.UpdateNetworkZone", done
				d.Mock.InjectFault(met)
				apply := func() (problems int) {
					zones := d.Protocol(t, providertest.Object{"max_retries": 0}).Resource(providertest.NetworkZoneType)
					read := placed.read(t, zones)
					for _, code := range slices.Sorted(maps.Keys(after)) {
						if read[code].Get("hierarchy") == fmt.Sprint(after[code]) {
							continue
						}
						change, _ := zones.Plan(read[code], placed.config(code, after[code]))
						_, diags := zones.CarryOut(t.Context(), change)
						problems += len(diags.Errors())
						for _, warning := range diags.Warnings() {
							if !strings.Contains(warning, "waits for its place") {
								problems++
							}
						}
					}
					return problems
				}
				problems := apply()
				if diff := gocmp.Diff(after, d.Places(t)); problems == 0 && diff != "" {
					t.Errorf("the apply reported no problem, but the places are wrong (-want +got):\n%s", diff)
				}
				d.Mock.ClearFaults()
				if problems := apply(); problems > 0 {
					t.Errorf("got %d problems in the next apply, want none", problems)
				}
				if diff := gocmp.Diff(after, d.Places(t)); diff != "" {
					t.Errorf("places after the next apply (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestNetworkZone_exchangeWithNewZone creates a zone at the place of a zone that moves or is deleted in
// the same run.
func TestNetworkZone_exchangeWithNewZone(t *testing.T) {
	t.Parallel()
	placed := zonesAt(map[string]int{"old": 10})
	for name, leave := range map[string]func(zones providertest.ManagedType, old providertest.Instance) providertest.Diagnostics{
		"moved": func(zones providertest.ManagedType, old providertest.Instance) providertest.Diagnostics {
			_, diags := zones.Update(old, placed.config("old", 5))
			return diags
		},
		"deleted": func(zones providertest.ManagedType, old providertest.Instance) providertest.Diagnostics {
			return zones.Destroy(old)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{Seed: placed.seed()})
			zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
			old := placed.read(t, zones)["old"]
			made, diags := zones.Create(placed.config("new", 10))
			diags.MustWarn(t, "hierarchy", "Network zone new waits for its place", "new stays at 11, in force")
			leave(zones, old).MustBeQuiet(t)
			zones.MustPlanNothing(zones.MustRead(made), placed.config("new", 10))
			if got := d.Zone(t, "new").Hierarchy; got != 10 {
				t.Errorf("the new zone has the hierarchy %d, want 10", got)
			}
		})
	}
}

// TestNetworkZone_placeNotLeft moves a zone to the place of another zone, which does not move.
func TestNetworkZone_placeNotLeft(t *testing.T) {
	t.Parallel()
	placed := zonesAt(map[string]int{"first": 10, "second": 20})
	d := providertest.NewMock(t, mockserver.Options{Seed: placed.seed()})
	// Each iteration is one apply. The first apply sends a second request, which updates the zone at
	// its present place. In the second apply nothing else is left to update.
	for _, updates := range []int{2, 1} {
		zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
		first := placed.read(t, zones)["first"]
		d.Forget()
		_, diags := zones.Update(first, providertest.ZoneConfig(providertest.Object{"code": "first", "hierarchy": 20, "description": "Changed"}))
		diags.MustWarn(t, "hierarchy", "Network zone first waits for its place", "The network zone second of", "has the hierarchy 20",
			"first stays at 10, in force with all its other changes. The next plan shows the difference", "give one of the two zones another hierarchy")
		d.MustCount(t, map[string]int{"identity.GetNetworkZone": 1, "identity.UpdateNetworkZone": updates, "identity.ListNetworkZones": 1})
		got := d.Zone(t, "first")
		if diff := gocmp.Diff(providertest.ZoneBody{Hierarchy: 10, Description: new("Changed")}, providertest.ZoneBody{Hierarchy: got.Hierarchy, Description: got.Description}); diff != "" {
			t.Errorf("zone first (-want +got):\n%s", diff)
		}
	}
	// If LUSID refuses the move for another reason, the update fails.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.UpdateNetworkZone", Status: http.StatusBadRequest, Code: 151})
	zones := d.Protocol(t).Resource(providertest.NetworkZoneType)
	_, diags := zones.Update(placed.read(t, zones)["first"], placed.config("first", 15))
	diags.MustFail(t, "", "Unable to update network zone first", "HTTP 400")
}
