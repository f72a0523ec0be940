package identity

import (
	"context"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// PasswordPolicyResponse is the password policy of a user type. After a read, no field is nil.
type PasswordPolicyResponse struct {
	Conditions struct {
		Complexity struct {
			MinLength        *int64 `json:"minLength"`
			ExcludeFirstName *bool  `json:"excludeFirstName"`
			ExcludeLastName  *bool  `json:"excludeLastName"`
		} `json:"complexity"`
		Age struct {
			MaxAgeDays   *int64 `json:"maxAgeDays"`
			HistoryCount *int64 `json:"historyCount"`
		} `json:"age"`
		Lockout struct {
			MaxAttempts *int64 `json:"maxAttempts"`
		} `json:"lockout"`
	} `json:"conditions"`
}

// MissingField implements client.Checked.
func (p *PasswordPolicyResponse) MissingField() string {
	conditions := &p.Conditions
	switch {
	case conditions.Complexity.MinLength == nil:
		return "conditions.complexity.minLength"
	case conditions.Complexity.ExcludeFirstName == nil:
		return "conditions.complexity.excludeFirstName"
	case conditions.Complexity.ExcludeLastName == nil:
		return "conditions.complexity.excludeLastName"
	case conditions.Age.MaxAgeDays == nil:
		return "conditions.age.maxAgeDays"
	case conditions.Age.HistoryCount == nil:
		return "conditions.age.historyCount"
	case conditions.Lockout.MaxAttempts == nil:
		return "conditions.lockout.maxAttempts"
	}
	return ""
}

// UpdatePasswordPolicyRequest has all fields of a password policy.
type UpdatePasswordPolicyRequest struct {
	Conditions UpdatePasswordPolicyRequestConditions `json:"conditions"`
}

// UpdatePasswordPolicyRequestConditions has the groups of conditions. All of them are required.
type UpdatePasswordPolicyRequestConditions struct {
	Complexity UpdatePasswordPolicyRequestComplexity `json:"complexity"`
	Age        UpdatePasswordPolicyRequestAge        `json:"age"`
	Lockout    UpdatePasswordPolicyRequestLockout    `json:"lockout"`
}

// UpdatePasswordPolicyRequestComplexity has the rules for the characters of a password.
type UpdatePasswordPolicyRequestComplexity struct {
	// MinLength is from 12 to 30.
	MinLength        int64 `json:"minLength"`
	ExcludeFirstName bool  `json:"excludeFirstName"`
	ExcludeLastName  bool  `json:"excludeLastName"`
}

// UpdatePasswordPolicyRequestAge has the rules for the age and reuse of a password.
type UpdatePasswordPolicyRequestAge struct {
	// MaxAgeDays is from 0 to 999. With 0, passwords do not expire.
	MaxAgeDays int64 `json:"maxAgeDays"`
	// HistoryCount is how many other passwords a user must have before an old one is allowed again, from 0 to
	// 30.
	HistoryCount int64 `json:"historyCount"`
}

// UpdatePasswordPolicyRequestLockout has the rule for locking out a user.
type UpdatePasswordPolicyRequestLockout struct {
	// MaxAttempts is how many attempts may fail, from 0 to 100. With 0, there is no limit.
	MaxAttempts int64 `json:"maxAttempts"`
}

// GetPasswordPolicy reads the password policy of a user type.
func (c *Client) GetPasswordPolicy(ctx context.Context, userType string) (*PasswordPolicyResponse, error) {
	return client.Do[PasswordPolicyResponse](ctx, c.api.Get("GetPasswordPolicy", passwordPolicyPath(userType)...).On(client.Singleton()))
}

// UpdatePasswordPolicy replaces the password policy of a user type.
func (c *Client) UpdatePasswordPolicy(ctx context.Context, userType string, body UpdatePasswordPolicyRequest) error {
	return client.DoNoContent(ctx, c.api.Put("UpdatePasswordPolicy", passwordPolicyPath(userType)...).Body(body).On(client.Singleton()))
}

// passwordPolicyPath has the user type in lower case, because LUSID documents the values that way.
func passwordPolicyPath(userType string) []string {
	return []string{"authentication", "password-policy", strings.ToLower(userType)}
}
