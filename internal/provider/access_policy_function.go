package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var _ function.Function = (*accessPolicyFunction)(nil)

// accessPolicyFunction turns a policy document into the arguments of lusid_access_policy.
type accessPolicyFunction struct{}

// NewAccessPolicyFunction returns the function access_policy.
func NewAccessPolicyFunction() function.Function { return &accessPolicyFunction{} }

func (f *accessPolicyFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "access_policy"
}

func (f *accessPolicyFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The arguments of lusid_access_policy from a policy document",
		MarkdownDescription: "Returns an object with the arguments of `lusid_access_policy`, from a policy document in JSON, in the form of LUSID's web app and API. " +
			"If the document lacks an argument, the argument is null. If the document has a part that the resource has no argument for, the function reports an error.",
		Parameters: []function.Parameter{function.StringParameter{
			Name:                "json",
			MarkdownDescription: "Policy document in JSON, such as `file(\"policy.json\")`.",
		}},
		Return: function.ObjectReturn{AttributeTypes: accessPolicyArgumentTypes},
	}
}

// accessPolicyArguments are the arguments of lusid_access_policy that a document has.
type accessPolicyArguments struct {
	Code              types.String `tfsdk:"code"`
	Description       types.String `tfsdk:"description"`
	Applications      types.Set    `tfsdk:"applications"`
	Grant             types.String `tfsdk:"grant"`
	Selectors         types.List   `tfsdk:"selectors"`
	DateConditions    types.List   `tfsdk:"date_conditions"`
	RequestConditions types.List   `tfsdk:"request_conditions"`
	When              types.Object `tfsdk:"when"`
	TemplateMetadata  types.Object `tfsdk:"template_metadata"`
}

var accessPolicyArgumentTypes = map[string]attr.Type{
	"code":               types.StringType,
	"description":        types.StringType,
	"applications":       types.SetType{ElemType: types.StringType},
	"grant":              types.StringType,
	"selectors":          types.ListType{ElemType: accessSelectorType},
	"date_conditions":    types.ListType{ElemType: dateConditionType},
	"request_conditions": types.ListType{ElemType: requestConditionType},
	"when":               accessWhenType,
	"template_metadata":  templateMetadataType,
}

func (f *accessPolicyFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	policy, err := parsePolicyDocument(text)
	if err != nil {
		// Terraform puts the error into a sentence and adds the full stop.
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	arguments, diags := newAccessPolicyArguments(ctx, policy)
	if diags.HasError() {
		resp.Error = function.NewArgumentFuncError(0, strings.TrimSuffix(diags.Errors()[0].Detail(), "."))
		return
	}
	resp.Error = resp.Result.Set(ctx, arguments)
}

// policyDocumentFields are all fields of a policy document. LUSID returns the last two instead of a code.
var policyDocumentFields = []string{
	"code", "description", "applications", "grant", "selectors", "for", "if", "how", "when", "templateMetadata",
	"id", "links",
}

// parsePolicyDocument reads a policy as a request has it, or a response.
func parsePolicyDocument(text string) (*access.PolicyResponse, error) {
	document := []byte(strings.TrimPrefix(text, "\ufeff"))
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(document, &fields); err != nil {
		return nil, explainJSON(err)
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(policyDocumentFields, field) {
			return nil, fmt.Errorf("the document has %q, which is not a part of a policy. A policy has %s",
				field, strings.Join(policyDocumentFields[:len(policyDocumentFields)-2], ", "))
		}
	}
	var code struct {
		Code string `json:"code"`
	}
	policy := new(access.PolicyResponse)
	if err := errors.Join(json.Unmarshal(document, &code), json.Unmarshal(document, policy)); err != nil {
		return nil, explainJSON(err)
	}
	if len(policy.Unmodelled) > 0 {
		return nil, fmt.Errorf("the document has a part that lusid_access_policy has no argument for: %s", strings.Join(policy.Unmodelled, ", "))
	}
	if field := policy.MissingElementField(); field != "" {
		return nil, fmt.Errorf("the document has no %q", field)
	}
	if scope := policy.ID.Scope; scope != "" && scope != access.DefaultScope {
		return nil, fmt.Errorf("the document has the scope %q, and lusid_access_policy creates policies in the scope %s. To copy the policy, remove the scope", scope, access.DefaultScope)
	}
	if code.Code != "" && policy.ID.Code != "" && code.Code != policy.ID.Code {
		return nil, fmt.Errorf("the document has two codes: %q, and %q in its id", code.Code, policy.ID.Code)
	}
	if code.Code != "" {
		policy.ID.Code = code.Code
	}
	return policy, nil
}

// explainJSON says what is wrong with a document.
func explainJSON(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return fmt.Errorf("the document is a JSON %s, and a policy is an object", wrong.Value)
		}
		// The path has the names of Go types too, which begin with a capital.
		names := slices.DeleteFunc(strings.Split(wrong.Field, "."), func(name string) bool { return strings.ToLower(name[:1]) != name[:1] })
		return fmt.Errorf("the document has a JSON %s at %q, where a policy has something else", wrong.Value, strings.Join(names, "."))
	}
	return fmt.Errorf("the document is not readable JSON: %w", err)
}

// newAccessPolicyArguments leaves null what the document lacks.
func newAccessPolicyArguments(ctx context.Context, policy *access.PolicyResponse) (accessPolicyArguments, diag.Diagnostics) {
	var m accessPolicyModel
	diags := m.fromAPI(ctx, policy)
	arguments := accessPolicyArguments{
		Code:              stringOrNull(policy.ID.Code),
		Description:       m.Description,
		Applications:      m.Applications,
		Grant:             m.Grant,
		Selectors:         m.Selectors,
		DateConditions:    m.DateConditions,
		RequestConditions: m.RequestConditions,
		When:              m.When,
		TemplateMetadata:  m.TemplateMetadata,
	}
	if policy.Selectors == nil {
		arguments.Selectors = types.ListNull(accessSelectorType)
	}
	return arguments, diags
}
