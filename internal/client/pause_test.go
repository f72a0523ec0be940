package client_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// TestPause starts requests before, during and after the wait that one 429 requires.
func TestPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		domain := newDomainInMemory()
		domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: 429, RetryAfter: "10"})
		c := newClientInMemory(t, domain, withToken(domain.Credentials().AccessToken), withRetries(5))
		start := time.Now()
		took := map[string]time.Duration{}
		ask := func(name string) {
			if _, err := c.ListApplications(t.Context()); err != nil {
				t.Error(err)
			}
			took[name] = time.Since(start)
		}
		ask("before")
		var limited sync.WaitGroup
		limited.Go(func() {
			if _, err := c.GetUserInfo(t.Context()); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(3 * time.Second)
		ask("during")
		time.Sleep(time.Second)
		ask("after")
		limited.Wait()
		want := map[string]time.Duration{"before": 0, "during": 10 * time.Second, "after": 11 * time.Second}
		if diff := cmp.Diff(want, took); diff != "" {
			t.Errorf("time of the responses (-want +got):\n%s", diff)
		}
		domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 2, "identity.ListApplications": 3})
	})
}

func TestPause_cancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		domain := newDomainInMemory()
		domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: 429, RetryAfter: "50"})
		c := newClientInMemory(t, domain, withToken(domain.Credentials().AccessToken))
		start := time.Now()
		if _, err := c.GetUserInfo(t.Context()); err == nil {
			t.Error("the request succeeded, want the context's error")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if _, err := c.ListApplications(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 2*time.Second {
			t.Errorf("got %v after %s, want a deadline exceeded after 2s", err, time.Since(start))
		}
		domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 1})
	})
}
