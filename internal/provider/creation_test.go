package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// createdKinds are the kinds whose create first lists the objects that exist.
func createdKinds() map[string]providertest.KindFixture {
	kinds := maps.Clone(providertest.Fixtures)
	maps.DeleteFunc(kinds, func(_ string, row providertest.KindFixture) bool { return row.Faults.OptionalRequest == "" })
	return kinds
}

// meddler stands in front of a mock. It drops the first POST of the run with a given application name, calls
// meanwhile instead, and resets the connection.
type meddler struct {
	run       string
	meanwhile func()
	once      sync.Once
}

func (m *meddler) front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isLost := false
		if r.Method == http.MethodPost && r.Header.Get("X-LUSID-Application") == m.run {
			m.once.Do(func() { isLost = true })
		}
		if !isLost {
			mock.ServeHTTP(w, r)
			return
		}
		m.meanwhile()
		panic(http.ErrAbortHandler)
	})
}

// TestCreation_anotherRun has another run of the same configuration create the object, while the request of the first
// run never reaches LUSID. The first run deletes nothing and does not say that it created the object. It does not
// adopt a token, because it does not have the token's key.
func TestCreation_anotherRun(t *testing.T) {
	t.Parallel()
	for kind, row := range createdKinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			m := &meddler{run: "first"}
			d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FaultSeed()}, m.front)
			first := d.Protocol(t, providertest.Object{"application_name": "first"}).Resource(providertest.TypeNameOf(kind))
			second := d.Protocol(t, providertest.Object{"application_name": "second"}).Resource(providertest.TypeNameOf(kind))
			change, diags := second.Plan(providertest.Instance{}, row.Config.Number(0))
			diags.MustSucceed(t)
			others := make(chan providertest.Instance, 1)
			m.meanwhile = func() {
				created, _ := second.CarryOut(t.Context(), change)
				others <- created
			}

			made, diags := first.Create(row.Config.Number(0))
			theirs := <-others
			if !theirs.Exists() {
				t.Fatal("the other run created no object")
			}
			if row.Faults.ShownOnce {
				diags.MustFail(t, "display_name", theirs.Get("id"), "created at "+strings.TrimSuffix(theirs.Get("created_date"), "Z"), "this run or another run created it", "its key is lost", "depends on who created the token",
					"delete the token (DELETE /identity/api/keys/"+theirs.Get("id"), "choose another display_name", "one state")
				if made.Exists() {
					t.Error("the other run's token is in the state")
				}
			} else {
				diags.MustSucceed(t)
				warnings := strings.Join(diags.Warnings(), "\n")
				providertest.MustHold(t, warnings, "The response to the creation of ", theirs.Get(row.ImportBy),
					"this run or another run created it", "both runs now manage the same object", "one state")
			}
			if !second.MustRead(theirs).Exists() {
				t.Error("the object of the other run is missing")
			}
			if row.Faults.Holds != nil {
				row.Faults.Holds(t, d, theirs)
			}
			creates := 0
			for _, r := range d.Requests() {
				if r.Method == http.MethodDelete {
					t.Errorf("got a delete of %s, want none", r.Path)
				}
				if r.Method == http.MethodPost {
					creates++
				}
			}
			if creates != 1 {
				t.Errorf("LUSID got %d create requests, want 1", creates)
			}
		})
	}
}

// createBeforeDestroyHCL has one resource of every kind. A change of the version replaces all of them.
func createBeforeDestroyHCL(d providertest.Domain, lifecycle string, version int) string {
	lifecycle = fmt.Sprintf("lifecycle {\n%s\nreplace_triggered_by = [terraform_data.version]\n}\n", lifecycle)
	text := providertest.ProviderBlock(d.PasswordArguments()) + fmt.Sprintf("resource \"terraform_data\" \"version\" {\n  input = %d\n}\n",
		version)
	for typeName, arguments := range map[string]string{
		"lusid_application": "client_id = \"test-app\"\ndisplay_name = \"App\"\n",
		"lusid_role":        "name = \"traders\"\n",
		providertest.UserType: `type = "Service"
			login = "robot@acme.com"
			email_address = "owner@acme.com"
			first_name = "Ro"
			last_name = "Bot"
			deletion_policy = "purge"
			`,
		providertest.NetworkZoneType: "code = \"office\"\naction = \"NoOp\"\nranges = [{ value = \"203.0.113.0/24\" }]\nsession_types = [\"AllUsers\"]\n",
		providertest.ExternalTokenIssuerType: `code = "acme-ci"
			issuer = "https://ci.acme.com"
			audience = "lusid"
			logout_url = "https://acme.lusid.com/bye"
			claim_mappings = {
				user_id = "sub"
				login = "email"
				email = "email"
				first_name = "\"CI\""
				last_name = "\"Pipeline\""
				user_type = "\"Service\""
			}
			`,
		providertest.MCPToolType:                "scope = \"acme\"\ncode = \"reload\"\nname = \"reload\"\ntitle = \"Reload\"\ndescription = \"Reloads.\"\nluminesce_payload = { query = \"select 1\" }\n",
		providertest.PersonalAccessTokenType:    "display_name = \"pipeline\"\n",
		providertest.AccessPolicyType:           "code = \"read-instruments\"\nselectors = [{ match_all = { actions = [{ scope = \"default\", activity = \"Read\", entity = \"Instrument\" }] } }]\n",
		providertest.AccessPolicyCollectionType: "code = \"readers\"\n",
		providertest.AccessRoleType:             "code = \"analysts\"\n",
	} {
		text += fmt.Sprintf("resource %q \"test\" {\n%s%s}\n", typeName, arguments, lifecycle)
	}
	return text
}

// TestAccCreation_createBeforeDestroy replaces objects while the old objects still exist. The error of every kind says
// that create_before_destroy is the cause. Without create_before_destroy, the replacement succeeds.
func TestAccCreation_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	providertest.CLIMust(t, providertest.ImportBlocks) // Every CLI with import blocks has terraform_data.
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, createBeforeDestroyHCL(d, "create_before_destroy = true", 1))
	w.MustRun("apply", "-auto-approve")
	before := d.Census(t)
	w.Configure(createBeforeDestroyHCL(d, "create_before_destroy = true", 2))
	d.Forget()
	status, output := w.Run("apply", "-auto-approve")
	if status != 1 {
		t.Fatalf("exit status %d, want 1:\n%s", status, output)
	}
	kinds := []string{"application", "role", "user", "network zone", "issuer", "tool", "token", "access policy", "access policy collection", "access role"}
	for _, what := range kinds {
		providertest.MustHold(t, output,
			fmt.Sprintf("If this resource replaces that %s, remove create_before_destroy from this resource and from those that depend on it.", what))
	}
	if got := strings.Count(providertest.Flatten(output), "remove create_before_destroy from this resource"); got != len(kinds) {
		t.Errorf("%d of %d errors name create_before_destroy:\n%s", got, len(kinds), output)
	}
	if diff := cmp.Diff(before, d.Census(t)); diff != "" {
		t.Errorf("objects of the domain (-want +got):\n%s", diff)
	}
	for _, r := range d.Requests() {
		if slices.Contains([]string{http.MethodDelete, http.MethodPut}, r.Method) {
			t.Errorf("the failed apply sent %s %s", r.Method, r.Path)
		}
	}

	w.Configure(createBeforeDestroyHCL(d, "", 2))
	w.MustRun("apply", "-auto-approve")
	if diff := cmp.Diff(before, d.Census(t)); diff != "" {
		t.Errorf("objects of the domain after the replacement (-want +got):\n%s", diff)
	}
	w.MustPlanEmpty()
}
