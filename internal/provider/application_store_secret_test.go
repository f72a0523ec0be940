package provider_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func stored(value any, more ...object) object {
	config := object{"client_id": "test-app", "display_name": "Test", "store_secret": value}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// mustHoldNoSecret looks for every secret that the application ever had in a state or a plan,
// private state included.
func mustHoldNoSecret(t *testing.T, where string, i instance, secrets ...string) {
	t.Helper()
	if got := i.get("secret"); got != "null" {
		t.Errorf("%s: the secret is not null", where)
	}
	all := string(i.private)
	for _, value := range i.attributes {
		all += value.String()
	}
	if i.identity != nil {
		all += string(i.identity.IdentityData.MsgPack)
	}
	for _, secret := range secrets {
		mustBeAbsent(t, where, all, map[string]string{"the secret": secret})
	}
}

// TestApplication_secretNotStored goes through an application's life without a secret in state or
// plan, and with a user who may not see secrets wherever nothing must look at one.
func TestApplication_secretNotStored(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	weak := d.protocol(t, object{"access_token": d.mock.Credentials().NoSecretsToken}).applications()
	var secrets []string
	now := func() { secrets = append(secrets, d.application(t, "test-app").Secret) }
	config := stored(false, object{"rotation_triggers": object{"a": "1"}})

	change, diags := applications.plan(instance{}, config)
	diags.mustBeQuiet(t)
	if change.planned.get("secret") != "null" || change.planned.get("secret_version") != "unknown" {
		t.Errorf("a create plans %s and %s", change.planned.get("secret"), change.planned.get("secret_version"))
	}
	made, diags := applications.apply(change)
	diags.mustBeQuiet(t)
	now()
	mustHoldNoSecret(t, "create", made, secrets...)
	d.mustHoldSecret(t, made)

	read := weak.mustRead(made)
	mustHoldNoSecret(t, "refresh", read, secrets...)
	if names := read.differences(made); names != nil {
		t.Errorf("a refresh changed %s", names)
	}
	empty, diags := weak.plan(read, config)
	diags.mustBeQuiet(t)
	if names := empty.planned.differences(read); names != nil {
		t.Errorf("the next plan changes %s", names)
	}

	// Refresh does not look, so a rotation elsewhere does not move the version.
	d.rotateApplication(t, "test-app")
	now()
	elsewhere := weak.mustRead(read)
	if names := elsewhere.differences(made); names != nil {
		t.Errorf("a rotation elsewhere changed %s", names)
	}

	change = weak.plannedRotation(elsewhere, stored(false, object{"rotation_triggers": object{"a": "2"}}))
	mustHoldNoSecret(t, "plan of a rotation", change.planned, secrets...)
	rotated, diags := weak.apply(change)
	diags.mustBeQuiet(t)
	now()
	mustHoldNoSecret(t, "rotation", rotated, secrets...)
	d.mustHoldSecret(t, rotated)

	change, _ = weak.plan(rotated, stored(false, object{"display_name": "Other"}))
	if change.planned.get("secret") != "null" || change.planned.get("secret_version") != "unknown" || change.replaces == nil {
		t.Errorf("a replacement plans %s and %s", change.planned.get("secret"), change.planned.get("secret_version"))
	}
	weak.destroy(rotated).mustBeQuiet(t)
	replaced := weak.mustCreate(config)
	now()
	mustHoldNoSecret(t, "replacement", replaced, secrets...)
	d.mustHoldSecret(t, replaced)
	d.mustNotAskForSecrets(t)
}

// TestApplication_switchStoreSecret turns store_secret on and off on a live application.
func TestApplication_switchStoreSecret(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		from, to any
		// provider is store_secrets before and after the switch.
		provider [2]any
		on, off  bool
	}{
		{"off", true, false, [2]any{}, false, true},
		{"off, from the default", nil, false, [2]any{}, false, true},
		{"on", false, true, [2]any{}, true, false},
		{"on, to the default", false, nil, [2]any{}, true, false},
		{"the provider's default, off", nil, nil, [2]any{nil, false}, false, true},
		{"the provider's default, on", nil, nil, [2]any{false, nil}, true, false},
		{"the provider's default, off, not followed", true, true, [2]any{true, false}, false, false},
		{"the provider's default, on, not followed", false, false, [2]any{false, true}, false, false},
		{"from one's own to the provider's", false, nil, [2]any{false, false}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			made := d.protocol(t, object{"store_secrets": test.provider[0]}).applications().mustCreate(stored(test.from))
			applications := d.protocol(t, object{"store_secrets": test.provider[1]}).applications()
			d.forget()
			read := applications.mustRead(made)
			if names := read.differences(made); names != nil {
				t.Errorf("a refresh before the switch changed %s", names)
			}
			d.forget()
			change, diags := applications.plan(read, stored(test.to))
			diags.mustBeQuiet(t)
			var want []string
			switch {
			case test.on:
				want = []string{"secret", "secret_version", "store_secret"}
			case test.off:
				want = []string{"secret", "store_secret"}
			}
			if diff := cmp.Diff(want, change.planned.differences(read)); diff != "" || change.replaces != nil {
				t.Fatalf("planned changes (-want +got):\n%s\nand a replacement because of %s", diff, change.replaces)
			}
			if test.on && (change.planned.get("secret") != "unknown" || change.planned.get("secret_version") != "unknown") {
				t.Errorf("planned %s and %s", change.planned.get("secret"), change.planned.get("secret_version"))
			}
			if test.off {
				mustHoldNoSecret(t, "the plan", change.planned, made.get("secret"))
			}
			switched, diags := applications.apply(change)
			diags.mustBeQuiet(t)
			calls := map[string]int{}
			if test.on {
				calls["identity.GetApplication"] = 1
			}
			if diff := cmp.Diff(calls, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			d.mustHoldSecret(t, switched)
			if switched.get("secret_version") != made.get("secret_version") {
				t.Error("secret_version moved, and the secret did not")
			}
			change, diags = applications.plan(applications.mustRead(switched), stored(test.to))
			diags.mustBeQuiet(t)
			if names := change.planned.differences(switched); names != nil {
				t.Errorf("the next plan changes %s", names)
			}
		})
	}
}

// TestApplication_turnOnAfterRotationElsewhere takes up the secret that is, and its version.
func TestApplication_turnOnAfterRotationElsewhere(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	made := applications.mustCreate(stored(false))
	d.rotateApplication(t, "test-app")
	on, diags := applications.update(applications.mustRead(made), stored(true))
	diags.mustBeQuiet(t)
	d.mustHoldSecret(t, on)
	if on.get("secret_version") == made.get("secret_version") {
		t.Error("secret_version did not move")
	}
}

// TestApplication_turnOnWithheld turns store_secret on where LUSID does not show the secret: it
// warns, goes on, and never plans an update because of the null.
func TestApplication_turnOnWithheld(t *testing.T) {
	t.Parallel()
	for _, withheld := range []bool{true, false} {
		t.Run(map[bool]string{true: "by a null", false: "by a refusal"}[withheld], func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{WithholdSecrets: withheld})
			made := d.protocol(t).applications().mustCreate(stored(false))
			p := d.protocol(t)
			if !withheld {
				p = d.protocol(t, object{"access_token": d.mock.Credentials().NoSecretsToken})
			}
			on, diags := p.applications().update(made, stored(true))
			diags.mustWarn(t, "secret", "The secret of application test-app is not known", "A refresh by a user who may see secrets mends it")
			if on.get("store_secret") != "true" || on.get("secret") != "null" || on.get("secret_version") != made.get("secret_version") {
				t.Errorf("the state holds %s", on.attributes)
			}
			kept, diags := p.applications().read(on)
			diags.mustWarn(t, "secret", "LUSID did not show the secret")
			change, diags := p.applications().plan(kept, stored(true))
			diags.mustBeQuiet(t)
			if names := change.planned.differences(on); names != nil {
				t.Errorf("a null secret plans a change of %s", names)
			}
			// Nor does it replace or turn anything in another plan.
			change, diags = p.applications().plan(kept, stored(true, object{"timeouts": object{"read": "1m"}}))
			diags.mustBeQuiet(t)
			if diff := cmp.Diff([]string{"timeouts"}, change.planned.differences(on)); diff != "" {
				t.Errorf("planned changes (-want +got):\n%s", diff)
			}
			if !withheld {
				mended := d.protocol(t).applications().mustRead(kept)
				d.mustHoldSecret(t, mended)
			}
		})
	}
}

// TestApplication_rotateAndSwitch changes the triggers and store_secret at once.
func TestApplication_rotateAndSwitch(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{true, false} {
		t.Run(map[bool]string{true: "on", false: "off"}[on], func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			applications := d.protocol(t).applications()
			made := applications.mustCreate(stored(!on, object{"rotation_triggers": object{"a": "1"}}))
			d.forget()
			after, diags := applications.rotate(made, stored(on, object{"rotation_triggers": object{"a": "2"}}))
			diags.mustBeQuiet(t)
			if diff := cmp.Diff(map[string]int{"identity.RotateApplicationSecrets": 1}, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			d.mustHoldSecret(t, after)
			if after.get("secret_version") == made.get("secret_version") {
				t.Error("secret_version did not move")
			}
		})
	}
}

// TestApplication_unknownStoreSecret plans with a store_secret that only apply makes.
func TestApplication_unknownStoreSecret(t *testing.T) {
	t.Parallel()
	for _, was := range []bool{true, false} {
		for _, becomes := range []bool{true, false} {
			t.Run(map[bool]string{true: "on", false: "off"}[was]+" to "+map[bool]string{true: "on", false: "off"}[becomes], func(t *testing.T) {
				t.Parallel()
				d := newMock(t, mockserver.Options{})
				applications := d.protocol(t).applications()
				made := applications.mustCreate(stored(was))
				seen, diags := applications.plan(made, stored(unknown))
				diags.mustBeQuiet(t)
				if got := seen.planned.get("secret"); got != "unknown" {
					t.Errorf("the secret is planned as %s", got)
				}
				version := made.get("secret_version")
				if !was {
					version = "unknown" // It may be turned on.
				}
				if got := seen.planned.get("secret_version"); got != version {
					t.Errorf("secret_version is planned as %s", got)
				}
				final, diags := applications.plan(made, stored(becomes))
				diags.mustBeQuiet(t)
				mustBeConsistent(t, seen, final)
				after, diags := applications.apply(final)
				diags.mustBeQuiet(t)
				d.mustHoldSecret(t, after)
			})
		}
	}
}

// TestApplication_importNotStored imports where the provider stores no secrets: the import does
// not even look.
func TestApplication_importNotStored(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	foreign := d.createApplication(t, "test-app", "Test", "Native")
	p := d.protocol(t, object{"store_secrets": false, "access_token": d.mock.Credentials().NoSecretsToken})
	applications := p.applications()
	for name, imported := range importedEveryWay(t, applications, foreign) {
		mustHoldNoSecret(t, name, imported, foreign.Secret)
		if imported.get("store_secret") != "false" || imported.get("secret_version") != "null" {
			t.Errorf("%s: imported %s", name, imported.attributes)
		}
		for _, config := range []object{stored(nil), stored(false)} {
			change, diags := applications.plan(imported, config)
			diags.mustBeQuiet(t)
			if names := change.planned.differences(imported); names != nil {
				t.Errorf("%s: the plan after the import changes %s", name, names)
			}
		}
	}
	d.mustNotAskForSecrets(t)
}

// TestApplication_stateOfAnEarlierVersion has none of store_secret, refresh_secret_version and
// secret_version, which a refresh fills in, and a plan without one does not trip over.
func TestApplication_stateOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	made := applications.mustCreate(stored(nil))
	old := made
	old.attributes, old.identity = maps.Clone(made.attributes), nil
	for _, name := range []string{"store_secret", "refresh_secret_version", "secret_version"} {
		old.attributes[name] = tftypes.NewValue(old.attributes[name].Type(), nil)
	}
	read := applications.mustRead(old)
	if names := read.differences(made); names != nil {
		t.Errorf("the refresh left other %s", names)
	}
	updated, diags := applications.update(old, stored(nil))
	diags.mustBeQuiet(t)
	if diff := cmp.Diff([]string{"refresh_secret_version"}, updated.differences(made)); diff != "" {
		t.Errorf("without a refresh the apply left other attributes (-want +got):\n%s", diff)
	}
	// A state that lacks nothing but refresh_secret_version plans no update, refreshed or not.
	for name, prior := range map[string]instance{"refreshed": applications.mustRead(updated), "not refreshed": updated} {
		change, diags := applications.plan(prior, stored(nil))
		diags.mustBeQuiet(t)
		if names := change.planned.differences(prior); names != nil {
			t.Errorf("%s: the plan changes %s", name, names)
		}
	}
}
