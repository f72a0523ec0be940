package access

import (
	"cmp"
	"slices"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// SelectorDefinition is a part of what a policy covers. Exactly one kind is not nil.
type SelectorDefinition struct {
	RestrictionSelector

	PolicySelectorDefinition *PolicySelectorDefinition `json:"policySelectorDefinition,omitempty"`
}

// isKnown reports that the selector is of a known kind.
func (s *SelectorDefinition) isKnown() bool {
	return s.RestrictionSelector.isKnown() || s.PolicySelectorDefinition != nil
}

// RestrictionSelector is a SelectorDefinition within a policy selector. LUSID allows policy selectors
// there too, which this package does not read.
type RestrictionSelector struct {
	IDSelectorDefinition       *IDSelectorDefinition       `json:"idSelectorDefinition,omitempty"`
	MatchAllSelectorDefinition *MatchAllSelectorDefinition `json:"matchAllSelectorDefinition,omitempty"`
	MetadataSelectorDefinition *MetadataSelectorDefinition `json:"metadataSelectorDefinition,omitempty"`
}

func (s *RestrictionSelector) isKnown() bool {
	return s.IDSelectorDefinition != nil || s.MatchAllSelectorDefinition != nil || s.MetadataSelectorDefinition != nil
}

// SelectorBase is what every kind of selector has.
type SelectorBase struct {
	// Actions has at least one.
	Actions []ActionID `json:"actions"`
	// Name has 100 characters at most, and Description 1024. Empty where there is none.
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
}

// ActionID is what may be done with which kind of thing.
type ActionID struct {
	// Scope has 3 to 100 characters: "default" for data, the application for features.
	Scope string `json:"scope"`
	// Activity has 3 to 25 characters, such as Read, and Entity 3 to 40, such as Portfolio.
	Activity string `json:"activity"`
	Entity   string `json:"entity"`
}

// IDSelectorDefinition covers what has the identifier.
type IDSelectorDefinition struct {
	SelectorBase

	// Identifier has at least one part. A value may be null, and may end in an asterisk.
	Identifier map[string]*string `json:"identifier"`
}

// MatchAllSelectorDefinition covers everything that the actions apply to.
type MatchAllSelectorDefinition struct{ SelectorBase }

// MetadataSelectorDefinition covers what has access metadata that all expressions hold for.
type MetadataSelectorDefinition struct {
	SelectorBase

	// Expressions has at least one.
	Expressions []MetadataExpression `json:"expressions"`
}

// MetadataExpression is a condition on access metadata.
type MetadataExpression struct {
	MetadataKey string `json:"metadataKey"`
	// Operator is such as Equals.
	Operator  string `json:"operator"`
	TextValue string `json:"textValue,omitempty"`
}

// PolicySelectorDefinition covers policies that somebody may create or change.
type PolicySelectorDefinition struct {
	SelectorBase

	// IdentityRestriction are parts of the identifier that these policies must have.
	IdentityRestriction map[string]*string `json:"identityRestriction,omitempty"`
	// RestrictionSelectors are what these policies must stay within.
	RestrictionSelectors []RestrictionSelector `json:"restrictionSelectors,omitempty"`
}

// dropUnknown leaves out restriction selectors of a kind that this package does not know.
func (s *SelectorDefinition) dropUnknown() {
	if policy := s.PolicySelectorDefinition; policy != nil {
		policy.RestrictionSelectors = slices.DeleteFunc(policy.RestrictionSelectors, func(s RestrictionSelector) bool { return !s.isKnown() })
	}
}

// withoutUnknown leaves out selectors of a kind that this package does not know.
func withoutUnknown(selectors []SelectorDefinition) []SelectorDefinition {
	for i := range selectors {
		selectors[i].dropUnknown()
	}
	return slices.DeleteFunc(selectors, func(s SelectorDefinition) bool { return !s.isKnown() })
}

// missingField names the first action, expression or selector within the selector that is null, or lacks what
// names it.
func (s SelectorDefinition) missingField() string {
	field := s.RestrictionSelector.missingField()
	if policy := s.PolicySelectorDefinition; policy != nil {
		field = cmp.Or(field, policy.SelectorBase.missingField(),
			client.MissingIn("restrictionSelectors", policy.RestrictionSelectors, RestrictionSelector.missingField))
	}
	return field
}

func (s RestrictionSelector) missingField() (field string) {
	if selector := s.IDSelectorDefinition; selector != nil {
		field = selector.SelectorBase.missingField()
	}
	if selector := s.MatchAllSelectorDefinition; selector != nil {
		field = cmp.Or(field, selector.SelectorBase.missingField())
	}
	if selector := s.MetadataSelectorDefinition; selector != nil {
		field = cmp.Or(field, selector.SelectorBase.missingField(),
			client.MissingIn("expressions", selector.Expressions, func(e MetadataExpression) string { return client.IfEmpty("metadataKey", e.MetadataKey) }))
	}
	return field
}

func (s SelectorBase) missingField() string {
	return client.MissingIn("actions", s.Actions, func(action ActionID) string {
		return cmp.Or(client.IfEmpty("scope", action.Scope), client.IfEmpty("activity", action.Activity), client.IfEmpty("entity", action.Entity))
	})
}
