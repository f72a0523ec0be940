package access_test

import (
	"context"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// aboutOne are all operations on one object, with a body in which KEY is the code of the object.
var aboutOne = map[string]struct {
	call func(context.Context, *access.Client, access.ResourceID) error
	body string
}{
	"GetPolicy": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.GetPolicy(ctx, id))
	}, withID},
	"CreatePolicy": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.CreatePolicy(ctx, access.PolicyCreationRequest{Code: id.Code}))
	}, withID},
	"UpdatePolicy": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.UpdatePolicy(ctx, id, access.PolicyUpdateRequest{}))
	}, withID},
	"GetPolicyCollection": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.GetPolicyCollection(ctx, id))
	}, withID},
	"CreatePolicyCollection": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.CreatePolicyCollection(ctx, access.PolicyCollectionCreationRequest{Code: id.Code}))
	}, withID},
	"UpdatePolicyCollection": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.UpdatePolicyCollection(ctx, id, access.PolicyCollectionUpdateRequest{}))
	}, withID},
	"GetPolicyTemplate": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.GetPolicyTemplate(ctx, id))
	}, `{"code":"KEY"}`},
	"CreatePolicyTemplate": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.CreatePolicyTemplate(ctx, access.PolicyTemplateCreationRequest{Code: id.Code}))
	}, `{"code":"KEY"}`},
	"UpdatePolicyTemplate": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.UpdatePolicyTemplate(ctx, id.Code, access.PolicyTemplateUpdateRequest{}))
	}, `{"code":"KEY"}`},
	"GetRole": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.GetRole(ctx, id))
	}, withID},
	"CreateRole": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.CreateRole(ctx, access.RoleCreationRequest{Code: id.Code}))
	}, withID},
	"UpdateRole": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.UpdateRole(ctx, id, access.RoleUpdateRequest{}))
	}, withID},
	"UpdateRole, with a place": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.MoveRole(ctx, id, access.RoleUpdateRequest{}, access.RolePlace{Before: roleID}))
	}, withID},
	"AddPolicyCollectionToRole": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.AddPolicyCollectionToRole(ctx, id, collectionID))
	}, withID},
	"GetUserRole": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.GetUserRole(ctx, id.Code))
	}, withID},
	"GetUserRole, before a create": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.LookForUserRole(ctx, id.Code))
	}, withID},
	"CreateUserRole": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.CreateUserRole(ctx, access.UserRoleCreationRequest{UserID: id.Code}))
	}, withID},
	"UpdateUserRole": {func(ctx context.Context, c *access.Client, id access.ResourceID) error {
		return second(c.UpdateUserRole(ctx, id.Code, access.UserRoleUpdateRequest{}))
	}, withID},
}

const withID = `{"id":{"scope":"default","code":"KEY"}}`

// TestAnotherObject has responses about another object than the one in the request. A response that differs only in
// case is about the same object.
func TestAnotherObject(t *testing.T) {
	t.Parallel()
	for name, test := range aboutOne {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			respond := func(code string) error {
				c := newClientOf(t, jsonReply(200, strings.ReplaceAll(test.body, "KEY", code)))
				return test.call(t.Context(), c, abcID)
			}
			if err := respond("ABC"); err != nil {
				t.Errorf("another case: got %v, want no error", err)
			}
			err := respond("abd")
			if err == nil || !strings.Contains(err.Error(), `abc", and the response is about "`) || !strings.Contains(err.Error(), `abd". A proxy or cache may mix up responses.`) {
				t.Errorf("another code: got %v, want an error with both codes", err)
			}
		})
	}
}
