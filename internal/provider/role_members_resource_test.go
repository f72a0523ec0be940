package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestAccRoleMembers_basic(t *testing.T) {
	t.Parallel()
	d := providertest.NewDomain(t)
	name, address := providertest.NewName(), "lusid_role_members.test"
	config := func(members string) string {
		return d.Config(fmt.Sprintf(`
resource "lusid_role" "test" {
  name = %[1]q
}
%[3]sresource "lusid_role_members" "test" {
  role_id  = lusid_role.test.id
  user_ids = %[2]s
}`, name, members, providertest.UserHCL("one", name)+providertest.UserHCL("two", name)+providertest.UserHCL("three", name)))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		Steps: []resource.TestStep{
			{Config: config("[lusid_user.one.id, lusid_user.two.id]")},
			{ResourceName: address, ImportState: true, ImportStateVerify: true},
			{
				Config: config("[lusid_user.two.id, lusid_user.three.id]"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address,
					plancheck.ResourceActionUpdate)}},
			},
		},
	})
}

// TestAccRoleMembers_disappears deletes the role. Only the deletion of the role removes the resource
// from the state.
func TestAccRoleMembers_disappears(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	user := d.CreateUser(t, "one@example.com", "o1@example.com").ID
	w := providertest.NewWorkspace(t, d.Config(fmt.Sprintf(`
resource "lusid_role" "test" {
  name = "traders"
}
resource "lusid_role_members" "test" {
  role_id  = lusid_role.test.id
  user_ids = [%q]
}`, user)))
	w.MustRun("apply", "-auto-approve")
	d.MustCall(t, http.MethodDelete, "/roles/"+d.RolesNamed(t, "traders")[0].ID, nil, nil)
	providertest.MustHold(t, w.MustRun("plan", "-out=tfplan"), "lusid_role.test will be created", "lusid_role_members.test will be created",
		"Plan: 2 to add, 0 to change, 0 to destroy.")
	w.MustRun("apply", "tfplan")
	d.MustHoldRole(t, d.RolesNamed(t, "traders")[0].ID, user)
	w.MustPlanEmpty()
}

func TestRoleMembers_lifecycle(t *testing.T) {
	t.Parallel()
	d, role, caller, users := providertest.Crew(t, mockserver.Options{})
	d.Assign(t, role, users[0], users[1], caller)
	members := d.Protocol(t).Resource(providertest.RoleMembersType)
	of := func(ids ...string) providertest.Object {
		return providertest.Object{"role_id": role, "user_ids": append([]string{}, ids...)}
	}

	// A create adds the missing users, sends no request for users who are members already, and removes
	// nobody.
	made, diags := members.Create(of(users[1], users[2]))
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{"identity.ListUsersInRole": 2, "identity.GetUserInfo": 1, "identity.AddUserToRole": 1})
	d.MustHoldRole(t, role, users[0], users[1], users[2], caller)
	made.MustHave(t, map[string]string{"id": role})
	if diff := cmp.Diff(map[string]string{"role_id": role}, members.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}

	// The next plan shows the member that no plan has shown before, and its apply removes that member.
	d.Forget()
	read := members.MustRead(made)
	read.MustHave(t, map[string]string{"user_ids": strings.Join(users[:3], ",")})
	d.MustCount(t, map[string]int{"identity.ListUsersInRole": 2})
	read, diags = members.Update(read, of(users[1], users[2]))
	diags.MustBeQuiet(t)
	d.MustHoldRole(t, role, users[1], users[2], caller)
	d.Forget()
	read = members.MustRead(read)
	members.MustPlanNothing(read, of(users[1], users[2]))
	d.MustCount(t, map[string]int{"identity.ListUsersInRole": 1})

	updated, diags := members.Update(read, of(users[2], users[3]))
	diags.MustBeQuiet(t)
	d.MustHoldRole(t, role, users[2], users[3], caller)
	d.Forget()
	updated, diags = members.Update(updated, providertest.Object{
		"role_id":  role,
		"user_ids": users[2:],
		"timeouts": providertest.Object{"read": "1m"},
	})
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{})

	// The configuration may contain the caller. After an update without the caller, LUSID still has the
	// caller as a member.
	updated, diags = members.Update(updated, of(users[2], caller))
	diags.MustBeQuiet(t)
	members.MustPlanNothing(members.MustRead(updated), of(users[2], caller))
	updated, diags = members.Update(updated, of(users[2]))
	diags.MustWarn(t, "user_ids", "The provider's own user keeps the role "+role, caller)
	d.MustHoldRole(t, role, users[2], caller)
	updated = members.MustRead(updated)
	members.MustPlanNothing(updated, of(users[2]))

	// Drift is read by a new provider process, because within one process a refresh may use an earlier
	// list.
	members = d.Protocol(t).Resource(providertest.RoleMembersType)
	d.Assign(t, role, users[0])
	d.MustCall(t, http.MethodDelete, "/roles/"+role+"/users/"+users[2], nil, nil)
	drifted := members.MustRead(updated)
	drifted.MustHave(t, map[string]string{"user_ids": users[0]})
	mended, diags := members.Update(drifted, of(users[2]))
	diags.MustBeQuiet(t)
	d.MustHoldRole(t, role, users[2], caller)

	// An empty set removes all members except the caller. A destroy removes only the members in the
	// state.
	empty, diags := members.Update(mended, of())
	diags.MustBeQuiet(t)
	d.MustHoldRole(t, role, caller)
	members.MustPlanNothing(members.MustRead(empty), of())
	d.Assign(t, role, users[0], users[1], users[2])
	members.Destroy(mended).MustWarn(t, "user_ids", "Other users hold the role "+role, "@example.com (", "were not in the state")
	d.MustHoldRole(t, role, users[0], users[1], caller)

	change, diags := members.Plan(mended, providertest.Object{"role_id": "elsewhere", "user_ids": []string{users[2]}})
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"role_id"}, change.Replaces); diff != "" {
		t.Errorf("attributes that force the replacement (-want +got):\n%s", diff)
	}
}

func TestRoleMembers_deletedOutsideTerraform(t *testing.T) {
	t.Parallel()
	d, role, _, users := providertest.Crew(t, mockserver.Options{})
	members := d.Protocol(t).Resource(providertest.RoleMembersType)
	made := members.MustCreate(providertest.Object{"role_id": role, "user_ids": users})
	d.MustCall(t, http.MethodDelete, "/users/"+users[0], nil, nil)
	d.MustCall(t, http.MethodDelete, "/users/"+users[1]+"?purge=true", nil, nil)
	members.MustRead(made).MustHave(t, map[string]string{"user_ids": strings.Join(users[2:], ",")})
	members = d.Protocol(t).Resource(providertest.RoleMembersType)
	d.MustCall(t, http.MethodDelete, "/roles/"+role, nil, nil)
	if members.MustRead(made).Exists() {
		t.Error("the members of a deleted role are still in the state")
	}
	members.Destroy(made).MustBeQuiet(t)
}

func TestRoleMembers_import(t *testing.T) {
	t.Parallel()
	d, role, caller, users := providertest.Crew(t, mockserver.Options{})
	d.Assign(t, role, users[0], users[1], caller)
	members := d.Protocol(t).Resource(providertest.RoleMembersType)
	config := providertest.Object{"role_id": role, "user_ids": users[:2]}
	imported, diags := members.ImportState(role)
	diags.MustBeQuiet(t)
	members.MustPlanNothing(imported, config)
	imported, diags = members.ImportIdentity(map[string]any{"role_id": role})
	diags.MustBeQuiet(t)
	members.MustPlanNothing(imported, config)
	for _, key := range []string{"default/traders", "a b"} {
		_, diags := members.ImportState(key)
		diags.MustFail(t, "", "Unable to import the members of role", "1 to 64")
	}
	missing, diags := members.ImportState("missing")
	diags.MustBeQuiet(t)
	if missing.Exists() {
		t.Error("the members of a role that does not exist were imported")
	}
}

// TestRoleMembers_listLag reads members after a change that the list does not show yet.
func TestRoleMembers_listLag(t *testing.T) {
	t.Parallel()
	d, role, _, users := providertest.Crew(t, mockserver.Options{ListLag: 1})
	members := d.Protocol(t).Resource(providertest.RoleMembersType)
	made := members.MustCreate(providertest.Object{"role_id": role, "user_ids": users[:2]})
	members.MustPlanNothing(members.MustRead(made), providertest.Object{"role_id": role, "user_ids": users[:2]})
	updated, diags := members.Update(made, providertest.Object{"role_id": role, "user_ids": users[1:3]})
	diags.MustBeQuiet(t)
	members.MustPlanNothing(members.MustRead(updated), providertest.Object{"role_id": role, "user_ids": users[1:3]})
}

func TestRoleMembers_errors(t *testing.T) {
	t.Parallel()
	d, role, _, users := providertest.Crew(t, mockserver.Options{})
	members := d.Protocol(t).Resource(providertest.RoleMembersType)
	config := providertest.Object{"role_id": role, "user_ids": users[:1]}
	made := members.MustCreate(config)
	words := []string{"HTTP 403", "lusid-administrator", role}
	forbidden := d.NoRights(t).Resource(providertest.RoleMembersType)
	_, diags := forbidden.Read(made)
	diags.MustFail(t, "", append(words, "Unable to read the members of role")...)
	_, diags = forbidden.Plan(providertest.Instance{}, config)
	diags.MustFail(t, "", append(words, "Unable to read the members of role "+role)...)
	_, diags = forbidden.Update(made, providertest.Object{"role_id": role, "user_ids": users})
	diags.MustFail(t, "", append(words, "Unable to set the members of role")...)
	forbidden.Destroy(made).MustFail(t, "", append(words, "Unable to remove the members of role")...)
	_, diags = members.Create(providertest.Object{"role_id": "missing", "user_ids": users})
	diags.MustFail(t, "", "Unable to set role members", "(660)")
	_, diags = members.Create(providertest.Object{"role_id": role, "user_ids": []string{users[0], "missing"}})
	diags.MustFail(t, "user_ids", "Unable to set role members", "(657)", "missing")

	// If an update fails halfway, the state keeps the old members, and the next refresh and apply
	// complete the change.
	members = d.Protocol(t).Resource(providertest.RoleMembersType)
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.RemoveUserFromRole", Status: http.StatusForbidden})
	half, diags := members.Update(made, providertest.Object{"role_id": role, "user_ids": users[1:]})
	diags.MustFail(t, "user_ids", "could not be taken from the user "+users[0])
	half.MustHave(t, map[string]string{"user_ids": users[0]})
	whole, diags := members.Update(members.MustRead(half), providertest.Object{"role_id": role, "user_ids": users[1:]})
	diags.MustBeQuiet(t)
	d.MustHoldRole(t, role, users[1:]...)

	// If the provider cannot read who the caller is, it removes nobody.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: http.StatusForbidden, Count: -1})
	d.Forget()
	d.Protocol(t).Resource(providertest.RoleMembersType).Destroy(whole).MustFail(t, "", "Unable to remove the members of role", "HTTP 403")
	if got := d.Counts()["identity.RemoveUserFromRole"]; got != 0 {
		t.Errorf("got %d requests to remove a user from the role, want none", got)
	}
	d.Mock.ClearFaults()

	// A 404 for the caller's user does not mean that the role was deleted.
	d.Assign(t, role, users[0])
	missing := d.Protocol(t).Resource(providertest.RoleMembersType)
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: http.StatusNotFound, Count: -1})
	d.Forget()
	missing.Destroy(whole).MustFail(t, "", "Unable to remove the members of role", "HTTP 404")
	kept, diags := missing.Read(whole)
	diags.MustFail(t, "", "Unable to read the members of role", "HTTP 404")
	if got := d.Counts()["identity.RemoveUserFromRole"]; got != 0 || !kept.Exists() {
		t.Errorf("got %d requests to remove a user, and the members are in the state: %t. Want none, and true", got, kept.Exists())
	}
	d.Mock.ClearFaults()
	providertest.MustRefuseOtherDomain(t, d, providertest.RoleMembersType, made, config, role)
	providertest.MustDoWithoutCredentials(t, d, providertest.RoleMembersType, made, config)
}

func TestRoleMembers_validation(t *testing.T) {
	t.Parallel()
	members := providertest.NewProtocol(t).Resource(providertest.RoleMembersType)
	members.Validate(providertest.Object{"role_id": "a/b", "user_ids": []string{}}).MustFail(t, "role_id", "1 to 64")
	members.Validate(providertest.Object{"role_id": "r", "user_ids": []string{"a@example.com"}}).MustFail(t, "user_ids", "1 to 64")
	members.Validate(providertest.Object{"role_id": "r", "user_ids": []any{nil}}).MustFail(t, "user_ids")
	members.Validate(providertest.Object{
		"role_id":  "r",
		"user_ids": []string{},
		"timeouts": providertest.Object{"delete": "0s"},
	}).MustFail(t, "timeouts.delete")
	members.Validate(providertest.Object{"role_id": providertest.Unknown, "user_ids": providertest.Unknown}).MustBeQuiet(t)
	members.Validate(providertest.Object{"role_id": "r", "user_ids": []any{providertest.Unknown, "u"}}).MustBeQuiet(t)
}

// TestRoleMembers_otherUsers plans and creates the members of a role that other users have already.
func TestRoleMembers_otherUsers(t *testing.T) {
	t.Parallel()
	d, role, caller, users := providertest.Crew(t, mockserver.Options{})
	d.Assign(t, role, users[0], users[1], caller)
	label := func(id string) string {
		var user providertest.UserBody
		d.MustCall(t, http.MethodGet, "/users/"+id, nil, &user)
		return user.Login + " (" + id + ")"
	}
	config := providertest.Object{"role_id": role, "user_ids": []string{users[0]}}
	members := d.Protocol(t).Resource(providertest.RoleMembersType)
	d.Forget()
	change, diags := members.Plan(providertest.Instance{}, config)
	diags.MustWarn(t, "user_ids", "Other users hold the role "+role, label(users[1]), "the next plan shows",
		fmt.Sprintf("import {\n  to = lusid_role_members.NAME\n  id = %q\n}", role))
	for _, id := range []string{users[0], caller} {
		if text := strings.Join(diags.Warnings(), "\n"); strings.Contains(text, label(id)) {
			t.Errorf("the warning names %s, want only other users:\n%s", label(id), text)
		}
	}
	d.MustCount(t, map[string]int{"identity.ListUsersInRole": 1, "identity.GetUserInfo": 1})

	// Another user gets the role between the plan and the apply.
	d.Assign(t, role, users[2])
	made, diags := members.Apply(change)
	diags.MustWarn(t, "user_ids", "Other users hold the role "+role, label(users[2]))
	d.MustHoldRole(t, role, users[0], users[1], users[2], caller)
	made.MustHave(t, map[string]string{"user_ids": users[0]})

	// The same happens between the plan and the apply of an update, and of a destroy.
	members = d.Protocol(t).Resource(providertest.RoleMembersType)
	read := members.MustRead(made)
	read.MustHave(t, map[string]string{"user_ids": strings.Join(users[:3], ",")})
	change, diags = members.Plan(read, config)
	diags.MustBeQuiet(t)
	d.Assign(t, role, users[3])
	made, diags = members.Apply(change)
	diags.MustWarn(t, "user_ids", "Other users hold the role "+role, label(users[3]), "the next plan shows")
	d.MustHoldRole(t, role, users[0], users[3], caller)

	members = d.Protocol(t).Resource(providertest.RoleMembersType)
	change, diags = members.Plan(made, nil)
	diags.MustBeQuiet(t)
	_, diags = members.Apply(change)
	diags.MustWarn(t, "user_ids", "Other users hold the role "+role, label(users[3]), "were not in the state")
	d.MustHoldRole(t, role, users[3], caller)

	// A user ID that is known only after apply may be one of the other users. The members of an unknown
	// role cannot be listed, so the plan sends no request.
	members = d.Protocol(t).Resource(providertest.RoleMembersType)
	_, diags = members.Plan(providertest.Instance{}, providertest.Object{"role_id": role, "user_ids": []any{users[0], providertest.Unknown}})
	diags.MustWarn(t, "user_ids", label(users[3]), "known only after apply")
	d.Forget()
	_, diags = d.Protocol(t).Resource(providertest.RoleMembersType).Plan(providertest.Instance{}, providertest.Object{
		"role_id":  providertest.Unknown,
		"user_ids": users[:1],
	})
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{})
}

// TestRoleMembers_manyOtherUsers expects that the warning names at most 20 users.
func TestRoleMembers_manyOtherUsers(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	role := d.CreateRole(t, "traders").ID
	for i := range 25 {
		d.Assign(t, role, d.CreateUser(t, fmt.Sprintf("user%02d@example.com", i), fmt.Sprintf("owner%d@example.com", i)).ID)
	}
	_, diags := d.Protocol(t).Resource(providertest.RoleMembersType).Plan(providertest.Instance{},
		providertest.Object{"role_id": role, "user_ids": []string{}})
	diags.MustWarn(t, "user_ids", "user19@example.com", "and 5 more")
	if text := strings.Join(diags.Warnings(), ""); strings.Contains(text, "user20@example.com") {
		t.Errorf("the warning names more than 20 users:\n%s", text)
	}
}

// TestAccRoleMembers_savedPlans gives the role to another user between each plan and its apply.
func TestAccRoleMembers_savedPlans(t *testing.T) {
	t.Parallel()
	d, role, _, users := providertest.Crew(t, mockserver.Options{})
	d.Assign(t, role, users[0], users[1])
	config := func(ids ...string) string {
		return d.Config(fmt.Sprintf("resource \"lusid_role_members\" \"test\" {\n  role_id = %q\n  user_ids = %s\n}\n",
			role, providertest.HCLValue(ids)))
	}
	w := providertest.NewWorkspace(t, config(users[0]))
	const keeps = "Warning: Other users hold the role"
	providertest.MustHold(t, w.MustRun("plan", "-out=tfplan"), keeps, users[1])
	d.Assign(t, role, users[2])
	providertest.MustHold(t, w.MustRun("apply", "tfplan"), keeps, users[2])
	d.MustHoldRole(t, role, users[0], users[1], users[2])

	// The apply removes only the members whose removal the plan has shown.
	providertest.MustHold(t, w.MustRun("plan", "-out=tfplan"), fmt.Sprintf("- %q,", users[1]), fmt.Sprintf("- %q,", users[2]),
		"0 to add, 1 to change, 0 to destroy")
	d.Assign(t, role, users[3])
	providertest.MustHold(t, w.MustRun("apply", "tfplan"), keeps, users[3])
	d.MustHoldRole(t, role, users[0], users[3])

	w.Configure(config(users[0], users[3]))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	w.MustRun("plan", "-destroy", "-out=tfplan")
	d.Assign(t, role, users[1])
	providertest.MustHold(t, w.MustRun("apply", "tfplan"), keeps, users[1], "Apply complete! Resources: 0 added, 0 changed, 1 destroyed.")
	d.MustHoldRole(t, role, users[1])
}

// TestRoleMembers_ownUser expects that the user that the provider signs in as always keeps the role.
func TestRoleMembers_ownUser(t *testing.T) {
	t.Parallel()
	d, role, caller, users := providertest.Crew(t, mockserver.Options{})
	config := providertest.Object{"role_id": role, "user_ids": []string{caller, users[0]}}
	made := d.Protocol(t).Resource(providertest.RoleMembersType).MustCreate(config)
	keeps := "The provider's own user keeps the role " + role
	updated, diags := d.Protocol(t).Resource(providertest.RoleMembersType).Update(made,
		providertest.Object{"role_id": role, "user_ids": users[:1]})
	diags.MustWarn(t, "user_ids", keeps, caller)
	d.MustHoldRole(t, role, caller, users[0])
	d.Protocol(t).Resource(providertest.RoleMembersType).Destroy(made).MustWarn(t, "user_ids", keeps, caller)
	d.MustHoldRole(t, role, caller)
	d.Protocol(t).Resource(providertest.RoleMembersType).Destroy(updated).MustBeQuiet(t)
	d.MustHoldRole(t, role, caller)
}
