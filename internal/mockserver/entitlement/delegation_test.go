package entitlement_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestDelegationRules has a user read the policy "target" by way of a policy selector.
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
		{name: "a policy selector needs its own action", granted: delegates(`null`, `null`, anyTarget), denied: otherAction},
		{
			name:    "the identity restriction must match",
			granted: delegates(`{"code":"tar*"}`, `null`, anyTarget),
			denied:  delegates(`{"code":"other"}`, `null`, anyTarget),
		},
		{name: "without restriction selectors the policy may be missing", granted: delegates(`null`, `[]`, ""), denied: within(anyTarget, "")},
		{
			name:    "match all covers its actions on all objects",
			granted: within(anyTarget, byID(`"scope":"x"`, "Read", "Portfolio")),
			denied:  within(anyTarget, byID(`"scope":"x"`, "Read", "Quote")),
		},
		{
			name:    "Any of the restriction covers every activity, and no activity covers Any",
			granted: within(matchAll("Any", "Portfolio"), matchAll("Read", "Portfolio")),
			denied:  within(matchAll("Read", "Portfolio"), matchAll("Any", "Portfolio")),
		},
		{
			name:    "each selector of the policy must stay within",
			granted: within(anyTarget, anyTarget+","+matchAll("Read", "Portfolio")),
			denied:  within(anyTarget, anyTarget+","+matchAll("Read", "Quote")),
		},
		{
			name:    "the restriction selectors count together",
			granted: within(matchAll("Read", "Portfolio")+","+matchAll("Read", "Quote"), matchAll("Read", "Quote")+","+matchAll("Read", "Portfolio")),
			denied:  within(matchAll("Read", "Portfolio")+","+matchAll("List", "Quote"), matchAll("Read", "Quote")),
		},
		{
			name:    "an id stays within an equal or wider id",
			granted: within(byID(`"scope":"of*"`, "Read", "Portfolio"), byID(`"scope":"official*","code":"x"`, "Read", "Portfolio")),
			denied:  within(byID(`"scope":"of*"`, "Read", "Portfolio"), byID(`"scope":"o*"`, "Read", "Portfolio")),
		},
		{
			name:    "an id without a part of the restriction is too wide",
			granted: within(byID(`"scope":"*"`, "Read", "Portfolio"), byID(`"code":"x"`, "Read", "Portfolio")),
			denied:  within(byID(`"scope":"x"`, "Read", "Portfolio"), byID(`"code":"x","scope":null`, "Read", "Portfolio")),
		},
		{
			name: "each kind of a selector of two kinds must stay within",
			granted: within(byID(`"scope":"x"`, "Any", "Portfolio")+","+anyTarget,
				twoKinds(byID(`"scope":"x"`, "Read", "Portfolio"), matchAll("Read", "Portfolio"))),
			denied: within(byID(`"scope":"x"`, "Any", "Portfolio"),
				twoKinds(byID(`"scope":"x"`, "Read", "Portfolio"), matchAll("Read", "Portfolio"))),
		},
		{
			name:    "match all doesn't stay within an id",
			granted: within(anyTarget, matchAll("Read", "Portfolio")),
			denied:  within(byID(`"scope":"x"`, "Read", "Portfolio"), matchAll("Read", "Portfolio")),
		},
		{
			name:    "metadata stays within fewer of its expressions",
			granted: within(metadata(a), metadata(a+","+b)),
			denied:  within(metadata(a+","+b), metadata(a)),
		},
		{
			name: "delegation stays within wider delegation",
			granted: within(policySelector(`{"code":"a*"}`, `[`+anyTarget+`]`, "Read"),
				policySelector(`{"code":"ab"}`, `[`+matchAll("Read", "Portfolio")+`]`, "Read")),
			denied: within(policySelector(`{"code":"a*"}`, `[`+anyTarget+`]`, "Read"),
				policySelector(`{"code":"b"}`, `[`+matchAll("Read", "Portfolio")+`]`, "Read")),
		},
		{
			name:    "delegation stays within the restriction selectors of delegation",
			granted: within(policySelector(`null`, `[`+anyTarget+`]`, "Read"), policySelector(`null`, `[`+matchAll("Read", "Portfolio")+`]`, "Read")),
			denied:  within(policySelector(`null`, `[`+anyTarget+`]`, "Read"), policySelector(`null`, `[`+matchAll("Read", "Quote")+`]`, "Read")),
		},
		{
			name:    "delegation without restriction selectors is the widest",
			granted: within(policySelector(`null`, `[]`, "Read"), policySelector(`null`, `[]`, "Read")),
			denied:  within(policySelector(`null`, `[`+anyTarget+`]`, "Read"), policySelector(`null`, `[]`, "Read")),
		},
	})
}

// twoKinds is one selector with the kinds of two.
func twoKinds(a, b string) string {
	return strings.TrimSuffix(a, "}") + "," + strings.TrimPrefix(b, "{")
}
