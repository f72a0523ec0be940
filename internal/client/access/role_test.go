package access_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const (
	roleParts = `"description":"D","resource":{"policyIdRoleResource":{"policies":[{"scope":"s","code":"p"}],"policyCollections":[]}},"when":{"activate":"2020-01-01T00:00:00Z"}`
	wholeRole = `{"id":{"scope":"s","code":"a b"},"roleHierarchyIndex":5,"permission":"Read","limit":{"scope":"s"},` + roleParts + `,"links":[]}`

	supervisorParts = `"description":"","resource":{"nonTransitiveSupervisorRoleResource":{"roles":[{"scope":"s","code":"r"}]}},"when":{"activate":"2020-01-01T00:00:00Z"}`
)

var roleID = access.ResourceID{Scope: "s", Code: "a b"}

func roleRequest() access.RoleUpdateRequest {
	return access.RoleUpdateRequest{
		Description: new("D"), When: access.WhenSpec{Activate: "2020-01-01T00:00:00Z"},
		Resource: access.RoleResourceRequest{PolicyIDRoleResource: &access.PolicyIDRoleResource{
			Policies: []access.ResourceID{{Scope: "s", Code: "p"}}, PolicyCollections: []access.ResourceID{},
		}},
	}
}

func TestRoles_requests(t *testing.T) {
	t.Parallel()
	whole := func(got *access.RoleResponse, err error) error {
		want := &access.RoleResponse{ID: roleID, RoleUpdateRequest: roleRequest(), RoleHierarchyIndex: new(int32(5)), Permission: "Read"}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("role (-want +got):\n%s", diff)
		}
		return err
	}
	const path = "/access/api/roles/a%20b?scope=s"
	wantRequests(t, map[string]requestCase{
		"get": {func(ctx context.Context, c *access.Client) error { return whole(c.GetRole(ctx, roleID)) }, "GET " + path, "", 200, wholeRole},
		"create": {
			func(ctx context.Context, c *access.Client) error {
				return whole(c.CreateRole(ctx, access.RoleCreationRequest{Code: "a b", RoleUpdateRequest: roleRequest()}))
			},
			"POST /access/api/roles", `{"code":"a b",` + roleParts + `}`, 201, wholeRole,
		},
		"update": {func(ctx context.Context, c *access.Client) error {
			return whole(c.UpdateRole(ctx, roleID, roleRequest()))
		}, "PUT " + path, `{` + roleParts + `}`, 200, wholeRole},
		"supervisor": {func(ctx context.Context, c *access.Client) error {
			return second(c.UpdateRole(ctx, roleID, access.RoleUpdateRequest{
				Description: new(""), When: access.WhenSpec{Activate: "2020-01-01T00:00:00Z"},
				Resource: access.RoleResourceRequest{NonTransitiveSupervisorRoleResource: &access.NonTransitiveSupervisorRoleResource{
					Roles: []access.ResourceID{{Scope: "s", Code: "r"}},
				}},
			}))
		}, "PUT " + path, `{` + supervisorParts + `}`, 200, wholeRole},
		"delete": {func(ctx context.Context, c *access.Client) error { return c.DeleteRole(ctx, roleID) }, "DELETE " + path, "", 204, ""},
		"list": {func(ctx context.Context, c *access.Client) error {
			list, err := c.ListRoles(ctx)
			if len(list) != 2 {
				t.Errorf("got %d roles, want 2", len(list))
			}
			return err
		}, "GET /access/api/roles", "", 200, "[" + wholeRole + "," + strings.ReplaceAll(wholeRole, "a b", "c d") + "]"},
	})
}

// TestGetRole_parts reads roles without some of their parts.
func TestGetRole_parts(t *testing.T) {
	t.Parallel()
	for body, unmodelled := range map[string][]string{
		`{"id":{"code":"abc"},"resource":{"newResource":{"a":1}},"when":{"activate":"2020-01-01T00:00:00Z"}}`: {"resource.newResource"},
		// A missing part may be null, empty or absent.
		`{"id":{"code":"abc"}}`:                             nil,
		`{"id":{"code":"abc"},"resource":null,"when":null}`: nil,
		`{"id":{"code":"abc"},"resource":{},"when":{}}`:     nil,
		`{"id":{"code":"abc"},"resource":{"newResource":{}},"when":{"activate":"2020-01-01T00:00:00Z"}}`:               {"resource.newResource"},
		`{"id":{"code":"abc"},"resource":{"policyIdRoleResource":{}},"when":{"activate":"2020-01-01T00:00:00Z"}}`:      nil,
		`{"id":{"code":"abc"},"resource":{"policyIdRoleResource":{"policies":null}},"when":{"activate":"2020","a":1}}`: {"when.a"},
	} {
		got, err := newClientOf(t, jsonReply(200, body)).GetRole(t.Context(), abcID)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if diff := cmp.Diff(unmodelled, got.Unmodelled); diff != "" {
			t.Errorf("unmodelled parts of %s (-want +got):\n%s", body, diff)
		}
	}
	if _, err := newClientOf(t, jsonReply(200, `{"resource":{"policyIdRoleResource":{}},"when":{"activate":"2020-01-01T00:00:00Z"}}`)).GetRole(t.Context(), roleID); err == nil {
		t.Error("a role without a code was accepted, want an error")
	}
}

// In TestRoles_notFound the list decides, because LUSID has no error code for a role that does not exist.
func TestRoles_notFound(t *testing.T) {
	t.Parallel()
	mock, c := newDomain(t)
	missing := access.ResourceID{Scope: access.DefaultScope, Code: "missing"}
	request := roleRequest()
	request.Resource.PolicyIDRoleResource.Policies = []access.ResourceID{}
	for name, err := range map[string]error{
		"get":    second(c.GetRole(t.Context(), missing)),
		"update": second(c.UpdateRole(t.Context(), missing, request)),
		"delete": c.DeleteRole(t.Context(), missing),
	} {
		if !client.IsNotFound(err) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	mock.InjectFault(mockserver.Fault{Operation: "access.GetRole", Status: http.StatusNotFound})
	if err := second(c.GetRole(t.Context(), access.ResourceID{Scope: "default", Code: "lusid-evaluator"})); err == nil || client.IsNotFound(err) {
		t.Errorf("got %v for a role in the list, want an error that is not not-found", err)
	}
	// A policy that does not exist does not mean that the role does not exist.
	c = newClientOf(t, jsonReply(http.StatusNotFound, `{"name":"PolicyNotFound","code":772}`))
	if err := second(c.UpdateRole(t.Context(), roleID, roleRequest())); client.IsNotFound(err) {
		t.Errorf("got %v for a missing policy, want an error that is not not-found", err)
	}
}

// TestRefreshRole reads a few roles individually, and many from one list.
func TestRefreshRole(t *testing.T) {
	t.Parallel()
	id := access.ResourceID{Scope: access.DefaultScope, Code: "lusid-evaluator"}
	for n, want := range map[int]map[string]int{
		3: {"access.GetRole": 3}, 4: {"access.GetRole": 3, "access.ListRoles": 1}, 20: {"access.GetRole": 3, "access.ListRoles": 1},
	} {
		mock, c := newDomain(t)
		for range n {
			got, err := c.RefreshRole(t.Context(), id, func(*access.RoleResponse) bool { return true })
			if err != nil || got.ID != id {
				t.Fatalf("got %v and the error %v, want the role", got, err)
			}
		}
		if diff := cmp.Diff(want, mock.Counts()); diff != "" {
			t.Errorf("requests by operation (-want +got):\n%s", diff)
		}
	}
}

// TestLacksResource has responses that do and do not have what a role or user role has.
func TestLacksResource(t *testing.T) {
	t.Parallel()
	for resource, want := range map[string]bool{
		`null`:                          true,
		`{}`:                            false,
		`{"policyIdRoleResource":null}`: false,
		`{"policyIdRoleResource":{}}`:   false,
		`{"newResource":{"a":1}}`:       false,
		`{"nonTransitiveSupervisorRoleResource":{"roles":[]}}`: false,
	} {
		c := newClientOf(t, jsonReply(200, `{"id":{"scope":"default","code":"abc"},"resource":`+resource+`}`))
		role, err := c.GetRole(t.Context(), abcID)
		if err != nil {
			t.Fatalf("%s: %v", resource, err)
		}
		if got := role.LacksResource; got != want {
			t.Errorf("role with %s: got %t, want %t", resource, got, want)
		}
		userRole, err := c.GetUserRole(t.Context(), "abc")
		if err != nil {
			t.Fatalf("%s: %v", resource, err)
		}
		if got := userRole.LacksResource; got != want {
			t.Errorf("user role with %s: got %t, want %t", resource, got, want)
		}
	}
}
