//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// binary is the path of lusid-mock, which is built for these tests.
var binary string

func TestMain(m *testing.M) {
	directory, err := os.MkdirTemp("", "lusid-mock-test-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(directory, "lusid-mock")
	build := exec.CommandContext(context.Background(), "go", "build", "-o", binary, ".")
	build.Stderr = os.Stderr
	code := 1
	if build.Run() == nil {
		code = m.Run()
	}
	_ = os.RemoveAll(directory)
	os.Exit(code)
}

// run runs lusid-mock until it ends.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return runWith(t, nil, args...)
}

// runWith is run with additional environment variables.
func runWith(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Run(); err != nil {
		if exit := new(exec.ExitError); !errors.As(err, &exit) {
			t.Fatal(err)
		}
	}
	return cmd.ProcessState.ExitCode(), out.String(), errOut.String()
}

// running is a lusid-mock process that has not ended yet.
type running struct {
	cmd    *exec.Cmd
	stdout *bufio.Scanner
	stderr *bytes.Buffer
}

// start starts lusid-mock in a new session, so that it has no controlling terminal.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	return startWith(t, nil, args...)
}

// startWith is start with additional environment variables.
func startWith(t *testing.T, env []string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	r := &running{cmd: exec.CommandContext(ctx, binary, args...), stderr: &bytes.Buffer{}}
	// Stop a command that is still running at the end of the test.
	r.cmd.Cancel = func() error { return syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL) }
	r.cmd.Stderr = r.stderr
	r.cmd.Env = append(os.Environ(), env...)
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stdout, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.stdout = bufio.NewScanner(stdout)
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// until returns the output up to and including the line that starts with prefix.
func (r *running) until(t *testing.T, prefix string) string {
	t.Helper()
	var lines strings.Builder
	for r.stdout.Scan() {
		lines.WriteString(r.stdout.Text() + "\n")
		if strings.HasPrefix(r.stdout.Text(), prefix) {
			return lines.String()
		}
	}
	t.Fatalf("want a line that starts with %q, got only stdout: %s; stderr: %s", prefix, lines.String(), r.stderr)
	return ""
}

// end sends a signal and returns the exit code.
func (r *running) end(t *testing.T, signal os.Signal) int {
	t.Helper()
	if err := r.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	return r.wait(t)
}

// wait returns the exit code of a command that ends by itself, or has got a signal.
func (r *running) wait(t *testing.T) int {
	t.Helper()
	for r.stdout.Scan() { // Read everything first, because Wait closes the pipe.
	}
	if err := r.cmd.Wait(); err != nil {
		if exit := new(exec.ExitError); !errors.As(err, &exit) {
			t.Fatal(err)
		}
	}
	return r.cmd.ProcessState.ExitCode()
}

// serve starts the command and returns the variables that its output sets in a shell.
func serve(t *testing.T, args ...string) (*running, map[string]string) {
	t.Helper()
	r := start(t, append([]string{"serve", "-listen", "127.0.0.1:0"}, args...)...)
	return r, evaluate(t, r.until(t, "# export FBN_ACCESS_TOKEN"))
}

// evaluate returns the FBN_ and LUSID_ variables that a shell script sets.
func evaluate(t *testing.T, script string) map[string]string {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "sh", "-ec", script+"\nenv -0")
	shell.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := shell.Output()
	if err != nil {
		t.Fatal(err)
	}
	return variables(string(out), "\x00")
}

func variables(env, separator string) map[string]string {
	found := map[string]string{}
	for entry := range strings.SplitSeq(env, separator) {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(strings.ToUpper(name), "FBN_") || strings.HasPrefix(name, "LUSID_") {
			found[name] = value
		}
	}
	return found
}

func get(t *testing.T, url, bearer string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	return do(t, request)
}

func do(t *testing.T, request *http.Request) (int, string) {
	t.Helper()
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// signIn requests a token with the variables of a password sign-in.
func signIn(t *testing.T, vars map[string]string) (int, map[string]any) {
	t.Helper()
	form := url.Values{
		"grant_type": {"password"}, "scope": {"openid"},
		"username": {vars["FBN_USERNAME"]}, "password": {vars["FBN_PASSWORD"]},
		"client_id": {vars["FBN_CLIENT_ID"]}, "client_secret": {vars["FBN_CLIENT_SECRET"]},
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, vars["FBN_TOKEN_URL"], strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body := do(t, request)
	var token map[string]any
	if err := json.Unmarshal([]byte(body), &token); err != nil {
		t.Fatal(err)
	}
	return status, token
}

// credentials requests the credentials from the control API.
func credentials(t *testing.T, base string) mockserver.Credentials {
	t.Helper()
	_, body := get(t, base+"/_mock/credentials", "")
	var c mockserver.Credentials
	if err := json.Unmarshal([]byte(body), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func names(vars map[string]string) map[string]bool {
	set := map[string]bool{}
	for name := range vars {
		set[name] = true
	}
	return set
}

func TestServe(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			r, vars := serve(t)
			c := credentials(t, vars["LUSID_MOCK_URL"])
			want := map[string]string{
				"LUSID_MOCK_URL":    vars["LUSID_MOCK_URL"],
				"FBN_IDENTITY_URL":  vars["LUSID_MOCK_URL"] + "/identity",
				"FBN_ACCESS_URL":    vars["LUSID_MOCK_URL"] + "/access",
				"FBN_BASE_URL":      vars["LUSID_MOCK_URL"],
				"FBN_LUSID_URL":     vars["LUSID_MOCK_URL"] + "/api",
				"FBN_LUSID_API_URL": vars["LUSID_MOCK_URL"] + "/api",
				"FBN_TOKEN_URL":     vars["FBN_TOKEN_URL"],
				"FBN_USERNAME":      c.Username,
				"FBN_PASSWORD":      c.Password,
				"FBN_CLIENT_ID":     c.ClientID,
				"FBN_CLIENT_SECRET": c.ClientSecret,
			}
			if diff := cmp.Diff(want, vars); diff != "" {
				t.Errorf("variables (-want +got):\n%s", diff)
			}
			status, token := signIn(t, vars)
			if status != http.StatusOK || token["expires_in"] != 3600.0 {
				t.Errorf("got status %d and expires_in %v, want 200 and 3600", status, token["expires_in"])
			}
			access, _ := token["access_token"].(string)
			if status, body := get(t, vars["FBN_IDENTITY_URL"]+"/api/applications", access); status != http.StatusOK {
				t.Errorf("got status %d, want 200: %s", status, body)
			}
			if code := r.end(t, signal); code != 0 {
				t.Errorf("got exit code %d, want 0; stderr: %s", code, r.stderr)
			}
			if r.stderr.Len() > 0 {
				t.Errorf("got stderr %s, want none", r.stderr)
			}
		})
	}
}

func TestServe_accessToken(t *testing.T) {
	t.Parallel()
	r := start(t, "serve", "-listen", "127.0.0.1:0")
	printed := r.until(t, "# export FBN_ACCESS_TOKEN")
	vars := evaluate(t, strings.ReplaceAll(printed, "# export", "export"))
	if status, body := get(t, vars["FBN_IDENTITY_URL"]+"/api/me", vars["FBN_ACCESS_TOKEN"]); status != http.StatusOK {
		t.Errorf("got status %d, want 200: %s", status, body)
	}
	r.end(t, syscall.SIGTERM)
}

// TestServe_unset runs the printed command that removes the variables, and checks that none of them is set.
func TestServe_unset(t *testing.T) {
	t.Parallel()
	r := start(t, "serve", "-listen", "127.0.0.1:0")
	printed := r.until(t, "# unset ")
	_, command, _ := strings.Cut(printed[strings.LastIndex(printed, "\n# "):], "# ")
	if left := evaluate(t, printed+"export FBN_ACCESS_TOKEN=token\n"+command); len(left) > 0 {
		t.Errorf("%s: got the remaining variables %v, want none", command, left)
	}
	r.end(t, syscall.SIGTERM)
}

func TestServe_powershell(t *testing.T) {
	t.Parallel()
	seed := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(seed, []byte(`{"user": {"password": "it's ’$x’"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, "serve", "-listen", "127.0.0.1:0", "-shell", "powershell", "-seed", seed)
	printed := r.until(t, "# Remove-Item")
	for _, want := range []string{"\n$Env:FBN_PASSWORD = 'it''s ’’$x’’'\n", "\n# Remove-Item -ErrorAction Ignore Env:FBN_IDENTITY_URL, Env:FBN_ACCESS_URL, "} {
		if !strings.Contains(printed, want) {
			t.Errorf("want %q in the output, got:\n%s", want, printed)
		}
	}
	r.end(t, syscall.SIGTERM)
}

func TestServe_everyInterface(t *testing.T) {
	t.Parallel()
	r := start(t, "serve", "-listen", "0.0.0.0:0")
	vars := evaluate(t, r.until(t, "# export FBN_ACCESS_TOKEN"))
	if !strings.HasPrefix(vars["LUSID_MOCK_URL"], "http://127.0.0.1:") {
		t.Errorf("got LUSID_MOCK_URL=%s, want a loopback address", vars["LUSID_MOCK_URL"])
	}
	credentials(t, vars["LUSID_MOCK_URL"])
	r.end(t, syscall.SIGTERM)
	if !strings.Contains(r.stderr.String(), "other machines") {
		t.Errorf("want a warning about other machines, got stderr: %s", r.stderr)
	}
}

func TestServe_hosts(t *testing.T) {
	t.Parallel()
	r, vars := serve(t, "-host", "mock", "-host", "fd00::5")
	for host, want := range map[string]int{
		"":     http.StatusOK, // The host of the URL.
		"mock": http.StatusOK, "mock:8080": http.StatusOK, "[fd00::5]:8080": http.StatusOK,
		"attacker.example": http.StatusMisdirectedRequest,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, vars["LUSID_MOCK_URL"]+"/_mock/credentials", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		if status, body := do(t, request); status != want {
			t.Errorf("host %q: got status %d, want %d: %s", host, status, want, body)
		}
	}
	r.end(t, syscall.SIGTERM)
}

func TestHelp_hasEveryControlRoute(t *testing.T) {
	t.Parallel()
	_, help, _ := run(t, "help")
	r, vars := serve(t)
	status, refusal := get(t, vars["LUSID_MOCK_URL"]+"/_mock/nonsense", "")
	r.end(t, syscall.SIGTERM)
	routes := regexp.MustCompile(`(GET|POST|DELETE) (/_mock/[^ ,;."]+)`).FindAllStringSubmatch(refusal, -1)
	if status != http.StatusNotFound || len(routes) < 10 {
		t.Fatalf("got status %d and %d routes, want 404 and at least 10 routes: %s", status, len(routes), refusal)
	}
	for _, route := range routes {
		if route[2] == "/_mock/nonsense" {
			continue
		}
		path := strings.NewReplacer("{user}", "USER", "{id}", "ID").Replace(route[2])
		line := regexp.MustCompile(`(?m)^  ` + route[1] + ` +` + regexp.QuoteMeta(path) + `( |$)`)
		if !line.MatchString(help) {
			t.Errorf("the help does not describe the route %s %s", route[1], path)
		}
	}
}

func TestHelp_hasEveryChoiceOfTheEvaluation(t *testing.T) {
	t.Parallel()
	_, help, _ := run(t, "help")
	help = strings.Join(strings.Fields(help), " ")
	for _, choice := range entitlement.Choices {
		if !strings.Contains(help, "- "+choice+" ") && !strings.HasSuffix(help, "- "+choice) {
			t.Errorf("the help does not contain %q", choice)
		}
	}
}

func TestServe_options(t *testing.T) {
	t.Parallel()
	seed := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(seed, []byte(`{"applications": [{"id": "seeded", "clientId": "seeded-app", "displayName": "Seeded"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	r, vars := serve(t, "-seed", seed, "-withhold-secrets", "-issuer-is-token-url", "-token-lifetime", "90s", "-list-lag", "1", "-latency",
		"50ms")
	began := time.Now()
	if _, token := signIn(t, vars); token["expires_in"] != 90.0 {
		t.Errorf("got expires_in %v, want 90", token["expires_in"])
	}
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Errorf("got a response after %v, want at least 50ms", took)
	}
	bearer := credentials(t, vars["LUSID_MOCK_URL"]).AccessToken
	_, body := get(t, vars["FBN_IDENTITY_URL"]+"/api/applications/seeded?includeSecret=true", bearer)
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"id": "seeded", "clientId": "seeded-app", "displayName": "Seeded", "type": "Native",
		"secret": nil, "issuer": vars["FBN_TOKEN_URL"],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("application (-want +got):\n%s", diff)
	}
	create, err := http.NewRequestWithContext(t.Context(), http.MethodPost, vars["FBN_IDENTITY_URL"]+"/api/applications",
		strings.NewReader(`{"clientId": "example-sdk-app", "displayName": "Example", "type": "Native"}`))
	if err != nil {
		t.Fatal(err)
	}
	create.Header.Set("Authorization", "Bearer "+bearer)
	create.Header.Set("Content-Type", "application/json")
	if status, body := do(t, create); status != http.StatusOK {
		t.Fatalf("got status %d, want 200: %s", status, body)
	}
	for _, want := range []bool{false, true} {
		if _, body := get(t, vars["FBN_IDENTITY_URL"]+"/api/applications", bearer); strings.Contains(body, "example-sdk-app") != want {
			t.Errorf("the list contains the application: %t, want %t", !want, want)
		}
	}
	r.end(t, syscall.SIGTERM)
}

// TestServe_usersOfSeed follows FINBOURNE's tutorial: a user of the seed signs up and then signs in.
func TestServe_usersOfSeed(t *testing.T) {
	t.Parallel()
	seed := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(seed, []byte(`{"users": [
		{"username": "service@example.com", "roles": ["lusid-evaluator"]},
		{"id": "deleted", "username": "deleted@example.com", "status": "DEPROVISIONED"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	r, vars := serve(t, "-seed", seed, "-deleted-users-gone", "-max-personal-access-tokens", "1")
	post := func(url, bearer, body string) int {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+bearer)
		request.Header.Set("Content-Type", "application/json")
		status, _ := do(t, request)
		return status
	}
	bearer := credentials(t, vars["LUSID_MOCK_URL"]).AccessToken
	if status, body := get(t, vars["FBN_IDENTITY_URL"]+"/api/users/deleted", bearer); status != http.StatusNotFound {
		t.Errorf("the deleted user: got status %d, want 404: %s", status, body)
	}
	if status := post(vars["FBN_IDENTITY_URL"]+"/api/keys", bearer, `{"displayName": "Second"}`); status != http.StatusBadRequest {
		t.Errorf("the second token: got status %d, want 400", status)
	}

	vars["FBN_USERNAME"], vars["FBN_PASSWORD"] = "service@example.com", "a chosen password"
	if status, _ := signIn(t, vars); status != http.StatusBadRequest {
		t.Errorf("before the sign-up: got status %d, want 400", status)
	}
	if status := post(vars["LUSID_MOCK_URL"]+"/_mock/users/service@example.com/sign-up", "", `{"password": "a chosen password"}`); status != http.StatusNoContent {
		t.Errorf("sign-up: got status %d, want 204", status)
	}
	_, token := signIn(t, vars)
	access, _ := token["access_token"].(string)
	if status, body := get(t, vars["LUSID_MOCK_URL"]+"/api/instruments", access); status != http.StatusOK {
		t.Errorf("instruments: got status %d, want 200: %s", status, body)
	}
	r.end(t, syscall.SIGTERM)
}

func TestServe_addressInUse(t *testing.T) {
	t.Parallel()
	r, vars := serve(t)
	address := strings.TrimPrefix(vars["LUSID_MOCK_URL"], "http://")
	code, stdout, stderr := run(t, "serve", "-listen", address)
	if code != 1 || stdout != "" || !strings.Contains(stderr, address) || !strings.Contains(stderr, "-listen 127.0.0.1:0") {
		t.Errorf("got exit code %d, stdout %q and stderr %q, want 1, no stdout, and the address and -listen in stderr", code, stdout, stderr)
	}
	r.end(t, syscall.SIGTERM)
}

func TestExec_status(t *testing.T) {
	t.Parallel()
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, command := range map[int][]string{
		0:       {"true"},
		7:       {"sh", "-c", "exit 7"},
		128 + 9: {"sh", "-c", "kill -9 $$"},
		126:     {plain},
		127:     {"no-such-command"},
	} {
		if code, _, stderr := run(t, append([]string{"exec", "--"}, command...)...); code != want {
			t.Errorf("%q: got exit code %d, want %d; stderr: %s", command, code, want, stderr)
		}
	}
	if code, _, _ := run(t, "exec", "--", filepath.Join(t.TempDir(), "missing")); code != 127 {
		t.Errorf("missing file: got exit code %d, want 127", code)
	}
}

func TestExec_streams(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := run(t, "exec", "sh", "-c", "echo out; echo err >&2")
	if code != 0 || stdout != "out\n" || stderr != "err\n" {
		t.Errorf("got exit code %d, stdout %q and stderr %q, want those of the command", code, stdout, stderr)
	}
}

func TestExec_environment(t *testing.T) {
	t.Parallel()
	inherited := []string{"FBN_ACCESS_TOKEN=real", "FBN_PROXY_ADDRESS=real", "fbn_password=real", "LUSID_MOCK_URL=real", "LUSID_KEPT=kept"}
	urls := []string{"FBN_IDENTITY_URL", "FBN_ACCESS_URL", "FBN_BASE_URL", "FBN_LUSID_URL", "FBN_LUSID_API_URL"}
	password := append([]string{"FBN_TOKEN_URL", "FBN_USERNAME", "FBN_PASSWORD", "FBN_CLIENT_ID", "FBN_CLIENT_SECRET"}, urls...)
	for _, test := range []struct{ args, want []string }{
		{nil, password},
		{[]string{"-auth", "password"}, password},
		{[]string{"-auth", "pat"}, append([]string{"FBN_ACCESS_TOKEN"}, urls...)},
		{[]string{"-auth", "secrets-file"}, []string{"FBN_SECRETS_PATH"}},
	} {
		code, stdout, stderr := runWith(t, inherited, append(append([]string{"exec"}, test.args...), "--", "env", "-0")...)
		if code != 0 {
			t.Fatalf("got exit code %d, want 0; stderr: %s", code, stderr)
		}
		got := variables(stdout, "\x00")
		want := map[string]bool{"LUSID_MOCK_URL": true, "LUSID_KEPT": true}
		for _, name := range test.want {
			want[name] = true
		}
		if diff := cmp.Diff(want, names(got)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.args, diff)
		}
		for name, value := range got {
			if value == "real" {
				t.Errorf("%q: %s has the inherited value, want that of the mock", test.args, name)
			}
		}
	}
}

// TestExec_ways sends requests while the command runs, with each way to sign in.
func TestExec_ways(t *testing.T) {
	t.Parallel()
	for _, auth := range []string{"password", "pat", "secrets-file"} {
		t.Run(auth, func(t *testing.T) {
			t.Parallel()
			r := start(t, "exec", "-auth", auth, "--", "sh", "-c",
				`trap 'exit 0' TERM; env -0 | tr '\0' '\n'; echo END; while :; do sleep 0.05; done`)
			vars := variables(r.until(t, "END"), "\n")
			bearer := vars["FBN_ACCESS_TOKEN"]
			identity := vars["FBN_IDENTITY_URL"]
			path := vars["FBN_SECRETS_PATH"]
			if path != "" {
				vars, identity = fromSecretsFile(t, path, vars["LUSID_MOCK_URL"])
			}
			if auth != "pat" {
				status, token := signIn(t, vars)
				if status != http.StatusOK {
					t.Errorf("sign-in: got status %d, want 200: %v", status, token)
				}
				bearer, _ = token["access_token"].(string)
			}
			if status, body := get(t, identity+"/api/me", bearer); status != http.StatusOK {
				t.Errorf("got status %d, want 200: %s", status, body)
			}
			if code := r.end(t, syscall.SIGTERM); code != 0 {
				t.Errorf("got exit code %d, want 0; stderr: %s", code, r.stderr)
			}
			if path != "" {
				if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the directory %s still exists after the command: %v", filepath.Dir(path), err)
				}
			}
		})
	}
}

func fromSecretsFile(t *testing.T, path, base string) (vars map[string]string, identity string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, want 0600", info.Mode())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]map[string]string
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	api := file["api"]
	want := map[string]string{
		"identityUrl":     base + "/identity",
		"accessUrl":       base + "/access",
		"lusidUrl":        base + "/api",
		"apiUrl":          base + "/api",
		"applicationName": "lusid-mock",
	}
	for name, value := range want {
		if api[name] != value {
			t.Errorf("got %s %q, want %q", name, api[name], value)
		}
	}
	return map[string]string{
		"FBN_TOKEN_URL": api["tokenUrl"], "FBN_USERNAME": api["username"], "FBN_PASSWORD": api["password"],
		"FBN_CLIENT_ID": api["clientId"], "FBN_CLIENT_SECRET": api["clientSecret"],
	}, api["identityUrl"]
}

func TestExec_forwardsSignals(t *testing.T) {
	t.Parallel()
	for signal, name := range map[syscall.Signal]string{syscall.SIGINT: "INT", syscall.SIGTERM: "TERM"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, "exec", "--", "sh", "-c", fmt.Sprintf("trap 'exit 42' %s; echo ready; while :; do sleep 0.05; done", name))
			r.until(t, "ready")
			if code := r.end(t, signal); code != 42 {
				t.Errorf("got exit code %d, want 42, the exit code in the command's trap", code)
			}
		})
		t.Run(name+" without a trap", func(t *testing.T) {
			t.Parallel()
			r := start(t, "exec", "--", "sh", "-c", "echo ready; exec sleep 600")
			r.until(t, "ready")
			if code, want := r.end(t, signal), 128+int(signal); code != want {
				t.Errorf("got exit code %d, want %d", code, want)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	seed := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(seed, []byte(`{"applications": [{"clientId": "x"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args           string
		code           int
		stdout, stderr string
	}{
		{"", 2, "", "Usage:"},
		{"help", 0, "/_mock/faults", ""},
		{"help", 0, "/_mock/users/USER/sign-up", ""},
		{"version", 0, "\n", ""},
		{"--help", 0, "/_mock/faults", ""},
		{"serve -h", 0, "-listen address", ""},
		{"exec --help", 0, "-auth way", ""},
		{"conformance -h", 0, "-network-zones", ""},
		{"conformance -nonsense", 2, "", "-nonsense"},
		{"conformance extra", 2, "", `"extra"`},
		{"conformance -mail", 2, "", "-mail needs -write"},
		{"conformance -clean lusid-conformance-0123abcd -write", 2, "", "-clean cannot be combined with a flag that allows writes"},
		{"nonsense", 2, "", `unknown command "nonsense"`},
		{"serve -nonsense", 2, "", "-nonsense"},
		{"serve -shell fish", 2, "", `"fish"`},
		{"serve extra", 2, "", `"extra"`},
		{"serve -host http://mock", 2, "", "-host: a host must not have a scheme or a port"},
		{"serve -host mock:8080", 2, "", "-host: a host must not have a scheme or a port"},
		{"serve -latency -1s", 2, "", "-latency"},
		{"serve -token-lifetime 0", 2, "", "-token-lifetime"},
		{"serve -list-lag -1", 2, "", "-list-lag"},
		{"serve -requests-per-second -1", 2, "", "-requests-per-second"},
		{"serve -max-personal-access-tokens 0", 2, "", "-max-personal-access-tokens"},
		{"serve -seed " + seed + ".missing", 2, "", "seed.json.missing"},
		{"serve -seed " + seed, 2, "", "applications[0]: clientId"},
		{"exec", 2, "", "no command"},
		{"exec -auth key -- true", 2, "", `"key"`},
		{"exec -seed " + seed + " -- true", 2, "", "applications[0]: clientId"},
	} {
		code, stdout, stderr := run(t, strings.Fields(test.args)...)
		if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) ||
			(stdout == "") != (test.stdout == "") || (stderr == "") != (test.stderr == "") {
			t.Errorf("%q: got exit code %d, stdout %q, stderr %q; want %d, %q, %q", test.args, code, stdout, stderr, test.code, test.stdout, test.stderr)
		}
	}
}
