package access

import (
	"cmp"
	"slices"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// SelectorDefinition selects a part of what a policy covers. Exactly one kind is not nil.
type SelectorDefinition struct {
	RestrictionSelector

	PolicySelectorDefinition *PolicySelectorDefinition `json:"policySelectorDefinition,omitempty"`
}

// isKnown reports whether the selector is of a kind that this package supports.
func (s *SelectorDefinition) isKnown() bool {
	return s.RestrictionSelector.isKnown() || s.PolicySelectorDefinition != nil
}

// RestrictionSelector is a SelectorDefinition within a policy selector. LUSID also allows policy selectors
// there, but this package does not support them.
type RestrictionSelector struct {
	IDSelectorDefinition       *IDSelectorDefinition       `json:"idSelectorDefinition,omitempty"`
	MatchAllSelectorDefinition *MatchAllSelectorDefinition `json:"matchAllSelectorDefinition,omitempty"`
	MetadataSelectorDefinition *MetadataSelectorDefinition `json:"metadataSelectorDefinition,omitempty"`
}

func (s *RestrictionSelector) isKnown() bool {
	return s.IDSelectorDefinition != nil || s.MatchAllSelectorDefinition != nil || s.MetadataSelectorDefinition != nil
}

// SelectorBase has the common fields of all kinds of selectors.
type SelectorBase struct {
	// Actions has at least one element.
	Actions []ActionID `json:"actions"`
	// Name has 100 characters at most, and Description 1024. Empty if there is none.
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
}

// ActionID is an activity on a kind of object.
type ActionID struct {
	// Scope has 3 to 100 characters. It is "default" for data, and the application for features.
	Scope string `json:"scope"`
	// Activity has 3 to 25 characters, such as Read, and Entity 3 to 40, such as Portfolio.
	Activity string `json:"activity"`
	Entity   string `json:"entity"`
}

// IDSelectorDefinition covers the objects with the identifier.
type IDSelectorDefinition struct {
	SelectorBase

	// Identifier has at least one part. A value may be null, and may end in an asterisk.
	Identifier map[string]*string `json:"identifier"`
}

// MatchAllSelectorDefinition covers all objects to which the actions apply.
type MatchAllSelectorDefinition struct{ SelectorBase }

// MetadataSelectorDefinition covers the objects whose access metadata satisfies all expressions.
type MetadataSelectorDefinition struct {
	SelectorBase

	// Expressions has at least one element.
	Expressions []MetadataExpression `json:"expressions"`
}

// MetadataExpression is a condition on access metadata.
type MetadataExpression struct {
	MetadataKey string `json:"metadataKey"`
	// Operator is a name such as Equals.
	Operator  string `json:"operator"`
	TextValue string `json:"textValue,omitempty"`
}

// PolicySelectorDefinition covers policies that a user may create or change.
type PolicySelectorDefinition struct {
	SelectorBase

	// IdentityRestriction has the parts of the identifier that these policies must have.
	IdentityRestriction map[string]*string `json:"identityRestriction,omitempty"`
	// RestrictionSelectors cover the objects to which these policies are limited.
	RestrictionSelectors []RestrictionSelector `json:"restrictionSelectors,omitempty"`
}

// dropUnknown leaves out restriction selectors of a kind that this package does not support.
func (s *SelectorDefinition) dropUnknown() {
	if policy := s.PolicySelectorDefinition; policy != nil {
		policy.RestrictionSelectors = slices.DeleteFunc(policy.RestrictionSelectors, func(s RestrictionSelector) bool { return !s.isKnown() })
	}
}

// withoutUnknown leaves out selectors of a kind that this package does not support.
func withoutUnknown(selectors []SelectorDefinition) []SelectorDefinition {
	for i := range selectors {
		selectors[i].dropUnknown()
	}
	return slices.DeleteFunc(selectors, func(s SelectorDefinition) bool { return !s.isKnown() })
}

// missingField returns the path of the first action, expression or selector within the selector that is
// null or lacks a required field.
func (s SelectorDefinition) missingField() string {
	field := s.RestrictionSelector.missingField()
	if policy := s.PolicySelectorDefinition; policy != nil {
		field = cmp.Or(field, policy.missingField(),
			client.MissingIn("restrictionSelectors", policy.RestrictionSelectors, RestrictionSelector.missingField))
	}
	return field
}

func (s RestrictionSelector) missingField() (field string) {
	if selector := s.IDSelectorDefinition; selector != nil {
		field = selector.missingField()
	}
	if selector := s.MatchAllSelectorDefinition; selector != nil {
		field = cmp.Or(field, selector.missingField())
	}
	if selector := s.MetadataSelectorDefinition; selector != nil {
		field = cmp.Or(field, selector.missingField(),
			client.MissingIn("expressions", selector.Expressions, func(e MetadataExpression) string { return client.IfEmpty("metadataKey", e.MetadataKey) }))
	}
	return field
}

func (s SelectorBase) missingField() string {
	return client.MissingIn("actions", s.Actions, func(action ActionID) string {
		return cmp.Or(client.IfEmpty("scope", action.Scope), client.IfEmpty("activity", action.Activity), client.IfEmpty("entity", action.Entity))
	})
}
