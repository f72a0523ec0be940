package provider_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// versioned is an application whose state has the version of its secret alone.
func versioned(value any, more ...object) object {
	return stored(false, append(more, object{"refresh_secret_version": value})...)
}

// TestApplication_refreshSecretVersion follows every rotation, without a secret in state or plan.
func TestApplication_refreshSecretVersion(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	var secrets []string
	config := versioned(true, object{"rotation_triggers": object{"a": "1"}})
	var before instance
	follow := func(how string, now instance) {
		t.Helper()
		secrets = append(secrets, d.application(t, "test-app").Secret)
		mustHoldNoSecret(t, how, now, secrets...)
		d.mustHoldSecret(t, now)
		if before.exists() && now.get("secret_version") == before.get("secret_version") {
			t.Errorf("%s: secret_version did not move", how)
		}
		change, diags := applications.plan(now, config)
		diags.mustBeQuiet(t)
		if names := change.planned.differences(now); names != nil {
			t.Errorf("after %s, the plan changes %s", how, names)
		}
		before = now
	}

	made := applications.mustCreate(config)
	follow("a create", made)
	d.forget()
	if names := applications.mustRead(made).differences(made); names != nil {
		t.Errorf("a refresh changed %s", names)
	}
	d.mustCount(t, map[string]int{"identity.GetApplication": 1})
	if got := d.queries("identity.GetApplication"); got != "includeSecret=true" {
		t.Errorf("a refresh asked for %q", got)
	}

	// A plan without a refresh sees nothing, and asks nobody.
	d.rotateApplication(t, "test-app")
	d.forget()
	change, diags := applications.plan(made, config)
	diags.mustBeQuiet(t)
	if names := change.planned.differences(made); names != nil {
		t.Errorf("a plan without a refresh changes %s", names)
	}
	d.mustCount(t, map[string]int{})
	follow("a rotation elsewhere", applications.mustRead(made))

	config = versioned(true, object{"rotation_triggers": object{"a": "2"}})
	planned := applications.plannedRotation(before, config)
	if planned.planned.get("secret") != "null" || planned.planned.get("secret_version") != "unknown" {
		t.Errorf("a rotation plans %s and %s", planned.planned.get("secret"), planned.planned.get("secret_version"))
	}
	rotated, diags := applications.apply(planned)
	diags.mustBeQuiet(t)
	follow("a rotation", rotated)
}

// TestApplication_switchRefreshSecretVersion turns refresh_secret_version on and off alone. That makes no
// call, and moves nothing: the next refresh follows it.
func TestApplication_switchRefreshSecretVersion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		stored   bool
		from, to any
		changes  bool
		// looks tells that the refresh after the switch sees the secret.
		looks bool
	}{
		{"on", false, nil, true, true, true},
		{"on, from false", false, false, true, true, true},
		{"off", false, true, false, true, false},
		{"off, to the default", false, true, nil, true, false},
		{"the default is false", false, nil, false, false, false},
		{"false is the default", false, false, nil, false, false},
		{"on, with the secret stored", true, nil, true, true, true},
		{"off, with the secret stored", true, true, nil, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			applications := d.protocol(t).applications()
			made := applications.mustCreate(stored(test.stored, object{"refresh_secret_version": test.from}))
			d.forget()
			config := stored(test.stored, object{"refresh_secret_version": test.to})
			change, diags := applications.plan(made, config)
			diags.mustBeQuiet(t)
			var want []string
			if test.changes {
				want = []string{"refresh_secret_version"}
			}
			if diff := cmp.Diff(want, change.planned.differences(made)); diff != "" || change.replaces != nil {
				t.Fatalf("planned changes (-want +got):\n%s\nand a replacement because of %s", diff, change.replaces)
			}
			switched, diags := applications.apply(change)
			diags.mustBeQuiet(t)
			d.mustCount(t, map[string]int{})
			d.mustHoldSecret(t, switched)

			d.rotateApplication(t, "test-app")
			read := applications.mustRead(switched)
			if moved := read.get("secret_version") != made.get("secret_version"); moved != test.looks {
				t.Errorf("the refresh sees the rotation: %t", moved)
			}
			change, diags = applications.plan(read, config)
			diags.mustBeQuiet(t)
			if names := change.planned.differences(read); names != nil {
				t.Errorf("the next plan changes %s", names)
			}
		})
	}
}

// TestApplication_refreshSecretVersionWithheld keeps the version that the state has, and says so.
func TestApplication_refreshSecretVersionWithheld(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options mockserver.Options
		// calls are those of a refresh: a refusal is followed by a read without the secret.
		calls int
	}{
		"by a null":    {mockserver.Options{WithholdSecrets: true}, 1},
		"by a refusal": {mockserver.Options{}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, test.options)
			strong := d.protocol(t).applications()
			weak := strong
			if !test.options.WithholdSecrets {
				weak = d.protocol(t, object{"access_token": d.mock.Credentials().NoSecretsToken}).applications()
			}
			made := strong.mustCreate(versioned(true))
			d.rotateApplication(t, "test-app")
			d.forget()
			kept, diags := weak.read(made)
			diags.mustWarn(t, "secret_version", "LUSID did not show the secret of application test-app", "secret_version in the state stays as it is",
				"an access token from the provider block", "remove refresh_secret_version")
			d.mustCount(t, map[string]int{"identity.GetApplication": test.calls})
			if names := kept.differences(made); names != nil {
				t.Errorf("the refresh changed %s", names)
			}
			change, diags := weak.plan(kept, versioned(true))
			diags.mustBeQuiet(t)
			if names := change.planned.differences(made); names != nil {
				t.Errorf("the plan changes %s", names)
			}
			if test.options.WithholdSecrets {
				return
			}
			seen := strong.mustRead(kept)
			d.mustHoldSecret(t, seen)
			mustHoldNoSecret(t, "the refresh", seen, d.application(t, "test-app").Secret)
		})
	}
}

// TestApplication_refreshSecretVersionForMany costs one call each, also where the secret is refused and the
// rest of the application comes from a list.
func TestApplication_refreshSecretVersionForMany(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	made := applications.mustCreate(versioned(true))
	d.forget()
	for range 6 {
		applications.mustRead(made)
	}
	d.mustCount(t, map[string]int{"identity.GetApplication": 6})
	weak := d.protocol(t, object{"access_token": d.mock.Credentials().NoSecretsToken}).applications()
	d.forget()
	for range 6 {
		_, diags := weak.read(made)
		diags.mustWarn(t, "secret_version", "LUSID did not show the secret")
	}
	d.mustCount(t, map[string]int{"identity.GetApplication": 9, "identity.ListApplications": 1})
}

// TestApplication_refreshSecretVersionAfterImport begins with a state that has no version, or one that has
// the secret.
func TestApplication_refreshSecretVersionAfterImport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		storeSecrets any
		changes      []string
	}{
		"the provider stores no secrets": {false, []string{"refresh_secret_version"}},
		"the provider stores secrets":    {nil, []string{"refresh_secret_version", "secret", "store_secret"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			foreign := d.createApplication(t, "test-app", "Test", "Native")
			applications := d.protocol(t, object{"store_secrets": test.storeSecrets}).applications()
			imported, diags := applications.importState("test-app")
			diags.mustBeQuiet(t)
			if got := imported.get("refresh_secret_version"); got != "false" {
				t.Errorf("imported with refresh_secret_version %s", got)
			}
			config := versioned(true)
			change, diags := applications.plan(imported, config)
			diags.mustBeQuiet(t)
			if diff := cmp.Diff(test.changes, change.planned.differences(imported)); diff != "" {
				t.Errorf("planned changes (-want +got):\n%s", diff)
			}
			d.forget()
			on, diags := applications.apply(change)
			diags.mustBeQuiet(t)
			d.mustCount(t, map[string]int{})
			if got, want := on.get("secret_version"), imported.get("secret_version"); got != want {
				t.Errorf("secret_version went from %s to %s", want, got)
			}
			// The refresh finds the version. That is no update.
			read := applications.mustRead(on)
			d.mustHoldSecret(t, read)
			mustHoldNoSecret(t, "the refresh", read, foreign.Secret)
			change, diags = applications.plan(read, config)
			diags.mustBeQuiet(t)
			if names := change.planned.differences(read); names != nil {
				t.Errorf("the next plan changes %s", names)
			}
		})
	}
}

// TestApplication_refreshSecretVersionUnknown plans with arguments that only apply makes.
func TestApplication_refreshSecretVersionUnknown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from, planned, final object
		version              string
		calls                map[string]int
	}{
		"store_secret, stays off": {
			versioned(true), stored(unknown, object{"refresh_secret_version": true}), versioned(true), "unknown", map[string]int{},
		},
		"store_secret, is turned on": {
			versioned(true), stored(unknown, object{"refresh_secret_version": true}), stored(true, object{"refresh_secret_version": true}),
			"unknown",
			map[string]int{"identity.GetApplication": 1},
		},
		"store_secret, is turned off": {
			stored(true, object{"refresh_secret_version": true}), stored(unknown, object{"refresh_secret_version": true}), versioned(true),
			"kept",
			map[string]int{},
		},
		"refresh_secret_version, is turned on":  {versioned(nil), versioned(unknown), versioned(true), "kept", map[string]int{}},
		"refresh_secret_version, is turned off": {versioned(true), versioned(unknown), versioned(false), "kept", map[string]int{}},
		"refresh_secret_version, stays":         {versioned(true), versioned(unknown), versioned(true), "kept", map[string]int{}},
		"refresh_secret_version, of a create":   {nil, versioned(unknown), versioned(true), "unknown", map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			applications := d.protocol(t).applications()
			var made instance
			if test.from != nil {
				made = d.protocol(t).applications().mustCreate(test.from)
			}
			d.forget()
			seen, diags := applications.plan(made, test.planned)
			diags.mustBeQuiet(t)
			want := test.version
			if want == "kept" {
				want = made.get("secret_version")
			}
			if got := seen.planned.get("secret_version"); got != want {
				t.Errorf("secret_version is planned as %s", got)
			}
			final, diags := applications.plan(made, test.final)
			diags.mustBeQuiet(t)
			mustBeConsistent(t, seen, final)
			after, diags := applications.apply(final)
			diags.mustBeQuiet(t)
			d.mustCount(t, test.calls)
			d.mustHoldSecret(t, after)
			read := applications.mustRead(after)
			if names := read.differences(after); names != nil {
				t.Errorf("the refresh changed %s", names)
			}
		})
	}
}

// TestApplication_refreshSecretVersionOldState has a state that an earlier version wrote: false, written
// down, is the only update, and makes no call.
func TestApplication_refreshSecretVersionOldState(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	old := applications.mustCreate(stored(false))
	old.attributes = maps.Clone(old.attributes)
	old.attributes["refresh_secret_version"] = typedValue(t, old.attributes["refresh_secret_version"].Type(), nil)
	d.forget()
	for _, value := range []any{false, true} {
		change, diags := applications.plan(old, versioned(value))
		diags.mustBeQuiet(t)
		if diff := cmp.Diff([]string{"refresh_secret_version"}, change.planned.differences(old)); diff != "" {
			t.Errorf("planned changes (-want +got):\n%s", diff)
		}
		after, diags := applications.apply(change)
		diags.mustBeQuiet(t)
		d.mustHoldSecret(t, after)
	}
	d.mustCount(t, map[string]int{})
	if got := applications.mustRead(old).get("refresh_secret_version"); got != "false" {
		t.Errorf("the refresh writes %s", got)
	}
}
