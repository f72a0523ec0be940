package providertest

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// AccessAPI is the start of the paths of the Access API.
const AccessAPI = "/access/api"

// AccessPolicyType is a resource type.
const AccessPolicyType = "lusid_access_policy"

// AccessRoleType is a resource type.
const AccessRoleType = "lusid_access_role"

// AccessPolicyTemplateType is a resource type.
const AccessPolicyTemplateType = "lusid_access_policy_template"

// AccessPolicyCollectionType is a resource type.
const AccessPolicyCollectionType = "lusid_access_policy_collection"

// AccessRolePolicyCollectionType is a resource type.
const AccessRolePolicyCollectionType = "lusid_access_role_policy_collection"

// AccessUserRoleType is a resource type.
const AccessUserRoleType = "lusid_access_user_role"

// AccessRolePrecedenceType is a resource type.
const AccessRolePrecedenceType = "lusid_access_role_precedence"

// StandardFeatures is the ID of a policy that every domain has.
const StandardFeatures = "default/allow-standard-lusid-features-access"

// JSONObject is an object in the body of a request or a response.
type JSONObject = map[string]any

// AccessAction returns an action of a selector.
func AccessAction(scope, activity, entity string) Object {
	return Object{"scope": scope, "activity": activity, "entity": entity}
}

// IDSelector returns a selector for the objects with the scope and the code.
func IDSelector(scope, code string, actions ...any) Object {
	return Object{"id": Object{"identifier": Object{"scope": scope, "code": code}, "actions": actions}}
}

// AccessPolicyConfig returns a policy that allows listing instruments. The given attributes are added or
// replaced.
func AccessPolicyConfig(more ...Object) Object {
	config := Object{
		"code":         "list-instruments",
		"description":  "Call ListInstruments",
		"applications": []string{"LUSID"},
		"selectors": []any{
			IDSelector("LUSID", "api-instruments-listinstruments", AccessAction("LUSID", "Execute", "Feature")),
			IDSelector("*", "*", AccessAction("default", "Read", "Instrument"), AccessAction("default", "List", "Instrument")),
		},
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// AccessPolicyTemplateConfig returns a template of policies that allow reading instruments. The given
// attributes are added or replaced.
func AccessPolicyTemplateConfig(more ...Object) Object {
	config := Object{
		"code":         "read-instruments",
		"display_name": "Read instruments",
		"description":  "Call ListInstruments",
		"templated_selectors": []any{
			Object{"application": "LUSID", "tag": "Feature", "selector": IDSelector(
				"LUSID", "api-instruments-listinstruments", AccessAction("LUSID", "Execute", "Feature"))},
			Object{"application": "LUSID", "tag": "Data", "selector": IDSelector("*", "*", AccessAction("default", "Read", "Instrument"))},
		},
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// AccessRoleConfig returns an access role with one policy. The given attributes are added or replaced.
func AccessRoleConfig(more ...Object) Object {
	config := Object{"code": "analysts", "description": "Read", "policies": []string{StandardFeatures}}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// AccessPolicyCollectionConfig returns a policy collection with one policy. The given attributes are added
// or replaced.
func AccessPolicyCollectionConfig(more ...Object) Object {
	config := Object{"code": "readers", "description": "Read", "policies": []string{StandardFeatures}}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// StoredPolicy reads a policy of the default scope, in the form of a PUT request.
func (d Domain) StoredPolicy(t *testing.T, code string) JSONObject {
	t.Helper()
	return d.storedAccessObject(t, "/policies/"+code)
}

// ChangePolicy changes parts of a policy behind Terraform's back. It removes the parts that are nil.
func (d Domain) ChangePolicy(t *testing.T, code string, changes JSONObject) {
	t.Helper()
	d.changeAccessObject(t, "/policies/"+code, changes)
}

// StoredAccessRole reads an access role of the default scope, in the form of a PUT request.
func (d Domain) StoredAccessRole(t *testing.T, code string) JSONObject {
	t.Helper()
	return d.storedAccessObject(t, "/roles/"+code)
}

// ChangeAccessRole changes parts of an access role behind Terraform's back. It removes the parts that are
// nil.
func (d Domain) ChangeAccessRole(t *testing.T, code string, changes JSONObject) {
	t.Helper()
	d.changeAccessObject(t, "/roles/"+code, changes)
}

// StoredPolicyTemplate reads a policy template of the default scope, in the form of a PUT request.
func (d Domain) StoredPolicyTemplate(t *testing.T, code string) JSONObject {
	t.Helper()
	return d.storedAccessObject(t, "/policytemplates/"+code)
}

// ChangePolicyTemplate changes parts of a policy template behind Terraform's back.
func (d Domain) ChangePolicyTemplate(t *testing.T, code string, changes JSONObject) {
	t.Helper()
	d.changeAccessObject(t, "/policytemplates/"+code, changes)
}

// StoredPolicyCollection reads a policy collection of the default scope, in the form of a PUT request.
func (d Domain) StoredPolicyCollection(t *testing.T, code string) JSONObject {
	t.Helper()
	return d.storedAccessObject(t, "/policycollections/"+code)
}

// ChangePolicyCollection changes parts of a policy collection behind Terraform's back. It removes the parts
// that are nil.
func (d Domain) ChangePolicyCollection(t *testing.T, code string, changes JSONObject) {
	t.Helper()
	d.changeAccessObject(t, "/policycollections/"+code, changes)
}

// AttachPolicyCollection attaches a policy collection to an access role. Both are in the default scope.
func (d Domain) AttachPolicyCollection(t *testing.T, role, collection string) {
	t.Helper()
	body := JSONObject{"policyCollections": []any{JSONObject{"code": collection}}}
	d.MustCall(t, http.MethodPost, AccessAPI+"/roles/default/"+role+"/policycollections", body, nil)
}

// DetachPolicyCollection detaches a policy collection from an access role. Both are in the default scope.
func (d Domain) DetachPolicyCollection(t *testing.T, role, collection string) {
	t.Helper()
	d.MustCall(t, http.MethodDelete, AccessAPI+"/roles/default/"+role+"/policycollections/default/"+collection, nil, nil)
}

// storedAccessObject returns an object without the parts that no request can contain, and without an end in
// the year 9999.
func (d Domain) storedAccessObject(t *testing.T, path string) JSONObject {
	t.Helper()
	var object JSONObject
	d.MustCall(t, http.MethodGet, AccessAPI+path, nil, &object)
	for _, field := range []string{"id", "permission", "roleHierarchyIndex"} {
		delete(object, field)
	}
	if _, isTemplate := object["templatedSelectors"]; isTemplate {
		for _, field := range []string{"scope", "code", "applications", "tags"} {
			delete(object, field)
		}
	}
	if when, ok := object["when"].(JSONObject); ok && strings.HasPrefix(fmt.Sprint(when["deactivate"]), "9999-") {
		delete(when, "deactivate")
	}
	return object
}

func (d Domain) changeAccessObject(t *testing.T, path string, changes JSONObject) {
	t.Helper()
	body := d.storedAccessObject(t, path)
	maps.Copy(body, changes)
	maps.DeleteFunc(body, func(_ string, value any) bool { return value == nil })
	d.MustCall(t, http.MethodPut, AccessAPI+path, body, nil)
}
