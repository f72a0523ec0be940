package provider_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// repeatBehind sends the body of each response twice, with the length of one body. net/http finds the second body on
// an idle connection, and logs it.
func repeatBehind(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, r)
		body, err := io.ReadAll(recorder.Body)
		if err != nil || r.UserAgent() == providertest.TestUserAgent {
			w.WriteHeader(recorder.Code)
			_, _ = w.Write(body)
			return
		}
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		_, _ = fmt.Fprintf(connection, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%[3]s%[3]s",
			recorder.Code, len(body), body)
		// The client reads the rest before it notices that the connection is closed.
		_, _ = io.Copy(io.Discard, connection)
	})
}

// TestAccCanaries_standardError checks that the provider's standard error contains no secret. net/http writes there
// what it reads from an idle connection, and Go prints the frames of HTTP/2 there if GODEBUG asks for them.
func TestAccCanaries_standardError(t *testing.T) {
	t.Parallel()
	var issued providertest.IssuedSecrets
	d := providertest.NewMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler { return repeatBehind(issued.Front(mock)) })
	w := providertest.NewWorkspace(t, providertest.ProviderBlock(d.PasswordArguments())+manyApplications("stored", 2, 1)+`
resource "lusid_personal_access_token" "one" {
  display_name = "one"
}
data "lusid_access_token" "own" {}
data "lusid_access_token" "one" {
  client_id     = lusid_application.stored[0].client_id
  client_secret = lusid_application.stored[0].secret
}
`, "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	file := w.KeepStandardError()
	w.MustRun("apply", "-auto-approve")
	w.MustRun("plan")
	w.MustRun("destroy", "-auto-approve")

	secrets := issued.Named()
	if len(secrets) < 6 {
		t.Errorf("got %d issued secrets, want at least 6", len(secrets))
	}
	for _, name := range []string{"password", "client_secret"} {
		secrets[name], _ = d.PasswordArguments()[name].(string)
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
	providertest.MustBeAbsent(t, "the standard error", string(written), secrets)
	providertest.MustBeAbsent(t, "the log", w.ReadFile("trace.log"), secrets)
	providertest.MustBeAbsent(t, "the output", w.Printed.String(), secrets)
}

// TestAccCanaries_environmentProxy uses a proxy from HTTPS_PROXY that repeats its password in the response. The
// password is not one of the provider's settings.
func TestAccCanaries_environmentProxy(t *testing.T) {
	t.Parallel()
	const password = "c4nary-of-a-proxy"
	for name, say := range map[string]func(heard string) string{
		"status": func(heard string) string { return "HTTP/1.1 407 " + heard + "\r\n\r\n" },
		"header": func(heard string) string {
			return "HTTP/1.1 407 No\r\n" + strings.ReplaceAll(heard, ":", "") + "\r\n\r\n"
		},
	} {
		proxy := httptest.NewServer(providertest.EchoRaw(say)(nil))
		t.Cleanup(proxy.Close)
		config := providertest.ProviderBlock(providertest.Object{
			"api_url":      "https://acme.example.com",
			"access_token": "c4nary-of-the-token",
			"max_retries":  0,
		}) + providertest.ApplicationHCL("test", "test-app")
		address := strings.Replace(proxy.URL, "http://", "http://user:"+password+"@", 1)
		w := providertest.NewWorkspace(t, config, "TF_LOG=TRACE", "TF_LOG_PATH=trace.log", "HTTPS_PROXY="+address, "NO_PROXY=")
		printed := w.MustFail([]string{"Unable to create application", "(redacted)"}, "apply", "-auto-approve")
		secrets := map[string]string{"the proxy's password": password, "the token": "c4nary-of-the-token"}
		providertest.MustBeAbsent(t, name+": the output", printed, secrets)
		for line := range strings.Lines(w.ReadFile("trace.log")) {
			if strings.Contains(line, "LUSID request") {
				providertest.MustBeAbsent(t, name+": the log", line, secrets)
			}
		}
	}
}

// TestAccCanaries_key passes a secret to a function as the name of a setting.
func TestAccCanaries_key(t *testing.T) {
	t.Parallel()
	providertest.CLIMust(t, providertest.ProviderFunctions)
	const secret = "c4nary-in-a-key"
	w := providertest.NewWorkspace(t, `
variable "secret" {
  sensitive = true
}
output "script" {
  sensitive = true
  value     = provider::lusid::env_script({ (var.secret) = "x" }, "bash")
}
`, "TF_VAR_secret="+secret)
	printed := w.MustFail([]string{"a key of the map is not a valid name in credentials. The valid names are: api_url"}, "plan")
	providertest.MustBeAbsent(t, "the output", printed, map[string]string{"the key": secret})
}
