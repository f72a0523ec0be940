package provider_test

import (
	"context"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestSecretVersion_bits checks that a version fits into a signed number of 32 bits. The test has one version as a
// literal and computes the others itself, so the provider's function cannot change unnoticed.
func TestSecretVersion_bits(t *testing.T) {
	t.Parallel()
	if got := providertest.DocumentedVersion("0oabw8p5aaGCl5zAA2p8", "secret"); got != "1759509205" {
		t.Fatalf("the version that the test computes has changed to %s", got)
	}
	seed := mockserver.Seed{Applications: []mockserver.Application{
		{ID: "0oabw8p5aaGCl5zAA2p8", ClientID: "test-app-x", DisplayName: "X", Secret: "secret"},
	}}
	for range 40 {
		name := providertest.NewName()
		seed.Applications = append(seed.Applications, mockserver.Application{ClientID: name, DisplayName: name})
	}
	d := providertest.NewMock(t, mockserver.Options{Seed: seed})
	applications := d.Protocol(t).Applications()
	high := false
	for i, seeded := range seed.Applications {
		imported, diags := applications.ImportState(seeded.ClientID)
		diags.MustBeQuiet(t)
		d.MustHoldSecret(t, imported)
		version, ok := new(big.Int).SetString(imported.Get("secret_version"), 10)
		if !ok || version.Sign() < 0 || version.BitLen() > 31 {
			t.Errorf("secret_version is %s, want a number of at most 31 bits", imported.Get("secret_version"))
			continue
		}
		high = high || version.BitLen() == 31
		if i == 0 && version.String() != "1759509205" {
			t.Errorf("secret_version is %s, want 1759509205", version)
		}
	}
	if !high {
		t.Error("no version has 31 bits")
	}
}

// TestApplication_rotation changes rotation_triggers in every way.
func TestApplication_rotation(t *testing.T) {
	t.Parallel()
	one, other, two := providertest.Object{"a": "1"}, providertest.Object{"a": "2"}, providertest.Object{"a": "1", "b": "1"}
	for _, test := range []struct {
		name     string
		from, to any
		rotates  bool
	}{
		{"no change", one, one, false},
		{"a value changes", one, other, true},
		{"a key is added", one, two, true},
		{"a key is removed", two, one, true},
		{"a key is renamed", one, providertest.Object{"b": "1"}, true},
		{"all keys are removed", one, providertest.Object{}, true},
		{"first key in an empty map", providertest.Object{}, one, true},
		{"first map", nil, one, false},
		{"first map, empty", nil, providertest.Object{}, false},
		{"map is removed", one, nil, false},
		{"empty map is removed", providertest.Object{}, nil, false},
		{"no map", nil, nil, false},
	} {
		for _, stored := range []any{nil, true, false} {
			t.Run(test.name+", "+map[any]string{nil: "stored by default", true: "stored", false: "not stored"}[stored], func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{})
				applications := d.Protocol(t).Applications()
				store := providertest.Object{"store_secret": stored}
				made := applications.MustCreate(providertest.ApplicationWithTriggers(test.from, store))
				d.MustHoldSecret(t, made)
				d.Forget()

				config := providertest.ApplicationWithTriggers(test.to, store)
				change, diags := applications.Plan(made, config)
				if test.rotates {
					diags.MustWarn(t, "rotation_triggers", "Rotating the secret of application test-app", "the old secret stops working")
				} else {
					diags.MustBeQuiet(t)
				}
				if change.Replaces != nil {
					t.Fatalf("replaced because of %s", change.Replaces)
				}
				secret, version := made.Get("secret"), made.Get("secret_version")
				if test.rotates {
					secret, version = "unknown", "unknown"
				}
				if stored == false {
					secret = "null"
				}
				if got := change.Planned.Get("secret"); got != secret {
					t.Errorf("the planned secret is %s, want %s", got, secret)
				}
				if got := change.Planned.Get("secret_version"); got != version {
					t.Errorf("the planned secret_version is %s, want %s", got, version)
				}
				if counts := d.Counts(); len(counts) != 0 {
					t.Errorf("the plan sent requests: %v", counts)
				}

				made, diags = applications.Apply(change)
				diags.MustBeQuiet(t)
				want := map[string]int{}
				if test.rotates {
					want["identity.RotateApplicationSecrets"] = 1
				}
				if diff := cmp.Diff(want, d.Counts()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
				d.MustHoldSecret(t, made)
				if (made.Get("secret_version") != change.Prior.Get("secret_version")) != test.rotates {
					t.Errorf("secret_version changed from %s to %s, want a change: %t", change.Prior.Get("secret_version"), made.Get("secret_version"), test.rotates)
				}
				change, diags = applications.Plan(applications.MustRead(made), config)
				diags.MustBeQuiet(t)
				if names := change.Planned.Differences(made); names != nil {
					t.Errorf("the next plan changes %s", names)
				}
			})
		}
	}
}

// TestApplication_unknownTrigger plans with a trigger that is known only after apply.
func TestApplication_unknownTrigger(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		from any
		// planned has an unknown value, and final has the value that apply finds.
		planned, final any
		may, rotates   bool
	}{
		{
			"same value",
			providertest.Object{"a": "1"},
			providertest.Object{"a": providertest.Unknown},
			providertest.Object{"a": "1"},
			true, false,
		},
		{
			"other value",
			providertest.Object{"a": "1"},
			providertest.Object{"a": providertest.Unknown},
			providertest.Object{"a": "2"},
			true, true,
		},
		{"same map", providertest.Object{"a": "1"}, providertest.Unknown, providertest.Object{"a": "1"}, true, false},
		{"other map", providertest.Object{"a": "1"}, providertest.Unknown, providertest.Object{"b": "1"}, true, true},
		{"no map", providertest.Object{"a": "1"}, providertest.Unknown, nil, true, false},
		{"first map", nil, providertest.Unknown, providertest.Object{"a": "1"}, false, false},
		{"first value", nil, providertest.Object{"a": providertest.Unknown}, providertest.Object{"a": "1"}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			applications := d.Protocol(t).Applications()
			made := applications.MustCreate(providertest.ApplicationWithTriggers(test.from))
			d.Forget()
			seen, diags := applications.Plan(made, providertest.ApplicationWithTriggers(test.planned))
			if test.may {
				diags.MustWarn(t, "rotation_triggers", "The secret of application test-app may be rotated",
					"timestamp(), rotates the secret at every apply", "plantimestamp()")
			} else {
				diags.MustBeQuiet(t)
			}
			for name, want := range map[string]string{"secret": made.Get("secret"), "secret_version": made.Get("secret_version")} {
				if test.may {
					want = "unknown"
				}
				if got := seen.Planned.Get(name); got != want {
					t.Errorf("the planned %s is %s, want %s", name, got, want)
				}
			}
			final, diags := applications.Plan(made, providertest.ApplicationWithTriggers(test.final))
			if test.rotates {
				diags.MustWarn(t, "rotation_triggers", "Rotating the secret of application test-app")
			} else {
				diags.MustBeQuiet(t)
			}
			providertest.MustBeConsistent(t, seen, final)
			// A CLI that does not plan again applies the first plan, with the unknown value filled in.
			for name := range final.Planned.Attributes {
				if planned, ok := seen.Planned.Attributes[name]; ok && !planned.IsFullyKnown() && name != "rotation_triggers" {
					final.Planned.Attributes[name] = planned
				}
			}
			made, diags = applications.Apply(final)
			diags.MustBeQuiet(t)
			want := map[string]int{}
			if test.rotates {
				want["identity.RotateApplicationSecrets"] = 1
			}
			if diff := cmp.Diff(want, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			d.MustHoldSecret(t, made)
		})
	}
}

// TestApplication_nothingElseRotates makes every other change that updates an application in place.
func TestApplication_nothingElseRotates(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	made := applications.MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}))
	before := made
	for _, change := range []providertest.Object{
		{"timeouts": providertest.Object{"update": "1m"}},
		{"timeouts": providertest.Object{"update": "2m", "read": "1m"}},
		{"store_secret": true},
		{"type": "Native"},
		{"redirect_uris": []string{}},
		{},
	} {
		var diags providertest.Diagnostics
		made, diags = applications.Update(applications.MustRead(made),
			providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}, change))
		diags.MustBeQuiet(t)
		if made.Get("secret") != before.Get("secret") || made.Get("secret_version") != before.Get("secret_version") {
			t.Errorf("%v changed the secret", change)
		}
		d.MustHoldSecret(t, made)
	}
	if counts := d.Counts(); counts["identity.RotateApplicationSecrets"] != 0 {
		t.Errorf("got the requests %v, want no rotation", counts)
	}
}

// TestSecretVersion_changes checks secret_version after every operation that gives an application another secret or
// stores the same secret again.
func TestSecretVersion_changes(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	config := providertest.ApplicationWithTriggers(providertest.Object{"a": "1"})
	made := applications.MustCreate(config)
	seen := map[string]string{}
	follow := func(how string, moves bool, next providertest.Instance) {
		t.Helper()
		d.MustHoldSecret(t, next)
		version := next.Get("secret_version")
		if moved := version != made.Get("secret_version"); moved != moves {
			t.Errorf("%s: secret_version changed from %s to %s, want a change: %t", how, made.Get("secret_version"), version, moves)
		}
		if before, ok := seen[version]; ok && moves {
			t.Errorf("%s: secret_version %s is the same as after %s", how, version, before)
		}
		seen[version] = how
		made = next
	}
	d.Forget()
	follow("a refresh", false, applications.MustRead(made))
	if got := d.Queries("identity.GetApplication"); got != "includeSecret=true" {
		t.Errorf("the refresh sent the query %q, want includeSecret=true", got)
	}

	rotated, diags := applications.Rotate(made, providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}))
	diags.MustBeQuiet(t)
	follow("a rotation", true, rotated)
	rotated, diags = applications.Rotate(made, config)
	diags.MustBeQuiet(t)
	follow("a rotation back", true, rotated)

	d.RotateApplication(t, "test-app")
	follow("a rotation outside Terraform", true, applications.MustRead(made))
	change, diags := applications.Plan(made, config)
	diags.MustBeQuiet(t)
	if names := change.Planned.Differences(made); names != nil {
		t.Errorf("after a rotation outside Terraform, the plan changes %s", names)
	}

	imported, diags := applications.ImportState("test-app")
	diags.MustBeQuiet(t)
	follow("an import", false, imported)
	imported, diags = applications.ImportState(made.Get("id"))
	diags.MustBeQuiet(t)
	follow("an import by id", false, imported)

	// A replacement plans the create without a prior state.
	replacement, _ := applications.Plan(made, providertest.ApplicationWithTriggers(nil, providertest.Object{"display_name": "Other"}))
	for _, name := range []string{"secret", "secret_version"} {
		if got := replacement.Planned.Get(name); got != "unknown" {
			t.Errorf("the planned %s of a replacement is %s, want unknown", name, got)
		}
	}
	applications.Destroy(made).MustBeQuiet(t)
	follow("a replacement", true, applications.MustCreate(config))

	d.DeleteApplication(t, "test-app")
	if gone := applications.MustRead(made); gone.Exists() {
		t.Fatal("the deleted application is still in the state")
	}
	follow("a re-creation", true, applications.MustCreate(config))

	// Turn store_secret off and on again. The secret stays the same.
	off, diags := applications.Update(made,
		providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}, providertest.Object{"store_secret": false}))
	diags.MustBeQuiet(t)
	follow("store_secret turned off", false, off)
	follow("a refresh without the secret", false, applications.MustRead(made))
	on, diags := applications.Update(made, config)
	diags.MustBeQuiet(t)
	follow("store_secret turned on", false, on)
}

// TestApplication_lostRotation loses the response to a rotation, before or after LUSID processed the request.
func TestApplication_lostRotation(t *testing.T) {
	t.Parallel()
	const adopted = "The response to the rotation of application test-app was lost"
	for _, test := range []struct {
		name  string
		fault mockserver.Fault
		// acted is true if LUSID rotated before the response was lost.
		acted bool
	}{
		{"reset after the write", mockserver.Fault{Reset: mockserver.ResetAfter}, true},
		{"reset before the write", mockserver.Fault{Reset: mockserver.ResetBefore}, false},
		{"500 after the write", mockserver.Fault{Status: http.StatusInternalServerError, AfterWrite: true}, true},
		{"500 before the write", mockserver.Fault{Status: http.StatusInternalServerError}, false},
		{"504 from a proxy after the write", mockserver.Fault{Status: http.StatusGatewayTimeout, HTML: true, AfterWrite: true}, true},
		{"200 with an HTML page from a proxy before the write", mockserver.Fault{Status: http.StatusOK, HTML: true}, false},
		{"200 with an HTML page from a proxy after the write", mockserver.Fault{Status: http.StatusOK, HTML: true, AfterWrite: true}, true},
		{"truncated response", mockserver.Fault{Truncate: true}, true},
		{"empty response", mockserver.Fault{Status: http.StatusOK, AfterWrite: true}, true},
	} {
		for name, store := range map[string]providertest.Object{
			"":               {"store_secret": true},
			", not stored":   {"store_secret": false},
			", version only": {"store_secret": false, "refresh_secret_version": true},
		} {
			t.Run(test.name+name, func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{})
				applications := d.Protocol(t).Applications()
				stored := store["store_secret"] == true
				made := applications.MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}, store))
				d.Forget()
				fault := test.fault
				fault.Operation = "identity.RotateApplicationSecrets"
				d.Mock.InjectFault(fault)
				rotated, diags := applications.Rotate(made, providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}, store))
				want := map[string]int{"identity.RotateApplicationSecrets": 2}
				if stored {
					want["identity.GetApplication"] = 1
				}
				if stored && test.acted {
					want["identity.RotateApplicationSecrets"] = 1
					diags.MustWarn(t, "secret", adopted, "did not rotate again")
				} else {
					// Without the old secret, the provider cannot compare. A second rotation does no harm.
					diags.MustBeQuiet(t)
				}
				if diff := cmp.Diff(want, d.Counts()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
				d.MustHoldSecret(t, rotated)
				if rotated.Get("secret_version") == made.Get("secret_version") {
					t.Error("secret_version did not change")
				}
			})
		}
	}

	t.Run("429 before the rotation", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		applications := d.Protocol(t).Applications()
		made := applications.MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}))
		d.Forget()
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Status: http.StatusTooManyRequests, RetryAfter: "0"})
		rotated, diags := applications.Rotate(made, providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}))
		diags.MustBeQuiet(t)
		if diff := cmp.Diff(map[string]int{"identity.RotateApplicationSecrets": 2}, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		d.MustHoldSecret(t, rotated)
	})
	t.Run("without the right to read the secret", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		made := d.Protocol(t).Applications().MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}))
		d.Forget()
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Reset: mockserver.ResetAfter})
		weak := d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoSecretsToken}).Applications()
		rotated, diags := weak.Rotate(made, providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}))
		diags.MustBeQuiet(t)
		if diff := cmp.Diff(map[string]int{"identity.RotateApplicationSecrets": 2, "identity.GetApplication": 1}, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		d.MustHoldSecret(t, rotated)
	})
}

// TestApplication_rotationFails checks that the old triggers stay in the state, so that the next apply rotates again.
func TestApplication_rotationFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		faults []mockserver.Fault
		parts  []string
		want   map[string]int
		acted  bool
	}{
		{
			"lost response and failed read",
			[]mockserver.Fault{
				{Operation: "identity.RotateApplicationSecrets", Reset: mockserver.ResetAfter},
				{Operation: "identity.GetApplication", Status: http.StatusInternalServerError, Count: -1},
			},
			[]string{"could not find out", "HTTP 500"},
			map[string]int{"identity.RotateApplicationSecrets": 1, "identity.GetApplication": 1},
			true,
		},
		{
			"500 on every attempt",
			[]mockserver.Fault{{Operation: "identity.RotateApplicationSecrets", Status: http.StatusInternalServerError, Count: -1}},
			[]string{"HTTP 500", "Run again later"},
			map[string]int{"identity.RotateApplicationSecrets": 2, "identity.GetApplication": 1},
			false,
		},
		{
			"forbidden after a lost response",
			[]mockserver.Fault{
				{Operation: "identity.RotateApplicationSecrets", Reset: mockserver.ResetBefore},
				{Operation: "identity.RotateApplicationSecrets", Status: http.StatusForbidden},
			},
			[]string{"HTTP 403", "LUSID may have rotated the secret then"},
			map[string]int{"identity.RotateApplicationSecrets": 2, "identity.GetApplication": 1},
			false,
		},
		{
			"forbidden",
			[]mockserver.Fault{{Operation: "identity.RotateApplicationSecrets", Status: http.StatusForbidden}},
			[]string{"HTTP 403", "lusid-administrator"},
			map[string]int{"identity.RotateApplicationSecrets": 1},
			false,
		},
		{
			"refused network zone",
			[]mockserver.Fault{{Operation: "identity.RotateApplicationSecrets", Status: http.StatusForbidden, Code: 939}},
			[]string{"(939)", "network zone"},
			map[string]int{"identity.RotateApplicationSecrets": 1},
			false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			applications := d.Protocol(t, providertest.Object{"max_retries": 0}).Applications()
			made := applications.MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}))
			d.Forget()
			for _, fault := range test.faults {
				d.Mock.InjectFault(fault)
			}
			kept, diags := applications.Rotate(made, providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}))
			diags.MustFail(t, "", append(test.parts, "Unable to rotate the secret of application test-app", made.Get("id"), "correlation ")...)
			if diff := cmp.Diff(test.want, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if names := made.Differences(kept); names != nil {
				t.Errorf("the failed rotation changed %s in the state", names)
			}

			// The next run rotates the secret.
			d.Mock.ClearFaults()
			kept.Private = made.Private
			refreshed := applications.MustRead(kept)
			if moved := refreshed.Get("secret") != made.Get("secret"); moved != test.acted {
				t.Errorf("the refresh sees another secret: %t, want %t", moved, test.acted)
			}
			healed, diags := applications.Rotate(refreshed, providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}))
			diags.MustBeQuiet(t)
			d.MustHoldSecret(t, healed)
			if healed.Get("secret") == refreshed.Get("secret") {
				t.Error("the next apply did not rotate")
			}
		})
	}
	t.Run("deleted outside Terraform", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		applications := d.Protocol(t).Applications()
		made := applications.MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}))
		d.DeleteApplication(t, "test-app")
		_, diags := applications.Rotate(made, providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}))
		diags.MustFail(t, "", "Unable to rotate the secret of application test-app", "HTTP 404", "(662)")
	})
}

// TestApplication_rotationInterrupted interrupts a rotation. The provider stops at once, and checks whether LUSID
// rotated the secret.
func TestApplication_rotationInterrupted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config providertest.Object
		cancel bool
		words  string
	}{
		"cancelled": {providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}), true, "The run was interrupted"},
		"timed out": {
			providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}, providertest.Object{"timeouts": providertest.Object{"update": "200ms"}}),
			false, "The time was up",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			applications := d.Protocol(t).Applications()
			made := applications.MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}))
			change := applications.PlannedRotation(made, test.config)
			d.Forget()
			d.Mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Delay: time.Minute})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.cancel {
				time.AfterFunc(200*time.Millisecond, cancel)
			}
			started := time.Now()
			kept, diags := applications.CarryOut(ctx, change)
			diags.MustFail(t, "", "Unable to rotate the secret", test.words)
			if elapsed := time.Since(started); elapsed > 20*time.Second {
				t.Errorf("the rotation took %s to stop, want at most 20s", elapsed)
			}
			if names := made.Differences(kept); names != nil {
				t.Errorf("the state changed: %s", names)
			}
			if diff := cmp.Diff(map[string]int{"identity.RotateApplicationSecrets": 1, "identity.GetApplication": 1}, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
	// LUSID rotates the secret just before the timeout is over.
	t.Run("after the write", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/$newsecret") {
					mock.ServeHTTP(discard{}, r)
					<-r.Context().Done()
					return
				}
				mock.ServeHTTP(w, r)
			})
		})
		applications := d.Protocol(t).Applications()
		made := applications.MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}))
		rotated, diags := applications.Rotate(made,
			providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}, providertest.Object{"timeouts": providertest.Object{"update": "300ms"}}))
		diags.MustWarn(t, "secret", "was lost")
		d.MustHoldSecret(t, rotated)
		if rotated.Get("secret") == made.Get("secret") || d.Counts()["identity.RotateApplicationSecrets"] != 1 {
			t.Errorf("got the requests %v, want one rotation and a new secret in the state", d.Counts())
		}
	})
}

// TestApplication_rotatedWithoutSecret rotates a secret while LUSID returns no secret. The old secret no longer works, so
// a run that ends well would leave every program with a dead secret. The next apply rotates again.
func TestApplication_rotatedWithoutSecret(t *testing.T) {
	t.Parallel()
	for _, store := range []providertest.Object{{"store_secret": true}, {"store_secret": false}, {"store_secret": false, "refresh_secret_version": true}} {
		t.Run(fmt.Sprint(store), func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			applications := d.Protocol(t).Applications()
			made := applications.MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}, store))
			changed := providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}, store)
			w.Set(func(_ *http.Request, body any) any {
				if application, ok := body.(map[string]any); ok && application["clientId"] != nil {
					application["secret"] = nil
				}
				return body
			})
			kept, diags := applications.Rotate(made, changed)
			diags.MustFail(t, "", "Unable to rotate the secret of application test-app", "LUSID rotated the secret", "did not return the new secret",
				"The old secret no longer works", "apply again")
			if names := kept.Differences(made); names != nil {
				t.Errorf("the failed rotation changed %s in the state, want no change, so that the next apply rotates again", names)
			}
			w.Set(nil)
			rotated, diags := applications.Rotate(kept, changed)
			diags.MustSucceed(t)
			if rotated.Get("secret_version") == made.Get("secret_version") {
				t.Error("the next apply stored no new secret_version")
			}
		})
	}
}

// discard drops the response, so that nobody receives it.
type discard struct{}

func (discard) Header() http.Header { return http.Header{} }

func (discard) Write(data []byte) (int, error) { return len(data), nil }

func (discard) WriteHeader(int) {}
