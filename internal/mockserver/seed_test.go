package mockserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestParseSeed(t *testing.T) {
	t.Parallel()
	got, err := mockserver.ParseSeed([]byte(`{
		"user": {"username": "me@example.com", "password": "mine"},
		"applications": [
			{"clientId": "first-app", "displayName": "First"},
			{"id": "second", "clientId": "second-app", "displayName": "Second", "type": "Web", "secret": "its secret"}
		],
		"roles": [{"id": "first", "name": "first-role", "description": "First"}],
		"users": [
			{"username": "first@example.com"},
			{
				"id": "second", "username": "second@example.com", "emailAddress": "mail@example.com", "password": "theirs", "firstName": "Jo", "lastName": "Doe",
				"secondEmailAddress": "other@example.com", "alternativeUserIds": {"desk": "D1"}, "userExpiry": "2030-01-01T00:00:00Z",
				"type": "Service", "status": "LOCKED_OUT", "roles": ["first-role", "lusid-evaluator"]
			}
		],
		"personalAccessTokens": [
			{"displayName": "Mine"},
			{"displayName": "Mine", "deactivationDate": "2020-02-01T00:00:00Z"},
			{"id": "third", "displayName": "Mine", "username": "Second@example.com", "key": "its key", "createdDate": "2020-01-01T00:00:00Z"}
		],
		"mcpTools": [
			{"scope": "first", "code": "tool"},
			{"scope": "second", "code": "tool", "name": "second-tool", "title": "Second", "description": "The second", "query": "select 2"}
		],
		"passwordPolicies": {"Personal": {"minLength": 14, "excludeFirstName": true, "historyCount": 3}},
		"sessionPolicy": {"maxSessionIdleMinutes": 30, "maxSessionLifetimeMinutes": 480},
		"userSchema": [{"name": "desk", "description": "Desk"}, {"name": "hr"}],
		"networkZones": [
			{"code": "first"},
			{"code": "second", "description": "Office", "action": "Block", "ips": ["10.0.0.0/8", "::1"], "sessionType": ["AllUsers"], "userRoles": ["first-role"], "hierarchy": 7}
		],
		"externalTokenIssuers": [
			{"code": "first", "issuer": "https://ci.example.com", "audience": "lusid", "logoutUrl": "https://example.com"},
			{
				"code": "second", "issuer": "https://ci.example.com", "audience": "other", "logoutUrl": "https://example.com", "description": "CI",
				"claimMappings": {"userId": "a", "login": "b", "email": "c", "firstName": "d", "lastName": "e", "userType": "\"Service\"", "groups": "f"}
			}
		]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := mockserver.Seed{
		User: mockserver.User{Username: "me@example.com", Password: "mine"},
		Applications: []mockserver.Application{
			{ClientID: "first-app", DisplayName: "First"},
			{ID: "second", ClientID: "second-app", DisplayName: "Second", Type: "Web", Secret: "its secret"},
		},
		Roles: []mockserver.Role{{ID: "first", Name: "first-role", Description: "First"}},
		Users: []mockserver.User{
			{Username: "first@example.com"},
			{
				ID: "second", Username: "second@example.com", EmailAddress: "mail@example.com", Password: "theirs", FirstName: "Jo", LastName: "Doe",
				SecondEmailAddress: "other@example.com", AlternativeUserIDs: map[string]string{"desk": "D1"}, UserExpiry: time.Date(2030, 1, 1, 0, 0, 0,
					0, time.UTC),
				Type: "Service", Status: mockserver.UserLockedOut, Roles: []string{"first-role", "lusid-evaluator"},
			},
		},
		PersonalAccessTokens: []mockserver.PersonalAccessToken{
			{DisplayName: "Mine"},
			{DisplayName: "Mine", DeactivationDate: time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC)},
			{
				ID:          "third",
				DisplayName: "Mine",
				Username:    "Second@example.com",
				Key:         "its key",
				CreatedDate: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
			},
		},
		McpTools: []mockserver.McpTool{
			{Scope: "first", Code: "tool"},
			{Scope: "second", Code: "tool", Name: "second-tool", Title: "Second", Description: "The second", Query: "select 2"},
		},
		PasswordPolicies: map[string]mockserver.PasswordPolicy{"Personal": {MinLength: 14, ExcludeFirstName: true, HistoryCount: 3}},
		SessionPolicy:    &mockserver.SessionPolicy{MaxSessionIdleMinutes: 30, MaxSessionLifetimeMinutes: new(int64(480))},
		UserSchema:       []mockserver.UserSchemaProperty{{Name: "desk", Description: "Desk"}, {Name: "hr"}},
		NetworkZones: []mockserver.NetworkZone{
			{Code: "first"},
			{
				Code: "second", Description: "Office", Action: "Block", IPs: []string{"10.0.0.0/8", "::1"},
				SessionType: []string{"AllUsers"}, UserRoles: []string{"first-role"}, Hierarchy: 7,
			},
		},
		ExternalTokenIssuers: []mockserver.ExternalTokenIssuer{
			{Code: "first", Issuer: "https://ci.example.com", Audience: "lusid", LogoutURL: "https://example.com"},
			{
				Code: "second", Issuer: "https://ci.example.com", Audience: "other", LogoutURL: "https://example.com", Description: "CI",
				ClaimMappings: map[string]string{
					"userId": "a", "login": "b", "email": "c", "firstName": "d", "lastName": "e", "userType": `"Service"`, "groups": "f",
				},
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("seed (-want +got):\n%s", diff)
	}
}

func TestParseSeed_errors(t *testing.T) {
	t.Parallel()
	issuer := func(code, mappings string) string {
		return `{"code": "` + code + `", "issuer": "https://ci.example.com", "audience": "lusid", "logoutUrl": "https://example.com", "claimMappings": ` + mappings + `}`
	}
	const first = `{"id": "first", "clientId": "first-app", "displayName": "First"}`
	for seed, want := range map[string]string{
		``:                       "EOF",
		`{} {}`:                  "more than one",
		`{"application": []}`:    "application",
		`{"applications": [{}]}`: "applications[0]: clientId: minimum string length is 6",
		`{"applications": [{"clientId": "first-app", "displayName": "First", "type": "native"}]}`:                        "type",
		`{"applications": [{"id": "a b", "clientId": "first-app", "displayName": "First"}]}`:                             "id",
		`{"applications": [{"id": "first-app", "clientId": "first-app", "displayName": "First"}]}`:                       "differ from clientId",
		`{"applications": [` + first + `, {"clientId": "first-app", "displayName": "Second"}]}`:                          "applications[1]: the clientId first-app is not unique",
		`{"applications": [` + first + `, {"clientId": "second-app", "displayName": "First"}]}`:                          "the displayName First is not unique",
		`{"applications": [` + first + `, {"id": "first", "clientId": "second-app", "displayName": "Second"}]}`:          "the id first is not unique",
		`{"applications": [{"clientId": "first-app", "displayName": "First", "redirectUris": ["https://example.com"]}]}`: "redirectUris",
		`{"roles": [{"name": "ab"}]}`:                                 "roles[0]: name",
		`{"roles": [{"id": "a b", "name": "first-role"}]}`:            "roles[0]: id",
		`{"roles": [{"name": "` + strings.Repeat("x", 101) + `"}]}`:   "maximum string length is 100",
		`{"roles": [{"name": "first-role"}, {"name": "first-role"}]}`: "roles[1]: the name first-role is not unique",
		`{"roles": [{"name": "lusid-evaluator"}]}`:                    "the name lusid-evaluator is not unique",
		`{"roles": [{"name": "first-role", "scope": "default"}]}`:     "scope",
		`{"user": {"username": "me"}}`:                                "user: emailAddress",
		`{"user": {"username": "me@example.com", "type": "Robot"}}`:   "user: type: The type must be",
		`{"users": [{}]}`: "users[0]: emailAddress",
		`{"users": [{"id": "a b", "username": "first@example.com"}]}`:                                                            "users[0]: id",
		`{"users": [{"username": "first@example.com", "lastName": "D"}]}`:                                                        "lastName",
		`{"users": [{"username": "first@example.com", "status": "active"}]}`:                                                     "status: must be one of",
		`{"users": [{"username": "first@example.com", "roles": ["nonsense"]}]}`:                                                  "the role nonsense does not exist",
		`{"users": [{"username": "first@example.com", "userExpiry": "tomorrow"}]}`:                                               "tomorrow",
		`{"users": [{"username": "first@example.com", "type": "Personal", "emailAddress": "other@example.com"}]}`:                "must equal the login",
		`{"users": [{"username": "first@example.com", "type": "Personal", "secondEmailAddress": "other@example.com"}]}`:          "secondEmailAddress",
		`{"users": [{"username": "first@example.com"}, {"username": "First@example.com", "emailAddress": "o@example.com"}]}`:     "users[1]: the username first@example.com is not unique",
		`{"users": [{"username": "first@example.com"}, {"username": "other@example.com", "emailAddress": "First@example.com"}]}`: "the emailAddress first@example.com is not unique",
		`{"user": {"username": "me@example.com"}, "users": [{"username": "me@example.com"}]}`:                                    "users[0]: the username me@example.com is not unique",
		`{"users": [{"id": "first", "username": "first@example.com"}, {"id": "first", "username": "o@example.com"}]}`:            "the id first is not unique",
		`{"personalAccessTokens": [{}]}`:                                                                                 "personalAccessTokens[0]: displayName",
		`{"personalAccessTokens": [{"id": "a b", "displayName": "Mine"}]}`:                                               "personalAccessTokens[0]: id",
		`{"personalAccessTokens": [{"displayName": "Mine", "username": "nobody"}]}`:                                      "the user nobody does not exist",
		`{"personalAccessTokens": [{"displayName": "Mine"}, {"displayName": "Mine"}]}`:                                   "personalAccessTokens[1]: the displayName Mine of",
		`{"personalAccessTokens": [{"displayName": "One", "key": "canary"}, {"displayName": "Other", "key": "canary"}]}`: "the key is not unique",
		`{"mcpTools": [{"code": "tool"}]}`:                                                                               "mcpTools[0]: scope and code",
		`{"mcpTools": [{"scope": "s", "code": "a b"}]}`:                                                                  "mcpTools[0]: scope and code",
		`{"mcpTools": [{"scope": "s", "code": "tool", "name": "a b"}]}`:                                                  "mcpTools[0]: name",
		`{"mcpTools": [{"scope": "s", "code": "tool"}, {"scope": "s", "code": "tool", "name": "other"}]}`:                "mcpTools[1]: the code s/tool is not unique",
		`{"mcpTools": [{"scope": "s", "code": "tool"}, {"scope": "t", "code": "tool"}]}`:                                 "mcpTools[1]: the name tool is not unique",
		`{"passwordPolicies": {"Personal": {"minLength": 11}}}`:                                                          "passwordPolicies[Personal]: conditions.complexity.minLength",
		`{"passwordPolicies": {"personal": {"minLength": 12}}}`:                                                          "passwordPolicies[personal]: the user type must be",
		`{"sessionPolicy": {}}`: "sessionPolicy: maxSessionIdleMinutes",
		`{"sessionPolicy": {"maxSessionIdleMinutes": 60, "maxSessionLifetimeMinutes": 1441}}`: "sessionPolicy: maxSessionLifetimeMinutes",
		`{"userSchema": [{"name": "a-b"}]}`:                                                   "userSchema: alternativeUserIds.0.name",
		`{"userSchema": [` + strings.Repeat(`{"name": "a"},`, 10) + `{"name": "a"}]}`:         "userSchema: alternativeUserIds",
		`{"networkZones": [{}]}`:                                                                        "networkZones[0]: code",
		`{"networkZones": [{"code": "first", "action": "allow"}]}`:                                      "action: must be",
		`{"networkZones": [{"code": "first", "ips": ["acme.com"]}]}`:                                    "networkZoneIPs.0.value",
		`{"networkZones": [{"code": "first"}, {"code": "first"}]}`:                                      "networkZones[1]: the code first is not unique",
		`{"networkZones": [{"code": "first", "hierarchy": 7}, {"code": "second", "hierarchy": 7}]}`:     "the hierarchy 7 is not unique",
		`{"networkZones": [` + strings.Repeat(`{}, `, 10) + `{}]}`:                                      "more than 10",
		`{"externalTokenIssuers": [{"code": "first"}]}`:                                                 "externalTokenIssuers[0]: logoutUrl",
		`{"externalTokenIssuers": [{"code": "first", "logoutUrl": "bye"}]}`:                             "must be a URI",
		`{"externalTokenIssuers": [` + issuer("first", `{"login": "a"}`) + `]}`:                         "claimMappings.email",
		`{"externalTokenIssuers": [` + issuer("first", `{"who": "a"}`) + `]}`:                           "claimMappings",
		`{"externalTokenIssuers": [` + issuer("first", "null") + `, ` + issuer("first", "null") + `]}`:  "externalTokenIssuers[1]: the code first is not unique",
		`{"externalTokenIssuers": [` + issuer("first", "null") + `, ` + issuer("second", "null") + `]}`: "the issuer and audience https://ci.example.com lusid is not unique",
		`{"externalTokenIssuers": [` + strings.Repeat(`{}, `, 5) + `{}]}`:                               "more than 5",
		`{"policies": [{"code": "first"}]}`:                                                             "policies[0]: grant",
		`{"policies": [` + policyBody("ab") + `]}`:                                                      "policies[0]: code",
		`{"policies": [` + policyBody("first") + `, ` + policyBody("first") + `]}`:                      `policies[1]: The policy "default/first" already exists`,
		`{"policies": [` + strings.Replace(policyBody("first"), "2024-01", "2024-13", 1) + `]}`:         "policies[0]: ",
		`{"policyCollections": [{"code": "first", "policies": [{"code": "missing"}]}]}`:                 `policyCollections[0]: The policy "default/missing" does not exist`,
		`{"accessRoles": [` + accessRoleBody("lusid-evaluator") + `]}`:                                  `accessRoles[0]: The role "default/lusid-evaluator" already exists`,
		`{"accessRoles": [` + accessRoleBody("first", "missing") + `]}`:                                 `accessRoles[0]: The policy "default/missing" does not exist`,
	} {
		if _, err := mockserver.ParseSeed([]byte(seed)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got the error %v, want one that contains %q", seed, err, want)
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error contains a secret: %v", seed, err)
		}
	}
}

func TestSeed_usersAndRoles(t *testing.T) {
	t.Parallel()
	created := now.Add(-time.Hour)
	d := newDomain(t, mockserver.Options{
		Clock:   func() time.Time { return now },
		ListLag: 2, // Lists contain the seed at once.
		Seed: mockserver.Seed{
			User:  mockserver.User{Username: "me@example.com", Roles: []string{"first-role"}},
			Roles: []mockserver.Role{{ID: "first", Name: "first-role", Description: "First"}, {Name: "second-role"}},
			Users: []mockserver.User{
				{ID: "new", Username: "new@example.com", Roles: []string{"first-role"}},
				{ID: "active", Username: "active@example.com", Password: "secret", Roles: []string{"lusid-evaluator", "first-role"}},
				{ID: "deleted", Username: "deleted@example.com", Status: mockserver.UserDeprovisioned, Roles: []string{"first-role"}},
			},
			PersonalAccessTokens: []mockserver.PersonalAccessToken{
				{ID: "mine", DisplayName: "Mine", Key: "my key"},
				{ID: "theirs", DisplayName: "Theirs", Username: "active@example.com", Key: "their key"},
				{ID: "expired", DisplayName: "Mine", Key: "old key", CreatedDate: created, DeactivationDate: now},
			},
		},
	})
	for path, want := range map[string][]string{
		usersPath:                              {"new@example.com", "active@example.com"},
		usersPath + "?includeDeactivated=true": {"new@example.com", "active@example.com", "deleted@example.com"},
		rolesPath + "/first/users":             {"new@example.com", "active@example.com"},
		rolesPath + "/" + d.roleID("lusid-evaluator") + "/users": {"active@example.com"},
	} {
		if diff := cmp.Diff(want, d.logins(path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if diff := cmp.Diff([]string{"first-role", "second-role"}, d.roleNames()); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	for user, want := range map[string]string{"new": "PROVISIONED", "active": "ACTIVE", "deleted": "DEPROVISIONED"} {
		if got := d.get(usersPath+"/"+user).text(t, "status"); got != want {
			t.Errorf("%s: got the status %s, want %s", user, got, want)
		}
	}
	if diff := cmp.Diff([]any{"lusid-administrator", "first-role"}, d.get(mePath).object(t)["groups"]); diff != "" {
		t.Errorf("groups of the caller (-want +got):\n%s", diff)
	}
	d.token(d.passwordFormOf("active@example.com", "secret")).wantStatus(t, http.StatusOK)
	for bearer, user := range map[string]string{"my key": "me@example.com", "their key": "active@example.com"} {
		if got := d.as(bearer, http.MethodGet, mePath, "").text(t, "emailAddress"); got != user {
			t.Errorf("%s: got the user %s, want %s", bearer, got, user)
		}
	}
	d.as("old key", http.MethodGet, mePath, "").wantProblem(t, http.StatusUnauthorized, 2153)
	list := decode[[]map[string]any](t, d.get(keysPath))
	want := map[string]any{
		"id":               "expired",
		"displayName":      "Mine",
		"createdDate":      "2026-09-01T11:00:00.1234567+00:00",
		"deactivationDate": nowText,
	}
	if diff := cmp.Diff(want, list[len(list)-1]); diff != "" {
		t.Errorf("the expired token (-want +got):\n%s", diff)
	}
}

func TestSeed_missingReferences(t *testing.T) {
	t.Parallel()
	for _, seed := range []mockserver.Seed{
		{Users: []mockserver.User{{Username: "user@example.com", Roles: []string{"nonsense"}}}},
		{PersonalAccessTokens: []mockserver.PersonalAccessToken{{DisplayName: "Mine", Username: "nobody@example.com"}}},
		{AccessRoles: []json.RawMessage{json.RawMessage(accessRoleBody("first", "missing"))}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v: got no panic, want one", seed)
				}
			}()
			mockserver.New(mockserver.Options{Seed: seed})
		}()
	}
}

func TestSeed_signInAsAnyUser(t *testing.T) {
	t.Parallel()
	seed, err := mockserver.ParseSeed([]byte(`{
		"roles": [{"name": "traders"}],
		"users": [
			{"username": "jane.doe@acme.com", "password": "hers", "type": "Personal", "roles": ["traders"]},
			{"username": "svc-pricing@acme.com", "password": "its own", "roles": ["lusid-evaluator"]},
			{"username": "newcomer@acme.com"}
		],
		"policyCollections": [{"code": "everything", "policies": [{"code": "allow-standard-lusid-features-access"}, {"code": "traders-data"}]}],
		"policies": [{
			"code": "traders-data", "grant": "Allow", "when": {"activate": "2024-01-01T00:00:00Z"},
			"selectors": [{"matchAllSelectorDefinition": {"actions": [{"scope": "default", "activity": "Any", "entity": "Instrument"}]}}]
		}],
		"accessRoles": [{"code": "traders", "when": {"activate": "2024-01-01T00:00:00Z"}, "resource": {"policyIdRoleResource": {"policyCollections": [{"code": "everything"}]}}}]
		}`))
	if err != nil {
		t.Fatal(err)
	}
	d := newDomain(t, mockserver.Options{Seed: seed})
	for login, password := range map[string]string{"jane.doe@acme.com": "hers", "svc-pricing@acme.com": "its own"} {
		access := d.token(d.passwordFormOf(login, password)).wantStatus(t, http.StatusOK).text(t, "access_token")
		if got := d.as(access, http.MethodGet, mePath, "").wantStatus(t, http.StatusOK).text(t, "emailAddress"); got != login {
			t.Errorf("signed in as %s, want %s", got, login)
		}
		d.as(access, http.MethodGet, "/api/api/instruments", "").wantStatus(t, http.StatusOK)
		d.as(access, http.MethodGet, usersPath, "").wantStatus(t, http.StatusForbidden)
	}
	d.token(d.passwordFormOf("newcomer@acme.com", "")).wantStatus(t, http.StatusBadRequest)
}
