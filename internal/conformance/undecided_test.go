package conformance_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/conformance"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// undecided are domains on which a check could take something else for what it tests. By default, the check must
// report that it could not tell.
var undecided = map[string]struct {
	check      string
	options    mockserver.Options
	fault      mockserver.Fault
	middleware middleware
	// asOther is true if the user who runs the checks is not an administrator.
	asOther bool
	// want is the result. Empty means that the check could not tell.
	want conformance.Result
}{
	// LUSID documents at most 10 network zones and 5 external token issuers.
	"no free network zone":            {check: "identity/network-zone-create", options: mockserver.Options{Seed: mockserver.Seed{NetworkZones: seedZones(10)}}},
	"no free external token issuer":   {check: "identity/external-token-issuer-create", options: mockserver.Options{Seed: mockserver.Seed{ExternalTokenIssuers: seedIssuers(5)}}},
	"user refused":                    {check: "identity/user-create", fault: fault("CreateUser", 0, 400)},
	"application refused":             {check: "identity/application-create", fault: fault("CreateApplication", 0, 400)},
	"delete refused":                  {check: "identity/role-delete", fault: fault("DeleteRole", 0, 400)},
	"denial with another status":      {check: "access/policy-missing", fault: mockserver.Fault{Operation: "access.GetPolicy", Status: 400, Code: 606}},
	"denial as 404":                   {check: "identity/mcp-tool-missing", fault: mockserver.Fault{Operation: "identity.GetMcpTool", Status: 404, Code: 186}},
	"new application without secret":  {check: "identity/application-include-secret", middleware: withoutSecrets},
	"last free network zone":          {check: "identity/network-zone-duplicate", options: mockserver.Options{Seed: mockserver.Seed{NetworkZones: seedZones(9)}}, fault: fault("CreateNetworkZone", 1, 400)},
	"last free external token issuer": {check: "identity/external-token-issuer-duplicate", options: mockserver.Options{Seed: mockserver.Seed{ExternalTokenIssuers: seedIssuers(4)}}, fault: fault("CreateExternalTokenIssuer", 1, 400)},
	"only names of tools are unique":  {check: "identity/mcp-tool-duplicate", middleware: onlyUnique("/mcptools/", "name", 409), want: conformance.Differs},
	"only issuers are unique":         {check: "identity/external-token-issuer-duplicate", middleware: onlyUnique("/externaltokenissuers", "issuer", 400), want: conformance.Differs},
	"updates of zones refused":        {check: "identity/network-zone-hierarchy", fault: mockserver.Fault{Operation: "identity.UpdateNetworkZone", Count: -1, Status: 400}},
	"new zones first":                 {check: "identity/network-zone-delete-renumbers", middleware: rewrite("POST", "/networkzones$", set("hierarchy", 1))},
	"creates of policies refused":     {check: "access/policy-body-id", fault: mockserver.Fault{Operation: "access.CreatePolicy", Count: -1, Status: 400}},
	"tools not enabled":               {check: "identity/mcp-tool-missing", middleware: withoutPath("/mcptools")},
	"issuers not enabled":             {check: "identity/external-token-issuer-missing", middleware: withoutPath("/externaltokenissuers")},
	"templates not enabled":           {check: "access/policy-template-missing", middleware: withoutPath("/policytemplates")},
	"form of an ID refused":           {check: "identity/user-missing", fault: mockserver.Fault{Operation: "identity.GetUser", Status: 400, Code: 151}},
	"other status of the code":        {check: "identity/user-missing", fault: mockserver.Fault{Operation: "identity.GetUser", Status: 400, Code: 657}, want: conformance.Differs},
	"no code":                         {check: "identity/user-missing", fault: mockserver.Fault{Operation: "identity.GetUser", Status: 404, Body: "{}"}, want: conformance.Differs},
	"no code for a new user":          {check: "access/user-role-new-user", fault: mockserver.Fault{Operation: "access.GetUserRole", Status: 404, Body: "{}"}, want: conformance.Differs},
	"token refused":                   {check: "identity/token-limit", fault: fault("CreateApiKey", 1, 400)},
	"removed tokens still count":      {check: "identity/token-limit", fault: mockserver.Fault{Operation: "identity.CreateApiKey", After: 1, Status: 400, Code: 238}, want: conformance.AsAssumed},
	"lower limit of tokens":           {check: "identity/token-limit", options: mockserver.Options{MaxPersonalAccessTokens: 2}, want: conformance.Differs},
	"no free token":                   {check: "identity/token-create-by-token", options: mockserver.Options{MaxPersonalAccessTokens: 2}},
	"signed in with a token":          {check: "identity/token-create-by-token", fault: mockserver.Fault{Operation: "identity.CreateApiKey", Status: 400, Code: 785}, want: conformance.Differs},
	"list without issuers":            {check: "identity/application-issuer", middleware: rewrite("GET", "/applications$", set("issuer", nil))},
	"plain list of policies":          {check: "access/policies-list-lag", middleware: rewriteBody("/access/api/policies$", "[]"), want: conformance.AsAssumed},
	"plain list of collections":       {check: "access/policy-collections-list-lag", middleware: rewriteBody("/policycollections$", "[]"), want: conformance.AsAssumed},
	"zone not after all others":       {check: "identity/network-zone-update-clears", options: mockserver.Options{Seed: mockserver.Seed{NetworkZones: seedZones(1)}}, middleware: rewrite("GET", "/networkzones$", set("hierarchy", 9))},
	"late read of a zone":             {check: "identity/network-zone-update-clears", fault: mockserver.Fault{Operation: "identity.GetNetworkZone", Body: `{"description": "old"}`}, want: conformance.AsAssumed},
	"late read of a tool":             {check: "identity/mcp-tool-update-clears", fault: mockserver.Fault{Operation: "identity.GetMcpTool", Body: `{"readOnly": true}`}, want: conformance.AsAssumed},
	"late read of a template":         {check: "access/policy-template-update-replaces", fault: mockserver.Fault{Operation: "access.GetPolicyTemplate", Body: `{"templatedSelectors": [{"tag": "Data"}]}`}, want: conformance.AsAssumed},
	"read of a template never new":    {check: "access/policy-template-update-replaces", fault: notProcessed("access.UpdatePolicyTemplate")},
	"list without deleted users":      {check: "identity/user-list-fields", middleware: withoutDeletedUsers(set("secondEmailAddress", nil)), want: conformance.Differs},
	"no read by the login":            {check: "identity/login-case", fault: mockserver.Fault{Operation: "identity.GetUserFromLogin", Count: -1, Status: 404}},
	"no password policy":              {check: "identity/password-policy-user-type-case", fault: mockserver.Fault{Operation: "identity.GetPasswordPolicy", Count: -1, Status: 404}},
	"more pages of policies":          {check: "access/policies-page-scopes", middleware: rewrite("GET", "/policies/page$", onePolicyOfMany)},
	"scope of roles ignored":          {check: "access/roles-list-scopes", middleware: defaultScopeAlways("/access/api/roles")},
	"scope of policies ignored":       {check: "access/policies-page-scopes", middleware: onlyDefaultScope},
	"no policies":                     {check: "access/policies-page-complete", middleware: rewriteBody("/access/api/policies$", "[]")},
	"policy created after the page":   {check: "access/policies-page-complete", fault: mockserver.Fault{Operation: "access.PagePolicies", Body: `{"values": []}`}, want: conformance.AsAssumed},
	"role of LUSID's support":         {check: "access/role-hierarchy-index", middleware: supportAdministrator, want: conformance.AsAssumed},
	"plain policy refused":            {check: "access/policy-extras", fault: fault("access.CreatePolicy", 0, 400)},
	"all policies refused":            {check: "access/policy-effective-range", fault: mockserver.Fault{Operation: "access.CreatePolicy", Count: -1, Status: 400}},
	"condition refused":               {check: "access/policy-effective-range", fault: fault("access.CreatePolicy", 0, 400), want: conformance.Differs},
	"late read of a policy":           {check: "access/policy-update-replaces", fault: mockserver.Fault{Operation: "access.GetPolicy", Body: `{"description": "old"}`}, want: conformance.AsAssumed},
	"late read of a collection":       {check: "access/policy-collection-update-replaces", fault: mockserver.Fault{Operation: "access.GetPolicyCollection", Body: `{"description": "old"}`}, want: conformance.AsAssumed},
	"late read of an access role":     {check: "access/role-update-replaces", fault: mockserver.Fault{Operation: "access.GetRole", Body: `{"description": "old"}`}, want: conformance.AsAssumed},
	"late read of a user":             {check: "identity/user-update-clears", fault: mockserver.Fault{Operation: "identity.GetUser", Body: `{"secondEmailAddress": "old"}`}, want: conformance.AsAssumed},
	"late read of a deleted user":     {check: "identity/user-deleted-read", fault: mockserver.Fault{Operation: "identity.GetUser", Body: `{"status": "PROVISIONED"}`}, want: conformance.AsAssumed},
	"late read of a purged user":      {check: "identity/user-purged-read", fault: notProcessed("GetUser"), want: conformance.AsAssumed},
	"late read of a deleted tool":     {check: "identity/mcp-tool-deleted", fault: notProcessed("GetMcpTool"), want: conformance.AsAssumed},
	"late read by the login":          {check: "identity/user-deleted-read-by-login", middleware: rewrite("GET", "/fromlogin/", set("status", "PROVISIONED"))},
	"late read of a moved role":       {check: "access/role-move", middleware: readsLate(http.MethodPut, "/access/api/roles/"), want: conformance.AsAssumed},
	"late read after a delete":        {check: "access/role-delete-renumbers", middleware: readsLate(http.MethodDelete, "/access/api/roles/"), want: conformance.AsAssumed},
	"late read of an updated role": {check: "access/role-update-keeps-place", middleware: func(next http.Handler) http.Handler {
		return readsLate(http.MethodPut, "/access/api/roles/")(updatedLast(next))
	}, want: conformance.Differs},
	"read of a role never new": {check: "access/role-update-keeps-place", fault: mockserver.Fault{Operation: "access.UpdateRole", Body: "{}"}},
	"late loss of a policy":    {check: "access/role-dangling-policy", middleware: losesPolicies, want: conformance.Differs},
	"late list of zones": {check: "identity/network-zone-delete-renumbers", middleware: func(next http.Handler) http.Handler {
		return readsLate(http.MethodDelete, "/networkzones")(numbersZones(next))
	}, want: conformance.Differs},
	"list of zones never new": {check: "identity/network-zone-delete-renumbers", options: mockserver.Options{ListLag: 99}},
	"zones changed by somebody else": {check: "identity/network-zone-delete-renumbers", options: mockserver.Options{Seed: mockserver.Seed{NetworkZones: seedZones(1)}}, middleware: zonesAfterDelete(func(zone map[string]any) {
		hierarchy, _ := zone["hierarchy"].(float64)
		zone["hierarchy"] = hierarchy + 1
	})},
	"read of an issuer never new":     {check: "identity/external-token-issuer-update-keeps", fault: mockserver.Fault{Operation: "identity.GetExternalTokenIssuer", Count: -1, Body: `{"description": "old", "logoutUrl": "old"}`}},
	"free hierarchy, zones refused":   {check: "identity/network-zone-hierarchy-gap", fault: mockserver.Fault{Operation: "identity.UpdateNetworkZone", Count: -1, Status: 400}},
	"resources without features":      {check: "access/lusid-feature-code", fault: mockserver.Fault{Operation: "lusid.ListAccessControlledResources", Body: `{"values": [{"actions": []}]}`}},
	"resources without actions":       {check: "access/lusid-instrument-actions", fault: mockserver.Fault{Operation: "lusid.ListAccessControlledResources", Body: `{"values": [{}]}`}},
	"no resources":                    {check: "access/lusid-resources", fault: mockserver.Fault{Operation: "lusid.ListAccessControlledResources", Body: `{}`}, want: conformance.Differs},
	"token for a wrong secret":        {check: "identity/token-refusal", fault: mockserver.Fault{Operation: "token:password", After: 2, Status: 200, Body: `{"access_token": "token", "token_type": "Bearer", "expires_in": 3600}`}, want: conformance.Differs},
	"token without a time":            {check: "identity/instant-fraction", middleware: rewrite("GET", "/keys$", set("deactivationDate", nil)), want: conformance.Differs},
	"application not known yet":       {check: "identity/token-refusal", fault: mockserver.Fault{Operation: "token:password", After: 1, Count: -1, Status: 401, Body: `{"error": "invalid_client"}`}},
	"empty policy":                    {check: "access/policy-extras", fault: notProcessed("access.GetPolicy")},
	"policy without metadata":         {check: "access/policy-build-as-at", middleware: rewrite("GET", "/access/api/policies/", set("templateMetadata", nil)), want: conformance.Differs},
	"no paths of access roles":        {check: "access/role-missing-policy", middleware: withoutPath("/access/api/roles")},
	"no paths of policy collections":  {check: "access/policy-collection-missing-policy", middleware: withoutPath("/policycollections")},
	"no paths of policies":            {check: "access/policy-body-id", middleware: withoutPath("/access/api/policies")},
	"no paths of user roles":          {check: "access/own-user-role", middleware: withoutPath("/userroles")},
	"deletes of policies refused":     {check: "access/policy-in-use-delete", fault: mockserver.Fault{Operation: "access.DeletePolicy", Count: 2, Status: 400}},
	"deletes of collections refused":  {check: "access/policy-collection-in-use-delete", fault: mockserver.Fault{Operation: "access.DeletePolicyCollection", Count: 2, Status: 400}},
	"empty application":               {check: "identity/application-read-lag", fault: notProcessed("GetApplication")},
	"empty role":                      {check: "identity/role-update-clears", fault: notProcessed("GetRole")},
	"empty deleted user":              {check: "identity/user-deleted-read-by-login", fault: notProcessed("GetUserFromLogin")},
	"empty own user role":             {check: "access/own-user-role", fault: notProcessed("access.GetUserRole")},
	"roles changed by somebody else":  {check: "access/role-update-keeps-place", middleware: indexAfter(http.MethodPut)},
	"other change, move":              {check: "access/role-move", middleware: func(next http.Handler) http.Handler { return indexAfter(http.MethodPut)(withoutMoves(next)) }},
	"other change, delete":            {check: "access/role-delete-renumbers", middleware: indexAfter(http.MethodDelete)},
	"no other access role":            {check: "access/role-place-new", middleware: onlyNewRoles},
	"equal indexes":                   {check: "access/role-place-new", middleware: rewrite("GET", "/access/api/roles", set("roleHierarchyIndex", 1)), want: conformance.Differs},
	"new roles first, move":           {check: "access/role-move", middleware: newRolesFirst, want: conformance.AsAssumed},
	"new roles first, no move":        {check: "access/role-move", middleware: func(next http.Handler) http.Handler { return withoutMoves(newRolesFirst(next)) }, want: conformance.Differs},
	"new roles first, delete":         {check: "access/role-delete-renumbers", middleware: newRolesFirst, want: conformance.AsAssumed},
	"new roles first, precedence":     {check: "access/role-precedence", middleware: newRolesFirst, asOther: true, want: conformance.AsAssumed},
	"every allow decides":             {check: "access/role-precedence", middleware: rewrite("POST", "/access/api/me$", set("b", map[string]any{"result": "Granted"})), asOther: true, want: conformance.Differs},
	"new application not yet visible": {check: "identity/application-include-secret", fault: fault("GetApplication", 0, 404)},
}

// withoutSecrets removes the secret from the applications of a domain.
func withoutSecrets(next http.Handler) http.Handler {
	remove := func(_ *int, app map[string]any) { delete(app, "secret") }
	return rewrite("POST", "/applications$", remove)(rewrite("GET", "/applications", remove)(next))
}

// onlyNewRoles lists only the access roles of a run.
func onlyNewRoles(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/access/api/roles" {
			next.ServeHTTP(w, r)
			return
		}
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		var roles []map[string]any
		_ = json.Unmarshal(recorder.Body.Bytes(), &roles)
		roles = slices.DeleteFunc(roles, func(role map[string]any) bool {
			id, _ := role["id"].(map[string]any)
			code, _ := id["code"].(string)
			return !strings.HasPrefix(code, conformance.Prefix)
		})
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(roles)
	})
}

// newRolesFirst places a new access role before all others.
func newRolesFirst(next http.Handler) http.Handler {
	first := "iam-administrator"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/access/api/roles" {
			next.ServeHTTP(w, r)
			return
		}
		var role map[string]any
		content, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(content, &role)
		r.Body = io.NopCloser(bytes.NewReader(content))
		created := httptest.NewRecorder()
		next.ServeHTTP(created, r)
		code, _ := role["code"].(string)
		delete(role, "code")
		content, _ = json.Marshal(role)
		move := httptest.NewRequestWithContext(r.Context(), http.MethodPut, "/access/api/roles/"+code+"?beforeCode="+first, bytes.NewReader(content))
		move.Host, move.Header = r.Host, r.Header.Clone()
		move.Header.Set("Content-Length", strconv.Itoa(len(content)))
		moved := httptest.NewRecorder()
		next.ServeHTTP(moved, move)
		if moved.Code == http.StatusOK {
			first, moved.Code = code, created.Code
		}
		maps.Copy(w.Header(), moved.Header())
		w.WriteHeader(moved.Code)
		_, _ = w.Write(moved.Body.Bytes())
	})
}

// withoutMoves ignores the new position in an update of an access role of a run.
func withoutMoves(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/access/api/roles/") {
			r.URL.RawQuery = ""
		}
		next.ServeHTTP(w, r)
	})
}

// readsLate is a domain in which the first read of a path after a write with the method is the last read before the write.
// It affects only the reads and the writes below a path.
func readsLate(method, path string) middleware {
	return func(next http.Handler) http.Handler {
		last, late := map[string]*httptest.ResponseRecorder{}, map[string]bool{}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			isBelow := strings.Contains(r.URL.Path, path)
			if isBelow && r.Method == method {
				for read := range last {
					late[read] = true
				}
			}
			if !isBelow || r.Method != http.MethodGet {
				next.ServeHTTP(w, r)
				return
			}
			if !late[r.URL.Path] {
				last[r.URL.Path] = httptest.NewRecorder()
				next.ServeHTTP(last[r.URL.Path], r)
			}
			delete(late, r.URL.Path)
			response := last[r.URL.Path]
			maps.Copy(w.Header(), response.Header())
			w.WriteHeader(response.Code)
			_, _ = w.Write(response.Body.Bytes())
		})
	}
}

// losesPolicies is a domain in which an access role loses its policies after the first read.
func losesPolicies(next http.Handler) http.Handler {
	reads := 0
	return rewrite("GET", "/access/api/roles/", func(_ *int, role map[string]any) {
		if reads++; reads > 1 {
			role["resource"] = nil
		}
	})(next)
}

// withoutDeletedUsers changes each user in a list without deleted users.
func withoutDeletedUsers(change func(status *int, user map[string]any)) middleware {
	return func(next http.Handler) http.Handler {
		changed := rewrite("GET", "/users$", change)(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("includeDeactivated") == "" {
				changed.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// keepsGaps is a domain in which the delete of an access role does not change the index of the third role of a run.
func keepsGaps(next http.Handler) http.Handler {
	last := rewrite("GET", "/access/api/roles/.*-3$", func(_ *int, role map[string]any) {
		index, _ := role["roleHierarchyIndex"].(float64)
		role["roleHierarchyIndex"] = index + 1
	})(next)
	isDeleted := false
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isDeleted = isDeleted || r.Method == http.MethodDelete && strings.HasPrefix(r.URL.Path, "/access/api/roles/")
		if isDeleted {
			last.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// zonesAfterDelete changes each network zone in a response after a delete of a network zone.
func zonesAfterDelete(change func(zone map[string]any)) middleware {
	return func(next http.Handler) http.Handler {
		changed := rewrite("GET", "/networkzones", func(_ *int, zone map[string]any) { change(zone) })(next)
		isDeleted := false
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			isDeleted = isDeleted || r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/networkzones/")
			if isDeleted {
				changed.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// numbersZones is a domain in which the delete of a network zone changes the hierarchy of a later zone of a run.
func numbersZones(next http.Handler) http.Handler {
	return zonesAfterDelete(func(zone map[string]any) {
		if code, _ := zone["code"].(string); strings.HasPrefix(code, conformance.Prefix) {
			zone["hierarchy"] = 1
		}
	})(next)
}

// deletedToolsReadable returns the first version of an MCP tool, even if the tool is deleted.
func deletedToolsReadable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/mcptools/") {
			r.URL.RawQuery = "version=1"
		}
		next.ServeHTTP(w, r)
	})
}

// onePolicyOfMany leaves one policy on a page, and adds a next page.
func onePolicyOfMany(_ *int, page map[string]any) {
	values, _ := page["values"].([]any)
	page["values"], page["nextPage"] = values[:1], "next"
}

// defaultScopeAlways limits a list to the default scope, even if the request has another scope.
func defaultScopeAlways(path string) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && r.URL.Path == path {
				r.URL.RawQuery = "scope=default"
			}
			next.ServeHTTP(w, r)
		})
	}
}

// onlyDefaultScope limits the lists and the pages of policies to the default scope.
func onlyDefaultScope(next http.Handler) http.Handler {
	limited := rewrite("GET", "/policies/page$", func(_ *int, page map[string]any) {
		values, _ := page["values"].([]any)
		page["values"] = slices.DeleteFunc(values, func(value any) bool {
			policy, _ := value.(map[string]any)
			id, _ := policy["id"].(map[string]any)
			return id["scope"] != "default"
		})
	})(next)
	return defaultScopeAlways("/access/api/policies")(limited)
}

// rewriteBody replaces the body of the response to a read.
func rewriteBody(path, body string) middleware {
	pattern := regexp.MustCompile(path)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || !pattern.MatchString(r.URL.Path) {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, body)
		})
	}
}

// supportAdministrator is a domain in which the role lusid-administrator of LUSID's support comes first in the list.
func supportAdministrator(next http.Handler) http.Handler {
	return rewriteBody("/access/api/roles$", `[
		{"id": {"scope": "support", "code": "lusid-administrator"}, "roleHierarchyIndex": 9},
		{"id": {"scope": "default", "code": "lusid-administrator"}, "roleHierarchyIndex": 1},
		{"id": {"scope": "default", "code": "iam-administrator"}, "roleHierarchyIndex": 2}]`)(next)
}

// withoutPath responds with a 404 without a code to each request with the text in its path.
func withoutPath(path string) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, path) {
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// onlyUnique accepts a second object with the same code, if the field of the second object has another value.
func onlyUnique(path, field string, status int) middleware {
	return func(next http.Handler) http.Handler {
		seen := map[any]bool{}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost || !strings.Contains(r.URL.Path, path) {
				next.ServeHTTP(w, r)
				return
			}
			var object map[string]any
			content, _ := io.ReadAll(r.Body)
			_ = json.Unmarshal(content, &object)
			switch {
			case len(seen) == 0:
				r.Body = io.NopCloser(bytes.NewReader(content))
				next.ServeHTTP(w, r)
			case seen[object[field]]:
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, `{"name": "Duplicate", "code": 144}`)
			default:
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write(content)
			}
			seen[object[field]] = true
		})
	}
}

func seedZones(n int) (zones []mockserver.NetworkZone) {
	for i := range n {
		zones = append(zones, mockserver.NetworkZone{Code: "zone-" + strconv.Itoa(i), Action: "NoOp"})
	}
	return zones
}

func seedIssuers(n int) (issuers []mockserver.ExternalTokenIssuer) {
	for i := range n {
		code := "issuer-" + strconv.Itoa(i)
		issuers = append(issuers, mockserver.ExternalTokenIssuer{Code: code, Issuer: "https://acme.example/" + code, Audience: code, LogoutURL: "https://acme.example/logout"})
	}
	return issuers
}

func TestRun_undecided(t *testing.T) {
	t.Parallel()
	for name, test := range undecided {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var middlewares []middleware
			if test.middleware != nil {
				middlewares = append(middlewares, test.middleware)
			}
			begin := start
			if test.asOther {
				begin = startAsOther
			}
			domain := begin(t, test.options, middlewares...)
			if test.fault.Operation != "" {
				domain.InjectFault(test.fault)
			}
			report := run(t, domain, pick(t, test.check), everything())
			want := cmp.Or(test.want, conformance.CouldNotTell)
			if row := report.Rows[0]; row.Result != want || row.Seen == "" {
				t.Errorf("got %s (%s), want %s with a reason", row.Result, row.Seen, want)
			}
		})
	}
}

// If LUSID does not place new network zones after all others, the run must not give a zone another place. It could move
// a zone that it has not created.
func TestRun_zoneBehind(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*int, map[string]any){
		"number": set("hierarchy", 9), "null": set("hierarchy", nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := mockserver.Options{Seed: mockserver.Seed{NetworkZones: seedZones(1)}}
			domain := start(t, options, rewrite("GET", "/networkzones$", func(status *int, zone map[string]any) {
				if zone["code"] == "zone-0" {
					change(status, zone)
				}
			}))
			report := run(t, domain, pick(t, "identity/network-zone-hierarchy"), everything())
			if row := report.Rows[0]; row.Result != conformance.CouldNotTell {
				t.Errorf("got %s (%s), want %s", row.Result, row.Seen, conformance.CouldNotTell)
			}
			if n := domain.Counts()["identity.UpdateNetworkZone"]; n > 0 {
				t.Errorf("got %d updates of network zones, want none", n)
			}
		})
	}
}

// The checks of decisions can't show anything for an administrator, so they create nothing.
func TestRun_administratorGetsNoRole(t *testing.T) {
	t.Parallel()
	domain := start(t, mockserver.Options{})
	for _, row := range run(t, domain, pick(t, asOther...), everything()).Rows {
		if row.Result != conformance.CouldNotTell {
			t.Errorf("%s: got %s (%s), want %s", row.FullName(), row.Result, row.Seen, conformance.CouldNotTell)
		}
	}
	for _, request := range domain.Requests() {
		if request.Method != http.MethodGet && request.Operation != "token:password" {
			t.Errorf("got the write %s %s, want none", request.Method, request.Path)
		}
	}
}

// A list that still contains a deleted object of the run does not change the result of a check.
func TestRun_deletedObjectsInLists(t *testing.T) {
	t.Parallel()
	domain := start(t, mockserver.Options{ListLag: 1})
	checks := pick(t, "identity/tokens-list-lag", "identity/token-limit", "identity/network-zone-hierarchy", "identity/network-zone-hierarchy-gap",
		"access/roles-list-lag", "access/role-place-new")
	for _, row := range run(t, domain, checks, everything()).Rows {
		if !strings.HasSuffix(row.Name, "-list-lag") && row.Result != conformance.AsAssumed {
			t.Errorf("%s: got %s (%s), want %s", row.FullName(), row.Result, row.Seen, conformance.AsAssumed)
		}
	}
}

// A response of a gateway does not show whether LUSID's responses have a request ID.
func TestRun_gatewayWithoutRequestID(t *testing.T) {
	t.Parallel()
	domain := start(t, mockserver.Options{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "/policytemplates") {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	report := run(t, domain, pick(t, "access/policy-templates-enabled", "identity/request-id-header"), everything())
	if row := report.Rows[1]; row.Result != conformance.AsAssumed {
		t.Errorf("got %s (%s), want %s", row.Result, row.Seen, conformance.AsAssumed)
	}
}
