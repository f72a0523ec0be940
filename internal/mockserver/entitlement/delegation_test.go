package entitlement_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestDelegationRules has a user read the policy "target" with the help of a policy selector.
func TestDelegationRules(t *testing.T) {
	t.Parallel()
	policySelector := func(identity, restrictions string, activity string) string {
		return fmt.Sprintf(`{"policySelectorDefinition":{"identityRestriction":%s,"restrictionSelectors":%s,"actions":[%s]}}`,
			identity, restrictions, action("default", activity, "Policy"))
	}
	readTarget := ask("Read", "Policy", `"scope":"default","code":"target"`)
	delegates := func(identity, restrictions, target string) world {
		w := world{
			policies: []string{policy("delegates", selectors(policySelector(identity, restrictions, "Read")))},
			roles:    []string{role("analyst", 1, policies("delegates"))},
			request:  readTarget,
		}
		if target != "" {
			w.policies = append(w.policies, policy("target", selectors(target)))
		}
		return w
	}
	within := func(limit, selector string) world { return delegates(`null`, `[`+limit+`]`, selector) }
	metadata := func(expressions string) string {
		return `{"metadataSelectorDefinition":{"expressions":[` + expressions + `],"actions":[` + action("default", "Read", "Portfolio") + `]}}`
	}
	a, b := `{"metadataKey":"a","operator":"Equals","textValue":"1"}`, `{"metadataKey":"b","operator":"Equals","textValue":"1"}`
	anyTarget := matchAll("Any", "Portfolio")
	otherAction := delegates(`null`, `null`, anyTarget)
	otherAction.request = ask("Delete", "Policy", `"scope":"default","code":"target"`)
	checkRules(t, []rule{
		{name: "a policy selector needs a matching action", granted: delegates(`null`, `null`, anyTarget), denied: otherAction},
		{
			name:    "the identity restriction must match",
			granted: delegates(`{"code":"tar*"}`, `null`, anyTarget),
			denied:  delegates(`{"code":"other"}`, `null`, anyTarget),
		},
		{name: "without restriction selectors the policy may be missing", granted: delegates(`null`, `[]`, ""), denied: within(anyTarget, "")},
		{
			name:    "a match-all restriction covers its actions on all objects",
			granted: within(anyTarget, byID(`"scope":"x"`, "Read", "Portfolio")),
			denied:  within(anyTarget, byID(`"scope":"x"`, "Read", "Quote")),
		},
		{
			name:    "Any of the restriction covers every activity, and no activity covers Any",
			granted: within(matchAll("Any", "Portfolio"), matchAll("Read", "Portfolio")),
			denied:  within(matchAll("Read", "Portfolio"), matchAll("Any", "Portfolio")),
		},
		{
			name:    "each selector of the policy must be within the restriction",
			granted: within(anyTarget, anyTarget+","+matchAll("Read", "Portfolio")),
			denied:  within(anyTarget, anyTarget+","+matchAll("Read", "Quote")),
		},
		{
			name:    "the restriction selectors apply together",
			granted: within(matchAll("Read", "Portfolio")+","+matchAll("Read", "Quote"), matchAll("Read", "Quote")+","+matchAll("Read", "Portfolio")),
			denied:  within(matchAll("Read", "Portfolio")+","+matchAll("List", "Quote"), matchAll("Read", "Quote")),
		},
		{
			name:    "an ID selector is within an equal or wider ID restriction",
			granted: within(byID(`"scope":"of*"`, "Read", "Portfolio"), byID(`"scope":"official*","code":"x"`, "Read", "Portfolio")),
			denied:  within(byID(`"scope":"of*"`, "Read", "Portfolio"), byID(`"scope":"o*"`, "Read", "Portfolio")),
		},
		{
			name:    "an ID selector must have all parts of the restriction",
			granted: within(byID(`"scope":"*"`, "Read", "Portfolio"), byID(`"code":"x"`, "Read", "Portfolio")),
			denied:  within(byID(`"scope":"x"`, "Read", "Portfolio"), byID(`"code":"x","scope":null`, "Read", "Portfolio")),
		},
		{
			name: "each kind of a selector with two kinds must be within the restriction",
			granted: within(byID(`"scope":"x"`, "Any", "Portfolio")+","+anyTarget,
				twoKinds(byID(`"scope":"x"`, "Read", "Portfolio"), matchAll("Read", "Portfolio"))),
			denied: within(byID(`"scope":"x"`, "Any", "Portfolio"),
				twoKinds(byID(`"scope":"x"`, "Read", "Portfolio"), matchAll("Read", "Portfolio"))),
		},
		{
			name:    "a match-all selector is not within an ID restriction",
			granted: within(anyTarget, matchAll("Read", "Portfolio")),
			denied:  within(byID(`"scope":"x"`, "Read", "Portfolio"), matchAll("Read", "Portfolio")),
		},
		{
			name:    "a metadata selector is within a restriction with some of its expressions",
			granted: within(metadata(a), metadata(a+","+b)),
			denied:  within(metadata(a+","+b), metadata(a)),
		},
		{
			name: "a policy selector is within a wider policy selector",
			granted: within(policySelector(`{"code":"a*"}`, `[`+anyTarget+`]`, "Read"),
				policySelector(`{"code":"ab"}`, `[`+matchAll("Read", "Portfolio")+`]`, "Read")),
			denied: within(policySelector(`{"code":"a*"}`, `[`+anyTarget+`]`, "Read"),
				policySelector(`{"code":"b"}`, `[`+matchAll("Read", "Portfolio")+`]`, "Read")),
		},
		{
			name:    "the restriction selectors of a policy selector must be within those of the restriction",
			granted: within(policySelector(`null`, `[`+anyTarget+`]`, "Read"), policySelector(`null`, `[`+matchAll("Read", "Portfolio")+`]`, "Read")),
			denied:  within(policySelector(`null`, `[`+anyTarget+`]`, "Read"), policySelector(`null`, `[`+matchAll("Read", "Quote")+`]`, "Read")),
		},
		{
			name:    "a policy selector without restriction selectors is the widest",
			granted: within(policySelector(`null`, `[]`, "Read"), policySelector(`null`, `[]`, "Read")),
			denied:  within(policySelector(`null`, `[`+anyTarget+`]`, "Read"), policySelector(`null`, `[]`, "Read")),
		},
	})
}

// twoKinds merges two selectors into one with both kinds.
func twoKinds(a, b string) string {
	return strings.TrimSuffix(a, "}") + "," + strings.TrimPrefix(b, "{")
}
