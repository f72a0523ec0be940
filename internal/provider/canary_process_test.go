package provider_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// keepStandardError has the provider write its standard error to a file, of which the CLI gets
// nothing. The Go runtime prints all the HTTP/2 frames that it can there.
func (w *workspace) keepStandardError() (file string) {
	w.t.Helper()
	if runtime.GOOS == "windows" {
		w.t.Skip("needs a shell")
	}
	directory, err := build()
	if err != nil {
		w.t.Fatal(err)
	}
	file = filepath.Join(w.t.TempDir(), "stderr")
	script := fmt.Sprintf("#!/bin/sh\nGODEBUG=http2debug=2 exec '%s/terraform-provider-lusid' \"$@\" 2>>'%s'\n", directory, file)
	path := fileIn(w.t, "terraform-provider-lusid", script)
	if err := os.Chmod(path, 0o700); err != nil {
		w.t.Fatal(err)
	}
	config := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"finbourne/lusid\" = %q\n  }\n  direct {}\n}\n", filepath.Dir(path))
	w.env = append(w.env, "TF_CLI_CONFIG_FILE="+fileIn(w.t, "cli.tfrc", config))
	return file
}

// repeatBehind sends each response twice, with the length of one: net/http finds the second one on an
// idle connection.
func repeatBehind(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, r)
		body, err := io.ReadAll(recorder.Body)
		if err != nil || r.UserAgent() == testUserAgent {
			w.WriteHeader(recorder.Code)
			_, _ = w.Write(body)
			return
		}
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		_, _ = fmt.Fprintf(connection, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%[3]s%[3]s", recorder.Code, len(body), body)
		// The client reads what is left before it learns that the connection is closed.
		_, _ = io.Copy(io.Discard, connection)
	})
}

// TestAccCanaries_standardError looks for secrets in the provider's standard error, where net/http
// writes what it cannot use, and where Go prints the frames of HTTP/2 when it is asked to.
func TestAccCanaries_standardError(t *testing.T) {
	t.Parallel()
	var issued issuedSecrets
	d := newMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler { return repeatBehind(issued.front(mock)) })
	w := newWorkspace(t, providerBlock(d.passwordArguments())+manyApplications("stored", 2, 1)+`
resource "lusid_personal_access_token" "one" {
  display_name = "one"
}
data "lusid_access_token" "own" {}
data "lusid_access_token" "one" {
  client_id     = lusid_application.stored[0].client_id
  client_secret = lusid_application.stored[0].secret
}
`, "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	file := w.keepStandardError()
	w.mustRun("apply", "-auto-approve")
	w.mustRun("plan")
	w.mustRun("destroy", "-auto-approve")

	secrets := issued.named()
	if len(secrets) < 6 {
		t.Errorf("only %d secrets were issued", len(secrets))
	}
	for _, name := range []string{"password", "client_secret"} {
		secrets[name], _ = d.passwordArguments()[name].(string)
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, operation := range []string{"CreateApplication", "CreateApiKey", "token request"} {
		if !strings.Contains(string(written), operation) {
			t.Errorf("the standard error lacks %s", operation)
		}
	}
	mustBeAbsent(t, "the standard error", string(written), secrets)
	mustBeAbsent(t, "the log", w.readFile("trace.log"), secrets)
	mustBeAbsent(t, "what was printed", w.printed.String(), secrets)
}

// TestAccCanaries_environmentProxy meets a proxy of HTTPS_PROXY that repeats the password in that
// variable, which is none of the provider's settings.
func TestAccCanaries_environmentProxy(t *testing.T) {
	t.Parallel()
	const password = "c4nary-of-a-proxy"
	for name, say := range map[string]func(heard string) string{
		"status": func(heard string) string { return "HTTP/1.1 407 " + heard + "\r\n\r\n" },
		"header": func(heard string) string {
			return "HTTP/1.1 407 No\r\n" + strings.ReplaceAll(heard, ":", "") + "\r\n\r\n"
		},
	} {
		proxy := httptest.NewServer(echoRaw(say)(nil))
		t.Cleanup(proxy.Close)
		config := providerBlock(object{"api_url": "https://acme.example.com", "access_token": "c4nary-of-the-token", "max_retries": 0}) + applicationHCL("test", "test-app")
		address := strings.Replace(proxy.URL, "http://", "http://user:"+password+"@", 1)
		w := newWorkspace(t, config, "TF_LOG=TRACE", "TF_LOG_PATH=trace.log", "HTTPS_PROXY="+address, "NO_PROXY=")
		printed := w.mustFail([]string{"Unable to create application", "(redacted)"}, "apply", "-auto-approve")
		secrets := map[string]string{"the proxy's password": password, "the token": "c4nary-of-the-token"}
		mustBeAbsent(t, name+": what was printed", printed, secrets)
		for line := range strings.Lines(w.readFile("trace.log")) {
			if strings.Contains(line, "LUSID request") {
				mustBeAbsent(t, name+": the log", line, secrets)
			}
		}
	}
}

// TestAccCanaries_key gives a secret where a name is expected.
func TestAccCanaries_key(t *testing.T) {
	t.Parallel()
	cliMust(t, providerFunctions)
	const secret = "c4nary-in-a-key"
	w := newWorkspace(t, `
variable "secret" {
  sensitive = true
}
output "script" {
  sensitive = true
  value     = provider::lusid::env_script({ (var.secret) = "x" }, "bash")
}
`, "TF_VAR_secret="+secret)
	printed := w.mustFail([]string{"a key of the map is not one of the names that credentials may have: api_url"}, "plan")
	mustBeAbsent(t, "what was printed", printed, map[string]string{"the key": secret})
}
