package client_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// TestUseClientSecret_duringTokenRequest switches to a new secret during a token request. The switch
// doesn't wait for that request. The next token request sends the new secret, even if LUSID refused the old
// one.
func TestUseClientSecret_duringTokenRequest(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"granted": http.StatusOK, "refused": http.StatusUnauthorized} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					mu   sync.Mutex
					sent []string
				)
				handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path != "/oauth2/a/v1/token" {
						jsonReply(http.StatusOK, `{"id":"caller"}`)(w, r)
						return
					}
					secret := r.PostFormValue("client_secret")
					mu.Lock()
					sent = append(sent, secret)
					mu.Unlock()
					if secret == "old" {
						time.Sleep(6 * time.Second)
						jsonReply(status, `{"access_token":"first","expires_in":60,"token_type":"Bearer"}`)(w, r)
						return
					}
					jsonReply(http.StatusOK, `{"access_token":"second","expires_in":3600,"token_type":"Bearer"}`)(w, r)
				})
				c := newClientInMemory(t, handler, withGrant(client.TokenRequest{
					TokenURL: inMemoryURL + "/oauth2/a/v1/token", Username: "robot", Password: "canary-password", ClientID: "app", ClientSecret: "old",
				}))
				var beside sync.WaitGroup
				beside.Go(func() { _, _ = c.GetUserInfo(t.Context()) })
				synctest.Wait()
				began := time.Now()
				c.UseClientSecret("app", "new")
				if elapsed := time.Since(began); elapsed != 0 {
					t.Errorf("UseClientSecret took %s, want no wait", elapsed)
				}
				beside.Wait()
				time.Sleep(time.Minute)
				if _, err := c.GetUserInfo(t.Context()); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if diff := cmp.Diff([]string{"old", "new"}, sent); diff != "" {
					t.Errorf("client secrets sent (-want +got):\n%s", diff)
				}
			})
		})
	}
}
