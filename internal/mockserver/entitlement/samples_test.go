package entitlement_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestSamples evaluates each published document, with a request that it allows and a request that it
// denies.
func TestSamples(t *testing.T) {
	t.Parallel()
	// alone has only a policy of the samples. beside also has a policy that allows everything on
	// portfolios, so that a Deny has an effect.
	alone := func(file, now, request string) world {
		return world{policies: []string{sample(t, file)}, now: now, request: request}
	}
	beside := func(file, request string) world {
		return world{policies: []string{sample(t, file), policy("everything")}, request: request}
	}
	headers := func(w world, group string) world {
		w.headers = map[string][]string{"organisation.specific.group.header": {group}}
		return w
	}
	const in2017 = `"fromEffectiveDate":"2017-01-01T00:00:00Z"`
	managed := func(value string) string {
		return `{"request":{"action":{"scope":"default","activity":"Read","entityCode":"Portfolio"}},"resource":{"id":{},"metadata":{"IsExternallyManaged":[{"value":"` + value + `"}]}}}`
	}
	userRole := func(code string) world {
		return world{policies: []string{policy(code)}, roles: []string{}, userRole: resource(t, "userrole-1.json")}
	}
	collected := func(code string) world {
		return world{
			policies:    []string{policy(code)},
			roles:       []string{role("analyst", 1, collections("allow-portfolio-access"))},
			collections: []string{sample(t, "collection-1.json")},
		}
	}
	manager := func(now string) world {
		return world{
			policies: []string{policy("official-portfolios-read-only")},
			roles:    []string{sample(t, "role-1.json")},
			holds:    []string{"portfolio-manager-role"},
			now:      now,
		}
	}
	supervised := func(code string) world {
		return world{
			policies: []string{policy("p")},
			roles:    []string{sample(t, "role-2-supervisor.json"), role(code, 1, policies("p"), `"scope":"support"`)},
			holds:    []string{"a_role_code"},
		}
	}
	listInstruments := request(t, "evaluate-1.json")
	samples := []rule{
		{
			name:    "policy-1-feature-list-instruments.json",
			granted: alone("policy-1-feature-list-instruments.json", wednesday, listInstruments),
			denied:  alone("policy-1-feature-list-instruments.json", "2023-12-31T00:00:00Z", listInstruments),
		},
		{
			name:    "policy-2-data-read-instruments.json",
			granted: alone("policy-2-data-read-instruments.json", wednesday, ask("List", "Instrument", `"scope":"default","code":"CCY_GBP"`)),
			denied:  alone("policy-2-data-read-instruments.json", wednesday, ask("Delete", "Instrument", `"scope":"default","code":"CCY_GBP"`)),
		},
		{
			name: "policy-3-portfolio-scope.json",
			granted: headers(alone("policy-3-portfolio-scope.json", "2019-01-01T00:00:00Z", ask("Aggregate", "Portfolio", portfolioID, in2017)),
				"Special-Group"),
			denied: headers(alone("policy-3-portfolio-scope.json", "2019-01-01T00:00:00Z", ask("Aggregate", "Portfolio", portfolioID, in2017)),
				"other"),
		},
		{
			name: "policy-4-rolling.json",
			granted: alone("policy-4-rolling.json", "2021-06-10T12:00:00Z",
				ask("Read", "Portfolio", portfolioID, effective("2021-06-03T12:00:00Z"))),
			denied: alone("policy-4-rolling.json", "2021-06-10T12:00:00Z",
				ask("Read", "Portfolio", portfolioID, effective("2021-06-04T12:00:00Z"))),
		},
		{
			name:    "policy-5-metadata-deny.json",
			granted: beside("policy-5-metadata-deny.json", managed("false")),
			denied:  beside("policy-5-metadata-deny.json", managed("true")),
		},
		{
			name:    "policy-6-drive-luminesce.json",
			granted: alone("policy-6-drive-luminesce.json", wednesday, ask("Read", "Folder", `"path":"/","name":"exports"`)),
			denied:  alone("policy-6-drive-luminesce.json", wednesday, ask("Read", "Folder", `"path":"/","name":"imports"`)),
		},
		{
			name: "policy-7-lock-period.json",
			granted: beside("policy-7-lock-period.json",
				ask("Update", "Portfolio", `"scope":"ibor","code":"main"`, effective("2022-04-02T00:00:00Z"))),
			denied: beside("policy-7-lock-period.json",
				ask("Update", "Portfolio", `"scope":"ibor","code":"main"`, effective("2022-03-31T00:00:00Z"))),
		},
		{
			name: "policy-8-delegation.json",
			granted: world{
				policies: []string{sample(t, "policy-8-delegation.json"), policy("target")},
				roles:    []string{role("analyst", 1, policies("delegated-admin"))},
				now:      "2024-09-01T00:00:00Z",
				request:  ask("Update", "Policy", `"scope":"default","code":"target"`),
			},
			denied: world{
				policies: []string{sample(t, "policy-8-delegation.json"), policy("target", selectors(matchAll("Read", "Instrument")))},
				roles:    []string{role("analyst", 1, policies("delegated-admin"))},
				now:      "2024-09-01T00:00:00Z",
				request:  ask("Update", "Policy", `"scope":"default","code":"target"`),
			},
		},
		{name: "collection-1.json", granted: collected("data-read-portfolios-quotes-us"), denied: collected("data-read-portfolios-quotes-uk")},
		{name: "role-1.json", granted: manager(wednesday), denied: manager("2021-08-31T17:00:00Z")},
		{name: "role-2-supervisor.json", granted: supervised("support-iam-readonly"), denied: supervised("support-iam-administrator")},
		{name: "userrole-1.json", granted: userRole("test-policy"), denied: userRole("other-policy")},
		{
			name:    "evaluate-1.json",
			granted: world{policies: []string{policy("p", selectors(feature("api-instruments-*")))}, request: listInstruments},
			denied:  world{policies: []string{policy("p", selectors(feature("api-portfolios-*")))}, request: listInstruments},
		},
		{
			name: "template-1.json",
			granted: world{
				policies: []string{policy("p", selectors(templated(t)))},
				request:  ask("Read", "Portfolio", `"scope":"Finbourne-Examples"`),
			},
			denied: world{policies: []string{policy("p", selectors(templated(t)))}, request: ask("Read", "Portfolio", `"scope":"other"`)},
		},
	}
	checkRules(t, samples)

	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) != len(samples) {
		t.Errorf("got %d evaluated samples, want %d: %v", len(samples), len(files), err)
	}
}

func sample(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// request returns the only request of an evaluation.
func request(t *testing.T, file string) string {
	t.Helper()
	requests := parse[map[string]json.RawMessage](t, sample(t, file))
	return string(requests["k1"])
}

// resource returns the resource of a role.
func resource(t *testing.T, file string) string {
	t.Helper()
	return string(parse[struct{ Resource json.RawMessage }](t, sample(t, file)).Resource)
}

// templated returns the selector of the template.
func templated(t *testing.T) string {
	t.Helper()
	template := parse[struct {
		TemplatedSelectors []struct{ Selector json.RawMessage }
	}](t, sample(t, "template-1.json"))
	return string(template.TemplatedSelectors[0].Selector)
}
