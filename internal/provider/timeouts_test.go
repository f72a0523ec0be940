package provider_test

import (
	"regexp"
	"strings"
	"testing"
)

// TestAccTimeouts_read puts a timeout into the state that no refresh can keep, for every kind of
// resource. A refresh takes its timeout from the state, so that only the way that the error names
// gets a longer one there.
func TestAccTimeouts_read(t *testing.T) {
	t.Parallel()
	d := newMock(t, optionsOfMany(1))
	begin := regexp.MustCompile(`(?m)^resource "(lusid_\w+)" "\w+" \{$`)
	config := func(read string) string {
		return begin.ReplaceAllString(d.many(1, 1), "${0}\n  timeouts = { read = \""+read+"\" }")
	}
	w := newWorkspace(t, config("5m"))
	w.mustRun("apply", "-auto-approve")
	w.configure(config("1ns"))
	w.mustRun("apply", "-auto-approve")
	resources := w.state().Values.RootModule.Resources
	w.configure(config("5m"))
	for _, command := range [][]string{{"plan"}, {"apply", "-auto-approve"}} {
		status, output := w.run(command...)
		if status != 1 {
			t.Fatalf("%s: exit status %d\n%s", command[0], status, output)
		}
		const advice = "A refresh takes timeouts.read from the state: to raise it, change it and run terraform apply -refresh=false."
		if got := strings.Count(flatten(output), advice); got != len(resources) {
			t.Errorf("%s: %d of %d errors name the way out:\n%s", command[0], got, len(resources), output)
		}
	}
	w.mustRun("apply", "-auto-approve", "-refresh=false")
	w.mustPlanEmpty()
	kinds := map[string]bool{}
	for _, r := range resources {
		kinds[r.Type] = true
	}
	for name := range newProtocol(t).schema.ResourceSchemas {
		if !kinds[name] {
			t.Errorf("%s is not among the resources", name)
		}
	}
}
