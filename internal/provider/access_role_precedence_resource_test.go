package provider_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// precedenceDomain returns a domain with the access roles role-0 to role-3, in this order.
func precedenceDomain(t *testing.T, front func(http.Handler) http.Handler) providertest.Domain {
	t.Helper()
	d := providertest.NewMockBehind(t, mockserver.Options{}, front)
	for i := range 4 {
		createAccessRole(t, d, fmt.Sprint("role-", i))
	}
	d.Forget()
	return d
}

// noFront returns the mock itself.
func noFront(mock http.Handler) http.Handler { return mock }

// precedenceOf returns a configuration with the roles of these numbers, in this order.
func precedenceOf(numbers ...int) providertest.Object {
	roles := []string{}
	for _, n := range numbers {
		roles = append(roles, fmt.Sprint("default/role-", n))
	}
	return providertest.Object{"roles": roles}
}

// mustBeOrdered expects that LUSID has the roles with a code role-N in the order of these numbers.
func mustBeOrdered(t *testing.T, d providertest.Domain, numbers ...int) {
	t.Helper()
	var roles []struct {
		ID                 struct{ Code string }
		RoleHierarchyIndex int
	}
	d.MustCall(t, http.MethodGet, providertest.AccessAPI+"/roles", nil, &roles)
	var got, want []string
	slices.SortFunc(roles, func(a, b struct {
		ID                 struct{ Code string }
		RoleHierarchyIndex int
	},
	) int {
		return a.RoleHierarchyIndex - b.RoleHierarchyIndex
	})
	for _, role := range roles {
		if strings.HasPrefix(role.ID.Code, "role-") {
			got = append(got, role.ID.Code)
		}
	}
	for _, n := range numbers {
		want = append(want, fmt.Sprint("role-", n))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order of the roles in LUSID (-want +got):\n%s", diff)
	}
}

// listedRoles returns the roles in a state, in their order.
func listedRoles(t *testing.T, made providertest.Instance) []string {
	t.Helper()
	var elements []tftypes.Value
	if err := made.Attributes["roles"].As(&elements); err != nil {
		t.Fatal(err)
	}
	roles := make([]string, len(elements))
	for i, element := range elements {
		if err := element.As(&roles[i]); err != nil {
			t.Fatal(err)
		}
	}
	return roles
}

// mustList expects that the state has the roles of these numbers, in this order.
func mustList(t *testing.T, made providertest.Instance, numbers ...int) {
	t.Helper()
	if diff := cmp.Diff(precedenceOf(numbers...)["roles"], any(listedRoles(t, made))); diff != "" {
		t.Errorf("order of the roles in the state (-want +got):\n%s", diff)
	}
}

// moveBefore moves a role directly before another role, outside Terraform.
func moveBefore(t *testing.T, d providertest.Domain, code, before string) {
	t.Helper()
	d.MustCall(t, http.MethodPut, providertest.AccessAPI+"/roles/"+code+"?beforeScope=default&beforeCode="+url.QueryEscape(before), d.StoredAccessRole(t, code), nil)
}

func TestAccessRolePrecedence_lifecycle(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	config := precedenceOf(3, 0, 1)
	planned, diags := precedence.Plan(providertest.Instance{}, config)
	diags.MustWarn(t, "", "changes the order of the access roles in LUSID", "default/role-0\n  default/role-1\n  default/role-3", "default/role-3\n  default/role-0\n  default/role-1")
	d.MustCount(t, map[string]int{"access.ListRoles": 1, "access.GetOwnPolicies": 1})
	d.Forget()
	made, diags := precedence.Apply(planned)
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{"access.ListRoles": 1, "access.GetRole": 1, "access.UpdateRole": 1})
	made.MustHave(t, map[string]string{"id": "default"})
	mustList(t, made, 3, 0, 1)
	if diff := cmp.Diff(map[string]string{"id": "default"}, precedence.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	mustBeOrdered(t, d, 3, 0, 1, 2)

	// An unlisted role between listed roles is not a change, and a new role below all others is not a change.
	moveBefore(t, d, "role-2", "role-0")
	createAccessRole(t, d, "role-4")
	d.Forget()
	precedence = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	made = precedence.MustRead(made)
	precedence.MustPlanNothing(made, config)
	d.MustCount(t, map[string]int{"access.ListRoles": 1})

	// A move outside Terraform is drift, and the next apply undoes it.
	moveBefore(t, d, "role-1", "role-3")
	precedence = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	made = precedence.MustRead(made)
	mustList(t, made, 1, 3, 0)
	d.Forget()
	made = mustUpdate(t, precedence, made, config)
	d.MustCount(t, map[string]int{"access.ListRoles": 1, "access.GetOwnPolicies": 1, "access.GetRole": 1, "access.UpdateRole": 1})
	mustBeOrdered(t, d, 3, 2, 0, 1, 4)

	// A change of the timeouts sends no request.
	d.Forget()
	made = mustUpdate(t, precedence, made, providertest.With(config, "timeouts", providertest.Object{"update": "1m"}))
	d.MustCount(t, map[string]int{})

	planned, diags = precedence.Plan(made, nil)
	diags.MustWarn(t, "", "LUSID keeps the order of the access roles")
	_, diags = precedence.Apply(planned)
	diags.MustWarn(t, "", "LUSID keeps the order of the access roles", "changes nothing")
	d.MustCount(t, map[string]int{})
	mustBeOrdered(t, d, 3, 2, 0, 1, 4)
}

// TestAccessRolePrecedence_orderedAlready creates the resource when LUSID already has the configured order. The create
// moves no role.
func TestAccessRolePrecedence_orderedAlready(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	made := precedence.MustCreate(precedenceOf(0, 2, 3))
	d.MustCount(t, map[string]int{"access.ListRoles": 2})
	precedence.MustPlanNothing(precedence.MustRead(made), precedenceOf(0, 2, 3))
}

func TestAccessRolePrecedence_import(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	imported, diags := precedence.ImportState("default")
	diags.MustBeQuiet(t)
	roles := listedRoles(t, imported)
	if roles[0] != "default/iam-administrator" || roles[len(roles)-1] != "default/role-3" {
		t.Errorf("got the roles %v, want default/iam-administrator first and default/role-3 last", roles)
	}
	precedence.MustPlanNothing(imported, providertest.Object{"roles": roles})
	// Fewer roles of the same order need no move.
	d.Forget()
	made := mustUpdate(t, precedence, imported, precedenceOf(0, 3))
	d.MustCount(t, map[string]int{"access.ListRoles": 1})
	precedence.MustPlanNothing(precedence.MustRead(made), precedenceOf(0, 3))
	_, diags = precedence.ImportState("default/role-0")
	diags.MustFail(t, "", "Unable to import access role precedence", "whose id is default")
	listed, diags := precedence.List(nil, 10, true)
	diags.MustBeQuiet(t)
	if len(listed) != 1 {
		t.Errorf("got %d results, want 1", len(listed))
	}
}

// TestAccessRolePrecedence_deletedOutsideTerraform deletes a listed role outside Terraform. An update or a create that
// lists the role fails without a move.
func TestAccessRolePrecedence_deletedOutsideTerraform(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	config := precedenceOf(0, 1, 2)
	made := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).MustCreate(config)
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/roles/role-1", nil, nil)
	precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	made = precedence.MustRead(made)
	mustList(t, made, 0, 2)
	planned, diags := precedence.Plan(made, config)
	diags.MustBeQuiet(t)
	d.Forget()
	_, diags = precedence.Apply(planned)
	diags.MustFail(t, "roles", "Unable to update access role precedence", "LUSID has no access role default/role-1", "Create it")
	if got := d.Counts()["access.UpdateRole"]; got != 0 {
		t.Errorf("got %d moves, want none", got)
	}
	_, diags = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(2, 0, 1))
	diags.MustFail(t, "roles", "Unable to set access role precedence", "default/role-1")
	mustBeOrdered(t, d, 0, 2, 3)
	precedence.MustPlanNothing(precedence.MustRead(mustUpdate(t, precedence, made, precedenceOf(0, 2))), precedenceOf(0, 2))
}

// TestAccessRolePrecedence_lag creates the resource while LUSID's list lacks a new role.
func TestAccessRolePrecedence_lag(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := precedenceDomain(t, w.Front)
	w.Set(func(_ *http.Request, body any) any {
		list, ok := body.([]any)
		if !ok {
			return body
		}
		return slices.DeleteFunc(list, func(role any) bool {
			object, _ := role.(providertest.JSONObject)
			id, _ := object["id"].(providertest.JSONObject)
			return id["code"] == "role-3"
		})
	})
	made, diags := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 0, 1))
	diags.MustBeQuiet(t)
	mustList(t, made, 3, 0, 1)
	w.Set(func(_ *http.Request, body any) any { return body })
	mustBeOrdered(t, d, 3, 0, 1, 2)
}

// TestAccessRolePrecedence_changedAfterPlan moves a role between the plan and the apply of an update.
func TestAccessRolePrecedence_changedAfterPlan(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	made := precedence.MustCreate(precedenceOf(0, 1, 2))
	precedence = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	planned, diags := precedence.Plan(made, precedenceOf(2, 0, 1, 3))
	diags.MustBeQuiet(t)
	moveBefore(t, d, "role-1", "role-0")
	d.Forget()
	_, diags = precedence.Apply(planned)
	diags.MustFail(t, "", "Unable to update access role precedence", "changed in LUSID after the plan was made")
	d.MustCount(t, map[string]int{"access.ListRoles": 1})
	mustBeOrdered(t, d, 1, 0, 2, 3)

	// The plan removes role-1 from the list, so another user may move that role.
	made = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).MustRead(made)
	planned, _ = precedence.Plan(made, precedenceOf(2, 0, 3))
	moveBefore(t, d, "role-1", "role-3")
	moveBefore(t, d, "role-1", "role-0")
	_, diags = precedence.Apply(planned)
	diags.MustBeQuiet(t)
	mustBeOrdered(t, d, 1, 2, 0, 3)

	// Another user already made the planned change, so the apply moves no role.
	made = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).MustRead(made)
	planned, _ = precedence.Plan(made, precedenceOf(1, 0, 2))
	moveBefore(t, d, "role-0", "role-2")
	d.Forget()
	_, diags = precedence.Apply(planned)
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{"access.ListRoles": 1})
}

// TestAccessRolePrecedence_keepsRole changes a role after the plan. The move of the role keeps that change.
func TestAccessRolePrecedence_keepsRole(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	planned, _ := precedence.Plan(providertest.Instance{}, precedenceOf(3, 0))
	d.ChangeAccessRole(t, "role-3", providertest.JSONObject{
		"description": "Elsewhere", "resource": resourceWithPolicies("lusid-evaluator-data", "allow-standard-lusid-features-access"),
		"when": providertest.JSONObject{"activate": "2024-01-01T00:00:00Z", "deactivate": "2099-01-01T00:00:00Z"},
	})
	want := d.StoredAccessRole(t, "role-3")
	_, diags := precedence.Apply(planned)
	diags.MustBeQuiet(t)
	mustBeOrdered(t, d, 3, 0, 1, 2)
	if diff := cmp.Diff(want, d.StoredAccessRole(t, "role-3")); diff != "" {
		t.Errorf("the move changed the role (-before +after):\n%s", diff)
	}
}

// TestAccessRolePrecedence_noDescription moves a role for which LUSID returns no description. The move sends no
// description, because an empty description would erase the description in LUSID.
func TestAccessRolePrecedence_noDescription(t *testing.T) {
	t.Parallel()
	var sent []string
	var w providertest.Rewriter
	d := precedenceDomain(t, func(mock http.Handler) http.Handler {
		mock = w.Front(mock)
		return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut && r.UserAgent() != providertest.TestUserAgent {
				body, _ := io.ReadAll(r.Body)
				sent = append(sent, string(body))
				r.Body = io.NopCloser(bytes.NewReader(body))
			}
			mock.ServeHTTP(out, r)
		})
	})
	d.ChangeAccessRole(t, "role-3", providertest.JSONObject{"description": ""})
	for _, description := range []any{nil, ""} {
		w.Set(func(_ *http.Request, body any) any {
			if role, ok := body.(providertest.JSONObject); ok {
				role["description"] = description
			}
			return body
		})
		_, diags := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 0))
		diags.MustSucceed(t)
		moveBefore(t, d, "role-0", "role-3")
	}
	if len(sent) != 2 || strings.Contains(sent[0], "description") || !strings.Contains(sent[1], `"description":""`) {
		t.Errorf("the moves sent %s, want no description in the first, and an empty description in the second", sent)
	}
}

// TestAccessRolePrecedence_opposite plans a second resource in the same run that has roles in the opposite order. The plan
// fails.
func TestAccessRolePrecedence_opposite(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	for _, test := range []struct {
		first, second []int
		opposite      string
	}{
		{[]int{0, 1, 2}, []int{0, 2, 3}, ""},
		{[]int{0, 1}, []int{3, 2}, ""},
		{[]int{0, 1, 2}, []int{0, 3, 2, 1}, "default/role-2 before default/role-1"},
		{[]int{1, 0}, []int{0, 2, 1}, "default/role-0 before default/role-1"},
	} {
		precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
		first := precedence.MustCreate(precedenceOf(test.first...))
		_, diags := precedence.Plan(providertest.Instance{}, precedenceOf(test.second...))
		if test.opposite == "" {
			diags.MustSucceed(t)
			continue
		}
		diags.MustFail(t, "roles", "Resources want opposite orders", test.opposite, "one resource")
		// A new plan of the same resource replaces its earlier plan, so it does not fail.
		precedence = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
		precedence.MustPlanNothing(precedence.MustRead(first), precedenceOf(test.first...))
		_, diags = precedence.Plan(first, precedenceOf(test.second...))
		diags.MustSucceed(t)
	}
}

// TestAccessRolePrecedence_cycle plans resources whose orders are opposite only together. The plan of the last resource
// fails, and shows the order of the others.
func TestAccessRolePrecedence_cycle(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	for _, test := range []struct {
		others  [][]int
		last    []int
		refused []string
	}{
		{[][]int{{0, 1}, {1, 2}}, []int{2, 0}, []string{"default/role-2 before default/role-0", "  default/role-0\n  default/role-1\n  default/role-2\n"}},
		{[][]int{{2, 3}, {0, 1}, {1, 2}}, []int{3, 0}, []string{"default/role-3 before default/role-0", "default/role-1\n  default/role-2"}},
		{[][]int{{0, 1}, {2, 3}}, []int{3, 0, 1, 2}, []string{"default/role-3 before default/role-2"}},
		{[][]int{{0, 1}, {1, 2}}, []int{0, 2}, nil},
		{[][]int{{0, 1}, {1, 2}, {0, 3}}, []int{2, 3}, nil},
	} {
		precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
		for _, order := range test.others {
			_, diags := precedence.Plan(providertest.Instance{}, precedenceOf(order...))
			diags.MustSucceed(t)
		}
		_, diags := precedence.Plan(providertest.Instance{}, precedenceOf(test.last...))
		if test.refused == nil {
			diags.MustSucceed(t)
		} else {
			diags.MustFail(t, "roles", append(test.refused, "Resources want opposite orders", "one resource")...)
		}
	}
}

// TestAccessRolePrecedence_unmodelled moves a role that LUSID returns with an unknown part, or without its resource. The
// move would erase a part of the role, so the provider refuses it.
func TestAccessRolePrecedence_unmodelled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		resource any
		words    string
	}{
		"unknown part":  {providertest.JSONObject{"newRoleResource": providertest.JSONObject{"everything": true}}, "resource.newRoleResource"},
		"null resource": {nil, "did not return what the role has"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := precedenceDomain(t, w.Front)
			w.Set(func(r *http.Request, body any) any {
				if role, ok := body.(providertest.JSONObject); ok && strings.HasSuffix(r.URL.Path, "/roles/role-3") {
					role["resource"] = test.resource
				}
				return body
			})
			_, diags := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 0))
			diags.MustFail(t, "", "Unable to set access role precedence", "default/role-3", "could not be moved", test.words)
			mustBeOrdered(t, d, 0, 1, 2, 3)
		})
	}
}

// TestAccessRolePrecedence_lostResponse loses the response to a move. The provider reads the order before it moves the role
// again.
func TestAccessRolePrecedence_lostResponse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault mockserver.Fault
		moves int
	}{
		"connection reset after the write": {mockserver.Fault{Reset: mockserver.ResetAfter}, 2},
		"503 before the write":             {mockserver.Fault{Status: http.StatusServiceUnavailable}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := precedenceDomain(t, noFront)
			precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
			planned, _ := precedence.Plan(providertest.Instance{}, precedenceOf(3, 2, 0, 1))
			test.fault.Operation = "access.UpdateRole"
			d.Mock.InjectFault(test.fault)
			d.Forget()
			made, diags := precedence.Apply(planned)
			diags.MustBeQuiet(t)
			d.MustCount(t, map[string]int{"access.ListRoles": 2, "access.GetRole": test.moves, "access.UpdateRole": test.moves})
			mustBeOrdered(t, d, 3, 2, 0, 1)
			precedence.MustPlanNothing(precedence.MustRead(made), precedenceOf(3, 2, 0, 1))
		})
	}
	d := precedenceDomain(t, noFront)
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.UpdateRole", Status: http.StatusInternalServerError, Count: -1})
	_, diags := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Create(precedenceOf(3, 0))
	diags.MustFail(t, "", "Unable to set access role precedence", "The access role default/role-3", "LUSID may have moved the role anyway")
	if got := d.Counts()["access.UpdateRole"]; got != 2 {
		t.Errorf("got %d moves, want 2", got)
	}
}

// TestAccessRolePrecedence_own plans moves of roles. If a role of the provider's own user swaps places with another role,
// the plan has a warning.
func TestAccessRolePrecedence_own(t *testing.T) {
	t.Parallel()
	const own = `[{"id": {"scope": "default", "code": "lusid-evaluator-data"}, "sourceRole": {"scope": "default", "code": "role-1"}, "grant": "Allow"}]`
	d := precedenceDomain(t, func(mock http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mock.ServeHTTP(discardIf(r.URL.Path == providertest.AccessAPI+"/me", w), r)
			if r.URL.Path == providertest.AccessAPI+"/me" {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, own)
			}
		})
	})
	precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	made := precedence.MustCreate(precedenceOf(0, 1, 2, 3))
	precedence = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	const warning = "The access role default/role-1 could lock this provider out"
	d.Forget()
	for _, test := range []struct {
		config providertest.Object
		warns  bool
	}{
		{precedenceOf(0, 1), false},
		{precedenceOf(0, 1, 3, 2), false},
		{precedenceOf(1, 0, 2, 3), true},
		{precedenceOf(0, 2, 3, 1), true},
	} {
		_, diags := precedence.Plan(made, test.config)
		if test.warns {
			diags.MustWarn(t, "", warning, "order of precedence", "HTTP 403")
		} else {
			diags.MustBeQuiet(t)
		}
	}
	// The run creates the role whose id is unknown or missing in LUSID.
	for _, test := range []struct {
		prior providertest.Instance
		roles []any
		warns bool
	}{
		{made, []any{providertest.Unknown, "default/role-0", "default/role-1", "default/role-2"}, true},
		{providertest.Instance{}, []any{"default/role-0", providertest.Unknown, "default/role-1"}, true},
		{providertest.Instance{}, []any{"default/role-9", "default/role-1"}, true},
		{made, []any{"default/role-0", "default/role-1", providertest.Unknown, "default/role-2"}, false},
		{providertest.Instance{}, []any{"default/role-1", "default/role-8"}, false},
		{providertest.Instance{}, []any{providertest.Unknown, "default/role-2"}, false},
	} {
		_, diags := precedence.Plan(test.prior, providertest.Object{"roles": test.roles})
		if test.warns {
			diags.MustWarn(t, "", warning, "puts a new role above it", "HTTP 403")
		} else {
			diags.MustBeQuiet(t)
		}
	}
	if got := d.Counts()["access.GetOwnPolicies"]; got != 1 {
		t.Errorf("got %d requests for the provider's own policies, want 1", got)
	}
}

// discardIf returns a writer that discards the mock's response, or else w.
func discardIf(isDiscarded bool, w http.ResponseWriter) http.ResponseWriter {
	if isDiscarded {
		return &discard{}
	}
	return w
}

func TestAccessRolePrecedence_errors(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := precedenceDomain(t, w.Front)
	precedence := d.Protocol(t).Resource(providertest.AccessRolePrecedenceType)
	config := precedenceOf(0, 1)
	made := precedence.MustCreate(config)
	// LUSID lets nobody move roles of other scopes than default.
	_, diags := precedence.Create(providertest.Object{"roles": []string{"support/support-iam-readonly", "LUSID_SYSTEM/lusid-administrator"}})
	diags.MustFail(t, "", "Unable to set access role precedence", "could not be moved", "HTTP 403")
	_, diags = precedence.Create(providertest.Object{"roles": []string{"default/role-3", "support/support-iam-readonly"}})
	diags.MustSucceed(t)
	providertest.MustRefuseOtherDomain(t, d, providertest.AccessRolePrecedenceType, made, config, "access role precedence")
	providertest.MustDoWithoutCredentials(t, d, providertest.AccessRolePrecedenceType, made, config)

	d.Mock.InjectFault(mockserver.Fault{Operation: "access.ListRoles", Status: http.StatusForbidden, Count: 1})
	_, diags = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Read(made)
	diags.MustFail(t, "", "Unable to read access role precedence", "HTTP 403")
	w.Set(func(_ *http.Request, body any) any {
		list, _ := body.([]any)
		for _, role := range list {
			if role, ok := role.(providertest.JSONObject); ok {
				delete(role, "roleHierarchyIndex")
			}
		}
		return body
	})
	_, diags = d.Protocol(t).Resource(providertest.AccessRolePrecedenceType).Read(made)
	diags.MustFail(t, "", "no roleHierarchyIndex for the access role default/role-0")
}

func TestAccessRolePrecedence_validation(t *testing.T) {
	t.Parallel()
	precedence := providertest.NewProtocol(t).Resource(providertest.AccessRolePrecedenceType)
	for name, roles := range map[string]any{
		"one role": []string{"default/a-role"}, "no roles": []string{}, "a role twice": []string{"default/a-role", "default/b-role", "default/a-role"},
		"a null role": []any{"default/a-role", nil}, "a code instead of an id": []string{"default/a-role", "b-role"}, "no argument": nil,
	} {
		t.Run(name, func(t *testing.T) { precedence.Validate(providertest.Object{"roles": roles}).MustFail(t, "roles") })
	}
	for _, roles := range []any{providertest.Unknown, []any{"default/a-role", providertest.Unknown, providertest.Unknown}} {
		precedence.Validate(providertest.Object{"roles": roles}).MustBeQuiet(t)
	}
}

// TestAccAccessRolePrecedence creates, updates and destroys the resource in the CLI, with a role that the same run creates.
func TestAccAccessRolePrecedence(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	config := func(roles string) string {
		return fmt.Sprintf(`resource "lusid_access_role" "new" {
  code = "role-9"
}
resource "lusid_access_role_precedence" "test" {
  roles = [%s]
}
`, roles)
	}
	w := providertest.NewWorkspace(t, config(`lusid_access_role.new.id, "default/role-1", "default/role-0"`), d.Environment()...)
	providertest.MustHold(t, w.MustRun("apply", "-auto-approve"), "changes the order of the access roles in LUSID")
	mustBeOrdered(t, d, 9, 1, 0, 2, 3)
	w.MustPlanEmpty()
	moveBefore(t, d, "role-0", "role-9")
	providertest.MustHold(t, w.MustRun("apply", "-auto-approve"), "will be updated in-place", `"default/role-0"`)
	mustBeOrdered(t, d, 9, 1, 0, 2, 3)
	w.Configure(config(`"default/role-3", lusid_access_role.new.id`))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	mustBeOrdered(t, d, 3, 9, 1, 0, 2)
	providertest.MustHold(t, w.MustRun("destroy", "-auto-approve"), "LUSID keeps the order of the access roles")
	mustBeOrdered(t, d, 3, 1, 0, 2)
}

// TestAccAccessRolePrecedence_opposite configures two resources with opposite orders. If the ids of the roles are known,
// the plan fails. Otherwise the apply fails.
func TestAccAccessRolePrecedence_opposite(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	two := func(first, second string) string {
		return fmt.Sprintf(`resource "lusid_access_role" "new" {
  code = "role-9"
}
resource "lusid_access_role_precedence" "first" {
  roles = [%s]
}
resource "lusid_access_role_precedence" "second" {
  roles      = [%s]
  depends_on = [lusid_access_role_precedence.first]
}
`, first, second)
	}
	const refused = "Resources want opposite orders of access roles"
	w := providertest.NewWorkspace(t, two(`"default/role-1", "default/role-0"`, `"default/role-0", "default/role-1"`), d.Environment()...)
	w.MustFail([]string{refused, "default/role-0 before", "lusid_access_role_precedence.second"}, "plan")
	w.MustFail([]string{refused}, "apply", "-auto-approve")
	mustBeOrdered(t, d, 0, 1, 2, 3)

	// The id of a new role is unknown until the apply creates the role.
	w.Configure(two(`lusid_access_role.new.id, "default/role-0"`, `"default/role-0", lusid_access_role.new.id`))
	w.MustFail([]string{refused, "default/role-9"}, "apply", "-auto-approve")
	mustBeOrdered(t, d, 9, 0, 1, 2, 3)
	w.MustFail([]string{refused}, "plan")

	w.Configure(two(`lusid_access_role.new.id, "default/role-0"`, `"default/role-2", lusid_access_role.new.id`))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	mustBeOrdered(t, d, 2, 9, 0, 1, 3)
	// A new resource can have the opposite order of a resource that the same apply destroys.
	w.Configure(strings.ReplaceAll(two(`lusid_access_role.new.id, "default/role-2"`, `"default/role-0", "default/role-1"`), "second", "other"))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
}

// TestAccAccessRolePrecedence_replacedRole changes the code of a listed role, with and without create_before_destroy. It
// also replaces the role without a change.
func TestAccAccessRolePrecedence_replacedRole(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	config := func(code string, createBeforeDestroy bool) string {
		return fmt.Sprintf(`resource "lusid_access_role" "new" {
  code = %q

  lifecycle {
    create_before_destroy = %t
  }
}
resource "lusid_access_role_precedence" "test" {
  roles = ["default/role-2", lusid_access_role.new.id, "support/support-iam-readonly", "default/role-0"]
}
`, code, createBeforeDestroy)
	}
	w := providertest.NewWorkspace(t, config("role-8", false), d.Environment()...)
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	mustBeOrdered(t, d, 2, 8, 0, 1, 3)
	for code, createBeforeDestroy := range map[string]bool{"role-7": false, "role-6": true} {
		w.Configure(config(code, createBeforeDestroy))
		w.MustRun("apply", "-auto-approve")
		w.MustPlanEmpty()
		var number int
		if _, err := fmt.Sscanf(code, "role-%d", &number); err != nil {
			t.Fatal(err)
		}
		mustBeOrdered(t, d, 2, number, 0, 1, 3)
	}
	w.Configure(config("role-6", false))
	providertest.MustHold(t, w.MustRun("apply", "-auto-approve", "-replace=lusid_access_role_precedence.test"), "LUSID keeps the order of the access roles")
	w.MustPlanEmpty()
	// The new role has the same id, and LUSID puts it below all others.
	w.MustRun("apply", "-auto-approve", "-replace=lusid_access_role.new")
	mustBeOrdered(t, d, 2, 6, 0, 1, 3)
	w.MustPlanEmpty()
	w.Configure(strings.Replace(config("role-6", false), `"default/role-2", lusid_access_role.new.id`, `lusid_access_role.new.id, "default/role-2"`, 1))
	w.MustRun("apply", "-auto-approve", "-replace=lusid_access_role.new")
	mustBeOrdered(t, d, 6, 2, 0, 1, 3)
	w.MustPlanEmpty()
}

// TestAccAccessRolePrecedence_import imports the order of all roles, and then configures only a few roles. It deletes a
// listed role between a plan and its apply.
func TestAccAccessRolePrecedence_import(t *testing.T) {
	t.Parallel()
	d := precedenceDomain(t, noFront)
	config := func(roles string) string {
		return fmt.Sprintf("resource \"lusid_access_role_precedence\" \"test\" {\n  roles = [%s]\n}\n", roles)
	}
	w := providertest.NewWorkspace(t, config(`"default/role-0", "default/role-2"`), d.Environment()...)
	w.MustFail([]string{"whose id is default"}, "import", "lusid_access_role_precedence.test", "default/role-0")
	w.MustRun("import", "lusid_access_role_precedence.test", "default")
	d.Forget()
	w.MustRun("apply", "-auto-approve")
	if got := d.Counts()["access.UpdateRole"]; got != 0 {
		t.Errorf("got %d moves, want none", got)
	}
	w.MustPlanEmpty()

	w.Configure(config(`"default/role-3", "default/role-2", "default/role-0"`))
	w.MustRun("plan", "-out=tfplan")
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/roles/role-2", nil, nil)
	w.MustFail([]string{"LUSID has no access role default/role-2", "Nothing was changed", "remove it from roles"}, "apply", "tfplan")
	mustBeOrdered(t, d, 0, 1, 3)
	w.MustFail([]string{"LUSID has no access role default/role-2"}, "apply", "-auto-approve")
	mustBeOrdered(t, d, 0, 1, 3)
	w.Configure(config(`"default/role-3", "default/role-0"`))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	mustBeOrdered(t, d, 3, 0, 1)

	// Another workspace applies another order between the plan and the apply.
	other := providertest.NewWorkspace(t, config(`"default/role-1", "default/role-0"`), d.Environment()...)
	w.Configure(config(`"default/role-0", "default/role-3"`))
	w.MustRun("plan", "-out=tfplan")
	other.MustRun("apply", "-auto-approve")
	w.MustRun("apply", "tfplan")
	mustBeOrdered(t, d, 0, 3, 1)
	w.Configure(config(`"default/role-3", "default/role-0"`))
	w.MustRun("plan", "-out=tfplan")
	moveBefore(t, d, "role-3", "role-0")
	moveBefore(t, d, "role-0", "role-1")
	w.MustRun("apply", "tfplan")
	w.MustPlanEmpty()
	mustBeOrdered(t, d, 3, 0, 1)
}
