package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// constraintWalk maps the fields of a request schema to the attributes of a resource.
type constraintWalk struct {
	schema, resource string
	// valid is a configuration without errors that has every object with fields of the schema. If it is nil, the
	// test uses the configuration of the kind's fixture.
	valid providertest.Object
	// attributes has the attributes by field. The path of a nested attribute has dots.
	attributes map[string]string
	// excused has the fields without an attribute, each with the reason.
	excused map[string]string
	// defaulted are required fields whose attribute has a default or keeps the value from LUSID.
	defaulted []string
}

// constraintWalks map the fields of the request schemas in the contract, and of the schemas that they refer to.
var constraintWalks = []constraintWalk{
	{
		"CreateApplicationRequest", "lusid_application",
		providertest.Object{"client_id": "valid-app", "display_name": "Valid", "type": "Web"},
		map[string]string{
			"clientId": "client_id", "displayName": "display_name", "type": "type",
			"redirectUris": "redirect_uris", "postLogoutRedirectUris": "post_logout_redirect_uris",
		},
		nil,
		[]string{"type"},
	},
	{"CreateRoleRequest", "lusid_role", nil, map[string]string{"name": "name", "description": "description"}, nil, nil},
	{"UpdateRoleRequest", "lusid_role", nil, map[string]string{"description": "description"}, nil, nil},
	{
		"CreateUserRequest", providertest.UserType, nil,
		map[string]string{
			"type": "type", "login": "login", "emailAddress": "email_address", "firstName": "first_name", "lastName": "last_name",
			"secondEmailAddress": "second_email_address", "alternativeUserIds": "alternative_user_ids", "userExpiry": "user_expiry",
		},
		map[string]string{"roles": "lusid_role_assignment and lusid_role_members assign roles, also to users that Terraform does not manage"},
		nil,
	},
	{
		"UpdateUserRequest", providertest.UserType, nil,
		map[string]string{
			"login": "login", "emailAddress": "email_address", "firstName": "first_name", "lastName": "last_name",
			"secondEmailAddress": "second_email_address", "alternativeUserIds": "alternative_user_ids", "userExpiry": "user_expiry",
		},
		map[string]string{"roles": "deprecated in the contract"},
		nil,
	},
	{
		"CreateApiKey", providertest.PersonalAccessTokenType, nil,
		map[string]string{"displayName": "display_name", "deactivationDate": "deactivation_date"},
		nil, nil,
	},
	{
		"UpsertMcpToolRequest", providertest.MCPToolType, providertest.JobTool(),
		map[string]string{
			"name": "name", "title": "title", "description": "description", "parameters": "parameters",
			"luminescePayload": "luminesce_payload", "schedulerPayload": "scheduler_payload",
			"destructive": "destructive", "destructiveActionSummaryTemplate": "destructive_action_summary_template",
			"idempotent": "idempotent", "openWorld": "open_world", "readOnly": "read_only",
		},
		nil, nil,
	},
	{
		"McpToolParameter", providertest.MCPToolType, providertest.JobTool(),
		map[string]string{"name": "parameters.name", "dataType": "parameters.data_type", "description": "parameters.description"},
		nil, nil,
	},
	{"McpToolLuminescePayload", providertest.MCPToolType, nil, map[string]string{"query": "luminesce_payload.query"}, nil, nil},
	{
		"McpToolSchedulerPayload", providertest.MCPToolType, providertest.JobTool(),
		map[string]string{
			"jobScope": "scheduler_payload.job_scope", "jobCode": "scheduler_payload.job_code", "arguments": "scheduler_payload.arguments",
			"notifications": "scheduler_payload.notifications", "runAs": "scheduler_payload.run_as",
		},
		nil, nil,
	},
	{
		"McpToolSchedulerNotification", providertest.MCPToolType, providertest.JobTool(),
		map[string]string{
			"type": "scheduler_payload.notifications.type", "target": "scheduler_payload.notifications.target", "trigger": "scheduler_payload.notifications.trigger",
		},
		nil, nil,
	},
	{
		"UpdatePasswordPolicyRequestComplexity", providertest.PasswordPolicyType, nil,
		map[string]string{"minLength": "min_length", "excludeFirstName": "exclude_first_name", "excludeLastName": "exclude_last_name"},
		nil,
		[]string{"minLength", "excludeFirstName", "excludeLastName"},
	},
	{
		"UpdatePasswordPolicyRequestAge", providertest.PasswordPolicyType, nil,
		map[string]string{"maxAgeDays": "max_age_days", "historyCount": "history_count"},
		nil,
		[]string{"maxAgeDays", "historyCount"},
	},
	{
		"UpdatePasswordPolicyRequestLockout", providertest.PasswordPolicyType, nil,
		map[string]string{"maxAttempts": "max_attempts"},
		nil,
		[]string{"maxAttempts"},
	},
	{
		"UpdateSessionPolicyRequest", providertest.SessionPolicyType, nil,
		map[string]string{"maxSessionIdleMinutes": "max_session_idle_minutes", "maxSessionLifetimeMinutes": "max_session_lifetime_minutes"},
		nil, nil,
	},
	{
		"UpdateUserSchemaRequest", providertest.UserSchemaType, nil,
		map[string]string{"alternativeUserIds": "alternative_user_ids"},
		nil, nil,
	},
	{
		"UserSchemaProperty", providertest.UserSchemaType, nil,
		map[string]string{"name": "alternative_user_ids.name", "description": "alternative_user_ids.description"},
		nil,
		[]string{"description"},
	},
	{
		"CreateNetworkZoneRequest", providertest.NetworkZoneType, nil,
		map[string]string{"code": "code", "description": "description", "action": "action", "networkZoneIPs": "ranges"},
		map[string]string{"applyRules": "session_types and user_roles have the walk of NetworkZonesApplyRules"},
		nil,
	},
	{
		"UpdateNetworkZoneRequest", providertest.NetworkZoneType, nil,
		map[string]string{"description": "description", "action": "action", "networkZoneIPs": "ranges", "hierarchy": "hierarchy"},
		map[string]string{"applyRules": "session_types and user_roles have the walk of NetworkZonesApplyRules"},
		[]string{"hierarchy"},
	},
	{
		"IpAddressDefinition", providertest.NetworkZoneType, nil,
		map[string]string{"value": "ranges.value", "description": "ranges.description"},
		map[string]string{"type": "the value already shows the type"},
		nil,
	},
	{
		"NetworkZonesApplyRules", providertest.NetworkZoneType, providertest.ZoneConfig(providertest.Object{"user_roles": []string{"traders"}}),
		map[string]string{"sessionType": "session_types", "userRoles": "user_roles"},
		nil,
		[]string{"sessionType", "userRoles"},
	},
	{
		"CreateExternalTokenIssuerRequest", providertest.ExternalTokenIssuerType, nil,
		map[string]string{
			"code": "code", "issuer": "issuer", "audience": "audience", "logoutUrl": "logout_url", "description": "description", "claimMappings": "claim_mappings",
		},
		nil, nil,
	},
	{
		"UpdateExternalTokenIssuerRequest", providertest.ExternalTokenIssuerType, nil,
		map[string]string{
			"issuer":        "issuer",
			"audience":      "audience",
			"logoutUrl":     "logout_url",
			"description":   "description",
			"claimMappings": "claim_mappings",
		},
		nil, nil,
	},
	{
		"ClaimMappings", providertest.ExternalTokenIssuerType, nil,
		map[string]string{
			"userId": "claim_mappings.user_id", "login": "claim_mappings.login", "email": "claim_mappings.email", "firstName": "claim_mappings.first_name",
			"lastName": "claim_mappings.last_name", "userType": "claim_mappings.user_type", "groups": "claim_mappings.groups",
		},
		nil, nil,
	},
}

// covering returns a policy with one selector.
func covering(selector providertest.Object) providertest.Object {
	return providertest.AccessPolicyConfig(providertest.Object{"selectors": []any{selector}})
}

// onDates and onRequests return policies with one condition.
func onDates(condition providertest.Object) providertest.Object {
	return providertest.AccessPolicyConfig(providertest.Object{"date_conditions": []any{condition}})
}

func onRequests(condition providertest.Object) providertest.Object {
	return providertest.AccessPolicyConfig(providertest.Object{"request_conditions": []any{condition}})
}

var (
	anyPortfolio = []any{providertest.AccessAction("default", "Any", "Portfolio")}
	lastWeek     = providertest.Object{"date": "Now", "adjustment": -7, "unit": "Day", "relative_to_date_time": "BeforeOrOn"}
)

// selectorWalks map the fields of a selector. The attributes of each kind of selector have the prefix, and valid
// returns a configuration with a selector.
func selectorWalks(resource, prefix string, valid func(selector providertest.Object) providertest.Object) []constraintWalk {
	walk := func(schema, kind string, selector providertest.Object, more map[string]string) constraintWalk {
		attributes := map[string]string{
			"actions":     prefix + kind + ".actions",
			"name":        prefix + kind + ".name",
			"description": prefix + kind + ".description",
		}
		for field, attribute := range more {
			attributes[field] = prefix + attribute
		}
		return constraintWalk{"access." + schema, resource, valid(providertest.Object{kind: selector}), attributes, nil, nil}
	}
	all := providertest.Object{"actions": anyPortfolio}
	metadata := providertest.Object{
		"actions":     anyPortfolio,
		"expressions": []any{providertest.Object{"metadata_key": "k", "operator": "In"}},
	}
	return []constraintWalk{
		{
			"access.SelectorDefinition", resource, valid(providertest.Object{"match_all": all}),
			nil,
			map[string]string{
				"idSelectorDefinition": "has a separate walk", "matchAllSelectorDefinition": "has a separate walk",
				"metadataSelectorDefinition": "has a separate walk", "policySelectorDefinition": "has a separate walk",
			},
			nil,
		},
		walk("IdSelectorDefinition", "id", providertest.Object{"identifier": providertest.Object{"scope": "*"}, "actions": anyPortfolio},
			map[string]string{"identifier": "id.identifier"}),
		walk("MatchAllSelectorDefinition", "match_all", all, nil),
		walk("MetadataSelectorDefinition", "metadata", metadata, map[string]string{"expressions": "metadata.expressions"}),
		walk("PolicySelectorDefinition", "policy", all, map[string]string{
			"identityRestriction":  "policy.identity_restriction",
			"restrictionSelectors": "policy.restriction_selectors",
		}),
		{
			"access.ActionId", resource, valid(providertest.Object{"match_all": all}),
			map[string]string{
				"scope":    prefix + "match_all.actions.scope",
				"activity": prefix + "match_all.actions.activity",
				"entity":   prefix + "match_all.actions.entity",
			},
			nil, nil,
		},
		{
			"access.MetadataExpression", resource, valid(providertest.Object{"metadata": metadata}),
			map[string]string{
				"metadataKey": prefix + "metadata.expressions.metadata_key",
				"operator":    prefix + "metadata.expressions.operator",
				"textValue":   prefix + "metadata.expressions.text_value",
			},
			nil, nil,
		},
	}
}

// templateWalks are constraintWalks of policy templates.
var templateWalks = append([]constraintWalk{
	{
		"access.PolicyTemplateCreationRequest", providertest.AccessPolicyTemplateType, nil,
		map[string]string{
			"code": "code", "displayName": "display_name", "description": "description", "templatedSelectors": "templated_selectors",
		},
		nil,
		[]string{"description"},
	},
	{
		"access.PolicyTemplateUpdateRequest", providertest.AccessPolicyTemplateType, nil,
		map[string]string{"displayName": "display_name", "description": "description", "templatedSelectors": "templated_selectors"},
		nil,
		[]string{"description"},
	},
	{
		"access.PolicyTemplatedSelector", providertest.AccessPolicyTemplateType, templating(providertest.Object{"match_all": providertest.Object{"actions": anyPortfolio}}),
		map[string]string{
			"application": "templated_selectors.application", "tag": "templated_selectors.tag", "selector": "templated_selectors.selector",
		},
		nil, nil,
	},
}, selectorWalks(providertest.AccessPolicyTemplateType, "templated_selectors.selector.", templating)...)

// templating returns a template with one selector.
func templating(selector providertest.Object) providertest.Object {
	return providertest.AccessPolicyTemplateConfig(providertest.Object{"templated_selectors": []any{
		providertest.Object{"application": "LUSID", "tag": "Data", "selector": selector},
	}})
}

// relativeWalk maps the fields of a relative date.
func relativeWalk(schema, kind string) constraintWalk {
	at := "date_conditions." + kind
	return constraintWalk{
		"access." + schema, providertest.AccessPolicyType, onDates(providertest.Object{kind: lastWeek}),
		map[string]string{
			"date":               at + ".date",
			"adjustment":         at + ".adjustment",
			"unit":               at + ".unit",
			"relativeToDateTime": at + ".relative_to_date_time",
		},
		nil, nil,
	}
}

// accessWalks are constraintWalks of the Access API.
var accessWalks = []constraintWalk{
	{
		"access.PolicyCreationRequest", providertest.AccessPolicyType, providertest.AccessPolicyConfig(),
		map[string]string{
			"code": "code", "description": "description", "applications": "applications", "grant": "grant", "selectors": "selectors",
			"for": "date_conditions", "if": "request_conditions", "when": "when", "templateMetadata": "template_metadata",
		},
		map[string]string{"how": "LUSID documents no value, so the provider refuses to update a policy that has it"},
		[]string{"grant", "when"},
	},
	{
		"access.PolicyUpdateRequest", providertest.AccessPolicyType, providertest.AccessPolicyConfig(),
		map[string]string{
			"description": "description", "applications": "applications", "grant": "grant", "selectors": "selectors",
			"for": "date_conditions", "if": "request_conditions", "when": "when", "templateMetadata": "template_metadata",
		},
		map[string]string{"how": "LUSID documents no value, so the provider refuses to update a policy that has it"},
		[]string{"grant", "when"},
	},
	{
		"access.ForSpec", providertest.AccessPolicyType, providertest.AccessPolicyConfig(),
		nil,
		map[string]string{
			"effectiveRange": "has a separate walk", "asAtRangeForSpec": "has a separate walk", "effectiveDateRelative": "has a separate walk",
			"asAtRelative": "has a separate walk", "effectiveDateHasQuality": "has a separate walk",
		},
		nil,
	},
	{
		"access.EffectiveRange", providertest.AccessPolicyType, onDates(providertest.Object{
			"effective_range": providertest.Object{"from": "2020-01-01T00:00:00Z"},
		}),
		map[string]string{"from": "date_conditions.effective_range.from", "to": "date_conditions.effective_range.to"},
		nil, nil,
	},
	{
		"access.AsAtRangeForSpec", providertest.AccessPolicyType, onDates(providertest.Object{
			"as_at_range": providertest.Object{
				"from": providertest.Object{"value": "AsAt=Latest"},
				"to":   providertest.Object{"value": "AsAt=Latest"},
			},
		}),
		map[string]string{"from": "date_conditions.as_at_range.from", "to": "date_conditions.as_at_range.to"},
		nil, nil,
	},
	{
		"access.AsAtPredicateContract", providertest.AccessPolicyType,
		onDates(providertest.Object{
			"as_at_range": providertest.Object{
				"from": providertest.Object{"date_time_offset": "2020-01-01T00:00:00Z"},
				"to":   providertest.Object{"value": "AsAt=Latest"},
			},
		}),
		map[string]string{"value": "date_conditions.as_at_range.to.value", "dateTimeOffset": "date_conditions.as_at_range.from.date_time_offset"},
		nil, nil,
	},
	relativeWalk("EffectiveDateRelative", "effective_date_relative"),
	relativeWalk("AsAtRelative", "as_at_relative"),
	{
		"access.EffectiveDateHasQuality", providertest.AccessPolicyType, onDates(providertest.Object{
			"effective_date_has_quality": providertest.Object{"quality": "IsBefore5pm"},
		}),
		map[string]string{"quality": "date_conditions.effective_date_has_quality.quality"},
		nil, nil,
	},
	{
		"access.IfExpression", providertest.AccessPolicyType, providertest.AccessPolicyConfig(),
		nil,
		map[string]string{
			"ifRequestHeaderExpression": "has a separate walk", "ifIdentityClaimExpression": "has a separate walk",
			"ifIdentityScopeExpression": "has a separate walk", "ifViaApiExpression": "has a separate walk",
		},
		nil,
	},
	{
		"access.IfRequestHeaderExpression", providertest.AccessPolicyType, onRequests(providertest.Object{
			"request_header": providertest.Object{"header_name": "h", "operator": "NotPresent"},
		}),
		map[string]string{
			"headerName": "request_conditions.request_header.header_name", "operator": "request_conditions.request_header.operator", "value": "request_conditions.request_header.value",
		},
		nil, nil,
	},
	{
		"access.IfIdentityClaimExpression", providertest.AccessPolicyType, onRequests(providertest.Object{
			"identity_claim": providertest.Object{"claim_type": "c", "operator": "NotPresent"},
		}),
		map[string]string{
			"claimType": "request_conditions.identity_claim.claim_type", "operator": "request_conditions.identity_claim.operator",
			"value": "request_conditions.identity_claim.value", "claimValueType": "request_conditions.identity_claim.claim_value_type",
			"claimIssuer": "request_conditions.identity_claim.claim_issuer", "claimOriginalIssuer": "request_conditions.identity_claim.claim_original_issuer",
		},
		nil, nil,
	},
	{
		"access.IfIdentityScopeExpression", providertest.AccessPolicyType, onRequests(providertest.Object{
			"identity_scope": providertest.Object{"scope_name": "abc"},
		}),
		map[string]string{"scopeName": "request_conditions.identity_scope.scope_name"},
		nil, nil,
	},
	{
		"access.IfViaApiExpression", providertest.AccessPolicyType, onRequests(providertest.Object{
			"via_api": providertest.Object{"api_feature_codes": []string{"api-a-b"}, "operator": "In"},
		}),
		map[string]string{"apiFeatureCodes": "request_conditions.via_api.api_feature_codes", "operator": "request_conditions.via_api.operator"},
		nil, nil,
	},
	{
		"access.WhenSpec", providertest.AccessPolicyType, providertest.AccessPolicyConfig(providertest.Object{
			"when": providertest.Object{"activate": "2020-01-01T00:00:00Z"},
		}),
		map[string]string{"activate": "when.activate", "deactivate": "when.deactivate"},
		nil,
		[]string{"activate"},
	},
	{
		"access.TemplateMetadata", providertest.AccessPolicyType, everyKind(),
		map[string]string{"templateSelection": "template_metadata.template_selection", "buildAsAt": "template_metadata.build_as_at"},
		nil, nil,
	},
	{
		"access.TemplateSelection", providertest.AccessPolicyType, everyKind(),
		map[string]string{
			"scope": "template_metadata.template_selection.scope", "code": "template_metadata.template_selection.code", "selectorTags": "template_metadata.template_selection.selector_tags",
		},
		nil, nil,
	},
	{
		"access.PolicyCollectionCreationRequest", providertest.AccessPolicyCollectionType, providertest.AccessPolicyCollectionConfig(),
		map[string]string{"code": "code", "description": "description", "policies": "policies", "policyCollections": "policy_collections"},
		map[string]string{"metadata": "LUSID never returns it"},
		nil,
	},
	{
		"access.PolicyCollectionUpdateRequest", providertest.AccessPolicyCollectionType, providertest.AccessPolicyCollectionConfig(),
		map[string]string{"description": "description", "policies": "policies", "policyCollections": "policy_collections"},
		map[string]string{"metadata": "LUSID never returns it"},
		nil,
	},
	{
		"access.AddPolicyCollectionToRoleRequest", providertest.AccessRolePolicyCollectionType,
		providertest.Object{"role_id": "default/analysts", "policy_collection_id": "default/readers"},
		map[string]string{"policyCollections": "policy_collection_id"},
		nil,
		[]string{"policyCollections"},
	},
	{
		"access.PolicyId", providertest.AccessPolicyCollectionType, providertest.AccessPolicyCollectionConfig(),
		nil,
		map[string]string{"scope": "an id is scope/code", "code": "an id is scope/code"},
		nil,
	},
	{
		"access.PolicyCollectionId", providertest.AccessPolicyCollectionType, providertest.AccessPolicyCollectionConfig(),
		nil,
		map[string]string{"scope": "an id is scope/code", "code": "an id is scope/code"},
		nil,
	},
	{
		"access.PolicyCollectionId", providertest.AccessRolePolicyCollectionType,
		providertest.Object{"role_id": "default/analysts", "policy_collection_id": "default/readers"},
		nil,
		map[string]string{"scope": "an id is scope/code", "code": "an id is scope/code"},
		nil,
	},
	{
		"access.RoleCreationRequest", providertest.AccessRoleType, providertest.AccessRoleConfig(),
		map[string]string{"code": "code", "description": "description", "when": "when"},
		map[string]string{"resource": "has the walks of PolicyIdRoleResource and NonTransitiveSupervisorRoleResource"},
		[]string{"when"},
	},
	{
		"access.UserRoleCreationRequest", providertest.AccessUserRoleType, nil,
		map[string]string{"userId": "user_id"},
		map[string]string{"resource": "has the walk of PolicyIdRoleResource"},
		nil,
	},
	{
		"access.UserRoleUpdateRequest", providertest.AccessUserRoleType, nil, nil,
		map[string]string{"resource": "has the walk of PolicyIdRoleResource"},
		nil,
	},
	{
		"access.RoleUpdateRequest", providertest.AccessRoleType, providertest.AccessRoleConfig(),
		map[string]string{"description": "description", "when": "when"},
		map[string]string{"resource": "has the walks of PolicyIdRoleResource and NonTransitiveSupervisorRoleResource"},
		[]string{"when"},
	},
	{
		"access.PolicyIdRoleResource", providertest.AccessRoleType, providertest.AccessRoleConfig(),
		map[string]string{"policies": "policies", "policyCollections": "policy_collections"},
		nil, nil,
	},
	{
		"access.NonTransitiveSupervisorRoleResource", providertest.AccessRoleType,
		providertest.Object{"code": "analysts", "supervised_roles": []string{"support/support-iam-readonly"}},
		map[string]string{"roles": "supervised_roles"},
		nil,
		[]string{"roles"},
	},
	{
		"access.PolicyId", providertest.AccessRoleType, providertest.AccessRoleConfig(),
		nil,
		map[string]string{"scope": "an id is scope/code", "code": "an id is scope/code"},
		nil,
	},
	{
		"access.PolicyCollectionId", providertest.AccessRoleType, providertest.AccessRoleConfig(),
		nil,
		map[string]string{"scope": "an id is scope/code", "code": "an id is scope/code"},
		nil,
	},
	{
		"access.WhenSpec", providertest.AccessRoleType, providertest.AccessRoleConfig(providertest.Object{
			"when": providertest.Object{"activate": "2020-01-01T00:00:00Z"},
		}),
		map[string]string{"activate": "when.activate", "deactivate": "when.deactivate"},
		nil,
		[]string{"activate"},
	},
}

// listedObjects return different objects for a list, by the schema of the objects. That schema has a separate walk.
var listedObjects = map[string]func(i int) any{
	"#/components/schemas/UserSchemaProperty": func(i int) any { return providertest.Object{"name": fmt.Sprint("id_", i)} },
	"#/components/schemas/ActionId":           func(i int) any { return providertest.AccessAction("default", "Any", fmt.Sprint("Entity", i)) },
	"#/components/schemas/MetadataExpression": func(i int) any {
		return providertest.Object{
			"metadata_key": fmt.Sprint("key-", i),
			"operator":     "In",
		}
	},
}

// openValues are fields that take any value. The values in the contract are only examples.
var openValues = []string{
	"McpToolParameter.dataType", "McpToolSchedulerNotification.type", "McpToolSchedulerNotification.trigger",
	"access.PolicyCreationRequest.applications", "access.PolicyUpdateRequest.applications", "access.ActionId.activity",
}

// withoutRequestSchema are the resources whose requests have no body, or send back an object that LUSID returned.
var withoutRequestSchema = []string{providertest.RoleAssignmentType, providertest.RoleMembersType, providertest.AccessRolePrecedenceType}

// contractSchema has every keyword of the contract's schemas. An unknown keyword fails the test.
type contractSchema struct {
	Type       string                    `json:"type"`
	Required   []string                  `json:"required"`
	Properties map[string]contractSchema `json:"properties"`
	MinLength  int                       `json:"minLength"`
	MaxLength  int                       `json:"maxLength"`
	Pattern    string                    `json:"pattern"`
	Format     string                    `json:"format"`
	Minimum    *int                      `json:"minimum"`
	Maximum    *int                      `json:"maximum"`
	MinItems   int                       `json:"minItems"`
	MaxItems   int                       `json:"maxItems"`
	Items      *contractSchema           `json:"items"`
	MinProps   int                       `json:"minProperties"`
	Enum       []string                  `json:"enum"`
	Allowed    []string                  `json:"x-allowed-values"`
	Known      []string                  `json:"x-known-values"`

	// A configuration cannot break these keywords.
	Ref                  string `json:"$ref"`
	Description          string `json:"description"`
	Nullable             bool   `json:"nullable"`
	Deprecated           bool   `json:"deprecated"`
	AdditionalProperties any    `json:"additionalProperties"`
	Immutable            bool   `json:"x-immutable"`
	WriteOnly            bool   `json:"x-write-only"`
	Secret               bool   `json:"x-secret"`
	ECMAPattern          string `json:"x-ecma-pattern"`
	Published            any    `json:"x-published"`
}

// contractOfSchema returns the API of a schema, and the name of the schema in the contract of that API.
func contractOfSchema(schema string) (api, name string) {
	if api, name, ok := strings.Cut(schema, "."); ok {
		return api, name
	}
	return "identity", schema
}

func readContractSchema(t *testing.T, name string) contractSchema {
	t.Helper()
	api, name := contractOfSchema(name)
	content, err := os.ReadFile("../mockserver/" + api + "-openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(content, &contract); err != nil {
		t.Fatal(err)
	}
	read := func(name string) (schema contractSchema) {
		t.Helper()
		decoder := json.NewDecoder(strings.NewReader(string(contract.Components.Schemas[name])))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&schema); err != nil {
			t.Fatalf("the test does not understand the schema %s: %v", name, err)
		}
		return schema
	}
	schema := read(name)
	for field, property := range schema.Properties {
		if property.Ref == "" {
			continue
		}
		// A schema with an enum has no fields, so the field gets the constraints of that schema.
		if referred := read(path.Base(property.Ref)); len(referred.Enum) > 0 {
			schema.Properties[field] = referred
		}
	}
	return schema
}

// broken returns values that each break one constraint of the field. It leaves out the constraint that it is required.
func (s contractSchema) broken(t *testing.T) map[string]any {
	t.Helper()
	values := map[string]any{}
	if s.MinLength > 0 {
		values["minLength"] = strings.Repeat("a", s.MinLength-1)
	}
	if s.MaxLength > 0 {
		values["maxLength"] = strings.Repeat("a", s.MaxLength+1)
	}
	if s.Pattern != "" && !s.takesAnything() {
		pattern := regexp.MustCompile(s.Pattern)
		for _, value := range []string{"1234567", "abc/def", "-abcdef", "abc.def", "äbcdefg", "abc\ndef", "ab"} {
			// Published patterns lack an end anchor.
			if pattern.FindString(value) != value && len(value) >= s.MinLength {
				values["pattern, as "+value] = value
			}
		}
		if len(values) < 2 {
			t.Errorf("no value breaks the pattern %s", s.Pattern)
		}
	}
	if allowed := append(slices.Clone(s.Allowed), s.Known...); len(allowed) > 0 {
		values["values"], values["values, letter case"] = "Else", strings.ToLower(allowed[0])
		if s.Type == "array" {
			values["values"], values["values, letter case"] = []string{"Else"}, []string{strings.ToLower(allowed[0])}
		}
	}
	if len(s.Enum) > 0 {
		values["enum"], values["enum, letter case"] = "Else", strings.ToLower(s.Enum[0])
		if slices.Contains(s.Enum, "Undefined") {
			values["enum, undefined"] = "Undefined"
		}
	}
	if s.MinProps > 0 {
		values["minProperties"] = providertest.Object{}
	}
	switch s.Format {
	case "", "int64":
	case "date-time":
		values["format"], values["format, date alone"] = "tomorrow", "2031-01-01"
	case "int32":
		values["format"] = math.MaxInt32 + 1
	case "uri":
		values["format"], values["format, no scheme"] = "a b", "acme.com/bye"
	default:
		t.Errorf("the test does not know the format %s", s.Format)
	}
	if s.Minimum != nil {
		values["minimum"] = *s.Minimum - 1
	}
	if s.Maximum != nil {
		values["maximum"] = *s.Maximum + 1
	}
	element := func(i int) any { return fmt.Sprint("https://example.com/", i) }
	if s.Items != nil && s.Items.Ref != "" && s.MinItems+s.MaxItems > 0 {
		if element = listedObjects[s.Items.Ref]; element == nil {
			t.Fatalf("listedObjects has no objects of %s for a list", s.Items.Ref)
		}
	}
	elements := func(n int) []any {
		var elements []any
		for i := range n {
			elements = append(elements, element(i))
		}
		return elements
	}
	if s.MinItems > 0 {
		values["minItems"] = elements(s.MinItems - 1)
	}
	if s.MaxItems > 0 {
		values["maxItems"] = elements(s.MaxItems + 1)
	}
	if s.Items != nil && s.Items.Ref == "" {
		for constraint, value := range s.Items.broken(t) {
			text, _ := value.(string)
			values["items, "+constraint] = []string{text}
		}
	}
	return values
}

// nested returns the schemas that the field refers to.
func (s contractSchema) nested() []string {
	var names []string
	for _, ref := range []*contractSchema{&s, s.Items} {
		if ref != nil && ref.Ref != "" {
			names = append(names, path.Base(ref.Ref))
		}
	}
	return names
}

// takesAnything reports whether the pattern matches every text.
func (s contractSchema) takesAnything() bool { return s.Pattern == "" || s.Pattern == `^[\s\S]*$` }

// limits returns the shortest and the longest value of a field that has only a limited length.
func (s contractSchema) limits() []string {
	if s.MaxLength == 0 || s.Format != "" || !s.takesAnything() || len(s.Allowed)+len(s.Known) > 0 {
		return nil
	}
	return []string{strings.Repeat("ü", max(s.MinLength, 1)), strings.Repeat("ü", s.MaxLength)}
}

// TestConstraints breaks each constraint of the request schemas in the contract, and checks that the validation has an
// error on the attribute.
func TestConstraints(t *testing.T) {
	t.Parallel()
	p := providertest.NewProtocol(t)
	walked := map[string]bool{}
	walks := slices.Concat(constraintWalks, accessWalks, selectorWalks(providertest.AccessPolicyType, "selectors.", covering), templateWalks)
	for _, walk := range walks {
		walked[walk.resource] = true
		t.Run(walk.schema, func(t *testing.T) {
			m := p.Resource(walk.resource)
			if walk.valid == nil {
				walk.valid = providertest.Fixtures[walk.resource].Config.Number(0)
			}
			m.Validate(walk.valid).MustBeQuiet(t)
			schema := readContractSchema(t, walk.schema)
			if len(schema.Properties) == 0 {
				t.Fatal("the contract does not have this schema")
			}
			for field, constraints := range schema.Properties {
				attribute := walk.attributes[field]
				switch {
				case attribute != "" && walk.excused[field] != "":
					t.Errorf("%s is both mapped and excused", field)
				case attribute == "" && walk.excused[field] == "":
					t.Errorf("%s is neither an attribute nor excused", field)
				}
				if attribute == "" {
					continue
				}
				api, _ := contractOfSchema(walk.schema)
				for _, nested := range constraints.nested() {
					if !slices.ContainsFunc(walks, func(other constraintWalk) bool {
						otherAPI, name := contractOfSchema(other.schema)
						return other.resource == walk.resource && otherAPI == api && name == nested
					}) {
						t.Errorf("%s: no walk has the schema %s for %s", field, nested, walk.resource)
					}
				}
				if slices.Contains(openValues, walk.schema+"."+field) {
					constraints.Known = nil
				}
				values := constraints.broken(t)
				if slices.Contains(schema.Required, field) && !slices.Contains(walk.defaulted, field) {
					values["required"] = nil
				}
				for constraint, value := range values {
					errs := m.Validate(providertest.With(walk.valid, attribute, value)).Errors()
					if len(errs) == 0 || slices.ContainsFunc(errs, func(text string) bool { return !strings.HasPrefix(text, attribute+": ") }) {
						t.Errorf("%s (%s): the value %q gives the errors %q, want one on %s", field, constraint, value, errs, attribute)
					}
				}
				for _, value := range constraints.limits() {
					m.Validate(providertest.With(walk.valid, attribute, value)).MustBeQuiet(t)
				}
			}
			for _, field := range append(slices.Collect(maps.Keys(walk.attributes)), slices.Collect(maps.Keys(walk.excused))...) {
				if _, ok := schema.Properties[field]; !ok {
					t.Errorf("the schema has no field %s", field)
				}
			}
		})
	}
	for name := range p.Schema.ResourceSchemas {
		if !walked[name] && !slices.Contains(withoutRequestSchema, name) {
			t.Errorf("no walk has a request schema for %s", name)
		}
	}
}
