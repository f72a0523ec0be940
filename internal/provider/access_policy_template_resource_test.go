package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// templatedAll returns a selector of a template as LUSID stores it. It selects all portfolios.
func templatedAll(tag string) providertest.JSONObject {
	return providertest.JSONObject{"application": "LUSID", "tag": tag, "selector": providertest.JSONObject{
		"matchAllSelectorDefinition": providertest.JSONObject{"actions": []any{storedAction("default", "Any", "Portfolio")}},
	}}
}

// createTemplate creates a policy template outside Terraform.
func createTemplate(t *testing.T, d providertest.Domain, code string, selectors ...any) {
	t.Helper()
	d.MustCall(t, http.MethodPost, providertest.AccessAPI+"/policytemplates", providertest.JSONObject{
		"code": code, "displayName": "T", "description": "", "templatedSelectors": append([]any{}, selectors...),
	}, nil)
}

func TestAccessPolicyTemplate_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	templates := d.Protocol(t).Resource(providertest.AccessPolicyTemplateType)
	config := providertest.AccessPolicyTemplateConfig()
	made := templates.MustCreate(config)
	d.MustCount(t, map[string]int{"access.ListPolicyTemplates": 1, "access.CreatePolicyTemplate": 1})
	made.MustHave(t, map[string]string{"id": "default/read-instruments", "scope": "default"})
	if diff := cmp.Diff(map[string]string{"scope": "default", "code": "read-instruments"}, templates.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	want := providertest.JSONObject{
		"displayName": "Read instruments", "description": "Call ListInstruments",
		"templatedSelectors": []any{
			providertest.JSONObject{"application": "LUSID", "tag": "Feature", "selector": storedIDSelector(
				"LUSID", "api-instruments-listinstruments", storedAction("LUSID", "Execute", "Feature"))},
			providertest.JSONObject{"application": "LUSID", "tag": "Data", "selector": storedIDSelector("*", "*", storedAction("default", "Read", "Instrument"))},
		},
	}
	if diff := cmp.Diff(want, d.StoredPolicyTemplate(t, "read-instruments")); diff != "" {
		t.Fatalf("LUSID has (-want +got):\n%s", diff)
	}
	d.Forget()
	read := templates.MustRead(made)
	templates.MustPlanNothing(read, config)
	d.MustCount(t, map[string]int{"access.GetPolicyTemplate": 1})

	all := []any{providertest.Object{"application": "Drive", "tag": "Other", "selector": providertest.Object{
		"match_all": providertest.Object{"actions": []any{providertest.AccessAction("default", "Any", "Portfolio")}},
	}}}
	for _, change := range []struct {
		attribute string
		value     any
		updates   int
	}{
		{"display_name", "Other", 1}, {"description", "", 1}, {"description", nil, 0}, {"templated_selectors", all, 1}, {"templated_selectors", []any{}, 1},
	} {
		d.Forget()
		config = providertest.With(config, change.attribute, change.value)
		read = templates.MustRead(mustUpdate(t, templates, read, config))
		templates.MustPlanNothing(read, config)
		if got := d.Counts()["access.UpdatePolicyTemplate"]; got != change.updates {
			t.Errorf("change of %s: got %d updates, want %d", change.attribute, got, change.updates)
		}
	}
	change, diags := templates.Plan(read, providertest.With(config, "code", "other"))
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"code"}, change.Replaces); diff != "" {
		t.Errorf("attributes that force a new resource (-want +got):\n%s", diff)
	}
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/policytemplates/read-instruments", nil, nil)
	if d.Protocol(t).Resource(providertest.AccessPolicyTemplateType).MustRead(read).Exists() {
		t.Error("the read kept a deleted template in the state, want it removed")
	}
	templates.Destroy(read).MustBeQuiet(t)
}

// TestAccessPolicyTemplate_selectorOrder lets LUSID return the selectors in another order. This is not a change.
func TestAccessPolicyTemplate_selectorOrder(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	templates := d.Protocol(t).Resource(providertest.AccessPolicyTemplateType)
	config := providertest.AccessPolicyTemplateConfig()
	made := templates.MustCreate(config)
	w.Set(func(_ *http.Request, body any) any {
		if template, ok := body.(providertest.JSONObject); ok && template["templatedSelectors"] != nil {
			slices.Reverse(template["templatedSelectors"].([]any)) //nolint:forcetypeassert // The test data has this type.
		}
		return body
	})
	templates.MustPlanNothing(templates.MustRead(made), config)
}

func TestAccessPolicyTemplate_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	templates := d.Protocol(t).Resource(providertest.AccessPolicyTemplateType)
	createTemplate(t, d, "1 a+b", templatedAll("Data"))
	config := providertest.Object{"code": "1 a+b", "display_name": "T", "templated_selectors": []any{
		providertest.Object{"application": "LUSID", "tag": "Data", "selector": providertest.Object{
			"match_all": providertest.Object{"actions": []any{providertest.AccessAction("default", "Any", "Portfolio")}},
		}},
	}}
	for _, key := range []string{"1 a+b", "default/1 a+b"} {
		imported, diags := templates.ImportState(key)
		diags.MustBeQuiet(t)
		templates.MustPlanNothing(imported, config)
	}
	for _, identity := range []providertest.Object{{"code": "1 a+b"}, {"scope": "default", "code": "1 a+b"}} {
		imported, diags := templates.ImportIdentity(identity)
		diags.MustBeQuiet(t)
		imported.MustHave(t, map[string]string{"id": "default/1 a+b"})
	}
	_, diags := templates.ImportState("a/b/c")
	diags.MustFail(t, "", "Unable to import access policy template", "scope/code")
}

// TestAccessPolicyTemplate_otherScope plans an update of a template in another scope. The provider refuses it, because
// LUSID's update has no scope.
func TestAccessPolicyTemplate_otherScope(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
		return w.Front(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "scope=support", "scope=default")
			mock.ServeHTTP(rw, r)
		}))
	})
	createTemplate(t, d, "shipped", templatedAll("Data"))
	w.Set(func(_ *http.Request, body any) any {
		if template, ok := body.(providertest.JSONObject); ok && template["code"] != nil {
			template["scope"] = "support"
		}
		return body
	})
	templates := d.Protocol(t).Resource(providertest.AccessPolicyTemplateType)
	imported, diags := templates.ImportState("support/shipped")
	diags.MustBeQuiet(t)
	config := providertest.Object{"code": "shipped", "display_name": "Other", "templated_selectors": []any{}}
	_, diags = templates.Plan(imported, config)
	diags.MustFail(t, "", "Unable to update access policy template support/shipped", "only templates of the scope default")
}

func TestAccessPolicyTemplate_taken(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	createTemplate(t, d, "read-instruments")
	made, diags := d.Protocol(t).Resource(providertest.AccessPolicyTemplateType).Create(providertest.AccessPolicyTemplateConfig())
	if made.Exists() {
		t.Error("the failed create left an object in the state, want none")
	}
	diags.MustFail(t, "code", "Unable to create access policy template", "(877)",
		"import {\n  to = lusid_access_policy_template.NAME\n  id = \"default/read-instruments\"\n}")
}

func TestAccessPolicyTemplate_lostResponse(t *testing.T) {
	t.Parallel()
	for _, fault := range []mockserver.Fault{{Reset: mockserver.ResetAfter}, {Status: 500, AfterWrite: true}, {Truncate: true}} {
		d := providertest.NewMock(t, mockserver.Options{ListLag: 3})
		fault.Operation = "access.CreatePolicyTemplate"
		d.Mock.InjectFault(fault)
		templates := d.Protocol(t).Resource(providertest.AccessPolicyTemplateType)
		config := providertest.AccessPolicyTemplateConfig()
		made, diags := templates.Create(config)
		diags.MustWarn(t, "", "The response to the creation of access policy template read-instruments was lost", "this run or another run created it")
		d.MustCount(t, map[string]int{"access.ListPolicyTemplates": 1, "access.CreatePolicyTemplate": 1, "access.GetPolicyTemplate": 1})
		templates.MustPlanNothing(templates.MustRead(made), config)
	}
}

func TestAccessPolicyTemplate_changedAfterPlan(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	templates := d.Protocol(t).Resource(providertest.AccessPolicyTemplateType)
	made := templates.MustCreate(providertest.AccessPolicyTemplateConfig())
	planned, diags := templates.Plan(made, providertest.AccessPolicyTemplateConfig(providertest.Object{"description": "Other"}))
	diags.MustBeQuiet(t)
	d.ChangePolicyTemplate(t, "read-instruments", providertest.JSONObject{"displayName": "Elsewhere"})
	d.Forget()
	_, diags = templates.Apply(planned)
	diags.MustFail(t, "", "Unable to update", "changed in LUSID after the plan was made")
	d.MustCount(t, map[string]int{"access.GetPolicyTemplate": 1})
}

// TestAccessPolicyTemplate_unmodelled imports a template with a part that the schema cannot express. An update would erase
// the part, so the provider refuses it.
func TestAccessPolicyTemplate_unmodelled(t *testing.T) {
	t.Parallel()
	for part, add := range map[string]func(template providertest.JSONObject){
		"templatedSelectors[1].selector.newSelectorDefinition": func(template providertest.JSONObject) {
			template["templatedSelectors"] = []any{templatedAll("Data"), providertest.JSONObject{
				"application": "LUSID", "tag": "Data", "selector": providertest.JSONObject{"newSelectorDefinition": providertest.JSONObject{"a": 1}},
			}}
		},
		"templatedSelectors[0].level": func(template providertest.JSONObject) {
			template["templatedSelectors"].([]any)[0].(providertest.JSONObject)["level"] = 5 //nolint:forcetypeassert // The test data has this type.
		},
	} {
		var w providertest.Rewriter
		d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
		createTemplate(t, d, "with-more", templatedAll("Data"))
		w.Set(func(_ *http.Request, body any) any {
			if template, ok := body.(providertest.JSONObject); ok && template["templatedSelectors"] != nil {
				add(template)
			}
			return body
		})
		p := d.Protocol(t)
		templates := p.Resource(providertest.AccessPolicyTemplateType)
		imported, diags := templates.ImportState("with-more")
		diags.MustBeQuiet(t)
		config := providertest.Object{"code": "with-more", "display_name": "T", "templated_selectors": []any{
			providertest.Object{"application": "LUSID", "tag": "Data", "selector": providertest.Object{
				"match_all": providertest.Object{"actions": []any{providertest.AccessAction("default", "Any", "Portfolio")}},
			}},
		}}
		templates.MustPlanNothing(imported, config)
		_, diags = templates.Plan(imported, providertest.With(config, "display_name", "New"))
		diags.MustFail(t, "", "Unable to update access policy template default/with-more", ": "+part+".", "erase")
		_, diags = templates.Plan(imported, nil)
		diags.MustWarn(t, "", "default/with-more has a part", part, "deletes it")
		_, diags = templates.Plan(providertest.Instance{Private: imported.Private}, config)
		diags.MustWarn(t, "", "The access policy template to be replaced has a part", part)
		_, diags = p.Data(providertest.AccessPolicyTemplateType, providertest.Object{"code": "with-more"})
		diags.MustWarn(t, "", "default/with-more is left out", part)
	}
}

func TestAccessPolicyTemplate_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	config := providertest.AccessPolicyTemplateConfig()
	made := d.Protocol(t).Resource(providertest.AccessPolicyTemplateType).MustCreate(config)
	for code, attribute := range map[int]string{606: "", 607: "templated_selectors", 608: "templated_selectors", 611: "templated_selectors", 878: ""} {
		refused := providertest.NewMockBehind(t, mockserver.Options{}, func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(http.StatusBadRequest)
				_, _ = fmt.Fprintf(w, `{"name":"N","code":%d,"title":"Refused"}`, code)
			})
		})
		_, diags := refused.Protocol(t).Resource(providertest.AccessPolicyTemplateType).Create(config)
		diags.MustFail(t, attribute, "Unable to create access policy template", fmt.Sprintf("(%d)", code))
	}
	providertest.MustRefuseOtherDomain(t, d, providertest.AccessPolicyTemplateType, made, config, "default/read-instruments")
	providertest.MustDoWithoutCredentials(t, d, providertest.AccessPolicyTemplateType, made, config)
}

func TestAccessPolicyTemplate_validation(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	templates := d.Protocol(t).Resource(providertest.AccessPolicyTemplateType)
	action := []any{providertest.AccessAction("default", "Any", "Portfolio")}
	all := providertest.Object{"actions": action}
	for attribute, config := range map[string]providertest.Object{
		"code":                         providertest.AccessPolicyTemplateConfig(providertest.Object{"code": "a/b"}),
		"display_name":                 providertest.AccessPolicyTemplateConfig(providertest.Object{"display_name": ""}),
		"templated_selectors":          providertest.AccessPolicyTemplateConfig(providertest.Object{"templated_selectors": []any{nil}}),
		"templated_selectors.selector": templating(providertest.Object{"match_all": all, "metadata": providertest.Object{"actions": action, "expressions": []any{providertest.Object{"metadata_key": "k", "operator": "In"}}}}),
		"templated_selectors.selector.id.identifier": templating(providertest.Object{"id": providertest.Object{"identifier": providertest.Object{"scope": nil}, "actions": action}}),
		"templated_selectors.selector.policy.restriction_selectors.match_all.actions": templating(providertest.Object{"policy": providertest.Object{
			"actions": action, "restriction_selectors": []any{providertest.Object{"match_all": providertest.Object{"actions": []any{}}}},
		}}),
	} {
		templates.Validate(config).MustFail(t, attribute)
	}
	for _, config := range []providertest.Object{
		{"code": providertest.Unknown, "display_name": providertest.Unknown, "description": providertest.Unknown, "templated_selectors": providertest.Unknown},
		templating(providertest.Object{"id": providertest.Unknown, "match_all": providertest.Unknown}),
	} {
		templates.Validate(config).MustBeQuiet(t)
		_, diags := templates.Plan(providertest.Instance{}, config)
		diags.MustBeQuiet(t)
	}
	_, diags := templates.Plan(providertest.Instance{}, templating(
		providertest.IDSelector("LUSID", "Api-A-B", providertest.AccessAction("LUSID", "Execute", "Feature"))))
	diags.MustWarn(t, "templated_selectors.selector.id.identifier", "not in lower case", "api-a-b")
}
