package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// ownPolicies are the policies of the user that the provider signs in as. LUSID is asked once per process,
// and only if a plan could take a right away from that user. If the request fails, the result may lack policies, and
// the first plan warns of that.
//
// Unverified: access/own-policies-administrator.
func (c *connection) ownPolicies(ctx context.Context, diags *diag.Diagnostics) []access.AttachedPolicyDefinitionResponse {
	release, err := c.ownPoliciesLock.acquire(ctx, "another operation, which asks LUSID the same")
	if err != nil {
		return nil
	}
	defer release()
	if !c.hasOwnPolicies {
		policies, err := c.access.GetOwnPolicies(ctx)
		hasRole := func(policy access.AttachedPolicyDefinitionResponse) bool { return policy.SourceRole.Code != "" }
		if err == nil && len(policies) > 0 && !slices.ContainsFunc(policies, hasRole) {
			err = errors.New(`LUSID did not return from which role each policy comes ("sourceRole")`)
		}
		if err != nil && ctx.Err() == nil {
			c.warnUnchecked(fmt.Sprintf("The provider signs in with %s, and the policies of its user could not be read", c.credential), err, diags)
		}
		c.own, c.hasOwnPolicies = policies, ctx.Err() == nil
	}
	return c.own
}

// warnUnchecked warns that a plan could lock the provider out without another warning.
func (c *connection) warnUnchecked(attempt string, err error, diags *diag.Diagnostics) {
	diags.AddWarning("Could not check whether this plan takes rights from the provider's own user",
		c.explain(attempt, err, "Check yourself whether the changes in this plan could lock the provider out. "+lockedOut))
}

// warnOwnPolicy warns if an access role of the user that the provider signs in as has a policy that the plan
// changes or deletes.
func (c *connection) warnOwnPolicy(ctx context.Context, id access.ResourceID, change string, diags *diag.Diagnostics) {
	if c == nil || c.client == nil {
		return
	}
	isOwn := false
	var roles []string
	for _, policy := range c.ownPolicies(ctx, diags) {
		if policy.ID != id {
			continue
		}
		isOwn = true
		if policy.SourceRole.Code != "" {
			roles = append(roles, policy.SourceRole.String())
		}
	}
	if !isOwn {
		return
	}
	from := ""
	if len(roles) > 0 {
		from = " from " + strings.Join(slices.Compact(slices.Sorted(slices.Values(roles))), ", ")
	}
	diags.AddWarning(fmt.Sprintf("The access policy %s could lock this provider out", id), joinParagraphs(
		fmt.Sprintf("The provider signs in with %s, whose user has this policy%s. %s.", c.credential, from, change), lockedOut))
}

// warnOwnAccessRole warns if the user that the provider signs in as has an access role that the plan deletes,
// or takes policies away from.
func (c *connection) warnOwnAccessRole(ctx context.Context, id access.ResourceID, change string, diags *diag.Diagnostics) {
	c.warnOwnRole(ctx, accessRoleNoun, id, change, diags)
}

// warnOwnRole is warnOwnAccessRole for a role that messages call something else.
func (c *connection) warnOwnRole(ctx context.Context, noun string, id access.ResourceID, change string, diags *diag.Diagnostics) {
	if c == nil || c.client == nil {
		return
	}
	isOfRole := func(policy access.AttachedPolicyDefinitionResponse) bool { return policy.SourceRole == id }
	if !slices.ContainsFunc(c.ownPolicies(ctx, diags), isOfRole) {
		return
	}
	diags.AddWarning(fmt.Sprintf("The %s %s could lock this provider out", noun, id), joinParagraphs(
		fmt.Sprintf("The provider signs in with %s, whose user has this role. %s.", c.credential, change), lockedOut))
}

// warnFirstPolicies warns if a role gets its first policies, and the user that the provider signs in as may have the role.
// LUSID returns no own role without policies, so the provider cannot tell. There is no warning if all policies of that user
// come from roles that take precedence: the role then takes nothing away.
func (c *connection) warnFirstPolicies(ctx context.Context, state *accessRoleModel, diags *diag.Diagnostics) {
	if c == nil || c.client == nil {
		return
	}
	isBelow := func(policy access.AttachedPolicyDefinitionResponse) bool {
		// FINBOURNE manages licences, so a role takes none away.
		return policy.PolicyType != "Licence" && (policy.RoleHierarchyIndex == nil || state.HierarchyIndex.IsNull() ||
			comparePlaces(state.HierarchyIndex.ValueInt64(), int64(*policy.RoleHierarchyIndex)) <= 0)
	}
	if !slices.ContainsFunc(c.ownPolicies(ctx, diags), isBelow) {
		return
	}
	diags.AddWarning(fmt.Sprintf("The %s %s could lock this provider out", accessRoleNoun, state.label()), joinParagraphs(
		fmt.Sprintf("The provider signs in with %s. LUSID does not return which roles without policies its user has, so the provider cannot tell whether the user has this role. "+
			"%s, also from roles with a lower precedence.", c.credential, addsPolicies),
		"If that takes rights from the provider, "+runsFail))
}

// warnOwnPolicyCollection warns if the user that the provider signs in as has one of the policies that a policy
// collection loses, or if the collection has one of them and gets others. The plan is empty if the collection is
// deleted. LUSID does not say through which collection a user has a policy, so the warning covers collections that
// give that user nothing, too. It does not cover a collection without policies: nothing shows which users it reaches.
func (c *connection) warnOwnPolicyCollection(ctx context.Context, state, plan *accessPolicyCollectionModel, change string, diags *diag.Diagnostics) {
	if c == nil || c.client == nil {
		return
	}
	lost := without(texts(state.Policies), texts(plan.Policies))
	nested := without(texts(state.PolicyCollections), texts(plan.PolicyCollections))
	adds := loses(plan.Policies, state.Policies) || loses(plan.PolicyCollections, state.PolicyCollections)
	if len(lost) == 0 && len(nested) == 0 && !adds {
		return
	}
	var own []string
	for _, policy := range c.ownPolicies(ctx, diags) {
		own = append(own, policy.ID.String())
	}
	if len(own) == 0 {
		return
	}
	if len(nested) > 0 {
		kept := append(c.policiesIn(ctx, texts(plan.PolicyCollections), diags), texts(plan.Policies)...)
		lost = without(append(lost, c.policiesIn(ctx, nested, diags)...), kept)
	}
	concerned := inBoth(lost, own)
	if len(concerned) == 0 && adds {
		change = "This plan adds policies to the collection, and a policy with the grant Deny among them takes rights away"
		if concerned = inBoth(texts(state.Policies), own); len(concerned) == 0 {
			concerned = inBoth(c.policiesIn(ctx, texts(state.PolicyCollections), diags), own)
		}
	}
	if len(concerned) == 0 {
		return
	}
	diags.AddWarning(fmt.Sprintf("The access policy collection %s could lock this provider out", state.label()), joinParagraphs(
		fmt.Sprintf("The provider signs in with %s, whose user has policies that are in this collection: %s. %s.",
			c.credential, strings.Join(concerned, ", "), change), lockedOut))
}

// policiesIn returns the ids of the policies that collections have, also through other collections. It makes a
// request only if there are collections. If the request fails, the result may lack policies, and the plan warns.
func (c *connection) policiesIn(ctx context.Context, collections []string, diags *diag.Diagnostics) (policies []string) {
	if len(collections) == 0 {
		return nil
	}
	listed, err := c.access.RefreshPolicyCollections(ctx)
	if err != nil && ctx.Err() == nil {
		c.warnUnchecked("The policies in nested policy collections could not be read", err, diags)
	}
	known := map[string]access.PolicyCollectionResponse{}
	for _, collection := range listed {
		known[collection.ID.String()] = collection
	}
	for collections = slices.Clone(collections); len(collections) > 0; collections = collections[1:] {
		// A collection counts once, even if collections have each other.
		collection := known[collections[0]]
		delete(known, collections[0])
		policies = append(policies, fromAccessIDs(collection.Policies)...)
		collections = append(collections, fromAccessIDs(collection.PolicyCollections)...)
	}
	return policies
}

// inBoth returns the texts that are in both lists, sorted and each of them once.
func inBoth(a, b []string) []string {
	both := slices.DeleteFunc(slices.Clone(a), func(text string) bool { return !slices.Contains(b, text) })
	slices.Sort(both)
	return slices.Compact(both)
}

// lockedOut says what happens if the provider loses its rights.
const lockedOut = "If that gives the provider its rights, " + runsFail

const runsFail = "the rest of this run and all later runs fail with HTTP 403, and somebody else has to give the rights back. " +
	"A user with LUSID's role lusid-administrator keeps all rights."

// addsPolicies says what a role may lose by what it gets. The plan of a role does not know the policies.
const addsPolicies = "This plan adds policies to it, and a policy with the grant Deny among them takes rights away"

// loses reports whether a set has an element which the planned one may lack.
func loses(before, planned types.Set) bool { return !isSubset(before, planned) }
