package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// manyApplications returns n applications of the kind with a label. Step is 1 for the create, and 2 for an update.
func manyApplications(label string, n, step int) string {
	for kind, fixture := range providertest.Fixtures {
		if providertest.TypeNameOf(kind) == "lusid_application" && fixture.Label == label {
			return fixture.HCL(kind, n, step)
		}
	}
	panic("no kind of application has the label " + label + ", want one")
}

// optionsOfMany returns the options of a domain that can have n resources of every kind.
func optionsOfMany(n int) mockserver.Options {
	return mockserver.Options{MaxPersonalAccessTokens: n + 1, Seed: providertest.FixtureSeed(n)}
}

// many returns a configuration with n resources of every kind. Step is 1 for the create, and 2 for an update.
func many(d providertest.Domain, n, step int) string {
	return manyOf(d, slices.Sorted(maps.Keys(providertest.Fixtures)), n, step)
}

// manyOf returns a configuration with n resources of each given kind.
func manyOf(d providertest.Domain, kinds []string, n, step int) string {
	text := providertest.ProviderBlock(d.PasswordArguments())
	for _, name := range kinds {
		text += providertest.Fixtures[name].HCL(name, n, step)
	}
	return text
}

// TestAccBudget counts the requests of each command of the CLI, for every kind of resource at once.
func TestAccBudget(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3, 10, 100} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, optionsOfMany(n))
			w := providertest.NewWorkspace(t, many(d, n, 1))
			expect := func(command string, processes int, want providertest.Calls) {
				t.Helper()
				// All resources of a process share one request for the caller. If a command has several processes, one
				// of them does not send the request.
				if most := max(1, processes-1); want["identity.GetUserInfo"] > most {
					want["identity.GetUserInfo"] = most
				}
				// All resources of a process that plans share one request for the caller's policies. The CLI plans an
				// update a second time when it applies the update. It plans a destroy only once.
				planning := min(processes, 2)
				if command == "destroy" {
					planning = 1
				}
				if want["access.GetOwnPolicies"] > planning {
					want["access.GetOwnPolicies"] = planning
				}
				if processes > 0 {
					want["token:password"] = processes
				}
				if diff := cmp.Diff(map[string]int(want), d.Counts()); diff != "" {
					t.Errorf("%s: requests by operation (-want +got):\n%s", command, diff)
				}
				mustRequestOneToken(d, t, command)
				d.Forget()
			}
			plan, create, refresh, update, destroy, destroyPlan := providertest.Calls{}, providertest.Calls{}, providertest.Calls{}, providertest.Calls{}, providertest.Calls{}, providertest.Calls{}
			for _, fixture := range providertest.Fixtures {
				for sum, cost := range map[*providertest.Calls]func(int) providertest.Calls{
					&plan: fixture.Cost.Plan, &create: fixture.Cost.Create, &refresh: fixture.Cost.Refresh,
					&update: fixture.Cost.Update, &destroy: fixture.Cost.Destroy, &destroyPlan: fixture.Cost.DestroyPlan,
				} {
					if cost != nil {
						*sum = sum.Add(cost(fixture.Count(n)))
					}
				}
			}
			if n > 3 {
				// The refresh of the access roles and the refresh of their order share one list of the roles.
				refresh["access.ListRoles"]--
			}
			w.MustRun("validate")
			expect("validate", 0, providertest.Calls{})
			w.MustRun("plan")
			expect("first plan", 1, plan.Add(nil))
			w.MustRun("apply", "-auto-approve")
			// The CLI plans a create a second time when it applies the create.
			expect("apply", 2, plan.Add(plan).Add(create))
			w.MustPlanEmpty()
			expect("plan", 1, refresh.Add(nil))
			w.Configure(many(d, n, 2))
			w.MustRun("apply", "-auto-approve")
			expect("apply of an update", 2, refresh.Add(update))
			w.MustRun("destroy", "-auto-approve")
			// One process refreshes, the second plans the destroy, and the third carries it out.
			expect("destroy", 3, refresh.Add(destroyPlan).Add(destroy))
		})
	}
}

// TestAccBudget_swappedPlaces counts the requests if network zones swap their places. The CLI updates the zones in
// parallel, one at a time, and in the order of depends_on.
func TestAccBudget_swappedPlaces(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	config := func(places map[string]int, secondDependsOn string) string {
		text := d.Config("")
		for _, code := range slices.Sorted(maps.Keys(places)) {
			zone := providertest.ZoneConfig(providertest.Object{"code": code, "hierarchy": places[code]})
			if code == "second" && secondDependsOn != "" {
				zone["depends_on"] = providertest.Expression("[" + secondDependsOn + "]")
			}
			text += fmt.Sprintf("resource \"lusid_network_zone\" %q %s\n", code, providertest.HCLValue(zone))
		}
		return text
	}
	w := providertest.NewWorkspace(t, config(map[string]int{"first": 1, "second": 2, "third": 3}, ""))
	w.MustRun("apply", "-auto-approve")
	for _, test := range []struct {
		places    map[string]int
		dependsOn string
		args      []string
		// moves is the number of zones that move. Each of them is read before its update.
		moves int
	}{
		{map[string]int{"first": 2, "second": 1, "third": 3}, "", nil, 2},
		{map[string]int{"first": 1, "second": 2, "third": 3}, "", []string{"-parallelism=1"}, 2},
		{map[string]int{"first": 2, "second": 1, "third": 3}, "lusid_network_zone.first", nil, 2},
		{map[string]int{"first": 1, "second": 3, "third": 2}, "", nil, 3},
	} {
		w.Configure(config(test.places, test.dependsOn))
		d.Forget()
		output := w.MustRun(append([]string{"apply", "-auto-approve"}, test.args...)...)
		providertest.MustHold(t, output, "waits for its place")
		if diff := cmp.Diff(test.places, d.Places(t)); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
		got := d.Counts()
		// There is one update for each zone that moves, one more to move a zone to a free place first, and one for each
		// zone except the last that LUSID refuses at first. The actual number depends on the order.
		most, reads := test.moves+1+test.moves-1, 3+test.moves
		if got["identity.UpdateNetworkZone"] > most || got["identity.ListNetworkZones"] != 1 || got["identity.GetNetworkZone"] != reads || len(got) != 3 {
			t.Errorf("places %v: got requests %v, want at most %d updates, 1 list and %d reads", test.places, got, most, reads)
		}
		w.MustPlanEmpty()
	}
}

// mustRequestOneToken expects that each process requested one token. Each process has a different correlation ID.
func mustRequestOneToken(d providertest.Domain, t *testing.T, command string) {
	t.Helper()
	tokens := map[string]int{}
	for _, r := range d.Requests() {
		if strings.HasPrefix(r.Operation, "token") {
			tokens[r.CorrelationID]++
		}
	}
	for _, r := range d.Requests() {
		if tokens[r.CorrelationID] != 1 {
			t.Fatalf("%s: a process sent %d token requests, want 1", command, tokens[r.CorrelationID])
		}
	}
}
