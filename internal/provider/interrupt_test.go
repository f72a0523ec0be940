//go:build unix

package provider_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-json"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

// gate stands in front of a mock and holds back some of the provider's requests of each kind. So a test can end a run
// at a given request, however fast the machine is.
type gate struct {
	// kind returns the kind of a request. Requests without a kind pass.
	kind func(*http.Request) string
	// passing is the number of requests of each kind that pass first, and holding is the number of the following
	// requests that are held back.
	passing, holding int
	when             carriedOut

	mu                     sync.Mutex
	armed                  bool
	seenByKind, heldByKind map[string]int
	// held receives an element for each request that is held back.
	held chan struct{}
	// underway counts the requests that are held back. LUSID may carry them out after over is closed. abandoned is
	// closed if the test has failed.
	underway        sync.WaitGroup
	over, abandoned <-chan struct{}
	end             func()
}

// carriedOut says when LUSID carries out a request whose response is lost: never, or before or after the run ends.
type carriedOut string

const (
	never  carriedOut = "never"
	before carriedOut = "before"
	after  carriedOut = "after"
)

func newGate(t *testing.T, passing, holding int, when carriedOut, kind func(*http.Request) string) *gate {
	t.Helper()
	over, end := context.WithCancel(context.Background())
	return &gate{
		kind: kind, passing: passing, holding: holding, when: when, seenByKind: map[string]int{}, heldByKind: map[string]int{},
		held: make(chan struct{}, 1000), over: over.Done(), end: end, abandoned: t.Context().Done(),
	}
}

// requestsBy returns the kind of a request with one of the methods: the method and the path without ids.
func requestsBy(methods ...string) func(*http.Request) string {
	return func(r *http.Request) string {
		path, ok := strings.CutPrefix(r.URL.Path, "/identity/api/")
		if !ok || !slices.Contains(methods, r.Method) {
			return ""
		}
		elements := strings.Split(path, "/")
		for i := 1; i < len(elements); i += 2 {
			elements[i] = "*"
		}
		return r.Method + " " + strings.Join(elements, "/")
	}
}

func (g *gate) front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() == providertest.TestUserAgent || !g.holds(r) {
			mock.ServeHTTP(w, r)
			return
		}
		defer g.underway.Done()
		// The server notices that the client closed the connection only after it has read the whole request.
		body, _ := io.ReadAll(r.Body)
		again := r.Clone(context.WithoutCancel(r.Context()))
		again.Body = io.NopCloser(bytes.NewReader(body))
		act := func() { mock.ServeHTTP(httptest.NewRecorder(), again) }
		if g.when == before {
			act()
		}
		g.held <- struct{}{}
		<-r.Context().Done()
		if g.when != after {
			return
		}
		select {
		case <-g.over:
			act()
		case <-g.abandoned: // The test failed.
		}
	})
}

func (g *gate) holds(r *http.Request) bool {
	kind := g.kind(r)
	g.mu.Lock()
	defer g.mu.Unlock()
	if kind == "" || !g.armed {
		return false
	}
	g.seenByKind[kind]++
	if g.seenByKind[kind] <= g.passing || g.heldByKind[kind] == g.holding {
		return false
	}
	g.heldByKind[kind]++
	g.underway.Add(1)
	return true
}

func (g *gate) arm() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.armed = true
}

// wait returns when n requests are held back.
func (g *gate) wait(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		select {
		case <-g.held:
		case <-time.After(5 * time.Minute):
			t.Fatalf("only %d of %d requests are held back", i, n)
		}
	}
}

// passed returns the number of requests that passed.
func (g *gate) passed() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for kind, seen := range g.seenByKind {
		n += seen - g.heldByKind[kind]
	}
	return n
}

// heldBack returns the number of requests of some kinds that were held back.
func (g *gate) heldBack(kinds ...string) (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, kind := range kinds {
		n += g.heldByKind[kind]
	}
	return n
}

// actedOn returns the number of requests of a kind that LUSID carries out, now or later.
func (g *gate) actedOn(kind string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.when == never {
		return g.seenByKind[kind] - g.heldByKind[kind]
	}
	return g.seenByKind[kind]
}

// disarm lets all requests pass from now on. LUSID carries out the requests that were held back for later.
func (g *gate) disarm() {
	g.mu.Lock()
	g.armed = false
	g.mu.Unlock()
	g.end()
	g.underway.Wait()
}

// running is a command of the CLI with its providers, in a separate process group as in a terminal.
type running struct {
	t       *testing.T
	command *exec.Cmd
	printed bytes.Buffer
}

// start starts a command of the CLI.
func start(w *providertest.Workspace, args ...string) *running {
	w.T.Helper()
	r := &running{t: w.T, command: exec.CommandContext(w.T.Context(), os.Getenv(terraformcli.PathVariable), args...)}
	r.command.Dir, r.command.Env = w.Directory, w.Env
	r.command.Stdout, r.command.Stderr = &r.printed, &r.printed
	r.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := r.command.Start(); err != nil {
		w.T.Fatal(err)
	}
	// A provider may still run after its CLI was killed.
	w.T.Cleanup(func() { _ = syscall.Kill(-r.command.Process.Pid, syscall.SIGKILL) })
	return r
}

// wait returns the exit status and the output.
func (r *running) wait() (status int, output string) {
	r.t.Helper()
	err := r.command.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	return r.command.ProcessState.ExitCode(), r.printed.String()
}

// interrupt does what Ctrl-C does: it sends the signal to every process of the group.
func (r *running) interrupt() {
	r.t.Helper()
	if err := syscall.Kill(-r.command.Process.Pid, syscall.SIGINT); err != nil {
		r.t.Fatal(err)
	}
}

// killCLI kills the CLI, which then cannot clean up.
func (r *running) killCLI() {
	r.t.Helper()
	r.signal(syscall.SIGKILL, func(name string) bool { return !isProvider(name) })
}

// killProvider kills the provider, which then cannot clean up.
func (r *running) killProvider() {
	r.t.Helper()
	r.signal(syscall.SIGKILL, isProvider)
}

// isProvider recognizes a provider by the name of its process, which Linux truncates.
func isProvider(name string) bool { return strings.HasPrefix(name, "terraform-provi") }

// signal sends a signal to the processes of the group for which gets returns true.
func (r *running) signal(signal syscall.Signal, gets func(name string) bool) {
	r.t.Helper()
	output, err := exec.CommandContext(r.t.Context(), "ps", "-A", "-o", "pid=,pgid=,stat=,comm=").Output()
	if err != nil {
		r.t.Fatal(err)
	}
	sent := 0
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[1] != strconv.Itoa(r.command.Process.Pid) || strings.HasPrefix(fields[2], "Z") || !gets(filepath.Base(fields[3])) {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		if err == nil {
			err = syscall.Kill(pid, signal)
		}
		if err != nil {
			r.t.Fatal(err)
		}
		sent++
	}
	if sent == 0 {
		r.t.Fatalf("found no process to signal:\n%s", output)
	}
}

// heal applies, follows the advice in every error, and applies again. It returns the number of errors that gave
// advice.
func heal(w *providertest.Workspace, d providertest.Domain) (followed int) {
	w.T.Helper()
	status, output := w.Run("apply", "-auto-approve")
	if status == 0 {
		return 0
	}
	var imports strings.Builder
	for _, diagnostic := range regexp.MustCompile(`(?m)^(?:│ )?Error: `).Split(output, -1)[1:] {
		text := regexp.MustCompile(`(?m)^[│╷╵] ?`).ReplaceAllString(diagnostic, "")
		address := regexp.MustCompile(`(?m)^ +with (\S+),$`).FindStringSubmatch(text)
		block := regexp.MustCompile(`(?ms)^import \{.*?^\}$`).FindString(text)
		key := regexp.MustCompile(`is taken by the token (\S+),`).FindStringSubmatch(providertest.Flatten(text))
		switch {
		case address != nil && block != "":
			typeName, _, _ := strings.Cut(address[1], ".")
			imports.WriteString(strings.ReplaceAll(block, typeName+".NAME", address[1]) + "\n")
		case key != nil:
			d.MustCall(w.T, http.MethodDelete, "/keys/"+key[1], nil, nil)
		default:
			w.T.Fatalf("this error gives no advice that the test can follow:\n%s\nof\n%s", text, output)
		}
		followed++
	}
	w.Write("imports.tf", imports.String())
	w.MustRun("apply", "-auto-approve")
	return followed
}

// oneRequestEach are kinds whose resources need one request each to be created, so the number of requests is the number
// of resources. For an interrupt, the other kinds do not differ in any other way.
var oneRequestEach = []string{
	"lusid_application", "lusid_application with its secret", providertest.PersonalAccessTokenType, "lusid_role", providertest.RoleAssignmentType, providertest.RoleMembersType, providertest.UserType,
}

// TestAccInterrupted ends runs while they create, update or destroy a hundred resources, with requests of every kind in
// progress. After one more apply, the domain has exactly the objects in the configuration. If LUSID created an object
// and its response was lost, the test follows the advice in the error and applies again. If the CLI is killed, the test
// takes the expected number of errors from the state that the CLI has written, because OpenTofu writes the state less
// often than Terraform.
func TestAccInterrupted(t *testing.T) {
	t.Parallel()
	const n, parallelism = 15, 10
	apply := []string{"apply", "-auto-approve"}
	commands := map[string]struct {
		prepare, run []string
		step         int
		methods      []string
	}{
		"create":  {nil, apply, 1, []string{http.MethodPost, http.MethodPut}},
		"update":  {apply, apply, 2, []string{http.MethodPost, http.MethodPut, http.MethodDelete}},
		"destroy": {apply, []string{"destroy", "-auto-approve"}, 1, []string{http.MethodDelete}},
	}
	ends := map[string]func(*running){
		"interrupted":     (*running).interrupt,
		"provider killed": (*running).killProvider,
		"CLI killed":      (*running).killCLI,
	}
	// The other combinations take long and show little more, so only soak runs have them.
	always := []string{
		"create, interrupted, carried out never", "create, interrupted, carried out before", "create, interrupted, carried out after",
		"create, provider killed, carried out before", "create, CLI killed, carried out before",
		"update, interrupted, carried out before", "destroy, CLI killed, carried out before",
	}
	// The provider looks for the objects of reconciled after a lost response. taken also has the requests that only the
	// user can settle.
	reconciled := []string{"POST applications", "POST roles", "POST users"}
	taken := append([]string{"POST keys"}, reconciled...)
	types := map[string]string{
		"POST applications": "lusid_application",
		"POST roles":        "lusid_role",
		"POST users":        providertest.UserType,
		"POST keys":         providertest.PersonalAccessTokenType,
	}

	for command, c := range commands {
		for ending, end := range ends {
			for _, when := range []carriedOut{never, before, after} {
				name := fmt.Sprintf("%s, %s, carried out %s", command, ending, when)
				if !providertest.IsSoak() && !slices.Contains(always, name) {
					continue
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					providertest.CLIMust(t, providertest.ImportBlocks)
					var issued providertest.IssuedSecrets
					g := newGate(t, 4, 2, when, requestsBy(c.methods...))
					d := providertest.NewMockBehind(t, optionsOfMany(n), func(mock http.Handler) http.Handler { return g.front(issued.Front(mock)) })
					census := d.Census(t)
					w := providertest.NewWorkspace(t, manyOf(d, oneRequestEach, n, 1))
					managed := func(typeNames ...string) (n int) {
						state := w.State()
						if state.Values == nil {
							return 0
						}
						for _, r := range state.Values.RootModule.Resources {
							n += btoi(len(typeNames) == 0 || slices.Contains(typeNames, r.Type))
						}
						return n
					}
					if c.prepare != nil {
						w.MustRun(c.prepare...)
						w.Configure(manyOf(d, oneRequestEach, n, c.step))
					}

					quiet := w.Env
					w.Env = append(slices.Clone(w.Env), "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH=trace.log")
					g.arm()
					r := start(w, c.run...)
					w.Env = quiet
					g.wait(t, parallelism)
					end(r)
					status, printed := r.wait()
					passed := g.passed()
					g.disarm()
					if status == 0 {
						t.Errorf("the interrupted run succeeded:\n%s", printed)
					}
					want, advice := n*len(oneRequestEach), 0
					switch {
					case ending == "CLI killed":
						for _, kind := range taken {
							if command == "create" {
								advice += g.actedOn(kind) - managed(types[kind])
							}
						}
					case command == "create":
						want = passed
						if ending == "interrupted" && when == before {
							want += g.heldBack(reconciled...)
							// The key was in the lost response, so the user decides whether to delete the token.
							advice = g.heldBack("POST keys")
						} else if when != never {
							advice = g.heldBack(taken...)
						}
					case command == "destroy":
						want -= passed
					}
					if got := managed(); got != want && ending != "CLI killed" {
						t.Errorf("the state has %d resources, want %d after %d requests:\n%s", got, want, passed, printed)
					}

					if command == "destroy" {
						w.MustRun(c.run...)
					} else {
						if got := heal(w, d); got != advice {
							t.Errorf("%d errors gave advice, want %d", got, advice)
						}
						w.MustPlanEmpty()
						for kind, more := range map[string]int{"applications": 2 * n, "roles": n, "users": n, "keys": n, "members": 2 * n} {
							census[kind] += more
						}
						if got := managed(); got != n*len(oneRequestEach) {
							t.Errorf("the state has %d resources at the end, want %d", got, n*len(oneRequestEach))
						}
						mustHoldSecrets(d, t, w.State())
					}
					if diff := cmp.Diff(census, d.Census(t)); diff != "" {
						t.Errorf("objects of the domain (-want +got):\n%s", diff)
					}

					secrets := issued.Named()
					for _, name := range []string{"password", "client_secret"} {
						secrets[name], _ = d.PasswordArguments()[name].(string)
					}
					providertest.MustBeAbsent(t, "the output", printed, secrets)
					providertest.MustBeAbsent(t, "the log", w.ReadFile("trace.log"), secrets)
					for name, secret := range secrets {
						if strings.HasPrefix(name, "secret of other") && strings.Contains(w.ReadFile("terraform.tfstate"), secret) {
							t.Errorf("the state contains the %s", name)
						}
					}
				})
			}
		}
	}
}

// mustHoldSecrets checks that a state has the current secrets of the applications.
func mustHoldSecrets(d providertest.Domain, t *testing.T, state *tfjson.State) {
	t.Helper()
	for _, r := range state.Values.RootModule.Resources {
		if r.Type == "lusid_application" && r.AttributeValues["store_secret"] == true {
			if want := d.Application(t, fmt.Sprint(r.AttributeValues["client_id"])).Secret; r.AttributeValues["secret"] != want {
				t.Errorf("the secret of %s in the state is not the one that LUSID has", r.Address)
			}
		}
	}
}

// TestAccInterrupted_waiting interrupts the provider in everything that it can wait for. The provider stops at once and
// sends no more requests.
func TestAccInterrupted_waiting(t *testing.T) {
	t.Parallel()
	identity := requestsBy(http.MethodGet)
	tooMany := mockserver.Fault{Operation: "identity.CreateApplication", Status: http.StatusTooManyRequests, RetryAfter: "60", Count: -1}
	for name, test := range map[string]struct {
		held  func(*http.Request) string
		fault mockserver.Fault
		// command is apply by default. A plan runs after an apply, so that it has something to read.
		command []string
	}{
		"for a token": {held: func(r *http.Request) string {
			if strings.HasPrefix(r.URL.Path, "/oauth2/") {
				return "token"
			}
			return ""
		}},
		"for a list": {held: identity},
		"for a read": {held: identity, command: []string{"plan"}},
		"for Retry-After": {
			held:  func(*http.Request) string { return "" },
			fault: tooMany,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Terraform stops the operations one after the other. An operation that is not stopped yet may send its request
			// in place of the first one.
			g := newGate(t, 0, 100, never, test.held)
			d := providertest.NewMockBehind(t, mockserver.Options{}, g.front)
			w := providertest.NewWorkspace(t, providertest.ProviderBlock(d.PasswordArguments())+manyApplications("stored", 3, 1))
			command := []string{"apply", "-auto-approve"}
			if test.command != nil {
				w.MustRun(command...)
				command = test.command
				d.Forget()
			}
			if test.fault.Operation != "" {
				d.Mock.InjectFault(test.fault)
			}
			g.arm()
			r := start(w, command...)
			if test.fault.Operation == "" {
				g.wait(t, 1)
			}
			for test.fault.Operation != "" && d.Counts()[test.fault.Operation] == 0 {
				time.Sleep(10 * time.Millisecond)
			}
			r.interrupt()
			interrupted := time.Now()
			if status, printed := r.wait(); status != 1 {
				t.Errorf("exit status %d, want 1:\n%s", status, printed)
			}
			if elapsed := time.Since(interrupted); elapsed > 40*time.Second {
				t.Errorf("the command took %s to stop, want at most 40s", elapsed)
			}
			if counts := d.Counts(); counts["identity.CreateApplication"] > 3 || counts["identity.CreateApplication"] > 0 && test.fault.Operation == "" {
				t.Errorf("got too many creates after the interrupt: %v", counts)
			}
			g.disarm()
			d.Mock.ClearFaults()
			w.MustRun("apply", "-auto-approve")
			w.MustPlanEmpty()
		})
	}
}

// TestAccCrash has the provider print the stacks of all goroutines during creates, as a panic does. The stacks contain
// addresses and no secrets.
func TestAccCrash(t *testing.T) {
	t.Parallel()
	var issued providertest.IssuedSecrets
	g := newGate(t, 4, 4, before, requestsBy(http.MethodPost))
	d := providertest.NewMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler { return g.front(issued.Front(mock)) })
	// There is only one kind, so that the requests in progress are known.
	w := providertest.NewWorkspace(t, manyOf(d, []string{"lusid_application with its secret"}, 10, 1), "TF_LOG_PROVIDER=TRACE",
		"TF_LOG_PATH=trace.log", "GOTRACEBACK=all")
	g.arm()
	r := start(w, "apply", "-auto-approve")
	g.wait(t, 4)
	r.signal(syscall.SIGQUIT, isProvider)
	_, printed := r.wait()
	g.disarm()
	log := w.ReadFile("trace.log")
	for _, part := range []string{"SIGQUIT: quit", "goroutine ", "internal/client.(*Client).send(", "internal/client/identity.(*Client).CreateApplication("} {
		if !strings.Contains(log, part) {
			t.Errorf("the log lacks %q", part)
		}
	}
	secrets := issued.Named()
	for _, name := range []string{"password", "client_secret"} {
		secrets[name], _ = d.PasswordArguments()[name].(string)
	}
	providertest.MustBeAbsent(t, "the output", printed, secrets)
	providertest.MustBeAbsent(t, "the log", log, secrets)
}
