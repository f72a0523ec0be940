package conformance_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/conformance"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// undecided are domains on which a check can't see what it tests. The check must not report that the domain is as
// assumed, and must not report that it differs.
var undecided = map[string]struct {
	check      string
	options    mockserver.Options
	fault      mockserver.Fault
	middleware middleware
	// asOther is true if the user who runs the checks is not an administrator.
	asOther bool
}{
	// LUSID documents at most 10 network zones and 5 external token issuers.
	"no free network zone":            {check: "identity/network-zone-create", options: mockserver.Options{Seed: mockserver.Seed{NetworkZones: seedZones(10)}}},
	"no free external token issuer":   {check: "identity/external-token-issuer-create", options: mockserver.Options{Seed: mockserver.Seed{ExternalTokenIssuers: seedIssuers(5)}}},
	"user refused":                    {check: "identity/user-create", fault: fault("CreateUser", 0, 400)},
	"application refused":             {check: "identity/application-create", fault: fault("CreateApplication", 0, 400)},
	"delete refused":                  {check: "identity/role-delete", fault: fault("DeleteRole", 0, 400)},
	"denial with another status":      {check: "access/policy-missing", fault: mockserver.Fault{Operation: "access.GetPolicy", Status: 400, Code: 606}},
	"denial as 404":                   {check: "identity/mcp-tool-missing", fault: mockserver.Fault{Operation: "identity.GetMcpTool", Status: 404, Code: 186}},
	"new application without secret":  {check: "identity/application-include-secret", middleware: withoutSecrets},
	"new application not yet visible": {check: "identity/application-include-secret", fault: fault("GetApplication", 0, 404)},
}

// withoutSecrets removes the secret from the applications of a domain.
func withoutSecrets(next http.Handler) http.Handler {
	remove := func(_ *int, app map[string]any) { delete(app, "secret") }
	return rewrite("POST", "/applications$", remove)(rewrite("GET", "/applications", remove)(next))
}

func seedZones(n int) (zones []mockserver.NetworkZone) {
	for i := range n {
		zones = append(zones, mockserver.NetworkZone{Code: "zone-" + strconv.Itoa(i), Action: "NoOp"})
	}
	return zones
}

func seedIssuers(n int) (issuers []mockserver.ExternalTokenIssuer) {
	for i := range n {
		code := "issuer-" + strconv.Itoa(i)
		issuers = append(issuers, mockserver.ExternalTokenIssuer{Code: code, Issuer: "https://acme.example/" + code, Audience: code, LogoutURL: "https://acme.example/logout"})
	}
	return issuers
}

func TestRun_undecided(t *testing.T) {
	t.Parallel()
	for name, test := range undecided {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var middlewares []middleware
			if test.middleware != nil {
				middlewares = append(middlewares, test.middleware)
			}
			begin := start
			if test.asOther {
				begin = startAsOther
			}
			domain := begin(t, test.options, middlewares...)
			if test.fault.Operation != "" {
				domain.InjectFault(test.fault)
			}
			report := run(t, domain, pick(t, test.check), everything())
			if row := report.Rows[0]; row.Result != conformance.CouldNotTell || row.Seen == "" {
				t.Errorf("got %s (%s), want %s with a reason", row.Result, row.Seen, conformance.CouldNotTell)
			}
		})
	}
}
