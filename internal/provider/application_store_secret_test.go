package provider_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// mustHoldNoSecret checks that a state or a plan contains no secret that the application ever had. The check includes
// the private state.
func mustHoldNoSecret(t *testing.T, where string, i providertest.Instance, secrets ...string) {
	t.Helper()
	if got := i.Get("secret"); got != "null" {
		t.Errorf("%s: the secret is not null", where)
	}
	all := string(i.Private)
	for _, value := range i.Attributes {
		all += value.String()
	}
	if i.Identity != nil {
		all += string(i.Identity.IdentityData.MsgPack)
	}
	for _, secret := range secrets {
		providertest.MustBeAbsent(t, where, all, map[string]string{"the secret": secret})
	}
}

// TestApplication_secretNotStored checks all operations of an application whose secret is in no state and no plan.
// Operations that need no secret run with a token that may not read secrets.
func TestApplication_secretNotStored(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	weak := d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoSecretsToken}).Applications()
	var secrets []string
	now := func() { secrets = append(secrets, d.Application(t, "test-app").Secret) }
	config := providertest.ApplicationStoring(false, providertest.Object{"rotation_triggers": providertest.Object{"a": "1"}})

	change, diags := applications.Plan(providertest.Instance{}, config)
	diags.MustBeQuiet(t)
	if change.Planned.Get("secret") != "null" || change.Planned.Get("secret_version") != "unknown" {
		t.Errorf("the planned secret is %s and secret_version is %s, want null and unknown", change.Planned.Get("secret"), change.Planned.Get("secret_version"))
	}
	made, diags := applications.Apply(change)
	diags.MustBeQuiet(t)
	now()
	mustHoldNoSecret(t, "create", made, secrets...)
	d.MustHoldSecret(t, made)

	read := weak.MustRead(made)
	mustHoldNoSecret(t, "refresh", read, secrets...)
	if names := read.Differences(made); names != nil {
		t.Errorf("the refresh changed %s", names)
	}
	empty, diags := weak.Plan(read, config)
	diags.MustBeQuiet(t)
	if names := empty.Planned.Differences(read); names != nil {
		t.Errorf("the next plan changes %s", names)
	}

	// The refresh does not read the secret, so a rotation outside Terraform does not change the version.
	d.RotateApplication(t, "test-app")
	now()
	elsewhere := weak.MustRead(read)
	if names := elsewhere.Differences(made); names != nil {
		t.Errorf("a refresh after a rotation outside Terraform changed %s", names)
	}

	change = weak.PlannedRotation(elsewhere,
		providertest.ApplicationStoring(false, providertest.Object{"rotation_triggers": providertest.Object{"a": "2"}}))
	mustHoldNoSecret(t, "plan of a rotation", change.Planned, secrets...)
	rotated, diags := weak.Apply(change)
	diags.MustBeQuiet(t)
	now()
	mustHoldNoSecret(t, "rotation", rotated, secrets...)
	d.MustHoldSecret(t, rotated)

	change, _ = weak.Plan(rotated, providertest.ApplicationStoring(false, providertest.Object{"display_name": "Other"}))
	if change.Planned.Get("secret") != "null" || change.Planned.Get("secret_version") != "unknown" || change.Replaces == nil {
		t.Errorf("the planned secret of a replacement is %s and secret_version is %s, want null and unknown", change.Planned.Get("secret"), change.Planned.Get("secret_version"))
	}
	weak.Destroy(rotated).MustBeQuiet(t)
	replaced := weak.MustCreate(config)
	now()
	mustHoldNoSecret(t, "replacement", replaced, secrets...)
	d.MustHoldSecret(t, replaced)
	d.MustNotAskForSecrets(t)
}

// TestApplication_switchStoreSecret turns store_secret on and off for an application that exists.
func TestApplication_switchStoreSecret(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		from, to any
		// provider is the provider's store_secrets, before and after the switch.
		provider [2]any
		on, off  bool
	}{
		{"turned off", true, false, [2]any{}, false, true},
		{"turned off, from the default", nil, false, [2]any{}, false, true},
		{"turned on", false, true, [2]any{}, true, false},
		{"turned on, to the default", false, nil, [2]any{}, true, false},
		{"provider's default turned off", nil, nil, [2]any{nil, false}, false, true},
		{"provider's default turned on", nil, nil, [2]any{false, nil}, true, false},
		{"provider's default turned off, and overridden", true, true, [2]any{true, false}, false, false},
		{"provider's default turned on, and overridden", false, false, [2]any{false, true}, false, false},
		{"from the resource's value to the same default of the provider", false, nil, [2]any{false, false}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			made := d.Protocol(t, providertest.Object{"store_secrets": test.provider[0]}).Applications().MustCreate(providertest.ApplicationStoring(test.from))
			applications := d.Protocol(t, providertest.Object{"store_secrets": test.provider[1]}).Applications()
			d.Forget()
			read := applications.MustRead(made)
			if names := read.Differences(made); names != nil {
				t.Errorf("the refresh before the switch changed %s", names)
			}
			d.Forget()
			change, diags := applications.Plan(read, providertest.ApplicationStoring(test.to))
			diags.MustBeQuiet(t)
			var want []string
			switch {
			case test.on:
				want = []string{"secret", "secret_version", "store_secret"}
			case test.off:
				want = []string{"secret", "store_secret"}
			}
			if diff := cmp.Diff(want, change.Planned.Differences(read)); diff != "" || change.Replaces != nil {
				t.Fatalf("planned changes (-want +got):\n%s\nand a replacement because of %s", diff, change.Replaces)
			}
			if test.on && (change.Planned.Get("secret") != "unknown" || change.Planned.Get("secret_version") != "unknown") {
				t.Errorf("the planned secret is %s and secret_version is %s, want both unknown", change.Planned.Get("secret"), change.Planned.Get("secret_version"))
			}
			if test.off {
				mustHoldNoSecret(t, "the plan", change.Planned, made.Get("secret"))
			}
			switched, diags := applications.Apply(change)
			diags.MustBeQuiet(t)
			calls := map[string]int{}
			if test.on {
				calls["identity.GetApplication"] = 1
			}
			if diff := cmp.Diff(calls, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			d.MustHoldSecret(t, switched)
			if switched.Get("secret_version") != made.Get("secret_version") {
				t.Error("secret_version changed, and the secret did not")
			}
			change, diags = applications.Plan(applications.MustRead(switched), providertest.ApplicationStoring(test.to))
			diags.MustBeQuiet(t)
			if names := change.Planned.Differences(switched); names != nil {
				t.Errorf("the next plan changes %s", names)
			}
		})
	}
}

// TestApplication_turnOnAfterRotationOutsideTerraform checks that the state gets the current secret and its version.
func TestApplication_turnOnAfterRotationOutsideTerraform(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	made := applications.MustCreate(providertest.ApplicationStoring(false))
	d.RotateApplication(t, "test-app")
	on, diags := applications.Update(applications.MustRead(made), providertest.ApplicationStoring(true))
	diags.MustBeQuiet(t)
	d.MustHoldSecret(t, on)
	if on.Get("secret_version") == made.Get("secret_version") {
		t.Error("secret_version did not change")
	}
}

// TestApplication_turnOnWithheld turns store_secret on while LUSID does not return the secret. The update succeeds
// with a warning, and no later plan has an update because of the null secret.
func TestApplication_turnOnWithheld(t *testing.T) {
	t.Parallel()
	for _, withheld := range []bool{true, false} {
		t.Run(map[bool]string{true: "secret is null", false: "secret is refused"}[withheld], func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{WithholdSecrets: withheld})
			made := d.Protocol(t).Applications().MustCreate(providertest.ApplicationStoring(false))
			p := d.Protocol(t)
			if !withheld {
				p = d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoSecretsToken})
			}
			on, diags := p.Applications().Update(made, providertest.ApplicationStoring(true))
			diags.MustWarn(t, "secret", "The secret of application test-app is not known", "To fix this, refresh as a user who may see secrets")
			if on.Get("store_secret") != "true" || on.Get("secret") != "null" || on.Get("secret_version") != made.Get("secret_version") {
				t.Errorf("the state has %s, want store_secret, no secret, and the same secret_version", on.Attributes)
			}
			kept, diags := p.Applications().Read(on)
			diags.MustWarn(t, "secret", "LUSID did not show the secret")
			change, diags := p.Applications().Plan(kept, providertest.ApplicationStoring(true))
			diags.MustBeQuiet(t)
			if names := change.Planned.Differences(on); names != nil {
				t.Errorf("with a null secret, the plan changes %s", names)
			}
			// A plan with another change does not touch the null secret either.
			change, diags = p.Applications().Plan(kept,
				providertest.ApplicationStoring(true, providertest.Object{"timeouts": providertest.Object{"read": "1m"}}))
			diags.MustBeQuiet(t)
			if diff := cmp.Diff([]string{"timeouts"}, change.Planned.Differences(on)); diff != "" {
				t.Errorf("planned changes (-want +got):\n%s", diff)
			}
			if !withheld {
				mended := d.Protocol(t).Applications().MustRead(kept)
				d.MustHoldSecret(t, mended)
			}
		})
	}
}

// TestApplication_rotateAndSwitch changes rotation_triggers and store_secret in one update.
func TestApplication_rotateAndSwitch(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{true, false} {
		t.Run(map[bool]string{true: "store_secret turned on", false: "store_secret turned off"}[on], func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			applications := d.Protocol(t).Applications()
			made := applications.MustCreate(providertest.ApplicationStoring(!on,
				providertest.Object{"rotation_triggers": providertest.Object{"a": "1"}}))
			d.Forget()
			after, diags := applications.Rotate(made,
				providertest.ApplicationStoring(on, providertest.Object{"rotation_triggers": providertest.Object{"a": "2"}}))
			diags.MustBeQuiet(t)
			if diff := cmp.Diff(map[string]int{"identity.RotateApplicationSecrets": 1}, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			d.MustHoldSecret(t, after)
			if after.Get("secret_version") == made.Get("secret_version") {
				t.Error("secret_version did not change")
			}
		})
	}
}

// TestApplication_unknownStoreSecret plans with a store_secret that is known only after apply.
func TestApplication_unknownStoreSecret(t *testing.T) {
	t.Parallel()
	for _, was := range []bool{true, false} {
		for _, becomes := range []bool{true, false} {
			t.Run(map[bool]string{true: "on", false: "off"}[was]+" to "+map[bool]string{true: "on", false: "off"}[becomes], func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{})
				applications := d.Protocol(t).Applications()
				made := applications.MustCreate(providertest.ApplicationStoring(was))
				seen, diags := applications.Plan(made, providertest.ApplicationStoring(providertest.Unknown))
				diags.MustBeQuiet(t)
				if got := seen.Planned.Get("secret"); got != "unknown" {
					t.Errorf("the planned secret is %s, want unknown", got)
				}
				version := made.Get("secret_version")
				if !was {
					version = "unknown" // The secret may be stored after the apply, with a new version.
				}
				if got := seen.Planned.Get("secret_version"); got != version {
					t.Errorf("the planned secret_version is %s, want %s", got, version)
				}
				final, diags := applications.Plan(made, providertest.ApplicationStoring(becomes))
				diags.MustBeQuiet(t)
				providertest.MustBeConsistent(t, seen, final)
				after, diags := applications.Apply(final)
				diags.MustBeQuiet(t)
				d.MustHoldSecret(t, after)
			})
		}
	}
}

// TestApplication_importNotStored imports while the provider stores no secrets. The import does not request a secret.
func TestApplication_importNotStored(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	foreign := d.CreateApplication(t, "test-app", "Test", "Native")
	p := d.Protocol(t, providertest.Object{"store_secrets": false, "access_token": d.Mock.Credentials().NoSecretsToken})
	applications := p.Applications()
	for name, imported := range importedEveryWay(t, applications, foreign) {
		mustHoldNoSecret(t, name, imported, foreign.Secret)
		if imported.Get("store_secret") != "false" || imported.Get("secret_version") != "null" {
			t.Errorf("%s: the import has %s, want store_secret false and no secret_version", name, imported.Attributes)
		}
		for _, config := range []providertest.Object{providertest.ApplicationStoring(nil), providertest.ApplicationStoring(false)} {
			change, diags := applications.Plan(imported, config)
			diags.MustBeQuiet(t)
			if names := change.Planned.Differences(imported); names != nil {
				t.Errorf("%s: the plan after the import changes %s", name, names)
			}
		}
	}
	d.MustNotAskForSecrets(t)
}

// TestApplication_stateOfAnEarlierVersion starts with a state that lacks store_secret, refresh_secret_version and
// secret_version. A refresh sets them, and a plan without a refresh succeeds.
func TestApplication_stateOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	made := applications.MustCreate(providertest.ApplicationStoring(nil))
	old := made
	old.Attributes, old.Identity = maps.Clone(made.Attributes), nil
	for _, name := range []string{"store_secret", "refresh_secret_version", "secret_version"} {
		old.Attributes[name] = tftypes.NewValue(old.Attributes[name].Type(), nil)
	}
	read := applications.MustRead(old)
	if names := read.Differences(made); names != nil {
		t.Errorf("after the refresh, the state differs in %s", names)
	}
	updated, diags := applications.Update(old, providertest.ApplicationStoring(nil))
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"refresh_secret_version"}, updated.Differences(made)); diff != "" {
		t.Errorf("after an apply without a refresh, the state differs (-want +got):\n%s", diff)
	}
	// If only refresh_secret_version is missing in the state, no plan has an update, with or without a refresh.
	for name, prior := range map[string]providertest.Instance{"refreshed": applications.MustRead(updated), "not refreshed": updated} {
		change, diags := applications.Plan(prior, providertest.ApplicationStoring(nil))
		diags.MustBeQuiet(t)
		if names := change.Planned.Differences(prior); names != nil {
			t.Errorf("%s: the plan changes %s", name, names)
		}
	}
}
