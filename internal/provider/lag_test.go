package provider_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-json"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestAccLag runs every kind of resource with lists that for a while lack the newest objects and show old values. No
// object is lost, created again or changed back. A change outside Terraform is found as soon as the lists show it.
func TestAccLag(t *testing.T) {
	t.Parallel()
	const n = 6
	options := optionsOfMany(n)
	options.ListLag = 1
	d := providertest.NewMock(t, options)
	w := providertest.NewWorkspace(t, many(d, n, 1))
	for step := range 2 {
		w.Configure(many(d, n, step+1))
		w.MustRun("apply", "-auto-approve")
		w.MustPlanEmpty()
	}

	id := func(address string) string { return w.Attribute(address, "id") }
	for _, call := range []struct{ method, path string }{
		{http.MethodDelete, "/applications/" + id("lusid_application.other[5]")},
		{http.MethodPost, "/applications/" + id("lusid_application.stored[5]") + "/lifecycle/$newsecret"},
		{http.MethodDelete, "/roles/" + id("lusid_role.many[4]")},
		{http.MethodDelete, "/users/" + id("lusid_user.many[5]") + "?purge=true"},
		{http.MethodDelete, "/keys/" + id("lusid_personal_access_token.many[5]")},
		{http.MethodDelete, "/roles/assigned-0/users/user-5"},
		{http.MethodPut, "/roles/staffed-5/users/user-0"},
	} {
		d.MustCall(t, call.method, call.path, nil, nil)
	}
	d.MustCall(t, http.MethodPut, "/roles/"+id("lusid_role.many[5]"), map[string]string{"description": "Changed outside Terraform"}, nil)

	want := map[string]string{
		"lusid_application.other[5]":          "create",
		"lusid_role.many[4]":                  "create",
		"lusid_role.many[5]":                  "update",
		"lusid_user.many[5]":                  "create",
		"lusid_personal_access_token.many[5]": "create",
		"lusid_role_assignment.many[5]":       "create",
		"lusid_role_members.many[5]":          "update",
	}
	var got map[string]string
	// The first of these plans may still read the old list.
	for range options.ListLag + 1 {
		plan, _ := w.Plan()
		got = actions(plan)
		for address, action := range got {
			if want[address] != action {
				t.Errorf("the plan has %s of %s, want %q", action, address, want[address])
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("last plan (-want +got):\n%s", diff)
	}
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
}

// actions returns the planned action of each address that changes.
func actions(plan *tfjson.Plan) map[string]string {
	planned := map[string]string{}
	for _, change := range plan.ResourceChanges {
		if !change.Change.Actions.NoOp() {
			planned[change.Address] = string(change.Change.Actions[0])
		}
	}
	return planned
}
