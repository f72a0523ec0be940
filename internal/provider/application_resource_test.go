package provider_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestAccApplication_basic(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	native, web := newName(), newName()
	secretOf := func(clientID string) knownvalue.Check {
		return knownvalue.StringFunc(func(secret string) error {
			if want := d.application(t, clientID).Secret; secret != want {
				return errors.New("the secret is not the one that LUSID has")
			}
			return nil
		})
	}
	const nativeAddress, webAddress = "lusid_application.native", "lusid_application.web"
	known := func(address, attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), check)
	}

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		CheckDestroy:             d.checkGone(t, native, web),
		Steps: []resource.TestStep{
			{
				Config: d.config(fmt.Sprintf(`
resource "lusid_application" "native" {
  client_id    = %[1]q
  display_name = "%[1]s: naïve, “quoted”"
}
resource "lusid_application" "web" {
  client_id                 = %[2]q
  display_name              = %[2]q
  type                      = "Web"
  redirect_uris             = ["https://example.com/b", "https://example.com/a"]
  post_logout_redirect_uris = ["https://example.com/bye"]
  timeouts = {
    create = "5m"
  }
}`, native, web)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(nativeAddress, plancheck.ResourceActionCreate),
					plancheck.ExpectKnownValue(nativeAddress, tfjsonpath.New("type"), knownvalue.StringExact("Native")),
					plancheck.ExpectUnknownValue(nativeAddress, tfjsonpath.New("id")),
					plancheck.ExpectUnknownValue(nativeAddress, tfjsonpath.New("secret")),
					plancheck.ExpectSensitiveValue(nativeAddress, tfjsonpath.New("secret")),
				}},
				ConfigStateChecks: append([]statecheck.StateCheck{
					known(nativeAddress, "id", knownvalue.StringRegexp(regexp.MustCompile(`^[a-zA-Z0-9_-]+$`))),
					known(nativeAddress, "type", knownvalue.StringExact("Native")),
					known(nativeAddress, "redirect_uris", knownvalue.Null()),
					known(nativeAddress, "issuer", knownvalue.StringRegexp(regexp.MustCompile(`^https?://.+/oauth2/`))),
					known(nativeAddress, "token_url", knownvalue.StringRegexp(regexp.MustCompile(`/oauth2/[^/]+/v1/token$`))),
					known(nativeAddress, "secret", secretOf(native)),
					known(webAddress, "type", knownvalue.StringExact("Web")),
					known(webAddress, "redirect_uris", knownvalue.SetSizeExact(2)),
					known(webAddress, "secret", secretOf(web)),
				}, expectSensitive(t, nativeAddress, "secret")...),
			},
			{
				ResourceName:      nativeAddress,
				ImportState:       true,
				ImportStateVerify: true,
			},
			{
				ResourceName:            webAddress,
				ImportState:             true,
				ImportStateId:           web,
				ImportStateVerify:       true,
				ImportStateVerifyIgnore: []string{"redirect_uris", "post_logout_redirect_uris", "timeouts"},
			},
		},
	})
	if d.mock == nil {
		return
	}
	counts := d.counts()
	delete(counts, "identity.GetApplication")
	// The second list looks for a client id that is no id.
	want := map[string]int{"identity.ListApplications": 2, "identity.CreateApplication": 2, "identity.DeleteApplication": 2}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func applicationLifecycle(t *testing.T, d domain) lifecycle {
	application := func(clientID, trigger string) object {
		return object{"client_id": clientID, "display_name": "Test", "rotation_triggers": object{"a": trigger}}
	}
	return lifecycle{
		config: application("test-app", "1"),
		// Another secret is no change for anybody who does not use it.
		drift:               func() { d.rotateApplication(t, "test-app") },
		vanish:              func() { d.deleteApplication(t, "test-app") },
		deletedAndMadeAgain: map[string]int{"identity.CreateApplication": 1},
		replacement:         application("next-app", "1"),
		replacedBy:          "client_id",
		replaced:            map[string]int{"identity.DeleteApplication": 1, "identity.CreateApplication": 1},
		update:              application("test-app", "2"),
		refusedCreate:       "Unable to create application",
		refusedRead:         "Unable to read application test-app",
		refusedUpdate:       "Unable to rotate the secret of application test-app",
		refusedDelete:       "Unable to delete application test-app",
		secrets:             []string{"secret"},
	}
}

// TestApplication_replace checks which change replaces, and the warning, which only the protocol
// shows.
func TestApplication_replace(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	config := object{
		"client_id":                 "first-app",
		"display_name":              "First",
		"type":                      "Web",
		"redirect_uris":             []string{"https://example.com/a", "https://example.com/b"},
		"post_logout_redirect_uris": []string{"https://example.com/bye"},
	}
	made := applications.mustCreate(config)
	d.forget()

	for _, test := range []struct {
		name     string
		change   object
		replaces []string
	}{
		{"nothing", object{}, nil},
		{"order of URIs", object{"redirect_uris": []string{"https://example.com/b", "https://example.com/a"}}, nil},
		{"timeouts", object{"timeouts": object{"create": "1m"}}, nil},
		{"client id", object{"client_id": "second-app"}, []string{"client_id"}},
		{"client id, case", object{"client_id": "First-app"}, nil},
		{"client id not known yet", object{"client_id": unknown}, []string{"client_id"}},
		{"display name", object{"display_name": "Second"}, []string{"display_name"}},
		{"type", object{"type": nil, "redirect_uris": nil, "post_logout_redirect_uris": nil}, []string{"post_logout_redirect_uris", "redirect_uris", "type"}},
		{"redirect URIs", object{"redirect_uris": []string{"https://example.com/a"}}, []string{"redirect_uris"}},
		{"redirect URIs not known yet", object{"redirect_uris": unknown}, []string{"redirect_uris"}},
		{"no redirect URIs", object{"redirect_uris": nil}, []string{"redirect_uris"}},
		{"logout URIs", object{"post_logout_redirect_uris": []string{}}, []string{"post_logout_redirect_uris"}},
		{"two", object{"client_id": "second-app", "display_name": "Second"}, []string{"client_id", "display_name"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := maps.Clone(config)
			maps.Copy(changed, test.change)
			change, diags := applications.plan(made, changed)
			if diff := cmp.Diff(test.replaces, change.replaces); diff != "" {
				t.Errorf("replaced because of (-want +got):\n%s", diff)
			}
			if test.replaces == nil {
				diags.mustBeQuiet(t)
				for _, name := range []string{"client_id", "secret"} {
					if got := change.planned.get(name); got != made.get(name) {
						t.Errorf("%s is planned as %s", name, got)
					}
				}
				return
			}
			diags.mustSucceed(t)
			warnings := strings.Join(diags.warnings(), "\n")
			mustHold(t, warnings, append(test.replaces, "Replacing application first-app ends its secret", "create_before_destroy does not help")...)
			if len(diags.warnings()) != 1 {
				t.Errorf("not one warning:\n%s", warnings)
			}
		})
	}
	if counts := d.counts(); len(counts) != 0 {
		t.Errorf("a plan asked LUSID: %v", counts)
	}
}

func TestAccApplication_replace(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	first, second := newName(), newName()
	secrets := statecheck.CompareValue(compare.ValuesDiffer())
	const address = "lusid_application.test"
	step := func(clientID string, action plancheck.ResourceActionType) resource.TestStep {
		return resource.TestStep{
			Config:            d.config(applicationHCL("test", clientID)),
			ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}},
			ConfigStateChecks: []statecheck.StateCheck{secrets.AddStateValue(address, tfjsonpath.New("secret"))},
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		CheckDestroy:             d.checkGone(t, first, second),
		Steps: []resource.TestStep{
			step(first, plancheck.ResourceActionCreate),
			step(second, plancheck.ResourceActionDestroyBeforeCreate),
		},
	})
}

// applicationHCL is a resource with a client id, which is its display name too.
func applicationHCL(name, clientID string) string {
	return fmt.Sprintf("resource \"lusid_application\" %[1]q {\n  client_id    = %[2]q\n  display_name = %[2]q\n}\n", name, clientID)
}

// TestApplication_redirectURIs goes through what LUSID never returns.
func TestApplication_redirectURIs(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	uris := func(uris any) object {
		return object{"client_id": "site-app", "display_name": "Site", "type": "Web", "redirect_uris": uris}
	}
	one, other := []string{"https://example.com/a"}, []string{"https://example.com/b"}

	t.Run("null and empty are the same", func(t *testing.T) {
		made := applications.mustCreate(uris(nil))
		for _, next := range []any{[]string{}, nil} {
			var diags diagnostics
			made, diags = applications.update(made, uris(next))
			diags.mustBeQuiet(t)
			made = applications.mustRead(made)
		}
		change, _ := applications.plan(made, uris(one))
		if diff := cmp.Diff([]string{"redirect_uris"}, change.replaces); diff != "" {
			t.Errorf("a first value of an application that was not imported must replace it (-want +got):\n%s", diff)
		}
		applications.destroy(made).mustBeQuiet(t)
	})

	for _, by := range []string{"id", "client id"} {
		t.Run("imported by "+by, func(t *testing.T) {
			foreign := d.createApplication(t, "site-app", "Site", "Web")
			defer d.deleteApplication(t, "site-app")
			d.forget()
			id := foreign.ID
			if by == "client id" {
				id = foreign.ClientID
			}
			imported, diags := applications.importState(id)
			diags.mustBeQuiet(t)
			imported = applications.mustRead(imported)
			d.forget()

			// Null settles nothing: the value may be written later.
			change, diags := applications.plan(imported, uris(nil))
			diags.mustBeQuiet(t)
			if names := change.planned.differences(imported); names != nil || change.replaces != nil {
				t.Fatalf("planned a change of %s", names)
			}
			empty, diags := applications.update(imported, uris([]string{}))
			diags.mustBeQuiet(t)

			adopted, diags := applications.update(applications.mustRead(empty), uris(one))
			diags.mustWarn(t, "redirect_uris", "site-app was imported", "LUSID is not told")
			if got := adopted.get("redirect_uris"); got != "https://example.com/a" || adopted.get("id") != foreign.ID || adopted.get("secret") != foreign.Secret {
				t.Errorf("adopted as %s", adopted.attributes)
			}
			if diff := cmp.Diff(map[string]int{"identity.GetApplication": 1}, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}

			adopted = applications.mustRead(adopted)
			for _, next := range []any{other, nil} {
				if change, _ := applications.plan(adopted, uris(next)); len(change.replaces) != 1 {
					t.Errorf("after the adoption a change to %v replaces because of %s", next, change.replaces)
				}
			}
			// The other attribute is as unknown as before.
			config := uris(one)
			config["post_logout_redirect_uris"] = other
			_, diags = applications.update(adopted, config)
			diags.mustWarn(t, "post_logout_redirect_uris")
		})
	}
}

// TestAccApplication_importBlock imports and adopts in one run, with nothing but reads.
func TestAccApplication_importBlock(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	foreign := d.createApplication(t, newName(), newName(), "Web")
	const address = "lusid_application.test"
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_5_0)},
		ProtoV6ProviderFactories: factories,
		CheckDestroy:             d.checkGone(t, foreign.ClientID),
		Steps: []resource.TestStep{{
			Config: d.config(fmt.Sprintf(`
import {
  to = lusid_application.test
  id = %q
}
resource "lusid_application" "test" {
  client_id     = %q
  display_name  = %q
  type          = "Web"
  redirect_uris = ["https://example.com"]
}`, foreign.ClientID, foreign.ClientID, foreign.DisplayName)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(foreign.ID)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("secret"), knownvalue.StringExact(foreign.Secret)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("redirect_uris"), knownvalue.SetSizeExact(1)),
			},
		}},
	})
	if d.mock != nil && d.counts()["identity.CreateApplication"] != 0 {
		t.Errorf("requests: %v", d.counts())
	}
}

func TestApplication_import(t *testing.T) {
	t.Parallel()
	// One application's client id may be another one's id: the id decides.
	d := newMock(t, mockserver.Options{Seed: mockserver.Seed{Applications: []mockserver.Application{
		{ID: "second-app", ClientID: "first-app", DisplayName: "First"},
		{ClientID: "second-app", DisplayName: "Second"},
	}}})
	applications := d.protocol(t).applications()

	for _, test := range []struct {
		id    string
		parts []string
		lists int
	}{
		{"missing-app", []string{"Unable to import application", `The application with the id or client id "missing-app" could not be found`, strings.TrimPrefix(d.url, "http://")}, 1},
		{"", []string{"Unable to import application", "Give the id or the client id"}, 0},
		{"../users", []string{"Unable to import application", "n id or client id has letters"}, 0},
		{"a b", []string{"Unable to import application", "n id or client id has letters"}, 0},
		{strings.Repeat("x", 65), []string{"64 at most"}, 0},
	} {
		d.forget()
		_, diags := applications.importState(test.id)
		diags.mustFail(t, "", test.parts...)
		if got := d.counts()["identity.ListApplications"]; got != test.lists {
			t.Errorf("%q: %d lists", test.id, got)
		}
	}

	for id, config := range map[string]object{
		"second-app":                      {"client_id": "first-app", "display_name": "First"},
		d.application(t, "second-app").ID: {"client_id": "second-app", "display_name": "Second"},
	} {
		imported, diags := applications.importState(id)
		diags.mustBeQuiet(t)
		if got := imported.get("client_id"); got != config["client_id"] {
			t.Errorf("%s: imported %s", id, got)
		}
		change, diags := applications.plan(imported, config)
		diags.mustBeQuiet(t)
		if names := change.planned.differences(imported); names != nil {
			t.Errorf("%s: the plan after the import changes %s", id, names)
		}
	}
}

// TestAccApplication_drift removes one application behind Terraform's back and rotates two more,
// of which one's secret is used by an output.
func TestAccApplication_drift(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, d.config(applicationHCL("removed", "removed-app")+applicationHCL("used", "used-app")+applicationHCL("idle", "idle-app")+`
output "secret" {
  value     = lusid_application.used.secret
  sensitive = true
}`))
	w.mustRun("apply", "-auto-approve")
	d.deleteApplication(t, "removed-app")
	used, idle := d.rotateApplication(t, "used-app"), d.rotateApplication(t, "idle-app")

	// Terraform 1.0 has another wording.
	changed := strings.NewReplacer("has been changed", "has changed")
	plan, output := w.plan()
	mustHold(t, changed.Replace(output), "Objects have changed outside of", "lusid_application.used has changed", "~ secret", "Plan: 1 to add, 0 to change, 0 to destroy")
	for _, change := range plan.ResourceChanges {
		want := tfjson.Actions{tfjson.ActionNoop}
		if change.Name == "removed" {
			want = tfjson.Actions{tfjson.ActionCreate}
		}
		if diff := cmp.Diff(want, change.Change.Actions); diff != "" {
			t.Errorf("%s (-want +got):\n%s", change.Address, diff)
		}
	}
	if change := plan.OutputChanges["secret"]; !change.Actions.Update() || change.After != used.Secret {
		t.Errorf("the output does not change to the new secret: %v", change.Actions)
	}

	refresh := w.mustRun("plan", "-refresh-only")
	mustHold(t, changed.Replace(refresh), "lusid_application.used has changed", "lusid_application.idle has changed", "lusid_application.removed has been deleted")
	for _, secret := range []string{used.Secret, idle.Secret} {
		if strings.Contains(output+refresh, secret) {
			t.Error("a plan shows a secret")
		}
	}

	d.forget()
	w.mustRun("apply", "-auto-approve", "tfplan")
	want := map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1}
	if diff := cmp.Diff(want, d.counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if got := w.attribute("lusid_application.idle", "secret"); got != idle.Secret {
		t.Error("the state holds the old secret")
	}
	w.mustPlanEmpty()
}

func TestAccApplication_disappears(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	clientID := newName()
	const address = "lusid_application.test"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		CheckDestroy:             d.checkGone(t, clientID),
		Steps: []resource.TestStep{
			{Config: d.config(applicationHCL("test", clientID))},
			{
				PreConfig: func() { d.deleteApplication(t, clientID) },
				Config:    d.config(applicationHCL("test", clientID)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				}},
			},
		},
	})
}

// TestApplication_deletedElsewhere deletes what is gone already, between plan and apply too.
func TestApplication_deletedElsewhere(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	made := applications.mustCreate(object{"client_id": "test-app", "display_name": "Test"})
	d.deleteApplication(t, "test-app")
	d.forget()
	applications.destroy(made).mustBeQuiet(t)
	if diff := cmp.Diff(map[string]int{"identity.DeleteApplication": 1}, d.counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	gone, diags := applications.read(made)
	diags.mustBeQuiet(t)
	if gone.exists() {
		t.Error("an application that is gone stays in the state")
	}
}

// TestApplication_validation checks that every constraint of the API fails on its attribute, before anything
// is asked.
func TestApplication_validation(t *testing.T) {
	t.Parallel()
	applications := newProtocol(t).applications()
	valid := object{"client_id": "test-app", "display_name": "Test"}

	for _, test := range []struct {
		attribute string
		value     any
		more      object
	}{
		{"client_id", "short", nil},
		{"client_id", "a" + strings.Repeat("b", 50), nil},
		{"client_id", "1st-app", nil},
		{"client_id", "-first-app", nil},
		{"client_id", "test app", nil},
		{"client_id", "test_app", nil},
		{"client_id", "tëst-app", nil},
		{"client_id", "test-app\n", nil},
		{"client_id", "", nil},
		{"client_id", nil, nil},
		{"display_name", "", nil},
		{"display_name", strings.Repeat("x", 51), nil},
		{"display_name", nil, nil},
		{"type", "native", nil},
		{"type", "Service", nil},
		{"type", "", nil},
		{"redirect_uris", []any{""}, object{"type": "Web"}},
		{"redirect_uris", []any{nil}, object{"type": "Web"}},
		{"redirect_uris", []string{"https://example.com"}, nil},
		{"redirect_uris", []string{"https://example.com"}, object{"type": "Native"}},
		{"post_logout_redirect_uris", []any{""}, object{"type": "Web"}},
		{"post_logout_redirect_uris", []any{"https://example.com", nil}, object{"type": "Web"}},
		{"post_logout_redirect_uris", []string{"https://example.com"}, object{"type": "Native"}},
		{"timeouts", object{"create": "soon"}, nil},
	} {
		t.Run(fmt.Sprintf("%s %.20q", test.attribute, test.value), func(t *testing.T) {
			config := maps.Clone(valid)
			maps.Copy(config, test.more)
			config[test.attribute] = test.value
			errs := applications.validate(config).errors()
			if len(errs) != 1 || !strings.HasPrefix(errs[0], test.attribute) {
				t.Errorf("not one error on %s: %q", test.attribute, errs)
			}
		})
	}

	for _, config := range []object{
		{"client_id": "abcdef", "display_name": "x"},
		{"client_id": "a" + strings.Repeat("-", 49), "display_name": strings.Repeat("€", 50)},
		{"client_id": "A1-b2c", "display_name": " "},
		{"client_id": unknown, "display_name": unknown, "type": unknown, "redirect_uris": unknown, "post_logout_redirect_uris": []any{unknown}},
		{"client_id": "test-app", "display_name": "Test", "redirect_uris": unknown},
		{"client_id": "test-app", "display_name": "Test", "type": "Native", "redirect_uris": []string{}},
		{"client_id": "test-app", "display_name": "Test", "type": unknown, "redirect_uris": []string{"https://example.com"}},
	} {
		if errs := applications.validate(config).errors(); errs != nil {
			t.Errorf("%v: %q", config, errs)
		}
	}
}

func TestAccApplication_validation(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, d.config(applicationHCL("test", "1st app")))
	w.mustFail([]string{"client_id", "must have 6 to 50 letters, digits and hyphens, and begin with a letter"}, "validate")
	if counts := d.counts(); len(counts) != 0 {
		t.Errorf("terraform validate asked LUSID: %v", counts)
	}
}

// TestApplication_forbidden signs in as somebody who may do nothing.
func TestApplication_forbidden(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	config := object{"client_id": "test-app", "display_name": "Test"}
	made := d.protocol(t).applications().mustCreate(config)
	weak := d.protocol(t, object{"access_token": d.mock.Credentials().NoRightsToken}).applications()
	remedy := []string{"an access token from the provider block", "lusid-administrator", "HTTP 403", "(186)", "request ", "correlation "}

	kept, diags := weak.read(made)
	diags.mustFail(t, "", append(remedy, "Unable to read application test-app")...)
	if names := made.differences(kept); names != nil {
		t.Errorf("a refused read changed %s", names)
	}
	weak.destroy(made).mustFail(t, "", append(remedy, "Unable to delete application test-app")...)
	_, diags = weak.create(object{"client_id": "other-app", "display_name": "Other"})
	diags.mustFail(t, "", append(remedy, "Unable to create application", `"other-app"`)...)
	_, diags = weak.importState("test-app")
	diags.mustFail(t, "", append(remedy, "Unable to import application")...)
	if managed := d.applications(t); len(managed) != 2 {
		t.Errorf("the domain has %d applications", len(managed))
	}
}

// TestApplication_unauthorized signs in with a token that has expired: it is tried once.
func TestApplication_unauthorized(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	made := d.protocol(t).applications().mustCreate(object{"client_id": "test-app", "display_name": "Test"})
	d.forget()
	kept, diags := d.protocol(t, object{"access_token": "expired"}).applications().read(made)
	diags.mustFail(t, "", "an access token from the provider block", "cannot renew a bearer token", "HTTP 401")
	if names := made.differences(kept); names != nil {
		t.Errorf("a refused read changed %s", names)
	}
	if diff := cmp.Diff(map[string]int{"identity.GetApplication": 1}, d.counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestApplication_secretWithheld refreshes where LUSID does not show secrets, in either way.
func TestApplication_secretWithheld(t *testing.T) {
	t.Parallel()
	config := object{"client_id": "test-app", "display_name": "Test"}
	t.Run("by a refusal", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		made := d.protocol(t).applications().mustCreate(config)
		d.rotateApplication(t, "test-app")
		d.forget()
		p := d.protocol(t, object{"access_token": d.mock.Credentials().NoSecretsToken})
		testSecretKept(t, p.applications(), made, config)
		if diff := cmp.Diff(map[string]int{"identity.GetApplication": 2}, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		imported, diags := p.applications().importState("test-app")
		diags.mustWarn(t, "secret", "LUSID did not show the secret")
		if got := imported.get("secret"); got != "null" {
			t.Errorf("imported with the secret %s", got)
		}
		change, diags := p.applications().plan(imported, config)
		diags.mustBeQuiet(t)
		if names := change.planned.differences(imported); names != nil {
			t.Errorf("a null secret plans a change of %s", names)
		}
	})
	t.Run("by a null", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{WithholdSecrets: true})
		p := d.protocol(t)
		made := p.applications().mustCreate(config)
		d.forget()
		testSecretKept(t, p.applications(), made, config)
		if diff := cmp.Diff(map[string]int{"identity.GetApplication": 1}, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
}

func testSecretKept(t *testing.T, applications managedType, made instance, config object) {
	t.Helper()
	kept, diags := applications.read(made)
	diags.mustWarn(t, "secret", "LUSID did not show the secret of application test-app", "The secret in the state stays as it is")
	change, diags := applications.plan(kept, config)
	diags.mustBeQuiet(t)
	if names := append(made.differences(kept), change.planned.differences(made)...); names != nil {
		t.Errorf("a withheld secret changed %s", names)
	}
}

// TestApplication_notLUSIDs404 meets answers that are no word of LUSID's on the application.
func TestApplication_notLUSIDs404(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t, object{"max_retries": 0}).applications()
	made := applications.mustCreate(object{"client_id": "test-app", "display_name": "Test"})
	for _, fault := range []mockserver.Fault{
		{HTML: true, Status: http.StatusNotFound},
		{HTML: true, Status: http.StatusOK},
		{HTML: true, Status: http.StatusForbidden},
		{Body: " ", Status: http.StatusNotFound},
		{Body: `{"type":"https://tools.ietf.org/html/rfc9110","title":"Not Found","status":404,"traceId":"00-1"}`, Status: http.StatusNotFound},
		{Body: `{"message": "no route"}`, Status: http.StatusNotFound},
		{Body: `"not found"`, Status: http.StatusNotFound},
		{Body: `[]`, Status: http.StatusOK},
		{Body: `null`, Status: http.StatusOK},
		{Status: http.StatusNoContent},
		{Status: http.StatusInternalServerError},
		{Status: http.StatusBadGateway},
		{Truncate: true},
		{Reset: mockserver.ResetBefore},
	} {
		t.Run(fmt.Sprintf("%d %.10s html %t", fault.Status, fault.Body, fault.HTML), func(t *testing.T) {
			fault.Operation, fault.Count = "identity.GetApplication", -1
			d.mock.InjectFault(fault)
			defer d.mock.ClearFaults()
			kept, diags := applications.read(made)
			diags.mustFail(t, "", "Unable to read application test-app", "correlation ")
			if names := made.differences(kept); names != nil || string(kept.private) != string(made.private) {
				t.Errorf("the state changed: %s", names)
			}
			if fault.HTML {
				diags.mustFail(t, "", `an HTML page titled "Proxy"`, "no proxy answers in its place")
			}
		})
	}
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.DeleteApplication", HTML: true, Status: http.StatusNotFound})
	applications.destroy(made).mustFail(t, "", "Unable to delete application test-app", "HTML page")
}

// TestApplication_otherDomain brings a state made in one domain to another.
func TestApplication_otherDomain(t *testing.T) {
	t.Parallel()
	home, away := newMock(t, mockserver.Options{}), newMock(t, mockserver.Options{})
	config := object{"client_id": "test-app", "display_name": "Test"}
	made := home.protocol(t).applications().mustCreate(config)
	home.forget()
	domains := []string{strings.TrimPrefix(home.url, "http://"), strings.TrimPrefix(away.url, "http://")}
	applications := away.protocol(t).applications()

	for name, diags := range map[string]func() diagnostics{
		"read": func() diagnostics {
			kept, diags := applications.read(made)
			if names := made.differences(kept); names != nil {
				t.Errorf("the state changed: %s", names)
			}
			return diags
		},
		"plan": func() diagnostics {
			_, diags := applications.plan(made, config)
			return diags
		},
		"plan a replacement": func() diagnostics {
			_, diags := applications.plan(made, object{"client_id": "other-app", "display_name": "Test"})
			return diags
		},
		"destroy": func() diagnostics { return applications.destroy(made) },
		"destroy planned at home": func() diagnostics {
			change, diags := home.protocol(t).applications().plan(made, nil)
			diags.mustBeQuiet(t)
			_, diags = applications.apply(change)
			return diags
		},
		"update planned at home": func() diagnostics {
			change, diags := home.protocol(t).applications().plan(made, object{"client_id": "test-app", "display_name": "Test", "timeouts": object{"read": "1m"}})
			diags.mustBeQuiet(t)
			_, diags = applications.apply(change)
			return diags
		},
	} {
		t.Run(name, func(t *testing.T) {
			diags().mustFail(t, "", append(domains, "test-app", "Nothing was asked or changed")...)
		})
	}
	if home, away := home.counts(), away.counts(); len(home)+len(away) != 0 {
		t.Errorf("something was called: %v %v", home, away)
	}
}

func TestAccApplication_otherDomain(t *testing.T) {
	t.Parallel()
	home, away := newMock(t, mockserver.Options{}), newMock(t, mockserver.Options{})
	w := newWorkspace(t, home.config(applicationHCL("test", "test-app")))
	w.mustRun("apply", "-auto-approve")
	w.configure(away.config(applicationHCL("test", "test-app")))
	for _, args := range [][]string{{"plan"}, {"plan", "-refresh=false"}, {"destroy", "-auto-approve"}, {"apply", "-auto-approve"}} {
		w.mustFail([]string{strings.TrimPrefix(home.url, "http://"), strings.TrimPrefix(away.url, "http://"), "Point the provider back"}, args...)
	}
	if counts := away.counts(); len(counts) != 0 {
		t.Errorf("the other domain was called: %v", counts)
	}
	w.configure(home.config(applicationHCL("test", "test-app")))
	w.mustPlanEmpty()
}

// TestApplication_timeouts checks that each operation stops at its own time.
func TestApplication_timeouts(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	config := object{"client_id": "test-app", "display_name": "Test"}
	impatient := maps.Clone(config)
	impatient["timeouts"] = object{"create": "100ms", "read": "100ms", "delete": "100ms"}

	slow := func(operation string) {
		d.mock.ClearFaults()
		d.mock.InjectFault(mockserver.Fault{Operation: operation, Delay: time.Minute, Count: -1})
	}
	started := time.Now()
	slow("identity.CreateApplication")
	_, diags := applications.create(impatient)
	diags.mustFail(t, "", "Unable to create application", "The time was up")
	d.mock.ClearFaults()
	made, diags := applications.create(impatient)
	diags.mustBeQuiet(t)

	slow("identity.GetApplication")
	kept, diags := applications.read(made)
	diags.mustFail(t, "", "Unable to read application", "The time was up")
	if names := made.differences(kept); names != nil {
		t.Errorf("a read that timed out changed %s", names)
	}
	slow("identity.DeleteApplication")
	applications.destroy(made).mustFail(t, "", "Unable to delete application", "The time was up")
	if elapsed := time.Since(started); elapsed > 20*time.Second {
		t.Errorf("100 ms took %s", elapsed)
	}
}
