package mockserver

import (
	"encoding/json"
	"fmt"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

const supportScope = "support"

// builtInAccessPolicies are the policies of a new domain. LUSID documents the first two, but not their
// content. The last two replace LUSID's policies for the roles in their names. They only cover the objects
// in the mock.
var builtInAccessPolicies = []struct {
	id       entitlement.ID
	document string
}{
	{entitlement.ID{Scope: defaultScope, Code: "allow-standard-lusid-features-access"}, `{
		"description": "Call all standard features of LUSID.", "applications": ["LUSID"], "grant": "Allow",
		"selectors": [{"idSelectorDefinition": {
			"identifier": {"scope": "LUSID", "code": "*"}, "actions": [{"scope": "LUSID", "activity": "Execute", "entity": "Feature"}]
		}}],
		"when": {"activate": "0001-01-01T00:00:00Z"}
	}`},
	{entitlement.ID{Scope: supportScope, Code: "support-access-to-drive-website-feature"}, `{
		"description": "Use Drive in the web app.", "applications": ["Website"], "grant": "Allow",
		"selectors": [{"idSelectorDefinition": {
			"identifier": {"scope": "data-management", "code": "drive"}, "actions": [{"scope": "default", "activity": "view", "entity": "data-management"}]
		}}],
		"when": {"activate": "0001-01-01T00:00:00Z"}
	}`},
	{entitlement.ID{Scope: defaultScope, Code: "lusid-evaluator-data"}, `{
		"description": "Read and change instruments and portfolios.", "applications": ["LUSID"], "grant": "Allow",
		"selectors": [{"matchAllSelectorDefinition": {"actions": [
			{"scope": "default", "activity": "Any", "entity": "Instrument"}, {"scope": "default", "activity": "Any", "entity": "Portfolio"}
		]}}],
		"when": {"activate": "0001-01-01T00:00:00Z"}
	}`},
	{entitlement.ID{Scope: defaultScope, Code: "instrument-administrator-data"}, `{
		"description": "Read and change instruments.", "applications": ["LUSID"], "grant": "Allow",
		"selectors": [{"matchAllSelectorDefinition": {"actions": [{"scope": "default", "activity": "Any", "entity": "Instrument"}]}}],
		"when": {"activate": "0001-01-01T00:00:00Z"}
	}`},
}

// builtInAccessRoles are the access roles of a new domain, in LUSID's order of precedence. They have the
// codes and descriptions of the built-in identity roles.
var builtInAccessRoles = map[string][]string{
	"iam-administrator":           {"allow-standard-lusid-features-access"},
	"applications-administrator":  {"allow-standard-lusid-features-access"},
	"lusid-evaluator":             {"allow-standard-lusid-features-access", "lusid-evaluator-data"},
	"configuration-administrator": {"allow-standard-lusid-features-access"},
	"instrument-administrator":    {"allow-standard-lusid-features-access", "instrument-administrator-data"},
}

// addDefaults adds the policies and the access roles of a new domain.
func (a *access) addDefaults() error {
	for _, policy := range builtInAccessPolicies {
		var document policyDocument
		if err := json.Unmarshal([]byte(policy.document), &document); err != nil {
			return fmt.Errorf("the policy %q: %w", policy.id.String(), err)
		}
		if _, err := (accessPolicies{a}).put(policy.id, document); err != nil {
			return err
		}
	}
	roles := accessRoles{a}
	add := func(id entitlement.ID, description string, policies ...entitlement.ID) error {
		_, err := roles.addLast(id, accessRoleUpdateRequest{
			Description: &description,
			Resource:    accessRoleResource{PolicyIDRoleResource: &entitlement.PolicyIDRoleResource{Policies: policies}},
		})
		return err
	}
	for _, role := range builtInRoles {
		id := entitlement.ID{Scope: defaultScope, Code: role.Name}
		if role.Name == administratorRole {
			id.Scope = systemScope
		}
		var policies []entitlement.ID
		for _, code := range builtInAccessRoles[role.Name] {
			policies = append(policies, entitlement.ID{Code: code})
		}
		if err := add(id, role.Description, policies...); err != nil {
			return err
		}
	}
	return add(entitlement.ID{Scope: supportScope, Code: "support-iam-readonly"}, "Read-only access to identity and access management.",
		entitlement.ID{Scope: supportScope, Code: "support-access-to-drive-website-feature"})
}
