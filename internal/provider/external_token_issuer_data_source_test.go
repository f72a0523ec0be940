package provider_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestExternalTokenIssuerDataSource(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{}, w.front)
	p := d.protocol(t)
	made := p.resource(issuerType).mustCreate(issuerConfig(object{"description": "CI"}))
	d.forget()
	got := p.mustData(issuerType, object{"code": "acme-ci"})
	d.mustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 1})
	for name, value := range made.attributes {
		if name != "timeouts" && !value.Equal(got.attributes[name]) {
			t.Errorf("%s is %s, not %s", name, got.get(name), made.get(name))
		}
	}
	w.set(func(*http.Request, any) any { return map[string]any{"code": "acme-ci"} })
	p.mustData(issuerType, object{"code": "acme-ci"}).mustHave(t, map[string]string{
		"issuer": "null", "audience": "null", "logout_url": "null", "description": "null", "claim_mappings": "null",
	})
	w.set(nil)

	for config, part := range map[string]string{"missing": "HTTP 404", "a b": "1 to 64", "": "1 to 64"} {
		_, diags := p.data(issuerType, object{"code": config})
		diags.mustFail(t, "code", part)
	}
	const summary = "Unable to read external token issuer"
	_, diags := d.noRights(t).data(issuerType, object{"code": "acme-ci"})
	diags.mustFail(t, "code", summary, "HTTP 403", "lusid-administrator")
	_, diags = d.notConfigured(t).data(issuerType, object{"code": "acme-ci"})
	diags.mustFail(t, "", summary, "access_token will be known only after apply")
}

func TestExternalTokenIssuersDataSource(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.createIssuer(t, foreignIssuer)
	d.createIssuer(t, issuerBody{Code: "bare", Issuer: "https://ci.acme.com", Audience: "lusid", LogoutURL: "https://acme.com"})
	rows := d.protocol(t).mustData("lusid_external_token_issuers", object{}).rows(t, "external_token_issuers")
	d.mustCount(t, map[string]int{"identity.ListExternalTokenIssuers": 1})
	if diff := cmp.Diff([]string{"bare", "foreign"}, column(rows, "code")); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	rows[0].mustHave(t, map[string]string{"issuer": "https://ci.acme.com", "description": "null", "claim_mappings": "null"})
	const summary = "Unable to list external token issuers"
	_, diags := d.noRights(t).data("lusid_external_token_issuers", object{})
	diags.mustFail(t, "", summary, "HTTP 403", "lusid-administrator")
	_, diags = d.notConfigured(t).data("lusid_external_token_issuers", object{})
	diags.mustFail(t, "", summary, "access_token will be known only after apply")
}
