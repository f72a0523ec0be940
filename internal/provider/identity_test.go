package provider_test

import (
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// What every error about an id says next.
const (
	findsUser = `data "lusid_user" finds the id of a user by its login`
	findsRole = `data "lusid_role" finds the id of a role by its code`
)

// TestIdentity_form gives a login where the id of a user belongs, and a code where that of a role
// does, everywhere that one is taken.
func TestIdentity_form(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	p := d.protocol(t)
	const login, code = "someone@example.com", "LUSID-administrator"
	resourceOf := func(typeName string, config object) func() diagnostics {
		return func() diagnostics { return p.resource(typeName).validate(config) }
	}
	dataOf := func(typeName string, config object) func() diagnostics {
		return func() diagnostics { _, diags := p.data(typeName, config); return diags }
	}
	listOf := func(typeName string, config object) func() diagnostics {
		return func() diagnostics { _, diags := p.resource(typeName).list(config, 0, false); return diags }
	}
	isCode := []string{`"LUSID-administrator" is the code of one of LUSID's default roles`, "data.lusid_role.NAME.id", "code = \"lusid-administrator\""}
	tests := map[string]struct {
		run       func() diagnostics
		attribute string
		parts     []string
	}{
		"assignment, user":       {resourceOf(assignmentType, object{"role_id": "r", "user_id": login}), "user_id", []string{findsUser, "not a login or an e-mail address"}},
		"assignment, role":       {resourceOf(assignmentType, object{"role_id": code, "user_id": "u"}), "role_id", isCode},
		"assignment, role name":  {resourceOf(assignmentType, object{"role_id": "front office", "user_id": "u"}), "role_id", []string{findsRole, "not a name or a code"}},
		"members, user":          {resourceOf(membersType, object{"role_id": "r", "user_ids": []string{login}}), "user_ids", []string{findsUser}},
		"members, role":          {resourceOf(membersType, object{"role_id": code, "user_ids": []string{}}), "role_id", isCode},
		"members data, role":     {dataOf("lusid_role_members", object{"role_id": code}), "role_id", isCode},
		"user data, id":          {dataOf(usersType, object{"id": login}), "id", []string{findsUser}},
		"role data, id":          {dataOf("lusid_role", object{"id": code}), "id", isCode},
		"assignment list, role":  {listOf(assignmentType, object{"role_id": code}), "role_id", isCode},
		"assignment import":      {func() diagnostics { _, diags := p.resource(assignmentType).importState("r/" + login); return diags }, "", []string{findsUser, findsRole}},
		"assignment import, two": {func() diagnostics { _, diags := p.resource(assignmentType).importState(code + "/u"); return diags }, "", []string{findsUser, findsRole}},
		"members import":         {func() diagnostics { _, diags := p.resource(membersType).importState(code); return diags }, "", []string{findsRole}},
	}
	for name := range userActions {
		tests[name] = struct {
			run       func() diagnostics
			attribute string
			parts     []string
		}{func() diagnostics { _, diags := p.act(name, object{"user_id": login}); return diags }, "user_id", []string{findsUser}}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.run().mustFail(t, test.attribute, test.parts...) })
	}
	d.mustCount(t, map[string]int{})
}

// TestIdentity_notFound has LUSID look for a code as if it were an id, and for a login as if it
// were one.
func TestIdentity_notFound(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	p := d.protocol(t)
	role, user := d.createRole(t, "traders"), d.createUser(t, "robot@example.com", "owner@example.com")
	create := func(typeName string, config object) func() diagnostics {
		return func() diagnostics { _, diags := p.resource(typeName).create(config); return diags }
	}
	dataOf := func(typeName string, config object) func() diagnostics {
		return func() diagnostics { _, diags := p.data(typeName, config); return diags }
	}
	tests := map[string]struct {
		run       func() diagnostics
		attribute string
		next      string
	}{
		"assignment, role": {create(assignmentType, object{"role_id": "traders", "user_id": user.ID}), "", findsRole},
		"assignment, user": {create(assignmentType, object{"role_id": role.ID, "user_id": "robot"}), "", findsUser},
		"members, role":    {create(membersType, object{"role_id": "traders", "user_ids": []string{user.ID}}), "", findsRole},
		"members, user":    {create(membersType, object{"role_id": role.ID, "user_ids": []string{"robot"}}), "user_ids", findsUser},
		"members data":     {dataOf("lusid_role_members", object{"role_id": "traders"}), "role_id", findsRole},
		"role data":        {dataOf("lusid_role", object{"id": "traders"}), "id", findsRole},
		"user data":        {dataOf(usersType, object{"id": "robot"}), "id", findsUser},
		"role import":      {func() diagnostics { _, diags := p.resource("lusid_role").importState("traders"); return diags }, "", findsRole},
		"assignment list": {func() diagnostics {
			_, diags := p.resource(assignmentType).list(object{"role_id": "traders"}, 0, false)
			return diags
		}, "", findsRole},
	}
	for name := range userActions {
		tests[name] = struct {
			run       func() diagnostics
			attribute string
			next      string
		}{func() diagnostics { _, diags := p.act(name, object{"user_id": "robot"}); return diags }, "", findsUser}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.run().mustFail(t, test.attribute, "HTTP 404", test.next) })
	}
	// Where the code is asked for by its name, it is no id.
	_, diags := p.data("lusid_role", object{"scope": "default", "code": "missing"})
	diags.mustFail(t, "code", "HTTP 404")
	if text := diags.errors()[0]; strings.Contains(text, findsRole) {
		t.Errorf("a code is looked up by its code: %s", text)
	}
	// A 404 without a code may come from a gateway. It says nothing about the role or the user.
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.AddUserToRole", Status: 404, Body: `{"title":"Not found"}`})
	_, diags = p.resource(assignmentType).create(object{"role_id": role.ID, "user_id": user.ID})
	diags.mustFail(t, "", "gateway")
	if text := diags.errors()[0]; strings.Contains(text, findsUser) || strings.Contains(text, findsRole) {
		t.Errorf("a gateway's 404 is taken for LUSID's: %s", text)
	}
}
