package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/conformance"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/provider/config"
)

// middleware is a handler in front of the mock. It makes changes that no option and no fault can make.
type middleware func(next http.Handler) http.Handler

// lusid is a domain and the connection to it.
type lusid struct {
	*mockserver.Server
	url        string
	connection *conformance.Connection
}

func start(t *testing.T, options mockserver.Options, middlewares ...middleware) lusid {
	t.Helper()
	mock := mockserver.New(options)
	credentials := mock.Credentials()
	return connect(t, mock, credentials.Username, credentials.Password, middlewares...)
}

// startAsOther returns a domain whose checks run as a user who has all rights on the APIs, but not the role
// lusid-administrator.
func startAsOther(t *testing.T, options mockserver.Options, middlewares ...middleware) lusid {
	t.Helper()
	const login, password = "other@example.com", "correct horse"
	options.Seed.Users = append(options.Seed.Users, mockserver.User{
		Username: login, Password: password, Roles: []string{"iam-administrator", "applications-administrator"},
	})
	return connect(t, mockserver.New(options), login, password, middlewares...)
}

func connect(t *testing.T, mock *mockserver.Server, login, password string, middlewares ...middleware) lusid {
	t.Helper()
	var handler http.Handler = mock
	for _, middleware := range middlewares {
		handler = middleware(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	credentials := mock.Credentials()
	variables := map[string]string{
		"FBN_IDENTITY_URL": server.URL + "/identity", "FBN_TOKEN_URL": mock.TokenURL(server.URL),
		"FBN_USERNAME": login, "FBN_PASSWORD": password,
		"FBN_CLIENT_ID": credentials.ClientID, "FBN_CLIENT_SECRET": credentials.ClientSecret,
	}
	connection, warning, err := conformance.Resolve(config.Surroundings{
		Getenv:    func(name string) string { return variables[name] },
		Environ:   func() []string { return nil },
		Directory: t.TempDir(),
	})
	if err != nil || warning != "" {
		t.Fatal(err, warning)
	}
	return lusid{mock, server.URL, connection}
}

func everything() conformance.Options { return allow(conformance.Permissions...) }

func allow(permissions ...conformance.Permission) conformance.Options {
	options := conformance.Options{RunName: conformance.NewRunName(), Allowed: map[conformance.Permission]bool{}}
	for _, permission := range permissions {
		options.Allowed[permission] = true
	}
	return options
}

func run(t *testing.T, domain lusid, checks []conformance.Check, options conformance.Options) *conformance.Report {
	t.Helper()
	report, err := conformance.Run(t.Context(), domain.connection, checks, options, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// collections are the paths of the lists of the objects that checks create.
var collections = []string{
	"identity/api/roles", "identity/api/applications", "identity/api/keys", "identity/api/mcptools", "identity/api/users?includeDeactivated=true",
	"identity/api/networkzones", "identity/api/externaltokenissuers",
	"access/api/policies", "access/api/policycollections", "access/api/roles", "access/api/policytemplates", "access/api/userroles",
}

// contents returns the lists of the domain as JSON.
func (l lusid) contents(t *testing.T) map[string]string {
	t.Helper()
	contents := map[string]string{}
	for _, collection := range collections {
		recorder := httptest.NewRecorder()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/"+collection, nil)
		request.Header.Set("Authorization", "Bearer "+l.Credentials().AccessToken)
		l.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusOK {
			t.Fatalf("%s: got status %d, want 200: %s", collection, recorder.Code, recorder.Body)
		}
		list := recorder.Body.Bytes()
		var page struct {
			Values json.RawMessage `json:"values"`
		}
		if json.Unmarshal(list, &page) == nil {
			list = page.Values
		}
		// Every sign-in changes lastLogin.
		contents[collection] = regexp.MustCompile(`"lastLogin":("[^"]*"|null)`).ReplaceAllString(string(list), `"lastLogin":""`)
	}
	return contents
}

// userRoles returns the IDs of the users who have a user role.
func (l lusid) userRoles(t *testing.T) (ids []string) {
	t.Helper()
	var list []struct {
		ID struct {
			Code string `json:"code"`
		} `json:"id"`
	}
	if err := json.Unmarshal([]byte(l.contents(t)["access/api/userroles"]), &list); err != nil {
		t.Fatal(err)
	}
	for _, role := range list {
		ids = append(ids, role.ID.Code)
	}
	return ids
}

// isClean fails the test if an object of a run remains.
func (l lusid) isClean(t *testing.T) {
	t.Helper()
	l.ClearFaults()
	for collection, list := range l.contents(t) {
		if strings.Contains(strings.ToLower(list), conformance.Prefix) {
			t.Errorf("%s still contains an object of the run: %s", collection, list)
		}
	}
	// The remaining user role is that of the user who runs the checks. LUSID creates it at the first
	// sign-in.
	if ids := l.userRoles(t); len(ids) > 1 {
		t.Errorf("got the user roles of %q, want at most 1", ids)
	}
}

// rewrite changes each JSON object of a response, and its status.
func rewrite(method, path string, change func(status *int, object map[string]any)) middleware {
	pattern := regexp.MustCompile(path)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != method || !pattern.MatchString(r.URL.Path) {
				next.ServeHTTP(w, r)
				return
			}
			recorder := httptest.NewRecorder()
			next.ServeHTTP(recorder, r)
			status, body := recorder.Code, recorder.Body.Bytes()
			var list []map[string]any
			object := map[string]any{}
			switch {
			case json.Unmarshal(body, &list) == nil:
				for _, object := range list {
					change(&status, object)
				}
				body, _ = json.Marshal(list)
			case json.Unmarshal(body, &object) == nil:
				change(&status, object)
				body, _ = json.Marshal(object)
			}
			maps.Copy(w.Header(), recorder.Header())
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			w.WriteHeader(status)
			_, _ = w.Write(body)
		})
	}
}

// rewritePage changes each object on a page.
func rewritePage(path string, change func(status *int, object map[string]any)) middleware {
	return rewrite("GET", path, func(status *int, page map[string]any) {
		values, _ := page["values"].([]any)
		for _, value := range values {
			if object, ok := value.(map[string]any); ok {
				change(status, object)
			}
		}
	})
}

// otherScope returns the new policy collections of a domain with another scope.
func otherScope(next http.Handler) http.Handler {
	answer := rewrite("POST", "/access/api/policycollections$", func(_ *int, collection map[string]any) {
		id, _ := collection["id"].(map[string]any)
		id["scope"] = "elsewhere"
	})(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "scope=elsewhere", "scope=default")
		answer.ServeHTTP(w, r)
	})
}

// defaultScopeOnly limits a list without a scope to the default scope.
func defaultScopeOnly(path string) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && r.URL.Path == path && r.URL.RawQuery == "" {
				r.URL.RawQuery = "scope=default"
			}
			next.ServeHTTP(w, r)
		})
	}
}

// rewriteText replaces a text in the response to a read.
func rewriteText(path, old, replacement string) middleware {
	return rewrite("GET", path, func(_ *int, object map[string]any) {
		changed, _ := json.Marshal(object)
		clear(object)
		_ = json.Unmarshal([]byte(strings.ReplaceAll(string(changed), old, replacement)), &object)
	})
}

// updatedLast places an updated access role after the second role of the run.
func updatedLast(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if code, ok := strings.CutPrefix(r.URL.Path, "/access/api/roles/"); ok && r.Method == http.MethodPut && strings.HasSuffix(code, "-1") {
			r.URL.RawQuery = "afterCode=" + strings.TrimSuffix(code, "1") + "2"
		}
		next.ServeHTTP(w, r)
	})
}

// indexAfter increases the index of every access role by one after each request with the method.
func indexAfter(method string) middleware {
	return func(next http.Handler) http.Handler {
		var requests atomic.Int64
		changed := rewrite("GET", "/access/api/roles/", func(_ *int, role map[string]any) {
			index, _ := role["roleHierarchyIndex"].(float64)
			role["roleHierarchyIndex"] = index + float64(requests.Load())
		})(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == method && strings.HasPrefix(r.URL.Path, "/access/api/roles/") {
				requests.Add(1)
			}
			changed.ServeHTTP(w, r)
		})
	}
}

// listsDeletedRole is a domain whose first list of roles after a delete is the list before the delete.
func listsDeletedRole(next http.Handler) http.Handler {
	var last *httptest.ResponseRecorder
	isOld := false
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isOld = isOld || r.Method == http.MethodDelete && strings.HasPrefix(r.URL.Path, "/identity/api/roles/")
		if r.Method != http.MethodGet || r.URL.Path != "/identity/api/roles" {
			next.ServeHTTP(w, r)
			return
		}
		if !isOld {
			last = httptest.NewRecorder()
			next.ServeHTTP(last, r)
		}
		isOld = false
		maps.Copy(w.Header(), last.Header())
		w.WriteHeader(last.Code)
		_, _ = w.Write(last.Body.Bytes())
	})
}

func set(field string, value any) func(*int, map[string]any) {
	return func(_ *int, object map[string]any) { object[field] = value }
}

// asOther are the checks that can't run as an administrator.
var asOther = []string{
	"access/date-conditions-combine", "access/activity-case", "access/request-conditions-combine", "access/selector-part-left-out", "access/role-precedence",
}

func TestRun_asAssumed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		start func(*testing.T, mockserver.Options, ...middleware) lusid
		// undecided are the checks that this user can't run.
		undecided []string
	}{
		"administrator": {start, asOther},
		"other user":    {startAsOther, []string{"access/own-policies-administrator"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := test.start(t, mockserver.Options{})
			run(t, domain, nil, allow()) // LUSID creates a user role at the first sign-in.
			before := domain.contents(t)
			domain.InjectFault(mockserver.Fault{Operation: "identity.ListRoles", Status: http.StatusTooManyRequests, RetryAfter: "0"})
			report := run(t, domain, conformance.Checks(), everything())
			for _, row := range report.Rows {
				want := conformance.AsAssumed
				if slices.Contains(test.undecided, row.FullName()) {
					want = conformance.CouldNotTell
				}
				if row.Result != want {
					t.Errorf("%s: got %s (%s), want %s", row.FullName(), row.Result, row.Seen, want)
				}
			}
			if len(report.Rows) != len(conformance.Checks()) || len(report.Left) > 0 || report.Interrupted {
				t.Errorf("got %d rows, left %v, interrupted %t, want %d rows and a complete run", len(report.Rows), report.Left, report.Interrupted, len(conformance.Checks()))
			}
			if violations := domain.ContractViolations(); len(violations) > 0 {
				t.Errorf("got contract violations, want none: %q", violations)
			}
			if diff := cmp.Diff(before, domain.contents(t)); diff != "" {
				t.Errorf("the run changed the domain (-before +after):\n%s", diff)
			}
		})
	}
}

// named adds the name of the API to an operation of the Identity API.
func named(operation string) string {
	if strings.Contains(operation, ".") {
		return operation
	}
	return "identity." + operation
}

func fault(operation string, after, status int) mockserver.Fault {
	return mockserver.Fault{Operation: named(operation), After: after, Status: status}
}

// processed returns a fault that processes the request, but responds without a body.
func processed(operation string, status int) mockserver.Fault {
	return mockserver.Fault{Operation: named(operation), Status: status, AfterWrite: true}
}

// notProcessed returns a fault that responds with an empty object, but does not process the request.
func notProcessed(operation string) mockserver.Fault {
	return mockserver.Fault{Operation: named(operation), Status: http.StatusOK, Body: "{}"}
}

// differences make each check differ, with an option of the mock, a fault or a middleware.
var differences = map[string]struct {
	options    mockserver.Options
	fault      mockserver.Fault
	middleware middleware
}{
	"identity/applications-list-secret":       {middleware: rewrite("GET", "/applications$", set("secret", "shown"))},
	"identity/application-read-secret":        {middleware: rewrite("GET", "/applications/", set("secret", "shown"))},
	"identity/application-issuer":             {options: mockserver.Options{IssuerIsTokenURL: true}},
	"identity/application-missing":            {fault: fault("GetApplication", 0, 404)},
	"identity/role-missing":                   {fault: fault("GetRole", 0, 404)},
	"identity/user-missing":                   {fault: fault("GetUser", 0, 404)},
	"identity/network-zone-missing":           {fault: fault("GetNetworkZone", 0, 400)},
	"identity/external-token-issuer-missing":  {fault: fault("GetExternalTokenIssuer", 0, 400)},
	"identity/mcp-tool-missing":               {fault: fault("GetMcpTool", 0, 400)},
	"identity/users-list-roles":               {middleware: rewrite("GET", "/users$", set("roles", []any{map[string]any{}}))},
	"identity/user-statuses":                  {middleware: rewrite("GET", "/users$", set("status", "STAGED"))},
	"identity/user-types":                     {middleware: rewrite("GET", "/users$", set("type", "service"))},
	"identity/login-case":                     {fault: fault("GetUserFromLogin", 0, 404)},
	"identity/password-policy-user-type-case": {fault: fault("GetPasswordPolicy", 0, 400)},

	"identity/application-create":         {middleware: rewrite("POST", "/applications$", func(status *int, _ map[string]any) { *status = 201 })},
	"identity/application-include-secret": {options: mockserver.Options{WithholdSecrets: true}},
	"identity/application-client-id-case": {middleware: rewrite("POST", "/applications$", func(_ *int, app map[string]any) {
		clientID, _ := app["clientId"].(string)
		app["clientId"] = strings.ToLower(clientID)
	})},
	"identity/application-duplicate":    {fault: fault("CreateApplication", 1, 409)},
	"identity/applications-list-lag":    {options: mockserver.Options{ListLag: 1}},
	"identity/application-read-lag":     {fault: fault("GetApplication", 0, 404)},
	"identity/application-delete":       {fault: processed("DeleteApplication", 200)},
	"identity/application-delete-again": {fault: fault("DeleteApplication", 1, 204)},
	"identity/application-old-secret": {fault: mockserver.Fault{
		Operation: "token:password", After: 2, Body: `{"access_token": "token", "token_type": "Bearer", "expires_in": 3600}`,
	}},

	"identity/token-refusal": {fault: mockserver.Fault{
		Operation: "token:password", After: 2, Status: 400, Body: `{"error": "invalid_grant"}`,
	}},

	"identity/role-create":        {fault: processed("CreateRole", 200)},
	"identity/role-duplicate":     {fault: fault("CreateRole", 1, 400)},
	"identity/roles-list-lag":     {options: mockserver.Options{ListLag: 9}},
	"identity/roles-list-deleted": {middleware: listsDeletedRole},
	"identity/role-read-lag":      {fault: fault("GetRole", 0, 404)},
	"identity/role-update-clears": {fault: notProcessed("UpdateRole")},
	"identity/role-delete":        {fault: processed("DeleteRole", 200)},
	"identity/role-delete-again":  {fault: fault("DeleteRole", 1, 204)},

	"identity/token-create-by-token": {fault: fault("CreateApiKey", 1, 403)},
	"identity/token-duplicate":       {fault: fault("CreateApiKey", 1, 409)},
	"identity/instant-fraction": {middleware: rewrite("GET", "/keys$", func(_ *int, key map[string]any) {
		date, _ := key["deactivationDate"].(string)
		key["deactivationDate"] = strings.Replace(date, ".1234567", ".123", 1)
	})},
	"identity/tokens-list-lag":    {options: mockserver.Options{ListLag: 1}},
	"identity/token-delete":       {fault: processed("DeleteApiKey", 204)},
	"identity/token-delete-again": {fault: fault("DeleteApiKey", 1, 204)},
	"identity/token-limit":        {options: mockserver.Options{MaxPersonalAccessTokens: 5}},

	"identity/mcp-tool-create":        {fault: processed("CreateMcpTool", 200)},
	"identity/mcp-tool-delete":        {fault: processed("DeleteMcpTool", 200)},
	"identity/mcp-tool-delete-again":  {fault: fault("DeleteMcpTool", 1, 204)},
	"identity/mcp-tools-list-lag":     {options: mockserver.Options{ListLag: 1}},
	"identity/mcp-tool-read-lag":      {fault: fault("GetMcpTool", 0, 404)},
	"identity/mcp-tool-update-clears": {middleware: rewrite("GET", "/mcptools/", set("readOnly", true))},
	"identity/mcp-tool-duplicate":     {fault: fault("CreateMcpTool", 1, 400)},
	"identity/mcp-tool-deleted":       {middleware: deletedToolsReadable},
	"identity/mcp-tool-recreate":      {fault: fault("CreateMcpTool", 1, 409)},

	"identity/user-create": {fault: processed("CreateUser", 201)},
	"identity/user-wait-for-reindex": {options: mockserver.Options{ListLag: 1}, middleware: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				r.URL.RawQuery = ""
			}
			next.ServeHTTP(w, r)
		})
	}},
	"identity/user-read-lag":              {fault: fault("GetUser", 0, 404)},
	"identity/user-duplicate":             {fault: fault("CreateUser", 1, 409)},
	"identity/user-update-clears":         {fault: notProcessed("UpdateUser")},
	"identity/role-members-list-lag":      {options: mockserver.Options{ListLag: 1}},
	"identity/user-update-null-clears":    {fault: notProcessed("UpdateUser")},
	"identity/user-deleted-delete":        {fault: fault("DeleteUser", 1, 204)},
	"identity/user-purged-read":           {fault: fault("DeleteUser", 0, 204)},
	"identity/membership-add-again":       {fault: fault("AddUserToRole", 1, 400)},
	"identity/membership-remove-again":    {fault: fault("RemoveUserFromRole", 1, 404)},
	"identity/user-deleted-read":          {options: mockserver.Options{DeletedUsersGone: true}},
	"identity/user-deleted-read-by-login": {options: mockserver.Options{DeletedUsersGone: true}},
	"identity/user-deleted-login":         {fault: fault("CreateUser", 1, 400)},
	"identity/user-delete":                {fault: processed("DeleteUser", 200)},
	"identity/user-delete-again":          {fault: fault("DeleteUser", 1, 204)},

	"identity/network-zone-create":           {fault: processed("CreateNetworkZone", 200)},
	"identity/network-zone-duplicate":        {fault: fault("CreateNetworkZone", 1, 409)},
	"identity/network-zone-delete":           {fault: processed("DeleteNetworkZone", 200)},
	"identity/network-zone-delete-renumbers": {middleware: numbersZones},
	"identity/network-zones-list-lag":        {options: mockserver.Options{ListLag: 1}},
	"identity/network-zone-read-lag":         {fault: fault("GetNetworkZone", 0, 404)},
	"identity/network-zone-update-clears":    {fault: notProcessed("UpdateNetworkZone")},
	"identity/network-zone-hierarchy":        {options: mockserver.Options{NetworkZonesShift: true}},
	"identity/network-zone-hierarchy-gap":    {fault: fault("UpdateNetworkZone", 0, 400)},
	"identity/network-zone-delete-again":     {fault: fault("DeleteNetworkZone", 1, 404)},

	"identity/external-token-issuer-create":       {fault: processed("CreateExternalTokenIssuer", 200)},
	"identity/external-token-issuer-delete":       {fault: processed("DeleteExternalTokenIssuer", 200)},
	"identity/external-token-issuer-delete-again": {fault: fault("DeleteExternalTokenIssuer", 1, 204)},
	"identity/external-token-issuers-list-lag":    {options: mockserver.Options{ListLag: 1}},
	"identity/external-token-issuer-read-lag":     {fault: fault("GetExternalTokenIssuer", 0, 404)},
	"identity/external-token-issuer-update-keeps": {middleware: rewrite("GET", "/externaltokenissuers/", set("description", nil))},
	"identity/external-token-issuer-duplicate":    {fault: fault("CreateExternalTokenIssuer", 1, 409)},

	"access/policy-missing":             {fault: fault("access.GetPolicy", 0, 404)},
	"access/policy-collection-missing":  {fault: fault("access.GetPolicyCollection", 0, 404)},
	"access/role-missing":               {fault: fault("access.GetRole", 0, 400)},
	"access/policy-template-missing":    {fault: fault("access.GetPolicyTemplate", 0, 404)},
	"access/user-role-missing":          {fault: fault("access.GetUserRole", 0, 404)},
	"access/lusid-resources":            {fault: fault("lusid.ListAccessControlledResources", 0, 404)},
	"access/lusid-instrument-actions":   {fault: mockserver.Fault{Operation: "lusid.ListAccessControlledResources", Body: `{"values": [{"actions": [{"action": {"scope": "default", "activity": "Any", "entity": "Instrument"}}]}]}`}},
	"access/lusid-feature-code":         {fault: mockserver.Fault{Operation: "lusid.ListAccessControlledResources", Body: `{"values": [{"actions": [{"limitedSet": [{"identifier": {"scope": "LUSID", "code": "ListInstruments"}}]}]}]}`}},
	"access/own-user-role":              {fault: fault("access.GetUserRole", 0, 404)},
	"access/own-policies-administrator": {fault: mockserver.Fault{Operation: "access.GetOwnPolicies", Body: `[{"sourceRole": {"code": "lusid-administrator"}}]`}},
	"access/roles-list-scopes":          {middleware: defaultScopeOnly("/access/api/roles")},
	"access/role-hierarchy-index": {middleware: rewrite("GET", "/access/api/roles$", func(_ *int, role map[string]any) {
		index, _ := role["roleHierarchyIndex"].(float64)
		role["roleHierarchyIndex"] = 100 - index
	})},
	"access/policies-page-scopes": {middleware: rewrite("GET", "/policies/page$", func(_ *int, page map[string]any) {
		values, _ := page["values"].([]any)
		page["values"] = values[:1]
	})},
	"access/policies-page-complete":   {middleware: rewrite("GET", "/policies/page$", set("nextPage", "next"))},
	"access/policy-templates-enabled": {fault: fault("access.ListPolicyTemplates", 0, 404)},

	"access/policy-create":       {fault: processed("access.CreatePolicy", 200)},
	"access/policy-duplicate":    {fault: fault("access.CreatePolicy", 1, 409)},
	"access/policy-read-lag":     {fault: fault("access.GetPolicy", 0, 404)},
	"access/policy-delete":       {fault: processed("access.DeletePolicy", 200)},
	"access/policy-delete-again": {fault: fault("access.DeletePolicy", 1, 204)},
	"access/policies-list-lag":   {options: mockserver.Options{ListLag: 9}},
	"access/create-scope":        {middleware: otherScope},
	"access/policy-code-escaped": {fault: fault("access.GetPolicy", 0, 404)},
	"access/policy-code-case":    {fault: fault("access.CreatePolicy", 1, 400)},
	"access/policy-body-id":      {fault: fault("access.CreatePolicy", 0, 409)},
	"access/policy-selector-order": {middleware: rewrite("GET", "/access/api/policies/", func(_ *int, policy map[string]any) {
		selectors, _ := policy["selectors"].([]any)
		slices.Reverse(selectors)
	})},
	"access/policy-activity-kept":      {middleware: rewriteText("/access/api/policies/", "rEAD", "Read")},
	"access/policy-deactivate":         {middleware: rewriteText("/access/api/policies/", `"9999-`, `"2999-`)},
	"access/policy-extras":             {middleware: rewrite("GET", "/access/api/policies/", set("how", map[string]any{"type": "a"}))},
	"access/policy-empty-applications": {middleware: rewrite("GET", "/access/api/policies/", set("applications", []string{"LUSID"}))},
	"access/policy-effective-range": {middleware: rewrite("GET", "/access/api/policies/", set("for", []any{
		map[string]any{"effectiveRange": map[string]any{"from": "2020-01-01T00:00:00Z", "to": "9999-12-31T00:00:00Z"}},
	}))},
	"access/policy-build-as-at":              {middleware: rewrite("GET", "/access/api/policies/", set("templateMetadata", map[string]any{"buildAsAt": "2020-01-01T00:00:00Z", "templateSelection": []any{map[string]any{}}}))},
	"access/policy-update-replaces":          {fault: notProcessed("access.UpdatePolicy")},
	"access/policy-in-use-delete":            {fault: fault("access.DeletePolicy", 0, 400)},
	"access/policy-collection-in-use-delete": {fault: fault("access.DeletePolicyCollection", 0, 400)},
	"access/role-dangling-policy":            {middleware: rewrite("GET", "/access/api/roles/", set("resource", nil))},

	"access/policy-collection-create":          {fault: processed("access.CreatePolicyCollection", 200)},
	"access/policy-collection-duplicate":       {fault: fault("access.CreatePolicyCollection", 1, 409)},
	"access/policy-collection-read-lag":        {fault: fault("access.GetPolicyCollection", 0, 404)},
	"access/policy-collection-delete":          {fault: processed("access.DeletePolicyCollection", 200)},
	"access/policy-collection-delete-again":    {fault: fault("access.DeletePolicyCollection", 1, 204)},
	"access/policy-collection-update-replaces": {fault: notProcessed("access.UpdatePolicyCollection")},
	"access/policy-collections-list-lag":       {options: mockserver.Options{ListLag: 1}},
	"access/policy-collection-missing-policy":  {fault: fault("access.CreatePolicyCollection", 0, 404)},

	"access/role-create":          {fault: processed("access.CreateRole", 200)},
	"access/role-duplicate":       {fault: fault("access.CreateRole", 1, 409)},
	"access/role-read-lag":        {fault: fault("access.GetRole", 0, 404)},
	"access/role-delete":          {fault: processed("access.DeleteRole", 200)},
	"access/role-delete-again":    {fault: fault("access.DeleteRole", 1, 204)},
	"access/roles-list-lag":       {options: mockserver.Options{ListLag: 1}},
	"access/role-update-replaces": {fault: notProcessed("access.UpdateRole")},
	"access/role-missing-policy":  {fault: fault("access.CreateRole", 0, 404)},
	"access/role-place-new": {middleware: rewrite("GET", "/access/api/roles$", func(_ *int, role map[string]any) {
		index, _ := role["roleHierarchyIndex"].(float64)
		role["roleHierarchyIndex"] = 100 - index
	})},
	"access/role-move":               {fault: notProcessed("access.UpdateRole")},
	"access/role-update-keeps-place": {middleware: updatedLast},
	"access/role-delete-renumbers":   {middleware: keepsGaps},
	"access/role-attach-again":       {fault: fault("access.AddPolicyCollectionToRole", 1, 400)},
	"access/role-detach-again":       {fault: fault("access.RemovePolicyCollectionFromRole", 1, 404)},

	"access/policy-template-create":       {fault: processed("access.CreatePolicyTemplate", 200)},
	"access/policy-template-duplicate":    {fault: fault("access.CreatePolicyTemplate", 1, 409)},
	"access/policy-template-read-lag":     {fault: fault("access.GetPolicyTemplate", 0, 404)},
	"access/policy-template-delete":       {fault: processed("access.DeletePolicyTemplate", 200)},
	"access/policy-template-delete-again": {fault: fault("access.DeletePolicyTemplate", 1, 204)},
	"access/policy-templates-list-lag":    {options: mockserver.Options{ListLag: 1}},
	"access/policy-template-update-replaces": {middleware: rewrite("GET", "/policytemplates/", func(_ *int, template map[string]any) {
		selectors, _ := template["templatedSelectors"].([]any)
		template["templatedSelectors"] = append(selectors, map[string]any{"tag": "Data"})
	})},

	"access/user-role-new-user":        {fault: notProcessed("access.GetUserRole")},
	"access/user-role-create":          {fault: processed("access.CreateUserRole", 201)},
	"access/user-role-duplicate":       {fault: fault("access.CreateUserRole", 1, 409)},
	"access/user-role-update-replaces": {fault: mockserver.Fault{Operation: "access.UpdateUserRole", After: 1, Body: "{}"}},
	"access/user-roles-list-lag":       {options: mockserver.Options{ListLag: 1}},
	"access/user-role-delete":          {fault: processed("access.DeleteUserRole", 200)},
	"access/user-role-delete-again":    {fault: fault("access.DeleteUserRole", 1, 204)},

	"access/date-conditions-combine":    {middleware: rewrite("POST", "/access/api/me$", set("one", map[string]any{"result": "Granted"}))},
	"access/activity-case":              {middleware: rewrite("POST", "/access/api/me$", set("other", map[string]any{"result": "Denied"}))},
	"access/request-conditions-combine": {middleware: rewrite("POST", "/access/api/me$", set("one", map[string]any{"result": "Granted"}))},
	"access/selector-part-left-out":     {middleware: rewrite("POST", "/access/api/me$", set("part", map[string]any{"result": "Denied"}))},
	"access/role-precedence": {middleware: rewrite("POST", "/access/api/me$", func(_ *int, results map[string]any) {
		results["a"], results["b"] = results["b"], results["a"]
	})},

	"identity/role-list-fields":                  {middleware: rewrite("GET", "/identity/api/roles$", set("description", nil))},
	"identity/application-list-fields":           {middleware: rewrite("GET", "/applications$", set("displayName", ""))},
	"identity/mcp-tool-list-fields":              {middleware: rewrite("GET", "/mcptools$", set("luminescePayload", nil))},
	"identity/user-list-fields":                  {middleware: rewrite("GET", "/users$", set("secondEmailAddress", nil))},
	"identity/network-zone-list-fields":          {middleware: rewrite("GET", "/networkzones$", set("applyRules", map[string]any{"sessionType": []any{}}))},
	"identity/external-token-issuer-list-fields": {middleware: rewrite("GET", "/externaltokenissuers$", set("description", nil))},
	"access/policy-list-fields":                  {middleware: rewritePage("/policies/page$", set("for", nil))},
	"access/policy-collection-list-fields":       {middleware: rewritePage("/policycollections/page$", set("policies", nil))},
	"access/role-list-fields":                    {middleware: rewrite("GET", "/access/api/roles$", set("resource", nil))},
	"access/policy-template-list-fields":         {middleware: rewritePage("/policytemplates$", set("description", nil))},
	"access/user-role-list-fields":               {middleware: rewritePage("/userroles$", set("resource", map[string]any{}))},

	"identity/request-id-header": {middleware: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorder := httptest.NewRecorder()
			next.ServeHTTP(recorder, r)
			recorder.Header().Del("Lusid-Meta-Requestid")
			maps.Copy(w.Header(), recorder.Header())
			w.WriteHeader(recorder.Code)
			_, _ = w.Write(recorder.Body.Bytes())
		})
	}},
	"identity/rate-limit-retry-after": {fault: fault("GetUserInfo", 0, 429)},
}

// On a domain with another behaviour, each check must report that the domain differs.
func TestRun_differs(t *testing.T) {
	t.Parallel()
	var names []string
	for _, check := range conformance.Checks() {
		names = append(names, check.FullName())
		difference, ok := differences[check.FullName()]
		if !ok {
			t.Errorf("differences does not contain %s", check.FullName())
			continue
		}
		t.Run(check.FullName(), func(t *testing.T) {
			t.Parallel()
			var middlewares []middleware
			if difference.middleware != nil {
				middlewares = append(middlewares, difference.middleware)
			}
			begin := start
			if slices.Contains(asOther, check.FullName()) {
				begin = startAsOther
			}
			domain := begin(t, difference.options, middlewares...)
			if difference.fault.Operation != "" {
				domain.InjectFault(difference.fault)
			}
			report := run(t, domain, []conformance.Check{check}, everything())
			if row := report.Rows[0]; row.Result != conformance.Differs {
				t.Errorf("got %s (%s), want %s", row.Result, row.Seen, conformance.Differs)
			}
			if len(report.Left) > 0 {
				t.Errorf("got remaining objects %v, want none", report.Left)
			}
			if difference.options.ListLag == 0 {
				domain.isClean(t)
			}
		})
	}
	for name := range differences {
		if !slices.Contains(names, name) {
			t.Errorf("differences contains %s, but no such check exists", name)
		}
	}
}

// A refusal or a failure does not show LUSID's behaviour.
func TestRun_couldNotTell(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusInternalServerError} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			domain := start(t, mockserver.Options{})
			domain.InjectFault(mockserver.Fault{Operation: "*", After: 2, Count: -1, Status: status})
			for _, row := range run(t, domain, conformance.Checks(), everything()).Rows {
				if row.Result != conformance.CouldNotTell && row.Name != "request-id-header" {
					t.Errorf("%s: got %s (%s), want %s", row.FullName(), row.Result, row.Seen, conformance.CouldNotTell)
				}
			}
		})
	}
}

func TestRun_noSignIn(t *testing.T) {
	t.Parallel()
	domain := start(t, mockserver.Options{})
	domain.InjectFault(mockserver.Fault{Operation: "token", Count: -1, Status: http.StatusBadRequest})
	report, err := conformance.Run(t.Context(), domain.connection, conformance.Checks(), everything(), io.Discard)
	if err == nil || report != nil {
		t.Errorf("got the report %v and the error %v, want only an error", report, err)
	}
}

// Each permission allows only its own writes.
func TestRun_permissions(t *testing.T) {
	t.Parallel()
	creates := map[conformance.Permission][]string{
		conformance.Write:                {"identity.CreateApplication", "identity.CreateRole", "identity.CreateApiKey", "identity.CreateMcpTool", "access.CreatePolicy", "access.CreatePolicyCollection", "access.CreateRole", "access.CreatePolicyTemplate"},
		conformance.Mail:                 {"identity.CreateUser", "access.CreateUserRole"},
		conformance.NetworkZones:         {"identity.CreateNetworkZone"},
		conformance.ExternalTokenIssuers: {"identity.CreateExternalTokenIssuer"},
		conformance.OwnRoles:             {"access.Evaluate"},
	}
	for _, permission := range conformance.Permissions {
		t.Run(string(permission), func(t *testing.T) {
			t.Parallel()
			domain := startAsOther(t, mockserver.Options{})
			run(t, domain, conformance.Checks(), allow(conformance.Write, permission))
			counts := domain.Counts()
			for other, operations := range creates {
				for _, operation := range operations {
					want := other == permission || other == conformance.Write
					if got := counts[operation] > 0; got != want {
						t.Errorf("%s: got a request: %t, want %t", operation, got, want)
					}
				}
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		// Without -write, the other permissions have no effect.
		for _, options := range []conformance.Options{allow(), allow(conformance.Permissions[1:]...)} {
			domain := start(t, mockserver.Options{})
			report := run(t, domain, conformance.Checks(), options)
			for _, request := range domain.Requests() {
				if request.Method != http.MethodGet && request.Operation != "token:password" {
					t.Errorf("got the write %s %s, want only reads", request.Method, request.Path)
				}
			}
			if n := domain.Counts()["token:password"]; n != 1 {
				t.Errorf("got %d token requests, want 1", n)
			}
			for _, row := range report.Rows {
				if skipped := row.Result == conformance.Skipped; skipped != (row.Needs != conformance.Read) {
					t.Errorf("%s: got %s, want it skipped if and only if it needs a permission", row.FullName(), row.Result)
				}
			}
		}
	})
}

var createOperations = []string{
	"identity.CreateApplication", "identity.CreateRole", "identity.CreateApiKey", "identity.CreateMcpTool", "identity.CreateUser",
	"identity.CreateNetworkZone", "identity.CreateExternalTokenIssuer",
	"access.CreatePolicy", "access.CreatePolicyCollection", "access.CreateRole", "access.CreatePolicyTemplate", userRoleOperation,
}

const userRoleOperation = "access.CreateUserRole"

// If the response to a create is lost, the run finds the object by its name.
func TestRun_removesAfterLostResponses(t *testing.T) {
	t.Parallel()
	// If the response to the create of a user is lost, the run creates no user role.
	isUserRole := func(operation string) bool { return operation == userRoleOperation }
	for kinds, operations := range map[string][]string{
		"user role": {userRoleOperation},
		"others":    slices.DeleteFunc(slices.Clone(createOperations), isUserRole),
	} {
		for name, lost := range map[string]mockserver.Fault{
			"reset":     {Count: -1, Reset: mockserver.ResetAfter},
			"truncated": {Count: -1, Truncate: true},
			"failed":    {Count: -1, Status: http.StatusInternalServerError, AfterWrite: true},
			"page":      {Count: -1, HTML: true, AfterWrite: true},
			"empty":     {Count: -1, Status: http.StatusOK, AfterWrite: true},
		} {
			t.Run(kinds+"/"+name, func(t *testing.T) {
				t.Parallel()
				domain := start(t, mockserver.Options{MaxPersonalAccessTokens: 100})
				for _, operation := range operations {
					lost.Operation = operation
					domain.InjectFault(lost)
				}
				// LUSID refuses these creates. If the response is lost, the run can't know that. The last one would be
				// the sixth external token issuer, because a lost object remains until the end of the run.
				refused := []string{
					"access/policy-body-id", "access/role-missing-policy", "access/policy-collection-missing-policy",
					"identity/external-token-issuer-list-fields",
				}
				checks := slices.DeleteFunc(conformance.Checks(), func(check conformance.Check) bool {
					return slices.Contains(refused, check.FullName())
				})
				if report := run(t, domain, checks, everything()); len(report.Left)+len(report.Lost) > 0 {
					t.Errorf("got the remaining objects %v and the lost objects %v, want none", report.Left, report.Lost)
				}
				for _, operation := range operations {
					if domain.Counts()[operation] == 0 {
						t.Errorf("got no request %s, want one", operation)
					}
				}
				domain.isClean(t)
			})
		}
	}
}

// pick returns the checks with the names.
func pick(t *testing.T, names ...string) (picked []conformance.Check) {
	t.Helper()
	for _, check := range conformance.Checks() {
		if slices.Contains(names, check.FullName()) {
			picked = append(picked, check)
		}
	}
	if len(picked) != len(names) {
		t.Fatalf("got %d checks, want %q", len(picked), names)
	}
	return picked
}

// If the response to a create is lost and no list contains the object, the report contains it.
func TestRun_lost(t *testing.T) {
	t.Parallel()
	const refused, missing = "the list cannot be read (HTTP 403 with code 186)", "the list does not contain it"
	for name, test := range map[string]struct {
		check  string
		faults []mockserver.Fault
		why    string
	}{
		"list refused":           {"identity/role-create", []mockserver.Fault{processed("CreateRole", 502), {Operation: "identity.ListRoles", Count: -1, Status: 403}}, refused},
		"list without JSON":      {"identity/role-create", []mockserver.Fault{processed("CreateRole", 502), {Operation: "identity.ListRoles", Count: -1, Status: 200, Body: "null"}}, "the list cannot be read (HTTP 200)"},
		"list readable late":     {"identity/role-create", []mockserver.Fault{processed("CreateRole", 502), {Operation: "identity.ListRoles", Count: 2, Status: 403}}, ""},
		"other list refused":     {"identity/role-create", []mockserver.Fault{processed("CreateRole", 502), {Operation: "identity.ListUsers", Count: -1, Status: 403}}, ""},
		"not carried out":        {"identity/role-create", []mockserver.Fault{fault("CreateRole", 0, 502)}, missing},
		"second not carried out": {"identity/role-duplicate", []mockserver.Fault{fault("CreateRole", 1, 502)}, missing},
		// The run removes the user, although it could not find the user role.
		"user role not carried out": {"access/user-role-create", []mockserver.Fault{fault("access.CreateUserRole", 0, 502)}, missing},
		// The second tool has the same path as the first tool, which is removed.
		"second tool": {"identity/mcp-tool-recreate", []mockserver.Fault{{Operation: "identity.CreateMcpTool", After: 1, Status: 502, AfterWrite: true}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := start(t, mockserver.Options{})
			for _, fault := range test.faults {
				domain.InjectFault(fault)
			}
			options := everything()
			report := run(t, domain, pick(t, test.check), options)
			var want []conformance.Left
			if test.why != "" {
				suffix := map[string]string{"identity/role-create": "-create", "identity/role-duplicate": "-twice"}[test.check]
				kind := "role"
				if test.check == "access/user-role-create" {
					kind, suffix = "user role", "-create-role@example.com"
				}
				want = []conformance.Left{{Kind: kind, Name: options.RunName + suffix, Why: test.why}}
			}
			if diff := cmp.Diff(want, report.Lost); diff != "" || len(report.Left) > 0 {
				t.Errorf("got the remaining objects %v, lost objects (-want +got):\n%s", report.Left, diff)
			}
			if test.why == "" {
				domain.isClean(t)
			}
		})
	}
}

// If the response to a removal is a 404 but the domain still has the object, the report contains the
// object.
func TestRun_notFound(t *testing.T) {
	t.Parallel()
	const page, proxy = "<title>not found</title>", "HTTP 404 with a body that is not JSON, perhaps from a proxy"
	for name, test := range map[string]struct {
		check, kind string
		faults      []mockserver.Fault
		why         string
	}{
		"gateway": {"identity/role-create", "role", []mockserver.Fault{
			{Operation: "identity.DeleteRole", Count: -1, Status: 404, Body: page, ContentType: "text/html"},
		}, proxy + ", but the list contains it"},
		"code of another kind": {"identity/role-create", "role", []mockserver.Fault{
			{Operation: "identity.DeleteRole", Count: -1, Status: 404, Code: 657},
		}, "HTTP 404 with code 657, but the list contains it"},
		"kind without a code": {"identity/mcp-tool-create", "MCP tool", []mockserver.Fault{
			{Operation: "identity.DeleteMcpTool", Count: -1, Status: 404, Body: page},
		}, proxy + ", but the list contains it"},
		"list refused": {"identity/role-create", "role", []mockserver.Fault{
			{Operation: "identity.DeleteRole", Count: -1, Status: 404, Body: page},
			{Operation: "identity.ListRoles", Count: -1, Status: 403},
		}, proxy + ", and the list cannot be read (HTTP 403 with code 186)"},
		"late": {check: "identity/role-create", faults: []mockserver.Fault{
			{Operation: "identity.DeleteRole", Count: 3, Status: 404, Body: page},
		}},
		"removed": {check: "identity/role-create", faults: []mockserver.Fault{
			{Operation: "identity.DeleteRole", Status: 404, Body: page, AfterWrite: true},
		}},
		"removed, kind without a code": {check: "identity/mcp-tool-create", faults: []mockserver.Fault{
			{Operation: "identity.DeleteMcpTool", Status: 404, Body: page, AfterWrite: true},
			{Operation: "identity.DeleteMcpTool", Count: -1, Status: 404, Body: page},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := start(t, mockserver.Options{})
			for _, fault := range test.faults {
				domain.InjectFault(fault)
			}
			options := everything()
			var want []conformance.Left
			if test.why != "" {
				want = []conformance.Left{{Kind: test.kind, Name: options.RunName + "-create", Why: test.why}}
			}
			if diff := cmp.Diff(want, run(t, domain, pick(t, test.check), options).Left); diff != "" {
				t.Errorf("remaining objects (-want +got):\n%s", diff)
			}
			if test.why == "" {
				domain.isClean(t)
			}
		})
	}
}

// If a run is interrupted during any write, no object remains.
func TestRun_removesAfterInterrupt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// request is the pattern of the method, the path and the query of a request, and operation is its operation.
		request, operation string
	}{
		"application":       {"POST .*/applications$", "identity.CreateApplication"},
		"role":              {"POST /identity/api/roles$", "identity.CreateRole"},
		"token":             {"POST .*/keys$", "identity.CreateApiKey"},
		"tool":              {"POST .*/mcptools/", "identity.CreateMcpTool"},
		"user":              {`POST .*/users\?`, "identity.CreateUser"},
		"zone":              {"POST .*/networkzones$", "identity.CreateNetworkZone"},
		"issuer":            {"POST .*/externaltokenissuers$", "identity.CreateExternalTokenIssuer"},
		"rotation":          {`newsecret`, "identity.RotateApplicationSecrets"},
		"membership":        {"PUT .*/roles/.*/users/", "identity.AddUserToRole"},
		"policy":            {"POST .*/policies$", "access.CreatePolicy"},
		"policy collection": {"POST /access/api/policycollections$", "access.CreatePolicyCollection"},
		"access role":       {"POST /access/api/roles$", "access.CreateRole"},
		"policy template":   {"POST .*/policytemplates$", "access.CreatePolicyTemplate"},
		"user role":         {"POST .*/userroles$", "access.CreateUserRole"},
		"attachment":        {"POST .*/roles/.*/policycollections$", "access.AddPolicyCollectionToRole"},
		"move":              {"PUT /access/api/roles/.*[?&]beforeCode=", "access.UpdateRole"},
		"evaluation":        {"POST .*/api/me$", "access.Evaluate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			pattern := regexp.MustCompile(test.request)
			var domain lusid
			operation := ""
			domain = startAsOther(t, mockserver.Options{}, func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					isMatch := ctx.Err() == nil && pattern.MatchString(r.Method+" "+r.URL.RequestURI())
					if isMatch {
						interrupt()
					}
					next.ServeHTTP(w, r)
					for _, request := range domain.Requests() {
						if isMatch && request.Method == r.Method && request.Path == r.URL.Path {
							operation = request.Operation
						}
					}
				})
			})
			var progress bytes.Buffer
			report, err := conformance.Run(ctx, domain.connection, conformance.Checks(), everything(), &progress)
			if err != nil {
				t.Fatal(err)
			}
			if !report.Interrupted || len(report.Left)+len(report.Lost) > 0 {
				t.Errorf("got interrupted %t, the remaining objects %v and the lost objects %v, want an interrupted run without such objects", report.Interrupted, report.Left, report.Lost)
			}
			if operation != test.operation {
				t.Errorf("got an interrupt during %s, want %s", operation, test.operation)
			}
			if last := report.Rows[len(report.Rows)-1]; last.Result != conformance.Skipped {
				t.Errorf("%s: got %s, want %s", last.FullName(), last.Result, conformance.Skipped)
			}
			domain.isClean(t)
		})
	}
}

// The report contains the objects that could not be removed, and Clean removes them later. Clean does not
// remove the objects of other runs.
func TestClean(t *testing.T) {
	t.Parallel()
	const runName, other = conformance.Prefix + "0123abcd", conformance.Prefix + "4567cdef"
	// Each page of a list has one object.
	pages := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "limit=2000", "limit=1")
			next.ServeHTTP(w, r)
		})
	}
	domain := start(t, mockserver.Options{Seed: mockserver.Seed{
		Roles: []mockserver.Role{{Name: "conformance"}, {Name: "lusid-conformist"}, {Name: runName + "-of-a-killed-run"}, {Name: other + "-of-another-run"}},
		Users: []mockserver.User{
			{Username: "somebody@example.com"},
			{Username: runName + "-deleted@example.com", Status: mockserver.UserDeprovisioned},
		},
	}}, pages)
	for _, operation := range createOperations {
		operation = strings.Replace(operation, "Create", "Delete", 1)
		if operation == "identity.DeleteUser" { // The user of the remaining user role remains.
			continue
		}
		domain.InjectFault(mockserver.Fault{Operation: operation, Count: -1, Status: http.StatusForbidden})
	}
	options := everything()
	options.RunName = runName
	report := run(t, domain, conformance.Checks(), options)
	kinds := map[string]int{}
	for _, left := range report.Left {
		kinds[left.Kind]++
		if !strings.HasPrefix(strings.ToLower(left.Name), conformance.Prefix) || left.Why != "HTTP 403 with code 186" && left.Why != "its user role may remain" {
			t.Errorf("got the remaining object %+v, want one with the prefix and the reason", left)
		}
	}
	if len(kinds) != len(createOperations) {
		t.Errorf("got the remaining objects %v, want objects of every kind", kinds)
	}
	domain.ClearFaults()
	// If a list can't be read, Clean still removes the objects of other kinds. Without the list of the user roles, it
	// keeps the users, because only the user's login shows that a user role is an object of the run.
	hidden, hiddenRoles, keptUsers := kinds["external token issuer"], kinds["user role"], kinds["user"]+1 // one of the seed
	all := len(report.Left) + 2                                                                           // one role and one user of the seed
	for _, want := range []struct {
		unreadable    []string
		removed, left int
		unread        []string
	}{
		{
			[]string{"identity.ListExternalTokenIssuers", "access.ListUserRoles"},
			all - hidden - hiddenRoles - keptUsers, keptUsers,
			[]string{"external token issuers (HTTP 403 with code 186)", "user roles (HTTP 403 with code 186)"},
		},
		{[]string{"identity.ListUsers"}, hidden, 0, []string{"users (HTTP 403 with code 186)"}},
		{nil, hiddenRoles + keptUsers, 0, nil},
	} {
		for _, operation := range want.unreadable {
			domain.InjectFault(mockserver.Fault{Operation: operation, Count: -1, Status: http.StatusForbidden})
		}
		removed, left, unread, err := conformance.Clean(t.Context(), domain.connection, runName, 0)
		if err != nil || len(left) != want.left || removed != want.removed || !slices.Equal(unread, want.unread) {
			t.Errorf("got %d removed objects, want %d; got the unread lists %q, want %q; got the remaining objects %v, want %d; got the error %v, want none", removed, want.removed, unread, want.unread, left, want.left, err)
		}
		for _, object := range left {
			if object.Kind != "user" || object.Why != "its user role may remain" {
				t.Errorf("got the remaining object %+v, want only users whose user role may remain", object)
			}
		}
		domain.ClearFaults()
	}
	contents := domain.contents(t)
	if ids := domain.userRoles(t); len(ids) > 1 {
		t.Errorf("got the user roles of %q, want at most 1", ids)
	}
	for collection, list := range contents {
		if strings.Contains(strings.ToLower(list), runName) {
			t.Errorf("%s still contains an object of the run: %s", collection, list)
		}
	}
	if !strings.Contains(contents["identity/api/roles"], other) {
		t.Error("Clean removed an object of another run")
	}
	for _, name := range []string{"", conformance.Prefix, "other-0123abcd"} {
		if _, _, _, err := conformance.Clean(t.Context(), domain.connection, name, 0); err == nil {
			t.Errorf("Clean accepted %q as the name of a run", name)
		}
	}
	if !strings.Contains(contents["identity/api/roles"], "lusid-conformist") || !strings.Contains(contents[collections[4]], "somebody@example.com") {
		t.Error("Clean removed an object that no run created")
	}
}
