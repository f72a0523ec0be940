package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// The ways in which a change of a network zone can lock the provider out.
const (
	blocksMore = "The zone will block requests that it does not block now. LUSID will refuse this provider's requests (939), including the " +
		"rest of this run, if the zone's ranges contain the provider's address and its session types or roles match the provider's " +
		"user. The exception is a zone with a lower hierarchy that allows them first."
	allowsNew = "The zone allows requests from its ranges and does not decide about other requests. A Block zone after it may block those. " +
		"LUSID does not document what happens to requests that no zone matches. " +
		"If neither this zone nor another Allow zone contains the provider's address, LUSID may refuse this provider's requests " +
		"(939), including the rest of this run."
	allowsLess = "The zone will allow fewer requests than now. If a Block zone after it applies to the provider's address, so that the " +
		"provider needs this zone, LUSID will refuse this provider's requests (939), including the rest of this run."
)

// warnLockOut warns of a change that could lock the provider out, as far as the provider knows without
// a request. The state is nil for a new zone, and the plan is nil for a destroy.
func warnLockOut(ctx context.Context, state, plan *networkZoneModel, diags *diag.Diagnostics) {
	if state != nil && plan != nil && !plan.Code.Equal(state.Code) {
		// This is a replacement: a destroy and a create.
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
	detail := joinParagraphs(how, "Terraform could not undo that. Somebody with an allowed address would have to, for example in the LUSID web app. "+
		"The provider's address is the one that LUSID sees. The provider cannot check it, because behind NAT or a proxy LUSID sees a "+
		"different address from this machine's own.",
		"If an Allow zone makes an exception for the provider from a Block zone, set depends_on in the Block zone to the Allow zone. "+
			"Terraform then creates the Block zone after the Allow zone and destroys it before.")
	if attribute == "" {
		diags.AddWarning(summary, detail)
		return
	}
	diags.AddAttributeWarning(path.Root(attribute), summary, detail)
}

// lockOut returns how a change could lock the provider out, and the attribute that causes it. Both are
// empty for a change that cannot.
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

// reachesFurther returns the attribute by which a zone may decide requests that another zone with the
// same action does not. An unknown value may do so.
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

// holds reports whether this range contains every address of the other range.
func (r *networkZoneRange) holds(other *networkZoneRange) bool {
	outer, err := parseRange(r.Value.ValueString())
	inner, innerErr := parseRange(other.Value.ValueString())
	return err == nil && innerErr == nil && outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}
