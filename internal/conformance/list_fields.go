package conformance

import (
	"context"
	"maps"
	"strings"
)

// listFieldChecks are the checks that an object in a list has the fields of a read.
var listFieldChecks = []Check{
	listFieldsOf(roles, Write, "GetRole", (*domain).createRole, "description"),
	listFieldsOf(applications, Write, "GetApplication", (*domain).createApplication, "displayName", "type"),
	listFieldsOf(tools, Write, "GetMcpTool", (*domain).createTool, "name", "title", "description", "readOnly", "luminescePayload.query"),
	listFieldsOf(users, Mail, "GetUser", (*domain).createUser, "firstName", "lastName", "emailAddress", "secondEmailAddress", "type"),
	listFieldsOf(zones, NetworkZones, "GetNetworkZone", (*domain).createZone, "description", "hierarchy", "action", "networkZoneIPs", "applyRules.sessionType"),
	listFieldsOf(issuers, ExternalTokenIssuers, "GetExternalTokenIssuer", (*domain).createIssuer, "description", "issuer", "audience", "logoutUrl"),
	listFieldsOf(policies, Write, "GetPolicy", (*domain).createFullPolicy, "description", "applications", "grant", "selectors", "for", "when.activate"),
	listFieldsOf(collections, Write, "GetPolicyCollection", (*domain).createFullCollection, "description", "policies"),
	listFieldsOf(accessRoles, Write, "GetRole", (*domain).createFullAccessRole, "description", "resource.policyIdRoleResource.policies", "when.activate", "roleHierarchyIndex"),
	listFieldsOf(templates, Write, "GetPolicyTemplate", (*domain).createTemplate, "displayName", "description", "templatedSelectors"),
	listFieldsOf(userRoles, Mail, "GetUserRole", (*domain).createFullUserRole, "resource.policyIdRoleResource.policies"),
}

func listFieldsOf(k kind, needs Permission, get string, create creator, fields ...string) Check {
	return Check{
		API: k.api(), Name: k.slug() + "-list-fields", Needs: needs,
		Statement: "The list of " + k.plural() + " contains the same fields of " + article(k.name) + " as a read.",
		Source:    "LUSID's published contract has the same schema for both; whether a domain fills all fields of a list: " + noSource,
		Assumed:   "A plan of many objects uses the list, and reads an object only if the list shows a change. The mock fills all fields.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := create(d, ctx, d.name("fields"))
			if o == nil {
				return a.unable("create " + article(k.name))
			}
			read := d.read(ctx, d.api(k).Get(get, o.path()...))
			if !read.ok() {
				return read.unable("read " + article(k.name))
			}
			if !o.isSameAs(read.object()) {
				return anotherObject
			}
			listed, list := d.listed(ctx, o)
			switch {
			case !list.isList():
				return list.unable("list " + k.plural())
			case listed == nil:
				return couldNotTell("the list does not contain the new object")
			}
			return compareFields(read.object(), listed, fields)
		},
	}
}

// compareFields reports which fields have a value in a read, but none in a list.
func compareFields(read, listed map[string]any, fields []string) Finding {
	var same, missing []string
	for _, name := range fields {
		switch {
		case isEmpty(field(read, name)):
		case isEmpty(field(listed, name)):
			missing = append(missing, name)
		default:
			same = append(same, name)
		}
	}
	switch {
	case len(same)+len(missing) == 0:
		return couldNotTell("a read of the new object has no value for %s", strings.Join(fields, ", "))
	case len(missing) > 0:
		return differs("the list has no value for %s", strings.Join(missing, ", "))
	}
	return asAssumed("the list has values for %s", strings.Join(same, ", "))
}

// listed returns an object of the run as the list that the provider uses contains it. A list may contain a new object
// late. The object is nil if the last list does not contain it.
func (d *domain) listed(ctx context.Context, o *object) (listed map[string]any, last answer) {
	_, last = d.waitInList(ctx, o)
	for _, fields := range last.list() {
		if o.isSameAs(fields) {
			return fields, last
		}
	}
	return nil, last
}

func (d *domain) createFullPolicy(ctx context.Context, code string) (*object, answer) {
	body := policyBody(code)
	maps.Copy(body, map[string]any{"description": createdBy, "for": []any{
		map[string]any{"effectiveRange": map[string]string{"from": "2020-01-01T00:00:00Z", "to": "2020-12-31T00:00:00Z"}},
	}})
	return d.createPolicyWith(ctx, code, body)
}

func (d *domain) createFullCollection(ctx context.Context, code string) (*object, answer) {
	policy, a := d.createPolicy(ctx, code)
	if policy == nil {
		return nil, a
	}
	return d.createCollectionWith(ctx, code, policy.fields["id"])
}

func (d *domain) createFullAccessRole(ctx context.Context, code string) (*object, answer) {
	policy, a := d.createPolicy(ctx, code)
	if policy == nil {
		return nil, a
	}
	return d.createAccessRoleWith(ctx, code, roleResource([]any{policy.fields["id"]}))
}

func (d *domain) createFullUserRole(ctx context.Context, name string) (*object, answer) {
	policy, a := d.createPolicy(ctx, name)
	if policy == nil {
		return nil, a
	}
	user, a := d.createUser(ctx, name+"-role")
	if user == nil {
		return nil, a
	}
	return d.createUserRoleOf(ctx, user.id(), user.name, policy.fields["id"])
}
