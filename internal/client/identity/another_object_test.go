package identity_test

import (
	"context"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// TestAnotherObject has responses about another object than the one in the request. A response that differs only in
// case is about the same object.
func TestAnotherObject(t *testing.T) {
	t.Parallel()
	const (
		role        = `{"id":"KEY","name":"KEY","roleId":{"scope":"default","code":"KEY"}}`
		user        = `{"id":"KEY","login":"KEY","type":"Service"}`
		application = `{"id":"KEY","clientId":"KEY","displayName":"X","type":"Native"}`
		coded       = `{"code":"KEY"}`
		tool        = `{"scope":"s","code":"KEY","name":"X"}`
		apiKey      = `{"id":"1","displayName":"KEY","key":"canary-1"}`
	)
	toolID := identity.ResourceID{Scope: "s", Code: "abc"}
	for name, test := range map[string]struct {
		body string
		call func(context.Context, *identity.Client) error
	}{
		"GetRole": {role, func(ctx context.Context, c *identity.Client) error { return second(c.GetRole(ctx, "abc")) }},
		"GetRoleByCode": {role, func(ctx context.Context, c *identity.Client) error {
			return second(c.GetRoleByCode(ctx, identity.ResourceID{Scope: "default", Code: "abc"}))
		}},
		"UpdateRole": {role, func(ctx context.Context, c *identity.Client) error {
			return second(c.UpdateRole(ctx, "abc", identity.UpdateRoleRequest{}))
		}},
		// LUSID generates the ID of these four objects, so the check compares the name that the request has.
		"CreateRole": {role, func(ctx context.Context, c *identity.Client) error {
			return second(c.CreateRole(ctx, identity.CreateRoleRequest{Name: "abc"}))
		}},
		"CreateUser": {user, func(ctx context.Context, c *identity.Client) error {
			return second(c.CreateUser(ctx, identity.CreateUserRequest{UpdateUserRequest: identity.UpdateUserRequest{Login: "abc"}}))
		}},
		"CreateApplication": {application, func(ctx context.Context, c *identity.Client) error {
			return second(c.CreateApplication(ctx, identity.CreateApplicationRequest{ClientID: "abc"}))
		}},
		"CreateAPIKey": {apiKey, func(ctx context.Context, c *identity.Client) error {
			return second(c.CreateAPIKey(ctx, identity.CreateAPIKey{DisplayName: "abc"}))
		}},
		"GetUser":          {user, func(ctx context.Context, c *identity.Client) error { return second(c.GetUser(ctx, "abc")) }},
		"GetUserFromLogin": {user, func(ctx context.Context, c *identity.Client) error { return second(c.GetUserFromLogin(ctx, "abc")) }},
		"UpdateUser": {user, func(ctx context.Context, c *identity.Client) error {
			return second(c.UpdateUser(ctx, "abc", identity.UpdateUserRequest{}))
		}},
		"GetApplication": {application, func(ctx context.Context, c *identity.Client) error {
			return second(c.GetApplication(ctx, "abc", true))
		}},
		"RotateApplicationSecrets": {application, func(ctx context.Context, c *identity.Client) error {
			return second(c.RotateApplicationSecrets(ctx, "abc"))
		}},
		"GetNetworkZone": {coded, func(ctx context.Context, c *identity.Client) error { return second(c.GetNetworkZone(ctx, "abc")) }},
		"CreateNetworkZone": {coded, func(ctx context.Context, c *identity.Client) error {
			return second(c.CreateNetworkZone(ctx, identity.CreateNetworkZoneRequest{Code: "abc"}))
		}},
		"UpdateNetworkZone": {coded, func(ctx context.Context, c *identity.Client) error {
			return second(c.UpdateNetworkZone(ctx, "abc", identity.UpdateNetworkZoneRequest{}))
		}},
		"GetExternalTokenIssuer": {coded, func(ctx context.Context, c *identity.Client) error {
			return second(c.GetExternalTokenIssuer(ctx, "abc"))
		}},
		"CreateExternalTokenIssuer": {coded, func(ctx context.Context, c *identity.Client) error {
			return second(c.CreateExternalTokenIssuer(ctx, identity.CreateExternalTokenIssuerRequest{Code: "abc"}))
		}},
		"UpdateExternalTokenIssuer": {coded, func(ctx context.Context, c *identity.Client) error {
			return second(c.UpdateExternalTokenIssuer(ctx, "abc", identity.UpdateExternalTokenIssuerRequest{}))
		}},
		"GetMcpTool":          {tool, func(ctx context.Context, c *identity.Client) error { return second(c.GetMcpTool(ctx, toolID, 0)) }},
		"GetMcpTool, version": {tool, func(ctx context.Context, c *identity.Client) error { return second(c.GetMcpTool(ctx, toolID, 2)) }},
		"CreateMcpTool": {tool, func(ctx context.Context, c *identity.Client) error {
			return second(c.CreateMcpTool(ctx, toolID, identity.UpsertMcpToolRequest{}))
		}},
		"UpdateMcpTool": {tool, func(ctx context.Context, c *identity.Client) error {
			return second(c.UpdateMcpTool(ctx, toolID, identity.UpsertMcpToolRequest{}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			respond := func(key string) error {
				return test.call(t.Context(), newClientOf(t, jsonReply(200, strings.ReplaceAll(test.body, "KEY", key))))
			}
			if err := respond("ABC"); err != nil {
				t.Errorf("another case: got %v, want no error", err)
			}
			err := respond("abd")
			if err == nil || !strings.Contains(err.Error(), `abc", and the response is about "`) || !strings.Contains(err.Error(), `abd". A proxy or cache may mix up responses.`) {
				t.Errorf("another key: got %v, want an error with both keys", err)
			}
		})
	}
}
