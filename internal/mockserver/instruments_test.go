package mockserver_test

import (
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestInstruments_limit(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	count := func(path string) int {
		t.Helper()
		list := decode[struct{ Values []any }](t, d.get(path).wantStatus(t, http.StatusOK))
		return len(list.Values)
	}
	all := count("/api/instruments")
	if all < 2 {
		t.Fatalf("%d instruments, want some", all)
	}
	if got := count("/api/instruments?limit=2"); got != 2 {
		t.Errorf("%d instruments, want 2", got)
	}
	if got := count("/api/instruments?limit=5000&scope=default"); got != all {
		t.Errorf("%d instruments, want all %d", got, all)
	}
	for _, limit := range []string{"0", "-1", "5001", "many"} {
		d.get("/api/instruments?limit="+limit).wantProblem(t, http.StatusBadRequest, 151)
	}
}
