package mockserver

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// The names, besides those of a contract's operations, by which requests are logged and faults
// are aimed.
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

// Request is one request that the domain received. It holds no secret and no token.
type Request struct {
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	// Query is the encoded query. Only parameters that the operation has show their values.
	Query string `json:"query,omitempty"`
	// Operation is the API's name and the contract's operation id, such as "identity.GetRole";
	// "token:password", "token:refresh_token", or "token" for any other grant; "instruments";
	// "portfolios"; or "unknown".
	Operation string `json:"operation"`
	// Status is zero where no answer was sent, or not yet.
	Status        int    `json:"status"`
	UserAgent     string `json:"userAgent"`
	Application   string `json:"application,omitempty"`
	CorrelationID string `json:"correlationId,omitempty"`
	RequestID     string `json:"requestId"`
	// Fault tells whether an injected fault was applied.
	Fault bool `json:"fault"`
	// ContractViolation says how the mock's own answer broke the contract. A test should
	// fail when it meets one.
	ContractViolation string `json:"contractViolation,omitempty"`
}

// maxLoggedRequests and maxLoggedViolations bound the memory of a domain that serves for days.
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

// ContractViolations returns how answers of the mock broke the contract since it was made, each
// once and 100 at most. A reset of the log keeps them. A test should fail if there are any.
func (s *Server) ContractViolations() []string {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return slices.Clone(s.log.violations)
}

// requestLog holds the last requests.
type requestLog struct {
	mu sync.Mutex
	// requests is a ring once requests were dropped: the next one replaces the oldest.
	requests []*Request
	dropped  int
	// counts include the dropped requests.
	counts     map[string]int
	violations []string
}

// requestReport is the answer of GET /_mock/requests.
type requestReport struct {
	Counts map[string]int `json:"counts"`
	// Dropped is how many requests are counted and no longer listed.
	Dropped  int       `json:"dropped"`
	Requests []Request `json:"requests"`
}

// begin logs a request that has arrived. The entry belongs to the log.
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

// logged cuts off a text that a client chose, so that the log stays small.
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

// redactQuery keeps the values of known parameters; a secret may hide in any other.
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
