package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// withHow sets how in a policy. The schema cannot express this part.
func withHow(t *testing.T, d providertest.Domain, code string) {
	t.Helper()
	d.ChangePolicy(t, code, providertest.JSONObject{"how": providertest.JSONObject{"type": "kept", "parameters": []any{}}})
}

// expire sets expires in the members of a policy collection. The schema cannot express this part.
func expire(collection providertest.JSONObject) {
	for _, member := range collection["policies"].([]any) { //nolint:forcetypeassert // The test data has this type.
		member.(providertest.JSONObject)["expires"] = "2030-01-01" //nolint:forcetypeassert // The test data has this type.
	}
}

// TestAccessUnmodelled_hiddenReplacement replaces objects as -replace and replace_triggered_by do. Terraform first plans an
// update that changes nothing, and then a create without a prior state. The create has only the private state of the
// first plan.
func TestAccessUnmodelled_hiddenReplacement(t *testing.T) {
	t.Parallel()
	for typeName, test := range map[string]struct {
		config     providertest.Object
		noun, part string
		add        func(object providertest.JSONObject)
	}{
		providertest.AccessPolicyType: {
			providertest.AccessPolicyConfig(), "access policy", "how",
			func(policy providertest.JSONObject) { policy["how"] = providertest.JSONObject{"type": "kept"} },
		},
		providertest.AccessRoleType: {
			providertest.AccessRoleConfig(), "access role", "when.zone",
			func(role providertest.JSONObject) { role["when"].(providertest.JSONObject)["zone"] = "UTC" }, //nolint:forcetypeassert // The test data has this type.
		},
		providertest.AccessPolicyCollectionType: {
			providertest.AccessPolicyCollectionConfig(), "access policy collection", "policies[0].expires", expire,
		},
	} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			objects := d.Protocol(t).Resource(typeName)
			made := objects.MustCreate(test.config)
			w.Set(func(_ *http.Request, body any) any {
				if object, ok := body.(providertest.JSONObject); ok && object["id"] != nil {
					test.add(object)
				}
				return body
			})
			made = objects.MustRead(made)
			objects.MustPlanNothing(made, test.config)

			change, diags := objects.Plan(providertest.Instance{Private: made.Private}, test.config)
			diags.MustWarn(t, "", "The "+test.noun+" to be replaced has a part", ": "+test.part+".", "create another one")
			w.Set(func(_ *http.Request, body any) any { return body })
			destruction, diags := objects.Plan(made, nil)
			diags.MustSucceed(t)
			_, diags = objects.Apply(destruction)
			diags.MustWarn(t, "", "The "+test.noun+" default/", "was deleted with a part", ": "+test.part+".")
			replaced, diags := objects.Apply(change)
			if typeName == providertest.AccessRoleType {
				diags.MustWarn(t, "", "lost its place")
			} else {
				diags.MustBeQuiet(t)
			}
			// The new object has no part that the schema can't express, so there is no warning.
			_, diags = objects.Plan(replaced, providertest.With(test.config, "description", "Other"))
			diags.MustBeQuiet(t)

			// A create that does not replace an object with such a part has no warning.
			_, diags = objects.Plan(providertest.Instance{Private: replaced.Private}, test.config)
			diags.MustBeQuiet(t)
			_, diags = objects.Plan(providertest.Instance{}, test.config)
			diags.MustBeQuiet(t)
		})
	}
}

// TestAccAccessUnmodelled_replace replaces a policy with -replace. Terraform does not send this option to providers.
func TestAccAccessUnmodelled_replace(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	config := func(description string) string {
		return d.Config(fmt.Sprintf("resource %q \"test\" %s\n", providertest.AccessPolicyType,
			providertest.HCLValue(providertest.AccessPolicyConfig(providertest.Object{"description": description}))))
	}
	w := providertest.NewWorkspace(t, config("One"))
	w.MustRun("apply", "-auto-approve")
	withHow(t, d, "list-instruments")
	const replace = "-replace=lusid_access_policy.test"
	// With another change, Terraform first plans an update, and the provider refuses the update.
	w.Configure(config("Two"))
	w.MustFail([]string{"Unable to update access policy default/list-instruments", "undo the other changes"}, "plan", replace)
	w.Configure(config("One"))
	w.MustRun("apply", "-auto-approve", replace)
	if _, has := d.StoredPolicy(t, "list-instruments")["how"]; has {
		t.Error("the policy still has its part how, want a new policy without it")
	}
	w.Configure(config("Two"))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	// Neither Terraform 1.11 nor OpenTofu 1.12 shows the warning of the plan.
	if !strings.Contains(w.Printed.String(), "was deleted with a part that") {
		t.Errorf("the apply did not warn that the policy was deleted with a part, want a warning:\n%s", w.Printed.String())
	}
}
