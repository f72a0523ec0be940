package provider

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// zonePlaces lets network zones swap positions within one run. LUSID may refuse a hierarchy that
// another zone has, and Terraform updates zones in any order, or concurrently. So a zone may have to
// wait until another one has moved. connection.placing guards it.
type zonePlaces struct {
	// known has the positions of the zones. It is nil until LUSID has refused a position.
	known []zonePlace
	// waiting has the moves to positions that other zones still have.
	waiting []zoneMove
}

type zonePlace struct {
	code, action string
	hierarchy    int64
}

// zoneMove updates a zone and moves it to another position.
type zoneMove struct {
	code string
	zone identity.UpdateNetworkZoneRequest
	// changes is true if more than the position changes.
	changes bool
}

// to returns the same move to another position.
func (m zoneMove) to(hierarchy int64) zoneMove {
	m.zone.Hierarchy = hierarchy
	return m
}

// set records the position of a zone.
func (p *zonePlaces) set(code, action string, hierarchy int64) {
	if p.known == nil {
		return
	}
	p.known = slices.DeleteFunc(p.known, func(zone zonePlace) bool { return strings.EqualFold(zone.code, code) })
	p.known = append(p.known, zonePlace{code, action, hierarchy})
}

// forget records that a zone was deleted.
func (p *zonePlaces) forget(code string) {
	p.known = slices.DeleteFunc(p.known, func(zone zonePlace) bool { return strings.EqualFold(zone.code, code) })
	p.cancel(code)
}

// of returns the position of a zone, or a negative number if it is not known.
func (p *zonePlaces) of(code string) int64 {
	for _, zone := range p.known {
		if strings.EqualFold(zone.code, code) {
			return zone.hierarchy
		}
	}
	return -1
}

// holder returns the other zone that has the position of a move. It is empty if none is known.
func (p *zonePlaces) holder(m zoneMove) string {
	for _, zone := range p.known {
		if zone.hierarchy == m.zone.Hierarchy && !strings.EqualFold(zone.code, m.code) {
			return zone.code
		}
	}
	return ""
}

// waits returns the index of the move that a zone waits for, or -1.
func (p *zonePlaces) waits(code string) int {
	return slices.IndexFunc(p.waiting, func(m zoneMove) bool { return strings.EqualFold(m.code, code) })
}

// cancel ends a wait.
func (p *zonePlaces) cancel(code string) {
	p.waiting = slices.DeleteFunc(p.waiting, func(m zoneMove) bool { return strings.EqualFold(m.code, code) })
}

// aside returns the position where a zone waits for its planned position without locking the provider
// out: an Allow zone before the planned position, and a Block zone after it. If no such position is
// free, it uses the other direction, up to the next zone with the opposite action. A zone that already
// has a safe position stays there, unless it has to move. aside is negative if no position is free.
func (p *zonePlaces) aside(m zoneMove, leave bool) int64 {
	target, now, step := m.zone.Hierarchy, p.of(m.code), int64(1)
	stays := now >= 0
	switch m.zone.Action {
	case identity.NetworkZoneAllow:
		stays, step = stays && now < target, -1
	case identity.NetworkZoneBlock:
		stays = stays && now > target
	}
	if stays && !leave {
		return now
	}
	for place := target + step; place >= 0 && place <= math.MaxInt32; place += step {
		if p.at(place) == nil {
			return place
		}
	}
	for place := target; place >= 0 && place <= math.MaxInt32; place -= step {
		zone := p.at(place)
		if zone == nil {
			return place
		}
		if isOpposite(zone.action, m.zone.Action) && !strings.EqualFold(zone.code, m.code) {
			return -1
		}
	}
	return -1
}

// at returns the zone that has a position, or nil if none is known.
func (p *zonePlaces) at(place int64) *zonePlace {
	for i := range p.known {
		if p.known[i].hierarchy == place {
			return &p.known[i]
		}
	}
	return nil
}

// isOpposite reports whether one of two actions allows what the other one blocks.
func isOpposite(a, b string) bool {
	return a == identity.NetworkZoneAllow && b == identity.NetworkZoneBlock || a == identity.NetworkZoneBlock && b == identity.NetworkZoneAllow
}

// errNoPlaceAside means that a zone cannot wait for its position.
var errNoPlaceAside = errors.New("another zone has that hierarchy, and no free hierarchy nearby lets the zone wait without a risk of locking out the provider: " +
	"move the zones around it first, and leave gaps, such as 10, 20, 30")

// moveZone updates and moves a zone, and then moves the zones that waited for its old position. If
// another zone has the new position, the zone is still updated, and waits at another position. The
// caller must have locked placing.
func (c *connection) moveZone(ctx context.Context, m zoneMove, diags *diag.Diagnostics) error {
	p := &c.places
	p.cancel(m.code)
	holder := p.holder(m)
	if p.waits(holder) < 0 {
		err := c.putZone(ctx, m)
		if err == nil {
			c.moveWaiting(ctx, diags)
			return nil
		}
		if !isConflict(err) {
			return err
		}
		if holder = c.holderNow(ctx, m); holder == "" {
			return err
		}
	}
	// If the other zone is only waiting here for its own position, move it to another free position, so
	// that two zones never wait for each other.
	i := p.waits(holder)
	if i >= 0 {
		if place := p.aside(p.waiting[i], true); place >= 0 {
			err := c.putZone(ctx, p.waiting[i].to(place))
			if err == nil {
				if err = c.putZone(ctx, m); err == nil {
					c.moveWaiting(ctx, diags)
				}
				return err
			}
			// LUSID does not document which hierarchies it accepts.
			// Unverified: identity/network-zone-hierarchy, identity/network-zone-hierarchy-gap.
			if !isConflict(err) {
				return err
			}
		}
	}
	place := p.aside(m, i >= 0)
	if place < 0 {
		return errNoPlaceAside
	}
	if m.changes || place != p.of(m.code) {
		if err := c.putZone(ctx, m.to(place)); err != nil {
			return err
		}
	}
	p.waiting = append(p.waiting, m)
	c.moveWaiting(ctx, diags)
	if p.waits(m.code) >= 0 {
		diags.AddAttributeWarning(path.Root("hierarchy"), "Network zone "+m.code+" waits for its place", fmt.Sprintf(
			"The network zone %s of %s has the hierarchy %d. If the same run moves or deletes that zone, the provider then moves %s there.\n\n"+
				"Otherwise %s stays at %d, in force with all its other changes. The next plan shows the difference, and the next apply tries "+
				"again. In that case, give one of the two zones another hierarchy.",
			holder, c.client.Domain(), m.zone.Hierarchy, m.code, m.code, place))
	}
	return nil
}

// holderNow returns the other zone that has a position which LUSID has refused. It lists the zones
// unless that zone is already known.
func (c *connection) holderNow(ctx context.Context, m zoneMove) string {
	p := &c.places
	if holder := p.holder(m); holder != "" {
		return holder
	}
	zones, err := c.identity.ListNetworkZones(ctx)
	if err != nil {
		return ""
	}
	p.known = []zonePlace{}
	for _, zone := range zones {
		if zone.Hierarchy != nil {
			p.set(zone.Code, zone.Action, *zone.Hierarchy)
		}
	}
	return p.holder(m)
}

// putZone updates a zone. If the outcome is unclear, it discards the known positions.
func (c *connection) putZone(ctx context.Context, m zoneMove) error {
	_, err := c.identity.UpdateNetworkZone(ctx, m.code, m.zone)
	switch {
	case err == nil:
		c.places.set(m.code, m.zone.Action, m.zone.Hierarchy)
	case !isConflict(err):
		c.places.known = nil
	}
	return err
}

// moveWaiting moves the zones that wait for a position which is now free. It reports errors as
// warnings, because the zones' own updates have succeeded.
func (c *connection) moveWaiting(ctx context.Context, diags *diag.Diagnostics) {
	p := &c.places
	for p.known != nil {
		i := slices.IndexFunc(p.waiting, func(m zoneMove) bool { return p.holder(m) == "" })
		if i < 0 {
			return
		}
		m := p.waiting[i]
		p.cancel(m.code)
		if err := c.putZone(ctx, m); err != nil {
			diags.AddWarning("Unable to place network zone "+m.code, c.explain(
				fmt.Sprintf("The network zone %s of %s waited for the hierarchy %d. When that was free, it could not be moved there",
					m.code, c.client.Domain(), m.zone.Hierarchy),
				err, "The zone is in force anyway. The next plan reads its position, and the next apply moves the zone."))
		}
	}
}
