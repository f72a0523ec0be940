package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// How a change of a network zone could have LUSID refuse the provider.
const (
	blocksMore = "The zone will block requests that it does not block now. If its ranges hold the address that LUSID sees this provider call from, " +
		"and its session types or roles take in the user that the provider signs in as, LUSID refuses the provider from then on (939), " +
		"the rest of this run included, unless a zone of a lower hierarchy allows it first."
	allowsNew = "The zone allows requests from its ranges, and says nothing of others: a Block zone behind it may refuse those, and what LUSID does with what no zone matches is not documented. " +
		"If the address that LUSID sees this provider call from is missing, here and in the other Allow zones, LUSID may refuse the provider from then on (939), the rest of this run included."
	allowsLess = "The zone will no longer allow all that it allows now. If the provider depends on that, because a Block zone behind this one is for the address that " +
		"LUSID sees it call from, LUSID refuses the provider from then on (939), the rest of this run included."
)

// warnLockOut warns of a change after which LUSID could refuse the provider, as far as that can be
// told without a call. The state is nil for a new zone, and the plan for one that goes.
func warnLockOut(ctx context.Context, state, plan *networkZoneModel, diags *diag.Diagnostics) {
	if state != nil && plan != nil && !plan.Code.Equal(state.Code) {
		// The old zone goes, and a new one comes.
		warnLockOut(ctx, state, nil, diags)
		warnLockOut(ctx, nil, plan, diags)
		return
	}
	attribute, how := lockOut(ctx, state, plan)
	if how == "" {
		return
	}
	zone := plan
	if plan == nil {
		zone = state
	}
	summary := "A change to network zone " + zone.Code.ValueString() + " could lock this provider out"
	detail := joinParagraphs(how, "Terraform could not undo that: somebody would have to whom no zone refuses, such as in the LUSID web app from an address that is allowed. "+
		"The provider cannot check it: behind NAT or a proxy, LUSID sees another address than this machine's own.",
		"Where an Allow zone excepts the provider from a Block zone, give the Block zone depends_on the Allow zone: then it is made after it, and destroyed before it.")
	if attribute == "" {
		diags.AddWarning(summary, detail)
		return
	}
	diags.AddAttributeWarning(path.Root(attribute), summary, detail)
}

// lockOut tells how a change could lock the provider out, and the attribute that does. Both are
// empty for one that cannot.
func lockOut(ctx context.Context, state, plan *networkZoneModel) (attribute, how string) {
	isAllowing := func(m *networkZoneModel) bool { return m != nil && m.Action.ValueString() == identity.NetworkZoneAllow }
	isBlocking := func(m *networkZoneModel) bool {
		return m != nil && (m.Action.IsUnknown() || m.Action.ValueString() == identity.NetworkZoneBlock)
	}
	if isBlocking(plan) {
		if !isBlocking(state) {
			return "action", blocksMore
		}
		if attribute = reachesFurther(ctx, plan, state); attribute != "" {
			return attribute, blocksMore
		}
		return "", ""
	}
	if isAllowing(state) {
		switch {
		case plan == nil:
			return "", allowsLess
		case !isAllowing(plan):
			return "action", allowsLess
		}
		if attribute = reachesFurther(ctx, state, plan); attribute != "" {
			return attribute, allowsLess
		}
		return "", ""
	}
	if isAllowing(plan) {
		return "ranges", allowsNew
	}
	return "", ""
}

// reachesFurther names the attribute by which a zone may decide requests that another one, of the
// same action, does not. What is not known yet may.
func reachesFurther(ctx context.Context, zone, other *networkZoneModel) string {
	ranges, whole := rangesOf(ctx, zone.Ranges)
	others, _ := rangesOf(ctx, other.Ranges)
	for _, r := range ranges {
		whole = whole && slices.ContainsFunc(others, func(o networkZoneRange) bool { return o.holds(&r) })
	}
	switch {
	case !whole:
		return "ranges"
	case !isSubset(zone.SessionTypes, other.SessionTypes):
		return "session_types"
	case !isSubset(zone.UserRoles, other.UserRoles):
		return "user_roles"
	case zone.Hierarchy.IsUnknown(), other.Hierarchy.IsUnknown(), zone.Hierarchy.ValueInt64() < other.Hierarchy.ValueInt64():
		return "hierarchy"
	}
	return ""
}

// holds reports that every address of the other range is one of this.
func (r *networkZoneRange) holds(other *networkZoneRange) bool {
	outer, err := parseRange(r.Value.ValueString())
	inner, innerErr := parseRange(other.Value.ValueString())
	return err == nil && innerErr == nil && outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}
