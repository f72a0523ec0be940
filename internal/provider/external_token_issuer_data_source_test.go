package provider_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestExternalTokenIssuerDataSource(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	p := d.Protocol(t)
	made := p.Resource(providertest.ExternalTokenIssuerType).MustCreate(providertest.IssuerConfig(providertest.Object{"description": "CI"}))
	d.Forget()
	got := p.MustData(providertest.ExternalTokenIssuerType, providertest.Object{"code": "acme-ci"})
	d.MustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 1})
	for name, value := range made.Attributes {
		if name != "timeouts" && !value.Equal(got.Attributes[name]) {
			t.Errorf("%s is %s, want %s", name, got.Get(name), made.Get(name))
		}
	}
	w.Set(func(*http.Request, any) any { return map[string]any{"code": "acme-ci"} })
	p.MustData(providertest.ExternalTokenIssuerType, providertest.Object{"code": "acme-ci"}).MustHave(t, map[string]string{
		"issuer": "null", "audience": "null", "logout_url": "null", "description": "null", "claim_mappings": "null",
	})
	w.Set(nil)

	for config, part := range map[string]string{"missing": "HTTP 404", "a b": "1 to 64", "": "1 to 64"} {
		_, diags := p.Data(providertest.ExternalTokenIssuerType, providertest.Object{"code": config})
		diags.MustFail(t, "code", part)
	}
	const summary = "Unable to read external token issuer"
	_, diags := d.NoRights(t).Data(providertest.ExternalTokenIssuerType, providertest.Object{"code": "acme-ci"})
	diags.MustFail(t, "code", summary, "HTTP 403", "lusid-administrator")
	_, diags = d.NotConfigured(t).Data(providertest.ExternalTokenIssuerType, providertest.Object{"code": "acme-ci"})
	diags.MustFail(t, "", summary, "access_token will be known only after apply")
}

func TestExternalTokenIssuersDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.CreateIssuer(t, foreignIssuer)
	d.CreateIssuer(t, providertest.IssuerBody{Code: "bare", Issuer: "https://ci.acme.com", Audience: "lusid", LogoutURL: "https://acme.com"})
	rows := d.Protocol(t).MustData("lusid_external_token_issuers", providertest.Object{}).Rows(t, "external_token_issuers")
	d.MustCount(t, map[string]int{"identity.ListExternalTokenIssuers": 1})
	if diff := cmp.Diff([]string{"bare", "foreign"}, providertest.Column(rows, "code")); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	rows[0].MustHave(t, map[string]string{"issuer": "https://ci.acme.com", "description": "null", "claim_mappings": "null"})
	const summary = "Unable to list external token issuers"
	_, diags := d.NoRights(t).Data("lusid_external_token_issuers", providertest.Object{})
	diags.MustFail(t, "", summary, "HTTP 403", "lusid-administrator")
	_, diags = d.NotConfigured(t).Data("lusid_external_token_issuers", providertest.Object{})
	diags.MustFail(t, "", summary, "access_token will be known only after apply")
}
