package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestRoleDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	plus, plain := d.CreateRole(t, "front office + more"), d.CreateRole(t, "traders")
	for _, test := range []struct {
		config providertest.Object
		want   providertest.RoleBody
		counts map[string]int
	}{
		{providertest.Object{"id": plus.ID}, plus, map[string]int{"identity.GetRole": 1}},
		{providertest.Object{"code": "traders"}, plain, map[string]int{"identity.ListRoles": 1}},
		{providertest.Object{"code": "traders", "scope": "default"}, plain, map[string]int{"identity.GetRoleByCode": 1}},
		{providertest.Object{"code": "front office + more", "scope": "default"}, plus, map[string]int{"identity.ListRoles": 1}},
		{providertest.Object{"code": "front office + more"}, plus, map[string]int{"identity.ListRoles": 1}},
	} {
		d.Forget()
		got := p.MustData("lusid_role", test.config)
		got.MustHave(t, map[string]string{
			"id": test.want.ID, "name": test.want.Name, "code": test.want.Name, "scope": "default", "description": "null",
			"source": test.want.Source, "saml_name": test.want.SAMLName,
		})
		d.MustCount(t, test.counts)
	}
	p.MustData("lusid_role", providertest.Object{"code": "lusid-administrator"}).MustHave(t, map[string]string{"scope": "LUSID_SYSTEM"})

	const summary = "Unable to read role"
	for _, test := range []struct {
		config    providertest.Object
		attribute string
		part      string
	}{
		{providertest.Object{"id": "missing"}, "id", "HTTP 404"},
		{providertest.Object{"code": "missing"}, "code", "lusid_roles"},
		{providertest.Object{"code": "missing", "scope": "default"}, "code", "HTTP 404"},
		{providertest.Object{"code": "not here", "scope": "default"}, "code", "lusid_roles"},
	} {
		_, diags := p.Data("lusid_role", test.config)
		diags.MustFail(t, test.attribute, summary, test.part)
	}
	_, diags := p.Data("lusid_role", providertest.Object{"id": "a b"})
	diags.MustFail(t, "id", "1 to 64")
	for _, config := range []providertest.Object{{}, {"id": "a", "code": "abc"}, {"id": "a", "scope": "default"}, {"scope": "default"}} {
		if _, diags := p.Data("lusid_role", config); len(diags.Errors()) == 0 {
			t.Errorf("got no error for the configuration %v", config)
		}
	}
}

func TestRolesDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: mockserver.Seed{Roles: []mockserver.Role{
		{Name: "zebra"}, {Name: "aardvark", Description: "First"},
	}}})
	rows := d.Protocol(t).MustData("lusid_roles", providertest.Object{}).Rows(t, "roles")
	d.MustCount(t, map[string]int{"identity.ListRoles": 1})
	names := providertest.Column(rows, "name")
	want := []string{
		"aardvark", "applications-administrator", "configuration-administrator", "iam-administrator", "instrument-administrator",
		"lusid-administrator", "lusid-evaluator", "zebra",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("role names (-want +got):\n%s", diff)
	}
	rows[0].MustHave(t, map[string]string{"description": "First", "scope": "default", "code": "aardvark"})
}

func TestUserDataSource(t *testing.T) {
	t.Parallel()
	for _, gone := range []bool{false, true} {
		t.Run(fmt.Sprintf("deleted users return 404: %t", gone), func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{DeletedUsersGone: gone})
			p := d.Protocol(t)
			made := p.Resource(providertest.UserType).MustCreate(providertest.ServiceUser(providertest.Object{"login": "a+b%c@example.com", "user_expiry": nil}))
			for _, key := range []string{"id", "login"} {
				d.Forget()
				got := p.MustData(providertest.UserType, providertest.Object{key: made.Get(key)})
				for name, value := range made.Attributes {
					if name != "timeouts" && name != "deletion_policy" && !value.Equal(got.Attributes[name]) {
						t.Errorf("by %s: %s is %s, want %s", key, name, got.Get(name), made.Get(name))
					}
				}
				d.MustCount(t, map[string]int{map[string]string{"id": "identity.GetUser", "login": "identity.GetUserFromLogin"}[key]: 1})
			}
			d.MustCall(t, http.MethodDelete, "/users/"+made.Get("id"), nil, nil)
			for _, key := range []string{"id", "login"} {
				_, diags := p.Data(providertest.UserType, providertest.Object{key: made.Get(key)})
				diags.MustFail(t, key, "Unable to read user", made.Get(key))
			}
		})
	}
	p := providertest.NewProtocol(t)
	_, diags := p.Data(providertest.UserType, providertest.Object{"login": "a@bc"})
	diags.MustFail(t, "login")
	for _, config := range []providertest.Object{{}, {"id": "a", "login": "a@example.com"}} {
		if _, diags := p.Data(providertest.UserType, config); len(diags.Errors()) == 0 {
			t.Errorf("got no error for the configuration %v", config)
		}
	}
}

func TestUsersDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.CreateUser(t, "zoe@example.com", "zo@example.com")
	d.CreateUser(t, "abe@example.com", "ab@example.com")
	gone := d.CreateUser(t, "gone@example.com", "go@example.com")
	d.MustCall(t, http.MethodDelete, "/users/"+gone.ID, nil, nil)
	rows := d.Protocol(t).MustData("lusid_users", providertest.Object{}).Rows(t, "users")
	d.MustCount(t, map[string]int{"identity.ListUsers": 1})
	if diff := cmp.Diff([]string{"abe@example.com", d.Mock.Credentials().Username, "zoe@example.com"}, providertest.Column(rows, "login")); diff != "" {
		t.Errorf("logins (-want +got):\n%s", diff)
	}
	rows[0].MustHave(t, map[string]string{
		"email_address":        "ab@example.com",
		"status":               "PROVISIONED",
		"user_expiry":          "null",
		"second_email_address": "null",
	})
}

// TestDeprovisionedUsers expects that the provider treats deprovisioned users as deleted, wherever
// LUSID lists users.
func TestDeprovisionedUsers(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"DEPROVISIONED", "Deleted"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			role := d.CreateRole(t, "traders")
			left, gone := d.CreateUser(t, "left@example.com", "le@example.com"), d.CreateUser(t, "gone@example.com", "go@example.com")
			d.Assign(t, role.ID, left.ID, gone.ID)
			w.Set(func(_ *http.Request, body any) any {
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
					t.Errorf("%s has the users %s: want no deleted user %s, but the user %s", what, ids, gone.ID, left.ID)
				}
			}
			p := d.Protocol(t)
			mustLackGone("the data source lusid_users", providertest.Column(p.MustData("lusid_users", providertest.Object{}).Rows(t, "users"), "id"))
			mustLackGone("the data source lusid_role_members",
				providertest.Column(p.MustData("lusid_role_members", providertest.Object{"role_id": role.ID}).Rows(t, "users"), "id"))
			for _, key := range []providertest.Object{{"id": gone.ID}, {"login": "gone@example.com"}} {
				_, diags := p.Data(providertest.UserType, key)
				if errs := strings.Join(diags.Errors(), "\n"); !strings.Contains(errs, "deprovisioned") {
					t.Errorf("the data source lusid_user: got the error %q, want it to say that the user is deprovisioned", errs)
				}
			}
			for typeName, filter := range map[string]providertest.Object{providertest.UserType: {}, providertest.RoleAssignmentType: {"role_id": role.ID}, providertest.RoleMembersType: {"name_prefix": "traders"}} {
				results, diags := p.Resource(typeName).List(filter, 0, true)
				diags.MustBeQuiet(t)
				var ids []string
				for _, result := range results {
					switch typeName {
					case providertest.UserType:
						ids = append(ids, result.Resource.Get("id"))
					case providertest.RoleAssignmentType:
						ids = append(ids, result.Resource.Get("user_id"))
					default:
						ids = append(ids, strings.Split(result.Resource.Get("user_ids"), ",")...)
					}
				}
				mustLackGone("the list resource "+typeName, ids)
			}
			members, diags := p.Resource(providertest.RoleMembersType).ImportState(role.ID)
			diags.MustBeQuiet(t)
			mustLackGone("the resource lusid_role_members", strings.Split(members.Get("user_ids"), ","))
			if assignment, _ := p.Resource(providertest.RoleAssignmentType).ImportState(role.ID + "/" + gone.ID); assignment.Exists() {
				t.Error("lusid_role_assignment: a deleted user was imported")
			}
			_, diags = p.Resource(providertest.UserType).ImportState("gone@example.com")
			diags.MustFail(t, "", "Unable to import user", "deprovisioned")
		})
	}
}

func TestRoleMembersDataSource(t *testing.T) {
	t.Parallel()
	d, role, caller, users := providertest.Crew(t, mockserver.Options{})
	d.Assign(t, role, users[1], caller)
	p := d.Protocol(t)
	// A data source changes no membership, so it also lists the caller.
	rows := p.MustData(providertest.RoleMembersType, providertest.Object{"role_id": role}).Rows(t, "users")
	d.MustCount(t, map[string]int{"identity.ListUsersInRole": 1})
	if got := providertest.Column(rows, "id"); len(got) != 2 || !strings.Contains(strings.Join(got, ","), caller) {
		t.Errorf("got the members %s, want two with the caller", got)
	}
	_, diags := p.Data(providertest.RoleMembersType, providertest.Object{"role_id": "missing"})
	diags.MustFail(t, "role_id", "Unable to list role members", "(660)")
}

func TestPersonalAccessTokenDataSources(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, providertest.WithSomebodyElse())
	p := d.Protocol(t)
	made := p.Resource(providertest.PersonalAccessTokenType).MustCreate(providertest.Object{
		"display_name":      "zulu",
		"deactivation_date": "2099-01-01T00:00:00Z",
	})
	ended := d.CreateToken(t, "Alpha")
	if err := d.Mock.DeactivatePersonalAccessToken(ended); err != nil {
		t.Fatal(err)
	}
	d.Forget()
	got := p.MustData(providertest.PersonalAccessTokenType, providertest.Object{"id": made.Get("id")})
	got.MustHave(t, map[string]string{"display_name": "zulu"})
	if !strings.HasPrefix(got.Get("deactivation_date"), "2099-01-01T00:00:00") {
		t.Errorf("deactivation_date is %s, want 2099-01-01T00:00:00", got.Get("deactivation_date"))
	}
	rows := p.MustData("lusid_personal_access_tokens", providertest.Object{}).Rows(t, "personal_access_tokens")
	d.MustCount(t, map[string]int{"identity.ListOwnApiKeys": 2})
	if diff := cmp.Diff([]string{"Alpha", "Terraform", "zulu"}, providertest.Column(rows, "display_name")); diff != "" {
		t.Errorf("token names (-want +got):\n%s", diff)
	}
	for _, row := range append(rows, got) {
		for name := range row.Attributes {
			providertest.MustBeAbsent(t, name, row.Get(name), map[string]string{"the key": made.Get("key"), "the provider's key": d.Token})
		}
	}
	_, diags := d.Protocol(t, providertest.Object{"access_token": providertest.SomebodyElseKey}).Data(providertest.PersonalAccessTokenType,
		providertest.Object{"id": made.Get("id")})
	diags.MustFail(t, "id", "Unable to read personal access token", "only to their user")
}

func TestCurrentUserDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, providertest.WithSomebodyElse())
	got := d.Protocol(t).MustData("lusid_current_user", providertest.Object{})
	d.MustCount(t, map[string]int{"identity.GetUserInfo": 1})
	own := d.UsersWith(t, d.Mock.Credentials().Username)[0]
	got.MustHave(t, map[string]string{"id": own.ID, "email_address": own.EmailAddress, "type": "Service", "user_expiry": "null", "api_url": d.URL})
	// api_url can be the URL of a service in the domain.
	d.Protocol(t, providertest.Object{"api_url": d.URL + "/identity/"}).MustData("lusid_current_user", providertest.Object{}).MustHave(t,
		map[string]string{"api_url": d.URL})
	other := d.Protocol(t, providertest.Object{"access_token": providertest.SomebodyElseKey}).MustData("lusid_current_user",
		providertest.Object{})
	other.MustHave(t, map[string]string{"email_address": "else@example.com"})
	// A user needs no rights to read who they are.
	d.NoRights(t).MustData("lusid_current_user", providertest.Object{}).MustHave(t, map[string]string{"id": own.ID})
}

func TestPeopleDataSources_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	for name, test := range map[string]struct {
		config    providertest.Object
		attribute string
	}{
		"lusid_role":                   {providertest.Object{"id": "any"}, "id"},
		"lusid_roles":                  {providertest.Object{}, ""},
		"lusid_user":                   {providertest.Object{"login": "any@example.com"}, "login"},
		"lusid_users":                  {providertest.Object{}, ""},
		"lusid_role_members":           {providertest.Object{"role_id": "any"}, "role_id"},
		"lusid_personal_access_token":  {providertest.Object{"id": "any"}, "id"},
		"lusid_personal_access_tokens": {providertest.Object{}, ""},
	} {
		_, diags := d.NoRights(t).Data(name, test.config)
		diags.MustFail(t, test.attribute, "Unable to", "HTTP 403", "lusid-administrator")
		_, diags = d.NotConfigured(t).Data(name, test.config)
		diags.MustFail(t, "", "Unable to", "access_token will be known only after apply")
	}
}
