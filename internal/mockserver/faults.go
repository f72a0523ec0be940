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

// Fault makes requests fail. Of the faults that apply to a request, the one injected first
// takes effect, and that one alone.
type Fault struct {
	// Operation is the name of the requests that fail as the request log has it: the API's name
	// and the operation id, such as "identity.GetRole"; "token:password", "token:refresh_token",
	// or "token" for any request to the token endpoint; "instruments"; "portfolios"; or "*" for any request.
	Operation string `json:"operation"`
	// Count is how many requests fail: one if zero, every one if negative.
	Count int `json:"count"`
	// After is how many requests of the operation are left alone first.
	After int `json:"after"`

	// Delay comes before everything else, the write included. JSON has it as a Go duration
	// such as "1.5s".
	Delay time.Duration `json:"-"`
	// Status replaces the answer by a problem with this HTTP status.
	Status int `json:"status"`
	// Code is the LUSID error code of that problem; one that fits Status if zero.
	Code int `json:"code"`
	// RetryAfter is a Retry-After header, as it is, for the replaced answer.
	RetryAfter string `json:"retryAfter"`
	// Location is a Location header for the replaced answer.
	Location string `json:"location"`
	// HTML replaces the answer's body by a page such as a proxy sends; Status is 502 if zero.
	HTML bool `json:"html"`
	// Body replaces the answer's body; Status is 200 if zero.
	Body string `json:"body"`
	// ContentType is that of Body; application/json if empty.
	ContentType string `json:"contentType"`
	// AfterWrite has the request carried out before the answer is replaced.
	AfterWrite bool `json:"afterWrite"`
	// Reset closes the connection instead of answering.
	Reset Reset `json:"reset"`
	// Truncate cuts the answer's body in half.
	Truncate bool `json:"truncate"`
}

// Reset is when a fault resets the connection.
type Reset string

// The values of [Reset]; the empty one does not reset.
const (
	// ResetBefore resets before the request is carried out.
	ResetBefore Reset = "before"
	// ResetAfter resets after the request is carried out, so that only the answer is lost.
	ResetAfter Reset = "after"
)

const htmlPage = `<!DOCTYPE html>
<html><head><title>Proxy</title></head><body><h1>The proxy has something to say</h1></body></html>
`

// InjectFault adds a fault. It panics if the fault can have no effect or contradicts itself,
// as no test means that.
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

// checkOperation returns an error if no request can have the name.
func (s *Server) checkOperation(name string) error {
	own := []string{
		anyOperation, unknownOperation, instruments.operation, portfolios.operation, tokenOperation, passwordOperation,
		refreshOperation,
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
		return fmt.Errorf("operation %q lacks the name of its API: did you mean %s?", name, strings.Join(meant, " or "))
	}
	return fmt.Errorf("operation %q is neither an API's, such as %q, nor one of %q", name, "identity.GetRole", own)
}

func (f Fault) check() error {
	switch {
	case f.After < 0:
		return errors.New("after must not be negative")
	case f.Delay < 0:
		return errors.New("delay must not be negative")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status %d is not from 200 to 599", f.Status)
	case f.Reset != "" && f.Reset != ResetBefore && f.Reset != ResetAfter:
		return fmt.Errorf("reset %q is neither %q nor %q", f.Reset, ResetBefore, ResetAfter)
	case !f.replaces() && f.Reset == "" && !f.Truncate && f.Delay == 0:
		return errors.New("the fault has no effect: it needs status, html, body, reset, truncate or delay")
	case f.Reset != "" && (f.replaces() || f.Truncate):
		return errors.New("reset leaves no answer: it goes with none of status, html, body and truncate")
	case f.HTML && f.Body != "":
		return errors.New("html and body exclude each other")
	case f.Code != 0 && (f.Status < 400 || f.HTML || f.Body != ""):
		return errors.New("code needs a status from 400, and neither html nor body")
	case f.ContentType != "" && f.Body == "":
		return errors.New("contentType needs body")
	case !f.replaces() && (f.RetryAfter != "" || f.Location != "" || f.AfterWrite):
		return errors.New("retryAfter, location and afterWrite need status, html or body")
	}
	return nil
}

// replaces reports whether the fault has an answer of its own.
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
		a = (&problem{status: f.Status, code: f.problemCode(), detail: "A fault was injected into lusid-mock."}).answer(c)
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

// faults are those that have not run out yet, in order of injection.
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

// take returns the fault that a request of the operation meets, and counts the request.
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
