package provider_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// connectProxy is a proxy that requires a password and records the requested hosts. It forwards every host to one
// server.
type connectProxy struct {
	url                string
	username, password string

	mu    sync.Mutex
	hosts []string
}

func newConnectProxy(t *testing.T, address string) *connectProxy {
	t.Helper()
	p := &connectProxy{username: "proxy-user", password: "canary'&\"<é+/=%41 proxy"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.hosts = append(p.hosts, r.Method+" "+r.URL.String()+" "+r.Host)
		p.mu.Unlock()
		authorization := &http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}
		if username, password, ok := authorization.BasicAuth(); !ok || username != p.username || password != p.password {
			w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = near.Close() }()
		far, err := net.Dial("tcp", address) //nolint:noctx // The connection ends with the client's connection.
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = far.Close() }()
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(far, near)
			_ = far.Close()
		}()
		_, _ = io.Copy(near, far)
	}))
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// newMockBehindProxy starts a mock that is reachable only through a proxy. Its host name is not a name of this machine,
// because Go uses no proxy for those names.
func newMockBehindProxy(t *testing.T, options mockserver.Options, front func(http.Handler) http.Handler) (d providertest.Domain, proxy *connectProxy, certificate string) {
	t.Helper()
	options.Hosts = []string{"acme.example.com"}
	d = providertest.NewMockBehind(t, options, front)
	server := httptest.NewTLSServer(front(d.Mock))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	// The transport of the server's client leads to the server.
	d.URL, d.Direct = "https://acme.example.com", server.Client().Transport
	certificate = providertest.FileIn(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	return d, newConnectProxy(t, server.Listener.Addr().String()), certificate
}

func (p *connectProxy) requested() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.hosts)
}

// leavesWith returns the paths of the strings in a JSON text that contain a secret.
func leavesWith(t *testing.T, text string, secrets map[string]string) []string {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	var found []string
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch value := value.(type) {
		case map[string]any:
			if address, ok := value["address"].(string); ok {
				path = address
			}
			for _, name := range slices.Sorted(maps.Keys(value)) {
				walk(path+"."+name, value[name])
			}
		case []any:
			for i, element := range value {
				walk(fmt.Sprintf("%s[%d]", path, i), element)
			}
		case string:
			for name, secret := range secrets {
				if strings.Contains(value, secret) {
					found = append(found, path+" ("+name+")")
				}
			}
		}
	}
	walk("", root)
	return found
}

// TestAccCanaries_life runs every operation through the CLI with TF_LOG=TRACE. The credentials come from the
// environment, and the requests go through a proxy with a password. Secrets may appear only in the attributes that
// the documentation names.
func TestAccCanaries_life(t *testing.T) {
	t.Parallel()
	providertest.CLIMust(t, providertest.EphemeralResources)
	var issued providertest.IssuedSecrets
	d, proxy, certificate := newMockBehindProxy(t, mockserver.Options{Seed: mockserver.Seed{Applications: []mockserver.Application{
		{ClientID: "foreign-app", DisplayName: "Foreign", Secret: "canary-of-the-foreign-application"},
	}}}, issued.Front)
	base := append(d.Environment(), "TF_LOG=TRACE", "TF_LOG_PATH=trace.log",
		"FBN_PROXY_ADDRESS="+proxy.url, "FBN_PROXY_USERNAME="+proxy.username, "FBN_PROXY_PASSWORD="+proxy.password,
		"FBN_CLIENT_CERTIFICATE="+certificate)
	// All secrets may be in sensitive attributes of the state and of plans, except those in hidden.
	secrets, hidden := map[string]string{"proxy password": proxy.password, "a secret of another application": "canary-of-the-foreign-application"}, map[string]string{}
	for _, variable := range []string{"password", "client_secret"} {
		secrets[variable], _ = d.PasswordArguments()[variable].(string)
	}
	note := func(when string) {
		for _, a := range d.Applications(t) {
			a = d.Application(t, a.ClientID)
			secrets["secret of "+a.ClientID+" "+when] = a.Secret
			if a.ClientID == "hidden-app" {
				hidden["secret of "+a.ClientID+" "+when] = a.Secret
			}
		}
		for i, token := range issued.All() {
			secrets[fmt.Sprint("issued token ", i)] = token
		}
	}

	config := func(trigger, more string) string {
		return `
provider "lusid" {}
resource "lusid_application" "stored" {
  client_id         = "stored-app"
  display_name      = "Stored"
  rotation_triggers = { a = "` + trigger + `" }
}
resource "lusid_application" "hidden" {
  client_id         = "hidden-app"
  display_name      = "Hidden"
  store_secret      = false
  rotation_triggers = { a = "` + trigger + `" }
}
data "lusid_application" "foreign" {
  client_id      = "foreign-app"
  include_secret = true
}
data "lusid_application" "plain" {
  client_id = "foreign-app"
}
data "lusid_applications" "all" {}
data "lusid_access_token" "own" {}
data "lusid_access_token" "stored" {
  client_id     = lusid_application.stored.client_id
  client_secret = lusid_application.stored.secret
}
data "lusid_access_token" "refreshed" {
  client_id     = lusid_application.stored.client_id
  client_secret = lusid_application.stored.secret
  refresh_token = data.lusid_access_token.stored.refresh_token
}
ephemeral "lusid_application_secret" "hidden" {
  id = lusid_application.hidden.id
}
ephemeral "lusid_access_token" "hidden" {
  client_id     = ephemeral.lusid_application_secret.hidden.client_id
  client_secret = ephemeral.lusid_application_secret.hidden.secret
}
provider "lusid" {
  alias        = "through"
  access_token = ephemeral.lusid_access_token.hidden.access_token
}
resource "lusid_application" "through" {
  provider     = lusid.through
  client_id    = "through-app"
  display_name = "Through"
  store_secret = false
}
` + more
	}
	const extra = `
output "secrets_json" {
  value     = provider::lusid::secrets_json({ client_secret = lusid_application.stored.secret })
  sensitive = true
}
resource "lusid_application" "foreign" {
  client_id    = "foreign-app"
  display_name = "Foreign"
}
`
	w := providertest.NewWorkspace(t, config("1", ""), base...)
	var printed strings.Builder
	run := func(args ...string) {
		t.Helper()
		printed.WriteString(w.MustRun(args...))
	}
	// check looks for secrets in JSON, which shows sensitive values as plain text.
	allowed := []string{
		"lusid_application.stored.", "lusid_application.foreign.", "outputs.secrets_json.", "output_changes.secrets_json.",
		"data.lusid_access_token.own.", "data.lusid_access_token.stored.", "data.lusid_access_token.refreshed.",
	}
	sensitive := []string{"secret", "client_secret", "access_token", "id_token", "refresh_token", "value", "after", "before"}
	check := func(where, text string) {
		t.Helper()
		for _, path := range leavesWith(t, text, secrets) {
			name, _, _ := strings.Cut(path, " (")
			documented := slices.ContainsFunc(allowed, func(part string) bool { return strings.Contains(name, part) })
			if !documented || !slices.Contains(sensitive, name[strings.LastIndexByte(name, '.')+1:]) {
				t.Errorf("%s: %s contains a secret", where, path)
			}
		}
		providertest.MustBeAbsent(t, where, text, hidden)
	}
	checkState := func(where string) {
		t.Helper()
		check(where+" (state)", w.Show())
		providertest.MustBeAbsent(t, where+" (state file)", w.ReadFile("terraform.tfstate"), hidden)
	}
	checkPlan := func(where string) {
		t.Helper()
		run("plan", "-out=tfplan")
		note(where)
		run("show", "tfplan")
		check(where+" (plan)", w.Show("tfplan"))
	}

	run("validate")
	checkPlan("first plan")
	run("apply", "tfplan")
	note("after the create")
	checkState("after the create")

	w.Configure(config("2", extra))
	run("import", "lusid_application.foreign", "foreign-app")
	checkPlan("plan of a rotation")
	run("apply", "tfplan")
	note("after the rotation")
	checkState("after the rotation")
	if d.Counts()["identity.RotateApplicationSecrets"] != 2 {
		t.Errorf("got the requests %v, want 2 rotations", d.Counts())
	}

	d.RotateApplication(t, "stored-app")
	note("after a rotation outside Terraform")
	run("plan", "-refresh-only")

	// A rotation fails with an error of LUSID.
	w.Configure(config("3", extra))
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Status: http.StatusInternalServerError, Count: -1})
	printed.WriteString(w.MustFail([]string{"Unable to rotate the secret"}, "apply", "-auto-approve"))
	d.Mock.ClearFaults()
	note("after a failure")
	checkState("after a failure")

	// Replace one application, and rotate the secret of the other.
	w.Configure(strings.ReplaceAll(config("1", extra), `"stored-app"`, `"second-app"`))
	run("apply", "-auto-approve")
	note("after a replacement")
	run("output")
	run("show")

	// Sign in with a refresh token and with an access token.
	arguments := d.PasswordArguments()
	arguments["ca_certificate_file"] = certificate
	arguments["proxy"] = providertest.Object{"address": proxy.url, "username": proxy.username, "password": proxy.password}
	p := providertest.NewProtocol(t)
	p.Configure(arguments).MustBeQuiet(t)
	refresh := p.MustGetAccessToken(providertest.Object{"scopes": []string{"openid", "client", "groups", "offline_access"}}).Get("refresh_token")
	secrets["FBN_REFRESH_TOKEN"] = refresh
	secrets["FBN_ACCESS_TOKEN"] = d.Token
	other := providertest.NewWorkspace(t, "provider \"lusid\" {}\ndata \"lusid_access_token\" \"own\" {}\ndata \"lusid_applications\" \"all\" {}\n")
	for _, more := range [][]string{{"FBN_REFRESH_TOKEN=" + refresh, "FBN_USERNAME=", "FBN_PASSWORD="}, {"FBN_ACCESS_TOKEN=" + d.Token}} {
		other.Env = append(slices.Concat(other.Env, base), more...)
		printed.WriteString(other.MustRun("plan"))
	}
	run("destroy", "-auto-approve")
	note("at the end")

	if len(issued.All()) < 12 || len(hidden) < 4 {
		t.Fatalf("got %d issued tokens and %d hidden secrets, want at least 12 and 4", len(issued.All()), len(hidden))
	}
	log := w.ReadFile("trace.log") + other.ReadFile("trace.log")
	for _, operation := range []string{"RotateApplicationSecrets", "ListApplications", "DeleteApplication", "token request"} {
		if !strings.Contains(log, operation) {
			t.Errorf("the log does not contain %s", operation)
		}
	}
	hosts := proxy.requested()
	if len(hosts) == 0 {
		t.Error("no request went through the proxy")
	}
	for _, host := range hosts {
		if host != "CONNECT //acme.example.com:443 acme.example.com:443" {
			t.Errorf("the proxy got the request %s", host)
		}
	}
	var asked strings.Builder
	for _, request := range d.Mock.Requests() {
		fmt.Fprintln(&asked, request.Path, request.Query, request.UserAgent, request.Application, request.CorrelationID)
	}
	providertest.MustBeAbsent(t, "the output", printed.String(), secrets)
	providertest.MustBeAbsent(t, "the log", log, secrets)
	providertest.MustBeAbsent(t, "the URLs", strings.Join(hosts, "\n")+asked.String(), secrets)
	if _, err := os.Stat(w.Directory + "/terraform.tfstate.backup"); err == nil {
		providertest.MustBeAbsent(t, "the state's backup", w.ReadFile("terraform.tfstate.backup"), hidden)
	}
}

// TestAccCanaries_everyType runs every resource type and every data source with TF_LOG=TRACE. One of its providers
// signs in with the key of a personal access token that the same run creates.
func TestAccCanaries_everyType(t *testing.T) {
	t.Parallel()
	const n = 2
	var issued providertest.IssuedSecrets
	d := providertest.NewMockBehind(t, optionsOfMany(n+1), issued.Front)
	config := func(step int) string {
		return many(d, n, step) + fmt.Sprintf(`
resource "lusid_personal_access_token" "own" {
  display_name = "own-%d"
}
provider "lusid" {
  alias        = "own"
  api_url      = %q
  access_token = lusid_personal_access_token.own.key
}
resource "lusid_role" "own" {
  provider = lusid.own
  name     = "own"
}
data "lusid_access_controlled_resources" "lusid" {
  service = "lusid"
}
data "lusid_access_evaluation" "own" {
  requests = {
    read = { scope = "default", activity = "Read", entity = "Portfolio", identifier = { scope = "official" } }
  }
}
data "lusid_access_own_policies" "all" {}
data "lusid_access_policies" "all" {}
data "lusid_access_policy" "one" {
  code = lusid_access_policy.many[0].code
}
data "lusid_access_role" "one" {
  code = lusid_access_role.many[0].code
}
data "lusid_access_roles" "all" {}
data "lusid_access_policy_collection" "one" {
  code = lusid_access_policy_collection.many[0].code
}
data "lusid_access_policy_collections" "all" {}
data "lusid_access_policy_template" "one" {
  code = lusid_access_policy_template.many[0].code
}
data "lusid_access_policy_templates" "all" {}
data "lusid_access_generated_policy" "one" {
  template_selection = [{ code = lusid_access_policy_template.many[0].code, selector_tags = ["Data"] }]
}
data "lusid_access_user_role" "one" {
  user_id = lusid_access_user_role.many[0].user_id
}
data "lusid_access_user_roles" "all" {}
data "lusid_access_token" "one" {
  client_id     = lusid_application.stored[0].client_id
  client_secret = lusid_application.stored[0].secret
}
data "lusid_application" "one" {
  id             = lusid_application.other[0].id
  include_secret = true
}
data "lusid_applications" "all" {}
data "lusid_authentication_information" "one" {}
data "lusid_current_user" "me" {}
data "lusid_external_token_issuer" "one" {
  code = lusid_external_token_issuer.many[0].code
}
data "lusid_external_token_issuers" "all" {}
data "lusid_mcp_tool" "one" {
  scope = lusid_mcp_tool.many[0].scope
  code  = lusid_mcp_tool.many[0].code
}
data "lusid_mcp_tools" "all" {}
data "lusid_network_zone" "one" {
  code = lusid_network_zone.many[0].code
}
data "lusid_network_zones" "all" {}
data "lusid_password_policy" "one" {
  user_type = "Service"
}
data "lusid_personal_access_token" "one" {
  id = lusid_personal_access_token.own.id
}
data "lusid_personal_access_tokens" "all" {}
data "lusid_role" "one" {
  id = lusid_role.many[0].id
}
data "lusid_role_members" "one" {
  role_id = "staffed-0"
}
data "lusid_roles" "all" {}
data "lusid_session_policy" "one" {}
data "lusid_support_access" "all" {}
data "lusid_support_roles" "all" {}
data "lusid_user" "one" {
  id = lusid_user.many[0].id
}
data "lusid_user_schema" "one" {}
data "lusid_users" "all" {}
`, step, d.URL)
	}
	schema := providertest.NewProtocol(t).Schema
	for name := range schema.DataSourceSchemas {
		if !strings.Contains(config(1), fmt.Sprintf("data %q", name)) {
			t.Errorf("the configuration has no data source %s", name)
		}
	}
	for name := range schema.ResourceSchemas {
		if !strings.Contains(config(1), fmt.Sprintf("resource %q", name)) {
			t.Errorf("the configuration has no resource %s", name)
		}
	}
	w := providertest.NewWorkspace(t, config(1), "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	standardError := w.KeepStandardError()
	var printed strings.Builder
	check := func(where, text string) {
		t.Helper()
		places := regexp.MustCompile(`(lusid_personal_access_token\.\S*\.key|lusid_application\.(stored\[\d\]|one)\.secret|lusid_access_token\.one\.(access|id|refresh)_token|lusid_access_token\.one\.client_secret)$`)
		for _, path := range leavesWith(t, text, issued.Named()) {
			name, _, _ := strings.Cut(path, " (")
			name = regexp.MustCompile(`\.(values|change\.(before|after))\.`).ReplaceAllString(name, ".")
			if !places.MatchString(name) {
				t.Errorf("%s: %s contains a secret", where, path)
			}
		}
	}
	for step := range 2 {
		w.Configure(config(step + 1))
		printed.WriteString(w.MustRun("plan", "-out=tfplan"))
		check("plan", w.Show("tfplan"))
		printed.WriteString(w.MustRun("show", "tfplan"))
		printed.WriteString(w.MustRun("apply", "tfplan"))
		printed.WriteString(w.MustRun("show"))
		check("state", w.Show())
		w.MustPlanEmpty()
	}
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApiKey", Reset: mockserver.ResetBefore, Count: -1})
	w.Configure(config(2) + "resource \"lusid_personal_access_token\" \"more\" {\n  display_name = \"more\"\n}\n")
	printed.WriteString(w.MustFail([]string{"Unable to create personal access token"}, "apply", "-auto-approve"))
	d.Mock.ClearFaults()
	printed.WriteString(w.MustRun("destroy", "-auto-approve"))

	secrets := issued.Named()
	for _, name := range []string{"password", "client_secret"} {
		secrets[name], _ = d.PasswordArguments()[name].(string)
	}
	keys := 0
	for name := range secrets {
		if strings.HasPrefix(name, "key of ") {
			keys++
		}
	}
	if keys < n+2 {
		t.Errorf("got %d issued keys, want at least %d", keys, n+2)
	}
	written := providertest.ReadText(t, standardError)
	if !strings.Contains(written, "LUSID request answered") {
		t.Error("the standard error does not contain the provider's log messages")
	}
	providertest.MustBeAbsent(t, "the standard error", written, secrets)
	providertest.MustBeAbsent(t, "the output", printed.String(), secrets)
	providertest.MustBeAbsent(t, "the log", w.ReadFile("trace.log"), secrets)
}

// TestCanaries_listAndAction logs lists and actions at TRACE in process, because the CLI on PATH may be too old for
// them.
func TestCanaries_listAndAction(t *testing.T) {
	t.Parallel()
	var issued providertest.IssuedSecrets
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: mockserver.Seed{Applications: listed}}, issued.Front)
	p := d.SignedIn(t)
	p.Log = new(bytes.Buffer)
	secrets := map[string]string{}
	note := func() {
		for _, a := range d.Applications(t) {
			secrets[fmt.Sprint("secret ", len(secrets))] = d.Application(t, a.ClientID).Secret
		}
		for i, token := range issued.All() {
			secrets[fmt.Sprint("issued token ", i)] = token
		}
	}
	note()
	secrets["key"] = p.Resource(providertest.PersonalAccessTokenType).MustCreate(providertest.Object{"display_name": "pipeline"}).Get("key")
	user, role := d.CreateUser(t, actionLogin, "owner@example.com"), d.CreateRole(t, "traders")
	d.Assign(t, role.ID, user.ID)
	d.CreateZone(t, "acme-office")
	d.CreateIssuer(t, foreignIssuer)
	d.CreateTool(t, "market-data/prices", "get-prices")
	createAccessRole(t, d, "analysts")
	createPolicyCollections(t, d, "readers")
	d.AttachPolicyCollection(t, "analysts", "readers")
	createTemplate(t, d, "acme-read", templatedAll("Data"))
	createUserRole(t, d, user.ID, "lusid-evaluator-data")
	said := ""
	for name := range p.Schema.ListResourceSchemas {
		config := providertest.Object{}
		if name == providertest.RoleAssignmentType {
			config["role_id"] = role.ID
		}
		results, diags := p.Resource(name).List(config, 0, true)
		diags.MustBeQuiet(t)
		if len(results) == 0 {
			t.Errorf("the list of %s has no result", name)
		}
		for _, result := range results {
			said += result.Bytes
		}
	}
	for name := range userActions {
		// Actions that do not suit the status of the user fail.
		progress, diags := p.Act(name, providertest.Object{"login": actionLogin})
		said += strings.Join(slices.Concat(progress, diags.Errors(), diags.Warnings()), "")
	}
	for _, clientID := range []string{"team-a-one", d.Mock.Credentials().ClientID, "missing-app"} {
		config := providertest.Object{"client_id": clientID}
		progress, diags := p.InvokeRotation(config)
		said += strings.Join(slices.Concat(progress, diags.Errors(), diags.Warnings(), p.PlanRotation(config).Warnings()), "")
		note()
	}
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Truncate: true})
	_, diags := p.InvokeRotation(providertest.Object{"client_id": "team-a-one"})
	said += strings.Join(diags.Errors(), "")
	note()
	p.MustOpen(providertest.ApplicationSecretType, providertest.Object{"client_id": "team-a-one"})
	p.MustOpen(providertest.AccessTokenType, providertest.Object{"scopes": []string{"openid", "offline_access"}})
	for _, function := range []string{"secrets_json", "env_vars"} {
		mustCall := exported("canary-in-a-function")
		p.CallFunction(function, mustCall)
	}
	note()
	secrets["in a function"] = "canary-in-a-function"
	secrets["password"], _ = d.PasswordArguments()["password"].(string)
	secrets["client_secret"], _ = d.PasswordArguments()["client_secret"].(string)
	if !strings.Contains(p.Log.String(), "LUSID request answered") || !strings.Contains(p.Log.String(), "Calling provider defined") {
		t.Error("the log lacks the provider's messages or the messages about functions")
	}
	providertest.MustBeAbsent(t, "the log", p.Log.String(), secrets)
	providertest.MustBeAbsent(t, "diagnostics and progress", said, secrets)
}
