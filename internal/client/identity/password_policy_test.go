package identity_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

const wholePasswordPolicy = `{"conditions":{"complexity":{"minLength":14,"excludeFirstName":true,"excludeLastName":false},` +
	`"age":{"maxAgeDays":0,"historyCount":4},"lockout":{"maxAttempts":10}}}`

func TestPasswordPolicy_requests(t *testing.T) {
	t.Parallel()
	var update identity.UpdatePasswordPolicyRequest
	update.Conditions.Complexity = identity.UpdatePasswordPolicyRequestComplexity{MinLength: 14, ExcludeFirstName: true}
	update.Conditions.Age.HistoryCount = 4
	update.Conditions.Lockout.MaxAttempts = 10
	wantRequests(t, map[string]requestCase{
		"get": {func(ctx context.Context, c *identity.Client) error {
			got, err := c.GetPasswordPolicy(ctx, identity.UserTypePersonal)
			if err != nil {
				return err
			}
			var want identity.PasswordPolicyResponse
			want.Conditions.Complexity.MinLength = new(int64(14))
			want.Conditions.Complexity.ExcludeFirstName = new(true)
			want.Conditions.Complexity.ExcludeLastName = new(false)
			want.Conditions.Age.MaxAgeDays = new(int64(0))
			want.Conditions.Age.HistoryCount = new(int64(4))
			want.Conditions.Lockout.MaxAttempts = new(int64(10))
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Errorf("policy (-want +got):\n%s", diff)
			}
			return nil
		}, "GET /identity/api/authentication/password-policy/personal", "", 200, wholePasswordPolicy},
		"update": {func(ctx context.Context, c *identity.Client) error {
			return c.UpdatePasswordPolicy(ctx, identity.UserTypeService, update)
		}, "PUT /identity/api/authentication/password-policy/service", wholePasswordPolicy, 200, wholePasswordPolicy},
		// The response of an update is not used.
		"update, unexpected response": {func(ctx context.Context, c *identity.Client) error {
			return c.UpdatePasswordPolicy(ctx, identity.UserTypeService, update)
		}, "PUT /identity/api/authentication/password-policy/service", wholePasswordPolicy, 200, "[]"},
	})
}

// If the response lacks a condition, the client returns an error. A zero in its place would be a valid
// condition.
func TestGetPasswordPolicy_incomplete(t *testing.T) {
	t.Parallel()
	for field, cut := range map[string]string{
		"conditions.complexity.minLength":        `"minLength":14,`,
		"conditions.complexity.excludeFirstName": `"excludeFirstName":true,`,
		"conditions.complexity.excludeLastName":  `,"excludeLastName":false`,
		"conditions.age.maxAgeDays":              `"maxAgeDays":0,`,
		"conditions.age.historyCount":            `,"historyCount":4`,
		"conditions.lockout.maxAttempts":         `"maxAttempts":10`,
	} {
		_, err := newClientOf(t, jsonReply(200, strings.Replace(wholePasswordPolicy, cut, "", 1))).GetPasswordPolicy(t.Context(),
			identity.UserTypePersonal)
		if err == nil || !strings.Contains(err.Error(), `"`+field+`"`) {
			t.Errorf("%s: got %v, want an error that names the missing field", field, err)
		}
	}
	for _, body := range []string{"{}", "null", "[]", `{"conditions":null}`, `{"conditions":[]}`, strings.Replace(wholePasswordPolicy, "14", `"14"`, 1)} {
		if policy, err := newClientOf(t, jsonReply(200, body)).GetPasswordPolicy(t.Context(), identity.UserTypePersonal); err == nil {
			t.Errorf("response %s: got %+v, want an error", body, policy)
		}
	}
}
