package entitlement

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Operator compares a value of access metadata.
type Operator string

// The operators of LUSID. Undefined is never satisfied.
const (
	Equals               Operator = "Equals"
	NotEquals            Operator = "NotEquals"
	GreaterThan          Operator = "GreaterThan"
	GreaterThanOrEqualTo Operator = "GreaterThanOrEqualTo"
	LessThan             Operator = "LessThan"
	LessThanOrEqualTo    Operator = "LessThanOrEqualTo"
	In                   Operator = "In"
)

// MetadataExpression is a condition on one key of an object's access metadata.
type MetadataExpression struct {
	MetadataKey string   `json:"metadataKey"`
	Operator    Operator `json:"operator"`
	TextValue   string   `json:"textValue"`
}

// MetadataValue is LUSID's EntitlementMetadata: one value of access metadata.
type MetadataValue struct {
	Value string `json:"value"`
}

func satisfiesAll(metadata map[string][]MetadataValue, expressions []MetadataExpression) bool {
	return !slices.ContainsFunc(expressions, func(e MetadataExpression) bool { return !e.holds(metadata[e.MetadataKey]) })
}

func (e MetadataExpression) holds(values []MetadataValue) bool {
	equal := func(m MetadataValue) bool { return m.Value == e.TextValue }
	if e.Operator == NotEquals {
		return !slices.ContainsFunc(values, equal)
	}
	return slices.ContainsFunc(values, func(m MetadataValue) bool {
		switch e.Operator {
		case Equals:
			return equal(m)
		case GreaterThan:
			return compareValues(m.Value, e.TextValue) > 0
		case GreaterThanOrEqualTo:
			return compareValues(m.Value, e.TextValue) >= 0
		case LessThan:
			return compareValues(m.Value, e.TextValue) < 0
		case LessThanOrEqualTo:
			return compareValues(m.Value, e.TextValue) <= 0
		case In:
			return slices.Contains(listed(e.TextValue), m.Value)
		default:
			return false
		}
	})
}

// compareValues compares numbers if both are numbers, and texts otherwise.
func compareValues(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}

// listed splits a list at commas.
func listed(list string) []string {
	values := strings.Split(list, ",")
	for i, value := range values {
		values[i] = strings.TrimSpace(value)
	}
	return values
}
