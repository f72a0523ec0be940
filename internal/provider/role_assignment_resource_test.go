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

const assignmentType = "lusid_role_assignment"

// membersOf are the ids of the users who hold a role, in order.
func (d domain) membersOf(t *testing.T, roleID string) []string {
	t.Helper()
	var users []userBody
	d.mustCall(t, http.MethodGet, "/roles/"+roleID+"/users", nil, &users)
	ids := []string{}
	for _, user := range users {
		ids = append(ids, user.ID)
	}
	slices.Sort(ids)
	return ids
}

// userHCL is a service user that a destroy purges.
func userHCL(resourceName, name string) string {
	return fmt.Sprintf(`resource "lusid_user" %[1]q {
  type            = "Service"
  login           = "%[1]s-%[2]s@example.com"
  email_address   = "owner-%[1]s-%[2]s@example.com"
  first_name      = "Acceptance"
  last_name       = "Test"
  deletion_policy = "purge"
}
`, resourceName, name)
}

func TestAccRoleAssignment_basic(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	name, address := newName(), "lusid_role_assignment.test"
	config := func(user string) string {
		return d.config(fmt.Sprintf(`
resource "lusid_role" "test" {
  name = %[1]q
}
%[3]sresource "lusid_role_assignment" "test" {
  role_id = lusid_role.test.id
  user_id = lusid_user.%[2]s.id
}`, name, user, userHCL("one", name)+userHCL("two", name)))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{Config: config("one")},
			{ResourceName: address, ImportState: true, ImportStateVerify: true},
			{
				Config:           config("two"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate)}},
			},
		},
	})
}

func roleAssignmentLifecycle(t *testing.T, d domain) lifecycle {
	role, user, other := d.createRole(t, "traders").ID, d.createUser(t, "one@example.com", "o1@example.com").ID, d.createUser(t, "two@example.com", "o2@example.com").ID
	label := role + "/" + user
	return lifecycle{
		config: object{"role_id": role, "user_id": user},
		// Another user's assignment is nobody's business.
		drift:               func() { d.assign(t, role, other) },
		vanish:              func() { d.mustCall(t, http.MethodDelete, "/roles/"+role+"/users/"+user, nil, nil) },
		deletedAndMadeAgain: map[string]int{"identity.AddUserToRole": 1},
		replacement:         object{"role_id": role, "user_id": other},
		replacedBy:          "user_id",
		replaced:            map[string]int{"identity.RemoveUserFromRole": 1, "identity.AddUserToRole": 1},
		refusedCreate:       "Unable to create role assignment",
		refusedRead:         "Unable to read role assignment " + label,
		refusedDelete:       "Unable to delete role assignment " + label,
	}
}

func TestRoleAssignment_lifecycle(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	assignments := d.protocol(t).resource(assignmentType)
	role, user, other := d.createRole(t, "traders"), d.createUser(t, "one@example.com", "o1@example.com"), d.createUser(t, "two@example.com", "o2@example.com")
	config := object{"role_id": role.ID, "user_id": user.ID}
	made := assignments.mustCreate(config)
	d.mustCount(t, map[string]int{"identity.AddUserToRole": 1})
	made.mustHave(t, map[string]string{"id": role.ID + "/" + user.ID})
	if diff := cmp.Diff(map[string]string{"role_id": role.ID, "user_id": user.ID}, assignments.identityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	d.forget()
	assignments.mustPlanNothing(assignments.mustRead(made), config)
	d.mustCount(t, map[string]int{"identity.ListUsersInRole": 1})

	// LUSID accepts a second assignment of the same user, and another user's.
	again := assignments.mustCreate(config)
	assignments.mustCreate(object{"role_id": role.ID, "user_id": other.ID})
	changed, diags := assignments.update(again, object{"role_id": role.ID, "user_id": user.ID, "timeouts": object{"read": "1m"}})
	diags.mustBeQuiet(t)
	for attribute, value := range map[string]string{"role_id": "elsewhere", "user_id": other.ID} {
		next := object{"role_id": role.ID, "user_id": user.ID}
		next[attribute] = value
		change, diags := assignments.plan(changed, next)
		diags.mustBeQuiet(t)
		if diff := cmp.Diff([]string{attribute}, change.replaces); diff != "" {
			t.Errorf("replaced because of (-want +got):\n%s", diff)
		}
	}
	assignments = d.protocol(t).resource(assignmentType)
	for range 2 {
		assignments.destroy(made).mustBeQuiet(t)
	}
	if diff := cmp.Diff([]string{other.ID}, d.membersOf(t, role.ID)); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

func TestRoleAssignment_gone(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(role, user string) string{
		"the assignment":          func(role, user string) string { return "/roles/" + role + "/users/" + user },
		"the role":                func(role, _ string) string { return "/roles/" + role },
		"the user, deprovisioned": func(_, user string) string { return "/users/" + user },
		"the user, purged":        func(_, user string) string { return "/users/" + user + "?purge=true" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			assignments := d.protocol(t).resource(assignmentType)
			role, user := d.createRole(t, "traders"), d.createUser(t, "one@example.com", "o1@example.com")
			made := assignments.mustCreate(object{"role_id": role.ID, "user_id": user.ID})
			d.mustCall(t, http.MethodDelete, remove(role.ID, user.ID), nil, nil)
			if assignments.mustRead(made).exists() {
				t.Error("an assignment that is gone stays in the state")
			}
			assignments.destroy(made).mustBeQuiet(t)
		})
	}
}

func TestRoleAssignment_import(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	assignments := d.protocol(t).resource(assignmentType)
	role, user := d.createRole(t, "traders"), d.createUser(t, "one@example.com", "o1@example.com")
	config := object{"role_id": role.ID, "user_id": user.ID}
	made := assignments.mustCreate(config)
	imported, diags := assignments.importState(role.ID + "/" + user.ID)
	diags.mustBeQuiet(t)
	if names := imported.differences(made); names != nil {
		t.Errorf("%s differ", names)
	}
	imported, diags = assignments.importIdentity(map[string]any{"role_id": role.ID, "user_id": user.ID})
	diags.mustBeQuiet(t)
	assignments.mustPlanNothing(imported, config)
	for _, key := range []string{role.ID, "/", role.ID + "/", "/" + user.ID, role.ID + "/" + user.ID + "/x", "a b/c"} {
		_, diags := assignments.importState(key)
		diags.mustFail(t, "", "Unable to import role assignment", "role_id/user_id")
	}
	// Terraform itself says that an object which is not there cannot be imported.
	for _, key := range []string{role.ID + "/missing", "missing/" + user.ID} {
		missing, diags := assignments.importState(key)
		diags.mustBeQuiet(t)
		if missing.exists() {
			t.Errorf("%s was imported", key)
		}
	}
}

// TestRoleAssignment_lag reads right after a create whose effect the list does not show yet.
func TestRoleAssignment_lag(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{ListLag: 1})
	assignments := d.protocol(t).resource(assignmentType)
	role, user := d.createRole(t, "traders"), d.createUser(t, "one@example.com", "o1@example.com")
	made := assignments.mustCreate(object{"role_id": role.ID, "user_id": user.ID})
	if !assignments.mustRead(made).exists() {
		t.Error("a lagging list lost the assignment")
	}
}

func TestRoleAssignment_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	assignments := d.protocol(t).resource(assignmentType)
	role, user := d.createRole(t, "traders"), d.createUser(t, "one@example.com", "o1@example.com")
	config := object{"role_id": role.ID, "user_id": user.ID}
	made := assignments.mustCreate(config)
	words := []string{"HTTP 403", "lusid-administrator", role.ID}
	forbidden := d.noRights(t).resource(assignmentType)
	_, diags := forbidden.read(made)
	diags.mustFail(t, "", append(words, "Unable to read role assignment")...)
	_, diags = forbidden.create(config)
	diags.mustFail(t, "", append(words, "Unable to create role assignment", user.ID)...)
	forbidden.destroy(made).mustFail(t, "", append(words, "Unable to delete role assignment", user.ID)...)
	_, diags = assignments.create(object{"role_id": "missing", "user_id": user.ID})
	diags.mustFail(t, "", "Unable to create role assignment", "(660)", "missing")
	_, diags = assignments.create(object{"role_id": role.ID, "user_id": "missing"})
	diags.mustFail(t, "", "Unable to create role assignment", "(657)", "missing")

	// A write that may be repeated is repeated.
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.AddUserToRole", Reset: mockserver.ResetAfter})
	again := assignments.mustCreate(config)
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.RemoveUserFromRole", Reset: mockserver.ResetAfter})
	d.protocol(t).resource(assignmentType).destroy(again).mustBeQuiet(t)

	mustRefuseOtherDomain(t, d, assignmentType, made, config, role.ID)
	mustDoWithoutCredentials(t, d, assignmentType, made, config)
}

func TestRoleAssignment_validation(t *testing.T) {
	t.Parallel()
	assignments := newProtocol(t).resource(assignmentType)
	assignments.validate(object{"role_id": "a/b", "user_id": "u"}).mustFail(t, "role_id", "1 to 64")
	assignments.validate(object{"role_id": "r", "user_id": "a@example.com"}).mustFail(t, "user_id", "1 to 64")
	assignments.validate(object{"role_id": "r", "user_id": ""}).mustFail(t, "user_id")
	assignments.validate(object{"role_id": "r", "user_id": "u", "timeouts": object{"read": "0s"}}).mustFail(t, "timeouts.read")
	assignments.validate(object{"role_id": unknown, "user_id": unknown}).mustBeQuiet(t)
}

// TestRoleAssignment_strictRepeats meets a LUSID that refuses what is already so.
func TestRoleAssignment_strictRepeats(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 409} {
		d := newMock(t, mockserver.Options{})
		assignments := d.protocol(t).resource("lusid_role_assignment")
		role := d.protocol(t).resource("lusid_role").mustCreate(object{"name": "traders"})
		config := object{"role_id": role.get("id"), "user_id": d.callerID(t)}
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.AddUserToRole", Status: status, AfterWrite: true})
		made := assignments.mustCreate(config)
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.RemoveUserFromRole", Status: status, AfterWrite: true})
		assignments.destroy(made).mustSucceed(t)

		d.mock.InjectFault(mockserver.Fault{Operation: "identity.AddUserToRole", Status: status})
		if _, diags := assignments.create(config); len(diags.errors()) == 0 {
			t.Errorf("%d: a refusal that changed nothing passed", status)
		}
	}
}

func (d domain) callerID(t *testing.T) string {
	t.Helper()
	var me struct {
		ID string `json:"id"`
	}
	d.mustCall(t, http.MethodGet, "/me", nil, &me)
	return me.ID
}

// TestRoleAssignment_ownUser takes a role from the user that the provider signs in as.
func TestRoleAssignment_ownUser(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	caller, role, other := d.callerID(t), d.createRole(t, "traders"), d.createUser(t, "one@example.com", "o1@example.com")
	own, others := object{"role_id": role.ID, "user_id": caller}, object{"role_id": role.ID, "user_id": other.ID}
	p := d.protocol(t).resource(assignmentType)
	made, foreign := p.mustCreate(own), p.mustCreate(others)
	words := []string{"Taking a role from the user that this provider signs in as", "HTTP 403", caller, role.ID, "removed block"}

	for name, protocol := range map[string]*protocol{"token": d.protocol(t), "password": d.signedIn(t)} {
		t.Run(name, func(t *testing.T) {
			m := protocol.resource(assignmentType)
			d.forget()
			_, diags := m.plan(made, nil)
			diags.mustWarn(t, "user_id", words...)
			_, diags = m.plan(made, others)
			diags.mustWarn(t, "user_id", words...)
			_, diags = m.plan(foreign, nil)
			diags.mustBeQuiet(t)
			if got := d.counts()["identity.GetUserInfo"]; got != 1 {
				t.Errorf("the caller was looked up %d times", got)
			}
		})
	}

	// An update in place, and the first create, take nothing away.
	m := d.protocol(t).resource(assignmentType)
	d.forget()
	_, diags := m.plan(instance{}, own)
	diags.mustBeQuiet(t)
	_, diags = m.plan(made, with(own, "timeouts", object{"read": "1m"}))
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{})
	// Terraform plans the create of -replace and taint like a first one.
	_, diags = m.plan(instance{}, own)
	diags.mustWarn(t, "user_id", words...)

	// Whoever may not ask who the caller is can still plan.
	m = d.protocol(t).resource(assignmentType)
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: http.StatusForbidden})
	_, diags = m.plan(made, nil)
	diags.mustBeQuiet(t)
}

// TestAccRoleAssignment_ownUser shows the warning in the plans that take the role away.
func TestAccRoleAssignment_ownUser(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	config := d.config(fmt.Sprintf(`
resource "lusid_role" "r" {
  name = "traders"
}
resource "lusid_role_assignment" "own" {
  role_id = lusid_role.r.id
  user_id = %q
}`, d.callerID(t)))
	w := newWorkspace(t, config)
	const warning = "Taking a role from the user that this provider signs in as"
	if output := w.mustRun("apply", "-auto-approve"); strings.Contains(output, warning) {
		t.Errorf("a warning about a first create:\n%s", output)
	}
	if cliCan(t, destroyPlans) {
		mustHold(t, w.mustRun("plan", "-destroy"), warning)
	}
	w.mustRun("taint", "lusid_role_assignment.own")
	mustHold(t, w.mustRun("plan"), warning)
}

// TestAccRoleAssignment_ownDefaultRole replaces the assignment that gives the provider its rights. The
// create would be refused, so the plan is.
func TestAccRoleAssignment_ownDefaultRole(t *testing.T) {
	t.Parallel()
	cliMust(t, importBlocks) // They are newer than terraform_data.
	d := newMock(t, mockserver.Options{Seed: mockserver.Seed{Roles: []mockserver.Role{{ID: "admin", Name: "lusid-administrator"}}}})
	caller := d.callerID(t)
	config := func(name, trigger string) string {
		return d.config(fmt.Sprintf(`
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
	w := newWorkspace(t, config("own", "1"))
	w.mustRun("apply", "-auto-approve")
	words := []string{"Unable to replace role assignment admin/" + caller, "lusid-administrator", "moved block", "terraform untaint", "sign in as another user"}
	d.forget()
	w.mustFail(words, "plan", "-replace=lusid_role_assignment.own")
	w.configure(config("own", "2"))
	w.mustFail(words, "apply", "-auto-approve")
	w.configure(config("own", "1"))
	w.mustRun("taint", "lusid_role_assignment.own")
	w.mustFail(words, "plan")
	w.mustRun("untaint", "lusid_role_assignment.own")
	w.mustPlanEmpty()
	if writes := d.counts()["identity.RemoveUserFromRole"]; writes != 0 {
		t.Errorf("%d removals", writes)
	}
	d.mustHoldRole(t, "admin", caller)
}
