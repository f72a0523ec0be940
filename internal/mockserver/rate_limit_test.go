package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestRateLimit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.January, 1, 12, 0, 0, 0, time.UTC)
	d := newDomain(t, mockserver.Options{RequestsPerSecond: 2, Clock: func() time.Time { return now }})
	expect := func(statuses ...int) {
		t.Helper()
		for i, status := range statuses {
			r := d.get(applicationsPath)
			if r.status != status || (r.header.Get("Retry-After") == "1") != (status == http.StatusTooManyRequests) {
				t.Errorf("request %d: got status %d and the Retry-After %q, want status %d", i, r.status, r.header.Get("Retry-After"), status)
			}
			if status == http.StatusTooManyRequests && !strings.Contains(r.body, "-requests-per-second") {
				t.Errorf("request %d: the response does not name the option: %s", i, r.body)
			}
		}
	}
	expect(200, 200, 429, 429)
	now = now.Add(time.Second)
	expect(200, 200, 429)
}
