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
	"github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestAccApplication_basic(t *testing.T) {
	t.Parallel()
	d := providertest.NewDomain(t)
	native, web := providertest.NewName(), providertest.NewName()
	secretOf := func(clientID string) knownvalue.Check {
		return knownvalue.StringFunc(func(secret string) error {
			if want := d.Application(t, clientID).Secret; secret != want {
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
		ProtoV6ProviderFactories: providertest.Factories,
		CheckDestroy:             d.CheckGone(t, native, web),
		Steps: []resource.TestStep{
			{
				Config: d.Config(fmt.Sprintf(`
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
				}, providertest.ExpectSensitive(t, nativeAddress, "secret")...),
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
	if d.Mock == nil {
		return
	}
	counts := d.Counts()
	delete(counts, "identity.GetApplication")
	// The second list looks for an import id, which is a client id and not an id.
	want := map[string]int{"identity.ListApplications": 2, "identity.CreateApplication": 2, "identity.DeleteApplication": 2}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestApplication_replace checks which changes replace an application, and the warning about the replacement. Only
// the protocol shows that warning.
func TestApplication_replace(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	config := providertest.Object{
		"client_id":                 "first-app",
		"display_name":              "First",
		"type":                      "Web",
		"redirect_uris":             []string{"https://example.com/a", "https://example.com/b"},
		"post_logout_redirect_uris": []string{"https://example.com/bye"},
	}
	made := applications.MustCreate(config)
	d.Forget()

	for _, test := range []struct {
		name     string
		change   providertest.Object
		replaces []string
	}{
		{"no change", providertest.Object{}, nil},
		{"order of URIs", providertest.Object{"redirect_uris": []string{"https://example.com/b", "https://example.com/a"}}, nil},
		{"timeouts", providertest.Object{"timeouts": providertest.Object{"create": "1m"}}, nil},
		{"client id", providertest.Object{"client_id": "second-app"}, []string{"client_id"}},
		{"case of the client id", providertest.Object{"client_id": "First-app"}, nil},
		{"unknown client id", providertest.Object{"client_id": providertest.Unknown}, []string{"client_id"}},
		{"display name", providertest.Object{"display_name": "Second"}, []string{"display_name"}},
		{
			"type",
			providertest.Object{"type": nil, "redirect_uris": nil, "post_logout_redirect_uris": nil},
			[]string{"post_logout_redirect_uris", "redirect_uris", "type"},
		},
		{"redirect URIs", providertest.Object{"redirect_uris": []string{"https://example.com/a"}}, []string{"redirect_uris"}},
		{"unknown redirect URIs", providertest.Object{"redirect_uris": providertest.Unknown}, []string{"redirect_uris"}},
		{"no redirect URIs", providertest.Object{"redirect_uris": nil}, []string{"redirect_uris"}},
		{"logout URIs", providertest.Object{"post_logout_redirect_uris": []string{}}, []string{"post_logout_redirect_uris"}},
		{"client id and display name", providertest.Object{"client_id": "second-app", "display_name": "Second"}, []string{"client_id", "display_name"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := maps.Clone(config)
			maps.Copy(changed, test.change)
			change, diags := applications.Plan(made, changed)
			if diff := cmp.Diff(test.replaces, change.Replaces); diff != "" {
				t.Errorf("replaced because of (-want +got):\n%s", diff)
			}
			if test.replaces == nil {
				diags.MustBeQuiet(t)
				for _, name := range []string{"client_id", "secret"} {
					if got := change.Planned.Get(name); got != made.Get(name) {
						t.Errorf("the planned %s is %s, want %s", name, got, made.Get(name))
					}
				}
				return
			}
			diags.MustSucceed(t)
			warnings := strings.Join(diags.Warnings(), "\n")
			providertest.MustHold(t, warnings,
				append(test.replaces, "Replacing application first-app ends its secret", "The plan changes ", "create_before_destroy does not help")...)
			if len(diags.Warnings()) != 1 {
				t.Errorf("got %d warnings, want 1:\n%s", len(diags.Warnings()), warnings)
			}
		})
	}
	if counts := d.Counts(); len(counts) != 0 {
		t.Errorf("the plans sent requests: %v", counts)
	}
}

func TestAccApplication_replace(t *testing.T) {
	t.Parallel()
	d := providertest.NewDomain(t)
	first, second := providertest.NewName(), providertest.NewName()
	secrets := statecheck.CompareValue(compare.ValuesDiffer())
	const address = "lusid_application.test"
	step := func(clientID string, action plancheck.ResourceActionType) resource.TestStep {
		return resource.TestStep{
			Config:            d.Config(providertest.ApplicationHCL("test", clientID)),
			ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}},
			ConfigStateChecks: []statecheck.StateCheck{secrets.AddStateValue(address, tfjsonpath.New("secret"))},
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		CheckDestroy:             d.CheckGone(t, first, second),
		Steps: []resource.TestStep{
			step(first, plancheck.ResourceActionCreate),
			step(second, plancheck.ResourceActionDestroyBeforeCreate),
		},
	})
}

// TestApplication_redirectURIs checks the URIs of an application, which LUSID never returns.
func TestApplication_redirectURIs(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	uris := func(uris any) providertest.Object {
		return providertest.Object{"client_id": "site-app", "display_name": "Site", "type": "Web", "redirect_uris": uris}
	}
	one, other := []string{"https://example.com/a"}, []string{"https://example.com/b"}

	t.Run("null and empty are the same", func(t *testing.T) {
		made := applications.MustCreate(uris(nil))
		for _, next := range []any{[]string{}, nil} {
			var diags providertest.Diagnostics
			made, diags = applications.Update(made, uris(next))
			diags.MustBeQuiet(t)
			made = applications.MustRead(made)
		}
		change, _ := applications.Plan(made, uris(one))
		if diff := cmp.Diff([]string{"redirect_uris"}, change.Replaces); diff != "" {
			t.Errorf("the first value must replace an application that was not imported (-want +got):\n%s", diff)
		}
		applications.Destroy(made).MustBeQuiet(t)
	})

	for _, by := range []string{"id", "client id"} {
		t.Run("imported by "+by, func(t *testing.T) {
			foreign := d.CreateApplication(t, "site-app", "Site", "Web")
			defer d.DeleteApplication(t, "site-app")
			d.Forget()
			id := foreign.ID
			if by == "client id" {
				id = foreign.ClientID
			}
			imported, diags := applications.ImportState(id)
			diags.MustBeQuiet(t)
			imported = applications.MustRead(imported)
			d.Forget()

			// A null value changes nothing. The configuration may get a value later.
			change, diags := applications.Plan(imported, uris(nil))
			diags.MustBeQuiet(t)
			if names := change.Planned.Differences(imported); names != nil || change.Replaces != nil {
				t.Fatalf("the plan changes %s, and replaces because of %s", names, change.Replaces)
			}
			empty, diags := applications.Update(imported, uris([]string{}))
			diags.MustBeQuiet(t)

			adopted, diags := applications.Update(applications.MustRead(empty), uris(one))
			diags.MustWarn(t, "redirect_uris", "site-app was imported", "Terraform cannot check")
			if got := adopted.Get("redirect_uris"); got != "https://example.com/a" || adopted.Get("id") != foreign.ID || adopted.Get("secret") != foreign.Secret {
				t.Errorf("after the update, the application is %s, want the new URI and the same id and secret", adopted.Attributes)
			}
			if diff := cmp.Diff(map[string]int{"identity.GetApplication": 1}, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}

			adopted = applications.MustRead(adopted)
			for _, next := range []any{other, nil} {
				if change, _ := applications.Plan(adopted, uris(next)); len(change.Replaces) != 1 {
					t.Errorf("after the first value, a change to %v replaces because of %s", next, change.Replaces)
				}
			}
			// The first value of the other attribute is still unchecked.
			config := uris(one)
			config["post_logout_redirect_uris"] = other
			_, diags = applications.Update(adopted, config)
			diags.MustWarn(t, "post_logout_redirect_uris")
		})
	}
}

// TestAccApplication_importBlock imports an application and records its redirect URIs in one run, without a create.
func TestAccApplication_importBlock(t *testing.T) {
	t.Parallel()
	d := providertest.NewDomain(t)
	foreign := d.CreateApplication(t, providertest.NewName(), providertest.NewName(), "Web")
	const address = "lusid_application.test"
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_5_0)},
		ProtoV6ProviderFactories: providertest.Factories,
		CheckDestroy:             d.CheckGone(t, foreign.ClientID),
		Steps: []resource.TestStep{{
			Config: d.Config(fmt.Sprintf(`
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
	if d.Mock != nil && d.Counts()["identity.CreateApplication"] != 0 {
		t.Errorf("got the requests %v, want no create", d.Counts())
	}
}

func TestApplication_import(t *testing.T) {
	t.Parallel()
	// The client id of one application may be the id of another application. In that case the id decides.
	d := providertest.NewMock(t, mockserver.Options{Seed: mockserver.Seed{Applications: []mockserver.Application{
		{ID: "second-app", ClientID: "first-app", DisplayName: "First"},
		{ClientID: "second-app", DisplayName: "Second"},
	}}})
	applications := d.Protocol(t).Applications()

	for _, test := range []struct {
		id    string
		parts []string
		lists int
	}{
		{
			"missing-app",
			[]string{
				"Unable to import application", `The application with the id or client id "missing-app" could not be found`,
				strings.TrimPrefix(d.URL, "http://"),
			},
			1,
		},
		{"", []string{"Unable to import application", "Give the id or the client id"}, 0},
		{"../users", []string{"Unable to import application", "n id or client id has at most 64 letters"}, 0},
		{"a b", []string{"Unable to import application", "n id or client id has at most 64 letters"}, 0},
		{strings.Repeat("x", 65), []string{"at most 64"}, 0},
	} {
		d.Forget()
		_, diags := applications.ImportState(test.id)
		diags.MustFail(t, "", test.parts...)
		if got := d.Counts()["identity.ListApplications"]; got != test.lists {
			t.Errorf("%q: got %d lists, want %d", test.id, got, test.lists)
		}
	}

	for id, config := range map[string]providertest.Object{
		"second-app":                      {"client_id": "first-app", "display_name": "First"},
		d.Application(t, "second-app").ID: {"client_id": "second-app", "display_name": "Second"},
	} {
		imported, diags := applications.ImportState(id)
		diags.MustBeQuiet(t)
		if got := imported.Get("client_id"); got != config["client_id"] {
			t.Errorf("%s: imported %s, want %s", id, got, config["client_id"])
		}
		change, diags := applications.Plan(imported, config)
		diags.MustBeQuiet(t)
		if names := change.Planned.Differences(imported); names != nil {
			t.Errorf("%s: the plan after the import changes %s", id, names)
		}
	}
}

// TestAccApplication_drift deletes one application outside Terraform and rotates the secrets of two more. An output
// uses one of these secrets.
func TestAccApplication_drift(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, d.Config(providertest.ApplicationHCL("removed", "removed-app")+providertest.ApplicationHCL("used",
		"used-app")+providertest.ApplicationHCL("idle", "idle-app")+`
output "secret" {
  value     = lusid_application.used.secret
  sensitive = true
}`))
	w.MustRun("apply", "-auto-approve")
	d.DeleteApplication(t, "removed-app")
	used, idle := d.RotateApplication(t, "used-app"), d.RotateApplication(t, "idle-app")

	// Terraform 1.0 uses other words.
	changed := strings.NewReplacer("has been changed", "has changed")
	plan, output := w.Plan()
	providertest.MustHold(t, changed.Replace(output), "Objects have changed outside of", "lusid_application.used has changed", "~ secret",
		"Plan: 1 to add, 0 to change, 0 to destroy")
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

	refresh := w.MustRun("plan", "-refresh-only")
	providertest.MustHold(t, changed.Replace(refresh), "lusid_application.used has changed", "lusid_application.idle has changed",
		"lusid_application.removed has been deleted")
	for _, secret := range []string{used.Secret, idle.Secret} {
		if strings.Contains(output+refresh, secret) {
			t.Error("the plan shows a secret")
		}
	}

	d.Forget()
	w.MustRun("apply", "-auto-approve", "tfplan")
	want := map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1}
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if got := w.Attribute("lusid_application.idle", "secret"); got != idle.Secret {
		t.Error("the state contains the old secret")
	}
	w.MustPlanEmpty()
}

func TestAccApplication_disappears(t *testing.T) {
	t.Parallel()
	d := providertest.NewDomain(t)
	clientID := providertest.NewName()
	const address = "lusid_application.test"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		CheckDestroy:             d.CheckGone(t, clientID),
		Steps: []resource.TestStep{
			{Config: d.Config(providertest.ApplicationHCL("test", clientID))},
			{
				PreConfig: func() { d.DeleteApplication(t, clientID) },
				Config:    d.Config(providertest.ApplicationHCL("test", clientID)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				}},
			},
		},
	})
}

// TestApplication_deletedOutsideTerraform destroys and reads an application that was deleted after the plan.
func TestApplication_deletedOutsideTerraform(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	made := applications.MustCreate(providertest.Object{"client_id": "test-app", "display_name": "Test"})
	d.DeleteApplication(t, "test-app")
	d.Forget()
	applications.Destroy(made).MustBeQuiet(t)
	if diff := cmp.Diff(map[string]int{"identity.DeleteApplication": 1}, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	gone, diags := applications.Read(made)
	diags.MustBeQuiet(t)
	if gone.Exists() {
		t.Error("a deleted application is still in the state")
	}
}

// TestApplication_validation checks that a value that breaks a constraint of the API causes an error on its
// attribute, before the provider sends a request.
func TestApplication_validation(t *testing.T) {
	t.Parallel()
	applications := providertest.NewProtocol(t).Applications()
	valid := providertest.Object{"client_id": "test-app", "display_name": "Test"}

	for _, test := range []struct {
		attribute string
		value     any
		more      providertest.Object
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
		{"redirect_uris", []any{""}, providertest.Object{"type": "Web"}},
		{"redirect_uris", []any{nil}, providertest.Object{"type": "Web"}},
		{"redirect_uris", []string{"https://example.com"}, nil},
		{"redirect_uris", []string{"https://example.com"}, providertest.Object{"type": "Native"}},
		{"post_logout_redirect_uris", []any{""}, providertest.Object{"type": "Web"}},
		{"post_logout_redirect_uris", []any{"https://example.com", nil}, providertest.Object{"type": "Web"}},
		{"post_logout_redirect_uris", []string{"https://example.com"}, providertest.Object{"type": "Native"}},
		{"timeouts", providertest.Object{"create": "soon"}, nil},
	} {
		t.Run(fmt.Sprintf("%s %.20q", test.attribute, test.value), func(t *testing.T) {
			config := maps.Clone(valid)
			maps.Copy(config, test.more)
			config[test.attribute] = test.value
			errs := applications.Validate(config).Errors()
			if len(errs) != 1 || !strings.HasPrefix(errs[0], test.attribute) {
				t.Errorf("got the errors %q, want one on %s", errs, test.attribute)
			}
		})
	}

	for _, config := range []providertest.Object{
		{"client_id": "abcdef", "display_name": "x"},
		{"client_id": "a" + strings.Repeat("-", 49), "display_name": strings.Repeat("€", 50)},
		{"client_id": "A1-b2c", "display_name": " "},
		{
			"client_id":                 providertest.Unknown,
			"display_name":              providertest.Unknown,
			"type":                      providertest.Unknown,
			"redirect_uris":             providertest.Unknown,
			"post_logout_redirect_uris": []any{providertest.Unknown},
		},
		{"client_id": "test-app", "display_name": "Test", "redirect_uris": providertest.Unknown},
		{"client_id": "test-app", "display_name": "Test", "type": "Native", "redirect_uris": []string{}},
		{"client_id": "test-app", "display_name": "Test", "type": providertest.Unknown, "redirect_uris": []string{"https://example.com"}},
	} {
		if errs := applications.Validate(config).Errors(); errs != nil {
			t.Errorf("%v: got the errors %q, want none", config, errs)
		}
	}
}

func TestAccApplication_validation(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, d.Config(providertest.ApplicationHCL("test", "1st app")))
	w.MustFail([]string{"client_id", "must have 6 to 50 letters, digits and hyphens, and begin with a letter"}, "validate")
	if counts := d.Counts(); len(counts) != 0 {
		t.Errorf("terraform validate sent requests: %v", counts)
	}
}

// TestApplication_forbidden signs in with a token that has no rights.
func TestApplication_forbidden(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	config := providertest.Object{"client_id": "test-app", "display_name": "Test"}
	made := d.Protocol(t).Applications().MustCreate(config)
	weak := d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoRightsToken}).Applications()
	remedy := []string{"an access token from the provider block", "lusid-administrator", "HTTP 403", "(186)", "request ", "correlation "}

	kept, diags := weak.Read(made)
	diags.MustFail(t, "", append(remedy, "Unable to read application test-app")...)
	if names := made.Differences(kept); names != nil {
		t.Errorf("a refused read changed %s", names)
	}
	weak.Destroy(made).MustFail(t, "", append(remedy, "Unable to delete application test-app")...)
	_, diags = weak.Create(providertest.Object{"client_id": "other-app", "display_name": "Other"})
	diags.MustFail(t, "", append(remedy, "Unable to create application", `"other-app"`)...)
	_, diags = weak.ImportState("test-app")
	diags.MustFail(t, "", append(remedy, "Unable to import application")...)
	if managed := d.Applications(t); len(managed) != 2 {
		t.Errorf("the domain has %d applications, want 2", len(managed))
	}
}

// TestApplication_unauthorized signs in with an expired token. The provider sends it only once.
func TestApplication_unauthorized(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	made := d.Protocol(t).Applications().MustCreate(providertest.Object{"client_id": "test-app", "display_name": "Test"})
	d.Forget()
	kept, diags := d.Protocol(t, providertest.Object{"access_token": "expired"}).Applications().Read(made)
	diags.MustFail(t, "", "an access token from the provider block", "cannot renew a bearer token", "HTTP 401")
	if names := made.Differences(kept); names != nil {
		t.Errorf("a refused read changed %s", names)
	}
	if diff := cmp.Diff(map[string]int{"identity.GetApplication": 1}, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestApplication_secretWithheld refreshes while LUSID either refuses the secret or returns null in its place.
func TestApplication_secretWithheld(t *testing.T) {
	t.Parallel()
	config := providertest.Object{"client_id": "test-app", "display_name": "Test"}
	t.Run("secret is refused", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		made := d.Protocol(t).Applications().MustCreate(config)
		d.RotateApplication(t, "test-app")
		d.Forget()
		p := d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoSecretsToken})
		testSecretKept(t, p.Applications(), made, config)
		if diff := cmp.Diff(map[string]int{"identity.GetApplication": 2}, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		imported, diags := p.Applications().ImportState("test-app")
		diags.MustWarn(t, "secret", "LUSID did not show the secret")
		if got := imported.Get("secret"); got != "null" {
			t.Errorf("the import has the secret %s, want null", got)
		}
		change, diags := p.Applications().Plan(imported, config)
		diags.MustBeQuiet(t)
		if names := change.Planned.Differences(imported); names != nil {
			t.Errorf("with a null secret, the plan changes %s", names)
		}
	})
	t.Run("secret is null", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{WithholdSecrets: true})
		p := d.Protocol(t)
		made := p.Applications().MustCreate(config)
		d.Forget()
		testSecretKept(t, p.Applications(), made, config)
		if diff := cmp.Diff(map[string]int{"identity.GetApplication": 1}, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
}

func testSecretKept(t *testing.T, applications providertest.ManagedType, made providertest.Instance, config providertest.Object) {
	t.Helper()
	kept, diags := applications.Read(made)
	diags.MustWarn(t, "secret", "LUSID did not show the secret of application test-app", "The secret in the state stays as it is")
	change, diags := applications.Plan(kept, config)
	diags.MustBeQuiet(t)
	if names := append(made.Differences(kept), change.Planned.Differences(made)...); names != nil {
		t.Errorf("a withheld secret changed %s", names)
	}
}

// TestApplication_unclearResponse gets responses to a read that do not say whether the application exists.
func TestApplication_unclearResponse(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t, providertest.Object{"max_retries": 0}).Applications()
	made := applications.MustCreate(providertest.Object{"client_id": "test-app", "display_name": "Test"})
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
			d.Mock.InjectFault(fault)
			defer d.Mock.ClearFaults()
			kept, diags := applications.Read(made)
			diags.MustFail(t, "", "Unable to read application test-app", "correlation ")
			if names := made.Differences(kept); names != nil || string(kept.Private) != string(made.Private) {
				t.Errorf("the state changed: %s", names)
			}
			if fault.HTML {
				diags.MustFail(t, "", `an HTML page titled "Proxy"`, "no proxy responds instead")
			}
		})
	}
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.DeleteApplication", HTML: true, Status: http.StatusNotFound})
	applications.Destroy(made).MustFail(t, "", "Unable to delete application test-app", "HTML page")
}

// TestApplication_otherDomain uses a state from one domain with a provider for another domain.
func TestApplication_otherDomain(t *testing.T) {
	t.Parallel()
	home, away := providertest.NewMock(t, mockserver.Options{}), providertest.NewMock(t, mockserver.Options{})
	config := providertest.Object{"client_id": "test-app", "display_name": "Test"}
	made := home.Protocol(t).Applications().MustCreate(config)
	home.Forget()
	domains := []string{strings.TrimPrefix(home.URL, "http://"), strings.TrimPrefix(away.URL, "http://")}
	applications := away.Protocol(t).Applications()

	for name, diags := range map[string]func() providertest.Diagnostics{
		"read": func() providertest.Diagnostics {
			kept, diags := applications.Read(made)
			if names := made.Differences(kept); names != nil {
				t.Errorf("the state changed: %s", names)
			}
			return diags
		},
		"plan": func() providertest.Diagnostics {
			_, diags := applications.Plan(made, config)
			return diags
		},
		"plan a replacement": func() providertest.Diagnostics {
			_, diags := applications.Plan(made, providertest.Object{"client_id": "other-app", "display_name": "Test"})
			return diags
		},
		"destroy": func() providertest.Diagnostics { return applications.Destroy(made) },
		"destroy planned with the first domain": func() providertest.Diagnostics {
			change, diags := home.Protocol(t).Applications().Plan(made, nil)
			diags.MustBeQuiet(t)
			_, diags = applications.Apply(change)
			return diags
		},
		"update planned with the first domain": func() providertest.Diagnostics {
			change, diags := home.Protocol(t).Applications().Plan(made, providertest.Object{
				"client_id":    "test-app",
				"display_name": "Test",
				"timeouts":     providertest.Object{"read": "1m"},
			})
			diags.MustBeQuiet(t)
			_, diags = applications.Apply(change)
			return diags
		},
	} {
		t.Run(name, func(t *testing.T) {
			diags().MustFail(t, "", append(domains, "test-app", "sent no request and changed nothing")...)
		})
	}
	if home, away := home.Counts(), away.Counts(); len(home)+len(away) != 0 {
		t.Errorf("got the requests %v and %v, want none", home, away)
	}
}

func TestAccApplication_otherDomain(t *testing.T) {
	t.Parallel()
	home, away := providertest.NewMock(t, mockserver.Options{}), providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, home.Config(providertest.ApplicationHCL("test", "test-app")))
	w.MustRun("apply", "-auto-approve")
	w.Configure(away.Config(providertest.ApplicationHCL("test", "test-app")))
	for _, args := range [][]string{{"plan"}, {"plan", "-refresh=false"}, {"destroy", "-auto-approve"}, {"apply", "-auto-approve"}} {
		w.MustFail([]string{strings.TrimPrefix(home.URL, "http://"), strings.TrimPrefix(away.URL, "http://"), "To manage the object, set the provider back"}, args...)
	}
	if counts := away.Counts(); len(counts) != 0 {
		t.Errorf("the other domain got requests: %v", counts)
	}
	w.Configure(home.Config(providertest.ApplicationHCL("test", "test-app")))
	w.MustPlanEmpty()
}

// TestApplication_timeouts checks that each operation stops when its own timeout is over.
func TestApplication_timeouts(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	config := providertest.Object{"client_id": "test-app", "display_name": "Test"}
	impatient := maps.Clone(config)
	impatient["timeouts"] = providertest.Object{"create": "100ms", "read": "100ms", "delete": "100ms"}

	slow := func(operation string) {
		d.Mock.ClearFaults()
		d.Mock.InjectFault(mockserver.Fault{Operation: operation, Delay: time.Minute, Count: -1})
	}
	started := time.Now()
	slow("identity.CreateApplication")
	_, diags := applications.Create(impatient)
	diags.MustFail(t, "", "Unable to create application", "The time was up")
	d.Mock.ClearFaults()
	made, diags := applications.Create(impatient)
	diags.MustBeQuiet(t)

	slow("identity.GetApplication")
	kept, diags := applications.Read(made)
	diags.MustFail(t, "", "Unable to read application", "The time was up")
	if names := made.Differences(kept); names != nil {
		t.Errorf("a read that timed out changed %s", names)
	}
	slow("identity.DeleteApplication")
	applications.Destroy(made).MustFail(t, "", "Unable to delete application", "The time was up")
	if elapsed := time.Since(started); elapsed > 20*time.Second {
		t.Errorf("the operations took %s, with timeouts of 100 ms", elapsed)
	}
}
