package provider_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// people returns a domain with a role, users and personal access tokens. The provider has created some
// of them.
func people(t *testing.T) (d providertest.Domain, roleID string, users []string, token providertest.Instance) {
	t.Helper()
	d, roleID, caller, users := providertest.Crew(t, providertest.WithSomebodyElse())
	d.Assign(t, roleID, users[0], users[1], caller)
	gone := d.CreateUser(t, "gone@example.com", "go@example.com")
	d.MustCall(t, http.MethodDelete, "/users/"+gone.ID, nil, nil)
	p := d.Protocol(t)
	p.Resource(providertest.UserType).MustCreate(providertest.ServiceUser())
	p.Resource(providertest.UserType).MustCreate(providertest.PlainUser("person@example.com"))
	token = p.Resource(providertest.PersonalAccessTokenType).MustCreate(providertest.Object{
		"display_name":      "pipeline",
		"deactivation_date": "2099-01-01T00:00:00Z",
	})
	d.CreateToken(t, "pipeline 2")
	d.Forget()
	return d, roleID, users, token
}

func TestPeopleLists(t *testing.T) {
	t.Parallel()
	d, roleID, users, token := people(t)
	p := d.Protocol(t)
	own := d.Mock.Credentials().Username
	for _, test := range []struct {
		typeName string
		config   providertest.Object
		limit    int64
		want     []string
		counts   map[string]int
	}{
		{"lusid_role", providertest.Object{"name_prefix": "trade"}, 0, []string{"traders"}, map[string]int{"identity.ListRoles": 1}},
		{"lusid_role", providertest.Object{"scope": "LUSID_SYSTEM"}, 0, []string{"lusid-administrator"}, map[string]int{"identity.ListRoles": 1}},
		{"lusid_role", providertest.Object{"scope": "LUSID_SYSTEM", "name_prefix": "traders"}, 0, nil, map[string]int{"identity.ListRoles": 1}},
		{
			providertest.UserType,
			providertest.Object{"type": "Personal"},
			0,
			[]string{"person@example.com"},
			map[string]int{"identity.ListUsers": 1},
		},
		{
			providertest.UserType,
			providertest.Object{"login_prefix": "user"},
			0,
			[]string{"user0@example.com", "user1@example.com", "user2@example.com", "user3@example.com"},
			map[string]int{"identity.ListUsers": 1},
		},
		{providertest.UserType, providertest.Object{"login_prefix": "gone"}, 0, nil, map[string]int{"identity.ListUsers": 1}},
		{
			providertest.RoleAssignmentType,
			providertest.Object{"role_id": roleID},
			0,
			[]string{loginOf(d, t, users[0]), loginOf(d, t, users[1]), own},
			map[string]int{"identity.ListUsersInRole": 1},
		},
		{
			providertest.RoleMembersType,
			providertest.Object{"name_prefix": "trade"},
			0,
			[]string{"traders"},
			map[string]int{"identity.ListRoles": 1},
		},
		{providertest.PersonalAccessTokenType, providertest.Object{}, 0, []string{"Terraform", "pipeline", "pipeline 2"}, nil},
		{providertest.PersonalAccessTokenType, providertest.Object{"display_name_prefix": "pipe"}, 0, []string{"pipeline", "pipeline 2"}, nil},
		{providertest.PersonalAccessTokenType, providertest.Object{"display_name_prefix": "pipe"}, 1, []string{"pipeline"}, nil},
	} {
		d.Forget()
		results, diags := p.Resource(test.typeName).List(test.config, test.limit, false)
		if test.limit > 0 {
			diags.MustWarn(t, "", limitWarning)
		} else {
			diags.MustBeQuiet(t)
		}
		var got []string
		for _, result := range results {
			got = append(got, result.DisplayName)
			providertest.MustBeAbsent(t, "a result", result.Bytes, map[string]string{"the key": token.Get("key")})
		}
		slices.Sort(got)
		slices.Sort(test.want)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s listed with %v (-want +got):\n%s", test.typeName, test.config, diff)
		}
		if test.counts != nil {
			d.MustCount(t, test.counts)
		}
	}
}

func loginOf(d providertest.Domain, t *testing.T, id string) string {
	t.Helper()
	var user providertest.UserBody
	d.MustCall(t, http.MethodGet, "/users/"+id, nil, &user)
	return user.Login
}

// TestPeopleLists_generatedConfiguration generates a configuration from each result, as terraform query
// -generate-config-out does. It imports by the identity, and expects an empty plan.
func TestPeopleLists_generatedConfiguration(t *testing.T) {
	t.Parallel()
	d, roleID, _, token := people(t)
	p := d.Protocol(t)
	for typeName, filter := range map[string]providertest.Object{
		"lusid_role": {}, providertest.UserType: {}, providertest.RoleAssignmentType: {"role_id": roleID}, providertest.RoleMembersType: {}, providertest.PersonalAccessTokenType: {},
	} {
		m := p.Resource(typeName)
		results, diags := m.List(filter, 0, true)
		diags.MustBeQuiet(t)
		if len(results) < 2 {
			t.Fatalf("%s: got %d results, want at least 2", typeName, len(results))
		}
		for _, result := range results {
			providertest.MustBeAbsent(t, "a result", result.Bytes, map[string]string{"the key": token.Get("key"), "the provider's key": d.Token})
			imported, diags := m.ImportIdentity(providertest.ToObject(result.Identity))
			diags.MustSucceed(t) // The import of a token warns that it has no key.
			if names := result.Resource.Differences(imported); names != nil {
				t.Errorf("%s %s: the list result and the imported resource differ in %s", typeName, result.DisplayName, names)
			}
			config := map[string]tftypes.Value{}
			for _, attribute := range m.Schema.Block.Attributes {
				config[attribute.Name] = tftypes.NewValue(attribute.ValueType(), nil)
				if attribute.Required || attribute.Optional {
					config[attribute.Name] = result.Resource.Attributes[attribute.Name]
				}
			}
			m.MustPlanNothing(imported, written(config))
		}
	}
}

// written converts attribute values into a configuration.
func written(attributes map[string]tftypes.Value) providertest.Object {
	config := providertest.Object{}
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
			elements := providertest.Object{}
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
	d := providertest.NewMock(t, mockserver.Options{})
	for typeName, config := range map[string]providertest.Object{
		"lusid_role": {}, providertest.UserType: {}, providertest.RoleAssignmentType: {"role_id": "any"}, providertest.RoleMembersType: {}, providertest.PersonalAccessTokenType: {},
	} {
		_, diags := d.NoRights(t).Resource(typeName).List(config, 0, false)
		diags.MustFail(t, "", "Unable to list", "HTTP 403", "lusid-administrator")
		_, diags = d.NotConfigured(t).Resource(typeName).List(config, 0, false)
		diags.MustFail(t, "", "Unable to list", "access_token will be known only after apply")
	}
	p := providertest.NewProtocol(t)
	_, diags := p.Resource(providertest.UserType).List(providertest.Object{"type": "service"}, 0, false)
	diags.MustFail(t, "type", "Service")
	_, diags = p.Resource(providertest.RoleAssignmentType).List(providertest.Object{"role_id": "a b"}, 0, false)
	diags.MustFail(t, "role_id", "1 to 64")
	_, diags = d.Protocol(t).Resource(providertest.RoleAssignmentType).List(providertest.Object{"role_id": "missing"}, 0, false)
	diags.MustFail(t, "", "Unable to list role assignments", "(660)")
	// If the members of a role cannot be read, the error is reported for that role.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.ListUsersInRole", Status: http.StatusForbidden})
	_, diags = d.Protocol(t).Resource(providertest.RoleMembersType).List(providertest.Object{"name_prefix": "lusid-administrator"}, 0, true)
	diags.MustFail(t, "", "Unable to list role members", "HTTP 403")
}
