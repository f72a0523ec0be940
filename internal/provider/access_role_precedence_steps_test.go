package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

const unseenOrder = "changes the order of the access roles in LUSID"

// TestAccessRolePrecedence_addedRole adds an existing role to the list of an update.
func TestAccessRolePrecedence_addedRole(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	made := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).MustCreate(precedenceOf(0, 1))
	plan := func(numbers ...int) (providertest.ManagedType, providertest.PlannedChange, providertest.Diagnostics) {
		t.Helper()
		precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
		planned, diags := precedence.Plan(precedence.MustRead(made), precedenceOf(numbers...))
		return precedence, planned, diags
	}
	_, _, diags := plan(3, 0, 1)
	diags.MustWarn(t, "", unseenOrder, "default/role-0\n  default/role-1\n  default/role-3", "default/role-3\n  default/role-0\n  default/role-1")
	// If the added role keeps its place, there is no warning: the plan itself shows the new order of the other roles.
	for _, numbers := range [][]int{{0, 1, 3}, {1, 0, 3}} {
		_, _, diags = plan(numbers...)
		diags.MustBeQuiet(t)
	}

	// Another user moves the added role after the plan, so the apply fails.
	precedence, planned, diags := plan(0, 1, 3)
	diags.MustBeQuiet(t)
	moveBefore(t, d, "role-3", "role-0")
	_, diags = precedence.Apply(planned)
	diags.MustFail(t, "", "Unable to update access role precedence", "changed in LUSID after the plan was made")
	mustBeOrdered(t, d, 3, 0, 1, 2)

	precedence, planned, diags = plan(0, 1, 3)
	diags.MustWarn(t, "", unseenOrder, "default/role-3\n  default/role-0\n  default/role-1")
	made, diags = precedence.Apply(planned)
	diags.MustBeQuiet(t)
	mustBeOrdered(t, d, 0, 1, 3, 2)

	// The next update succeeds without a refresh, because the state has the order that the last update made.
	precedence = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	planned, _ = precedence.Plan(made, precedenceOf(2, 0, 1, 3))
	_, diags = precedence.Apply(planned)
	diags.MustBeQuiet(t)
	mustBeOrdered(t, d, 2, 0, 1, 3)
}

// TestAccAccessRolePrecedence_savedPlan moves an added role outside Terraform between a saved plan and its apply.
func TestAccAccessRolePrecedence_savedPlan(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	config := func(roles string) string {
		return fmt.Sprintf("resource \"lusid_access_role_precedence\" \"test\" {\n  roles = [%s]\n}\n", roles)
	}
	w := providertest.NewWorkspace(t, config(`"default/role-0", "default/role-1"`), d.Environment()...)
	w.MustRun("apply", "-auto-approve")
	w.Configure(config(`"default/role-0", "default/role-1", "default/role-2", "default/role-3"`))
	w.MustRun("plan", "-out=saved")
	moveBefore(t, d, "role-3", "role-0")
	w.MustFail([]string{"changed in LUSID after the plan was made"}, "apply", "saved")
	mustBeOrdered(t, d, 3, 0, 1, 2)
	providertest.MustHold(t, w.MustRun("apply", "-auto-approve"), unseenOrder)
	mustBeOrdered(t, d, 0, 1, 2, 3)
}

const lostPlace = "The access role default/role-9 lost its place"

// TestAccessRole_replacedInRun deletes and creates a role with the same code in one run. LUSID puts the new role below all
// others, so the create has a warning.
func TestAccessRole_replacedInRun(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	config := providertest.Object{"code": "role-9"}
	made := roles.MustCreate(config)
	roles.Destroy(made).MustBeQuiet(t)
	made, diags := roles.Create(config)
	diags.MustWarn(t, "", lostPlace, "below all others", "lusid_access_role_precedence")
	d.Protocol(t).Resource(providertest.AccessRoleType).Destroy(made).MustBeQuiet(t)
	// Another run does not know the former place, so it has no warning.
	d.Protocol(t).Resource(providertest.AccessRoleType).MustCreate(config)
	roles.MustCreate(providertest.Object{"code": "role-8"})
}

// TestAccAccessRole_replaced replaces a role that the precedence refers to by a literal id, so only the next apply restores
// its place. In TestAccAccessRolePrecedence_replacedRole, the precedence refers to the resource of the role.
func TestAccAccessRole_replaced(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	w := providertest.NewWorkspace(t, `resource "lusid_access_role" "new" {
  code = "role-9"
}
resource "lusid_access_role_precedence" "test" {
  roles      = ["default/role-9", "default/role-0"]
  depends_on = [lusid_access_role.new]
}
`, d.Environment()...)
	w.MustRun("apply", "-auto-approve")
	mustBeOrdered(t, d, 9, 0, 1, 2, 3)
	providertest.MustHold(t, w.MustRun("apply", "-auto-approve", "-replace=lusid_access_role.new"), lostPlace)
	w.MustRun("apply", "-auto-approve")
	mustBeOrdered(t, d, 9, 0, 1, 2, 3)
	w.MustPlanEmpty()
}

// addDeletedPolicy adds a policy to a role, and then deletes the policy.
func addDeletedPolicy(t *testing.T, d providertest.Domain, role string) {
	t.Helper()
	createPolicy(t, d, "deleted-soon")
	d.ChangeAccessRole(t, role, providertest.JSONObject{"resource": resourceWithPolicies("deleted-soon")})
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/policies/deleted-soon", nil, nil)
}

// mustNotContain expects that the errors do not contain a text.
func mustNotContain(t *testing.T, diags providertest.Diagnostics, unwanted string) {
	t.Helper()
	if all := strings.Join(diags.Errors(), "\n"); strings.Contains(all, unwanted) {
		t.Errorf("the errors contain %q, want them not to:\n%s", unwanted, all)
	}
}

// TestAccessRolePrecedence_someMoves moves roles until LUSID refuses a move, because a policy of that role was deleted.
func TestAccessRolePrecedence_someMoves(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	addDeletedPolicy(t, d, "role-3")
	_, diags := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 2, 1, 0))
	diags.MustFail(t, "", "The access role default/role-3", "could not be moved", "The access role default/role-3 refers to a policy that does not exist. Remove it from the role",
		"2 of 3 moves were done: default/role-1, default/role-2.", "The next plan shows the order that LUSID has.")
	mustNotContain(t, diags, "Refer to it by the id of its resource")
	mustBeOrdered(t, d, 2, 1, 0, 3)

	// The first move fails.
	_, diags = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 2))
	diags.MustFail(t, "", "refers to a policy that does not exist")
	mustNotContain(t, diags, "moves were done")

	// A move with a lost response counts as done if LUSID carried it out.
	d = precedenceDomain(t, noFront)
	addDeletedPolicy(t, d, "role-3")
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.UpdateRole", Reset: mockserver.ResetAfter})
	_, diags = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 2, 1, 0))
	diags.MustFail(t, "", "2 of 3 moves were done: default/role-1, default/role-2.")
}

// TestAccessUserRole_keptDeletedPolicy creates a user role for a user who already has one, with a policy that was deleted.
func TestAccessUserRole_keptDeletedPolicy(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	createPolicy(t, d, "deleted-soon")
	createUserRole(t, d, "user-0", "lusid-evaluator-data", "deleted-soon")
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/policies/deleted-soon", nil, nil)
	roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
	_, diags := roles.Create(userRoleConfig(providertest.StandardFeatures))
	diags.MustFail(t, "", "Unable to create user role", "The create keeps", "Of these, LUSID no longer has default/deleted-soon. Import",
		"to = lusid_access_user_role.NAME", "shows their removal")
	mustNotContain(t, diags, "Refer to it by the id of its resource")

	d = providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	empty := providertest.JSONObject{"policies": []any{}, "policyCollections": []any{}}
	d.MustCall(t, http.MethodPost, providertest.AccessAPI+"/policycollections", providertest.With(empty, "code", "deleted-soon"), nil)
	held := providertest.With(empty, "policyCollections", []any{providertest.JSONObject{"scope": "default", "code": "deleted-soon"}})
	d.MustCall(t, http.MethodPost, userRolesPath, providertest.JSONObject{"userId": "user-0", "resource": held}, nil)
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/policycollections/deleted-soon", nil, nil)
	_, diags = d.Protocol(t).Resource(providertest.AccessUserRoleType).Create(userRoleConfig(providertest.StandardFeatures))
	diags.MustFail(t, "", "Unable to create user role", "Of these, LUSID no longer has default/deleted-soon. Import")

	// If the missing policy is in the configuration, the error is on the attribute policies.
	d = providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	createUserRole(t, d, "user-0", "lusid-evaluator-data")
	_, diags = d.Protocol(t).Resource(providertest.AccessUserRoleType).Create(userRoleConfig("default/not-there"))
	diags.MustFail(t, "policies", "Unable to create user role", "default/not-there", "Refer to it by the id of its resource")
}

// TestAccess_lusidScope updates and deletes objects that come with LUSID. The plan has a warning, and the apply fails.
func TestAccess_lusidScope(t *testing.T) {
	t.Parallel()
	const (
		warning = "LUSID may refuse to change the"
		scope   = "scope support"
		next    = "lifecycle { destroy = false }"
		policy  = "support/support-access-to-drive-website-feature"
		role    = "support/support-iam-readonly"
	)
	for typeName, test := range map[string]struct {
		id      string
		changed providertest.Object
	}{
		providertest.AccessRoleType:   {role, providertest.Object{"code": "support-iam-readonly", "description": "Other"}},
		providertest.AccessPolicyType: {policy, providertest.AccessPolicyConfig(providertest.Object{"code": "support-access-to-drive-website-feature"})},
	} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			objects := d.Protocol(t).Resource(typeName)
			imported, diags := objects.ImportState(test.id)
			diags.MustSucceed(t)
			for _, config := range []providertest.Object{test.changed, nil} {
				planned, diags := objects.Plan(imported, config)
				diags.MustWarn(t, "", warning, scope, next)
				_, diags = objects.Apply(planned)
				diags.MustFail(t, "", "Unable to", "HTTP 403", scope, "come with LUSID", next)
				mustNotContain(t, diags, "lacks the right")
			}
		})
	}
	t.Run("attachment", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.MustCall(t, http.MethodPost, providertest.AccessAPI+"/policycollections", providertest.JSONObject{"code": "readers", "policies": []any{}, "policyCollections": []any{}}, nil)
		attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
		planned, diags := attachments.Plan(providertest.Instance{}, providertest.Object{"role_id": role, "policy_collection_id": "default/readers"})
		diags.MustWarn(t, "", warning, scope)
		_, diags = attachments.Apply(planned)
		diags.MustFail(t, "", "could not be attached", "HTTP 403", scope, "come with LUSID")
		mustNotContain(t, diags, "lacks the right")
	})
	t.Run("precedence", func(t *testing.T) {
		t.Parallel()
		d := precedenceDomain(t, noFront)
		_, diags := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(
			providertest.Object{"roles": []string{role, "LUSID_SYSTEM/lusid-administrator"}})
		diags.MustFail(t, "", "could not be moved", "HTTP 403", "LUSID moves only roles of the scope default", "from roles")
		mustNotContain(t, diags, "lacks the right")
	})
	// In the scope default, the error says that the user lacks the right.
	d := precedenceDomain(t, noFront)
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.UpdateRole", Status: http.StatusForbidden, Count: 1})
	_, diags := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 0))
	diags.MustFail(t, "", "lacks the right")
}

// TestAccessRole_supervisedRoles configures roles that a role cannot supervise. The error is on the attribute
// supervised_roles.
func TestAccessRole_supervisedRoles(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	config := func(supervised ...string) providertest.Object {
		return providertest.Object{"code": "role-9", "supervised_roles": supervised}
	}
	_, diags := roles.Create(config("default/role-0", "default/not-there"))
	diags.MustFail(t, "supervised_roles", "Unable to create access role", "default/not-there", "Refer to it by the id of its resource")
	made := roles.MustCreate(config("default/role-0"))
	_, diags = roles.Update(made, config("default/not-there"))
	diags.MustFail(t, "supervised_roles", "Unable to update access role", "default/not-there", "Refer to it by the id of its resource")
	roles.Validate(config("default/role-0", "default/role-9")).MustFail(t, "supervised_roles", "default/role-9", "cannot supervise itself")
	roles.Validate(config("default/role-0", "support/role-9")).MustBeQuiet(t)
}

// TestAccAccessRolePrecedence_createdRoleAsText adds a role as text in the run that creates the role. Terraform plans the
// update of the precedence again after the create, and the second plan must agree with the first.
func TestAccAccessRolePrecedence_createdRoleAsText(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	config := func(roles, more string) string {
		return `resource "lusid_access_role_precedence" "test" {
  roles      = [` + roles + `]
  depends_on = [lusid_access_role.first` + more + `
}
resource "lusid_access_role" "first" {
  code = "role-8"
}
`
	}
	w := providertest.NewWorkspace(t, config(`"default/role-8", "default/role-0"`, "]"), d.Environment()...)
	w.MustRun("apply", "-auto-approve")
	w.Configure(config(`"default/role-9", "default/role-0", "default/role-8"`, ", lusid_access_role.second]") + `
resource "lusid_access_role" "second" {
  code = "role-9"
}
`)
	w.MustRun("apply", "-auto-approve")
	mustBeOrdered(t, d, 9, 0, 8, 1, 2, 3)
	w.MustPlanEmpty()
}
