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
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

const scenariosDirectory = examplesDirectory + "/scenarios"

// scenarios maps each directory of examples/scenarios to its test. A test applies the configuration as
// a reader of the scenario does, expects an empty plan, and destroys everything.
var scenarios = map[string]func(t *testing.T, directory string){
	"blue-green-rotation":       testBlueGreenRotation,
	"bootstrap":                 testBootstrap,
	"entitlements-test":         testEntitlementsTest,
	"import-existing":           testImportExisting,
	"least-privilege":           testLeastPrivilege,
	"pipeline-without-secrets":  testPipelineWithoutSecrets,
	"policies-from-the-web-app": testPoliciesFromTheWebApp,
	"prove-the-credentials":     testProveTheCredentials,
	"rotate-on-schedule":        testRotateOnSchedule,
	"service-secret-to-vault":   testServiceSecretToVault,
	"service-user":              testServiceUser,
	"several-domains":           testSeveralDomains,
	"team-from-csv":             testTeamFromCSV,
}

func TestAccScenarios(t *testing.T) {
	t.Parallel()
	for _, name := range directoriesIn(t, scenariosDirectory) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			directory := filepath.Join(scenariosDirectory, name)
			if text := providertest.ReadText(t, filepath.Join(directory, "README.md")); !strings.HasPrefix(text, "# ") {
				t.Error("README.md has no title")
			}
			test, ok := scenarios[name]
			if !ok {
				t.Fatal("the map scenarios has no test for this directory")
			}
			test(t, directory)
		})
	}
}

// testServiceSecretToVault expects that the secret reaches the vault each time it changes, and that the
// state never contains it.
func testServiceSecretToVault(t *testing.T, directory string) {
	d, v := providertest.NewMock(t, mockserver.Options{}), newVault()
	w := providertest.NewWorkspace(t, "", append(d.Environment(), v.serve(t))...)
	requireWriteOnly(t, v)
	copyExample(w, directory)

	var secrets []string
	expect := func(what string) {
		t.Helper()
		application := d.Application(t, "acme-pricing")
		want := map[string]string{"token_url": application.Issuer + "/v1/token", "client_id": "acme-pricing", "client_secret": application.Secret}
		if diff := cmp.Diff(want, v.secret()); diff != "" {
			t.Fatalf("secret in the vault after %s (-want +got):\n%s", what, diff)
		}
		if slices.Contains(secrets, application.Secret) {
			t.Fatalf("%s did not rotate the secret", what)
		}
		secrets = append(secrets, application.Secret)
		written := v.writes()
		w.MustPlanEmpty()
		if v.writes() != written {
			t.Errorf("after %s, a plan wrote to the vault", what)
		}
	}
	apply := func(what string) {
		t.Helper()
		w.MustRun("apply", "-auto-approve")
		expect(what)
	}

	apply("the creation")
	edit(w, "2026-Q4", "2027-Q1")
	apply("a rotation")
	edit(w, `"Acme pricing"`, `"Acme prices"`)
	apply("a replacement")
	d.DeleteApplication(t, "acme-pricing")
	apply("a creation after the application was deleted")

	// If the vault refuses to write the new secret, once or in several runs, a later run writes it
	// without another rotation. The vault does not keep the old secret, which no longer works, unless
	// it also refuses to delete it.
	fail := func(refused refusal, hasOld bool) {
		t.Helper()
		v.refuse(refused)
		w.MustFail([]string{"the vault is sealed"}, "apply", "-auto-approve")
		v.refuse(nothing)
		if got := v.secret() != nil; got != hasOld {
			t.Errorf("the vault has a secret: %t, want %t", got, hasOld)
		}
	}
	d.Forget()
	edit(w, "2027-Q1", "2027-Q2")
	fail(writes, false)
	apply("a rotation that did not reach the vault")
	edit(w, "2027-Q2", "2027-Q3")
	fail(everything, true)
	fail(everything, true)
	fail(writes, false)
	fail(writes, false)
	apply("a rotation while the vault was down")
	if got := d.Counts()["identity.RotateApplicationSecrets"]; got != 2 {
		t.Errorf("got %d rotations, want 2", got)
	}

	// After a rotation outside Terraform, the plan changes only the version and the secret in the
	// vault.
	d.RotateApplication(t, "acme-pricing")
	mustPlan(w, map[string]string{"terraform_data.secret_version": "[delete create]", "vault_kv_secret_v2.service": "[delete create]"})
	fail(everything, true)
	fail(writes, false)
	apply("a rotation outside Terraform")

	// If LUSID refuses the rotation, the result is what the README describes.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.RotateApplicationSecrets", Status: http.StatusForbidden})
	edit(w, "2027-Q3", "2027-Q4")
	w.MustFail([]string{"Unable to rotate the secret of application acme-pricing"}, "apply", "-auto-approve")
	if v.secret() != nil {
		t.Error("the vault has a secret, want none after the refused rotation")
	}
	apply("a rotation that LUSID refused at first")

	state := w.ReadFile("terraform.tfstate") + w.ReadFile("terraform.tfstate.backup")
	for i, secret := range secrets {
		if strings.Contains(state, secret) {
			t.Errorf("the state contains secret number %d", i)
		}
	}
	w.MustRun("destroy", "-auto-approve")
	mustBeBare(d, t)
	if left := v.secret(); left != nil {
		t.Errorf("the vault has %v after the destroy, want nothing", left)
	}
}

// testRotateOnSchedule sets the month in the state to an earlier one, which has the same effect as
// waiting for the next month.
func testRotateOnSchedule(t *testing.T, directory string) {
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, "", d.Environment()...)
	requireLanguage(t, "plantimestamp()", `output "probe" { value = plantimestamp() }`)
	copyExample(w, directory)

	rotations := func(args ...string) int {
		t.Helper()
		d.Forget()
		w.MustRun(args...)
		return d.Counts()["identity.RotateApplicationSecrets"]
	}
	if got := rotations("apply", "-auto-approve"); got != 0 {
		t.Errorf("got %d rotations in the first apply, want none", got)
	}
	w.MustPlanEmpty()
	first := d.Application(t, "acme-pricing")

	month := strings.TrimSuffix(strings.TrimPrefix(w.Attribute("lusid_application.service", "rotation_triggers"), "map[month:"), "]")
	state := w.ReadFile("terraform.tfstate")
	if strings.Count(state, `"month": "`+month+`"`) != 1 {
		t.Fatalf("the state does not contain the month %s exactly once:\n%s", month, state)
	}
	w.Write("terraform.tfstate", strings.Replace(state, `"month": "`+month+`"`, `"month": "2000-01"`, 1))
	if got := rotations("apply", "-auto-approve"); got != 1 {
		t.Errorf("got %d rotations in the next month, want 1", got)
	}
	if second := d.Application(t, "acme-pricing"); second.ID != first.ID || second.Secret == first.Secret {
		t.Error("in the next month, the application was replaced or its secret did not change")
	}
	if got := rotations("apply", "-auto-approve"); got != 0 {
		t.Errorf("got %d more rotations in the same month, want none", got)
	}
	w.MustPlanEmpty()
	w.MustRun("destroy", "-auto-approve")
	mustBeBare(d, t)
}

// testBlueGreenRotation expects that the credentials of one rotation still work after the next
// rotation.
func testBlueGreenRotation(t *testing.T, directory string) {
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, "", d.Environment()...)
	copyExample(w, directory)

	credentials := func() providertest.Object {
		t.Helper()
		output, ok := w.State().Values.Outputs["credentials"].Value.(map[string]any)
		if !ok {
			t.Fatal("the output credentials is not an object")
		}
		return output
	}
	works := func(credentials providertest.Object) bool {
		t.Helper()
		token, diags := d.SignedIn(t).AccessToken(credentials)
		return len(diags.Errors()) == 0 && token.Get("access_token") != ""
	}

	var handedOut []providertest.Object
	for rotation := range 4 {
		if rotation > 0 {
			edit(w, fmt.Sprint("rotation = ", rotation-1), fmt.Sprint("rotation = ", rotation))
		}
		d.Forget()
		w.MustRun("apply", "-auto-approve")
		if got, want := d.Counts()["identity.RotateApplicationSecrets"], min(rotation, 1); got != want {
			t.Errorf("rotation %d: got %d secrets rotated, want %d", rotation, got, want)
		}
		handedOut = append(handedOut, credentials())
		for i, credentials := range handedOut {
			if got, want := works(credentials), i >= rotation-1; got != want {
				t.Errorf("after rotation %d, the credentials of rotation %d work: %t, want %t", rotation, i, got, want)
			}
		}
	}
	w.MustPlanEmpty()
	w.MustRun("destroy", "-auto-approve")
	mustBeBare(d, t)
}

// testProveTheCredentials checks that the read uses an access token of the new application.
func testProveTheCredentials(t *testing.T, directory string) {
	var bearers bearers
	d := providertest.NewMockBehind(t, mockserver.Options{}, bearers.front)
	w := providertest.NewWorkspace(t, "", d.Environment()...)
	requireKind(t, "ephemeral_resource_schemas")
	copyExample(w, directory)

	for _, what := range []string{"the creation", "a rotation"} {
		if what == "a rotation" {
			edit(w, "2026-Q4", "2027-Q1")
		}
		bearers.forget()
		w.MustRun("apply", "-auto-approve")
		write, reads := bearers.of(http.MethodPost), bearers.of(http.MethodGet, "/applications/"+d.Application(t, "acme-pricing").ID)
		if len(write) != 1 || len(reads) == 0 || reads[len(reads)-1] == write[0] {
			t.Errorf("after %s, got %d writes and %d reads: want one write, and a last read with another token", what, len(write), len(reads))
		}
		w.MustPlanEmpty()
	}

	// Credentials that do not work fail the run.
	edit(w, "client_secret = lusid_application.service.secret", `client_secret = "${lusid_application.service.secret}?"`)
	w.MustFail([]string{"Unable to get access token", "acme-pricing"}, "plan")
	copyExample(w, directory)
	w.MustRun("destroy", "-auto-approve")
	mustBeBare(d, t)
}

// testImportExisting imports fifty applications that were created without Terraform. An older
// configuration has imported one of them before.
func testImportExisting(t *testing.T, directory string) {
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, "", d.Environment()...)
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
	if err := json.Unmarshal([]byte(providertest.ReadText(t, filepath.Join(directory, "applications.json"))), &applications); err != nil {
		t.Fatal(err)
	}
	if len(applications) != 50 {
		t.Errorf("got %d applications in applications.json, want 50", len(applications))
	}
	ids := map[string]string{}
	for clientID, displayName := range applications {
		ids[clientID] = d.CreateApplication(t, clientID, displayName, "Native").ID
	}
	w.Configure(`
resource "lusid_application" "pricing" {
  client_id    = "acme-pricing"
  display_name = "Acme pricing"
}
`)
	w.MustRun("import", "lusid_application.pricing", "acme-pricing")

	copyExample(w, directory)
	plan, _ := w.Plan()
	imported, moved := 0, 0
	for _, change := range plan.ResourceChanges {
		if !change.Change.Actions.NoOp() {
			t.Errorf("%s: got the actions %s, want none", change.Address, change.Change.Actions)
		}
		if change.Change.Importing != nil {
			imported++
		}
		if change.PreviousAddress == "lusid_application.pricing" {
			moved++
		}
	}
	if imported != 49 || moved != 1 {
		t.Errorf("got %d applications imported and %d moved, want 49 and 1", imported, moved)
	}
	d.Forget()
	w.MustRun("apply", "tfplan")
	for operation := range d.Counts() {
		if strings.HasPrefix(operation, "identity.Create") || strings.HasPrefix(operation, "identity.Delete") || strings.HasPrefix(operation, "identity.Rotate") {
			t.Errorf("the import sent the request %s", operation)
		}
	}
	w.MustPlanEmpty()
	for _, r := range w.State().Values.RootModule.Resources {
		clientID := fmt.Sprint(r.Index)
		if id := r.AttributeValues["id"]; id != ids[clientID] {
			t.Errorf("%s has the ID %s, want %s", r.Address, id, ids[clientID])
		}
		delete(ids, clientID)
	}
	if len(ids) > 0 {
		t.Errorf("the state lacks %v", ids)
	}
	w.MustRun("destroy", "-auto-approve")
	mustBeBare(d, t)
}

// testSeveralDomains has a third domain in the environment. No request may go to that domain.
func testSeveralDomains(t *testing.T, directory string) {
	domains := map[string]providertest.Domain{
		"test":       providertest.NewMock(t, mockserver.Options{}),
		"production": providertest.NewMock(t, mockserver.Options{}),
	}
	stray := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, "", append(stray.Environment(), "FBN_PROFILE=test")...)
	sections := map[string]any{}
	for profile, d := range domains {
		sections[profile] = d.Section()
	}
	writeHome(w, "lusid/secrets.json", providertest.JSONText(t, map[string]any{"profiles": sections}))
	copyExample(w, directory)

	w.MustRun("apply", "-auto-approve")
	for profile, d := range domains {
		if got, want := w.Attribute("lusid_application."+profile, "id"), d.Application(t, "acme-pricing").ID; got != want {
			t.Errorf("%s: got the ID %s, want %s, the ID in its domain", profile, got, want)
		}
	}
	w.MustPlanEmpty()
	w.MustRun("destroy", "-auto-approve")
	for _, d := range domains {
		mustBeBare(d, t)
	}
	if counts := stray.Counts(); len(counts) != 0 {
		t.Errorf("got the requests %v to the third domain, want none", counts)
	}
}

// testBootstrap starts with only a person's access token.
func testBootstrap(t *testing.T, directory string) {
	var bearers bearers
	d := providertest.NewMockBehind(t, mockserver.Options{}, bearers.front)
	own := d.PasswordArguments()
	w := providertest.NewWorkspace(t, "", "FBN_IDENTITY_URL="+d.URL+"/identity", "FBN_ACCESS_TOKEN="+d.Token,
		fmt.Sprint("FBN_USERNAME=", own["username"]), fmt.Sprint("FBN_PASSWORD=", own["password"]))
	copyExample(w, directory)

	w.MustRun("apply", "-auto-approve")
	if got := bearers.of(http.MethodPost); len(got) != 2 || got[0] != d.Token || got[1] == d.Token {
		t.Errorf("got %d creations: want one with the person's token, then one with another token",
			len(got))
	}
	if got := d.Counts()["token:password"]; got != 1 {
		t.Errorf("got %d token requests, want 1", got)
	}
	w.MustPlanEmpty()
	bearers.forget()
	w.MustRun("destroy", "-auto-approve")
	if got := bearers.of(http.MethodDelete); len(got) != 2 || got[0] == d.Token || got[1] != d.Token {
		t.Errorf("got %d deletions: want one with the new token, then one with the person's token", len(got))
	}
	mustBeBare(d, t)
}

// testServiceUser signs the user up between the two applies, as the owner of the user does. Then it
// calls LUSID with the access token of the second apply.
func testServiceUser(t *testing.T, directory string) {
	const login, password = "svc-instruments@acme.com", "p$w'\"\\ %41+&=`ü€;Instruments"
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, "", d.Environment()...)
	copyExample(w, directory)
	status := func() string {
		t.Helper()
		w.MustRun("apply", "-auto-approve", "-refresh-only")
		return w.Attribute("lusid_user.service", "status")
	}

	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	if got := status(); got != "PROVISIONED" {
		t.Errorf("before the sign-up, the status is %s, want PROVISIONED", got)
	}

	w.Env = append(w.Env, "TF_VAR_service_password="+password)
	w.MustFail([]string{"Unable to get access token", "invalid_grant"}, "apply", "-auto-approve")
	if err := d.Mock.SignUp(login, password); err != nil {
		t.Fatal(err)
	}
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	if got := status(); got != "ACTIVE" {
		t.Errorf("after the sign-up, the status is %s, want ACTIVE", got)
	}

	// These are the two commands of the scenario's README.
	token := func() string {
		t.Helper()
		return strings.Trim(strings.TrimSpace(evaluate(w, "nonsensitive(data.lusid_access_token.service[0].access_token)")), `"`)
	}
	asService := providertest.Domain{Mock: d.Mock, URL: d.URL, Token: token()}
	if got := instruments(asService, t); got != http.StatusOK {
		t.Errorf("the user lists instruments: got status %d, want 200", got)
	}
	var me struct {
		ID string `json:"id"`
	}
	asService.MustCall(t, http.MethodGet, "/me", nil, &me)
	if want := w.Attribute("lusid_user.service", "id"); me.ID != want {
		t.Errorf("the access token is of the user %s, want %s", me.ID, want)
	}

	// The role allows the user to list instruments. A change of the user's roles takes effect only in a
	// new access token, and a refresh gets one.
	w.MustRun("destroy", "-auto-approve", "-target=lusid_role_assignment.service")
	if got := instruments(asService, t); got != http.StatusOK {
		t.Errorf("with the token from before the role was removed, the user lists instruments: got status %d, want 200", got)
	}
	status()
	asService.Token = token()
	if got := instruments(asService, t); got != http.StatusForbidden {
		t.Errorf("without the role, the user lists instruments: got status %d, want 403", got)
	}
	w.MustRun("apply", "-auto-approve")
	status()
	asService.Token = token()
	if got := instruments(asService, t); got != http.StatusOK {
		t.Errorf("with the role again, the user lists instruments: got status %d, want 200", got)
	}

	w.MustRun("destroy", "-auto-approve")
	mustBeBare(d, t)
	if left := logins(d, t, "/users"); slices.Contains(left, login) {
		t.Errorf("got the users %v after the destroy, want no %s", left, login)
	}
}

// testLeastPrivilege signs the user up between the two applies, and calls LUSID with the access token
// of the second apply.
func testLeastPrivilege(t *testing.T, directory string) {
	const login, password = "svc-instruments@acme.com", "p$w'\"\\ %41+&=`ü€;Instruments"
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, "", d.Environment()...)
	copyExample(w, directory)
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	if err := d.Mock.SignUp(login, password); err != nil {
		t.Fatal(err)
	}
	w.Env = append(w.Env, "TF_VAR_service_password="+password)
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()

	asService := providertest.Domain{Mock: d.Mock, URL: d.URL}
	mustAnswer := func(what string, instruments, portfolios int) {
		t.Helper()
		got := []int{status(asService, t, "/api/api/instruments?limit=1"), status(asService, t, "/api/api/portfolios")}
		if diff := cmp.Diff([]int{instruments, portfolios}, got); diff != "" {
			t.Errorf("%s, status of instruments and portfolios (-want +got):\n%s", what, diff)
		}
	}
	signIn := func() {
		t.Helper()
		asService.Token = strings.Trim(strings.TrimSpace(evaluate(w, "nonsensitive(data.lusid_access_token.service[0].access_token)")), `"`)
	}
	signIn()
	mustAnswer("as configured", http.StatusOK, http.StatusForbidden)

	// Changes of policies and access roles take effect on the next request. The user needs both
	// policies.
	edit(w, "policies    = [lusid_access_policy.feature.id, lusid_access_policy.data.id]", "policies    = [lusid_access_policy.data.id]")
	w.MustRun("apply", "-auto-approve")
	mustAnswer("without the feature", http.StatusForbidden, http.StatusForbidden)
	edit(w, "policies    = [lusid_access_policy.data.id]", "policies    = [lusid_access_policy.feature.id, lusid_access_policy.data.id]")
	w.MustRun("apply", "-auto-approve")
	mustAnswer("with the feature again", http.StatusOK, http.StatusForbidden)
	edit(w, "api-instruments-listinstruments", "api-portfolios-listportfolios")
	edit(w, `activity = "Read", entity = "Instrument"`, `activity = "Read", entity = "Portfolio"`)
	edit(w, `activity = "List", entity = "Instrument"`, `activity = "List", entity = "Portfolio"`)
	w.MustRun("apply", "-auto-approve")
	mustAnswer("for portfolios", http.StatusForbidden, http.StatusOK)

	w.MustRun("destroy", "-auto-approve")
	mustBeBare(d, t)
	mustHaveNoRights(d, t)
}

// testPoliciesFromTheWebApp adds, changes and removes policy documents.
func testPoliciesFromTheWebApp(t *testing.T, directory string) {
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, "", d.Environment()...)
	providertest.CLIMust(t, providertest.ProviderFunctions)
	copyExample(w, directory)
	if err := os.CopyFS(filepath.Join(w.Directory, "policies"), os.DirFS(filepath.Join(directory, "policies"))); err != nil {
		t.Fatal(err)
	}
	// LUSID already has one of the policies.
	document := providertest.ReadText(t, filepath.Join(directory, "policies", "rolling.json"))
	d.MustCall(t, http.MethodPost, providertest.AccessAPI+"/policies", json.RawMessage(document), nil)
	w.MustRun("import", `lusid_access_policy.all["rolling"]`, "rolling-7-days")
	d.Forget()
	w.MustRun("apply", "-auto-approve")
	want := map[string]int{"access.GetPolicy": 1, "access.PagePolicies": 1, "access.CreatePolicy": 7, "token:password": 2}
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	w.MustPlanEmpty()

	editFile(w, "policies/rolling.json", `"Day"`, `"Months"`)
	mustPlan(w, map[string]string{`lusid_access_policy.all["rolling"]`: "[update]"})
	w.Write("policies/new.json", strings.Replace(w.ReadFile("policies/rolling.json"), "rolling-7-days", "new-policy", 1))
	if err := os.Remove(filepath.Join(w.Directory, "policies", "metadata-deny.json")); err != nil {
		t.Fatal(err)
	}
	mustPlan(w, map[string]string{
		`lusid_access_policy.all["rolling"]`:       "[update]",
		`lusid_access_policy.all["new"]`:           "[create]",
		`lusid_access_policy.all["metadata-deny"]`: "[delete]",
	})
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	editFile(w, "policies/rolling.json", `"grant"`, `"how": {"type": "Mask"}, "grant"`)
	w.MustFail([]string{"lusid_access_policy has no argument for: how"}, "plan")
	editFile(w, "policies/rolling.json", `"how": {"type": "Mask"}, "grant"`, `"grant"`)
	w.MustRun("destroy", "-auto-approve")
}

// testPipelineWithoutSecrets applies as an administrator. Then it applies as a pipeline that has only a
// token of its CI system.
func testPipelineWithoutSecrets(t *testing.T, directory string) {
	const login = "svc-pipeline@acme.com"
	var bearers bearers
	d := providertest.NewMockBehind(t, mockserver.Options{}, bearers.front)
	w := providertest.NewWorkspace(t, "", d.Environment()...)
	copyExample(w, directory)

	providertest.MustHold(t, w.MustRun("apply", "-auto-approve"), "network zone acme-pipeline-runners could lock this provider out",
		"network zone acme-pipeline-elsewhere could")
	w.MustPlanEmpty()
	if diff := cmp.Diff(map[string]int{"acme-pipeline-runners": 10, "acme-pipeline-elsewhere": 20}, d.Places(t)); diff != "" {
		t.Errorf("places of the zones (-want +got):\n%s", diff)
	}

	tokens := map[string]string{}
	signedBy := func(issuer, email string) string {
		t.Helper()
		token, err := d.Mock.IssueExternalToken(mockserver.ExternalToken{
			Issuer: issuer, Audience: "https://acme.lusid.com", Claims: map[string]string{"user_id": "42", "user_email": email},
		})
		if err != nil {
			t.Fatal(err)
		}
		tokens[issuer+" "+email] = token
		return token
	}
	const gitlab = "https://gitlab.acme.com"
	administrator := w.Env
	w.Env = append(slices.DeleteFunc(slices.Clone(w.Env), func(variable string) bool {
		return strings.HasPrefix(variable, "FBN_") && !strings.HasPrefix(variable, "FBN_IDENTITY_URL=")
	}), "TF_VAR_access_token_file="+w.Write("token", signedBy(gitlab, login)+"\n"))
	bearers.forget()
	w.MustPlanEmpty()
	edit(w, `"GitLab runners"`, `"Runners"`)
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	for _, method := range []string{http.MethodGet, http.MethodPut} {
		used := bearers.of(method)
		if len(used) == 0 || slices.ContainsFunc(used, func(token string) bool { return token != tokens[gitlab+" "+login] }) {
			t.Errorf("got %d %s requests, want at least one, and all of them with the pipeline's token", len(used), method)
		}
	}

	// The plan compares the change with the token that the provider signs in with.
	edit(w, `audience    = "https://acme.lusid.com"`, `audience    = "https://other.lusid.com"`)
	edit(w, `"203.0.113.16/28"`, `"203.0.113.16/29"`)
	_, output := w.Plan()
	providertest.MustHold(t, output, "Changing the issuer of the token that this provider signs in with",
		"network zone acme-pipeline-runners could lock this provider out")
	copyExample(w, directory)

	// LUSID refuses a token that the same GitLab signed for another user, and a token that another
	// GitLab signed.
	for issuer, email := range map[string]string{gitlab: "mallory@acme.com", "https://gitlab.example.com": login} {
		w.Write("token", signedBy(issuer, email))
		w.MustFail([]string{"HTTP 401", "Replace it with a valid one"}, "plan")
	}

	w.Env = administrator
	d.Forget()
	printed := w.MustRun("destroy", "-auto-approve")
	var zones []string
	for _, request := range d.Requests() {
		if request.Operation == "identity.DeleteNetworkZone" {
			zones = append(zones, request.Path[strings.LastIndexByte(request.Path, '/')+1:])
		}
	}
	if diff := cmp.Diff([]string{"acme-pipeline-elsewhere", "acme-pipeline-runners"}, zones); diff != "" {
		t.Errorf("zones in the order of their deletion (-want +got):\n%s", diff)
	}
	if left := logins(d, t, "/users"); slices.Contains(left, login) || len(d.Places(t))+len(d.Issuers(t)) > 0 {
		t.Errorf("after the destroy, got the users %v, the zones %v and the issuers %v: want no zone, no issuer and not the pipeline's user", left, d.Places(t), d.Issuers(t))
	}
	providertest.MustBeAbsent(t, "the state", w.ReadFile("terraform.tfstate")+w.ReadFile("terraform.tfstate.backup")+output+printed, tokens)
}

// evaluate returns the result of an expression in the CLI's console.
func evaluate(w *providertest.Workspace, expression string) string {
	w.T.Helper()
	command := exec.CommandContext(w.T.Context(), os.Getenv(terraformcli.PathVariable), "console")
	command.Dir, command.Env, command.Stdin = w.Directory, w.Env, strings.NewReader(expression+"\n")
	output, err := command.Output()
	if err != nil {
		w.T.Fatal(err)
	}
	return string(output)
}

// instruments lists LUSID's instruments, and returns the status of the response.
func instruments(d providertest.Domain, t *testing.T) int {
	t.Helper()
	return status(d, t, "/api/api/instruments?limit=1")
}

// status returns the status of a GET with the domain's token.
func status(d providertest.Domain, t *testing.T, path string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+d.Token)
	response, err := new(http.Client).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// testTeamFromCSV adds a person, removes a person and changes the roles of a person.
func testTeamFromCSV(t *testing.T, directory string) {
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, "", d.Environment()...)
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
	copyExample(w, directory)
	expect := func(traders, risk []string) {
		t.Helper()
		got := map[string][]string{}
		for _, role := range []string{"acme-traders", "acme-risk"} {
			got[role] = logins(d, t, "/roles/"+w.Attribute(fmt.Sprintf("lusid_role.team[%q]", role), "id")+"/users")
		}
		if diff := cmp.Diff(map[string][]string{"acme-traders": traders, "acme-risk": risk}, got); diff != "" {
			t.Errorf("users of the roles (-want +got):\n%s", diff)
		}
		w.MustPlanEmpty()
	}
	const jane, john, kim, mary = "jane.doe@acme.com", "john.roe@acme.com", "kim.lee@acme.com", "mary.major@acme.com"

	w.MustRun("apply", "-auto-approve")
	expect([]string{jane, john}, []string{jane, kim})

	editFile(w, "people.csv", "john.roe@acme.com,John,Roe,acme-traders\n", "mary.major@acme.com,Mary,Major,acme-traders\n")
	editFile(w, "people.csv", "acme-traders acme-risk", "acme-risk")
	mustPlan(w, map[string]string{
		`lusid_user.person["john.roe@acme.com"]`:   "[delete]",
		`lusid_user.person["mary.major@acme.com"]`: "[create]",
		`lusid_role_members.team["acme-traders"]`:  "[update]",
	})
	d.Forget()
	w.MustRun("apply", "tfplan")
	var writes []string
	for _, request := range d.Requests() {
		if request.Method != http.MethodGet && request.Operation != "token:password" {
			writes = append(writes, request.Operation)
		}
	}
	if diff := cmp.Diff([]string{"identity.CreateUser", "identity.AddUserToRole", "identity.RemoveUserFromRole", "identity.RemoveUserFromRole", "identity.DeleteUser"}, writes); diff != "" {
		t.Errorf("writes in their order (-want +got):\n%s", diff)
	}
	expect([]string{mary}, []string{jane, kim})

	editFile(w, "people.csv", "Kim,Lee,acme-risk", "Kim,Lee,acme-rsik")
	w.MustFail([]string{"people.csv gives kim.lee@acme.com a role that does not exist."}, "plan")
	editFile(w, "people.csv", "acme-rsik", "acme-risk")

	// A person whose address is corrected keeps the account.
	editFile(w, "people.csv", "kim.lee@", "kim.leigh@")
	w.Write("moved.tf", `
moved {
  from = lusid_user.person["kim.lee@acme.com"]
  to   = lusid_user.person["kim.leigh@acme.com"]
}
`)
	mustPlan(w, map[string]string{`lusid_user.person["kim.leigh@acme.com"]`: "[update]"})
	w.MustRun("apply", "tfplan")
	expect([]string{mary}, []string{jane, "kim.leigh@acme.com"})

	w.MustRun("destroy", "-auto-approve")
	for _, login := range logins(d, t, "/users") {
		if strings.HasSuffix(login, "@acme.com") {
			t.Errorf("the user %s still exists after the destroy", login)
		}
	}
}

// mustPlan saves the plan as tfplan, and expects the given actions by address.
func mustPlan(w *providertest.Workspace, want map[string]string) {
	w.T.Helper()
	plan, _ := w.Plan()
	got := map[string]string{}
	for _, change := range plan.ResourceChanges {
		if !change.Change.Actions.NoOp() {
			got[change.Address] = fmt.Sprint(change.Change.Actions)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.T.Errorf("planned actions (-want +got):\n%s", diff)
	}
}

// logins returns the logins in a list of users, sorted.
func logins(d providertest.Domain, t *testing.T, path string) []string {
	t.Helper()
	var users []struct {
		Login string `json:"login"`
	}
	d.MustCall(t, http.MethodGet, path, nil, &users)
	logins := make([]string, len(users))
	for i, user := range users {
		logins[i] = user.Login
	}
	slices.Sort(logins)
	return logins
}

// mustBeBare expects that the only application left is the one that the mock's own user signs in
// through.
func mustBeBare(d providertest.Domain, t *testing.T) {
	t.Helper()
	for _, left := range d.Applications(t) {
		if left.ClientID != d.Mock.Credentials().ClientID {
			t.Errorf("the application %s still exists after the destroy", left.ClientID)
		}
	}
}

// mustHaveNoRights expects that destroy left no policy and no access role of a scenario.
func mustHaveNoRights(d providertest.Domain, t *testing.T) {
	t.Helper()
	var left []struct {
		ID struct{ Code string }
	}
	for _, path := range []string{"/policies", "/roles"} {
		d.MustCall(t, http.MethodGet, providertest.AccessAPI+path, nil, &left)
		for _, object := range left {
			if strings.HasPrefix(object.ID.Code, "acme-") {
				t.Errorf("%s: %s still exists after the destroy", path, object.ID.Code)
			}
		}
	}
}

// bearers records the access token of each of the provider's requests to the Identity API.
type bearers struct {
	mu    sync.Mutex
	calls []bearerCall
}

type bearerCall struct{ method, path, token string }

func (b *bearers) front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, ok := strings.CutPrefix(r.URL.Path, "/identity/api"); ok && r.UserAgent() != providertest.TestUserAgent {
			b.mu.Lock()
			b.calls = append(b.calls, bearerCall{r.Method, path, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")})
			b.mu.Unlock()
		}
		mock.ServeHTTP(w, r)
	})
}

// of returns the tokens of the requests with a method and, if paths are given, with one of the paths.
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

// requireWriteOnly skips the test if the CLI has no write-only arguments.
func requireWriteOnly(t *testing.T, v *vault) {
	t.Helper()
	w := providertest.NewWorkspace(t, "", v.env)
	w.Write("main.tf", `
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
	if status, output := w.Run("validate"); status != 0 {
		providertest.MustHold(t, output, "WriteOnly Attribute Not Allowed")
		t.Skip("the CLI has no write-only arguments")
	}
}

// vault replaces HashiCorp Vault and its provider. It implements, in memory, the part of
// vault_kv_secret_v2 that a write-only secret needs.
type vault struct {
	// env is the environment variable by which the CLI finds the provider. serve sets it.
	env string

	mu      sync.Mutex
	secrets map[string]map[string]string
	written int
	refused refusal
}

// refusal is what the vault refuses to do.
type refusal int

const (
	nothing refusal = iota
	writes
	// everything also refuses deletions, as a sealed vault does. The tests never read through the
	// provider.
	everything
)

func newVault() *vault { return &vault{secrets: map[string]map[string]string{}} }

// serve serves the provider from the test process. It returns the environment variable by which the CLI
// finds the provider.
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
	v.env = "TF_REATTACH_PROVIDERS=" + providertest.JSONText(t, map[string]any{
		"registry.terraform.io/hashicorp/vault": entry, "registry.opentofu.org/hashicorp/vault": entry,
	})
	return v.env
}

// secret returns what the scenario's service reads from the vault.
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

// kvSecret implements vault_kv_secret_v2.
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

// testEntitlementsTest runs the scenario's test, and expects it to fail for each policy that someone
// breaks.
func testEntitlementsTest(t *testing.T, directory string) {
	seed, err := mockserver.ParseSeed([]byte(providertest.ReadText(t, filepath.Join(directory, "seed.json"))))
	if err != nil {
		t.Fatal(err)
	}
	d := providertest.NewMock(t, mockserver.Options{Seed: seed})
	w := providertest.NewWorkspace(t, "", d.Environment()...)
	if _, help := w.Run("test", "-help"); !strings.Contains(help, ".tftest.hcl") {
		t.Skip("the CLI has no test files")
	}
	copyExample(w, directory)
	if err := os.Mkdir(filepath.Join(w.Directory, "rights"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"entitlements.tftest.hcl", "rights/main.tf"} {
		w.Write(name, providertest.ReadText(t, filepath.Join(directory, name)))
	}
	w.MustRun("get")
	w.MustRun("test")
	// The test evaluates once for each user. Its apply, plan and destroy evaluate nothing. When OpenTofu cleans up, it
	// reads the data source of the last run again.
	want := 3
	if _, version := w.Run("version"); strings.Contains(version, "OpenTofu") {
		want = 4
	}
	if got := d.Counts()["access.Evaluate"]; got != want {
		t.Errorf("got %d evaluations, want %d", got, want)
	}
	main := w.ReadFile("main.tf")
	for change, broken := range map[[2]string]string{
		{`{ scope = "official", code = "*" }
        actions    = [for`, `{ scope = "*", code = "*" }
        actions    = [for`}: "analyst_reads",
		{`grant        = "Deny"`, `grant        = "Allow"`}:                                  "manager_changes_the_open_period",
		{"    lusid_access_policy.update.id,\n", ""}:                                         "manager_changes_the_open_period",
		{`{ scope = "LUSID", code = feature }`, `{ scope = "LUSID", code = "${feature}s" }`}: "analyst_reads",
	} {
		edit(w, change[0], change[1])
		w.MustFail([]string{"run \"" + broken + "\"... fail"}, "test")
		w.Write("main.tf", main)
	}
	w.MustRun("test")
	mustHaveNoRights(d, t)
}
