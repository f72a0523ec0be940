package identity_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const wholeUser = `{"id":"00u1","login":"a@example.com","emailAddress":"b@example.com","firstName":"A","lastName":"Be","type":"Service","status":"ACTIVE",` +
	`"external":false,"secondEmailAddress":null,"alternativeUserIds":{"desk":"7","none":null},"userExpiry":null,"roles":null,"lastLogin":null,"unheardOf":{}}`

var wholeUpdate = identity.UpdateUserRequest{
	FirstName: "A", LastName: "Be", EmailAddress: "b@example.com", Login: "a@example.com", SecondEmailAddress: "c@example.com",
	AlternativeUserIDs: map[string]*string{"desk": new("7"), "none": nil}, UserExpiry: "2031-01-01T00:00:00Z",
}

func TestUsers_requests(t *testing.T) {
	t.Parallel()
	user := func(got *identity.UserResponse, err error) error {
		want := &identity.UserResponse{
			ID: "00u1", Login: "a@example.com", EmailAddress: "b@example.com", FirstName: "A", LastName: "Be", Type: "Service", Status: "ACTIVE",
			AlternativeUserIDs: map[string]*string{"desk": new("7"), "none": nil},
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("user (-want +got):\n%s", diff)
		}
		return err
	}
	const update = `"firstName":"A","lastName":"Be","emailAddress":"b@example.com","login":"a@example.com"`
	const rest = `,"secondEmailAddress":"c@example.com","alternativeUserIds":{"desk":"7","none":null},"userExpiry":"2031-01-01T00:00:00Z"}`
	create := func(ctx context.Context, c *identity.Client) error {
		return user(c.CreateUser(ctx, identity.CreateUserRequest{Type: "Service", UpdateUserRequest: wholeUpdate}))
	}
	lifecycle := func(call func(*identity.Client, context.Context, string) error, action string) requestCase {
		return requestCase{
			func(ctx context.Context, c *identity.Client) error { return call(c, ctx, "00u1") },
			"POST /identity/api/users/00u1/lifecycle/" + action, "", 204, "",
		}
	}
	wantRequests(t, map[string]requestCase{
		"get": {
			func(ctx context.Context, c *identity.Client) error { return user(c.GetUser(ctx, "00u1")) },
			"GET /identity/api/users/00u1", "", 200, wholeUser,
		},
		"get by login": {
			func(ctx context.Context, c *identity.Client) error {
				return user(c.GetUserFromLogin(ctx, "A@example.com"))
			},
			"GET /identity/api/users/fromlogin/A@example.com", "", 200, wholeUser,
		},
		// LUSID responded with 201 until 2026.
		"create, 200": {create, "POST /identity/api/users?waitForReindex=true", `{"type":"Service",` + update + rest, 200, wholeUser},
		"create, 201": {create, "POST /identity/api/users?waitForReindex=true", `{"type":"Service",` + update + rest, 201, wholeUser},
		"update": {
			func(ctx context.Context, c *identity.Client) error {
				return user(c.UpdateUser(ctx, "00u1", wholeUpdate))
			},
			"PUT /identity/api/users/00u1", "{" + update + rest, 200, wholeUser,
		},
		"update, clear optional fields": {func(ctx context.Context, c *identity.Client) error {
			return user(c.UpdateUser(ctx, "00u1", identity.UpdateUserRequest{
				FirstName:    "A",
				LastName:     "Be",
				EmailAddress: "b@example.com",
				Login:        "a@example.com",
			}))
		}, "PUT /identity/api/users/00u1", "{" + update + `,"secondEmailAddress":null,"alternativeUserIds":null,"userExpiry":null}`, 200, wholeUser},
		"delete": {
			func(ctx context.Context, c *identity.Client) error { return c.DeleteUser(ctx, "00u1", false) },
			"DELETE /identity/api/users/00u1", "", 204, "",
		},
		"purge": {
			func(ctx context.Context, c *identity.Client) error { return c.DeleteUser(ctx, "00u1", true) },
			"DELETE /identity/api/users/00u1?purge=true", "", 204, "",
		},
		"list": {func(ctx context.Context, c *identity.Client) error {
			list, err := c.ListUsers(ctx, false)
			if err == nil {
				_ = user(&list[0], nil)
			}
			return err
		}, "GET /identity/api/users", "", 200, "[" + wholeUser + "]"},
		"list all": {
			func(ctx context.Context, c *identity.Client) error { return second(c.ListUsers(ctx, true)) },
			"GET /identity/api/users?includeDeactivated=true", "", 200, "[]",
		},
		"activate":      lifecycle((*identity.Client).SendActivationEmail, "$activate"),
		"unlock":        lifecycle((*identity.Client).UnlockUser, "$unlock"),
		"unsuspend":     lifecycle((*identity.Client).UnsuspendUser, "$unsuspend"),
		"reset":         lifecycle((*identity.Client).ResetPassword, "$resetpassword"),
		"reset factors": lifecycle((*identity.Client).ResetFactors, "$resetfactors"),
	})
}

func TestUsers_notFound(t *testing.T) {
	t.Parallel()
	c := newDomain(t, mockserver.Options{}).client(t)
	for name, err := range map[string]error{
		"get":            second(c.GetUser(t.Context(), "missing")),
		"get from login": second(c.GetUserFromLogin(t.Context(), "missing@example.com")),
		"delete":         c.DeleteUser(t.Context(), "missing", false),
		"purge":          c.DeleteUser(t.Context(), "missing", true),
	} {
		if !client.IsNotFound(err) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
}

func TestUserResponse_IsDeleted(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]bool{
		"DEPROVISIONED": true, "Deprovisioned": true, "DELETED": true,
		"ACTIVE": false, "PROVISIONED": false, "SUSPENDED": false, "": false, "SOMETHING_NEW": false,
	} {
		if got := (&identity.UserResponse{Status: status}).IsDeleted(); got != want {
			t.Errorf("status %q: got %t, want %t", status, got, want)
		}
	}
}
