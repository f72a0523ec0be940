package provider_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// effect is what a fault means for the sender of the request.
type effect int

const (
	// harmless is a response that the provider accepts.
	harmless effect = iota
	// rateLimited is a 429. LUSID did not carry out the request, so every request can be retried.
	rateLimited
	// notConnected is a connection that failed. LUSID did not get the request, so every request can be retried.
	notConnected
	// unavailable is a 502, 503 or 504. LUSID may have carried out the request.
	unavailable
	// responseLost means that no response came. LUSID may have carried out the request.
	responseLost
	// unusableResponse is a response that the provider can't use. A retry would get the same response.
	unusableResponse
	// refusedBeforeLUSID means that a gateway or the TLS handshake refused the request. LUSID did not carry it out, and
	// a retry would not help.
	refusedBeforeLUSID
	// changedSincePlan is a response in which the object differs from the object that the plan read.
	changedSincePlan
	// missingField is a response without a field that only this kind needs. The provider does not retry the request.
	// missingFieldRetried is the same, but the provider sends the request again.
	missingField
	missingFieldRetried
	// partialResponse is a response without a part of what the provider shows.
	partialResponse
)

// outcome is the result of a phase in which a fault occurs.
type outcome int

const (
	// succeeds is success without a message about the fault.
	succeeds outcome = iota
	// warns is success with one warning.
	warns
	// fails is one error.
	fails
	// checksWrite means that the provider checks whether LUSID carried out a write: see cell.outcomeAfterCheck.
	checksWrite
)

// rules has the outcome of each effect. Once and always are the outcomes for a request whose retry has no further
// effect, if the fault occurs once or each time. NoRetryOnce and noRetryAlways are the outcomes for a request that must
// not be retried: a POST, or a PUT that stores versions.
var rules = map[effect]struct{ once, always, noRetryOnce, noRetryAlways outcome }{
	harmless:            {succeeds, succeeds, succeeds, succeeds},
	rateLimited:         {succeeds, fails, succeeds, fails},
	notConnected:        {succeeds, fails, succeeds, fails},
	unavailable:         {succeeds, fails, checksWrite, checksWrite},
	responseLost:        {succeeds, fails, checksWrite, checksWrite},
	unusableResponse:    {fails, fails, checksWrite, checksWrite},
	refusedBeforeLUSID:  {fails, fails, fails, fails},
	changedSincePlan:    {fails, fails, fails, fails},
	missingField:        {fails, fails, fails, fails},
	missingFieldRetried: {succeeds, fails, fails, fails},
	partialResponse:     {warns, warns, warns, warns},
}

// fault is a column of the matrix.
type fault struct {
	name   string
	effect effect
	// written is true if LUSID carries out the request before the fault occurs.
	written bool
	// words must be in the error, if the outcome is an error. If the request is for a token, tokenWords replace them.
	words, tokenWords []string
	// wait is the shortest time in which the phase can succeed.
	wait time.Duration
	// isLarge is true for a response that takes as long to read as ten others.
	isLarge bool
	// erases is a field that LUSID has no value for afterwards, because an update sends back the response that was read.
	erases string

	// One of the following fields causes the fault.

	// mock is a fault in the mock, without the operation. RetryAfter returns a header that depends on the time.
	mock       mockserver.Fault
	retryAfter func() string
	// rewrite changes the response to a request that was carried out.
	rewrite providertest.Rewrite
	// connection is what happens to the connection of the request.
	connection providertest.ConnectionFate

	// breakOff is how a reset in mock aborts the request over HTTP/2. Nil means HTTP/1.1.
	breakOff func(*providertest.Wire)
}

const notAToken = "not a token in JSON"

// aspNET404 is ASP.NET's response for an unknown route.
const aspNET404 = `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404,"traceId":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}`

// faults are all faults that do not depend on the response. Function faultsOf adds the others.
var faults = slices.Concat(
	[]fault{
		{name: "429, Retry-After in seconds", effect: rateLimited, words: []string{"HTTP 429"}, wait: 30 * time.Second, mock: mockserver.Fault{Status: 429, RetryAfter: "30"}},
		{
			name: "429, Retry-After as a date", effect: rateLimited, words: []string{"HTTP 429"}, wait: 29 * time.Second, mock: mockserver.Fault{Status: 429},
			retryAfter: func() string { return time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat) },
		},
		{name: "429", effect: rateLimited, words: []string{"HTTP 429"}, mock: mockserver.Fault{Status: 429}},
		{name: "429, Retry-After in the past", effect: rateLimited, words: []string{"HTTP 429"}, mock: mockserver.Fault{Status: 429, RetryAfter: "Thu, 01 Jan 1970 00:00:00 GMT"}},
		// A header must not stop a run for trillions of years.
		{name: "429, Retry-After too large", effect: rateLimited, words: []string{"HTTP 429"}, wait: time.Minute, mock: mockserver.Fault{Status: 429, RetryAfter: "99999999999999999999"}},
		{name: "429, Retry-After not a number", effect: rateLimited, words: []string{"HTTP 429"}, mock: mockserver.Fault{Status: 429, RetryAfter: "soon"}},
		{name: "503, Retry-After in seconds", effect: unavailable, words: []string{"HTTP 503"}, wait: 30 * time.Second, mock: mockserver.Fault{Status: 503, RetryAfter: "30"}},

		{name: "connection refused", effect: notConnected, words: []string{"connection refused"}, connection: providertest.Refused},
		{name: "connection reset before the write", effect: responseLost, words: []string{"connection reset"}, mock: mockserver.Fault{Reset: mockserver.ResetBefore}},
		{name: "connection reset after the write", effect: responseLost, written: true, words: []string{"connection reset"}, mock: mockserver.Fault{Reset: mockserver.ResetAfter}},
		{name: "timeout before the write", effect: responseLost, words: []string{"The time was up"}, mock: mockserver.Fault{Delay: time.Hour}},
		{
			name: "timeout after the write", effect: responseLost, written: true, words: []string{"The time was up"},
			rewrite: func(_ *httptest.ResponseRecorder, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		},

		{name: "HTML 200", effect: unusableResponse, words: []string{`an HTML page titled "Proxy"`, "HTTP 200"}, tokenWords: []string{notAToken, "HTTP 200"}, mock: mockserver.Fault{Status: 200, HTML: true}},
		{name: "HTML 404", effect: refusedBeforeLUSID, words: []string{`an HTML page titled "Proxy"`, "HTTP 404"}, mock: mockserver.Fault{Status: 404, HTML: true}},
		{name: "empty 404", effect: refusedBeforeLUSID, words: []string{"has no LUSID error code", "HTTP 404"}, tokenWords: []string{"HTTP 404"}, mock: mockserver.Fault{Status: 404, Body: " "}},
		{name: "ASP.NET 404", effect: refusedBeforeLUSID, words: []string{"Not Found", "has no LUSID error code", "HTTP 404"}, tokenWords: []string{"Not Found", "HTTP 404"}, mock: mockserver.Fault{Status: 404, Body: aspNET404}},
		// If the provider follows the redirect, its connection fails, because nothing listens on that port in memory.
		{name: "redirect to another host", effect: unusableResponse, words: []string{"refused to follow a redirect", providertest.MemoryHost + ":1"}, mock: mockserver.Fault{Status: 307, Location: "https://" + providertest.MemoryHost + ":1/identity/api"}},
		{
			name: "redirect to another host after the write", effect: unusableResponse, written: true, words: []string{"refused to follow a redirect", providertest.MemoryHost + ":1"},
			mock: mockserver.Fault{Status: 303, Location: "https://" + providertest.MemoryHost + ":1/login", AfterWrite: true},
		},

		{name: "TLS certificate of an unknown authority", effect: refusedBeforeLUSID, words: []string{"certificate", "ca_certificate_file"}, connection: providertest.Untrusted},
		{name: "TLS 1.1", effect: refusedBeforeLUSID, words: []string{"the TLS handshake failed", "protocol version"}, connection: providertest.Outdated},
		{name: "connection reset during the TLS handshake", effect: notConnected, words: []string{"connection reset"}, connection: providertest.Cut},
	},
	statusFaults(),
	http2Faults(),
)

// statusFaults returns the statuses 500 to 504 of LUSID and a 502 of a proxy. Each occurs before and after LUSID carries
// out the request.
func statusFaults() []fault {
	var all []fault
	for _, status := range []int{500, 502, 503, 504} {
		effect := unavailable
		if status == 500 {
			effect = unusableResponse
		}
		for _, html := range []bool{false, true}[:1+btoi(status == 502)] {
			for _, written := range []bool{false, true} {
				name, words := strconv.Itoa(status), []string{"HTTP " + strconv.Itoa(status)}
				if html {
					name, words = "HTML "+name, append(words, `an HTML page titled "Proxy"`)
				}
				if written {
					name += " after the write"
				}
				all = append(all, fault{
					name: name, effect: effect, written: written, words: words,
					mock: mockserver.Fault{Status: status, HTML: html, AfterWrite: written},
				})
			}
		}
	}
	return all
}

// target is a request in which a fault occurs.
type target struct {
	providertest.Exchange
	kind, phase string
	// nth counts the requests of its operation, and index all requests, both from zero.
	nth, index int
	// role is how the phase depends on the request.
	role role
	// first is the role of the first request that needs a token. It is set for a token request.
	first role
	// mustNotRetry is true for a request whose retry would have a further effect.
	mustNotRetry bool
	// comparedWithPlan are fields that must be in the response: without one of them, the object differs from the plan.
	comparedWithPlan []string
}

// role is how a phase depends on a request.
type role int

const (
	// needed is a request that must succeed.
	needed role = iota
	// failureOnlyWarns is a request whose failure is a warning and not an error.
	failureOnlyWarns
	// optionalRequest is a request whose failure has no effect on the phase.
	optionalRequest
)

// requiredButUnneeded are, by schema, fields that the contract requires and the provider does not need. The
// provider keeps the value that it knows, or never reads the field.
var requiredButUnneeded = map[string][]string{
	"ApiKey":                  {"createdDate"},
	"CreatedApiKey":           {"createdDate"},
	"OAuthApplication":        {"issuer"},
	"RoleResponse":            {"source"},
	"CurrentUserResponse":     {"emailAddress", "type"},
	"UserResponse":            {"emailAddress", "external", "firstName", "lastName", "status"},
	"access.RoleResponse":     {"permission", "resource", "roleHierarchyIndex", "when"},
	"access.UserRoleResponse": {"resource"},
}

// optionalButNeeded are, by schema, fields that the provider needs although the contract does not require them.
var optionalButNeeded = map[string][]string{
	"ExternalTokenIssuerResponse":     {"code"},
	"McpToolResponse":                 {"scope", "code", "name"},
	"NetworkZoneDefinitionResponse":   {"code"},
	"access.PolicyResponse":           {"id"},
	"access.PolicyCollectionResponse": {"id"},
	"access.PolicyTemplateResponse":   {"code"},

	"access.AttachedPolicyDefinitionResponse": {"id"},
}

// testedByKind are, by operation, fields that the matrix skips. The contract does not require them, or other kinds do
// not need them, but without them the provider warns or fails. The tests of their kinds check when.
var testedByKind = map[string][]string{
	"identity.GetApplication": {"secret"},
	"identity.GetNetworkZone": {"hierarchy"},
	"access.GetOwnPolicies":   {"sourceRole"},
}

// nullFields has the effect of a null field for a kind that differs from the other kinds with the same request. A row
// without a phase applies to all phases, except those of a later row.
var nullFields = []struct {
	kind, phase, operation, field string
	effect                        effect
	words                         []string
	erases                        string
}{
	{kind: providertest.AccessRoleType, phase: providertest.Querying, operation: "access.ListRoles", field: "resource", effect: partialResponse},
	{kind: providertest.AccessRoleType, operation: "access.GetRole", field: "resource", effect: partialResponse},
	{kind: providertest.AccessRoleType, phase: providertest.Updating, operation: "access.GetRole", field: "resource", effect: missingField, words: unreturned},
	{kind: providertest.AccessRoleType, phase: providertest.Deleting, operation: "access.GetRole", field: "resource", effect: missingField, words: unreturned},
	{kind: providertest.AccessUserRoleType, operation: "access.GetUserRole", field: "resource", effect: partialResponse},
	// A create reads a user role that does not exist.
	{kind: providertest.AccessUserRoleType, phase: providertest.Creating, operation: "access.GetUserRole", field: "resource", effect: harmless},
	{kind: providertest.AccessUserRoleType, phase: providertest.Updating, operation: "access.GetUserRole", field: "resource", effect: missingField, words: unreturned},
	{kind: providertest.AccessUserRoleType, phase: providertest.Deleting, operation: "access.GetUserRole", field: "resource", effect: missingField, words: unreturned},
	{
		kind: providertest.AccessRolePolicyCollectionType, operation: "access.GetRole", field: "resource", effect: missingFieldRetried,
		words: []string{"LUSID did not return what the access role"},
	},
	{kind: providertest.AccessRolePolicyCollectionType, phase: providertest.Querying, operation: "access.ListRoles", field: "resource", effect: partialResponse},
	{kind: providertest.AccessUserRoleType, phase: providertest.Querying, operation: "access.ListUserRoles", field: "resource", effect: partialResponse},
	{
		kind: providertest.AccessRolePrecedenceType, operation: "access.GetRole", field: "resource", effect: missingField,
		words: []string{"LUSID did not return what the role has"},
	},
	{
		kind: providertest.AccessRolePrecedenceType, operation: "access.GetRole", field: "when", effect: missingField,
		words: []string{"LUSID did not return when the role is active"},
	},
	{
		kind: providertest.AccessRolePrecedenceType, operation: "access.ListRoles", field: "roleHierarchyIndex", effect: missingField,
		words: []string{"LUSID returned no roleHierarchyIndex"},
	},
	{
		kind: providertest.AccessRolePrecedenceType, phase: providertest.Reading, operation: "access.ListRoles", field: "roleHierarchyIndex",
		effect: missingFieldRetried, words: []string{"LUSID returned no roleHierarchyIndex"},
	},
	// The contract allows a role without a description, so the provider can't notice that a description is missing.
	{kind: providertest.AccessRolePrecedenceType, operation: "access.GetRole", field: "description", effect: harmless, erases: "description"},
}

var unreturned = []string{"LUSID did not return what the role has"}

// comparedWithPlan are, by phase and operation, fields that an update or a delete compares with the plan. If the response
// lacks one of them, the object differs from the plan, and the provider refuses the change. A policy collection with
// fewer policies than in the plan, or a network zone with fewer ranges, is no reason to refuse a delete.
var comparedWithPlan = map[string]map[string][]string{
	providertest.Updating: {
		"access.GetPolicy":           {"applications", "description", "grant", "selectors"},
		"access.GetPolicyCollection": {"description", "policies"},
		"access.GetPolicyTemplate":   {"description", "displayName", "templatedSelectors"},
		"access.GetRole":             {"description"},

		"identity.GetUserSchema":          {"alternativeUserIds"},
		"identity.GetNetworkZone":         {"action", "applyRules", "description", "networkZoneIPs"},
		"identity.GetExternalTokenIssuer": {"audience", "claimMappings", "description", "issuer", "logoutUrl"},
		"identity.GetMcpTool":             {"description", "luminescePayload", "title"},
		"identity.GetRole":                {"description"},
		"identity.GetUser":                {"emailAddress", "firstName", "lastName"},
	},
	providertest.Deleting: {
		"access.GetPolicy":           {"applications", "description", "grant", "selectors"},
		"access.GetPolicyCollection": {"description"},
		"access.GetPolicyTemplate":   {"description", "displayName", "templatedSelectors"},
		"access.GetRole":             {"description"},

		"identity.GetNetworkZone":         {"action", "description"},
		"identity.GetExternalTokenIssuer": {"audience", "claimMappings", "description", "issuer", "logoutUrl"},
		"identity.GetMcpTool":             {"description", "luminescePayload", "title"},
	},
}

var changedWords = []string{"changed in LUSID after the plan was made"}

// ignoredResponses are operations whose responses the provider does not use. The provider does not use the response to a
// DELETE either.
var ignoredResponses = []string{"identity.UpdatePasswordPolicy", "identity.UpdateSessionPolicy", "identity.UpdateUserSchema"}

// faultsOf returns the faults that can occur in a target. It leaves out a fault that equals another fault, and a fault
// that does not change the response.
func faultsOf(t *testing.T, target target) []fault {
	t.Helper()
	writes := target.Method != http.MethodGet && !target.isToken()
	body := bytes.TrimSpace(target.Body)
	// If the provider does not use the response, any JSON will do.
	isUsed := len(body) > 0 && target.Method != http.MethodDelete && !slices.Contains(ignoredResponses, target.Operation)
	unusableIf := func(isUnusable bool) effect {
		if isUnusable {
			return unusableResponse
		}
		return harmless
	}
	all := slices.DeleteFunc(slices.Clone(faults), func(f fault) bool { return f.written && !writes })
	if writes {
		all = append(all, fault{
			name: "empty 200 after the write", effect: unusableIf(isUsed), written: true, words: []string{"The response is empty", "HTTP 200"},
			mock: mockserver.Fault{Status: 200, AfterWrite: true},
		})
	}
	if target.Method == http.MethodDelete {
		// After a delete, LUSID's list shows that the object no longer exists.
		for _, f := range all {
			if f.mock.Status == http.StatusNotFound {
				f.name, f.effect, f.written, f.mock.AfterWrite = f.name+" after the write", harmless, true, true
				all = append(all, f)
			}
		}
	}
	// If the provider does not use the response to a write, it can't tell an empty response of a proxy from LUSID's.
	if isUsed {
		all = append(all, fault{
			name: "empty 200", effect: unusableResponse, words: []string{"The response is empty", "HTTP 200"}, tokenWords: []string{notAToken},
			mock: mockserver.Fault{Status: 200},
		})
	}
	all = append(all, fault{
		name: "50 MB response", effect: unusableResponse, written: true, isLarge: true, words: []string{"larger than 32 MiB", "HTTP 200"}, tokenWords: []string{notAToken},
		rewrite: func(_ *httptest.ResponseRecorder, w http.ResponseWriter, _ *http.Request) { sendLarge(w) },
	})
	if len(body) == 0 {
		return all
	}

	all = append(all, fault{name: "truncated response", effect: responseLost, written: true, words: []string{"the response ended early"}, mock: mockserver.Fault{Truncate: true}})
	all = append(all, fault{
		// Only the last byte is missing, so that a secret in the response is complete.
		name: "JSON without its end", effect: unusableResponse, written: true, words: []string{"not readable JSON", "HTTP 2"}, tokenWords: []string{notAToken},
		rewrite: rewriteBody(func(body []byte) []byte { return body[:len(body)-1] }),
	})
	shapes := map[string]string{"null": "null", "a string": `"yes"`, "an empty object": "{}", "a list": "[" + string(body) + "]"}
	if body[0] == '[' {
		shapes = map[string]string{"null": "null", "a string": `"yes"`, "an object": `{"values":[]}`, "a list of nulls": "[null]"}
	}
	if another := anotherObject(target.Path, body); body[0] == '{' && isUsed && !bytes.Equal(another, body) {
		all = append(all, fault{
			name: "response is about another object", effect: unusableResponse, written: true, words: []string{"A proxy or cache may mix up responses", "HTTP 2"},
			rewrite: func(response *httptest.ResponseRecorder, w http.ResponseWriter, r *http.Request) {
				// LUSID generates some ids, so the path of this request differs from the path of the target.
				rewriteBody(func(body []byte) []byte { return anotherObject(r.URL.EscapedPath(), body) })(response, w, r)
			},
		})
	}
	objects := objectsOf(t, target.Operation)
	for name, shape := range shapes {
		// If no field is required, an empty object is a valid response.
		isUnusable := isUsed && (shape != "{}" || len(objects[0].required) > 0)
		f := fault{
			name: "response is " + name, effect: unusableIf(isUnusable), written: true, words: []string{"response", "HTTP 2"}, tokenWords: []string{notAToken},
			rewrite: rewriteBody(func([]byte) []byte { return []byte(shape) }),
		}
		if !isUnusable && len(target.comparedWithPlan) > 0 {
			f.effect, f.words = changedSincePlan, changedWords
		}
		all = append(all, f)
	}
	if string(body) == "[]" {
		return all
	}
	all = append(all, fault{
		name: "unknown fields", effect: harmless, written: true,
		rewrite: rewriteObjects(func(o map[string]any) {
			maps.Copy(o, map[string]any{"links": nil, "": 1, "Links": map[string]any{"id": "other"}, "extra": []any{"x"}})
		}),
	})
	for _, object := range objects {
		for _, field := range slices.Concat(object.required, object.optional) {
			if slices.Contains(testedByKind[target.Operation], field) {
				continue
			}
			f := fault{
				name: "null " + object.path + field, effect: harmless, written: true,
				rewrite: object.rewrite(func(o map[string]any) { o[field] = nil }),
			}
			if slices.Contains(object.required, field) {
				f.effect = unusableIf(isUsed && !slices.Contains(requiredButUnneeded[object.schema], field))
				f.words, f.tokenWords = []string{"response", field, "HTTP 2"}, []string{notAToken}
			}
			if slices.Contains(target.comparedWithPlan, field) {
				f.effect, f.words = changedSincePlan, changedWords
			}
			for _, l := range nullFields {
				if l.kind == target.kind && (l.phase == "" || l.phase == target.phase) && l.operation == target.Operation && l.field == field {
					f.effect, f.words, f.erases = l.effect, l.words, l.erases
				}
			}
			all = append(all, f)
		}
	}
	return all
}

// anotherObject replaces the keys in a response that are also in the path of the request, so that the response is about
// another object. The first three elements of the path are the API and the kind.
func anotherObject(path string, body []byte) []byte {
	elements := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for _, element := range elements[min(3, len(elements)):] {
		if key, err := url.PathUnescape(element); err == nil {
			body = bytes.ReplaceAll(body, []byte(`:"`+key+`"`), []byte(`:"another-`+key+`"`))
		}
	}
	return body
}

// rewriteBody changes the body of a response.
func rewriteBody(change func(body []byte) []byte) providertest.Rewrite {
	return func(response *httptest.ResponseRecorder, w http.ResponseWriter, _ *http.Request) {
		body := change(response.Body.Bytes())
		response.Body = bytes.NewBuffer(body)
		response.Header().Set("Content-Length", strconv.Itoa(len(body)))
		providertest.Forward(response, w)
	}
}

// rewriteObjects changes the object of a response, or each object of a list.
func rewriteObjects(change func(map[string]any)) providertest.Rewrite {
	return rewriteBody(func(body []byte) []byte {
		var value any
		if json.Unmarshal(body, &value) != nil {
			return body
		}
		objects, ok := value.([]any)
		if !ok {
			objects = []any{value}
		}
		for _, element := range objects {
			if o, ok := element.(map[string]any); ok {
				change(o)
			}
		}
		changed, _ := json.Marshal(value)
		return changed
	})
}

// rewriteElements changes each object of a page.
func rewriteElements(change func(map[string]any)) providertest.Rewrite {
	return rewriteObjects(func(page map[string]any) {
		elements, _ := page["values"].([]any)
		for _, element := range elements {
			if o, ok := element.(map[string]any); ok {
				change(o)
			}
		}
	})
}

// largeResponses limits the number of 50 MB responses at a time, so that they do not fill the memory.
var largeResponses = make(chan struct{}, 2)

// sendLarge sends a JSON object of 50 MB without Content-Length.
func sendLarge(w http.ResponseWriter) {
	largeResponses <- struct{}{}
	defer func() { <-largeResponses }()
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"id":"`)
	chunk := strings.Repeat("a", 64<<10)
	for range 50 << 20 / len(chunk) {
		if _, err := io.WriteString(w, chunk); err != nil {
			return
		}
	}
}

// contracts are the APIs as LUSID publishes them.
var contracts = map[string]func() (*openapi3.T, error){"identity": contractOf("identity"), "access": contractOf("access")}

func contractOf(api string) func() (*openapi3.T, error) {
	return sync.OnceValues(func() (*openapi3.T, error) {
		return openapi3.NewLoader().LoadFromFile("../mockserver/" + api + "-openapi.json")
	})
}

// responseObject describes the object of a response, each object of a list, or each object of a page.
type responseObject struct {
	// path precedes the names of the fields of the objects of a page.
	path string
	// schema is the name of the schema. The name of the API precedes it, except for identity. The response to a token
	// request has no schema, because LUSID does not send it.
	schema             string
	required, optional []string
	rewrite            func(change func(map[string]any)) providertest.Rewrite
}

// objectsOf returns the object of the response to an operation. For a page, it returns the page and then its objects.
func objectsOf(t *testing.T, operation string) []responseObject {
	t.Helper()
	if strings.HasPrefix(operation, "token") {
		return []responseObject{{required: []string{"access_token"}, rewrite: rewriteObjects}}
	}
	api, name, _ := strings.Cut(operation, ".")
	doc, err := contracts[api]()
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range doc.Paths.Map() {
		for _, o := range item.Operations() {
			if o.OperationID != name {
				continue
			}
			for _, status := range []int{http.StatusOK, http.StatusCreated} {
				if response := o.Responses.Status(status); response != nil {
					ref := response.Value.Content.Get("application/json").Schema
					if ref.Value.Items != nil {
						ref = ref.Value.Items
					}
					objects := []responseObject{newResponseObject(api, ref, rewriteObjects)}
					if values := ref.Value.Properties["values"]; values != nil && values.Value.Items != nil {
						element := newResponseObject(api, values.Value.Items, rewriteElements)
						element.path = "values[]."
						objects = append(objects, element)
					}
					return objects
				}
			}
		}
	}
	t.Fatalf("the contract has no response with status 200 or 201 for %s, want one", operation)
	return nil
}

func newResponseObject(api string, ref *openapi3.SchemaRef, rewrite func(func(map[string]any)) providertest.Rewrite) responseObject {
	o := responseObject{schema: strings.TrimPrefix(ref.Ref, "#/components/schemas/"), rewrite: rewrite}
	if api != "identity" {
		o.schema = api + "." + o.schema
	}
	o.required = slices.Concat(ref.Value.Required, optionalButNeeded[o.schema])
	for _, field := range slices.Sorted(maps.Keys(ref.Value.Properties)) {
		if !slices.Contains(o.required, field) {
			o.optional = append(o.optional, field)
		}
	}
	return o
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
