// Package conformance finds out which assumptions about LUSID hold on a real domain.
//
// LUSID's contracts and articles leave a part of its behaviour open. The provider and the mock assume one
// answer to each open question. A [Check] asks the domain. [Run] runs the checks and returns a [Report]
// that names no host, no object and no person, so that it can be published.
//
// The files of an API begin with its name. Its checks are listed in [Checks].
package conformance

import (
	"context"
	"fmt"
	"slices"
)

// Check finds out whether one assumption holds.
type Check struct {
	// API is the API that the assumption is about, such as "identity".
	API string
	// Name is short, in lower case, and unique in the API.
	Name string
	// Statement is the assumption, as one sentence.
	Statement string
	// Source says where the statement comes from.
	Source string
	// Assumed says what the provider and the mock do about it.
	Assumed string
	// Needs is the permission that the check needs beyond reading.
	Needs Permission
	run   func(ctx context.Context, d *domain) Finding
}

// FullName is the name with the API in front, such as "identity/role-create".
func (c Check) FullName() string { return c.API + "/" + c.Name }

// Permission is what a user must allow before a check runs. Each one is the name of a flag.
type Permission string

// All permissions. Those besides Write need Write as well.
const (
	// Read is always given.
	Read Permission = ""
	// Write creates, changes and deletes objects that affect nobody.
	Write Permission = "write"
	// Mail creates users. LUSID sends each of them an e-mail.
	Mail Permission = "mail"
	// NetworkZones creates network zones. A zone decides who may sign in.
	NetworkZones Permission = "network-zones"
	// ExternalTokenIssuers creates an external token issuer. An issuer lets people in.
	ExternalTokenIssuers Permission = "external-token-issuers"
	// OwnRoles gives the user who runs the checks roles of the run, for a moment.
	OwnRoles Permission = "own-roles"
)

// Permissions lists every permission that a flag gives.
var Permissions = []Permission{Write, Mail, NetworkZones, ExternalTokenIssuers, OwnRoles}

// Result is how a check ended.
type Result string

// The results.
const (
	AsAssumed    Result = "as assumed"
	Differs      Result = "differs"
	CouldNotTell Result = "could not tell"
	Skipped      Result = "skipped"
)

// Finding is the result of a check, and what was seen or why there is nothing to see. The text is made
// from words of this package, HTTP statuses and error codes. It never repeats a text of the domain.
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

// decide is asAssumed if the assumption holds, else differs.
func decide(holds bool, format string, args ...any) Finding {
	if holds {
		return asAssumed(format, args...)
	}
	return differs(format, args...)
}

// Checks returns every check, in the order in which they run. The last one looks back at the whole run.
func Checks() []Check {
	return slices.Concat(identityReads, identityApplications, identityRoles, identityTokens, identityTools,
		identityUsers, identityZones, identityIssuers, accessReads, accessPolicies, accessCollections, accessRolesChecks,
		accessTemplates, accessUserRoles, accessDecisions, identityHeaders)
}
