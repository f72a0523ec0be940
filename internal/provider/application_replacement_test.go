package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestApplication_hiddenReplacement checks the warnings about replacements that have no cause in the
// configuration. Terraform plans their create without a prior state.
func TestApplication_hiddenReplacement(t *testing.T) {
	t.Parallel()
	config := providertest.Object{"client_id": "test-app", "display_name": "Test"}
	with := func(more providertest.Object) providertest.Object {
		changed := maps.Clone(config)
		maps.Copy(changed, more)
		return changed
	}
	type run struct {
		d            providertest.Domain
		applications providertest.ManagedType
		made         providertest.Instance
	}
	planned := func(t *testing.T, r run, prior providertest.Instance, config providertest.Object) providertest.Diagnostics {
		t.Helper()
		_, diags := r.applications.Plan(prior, config)
		diags.MustSucceed(t)
		return diags
	}
	for name, test := range map[string]struct {
		plan func(t *testing.T, r run) providertest.Diagnostics
		// quiet is true if the create replaces no application.
		quiet bool
	}{
		"-replace and replace_triggered_by": {plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			r.made = r.applications.MustRead(r.made)
			return append(planned(t, r, r.made, config), planned(t, r, providertest.Instance{}, config)...)
		}},
		"-replace without a refresh": {plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			return append(planned(t, r, r.made, config), planned(t, r, providertest.Instance{}, config)...)
		}},
		"taint": {plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			r.applications.MustRead(r.made)
			return planned(t, r, providertest.Instance{}, config)
		}},
		"taint with an unknown provider block": {plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			r.applications = providertest.NewProtocol(t).Applications()
			r.applications.Configure(providertest.Object{"api_url": r.d.URL, "access_token": providertest.Unknown}).MustSucceed(t)
			_, diags := r.applications.Read(r.made)
			diags.MustWarn(t, "", "LUSID was not asked")
			return planned(t, r, providertest.Instance{}, config)
		}},
		"new address, destroy planned first": {plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			return append(planned(t, r, r.made, nil), planned(t, r, providertest.Instance{}, config)...)
		}},
		"new address, create planned first": {plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			return append(planned(t, r, providertest.Instance{}, config), planned(t, r, r.made, nil)...)
		}},
		"new address and other arguments": {plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			return append(planned(t, r, r.made, nil),
				planned(t, r, providertest.Instance{}, with(providertest.Object{"client_id": "Test-App", "display_name": "Other"}))...)
		}},
		"attribute that forces a replacement": {plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			other := with(providertest.Object{"display_name": "Other"})
			warned := planned(t, r, r.applications.MustRead(r.made), other)
			planned(t, r, providertest.Instance{}, other).MustBeQuiet(t)
			return warned
		}},

		"first create": {quiet: true, plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			return planned(t, r, providertest.Instance{}, config)
		}},
		"create of another application": {quiet: true, plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			r.applications.MustRead(r.made)
			return append(planned(t, r, providertest.Instance{}, with(providertest.Object{"client_id": "other-app"})), planned(t, r, r.made, nil)...)
		}},
		"unknown client id": {quiet: true, plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			unnamed := with(providertest.Object{"client_id": providertest.Unknown})
			return append(append(planned(t, r, providertest.Instance{}, unnamed), planned(t, r, providertest.Instance{}, unnamed)...),
				planned(t, r, r.made, nil)...)
		}},
		"deleted outside Terraform": {quiet: true, plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			r.applications.MustRead(r.made)
			r.d.DeleteApplication(t, "test-app")
			r.applications.MustRead(r.made)
			return planned(t, r, providertest.Instance{}, config)
		}},
		"destroyed by Terraform": {quiet: true, plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			r.applications.MustRead(r.made)
			r.applications.Destroy(r.made).MustBeQuiet(t)
			return planned(t, r, providertest.Instance{}, config)
		}},
		"destroy of another application after a create": {quiet: true, plan: func(t *testing.T, r run) providertest.Diagnostics {
			t.Helper()
			made := r.applications.MustCreate(providertest.Object{"client_id": "other-app", "display_name": "Other"})
			return planned(t, r, made, nil)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			made := d.Protocol(t).Applications().MustCreate(config)
			diags := test.plan(t, run{d, d.Protocol(t).Applications(), made})
			if test.quiet {
				diags.MustBeQuiet(t)
				return
			}
			if len(diags.Warnings()) != 1 {
				t.Fatalf("got %d warnings, want 1:\n%s", len(diags.Warnings()), strings.Join(diags.Warnings(), "\n"))
			}
			providertest.MustHold(t, diags.Warnings()[0], "ends its secret", "until they have the new secret", "create_before_destroy does not help")
		})
	}

	t.Run("the provider's own application", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		applications := d.SignedIn(t).Applications()
		own := applications.MustRead(importOwn(d, t, applications))
		_, diags := applications.Plan(providertest.Instance{}, ownConfig(d))
		warnings := strings.Join(diags.Warnings(), "\n")
		providertest.MustHold(t, warnings, "Replacing application "+own.Get("client_id"),
			"Replacing the application that this provider signs in through")
	})
}

// TestAccApplication_hiddenReplacement has the CLI replace an application although its configuration does not
// change.
func TestAccApplication_hiddenReplacement(t *testing.T) {
	t.Parallel()
	const warning = "Replacing application test-app ends its secret"
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, d.Config(providertest.ApplicationHCL("test", "test-app")))
	w.MustRun("apply", "-auto-approve")
	if output := w.MustRun("plan"); strings.Contains(providertest.Flatten(output), warning) {
		t.Errorf("a plan without changes warns:\n%s", output)
	}
	w.Configure(d.Config(providertest.ApplicationHCL("renamed", "test-app")))
	providertest.MustHold(t, w.MustRun("plan"), warning, "1 to add, 0 to change, 1 to destroy")
	w.Configure(d.Config(providertest.ApplicationHCL("test", "test-app")))
	w.MustRun("taint", "lusid_application.test")
	providertest.MustHold(t, w.MustRun("plan"), warning, "1 to add, 0 to change, 1 to destroy")
}
