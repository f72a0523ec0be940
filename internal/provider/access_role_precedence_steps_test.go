package provider_test

import (
	"fmt"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

const unseenOrder = "order that Terraform has not seen"

// TestAccessRolePrecedence_addedRole adds a role that LUSID has to the list of an update.
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
	// The plan itself shows a new order of the roles in the state.
	for _, numbers := range [][]int{{0, 1, 3}, {1, 0, 3}} {
		_, _, diags = plan(numbers...)
		diags.MustBeQuiet(t)
	}

	// Somebody moves the added role after the plan.
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

	// The order that the update made is no change after the plan, even without a refresh.
	precedence = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	planned, _ = precedence.Plan(made, precedenceOf(2, 0, 1, 3))
	_, diags = precedence.Apply(planned)
	diags.MustBeQuiet(t)
	mustBeOrdered(t, d, 2, 0, 1, 3)
}

// TestAccAccessRolePrecedence_savedPlan has somebody move an added role between a saved plan and its apply.
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

// TestAccessRole_replacedInRun deletes and creates a role of the same code in one run. LUSID puts it below all others.
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
	// Another run does not know the former place.
	d.Protocol(t).Resource(providertest.AccessRoleType).MustCreate(config)
	roles.MustCreate(providertest.Object{"code": "role-8"})
}

// TestAccAccessRole_replaced replaces a role that a precedence lists as text, so the next apply restores its place.
// TestAccAccessRolePrecedence_replacedRole has a reference.
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
