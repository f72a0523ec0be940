package entitlement

// Choices says how this package decides where LUSID's documentation leaves a choice, one sentence or
// two for each. The help of lusid-mock prints them.
var Choices = []string{
	`An identity role and an access role belong together if they have the same code. The scope of the access role doesn't matter.`,
	`The role with the lower roleHierarchyIndex has the higher precedence. Roles with the same index are judged as if they were one role.`,
	`If no policy of a role matches, the next role decides. The user role comes after all roles.`,
	`A role takes the policies of the roles that it supervises, unless they are inactive. It doesn't take what those roles supervise.`,
	`References to policies, collections and roles that don't exist are ignored. A collection that contains itself is read once.`,
	`A policy or role is active from "activate" on, and until just before "deactivate". A "deactivate" in the year 9999 never comes.`,
	`A policy without applications applies to every application. Applications are compared without case. If a request names no application, as in POST /access/api/me, the applications aren't checked.`,
	`Activities are compared without case. Scopes, entities and identifiers are compared with case.`,
	`The activity "Any" of a selector matches every activity. A request for "Any" needs a selector with "Any".`,
	`"*" stands alone or at the end of an identifier value. Elsewhere it is an ordinary character.`,
	`An identifier part that a selector leaves out, or sets to null, matches everything. If an object doesn't have a part, only "*" matches it.`,
	`A metadata selector needs all its expressions. A key with several values satisfies an expression if one of its values does.`,
	`The metadata operator NotEquals is the opposite of Equals, so an object without the key satisfies it. All other operators need the key.`,
	`The other metadata operators compare with case, and as numbers if both sides are numbers. In takes a list with commas.`,
	`A policy selector matches a policy if the identity restriction matches its scope and code, and if each of its selectors stays within the restriction selectors. If there are restriction selectors, a policy that doesn't exist doesn't match.`,
	`Several entries of "for" must all hold, and so must several entries of "if".`,
	`"for" restricts data only. It is ignored when a feature is requested.`,
	`A request without an effective date means now, and so does a request without an as-at time. If a request has a range of dates, both its ends must satisfy a condition.`,
	`The ends of a date range belong to the range. A bound is either an instant or "AsAt=Latest", which means now. A condition with any other value, such as a cut label, doesn't hold.`,
	`Dates are in UTC. Business days are Monday to Friday, without holidays.`,
	`Relative dates compare days, or instants if the unit is Minute or Hour. Exactly always compares instants, and OnDayOf always compares days.`,
	`IsAfter5pm includes five o'clock.`,
	`A condition on a header or claim that is absent doesn't hold, unless the operator is NotPresent or NotPresentOrNotContainsCaseSensitive. With several values, one must satisfy the operator, and none may break a "Not" operator.`,
	`InCaseInsensitive takes a list with commas.`,
	`ifViaApiExpression holds if the request came through one of its features. If its operator begins with "Not", it holds if the request came through none of them. A request for POST /access/api/me comes through no feature.`,
	`A condition or expression with the operator, date, unit or quality "Undefined" doesn't hold.`,
	`If one selector has several kinds, one of them is enough. If one condition has several kinds, all of them must hold.`,
	`A call that lists objects returns those that the user may see. If there are objects and the user may see none of them, the call is denied.`,
}
