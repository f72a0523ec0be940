package entitlement

import (
	"slices"
	"strings"
)

const (
	anyActivity   = "Any"
	featureEntity = "Feature"
	wildcard      = "*"
)

// SelectorDefinition defines the objects and actions of a policy. One of its fields is set.
type SelectorDefinition struct {
	IDSelectorDefinition       *IDSelectorDefinition       `json:"idSelectorDefinition"`
	MatchAllSelectorDefinition *MatchAllSelectorDefinition `json:"matchAllSelectorDefinition"`
	MetadataSelectorDefinition *MetadataSelectorDefinition `json:"metadataSelectorDefinition"`
	PolicySelectorDefinition   *PolicySelectorDefinition   `json:"policySelectorDefinition"`
}

// IDSelectorDefinition covers the objects whose identifier parts match. A part that is missing or null
// matches everything.
//
// Unverified: access/selector-part-left-out.
type IDSelectorDefinition struct {
	Identifier map[string]*string `json:"identifier"`
	Actions    []ActionID         `json:"actions"`
}

// MatchAllSelectorDefinition covers all objects that its actions apply to.
type MatchAllSelectorDefinition struct {
	Actions []ActionID `json:"actions"`
}

// MetadataSelectorDefinition covers the objects whose access metadata satisfies all expressions.
type MetadataSelectorDefinition struct {
	Expressions []MetadataExpression `json:"expressions"`
	Actions     []ActionID           `json:"actions"`
}

// PolicySelectorDefinition covers policies, so that their administration can be delegated to users.
type PolicySelectorDefinition struct {
	IdentityRestriction  map[string]*string   `json:"identityRestriction"`
	RestrictionSelectors []SelectorDefinition `json:"restrictionSelectors"`
	Actions              []ActionID           `json:"actions"`
}

// ActionID is an action that a selector covers.
type ActionID struct {
	Scope    string `json:"scope"`
	Activity string `json:"activity"`
	Entity   string `json:"entity"`
}

// covers ignores the case of activities. Scopes and entities are case-sensitive.
//
// Unverified: access/activity-case.
func (a ActionID) covers(other ActionID) bool {
	return a.Scope == other.Scope && a.Entity == other.Entity &&
		(strings.EqualFold(a.Activity, anyActivity) || strings.EqualFold(a.Activity, other.Activity))
}

func oneCovers(actions []ActionID, action ActionID) bool {
	return slices.ContainsFunc(actions, func(a ActionID) bool { return a.covers(action) })
}

// matches is true if the selector covers the request. A policy selector looks up the policies of the
// domain.
func (s SelectorDefinition) matches(policies map[ID]Policy, r EvaluationRequest) bool {
	action := r.Request.Action.id()
	if d := s.IDSelectorDefinition; d != nil && oneCovers(d.Actions, action) && identifierMatches(d.Identifier, r.Resource.ID) {
		return true
	}
	if d := s.MatchAllSelectorDefinition; d != nil && oneCovers(d.Actions, action) {
		return true
	}
	if d := s.MetadataSelectorDefinition; d != nil && oneCovers(d.Actions, action) && satisfiesAll(r.Resource.Metadata, d.Expressions) {
		return true
	}
	d := s.PolicySelectorDefinition
	return d != nil && oneCovers(d.Actions, action) && d.permits(policies, r.Resource.ID)
}

// identifierMatches is true if every part of the pattern matches the same part of the identifier.
func identifierMatches(pattern map[string]*string, identifier map[string]string) bool {
	for part, want := range pattern {
		if want == nil || *want == wildcard {
			continue
		}
		if value, present := identifier[part]; !present || !textMatches(*want, value) {
			return false
		}
	}
	return true
}

// textMatches is true if the text is equal to the pattern, or starts with the part before a "*" at the end
// of the pattern. For two patterns, it is true if the first one covers the second one.
func textMatches(pattern, text string) bool {
	if prefix, found := strings.CutSuffix(pattern, wildcard); found {
		return strings.HasPrefix(text, prefix)
	}
	return pattern == text
}
