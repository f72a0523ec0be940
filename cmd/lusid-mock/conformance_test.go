//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// prefix is the start of the name of every object that a conformance run creates.
const prefix = "lusid-conformance-"

func TestConformance_reports(t *testing.T) {
	t.Parallel()
	markdown, asJSON := filepath.Join(t.TempDir(), "report.md"), filepath.Join(t.TempDir(), "report.json")
	code, stdout, stderr := run(t, "exec", "--", binary, "conformance", "-write", "-mail", "-network-zones", "-external-token-issuers", "-own-roles",
		"-out", markdown, "-json", asJSON)
	if code != 0 || strings.Count(stderr, "\n") != 2 || !strings.Contains(stderr, "all objects of this run start with "+prefix) ||
		!strings.Contains(stderr, "The LUSID domain is 127.0.0.1:") || !strings.Contains(stderr, "FBN_PASSWORD") {
		t.Fatalf("got exit code %d and stderr %q, want 0 and the two lines about the domain and the run", code, stderr)
	}
	for _, want := range []string{"] identity/role-create: as assumed\n", "\nCHECK ", "\nidentity/role-create ", " 0 differs, "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("stdout does not contain %q:\n%s", want, stdout)
		}
	}
	report, err := os.ReadFile(markdown)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| `identity/role-create` |", "\nVersion: ", " Sign-in: a password.\n"} {
		if !strings.Contains(string(report), want) {
			t.Errorf("want %q in the Markdown report, got:\n%s", want, report)
		}
	}
	if report, err = os.ReadFile(asJSON); err != nil || !json.Valid(report) {
		t.Errorf("got the error %v and the JSON report %s, want valid JSON", err, report)
	}
}

// A report that can't be written is an error before the run starts.
func TestConformance_unwritable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "missing", "report.md")
	for _, flag := range []string{"-out", "-json"} {
		code, stdout, stderr := run(t, "exec", "--", binary, "conformance", flag, path)
		if code != 1 || stdout != "" || !strings.Contains(stderr, path) {
			t.Errorf("%s: got exit code %d, stdout %q and stderr %q, want 1 and an error that names the file", flag, code, stdout, stderr)
		}
	}
}

// If the disk is full, the command still names the objects that it could not remove.
func TestConformance_fullDisk(t *testing.T) {
	t.Parallel()
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip(err)
	}
	vars, env := serveFor(t)
	control(t, vars, http.MethodPost, "faults", `{"operation": "identity.DeleteApplication", "status": 403, "count": -1}`)
	code, stdout, stderr := runWith(t, env, "conformance", "-write", "-out", full)
	if code != 1 || !strings.Contains(stdout, "\nCHECK ") || !strings.Contains(stderr, full) || !strings.Contains(stderr, "Unable to remove the application "+prefix) {
		t.Errorf("got exit code %d, stdout %q and stderr %q, want 1, the table, an error about the file and the remaining application", code, stdout, stderr)
	}
}

// A wrong command line is an error before the first request.
func TestConformance_usage(t *testing.T) {
	t.Parallel()
	vars, env := serveFor(t)
	dir := t.TempDir()
	path, link := filepath.Join(dir, "report"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	const name = prefix + "0123abcd"
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-clean", ""}, `-clean: "" is not the name of a run`},
		{[]string{"-clean="}, `-clean: "" is not the name of a run`},
		{[]string{"-clean", prefix}, "8 hexadecimal digits"},
		{[]string{"-clean", name + " "}, "is not the name of a run"},
		{[]string{"-clean", name + "\n"}, "is not the name of a run"},
		{[]string{"-clean", strings.ToUpper(name)}, "is not the name of a run"},
		{[]string{"-clean", prefix + "*"}, "is not the name of a run"},
		{[]string{"-clean", name + "-create"}, "is not the name of a run"},
		{[]string{"-clean", name, "-write"}, "-clean cannot be combined"},
		{[]string{"-clean", name, "-mail"}, "-clean cannot be combined"},
		{[]string{"-clean", "", "-write"}, "-clean cannot be combined"},
		{[]string{"-clean", name, "-out", path}, "-clean writes no report"},
		{[]string{"-clean", name, "-json", path}, "-clean writes no report"},
		{[]string{"-write=yes"}, `invalid boolean value "yes" for -write: want true or false`},
		{[]string{"-mail=1"}, "-mail needs -write"},
		{[]string{"-out", path, "-json", dir + "/./report"}, "-out and -json name the same file"},
		{[]string{"-out", link, "-json", path}, "-out and -json name the same file"},
		{[]string{"-out", dir + "/new", "-json", dir + "/./new"}, "-out and -json name the same file"},
	} {
		code, stdout, stderr := runWith(t, env, append([]string{"conformance"}, test.args...)...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, test.want) || !strings.HasSuffix(stderr, "\"lusid-mock conformance -h\" for its usage.\n") {
			t.Errorf("%q: got exit code %d, stdout %q and stderr %q, want 2 and %q", test.args, code, stdout, stderr, test.want)
		}
	}
	if log := control(t, vars, http.MethodGet, "requests", ""); strings.Contains(log, "token") {
		t.Errorf("got the requests %s, want none", log)
	}
	if kept, err := os.ReadFile(path); err != nil || string(kept) != "kept" {
		t.Errorf("got the file %q and the error %v, want no change", kept, err)
	}
}

// If the sign-in fails, the error has LUSID's words and the next step. No empty report remains.
func TestConformance_refused(t *testing.T) {
	t.Parallel()
	_, env := serveFor(t)
	path := filepath.Join(t.TempDir(), "report.md")
	for variable, want := range map[string]string{
		"FBN_PASSWORD":     "unable to sign in: token request: HTTP 400 invalid_grant: ",
		"FBN_ACCESS_TOKEN": "unable to read the current user: identity.GetUserInfo: HTTP 401 ",
	} {
		code, stdout, stderr := runWith(t, append(env, variable+"=wrong-canary"), "conformance", "-write", "-out", path)
		if code != 1 || stdout != "" || !strings.Contains(stderr, want) || !strings.Contains(stderr, "created and removed nothing. Check the domain, the credentials") || strings.Contains(stderr, "canary") {
			t.Errorf("%s: got exit code %d, stdout %q and stderr %q, want 1, %q and the next step", variable, code, stdout, stderr, want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("want no report")
		}
	}
}

func TestConformance_noCredentials(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := runWith(t, []string{"FBN_IDENTITY_URL=https://acme.lusid.com", "FBN_ACCESS_TOKEN=", "FBN_PASSWORD="}, "conformance")
	if code != 1 || stdout != "" || !strings.Contains(stderr, "No way to sign in is complete") {
		t.Errorf("got exit code %d, stdout %q and stderr %q, want 1 and an error about the credentials", code, stdout, stderr)
	}
}

// writing are the flags that allow all writes.
var writing = []string{"conformance", "-write", "-mail", "-network-zones", "-external-token-issuers", "-own-roles"}

// serveFor starts a domain and returns its variables, as a map and as an environment.
func serveFor(t *testing.T, args ...string) (vars map[string]string, env []string) {
	t.Helper()
	_, vars = serve(t, args...)
	for name, value := range vars {
		env = append(env, name+"="+value)
	}
	return vars, env
}

// collections are the paths of the lists of the objects that checks create.
var collections = []string{
	usersPath, "identity/api/roles", "identity/api/applications", "identity/api/keys", "identity/api/mcptools",
	"identity/api/networkzones", "identity/api/externaltokenissuers",
	"access/api/policies", "access/api/policycollections", "access/api/roles", "access/api/policytemplates", "access/api/userroles",
}

const usersPath = "identity/api/users"

// objects are the objects of a domain by the path of their list.
type objects map[string][]map[string]any

func read(t *testing.T, base, bearer string) objects {
	t.Helper()
	all := objects{}
	for _, collection := range collections {
		query := ""
		if collection == usersPath {
			query = "?includeDeactivated=true"
		}
		status, body := get(t, base+"/"+collection+query, bearer)
		var page struct {
			Values json.RawMessage `json:"values"`
		}
		if json.Unmarshal([]byte(body), &page) == nil {
			body = string(page.Values)
		}
		var list []map[string]any
		if err := json.Unmarshal([]byte(body), &list); err != nil || status != http.StatusOK {
			t.Fatalf("%s: got status %d, want a list: %s", collection, status, body)
		}
		for _, object := range list {
			delete(object, "lastLogin") // Every sign-in changes it.
		}
		all[collection] = list
	}
	return all
}

// ofRun returns the objects whose names start with the prefix, and the number of other objects. A user role has no name.
// It belongs to a run if its user does, or does not exist any more.
func (all objects) ofRun(prefix string) (found objects, others int) {
	found = objects{}
	persons := map[string]bool{}
	for _, collection := range collections {
		for _, object := range all[collection] {
			id, _ := object["id"].(map[string]any)
			code, isUserRole := id["code"].(string)
			isUserRole = isUserRole && strings.HasSuffix(collection, "/userroles")
			isFound := isUserRole && !persons[code]
			for _, name := range []any{object["name"], object["clientId"], object["displayName"], object["code"], object["login"], id["code"]} {
				text, _ := name.(string)
				isFound = isFound || strings.HasPrefix(strings.ToLower(text), prefix)
			}
			if isFound {
				found[collection] = append(found[collection], object)
				continue
			}
			others++
			if userID, ok := object["id"].(string); ok && collection == usersPath {
				persons[userID] = true
			}
		}
	}
	return found, others
}

// left returns the number of objects of conformance runs in a domain.
func left(t *testing.T, vars map[string]string) (n int) {
	t.Helper()
	base := vars["LUSID_MOCK_URL"]
	found, _ := read(t, base, credentials(t, base).AccessToken).ofRun(prefix)
	for _, list := range found {
		n += len(list)
	}
	return n
}

func TestConformance_interrupted(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			// The domain is slow, so the run is not near its end after the first objects.
			vars, env := serveFor(t, "-latency", "20ms")
			conformance := startWith(t, env, writing...)
			for line := ""; !strings.Contains(line, "identity/application-duplicate: "); {
				line = conformance.until(t, "[")
			}
			if code := conformance.end(t, signal); code != 130 {
				t.Errorf("got exit code %d, want 130; stderr: %s", code, conformance.stderr)
			}
			if ofRuns := left(t, vars); ofRuns > 0 {
				t.Errorf("got %d remaining objects of the run, want none", ofRuns)
			}
		})
	}
}

// If a terminal is closed, the shell and the system may both send SIGHUP.
func TestConformance_hangup(t *testing.T) {
	t.Parallel()
	// If nohup runs the tests, they ignore SIGHUP, and the program would inherit that. It does not inherit a handler.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(caught) })
	vars, env := serveFor(t, "-latency", "20ms")
	conformance := startWith(t, env, writing...)
	for line := ""; !strings.Contains(line, "identity/application-duplicate: "); {
		line = conformance.until(t, "[")
	}
	if err := conformance.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if code := conformance.end(t, syscall.SIGHUP); code != 130 || !strings.Contains(conformance.stderr.String(), "was interrupted") {
		t.Errorf("got exit code %d and stderr %q, want 130 and a message about the interrupt", code, conformance.stderr)
	}
	if ofRuns := left(t, vars); ofRuns > 0 {
		t.Errorf("got %d remaining objects of the run, want none", ofRuns)
	}
}

// The flag -write needs the token limit of the user, and its help says so.
func TestConformance_help(t *testing.T) {
	t.Parallel()
	code, stdout, _ := run(t, "conformance", "-h")
	if want := "your user has the maximum number of tokens"; code != 0 || !strings.Contains(strings.Join(strings.Fields(stdout), " "), want) {
		t.Errorf("got exit code %d and the help %q, want 0 and %q", code, stdout, want)
	}
}

// If the program that reads the output ends, as head does, the run ends and names the objects that it could not remove.
func TestConformance_closedOutput(t *testing.T) {
	t.Parallel()
	vars, env := serveFor(t)
	control(t, vars, http.MethodPost, "faults", `{"operation": "identity.DeleteApplication", "status": 403, "count": -1}`)
	conformance := exec.CommandContext(t.Context(), binary, "conformance", "-write")
	var stderr bytes.Buffer
	conformance.Stderr, conformance.Env = &stderr, append(os.Environ(), env...)
	stdout, err := conformance.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := conformance.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "identity/application-create: ") {
			break
		}
	}
	_ = stdout.Close()
	_ = conformance.Wait()
	if code := conformance.ProcessState.ExitCode(); code != 1 || !strings.Contains(stderr.String(), "was interrupted") || !strings.Contains(stderr.String(), "Unable to remove the application "+prefix) {
		t.Errorf("got %s and stderr %q, want exit code 1, a message about the interrupt and the remaining application", conformance.ProcessState, stderr.String())
	}
}

// If a run is killed during the create or the delete of any kind of object, it leaves only objects with its name, and
// -clean removes all of them.
func TestConformance_killed(t *testing.T) {
	t.Parallel()
	type killed struct {
		what, base, bearer string
		before             objects
		clean              *running
	}
	var runs []killed
	for _, collection := range collections {
		for _, method := range []string{http.MethodPost, http.MethodDelete} {
			what := method + " " + collection
			mock := mockserver.New(mockserver.Options{})
			reached := make(chan struct{}, 1)
			wait := atomic.Bool{}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				isFirst := r.Method == method && strings.HasPrefix(r.URL.Path, "/"+collection) && wait.CompareAndSwap(true, false)
				if !isFirst {
					mock.ServeHTTP(w, r)
					return
				}
				// The domain creates the object, but does not respond. It does not delete the object.
				if method == http.MethodPost {
					mock.ServeHTTP(httptest.NewRecorder(), r)
				}
				reached <- struct{}{}
				<-r.Context().Done()
			}))
			t.Cleanup(server.Close)
			c := mock.Credentials()
			env := environment(mock, server.URL)
			// At the first sign-in, LUSID creates the user role of the user.
			if code, _, stderr := runWith(t, env, "conformance"); code != 0 {
				t.Fatalf("%s: got exit code %d and stderr %q, want 0", what, code, stderr)
			}
			before := read(t, server.URL, c.AccessToken)
			_, want := before.ofRun(prefix)

			wait.Store(true)
			conformance := startWith(t, env, writing...)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			select {
			case <-reached:
			case <-ctx.Done():
				t.Errorf("%s: got no such request, want one", what)
			}
			cancel()
			conformance.end(t, syscall.SIGKILL)
			_, runName, _ := strings.Cut(conformance.stderr.String(), " start with ")
			runName = strings.TrimSuffix(strings.TrimSpace(runName), ".")
			found, others := read(t, server.URL, c.AccessToken).ofRun(runName)
			if len(found[collection]) == 0 || others != want {
				t.Errorf("%s: got the objects %v of the run and %d others, want an object of this kind and %d others", what, found, others, want)
			}
			runs = append(runs, killed{what, server.URL, c.AccessToken, before, startWith(t, env, "conformance", "-clean", runName)})
		}
	}
	// Each -clean waits for some seconds between its lists, so all of them run at the same time.
	for _, run := range runs {
		line := run.clean.until(t, "Removed ")
		if code := run.clean.wait(t); code != 0 || line == "Removed 0 objects.\n" || strings.Contains(run.clean.stderr.String(), "Unable") {
			t.Errorf("%s: got exit code %d, stdout %q and stderr %q, want 0 and removed objects", run.what, code, line, run.clean.stderr)
		}
		if diff := cmp.Diff(run.before, read(t, run.base, run.bearer)); diff != "" {
			t.Errorf("%s: the killed run and -clean changed the domain (-before +after):\n%s", run.what, diff)
		}
	}
}

// If -clean is interrupted before it has read each list several times, objects may be left.
func TestConformance_interruptedClean(t *testing.T) {
	t.Parallel()
	mock := mockserver.New(mockserver.Options{})
	const last = "/access/api/userroles"
	pausing := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != last {
			mock.ServeHTTP(w, r)
			return
		}
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, r)
		response := recorder.Result()
		response.Close, response.ContentLength = true, int64(recorder.Body.Len())
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = response.Write(conn)
		// The client closes the connection when it has read the response. Then it waits before it reads the lists again.
		_, _ = conn.Read(make([]byte, 1))
		_ = conn.Close()
		select {
		case pausing <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(server.Close)
	clean := startWith(t, environment(mock, server.URL), "conformance", "-clean", prefix+"0123abcd")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case <-pausing:
	case <-ctx.Done():
		t.Errorf("got no request of %s, want one", last)
	}
	if code := clean.end(t, syscall.SIGINT); code != 1 || !strings.Contains(clean.stderr.String(), "was interrupted") {
		t.Errorf("got exit code %d and stderr %q, want 1 and a message about the interrupt", code, clean.stderr)
	}
}

// environment returns the variables for a domain in this process, with a password.
func environment(mock *mockserver.Server, base string) []string {
	c := mock.Credentials()
	return []string{
		"FBN_IDENTITY_URL=" + base + "/identity", "FBN_TOKEN_URL=" + mock.TokenURL(base), "FBN_ACCESS_TOKEN=",
		"FBN_USERNAME=" + c.Username, "FBN_PASSWORD=" + c.Password, "FBN_CLIENT_ID=" + c.ClientID, "FBN_CLIENT_SECRET=" + c.ClientSecret,
	}
}

// control sends a request to the domain's control API.
func control(t *testing.T, vars map[string]string, method, path, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, vars["LUSID_MOCK_URL"]+"/_mock/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_, answer := do(t, request)
	return answer
}

// If a list can't be read, objects of the run may remain. The run and the clean-up then report this and
// fail.
func TestConformance_unreadList(t *testing.T) {
	t.Parallel()
	vars, env := serveFor(t)
	control(t, vars, http.MethodPost, "faults", `{"operation": "identity.CreateRole", "status": 502, "afterWrite": true, "count": -1}`)
	control(t, vars, http.MethodPost, "faults", `{"operation": "identity.ListRoles", "status": 403, "count": -1}`)
	code, _, stderr := runWith(t, env, "conformance", "-write")
	_, runName, _ := strings.Cut(stderr, " start with ")
	runName, _, _ = strings.Cut(runName, ".\n")
	if code != 1 || !strings.Contains(stderr, "LUSID may have created the role "+runName+"-create: the response to the create request was lost, and the list cannot be read (HTTP 403") ||
		!strings.HasSuffix(stderr, "\n\nlusid-mock conformance -clean "+runName+"\n") {
		t.Errorf("got exit code %d and stderr %q, want 1, the role and the command that removes it", code, stderr)
	}
	control(t, vars, http.MethodPost, "faults", `{"operation": "access.ListPolicies", "status": 403, "count": -1}`)
	code, stdout, stderr := runWith(t, env, "conformance", "-clean", runName)
	if code != 1 || !strings.HasPrefix(stdout, "Removed 0 objects.\nIf the run signed in as another user,") ||
		!strings.HasSuffix(stderr, "Unable to look for roles (HTTP 403 with code 186), policies (HTTP 403 with code 186).\n") {
		t.Errorf("got exit code %d, stdout %q and stderr %q, want 1 and an error about the lists of roles and policies", code, stdout, stderr)
	}
	control(t, vars, http.MethodDelete, "faults", "")
	code, stdout, stderr = runWith(t, env, "conformance", "-clean", runName)
	if ofRuns := left(t, vars); code != 0 || strings.Contains(stderr, "Unable") || ofRuns > 0 {
		t.Errorf("got exit code %d, stdout %q, stderr %q and %d remaining objects, want 0 and none", code, stdout, stderr, ofRuns)
	}
}
