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

// TestDiagnostics_correlation checks that an error has the correlation id if the request left this machine. LUSID's
// support can find a request by that id.
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
		"refused connection": {mockserver.Fault{}, roles(providertest.Object{"api_url": closed.URL}), false},
		"unknown host":       {mockserver.Fault{}, roles(providertest.Object{"api_url": "https://acme.lusid.invalid"}), false},
		"server without TLS": {mockserver.Fault{}, roles(providertest.Object{"api_url": strings.Replace(d.URL, "http:", "https:", 1)}), false},
		"unreachable proxy": {
			mockserver.Fault{},
			roles(providertest.Object{"api_url": "https://acme.lusid.invalid", "proxy": providertest.Object{"address": closed.URL}}),
			false,
		},
		"missing token file": {
			mockserver.Fault{},
			roles(providertest.Object{"access_token": nil, "access_token_file": filepath.Join(t.TempDir(), "token")}),
			false,
		},
		"invalid id":    {mockserver.Fault{}, imported("lusid_role", "front office"), false},
		"invalid login": {mockserver.Fault{}, imported("lusid_user", "a b"), false},
		"timeout before the request": {mockserver.Fault{}, func() providertest.Diagnostics {
			_, diags := d.Protocol(t).Resource("lusid_role").Create(providertest.Object{
				"name":     "late",
				"timeouts": providertest.Object{"create": "1ns"},
			})
			return diags
		}, false},
		"refusal":                {mockserver.Fault{Status: http.StatusForbidden}, roles(), true},
		"truncated response":     {mockserver.Fault{Truncate: true}, roles(), true},
		"lost response":          {mockserver.Fault{Reset: mockserver.ResetAfter}, roles(), true},
		"timeout of the request": {mockserver.Fault{Delay: time.Second}, roles(providertest.Object{"request_timeout": "100ms"}), true},
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
				t.Errorf("the request was sent: %t, so the error must have a correlation id only then:\n%s", test.sent, text)
			}
		})
	}
}

// TestDiagnostics_operation checks that an error names the operation as LUSID and the log do.
func TestDiagnostics_operation(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	_, diags := d.Protocol(t, providertest.Object{"max_retries": 0, "api_url": "https://acme.lusid.invalid"}).Data("lusid_roles", nil)
	diags.MustFail(t, "", "\n\nidentity.ListRoles: ")
}

// TestDiagnostics_unknownCode has refusals that the provider knows no next step for. Each error has one anyway, unless LUSID
// names the field or the object is gone.
func TestDiagnostics_unknownCode(t *testing.T) {
	t.Parallel()
	const support = "contact LUSID's support with the identifiers below"
	for name, test := range map[string]struct {
		fault mockserver.Fault
		want  string
	}{
		"unknown code": {
			mockserver.Fault{Status: http.StatusBadRequest, Body: `{"name":"Odd","code":4711,"title":"It is odd."}`},
			"It is odd.\n\nIf this does not say what to correct, " + support,
		},
		"no body": {mockserver.Fault{Status: http.StatusConflict, Body: " "}, "LUSID gave no reason. Contact LUSID's support with the identifiers below."},
		"field": {
			mockserver.Fault{Status: http.StatusBadRequest, Body: `{"name":"Odd","code":4711,"title":"It is odd.","errors":{"name":["Too long."]}}`},
			"name: Too long.\n\nHTTP 400",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			test.fault.Operation = "identity.ListRoles"
			d.Mock.InjectFault(test.fault)
			_, diags := d.Protocol(t).Data("lusid_roles", nil)
			diags.MustFail(t, "", test.want)
		})
	}
}
