package mockserver_test

import (
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// LUSID's SDKs append /api/instruments to a base URL that ends in /api.
func TestInstruments_sdkPath(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	want := d.get("/api/instruments?limit=1").wantStatus(t, http.StatusOK).body
	d.get("/api/api/instruments?limit=1").wantBody(t, want)
	d.get("/api/api/instruments?limit=2001").wantProblem(t, http.StatusBadRequest, 151)
	d.do(request{method: http.MethodGet, path: "/api/api/instruments", bearer: noBearer}).wantStatus(t, http.StatusUnauthorized)
	d.get("/api/api/api/instruments").wantStatus(t, http.StatusNotImplemented)
	d.post("/api/api/instruments", "{}").wantStatus(t, http.StatusNotImplemented)
	if got := d.Counts()["instruments"]; got != 4 {
		t.Errorf("got %d requests logged as instruments, want 4", got)
	}
}

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
		t.Fatalf("got %d instruments, want at least 2", all)
	}
	if got := count("/api/instruments?limit=2"); got != 2 {
		t.Errorf("got %d instruments, want 2", got)
	}
	if got := count("/api/instruments?limit=2000&scope=default"); got != all {
		t.Errorf("got %d instruments, want all %d", got, all)
	}
	for _, limit := range []string{"0", "-1", "2001", "5000", "many"} {
		d.get("/api/instruments?limit="+limit).wantProblem(t, http.StatusBadRequest, 151)
	}
}
