package providertest

import (
	"encoding/json"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// ExampleSeeds has the objects that exist before the examples of a kind run.
type ExampleSeeds struct {
	// Resource has the objects that the example of the resource refers to.
	Resource mockserver.Seed
	// Import has the objects that the import examples import. List has the objects that the example of the
	// list resource finds.
	Import, List mockserver.Seed
}

// Objects that the examples of several types use.
var (
	// ExampleApplication is an application that was not created by Terraform.
	ExampleApplication = mockserver.Application{ID: "0oabw8p5aaGCl5zAA2p8", ClientID: "example-sdk-app", DisplayName: "Example SDK application"}

	// ExampleService is a service user.
	ExampleService = mockserver.User{
		ID: "00u9kc3zrLMnq7STw2p7", Username: "svc-pricing@acme.com", EmailAddress: "market-data@acme.com", FirstName: "Pricing", LastName: "Service",
	}
	// ExampleToken is a personal access token with a deactivation date.
	ExampleToken = mockserver.PersonalAccessToken{
		ID: "k3VbT8wQz1LxRn6YcM2d", DisplayName: "nightly", DeactivationDate: time.Date(2035, time.December, 31, 18, 0, 0, 0, time.UTC),
	}
	// ExampleTool is an MCP tool.
	ExampleTool = mockserver.McpTool{
		Scope: "market-data", Code: "prices", Name: "get-prices", Title: "Get prices", Description: "Returns prices.", Query: "select * from Acme.Prices",
	}
	// ExampleGuards has network zones and external token issuers.
	ExampleGuards = mockserver.Seed{
		NetworkZones: []mockserver.NetworkZone{
			{Code: "acme-office", Description: "Traders", Action: "Allow", IPs: []string{"203.0.113.0/24"}, UserRoles: []string{"traders"}, Hierarchy: 10},
			{Code: "acme-partner", Action: "Block", IPs: []string{"192.0.2.0/24"}, SessionType: []string{"AllUsers"}, Hierarchy: 15},
		},
		ExternalTokenIssuers: []mockserver.ExternalTokenIssuer{{
			Code: "acme-gitlab", Issuer: "https://gitlab.acme.com", Audience: "https://acme.lusid.com", LogoutURL: "https://acme.lusid.com/logout",
			ClaimMappings: map[string]string{
				"userId": "user_id", "login": "user_email", "email": "user_email", "firstName": `"GitLab"`, "lastName": `"Pipeline"`, "userType": `"Service"`,
			},
		}},
	}
	// ExamplePolicy is a policy of the Access API, and ExampleAccessRole a role.
	ExamplePolicy = json.RawMessage(`{
		"code": "acme-list-instruments", "grant": "Allow", "when": {"activate": "2024-01-01T00:00:00Z"},
		"selectors": [{"matchAllSelectorDefinition": {"actions": [{"scope": "default", "activity": "Read", "entity": "Instrument"}]}}]
	}`)
	ExampleAccessRole = json.RawMessage(`{
		"code": "acme-auditors", "when": {"activate": "2024-01-01T00:00:00Z"}, "resource": {"policyIdRoleResource": {"policies": []}}
	}`)
	// ExampleTemplates has a policy template.
	ExampleTemplates = mockserver.Seed{PolicyTemplates: []json.RawMessage{json.RawMessage(`{
		"code": "acme-read-instruments", "displayName": "Read instruments", "description": "", "templatedSelectors": [
			{"application": "LUSID", "tag": "Data", "selector": {"matchAllSelectorDefinition": {
				"actions": [{"scope": "default", "activity": "Read", "entity": "Instrument"}]}}}]
	}`)}}
	// ExamplePolicyCollection is a policy collection, and ExampleAttachment is an access role with that
	// collection.
	ExamplePolicyCollection = json.RawMessage(`{
		"code": "acme-read-only", "description": "Read market data",
		"policies": [{"scope": "default", "code": "allow-standard-lusid-features-access"}]
	}`)
	ExampleAttachment = mockserver.Seed{
		PolicyCollections: []json.RawMessage{ExamplePolicyCollection},
		AccessRoles: []json.RawMessage{json.RawMessage(`{
			"code": "acme-auditors", "when": {"activate": "2024-01-01T00:00:00Z"},
			"resource": {"policyIdRoleResource": {"policies": [], "policyCollections": [{"scope": "default", "code": "acme-read-only"}]}}
		}`)},
	}
	// ExampleTeam has a role and two people. One of them has the role.
	ExampleTeam = mockserver.Seed{
		Roles: []mockserver.Role{{ID: "00g7hk2mnPQrs4TUv2p7", Name: "traders", Description: "Books and amends trades"}},
		Users: []mockserver.User{
			ExampleUser(mockserver.UserActive, "traders"),
			{Username: "john.roe@acme.com", FirstName: "John", LastName: "Roe", Type: "Personal"},
		},
	}
)

// ExampleUser is a person.
func ExampleUser(status mockserver.UserStatus, roles ...string) mockserver.User {
	return mockserver.User{
		ID: "00u4ax8yeBCdf6GHj2p7", Username: "jane.doe@acme.com", FirstName: "Jane", LastName: "Doe", Type: "Personal", Status: status, Roles: roles,
	}
}
