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

// effect is what a fault comes to for who sent the request.
type effect int

const (
	// harmless is an answer like any other.
	harmless effect = iota
	// busy is a 429: nothing was done, and everything may be sent again.
	busy
	// unconnected is a connection that was never made, which is the same.
	unconnected
	// unavailable is a 502, 503 or 504: it may have been done.
	unavailable
	// lost is no answer: it may have been done.
	lost
	// unusable is an answer that tells nothing, and would be no other the next time.
	unusable
	// turnedAway is a no that is not LUSID's: nothing was done, and another try would be no better.
	turnedAway
	// differing is an answer from which the object is not as the plan found it.
	differing
	// insufficient is an answer that lacks what only this kind needs, and askedAgain is one that the kind asks for
	// once more.
	insufficient
	askedAgain
	// partial is an answer that lacks a part of what is shown.
	partial
)

// outcome is what comes of a fault.
type outcome int

const (
	// succeeds is success without a word of the fault.
	succeeds outcome = iota
	// warns is success with one warning.
	warns
	// fails is one error.
	fails
	// settles is finding out whether a write took place: see cell.settled.
	settles
)

// rules say what comes of each effect: for a request that may be repeated without further effect,
// and for a POST, or a PUT that stores versions.
var rules = map[effect]struct{ once, forGood, postOnce, postForGood outcome }{
	harmless:     {succeeds, succeeds, succeeds, succeeds},
	busy:         {succeeds, fails, succeeds, fails},
	unconnected:  {succeeds, fails, succeeds, fails},
	unavailable:  {succeeds, fails, settles, settles},
	lost:         {succeeds, fails, settles, settles},
	unusable:     {fails, fails, settles, settles},
	turnedAway:   {fails, fails, fails, fails},
	differing:    {fails, fails, fails, fails},
	insufficient: {fails, fails, fails, fails},
	askedAgain:   {succeeds, fails, fails, fails},
	partial:      {warns, warns, warns, warns},
}

// fault is a column of the matrix.
type fault struct {
	name   string
	effect effect
	// written tells that the request is carried out before things go wrong.
	written bool
	// words are in the error, if it comes to one; tokenWords where a token was asked for.
	words, tokenWords []string
	// wait is how long success takes at least.
	wait time.Duration
	// isLarge tells of an answer that takes as long to read as ten others.
	isLarge bool
	// erases is a field that LUSID lacks afterwards, because an update sends back what was read.
	erases string

	// One of the following makes it.

	// mock is a fault of the mock's, less the aim, and retryAfter a header that depends on the time.
	mock       mockserver.Fault
	retryAfter func() string
	// rewrite changes the answer to a request that was carried out.
	rewrite providertest.Rewrite
	// connection becomes of the connection that is made for the request.
	connection providertest.ConnectionFate

	// breakOff is how the request is broken off if mock resets, over HTTP/2. Nil means HTTP/1.1.
	breakOff func(*providertest.Wire)
}

const notAToken = "not a token in JSON"

// aspNET404 is what ASP.NET answers for a route that it does not know.
const aspNET404 = `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404,"traceId":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}`

// faults are all but those that depend on the answer: see faultsOf.
var faults = slices.Concat(
	[]fault{
		{name: "429, Retry-After in seconds", effect: busy, words: []string{"HTTP 429"}, wait: 30 * time.Second, mock: mockserver.Fault{Status: 429, RetryAfter: "30"}},
		{
			name: "429, Retry-After as a date", effect: busy, words: []string{"HTTP 429"}, wait: 29 * time.Second, mock: mockserver.Fault{Status: 429},
			retryAfter: func() string { return time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat) },
		},
		{name: "429", effect: busy, words: []string{"HTTP 429"}, mock: mockserver.Fault{Status: 429}},
		{name: "429, Retry-After in the past", effect: busy, words: []string{"HTTP 429"}, mock: mockserver.Fault{Status: 429, RetryAfter: "Thu, 01 Jan 1970 00:00:00 GMT"}},
		// Nothing may hang a run for a thousand years.
		{name: "429, Retry-After of centuries", effect: busy, words: []string{"HTTP 429"}, wait: time.Minute, mock: mockserver.Fault{Status: 429, RetryAfter: "99999999999999999999"}},
		{name: "429, Retry-After in words", effect: busy, words: []string{"HTTP 429"}, mock: mockserver.Fault{Status: 429, RetryAfter: "soon"}},
		{name: "503, Retry-After", effect: unavailable, words: []string{"HTTP 503"}, wait: 30 * time.Second, mock: mockserver.Fault{Status: 503, RetryAfter: "30"}},

		{name: "connection refused", effect: unconnected, words: []string{"connection refused"}, connection: providertest.Refused},
		{name: "reset before the write", effect: lost, words: []string{"connection reset"}, mock: mockserver.Fault{Reset: mockserver.ResetBefore}},
		{name: "reset after the write", effect: lost, written: true, words: []string{"connection reset"}, mock: mockserver.Fault{Reset: mockserver.ResetAfter}},
		{name: "slow, before the write", effect: lost, words: []string{"The time was up"}, mock: mockserver.Fault{Delay: time.Hour}},
		{
			name: "slow, after the write", effect: lost, written: true, words: []string{"The time was up"},
			rewrite: func(_ *httptest.ResponseRecorder, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		},

		{name: "HTML 200", effect: unusable, words: []string{`an HTML page titled "Proxy"`, "HTTP 200"}, tokenWords: []string{notAToken, "HTTP 200"}, mock: mockserver.Fault{Status: 200, HTML: true}},
		{name: "HTML 404", effect: turnedAway, words: []string{`an HTML page titled "Proxy"`, "HTTP 404"}, mock: mockserver.Fault{Status: 404, HTML: true}},
		{name: "empty 404", effect: turnedAway, words: []string{"has no LUSID error code", "HTTP 404"}, tokenWords: []string{"HTTP 404"}, mock: mockserver.Fault{Status: 404, Body: " "}},
		{name: "ASP.NET 404", effect: turnedAway, words: []string{"Not Found", "has no LUSID error code", "HTTP 404"}, tokenWords: []string{"Not Found", "HTTP 404"}, mock: mockserver.Fault{Status: 404, Body: aspNET404}},
		// Who follows it finds nobody, since nobody listens on that port in memory.
		{name: "redirect to another host", effect: unusable, words: []string{"refused to follow a redirect", providertest.MemoryHost + ":1"}, mock: mockserver.Fault{Status: 307, Location: "https://" + providertest.MemoryHost + ":1/identity/api"}},
		{
			name: "redirect to another host after the write", effect: unusable, written: true, words: []string{"refused to follow a redirect", providertest.MemoryHost + ":1"},
			mock: mockserver.Fault{Status: 303, Location: "https://" + providertest.MemoryHost + ":1/login", AfterWrite: true},
		},

		{name: "TLS, unknown authority", effect: turnedAway, words: []string{"certificate", "ca_certificate_file"}, connection: providertest.Untrusted},
		{name: "TLS 1.1", effect: turnedAway, words: []string{"the TLS handshake failed", "protocol version"}, connection: providertest.Outdated},
		{name: "TLS, broken off", effect: unconnected, words: []string{"connection reset"}, connection: providertest.Cut},
	},
	statusFaults(),
	http2Faults(),
)

// statusFaults are the statuses of a server in trouble, LUSID's own and a proxy's, with and without
// the request having been carried out.
func statusFaults() []fault {
	var all []fault
	for _, status := range []int{500, 502, 503, 504} {
		effect := unavailable
		if status == 500 {
			effect = unusable
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

// target is a request that meets a fault.
type target struct {
	providertest.Exchange
	kind, phase string
	// nth counts the requests of its operation, and index all requests, both from zero.
	nth, index int
	// role is what the phase does without it.
	role role
	// first is the role of what a token is first asked for.
	first role
	// mayNotRepeat tells of a request whose repeat would have one more effect.
	mayNotRepeat bool
	// compared are fields without which the object is not as the plan found it.
	compared []string
}

// role is what depends on a request.
type role int

const (
	// needed is a request without which there is no success.
	needed role = iota
	// failureOnlyWarns is a request whose failure is a warning and not an error.
	failureOnlyWarns
	// optionalRequest is a request that the phase can do without.
	optionalRequest
)

// dispensable are required fields that the provider does without, by schema: it keeps what it
// knows, or never looks.
var dispensable = map[string][]string{
	"ApiKey":                  {"createdDate"},
	"CreatedApiKey":           {"createdDate"},
	"OAuthApplication":        {"issuer"},
	"RoleResponse":            {"source"},
	"CurrentUserResponse":     {"emailAddress", "type"},
	"UserResponse":            {"emailAddress", "external", "firstName", "lastName", "status"},
	"access.RoleResponse":     {"permission", "resource", "roleHierarchyIndex", "when"},
	"access.UserRoleResponse": {"resource"},
}

// indispensable are fields that the provider needs though the contract does not require them, by
// schema.
var indispensable = map[string][]string{
	"ExternalTokenIssuerResponse":     {"code"},
	"McpToolResponse":                 {"scope", "code", "name"},
	"NetworkZoneDefinitionResponse":   {"code"},
	"access.PolicyResponse":           {"id"},
	"access.PolicyCollectionResponse": {"id"},
	"access.PolicyTemplateResponse":   {"code"},

	"access.AttachedPolicyDefinitionResponse": {"id"},
}

// missed are fields, by operation, without which the provider warns or gives up, though they are not
// required, or other kinds do without them. The tests of their kinds say when.
var missed = map[string][]string{
	"identity.GetApplication": {"secret"},
	"identity.GetNetworkZone": {"hierarchy"},
	"access.GetOwnPolicies":   {"sourceRole"},
}

// lacks say what comes of a field that is null, where it is something else for one kind than for the others that
// send the same request. Without a phase it is the same in all phases, except those of a later line.
var lacks = []struct {
	kind, phase, operation, field string
	effect                        effect
	words                         []string
	erases                        string
}{
	{kind: providertest.AccessRoleType, phase: providertest.Querying, operation: "access.ListRoles", field: "resource", effect: partial},
	{
		kind: providertest.AccessRolePolicyCollectionType, operation: "access.GetRole", field: "resource", effect: askedAgain,
		words: []string{"LUSID did not return what the access role"},
	},
	{kind: providertest.AccessRolePolicyCollectionType, phase: providertest.Querying, operation: "access.ListRoles", field: "resource", effect: partial},
	{
		kind: providertest.AccessRolePrecedenceType, operation: "access.GetRole", field: "resource", effect: insufficient,
		words: []string{"LUSID did not return what the role holds"},
	},
	{
		kind: providertest.AccessRolePrecedenceType, operation: "access.ListRoles", field: "roleHierarchyIndex", effect: insufficient,
		words: []string{"LUSID returned no roleHierarchyIndex"},
	},
	{
		kind: providertest.AccessRolePrecedenceType, phase: providertest.Reading, operation: "access.ListRoles", field: "roleHierarchyIndex",
		effect: askedAgain, words: []string{"LUSID returned no roleHierarchyIndex"},
	},
	// The contract lets a role have no description, so nobody can tell one that is missing from none.
	{kind: providertest.AccessRolePrecedenceType, operation: "access.GetRole", field: "description", effect: harmless, erases: "description"},
}

// compared are fields, by phase and operation, that an update or a deletion compares with the plan. If one of
// them is missing in the answer, the object is not as the plan found it, and the change is refused. It is no reason
// to refuse a deletion that it deletes fewer policies.
var compared = map[string]map[string][]string{
	providertest.Updating: {
		"access.GetPolicy":           {"applications", "description", "grant", "selectors"},
		"access.GetPolicyCollection": {"description", "policies"},
		"access.GetPolicyTemplate":   {"description", "displayName", "templatedSelectors"},
		"access.GetRole":             {"description", "resource"},
		"access.GetUserRole":         {"resource"},
	},
	providertest.Deleting: {
		"access.GetPolicy":           {"applications", "description", "grant", "selectors"},
		"access.GetPolicyCollection": {"description"},
		"access.GetPolicyTemplate":   {"description", "displayName", "templatedSelectors"},
		"access.GetRole":             {"description"},
	},
}

// ignored are operations whose answers the provider makes nothing of, beside every DELETE.
var ignored = []string{"identity.UpdatePasswordPolicy", "identity.UpdateSessionPolicy", "identity.UpdateUserSchema"}

// faultsOf are the faults that a target can meet. One that would be no other than the next, or
// change nothing of the answer, is left out.
func faultsOf(t *testing.T, target target) []fault {
	t.Helper()
	writes := target.Method != http.MethodGet && !target.isToken()
	body := bytes.TrimSpace(target.Body)
	// An answer that says nothing may be anything in JSON.
	says := len(body) > 0 && target.Method != http.MethodDelete && !slices.Contains(ignored, target.Operation)
	unusableIf := func(unusableAnswer bool) effect {
		if unusableAnswer {
			return unusable
		}
		return harmless
	}
	all := slices.DeleteFunc(slices.Clone(faults), func(f fault) bool { return f.written && !writes })
	if writes {
		all = append(all, fault{
			name: "empty 200 after the write", effect: unusableIf(says), written: true, words: []string{"The response is empty", "HTTP 200"},
			mock: mockserver.Fault{Status: 200, AfterWrite: true},
		})
	}
	if target.Method == http.MethodDelete {
		// LUSID's list then shows that the object is gone.
		for _, f := range all {
			if f.mock.Status == http.StatusNotFound {
				f.name, f.effect, f.written, f.mock.AfterWrite = f.name+" after the write", harmless, true, true
				all = append(all, f)
			}
		}
	}
	// Of a write whose answer says nothing, an empty answer of somebody else is one nobody can tell.
	if says {
		all = append(all, fault{
			name: "empty 200", effect: unusable, words: []string{"The response is empty", "HTTP 200"}, tokenWords: []string{notAToken},
			mock: mockserver.Fault{Status: 200},
		})
	}
	all = append(all, fault{
		name: "50 MB", effect: unusable, written: true, isLarge: true, words: []string{"larger than 32 MiB", "HTTP 200"}, tokenWords: []string{notAToken},
		rewrite: func(_ *httptest.ResponseRecorder, w http.ResponseWriter, _ *http.Request) { sendLarge(w) },
	})
	if len(body) == 0 {
		return all
	}

	all = append(all, fault{name: "truncated", effect: lost, written: true, words: []string{"the response ended early"}, mock: mockserver.Fault{Truncate: true}})
	all = append(all, fault{
		// All but its end, so that a secret in it is whole.
		name: "JSON cut short", effect: unusable, written: true, words: []string{"not readable JSON", "HTTP 2"}, tokenWords: []string{notAToken},
		rewrite: rewriteBody(func(body []byte) []byte { return body[:len(body)-1] }),
	})
	shapes := map[string]string{"null": "null", "a string": `"yes"`, "an empty object": "{}", "a list": "[" + string(body) + "]"}
	if body[0] == '[' {
		shapes = map[string]string{"null": "null", "a string": `"yes"`, "an object": `{"values":[]}`, "a list of nulls": "[null]"}
	}
	if another := aboutAnother(target.Path, body); body[0] == '{' && says && !bytes.Equal(another, body) {
		all = append(all, fault{
			name: "another object", effect: unusable, written: true, words: []string{"A proxy or cache may mix up responses", "HTTP 2"},
			rewrite: func(answer *httptest.ResponseRecorder, w http.ResponseWriter, r *http.Request) {
				// LUSID generates some ids, so this path differs from that of the target.
				rewriteBody(func(body []byte) []byte { return aboutAnother(r.URL.EscapedPath(), body) })(answer, w, r)
			},
		})
	}
	schema, required, optional := fieldsOf(t, target.Operation)
	for name, shape := range shapes {
		// Where nothing is required an object may be empty.
		isUnusable := says && (shape != "{}" || len(required) > 0)
		all = append(all, fault{
			name: "wrong shape, " + name, effect: unusableIf(isUnusable), written: true, words: []string{"response", "HTTP 2"}, tokenWords: []string{notAToken},
			rewrite: rewriteBody(func([]byte) []byte { return []byte(shape) }),
		})
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
	for _, field := range slices.Concat(required, optional) {
		if slices.Contains(missed[target.Operation], field) {
			continue
		}
		f := fault{
			name: "null " + field, effect: harmless, written: true,
			rewrite: rewriteObjects(func(o map[string]any) { o[field] = nil }),
		}
		if slices.Contains(required, field) {
			f.effect = unusableIf(says && !slices.Contains(dispensable[schema], field))
			f.words, f.tokenWords = []string{"response", field, "HTTP 2"}, []string{notAToken}
		}
		if slices.Contains(target.compared, field) {
			f.effect, f.words = differing, []string{"changed in LUSID after the plan was made"}
		}
		for _, l := range lacks {
			if l.kind == target.kind && (l.phase == "" || l.phase == target.phase) && l.operation == target.Operation && l.field == field {
				f.effect, f.words, f.erases = l.effect, l.words, l.erases
			}
		}
		all = append(all, f)
	}
	return all
}

// aboutAnother changes the keys in a response that the path of the request has. The first three elements of the path
// are the API and the kind.
func aboutAnother(path string, body []byte) []byte {
	elements := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for _, element := range elements[min(3, len(elements)):] {
		if key, err := url.PathUnescape(element); err == nil {
			body = bytes.ReplaceAll(body, []byte(`:"`+key+`"`), []byte(`:"another-`+key+`"`))
		}
	}
	return body
}

// rewriteBody changes the body of an answer.
func rewriteBody(change func(body []byte) []byte) providertest.Rewrite {
	return func(answer *httptest.ResponseRecorder, w http.ResponseWriter, _ *http.Request) {
		body := change(answer.Body.Bytes())
		answer.Body = bytes.NewBuffer(body)
		answer.Header().Set("Content-Length", strconv.Itoa(len(body)))
		providertest.Forward(answer, w)
	}
}

// rewriteObjects changes the object of an answer, or every one of a list.
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

// atATime keeps what reads 50 MB from filling the memory.
var atATime = make(chan struct{}, 2)

// sendLarge sends a JSON object of 50 MB, whose size is not told beforehand.
func sendLarge(w http.ResponseWriter) {
	atATime <- struct{}{}
	defer func() { <-atATime }()
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

// fieldsOf are the fields that the answer to an operation must have, and those that it may have, and
// the name of its schema, which has the name of its API in front unless that is identity. A token answer is
// not LUSID's.
func fieldsOf(t *testing.T, operation string) (schema string, required, optional []string) {
	t.Helper()
	if strings.HasPrefix(operation, "token") {
		return "", []string{"access_token"}, nil
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
					schema = strings.TrimPrefix(ref.Ref, "#/components/schemas/")
					if api != "identity" {
						schema = api + "." + schema
					}
					required = slices.Concat(ref.Value.Required, indispensable[schema])
					for _, field := range slices.Sorted(maps.Keys(ref.Value.Properties)) {
						if !slices.Contains(required, field) {
							optional = append(optional, field)
						}
					}
					return schema, required, optional
				}
			}
		}
	}
	t.Fatalf("the contract has no answer of %s", operation)
	return "", nil, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
