package providertest_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// Every package that uses these helpers has this TestMain. It removes credentials from the environment, and
// finds the CLI if TF_ACC is set.
func TestMain(m *testing.M) { providertest.RunTests(m) }

// TestExample is a typical test: the provider runs in this process.
func TestExample(t *testing.T) {
	t.Parallel()
	// A LUSID domain for this test only. When the test ends, the mock reports every request and response
	// that violates LUSID's published contract.
	d := providertest.NewMock(t, mockserver.Options{})
	// One process of the provider, which is signed in to the domain, and one of its resource types.
	roles := d.Protocol(t).Resource("lusid_role")
	config := providertest.Object{"name": "traders", "description": "Trade"}

	// Create validates, plans and applies. With the prefix Must, any error or warning fails the test.
	made := roles.MustCreate(config)
	made.MustHave(t, map[string]string{"name": "traders", "description": "Trade", "code": "traders"})
	// MustCount compares all requests of the provider, by operation. Any other request fails the test.
	d.MustCount(t, map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1})

	// The next plan refreshes and finds no changes.
	d.Forget()
	roles.MustPlanNothing(roles.MustRead(made), config)
	d.MustCount(t, map[string]int{"identity.GetRole": 1})

	// Inject a fault: LUSID refuses the next update. The error contains what was attempted and on which
	// object. An empty attribute means that the error is about the whole resource.
	d.Forget()
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.UpdateRole", Status: http.StatusForbidden})
	changed := providertest.Object{"name": "traders", "description": "Trade more"}
	kept, diags := roles.Update(made, changed)
	diags.MustFail(t, "", "Unable to update role traders", "HTTP 403")
	d.MustCount(t, map[string]int{"identity.GetRole": 1, "identity.UpdateRole": 1})

	// The state did not change, so the next plan contains the same change again.
	if diff := cmp.Diff([]string(nil), made.Differences(kept)); diff != "" {
		t.Errorf("the failed update changed the state (-want +got):\n%s", diff)
	}
	change, diags := roles.Plan(kept, changed)
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"description"}, kept.Differences(change.Planned)); diff != "" {
		t.Errorf("planned changes (-want +got):\n%s", diff)
	}

	// Delete the role behind Terraform's back. A new process of the provider finds that the role is gone.
	// The same process could still use a cached list in a refresh of many objects.
	d.MustCall(t, http.MethodDelete, "/roles/"+made.Get("id"), nil, nil)
	if d.Protocol(t).Resource("lusid_role").MustRead(made).Exists() {
		t.Error("the role is still in the state")
	}
}

// TestAccExample is the same test with the Terraform CLI. Run it with TF_ACC=1.
func TestAccExample(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	// A workspace is a directory with a configuration. Config adds the provider block.
	w := providertest.NewWorkspace(t, d.Config(`
resource "lusid_role" "traders" {
  name        = "traders"
  description = "Trade"
}
`))
	w.MustRun("apply", "-auto-approve")
	d.MustCount(t, map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1})
	w.MustPlanEmpty()

	// MustFail ignores the line breaks that the CLI adds to the output.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetRole", Status: http.StatusForbidden})
	w.MustFail([]string{"Unable to read role traders", "HTTP 403"}, "plan")

	// The fault applied to one request only.
	w.MustPlanEmpty()
}
