package mockserver_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const (
	policiesPath = "/access/api/policies"
	neverText    = "9999-12-31T23:59:59.9999999+00:00"
	activateText = "2024-01-01T00:00:00.0000000+00:00"
)

// policyBody returns a body of CreatePolicy. More fields can be added.
func policyBody(code string, more ...string) string {
	fields := append([]string{
		`"code":"` + code + `"`, `"grant":"Allow"`, `"when":{"activate":"2024-01-01T00:00:00Z"}`,
		`"selectors":[{"matchAllSelectorDefinition":{"actions":[{"scope":"default","activity":"Any","entity":"Portfolio"}]}}]`,
	}, more...)
	return "{" + strings.Join(fields, ",") + "}"
}

// createPolicies creates policies whose content does not matter.
func (d *domain) createPolicies(codes ...string) {
	d.t.Helper()
	for _, code := range codes {
		d.post(policiesPath, policyBody(code)).wantStatus(d.t, http.StatusCreated)
	}
}

// wantObject fails the test unless the body is the object.
func (r reply) wantObject(t *testing.T, want map[string]any) {
	t.Helper()
	if diff := cmp.Diff(want, r.object(t)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// ids returns the IDs of a list, as scope/code.
func ids(t *testing.T, list []map[string]any) []string {
	t.Helper()
	found := []string{}
	for _, object := range list {
		id, _ := object["id"].(map[string]any)
		found = append(found, fmt.Sprint(id["scope"], "/", id["code"]))
	}
	return found
}

// accessSamples returns the files of the published examples that match a pattern.
func accessSamples(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("entitlement", "testdata", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("got no samples for the pattern: %v", err)
	}
	return files
}

func readSample(t *testing.T, file string) map[string]any {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(content, &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// stored returns a document as a read returns it: with an ID in place of the code, and with an end date.
func stored(document map[string]any) map[string]any {
	want := maps.Clone(document)
	delete(want, "code")
	want["id"] = map[string]any{"scope": "default", "code": document["code"]}
	if when, ok := document["when"].(map[string]any); ok && when["deactivate"] == nil {
		want["when"] = map[string]any{"activate": when["activate"], "deactivate": neverText}
	}
	return want
}

func encode(t *testing.T, v any) string {
	t.Helper()
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestAccessPolicies_samples(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, file := range accessSamples(t, "policy-*.json") {
		sample := readSample(t, file)
		code, _ := sample["code"].(string)
		want := stored(sample)
		d.post(policiesPath, encode(t, sample)).wantStatus(t, http.StatusCreated).wantObject(t, want)
		d.get(policiesPath+"/"+code).wantStatus(t, http.StatusOK).wantObject(t, want)
		delete(sample, "code")
		d.put(policiesPath+"/"+code, encode(t, sample)).wantStatus(t, http.StatusOK).wantObject(t, want)
	}
}

func TestAccessPolicies_updateReplaces(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	const path = policiesPath + "/first-policy"
	want := map[string]any{
		"id":           map[string]any{"scope": "default", "code": "first-policy"},
		"description":  "First",
		"applications": []any{"LUSID", "Drive"},
		"grant":        "Allow",
		"selectors":    []any{},
		"for":          []any{map[string]any{"effectiveRange": map[string]any{"from": activateText}}},
		"if":           []any{map[string]any{"ifIdentityScopeExpression": map[string]any{"scopeName": "openid"}}},
		"when":         map[string]any{"activate": "0001-01-01T00:00:00.0000000+00:00", "deactivate": "2030-06-01T10:00:00.1234567+00:00"},
		"how":          map[string]any{"type": "kept", "parameters": []any{map[string]any{"key": "a", "value": nil}}},
		"templateMetadata": map[string]any{
			"templateSelection": []any{map[string]any{"scope": "default", "code": "reader", "selectorTags": []any{"Data"}}},
			"buildAsAt":         activateText,
		},
	}
	d.post(policiesPath, `{
		"code": "first-policy", "description": "First", "applications": ["LUSID", "Drive"], "grant": "Allow", "selectors": [],
		"for": [{"effectiveRange": {"from": "2024-01-01T02:00:00+02:00"}}],
		"if": [{"ifIdentityScopeExpression": {"scopeName": "openid"}}],
		"when": {"activate": "0001-01-01T00:00:00Z", "deactivate": "2030-06-01T12:00:00.123456789+02:00"},
		"how": {"type": "kept", "parameters": [{"key": "a", "value": null}]},
		"templateMetadata": {"templateSelection": [{"scope": "default", "code": "reader", "selectorTags": ["Data"]}], "buildAsAt": "2024-01-01T00:00:00Z"}
	}`).wantStatus(t, http.StatusCreated).wantObject(t, want)
	d.get(path).wantObject(t, want)

	want = map[string]any{
		"id": want["id"], "grant": "Deny", "selectors": []any{}, "when": map[string]any{"activate": activateText, "deactivate": neverText},
	}
	d.put(path, `{"grant": "Deny", "selectors": [], "when": {"activate": "2024-01-01T00:00:00Z"}}`).wantStatus(t, http.StatusOK).wantObject(t, want)
	d.get(path).wantObject(t, want)
	d.put(path,
		`{"code": "other", "grant": "Deny", "selectors": [], "when": {"activate": "2024-01-01T00:00:00Z"}}`).wantProblem(t, http.StatusBadRequest, 151)
}

func TestAccessPolicies_selectorOrder(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	var selectors, want []string
	for i := range 5 {
		name := fmt.Sprintf("selector %d", 5-i)
		want = append(want, name)
		selectors = append(selectors,
			`{"matchAllSelectorDefinition":{"name":"`+name+`","actions":[{"scope":"default","activity":"Any","entity":"Portfolio"}]}}`)
	}
	d.post(policiesPath,
		`{"code":"first-policy","grant":"Allow","when":{"activate":"2024-01-01T00:00:00Z"},"selectors":[`+strings.Join(selectors,
			",")+`]}`).wantStatus(t, http.StatusCreated)
	policy := decode[struct {
		Selectors []struct {
			MatchAllSelectorDefinition struct{ Name string }
		}
	}](t, d.get(policiesPath+"/first-policy"))
	var got []string
	for _, selector := range policy.Selectors {
		got = append(got, selector.MatchAllSelectorDefinition.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("selectors (-want +got):\n%s", diff)
	}
}

func TestAccessPolicies_codes(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for code, escaped := range map[string]string{
		"Risk + Compliance": "Risk%20%2B%20Compliance",
		"a+b":               "a+b", // In a path, a plus sign is not a space.
		"1st policy":        "1st%20policy",
		"_x_":               "_x_",
	} {
		d.post(policiesPath, policyBody(code)).wantStatus(t, http.StatusCreated)
		path := policiesPath + "/" + escaped
		if got := ids(t, []map[string]any{d.get(path).wantStatus(t, http.StatusOK).object(t)})[0]; got != "default/"+code {
			t.Errorf("%s: got the ID %s, want default/%s", escaped, got, code)
		}
		d.get(path+"?scope=default").wantStatus(t, http.StatusOK)
		d.get(path+"?scope=other").wantProblem(t, http.StatusNotFound, 772)
		d.delete(path).wantStatus(t, http.StatusNoContent)
		d.get(path).wantProblem(t, http.StatusNotFound, 772)
	}
	for _, code := range []string{"ab", "123", " abc", "-abc", "a/b", "", "a" + strings.Repeat("x", 100)} {
		d.post(policiesPath, policyBody(code)).wantProblem(t, http.StatusBadRequest, 151)
	}
	d.get(policiesPath+"/123").wantProblem(t, http.StatusBadRequest, 151)

	// A policy with the code "page" can be created, but only lists contain it.
	d.createPolicies("page")
	if got := d.get(policiesPath+"/page").wantStatus(t, http.StatusOK).object(t)["values"]; got == nil {
		t.Error("got the policy with the code page, want the list with pages")
	}
}

func TestAccessPolicies_refusals(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createPolicies("first-policy")
	update := `{"grant":"Allow","selectors":[],"when":{"activate":"2024-01-01T00:00:00Z"}}`
	problem := d.post(policiesPath, policyBody("first-policy")).wantProblem(t, http.StatusBadRequest, 613)
	if problem["name"] != "Policy With Code Already Exists" {
		t.Errorf("got the name %v, want Policy With Code Already Exists", problem["name"])
	}
	for _, r := range []request{
		{method: http.MethodGet, path: "/missing"},
		{method: http.MethodPut, path: "/missing", body: update},
		{method: http.MethodDelete, path: "/missing"},
		{method: http.MethodPut, path: "/first-policy?scope=support", body: update},
	} {
		r.path = policiesPath + r.path
		if problem := d.do(r).wantProblem(t, http.StatusNotFound, 772); problem["name"] != "Policy Does Not Exist" {
			t.Errorf("got the name %v, want Policy Does Not Exist", problem["name"])
		}
	}
	for name, body := range map[string]string{
		"a scope":                        policyBody("second-policy", `"scope":"other"`),
		"an unknown grant":               strings.Replace(policyBody("second-policy"), "Allow", "allow", 1),
		"no actions":                     `{"code":"second-policy","grant":"Allow","when":{"activate":"2024-01-01T00:00:00Z"},"selectors":[{"matchAllSelectorDefinition":{"actions":[]}}]}`,
		"an empty identifier":            `{"code":"second-policy","grant":"Allow","when":{"activate":"2024-01-01T00:00:00Z"},"selectors":[{"idSelectorDefinition":{"identifier":{},"actions":[{"scope":"default","activity":"Any","entity":"Portfolio"}]}}]}`,
		"no when":                        `{"code":"second-policy","grant":"Allow","selectors":[]}`,
		"a date with month 13":           `{"code":"second-policy","grant":"Allow","selectors":[],"when":{"activate":"2024-13-01T00:00:00Z"}}`,
		"a date after the last end date": `{"code":"second-policy","grant":"Allow","selectors":[],"when":{"activate":"9999-12-31T23:59:59-01:00"}}`,
		"a null object":                  policyBody("second-policy", `"how":null`),
	} {
		if got := d.post(policiesPath, body); got.status != http.StatusBadRequest {
			t.Errorf("%s: got status %d, want 400: %s", name, got.status, got.body)
		}
	}
	d.do(request{method: http.MethodGet, path: policiesPath, bearer: noBearer}).wantProblem(t, http.StatusUnauthorized, 187)
	d.as(d.Credentials().NoRightsToken, http.MethodGet, policiesPath, "").wantProblem(t, http.StatusForbidden, 186)
}

func TestAccessPolicies_pages(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for i := range 7 {
		d.createPolicies(fmt.Sprintf("policy-%d", i))
	}
	type page struct {
		Values                 []map[string]any
		NextPage, PreviousPage string
	}
	all := ids(t, decode[page](t, d.get(policiesPath+"/page").wantStatus(t, http.StatusOK)).Values)
	if len(all) < 7 || all[len(all)-1] != "default/policy-6" {
		t.Fatalf("got the policies %q, want at least 7, with policy-6 last", all)
	}
	var got []string
	token, pages := "", 0
	var last page
	for {
		path := policiesPath + "/page?limit=3"
		if token != "" {
			path += "&page=" + url.QueryEscape(token)
		}
		last = decode[page](t, d.get(path).wantStatus(t, http.StatusOK))
		got = append(got, ids(t, last.Values)...)
		pages++
		if token = last.NextPage; token == "" {
			break
		}
	}
	if diff := cmp.Diff(all, got); diff != "" || pages != (len(all)+2)/3 {
		t.Errorf("got %d pages, policies (-want +got):\n%s", pages, diff)
	}
	previous := decode[page](t, d.get(policiesPath+"/page?limit=3&page="+url.QueryEscape(last.PreviousPage)))
	if end := (pages - 1) * 3; !slices.Equal(ids(t, previous.Values), all[end-3:end]) {
		t.Errorf("got %q on the page before the last one", ids(t, previous.Values))
	}
	for query, code := range map[string]int{"limit=0": 151, "limit=5001": 151, "page=!": 151, "page=nonsense": 689} {
		d.get(policiesPath+"/page?"+query).wantProblem(t, http.StatusBadRequest, code)
	}
	for _, query := range []string{"filter=x", "sortBy=code"} {
		d.get(policiesPath+"/page?"+query).wantProblem(t, http.StatusNotImplemented, -1)
	}
	d.get(policiesPath+"/policy-1?asAt=2020-01-01T00:00:00Z").wantProblem(t, http.StatusNotImplemented, -1)
}

func TestAccessPolicies_listsLag(t *testing.T) {
	t.Parallel()
	for _, path := range []string{policiesPath, policiesPath + "/page"} {
		d := newDomain(t, mockserver.Options{ListLag: 1})
		d.createPolicies("first-policy")
		d.get(policiesPath+"/first-policy").wantStatus(t, http.StatusOK)
		for i, want := range []bool{false, true} {
			if got := strings.Contains(d.get(path).body, "first-policy"); got != want {
				t.Errorf("%s: list %d contains the new policy: %t, want %t", path, i+1, got, want)
			}
		}
	}
}
