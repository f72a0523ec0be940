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

// createAccessRole creates an access role without policies outside Terraform.
func createAccessRole(t *testing.T, d providertest.Domain, code string) {
	t.Helper()
	d.MustCall(
		t,
		http.MethodPost,
		providertest.AccessAPI+"/roles",
		providertest.JSONObject{"code": code, "when": alwaysStored(), "resource": resourceWithPolicies()},
		nil,
	)
}

// resourceWithPolicies returns the field resource of a role with these policies of the scope default.
func resourceWithPolicies(codes ...string) providertest.JSONObject {
	policies := []any{}
	for _, code := range codes {
		policies = append(policies, providertest.JSONObject{"scope": "default", "code": code})
	}
	return providertest.JSONObject{"policyIdRoleResource": providertest.JSONObject{"policies": policies, "policyCollections": []any{}}}
}

func TestAccessRole_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	createPolicy(t, d, "read-instruments")
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	config := providertest.AccessRoleConfig()
	made := roles.MustCreate(config)
	d.MustCount(t, map[string]int{"access.ListRoles": 1, "access.CreateRole": 1})
	made.MustHave(t, map[string]string{"id": "default/analysts", "scope": "default", "permission": "Read", "when": "null"})
	if made.Get("hierarchy_index") == "null" {
		t.Error("hierarchy_index is null, want the place of the role")
	}
	if diff := cmp.Diff(map[string]string{"scope": "default", "code": "analysts"}, roles.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	want := providertest.JSONObject{"description": "Read", "when": alwaysStored(), "resource": resourceWithPolicies("allow-standard-lusid-features-access")}
	mustBeStored := func() {
		t.Helper()
		if diff := cmp.Diff(want, d.StoredAccessRole(t, "analysts")); diff != "" {
			t.Fatalf("LUSID has (-want +got):\n%s", diff)
		}
	}
	mustBeStored()

	d.Forget()
	read := roles.MustRead(made)
	roles.MustPlanNothing(read, config)
	d.MustCount(t, map[string]int{"access.GetRole": 1})

	for _, change := range []struct {
		attribute string
		value     any
		field     string
		stored    any
	}{
		{"description", "Other", "description", "Other"},
		{
			"policies",
			[]string{providertest.StandardFeatures, "default/read-instruments"},
			"resource",
			resourceWithPolicies("allow-standard-lusid-features-access", "read-instruments"),
		},
		{"policies", []string{
			"support/support-access-to-drive-website-feature",
		}, "resource", providertest.JSONObject{"policyIdRoleResource": providertest.JSONObject{
			"policies": []any{
				providertest.JSONObject{"scope": "support", "code": "support-access-to-drive-website-feature"},
			}, "policyCollections": []any{},
		}}},
		{"policies", nil, "resource", resourceWithPolicies()},
		{
			"when",
			providertest.Object{"activate": "2024-01-01T01:00:00+01:00"},
			"when",
			providertest.JSONObject{"activate": "2024-01-01T00:00:00.0000000+00:00"},
		},
		{"supervised_roles", []string{"support/support-iam-readonly"}, "resource", providertest.JSONObject{"nonTransitiveSupervisorRoleResource": providertest.JSONObject{
			"roles": []any{providertest.JSONObject{"scope": "support", "code": "support-iam-readonly"}},
		}}},
		{"supervised_roles", nil, "resource", resourceWithPolicies()},
	} {
		d.Forget()
		config = providertest.With(config, change.attribute, change.value)
		read = roles.MustRead(mustUpdate(t, roles, read, config))
		roles.MustPlanNothing(read, config)
		if got := d.Counts()["access.UpdateRole"]; got != 1 {
			t.Errorf("change of %s: got %d updates, want 1", change.attribute, got)
		}
		want[change.field] = change.stored
		mustBeStored()
	}
	// LUSID treats null and empty as equal, so a change between them sends no update.
	for _, none := range []any{[]string{}, nil} {
		d.Forget()
		config = providertest.With(providertest.With(config, "policies", none), "policy_collections", none)
		read = roles.MustRead(mustUpdate(t, roles, read, config))
		roles.MustPlanNothing(read, config)
		if got := d.Counts()["access.UpdateRole"]; got != 0 {
			t.Errorf("change of empty lists to %#v: got %d updates, want none", none, got)
		}
	}
	change, diags := roles.Plan(read, providertest.With(config, "code", "other"))
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"code"}, change.Replaces); diff != "" {
		t.Errorf("attributes that force a new resource (-want +got):\n%s", diff)
	}

	// After a delete outside Terraform, the read removes the role from the state. LUSID has no error code for a missing
	// role, so the list of the roles decides.
	roles = d.Protocol(t).Resource(providertest.AccessRoleType)
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/roles/analysts", nil, nil)
	d.Forget()
	if roles.MustRead(read).Exists() {
		t.Error("the read kept a deleted role in the state, want it removed")
	}
	roles.Destroy(read).MustBeQuiet(t)
	d.MustCount(t, map[string]int{
		"access.GetRole":        2,
		"access.ListRoles":      2,
		"access.GetOwnPolicies": 1,
	})
}

// TestAccessRole_places refreshes roles after their places changed. After the first reads, the provider reads the roles
// from one list.
func TestAccessRole_places(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	var made []providertest.Instance
	for i := range 8 {
		made = append(made, roles.MustCreate(providertest.AccessRoleConfig(providertest.Object{"code": fmt.Sprint("analysts-", i)})))
	}
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/roles/configuration-administrator", nil, nil)
	d.Forget()
	roles = d.Protocol(t).Resource(providertest.AccessRoleType)
	for i, role := range made {
		read := roles.MustRead(role)
		if read.Get("hierarchy_index") == role.Get("hierarchy_index") {
			t.Errorf("role %d has the hierarchy_index %s as before, want another one", i, read.Get("hierarchy_index"))
		}
		roles.MustPlanNothing(read, providertest.AccessRoleConfig(providertest.Object{"code": fmt.Sprint("analysts-", i)}))
	}
	d.MustCount(t, map[string]int{"access.GetRole": 3, "access.ListRoles": 1})
}

// TestAccessRole_withoutComputedFields updates a role for which LUSID returns no place and no permission.
func TestAccessRole_withoutComputedFields(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	w.Set(func(_ *http.Request, body any) any {
		if role, ok := body.(providertest.JSONObject); ok {
			delete(role, "permission")
			delete(role, "roleHierarchyIndex")
		}
		return body
	})
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	made := roles.MustCreate(providertest.AccessRoleConfig())
	made.MustHave(t, map[string]string{"permission": "null", "hierarchy_index": "null"})
	for _, change := range []providertest.Object{
		{"description": "Other"},
		// LUSID does not store timeouts, so this update sends no request.
		{"description": "Other", "timeouts": providertest.Object{"update": "1m"}},
	} {
		config := providertest.AccessRoleConfig(change)
		made = mustUpdate(t, roles, made, config)
		made.MustHave(t, map[string]string{"permission": "null", "hierarchy_index": "null"})
		roles.MustPlanNothing(roles.MustRead(made), config)
	}
	w.Set(func(_ *http.Request, body any) any { return body })
	roles.MustRead(made).MustHave(t, map[string]string{"permission": "Read"})
}

// TestAccessRole_withoutParts lets LUSID return a role without a resource or a period. The provider can still use the list
// of the roles: to notice that a role was deleted, and to find a role after the response to its create was lost.
func TestAccessRole_withoutParts(t *testing.T) {
	t.Parallel()
	for name, strip := range map[string]func(role providertest.JSONObject){
		"empty": func(role providertest.JSONObject) {
			role["resource"], role["when"] = providertest.JSONObject{}, providertest.JSONObject{}
		},
		"null":    func(role providertest.JSONObject) { role["resource"], role["when"] = nil, nil },
		"missing": func(role providertest.JSONObject) { delete(role, "resource"); delete(role, "when") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			stripAdministrator := func(role any) {
				if role, ok := role.(providertest.JSONObject); ok {
					if id, ok := role["id"].(providertest.JSONObject); ok && id["code"] == "lusid-administrator" {
						strip(role)
					}
				}
			}
			w.Set(func(_ *http.Request, body any) any {
				stripAdministrator(body)
				if list, ok := body.([]any); ok {
					for _, role := range list {
						stripAdministrator(role)
					}
				}
				return body
			})
			roles := d.Protocol(t).Resource(providertest.AccessRoleType)
			d.Mock.InjectFault(mockserver.Fault{Operation: "access.CreateRole", Reset: mockserver.ResetBefore})
			config := providertest.AccessRoleConfig()
			made := roles.MustCreate(config)
			imported, diags := roles.ImportState("LUSID_SYSTEM/lusid-administrator")
			if name == "empty" {
				diags.MustBeQuiet(t)
			} else {
				diags.MustWarn(t, "", "LUSID did not return what an access role has", "LUSID_SYSTEM/lusid-administrator", "If this is an import, the state has none")
			}
			imported.MustHave(t, map[string]string{"policies": "null", "supervised_roles": "null", "when": "null"})
			roles.MustPlanNothing(imported, providertest.Object{"code": "lusid-administrator", "description": imported.Get("description")})

			roles = d.Protocol(t).Resource(providertest.AccessRoleType)
			d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/roles/analysts", nil, nil)
			if roles.MustRead(made).Exists() {
				t.Error("the read kept a deleted role in the state, want it removed")
			}
			roles.Destroy(made).MustBeQuiet(t)
			roles = d.Protocol(t).Resource(providertest.AccessRoleType)
			roles.MustPlanNothing(roles.MustRead(roles.MustCreate(config)), config)
		})
	}
}

// TestAccessRole_endlessPeriod creates a role without a period, and then configures the end that LUSID stores for no end.
// The plan has no update.
func TestAccessRole_endlessPeriod(t *testing.T) {
	t.Parallel()
	mustAcceptEndlessPeriod(t, providertest.AccessRoleType, providertest.AccessRoleConfig())
}

func TestAccessRole_invalidPeriod(t *testing.T) {
	t.Parallel()
	mustRefuseInstants(t, providertest.AccessRoleType, providertest.AccessRoleConfig())
}

func TestAccessRole_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	for _, code := range []string{"analysts", "front office", "a+b"} {
		createAccessRole(t, d, code)
		for _, key := range []string{code, "default/" + code} {
			imported, diags := roles.ImportState(key)
			diags.MustBeQuiet(t)
			imported.MustHave(t, map[string]string{"id": "default/" + code, "code": code, "description": "null", "policies": "null"})
			roles.MustPlanNothing(imported, providertest.Object{"code": code})
		}
		imported, diags := roles.ImportIdentity(providertest.Object{"code": code})
		diags.MustBeQuiet(t)
		imported.MustHave(t, map[string]string{"id": "default/" + code})
	}
	evaluator, diags := roles.ImportState("lusid-evaluator")
	diags.MustBeQuiet(t)
	evaluator.MustHave(t, map[string]string{"policies": providertest.StandardFeatures + ",default/lusid-evaluator-data"})
	_, diags = roles.ImportState("a")
	diags.MustFail(t, "", "Unable to import access role", "scope/code")
}

func TestAccessRole_lostResponse(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.CreateRole", Reset: mockserver.ResetAfter})
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	made, diags := roles.Create(providertest.AccessRoleConfig())
	diags.MustWarn(t, "", "The response to the creation of access role analysts was lost", "default/analysts")
	d.MustCount(t, map[string]int{"access.ListRoles": 1, "access.CreateRole": 1, "access.GetRole": 1})
	roles.MustPlanNothing(roles.MustRead(made), providertest.AccessRoleConfig())

	createAccessRole(t, d, "traders")
	_, diags = roles.Create(providertest.Object{"code": "traders"})
	diags.MustFail(t, "code", "Unable to create access role", "default/traders", "(615)", "to = lusid_access_role.NAME")
}

func TestAccessRole_unmodelled(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	createAccessRole(t, d, "analysts")
	w.Set(func(_ *http.Request, body any) any {
		if role, ok := body.(providertest.JSONObject); ok && role["resource"] != nil {
			role["resource"] = providertest.JSONObject{"newRoleResource": providertest.JSONObject{"everything": true}}
		}
		return body
	})
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	imported, diags := roles.ImportState("analysts")
	diags.MustBeQuiet(t)
	roles.MustPlanNothing(imported, providertest.Object{"code": "analysts"})
	_, diags = roles.Plan(imported, providertest.AccessRoleConfig())
	diags.MustFail(t, "", "Unable to update access role default/analysts", "resource.newRoleResource")
	_, diags = roles.Plan(imported, nil)
	diags.MustWarn(t, "", "default/analysts has a part", "resource.newRoleResource")
}

func TestAccessRole_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	config := providertest.AccessRoleConfig()
	made := roles.MustCreate(config)
	_, diags := roles.Create(providertest.AccessRoleConfig(providertest.Object{"code": "traders", "policies": []string{"default/not-there"}}))
	diags.MustFail(t, "policies", "Unable to create access role", "not-there", "(772)", "Refer to it by the id of its resource")
	_, diags = roles.Update(made, providertest.With(config, "policies", []string{"default/not-there"}))
	diags.MustFail(t, "policies", "Unable to update access role default/analysts", "not-there", "(772)", "Refer to it by the id of its resource")
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.GetRole", Status: http.StatusNotFound, HTML: true})
	_, diags = roles.Read(made)
	diags.MustFail(t, "", "HTML page", "it is in LUSID's list of access roles")
	providertest.MustRefuseOtherDomain(t, d, providertest.AccessRoleType, made, config, "default/analysts")
	providertest.MustDoWithoutCredentials(t, d, providertest.AccessRoleType, made, config)
}

func TestAccessRole_validation(t *testing.T) {
	t.Parallel()
	roles := providertest.NewProtocol(t).Resource(providertest.AccessRoleType)
	for name, test := range map[string]struct {
		config    providertest.Object
		attribute string
	}{
		"code with two letters":                   {providertest.AccessRoleConfig(providertest.Object{"code": "ab"}), "code"},
		"long description":                        {providertest.AccessRoleConfig(providertest.Object{"description": strings.Repeat("ü", 1025)}), "description"},
		"policy code instead of an id":            {providertest.AccessRoleConfig(providertest.Object{"policies": []string{"read-instruments"}}), "policies"},
		"policy id with two slashes":              {providertest.AccessRoleConfig(providertest.Object{"policies": []string{"default/read/instruments"}}), "policies"},
		"policy id without a letter in the code":  {providertest.AccessRoleConfig(providertest.Object{"policies": []string{"default/123"}}), "policies"},
		"policy id without a letter in the scope": {providertest.AccessRoleConfig(providertest.Object{"policies": []string{"123/read-instruments"}}), "policies"},
		"invalid id of a policy collection":       {providertest.AccessRoleConfig(providertest.Object{"policy_collections": []string{"x"}}), "policy_collections"},
		"invalid id of a supervised role":         {providertest.Object{"code": "analysts", "supervised_roles": []string{"x"}}, "supervised_roles"},
		"no supervised roles":                     {providertest.Object{"code": "analysts", "supervised_roles": []string{}}, "supervised_roles"},
		"policies and supervised roles": {
			providertest.AccessRoleConfig(providertest.Object{"supervised_roles": []string{"support/support-iam-readonly"}}),
			"supervised_roles",
		},
		"word instead of the end of the period": {providertest.AccessRoleConfig(providertest.Object{"when": providertest.Object{"deactivate": "never"}}), "when.deactivate"},
	} {
		t.Run(name, func(t *testing.T) { roles.Validate(test.config).MustFail(t, test.attribute) })
	}
	config := providertest.Object{
		"code":               providertest.Unknown,
		"description":        providertest.Unknown,
		"policies":           providertest.Unknown,
		"policy_collections": providertest.Unknown,
		"supervised_roles":   providertest.Unknown,
		"when":               providertest.Unknown,
	}
	roles.Validate(config).MustBeQuiet(t)
	_, diags := roles.Plan(providertest.Instance{}, config)
	diags.MustBeQuiet(t)
}
