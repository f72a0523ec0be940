package provider_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestTimeouts_besideSlowOperation lets an operation time out while it waits for another operation of the same process,
// whose response takes long. The operation that waits sends no request.
func TestTimeouts_besideSlowOperation(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		typeName string
		config   func(n int) providertest.Object
		// slow is the operation with the slow response.
		slow string
		want map[string]int
	}{
		"list before a create": {
			"lusid_role", func(n int) providertest.Object { return providertest.Object{"name": []string{"first", "second"}[n]} },
			"identity.ListRoles",
			map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1},
		},
		"user of a token": {
			providertest.PersonalAccessTokenType, func(n int) providertest.Object {
				return providertest.Object{"display_name": []string{"first", "second"}[n]}
			},
			"identity.GetUserInfo",
			map[string]int{"identity.GetUserInfo": 1, "identity.ListOwnApiKeys": 1, "identity.CreateApiKey": 1},
		},
		"place of a network zone": {
			providertest.NetworkZoneType, providertest.Fixtures[providertest.NetworkZoneType].Config.Number,
			"identity.CreateNetworkZone",
			map[string]int{"identity.ListNetworkZones": 1, "identity.CreateNetworkZone": 1, "identity.UpdateNetworkZone": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				run := cellSetting{kind: test.typeName}.start(t, false, fault{})
				m := run.process()
				patient, diags := m.Plan(providertest.Instance{}, test.config(0))
				diags.MustBeQuiet(t)
				hurriedConfig := test.config(1)
				hurriedConfig["timeouts"] = providertest.Object{"create": "1s"}
				hurried, diags := m.Plan(providertest.Instance{}, hurriedConfig)
				diags.MustBeQuiet(t)
				run.Forget()
				run.Mock.InjectFault(mockserver.Fault{Operation: test.slow, Delay: 6 * time.Second})

				var beside sync.WaitGroup
				beside.Go(func() {
					made, diags := m.CarryOut(t.Context(), patient)
					if !made.Exists() || len(diags) > 0 {
						t.Errorf("the operation that did not have to wait failed: %s", diags.Errors())
					}
				})
				synctest.Wait()
				began := time.Now()
				made, diags := m.CarryOut(t.Context(), hurried)
				if elapsed := time.Since(began); elapsed != time.Second {
					t.Errorf("a create with a timeout of 1s took %s", elapsed)
				}
				if made.Exists() {
					t.Error("the create that timed out left an object in the state")
				}
				diags.MustFail(t, "", "Unable to create", "Waiting for another", "The time was up")
				beside.Wait()
				run.MustCount(t, test.want)
			})
		})
	}
}

// TestCreation_deletedWhileListed deletes an issuer during the list before the create of another issuer. The delete does
// not wait for that list, which still shows the deleted issuer. Then a create of a new issuer with the deleted code
// loses its response. The old list must not prevent the provider from finding the new issuer.
func TestCreation_deletedWhileListed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		issuer := providertest.Fixtures[providertest.ExternalTokenIssuerType].Config
		run := cellSetting{kind: providertest.ExternalTokenIssuerType}.start(t, false, fault{})
		old := run.process().MustCreate(issuer.Number(1))
		m := run.process()
		change, diags := m.Plan(providertest.Instance{}, issuer.Number(0))
		diags.MustBeQuiet(t)
		var slow sync.Once
		run.Front.RewriteBy(func(e providertest.Exchange) (change providertest.Rewrite) {
			if e.Operation == "identity.ListExternalTokenIssuers" {
				slow.Do(func() {
					change = func(answer *httptest.ResponseRecorder, w http.ResponseWriter, _ *http.Request) {
						time.Sleep(6 * time.Second)
						providertest.Forward(answer, w)
					}
				})
			}
			return change
		})
		var beside sync.WaitGroup
		beside.Go(func() {
			_, diags := m.CarryOut(t.Context(), change)
			if len(diags) > 0 {
				t.Errorf("the create failed: %s", diags.Errors())
			}
		})
		synctest.Wait()
		began := time.Now()
		m.Destroy(old).MustBeQuiet(t)
		if elapsed := time.Since(began); elapsed != 0 {
			t.Errorf("the delete waited %s, want no wait", elapsed)
		}
		beside.Wait()
		run.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateExternalTokenIssuer", Reset: mockserver.ResetAfter})
		made, diags := m.Create(issuer.Number(1))
		diags.MustWarn(t, "", "The response to the creation of external token issuer issuer-1 was lost")
		if !made.Exists() {
			t.Error("the issuer is not in the state")
		}
	})
}

// TestTimeouts_slowList checks that the error names what timed out: the list before the create. The create is not sent.
func TestTimeouts_slowList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := providertest.DomainInMemory(t, mockserver.Options{})
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.ListRoles", Delay: 6 * time.Second})
		_, diags := d.Protocol(t).Resource("lusid_role").Create(providertest.Object{
			"name":     "traders",
			"timeouts": providertest.Object{"create": "1s"},
		})
		diags.MustFail(t, "", "Listing the existing objects before the create: context deadline exceeded", "The time was up")
		if got := d.Counts()["identity.CreateRole"]; got != 0 {
			t.Errorf("got %d create requests, want none", got)
		}
	})
}
