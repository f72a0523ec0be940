package mockserver_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// accessSDK is finbourne/finbourne-access-sdk-python 2.4.1, commit 26314f43.
const accessSDK sdks = "access"

// accessSDKRequests were recorded from FINBOURNE's unchanged SDK on 27 November 2026. There is one request
// for each operation, with every optional argument that the mock supports.
var accessSDKRequests = []sdkRequest{
	{"access.AddPolicyCollectionToRole", accessSDK, http.MethodPost, "/access/api/roles/default/auditors/policycollections", `{"policyCollections": [{"scope": "default", "code": "readers"}]}`},
	{"access.AddPolicyCollectionToUserRole", accessSDK, http.MethodPost, "/access/api/userroles/signed-in/policycollections", `{"policyCollections": [{"scope": "default", "code": "readers"}]}`},
	{"access.AddPolicyToUserRole", accessSDK, http.MethodPost, "/access/api/userroles/signed-in/policies", `{"policies": [{"scope": "default", "code": "read official"}]}`},
	{"access.AddToPolicyCollection", accessSDK, http.MethodPost, "/access/api/policycollections/readers/add?scope=default", `{"policies": [{"scope": "default", "code": "read official"}], "policyCollections": [{"scope": "default", "code": "readers"}]}`},
	{"access.CreatePolicy", accessSDK, http.MethodPost, "/access/api/policies", `{"code": "read + list", "description": "Official portfolios", "applications": ["LUSID"], "grant": "Allow", "selectors": [{"idSelectorDefinition": {"identifier": {"scope": "official", "code": "*"}, "actions": [{"scope": "default", "activity": "Any", "entity": "Portfolio"}], "name": "official", "description": "Official portfolios"}}, {"metadataSelectorDefinition": {"expressions": [{"metadataKey": "IsExternallyManaged", "operator": "Equals", "textValue": "true"}], "actions": [{"scope": "default", "activity": "Any", "entity": "Portfolio"}], "name": "managed", "description": "Managed"}}, {"policySelectorDefinition": {"identityRestriction": {"scope": "default"}, "restrictionSelectors": [{"matchAllSelectorDefinition": {"actions": [{"scope": "default", "activity": "Any", "entity": "Portfolio"}], "name": "all", "description": "All"}}], "actions": [{"scope": "default", "activity": "Any", "entity": "Policy"}], "name": "own", "description": "Own"}}], "for": [{"effectiveRange": {"from": "2020-01-01T12:00:00+00:00", "to": "2030-01-01T12:00:00+00:00"}}, {"asAtRangeForSpec": {"from": {"dateTimeOffset": "2018-01-01T12:00:00+00:00"}, "to": {"value": "AsAt=Latest"}}}, {"effectiveDateRelative": {"date": "Now", "adjustment": -7, "unit": "Day", "relativeToDateTime": "BeforeOrOn"}}, {"effectiveDateHasQuality": {"quality": "IsBeforeMidday"}}], "if": [{"ifRequestHeaderExpression": {"headerName": "x-group", "operator": "EqualsCaseInsensitive", "value": "special"}}, {"ifIdentityClaimExpression": {"claimType": "sub", "claimValueType": "string", "claimIssuer": "i", "claimOriginalIssuer": "o", "operator": "EqualsCaseSensitive", "value": "v"}}, {"ifIdentityScopeExpression": {"scopeName": "openid"}}, {"ifIdentityScopeExpression": {"scopeName": "openid"}}], "when": {"activate": "2024-01-01T12:00:00+00:00", "deactivate": "2030-01-01T12:00:00+00:00"}, "how": {"type": "t", "parameters": [{"key": "k", "value": "v"}]}, "templateMetadata": {"templateSelection": [{"scope": "default", "code": "reader", "selectorTags": ["Data"]}], "buildAsAt": "2024-01-01T12:00:00+00:00"}}`},
	{"access.CreatePolicyCollection", accessSDK, http.MethodPost, "/access/api/policycollections", `{"code": "all readers", "policies": [{"scope": "default", "code": "read official"}], "metadata": {"key": [{"provider": "p", "value": "v"}]}, "policyCollections": [{"scope": "default", "code": "readers"}], "description": "Readers"}`},
	{"access.CreatePolicyTemplate", accessSDK, http.MethodPost, "/access/api/policytemplates", `{"code": "list reader", "displayName": "Reader", "description": "Reads", "templatedSelectors": [{"application": "LUSID", "tag": "Data", "selector": {"idSelectorDefinition": {"identifier": {"scope": "official", "code": "*"}, "actions": [{"scope": "default", "activity": "Any", "entity": "Portfolio"}], "name": "official", "description": "Official portfolios"}}}]}`},
	{"access.CreateRole", accessSDK, http.MethodPost, "/access/api/roles", `{"code": "traders", "description": "Traders", "resource": {"policyIdRoleResource": {"policies": [{"scope": "default", "code": "read official"}], "policyCollections": [{"scope": "default", "code": "readers"}]}}, "when": {"activate": "2024-01-01T12:00:00+00:00", "deactivate": "2030-01-01T12:00:00+00:00"}}`},
	{"access.CreateUserRole", accessSDK, http.MethodPost, "/access/api/userroles", `{"userId": "jane", "resource": {"policies": [{"scope": "default", "code": "read official"}], "policyCollections": [{"scope": "default", "code": "readers"}]}}`},
	{"access.DeletePolicy", accessSDK, http.MethodDelete, "/access/api/policies/read%20official?scope=default", ""},
	{"access.DeletePolicyCollection", accessSDK, http.MethodDelete, "/access/api/policycollections/readers?scope=default", ""},
	{"access.DeletePolicyTemplate", accessSDK, http.MethodDelete, "/access/api/policytemplates/reader?scope=default", ""},
	{"access.DeleteRole", accessSDK, http.MethodDelete, "/access/api/roles/auditors?scope=default", ""},
	{"access.DeleteUserRole", accessSDK, http.MethodDelete, "/access/api/userroles/signed-in", ""},
	{"access.Evaluate", accessSDK, http.MethodPost, "/access/api/me?applications=LUSID&applications=Drive", `{"list": {"request": {"action": {"entityCode": "Portfolio", "scope": "default", "activity": "Read"}, "fromEffectiveDate": "2030-01-01T12:00:00+00:00", "toEffectiveDate": "2030-01-01T12:00:00+00:00", "fromAsAt": "2030-01-01T12:00:00+00:00", "toAsAt": "2030-01-01T12:00:00+00:00"}, "resource": {"id": {"scope": "official", "code": "main"}, "metadata": {"key": [{"provider": "p", "value": "v"}]}}}}`},
	{"access.GeneratePolicyFromTemplate", accessSDK, http.MethodPost, "/access/api/policytemplates/$generatepolicy", `{"templateSelection": [{"scope": "default", "code": "reader", "selectorTags": ["Data"]}], "selectors": [{"idSelectorDefinition": {"identifier": {"scope": "official", "code": "*"}, "actions": [{"scope": "default", "activity": "Any", "entity": "Portfolio"}], "name": "official", "description": "Official portfolios"}}]}`},
	{"access.GetOwnPolicies", accessSDK, http.MethodGet, "/access/api/me?applications=LUSID&applications=Drive", ""},
	{"access.GetPolicy", accessSDK, http.MethodGet, "/access/api/policies/read%20official?scope=default", ""},
	{"access.GetPolicyCollection", accessSDK, http.MethodGet, "/access/api/policycollections/readers?scope=default", ""},
	{"access.GetPolicyTemplate", accessSDK, http.MethodGet, "/access/api/policytemplates/reader?scope=default", ""},
	{"access.GetRole", accessSDK, http.MethodGet, "/access/api/roles/auditors?scope=default", ""},
	{"access.GetUserRole", accessSDK, http.MethodGet, "/access/api/userroles/signed-in", ""},
	{"access.ListAccessControlledResources", accessSDK, http.MethodGet, "/access/api/metadata/access/resources", ""},
	{"access.ListPolicies", accessSDK, http.MethodGet, "/access/api/policies?scope=default", ""},
	{"access.ListPolicyCollections", accessSDK, http.MethodGet, "/access/api/policycollections?scope=default", ""},
	{"access.ListPolicyTemplates", accessSDK, http.MethodGet, "/access/api/policytemplates?limit=10", ""},
	{"access.ListRoles", accessSDK, http.MethodGet, "/access/api/roles?scope=default", ""},
	{"access.ListUserRoles", accessSDK, http.MethodGet, "/access/api/userroles?limit=10", ""},
	{"access.PagePolicies", accessSDK, http.MethodGet, "/access/api/policies/page?limit=10", ""},
	{"access.PagePolicyCollections", accessSDK, http.MethodGet, "/access/api/policycollections/page?limit=10", ""},
	{"access.RemoveFromPolicyCollection", accessSDK, http.MethodPost, "/access/api/policycollections/readers/remove?scope=default", `{"policies": [{"scope": "default", "code": "read official"}], "policyCollections": [{"scope": "default", "code": "readers"}]}`},
	{"access.RemovePolicyCollectionFromRole", accessSDK, http.MethodDelete, "/access/api/roles/default/auditors/policycollections/default/readers", ""},
	{"access.RemovePolicyCollectionFromUserRole", accessSDK, http.MethodDelete, "/access/api/userroles/signed-in/policycollections/default/readers", ""},
	{"access.RemovePolicyFromUserRole", accessSDK, http.MethodDelete, "/access/api/userroles/signed-in/policies/default/read%20official", ""},
	{"access.UpdatePolicy", accessSDK, http.MethodPut, "/access/api/policies/read%20official?scope=default", `{"description": "Official portfolios", "applications": ["LUSID"], "grant": "Allow", "selectors": [{"idSelectorDefinition": {"identifier": {"scope": "official", "code": "*"}, "actions": [{"scope": "default", "activity": "Any", "entity": "Portfolio"}], "name": "official", "description": "Official portfolios"}}, {"metadataSelectorDefinition": {"expressions": [{"metadataKey": "IsExternallyManaged", "operator": "Equals", "textValue": "true"}], "actions": [{"scope": "default", "activity": "Any", "entity": "Portfolio"}], "name": "managed", "description": "Managed"}}, {"policySelectorDefinition": {"identityRestriction": {"scope": "default"}, "restrictionSelectors": [{"matchAllSelectorDefinition": {"actions": [{"scope": "default", "activity": "Any", "entity": "Portfolio"}], "name": "all", "description": "All"}}], "actions": [{"scope": "default", "activity": "Any", "entity": "Policy"}], "name": "own", "description": "Own"}}], "for": [{"effectiveRange": {"from": "2020-01-01T12:00:00+00:00", "to": "2030-01-01T12:00:00+00:00"}}, {"asAtRangeForSpec": {"from": {"dateTimeOffset": "2018-01-01T12:00:00+00:00"}, "to": {"value": "AsAt=Latest"}}}, {"effectiveDateRelative": {"date": "Now", "adjustment": -7, "unit": "Day", "relativeToDateTime": "BeforeOrOn"}}, {"effectiveDateHasQuality": {"quality": "IsBeforeMidday"}}], "if": [{"ifRequestHeaderExpression": {"headerName": "x-group", "operator": "EqualsCaseInsensitive", "value": "special"}}, {"ifIdentityClaimExpression": {"claimType": "sub", "claimValueType": "string", "claimIssuer": "i", "claimOriginalIssuer": "o", "operator": "EqualsCaseSensitive", "value": "v"}}, {"ifIdentityScopeExpression": {"scopeName": "openid"}}, {"ifIdentityScopeExpression": {"scopeName": "openid"}}], "when": {"activate": "2024-01-01T12:00:00+00:00", "deactivate": "2030-01-01T12:00:00+00:00"}, "how": {"type": "t", "parameters": [{"key": "k", "value": "v"}]}, "templateMetadata": {"templateSelection": [{"scope": "default", "code": "reader", "selectorTags": ["Data"]}], "buildAsAt": "2024-01-01T12:00:00+00:00"}}`},
	{"access.UpdatePolicyCollection", accessSDK, http.MethodPut, "/access/api/policycollections/readers?scope=default", `{"policies": [{"scope": "default", "code": "read official"}], "metadata": {"key": [{"provider": "p", "value": "v"}]}, "policyCollections": [{"scope": "default", "code": "readers"}], "description": "Readers"}`},
	{"access.UpdatePolicyTemplate", accessSDK, http.MethodPut, "/access/api/policytemplates/reader", `{"displayName": "Reader", "description": "Reads", "templatedSelectors": [{"application": "LUSID", "tag": "Data", "selector": {"idSelectorDefinition": {"identifier": {"scope": "official", "code": "*"}, "actions": [{"scope": "default", "activity": "Any", "entity": "Portfolio"}], "name": "official", "description": "Official portfolios"}}}]}`},
	{"access.UpdateRole", accessSDK, http.MethodPut, "/access/api/roles/auditors?scope=default&beforeScope=default&beforeCode=lusid-evaluator", `{"description": "Auditors", "resource": {"policyIdRoleResource": {"policies": [{"scope": "default", "code": "read official"}], "policyCollections": [{"scope": "default", "code": "readers"}]}}, "when": {"activate": "2024-01-01T12:00:00+00:00", "deactivate": "2030-01-01T12:00:00+00:00"}}`},
	{"access.UpdateUserRole", accessSDK, http.MethodPost, "/access/api/userroles/signed-in/update", `{"resource": {"policies": [{"scope": "default", "code": "read official"}], "policyCollections": [{"scope": "default", "code": "readers"}]}}`},
}

// addAccessObjects adds the objects that accessSDKRequests refers to to a seed.
func addAccessObjects(seed *mockserver.Seed) {
	seed.Users = append(seed.Users, mockserver.User{ID: "signed-in", Username: "signed-in@acme.com", Password: "password"})
	seed.Policies = []json.RawMessage{json.RawMessage(policyBody("read official"))}
	seed.PolicyCollections = []json.RawMessage{json.RawMessage(`{"code":"readers","policies":[{"code":"read official"}]}`)}
	seed.AccessRoles = []json.RawMessage{json.RawMessage(accessRoleBody("auditors", "read official"))}
}

// createAccessObjects creates the objects that a seed can't contain.
func (d *domain) createAccessObjects() {
	d.t.Helper()
	d.token(d.passwordFormOf("signed-in@acme.com", "password")).wantStatus(d.t, http.StatusOK)
	d.post(policyTemplatesPath, `{"code":"reader","displayName":"x","description":"x","templatedSelectors":[`+templatedSelector("LUSID", "Data", "a")+`]}`).
		wantStatus(d.t, http.StatusCreated)
}

// TestSDKs_coverTheAccessAPI compares the table with the Access API's contract.
func TestSDKs_coverTheAccessAPI(t *testing.T) {
	t.Parallel()
	recorded := map[string]bool{}
	for _, sent := range accessSDKRequests {
		recorded[sent.operation] = true
	}
	for name := range readContract(t, "access") {
		if !recorded[name] {
			t.Errorf("accessSDKRequests has no request for %s", name)
		}
	}
	if got, want := len(recorded), 39; got != want {
		t.Errorf("accessSDKRequests has %d operations, want %d", got, want)
	}
}
