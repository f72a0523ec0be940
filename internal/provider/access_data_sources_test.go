package provider_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// analystSeed returns an analyst with a role and a personal access token.
func analystSeed() mockserver.Seed {
	return mockserver.Seed{
		Roles: []mockserver.Role{{Name: "analysts"}},
		Users: []mockserver.User{
			{Username: "analyst@acme.com", Password: "a-password-of-the-mock", Type: "Personal", Roles: []string{"analysts"}},
		},
		PersonalAccessTokens: []mockserver.PersonalAccessToken{{DisplayName: "test", Username: "analyst@acme.com", Key: "token-of-the-analyst"}},
	}
}

// mustRefuseData reads a data source without rights, and without credentials. It expects an error from each read.
func mustRefuseData(t *testing.T, d providertest.Domain, typeName string, config providertest.Object, attribute, summary string) {
	t.Helper()
	_, diags := d.NoRights(t).Data(typeName, config)
	diags.MustFail(t, attribute, summary, "HTTP 403", "lusid-administrator")
	_, diags = d.NotConfigured(t).Data(typeName, config)
	diags.MustFail(t, "", summary, "access_token will be known only after apply")
}

func TestAccessPolicyDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	config := providertest.AccessPolicyConfig(providertest.Object{"when": providertest.Object{"deactivate": "2030-01-01T00:00:00Z"}})
	made := p.Resource(providertest.AccessPolicyType).MustCreate(config)
	made = p.Resource(providertest.AccessPolicyType).MustRead(made)
	d.Forget()
	for _, config := range []providertest.Object{{"code": "list-instruments"}, {"code": "list-instruments", "scope": "default"}} {
		got := p.MustData(providertest.AccessPolicyType, config)
		for _, name := range []string{"id", "scope", "code", "description", "applications", "grant", "selectors", "date_conditions", "request_conditions", "when", "template_metadata"} {
			if !got.Attributes[name].Equal(made.Attributes[name]) {
				t.Errorf("%s is %s, want %s as in the resource", name, got.Get(name), made.Get(name))
			}
		}
		got.MustHave(t, map[string]string{"unmodelled": ""})
	}
	d.MustCount(t, map[string]int{"access.GetPolicy": 2})

	d.ChangePolicy(t, "list-instruments", providertest.JSONObject{"how": providertest.JSONObject{"type": "Mask"}, "description": nil, "applications": nil, "when": alwaysStored()})
	got, diags := p.Data(providertest.AccessPolicyType, providertest.Object{"code": "list-instruments"})
	diags.MustWarn(t, "", "Part of access policy default/list-instruments is left out", "how")
	got.MustHave(t, map[string]string{"unmodelled": "how", "description": "null", "applications": "", "when": "null"})

	const summary = "Unable to read access policy"
	_, diags = p.Data(providertest.AccessPolicyType, providertest.Object{"code": "missing", "scope": "support"})
	diags.MustFail(t, "code", summary, "The access policy support/missing could not be read", "HTTP 404")
	for code, part := range map[string]string{"page": "cannot read", "Page": "cannot read", "a/b": "3 to 100", "12345": "at least one letter"} {
		_, diags = p.Data(providertest.AccessPolicyType, providertest.Object{"code": code})
		diags.MustFail(t, "code", part)
	}
	_, diags = p.Data(providertest.AccessPolicyType, providertest.Object{"code": "abc", "scope": "a"})
	diags.MustFail(t, "scope", "3 to 100")
	mustRefuseData(t, d, providertest.AccessPolicyType, providertest.Object{"code": "list-instruments"}, "code", summary)
}

func TestAccessPoliciesDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	createPolicy(t, d, "z-last")
	createPolicy(t, d, "a-first")
	p := d.Protocol(t)
	d.Forget()
	rows := p.MustData("lusid_access_policies", providertest.Object{}).Rows(t, "policies")
	d.MustCount(t, map[string]int{"access.ListPolicies": 1})
	codes := providertest.Column(rows, "code")
	if codes[0] != "a-first" || codes[len(codes)-1] != "z-last" {
		t.Errorf("got the codes %q, want a-first first and z-last last", codes)
	}
	one := p.MustData(providertest.AccessPolicyType, providertest.Object{"code": "a-first"})
	if names := rows[0].Differences(one); names != nil {
		t.Errorf("the singular and the plural data source differ in %s, want no difference", names)
	}
	if rows := p.MustData("lusid_access_policies", providertest.Object{"scope": "nothing"}).Rows(t, "policies"); len(rows) != 0 {
		t.Errorf("a scope without policies: got %d policies, want none", len(rows))
	}
	d.ChangePolicy(t, "a-first", providertest.JSONObject{"how": providertest.JSONObject{"type": "Mask"}})
	_, diags := p.Data("lusid_access_policies", providertest.Object{})
	diags.MustWarn(t, "", "Part of access policy default/a-first is left out", "how")
	_, diags = p.Data("lusid_access_policies", providertest.Object{"scope": "a/b"})
	diags.MustFail(t, "scope", "3 to 100")
	mustRefuseData(t, d, "lusid_access_policies", providertest.Object{}, "", "Unable to list access policies")
}

// withoutResource removes the field resource, with the policies of an access role, from each role in a response.
func withoutResource(_ *http.Request, body any) any {
	roles, ok := body.([]any)
	if !ok {
		roles = []any{body}
	}
	for _, role := range roles {
		if role, ok := role.(providertest.JSONObject); ok {
			delete(role, "resource")
		}
	}
	return body
}

func TestAccessRoleDataSources(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	p := d.Protocol(t)
	made := p.Resource(providertest.AccessRoleType).MustCreate(providertest.AccessRoleConfig())
	d.Forget()
	got := p.MustData(providertest.AccessRoleType, providertest.Object{"code": "analysts"})
	d.MustCount(t, map[string]int{"access.GetRole": 1})
	for _, name := range []string{"id", "scope", "code", "description", "policies", "when", "hierarchy_index", "permission"} {
		if !got.Attributes[name].Equal(made.Attributes[name]) {
			t.Errorf("%s is %s, want %s as in the resource", name, got.Get(name), made.Get(name))
		}
	}
	got.MustHave(t, map[string]string{"policy_collections": "", "supervised_roles": "", "unmodelled": ""})
	d.Forget()
	rows := p.MustData("lusid_access_roles", providertest.Object{}).Rows(t, "roles")
	d.MustCount(t, map[string]int{"access.ListRoles": 1})
	ids := providertest.Column(rows, "id")
	place := slices.Index(ids, "default/analysts")
	if place < 0 || !slices.IsSorted(ids) {
		t.Fatalf("got the ids %q, want default/analysts among them, in alphabetical order", ids)
	}
	if names := rows[place].Differences(got); names != nil {
		t.Errorf("the singular and the plural data source differ in %s, want no difference", names)
	}
	w.Set(func(_ *http.Request, body any) any {
		change := func(role any) {
			if role, ok := role.(map[string]any); ok {
				role["resource"] = map[string]any{"newResource": map[string]any{"a": "b"}}
			}
		}
		change(body)
		if list, ok := body.([]any); ok {
			change(list[0])
			return list[:1]
		}
		return body
	})
	_, diags := p.Data(providertest.AccessRoleType, providertest.Object{"code": "analysts"})
	diags.MustWarn(t, "", "Part of access role default/analysts is left out", "resource.newResource")
	_, diags = p.Data("lusid_access_roles", providertest.Object{})
	diags.MustWarn(t, "", "is left out", "resource.newResource")
	w.Set(withoutResource)
	_, diags = p.Data(providertest.AccessRoleType, providertest.Object{"code": "analysts"})
	diags.MustWarn(t, "", "LUSID did not return what an access role has", "default/analysts", "may have some")
	_, diags = p.Data("lusid_access_roles", providertest.Object{})
	diags.MustWarn(t, "", "LUSID did not return what an access role has", "default/analysts", "may have some")
	listed, diags := p.Resource(providertest.AccessRoleType).List(providertest.Object{}, 0, true)
	diags.MustWarn(t, "", "LUSID did not return what an access role has", "default/analysts", "may have some")
	if len(listed) != len(rows) {
		t.Errorf("got %d results, want %d, one for each role", len(listed), len(rows))
	}
	_, diags = p.Resource(providertest.AccessRoleType).List(providertest.Object{}, 0, false)
	diags.MustBeQuiet(t)
	w.Set(nil)

	const summary = "Unable to read access role"
	_, diags = p.Data(providertest.AccessRoleType, providertest.Object{"code": "missing"})
	diags.MustFail(t, "code", summary, "The access role default/missing could not be read", "HTTP 404")
	_, diags = p.Data(providertest.AccessRoleType, providertest.Object{"code": "a/b"})
	diags.MustFail(t, "code", "3 to 100")
	mustRefuseData(t, d, providertest.AccessRoleType, providertest.Object{"code": "analysts"}, "code", summary)
	mustRefuseData(t, d, "lusid_access_roles", providertest.Object{}, "", "Unable to list access roles")
}

func TestAccessOwnPoliciesDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: analystSeed()})
	createPolicy(t, d, "b-second")
	createPolicy(t, d, "a-first")
	d.Protocol(t).Resource(providertest.AccessRoleType).MustCreate(providertest.AccessRoleConfig(providertest.Object{
		"policies": []string{"default/b-second", "default/a-first"},
	}))
	d.ChangePolicy(t, "a-first", providertest.JSONObject{"how": providertest.JSONObject{"type": "Mask"}})
	d.Forget()
	got, diags := d.Protocol(t, providertest.Object{"access_token": "token-of-the-analyst"}).Data("lusid_access_own_policies", providertest.Object{})
	d.MustCount(t, map[string]int{"access.GetOwnPolicies": 1})
	diags.MustWarn(t, "", "Part of access policy default/a-first is left out", "how")
	rows := got.Rows(t, "policies")
	if diff := cmp.Diff([]string{"default/a-first", "default/b-second"}, providertest.Column(rows, "id")); diff != "" {
		t.Errorf("ids of the policies (-want +got):\n%s", diff)
	}
	rows[1].MustHave(t, map[string]string{"source_role": "default/analysts", "policy_type": "Entitlement", "grant": "Allow", "scope": "default", "code": "b-second"})
	if rows[1].Get("source_role_hierarchy_index") == "null" {
		t.Error("source_role_hierarchy_index is null, want the place of the role")
	}
	if rows := d.Protocol(t).MustData("lusid_access_own_policies", providertest.Object{}).Rows(t, "policies"); len(rows) != 0 {
		t.Errorf("got %d policies of the administrator, want none", len(rows))
	}
	_, diags = d.NotConfigured(t).Data("lusid_access_own_policies", providertest.Object{})
	diags.MustFail(t, "", "Unable to list own access policies", "access_token will be known only after apply")
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.GetOwnPolicies", Status: http.StatusForbidden})
	_, diags = d.Protocol(t).Data("lusid_access_own_policies", providertest.Object{})
	diags.MustFail(t, "", "Unable to list own access policies", "HTTP 403")
}

func TestAccessControlledResourcesDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	features := func(service string) (codes []string) {
		t.Helper()
		d.Forget()
		rows := p.MustData("lusid_access_controlled_resources", providertest.Object{"service": service}).Rows(t, "resources")
		d.MustCount(t, map[string]int{service + ".ListAccessControlledResources": 1})
		for _, row := range rows {
			for _, action := range row.Rows(t, "actions") {
				var limited []tftypes.Value
				if err := action.Attributes["limited_set"].As(&limited); err != nil {
					t.Fatal(err)
				}
				for _, identifier := range limited {
					var parts map[string]tftypes.Value
					var code string
					if identifier.As(&parts) != nil || parts["code"].As(&code) != nil {
						t.Fatalf("got the identifier %s, want one with a code", identifier)
					}
					codes = append(codes, code)
				}
			}
		}
		return codes
	}
	if diff := cmp.Diff([]string{"api-instruments-listinstruments", "api-portfolios-listportfolios"}, features("lusid")); diff != "" {
		t.Errorf("features (-want +got):\n%s", diff)
	}
	if codes := append(features("identity"), features("access")...); codes != nil {
		t.Errorf("got the codes %q for identity and access, want none", codes)
	}
	rows := p.MustData("lusid_access_controlled_resources", providertest.Object{"service": "access"}).Rows(t, "resources")
	rows[0].MustHave(t, map[string]string{"application": "Access", "name": "Policy"})
	rows[0].Rows(t, "actions")[0].MustHave(t, map[string]string{"scope": "default", "activity": "Read", "entity": "Policy"})
	parts := rows[0].Rows(t, "identifier_parts")
	if diff := cmp.Diff([]string{"scope", "code"}, providertest.Column(parts, "name")); diff != "" {
		t.Errorf("names of the identifier's parts (-want +got):\n%s", diff)
	}
	parts[0].MustHave(t, map[string]string{"display_name": "Scope", "required": "true"})
	_, diags := p.Data("lusid_access_controlled_resources", providertest.Object{"service": "drive"})
	diags.MustFail(t, "service", "identity")
	const summary = "Unable to list access-controlled resources"
	_, diags = d.NotConfigured(t).Data("lusid_access_controlled_resources", providertest.Object{"service": "access"})
	diags.MustFail(t, "", summary, "access_token will be known only after apply")
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.ListAccessControlledResources", Status: http.StatusForbidden})
	_, diags = p.Data("lusid_access_controlled_resources", providertest.Object{"service": "access"})
	diags.MustFail(t, "service", summary, "HTTP 403")
}

// evaluation returns a request to read a portfolio. The arguments add attributes or replace them.
func evaluation(more ...providertest.Object) providertest.Object {
	request := providertest.Object{
		"scope": "default", "activity": "Read", "entity": "Portfolio", "identifier": providertest.Object{"scope": "official", "code": "main"},
	}
	for _, m := range more {
		maps.Copy(request, m)
	}
	return request
}

func TestAccessEvaluationDataSource(t *testing.T) {
	t.Parallel()
	const name = "lusid_access_evaluation"
	d := providertest.NewMock(t, mockserver.Options{Seed: analystSeed()})
	p := d.Protocol(t)
	p.Resource(providertest.AccessPolicyType).MustCreate(providertest.Object{
		"code":         "portfolios",
		"applications": []string{"LUSID"},
		"selectors": []any{
			providertest.Object{"id": providertest.Object{
				"identifier": providertest.Object{"scope": "official", "code": "*"}, "actions": []any{providertest.AccessAction("default", "Read", "Portfolio")},
			}},
			providertest.Object{"metadata": providertest.Object{
				"expressions": []any{providertest.Object{"metadata_key": "desk", "operator": "Equals", "text_value": "rates"}},
				"actions":     []any{providertest.AccessAction("default", "Read", "Portfolio")},
			}},
		},
		"date_conditions": []any{providertest.Object{"effective_range": providertest.Object{"from": "2020-01-01T00:00:00Z"}}},
	})
	p.Resource(providertest.AccessRoleType).MustCreate(providertest.AccessRoleConfig(providertest.Object{"policies": []string{"default/portfolios"}}))
	other := providertest.Object{"identifier": providertest.Object{"scope": "other"}}
	config := providertest.Object{"requests": providertest.Object{
		"read":             evaluation(),
		"update":           evaluation(providertest.Object{"activity": "Update"}),
		"other scope":      evaluation(other),
		"desk rates":       evaluation(other, providertest.Object{"metadata": providertest.Object{"desk": []string{"rates"}}}),
		"desk credit":      evaluation(other, providertest.Object{"metadata": providertest.Object{"desk": []string{"credit"}}}),
		"from 2021":        evaluation(providertest.Object{"from_effective_date": "2021-01-01T00:00:00+01:00"}),
		"from 2019":        evaluation(providertest.Object{"from_effective_date": "2019-01-01T00:00:00Z", "to_effective_date": "2021-01-01T00:00:00Z"}),
		"as at 2021":       evaluation(providertest.Object{"from_as_at": "2021-01-01T00:00:00Z", "to_as_at": "2022-01-01T00:00:00Z"}),
		"empty identifier": evaluation(providertest.Object{"identifier": providertest.Object{}}),
	}}
	results := func(p *providertest.Protocol, config providertest.Object) map[string]bool {
		t.Helper()
		d.Forget()
		got := p.MustData(name, config)
		d.MustCount(t, map[string]int{"access.Evaluate": 1})
		var values map[string]tftypes.Value
		if err := got.Attributes["results"].As(&values); err != nil {
			t.Fatal(err)
		}
		granted := map[string]bool{}
		for key, value := range values {
			var result providertest.Instance
			if err := value.As(&result.Attributes); err != nil {
				t.Fatal(err)
			}
			granted[key] = result.Get("granted") == "true"
			if reason := result.Get("reason"); granted[key] != (reason == "null") || !granted[key] && !strings.HasPrefix(reason, "No policy allows") {
				t.Errorf("%s: granted is %t and the reason is %q, want a reason only if it is not granted", key, granted[key], reason)
			}
		}
		return granted
	}
	analyst := d.Protocol(t, providertest.Object{"access_token": "token-of-the-analyst"})
	want := map[string]bool{
		"read": true, "update": false, "other scope": false, "desk rates": true, "desk credit": false, "from 2021": true, "from 2019": false, "as at 2021": true,
		"empty identifier": false,
	}
	if diff := cmp.Diff(want, results(analyst, config)); diff != "" {
		t.Errorf("granted requests (-want +got):\n%s", diff)
	}
	for application, granted := range map[string]bool{"LUSID": true, "Drive": false} {
		got := results(analyst, providertest.Object{"applications": []string{application}, "requests": providertest.Object{"read": evaluation()}})
		if got["read"] != granted {
			t.Errorf("application %s: granted is %t, want %t", application, got["read"], granted)
		}
	}
	if got := results(p, config); !got["update"] {
		t.Errorf("the administrator's results are %v, want the update granted", got)
	}
}

// TestAccessEvaluationDataSource_errors evaluates invalid requests, a request that LUSID refuses, and responses without a
// result.
func TestAccessEvaluationDataSource_errors(t *testing.T) {
	t.Parallel()
	const (
		name    = "lusid_access_evaluation"
		summary = "Unable to evaluate access requests"
	)
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	p := d.Protocol(t)
	d.Forget()
	mustFailOn := func(diags providertest.Diagnostics, attribute string, parts ...string) {
		t.Helper()
		diags.MustFail(t, "requests."+attribute, parts...)
		want := tftypes.NewAttributePath().WithAttributeName("requests").WithElementKeyString("read").WithAttributeName(attribute)
		if got := diags[0].Attribute; !strings.HasPrefix(got.String(), want.String()) {
			t.Errorf("the error is on %s, want %s", got, want)
		}
	}
	for attribute, test := range map[string]struct {
		change providertest.Object
		part   string
	}{
		"scope":               {providertest.Object{"scope": "a"}, "3 to 100"},
		"activity":            {providertest.Object{"activity": "Go"}, "3 and 100"},
		"entity":              {providertest.Object{"entity": "a/b"}, "3 to 100"},
		"identifier":          {providertest.Object{"identifier": providertest.Object{"scope": nil}}, "null"},
		"metadata":            {providertest.Object{"metadata": providertest.Object{"desk": nil}}, "null"},
		"from_effective_date": {providertest.Object{"from_effective_date": "yesterday"}, "RFC3339"},
		"to_effective_date":   {providertest.Object{"to_effective_date": "2026-01-01"}, "RFC3339"},
		"from_as_at":          {providertest.Object{"from_as_at": "latest"}, "RFC3339"},
		"to_as_at":            {providertest.Object{"to_as_at": ""}, "RFC3339"},
	} {
		_, diags := p.Data(name, providertest.Object{"requests": providertest.Object{"read": evaluation(test.change), "fine": evaluation()}})
		mustFailOn(diags, attribute, test.part)
	}
	for _, attribute := range []string{"from_effective_date", "to_effective_date", "from_as_at", "to_as_at"} {
		// This instant is in the year 10000 in UTC.
		late := evaluation(providertest.Object{attribute: "9999-12-31T23:59:59-01:00"})
		_, diags := p.Data(name, providertest.Object{"requests": providertest.Object{"read": late}})
		mustFailOn(diags, attribute, "Invalid instant", "9999-12-31T23:59:59-01:00 is not in the years 1 to 9999 in UTC")
	}
	backwards := evaluation(providertest.Object{"from_effective_date": "2026-01-01T00:00:00+01:00", "to_effective_date": "2025-12-31T22:59:59Z"})
	_, diags := p.Data(name, providertest.Object{"requests": providertest.Object{"read": backwards}})
	mustFailOn(diags, "to_effective_date", "ends before it starts", "2025-12-31T22:59:59Z", "2026-01-01T00:00:00+01:00")
	backwards = evaluation(providertest.Object{"from_as_at": "2026-01-01T00:00:00+01:00", "to_as_at": "2025-12-31T22:59:59Z"})
	_, diags = p.Data(name, providertest.Object{"requests": providertest.Object{"read": backwards}})
	mustFailOn(diags, "to_as_at", "Invalid range of as-at times", "ends before it starts", "2025-12-31T22:59:59Z", "2026-01-01T00:00:00+01:00")
	_, diags = p.Data(name, providertest.Object{"requests": providertest.Object{}})
	diags.MustFail(t, "requests", "at least 1")
	config := providertest.Object{"requests": providertest.Object{"read": evaluation()}}
	_, diags = p.Data(name, providertest.With(config, "applications", []string{""}))
	diags.MustFail(t, "applications", "at least 1")
	d.MustCount(t, map[string]int{})

	// A range can start and end at the same instant.
	p.MustData(name, providertest.Object{"requests": providertest.Object{
		"read": evaluation(providertest.Object{
			"from_effective_date": "2026-01-01T00:00:00+01:00", "to_effective_date": "2025-12-31T23:00:00Z",
			"from_as_at": "2026-01-01T00:00:00+01:00", "to_as_at": "2025-12-31T23:00:00Z",
		}),
	}})
	d.Forget()

	// After a lost response, the provider retries the request, because an evaluation changes nothing.
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.Evaluate", Reset: mockserver.ResetAfter})
	p.MustData(name, config)
	d.MustCount(t, map[string]int{"access.Evaluate": 2})
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.Evaluate", Status: http.StatusForbidden})
	_, diags = p.Data(name, config)
	diags.MustFail(t, "requests", summary, "The requests read could not be evaluated", "HTTP 403")
	w.Set(func(*http.Request, any) any { return map[string]any{"other": map[string]any{"result": "Granted"}} })
	_, diags = p.Data(name, config)
	diags.MustFail(t, "requests", summary, `no result for the request "read"`)
	w.Set(func(*http.Request, any) any { return map[string]any{"read": map[string]any{}} })
	_, diags = p.Data(name, config)
	diags.MustFail(t, "requests", summary, `has no "read.result"`)
	w.Set(func(*http.Request, any) any {
		return map[string]any{"read": map[string]any{"result": "DeniedAsLicenceRequired", "detailedMessage": nil}}
	})
	if text := p.MustData(name, config).Attributes["results"].String(); !strings.Contains(text, "DeniedAsLicenceRequired") {
		t.Errorf("got the results %s, want them to contain DeniedAsLicenceRequired", text)
	}
	_, diags = d.NotConfigured(t).Data(name, config)
	diags.MustFail(t, "", summary, "access_token will be known only after apply")
}
