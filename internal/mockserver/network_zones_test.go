package mockserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const zonesPath = "/identity/api/networkzones"

// zoneBody returns a request that creates a zone, or updates it if more fields are given.
func zoneBody(code string, more ...string) string {
	fields := append([]string{
		`"networkZoneIPs":[{"value":"203.0.113.0/24"}]`, `"applyRules":{"sessionType":["AllUsers"],"userRoles":[]}`,
	}, more...)
	if code != "" {
		fields = append(fields, `"code":"`+code+`"`)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func (d *domain) createZone(code string) {
	d.t.Helper()
	d.post(zonesPath, zoneBody(code)).wantStatus(d.t, http.StatusCreated)
}

// hierarchies returns the hierarchies of the zones in a list.
func (d *domain) hierarchies() map[string]int {
	d.t.Helper()
	places := map[string]int{}
	for _, zone := range decode[[]struct {
		Code      string
		Hierarchy int
	}](d.t, d.get(zonesPath).wantStatus(d.t, http.StatusOK)) {
		places[zone.Code] = zone.Hierarchy
	}
	return places
}

func TestNetworkZones_lifecycle(t *testing.T) {
	t.Parallel()
	clock := now
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return clock }})
	created := d.post(zonesPath, `{
		"code": "office", "description": "Office", "action": "Allow", "networkZoneIPs": [{"value": "203.0.113.7", "type": "IP", "description": "Router"}, {"value": "2001:db8::/32"}],
		"applyRules": {"sessionType": ["AllPATAccess"], "userRoles": ["traders"]}}`).wantStatus(t, http.StatusCreated)
	me := d.get(mePath).text(t, "id")
	want := map[string]any{
		"code": "office", "hierarchy": 1.0, "description": "Office", "action": "Allow",
		"networkZoneIPs": []any{
			map[string]any{"value": "203.0.113.7", "type": "IP", "description": "Router"},
			map[string]any{"value": "2001:db8::/32", "type": nil, "description": nil},
		},
		"applyRules": map[string]any{"sessionType": []any{"AllPATAccess"}, "userRoles": []any{"traders"}},
		"createdAt":  nowText, "createdBy": me, "updatedAt": nowText, "updatedBy": me,
	}
	path := zonesPath + "/office"
	check := func(what string, got map[string]any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("created", created.object(t))
	check("read", d.get(path).wantStatus(t, http.StatusOK).object(t))
	check("listed", decode[[]map[string]any](t, d.get(zonesPath).wantStatus(t, http.StatusOK))[0])

	// An update clears the fields that it does not contain.
	clock = clock.Add(time.Hour)
	want["hierarchy"], want["description"], want["action"], want["updatedAt"] = 7.0, nil, nil, "2026-09-01T13:00:00.1234567+00:00"
	want["networkZoneIPs"] = []any{map[string]any{"value": "203.0.113.0/24", "type": nil, "description": nil}}
	want["applyRules"] = map[string]any{"sessionType": []any{"AllUsers"}, "userRoles": []any{}}
	check("updated", d.put(path, zoneBody("", `"hierarchy":7`)).wantStatus(t, http.StatusOK).object(t))
	check("read after the update", d.get(path).object(t))
	d.createZone("last")
	if diff := cmp.Diff(map[string]int{"office": 7, "last": 8}, d.hierarchies()); diff != "" {
		t.Errorf("hierarchies (-want +got):\n%s", diff)
	}

	for range 2 { // A delete of a missing zone succeeds.
		d.delete(path).wantStatus(t, http.StatusNoContent)
	}
	if diff := cmp.Diff(map[string]int{"last": 8}, d.hierarchies()); diff != "" {
		t.Errorf("listed after the deletion (-want +got):\n%s", diff)
	}
	d.get(path).wantProblem(t, http.StatusNotFound, -1)
	d.put(path, zoneBody("", `"hierarchy":7`)).wantProblem(t, http.StatusNotFound, -1)
}

func TestNetworkZones_hierarchy(t *testing.T) {
	t.Parallel()
	for shift, want := range map[bool]map[string]int{
		false: {"first": 1, "second": 2, "third": 3},
		true:  {"first": 2, "second": 3, "third": 1},
	} {
		t.Run(fmt.Sprintf("shift %t", shift), func(t *testing.T) {
			t.Parallel()
			d := newDomain(t, mockserver.Options{NetworkZonesShift: shift})
			for _, code := range []string{"first", "second", "third"} {
				d.createZone(code)
			}
			d.put(zonesPath+"/second", zoneBody("", `"hierarchy":2`)).wantStatus(t, http.StatusOK) // Unchanged.
			r := d.put(zonesPath+"/third", zoneBody("", `"hierarchy":1`))
			if shift {
				r.wantStatus(t, http.StatusOK)
			} else if problem := r.wantProblem(t, http.StatusBadRequest, 151); !strings.Contains(fmt.Sprint(problem["errors"]), `"first"`) {
				t.Errorf("got the errors %v, want one that names the zone first", problem["errors"])
			}
			if diff := cmp.Diff(want, d.hierarchies()); diff != "" {
				t.Errorf("hierarchies (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNetworkZones_refused(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createZone("office")
	ips := func(ips string) string {
		return `{"code":"other","networkZoneIPs":` + ips + `,"applyRules":{"sessionType":[],"userRoles":[]}}`
	}
	many := strings.TrimSuffix(strings.Repeat(`{"value":"10.0.0.1"},`, 101), ",")
	for body, code := range map[string]int{
		zoneBody("office"):                             144,
		zoneBody("a b"):                                151,
		zoneBody("other", `"hierarchy":1`):             151, // Only for an update.
		ips(`[{"value":"acme.com"}]`):                  151,
		ips(`[{"value":"10.0.0.1","type":"CIDR"}]`):    151,
		ips(`[{"value":"10.0.0.0/8","type":"IP"}]`):    151,
		ips("[" + many + "]"):                          151,
		`{"code":"other","networkZoneIPs":[]}`:         151,
		`{"code":"other","applyRules":{}}`:             151,
		strings.Replace(zoneBody("other"), "}", "", 1): 157,
	} {
		d.post(zonesPath, body).wantProblem(t, http.StatusBadRequest, code)
	}
	d.put(zonesPath+"/office", zoneBody("")).wantProblem(t, http.StatusBadRequest, 151)
	d.put(zonesPath+"/office", zoneBody("office", `"hierarchy":1`)).wantProblem(t, http.StatusBadRequest, 151)
	for i := range 9 {
		d.createZone(fmt.Sprint("zone-", i))
	}
	d.post(zonesPath, zoneBody("one-more")).wantProblem(t, http.StatusBadRequest, 157)
	d.as(d.Credentials().NoRightsToken, http.MethodGet, zonesPath, "").wantProblem(t, http.StatusForbidden, 186)
}

func TestNetworkZones_listsLag(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{
		ListLag: 1,
		Seed:    mockserver.Seed{NetworkZones: []mockserver.NetworkZone{{Code: "seeded", Hierarchy: 5}, {Code: "next"}}},
	})
	d.createZone("new")
	d.get(zonesPath+"/new").wantStatus(t, http.StatusOK)
	for i, want := range []map[string]int{{"seeded": 5, "next": 6}, {"seeded": 5, "next": 6, "new": 7}} {
		if diff := cmp.Diff(want, d.hierarchies()); diff != "" {
			t.Errorf("list %d (-want +got):\n%s", i+1, diff)
		}
	}
}
