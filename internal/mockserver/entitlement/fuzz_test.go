package entitlement_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// FuzzDecide judges a request with a policy, a collection and a role of arbitrary JSON. Every decision must
// have a reason.
func FuzzDecide(f *testing.F) {
	for _, p := range []string{
		"policy-1-feature-list-instruments.json", "policy-3-portfolio-scope.json", "policy-4-rolling.json", "policy-5-metadata-deny.json", "policy-8-delegation.json",
	} {
		for _, r := range []string{"role-1.json", "role-2-supervisor.json"} {
			f.Add([]byte(sample(f, p)), []byte(sample(f, "collection-1.json")), []byte(sample(f, r)), []byte(read), int64(1_700_000_000))
		}
	}
	f.Add([]byte(`{"for":[{"effectiveDateRelative":{"date":"Now","adjustment":-2147483648,"unit":"BusinessDay","relativeToDateTime":"Before"}},{"effectiveDateHasQuality":{"quality":"IsBeforeMidday"}},{"asAtRelative":{}}],"if":[{"ifIdentityClaimExpression":{}},{"ifViaApiExpression":{"apiFeatureCodes":[null],"operator":"N"}}],"when":null}`),
		[]byte(`{"policies":null,"policyCollections":[{"code":"c"}]}`), []byte(`{"resource":{"policyIdRoleResource":{"policies":[{"code":"p"}],"policyCollections":[{"code":"c"}]}}}`),
		[]byte(`{"resource":{"metadata":{"k":null}}}`), int64(-1))
	f.Fuzz(func(t *testing.T, policyText, collectionText, roleText, requestText []byte, seconds int64) {
		var (
			policy     entitlement.Policy
			collection entitlement.PolicyCollection
			role       entitlement.Role
			userRole   entitlement.UserRole
			request    entitlement.EvaluationRequest
		)
		if err := errors.Join(
			json.Unmarshal(policyText, &policy), json.Unmarshal(collectionText, &collection), json.Unmarshal(requestText, &request),
			json.Unmarshal(roleText, &role), json.Unmarshal(roleText, &userRole),
		); err != nil {
			return
		}
		p, c := entitlement.ID{Scope: "default", Code: "p"}, entitlement.ID{Scope: "default", Code: "c"}
		// In addition to its own members, the role has the policy and the collection.
		held := role
		held.Resource.PolicyIDRoleResource = &entitlement.PolicyIDRoleResource{
			Policies:          []entitlement.ID{p},
			PolicyCollections: []entitlement.ID{c},
		}
		domain := entitlement.Domain{
			Policies:          map[entitlement.ID]entitlement.Policy{p: policy},
			PolicyCollections: map[entitlement.ID]entitlement.PolicyCollection{c: collection},
			Roles:             map[entitlement.ID]entitlement.Role{{Scope: "default", Code: "r"}: role, {Scope: "default", Code: "held"}: held},
			UserRoles:         map[string]entitlement.UserRole{"u": userRole},
		}
		judge := domain.Judge(
			entitlement.Caller{UserID: "u", Roles: []string{"r", "held"}, Claims: []entitlement.Claim{{Type: "t", Value: "v"}}},
			entitlement.Circumstances{Now: time.Unix(seconds, 0), Headers: map[string][]string{"h": {"v"}}, Via: []string{"api-x"}},
		)
		if decision := judge.Decide(request); decision.Reason == "" {
			t.Error("the decision has no reason")
		}
		if decision := judge.DecideCall(entitlement.Call{Feature: "api-x", Data: []entitlement.RequestDetails{request.Request}}, request.Resource); decision.Reason == "" {
			t.Error("the decision on the call has no reason")
		}
	})
}
