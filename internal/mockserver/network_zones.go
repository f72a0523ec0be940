package mockserver

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// The limits of a domain and of a zone that LUSID documents.
const (
	maxNetworkZones   = 10
	maxNetworkZoneIPs = 100
)

// networkZones are the domain's network zones. They block no request, because all requests to the mock come
// from this machine, to which no zone of a real domain applies. To test a zone that blocks, use a fault.
type networkZones struct {
	table *table[networkZone]
	// shift is [Options.NetworkZonesShift].
	shift bool
}

type networkZone struct {
	code        string
	description *string
	action      *string
	ips         []ipAddressDefinition
	rules       networkZonesApplyRules
	hierarchy   int
	created     time.Time
	createdBy   string
	updated     time.Time
	updatedBy   string
}

// ipAddressDefinition is IpAddressDefinition.
type ipAddressDefinition struct {
	Value       string  `json:"value"`
	Description *string `json:"description"`
	Type        *string `json:"type"`
}

// networkZonesApplyRules is NetworkZonesApplyRules.
type networkZonesApplyRules struct {
	SessionType []string `json:"sessionType"`
	UserRoles   []string `json:"userRoles"`
}

// createNetworkZoneRequest is CreateNetworkZoneRequest. UpdateNetworkZoneRequest has the same fields and the
// hierarchy.
type createNetworkZoneRequest struct {
	Code           string                 `json:"code"`
	Description    *string                `json:"description"`
	Action         *string                `json:"action"`
	NetworkZoneIPs []ipAddressDefinition  `json:"networkZoneIPs"`
	ApplyRules     networkZonesApplyRules `json:"applyRules"`
}

// updateNetworkZoneRequest is UpdateNetworkZoneRequest.
type updateNetworkZoneRequest struct {
	createNetworkZoneRequest
	Hierarchy int `json:"hierarchy"`
}

// networkZoneDefinitionResponse is NetworkZoneDefinitionResponse.
type networkZoneDefinitionResponse struct {
	Code           string                 `json:"code"`
	Hierarchy      int                    `json:"hierarchy"`
	Description    *string                `json:"description"`
	CreatedAt      *instant               `json:"createdAt"`
	UpdatedAt      *instant               `json:"updatedAt"`
	NetworkZoneIPs []ipAddressDefinition  `json:"networkZoneIPs"`
	Action         *string                `json:"action"`
	ApplyRules     networkZonesApplyRules `json:"applyRules"`
	CreatedBy      string                 `json:"createdBy"`
	UpdatedBy      string                 `json:"updatedBy"`
}

func newNetworkZones(options Options) *networkZones {
	z := &networkZones{table: newTable[networkZone](options.ListLag), shift: options.NetworkZonesShift}
	for _, seed := range options.Seed.NetworkZones {
		row := seed.row()
		if row.hierarchy == 0 {
			row.hierarchy = z.last() + 1
		}
		row.created, row.createdBy = options.Clock(), options.Seed.User.ID
		row.updated, row.updatedBy = row.created, row.createdBy
		z.table.put(row.code, row)
	}
	z.table.settle()
	return z
}

func (z *networkZones) operations() operations {
	return operations{
		"ListNetworkZones":  z.list,
		"GetNetworkZone":    z.get,
		"CreateNetworkZone": z.create,
		"UpdateNetworkZone": z.update,
		"DeleteNetworkZone": z.delete,
	}
}

func (z *networkZones) list(*call) (any, error) {
	body := []networkZoneDefinitionResponse{}
	for _, row := range z.table.list() {
		body = append(body, row.body())
	}
	return body, nil
}

func (z *networkZones) get(c *call) (any, error) {
	row, err := z.lookUp(c)
	if err != nil {
		return nil, err
	}
	return row.body(), nil
}

// create places the zone after all others.
//
// Unverified: identity/network-zone-create, identity/network-zone-duplicate.
func (z *networkZones) create(c *call) (any, error) {
	request, err := decode[createNetworkZoneRequest](c)
	if err != nil {
		return nil, err
	}
	if _, taken := z.table.get(request.Code); taken {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeDuplicate,
			detail: fmt.Sprintf("A network zone with the code %q already exists.", request.Code),
		}
	}
	if len(z.table.ids) >= maxNetworkZones {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeInvalidRequest,
			detail: fmt.Sprintf("A domain may have %d network zones at most.", maxNetworkZones),
		}
	}
	row := networkZone{code: request.Code, hierarchy: z.last() + 1, created: c.now, createdBy: c.caller.user.id}
	return z.save(c, row, request)
}

func (z *networkZones) update(c *call) (any, error) {
	request, err := decode[updateNetworkZoneRequest](c)
	if err != nil {
		return nil, err
	}
	row, err := z.lookUp(c)
	if err != nil {
		return nil, err
	}
	other, taken := z.table.find(func(other networkZone) bool {
		return other.code != row.code && other.hierarchy == request.Hierarchy
	})
	if taken && !z.shift {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeInvalidParameter,
			errors: map[string][]string{"hierarchy": {fmt.Sprintf("The hierarchy is that of the network zone %q.", other.code)}},
		}
	}
	row.hierarchy = request.Hierarchy
	body, err := z.save(c, row, request.createNetworkZoneRequest)
	if taken && err == nil {
		z.makeRoom(row)
	}
	return body, err
}

// save replaces all fields that a request can set.
//
// Unverified: identity/network-zone-update-clears.
func (z *networkZones) save(c *call, row networkZone, request createNetworkZoneRequest) (any, error) {
	row.description = request.Description
	row.action = request.Action
	row.ips = request.NetworkZoneIPs
	row.rules = request.ApplyRules
	row.updated, row.updatedBy = c.now, c.caller.user.id
	if errors := row.check(); len(errors) > 0 {
		return nil, &problem{status: http.StatusBadRequest, code: codeInvalidParameter, errors: errors}
	}
	z.table.put(row.code, row)
	return row.body(), nil
}

// delete also succeeds if the zone does not exist.
//
// Unverified: identity/network-zone-delete, identity/network-zone-delete-again.
// Unverified: identity/network-zone-delete-renumbers.
func (z *networkZones) delete(c *call) (any, error) {
	z.table.delete(c.params["code"])
	return nil, nil
}

// lookUp fails with the code for unknown errors, because LUSID has no code for a zone that does not exist.
//
// Unverified: identity/network-zone-missing.
func (z *networkZones) lookUp(c *call) (networkZone, error) {
	row, ok := z.table.get(c.params["code"])
	if !ok {
		return row, doesNotExist(codeUnknown, "network zone", c.params["code"])
	}
	return row, nil
}

// last returns the highest hierarchy of all zones.
func (z *networkZones) last() int {
	last := 0
	for _, row := range z.table.rows {
		last = max(last, row.hierarchy)
	}
	return last
}

// makeRoom increases the hierarchy of the other zones by one, from the hierarchy of the zone on.
func (z *networkZones) makeRoom(moved networkZone) {
	for _, row := range z.table.all() {
		if row.code != moved.code && row.hierarchy >= moved.hierarchy {
			row.hierarchy++
			z.table.put(row.code, row)
		}
	}
}

// check checks the rules that LUSID documents and the contract does not have. It returns messages by field.
func (row networkZone) check() map[string][]string {
	errors := map[string][]string{}
	if len(row.ips) > maxNetworkZoneIPs {
		errors["networkZoneIPs"] = []string{fmt.Sprintf("A network zone may have %d addresses and ranges at most.", maxNetworkZoneIPs)}
	}
	for i, ip := range row.ips {
		field := fmt.Sprintf("networkZoneIPs.%d", i)
		kind := "IP"
		if _, err := netip.ParseAddr(ip.Value); err != nil {
			kind = "CIDR"
			if _, err := netip.ParsePrefix(ip.Value); err != nil {
				errors[field+".value"] = []string{"The value must be an IP address or a CIDR range."}
				continue
			}
		}
		if ip.Type != nil && *ip.Type != kind {
			errors[field+".type"] = []string{fmt.Sprintf("The type of the value is %s.", kind)}
		}
	}
	return errors
}

func (row networkZone) body() networkZoneDefinitionResponse {
	return networkZoneDefinitionResponse{
		Code:           row.code,
		Hierarchy:      row.hierarchy,
		Description:    row.description,
		CreatedAt:      newInstant(row.created),
		UpdatedAt:      newInstant(row.updated),
		NetworkZoneIPs: row.ips,
		Action:         row.action,
		ApplyRules:     row.rules,
		CreatedBy:      row.createdBy,
		UpdatedBy:      row.updatedBy,
	}
}

// NetworkZone is a network zone of the domain. Empty fields stay empty.
type NetworkZone struct {
	Code        string `json:"code"`
	Description string `json:"description"`
	Action      string `json:"action"`
	// IPs are addresses and CIDR ranges.
	IPs         []string `json:"ips"`
	SessionType []string `json:"sessionType"`
	UserRoles   []string `json:"userRoles"`
	// Hierarchy is the position of the zone. Zero means after the zones before it in the seed.
	Hierarchy int `json:"hierarchy"`
}

func (s Seed) checkNetworkZones() error {
	taken := taken{}
	if len(s.NetworkZones) > maxNetworkZones {
		return fmt.Errorf("networkZones: there are more than %d", maxNetworkZones)
	}
	for i, zone := range s.NetworkZones {
		err := zone.check()
		if zone.Hierarchy != 0 {
			err = cmp.Or(err, taken.take("hierarchy", strconv.Itoa(zone.Hierarchy)))
		}
		if err := cmp.Or(err, taken.take("code", zone.Code)); err != nil {
			return fmt.Errorf("networkZones[%d]: %w", i, err)
		}
	}
	return nil
}

func (z NetworkZone) check() error {
	err := identityContract().checkSchema("CreateNetworkZoneRequest", map[string]any{
		"code": z.Code, "networkZoneIPs": []any{}, "applyRules": map[string]any{"sessionType": []any{}, "userRoles": []any{}},
	})
	if !slices.Contains([]string{"", "Allow", "Block", "NoOp"}, z.Action) {
		err = cmp.Or(err, errors.New("action: must be Allow, Block or NoOp"))
	}
	if fields := z.row().check(); len(fields) > 0 {
		err = cmp.Or(err, errors.New(describe(fields)))
	}
	return err
}

// row returns the zone in the form that the domain stores. A zero hierarchy is left for the caller to set.
func (z NetworkZone) row() networkZone {
	row := networkZone{
		code: z.Code, hierarchy: z.Hierarchy, ips: []ipAddressDefinition{},
		rules: networkZonesApplyRules{SessionType: append([]string{}, z.SessionType...), UserRoles: append([]string{}, z.UserRoles...)},
	}
	if z.Description != "" {
		row.description = &z.Description
	}
	if z.Action != "" {
		row.action = &z.Action
	}
	for _, ip := range z.IPs {
		row.ips = append(row.ips, ipAddressDefinition{Value: ip})
	}
	return row
}
