package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestAccessObject_changedAfterPlan changes an object after the plan of an update. LUSID's update would erase that
// change, so the apply fails without an update, and the next plan shows the change.
func TestAccessObject_changedAfterPlan(t *testing.T) {
	t.Parallel()
	policies := func(codes ...string) providertest.JSONObject {
		return providertest.JSONObject{"resource": resourceWithPolicies(codes...)}
	}
	for typeName, test := range map[string]struct {
		config  func(...providertest.Object) providertest.Object
		get     string
		stored  func(providertest.Domain, *testing.T, string) providertest.JSONObject
		change  func(providertest.Domain, *testing.T, string, providertest.JSONObject)
		changes map[string]providertest.JSONObject
	}{
		providertest.AccessPolicyType: {
			providertest.AccessPolicyConfig, "access.GetPolicy",
			providertest.Domain.StoredPolicy, providertest.Domain.ChangePolicy,
			map[string]providertest.JSONObject{
				"grant":                                {"grant": "Deny"},
				"a part that the schema can't express": {"how": providertest.JSONObject{"type": "kept", "parameters": []any{}}},
			},
		},
		providertest.AccessPolicyCollectionType: {
			providertest.AccessPolicyCollectionConfig, "access.GetPolicyCollection",
			providertest.Domain.StoredPolicyCollection, providertest.Domain.ChangePolicyCollection,
			map[string]providertest.JSONObject{
				"one more policy": {"policies": []any{
					providertest.JSONObject{"scope": "default", "code": "allow-standard-lusid-features-access"},
					providertest.JSONObject{"scope": "default", "code": "read-instruments"},
				}},
			},
		},
		providertest.AccessRoleType: {
			providertest.AccessRoleConfig, "access.GetRole",
			providertest.Domain.StoredAccessRole, providertest.Domain.ChangeAccessRole,
			map[string]providertest.JSONObject{
				"one more policy": policies("allow-standard-lusid-features-access", "read-instruments"),
			},
		},
	} {
		for name, changed := range test.changes {
			t.Run(typeName+"/"+name, func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{})
				createPolicy(t, d, "read-instruments")
				objects := d.Protocol(t).Resource(typeName)
				code, _ := test.config()["code"].(string)
				made := objects.MustCreate(test.config())
				planned, diags := objects.Plan(made, test.config(providertest.Object{"description": "Other"}))
				diags.MustBeQuiet(t)
				test.change(d, t, code, changed)
				want := test.stored(d, t, code)

				d.Forget()
				kept, diags := objects.Apply(planned)
				diags.MustFail(t, "", "Unable to update", "changed in LUSID after the plan was made", "Plan again")
				d.MustCount(t, map[string]int{test.get: 1})
				if diff := cmp.Diff(want, test.stored(d, t, code)); diff != "" {
					t.Errorf("LUSID has (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]string(nil), made.Differences(kept)); diff != "" {
					t.Errorf("the failed update changed the state (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestAccessObject_changedBeforeDelete changes an object between the plan and the apply of a destroy, or before a plan
// that does not refresh. If the delete would remove something that the plan did not show, the apply fails. The next plan
// shows the change.
func TestAccessObject_changedBeforeDelete(t *testing.T) {
	t.Parallel()
	const features, evaluator = "allow-standard-lusid-features-access", "lusid-evaluator-data"
	policies := func(codes ...string) providertest.JSONObject {
		return resourceWithPolicies(codes...)["policyIdRoleResource"].(providertest.JSONObject) //nolint:forcetypeassert // The test data has this type.
	}
	one := providertest.Object{"policies": []string{providertest.StandardFeatures, evaluatorData}}
	changeUserRole := func(d providertest.Domain, t *testing.T, _ string, changes providertest.JSONObject) {
		t.Helper()
		d.MustCall(t, http.MethodPost, userRolesPath+"/user-0/update", providertest.JSONObject{"resource": changes}, nil)
	}
	for typeName, test := range map[string]struct {
		config            providertest.Object
		noun, path        string
		change            func(providertest.Domain, *testing.T, string, providertest.JSONObject)
		get, remove       string
		refused, harmless map[string]providertest.JSONObject
	}{
		providertest.AccessPolicyType: {
			providertest.AccessPolicyConfig(), "access policy", "/policies/list-instruments",
			providertest.Domain.ChangePolicy, "access.GetPolicy", "access.DeletePolicy",
			map[string]providertest.JSONObject{
				"grant": {"grant": "Deny"}, "description": {"description": "Keep this"},
				"application":                          {"applications": []any{"LUSID", "Drive"}},
				"time":                                 {"when": providertest.JSONObject{"activate": "2020-01-01T00:00:00Z"}},
				"a part that the schema can't express": {"how": providertest.JSONObject{"type": "kept", "parameters": []any{}}},
			},
			nil,
		},
		providertest.AccessPolicyTemplateType: {
			providertest.AccessPolicyTemplateConfig(), "access policy template", "/policytemplates/read-instruments",
			providertest.Domain.ChangePolicyTemplate, "access.GetPolicyTemplate", "access.DeletePolicyTemplate",
			map[string]providertest.JSONObject{
				"display name": {"displayName": "Other"}, "selector": {"templatedSelectors": []any{templatedAll("Data")}},
			},
			nil,
		},
		providertest.AccessPolicyCollectionType: {
			providertest.AccessPolicyCollectionConfig(one), "access policy collection", "/policycollections/readers",
			providertest.Domain.ChangePolicyCollection, "access.GetPolicyCollection", "access.DeletePolicyCollection",
			map[string]providertest.JSONObject{
				"one more policy":            {"policies": policies(features, evaluator, "read-instruments")["policies"]},
				"one more policy collection": {"policyCollections": policies("others")["policies"]},
				"description":                {"description": "Keep this"},
			},
			map[string]providertest.JSONObject{"one policy removed": policies(features), "all policies removed": policies()},
		},
		providertest.AccessRoleType: {
			providertest.AccessRoleConfig(one), "access role", "/roles/analysts",
			providertest.Domain.ChangeAccessRole, "access.GetRole", "access.DeleteRole",
			map[string]providertest.JSONObject{
				"one more policy":     {"resource": resourceWithPolicies(features, evaluator, "read-instruments")},
				"another policy":      {"resource": resourceWithPolicies("read-instruments")},
				"a policy collection": {"resource": providertest.JSONObject{"policyIdRoleResource": providertest.JSONObject{"policies": []any{}, "policyCollections": policies("others")["policies"]}}},
				"a supervised role": {"resource": providertest.JSONObject{"nonTransitiveSupervisorRoleResource": providertest.JSONObject{
					"roles": []any{providertest.JSONObject{"scope": "support", "code": "support-iam-readonly"}},
				}}},
				"time":        {"when": providertest.JSONObject{"activate": "2020-01-01T00:00:00Z"}},
				"description": {"description": "Keep this"},
			},
			map[string]providertest.JSONObject{"one policy removed": {"resource": resourceWithPolicies(features)}, "all policies removed": {"resource": resourceWithPolicies()}},
		},
		providertest.AccessUserRoleType: {
			providertest.With(one, "user_id", "user-0"), "user role", "/userroles/user-0",
			changeUserRole, "access.GetUserRole", "access.DeleteUserRole",
			map[string]providertest.JSONObject{
				"one more policy":     policies(features, evaluator, "read-instruments"),
				"a policy collection": {"policies": []any{}, "policyCollections": policies("others")["policies"]},
			},
			map[string]providertest.JSONObject{"one policy removed": policies(features), "all policies removed": policies()},
		},
	} {
		code, _ := test.config["code"].(string)
		start := func(t *testing.T) (providertest.Domain, providertest.ManagedType, providertest.Instance) {
			t.Helper()
			d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
			createPolicy(t, d, "read-instruments")
			createPolicyCollections(t, d, "others")
			objects := d.Protocol(t).Resource(typeName)
			return d, objects, objects.MustCreate(test.config)
		}
		exists := func(t *testing.T, d providertest.Domain) bool {
			t.Helper()
			return d.Call(t.Context(), http.MethodGet, providertest.AccessAPI+test.path, nil, nil) == nil
		}
		for name, changes := range test.refused {
			t.Run(typeName+"/"+name, func(t *testing.T) {
				t.Parallel()
				d, objects, made := start(t)
				destruction, diags := objects.Plan(made, nil)
				diags.MustBeQuiet(t)
				test.change(d, t, code, changes)
				d.Forget()
				kept, diags := objects.Apply(destruction)
				diags.MustFail(t, "", "Unable to delete "+test.noun, "changed in LUSID after the plan was made", "Plan again", "-refresh=false")
				d.MustCount(t, map[string]int{test.get: 1})
				if !exists(t, d) {
					t.Error("after the failed destroy, LUSID does not have the object, want it to exist")
				}
				if names := made.Differences(kept); names != nil {
					t.Errorf("the failed destroy changed %s in the state, want no change", names)
				}
				// After a refresh, the plan shows what the destroy removes, so the destroy succeeds.
				objects.Destroy(objects.MustRead(made)).MustSucceed(t)
				if exists(t, d) {
					t.Error("after the destroy, LUSID still has the object, want it deleted")
				}
			})
		}
		for name, changes := range test.harmless {
			t.Run(typeName+"/"+name, func(t *testing.T) {
				t.Parallel()
				d, objects, made := start(t)
				test.change(d, t, code, changes)
				objects.Destroy(made).MustBeQuiet(t)
				if exists(t, d) {
					t.Error("after the destroy, LUSID still has the object, want it deleted")
				}
			})
		}
		t.Run(typeName+"/deleted outside Terraform", func(t *testing.T) {
			t.Parallel()
			d, objects, made := start(t)
			d.MustCall(t, http.MethodDelete, providertest.AccessAPI+test.path, nil, nil)
			objects.Destroy(made).MustBeQuiet(t)
		})
		t.Run(typeName+"/read refused", func(t *testing.T) {
			t.Parallel()
			d, objects, made := start(t)
			d.Mock.InjectFault(mockserver.Fault{Operation: test.get, Status: http.StatusForbidden, Count: -1})
			d.Forget()
			objects.Destroy(made).MustFail(t, "", "Unable to delete "+test.noun, "HTTP 403")
			if calls := d.Counts()[test.remove]; calls != 0 {
				t.Errorf("got %d deletes, want none", calls)
			}
		})
	}
}

// TestAccessObject_partBeforeDelete lets LUSID return a part that the schema cannot express. If the plan shows the part,
// the destroy succeeds. If LUSID adds the part after the plan, the destroy fails.
func TestAccessObject_partBeforeDelete(t *testing.T) {
	t.Parallel()
	when := func(object providertest.JSONObject, part string) {
		object["when"].(providertest.JSONObject)[part] = "UTC" //nolint:forcetypeassert // The test data has this type.
	}
	for typeName, test := range map[string]struct {
		config providertest.Object
		add    func(object providertest.JSONObject, part string)
	}{
		providertest.AccessPolicyType: {providertest.AccessPolicyConfig(), when},
		providertest.AccessRoleType:   {providertest.AccessRoleConfig(), when},
		providertest.AccessPolicyTemplateType: {
			providertest.AccessPolicyTemplateConfig(), func(object providertest.JSONObject, part string) {
				object["templatedSelectors"].([]any)[0].(providertest.JSONObject)[part] = "UTC" //nolint:forcetypeassert // The test data has this type.
			},
		},
		providertest.AccessPolicyCollectionType: {
			providertest.AccessPolicyCollectionConfig(), func(object providertest.JSONObject, part string) {
				object["policies"].([]any)[0].(providertest.JSONObject)[part] = "UTC" //nolint:forcetypeassert // The test data has this type.
			},
		},
		providertest.AccessUserRoleType: {
			userRoleConfig(providertest.StandardFeatures), func(object providertest.JSONObject, part string) {
				object["resource"].(providertest.JSONObject)[part] = "UTC" //nolint:forcetypeassert // The test data has this type.
			},
		},
	} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
			objects := d.Protocol(t).Resource(typeName)
			returns := func(parts ...string) {
				w.Set(func(_ *http.Request, body any) any {
					object, ok := body.(providertest.JSONObject)
					if _, isError := object["status"]; ok && !isError && object["values"] == nil {
						for _, part := range parts {
							test.add(object, part)
						}
					}
					return body
				})
			}
			made := objects.MustCreate(test.config)
			returns("zone")
			objects.Destroy(made).MustFail(t, "", "Unable to delete", "changed in LUSID after the plan was made")
			made = objects.MustRead(made)
			returns("zone", "calendar")
			_, diags := objects.Apply(planDestroy(t, objects, made))
			diags.MustFail(t, "", "Unable to delete", "changed in LUSID after the plan was made")
			returns("zone")
			_, diags = objects.Apply(planDestroy(t, objects, made))
			diags.MustWarn(t, "", "was deleted with a part", "zone")
		})
	}
}

// TestAccessObject_withoutResource lets LUSID return roles and user roles without what they have. A refresh keeps the
// values in the state, and has a warning. An import has a warning too. An update and a destroy fail, and change nothing.
func TestAccessObject_withoutResource(t *testing.T) {
	t.Parallel()
	strips := map[string]func(role providertest.JSONObject){
		"missing": func(role providertest.JSONObject) { delete(role, "resource") },
		"null":    func(role providertest.JSONObject) { role["resource"] = nil },
	}
	for name, test := range map[string]struct {
		typeName, id     string
		config, changed  providertest.Object
		noun, path, word string
	}{
		"role": {
			providertest.AccessRoleType, "analysts", providertest.AccessRoleConfig(), providertest.AccessRoleConfig(providertest.Object{"description": "New"}),
			"access role default/analysts", providertest.AccessAPI + "/roles/analysts", "default/analysts",
		},
		"supervisor": {
			providertest.AccessRoleType, "supervisors",
			providertest.Object{"code": "supervisors", "supervised_roles": []string{"default/lusid-evaluator"}},
			providertest.Object{"code": "supervisors", "supervised_roles": []string{"support/support-iam-readonly"}},
			"access role default/supervisors", providertest.AccessAPI + "/roles/supervisors", "default/supervisors",
		},
		"role without policies": {
			providertest.AccessRoleType, "analysts",
			providertest.Object{"code": "analysts"},
			providertest.AccessRoleConfig(),
			"access role default/analysts", providertest.AccessAPI + "/roles/analysts", "default/analysts",
		},
		"user role": {
			providertest.AccessUserRoleType, "user-0", userRoleConfig(providertest.StandardFeatures), userRoleConfig(evaluatorData),
			"user role user-0", userRolesPath + "/user-0", "user-0",
		},
	} {
		for kind, strip := range strips {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				var w providertest.Rewriter
				d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
				objects := d.Protocol(t).Resource(test.typeName)
				made := objects.MustCreate(test.config)
				w.Set(func(r *http.Request, body any) any {
					if role, ok := body.(providertest.JSONObject); ok && r.Method == http.MethodGet && role["id"] != nil {
						strip(role)
					}
					return body
				})
				read, diags := objects.Read(made)
				diags.MustWarn(t, "", "LUSID did not return what", test.word, "The state keeps what it had before")
				if names := made.Differences(read); names != nil {
					t.Errorf("the read changed %s in the state, want no change", names)
				}
				imported, diags := objects.ImportState(test.id)
				diags.MustWarn(t, "", "LUSID did not return what", test.word, "If this is an import, the state has none")
				imported.MustHave(t, map[string]string{"policies": "null", "policy_collections": "null"})

				d.Forget()
				_, diags = objects.Update(read, test.changed)
				diags.MustFail(t, "", "Unable to update "+test.noun, "LUSID did not return what the role has", "Nothing was changed", "Run Terraform again")
				objects.Destroy(read).MustFail(t, "", "Unable to delete "+test.noun, "LUSID did not return what the role has", "Nothing was changed")
				for operation, n := range d.Counts() {
					if strings.Contains(operation, ".Update") || strings.Contains(operation, ".Delete") {
						t.Errorf("got %d requests of %s, want none", n, operation)
					}
				}
				w.Set(func(_ *http.Request, body any) any { return body })
				objects.MustPlanNothing(objects.MustRead(made), test.config)
			})
		}
	}
}

// TestAccessObject_withEmptyResource has LUSID return a resource without a kind for a role that has nothing. The contract
// allows that, and the role can be planned, changed, moved and deleted.
func TestAccessObject_withEmptyResource(t *testing.T) {
	t.Parallel()
	for shape, resource := range map[string]providertest.JSONObject{
		"no kind": {}, "null": {"policyIdRoleResource": nil, "nonTransitiveSupervisorRoleResource": nil},
	} {
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
			w.Set(func(_ *http.Request, body any) any {
				emptyResources(body, resource)
				return body
			})
			empty, filled := providertest.Object{"code": "analysts"}, providertest.AccessRoleConfig()
			roles := d.Protocol(t).Resource(providertest.AccessRoleType)
			made := roles.MustCreate(empty)
			read := roles.MustRead(made)
			roles.MustPlanNothing(read, empty)
			imported, diags := roles.ImportState("analysts")
			diags.MustBeQuiet(t)
			roles.MustPlanNothing(imported, empty)

			updated, diags := roles.Update(read, filled)
			diags.MustBeQuiet(t)
			emptied, diags := roles.Update(updated, empty)
			diags.MustBeQuiet(t)
			for _, order := range [][]string{{"default/analysts", "support/support-iam-readonly"}, {"support/support-iam-readonly", "default/analysts"}} {
				d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).MustCreate(providertest.Object{"roles": order})
			}
			roles.Destroy(roles.MustRead(emptied)).MustBeQuiet(t)
		})
	}
}

// emptyResources replaces the resource of each role in a response that has no policies, policy collections or roles.
func emptyResources(body any, resource providertest.JSONObject) {
	switch body := body.(type) {
	case []any:
		for _, element := range body {
			emptyResources(element, resource)
		}
	case providertest.JSONObject:
		emptyResources(body["values"], resource)
		held, _ := body["resource"].(providertest.JSONObject)
		policies, _ := held["policyIdRoleResource"].(providertest.JSONObject)
		if policies != nil && isEmptyList(policies["policies"]) && isEmptyList(policies["policyCollections"]) {
			body["resource"] = resource
		}
	}
}

func isEmptyList(value any) bool {
	list, ok := value.([]any)
	return ok && len(list) == 0
}

func planDestroy(t *testing.T, objects providertest.ManagedType, made providertest.Instance) providertest.PlannedChange {
	t.Helper()
	change, diags := objects.Plan(made, nil)
	diags.MustWarn(t, "", "has a part that Terraform cannot restore")
	return change
}

// TestAccAccessObject_deleteWithoutRefresh destroys and replaces an object with -refresh=false after another user changed
// it.
func TestAccAccessObject_deleteWithoutRefresh(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, d.Config(fmt.Sprintf("resource %q \"test\" %s\n", providertest.AccessRoleType, providertest.HCLValue(providertest.AccessRoleConfig()))))
	w.MustRun("apply", "-auto-approve")
	d.ChangeAccessRole(t, "analysts", providertest.JSONObject{"resource": resourceWithPolicies("allow-standard-lusid-features-access", "lusid-evaluator-data")})
	words := []string{"Unable to delete access role default/analysts", "Plan again, without -refresh=false"}
	w.MustFail(words, "destroy", "-auto-approve", "-refresh=false")
	w.MustFail(words, "apply", "-auto-approve", "-refresh=false", "-replace=lusid_access_role.test")
	w.MustRun("destroy", "-auto-approve")
}

// TestAccessObject_updatedAlready applies a plan whose update LUSID already carried out, as after a lost response. The
// object equals the plan, so the apply sends no update.
func TestAccessObject_updatedAlready(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	made := roles.MustCreate(providertest.AccessRoleConfig())
	planned, diags := roles.Plan(made, providertest.AccessRoleConfig(providertest.Object{"description": "Other"}))
	diags.MustBeQuiet(t)
	d.ChangeAccessRole(t, "analysts", providertest.JSONObject{"description": "Other"})
	d.Forget()
	updated, diags := roles.Apply(planned)
	diags.MustBeQuiet(t)
	updated.MustHave(t, map[string]string{"description": "Other"})
	d.MustCount(t, map[string]int{"access.GetRole": 1})
}
