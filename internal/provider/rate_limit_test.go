package provider_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestAccRateLimit applies and plans in a domain that answers no more than so many requests a
// second, and asks to wait for one.
func TestAccRateLimit(t *testing.T) {
	t.Parallel()
	const n = 200
	d := providertest.NewMock(t, mockserver.Options{RequestsPerSecond: 20})
	w := providertest.NewWorkspace(t, providertest.ProviderBlock(d.PasswordArguments())+manyApplications("stored", n, 1))
	// The client's pause is for all of its requests: a wait lets through at most those that were
	// on their way when the first was refused.
	for _, command := range [][]string{{"apply", "-auto-approve"}, {"plan", "-detailed-exitcode"}} {
		d.Forget()
		w.MustRun(command...)
		refused := 0
		for _, r := range d.Requests() {
			if r.Status == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused == 0 || refused > n/2 {
			t.Errorf("%s: %d of %d requests were refused", command[0], refused, len(d.Requests()))
		}
		t.Logf("%s: %d of %d requests were refused", command[0], refused, len(d.Requests()))
	}
	// The limit is on the test's requests too, and the last second of the plan may have used it up.
	for range 50 {
		if d.Call(t.Context(), http.MethodGet, "/applications", nil, nil) == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if left := d.Applications(t); len(left) != n+1 {
		t.Errorf("%d applications", len(left))
	}
}
