package provider_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestAccTimeouts_read saves a read timeout that is too short for a refresh in the state of every type
// of resource. A refresh uses the timeout in the state, so only the command in the error can save a
// longer timeout.
func TestAccTimeouts_read(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, optionsOfMany(1))
	begin := regexp.MustCompile(`(?m)^resource "(lusid_\w+)" "\w+" \{$`)
	config := func(read string) string {
		return begin.ReplaceAllString(many(d, 1, 1), "${0}\n  timeouts = { read = \""+read+"\" }")
	}
	w := providertest.NewWorkspace(t, config("5m"))
	w.MustRun("apply", "-auto-approve")
	w.Configure(config("1ns"))
	w.MustRun("apply", "-auto-approve")
	resources := w.State().Values.RootModule.Resources
	w.Configure(config("5m"))
	for _, command := range [][]string{{"plan"}, {"apply", "-auto-approve"}} {
		status, output := w.Run(command...)
		if status != 1 {
			t.Fatalf("%s: got exit status %d, want 1\n%s", command[0], status, output)
		}
		const advice = "A refresh uses timeouts.read from the state. To raise it, change it and run terraform apply -refresh=false."
		if got := strings.Count(providertest.Flatten(output), advice); got != len(resources) {
			t.Errorf("%s: got %d errors with the advice, want %d:\n%s", command[0], got, len(resources), output)
		}
	}
	w.MustRun("apply", "-auto-approve", "-refresh=false")
	w.MustPlanEmpty()
	kinds := map[string]bool{}
	for _, r := range resources {
		kinds[r.Type] = true
	}
	for name := range providertest.NewProtocol(t).Schema.ResourceSchemas {
		if !kinds[name] {
			t.Errorf("the configuration has no resource of the type %s", name)
		}
	}
}
