package conformance

import (
	"context"
	"net/http"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var identityZones = []Check{
	{
		API: "identity", Name: "network-zone-create", Needs: NetworkZones,
		Statement: "A create of a network zone returns status 201.",
		Source:    contract,
		Assumed:   "The provider accepts any success status. The mock responds with 201.",
		run:       createdWith("a network zone", http.StatusCreated, (*domain).createZone),
	},
	{
		API: "identity", Name: "network-zone-delete", Needs: NetworkZones,
		Statement: "A delete of a network zone returns status 204.",
		Source:    deleteDocumented,
		Assumed:   "The provider accepts any success status. The mock responds with 204.",
		run:       deletedWith("a network zone", http.StatusNoContent, (*domain).createZone),
	},
	{
		API: "identity", Name: "network-zone-hierarchy", Needs: NetworkZones,
		Statement: "An update that gives a network zone the hierarchy of another one is refused with status 400.",
		Source:    "LUSID documents that a hierarchy is unique; whether it moves the other zones: " + noSource,
		Assumed:   "The provider reads a zone again after an update. The mock refuses the update.",
		run: func(ctx context.Context, d *domain) Finding {
			front, a := d.createZone(ctx, d.name("front"))
			if front == nil {
				return a.unable("create a network zone")
			}
			back, a := d.createZone(ctx, d.name("back"))
			if back == nil {
				return a.unable("create a network zone")
			}
			// New zones are after all others. Only zones after the first of the two could move.
			hierarchy, ok := front.fields["hierarchy"].(float64)
			if behind, isNumber := back.fields["hierarchy"].(float64); !ok || !isNumber || behind <= hierarchy {
				return couldNotTell("a new zone is not after the existing zones")
			}
			body := identity.UpdateNetworkZoneRequest{Hierarchy: int64(hierarchy), Action: identity.NetworkZoneNoOp, NetworkZoneIPs: zoneIPs, ApplyRules: zoneRules}
			update := d.write(ctx, d.identity.Put("UpdateNetworkZone", back.path()...).Body(body))
			return update.is("give a network zone the hierarchy of another one", http.StatusBadRequest, 0)
		},
	},
	{
		API: "identity", Name: "network-zone-delete-renumbers", Needs: NetworkZones,
		Statement: "A delete of a network zone does not change the hierarchy of the later zones.",
		Source:    noSource,
		Assumed:   "The provider reads the hierarchy at each refresh. The mock does not change it.",
		run: func(ctx context.Context, d *domain) Finding {
			front, a := d.createZone(ctx, d.name("first"))
			if front == nil {
				return a.unable("create a network zone")
			}
			back, a := d.createZone(ctx, d.name("second"))
			if back == nil {
				return a.unable("create a network zone")
			}
			if removed := d.remove(ctx, front); !removed.ok() {
				return removed.unable("delete a network zone")
			}
			read := d.read(ctx, d.identity.Get("GetNetworkZone", back.path()...))
			if !read.ok() {
				return read.unable("read a network zone")
			}
			before, isNumber := back.fields["hierarchy"].(float64)
			after, ok := read.object()["hierarchy"].(float64)
			if !isNumber || !ok {
				return couldNotTell("the response has no hierarchy")
			}
			return decide(before == after, "the hierarchy changed by %g", after-before)
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
		Code: code, Description: "A conformance run created this zone and will delete it.",
		Action: identity.NetworkZoneNoOp, NetworkZoneIPs: zoneIPs, ApplyRules: zoneRules,
	}))
}

var identityIssuers = []Check{
	{
		API: "identity", Name: "external-token-issuer-create", Needs: ExternalTokenIssuers,
		Statement: "A create of an external token issuer returns status 201.",
		Source:    contract,
		Assumed:   "The provider accepts any success status. The mock responds with 201.",
		run:       createdWith("an external token issuer", http.StatusCreated, (*domain).createIssuer),
	},
	{
		API: "identity", Name: "external-token-issuer-delete", Needs: ExternalTokenIssuers,
		Statement: "A delete of an external token issuer returns status 204.",
		Source:    deleteDocumented,
		Assumed:   "The provider accepts any success status. The mock responds with 204.",
		run:       deletedWith("an external token issuer", http.StatusNoContent, (*domain).createIssuer),
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
			body := map[string]string{"logoutUrl": logoutURL + "/2"}
			if update := d.write(ctx, d.identity.Put("UpdateExternalTokenIssuer", o.path()...).Body(body)); !update.ok() {
				return update.unable("update an external token issuer without a description")
			}
			return d.readAgain(ctx, d.identity.Get("GetExternalTokenIssuer", o.path()...), "description", kept)
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
			_, second := d.createIssuer(ctx, code)
			return second.is("create a second external token issuer", http.StatusBadRequest, codeDuplicate)
		},
	},
}

const logoutURL = "https://example.com/logout"

func (d *domain) createIssuer(ctx context.Context, code string) (*object, answer) {
	return d.create(ctx, issuers, code, d.issuerRequest(code))
}

func (d *domain) issuerRequest(code string) client.Request {
	return d.identity.Post("CreateExternalTokenIssuer", "externaltokenissuers").Body(identity.CreateExternalTokenIssuerRequest{
		Code: code, UpdateExternalTokenIssuerRequest: identity.UpdateExternalTokenIssuerRequest{
			Issuer: "https://example.com/" + code, Audience: code, LogoutURL: logoutURL,
			Description: "A conformance run created this issuer and will delete it.",
		},
	})
}
