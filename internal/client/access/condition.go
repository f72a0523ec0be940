package access

import "github.com/finbourne/terraform-provider-lusid/internal/client"

// ForSpec is a condition on the dates of data. Exactly one kind is not nil.
type ForSpec struct {
	EffectiveRange          *EffectiveRange          `json:"effectiveRange,omitempty"`
	AsAtRangeForSpec        *AsAtRangeForSpec        `json:"asAtRangeForSpec,omitempty"`
	EffectiveDateRelative   *RelativeDate            `json:"effectiveDateRelative,omitempty"`
	AsAtRelative            *RelativeDate            `json:"asAtRelative,omitempty"`
	EffectiveDateHasQuality *EffectiveDateHasQuality `json:"effectiveDateHasQuality,omitempty"`
}

// isUnknown reports whether the condition is of a kind that this package does not support.
func (f ForSpec) isUnknown() bool { return f == ForSpec{} }

// EffectiveRange is a range of effective dates. Both are timestamps in RFC 3339. If one is empty, the range
// has no bound there.
type EffectiveRange struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// AsAtRangeForSpec is a range of as-at times.
type AsAtRangeForSpec struct {
	From AsAtPredicateContract `json:"from"`
	To   AsAtPredicateContract `json:"to"`
}

// AsAtPredicateContract is a bound of a range. One of the two fields is not empty.
type AsAtPredicateContract struct {
	// Value has 5 to 25 characters, such as "AsAt=Latest".
	Value string `json:"value,omitempty"`
	// DateTimeOffset is a timestamp in RFC 3339.
	DateTimeOffset string `json:"dateTimeOffset,omitempty"`
}

// RelativeDate compares a date with a point in time. In LUSID's contract it is EffectiveDateRelative or
// AsAtRelative.
type RelativeDate struct {
	// Date is a name such as Now, and Unit a name such as Day.
	Date string `json:"date,omitempty"`
	// Adjustment is added to the date.
	Adjustment int32  `json:"adjustment"`
	Unit       string `json:"unit,omitempty"`
	// RelativeToDateTime is a name such as BeforeOrOn.
	RelativeToDateTime string `json:"relativeToDateTime,omitempty"`
}

// EffectiveDateHasQuality is a condition on the effective date, such as IsBeforeMidday.
type EffectiveDateHasQuality struct {
	Quality string `json:"quality"`
}

// IfExpression is a condition on the request. Exactly one kind is not nil.
type IfExpression struct {
	IfRequestHeaderExpression *IfRequestHeaderExpression `json:"ifRequestHeaderExpression,omitempty"`
	IfIdentityClaimExpression *IfIdentityClaimExpression `json:"ifIdentityClaimExpression,omitempty"`
	IfIdentityScopeExpression *IfIdentityScopeExpression `json:"ifIdentityScopeExpression,omitempty"`
	IfViaAPIExpression        *IfViaAPIExpression        `json:"ifViaApiExpression,omitempty"`
}

// isUnknown reports whether the condition is of a kind that this package does not support.
func (e IfExpression) isUnknown() bool { return e == IfExpression{} }

// missingField returns the path of the first feature that is null or empty.
func (e IfExpression) missingField() string {
	if e.IfViaAPIExpression == nil {
		return ""
	}
	return client.MissingIn("ifViaApiExpression.apiFeatureCodes", e.IfViaAPIExpression.APIFeatureCodes,
		func(code string) string { return client.IfEmpty("code", code) })
}

// IfRequestHeaderExpression is a condition on a header of the request.
type IfRequestHeaderExpression struct {
	// HeaderName has 1 to 1024 characters, and Value 4096 at most.
	HeaderName string `json:"headerName"`
	// Operator is a name such as EqualsCaseSensitive.
	Operator string `json:"operator"`
	Value    string `json:"value,omitempty"`
}

// IfIdentityClaimExpression is a condition on a claim of the caller's token.
type IfIdentityClaimExpression struct {
	ClaimType           string `json:"claimType"`
	Operator            string `json:"operator"`
	Value               string `json:"value,omitempty"`
	ClaimValueType      string `json:"claimValueType,omitempty"`
	ClaimIssuer         string `json:"claimIssuer,omitempty"`
	ClaimOriginalIssuer string `json:"claimOriginalIssuer,omitempty"`
}

// IfIdentityScopeExpression is a condition on a scope of the caller's token.
type IfIdentityScopeExpression struct {
	ScopeName string `json:"scopeName"`
}

// IfViaAPIExpression is a condition on the features through which the request came.
type IfViaAPIExpression struct {
	APIFeatureCodes []string `json:"apiFeatureCodes"`
	// Operator has no documented values.
	Operator string `json:"operator"`
}
