package provider_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// people is a domain with some of each kind.
func people(t *testing.T) (d domain, roleID string, users []string, token instance) {
	t.Helper()
	d, roleID, caller, users := crew(t, withSomebodyElse())
	d.assign(t, roleID, users[0], users[1], caller)
	gone := d.createUser(t, "gone@example.com", "go@example.com")
	d.mustCall(t, http.MethodDelete, "/users/"+gone.ID, nil, nil)
	p := d.protocol(t)
	p.resource(usersType).mustCreate(serviceUser())
	p.resource(usersType).mustCreate(plainUser("person@example.com"))
	token = p.resource(patType).mustCreate(object{"display_name": "pipeline", "deactivation_date": "2099-01-01T00:00:00Z"})
	d.createToken(t, "pipeline 2")
	d.forget()
	return d, roleID, users, token
}

func TestPeopleLists(t *testing.T) {
	t.Parallel()
	d, roleID, users, token := people(t)
	p := d.protocol(t)
	own := d.mock.Credentials().Username
	for _, test := range []struct {
		typeName string
		config   object
		limit    int64
		want     []string
		counts   map[string]int
	}{
		{"lusid_role", object{"name_prefix": "trade"}, 0, []string{"traders"}, map[string]int{"identity.ListRoles": 1}},
		{"lusid_role", object{"scope": "LUSID_SYSTEM"}, 0, []string{"lusid-administrator"}, map[string]int{"identity.ListRoles": 1}},
		{"lusid_role", object{"scope": "LUSID_SYSTEM", "name_prefix": "traders"}, 0, nil, map[string]int{"identity.ListRoles": 1}},
		{usersType, object{"type": "Personal"}, 0, []string{"person@example.com"}, map[string]int{"identity.ListUsers": 1}},
		{usersType, object{"login_prefix": "user"}, 0, []string{"user0@example.com", "user1@example.com", "user2@example.com", "user3@example.com"}, map[string]int{"identity.ListUsers": 1}},
		{usersType, object{"login_prefix": "gone"}, 0, nil, map[string]int{"identity.ListUsers": 1}},
		{assignmentType, object{"role_id": roleID}, 0, []string{loginOf(d, t, users[0]), loginOf(d, t, users[1]), own}, map[string]int{"identity.ListUsersInRole": 1}},
		{membersType, object{"name_prefix": "trade"}, 0, []string{"traders"}, map[string]int{"identity.ListRoles": 1}},
		{patType, object{}, 0, []string{"Terraform", "pipeline", "pipeline 2"}, nil},
		{patType, object{"display_name_prefix": "pipe"}, 0, []string{"pipeline", "pipeline 2"}, nil},
		{patType, object{"display_name_prefix": "pipe"}, 1, []string{"pipeline"}, nil},
	} {
		d.forget()
		results, diags := p.resource(test.typeName).list(test.config, test.limit, false)
		diags.mustBeQuiet(t)
		var got []string
		for _, result := range results {
			got = append(got, result.displayName)
			mustBeAbsent(t, "a result", result.bytes, map[string]string{"the key": token.get("key")})
		}
		slices.Sort(got)
		slices.Sort(test.want)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s %v (-want +got):\n%s", test.typeName, test.config, diff)
		}
		if test.counts != nil {
			d.mustCount(t, test.counts)
		}
	}
}

func loginOf(d domain, t *testing.T, id string) string {
	t.Helper()
	var user userBody
	d.mustCall(t, http.MethodGet, "/users/"+id, nil, &user)
	return user.Login
}

// TestPeopleLists_generatedConfiguration writes a configuration from each result, as terraform query
// -generate-config-out does. It imports by the identity, and plans nothing.
func TestPeopleLists_generatedConfiguration(t *testing.T) {
	t.Parallel()
	d, roleID, _, token := people(t)
	p := d.protocol(t)
	for typeName, filter := range map[string]object{
		"lusid_role": {}, usersType: {}, assignmentType: {"role_id": roleID}, membersType: {}, patType: {},
	} {
		m := p.resource(typeName)
		results, diags := m.list(filter, 0, true)
		diags.mustBeQuiet(t)
		if len(results) < 2 {
			t.Fatalf("%s: %d results", typeName, len(results))
		}
		for _, result := range results {
			mustBeAbsent(t, "a result", result.bytes, map[string]string{"the key": token.get("key"), "the own key": d.token})
			imported, diags := m.importIdentity(toObject(result.identity))
			diags.mustSucceed(t) // The key of a token is missed.
			if names := result.resource.differences(imported); names != nil {
				t.Errorf("%s %s: the result and its import differ in %s", typeName, result.displayName, names)
			}
			config := map[string]tftypes.Value{}
			for _, attribute := range m.schema.Block.Attributes {
				config[attribute.Name] = tftypes.NewValue(attribute.ValueType(), nil)
				if attribute.Required || attribute.Optional {
					config[attribute.Name] = result.resource.attributes[attribute.Name]
				}
			}
			m.mustPlanNothing(imported, written(config))
		}
	}
}

// written turns attribute values into a configuration.
func written(attributes map[string]tftypes.Value) object {
	config := object{}
	for name, value := range attributes {
		var text string
		var texts []tftypes.Value
		var ids map[string]tftypes.Value
		switch {
		case value.IsNull():
		case value.As(&text) == nil:
			config[name] = text
		case value.As(&texts) == nil:
			elements := []string{}
			for _, element := range texts {
				_ = element.As(&text)
				elements = append(elements, text)
			}
			config[name] = elements
		case value.As(&ids) == nil:
			elements := object{}
			for key, element := range ids {
				_ = element.As(&text)
				elements[key] = text
			}
			config[name] = elements
		}
	}
	return config
}

func TestPeopleLists_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	for typeName, config := range map[string]object{
		"lusid_role": {}, usersType: {}, assignmentType: {"role_id": "any"}, membersType: {}, patType: {},
	} {
		_, diags := d.noRights(t).resource(typeName).list(config, 0, false)
		diags.mustFail(t, "", "Unable to list", "HTTP 403", "lusid-administrator")
		_, diags = d.notConfigured(t).resource(typeName).list(config, 0, false)
		diags.mustFail(t, "", "Unable to list", "access_token will be known only after apply")
	}
	p := newProtocol(t)
	_, diags := p.resource(usersType).list(object{"type": "service"}, 0, false)
	diags.mustFail(t, "type", "Service")
	_, diags = p.resource(assignmentType).list(object{"role_id": "a b"}, 0, false)
	diags.mustFail(t, "role_id", "1 to 64")
	_, diags = d.protocol(t).resource(assignmentType).list(object{"role_id": "missing"}, 0, false)
	diags.mustFail(t, "", "Unable to list role assignments", "(660)")
	// A role that cannot be looked into is said to be one.
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.ListUsersInRole", Status: http.StatusForbidden})
	_, diags = d.protocol(t).resource(membersType).list(object{"name_prefix": "lusid-administrator"}, 0, true)
	diags.mustFail(t, "", "Unable to list role members", "HTTP 403")
}
