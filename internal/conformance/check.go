// Package conformance checks on a real domain which assumptions about LUSID are true.
//
// LUSID's contracts and articles do not document all of its behaviour. Where they don't, the provider and
// the mock make an assumption. A [Check] tests one assumption. [Run] runs the checks and returns a
// [Report]. A report contains the name of no host, object or person, so it can be published.
//
// The names of an API's files start with the name of the API. [Checks] lists the checks.
package conformance

import (
	"context"
	"fmt"
	"slices"
)

// Check tests one assumption.
type Check struct {
	// API is the API that the assumption is about, such as "identity".
	API string
	// Name is short, in lower case, and unique in the API.
	Name string
	// Statement is the assumption in one sentence.
	Statement string
	// Source is the source of the statement.
	Source string
	// Assumed describes what the provider and the mock do if the statement is true.
	Assumed string
	// Needs is the permission that the check needs in addition to reading.
	Needs Permission
	run   func(ctx context.Context, d *domain) Finding
}

// FullName returns the name of the API and the name of the check, such as "identity/role-create".
func (c Check) FullName() string { return c.API + "/" + c.Name }

// Permission is something that a user must allow before a check runs. It is the name of a flag.
type Permission string

// All permissions. Each of them except Read and Write needs Write too.
const (
	// Read is always given.
	Read Permission = ""
	// Write creates, changes and deletes objects that affect no user.
	Write Permission = "write"
	// Mail creates users. LUSID sends each of them an e-mail.
	Mail Permission = "mail"
	// NetworkZones creates network zones. Network zones control who may sign in.
	NetworkZones Permission = "network-zones"
	// ExternalTokenIssuers creates an external token issuer. LUSID accepts the tokens of an external token
	// issuer.
	ExternalTokenIssuers Permission = "external-token-issuers"
	// OwnRoles assigns roles of the run to the user who runs the checks, for a moment.
	OwnRoles Permission = "own-roles"
)

// Permissions are the permissions that have a flag.
var Permissions = []Permission{Write, Mail, NetworkZones, ExternalTokenIssuers, OwnRoles}

// Result is the result of a check.
type Result string

// The results.
const (
	AsAssumed    Result = "as assumed"
	Differs      Result = "differs"
	CouldNotTell Result = "could not tell"
	Skipped      Result = "skipped"
)

// Finding is the result of a check with a short description, or the reason why the check can't decide. The
// text consists of words of this package, HTTP statuses and error codes. It never contains a text from the
// domain.
type Finding struct {
	Result Result
	Seen   string
}

func asAssumed(format string, args ...any) Finding {
	return Finding{AsAssumed, fmt.Sprintf(format, args...)}
}

func differs(format string, args ...any) Finding {
	return Finding{Differs, fmt.Sprintf(format, args...)}
}

func couldNotTell(format string, args ...any) Finding {
	return Finding{CouldNotTell, fmt.Sprintf(format, args...)}
}

// decide returns asAssumed if the assumption is true, and differs otherwise.
func decide(holds bool, format string, args ...any) Finding {
	if holds {
		return asAssumed(format, args...)
	}
	return differs(format, args...)
}

// Checks returns all checks in the order in which they run. The last checks use the responses of the whole
// run.
func Checks() []Check {
	return slices.Concat(identityReadChecks, identityApplicationChecks, identityRoleChecks, identityTokenChecks, identityToolChecks,
		identityUserChecks, identityZoneChecks, identityIssuerChecks, accessReadChecks, accessPolicyChecks, accessCollectionChecks, accessRoleChecks,
		accessTemplateChecks, accessUserRoleChecks, accessDecisionChecks, listFieldChecks, identityHeaderChecks)
}
