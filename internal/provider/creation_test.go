package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// createBeforeDestroyHCL is one resource of every kind, which a change of the version replaces.
func createBeforeDestroyHCL(d domain, lifecycle string, version int) string {
	lifecycle = fmt.Sprintf("lifecycle {\n%s\nreplace_triggered_by = [terraform_data.version]\n}\n", lifecycle)
	text := providerBlock(d.passwordArguments()) + fmt.Sprintf("resource \"terraform_data\" \"version\" {\n  input = %d\n}\n", version)
	for typeName, arguments := range map[string]string{
		"lusid_application": "client_id = \"test-app\"\ndisplay_name = \"App\"\n",
		"lusid_role":        "name = \"traders\"\n",
		usersType: `type = "Service"
			login = "robot@acme.com"
			email_address = "owner@acme.com"
			first_name = "Ro"
			last_name = "Bot"
			deletion_policy = "purge"
			`,
		zoneType: "code = \"office\"\naction = \"NoOp\"\nranges = [{ value = \"203.0.113.0/24\" }]\nsession_types = [\"AllUsers\"]\n",
		issuerType: `code = "acme-ci"
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
		toolType: "scope = \"acme\"\ncode = \"reload\"\nname = \"reload\"\ntitle = \"Reload\"\ndescription = \"Reloads.\"\nluminesce_payload = { query = \"select 1\" }\n",
		patType:  "display_name = \"pipeline\"\n",
	} {
		text += fmt.Sprintf("resource %q \"test\" {\n%s%s}\n", typeName, arguments, lifecycle)
	}
	return text
}

// TestAccCreation_createBeforeDestroy creates what the old object is still in the way of. Every kind
// says that create_before_destroy is why, and without it the replacement works.
func TestAccCreation_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	w := newWorkspace(t, createBeforeDestroyHCL(d, "create_before_destroy = true", 1))
	w.mustRun("apply", "-auto-approve")
	before := d.census(t)
	w.configure(createBeforeDestroyHCL(d, "create_before_destroy = true", 2))
	d.forget()
	status, output := w.run("apply", "-auto-approve")
	if status != 1 {
		t.Fatalf("exit status %d:\n%s", status, output)
	}
	kinds := []string{"application", "role", "user", "network zone", "issuer", "tool", "token"}
	for _, what := range kinds {
		mustHold(t, output, fmt.Sprintf("If that is the %s which this resource replaces, remove create_before_destroy from this resource and from those that depend on it.", what))
	}
	if got := strings.Count(flatten(output), "remove create_before_destroy from this resource"); got != len(kinds) {
		t.Errorf("%d of %d errors name create_before_destroy:\n%s", got, len(kinds), output)
	}
	if diff := cmp.Diff(before, d.census(t)); diff != "" {
		t.Errorf("what the domain holds (-want +got):\n%s", diff)
	}
	for _, r := range d.requests() {
		if slices.Contains([]string{http.MethodDelete, http.MethodPut}, r.Method) {
			t.Errorf("sent %s %s", r.Method, r.Path)
		}
	}

	w.configure(createBeforeDestroyHCL(d, "", 2))
	w.mustRun("apply", "-auto-approve")
	if diff := cmp.Diff(before, d.census(t)); diff != "" {
		t.Errorf("what the domain holds after the replacement (-want +got):\n%s", diff)
	}
	w.mustPlanEmpty()
}
