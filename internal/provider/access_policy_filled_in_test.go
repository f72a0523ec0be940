package provider_test

import (
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

const (
	firstInstant = "0001-01-01T00:00:00.0000000+00:00"
	lastInstant  = "9999-12-31T23:59:59.9999999+00:00"
)

// TestAccessPolicy_valuesFilledIn lets LUSID fill in values that the configuration leaves out. LUSID does not document
// whether it does.
func TestAccessPolicy_valuesFilledIn(t *testing.T) {
	t.Parallel()
	dates := func(condition providertest.Object) providertest.Object {
		return providertest.Object{"date_conditions": []any{condition}}
	}
	effective := func(bounds providertest.Object) providertest.Object {
		return dates(providertest.Object{"effective_range": bounds})
	}
	metadata := providertest.Object{"template_selection": []any{providertest.Object{"scope": "default", "code": "abc"}}}
	const instant = "2024-01-01T00:00:00Z"
	for name, config := range map[string]providertest.Object{
		"no end":                         effective(providertest.Object{"from": instant}),
		"no start":                       effective(providertest.Object{"to": instant}),
		"no start and no end":            effective(providertest.Object{}),
		"the values that LUSID fills in": effective(providertest.Object{"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"}),
		"an as-at expression": dates(providertest.Object{"as_at_range": providertest.Object{
			"from": providertest.Object{"value": "AsAt=Latest"}, "to": providertest.Object{"date_time_offset": instant},
		}}),
		"a template without a time": {"template_metadata": metadata},
		"an empty template":         {"template_metadata": providertest.Object{}},
		"no template":               {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			w.Set(func(_ *http.Request, body any) any {
				if policy, ok := body.(providertest.JSONObject); ok && policy["selectors"] != nil {
					fillIn(policy)
				}
				return body
			})
			policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
			config := providertest.AccessPolicyConfig(config)
			made := policies.MustCreate(config)
			policies.MustPlanNothing(policies.MustRead(made), config)
			d.Forget()
			changed := providertest.With(config, "description", "Other")
			policies.MustPlanNothing(policies.MustRead(mustUpdate(t, policies, made, changed)), changed)
			if got := d.Counts()["access.UpdatePolicy"]; got != 1 {
				t.Errorf("got %d updates, want 1", got)
			}
			// After a lost response to a create, the provider finds the policy although LUSID filled in values.
			d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/policies/list-instruments", nil, nil)
			d.Mock.InjectFault(mockserver.Fault{Operation: "access.CreatePolicy", Reset: mockserver.ResetAfter})
			policies = d.Protocol(t).Resource(providertest.AccessPolicyType)
			_, diags := policies.Create(config)
			diags.MustWarn(t, "", "The response to the creation of access policy list-instruments was lost")
		})
	}
	// A read shows an end that another user set.
	d := providertest.NewMock(t, mockserver.Options{})
	policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
	config := providertest.AccessPolicyConfig(effective(providertest.Object{"from": instant}))
	made := policies.MustCreate(config)
	d.ChangePolicy(t, "list-instruments", providertest.JSONObject{
		"for": []any{providertest.JSONObject{"effectiveRange": providertest.JSONObject{"from": instant, "to": "2030-01-01T00:00:00Z"}}},
	})
	read := policies.MustRead(made)
	if made.Attributes["date_conditions"].Equal(read.Attributes["date_conditions"]) {
		t.Error("the read did not change date_conditions, want the end that another user set")
	}
}

// fillIn sets the instants that a policy lacks.
func fillIn(policy providertest.JSONObject) {
	conditions, _ := policy["for"].([]any)
	for _, condition := range conditions {
		condition, _ := condition.(providertest.JSONObject)
		if effective, ok := condition["effectiveRange"].(providertest.JSONObject); ok {
			setAbsent(effective, "from", firstInstant)
			setAbsent(effective, "to", lastInstant)
		}
		if asAt, ok := condition["asAtRangeForSpec"].(providertest.JSONObject); ok {
			from, _ := asAt["from"].(providertest.JSONObject)
			setAbsent(from, "dateTimeOffset", firstInstant)
		}
	}
	setAbsent(policy, "templateMetadata", providertest.JSONObject{"templateSelection": []any{}})
	metadata, _ := policy["templateMetadata"].(providertest.JSONObject)
	setAbsent(metadata, "buildAsAt", "2026-11-27T06:00:00.0000000+00:00")
}

func setAbsent(object providertest.JSONObject, field string, value any) {
	if object[field] == nil {
		object[field] = value
	}
}

// TestAccessPolicy_buildTime plans with another build_as_at. Every read of a generated policy returns another time, so a
// new time alone is no change.
func TestAccessPolicy_buildTime(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
	at := func(instant string) providertest.Object {
		return providertest.AccessPolicyConfig(providertest.Object{"template_metadata": providertest.Object{
			"template_selection": []any{providertest.Object{"scope": "default", "code": "abc"}}, "build_as_at": instant,
		}})
	}
	made := policies.MustCreate(at("2026-01-01T00:00:00Z"))
	policies.MustPlanNothing(policies.MustRead(made), at("2026-06-01T00:00:00Z"))
	// An update because of another change also sends the new time.
	read := policies.MustRead(mustUpdate(t, policies, made, providertest.With(at("2026-06-01T00:00:00Z"), "description", "Other")))
	policies.MustPlanNothing(read, providertest.With(at("2026-06-01T00:00:00Z"), "description", "Other"))
	if stored, _ := d.StoredPolicy(t, "list-instruments")["templateMetadata"].(providertest.JSONObject); stored["buildAsAt"] != "2026-06-01T00:00:00.0000000+00:00" {
		t.Errorf("LUSID has the time %v, want 2026-06-01T00:00:00.0000000+00:00", stored["buildAsAt"])
	}
}
