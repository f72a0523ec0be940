package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// storedIDSelector returns the selector of providertest.IDSelector as LUSID stores it.
func storedIDSelector(scope, code string, actions ...any) providertest.JSONObject {
	return providertest.JSONObject{
		"idSelectorDefinition": providertest.JSONObject{"identifier": providertest.JSONObject{"scope": scope, "code": code}, "actions": actions},
	}
}

func storedAction(scope, activity, entity string) providertest.JSONObject {
	return providertest.JSONObject{"scope": scope, "activity": activity, "entity": entity}
}

// alwaysStored returns the period that LUSID stores if the configuration has none.
func alwaysStored() providertest.JSONObject {
	return providertest.JSONObject{"activate": "0001-01-01T00:00:00.0000000+00:00"}
}

// createPolicy creates a policy for all instruments outside Terraform.
func createPolicy(t *testing.T, d providertest.Domain, code string) {
	t.Helper()
	d.MustCall(t, http.MethodPost, providertest.AccessAPI+"/policies", providertest.JSONObject{
		"code": code, "grant": "Allow", "when": alwaysStored(), "selectors": []any{
			storedIDSelector("*", "*", storedAction("default", "Read", "Instrument")),
		},
	}, nil)
}

// mustUpdate updates a resource, and expects no error and no warning.
func mustUpdate(t *testing.T, m providertest.ManagedType, prior providertest.Instance, config providertest.Object) providertest.Instance {
	t.Helper()
	updated, diags := m.Update(prior, config)
	diags.MustBeQuiet(t)
	return updated
}

func TestAccessPolicy_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
	config := providertest.AccessPolicyConfig()
	made := policies.MustCreate(config)
	d.MustCount(t, map[string]int{"access.PagePolicies": 1, "access.CreatePolicy": 1})
	made.MustHave(t, map[string]string{"id": "default/list-instruments", "scope": "default", "grant": "Allow", "when": "null"})
	if diff := cmp.Diff(map[string]string{"scope": "default", "code": "list-instruments"}, policies.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	want := providertest.JSONObject{
		"description": "Call ListInstruments", "applications": []any{"LUSID"}, "grant": "Allow", "when": alwaysStored(),
		"selectors": []any{
			storedIDSelector("LUSID", "api-instruments-listinstruments", storedAction("LUSID", "Execute", "Feature")),
			storedIDSelector("*", "*", storedAction("default", "List", "Instrument"), storedAction("default", "Read", "Instrument")),
		},
	}
	mustBeStored := func() {
		t.Helper()
		if diff := cmp.Diff(want, d.StoredPolicy(t, "list-instruments")); diff != "" {
			t.Fatalf("LUSID has (-want +got):\n%s", diff)
		}
	}
	mustBeStored()

	d.Forget()
	read := policies.MustRead(made)
	policies.MustPlanNothing(read, config)
	d.MustCount(t, map[string]int{"access.GetPolicy": 1})

	// Each update in place is one request with the whole policy.
	for _, change := range []struct {
		attribute string
		value     any
		field     string
		stored    any
	}{
		{"description", "Other", "description", "Other"},
		{"applications", []string{"LUSID", "Drive"}, "applications", []any{"Drive", "LUSID"}},
		{"grant", "Deny", "grant", "Deny"},
		{
			"when",
			providertest.Object{"activate": "2024-01-01T01:00:00+01:00", "deactivate": "2030-01-01T00:00:00Z"},
			"when",
			providertest.JSONObject{"activate": "2024-01-01T00:00:00.0000000+00:00", "deactivate": "2030-01-01T00:00:00.0000000+00:00"},
		},
		{
			"when",
			providertest.Object{"activate": "2024-01-01T00:00:00Z"},
			"when",
			providertest.JSONObject{"activate": "2024-01-01T00:00:00.0000000+00:00"},
		},
		{"selectors", []any{
			providertest.Object{
				"match_all": providertest.Object{"name": "All", "actions": []any{providertest.AccessAction("default", "Any", "Portfolio")}},
			},
		}, "selectors", []any{
			providertest.JSONObject{
				"matchAllSelectorDefinition": providertest.JSONObject{"name": "All", "actions": []any{storedAction("default", "Any", "Portfolio")}},
			},
		}},
	} {
		d.Forget()
		config = providertest.With(config, change.attribute, change.value)
		read = policies.MustRead(mustUpdate(t, policies, read, config))
		policies.MustPlanNothing(read, config)
		if got := d.Counts()["access.UpdatePolicy"]; got != 1 {
			t.Errorf("change of %s: got %d updates, want 1", change.attribute, got)
		}
		want[change.field] = change.stored
		mustBeStored()
	}

	// If LUSID treats a value as equal, the state keeps the configured value, and the plan is empty.
	for _, same := range []providertest.Object{
		providertest.With(config, "when", providertest.Object{"activate": "2024-01-01T05:30:00+05:30", "deactivate": "9999-06-01T00:00:00Z"}),
		providertest.With(config, "date_conditions", []any{}),
	} {
		d.Forget()
		read = policies.MustRead(mustUpdate(t, policies, read, same))
		policies.MustPlanNothing(read, same)
	}
	delete(want, "description")
	for _, description := range []any{"", nil} {
		config = providertest.With(config, "description", description)
		read = policies.MustRead(mustUpdate(t, policies, read, config))
		policies.MustPlanNothing(read, config)
	}

	change, diags := policies.Plan(read, providertest.With(config, "code", "other"))
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"code"}, change.Replaces); diff != "" {
		t.Errorf("attributes that force a new resource (-want +got):\n%s", diff)
	}

	// After a delete outside Terraform, the read removes the object from the state.
	policies = d.Protocol(t).Resource(providertest.AccessPolicyType)
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/policies/list-instruments", nil, nil)
	if policies.MustRead(read).Exists() {
		t.Error("the read kept a deleted policy in the state, want it removed")
	}
	d.Forget()
	policies.Destroy(read).MustBeQuiet(t)
	d.MustCount(t, map[string]int{"access.GetPolicy": 1})
}

// everyKind returns a policy with every kind of selector and every kind of condition.
func everyKind() providertest.Object {
	actions := []any{providertest.AccessAction("default", "Any", "Portfolio")}
	relative := providertest.Object{"date": "Now", "adjustment": -7, "unit": "Day", "relative_to_date_time": "BeforeOrOn"}
	return providertest.AccessPolicyConfig(providertest.Object{
		"code": "every-kind",
		"selectors": []any{
			providertest.Object{
				"id": providertest.Object{
					"identifier":  providertest.Object{"path": "/", "name": "*"},
					"actions":     actions,
					"name":        "Folder",
					"description": "The root",
				},
			},
			providertest.Object{"match_all": providertest.Object{"actions": actions}},
			providertest.Object{"metadata": providertest.Object{"actions": actions, "expressions": []any{
				providertest.Object{
					"metadata_key": "b",
					"operator":     "Equals",
					"text_value":   "true",
				}, providertest.Object{"metadata_key": "a", "operator": "NotEquals"},
			}}},
			providertest.Object{"policy": providertest.Object{
				"actions": []any{
					providertest.AccessAction("default", "Any", "Policy"),
				}, "identity_restriction": providertest.Object{"scope": "default"},
				"restriction_selectors": []any{
					providertest.Object{"match_all": providertest.Object{"actions": actions}},
					providertest.IDSelector("a-scope", "*", actions...),
				},
			}},
		},
		"date_conditions": []any{
			providertest.Object{"effective_range": providertest.Object{"from": "2015-12-25T00:00:00Z", "to": "2020-12-25T00:00:00+01:00"}},
			providertest.Object{
				"as_at_range": providertest.Object{
					"from": providertest.Object{"date_time_offset": "2018-01-01T00:00:00Z"},
					"to":   providertest.Object{"value": "AsAt=Latest"},
				},
			},
			providertest.Object{"effective_date_relative": relative},
			providertest.Object{"as_at_relative": providertest.With(relative, "adjustment", 0)},
			providertest.Object{"effective_date_has_quality": providertest.Object{"quality": "IsBeforeMidday"}},
		},
		"request_conditions": []any{
			providertest.Object{"request_header": providertest.Object{"header_name": "h", "operator": "EqualsCaseInsensitive", "value": "v"}},
			providertest.Object{"identity_claim": providertest.Object{"claim_type": "c", "operator": "NotPresent", "claim_issuer": "i"}},
			providertest.Object{"identity_scope": providertest.Object{"scope_name": "a scope"}},
			providertest.Object{"via_api": providertest.Object{"api_feature_codes": []string{"b", "a"}, "operator": "In"}},
		},
		"when": providertest.Object{"activate": "2016-08-31T18:00:00Z", "deactivate": "2030-08-31T18:00:00Z"},
		"template_metadata": providertest.Object{
			"template_selection": []any{
				providertest.Object{"scope": "default", "code": "a template", "selector_tags": []string{"Feature", "Data"}},
				providertest.Object{"scope": "default", "code": "other"},
			},
			"build_as_at": "2026-01-01T00:00:00.1234567Z",
		},
	})
}

func TestAccessPolicy_everyKind(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
	config := everyKind()
	made := policies.MustRead(policies.MustCreate(config))
	policies.MustPlanNothing(made, config)
	actions := []any{storedAction("default", "Any", "Portfolio")}
	want := providertest.JSONObject{
		"description": "Call ListInstruments", "applications": []any{"LUSID"}, "grant": "Allow",
		"selectors": []any{
			providertest.JSONObject{
				"idSelectorDefinition": providertest.JSONObject{
					"identifier":  providertest.JSONObject{"path": "/", "name": "*"},
					"actions":     actions,
					"name":        "Folder",
					"description": "The root",
				},
			},
			providertest.JSONObject{"matchAllSelectorDefinition": providertest.JSONObject{"actions": actions}},
			providertest.JSONObject{"metadataSelectorDefinition": providertest.JSONObject{"actions": actions, "expressions": []any{
				providertest.JSONObject{
					"metadataKey": "b",
					"operator":    "Equals",
					"textValue":   "true",
				}, providertest.JSONObject{"metadataKey": "a", "operator": "NotEquals"},
			}}},
			providertest.JSONObject{"policySelectorDefinition": providertest.JSONObject{
				"actions": []any{storedAction("default", "Any", "Policy")}, "identityRestriction": providertest.JSONObject{"scope": "default"},
				"restrictionSelectors": []any{
					providertest.JSONObject{"matchAllSelectorDefinition": providertest.JSONObject{"actions": actions}},
					storedIDSelector("a-scope", "*", actions...),
				},
			}},
		},
		"for": []any{
			providertest.JSONObject{
				"effectiveRange": providertest.JSONObject{"from": "2015-12-25T00:00:00.0000000+00:00", "to": "2020-12-24T23:00:00.0000000+00:00"},
			},
			providertest.JSONObject{
				"asAtRangeForSpec": providertest.JSONObject{
					"from": providertest.JSONObject{"dateTimeOffset": "2018-01-01T00:00:00.0000000+00:00"},
					"to":   providertest.JSONObject{"value": "AsAt=Latest"},
				},
			},
			providertest.JSONObject{
				"effectiveDateRelative": providertest.JSONObject{
					"date":               "Now",
					"adjustment":         -7.0,
					"unit":               "Day",
					"relativeToDateTime": "BeforeOrOn",
				},
			},
			providertest.JSONObject{
				"asAtRelative": providertest.JSONObject{"date": "Now", "adjustment": 0.0, "unit": "Day", "relativeToDateTime": "BeforeOrOn"},
			},
			providertest.JSONObject{"effectiveDateHasQuality": providertest.JSONObject{"quality": "IsBeforeMidday"}},
		},
		"if": []any{
			providertest.JSONObject{
				"ifRequestHeaderExpression": providertest.JSONObject{"headerName": "h", "operator": "EqualsCaseInsensitive", "value": "v"},
			},
			providertest.JSONObject{
				"ifIdentityClaimExpression": providertest.JSONObject{"claimType": "c", "operator": "NotPresent", "claimIssuer": "i"},
			},
			providertest.JSONObject{"ifIdentityScopeExpression": providertest.JSONObject{"scopeName": "a scope"}},
			providertest.JSONObject{"ifViaApiExpression": providertest.JSONObject{"apiFeatureCodes": []any{"a", "b"}, "operator": "In"}},
		},
		"when": providertest.JSONObject{"activate": "2016-08-31T18:00:00.0000000+00:00", "deactivate": "2030-08-31T18:00:00.0000000+00:00"},
		"templateMetadata": providertest.JSONObject{
			"templateSelection": []any{
				providertest.JSONObject{
					"scope":        "default",
					"code":         "a template",
					"selectorTags": []any{"Data", "Feature"},
				}, providertest.JSONObject{"scope": "default", "code": "other"},
			},
			"buildAsAt": "2026-01-01T00:00:00.1234567+00:00",
		},
	}
	if diff := cmp.Diff(want, d.StoredPolicy(t, "every-kind")); diff != "" {
		t.Errorf("LUSID has (-want +got):\n%s", diff)
	}

	// An import reads every part of the policy.
	imported, diags := policies.ImportState("every-kind")
	diags.MustBeQuiet(t)
	d.Forget()
	policies.MustPlanNothing(policies.MustRead(mustUpdate(t, policies, imported, config)), config)
	if got := d.Counts()["access.UpdatePolicy"]; got != 0 {
		t.Errorf("the imported policy equals the configuration: got %d updates, want none", got)
	}

	// Lists in another order are not a change, and null instead of a missing part is not a change.
	w.Set(func(_ *http.Request, body any) any {
		policy, ok := body.(providertest.JSONObject)
		if !ok || policy["selectors"] == nil {
			return body
		}
		for _, list := range []string{"selectors", "for", "if"} {
			slices.Reverse(policy[list].([]any)) //nolint:forcetypeassert // The test data has this type.
		}
		policy["how"] = nil
		for _, selector := range policy["selectors"].([]any) { //nolint:forcetypeassert // The test data has this type.
			for _, kind := range []string{
				"idSelectorDefinition",
				"matchAllSelectorDefinition",
				"metadataSelectorDefinition",
				"policySelectorDefinition",
			} {
				if selector := selector.(providertest.JSONObject); selector[kind] == nil { //nolint:forcetypeassert // The test data has this type.
					selector[kind] = nil
				}
			}
		}
		return body
	})
	policies.MustPlanNothing(policies.MustRead(made), config)
}

func TestAccessPolicy_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
	for _, code := range []string{"read-instruments", "1 a+b", "a" + strings.Repeat("b", 99)} {
		createPolicy(t, d, code)
		for _, key := range []string{code, "default/" + code} {
			imported, diags := policies.ImportState(key)
			diags.MustBeQuiet(t)
			imported.MustHave(t, map[string]string{"id": "default/" + code, "code": code, "grant": "Allow", "when": "null", "description": "null"})
			policies.MustPlanNothing(
				imported,
				providertest.Object{
					"code":      code,
					"selectors": []any{providertest.IDSelector("*", "*", providertest.AccessAction("default", "Read", "Instrument"))},
				},
			)
		}
		for _, identity := range []providertest.Object{{"code": code}, {"scope": "default", "code": code}} {
			imported, diags := policies.ImportIdentity(identity)
			diags.MustBeQuiet(t)
			imported.MustHave(t, map[string]string{"id": "default/" + code})
		}
	}
	// A policy of another scope can be imported too.
	support, diags := policies.ImportState("support/support-access-to-drive-website-feature")
	diags.MustBeQuiet(t)
	support.MustHave(t, map[string]string{"scope": "support", "code": "support-access-to-drive-website-feature"})

	const summary = "Unable to import access policy"
	for _, key := range []string{"a", "default/", "/read-instruments", "a/b/c", "-ab", "123", "read-instruments\n"} {
		_, diags := policies.ImportState(key)
		diags.MustFail(t, "", summary, "scope/code")
	}
	if missing, _ := policies.ImportState("not-there"); missing.Exists() {
		t.Error("the import of a missing policy returned an object, want none")
	}
}

// TestAccessPolicy_repeatedAction imports a policy in which LUSID returns an action twice.
func TestAccessPolicy_repeatedAction(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	createPolicy(t, d, "read-instruments")
	read, list := storedAction("default", "Read", "Instrument"), storedAction("default", "List", "Instrument")
	w.Set(func(_ *http.Request, body any) any {
		if policy, ok := body.(providertest.JSONObject); ok && policy["selectors"] != nil {
			policy["selectors"] = []any{storedIDSelector("*", "*", read, list, read)}
		}
		return body
	})
	policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
	imported, diags := policies.ImportState("read-instruments")
	diags.MustBeQuiet(t)
	policies.MustPlanNothing(policies.MustRead(imported), providertest.Object{"code": "read-instruments", "selectors": []any{
		providertest.IDSelector("*", "*", providertest.AccessAction("default", "List", "Instrument"), providertest.AccessAction("default", "Read", "Instrument")),
	}})
}

// TestAccessPolicy_nullPart imports a policy with null parts of identifiers. A null part has no meaning, and the
// configuration must not contain it.
func TestAccessPolicy_nullPart(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	createPolicy(t, d, "read-instruments")
	action := storedAction("default", "Read", "Instrument")
	selector := storedIDSelector("*", "*", action)
	selector["idSelectorDefinition"].(providertest.JSONObject)["identifier"] = providertest.JSONObject{"scope": "*", "code": nil} //nolint:forcetypeassert // The test data has this type.
	d.ChangePolicy(t, "read-instruments", providertest.JSONObject{"selectors": []any{selector, providertest.JSONObject{
		"policySelectorDefinition": providertest.JSONObject{
			"actions": []any{action}, "identityRestriction": providertest.JSONObject{"scope": nil},
		},
	}}})
	policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
	imported, diags := policies.ImportState("read-instruments")
	diags.MustBeQuiet(t)
	actions := []any{providertest.AccessAction("default", "Read", "Instrument")}
	policies.MustPlanNothing(imported, providertest.Object{"code": "read-instruments", "selectors": []any{
		providertest.Object{"id": providertest.Object{"identifier": providertest.Object{"scope": "*"}, "actions": actions}},
		providertest.Object{"policy": providertest.Object{"actions": actions}},
	}})
}

// mustAcceptEndlessPeriod creates an object without a period, and then configures the end that LUSID stores for no end. It
// expects no update.
func mustAcceptEndlessPeriod(t *testing.T, typeName string, config providertest.Object) {
	t.Helper()
	d := providertest.NewMock(t, mockserver.Options{})
	resources := d.Protocol(t).Resource(typeName)
	made := resources.MustRead(resources.MustCreate(config))
	made.MustHave(t, map[string]string{"when": "null"})
	const never = "9999-12-31T23:59:59Z"
	config = providertest.With(config, "when", providertest.Object{"deactivate": never})
	d.Forget()
	updated := mustUpdate(t, resources, made, config)
	// Terraform refuses a plan whose end is neither in the configuration nor in the state.
	var when map[string]tftypes.Value
	if err := updated.Attributes["when"].As(&when); err != nil || !when["deactivate"].Equal(tftypes.NewValue(tftypes.String, never)) {
		t.Errorf("the end is %s and the error is %v, want the end %s", when["deactivate"], err, never)
	}
	resources.MustPlanNothing(resources.MustRead(updated), config)
	if got := d.Counts()["access.UpdatePolicy"] + d.Counts()["access.UpdateRole"]; got != 0 {
		t.Errorf("got %d updates, want none", got)
	}

	// The start of the period can change together with the end.
	for _, end := range []any{nil, never, "2030-01-01T00:00:00Z", never, nil} {
		for _, start := range []string{"2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"} {
			config = providertest.With(config, "when", providertest.Object{"activate": start, "deactivate": end})
			updated = mustUpdate(t, resources, updated, config)
			resources.MustPlanNothing(resources.MustRead(updated), config)
		}
	}
}

// mustRefuseInstants configures periods that LUSID cannot store, and expects errors. It also configures a period in which
// the object is never active, and periods that have ended. It expects a warning for each of these.
func mustRefuseInstants(t *testing.T, typeName string, config providertest.Object) {
	t.Helper()
	resources := providertest.NewMock(t, mockserver.Options{}).Protocol(t).Resource(typeName)
	for _, instant := range []string{"0001-01-01T00:00:00+14:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00"} {
		for _, attribute := range []string{"activate", "deactivate"} {
			resources.Validate(providertest.With(config, "when", providertest.Object{attribute: instant})).
				MustFail(t, "when."+attribute, "Invalid instant", instant, "years 1 to 9999 in UTC")
		}
	}
	period := providertest.Object{"activate": "2030-01-01T00:00:00Z", "deactivate": "2030-01-01T01:00:00+01:00"}
	resources.Validate(providertest.With(config, "when", period)).MustWarn(t, "when.deactivate", "is never active")
	period["deactivate"] = "2030-01-01T00:00:01Z"
	resources.Validate(providertest.With(config, "when", period)).MustBeQuiet(t)
	for _, period := range []providertest.Object{
		{"deactivate": "2020-01-01T00:00:00Z"},
		{"activate": "2019-01-01T00:00:00Z", "deactivate": "2020-01-01T01:00:00+01:00"},
	} {
		resources.Validate(providertest.With(config, "when", period)).MustWarn(t, "when.deactivate", "is no longer active", "set deactivate to a later time")
	}
}

func TestAccessPolicy_invalidPeriod(t *testing.T) {
	t.Parallel()
	mustRefuseInstants(t, providertest.AccessPolicyType, providertest.AccessPolicyConfig())
}

// TestAccessPolicy_unreadableInstant reads instants that are not in RFC 3339. The read must fail: null in the state would
// mean no limit, so the policy would seem to be active for longer than it is.
func TestAccessPolicy_unreadableInstant(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(map[string]any){
		"deactivate": func(p map[string]any) {
			p["when"] = map[string]any{"activate": "2020-01-01T00:00:00Z", "deactivate": "2027-06-01"}
		},
		"activate": func(p map[string]any) { p["when"] = map[string]any{"activate": "2027-06-01"} },
		"effective range": func(p map[string]any) {
			p["for"] = []any{map[string]any{"effectiveRange": map[string]any{"from": "2020-01-01T00:00:00Z", "to": "2027-06-01"}}}
		},
		"as-at range": func(p map[string]any) {
			p["for"] = []any{map[string]any{"asAtRangeForSpec": map[string]any{
				"from": map[string]any{"dateTimeOffset": "2027-06-01"}, "to": map[string]any{"value": "AsAt=Latest"},
			}}}
		},
		"build time": func(p map[string]any) {
			p["templateMetadata"] = map[string]any{"templateSelection": []any{map[string]any{"scope": "default", "code": "abc"}}, "buildAsAt": "2027-06-01"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
			made := policies.MustCreate(providertest.AccessPolicyConfig())
			w.Set(func(r *http.Request, body any) any {
				if policy, ok := body.(map[string]any); ok && r.Method == http.MethodGet {
					change(policy)
				}
				return body
			})
			words := []string{"Unable to read access policy", "The access policy " + made.Get("id") + " could not be read.", `instant "2027-06-01" is not in RFC 3339`, "Correct the instant"}
			_, diags := policies.Read(made)
			diags.MustFail(t, "", words...)
			_, diags = d.Protocol(t).Data("lusid_access_policy", providertest.Object{"code": made.Get("code")})
			diags.MustFail(t, "", words...)
		})
	}
}

// TestAccessPolicy_endlessPeriod creates a policy without a period, and then configures the end that LUSID stores for no
// end. The plan has no update.
func TestAccessPolicy_endlessPeriod(t *testing.T) {
	t.Parallel()
	mustAcceptEndlessPeriod(t, providertest.AccessPolicyType, providertest.AccessPolicyConfig())
}

func TestAccessPolicy_taken(t *testing.T) {
	t.Parallel()
	for _, status := range []int{0, http.StatusConflict, http.StatusUnprocessableEntity} {
		d := providertest.NewMock(t, mockserver.Options{})
		createPolicy(t, d, "list-instruments")
		if status != 0 {
			// LUSID documents the error code, but not the status.
			d = providertest.NewMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPost && r.UserAgent() != providertest.TestUserAgent {
						w.Header().Set("Content-Type", "application/problem+json")
						w.WriteHeader(status)
						_, _ = w.Write([]byte(`{"name":"PolicyAlreadyExists","code":613,"title":"Policy already exists"}`))
						return
					}
					mock.ServeHTTP(w, r)
				})
			})
			createPolicy(t, d, "list-instruments")
		}
		made, diags := d.Protocol(t).Resource(providertest.AccessPolicyType).Create(providertest.AccessPolicyConfig())
		if made.Exists() {
			t.Error("the failed create left an object in the state, want none")
		}
		diags.MustFail(t, "code", "Unable to create access policy", "default/list-instruments", "(613)",
			"import {\n  to = lusid_access_policy.NAME\n  id = \"default/list-instruments\"\n}", "create_before_destroy")
	}
}

func TestAccessPolicy_lostResponse(t *testing.T) {
	t.Parallel()
	found := map[string]int{"access.PagePolicies": 1, "access.CreatePolicy": 1, "access.GetPolicy": 1}
	for name, test := range map[string]struct {
		fault   mockserver.Fault
		lag     int
		adopted bool
		want    map[string]int
	}{
		"connection reset after the write":                        {mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true, found},
		"connection reset after the write, with a list that lags": {mockserver.Fault{Reset: mockserver.ResetAfter}, 3, true, found},
		"500 after the write":                                     {mockserver.Fault{Status: 500, AfterWrite: true}, 0, true, found},
		"truncated response":                                      {mockserver.Fault{Truncate: true}, 0, true, found},
		"connection reset before the write": {
			mockserver.Fault{Reset: mockserver.ResetBefore},
			0,
			false,
			map[string]int{"access.PagePolicies": 2, "access.CreatePolicy": 2, "access.GetPolicy": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{ListLag: test.lag})
			test.fault.Operation = "access.CreatePolicy"
			d.Mock.InjectFault(test.fault)
			policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
			config := everyKind()
			made, diags := policies.Create(config)
			if test.adopted {
				diags.MustWarn(
					t,
					"",
					"The response to the creation of access policy every-kind was lost",
					"default/every-kind",
					"this run or another run created it",
				)
			} else {
				diags.MustBeQuiet(t)
			}
			d.MustCount(t, test.want)
			policies.MustPlanNothing(policies.MustRead(made), config)
		})
	}
	// The provider also finds its policy if LUSID returns lists in another order, or if the configuration has an empty
	// description or the end that LUSID stores for no end.
	t.Run("response in another order", func(t *testing.T) {
		t.Parallel()
		var w providertest.Rewriter
		d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
		w.Set(func(_ *http.Request, body any) any {
			if policy, ok := body.(providertest.JSONObject); ok && policy["selectors"] != nil {
				for _, list := range []string{"selectors", "for", "if"} {
					slices.Reverse(policy[list].([]any)) //nolint:forcetypeassert // The test data has this type.
				}
			}
			return body
		})
		d.Mock.InjectFault(mockserver.Fault{Operation: "access.CreatePolicy", Status: 500, AfterWrite: true})
		policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
		config := providertest.With(providertest.With(everyKind(), "description", ""), "when", providertest.Object{"deactivate": "9999-01-01T00:00:00Z"})
		made, diags := policies.Create(config)
		diags.MustWarn(t, "", "The response to the creation of access policy every-kind was lost")
		policies.MustPlanNothing(policies.MustRead(made), config)
	})
	t.Run("policy of another owner", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		createPolicy(t, d, "list-instruments")
		d.Mock.InjectFault(mockserver.Fault{Operation: "access.CreatePolicy", Reset: mockserver.ResetAfter})
		made, diags := d.Protocol(t).Resource(providertest.AccessPolicyType).Create(providertest.AccessPolicyConfig())
		if made.Exists() {
			t.Error("the create adopted a policy that existed before, want no object in the state")
		}
		diags.MustFail(t, "code", "default/list-instruments")
	})
}

// TestAccessPolicy_unmodelled imports policies with a part that the schema cannot express. LUSID's update replaces the
// whole policy, and would erase the part, so the provider refuses updates.
func TestAccessPolicy_unmodelled(t *testing.T) {
	t.Parallel()
	actions := []any{storedAction("default", "Any", "Policy")}
	nested := providertest.JSONObject{"policySelectorDefinition": providertest.JSONObject{"actions": actions}}
	selector := func(restrictions ...any) providertest.JSONObject {
		return providertest.JSONObject{"policySelectorDefinition": providertest.JSONObject{"actions": actions, "restrictionSelectors": restrictions}}
	}
	config := providertest.Object{
		"code": "with-more",
		"selectors": []any{
			providertest.Object{"match_all": providertest.Object{"actions": []any{providertest.AccessAction("default", "Any", "Portfolio")}}},
		},
	}
	all := providertest.JSONObject{
		"matchAllSelectorDefinition": providertest.JSONObject{"actions": []any{storedAction("default", "Any", "Portfolio")}},
	}
	for part, test := range map[string]struct {
		// stored changes the policy in the domain. Returned changes the policy in LUSID's responses.
		stored   providertest.JSONObject
		returned func(policy providertest.JSONObject)
		config   providertest.Object
	}{
		"how": {
			stored: providertest.JSONObject{
				"how": providertest.JSONObject{"type": "Mask", "parameters": []any{providertest.JSONObject{"key": "a", "value": "b"}}},
			},
			config: config,
		},
		"selectors[1].policySelectorDefinition.restrictionSelectors[0].policySelectorDefinition": {
			stored: providertest.JSONObject{"selectors": []any{all, selector(nested)}},
			config: providertest.With(config, "selectors", append(slices.Clone(config["selectors"].([]any)), providertest.Object{"policy": providertest.Object{"actions": []any{providertest.AccessAction("default", "Any", "Policy")}}})), //nolint:forcetypeassert // The test data has this type.
		},
		"selectors[0].newSelectorDefinition": {returned: func(policy providertest.JSONObject) {
			policy["selectors"] = []any{providertest.JSONObject{"newSelectorDefinition": providertest.JSONObject{"actions": actions}}, all}
		}, config: config},
		"selectors[0].matchAllSelectorDefinition.limit": {returned: func(policy providertest.JSONObject) {
			policy["selectors"] = []any{
				providertest.JSONObject{
					"matchAllSelectorDefinition": providertest.JSONObject{"actions": []any{storedAction("default", "Any", "Portfolio")}, "limit": 5},
				},
			}
		}, config: config},
		"for[0].newCondition": {returned: func(policy providertest.JSONObject) {
			policy["for"] = []any{providertest.JSONObject{"newCondition": providertest.JSONObject{"a": "b"}}}
		}, config: config},
		"if[0].ifMfaExpression": {returned: func(policy providertest.JSONObject) {
			policy["if"] = []any{providertest.JSONObject{"ifMfaExpression": providertest.JSONObject{}}}
		}, config: config},
		"if[0].ifFeatureChainExpression": {returned: func(policy providertest.JSONObject) {
			policy["if"] = []any{providertest.JSONObject{"ifFeatureChainExpression": providertest.JSONObject{"selectors": []any{all}}}}
		}, config: config},
	} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			w.Set(func(_ *http.Request, body any) any {
				if policy, ok := body.(providertest.JSONObject); ok && policy["selectors"] != nil && test.returned != nil {
					test.returned(policy)
				}
				return body
			})
			d.MustCall(
				t,
				http.MethodPost,
				providertest.AccessAPI+"/policies",
				providertest.JSONObject{"code": "with-more", "grant": "Allow", "when": alwaysStored(), "selectors": []any{all}},
				nil,
			)
			if test.stored != nil {
				d.ChangePolicy(t, "with-more", test.stored)
			}
			policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
			imported, diags := policies.ImportState("with-more")
			diags.MustBeQuiet(t)
			policies.MustPlanNothing(imported, test.config)
			// LUSID does not store timeouts, so a change of the timeouts sends no update, and is not refused.
			_, diags = policies.Update(imported, providertest.With(test.config, "timeouts", providertest.Object{"update": "1m"}))
			diags.MustBeQuiet(t)

			d.Forget()
			_, diags = policies.Plan(imported, providertest.With(test.config, "description", "New"))
			diags.MustFail(t, "", "Unable to update access policy default/with-more", ": "+part+".", "erase")
			_, diags = policies.Plan(imported, providertest.With(test.config, "code", "other"))
			diags.MustWarn(t, "", "default/with-more has a part", part, "create another one")
			_, diags = policies.Plan(imported, nil)
			diags.MustWarn(t, "", "default/with-more has a part", part, "deletes it")
			d.MustCount(t, map[string]int{"access.GetOwnPolicies": 1})

			// After the part is removed, the policy can be updated.
			w.Set(func(_ *http.Request, body any) any { return body })
			d.ChangePolicy(t, "with-more", providertest.JSONObject{"how": nil, "selectors": []any{all}})
			changed := providertest.With(config, "description", "New")
			read := policies.MustRead(mustUpdate(t, policies, policies.MustRead(imported), changed))
			policies.MustPlanNothing(read, changed)
		})
	}
}

func TestAccessPolicy_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	policies := d.Protocol(t).Resource(providertest.AccessPolicyType)
	config := providertest.AccessPolicyConfig()
	made := policies.MustCreate(config)

	// LUSID documents the error code for missing rights, but not the status.
	for _, status := range []int{http.StatusForbidden, http.StatusBadRequest} {
		for code, step := range map[int]string{
			606: "lusid-administrator",
			611: "Use policy in place of id",
			608: "The data source lusid_access_controlled_resources lists",
			772: "Refer to it by the id",
		} {
			refused := providertest.NewMockBehind(t, mockserver.Options{}, func(http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/problem+json")
					w.WriteHeader(status)
					_, _ = fmt.Fprintf(w, `{"name":"N","code":%d,"title":"Refused"}`, code)
				})
			})
			_, diags := refused.Protocol(t).Resource(providertest.AccessPolicyType).Create(config)
			attribute := ""
			if code == 608 || code == 611 {
				attribute = "selectors"
			}
			if status == http.StatusForbidden {
				step = "lusid-administrator"
			}
			diags.MustFail(t, attribute, "Unable to create access policy", fmt.Sprintf("(%d)", code), step)
		}
	}

	// Only LUSID's own 404 means that the policy no longer exists.
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.GetPolicy", Status: http.StatusNotFound, HTML: true})
	_, diags := policies.Read(made)
	diags.MustFail(t, "", "HTML page")

	providertest.MustRefuseOtherDomain(t, d, providertest.AccessPolicyType, made, config, "default/list-instruments")
	providertest.MustDoWithoutCredentials(t, d, providertest.AccessPolicyType, made, config)
}

func TestAccessPolicy_validation(t *testing.T) {
	t.Parallel()
	policies := providertest.NewProtocol(t).Resource(providertest.AccessPolicyType)
	selectors := func(selectors ...any) providertest.Object {
		return providertest.AccessPolicyConfig(providertest.Object{"selectors": selectors})
	}
	id := func(more providertest.Object) providertest.Object {
		selector := providertest.Object{
			"identifier": providertest.Object{"scope": "*"},
			"actions":    []any{providertest.AccessAction("default", "Read", "Instrument")},
		}
		maps.Copy(selector, more)
		return selectors(providertest.Object{"id": selector})
	}
	metadata := func(more providertest.Object) providertest.Object {
		expression := providertest.Object{"metadata_key": "k", "operator": "Equals"}
		maps.Copy(expression, more)
		return selectors(providertest.Object{
			"metadata": providertest.Object{
				"expressions": []any{expression},
				"actions":     []any{providertest.AccessAction("default", "Read", "Instrument")},
			},
		})
	}
	dates := func(conditions ...any) providertest.Object {
		return providertest.AccessPolicyConfig(providertest.Object{"date_conditions": conditions})
	}
	relative := func(more providertest.Object) providertest.Object {
		condition := providertest.Object{"date": "Now", "adjustment": 1, "unit": "Day", "relative_to_date_time": "Before"}
		maps.Copy(condition, more)
		return dates(providertest.Object{"as_at_relative": condition})
	}
	requests := func(conditions ...any) providertest.Object {
		return providertest.AccessPolicyConfig(providertest.Object{"request_conditions": conditions})
	}
	header := func(more providertest.Object) providertest.Object {
		condition := providertest.Object{"header_name": "h", "operator": "NotPresent"}
		maps.Copy(condition, more)
		return requests(providertest.Object{"request_header": condition})
	}
	bound := providertest.Object{"value": "AsAt=Latest"}
	for name, test := range map[string]struct {
		config    providertest.Object
		attribute string
	}{
		"code with two letters":                       {providertest.AccessPolicyConfig(providertest.Object{"code": "ab"}), "code"},
		"code with 101 letters":                       {providertest.AccessPolicyConfig(providertest.Object{"code": strings.Repeat("a", 101)}), "code"},
		"code with a leading hyphen":                  {providertest.AccessPolicyConfig(providertest.Object{"code": "-abc"}), "code"},
		"code with a slash":                           {providertest.AccessPolicyConfig(providertest.Object{"code": "a/bc"}), "code"},
		"code without a letter":                       {providertest.AccessPolicyConfig(providertest.Object{"code": "123"}), "code"},
		"reserved code page":                          {providertest.AccessPolicyConfig(providertest.Object{"code": "page"}), "code"},
		"reserved code Page":                          {providertest.AccessPolicyConfig(providertest.Object{"code": "Page"}), "code"},
		"long description":                            {providertest.AccessPolicyConfig(providertest.Object{"description": strings.Repeat("ü", 1025)}), "description"},
		"unknown grant":                               {providertest.AccessPolicyConfig(providertest.Object{"grant": "allow"}), "grant"},
		"empty application":                           {providertest.AccessPolicyConfig(providertest.Object{"applications": []string{""}}), "applications"},
		"no kind of selector":                         {selectors(providertest.Object{}), "selectors"},
		"two kinds of selector":                       {selectors(providertest.Object{"match_all": providertest.Object{"actions": []any{providertest.AccessAction("default", "Any", "Quote")}}, "id": id(nil)["selectors"].([]any)[0].(providertest.Object)["id"]}), "selectors"}, //nolint:forcetypeassert // The test data has this type.
		"null selector":                               {selectors(nil), "selectors"},
		"no actions":                                  {id(providertest.Object{"actions": []any{}}), "selectors.id.actions"},
		"null part of an identifier":                  {id(providertest.Object{"identifier": providertest.Object{"name": nil}}), "selectors.id.identifier"},
		"null part of an identifier with other parts": {id(providertest.Object{"identifier": providertest.Object{"name": nil, "path": "/"}}), "selectors.id.identifier"},
		"null part of a restriction": {
			selectors(providertest.Object{"policy": providertest.Object{
				"actions":              []any{providertest.AccessAction("default", "Any", "Policy")},
				"identity_restriction": providertest.Object{"scope": nil},
			}}), "selectors.policy.identity_restriction",
		},
		"empty identifier":          {id(providertest.Object{"identifier": providertest.Object{}}), "selectors.id.identifier"},
		"long selector name":        {id(providertest.Object{"name": strings.Repeat("a", 101)}), "selectors.id.name"},
		"long selector description": {id(providertest.Object{"description": strings.Repeat("a", 1025)}), "selectors.id.description"},
		"short scope of an action": {
			id(providertest.Object{"actions": []any{providertest.AccessAction("de", "Read", "Instrument")}}),
			"selectors.id.actions.scope",
		},
		"long activity": {
			id(providertest.Object{"actions": []any{providertest.AccessAction("default", strings.Repeat("a", 26), "Instrument")}}),
			"selectors.id.actions.activity",
		},
		"long entity": {
			id(providertest.Object{"actions": []any{providertest.AccessAction("default", "Read", strings.Repeat("a", 41))}}),
			"selectors.id.actions.entity",
		},
		"empty metadata key":        {metadata(providertest.Object{"metadata_key": ""}), "selectors.metadata.expressions.metadata_key"},
		"unknown metadata operator": {metadata(providertest.Object{"operator": "Undefined"}), "selectors.metadata.expressions.operator"},
		"no expressions": {
			selectors(providertest.Object{
				"metadata": providertest.Object{"expressions": []any{}, "actions": []any{providertest.AccessAction("default", "Read", "Quote")}},
			}),
			"selectors.metadata.expressions",
		},
		"no kind of restriction": {
			selectors(providertest.Object{
				"policy": providertest.Object{
					"actions":               []any{providertest.AccessAction("default", "Any", "Policy")},
					"restriction_selectors": []any{providertest.Object{}},
				},
			}),
			"selectors.policy.restriction_selectors",
		},
		"no actions in restriction": {
			selectors(providertest.Object{
				"policy": providertest.Object{
					"actions":               []any{providertest.AccessAction("default", "Any", "Policy")},
					"restriction_selectors": []any{providertest.Object{"match_all": providertest.Object{"actions": []any{}}}},
				},
			}),
			"selectors.policy.restriction_selectors.match_all.actions",
		},
		"no kind of date condition": {dates(providertest.Object{}), "date_conditions"},
		"word instead of an instant": {
			dates(providertest.Object{"effective_range": providertest.Object{"from": "today"}}),
			"date_conditions.effective_range.from",
		},
		"bound with two values": {
			dates(providertest.Object{
				"as_at_range": providertest.Object{
					"from": providertest.Object{"value": "AsAt=Latest", "date_time_offset": "2018-01-01T00:00:00Z"},
					"to":   bound,
				},
			}),
			"date_conditions.as_at_range.from",
		},
		"empty bound": {
			dates(providertest.Object{"as_at_range": providertest.Object{"from": bound, "to": providertest.Object{}}}),
			"date_conditions.as_at_range.to",
		},
		"short bound": {
			dates(providertest.Object{"as_at_range": providertest.Object{"from": bound, "to": providertest.Object{"value": "abcd"}}}),
			"date_conditions.as_at_range.to.value",
		},
		"unknown point in time": {relative(providertest.Object{"date": "Today"}), "date_conditions.as_at_relative.date"},
		"unknown unit":          {relative(providertest.Object{"unit": "Undefined"}), "date_conditions.as_at_relative.unit"},
		"unknown comparison": {
			relative(providertest.Object{"relative_to_date_time": "Undefined"}),
			"date_conditions.as_at_relative.relative_to_date_time",
		},
		"adjustment above 32 bits": {relative(providertest.Object{"adjustment": 1 << 31}), "date_conditions.as_at_relative.adjustment"},
		"unknown quality": {
			dates(providertest.Object{"effective_date_has_quality": providertest.Object{"quality": "Undefined"}}),
			"date_conditions.effective_date_has_quality.quality",
		},
		"no kind of request condition": {requests(providertest.Object{}), "request_conditions"},
		"two kinds of request condition": {
			requests(providertest.Object{
				"identity_scope": providertest.Object{"scope_name": "abc"},
				"via_api":        providertest.Object{"api_feature_codes": []string{"a"}, "operator": "In"},
			}),
			"request_conditions",
		},
		"empty header name": {header(providertest.Object{"header_name": ""}), "request_conditions.request_header.header_name"},
		"long header name": {
			header(providertest.Object{"header_name": strings.Repeat("a", 1025)}),
			"request_conditions.request_header.header_name",
		},
		"long header value":       {header(providertest.Object{"value": strings.Repeat("a", 4097)}), "request_conditions.request_header.value"},
		"unknown header operator": {header(providertest.Object{"operator": "Undefined"}), "request_conditions.request_header.operator"},
		"empty claim type": {
			requests(providertest.Object{"identity_claim": providertest.Object{"claim_type": "", "operator": "NotPresent"}}),
			"request_conditions.identity_claim.claim_type",
		},
		"short scope name": {
			requests(providertest.Object{"identity_scope": providertest.Object{"scope_name": "ab"}}),
			"request_conditions.identity_scope.scope_name",
		},
		"word instead of the start of the period": {
			providertest.AccessPolicyConfig(providertest.Object{"when": providertest.Object{"activate": "now"}}),
			"when.activate",
		},
		"template code with a slash": {
			providertest.AccessPolicyConfig(providertest.Object{
				"template_metadata": providertest.Object{"template_selection": []any{providertest.Object{"scope": "default", "code": "a/b"}}},
			}),
			"template_metadata.template_selection.code",
		},
		"date conditions for features": {
			providertest.AccessPolicyConfig(providertest.Object{
				"selectors":       []any{providertest.IDSelector("LUSID", "api-a-b", providertest.AccessAction("LUSID", "Execute", "Feature"))},
				"date_conditions": []any{providertest.Object{"effective_date_has_quality": providertest.Object{"quality": "IsBefore5pm"}}},
			}),
			"date_conditions",
		},
		"date conditions for features, effective range": {
			providertest.AccessPolicyConfig(providertest.Object{
				"selectors": []any{
					providertest.Object{"match_all": providertest.Object{"actions": []any{providertest.AccessAction("LUSID", "Execute", "Feature")}}},
				},
				"date_conditions": []any{providertest.Object{"effective_range": providertest.Object{"from": "2018-01-01T00:00:00Z"}}},
			}),
			"date_conditions",
		},
	} {
		t.Run(name, func(t *testing.T) { policies.Validate(test.config).MustFail(t, test.attribute) })
	}
	policies.Validate(everyKind()).MustBeQuiet(t)
	policies.Validate(selectors()).MustBeQuiet(t)
	// Validation accepts unknown values, because they may be valid at apply.
	date := []any{providertest.Object{"effective_date_has_quality": providertest.Object{"quality": providertest.Unknown}}}
	for name, config := range map[string]providertest.Object{
		"values of all attributes": {
			"code":               providertest.Unknown,
			"description":        providertest.Unknown,
			"applications":       providertest.Unknown,
			"grant":              providertest.Unknown,
			"selectors":          providertest.Unknown,
			"date_conditions":    date,
			"request_conditions": providertest.Unknown,
			"when":               providertest.Unknown,
			"template_metadata":  providertest.Unknown,
		},
		"selector": providertest.AccessPolicyConfig(providertest.Object{"selectors": []any{providertest.Unknown}, "date_conditions": date}),
		"selector of a known kind": providertest.AccessPolicyConfig(providertest.Object{
			"selectors":       []any{providertest.Object{"id": providertest.Unknown}},
			"date_conditions": date,
		}),
		"two kinds of a selector": selectors(providertest.Object{"id": providertest.Unknown, "match_all": providertest.Unknown}),
		"actions": providertest.AccessPolicyConfig(providertest.Object{
			"selectors":       []any{providertest.Object{"match_all": providertest.Object{"actions": providertest.Unknown}}},
			"date_conditions": date,
		}),
		"entity": providertest.AccessPolicyConfig(providertest.Object{
			"selectors": []any{
				providertest.Object{
					"match_all": providertest.Object{
						"actions": []any{providertest.Object{"scope": "LUSID", "activity": "Execute", "entity": providertest.Unknown}},
					},
				},
			},
			"date_conditions": date,
		}),
		"bound": dates(providertest.Object{
			"as_at_range": providertest.Object{"from": providertest.Object{"value": providertest.Unknown}, "to": providertest.Unknown},
		}),
		"instants": providertest.AccessPolicyConfig(providertest.Object{
			"when": providertest.Object{"activate": providertest.Unknown, "deactivate": providertest.Unknown},
		}),
	} {
		t.Run("unknown "+name, func(t *testing.T) {
			policies.Validate(config).MustBeQuiet(t)
			_, diags := policies.Plan(providertest.Instance{}, config)
			diags.MustBeQuiet(t)
		})
	}
}

func TestAccessPolicy_featureCode(t *testing.T) {
	t.Parallel()
	policies := providertest.NewMock(t, mockserver.Options{}).Protocol(t).Resource(providertest.AccessPolicyType)
	_, diags := policies.Plan(providertest.Instance{}, providertest.AccessPolicyConfig(providertest.Object{"selectors": []any{
		providertest.IDSelector("*", "MixedCase", providertest.AccessAction("default", "Read", "Instrument")),
		providertest.IDSelector("LUSID", "Api-Instruments-ListInstruments", providertest.AccessAction("LUSID", "Execute", "Feature")),
	}}))
	diags.MustWarn(t, "selectors.id.identifier", "not in lower case", "api-instruments-listinstruments")
}

// TestAccAccessPolicy_equivalentInstants configures instants in equivalent formats. The CLI refuses a plan whose value is
// neither in the configuration nor in the state.
func TestAccAccessPolicy_equivalentInstants(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	config := func(instant, never string) string {
		policy := everyKind()
		policy["when"] = providertest.Object{"activate": instant, "deactivate": never}
		policy["date_conditions"] = []any{
			providertest.Object{
				"effective_date_has_quality": providertest.Object{"quality": "IsBefore5pm"},
			}, providertest.Object{"effective_range": providertest.Object{"from": instant}},
		}
		delete(policy, "request_conditions")
		delete(policy, "template_metadata")
		return d.Config(fmt.Sprintf(
			"resource %q \"test\" %s\n",
			providertest.AccessPolicyType,
			strings.ReplaceAll(providertest.HCLValue(policy), "= <nil>", "= null"),
		))
	}
	w := providertest.NewWorkspace(t, config("2024-01-01T01:00:00.123456789+01:00", "9999-12-31T23:59:59Z"))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	d.Forget()
	w.Configure(config("2023-12-31T19:00:00.1234567-05:00", "9999-01-01T00:00:00Z"))
	w.MustPlanEmpty()
	w.Configure(strings.ReplaceAll(config("2024-01-01T00:00:00.1234567Z", "never"), `"never"`, "null"))
	w.MustPlanEmpty()
	w.MustRun("apply", "-auto-approve")
	if got := d.Counts()["access.UpdatePolicy"]; got != 0 {
		t.Errorf("equivalent instants: got %d updates, want none", got)
	}
	w.Configure(config("2024-01-01T00:00:00.1234567Z", "2099-01-01T00:00:00Z"))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
}
