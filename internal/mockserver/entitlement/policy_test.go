package entitlement_test

import "testing"

func TestPolicyRules(t *testing.T) {
	t.Parallel()
	when := func(period, now string) world {
		return world{policies: []string{policy("p", `"when":{`+period+`}`)}, now: now}
	}
	period := `"activate":"2024-01-01T00:00:00.0000000+00:00","deactivate":"2024-06-01T02:00:00.0000000+02:00"`
	applications := func(list, application string) world {
		return world{policies: []string{policy("p", `"applications":`+list)}, application: application}
	}
	mixed := policy("p", selectors(feature("api-portfolios-listportfolios"), matchAll("Read", "Portfolio")),
		`"for":[{"effectiveRange":{"from":"2030-01-01T00:00:00Z"}}]`)
	checkRules(t, []rule{
		{
			name:    "a policy is active from its activate date",
			granted: when(period, "2024-01-01T00:00:00Z"),
			denied:  when(period, "2023-12-31T23:59:59.9999999Z"),
		},
		{
			name:    "a policy is not active at its deactivate date",
			granted: when(period, "2024-05-31T23:59:59.9999999Z"),
			denied:  when(period, "2024-06-01T00:00:00Z"),
		},
		{
			name:    "a deactivate date in the year 9999 means never",
			granted: when(`"activate":"0001-01-01T00:00:00Z","deactivate":"9999-01-01T00:00:00Z"`, "9999-12-31T00:00:00Z"),
			denied:  when(`"activate":"0001-01-01T00:00:00Z","deactivate":"9998-12-31T23:59:59Z"`, "9999-12-31T00:00:00Z"),
		},
		{
			name:    "a policy without a deactivate date has no end",
			granted: when(`"activate":"2024-01-01T00:00:00Z","deactivate":null`, "2999-01-01T00:00:00Z"),
			denied:  when(`"activate":"2024-01-01T00:00:00Z","deactivate":"2024-01-02T00:00:00Z"`, "2999-01-01T00:00:00Z"),
		},
		{
			name:    "a policy applies to its applications",
			granted: applications(`["Drive","lusid"]`, "LUSID"),
			denied:  applications(`["Drive","Honeycomb"]`, "LUSID"),
		},
		{
			name:    "a policy with an empty list of applications applies to all applications",
			granted: applications(`[]`, "LUSID"),
			denied:  applications(`["Drive"]`, "LUSID"),
		},
		{
			name:    "a policy with null applications applies to all applications",
			granted: applications(`null`, "LUSID"),
			denied:  applications(`["Drive"]`, "LUSID"),
		},
		{
			name:    "a request without an application matches every application",
			granted: applications(`["Drive"]`, ""),
			denied:  applications(`["Drive"]`, "LUSID"),
		},
		{
			name:    "a policy applies if one of its selectors matches",
			granted: world{policies: []string{policy("p", selectors(matchAll("Any", "Quote"), matchAll("Any", "Portfolio")))}},
			denied:  world{policies: []string{policy("p", selectors(matchAll("Any", "Quote"), matchAll("Any", "Instrument")))}},
		},
		{
			name:    "a policy without selectors covers nothing",
			granted: world{policies: []string{policy("p", selectors(matchAll("Any", "Portfolio")))}},
			denied:  world{policies: []string{policy("p", selectors())}},
		},
		{
			name:    "for is ignored in a request for a feature",
			granted: world{policies: []string{mixed}, request: askFeature("api-portfolios-listportfolios")},
			denied:  world{policies: []string{mixed}, request: read},
		},
		{
			name:    "a Deny policy does not apply if its conditions don't hold",
			granted: world{policies: []string{policy("a"), policy("d", deny, `"if":[{"ifIdentityScopeExpression":{"scopeName":"openid"}}]`)}},
			denied: world{
				policies: []string{policy("a"), policy("d", deny, `"if":[{"ifIdentityScopeExpression":{"scopeName":"openid"}}]`)},
				scopes:   []string{"openid"},
			},
		},
	})
}
