package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// meeting stands in front of a mock. It delays the first request of each run until every run has sent one. From then
// on, the runs execute at the same time.
type meeting struct {
	mu      sync.Mutex
	arrived map[string]bool
	begun   chan struct{}
	parties int
}

func (m *meeting) front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if party := r.Header.Get("X-LUSID-Application"); party != "" {
			select {
			case <-m.join(party):
			case <-time.After(5 * time.Minute):
				w.WriteHeader(http.StatusGone)
				return
			}
		}
		mock.ServeHTTP(w, r)
	})
}

func (m *meeting) join(party string) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.arrived[party] {
		m.arrived[party] = true
		if len(m.arrived) == m.parties {
			close(m.begun)
		}
	}
	return m.begun
}

// call makes the runs wait for each other again.
func (m *meeting) call() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.arrived, m.begun = map[string]bool{}, make(chan struct{})
}

// partyHCL is the configuration of one of two runs. It has separate objects, and it adds different users to a role
// that both runs use.
func partyHCL(d providertest.Domain, party string, offset, n, step int) string {
	return providertest.ProviderBlock(providertest.With(d.PasswordArguments(), "application_name", party)) + manyApplications(party, n, step) + fmt.Sprintf(`
resource "lusid_role" "many" {
  count       = %[3]d
  name        = "%[1]s-${count.index}"
  description = "Step %[4]d"
}
resource "lusid_user" "many" {
  count         = %[3]d
  type          = "Service"
  login         = "%[1]s-${count.index}@acme.com"
  email_address = "%[1]s-${count.index}-owner@acme.com"
  first_name    = "Many"
  last_name     = "Step %[4]d"
}
resource "lusid_role_assignment" "many" {
  count   = %[3]d
  role_id = "assigned-0"
  user_id = "user-${count.index + %[2]d}"
}
resource "lusid_role_members" "many" {
  count    = %[3]d
  role_id  = "staffed-${count.index + %[2]d}"
  user_ids = ["user-${count.index + %[4]d}"]
}
resource "lusid_personal_access_token" "many" {
  count        = %[3]d
  display_name = "%[1]s-${count.index}"
}
`, party, offset, n, step)
}

// TestAccConcurrency runs two workspaces in one domain at the same time. Their objects differ, and some responses to
// creates are lost. Neither run may see, adopt or change the objects of the other run. A lost response to the
// creation of a personal access token is an error, which TestCreation_anotherRun covers.
func TestAccConcurrency(t *testing.T) {
	t.Parallel()
	const n, kinds = 8, 6
	m := &meeting{parties: 2}
	options := optionsOfMany(2 * n)
	d := providertest.NewMockBehind(t, options, m.front)
	parties := map[string]*providertest.Workspace{"stored": providertest.NewWorkspace(t, ""), "other": providertest.NewWorkspace(t, "")}
	offsets := map[string]int{"stored": 0, "other": n}
	together := func(commands map[string][]string) map[string]string {
		t.Helper()
		m.call()
		var (
			all     sync.WaitGroup
			mu      sync.Mutex
			printed = map[string]string{}
		)
		for party, command := range commands {
			all.Go(func() {
				status, output := parties[party].Run(command...)
				if status != 0 {
					t.Errorf("%s %s: exit status %d, want 0\n%s", party, command, status, output)
				}
				mu.Lock()
				printed[party] = output
				mu.Unlock()
			})
		}
		all.Wait()
		return printed
	}
	apply := []string{"apply", "-auto-approve"}

	empty := d.Census(t)
	for _, operation := range []string{"identity.CreateApplication", "identity.CreateRole", "identity.CreateUser"} {
		d.Mock.InjectFault(mockserver.Fault{Operation: operation, After: n, Count: 2, Reset: mockserver.ResetAfter})
	}
	for step := range 2 {
		for party, w := range parties {
			w.Configure(partyHCL(d, party, offsets[party], n, step+1))
		}
		printed := together(map[string][]string{"stored": apply, "other": apply})
		if step > 0 {
			continue
		}
		said := providertest.Flatten(printed["stored"] + printed["other"])
		if adopted := strings.Count(said, "This resource manages it from now on"); adopted != 3*2 {
			t.Errorf("%d objects were adopted after a lost response, want 6", adopted)
		}
	}

	// Every id must be in the state of one run only.
	owners := map[string]string{}
	for party, w := range parties {
		resources := w.State().Values.RootModule.Resources
		if len(resources) != n*kinds {
			t.Errorf("%s has %d resources in its state, want %d", party, len(resources), n*kinds)
		}
		for _, r := range resources {
			id := fmt.Sprint(r.AttributeValues["id"])
			if owner, ok := owners[id]; ok {
				t.Errorf("%s is in the state of %s and of %s", id, owner, party)
			}
			owners[id] = party
			for _, name := range []string{"client_id", "name", "login", "display_name"} {
				if text, ok := r.AttributeValues[name].(string); ok && !strings.HasPrefix(text, party) {
					t.Errorf("%s has %s in its state: %s", party, r.Address, text)
				}
			}
		}
	}
	want := maps.Clone(empty)
	for kind, more := range map[string]int{"applications": 2 * n, "roles": 2 * n, "users": 2 * n, "keys": 2 * n, "members": 4 * n} {
		want[kind] += more
	}
	if diff := cmp.Diff(want, d.Census(t)); diff != "" {
		t.Errorf("objects of the domain (-want +got):\n%s", diff)
	}

	// One run destroys its objects while the other run plans.
	together(map[string][]string{"stored": {"destroy", "-auto-approve"}, "other": {"plan", "-detailed-exitcode"}})
	for kind := range want {
		want[kind] = empty[kind] + (want[kind]-empty[kind])/2
	}
	if diff := cmp.Diff(want, d.Census(t)); diff != "" {
		t.Errorf("objects of the domain after a destroy (-want +got):\n%s", diff)
	}
	parties["other"].MustPlanEmpty()

	for _, r := range d.Requests() {
		for id, owner := range owners {
			if r.Application != owner && strings.Contains(r.Path+"/", "/"+id+"/") {
				t.Errorf("%s sent a request for %s of %s: %s %s", r.Application, id, owner, r.Method, r.Path)
			}
		}
	}
}
