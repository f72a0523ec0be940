package identity_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

func TestUserSchema_requests(t *testing.T) {
	t.Parallel()
	const path = "/identity/api/users/schema"
	properties := []identity.UserSchemaProperty{{Name: "hr", Description: "Staff number"}, {Name: "desk"}}
	get := func(want []identity.UserSchemaProperty) func(context.Context, *identity.Client) error {
		return func(ctx context.Context, c *identity.Client) error {
			got, err := c.GetUserSchema(ctx)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(want, got.AlternativeUserIDs); diff != "" {
				t.Errorf("user schema (-want +got):\n%s", diff)
			}
			return nil
		}
	}
	update := func(properties []identity.UserSchemaProperty) func(context.Context, *identity.Client) error {
		return func(ctx context.Context, c *identity.Client) error {
			return c.UpdateUserSchema(ctx, identity.UpdateUserSchemaRequest{AlternativeUserIDs: properties})
		}
	}
	const whole = `{"alternativeUserIds":[{"name":"hr","description":"Staff number"},{"name":"desk","description":""}]}`
	const empty = `{"alternativeUserIds":[]}`
	wantRequests(t, map[string]requestCase{
		"get":                   {get(properties), "GET " + path, "", 200, whole},
		"get, null":             {get(nil), "GET " + path, "", 200, `{"alternativeUserIds":null}`},
		"get, empty":            {get(nil), "GET " + path, "", 200, `{}`},
		"update":                {update(properties), "PUT " + path, whole, 200, whole},
		"update, no properties": {update(nil), "PUT " + path, empty, 200, empty},
	})
}
