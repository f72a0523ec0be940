package provider_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const passwordPolicyType = "lusid_password_policy"

// TestPasswordPolicy_partly configures some conditions, and leaves the others as they are.
func TestPasswordPolicy_partly(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: singletonSeed})
	policies := d.protocol(t).resource(passwordPolicyType)
	personal := singletons[0]
	config := object{"user_type": "Personal", "max_age_days": 0, "exclude_last_name": true}
	change, diags := policies.plan(instance{}, config)
	diags.mustWarn(t, "", "exclude_last_name: false becomes true\n  max_age_days: 30 becomes 0\n\n")
	d.forget()
	made, diags := policies.apply(change)
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{"identity.GetPasswordPolicy": 1, "identity.UpdatePasswordPolicy": 1})
	personal.mustStore(t, d, passwordPolicyBody(20, false, true, 0, 5, 3))
	made.mustHave(t, map[string]string{"min_length": "20", "exclude_first_name": "false", "history_count": "5", "max_attempts": "3"})
	policies.mustPlanNothing(policies.mustRead(made), config)

	// What is not configured drifts without a change, and stays as it is in an update.
	personal.set(t, d, passwordPolicyBody(25, true, true, 0, 0, 0))
	drifted := policies.mustRead(made)
	drifted.mustHave(t, map[string]string{"min_length": "25", "exclude_first_name": "true", "history_count": "0", "max_attempts": "0"})
	policies.mustPlanNothing(drifted, config)
	updated, diags := policies.update(drifted, object{"user_type": "Personal", "max_age_days": 60, "history_count": 2})
	diags.mustBeQuiet(t)
	personal.mustStore(t, d, passwordPolicyBody(25, true, true, 60, 2, 0))
	policies.mustPlanNothing(policies.mustRead(updated), object{"user_type": "Personal"})

	// A policy of nothing takes over all there is.
	change, diags = policies.plan(instance{}, object{"user_type": "Personal"})
	diags.mustBeQuiet(t)
	d.forget()
	_, diags = policies.apply(change)
	diags.mustBeQuiet(t)
	personal.mustStore(t, d, passwordPolicyBody(25, true, true, 60, 2, 0))

	_, diags = d.noRights(t).resource(passwordPolicyType).apply(change)
	diags.mustFail(t, "", "Unable to set password policy of Personal users", "which has the values that are not configured, could not be read", "HTTP 403")
}

// TestPasswordPolicy_userTypes keeps the policies of the two apart.
func TestPasswordPolicy_userTypes(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: singletonSeed})
	policies := d.protocol(t).resource(passwordPolicyType)
	service := object{"user_type": "Service", "min_length": 16}
	change, diags := policies.plan(instance{}, service)
	diags.mustWarn(t, "", "password policy of Service users", "min_length: 12 becomes 16", `id = "Service"`)
	made, diags := policies.apply(change)
	diags.mustBeQuiet(t)
	made.mustHave(t, map[string]string{"id": "Service", "max_attempts": "10"})
	singletons[0].mustStore(t, d, singletons[0].seeded)

	// A replacement leaves one policy, and overwrites what is configured of the other.
	change, diags = policies.plan(made, object{"user_type": "Personal", "min_length": 16})
	diags.mustSucceed(t)
	warnings := diags.warnings()
	if len(warnings) != 2 || !strings.Contains(warnings[0], "LUSID keeps the password policy of Service users") ||
		!strings.Contains(warnings[1], "password policy of Personal users has values") || !strings.Contains(warnings[1], "\n\n  min_length: 20 becomes 16\n\n") {
		t.Errorf("warnings %q", warnings)
	}
	if diff := cmp.Diff([]string{"user_type"}, change.replaces); diff != "" {
		t.Errorf("replaced because of (-want +got):\n%s", diff)
	}
	reset, diags := policies.update(made, object{"user_type": "Service", "min_length": 16, "deletion_policy": "reset"})
	diags.mustBeQuiet(t)
	_, diags = policies.plan(reset, object{"user_type": "Personal"})
	diags.mustBeQuiet(t)

	for _, key := range []string{"service", "SERVICE", "Service"} {
		imported, diags := policies.importState(key)
		diags.mustBeQuiet(t)
		imported.mustHave(t, map[string]string{"user_type": "Service", "id": "Service", "min_length": "16"})
	}
	results, diags := policies.list(object{}, 0, false)
	diags.mustBeQuiet(t)
	var got []string
	for _, result := range results {
		got = append(got, result.displayName)
	}
	if diff := cmp.Diff([]string{"Personal", "Service"}, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	results, diags = policies.list(object{}, 1, false)
	diags.mustBeQuiet(t)
	if len(results) != 1 {
		t.Errorf("%d results within the limit of one", len(results))
	}
}

func TestAccPasswordPolicy_replace(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: singletonSeed})
	config := func(userType, deletionPolicy string) string {
		return d.config("resource \"lusid_password_policy\" \"test\" " + hclValue(object{"user_type": userType, "min_length": 16, "deletion_policy": deletionPolicy}))
	}
	w := newWorkspace(t, config("Personal", "abandon"))
	w.mustRun("apply", "-auto-approve")
	w.configure(config("Service", "reset"))
	plan, output := w.plan()
	if !plan.ResourceChanges[0].Change.Actions.Replace() {
		t.Errorf("no replacement:\n%s", output)
	}
	mustHold(t, output, "LUSID keeps the password policy of Personal users", "The password policy of Service users has values", "min_length: 12 becomes 16")
	mustHold(t, w.mustRun("apply", "tfplan"), "LUSID keeps the password policy of Personal users")
	w.mustPlanEmpty()
	personal, service := singletons[0], singletons[0]
	service.path = "/authentication/password-policy/service"
	personal.mustStore(t, d, passwordPolicyBody(16, false, false, 30, 5, 3))
	service.mustStore(t, d, passwordPolicyBody(16, true, true, 0, 4, 10))
	w.configure(config("Personal", "reset"))
	w.mustRun("apply", "-auto-approve")
	service.mustStore(t, d, service.reset)
}

func TestPasswordPolicy_validation(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	policies := p.resource(passwordPolicyType)
	for attribute, values := range map[string][]any{
		"user_type":       {"personal", "Robot", "", nil},
		"min_length":      {11, 31, 0, -1},
		"max_age_days":    {-1, 1000},
		"history_count":   {-1, 31},
		"max_attempts":    {-1, 101},
		"deletion_policy": {"purge", ""},
	} {
		for _, value := range values {
			policies.validate(object{"user_type": "Service", attribute: value}).mustFail(t, attribute)
		}
	}
	policies.validate(object{"user_type": "Service", "timeouts": object{"delete": "0s"}}).mustFail(t, "timeouts.delete")
	for attribute, values := range map[string][]any{
		"user_type":          {"Personal", unknown},
		"min_length":         {12, 30, nil, unknown},
		"exclude_first_name": {true, false, nil, unknown},
		"max_age_days":       {0, 999},
		"history_count":      {0, 30},
		"max_attempts":       {0, 100},
		"deletion_policy":    {"abandon", "reset", nil, unknown},
	} {
		for _, value := range values {
			policies.validate(object{"user_type": "Service", attribute: value}).mustBeQuiet(t)
		}
	}
	_, diags := p.data(passwordPolicyType, object{"user_type": "service"})
	diags.mustFail(t, "user_type", "Service")
	_, diags = policies.list(object{"user_type": "service"}, 0, false)
	diags.mustFail(t, "user_type", "Service")
}
