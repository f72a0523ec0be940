package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// TestApplication_taken creates what exists already.
func TestApplication_taken(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	applications := d.protocol(t).applications()
	byClientID := d.createApplication(t, "taken-app", "Taken", "Native")
	byName := d.createApplication(t, "other-app", "Other", "Web")

	for _, test := range []struct {
		name, clientID, displayName, attribute string
		taken                                  application
	}{
		{"client id", "taken-app", "Mine", "client_id", byClientID},
		{"display name", "mine-app", "Other", "display_name", byName},
		{"both, by one", "taken-app", "Taken", "client_id", byClientID},
		{"both, by two", "taken-app", "Other", "client_id", byClientID},
	} {
		made, diags := applications.create(object{"client_id": test.clientID, "display_name": test.displayName})
		if made.exists() {
			t.Errorf("%s: something is in the state", test.name)
		}
		diags.mustFail(t, test.attribute, "Unable to create application", "already exists", test.taken.ID,
			fmt.Sprintf("client id %q, display name %q", test.taken.ClientID, test.taken.DisplayName),
			fmt.Sprintf("import {\n  to = lusid_application.NAME\n  id = %q\n}", test.taken.ID))
	}
	// One list before the first create, and one after each refusal.
	if diff := cmp.Diff(map[string]int{"identity.ListApplications": 5, "identity.CreateApplication": 4}, d.counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestAccApplication_taken follows the error's advice.
func TestAccApplication_taken(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	taken := d.createApplication(t, newName(), newName(), "Native")
	config := fmt.Sprintf("resource \"lusid_application\" \"test\" {\n  client_id    = %q\n  display_name = %q\n}\n", taken.ClientID, taken.DisplayName)
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_5_0)},
		ProtoV6ProviderFactories: factories,
		CheckDestroy:             d.checkGone(t, taken.ClientID),
		Steps: []resource.TestStep{
			{
				Config:      d.config(config),
				ExpectError: regexp.MustCompile(`(?s)is\s+taken\s+by\s+the\s+application\s+` + taken.ID + `.*id = "` + taken.ID + `"`),
			},
			{
				Config:           d.config(config + fmt.Sprintf("import {\n  to = lusid_application.test\n  id = %q\n}\n", taken.ID)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction("lusid_application.test", plancheck.ResourceActionNoop)}},
			},
		},
	})
}

// TestApplication_lostAnswer loses the answer to a create, before LUSID acted or after.
func TestApplication_lostAnswer(t *testing.T) {
	t.Parallel()
	const adopted = "The answer to the creation of application test-app was lost"
	list := func(lists, creates, gets int) map[string]int {
		counts := map[string]int{"identity.ListApplications": lists, "identity.CreateApplication": creates}
		if gets > 0 {
			counts["identity.GetApplication"] = gets
		}
		return counts
	}
	for _, test := range []struct {
		name  string
		fault mockserver.Fault
		// warning is empty where nothing is worth one.
		warning string
		want    map[string]int
	}{
		{"reset after the write", mockserver.Fault{Reset: mockserver.ResetAfter}, adopted, list(2, 1, 1)},
		{"reset before the write", mockserver.Fault{Reset: mockserver.ResetBefore}, "", list(2, 2, 0)},
		{"500 after the write", mockserver.Fault{Status: http.StatusInternalServerError, AfterWrite: true}, adopted, list(2, 1, 1)},
		{"500 before the write", mockserver.Fault{Status: http.StatusInternalServerError}, "", list(2, 2, 0)},
		{"a proxy's 504 after the write", mockserver.Fault{Status: http.StatusGatewayTimeout, HTML: true, AfterWrite: true}, adopted, list(2, 1, 1)},
		{"a proxy's page with 200", mockserver.Fault{Status: http.StatusOK, HTML: true}, "", list(2, 2, 0)},
		{"an answer cut short", mockserver.Fault{Truncate: true}, adopted, list(2, 1, 1)},
		{"an empty answer", mockserver.Fault{Status: http.StatusOK, AfterWrite: true}, adopted, list(2, 1, 1)},
		{"429, which cannot have written", mockserver.Fault{Status: http.StatusTooManyRequests, RetryAfter: "0"}, "", list(1, 2, 0)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			test.fault.Operation = "identity.CreateApplication"
			d.mock.InjectFault(test.fault)
			applications := d.protocol(t).applications()
			made, diags := applications.create(object{"client_id": "test-app", "display_name": "Test"})
			if test.warning == "" {
				diags.mustBeQuiet(t)
			} else {
				diags.mustWarn(t, "", test.warning, "this run or another one created it", made.get("id"))
			}
			if diff := cmp.Diff(test.want, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if all := d.applications(t); len(all) != 2 {
				t.Errorf("the domain has %d applications where one was made", len(all)-1)
			}
			made = applications.mustRead(made)
			if want := d.application(t, "test-app"); made.get("id") != want.ID || made.get("secret") != want.Secret {
				t.Errorf("the state holds %s", made.attributes)
			}
		})
	}
}

// TestApplication_lostAnswerOfAnother loses the answer to a create that LUSID would have refused:
// what was there before is not ours.
func TestApplication_lostAnswerOfAnother(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]mockserver.Fault{
		"listed before": {},
		// Not listed before, as far as anyone knows.
		"never listed": {Operation: "identity.ListApplications", Status: http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			foreign := d.createApplication(t, "test-app", "Test", "Native")
			if fault.Operation != "" {
				d.mock.InjectFault(fault)
			}
			d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: mockserver.ResetAfter})
			made, diags := d.protocol(t).applications().create(object{"client_id": "test-app", "display_name": "Test"})
			if made.exists() {
				t.Error("a foreign application was taken over")
			}
			diags.mustFail(t, "client_id", "is taken by the application "+foreign.ID)
			if diff := cmp.Diff(map[string]int{"identity.ListApplications": 2, "identity.CreateApplication": 1}, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestApplication_createLostUnderLag repeats a create that a lagging list does not show yet, and
// finds the application behind the refusal.
func TestApplication_createLostUnderLag(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{ListLag: 1})
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: mockserver.ResetAfter})
	made, diags := d.protocol(t).applications().create(object{"client_id": "test-app", "display_name": "Test"})
	diags.mustSucceed(t)
	if got := d.counts()["identity.CreateApplication"]; got != 2 {
		t.Errorf("%d creates", got)
	}
	if want := d.application(t, "test-app"); made.get("id") != want.ID || made.get("secret") != want.Secret {
		t.Errorf("made %s, want %s", made.get("id"), want.ID)
	}
}

// TestApplication_createFails meets errors that stay.
func TestApplication_createFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault mockserver.Fault
		parts []string
		want  map[string]int
	}{
		{
			"500",
			mockserver.Fault{Status: http.StatusInternalServerError, Count: -1},
			[]string{"HTTP 500", "Run again later", "correlation "},
			map[string]int{"identity.ListApplications": 3, "identity.CreateApplication": 2},
		},
		{
			"a proxy's page",
			mockserver.Fault{Status: http.StatusForbidden, HTML: true, Count: -1},
			[]string{`an HTML page titled "Proxy"`, "HTTP 403"},
			map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1},
		},
		{
			"a network zone",
			mockserver.Fault{Status: http.StatusForbidden, Code: 939},
			[]string{"network zone", "(939)"},
			map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1},
		},
		{
			"400 of nobody's",
			mockserver.Fault{Status: http.StatusBadRequest, Code: 157},
			[]string{"HTTP 400", "(157)"},
			map[string]int{"identity.ListApplications": 2, "identity.CreateApplication": 1},
		},
		{
			"429",
			mockserver.Fault{Status: http.StatusTooManyRequests, RetryAfter: "0", Count: -1},
			[]string{"HTTP 429", "-parallelism"},
			map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 2},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			test.fault.Operation = "identity.CreateApplication"
			d.mock.InjectFault(test.fault)
			made, diags := d.protocol(t, object{"max_retries": 1}).applications().create(object{"client_id": "test-app", "display_name": "Test"})
			diags.mustFail(t, "", append(test.parts, "Unable to create application", `"test-app" (Test)`, strings.TrimPrefix(d.url, "http://"))...)
			if made.exists() {
				t.Error("something is in the state")
			}
			if diff := cmp.Diff(test.want, d.counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestApplication_listRefused creates where lists are refused, which is no reason not to.
func TestApplication_listRefused(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.ListApplications", Status: http.StatusForbidden, Count: -1})
	applications := d.protocol(t).applications()
	applications.mustCreate(object{"client_id": "first-app", "display_name": "First"})
	applications.mustCreate(object{"client_id": "second-app", "display_name": "Second"})
	if diff := cmp.Diff(map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 2}, d.counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	// Nor does it hide why a create failed.
	_, diags := applications.create(object{"client_id": "first-app", "display_name": "Third"})
	diags.mustFail(t, "", "Unable to create application", "already exists", "HTTP 400")
}

// TestApplication_listCancelled runs out of time before the first create. The next one looks for
// itself at what was there before, without which a lost answer could not be settled.
func TestApplication_listCancelled(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.ListApplications", Delay: time.Minute})
	applications := d.protocol(t).applications()
	_, diags := applications.create(object{"client_id": "first-app", "display_name": "First", "timeouts": object{"create": "200ms"}})
	diags.mustFail(t, "", "Unable to create application", "The time was up")
	if got := d.counts(); got["identity.ListApplications"] != 1 || got["identity.CreateApplication"] != 0 {
		t.Errorf("what was never sent needs no search: %v", got)
	}
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: mockserver.ResetAfter})
	_, diags = applications.create(object{"client_id": "test-app", "display_name": "Test"})
	diags.mustWarn(t, "", "The answer to the creation of application test-app was lost")
	if got := d.counts()["identity.CreateApplication"]; got != 1 {
		t.Errorf("%d creates were sent, want that of the second application", got)
	}
}

// TestApplication_interrupted stops at once, and finds out what became of the create.
func TestApplication_interrupted(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Delay: time.Minute})
	applications := d.protocol(t).applications()
	change, diags := applications.plan(instance{}, object{"client_id": "test-app", "display_name": "Test"})
	diags.mustBeQuiet(t)
	ctx, cancel := context.WithCancel(t.Context())
	started := time.Now()
	time.AfterFunc(200*time.Millisecond, cancel)
	made, diags := applications.carryOut(ctx, change)
	diags.mustFail(t, "", "Unable to create application", "The run was interrupted")
	if made.exists() {
		t.Error("something is in the state")
	}
	if elapsed := time.Since(started); elapsed > 20*time.Second {
		t.Errorf("the interruption took %s", elapsed)
	}
	if diff := cmp.Diff(map[string]int{"identity.ListApplications": 2, "identity.CreateApplication": 1}, d.counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}
