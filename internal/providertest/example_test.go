package providertest_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// Every package that uses these helpers has this TestMain. It takes credentials out of the
// environment, and finds the CLI if TF_ACC is set.
func TestMain(m *testing.M) { providertest.RunTests(m) }

// TestExample is a test of the usual kind: the provider runs in this process.
func TestExample(t *testing.T) {
	t.Parallel()
	// A LUSID domain that no other test sees. When the test ends, the mock reports every request
	// that breaks LUSID's published contract.
	d := providertest.NewMock(t, mockserver.Options{})
	// One process of the provider, signed in to the domain, and a resource type of it.
	roles := d.Protocol(t).Resource("lusid_role")
	config := providertest.Object{"name": "traders", "description": "Trade"}

	// Create validates, plans and applies. Must fails the test on any error or warning.
	made := roles.MustCreate(config)
	made.MustHave(t, map[string]string{"name": "traders", "description": "Trade", "code": "traders"})
	// All requests of the provider, by operation. A request that isn't listed fails the test.
	d.MustCount(t, map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1})

	// The next plan refreshes, and then has nothing to do.
	d.Forget()
	roles.MustPlanNothing(roles.MustRead(made), config)
	d.MustCount(t, map[string]int{"identity.GetRole": 1})

	// A fault: LUSID refuses the next update. The error says what was attempted, and on what. An
	// empty attribute means that the error is on the resource as a whole.
	d.Forget()
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.UpdateRole", Status: http.StatusForbidden})
	changed := providertest.Object{"name": "traders", "description": "Trade more"}
	kept, diags := roles.Update(made, changed)
	diags.MustFail(t, "", "Unable to update role traders", "HTTP 403")
	d.MustCount(t, map[string]int{"identity.UpdateRole": 1})

	// The state is as before, so the next plan shows the same change again.
	if diff := cmp.Diff([]string(nil), made.Differences(kept)); diff != "" {
		t.Errorf("the failed update changed the state (-want +got):\n%s", diff)
	}
	change, diags := roles.Plan(kept, changed)
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"description"}, kept.Differences(change.Planned)); diff != "" {
		t.Errorf("planned changes (-want +got):\n%s", diff)
	}

	// Somebody deletes the role behind Terraform's back. A new process of the provider finds it
	// gone. Within one process, a refresh of many objects may answer from a list.
	d.MustCall(t, http.MethodDelete, "/roles/"+made.Get("id"), nil, nil)
	if d.Protocol(t).Resource("lusid_role").MustRead(made).Exists() {
		t.Error("the role is still in the state")
	}
}

// TestAccExample is the same with the Terraform CLI. Run it with TF_ACC=1.
func TestAccExample(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	// A directory with a configuration. Config puts the provider block in front.
	w := providertest.NewWorkspace(t, d.Config(`
resource "lusid_role" "traders" {
  name        = "traders"
  description = "Trade"
}
`))
	w.MustRun("apply", "-auto-approve")
	d.MustCount(t, map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1})
	w.MustPlanEmpty()

	// The CLI prints what the user reads, with line breaks that MustFail ignores.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetRole", Status: http.StatusForbidden})
	w.MustFail([]string{"Unable to read role traders", "HTTP 403"}, "plan")

	// The fault was for one request.
	w.MustPlanEmpty()
}
