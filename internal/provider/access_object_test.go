package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// Somebody changes an object after the plan of an update. LUSID's update would erase that change, so the
// apply makes none, and the next plan shows the change.
func TestAccessObject_changedAfterPlan(t *testing.T) {
	t.Parallel()
	policies := func(codes ...string) providertest.JSONObject {
		return providertest.JSONObject{"resource": heldPolicies(codes...)}
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

// An update whose answer was lost is not repeated by the next apply of the same plan: the object is as wanted.
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
