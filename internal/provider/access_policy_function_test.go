package provider_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// policyDocuments is a directory with policies as JSON documents of LUSID's web app.
const policyDocuments = scenariosDirectory + "/policies-from-the-web-app/policies"

// accessPolicyOf calls the function access_policy. The failure is empty if the call succeeds.
func accessPolicyOf(t *testing.T, p *providertest.Protocol, document string) (arguments providertest.Object, failure string) {
	t.Helper()
	definition := p.Schema.Functions["access_policy"]
	argument, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, document))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.Server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{
		Name:      "access_policy",
		Arguments: []*tfprotov6.DynamicValue{&argument},
	})
	if err != nil {
		t.Fatal(err)
	}
	if resp.Error != nil {
		return nil, resp.Error.Text
	}
	result, err := resp.Result.Unmarshal(definition.Return.Type)
	if err != nil {
		t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	if err := result.As(&attributes); err != nil {
		t.Fatal(err)
	}
	arguments = providertest.Object{}
	for name, value := range attributes {
		arguments[name] = value
	}
	return arguments, ""
}

// comparablePolicy returns a policy in a form in which equal policies compare equal. It sorts sets, and removes the id and
// an end in the year 9999.
func comparablePolicy(t *testing.T, document string) providertest.JSONObject {
	t.Helper()
	var policy providertest.JSONObject
	if err := json.Unmarshal([]byte(document), &policy); err != nil {
		t.Fatal(err)
	}
	delete(policy, "id")
	if when, ok := policy["when"].(providertest.JSONObject); ok {
		if end, _ := when["deactivate"].(string); strings.HasPrefix(end, "9999-") {
			delete(when, "deactivate")
		}
	}
	var order func(value any)
	order = func(value any) {
		switch value := value.(type) {
		case providertest.JSONObject:
			for name, element := range value {
				order(element)
				if list, ok := element.([]any); ok && (name == "actions" || name == "applications") {
					slices.SortFunc(list, func(a, b any) int { return strings.Compare(providertest.JSONText(t, a), providertest.JSONText(t, b)) })
				}
			}
		case []any:
			for _, element := range value {
				order(element)
			}
		}
	}
	order(policy)
	return policy
}

// TestAccessPolicy_documents creates a policy from each document. LUSID then has the same policy as the document.
func TestAccessPolicy_documents(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	policies := p.Resource(providertest.AccessPolicyType)
	files, err := filepath.Glob(filepath.Join(policyDocuments, "*.json"))
	if err != nil || len(files) < 8 {
		t.Fatalf("got %d documents and the error %v, want at least 8 documents", len(files), err)
	}
	for _, file := range files {
		document := providertest.ReadText(t, file)
		config, failure := accessPolicyOf(t, p, document)
		if failure != "" {
			t.Errorf("%s: got the error %q, want none", file, failure)
			continue
		}
		made := policies.MustCreate(config)
		policies.MustPlanNothing(policies.MustRead(made), config)
		want := comparablePolicy(t, document)
		code, _ := want["code"].(string)
		delete(want, "code")
		var stored providertest.JSONObject
		d.MustCall(t, http.MethodGet, providertest.AccessAPI+"/policies/"+code, nil, &stored)
		if diff := cmp.Diff(want, comparablePolicy(t, providertest.JSONText(t, stored))); diff != "" {
			t.Errorf("%s: LUSID has (-want +got):\n%s", file, diff)
		}
		// The function also accepts LUSID's response as a document.
		again, failure := accessPolicyOf(t, p, providertest.JSONText(t, stored))
		if failure != "" {
			t.Errorf("LUSID's response for %s: got the error %q, want none", file, failure)
			continue
		}
		policies.MustPlanNothing(policies.MustRead(made), again)
	}
}

func TestAccessPolicy_function(t *testing.T) {
	t.Parallel()
	p := providertest.NewProtocol(t)
	for document, want := range map[string]map[string]string{
		`{}`: {
			"code": "null", "description": "null", "applications": "null", "grant": "null", "selectors": "null", "when": "null",
		},
		"\ufeff" + `{"id":{"scope":"default","code":"abc"},"grant":"Deny","applications":["b","a"],"links":[{}],"how":null}`: {
			"code": "abc", "grant": "Deny", "applications": "a,b",
		},
	} {
		arguments, failure := accessPolicyOf(t, p, document)
		if failure != "" {
			t.Errorf("%s: got the error %q, want none", document, failure)
			continue
		}
		got := providertest.Instance{Attributes: map[string]tftypes.Value{}}
		for name, value := range arguments {
			got.Attributes[name], _ = value.(tftypes.Value)
		}
		got.MustHave(t, want)
		schema := p.Schema.ResourceSchemas[providertest.AccessPolicyType]
		for name := range maps.Keys(arguments) {
			isArgument := func(a *tfprotov6.SchemaAttribute) bool { return a.Name == name }
			if !slices.ContainsFunc(schema.Block.Attributes, isArgument) {
				t.Errorf("the function returned the argument %s, want only arguments of the resource", name)
			}
		}
		if len(arguments) != len(schema.Block.Attributes)-3 {
			t.Errorf("got %d arguments, want %d: all attributes of the resource except id, scope and timeouts",
				len(arguments), len(schema.Block.Attributes)-3)
		}
	}
	for document, want := range map[string]string{
		``:                              "the document is not readable JSON",
		`{"code":`:                      "the document is not readable JSON",
		`[]`:                            "the document is a JSON array",
		`{"code":5}`:                    `a JSON number at "code"`,
		`{"selectors":{}}`:              `a JSON object at "selectors"`,
		`{"Code":"abc"}`:                `"Code", which is not a part of a policy`,
		`{"how":{"type":"Mask"}}`:       "no argument for: how",
		`{"selectors":[{"a":{"b":1}}]}`: "no argument for: selectors[0].a",
		`{"id":{"scope":"support","code":"abc"}}`:                           `has the scope "support"`,
		`{"id":{"scope":"default","code":"abc"},"code":"abd"}`:              `has two codes: "abd", and "abc"`,
		`{"when":{"deactivate":"2027-06-01"}}`:                              `instant "2027-06-01" is not in RFC 3339`,
		`{"when":{"activate":"2027-06-01 00:00:00Z"}}`:                      `instant "2027-06-01 00:00:00Z" is not`,
		`{"for":[{"effectiveRange":{"to":"2027-06-01"}}]}`:                  `instant "2027-06-01" is not`,
		`{"selectors":[{"matchAllSelectorDefinition":{"actions":[null]}}]}`: `has no "selectors[0].actions[0].scope"`,
	} {
		if _, failure := accessPolicyOf(t, p, document); !strings.Contains(failure, want) {
			t.Errorf("%s: got %q, want %q", document, failure, want)
		} else if strings.HasSuffix(failure, ".") {
			t.Errorf("%s: got %q, want no full stop at the end, because Terraform adds one", document, failure)
		}
	}
}

// TestAccessPolicy_functionLateInstant reads an end whose year in UTC is 10000, which RFC 3339 cannot write. It means
// that there is no end.
func TestAccessPolicy_functionLateInstant(t *testing.T) {
	t.Parallel()
	p := providertest.NewProtocol(t)
	for _, document := range []string{
		`{"when":{"activate":"2027-01-01T00:00:00Z","deactivate":"9999-12-31T23:59:59-05:00"}}`,
		`{"for":[{"effectiveRange":{"from":"9999-12-31T23:59:59-05:00"}}]}`,
		`{"templateMetadata":{"buildAsAt":"9999-12-31T23:59:59-05:00","templateSelection":[{"scope":"default","code":"abc"}]}}`,
	} {
		if _, failure := accessPolicyOf(t, p, document); failure != "" {
			t.Errorf("%s: got the error %s", document, failure)
		}
	}
}
