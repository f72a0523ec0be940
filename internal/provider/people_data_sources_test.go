package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// rows are the objects of a list attribute.
func (i instance) rows(t *testing.T, name string) []instance {
	t.Helper()
	var elements []tftypes.Value
	if err := i.attributes[name].As(&elements); err != nil {
		t.Fatal(err)
	}
	rows := make([]instance, len(elements))
	for j, element := range elements {
		if err := element.As(&rows[j].attributes); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

// column is one attribute of each row.
func column(rows []instance, name string) []string {
	var values []string
	for _, row := range rows {
		values = append(values, row.get(name))
	}
	return values
}

func (p *protocol) mustData(typeName string, config object) instance {
	p.t.Helper()
	got, diags := p.data(typeName, config)
	diags.mustBeQuiet(p.t)
	return got
}

func TestRoleDataSource(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	p := d.protocol(t)
	plus, plain := d.createRole(t, "front office + more"), d.createRole(t, "traders")
	for _, test := range []struct {
		config object
		want   roleBody
		counts map[string]int
	}{
		{object{"id": plus.ID}, plus, map[string]int{"identity.GetRole": 1}},
		{object{"code": "traders"}, plain, map[string]int{"identity.ListRoles": 1}},
		{object{"code": "traders", "scope": "default"}, plain, map[string]int{"identity.GetRoleByCode": 1}},
		{object{"code": "front office + more", "scope": "default"}, plus, map[string]int{"identity.ListRoles": 1}},
		{object{"code": "front office + more"}, plus, map[string]int{"identity.ListRoles": 1}},
	} {
		d.forget()
		got := p.mustData("lusid_role", test.config)
		got.mustHave(t, map[string]string{
			"id": test.want.ID, "name": test.want.Name, "code": test.want.Name, "scope": "default", "description": "null",
			"source": test.want.Source, "saml_name": test.want.SAMLName,
		})
		d.mustCount(t, test.counts)
	}
	p.mustData("lusid_role", object{"code": "lusid-administrator"}).mustHave(t, map[string]string{"scope": "LUSID_SYSTEM"})

	const summary = "Unable to read role"
	for _, test := range []struct {
		config    object
		attribute string
		part      string
	}{
		{object{"id": "missing"}, "id", "HTTP 404"},
		{object{"code": "missing"}, "code", "lusid_roles"},
		{object{"code": "missing", "scope": "default"}, "code", "HTTP 404"},
		{object{"code": "not here", "scope": "default"}, "code", "lusid_roles"},
	} {
		_, diags := p.data("lusid_role", test.config)
		diags.mustFail(t, test.attribute, summary, test.part)
	}
	_, diags := p.data("lusid_role", object{"id": "a b"})
	diags.mustFail(t, "id", "1 to 64")
	for _, config := range []object{{}, {"id": "a", "code": "abc"}, {"id": "a", "scope": "default"}, {"scope": "default"}} {
		if _, diags := p.data("lusid_role", config); len(diags.errors()) == 0 {
			t.Errorf("takes %v", config)
		}
	}
}

func TestRolesDataSource(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: mockserver.Seed{Roles: []mockserver.Role{{Name: "zebra"}, {Name: "aardvark", Description: "First"}}}})
	rows := d.protocol(t).mustData("lusid_roles", object{}).rows(t, "roles")
	d.mustCount(t, map[string]int{"identity.ListRoles": 1})
	names := column(rows, "name")
	want := []string{
		"aardvark", "applications-administrator", "configuration-administrator", "iam-administrator", "instrument-administrator",
		"lusid-administrator", "lusid-evaluator", "zebra",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	rows[0].mustHave(t, map[string]string{"description": "First", "scope": "default", "code": "aardvark"})
}

func TestUserDataSource(t *testing.T) {
	t.Parallel()
	for _, gone := range []bool{false, true} {
		t.Run(fmt.Sprintf("deleted users are gone: %t", gone), func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{DeletedUsersGone: gone})
			p := d.protocol(t)
			made := p.resource(usersType).mustCreate(serviceUser(object{"login": "a+b%c@example.com", "user_expiry": nil}))
			for _, key := range []string{"id", "login"} {
				d.forget()
				got := p.mustData(usersType, object{key: made.get(key)})
				for name, value := range made.attributes {
					if name != "timeouts" && name != "deletion_policy" && !value.Equal(got.attributes[name]) {
						t.Errorf("%s: %s is %s, not %s", key, name, got.get(name), made.get(name))
					}
				}
				d.mustCount(t, map[string]int{map[string]string{"id": "identity.GetUser", "login": "identity.GetUserFromLogin"}[key]: 1})
			}
			d.mustCall(t, http.MethodDelete, "/users/"+made.get("id"), nil, nil)
			for _, key := range []string{"id", "login"} {
				_, diags := p.data(usersType, object{key: made.get(key)})
				diags.mustFail(t, key, "Unable to read user", made.get(key))
			}
		})
	}
	p := newProtocol(t)
	_, diags := p.data(usersType, object{"login": "a@bc"})
	diags.mustFail(t, "login")
	for _, config := range []object{{}, {"id": "a", "login": "a@example.com"}} {
		if _, diags := p.data(usersType, config); len(diags.errors()) == 0 {
			t.Errorf("takes %v", config)
		}
	}
}

func TestUsersDataSource(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.createUser(t, "zoe@example.com", "zo@example.com")
	d.createUser(t, "abe@example.com", "ab@example.com")
	gone := d.createUser(t, "gone@example.com", "go@example.com")
	d.mustCall(t, http.MethodDelete, "/users/"+gone.ID, nil, nil)
	rows := d.protocol(t).mustData("lusid_users", object{}).rows(t, "users")
	d.mustCount(t, map[string]int{"identity.ListUsers": 1})
	if diff := cmp.Diff([]string{"abe@example.com", d.mock.Credentials().Username, "zoe@example.com"}, column(rows, "login")); diff != "" {
		t.Errorf("logins (-want +got):\n%s", diff)
	}
	rows[0].mustHave(t, map[string]string{"email_address": "ab@example.com", "status": "PROVISIONED", "user_expiry": "null", "second_email_address": "null"})
}

// TestDeprovisionedUsers meets a LUSID that lists deprovisioned users wherever it lists users.
func TestDeprovisionedUsers(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"DEPROVISIONED", "Deleted"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			var w rewriter
			d := newMockBehind(t, mockserver.Options{}, w.front)
			role := d.createRole(t, "traders")
			left, gone := d.createUser(t, "left@example.com", "le@example.com"), d.createUser(t, "gone@example.com", "go@example.com")
			d.assign(t, role.ID, left.ID, gone.ID)
			w.set(func(_ *http.Request, body any) any {
				users, _ := body.([]any)
				for _, each := range append([]any{body}, users...) {
					if user, ok := each.(map[string]any); ok && user["id"] == gone.ID {
						user["status"] = status
					}
				}
				return body
			})
			mustLackGone := func(what string, ids []string) {
				t.Helper()
				if slices.Contains(ids, gone.ID) || !slices.Contains(ids, left.ID) {
					t.Errorf("%s has %s of %s, without whom is gone, and with whom is not: %s", what, ids, gone.ID, left.ID)
				}
			}
			p := d.protocol(t)
			mustLackGone("the data source lusid_users", column(p.mustData("lusid_users", object{}).rows(t, "users"), "id"))
			mustLackGone("the data source lusid_role_members", column(p.mustData("lusid_role_members", object{"role_id": role.ID}).rows(t, "users"), "id"))
			for _, key := range []object{{"id": gone.ID}, {"login": "gone@example.com"}} {
				_, diags := p.data(usersType, key)
				if errs := strings.Join(diags.errors(), "\n"); !strings.Contains(errs, "deprovisioned") {
					t.Errorf("the data source lusid_user: %q", errs)
				}
			}
			for typeName, filter := range map[string]object{usersType: {}, assignmentType: {"role_id": role.ID}, membersType: {"name_prefix": "traders"}} {
				results, diags := p.resource(typeName).list(filter, 0, true)
				diags.mustBeQuiet(t)
				var ids []string
				for _, result := range results {
					switch typeName {
					case usersType:
						ids = append(ids, result.resource.get("id"))
					case assignmentType:
						ids = append(ids, result.resource.get("user_id"))
					default:
						ids = append(ids, strings.Split(result.resource.get("user_ids"), ",")...)
					}
				}
				mustLackGone("the list resource "+typeName, ids)
			}
			members, diags := p.resource(membersType).importState(role.ID)
			diags.mustBeQuiet(t)
			mustLackGone("the resource lusid_role_members", strings.Split(members.get("user_ids"), ","))
			if assignment, _ := p.resource(assignmentType).importState(role.ID + "/" + gone.ID); assignment.exists() {
				t.Error("the resource lusid_role_assignment has whom is gone")
			}
			_, diags = p.resource(usersType).importState("gone@example.com")
			diags.mustFail(t, "", "Unable to import user", "deprovisioned")
		})
	}
}

func TestRoleMembersDataSource(t *testing.T) {
	t.Parallel()
	d, role, caller, users := crew(t, mockserver.Options{})
	d.assign(t, role, users[1], caller)
	p := d.protocol(t)
	// The caller too: nothing is to be managed.
	rows := p.mustData(membersType, object{"role_id": role}).rows(t, "users")
	d.mustCount(t, map[string]int{"identity.ListUsersInRole": 1})
	if got := column(rows, "id"); len(got) != 2 || !strings.Contains(strings.Join(got, ","), caller) {
		t.Errorf("members %s", got)
	}
	_, diags := p.data(membersType, object{"role_id": "missing"})
	diags.mustFail(t, "role_id", "Unable to list role members", "(660)")
}

func TestPersonalAccessTokenDataSources(t *testing.T) {
	t.Parallel()
	d := newMock(t, withSomebodyElse())
	p := d.protocol(t)
	made := p.resource(patType).mustCreate(object{"display_name": "zulu", "deactivation_date": "2099-01-01T00:00:00Z"})
	ended := d.createToken(t, "Alpha")
	if err := d.mock.DeactivatePersonalAccessToken(ended); err != nil {
		t.Fatal(err)
	}
	d.forget()
	got := p.mustData(patType, object{"id": made.get("id")})
	got.mustHave(t, map[string]string{"display_name": "zulu"})
	if !strings.HasPrefix(got.get("deactivation_date"), "2099-01-01T00:00:00") {
		t.Errorf("deactivation_date is %s", got.get("deactivation_date"))
	}
	rows := p.mustData("lusid_personal_access_tokens", object{}).rows(t, "personal_access_tokens")
	d.mustCount(t, map[string]int{"identity.ListOwnApiKeys": 2})
	if diff := cmp.Diff([]string{"Alpha", "Terraform", "zulu"}, column(rows, "display_name")); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	for _, row := range append(rows, got) {
		for name := range row.attributes {
			mustBeAbsent(t, name, row.get(name), map[string]string{"the key": made.get("key"), "the own key": d.token})
		}
	}
	_, diags := d.protocol(t, object{"access_token": somebodyElseKey}).data(patType, object{"id": made.get("id")})
	diags.mustFail(t, "id", "Unable to read personal access token", "nobody else")
}

func TestCurrentUserDataSource(t *testing.T) {
	t.Parallel()
	d := newMock(t, withSomebodyElse())
	got := d.protocol(t).mustData("lusid_current_user", object{})
	d.mustCount(t, map[string]int{"identity.GetUserInfo": 1})
	own := d.usersWith(t, d.mock.Credentials().Username)[0]
	got.mustHave(t, map[string]string{"id": own.ID, "email_address": own.EmailAddress, "type": "Service", "user_expiry": "null"})
	other := d.protocol(t, object{"access_token": somebodyElseKey}).mustData("lusid_current_user", object{})
	other.mustHave(t, map[string]string{"email_address": "else@example.com"})
	// Anybody may ask who they are.
	d.noRights(t).mustData("lusid_current_user", object{}).mustHave(t, map[string]string{"id": own.ID})
}

func TestPeopleDataSources_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	for name, test := range map[string]struct {
		config    object
		attribute string
	}{
		"lusid_role":                   {object{"id": "any"}, "id"},
		"lusid_roles":                  {object{}, ""},
		"lusid_user":                   {object{"login": "any@example.com"}, "login"},
		"lusid_users":                  {object{}, ""},
		"lusid_role_members":           {object{"role_id": "any"}, "role_id"},
		"lusid_personal_access_token":  {object{"id": "any"}, "id"},
		"lusid_personal_access_tokens": {object{}, ""},
	} {
		_, diags := d.noRights(t).data(name, test.config)
		diags.mustFail(t, test.attribute, "Unable to", "HTTP 403", "lusid-administrator")
		_, diags = d.notConfigured(t).data(name, test.config)
		diags.mustFail(t, "", "Unable to", "access_token will be known only after apply")
	}
}
