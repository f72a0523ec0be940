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

// calls are requests by operation.
type calls map[string]int

func (c calls) add(more calls) calls {
	sum := maps.Clone(c)
	for operation, n := range more {
		sum[operation] += n
	}
	return sum
}

// budgets say, by kind of resource, what n resources cost.
var budgets = map[string]struct {
	// hcl is n resources; step is 1, and then 2 for an update of each.
	hcl func(n, step int) string
	// refresh is what every command costs that looks at what is there. The others come on top of
	// it, and a create has nothing to look at.
	create, refresh, update, destroy func(n int) calls
	// plan is what each plan of a create costs, and destroyPlan what the plan of a destroy costs
	// in the process that only plans it. Nil means nothing.
	plan, destroyPlan func(n int) calls
}{
	"lusid_application with its secret": {
		hcl: func(n, step int) string { return manyApplications("stored", n, step) },
		create: func(n int) calls {
			return calls{"identity.CreateApplication": n}
		},
		refresh: func(n int) calls { return calls{"identity.GetApplication": n} },
		update:  func(n int) calls { return calls{"identity.RotateApplicationSecrets": n} },
		destroy: func(n int) calls { return calls{"identity.DeleteApplication": n} },
	},
	"lusid_application with its secret's version": {
		hcl:     func(n, step int) string { return manyApplications("versioned", n, step) },
		create:  func(n int) calls { return calls{"identity.CreateApplication": n} },
		refresh: func(n int) calls { return calls{"identity.GetApplication": n} },
		update:  func(n int) calls { return calls{"identity.RotateApplicationSecrets": n} },
		destroy: func(n int) calls { return calls{"identity.DeleteApplication": n} },
	},
	"lusid_application": {
		hcl: func(n, step int) string { return manyApplications("other", n, step) },
		create: func(n int) calls {
			// One list per process serves all applications.
			return calls{"identity.ListApplications": 1, "identity.CreateApplication": n}
		},
		refresh: refreshBySnapshot("identity.GetApplication", "identity.ListApplications"),
		update:  func(n int) calls { return calls{"identity.RotateApplicationSecrets": n} },
		destroy: func(n int) calls { return calls{"identity.DeleteApplication": n} },
	},
	"lusid_role": {
		hcl: func(n, step int) string {
			return fmt.Sprintf(`
resource "lusid_role" "many" {
  count       = %d
  name        = "many-${count.index}"
  description = "Step %d"
}
`, n, step)
		},
		create:  func(n int) calls { return calls{"identity.ListRoles": 1, "identity.CreateRole": n} },
		refresh: refreshBySnapshot("identity.GetRole", "identity.ListRoles"),
		update:  func(n int) calls { return calls{"identity.UpdateRole": n} },
		destroy: func(n int) calls { return calls{"identity.DeleteRole": n} },
	},
	"lusid_user": {
		hcl: func(n, step int) string {
			return fmt.Sprintf(`
resource "lusid_user" "many" {
  count         = %d
  type          = "Service"
  login         = "many-${count.index}@acme.com"
  email_address = "many-${count.index}-owner@acme.com"
  first_name    = "Many"
  last_name     = "Step %d"
}
`, n, step)
		},
		create:  func(n int) calls { return calls{"identity.ListUsers": 1, "identity.CreateUser": n} },
		refresh: refreshBySnapshot("identity.GetUser", "identity.ListUsers"),
		update:  func(n int) calls { return calls{"identity.UpdateUser": n} },
		destroy: func(n int) calls { return calls{"identity.DeleteUser": n} },
	},
	"lusid_role_assignment": {
		hcl: func(n, _ int) string {
			return fmt.Sprintf(`
resource "lusid_role_assignment" "many" {
  count   = %d
  role_id = "assigned-${count.index %% %d}"
  user_id = "user-${count.index}"
}
`, n, assignedRoles(n))
		},
		create:  func(n int) calls { return calls{"identity.AddUserToRole": n} },
		refresh: func(n int) calls { return calls{"identity.ListUsersInRole": assignedRoles(n)} },
		update:  func(int) calls { return nil },
		destroy: func(n int) calls { return calls{"identity.RemoveUserFromRole": n} },
		// The plan warns if the provider's own user loses a role.
		destroyPlan: once("identity.GetUserInfo"),
	},
	"lusid_role_members": {
		hcl: func(n, step int) string {
			return fmt.Sprintf(`
resource "lusid_role_members" "many" {
  count    = %d
  role_id  = "staffed-${count.index}"
  user_ids = ["user-${count.index + %d}"]
}
`, n, step)
		},
		// Who holds a role is listed before the role is managed, and before it is changed.
		plan:    func(n int) calls { return calls{"identity.ListUsersInRole": n} },
		create:  func(n int) calls { return calls{"identity.ListUsersInRole": n, "identity.AddUserToRole": n} },
		refresh: func(n int) calls { return calls{"identity.ListUsersInRole": n} },
		update: func(n int) calls {
			return calls{"identity.GetUserInfo": 1, "identity.ListUsersInRole": n, "identity.AddUserToRole": n, "identity.RemoveUserFromRole": n}
		},
		destroy: func(n int) calls {
			return calls{"identity.GetUserInfo": 1, "identity.ListUsersInRole": n, "identity.RemoveUserFromRole": n}
		},
	},
	providertest.MCPToolType: {
		hcl: func(n, step int) string {
			return fmt.Sprintf(`
resource "lusid_mcp_tool" "many" {
  count             = %d
  scope             = "many"
  code              = "tool-${count.index}"
  name              = "many-${count.index}"
  title             = "Many"
  description       = "Step %d"
  luminesce_payload = { query = "select 1" }
}
`, n, step)
		},
		create:  func(n int) calls { return calls{"identity.ListMcpTools": 1, "identity.CreateMcpTool": n} },
		refresh: refreshBySnapshot("identity.GetMcpTool", "identity.ListMcpTools"),
		update:  func(n int) calls { return calls{"identity.UpdateMcpTool": n} },
		destroy: func(n int) calls { return calls{"identity.DeleteMcpTool": n} },
	},
	providertest.NetworkZoneType: {
		hcl: func(n, step int) string {
			return fmt.Sprintf(`
resource "lusid_network_zone" "many" {
  count         = %d
  code          = "zone-${count.index}"
  action        = "NoOp"
  session_types = ["AllUsers"]
  ranges        = [{ value = "203.0.113.${count.index}" }]
  hierarchy     = 10 * (count.index + 1) + %d
}
`, min(n, maxZones), step)
		},
		// Created, and then placed.
		create: func(n int) calls {
			return calls{"identity.ListNetworkZones": 1, "identity.CreateNetworkZone": min(n, maxZones), "identity.UpdateNetworkZone": min(n, maxZones)}
		},
		refresh: func(n int) calls {
			return refreshBySnapshot("identity.GetNetworkZone", "identity.ListNetworkZones")(min(n, maxZones))
		},
		update:  func(n int) calls { return calls{"identity.UpdateNetworkZone": min(n, maxZones)} },
		destroy: func(n int) calls { return calls{"identity.DeleteNetworkZone": min(n, maxZones)} },
	},
	providertest.ExternalTokenIssuerType: {
		hcl: func(n, step int) string {
			return fmt.Sprintf(`
resource "lusid_external_token_issuer" "many" {
  count       = %d
  code        = "issuer-${count.index}"
  issuer      = "https://ci-${count.index}.acme.com"
  audience    = "lusid"
  logout_url  = "https://acme.lusid.com/bye"
  description = "Step %d"
  claim_mappings = {
    user_id    = "sub"
    login      = "email"
    email      = "email"
    first_name = "\"CI\""
    last_name  = "\"Pipeline\""
    user_type  = "\"Service\""
  }
}
`, min(n, maxIssuers), step)
		},
		create: func(n int) calls {
			return calls{"identity.ListExternalTokenIssuers": 1, "identity.CreateExternalTokenIssuer": min(n, maxIssuers)}
		},
		refresh: func(n int) calls {
			return refreshBySnapshot("identity.GetExternalTokenIssuer", "identity.ListExternalTokenIssuers")(min(n, maxIssuers))
		},
		update:  func(n int) calls { return calls{"identity.UpdateExternalTokenIssuer": min(n, maxIssuers)} },
		destroy: func(n int) calls { return calls{"identity.DeleteExternalTokenIssuer": min(n, maxIssuers)} },
	},
	providertest.PasswordPolicyType: {
		hcl: func(_, step int) string {
			return fmt.Sprintf(`
resource "lusid_password_policy" "one" {
  user_type          = "Personal"
  min_length         = %d
  exclude_first_name = true
  exclude_last_name  = true
  max_age_days       = 90
  history_count      = 4
  max_attempts       = 10
  deletion_policy    = "reset"
}
`, 12+step)
		},
		plan:    once("identity.GetPasswordPolicy"),
		create:  once("identity.UpdatePasswordPolicy"),
		refresh: once("identity.GetPasswordPolicy"),
		update:  once("identity.UpdatePasswordPolicy"),
		destroy: once("identity.UpdatePasswordPolicy"),
	},
	providertest.SessionPolicyType: {
		hcl: func(_, step int) string {
			return fmt.Sprintf(`
resource "lusid_session_policy" "one" {
  max_session_idle_minutes = %d
  deletion_policy          = "reset"
}
`, 60+step)
		},
		plan:    once("identity.GetSessionPolicy"),
		create:  once("identity.UpdateSessionPolicy"),
		refresh: once("identity.GetSessionPolicy"),
		update:  once("identity.UpdateSessionPolicy"),
		destroy: once("identity.UpdateSessionPolicy"),
	},
	providertest.UserSchemaType: {
		hcl: func(_, step int) string {
			return fmt.Sprintf(`
resource "lusid_user_schema" "one" {
  alternative_user_ids = [{ name = "step_%d" }]
  deletion_policy      = "reset"
}
`, step)
		},
		plan:    once("identity.GetUserSchema"),
		create:  once("identity.UpdateUserSchema"),
		refresh: once("identity.GetUserSchema"),
		update:  once("identity.UpdateUserSchema"),
		destroy: once("identity.UpdateUserSchema"),
	},
	"lusid_personal_access_token": {
		hcl: func(n, _ int) string {
			return fmt.Sprintf(`
resource "lusid_personal_access_token" "many" {
  count        = %d
  display_name = "many-${count.index}"
}
`, n)
		},
		create: func(n int) calls {
			return calls{"identity.GetUserInfo": 1, "identity.ListOwnApiKeys": 1, "identity.CreateApiKey": n}
		},
		refresh: func(int) calls { return calls{"identity.ListOwnApiKeys": 1} },
		update:  func(int) calls { return nil },
		destroy: func(n int) calls { return calls{"identity.DeleteApiKey": n} },
	},
}

func manyApplications(prefix string, n, step int) string {
	return fmt.Sprintf(`
resource "lusid_application" "%[1]s" {
  count                  = %[2]d
  client_id              = "%[1]s-${count.index}"
  display_name           = "%[1]s ${count.index}"
  store_secret           = %[4]t
  refresh_secret_version = %[5]t
  rotation_triggers      = { step = "%[3]d" }
}
`, prefix, n, step, prefix == "stored", prefix == "versioned")
}

// refreshBySnapshot is what a kind costs that can be read by id and listed: from the fourth on,
// one list.
func refreshBySnapshot(get, list string) func(n int) calls {
	return func(n int) calls {
		if n > 3 {
			return calls{get: 3, list: 1}
		}
		return calls{get: n}
	}
}

// What a domain has room for.
const maxZones, maxIssuers = 10, 5

// once is what a kind costs that a domain has one of.
func once(operation string) func(int) calls {
	return func(int) calls { return calls{operation: 1} }
}

// assignedRoles is over how many roles n assignments are spread.
func assignedRoles(n int) int { return max(1, n/5) }

// optionsOfMany are those of a domain that n resources of every kind fit into.
func optionsOfMany(n int) mockserver.Options {
	options := mockserver.Options{MaxPersonalAccessTokens: n + 1}
	for i := range n + 2 {
		options.Seed.Users = append(options.Seed.Users, mockserver.User{
			ID: fmt.Sprint("user-", i), Username: fmt.Sprintf("user-%d@acme.com", i), FirstName: "User", LastName: "Seeded",
		})
		for _, kind := range []string{"assigned", "staffed"} {
			options.Seed.Roles = append(options.Seed.Roles, mockserver.Role{ID: fmt.Sprint(kind, "-", i), Name: fmt.Sprint(kind, "-", i)})
		}
	}
	return options
}

// many is a configuration with n resources of every kind.
func many(d providertest.Domain, n, step int) string {
	return manyOf(d, slices.Sorted(maps.Keys(budgets)), n, step)
}

// manyOf is many for some kinds.
func manyOf(d providertest.Domain, kinds []string, n, step int) string {
	text := providertest.ProviderBlock(d.PasswordArguments())
	for _, name := range kinds {
		text += budgets[name].hcl(n, step)
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
			expect := func(command string, processes int, want calls) {
				t.Helper()
				// Who the caller is costs one call per process, whoever asks.
				if most := max(1, processes-1); want["identity.GetUserInfo"] > most {
					want["identity.GetUserInfo"] = most
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
			plan, create, refresh, update, destroy, destroyPlan := calls{}, calls{}, calls{}, calls{}, calls{}, calls{}
			for _, budget := range budgets {
				if budget.plan != nil {
					plan = plan.add(budget.plan(n))
				}
				if budget.destroyPlan != nil {
					destroyPlan = destroyPlan.add(budget.destroyPlan(n))
				}
				create, refresh = create.add(budget.create(n)), refresh.add(budget.refresh(n))
				update, destroy = update.add(budget.update(n)), destroy.add(budget.destroy(n))
			}
			w.MustRun("validate")
			expect("validate", 0, calls{})
			w.MustRun("plan")
			expect("first plan", 1, plan.add(nil))
			w.MustRun("apply", "-auto-approve")
			// The CLI plans a create once more when it applies it.
			expect("apply", 2, plan.add(plan).add(create))
			w.MustPlanEmpty()
			expect("plan", 1, refresh.add(nil))
			w.Configure(many(d, n, 2))
			w.MustRun("apply", "-auto-approve")
			expect("apply of an update", 2, refresh.add(update))
			w.MustRun("destroy", "-auto-approve")
			// One process refreshes, one plans the destroy and one carries it out.
			expect("destroy", 3, refresh.add(destroyPlan).add(destroy))
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

// TestBudget_complete wants a row for every kind of resource.
func TestBudget_complete(t *testing.T) {
	t.Parallel()
	for name := range providertest.NewProtocol(t).Schema.ResourceSchemas {
		if _, ok := budgets[name]; !ok {
			t.Errorf("%s has no row in budgets", name)
		}
	}
	for name, budget := range budgets {
		if typeName, _, _ := strings.Cut(name, " "); !strings.Contains(budget.hcl(1, 1), `resource "`+typeName+`"`) {
			t.Errorf("the row of %s has none in its configuration", name)
		}
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
