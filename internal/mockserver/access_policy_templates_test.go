package mockserver_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const policyTemplatesPath = "/access/api/policytemplates"

func TestAccessPolicyTemplates_sample(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, file := range accessSamples(t, "template-*.json") {
		sample := readSample(t, file)
		want := readSample(t, file)
		want["scope"], want["applications"], want["tags"] = "default", []any{"LUSID"}, []any{"Data"}
		path := policyTemplatesPath + "/read-portfolio-scope"
		d.post(policyTemplatesPath, encode(t, sample)).wantStatus(t, http.StatusCreated).wantObject(t, want)
		d.get(path).wantStatus(t, http.StatusOK).wantObject(t, want)
		delete(sample, "code")
		d.put(path, encode(t, sample)).wantStatus(t, http.StatusOK).wantObject(t, want)
	}
}

// templatedSelector returns a selector of a template, and selector returns only the selector in it.
func templatedSelector(application, tag, name string) string {
	return `{"application":"` + application + `","tag":"` + tag + `","selector":` + selector(name) + `}`
}

func selector(name string) string {
	return `{"matchAllSelectorDefinition":{"name":"` + name + `","actions":[{"scope":"default","activity":"Any","entity":"Portfolio"}]}}`
}

func TestAccessPolicyTemplates_lifecycle(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	const body = `"displayName":"First","description":"","templatedSelectors":[`
	d.post(policyTemplatesPath,
		`{"code":"a + b",`+body+templatedSelector("LUSID", "Data", "a")+`,`+templatedSelector("LUSID", "Feature",
			"b")+`,`+templatedSelector("Drive", "Data", "c")+`]}`).
		wantStatus(t, http.StatusCreated)
	const path = policyTemplatesPath + "/a%20%2B%20b"
	got := d.get(path).wantStatus(t, http.StatusOK)
	if applications, tags := encode(t, got.object(t)["applications"]), encode(t, got.object(t)["tags"]); applications != `["LUSID","Drive"]` || tags != `["Data","Feature"]` {
		t.Errorf("got the applications %s and the tags %s", applications, tags)
	}
	d.put(path, `{`+body+`]}`).wantStatus(t, http.StatusOK).wantObject(t, map[string]any{
		"scope": "default", "code": "a + b", "displayName": "First", "description": "", "templatedSelectors": []any{}, "applications": []any{}, "tags": []any{},
	})
	if problem := d.post(policyTemplatesPath, `{"code":"a + b",`+body+`]}`).wantProblem(t, http.StatusBadRequest, 877); problem["name"] != "Policy Template With Code Already Exists" {
		t.Errorf("got the name %v, want Policy Template With Code Already Exists", problem["name"])
	}
	if got := d.get(policyTemplatesPath).values(t); got != 1 {
		t.Errorf("got %d templates, want 1", got)
	}
	d.get(policyTemplatesPath+"?asAt=2020-01-01T00:00:00Z").wantProblem(t, http.StatusNotImplemented, -1)
	d.get(path+"?asAt=2020-01-01T00:00:00Z").wantProblem(t, http.StatusNotImplemented, -1)
	d.delete(path).wantStatus(t, http.StatusNoContent)
	for _, r := range []request{
		{method: http.MethodGet, path: path},
		{method: http.MethodPut, path: path, body: `{` + body + `]}`},
		{method: http.MethodDelete, path: path},
	} {
		d.do(r).wantProblem(t, http.StatusNotFound, 878)
	}
}

func TestAccessPolicyTemplates_generate(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now }})
	const generate = policyTemplatesPath + "/$generatepolicy"
	for code, selectors := range map[string]string{
		"first":  templatedSelector("LUSID", "Data", "a") + `,` + templatedSelector("LUSID", "Feature", "b"),
		"second": templatedSelector("Drive", "Data", "c"),
	} {
		d.post(policyTemplatesPath,
			`{"code":"`+code+`","displayName":"x","description":"x","templatedSelectors":[`+selectors+`]}`).wantStatus(t, http.StatusCreated)
	}
	policies := d.get(policiesPath).body
	for _, test := range []struct{ request, want string }{
		{
			`{"templateSelection":[{"scope":"default","code":"first","selectorTags":["Data"]},{"scope":"default","code":"second"}],"selectors":[` + selector("d") + `]}`,
			`{"applications":["LUSID","Drive"],"selectors":[` + selector("a") + `,` + selector("c") + `,` + selector("d") + `],
			"templateMetadata":{"templateSelection":[{"scope":"default","code":"first","selectorTags":["Data"]},{"scope":"default","code":"second"}],"buildAsAt":"` + nowText + `"}}`,
		},
		{
			`{"templateSelection":[{"scope":"default","code":"first","selectorTags":null}]}`,
			`{"applications":["LUSID"],"selectors":[` + selector("a") + `,` + selector("b") + `],
			"templateMetadata":{"templateSelection":[{"scope":"default","code":"first"}],"buildAsAt":"` + nowText + `"}}`,
		},
		{
			`{"templateSelection":[]}`,
			`{"applications":[],"selectors":[],"templateMetadata":{"templateSelection":[],"buildAsAt":"` + nowText + `"}}`,
		},
	} {
		d.post(generate, test.request).wantStatus(t, http.StatusOK).wantObject(t, decode[map[string]any](t, reply{body: test.want}))
	}
	d.get(policiesPath).wantBody(t, policies) // Generating creates no policy.
	d.post(generate, `{"templateSelection":[{"scope":"default","code":"missing"}]}`).wantProblem(t, http.StatusBadRequest, 878)
	d.post(generate, `{"templateSelection":[{"code":"first"}]}`).wantProblem(t, http.StatusBadRequest, 151)
}
