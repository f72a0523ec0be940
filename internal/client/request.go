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
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/oauth2"
)

// maxBody limits the size of a response. Ten thousand applications have about 3 MiB.
const maxBody = 32 << 20

// Request is one call of an API. [API.Get], [API.Post], [API.Put] and [API.Delete] create it.
type Request struct {
	api *API
	// operation is the name of the API and LUSID's operation name, such as "identity.GetRole".
	operation string
	method    string
	// path has the elements below the path of the API. Each of them is escaped when it is sent.
	path  []string
	query url.Values
	// body is encoded as JSON. Nil means no body.
	body   any
	object Object
	// versioned is true for a PUT that stores a new version each time.
	versioned bool
	// readOnly is true for a POST that changes nothing, and repeatable for a POST whose retry has no further
	// effect.
	readOnly, repeatable bool
}

// Format prints the request without the secrets of its client and of its body.
func (Request) Format(f fmt.State, _ rune) { conceal(f, "Request") }

// Get returns a request that reads. The operation is LUSID's operation name, such as "GetRole". The path has
// the elements below the path of the API. Each is escaped. An element must not be empty, "." or "..".
func (a *API) Get(operation string, path ...string) Request {
	return a.request(http.MethodGet, operation, path)
}

// Post returns a request that is not retried if LUSID may have processed it, because most of LUSID's POSTs
// create an object, rotate a secret or send mail. If its response is lost, [IsOutcomeUnknown] is true for the
// error. [Request.ReadOnly] and [Request.Idempotent] are for the other POSTs.
func (a *API) Post(operation string, path ...string) Request {
	return a.request(http.MethodPost, operation, path)
}

// Put returns a request that replaces an object. A retry has no further effect, except for a
// [Request.Versioned] request.
func (a *API) Put(operation string, path ...string) Request {
	return a.request(http.MethodPut, operation, path)
}

// Delete returns a request that deletes an object. A retry has no further effect.
func (a *API) Delete(operation string, path ...string) Request {
	return a.request(http.MethodDelete, operation, path)
}

func (a *API) request(method, operation string, path []string) Request {
	return Request{api: a, operation: a.name + "." + operation, method: method, path: path}
}

// Body adds a body to the request. It is encoded as JSON.
func (r Request) Body(body any) Request {
	r.body = body
	return r
}

// Query adds a query parameter to the request. A name may occur several times.
func (r Request) Query(name, value string) Request {
	query := maps.Clone(r.query)
	if query == nil {
		query = url.Values{}
	}
	query[name] = append(slices.Clone(query[name]), value)
	r.query = query
	return r
}

// On sets the object of the request. [IsNotFound] then reports whether this object does not exist. Without an
// object, IsNotFound is false for every response.
func (r Request) On(object Object) Request {
	r.object = object
	return r
}

// Versioned marks a PUT that stores a new version each time. Like a POST, it is not retried if LUSID may have
// processed it.
func (r Request) Versioned() Request {
	r.versioned = true
	return r
}

// ReadOnly marks a POST that changes nothing, because it is a query that is too long for a URL. It is
// retried like a GET, and does not clear the cached lists.
func (r Request) ReadOnly() Request {
	r.readOnly = true
	return r
}

// Idempotent marks a POST whose retry has no further effect. It is retried like a PUT.
func (r Request) Idempotent() Request {
	r.repeatable = true
	return r
}

// idempotent reports whether a retry has no further effect.
func (r Request) idempotent() bool {
	return r.isRead() || (r.method != http.MethodPost || r.repeatable) && !r.versioned
}

// isRead reports whether the request changes nothing.
func (r Request) isRead() bool { return r.method == http.MethodGet || r.readOnly }

// noContent is the response of an operation whose body is ignored.
type noContent struct{}

// Checked is a response type with required fields. If one is missing, [Do] returns an error, and [DoList]
// leaves out the element.
type Checked interface {
	// MissingField returns the name of a required field that is missing, or an empty string.
	MissingField() string
}

// CheckedElements is a response type with lists whose elements have required fields. If an element lacks one, [Do]
// returns an error, and [DoList] leaves out the object with the list.
type CheckedElements interface {
	// MissingElementField returns the path of a required field that an element lacks, or an empty string.
	MissingElementField() string
}

// Keyed is a response type whose objects have a key that is unique in a list. If a list has such an object twice, [DoList]
// and [DoPages] return it once.
type Keyed interface {
	// ObjectKey returns the ID of the object, or its scope and code.
	ObjectKey() string
}

// missingElementField is [CheckedElements.MissingElementField]. It is empty for other response types.
func missingElementField(answer any) string {
	if answer, ok := answer.(CheckedElements); ok {
		return answer.MissingElementField()
	}
	return ""
}

// SecretHolder is a response type with a secret. The client masks the secret in every text that it receives
// afterwards.
type SecretHolder interface {
	// HeldSecret returns the secret. It is empty if this response has none.
	HeldSecret() Secret
}

// answer is the response to a request, with its body.
type answer struct {
	*http.Response
	body []byte
}

// Do sends a request and decodes the response. After a 401 it signs in again and retries once. T should be
// [Checked], and a [SecretHolder] if it has a secret.
func Do[T any](ctx context.Context, r Request) (*T, error) {
	object, _, err := receive[T](ctx, r)
	return object, err
}

// DoFor is [Do] for an operation on the object with a key. The function key returns the key in the response. If it is
// another key, the response is unusable. DoFor ignores case and extra spaces, because LUSID may do so too.
func DoFor[T any](ctx context.Context, r Request, asked string, key func(*T) string) (*T, error) {
	object, a, err := receive[T](ctx, r)
	if err != nil {
		return nil, err
	}
	if got := key(object); !strings.EqualFold(inWords(got), inWords(asked)) {
		return nil, r.api.client.unusable(r, a, "The request was for %q, and the response is about %q. A proxy or cache may mix up responses.", asked, got)
	}
	return object, nil
}

// inWords removes spaces at both ends of a name, and repeated spaces within it.
func inWords(name string) string { return strings.Join(strings.Fields(name), " ") }

// receive sends a request and decodes the response. The answer is for errors about the response.
func receive[T any](ctx context.Context, r Request) (*T, *answer, error) {
	a, err := r.api.client.perform(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	out, err := decode[T](r.api.client, r, a)
	return out, a, err
}

// perform sends a request. An error response becomes an error. For a 404 that may not come from LUSID,
// perform finds out whether the operation's object is gone. Every error of the API is created here or in
// decode.
func (c *Client) perform(ctx context.Context, r Request) (*answer, error) {
	a, err := c.exchange(ctx, r)
	if e, ok := errors.AsType[*Error](err); ok && e.Operation == r.operation && r.api.is404WithoutCode(e) {
		e.settle(ctx, r.object)
	}
	return a, c.cleanError(err)
}

// exchange sends a request. After a 401 it signs in again and retries once. An error response becomes an
// error.
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

// DoList is [Do] for an array. If a required field is missing in some elements, DoList returns the other
// elements and an error: see [IsIncomplete].
func DoList[T any, P interface {
	*T
	Checked
}](ctx context.Context, r Request) ([]T, error) {
	list, a, err := receive[[]T](ctx, r)
	if err != nil {
		return nil, err
	}
	usable, err := keepUsable[T, P](r.api.client, r, a, *list)
	return withoutRepeats(usable), err
}

// page is one page of a list.
type page[T any] struct {
	Values []T `json:"values"`
	// NextPage is the token of the next page. Empty on the last page.
	NextPage string `json:"nextPage"`
}

func (p *page[T]) MissingField() string {
	if p.Values == nil {
		return "values"
	}
	return ""
}

// DoPages is [DoList] for a list with pages. It reads all pages.
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
		next, a, err := receive[page[T]](ctx, r)
		if err != nil {
			return nil, err
		}
		usable, err := keepUsable[T, P](c, r, a, next.Values)
		all, incomplete = append(all, usable...), cmp.Or(incomplete, err)
		if next.NextPage == "" {
			return withoutRepeats(all), incomplete
		}
		if seen[next.NextPage] {
			return nil, c.unusable(r, a, "The response refers to an earlier page of the list as the next one.")
		}
		seen[next.NextPage] = true
		r = first.Query("page", next.NextPage)
	}
}

// keepUsable leaves out the elements in which a required field is missing. If there are any, it returns the
// other elements and an error.
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
		switch missing := cmp.Or(element.MissingField(), missingElementField(element)); {
		case missing == "":
			usable = append(usable, *element)
		case broken == nil:
			broken = c.unusable(r, a, "Element %d of %d in the response has no %q.", i+1, len(list), missing)
			broken.incomplete = true
		}
	}
	if broken != nil {
		return usable, broken
	}
	return usable, nil
}

// withoutRepeats leaves out an object if an equal one is before it in the list. If an object is created or deleted while
// a list with pages is read, the object at the end of a page can be on the next page too.
func withoutRepeats[T any](list []T) []T {
	first, kept := make(map[string]int, len(list)), list[:0]
	for i := range list {
		if keyed, ok := any(&list[i]).(Keyed); ok {
			key := keyed.ObjectKey()
			earlier, isSeen := first[key]
			if isSeen && reflect.DeepEqual(kept[earlier], list[i]) {
				continue
			}
			if !isSeen {
				first[key] = len(kept)
			}
		}
		kept = append(kept, list[i])
	}
	return kept
}

// DoNoContent is [Do] for an operation whose response body, if any, is ignored.
func DoNoContent(ctx context.Context, r Request) error {
	_, err := Do[noContent](ctx, r)
	return err
}

// learnFrom adds the secret of a response to the mask, if the response has one.
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

// roundTrip sends a request, retries it according to the retry policy, and reads the response up to one byte
// more than maxBody.
func (c *Client) roundTrip(req *retryablehttp.Request) (*http.Response, []byte, error) {
	var body []byte
	read := func(resp *http.Response) (err error) {
		if body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1)); err != nil {
			body = nil
			return fmt.Errorf("the response ended early: %w", err)
		}
		return nil
	}
	// Read the body within the retry loop, so that a response that ends early is retried.
	req.SetResponseHandler(read)
	resp, err := c.http.Do(req)
	if resp != nil {
		defer resp.Body.Close()
		// After a redirect, errors name the requested URL. The server chose the other one, so it may contain a secret.
		resp.Request = req.Request
	}
	if err == nil && body == nil {
		// The handler does not get the last response of a request whose retries all failed.
		err = read(resp)
	}
	if call, ok := req.Context().Value(callKey{}).(*call); ok && err != nil && call.sent.Load() {
		err = &sentError{err, call.operation}
	}
	return resp, body, err
}

// setHeaders sets the headers of every request of the process.
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

// unusable returns the error for a successful response that cannot be read. It never repeats a part of the
// body, because the body may contain a secret.
func (c *Client) unusable(r Request, a *answer, format string, args ...any) *Error {
	e := c.newError(r.operation, a.Response, nil)
	e.idempotent = r.idempotent()
	e.Unusable = c.clean(fmt.Sprintf(format, args...))
	return e
}

// decode decodes a successful response.
func decode[T any](c *Client, r Request, a *answer) (*T, error) {
	out := new(T)
	if len(a.body) > maxBody {
		return nil, c.unusable(r, a, "The response is larger than %d MiB.", maxBody>>20)
	}
	_, mayBeEmpty := any(out).(*noContent)
	body := bytes.TrimSpace(a.body)
	if len(body) == 0 {
		if mayBeEmpty {
			return out, nil
		}
		return nil, c.unusable(r, a, "The response is empty.")
	}
	if err := json.Unmarshal(body, out); err != nil {
		if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			if mayBeEmpty {
				return out, nil
			}
			kind, _, _ := strings.Cut(wrongType.Value, " ")
			if wrongType.Field == "" {
				return nil, c.unusable(r, a, "The response is a JSON %s, which is not the format that LUSID documents.", kind)
			}
			return nil, c.unusable(r, a, "The response has a JSON %s in %q, where a %s is expected.", kind, wrongType.Field, wrongType.Type.Kind())
		}
		e := c.unusable(r, a, "The response is %s.", describeBody(a.Header, body, c.clean))
		e.NotJSON = true
		return nil, e
	}
	if string(body) == "null" && !mayBeEmpty {
		// JSON null would decode as an empty list, or as an object without fields.
		return nil, c.unusable(r, a, "The response is a JSON null, which is not the format that LUSID documents.")
	}
	normalize(body, out)
	c.learnFrom(out)
	if answer, ok := any(out).(Checked); ok {
		if field := answer.MissingField(); field != "" {
			return nil, c.unusable(r, a, "The response has no %q.", field)
		}
	}
	if field := missingElementField(out); field != "" {
		e := c.unusable(r, a, "The response has no %q.", field)
		e.Flawed = true
		return nil, e
	}
	return out, nil
}

// newError returns the error in a response.
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
