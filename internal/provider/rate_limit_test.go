package provider_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestAccRateLimit applies and plans in a domain that limits the requests per second. LUSID asks the
// provider to wait for a second.
func TestAccRateLimit(t *testing.T) {
	t.Parallel()
	const n = 200
	d := providertest.NewMock(t, mockserver.Options{RequestsPerSecond: 20})
	w := providertest.NewWorkspace(t, providertest.ProviderBlock(d.PasswordArguments())+manyApplications("stored", n, 1))
	// After a refusal, the client pauses all requests. So only the requests that were already sent can
	// be refused before each pause.
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
			t.Errorf("%s: LUSID refused %d of %d requests, want at least 1 and at most %d", command[0], refused, len(d.Requests()), n/2)
		}
		t.Logf("%s: LUSID refused %d of %d requests", command[0], refused, len(d.Requests()))
	}
	// LUSID also limits the requests of this test, and the plan may have used up the last second.
	for range 50 {
		if d.Call(t.Context(), http.MethodGet, "/applications", nil, nil) == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if left := d.Applications(t); len(left) != n+1 {
		t.Errorf("got %d applications, want %d", len(left), n+1)
	}
}
