package entitlement

import "slices"

// permits is true if the identity restriction matches the policy with that identifier, and if the policy is
// within the restriction selectors.
func (d PolicySelectorDefinition) permits(policies map[ID]Policy, identifier map[string]string) bool {
	if !identifierMatches(d.IdentityRestriction, identifier) {
		return false
	}
	if len(d.RestrictionSelectors) == 0 {
		return true
	}
	policy, found := policies[ID{Scope: identifier["scope"], Code: identifier["code"]}.withScope()]
	return found && stayWithin(policy.Selectors, d.RestrictionSelectors)
}

// stayWithin is true if the limits cover every action of every selector on every object of the selector.
func stayWithin(selectors, limits []SelectorDefinition) bool {
	for _, selector := range selectors {
		// A selector with two kinds covers the objects of both kinds, so each kind must be within the
		// limits.
		for _, kind := range selector.kinds() {
			var allowed []ActionID
			for _, limit := range limits {
				allowed = append(allowed, limit.actionsFor(kind)...)
			}
			if slices.ContainsFunc(kind.actions(), func(a ActionID) bool { return !oneCovers(allowed, a) }) {
				return false
			}
		}
	}
	return true
}

// kinds splits a selector into one selector for each of its kinds.
func (s SelectorDefinition) kinds() []SelectorDefinition {
	var kinds []SelectorDefinition
	for _, kind := range []SelectorDefinition{
		{IDSelectorDefinition: s.IDSelectorDefinition},
		{MatchAllSelectorDefinition: s.MatchAllSelectorDefinition},
		{MetadataSelectorDefinition: s.MetadataSelectorDefinition},
		{PolicySelectorDefinition: s.PolicySelectorDefinition},
	} {
		if kind != (SelectorDefinition{}) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// actionsFor returns the actions that the selector covers on all objects of another selector.
func (s SelectorDefinition) actionsFor(other SelectorDefinition) []ActionID {
	var actions []ActionID
	if d := s.MatchAllSelectorDefinition; d != nil {
		actions = append(actions, d.Actions...)
	}
	if d, o := s.IDSelectorDefinition, other.IDSelectorDefinition; d != nil && o != nil && patternCovers(d.Identifier, o.Identifier) {
		actions = append(actions, d.Actions...)
	}
	if d, o := s.MetadataSelectorDefinition, other.MetadataSelectorDefinition; d != nil && o != nil &&
		containsAll(o.Expressions, d.Expressions) {
		actions = append(actions, d.Actions...)
	}
	if d, o := s.PolicySelectorDefinition, other.PolicySelectorDefinition; d != nil && o != nil && d.includes(*o) {
		actions = append(actions, d.Actions...)
	}
	return actions
}

// actions returns the actions of all kinds of the selector.
func (s SelectorDefinition) actions() []ActionID {
	var actions []ActionID
	if d := s.IDSelectorDefinition; d != nil {
		actions = append(actions, d.Actions...)
	}
	if d := s.MatchAllSelectorDefinition; d != nil {
		actions = append(actions, d.Actions...)
	}
	if d := s.MetadataSelectorDefinition; d != nil {
		actions = append(actions, d.Actions...)
	}
	if d := s.PolicySelectorDefinition; d != nil {
		actions = append(actions, d.Actions...)
	}
	return actions
}

// includes is true if the other selector covers no policy that this one doesn't cover.
func (d PolicySelectorDefinition) includes(other PolicySelectorDefinition) bool {
	if !patternCovers(d.IdentityRestriction, other.IdentityRestriction) {
		return false
	}
	// Without restriction selectors there is no restriction. Only another definition without a restriction
	// includes it.
	return len(d.RestrictionSelectors) == 0 ||
		len(other.RestrictionSelectors) > 0 && stayWithin(other.RestrictionSelectors, d.RestrictionSelectors)
}

// patternCovers is true if every identifier that matches the other pattern matches this one too.
func patternCovers(pattern, other map[string]*string) bool {
	parts := map[string]string{}
	for part, value := range other {
		if value != nil {
			parts[part] = *value
		}
	}
	return identifierMatches(pattern, parts)
}

// containsAll is true if the expressions contain all of the wanted ones.
func containsAll(expressions, wanted []MetadataExpression) bool {
	return !slices.ContainsFunc(wanted, func(e MetadataExpression) bool { return !slices.Contains(expressions, e) })
}
