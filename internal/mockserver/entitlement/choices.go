package entitlement

// Choices are the rules of this package where LUSID's documentation leaves a choice. Each is one sentence
// or more. The help of lusid-mock prints them.
var Choices = []string{
	`An access role applies to the users who have the identity role with the same code. The scope of the access role doesn't matter.`,
	`The role with the lower roleHierarchyIndex has the higher precedence. Roles with the same index count as one role.`,
	`If no policy of a role matches, the next role decides. The user role comes after all roles.`,
	`A role has the policies of the active roles that it supervises. It doesn't have the policies of the roles that those roles supervise.`,
	`References to policies, collections and roles that don't exist are ignored. A collection that contains itself is read once.`,
	`A policy or role is active from "activate" on, and until just before "deactivate". A "deactivate" in the year 9999 means never.`,
	`A policy without applications applies to every application. The comparison of applications ignores case. If a request names no application, as in POST /access/api/me, the applications aren't checked.`,
	`The comparison of activities ignores case. The comparison of scopes, entities and identifiers is case-sensitive.`,
	`The activity "Any" of a selector matches every activity. If a request has the activity "Any", only a selector with "Any" matches.`,
	`"*" is a wildcard at the end of an identifier value or as the whole value. Elsewhere it is an ordinary character.`,
	`An identifier part that a selector leaves out, or sets to null, matches everything. If an object doesn't have a part, only "*" matches it.`,
	`A metadata selector matches if all its expressions hold. A key with several values satisfies an expression if one of its values does.`,
	`The metadata operator NotEquals is the opposite of Equals, so an object without the key satisfies it. An object without the key satisfies no other operator.`,
	`The metadata operators are case-sensitive. They compare numbers if both sides are numbers. The value of In is a list separated by commas.`,
	`A policy selector matches a policy if the identity restriction matches its scope and code, and if each of its selectors stays within the restriction selectors. If there are restriction selectors, a policy that doesn't exist doesn't match.`,
	`Several entries of "for" must all hold, and so must several entries of "if".`,
	`"for" restricts only data. It is ignored in a request for a feature.`,
	`If a request has no effective date or no as-at time, now is used. If a request has a range of dates, both ends of the range must satisfy a condition.`,
	`The ends of a date range belong to the range. A bound is either an instant or "AsAt=Latest", which means now. A condition with any other value, such as a cut label, doesn't hold.`,
	`Dates are in UTC. Business days are Monday to Friday, without holidays.`,
	`Relative dates compare days, or instants if the unit is Minute or Hour. Exactly always compares instants, and OnDayOf always compares days.`,
	`IsAfter5pm includes five o'clock.`,
	`If a header or claim is absent, a condition on it holds only with the operator NotPresent or NotPresentOrNotContainsCaseSensitive. If it has several values, one value must satisfy the operator. For a "Not" operator, all values must satisfy it.`,
	`The value of InCaseInsensitive is a list separated by commas.`,
	`ifViaApiExpression holds if the request came through one of its features. If its operator begins with "Not", it holds if the request came through none of them. A request to POST /access/api/me came through no feature.`,
	`A condition or expression with the operator, date, unit or quality "Undefined" doesn't hold.`,
	`If one selector has several kinds, it matches if one of them matches. If one condition has several kinds, all of them must hold.`,
	`A call that lists objects returns the objects that the user may see. If there are objects and the user may see none of them, the call is denied.`,
}
