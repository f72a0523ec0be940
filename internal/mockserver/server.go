// Package mockserver provides an in-memory LUSID domain for tests and for people. It has the OAuth token endpoint, the
// Identity API, the Access API, and a control API that injects faults and lists the requests.
//
// Every request and every response is checked against the contract of its API (such as identity-openapi.json). So a
// difference between the contract and the mock or its client does not go unnoticed.
package mockserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// maxBody limits request bodies. The largest body that the contract allows is much smaller.
const maxBody = 1 << 20

// Server is one LUSID domain behind an [http.Handler]. It is safe for concurrent use.
type Server struct {
	options     Options
	credentials Credentials
	control     http.Handler
	log         requestLog
	faults      faults
	rateLimit   rateLimit

	// state guards all fields below. The operations of the APIs and the token endpoint run one at a time, so the
	// resources need no locks.
	state  sync.Mutex
	users  *users
	access *access
	tokens *tokens
	auth   *authorizationServer
	apis   []api
}

// New returns a new domain. It has the seed data in options, LUSID's built-in objects, and the user and the application
// in [Server.Credentials].
func New(options Options) *Server {
	options = options.withDefaults()
	s := &Server{
		options:     options,
		credentials: newCredentials(options.Seed.User),
		rateLimit:   rateLimit{perSecond: options.RequestsPerSecond},
	}
	applications := newApplications(options, s.credentials)
	roles := newRoles(options)
	s.users = newUsers(options, roles)
	personalAccessTokens := newPersonalAccessTokens(options, s.credentials, s.users)
	supportAccess := newSupportAccess(options)
	externalTokenIssuers := newExternalTokenIssuers(options)
	s.access = newAccess(options)
	s.tokens = newTokens(s.credentials, options.Seed.User.ID, s.users, personalAccessTokens, externalTokenIssuers)
	s.auth = newAuthorizationServer(options, s.users, applications, s.tokens, s.access)
	s.control = newControl(s)

	// One part for each API, with one line for each of its resources.
	s.apis = []api{
		newAPI(identityContract(),
			identityResources,
			applications,
			authenticationInformation{supportAccess},
			directory{s.users},
			newMcpTools(options),
			me{s.users},
			externalTokenIssuers,
			newNetworkZones(options),
			personalAccessTokens,
			roleMembers{roles, s.users},
			roles,
			supportAccess,
			s.tokens,
			newPasswordPolicies(options),
			newSessionPolicy(options),
			newUserSchema(options),
			s.users,
		),
		newAPI(accessContract(),
			accessMe{s.access},
			accessPolicies{s.access},
			accessPolicyCollections{s.access},
			accessPolicyTemplates{s.access},
			accessResources,
			accessRolePolicyCollections{accessRoles{s.access}},
			accessRoles{s.access},
			accessUserRoles{s.access, s.users},
		),
	}
	return s
}

// route is the operation of a request.
type route struct {
	// operation is the name in the request log and in faults.
	operation string
	// query has the parameters whose values the request log may contain.
	query map[string]bool
	serve func(*call) answer
}

// Credentials returns the credentials of the domain's user.
func (s *Server) Credentials() Credentials { return s.credentials }

// TokenURL returns the token endpoint's URL of a server that listens at baseURL.
func (s *Server) TokenURL(baseURL string) string { return baseURL + s.auth.tokenPath() }

// Format prints the server without its secrets.
func (s *Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "mockserver.Server") }

// RevokeTokens revokes every access token issued so far, except personal access tokens.
func (s *Server) RevokeTokens() {
	s.state.Lock()
	defer s.state.Unlock()
	clear(s.tokens.access)
}

// RevokeRefreshTokens revokes every refresh token issued so far.
func (s *Server) RevokeRefreshTokens() {
	s.state.Lock()
	defer s.state.Unlock()
	clear(s.tokens.refresh)
}

// ServeHTTP handles the requests to the domain. For an unknown route the response is 501. For a host that is neither a
// loopback address nor one of [Options.Hosts] it is 421.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.checkHost(r); err != nil {
		problemFrom(err).answer(s.newCall(r, nil)).write(w, false)
		return
	}
	if strings.HasPrefix(r.URL.Path, controlPrefix) {
		s.control.ServeHTTP(w, r)
		return
	}

	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	c := s.newCall(r, body)
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		s.finish(w, c, s.log.begin(c, route{operation: unknownOperation}), Fault{},
			(&problem{status: http.StatusRequestEntityTooLarge, code: codeInvalidRequest, detail: "The request body is too large."}).answer(c))
		return
	} else if err != nil {
		return // The client closed the connection during its request.
	}

	route := s.route(c) //nolint:contextcheck // The call has the request with its context.
	entry := s.log.begin(c, route)
	fault, faulty := s.faults.take(route.operation)
	if faulty {
		s.log.markFault(entry)
	} else if s.rateLimit.exceeded(c.now) {
		fault = rateLimited
	}
	if !wait(r.Context(), s.options.Latency+fault.Delay) {
		return
	}
	if fault.Reset == ResetBefore {
		reset(w)
		return
	}

	var a answer
	if !fault.replaces() || fault.AfterWrite {
		a = route.serve(c)
	}
	if fault.Reset == ResetAfter {
		reset(w)
		return
	}
	if fault.replaces() {
		a = fault.answer(c, route.operation)
	}
	s.finish(w, c, entry, fault, a)
}

// Unverified: identity/request-id-header.
func (s *Server) finish(w http.ResponseWriter, c *call, entry *Request, fault Fault, a answer) {
	// Write the log first. When the client has the response, the log must have the status.
	s.log.finish(entry, a)
	w.Header().Set("Lusid-Meta-Requestid", c.id)
	w.Header().Set("Lusid-Meta-Correlationid", c.correlationID())
	a.write(w, fault.Truncate)
}

func (s *Server) newCall(r *http.Request, body []byte) *call {
	c := &call{
		request: r,
		body:    body,
		base:    baseURL(r),
		id:      newRequestID(),
		now:     s.options.Clock(),
		// The default, for a path that belongs to no API.
		contract: identityContract(),
	}
	c.issuer = c.base + s.auth.issuerPath()
	return c
}

func (s *Server) route(c *call) route {
	method, path := c.request.Method, c.request.URL.Path
	switch {
	case path == s.auth.tokenPath() && method == http.MethodPost:
		return s.auth.route(c, &s.state)
	case strings.HasPrefix(path, "/oauth2/"):
		return route{operation: unknownOperation, serve: s.auth.refuse}
	}
	if list, ok := findLusidList(method, path); ok {
		return list.route(s)
	}
	if isLusidResources(method, path) {
		return lusidResourcesRoute(s)
	}
	for _, api := range s.apis {
		path, ok := strings.CutPrefix(path, api.path)
		if !ok || !strings.HasPrefix(path, "/") {
			continue
		}
		c.contract = api.contract
		if op, params := api.find(method, path); op != nil {
			c.params = params
			return route{operation: op.name, query: op.query, serve: func(c *call) answer { return s.serveAPI(c, api, op) }}
		}
	}
	return route{operation: unknownOperation, serve: notImplemented}
}

func (s *Server) serveAPI(c *call, api api, op *contractOperation) answer {
	handle, ok := api.handlers[op.id]
	if !ok {
		return notImplemented(c)
	}
	a := s.perform(c, op, handle)
	if err := op.checkAnswer(c, a); err != nil {
		return contractViolation(c, op.name, a.status, err)
	}
	return a
}

func (s *Server) perform(c *call, op *contractOperation, handle func(*call) (any, error)) answer {
	s.state.Lock()
	defer s.state.Unlock()
	err := s.tokens.authenticate(c)
	if err == nil {
		err = op.checkRequest(c)
	}
	if err == nil && !c.caller.mayCall(op.name) {
		err = accessDenied("The user may not call " + op.id + ".")
	}
	var body any
	if err == nil {
		body, err = handle(c)
	}
	if err != nil {
		return problemFrom(err).answer(c)
	}
	return jsonAnswer(op.success, body)
}

// wait waits for d and reports whether the client is still connected.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// reset aborts the connection, with a TCP RST if it is a TCP connection.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2: the server resets the stream.
	}
	raw := conn
	if tls, ok := conn.(interface{ NetConn() net.Conn }); ok {
		raw = tls.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = raw.Close()
}
