package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// listsWithMembers are all lists of IDs and objects in responses. The test replaces MEMBER in the body with
// another element. missing is the field in the error.
var listsWithMembers = map[string]struct {
	read          func(context.Context, *access.Client) error
	body, missing string
}{
	"policies of a role": {getRole, heldByRole(`"policies":[{"code":"abc"},MEMBER]`), "resource.policyIdRoleResource.policies[1].code"},
	"policy collections of a role": {
		getRole, heldByRole(`"policyCollections":[{"code":"abc"},MEMBER]`), "resource.policyIdRoleResource.policyCollections[1].code",
	},
	"supervised roles": {
		getRole, `{"id":{"code":"abc"},"resource":{"nonTransitiveSupervisorRoleResource":{"roles":[MEMBER,{"code":"abc"}]}}}`,
		"resource.nonTransitiveSupervisorRoleResource.roles[0].code",
	},
	"policies of a user role": {getUserRole, heldByRole(`"policies":[MEMBER]`), "resource.policyIdRoleResource.policies[0].code"},
	"policy collections of a user role": {
		getUserRole, heldByRole(`"policies":[],"policyCollections":[MEMBER]`), "resource.policyIdRoleResource.policyCollections[0].code",
	},
	"policies of a collection":    {getPolicyCollection, `{"id":{"code":"abc"},"policies":[MEMBER]}`, "policies[0].code"},
	"collections of a collection": {getPolicyCollection, `{"id":{"code":"abc"},"policies":null,"policyCollections":[MEMBER]}`, "policyCollections[0].code"},
	"actions of an id selector": {
		getPolicy, policyWith(`{"idSelectorDefinition":{"identifier":{"code":null},"actions":[` + anAction + `,MEMBER]}}`), "selectors[0].actions[1].scope",
	},
	"actions of everything":           {getPolicy, policyWith(`{"matchAllSelectorDefinition":{"actions":[MEMBER]}}`), "selectors[0].actions[0].scope"},
	"actions of a metadata selector":  {getPolicy, policyWith(`{"metadataSelectorDefinition":{"expressions":[],"actions":[MEMBER]}}`), "selectors[0].actions[0].scope"},
	"expressions":                     {getPolicy, policyWith(`{"metadataSelectorDefinition":{"expressions":[MEMBER],"actions":[]}}`), "selectors[0].expressions[0].metadataKey"},
	"actions of a policy selector":    {getPolicy, policyWith(`{"policySelectorDefinition":{"actions":[MEMBER]}}`), "selectors[0].actions[0].scope"},
	"actions of a restriction":        {getPolicy, policyWith(`{"policySelectorDefinition":{"restrictionSelectors":[{"matchAllSelectorDefinition":{"actions":[MEMBER]}}]}}`), "selectors[0].restrictionSelectors[0].actions[0].scope"},
	"features of a request condition": {getPolicy, `{"id":{"code":"abc"},"if":[{"ifViaApiExpression":{"operator":"x","apiFeatureCodes":["a",NULL]}}]}`, "if[0].ifViaApiExpression.apiFeatureCodes[1].code"},
	"templates of a policy":           {getPolicy, `{"id":{"code":"abc"},"templateMetadata":{"templateSelection":[MEMBER]}}`, "templateMetadata.templateSelection[0].code"},
	"selectors of a template": {
		getPolicyTemplate, `{"code":"abc","templatedSelectors":[{"selector":{"matchAllSelectorDefinition":{"actions":[]}}}]}`, "templatedSelectors[0].application",
	},
	"actions of a template": {
		getPolicyTemplate, `{"code":"abc","templatedSelectors":[{"application":"A","tag":"T","selector":{"matchAllSelectorDefinition":{"actions":[MEMBER]}}}]}`,
		"templatedSelectors[0].actions[0].scope",
	},
	"actions of a generated policy":   {generatePolicy, `{"selectors":[{"matchAllSelectorDefinition":{"actions":[MEMBER]}}]}`, "selectors[0].actions[0].scope"},
	"templates of a generated policy": {generatePolicy, `{"selectors":[],"templateMetadata":{"templateSelection":[MEMBER]}}`, "templateMetadata.templateSelection[0].code"},
	"results":                         {evaluate, `{"read":MEMBER}`, "read.result"},
}

// abcID is the id of the objects in these bodies.
var abcID = access.ResourceID{Scope: "default", Code: "abc"}

const anAction = `{"scope":"default","activity":"Read","entity":"Portfolio"}`

func heldByRole(lists string) string {
	return `{"id":{"code":"abc"},"resource":{"policyIdRoleResource":{` + lists + `}}}`
}

func policyWith(selector string) string {
	return `{"id":{"code":"abc"},"selectors":[` + selector + `]}`
}

func getRole(ctx context.Context, c *access.Client) error { return second(c.GetRole(ctx, abcID)) }

func getUserRole(ctx context.Context, c *access.Client) error {
	return second(c.GetUserRole(ctx, "abc"))
}

func getPolicy(ctx context.Context, c *access.Client) error { return second(c.GetPolicy(ctx, abcID)) }

func getPolicyCollection(ctx context.Context, c *access.Client) error {
	return second(c.GetPolicyCollection(ctx, abcID))
}

func getPolicyTemplate(ctx context.Context, c *access.Client) error {
	return second(c.GetPolicyTemplate(ctx, abcID))
}

func generatePolicy(ctx context.Context, c *access.Client) error {
	return second(c.GeneratePolicyFromTemplate(ctx, access.GeneratePolicyFromTemplateRequest{}))
}

func evaluate(ctx context.Context, c *access.Client) error {
	return second(c.Evaluate(ctx, nil, map[string]access.EvaluationRequest{"read": {}}))
}

// TestMembers reads lists with an element that is null or lacks its key. The error names the element.
func TestMembers(t *testing.T) {
	t.Parallel()
	for name, test := range listsWithMembers {
		for _, member := range []string{"null", "{}"} {
			t.Run(name+"/"+member, func(t *testing.T) {
				t.Parallel()
				body := strings.NewReplacer("MEMBER", member, "NULL", "null").Replace(test.body)
				err := test.read(t.Context(), newClientOf(t, jsonReply(200, body)))
				if err == nil || !strings.Contains(err.Error(), `The response has no "`+test.missing+`".`) {
					t.Errorf("response %s: got %v, want an error that names %q", body, err, test.missing)
				}
			})
		}
	}
}

// TestMembers_flawed has errors about an element of a list, and about the response as a whole. A bracket in the key of a
// result does not make the result an element of a list.
func TestMembers_flawed(t *testing.T) {
	t.Parallel()
	for body, test := range map[string]struct {
		read func(context.Context, *access.Client) error
		want bool
	}{
		heldByRole(`"policies":[null]`):                           {getRole, true},
		policyWith(`{"idSelectorDefinition":{"actions":[null]}}`): {getPolicy, true},
		`{"id":{}}`:        {getRole, false},
		`{"read[0]":null}`: {evaluate, false},
	} {
		refused, ok := errors.AsType[*client.Error](test.read(t.Context(), newClientOf(t, jsonReply(200, body))))
		if !ok || refused.Flawed != test.want {
			t.Errorf("response %s: got %+v, want an error with Flawed %t", body, refused, test.want)
		}
	}
}

// TestMembers_listed leaves out only the role with such an element. The error says that the list is
// incomplete.
func TestMembers_listed(t *testing.T) {
	t.Parallel()
	body := "[" + wholeRole + "," + heldByRole(`"policies":[null]`) + "]"
	list, err := newClientOf(t, jsonReply(200, body)).ListRoles(t.Context())
	if len(list) != 1 || !client.IsIncomplete(err) || !strings.Contains(err.Error(), `Element 2 of 2 in the response has no "resource.policyIdRoleResource.policies[0].code"`) {
		t.Errorf("got the roles %v and the error %v, want one role and an error that names the element", list, err)
	}
	for _, parts := range []string{
		`"actions":[{"action":` + anAction + `,"limitedSet":[null]}]`,
		`"actions":[{"action":` + anAction + `,"limitedSet":[{}]}]`,
		`"actions":[],"identifierParts":[null]`,
		`"actions":[],"identifierParts":[{"displayName":"Scope"}]`,
	} {
		c := newClientOf(t, jsonReply(200, `{"values":[{"description":"D",`+parts+`}]}`))
		if _, err := c.ListAccessControlledResources(t.Context(), "lusid"); !client.IsIncomplete(err) {
			t.Errorf("parts %s: got %v, want an error that the list is incomplete", parts, err)
		}
	}
}

// TestMembers_unknown treats selectors and conditions that are null like those of an unknown kind.
func TestMembers_unknown(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		policyWith("null"):                   "selectors[0]",
		policyWith("{}"):                     "selectors[0]",
		`{"id":{"code":"abc"},"for":[null]}`: "for[0]",
		`{"id":{"code":"abc"},"if":[null]}`:  "if[0]",
		policyWith(`{"policySelectorDefinition":{"restrictionSelectors":[null]}}`): "selectors[0].policySelectorDefinition.restrictionSelectors[0]",
	} {
		policy, err := newClientOf(t, jsonReply(200, body)).GetPolicy(t.Context(), abcID)
		if err != nil || strings.Join(policy.Unmodelled, ",") != want {
			t.Errorf("response %s: got the policy %v and the error %v, want %s in Unmodelled", body, policy, err, want)
		}
	}
	for _, body := range []string{`{"code":"abc","templatedSelectors":[null]}`, `{"code":"abc","templatedSelectors":[{"selector":null}]}`} {
		template, err := newClientOf(t, jsonReply(200, body)).GetPolicyTemplate(t.Context(), abcID)
		if err != nil || strings.Join(template.Unmodelled, ",") != "templatedSelectors[0]" {
			t.Errorf("response %s: got the template %v and the error %v, want templatedSelectors[0] in Unmodelled", body, template, err)
		}
	}
}
