package provider_test

import (
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// The next steps in the errors about ids.
const (
	findsUser = `data "lusid_user" finds the id of a user by its login`
	findsRole = `data "lusid_role" finds the id of a role by its code`
)

// TestIdentity_invalidIDs uses a login as the id of a user, and a code as the id of a role, in every place that takes
// such an id.
func TestIdentity_invalidIDs(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	const login, code = "someone@example.com", "LUSID-administrator"
	resourceOf := func(typeName string, config providertest.Object) func() providertest.Diagnostics {
		return func() providertest.Diagnostics { return p.Resource(typeName).Validate(config) }
	}
	dataOf := func(typeName string, config providertest.Object) func() providertest.Diagnostics {
		return func() providertest.Diagnostics { _, diags := p.Data(typeName, config); return diags }
	}
	listOf := func(typeName string, config providertest.Object) func() providertest.Diagnostics {
		return func() providertest.Diagnostics { _, diags := p.Resource(typeName).List(config, 0, false); return diags }
	}
	isCode := []string{
		`"LUSID-administrator" is the code of one of LUSID's default roles`, "data.lusid_role.NAME.id",
		"code = \"lusid-administrator\"",
	}
	tests := map[string]struct {
		run       func() providertest.Diagnostics
		attribute string
		parts     []string
	}{
		"assignment, user": {
			resourceOf(providertest.RoleAssignmentType, providertest.Object{"role_id": "r", "user_id": login}), "user_id",
			[]string{findsUser, "not a login or an e-mail address"},
		},
		"assignment, role": {
			resourceOf(providertest.RoleAssignmentType, providertest.Object{"role_id": code, "user_id": "u"}), "role_id",
			isCode,
		},
		"assignment, role name": {
			resourceOf(providertest.RoleAssignmentType, providertest.Object{"role_id": "front office", "user_id": "u"}),
			"role_id",
			[]string{findsRole, "not a name or a code"},
		},
		"members, user": {
			resourceOf(providertest.RoleMembersType, providertest.Object{"role_id": "r", "user_ids": []string{login}}),
			"user_ids",
			[]string{findsUser},
		},
		"members, role": {
			resourceOf(providertest.RoleMembersType, providertest.Object{"role_id": code, "user_ids": []string{}}),
			"role_id", isCode,
		},
		"members data, role":    {dataOf("lusid_role_members", providertest.Object{"role_id": code}), "role_id", isCode},
		"user data, id":         {dataOf(providertest.UserType, providertest.Object{"id": login}), "id", []string{findsUser}},
		"role data, id":         {dataOf("lusid_role", providertest.Object{"id": code}), "id", isCode},
		"assignment list, role": {listOf(providertest.RoleAssignmentType, providertest.Object{"role_id": code}), "role_id", isCode},
		"assignment import, login": {func() providertest.Diagnostics {
			_, diags := p.Resource(providertest.RoleAssignmentType).ImportState("r/" + login)
			return diags
		}, "", []string{findsUser, findsRole}},
		"assignment import, code": {func() providertest.Diagnostics {
			_, diags := p.Resource(providertest.RoleAssignmentType).ImportState(code + "/u")
			return diags
		}, "", []string{findsUser, findsRole}},
		"members import": {func() providertest.Diagnostics {
			_, diags := p.Resource(providertest.RoleMembersType).ImportState(code)
			return diags
		}, "", []string{findsRole}},
	}
	for name := range userActions {
		tests[name] = struct {
			run       func() providertest.Diagnostics
			attribute string
			parts     []string
		}{func() providertest.Diagnostics {
			_, diags := p.Act(name, providertest.Object{"user_id": login})
			return diags
		}, "user_id", []string{findsUser}}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.run().MustFail(t, test.attribute, test.parts...) })
	}
	d.MustCount(t, map[string]int{})
}

// TestIdentity_notFound uses a code and a login in a form that could be an id, so that LUSID looks for it.
func TestIdentity_notFound(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	role, user := d.CreateRole(t, "traders"), d.CreateUser(t, "robot@example.com", "owner@example.com")
	create := func(typeName string, config providertest.Object) func() providertest.Diagnostics {
		return func() providertest.Diagnostics { _, diags := p.Resource(typeName).Create(config); return diags }
	}
	dataOf := func(typeName string, config providertest.Object) func() providertest.Diagnostics {
		return func() providertest.Diagnostics { _, diags := p.Data(typeName, config); return diags }
	}
	tests := map[string]struct {
		run       func() providertest.Diagnostics
		attribute string
		next      string
	}{
		"assignment, role": {
			create(providertest.RoleAssignmentType, providertest.Object{"role_id": "traders", "user_id": user.ID}), "",
			findsRole,
		},
		"assignment, user": {create(providertest.RoleAssignmentType, providertest.Object{"role_id": role.ID, "user_id": "robot"}), "", findsUser},
		"members, role": {
			create(providertest.RoleMembersType, providertest.Object{"role_id": "traders", "user_ids": []string{user.ID}}),
			"", findsRole,
		},
		"members, user": {
			create(providertest.RoleMembersType, providertest.Object{"role_id": role.ID, "user_ids": []string{"robot"}}),
			"user_ids", findsUser,
		},
		"members data": {dataOf("lusid_role_members", providertest.Object{"role_id": "traders"}), "role_id", findsRole},
		"role data":    {dataOf("lusid_role", providertest.Object{"id": "traders"}), "id", findsRole},
		"user data":    {dataOf(providertest.UserType, providertest.Object{"id": "robot"}), "id", findsUser},
		"role import": {func() providertest.Diagnostics {
			_, diags := p.Resource("lusid_role").ImportState("traders")
			return diags
		}, "", findsRole},
		"assignment list": {func() providertest.Diagnostics {
			_, diags := p.Resource(providertest.RoleAssignmentType).List(providertest.Object{"role_id": "traders"}, 0, false)
			return diags
		}, "", findsRole},
	}
	for name := range userActions {
		tests[name] = struct {
			run       func() providertest.Diagnostics
			attribute string
			next      string
		}{func() providertest.Diagnostics {
			_, diags := p.Act(name, providertest.Object{"user_id": "robot"})
			return diags
		}, "", findsUser}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.run().MustFail(t, test.attribute, "HTTP 404", test.next) })
	}
	// If a role is read by its code, the error must not advise to look up the code.
	_, diags := p.Data("lusid_role", providertest.Object{"scope": "default", "code": "missing"})
	diags.MustFail(t, "code", "HTTP 404")
	if text := diags.Errors()[0]; strings.Contains(text, findsRole) {
		t.Errorf("the error advises to find the id by the code, which was not found: %s", text)
	}
	// A 404 without a code may come from a gateway. It says nothing about the role or the user.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.AddUserToRole", Status: 404, Body: `{"title":"Not found"}`})
	_, diags = p.Resource(providertest.RoleAssignmentType).Create(providertest.Object{"role_id": role.ID, "user_id": user.ID})
	diags.MustFail(t, "", "gateway")
	if text := diags.Errors()[0]; strings.Contains(text, findsUser) || strings.Contains(text, findsRole) {
		t.Errorf("the error treats the 404 of a gateway as a response of LUSID: %s", text)
	}
}
