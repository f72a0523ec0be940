package provider_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// triggers is a configuration of an application with these rotation triggers.
func triggers(value any, more ...object) object {
	config := object{"client_id": "test-app", "display_name": "Test", "rotation_triggers": value}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// rotate plans a rotation, which warns, and applies it. The diagnostics are those of the apply.
func (m managedType) rotate(prior instance, config object) (instance, diagnostics) {
	m.t.Helper()
	return m.apply(m.plannedRotation(prior, config))
}

func (m managedType) plannedRotation(prior instance, config object) plannedChange {
	m.t.Helper()
	change, diags := m.plan(prior, config)
	diags.mustWarn(m.t, "rotation_triggers", "Rotating the secret of application "+prior.get("client_id"), "the old secret stops working", "until they have the new one")
	return change
}

// documentedVersion is secret_version as the design has it: the first 31 bits of HMAC-SHA-256
// over the secret, keyed with the application's id.
func documentedVersion(id, secret string) string {
	mac := hmac.New(sha256.New, []byte(id))
	mac.Write([]byte(secret))
	sum := new(big.Int).SetBytes(mac.Sum(nil))
	return sum.Rsh(sum, 256-31).String()
}

// mustHoldSecret checks that the state holds LUSID's secret, if any, and its version.
func (d domain) mustHoldSecret(t *testing.T, i instance) {
	t.Helper()
	now := d.application(t, i.get("client_id"))
	want := now.Secret
	if i.get("store_secret") == "false" {
		want = "null"
	}
	if i.get("secret") != want {
		t.Errorf("the secret in the state is not LUSID's: %s", i.get("secret"))
	}
	if got, want := i.get("secret_version"), documentedVersion(now.ID, now.Secret); got != want {
		t.Errorf("secret_version is %s, not %s", got, want)
	}
}

// TestSecretVersion_bits checks that a version fits a signed number of 32 bits, and is written
// down somewhere but in the code.
func TestSecretVersion_bits(t *testing.T) {
	t.Parallel()
	if got := documentedVersion("0oabw8p5aaGCl5zAA2p8", "secret"); got != "1759509205" {
		t.Fatalf("the test's own version has changed to %s", got)
	}
	seed := mockserver.Seed{Applications: []mockserver.Application{
		{ID: "0oabw8p5aaGCl5zAA2p8", ClientID: "test-app-x", DisplayName: "X", Secret: "secret"},
	}}
	for range 40 {
		name := newName()
		seed.Applications = append(seed.Applications, mockserver.Application{ClientID: name, DisplayName: name})
	}
	d := newMock(t, mockserver.Options{Seed: seed})
	applications := d.protocol(t).applications()
	high := false
	for i, seeded := range seed.Applications {
		imported, diags := applications.importState(seeded.ClientID)
		diags.mustBeQuiet(t)
		d.mustHoldSecret(t, imported)
		version, ok := new(big.Int).SetString(imported.get("secret_version"), 10)
		if !ok || version.Sign() < 0 || version.BitLen() > 31 {
			t.Errorf("secret_version is %s", imported.get("secret_version"))
			continue
		}
		high = high || version.BitLen() == 31
		if i == 0 && version.String() != "1759509205" {
			t.Errorf("secret_version is %s", version)
		}
	}
	if !high {
		t.Error("no version has 31 bits")
	}
}

// TestApplication_rotation changes the triggers in every way.
func TestApplication_rotation(t *testing.T) {
	t.Parallel()
	one, other, two := object{"a": "1"}, object{"a": "2"}, object{"a": "1", "b": "1"}
	for _, test := range []struct {
		name     string
		from, to any
		rotates  bool
	}{
		{"nothing changes", one, one, false},
		{"a value", one, other, true},
		{"a key is added", one, two, true},
		{"a key is removed", two, one, true},
		{"a key is renamed", one, object{"b": "1"}, true},
		{"to an empty map", one, object{}, true},
		{"from an empty map", object{}, one, true},
		{"the first map", nil, one, false},
		{"the first map, empty", nil, object{}, false},
		{"no map any more", one, nil, false},
		{"no empty map any more", object{}, nil, false},
		{"never a map", nil, nil, false},
	} {
		for _, stored := range []any{nil, true, false} {
			t.Run(test.name+", "+map[any]string{nil: "stored by default", true: "stored", false: "not stored"}[stored], func(t *testing.T) {
				t.Parallel()
				d := newMock(t, mockserver.Options{})
				applications := d.protocol(t).applications()
				store := object{"store_secret": stored}
				made := applications.mustCreate(triggers(test.from, store))
				d.mustHoldSecret(t, made)
				d.forget()

				config := triggers(test.to, store)
				change, diags := applications.plan(made, config)
				if test.rotates {
					diags.mustWarn(t, "rotation_triggers", "Rotating the secret of application test-app", "the old secret stops working")
				} else {
					diags.mustBeQuiet(t)
				}
				if change.replaces != nil {
					t.Fatalf("replaced because of %s", change.replaces)
				}
				secret, version := made.get("secret"), made.get("secret_version")
				if test.rotates {
					secret, version = "unknown", "unknown"
				}
				if stored == false {
					secret = "null"
				}
				if got := change.planned.get("secret"); got != secret {
					t.Errorf("the secret is planned as %s", got)
				}
				if got := change.planned.get("secret_version"); got != version {
					t.Errorf("secret_version is planned as %s", got)
				}
				if counts := d.counts(); len(counts) != 0 {
					t.Errorf("a plan asked LUSID: %v", counts)
				}

				made, diags = applications.apply(change)
				diags.mustBeQuiet(t)
				want := map[string]int{}
				if test.rotates {
					want["identity.RotateApplicationSecrets"] = 1
				}
				if diff := cmp.Diff(want, d.counts()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
				d.mustHoldSecret(t, made)
				if (made.get("secret_version") != change.prior.get("secret_version")) != test.rotates {
					t.Errorf("secret_version went from %s to %s", change.prior.get("secret_version"), made.get("secret_version"))
				}
				change, diags = applications.plan(applications.mustRead(made), config)
				diags.mustBeQuiet(t)
				if names := change.planned.differences(made); names != nil {
					t.Errorf("the next plan changes %s", names)
				}
			})
		}
	}
}

// TestApplication_unknownTrigger plans with a trigger that only apply makes.
func TestApplication_unknownTrigger(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		from any
		// planned has an unknown value, and final is what it becomes.
		planned, final any
		may, rotates   bool
	}{
		{"the same value", object{"a": "1"}, object{"a": unknown}, object{"a": "1"}, true, false},
		{"another value", object{"a": "1"}, object{"a": unknown}, object{"a": "2"}, true, true},
		{"the same map", object{"a": "1"}, unknown, object{"a": "1"}, true, false},
		{"another map", object{"a": "1"}, unknown, object{"b": "1"}, true, true},
		{"no map", object{"a": "1"}, unknown, nil, true, false},
		{"a first map", nil, unknown, object{"a": "1"}, false, false},
		{"a first value", nil, object{"a": unknown}, object{"a": "1"}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			applications := d.protocol(t).applications()
			made := applications.mustCreate(triggers(test.from))
			d.forget()
			seen, diags := applications.plan(made, triggers(test.planned))
			if test.may {
				diags.mustWarn(t, "rotation_triggers", "The secret of application test-app may be rotated", "timestamp(), rotates the secret at every apply", "plantimestamp()")
			} else {
				diags.mustBeQuiet(t)
			}
			for name, want := range map[string]string{"secret": made.get("secret"), "secret_version": made.get("secret_version")} {
				if test.may {
					want = "unknown"
				}
				if got := seen.planned.get(name); got != want {
					t.Errorf("%s is planned as %s", name, got)
				}
			}
			final, diags := applications.plan(made, triggers(test.final))
			if test.rotates {
				diags.mustWarn(t, "rotation_triggers", "Rotating the secret of application test-app")
			} else {
				diags.mustBeQuiet(t)
			}
			mustBeConsistent(t, seen, final)
			// A CLI that does not plan anew hands over the first plan with the value filled in.
			for name := range final.planned.attributes {
				if planned, ok := seen.planned.attributes[name]; ok && !planned.IsFullyKnown() && name != "rotation_triggers" {
					final.planned.attributes[name] = planned
				}
			}
			made, diags = applications.apply(final)
			diags.mustBeQuiet(t)
			want := map[string]int{}
			if test.rotates {
				want["identity.RotateApplicationSecrets"] = 1
			}
			if diff := cmp.Diff(want, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			d.mustHoldSecret(t, made)
		})
	}
}

// TestApplication_nothingElseRotates goes through all else that changes an application in place.
func TestApplication_nothingElseRotates(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	made := applications.mustCreate(triggers(object{"a": "1"}))
	before := made
	for _, change := range []object{
		{"timeouts": object{"update": "1m"}},
		{"timeouts": object{"update": "2m", "read": "1m"}},
		{"store_secret": true},
		{"type": "Native"},
		{"redirect_uris": []string{}},
		{},
	} {
		var diags diagnostics
		made, diags = applications.update(applications.mustRead(made), triggers(object{"a": "1"}, change))
		diags.mustBeQuiet(t)
		if made.get("secret") != before.get("secret") || made.get("secret_version") != before.get("secret_version") {
			t.Errorf("%v changed the secret", change)
		}
		d.mustHoldSecret(t, made)
	}
	if counts := d.counts(); counts["identity.RotateApplicationSecrets"] != 0 {
		t.Errorf("requests: %v", counts)
	}
}

// TestSecretVersion_moves follows the version through everything that gives an application
// another secret, or the same one another time.
func TestSecretVersion_moves(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	config := triggers(object{"a": "1"})
	made := applications.mustCreate(config)
	seen := map[string]string{}
	follow := func(how string, moves bool, next instance) {
		t.Helper()
		d.mustHoldSecret(t, next)
		version := next.get("secret_version")
		if moved := version != made.get("secret_version"); moved != moves {
			t.Errorf("%s: secret_version went from %s to %s", how, made.get("secret_version"), version)
		}
		if before, ok := seen[version]; ok && moves {
			t.Errorf("%s: secret_version %s was there before, after %s", how, version, before)
		}
		seen[version] = how
		made = next
	}
	d.forget()
	follow("a refresh", false, applications.mustRead(made))
	if got := d.queries("identity.GetApplication"); got != "includeSecret=true" {
		t.Errorf("a refresh asked for %q", got)
	}

	rotated, diags := applications.rotate(made, triggers(object{"a": "2"}))
	diags.mustBeQuiet(t)
	follow("a rotation", true, rotated)
	rotated, diags = applications.rotate(made, config)
	diags.mustBeQuiet(t)
	follow("a rotation back", true, rotated)

	d.rotateApplication(t, "test-app")
	follow("a rotation elsewhere", true, applications.mustRead(made))
	change, diags := applications.plan(made, config)
	diags.mustBeQuiet(t)
	if names := change.planned.differences(made); names != nil {
		t.Errorf("a rotation elsewhere plans a change of %s", names)
	}

	imported, diags := applications.importState("test-app")
	diags.mustBeQuiet(t)
	follow("an import", false, imported)
	imported, diags = applications.importState(made.get("id"))
	diags.mustBeQuiet(t)
	follow("an import by id", false, imported)

	// A replacement deletes, and plans the create without a prior state.
	replacement, _ := applications.plan(made, triggers(nil, object{"display_name": "Other"}))
	for _, name := range []string{"secret", "secret_version"} {
		if got := replacement.planned.get(name); got != "unknown" {
			t.Errorf("a replacement plans %s as %s", name, got)
		}
	}
	applications.destroy(made).mustBeQuiet(t)
	follow("a replacement", true, applications.mustCreate(config))

	d.deleteApplication(t, "test-app")
	if gone := applications.mustRead(made); gone.exists() {
		t.Fatal("it is not gone")
	}
	follow("a re-creation", true, applications.mustCreate(config))

	// Off and on again, with the same secret.
	off, diags := applications.update(made, triggers(object{"a": "1"}, object{"store_secret": false}))
	diags.mustBeQuiet(t)
	follow("store_secret turned off", false, off)
	follow("a refresh that does not look", false, applications.mustRead(made))
	on, diags := applications.update(made, config)
	diags.mustBeQuiet(t)
	follow("store_secret turned on", false, on)
}

// TestApplication_lostRotation loses the answer to a rotation, before LUSID acted or after.
func TestApplication_lostRotation(t *testing.T) {
	t.Parallel()
	const adopted = "The answer to the rotation of application test-app was lost"
	for _, test := range []struct {
		name  string
		fault mockserver.Fault
		// acted tells that LUSID rotated before the answer was lost.
		acted bool
	}{
		{"reset after the write", mockserver.Fault{Reset: mockserver.ResetAfter}, true},
		{"reset before the write", mockserver.Fault{Reset: mockserver.ResetBefore}, false},
		{"500 after the write", mockserver.Fault{Status: http.StatusInternalServerError, AfterWrite: true}, true},
		{"500 before the write", mockserver.Fault{Status: http.StatusInternalServerError}, false},
		{"a proxy's 504 after the write", mockserver.Fault{Status: http.StatusGatewayTimeout, HTML: true, AfterWrite: true}, true},
		{"a proxy's page with 200", mockserver.Fault{Status: http.StatusOK, HTML: true}, false},
		{"a proxy's page with 200, after the write", mockserver.Fault{Status: http.StatusOK, HTML: true, AfterWrite: true}, true},
		{"an answer cut short", mockserver.Fault{Truncate: true}, true},
		{"an empty answer", mockserver.Fault{Status: http.StatusOK, AfterWrite: true}, true},
	} {
		for name, store := range map[string]object{
			"":               {"store_secret": true},
			", not stored":   {"store_secret": false},
			", version only": {"store_secret": false, "refresh_secret_version": true},
		} {
			t.Run(test.name+name, func(t *testing.T) {
				t.Parallel()
				d := newMock(t, mockserver.Options{})
				applications := d.protocol(t).applications()
				stored := store["store_secret"] == true
				made := applications.mustCreate(triggers(object{"a": "1"}, store))
				d.forget()
				fault := test.fault
				fault.Operation = "identity.RotateApplicationSecrets"
				d.mock.InjectFault(fault)
				rotated, diags := applications.rotate(made, triggers(object{"a": "2"}, store))
				want := map[string]int{"identity.RotateApplicationSecrets": 2}
				if stored {
					want["identity.GetApplication"] = 1
				}
				if stored && test.acted {
					want["identity.RotateApplicationSecrets"] = 1
					diags.mustWarn(t, "secret", adopted, "nothing was rotated twice")
				} else {
					// Without the old secret there is nothing to compare, and a second rotation does no harm.
					diags.mustBeQuiet(t)
				}
				if diff := cmp.Diff(want, d.counts()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
				d.mustHoldSecret(t, rotated)
				if rotated.get("secret_version") == made.get("secret_version") {
					t.Error("secret_version did not move")
				}
			})
		}
	}

	t.Run("429, which cannot have rotated", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		applications := d.protocol(t).applications()
		made := applications.mustCreate(triggers(object{"a": "1"}))
		d.forget()
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Status: http.StatusTooManyRequests, RetryAfter: "0"})
		rotated, diags := applications.rotate(made, triggers(object{"a": "2"}))
		diags.mustBeQuiet(t)
		if diff := cmp.Diff(map[string]int{"identity.RotateApplicationSecrets": 2}, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		d.mustHoldSecret(t, rotated)
	})
	t.Run("and the secret may not be read", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		made := d.protocol(t).applications().mustCreate(triggers(object{"a": "1"}))
		d.forget()
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Reset: mockserver.ResetAfter})
		weak := d.protocol(t, object{"access_token": d.mock.Credentials().NoSecretsToken}).applications()
		rotated, diags := weak.rotate(made, triggers(object{"a": "2"}))
		diags.mustBeQuiet(t)
		if diff := cmp.Diff(map[string]int{"identity.RotateApplicationSecrets": 2, "identity.GetApplication": 1}, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		d.mustHoldSecret(t, rotated)
	})
}

// TestApplication_rotationFails keeps the old triggers in the state, so that the next apply tries
// again.
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
			"nobody knows whether it rotated",
			[]mockserver.Fault{
				{Operation: "identity.RotateApplicationSecrets", Reset: mockserver.ResetAfter},
				{Operation: "identity.GetApplication", Status: http.StatusInternalServerError, Count: -1},
			},
			[]string{"could not be found out", "HTTP 500"},
			map[string]int{"identity.RotateApplicationSecrets": 1, "identity.GetApplication": 1},
			true,
		},
		{
			"500 for good",
			[]mockserver.Fault{{Operation: "identity.RotateApplicationSecrets", Status: http.StatusInternalServerError, Count: -1}},
			[]string{"HTTP 500", "Run again later"},
			map[string]int{"identity.RotateApplicationSecrets": 2, "identity.GetApplication": 1},
			false,
		},
		{
			"forbidden once an answer was lost",
			[]mockserver.Fault{
				{Operation: "identity.RotateApplicationSecrets", Reset: mockserver.ResetBefore},
				{Operation: "identity.RotateApplicationSecrets", Status: http.StatusForbidden},
			},
			[]string{"HTTP 403", "LUSID may have rotated it then"},
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
			"a network zone",
			[]mockserver.Fault{{Operation: "identity.RotateApplicationSecrets", Status: http.StatusForbidden, Code: 939}},
			[]string{"(939)", "network zone"},
			map[string]int{"identity.RotateApplicationSecrets": 1},
			false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			applications := d.protocol(t, object{"max_retries": 0}).applications()
			made := applications.mustCreate(triggers(object{"a": "1"}))
			d.forget()
			for _, fault := range test.faults {
				d.mock.InjectFault(fault)
			}
			kept, diags := applications.rotate(made, triggers(object{"a": "2"}))
			diags.mustFail(t, "", append(test.parts, "Unable to rotate the secret of application test-app", made.get("id"), "correlation ")...)
			if diff := cmp.Diff(test.want, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if names := made.differences(kept); names != nil {
				t.Errorf("a failed rotation changed %s", names)
			}

			// The next run mends it.
			d.mock.ClearFaults()
			kept.private = made.private
			refreshed := applications.mustRead(kept)
			if moved := refreshed.get("secret") != made.get("secret"); moved != test.acted {
				t.Errorf("the refresh sees another secret: %t", moved)
			}
			healed, diags := applications.rotate(refreshed, triggers(object{"a": "2"}))
			diags.mustBeQuiet(t)
			d.mustHoldSecret(t, healed)
			if healed.get("secret") == refreshed.get("secret") {
				t.Error("the next apply did not rotate")
			}
		})
	}
	t.Run("deleted elsewhere", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		applications := d.protocol(t).applications()
		made := applications.mustCreate(triggers(object{"a": "1"}))
		d.deleteApplication(t, "test-app")
		_, diags := applications.rotate(made, triggers(object{"a": "2"}))
		diags.mustFail(t, "", "Unable to rotate the secret of application test-app", "HTTP 404", "(662)")
	})
}

// TestApplication_rotationInterrupted stops at once, and finds out what became of the rotation.
func TestApplication_rotationInterrupted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config object
		cancel bool
		words  string
	}{
		"cancelled": {triggers(object{"a": "2"}), true, "The run was interrupted"},
		"timed out": {triggers(object{"a": "2"}, object{"timeouts": object{"update": "200ms"}}), false, "The time was up"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			applications := d.protocol(t).applications()
			made := applications.mustCreate(triggers(object{"a": "1"}))
			change := applications.plannedRotation(made, test.config)
			d.forget()
			d.mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Delay: time.Minute})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.cancel {
				time.AfterFunc(200*time.Millisecond, cancel)
			}
			started := time.Now()
			kept, diags := applications.carryOut(ctx, change)
			diags.mustFail(t, "", "Unable to rotate the secret", test.words)
			if elapsed := time.Since(started); elapsed > 20*time.Second {
				t.Errorf("it took %s", elapsed)
			}
			if names := made.differences(kept); names != nil {
				t.Errorf("the state changed: %s", names)
			}
			if diff := cmp.Diff(map[string]int{"identity.RotateApplicationSecrets": 1, "identity.GetApplication": 1}, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
	// LUSID acted just before the time was up.
	t.Run("after the write", func(t *testing.T) {
		t.Parallel()
		d := newMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/$newsecret") {
					mock.ServeHTTP(discard{}, r)
					<-r.Context().Done()
					return
				}
				mock.ServeHTTP(w, r)
			})
		})
		applications := d.protocol(t).applications()
		made := applications.mustCreate(triggers(object{"a": "1"}))
		rotated, diags := applications.rotate(made, triggers(object{"a": "2"}, object{"timeouts": object{"update": "300ms"}}))
		diags.mustWarn(t, "secret", "was lost")
		d.mustHoldSecret(t, rotated)
		if rotated.get("secret") == made.get("secret") || d.counts()["identity.RotateApplicationSecrets"] != 1 {
			t.Errorf("requests: %v", d.counts())
		}
	})
}

// discard is an answer that nobody gets.
type discard struct{}

func (discard) Header() http.Header            { return http.Header{} }
func (discard) Write(data []byte) (int, error) { return len(data), nil }
func (discard) WriteHeader(int)                {}
