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

func TestAccRoleAssignment_basic(t *testing.T) {
	t.Parallel()
	d := providertest.NewDomain(t)
	name, address := providertest.NewName(), "lusid_role_assignment.test"
	config := func(user string) string {
		return d.Config(fmt.Sprintf(`
resource "lusid_role" "test" {
  name = %[1]q
}
%[3]sresource "lusid_role_assignment" "test" {
  role_id = lusid_role.test.id
  user_id = lusid_user.%[2]s.id
}`, name, user, providertest.UserHCL("one", name)+providertest.UserHCL("two", name)))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		Steps: []resource.TestStep{
			{Config: config("one")},
			{ResourceName: address, ImportState: true, ImportStateVerify: true},
			{
				Config: config("two"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address,
					plancheck.ResourceActionDestroyBeforeCreate)}},
			},
		},
	})
}

func TestRoleAssignment_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	assignments := d.Protocol(t).Resource(providertest.RoleAssignmentType)
	role, user, other := d.CreateRole(t, "traders"), d.CreateUser(t, "one@example.com", "o1@example.com"), d.CreateUser(t, "two@example.com",
		"o2@example.com")
	config := providertest.Object{"role_id": role.ID, "user_id": user.ID}
	made := assignments.MustCreate(config)
	d.MustCount(t, map[string]int{"identity.AddUserToRole": 1})
	made.MustHave(t, map[string]string{"id": role.ID + "/" + user.ID})
	if diff := cmp.Diff(map[string]string{"role_id": role.ID, "user_id": user.ID}, assignments.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	d.Forget()
	assignments.MustPlanNothing(assignments.MustRead(made), config)
	d.MustCount(t, map[string]int{"identity.ListUsersInRole": 1})

	// LUSID accepts a second assignment of the same user, and an assignment of another user.
	again := assignments.MustCreate(config)
	assignments.MustCreate(providertest.Object{"role_id": role.ID, "user_id": other.ID})
	changed, diags := assignments.Update(again, providertest.Object{
		"role_id":  role.ID,
		"user_id":  user.ID,
		"timeouts": providertest.Object{"read": "1m"},
	})
	diags.MustBeQuiet(t)
	assignments = d.Protocol(t).Resource(providertest.RoleAssignmentType) // In this process, no plan keeps the first assignment.
	for attribute, value := range map[string]string{"role_id": "elsewhere", "user_id": other.ID} {
		next := providertest.Object{"role_id": role.ID, "user_id": user.ID}
		next[attribute] = value
		change, diags := assignments.Plan(changed, next)
		diags.MustBeQuiet(t)
		if diff := cmp.Diff([]string{attribute}, change.Replaces); diff != "" {
			t.Errorf("attributes that force the replacement (-want +got):\n%s", diff)
		}
	}
	assignments = d.Protocol(t).Resource(providertest.RoleAssignmentType)
	for range 2 {
		assignments.Destroy(made).MustBeQuiet(t)
	}
	if diff := cmp.Diff([]string{other.ID}, d.MembersOf(t, role.ID)); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

func TestRoleAssignment_deletedOutsideTerraform(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(role, user string) string{
		"assignment removed": func(role, user string) string { return "/roles/" + role + "/users/" + user },
		"role deleted":       func(role, _ string) string { return "/roles/" + role },
		"user deprovisioned": func(_, user string) string { return "/users/" + user },
		"user purged":        func(_, user string) string { return "/users/" + user + "?purge=true" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			assignments := d.Protocol(t).Resource(providertest.RoleAssignmentType)
			role, user := d.CreateRole(t, "traders"), d.CreateUser(t, "one@example.com", "o1@example.com")
			made := assignments.MustCreate(providertest.Object{"role_id": role.ID, "user_id": user.ID})
			d.MustCall(t, http.MethodDelete, remove(role.ID, user.ID), nil, nil)
			if assignments.MustRead(made).Exists() {
				t.Error("an assignment that no longer exists is still in the state")
			}
			assignments.Destroy(made).MustBeQuiet(t)
		})
	}
}

func TestRoleAssignment_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	assignments := d.Protocol(t).Resource(providertest.RoleAssignmentType)
	role, user := d.CreateRole(t, "traders"), d.CreateUser(t, "one@example.com", "o1@example.com")
	config := providertest.Object{"role_id": role.ID, "user_id": user.ID}
	made := assignments.MustCreate(config)
	imported, diags := assignments.ImportState(role.ID + "/" + user.ID)
	diags.MustBeQuiet(t)
	if names := imported.Differences(made); names != nil {
		t.Errorf("the import and the created resource differ in %s", names)
	}
	imported, diags = assignments.ImportIdentity(map[string]any{"role_id": role.ID, "user_id": user.ID})
	diags.MustBeQuiet(t)
	assignments.MustPlanNothing(imported, config)
	for _, key := range []string{role.ID, "/", role.ID + "/", "/" + user.ID, role.ID + "/" + user.ID + "/x", "a b/c"} {
		_, diags := assignments.ImportState(key)
		diags.MustFail(t, "", "Unable to import role assignment", "role_id/user_id")
	}
	// If the object does not exist, the provider returns no resource, and Terraform itself reports the
	// error.
	for _, key := range []string{role.ID + "/missing", "missing/" + user.ID} {
		missing, diags := assignments.ImportState(key)
		diags.MustBeQuiet(t)
		if missing.Exists() {
			t.Errorf("%s was imported, although it does not exist", key)
		}
	}
}

// TestRoleAssignment_listLag reads an assignment after its creation, while the list of users does not
// contain the user yet.
func TestRoleAssignment_listLag(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{ListLag: 1})
	assignments := d.Protocol(t).Resource(providertest.RoleAssignmentType)
	role, user := d.CreateRole(t, "traders"), d.CreateUser(t, "one@example.com", "o1@example.com")
	made := assignments.MustCreate(providertest.Object{"role_id": role.ID, "user_id": user.ID})
	if !assignments.MustRead(made).Exists() {
		t.Error("the assignment was removed from the state, because a list that lags does not contain it")
	}
}

func TestRoleAssignment_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	assignments := d.Protocol(t).Resource(providertest.RoleAssignmentType)
	role, user := d.CreateRole(t, "traders"), d.CreateUser(t, "one@example.com", "o1@example.com")
	config := providertest.Object{"role_id": role.ID, "user_id": user.ID}
	made := assignments.MustCreate(config)
	words := []string{"HTTP 403", "lusid-administrator", role.ID}
	forbidden := d.NoRights(t).Resource(providertest.RoleAssignmentType)
	_, diags := forbidden.Read(made)
	diags.MustFail(t, "", append(words, "Unable to read role assignment")...)
	_, diags = forbidden.Create(config)
	diags.MustFail(t, "", append(words, "Unable to create role assignment", user.ID)...)
	forbidden.Destroy(made).MustFail(t, "", append(words, "Unable to delete role assignment", user.ID)...)
	_, diags = assignments.Create(providertest.Object{"role_id": "missing", "user_id": user.ID})
	diags.MustFail(t, "", "Unable to create role assignment", "(660)", "missing")
	_, diags = assignments.Create(providertest.Object{"role_id": role.ID, "user_id": "missing"})
	diags.MustFail(t, "", "Unable to create role assignment", "(657)", "missing")

	// The requests that add and remove a user are safe to repeat, so the provider retries them if the
	// response is lost.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.AddUserToRole", Reset: mockserver.ResetAfter})
	again := assignments.MustCreate(config)
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.RemoveUserFromRole", Reset: mockserver.ResetAfter})
	d.Protocol(t).Resource(providertest.RoleAssignmentType).Destroy(again).MustBeQuiet(t)

	providertest.MustRefuseOtherDomain(t, d, providertest.RoleAssignmentType, made, config, role.ID)
	providertest.MustDoWithoutCredentials(t, d, providertest.RoleAssignmentType, made, config)
}

func TestRoleAssignment_validation(t *testing.T) {
	t.Parallel()
	assignments := providertest.NewProtocol(t).Resource(providertest.RoleAssignmentType)
	assignments.Validate(providertest.Object{"role_id": "a/b", "user_id": "u"}).MustFail(t, "role_id", "1 to 64")
	assignments.Validate(providertest.Object{"role_id": "r", "user_id": "a@example.com"}).MustFail(t, "user_id", "1 to 64")
	assignments.Validate(providertest.Object{"role_id": "r", "user_id": ""}).MustFail(t, "user_id")
	assignments.Validate(providertest.Object{
		"role_id":  "r",
		"user_id":  "u",
		"timeouts": providertest.Object{"read": "0s"},
	}).MustFail(t, "timeouts.read")
	assignments.Validate(providertest.Object{"role_id": providertest.Unknown, "user_id": providertest.Unknown}).MustBeQuiet(t)
}

// TestRoleAssignment_repeatRefused expects success if LUSID refuses to add or remove a user because it
// has already done so.
func TestRoleAssignment_repeatRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 409} {
		d := providertest.NewMock(t, mockserver.Options{})
		assignments := d.Protocol(t).Resource("lusid_role_assignment")
		role := d.Protocol(t).Resource("lusid_role").MustCreate(providertest.Object{"name": "traders"})
		config := providertest.Object{"role_id": role.Get("id"), "user_id": d.CallerID(t)}
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.AddUserToRole", Status: status, AfterWrite: true})
		made := assignments.MustCreate(config)
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.RemoveUserFromRole", Status: status, AfterWrite: true})
		assignments.Destroy(made).MustSucceed(t)

		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.AddUserToRole", Status: status})
		if _, diags := assignments.Create(config); len(diags.Errors()) == 0 {
			t.Errorf("%d: the create succeeded, although LUSID did not add the user", status)
		}
	}
}

// TestRoleAssignment_ownUser expects a warning if a plan removes a role from the user that the provider
// signs in as.
func TestRoleAssignment_ownUser(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	caller, role, other := d.CallerID(t), d.CreateRole(t, "traders"), d.CreateUser(t, "one@example.com", "o1@example.com")
	own, others := providertest.Object{"role_id": role.ID, "user_id": caller}, providertest.Object{"role_id": role.ID, "user_id": other.ID}
	p := d.Protocol(t).Resource(providertest.RoleAssignmentType)
	made, foreign := p.MustCreate(own), p.MustCreate(others)
	words := []string{"Taking a role from the user that this provider signs in as", "HTTP 403", caller, role.ID, "removed block"}

	for name, protocol := range map[string]*providertest.Protocol{"token": d.Protocol(t), "password": d.SignedIn(t)} {
		t.Run(name, func(t *testing.T) {
			m := protocol.Resource(providertest.RoleAssignmentType)
			d.Forget()
			_, diags := m.Plan(made, nil)
			diags.MustWarn(t, "user_id", words...)
			_, diags = m.Plan(made, others)
			diags.MustWarn(t, "user_id", words...)
			_, diags = m.Plan(foreign, nil)
			diags.MustBeQuiet(t)
			if got := d.Counts()["identity.GetUserInfo"]; got != 1 {
				t.Errorf("got %d requests for the caller's user, want 1", got)
			}
		})
	}

	// An update in place and a first create remove no role, so they have no warning.
	m := d.Protocol(t).Resource(providertest.RoleAssignmentType)
	d.Forget()
	_, diags := m.Plan(providertest.Instance{}, own)
	diags.MustBeQuiet(t)
	_, diags = m.Plan(made, providertest.With(own, "timeouts", providertest.Object{"read": "1m"}))
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{})
	// After -replace or taint, Terraform plans a create as if the resource were new. This process has
	// planned with the old resource before, so the provider warns.
	_, diags = m.Plan(providertest.Instance{}, own)
	diags.MustWarn(t, "user_id", words...)

	// If the provider may not read its own user, the plan still succeeds.
	m = d.Protocol(t).Resource(providertest.RoleAssignmentType)
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: http.StatusForbidden})
	_, diags = m.Plan(made, nil)
	diags.MustBeQuiet(t)
}

// TestAccRoleAssignment_ownUser expects the warning in the plans that remove the role.
func TestAccRoleAssignment_ownUser(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	config := d.Config(fmt.Sprintf(`
resource "lusid_role" "r" {
  name = "traders"
}
resource "lusid_role_assignment" "own" {
  role_id = lusid_role.r.id
  user_id = %q
}`, d.CallerID(t)))
	w := providertest.NewWorkspace(t, config)
	const warning = "Taking a role from the user that this provider signs in as"
	if output := w.MustRun("apply", "-auto-approve"); strings.Contains(output, warning) {
		t.Errorf("the first create has a warning, want none:\n%s", output)
	}
	if providertest.CLICan(t, providertest.DestroyPlans) {
		providertest.MustHold(t, w.MustRun("plan", "-destroy"), warning)
	}
	w.MustRun("taint", "lusid_role_assignment.own")
	providertest.MustHold(t, w.MustRun("plan"), warning)
}

// TestAccRoleAssignment_ownDefaultRole replaces the assignment that gives the provider its rights.
// After the destroy, LUSID would refuse the create. So the plan already fails.
func TestAccRoleAssignment_ownDefaultRole(t *testing.T) {
	t.Parallel()
	providertest.CLIMust(t, providertest.ImportBlocks) // Each CLI with import blocks also has terraform_data.
	d := providertest.NewMock(t,
		mockserver.Options{Seed: mockserver.Seed{Roles: []mockserver.Role{{ID: "admin", Name: "lusid-administrator"}}}})
	caller := d.CallerID(t)
	config := func(name, trigger string) string {
		return d.Config(fmt.Sprintf(`
resource "terraform_data" "v" {
  input = %q
}
resource "lusid_role_assignment" %q {
  role_id = "admin"
  user_id = %q
  lifecycle {
    replace_triggered_by = [terraform_data.v]
  }
}`, trigger, name, caller))
	}
	w := providertest.NewWorkspace(t, config("own", "1"))
	w.MustRun("apply", "-auto-approve")
	words := []string{
		"Unable to replace role assignment admin/" + caller, "lusid-administrator", "moved block", "terraform untaint",
		"sign in as another user",
	}
	d.Forget()
	w.MustFail(words, "plan", "-replace=lusid_role_assignment.own")
	w.Configure(config("own", "2"))
	w.MustFail(words, "apply", "-auto-approve")
	w.Configure(config("own", "1"))
	w.MustRun("taint", "lusid_role_assignment.own")
	w.MustFail(words, "plan")
	w.MustRun("untaint", "lusid_role_assignment.own")
	w.MustPlanEmpty()
	if writes := d.Counts()["identity.RemoveUserFromRole"]; writes != 0 {
		t.Errorf("got %d requests to remove a user from a role, want none", writes)
	}
	d.MustHoldRole(t, "admin", caller)
}
