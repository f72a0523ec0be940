package mockserver_test

import (
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const sessionPolicyPath = "/identity/api/authentication/session-policy"

func TestSessionPolicy(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.get(sessionPolicyPath).wantBody(t, `{"maxSessionIdleMinutes":60}`)
	const both = `{"maxSessionIdleMinutes":5,"maxSessionLifetimeMinutes":1440}`
	d.put(sessionPolicyPath, both).wantBody(t, both)
	d.get(sessionPolicyPath).wantBody(t, both)
	for _, body := range []string{
		`{}`, `{"maxSessionLifetimeMinutes":60}`, `{"maxSessionIdleMinutes":4}`, `{"maxSessionIdleMinutes":721}`,
		`{"maxSessionIdleMinutes":60,"maxSessionLifetimeMinutes":1441}`,
	} {
		d.put(sessionPolicyPath, body).wantProblem(t, http.StatusBadRequest, 151)
	}
	d.get(sessionPolicyPath).wantBody(t, both)
	// A lifetime that is null or missing means that sessions don't expire.
	for _, body := range []string{`{"maxSessionIdleMinutes":30,"maxSessionLifetimeMinutes":null}`, `{"maxSessionIdleMinutes":30}`} {
		d.put(sessionPolicyPath, both)
		d.put(sessionPolicyPath, body).wantBody(t, `{"maxSessionIdleMinutes":30}`)
	}
	d.delete(sessionPolicyPath).wantProblem(t, http.StatusNotImplemented, -1)

	seeded := newDomain(t, mockserver.Options{Seed: mockserver.Seed{
		SessionPolicy: &mockserver.SessionPolicy{MaxSessionIdleMinutes: 15, MaxSessionLifetimeMinutes: new(int64(480))},
	}})
	seeded.get(sessionPolicyPath).wantBody(t, `{"maxSessionIdleMinutes":15,"maxSessionLifetimeMinutes":480}`)
}
