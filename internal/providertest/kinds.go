package providertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// Fixtures are the kinds of resources by name. The name is the resource type. If a type has several kinds,
// the name also has the special property of the kind. TestFixtures_complete lists what is missing for a new
// kind.
var Fixtures = map[string]KindFixture{
	"lusid_application with its secret": {
		Label: "stored",
		Config: Object{
			"client_id": "stored-${n}", "display_name": "stored ${n}", "store_secret": true, "rotation_triggers": Object{"step": "1"},
		},
		Rotated: Object{
			"client_id": "stored-${n}", "display_name": "stored ${n}", "store_secret": true, "rotation_triggers": Object{"step": "2"},
		},
		ImportBy: "id",
		Listings: []string{"/applications"},
		Cost: Cost{
			Create:  each("identity.CreateApplication"),
			Refresh: each("identity.GetApplication"),
			Update:  each("identity.RotateApplicationSecrets"),
			Destroy: each("identity.DeleteApplication"),
		},
		Faults: Faults{OptionalRequest: "identity.ListApplications", Holds: holdsSecret},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			return Life{
				// A new secret is no change for an application whose secret nothing uses.
				Drift:               func() { d.RotateApplication(t, "stored-0") },
				Vanish:              func() { d.DeleteApplication(t, "stored-0") },
				DeletedAndMadeAgain: map[string]int{"identity.CreateApplication": 1},
				Replacement: Object{
					"client_id": "next-app", "display_name": "stored 0", "store_secret": true, "rotation_triggers": Object{"step": "1"},
				},
				ReplacedBy:    "client_id",
				Replaced:      map[string]int{"identity.DeleteApplication": 1, "identity.CreateApplication": 1},
				RefusedCreate: "Unable to create application",
				RefusedRead:   "Unable to read application stored-0",
				RefusedUpdate: "Unable to rotate the secret of application stored-0",
				RefusedDelete: "Unable to delete application stored-0",
				Secrets:       []string{"secret"},
			}
		},
	},
	"lusid_application with its secret's version": {
		Label: "versioned",
		Config: Object{
			"client_id": "versioned-${n}", "display_name": "versioned ${n}",
			"store_secret": false, "refresh_secret_version": true, "rotation_triggers": Object{"step": "1"},
		},
		Rotated: Object{
			"client_id": "versioned-${n}", "display_name": "versioned ${n}",
			"store_secret": false, "refresh_secret_version": true, "rotation_triggers": Object{"step": "2"},
		},
		ImportBy: "id",
		Listings: []string{"/applications"},
		Cost: Cost{
			Create:  each("identity.CreateApplication"),
			Refresh: each("identity.GetApplication"),
			Update:  each("identity.RotateApplicationSecrets"),
			Destroy: each("identity.DeleteApplication"),
		},
		Faults: Faults{OptionalRequest: "identity.ListApplications", OldSecretUnknown: true, Holds: holdsSecret},
	},
	"lusid_application": {
		Label: "other",
		Config: Object{
			"client_id": "other-${n}", "display_name": "other ${n}", "store_secret": false, "rotation_triggers": Object{"step": "1"},
		},
		Changed: Object{"client_id": "other-${n}", "display_name": "other ${n}", "store_secret": true, "rotation_triggers": Object{"step": "1"}},
		Rotated: Object{
			"client_id": "other-${n}", "display_name": "other ${n}", "store_secret": false, "rotation_triggers": Object{"step": "2"},
		},
		ImportBy: "id",
		Listings: []string{"/applications"},
		Examples: ExampleSeeds{
			Import: mockserver.Seed{Applications: []mockserver.Application{ExampleApplication}},
			List:   mockserver.Seed{Applications: []mockserver.Application{{ClientID: "acme-site", DisplayName: "Acme site", Type: "Web"}}},
		},
		Cost: Cost{
			// One list per process serves the applications of all three kinds.
			Create:  listThenEach("identity.ListApplications", "identity.CreateApplication"),
			Refresh: refreshBySnapshot("identity.GetApplication", "identity.ListApplications"),
			Update:  each("identity.RotateApplicationSecrets"),
			Destroy: each("identity.DeleteApplication"),
		},
		Faults: Faults{
			OptionalRequest:  "identity.ListApplications",
			FailureOnlyWarns: map[string]string{Updating: "identity.GetApplication"},
			OldSecretUnknown: true,
			Holds:            holdsSecret,
		},
	},
	"lusid_role": {
		Label:    "many",
		Config:   Object{"name": "many-${n}", "description": "One"},
		Changed:  Object{"name": "many-${n}", "description": "Two"},
		ImportBy: "id",
		Listings: []string{"/roles"},
		Examples: ExampleSeeds{Import: ExampleTeam, List: ExampleTeam},
		Cost: Cost{
			Create:  listThenEach("identity.ListRoles", "identity.CreateRole"),
			Refresh: refreshBySnapshot("identity.GetRole", "identity.ListRoles"),
			Update:  each("identity.GetRole", "identity.UpdateRole"),
			Destroy: each("identity.DeleteRole"),
		},
		Faults: Faults{OptionalRequest: "identity.ListRoles"},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			path := func() string { return "/roles/" + d.RolesNamed(t, "many-0")[0].ID }
			return Life{
				Drift:               func() { d.MustCall(t, http.MethodPut, path(), map[string]string{"description": "Drifted"}, nil) },
				Drifted:             []string{`~ description = "Drifted" -> "One"`},
				Mended:              map[string]int{"identity.UpdateRole": 1},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, path(), nil, nil) },
				DeletedAndMadeAgain: map[string]int{"identity.CreateRole": 1},
				Replacement:         Object{"name": "dealers", "description": "One"},
				ReplacedBy:          "name",
				Replaced:            map[string]int{"identity.DeleteRole": 1, "identity.CreateRole": 1},
				RefusedCreate:       "Unable to create role",
				RefusedRead:         "Unable to read role many-0",
				RefusedUpdate:       "Unable to update role many-0",
				RefusedDelete:       "Unable to delete role many-0",
			}
		},
	},
	UserType: {
		Label: "many",
		Config: Object{
			"type": "Service", "login": "many-${n}@acme.com", "email_address": "many-${n}-owner@acme.com", "first_name": "Many", "last_name": "One",
		},
		Changed: Object{
			"type": "Service", "login": "many-${n}@acme.com", "email_address": "many-${n}-owner@acme.com", "first_name": "Many", "last_name": "Two",
		},
		ImportBy: "id",
		Listings: []string{"/users?includeDeactivated=true"},
		Examples: ExampleSeeds{
			Import: mockserver.Seed{Users: []mockserver.User{ExampleService}},
			List:   mockserver.Seed{Users: []mockserver.User{ExampleService}},
		},
		Cost: Cost{
			Create:  listThenEach("identity.ListUsers", "identity.CreateUser"),
			Refresh: refreshBySnapshot("identity.GetUser", "identity.ListUsers"),
			Update:  each("identity.GetUser", "identity.UpdateUser"),
			Destroy: each("identity.DeleteUser"),
		},
		Faults: Faults{OptionalRequest: "identity.ListUsers"},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			const login = "many-0@acme.com"
			path := func() string { return "/users/" + d.UsersWith(t, login)[0].ID }
			return Life{
				More: Object{
					"deletion_policy": "purge", "second_email_address": "second@example.com",
					"alternative_user_ids": Object{"desk": "7", "hr": "42"}, "user_expiry": "2031-01-01T01:00:00+01:00",
				},
				Drift: func() {
					d.MustCall(t, http.MethodPut, path(), map[string]any{
						"login": login, "emailAddress": "many-0-owner@acme.com", "firstName": "Drifted", "lastName": "One",
						"secondEmailAddress": "second@example.com", "alternativeUserIds": map[string]string{"desk": "8", "hr": "42"},
						"userExpiry": "2031-01-01T00:00:00Z",
					}, nil)
				},
				Drifted:             []string{`~ first_name = "Drifted" -> "Many"`, `~ "desk" = "8" -> "7"`},
				Mended:              map[string]int{"identity.UpdateUser": 1},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, path()+"?purge=true", nil, nil) },
				DeletedAndMadeAgain: map[string]int{"identity.CreateUser": 1},
				Replacement:         With(PlainUser(login), "deletion_policy", "purge"),
				ReplacedBy:          "type",
				Replaced:            map[string]int{"identity.DeleteUser": 1, "identity.CreateUser": 1},
				RefusedCreate:       "Unable to create user",
				RefusedRead:         "Unable to read user " + login,
				RefusedUpdate:       "Unable to update user " + login,
				RefusedDelete:       "Unable to delete user " + login,
			}
		},
	},
	RoleAssignmentType: {
		Label:  "many",
		Config: Object{"role_id": "assigned-0", "user_id": "user-${n}"},
		// Several roles, so that a refresh lists each.
		Many: func(n, _ int) Object {
			return Object{"role_id": Expression(fmt.Sprintf(`"assigned-${count.index %% %d}"`, assignedRoles(n)))}
		},
		ImportBy: "id",
		Query:    Object{"role_id": "assigned-0"},
		Listings: []string{"/roles/assigned-0/users"},
		Examples: ExampleSeeds{Resource: ExampleTeam, Import: ExampleTeam, List: ExampleTeam},
		Cost: Cost{
			Create:  each("identity.AddUserToRole"),
			Refresh: func(n int) Calls { return Calls{"identity.ListUsersInRole": assignedRoles(n)} },
			Destroy: each("identity.RemoveUserFromRole"),
			// The plan warns if the provider's own user would lose a role.
			DestroyPlan: once("identity.GetUserInfo"),
		},
		Faults: Faults{OnlyForWarning: map[string]string{Deleting: "identity.GetUserInfo"}},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			const label = "assigned-0/user-0"
			return Life{
				// The resource ignores the assignment of another user.
				Drift:               func() { d.Assign(t, "assigned-0", "user-1") },
				Vanish:              func() { d.MustCall(t, http.MethodDelete, "/roles/assigned-0/users/user-0", nil, nil) },
				DeletedAndMadeAgain: map[string]int{"identity.AddUserToRole": 1},
				Replacement:         Object{"role_id": "assigned-0", "user_id": "user-1"},
				ReplacedBy:          "user_id",
				Replaced:            map[string]int{"identity.RemoveUserFromRole": 1, "identity.AddUserToRole": 1},
				RefusedCreate:       "Unable to create role assignment",
				RefusedRead:         "Unable to read role assignment " + label,
				RefusedDelete:       "Unable to delete role assignment " + label,
			}
		},
	},
	RoleMembersType: {
		Label:   "many",
		Config:  Object{"role_id": "staffed-${n}", "user_ids": []string{"user-${n}", "user-${n+1}"}},
		Changed: Object{"role_id": "staffed-${n}", "user_ids": []string{"user-${n+1}", "user-${n+2}"}},
		// Each role has one user, so that a create needs one request.
		Many: func(_, step int) Object {
			return Object{"user_ids": []any{Expression(fmt.Sprintf(`"user-${count.index + %d}"`, step))}}
		},
		ImportBy: "id",
		Listings: []string{"/roles/staffed-0/users"},
		Examples: ExampleSeeds{Resource: ExampleTeam, Import: ExampleTeam, List: ExampleTeam},
		Cost: Cost{
			// The members are listed before the role is managed, and before it is changed.
			Plan:    each("identity.ListUsersInRole"),
			Create:  func(n int) Calls { return Calls{"identity.ListUsersInRole": n, "identity.AddUserToRole": n} },
			Refresh: each("identity.ListUsersInRole"),
			Update: func(n int) Calls {
				return Calls{"identity.GetUserInfo": 1, "identity.ListUsersInRole": n, "identity.AddUserToRole": n, "identity.RemoveUserFromRole": n}
			},
			Destroy: func(n int) Calls {
				return Calls{"identity.GetUserInfo": 1, "identity.ListUsersInRole": n, "identity.RemoveUserFromRole": n}
			},
		},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			return Life{
				Drift: func() {
					d.MustCall(t, http.MethodDelete, "/roles/staffed-0/users/user-0", nil, nil)
					d.Assign(t, "staffed-0", "user-2")
				},
				Drifted:       []string{`+ "user-0",`, `- "user-2",`},
				Mended:        map[string]int{"identity.AddUserToRole": 1, "identity.RemoveUserFromRole": 1},
				Replacement:   Object{"role_id": "staffed-1", "user_ids": []string{"user-0", "user-1"}},
				ReplacedBy:    "role_id",
				Replaced:      map[string]int{"identity.RemoveUserFromRole": 2, "identity.AddUserToRole": 2},
				RefusedCreate: "Unable to read the members of role staffed-0",
				RefusedRead:   "Unable to read the members of role staffed-0",
				RefusedUpdate: "Unable to set the members of role staffed-0",
				RefusedDelete: "Unable to remove the members of role staffed-0",
			}
		},
	},
	MCPToolType: {
		Label: "many",
		Config: Object{
			"scope": "many", "code": "tool-${n}", "name": "many-${n}", "title": "Many", "description": "One",
			"luminesce_payload": Object{"query": "select 1"},
		},
		Changed: Object{
			"scope": "many", "code": "tool-${n}", "name": "many-${n}", "title": "Many", "description": "Two",
			"luminesce_payload": Object{"query": "select 1"},
		},
		ImportBy: "id",
		Listings: []string{"/mcptools"},
		Examples: ExampleSeeds{
			Import: mockserver.Seed{McpTools: []mockserver.McpTool{ExampleTool}},
			List:   mockserver.Seed{McpTools: []mockserver.McpTool{ExampleTool}},
		},
		Cost: Cost{
			Create:  listThenEach("identity.ListMcpTools", "identity.CreateMcpTool"),
			Refresh: refreshBySnapshot("identity.GetMcpTool", "identity.ListMcpTools"),
			Update:  each("identity.GetMcpTool", "identity.UpdateMcpTool"),
			Destroy: each("identity.GetMcpTool", "identity.DeleteMcpTool"),
		},
		Faults: Faults{OptionalRequest: "identity.ListMcpTools", Versioned: "identity.UpdateMcpTool"},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			return Life{
				Drift:               func() { d.MustCall(t, http.MethodPut, "/mcptools/many/tool-0", QueryBody("elsewhere"), nil) },
				Drifted:             []string{`"elsewhere" -> "many-0"`, `"Other" -> "One"`, `"select 0" -> "select 1"`},
				Mended:              map[string]int{"identity.UpdateMcpTool": 1},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, "/mcptools/many/tool-0", nil, nil) },
				DeletedAndMadeAgain: map[string]int{"identity.CreateMcpTool": 1},
				Replacement: Object{
					"scope": "many", "code": "next", "name": "many-0", "title": "Many", "description": "One",
					"luminesce_payload": Object{"query": "select 1"},
				},
				ReplacedBy:    "code",
				Replaced:      map[string]int{"identity.DeleteMcpTool": 1, "identity.CreateMcpTool": 1},
				RefusedCreate: "Unable to create MCP tool",
				RefusedRead:   "Unable to read MCP tool many/tool-0",
				RefusedUpdate: "Unable to update MCP tool many/tool-0",
				RefusedDelete: "Unable to delete MCP tool many/tool-0",
			}
		},
	},
	NetworkZoneType: {
		Label: "many",
		Most:  10,
		Config: ZoneConfig(Object{
			"code": "zone-${n}", "ranges": ZoneRanges("203.0.113.${n}"), "description": "One", "hierarchy": Numbered{11, 10},
		}),
		Changed: ZoneConfig(Object{"code": "zone-${n}", "ranges": ZoneRanges("203.0.113.${n}"), "description": "Two"}),
		// The change of one zone sets no hierarchy, so LUSID chooses it. The change of many zones sets
		// another hierarchy.
		Many: func(_, step int) Object {
			return Object{"hierarchy": Expression(fmt.Sprintf("10 * (count.index + 1) + %d", step))}
		},
		ImportBy: "code",
		Listings: []string{"/networkzones"},
		Examples: ExampleSeeds{Import: ExampleGuards, List: ExampleGuards},
		Cost: Cost{
			// A zone is created and then moved to its hierarchy.
			Create: func(n int) Calls {
				return Calls{"identity.ListNetworkZones": 1, "identity.CreateNetworkZone": n, "identity.UpdateNetworkZone": n}
			},
			Refresh: refreshBySnapshot("identity.GetNetworkZone", "identity.ListNetworkZones"),
			Update:  each("identity.GetNetworkZone", "identity.UpdateNetworkZone"),
			Destroy: each("identity.GetNetworkZone", "identity.DeleteNetworkZone"),
		},
		Faults: Faults{
			OptionalRequest:  "identity.ListNetworkZones",
			FailureOnlyWarns: map[string]string{Creating: "identity.UpdateNetworkZone"},
		},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			return Life{
				Drift: func() {
					d.ChangeZone(t, "zone-0", func(zone *ZoneBody) { zone.Hierarchy, zone.Action = 5, new("Allow") })
				},
				Drifted:             []string{`~ action = "Allow" -> "NoOp"`, `~ hierarchy = 5 -> 11`},
				Mended:              map[string]int{"identity.UpdateNetworkZone": 1},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, "/networkzones/zone-0", nil, nil) },
				DeletedAndMadeAgain: map[string]int{"identity.CreateNetworkZone": 1, "identity.UpdateNetworkZone": 1},
				Replacement:         ZoneConfig(Object{"code": "next-0", "ranges": ZoneRanges("203.0.113.0"), "description": "One", "hierarchy": 11}),
				ReplacedBy:          "code",
				Replaced:            map[string]int{"identity.DeleteNetworkZone": 1, "identity.CreateNetworkZone": 1, "identity.UpdateNetworkZone": 1},
				RefusedCreate:       "Unable to create network zone",
				RefusedRead:         "Unable to read network zone zone-0",
				RefusedUpdate:       "Unable to update network zone zone-0",
				RefusedDelete:       "Unable to delete network zone zone-0",
			}
		},
	},
	ExternalTokenIssuerType: {
		Label:    "many",
		Most:     5,
		Config:   IssuerConfig(Object{"code": "issuer-${n}", "issuer": "https://ci-${n}.acme.com", "description": "One"}),
		Changed:  IssuerConfig(Object{"code": "issuer-${n}", "issuer": "https://ci-${n}.acme.com", "description": "Two"}),
		ImportBy: "code",
		Listings: []string{"/externaltokenissuers"},
		Examples: ExampleSeeds{Import: ExampleGuards, List: ExampleGuards},
		Cost: Cost{
			Create:  listThenEach("identity.ListExternalTokenIssuers", "identity.CreateExternalTokenIssuer"),
			Refresh: refreshBySnapshot("identity.GetExternalTokenIssuer", "identity.ListExternalTokenIssuers"),
			Update:  each("identity.GetExternalTokenIssuer", "identity.UpdateExternalTokenIssuer"),
			Destroy: each("identity.GetExternalTokenIssuer", "identity.DeleteExternalTokenIssuer"),
		},
		Faults: Faults{OptionalRequest: "identity.ListExternalTokenIssuers"},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			drifted := map[string]any{"audience": "lusid", "claimMappings": map[string]string{
				"userId": "sub", "login": "email", "email": "email", "firstName": "given_name", "lastName": "family_name",
				"userType": `"Personal"`, "groups": "roles",
			}}
			return Life{
				Drift:               func() { d.MustCall(t, http.MethodPut, "/externaltokenissuers/issuer-0", drifted, nil) },
				Drifted:             []string{`~ audience = "lusid" -> "https://acme.lusid.com"`, `~ login = "email" -> "user_email"`},
				Mended:              map[string]int{"identity.UpdateExternalTokenIssuer": 1},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, "/externaltokenissuers/issuer-0", nil, nil) },
				DeletedAndMadeAgain: map[string]int{"identity.CreateExternalTokenIssuer": 1},
				Replacement:         IssuerConfig(Object{"code": "next-0", "issuer": "https://ci-0.acme.com", "description": "One"}),
				ReplacedBy:          "code",
				Replaced:            map[string]int{"identity.DeleteExternalTokenIssuer": 1, "identity.CreateExternalTokenIssuer": 1},
				RefusedCreate:       "Unable to create external token issuer",
				RefusedRead:         "Unable to read external token issuer issuer-0",
				RefusedUpdate:       "Unable to update external token issuer issuer-0",
				RefusedDelete:       "Unable to delete external token issuer issuer-0",
			}
		},
	},
	PasswordPolicyType: {
		Label: "one",
		Most:  1,
		Config: Object{
			"user_type": "Personal", "min_length": 13, "exclude_first_name": true, "exclude_last_name": true,
			"max_age_days": 90, "history_count": 4, "max_attempts": 10, "deletion_policy": "reset",
		},
		Changed: Object{
			"user_type": "Personal", "min_length": 14, "exclude_first_name": true, "exclude_last_name": true,
			"max_age_days": 90, "history_count": 4, "max_attempts": 10, "deletion_policy": "reset",
		},
		ImportBy: "id",
		Listings: []string{"/authentication/password-policy/personal"},
		Cost:     costOfSingleton("identity.GetPasswordPolicy", "identity.UpdatePasswordPolicy"),
	},
	SessionPolicyType: {
		Label:    "one",
		Most:     1,
		Config:   Object{"max_session_idle_minutes": 61, "deletion_policy": "reset"},
		Changed:  Object{"max_session_idle_minutes": 62, "deletion_policy": "reset"},
		ImportBy: "id",
		Listings: []string{"/authentication/session-policy"},
		Cost:     costOfSingleton("identity.GetSessionPolicy", "identity.UpdateSessionPolicy"),
	},
	UserSchemaType: {
		Label:    "one",
		Most:     1,
		Config:   Object{"alternative_user_ids": []any{Object{"name": "one"}}, "deletion_policy": "reset"},
		Changed:  Object{"alternative_user_ids": []any{Object{"name": "two"}}, "deletion_policy": "reset"},
		ImportBy: "id",
		Listings: []string{"/users/schema"},
		Cost:     costOfSingleton("identity.GetUserSchema", "identity.UpdateUserSchema"),
	},
	AccessPolicyType: {
		Label:  "many",
		Config: AccessPolicyConfig(Object{"code": "policy-${n}", "description": "One"}),
		Changed: AccessPolicyConfig(Object{"code": "policy-${n}", "description": "Two", "grant": "Deny", "selectors": []any{
			Object{"match_all": Object{"actions": []any{AccessAction("default", "Read", "Instrument")}}},
		}}),
		ImportBy: "id",
		Listings: []string{AccessAPI + "/policies"},
		Examples: ExampleSeeds{
			Import: mockserver.Seed{Policies: []json.RawMessage{ExamplePolicy}},
			List:   mockserver.Seed{Policies: []json.RawMessage{ExamplePolicy}},
		},
		Cost: Cost{
			Create:  listThenEach("access.PagePolicies", "access.CreatePolicy"),
			Refresh: refreshBySnapshot("access.GetPolicy", "access.PagePolicies"),
			// Both plans of the update warn if the provider's own user could lose its rights.
			Update: func(n int) Calls {
				return Calls{"access.GetOwnPolicies": 2, "access.GetPolicy": n, "access.UpdatePolicy": n}
			},
			Destroy:     each("access.GetPolicy", "access.DeletePolicy"),
			DestroyPlan: once("access.GetOwnPolicies"),
		},
		Faults: Faults{
			OptionalRequest:  "access.PagePolicies",
			FailureOnlyWarns: map[string]string{Updating: "access.GetOwnPolicies", Deleting: "access.GetOwnPolicies"},
		},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			return Life{
				Drift: func() {
					d.ChangePolicy(t, "policy-0", JSONObject{"description": "Elsewhere", "grant": "Deny"})
				},
				Drifted:             []string{`"Elsewhere" -> "One"`, `"Deny" -> "Allow"`},
				Mended:              map[string]int{"access.UpdatePolicy": 1},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, AccessAPI+"/policies/policy-0", nil, nil) },
				DeletedAndMadeAgain: map[string]int{"access.CreatePolicy": 1},
				Replacement:         AccessPolicyConfig(Object{"code": "next-policy", "description": "One"}),
				ReplacedBy:          "code",
				Replaced:            map[string]int{"access.DeletePolicy": 1, "access.CreatePolicy": 1},
				RefusedCreate:       "Unable to create access policy",
				RefusedRead:         "Unable to read access policy default/policy-0",
				RefusedUpdate:       "Unable to update access policy default/policy-0",
				RefusedDelete:       "Unable to delete access policy default/policy-0",
			}
		},
	},
	AccessPolicyTemplateType: {
		Label:    "many",
		Config:   AccessPolicyTemplateConfig(Object{"code": "template-${n}", "description": "One"}),
		Changed:  AccessPolicyTemplateConfig(Object{"code": "template-${n}", "description": "Two", "templated_selectors": []any{}}),
		ImportBy: "id",
		Listings: []string{AccessAPI + "/policytemplates"},
		Examples: ExampleSeeds{Import: ExampleTemplates, List: ExampleTemplates},
		Cost: Cost{
			Create:  listThenEach("access.ListPolicyTemplates", "access.CreatePolicyTemplate"),
			Refresh: refreshBySnapshot("access.GetPolicyTemplate", "access.ListPolicyTemplates"),
			Update:  each("access.GetPolicyTemplate", "access.UpdatePolicyTemplate"),
			Destroy: each("access.GetPolicyTemplate", "access.DeletePolicyTemplate"),
		},
		Faults: Faults{OptionalRequest: "access.ListPolicyTemplates"},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			return Life{
				Drift: func() {
					d.ChangePolicyTemplate(t, "template-0", JSONObject{"description": "Elsewhere", "displayName": "Other"})
				},
				Drifted:             []string{`"Elsewhere" -> "One"`, `"Other" -> "Read instruments"`},
				Mended:              map[string]int{"access.UpdatePolicyTemplate": 1},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, AccessAPI+"/policytemplates/template-0", nil, nil) },
				DeletedAndMadeAgain: map[string]int{"access.CreatePolicyTemplate": 1},
				Replacement:         AccessPolicyTemplateConfig(Object{"code": "next-template", "description": "One"}),
				ReplacedBy:          "code",
				Replaced:            map[string]int{"access.DeletePolicyTemplate": 1, "access.CreatePolicyTemplate": 1},
				RefusedCreate:       "Unable to create access policy template",
				RefusedRead:         "Unable to read access policy template default/template-0",
				RefusedUpdate:       "Unable to update access policy template default/template-0",
				RefusedDelete:       "Unable to delete access policy template default/template-0",
			}
		},
	},
	AccessRoleType: {
		Label:    "many",
		Config:   AccessRoleConfig(Object{"code": "role-${n}", "description": "One"}),
		Changed:  Object{"code": "role-${n}", "description": "Two"},
		ImportBy: "id",
		Listings: []string{AccessAPI + "/roles"},
		Examples: ExampleSeeds{
			Import: mockserver.Seed{AccessRoles: []json.RawMessage{ExampleAccessRole}},
			List:   mockserver.Seed{AccessRoles: []json.RawMessage{ExampleAccessRole}},
		},
		Cost: Cost{
			Create:  listThenEach("access.ListRoles", "access.CreateRole"),
			Refresh: refreshBySnapshot("access.GetRole", "access.ListRoles"),
			// Both plans of the update warn if the provider's own user could lose its rights.
			Update: func(n int) Calls {
				return Calls{"access.GetOwnPolicies": 2, "access.GetRole": n, "access.UpdateRole": n}
			},
			Destroy:     each("access.GetRole", "access.DeleteRole"),
			DestroyPlan: once("access.GetOwnPolicies"),
		},
		Faults: Faults{
			OptionalRequest:  "access.ListRoles",
			FailureOnlyWarns: map[string]string{Updating: "access.GetOwnPolicies", Deleting: "access.GetOwnPolicies"},
		},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			return Life{
				Drift: func() {
					d.ChangeAccessRole(t, "role-0", JSONObject{"description": "Elsewhere", "resource": JSONObject{
						"policyIdRoleResource": JSONObject{"policies": []any{}, "policyCollections": []any{}},
					}})
				},
				Drifted:             []string{`"Elsewhere" -> "One"`, `+ "` + StandardFeatures + `"`},
				Mended:              map[string]int{"access.UpdateRole": 1},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, AccessAPI+"/roles/role-0", nil, nil) },
				DeletedAndMadeAgain: map[string]int{"access.CreateRole": 1},
				Replacement:         AccessRoleConfig(Object{"code": "next-role", "description": "One"}),
				ReplacedBy:          "code",
				Replaced:            map[string]int{"access.DeleteRole": 1, "access.CreateRole": 1},
				RefusedCreate:       "Unable to create access role",
				RefusedRead:         "Unable to read access role default/role-0",
				RefusedUpdate:       "Unable to update access role default/role-0",
				RefusedDelete:       "Unable to delete access role default/role-0",
			}
		},
	},
	AccessPolicyCollectionType: {
		Label:    "many",
		Config:   AccessPolicyCollectionConfig(Object{"code": "collection-${n}", "description": "One"}),
		Changed:  Object{"code": "collection-${n}", "description": "Two"},
		ImportBy: "id",
		Listings: []string{AccessAPI + "/policycollections"},
		Examples: ExampleSeeds{
			Import: mockserver.Seed{PolicyCollections: []json.RawMessage{ExamplePolicyCollection}},
			List:   mockserver.Seed{PolicyCollections: []json.RawMessage{ExamplePolicyCollection}},
		},
		Cost: Cost{
			Create:  listThenEach("access.PagePolicyCollections", "access.CreatePolicyCollection"),
			Refresh: refreshBySnapshot("access.GetPolicyCollection", "access.PagePolicyCollections"),
			// Both plans of the update warn if the provider's own user could lose its rights.
			Update: func(n int) Calls {
				return Calls{"access.GetOwnPolicies": 2, "access.GetPolicyCollection": n, "access.UpdatePolicyCollection": n}
			},
			Destroy:     each("access.GetPolicyCollection", "access.DeletePolicyCollection"),
			DestroyPlan: once("access.GetOwnPolicies"),
		},
		Faults: Faults{
			OptionalRequest:  "access.PagePolicyCollections",
			FailureOnlyWarns: map[string]string{Updating: "access.GetOwnPolicies", Deleting: "access.GetOwnPolicies"},
		},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			return Life{
				Drift: func() {
					d.ChangePolicyCollection(t, "collection-0", JSONObject{"description": "Elsewhere", "policies": []any{}})
				},
				Drifted:             []string{`"Elsewhere" -> "One"`, `+ "` + StandardFeatures + `"`},
				Mended:              map[string]int{"access.UpdatePolicyCollection": 1},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, AccessAPI+"/policycollections/collection-0", nil, nil) },
				DeletedAndMadeAgain: map[string]int{"access.CreatePolicyCollection": 1},
				Replacement:         AccessPolicyCollectionConfig(Object{"code": "next-collection", "description": "One"}),
				ReplacedBy:          "code",
				Replaced:            map[string]int{"access.DeletePolicyCollection": 1, "access.CreatePolicyCollection": 1},
				RefusedCreate:       "Unable to create access policy collection",
				RefusedRead:         "Unable to read access policy collection default/collection-0",
				RefusedUpdate:       "Unable to update access policy collection default/collection-0",
				RefusedDelete:       "Unable to delete access policy collection default/collection-0",
			}
		},
	},
	AccessRolePolicyCollectionType: {
		Label:  "many",
		Config: Object{"role_id": "default/attached-0", "policy_collection_id": "default/attached-${n}"},
		// Several roles, so that a refresh reads each.
		Many: func(n, _ int) Object {
			return Object{"role_id": Expression(fmt.Sprintf(`"default/attached-${count.index %% %d}"`, assignedRoles(n)))}
		},
		ImportBy: "id",
		Listings: []string{AccessAPI + "/roles"},
		Examples: ExampleSeeds{Resource: ExampleAttachment, Import: ExampleAttachment, List: ExampleAttachment},
		Cost: Cost{
			// The plans warn if the provider's own user could lose its rights.
			Plan:        once("access.GetOwnPolicies"),
			Create:      each("access.AddPolicyCollectionToRole"),
			Refresh:     func(n int) Calls { return Calls{"access.GetRole": assignedRoles(n)} },
			Destroy:     each("access.RemovePolicyCollectionFromRole"),
			DestroyPlan: once("access.GetOwnPolicies"),
		},
		Faults: Faults{
			Repeatable:       "access.AddPolicyCollectionToRole",
			FailureOnlyWarns: map[string]string{Creating: "access.GetOwnPolicies", Deleting: "access.GetOwnPolicies"},
		},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			const label = "default/attached-0,default/attached-0"
			return Life{
				// The resource ignores another attachment.
				Drift:               func() { d.AttachPolicyCollection(t, "attached-0", "attached-1") },
				Vanish:              func() { d.DetachPolicyCollection(t, "attached-0", "attached-0") },
				DeletedAndMadeAgain: map[string]int{"access.AddPolicyCollectionToRole": 1},
				Replacement:         Object{"role_id": "default/attached-0", "policy_collection_id": "default/attached-1"},
				ReplacedBy:          "policy_collection_id",
				Replaced:            map[string]int{"access.RemovePolicyCollectionFromRole": 1, "access.AddPolicyCollectionToRole": 1},
				RefusedCreate:       "Unable to create policy collection of access role",
				RefusedRead:         "Unable to read policy collection of access role " + label,
				RefusedDelete:       "Unable to delete policy collection of access role " + label,
			}
		},
	},
	AccessRolePrecedenceType: {
		Label:    "one",
		Most:     1,
		Config:   Object{"roles": []string{"default/instrument-administrator", "default/configuration-administrator"}},
		Changed:  Object{"roles": []string{"default/configuration-administrator", "default/instrument-administrator"}},
		ImportBy: "id",
		Listings: []string{AccessAPI + "/roles"},
		Cost: Cost{
			// The plan of a create warns about the current order in LUSID, and if the provider's own
			// user could lose its rights.
			Plan:    func(int) Calls { return Calls{"access.ListRoles": 1, "access.GetOwnPolicies": 1} },
			Create:  func(int) Calls { return Calls{"access.ListRoles": 1, "access.GetRole": 1, "access.UpdateRole": 1} },
			Refresh: once("access.ListRoles"),
			Update: func(int) Calls {
				return Calls{"access.GetOwnPolicies": 2, "access.ListRoles": 1, "access.GetRole": 1, "access.UpdateRole": 1}
			},
			Destroy: func(int) Calls { return Calls{} },
		},
		Faults: Faults{
			Versioned:        "access.UpdateRole",
			Adopts:           true,
			FailureOnlyWarns: map[string]string{Creating: "access.GetOwnPolicies", Updating: "access.GetOwnPolicies"},
		},
	},
	AccessUserRoleType: {
		Label:    "many",
		Config:   Object{"user_id": "user-${n}", "policies": []string{StandardFeatures}},
		Changed:  Object{"user_id": "user-${n}", "policies": []string{"default/lusid-evaluator-data"}},
		ImportBy: "id",
		Listings: []string{AccessAPI + "/userroles"},
		Examples: ExampleSeeds{Resource: ExampleTeam, Import: exampleUserRole(), List: exampleUserRole()},
		Cost: Cost{
			// The plan of a create warns about the existing policies of the user role.
			Plan:    each("access.GetUserRole"),
			Create:  func(n int) Calls { return Calls{"access.GetUserRole": n, "access.CreateUserRole": n} },
			Refresh: refreshBySnapshot("access.GetUserRole", "access.ListUserRoles"),
			// Both plans of the update warn if the provider's own user could lose its rights.
			Update: func(n int) Calls {
				return Calls{"access.GetOwnPolicies": 2, "access.GetUserRole": n, "access.UpdateUserRole": n}
			},
			Destroy:     each("access.GetUserRole", "access.DeleteUserRole"),
			DestroyPlan: once("access.GetOwnPolicies"),
		},
		Faults: Faults{
			OptionalRequest:  "access.ListUserRoles",
			OnlyForWarning:   map[string]string{Creating: "access.GetUserRole"},
			FailureOnlyWarns: map[string]string{Updating: "access.GetOwnPolicies", Deleting: "access.GetOwnPolicies"},
			ReadsFirst:       "access.GetUserRole",
		},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			const path = AccessAPI + "/userroles/user-0"
			return Life{
				Drift: func() {
					d.MustCall(t, http.MethodPost, path+"/update", JSONObject{"resource": JSONObject{"policies": []any{}, "policyCollections": []any{}}}, nil)
				},
				Drifted:             []string{`+ "` + StandardFeatures + `"`},
				Mended:              map[string]int{"access.UpdateUserRole": 1},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, path, nil, nil) },
				DeletedAndMadeAgain: map[string]int{"access.CreateUserRole": 1},
				Replacement:         Object{"user_id": "user-1", "policies": []string{StandardFeatures}},
				ReplacedBy:          "user_id",
				Replaced:            map[string]int{"access.DeleteUserRole": 1, "access.CreateUserRole": 1},
				RefusedCreate:       "Unable to create user role",
				RefusedRead:         "Unable to read user role user-0",
				RefusedUpdate:       "Unable to update user role user-0",
				RefusedDelete:       "Unable to delete user role user-0",
			}
		},
	},
	PersonalAccessTokenType: {
		Label:    "many",
		Config:   Object{"display_name": "many-${n}"},
		ImportBy: "id",
		Listings: []string{"/keys"},
		Examples: ExampleSeeds{
			Import: mockserver.Seed{PersonalAccessTokens: []mockserver.PersonalAccessToken{ExampleToken}},
			List:   mockserver.Seed{PersonalAccessTokens: []mockserver.PersonalAccessToken{ExampleToken}},
		},
		Cost: Cost{
			Create: func(n int) Calls {
				return Calls{"identity.GetUserInfo": 1, "identity.ListOwnApiKeys": 1, "identity.CreateApiKey": n}
			},
			Refresh: once("identity.ListOwnApiKeys"),
			Destroy: each("identity.DeleteApiKey"),
		},
		Faults: Faults{
			OptionalRequest: "identity.ListOwnApiKeys",
			ShownOnce:       true,
			Holds: func(t *testing.T, d Domain, made Instance) {
				t.Helper()
				if key := made.Get("key"); key != "null" {
					d.Token = key
					d.MustCall(t, http.MethodGet, "/me", nil, nil)
				}
			},
		},
		Life: func(t *testing.T, d Domain) Life {
			t.Helper()
			const label = `personal access token "many-0"`
			id := func() string {
				var all []struct{ ID, DisplayName string }
				d.MustCall(t, http.MethodGet, "/keys", nil, &all)
				for _, token := range all {
					if token.DisplayName == "many-0" {
						return token.ID
					}
				}
				t.Fatalf("there is no %s", label)
				return ""
			}
			return Life{
				// If another user sets a deactivation date, the plan shows it, but does not undo it.
				Drift: func() {
					if err := d.Mock.DeactivatePersonalAccessToken(id()); err != nil {
						t.Fatal(err)
					}
				},
				Drifted:             []string{"The " + label + " has expired", "-replace"},
				Vanish:              func() { d.MustCall(t, http.MethodDelete, "/keys/"+id(), nil, nil) },
				DeletedAndMadeAgain: map[string]int{"identity.CreateApiKey": 1},
				Replacement:         Object{"display_name": "delivery"},
				ReplacedBy:          "display_name",
				Replaced:            map[string]int{"identity.DeleteApiKey": 1, "identity.CreateApiKey": 1},
				RefusedCreate:       "Unable to create personal access token",
				RefusedRead:         "Unable to read " + label,
				RefusedDelete:       "Unable to delete " + label,
				Secrets:             []string{"key"},
			}
		},
	},
}

func holdsSecret(t *testing.T, d Domain, made Instance) {
	t.Helper()
	d.MustHoldSecret(t, made)
}

// each returns the requests if there is one for each object.
func each(operations ...string) func(n int) Calls {
	return func(n int) Calls {
		calls := Calls{}
		for _, operation := range operations {
			calls[operation] = n
		}
		return calls
	}
}

// once returns one request, regardless of the number of objects.
func once(operation string) func(int) Calls {
	return func(int) Calls { return Calls{operation: 1} }
}

// listThenEach returns one list per process and one request for each object.
func listThenEach(list, operation string) func(n int) Calls {
	return func(n int) Calls { return Calls{list: 1, operation: n} }
}

// refreshBySnapshot returns the requests of a refresh for a kind that can be read by ID and listed. From
// the fourth object on, it is one list.
func refreshBySnapshot(get, list string) func(n int) Calls {
	return func(n int) Calls {
		if n > 3 {
			return Calls{get: 3, list: 1}
		}
		return Calls{get: n}
	}
}

// costOfSingleton returns the cost of a kind with exactly one object in a domain.
func costOfSingleton(get, update string) Cost {
	return Cost{Plan: once(get), Create: once(update), Refresh: once(get), Update: each(get, update), Destroy: each(get, update)}
}

// exampleUserRole returns ExampleTeam with policies for one of its two people.
func exampleUserRole() mockserver.Seed {
	seed := ExampleTeam
	seed.UserRoles = []json.RawMessage{[]byte(`{"userId": "00u4ax8yeBCdf6GHj2p7",
		"resource": {"policies": [{"scope": "default", "code": "allow-standard-lusid-features-access"}]}}`)}
	return seed
}

// assignedRoles returns the number of roles that n assignments use.
func assignedRoles(n int) int { return max(1, n/5) }
