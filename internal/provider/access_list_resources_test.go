package provider_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestAccessPolicyList(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
	policies.MustCreate(providertest.AccessPolicyConfig(providertest.Object{
		"code": "acme-whole", "grant": "Deny", "when": providertest.Object{"deactivate": "2030-01-01T00:00:00Z"},
		"date_conditions":    []any{providertest.Object{"effective_range": providertest.Object{"from": "2020-01-01T00:00:00Z"}}},
		"request_conditions": []any{providertest.Object{"identity_scope": providertest.Object{"scope_name": "abc"}}},
	}))
	createPolicy(t, d, "acme-bare")
	for prefix, want := range map[string][]string{"acme-": {"acme-bare", "acme-whole"}, "acme-b": {"acme-bare"}, "nothing": {}} {
		names := mustListAndImport(policies, providertest.Object{"code_prefix": prefix})
		slices.Sort(names)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("policies with the prefix %s (-want +got):\n%s", prefix, diff)
		}
	}
	if names := mustListAndImport(policies, providertest.Object{"scope": "nothing"}); len(names) != 0 {
		t.Errorf("a scope without policies: got %q, want no policies", names)
	}
	d.Forget()
	results, diags := policies.List(providertest.Object{}, 2, false)
	diags.MustWarn(t, "", limitWarning, "returns 2 of them")
	if len(results) != 2 || results[0].Resource.Exists() {
		t.Errorf("got %d results, want 2 without a resource", len(results))
	}
	d.MustCount(t, map[string]int{"access.ListPolicies": 1})
	d.ChangePolicy(t, "acme-bare", providertest.JSONObject{"how": providertest.JSONObject{"type": "Mask"}})
	_, diags = policies.List(providertest.Object{"code_prefix": "acme-bare"}, 0, true)
	diags.MustWarn(t, "", "Part of access policy default/acme-bare is left out", "how")
	_, diags = policies.List(providertest.Object{"scope": "a/b"}, 0, false)
	diags.MustFail(t, "scope", "3 to 100")
	mustRefuseToList(t, d, providertest.AccessPolicyType, "Unable to list access policies")
}

func TestAccessRoleList(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	roles.MustCreate(providertest.AccessRoleConfig(providertest.Object{"code": "acme-whole"}))
	roles.MustCreate(providertest.Object{"code": "acme-supervisors", "supervised_roles": []string{"default/acme-whole"}})
	createAccessRole(t, d, "acme-bare")
	for _, test := range []struct {
		filter providertest.Object
		want   []string
	}{
		{providertest.Object{"code_prefix": "acme-"}, []string{"acme-bare", "acme-supervisors", "acme-whole"}},
		{providertest.Object{"code_prefix": "acme-", "scope": "default"}, []string{"acme-bare", "acme-supervisors", "acme-whole"}},
		{providertest.Object{"code_prefix": "acme-w"}, []string{"acme-whole"}},
		{providertest.Object{"scope": "nothing"}, []string{}},
	} {
		names := mustListAndImport(roles, test.filter)
		slices.Sort(names)
		if diff := cmp.Diff(test.want, names); diff != "" {
			t.Errorf("roles with the filter %v (-want +got):\n%s", test.filter, diff)
		}
	}
	d.Forget()
	results, diags := roles.List(providertest.Object{}, 2, false)
	diags.MustWarn(t, "", limitWarning, "returns 2 of them")
	if len(results) != 2 || results[0].Resource.Exists() {
		t.Errorf("got %d results, want 2 without a resource", len(results))
	}
	d.MustCount(t, map[string]int{"access.ListRoles": 1})
	_, diags = roles.List(providertest.Object{"scope": "a/b"}, 0, false)
	diags.MustFail(t, "scope", "3 to 100")
	mustRefuseToList(t, d, providertest.AccessRoleType, "Unable to list access roles")
}
