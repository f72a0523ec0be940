package mockserver_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const passwordPolicyPath = "/identity/api/authentication/password-policy/"

// wantBody compares the JSON body with the wanted JSON.
func (r reply) wantBody(t *testing.T, want string) {
	t.Helper()
	if diff := cmp.Diff(decode[any](t, reply{body: want}), decode[any](t, r.wantStatus(t, http.StatusOK))); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestPasswordPolicies(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{PasswordPolicies: map[string]mockserver.PasswordPolicy{
		"Service": {MinLength: 20, ExcludeLastName: true, MaxAgeDays: 30, HistoryCount: 5, MaxAttempts: 3},
	}}})
	const standard = `{"conditions":{"complexity":{"minLength":12,"excludeFirstName":true,"excludeLastName":true},` +
		`"age":{"maxAgeDays":0,"historyCount":4},"lockout":{"maxAttempts":10}}}`
	const seeded = `{"conditions":{"complexity":{"minLength":20,"excludeFirstName":false,"excludeLastName":true},` +
		`"age":{"maxAgeDays":30,"historyCount":5},"lockout":{"maxAttempts":3}}}`
	const changed = `{"conditions":{"complexity":{"minLength":30,"excludeFirstName":true,"excludeLastName":false},` +
		`"age":{"maxAgeDays":999,"historyCount":0},"lockout":{"maxAttempts":0}}}`
	d.get(passwordPolicyPath+"personal").wantBody(t, standard)
	d.get(passwordPolicyPath+"service").wantBody(t, seeded)
	d.put(passwordPolicyPath+"personal", changed).wantBody(t, changed)
	d.get(passwordPolicyPath+"personal").wantBody(t, changed)
	d.get(passwordPolicyPath+"service").wantBody(t, seeded)

	for _, body := range []string{
		`{}`, `{"conditions":{}}`,
		`{"conditions":{"complexity":{"minLength":11,"excludeFirstName":true,"excludeLastName":false},"age":{"maxAgeDays":0,"historyCount":0},"lockout":{"maxAttempts":0}}}`,
		`{"conditions":{"complexity":{"minLength":12,"excludeFirstName":true,"excludeLastName":false},"age":{"maxAgeDays":0},"lockout":{"maxAttempts":0}}}`,
	} {
		d.put(passwordPolicyPath+"personal", body).wantProblem(t, http.StatusBadRequest, 151)
	}
	d.put(passwordPolicyPath+"personal", "").wantProblem(t, http.StatusBadRequest, 157)
	d.get(passwordPolicyPath+"robot").wantProblem(t, http.StatusBadRequest, 151)
	d.delete(passwordPolicyPath+"personal").wantProblem(t, http.StatusNotImplemented, -1)
	d.get(passwordPolicyPath+"personal").wantBody(t, changed)
}

func TestPasswordPolicies_userTypeInAnyCase(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	const changed = `{"conditions":{"complexity":{"minLength":30,"excludeFirstName":true,"excludeLastName":false},` +
		`"age":{"maxAgeDays":999,"historyCount":0},"lockout":{"maxAttempts":0}}}`
	d.put(passwordPolicyPath+"Personal", changed).wantBody(t, changed)
	for _, userType := range []string{"personal", "Personal", "PERSONAL"} {
		d.get(passwordPolicyPath+userType).wantBody(t, changed)
	}
	if got := d.get(passwordPolicyPath+"Service").wantStatus(t, http.StatusOK).body; got == changed {
		t.Error("the update also changed the policy of the other user type")
	}
	d.get(passwordPolicyPath+"Robot").wantProblem(t, http.StatusBadRequest, 151)
	d.put(passwordPolicyPath+"Robot", changed).wantProblem(t, http.StatusBadRequest, 151)
}
