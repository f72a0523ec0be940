package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

const generatedPolicyType = "lusid_access_generated_policy"

func TestAccessPolicyTemplate_dataSources(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	createTemplate(t, d, "second", templatedAll("Data"))
	createTemplate(t, d, "first")
	p := d.Protocol(t)
	d.Forget()
	one := p.MustData(providertest.AccessPolicyTemplateType, providertest.Object{"code": "second"})
	one.MustHave(t, map[string]string{"id": "default/second", "scope": "default", "display_name": "T", "description": "null"})
	all := p.MustData("lusid_access_policy_templates", nil)
	if text := all.Attributes["access_policy_templates"].String(); !strings.Contains(text, "default/first") ||
		strings.Index(text, "default/first") > strings.Index(text, "default/second") {
		t.Errorf("got the templates %s, want default/first before default/second", text)
	}
	d.MustCount(t, map[string]int{"access.GetPolicyTemplate": 1, "access.ListPolicyTemplates": 1})
	_, diags := p.Data(providertest.AccessPolicyTemplateType, providertest.Object{"code": "missing", "scope": "support"})
	diags.MustFail(t, "code", "support/missing", "(878)")
}

func TestAccessPolicyTemplate_list(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	createTemplate(t, d, "acme-one", templatedAll("Data"))
	createTemplate(t, d, "other")
	templates := d.Protocol(t).Resource(providertest.AccessPolicyTemplateType)
	for query, want := range map[string]struct {
		config providertest.Object
		n      int
	}{
		"all": {nil, 2}, "prefix": {providertest.Object{"code_prefix": "acme-"}, 1}, "scope": {providertest.Object{"scope": "support"}, 0},
	} {
		results, diags := templates.List(want.config, 0, true)
		diags.MustBeQuiet(t)
		if len(results) != want.n {
			t.Errorf("query %s: got %d results, want %d", query, len(results), want.n)
		}
	}
}

func TestAccessGeneratedPolicy(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	createTemplate(t, d, "read-all", templatedAll("Data"), templatedAll("Feature"))
	p := d.Protocol(t)
	d.Forget()
	config := providertest.Object{
		"template_selection":   []any{providertest.Object{"code": "read-all", "selector_tags": []string{"Data"}}},
		"additional_selectors": []any{providertest.IDSelector("a-scope", "*", providertest.AccessAction("default", "Read", "Quote"))},
	}
	generated := p.MustData(generatedPolicyType, config)
	d.MustCount(t, map[string]int{"access.GeneratePolicyFromTemplate": 1})
	var selectors []tftypes.Value
	if err := generated.Attributes["selectors"].As(&selectors); err != nil || len(selectors) != 2 || !strings.Contains(selectors[1].String(), "a-scope") {
		t.Errorf("got %d selectors and the error %v, want 2 selectors with a-scope in the second", len(selectors), err)
	}

	// After a lost response, the provider retries the request, because LUSID stores nothing.
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.GeneratePolicyFromTemplate", Reset: mockserver.ResetAfter})
	p.MustData(generatedPolicyType, config)

	for attribute, config := range map[string]providertest.Object{
		"template_selection":      {"template_selection": []any{}},
		"template_selection.code": {"template_selection": []any{providertest.Object{"code": "a/b"}}},
		"additional_selectors":    {"template_selection": []any{providertest.Object{"code": "read-all"}}, "additional_selectors": []any{providertest.Object{}}},
		"additional_selectors.match_all.actions": {"template_selection": []any{providertest.Object{"code": "read-all"}}, "additional_selectors": []any{
			providertest.Object{"match_all": providertest.Object{"actions": []any{}}},
		}},
	} {
		_, diags := p.Data(generatedPolicyType, config)
		diags.MustFail(t, attribute)
	}
	_, diags := p.Data(generatedPolicyType, providertest.Object{"template_selection": []any{providertest.Object{"code": "missing"}}})
	diags.MustFail(t, "template_selection", "Unable to generate an access policy", "(878)", "Check its scope and code")
}

// TestAccessGeneratedPolicy_noSelectors uses tags that no selector of the template has, and a template without selectors.
func TestAccessGeneratedPolicy_noSelectors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	createTemplate(t, d, "read-all", templatedAll("Data"))
	createTemplate(t, d, "empty")
	p := d.Protocol(t)
	d.Forget()
	mistyped := []any{providertest.Object{"code": "read-all", "selector_tags": []string{"Dat", "Feature"}}}
	const why = "No selector of the template default/read-all has one of the tags Dat, Feature."
	for name, test := range map[string]struct {
		config providertest.Object
		words  []string
	}{
		"mistyped tags": {providertest.Object{"template_selection": mistyped}, []string{why, "grant or deny nothing", "lusid_access_policy_template"}},
		"two templates": {
			providertest.Object{"template_selection": append(mistyped, providertest.Object{"code": "empty"})},
			[]string{why, "The template default/empty has no selectors.", "grant or deny nothing"},
		},
		"additional selectors": {
			providertest.Object{"template_selection": mistyped, "additional_selectors": []any{
				providertest.IDSelector("a-scope", "*", providertest.AccessAction("default", "Read", "Quote")),
			}},
			[]string{why, "additional selectors only"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := p.Data(generatedPolicyType, test.config)
			diags.MustWarn(t, "template_selection", test.words...)
		})
	}
	p.MustData(generatedPolicyType, providertest.Object{"template_selection": append(mistyped, providertest.Object{"code": "read-all"})})
	d.MustCount(t, map[string]int{"access.GeneratePolicyFromTemplate": 4})
}

// TestAccessGeneratedPolicy_unmodelled lets LUSID generate a selector that no argument can express.
func TestAccessGeneratedPolicy_unmodelled(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	createTemplate(t, d, "read-all", templatedAll("Data"))
	w.Set(func(_ *http.Request, body any) any {
		if generated, ok := body.(providertest.JSONObject); ok && generated["selectors"] != nil {
			generated["selectors"] = []any{providertest.JSONObject{"newSelectorDefinition": providertest.JSONObject{"a": 1}}}
		}
		return body
	})
	_, diags := d.Protocol(t).Data(generatedPolicyType, providertest.Object{"template_selection": []any{providertest.Object{"code": "read-all"}}})
	diags.MustFail(t, "", "selectors[0].newSelectorDefinition", "would lack it")
}

// TestAccAccessGeneratedPolicy applies a template and a policy that is generated from the template. A change of the
// template also updates the policy.
func TestAccAccessGeneratedPolicy(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	example := providertest.ReadText(t, "../../examples/resources/lusid_access_policy_template/resource.tf")
	w := providertest.NewWorkspace(t, d.Config(example))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	w.Configure(d.Config(strings.ReplaceAll(example, `"Read", "List"`, `"Read"`)))
	d.Forget()
	w.MustRun("apply", "-auto-approve")
	if counts := d.Counts(); counts["access.UpdatePolicyTemplate"] != 1 || counts["access.UpdatePolicy"] != 1 {
		t.Errorf("got the requests %v, want one update of the template and one of the policy", counts)
	}
	w.MustPlanEmpty()
	w.MustRun("destroy", "-auto-approve")
}
