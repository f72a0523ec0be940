package provider_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestPasswordPolicy_partialConfiguration configures some conditions. The others keep LUSID's values.
func TestPasswordPolicy_partialConfiguration(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
	policies := d.Protocol(t).Resource(providertest.PasswordPolicyType)
	personal := singletons[0]
	config := providertest.Object{"user_type": "Personal", "max_age_days": 0, "exclude_last_name": true}
	change, diags := policies.Plan(providertest.Instance{}, config)
	diags.MustWarn(t, "", "exclude_last_name: false becomes true\n  max_age_days: 30 becomes 0\n\n")
	d.Forget()
	made, diags := policies.Apply(change)
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{"identity.GetPasswordPolicy": 1, "identity.UpdatePasswordPolicy": 1})
	personal.mustStore(t, d, passwordPolicyBody(20, false, true, 0, 5, 3))
	made.MustHave(t, map[string]string{"min_length": "20", "exclude_first_name": "false", "history_count": "5", "max_attempts": "3"})
	policies.MustPlanNothing(policies.MustRead(made), config)

	// Drift of a condition that is not configured plans no change, and an update keeps it.
	personal.set(t, d, passwordPolicyBody(25, true, true, 0, 0, 0))
	drifted := policies.MustRead(made)
	drifted.MustHave(t, map[string]string{"min_length": "25", "exclude_first_name": "true", "history_count": "0", "max_attempts": "0"})
	policies.MustPlanNothing(drifted, config)
	updated, diags := policies.Update(drifted, providertest.Object{"user_type": "Personal", "max_age_days": 60, "history_count": 2})
	diags.MustBeQuiet(t)
	personal.mustStore(t, d, passwordPolicyBody(25, true, true, 60, 2, 0))
	policies.MustPlanNothing(policies.MustRead(updated), providertest.Object{"user_type": "Personal"})

	// A policy without configured values adopts all of LUSID's values.
	change, diags = policies.Plan(providertest.Instance{}, providertest.Object{"user_type": "Personal"})
	diags.MustBeQuiet(t)
	d.Forget()
	_, diags = policies.Apply(change)
	diags.MustBeQuiet(t)
	personal.mustStore(t, d, passwordPolicyBody(25, true, true, 60, 2, 0))

	_, diags = d.NoRights(t).Resource(providertest.PasswordPolicyType).Apply(change)
	diags.MustFail(t, "", "Unable to set password policy of Personal users", "which has the values that are not configured, could not be read",
		"HTTP 403")
}

// TestPasswordPolicy_userTypes expects that the policies of the two user types do not affect each other.
func TestPasswordPolicy_userTypes(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
	policies := d.Protocol(t).Resource(providertest.PasswordPolicyType)
	service := providertest.Object{"user_type": "Service", "min_length": 16}
	change, diags := policies.Plan(providertest.Instance{}, service)
	diags.MustWarn(t, "", "password policy of Service users", "min_length: 12 becomes 16", `id = "Service"`)
	made, diags := policies.Apply(change)
	diags.MustBeQuiet(t)
	made.MustHave(t, map[string]string{"id": "Service", "max_attempts": "10"})
	singletons[0].mustStore(t, d, singletons[0].seeded)

	// A replacement abandons one policy, and sets the configured conditions of the other policy.
	change, diags = policies.Plan(made, providertest.Object{"user_type": "Personal", "min_length": 16})
	diags.MustSucceed(t)
	warnings := diags.Warnings()
	if len(warnings) != 2 || !strings.Contains(warnings[0], "LUSID keeps the password policy of Service users") ||
		!strings.Contains(warnings[1], "password policy of Personal users has values") || !strings.Contains(warnings[1],
		"\n\n  min_length: 20 becomes 16\n\n") {
		t.Errorf("got the warnings %q, want one for the abandoned policy and one for the overwritten policy", warnings)
	}
	if diff := cmp.Diff([]string{"user_type"}, change.Replaces); diff != "" {
		t.Errorf("attributes that force the replacement (-want +got):\n%s", diff)
	}
	reset, diags := policies.Update(made, providertest.Object{"user_type": "Service", "min_length": 16, "deletion_policy": "reset"})
	diags.MustBeQuiet(t)
	_, diags = policies.Plan(reset, providertest.Object{"user_type": "Personal"})
	diags.MustBeQuiet(t)

	for _, key := range []string{"service", "SERVICE", "Service"} {
		imported, diags := policies.ImportState(key)
		diags.MustBeQuiet(t)
		imported.MustHave(t, map[string]string{"user_type": "Service", "id": "Service", "min_length": "16"})
	}
	results, diags := policies.List(providertest.Object{}, 0, false)
	diags.MustBeQuiet(t)
	var got []string
	for _, result := range results {
		got = append(got, result.DisplayName)
	}
	if diff := cmp.Diff([]string{"Personal", "Service"}, got); diff != "" {
		t.Errorf("listed policies (-want +got):\n%s", diff)
	}
	results, diags = policies.List(providertest.Object{}, 1, false)
	diags.MustWarn(t, "", limitWarning, "returns 1 of them")
	if len(results) != 1 {
		t.Errorf("got %d results with a limit of one, want 1", len(results))
	}
}

func TestAccPasswordPolicy_replace(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: singletonSeed})
	config := func(userType, deletionPolicy string) string {
		return d.Config("resource \"lusid_password_policy\" \"test\" " + providertest.HCLValue(providertest.Object{
			"user_type":       userType,
			"min_length":      16,
			"deletion_policy": deletionPolicy,
		}))
	}
	w := providertest.NewWorkspace(t, config("Personal", "abandon"))
	w.MustRun("apply", "-auto-approve")
	w.Configure(config("Service", "reset"))
	plan, output := w.Plan()
	if !plan.ResourceChanges[0].Change.Actions.Replace() {
		t.Errorf("the plan does not replace the resource:\n%s", output)
	}
	providertest.MustHold(t, output, "LUSID keeps the password policy of Personal users", "The password policy of Service users has values",
		"min_length: 12 becomes 16")
	providertest.MustHold(t, w.MustRun("apply", "tfplan"), "LUSID keeps the password policy of Personal users")
	w.MustPlanEmpty()
	personal, service := singletons[0], singletons[0]
	service.path = "/authentication/password-policy/service"
	personal.mustStore(t, d, passwordPolicyBody(16, false, false, 30, 5, 3))
	service.mustStore(t, d, passwordPolicyBody(16, true, true, 0, 4, 10))
	w.Configure(config("Personal", "reset"))
	w.MustRun("apply", "-auto-approve")
	service.mustStore(t, d, service.reset)
}

func TestPasswordPolicy_validation(t *testing.T) {
	t.Parallel()
	p := providertest.NewProtocol(t)
	policies := p.Resource(providertest.PasswordPolicyType)
	for attribute, values := range map[string][]any{
		"user_type":       {"personal", "Robot", "", nil},
		"min_length":      {11, 31, 0, -1},
		"max_age_days":    {-1, 1000},
		"history_count":   {-1, 31},
		"max_attempts":    {-1, 101},
		"deletion_policy": {"purge", ""},
	} {
		for _, value := range values {
			policies.Validate(providertest.Object{"user_type": "Service", attribute: value}).MustFail(t, attribute)
		}
	}
	policies.Validate(providertest.Object{
		"user_type": "Service",
		"timeouts":  providertest.Object{"delete": "0s"},
	}).MustFail(t, "timeouts.delete")
	for attribute, values := range map[string][]any{
		"user_type":          {"Personal", providertest.Unknown},
		"min_length":         {12, 30, nil, providertest.Unknown},
		"exclude_first_name": {true, false, nil, providertest.Unknown},
		"max_age_days":       {0, 999},
		"history_count":      {0, 30},
		"max_attempts":       {0, 100},
		"deletion_policy":    {"abandon", "reset", nil, providertest.Unknown},
	} {
		for _, value := range values {
			policies.Validate(providertest.Object{"user_type": "Service", attribute: value}).MustBeQuiet(t)
		}
	}
	_, diags := p.Data(providertest.PasswordPolicyType, providertest.Object{"user_type": "service"})
	diags.MustFail(t, "user_type", "Service")
	_, diags = policies.List(providertest.Object{"user_type": "service"}, 0, false)
	diags.MustFail(t, "user_type", "Service")
}
