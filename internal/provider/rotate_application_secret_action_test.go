package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestRotateAction(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	foreign := d.CreateApplication(t, "test-app", "Test", "Native")
	p := d.Protocol(t)
	managed, diags := p.Applications().ImportState("test-app")
	diags.MustBeQuiet(t)
	for _, test := range []struct {
		config    providertest.Object
		attribute string
		want      map[string]int
	}{
		{providertest.Object{"id": foreign.ID}, "id", map[string]int{"identity.GetApplication": 1, "identity.RotateApplicationSecrets": 1}},
		{
			providertest.Object{"client_id": foreign.ClientID},
			"client_id",
			map[string]int{"identity.ListApplications": 1, "identity.RotateApplicationSecrets": 1},
		},
	} {
		before := d.Application(t, "test-app")
		d.Forget()
		p.PlanRotation(test.config).MustWarn(t, test.attribute, "Rotating the secret of an application", "the old secret stops working")
		if counts := d.Counts(); len(counts) != 0 {
			t.Errorf("got the requests %v from a plan, want none", counts)
		}
		progress, diags := p.InvokeRotation(test.config)
		diags.MustBeQuiet(t)
		if diff := cmp.Diff(test.want, d.Counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		after := d.Application(t, "test-app")
		if after.Secret == before.Secret {
			t.Error("the secret did not change")
		}
		// The CLI prints progress messages without masking, so they must contain no secret and no
		// identifier.
		said := strings.Join(progress, "\n")
		if len(progress) != 2 {
			t.Errorf("got the progress messages %q, want 2", progress)
		}
		for _, value := range []string{foreign.ID, foreign.ClientID, foreign.DisplayName, before.Secret, after.Secret, d.Token, d.URL} {
			if strings.Contains(said, value) {
				t.Errorf("a progress message contains %q: %s", value, said)
			}
		}
		// The next refresh reads the new secret.
		read := p.Applications().MustRead(managed)
		d.MustHoldSecret(t, read)
		if read.Get("secret_version") == managed.Get("secret_version") {
			t.Error("secret_version did not change")
		}
		managed = read
	}
	// If the secret is not stored, a refresh does not read it. The page of the resource says so.
	hidden, diags := p.Applications().Update(managed, providertest.ApplicationStoring(false))
	diags.MustBeQuiet(t)
	_, diags = p.InvokeRotation(providertest.Object{"id": foreign.ID})
	diags.MustBeQuiet(t)
	if names := p.Applications().MustRead(hidden).Differences(hidden); names != nil {
		t.Errorf("the refresh changed %s in the state", names)
	}
	// With refresh_secret_version, a refresh reads the version again.
	versioned, diags := p.Applications().Update(hidden,
		providertest.ApplicationStoring(false, providertest.Object{"refresh_secret_version": true}))
	diags.MustBeQuiet(t)
	d.MustHoldSecret(t, p.Applications().MustRead(versioned))
}

func TestRotateAction_errors(t *testing.T) {
	t.Parallel()
	const summary = "Unable to rotate application secret"
	fault := func(f mockserver.Fault) []mockserver.Fault {
		f.Operation = "identity.RotateApplicationSecrets"
		return []mockserver.Fault{f}
	}
	for _, test := range []struct {
		name      string
		faults    []mockserver.Fault
		noRights  bool
		config    providertest.Object
		attribute string
		parts     []string
		rotations int
	}{
		{"unknown id", nil, false, providertest.Object{"id": "0oaMissing"}, "id", []string{"0oaMissing", "HTTP 404"}, 0},
		{
			"unknown client id", nil, false,
			providertest.Object{"client_id": "missing-app"},
			"client_id",
			[]string{"missing-app", "No application has it"},
			0,
		},
		{"forbidden", nil, true, providertest.Object{"client_id": "test-app"}, "client_id", []string{"HTTP 403", "lusid-administrator"}, 0},
		{
			"forbidden to rotate", fault(mockserver.Fault{Status: http.StatusForbidden}), false,
			providertest.Object{"client_id": "test-app"},
			"",
			[]string{"test-app", "HTTP 403"},
			1,
		},
		{
			"response lost after the write", fault(mockserver.Fault{Reset: mockserver.ResetAfter}), false,
			providertest.Object{"client_id": "test-app"},
			"",
			[]string{"or it was rotated and the response was lost", "shows whether it changed"},
			1,
		},
		{
			"response lost before the write", fault(mockserver.Fault{Reset: mockserver.ResetBefore}), false,
			providertest.Object{"client_id": "test-app"},
			"",
			[]string{"response was lost"},
			1,
		},
		{
			"500", fault(mockserver.Fault{Status: http.StatusInternalServerError}), false,
			providertest.Object{"client_id": "test-app"},
			"",
			[]string{"response was lost", "HTTP 500"},
			1,
		},
		{
			"HTML", fault(mockserver.Fault{Status: http.StatusOK, HTML: true}), false,
			providertest.Object{"client_id": "test-app"},
			"",
			[]string{"response was lost", "HTML page"},
			1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			d.CreateApplication(t, "test-app", "Test", "Native")
			more := providertest.Object{"max_retries": 0}
			if test.noRights {
				more["access_token"] = d.Mock.Credentials().NoRightsToken
			}
			for _, f := range test.faults {
				d.Mock.InjectFault(f)
			}
			_, diags := d.Protocol(t, more).InvokeRotation(test.config)
			diags.MustFail(t, test.attribute, append(test.parts, summary)...)
			if got := d.Counts()["identity.RotateApplicationSecrets"]; got != test.rotations {
				t.Errorf("got %d requests to rotate, want %d", got, test.rotations)
			}
		})
	}
	t.Run("unknown credentials", func(t *testing.T) {
		t.Parallel()
		p := providertest.NewProtocol(t)
		p.Configure(providertest.Object{"api_url": "https://acme.lusid.com", "access_token": providertest.Unknown}).MustBeQuiet(t)
		p.PlanRotation(providertest.Object{"client_id": "test-app"}).MustWarn(t, "client_id", "the old secret stops working")
		_, diags := p.InvokeRotation(providertest.Object{"client_id": "test-app"})
		diags.MustFail(t, "", summary, "access_token will be known only after apply")
	})
	t.Run("plan with an unknown ID or client ID", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.Protocol(t).PlanRotation(providertest.Object{"id": providertest.Unknown}).MustWarn(t, "id", "the old secret stops working")
		d.Protocol(t).PlanRotation(providertest.Object{"client_id": providertest.Unknown}).MustWarn(t, "client_id",
			"the old secret stops working")
	})
}

// TestAccRotateAction triggers the action by an update, if the CLI has actions.
func TestAccRotateAction(t *testing.T) {
	t.Parallel()
	requireKind(t, "action_schemas")
	d := providertest.NewMock(t, mockserver.Options{})
	foreign := d.CreateApplication(t, "test-app", "Test", "Native")
	config := func(timeout string) string {
		return d.Config(fmt.Sprintf(`
resource "lusid_application" "trigger" {
  client_id    = "trigger-app"
  display_name = "Trigger"
  timeouts     = { read = %q }
  lifecycle {
    action_trigger {
      events  = [after_update]
      actions = [action.lusid_rotate_application_secret.test]
    }
  }
}
action "lusid_rotate_application_secret" "test" {
  config {
    client_id = "test-app"
  }
}`, timeout))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		Steps: []resource.TestStep{
			{Config: config("5m")},
			{
				PreConfig: func() {
					if d.Counts()["identity.RotateApplicationSecrets"] != 0 {
						t.Error("the secret was rotated before the trigger")
					}
				},
				Config: config("6m"),
			},
		},
	})
	if d.Counts()["identity.RotateApplicationSecrets"] != 1 || d.Application(t, "test-app").Secret == foreign.Secret {
		t.Errorf("got the requests %v, want one rotation and a new secret", d.Counts())
	}
}
