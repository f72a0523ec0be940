package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// TestApplication_hiddenReplacement plans what Terraform asks for when a replacement has no cause in
// the configuration: the create has no prior state.
func TestApplication_hiddenReplacement(t *testing.T) {
	t.Parallel()
	config := object{"client_id": "test-app", "display_name": "Test"}
	with := func(more object) object {
		changed := maps.Clone(config)
		maps.Copy(changed, more)
		return changed
	}
	type run struct {
		d            domain
		applications managedType
		made         instance
	}
	planned := func(t *testing.T, r run, prior instance, config object) diagnostics {
		t.Helper()
		_, diags := r.applications.plan(prior, config)
		diags.mustSucceed(t)
		return diags
	}
	for name, test := range map[string]struct {
		plan func(t *testing.T, r run) diagnostics
		// quiet is a create that replaces nothing.
		quiet bool
	}{
		"-replace and replace_triggered_by": {plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			r.made = r.applications.mustRead(r.made)
			return append(planned(t, r, r.made, config), planned(t, r, instance{}, config)...)
		}},
		"-replace without a refresh": {plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			return append(planned(t, r, r.made, config), planned(t, r, instance{}, config)...)
		}},
		"taint": {plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			r.applications.mustRead(r.made)
			return planned(t, r, instance{}, config)
		}},
		"taint, while the provider block is unknown": {plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			r.applications = newProtocol(t).applications()
			r.applications.configure(object{"api_url": r.d.url, "access_token": unknown}).mustSucceed(t)
			_, diags := r.applications.read(r.made)
			diags.mustWarn(t, "", "LUSID was not asked")
			return planned(t, r, instance{}, config)
		}},
		"a rename, the destroy first": {plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			return append(planned(t, r, r.made, nil), planned(t, r, instance{}, config)...)
		}},
		"a rename, the create first": {plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			return append(planned(t, r, instance{}, config), planned(t, r, r.made, nil)...)
		}},
		"a rename that changes more": {plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			return append(planned(t, r, r.made, nil), planned(t, r, instance{}, with(object{"client_id": "Test-App", "display_name": "Other"}))...)
		}},
		"an attribute that changes": {plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			other := with(object{"display_name": "Other"})
			warned := planned(t, r, r.applications.mustRead(r.made), other)
			planned(t, r, instance{}, other).mustBeQuiet(t)
			return warned
		}},

		"a first create": {quiet: true, plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			return planned(t, r, instance{}, config)
		}},
		"another application": {quiet: true, plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			r.applications.mustRead(r.made)
			return append(planned(t, r, instance{}, with(object{"client_id": "other-app"})), planned(t, r, r.made, nil)...)
		}},
		"a client id not known yet": {quiet: true, plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			unnamed := with(object{"client_id": unknown})
			return append(append(planned(t, r, instance{}, unnamed), planned(t, r, instance{}, unnamed)...), planned(t, r, r.made, nil)...)
		}},
		"deleted elsewhere": {quiet: true, plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			r.applications.mustRead(r.made)
			r.d.deleteApplication(t, "test-app")
			r.applications.mustRead(r.made)
			return planned(t, r, instance{}, config)
		}},
		"destroyed before": {quiet: true, plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			r.applications.mustRead(r.made)
			r.applications.destroy(r.made).mustBeQuiet(t)
			return planned(t, r, instance{}, config)
		}},
		"destroyed after a create": {quiet: true, plan: func(t *testing.T, r run) diagnostics {
			t.Helper()
			made := r.applications.mustCreate(object{"client_id": "other-app", "display_name": "Other"})
			return planned(t, r, made, nil)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			made := d.protocol(t).applications().mustCreate(config)
			diags := test.plan(t, run{d, d.protocol(t).applications(), made})
			if test.quiet {
				diags.mustBeQuiet(t)
				return
			}
			if len(diags.warnings()) != 1 {
				t.Fatalf("not one warning:\n%s", strings.Join(diags.warnings(), "\n"))
			}
			mustHold(t, diags.warnings()[0], "ends its secret", "until they have the new secret", "create_before_destroy does not help")
		})
	}

	t.Run("the provider's own application", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		applications := d.signedIn(t).applications()
		own := applications.mustRead(d.importOwn(t, applications))
		_, diags := applications.plan(instance{}, d.ownConfig())
		warnings := strings.Join(diags.warnings(), "\n")
		mustHold(t, warnings, "Replacing application "+own.get("client_id"), "Replacing the application that this provider signs in through")
	})
}

// TestAccApplication_hiddenReplacement has the CLI replace an application that the configuration does
// not change.
func TestAccApplication_hiddenReplacement(t *testing.T) {
	t.Parallel()
	const warning = "Replacing application test-app ends its secret"
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, d.config(applicationHCL("test", "test-app")))
	w.mustRun("apply", "-auto-approve")
	if output := w.mustRun("plan"); strings.Contains(flatten(output), warning) {
		t.Errorf("a plan without a change warns:\n%s", output)
	}
	w.configure(d.config(applicationHCL("renamed", "test-app")))
	mustHold(t, w.mustRun("plan"), warning, "1 to add, 0 to change, 1 to destroy")
	w.configure(d.config(applicationHCL("test", "test-app")))
	w.mustRun("taint", "lusid_application.test")
	mustHold(t, w.mustRun("plan"), warning, "1 to add, 0 to change, 1 to destroy")
}
