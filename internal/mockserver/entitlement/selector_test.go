package entitlement_test

import (
	"fmt"
	"testing"
)

func TestSelectorRules(t *testing.T) {
	t.Parallel()
	covers := func(selector, request string) world {
		return world{policies: []string{policy("p", selectors(selector))}, request: request}
	}
	portfolio := func(identifier, requested string) world {
		return covers(byID(identifier, "Read", "Portfolio"), ask("Read", "Portfolio", requested))
	}
	official := `"scope":"official","code":"main"`
	checkRules(t, []rule{
		{
			name:    "the activity must be equal",
			granted: covers(matchAll("Read", "Portfolio"), ask("Read", "Portfolio", official)),
			denied:  covers(matchAll("Read", "Portfolio"), ask("Update", "Portfolio", official)),
		},
		{
			name:    "the comparison of activities ignores case",
			granted: covers(matchAll("read", "Portfolio"), ask("READ", "Portfolio", official)),
			denied:  covers(matchAll("read", "Portfolio"), ask("READS", "Portfolio", official)),
		},
		{
			name:    "the activity Any of a selector matches every activity",
			granted: covers(matchAll("Any", "Portfolio"), ask("Upsert", "Portfolio", official)),
			denied:  covers(matchAll("Many", "Portfolio"), ask("Upsert", "Portfolio", official)),
		},
		{
			name:    "a request with the activity Any needs a selector with Any",
			granted: covers(matchAll("Any", "Portfolio"), ask("Any", "Portfolio", official)),
			denied:  covers(matchAll("Read", "Portfolio"), ask("Any", "Portfolio", official)),
		},
		{
			name:    "the entity must be equal, including case",
			granted: covers(matchAll("Read", "Portfolio"), ask("Read", "Portfolio", official)),
			denied:  covers(matchAll("Read", "portfolio"), ask("Read", "Portfolio", official)),
		},
		{
			name:    "the scope of the action must be equal, including case",
			granted: covers(feature("api-x"), askFeature("api-x")),
			denied: covers(fmt.Sprintf(`{"idSelectorDefinition":{"identifier":{"code":"api-x"},"actions":[%s]}}`,
				action("lusid", "Execute", "Feature")),
				askFeature("api-x")),
		},
		{
			name: "one action of a selector must match",
			granted: covers(fmt.Sprintf(`{"matchAllSelectorDefinition":{"actions":[%s,%s]}}`,
				action("default", "List", "Portfolio"), action("default", "Read", "Portfolio")),
				ask("Read", "Portfolio", official)),
			denied: covers(fmt.Sprintf(`{"matchAllSelectorDefinition":{"actions":[%s,%s]}}`,
				action("default", "List", "Portfolio"), action("default", "Read", "Quote")),
				ask("Read", "Portfolio", official)),
		},
		{
			name:    "an ID selector needs a matching action",
			granted: covers(byID(`"code":"*"`, "Read", "Portfolio"), ask("Read", "Portfolio", official)),
			denied:  covers(byID(`"code":"*"`, "List", "Portfolio"), ask("Read", "Portfolio", official)),
		},
		{
			name:    "every part of the identifier must match",
			granted: portfolio(`"scope":"official","code":"main"`, official),
			denied:  portfolio(`"scope":"official","code":"other"`, official),
		},
		{
			name:    "a missing part of the selector matches everything",
			granted: portfolio(`"scope":"official"`, official),
			denied:  portfolio(`"scope":"other"`, official),
		},
		{
			name:    "a null part of the selector matches everything",
			granted: portfolio(`"scope":"official","code":null`, official),
			denied:  portfolio(`"scope":"official","code":""`, official),
		},
		{
			name:    "identifiers are case-sensitive",
			granted: covers(feature("api-instruments-listinstruments"), askFeature("api-instruments-listinstruments")),
			denied:  covers(feature("api-Instruments-ListInstruments"), askFeature("api-instruments-listinstruments")),
		},
		{
			name:    "a single star matches every value",
			granted: portfolio(`"scope":"*","code":"*"`, official),
			denied:  portfolio(`"scope":"*","code":"other"`, official),
		},
		{
			name:    "a star at the end is a wildcard",
			granted: portfolio(`"scope":"offi*","code":"main*"`, official),
			denied:  portfolio(`"scope":"official2*"`, official),
		},
		{
			name:    "a star elsewhere is an ordinary character",
			granted: portfolio(`"scope":"o*l"`, `"scope":"o*l"`),
			denied:  portfolio(`"scope":"o*l"`, official),
		},
		{
			name:    "an object without a part matches only a single star",
			granted: portfolio(`"scope":"official","code":"*"`, `"scope":"official"`),
			denied:  portfolio(`"scope":"official","code":"m*"`, `"scope":"official"`),
		},
		{
			name:    "an empty value matches only an empty value",
			granted: portfolio(`"code":""`, `"code":""`),
			denied:  portfolio(`"code":""`, `"scope":"official"`),
		},
		{
			name: "a selector with several kinds matches if its first kind matches",
			granted: covers(`{"idSelectorDefinition":{"identifier":{"scope":"official"},"actions":[`+action("default", "Read",
				"Portfolio")+`]},"matchAllSelectorDefinition":{"actions":[`+action("default", "Read", "Quote")+`]}}`,
				read),
			denied: covers(`{"idSelectorDefinition":{"identifier":{"scope":"other"},"actions":[`+action("default", "Read",
				"Portfolio")+`]},"matchAllSelectorDefinition":{"actions":[`+action("default", "Read", "Quote")+`]}}`,
				read),
		},
		{
			name: "a selector with several kinds matches if its second kind matches",
			granted: covers(`{"idSelectorDefinition":{"identifier":{"scope":"other"},"actions":[`+action("default", "Read",
				"Portfolio")+`]},"matchAllSelectorDefinition":{"actions":[`+action("default", "Read", "Portfolio")+`]}}`,
				read),
			denied: covers(`{"idSelectorDefinition":{"identifier":{"scope":"other"},"actions":[`+action("default", "Read",
				"Portfolio")+`]},"matchAllSelectorDefinition":{"actions":[]}}`,
				read),
		},
		{
			name:    "a selector without a known kind matches nothing",
			granted: covers(matchAll("Read", "Portfolio"), read),
			denied:  covers(`{}`, read),
		},
	})
}

func TestMetadataRules(t *testing.T) {
	t.Parallel()
	covers := func(expressions, metadata string) world {
		selector := `{"metadataSelectorDefinition":{"expressions":[` + expressions + `],"actions":[` + action("default", "Read",
			"Portfolio") + `]}}`
		request := `{"request":{"action":{"scope":"default","activity":"Read","entityCode":"Portfolio"}},"resource":{"id":{},"metadata":` + metadata + `}}`
		return world{policies: []string{policy("p", selectors(selector))}, request: request}
	}
	expression := func(operator, value string) string {
		return fmt.Sprintf(`{"metadataKey":"level","operator":%q,"textValue":%s}`, operator, value)
	}
	level := func(value string) string { return `{"level":[{"provider":"p","value":"` + value + `"}]}` }
	compare := func(operator, value, actual string) world {
		return covers(expression(operator, `"`+value+`"`), level(actual))
	}
	otherAction := world{policies: []string{policy("p",
		selectors(`{"metadataSelectorDefinition":{"expressions":[],"actions":[`+action("default", "List", "Portfolio")+`]}}`))}}
	sameAction := world{policies: []string{policy("p",
		selectors(`{"metadataSelectorDefinition":{"expressions":[],"actions":[`+action("default", "Read", "Portfolio")+`]}}`))}}
	checkRules(t, []rule{
		{name: "a metadata selector needs a matching action", granted: sameAction, denied: otherAction},
		{name: "Equals", granted: compare("Equals", "a", "a"), denied: compare("Equals", "a", "A")},
		{name: "NotEquals", granted: compare("NotEquals", "a", "A"), denied: compare("NotEquals", "a", "a")},
		{name: "GreaterThan", granted: compare("GreaterThan", "b", "c"), denied: compare("GreaterThan", "b", "b")},
		{name: "GreaterThanOrEqualTo", granted: compare("GreaterThanOrEqualTo", "b", "b"), denied: compare("GreaterThanOrEqualTo", "b", "a")},
		{name: "LessThan", granted: compare("LessThan", "b", "a"), denied: compare("LessThan", "b", "b")},
		{name: "LessThanOrEqualTo", granted: compare("LessThanOrEqualTo", "b", "b"), denied: compare("LessThanOrEqualTo", "b", "c")},
		{name: "numbers are compared as numbers", granted: compare("GreaterThan", "9", "10"), denied: compare("LessThan", "9", "10")},
		{name: "a number and a text are compared as texts", granted: compare("LessThan", "9a", "10"), denied: compare("GreaterThan", "9a", "10")},
		{name: "In has a list separated by commas", granted: compare("In", "a, b", "b"), denied: compare("In", "a, b", "a, b")},
		{name: "In is case-sensitive", granted: compare("In", "a,b", "a"), denied: compare("In", "a,b", "A")},
		{name: "Undefined never holds", granted: compare("Equals", "a", "a"), denied: compare("Undefined", "a", "a")},
		{
			name:    "all expressions must hold",
			granted: covers(expression("GreaterThan", `"1"`)+","+expression("LessThan", `"3"`), level("2")),
			denied:  covers(expression("GreaterThan", `"1"`)+","+expression("LessThan", `"3"`), level("3")),
		},
		{
			name:    "one of several values must satisfy an expression",
			granted: covers(expression("Equals", `"a"`), `{"level":[{"value":"b"},{"value":"a"}]}`),
			denied:  covers(expression("Equals", `"a"`), `{"level":[{"value":"b"},{"value":"c"}]}`),
		},
		{
			name:    "NotEquals holds if all of several values differ",
			granted: covers(expression("NotEquals", `"a"`), `{"level":[{"value":"b"},{"value":"c"}]}`),
			denied:  covers(expression("NotEquals", `"a"`), `{"level":[{"value":"b"},{"value":"a"}]}`),
		},
		{
			name:    "an absent key satisfies only NotEquals",
			granted: covers(expression("NotEquals", `"a"`), `{"other":[{"value":"a"}]}`),
			denied:  covers(expression("LessThan", `"a"`), `{"other":[{"value":"a"}]}`),
		},
		{
			name:    "keys are case-sensitive",
			granted: covers(expression("Equals", `"a"`), `{"level":[{"value":"a"}]}`),
			denied:  covers(expression("Equals", `"a"`), `{"Level":[{"value":"a"}]}`),
		},
		{
			name:    "a null value is an empty text",
			granted: covers(expression("Equals", `null`), `{"level":[{"value":null}]}`),
			denied:  covers(expression("Equals", `null`), `{"level":null}`),
		},
	})
}
