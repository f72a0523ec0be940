package provider_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// TestTimeouts_besideSlowOperation lets an operation end in time while it waits for another
// operation of the same process, to which LUSID takes long to answer. What had to wait sends
// nothing.
func TestTimeouts_besideSlowOperation(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		typeName string
		config   func(n int) object
		// slow is the operation that LUSID takes long to answer.
		slow string
		want map[string]int
	}{
		"the list before a create": {
			"lusid_role", func(n int) object { return object{"name": []string{"first", "second"}[n]} },
			"identity.ListRoles",
			map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1},
		},
		"whom a token is for": {
			patType, func(n int) object { return object{"display_name": []string{"first", "second"}[n]} },
			"identity.GetUserInfo",
			map[string]int{"identity.GetUserInfo": 1, "identity.ListOwnApiKeys": 1, "identity.CreateApiKey": 1},
		},
		"the place of a network zone": {
			zoneType, func(n int) object { return faultyZone(n, object{"hierarchy": 10 + n}) },
			"identity.CreateNetworkZone",
			map[string]int{"identity.ListNetworkZones": 1, "identity.CreateNetworkZone": 1, "identity.UpdateNetworkZone": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				run := cellSetting{kind: test.typeName}.start(t, false, fault{})
				m := run.process()
				patient, diags := m.plan(instance{}, test.config(0))
				diags.mustBeQuiet(t)
				hurriedConfig := test.config(1)
				hurriedConfig["timeouts"] = object{"create": "1s"}
				hurried, diags := m.plan(instance{}, hurriedConfig)
				diags.mustBeQuiet(t)
				run.forget()
				run.mock.InjectFault(mockserver.Fault{Operation: test.slow, Delay: 6 * time.Second})

				var beside sync.WaitGroup
				beside.Go(func() {
					made, diags := m.carryOut(t.Context(), patient)
					if !made.exists() || len(diags) > 0 {
						t.Errorf("the operation that waited for nobody failed: %s", diags.errors())
					}
				})
				synctest.Wait()
				began := time.Now()
				made, diags := m.carryOut(t.Context(), hurried)
				if elapsed := time.Since(began); elapsed != time.Second {
					t.Errorf("a create with a timeout of 1s took %s", elapsed)
				}
				if made.exists() {
					t.Error("the create that ran out of time left something in the state")
				}
				diags.mustFail(t, "", "Unable to create", "Waiting for another", "The time was up")
				beside.Wait()
				run.mustCount(t, test.want)
			})
		})
	}
}

// TestCreation_deletedWhileListed deletes an issuer while the list before a create of another one is
// under way: the delete does not wait for it, and the list, which still shows the issuer, does not
// stop the lost create of a new issuer with that code from being found.
func TestCreation_deletedWhileListed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		run := cellSetting{kind: issuerType}.start(t, false, fault{})
		old := run.process().mustCreate(faultyIssuer(1, "One"))
		m := run.process()
		change, diags := m.plan(instance{}, faultyIssuer(0, "One"))
		diags.mustBeQuiet(t)
		var slow sync.Once
		run.front.rewriteBy(func(e exchange) (change rewrite) {
			if e.operation == "identity.ListExternalTokenIssuers" {
				slow.Do(func() {
					change = func(answer *httptest.ResponseRecorder, w http.ResponseWriter, _ *http.Request) {
						time.Sleep(6 * time.Second)
						forward(answer, w)
					}
				})
			}
			return change
		})
		var beside sync.WaitGroup
		beside.Go(func() {
			_, diags := m.carryOut(t.Context(), change)
			if len(diags) > 0 {
				t.Errorf("the create failed: %s", diags.errors())
			}
		})
		synctest.Wait()
		began := time.Now()
		m.destroy(old).mustBeQuiet(t)
		if elapsed := time.Since(began); elapsed != 0 {
			t.Errorf("the delete waited %s", elapsed)
		}
		beside.Wait()
		run.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateExternalTokenIssuer", Reset: mockserver.ResetAfter})
		made, diags := m.create(faultyIssuer(1, "One"))
		diags.mustWarn(t, "", "The answer to the creation of external token issuer faulty-1 was lost")
		if !made.exists() {
			t.Error("the zone is not in the state")
		}
	})
}

// TestTimeouts_slowList says what the time was up for: the list before the create, which was not sent.
func TestTimeouts_slowList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := domainInMemory(t, mockserver.Options{})
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.ListRoles", Delay: 6 * time.Second})
		_, diags := d.protocol(t).resource("lusid_role").create(object{"name": "traders", "timeouts": object{"create": "1s"}})
		diags.mustFail(t, "", "Listing what the domain has, before the create: context deadline exceeded", "The time was up")
		if got := d.counts()["identity.CreateRole"]; got != 0 {
			t.Errorf("%d creates were sent", got)
		}
	})
}
