package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const rotateType = "lusid_rotate_application_secret"

func TestRotateAction(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	foreign := d.createApplication(t, "test-app", "Test", "Native")
	p := d.protocol(t)
	managed, diags := p.applications().importState("test-app")
	diags.mustBeQuiet(t)
	for _, test := range []struct {
		config    object
		attribute string
		want      map[string]int
	}{
		{object{"id": foreign.ID}, "id", map[string]int{"identity.GetApplication": 1, "identity.RotateApplicationSecrets": 1}},
		{object{"client_id": foreign.ClientID}, "client_id", map[string]int{"identity.ListApplications": 1, "identity.RotateApplicationSecrets": 1}},
	} {
		before := d.application(t, "test-app")
		d.forget()
		p.planRotation(test.config).mustWarn(t, test.attribute, "Rotating the secret of an application", "the old secret stops working")
		if counts := d.counts(); len(counts) != 0 {
			t.Errorf("a plan asked LUSID: %v", counts)
		}
		progress, diags := p.invokeRotation(test.config)
		diags.mustBeQuiet(t)
		if diff := cmp.Diff(test.want, d.counts()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		after := d.application(t, "test-app")
		if after.Secret == before.Secret {
			t.Error("the secret is the old one")
		}
		// The CLI prints progress as it is.
		said := strings.Join(progress, "\n")
		if len(progress) != 2 {
			t.Errorf("progress: %q", progress)
		}
		for _, value := range []string{foreign.ID, foreign.ClientID, foreign.DisplayName, before.Secret, after.Secret, d.token, d.url} {
			if strings.Contains(said, value) {
				t.Errorf("a progress message repeats %q: %s", value, said)
			}
		}
		// The next refresh sees it.
		read := p.applications().mustRead(managed)
		d.mustHoldSecret(t, read)
		if read.get("secret_version") == managed.get("secret_version") {
			t.Error("secret_version did not move")
		}
		managed = read
	}
	// What is not stored, refresh does not look at: the page says so.
	hidden, diags := p.applications().update(managed, stored(false))
	diags.mustBeQuiet(t)
	_, diags = p.invokeRotation(object{"id": foreign.ID})
	diags.mustBeQuiet(t)
	if names := p.applications().mustRead(hidden).differences(hidden); names != nil {
		t.Errorf("the refresh changed %s", names)
	}
	// But it looks at the version, if it is told to.
	versioned, diags := p.applications().update(hidden, stored(false, object{"refresh_secret_version": true}))
	diags.mustBeQuiet(t)
	d.mustHoldSecret(t, p.applications().mustRead(versioned))
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
		config    object
		attribute string
		parts     []string
		rotations int
	}{
		{"unknown id", nil, false, object{"id": "0oaMissing"}, "id", []string{"0oaMissing", "HTTP 404"}, 0},
		{"unknown client id", nil, false, object{"client_id": "missing-app"}, "client_id", []string{"missing-app", "No application has it"}, 0},
		{"forbidden", nil, true, object{"client_id": "test-app"}, "client_id", []string{"HTTP 403", "lusid-administrator"}, 0},
		{"forbidden to rotate", fault(mockserver.Fault{Status: http.StatusForbidden}), false, object{"client_id": "test-app"}, "", []string{"test-app", "HTTP 403"}, 1},
		{"lost after the write", fault(mockserver.Fault{Reset: mockserver.ResetAfter}), false, object{"client_id": "test-app"}, "", []string{"or it was and the answer was lost", "shows whether it changed"}, 1},
		{"lost before the write", fault(mockserver.Fault{Reset: mockserver.ResetBefore}), false, object{"client_id": "test-app"}, "", []string{"answer was lost"}, 1},
		{"500", fault(mockserver.Fault{Status: http.StatusInternalServerError}), false, object{"client_id": "test-app"}, "", []string{"answer was lost", "HTTP 500"}, 1},
		{"HTML", fault(mockserver.Fault{Status: http.StatusOK, HTML: true}), false, object{"client_id": "test-app"}, "", []string{"answer was lost", "HTML page"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			d.createApplication(t, "test-app", "Test", "Native")
			more := object{"max_retries": 0}
			if test.noRights {
				more["access_token"] = d.mock.Credentials().NoRightsToken
			}
			for _, f := range test.faults {
				d.mock.InjectFault(f)
			}
			_, diags := d.protocol(t, more).invokeRotation(test.config)
			diags.mustFail(t, test.attribute, append(test.parts, summary)...)
			if got := d.counts()["identity.RotateApplicationSecrets"]; got != test.rotations {
				t.Errorf("%d rotations", got)
			}
		})
	}
	t.Run("credentials not known yet", func(t *testing.T) {
		t.Parallel()
		p := newProtocol(t)
		p.configure(object{"api_url": "https://acme.lusid.com", "access_token": unknown}).mustBeQuiet(t)
		p.planRotation(object{"client_id": "test-app"}).mustWarn(t, "client_id", "the old secret stops working")
		_, diags := p.invokeRotation(object{"client_id": "test-app"})
		diags.mustFail(t, "", summary, "access_token will be known only after apply")
	})
	t.Run("plans with a name that is not known yet", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.protocol(t).planRotation(object{"id": unknown}).mustWarn(t, "id", "the old secret stops working")
		d.protocol(t).planRotation(object{"client_id": unknown}).mustWarn(t, "client_id", "the old secret stops working")
	})
}

// TestAccRotateAction invokes it by a trigger, where the CLI has actions.
func TestAccRotateAction(t *testing.T) {
	t.Parallel()
	requireKind(t, "action_schemas")
	d := newMock(t, mockserver.Options{})
	foreign := d.createApplication(t, "test-app", "Test", "Native")
	config := func(timeout string) string {
		return d.config(fmt.Sprintf(`
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
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{Config: config("5m")},
			{
				PreConfig: func() {
					if d.counts()["identity.RotateApplicationSecrets"] != 0 {
						t.Error("it was rotated before it was asked for")
					}
				},
				Config: config("6m"),
			},
		},
	})
	if d.counts()["identity.RotateApplicationSecrets"] != 1 || d.application(t, "test-app").Secret == foreign.Secret {
		t.Errorf("requests: %v", d.counts())
	}
}
