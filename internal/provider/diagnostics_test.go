package provider_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestDiagnostics_correlation looks for the correlation id in errors: LUSID's support can find it if
// the request left this machine.
func TestDiagnostics_correlation(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	roles := func(arguments ...providertest.Object) func() providertest.Diagnostics {
		return func() providertest.Diagnostics {
			_, diags := d.Protocol(t, append([]providertest.Object{{"max_retries": 0}}, arguments...)...).Data("lusid_roles", nil)
			return diags
		}
	}
	imported := func(typeName, id string) func() providertest.Diagnostics {
		return func() providertest.Diagnostics {
			_, diags := d.Protocol(t).Resource(typeName).ImportState(id)
			return diags
		}
	}
	for name, test := range map[string]struct {
		fault mockserver.Fault
		run   func() providertest.Diagnostics
		sent  bool
	}{
		"a refused connection": {mockserver.Fault{}, roles(providertest.Object{"api_url": closed.URL}), false},
		"a host that is none":  {mockserver.Fault{}, roles(providertest.Object{"api_url": "https://acme.lusid.invalid"}), false},
		"a server without TLS": {mockserver.Fault{}, roles(providertest.Object{"api_url": strings.Replace(d.URL, "http:", "https:", 1)}), false},
		"a proxy that is none": {
			mockserver.Fault{},
			roles(providertest.Object{"api_url": "https://acme.lusid.invalid", "proxy": providertest.Object{"address": closed.URL}}),
			false,
		},
		"no token file": {
			mockserver.Fault{},
			roles(providertest.Object{"access_token": nil, "access_token_file": filepath.Join(t.TempDir(), "token")}),
			false,
		},
		"an id that is none":   {mockserver.Fault{}, imported("lusid_role", "front office"), false},
		"a login that is none": {mockserver.Fault{}, imported("lusid_user", "a b"), false},
		"no time left": {mockserver.Fault{}, func() providertest.Diagnostics {
			_, diags := d.Protocol(t).Resource("lusid_role").Create(providertest.Object{
				"name":     "late",
				"timeouts": providertest.Object{"create": "1ns"},
			})
			return diags
		}, false},
		"an answer that says no":      {mockserver.Fault{Status: http.StatusForbidden}, roles(), true},
		"an answer that breaks off":   {mockserver.Fault{Truncate: true}, roles(), true},
		"an answer that never comes":  {mockserver.Fault{Reset: mockserver.ResetAfter}, roles(), true},
		"no more time for the answer": {mockserver.Fault{Delay: time.Second}, roles(providertest.Object{"request_timeout": "100ms"}), true},
	} {
		t.Run(name, func(t *testing.T) {
			if test.fault != (mockserver.Fault{}) {
				test.fault.Operation = "identity.ListRoles"
				d.Mock.InjectFault(test.fault)
			}
			defer d.Mock.ClearFaults()
			diags := test.run()
			diags.MustFail(t, "", "Unable to")
			if text := diags.Errors()[0]; strings.Contains(text, "correlation ") != test.sent {
				t.Errorf("the request was sent: %t\n%s", test.sent, text)
			}
		})
	}
}

// An error names the operation as LUSID and the log do.
func TestDiagnostics_operation(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	_, diags := d.Protocol(t, providertest.Object{"max_retries": 0, "api_url": "https://acme.lusid.invalid"}).Data("lusid_roles", nil)
	diags.MustFail(t, "", "\n\nidentity.ListRoles: ")
}
