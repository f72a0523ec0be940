// Package entitlement decides whether a user may do something, like LUSID's Access service.
//
// An action is denied unless a policy allows it. A policy applies if all of its conditions hold:
// applications, selectors with their actions, "for", "if" and "when". If policies of the same access role
// differ, Deny has priority over Allow. If access roles differ, the role with the higher precedence
// decides. A call needs a policy for the feature and a policy for the data. The role lusid-administrator
// may do everything.
//
// Where LUSID's documentation leaves a choice, [Choices] describes the choice of this package.
//
// The package is pure. It has no clock, no lock and no network, and imports no other package of this
// module. Its types have the JSON names of LUSID's schemas, so documents of the Access API can be
// unmarshalled into them. The types have only the fields that a decision needs, so they don't marshal to
// the same document.
package entitlement

import (
	"slices"
	"strings"
	"time"
)

// DefaultScope is the scope of an ID without a scope.
const DefaultScope = "default"

// neverYear is the year of the deactivation date that LUSID uses for objects without an end.
const neverYear = 9999

// ID is the scope and code of a policy, a policy collection or an access role.
type ID struct {
	Scope string `json:"scope"`
	Code  string `json:"code"`
}

// String returns scope/code.
func (id ID) String() string {
	id = id.withScope()
	return id.Scope + "/" + id.Code
}

func (id ID) withScope() ID {
	if id.Scope == "" {
		id.Scope = DefaultScope
	}
	return id
}

// Grant is the decision of a policy.
type Grant string

// The decisions of a policy.
const (
	Allow Grant = "Allow"
	Deny  Grant = "Deny"
)

// Policy is LUSID's PolicyResponse or PolicyCreationRequest, without its identity.
type Policy struct {
	Applications []string             `json:"applications"`
	Grant        Grant                `json:"grant"`
	Selectors    []SelectorDefinition `json:"selectors"`
	For          []ForSpec            `json:"for"`
	If           []IfExpression       `json:"if"`
	When         WhenSpec             `json:"when"`
}

// applies is true if all conditions of the policy hold for the request.
func (p Policy) applies(j Judge, r EvaluationRequest) bool {
	return p.When.active(j.at.Now) &&
		p.CoversApplication(j.at.Application) &&
		slices.ContainsFunc(p.Selectors, func(s SelectorDefinition) bool { return s.matches(j.policies, r) }) &&
		(r.Request.Action.isFeature() || holdForAll(p.For, r.Request, j.at.Now)) &&
		!slices.ContainsFunc(p.If, func(e IfExpression) bool { return !e.holds(j.caller, j.at) })
}

// CoversApplication is true if the policy applies to the application, or if no application is named.
func (p Policy) CoversApplication(application string) bool {
	return application == "" || len(p.Applications) == 0 ||
		slices.ContainsFunc(p.Applications, func(a string) bool { return strings.EqualFold(a, application) })
}

// WhenSpec is the period in which a policy or an access role is active.
type WhenSpec struct {
	Activate   time.Time  `json:"activate"`
	Deactivate *time.Time `json:"deactivate"`
}

func (w WhenSpec) active(now time.Time) bool {
	ended := w.Deactivate != nil && w.Deactivate.UTC().Year() < neverYear && !now.Before(*w.Deactivate)
	return !now.Before(w.Activate) && !ended
}
