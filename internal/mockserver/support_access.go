package mockserver

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// supportRoles are the roles that LUSID documents, with invented identifiers.
var supportRoles = []supportRole{
	newSupportRole("1", "IAM Read-Only", "support-iam-readonly", "Read-only access to identity and access management."),
	newSupportRole("2", "IAM Administrator", "support-iam-administrator", "Administrator access to identity and access management."),
	newSupportRole("3", "LUSID Read-Only", "support-lusid-readonly", "Read-only access to LUSID."),
	newSupportRole("4", "LUSID Document Sharer", "support-lusid-document-sharer",
		"Write access to one folder of Drive, read-only access to the others."),
	newSupportRole("5", "LUSID Administrator", administratorRole, "Administrator access to the whole platform."),
}

// supportAccess has the grants of support access, including those that have ended.
type supportAccess struct {
	grants *table[supportGrant]
}

type supportGrant struct {
	id           string
	duration     string
	description  *string
	roles        []string
	createdAt    time.Time
	createdBy    string
	expiry       time.Time
	terminatedAt time.Time
	terminatedBy *string
}

// supportAccessRequest is SupportAccessRequest.
type supportAccessRequest struct {
	Duration       string   `json:"duration"`
	Description    *string  `json:"description"`
	PermittedRoles []string `json:"permittedRoles"`
}

// supportAccessResponse is SupportAccessResponse.
type supportAccessResponse struct {
	ID             string   `json:"id"`
	Duration       string   `json:"duration"`
	Description    *string  `json:"description"`
	CreatedAt      *instant `json:"createdAt"`
	Expiry         *instant `json:"expiry"`
	CreatedBy      string   `json:"createdBy"`
	Terminated     bool     `json:"terminated"`
	TerminatedAt   *instant `json:"terminatedAt"`
	TerminatedBy   *string  `json:"terminatedBy"`
	PermittedRoles []string `json:"permittedRoles"`
}

// supportRolesResponse is SupportRolesResponse.
type supportRolesResponse struct {
	SupportRoles []supportRole `json:"supportRoles"`
}

// supportRole is SupportRole.
type supportRole struct {
	Label              string `json:"label"`
	Description        string `json:"description"`
	RoleIdentifier     roleID `json:"roleIdentifier"`
	InternalIdentifier string `json:"internalIdentifier"`
}

func newSupportRole(id, label, code, description string) supportRole {
	return supportRole{Label: label, Description: description, RoleIdentifier: roleID{Scope: defaultScope, Code: code}, InternalIdentifier: id}
}

func newSupportAccess(options Options) *supportAccess {
	return &supportAccess{grants: newTable[supportGrant](options.ListLag)}
}

func (s *supportAccess) operations() operations {
	return operations{
		"GetSupportAccessHistory": s.list,
		"GrantSupportAccess":      s.grant,
		"InvalidateSupportAccess": s.revoke,
		"GetSupportRoles":         s.roles,
	}
}

func (s *supportAccess) list(c *call) (any, error) {
	start, end := time.Time{}, time.Time{}
	for name, bound := range map[string]*time.Time{"start": &start, "end": &end} {
		if text := c.query.Get(name); text != "" {
			var given instant
			if err := given.UnmarshalText([]byte(text)); err != nil {
				return nil, err
			}
			*bound = time.Time(given)
		}
	}
	body := []supportAccessResponse{}
	for _, grant := range s.grants.list() {
		if !grant.expiry.Before(start) && (end.IsZero() || !grant.expiry.After(end)) {
			body = append(body, grant.body())
		}
	}
	return body, nil
}

func (s *supportAccess) grant(c *call) (any, error) {
	request, err := decode[supportAccessRequest](c)
	if err != nil {
		return nil, err
	}
	fields := map[string][]string{}
	expiry, ok := addDuration(c.now, request.Duration)
	if !ok {
		fields["duration"] = []string{"The value is not a duration in ISO 8601, or too long."}
	}
	for i, id := range request.PermittedRoles {
		if !slices.ContainsFunc(supportRoles, func(role supportRole) bool { return role.InternalIdentifier == id }) {
			fields[fmt.Sprintf("permittedRoles.%d", i)] = []string{fmt.Sprintf("No support role has the identifier %q.", id)}
		}
	}
	if len(fields) > 0 {
		return nil, &problem{status: http.StatusBadRequest, code: codeInvalidParameter, errors: fields}
	}
	grant := supportGrant{
		id: randomAlphanumeric(32), duration: request.Duration, description: request.Description, roles: request.PermittedRoles,
		createdAt: c.now, createdBy: c.caller.user.id, expiry: expiry,
	}
	s.grants.put(grant.id, grant)
	return grant.body(), nil
}

// revoke ends the active grants and returns them.
func (s *supportAccess) revoke(c *call) (any, error) {
	body := []supportAccessResponse{}
	for _, grant := range s.active(c.now) {
		grant.terminatedAt, grant.terminatedBy = c.now, &c.caller.user.id
		s.grants.put(grant.id, grant)
		body = append(body, grant.body())
	}
	return body, nil
}

func (s *supportAccess) roles(*call) (any, error) {
	return supportRolesResponse{SupportRoles: supportRoles}, nil
}

// active returns the grants that give access now.
func (s *supportAccess) active(now time.Time) []supportGrant {
	var active []supportGrant
	for _, grant := range s.grants.all() {
		if grant.terminatedAt.IsZero() && grant.expiry.After(now) {
			active = append(active, grant)
		}
	}
	return active
}

func (g supportGrant) body() supportAccessResponse {
	return supportAccessResponse{
		ID:             g.id,
		Duration:       g.duration,
		Description:    g.description,
		CreatedAt:      newInstant(g.createdAt),
		Expiry:         newInstant(g.expiry),
		CreatedBy:      g.createdBy,
		Terminated:     !g.terminatedAt.IsZero(),
		TerminatedAt:   newInstant(g.terminatedAt),
		TerminatedBy:   g.terminatedBy,
		PermittedRoles: g.roles,
	}
}

// Two expressions for the contract's pattern, which Go's syntax can't express in one: durations has the
// parts, and lastOnly rejects a text without parts, or with a fraction before the last part.
var (
	durations = regexp.MustCompile(`^P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$`)
	lastOnly  = regexp.MustCompile(`^[^.]*\d(?:\.\d+)?[A-Z]$`)
)

// addDuration adds an ISO 8601 duration to a time, and reports whether the text is such a duration. A year has 365 days,
// and a month has 30.
func addDuration(t time.Time, text string) (time.Time, bool) {
	parts := durations.FindStringSubmatch(text)
	if parts == nil || !lastOnly.MatchString(text) {
		return t, false
	}
	const day = 24 * time.Hour
	var total float64
	for i, unit := range []time.Duration{365 * day, 30 * day, 7 * day, day, time.Hour, time.Minute, time.Second} {
		if part := parts[i+1]; part != "" {
			count, err := strconv.ParseFloat(part, 64)
			if err != nil {
				return t, false
			}
			total += count * float64(unit)
		}
	}
	return t.Add(time.Duration(total)), total < math.MaxInt64
}
