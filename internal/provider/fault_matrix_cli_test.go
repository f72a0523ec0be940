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

// cliStep is a command of the CLI under a fault, which strikes every kind of resource at once, each
// in the request that does its work.
type cliStep struct {
	// phase is what the command does: create, read, update or delete.
	phase string
	fault string
	span  span
	// token has the fault strike requests for a token instead.
	token bool
}

// cliLives are lives of one object of every kind. After a step that fails the command is repeated
// without the fault, and succeeds.
var cliLives = map[string][]cliStep{
	"a proxy in trouble": {
		{phase: providertest.Creating, fault: "HTML 502", span: forGood},
		{phase: providertest.Reading, fault: "HTML 200", span: forGood},
		{phase: providertest.Updating, fault: "HTML 502 after the write", span: forGood},
		{phase: providertest.Deleting, fault: "504", span: forGood},
	},
	"answers that get lost": {
		{phase: providertest.Creating, fault: "reset after the write", span: onlyOnce},
		{phase: providertest.Reading, fault: "truncated", span: forGood},
		{phase: providertest.Updating, fault: "reset after the write", span: forGood},
		{phase: providertest.Deleting, fault: "slow, after the write", span: onlyOnce},
	},
	"answers of no use": {
		{phase: providertest.Creating, fault: "empty 200 after the write", span: forGood},
		{phase: providertest.Reading, fault: "50 MB", span: forGood},
		{phase: providertest.Updating, fault: "429, Retry-After in seconds", span: onlyOnce},
		{phase: providertest.Deleting, fault: "HTML 200", span: forGood},
	},
	"nobody there, or somebody else": {
		{phase: providertest.Creating, fault: "redirect to another host", span: forGood},
		{phase: providertest.Reading, fault: "connection refused", span: forGood},
		{phase: providertest.Reading, fault: "TLS, unknown authority", span: forGood},
		{phase: providertest.Deleting, fault: "redirect to another host", span: forGood},
	},
	"a gateway that knows no route": {
		{phase: providertest.Creating, fault: "ASP.NET 404", span: forGood},
		{phase: providertest.Reading, fault: "empty 404", span: forGood},
		{phase: providertest.Updating, fault: "empty 404", span: forGood},
		{phase: providertest.Deleting, fault: "ASP.NET 404", span: forGood},
	},
	"a token endpoint in trouble": {
		{phase: providertest.Creating, fault: "503", span: onlyOnce, token: true},
		{phase: providertest.Reading, fault: "reset before the write", span: forGood, token: true},
		// Without a token, a destroy would not get beyond its refresh.
		{phase: providertest.Reading, fault: "HTML 200", span: forGood, token: true},
		{phase: providertest.Deleting, fault: "503", span: onlyOnce, token: true},
	},
}

// TestAccFaultMatrix is the part of the fault matrix that only the CLI can show: what is tainted and
// what stays in the state, the exit status, and how all is printed and logged.
func TestAccFaultMatrix(t *testing.T) {
	t.Parallel()
	certificates := providertest.NewCertificates(t)
	var cells atomic.Int64
	for name, steps := range cliLives {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			life := newCLILife(t, certificates)
			for _, step := range steps {
				cells.Add(int64(life.take(step)))
			}
			life.end()
		})
	}
	t.Cleanup(func() {
		t.Logf("%d cells were run", cells.Load())
		if theExtent() != sample {
			fmt.Fprintf(os.Stdout, "Through the CLI, %d cells were run.\n", cells.Load())
		}
	})
}

// cliMember is a kind of resource in a life.
type cliMember struct {
	kind, address string
	row           providertest.KindFixture
	// number tells it from others of its type.
	number int
}

// cliLife is a domain, and a workspace that holds one object of every kind.
type cliLife struct {
	t *testing.T
	providertest.FaultyDomain
	workspace    *providertest.Workspace
	door         *door
	certificates providertest.Certificates
	members      []cliMember
	printed      strings.Builder
}

func newCLILife(t *testing.T, certificates providertest.Certificates) *cliLife {
	t.Helper()
	life := &cliLife{t: t, FaultyDomain: providertest.NewFaultyDomain(t), certificates: certificates}
	life.door = openDoor(t, life.Front, certificates)
	life.URL = "https://" + life.door.address
	numbers := map[string]int{}
	for _, kind := range slices.Sorted(maps.Keys(providertest.Fixtures)) {
		name := providertest.TypeNameOf(kind)
		life.members = append(life.members, cliMember{
			kind: kind, address: fmt.Sprintf("%s.number_%d", name, numbers[name]), row: providertest.Fixtures[kind], number: numbers[name],
		})
		numbers[name]++
	}
	life.workspace = providertest.NewWorkspace(t, "", "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	return life
}

// config is every member after a phase.
func (l *cliLife) config(step cliStep) string {
	l.t.Helper()
	arguments := providertest.Object{"api_url": l.URL, "access_token": l.Token}
	if step.token {
		arguments = l.PasswordArguments()
	}
	// Of two kinds that share a request, one may meet the faults of both.
	maps.Copy(arguments, providertest.Object{"ca_certificate_file": l.certificates.Authority, "max_retries": 2})
	if strings.HasPrefix(step.fault, "slow") {
		// Long enough for an answer that comes at all.
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

// setting is the phase of a step for a member; ok is false where the kind has no such phase.
func (m cliMember) setting(step cliStep) (setting cellSetting, ok bool) {
	name := step.phase
	if name == providertest.Updating && m.row.Rotated != nil {
		name = providertest.Rotating
	}
	at := slices.IndexFunc(phases, func(p phase) bool { return p.name == name })
	setting = cellSetting{kind: m.kind, row: m.row, phase: phases[at]}
	return setting, setting.phase.exists == nil || setting.phase.exists(m.row)
}

// reference is what a step does for a member without a fault.
func (m cliMember) reference(t *testing.T, step cliStep) reference {
	t.Helper()
	if setting, ok := m.setting(step); ok {
		return setting.reference(t)
	}
	return reference{}
}

// cell is what a step is for a member; ok is false where there is nothing to strike.
func (m cliMember) cell(t *testing.T, step cliStep, reference reference) (c cell, ok bool) {
	t.Helper()
	setting, _ := m.setting(step)
	for _, target := range setting.targets(reference) {
		works := target.isToken() == step.token && target.role == needed && target.nth == 0 &&
			(step.token || step.phase == providertest.Reading || target.Method != http.MethodGet)
		if !works {
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

// take takes a step, and returns how many cells it is.
func (l *cliLife) take(step cliStep) int {
	l.t.Helper()
	cells := map[string]cell{}
	// Each command warns of the development override.
	warnings := 1
	for _, m := range l.members {
		reference := m.reference(l.t, step)
		warnings += reference.warnings
		if c, ok := m.cell(l.t, step, reference); ok {
			cells[m.address] = c
		}
	}
	if len(cells) == 0 {
		l.t.Fatalf("no operation matches %v", step)
	}
	l.workspace.Configure(l.config(step))
	before := l.resources()
	l.arm(step, cells)
	status, output := l.run(step)
	l.Front.Recover()
	l.door.open(providertest.Accepted)
	l.judge(step, cells, before, warnings, status, output)

	// Nobody has the key of such a token, and the error says to delete it.
	for _, lost := range lostTokens.FindAllStringSubmatch(providertest.Flatten(output), -1) {
		l.MustCall(l.t, http.MethodDelete, "/keys/"+lost[1], nil, nil)
	}
	if status != 0 && step.phase != providertest.Reading {
		if status, output = l.run(step); status != 0 {
			l.t.Fatalf("%v: once more, without the fault: exit status %d\n%s", step, status, output)
		}
	}
	if step.phase == providertest.Creating || step.phase == providertest.Updating {
		l.workspace.MustPlanEmpty()
	}
	return len(cells)
}

// arm sets the faults off. Two kinds may work through the same request.
func (l *cliLife) arm(step cliStep, cells map[string]cell) {
	l.t.Helper()
	armed := map[string]bool{}
	for _, address := range slices.Sorted(maps.Keys(cells)) {
		c := cells[address]
		if c.fault.connection != providertest.Accepted {
			l.door.open(c.fault.connection)
			return
		}
		if c.fault.mock.RetryAfter != "" {
			c.fault.mock.RetryAfter = "1" // This waits in earnest.
		}
		if !armed[c.target.Operation] || step.span == onlyOnce && !step.token {
			c.arm(l.FaultyDomain)
		}
		armed[c.target.Operation] = true
	}
}

// run runs the command of a step.
func (l *cliLife) run(step cliStep) (status int, output string) {
	l.t.Helper()
	command := map[string][]string{
		providertest.Creating: {"apply", "-auto-approve"},
		// Not ten bodies of 50 MB at once.
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

// judge holds what a command did against what must come of its cells.
// Without the faults it warns so many times.
func (l *cliLife) judge(step cliStep, cells map[string]cell, before map[string]cliResource, warnings, status int, output string) {
	l.t.Helper()
	wantStatus, errs := 0, 0
	after := l.resources()
	for _, address := range slices.Sorted(maps.Keys(cells)) {
		c := cells[address]
		_, isThere := after[address]
		wantThere := step.phase != providertest.Deleting
		switch c.outcome() {
		case fails:
			wantStatus = 1
			errs++
			wantThere = step.phase != providertest.Creating
			words := c.fault.words
			if c.target.isToken() && c.fault.tokenWords != nil {
				words = c.fault.tokenWords
			}
			providertest.MustHold(l.t, output, words...)
		case warns:
			warnings++
		case succeeds, settles:
		}
		if isThere != wantThere {
			l.t.Errorf("%v: %s is in the state: %t", step, address, isThere)
		}
		if after[address].Status != "" {
			l.t.Errorf("%v: %s is %s", step, address, after[address].Status)
		}
	}
	if step.phase == providertest.Reading {
		if diff := cmp.Diff(before, after); diff != "" {
			l.t.Errorf("%v: the state has changed (-before +after):\n%s", step, diff)
		}
	}
	if status != wantStatus {
		l.t.Errorf("%v: the exit status is %d, not %d", step, status, wantStatus)
	}
	if got := len(errorHeads.FindAllString(output, -1)); got != errs {
		l.t.Errorf("%v: %d errors, not %d", step, got, errs)
	}
	if got := len(warningHeads.FindAllString(output, -1)); got != warnings {
		l.t.Errorf("%v: %d warnings, not %d", step, got, warnings)
	}
	if strings.Contains(output, "panic") || strings.Contains(output, "plugin did not respond") {
		l.t.Errorf("%v: the provider panicked", step)
	}
	if l.t.Failed() {
		l.t.Fatalf("%v printed:\n%s", step, output)
	}
}

// end checks what is left after the last step, which destroys everything, and that no secret was
// printed or logged.
func (l *cliLife) end() {
	l.t.Helper()
	if left := l.resources(); len(left) > 0 {
		l.t.Errorf("the state still holds %v", left)
	}
	// How many there are tells of what was made twice, or forgotten.
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
	providertest.MustBeAbsent(l.t, "what was printed", l.printed.String(), l.Front.Seen())
	providertest.MustBeAbsent(l.t, "the log", l.workspace.ReadFile("trace.log"), l.Front.Seen())
}

// cliResource is a resource instance in a state file.
type cliResource struct {
	// Status is empty, or says that the instance is tainted.
	Status     string         `json:"status"`
	Attributes map[string]any `json:"attributes"`
}

// resources are those in the state file, by address.
func (l *cliLife) resources() map[string]cliResource {
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

// door is a server over TLS that can close, show a certificate nobody trusts, and open again at the
// same address.
type door struct {
	t            *testing.T
	address      string
	handler      http.Handler
	certificates providertest.Certificates
	fate         atomic.Int64
	// server is nil while the door is closed.
	server *http.Server
}

// openDoor opens a door below the ports that systems hand out: while it is closed nobody else gets
// its address.
func openDoor(t *testing.T, handler http.Handler, certificates providertest.Certificates) *door {
	t.Helper()
	d := &door{t: t, handler: handler, certificates: certificates}
	for d.server == nil {
		d.address = fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000))
		d.listen()
	}
	t.Cleanup(func() {
		if d.server != nil {
			_ = d.server.Close()
		}
	})
	return d
}

// listen serves at the door's address, unless that is taken.
func (d *door) listen() {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", d.address)
	if err != nil {
		return
	}
	d.server = &http.Server{Handler: d.handler, ReadHeaderTimeout: time.Hour, ErrorLog: log.New(io.Discard, "", 0), ConnContext: providertest.WithWire}
	server := d.server
	go func() {
		_ = server.Serve(tls.NewListener(listener, &tls.Config{
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				return d.certificates.ByFate[providertest.ConnectionFate(d.fate.Load())], nil
			},
		}))
	}()
}

// open gives the connections to come a fate.
func (d *door) open(fate providertest.ConnectionFate) {
	d.t.Helper()
	d.fate.Store(int64(fate))
	switch {
	case fate == providertest.Refused:
		_ = d.server.Close()
		d.server = nil
	case d.server == nil:
		if d.listen(); d.server == nil {
			d.t.Fatalf("the address %s was taken", d.address)
		}
	}
}
