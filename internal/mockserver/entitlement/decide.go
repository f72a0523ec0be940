package entitlement

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// AdministratorRole is the code of the role that may do everything. It has no policies.
const AdministratorRole = "lusid-administrator"

// Domain is what the Access service of a domain holds. The keys have a scope; the keys of UserRoles
// are ids of users. What they refer to may be missing.
type Domain struct {
	Policies          map[ID]Policy
	PolicyCollections map[ID]PolicyCollection
	Roles             map[ID]Role
	UserRoles         map[string]UserRole
}

// Caller is the user who makes a request, as the token says.
type Caller struct {
	UserID string
	// Roles are the codes of the identity roles that the user had when the token was issued.
	Roles  []string
	Claims []Claim
	// Scopes are the scopes of the token.
	Scopes []string
}

// Claim is a claim of a token.
type Claim struct {
	Type, Value, ValueType, Issuer, OriginalIssuer string
}

// Circumstances are when and how a request is made.
type Circumstances struct {
	Now time.Time
	// Application is the application that the request is made to, such as LUSID. If it is empty, the
	// applications of policies aren't checked.
	Application string
	// Headers are the headers of the request. Their names are compared without case.
	Headers map[string][]string
	// Via are the codes of the API features that a request for data came through.
	Via []string
}

func (c Circumstances) headerValues(name string) []string {
	var values []string
	for header, v := range c.Headers {
		if strings.EqualFold(header, name) {
			values = append(values, v...)
		}
	}
	return values
}

// Decision is whether something is allowed, and why. Reason is one sentence or more.
type Decision struct {
	Granted bool
	Reason  string
}

// Judge decides on what one user does at one time.
type Judge struct {
	caller   Caller
	at       Circumstances
	policies map[ID]Policy
	levels   []level
}

// Judge returns a judge for one request of a user. Changes of the domain act on the next request, so
// the next request needs a new judge.
func (d Domain) Judge(caller Caller, at Circumstances) Judge {
	return Judge{caller: caller, at: at, policies: d.Policies, levels: d.levels(caller, at.Now)}
}

// Decide judges a single action. It asks for no other: an action on data needs no feature policy here.
func (j Judge) Decide(r EvaluationRequest) Decision {
	if slices.Contains(j.caller.Roles, AdministratorRole) {
		return Decision{Granted: true, Reason: fmt.Sprintf("The role %q may do everything.", AdministratorRole)}
	}
	for _, level := range j.levels {
		if decision, decided := j.decideLevel(level, r); decided {
			return decision
		}
	}
	return Decision{Reason: j.nothingAllows(r)}
}

// Held is a policy that a user has, and the user's role that gives it.
type Held struct {
	// Role is an access role, or the user role. The scope of a user role is [DefaultScope], and its code is
	// the id of the user.
	Role     ID
	UserRole bool
	Policy   ID
}

// Held returns the policies that the user has, whether or not they apply now. The role with the highest
// precedence comes first. Policies that don't exist are left out.
func (j Judge) Held() []Held {
	var held []Held
	for _, level := range j.levels {
		for _, source := range level {
			for _, id := range source.policies {
				h := Held{Role: source.role, UserRole: source.userRole, Policy: id}
				if _, found := j.policies[id]; found && !slices.Contains(held, h) {
					held = append(held, h)
				}
			}
		}
	}
	return held
}

// decideLevel judges the roles of one precedence. It returns false if none of their policies applies.
func (j Judge) decideLevel(level level, r EvaluationRequest) (Decision, bool) {
	var allowed Decision
	for _, source := range level {
		for _, id := range source.policies {
			policy := j.policies[id]
			if allowed.Granted && policy.Grant == Allow || !policy.applies(j, r) {
				continue
			}
			if policy.Grant != Allow {
				return Decision{Reason: fmt.Sprintf("Policy %q of %s denies %s.", id, source.name, r)}, true
			}
			allowed = Decision{Granted: true, Reason: fmt.Sprintf("Policy %q of %s allows %s.", id, source.name, r)}
		}
	}
	return allowed, allowed.Granted
}

func (j Judge) nothingAllows(r EvaluationRequest) string {
	var names []string
	for _, level := range j.levels {
		for _, source := range level {
			names = append(names, strings.TrimSuffix(source.name, ","))
		}
	}
	if len(names) == 0 {
		return fmt.Sprintf("The user has no active access role and no user role, so nothing allows %s.", r)
	}
	return fmt.Sprintf("No policy allows %s. The user has %s.", r, strings.Join(names, "; "))
}

// Call is what a call of LUSID's API needs.
type Call struct {
	// Feature is the code of the API's feature, such as api-instruments-listinstruments.
	Feature string
	// Data is what the call does to each object.
	Data []RequestDetails
}

// DecideCall judges a call that is about one object. It needs a policy for the feature and a policy for
// each action on the data. The first that is denied decides.
func (j Judge) DecideCall(call Call, object ResourceDetails) Decision {
	decision := j.Decide(ExecuteFeature(call.Feature))
	j.at.Via = append(slices.Clone(j.at.Via), call.Feature)
	for _, action := range call.Data {
		if !decision.Granted {
			break
		}
		data := j.Decide(EvaluationRequest{Request: action, Resource: object})
		if data.Granted {
			data.Reason = decision.Reason + " " + data.Reason
		}
		decision = data
	}
	return decision
}

// Filter judges a call that lists objects, and returns the objects that the user may see. The call is
// denied if there is no policy for the feature, or if there are objects and the user may see none.
func Filter[T any](j Judge, call Call, objects []T, details func(T) ResourceDetails) ([]T, Decision) {
	var visible []T
	decision := j.Decide(ExecuteFeature(call.Feature))
	for i, object := range objects {
		d := j.DecideCall(call, details(object))
		if d.Granted {
			visible = append(visible, object)
		}
		if i == 0 || d.Granted {
			decision = d
		}
	}
	return visible, decision
}
