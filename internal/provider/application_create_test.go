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
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestApplication_clientIDOrNameTaken creates an application with the client id or the display name of another
// application.
func TestApplication_clientIDOrNameTaken(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	applications := d.Protocol(t).Applications()
	byClientID := d.CreateApplication(t, "taken-app", "Taken", "Native")
	byName := d.CreateApplication(t, "other-app", "Other", "Web")

	for _, test := range []struct {
		name, clientID, displayName, attribute string
		taken                                  providertest.Application
	}{
		{"client id", "taken-app", "Mine", "client_id", byClientID},
		{"display name", "mine-app", "Other", "display_name", byName},
		{"both, of one application", "taken-app", "Taken", "client_id", byClientID},
		{"both, of two applications", "taken-app", "Other", "client_id", byClientID},
	} {
		made, diags := applications.Create(providertest.Object{"client_id": test.clientID, "display_name": test.displayName})
		if made.Exists() {
			t.Errorf("%s: the failed create left an object in the state", test.name)
		}
		diags.MustFail(t, test.attribute, "Unable to create application", "already exists", test.taken.ID,
			fmt.Sprintf("client id %q, display name %q", test.taken.ClientID, test.taken.DisplayName),
			`NAME["key"] or NAME[0]`, "module.team.lusid_application.NAME", fmt.Sprintf("import {\n  to = lusid_application.NAME\n  id = %q\n}", test.taken.ID))
	}
	// The provider sends one list before the first create, and one after each refusal.
	if diff := cmp.Diff(map[string]int{"identity.ListApplications": 5, "identity.CreateApplication": 4}, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestAccApplication_importAfterTaken follows the advice in the error, and imports the application.
func TestAccApplication_importAfterTaken(t *testing.T) {
	t.Parallel()
	d := providertest.NewDomain(t)
	taken := d.CreateApplication(t, providertest.NewName(), providertest.NewName(), "Native")
	config := fmt.Sprintf("resource \"lusid_application\" \"test\" {\n  client_id    = %q\n  display_name = %q\n}\n",
		taken.ClientID, taken.DisplayName)
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_5_0)},
		ProtoV6ProviderFactories: providertest.Factories,
		CheckDestroy:             d.CheckGone(t, taken.ClientID),
		Steps: []resource.TestStep{
			{
				Config:      d.Config(config),
				ExpectError: regexp.MustCompile(`(?s)is\s+taken\s+by\s+the\s+application\s+` + taken.ID + `.*id = "` + taken.ID + `"`),
			},
			{
				Config: d.Config(config + fmt.Sprintf("import {\n  to = lusid_application.test\n  id = %q\n}\n", taken.ID)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction("lusid_application.test",
					plancheck.ResourceActionNoop)}},
			},
		},
	})
}

// TestApplication_lostResponse loses the response to a create, before or after LUSID processed the request.
func TestApplication_lostResponse(t *testing.T) {
	t.Parallel()
	const adopted = "The response to the creation of application test-app was lost"
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
		// warning is empty if the create succeeds without a warning.
		warning string
		want    map[string]int
	}{
		{"reset after the write", mockserver.Fault{Reset: mockserver.ResetAfter}, adopted, list(2, 1, 1)},
		{"reset before the write", mockserver.Fault{Reset: mockserver.ResetBefore}, "", list(2, 2, 0)},
		{"500 after the write", mockserver.Fault{Status: http.StatusInternalServerError, AfterWrite: true}, adopted, list(2, 1, 1)},
		{"500 before the write", mockserver.Fault{Status: http.StatusInternalServerError}, "", list(2, 2, 0)},
		{
			"504 from a proxy after the write",
			mockserver.Fault{Status: http.StatusGatewayTimeout, HTML: true, AfterWrite: true},
			adopted, list(2, 1, 1),
		},
		{"200 with an HTML page from a proxy", mockserver.Fault{Status: http.StatusOK, HTML: true}, "", list(2, 2, 0)},
		{"truncated response", mockserver.Fault{Truncate: true}, adopted, list(2, 1, 1)},
		{"empty response", mockserver.Fault{Status: http.StatusOK, AfterWrite: true}, adopted, list(2, 1, 1)},
		{"429 before the write", mockserver.Fault{Status: http.StatusTooManyRequests, RetryAfter: "0"}, "", list(1, 2, 0)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			test.fault.Operation = "identity.CreateApplication"
			d.Mock.InjectFault(test.fault)
			applications := d.Protocol(t).Applications()
			made, diags := applications.Create(providertest.Object{"client_id": "test-app", "display_name": "Test"})
			if test.warning == "" {
				diags.MustBeQuiet(t)
			} else {
				diags.MustWarn(t, "", test.warning, "this run or another run created it", made.Get("id"))
			}
			if diff := cmp.Diff(test.want, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if all := d.Applications(t); len(all) != 2 {
				t.Errorf("the domain has %d applications, want one", len(all)-1)
			}
			made = applications.MustRead(made)
			if want := d.Application(t, "test-app"); made.Get("id") != want.ID || made.Get("secret") != want.Secret {
				t.Errorf("the state has %s, want the id and the secret that LUSID has", made.Attributes)
			}
		})
	}
}

// TestApplication_lostResponseIfApplicationExists loses the response to a create that LUSID would have refused.
// The application existed before the create, so the provider must not adopt it.
func TestApplication_lostResponseIfApplicationExists(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]mockserver.Fault{
		"first list succeeds": {},
		// The provider does not know which applications existed before the create.
		"first list is refused": {Operation: "identity.ListApplications", Status: http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			foreign := d.CreateApplication(t, "test-app", "Test", "Native")
			if fault.Operation != "" {
				d.Mock.InjectFault(fault)
			}
			d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: mockserver.ResetAfter})
			made, diags := d.Protocol(t).Applications().Create(providertest.Object{"client_id": "test-app", "display_name": "Test"})
			if made.Exists() {
				t.Error("an application of another run was adopted")
			}
			diags.MustFail(t, "client_id", "is taken by the application "+foreign.ID)
			if diff := cmp.Diff(map[string]int{"identity.ListApplications": 2, "identity.CreateApplication": 1}, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestApplication_lostResponseWithListLag repeats a create, because a lagging list does not show the new
// application yet. LUSID refuses the second create, and then the provider finds the application.
func TestApplication_lostResponseWithListLag(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{ListLag: 1})
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: mockserver.ResetAfter})
	made, diags := d.Protocol(t).Applications().Create(providertest.Object{"client_id": "test-app", "display_name": "Test"})
	diags.MustSucceed(t)
	if got := d.Counts()["identity.CreateApplication"]; got != 2 {
		t.Errorf("got %d create requests, want 2", got)
	}
	if want := d.Application(t, "test-app"); made.Get("id") != want.ID || made.Get("secret") != want.Secret {
		t.Errorf("the state has the id %s, want %s", made.Get("id"), want.ID)
	}
}

// TestApplication_createFails checks the errors of creates that fail on every attempt.
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
			"HTML page from a proxy",
			mockserver.Fault{Status: http.StatusForbidden, HTML: true, Count: -1},
			[]string{`an HTML page titled "Proxy"`, "HTTP 403"},
			map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1},
		},
		{
			"refused network zone",
			mockserver.Fault{Status: http.StatusForbidden, Code: 939},
			[]string{"network zone", "(939)"},
			map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 1},
		},
		{
			"400 without a known cause",
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
			d := providertest.NewMock(t, mockserver.Options{})
			test.fault.Operation = "identity.CreateApplication"
			d.Mock.InjectFault(test.fault)
			made, diags := d.Protocol(t, providertest.Object{"max_retries": 1}).Applications().Create(providertest.Object{"client_id": "test-app", "display_name": "Test"})
			diags.MustFail(t, "", append(test.parts, "Unable to create application", `"test-app" (Test)`, strings.TrimPrefix(d.URL, "http://"))...)
			if made.Exists() {
				t.Error("the failed create left an object in the state")
			}
			if diff := cmp.Diff(test.want, d.Counts()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestApplication_listRefused checks that a create succeeds if LUSID refuses to list applications.
func TestApplication_listRefused(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.ListApplications", Status: http.StatusForbidden, Count: -1})
	applications := d.Protocol(t).Applications()
	applications.MustCreate(providertest.Object{"client_id": "first-app", "display_name": "First"})
	applications.MustCreate(providertest.Object{"client_id": "second-app", "display_name": "Second"})
	if diff := cmp.Diff(map[string]int{"identity.ListApplications": 1, "identity.CreateApplication": 2}, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	// The refused list does not hide why a create fails.
	_, diags := applications.Create(providertest.Object{"client_id": "first-app", "display_name": "Third"})
	diags.MustFail(t, "", "Unable to create application", "already exists", "HTTP 400")
}

// TestApplication_listCancelled lets the time for the first create run out during its list. The next create
// lists the applications again. Without that list, the provider could not settle a lost response.
func TestApplication_listCancelled(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.ListApplications", Delay: time.Minute})
	applications := d.Protocol(t).Applications()
	_, diags := applications.Create(providertest.Object{
		"client_id":    "first-app",
		"display_name": "First",
		"timeouts":     providertest.Object{"create": "200ms"},
	})
	diags.MustFail(t, "", "Unable to create application", "The time was up")
	if got := d.Counts(); got["identity.ListApplications"] != 1 || got["identity.CreateApplication"] != 0 {
		t.Errorf("got the requests %v, want one list and no create", got)
	}
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: mockserver.ResetAfter})
	_, diags = applications.Create(providertest.Object{"client_id": "test-app", "display_name": "Test"})
	diags.MustWarn(t, "", "The response to the creation of application test-app was lost")
	if got := d.Counts()["identity.CreateApplication"]; got != 1 {
		t.Errorf("got %d create requests, want 1, for the second application", got)
	}
}

// TestApplication_createInterrupted interrupts a create. The provider stops at once, and checks whether LUSID
// created the application.
func TestApplication_createInterrupted(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Delay: time.Minute})
	applications := d.Protocol(t).Applications()
	change, diags := applications.Plan(providertest.Instance{}, providertest.Object{"client_id": "test-app", "display_name": "Test"})
	diags.MustBeQuiet(t)
	ctx, cancel := context.WithCancel(t.Context())
	started := time.Now()
	time.AfterFunc(200*time.Millisecond, cancel)
	made, diags := applications.CarryOut(ctx, change)
	diags.MustFail(t, "", "Unable to create application", "The run was interrupted")
	if made.Exists() {
		t.Error("the interrupted create left an object in the state")
	}
	if elapsed := time.Since(started); elapsed > 20*time.Second {
		t.Errorf("the create took %s to stop, want at most 20s", elapsed)
	}
	if diff := cmp.Diff(map[string]int{"identity.ListApplications": 2, "identity.CreateApplication": 1}, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}
