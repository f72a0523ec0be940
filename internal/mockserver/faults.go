package mockserver

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault makes requests fail. If several faults apply to a request, only the one that was injected first takes effect.
type Fault struct {
	// Operation is the name of the requests that fail, as in the request log: the API's name and the operation
	// id, such as "identity.GetRole"; "token:password"; "token:refresh_token"; "instruments"; "portfolios";
	// "lusid.ListAccessControlledResources"; "token" for any request to the token endpoint; or "*" for any request.
	Operation string `json:"operation"`
	// Count is the number of requests that fail. Zero means one, and a negative number means every request.
	Count int `json:"count"`
	// After is the number of requests of the operation that succeed first.
	After int `json:"after"`

	// Delay is the time to wait before the request is processed. In JSON it is a Go duration such as "1.5s".
	Delay time.Duration `json:"-"`
	// Status replaces the response by a problem with this HTTP status.
	Status int `json:"status"`
	// Code is the LUSID error code of that problem. Zero means a code that fits Status.
	Code int `json:"code"`
	// RetryAfter is the value of a Retry-After header for the replaced response.
	RetryAfter string `json:"retryAfter"`
	// Location is the value of a Location header for the replaced response.
	Location string `json:"location"`
	// HTML replaces the body of the response by an HTML page, as a proxy may send it. Status is 502 if zero.
	HTML bool `json:"html"`
	// Body replaces the body of the response. Status is 200 if zero.
	Body string `json:"body"`
	// ContentType is the content type of Body. Empty means application/json.
	ContentType string `json:"contentType"`
	// AfterWrite processes the request before its response is replaced.
	AfterWrite bool `json:"afterWrite"`
	// Reset closes the connection in place of a response.
	Reset Reset `json:"reset"`
	// Truncate sends only the first half of the response body.
	Truncate bool `json:"truncate"`

	// detail is the detail of the problem. Empty means that the detail names the fault.
	detail string
}

// Reset says when a fault resets the connection.
type Reset string

// The values of [Reset]. The empty value does not reset the connection.
const (
	// ResetBefore resets before the request is processed.
	ResetBefore Reset = "before"
	// ResetAfter resets after the request is processed, so that only the response is lost.
	ResetAfter Reset = "after"
)

const htmlPage = `<!DOCTYPE html>
<html><head><title>Proxy</title></head><body><h1>The proxy has something to say</h1></body></html>
`

// InjectFault adds a fault. It panics if the fault has no effect or if its fields contradict each other, because that is
// a mistake in the test.
func (s *Server) InjectFault(fault Fault) {
	if err := s.injectFault(fault); err != nil {
		panic("mockserver: " + err.Error())
	}
}

// ClearFaults removes all faults.
func (s *Server) ClearFaults() { s.faults.clear() }

func (s *Server) injectFault(fault Fault) error {
	if err := cmp.Or(s.checkOperation(fault.Operation), fault.check()); err != nil {
		return err
	}
	s.faults.add(fault)
	return nil
}

// checkOperation returns an error if there is no operation of the name.
func (s *Server) checkOperation(name string) error {
	own := []string{
		anyOperation, unknownOperation, instruments.operation, portfolios.operation, tokenOperation, passwordOperation,
		refreshOperation,
		lusidResourcesOperation,
	}
	if slices.Contains(own, name) {
		return nil
	}
	var meant []string
	for _, api := range s.apis {
		id, isNamed := strings.CutPrefix(name, api.name+".")
		op, ok := api.operations[id]
		switch {
		case ok && isNamed:
			return nil
		case ok:
			meant = append(meant, strconv.Quote(op.name))
		}
	}
	if len(meant) > 0 {
		return fmt.Errorf("operation %q needs the name of its API. Did you mean %s?", name, strings.Join(meant, " or "))
	}
	return fmt.Errorf("operation %q does not exist. Use an API and an operation id, such as %q, or one of %q", name, "identity.GetRole", own)
}

func (f Fault) check() error {
	switch {
	case f.After < 0:
		return errors.New("after must not be negative")
	case f.Delay < 0:
		return errors.New("delay must not be negative")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status %d is not between 200 and 599", f.Status)
	case f.Reset != "" && f.Reset != ResetBefore && f.Reset != ResetAfter:
		return fmt.Errorf("reset %q is neither %q nor %q", f.Reset, ResetBefore, ResetAfter)
	case !f.replaces() && f.Reset == "" && !f.Truncate && f.Delay == 0:
		return errors.New("the fault has no effect: it needs status, html, body, reset, truncate or delay")
	case f.Reset != "" && (f.replaces() || f.Truncate):
		return errors.New("reset sends no response, so it cannot be combined with status, html, body or truncate")
	case f.HTML && f.Body != "":
		return errors.New("html and body cannot be combined")
	case f.Code != 0 && (f.Status < 400 || f.HTML || f.Body != ""):
		return errors.New("code needs a status of 400 or more, and cannot be combined with html or body")
	case f.ContentType != "" && f.Body == "":
		return errors.New("contentType needs body")
	case !f.replaces() && (f.RetryAfter != "" || f.Location != "" || f.AfterWrite):
		return errors.New("retryAfter, location and afterWrite need status, html or body")
	}
	return nil
}

// replaces reports whether the fault replaces the response.
func (f Fault) replaces() bool { return f.Status != 0 || f.HTML || f.Body != "" }

func (f Fault) answer(c *call, operation string) answer {
	var a answer
	switch {
	case f.HTML:
		a = answer{status: cmp.Or(f.Status, http.StatusBadGateway), body: []byte(htmlPage), header: http.Header{}}
		a.header.Set("Content-Type", "text/html; charset=utf-8")
	case f.Body != "":
		a = answer{status: cmp.Or(f.Status, http.StatusOK), body: []byte(f.Body), header: http.Header{}}
		a.header.Set("Content-Type", cmp.Or(f.ContentType, "application/json"))
	case f.Status < http.StatusBadRequest:
		a = answer{status: f.Status, header: http.Header{}}
	case isToken(operation):
		a = jsonAnswer(f.Status, newOktaError(c, f.oktaCode(), http.StatusText(f.Status)))
	default:
		a = (&problem{status: f.Status, code: f.problemCode(), detail: cmp.Or(f.detail, "A fault was injected into lusid-mock.")}).answer(c)
	}
	if f.RetryAfter != "" {
		a.header.Set("Retry-After", f.RetryAfter)
	}
	if f.Location != "" {
		a.header.Set("Location", f.Location)
	}
	return a
}

func (f Fault) oktaCode() string {
	if f.Status == http.StatusTooManyRequests {
		return "E0000047"
	}
	return "E0000009"
}

func (f Fault) problemCode() int {
	switch {
	case f.Code != 0:
		return f.Code
	case f.Status == http.StatusBadRequest:
		return codeInvalidRequest
	case f.Status == http.StatusUnauthorized:
		return codeInvalidAuthentication
	case f.Status == http.StatusForbidden:
		return codeAccessDenied
	}
	return codeUnknown
}

// faults are the faults that are still active, in order of injection.
type faults struct {
	mu     sync.Mutex
	faults []Fault
}

func (s *faults) add(fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fault.Count = cmp.Or(fault.Count, 1)
	s.faults = append(s.faults, fault)
}

func (s *faults) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// take counts a request of the operation and returns the fault that applies to it.
func (s *faults) take(operation string) (taken Fault, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.faults {
		fault := &s.faults[i]
		switch {
		case fault.Operation != anyOperation && fault.Operation != operation &&
			(fault.Operation != tokenOperation || !isToken(operation)):
		case fault.After > 0:
			fault.After--
		case !ok:
			taken, ok = *fault, true
			if fault.Count > 0 {
				fault.Count--
			}
		}
	}
	s.faults = slices.DeleteFunc(s.faults, func(f Fault) bool { return f.Count == 0 })
	return taken, ok
}
