package entitlement_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// wednesday is the default time of requests.
const wednesday = "2024-05-15T12:00:00Z"

// read is a request to read a portfolio now.
const read = `{"request":{"action":{"scope":"default","activity":"Read","entityCode":"Portfolio"}},"resource":{"id":{"scope":"official","code":"main"}}}`

// rule is a rule of the evaluation, with an allowed and a denied case.
type rule struct {
	name            string
	granted, denied world
}

func checkRules(t *testing.T, rules []rule) {
	t.Helper()
	for _, r := range rules {
		t.Run(r.name+"/granted", func(t *testing.T) {
			t.Parallel()
			if decision := r.granted.decide(t); !decision.Granted {
				t.Errorf("the request is denied: %s", decision.Reason)
			}
		})
		t.Run(r.name+"/denied", func(t *testing.T) {
			t.Parallel()
			if decision := r.denied.decide(t); decision.Granted {
				t.Errorf("the request is allowed: %s", decision.Reason)
			}
		})
	}
}

// world is a domain with a user who makes a request. All objects are documents of the Access API.
type world struct {
	policies, collections []string
	// roles are access roles. If there are none, a role "analyst" has all policies.
	roles []string
	// userRole is the resource of the user role.
	userRole string
	// holds are the codes of the user's identity roles. The default is "analyst".
	holds  []string
	claims []entitlement.Claim
	scopes []string
	// now is the time of the request. The default is wednesday.
	now         string
	application string
	headers     map[string][]string
	via         []string
	// request is the request. The default is read.
	request string
}

func (w world) decide(t *testing.T) entitlement.Decision {
	t.Helper()
	if w.request == "" {
		w.request = read
	}
	return w.judge(t).Decide(parse[entitlement.EvaluationRequest](t, w.request))
}

func (w world) judge(t *testing.T) entitlement.Judge {
	t.Helper()
	domain := entitlement.Domain{
		Policies:          documents[entitlement.Policy](t, w.policies),
		PolicyCollections: documents[entitlement.PolicyCollection](t, w.collections),
		Roles:             documents[entitlement.Role](t, w.roles),
	}
	if w.roles == nil {
		resource := entitlement.PolicyIDRoleResource{}
		for id := range domain.Policies {
			resource.Policies = append(resource.Policies, id)
		}
		domain.Roles[entitlement.ID{Scope: "default", Code: "analyst"}] = entitlement.Role{
			Resource: entitlement.RoleResourceRequest{PolicyIDRoleResource: &resource},
		}
	}
	if w.userRole != "" {
		domain.UserRoles = map[string]entitlement.UserRole{"user-1": parse[entitlement.UserRole](t,
			`{"userId":"user-1","resource":`+w.userRole+`}`)}
	}
	if w.holds == nil {
		w.holds = []string{"analyst"}
	}
	if w.now == "" {
		w.now = wednesday
	}
	return domain.Judge(
		entitlement.Caller{UserID: "user-1", Roles: w.holds, Claims: w.claims, Scopes: w.scopes},
		entitlement.Circumstances{Now: instant(t, w.now), Application: w.application, Headers: w.headers, Via: w.via},
	)
}

// documents returns the parsed documents by their ID.
func documents[T any](t *testing.T, texts []string) map[entitlement.ID]T {
	t.Helper()
	parsed := map[entitlement.ID]T{}
	for _, text := range texts {
		id := parse[entitlement.ID](t, text)
		if id.Scope == "" {
			id.Scope = "default"
		}
		parsed[id] = parse[T](t, text)
	}
	return parsed
}

func parse[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("got the error %v for %s", err, text)
	}
	return v
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// policy returns a policy that allows everything on portfolios. The members, such as `"grant":"Deny"`, are
// added or replaced.
func policy(code string, members ...string) string {
	document := map[string]json.RawMessage{
		"code":      json.RawMessage(fmt.Sprintf("%q", code)),
		"grant":     json.RawMessage(`"Allow"`),
		"selectors": json.RawMessage(`[` + matchAll("Any", "Portfolio") + `]`),
		"when":      json.RawMessage(`{"activate":"0001-01-01T00:00:00Z"}`),
	}
	if err := json.Unmarshal([]byte(`{`+strings.Join(members, ",")+`}`), &document); err != nil {
		panic(err)
	}
	text, err := json.Marshal(document)
	if err != nil {
		panic(err)
	}
	return string(text)
}

const deny = `"grant":"Deny"`

func selectors(s ...string) string { return `"selectors":[` + strings.Join(s, ",") + `]` }

func matchAll(activity, entity string) string {
	return fmt.Sprintf(`{"matchAllSelectorDefinition":{"actions":[%s]}}`, action("default", activity, entity))
}

func byID(identifier, activity, entity string) string {
	return fmt.Sprintf(`{"idSelectorDefinition":{"identifier":{%s},"actions":[%s]}}`, identifier, action("default", activity, entity))
}

func action(scope, activity, entity string) string {
	return fmt.Sprintf(`{"scope":%q,"activity":%q,"entity":%q}`, scope, activity, entity)
}

func feature(code string) string {
	return fmt.Sprintf(`{"idSelectorDefinition":{"identifier":{"scope":"LUSID","code":%q},"actions":[%s]}}`,
		code, action("LUSID", "Execute", "Feature"))
}

// role returns an access role with an index and a resource such as `"policies":[…]`.
func role(code string, index int, resource string, members ...string) string {
	return fmt.Sprintf(`{"code":%q,"roleHierarchyIndex":%d,"resource":{"policyIdRoleResource":{%s}}%s}`, code, index, resource, more(members))
}

func supervisor(code string, supervised string) string {
	return fmt.Sprintf(`{"code":%q,"resource":{"nonTransitiveSupervisorRoleResource":{"roles":%s}}}`, code, refs(supervised))
}

func policies(codes ...string) string { return `"policies":` + refs(codes...) }

func collections(codes ...string) string { return `"policyCollections":` + refs(codes...) }

func collection(code string, members ...string) string {
	return fmt.Sprintf(`{"code":%q%s}`, code, more(members))
}

func refs(codes ...string) string {
	ids := []string{}
	for _, code := range codes {
		ids = append(ids, fmt.Sprintf(`{"scope":"default","code":%q}`, code))
	}
	return `[` + strings.Join(ids, ",") + `]`
}

func more(members []string) string {
	text := ""
	for _, m := range members {
		text += "," + m
	}
	return text
}

// ask returns a request for an object, with dates such as `"fromAsAt":…`.
func ask(activity, entity, identifier string, dates ...string) string {
	return fmt.Sprintf(`{"request":{"action":{"scope":"default","activity":%q,"entityCode":%q}%s},"resource":{"id":{%s}}}`,
		activity, entity, more(dates), identifier)
}

func askFeature(code string) string {
	return fmt.Sprintf(`{"request":{"action":{"scope":"LUSID","activity":"Execute","entityCode":"Feature"}},"resource":{"id":{"scope":"LUSID","code":%q}}}`, code)
}
