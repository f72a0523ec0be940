package identity

import (
	"context"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// PasswordPolicyResponse is what LUSID asks of the passwords of a user type. A read leaves no field
// nil.
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

// UpdatePasswordPolicyRequest is the whole of a password policy.
type UpdatePasswordPolicyRequest struct {
	Conditions UpdatePasswordPolicyRequestConditions `json:"conditions"`
}

// UpdatePasswordPolicyRequestConditions are the groups of conditions, none of which may be left out.
type UpdatePasswordPolicyRequestConditions struct {
	Complexity UpdatePasswordPolicyRequestComplexity `json:"complexity"`
	Age        UpdatePasswordPolicyRequestAge        `json:"age"`
	Lockout    UpdatePasswordPolicyRequestLockout    `json:"lockout"`
}

// UpdatePasswordPolicyRequestComplexity is what a password is made of.
type UpdatePasswordPolicyRequestComplexity struct {
	// MinLength is from 12 to 30.
	MinLength        int64 `json:"minLength"`
	ExcludeFirstName bool  `json:"excludeFirstName"`
	ExcludeLastName  bool  `json:"excludeLastName"`
}

// UpdatePasswordPolicyRequestAge is how long a password lasts.
type UpdatePasswordPolicyRequestAge struct {
	// MaxAgeDays is from 0, for ever, to 999.
	MaxAgeDays int64 `json:"maxAgeDays"`
	// HistoryCount is how many other passwords come before one may be used again, from 0 to 30.
	HistoryCount int64 `json:"historyCount"`
}

// UpdatePasswordPolicyRequestLockout is when a user is locked out.
type UpdatePasswordPolicyRequestLockout struct {
	// MaxAttempts is how many may fail, from 0, any number, to 100.
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

// passwordPolicyPath has the user type in small letters, as LUSID lists the values.
func passwordPolicyPath(userType string) []string {
	return []string{"authentication", "password-policy", strings.ToLower(userType)}
}
