package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestExternalTokenIssuerList(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.createIssuer(t, foreignIssuer)
	d.createIssuer(t, issuerBody{Code: "acme-ci", Issuer: "https://ci.acme.com", Audience: "lusid", LogoutURL: "https://acme.com", Description: new("CI")})
	d.createIssuer(t, issuerBody{Code: "acme-cd", Issuer: "https://cd.acme.com", Audience: "lusid", LogoutURL: "https://acme.com"})
	issuers := d.protocol(t).resource(issuerType)
	for _, test := range []struct {
		filter object
		want   []string
	}{
		{object{}, []string{"foreign", "acme-ci", "acme-cd"}},
		{object{"code_prefix": "acme-"}, []string{"acme-ci", "acme-cd"}},
		{object{"issuer": "https://ci.acme.com"}, []string{"acme-ci"}},
		{object{"code_prefix": "f", "issuer": "https://ci.acme.com"}, []string{}},
	} {
		if diff := cmp.Diff(test.want, issuers.mustListAndImport(test.filter)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.filter, diff)
		}
	}
	d.forget()
	results, diags := issuers.list(object{}, 1, false)
	diags.mustBeQuiet(t)
	if len(results) != 1 || results[0].resource.exists() {
		t.Errorf("%d results", len(results))
	}
	d.mustCount(t, map[string]int{"identity.ListExternalTokenIssuers": 1})
	mustRefuseToList(t, d, issuerType, "Unable to list external token issuers")
}
