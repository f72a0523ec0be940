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

// manyApplications are n applications of the kind with a label.
func manyApplications(label string, n, step int) string {
	for kind, fixture := range providertest.Fixtures {
		if providertest.TypeNameOf(kind) == "lusid_application" && fixture.Label == label {
			return fixture.HCL(kind, n, step)
		}
	}
	panic("no kind of application has the label " + label)
}

// optionsOfMany are those of a domain that n resources of every kind fit into.
func optionsOfMany(n int) mockserver.Options {
	return mockserver.Options{MaxPersonalAccessTokens: n + 1, Seed: providertest.FixtureSeed(n)}
}

// many is a configuration with n resources of every kind.
func many(d providertest.Domain, n, step int) string {
	return manyOf(d, slices.Sorted(maps.Keys(providertest.Fixtures)), n, step)
}

// manyOf is many for some kinds.
func manyOf(d providertest.Domain, kinds []string, n, step int) string {
	text := providertest.ProviderBlock(d.PasswordArguments())
	for _, name := range kinds {
		text += providertest.Fixtures[name].HCL(name, n, step)
	}
	return text
}

// TestAccBudget counts what each command of the CLI costs, for every kind of resource at once.
func TestAccBudget(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3, 10, 100} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, optionsOfMany(n))
			w := providertest.NewWorkspace(t, many(d, n, 1))
			expect := func(command string, processes int, want providertest.Calls) {
				t.Helper()
				// Who the caller is costs one call per process, whoever asks.
				if most := max(1, processes-1); want["identity.GetUserInfo"] > most {
					want["identity.GetUserInfo"] = most
				}
				// What the caller may do costs one call per process that plans. The CLI plans an update once more
				// when it applies it, and a destroy only once.
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
					t.Errorf("%s (-want +got):\n%s", command, diff)
				}
				mustTakeOneToken(d, t, command)
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
				// One list of the access roles serves the refresh of the roles and that of their order.
				refresh["access.ListRoles"]--
			}
			w.MustRun("validate")
			expect("validate", 0, providertest.Calls{})
			w.MustRun("plan")
			expect("first plan", 1, plan.Add(nil))
			w.MustRun("apply", "-auto-approve")
			// The CLI plans a create once more when it applies it.
			expect("apply", 2, plan.Add(plan).Add(create))
			w.MustPlanEmpty()
			expect("plan", 1, refresh.Add(nil))
			w.Configure(many(d, n, 2))
			w.MustRun("apply", "-auto-approve")
			expect("apply of an update", 2, refresh.Add(update))
			w.MustRun("destroy", "-auto-approve")
			// One process refreshes, one plans the destroy and one carries it out.
			expect("destroy", 3, refresh.Add(destroyPlan).Add(destroy))
		})
	}
}

// TestAccBudget_exchange counts what it costs that zones take each other's places, in the orders
// that the CLI has.
func TestAccBudget_exchange(t *testing.T) {
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
		// updates are at most one for each zone that moves, one more by way of a free place, and
		// one for each zone but the last that LUSID refuses at first. The order decides.
		updates int
	}{
		{map[string]int{"first": 2, "second": 1, "third": 3}, "", nil, 2 + 1 + 1},
		{map[string]int{"first": 1, "second": 2, "third": 3}, "", []string{"-parallelism=1"}, 2 + 1 + 1},
		{map[string]int{"first": 2, "second": 1, "third": 3}, "lusid_network_zone.first", nil, 2 + 1 + 1},
		{map[string]int{"first": 1, "second": 3, "third": 2}, "", nil, 3 + 1 + 2},
	} {
		w.Configure(config(test.places, test.dependsOn))
		d.Forget()
		output := w.MustRun(append([]string{"apply", "-auto-approve"}, test.args...)...)
		providertest.MustHold(t, output, "waits for its place")
		if diff := cmp.Diff(test.places, d.Places(t)); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
		got := d.Counts()
		if got["identity.UpdateNetworkZone"] > test.updates || got["identity.ListNetworkZones"] != 1 || got["identity.GetNetworkZone"] != 3 || len(got) != 3 {
			t.Errorf("%v cost %v, and should cost %d updates", test.places, got, test.updates)
		}
		w.MustPlanEmpty()
	}
}

// mustTakeOneToken expects that each process, which sends one correlation id, asked for one token.
func mustTakeOneToken(d providertest.Domain, t *testing.T, command string) {
	t.Helper()
	tokens := map[string]int{}
	for _, r := range d.Requests() {
		if strings.HasPrefix(r.Operation, "token") {
			tokens[r.CorrelationID]++
		}
	}
	for _, r := range d.Requests() {
		if tokens[r.CorrelationID] != 1 {
			t.Fatalf("%s: a process asked for %d tokens", command, tokens[r.CorrelationID])
		}
	}
}
