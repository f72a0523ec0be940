package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/oauth2"
)

// maxBody caps an answer: ten thousand applications take about 3 MiB.
const maxBody = 32 << 20

// request is one call of the Identity API.
type request struct {
	// operation is LUSID's operation name.
	operation string
	method    string
	// path holds the elements below /identity/api; each is escaped.
	path  []string
	query url.Values
	// body is encoded as JSON; nil sends none.
	body any
	// gone are the codes by which LUSID says that the operation's own object does not exist.
	gone []int
	// listed decides on a 404 that has no code for the object. It is nil if no list shows the object.
	listed *listing
	// single marks an object that a domain has one of. LUSID has neither a code nor a list for it.
	single bool
	// versioned tells a PUT that stores a new version each time.
	versioned bool
}

// idempotent reports that a repeat has no further effect. LUSID's POSTs create, rotate or mail.
func (r request) idempotent() bool { return r.method != http.MethodPost && !r.versioned }

// noContent is the answer of an operation whose body, if any, says nothing.
type noContent struct{}

// incomplete is an answer type that knows which of its fields must be there.
type incomplete interface {
	// missing names a required field that the answer lacks, or is empty.
	missing() string
}

// secretHolder is an answer type with a secret of LUSID's.
type secretHolder interface{ secret() Secret }

// answer is what came back for a request.
type answer struct {
	*http.Response
	body []byte
}

// do sends a request, signs in again once after a 401, and decodes the answer.
func do[T any](ctx context.Context, c *Client, r request) (*T, error) {
	a, err := c.perform(ctx, r)
	if err != nil {
		return nil, err
	}
	return decode[T](c, r, a)
}

// perform sends a request. A refusal is an error. If the refusal is a 404 that does not come from
// LUSID for certain, perform finds out whether the operation's object is gone. Every error of the API
// leaves the client here or in decode.
func (c *Client) perform(ctx context.Context, r request) (*answer, error) {
	a, err := c.exchange(ctx, r)
	if e, ok := errors.AsType[*Error](err); ok && e.Operation == r.operation && e.isAnybodys404() {
		e.settle(ctx, r)
	}
	return a, c.cleanError(err)
}

// exchange sends a request, and signs in again once after a 401. A refusal is an error.
func (c *Client) exchange(ctx context.Context, r request) (*answer, error) {
	token, err := c.signIn.token(ctx, 0)
	if err != nil {
		return nil, err
	}
	c.mask.learn(Secret(token.AccessToken))
	if r.method != http.MethodGet {
		defer c.snapshots.drop()
	}
	resp, body, err := c.send(ctx, r, token) //nolint:bodyclose // roundTrip has closed it.
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusUnauthorized {
		renewed, err := c.signIn.renew(ctx, token)
		if err == nil {
			token = renewed
			c.mask.learn(Secret(token.AccessToken))
			resp, body, err = c.send(ctx, r, token) //nolint:bodyclose // roundTrip has closed it.
		}
		if err != nil && !errors.Is(err, errNotRenewable) {
			return nil, err
		}
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		e := c.newError(r.operation, resp, body)
		e.gone, e.versioned = r.gone, r.versioned
		return nil, e
	}
	return &answer{resp, body}, nil
}

// doList is do for an array. Where an element lacks what every one of them must have, the others
// come with an error: see IsIncomplete.
func doList[T any, P interface {
	*T
	incomplete
}](ctx context.Context, c *Client, r request) ([]T, error) {
	a, err := c.perform(ctx, r)
	if err != nil {
		return nil, err
	}
	list, err := decode[[]T](c, r, a)
	if err != nil {
		return nil, err
	}
	var broken *Error
	usable := make([]T, 0, len(*list))
	for i := range *list {
		switch missing := P(&(*list)[i]).missing(); {
		case missing == "":
			usable = append(usable, (*list)[i])
		case broken == nil:
			broken = c.unusable(r, a, "The answer lists %d, and number %d lacks %q.", len(*list), i+1, missing)
			broken.incomplete = true
		}
	}
	if broken != nil {
		return usable, broken
	}
	return usable, nil
}

// doNothing is do for an operation whose answer, if any, says nothing.
func (c *Client) doNothing(ctx context.Context, r request) error {
	_, err := do[noContent](ctx, c, r)
	return err
}

func (c *Client) send(ctx context.Context, r request, token *oauth2.Token) (*http.Response, []byte, error) {
	elements := make([]string, len(r.path))
	for i, element := range r.path {
		if element == "" || element == "." || element == ".." {
			return nil, nil, fmt.Errorf("%s: %q cannot be part of a path", r.operation, element)
		}
		elements[i] = url.PathEscape(element)
	}
	target := c.base.JoinPath("identity", "api").JoinPath(elements...)
	target.RawQuery = r.query.Encode()

	// An empty slice would be sent as a body of unknown length, so no body is nil.
	var payload any
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: unable to encode the request: %w", r.operation, err)
		}
		payload = encoded
	}
	ctx, call := withCall(ctx, r.operation, r.idempotent())
	req, err := retryablehttp.NewRequestWithContext(ctx, r.method, target.String(), payload)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", r.operation, err)
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	token.SetAuthHeader(req.Request)
	c.setHeaders(req.Header)

	resp, body, err := c.roundTrip(req)
	if err != nil && !r.idempotent() && !call.hadNoEffect && mayHaveBeenSent(err) {
		err = &unansweredError{err}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", r.operation, err)
	}
	return resp, body, nil
}

// roundTrip sends a request, repeats it as the retry policy says, and reads the answer up to one
// byte past maxBody.
func (c *Client) roundTrip(req *retryablehttp.Request) (*http.Response, []byte, error) {
	var body []byte
	read := func(resp *http.Response) (err error) {
		if body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1)); err != nil {
			body = nil
			return fmt.Errorf("the answer broke off: %w", err)
		}
		return nil
	}
	// Within the retry loop, so that an answer that breaks off is asked for again.
	req.SetResponseHandler(read)
	resp, err := c.http.Do(req)
	if resp != nil {
		defer resp.Body.Close()
		// After a redirect errors name the URL that was asked for: the other one is the server's words.
		resp.Request = req.Request
	}
	if err == nil && body == nil {
		// The last answer of a request that was repeated in vain passes by the handler.
		err = read(resp)
	}
	if call, ok := req.Context().Value(callKey{}).(*call); ok && err != nil && call.sent.Load() {
		err = &sentError{err}
	}
	return resp, body, err
}

// setHeaders sets what every request of the process carries.
func (c *Client) setHeaders(header http.Header) {
	for name, value := range map[string]string{
		"User-Agent":          c.config.UserAgent,
		"X-LUSID-Application": c.config.ApplicationName,
		"CorrelationId":       c.config.CorrelationID,
	} {
		if value != "" {
			header.Set(name, value)
		}
	}
}

// unusable is the error of a successful answer that cannot be read. It never repeats a part of the
// body, which may be a secret.
func (c *Client) unusable(r request, a *answer, format string, args ...any) *Error {
	e := c.newError(r.operation, a.Response, nil)
	e.versioned = r.versioned
	e.Unusable = c.clean(fmt.Sprintf(format, args...))
	return e
}

// decode reads a successful answer.
func decode[T any](c *Client, r request, a *answer) (*T, error) {
	out := new(T)
	if len(a.body) > maxBody {
		return nil, c.unusable(r, a, "The answer is larger than %d MiB.", maxBody>>20)
	}
	_, mayBeEmpty := any(out).(*noContent)
	body := bytes.TrimSpace(a.body)
	if len(body) == 0 {
		if mayBeEmpty {
			return out, nil
		}
		return nil, c.unusable(r, a, "The answer is empty.")
	}
	if err := json.Unmarshal(body, out); err != nil {
		if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			if mayBeEmpty {
				return out, nil
			}
			kind, _, _ := strings.Cut(wrongType.Value, " ")
			if wrongType.Field == "" {
				return nil, c.unusable(r, a, "The answer is a JSON %s, of another shape than LUSID's.", kind)
			}
			return nil, c.unusable(r, a, "The answer holds a JSON %s where %q should be a %s.", kind, wrongType.Field, wrongType.Type.Kind())
		}
		return nil, c.unusable(r, a, "The answer is %s.", describeBody(a.Header, body, c.clean))
	}
	if string(body) == "null" && !mayBeEmpty {
		// Decoded it is an empty list, or an object without a field.
		return nil, c.unusable(r, a, "The answer is a JSON null, of another shape than LUSID's.")
	}
	if holder, ok := any(out).(secretHolder); ok {
		c.mask.learn(holder.secret())
	}
	if answer, ok := any(out).(incomplete); ok {
		if field := answer.missing(); field != "" {
			return nil, c.unusable(r, a, "The answer lacks %q.", field)
		}
	}
	return out, nil
}

// newError reads an error from an answer.
func (c *Client) newError(operation string, resp *http.Response, body []byte) *Error {
	e := &Error{
		Operation:     operation,
		Method:        resp.Request.Method,
		URL:           c.clean(resp.Request.URL.Redacted()),
		StatusCode:    resp.StatusCode,
		CorrelationID: c.config.CorrelationID,
	}
	e.read(resp.Header, body, c.clean)
	return e
}
