package conformance

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// The maximum numbers in a domain that LUSID documents.
const (
	maxZones   = 10
	maxIssuers = 5
)

var identityZoneChecks = []Check{
	createOf(zones, NetworkZones, http.StatusCreated, (*domain).createZone),
	{
		API: "identity", Name: "network-zone-duplicate", Needs: NetworkZones,
		Statement: "A second network zone with the same code is refused with status 400 and code 144.",
		Source:    noSource,
		Assumed:   "The provider looks for the code after any refusal. The mock responds with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			code := d.name("twice")
			o, a := d.createZone(ctx, code)
			if o == nil {
				return a.unable("create a network zone")
			}
			_, second := d.createZone(ctx, code)
			return d.duplicate(ctx, zones, maxZones, second)
		},
	},
	deleteOf(zones, NetworkZones, (*domain).createZone),
	{
		API: "identity", Name: "network-zones-list-lag", Needs: NetworkZones,
		Statement: "The first list after a create contains the new network zone.",
		Source:    noSource,
		Assumed:   "LUSID has no code for a missing network zone, so the list decides. The provider lists twice. The mock's lists contain new objects at once.",
		run:       listedWith("a network zone", (*domain).createZone),
	},
	{
		API: "identity", Name: "network-zone-read-lag", Needs: NetworkZones,
		Statement: "A read by the code finds a new network zone at once.",
		Source:    noSource + "; lists may lag",
		Assumed:   "The provider reads a network zone at each refresh. The mock finds it.",
		run:       readableWith("a network zone", "GetNetworkZone", (*domain).createZone),
	},
	{
		API: "identity", Name: "network-zone-update-clears", Needs: NetworkZones,
		Statement: "An update of a network zone without a description clears the description.",
		Source:    "a rule for all of LUSID's PUT requests; whether it applies to network zones: " + noSource,
		Assumed:   "The provider always sends the description. The mock clears it.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createZone(ctx, d.name("clear"))
			if o == nil {
				return a.unable("create a network zone")
			}
			if text(o.fields, "description") == "" {
				return couldNotTell("the new zone has no description")
			}
			if problem := d.isAfterOthers(ctx, o); problem != nil {
				return *problem
			}
			body := map[string]any{"hierarchy": hierarchyOf(o), "action": identity.NetworkZoneNoOp, "networkZoneIPs": zoneIPs, "applyRules": zoneRules}
			if update := d.write(ctx, d.identity.Put("UpdateNetworkZone", o.path()...).Body(body)); !update.ok() {
				return update.unable("update a network zone without a description")
			}
			return d.isClearedAfter(ctx, o, d.identity.Get("GetNetworkZone", o.path()...), "description")
		},
	},
	{
		API: "identity", Name: "network-zone-hierarchy", Needs: NetworkZones,
		Statement: "An update that gives a network zone the hierarchy of another one is refused with status 400.",
		Source:    "LUSID documents that a hierarchy is unique; whether it moves the other zones: " + noSource,
		Assumed:   "The provider reads a zone again after an update. The mock refuses the update.",
		run: func(ctx context.Context, d *domain) Finding {
			front, back, problem := d.twoZones(ctx, "hierarchy")
			if problem != nil {
				return *problem
			}
			update := d.placeZone(ctx, back, hierarchyOf(front))
			if update.status == http.StatusBadRequest {
				// The refusal is conclusive only if LUSID accepts the rest of the request.
				if control := d.placeZone(ctx, back, hierarchyOf(back)); !control.ok() {
					return control.unable("update a network zone without a change of the hierarchy")
				}
			}
			return update.is("give a network zone the hierarchy of another one", http.StatusBadRequest, 0)
		},
	},
	{
		API: "identity", Name: "network-zone-hierarchy-gap", Needs: NetworkZones,
		Statement: "An update can give the last network zone a hierarchy that leaves a gap, and LUSID keeps the gap.",
		Source:    noSource,
		Assumed:   "If two zones swap their places, the provider moves one of them to a free hierarchy first. The mock accepts any free hierarchy.",
		run: func(ctx context.Context, d *domain) Finding {
			_, back, problem := d.twoZones(ctx, "free")
			if problem != nil {
				return *problem
			}
			const gap = 2
			update := d.placeZone(ctx, back, hierarchyOf(back)+gap)
			if update.status == http.StatusBadRequest {
				// The refusal is conclusive only if LUSID accepts the rest of the request.
				if control := d.placeZone(ctx, back, hierarchyOf(back)); !control.ok() {
					return control.unable("update a network zone without a change of the hierarchy")
				}
			}
			if !update.isConclusive() {
				return update.unable("give a network zone a free hierarchy")
			}
			hierarchy, _ := update.object()["hierarchy"].(float64)
			isKept := int64(hierarchy) == hierarchyOf(back)+gap
			return decide(update.ok() && isKept, "%s, the same hierarchy as in the request: %t", update, isKept)
		},
	},
	{
		API: "identity", Name: "network-zone-delete-renumbers", Needs: NetworkZones,
		Statement: "A delete of a network zone does not change the hierarchy of the later zones.",
		Source:    noSource,
		Assumed:   "The provider reads the hierarchy at each refresh. The mock does not change it.",
		run: func(ctx context.Context, d *domain) Finding {
			front, back, problem := d.twoZones(ctx, "gap")
			if problem != nil {
				return *problem
			}
			before := d.list(ctx, zones)
			if !before.isList() {
				return before.unable("list network zones")
			}
			others := d.otherZones(before)
			if removed := d.remove(ctx, front); !removed.ok() {
				return removed.unable("delete a network zone")
			}
			// Only a list shows that it is later than the delete.
			isNew := func(list answer) bool { return back.isIn(list) && !front.isIn(list) }
			lists, list := d.waitFor(ctx, func() answer { return d.list(ctx, zones) }, isNew)
			switch {
			case !list.isList():
				return list.unable("list network zones")
			case lists == 0:
				return couldNotTell("the list does not show the delete")
			case !maps.Equal(d.otherZones(list), others):
				return couldNotTell("the zones of the domain changed, perhaps because somebody else changed a zone")
			}
			i := slices.IndexFunc(list.list(), back.isSameAs)
			after, ok := list.list()[i]["hierarchy"].(float64)
			if !ok {
				return couldNotTell("the response has no hierarchy")
			}
			moved := int64(after) - hierarchyOf(back)
			return decide(moved == 0, "the hierarchy changed by %d", moved)
		},
	},
	{
		API: "identity", Name: "network-zone-delete-again", Needs: NetworkZones,
		Statement: "A second delete of a network zone returns status 204.",
		Source:    "LUSID documents that the delete succeeds",
		Assumed:   "The provider treats this and a 404 as success. The mock responds with 204.",
		run:       deletedAgainWith("a network zone", http.StatusNoContent, 0, (*domain).createZone),
	},
}

// RFC 5737 reserves the range for documentation, so no client has an address in it.
var (
	zoneIPs   = []identity.IPAddressDefinition{{Value: "192.0.2.0/24", Type: "CIDR"}}
	zoneRules = identity.NetworkZonesApplyRules{SessionType: []string{"AllPATAccess"}, UserRoles: []string{}}
)

func (d *domain) createZone(ctx context.Context, code string) (*object, answer) {
	return d.create(ctx, zones, code, d.identity.Post("CreateNetworkZone", "networkzones").Body(identity.CreateNetworkZoneRequest{
		Code: code, Description: createdBy,
		Action: identity.NetworkZoneNoOp, NetworkZoneIPs: zoneIPs, ApplyRules: zoneRules,
	}))
}

// twoZones creates two network zones. LUSID documents that a new zone is after all others. If twoZones fails, the
// problem is not nil.
func (d *domain) twoZones(ctx context.Context, suffix string) (front, back *object, problem *Finding) {
	stop := func(f Finding) (*object, *object, *Finding) { return nil, nil, &f }
	front, a := d.createZone(ctx, d.name(suffix+"-front"))
	if front == nil {
		return stop(a.unable("create a network zone"))
	}
	back, a = d.createZone(ctx, d.name(suffix+"-back"))
	switch {
	case back == nil:
		return stop(a.unable("create a second network zone"))
	case hierarchyOf(back) <= hierarchyOf(front):
		return stop(notAfterOthers)
	}
	if problem := d.isAfterOthers(ctx, front); problem != nil {
		return stop(*problem)
	}
	return front, back, nil
}

var notAfterOthers = couldNotTell("a new zone is not after the existing zones")

// isAfterOthers returns a problem if a zone of the run is not after the zones of others. A change of a zone of the run may
// move the zones after it. The run must not move another zone.
func (d *domain) isAfterOthers(ctx context.Context, own *object) *Finding {
	if hierarchyOf(own) <= 0 {
		return &notAfterOthers
	}
	list := d.list(ctx, zones)
	if !list.isList() {
		unable := list.unable("list network zones")
		return &unable
	}
	behind := countOf(list.list(), func(zone map[string]any) bool {
		hierarchy, ok := zone["hierarchy"].(float64)
		return !d.isNamed(text(zone, "code")) && (!ok || int64(hierarchy) >= hierarchyOf(own))
	})
	if behind > 0 {
		return &notAfterOthers
	}
	return nil
}

// otherZones returns the hierarchies of the network zones in a list that are not those of the run.
func (d *domain) otherZones(list answer) map[string]float64 {
	hierarchies := map[string]float64{}
	for _, zone := range list.list() {
		if code := text(zone, "code"); !d.isNamed(code) {
			hierarchies[code], _ = zone["hierarchy"].(float64)
		}
	}
	return hierarchies
}

// placeZone gives a network zone of the run a hierarchy.
func (d *domain) placeZone(ctx context.Context, zone *object, hierarchy int64) answer {
	body := identity.UpdateNetworkZoneRequest{Hierarchy: hierarchy, Action: identity.NetworkZoneNoOp, NetworkZoneIPs: zoneIPs, ApplyRules: zoneRules}
	return d.write(ctx, d.identity.Put("UpdateNetworkZone", zone.path()...).Body(body))
}

// hierarchyOf returns the hierarchy in the response to the create of a network zone. It is zero if there is none.
func hierarchyOf(zone *object) int64 {
	hierarchy, _ := zone.fields["hierarchy"].(float64)
	return int64(hierarchy)
}

// duplicate decides whether LUSID refused the create of a second object because of its code. The first object can
// be the last one that the domain may have.
func (d *domain) duplicate(ctx context.Context, k kind, maximum int, second answer) Finding {
	if second.status == http.StatusBadRequest && second.code != codeDuplicate {
		list := d.list(ctx, k)
		if !list.isList() {
			return list.unable("count the " + k.plural() + " after a refusal")
		}
		if len(list.list()) >= maximum {
			return couldNotTell("the domain already has the maximum number of %s", k.plural())
		}
	}
	return second.is("create a second "+k.name, http.StatusBadRequest, codeDuplicate)
}

var identityIssuerChecks = []Check{
	createOf(issuers, ExternalTokenIssuers, http.StatusCreated, (*domain).createIssuer),
	deleteOf(issuers, ExternalTokenIssuers, (*domain).createIssuer),
	{
		API: "identity", Name: "external-token-issuer-delete-again", Needs: ExternalTokenIssuers,
		Statement: "A second delete of an external token issuer returns status 404.",
		Source:    noSource,
		Assumed:   "The provider reads the list before it treats the issuer as deleted. The mock responds with 404.",
		run:       deletedAgainWith("an external token issuer", http.StatusNotFound, 0, (*domain).createIssuer),
	},
	{
		API: "identity", Name: "external-token-issuers-list-lag", Needs: ExternalTokenIssuers,
		Statement: "The first list after a create contains the new external token issuer.",
		Source:    noSource,
		Assumed:   "LUSID has no code for a missing external token issuer, so the list decides. The provider lists twice. The mock's lists contain new objects at once.",
		run:       listedWith("an external token issuer", (*domain).createIssuer),
	},
	{
		API: "identity", Name: "external-token-issuer-read-lag", Needs: ExternalTokenIssuers,
		Statement: "A read by the code finds a new external token issuer at once.",
		Source:    noSource + "; lists may lag",
		Assumed:   "The provider reads an external token issuer at each refresh. The mock finds it.",
		run:       readableWith("an external token issuer", "GetExternalTokenIssuer", (*domain).createIssuer),
	},
	{
		API: "identity", Name: "external-token-issuer-update-keeps", Needs: ExternalTokenIssuers,
		Statement: "An update of an external token issuer without a description keeps the description.",
		Source:    "the contract requires no field of an update; whether it merges or replaces: " + noSource,
		Assumed:   "The provider always sends all fields. The mock keeps fields that a request omits.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createIssuer(ctx, d.name("keep"))
			if o == nil {
				return a.unable("create an external token issuer")
			}
			if text(o.fields, "description") == "" {
				return couldNotTell("the new issuer has no description")
			}
			const changed = logoutURL + "/2"
			body := map[string]string{"logoutUrl": changed}
			if update := d.write(ctx, d.identity.Put("UpdateExternalTokenIssuer", o.path()...).Body(body)); !update.ok() {
				return update.unable("update an external token issuer without a description")
			}
			isNew := func(issuer map[string]any) bool { return text(issuer, "logoutUrl") == changed }
			updated, problem := d.readUpdated(ctx, o, d.identity.Get("GetExternalTokenIssuer", o.path()...), isNew)
			switch {
			case problem != nil:
				return *problem
			case !isNew(updated):
				return couldNotTell("a read does not show the update")
			}
			isKept := text(updated, "description") != ""
			return decide(isKept, "a description after the update: %t", isKept)
		},
	},
	{
		API: "identity", Name: "external-token-issuer-duplicate", Needs: ExternalTokenIssuers,
		Statement: "A second external token issuer with the same code is refused with status 400 and code 144.",
		Source:    noSource,
		Assumed:   "The provider looks for the code in the list after any refusal. The mock responds with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			code := d.name("twice")
			o, a := d.createIssuer(ctx, code)
			if o == nil {
				return a.unable("create an external token issuer")
			}
			// LUSID documents that the pair of issuer and audience is unique too, so the second pair differs.
			_, second := d.create(ctx, issuers, code, d.issuerRequest(code, code+"-2"))
			return d.duplicate(ctx, issuers, maxIssuers, second)
		},
	},
}

const logoutURL = "https://example.com/logout"

func (d *domain) createIssuer(ctx context.Context, code string) (*object, answer) {
	return d.create(ctx, issuers, code, d.issuerRequest(code, code))
}

func (d *domain) issuerRequest(code, audience string) client.Request {
	return d.identity.Post("CreateExternalTokenIssuer", "externaltokenissuers").Body(identity.CreateExternalTokenIssuerRequest{
		Code: code, UpdateExternalTokenIssuerRequest: identity.UpdateExternalTokenIssuerRequest{
			Issuer: "https://example.com/" + audience, Audience: audience, LogoutURL: logoutURL,
			Description: createdBy,
		},
	})
}
