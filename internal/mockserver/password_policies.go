package mockserver

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// PasswordPolicy is the password policy of a user type.
type PasswordPolicy struct {
	MinLength        int32 `json:"minLength"`
	ExcludeFirstName bool  `json:"excludeFirstName"`
	ExcludeLastName  bool  `json:"excludeLastName"`
	// MaxAgeDays is the maximum age of a password. Zero means no limit.
	MaxAgeDays   int32 `json:"maxAgeDays"`
	HistoryCount int32 `json:"historyCount"`
	// MaxAttempts is how many attempts may fail. Zero means no limit.
	MaxAttempts int32 `json:"maxAttempts"`
}

// passwordPolicies are the password policies by user type, in lower case. LUSID has exactly one for each
// type. They can't be created or deleted.
type passwordPolicies map[string]passwordPolicyBody

// defaultPasswordPolicy has the length, the age and the attempts that LUSID documents. The other values are from LUSID's
// example of an update.
var defaultPasswordPolicy = PasswordPolicy{
	MinLength: 12, ExcludeFirstName: true, ExcludeLastName: true, HistoryCount: 4, MaxAttempts: 10,
}

// passwordPolicyBody is PasswordPolicyResponse and UpdatePasswordPolicyRequest.
type passwordPolicyBody struct {
	Conditions struct {
		Complexity struct {
			MinLength        int32 `json:"minLength"`
			ExcludeFirstName bool  `json:"excludeFirstName"`
			ExcludeLastName  bool  `json:"excludeLastName"`
		} `json:"complexity"`
		Age struct {
			MaxAgeDays   int32 `json:"maxAgeDays"`
			HistoryCount int32 `json:"historyCount"`
		} `json:"age"`
		Lockout struct {
			MaxAttempts int32 `json:"maxAttempts"`
		} `json:"lockout"`
	} `json:"conditions"`
}

func newPasswordPolicies(options Options) passwordPolicies {
	policies := passwordPolicies{}
	for _, userType := range []string{personalUser, serviceUser} {
		policy, ok := options.Seed.PasswordPolicies[userType]
		if !ok {
			policy = defaultPasswordPolicy
		}
		policies[strings.ToLower(userType)] = policy.body()
	}
	return policies
}

func (p passwordPolicies) operations() operations {
	return operations{
		"GetPasswordPolicy":    p.get,
		"UpdatePasswordPolicy": p.update,
	}
}

func (p passwordPolicies) get(c *call) (any, error) {
	userType, err := p.userType(c)
	if err != nil {
		return nil, err
	}
	return p[userType], nil
}

func (p passwordPolicies) update(c *call) (any, error) {
	userType, err := p.userType(c)
	if err != nil {
		return nil, err
	}
	request, err := decode[passwordPolicyBody](c)
	if err != nil {
		return nil, err
	}
	p[userType] = request
	return request, nil
}

// userType returns the user type in the path, in lower case. LUSID's articles use Personal and its SDKs use personal, so
// the mock accepts any case.
//
// Unverified: identity/password-policy-user-type-case.
func (p passwordPolicies) userType(c *call) (string, error) {
	userType := strings.ToLower(c.params["userType"])
	if _, ok := p[userType]; !ok {
		return "", &problem{
			status: http.StatusBadRequest, code: codeInvalidParameter,
			errors: map[string][]string{"userType": {"The user type must be Personal or Service."}},
		}
	}
	return userType, nil
}

func (p PasswordPolicy) body() passwordPolicyBody {
	var body passwordPolicyBody
	conditions := &body.Conditions
	conditions.Complexity.MinLength = p.MinLength
	conditions.Complexity.ExcludeFirstName = p.ExcludeFirstName
	conditions.Complexity.ExcludeLastName = p.ExcludeLastName
	conditions.Age.MaxAgeDays = p.MaxAgeDays
	conditions.Age.HistoryCount = p.HistoryCount
	conditions.Lockout.MaxAttempts = p.MaxAttempts
	return body
}

func (s Seed) checkPasswordPolicies() error {
	for _, userType := range slices.Sorted(maps.Keys(s.PasswordPolicies)) {
		err := identityContract().checkSchema("UpdatePasswordPolicyRequest", s.PasswordPolicies[userType].body())
		if userType != personalUser && userType != serviceUser {
			err = errors.New("the user type must be Personal or Service")
		}
		if err != nil {
			return fmt.Errorf("passwordPolicies[%s]: %w", userType, err)
		}
	}
	return nil
}
