package provider_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// cliStep is a command of the CLI with a fault. The fault occurs for every kind of resource at once, in the request that
// creates, reads, updates or deletes the object.
type cliStep struct {
	// phase is what the command does: create, read, update or delete.
	phase string
	fault string
	span  span
	// token is true if the fault occurs in token requests instead.
	token bool
}

// cliLifecycles have the steps for one object of every kind. After a step fails, the test runs the command again without
// the fault, and expects success.
var cliLifecycles = map[string][]cliStep{
	"proxy errors": {
		{phase: providertest.Creating, fault: "HTML 502", span: always},
		{phase: providertest.Reading, fault: "HTML 200", span: always},
		{phase: providertest.Updating, fault: "HTML 502 after the write", span: always},
		{phase: providertest.Deleting, fault: "504", span: always},
	},
	"lost responses": {
		{phase: providertest.Creating, fault: "connection reset after the write", span: once},
		{phase: providertest.Reading, fault: "truncated response", span: always},
		{phase: providertest.Updating, fault: "connection reset after the write", span: always},
		{phase: providertest.Deleting, fault: "timeout after the write", span: once},
	},
	"unusable responses": {
		{phase: providertest.Creating, fault: "empty 200 after the write", span: always},
		{phase: providertest.Reading, fault: "50 MB response", span: always},
		{phase: providertest.Updating, fault: "429, Retry-After in seconds", span: once},
		{phase: providertest.Deleting, fault: "HTML 200", span: always},
	},
	"refused connections and redirects": {
		{phase: providertest.Creating, fault: "redirect to another host", span: always},
		{phase: providertest.Reading, fault: "connection refused", span: always},
		{phase: providertest.Reading, fault: "TLS certificate of an unknown authority", span: always},
		{phase: providertest.Deleting, fault: "redirect to another host", span: always},
	},
	"404 of a gateway": {
		{phase: providertest.Creating, fault: "ASP.NET 404", span: always},
		{phase: providertest.Reading, fault: "empty 404", span: always},
		{phase: providertest.Updating, fault: "empty 404", span: always},
		{phase: providertest.Deleting, fault: "ASP.NET 404", span: always},
	},
	"token endpoint errors": {
		{phase: providertest.Creating, fault: "503", span: once, token: true},
		{phase: providertest.Reading, fault: "connection reset before the write", span: always, token: true},
		// This step is a plan, because without a token a destroy fails in its refresh.
		{phase: providertest.Reading, fault: "HTML 200", span: always, token: true},
		{phase: providertest.Deleting, fault: "503", span: once, token: true},
	},
}

// TestAccFaultMatrix checks what only the CLI can show: which objects are tainted, which stay in the state, the exit
// status, the output and the log.
func TestAccFaultMatrix(t *testing.T) {
	t.Parallel()
	certificates := providertest.NewCertificates(t)
	var cells atomic.Int64
	for name, steps := range cliLifecycles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lifecycle := newCLILifecycle(t, certificates)
			for _, step := range steps {
				cells.Add(int64(lifecycle.runStep(step)))
			}
			lifecycle.checkEnd()
		})
	}
	t.Cleanup(func() {
		t.Logf("ran %d cells", cells.Load())
		if chosenExtent() != sample {
			fmt.Fprintf(os.Stdout, "The CLI ran %d cells.\n", cells.Load())
		}
	})
}

// cliMember is the object of one kind of resource in a lifecycle.
type cliMember struct {
	kind, address string
	row           providertest.KindFixture
	// number is different for each object of the same type.
	number int
}

// cliLifecycle is a domain, and a workspace with one object of every kind.
type cliLifecycle struct {
	t *testing.T
	providertest.FaultyDomain
	workspace    *providertest.Workspace
	server       *tlsServer
	certificates providertest.Certificates
	members      []cliMember
	// mostOfOneType is the highest number of members of one resource type.
	mostOfOneType int
	printed       strings.Builder
}

func newCLILifecycle(t *testing.T, certificates providertest.Certificates) *cliLifecycle {
	t.Helper()
	l := &cliLifecycle{t: t, FaultyDomain: providertest.NewFaultyDomain(t), certificates: certificates}
	l.server = startTLSServer(t, l.Front, certificates)
	l.URL = "https://" + l.server.address
	numbers := map[string]int{}
	for _, kind := range slices.Sorted(maps.Keys(providertest.Fixtures)) {
		name := providertest.TypeNameOf(kind)
		l.members = append(l.members, cliMember{
			kind: kind, address: fmt.Sprintf("%s.number_%d", name, numbers[name]), row: providertest.Fixtures[kind], number: numbers[name],
		})
		numbers[name]++
		l.mostOfOneType = max(l.mostOfOneType, numbers[name])
	}
	l.workspace = providertest.NewWorkspace(t, "", "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	return l
}

// config returns the configuration of every member after a step.
func (l *cliLifecycle) config(step cliStep) string {
	l.t.Helper()
	arguments := providertest.Object{"api_url": l.URL, "access_token": l.Token}
	if step.token {
		arguments = l.PasswordArguments()
	}
	// The kinds of one type send the same request, and all their faults can occur in the request of one object.
	maps.Copy(arguments, providertest.Object{"ca_certificate_file": l.certificates.Authority, "max_retries": l.mostOfOneType})
	if strings.HasPrefix(step.fault, "timeout") {
		// Other responses must arrive within this time.
		arguments["request_timeout"] = "5s"
	}
	var b strings.Builder
	b.WriteString(providertest.ProviderBlock(arguments))
	for _, m := range l.members {
		config := m.row.Config
		if change := m.row.Change(); change != nil && (step.phase == providertest.Updating || step.phase == providertest.Deleting) {
			config = change
		}
		typeName, label, _ := strings.Cut(m.address, ".")
		fmt.Fprintf(&b, "resource %q %q %s\n", typeName, label, providertest.HCLValue(config.Number(m.number)))
	}
	return b.String()
}

// setting returns the phase of a step for a member. Ok is false if the kind has no such phase.
func (m cliMember) setting(step cliStep) (setting cellSetting, ok bool) {
	name := step.phase
	if name == providertest.Updating && m.row.Rotated != nil {
		name = providertest.Rotating
	}
	at := slices.IndexFunc(phases, func(p phase) bool { return p.name == name })
	setting = cellSetting{kind: m.kind, row: m.row, phase: phases[at]}
	return setting, setting.phase.exists == nil || setting.phase.exists(m.row)
}

// reference returns the result of a step for a member without a fault.
func (m cliMember) reference(t *testing.T, step cliStep) reference {
	t.Helper()
	if setting, ok := m.setting(step); ok {
		return setting.reference(t)
	}
	return reference{}
}

// cell returns the cell of a step for a member. Ok is false if the member has no request in which the fault can occur.
func (m cliMember) cell(t *testing.T, step cliStep, reference reference) (c cell, ok bool) {
	t.Helper()
	setting, _ := m.setting(step)
	for _, target := range setting.targets(reference) {
		hasFault := target.isToken() == step.token && target.role == needed && target.nth == 0 &&
			(step.token || step.phase == providertest.Reading || target.Method != http.MethodGet)
		if !hasFault {
			continue
		}
		for _, fault := range faultsOf(t, target) {
			if fault.name == step.fault {
				return cell{cellSetting: setting, reference: reference, target: target, fault: fault, span: step.span}, true
			}
		}
	}
	return cell{}, false
}

// runStep runs a step, and returns its number of cells.
func (l *cliLifecycle) runStep(step cliStep) int {
	l.t.Helper()
	cells := map[string]cell{}
	// Each command has a warning about the development override.
	warnings := 1
	for _, m := range l.members {
		reference := m.reference(l.t, step)
		warnings += reference.warnings
		if c, ok := m.cell(l.t, step, reference); ok {
			cells[m.address] = c
		}
	}
	if len(cells) == 0 {
		l.t.Fatalf("%v: no kind has a request with this fault, want at least one", step)
	}
	l.workspace.Configure(l.config(step))
	before := l.resources()
	l.inject(step, cells)
	status, output := l.run(step)
	l.Front.Recover()
	l.server.setFate(providertest.Accepted)
	l.checkStep(step, cells, before, warnings, status, output)

	// The key of such a token is lost, and the error says to delete the token.
	for _, lost := range lostTokens.FindAllStringSubmatch(providertest.Flatten(output), -1) {
		l.MustCall(l.t, http.MethodDelete, "/keys/"+lost[1], nil, nil)
	}
	if status != 0 && step.phase != providertest.Reading {
		if status, output = l.run(step); status != 0 {
			l.t.Fatalf("%v: without the fault, the exit status is %d, want 0\n%s", step, status, output)
		}
	}
	if step.phase == providertest.Creating || step.phase == providertest.Updating {
		l.workspace.MustPlanEmpty()
	}
	return len(cells)
}

// inject injects the faults of a step. If two kinds send the same request, it injects a lasting fault only once.
func (l *cliLifecycle) inject(step cliStep, cells map[string]cell) {
	l.t.Helper()
	injected := map[string]bool{}
	for _, address := range slices.Sorted(maps.Keys(cells)) {
		c := cells[address]
		if c.fault.connection != providertest.Accepted {
			l.server.setFate(c.fault.connection)
			return
		}
		if c.fault.mock.RetryAfter != "" {
			c.fault.mock.RetryAfter = "1" // The CLI really waits, without a fake clock.
		}
		if !injected[c.target.Operation] || step.span == once && !step.token {
			c.inject(l.FaultyDomain)
		}
		injected[c.target.Operation] = true
	}
}

// run runs the command of a step.
func (l *cliLifecycle) run(step cliStep) (status int, output string) {
	l.t.Helper()
	command := map[string][]string{
		providertest.Creating: {"apply", "-auto-approve"},
		// The default of 10 would read ten 50 MB responses at once.
		providertest.Reading:  {"plan", "-parallelism=2"},
		providertest.Updating: {"apply", "-auto-approve"},
		providertest.Deleting: {"destroy", "-auto-approve"},
	}[step.phase]
	status, output = l.workspace.Run(command...)
	l.printed.WriteString(output)
	return status, output
}

var (
	lostTokens   = regexp.MustCompile(`LUSID now has the token (\w+)`)
	errorHeads   = regexp.MustCompile(`(?m)^(│ )?Error: `)
	warningHeads = regexp.MustCompile(`(?m)^(│ )?Warning: `)
)

// checkStep compares the result of a command with the expected outcomes of its cells. Warnings is the number of warnings
// without the faults.
func (l *cliLifecycle) checkStep(step cliStep, cells map[string]cell, before map[string]cliResource, warnings, status int, output string) {
	l.t.Helper()
	wantStatus, errs := 0, 0
	after := l.resources()
	for _, address := range slices.Sorted(maps.Keys(cells)) {
		c := cells[address]
		_, inState := after[address]
		wantInState := step.phase != providertest.Deleting
		switch c.outcome() {
		case fails:
			wantStatus = 1
			errs++
			wantInState = step.phase != providertest.Creating
			words := c.fault.words
			if c.target.isToken() && c.fault.tokenWords != nil {
				words = c.fault.tokenWords
			}
			providertest.MustHold(l.t, output, words...)
		case warns:
			warnings++
		case succeeds, checksWrite:
		}
		if inState != wantInState {
			l.t.Errorf("%v: %s is in the state: %t, want %t", step, address, inState, wantInState)
		}
		if after[address].Status != "" {
			l.t.Errorf("%v: %s is %s, want it not to be", step, address, after[address].Status)
		}
	}
	if step.phase == providertest.Reading {
		if diff := cmp.Diff(before, after); diff != "" {
			l.t.Errorf("%v: the command changed the state, want no change (-before +after):\n%s", step, diff)
		}
	}
	if status != wantStatus {
		l.t.Errorf("%v: the exit status is %d, want %d", step, status, wantStatus)
	}
	if got := len(errorHeads.FindAllString(output, -1)); got != errs {
		l.t.Errorf("%v: got %d errors, want %d", step, got, errs)
	}
	if got := len(warningHeads.FindAllString(output, -1)); got != warnings {
		l.t.Errorf("%v: got %d warnings, want %d", step, got, warnings)
	}
	if strings.Contains(output, "panic") || strings.Contains(output, "plugin did not respond") {
		l.t.Errorf("%v: the provider panicked", step)
	}
	if l.t.Failed() {
		l.t.Fatalf("%v: output of the command:\n%s", step, output)
	}
}

// checkEnd checks the state and the domain after the last step, which destroys all objects. It also checks that the output
// and the log contain no secret.
func (l *cliLifecycle) checkEnd() {
	l.t.Helper()
	if left := l.resources(); len(left) > 0 {
		l.t.Errorf("after the destroy, the state has %v, want no resources", left)
	}
	// The numbers of objects differ if the provider created an object twice, or did not delete it.
	want, got := map[string]int{}, map[string]int{}
	inventory := inventory(l.FaultyDomain, l.t)
	for _, m := range l.members {
		reference := m.reference(l.t, cliStep{phase: providertest.Deleting})
		for _, path := range m.row.Listings {
			want[path], got[path] = len(reference.inventory[path]), len(inventory[path])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		l.t.Errorf("the objects of the domain differ (-want +got):\n%s", diff)
	}
	providertest.MustBeAbsent(l.t, "the output", l.printed.String(), l.Front.Seen())
	providertest.MustBeAbsent(l.t, "the log", l.workspace.ReadFile("trace.log"), l.Front.Seen())
}

// cliResource is a resource instance in a state file.
type cliResource struct {
	// Status is empty, or says that the instance is tainted.
	Status     string         `json:"status"`
	Attributes map[string]any `json:"attributes"`
}

// resources returns the resource instances in the state file, by address.
func (l *cliLifecycle) resources() map[string]cliResource {
	l.t.Helper()
	resources := map[string]cliResource{}
	text, err := os.ReadFile(filepath.Join(l.workspace.Directory, "terraform.tfstate"))
	if errors.Is(err, fs.ErrNotExist) {
		return resources
	}
	var file struct {
		Resources []struct {
			Type      string        `json:"type"`
			Name      string        `json:"name"`
			Instances []cliResource `json:"instances"`
		} `json:"resources"`
	}
	if err = errors.Join(err, json.Unmarshal(text, &file)); err != nil {
		l.t.Fatal(err)
	}
	for _, r := range file.Resources {
		for _, instance := range r.Instances {
			resources[r.Type+"."+r.Name] = instance
		}
	}
	return resources
}

// tlsServer is a server over TLS that can stop, present an untrusted certificate, and start again at the same address.
type tlsServer struct {
	t            *testing.T
	address      string
	handler      http.Handler
	certificates providertest.Certificates
	fate         atomic.Int64
	// server is nil while the server is stopped.
	server *http.Server
}

// startTLSServer starts a server on a port below the ephemeral ports. Otherwise another process could get the port while
// the server is stopped.
func startTLSServer(t *testing.T, handler http.Handler, certificates providertest.Certificates) *tlsServer {
	t.Helper()
	s := &tlsServer{t: t, handler: handler, certificates: certificates}
	for s.server == nil {
		s.address = fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000))
		s.listen()
	}
	t.Cleanup(func() {
		if s.server != nil {
			_ = s.server.Close()
		}
	})
	return s
}

// listen starts the server at its address, unless another process uses the address.
func (s *tlsServer) listen() {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", s.address)
	if err != nil {
		return
	}
	s.server = &http.Server{Handler: s.handler, ReadHeaderTimeout: time.Hour, ErrorLog: log.New(io.Discard, "", 0), ConnContext: providertest.WithWire}
	server := s.server
	go func() {
		_ = server.Serve(tls.NewListener(listener, &tls.Config{
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				return s.certificates.ByFate[providertest.ConnectionFate(s.fate.Load())], nil
			},
		}))
	}()
}

// setFate sets what happens to later connections.
func (s *tlsServer) setFate(fate providertest.ConnectionFate) {
	s.t.Helper()
	s.fate.Store(int64(fate))
	switch {
	case fate == providertest.Refused:
		_ = s.server.Close()
		s.server = nil
	case s.server == nil:
		if s.listen(); s.server == nil {
			s.t.Fatalf("another process uses the address %s, want it free", s.address)
		}
	}
}
