package provider_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// versioned is an application whose state has the version of its secret, but not the secret.
func versioned(value any, more ...providertest.Object) providertest.Object {
	return providertest.ApplicationStoring(false, append(more, providertest.Object{"refresh_secret_version": value})...)
}

// TestApplication_refreshSecretVersion checks that secret_version follows every rotation, and that no state and no
// plan has the secret.
func TestApplication_refreshSecretVersion(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	var secrets []string
	config := versioned(true, providertest.Object{"rotation_triggers": providertest.Object{"a": "1"}})
	var before providertest.Instance
	follow := func(how string, now providertest.Instance) {
		t.Helper()
		secrets = append(secrets, d.Application(t, "test-app").Secret)
		mustHoldNoSecret(t, how, now, secrets...)
		d.MustHoldSecret(t, now)
		if before.Exists() && now.Get("secret_version") == before.Get("secret_version") {
			t.Errorf("%s: secret_version did not change", how)
		}
		change, diags := applications.Plan(now, config)
		diags.MustBeQuiet(t)
		if names := change.Planned.Differences(now); names != nil {
			t.Errorf("after %s, the plan changes %s", how, names)
		}
		before = now
	}

	made := applications.MustCreate(config)
	follow("a create", made)
	d.Forget()
	if names := applications.MustRead(made).Differences(made); names != nil {
		t.Errorf("a refresh changed %s", names)
	}
	d.MustCount(t, map[string]int{"identity.GetApplication": 1})
	if got := d.Queries("identity.GetApplication"); got != "includeSecret=true" {
		t.Errorf("the refresh sent the query %q, want includeSecret=true", got)
	}

	// A plan without a refresh sends no request, so it does not see the rotation.
	d.RotateApplication(t, "test-app")
	d.Forget()
	change, diags := applications.Plan(made, config)
	diags.MustBeQuiet(t)
	if names := change.Planned.Differences(made); names != nil {
		t.Errorf("a plan without a refresh changes %s", names)
	}
	d.MustCount(t, map[string]int{})
	follow("a rotation outside Terraform", applications.MustRead(made))

	config = versioned(true, providertest.Object{"rotation_triggers": providertest.Object{"a": "2"}})
	planned := applications.PlannedRotation(before, config)
	if planned.Planned.Get("secret") != "null" || planned.Planned.Get("secret_version") != "unknown" {
		t.Errorf("the planned secret is %s and secret_version is %s, want null and unknown", planned.Planned.Get("secret"), planned.Planned.Get("secret_version"))
	}
	rotated, diags := applications.Apply(planned)
	diags.MustBeQuiet(t)
	follow("a rotation", rotated)
}

// TestApplication_switchRefreshSecretVersion changes only refresh_secret_version. The update sends no request and
// changes no other attribute. The next refresh uses the new value.
func TestApplication_switchRefreshSecretVersion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		stored   bool
		from, to any
		changes  bool
		// looks is true if the refresh after the switch reads the secret.
		looks bool
	}{
		{"turned on", false, nil, true, true, true},
		{"turned on, from false", false, false, true, true, true},
		{"turned off", false, true, false, true, false},
		{"turned off, to the default", false, true, nil, true, false},
		{"default to false", false, nil, false, false, false},
		{"false to default", false, false, nil, false, false},
		{"turned on, with the secret stored", true, nil, true, true, true},
		{"turned off, with the secret stored", true, true, nil, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			applications := d.Protocol(t).Applications()
			made := applications.MustCreate(providertest.ApplicationStoring(test.stored, providertest.Object{"refresh_secret_version": test.from}))
			d.Forget()
			config := providertest.ApplicationStoring(test.stored, providertest.Object{"refresh_secret_version": test.to})
			change, diags := applications.Plan(made, config)
			diags.MustBeQuiet(t)
			var want []string
			if test.changes {
				want = []string{"refresh_secret_version"}
			}
			if diff := cmp.Diff(want, change.Planned.Differences(made)); diff != "" || change.Replaces != nil {
				t.Fatalf("planned changes (-want +got):\n%s\nand a replacement because of %s", diff, change.Replaces)
			}
			switched, diags := applications.Apply(change)
			diags.MustBeQuiet(t)
			d.MustCount(t, map[string]int{})
			d.MustHoldSecret(t, switched)

			d.RotateApplication(t, "test-app")
			read := applications.MustRead(switched)
			if moved := read.Get("secret_version") != made.Get("secret_version"); moved != test.looks {
				t.Errorf("the refresh sees the rotation: %t, want %t", moved, test.looks)
			}
			change, diags = applications.Plan(read, config)
			diags.MustBeQuiet(t)
			if names := change.Planned.Differences(read); names != nil {
				t.Errorf("the next plan changes %s", names)
			}
		})
	}
}

// TestApplication_refreshSecretVersionWithheld checks that the state keeps secret_version if LUSID does not return
// the secret, and that a warning says so.
func TestApplication_refreshSecretVersionWithheld(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options mockserver.Options
		// calls is the number of requests of a refresh. After a refusal, the provider reads again without the secret.
		calls int
	}{
		"secret is null":    {mockserver.Options{WithholdSecrets: true}, 1},
		"secret is refused": {mockserver.Options{}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, test.options)
			strong := d.Protocol(t).Applications()
			weak := strong
			if !test.options.WithholdSecrets {
				weak = d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoSecretsToken}).Applications()
			}
			made := strong.MustCreate(versioned(true))
			d.RotateApplication(t, "test-app")
			d.Forget()
			kept, diags := weak.Read(made)
			diags.MustWarn(t, "secret_version", "LUSID did not show the secret of application test-app", "secret_version in the state stays as it is",
				"an access token from the provider block", "remove refresh_secret_version")
			d.MustCount(t, map[string]int{"identity.GetApplication": test.calls})
			if names := kept.Differences(made); names != nil {
				t.Errorf("the refresh changed %s", names)
			}
			change, diags := weak.Plan(kept, versioned(true))
			diags.MustBeQuiet(t)
			if names := change.Planned.Differences(made); names != nil {
				t.Errorf("the plan changes %s", names)
			}
			if test.options.WithholdSecrets {
				return
			}
			seen := strong.MustRead(kept)
			d.MustHoldSecret(t, seen)
			mustHoldNoSecret(t, "the refresh", seen, d.Application(t, "test-app").Secret)
		})
	}
}

// TestApplication_refreshSecretVersionForMany checks that each refresh sends one request for the secret. If LUSID
// refuses the secrets, the other attributes of many applications come from a list.
func TestApplication_refreshSecretVersionForMany(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	made := applications.MustCreate(versioned(true))
	d.Forget()
	for range 6 {
		applications.MustRead(made)
	}
	d.MustCount(t, map[string]int{"identity.GetApplication": 6})
	weak := d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoSecretsToken}).Applications()
	d.Forget()
	for range 6 {
		_, diags := weak.Read(made)
		diags.MustWarn(t, "secret_version", "LUSID did not show the secret")
	}
	d.MustCount(t, map[string]int{"identity.GetApplication": 9, "identity.ListApplications": 1})
}

// TestApplication_refreshSecretVersionAfterImport turns refresh_secret_version on after an import. The imported
// state has either no version or the secret.
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
			d := providertest.NewMock(t, mockserver.Options{})
			foreign := d.CreateApplication(t, "test-app", "Test", "Native")
			applications := d.Protocol(t, providertest.Object{"store_secrets": test.storeSecrets}).Applications()
			imported, diags := applications.ImportState("test-app")
			diags.MustBeQuiet(t)
			if got := imported.Get("refresh_secret_version"); got != "false" {
				t.Errorf("the import has refresh_secret_version %s, want false", got)
			}
			config := versioned(true)
			change, diags := applications.Plan(imported, config)
			diags.MustBeQuiet(t)
			if diff := cmp.Diff(test.changes, change.Planned.Differences(imported)); diff != "" {
				t.Errorf("planned changes (-want +got):\n%s", diff)
			}
			d.Forget()
			on, diags := applications.Apply(change)
			diags.MustBeQuiet(t)
			d.MustCount(t, map[string]int{})
			if got, want := on.Get("secret_version"), imported.Get("secret_version"); got != want {
				t.Errorf("secret_version changed from %s to %s, want no change", want, got)
			}
			// The refresh reads the version, which needs no update.
			read := applications.MustRead(on)
			d.MustHoldSecret(t, read)
			mustHoldNoSecret(t, "the refresh", read, foreign.Secret)
			change, diags = applications.Plan(read, config)
			diags.MustBeQuiet(t)
			if names := change.Planned.Differences(read); names != nil {
				t.Errorf("the next plan changes %s", names)
			}
		})
	}
}

// TestApplication_refreshSecretVersionUnknown plans with arguments that are known only after apply.
func TestApplication_refreshSecretVersionUnknown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from, planned, final providertest.Object
		version              string
		calls                map[string]int
	}{
		"store_secret stays off": {
			versioned(true), providertest.ApplicationStoring(providertest.Unknown, providertest.Object{"refresh_secret_version": true}), versioned(true), "unknown", map[string]int{},
		},
		"store_secret is turned on": {
			versioned(true), providertest.ApplicationStoring(providertest.Unknown, providertest.Object{"refresh_secret_version": true}), providertest.ApplicationStoring(true,
				providertest.Object{"refresh_secret_version": true}),
			"unknown",
			map[string]int{"identity.GetApplication": 1},
		},
		"store_secret is turned off": {
			providertest.ApplicationStoring(true, providertest.Object{"refresh_secret_version": true}), providertest.ApplicationStoring(providertest.Unknown,
				providertest.Object{"refresh_secret_version": true}), versioned(true),
			"kept",
			map[string]int{},
		},
		"refresh_secret_version is turned on":  {versioned(nil), versioned(providertest.Unknown), versioned(true), "kept", map[string]int{}},
		"refresh_secret_version is turned off": {versioned(true), versioned(providertest.Unknown), versioned(false), "kept", map[string]int{}},
		"refresh_secret_version stays":         {versioned(true), versioned(providertest.Unknown), versioned(true), "kept", map[string]int{}},
		"refresh_secret_version in a create": {
			nil, versioned(providertest.Unknown), versioned(true), "unknown",
			map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			applications := d.Protocol(t).Applications()
			var made providertest.Instance
			if test.from != nil {
				made = d.Protocol(t).Applications().MustCreate(test.from)
			}
			d.Forget()
			seen, diags := applications.Plan(made, test.planned)
			diags.MustBeQuiet(t)
			want := test.version
			if want == "kept" {
				want = made.Get("secret_version")
			}
			if got := seen.Planned.Get("secret_version"); got != want {
				t.Errorf("the planned secret_version is %s, want %s", got, want)
			}
			final, diags := applications.Plan(made, test.final)
			diags.MustBeQuiet(t)
			providertest.MustBeConsistent(t, seen, final)
			after, diags := applications.Apply(final)
			diags.MustBeQuiet(t)
			d.MustCount(t, test.calls)
			d.MustHoldSecret(t, after)
			read := applications.MustRead(after)
			if names := read.Differences(after); names != nil {
				t.Errorf("the refresh changed %s", names)
			}
		})
	}
}

// TestApplication_refreshSecretVersionOldState starts with a state that an earlier version of the provider wrote.
// An update adds refresh_secret_version to the state, and sends no request.
func TestApplication_refreshSecretVersionOldState(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	old := applications.MustCreate(providertest.ApplicationStoring(false))
	old.Attributes = maps.Clone(old.Attributes)
	old.Attributes["refresh_secret_version"] = providertest.TypedValue(t, old.Attributes["refresh_secret_version"].Type(), nil)
	d.Forget()
	for _, value := range []any{false, true} {
		change, diags := applications.Plan(old, versioned(value))
		diags.MustBeQuiet(t)
		if diff := cmp.Diff([]string{"refresh_secret_version"}, change.Planned.Differences(old)); diff != "" {
			t.Errorf("planned changes (-want +got):\n%s", diff)
		}
		after, diags := applications.Apply(change)
		diags.MustBeQuiet(t)
		d.MustHoldSecret(t, after)
	}
	d.MustCount(t, map[string]int{})
	if got := applications.MustRead(old).Get("refresh_secret_version"); got != "false" {
		t.Errorf("the refresh set refresh_secret_version to %s, want false", got)
	}
}
