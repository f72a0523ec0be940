package identity_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// requestCase is a call, and the request that the call must send.
type requestCase struct {
	call func(context.Context, *identity.Client) error
	// request is the method, the path and the query. body is JSON, or empty for no body.
	request, body string
	status        int
	// answer is the body of the response. Empty for a 204.
	answer string
}

// wantRequests makes each call with a server that doesn't use this client's wire types.
func wantRequests(t *testing.T, cases map[string]requestCase) {
	t.Helper()
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got := r.Method + " " + r.URL.RequestURI(); got != test.request {
					t.Errorf("got %s, want %s", got, test.request)
				}
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				var got, want any
				if len(body) > 0 {
					_ = json.Unmarshal(body, &got)
				}
				if test.body != "" {
					_ = json.Unmarshal([]byte(test.body), &want)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("body (-want +got):\n%s", diff)
				}
				if test.answer == "" {
					w.WriteHeader(http.StatusNoContent)
					return
				}
				jsonReply(test.status, test.answer)(w, r)
			}))
			if err := test.call(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
}

// incomplete checks that the error says that a list is incomplete.
func incomplete(err error) error {
	if !client.IsIncomplete(err) {
		return fmt.Errorf("want an error that the list is incomplete, got %w", err)
	}
	return nil
}

const wholeRole = `{"id":"00g1","name":"a b+c","description":null,"roleId":{"scope":"default","code":"a b+c"},"source":"LusidUser","samlName":null}`

func TestRoles_requests(t *testing.T) {
	t.Parallel()
	role := func(got *identity.RoleResponse, err error) error {
		if err == nil && (got.Name != "a b+c" || got.Description != "" || got.RoleID != identity.ResourceID{Scope: "default", Code: "a b+c"}) {
			t.Errorf("got %+v, want the role a b+c", got)
		}
		return err
	}
	wantRequests(t, map[string]requestCase{
		"get": {
			func(ctx context.Context, c *identity.Client) error { return role(c.GetRole(ctx, "00g1")) },
			"GET /identity/api/roles/00g1", "", 200, wholeRole,
		},
		"get by code": {func(ctx context.Context, c *identity.Client) error {
			return role(c.GetRoleByCode(ctx, identity.ResourceID{Scope: "default", Code: "a b+c"}))
		}, "GET /identity/api/roles/byCode/a%20b+c?scope=default", "", 200, wholeRole},
		"create": {
			func(ctx context.Context, c *identity.Client) error {
				return role(c.CreateRole(ctx, identity.CreateRoleRequest{Name: "a b+c"}))
			},
			"POST /identity/api/roles", `{"name":"a b+c"}`, 201, wholeRole,
		},
		"update, without description": {
			func(ctx context.Context, c *identity.Client) error {
				return role(c.UpdateRole(ctx, "00g1", identity.UpdateRoleRequest{}))
			},
			"PUT /identity/api/roles/00g1", `{"description":""}`, 200, wholeRole,
		},
		"delete": {
			func(ctx context.Context, c *identity.Client) error { return c.DeleteRole(ctx, "00g1") },
			"DELETE /identity/api/roles/00g1", "", 204, "",
		},
		"add user": {
			func(ctx context.Context, c *identity.Client) error { return c.AddUserToRole(ctx, "r", "u") },
			"PUT /identity/api/roles/r/users/u", "", 204, "",
		},
		"remove user": {
			func(ctx context.Context, c *identity.Client) error { return c.RemoveUserFromRole(ctx, "r", "u") },
			"DELETE /identity/api/roles/r/users/u", "", 204, "",
		},
		"delete, with a slash in the ID": {
			func(ctx context.Context, c *identity.Client) error { return c.DeleteRole(ctx, "a/../b?c") },
			"DELETE /identity/api/roles/a%2F..%2Fb%3Fc", "", 204, "",
		},
		"list": {func(ctx context.Context, c *identity.Client) error {
			list, err := c.ListRoles(ctx)
			if len(list) != 2 {
				t.Errorf("got %d roles, want 2", len(list))
			}
			return err
		}, "GET /identity/api/roles", "", 200, "[" + wholeRole + "," + strings.ReplaceAll(wholeRole, "00g1", "00g2") + "]"},
		"empty list": {
			func(ctx context.Context, c *identity.Client) error { return second(c.ListUsersInRole(ctx, "r")) },
			"GET /identity/api/roles/r/users", "", 200, "[]",
		},
	})
}

// A list leaves out elements without the required fields, and the error says that it is incomplete.
func TestListRoles_withNulls(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{
		"[]":                                0,
		"[null]":                            0,
		"[null," + wholeRole + "]":          1,
		`[{"id":"00g2"},` + wholeRole + "]": 1,
	} {
		list, err := newClientOf(t, jsonReply(200, body)).ListRoles(t.Context())
		if client.IsIncomplete(err) != (body != "[]") || len(list) != want {
			t.Errorf("%s: got %d roles and the error %v, want %d roles", body, len(list), err, want)
		}
	}
	for _, body := range []string{"{}", "null", `"roles"`} {
		if list, err := newClientOf(t, jsonReply(200, body)).ListRoles(t.Context()); err == nil || client.IsIncomplete(err) {
			t.Errorf("%s: got %d roles and the error %v, want an error that is not IsIncomplete", body, len(list), err)
		}
	}
}

// A cache that ignores the query of a URL may return a role of another scope. LUSID may leave out the scope.
func TestGetRoleByCode_anotherScope(t *testing.T) {
	t.Parallel()
	for scope, wantsError := range map[string]bool{"default": false, "DEFAULT": false, "": false, "support": true} {
		body := fmt.Sprintf(`{"id":"1","name":"traders","roleId":{"scope":%q,"code":"traders"}}`, scope)
		_, err := newClientOf(t, jsonReply(200, body)).GetRoleByCode(t.Context(), identity.ResourceID{Scope: "default", Code: "traders"})
		if (err != nil) != wantsError {
			t.Errorf("scope %q: got the error %v, want an error: %t", scope, err, wantsError)
		}
	}
}

func TestRoles_notFound(t *testing.T) {
	t.Parallel()
	c := newDomain(t, mockserver.Options{}).client(t)
	for name, err := range map[string]error{
		"get":         second(c.GetRole(t.Context(), "missing")),
		"get by code": second(c.GetRoleByCode(t.Context(), identity.ResourceID{Scope: "default", Code: "missing"})),
		"update":      second(c.UpdateRole(t.Context(), "missing", identity.UpdateRoleRequest{})),
		"delete":      c.DeleteRole(t.Context(), "missing"),
		"members":     second(c.ListUsersInRole(t.Context(), "missing")),
		"remove":      c.RemoveUserFromRole(t.Context(), "missing", "missing"),
	} {
		if !client.IsNotFound(err) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
}
