package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// singleton is a type of which a domain, or each user type in a domain, always has exactly one object.
type singleton struct {
	typeName, noun string
	// path is the path in the API. get and update are the API's operations.
	path, get, update string
	importID          string
	identity          map[string]string
	// config has other values than singletonSeed, and changed has other values than config.
	config, changed providertest.Object
	// seeded, stored, restored and reset are the objects in LUSID with singletonSeed, after config,
	// after changed, and after a reset.
	seeded, stored, restored, reset string
	// overwritten are the changes that a warning lists if config replaces singletonSeed.
	overwritten []string
}

// singletonSeed has values that differ from LUSID's defaults.
var singletonSeed = mockserver.Seed{
	PasswordPolicies: map[string]mockserver.PasswordPolicy{"Personal": {MinLength: 20, MaxAgeDays: 30, HistoryCount: 5, MaxAttempts: 3}},
	SessionPolicy:    &mockserver.SessionPolicy{MaxSessionIdleMinutes: 15, MaxSessionLifetimeMinutes: new(int64(480))},
	UserSchema:       []mockserver.UserSchemaProperty{{Name: "hr", Description: "Staff number"}},
}

var singletons = []singleton{
	{
		typeName: providertest.PasswordPolicyType, noun: "password policy of Personal users",
		path: "/authentication/password-policy/personal", get: "identity.GetPasswordPolicy", update: "identity.UpdatePasswordPolicy",
		importID: "Personal", identity: map[string]string{"user_type": "Personal"},
		config: providertest.Object{
			"user_type": "Personal", "min_length": 14, "exclude_first_name": true, "exclude_last_name": true, "max_age_days": 90, "history_count": 8, "max_attempts": 6,
		},
		changed: providertest.Object{
			"user_type": "Personal", "min_length": 30, "exclude_first_name": false, "exclude_last_name": true, "max_age_days": 0, "history_count": 0, "max_attempts": 0,
		},
		seeded:   passwordPolicyBody(20, false, false, 30, 5, 3),
		stored:   passwordPolicyBody(14, true, true, 90, 8, 6),
		restored: passwordPolicyBody(30, false, true, 0, 0, 0),
		reset:    passwordPolicyBody(12, true, true, 0, 4, 10),
		overwritten: []string{
			"min_length: 20 becomes 14", "exclude_first_name: false becomes true", "exclude_last_name: false becomes true",
			"max_age_days: 30 becomes 90", "history_count: 5 becomes 8", "max_attempts: 3 becomes 6",
		},
	},
	{
		typeName: providertest.SessionPolicyType, noun: "session policy",
		path: "/authentication/session-policy", get: "identity.GetSessionPolicy", update: "identity.UpdateSessionPolicy",
		importID: "default", identity: map[string]string{"id": "default"},
		config:      providertest.Object{"max_session_idle_minutes": 30, "max_session_lifetime_minutes": 600},
		changed:     providertest.Object{"max_session_idle_minutes": 720},
		seeded:      `{"maxSessionIdleMinutes":15,"maxSessionLifetimeMinutes":480}`,
		stored:      `{"maxSessionIdleMinutes":30,"maxSessionLifetimeMinutes":600}`,
		restored:    `{"maxSessionIdleMinutes":720}`,
		reset:       `{"maxSessionIdleMinutes":60}`,
		overwritten: []string{"max_session_idle_minutes: 15 becomes 30", "max_session_lifetime_minutes: 480 becomes 600"},
	},
	{
		typeName: providertest.UserSchemaType, noun: "user schema",
		path: "/users/schema", get: "identity.GetUserSchema", update: "identity.UpdateUserSchema",
		importID: "default", identity: map[string]string{"id": "default"},
		config: providertest.Object{"alternative_user_ids": []any{
			providertest.Object{"name": "hr", "description": "Staff number"}, providertest.Object{"name": "desk"},
		}},
		changed: providertest.Object{"alternative_user_ids": []any{
			providertest.Object{"name": "desk", "description": ""}, providertest.Object{"name": "hr", "description": "Number"}, providertest.Object{"name": "ID_3"},
		}},
		seeded:   `{"alternativeUserIds":[{"name":"hr","description":"Staff number"}]}`,
		stored:   `{"alternativeUserIds":[{"name":"hr","description":"Staff number"},{"name":"desk","description":""}]}`,
		restored: `{"alternativeUserIds":[{"name":"desk","description":""},{"name":"hr","description":"Number"},{"name":"ID_3","description":""}]}`,
		reset:    `{"alternativeUserIds":[]}`,
		overwritten: []string{
			`alternative_user_ids: [{"description":"Staff number","name":"hr"}] becomes [{"description":"Staff number","name":"hr"},{"description":"","name":"desk"}]`,
		},
	},
}

func passwordPolicyBody(minLength int, excludeFirstName, excludeLastName bool, maxAgeDays, historyCount, maxAttempts int) string {
	return fmt.Sprintf(`{"conditions":{"complexity":{"minLength":%d,"excludeFirstName":%t,"excludeLastName":%t},"age":{"maxAgeDays":%d,"historyCount":%d},"lockout":{"maxAttempts":%d}}}`,
		minLength, excludeFirstName, excludeLastName, maxAgeDays, historyCount, maxAttempts)
}

// eachSingleton runs a test for each singleton type.
func eachSingleton(t *testing.T, test func(t *testing.T, s singleton)) {
	t.Helper()
	for _, s := range singletons {
		t.Run(s.typeName, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

// set changes the object in LUSID outside Terraform.
func (s singleton) set(t *testing.T, d providertest.Domain, body string) {
	t.Helper()
	d.MustCall(t, http.MethodPut, s.path, json.RawMessage(body), nil)
}

// difference compares the object in LUSID with want. It is empty if they are equal.
func (s singleton) difference(t *testing.T, d providertest.Domain, want string) string {
	t.Helper()
	var got, wanted any
	d.MustCall(t, http.MethodGet, s.path, nil, &got)
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	return cmp.Diff(wanted, got)
}

func (s singleton) mustStore(t *testing.T, d providertest.Domain, want string) {
	t.Helper()
	if diff := s.difference(t, d, want); diff != "" {
		t.Errorf("%s in LUSID (-want +got):\n%s", s.noun, diff)
	}
}

// made creates the resource that config describes.
func (s singleton) made(t *testing.T, m providertest.ManagedType, config providertest.Object) providertest.Instance {
	t.Helper()
	change, diags := m.Plan(providertest.Instance{}, config)
	diags.MustSucceed(t)
	made, diags := m.Apply(change)
	diags.MustBeQuiet(t)
	return made
}

// hcl returns the configuration of the resource, with the provider block for the mock.
func (s singleton) hcl(d providertest.Domain, config providertest.Object) string {
	return d.Config(fmt.Sprintf("resource %q \"test\" %s\n", s.typeName, providertest.HCLValue(config)))
}

// No test of singletons runs on a real domain, because it would change the settings of the domain's
// users.

func TestAccSingletons_basic(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		address := s.typeName + ".test"
		config := func(attributes providertest.Object) string {
			return s.hcl(d, providertest.With(attributes, "deletion_policy", "reset"))
		}
		holds := func(want string) resource.TestCheckFunc {
			return func(*terraform.State) error {
				s.mustStore(t, d, want)
				return nil
			}
		}
		resource.Test(t, resource.TestCase{
			ProtoV6ProviderFactories: providertest.Factories,
			CheckDestroy:             holds(s.reset),
			Steps: []resource.TestStep{
				{Config: config(s.config), Check: holds(s.stored)},
				{
					ResourceName:            address,
					ImportState:             true,
					ImportStateId:           s.importID,
					ImportStateVerify:       true,
					ImportStateVerifyIgnore: []string{"deletion_policy"},
				},
				{
					Config: config(s.changed),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address,
						plancheck.ResourceActionUpdate)}},
					Check: holds(s.restored),
				},
			},
		})
	})
}

func TestAccSingletons_drift(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		w := providertest.NewWorkspace(t, s.hcl(d, s.config))
		output := w.MustRun("apply", "-auto-approve")
		providertest.MustHold(t, output, "The "+s.noun+" has values that Terraform has not seen", s.overwritten[0])
		w.MustPlanEmpty()
		s.set(t, d, s.seeded)
		mustPlanAction(t, w, tfjson.ActionUpdate)
		w.MustRun("apply", "tfplan")
		s.mustStore(t, d, s.stored)
		w.MustPlanEmpty()
	})
}

func TestAccSingletons_disappears(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		w := providertest.NewWorkspace(t, s.hcl(d, s.config))
		w.MustRun("apply", "-auto-approve")
		s.set(t, d, s.seeded)
		d.Mock.InjectFault(mockserver.Fault{Operation: s.get, Status: http.StatusNotFound})
		mustPlanAction(t, w, tfjson.ActionCreate)
		w.MustRun("apply", "tfplan")
		s.mustStore(t, d, s.stored)
		w.MustPlanEmpty()
	})
}

func TestAccSingletons_import(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		w := providertest.NewWorkspace(t, s.hcl(d, s.config))
		w.MustRun("import", s.typeName+".test", s.importID)
		// After an import, the plan shows the difference as an update, so it needs no warning.
		output := mustPlanAction(t, w, tfjson.ActionUpdate)
		if strings.Contains(output, "Warning: The "+s.noun) {
			t.Errorf("the plan after an import has a warning, want none:\n%s", output)
		}
		w.MustRun("apply", "tfplan")
		w.MustPlanEmpty()
		if output := w.MustRun("plan", "-destroy"); providertest.CLICan(t, providertest.DestroyPlans) {
			providertest.MustHold(t, output, "LUSID keeps the "+s.noun)
		}
		w.MustRun("state", "rm", s.typeName+".test")

		if !knownKinds(t)["resource_identity_schemas"] {
			return
		}
		w.Write("import.tf",
			fmt.Sprintf("import {\n  to = %s.test\n  identity = %s\n}\n", s.typeName, providertest.HCLValue(providertest.ToObject(s.identity))))
		plan, _ := w.Plan()
		if change := plan.ResourceChanges[0].Change; change.Importing == nil || !change.Actions.NoOp() {
			t.Errorf("an import by identity plans the actions %s, want an import without a change", change.Actions)
		}
	})
}

func TestAccSingletons_forbidden(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		forbidden := d
		forbidden.Token = d.Mock.Credentials().NoRightsToken
		w := providertest.NewWorkspace(t, s.hcl(forbidden, s.config))
		mustFailOnce := func(words ...string) {
			t.Helper()
			output := w.MustFail(append(words, "HTTP 403", "lusid-administrator"), "plan")
			if got := strings.Count(output, "Error: "); got != 1 {
				t.Errorf("got %d errors, want 1:\n%s", got, output)
			}
		}
		mustFailOnce("Unable to read " + s.noun)
		w.Configure(s.hcl(d, s.config))
		w.MustRun("apply", "-auto-approve")
		w.Configure(s.hcl(forbidden, s.changed))
		mustFailOnce("Unable to read " + s.noun)
		s.mustStore(t, d, s.stored)
	})
}

// TestAccSingletons_replace replaces each resource with -replace. Only the user type of a password
// policy forces a replacement, so the other types are replaced only if the user asks for it.
func TestAccSingletons_replace(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		w := providertest.NewWorkspace(t, s.hcl(d, providertest.With(s.config, "deletion_policy", "reset")))
		w.MustRun("apply", "-auto-approve")
		d.Forget()
		w.MustRun("apply", "-auto-approve", "-replace="+s.typeName+".test")
		if got := d.Counts()[s.update]; got != 2 {
			t.Errorf("got %d updates, want 2: one to reset and one to set", got)
		}
		s.mustStore(t, d, s.stored)
		w.MustPlanEmpty()
		w.MustRun("destroy", "-auto-approve")
		s.mustStore(t, d, s.reset)
	})
}

// mustPlanAction expects exactly one resource with one action in the plan, and returns the output of
// the CLI.
func mustPlanAction(t *testing.T, w *providertest.Workspace, want tfjson.Action) string {
	t.Helper()
	plan, output := w.Plan()
	if len(plan.ResourceChanges) != 1 || !slices.Equal(plan.ResourceChanges[0].Change.Actions, tfjson.Actions{want}) {
		t.Errorf("the plan is not a single action %q:\n%s", want, output)
	}
	return output
}

func TestSingletons_lifecycle(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		m := d.Protocol(t).Resource(s.typeName)
		m.Validate(s.config).MustBeQuiet(t)
		change, diags := m.Plan(providertest.Instance{}, s.config)
		diags.MustWarn(t, "", append(s.overwritten, "The "+s.noun+" has values that Terraform has not seen",
			fmt.Sprintf("import {\n  to = %s.NAME\n  id = %q\n}", s.typeName, s.importID))...)
		d.MustCount(t, map[string]int{s.get: 1})
		s.mustStore(t, d, s.seeded)

		d.Forget()
		made, diags := m.Apply(change)
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{s.update: 1})
		s.mustStore(t, d, s.stored)
		made.MustHave(t, map[string]string{"id": s.importID, "deletion_policy": "abandon"})
		if diff := cmp.Diff(s.identity, m.IdentityOf(made)); diff != "" {
			t.Errorf("identity (-want +got):\n%s", diff)
		}

		d.Forget()
		read := m.MustRead(made)
		m.MustPlanNothing(read, s.config)
		d.MustCount(t, map[string]int{s.get: 1})

		// CLIs before Terraform 1.12 do not store the identity, so the request has none.
		old := made
		old.Identity = nil
		if diff := cmp.Diff(s.identity, m.IdentityOf(m.MustRead(old))); diff != "" {
			t.Errorf("identity of a read (-want +got):\n%s", diff)
		}

		d.Forget()
		updated, diags := m.Update(read, s.changed)
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{s.get: 1, s.update: 1})
		s.mustStore(t, d, s.restored)
		updated = m.MustRead(updated)
		m.MustPlanNothing(updated, s.changed)

		// An attribute that LUSID does not take causes no request.
		d.Forget()
		updated, diags = m.Update(updated,
			providertest.With(providertest.With(s.changed, "deletion_policy", "reset"), "timeouts", providertest.Object{"update": "1m"}))
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{})

		// The next apply corrects a change that was made outside Terraform.
		s.set(t, d, s.seeded)
		mended, diags := m.Update(m.MustRead(updated), s.config)
		diags.MustBeQuiet(t)
		s.mustStore(t, d, s.stored)
		m.MustPlanNothing(m.MustRead(mended), s.config)
	})
}

// TestSingletons_changedAfterPlan changes the values in LUSID after the plan of an update was made. The update would
// undo the change, and the plan did not show that.
func TestSingletons_changedAfterPlan(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		m := d.Protocol(t).Resource(s.typeName)
		made := s.made(t, m, s.config)

		s.set(t, d, s.seeded)
		d.Forget()
		_, diags := m.Update(made, s.changed)
		diags.MustFail(t, "", "Unable to update "+s.noun, "It was changed in LUSID after the plan was made", "Plan again, without -refresh=false")
		d.MustCount(t, map[string]int{s.get: 1})
		s.mustStore(t, d, s.seeded)

		// The values are as wanted, for example after an update whose response was lost.
		s.set(t, d, s.restored)
		d.Forget()
		updated, diags := m.Update(made, s.changed)
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{s.get: 1})
		m.MustPlanNothing(m.MustRead(updated), s.changed)
	})
}

// TestSingletons_changedBeforeReset changes the values in LUSID after the plan of a destroy was made. The reset would undo
// the change, and the plan did not show that.
func TestSingletons_changedBeforeReset(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		m := d.Protocol(t).Resource(s.typeName)
		made := s.made(t, m, providertest.With(s.config, "deletion_policy", "reset"))

		s.set(t, d, s.seeded)
		d.Forget()
		m.Destroy(made).MustFail(t, "", "Unable to reset "+s.noun, "It was changed in LUSID after the plan was made", "Plan again, without -refresh=false")
		d.MustCount(t, map[string]int{s.get: 1})
		s.mustStore(t, d, s.seeded)
		// The refusal removed nothing, so an update in the same run must not overwrite the change either.
		change, diags := m.Plan(made, s.changed)
		diags.MustSucceed(t)
		_, diags = m.Apply(change)
		diags.MustFail(t, "", "It was changed in LUSID after the plan was made")
		s.mustStore(t, d, s.seeded)

		m.Destroy(m.MustRead(made)).MustBeQuiet(t)
		s.mustStore(t, d, s.reset)
		// LUSID has the defaults already, for example after a reset whose response was lost.
		m.Destroy(made).MustBeQuiet(t)
		s.mustStore(t, d, s.reset)
	})
}

// TestSingletons_overwrite plans creates that overwrite no value, or that cannot be compared with LUSID
// yet. They have no warning.
func TestSingletons_overwrite(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		m := d.Protocol(t).Resource(s.typeName)
		s.set(t, d, s.stored)
		_, diags := m.Plan(providertest.Instance{}, s.config)
		diags.MustBeQuiet(t)

		// An unknown value is compared in the plan that the apply makes.
		unsettled := maps.Clone(s.config)
		for name := range unsettled {
			unsettled[name] = providertest.Unknown
		}
		s.set(t, d, s.seeded)
		_, diags = m.Plan(providertest.Instance{}, unsettled)
		diags.MustBeQuiet(t)

		_, diags = providertest.NewProtocol(t).Resource(s.typeName).Plan(providertest.Instance{}, s.config)
		diags.MustBeQuiet(t)
		_, diags = d.NoRights(t).Resource(s.typeName).Plan(providertest.Instance{}, s.config)
		diags.MustFail(t, "", "Unable to read "+s.noun, "would overwrite", "HTTP 403", "lusid-administrator")
		// If LUSID has no object, the create overwrites nothing.
		d.Mock.InjectFault(mockserver.Fault{Operation: s.get, Status: http.StatusNotFound})
		_, diags = m.Plan(providertest.Instance{}, s.config)
		diags.MustBeQuiet(t)
		s.mustStore(t, d, s.seeded)
	})
}

func TestSingletons_destroy(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		m := d.Protocol(t).Resource(s.typeName)
		made := s.made(t, m, s.config)
		d.Forget()
		change, diags := m.Plan(made, nil)
		diags.MustWarn(t, "", "LUSID keeps the "+s.noun, `deletion_policy = "reset"`)
		left, diags := m.Apply(change)
		diags.MustWarn(t, "", "LUSID keeps the "+s.noun, "nothing changed in LUSID")
		if left.Exists() {
			t.Error("the state still has the object after the destroy")
		}
		d.MustCount(t, map[string]int{})
		s.mustStore(t, d, s.stored)

		m = d.Protocol(t).Resource(s.typeName)
		made = s.made(t, m, providertest.With(s.config, "deletion_policy", "reset"))
		d.Forget()
		m.Destroy(made).MustBeQuiet(t)
		d.MustCount(t, map[string]int{s.get: 1, s.update: 1})
		s.mustStore(t, d, s.reset)

		d.Mock.InjectFault(mockserver.Fault{Operation: s.update, Status: http.StatusNotFound})
		m.Destroy(made).MustBeQuiet(t)
	})
}

// TestSingletons_overwriteSeen plans creates of objects that Terraform has read or has just reset
// itself. They have no warning, because the plan has shown the values that they overwrite.
func TestSingletons_overwriteSeen(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		made := s.made(t, d.Protocol(t).Resource(s.typeName), providertest.With(s.config, "deletion_policy", "reset"))

		// With -replace, taint or a rename, the same process reads the old resource and plans the
		// create.
		m := d.Protocol(t).Resource(s.typeName)
		m.MustRead(made)
		_, diags := m.Plan(providertest.Instance{}, s.changed)
		diags.MustBeQuiet(t)

		// During the apply, the same process destroys the old resource and plans the create again.
		m = d.Protocol(t).Resource(s.typeName)
		m.Destroy(made).MustBeQuiet(t)
		_, diags = m.Plan(providertest.Instance{}, s.changed)
		diags.MustBeQuiet(t)

		// If LUSID no longer has the object, the read does not count as seen, so the create has a
		// warning.
		s.set(t, d, s.seeded)
		m = d.Protocol(t).Resource(s.typeName)
		d.Mock.InjectFault(mockserver.Fault{Operation: s.get, Status: http.StatusNotFound})
		m.Read(made)
		_, diags = m.Plan(providertest.Instance{}, s.changed)
		diags.MustWarn(t, "", "The "+s.noun+" has values that Terraform has not seen")
	})
}

func TestSingletons_import(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{})
		s.set(t, d, s.stored)
		m := d.Protocol(t).Resource(s.typeName)
		imported, diags := m.ImportState(s.importID)
		diags.MustBeQuiet(t)
		if diff := cmp.Diff(s.identity, m.IdentityOf(imported)); diff != "" {
			t.Errorf("identity (-want +got):\n%s", diff)
		}
		d.MustCount(t, map[string]int{s.get: 1})
		m.MustPlanNothing(imported, s.config)
		identified, diags := m.ImportIdentity(providertest.ToObject(s.identity))
		diags.MustBeQuiet(t)
		if names := imported.Differences(identified); names != nil {
			t.Errorf("an import by ID and an import by identity differ in %s", names)
		}
		// After the import, the plan shows a difference as an update, so it needs no warning.
		_, diags = m.Plan(imported, s.changed)
		diags.MustBeQuiet(t)

		for _, key := range []string{"other", "Default", "1"} {
			_, diags := m.ImportState(key)
			diags.MustFail(t, "", "Unable to import", key, s.importID)
		}
		d.Mock.InjectFault(mockserver.Fault{Operation: s.get, Status: http.StatusNotFound})
		missing, diags := m.ImportState(s.importID)
		diags.MustBeQuiet(t)
		if missing.Exists() {
			t.Error("an object that LUSID does not have was imported")
		}
	})
}

func TestSingletons_errors(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		m := d.Protocol(t).Resource(s.typeName)
		config := providertest.With(s.config, "deletion_policy", "reset")
		made := s.made(t, m, config)
		forbidden := d.NoRights(t).Resource(s.typeName)
		words := []string{"HTTP 403", "lusid-administrator"}

		kept, diags := forbidden.Read(made)
		diags.MustFail(t, "", append(words, "Unable to read "+s.noun)...)
		if names := made.Differences(kept); names != nil {
			t.Errorf("a failed read changed %s in the state", names)
		}
		_, diags = forbidden.Update(made, s.changed)
		diags.MustFail(t, "", append(words, "Unable to update "+s.noun)...)
		forbidden.Destroy(made).MustFail(t, "", append(words, "Unable to reset "+s.noun)...)
		change, diags := m.Plan(providertest.Instance{}, s.config)
		diags.MustBeQuiet(t)
		left, diags := forbidden.Apply(change)
		diags.MustFail(t, "", append(words, "Unable to set "+s.noun)...)
		if left.Exists() {
			t.Error("the state has an object, although the create failed")
		}
		s.mustStore(t, d, s.stored)

		// An object is removed from the state only if the 404 comes from LUSID itself.
		d.Mock.InjectFault(mockserver.Fault{Operation: s.get, Status: http.StatusNotFound, HTML: true})
		_, diags = m.Read(made)
		diags.MustFail(t, "", "HTML page")
		d.Mock.InjectFault(mockserver.Fault{Operation: s.get, Status: http.StatusNotFound})
		made.Identity = nil
		if m.MustRead(made).Exists() {
			t.Error("an object that LUSID no longer has is still in the state")
		}

		providertest.MustRefuseOtherDomain(t, d, s.typeName, made, config, s.noun)
		providertest.MustDoWithoutCredentials(t, d, s.typeName, made, config)
	})
}

// TestSingletons_lostResponse loses the response to an update. An update is safe to repeat, so the
// provider retries it.
func TestSingletons_lostResponse(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		m := d.Protocol(t).Resource(s.typeName)
		for _, fault := range []mockserver.Fault{
			{Reset: mockserver.ResetBefore},
			{Reset: mockserver.ResetAfter},
			{Truncate: true},
			{Status: http.StatusServiceUnavailable, AfterWrite: true},
		} {
			s.set(t, d, s.seeded)
			change, diags := m.Plan(providertest.Instance{}, s.config)
			diags.MustSucceed(t)
			d.Forget()
			fault.Operation = s.update
			d.Mock.InjectFault(fault)
			made, diags := m.Apply(change)
			diags.MustBeQuiet(t)
			d.MustCount(t, map[string]int{s.update: 2})
			s.mustStore(t, d, s.stored)
			m.MustPlanNothing(m.MustRead(made), s.config)
		}
	})
}

// TestSingletons_unexpectedResponses changes each field of each response. A response with an unexpected
// value must not remove anything from the state. The next correct response restores the same state.
func TestSingletons_unexpectedResponses(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		var w providertest.Rewriter
		d := providertest.NewMockBehind(t, mockserver.Options{Seed: singletonSeed}, w.Front)
		m := d.Protocol(t, providertest.Object{"max_retries": 0}).Resource(s.typeName)
		odd := map[string]func(map[string]any) any{}
		maps.Copy(odd, wholeAnswers)
		for _, field := range []string{
			"conditions", "conditions.complexity", "conditions.age", "conditions.lockout", "conditions.complexity.minLength",
			"conditions.complexity.excludeLastName", "conditions.age.historyCount", "conditions.lockout.maxAttempts",
			"maxSessionIdleMinutes", "maxSessionLifetimeMinutes", "alternativeUserIds", "alternativeUserIds.name", "alternativeUserIds.description",
		} {
			for name, change := range oddAnswers(field[strings.LastIndexByte(field, '.')+1:]) {
				odd[field+" "+name] = within(field, change)
			}
		}
		odd["alternativeUserIds with a null"] = func(map[string]any) any { return map[string]any{"alternativeUserIds": []any{nil}} }
		for name, change := range odd {
			rewrite := func(_ *http.Request, body any) any {
				answer, _ := body.(map[string]any)
				return change(answer)
			}
			w.Set(rewrite)
			_, _ = m.Plan(providertest.Instance{}, s.config)
			w.Set(nil)
			change, diags := m.Plan(providertest.Instance{}, s.config)
			diags.MustSucceed(t)
			w.Set(rewrite)
			// The provider does not use the response to an update.
			made, diags := m.Apply(change)
			diags.MustBeQuiet(t)
			kept, diags := m.Read(made)
			if !kept.Exists() {
				t.Errorf("%s: the read removed the object from the state: %s", name, diags.Errors())
				continue
			}
			w.Set(nil)
			kept = m.MustRead(kept)
			if names := made.Differences(kept); names != nil {
				t.Errorf("%s: the next read changed %s in the state, want no change", name, names)
			}
			m.MustPlanNothing(kept, s.config)
		}
	})
}

// within applies a change to a nested object. Each part of the path except the last is the name of a
// field, and the value of the field is an object or a list of objects.
func within(path string, change func(map[string]any) any) func(map[string]any) any {
	first, rest, nested := strings.Cut(path, ".")
	if !nested {
		return change
	}
	change = within(rest, change)
	return func(body map[string]any) any {
		body = maps.Clone(body)
		switch held := body[first].(type) {
		case map[string]any:
			body[first] = change(held)
		case []any:
			held = slices.Clone(held)
			for i, element := range held {
				if object, ok := element.(map[string]any); ok {
					held[i] = change(object)
				}
			}
			body[first] = held
		}
		return body
	}
}

func TestSingletonLists(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		s.set(t, d, s.stored)
		m := d.Protocol(t).Resource(s.typeName)
		filter := providertest.Object{}
		if s.typeName == providertest.PasswordPolicyType {
			filter["user_type"] = "Personal"
		}
		results, diags := m.List(filter, 0, true)
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{s.get: 1})
		if len(results) != 1 || results[0].DisplayName == "" {
			t.Fatalf("got %d results, want 1 with a display name", len(results))
		}
		if diff := cmp.Diff(s.identity, results[0].Identity); diff != "" {
			t.Errorf("identity (-want +got):\n%s", diff)
		}
		// A configuration that is generated from the result imports by the identity, with an empty
		// plan.
		imported, diags := m.ImportIdentity(providertest.ToObject(results[0].Identity))
		diags.MustBeQuiet(t)
		if names := results[0].Resource.Differences(imported); names != nil {
			t.Errorf("the list result and the imported resource differ in %s", names)
		}
		m.MustPlanNothing(imported, providertest.With(s.config, "deletion_policy", results[0].Resource.Get("deletion_policy")))
		without, diags := m.List(filter, 1, false)
		diags.MustBeQuiet(t)
		if len(without) != 1 || without[0].Resource.Exists() {
			t.Errorf("got the results %v, want 1 without its resource", without)
		}

		_, diags = d.NoRights(t).Resource(s.typeName).List(providertest.Object{}, 0, false)
		diags.MustFail(t, "", "Unable to list", "HTTP 403", "lusid-administrator")
		_, diags = d.NotConfigured(t).Resource(s.typeName).List(providertest.Object{}, 0, false)
		diags.MustFail(t, "", "Unable to list", "access_token will be known only after apply")
	})
}

func TestSingletonDataSources(t *testing.T) {
	t.Parallel()
	eachSingleton(t, func(t *testing.T, s singleton) {
		d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
		p := d.Protocol(t)
		config, attribute := providertest.Object{}, ""
		if s.typeName == providertest.PasswordPolicyType {
			config["user_type"], attribute = "Personal", "user_type"
		}
		made := s.made(t, p.Resource(s.typeName), s.config)
		d.Forget()
		got := p.MustData(s.typeName, config)
		d.MustCount(t, map[string]int{s.get: 1})
		for name, value := range got.Attributes {
			if !value.Equal(made.Attributes[name]) {
				t.Errorf("%s: got %s, want %s", name, value, made.Attributes[name])
			}
		}
		_, diags := d.NoRights(t).Data(s.typeName, config)
		diags.MustFail(t, attribute, "Unable to read", "HTTP 403", "lusid-administrator")
		_, diags = d.NotConfigured(t).Data(s.typeName, config)
		diags.MustFail(t, "", "Unable to read", "access_token will be known only after apply")
	})
}
