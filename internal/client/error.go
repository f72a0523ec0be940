package client

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Error is an error response, or a response that the client cannot read. It comes from LUSID, from its OAuth
// token endpoint, or from a proxy or gateway in between.
//
// Source: LusidProblemDetails, LusidValidationProblemDetails; RFC 6749 section 5.2.
type Error struct {
	// Operation is the name of the API and LUSID's operation name, such as identity.GetRole, or "token
	// request".
	Operation string
	// Method and URL are those of the request. The URL never contains a secret.
	Method, URL string
	// StatusCode is the HTTP status.
	StatusCode int
	// Name and Code are LUSID's, such as "Application does not exist" (662). For the token endpoint, Name
	// is the OAuth error code, such as invalid_grant. Each is zero if the body does not have it.
	Name string
	Code int
	// Title, Detail and Instance are those of the problem body. For the token endpoint, Detail is the
	// error_description. Each is empty if the body does not have it.
	Title, Detail, Instance string
	// FieldErrors has the messages of a 400 response, by field name.
	FieldErrors map[string][]string
	// Details has LUSID's errorDetails, as "key: value".
	Details []string
	// RequestID is the ID that LUSID's support needs. Empty if the response has none.
	RequestID string
	// CorrelationID is the ID that the client sent with this and every other request of the process.
	CorrelationID string
	// gone has the codes that mean that the object of the operation does not exist. It does not have codes
	// for other objects: for example, a missing caller does not mean that an application is gone.
	gone []int
	// idempotent is true if a retry of the operation has no further effect.
	idempotent bool
	// Unusable explains why a response could not be read: it is not JSON, empty, too large, or has the
	// wrong structure. It also explains why a 404 does not mean that the object is gone. Empty if the
	// client understood the response.
	Unusable string
	// NotJSON is true if the response has a body that is not JSON, such as the page of a proxy.
	NotJSON bool
	// Flawed is true if an element of a list within the response lacks a required field. The response
	// comes from LUSID, not from a proxy.
	Flawed bool
	// incomplete is true if the error is about some elements of a list, and the others are valid.
	incomplete bool
	// isGone is true if the object is gone although the response has no code for that.
	isGone bool
}

// Error returns LUSID's message on one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: HTTP %d", e.Operation, e.StatusCode)
	if e.Name != "" {
		fmt.Fprintf(&b, " %s", e.Name)
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, " (%d)", e.Code)
	}
	if words := e.Words(); words != "" {
		fmt.Fprintf(&b, ": %s", strings.ReplaceAll(words, "\n", "; "))
	}
	return b.String()
}

// Words returns the message of the server, one statement per line: title, detail, field errors, or why the
// response could not be read. It is empty for a response without a body.
func (e *Error) Words() string {
	var lines []string
	for _, line := range []string{e.Title, e.Detail} {
		if line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(e.FieldErrors)) {
		lines = append(lines, field+": "+strings.Join(e.FieldErrors[field], " "))
	}
	lines = append(lines, e.Details...)
	if e.Unusable != "" {
		lines = append(lines, e.Unusable)
	}
	return strings.Join(lines, "\n")
}

// codeBlockedByNetworkZone is an error code of every API.
const codeBlockedByNetworkZone = 939

// IsNotFound reports whether LUSID itself said that the object does not exist. Either the response has an
// error code for the operation's object, or it is a 404 without such a code and LUSID's list does not have
// the object. A 404 alone may come from a gateway.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.isGone || slices.Contains(e.gone, e.Code))
}

// HasCode reports whether the error has one of LUSID's error codes, from any operation.
func HasCode(err error, code int) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// IsForbidden reports whether LUSID refused the request because the caller does not have the right. It is
// false for a 403 of a proxy or of the token endpoint.
func IsForbidden(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.StatusCode == http.StatusForbidden && e.Operation != OperationToken && e.Unusable == ""
}

// IsIncomplete reports whether the client left out elements of a list, because they do not have a required
// field. The caller gets the other elements with the error. An object in them exists. An object that is not
// in them may exist too.
func IsIncomplete(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.incomplete
}

// IsBlockedByNetworkZone reports whether a network zone of the domain refused the caller's address.
func IsBlockedByNetworkZone(err error) bool { return HasCode(err, codeBlockedByNetworkZone) }

// sentError is the failure of a request, after at least one attempt was sent.
type sentError struct {
	err       error
	operation string
}

func (e *sentError) Error() string { return e.err.Error() }
func (e *sentError) Unwrap() error { return e.err }

// WasSent reports whether LUSID, or a proxy in between, may have received the request: there was a response,
// or an attempt was written to a connection.
func WasSent(err error) bool {
	if _, ok := errors.AsType[*sentError](err); ok {
		return true
	}
	_, ok := errors.AsType[*Error](err)
	return ok
}

// IsTokenFailure reports whether a token request failed, so that the request that needed the token was not sent.
func IsTokenFailure(err error) bool {
	if sent, ok := errors.AsType[*sentError](err); ok {
		return sent.operation == OperationToken
	}
	e, ok := errors.AsType[*Error](err)
	return ok && e.Operation == OperationToken
}

// unansweredError is a request that is not idempotent and that got no response.
type unansweredError struct{ err error }

func (e *unansweredError) Error() string { return e.err.Error() }
func (e *unansweredError) Unwrap() error { return e.err }

// IsOutcomeUnknown reports whether LUSID may have processed a request that is not idempotent: there was no
// response, or the response does not show the outcome.
func IsOutcomeUnknown(err error) bool {
	if _, ok := errors.AsType[*unansweredError](err); ok {
		return true
	}
	var e *Error
	return errors.As(err, &e) && !e.idempotent && e.Operation != OperationToken &&
		(e.StatusCode >= 500 || e.StatusCode < 300)
}

// problem is the union of LUSID's problem body and of an OAuth error body. Every field is optional and of a
// lenient type, so that one field of the wrong type does not hide the others.
type problem struct {
	Name         lenient[string]              `json:"name"`
	Code         lenient[int]                 `json:"code"`
	Status       lenient[int]                 `json:"status"`
	Title        lenient[string]              `json:"title"`
	Detail       lenient[string]              `json:"detail"`
	Instance     lenient[string]              `json:"instance"`
	Errors       lenient[map[string][]string] `json:"errors"`
	OAuthError   lenient[string]              `json:"error"`
	OAuthDetail  lenient[string]              `json:"error_description"`
	OktaCode     lenient[string]              `json:"errorCode"`
	OktaSummary  lenient[string]              `json:"errorSummary"`
	ErrorDetails lenient[[]map[string]string] `json:"errorDetails"`
}

// lenient decodes a value of the expected JSON type and ignores any other value, also within a list or a
// map.
type lenient[T any] struct{ value T }

func (l *lenient[T]) UnmarshalJSON(b []byte) error {
	// Unmarshal decodes the rest of the value before it reports a wrong type.
	_ = json.Unmarshal(b, &l.value)
	return nil
}

// read fills the error from the body of the response. The function clean removes secrets and control
// characters from the texts.
func (e *Error) read(header http.Header, body []byte, clean func(string) string) {
	body = bytes.TrimSpace(body)
	e.RequestID = clean(cmp.Or(header.Get("lusid-meta-requestid"), header.Get("identity-meta-requestid")))
	if len(body) == 0 {
		return
	}
	var p problem
	if err := json.Unmarshal(body, &p); err != nil {
		e.NotJSON = !json.Valid(body)
		e.Unusable = "The response is " + describeBody(header, body, clean) + ". It comes from something between here and LUSID, such as a proxy."
		return
	}
	e.Name = clean(cmp.Or(p.Name.value, p.OAuthError.value, p.OktaCode.value))
	e.Code = p.Code.value
	e.Title = clean(p.Title.value)
	e.Detail = clean(cmp.Or(p.Detail.value, p.OAuthDetail.value, p.OktaSummary.value))
	e.Instance = clean(p.Instance.value)
	for field, messages := range p.Errors.value {
		if e.FieldErrors == nil {
			e.FieldErrors = map[string][]string{}
		}
		for i := range messages {
			messages[i] = clean(messages[i])
		}
		e.FieldErrors[clean(field)] = messages
	}
	for _, details := range p.ErrorDetails.value {
		for _, key := range slices.Sorted(maps.Keys(details)) {
			e.Details = append(e.Details, clean(key+": "+details[key]))
		}
	}
	if e.RequestID == "" {
		e.RequestID = requestIDOf(e.Instance)
	}
	if e.Name == "" && e.Code == 0 && e.Title == "" && e.Detail == "" {
		e.Unusable = "The response is JSON, but not an error in LUSID's format."
	}
}

// printable removes characters from a text that would move the cursor of a terminal or hide a part of the
// text.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

// requestIDOf returns the request ID in the instance of a problem. The instance is a link, and the ID is its
// seventh part.
func requestIDOf(instance string) string {
	parts := strings.Split(instance, "/")
	if len(parts) < 7 {
		return ""
	}
	return parts[6]
}

var htmlTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// maxHead limits the part of a page that is searched for a title.
const maxHead = 64 << 10

// describeBody describes the type of a body that could not be read. It never repeats the content, except the
// title of an HTML page, which names the proxy.
func describeBody(header http.Header, body []byte, clean func(string) string) string {
	// If the header contains a secret, the mask leaves no valid media type.
	mediaType, _, err := mime.ParseMediaType(clean(header.Get("Content-Type")))
	if err != nil {
		mediaType = "of an unknown type"
	}
	if m := htmlTitle.FindSubmatch(body[:min(len(body), maxHead)]); m != nil {
		// Mask before joining spaces, because a secret may have two spaces in a row.
		title := strings.Join(strings.Fields(clean(html.UnescapeString(string(m[1])))), " ")
		return fmt.Sprintf("an HTML page titled %q", firstRunes(title, 100))
	}
	if mediaType == "text/html" {
		return "an HTML page"
	}
	return fmt.Sprintf("not readable JSON (%s, %d bytes)", mediaType, len(body))
}

func firstRunes(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n]) + "…"
}
