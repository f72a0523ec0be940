package mockserver

import "github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"

// judge returns the judge of a request to an application. It uses the current objects, so a change of a
// policy affects the next request.
func (a *access) judge(c *call, application string) entitlement.Judge {
	return a.domain().Judge(c.caller.entitled, entitlement.Circumstances{
		Now:         c.now,
		Application: application,
		Headers:     c.request.Header,
	})
}

// domain returns the objects that a decision depends on.
func (a *access) domain() entitlement.Domain {
	domain := entitlement.Domain{
		Policies:          map[entitlement.ID]entitlement.Policy{},
		PolicyCollections: map[entitlement.ID]entitlement.PolicyCollection{},
		Roles:             map[entitlement.ID]entitlement.Role{},
		UserRoles:         map[string]entitlement.UserRole{},
	}
	for _, row := range a.policies.rows {
		domain.Policies[row.id] = row.rules
	}
	for _, row := range a.collections.rows {
		domain.PolicyCollections[row.id] = entitlement.PolicyCollection(row.members)
	}
	for _, row := range a.userRoles.rows {
		domain.UserRoles[row.userID] = entitlement.UserRole{Resource: row.resource}
	}
	for _, row := range a.roles.rows {
		domain.Roles[row.id] = row.rules()
	}
	return domain
}
