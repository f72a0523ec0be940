package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/conformance"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/provider/config"
)

const canary = "canary-5f1c9b"

// confidential returns the texts in a domain with canaries that no report may contain.
func confidential(t *testing.T, domain lusid) []string {
	t.Helper()
	location, err := url.Parse(domain.url)
	if err != nil {
		t.Fatal(err)
	}
	credentials := domain.Credentials()
	texts := []string{
		canary, location.Host, location.Hostname(), conformance.Prefix, "example.com",
		credentials.Username, credentials.Password, credentials.ClientID, credentials.ClientSecret, credentials.AccessToken,
	}
	for _, list := range domain.contents(t) {
		var objects []map[string]any
		if err := json.Unmarshal([]byte(list), &objects); err != nil {
			t.Fatal(err)
		}
		for _, object := range objects {
			for _, field := range secretFields {
				if text, _ := object[field].(string); text != "" {
					texts = append(texts, text)
				}
			}
			// An ID of the Access API has a scope and a code. The report may contain the names of
			// LUSID's own roles.
			id, _ := object["id"].(map[string]any)
			if code, _ := id["code"].(string); code != "" && code != "lusid-administrator" {
				texts = append(texts, code)
			}
		}
	}
	return texts
}

// secretFields are fields of responses whose texts no report may contain.
var secretFields = []string{"id", "login", "emailAddress", "clientId", "displayName", "createdBy", "issuer", "secret", "key", "access_token"}

// recorder records the texts in the responses of a domain that no report may contain, also about objects that the run
// removes.
type recorder struct {
	mu    sync.Mutex
	texts map[string]bool
}

func (c *recorder) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response := &recordedResponse{ResponseWriter: w}
		next.ServeHTTP(response, r)
		// The LUSID API responds with names from its documentation.
		isOfDomain := !strings.HasPrefix(r.URL.Path, "/api/")
		var body any
		if isOfDomain && json.Unmarshal(response.body.Bytes(), &body) == nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.record(body)
		}
	})
}

func (c *recorder) record(value any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			c.record(element)
		}
	case map[string]any:
		for name, field := range value {
			if text, ok := field.(string); ok && text != "" && slices.Contains(secretFields, name) {
				c.texts[text] = true
			}
			c.record(field)
		}
	}
}

// recordedResponse keeps a copy of the body.
type recordedResponse struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (r *recordedResponse) Write(data []byte) (int, error) {
	r.body.Write(data)
	return r.ResponseWriter.Write(data)
}

func (r *recordedResponse) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// echo adds a canary to every text of a response, and to its headers.
func echo(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		body := recorder.Body.String()
		if recorder.Code >= 400 {
			body = fmt.Sprintf(`{"name": %q, "code": 151, "title": %[1]q, "detail": %[1]q, "error": %[1]q, "errorDetails": [{"a": %[1]q}]}`, canary)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Lusid-Meta-Requestid", canary)
		w.Header().Set("Retry-After", canary)
		w.WriteHeader(recorder.Code)
		_, _ = w.Write([]byte(body))
	})
}

func TestReport_confidential(t *testing.T) {
	t.Parallel()
	seed := mockserver.Seed{
		Users:        []mockserver.User{{Username: canary + "@acme.com", Status: mockserver.UserActive}},
		Roles:        []mockserver.Role{{Name: canary, Description: canary}},
		Applications: []mockserver.Application{{ClientID: canary, DisplayName: canary, Secret: canary}},
		Policies: []json.RawMessage{json.RawMessage(`{"code": "` + canary + `", "description": "` + canary + `", "applications": ["` + canary + `"], "grant": "Allow",
			"selectors": [{"matchAllSelectorDefinition": {"actions": [{"scope": "default", "activity": "Read", "entity": "` + canary + `"}]}}], "when": {"activate": "2020-01-01T00:00:00Z"}}`)},
		PolicyCollections: []json.RawMessage{json.RawMessage(`{"code": "` + canary + `", "description": "` + canary + `"}`)},
		AccessRoles:       []json.RawMessage{json.RawMessage(`{"code": "` + canary + `", "resource": {"policyIdRoleResource": {}}, "when": {"activate": "2020-01-01T00:00:00Z"}}`)},
	}
	words := rewrite("GET", "/users$", func(_ *int, user map[string]any) { user["status"], user["type"] = canary, canary })
	for name, test := range map[string]struct {
		faults      []mockserver.Fault
		middlewares []middleware
		begin       func(*testing.T, mockserver.Options, ...middleware) lusid
	}{
		"as assumed": {},
		"echoed":     {middlewares: []middleware{echo}},
		"words":      {middlewares: []middleware{words}},
		"page": {faults: []mockserver.Fault{{
			Operation: "*", After: 2, Count: -1, Status: 400, Body: "<title>" + canary + "</title>", ContentType: "text/html",
		}}},
		"redirected": {faults: []mockserver.Fault{{Operation: "*", After: 2, Count: -1, Status: 307, Location: "https://" + canary}}},
		"reset":      {faults: []mockserver.Fault{{Operation: "identity.GetRole", Count: -1, Reset: mockserver.ResetBefore}}},
		"lost": {faults: []mockserver.Fault{
			{Operation: "identity.CreateRole", Count: -1, Status: 502, AfterWrite: true},
			{Operation: "identity.ListRoles", Count: -1, Status: 403},
			{Operation: "access.CreatePolicy", Count: -1, Status: 502, AfterWrite: true},
			{Operation: "access.ListPolicies", Count: -1, Status: 403},
			{Operation: "access.CreateUserRole", Count: -1, Status: 502, AfterWrite: true},
			{Operation: "access.ListUserRoles", Count: -1, Status: 403},
		}},
		"not removed": {faults: []mockserver.Fault{
			{Operation: "identity.DeleteRole", Count: -1, Status: 403},
			{Operation: "access.DeleteRole", Count: -1, Status: 403},
			{Operation: "access.DeleteUserRole", Count: -1, Status: 403},
		}},
		"not removed, not an administrator": {faults: []mockserver.Fault{{Operation: "access.DeleteRole", Count: -1, Status: 403}}, begin: startAsOther},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := start
			if test.begin != nil {
				begin = test.begin
			}
			seen := &recorder{texts: map[string]bool{}}
			domain := begin(t, mockserver.Options{Seed: seed}, append([]middleware{seen.middleware}, test.middlewares...)...)
			texts := confidential(t, domain)
			for _, fault := range test.faults {
				domain.InjectFault(fault)
			}
			var progress, table, markdown, asJSON bytes.Buffer
			report, err := conformance.Run(t.Context(), domain.connection, conformance.Checks(), everything(), &progress)
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range []error{report.WriteTable(&table), report.WriteMarkdown(&markdown), report.WriteJSON(&asJSON)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			domain.ClearFaults()
			if name == "as assumed" && len(seen.texts) < 100 {
				t.Errorf("got %d texts in the responses, want at least 100", len(seen.texts))
			}
			texts = append(texts, slices.Collect(maps.Keys(seen.texts))...)
			for what, written := range map[string]string{
				"the progress": progress.String(), "the table": table.String(), "the Markdown": markdown.String(), "the JSON": asJSON.String(),
			} {
				if !strings.Contains(written, "identity/role-create") {
					t.Errorf("want the check identity/role-create in %s, got: %s", what, written)
				}
				for _, text := range texts {
					if strings.Contains(strings.ToLower(written), strings.ToLower(text)) {
						t.Errorf("%s contains %q", what, text)
					}
				}
			}
			if name == "lost" && (len(report.Lost) == 0 || !strings.Contains(markdown.String(), fmt.Sprintf("could not find: %d.", len(report.Lost)))) {
				t.Errorf("want the number of lost objects %v in the report, got: %s", report.Lost, markdown.String())
			}
			if name == "not removed" && (len(report.Left) == 0 || !strings.Contains(markdown.String(), fmt.Sprintf("could not remove: %d.", len(report.Left)))) {
				t.Errorf("want the number of remaining objects %v in the report, got: %s", report.Left, markdown.String())
			}
		})
	}
}

func TestReport_files(t *testing.T) {
	t.Parallel()
	report := &conformance.Report{
		Version: "v1.2.3",
		SignIn:  "a password",
		Allowed: map[conformance.Permission]bool{conformance.Write: true, conformance.Mail: false},
		Rows: []conformance.Row{
			{Check: conformance.Check{API: "identity", Name: "one", Statement: "It is.", Source: "a page", Assumed: "Yes."}, Finding: conformance.Finding{Result: conformance.Differs, Seen: "It is not"}},
			{Check: conformance.Check{API: "access", Name: "two", Statement: "It has."}, Finding: conformance.Finding{Result: conformance.Skipped, Seen: "needs -write"}},
		},
		Interrupted: true,
		Left:        []conformance.Left{{Kind: "role", Name: "a-name", Why: "HTTP 403"}},
		Lost:        []conformance.Left{{Kind: "role", Name: "b-name"}, {Kind: "role", Name: "c-name"}},
	}
	var table, markdown, asJSON bytes.Buffer
	if err := report.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	if skipped, differs := strings.Index(table.String(), "access/two "), strings.Index(table.String(), "identity/one "); skipped < 0 || differs < skipped {
		t.Errorf("want the difference after all other rows of the table, got:\n%s", table.String())
	}
	if err := report.WriteMarkdown(&markdown); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"2 checks: 0 as assumed, 1 differs, 0 could not tell, 1 skipped.", "Version: v1.2.3. Sign-in: a password.", "Flags: `-write`.", "was interrupted", "could not remove: 1.", "could not find: 2.",
		"## Differs", "| `identity/one` | It is. | It is not | Yes. | a page |", "## Skipped", "| `access/two` | It has. | needs -write |",
	} {
		if !strings.Contains(markdown.String(), want) {
			t.Errorf("want %q in the Markdown, got:\n%s", want, markdown.String())
		}
	}
	if err := report.WriteJSON(&asJSON); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version     string         `json:"version"`
		SignIn      string         `json:"signIn"`
		Flags       []string       `json:"flags"`
		Interrupted bool           `json:"interrupted"`
		Left        int            `json:"left"`
		Lost        int            `json:"lost"`
		Counts      map[string]int `json:"counts"`
		Checks      []struct {
			Check     string `json:"check"`
			Statement string `json:"statement"`
			Source    string `json:"source"`
			Assumed   string `json:"assumed"`
			Result    string `json:"result"`
			Seen      string `json:"seen"`
		} `json:"checks"`
	}
	if err := json.Unmarshal(asJSON.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "v1.2.3" || got.SignIn != "a password" || !slices.Equal(got.Flags, []string{"-write"}) || !got.Interrupted || got.Left != 1 || got.Lost != 2 || got.Counts["differs"] != 1 || len(got.Checks) != 2 ||
		got.Checks[0].Check != "identity/one" || got.Checks[0].Result != "differs" || got.Checks[0].Assumed != "Yes." || got.Checks[0].Statement != "It is." ||
		got.Checks[0].Source != "a page" || got.Checks[0].Seen != "It is not" {
		t.Errorf("got the JSON %+v", got)
	}
}

// With an access token, the checks that need a password can't decide. All other checks can.
func TestRun_accessToken(t *testing.T) {
	t.Parallel()
	domain := start(t, mockserver.Options{})
	variables := map[string]string{"FBN_IDENTITY_URL": domain.url + "/identity", "FBN_ACCESS_TOKEN": domain.Credentials().AccessToken}
	var err error
	domain.connection, _, err = conformance.Resolve(config.Surroundings{
		Getenv:    func(name string) string { return variables[name] },
		Environ:   func() []string { return nil },
		Directory: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	needPassword := []string{"application-old-secret", "token-refusal", "rate-limit-retry-after", "own-user-role", "date-conditions-combine", "activity-case", "request-conditions-combine", "selector-part-left-out", "role-precedence"}
	for _, row := range run(t, domain, conformance.Checks(), everything()).Rows {
		want := conformance.AsAssumed
		if slices.Contains(needPassword, row.Name) {
			want = conformance.CouldNotTell
		}
		if row.Result != want {
			t.Errorf("%s: got %s (%s), want %s", row.FullName(), row.Result, row.Seen, want)
		}
	}
	domain.isClean(t)
}

// TestChecks checks that each check has all texts that a report contains.
func TestChecks(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, check := range conformance.Checks() {
		name := check.FullName()
		if seen[name] {
			t.Errorf("two checks have the name %s", name)
		}
		seen[name] = true
		for what, text := range map[string]string{"statement": check.Statement, "assumption": check.Assumed} {
			if !strings.HasSuffix(text, ".") || strings.Contains(text, "|") {
				t.Errorf("got the %s of %s: %q, want a sentence without a vertical bar", what, name, text)
			}
		}
		if check.Source == "" || strings.Contains(check.Source, "|") {
			t.Errorf("got the source of %s: %q, want a text without a vertical bar", name, check.Source)
		}
	}
}
