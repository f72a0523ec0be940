//go:build unix

package provider_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// moment is when a run ends: while one of its writes is under way.
type moment struct {
	// write is which one, counted from 1.
	write int64
	when  carriedOut
	// latency is up to how long every write takes.
	latency time.Duration

	writes atomic.Int64
	// underway is held for reading by each write.
	underway sync.RWMutex
	// arrived is closed when the write is there, and over when the run has been ended.
	arrived, over chan struct{}
}

// front delays every write, so that several are under way, and holds back the one of the moment.
func (m *moment) front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() == providertest.TestUserAgent || r.Method == http.MethodGet ||
			!strings.HasPrefix(r.URL.Path, "/identity/api/") && !strings.HasPrefix(r.URL.Path, providertest.AccessAPI+"/") {
			mock.ServeHTTP(w, r)
			return
		}
		m.underway.RLock()
		defer m.underway.RUnlock()
		if m.writes.Add(1) != m.write {
			time.Sleep(rand.N(m.latency))
			mock.ServeHTTP(w, r)
			time.Sleep(rand.N(m.latency))
			return
		}
		// The body must be there when the client has gone.
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		recorder := httptest.NewRecorder()
		if m.when == before {
			mock.ServeHTTP(recorder, r)
		}
		close(m.arrived)
		<-m.over
		switch m.when {
		case before:
			w.WriteHeader(recorder.Code)
			_, _ = w.Write(recorder.Body.Bytes())
		case after:
			mock.ServeHTTP(w, r)
		case never:
			panic(http.ErrAbortHandler)
		}
	})
}

// randomEnds are the ways to end a run.
var randomEnds = []struct {
	name string
	end  func(r *running, pause time.Duration)
}{
	{"interrupted once", func(r *running, _ time.Duration) { r.interrupt() }},
	{"interrupted twice", func(r *running, pause time.Duration) {
		r.interrupt()
		time.Sleep(pause)
		// The first one may have been enough.
		_ = syscall.Kill(-r.command.Process.Pid, syscall.SIGINT)
	}},
	{"CLI killed", func(r *running, _ time.Duration) { r.killCLI() }},
	{"provider killed", func(r *running, _ time.Duration) { r.killProvider() }},
}

// kindOf names a type of resource as census does. The others make no object.
var kindOf = map[string]string{
	providertest.AccessPolicyType: "access policies", providertest.AccessRoleType: "access roles", providertest.AccessPolicyTemplateType: "access templates",
	"lusid_application": "applications", "lusid_role": "roles", providertest.UserType: "users", providertest.PersonalAccessTokenType: "keys", providertest.RoleAssignmentType: "members", providertest.RoleMembersType: "members",
	providertest.MCPToolType: "mcptools", providertest.NetworkZoneType: "networkzones", providertest.ExternalTokenIssuerType: "externaltokenissuers",
}

// ids are those of the objects in a list.
func objectIDs(d providertest.Domain, t *testing.T, path string) (ids []string) {
	t.Helper()
	var objects []struct{ ID string }
	d.MustCall(t, http.MethodGet, path, nil, &objects)
	for _, object := range objects {
		ids = append(ids, object.ID)
	}
	return ids
}

// TestAccInterrupted_random ends 25 applies of more than 60 resources of all kinds at random moments. One more
// apply, and one after following the advice of its errors, leaves in the domain what the configuration
// says: no application and no token that the state does not know. LUSID_SOAK_SEED repeats a run.
func TestAccInterrupted_random(t *testing.T) {
	t.Parallel()
	if !providertest.IsSoak() {
		t.Skip("takes long: set LUSID_SOAK")
	}
	providertest.CLIMust(t, providertest.ImportBlocks)
	const rounds, n, lastWrite = 25, 6, 50
	seed := rand.Uint64()
	if text := os.Getenv("LUSID_SOAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("LUSID_SOAK_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range rounds {
		ending := randomEnds[round%len(randomEnds)]
		m := &moment{
			write: 1 + random.Int64N(lastWrite), when: []carriedOut{never, before, after}[random.IntN(3)], latency: time.Millisecond + time.Duration(random.Int64N(int64(50*time.Millisecond))),
			arrived: make(chan struct{}), over: make(chan struct{}),
		}
		pause := time.Duration(random.Int64N(int64(time.Second)))
		t.Run(fmt.Sprintf("%02d, %s, write %d carried out %s", round+1, ending.name, m.write, m.when), func(t *testing.T) {
			t.Parallel()
			var issued providertest.IssuedSecrets
			d := providertest.NewMockBehind(t, optionsOfMany(n), func(mock http.Handler) http.Handler { return m.front(issued.Front(mock)) })
			census, seeded := d.Census(t), slices.Concat(objectIDs(d, t, "/keys"), objectIDs(d, t, "/applications"))
			w := providertest.NewWorkspace(t, many(d, n, 1))
			r := start(w, "apply", "-auto-approve")
			select {
			case <-m.arrived:
			case <-time.After(5 * time.Minute):
				t.Fatalf("only %d writes have come", m.writes.Load())
			}
			ending.end(r, pause)
			close(m.over)
			status, printed := r.wait()
			if status == 0 {
				t.Errorf("the run succeeded:\n%s", printed)
			}
			// A provider outlives a CLI that was killed. What it has sent arrives before the next apply.
			_ = syscall.Kill(-r.command.Process.Pid, syscall.SIGKILL)
			m.underway.Lock()
			writes := m.writes.Load()
			m.underway.Unlock()

			advice := heal(w, d)
			w.MustPlanEmpty()
			t.Logf("%d writes came, and %d errors gave advice", writes, advice)
			var ids []string
			for _, r := range w.State().Values.RootModule.Resources {
				census[kindOf[r.Type]]++
				ids = append(ids, fmt.Sprint(r.AttributeValues["id"]))
			}
			delete(census, "")
			if len(ids) < 60 {
				t.Errorf("only %d resources are in the state", len(ids))
			}
			if diff := cmp.Diff(census, d.Census(t)); diff != "" {
				t.Errorf("objects of the domain (-want +got):\n%s", diff)
			}
			for _, path := range []string{"/keys", "/applications"} {
				for _, id := range objectIDs(d, t, path) {
					if !slices.Contains(ids, id) && !slices.Contains(seeded, id) {
						t.Errorf("%s/%s is in no state", path, id)
					}
				}
			}
			mustHoldSecrets(d, t, w.State())
			providertest.MustBeAbsent(t, "what was printed", printed+w.Printed.String(), issued.Named())
		})
	}
}
