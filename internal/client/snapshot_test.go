package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// slowRoles is a domain of ten roles, 0 to 9, that responds to each request after a second. It counts
// requests by method and path.
type slowRoles struct {
	mu     sync.Mutex
	counts map[string]int
	// If status is set, a list responds with it.
	status int
}

func (s *slowRoles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/identity/api/")
	s.mu.Lock()
	if s.counts == nil {
		s.counts = map[string]int{}
	}
	s.counts[r.Method+" "+path]++
	s.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-r.Context().Done():
		return
	}
	role := func(id string) string {
		return fmt.Sprintf(`{"id":%q,"name":"role-%s","roleId":{"scope":"default","code":"role-%s"}}`, id, id, id)
	}
	w.Header().Set("Content-Type", "application/json")
	if id, ok := strings.CutPrefix(path, "roles/"); ok {
		_, _ = w.Write([]byte(role(id)))
		return
	}
	if s.status != 0 {
		w.WriteHeader(s.status)
		return
	}
	var roles []string
	for id := range 10 {
		roles = append(roles, role(fmt.Sprint(id)))
	}
	_, _ = w.Write([]byte("[" + strings.Join(roles, ",") + "]"))
}

// want compares the requests, and then resets the counts.
func (s *slowRoles) want(t *testing.T, want map[string]int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff(want, s.counts); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	s.counts = nil
}

func anyRole(*identity.RoleResponse) bool { return true }

// refreshRoles refreshes roles one after the other.
func refreshRoles(t *testing.T, c caller, ids ...string) {
	t.Helper()
	for _, id := range ids {
		role, err := c.RefreshRole(t.Context(), id, anyRole)
		if err != nil || role.ID != id || role.Name != "role-"+id {
			t.Fatalf("role %s: got %+v and the error %v", id, role, err)
		}
	}
}

// manyRoles refreshes enough roles that the client lists from the next refresh on.
func manyRoles(t *testing.T, c caller, server *slowRoles) {
	t.Helper()
	refreshRoles(t, c, "0", "1", "2")
	server.want(t, map[string]int{"GET roles/0": 1, "GET roles/1": 1, "GET roles/2": 1})
}

func TestRefresh_listsFromTheFourth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowRoles{}
		c := newClientInMemory(t, server)
		manyRoles(t, c, server)
		refreshRoles(t, c, "3", "4", "0", "9")
		server.want(t, map[string]int{"GET roles": 1})
	})
}

func TestRefresh_inParallel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowRoles{}
		c := newClientInMemory(t, server)
		var all sync.WaitGroup
		for range 4 {
			for id := range 10 {
				all.Go(func() { refreshRoles(t, c, fmt.Sprint(id)) })
			}
		}
		all.Wait()
		total := 0
		for _, n := range server.counts {
			total += n
		}
		if server.counts["GET roles"] != 1 || total != 4 {
			t.Errorf("got the requests %v, want one list and 4 requests in total", server.counts)
		}
	})
}

// A role that differs from the state, or that the list lacks, is read by itself.
func TestRefresh_differentObject(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowRoles{}
		c := newClientInMemory(t, server)
		manyRoles(t, c, server)
		if _, err := c.RefreshRole(t.Context(), "3", func(*identity.RoleResponse) bool { return false }); err != nil {
			t.Error(err)
		}
		refreshRoles(t, c, "new", "4")
		server.want(t, map[string]int{"GET roles": 1, "GET roles/3": 1, "GET roles/new": 1})
	})
}

func TestRefresh_refusedList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowRoles{status: http.StatusForbidden}
		c := newClientInMemory(t, server)
		manyRoles(t, c, server)
		refreshRoles(t, c, "3", "4", "5")
		server.want(t, map[string]int{"GET roles": 1, "GET roles/3": 1, "GET roles/4": 1, "GET roles/5": 1})
	})
}

// Every write clears the cached lists, regardless of its kind, its target and its outcome.
func TestRefresh_afterAWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowRoles{}
		c := newClientInMemory(t, server)
		manyRoles(t, c, server)
		for name, write := range map[string]func(ctx context.Context) error{
			"PUT roles/9":  func(ctx context.Context) error { return second(c.UpdateRole(ctx, "9", identity.UpdateRoleRequest{})) },
			"DELETE keys/": func(ctx context.Context) error { return c.DeleteAPIKey(ctx, "1") },
			"POST keys":    func(ctx context.Context) error { return second(c.CreateAPIKey(ctx, identity.CreateAPIKey{})) },
		} {
			refreshRoles(t, c, "3", "4")
			_ = write(t.Context())
			refreshRoles(t, c, "3", "4")
			if server.counts["GET roles"] != 2 {
				t.Errorf("%s: got the requests %v, want a new list after the write", name, server.counts)
			}
			// The second refresh uses the list that the first one read.
			refreshRoles(t, c, "5")
			server.counts = nil
			_ = write(t.Context())
			server.counts = nil
		}
	})
}

// If a list began before a write ended, it may lack the written object.
func TestRefresh_duringAWrite(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// write and read are the delays before each begins. Each takes a second.
		write, read time.Duration
		want        map[string]int
	}{
		"the write ends first":                  {0, 500 * time.Millisecond, map[string]int{"PUT roles/9": 1, "GET roles": 1, "GET roles/3": 1}},
		"the write ends last":                   {500 * time.Millisecond, 0, map[string]int{"PUT roles/9": 1, "GET roles": 1}},
		"the write ends before the list begins": {0, 1500 * time.Millisecond, map[string]int{"PUT roles/9": 1, "GET roles": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &slowRoles{}
				c := newClientInMemory(t, server)
				manyRoles(t, c, server)
				var both sync.WaitGroup
				both.Go(func() {
					time.Sleep(test.write)
					_, _ = c.UpdateRole(t.Context(), "9", identity.UpdateRoleRequest{})
				})
				both.Go(func() {
					time.Sleep(test.read)
					refreshRoles(t, c, "3")
				})
				both.Wait()
				server.want(t, test.want)
			})
		})
	}
}

// If one reader of a list cancels, it returns at once, and the others get the list that it began.
func TestRefresh_cancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowRoles{}
		c := newClientInMemory(t, server)
		manyRoles(t, c, server)
		var both sync.WaitGroup
		both.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			start := time.Now()
			if _, err := c.RefreshRole(ctx, "3", anyRole); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 500*time.Millisecond {
				t.Errorf("got %v after %s, want a deadline exceeded after 500ms", err, time.Since(start))
			}
		})
		both.Go(func() {
			time.Sleep(100 * time.Millisecond)
			refreshRoles(t, c, "4")
		})
		both.Wait()
		server.want(t, map[string]int{"GET roles": 1})
	})
}

// If a kind can only be read as a list, and the list lacks an object, the client reads the list once more
// for all waiting callers.
func TestRefreshList(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	c := d.client(t)
	refresh := func(accepted bool) {
		t.Helper()
		keys, err := c.RefreshOwnAPIKeys(t.Context(), func([]identity.APIKey) bool { return accepted })
		if err != nil || len(keys) != 1 {
			t.Errorf("got %+v and the error %v, want 1 key", keys, err)
		}
	}
	refresh(true)
	refresh(true)
	d.wantCounts(t, map[string]int{"identity.ListOwnApiKeys": 1})
	refresh(false)
	d.wantCounts(t, map[string]int{"identity.ListOwnApiKeys": 2})
	refresh(true)
	refresh(false)
	d.wantCounts(t, map[string]int{"identity.ListOwnApiKeys": 2})

	_ = c.DeleteAPIKey(t.Context(), "missing")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { refresh(false) })
	}
	all.Wait()
	d.wantCounts(t, map[string]int{"identity.ListOwnApiKeys": 4, "identity.DeleteApiKey": 1})
}
