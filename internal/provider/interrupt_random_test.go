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

// moment is the point at which a run ends: while one of its writes is in progress.
type moment struct {
	// write is the number of that write, counted from 1.
	write int64
	when  carriedOut
	// latency is the maximum delay before and after every write.
	latency time.Duration

	writes atomic.Int64
	// underway is locked for reading during each write.
	underway sync.RWMutex
	// arrived is closed when the write arrives. over is closed when the run has ended.
	arrived, over chan struct{}
}

// front delays every write, so that several writes are in progress, and holds back the write of the moment.
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
		// Read the body now, because the client may be gone later.
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
		// The first interrupt may have ended the process already.
		_ = syscall.Kill(-r.command.Process.Pid, syscall.SIGINT)
	}},
	{"CLI killed", func(r *running, _ time.Duration) { r.killCLI() }},
	{"provider killed", func(r *running, _ time.Duration) { r.killProvider() }},
}

// kindOf maps resource types to the names in a census. The other types create no object.
var kindOf = map[string]string{
	providertest.AccessPolicyType: "access policies", providertest.AccessRoleType: "access roles", providertest.AccessPolicyTemplateType: "access templates",
	"lusid_application": "applications", "lusid_role": "roles", providertest.UserType: "users", providertest.PersonalAccessTokenType: "keys", providertest.RoleAssignmentType: "members", providertest.RoleMembersType: "members",
	providertest.MCPToolType: "mcptools", providertest.NetworkZoneType: "networkzones", providertest.ExternalTokenIssuerType: "externaltokenissuers",
}

// objectIDs returns the ids of the objects in a list.
func objectIDs(d providertest.Domain, t *testing.T, path string) (ids []string) {
	t.Helper()
	var objects []struct{ ID string }
	d.MustCall(t, http.MethodGet, path, nil, &objects)
	for _, object := range objects {
		ids = append(ids, object.ID)
	}
	return ids
}

// TestAccInterrupted_random ends 25 applies of more than 60 resources of all kinds at random moments. Then it applies
// again, follows the advice in the errors, and applies once more. After that, the domain must have exactly the objects
// in the configuration, and no application and no token that is missing in the state. LUSID_SOAK_SEED repeats a run.
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
				t.Fatalf("the mock got only %d writes in five minutes", m.writes.Load())
			}
			ending.end(r, pause)
			close(m.over)
			status, printed := r.wait()
			if status == 0 {
				t.Errorf("the run succeeded:\n%s", printed)
			}
			// If the CLI was killed, its provider still runs. Its requests must arrive before the next apply.
			_ = syscall.Kill(-r.command.Process.Pid, syscall.SIGKILL)
			m.underway.Lock()
			writes := m.writes.Load()
			m.underway.Unlock()

			advice := heal(w, d)
			w.MustPlanEmpty()
			t.Logf("the mock got %d writes, and %d errors gave advice", writes, advice)
			var ids []string
			for _, r := range w.State().Values.RootModule.Resources {
				census[kindOf[r.Type]]++
				ids = append(ids, fmt.Sprint(r.AttributeValues["id"]))
			}
			delete(census, "")
			if len(ids) < 60 {
				t.Errorf("the state has only %d resources, want at least 60", len(ids))
			}
			if diff := cmp.Diff(census, d.Census(t)); diff != "" {
				t.Errorf("objects of the domain (-want +got):\n%s", diff)
			}
			for _, path := range []string{"/keys", "/applications"} {
				for _, id := range objectIDs(d, t, path) {
					if !slices.Contains(ids, id) && !slices.Contains(seeded, id) {
						t.Errorf("%s/%s is missing in the state", path, id)
					}
				}
			}
			mustHoldSecrets(d, t, w.State())
			providertest.MustBeAbsent(t, "the output", printed+w.Printed.String(), issued.Named())
		})
	}
}
