package provider_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// cellSetting has what all cells of one kind and phase share.
type cellSetting struct {
	kind         string
	row          providertest.KindFixture
	phase        phase
	certificates providertest.Certificates
}

// reference is the result of a phase without a fault.
type reference struct {
	exchanges []providertest.Exchange
	// warnings is the number of warnings about all objects, and inventory has the objects in the domain at the end.
	warnings  int
	inventory map[string][]string
}

// span is how long a fault lasts.
type span string

const (
	once   span = "once"
	always span = "always"
	// outage means that the fault occurs once, and then no request gets a response.
	outage span = "once, then an outage"
)

// cell is one fault in one request of one phase of one kind.
type cell struct {
	cellSetting
	reference reference
	target    target
	fault     fault
	span      span
}

// cells returns all cells of the setting. Only writes that LUSID may have carried out have an outage: then the requests
// that check the write fail too.
func (s cellSetting) cells(t *testing.T) []cell {
	t.Helper()
	var cells []cell
	reference := s.reference(t)
	for _, target := range s.targets(reference) {
		for _, fault := range faultsOf(t, target) {
			spans := []span{once, always}
			if fault.effect == harmless {
				spans = spans[1:]
			}
			if target.mustNotRetry && rules[fault.effect].noRetryOnce == checksWrite {
				spans = append(spans, outage)
			}
			for _, span := range spans {
				cells = append(cells, cell{cellSetting: s, reference: reference, target: target, fault: fault, span: span})
			}
		}
	}
	return cells
}

// leavesObject reports whether the fault leaves an object in LUSID that is not in the state.
func (c cell) leavesObject() bool {
	isKeyLost := c.row.Faults.ShownOnce && c.target.mustNotRetry && rules[c.fault.effect].noRetryOnce == checksWrite
	return c.fault.written && c.phase.name == providertest.Creating && !c.row.Faults.Adopts && c.row.Faults.ReadsFirst == "" && (c.span == outage || isKeyLost)
}

func (c cell) name() string {
	request := c.target.Operation
	if c.target.nth > 0 {
		request += fmt.Sprint(" number ", c.target.nth+1)
	}
	return strings.Join([]string{request, c.fault.name, string(c.span)}, "/")
}

// targets returns the requests of a phase in which faults occur: the first request of each operation, the second request
// of an operation that writes, and the token request.
func (s cellSetting) targets(r reference) []target {
	var targets []target
	counts := map[string]int{}
	for i, e := range r.exchanges {
		nth := counts[e.Operation]
		counts[e.Operation]++
		isWrite := e.Method != http.MethodGet
		// A refresh of many objects sends the same requests as a read, except a list. If every read uses the list, the
		// refresh has no new request.
		isNew := s.phase.name != providertest.Refreshing || e.Operation == s.row.Faults.OptionalRequest && e.Operation != r.exchanges[0].Operation
		if nth > 0 && (!isWrite || nth > 1) || !isNew {
			continue
		}
		targets = append(targets, target{
			Exchange: e, kind: s.kind, phase: s.phase.name, nth: nth, index: i, role: s.role(e),
			mustNotRetry:     e.Method == http.MethodPost && e.Operation != s.row.Faults.Repeatable || e.Operation == s.row.Faults.Versioned,
			comparedWithPlan: comparedWithPlan[s.phase.name][e.Operation],
		})
	}
	if s.phase.name != providertest.Refreshing && len(r.exchanges) > 0 {
		token := target{Exchange: providertest.Exchange{Method: http.MethodPost, Operation: "token:password", Body: []byte(`{"access_token":"a"}`)}, role: optionalRequest, first: s.role(r.exchanges[0])}
		for _, e := range r.exchanges {
			token.role = min(token.role, s.role(e))
		}
		targets = append(targets, token)
	}
	return targets
}

func (s cellSetting) role(e providertest.Exchange) role {
	switch {
	case e.Operation == s.row.Faults.OptionalRequest && (s.phase.name == providertest.Creating || s.phase.name == providertest.Refreshing):
		return optionalRequest
	case e.Operation == s.row.Faults.OnlyForWarning[s.phase.name]:
		return optionalRequest
	case e.Operation == s.row.Faults.FailureOnlyWarns[s.phase.name]:
		return failureOnlyWarns
	}
	return needed
}

func (t target) isToken() bool { return strings.HasPrefix(t.Operation, "token") }

// outcome is the expected outcome of the cell.
func (c cell) outcome() outcome {
	rule := rules[c.fault.effect]
	outcome := rule.once
	switch {
	case c.span == outage:
		return fails
	case c.target.mustNotRetry && c.span == always:
		outcome = rule.noRetryAlways
	case c.target.mustNotRetry:
		outcome = rule.noRetryOnce
	case c.span == always:
		outcome = rule.always
	}
	if outcome == checksWrite {
		return c.outcomeAfterCheck()
	}
	if outcome == fails && rule.noRetryAlways == checksWrite && c.fault.written && c.target.Operation == c.row.Faults.Repeatable {
		return warns // The provider finds the object.
	}
	role := c.target.role
	switch {
	case c.target.isToken() && c.span == once:
		// The next request requests a token again.
		role = c.target.first
	case c.target.isToken():
	case c.span == always && c.target.Operation == c.row.Faults.ReadsFirst && c.phase.name == providertest.Creating &&
		(c.fault.effect != unusableResponse || !c.fault.written || c.fault.isLarge) && c.fault.mock.Status != http.StatusNotFound:
		// The response to this read is a 404. If a fault changes only the body, the status is still enough. After a 404 of a
		// gateway, the provider reads a list instead.
		role = needed
	case c.span == always && c.fault.connection != providertest.Accepted &&
		(role == optionalRequest || role == failureOnlyWarns && c.target.index < len(c.reference.exchanges)-1):
		// All later requests fail to connect too.
		role = needed
	}
	switch {
	case outcome == fails && role == optionalRequest:
		return succeeds
	case outcome == fails && role == failureOnlyWarns:
		return warns
	}
	return outcome
}

// outcomeAfterCheck is the expected outcome of a write that must not be retried, after the provider checked whether LUSID
// carried it out.
func (c cell) outcomeAfterCheck() outcome {
	switch {
	case !c.isFound() && c.span == once:
		return succeeds // The provider sends the write again.
	case !c.isFound(), c.row.Faults.ShownOnce:
		return fails
	case c.phase.name == providertest.Updating, c.row.Faults.Adopts:
		return succeeds // The object already equals the plan.
	}
	return warns
}

// isFound reports whether the provider can find the result of a write whose response was lost.
func (c cell) isFound() bool {
	return c.fault.written && (c.phase.name != providertest.Rotating || !c.row.Faults.OldSecretUnknown)
}

// cellRun is a domain in memory that processes of the provider use.
type cellRun struct {
	cellSetting
	providertest.FaultyDomain
	t *testing.T
	// api and tokens are the listeners of the API and of the token endpoint.
	api, tokens *providertest.MemoryListener
	arguments   providertest.Object
	log         bytes.Buffer
	// messages has the text of all diagnostics.
	messages strings.Builder
}

// start starts a domain in which the fault can occur. If withToken is true, the provider signs in with a password. Over
// TLS, the provider trusts one authority. A connection fault occurs in one request, so every request then has a separate
// connection.
func (s cellSetting) start(t *testing.T, withToken bool, f fault) *cellRun {
	t.Helper()
	run := &cellRun{cellSetting: s, FaultyDomain: providertest.NewFaultyDomain(t), t: t}
	isHTTP2 := f.breakOff != nil
	overTLS, scheme := f.connection.IsTLS() || isHTTP2, "http"
	var protocols []string
	if overTLS {
		scheme = "https"
	}
	if isHTTP2 {
		protocols = []string{"h2"}
	}
	listen := func() *providertest.MemoryListener {
		l := providertest.ListenInMemory(t)
		var listener net.Listener = l
		if overTLS {
			listener = tls.NewListener(l, &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
				conn, ok := hello.Conn.(*providertest.MemoryConn)
				switch {
				case !ok:
					return nil, net.ErrClosed
				case conn.Fate == providertest.Outdated:
					return &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, nil
				}
				return &tls.Config{NextProtos: protocols, Certificates: []tls.Certificate{*s.certificates.ByFate[conn.Fate]}}, nil
			}})
		}
		providertest.ServeInMemory(t, listener, run.Front).SetKeepAlivesEnabled(f.connection == providertest.Accepted)
		return l
	}
	run.api, run.tokens = listen(), listen()
	run.URL = scheme + "://" + run.api.Address
	run.arguments = providertest.Object{"api_url": run.URL, "access_token": run.Token}
	if withToken {
		run.arguments = run.PasswordArguments()
		run.arguments["token_url"] = run.Mock.TokenURL(scheme + "://" + run.tokens.Address)
	}
	if overTLS {
		run.arguments["ca_certificate_file"] = s.certificates.Authority
	}
	return run
}

// process returns a new process of the provider.
func (r *cellRun) process() providertest.ManagedType {
	r.t.Helper()
	p := providertest.NewProtocol(r.t)
	p.Log = &r.log
	p.Configure(r.arguments).MustBeQuiet(r.t)
	return p.Resource(providertest.TypeNameOf(r.kind))
}

// createObjects creates the objects that must exist before the phase.
func (r *cellRun) createObjects() []providertest.Instance {
	r.t.Helper()
	m := r.process()
	var objects []providertest.Instance
	for n := range r.phase.objects {
		objects = append(objects, m.MustCreate(r.row.Config.Number(n)))
	}
	return objects
}

// followErrors does what the errors say after a create whose outcome the provider can't know. It creates the object again,
// which fails with an error that names the existing object. Then it imports that object. If LUSID returns a value of the
// object only once, it deletes the object instead.
func (r *cellRun) followErrors(errs []string) []providertest.Instance {
	r.t.Helper()
	if len(errs) != 1 || !strings.Contains(errs[0], "may have created it anyway") && !strings.Contains(errs[0], "LUSID now has the token ") {
		r.t.Errorf("the errors are %q, want one that says that LUSID has or may have created the object", errs)
	}
	m := r.process()
	created, diags := m.Create(r.row.Config.Number(0))
	if created.Exists() || len(diags.Errors()) != 1 {
		r.t.Fatalf("a second create left an object in the state: %t, and its errors are %q; want no object and one error", created.Exists(), diags.Errors())
	}
	r.record([]providertest.Diagnostics{diags})
	if r.row.Faults.ShownOnce {
		// The value is lost, so nobody can use the object. The error names the object.
		id := regexp.MustCompile(`taken by the token (\w+),`).FindStringSubmatch(diags.Errors()[0])
		if id == nil {
			r.t.Fatalf("the error is %q, want the id of the object that has the name", diags.Errors())
		}
		r.MustCall(r.t, http.MethodDelete, r.row.Listings[0]+"/"+id[1], nil, nil)
		return []providertest.Instance{{}}
	}
	block := regexp.MustCompile(`import {\n  to = (\w+)\.NAME\n  id = "([^"]+)"\n}`).FindStringSubmatch(diags.Errors()[0])
	if block == nil || block[1] != m.Name {
		r.t.Fatalf("the error is %q, want an import block of %s", diags.Errors(), m.Name)
	}
	imported, diags := m.ImportState(block[2])
	diags.MustSucceed(r.t)
	return []providertest.Instance{imported}
}

// applyAgain refreshes and applies the configuration in a separate process. Then it expects that the state is up to date
// and that the next plan is empty.
func (r *cellRun) applyAgain(before, after []providertest.Instance, warnings int) {
	r.t.Helper()
	if r.phase.again != nil {
		after = r.phase.again(r.process(), r.row, before, after)
	}
	wanted := r.phase.wanted(r.row)
	m := r.process()
	state := after[0]
	if state.Exists() {
		state = m.MustRead(state)
	}
	if wanted == nil {
		if state.Exists() {
			if diags := m.Destroy(state); len(diags.Errors()) > 0 || len(diags.Warnings()) > warnings {
				diags.MustBeQuiet(r.t)
			}
		}
		return
	}
	change, diags := m.Plan(state, wanted)
	diags.MustSucceed(r.t)
	if state.Exists() && state.Differences(change.Planned) == nil {
		// This is already the empty plan.
		r.check(state)
		return
	}
	state, diags = m.Apply(change)
	diags.MustBeQuiet(r.t)
	m = r.process()
	read := m.MustRead(state)
	if !read.Exists() {
		r.t.Fatal("the object does not exist after one more apply, want it to exist")
	}
	if names := state.Differences(read); names != nil {
		r.t.Errorf("after one more apply, a refresh changed %s, want no change", names)
	}
	m.MustPlanNothing(read, wanted)
	r.check(read)
}

func (r *cellRun) check(state providertest.Instance) {
	r.t.Helper()
	if r.row.Faults.Holds != nil {
		r.row.Faults.Holds(r.t, r.Domain, state)
	}
}

// record adds the text of diagnostics to the messages.
func (r *cellRun) record(perObject []providertest.Diagnostics) {
	for _, diags := range perObject {
		for _, text := range slices.Concat(diags.Errors(), diags.Warnings()) {
			r.messages.WriteString(text + "\n")
		}
	}
}

// checkSecrets expects no secret in the messages, the log, the private state and the attributes that are not sensitive.
func (r *cellRun) checkSecrets(states []providertest.Instance) {
	r.t.Helper()
	secrets := r.Front.Seen()
	providertest.MustBeAbsent(r.t, "the errors and warnings", r.messages.String(), secrets)
	providertest.MustBeAbsent(r.t, "the log", r.log.String(), secrets)
	schema := providertest.NewProtocol(r.t).Schema.ResourceSchemas[providertest.TypeNameOf(r.kind)]
	for _, state := range states {
		providertest.MustBeAbsent(r.t, "the private state", string(state.Private), secrets)
		for _, attribute := range schema.Block.Attributes {
			if !attribute.Sensitive && state.Exists() {
				providertest.MustBeAbsent(r.t, "the state's "+attribute.Name, state.Attributes[attribute.Name].String(), secrets)
			}
		}
	}
}

// reference runs the phase without a fault.
func (s cellSetting) reference(t *testing.T) (r reference) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { r = s.runWithoutFault(t) })
	return r
}

func (s cellSetting) runWithoutFault(t *testing.T) reference {
	t.Helper()
	run := s.start(t, false, fault{})
	before := run.createObjects()
	m := run.process()
	run.Front.TakeExchanges()
	after, perObject := s.phase.run(m, s.row, before)
	reference := reference{exchanges: run.Front.TakeExchanges()}
	for _, diags := range perObject {
		diags.MustSucceed(t)
		reference.warnings += len(diags.Warnings())
	}
	run.applyAgain(before, after, reference.warnings)
	reference.inventory = inventory(run.FaultyDomain, t)
	return reference
}

// occursIn reports whether the fault occurs in request n, counted from zero, if request first is the first with the fault.
func (c cell) occursIn(n, first int) bool { return n == first || c.span == always && n > first }

// inject injects the fault, unless it is a fault of the connection.
func (c cell) inject(d providertest.FaultyDomain) {
	fault := c.fault.mock
	switch {
	case c.fault.connection != providertest.Accepted:
	case c.fault.rewrite != nil:
		n := -1
		d.Front.RewriteBy(func(e providertest.Exchange) providertest.Rewrite {
			if e.Operation == c.target.Operation {
				n++
			}
			if e.Operation != c.target.Operation || !c.occursIn(n, c.target.nth) {
				return nil
			}
			return c.fault.rewrite
		})
	default:
		fault.Operation, fault.After = c.target.Operation, c.target.nth
		if c.span == always {
			fault.Count = -1
		}
		if c.fault.retryAfter != nil {
			fault.RetryAfter = c.fault.retryAfter()
		}
		d.Mock.InjectFault(fault)
		d.Front.BreakOffBy(c.fault.breakOff)
	}
	if c.span == outage {
		d.Mock.InjectFault(mockserver.Fault{Operation: "*", Reset: mockserver.ResetBefore, After: c.target.index + 1, Count: -1})
	}
}

// injectConnections injects a fault of the connection.
func (c cell) injectConnections(run *cellRun) {
	listener, first := run.api, c.target.index
	if c.target.isToken() {
		listener, first = run.tokens, 0
	}
	listener.Decide(func(n int) providertest.ConnectionFate {
		if c.occursIn(n, first) {
			return c.fault.connection
		}
		return providertest.Accepted
	})
}

func (c cell) test(t *testing.T) {
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("the provider panicked: %v\n%s", p, debug.Stack())
		}
	}()
	run := c.start(t, c.target.isToken(), c.fault)
	before := run.createObjects()
	m := run.process()

	run.Forget()
	c.inject(run.FaultyDomain)
	c.injectConnections(run)
	began := time.Now()
	after, perObject := c.phase.run(m, c.row, before)
	elapsed := time.Since(began)
	run.Front.Recover()
	run.api.Decide(nil)
	run.tokens.Decide(nil)
	run.record(perObject)
	c.checkOutcome(t, perObject, elapsed, run.Counts()[c.target.Operation])
	for i, diags := range perObject {
		if len(diags.Errors()) > 0 && i < len(before) && after[i].Exists() {
			if names := before[i].Differences(after[i]); names != nil {
				t.Errorf("the failed phase changed %s in the state, want no change", names)
			}
		}
	}

	if c.leavesObject() {
		after = run.followErrors(perObject[0].Errors())
	}
	run.applyAgain(before, after, c.reference.warnings)
	want, got := c.reference.inventory, inventory(run.FaultyDomain, t)
	if c.fault.erases != "" {
		if cmp.Equal(want, got) {
			t.Errorf("the domain still has the %s, want none", c.fault.erases)
		}
		want, got = without(want, c.fault.erases), without(got, c.fault.erases)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the objects of the domain differ from a run without the fault (-want +got):\n%s", diff)
	}
	run.checkSecrets(after)
	if t.Failed() {
		t.Logf("errors and warnings of the provider:\n%s", run.messages.String())
	}
}

// without returns an inventory without one field of its objects.
func without(inventory map[string][]string, field string) map[string][]string {
	pattern := regexp.MustCompile(`"` + field + `":"[^"]*",?`)
	rest := map[string][]string{}
	for path, objects := range inventory {
		for _, object := range objects {
			rest[path] = append(rest[path], pattern.ReplaceAllString(object, ""))
		}
		slices.Sort(rest[path])
	}
	return rest
}

// checkOutcome compares the diagnostics of each object, the time and the number of requests with the expected outcome of
// the cell.
func (c cell) checkOutcome(t *testing.T, perObject []providertest.Diagnostics, elapsed time.Duration, requests int) {
	t.Helper()
	longest := time.Duration(len(perObject)) * 11 * time.Minute
	if c.row.Faults.OnlyForWarning[c.phase.name] != "" || c.row.Faults.FailureOnlyWarns[c.phase.name] != "" {
		longest *= 2 // The plan waits for this request too.
	}
	if elapsed > longest {
		t.Errorf("the phase took %s, want at most %s", elapsed, longest)
	}
	var errs, warnings []string
	for _, diags := range perObject {
		if got := diags.Errors(); len(got) > 1 {
			t.Errorf("got %d errors about one object, want at most 1", len(got))
		}
		errs, warnings = append(errs, diags.Errors()...), append(warnings, diags.Warnings()...)
	}
	if c.fault.effect == refusedBeforeLUSID && elapsed > time.Second {
		t.Errorf("the phase took %s, want at most 1s, because a retry would not help", elapsed)
	}
	want := c.outcome()
	got := succeeds
	switch {
	case len(errs) > 0:
		got = fails
	case len(warnings) > c.reference.warnings:
		got = warns
	}
	isSentOnce := c.isFound() && rules[c.fault.effect].noRetryOnce == checksWrite || c.fault.effect == refusedBeforeLUSID
	if c.target.mustNotRetry && isSentOnce && requests > 1 {
		t.Errorf("got %d requests of %s, want 1", requests, c.target.Operation)
	}
	// The retry policy retries a request five times. A lost write may be sent once more, also with five retries.
	limit := 12 * len(perObject)
	for _, e := range c.reference.exchanges {
		limit += btoi(e.Operation == c.target.Operation)
	}
	if requests > limit {
		t.Errorf("got %d requests of %s, want at most %d", requests, c.target.Operation, limit)
	}
	if got != want {
		t.Errorf("the outcome is %s, want %s; errors and warnings: %s", got, want, append(errs, warnings...))
		return
	}
	switch got {
	case fails:
		words := c.fault.words
		if c.span == outage && strings.Contains(strings.Join(errs, ""), "connection reset") {
			words = nil // The error reports the last fault.
		}
		if c.target.isToken() && c.fault.tokenWords != nil {
			words = c.fault.tokenWords
		}
		parts := append([]string{"Unable to ", "could not be "}, words...)
		neverSent := c.fault.effect == notConnected || c.fault.connection == providertest.Untrusted || c.fault.connection == providertest.Outdated
		if !neverSent && !slices.Contains([]effect{changedSincePlan, missingField, missingFieldRetried}, c.fault.effect) {
			// LUSID's support can find the correlation ID of a request that was sent. If the request was not sent, or if the
			// provider refuses the change, the error has no correlation ID.
			parts = append(parts, "correlation ")
		}
		switch {
		case !c.target.mustNotRetry || rules[c.fault.effect].noRetryOnce != checksWrite:
		case c.isFound() && c.row.Faults.ShownOnce && c.span != outage:
			parts = append(parts, "LUSID now has the token ")
		default:
			parts = append(parts, "LUSID may have ")
		}
		for _, text := range errs {
			if strings.Contains(text, "LUSID now has the token ") && strings.Contains(text, "Run again later") {
				t.Errorf("the error has two different next steps, want one:\n%s", text)
			}
			for _, part := range parts {
				if !strings.Contains(text, part) {
					t.Errorf("the error does not contain %q, want it:\n%s", part, text)
				}
			}
		}
	case warns:
		if len(warnings) != c.reference.warnings+1 {
			t.Errorf("got %d more warnings than without the fault, want 1:\n%s", len(warnings)-c.reference.warnings, strings.Join(warnings, "\n"))
		}
	case succeeds:
		isChecked := c.target.mustNotRetry && rules[c.fault.effect].noRetryOnce == checksWrite
		if c.target.role == needed && !isChecked && elapsed < c.fault.wait {
			t.Errorf("the phase took %s, want at least %s, because of Retry-After", elapsed, c.fault.wait)
		}
	case checksWrite:
	}
}

func (o outcome) String() string {
	return [...]string{"success", "success with a warning", "an error", "a check of the write"}[o]
}
