package providertest

import (
	"fmt"
	"maps"
)

// RotateApplicationSecretType is an action.
const RotateApplicationSecretType = "lusid_rotate_application_secret"

const (
	// ApplicationSecretType is an ephemeral resource.
	ApplicationSecretType = "lusid_application_secret"
	// AccessTokenType is a data source and an ephemeral resource.
	AccessTokenType = "lusid_access_token"
)

// ExternalTokenIssuerType is a resource type.
const ExternalTokenIssuerType = "lusid_external_token_issuer"

// MCPToolType is a resource type.
const MCPToolType = "lusid_mcp_tool"

// NetworkZoneType is a resource type.
const NetworkZoneType = "lusid_network_zone"

// PersonalAccessTokenType is a resource type.
const PersonalAccessTokenType = "lusid_personal_access_token"

// UserType is a resource type.
const UserType = "lusid_user"

// RoleAssignmentType is a resource type.
const RoleAssignmentType = "lusid_role_assignment"

// RoleMembersType is a resource type.
const RoleMembersType = "lusid_role_members"

// PasswordPolicyType is a resource type.
const PasswordPolicyType = "lusid_password_policy"

// SessionPolicyType is a resource type.
const SessionPolicyType = "lusid_session_policy"

// UserSchemaType is a resource type.
const UserSchemaType = "lusid_user_schema"

// ApplicationHCL returns a resource with the client ID. The display name is the same as the client ID.
func ApplicationHCL(name, clientID string) string {
	return fmt.Sprintf("resource \"lusid_application\" %[1]q {\n  client_id    = %[2]q\n  display_name = %[2]q\n}\n", name, clientID)
}

// ApplicationWithTriggers returns the configuration of an application with the given rotation triggers.
func ApplicationWithTriggers(value any, more ...Object) Object {
	config := Object{"client_id": "test-app", "display_name": "Test", "rotation_triggers": value}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// ApplicationStoring returns the configuration of an application with the given value of store_secret.
func ApplicationStoring(value any, more ...Object) Object {
	config := Object{"client_id": "test-app", "display_name": "Test", "store_secret": value}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// UserHCL returns a service user that a destroy purges.
func UserHCL(resourceName, name string) string {
	return fmt.Sprintf(`resource "lusid_user" %[1]q {
  type            = "Service"
  login           = "%[1]s-%[2]s@example.com"
  email_address   = "owner-%[1]s-%[2]s@example.com"
  first_name      = "Acceptance"
  last_name       = "Test"
  deletion_policy = "purge"
}
`, resourceName, name)
}

// ServiceUser returns a configuration with all arguments of a user.
func ServiceUser(more ...Object) Object {
	config := Object{
		"type": "Service", "login": "robot@example.com", "email_address": "owner@example.com", "first_name": "Robot", "last_name": "Xi",
		"second_email_address": "second@example.com", "alternative_user_ids": Object{"desk": "7", "hr": "42"},
		"user_expiry": "2031-01-01T01:00:00+01:00",
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// PlainUser returns a personal user with only the required arguments.
func PlainUser(login string) Object {
	return Object{"type": "Personal", "login": login, "email_address": login, "first_name": "A", "last_name": "Xi"}
}

// IssuerConfig returns an issuer of a CI system. The given attributes are added or replaced.
func IssuerConfig(more ...Object) Object {
	config := Object{
		"code": "acme-ci", "issuer": "https://gitlab.acme.com", "audience": "https://acme.lusid.com", "logout_url": "https://acme.lusid.com/bye",
		"claim_mappings": IssuerClaims(),
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// ZoneConfig returns a zone that blocks no user. The given attributes are added or replaced.
func ZoneConfig(more ...Object) Object {
	config := Object{"code": "acme-office", "action": "NoOp", "ranges": ZoneRanges("203.0.113.0/24"), "session_types": []string{"AllUsers"}}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// ZoneRanges are the ranges of a network zone.
func ZoneRanges(values ...string) []any {
	ranges := []any{}
	for _, value := range values {
		ranges = append(ranges, Object{"value": value})
	}
	return ranges
}

// QueryTool returns a configuration with only the required arguments of a tool.
func QueryTool(more ...Object) Object {
	config := Object{
		"scope": "market-data", "code": "prices", "name": "get-prices", "title": "Get prices", "description": "Returns prices.",
		"luminesce_payload": Object{"query": "select 1"},
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// JobTool returns a configuration with all arguments of a tool.
func JobTool(more ...Object) Object {
	config := Object{
		"scope": "market-data", "code": "reload", "name": "reload-prices", "title": "Reload prices", "description": "Loads prices again.",
		"parameters": []any{
			Object{"name": "day", "data_type": "String", "description": "Which day"},
			Object{"name": "count", "data_type": "Integer"},
		},
		"scheduler_payload": JobPayload(nil),
		"destructive":       true, "destructive_action_summary_template": "Load {day} again", "read_only": false, "idempotent": true, "open_world": true,
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// JobPayload returns a valid scheduler payload with the given changes.
func JobPayload(more Object) Object {
	payload := Object{
		"job_scope": "market-data", "job_code": "load", "run_as": "svc", "arguments": Object{"day": "{{{day}}}", "none": nil},
		"notifications": []any{
			Object{"type": "Webhook", "target": "https://example.com/hook", "trigger": "Always"},
			Object{"type": "Email", "target": "a@example.com", "trigger": "OnFailure"},
		},
	}
	maps.Copy(payload, more)
	return payload
}

// IssuerClaims returns valid claim mappings with the given changes.
func IssuerClaims(more ...Object) Object {
	claims := Object{
		"user_id": "user_id", "login": "user_email", "email": "user_email", "first_name": `"CI"`, "last_name": `"Pipeline"`, "user_type": `"Service"`,
	}
	for _, m := range more {
		maps.Copy(claims, m)
	}
	return claims
}

// AlternativeIDs returns a configuration with that number of alternative IDs.
func AlternativeIDs(n int) Object {
	ids := []any{}
	for i := range n {
		ids = append(ids, Object{"name": fmt.Sprint("id_", i)})
	}
	return Object{"alternative_user_ids": ids}
}
