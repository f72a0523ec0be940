package conformance_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/conformance"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// isUndecided fails the test if a check could tell something.
func isUndecided(t *testing.T, report *conformance.Report) {
	t.Helper()
	for _, row := range report.Rows {
		if row.Result != conformance.CouldNotTell {
			t.Errorf("%s: got %s (%s), want %s", row.FullName(), row.Result, row.Seen, conformance.CouldNotTell)
		}
	}
}

// A page of a proxy does not show what LUSID does, even if its status is 200.
func TestRun_page(t *testing.T) {
	t.Parallel()
	for operation, check := range map[string]string{
		"identity.DeleteRole":        "identity/role-delete",
		"identity.CreateRole":        "identity/role-create",
		"identity.GetRole":           "identity/role-missing",
		"identity.DeleteMcpTool":     "identity/mcp-tool-delete",
		"access.GetRole":             "access/role-missing",
		"access.DeletePolicy":        "access/policy-delete-again",
		"identity.ListApplications":  "identity/applications-list-secret",
		"access.ListPolicyTemplates": "access/policy-templates-enabled",
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			domain := start(t, mockserver.Options{})
			domain.InjectFault(mockserver.Fault{Operation: operation, Status: http.StatusOK, HTML: true, AfterWrite: strings.Contains(operation, ".Create")})
			report := run(t, domain, pick(t, check, "identity/request-id-header"), everything())
			header := report.Rows[1]
			if header.Result != conformance.AsAssumed {
				t.Errorf("%s: got %s (%s), want %s", header.FullName(), header.Result, header.Seen, conformance.AsAssumed)
			}
			report.Rows = report.Rows[:1]
			isUndecided(t, report)
			if seen := report.Rows[0].Seen; !strings.Contains(seen, "not JSON") {
				t.Errorf("got %q, want a text about the page", seen)
			}
			if len(report.Left)+len(report.Lost) > 0 {
				t.Errorf("got the remaining objects %v and the lost objects %v, want none", report.Left, report.Lost)
			}
			domain.isClean(t)
		})
	}
}
