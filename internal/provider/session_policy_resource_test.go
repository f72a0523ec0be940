package provider_test

import (
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestSessionPolicy_lifetime expects that an absent lifetime means no limit, and differs from a limit
// that LUSID has.
func TestSessionPolicy_lifetime(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: singletonSeed}, w.Front)
	policies := d.Protocol(t).Resource(providertest.SessionPolicyType)
	session := singletons[1]
	config := providertest.Object{"max_session_idle_minutes": 15}
	change, diags := policies.Plan(providertest.Instance{}, config)
	diags.MustWarn(t, "", "  max_session_lifetime_minutes: 480 becomes null\n\n")
	made, diags := policies.Apply(change)
	diags.MustBeQuiet(t)
	session.mustStore(t, d, `{"maxSessionIdleMinutes":15}`)
	_, diags = d.Protocol(t).Resource(providertest.SessionPolicyType).Plan(providertest.Instance{}, providertest.Object{
		"max_session_idle_minutes":     15,
		"max_session_lifetime_minutes": 480,
	})
	diags.MustWarn(t, "", "  max_session_lifetime_minutes: null becomes 480\n\n")

	// LUSID can express "no limit" in several ways, and a response can lack the idle minutes.
	for _, body := range []map[string]any{
		{"maxSessionIdleMinutes": 15, "maxSessionLifetimeMinutes": nil},
		{"maxSessionIdleMinutes": 15, "maxSessionLifetimeMinutes": 0},
		{"maxSessionIdleMinutes": nil},
		{},
	} {
		w.Set(func(*http.Request, any) any { return body })
		policies.MustPlanNothing(policies.MustRead(made), config)
		_, diags := d.Protocol(t).Resource(providertest.SessionPolicyType).Plan(providertest.Instance{}, config)
		diags.MustBeQuiet(t)
	}
	// An update does not take the missing minutes for the minutes that it wants, or for a change.
	updated, diags := policies.Update(made, providertest.Object{"max_session_idle_minutes": 20})
	diags.MustBeQuiet(t)
	w.Set(nil)
	session.mustStore(t, d, `{"maxSessionIdleMinutes":20}`)
	made, diags = policies.Update(updated, config)
	diags.MustBeQuiet(t)

	session.set(t, d, session.stored)
	drifted := policies.MustRead(made)
	drifted.MustHave(t, map[string]string{"max_session_idle_minutes": "30", "max_session_lifetime_minutes": "600"})
	mended, diags := policies.Update(drifted, config)
	diags.MustBeQuiet(t)
	session.mustStore(t, d, `{"maxSessionIdleMinutes":15}`)
	policies.MustPlanNothing(policies.MustRead(mended), config)
}

func TestSessionPolicy_validation(t *testing.T) {
	t.Parallel()
	policies := providertest.NewProtocol(t).Resource(providertest.SessionPolicyType)
	for attribute, values := range map[string][]any{
		"max_session_idle_minutes":     {4, 721, 0, nil},
		"max_session_lifetime_minutes": {4, 1441, 0},
		"deletion_policy":              {"purge", ""},
	} {
		for _, value := range values {
			policies.Validate(providertest.With(providertest.Object{"max_session_idle_minutes": 60}, attribute, value)).MustFail(t, attribute)
		}
	}
	for _, config := range []providertest.Object{
		{"max_session_idle_minutes": 5, "max_session_lifetime_minutes": 1440},
		{"max_session_idle_minutes": 720, "max_session_lifetime_minutes": 5},
		{
			"max_session_idle_minutes":     providertest.Unknown,
			"max_session_lifetime_minutes": providertest.Unknown,
			"deletion_policy":              providertest.Unknown,
		},
	} {
		policies.Validate(config).MustBeQuiet(t)
	}
}
