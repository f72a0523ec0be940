package mockserver_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// sdks are the SDKs that send a request.
type sdks string

const (
	// identitySDK is finbourne/finbourne-identity-sdk-python 2.3.6, commit 1d3a5328.
	identitySDK sdks = "identity"
	// unifiedSDK is finbourne/finbourne-sdk-python 0.1.103, commit aa386adc.
	unifiedSDK sdks = "unified"
	bothSDKs   sdks = "identity unified"
)

// sdkHeaders are the headers that the synchronous client of each SDK sends with every request. It also
// sends X-LUSID-Application, Authorization and, with a body, sdkContentType.
var sdkHeaders = map[sdks]map[string]string{
	identitySDK: {
		"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "OpenAPI-Generator/2.3.6/python",
		"X-LUSID-SDK-Language": "Python", "X-LUSID-SDK-Version": "2.3.6",
	},
	unifiedSDK: {
		"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "OpenAPI-Generator/0.1.103/python",
		"X-LUSID-SDK-Language": "Python-V3", "X-LUSID-SDK-Version": "0.1.103",
	},
	accessSDK: {
		"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "OpenAPI-Generator/2.4.1/python",
		"X-LUSID-SDK-Language": "Python", "X-LUSID-SDK-Version": "2.4.1",
	},
}

const sdkContentType = "application/json-patch+json"

// sdkRequest is one request as SDKs send it.
type sdkRequest struct {
	operation            string
	sdks                 sdks
	method, target, body string
}

// sdkRequests were recorded from FINBOURNE's unchanged SDKs on 26 November 2026. There is one request for
// each operation of an SDK, with every optional argument. An operation has two rows if the two SDKs differ.
var sdkRequests = []sdkRequest{
	{"identity.AcceptCellAttachment", unifiedSDK, http.MethodPost, "/identity/api/cellmanagement/acceptattachment", ""},
	{
		"identity.AddScim", bothSDKs, http.MethodPut,
		"/identity/api/identityprovider/scim?apiTokenAction=ensure&oldApiTokenDeactivation=2030-01-01T12%3A00%3A00.000000Z",
		"",
	},
	{"identity.AddUserToRole", bothSDKs, http.MethodPut, "/identity/api/roles/auditors-id/users/newcomer", ""},
	{
		"identity.CreateApiKey", identitySDK, http.MethodPost, "/identity/api/keys",
		`{"displayName": "CI", "deactivationDate": "2030-01-01T12:00:00+00:00"}`,
	},
	{
		"identity.CreateApiKey", unifiedSDK, http.MethodPost, "/identity/api/keys",
		`{"displayName": "CI", "deactivationDate": "2030-01-01T12:00:00Z"}`,
	},
	{
		"identity.CreateApplication", bothSDKs, http.MethodPost, "/identity/api/applications",
		`{"displayName": "Acme pricing", "clientId": "acme-pricing", "type": "Web", "redirectUris": ["https://acme.com/callback"], "postLogoutRedirectUris": ["https://acme.com/bye"]}`,
	},
	{
		"identity.CreateExternalTokenIssuer", bothSDKs, http.MethodPost, "/identity/api/externaltokenissuers",
		`{"code": "acme-gitlab", "issuer": "https://ci.acme.com", "audience": "lusid", "description": "CI", "claimMappings": {"userId": "sub", "login": "email", "email": "email", "firstName": "given_name", "lastName": "family_name", "userType": "\"Service\"", "groups": "groups"}, "logoutUrl": "https://ci.acme.com/bye"}`,
	},
	{
		"identity.CreateMcpTool", bothSDKs, http.MethodPost, "/identity/api/mcptools/default/trades",
		`{"name": "trades", "title": "Trades", "description": "Lists trades", "destructive": false, "idempotent": true, "openWorld": false, "readOnly": true, "parameters": [{"name": "limit", "dataType": "Integer", "description": "How many"}], "luminescePayload": {"query": "select * from Lusid.Portfolio.Holding limit {{{limit}}}"}, "destructiveActionSummaryTemplate": null}`,
	},
	{
		"identity.CreateNetworkZone", bothSDKs, http.MethodPost, "/identity/api/networkzones",
		`{"code": "branch", "description": "Office", "networkZoneIPs": [{"type": "CIDR", "description": "Office", "value": "10.0.0.0/8"}], "action": "NoOp", "applyRules": {"sessionType": ["AllUsers"], "userRoles": []}}`,
	},
	{"identity.CreateRole", bothSDKs, http.MethodPost, "/identity/api/roles", `{"name": "traders", "description": "Books trades"}`},
	{
		"identity.CreateUser", identitySDK, http.MethodPost, "/identity/api/users?waitForReindex=True",
		`{"firstName": "Jane", "lastName": "Doe", "emailAddress": "owner@acme.com", "secondEmailAddress": "second@acme.com", "login": "svc-jane@acme.com", "alternativeUserIds": {"desk": "D1"}, "roles": [{"scope": "default", "code": "lusid-evaluator"}], "type": "Service", "userExpiry": "2030-01-01T12:00:00+00:00"}`,
	},
	{
		"identity.CreateUser", unifiedSDK, http.MethodPost, "/identity/api/users?waitForReindex=true",
		`{"firstName": "Jane", "lastName": "Doe", "emailAddress": "owner@acme.com", "secondEmailAddress": "second@acme.com", "login": "svc-jane@acme.com", "alternativeUserIds": {"desk": "D1"}, "roles": [{"scope": "default", "code": "lusid-evaluator"}], "type": "Service", "userExpiry": "2030-01-01T12:00:00Z"}`,
	},
	{"identity.DeleteApiKey", bothSDKs, http.MethodDelete, "/identity/api/keys/nightly-id", ""},
	{"identity.DeleteApplication", bothSDKs, http.MethodDelete, "/identity/api/applications/acme-app-id", ""},
	{"identity.DeleteExternalTokenIssuer", bothSDKs, http.MethodDelete, "/identity/api/externaltokenissuers/acme-ci", ""},
	{"identity.DeleteMcpTool", bothSDKs, http.MethodDelete, "/identity/api/mcptools/default/holdings", ""},
	{"identity.DeleteNetworkZone", bothSDKs, http.MethodDelete, "/identity/api/networkzones/office", ""},
	{"identity.DeleteRole", bothSDKs, http.MethodDelete, "/identity/api/roles/auditors-id", ""},
	{"identity.DeleteUser", identitySDK, http.MethodDelete, "/identity/api/users/jane?purge=True", ""},
	{"identity.DeleteUser", unifiedSDK, http.MethodDelete, "/identity/api/users/jane?purge=true", ""},
	{"identity.DetachParentCell", unifiedSDK, http.MethodPut, "/identity/api/cellmanagement/detach", `{"confirm": false}`},
	{"identity.ExpirePassword", bothSDKs, http.MethodPost, "/identity/api/users/jane/lifecycle/$expirepassword", ""},
	{"identity.FindUsersById", bothSDKs, http.MethodGet, "/identity/api/directory?id=jane&id=newcomer", ""},
	{"identity.GetApplication", identitySDK, http.MethodGet, "/identity/api/applications/acme-app-id?includeSecret=True", ""},
	{"identity.GetApplication", unifiedSDK, http.MethodGet, "/identity/api/applications/acme-app-id?includeSecret=true", ""},
	{"identity.GetAuthenticationInformation", bothSDKs, http.MethodGet, "/identity/api/authentication/information", ""},
	{"identity.GetCellParentStatus", unifiedSDK, http.MethodGet, "/identity/api/cellmanagement/parentcell", ""},
	{"identity.GetExternalTokenIssuer", bothSDKs, http.MethodGet, "/identity/api/externaltokenissuers/acme-ci", ""},
	{"identity.GetMcpTool", bothSDKs, http.MethodGet, "/identity/api/mcptools/default/holdings?version=1", ""},
	{"identity.GetNetworkZone", bothSDKs, http.MethodGet, "/identity/api/networkzones/office", ""},
	{"identity.GetPasswordPolicy", bothSDKs, http.MethodGet, "/identity/api/authentication/password-policy/Personal", ""},
	{"identity.GetRole", bothSDKs, http.MethodGet, "/identity/api/roles/auditors-id", ""},
	{"identity.GetRoleByCode", unifiedSDK, http.MethodGet, "/identity/api/roles/byCode/auditors?scope=default", ""},
	{"identity.GetSessionPolicy", unifiedSDK, http.MethodGet, "/identity/api/authentication/session-policy", ""},
	{
		"identity.GetSupportAccessHistory", bothSDKs, http.MethodGet,
		"/identity/api/authentication/support?start=2030-01-01T12%3A00%3A00.000000Z&end=2030-01-01T12%3A00%3A00.000000Z",
		"",
	},
	{"identity.GetSupportRoles", bothSDKs, http.MethodGet, "/identity/api/authentication/support-roles", ""},
	{"identity.GetUser", identitySDK, http.MethodGet, "/identity/api/users/jane?includeRoles=True", ""},
	{"identity.GetUser", unifiedSDK, http.MethodGet, "/identity/api/users/jane?includeRoles=true", ""},
	{"identity.GetUserFromLogin", unifiedSDK, http.MethodGet, "/identity/api/users/fromlogin/jane.doe%40acme.com", ""},
	{"identity.GetUserInfo", bothSDKs, http.MethodGet, "/identity/api/me", ""},
	{"identity.GetUserSchema", bothSDKs, http.MethodGet, "/identity/api/users/schema", ""},
	{
		"identity.GrantSupportAccess", bothSDKs, http.MethodPost, "/identity/api/authentication/support",
		`{"duration": "P1D", "description": "Ticket 1", "permittedRoles": ["1"]}`,
	},
	{"identity.InvalidateSupportAccess", bothSDKs, http.MethodDelete, "/identity/api/authentication/support", ""},
	{"identity.InvalidateToken", bothSDKs, http.MethodDelete, "/identity/api/tokens", ""},
	{"identity.ListAccessControlledResources", bothSDKs, http.MethodGet, "/identity/api/metadata/access/resources", ""},
	{"identity.ListApplications", bothSDKs, http.MethodGet, "/identity/api/applications", ""},
	{"identity.ListExternalTokenIssuers", bothSDKs, http.MethodGet, "/identity/api/externaltokenissuers", ""},
	{
		"identity.ListLogs", bothSDKs, http.MethodGet,
		"/identity/api/logs?oktaSince=2030-01-01T12%3A00%3A00.000000Z&oktaUntil=2030-01-01T12%3A00%3A00.000000Z&oktaFilter=eventType%20eq%20%22user.session.start%22&oktaQuery=jane&oktaLimit=10&oktaSortOrder=ASCENDING&oktaAfter=AFTER",
		"",
	},
	{"identity.ListMcpTools", bothSDKs, http.MethodGet, "/identity/api/mcptools", ""},
	{"identity.ListNetworkZones", bothSDKs, http.MethodGet, "/identity/api/networkzones", ""},
	{"identity.ListOwnApiKeys", bothSDKs, http.MethodGet, "/identity/api/keys", ""},
	{"identity.ListRoles", bothSDKs, http.MethodGet, "/identity/api/roles", ""},
	{"identity.ListRunnableUsers", bothSDKs, http.MethodGet, "/identity/api/users/$runnable", ""},
	{
		"identity.ListUserLogs", bothSDKs, http.MethodGet,
		"/identity/api/logs/me?oktaSince=2030-01-01T12%3A00%3A00.000000Z&oktaUntil=2030-01-01T12%3A00%3A00.000000Z&oktaLimit=10&oktaSortOrder=ASCENDING&oktaAfter=AFTER",
		"",
	},
	{"identity.ListUsers", identitySDK, http.MethodGet, "/identity/api/users?includeDeactivated=True", ""},
	{"identity.ListUsers", unifiedSDK, http.MethodGet, "/identity/api/users?includeDeactivated=true", ""},
	{"identity.ListUsersInRole", bothSDKs, http.MethodGet, "/identity/api/roles/auditors-id/users", ""},
	{"identity.RefuseCellAttachment", unifiedSDK, http.MethodPost, "/identity/api/cellmanagement/refuseattachment", ""},
	{"identity.RemovePrimaryDomain", unifiedSDK, http.MethodDelete, "/identity/api/cellmanagement/primarydomain", ""},
	{"identity.RemoveScim", bothSDKs, http.MethodDelete, "/identity/api/identityprovider/scim", ""},
	{"identity.RemoveUserFromRole", bothSDKs, http.MethodDelete, "/identity/api/roles/auditors-id/users/jane", ""},
	{"identity.ResetFactors", bothSDKs, http.MethodPost, "/identity/api/users/jane/lifecycle/$resetfactors", ""},
	{"identity.ResetPassword", bothSDKs, http.MethodPost, "/identity/api/users/jane/lifecycle/$resetpassword", ""},
	{"identity.RotateApplicationSecrets", bothSDKs, http.MethodPost, "/identity/api/applications/acme-app-id/lifecycle/$newsecret", ""},
	{"identity.RotateAttachingKey", unifiedSDK, http.MethodPut, "/identity/api/cellmanagement/attachingkey/rotate", `{"pat": "TOKEN"}`},
	{"identity.RotateDomainKeys", unifiedSDK, http.MethodPost, "/identity/api/cellmanagement/rotatedomainkeys", ""},
	{"identity.SendActivationEmail", bothSDKs, http.MethodPost, "/identity/api/users/newcomer/lifecycle/$activate", ""},
	{
		"identity.SetAttachingKey", unifiedSDK, http.MethodPut, "/identity/api/cellmanagement/attachingkey",
		`{"pat": "TOKEN", "parentDomainName": "acme", "parentAssignedCellId": 1}`,
	},
	{
		"identity.SetParentCell", unifiedSDK, http.MethodPut, "/identity/api/cellmanagement/parentcell",
		`{"adminDomainName": "acme", "confirm": false}`,
	},
	{"identity.SetPassword", bothSDKs, http.MethodPut, "/identity/api/me/password", `{"value": "a long pass phrase"}`},
	{"identity.SetPrimaryDomain", unifiedSDK, http.MethodPut, "/identity/api/cellmanagement/primarydomain", ""},
	{"identity.UnlockUser", bothSDKs, http.MethodPost, "/identity/api/users/locked/lifecycle/$unlock", ""},
	{"identity.UnsuspendUser", bothSDKs, http.MethodPost, "/identity/api/users/suspended/lifecycle/$unsuspend", ""},
	{
		"identity.UpdateExternalTokenIssuer", bothSDKs, http.MethodPut, "/identity/api/externaltokenissuers/acme-ci",
		`{"issuer": "https://ci.acme.com", "audience": "lusid", "description": "CI", "claimMappings": {"userId": "sub", "login": "email", "email": "email", "firstName": "given_name", "lastName": "family_name", "userType": "\"Service\"", "groups": "groups"}, "logoutUrl": "https://ci.acme.com/bye"}`,
	},
	{
		"identity.UpdateMcpTool", bothSDKs, http.MethodPut, "/identity/api/mcptools/default/holdings",
		`{"name": "holdings", "title": "Holdings", "description": "Lists holdings", "destructive": false, "idempotent": true, "openWorld": false, "readOnly": true, "parameters": [{"name": "limit", "dataType": "Integer", "description": "How many"}], "luminescePayload": {"query": "select * from Lusid.Portfolio.Holding limit {{{limit}}}"}, "destructiveActionSummaryTemplate": null}`,
	},
	{
		"identity.UpdateNetworkZone", bothSDKs, http.MethodPut, "/identity/api/networkzones/office",
		`{"description": "Office", "networkZoneIPs": [{"type": "IP", "description": "Office", "value": "10.0.0.1"}], "action": "NoOp", "applyRules": {"sessionType": ["AllUsers"], "userRoles": []}, "hierarchy": 1}`,
	},
	{
		"identity.UpdatePasswordPolicy", bothSDKs, http.MethodPut,
		"/identity/api/authentication/password-policy/Personal",
		`{"conditions": {"complexity": {"minLength": 14, "excludeFirstName": true, "excludeLastName": true}, "age": {"maxAgeDays": 0, "historyCount": 4}, "lockout": {"maxAttempts": 10}}}`,
	},
	{"identity.UpdateRole", bothSDKs, http.MethodPut, "/identity/api/roles/auditors-id", `{"description": "Books trades"}`},
	{
		"identity.UpdateSessionPolicy", unifiedSDK, http.MethodPut, "/identity/api/authentication/session-policy",
		`{"maxSessionIdleMinutes": 30, "maxSessionLifetimeMinutes": 480}`,
	},
	{
		"identity.UpdateUser", identitySDK, http.MethodPut, "/identity/api/users/jane",
		`{"firstName": "Jane", "lastName": "Doe", "emailAddress": "owner@acme.com", "secondEmailAddress": "second@acme.com", "login": "jane.doe@acme.com", "alternativeUserIds": {"desk": "D1"}, "roles": [{"scope": "default", "code": "lusid-evaluator"}], "userExpiry": "2030-01-01T12:00:00+00:00"}`,
	},
	{
		"identity.UpdateUser", unifiedSDK, http.MethodPut, "/identity/api/users/jane",
		`{"firstName": "Jane", "lastName": "Doe", "emailAddress": "owner@acme.com", "secondEmailAddress": "second@acme.com", "login": "jane.doe@acme.com", "alternativeUserIds": {"desk": "D1"}, "roles": [{"scope": "default", "code": "lusid-evaluator"}], "userExpiry": "2030-01-01T12:00:00Z"}`,
	},
	{
		"identity.UpdateUserSchema", bothSDKs, http.MethodPut, "/identity/api/users/schema",
		`{"alternativeUserIds": [{"name": "desk", "description": "Desk"}]}`,
	},
	{"instruments", unifiedSDK, http.MethodGet, "/api/api/instruments?limit=1", ""},
}

// sdkRequestsWithNulls are requests whose models were read from JSON without the optional fields. The SDKs
// send null for these fields.
var sdkRequestsWithNulls = []sdkRequest{
	{"identity.CreateApiKey", bothSDKs, http.MethodPost, "/identity/api/keys", `{"displayName": "CI", "deactivationDate": null}`},
	{
		"identity.CreateApplication", bothSDKs, http.MethodPost, "/identity/api/applications",
		`{"displayName": "Acme pricing", "clientId": "acme-pricing", "type": "Native", "redirectUris": null, "postLogoutRedirectUris": null}`,
	},
	{
		"identity.CreateExternalTokenIssuer", bothSDKs, http.MethodPost, "/identity/api/externaltokenissuers",
		`{"code": "acme-gitlab", "issuer": "https://ci.acme.com", "audience": "lusid", "logoutUrl": "https://ci.acme.com/bye", "description": null}`,
	},
	{
		"identity.CreateMcpTool", bothSDKs, http.MethodPost, "/identity/api/mcptools/default/trades",
		`{"name": "trades", "title": "Trades", "description": "Lists trades", "luminescePayload": {"query": "select 1"}, "parameters": null, "destructiveActionSummaryTemplate": null}`,
	},
	{
		"identity.CreateNetworkZone", bothSDKs, http.MethodPost, "/identity/api/networkzones",
		`{"code": "branch", "networkZoneIPs": [{"value": "10.0.0.0/8", "type": null, "description": null}], "action": "NoOp", "applyRules": {"sessionType": ["AllUsers"], "userRoles": []}, "description": null}`,
	},
	{"identity.CreateRole", bothSDKs, http.MethodPost, "/identity/api/roles", `{"name": "traders", "description": null}`},
	{
		"identity.CreateUser", bothSDKs, http.MethodPost, "/identity/api/users?waitForReindex=true",
		`{"firstName": "Jane", "lastName": "Doe", "emailAddress": "jo.doe@acme.com", "login": "jo.doe@acme.com", "type": "Personal", "secondEmailAddress": null, "alternativeUserIds": null, "roles": null, "userExpiry": null}`,
	},
	{
		"identity.GrantSupportAccess", bothSDKs, http.MethodPost, "/identity/api/authentication/support",
		`{"duration": "P1D", "permittedRoles": ["1"], "description": null}`,
	},
	{
		"identity.UpdateExternalTokenIssuer", bothSDKs, http.MethodPut, "/identity/api/externaltokenissuers/acme-ci",
		`{"issuer": null, "audience": null, "description": null, "logoutUrl": null}`,
	},
	{
		"identity.UpdateMcpTool", bothSDKs, http.MethodPut, "/identity/api/mcptools/default/holdings",
		`{"name": "holdings", "title": "Holdings", "description": "Lists holdings", "luminescePayload": {"query": "select 1"}, "parameters": null, "destructiveActionSummaryTemplate": null}`,
	},
	{
		"identity.UpdateNetworkZone", bothSDKs, http.MethodPut, "/identity/api/networkzones/office",
		`{"networkZoneIPs": [{"value": "10.0.0.1", "type": null, "description": null}], "action": "NoOp", "applyRules": {"sessionType": ["AllUsers"], "userRoles": []}, "hierarchy": 1, "description": null}`,
	},
	{"identity.UpdateRole", bothSDKs, http.MethodPut, "/identity/api/roles/auditors-id", `{"description": null}`},
	{
		"identity.UpdateSessionPolicy", unifiedSDK, http.MethodPut, "/identity/api/authentication/session-policy",
		`{"maxSessionIdleMinutes": 30, "maxSessionLifetimeMinutes": null}`,
	},
	{
		"identity.UpdateUser", bothSDKs, http.MethodPut, "/identity/api/users/jane",
		`{"firstName": "Jane", "lastName": "Doe", "emailAddress": "jane.doe@acme.com", "login": "jane.doe@acme.com", "secondEmailAddress": null, "alternativeUserIds": null, "roles": null, "userExpiry": null}`,
	},
}

// sdkSeed returns a seed with the objects that the requests refer to.
func sdkSeed() mockserver.Seed {
	seed := mockserver.Seed{
		Applications:         []mockserver.Application{{ID: "acme-app-id", ClientID: "acme-app", DisplayName: "Acme"}},
		Roles:                []mockserver.Role{{ID: "auditors-id", Name: "auditors"}},
		McpTools:             []mockserver.McpTool{{Scope: "default", Code: "holdings"}},
		NetworkZones:         []mockserver.NetworkZone{{Code: "office", SessionType: []string{"AllUsers"}}},
		PersonalAccessTokens: []mockserver.PersonalAccessToken{{ID: "nightly-id", DisplayName: "nightly"}},
		UserSchema:           []mockserver.UserSchemaProperty{{Name: "desk", Description: "Desk"}},
		ExternalTokenIssuers: []mockserver.ExternalTokenIssuer{
			{Code: "acme-ci", Issuer: "https://other.acme.com", Audience: "lusid", LogoutURL: "https://other.acme.com/bye"},
		},
		Users: []mockserver.User{
			{ID: "jane", Username: "jane.doe@acme.com", Password: "password", Roles: []string{"auditors"}},
			{ID: "newcomer", Username: "newcomer@acme.com"},
			{ID: "locked", Username: "locked@acme.com", Password: "password", Status: mockserver.UserLockedOut},
			{ID: "suspended", Username: "suspended@acme.com", Password: "password", Status: mockserver.UserSuspended},
		},
	}
	addAccessObjects(&seed)
	return seed
}

// TestSDKs sends each request to a new domain, with an access token, as the synchronous and the
// asynchronous client of the SDK send it.
func TestSDKs(t *testing.T) {
	t.Parallel()
	operations := readContracts(t)
	for _, sent := range slices.Concat(sdkRequests, sdkRequestsWithNulls, accessSDKRequests) {
		want := http.StatusOK // For a path that is in no contract.
		if operation, ok := operations[sent.operation]; ok {
			want = operation.success(t)
		}
		if excluded[sent.operation] != "" {
			want = http.StatusNotImplemented
		}
		for sdk := range sdkHeaders {
			if !strings.Contains(string(sent.sdks), string(sdk)) {
				continue
			}
			for client, r := range map[string]request{"sync": sent.synchronous(sdk), "async": sent.asynchronous(sdk)} {
				t.Run(sent.operation+"/"+string(sdk)+"/"+client, func(t *testing.T) {
					t.Parallel()
					now := func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) } // This is before the dates in the requests.
					d := newDomain(t, mockserver.Options{Seed: sdkSeed(), Clock: now})
					d.createAccessObjects()
					d.ResetRequests()
					r.bearer = d.token(d.passwordForm()).text(t, "access_token")
					d.do(r).wantStatus(t, want)
					if d.Counts()[sent.operation] != 1 {
						t.Errorf("got the counts %v, want %s", d.Counts(), sent.operation)
					}
				})
			}
		}
	}
}

// synchronous returns the request as the synchronous client sends it. Without a body, the request has
// no content type.
func (s sdkRequest) synchronous(sdk sdks) request {
	r := request{method: s.method, path: s.target, body: s.body, header: maps.Clone(sdkHeaders[sdk])}
	r.header["X-LUSID-Application"] = "acme-app"
	if s.body != "" {
		r.contentType = sdkContentType
	}
	return r
}

// asynchronous returns the request as the asynchronous client sends it. aiohttp encodes fewer characters of
// the target. The client also adds a content type to requests without a body.
func (s sdkRequest) asynchronous(sdk sdks) request {
	r := s.synchronous(sdk)
	r.path = strings.NewReplacer("%3A", ":", "%40", "@").Replace(s.target)
	r.header["Accept-Encoding"] = "gzip, deflate"
	if s.body == "" {
		r.contentType = "application/json"
	}
	return r
}

// TestSDKs_coverEveryOperation compares the table with the Identity API's contract.
func TestSDKs_coverEveryOperation(t *testing.T) {
	t.Parallel()
	recorded := map[sdks]map[string]bool{identitySDK: {}, unifiedSDK: {}}
	for _, sent := range sdkRequests {
		for sdk, operations := range recorded {
			if strings.Contains(string(sent.sdks), string(sdk)) {
				operations[sent.operation] = true
			}
		}
	}
	for name := range readContract(t, "identity") {
		if !recorded[unifiedSDK][name] {
			t.Errorf("sdkRequests has no request of the unified SDK for %s", name)
		}
	}
	// The unified SDK has every operation and the list of instruments. The Identity SDK has 61 of the
	// operations.
	if got, want := len(recorded[unifiedSDK]), 76; got != want {
		t.Errorf("got %d operations of the unified SDK, want %d", got, want)
	}
	if got, want := len(recorded[identitySDK]), 61; got != want {
		t.Errorf("got %d operations of the Identity SDK, want %d", got, want)
	}
}
