package entitlement

import (
	"slices"
	"strings"
)

// TextOperator compares a header or a claim.
type TextOperator string

// The operators of LUSID. Undefined never holds.
const (
	EqualsCaseSensitive                  TextOperator = "EqualsCaseSensitive"
	EqualsCaseInsensitive                TextOperator = "EqualsCaseInsensitive"
	NotEqualsCaseSensitive               TextOperator = "NotEqualsCaseSensitive"
	NotEqualsCaseInsensitive             TextOperator = "NotEqualsCaseInsensitive"
	ContainsCaseSensitive                TextOperator = "ContainsCaseSensitive"
	NotPresentOrNotContainsCaseSensitive TextOperator = "NotPresentOrNotContainsCaseSensitive"
	NotPresent                           TextOperator = "NotPresent"
	InCaseInsensitive                    TextOperator = "InCaseInsensitive"
)

// IfExpression is a condition on the request or on its caller. One of its fields is set. If a policy has several, all
// of them must hold.
//
// Unverified: access/request-conditions-combine.
type IfExpression struct {
	IfRequestHeaderExpression *IfRequestHeaderExpression `json:"ifRequestHeaderExpression"`
	IfIdentityClaimExpression *IfIdentityClaimExpression `json:"ifIdentityClaimExpression"`
	IfIdentityScopeExpression *IfIdentityScopeExpression `json:"ifIdentityScopeExpression"`
	IfViaAPIExpression        *IfViaAPIExpression        `json:"ifViaApiExpression"`
}

// IfRequestHeaderExpression is a condition on a request header.
type IfRequestHeaderExpression struct {
	HeaderName string       `json:"headerName"`
	Operator   TextOperator `json:"operator"`
	Value      string       `json:"value"`
}

// IfIdentityClaimExpression is a condition on the claims of a type. If it has a value type or an issuer,
// only claims with the same value type or issuer count.
type IfIdentityClaimExpression struct {
	ClaimType           string       `json:"claimType"`
	ClaimValueType      *string      `json:"claimValueType"`
	ClaimIssuer         *string      `json:"claimIssuer"`
	ClaimOriginalIssuer *string      `json:"claimOriginalIssuer"`
	Operator            TextOperator `json:"operator"`
	Value               string       `json:"value"`
}

// IfIdentityScopeExpression is a condition on the scopes of the token.
type IfIdentityScopeExpression struct {
	ScopeName string `json:"scopeName"`
}

// IfViaAPIExpression is a condition on the API features that a request for data came through.
type IfViaAPIExpression struct {
	APIFeatureCodes []string `json:"apiFeatureCodes"`
	Operator        string   `json:"operator"`
}

func (e IfExpression) holds(caller Caller, at Circumstances) bool {
	if c := e.IfRequestHeaderExpression; c != nil && !c.Operator.holds(at.headerValues(c.HeaderName), c.Value) {
		return false
	}
	if c := e.IfIdentityClaimExpression; c != nil && !c.Operator.holds(c.values(caller.Claims), c.Value) {
		return false
	}
	if c := e.IfIdentityScopeExpression; c != nil && !slices.Contains(caller.Scopes, c.ScopeName) {
		return false
	}
	c := e.IfViaAPIExpression
	return c == nil || c.holds(at.Via)
}

// values returns the values of the claims for the condition.
func (e IfIdentityClaimExpression) values(claims []Claim) []string {
	var values []string
	for _, c := range claims {
		if c.Type == e.ClaimType && isOrNil(e.ClaimValueType, c.ValueType) &&
			isOrNil(e.ClaimIssuer, c.Issuer) && isOrNil(e.ClaimOriginalIssuer, c.OriginalIssuer) {
			values = append(values, c.Value)
		}
	}
	return values
}

func isOrNil(want *string, value string) bool { return want == nil || *want == value }

func (e IfViaAPIExpression) holds(via []string) bool {
	through := slices.ContainsFunc(e.APIFeatureCodes, func(pattern string) bool {
		return slices.ContainsFunc(via, func(code string) bool { return textMatches(pattern, code) })
	})
	negated := len(e.Operator) >= 3 && strings.EqualFold(e.Operator[:3], "Not")
	return through != negated
}

// holds is true if the values of a header or claim satisfy the operator. An absent header or claim has no
// values.
func (o TextOperator) holds(values []string, want string) bool {
	present := len(values) > 0
	equal := func(v string) bool { return v == want }
	equalFold := func(v string) bool { return strings.EqualFold(v, want) }
	contains := func(v string) bool { return strings.Contains(v, want) }
	switch o {
	case EqualsCaseSensitive:
		return slices.ContainsFunc(values, equal)
	case EqualsCaseInsensitive:
		return slices.ContainsFunc(values, equalFold)
	case NotEqualsCaseSensitive:
		return present && !slices.ContainsFunc(values, equal)
	case NotEqualsCaseInsensitive:
		return present && !slices.ContainsFunc(values, equalFold)
	case ContainsCaseSensitive:
		return slices.ContainsFunc(values, contains)
	case NotPresentOrNotContainsCaseSensitive:
		return !slices.ContainsFunc(values, contains)
	case NotPresent:
		return !present
	case InCaseInsensitive:
		return slices.ContainsFunc(listed(want), func(w string) bool {
			return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, w) })
		})
	default:
		return false
	}
}
