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

// Error is a refusal or an unusable answer, from LUSID, from its OAuth token endpoint, or from
// something in between.
//
// Source: LusidProblemDetails, LusidValidationProblemDetails; RFC 6749 section 5.2.
type Error struct {
	// Operation is LUSID's operation name behind the name of its API, such as identity.GetRole, or
	// "token request".
	Operation string
	// Method and URL are of the request; the URL never holds a secret.
	Method, URL string
	// StatusCode is the HTTP status.
	StatusCode int
	// Name and Code are LUSID's own, such as "Application does not exist" (662). For the token
	// endpoint Name is the OAuth error code, such as invalid_grant. Zero when the body gave none.
	Name string
	Code int
	// Title, Detail and Instance are of the problem body; Detail is the error_description for
	// the token endpoint. Empty when the body gave none.
	Title, Detail, Instance string
	// FieldErrors holds the messages of a 400 answer by field name.
	FieldErrors map[string][]string
	// Details holds LUSID's errorDetails, one "key: value" each.
	Details []string
	// RequestID is what LUSID's support asks for. Empty when the answer had none.
	RequestID string
	// CorrelationID is what the client sent with this and every other request of the process.
	CorrelationID string
	// gone are the codes by which the operation says that its own object does not exist. Another
	// object's says nothing: a read may meet one for the caller, and nothing else is gone for that.
	gone []int
	// idempotent is true if a repeat of the operation has no further effect.
	idempotent bool
	// Unusable says in words why an answer could not be read: not JSON, empty, too large, or
	// of another shape. It also says why a 404 does not mean that the object is gone. Empty for an
	// answer that was understood.
	Unusable string
	// incomplete tells that the error is about single elements of a list.
	incomplete bool
	// isGone is set if the object is gone although the answer has no code that says so.
	isGone bool
}

// Error gives LUSID's words on one line.
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

// Words gives what the other side said, one statement a line: title, detail, field errors, or
// why its answer could not be read. It is empty for an answer without a body.
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

// IsNotFound reports that LUSID itself said that the object does not exist. Either the answer has the
// error code of the operation's object, or it is a 404 without such a code and LUSID's list lacks the
// object. A 404 alone may come from a gateway.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.isGone || slices.Contains(e.gone, e.Code))
}

// HasCode reports an answer with one of LUSID's error codes, from any operation.
func HasCode(err error, code int) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// IsForbidden reports that LUSID said that the caller lacks the right. The 403 of a proxy or of
// the token endpoint is not.
func IsForbidden(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.StatusCode == http.StatusForbidden && e.Operation != OperationToken && e.Unusable == ""
}

// IsIncomplete reports a list of which elements had to be left out, since they lack what every one
// must have. The others came with the error: what is found among them exists, and what is not
// found may exist all the same.
func IsIncomplete(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.incomplete
}

// IsBlockedByNetworkZone reports that a network zone of the domain refused the caller's address.
func IsBlockedByNetworkZone(err error) bool { return HasCode(err, codeBlockedByNetworkZone) }

// sentError is the failure of a request of which at least one attempt left this machine.
type sentError struct{ err error }

func (e *sentError) Error() string { return e.err.Error() }
func (e *sentError) Unwrap() error { return e.err }

// WasSent reports that LUSID or something on the way to it may have seen the request: an answer came,
// or an attempt was written to a connection.
func WasSent(err error) bool {
	if _, ok := errors.AsType[*sentError](err); ok {
		return true
	}
	_, ok := errors.AsType[*Error](err)
	return ok
}

// unansweredError is a request that is not idempotent and whose answer never came.
type unansweredError struct{ err error }

func (e *unansweredError) Error() string { return e.err.Error() }
func (e *unansweredError) Unwrap() error { return e.err }

// IsOutcomeUnknown reports that LUSID may or may not have acted on a request that is not
// idempotent: no answer came, or one that tells nothing.
func IsOutcomeUnknown(err error) bool {
	if _, ok := errors.AsType[*unansweredError](err); ok {
		return true
	}
	var e *Error
	return errors.As(err, &e) && !e.idempotent && e.Operation != OperationToken &&
		(e.StatusCode >= 500 || e.StatusCode < 300)
}

// problem is the union of LUSID's problem body and of an OAuth error body. Every field is
// optional and of a lenient type, so that one odd field does not hide the others.
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

// lenient decodes a value of the expected JSON type and ignores any other, within a list or a map
// too.
type lenient[T any] struct{ value T }

func (l *lenient[T]) UnmarshalJSON(b []byte) error {
	// It decodes what it can before it reports a wrong type.
	_ = json.Unmarshal(b, &l.value)
	return nil
}

// read fills the error from the answer's body; clean makes its texts fit to be shown.
func (e *Error) read(header http.Header, body []byte, clean func(string) string) {
	body = bytes.TrimSpace(body)
	e.RequestID = clean(cmp.Or(header.Get("lusid-meta-requestid"), header.Get("identity-meta-requestid")))
	if len(body) == 0 {
		return
	}
	var p problem
	if err := json.Unmarshal(body, &p); err != nil {
		e.Unusable = "The answer is " + describeBody(header, body, clean) + ": it comes from something between here and LUSID, such as a proxy."
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
		e.Unusable = "The answer is JSON, but not an error body of LUSID's."
	}
}

// printable leaves nothing in a text that would move the cursor of a terminal, or hide what it says.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

// requestIDOf takes the request id out of a problem's instance, a link whose seventh part it is.
func requestIDOf(instance string) string {
	parts := strings.Split(instance, "/")
	if len(parts) < 7 {
		return ""
	}
	return parts[6]
}

var htmlTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// maxHead is how much of a page is searched for its title.
const maxHead = 64 << 10

// describeBody says what kind of body an unreadable answer has, never what is in it, but for
// the title of an HTML page, which names the proxy.
func describeBody(header http.Header, body []byte, clean func(string) string) string {
	// A masked secret is no media type.
	mediaType, _, err := mime.ParseMediaType(clean(header.Get("Content-Type")))
	if err != nil {
		mediaType = "of an unknown type"
	}
	if m := htmlTitle.FindSubmatch(body[:min(len(body), maxHead)]); m != nil {
		// The mask comes first: a secret may have two spaces in a row.
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
