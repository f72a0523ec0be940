package provider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	vaultprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	vaultresource "github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

const scenariosDirectory = examplesDirectory + "/scenarios"

// scenarios are the tests of examples/scenarios by directory. Each applies what its reader sees,
// plans empty again, and destroys it.
var scenarios = map[string]func(t *testing.T, directory string){
	"blue-green-rotation":      testBlueGreenRotation,
	"bootstrap":                testBootstrap,
	"import-existing":          testImportExisting,
	"pipeline-without-secrets": testPipelineWithoutSecrets,
	"prove-the-credentials":    testProveTheCredentials,
	"rotate-on-schedule":       testRotateOnSchedule,
	"service-secret-to-vault":  testServiceSecretToVault,
	"service-user":             testServiceUser,
	"several-domains":          testSeveralDomains,
	"team-from-csv":            testTeamFromCSV,
}

func TestAccScenarios(t *testing.T) {
	t.Parallel()
	for _, name := range directoriesIn(t, scenariosDirectory) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			directory := filepath.Join(scenariosDirectory, name)
			if text := readText(t, filepath.Join(directory, "README.md")); !strings.HasPrefix(text, "# ") {
				t.Error("its README.md has no title")
			}
			test, ok := scenarios[name]
			if !ok {
				t.Fatal("no test applies it")
			}
			test(t, directory)
		})
	}
}

// testServiceSecretToVault brings a secret to a vault by whatever way it changes, and leaves it
// nowhere else.
func testServiceSecretToVault(t *testing.T, directory string) {
	d, v := newMock(t, mockserver.Options{}), newVault()
	w := newWorkspace(t, "", append(d.environment(), v.serve(t))...)
	requireWriteOnly(t, v)
	w.copyExample(directory)

	var secrets []string
	expect := func(what string) {
		t.Helper()
		application := d.application(t, "acme-pricing")
		want := map[string]string{"token_url": application.Issuer + "/v1/token", "client_id": "acme-pricing", "client_secret": application.Secret}
		if diff := cmp.Diff(want, v.secret()); diff != "" {
			t.Fatalf("after %s, in the vault (-want +got):\n%s", what, diff)
		}
		if slices.Contains(secrets, application.Secret) {
			t.Fatalf("%s made no new secret", what)
		}
		secrets = append(secrets, application.Secret)
		written := v.writes()
		w.mustPlanEmpty()
		if v.writes() != written {
			t.Errorf("after %s, a plan wrote to the vault", what)
		}
	}
	apply := func(what string) {
		t.Helper()
		w.mustRun("apply", "-auto-approve")
		expect(what)
	}

	apply("the creation")
	w.edit("2026-Q4", "2027-Q1")
	apply("a rotation")
	w.edit(`"Acme pricing"`, `"Acme prices"`)
	apply("a replacement")
	d.deleteApplication(t, "acme-pricing")
	apply("a re-creation")

	// A vault that refuses the new secret, once or for several runs, gets it later without another rotation.
	// It does not keep the secret that no longer works, unless it refuses to remove it too.
	fail := func(refused refusal, hasOld bool) {
		t.Helper()
		v.refuse(refused)
		w.mustFail([]string{"the vault is sealed"}, "apply", "-auto-approve")
		v.refuse(nothing)
		if got := v.secret() != nil; got != hasOld {
			t.Errorf("the vault has a secret: %t", got)
		}
	}
	d.forget()
	w.edit("2027-Q1", "2027-Q2")
	fail(writes, false)
	apply("a rotation that did not reach the vault")
	w.edit("2027-Q2", "2027-Q3")
	fail(everything, true)
	fail(everything, true)
	fail(writes, false)
	fail(writes, false)
	apply("a rotation while the vault was down")
	if got := d.counts()["identity.RotateApplicationSecrets"]; got != 2 {
		t.Errorf("%d rotations", got)
	}

	// A rotation made elsewhere reaches the vault too, as an update of nothing but the vault.
	d.rotateApplication(t, "acme-pricing")
	w.mustPlan(map[string]string{"terraform_data.secret_version": "[delete create]", "vault_kv_secret_v2.service": "[delete create]"})
	fail(everything, true)
	fail(writes, false)
	apply("a rotation elsewhere")

	// What the README says of a rotation that LUSID refuses.
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Status: http.StatusForbidden})
	w.edit("2027-Q3", "2027-Q4")
	w.mustFail([]string{"Unable to rotate the secret of application acme-pricing"}, "apply", "-auto-approve")
	if v.secret() != nil {
		t.Error("the vault has a secret")
	}
	apply("a rotation that LUSID refused at first")

	state := w.readFile("terraform.tfstate") + w.readFile("terraform.tfstate.backup")
	for i, secret := range secrets {
		if strings.Contains(state, secret) {
			t.Errorf("the state holds secret %d", i)
		}
	}
	w.mustRun("destroy", "-auto-approve")
	d.mustBeBare(t)
	if left := v.secret(); left != nil {
		t.Errorf("destroy left in the vault: %v", left)
	}
}

// testRotateOnSchedule turns the state back to another month instead of the clock forward.
func testRotateOnSchedule(t *testing.T, directory string) {
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, "", d.environment()...)
	requireLanguage(t, "plantimestamp()", `output "probe" { value = plantimestamp() }`)
	w.copyExample(directory)

	rotations := func(args ...string) int {
		t.Helper()
		d.forget()
		w.mustRun(args...)
		return d.counts()["identity.RotateApplicationSecrets"]
	}
	if got := rotations("apply", "-auto-approve"); got != 0 {
		t.Errorf("the creation rotated %d times", got)
	}
	w.mustPlanEmpty()
	first := d.application(t, "acme-pricing")

	month := strings.TrimSuffix(strings.TrimPrefix(w.attribute("lusid_application.service", "rotation_triggers"), "map[month:"), "]")
	state := w.readFile("terraform.tfstate")
	if strings.Count(state, `"month": "`+month+`"`) != 1 {
		t.Fatalf("the state does not hold the month %s once:\n%s", month, state)
	}
	w.write("terraform.tfstate", strings.Replace(state, `"month": "`+month+`"`, `"month": "2000-01"`, 1))
	if got := rotations("apply", "-auto-approve"); got != 1 {
		t.Errorf("the next month rotated %d times", got)
	}
	if second := d.application(t, "acme-pricing"); second.ID != first.ID || second.Secret == first.Secret {
		t.Error("the next month did not rotate in place")
	}
	if got := rotations("apply", "-auto-approve"); got != 0 {
		t.Errorf("the same month rotated again, %d times", got)
	}
	w.mustPlanEmpty()
	w.mustRun("destroy", "-auto-approve")
	d.mustBeBare(t)
}

// testBlueGreenRotation signs in with the credentials of every rotation after the next one.
func testBlueGreenRotation(t *testing.T, directory string) {
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, "", d.environment()...)
	w.copyExample(directory)

	credentials := func() object {
		t.Helper()
		output, ok := w.state().Values.Outputs["credentials"].Value.(map[string]any)
		if !ok {
			t.Fatal("the output credentials is no object")
		}
		return output
	}
	works := func(credentials object) bool {
		t.Helper()
		token, diags := d.signedIn(t).accessToken(credentials)
		return len(diags.errors()) == 0 && token.get("access_token") != ""
	}

	var handedOut []object
	for rotation := range 4 {
		if rotation > 0 {
			w.edit(fmt.Sprint("rotation = ", rotation-1), fmt.Sprint("rotation = ", rotation))
		}
		d.forget()
		w.mustRun("apply", "-auto-approve")
		if got, want := d.counts()["identity.RotateApplicationSecrets"], min(rotation, 1); got != want {
			t.Errorf("rotation %d: %d secrets were rotated", rotation, got)
		}
		handedOut = append(handedOut, credentials())
		for i, credentials := range handedOut {
			if got, want := works(credentials), i >= rotation-1; got != want {
				t.Errorf("after rotation %d, that the credentials of rotation %d work is %t", rotation, i, got)
			}
		}
	}
	w.mustPlanEmpty()
	w.mustRun("destroy", "-auto-approve")
	d.mustBeBare(t)
}

// testProveTheCredentials watches which token the call is made with.
func testProveTheCredentials(t *testing.T, directory string) {
	var bearers bearers
	d := newMockBehind(t, mockserver.Options{}, bearers.front)
	w := newWorkspace(t, "", d.environment()...)
	requireKind(t, "ephemeral_resource_schemas")
	w.copyExample(directory)

	for _, what := range []string{"the creation", "a rotation"} {
		if what == "a rotation" {
			w.edit("2026-Q4", "2027-Q1")
		}
		bearers.forget()
		w.mustRun("apply", "-auto-approve")
		write, reads := bearers.of(http.MethodPost), bearers.of(http.MethodGet, "/applications/"+d.application(t, "acme-pricing").ID)
		if len(write) != 1 || len(reads) == 0 || reads[len(reads)-1] == write[0] {
			t.Errorf("after %s, the last read was not made with a token of its own: %d writes, %d reads", what, len(write), len(reads))
		}
		w.mustPlanEmpty()
	}

	// Credentials that do not work fail the run.
	w.edit("client_secret = lusid_application.service.secret", `client_secret = "${lusid_application.service.secret}?"`)
	w.mustFail([]string{"Unable to get access token", "acme-pricing"}, "plan")
	w.copyExample(directory)
	w.mustRun("destroy", "-auto-approve")
	d.mustBeBare(t)
}

// testImportExisting takes over fifty applications that were made behind Terraform's back, one of
// which an older configuration has imported before.
func testImportExisting(t *testing.T, directory string) {
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, "", d.environment()...)
	requireLanguage(t, "import with for_each", `
import {
  for_each = {}
  to       = terraform_data.probe[each.key]
  id       = each.key
}
resource "terraform_data" "probe" {
  for_each = {}
}
`)
	var applications map[string]string
	if err := json.Unmarshal([]byte(readText(t, filepath.Join(directory, "applications.json"))), &applications); err != nil {
		t.Fatal(err)
	}
	if len(applications) != 50 {
		t.Errorf("%d applications", len(applications))
	}
	ids := map[string]string{}
	for clientID, displayName := range applications {
		ids[clientID] = d.createApplication(t, clientID, displayName, "Native").ID
	}
	w.configure(`
resource "lusid_application" "pricing" {
  client_id    = "acme-pricing"
  display_name = "Acme pricing"
}
`)
	w.mustRun("import", "lusid_application.pricing", "acme-pricing")

	w.copyExample(directory)
	plan, _ := w.plan()
	imported, moved := 0, 0
	for _, change := range plan.ResourceChanges {
		if !change.Change.Actions.NoOp() {
			t.Errorf("%s: %s", change.Address, change.Change.Actions)
		}
		if change.Change.Importing != nil {
			imported++
		}
		if change.PreviousAddress == "lusid_application.pricing" {
			moved++
		}
	}
	if imported != 49 || moved != 1 {
		t.Errorf("%d applications are imported and %d moved", imported, moved)
	}
	d.forget()
	w.mustRun("apply", "tfplan")
	for operation := range d.counts() {
		if strings.HasPrefix(operation, "identity.Create") || strings.HasPrefix(operation, "identity.Delete") || strings.HasPrefix(operation, "identity.Rotate") {
			t.Errorf("the import called %s", operation)
		}
	}
	w.mustPlanEmpty()
	for _, r := range w.state().Values.RootModule.Resources {
		clientID := fmt.Sprint(r.Index)
		if id := r.AttributeValues["id"]; id != ids[clientID] {
			t.Errorf("%s has the id %s", r.Address, id)
		}
		delete(ids, clientID)
	}
	if len(ids) > 0 {
		t.Errorf("not in the state: %v", ids)
	}
	w.mustRun("destroy", "-auto-approve")
	d.mustBeBare(t)
}

// testSeveralDomains has the environment lead to a third domain, which nobody must ask.
func testSeveralDomains(t *testing.T, directory string) {
	domains := map[string]domain{"test": newMock(t, mockserver.Options{}), "production": newMock(t, mockserver.Options{})}
	stray := newMock(t, mockserver.Options{})
	w := newWorkspace(t, "", append(stray.environment(), "FBN_PROFILE=test")...)
	sections := map[string]any{}
	for profile, d := range domains {
		sections[profile] = d.section()
	}
	w.writeHome("lusid/secrets.json", jsonText(t, map[string]any{"profiles": sections}))
	w.copyExample(directory)

	w.mustRun("apply", "-auto-approve")
	for profile, d := range domains {
		if got, want := w.attribute("lusid_application."+profile, "id"), d.application(t, "acme-pricing").ID; got != want {
			t.Errorf("%s: the id is %s, and in its domain %s", profile, got, want)
		}
	}
	w.mustPlanEmpty()
	w.mustRun("destroy", "-auto-approve")
	for _, d := range domains {
		d.mustBeBare(t)
	}
	if counts := stray.counts(); len(counts) != 0 {
		t.Errorf("requests to the wrong domain: %v", counts)
	}
}

// testBootstrap begins with nothing but a person's access token.
func testBootstrap(t *testing.T, directory string) {
	var bearers bearers
	d := newMockBehind(t, mockserver.Options{}, bearers.front)
	own := d.passwordArguments()
	w := newWorkspace(t, "", "FBN_IDENTITY_URL="+d.url+"/identity", "FBN_ACCESS_TOKEN="+d.token,
		fmt.Sprint("FBN_USERNAME=", own["username"]), fmt.Sprint("FBN_PASSWORD=", own["password"]))
	w.copyExample(directory)

	w.mustRun("apply", "-auto-approve")
	if got := bearers.of(http.MethodPost); len(got) != 2 || got[0] != d.token || got[1] == d.token {
		t.Errorf("the first of two applications was to be made with the token given, and the second with one of the first; %d were made", len(got))
	}
	if got := d.counts()["token:password"]; got != 1 {
		t.Errorf("%d tokens were asked for", got)
	}
	w.mustPlanEmpty()
	bearers.forget()
	w.mustRun("destroy", "-auto-approve")
	if got := bearers.of(http.MethodDelete); len(got) != 2 || got[0] == d.token || got[1] != d.token {
		t.Errorf("%d applications were deleted, or not in reverse", len(got))
	}
	d.mustBeBare(t)
}

// testServiceUser signs the user up between the two applies, as its owner does, and calls LUSID
// with the token of the second.
func testServiceUser(t *testing.T, directory string) {
	const login, password = "svc-instruments@acme.com", "p$w'\"\\ %41+&=`ü€;Instruments"
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, "", d.environment()...)
	w.copyExample(directory)
	status := func() string {
		t.Helper()
		w.mustRun("apply", "-auto-approve", "-refresh-only")
		return w.attribute("lusid_user.service", "status")
	}

	w.mustRun("apply", "-auto-approve")
	w.mustPlanEmpty()
	if got := status(); got != "PROVISIONED" {
		t.Errorf("before the sign-up, the status is %s", got)
	}

	w.env = append(w.env, "TF_VAR_service_password="+password)
	w.mustFail([]string{"Unable to get access token", "invalid_grant"}, "apply", "-auto-approve")
	if err := d.mock.SignUp(login, password); err != nil {
		t.Fatal(err)
	}
	w.mustRun("apply", "-auto-approve")
	w.mustPlanEmpty()
	if got := status(); got != "ACTIVE" {
		t.Errorf("after the sign-up, the status is %s", got)
	}

	// The two commands of the README.
	token := strings.Trim(strings.TrimSpace(w.evaluate("nonsensitive(data.lusid_access_token.service[0].access_token)")), `"`)
	asService := domain{mock: d.mock, url: d.url, token: token}
	if got := asService.instruments(t); got != http.StatusOK {
		t.Errorf("the user lists instruments: status %d", got)
	}
	var me struct {
		ID string `json:"id"`
	}
	asService.mustCall(t, http.MethodGet, "/me", nil, &me)
	if want := w.attribute("lusid_user.service", "id"); me.ID != want {
		t.Errorf("the token is that of %s, and the user is %s", me.ID, want)
	}

	// It is the role that lets the user do so.
	w.mustRun("destroy", "-auto-approve", "-target=lusid_role_assignment.service")
	if got := asService.instruments(t); got != http.StatusForbidden {
		t.Errorf("without the role, the user lists instruments: status %d", got)
	}
	w.mustRun("apply", "-auto-approve")
	if got := asService.instruments(t); got != http.StatusOK {
		t.Errorf("with the role again, the user lists instruments: status %d", got)
	}

	w.mustRun("destroy", "-auto-approve")
	d.mustBeBare(t)
	if left := d.logins(t, "/users"); slices.Contains(left, login) {
		t.Errorf("destroy left the user: %v", left)
	}
}

// testPipelineWithoutSecrets applies as an administrator, then as a pipeline that has nothing but a
// token of its CI system.
func testPipelineWithoutSecrets(t *testing.T, directory string) {
	const login = "svc-pipeline@acme.com"
	var bearers bearers
	d := newMockBehind(t, mockserver.Options{}, bearers.front)
	w := newWorkspace(t, "", d.environment()...)
	w.copyExample(directory)

	mustHold(t, w.mustRun("apply", "-auto-approve"), "network zone acme-pipeline-runners could lock this provider out", "network zone acme-pipeline-elsewhere could")
	w.mustPlanEmpty()
	if diff := cmp.Diff(map[string]int{"acme-pipeline-runners": 10, "acme-pipeline-elsewhere": 20}, d.places(t)); diff != "" {
		t.Errorf("zones (-want +got):\n%s", diff)
	}

	tokens := map[string]string{}
	signedBy := func(issuer, email string) string {
		t.Helper()
		token, err := d.mock.IssueExternalToken(mockserver.ExternalToken{
			Issuer: issuer, Audience: "https://acme.lusid.com", Claims: map[string]string{"user_id": "42", "user_email": email},
		})
		if err != nil {
			t.Fatal(err)
		}
		tokens[issuer+" "+email] = token
		return token
	}
	const gitlab = "https://gitlab.acme.com"
	administrator := w.env
	w.env = append(slices.DeleteFunc(slices.Clone(w.env), func(variable string) bool {
		return strings.HasPrefix(variable, "FBN_") && !strings.HasPrefix(variable, "FBN_IDENTITY_URL=")
	}), "TF_VAR_access_token_file="+w.write("token", signedBy(gitlab, login)+"\n"))
	bearers.forget()
	w.mustPlanEmpty()
	w.edit(`"GitLab runners"`, `"Runners"`)
	w.mustRun("apply", "-auto-approve")
	w.mustPlanEmpty()
	for _, method := range []string{http.MethodGet, http.MethodPut} {
		used := bearers.of(method)
		if len(used) == 0 || slices.ContainsFunc(used, func(token string) bool { return token != tokens[gitlab+" "+login] }) {
			t.Errorf("%d calls of %s, not all of them with the pipeline's token", len(used), method)
		}
	}

	// The plan knows what it signs in with.
	w.edit(`audience    = "https://acme.lusid.com"`, `audience    = "https://other.lusid.com"`)
	w.edit(`"203.0.113.16/28"`, `"203.0.113.16/29"`)
	_, output := w.plan()
	mustHold(t, output, "Changing the issuer of the token that this provider signs in with", "network zone acme-pipeline-runners could lock this provider out")
	w.copyExample(directory)

	// Others that the same GitLab, or another, signs a token for.
	for issuer, email := range map[string]string{gitlab: "mallory@acme.com", "https://gitlab.example.com": login} {
		w.write("token", signedBy(issuer, email))
		w.mustFail([]string{"HTTP 401", "put a valid one in its place"}, "plan")
	}

	w.env = administrator
	d.forget()
	printed := w.mustRun("destroy", "-auto-approve")
	var zones []string
	for _, request := range d.requests() {
		if request.Operation == "identity.DeleteNetworkZone" {
			zones = append(zones, request.Path[strings.LastIndexByte(request.Path, '/')+1:])
		}
	}
	if diff := cmp.Diff([]string{"acme-pipeline-elsewhere", "acme-pipeline-runners"}, zones); diff != "" {
		t.Errorf("the zones, in the order of their ends (-want +got):\n%s", diff)
	}
	if left := d.logins(t, "/users"); slices.Contains(left, login) || len(d.places(t))+len(d.issuers(t)) > 0 {
		t.Errorf("destroy left users %v, zones %v or issuers %v", left, d.places(t), d.issuers(t))
	}
	mustBeAbsent(t, "the state", w.readFile("terraform.tfstate")+w.readFile("terraform.tfstate.backup")+output+printed, tokens)
}

// evaluate has the CLI's console evaluate an expression.
func (w *workspace) evaluate(expression string) string {
	w.t.Helper()
	command := exec.CommandContext(w.t.Context(), os.Getenv(terraformcli.PathVariable), "console")
	command.Dir, command.Env, command.Stdin = w.directory, w.env, strings.NewReader(expression+"\n")
	output, err := command.Output()
	if err != nil {
		w.t.Fatal(err)
	}
	return string(output)
}

// instruments lists LUSID's instruments, and returns the status of the answer.
func (d domain) instruments(t *testing.T) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+"/api/api/instruments?limit=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+d.token)
	response, err := new(http.Client).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// testTeamFromCSV has one person join, one leave and one change roles.
func testTeamFromCSV(t *testing.T, directory string) {
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, "", d.environment()...)
	requireLanguage(t, "preconditions", `
resource "terraform_data" "probe" {
  lifecycle {
    precondition {
      condition     = path.module != ""
      error_message = "There is no module."
    }
  }
}
`)
	w.copyExample(directory)
	expect := func(traders, risk []string) {
		t.Helper()
		got := map[string][]string{}
		for _, role := range []string{"acme-traders", "acme-risk"} {
			got[role] = d.logins(t, "/roles/"+w.attribute(fmt.Sprintf("lusid_role.team[%q]", role), "id")+"/users")
		}
		if diff := cmp.Diff(map[string][]string{"acme-traders": traders, "acme-risk": risk}, got); diff != "" {
			t.Errorf("who holds the roles (-want +got):\n%s", diff)
		}
		w.mustPlanEmpty()
	}
	const jane, john, kim, mary = "jane.doe@acme.com", "john.roe@acme.com", "kim.lee@acme.com", "mary.major@acme.com"

	w.mustRun("apply", "-auto-approve")
	expect([]string{jane, john}, []string{jane, kim})

	w.editFile("people.csv", "john.roe@acme.com,John,Roe,acme-traders\n", "mary.major@acme.com,Mary,Major,acme-traders\n")
	w.editFile("people.csv", "acme-traders acme-risk", "acme-risk")
	w.mustPlan(map[string]string{
		`lusid_user.person["john.roe@acme.com"]`:   "[delete]",
		`lusid_user.person["mary.major@acme.com"]`: "[create]",
		`lusid_role_members.team["acme-traders"]`:  "[update]",
	})
	d.forget()
	w.mustRun("apply", "tfplan")
	var writes []string
	for _, request := range d.requests() {
		if request.Method != http.MethodGet && request.Operation != "token:password" {
			writes = append(writes, request.Operation)
		}
	}
	if diff := cmp.Diff([]string{"identity.CreateUser", "identity.AddUserToRole", "identity.RemoveUserFromRole", "identity.RemoveUserFromRole", "identity.DeleteUser"}, writes); diff != "" {
		t.Errorf("the calls, in their order (-want +got):\n%s", diff)
	}
	expect([]string{mary}, []string{jane, kim})

	w.editFile("people.csv", "Kim,Lee,acme-risk", "Kim,Lee,acme-rsik")
	w.mustFail([]string{"people.csv gives kim.lee@acme.com a role that does not exist."}, "plan")
	w.editFile("people.csv", "acme-rsik", "acme-risk")

	// A corrected address keeps its account.
	w.editFile("people.csv", "kim.lee@", "kim.leigh@")
	w.write("moved.tf", `
moved {
  from = lusid_user.person["kim.lee@acme.com"]
  to   = lusid_user.person["kim.leigh@acme.com"]
}
`)
	w.mustPlan(map[string]string{`lusid_user.person["kim.leigh@acme.com"]`: "[update]"})
	w.mustRun("apply", "tfplan")
	expect([]string{mary}, []string{jane, "kim.leigh@acme.com"})

	w.mustRun("destroy", "-auto-approve")
	for _, login := range d.logins(t, "/users") {
		if strings.HasSuffix(login, "@acme.com") {
			t.Errorf("destroy left the user %s", login)
		}
	}
}

// mustPlan makes the plan tfplan, and expects actions by address.
func (w *workspace) mustPlan(want map[string]string) {
	w.t.Helper()
	plan, _ := w.plan()
	got := map[string]string{}
	for _, change := range plan.ResourceChanges {
		if !change.Change.Actions.NoOp() {
			got[change.Address] = fmt.Sprint(change.Change.Actions)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("the plan (-want +got):\n%s", diff)
	}
}

// logins are the logins that a list of users holds, in their order.
func (d domain) logins(t *testing.T, path string) []string {
	t.Helper()
	var users []struct {
		Login string `json:"login"`
	}
	d.mustCall(t, http.MethodGet, path, nil, &users)
	logins := make([]string, len(users))
	for i, user := range users {
		logins[i] = user.Login
	}
	slices.Sort(logins)
	return logins
}

// mustBeBare expects no application but the one that the mock's own user signs in through.
func (d domain) mustBeBare(t *testing.T) {
	t.Helper()
	for _, left := range d.applications(t) {
		if left.ClientID != d.mock.Credentials().ClientID {
			t.Errorf("the application %s is left", left.ClientID)
		}
	}
}

// bearers remembers which token each call of the provider to the Identity API was made with.
type bearers struct {
	mu    sync.Mutex
	calls []bearerCall
}

type bearerCall struct{ method, path, token string }

func (b *bearers) front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, ok := strings.CutPrefix(r.URL.Path, "/identity/api"); ok && r.UserAgent() != testUserAgent {
			b.mu.Lock()
			b.calls = append(b.calls, bearerCall{r.Method, path, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")})
			b.mu.Unlock()
		}
		mock.ServeHTTP(w, r)
	})
}

// of are the tokens of the calls with a method, and with one of the paths if there are any.
func (b *bearers) of(method string, paths ...string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var tokens []string
	for _, call := range b.calls {
		if call.method == method && (len(paths) == 0 || slices.Contains(paths, call.path)) {
			tokens = append(tokens, call.token)
		}
	}
	return tokens
}

func (b *bearers) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = nil
}

// requireWriteOnly skips where the CLI knows no write-only arguments.
func requireWriteOnly(t *testing.T, v *vault) {
	t.Helper()
	w := newWorkspace(t, "", v.env)
	w.write("main.tf", `
terraform {
  required_providers {
    vault = {
      source = "hashicorp/vault"
    }
  }
}
resource "vault_kv_secret_v2" "probe" {
  mount                = "secret"
  name                 = "probe"
  data_json_wo         = "{}"
  data_json_wo_version = 1
}
`)
	if status, output := w.run("validate"); status != 0 {
		mustHold(t, output, "WriteOnly Attribute Not Allowed")
		t.Skip("the CLI knows no write-only arguments")
	}
}

// vault stands in for HashiCorp Vault and for its provider: as much of vault_kv_secret_v2 as a
// write-only secret needs, in memory.
type vault struct {
	// env is what leads the CLI to the provider, after serve.
	env string

	mu      sync.Mutex
	secrets map[string]map[string]string
	written int
	refused refusal
}

// refusal is what the vault refuses.
type refusal int

const (
	nothing refusal = iota
	writes
	// everything is what a vault refuses that is sealed. The stand-in is never read.
	everything
)

func newVault() *vault { return &vault{secrets: map[string]map[string]string{}} }

// serve serves the provider from within the test, and returns the environment variable that
// leads the CLI to it.
func (v *vault) serve(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	reattach, closed := make(chan *plugin.ReattachConfig, 1), make(chan struct{})
	go func() {
		_ = tf6server.Serve("hashicorp/vault", func() tfprotov6.ProviderServer { return providerserver.NewProtocol6(v)() },
			tf6server.WithDebug(ctx, reattach, closed), tf6server.WithGoPluginLogger(hclog.NewNullLogger()), tf6server.WithLoggingSink(t))
	}()
	t.Cleanup(func() {
		stop()
		<-closed
	})
	config := <-reattach
	entry := map[string]any{
		"Protocol": config.Protocol, "ProtocolVersion": config.ProtocolVersion, "Pid": config.Pid, "Test": config.Test,
		"Addr": map[string]string{"Network": config.Addr.Network(), "String": config.Addr.String()},
	}
	v.env = "TF_REATTACH_PROVIDERS=" + jsonText(t, map[string]any{
		"registry.terraform.io/hashicorp/vault": entry, "registry.opentofu.org/hashicorp/vault": entry,
	})
	return v.env
}

// secret is what the scenario's service reads.
func (v *vault) secret() map[string]string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.secrets["secret/lusid/acme-pricing"]
}

func (v *vault) writes() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.written
}

func (v *vault) refuse(what refusal) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refused = what
}

func (v *vault) write(path, data string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.refused >= writes {
		return fmt.Errorf("%s: the vault is sealed", path)
	}
	var secret map[string]string
	if err := json.Unmarshal([]byte(data), &secret); err != nil {
		return err
	}
	v.secrets[path] = secret
	v.written++
	return nil
}

func (v *vault) remove(path string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.refused >= everything {
		return fmt.Errorf("%s: the vault is sealed", path)
	}
	delete(v.secrets, path)
	return nil
}

func (v *vault) Metadata(_ context.Context, _ vaultprovider.MetadataRequest, resp *vaultprovider.MetadataResponse) {
	resp.TypeName = "vault"
}

func (v *vault) Schema(context.Context, vaultprovider.SchemaRequest, *vaultprovider.SchemaResponse) {}

func (v *vault) Configure(context.Context, vaultprovider.ConfigureRequest, *vaultprovider.ConfigureResponse) {
}

func (v *vault) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (v *vault) Resources(context.Context) []func() vaultresource.Resource {
	return []func() vaultresource.Resource{func() vaultresource.Resource { return &kvSecret{v} }}
}

// kvSecret is vault_kv_secret_v2.
type kvSecret struct{ vault *vault }

type kvSecretModel struct {
	Mount   types.String `tfsdk:"mount"`
	Name    types.String `tfsdk:"name"`
	Data    types.String `tfsdk:"data_json_wo"`
	Version types.Int64  `tfsdk:"data_json_wo_version"`
}

func (m kvSecretModel) path() string { return m.Mount.ValueString() + "/" + m.Name.ValueString() }

func (k *kvSecret) Metadata(_ context.Context, _ vaultresource.MetadataRequest, resp *vaultresource.MetadataResponse) {
	resp.TypeName = "vault_kv_secret_v2"
}

func (k *kvSecret) Schema(_ context.Context, _ vaultresource.SchemaRequest, resp *vaultresource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"mount":                schema.StringAttribute{Required: true},
		"name":                 schema.StringAttribute{Required: true},
		"data_json_wo":         schema.StringAttribute{Optional: true, WriteOnly: true},
		"data_json_wo_version": schema.Int64Attribute{Optional: true},
	}}
}

func (k *kvSecret) Create(ctx context.Context, req vaultresource.CreateRequest, resp *vaultresource.CreateResponse) {
	var config, plan kvSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if err := k.vault.write(config.path(), config.Data.ValueString()); err != nil {
		resp.Diagnostics.AddError("Unable to write", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (k *kvSecret) Read(context.Context, vaultresource.ReadRequest, *vaultresource.ReadResponse) {}

// Update writes only if the version changed, as Vault's provider does. Like every provider that is built
// on SDKv2, it saves the planned values even if the write fails.
func (k *kvSecret) Update(ctx context.Context, req vaultresource.UpdateRequest, resp *vaultresource.UpdateResponse) {
	var config, plan kvSecretModel
	var old types.Int64
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("data_json_wo_version"), &old)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	if plan.Version.Equal(old) {
		return
	}
	if err := k.vault.write(config.path(), config.Data.ValueString()); err != nil {
		resp.Diagnostics.AddError("Unable to write", err.Error())
	}
}

func (k *kvSecret) Delete(ctx context.Context, req vaultresource.DeleteRequest, resp *vaultresource.DeleteResponse) {
	var state kvSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if err := k.vault.remove(state.path()); err != nil {
		resp.Diagnostics.AddError("Unable to delete", err.Error())
	}
}
