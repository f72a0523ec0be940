package conformance

import (
	"context"
	"maps"
	"strconv"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// The results of an evaluation.
const (
	granted = "Granted"
	denied  = "Denied"
)

// accessDecisionChecks ask LUSID for the rights of the user who runs the checks. For a moment, this user has a
// role of the run. The role's policy allows reading an object that does not exist.
var accessDecisionChecks = []Check{
	{
		API: "access", Name: "date-conditions-combine", Needs: OwnRoles,
		Statement: "A policy with several entries in for applies only if all of them hold.",
		Source:    noSource,
		Assumed:   "The provider documents this rule, and the mock uses it.",
		run: func(ctx context.Context, d *domain) Finding {
			between := func(from, to string) any {
				return map[string]any{"effectiveRange": map[string]string{"from": from + "T00:00:00Z", "to": to + "T00:00:00Z"}}
			}
			conditions := []any{between("2020-01-01", "2020-12-31"), between("2020-07-01", "2021-06-30")}
			_, results, problem := d.evaluate(ctx, "dates", [][]map[string]any{{{"for": conditions}}}, map[string]any{
				"both": readRequest("a", "Read", "2020-10-01"),
				"one":  readRequest("a", "Read", "2020-02-01"),
			})
			switch {
			case problem != nil:
				return *problem
			case results["both"] != granted:
				return couldNotTell("a request for which all entries hold is not granted")
			}
			return decide(results["one"] != granted, "a request for which one of two entries holds is granted: %t", results["one"] == granted)
		},
	},
	{
		API: "access", Name: "activity-case", Needs: OwnRoles,
		Statement: "LUSID ignores the case of activities.",
		Source:    noSource + "; FINBOURNE's tests use execute, and its articles use Execute",
		Assumed:   "The provider sends an activity unchanged. The mock ignores the case.",
		run: func(ctx context.Context, d *domain) Finding {
			_, results, problem := d.evaluate(ctx, "case", [][]map[string]any{{{}}}, map[string]any{
				"same":  readRequest("a", "Read", "2020-10-01"),
				"other": readRequest("a", "READ", "2020-10-01"),
			})
			switch {
			case problem != nil:
				return *problem
			case results["same"] != granted:
				return couldNotTell("a request with the same activity is not granted")
			}
			return decide(results["other"] == granted, "a request with the activity in another case is granted: %t", results["other"] == granted)
		},
	},
	{
		API: "access", Name: "request-conditions-combine", Needs: OwnRoles,
		Statement: "A policy with several entries in if applies only if all of them hold.",
		Source:    noSource,
		Assumed:   "The mock uses this rule.",
		run: func(ctx context.Context, d *domain) Finding {
			// The run sends neither header.
			header := func(name, operator string) any {
				return map[string]any{"ifRequestHeaderExpression": map[string]string{"headerName": Prefix + name, "operator": operator, "value": "value"}}
			}
			absent := header("first", "NotPresent")
			_, results, problem := d.evaluate(ctx, "headers", [][]map[string]any{{
				{"if": []any{absent, header("second", "NotPresent")}},
				{"if": []any{absent, header("second", "EqualsCaseInsensitive")}, "selectors": []any{selector("Read", "b")}},
			}}, map[string]any{
				"both": readRequest("a", "Read", "2020-10-01"),
				"one":  readRequest("b", "Read", "2020-10-01"),
			})
			switch {
			case problem != nil:
				return *problem
			case results["both"] != granted:
				return couldNotTell("a request for which all entries hold is not granted")
			}
			return decide(results["one"] != granted, "a request for which one of two entries holds is granted: %t", results["one"] == granted)
		},
	},
	{
		API: "access", Name: "selector-part-left-out", Needs: OwnRoles,
		Statement: "A part that the identifier of a selector leaves out matches every value.",
		Source:    "LUSID's example of a policy has only a scope; what it matches: " + noSource,
		Assumed:   "The mock uses this rule.",
		run: func(ctx context.Context, d *domain) Finding {
			// No object has this scope.
			const scope = missingID + "-part"
			_, results, problem := d.evaluate(ctx, "part", [][]map[string]any{{
				{"selectors": []any{selector("Read", "a"), selectorOf("Read", map[string]string{"scope": scope})}},
			}}, map[string]any{
				"same": readRequest("a", "Read", "2020-10-01"),
				"part": readRequestOf(map[string]string{"scope": scope, "code": "a"}, "Read", "2020-10-01"),
			})
			switch {
			case problem != nil:
				return *problem
			case results["same"] != granted:
				return couldNotTell("a request with the same identifier is not granted")
			}
			return decide(results["part"] == granted, "a request with another part is granted: %t", results["part"] == granted)
		},
	},
	{
		API: "access", Name: "role-precedence", Needs: OwnRoles,
		Statement: "If a user has two access roles, the role with the lower roleHierarchyIndex decides, even if the other role denies.",
		Source:    "LUSID documents that the role with the higher precedence decides; which index has the higher precedence: " + noSource,
		Assumed:   "In the mock, the role with the lower index decides.",
		run: func(ctx context.Context, d *domain) Finding {
			allow := func(codes ...string) map[string]any {
				var selectors []any
				for _, code := range codes {
					selectors = append(selectors, selector("Read", code))
				}
				return map[string]any{"selectors": selectors}
			}
			deny := func(code string) map[string]any {
				return map[string]any{"grant": "Deny", "selectors": []any{selector("Read", code)}}
			}
			// Each role allows what the other one denies. So the result shows whether the index decides, or
			// whether every Allow or every Deny does.
			roles, results, problem := d.evaluate(ctx, "precedence", [][]map[string]any{
				{allow("a", "first"), deny("b")},
				{allow("b", "second"), deny("a")},
			}, map[string]any{
				"a":      readRequest("a", "Read", "2020-10-01"),
				"b":      readRequest("b", "Read", "2020-10-01"),
				"first":  readRequest("first", "Read", "2020-10-01"),
				"second": readRequest("second", "Read", "2020-10-01"),
			})
			if problem != nil {
				return *problem
			}
			// Until now, a create of the second role could change the index of the first role.
			if problem := d.readIndexes(ctx, roles...); problem != nil {
				return *problem
			}
			first, second := indexOf(roles[0]), indexOf(roles[1])
			a, b := results["a"] == granted, results["b"] == granted
			switch {
			case results["first"] != granted || results["second"] != granted:
				return couldNotTell("a role of the run has no effect")
			case first == second:
				return couldNotTell("two new roles have the same index")
			case a == b:
				return differs("each of two roles allows what the other role denies: LUSID grants both requests: %t", a)
			}
			return decide(a == (first < second), "the role with the lower index decides: %t", a == (first < second))
		},
	},
}

// readRequest returns an evaluation request: an activity on a portfolio that does not exist, on a day.
func readRequest(code, activity, day string) map[string]any {
	return readRequestOf(map[string]string{"scope": missingID, "code": code}, activity, day)
}

// readRequestOf is readRequest for an identifier.
func readRequestOf(identifier map[string]string, activity, day string) map[string]any {
	return map[string]any{
		"request": map[string]any{
			"action":            map[string]string{"entityCode": "Portfolio", "scope": defaultScope, "activity": activity},
			"fromEffectiveDate": day + "T00:00:00Z", "toEffectiveDate": day + "T00:00:00Z",
		},
		"resource": map[string]any{"id": identifier},
	}
}

// evaluate gives the user who runs the checks a role for each list of policies, and asks LUSID whether it grants
// the requests. By default, a policy allows reading an object that does not exist. The fields of a policy can
// change this. If evaluate fails, the problem is not nil.
func (d *domain) evaluate(ctx context.Context, suffix string, held [][]map[string]any, requests map[string]any) (roles []*object, results map[string]string, problem *Finding) {
	stop := func(f Finding) ([]*object, map[string]string, *Finding) { return nil, nil, &f }
	grant, ok := d.passwordGrant()
	if !ok {
		return stop(couldNotTell("the run does not sign in with a password, and a new role needs a new token"))
	}
	if d.isAdministrator() {
		return stop(couldNotTell("the user who runs the checks has the role lusid-administrator, which allows everything"))
	}
	for i, policies := range held {
		role, f := d.holdPolicies(ctx, d.name(suffix+"-"+strconv.Itoa(i+1)), policies)
		if role == nil {
			return stop(f)
		}
		roles = append(roles, role)
	}
	token, err := d.client.RequestToken(ctx, grant)
	if err != nil {
		return stop(couldNotTell("the token endpoint issues no second token"))
	}
	config := d.config
	config.SignIn = client.SignIn{AccessToken: token.AccessToken}
	lusid, err := client.New(config) //nolint:contextcheck // Every request brings its own context.
	if err != nil {
		return stop(couldNotTell("the second token cannot be used"))
	}
	const control = "control"
	requests[control] = readRequest("not-covered", "Read", "2020-10-01")
	// Evaluate is a POST that changes nothing.
	a := d.read(ctx, accessAPI(lusid).Post("Evaluate", "me").Body(requests))
	if !a.ok() {
		return stop(a.unable("evaluate requests"))
	}
	results = map[string]string{}
	for key := range requests {
		results[key] = text(a.object(), key+".result")
	}
	if results[control] != denied {
		return stop(couldNotTell("a request that no policy of the run covers is not denied, for example because the user has the role lusid-administrator"))
	}
	return roles, results, nil
}

// holdPolicies creates policies, an access role with the policies and an identity role with the same name. It
// gives the identity role to the user who runs the checks, and returns the access role. If a step fails,
// the access role is nil and the finding has the reason.
func (d *domain) holdPolicies(ctx context.Context, name string, policies []map[string]any) (*object, Finding) {
	var ids []any
	for i, fields := range policies {
		code := name + "-" + strconv.Itoa(i+1)
		body := policyBody(code)
		body["selectors"] = []any{selector("Read", "a")}
		maps.Copy(body, fields)
		policy, a := d.createPolicyWith(ctx, code, body)
		if policy == nil {
			return nil, a.unable("create a policy")
		}
		ids = append(ids, policy.fields["id"])
	}
	held, a := d.createAccessRoleWith(ctx, name, roleResource(ids))
	if held == nil {
		return nil, a.unable("create an access role")
	}
	role, a := d.createRole(ctx, name)
	if role == nil {
		return nil, a.unable("create an identity role")
	}
	a = d.write(ctx, d.identity.Put("AddUserToRole", "roles", role.id(), "users", text(d.me, "id")))
	if !a.ok() {
		return nil, a.unable("give the user who runs this a role")
	}
	return held, Finding{}
}
