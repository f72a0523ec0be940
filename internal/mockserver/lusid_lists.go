package mockserver

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// lusidApplication is the application that the LUSID API belongs to, for the policies of the Access API.
const lusidApplication = "LUSID"

// lusidLists are the operations of the LUSID API that the mock has, without a contract. People use them to try a token or
// a policy.
var lusidLists = []lusidList{instruments, portfolios}

// lusidList is a list call of the LUSID API.
type lusidList struct {
	// operation is the name in the request log and in faults.
	operation string
	path      string
	// feature and entity are the feature and the entity that a policy must allow.
	feature, entity string
	// maxLimit is the maximum number of objects on a page.
	maxLimit int
	objects  func(c *call) []lusidObject
}

// lusidObject is an object in a list.
type lusidObject struct {
	// id is the identifier that policies refer to.
	id   map[string]string
	body any
}

// lusidListResponse is LUSID's list of resources.
type lusidListResponse struct {
	Values []any `json:"values"`
	Links  []any `json:"links"`
}

// matches accepts the path with and without an additional /api. LUSID's SDKs and most articles add it, although their
// base URL already ends in /api.
func (l lusidList) matches(path string) bool { return path == l.path || path == "/api"+l.path }

func (l lusidList) route(s *Server) route {
	return route{
		operation: l.operation,
		query:     map[string]bool{"limit": true, "effectiveAt": true, "asAt": true},
		serve: func(c *call) answer {
			body, err := l.serve(s, c)
			if err != nil {
				return problemFrom(err).answer(c)
			}
			return jsonAnswer(http.StatusOK, body)
		},
	}
}

func (l lusidList) serve(s *Server, c *call) (any, error) {
	s.state.Lock()
	defer s.state.Unlock()
	if err := s.tokens.authenticate(c); err != nil {
		return nil, err
	}
	call, err := l.entitlementCall(c)
	if err != nil {
		return nil, err
	}
	limit, err := l.limit(c)
	if err != nil {
		return nil, err
	}
	visible, decision := entitlement.Filter(s.access.judge(c, lusidApplication), call, l.objects(c), func(o lusidObject) entitlement.ResourceDetails {
		return entitlement.ResourceDetails{ID: o.id}
	})
	if !decision.Granted {
		return nil, accessDenied(decision.Reason)
	}
	list := lusidListResponse{Values: []any{}, Links: []any{}}
	for _, object := range visible[:min(limit, len(visible))] {
		list.Values = append(list.Values, object.body)
	}
	return list, nil
}

// entitlementCall returns the rights that the caller needs: the feature, and to read and list the data. According to
// LUSID, neither is enough alone.
func (l lusidList) entitlementCall(c *call) (entitlement.Call, error) {
	call := entitlement.Call{Feature: l.feature}
	var details entitlement.RequestDetails
	for name, date := range map[string]**time.Time{"effectiveAt": &details.FromEffectiveDate, "asAt": &details.FromAsAt} {
		if text := c.request.URL.Query().Get(name); text != "" {
			var given instant
			if err := given.UnmarshalText([]byte(text)); err != nil {
				return call, err
			}
			*date = (*time.Time)(&given)
		}
	}
	for _, activity := range []string{"Read", "List"} {
		details.Action = entitlement.RequestedActionKey{Scope: entitlement.DefaultScope, Activity: activity, EntityCode: l.entity}
		call.Data = append(call.Data, details)
	}
	return call, nil
}

func (l lusidList) limit(c *call) (int, error) {
	value := c.request.URL.Query().Get("limit")
	if value == "" {
		return l.maxLimit, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > l.maxLimit {
		return 0, invalidField(codeInvalidParameter, "limit", fmt.Sprintf("The limit must be a number from 1 to %d.", l.maxLimit))
	}
	return n, nil
}

// findLusidList returns the list at a path.
func findLusidList(method, path string) (lusidList, bool) {
	i := slices.IndexFunc(lusidLists, func(l lusidList) bool { return method == http.MethodGet && l.matches(path) })
	if i < 0 {
		return lusidList{}, false
	}
	return lusidLists[i], true
}
