package mockserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestContract_badRequests(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	const valid = `{"clientId":"example-sdk-app","displayName":"Example","type":"Native"}`
	long := strings.Repeat("x", 51)
	tests := map[string]struct {
		path, body string
		code       int
		fields     []string
	}{
		"no body":             {"", "", 157, []string{""}},
		"invalid JSON":        {"", `{"clientId":`, 157, []string{""}},
		"two JSON values":     {"", valid + valid, 157, []string{""}},
		"JSON array":          {"", `[]`, 151, []string{""}},
		"empty object":        {"", `{}`, 151, []string{"clientId", "displayName", "type"}},
		"client id too short": {"", strings.Replace(valid, "example-sdk-app", "short", 1), 151, []string{"clientId"}},
		"client id too long":  {"", strings.Replace(valid, "example-sdk-app", long, 1), 151, []string{"clientId"}},
		"client id a number":  {"", strings.Replace(valid, `"example-sdk-app"`, "123456", 1), 151, []string{"clientId"}},
		"client id pattern":   {"", strings.Replace(valid, "example-sdk-app", "1example", 1), 151, []string{"clientId"}},
		"empty display name":  {"", strings.Replace(valid, "Example", "", 1), 151, []string{"displayName"}},
		"unknown type":        {"", strings.Replace(valid, "Native", "native", 1), 151, []string{"type"}},
		"bad redirect URI": {
			"", strings.Replace(valid, "{", `{"redirectUris":["https://example.com",5],`, 1), 151,
			[]string{"redirectUris.1"},
		},
		"unknown field": {"", strings.Replace(valid, "{", `{"secret":"mine",`, 1), 151, []string{""}},
		"bad id":        {"/not%20an%20id", "", 151, []string{"id"}},
		"id too long":   {"/" + strings.Repeat("x", 65), "", 151, []string{"id"}},
		"bad query":     {"/missing?includeSecret=perhaps", "", 151, []string{"includeSecret"}},
	}
	t.Run("each", func(t *testing.T) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				d := d.in(t)
				method := http.MethodPost
				if test.path != "" {
					method = http.MethodGet
				}
				r := d.do(request{method: method, path: applicationsPath + test.path, body: test.body})
				r.wantProblem(t, http.StatusBadRequest, test.code)
				problem := decode[struct{ Errors map[string][]string }](t, r)
				want, got := map[string]bool{}, map[string]bool{}
				for _, field := range test.fields {
					want[field] = true
				}
				for field, messages := range problem.Errors {
					got[field] = len(messages) > 0 && messages[0] != ""
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("fields with errors (-want +got):\n%s", diff)
				}
				if strings.Contains(r.body, "mine") {
					t.Errorf("the response contains a value of the request: %s", r.body)
				}
			})
		}
	})
	if diff := cmp.Diff([]string{}, d.listed()); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
}

func TestContract_mediaTypes(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for contentType, status := range map[string]int{
		"application/json":                  http.StatusOK,
		"application/json; charset=utf-8":   http.StatusOK,
		"application/json-patch+json":       http.StatusOK,
		"text/json":                         http.StatusOK,
		"application/vnd.lusid+json":        http.StatusOK,
		"text/plain":                        http.StatusUnsupportedMediaType,
		"application/x-www-form-urlencoded": http.StatusUnsupportedMediaType,
		"nonsense":                          http.StatusUnsupportedMediaType,
	} {
		r := d.do(request{
			method: http.MethodPost, path: applicationsPath, contentType: contentType,
			body: `{"clientId":"example-sdk-app","displayName":"Example","type":"Native"}`,
		})
		if r.status != status {
			t.Errorf("%s: got status %d, want %d", contentType, r.status, status)
		}
		if r.status == http.StatusOK {
			d.delete(applicationsPath+"/"+r.text(t, "id")).wantStatus(t, http.StatusNoContent)
		}
	}
}

func TestContract_singleQuotes(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for body, want := range map[string]string{
		`{'clientId':'first-app','displayName':'It\'s \"quoted\" \\','type':'Native'}`:    `It's "quoted" \`,
		`{'clientId':"second-app","displayName":'a "b" c','type':'Native'}`:               `a "b" c`,
		`{'clientId':'third-app','displayName':"it's",'type':'Native','redirectUris':[]}`: `it's`,
	} {
		if got := d.post(applicationsPath, body).wantStatus(t, http.StatusOK).text(t, "displayName"); got != want {
			t.Errorf("got the display name %q, want %q", got, want)
		}
	}
	for _, body := range []string{`{'clientId`, `'`, `{'clientId':'first-app\`} {
		d.post(applicationsPath, body).wantProblem(t, http.StatusBadRequest, 157)
	}
}

// A seed is not checked, so only a seed can make the mock violate the contract.
func TestContract_violationByMock(t *testing.T) {
	t.Parallel()
	const secret = "not-to-be-shown"
	d := newBrokenDomain(t, mockserver.Options{Seed: mockserver.Seed{Applications: []mockserver.Application{
		{ID: "broken", ClientID: "broken-app", DisplayName: strings.Repeat(secret, 50), Secret: secret},
	}}})
	r := d.get(applicationsPath + "/broken?includeSecret=true")
	problem := r.wantProblem(t, http.StatusInternalServerError, -1)
	detail, _ := problem["detail"].(string)
	for _, part := range []string{"GetApplication", "200", "contract", "displayName", "512"} {
		if !strings.Contains(detail, part) {
			t.Errorf("got the detail %q, want one that contains %q", detail, part)
		}
	}
	if strings.Contains(r.body, secret) {
		t.Error("the response contains a value of the seed")
	}
	d.get(applicationsPath).wantProblem(t, http.StatusInternalServerError, -1)

	violations := d.ContractViolations()
	if len(violations) != 2 || violations[0] != detail {
		t.Errorf("got the violations %q, want two, the first with the detail of the response", violations)
	}
	if got := d.Requests()[0]; got.Status != http.StatusInternalServerError || got.ContractViolation != detail {
		t.Errorf("got the log entry %+v, want a 500 with the violation", got)
	}
	d.ResetRequests()
	d.get(applicationsPath)
	if len(d.ContractViolations()) != 2 {
		t.Errorf("got the violations %q after a reset and another violation, want two", d.ContractViolations())
	}
}

func TestContract_notImplemented(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, r := range []request{
		{method: http.MethodGet, path: "/identity/api/logs"}, // In the contract.
		{method: http.MethodGet, path: "/identity/api/nonsense"},
		{method: http.MethodPatch, path: "/identity/api/applications"},
		{method: http.MethodGet, path: "/identityapi/applications"},
		{method: http.MethodGet, path: "/identity"},
		{method: http.MethodPost, path: "/api/instruments"},
		{method: http.MethodGet, path: "/scheduler/api/jobs"},
		{method: http.MethodGet, path: "/", bearer: noBearer},
	} {
		problem := d.do(r).wantProblem(t, http.StatusNotImplemented, -1)
		detail, _ := problem["detail"].(string)
		if !strings.Contains(detail, r.method+" "+r.path) {
			t.Errorf("got the detail %q, want one that contains %s %s", detail, r.method, r.path)
		}
	}
	if diff := cmp.Diff(map[string]int{"identity.ListLogs": 1, "unknown": 7}, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}
