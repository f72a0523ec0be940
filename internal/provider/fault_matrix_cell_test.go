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

// cellSetting is what the cells of one kind and phase have in common.
type cellSetting struct {
	kind         string
	row          providertest.KindFixture
	phase        phase
	certificates providertest.Certificates
}

// reference is what a phase does without a fault.
type reference struct {
	exchanges []providertest.Exchange
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
	isKeyLost := c.row.Faults.ShownOnce && c.target.mayNotRepeat && rules[c.fault.effect].postOnce == settles
	return c.fault.written && c.phase.name == providertest.Creating && !c.row.Faults.Adopts && c.row.Faults.ReadsFirst == "" && (c.span == outage || isKeyLost)
}

func (c cell) name() string {
	request := c.target.Operation
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
		nth := counts[e.Operation]
		counts[e.Operation]++
		isWrite := e.Method != http.MethodGet
		// In a refresh of many only the list is new, where it is not what every read takes.
		isNew := s.phase.name != providertest.Refreshing || e.Operation == s.row.Faults.OptionalRequest && e.Operation != r.exchanges[0].Operation
		if nth > 0 && (!isWrite || nth > 1) || !isNew {
			continue
		}
		targets = append(targets, target{
			Exchange: e, kind: s.kind, phase: s.phase.name, nth: nth, index: i, role: s.role(e),
			mayNotRepeat: e.Method == http.MethodPost && e.Operation != s.row.Faults.Repeatable || e.Operation == s.row.Faults.Versioned,
			compared:     compared[s.phase.name][e.Operation],
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
	if outcome == fails && rule.postForGood == settles && c.fault.written && c.target.Operation == c.row.Faults.Repeatable {
		return warns // It is found.
	}
	role := c.target.role
	switch {
	case c.target.isToken() && c.span == onlyOnce:
		// Whatever comes next asks again.
		role = c.target.first
	case c.target.isToken():
	case c.span == forGood && c.target.Operation == c.row.Faults.ReadsFirst && c.phase.name == providertest.Creating &&
		(c.fault.effect != unusable || !c.fault.written || c.fault.isLarge) && c.fault.mock.Status != http.StatusNotFound:
		// A 404 says enough without a body, and a list decides about a gateway's.
		role = needed
	case c.span == forGood && c.fault.connection != providertest.Accepted &&
		(role == optionalRequest || role == failureOnlyWarns && c.target.index < len(c.reference.exchanges)-1):
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
	case !c.isFound(), c.row.Faults.ShownOnce:
		return fails
	case c.phase.name == providertest.Updating, c.row.Faults.Adopts:
		return succeeds // It is as it should be.
	}
	return warns
}

// isFound reports that the provider can find what a write did whose answer was lost.
func (c cell) isFound() bool {
	return c.fault.written && (c.phase.name != providertest.Rotating || !c.row.Faults.OldSecretUnknown)
}

// cellRun is a domain in memory, and the processes of the provider that work on it.
type cellRun struct {
	cellSetting
	providertest.FaultyDomain
	t *testing.T
	// api and tokens are where the API and the token endpoint listen.
	api, tokens *providertest.MemoryListener
	arguments   providertest.Object
	log         bytes.Buffer
	said        strings.Builder
}

// start starts a domain that can meet a fault. With a token the provider signs in by password; over
// TLS it trusts one authority. A fault of the connection strikes one request, which therefore has a
// separate connection.
func (s cellSetting) start(t *testing.T, withToken bool, met fault) *cellRun {
	t.Helper()
	run := &cellRun{cellSetting: s, FaultyDomain: providertest.NewFaultyDomain(t), t: t}
	isHTTP2 := met.breakOff != nil
	overTLS, scheme := met.connection.IsTLS() || isHTTP2, "http"
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
		providertest.ServeInMemory(t, listener, run.Front).SetKeepAlivesEnabled(met.connection == providertest.Accepted)
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

// process is a new process of the provider.
func (r *cellRun) process() providertest.ManagedType {
	r.t.Helper()
	p := providertest.NewProtocol(r.t)
	p.Log = &r.log
	p.Configure(r.arguments).MustBeQuiet(r.t)
	return p.Resource(providertest.TypeNameOf(r.kind))
}

// before makes what the phase starts with.
func (r *cellRun) before() []providertest.Instance {
	r.t.Helper()
	m := r.process()
	var made []providertest.Instance
	for n := range r.phase.objects {
		made = append(made, m.MustCreate(r.row.Config.Number(n)))
	}
	return made
}

// adopt follows the error of a create whose outcome nobody could tell, and then the one of the next
// create, which says what it met.
func (r *cellRun) adopt(errs []string) []providertest.Instance {
	r.t.Helper()
	if len(errs) != 1 || !strings.Contains(errs[0], "may have created it anyway") && !strings.Contains(errs[0], "LUSID now has the token ") {
		r.t.Errorf("the error does not say whether LUSID may have created the object: %s", errs)
	}
	m := r.process()
	made, diags := m.Create(r.row.Config.Number(0))
	if made.Exists() || len(diags.Errors()) != 1 {
		r.t.Fatalf("a second create is not refused: %s", diags.Errors())
	}
	r.hear([]providertest.Diagnostics{diags})
	if r.row.Faults.ShownOnce {
		// It is of no use to anybody, and the error names it.
		id := regexp.MustCompile(`taken by the token (\w+),`).FindStringSubmatch(diags.Errors()[0])
		if id == nil {
			r.t.Fatalf("the error does not name the object that has the name: %s", diags.Errors())
		}
		r.MustCall(r.t, http.MethodDelete, r.row.Listings[0]+"/"+id[1], nil, nil)
		return []providertest.Instance{{}}
	}
	block := regexp.MustCompile(`import {\n  to = (\w+)\.NAME\n  id = "([^"]+)"\n}`).FindStringSubmatch(diags.Errors()[0])
	if block == nil || block[1] != m.Name {
		r.t.Fatalf("the error has no import block: %s", diags.Errors())
	}
	imported, diags := m.ImportState(block[2])
	diags.MustSucceed(r.t)
	return []providertest.Instance{imported}
}

// apply is one more apply in a separate process, and the state that a user would then find.
func (r *cellRun) apply(before, after []providertest.Instance, warnings int) {
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
		// There is nothing to apply: this was the plan that has to be empty.
		r.check(state)
		return
	}
	state, diags = m.Apply(change)
	diags.MustBeQuiet(r.t)
	m = r.process()
	read := m.MustRead(state)
	if !read.Exists() {
		r.t.Fatal("the object is missing after one more apply")
	}
	if names := state.Differences(read); names != nil {
		r.t.Errorf("after one more apply a refresh still changes %s", names)
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

// hear keeps what the provider said.
func (r *cellRun) hear(said []providertest.Diagnostics) {
	for _, diags := range said {
		for _, text := range slices.Concat(diags.Errors(), diags.Warnings()) {
			r.said.WriteString(text + "\n")
		}
	}
}

// checkSecrets looks for secrets where none may be.
func (r *cellRun) checkSecrets(states []providertest.Instance) {
	r.t.Helper()
	secrets := r.Front.Seen()
	providertest.MustBeAbsent(r.t, "what was said", r.said.String(), secrets)
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
	run.Front.TakeExchanges()
	after, said := s.phase.run(m, s.row, before)
	reference := reference{exchanges: run.Front.TakeExchanges()}
	for _, diags := range said {
		diags.MustSucceed(t)
		reference.warnings += len(diags.Warnings())
	}
	run.apply(before, after, reference.warnings)
	reference.inventory = inventory(run.FaultyDomain, t)
	return reference
}

// strikes reports that number n, counted from zero, meets a fault that begins with number first.
func (c cell) strikes(n, first int) bool { return n == first || c.span == forGood && n > first }

// arm sets the fault off, unless it is one of the connection.
func (c cell) arm(d providertest.FaultyDomain) {
	fault := c.fault.mock
	switch {
	case c.fault.connection != providertest.Accepted:
	case c.fault.rewrite != nil:
		n := -1
		d.Front.RewriteBy(func(e providertest.Exchange) providertest.Rewrite {
			if e.Operation == c.target.Operation {
				n++
			}
			if e.Operation != c.target.Operation || !c.strikes(n, c.target.nth) {
				return nil
			}
			return c.fault.rewrite
		})
	default:
		fault.Operation, fault.After = c.target.Operation, c.target.nth
		if c.span == forGood {
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

// armConnections sets a fault of the connection off.
func (c cell) armConnections(run *cellRun) {
	listener, first := run.api, c.target.index
	if c.target.isToken() {
		listener, first = run.tokens, 0
	}
	listener.Decide(func(n int) providertest.ConnectionFate {
		if c.strikes(n, first) {
			return c.fault.connection
		}
		return providertest.Accepted
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

	run.Forget()
	c.arm(run.FaultyDomain)
	c.armConnections(run)
	began := time.Now()
	after, said := c.phase.run(m, c.row, before)
	elapsed := time.Since(began)
	run.Front.Recover()
	run.api.Decide(nil)
	run.tokens.Decide(nil)
	run.hear(said)
	c.judge(t, said, elapsed, run.Counts()[c.target.Operation])
	for i, diags := range said {
		if len(diags.Errors()) > 0 && i < len(before) && after[i].Exists() {
			if names := before[i].Differences(after[i]); names != nil {
				t.Errorf("a failure changed %s in the state", names)
			}
		}
	}

	if c.orphans() {
		after = run.adopt(said[0].Errors())
	}
	run.apply(before, after, c.reference.warnings)
	want, got := c.reference.inventory, inventory(run.FaultyDomain, t)
	if c.fault.erases != "" {
		if cmp.Equal(want, got) {
			t.Errorf("the domain still has the %s", c.fault.erases)
		}
		want, got = without(want, c.fault.erases), without(got, c.fault.erases)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the objects of the domain differ from a run without the fault (-want +got):\n%s", diff)
	}
	run.checkSecrets(after)
	if t.Failed() {
		t.Logf("the provider said:\n%s", run.said.String())
	}
}

// without is an inventory without one field of its objects.
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

// judge holds what the provider said, and how often it tried, against what must come of the cell.
func (c cell) judge(t *testing.T, said []providertest.Diagnostics, elapsed time.Duration, tries int) {
	t.Helper()
	longest := time.Duration(len(said)) * 11 * time.Minute
	if c.row.Faults.OnlyForWarning[c.phase.name] != "" {
		longest *= 2 // The plan waits for it too.
	}
	if elapsed > longest {
		t.Errorf("it took %s", elapsed)
	}
	var errs, warnings []string
	for _, diags := range said {
		if got := diags.Errors(); len(got) > 1 {
			t.Errorf("%d errors about one object", len(got))
		}
		errs, warnings = append(errs, diags.Errors()...), append(warnings, diags.Warnings()...)
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
		t.Errorf("%s was sent %d times", c.target.Operation, tries)
	}
	// Only the retry policy repeats a request, five times, and a lost write may be made once more.
	limit := 12 * len(said)
	for _, e := range c.reference.exchanges {
		limit += btoi(e.Operation == c.target.Operation)
	}
	if tries > limit {
		t.Errorf("%s was sent %d times, and %d at most was expected", c.target.Operation, tries, limit)
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
		neverLeft := c.fault.effect == unconnected || c.fault.connection == providertest.Untrusted || c.fault.connection == providertest.Outdated
		if !neverLeft && !slices.Contains([]effect{differing, insufficient, askedAgain}, c.fault.effect) {
			// Only what left the machine has an identifier that LUSID's support can find. A refusal by the provider
			// itself has none.
			parts = append(parts, "correlation ")
		}
		switch {
		case !c.target.mayNotRepeat || rules[c.fault.effect].postOnce != settles:
		case c.isFound() && c.row.Faults.ShownOnce && c.span != outage:
			parts = append(parts, "LUSID now has the token ")
		default:
			parts = append(parts, "LUSID may have ")
		}
		for _, text := range errs {
			if strings.Contains(text, "LUSID now has the token ") && strings.Contains(text, "Run again later") {
				t.Errorf("the error has two different next steps:\n%s", text)
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
