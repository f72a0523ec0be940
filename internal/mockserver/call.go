package mockserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// call is one request during its processing.
type call struct {
	request *http.Request
	body    []byte
	// base is the scheme and the host in the client's request.
	base string
	// issuer is the domain's issuer in the responses about applications.
	issuer string
	id     string
	now    time.Time

	// contract is the contract of the requested API. For other paths it is the contract of the Identity API,
	// because their errors have the same format.
	contract *contract
	// params and query are the path and query parameters, checked against the contract.
	params map[string]string
	query  url.Values
	caller caller
}

func newRequestID() string { return "0HN" + randomAlphanumeric(10) + ":00000001" }

func (c *call) correlationID() string {
	if id := c.request.Header.Get("CorrelationId"); id != "" {
		return id
	}
	return c.id
}

// decode decodes the request body, which was checked against the contract.
func decode[T any](c *call) (T, error) {
	var v T
	if len(bytes.TrimSpace(c.body)) == 0 {
		return v, &problem{
			status: http.StatusBadRequest, code: codeInvalidRequest,
			errors: map[string][]string{"": {"A non-empty request body is required."}},
		}
	}
	if err := json.Unmarshal(c.body, &v); err != nil {
		return v, fmt.Errorf("the contract allows a body that %T cannot represent: %w", v, err)
	}
	return v, nil
}

// answer is the response to the client.
type answer struct {
	status int
	header http.Header
	body   []byte
	// violation describes how the response violates the contract.
	violation string
}

// equal reports whether two responses are equal for the check against the contract.
func (a answer) equal(b answer) bool {
	const contentType = "Content-Type"
	return a.status == b.status && a.header.Get(contentType) == b.header.Get(contentType) && bytes.Equal(a.body, b.body)
}

// jsonAnswer encodes v, or nothing if the status has no body.
func jsonAnswer(status int, v any) answer {
	a := answer{status: status, header: http.Header{}}
	if status == http.StatusNoContent {
		return a
	}
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // A wire type of the mock cannot be encoded as JSON.
	}
	a.header.Set("Content-Type", "application/json; charset=utf-8")
	a.body = body
	return a
}

// write sends the response. It can truncate the body to its first half, with the Content-Length of the full body.
func (a answer) write(w http.ResponseWriter, truncate bool) {
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.status == http.StatusNoContent || a.status == http.StatusNotModified {
		w.Header().Del("Content-Length")
	}
	w.WriteHeader(a.status)
	body := a.body
	if truncate {
		body = body[:len(body)/2]
	}
	_, _ = w.Write(body)
}
