package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/oauth2"
)

// maxBody caps an answer: ten thousand applications take about 3 MiB.
const maxBody = 32 << 20

// Request is one call of an API. [API.Get], [API.Post], [API.Put] and [API.Delete] make it.
type Request struct {
	api *API
	// operation is LUSID's operation name behind the name of the API, such as "identity.GetRole".
	operation string
	method    string
	// path holds the elements below the path of the API; each is escaped.
	path  []string
	query url.Values
	// body is encoded as JSON; nil sends none.
	body   any
	object Object
	// versioned tells a PUT that stores a new version each time.
	versioned bool
	// readOnly is true for a POST that changes nothing, and repeatable for one whose repeat has no further
	// effect.
	readOnly, repeatable bool
}

// Format prints the request without the secrets of its client and of its body.
func (Request) Format(f fmt.State, _ rune) { conceal(f, "Request") }

// Get is a read. The operation is LUSID's operation name, such as "GetRole". The path holds the elements
// below the path of the API. Each is escaped, so an element may be anything but empty, "." and "..".
func (a *API) Get(operation string, path ...string) Request {
	return a.request(http.MethodGet, operation, path)
}

// Post is a request that must not be repeated, because most of LUSID's POSTs create, rotate or mail. If its
// answer is lost, the error is one that [IsOutcomeUnknown] reports. [Request.ReadOnly] and
// [Request.Idempotent] are for the others.
func (a *API) Post(operation string, path ...string) Request {
	return a.request(http.MethodPost, operation, path)
}

// Put is a request that replaces an object. A repeat has no further effect, unless [Request.Versioned]
// says so.
func (a *API) Put(operation string, path ...string) Request {
	return a.request(http.MethodPut, operation, path)
}

// Delete is a request that deletes an object. A repeat finds nothing.
func (a *API) Delete(operation string, path ...string) Request {
	return a.request(http.MethodDelete, operation, path)
}

func (a *API) request(method, operation string, path []string) Request {
	return Request{api: a, operation: a.name + "." + operation, method: method, path: path}
}

// Body returns the request with a body, which is encoded as JSON.
func (r Request) Body(body any) Request {
	r.body = body
	return r
}

// Query returns the request with one more parameter in its query. A name may occur several times.
func (r Request) Query(name, value string) Request {
	query := maps.Clone(r.query)
	if query == nil {
		query = url.Values{}
	}
	query[name] = append(slices.Clone(query[name]), value)
	r.query = query
	return r
}

// On returns the request with the object that it is about, so that [IsNotFound] can tell that this
// object does not exist. Without it, no answer means that.
func (r Request) On(object Object) Request {
	r.object = object
	return r
}

// Versioned returns the request as one that stores a new version each time. It is repeated no more
// than a POST.
func (r Request) Versioned() Request {
	r.versioned = true
	return r
}

// ReadOnly returns a POST as one that changes nothing, because it only asks a question that is too long
// for a URL. It is repeated as a GET is, and the lists of a refresh stay.
func (r Request) ReadOnly() Request {
	r.readOnly = true
	return r
}

// Idempotent returns a POST as one whose repeat has no further effect. It is repeated as a PUT is.
func (r Request) Idempotent() Request {
	r.repeatable = true
	return r
}

// idempotent reports that a repeat has no further effect.
func (r Request) idempotent() bool {
	return r.isRead() || (r.method != http.MethodPost || r.repeatable) && !r.versioned
}

// isRead reports that the request changes nothing.
func (r Request) isRead() bool { return r.method == http.MethodGet || r.readOnly }

// noContent is the answer of an operation whose body, if any, says nothing.
type noContent struct{}

// Checked is a type of answers that must have some fields. [Do] refuses an answer that lacks one, and
// [DoList] leaves out an element that lacks one.
type Checked interface {
	// MissingField names a required field that the answer lacks, or is empty.
	MissingField() string
}

// SecretHolder is a type of answers that hold a secret of LUSID's. The client hides the secret in every
// text that it receives afterwards.
type SecretHolder interface {
	// HeldSecret is empty if this answer has none.
	HeldSecret() Secret
}

// answer is what came back for a request.
type answer struct {
	*http.Response
	body []byte
}

// Do sends a request, signs in again once after a 401, and decodes the answer. T should be [Checked], and
// a [SecretHolder] if it has a secret.
func Do[T any](ctx context.Context, r Request) (*T, error) {
	c := r.api.client
	a, err := c.perform(ctx, r)
	if err != nil {
		return nil, err
	}
	return decode[T](c, r, a)
}

// perform sends a request. A refusal is an error. If the refusal is a 404 that does not come from
// LUSID for certain, perform finds out whether the operation's object is gone. Every error of the API
// leaves the client here or in decode.
func (c *Client) perform(ctx context.Context, r Request) (*answer, error) {
	a, err := c.exchange(ctx, r)
	if e, ok := errors.AsType[*Error](err); ok && e.Operation == r.operation && r.api.isAnybodys404(e) {
		e.settle(ctx, r.object)
	}
	return a, c.cleanError(err)
}

// exchange sends a request, and signs in again once after a 401. A refusal is an error.
func (c *Client) exchange(ctx context.Context, r Request) (*answer, error) {
	token, err := c.signIn.token(ctx, 0)
	if err != nil {
		return nil, err
	}
	c.mask.learn(Secret(token.AccessToken))
	if !r.isRead() {
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
		e.gone, e.idempotent = r.object.codes, r.idempotent()
		return nil, e
	}
	return &answer{resp, body}, nil
}

// DoList is [Do] for an array. If elements lack what every one of them must have, the others come with
// an error: see [IsIncomplete].
func DoList[T any, P interface {
	*T
	Checked
}](ctx context.Context, r Request) ([]T, error) {
	c := r.api.client
	a, err := c.perform(ctx, r)
	if err != nil {
		return nil, err
	}
	list, err := decode[[]T](c, r, a)
	if err != nil {
		return nil, err
	}
	return keepUsable[T, P](c, r, a, *list)
}

// page is one page of a list.
type page[T any] struct {
	Values []T `json:"values"`
	// NextPage leads to the next page. Empty where there is none.
	NextPage string `json:"nextPage"`
}

func (p *page[T]) MissingField() string {
	if p.Values == nil {
		return "values"
	}
	return ""
}

// DoPages is [DoList] for a list that comes page by page.
func DoPages[T any, P interface {
	*T
	Checked
}](ctx context.Context, r Request) ([]T, error) {
	c, first := r.api.client, r
	var (
		all        []T
		incomplete error
	)
	for seen := map[string]bool{}; ; {
		a, err := c.perform(ctx, r)
		if err != nil {
			return nil, err
		}
		next, err := decode[page[T]](c, r, a)
		if err != nil {
			return nil, err
		}
		usable, err := keepUsable[T, P](c, r, a, next.Values)
		all, incomplete = append(all, usable...), cmp.Or(incomplete, err)
		if next.NextPage == "" {
			return all, incomplete
		}
		if seen[next.NextPage] {
			return nil, c.unusable(r, a, "The answer leads back to an earlier page of the list.")
		}
		seen[next.NextPage] = true
		r = first.Query("page", next.NextPage)
	}
}

// keepUsable leaves out the elements that lack what every one of them must have. Then the others come
// with an error.
func keepUsable[T any, P interface {
	*T
	Checked
}](c *Client, r Request, a *answer, list []T) ([]T, error) {
	_, haveSecrets := any(P(nil)).(SecretHolder)
	var broken *Error
	usable := make([]T, 0, len(list))
	for i := range list {
		element := P(&list[i])
		if haveSecrets {
			c.learnFrom(element)
		}
		switch missing := element.MissingField(); {
		case missing == "":
			usable = append(usable, *element)
		case broken == nil:
			broken = c.unusable(r, a, "The answer lists %d, and number %d lacks %q.", len(list), i+1, missing)
			broken.incomplete = true
		}
	}
	if broken != nil {
		return usable, broken
	}
	return usable, nil
}

// DoNoContent is [Do] for an operation whose answer, if any, says nothing.
func DoNoContent(ctx context.Context, r Request) error {
	_, err := Do[noContent](ctx, r)
	return err
}

// learnFrom learns the secret of an answer that has one.
func (c *Client) learnFrom(answer any) {
	if holder, ok := answer.(SecretHolder); ok {
		c.mask.learn(holder.HeldSecret())
	}
}

func (c *Client) send(ctx context.Context, r Request, token *oauth2.Token) (*http.Response, []byte, error) {
	elements := make([]string, len(r.path))
	for i, element := range r.path {
		if element == "" || element == "." || element == ".." {
			return nil, nil, fmt.Errorf("%s: %q cannot be part of a path", r.operation, element)
		}
		elements[i] = url.PathEscape(element)
	}
	target := r.api.base.JoinPath(elements...)
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
func (c *Client) unusable(r Request, a *answer, format string, args ...any) *Error {
	e := c.newError(r.operation, a.Response, nil)
	e.idempotent = r.idempotent()
	e.Unusable = c.clean(fmt.Sprintf(format, args...))
	return e
}

// decode reads a successful answer.
func decode[T any](c *Client, r Request, a *answer) (*T, error) {
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
	c.learnFrom(out)
	if answer, ok := any(out).(Checked); ok {
		if field := answer.MissingField(); field != "" {
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
