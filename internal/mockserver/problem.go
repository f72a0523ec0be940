package mockserver

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// LUSID's error codes that several kinds of objects use. Their names are in the x-error-codes of the contract.
const (
	codeUnknown               = -1
	codeDuplicate             = 144
	codeInvalidParameter      = 151
	codeInvalidRequest        = 157
	codeAccessDenied          = 186
	codeInvalidIdentityToken  = 187
	codeInvalidAuthentication = 2153
)

// problem is an error in LUSID's format.
type problem struct {
	status int
	code   int
	detail string
	// errors has messages by field. Only a 400 has them.
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

// Error implements error. It returns the detail.
func (p *problem) Error() string { return fmt.Sprintf("%d: %s", p.status, p.detail) }

// problemFrom returns the problem in err. Any other error is a bug in the mock.
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

// doesNotExist returns the problem for an object in the path that does not exist.
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
	detail := fmt.Sprintf("lusid-mock violated the contract in its %d response to %s. The error is in the mock or in its seed data, not in the client: %v",
		status, operation, err)
	a := (&problem{status: http.StatusInternalServerError, code: codeUnknown, detail: detail}).answer(c)
	a.violation = detail
	return a
}
