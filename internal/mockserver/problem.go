package mockserver

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// LUSID's error codes that more than one kind of object uses. Their names come from the
// x-error-codes of the API's contract.
const (
	codeUnknown               = -1
	codeDuplicate             = 144
	codeInvalidParameter      = 151
	codeInvalidRequest        = 157
	codeAccessDenied          = 186
	codeInvalidIdentityToken  = 187
	codeInvalidAuthentication = 2153
)

// problem is an error as LUSID reports it.
type problem struct {
	status int
	code   int
	detail string
	// errors are messages by field; only a 400 has them.
	errors map[string][]string
}

// problemDetails is LusidProblemDetails and, with errors, LusidValidationProblemDetails.
type problemDetails struct {
	Name         string              `json:"name"`
	ErrorDetails []map[string]string `json:"errorDetails"`
	Code         int                 `json:"code"`
	Type         string              `json:"type"`
	Title        string              `json:"title"`
	Status       int                 `json:"status"`
	Detail       string              `json:"detail"`
	Instance     string              `json:"instance"`
	Errors       map[string][]string `json:"errors,omitempty"`
}

// Error returns what happened; it makes a problem an error.
func (p *problem) Error() string { return fmt.Sprintf("%d: %s", p.status, p.detail) }

// problemFrom returns err's problem; any other error is a bug of the mock's own.
func problemFrom(err error) *problem {
	if p := new(problem); errors.As(err, &p) {
		return p
	}
	return &problem{status: http.StatusInternalServerError, code: codeUnknown, detail: "lusid-mock failed: " + err.Error()}
}

func (p *problem) answer(c *call) answer {
	name := c.contract.errorName(p.code)
	details := problemDetails{
		Name:         name,
		ErrorDetails: []map[string]string{},
		Code:         p.code,
		Type:         "https://docs.lusid.com/#section/Error-Codes/" + strconv.Itoa(p.code),
		Title:        name,
		Status:       p.status,
		Detail:       p.detail,
		Instance:     c.base + c.contract.path + "/insights/logs/" + c.id,
		Errors:       p.errors,
	}
	if len(p.errors) > 0 {
		details.Title = "One or more validation errors occurred."
	}
	a := jsonAnswer(p.status, details)
	if p.status == http.StatusUnauthorized {
		a.header.Set("WWW-Authenticate", "Bearer")
	}
	return a
}

// doesNotExist is the problem of a thing that the path names and that is not there.
func doesNotExist(code int, what, id string) *problem {
	return &problem{status: http.StatusNotFound, code: code, detail: fmt.Sprintf("The %s %q does not exist.", what, id)}
}

func notImplemented(c *call) answer {
	return (&problem{
		status: http.StatusNotImplemented, code: codeUnknown,
		detail: fmt.Sprintf("lusid-mock does not implement %s %s", c.request.Method, c.request.URL.Path),
	}).answer(c)
}

func contractViolation(c *call, operation string, status int, err error) answer {
	detail := fmt.Sprintf("lusid-mock broke the contract in its %d response to %s. The error is in the mock or in its seed data, not in the client: %v",
		status, operation, err)
	a := (&problem{status: http.StatusInternalServerError, code: codeUnknown, detail: detail}).answer(c)
	a.violation = detail
	return a
}
