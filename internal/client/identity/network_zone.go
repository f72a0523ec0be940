package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// Actions of a network zone for a request that it matches.
const (
	NetworkZoneAllow = "Allow"
	NetworkZoneBlock = "Block"
	NetworkZoneNoOp  = "NoOp"
)

// NetworkZoneSessionTypes are the session types that LUSID is known to accept in the rules of a zone.
var NetworkZoneSessionTypes = []string{
	"AllUsers", "AllServiceUsers", "AllPersonalUsers", "AllPATAccess", "AllJWTAccess", "AllAccessTokens", "AllSSOUsers", "AllNonSSOUsers",
}

// NetworkZoneDefinitionResponse is a network zone. It allows or refuses requests from its addresses, by the
// users that its rules apply to.
type NetworkZoneDefinitionResponse struct {
	// Code is immutable.
	Code string `json:"code"`
	// Hierarchy is the order of the zones. If several zones match, the lowest decides. Nil if LUSID does not
	// return it.
	Hierarchy      *int64                 `json:"hierarchy"`
	Description    string                 `json:"description"`
	Action         string                 `json:"action"`
	NetworkZoneIPs []IPAddressDefinition  `json:"networkZoneIPs"`
	ApplyRules     NetworkZonesApplyRules `json:"applyRules"`
	// CreatedAt and UpdatedAt are timestamps in RFC 3339, and CreatedBy and UpdatedBy are user
	// IDs. Each is empty if LUSID does not return it.
	CreatedAt string `json:"createdAt"`
	CreatedBy string `json:"createdBy"`
	UpdatedAt string `json:"updatedAt"`
	UpdatedBy string `json:"updatedBy"`
}

// ObjectKey implements client.Keyed.
func (z *NetworkZoneDefinitionResponse) ObjectKey() string { return z.Code }

// MissingField implements client.Checked.
func (z *NetworkZoneDefinitionResponse) MissingField() string {
	if z.Code == "" {
		return "code"
	}
	return ""
}

// IPAddressDefinition is an address or a range of a network zone.
type IPAddressDefinition struct {
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
	// Type is IP or CIDR, depending on Value.
	Type string `json:"type,omitempty"`
}

// NetworkZonesApplyRules decide which users a network zone applies to. One matching rule is enough.
type NetworkZonesApplyRules struct {
	SessionType []string `json:"sessionType"`
	// UserRoles are names of roles.
	UserRoles []string `json:"userRoles"`
}

// CreateNetworkZoneRequest describes a new network zone. LUSID places it after all others.
type CreateNetworkZoneRequest struct {
	// Code has 1 to 64 letters, digits, hyphens and underscores. It is unique in the domain.
	Code           string                 `json:"code"`
	Description    string                 `json:"description,omitempty"`
	Action         string                 `json:"action"`
	NetworkZoneIPs []IPAddressDefinition  `json:"networkZoneIPs"`
	ApplyRules     NetworkZonesApplyRules `json:"applyRules"`
}

// UpdateNetworkZoneRequest has all fields of a network zone that can change.
type UpdateNetworkZoneRequest struct {
	Description    string                 `json:"description"`
	Action         string                 `json:"action"`
	NetworkZoneIPs []IPAddressDefinition  `json:"networkZoneIPs"`
	ApplyRules     NetworkZonesApplyRules `json:"applyRules"`
	Hierarchy      int64                  `json:"hierarchy"`
}

// ListNetworkZones returns every network zone of the domain.
func (c *Client) ListNetworkZones(ctx context.Context) ([]NetworkZoneDefinitionResponse, error) {
	return client.DoList[NetworkZoneDefinitionResponse](ctx, c.api.Get("ListNetworkZones", "networkzones"))
}

// GetNetworkZone reads a network zone by its code.
func (c *Client) GetNetworkZone(ctx context.Context, code string) (*NetworkZoneDefinitionResponse, error) {
	return client.DoFor(ctx, c.api.Get("GetNetworkZone", "networkzones", code).On(c.networkZone(code)), code, (*NetworkZoneDefinitionResponse).ObjectKey)
}

// RefreshNetworkZone is GetNetworkZone for one of many. It may return the zone from a list, if accepts is true
// for it.
func (c *Client) RefreshNetworkZone(
	ctx context.Context, code string, accepts func(*NetworkZoneDefinitionResponse) bool,
) (*NetworkZoneDefinitionResponse, error) {
	return client.Refresh(ctx, c.networkZones(),
		func(zone *NetworkZoneDefinitionResponse) bool { return zone.Code == code && accepts(zone) },
		func(ctx context.Context) (*NetworkZoneDefinitionResponse, error) { return c.GetNetworkZone(ctx, code) })
}

// CreateNetworkZone creates a network zone.
func (c *Client) CreateNetworkZone(ctx context.Context, body CreateNetworkZoneRequest) (*NetworkZoneDefinitionResponse, error) {
	return client.DoFor(ctx, c.api.Post("CreateNetworkZone", "networkzones").Body(body), body.Code, (*NetworkZoneDefinitionResponse).ObjectKey)
}

// UpdateNetworkZone replaces all fields of a network zone, except its code.
//
// Unverified: identity/network-zone-update-clears.
func (c *Client) UpdateNetworkZone(
	ctx context.Context, code string, body UpdateNetworkZoneRequest,
) (*NetworkZoneDefinitionResponse, error) {
	r := c.api.Put("UpdateNetworkZone", "networkzones", code).Body(body).On(c.networkZone(code))
	return client.DoFor(ctx, r, code, (*NetworkZoneDefinitionResponse).ObjectKey)
}

// DeleteNetworkZone deletes a network zone by its code. It also succeeds if the zone does not exist.
func (c *Client) DeleteNetworkZone(ctx context.Context, code string) error {
	return client.DoNoContent(ctx, c.api.Delete("DeleteNetworkZone", "networkzones", code).On(c.networkZone(code)))
}

func (c *Client) networkZones() client.Kind[NetworkZoneDefinitionResponse] {
	return client.Kind[NetworkZoneDefinitionResponse]{API: c.api, Name: "network zones", List: c.ListNetworkZones}
}

// networkZone decides whether a zone is gone, because LUSID documents no error code for that.
func (c *Client) networkZone(code string) client.Object {
	return client.Listed(c.networkZones(), func(zone *NetworkZoneDefinitionResponse) bool { return zone.Code == code })
}
