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
)

// cellSetting is what the cells of one kind and phase have in common.
type cellSetting struct {
	kind         string
	row          faultRow
	phase        phase
	certificates certificates
}

// reference is what a phase does without a fault.
type reference struct {
	exchanges []exchange
	// warnings is how many there are of all objects, and inventory what the domain holds at last.
	warnings  int
	inventory map[string][]string
}

// span is how long a fault lasts.
type span string

const (
	onlyOnce span = "once"
	forGood  span = "for good"
	// outage is once, and then no request is answered.
	outage span = "outage"
)

// cell is one kind, in one phase, that meets one fault in one request.
type cell struct {
	cellSetting
	reference reference
	target    target
	fault     fault
	span      span
}

// cells are all that the setting has. An outage is of interest where a write may have taken place:
// whatever would settle that fails too.
func (s cellSetting) cells(t *testing.T) []cell {
	t.Helper()
	var cells []cell
	reference := s.reference(t)
	for _, target := range s.targets(reference) {
		for _, fault := range faultsOf(t, target) {
			spans := []span{onlyOnce, forGood}
			if fault.effect == harmless {
				spans = spans[1:]
			}
			if target.mayNotRepeat && rules[fault.effect].postOnce == settles {
				spans = append(spans, outage)
			}
			for _, span := range spans {
				cells = append(cells, cell{cellSetting: s, reference: reference, target: target, fault: fault, span: span})
			}
		}
	}
	return cells
}

// orphans reports that something is left behind that the state knows nothing of.
func (c cell) orphans() bool {
	isKeyLost := c.row.shownOnce && c.target.mayNotRepeat && rules[c.fault.effect].postOnce == settles
	return c.fault.written && c.phase.name == creating && (c.span == outage || isKeyLost)
}

func (c cell) name() string {
	request := c.target.operation
	if c.target.nth > 0 {
		request += fmt.Sprint(" number ", c.target.nth+1)
	}
	return strings.Join([]string{request, c.fault.name, string(c.span)}, "/")
}

// targets are the requests of a phase that meet faults: the first of each operation, a second
// write, and what a token is asked for with.
func (s cellSetting) targets(r reference) []target {
	var targets []target
	counts := map[string]int{}
	for i, e := range r.exchanges {
		nth := counts[e.operation]
		counts[e.operation]++
		isWrite := e.method != http.MethodGet
		// In a refresh of many only the list is new, where it is not what every read takes.
		isNew := s.phase.name != refreshing || e.operation == s.row.optionalRequest && e.operation != r.exchanges[0].operation
		if nth > 0 && (!isWrite || nth > 1) || !isNew {
			continue
		}
		targets = append(targets, target{
			exchange: e, nth: nth, index: i, role: s.role(e),
			mayNotRepeat: e.method == http.MethodPost || e.operation == s.row.versioned,
		})
	}
	if s.phase.name != refreshing && len(r.exchanges) > 0 {
		token := target{exchange: exchange{method: http.MethodPost, operation: "token:password", body: []byte(`{"access_token":"a"}`)}, role: optionalRequest, first: s.role(r.exchanges[0])}
		for _, e := range r.exchanges {
			token.role = min(token.role, s.role(e))
		}
		targets = append(targets, token)
	}
	return targets
}

func (s cellSetting) role(e exchange) role {
	switch {
	case e.operation == s.row.optionalRequest && (s.phase.name == creating || s.phase.name == refreshing):
		return optionalRequest
	case e.operation == s.row.onlyForWarning[s.phase.name]:
		return optionalRequest
	case e.operation == s.row.failureOnlyWarns[s.phase.name]:
		return failureOnlyWarns
	}
	return needed
}

func (t target) isToken() bool { return strings.HasPrefix(t.operation, "token") }

// outcome is what must come of the cell.
func (c cell) outcome() outcome {
	rule := rules[c.fault.effect]
	outcome := rule.once
	switch {
	case c.span == outage:
		return fails
	case c.target.mayNotRepeat && c.span == forGood:
		outcome = rule.postForGood
	case c.target.mayNotRepeat:
		outcome = rule.postOnce
	case c.span == forGood:
		outcome = rule.forGood
	}
	if outcome == settles {
		return c.settled()
	}
	role := c.target.role
	switch {
	case c.target.isToken() && c.span == onlyOnce:
		// Whatever comes next asks again.
		role = c.target.first
	case c.target.isToken():
	case c.span == forGood && c.fault.connection != accepted && role == optionalRequest:
		// No later request gets through either.
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

// settled is what comes of a write that may not be repeated, and of which it is found out whether it
// took place.
func (c cell) settled() outcome {
	switch {
	case !c.isFound() && c.span == onlyOnce:
		return succeeds // It is done again.
	case !c.isFound(), c.row.shownOnce:
		return fails
	case c.phase.name == updating:
		return succeeds // It is as it should be.
	}
	return warns
}

// isFound reports that the provider can find what a write did whose answer was lost.
func (c cell) isFound() bool {
	return c.fault.written && (c.phase.name != rotating || !c.row.oldSecretUnknown)
}

// cellRun is a domain in memory, and the processes of the provider that work on it.
type cellRun struct {
	cellSetting
	faultyDomain
	t *testing.T
	// api and tokens are where the API and the token endpoint listen.
	api, tokens *memoryListener
	arguments   object
	log         bytes.Buffer
	said        strings.Builder
}

// start starts a domain that can meet a fault. With a token the provider signs in by password; over
// TLS it trusts one authority. A fault of the connection strikes one request, which therefore has a
// connection of its own.
func (s cellSetting) start(t *testing.T, withToken bool, met fault) *cellRun {
	t.Helper()
	run := &cellRun{cellSetting: s, faultyDomain: newFaultyDomain(t), t: t}
	isHTTP2 := met.breakOff != nil
	overTLS, scheme := met.connection.isTLS() || isHTTP2, "http"
	var protocols []string
	if overTLS {
		scheme = "https"
	}
	if isHTTP2 {
		protocols = []string{"h2"}
	}
	listen := func() *memoryListener {
		l := listenInMemory(t)
		var listener net.Listener = l
		if overTLS {
			listener = tls.NewListener(l, &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
				conn, ok := hello.Conn.(*memoryConn)
				switch {
				case !ok:
					return nil, net.ErrClosed
				case conn.fate == outdated:
					return &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, nil
				}
				return &tls.Config{NextProtos: protocols, Certificates: []tls.Certificate{*s.certificates.byFate[conn.fate]}}, nil
			}})
		}
		serveInMemory(t, listener, run.front).SetKeepAlivesEnabled(met.connection == accepted)
		return l
	}
	run.api, run.tokens = listen(), listen()
	run.url = scheme + "://" + run.api.address
	run.arguments = object{"api_url": run.url, "access_token": run.token}
	if withToken {
		run.arguments = run.passwordArguments()
		run.arguments["token_url"] = run.mock.TokenURL(scheme + "://" + run.tokens.address)
	}
	if overTLS {
		run.arguments["ca_certificate_file"] = s.certificates.authority
	}
	return run
}

// process is a new process of the provider.
func (r *cellRun) process() managedType {
	r.t.Helper()
	p := newProtocol(r.t)
	p.log = &r.log
	p.configure(r.arguments).mustBeQuiet(r.t)
	return p.resource(typeNameOf(r.kind))
}

// before makes what the phase starts with.
func (r *cellRun) before() []instance {
	r.t.Helper()
	m := r.process()
	var made []instance
	for n := range r.phase.objects {
		made = append(made, m.mustCreate(r.row.config(n)))
	}
	return made
}

// adopt follows the error of a create whose outcome nobody could tell, and then the one of the next
// create, which says what it met.
func (r *cellRun) adopt(errs []string) []instance {
	r.t.Helper()
	if len(errs) != 1 || !strings.Contains(errs[0], "may have created it all the same") && !strings.Contains(errs[0], "LUSID now has the token ") {
		r.t.Errorf("the error does not say what may have become of the object: %s", errs)
	}
	m := r.process()
	made, diags := m.create(r.row.config(0))
	if made.exists() || len(diags.errors()) != 1 {
		r.t.Fatalf("a second create is not refused: %s", diags.errors())
	}
	r.hear([]diagnostics{diags})
	if r.row.shownOnce {
		// It is of no use to anybody, and the error names it.
		id := regexp.MustCompile(`taken by the token (\w+),`).FindStringSubmatch(diags.errors()[0])
		if id == nil {
			r.t.Fatalf("the error does not name what is in the way: %s", diags.errors())
		}
		r.mustCall(r.t, http.MethodDelete, r.row.listings[0]+"/"+id[1], nil, nil)
		return []instance{{}}
	}
	block := regexp.MustCompile(`import {\n  to = (\w+)\.NAME\n  id = "([^"]+)"\n}`).FindStringSubmatch(diags.errors()[0])
	if block == nil || block[1] != m.name {
		r.t.Fatalf("the error has no import block: %s", diags.errors())
	}
	imported, diags := m.importState(block[2])
	diags.mustSucceed(r.t)
	return []instance{imported}
}

// apply is one more apply, in a process of its own, and what a user would then find.
func (r *cellRun) apply(before, after []instance) {
	r.t.Helper()
	if r.phase.again != nil {
		after = r.phase.again(r.process(), before, after)
	}
	wanted := r.phase.wanted(r.row)
	m := r.process()
	state := after[0]
	if state.exists() {
		state = m.mustRead(state)
	}
	if wanted == nil {
		if state.exists() {
			m.destroy(state).mustBeQuiet(r.t)
		}
		return
	}
	change, diags := m.plan(state, wanted)
	diags.mustSucceed(r.t)
	if state.exists() && state.differences(change.planned) == nil {
		// There is nothing to apply: this was the plan that has to be empty.
		r.check(state)
		return
	}
	state, diags = m.apply(change)
	diags.mustBeQuiet(r.t)
	m = r.process()
	read := m.mustRead(state)
	if !read.exists() {
		r.t.Fatal("the object is gone after one more apply")
	}
	if names := state.differences(read); names != nil {
		r.t.Errorf("after one more apply a refresh still changes %s", names)
	}
	m.mustPlanNothing(read, wanted)
	r.check(read)
}

func (r *cellRun) check(state instance) {
	r.t.Helper()
	if r.row.holds != nil {
		r.row.holds(r.t, r.domain, state)
	}
}

// hear keeps what the provider said.
func (r *cellRun) hear(said []diagnostics) {
	for _, diags := range said {
		for _, text := range slices.Concat(diags.errors(), diags.warnings()) {
			r.said.WriteString(text + "\n")
		}
	}
}

// checkSecrets looks for secrets where none may be.
func (r *cellRun) checkSecrets(states []instance) {
	r.t.Helper()
	secrets := r.front.seen()
	mustBeAbsent(r.t, "what was said", r.said.String(), secrets)
	mustBeAbsent(r.t, "the log", r.log.String(), secrets)
	schema := newProtocol(r.t).schema.ResourceSchemas[typeNameOf(r.kind)]
	for _, state := range states {
		mustBeAbsent(r.t, "the private state", string(state.private), secrets)
		for _, attribute := range schema.Block.Attributes {
			if !attribute.Sensitive && state.exists() {
				mustBeAbsent(r.t, "the state's "+attribute.Name, state.attributes[attribute.Name].String(), secrets)
			}
		}
	}
}

// reference tells what the phase does when nothing is wrong.
func (s cellSetting) reference(t *testing.T) (r reference) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { r = s.runWithoutFault(t) })
	return r
}

func (s cellSetting) runWithoutFault(t *testing.T) reference {
	t.Helper()
	run := s.start(t, false, fault{})
	before := run.before()
	m := run.process()
	run.front.takeExchanges()
	after, said := s.phase.run(m, s.row, before)
	reference := reference{exchanges: run.front.takeExchanges()}
	for _, diags := range said {
		diags.mustSucceed(t)
		reference.warnings += len(diags.warnings())
	}
	run.apply(before, after)
	reference.inventory = run.inventory(t)
	return reference
}

// strikes reports that number n, counted from zero, meets a fault that begins with number first.
func (c cell) strikes(n, first int) bool { return n == first || c.span == forGood && n > first }

// arm sets the fault off, unless it is one of the connection.
func (c cell) arm(d faultyDomain) {
	fault := c.fault.mock
	switch {
	case c.fault.connection != accepted:
	case c.fault.rewrite != nil:
		n := -1
		d.front.rewriteBy(func(e exchange) rewrite {
			if e.operation == c.target.operation {
				n++
			}
			if e.operation != c.target.operation || !c.strikes(n, c.target.nth) {
				return nil
			}
			return c.fault.rewrite
		})
	default:
		fault.Operation, fault.After = c.target.operation, c.target.nth
		if c.span == forGood {
			fault.Count = -1
		}
		if c.fault.retryAfter != nil {
			fault.RetryAfter = c.fault.retryAfter()
		}
		d.mock.InjectFault(fault)
		d.front.breakOffBy(c.fault.breakOff)
	}
	if c.span == outage {
		d.mock.InjectFault(mockserver.Fault{Operation: "*", Reset: mockserver.ResetBefore, After: c.target.index + 1, Count: -1})
	}
}

// armConnections sets a fault of the connection off.
func (c cell) armConnections(run *cellRun) {
	listener, first := run.api, c.target.index
	if c.target.isToken() {
		listener, first = run.tokens, 0
	}
	listener.decide(func(n int) connectionFate {
		if c.strikes(n, first) {
			return c.fault.connection
		}
		return accepted
	})
}

func (c cell) test(t *testing.T) {
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	run := c.start(t, c.target.isToken(), c.fault)
	before := run.before()
	m := run.process()

	run.forget()
	c.arm(run.faultyDomain)
	c.armConnections(run)
	began := time.Now()
	after, said := c.phase.run(m, c.row, before)
	elapsed := time.Since(began)
	run.front.recover()
	run.api.decide(nil)
	run.tokens.decide(nil)
	run.hear(said)
	c.judge(t, said, elapsed, run.counts()[c.target.operation])
	for i, diags := range said {
		if len(diags.errors()) > 0 && i < len(before) && after[i].exists() {
			if names := before[i].differences(after[i]); names != nil {
				t.Errorf("a failure changed %s in the state", names)
			}
		}
	}

	if c.orphans() {
		after = run.adopt(said[0].errors())
	}
	run.apply(before, after)
	if diff := cmp.Diff(c.reference.inventory, run.inventory(t)); diff != "" {
		t.Errorf("the domain holds something else than without the fault (-want +got):\n%s", diff)
	}
	run.checkSecrets(after)
	if t.Failed() {
		t.Logf("the provider said:\n%s", run.said.String())
	}
}

// judge holds what the provider said, and how often it tried, against what must come of the cell.
func (c cell) judge(t *testing.T, said []diagnostics, elapsed time.Duration, tries int) {
	t.Helper()
	if limit := time.Duration(len(said)) * 11 * time.Minute; elapsed > limit {
		t.Errorf("it took %s", elapsed)
	}
	var errs, warnings []string
	for _, diags := range said {
		if got := diags.errors(); len(got) > 1 {
			t.Errorf("%d errors about one object", len(got))
		}
		errs, warnings = append(errs, diags.errors()...), append(warnings, diags.warnings()...)
	}
	if c.fault.effect == turnedAway && elapsed > time.Second {
		t.Errorf("it took %s, though another try would be no better", elapsed)
	}
	want := c.outcome()
	got := succeeds
	switch {
	case len(errs) > 0:
		got = fails
	case len(warnings) > c.reference.warnings:
		got = warns
	}
	isDoneOnce := c.isFound() && rules[c.fault.effect].postOnce == settles || c.fault.effect == turnedAway
	if c.target.mayNotRepeat && isDoneOnce && tries > 1 {
		t.Errorf("%s was sent %d times", c.target.operation, tries)
	}
	// Only the retry policy repeats a request, five times, and a lost write may be made once more.
	limit := 12 * len(said)
	for _, e := range c.reference.exchanges {
		limit += btoi(e.operation == c.target.operation)
	}
	if tries > limit {
		t.Errorf("%s was sent %d times, and %d at most was expected", c.target.operation, tries, limit)
	}
	if got != want {
		t.Errorf("the outcome is %s, and should be %s: %s", got, want, append(errs, warnings...))
		return
	}
	switch got {
	case fails:
		words := c.fault.words
		if c.span == outage && strings.Contains(strings.Join(errs, ""), "connection reset") {
			words = nil // What came last is said.
		}
		if c.target.isToken() && c.fault.tokenWords != nil {
			words = c.fault.tokenWords
		}
		parts := append([]string{"Unable to ", "could not be "}, words...)
		if c.fault.effect != unconnected && c.fault.connection != untrusted && c.fault.connection != outdated {
			// Only what left the machine has an identifier that LUSID's support can find.
			parts = append(parts, "correlation ")
		}
		switch {
		case !c.target.mayNotRepeat || rules[c.fault.effect].postOnce != settles:
		case c.isFound() && c.row.shownOnce && c.span != outage:
			parts = append(parts, "LUSID now has the token ")
		default:
			parts = append(parts, "LUSID may have ")
		}
		for _, text := range errs {
			if strings.Contains(text, "LUSID now has the token ") && strings.Contains(text, "Run again later") {
				t.Errorf("the error gives two kinds of advice:\n%s", text)
			}
			for _, part := range parts {
				if !strings.Contains(text, part) {
					t.Errorf("the error lacks %q:\n%s", part, text)
				}
			}
		}
	case warns:
		if len(warnings) != c.reference.warnings+1 {
			t.Errorf("%d warnings where one was expected:\n%s", len(warnings)-c.reference.warnings, strings.Join(warnings, "\n"))
		}
	case succeeds:
		isSettled := c.target.mayNotRepeat && rules[c.fault.effect].postOnce == settles
		if c.target.role == needed && !isSettled && elapsed < c.fault.wait {
			t.Errorf("it took %s, and was asked to wait for %s", elapsed, c.fault.wait)
		}
	case settles:
	}
}

func (o outcome) String() string {
	return [...]string{"success", "success with a warning", "an error", "to be settled"}[o]
}
