package access_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const (
	heldByUserRole = `{"policies":[{"scope":"s","code":"p"}],"policyCollections":[]}`
	wholeUserRole  = `{"id":{"scope":"default","code":"00u1"},"resource":{"policyIdRoleResource":` + heldByUserRole + `},"links":[]}`
)

func userRoleRequest() access.UserRoleUpdateRequest {
	return access.UserRoleUpdateRequest{Resource: access.PolicyIDRoleResource{
		Policies: []access.ResourceID{{Scope: "s", Code: "p"}}, PolicyCollections: []access.ResourceID{},
	}}
}

func TestUserRoles_requests(t *testing.T) {
	t.Parallel()
	whole := func(got *access.UserRoleResponse, err error) error {
		held := userRoleRequest().Resource
		want := &access.UserRoleResponse{
			ID:       access.ResourceID{Scope: "default", Code: "00u1"},
			Resource: access.RoleResourceRequest{PolicyIDRoleResource: &held},
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("user role (-want +got):\n%s", diff)
		}
		return err
	}
	const path = "/access/api/userroles/00u1"
	wantRequests(t, map[string]requestCase{
		"get": {func(ctx context.Context, c *access.Client) error { return whole(c.GetUserRole(ctx, "00u1")) }, "GET " + path, "", 200, wholeUserRole},
		"create": {func(ctx context.Context, c *access.Client) error {
			return whole(c.CreateUserRole(ctx, access.UserRoleCreationRequest{UserID: "00u1", UserRoleUpdateRequest: userRoleRequest()}))
		}, "POST /access/api/userroles", `{"userId":"00u1","resource":` + heldByUserRole + `}`, 200, wholeUserRole},
		"update": {func(ctx context.Context, c *access.Client) error {
			return whole(c.UpdateUserRole(ctx, "00u1", userRoleRequest()))
		}, "POST " + path + "/update", `{"resource":` + heldByUserRole + `}`, 200, wholeUserRole},
		"delete": {func(ctx context.Context, c *access.Client) error { return c.DeleteUserRole(ctx, "00u1") }, "DELETE " + path, "", 204, ""},
		"list": {func(ctx context.Context, c *access.Client) error {
			list, err := c.ListUserRoles(ctx)
			if len(list) != 1 {
				t.Errorf("got %d user roles, want 1", len(list))
			}
			return err
		}, "GET /access/api/userroles?limit=2000", "", 200, `{"values":[` + wholeUserRole + `]}`},
	})
}

// TestGetUserRole_parts reads user roles without some of their parts, and with parts that no request can
// have.
func TestGetUserRole_parts(t *testing.T) {
	t.Parallel()
	for body, unmodelled := range map[string][]string{
		`{"id":{"code":"00u1"}}`:                                                 nil,
		`{"id":{"code":"00u1"},"resource":null}`:                                 nil,
		`{"id":{"code":"00u1"},"resource":{"policyIdRoleResource":{}}}`:          nil,
		`{"id":{"code":"00u1"},"resource":{"newResource":{"a":1}}}`:              {"resource.newResource"},
		`{"id":{"code":"00u1"},"resource":{"policyIdRoleResource":{"new":[1]}}}`: {"resource.policyIdRoleResource.new"},
		`{"id":{"code":"00u1"},"resource":{"nonTransitiveSupervisorRoleResource":{"roles":[{"scope":"s","code":"r"}]}}}`: {
			"resource.nonTransitiveSupervisorRoleResource",
		},
	} {
		got, err := newClientOf(t, jsonReply(200, body)).GetUserRole(t.Context(), "00u1")
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if diff := cmp.Diff(unmodelled, got.Unmodelled); diff != "" {
			t.Errorf("unmodelled parts of %s (-want +got):\n%s", body, diff)
		}
	}
	if _, err := newClientOf(t, jsonReply(200, `{"resource":{}}`)).GetUserRole(t.Context(), "00u1"); err == nil {
		t.Error("a user role without a user was accepted, want an error")
	}
}

// TestUserRoles_notFound reads the user role of a user who has none, and of a user who does not exist.
func TestUserRoles_notFound(t *testing.T) {
	t.Parallel()
	seed := mockserver.Seed{Users: []mockserver.User{{ID: "00u1", Username: "one@acme.com", FirstName: "One", LastName: "User"}}}
	domain, c := newDomainWith(t, seed)
	for _, userID := range []string{"00u1", "nobody"} {
		for name, err := range map[string]error{
			"get":    second(c.GetUserRole(t.Context(), userID)),
			"update": second(c.UpdateUserRole(t.Context(), userID, access.UserRoleUpdateRequest{Resource: access.PolicyIDRoleResource{}})),
			"delete": c.DeleteUserRole(t.Context(), userID),
		} {
			if !client.IsNotFound(err) {
				t.Errorf("%s of %s: got %v, want not found", name, userID, err)
			}
		}
	}
	create := access.UserRoleCreationRequest{UserID: "00u1"}
	if err := second(c.CreateUserRole(t.Context(), create)); err != nil {
		t.Fatal(err)
	}
	if err := second(c.CreateUserRole(t.Context(), create)); !access.IsTaken(err) {
		t.Errorf("got %v for a second user role, want IsTaken", err)
	}
	domain.InjectFault(mockserver.Fault{Operation: "access.GetUserRole", Status: http.StatusNotFound})
	if err := second(c.GetUserRole(t.Context(), "00u1")); err == nil || client.IsNotFound(err) {
		t.Errorf("got %v for a user role in the list, want an error that is not not-found", err)
	}
}

// TestMoveRole moves a role before and after another role.
func TestMoveRole(t *testing.T) {
	t.Parallel()
	const path = "PUT /access/api/roles/a%20b?"
	other := access.ResourceID{Scope: "support", Code: "c d"}
	move := func(place access.RolePlace) func(context.Context, *access.Client) error {
		return func(ctx context.Context, c *access.Client) error {
			return second(c.MoveRole(ctx, roleID, roleRequest(), place))
		}
	}
	wantRequests(t, map[string]requestCase{
		"before": {move(access.RolePlace{Before: other}), path + "beforeCode=c+d&beforeScope=support&scope=s", `{` + roleParts + `}`, 200, wholeRole},
		"after":  {move(access.RolePlace{After: other}), path + "afterCode=c+d&afterScope=support&scope=s", `{` + roleParts + `}`, 200, wholeRole},
	})
}

// TestRefreshUserRole reads a few user roles individually, and many from one list.
func TestRefreshUserRole(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]map[string]int{
		3: {"access.GetUserRole": 3}, 20: {"access.GetUserRole": 3, "access.ListUserRoles": 1},
	} {
		mock, c := newDomainWith(t, mockserver.Seed{Users: []mockserver.User{{ID: "00u1", Username: "one@acme.com", FirstName: "One", LastName: "User"}}})
		if err := second(c.CreateUserRole(t.Context(), access.UserRoleCreationRequest{UserID: "00u1"})); err != nil {
			t.Fatal(err)
		}
		mock.ResetRequests()
		for range n {
			got, err := c.RefreshUserRole(t.Context(), "00u1", func(*access.UserRoleResponse) bool { return true })
			if err != nil || got.ID.Code != "00u1" {
				t.Fatalf("got %v and the error %v, want the user role", got, err)
			}
		}
		if diff := cmp.Diff(want, mock.Counts()); diff != "" {
			t.Errorf("requests by operation (-want +got):\n%s", diff)
		}
	}
}
