package mockserver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// contract is LUSID's published contract of one API.
type contract struct {
	// name is the name of the API. It is the prefix of the operation names.
	name string
	// path is the base path of the API in a domain. The paths in the contract are relative to it.
	path   string
	router routers.Router
	// operations has the operations by id.
	operations map[string]*contractOperation
	schemas    openapi3.Schemas
	errorNames map[int]string
}

// contractOperation is one operation of the contract.
type contractOperation struct {
	id string
	// name is the API's name and the id, such as identity.GetRole. An id alone may be in two APIs.
	name string
	// success is the operation's only 2xx status.
	success int
	query   map[string]bool
	// booleans are the names of the boolean query parameters.
	booleans []string
	route    *routers.Route
	// valid is the last response that satisfied the contract. Checking a list of a thousand users takes longer
	// than the rest of a request, and usually the next response is the same.
	valid atomic.Pointer[answer]
}

func parseContract(api, path string, data []byte) (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	doc.Servers = nil // The router gets only paths of the contract, without a host.
	enforceAllowedValues(doc)
	router, err := legacy.NewRouter(doc)
	if err != nil {
		return nil, err
	}

	k := &contract{
		name:       api,
		path:       path,
		router:     router,
		operations: map[string]*contractOperation{},
		schemas:    doc.Components.Schemas,
		errorNames: map[int]string{},
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			op := &contractOperation{
				id:    operation.OperationID,
				name:  api + "." + operation.OperationID,
				query: map[string]bool{},
				route: &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: operation},
			}
			for status := http.StatusOK; status < http.StatusMultipleChoices; status++ {
				if operation.Responses.Status(status) != nil {
					op.success = status
				}
			}
			for _, parameter := range operation.Parameters {
				if parameter.Value.In == openapi3.ParameterInQuery {
					op.query[parameter.Value.Name] = true
					if parameter.Value.Schema.Value.Type.Is(openapi3.TypeBoolean) {
						op.booleans = append(op.booleans, parameter.Value.Name)
					}
				}
			}
			k.operations[op.id] = op
		}
	}

	codes, err := json.Marshal(doc.Info.Extensions["x-error-codes"])
	if err != nil {
		return nil, err
	}
	var list []struct {
		Code int    `json:"code"`
		Name string `json:"name"`
	}
	if err := json.Unmarshal(codes, &list); err != nil {
		return nil, err
	}
	for _, e := range list {
		k.errorNames[e.Code] = e.Name
	}
	return k, nil
}

// enforceAllowedValues turns each x-allowed-values into an enum. The contract uses x-allowed-values for rules that
// LUSID documents only in prose.
func enforceAllowedValues(doc *openapi3.T) {
	restrict := func(ref *openapi3.SchemaRef) {
		if values, ok := ref.Value.Extensions["x-allowed-values"].([]any); ok {
			ref.Value.Enum = values
		}
	}
	for _, schema := range doc.Components.Schemas {
		for _, property := range schema.Value.Properties {
			restrict(property)
		}
	}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			for _, parameter := range operation.Parameters {
				restrict(parameter.Value.Schema)
			}
		}
	}
}

func (k *contract) errorName(code int) string {
	if name, ok := k.errorNames[code]; ok {
		return name
	}
	return k.errorNames[codeUnknown]
}

// checkSchema checks a decoded JSON value against a schema of the contract.
func (k *contract) checkSchema(name string, v any) error {
	encoded, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var body any
	if err := json.Unmarshal(encoded, &body); err != nil {
		return err
	}
	if err := k.schemas[name].Value.VisitJSON(body, openapi3.MultiErrors()); err != nil {
		return errors.New(describe(fieldErrors(err)))
	}
	return nil
}

// find returns the operation at a path of the contract and the path parameters, or nil. The path must be decoded,
// because the patterns of the contract apply to decoded values.
func (k *contract) find(method, path string) (*contractOperation, map[string]string) {
	found, params, err := k.router.FindRoute(&http.Request{Method: method, URL: &url.URL{Path: path}})
	if err != nil {
		return nil, nil
	}
	return k.operations[found.Operation.OperationID], params
}

// checkRequest returns a *problem for a request that violates the contract. Otherwise it sets the query of the call,
// including default values, and turns the body into valid JSON.
func (op *contractOperation) checkRequest(c *call) error {
	header := c.request.Header.Clone()
	if op.route.Operation.RequestBody != nil && len(c.body) > 0 {
		if !acceptsMediaType(header.Get("Content-Type")) {
			return &problem{
				status: http.StatusUnsupportedMediaType, code: codeInvalidRequest,
				detail: "The Content-Type must be application/json, application/json-patch+json, text/json or application/*+json.",
			}
		}
		header.Set("Content-Type", "application/json")
		if !json.Valid(c.body) {
			c.body = requoteJSON(c.body)
		}
		if !json.Valid(c.body) {
			return &problem{
				status: http.StatusBadRequest, code: codeInvalidRequest,
				errors: map[string][]string{"": {"The request body is not valid JSON."}},
			}
		}
	}

	query, err := op.normalizeBooleans(c.request.URL.Query())
	if err != nil {
		return err
	}
	input := op.input(c, header)
	input.Request.URL.RawQuery = query.Encode()
	if err := openapi3filter.ValidateRequest(c.request.Context(), input); err != nil {
		return op.breach(fieldErrors(err))
	}
	c.query = input.Request.URL.Query()
	return nil
}

// normalizeBooleans writes booleans in lower case. LUSID accepts any case, because its Python
// Identity SDK sends True and False. For other values that the contract's validator would accept as a
// boolean, such as 1, it returns a *problem.
func (op *contractOperation) normalizeBooleans(query url.Values) (url.Values, error) {
	fields := map[string][]string{}
	for _, name := range op.booleans {
		for i, value := range query[name] {
			switch lower := strings.ToLower(value); lower {
			case "true", "false":
				query[name][i] = lower
			default:
				fields[name] = []string{"The value must be true or false."}
			}
		}
	}
	if len(fields) > 0 {
		return nil, op.breach(fields)
	}
	return query, nil
}

// breach returns the *problem for a request that violates the contract, with messages by field.
func (op *contractOperation) breach(fields map[string][]string) *problem {
	return &problem{
		status: http.StatusBadRequest, code: codeInvalidParameter,
		detail: "The request violates the contract of " + op.id + ".",
		errors: fields,
	}
}

// checkAnswer returns an error if a response violates the contract. The error contains no values, because they may be
// secrets.
func (op *contractOperation) checkAnswer(c *call, a answer) error {
	if valid := op.valid.Load(); valid != nil && valid.equal(a) {
		return nil
	}
	err := openapi3filter.ValidateResponse(c.request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: op.input(c, c.request.Header),
		Status:                 a.status,
		Header:                 a.header,
		Body:                   io.NopCloser(bytes.NewReader(a.body)),
		Options:                &openapi3filter.Options{MultiError: true},
	})
	if err == nil {
		op.valid.Store(&a)
		return nil
	}
	return errors.New(describe(fieldErrors(err)))
}

func (op *contractOperation) input(c *call, header http.Header) *openapi3filter.RequestValidationInput {
	return &openapi3filter.RequestValidationInput{
		Request: &http.Request{
			Method: c.request.Method,
			URL:    &url.URL{Path: c.request.URL.Path, RawQuery: c.request.URL.RawQuery},
			Header: header,
			Body:   io.NopCloser(bytes.NewReader(c.body)),
		},
		PathParams: c.params,
		Route:      op.route,
		Options: &openapi3filter.Options{
			MultiError: true,
			AuthenticationFunc: func(context.Context, *openapi3filter.AuthenticationInput) error {
				return nil // The caller is already authenticated.
			},
		},
	}
}

// acceptsMediaType reports whether LUSID accepts a body of this type as JSON.
func acceptsMediaType(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	return mediaType == "application/json" || mediaType == "text/json" ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}

// fieldErrors converts a validation error to messages by field, without values.
func fieldErrors(err error) map[string][]string {
	fields := map[string][]string{}
	var collect func(prefix, reason string, err error)
	collect = func(prefix, reason string, err error) {
		switch e := err.(type) { //nolint:errorlint // Each layer needs its own handling, because a MultiError has several errors.
		case openapi3.MultiError:
			for _, err := range e {
				collect(prefix, reason, err)
			}
		case *openapi3filter.RequestError:
			if e.Parameter != nil {
				prefix = e.Parameter.Name
			}
			collect(prefix, e.Reason, e.Err)
		case *openapi3filter.ResponseError:
			collect(prefix, e.Reason, e.Err)
		case *openapi3.SchemaError:
			field := strings.Join(append([]string{prefix}, e.JSONPointer()...), ".")
			field = strings.Trim(field, ".")
			fields[field] = append(fields[field], e.Reason)
		default:
			fields[prefix] = append(fields[prefix], cmp.Or(reason, "The value is not valid."))
		}
	}
	collect("", "", err)
	return fields
}

func describe(fields map[string][]string) string {
	var messages []string
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		messages = append(messages, field+": "+strings.Join(fields[field], ", "))
	}
	return strings.Join(messages, "; ")
}
