//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
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

// left returns the number of objects of conformance runs in a domain, and the number of all objects.
func left(t *testing.T, vars map[string]string) (ofRuns, all int) {
	t.Helper()
	bearer := credentials(t, vars["LUSID_MOCK_URL"]).AccessToken
	for _, collection := range []string{
		"identity/api/roles", "identity/api/applications", "identity/api/keys", "identity/api/mcptools", "identity/api/users?includeDeactivated=true",
		"identity/api/networkzones", "identity/api/externaltokenissuers",
		"access/api/policies", "access/api/policycollections", "access/api/roles", "access/api/policytemplates", "access/api/userroles",
	} {
		status, body := get(t, vars["LUSID_MOCK_URL"]+"/"+collection, bearer)
		var objects []map[string]any
		var page struct {
			Values json.RawMessage `json:"values"`
		}
		if json.Unmarshal([]byte(body), &page) == nil {
			body = string(page.Values)
		}
		if err := json.Unmarshal([]byte(body), &objects); err != nil || status != http.StatusOK {
			t.Fatalf("%s: got status %d, want a list: %s", collection, status, body)
		}
		if collection == "access/api/userroles" && len(objects) > 0 {
			objects = objects[1:] // The first user role is that of the user who runs the checks. LUSID creates it at the first sign-in.
			ofRuns += len(objects)
		}
		all += len(objects)
		for _, object := range objects {
			if id, ok := object["id"].(map[string]any); ok {
				maps.Copy(object, id)
			}
			for _, field := range []string{"name", "clientId", "displayName", "code", "login"} {
				if text, _ := object[field].(string); strings.HasPrefix(strings.ToLower(text), prefix) {
					ofRuns++
					break
				}
			}
		}
	}
	return ofRuns, all
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
			if ofRuns, _ := left(t, vars); ofRuns > 0 {
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
	if ofRuns, _ := left(t, vars); ofRuns > 0 {
		t.Errorf("got %d remaining objects of the run, want none", ofRuns)
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

func TestConformance_killed(t *testing.T) {
	t.Parallel()
	// The domain delays the first removal of a kind, so the run waits for it.
	for _, operation := range []string{
		"identity.DeleteRole", "access.DeletePolicy", "access.DeletePolicyCollection", "access.DeleteRole", "access.DeletePolicyTemplate",
		"access.DeleteUserRole",
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			vars, env := serveFor(t)
			control(t, vars, http.MethodPost, "faults", `{"operation": "`+operation+`", "delay": "1h"}`)
			conformance := startWith(t, env, writing...)
			for !strings.Contains(control(t, vars, http.MethodGet, "requests", ""), `"`+operation+`":1`) {
				time.Sleep(10 * time.Millisecond)
			}
			conformance.end(t, syscall.SIGKILL)
			_, fresh := serve(t)
			_, before := left(t, fresh)
			ofRuns, all := left(t, vars)
			if ofRuns == 0 || all != before+ofRuns {
				t.Errorf("got %d objects, of which %d have the prefix, want some with the prefix and %d others", all, ofRuns, before)
			}
			_, runName, _ := strings.Cut(conformance.stderr.String(), " start with ")
			code, stdout, stderr := runWith(t, env, "conformance", "-clean", strings.TrimSuffix(strings.TrimSpace(runName), "."))
			if code != 0 || !strings.HasPrefix(stdout, "Removed ") || strings.Contains(stderr, "Unable") {
				t.Errorf("got exit code %d, stdout %q and stderr %q, want 0 and removed objects", code, stdout, stderr)
			}
			if ofRuns, all = left(t, vars); ofRuns > 0 || all != before {
				t.Errorf("got %d objects, of which %d have the prefix, want %d without the prefix", all, ofRuns, before)
			}
		})
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
	if code != 1 || stdout != "Removed 0 objects.\n" ||
		!strings.HasSuffix(stderr, "Unable to look for roles (HTTP 403 with code 186), policies (HTTP 403 with code 186).\n") {
		t.Errorf("got exit code %d, stdout %q and stderr %q, want 1 and an error about the lists of roles and policies", code, stdout, stderr)
	}
	control(t, vars, http.MethodDelete, "faults", "")
	code, stdout, stderr = runWith(t, env, "conformance", "-clean", runName)
	if ofRuns, _ := left(t, vars); code != 0 || strings.Contains(stderr, "Unable") || ofRuns > 0 {
		t.Errorf("got exit code %d, stdout %q, stderr %q and %d remaining objects, want 0 and none", code, stdout, stderr, ofRuns)
	}
}
