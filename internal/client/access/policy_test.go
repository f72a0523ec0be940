package access_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// policyParts has all fields of a policy except its ID.
const policyParts = `"description":"D","applications":["LUSID"],"grant":"Deny","selectors":[` +
	`{"idSelectorDefinition":{"actions":[{"scope":"default","activity":"Read","entity":"Quote"}],"name":"N","description":"S","identifier":{"scope":"*","code":null}}},` +
	`{"matchAllSelectorDefinition":{"actions":[]}},` +
	`{"metadataSelectorDefinition":{"actions":[],"expressions":[{"metadataKey":"k","operator":"Equals","textValue":"v"}]}},` +
	`{"policySelectorDefinition":{"actions":[],"identityRestriction":{"scope":"s"},"restrictionSelectors":[{"matchAllSelectorDefinition":{"actions":[]}}]}}],` +
	`"for":[{"effectiveRange":{"from":"2020-01-01T00:00:00Z","to":"2021-01-01T00:00:00Z"}},` +
	`{"asAtRangeForSpec":{"from":{"dateTimeOffset":"2020-01-01T00:00:00Z"},"to":{"value":"AsAt=Latest"}}},` +
	`{"effectiveDateRelative":{"date":"Now","adjustment":-7,"unit":"Day","relativeToDateTime":"Before"}},` +
	`{"asAtRelative":{"date":"Now","adjustment":0,"unit":"Day","relativeToDateTime":"Before"}},` +
	`{"effectiveDateHasQuality":{"quality":"IsBefore5pm"}}],` +
	`"if":[{"ifRequestHeaderExpression":{"headerName":"h","operator":"NotPresent","value":"v"}},` +
	`{"ifIdentityClaimExpression":{"claimType":"c","operator":"o","value":"v","claimValueType":"t","claimIssuer":"i","claimOriginalIssuer":"oi"}},` +
	`{"ifIdentityScopeExpression":{"scopeName":"s"}},{"ifViaApiExpression":{"apiFeatureCodes":["a"],"operator":"In"}}],` +
	`"when":{"activate":"2020-01-01T00:00:00Z","deactivate":"9999-12-31T00:00:00Z"},` +
	`"templateMetadata":{"templateSelection":[{"scope":"s","code":"c","selectorTags":["Data"]}],"buildAsAt":"2020-01-01T00:00:00Z"}`

const wholePolicy = `{"id":{"scope":"s","code":"a b+c"},` + policyParts + `,"how":null,"links":[{"relation":"r"}]}`

func wholeRequest() access.PolicyUpdateRequest {
	actions := access.SelectorBase{Actions: []access.ActionID{}}
	all := &access.MatchAllSelectorDefinition{SelectorBase: actions}
	return access.PolicyUpdateRequest{
		Description: "D", Applications: []string{"LUSID"}, Grant: "Deny",
		Selectors: []access.SelectorDefinition{
			{RestrictionSelector: access.RestrictionSelector{IDSelectorDefinition: &access.IDSelectorDefinition{
				SelectorBase: access.SelectorBase{
					Actions:     []access.ActionID{{Scope: "default", Activity: "Read", Entity: "Quote"}},
					Name:        "N",
					Description: "S",
				},
				Identifier: map[string]*string{"scope": new("*"), "code": nil},
			}}},
			{RestrictionSelector: access.RestrictionSelector{MatchAllSelectorDefinition: all}},
			{RestrictionSelector: access.RestrictionSelector{MetadataSelectorDefinition: &access.MetadataSelectorDefinition{
				SelectorBase: actions, Expressions: []access.MetadataExpression{{MetadataKey: "k", Operator: "Equals", TextValue: "v"}},
			}}},
			{PolicySelectorDefinition: &access.PolicySelectorDefinition{
				SelectorBase: actions, IdentityRestriction: map[string]*string{"scope": new("s")},
				RestrictionSelectors: []access.RestrictionSelector{{MatchAllSelectorDefinition: all}},
			}},
		},
		For: []access.ForSpec{
			{EffectiveRange: &access.EffectiveRange{From: "2020-01-01T00:00:00Z", To: "2021-01-01T00:00:00Z"}},
			{
				AsAtRangeForSpec: &access.AsAtRangeForSpec{
					From: access.AsAtPredicateContract{DateTimeOffset: "2020-01-01T00:00:00Z"},
					To:   access.AsAtPredicateContract{Value: "AsAt=Latest"},
				},
			},
			{EffectiveDateRelative: &access.RelativeDate{Date: "Now", Adjustment: -7, Unit: "Day", RelativeToDateTime: "Before"}},
			{AsAtRelative: &access.RelativeDate{Date: "Now", Unit: "Day", RelativeToDateTime: "Before"}},
			{EffectiveDateHasQuality: &access.EffectiveDateHasQuality{Quality: "IsBefore5pm"}},
		},
		If: []access.IfExpression{
			{IfRequestHeaderExpression: &access.IfRequestHeaderExpression{HeaderName: "h", Operator: "NotPresent", Value: "v"}},
			{
				IfIdentityClaimExpression: &access.IfIdentityClaimExpression{
					ClaimType:           "c",
					Operator:            "o",
					Value:               "v",
					ClaimValueType:      "t",
					ClaimIssuer:         "i",
					ClaimOriginalIssuer: "oi",
				},
			},
			{IfIdentityScopeExpression: &access.IfIdentityScopeExpression{ScopeName: "s"}},
			{IfViaAPIExpression: &access.IfViaAPIExpression{APIFeatureCodes: []string{"a"}, Operator: "In"}},
		},
		When: access.WhenSpec{Activate: "2020-01-01T00:00:00Z", Deactivate: "9999-12-31T00:00:00Z"},
		TemplateMetadata: &access.TemplateMetadata{
			TemplateSelection: []access.TemplateSelection{{Scope: "s", Code: "c", SelectorTags: []string{"Data"}}},
			BuildAsAt:         "2020-01-01T00:00:00Z",
		},
	}
}

var policyID = access.ResourceID{Scope: "s", Code: "a b+c"}

func TestPolicies_requests(t *testing.T) {
	t.Parallel()
	whole := func(got *access.PolicyResponse, err error) error {
		want := &access.PolicyResponse{ID: policyID, PolicyUpdateRequest: wholeRequest()}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("policy (-want +got):\n%s", diff)
		}
		return err
	}
	const path = "/access/api/policies/a%20b+c?scope=s"
	wantRequests(t, map[string]requestCase{
		"get": {func(ctx context.Context, c *access.Client) error { return whole(c.GetPolicy(ctx, policyID)) }, "GET " + path, "", 200, wholePolicy},
		"create": {
			func(ctx context.Context, c *access.Client) error {
				return whole(c.CreatePolicy(ctx, access.PolicyCreationRequest{Code: "a b+c", PolicyUpdateRequest: wholeRequest()}))
			},
			"POST /access/api/policies", `{"code":"a b+c",` + policyParts + `}`, 201, wholePolicy,
		},
		"update": {
			func(ctx context.Context, c *access.Client) error {
				return whole(c.UpdatePolicy(ctx, policyID, wholeRequest()))
			},
			"PUT " + path, `{` + policyParts + `}`, 200, wholePolicy,
		},
		"update, required fields only": {
			func(ctx context.Context, c *access.Client) error {
				return second(c.UpdatePolicy(
					ctx,
					policyID,
					access.PolicyUpdateRequest{
						Grant:     "Allow",
						Selectors: []access.SelectorDefinition{},
						When:      access.WhenSpec{Activate: "2020-01-01T00:00:00Z"},
					},
				))
			},
			"PUT " + path, `{"description":"","grant":"Allow","selectors":[],"when":{"activate":"2020-01-01T00:00:00Z"}}`, 200, wholePolicy,
		},
		"delete": {func(ctx context.Context, c *access.Client) error { return c.DeletePolicy(ctx, policyID) }, "DELETE " + path, "", 204, ""},
		"list of a scope": {func(ctx context.Context, c *access.Client) error {
			list, err := c.ListPolicies(ctx, "s")
			if len(list) != 1 {
				t.Errorf("got %d policies, want 1", len(list))
			}
			if !client.IsIncomplete(err) {
				return fmt.Errorf("want an error that the list is incomplete, got %w", err)
			}
			return nil
		}, "GET /access/api/policies?scope=s", "", 200, "[" + wholePolicy + `,null,{"id":null}]`},
		"get, without optional fields": {func(ctx context.Context, c *access.Client) error {
			got, err := c.GetPolicy(ctx, abcID)
			if diff := cmp.Diff(&access.PolicyResponse{ID: abcID}, got); diff != "" {
				t.Errorf("policy (-want +got):\n%s", diff)
			}
			return err
		}, "GET /access/api/policies/abc?scope=default", "", 200, `{"id":{"code":"abc"},"description":null,"selectors":null,"for":null,"if":null,"how":{"type":null,"parameters":[]},"when":null,"templateMetadata":null}`},
	})
}

// TestPagePolicies reads all pages.
func TestPagePolicies(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"/access/api/policies/page?limit=2000":                 `{"values":[{"id":{"code":"one"}},{"id":{}}],"nextPage":"a+/="}`,
		"/access/api/policies/page?limit=2000&page=a%2B%2F%3D": `{"values":[{"id":{"code":"two"}}],"nextPage":"b"}`,
		"/access/api/policies/page?limit=2000&page=b":          `{"values":[],"nextPage":null}`,
	}
	c := newClientOf(t, func(w http.ResponseWriter, r *http.Request) { jsonReply(200, pages[r.URL.RequestURI()])(w, r) })
	list, err := c.PagePolicies(t.Context())
	if len(list) != 2 || list[0].ID.Code != "one" || list[1].ID.Code != "two" || !client.IsIncomplete(err) {
		t.Errorf("got %v and the error %v, want the policies one and two and an incomplete list", list, err)
	}
	for _, body := range []string{`{"values":[],"nextPage":"a"}`, `{}`, `[]`, `{"values":null}`, `null`} {
		if list, err := newClientOf(t, jsonReply(200, body)).PagePolicies(t.Context()); err == nil || client.IsIncomplete(err) {
			t.Errorf("%s: got %d policies and the error %v, want an error that is not IsIncomplete", body, len(list), err)
		}
	}
	if err := second(newClientOf(t, jsonReply(403, "")).PagePolicies(t.Context())); !client.IsForbidden(err) {
		t.Errorf("got %v, want IsForbidden", err)
	}
}

func TestPolicy_unmodelled(t *testing.T) {
	t.Parallel()
	const all = `{"matchAllSelectorDefinition":{"actions":[]}}`
	for document, want := range map[string][]string{
		`"selectors":[` + all + `],"links":[{"a":1}],"new":{"a":1},"permission":"Read"`: nil,
		`"how":{"type":"Mask"}`:                   {"how"},
		`"selectors":[` + all + `,{"a":{"b":1}}]`: {"selectors[1].a"},
		`"selectors":[{"matchAllSelectorDefinition":{"actions":[{"scope":"s","activity":"a","entity":"e","x":false}]}}]`: {
			"selectors[0].matchAllSelectorDefinition.actions[0].x",
		},
		`"selectors":[{"policySelectorDefinition":{"actions":[],"restrictionSelectors":[` + all + `,{"policySelectorDefinition":{"actions":[{"scope":"s","activity":"a","entity":"e"}]}}]}}]`: {
			"selectors[0].policySelectorDefinition.restrictionSelectors[1].policySelectorDefinition",
		},
		`"for":[{"a":0}],"if":[{"b":"c"}]`: {"for[0].a", "if[0].b"},
		// A kind may have no required fields.
		`"for":[{"a":{}}],"if":[{"ifViaApiExpression":null,"b":{}}]`:   {"for[0].a", "if[0].b"},
		`"for":[{}],"if":[null,{"a":[]},{"ifViaApiExpression":null}]`:  {"for[0]", "if[0]", "if[1]", "if[2]"},
		`"selectors":[{"a":{}},` + all + `,{"a":""},{"b":{"c":null}}]`: {"selectors[0].a", "selectors[2]", "selectors[3].b"},
		`"selectors":[{"policySelectorDefinition":{"actions":[],"identityRestriction":{},"restrictionSelectors":[{"a":{}},{}]}}]`: {
			"selectors[0].policySelectorDefinition.restrictionSelectors[0].a",
			"selectors[0].policySelectorDefinition.restrictionSelectors[1]",
		},
		`"how":{},"templateMetadata":{}`:            nil,
		`"when":{"activate":"x","a":1}`:             {"when.a"},
		`"templateMetadata":{"a":[{"b":[null,1]}]}`: {"templateMetadata.a"},
	} {
		got, err := newClientOf(t, jsonReply(200, `{"id":{"code":"abc"},`+document+`}`)).GetPolicy(t.Context(), abcID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Unmodelled); diff != "" {
			t.Errorf("unmodelled parts of %s (-want +got):\n%s", document, diff)
		}
		for _, selector := range got.Selectors {
			if selector == (access.SelectorDefinition{}) {
				t.Errorf("%s: got a selector without a kind, want it left out", document)
			}
		}
		if len(got.For)+len(got.If) > 0 {
			t.Errorf("%s: got a condition without a kind, want it left out", document)
		}
	}
}

func TestPolicies_notFound(t *testing.T) {
	t.Parallel()
	mock, c := newDomain(t)
	missing := access.ResourceID{Scope: access.DefaultScope, Code: "missing"}
	request := access.PolicyUpdateRequest{
		Grant:     "Allow",
		Selectors: []access.SelectorDefinition{},
		When:      access.WhenSpec{Activate: "2020-01-01T00:00:00Z"},
	}
	all := func() map[string]error {
		return map[string]error{
			"get":    second(c.GetPolicy(t.Context(), missing)),
			"update": second(c.UpdatePolicy(t.Context(), missing, request)),
			"delete": c.DeletePolicy(t.Context(), missing),
		}
	}
	for name, err := range all() {
		if !client.IsNotFound(err) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	// A 404 without a code may come from a gateway, so the list of the scope decides.
	mock.InjectFault(mockserver.Fault{Operation: "access.GetPolicy", Status: http.StatusNotFound, Count: -1})
	for id, want := range map[access.ResourceID]bool{
		missing: true,
		{Scope: "default", Code: "allow-standard-lusid-features-access"}:    false,
		{Scope: "support", Code: "support-access-to-drive-website-feature"}: false,
	} {
		if err := second(c.GetPolicy(t.Context(), id)); err == nil || client.IsNotFound(err) != want {
			t.Errorf("%s: got %v, want not found: %t", id, err, want)
		}
	}
}

// TestRefreshPolicy reads a few policies individually, and many from one list.
func TestRefreshPolicy(t *testing.T) {
	t.Parallel()
	id := access.ResourceID{Scope: access.DefaultScope, Code: "allow-standard-lusid-features-access"}
	for n, want := range map[int]map[string]int{
		3: {"access.GetPolicy": 3}, 4: {"access.GetPolicy": 3, "access.PagePolicies": 1}, 20: {"access.GetPolicy": 3, "access.PagePolicies": 1},
	} {
		mock, c := newDomain(t)
		for range n {
			got, err := c.RefreshPolicy(t.Context(), id, func(*access.PolicyResponse) bool { return true })
			if err != nil || got.ID != id {
				t.Fatalf("got %v and the error %v, want the policy", got, err)
			}
		}
		if diff := cmp.Diff(want, mock.Counts()); diff != "" {
			t.Errorf("requests by operation (-want +got):\n%s", diff)
		}
	}
}
