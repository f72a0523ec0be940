package mockserver

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// The names of requests that are no operation of a contract. The request log and faults use them.
const (
	anyOperation      = "*"
	unknownOperation  = "unknown"
	tokenOperation    = "token"
	passwordOperation = "token:password"
	refreshOperation  = "token:refresh_token"
)

func isToken(operation string) bool {
	return operation == tokenOperation || strings.HasPrefix(operation, tokenOperation+":")
}

// Request is one request that the domain received. It never contains a secret or a token.
type Request struct {
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	// Query is the encoded query. It has the values of known parameters only.
	Query string `json:"query,omitempty"`
	// Operation is the API's name and the contract's operation id, such as "identity.GetRole";
	// "token:password", "token:refresh_token", or "token" for any other grant; "instruments";
	// "portfolios"; "lusid.ListAccessControlledResources"; or "unknown".
	Operation string `json:"operation"`
	// Status is zero if no response was sent, or not yet.
	Status        int    `json:"status"`
	UserAgent     string `json:"userAgent"`
	Application   string `json:"application,omitempty"`
	CorrelationID string `json:"correlationId,omitempty"`
	RequestID     string `json:"requestId"`
	// Fault is true if a fault was applied.
	Fault bool `json:"fault"`
	// ContractViolation describes how the response of the mock violated the contract. A test should fail if it is
	// not empty.
	ContractViolation string `json:"contractViolation,omitempty"`
}

// maxLoggedRequests and maxLoggedViolations limit the memory of a domain that runs for days.
const (
	maxLoggedRequests   = 10_000
	maxLoggedViolations = 100
)

// Requests returns the last 10,000 requests since the start or the last reset, in order of arrival.
func (s *Server) Requests() []Request { return s.log.report().Requests }

// Counts returns the number of all requests since the start or the last reset, by operation.
func (s *Server) Counts() map[string]int { return s.log.report().Counts }

// ResetRequests empties the request log.
func (s *Server) ResetRequests() { s.log.reset() }

// ContractViolations describes how responses of the mock violated the contract since its start. It has no duplicates and
// 100 elements at most. ResetRequests does not clear it. A test should fail if there are any.
func (s *Server) ContractViolations() []string {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return slices.Clone(s.log.violations)
}

// requestLog has the last requests.
type requestLog struct {
	mu sync.Mutex
	// requests is a ring buffer: when it is full, the next request replaces the oldest.
	requests []*Request
	dropped  int
	// counts include the dropped requests.
	counts     map[string]int
	violations []string
}

// requestReport is the response of GET /_mock/requests.
type requestReport struct {
	Counts map[string]int `json:"counts"`
	// Dropped is the number of requests that are counted, but no longer listed.
	Dropped  int       `json:"dropped"`
	Requests []Request `json:"requests"`
}

// begin logs a new request. Only the log may change the returned entry.
func (l *requestLog) begin(c *call, route route) *Request {
	entry := &Request{
		Time:          c.now,
		Method:        c.request.Method,
		Path:          logged(c.request.URL.Path),
		Query:         logged(redactQuery(c.request.URL, route.query)),
		Operation:     route.operation,
		UserAgent:     logged(c.request.UserAgent()),
		Application:   logged(c.request.Header.Get("X-LUSID-Application")),
		CorrelationID: logged(c.request.Header.Get("CorrelationId")),
		RequestID:     c.id,
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[entry.Operation]++
	if len(l.requests) < maxLoggedRequests {
		l.requests = append(l.requests, entry)
	} else {
		l.requests[l.dropped%maxLoggedRequests] = entry
		l.dropped++
	}
	return entry
}

// logged truncates a text from a client, so that the log stays small.
func logged(text string) string {
	const most = 2048
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

func (l *requestLog) markFault(entry *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Fault = true
}

func (l *requestLog) finish(entry *Request, a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Status = a.status
	if a.violation != "" {
		entry.ContractViolation = a.violation
		if len(l.violations) < maxLoggedViolations && !slices.Contains(l.violations, a.violation) {
			l.violations = append(l.violations, a.violation)
		}
	}
}

func (l *requestLog) report() requestReport {
	l.mu.Lock()
	defer l.mu.Unlock()
	report := requestReport{Counts: map[string]int{}, Dropped: l.dropped, Requests: make([]Request, 0, len(l.requests))}
	maps.Copy(report.Counts, l.counts)
	for i := range l.requests {
		report.Requests = append(report.Requests, *l.requests[(l.dropped+i)%len(l.requests)])
	}
	return report
}

func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests, l.dropped, l.counts = nil, 0, nil
}

// redactQuery keeps only the values of known parameters, because others may contain a secret.
func redactQuery(u *url.URL, known map[string]bool) string {
	query := u.Query()
	for name, values := range query {
		if !known[name] {
			for i := range values {
				values[i] = "redacted"
			}
		}
	}
	return query.Encode()
}
