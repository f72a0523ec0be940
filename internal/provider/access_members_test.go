package provider_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// addMembers adds a member to every list of ids, actions and expressions in a response, at any depth.
func addMembers(member any) func(*http.Request, any) any {
	var add func(name string, value any) any
	add = func(name string, value any) any {
		switch value := value.(type) {
		case map[string]any:
			for field, part := range value {
				value[field] = add(field, part)
			}
		case []any:
			for i := range value {
				value[i] = add("", value[i])
			}
			switch name {
			case "policies", "policyCollections", "roles", "actions", "expressions":
				return append(value, member)
			}
		}
		return value
	}
	return func(_ *http.Request, body any) any { return add("", body) }
}

// TestAccessMembers reads objects whose lists have a null or empty member. The read fails, and the error names the
// field that the response lacks. The read does not skip the member, and does not return an id for it.
func TestAccessMembers(t *testing.T) {
	t.Parallel()
	supervisor := providertest.Object{"code": "supervisors", "supervised_roles": []string{"default/lusid-evaluator"}}
	for name, test := range map[string]struct {
		typeName       string
		config, change providertest.Object
		summary, part  string
	}{
		"role": {
			providertest.AccessRoleType, providertest.AccessRoleConfig(),
			providertest.Object{"description": "Other"},
			"access role default/analysts", "resource.policyIdRoleResource.policies[1].code",
		},
		"supervisor": {
			providertest.AccessRoleType, supervisor,
			providertest.Object{"description": "Other"},
			"access role default/supervisors", "resource.nonTransitiveSupervisorRoleResource.roles[1].code",
		},
		"user role": {
			providertest.AccessUserRoleType,
			providertest.Object{"user_id": "user-0", "policies": []string{providertest.StandardFeatures}},
			providertest.Object{"policies": []string{"default/lusid-evaluator-data"}},
			"user role user-0", "resource.policyIdRoleResource.policies[1].code",
		},
		"policy collection": {
			providertest.AccessPolicyCollectionType, providertest.AccessPolicyCollectionConfig(),
			providertest.Object{"description": "Other"},
			"access policy collection default/readers", "policies[1].code",
		},
		"policy": {
			providertest.AccessPolicyType, providertest.AccessPolicyConfig(),
			providertest.Object{"description": "Other"},
			"access policy default/list-instruments", "selectors[0].actions[1].scope",
		},
		"policy template": {
			providertest.AccessPolicyTemplateType, providertest.AccessPolicyTemplateConfig(),
			providertest.Object{"description": "Other"},
			"access policy template default/read-instruments", "templatedSelectors[0].actions[1].scope",
		},
	} {
		for kind, member := range map[string]any{"null": nil, "empty": providertest.JSONObject{}} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				var w providertest.Rewriter
				d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
				objects := func() providertest.ManagedType { return d.Protocol(t).Resource(test.typeName) }
				made := objects().MustCreate(test.config)
				changed := maps.Clone(test.config)
				maps.Copy(changed, test.change)
				planned, diags := objects().Plan(made, changed)
				diags.MustSucceed(t)

				w.Set(addMembers(member))
				read, diags := objects().Read(made)
				diags.MustFail(t, "", "Unable to read "+test.summary, `The response has no "`+test.part+`"`, "LUSID's support")
				if names := made.Differences(read); names != nil {
					t.Errorf("the failed read changed %s in the state, want no change", names)
				}
				_, diags = objects().Apply(planned)
				diags.MustFail(t, "", "Unable to update "+test.summary, test.part)
				for operation, n := range d.Counts() {
					if strings.HasPrefix(operation, "access.Update") && n > 0 {
						t.Errorf("got %d requests of %s, want none", n, operation)
					}
				}

				w.Set(nil)
				objects().MustPlanNothing(objects().MustRead(made), test.config)
			})
		}
	}
}

// TestAccessMembers_precedence orders roles while LUSID returns a role with a null member. If the role is not in the
// list, the order can change. If it is in the list, the read and the update fail.
func TestAccessMembers_precedence(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := precedenceDomain(t, w.Front)
	broken := func(code string) func(*http.Request, any) any {
		return func(r *http.Request, body any) any {
			roles, ok := body.([]any)
			if !ok {
				roles = []any{body}
			}
			for _, role := range roles {
				role, _ := role.(providertest.JSONObject)
				if id, _ := role["id"].(providertest.JSONObject); id["code"] == code {
					addMembers(nil)(r, role)
				}
			}
			return body
		}
	}
	w.Set(broken("role-2"))
	precedence := func() providertest.ManagedType { return d.Protocol(t).Resource(providertest.AccessRolePrecedenceType) }
	made, diags := precedence().Create(precedenceOf(3, 0, 1))
	diags.MustSucceed(t)
	precedence().MustPlanNothing(precedence().MustRead(made), precedenceOf(3, 0, 1))
	mustBeOrdered(t, d, 3, 0, 1, 2)

	w.Set(broken("role-0"))
	read, diags := precedence().Read(made)
	diags.MustFail(t, "", "Unable to read access role precedence", "resource.policyIdRoleResource.policies[0].code")
	if names := made.Differences(read); names != nil {
		t.Errorf("the failed read changed %s in the state, want no change", names)
	}
	planned, diags := precedence().Plan(made, precedenceOf(0, 3, 1))
	diags.MustSucceed(t)
	_, diags = precedence().Apply(planned)
	diags.MustFail(t, "", "Unable to update access role precedence", "resource.policyIdRoleResource.policies[0].code")
	mustBeOrdered(t, d, 3, 0, 1, 2)
}
