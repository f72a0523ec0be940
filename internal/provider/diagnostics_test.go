package provider_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// TestDiagnostics_correlation looks for the correlation id in errors: LUSID's support can find it if
// the request left this machine.
func TestDiagnostics_correlation(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	roles := func(arguments ...object) func() diagnostics {
		return func() diagnostics {
			_, diags := d.protocol(t, append([]object{{"max_retries": 0}}, arguments...)...).data("lusid_roles", nil)
			return diags
		}
	}
	imported := func(typeName, id string) func() diagnostics {
		return func() diagnostics {
			_, diags := d.protocol(t).resource(typeName).importState(id)
			return diags
		}
	}
	for name, test := range map[string]struct {
		fault mockserver.Fault
		run   func() diagnostics
		sent  bool
	}{
		"a refused connection": {mockserver.Fault{}, roles(object{"api_url": closed.URL}), false},
		"a host that is none":  {mockserver.Fault{}, roles(object{"api_url": "https://acme.lusid.invalid"}), false},
		"a server without TLS": {mockserver.Fault{}, roles(object{"api_url": strings.Replace(d.url, "http:", "https:", 1)}), false},
		"a proxy that is none": {mockserver.Fault{}, roles(object{"api_url": "https://acme.lusid.invalid", "proxy": object{"address": closed.URL}}), false},
		"no token file":        {mockserver.Fault{}, roles(object{"access_token": nil, "access_token_file": filepath.Join(t.TempDir(), "token")}), false},
		"an id that is none":   {mockserver.Fault{}, imported("lusid_role", "front office"), false},
		"a login that is none": {mockserver.Fault{}, imported("lusid_user", "a b"), false},
		"no time left": {mockserver.Fault{}, func() diagnostics {
			_, diags := d.protocol(t).resource("lusid_role").create(object{"name": "late", "timeouts": object{"create": "1ns"}})
			return diags
		}, false},
		"an answer that says no":      {mockserver.Fault{Status: http.StatusForbidden}, roles(), true},
		"an answer that breaks off":   {mockserver.Fault{Truncate: true}, roles(), true},
		"an answer that never comes":  {mockserver.Fault{Reset: mockserver.ResetAfter}, roles(), true},
		"no more time for the answer": {mockserver.Fault{Delay: time.Second}, roles(object{"request_timeout": "100ms"}), true},
	} {
		t.Run(name, func(t *testing.T) {
			if test.fault != (mockserver.Fault{}) {
				test.fault.Operation = "identity.ListRoles"
				d.mock.InjectFault(test.fault)
			}
			defer d.mock.ClearFaults()
			diags := test.run()
			diags.mustFail(t, "", "Unable to")
			if text := diags.errors()[0]; strings.Contains(text, "correlation ") != test.sent {
				t.Errorf("the request was sent: %t\n%s", test.sent, text)
			}
		})
	}
}

// An error names the operation as LUSID and the log do.
func TestDiagnostics_operation(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	_, diags := d.protocol(t, object{"max_retries": 0, "api_url": "https://acme.lusid.invalid"}).data("lusid_roles", nil)
	diags.mustFail(t, "", "\n\nidentity.ListRoles: ")
}
