package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestExternalTokenIssuerList(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.CreateIssuer(t, foreignIssuer)
	d.CreateIssuer(t, providertest.IssuerBody{
		Code:        "acme-ci",
		Issuer:      "https://ci.acme.com",
		Audience:    "lusid",
		LogoutURL:   "https://acme.com",
		Description: new("CI"),
	})
	d.CreateIssuer(t, providertest.IssuerBody{
		Code:      "acme-cd",
		Issuer:    "https://cd.acme.com",
		Audience:  "lusid",
		LogoutURL: "https://acme.com",
	})
	issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
	for _, test := range []struct {
		filter providertest.Object
		want   []string
	}{
		{providertest.Object{}, []string{"foreign", "acme-ci", "acme-cd"}},
		{providertest.Object{"code_prefix": "acme-"}, []string{"acme-ci", "acme-cd"}},
		{providertest.Object{"issuer": "https://ci.acme.com"}, []string{"acme-ci"}},
		{providertest.Object{"code_prefix": "f", "issuer": "https://ci.acme.com"}, []string{}},
	} {
		if diff := cmp.Diff(test.want, mustListAndImport(issuers, test.filter)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.filter, diff)
		}
	}
	d.Forget()
	results, diags := issuers.List(providertest.Object{}, 1, false)
	diags.MustWarn(t, "", limitWarning, "returns 1 of them")
	if len(results) != 1 || results[0].Resource.Exists() {
		t.Errorf("got %d results, want 1 without its resource", len(results))
	}
	d.MustCount(t, map[string]int{"identity.ListExternalTokenIssuers": 1})
	mustRefuseToList(t, d, providertest.ExternalTokenIssuerType, "Unable to list external token issuers")
}
