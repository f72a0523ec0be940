package provider_test

import (
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const sessionPolicyType = "lusid_session_policy"

// TestSessionPolicy_lifetime knows no limit from one that LUSID has.
func TestSessionPolicy_lifetime(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{Seed: singletonSeed}, w.front)
	policies := d.protocol(t).resource(sessionPolicyType)
	session := singletons[1]
	config := object{"max_session_idle_minutes": 15}
	change, diags := policies.plan(instance{}, config)
	diags.mustWarn(t, "", "  max_session_lifetime_minutes: 480 becomes null\n\n")
	made, diags := policies.apply(change)
	diags.mustBeQuiet(t)
	session.mustStore(t, d, `{"maxSessionIdleMinutes":15}`)
	_, diags = d.protocol(t).resource(sessionPolicyType).plan(instance{}, object{"max_session_idle_minutes": 15, "max_session_lifetime_minutes": 480})
	diags.mustWarn(t, "", "  max_session_lifetime_minutes: null becomes 480\n\n")

	// However LUSID says that there is none, and whether it tells the idle minutes or not.
	for _, body := range []map[string]any{
		{"maxSessionIdleMinutes": 15, "maxSessionLifetimeMinutes": nil},
		{"maxSessionIdleMinutes": 15, "maxSessionLifetimeMinutes": 0},
		{"maxSessionIdleMinutes": nil},
		{},
	} {
		w.set(func(*http.Request, any) any { return body })
		policies.mustPlanNothing(policies.mustRead(made), config)
		_, diags := d.protocol(t).resource(sessionPolicyType).plan(instance{}, config)
		diags.mustBeQuiet(t)
	}
	w.set(nil)

	session.set(t, d, session.stored)
	drifted := policies.mustRead(made)
	drifted.mustHave(t, map[string]string{"max_session_idle_minutes": "30", "max_session_lifetime_minutes": "600"})
	mended, diags := policies.update(drifted, config)
	diags.mustBeQuiet(t)
	session.mustStore(t, d, `{"maxSessionIdleMinutes":15}`)
	policies.mustPlanNothing(policies.mustRead(mended), config)
}

func TestSessionPolicy_validation(t *testing.T) {
	t.Parallel()
	policies := newProtocol(t).resource(sessionPolicyType)
	for attribute, values := range map[string][]any{
		"max_session_idle_minutes":     {4, 721, 0, nil},
		"max_session_lifetime_minutes": {4, 1441, 0},
		"deletion_policy":              {"purge", ""},
	} {
		for _, value := range values {
			policies.validate(with(object{"max_session_idle_minutes": 60}, attribute, value)).mustFail(t, attribute)
		}
	}
	for _, config := range []object{
		{"max_session_idle_minutes": 5, "max_session_lifetime_minutes": 1440},
		{"max_session_idle_minutes": 720, "max_session_lifetime_minutes": 5},
		{"max_session_idle_minutes": unknown, "max_session_lifetime_minutes": unknown, "deletion_policy": unknown},
	} {
		policies.validate(config).mustBeQuiet(t)
	}
}
