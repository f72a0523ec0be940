package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// writeTimeout limits one write. An interrupt does not stop a write.
const writeTimeout = 2 * time.Minute

// answer is the domain's response to a request.
type answer struct {
	// status is the HTTP status. Zero if there was no response.
	status int
	// code is LUSID's error code. Zero if the response has none.
	code int
	// body is the body of a successful response. It is nil if there is none.
	body json.RawMessage
	// err is the reason why there was no response. With a status, there was a response that is not JSON,
	// such as the page of a proxy. It does not show what LUSID did.
	err error
	// isRepeated is true if the client sent a write again, after a failure or a lost response. A refusal does not
	// show what LUSID did with the first request.
	isRepeated bool
}

// exchange collects what the client logs about one request. The status and the header are those of the last
// response.
type exchange struct {
	domain       *domain
	status       int
	hasRequestID bool
	// attempts counts all attempts, and limited those with status 429, which LUSID does not process.
	attempts, limited int
}

type exchangeKey struct{}

// watch is the client's log. It records what the client does not return: the status of a success, and the
// headers.
func watch(ctx context.Context, _ string, fields map[string]any) {
	seen, ok := ctx.Value(exchangeKey{}).(*exchange)
	status, answered := fields["status"].(int)
	if !ok || !answered {
		return
	}
	if status == http.StatusTooManyRequests {
		seen.domain.rateLimited++
		seen.limited++
		if fields["Retry-After"] != nil {
			seen.domain.withRetryAfter++
		}
	}
	if fields["operation"] == client.OperationToken {
		return
	}
	seen.status, seen.hasRequestID = status, fields["lusid-meta-requestid"] != nil
	seen.attempts, _ = fields["attempt"].(int)
}

// read sends a request that reads.
func (d *domain) read(ctx context.Context, r client.Request) answer {
	a, _ := d.send(ctx, r)
	return a
}

// send sends a request. The error has LUSID's words, so no report may contain it.
func (d *domain) send(ctx context.Context, r client.Request) (answer, error) {
	seen := &exchange{domain: d}
	body, err := client.Do[json.RawMessage](context.WithValue(ctx, exchangeKey{}, seen), r)
	e, isAnswered := errors.AsType[*client.Error](err)
	if err != nil && ctx.Err() == nil && (!isAnswered || e.Operation == client.OperationToken || e.NotJSON) {
		d.unanswered++
	}
	switch {
	case err != nil && (!isAnswered || e.Operation == client.OperationToken):
		return answer{err: err}, err
	case err != nil && e.NotJSON:
		return answer{status: e.StatusCode, err: err}, err
	}
	// A gateway in front of LUSID may have sent a failure, or a refusal without one of LUSID's codes.
	isOfLUSID := seen.status < 400 || seen.hasRequestID || err != nil && e.Code != 0
	if isOfLUSID && seen.status < 500 && seen.status != http.StatusTooManyRequests {
		d.answers++
		if seen.hasRequestID {
			d.withRequestID++
		}
	}
	if err != nil {
		return answer{status: e.StatusCode, code: e.Code, isRepeated: seen.attempts-seen.limited > 1 && e.Method != http.MethodGet}, err
	}
	return answer{status: seen.status, body: *body}, nil
}

// write sends a request that writes. An interrupt does not stop it, so that the run knows what it has
// created. After an interrupt, write sends nothing.
func (d *domain) write(ctx context.Context, r client.Request) answer {
	if err := ctx.Err(); err != nil {
		return answer{err: err}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	return d.read(ctx, r)
}

func (a answer) ok() bool { return a.err == nil && a.status >= 200 && a.status <= 299 }

// String describes a response without any text from the domain.
func (a answer) String() string {
	switch {
	case a.err != nil && errors.Is(a.err, context.Canceled):
		return "no response, because the run was interrupted"
	case errors.Is(a.err, errStuck):
		return "no request, because earlier objects of this kind may remain"
	case errors.Is(a.err, errOtherObject):
		return fmt.Sprintf("HTTP %d with another object, perhaps from a proxy", a.status)
	case a.status != 0 && a.err != nil:
		return fmt.Sprintf("HTTP %d with a body that is not JSON, perhaps from a proxy", a.status)
	case client.IsTokenFailure(a.err):
		return "no request, because the sign-in failed"
	case a.err != nil:
		return "no response"
	case a.code != 0:
		return fmt.Sprintf("HTTP %d with code %d", a.status, a.code)
	case a.status >= 400:
		return fmt.Sprintf("HTTP %d without a code", a.status)
	}
	return fmt.Sprintf("HTTP %d", a.status)
}

// denials are LUSID's codes for a missing right or licence, and for a network zone that blocks the caller. LUSID
// does not document the HTTP status of a code.
var denials = []int{186, 605, 606, 939}

// isDenied reports whether LUSID refused a request because of the caller.
func (a answer) isDenied() bool {
	return a.status == http.StatusForbidden || slices.Contains(denials, a.code)
}

// isConclusive reports whether a response shows LUSID's behaviour. The response to a missing right, to too many
// requests or to a failure does not. The refusal of a repeated write does not either.
func (a answer) isConclusive() bool {
	return a.err == nil && !a.isRepeated && a.status < 500 && a.status != http.StatusUnauthorized &&
		!a.isDenied() && a.status != http.StatusTooManyRequests
}

// unable returns the finding of a check that cannot continue after the response.
func (a answer) unable(attempt string) Finding {
	why := ""
	switch {
	case a.isRepeated:
		why = " after the run sent the request again, because the first response was a failure or was lost"
	case a.isDenied():
		why = ": the user does not have the right, or the feature is not enabled"
	case a.status == http.StatusUnauthorized:
		why = ": the sign-in was refused"
	case a.code == codeTooManyKeys:
		why = ": the user already has the maximum number of tokens"
	case a.status == http.StatusBadRequest && strings.HasPrefix(attempt, "create "):
		why = ": LUSID refuses it, for example because of a limit of the domain"
	}
	return couldNotTell("unable to %s: %s%s", attempt, a, why)
}

// is compares a response with the assumed status and code. If the assumed code is zero, any code matches.
func (a answer) is(attempt string, status, code int) Finding {
	if !a.isConclusive() {
		return a.unable(attempt)
	}
	return decide(a.status == status && (code == 0 || a.code == code), "%s", a)
}

// object returns the JSON object in the body. It is empty if there is none.
func (a answer) object() map[string]any {
	object := map[string]any{}
	_ = json.Unmarshal(a.body, &object)
	return object
}

// list returns the JSON list of objects in the body.
func (a answer) list() []map[string]any {
	var list []map[string]any
	_ = json.Unmarshal(a.body, &list)
	return list
}

// values returns the objects of a page.
func (a answer) values() (values []map[string]any, ok bool) {
	var page struct {
		Values []map[string]any `json:"values"`
	}
	err := json.Unmarshal(a.body, &page)
	return page.Values, a.ok() && err == nil && page.Values != nil
}

// isList reports whether the response is a success with a list, which may be empty.
func (a answer) isList() bool { return a.ok() && a.list() != nil }

// field returns a field of an object. A dot in the name selects a field of a nested object.
func field(object map[string]any, name string) any {
	outer, inner, nested := strings.Cut(name, ".")
	if !nested {
		return object[name]
	}
	within, _ := object[outer].(map[string]any)
	return field(within, inner)
}

// text returns a text field of an object. It is empty if the field is missing, null or not a text.
func text(object map[string]any, name string) string {
	value, _ := field(object, name).(string)
	return value
}
