package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

const (
	grantType  = "lusid_grant_support_access"
	revokeType = "lusid_revoke_support_access"
)

// supportGrant is LUSID's schema SupportAccessResponse. The test does not use the provider's type,
// because a wrong JSON tag would then go unnoticed.
type supportGrant struct {
	ID             string   `json:"id"`
	Duration       string   `json:"duration"`
	Description    *string  `json:"description"`
	PermittedRoles []string `json:"permittedRoles"`
	CreatedAt      string   `json:"createdAt"`
	CreatedBy      string   `json:"createdBy"`
	Expiry         string   `json:"expiry"`
	Terminated     bool     `json:"terminated"`
	TerminatedAt   *string  `json:"terminatedAt"`
	TerminatedBy   *string  `json:"terminatedBy"`
}

// supportGrants returns all grants, including those that have ended.
func supportGrants(d providertest.Domain, t *testing.T) []supportGrant {
	t.Helper()
	var grants []supportGrant
	d.MustCall(t, http.MethodGet, "/authentication/support", nil, &grants)
	return grants
}

// mustNotRepeat expects two progress messages without any of the values, and a notice in the last
// message. The CLI prints progress messages without masking.
func mustNotRepeat(t *testing.T, progress []string, notice string, values ...string) {
	t.Helper()
	if len(progress) != 2 || !strings.Contains(progress[len(progress)-1], notice) {
		t.Errorf("got the progress messages %q, want two, the last with %q", progress, notice)
	}
	for _, value := range values {
		if said := strings.Join(progress, "\n"); strings.Contains(said, value) {
			t.Errorf("a progress message contains %q: %s", value, said)
		}
	}
}

func TestSupportAccess(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.September, 1, 12, 0, 0, 0, time.UTC)
	d := providertest.NewMock(t, mockserver.Options{Clock: func() time.Time { return now }})
	p := d.Protocol(t)
	information := func(expiry string, byRole map[string]string) {
		t.Helper()
		got := p.MustData("lusid_authentication_information", providertest.Object{})
		got.MustHave(t, map[string]string{"support_access_expiry": expiry})
		expiries := map[string]string{}
		for _, row := range got.Rows(t, "support_access_expiry_with_role") {
			expiries[row.Get("permitted_role")] = row.Get("expiry")
		}
		if diff := cmp.Diff(byRole, expiries); diff != "" {
			t.Errorf("expiry by role (-want +got):\n%s", diff)
		}
	}
	information("null", map[string]string{})
	if rows := p.MustData("lusid_support_access", providertest.Object{}).Rows(t, "grants"); len(rows) != 0 {
		t.Errorf("got %d grants, want none", len(rows))
	}

	d.Forget()
	const ticket = "Ticket 0604"
	progress, diags := p.Act(grantType, providertest.Object{"duration": "P1D", "description": ticket, "permitted_roles": []string{"3", "1"}})
	diags.MustBeQuiet(t)
	mustNotRepeat(t, progress, "lusid_revoke_support_access", ticket, "P1D", "2026", d.Token, d.URL)
	now = now.Add(time.Minute)
	progress, diags = p.Act(grantType, providertest.Object{"duration": "PT1.5H"})
	diags.MustBeQuiet(t)
	mustNotRepeat(t, progress, "have access until the grant expires", "PT1.5H", "2026", d.Token, d.URL)
	d.MustCount(t, map[string]int{"identity.GrantSupportAccess": 2})
	stored := supportGrants(d, t)
	if got := stored[0]; len(stored) != 2 || got.Duration != "P1D" || *got.Description != ticket || len(got.PermittedRoles) != 2 {
		t.Errorf("got the grants %v, want two, the first with P1D, the ticket and two roles", stored)
	}
	if got := stored[1]; got.Duration != "PT1.5H" || got.Description != nil || got.PermittedRoles != nil {
		t.Errorf("got the grant %v, want PT1.5H without a description and roles", got)
	}
	const tomorrow = "2026-09-02T12:00:00.0000000+00:00"
	information(tomorrow, map[string]string{"1": tomorrow, "3": tomorrow})

	for range 2 { // The second revocation succeeds too, although no grant is left.
		d.Forget()
		progress, diags = p.Act(revokeType, providertest.Object{})
		diags.MustBeQuiet(t)
		mustNotRepeat(t, progress, "have no access", ticket, d.Token, d.URL)
		d.MustCount(t, map[string]int{"identity.InvalidateSupportAccess": 1})
	}
	information("null", map[string]string{})
	d.Forget()
	rows := p.MustData("lusid_support_access", providertest.Object{}).Rows(t, "grants")
	d.MustCount(t, map[string]int{"identity.GetSupportAccessHistory": 1})
	if len(rows) != 2 {
		t.Fatalf("got %d grants, want 2", len(rows))
	}
	caller := d.CallerID(t)
	rows[0].MustHave(t, map[string]string{
		"id": stored[0].ID, "duration": "P1D", "description": ticket, "permitted_roles": "1,3", "created_at": "2026-09-01T12:00:00.0000000+00:00",
		"created_by": caller, "expiry": tomorrow, "terminated": "true", "terminated_at": "2026-09-01T12:01:00.0000000+00:00", "terminated_by": caller,
	})
	rows[1].MustHave(t, map[string]string{"duration": "PT1.5H", "description": "null", "permitted_roles": ""})
}

func TestSupportRolesDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	rows := d.Protocol(t).MustData("lusid_support_roles", providertest.Object{}).Rows(t, "support_roles")
	d.MustCount(t, map[string]int{"identity.GetSupportRoles": 1})
	want := []string{
		"lusid-administrator", "support-iam-administrator", "support-iam-readonly", "support-lusid-document-sharer",
		"support-lusid-readonly",
	}
	if diff := cmp.Diff(want, providertest.Column(rows, "code")); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	rows[4].MustHave(t, map[string]string{
		"internal_identifier": "3",
		"label":               "LUSID Read-Only",
		"scope":               "default",
		"description":         "Read-only access to LUSID.",
	})
}

func TestAuthenticationInformationDataSource(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	p := d.Protocol(t)
	got := p.MustData("lusid_authentication_information", providertest.Object{})
	d.MustCount(t, map[string]int{"identity.GetAuthenticationInformation": 1})
	got.MustHave(t, map[string]string{
		"issuer_url": strings.TrimSuffix(d.Mock.TokenURL(d.URL), "/v1/token"), "fallback_issuer_urls": "", "saml_identity_provider_id": "null", "support_access_expiry": "null",
	})
	answers(&w, map[string]any{
		"issuerUrl": "https://one", "fallbackIssuerUrls": []any{"https://two"}, "samlIdentityProviderId": "saml", "support": map[string]any{"expiry": "e"}, "code": 7,
		"supportAccessExpiryWithRole": []any{
			map[string]any{"permittedRole": "2", "expiry": "f"}, map[string]any{"permittedRole": "1", "expiry": "e"},
		},
	})
	got = p.MustData("lusid_authentication_information", providertest.Object{})
	got.MustHave(t, map[string]string{
		"issuer_url":                "https://one",
		"fallback_issuer_urls":      "https://two",
		"saml_identity_provider_id": "saml",
		"support_access_expiry":     "e",
	})
	if diff := cmp.Diff([]string{"1", "2"}, providertest.Column(got.Rows(t, "support_access_expiry_with_role"), "permitted_role")); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	// The API's contract allows a response without the other fields.
	answers(&w, map[string]any{"issuerUrl": "https://one"})
	p.MustData("lusid_authentication_information", providertest.Object{}).MustHave(t, map[string]string{
		"fallback_issuer_urls":  "",
		"support_access_expiry": "null",
	})
	answers(&w, map[string]any{})
	_, diags := p.Data("lusid_authentication_information", providertest.Object{})
	diags.MustFail(t, "", "Unable to read authentication information", "issuerUrl")
}

// answers replaces every response.
func answers(w *providertest.Rewriter, body any) {
	w.Set(func(*http.Request, any) any { return body })
}

func TestSupportAccessDataSources_unexpectedResponses(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	p := d.Protocol(t)
	grants := []any{
		map[string]any{"id": "b", "createdAt": "2"},
		map[string]any{"id": "a", "createdAt": "1", "permittedRoles": nil, "terminatedAt": nil},
	}
	answers(&w, append(grants, nil))
	_, diags := p.Data("lusid_support_access", providertest.Object{})
	diags.MustFail(t, "", "Unable to list support access", `has no "id"`)
	answers(&w, grants)
	rows := p.MustData("lusid_support_access", providertest.Object{}).Rows(t, "grants")
	if diff := cmp.Diff([]string{"a", "b"}, providertest.Column(rows, "id")); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
	rows[0].MustHave(t, map[string]string{"expiry": "null", "terminated": "false", "created_by": "null", "permitted_roles": ""})
	answers(&w, map[string]any{"supportRoles": nil})
	if rows := p.MustData("lusid_support_roles", providertest.Object{}).Rows(t, "support_roles"); len(rows) != 0 {
		t.Errorf("got %d roles, want none", len(rows))
	}
	answers(&w, map[string]any{"supportRoles": []any{map[string]any{"internalIdentifier": "1", "roleIdentifier": nil}}})
	p.MustData("lusid_support_roles", providertest.Object{}).Rows(t, "support_roles")[0].MustHave(t, map[string]string{
		"internal_identifier": "1",
		"code":                "null",
		"label":               "null",
	})
}

func TestSupportAccess_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	for name, summary := range map[string]string{grantType: "Unable to grant support access", revokeType: "Unable to revoke support access"} {
		config := providertest.Object{}
		if name == grantType {
			config["duration"] = "P1D"
		}
		progress, diags := d.NoRights(t).Act(name, config)
		diags.MustFail(t, "", summary, "HTTP 403", "lusid-administrator")
		if len(progress) > 1 {
			t.Errorf("got the progress messages %q, want none that reports success", progress)
		}
		_, diags = d.NotConfigured(t).Act(name, config)
		diags.MustFail(t, "", summary, "access_token will be known only after apply")
	}
	_, diags := p.Act(grantType, providertest.Object{"duration": "P1D", "permitted_roles": []string{"support-lusid-readonly"}})
	diags.MustFail(t, "", "Unable to grant support access", "HTTP 400", "support-lusid-readonly")
	if got := supportGrants(d, t); len(got) != 0 {
		t.Errorf("got the grants %v, want none", got)
	}

	// If LUSID may have processed a grant, the provider does not repeat it. It does repeat a
	// revocation.
	for _, fault := range []mockserver.Fault{{Reset: mockserver.ResetAfter}, {Status: 500, AfterWrite: true}, {Truncate: true}} {
		d.Forget()
		fault.Operation = "identity.GrantSupportAccess"
		d.Mock.InjectFault(fault)
		progress, diags := p.Act(grantType, providertest.Object{"duration": "P1D"})
		diags.MustFail(t, "", "Unable to grant support access", "the response was lost", "lusid_support_access")
		if len(progress) != 1 {
			t.Errorf("got the progress messages %q, want 1", progress)
		}
		d.MustCount(t, map[string]int{"identity.GrantSupportAccess": 1})
	}
	if got := supportGrants(d, t); len(got) != 3 {
		t.Errorf("got the grants %v, want 3", got)
	}
	d.Forget()
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.InvalidateSupportAccess", Reset: mockserver.ResetAfter})
	_, diags = p.Act(revokeType, providertest.Object{})
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{"identity.InvalidateSupportAccess": 2})

	for name, summary := range map[string]string{
		"lusid_authentication_information": "Unable to read authentication information", "lusid_support_access": "Unable to list support access", "lusid_support_roles": "Unable to list support roles",
	} {
		_, diags := d.NoRights(t).Data(name, providertest.Object{})
		diags.MustFail(t, "", summary, "HTTP 403", "lusid-administrator")
		_, diags = d.NotConfigured(t).Data(name, providertest.Object{})
		diags.MustFail(t, "", summary, "access_token will be known only after apply")
	}
}

func TestGrantSupportAccess_validation(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	for _, duration := range []string{"P", "PT", "P1DT", "1D", "P1H", "PT1D", "P1.5DT1H", "P.5D", "P1.D", "P1D2W", "-P1D", "P1d", "P1D ", "P1D\n", "P0" + strings.Repeat("0", 28) + "D", "", "a day"} {
		_, diags := p.Act(grantType, providertest.Object{"duration": duration})
		diags.MustFail(t, "duration", "Invalid duration", "PT8H")
	}
	for attribute, value := range map[string]any{"duration": nil, "description": strings.Repeat("ü", 1025), "permitted_roles": []string{}} {
		_, diags := p.Act(grantType, providertest.With(providertest.Object{"duration": "P1D"}, attribute, value))
		diags.MustFail(t, attribute)
	}
	d.MustCount(t, map[string]int{})
	// The mock checks durations as LUSID does. It accepts each duration that the provider accepts.
	for _, duration := range []string{"P1D", "P2W", "PT90M", "P1DT12H", "P0.5D", "PT1.5H", "PT0.5S", "P1Y2M3W4DT5H6M7.5S", "P" + strings.Repeat("0", 27) + "1D"} {
		_, diags := p.Act(grantType, providertest.Object{"duration": duration, "description": strings.Repeat("ü", 1024)})
		diags.MustBeQuiet(t)
	}
}

// TestAccSupportAccess triggers the actions by a create and an update, if the CLI has actions.
func TestAccSupportAccess(t *testing.T) {
	t.Parallel()
	requireKind(t, "action_schemas")
	d := providertest.NewMock(t, mockserver.Options{})
	config := func(event, name string) string {
		return d.Config(fmt.Sprintf(`
data "lusid_support_roles" "all" {}
resource "lusid_role" "trigger" {
  name        = "trigger"
  description = %q
  lifecycle {
    action_trigger {
      events  = [%s]
      actions = [action.%s.test]
    }
  }
}
action "lusid_grant_support_access" "test" {
  config {
    duration        = "P1D"
    permitted_roles = [for r in data.lusid_support_roles.all.support_roles : r.internal_identifier if r.code == "support-lusid-readonly"]
  }
}
action "lusid_revoke_support_access" "test" {}`, name, event, name))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		Steps: []resource.TestStep{
			{Config: config("after_create", grantType)},
			{
				PreConfig: func() {
					if grants := supportGrants(d, t); len(grants) != 1 || grants[0].Terminated || !cmp.Equal(grants[0].PermittedRoles, []string{"3"}) {
						t.Errorf("got the grants %v, want one in force with the role 3", grants)
					}
				},
				Config: config("after_update", revokeType),
			},
		},
	})
	if grants := supportGrants(d, t); len(grants) != 1 || !grants[0].Terminated {
		t.Errorf("got the grants %v, want one that was revoked", grants)
	}
}
