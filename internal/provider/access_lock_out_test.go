package provider_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestAccessLockOut_withoutRoles lets LUSID return the provider's own policies without their roles.
func TestAccessLockOut_withoutRoles(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	made := roles.MustCreate(providertest.AccessRoleConfig())
	w.Set(func(*http.Request, any) any { return []any{map[string]any{"id": map[string]any{"code": "abc"}}} })
	_, diags := roles.Plan(made, nil)
	diags.MustWarn(t, "", "Could not check whether this plan takes rights from the provider's own user", `"sourceRole"`, "lock the provider out")
	_, diags = roles.Plan(made, nil)
	diags.MustBeQuiet(t)
}

// TestAccessLockOut_firstPolicies adds policies to a role without policies. LUSID doesn't return whether the provider's own
// user has the role. If the role takes precedence over a role that gives the user a policy, the plan has a warning.
func TestAccessLockOut_firstPolicies(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	empty := d.Protocol(t).Resource(providertest.AccessRoleType).MustCreate(providertest.Object{"code": "empty-role"})
	place, err := strconv.Atoi(empty.Get("hierarchy_index"))
	if err != nil {
		t.Fatal(err)
	}
	ownAt := func(place any) []any {
		policy := map[string]any{"id": map[string]any{"code": "abc"}, "sourceRole": map[string]any{"code": "own-role"}, "grant": "Allow"}
		if place != nil {
			policy["roleHierarchyIndex"] = place
		}
		return []any{policy}
	}
	licence := []any{map[string]any{
		"id": map[string]any{"scope": "FINBOURNE", "code": "abc"}, "sourceRole": map[string]any{"scope": "FINBOURNE", "code": "licences"}, "policyType": "Licence",
	}}
	config := providertest.Object{"code": "empty-role", "policies": []string{evaluatorData}}
	for name, test := range map[string]struct {
		own    []any
		config providertest.Object
		warns  bool
	}{
		"below the own role":       {ownAt(place - 1), config, false},
		"place of the own role":    {ownAt(place), config, true},
		"above the own role":       {ownAt(place + 1), config, true},
		"own user role":            {ownAt(nil), config, true},
		"licence":                  {licence, config, false},
		"no own policies":          {[]any{}, config, false},
		"policy collections":       {ownAt(place + 1), providertest.Object{"code": "empty-role", "policy_collections": []string{"default/readers"}}, true},
		"supervised roles":         {ownAt(place + 1), providertest.Object{"code": "empty-role", "supervised_roles": []string{"default/lusid-evaluator"}}, true},
		"unknown policies":         {ownAt(place + 1), providertest.Object{"code": "empty-role", "policies": providertest.Unknown}, true},
		"unknown end":              {ownAt(place + 1), providertest.With(config, "when", providertest.Object{"deactivate": providertest.Unknown}), true},
		"earlier end":              {ownAt(place + 1), providertest.With(config, "when", providertest.Object{"deactivate": "2090-01-01T00:00:00Z"}), true},
		"only another description": {ownAt(place + 1), providertest.Object{"code": "empty-role", "description": "New"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w.Set(func(r *http.Request, body any) any {
				if r.URL.Path == providertest.AccessAPI+"/me" {
					return test.own
				}
				return body
			})
			d.Forget()
			_, diags := d.Protocol(t).Resource(providertest.AccessRoleType).Plan(empty, test.config)
			if test.warns {
				diags.MustWarn(t, "", "The access role default/empty-role could lock this provider out", "cannot tell whether the user has this role", "adds policies", "Deny", "HTTP 403")
			} else {
				diags.MustBeQuiet(t)
			}
			want := map[string]int{"access.GetOwnPolicies": 1}
			if test.config["description"] != nil {
				want = map[string]int{}
			}
			d.MustCount(t, want)
		})
	}
}

// TestAccessLockOut plans changes of access objects. A plan that could take rights from the provider's own user has a
// warning, and other plans don't.
func TestAccessLockOut(t *testing.T) {
	t.Parallel()
	const own = `[
		{"id": {"scope": "default", "code": "list-instruments"}, "sourceRole": {"scope": "default", "code": "analysts"}, "grant": "Allow"},
		{"id": {"scope": "default", "code": "direct"}, "sourceRole": null, "grant": "Allow"},
		{"id": {"scope": "default", "code": "limited"}, "sourceRole": null, "grant": "Allow"},
		{"id": {"scope": "default", "code": "denying"}, "sourceRole": null, "grant": "Deny"}
	]`
	d := providertest.NewMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != providertest.AccessAPI+"/me" {
				mock.ServeHTTP(w, r)
				return
			}
			// The mock counts the request.
			mock.ServeHTTP(&discard{}, r)
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, own)
		})
	})
	p := d.Protocol(t)
	policies, roles := p.Resource(providertest.AccessPolicyType), p.Resource(providertest.AccessRoleType)
	fewer := []any{providertest.IDSelector("*", "*", providertest.AccessAction("default", "Read", "Instrument"))}
	mine, other := providertest.AccessPolicyConfig(), providertest.AccessPolicyConfig(providertest.Object{"code": "other"})
	policy, otherPolicy := policies.MustCreate(mine), policies.MustCreate(other)
	directPolicy := policies.MustCreate(providertest.AccessPolicyConfig(providertest.Object{"code": "direct"}))
	limited := providertest.AccessPolicyConfig(providertest.Object{"code": "limited", "when": providertest.Object{
		"activate": "2020-01-01T00:00:00Z", "deactivate": "2030-01-01T00:00:00Z",
	}})
	denying := providertest.AccessPolicyConfig(providertest.Object{"code": "denying", "grant": "Deny"})
	limitedPolicy, denyingPolicy := policies.MustCreate(limited), policies.MustCreate(denying)
	over := providertest.Object{"activate": "2020-01-01T00:00:00Z", "deactivate": "2021-01-01T00:00:00Z"}
	later := providertest.Object{"activate": "2029-01-01T00:00:00Z", "deactivate": "2030-01-01T00:00:00Z"}
	longer := providertest.Object{"activate": "2019-01-01T00:00:00Z", "deactivate": "2030-01-01T01:00:00+01:00"}
	dates := []any{providertest.Object{"effective_range": providertest.Object{"from": "2020-01-01T00:00:00Z"}}}
	requests := []any{providertest.Object{"identity_scope": providertest.Object{"scope_name": "abc"}}}
	holding := providertest.AccessRoleConfig(providertest.Object{"policies": []string{providertest.StandardFeatures, "default/list-instruments"}})
	role, otherRole := roles.MustCreate(holding), roles.MustCreate(providertest.AccessRoleConfig(providertest.Object{"code": "traders"}))
	collections, attachments := p.Resource(providertest.AccessPolicyCollectionType), p.Resource(providertest.AccessRolePolicyCollectionType)
	collecting := providertest.AccessPolicyCollectionConfig(providertest.Object{"policies": []string{providertest.StandardFeatures, "default/list-instruments"}})
	collection := collections.MustCreate(collecting)
	otherCollection := collections.MustCreate(providertest.AccessPolicyCollectionConfig(providertest.Object{"code": "others"}))
	attaching := providertest.Object{"role_id": "default/analysts", "policy_collection_id": "default/readers"}
	attached := attachments.MustCreate(attaching)
	otherAttached := attachments.MustCreate(providertest.With(attaching, "role_id", "default/traders"))
	nesting := providertest.AccessPolicyCollectionConfig(providertest.Object{"code": "outer", "policy_collections": []string{"default/readers"}})
	outer := collections.MustCreate(nesting)
	outermostConfig := providertest.Object{"code": "outermost", "policy_collections": []string{"default/others", "default/outer"}}
	outermost := collections.MustCreate(outermostConfig)
	p = d.Protocol(t)
	policies, roles = p.Resource(providertest.AccessPolicyType), p.Resource(providertest.AccessRoleType)
	collections, attachments = p.Resource(providertest.AccessPolicyCollectionType), p.Resource(providertest.AccessRolePolicyCollectionType)
	d.Forget()

	// A change that takes no rights away needs no request.
	_, diags := collections.Plan(collection, providertest.With(collecting, "description", "New"))
	diags.MustBeQuiet(t)
	_, diags = collections.Plan(providertest.Instance{}, providertest.With(nesting, "code", "new"))
	diags.MustBeQuiet(t)
	_, diags = attachments.Plan(attached, providertest.With(attaching, "timeouts", providertest.Object{"read": "1m"}))
	diags.MustBeQuiet(t)
	_, diags = attachments.Plan(providertest.Instance{}, providertest.With(attaching, "role_id", providertest.Unknown))
	diags.MustBeQuiet(t)
	for _, config := range []providertest.Object{
		providertest.With(mine, "description", "New"),
		providertest.With(mine, "timeouts", providertest.Object{"read": "1m"}),
	} {
		_, diags := policies.Plan(policy, config)
		diags.MustBeQuiet(t)
	}
	for _, config := range []providertest.Object{
		providertest.With(holding, "description", "New"),
		providertest.With(holding, "when", providertest.Object{"deactivate": "9999-06-01T00:00:00Z"}),
	} {
		_, diags := roles.Plan(role, config)
		diags.MustBeQuiet(t)
	}
	d.MustCount(t, map[string]int{})

	const policyWarning = "The access policy default/list-instruments could lock this provider out"
	const collectionWarning = "The access policy collection default/readers could lock this provider out"
	const outerWarning = "The access policy collection default/outer could lock this provider out"
	const roleWarning = "The access role default/analysts could lock this provider out"
	for _, test := range []struct {
		m      providertest.ManagedType
		prior  providertest.Instance
		config providertest.Object
		words  []string
	}{
		{policies, policy, nil, []string{policyWarning, "this policy from default/analysts. This plan deletes it", "HTTP 403"}},
		{policies, policy, providertest.With(mine, "code", "new"), []string{policyWarning, "deletes it"}},
		{policies, policy, providertest.With(mine, "grant", "Deny"), []string{policyWarning, "denies what it covers"}},
		{policies, policy, providertest.With(mine, "selectors", fewer), []string{policyWarning, "This plan changes what it grants"}},
		{policies, policy, providertest.With(mine, "selectors", providertest.Unknown), []string{policyWarning, "changes what it grants"}},
		{policies, policy, providertest.With(mine, "applications", []string{"Drive"}), []string{policyWarning, "changes what it grants"}},
		{policies, policy, providertest.With(mine, "date_conditions", dates), []string{policyWarning, "changes what it grants"}},
		{policies, policy, providertest.With(mine, "request_conditions", requests), []string{policyWarning, "changes what it grants"}},
		{policies, policy, providertest.With(mine, "when", over), []string{policyWarning, "shortens the time in which it is active"}},
		{policies, limitedPolicy, providertest.With(limited, "when", over), []string{"default/limited could lock", "shortens the time"}},
		{policies, limitedPolicy, providertest.With(limited, "when", later), []string{"default/limited could lock", "shortens the time"}},
		{policies, limitedPolicy, providertest.With(limited, "when", providertest.Object{"deactivate": providertest.Unknown}), []string{"default/limited could lock", "shortens"}},
		{policies, limitedPolicy, providertest.With(limited, "when", longer), nil},
		{policies, limitedPolicy, providertest.With(limited, "when", nil), nil},
		{policies, denyingPolicy, providertest.With(denying, "grant", "Allow"), nil},
		{policies, directPolicy, nil, []string{"The access policy default/direct could lock", "this policy. This plan deletes it"}},
		{policies, otherPolicy, nil, nil},
		{policies, otherPolicy, providertest.With(other, "grant", "Deny"), nil},
		{roles, role, nil, []string{roleWarning, "deletes it", "HTTP 403"}},
		{roles, role, providertest.With(holding, "code", "new"), []string{roleWarning, "deletes it"}},
		{roles, role, providertest.With(holding, "policies", []string{providertest.StandardFeatures}), []string{roleWarning, "takes policies away"}},
		{roles, role, providertest.With(holding, "policies", providertest.Unknown), []string{roleWarning, "takes policies away"}},
		{roles, role, providertest.With(holding, "when", over), []string{roleWarning, "shortens the time in which it is active", "HTTP 403"}},
		{roles, role, providertest.With(holding, "when", providertest.Object{"activate": "2999-01-01T00:00:00Z"}), []string{roleWarning, "shortens the time"}},
		{roles, role, providertest.With(holding, "when", providertest.Unknown), []string{roleWarning, "shortens the time"}},
		{
			roles, role, providertest.With(holding, "policies", []string{providertest.StandardFeatures, "default/list-instruments", "default/other"}),
			[]string{roleWarning, "adds policies to it", "Deny"},
		},
		{roles, otherRole, nil, nil},
		{roles, otherRole, providertest.AccessRoleConfig(providertest.Object{"code": "traders", "when": over}), nil},
		{collections, collection, nil, []string{collectionWarning, "in this collection: default/list-instruments. This plan deletes the collection", "HTTP 403"}},
		{collections, collection, providertest.With(collecting, "code", "new"), []string{collectionWarning, "deletes the collection"}},
		{
			collections, collection, providertest.With(collecting, "policies", []string{providertest.StandardFeatures}),
			[]string{collectionWarning, "takes that away from the collection"},
		},
		{collections, collection, providertest.With(collecting, "policies", providertest.Unknown), []string{collectionWarning, "takes that away"}},
		{collections, collection, providertest.With(collecting, "policies", []string{"default/list-instruments"}), nil},
		{
			collections, collection, providertest.With(collecting, "policies", []string{providertest.StandardFeatures, "default/list-instruments", "default/other"}),
			[]string{collectionWarning, "in this collection: default/list-instruments. This plan adds policies", "Deny"},
		},
		{
			collections, collection, providertest.With(collecting, "policy_collections", []string{"default/others"}),
			[]string{collectionWarning, "This plan adds policies", "Deny"},
		},
		{collections, otherCollection, nil, nil},
		{
			collections, otherCollection,
			providertest.AccessPolicyCollectionConfig(providertest.Object{"code": "others", "policies": []string{providertest.StandardFeatures, "default/other"}}), nil,
		},
		{collections, outer, nil, []string{outerWarning, "in this collection: default/list-instruments. This plan deletes the collection", "HTTP 403"}},
		{collections, outer, providertest.With(nesting, "code", "new"), []string{outerWarning, "deletes the collection"}},
		{collections, outer, providertest.With(nesting, "policy_collections", nil), []string{outerWarning, "default/list-instruments", "takes that away"}},
		{collections, outer, providertest.With(nesting, "policy_collections", providertest.Unknown), []string{outerWarning, "takes that away"}},
		{
			collections, outer, providertest.With(nesting, "policy_collections", []string{"default/others", "default/readers"}),
			[]string{outerWarning, "default/list-instruments", "This plan adds policies", "Deny"},
		},
		{collections, outer, providertest.With(nesting, "policies", nil), nil},
		{
			collections, outermost, providertest.With(outermostConfig, "policy_collections", []string{"default/others"}),
			[]string{"collection default/outermost could lock", "default/list-instruments", "takes that away"},
		},
		{collections, outermost, providertest.With(outermostConfig, "policy_collections", []string{"default/outer"}), nil},
		{attachments, providertest.Instance{}, attaching, []string{roleWarning, "attaches a policy collection to it", "Deny"}},
		{attachments, providertest.Instance{}, providertest.With(attaching, "policy_collection_id", providertest.Unknown), []string{roleWarning, "attaches"}},
		{attachments, providertest.Instance{}, providertest.With(attaching, "role_id", "default/traders"), nil},
		{attachments, attached, providertest.With(attaching, "policy_collection_id", "default/others"), []string{roleWarning, "away from it"}},
		{attachments, otherAttached, attaching, []string{roleWarning, "attaches a policy collection to it"}},
		{attachments, otherAttached, nil, []string{"Destroying takes the policy collection of access role default/traders,default/readers away", "destroy = false"}},
	} {
		_, diags := test.m.Plan(test.prior, test.config)
		if test.words == nil {
			diags.MustBeQuiet(t)
		} else {
			diags.MustWarn(t, "", test.words...)
		}
	}
	_, diags = attachments.Plan(attached, nil)
	warnings := diags.Warnings()
	for _, part := range []string{"destroy = false", roleWarning, "takes the policy collection default/readers away from it", "HTTP 403"} {
		if len(warnings) != 2 || !strings.Contains(strings.Join(warnings, ""), part) {
			t.Errorf("got the warnings %s, want two that contain %q", warnings, part)
		}
	}
	d.MustCount(t, map[string]int{"access.GetOwnPolicies": 1, "access.PagePolicyCollections": 1})

	// If LUSID refuses the request for the own policies, the plan continues. Only the first plan has a warning.
	refused := providertest.NewMock(t, mockserver.Options{})
	refused.Mock.InjectFault(mockserver.Fault{Operation: "access.GetOwnPolicies", Status: http.StatusForbidden, Count: -1})
	policies = refused.Protocol(t).Resource(providertest.AccessPolicyType)
	made := policies.MustCreate(mine)
	_, diags = policies.Plan(made, nil)
	diags.MustWarn(t, "", "Could not check whether this plan takes rights from the provider's own user", "HTTP 403", "lock the provider out")
	_, diags = policies.Plan(made, nil)
	diags.MustBeQuiet(t)
	refused.MustCount(t, map[string]int{"access.PagePolicies": 1, "access.CreatePolicy": 1, "access.GetOwnPolicies": 1})
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.PagePolicyCollections", Status: http.StatusForbidden, Count: -1})
	_, diags = d.Protocol(t).Resource(providertest.AccessPolicyCollectionType).Plan(outer, nil)
	diags.MustWarn(t, "", "Could not check whether this plan takes rights", "nested policy collections could not be read", "HTTP 403")
}
