package entitlement

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// AdministratorRole is the code of the role that may do everything. The role has no policies.
const AdministratorRole = "lusid-administrator"

// Domain has the objects of the Access service of a domain. The keys have a scope. The keys of UserRoles
// are IDs of users. An object may refer to objects that don't exist.
type Domain struct {
	Policies          map[ID]Policy
	PolicyCollections map[ID]PolicyCollection
	Roles             map[ID]Role
	UserRoles         map[string]UserRole
}

// Caller is the user who makes a request, according to the token.
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

// Circumstances are the time and the context of a request.
type Circumstances struct {
	Now time.Time
	// Application is the application that receives the request, such as LUSID. If it is empty, the
	// applications of policies are not checked.
	Application string
	// Headers are the headers of the request. The comparison of their names ignores case.
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

// Decision is whether an action is allowed, and the reason. Reason has one sentence or more.
type Decision struct {
	Granted bool
	Reason  string
}

// Judge decides on the requests of one user at one time.
type Judge struct {
	caller   Caller
	at       Circumstances
	policies map[ID]Policy
	levels   []level
}

// Judge returns a judge for one request of a user. A change of the domain affects the next request, so the
// next request needs a new judge.
func (d Domain) Judge(caller Caller, at Circumstances) Judge {
	return Judge{caller: caller, at: at, policies: d.Policies, levels: d.levels(caller, at.Now)}
}

// Decide judges a single action. An action on data needs no policy for a feature here.
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

// Held is a policy that a user has, and the role of the user that has the policy.
type Held struct {
	// Role is an access role, or the user role. The scope of a user role is [DefaultScope], and its code is
	// the id of the user.
	Role     ID
	UserRole bool
	Policy   ID
}

// Held returns the policies that the user has, even if they don't apply now. The policies of the role with
// the highest precedence come first. Policies that don't exist are left out.
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

// decideLevel decides with the roles of one precedence. It returns false if none of their policies applies.
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

// Call has the rights that a call of LUSID's API needs.
type Call struct {
	// Feature is the code of the API's feature, such as api-instruments-listinstruments.
	Feature string
	// Data has the actions of the call on each object.
	Data []RequestDetails
}

// DecideCall decides on a call about one object. The call needs a policy for the feature and a policy for
// each action on the data. The first denial is the decision.
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

// Filter decides on a call that lists objects, and returns the objects that the user may see. The call is
// denied if no policy allows the feature, or if there are objects and the user may see none of them.
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
