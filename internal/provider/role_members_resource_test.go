package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const membersType = "lusid_role_members"

// crew is a domain with a role and users, whose ids are in order.
func crew(t *testing.T, options mockserver.Options) (d domain, roleID, caller string, users []string) {
	t.Helper()
	d = newMock(t, options)
	var me struct {
		ID string `json:"id"`
	}
	d.mustCall(t, http.MethodGet, "/me", nil, &me)
	for i := range 4 {
		users = append(users, d.createUser(t, fmt.Sprintf("user%d@example.com", i), fmt.Sprintf("owner%d@example.com", i)).ID)
	}
	slices.Sort(users)
	return d, d.createRole(t, "traders").ID, me.ID, users
}

func (d domain) assign(t *testing.T, roleID string, users ...string) {
	t.Helper()
	for _, user := range users {
		d.mustCall(t, http.MethodPut, "/roles/"+roleID+"/users/"+user, nil, nil)
	}
}

// mustHoldRole compares who holds a role.
func (d domain) mustHoldRole(t *testing.T, roleID string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(append([]string{}, want...), d.membersOf(t, roleID)); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

func TestAccRoleMembers_basic(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	name, address := newName(), "lusid_role_members.test"
	config := func(members string) string {
		return d.config(fmt.Sprintf(`
resource "lusid_role" "test" {
  name = %[1]q
}
%[3]sresource "lusid_role_members" "test" {
  role_id  = lusid_role.test.id
  user_ids = %[2]s
}`, name, members, userHCL("one", name)+userHCL("two", name)+userHCL("three", name)))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{Config: config("[lusid_user.one.id, lusid_user.two.id]")},
			{ResourceName: address, ImportState: true, ImportStateVerify: true},
			{
				Config:           config("[lusid_user.two.id, lusid_user.three.id]"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}},
			},
		},
	})
}

func roleMembersLifecycle(t *testing.T, d domain) lifecycle {
	role, other := d.createRole(t, "traders").ID, d.createRole(t, "dealers").ID
	var users []string
	for i := range 3 {
		users = append(users, d.createUser(t, fmt.Sprintf("user%d@example.com", i), fmt.Sprintf("owner%d@example.com", i)).ID)
	}
	return lifecycle{
		config: object{"role_id": role, "user_ids": users[:2]},
		drift: func() {
			d.mustCall(t, http.MethodDelete, "/roles/"+role+"/users/"+users[0], nil, nil)
			d.assign(t, role, users[2])
		},
		drifted:       []string{fmt.Sprintf("+ %q,", users[0]), fmt.Sprintf("- %q,", users[2])},
		mended:        map[string]int{"identity.AddUserToRole": 1, "identity.RemoveUserFromRole": 1},
		replacement:   object{"role_id": other, "user_ids": users[:2]},
		replacedBy:    "role_id",
		replaced:      map[string]int{"identity.RemoveUserFromRole": 2, "identity.AddUserToRole": 2},
		update:        object{"role_id": role, "user_ids": users[1:]},
		refusedCreate: "Unable to read the members of role " + role,
		refusedRead:   "Unable to read the members of role " + role,
		refusedUpdate: "Unable to set the members of role " + role,
		refusedDelete: "Unable to remove the members of role " + role,
	}
}

// TestAccRoleMembers_disappears deletes the role: nothing less takes its list away.
func TestAccRoleMembers_disappears(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	user := d.createUser(t, "one@example.com", "o1@example.com").ID
	w := newWorkspace(t, d.config(fmt.Sprintf(`
resource "lusid_role" "test" {
  name = "traders"
}
resource "lusid_role_members" "test" {
  role_id  = lusid_role.test.id
  user_ids = [%q]
}`, user)))
	w.mustRun("apply", "-auto-approve")
	d.mustCall(t, http.MethodDelete, "/roles/"+d.rolesNamed(t, "traders")[0].ID, nil, nil)
	mustHold(t, w.mustRun("plan", "-out=tfplan"), "lusid_role.test will be created", "lusid_role_members.test will be created", "Plan: 2 to add, 0 to change, 0 to destroy.")
	w.mustRun("apply", "tfplan")
	d.mustHoldRole(t, d.rolesNamed(t, "traders")[0].ID, user)
	w.mustPlanEmpty()
}

func TestRoleMembers_lifecycle(t *testing.T) {
	t.Parallel()
	d, role, caller, users := crew(t, mockserver.Options{})
	d.assign(t, role, users[0], users[1], caller)
	members := d.protocol(t).resource(membersType)
	of := func(ids ...string) object { return object{"role_id": role, "user_ids": append([]string{}, ids...)} }

	// A create adds who is missing, makes no call for who is there, and removes nobody.
	made, diags := members.create(of(users[1], users[2]))
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{"identity.ListUsersInRole": 2, "identity.GetUserInfo": 1, "identity.AddUserToRole": 1})
	d.mustHoldRole(t, role, users[0], users[1], users[2], caller)
	made.mustHave(t, map[string]string{"id": role})
	if diff := cmp.Diff(map[string]string{"role_id": role}, members.identityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}

	// The next plan shows the member that no plan has shown before, and its apply removes the member.
	d.forget()
	read := members.mustRead(made)
	read.mustHave(t, map[string]string{"user_ids": strings.Join(users[:3], ",")})
	d.mustCount(t, map[string]int{"identity.ListUsersInRole": 2})
	read, diags = members.update(read, of(users[1], users[2]))
	diags.mustBeQuiet(t)
	d.mustHoldRole(t, role, users[1], users[2], caller)
	d.forget()
	read = members.mustRead(read)
	members.mustPlanNothing(read, of(users[1], users[2]))
	d.mustCount(t, map[string]int{"identity.ListUsersInRole": 1})

	updated, diags := members.update(read, of(users[2], users[3]))
	diags.mustBeQuiet(t)
	d.mustHoldRole(t, role, users[2], users[3], caller)
	d.forget()
	updated, diags = members.update(updated, object{"role_id": role, "user_ids": users[2:], "timeouts": object{"read": "1m"}})
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{})

	// The caller may be listed, and is not removed after that.
	updated, diags = members.update(updated, of(users[2], caller))
	diags.mustBeQuiet(t)
	members.mustPlanNothing(members.mustRead(updated), of(users[2], caller))
	updated, diags = members.update(updated, of(users[2]))
	diags.mustWarn(t, "user_ids", "The provider's own user keeps the role "+role, caller)
	d.mustHoldRole(t, role, users[2], caller)
	updated = members.mustRead(updated)
	members.mustPlanNothing(updated, of(users[2]))

	// Drift, in a process of its own: within one, a refresh may answer from a list.
	members = d.protocol(t).resource(membersType)
	d.assign(t, role, users[0])
	d.mustCall(t, http.MethodDelete, "/roles/"+role+"/users/"+users[2], nil, nil)
	drifted := members.mustRead(updated)
	drifted.mustHave(t, map[string]string{"user_ids": users[0]})
	mended, diags := members.update(drifted, of(users[2]))
	diags.mustBeQuiet(t)
	d.mustHoldRole(t, role, users[2], caller)

	// Nobody, and a destroy, which takes the role from the members in the state alone.
	empty, diags := members.update(mended, of())
	diags.mustBeQuiet(t)
	d.mustHoldRole(t, role, caller)
	members.mustPlanNothing(members.mustRead(empty), of())
	d.assign(t, role, users[0], users[1], users[2])
	members.destroy(mended).mustWarn(t, "user_ids", "Other users hold the role "+role, "@example.com (", "were not in the state")
	d.mustHoldRole(t, role, users[0], users[1], caller)

	change, diags := members.plan(mended, object{"role_id": "elsewhere", "user_ids": []string{users[2]}})
	diags.mustBeQuiet(t)
	if diff := cmp.Diff([]string{"role_id"}, change.replaces); diff != "" {
		t.Errorf("replaced because of (-want +got):\n%s", diff)
	}
}

func TestRoleMembers_gone(t *testing.T) {
	t.Parallel()
	d, role, _, users := crew(t, mockserver.Options{})
	members := d.protocol(t).resource(membersType)
	made := members.mustCreate(object{"role_id": role, "user_ids": users})
	d.mustCall(t, http.MethodDelete, "/users/"+users[0], nil, nil)
	d.mustCall(t, http.MethodDelete, "/users/"+users[1]+"?purge=true", nil, nil)
	members.mustRead(made).mustHave(t, map[string]string{"user_ids": strings.Join(users[2:], ",")})
	members = d.protocol(t).resource(membersType)
	d.mustCall(t, http.MethodDelete, "/roles/"+role, nil, nil)
	if members.mustRead(made).exists() {
		t.Error("the members of a role that is gone stay in the state")
	}
	members.destroy(made).mustBeQuiet(t)
}

func TestRoleMembers_import(t *testing.T) {
	t.Parallel()
	d, role, caller, users := crew(t, mockserver.Options{})
	d.assign(t, role, users[0], users[1], caller)
	members := d.protocol(t).resource(membersType)
	config := object{"role_id": role, "user_ids": users[:2]}
	imported, diags := members.importState(role)
	diags.mustBeQuiet(t)
	members.mustPlanNothing(imported, config)
	imported, diags = members.importIdentity(map[string]any{"role_id": role})
	diags.mustBeQuiet(t)
	members.mustPlanNothing(imported, config)
	for _, key := range []string{"default/traders", "a b"} {
		_, diags := members.importState(key)
		diags.mustFail(t, "", "Unable to import the members of role", "1 to 64")
	}
	missing, diags := members.importState("missing")
	diags.mustBeQuiet(t)
	if missing.exists() {
		t.Error("the members of a missing role were imported")
	}
}

// TestRoleMembers_lag reads right after a change that the list does not show yet.
func TestRoleMembers_lag(t *testing.T) {
	t.Parallel()
	d, role, _, users := crew(t, mockserver.Options{ListLag: 1})
	members := d.protocol(t).resource(membersType)
	made := members.mustCreate(object{"role_id": role, "user_ids": users[:2]})
	members.mustPlanNothing(members.mustRead(made), object{"role_id": role, "user_ids": users[:2]})
	updated, diags := members.update(made, object{"role_id": role, "user_ids": users[1:3]})
	diags.mustBeQuiet(t)
	members.mustPlanNothing(members.mustRead(updated), object{"role_id": role, "user_ids": users[1:3]})
}

func TestRoleMembers_errors(t *testing.T) {
	t.Parallel()
	d, role, _, users := crew(t, mockserver.Options{})
	members := d.protocol(t).resource(membersType)
	config := object{"role_id": role, "user_ids": users[:1]}
	made := members.mustCreate(config)
	words := []string{"HTTP 403", "lusid-administrator", role}
	forbidden := d.noRights(t).resource(membersType)
	_, diags := forbidden.read(made)
	diags.mustFail(t, "", append(words, "Unable to read the members of role")...)
	_, diags = forbidden.plan(instance{}, config)
	diags.mustFail(t, "", append(words, "Unable to read the members of role "+role)...)
	_, diags = forbidden.update(made, object{"role_id": role, "user_ids": users})
	diags.mustFail(t, "", append(words, "Unable to set the members of role")...)
	forbidden.destroy(made).mustFail(t, "", append(words, "Unable to remove the members of role")...)
	_, diags = members.create(object{"role_id": "missing", "user_ids": users})
	diags.mustFail(t, "", "Unable to set role members", "(660)")
	_, diags = members.create(object{"role_id": role, "user_ids": []string{users[0], "missing"}})
	diags.mustFail(t, "user_ids", "Unable to set role members", "(657)", "missing")

	// Half done is mended by the next refresh and apply: the state is the old one.
	members = d.protocol(t).resource(membersType)
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.RemoveUserFromRole", Status: http.StatusForbidden})
	half, diags := members.update(made, object{"role_id": role, "user_ids": users[1:]})
	diags.mustFail(t, "user_ids", "could not be taken from the user "+users[0])
	half.mustHave(t, map[string]string{"user_ids": users[0]})
	whole, diags := members.update(members.mustRead(half), object{"role_id": role, "user_ids": users[1:]})
	diags.mustBeQuiet(t)
	d.mustHoldRole(t, role, users[1:]...)

	// Whoever is the caller is never guessed.
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: http.StatusForbidden, Count: -1})
	d.forget()
	d.protocol(t).resource(membersType).destroy(whole).mustFail(t, "", "Unable to remove the members of role", "HTTP 403")
	if got := d.counts()["identity.RemoveUserFromRole"]; got != 0 {
		t.Errorf("%d removals", got)
	}
	d.mock.ClearFaults()

	// Nor is it taken for the role that does not exist.
	d.assign(t, role, users[0])
	missing := d.protocol(t).resource(membersType)
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: http.StatusNotFound, Count: -1})
	d.forget()
	missing.destroy(whole).mustFail(t, "", "Unable to remove the members of role", "HTTP 404")
	kept, diags := missing.read(whole)
	diags.mustFail(t, "", "Unable to read the members of role", "HTTP 404")
	if got := d.counts()["identity.RemoveUserFromRole"]; got != 0 || !kept.exists() {
		t.Errorf("%d removals, and the state has the members: %t", got, kept.exists())
	}
	d.mock.ClearFaults()
	mustRefuseOtherDomain(t, d, membersType, made, config, role)
	mustDoWithoutCredentials(t, d, membersType, made, config)
}

func TestRoleMembers_validation(t *testing.T) {
	t.Parallel()
	members := newProtocol(t).resource(membersType)
	members.validate(object{"role_id": "a/b", "user_ids": []string{}}).mustFail(t, "role_id", "1 to 64")
	members.validate(object{"role_id": "r", "user_ids": []string{"a@example.com"}}).mustFail(t, "user_ids", "1 to 64")
	members.validate(object{"role_id": "r", "user_ids": []any{nil}}).mustFail(t, "user_ids")
	members.validate(object{"role_id": "r", "user_ids": []string{}, "timeouts": object{"delete": "0s"}}).mustFail(t, "timeouts.delete")
	members.validate(object{"role_id": unknown, "user_ids": unknown}).mustBeQuiet(t)
	members.validate(object{"role_id": "r", "user_ids": []any{unknown, "u"}}).mustBeQuiet(t)
}

// TestRoleMembers_others plans and creates the members of a role that others hold.
func TestRoleMembers_others(t *testing.T) {
	t.Parallel()
	d, role, caller, users := crew(t, mockserver.Options{})
	d.assign(t, role, users[0], users[1], caller)
	label := func(id string) string {
		var user userBody
		d.mustCall(t, http.MethodGet, "/users/"+id, nil, &user)
		return user.Login + " (" + id + ")"
	}
	config := object{"role_id": role, "user_ids": []string{users[0]}}
	members := d.protocol(t).resource(membersType)
	d.forget()
	change, diags := members.plan(instance{}, config)
	diags.mustWarn(t, "user_ids", "Other users hold the role "+role, label(users[1]), "the next plan shows",
		fmt.Sprintf("import {\n  to = lusid_role_members.NAME\n  id = %q\n}", role))
	for _, id := range []string{users[0], caller} {
		if text := strings.Join(diags.warnings(), "\n"); strings.Contains(text, label(id)) {
			t.Errorf("the warning names %s:\n%s", label(id), text)
		}
	}
	d.mustCount(t, map[string]int{"identity.ListUsersInRole": 1, "identity.GetUserInfo": 1})

	// Somebody joins between the plan and the apply.
	d.assign(t, role, users[2])
	made, diags := members.apply(change)
	diags.mustWarn(t, "user_ids", "Other users hold the role "+role, label(users[2]))
	d.mustHoldRole(t, role, users[0], users[1], users[2], caller)
	made.mustHave(t, map[string]string{"user_ids": users[0]})

	// The same between the plan of an update and its apply, and of a destroy.
	members = d.protocol(t).resource(membersType)
	read := members.mustRead(made)
	read.mustHave(t, map[string]string{"user_ids": strings.Join(users[:3], ",")})
	change, diags = members.plan(read, config)
	diags.mustBeQuiet(t)
	d.assign(t, role, users[3])
	made, diags = members.apply(change)
	diags.mustWarn(t, "user_ids", "Other users hold the role "+role, label(users[3]), "the next plan shows")
	d.mustHoldRole(t, role, users[0], users[3], caller)

	members = d.protocol(t).resource(membersType)
	change, diags = members.plan(made, nil)
	diags.mustBeQuiet(t)
	_, diags = members.apply(change)
	diags.mustWarn(t, "user_ids", "Other users hold the role "+role, label(users[3]), "were not in the state")
	d.mustHoldRole(t, role, users[3], caller)

	// A user who is known only after apply may be one of them. An unknown role can't be listed.
	members = d.protocol(t).resource(membersType)
	_, diags = members.plan(instance{}, object{"role_id": role, "user_ids": []any{users[0], unknown}})
	diags.mustWarn(t, "user_ids", label(users[3]), "known only after apply")
	d.forget()
	_, diags = d.protocol(t).resource(membersType).plan(instance{}, object{"role_id": unknown, "user_ids": users[:1]})
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{})
}

// TestRoleMembers_manyOthers cuts off a long list of members.
func TestRoleMembers_manyOthers(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	role := d.createRole(t, "traders").ID
	for i := range 25 {
		d.assign(t, role, d.createUser(t, fmt.Sprintf("user%02d@example.com", i), fmt.Sprintf("owner%d@example.com", i)).ID)
	}
	_, diags := d.protocol(t).resource(membersType).plan(instance{}, object{"role_id": role, "user_ids": []string{}})
	diags.mustWarn(t, "user_ids", "user19@example.com", "and 5 more")
	if text := strings.Join(diags.warnings(), ""); strings.Contains(text, "user20@example.com") {
		t.Errorf("the list is not cut off:\n%s", text)
	}
}

// TestAccRoleMembers_savedPlans has somebody join the role between each plan and its apply.
func TestAccRoleMembers_savedPlans(t *testing.T) {
	t.Parallel()
	d, role, _, users := crew(t, mockserver.Options{})
	d.assign(t, role, users[0], users[1])
	config := func(ids ...string) string {
		return d.config(fmt.Sprintf("resource \"lusid_role_members\" \"test\" {\n  role_id = %q\n  user_ids = %s\n}\n", role, hclValue(ids)))
	}
	w := newWorkspace(t, config(users[0]))
	const keeps = "Warning: Other users hold the role"
	mustHold(t, w.mustRun("plan", "-out=tfplan"), keeps, users[1])
	d.assign(t, role, users[2])
	mustHold(t, w.mustRun("apply", "tfplan"), keeps, users[2])
	d.mustHoldRole(t, role, users[0], users[1], users[2])

	// What the next plan shows, its apply removes, and nobody else.
	mustHold(t, w.mustRun("plan", "-out=tfplan"), fmt.Sprintf("- %q,", users[1]), fmt.Sprintf("- %q,", users[2]), "0 to add, 1 to change, 0 to destroy")
	d.assign(t, role, users[3])
	mustHold(t, w.mustRun("apply", "tfplan"), keeps, users[3])
	d.mustHoldRole(t, role, users[0], users[3])

	w.configure(config(users[0], users[3]))
	w.mustRun("apply", "-auto-approve")
	w.mustPlanEmpty()
	w.mustRun("plan", "-destroy", "-out=tfplan")
	d.assign(t, role, users[1])
	mustHold(t, w.mustRun("apply", "tfplan"), keeps, users[1], "Apply complete! Resources: 0 added, 0 changed, 1 destroyed.")
	d.mustHoldRole(t, role, users[1])
}

// TestRoleMembers_ownUser never takes the role from the user that the provider signs in as.
func TestRoleMembers_ownUser(t *testing.T) {
	t.Parallel()
	d, role, caller, users := crew(t, mockserver.Options{})
	config := object{"role_id": role, "user_ids": []string{caller, users[0]}}
	made := d.protocol(t).resource(membersType).mustCreate(config)
	keeps := "The provider's own user keeps the role " + role
	updated, diags := d.protocol(t).resource(membersType).update(made, object{"role_id": role, "user_ids": users[:1]})
	diags.mustWarn(t, "user_ids", keeps, caller)
	d.mustHoldRole(t, role, caller, users[0])
	d.protocol(t).resource(membersType).destroy(made).mustWarn(t, "user_ids", keeps, caller)
	d.mustHoldRole(t, role, caller)
	d.protocol(t).resource(membersType).destroy(updated).mustBeQuiet(t)
	d.mustHoldRole(t, role, caller)
}
