package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
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

// leaveDangling gives a role a policy, and deletes the policy.
func leaveDangling(t *testing.T, d providertest.Domain, role string) {
	t.Helper()
	createPolicy(t, d, "gone-soon")
	d.ChangeAccessRole(t, role, providertest.JSONObject{"resource": heldPolicies("gone-soon")})
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/policies/gone-soon", nil, nil)
}

// mustNotHold fails if a text says what it must not.
func mustNotHold(t *testing.T, diags providertest.Diagnostics, unwanted string) {
	t.Helper()
	if all := strings.Join(diags.Errors(), "\n"); strings.Contains(all, unwanted) {
		t.Errorf("the errors have %q:\n%s", unwanted, all)
	}
}

// TestAccessRolePrecedence_partly moves some roles until LUSID refuses one, which has a policy that is gone.
func TestAccessRolePrecedence_partly(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	leaveDangling(t, d, "role-3")
	_, diags := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 2, 1, 0))
	diags.MustFail(t, "", "The access role default/role-3", "could not be moved", "The access role default/role-3 refers to a policy that does not exist. Remove it from the role",
		"2 of 3 moves were done: default/role-1, default/role-2.", "The next plan shows the order that LUSID has.")
	mustNotHold(t, diags, "Refer to it by the id of its resource")
	mustBeOrdered(t, d, 2, 1, 0, 3)

	// The first move fails.
	_, diags = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 2))
	diags.MustFail(t, "", "refers to a policy that does not exist")
	mustNotHold(t, diags, "moves were done")

	// A move whose response was lost counts if LUSID has carried it out.
	d = precedenceDomain(t, noFront)
	leaveDangling(t, d, "role-3")
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.UpdateRole", Reset: mockserver.ResetAfter})
	_, diags = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 2, 1, 0))
	diags.MustFail(t, "", "2 of 3 moves were done: default/role-1, default/role-2.")
}

// TestAccessUserRole_keptGone creates a user role over one that has a policy which is gone.
func TestAccessUserRole_keptGone(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	createPolicy(t, d, "gone-soon")
	giveUserRole(t, d, "user-0", "gone-soon")
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/policies/gone-soon", nil, nil)
	roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
	_, diags := roles.Create(userRoleConfig(providertest.StandardFeatures))
	diags.MustFail(t, "", "Unable to create user role", "default/gone-soon", "The create keeps", "to = lusid_access_user_role.NAME", "shows their removal")
	mustNotHold(t, diags, "Refer to it by the id of its resource")
	// The policy that is missing is one of the configuration.
	d = providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	giveUserRole(t, d, "user-0", "lusid-evaluator-data")
	_, diags = d.Protocol(t).Resource(providertest.AccessUserRoleType).Create(userRoleConfig("default/not-there"))
	diags.MustFail(t, "policies", "Unable to create user role", "default/not-there", "Refer to it by the id of its resource")
}

// TestAccess_lusidScope changes objects that come with LUSID.
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
				mustNotHold(t, diags, "lacks the right")
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
		mustNotHold(t, diags, "lacks the right")
	})
	t.Run("precedence", func(t *testing.T) {
		t.Parallel()
		d := precedenceDomain(t, noFront)
		_, diags := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(
			providertest.Object{"roles": []string{role, "LUSID_SYSTEM/lusid-administrator"}})
		diags.MustFail(t, "", "could not be moved", "HTTP 403", "LUSID moves only roles of the scope default", "from roles")
		mustNotHold(t, diags, "lacks the right")
	})
	// A right that is lacking is still the reason in the scope default.
	d := precedenceDomain(t, noFront)
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.UpdateRole", Status: http.StatusForbidden, Count: 1})
	_, diags := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 0))
	diags.MustFail(t, "", "lacks the right")
}

// TestAccessRole_supervisedRoles refuses roles that a role cannot supervise.
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
