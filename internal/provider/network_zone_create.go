package provider

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// deletedZone is the kind of seenObject for a zone that this run deleted. The value is its hierarchy.
const deletedZone = "deleted network zone"

// create creates a zone, or finds the one that an earlier attempt created if its response was lost. It
// returns nil after an error.
func (r *networkZoneResource) create(ctx context.Context, plan *networkZoneModel, owner string, diags *diag.Diagnostics) *identity.NetworkZoneDefinitionResponse {
	request := plan.toCreate(ctx)
	creation := creation[identity.NetworkZoneDefinitionResponse]{
		existing: r.existingOf("network zone"),
		list:     r.identity.ListNetworkZones,
		create: func(ctx context.Context) (*identity.NetworkZoneDefinitionResponse, error) {
			return r.identity.CreateNetworkZone(ctx, request)
		},
		id:    func(zone *identity.NetworkZoneDefinitionResponse) string { return zone.Code },
		holds: func(zone *identity.NetworkZoneDefinitionResponse) bool { return zone.Code == request.Code },
		isSame: func(zone *identity.NetworkZoneDefinitionResponse) bool {
			made := *plan
			failed := made.fromAPI(ctx, zone).HasError()
			made.Hierarchy = plan.Hierarchy
			return !failed && sameValues(&made, plan)
		},
	}
	zone, adopted, err := creation.runFor(ctx, &r.placements, networkZoneObject(request.Code), owner)
	if err == nil {
		if adopted {
			warnAdopted(diags, "network zone "+request.Code, "zone "+zone.Code)
		}
		before, wasDeleted := r.seen.Load(seenObject{deletedZone, zone.Code})
		if wasDeleted && plan.Hierarchy.IsUnknown() && zone.Hierarchy != nil && before != *zone.Hierarchy {
			diags.AddAttributeWarning(path.Root("hierarchy"), "The network zone "+zone.Code+" lost its place", fmt.Sprintf(
				"This run deleted the zone at hierarchy %d and created it again at %d. The configuration sets no hierarchy, so LUSID put the zone after all others. "+
					"Another zone that matches the same requests may decide now. To restore the place, set hierarchy.", before, *zone.Hierarchy))
		}
		return zone
	}
	const summary = "Unable to create network zone"
	attempt := fmt.Sprintf("The network zone %q could not be created in %s", request.Code, r.client.Domain())
	var taken *takenError[identity.NetworkZoneDefinitionResponse]
	if !errors.As(err, &taken) {
		diags.AddError(summary, r.explain(attempt, err, doubtAfterCreate(err, "code")...))
		return nil
	}
	diags.AddAttributeError(path.Root("code"), summary, r.explain(attempt, err, fmt.Sprintf(
		"Another zone has the code, and codes are unique in the domain. %s", importAdvice("network zone", "lusid_network_zone", taken.by.Code))))
	return nil
}

// place moves a new zone to its planned position. A failure is a warning: an error would taint the
// zone, and the next apply would replace it instead of moving it.
func (r *networkZoneResource) place(ctx context.Context, plan *networkZoneModel, zone *identity.NetworkZoneDefinitionResponse, diags *diag.Diagnostics) {
	where := "after all others"
	if zone.Hierarchy != nil {
		where = "at " + strconv.FormatInt(*zone.Hierarchy, 10)
		r.places.set(zone.Code, zone.Action, *zone.Hierarchy)
	}
	err := r.moveZone(ctx, zoneMove{code: zone.Code, zone: plan.toUpdate(ctx)}, diags)
	if err == nil {
		return
	}
	diags.AddAttributeWarning(path.Root("hierarchy"), "Unable to place network zone "+zone.Code, r.explain(
		fmt.Sprintf("The network zone %s was created in %s, and is %s. It could not be moved to the hierarchy %d",
			zone.Code, r.client.Domain(), where, plan.Hierarchy.ValueInt64()),
		err, "The zone is in force anyway. The next plan reads its position. If the position is still wrong, the next apply moves the zone."))
}
