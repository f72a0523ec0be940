package entitlement_test

import (
	"fmt"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

func TestTextOperatorRules(t *testing.T) {
	t.Parallel()
	header := func(operator, value string, headers ...string) world {
		return world{
			policies: []string{policy("p",
				fmt.Sprintf(`"if":[{"ifRequestHeaderExpression":{"headerName":"x-team","operator":%q,"value":%q}}]`, operator, value))},
			headers: map[string][]string{"X-Team": headers},
		}
	}
	checkRules(t, []rule{
		{name: "EqualsCaseSensitive", granted: header("EqualsCaseSensitive", "a", "a"), denied: header("EqualsCaseSensitive", "a", "A")},
		{name: "EqualsCaseInsensitive", granted: header("EqualsCaseInsensitive", "a", "A"), denied: header("EqualsCaseInsensitive", "a", "ab")},
		{name: "NotEqualsCaseSensitive", granted: header("NotEqualsCaseSensitive", "a", "A"), denied: header("NotEqualsCaseSensitive", "a", "a")},
		{
			name:    "NotEqualsCaseInsensitive",
			granted: header("NotEqualsCaseInsensitive", "a", "b"),
			denied:  header("NotEqualsCaseInsensitive", "a", "A"),
		},
		{
			name:    "ContainsCaseSensitive",
			granted: header("ContainsCaseSensitive", "b", "abc"),
			denied:  header("ContainsCaseSensitive", "b", "ABC"),
		},
		{
			name:    "NotPresentOrNotContainsCaseSensitive, if present",
			granted: header("NotPresentOrNotContainsCaseSensitive", "b", "ABC"),
			denied:  header("NotPresentOrNotContainsCaseSensitive", "b", "abc"),
		},
		{
			name:    "NotPresentOrNotContainsCaseSensitive, if absent",
			granted: header("NotPresentOrNotContainsCaseSensitive", "b"),
			denied:  header("ContainsCaseSensitive", "b"),
		},
		{name: "NotPresent", granted: header("NotPresent", ""), denied: header("NotPresent", "", "a")},
		{name: "InCaseInsensitive", granted: header("InCaseInsensitive", "a, b", "B"), denied: header("InCaseInsensitive", "a, b", "a, b")},
		{name: "Undefined doesn't hold", granted: header("EqualsCaseSensitive", "a", "a"), denied: header("Undefined", "a", "a")},
		{
			name:    "NotEqualsCaseSensitive needs the header",
			granted: header("NotEqualsCaseSensitive", "a", "b"),
			denied:  header("NotEqualsCaseSensitive", "a"),
		},
		{
			name:    "NotEqualsCaseInsensitive needs the header",
			granted: header("NotEqualsCaseInsensitive", "a", "b"),
			denied:  header("NotEqualsCaseInsensitive", "a"),
		},
		{
			name:    "one of several values must satisfy an operator",
			granted: header("EqualsCaseSensitive", "a", "b", "a"),
			denied:  header("EqualsCaseSensitive", "a", "b", "c"),
		},
		{
			name:    "all values must satisfy a Not operator",
			granted: header("NotEqualsCaseSensitive", "a", "b", "c"),
			denied:  header("NotEqualsCaseSensitive", "a", "b", "a"),
		},
	})
}

func TestRequestConditionRules(t *testing.T) {
	t.Parallel()
	conditions := func(text string) world {
		return world{policies: []string{policy("p", `"if":[`+text+`]`)}}
	}
	header := func(name, headerName string) world {
		w := conditions(`{"ifRequestHeaderExpression":{"headerName":"` + name + `","operator":"EqualsCaseSensitive","value":"a"}}`)
		w.headers = map[string][]string{headerName: {"a"}}
		return w
	}
	claim := func(expression string, c entitlement.Claim) world {
		w := conditions(`{"ifIdentityClaimExpression":{"claimType":"desk","operator":"EqualsCaseSensitive","value":"fx"` + expression + `}}`)
		w.claims = []entitlement.Claim{{Type: "other", Value: "other"}, c}
		return w
	}
	fx := entitlement.Claim{Type: "desk", Value: "fx", ValueType: "string", Issuer: "okta", OriginalIssuer: "ad"}
	scope := func(scopes ...string) world {
		w := conditions(`{"ifIdentityScopeExpression":{"scopeName":"profile"}}`)
		w.scopes = scopes
		return w
	}
	via := func(code, operator string, codes ...string) world {
		w := conditions(fmt.Sprintf(`{"ifViaApiExpression":{"apiFeatureCodes":["api-other",%q],"operator":%q}}`, code, operator))
		w.via = codes
		return w
	}
	two := func(scopes ...string) world {
		w := conditions(`{"ifIdentityScopeExpression":{"scopeName":"profile"}},{"ifIdentityScopeExpression":{"scopeName":"email"}}`)
		w.scopes = scopes
		return w
	}
	one := func(via ...string) world {
		w := conditions(`{"ifIdentityScopeExpression":{"scopeName":"profile"},"ifViaApiExpression":{"apiFeatureCodes":["api-x"],"operator":"In"}}`)
		w.scopes, w.via = []string{"profile"}, via
		return w
	}
	onFeature := func(scopes ...string) world {
		return world{
			policies: []string{policy("p", selectors(feature("api-x")), `"if":[{"ifIdentityScopeExpression":{"scopeName":"profile"}}]`)},
			scopes:   scopes,
			request:  askFeature("api-x"),
		}
	}
	checkRules(t, []rule{
		{
			name:    "the comparison of header names ignores case",
			granted: header("organisation.team", "Organisation.Team"),
			denied:  header("organisation.team", "Organisation.Teams"),
		},
		{name: "a claim must have the type and the value", granted: claim("", fx), denied: claim("", entitlement.Claim{Type: "desk", Value: "rates"})},
		{name: "claims of other types are ignored", granted: claim("", fx), denied: claim("", entitlement.Claim{Type: "Desk", Value: "fx"})},
		{name: "a claim must have the value type", granted: claim(`,"claimValueType":"string"`, fx), denied: claim(`,"claimValueType":"int"`, fx)},
		{name: "a claim must have the issuer", granted: claim(`,"claimIssuer":"okta"`, fx), denied: claim(`,"claimIssuer":"ad"`, fx)},
		{
			name:    "a claim must have the original issuer",
			granted: claim(`,"claimOriginalIssuer":"ad"`, fx),
			denied:  claim(`,"claimOriginalIssuer":"okta"`, fx),
		},
		{
			name:    "null parts of a claim condition match everything",
			granted: claim(`,"claimValueType":null,"claimIssuer":null,"claimOriginalIssuer":null`, fx),
			denied:  claim(`,"claimValueType":"","claimIssuer":null,"claimOriginalIssuer":null`, fx),
		},
		{name: "the token must have the scope", granted: scope("openid", "profile"), denied: scope("openid", "Profile")},
		{
			name:    "the request must come through one of the features",
			granted: via("api-x", "In", "api-y", "api-x"),
			denied:  via("api-x", "In", "api-y"),
		},
		{
			name:    "feature codes may end with a star",
			granted: via("api-portfolios-*", "In", "api-portfolios-listportfolios"),
			denied:  via("api-portfolios-*", "In", "api-instruments-listinstruments"),
		},
		{
			name:    "with a Not operator, the request must come through none of the features",
			granted: via("api-x", "NotIn", "api-y"),
			denied:  via("api-x", "notin", "api-y", "api-x"),
		},
		{name: "a request may come through no feature", granted: via("api-x", "NotIn"), denied: via("api-x", "In")},
		{name: "all entries of if must hold", granted: two("profile", "email"), denied: two("profile")},
		{name: "all conditions of one entry must hold", granted: one("api-x"), denied: one("api-y")},
		{name: "if applies to a request for a feature", granted: onFeature("profile"), denied: onFeature("email")},
	})
}
