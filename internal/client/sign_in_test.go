package client_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// inParallel calls GetUserInfo n times in parallel.
func inParallel(t *testing.T, c caller, n int) []error {
	t.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { _, errs[i] = c.GetUserInfo(t.Context()) })
	}
	all.Wait()
	return errs
}

func wantNoErrors(t *testing.T, errs []error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}

// jwtExpiring returns an unsigned JWT.
func jwtExpiring(exp string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(`{"sub":"tf","exp":`+exp+`}`)) + ".c2lnbmF0dXJl"
}

func TestSignIn_passwordRequest(t *testing.T) {
	t.Parallel()
	var (
		form   url.Values
		raw    string
		header http.Header
	)
	c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			jsonReply(200, `{"id":"00u1"}`)(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		raw, header = string(body), r.Header
		if form, err = url.ParseQuery(raw); err != nil {
			t.Error(err)
		}
		if r.URL.Path != "/oauth2/aus1/v1/token" || r.URL.RawQuery != "" {
			t.Errorf("got a token request to %s, want /oauth2/aus1/v1/token", r.URL)
		}
		jsonReply(200, `{"access_token":"t"}`)(w, r)
	}), withGrant(client.TokenRequest{
		TokenURL: inMemoryURL + "/oauth2/aus1/", Username: "terraform+ci@example.com", Password: `p"&=+% ü`,
		ClientID: "my-app", ClientSecret: "s&cret",
	}))
	if _, err := c.GetUserInfo(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"grant_type": {"password"}, "username": {"terraform+ci@example.com"}, "password": {`p"&=+% ü`},
		"client_id": {"my-app"}, "client_secret": {"s&cret"}, "scope": {"openid client groups offline_access"},
	}
	if diff := cmp.Diff(want, form); diff != "" {
		t.Errorf("form (-want +got):\n%s", diff)
	}
	if !strings.Contains(raw, "username=terraform%2Bci%40example.com") {
		t.Errorf("the form does not encode the plus sign: %s", raw)
	}
	if header.Get("Authorization") != "" || header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("got the headers %v, want a form without Authorization", header)
	}
}

func TestSignIn_refreshRequest(t *testing.T) {
	t.Parallel()
	type seen struct {
		Form     url.Values
		ID, Word string
		Basic    bool
	}
	var got []seen
	c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			if r.Header.Get("Authorization") == "Bearer token-1" {
				reply(401, "", "")(w, r)
				return
			}
			jsonReply(200, `{"id":"00u1"}`)(w, r)
			return
		}
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		id, word, ok := r.BasicAuth()
		got = append(got, seen{r.PostForm, id, word, ok})
		jsonReply(200, fmt.Sprintf(`{"access_token":"token-%d","refresh_token":"refresh-%d"}`, len(got), len(got)))(w, r)
	}), withGrant(client.TokenRequest{
		TokenURL:     inMemoryURL + "/token",
		Username:     "u",
		Password:     "p",
		ClientID:     "my-app",
		ClientSecret: "s:& ü",
	}))
	if _, err := c.GetUserInfo(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := seen{url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"refresh-1"}}, "my-app", url.QueryEscape("s:& ü"), true}
	if len(got) != 2 {
		t.Fatalf("got %d token requests, want 2", len(got))
	}
	if diff := cmp.Diff(want, got[1]); diff != "" {
		t.Errorf("form of the refresh (-want +got):\n%s", diff)
	}
}

func TestSignIn_password(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t, withGrant(domain.grant()))
	wantNoErrors(t, inParallel(t, c, 10))
	domain.wantCounts(t, map[string]int{"token:password": 1, "identity.GetUserInfo": 10})
}

func TestSignIn_refreshToken(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	token, err := domain.client(t).RequestToken(t.Context(), domain.grant())
	if err != nil {
		t.Fatal(err)
	}
	domain.ResetRequests()
	grant := domain.grant()
	grant.RefreshToken, grant.Username, grant.Password = token.RefreshToken, "", ""
	c := domain.client(t, withGrant(grant))
	wantNoErrors(t, inParallel(t, c, 10))
	domain.wantCounts(t, map[string]int{"token:refresh_token": 1, "identity.GetUserInfo": 10})

	domain.RevokeTokens()
	wantNoErrors(t, inParallel(t, c, 1))
	domain.RevokeTokens()
	domain.RevokeRefreshTokens()
	domain.ResetRequests()
	for range 3 {
		_, err = c.GetUserInfo(t.Context())
		var e *client.Error
		if !errors.As(err, &e) || e.Operation != client.OperationToken || e.Name != "invalid_grant" {
			t.Errorf("got %v, want the token endpoint's invalid_grant", err)
		}
	}
	domain.wantCounts(t, map[string]int{"token:refresh_token": 1, "identity.GetUserInfo": 3})
}

func TestSignIn_refusedRefreshFallsBackToPassword(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	grant := domain.grant()
	grant.RefreshToken = "stale"
	c := domain.client(t, withGrant(grant))
	wantNoErrors(t, inParallel(t, c, 10))
	domain.wantCounts(t, map[string]int{"token:refresh_token": 1, "token:password": 1, "identity.GetUserInfo": 10})

	// A later renewal uses the refresh token from the password grant.
	domain.RevokeTokens()
	domain.RevokeRefreshTokens()
	domain.ResetRequests()
	wantNoErrors(t, inParallel(t, c, 1))
	domain.wantCounts(t, map[string]int{"token:refresh_token": 1, "token:password": 1, "identity.GetUserInfo": 2})
}

// If a refresh fails without a refusal, the client doesn't fall back to the password.
func TestSignIn_failedRefresh(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t, withGrant(domain.grant()))
	wantNoErrors(t, inParallel(t, c, 1))
	domain.RevokeTokens()
	domain.ResetRequests()
	domain.InjectFault(mockserver.Fault{Operation: "token:refresh_token", Status: 500})
	var e *client.Error
	if _, err := c.GetUserInfo(t.Context()); !errors.As(err, &e) || e.Operation != client.OperationToken || e.StatusCode != 500 {
		t.Errorf("got %v, want the token endpoint's 500", err)
	}
	domain.wantCounts(t, map[string]int{"token:refresh_token": 1, "identity.GetUserInfo": 1})
	wantNoErrors(t, inParallel(t, c, 1))
}

func TestSignIn_renewsEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		domain := newDomainInMemory()
		c := newClientInMemory(t, domain, withGrant(domain.grant()))
		for _, step := range []struct {
			wait      time.Duration
			refreshes int
		}{
			{0, 0},
			{59*time.Minute - time.Second, 0}, // 61 s left.
			{2 * time.Second, 1},              // 59 s left.
			{30 * time.Minute, 1},
			{29*time.Minute + time.Second, 2},
			{24 * time.Hour, 3},
		} {
			time.Sleep(step.wait)
			wantNoErrors(t, inParallel(t, c, 10))
			if got := domain.Counts()["token:refresh_token"]; got != step.refreshes {
				t.Errorf("got %d refreshes after another %s, want %d", got, step.wait, step.refreshes)
			}
		}
		domain.wantCounts(t, map[string]int{"token:password": 1, "token:refresh_token": 3, "identity.GetUserInfo": 60})
	})
}

// A token with a lifetime of less than two minutes is not renewed before each request.
func TestSignIn_shortLifetime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		domain := &domain{Server: mockserver.New(mockserver.Options{Hosts: inMemoryHosts, TokenLifetime: 40 * time.Second}), url: inMemoryURL}
		c := newClientInMemory(t, domain, withGrant(domain.grant()))
		for _, step := range []struct {
			wait      time.Duration
			refreshes int
		}{
			{0, 0},
			{19 * time.Second, 0}, // 21 s left.
			{2 * time.Second, 1},  // 19 s left.
			{19 * time.Second, 1},
			{2 * time.Second, 2},
		} {
			time.Sleep(step.wait)
			wantNoErrors(t, inParallel(t, c, 10))
			if got := domain.Counts()["token:refresh_token"]; got != step.refreshes {
				t.Errorf("got %d refreshes after another %s, want %d", got, step.wait, step.refreshes)
			}
		}
		domain.wantCounts(t, map[string]int{"token:password": 1, "token:refresh_token": 2, "identity.GetUserInfo": 50})
	})
}

// Ten calls that wait for one token fail together, without ten token requests one after the other.
func TestSignIn_failureIsShared(t *testing.T) {
	t.Parallel()
	for name, renewal := range map[string]bool{"first token": false, "renewal after a 401": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				domain := newDomainInMemory()
				c := newClientInMemory(t, domain, withGrant(domain.grant()), withRetries(3))
				if renewal {
					wantNoErrors(t, inParallel(t, c, 1))
					domain.RevokeTokens()
				}
				domain.ResetRequests()
				// LUSID refuses all ten requests before the client requests a new token.
				domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Count: -1, Delay: time.Second})
				domain.InjectFault(mockserver.Fault{Operation: "token", Status: 503, Count: -1, Delay: time.Second})
				for _, err := range inParallel(t, c, 10) {
					var e *client.Error
					if !errors.As(err, &e) || e.Operation != client.OperationToken || e.StatusCode != 503 {
						t.Errorf("got %v, want the token endpoint's 503", err)
					}
				}
				if got := domain.Counts()["token:password"] + domain.Counts()["token:refresh_token"]; got != 4 {
					t.Errorf("got %d token requests, want one and three retries: %v", got, domain.Counts())
				}
				// A later call requests a token again.
				domain.ClearFaults()
				wantNoErrors(t, inParallel(t, c, 10))
			})
		})
	}
}

// If one caller's short deadline stops a token request, other callers send the request again.
func TestSignIn_deadlineFailureIsNotShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		domain := newDomainInMemory()
		c := newClientInMemory(t, domain, withGrant(domain.grant()), withRetries(1))
		domain.InjectFault(mockserver.Fault{Operation: "token", Status: 503, RetryAfter: "30", Delay: time.Second})
		short, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := c.GetUserInfo(short); err == nil {
				t.Error("the call succeeded, want the injected fault")
			}
		})
		time.Sleep(time.Millisecond)
		wantNoErrors(t, inParallel(t, c, 10))
		all.Wait()
		domain.wantCounts(t, map[string]int{"token:password": 2, "identity.GetUserInfo": 10})
	})
}

// If the token endpoint is down, calls succeed until the current token expires.
func TestSignIn_failedEarlyRenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		domain := newDomainInMemory()
		c := newClientInMemory(t, domain, withGrant(domain.grant()))
		wantNoErrors(t, inParallel(t, c, 1))
		domain.InjectFault(mockserver.Fault{Operation: "token", Status: 500, Count: -1})
		time.Sleep(59*time.Minute + time.Second) // 59 s left.
		wantNoErrors(t, inParallel(t, c, 1))
		if token, err := c.AccessToken(t.Context(), 2*time.Minute); err == nil {
			t.Errorf("got a token that expires at %s, want an error, because it expires within 2 minutes", token.Expiry)
		}
		time.Sleep(time.Minute)
		if _, err := c.GetUserInfo(t.Context()); err == nil {
			t.Error("the call succeeded, want an error, because the token has expired")
		}
	})
}

func TestSignIn_renewsAfter401(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t, withGrant(domain.grant()))
	wantNoErrors(t, inParallel(t, c, 1))
	domain.RevokeTokens()
	domain.ResetRequests()
	wantNoErrors(t, inParallel(t, c, 1))
	domain.wantCounts(t, map[string]int{"token:refresh_token": 1, "identity.GetUserInfo": 2})

	// A change is sent again too, because LUSID doesn't process a request that it answers with 401.
	domain.RevokeTokens()
	domain.ResetRequests()
	if _, err := c.CreateApplication(t.Context(), newApplication); err != nil {
		t.Error(err)
	}
	domain.wantCounts(t, map[string]int{"token:refresh_token": 1, "identity.CreateApplication": 2})
}

func TestSignIn_renewsOnceForAll(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t, withGrant(domain.grant()))
	wantNoErrors(t, inParallel(t, c, 1))
	domain.RevokeTokens()
	domain.ResetRequests()
	wantNoErrors(t, inParallel(t, c, 10))
	if got := domain.Counts()["token:refresh_token"]; got != 1 {
		t.Errorf("got %d renewals, want 1: %v", got, domain.Counts())
	}
	if got := domain.Counts()["token:password"]; got != 0 {
		t.Errorf("got %d sign-ins by password, want none", got)
	}
}

func TestSignIn_retriesOnceAfter401(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t, withGrant(domain.grant()), withRetries(5))
	domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Count: -1, Status: 401})
	_, err := c.GetUserInfo(t.Context())
	var e *client.Error
	if !errors.As(err, &e) || e.StatusCode != 401 || e.Operation != "identity.GetUserInfo" {
		t.Errorf("got %v, want the API's 401", err)
	}
	domain.wantCounts(t, map[string]int{"token:password": 1, "token:refresh_token": 1, "identity.GetUserInfo": 2})
}

// If ten resources each tried a wrong password, LUSID would lock the user.
func TestSignIn_wrongPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*client.TokenRequest){
		"password":      func(g *client.TokenRequest) { g.Password = "wrong" },
		"client secret": func(g *client.TokenRequest) { g.ClientSecret = "wrong" },
		"client id":     func(g *client.TokenRequest) { g.ClientID = "wrong" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := newDomain(t, mockserver.Options{})
			grant := domain.grant()
			change(&grant)
			c := domain.client(t, withGrant(grant), withRetries(5))
			errs := inParallel(t, c, 10)
			for range 10 {
				_, err := c.GetUserInfo(t.Context())
				errs = append(errs, err)
			}
			_, err := c.AccessToken(t.Context(), time.Hour)
			for _, err := range append(errs, err) {
				var e *client.Error
				if !errors.As(err, &e) || e.Operation != client.OperationToken || e.Name == "" {
					t.Errorf("got %v, want the token endpoint's refusal", err)
				}
			}
			domain.wantCounts(t, map[string]int{"token:password": 1})
		})
	}
}

func TestSignIn_refusedWithStatus200(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	c := newClient(t, inMemoryURL, withGrant(client.TokenRequest{TokenURL: serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		jsonReply(200, `{"error":"invalid_grant","error_description":"Wrong."}`)(w, r)
	}), Username: "u", Password: "pass"}))
	for _, err := range inParallel(t, c, 10) {
		var e *client.Error
		if !errors.As(err, &e) || e.Name != "invalid_grant" || e.Detail != "Wrong." {
			t.Errorf("got %v, want invalid_grant", err)
		}
	}
	if got := requests.Load(); got != 1 {
		t.Errorf("got %d token requests, want 1", got)
	}
}

// A failure that is not a refusal of the credentials is not remembered.
func TestSignIn_temporaryFailure(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]mockserver.Fault{
		"500":        {Status: 500},
		"503":        {Status: 503},
		"429":        {Status: 429},
		"HTML 403":   {HTML: true, Status: 403},
		"HTML 200":   {HTML: true, Status: 200},
		"reset":      {Reset: mockserver.ResetBefore},
		"truncated":  {Truncate: true},
		"JSON array": {Body: "[]"},
		"other JSON": {Body: `{"message":"x"}`, Status: 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := newDomain(t, mockserver.Options{})
			fault.Operation = "token:password"
			domain.InjectFault(fault)
			c := domain.client(t, withGrant(domain.grant()))
			if _, err := c.GetUserInfo(t.Context()); err == nil {
				t.Fatal("the call succeeded, want the injected fault")
			}
			wantNoErrors(t, inParallel(t, c, 1))
		})
	}
}

func TestSignIn_retriesTokenRequests(t *testing.T) {
	t.Parallel()
	for name, fault := range temporaryFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := newDomain(t, mockserver.Options{})
			fault.Operation = "token:password"
			domain.InjectFault(fault)
			wantNoErrors(t, inParallel(t, domain.client(t, withGrant(domain.grant()), withRetries(1)), 1))
			domain.wantCounts(t, map[string]int{"token:password": 2, "identity.GetUserInfo": 1})
		})
	}
}

// A call that waits for another call's token request stops when its context ends.
func TestSignIn_cancelWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				time.Sleep(30 * time.Second)
			}
			jsonReply(200, `{"access_token":"t","id":"00u1"}`)(w, r)
		}), withGrant(client.TokenRequest{TokenURL: inMemoryURL, Username: "u", Password: "pass"}))
		first := make(chan error, 1)
		go func() {
			_, err := c.GetUserInfo(t.Context())
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := c.GetUserInfo(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want a deadline exceeded", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("the call waited %s, want 1s", took)
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
	})
}

// If one caller cancels, other callers are not cancelled.
func TestSignIn_cancelledTokenRequest(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t, withGrant(domain.grant()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.GetUserInfo(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a cancelled context", err)
	}
	wantNoErrors(t, inParallel(t, c, 1))
}

func TestSignIn_staticTokenIsNotRetried(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	_, err := domain.client(t, withToken("unknown-token"), withRetries(5)).GetUserInfo(t.Context())
	var e *client.Error
	if !errors.As(err, &e) || e.StatusCode != 401 || e.Operation != "identity.GetUserInfo" {
		t.Errorf("got %v, want the API's 401", err)
	}
	domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 1})
}

// tokenFile writes a file and sets its modification time.
func tokenFile(t *testing.T, path, content string, at time.Time) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func withTokenFile(path string) func(*client.Config) {
	return func(c *client.Config) { c.SignIn = client.SignIn{AccessTokenFile: path} }
}

func TestSignIn_accessTokenFile(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	path := filepath.Join(t.TempDir(), "token")
	old := time.Now().Add(-time.Hour)
	c := domain.client(t, withTokenFile(path))
	good := domain.Credentials().AccessToken

	if _, err := c.GetUserInfo(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v for a missing file, want os.ErrNotExist", err)
	}
	tokenFile(t, path, good, old)
	wantNoErrors(t, inParallel(t, c, 10))
	domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 10})

	// The client notices a change of the file at once.
	domain.ResetRequests()
	tokenFile(t, path, domain.Credentials().NoRightsToken, old.Add(time.Minute))
	wantNoErrors(t, inParallel(t, c, 1))
	if _, err := c.ListApplications(t.Context()); !client.IsForbidden(err) {
		t.Errorf("got %v, want a 403 with the file's new token", err)
	}
	domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 1, "identity.ListApplications": 1})

	// A refused token is not sent again while the file stays the same.
	domain.ResetRequests()
	tokenFile(t, path, "unknown-token", old.Add(2*time.Minute))
	var e *client.Error
	if _, err := c.GetUserInfo(t.Context()); !errors.As(err, &e) || e.StatusCode != 401 {
		t.Errorf("got %v, want the API's 401", err)
	}
	domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 1})

	// After a 401, the client reads the file even if its time and length are unchanged.
	domain.ResetRequests()
	stale := strings.Repeat("x", len(good))
	tokenFile(t, path, stale, old.Add(3*time.Minute))
	if _, err := c.AccessToken(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	tokenFile(t, path, good, old.Add(3*time.Minute))
	wantNoErrors(t, inParallel(t, c, 1))
	domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 2})

	// Kubernetes replaces the file instead of writing to it.
	domain.ResetRequests()
	tokenFile(t, path+".new", domain.Credentials().NoRightsToken, old.Add(3*time.Minute))
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ListApplications(t.Context()); !client.IsForbidden(err) {
		t.Errorf("got %v, want a 403 with the new file's token", err)
	}
}

func TestSignIn_accessTokenFileContent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tests := map[string]struct{ content, want, err string }{
		"plain":                  {content: "canary", want: "canary"},
		"newline":                {content: "canary\n", want: "canary"},
		"CRLF":                   {content: " canary\r\n\r\n", want: "canary"},
		"byte order mark":        {content: "\ufeffcanary\r\n", want: "canary"},
		"empty":                  {content: "", err: "is empty"},
		"blank":                  {content: "\n \n", err: "is empty"},
		"byte order mark, empty": {content: "\ufeff\n", err: "is empty"},
		"two lines":              {content: "canary\ncanary\n", err: "contains a space, a line break"},
		"with the scheme":        {content: "Bearer canary", err: "contains a space, a line break"},
		"UTF-16":                 {content: "\xff\xfec\x00a\x00n\x00a\x00r\x00y\x00", err: "is in UTF-16, which the > of Windows PowerShell writes"},
		"UTF-16, big-endian":     {content: "\xfe\xff\x00c\x00a\x00n\x00a\x00r\x00y", err: "Set-Content -Encoding ascii"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(dir, name)
			tokenFile(t, path, test.content, time.Now())
			token, err := newClient(t, inMemoryURL, withTokenFile(path)).AccessToken(t.Context(), 0)
			if test.err == "" {
				if err != nil || string(token.AccessToken) != test.want {
					t.Errorf("got the token %v and the error %v, want %q", token, err, test.want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %v, want an error that contains %s and %q", err, path, test.err)
			}
			wantNoSecrets(t, "the error", fmt.Sprint(err), "canary")
		})
	}
	if _, err := newClient(t, inMemoryURL, withTokenFile(dir)).AccessToken(t.Context(), 0); err == nil {
		t.Error("a directory was read as a token file, want an error")
	}
}

func TestAccessToken_minRemaining(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		domain := newDomainInMemory()
		c := newClientInMemory(t, domain, withGrant(domain.grant()))
		get := func(minRemaining time.Duration) *client.Token {
			t.Helper()
			token, err := c.AccessToken(t.Context(), minRemaining)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		first := get(0)
		if left := time.Until(first.Expiry); left != time.Hour {
			t.Errorf("the token expires in %s, want 1h", left)
		}
		time.Sleep(10 * time.Minute)
		if again := get(49 * time.Minute); again.AccessToken != first.AccessToken {
			t.Error("the client renewed a token that does not expire within the requested time")
		}
		if renewed := get(51 * time.Minute); renewed.AccessToken == first.AccessToken || time.Until(renewed.Expiry) != time.Hour {
			t.Error("the client did not renew a token that expires within the requested time")
		}
		domain.wantCounts(t, map[string]int{"token:password": 1, "token:refresh_token": 1})
		if _, err := c.AccessToken(t.Context(), 2*time.Hour); err == nil || !strings.Contains(err.Error(), "2h0m0s") {
			t.Errorf("got %v, want an error, because LUSID issues no token for 2 hours", err)
		}
		// The error doesn't stop other callers from using the token.
		get(0)
	})
}

func TestAccessToken_minRemainingNotRenewable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		expiry := time.Now().Add(10 * time.Minute).Truncate(time.Second)
		jwt := jwtExpiring(fmt.Sprint(expiry.Unix()))
		path := filepath.Join(t.TempDir(), "token")
		tokenFile(t, path, jwt, time.Now())
		for name, change := range map[string]func(*client.Config){"token": withToken(jwt), "file": withTokenFile(path)} {
			c := newClient(t, inMemoryURL, change)
			token, err := c.AccessToken(t.Context(), 9*time.Minute)
			if err != nil || !token.Expiry.Equal(expiry) {
				t.Errorf("%s: got %v and the error %v, want a token that expires at %s", name, token, err, expiry)
			}
			_, err = c.AccessToken(t.Context(), 11*time.Minute)
			if err == nil || !strings.Contains(err.Error(), expiry.UTC().Format(time.RFC3339)) || !strings.Contains(err.Error(), "cannot be renewed") {
				t.Errorf("%s: got %v, want an error with the expiry", name, err)
			}
			wantNoSecrets(t, "the error", fmt.Sprint(err), jwt)
		}
		// The client can't know when a personal access token expires.
		token, err := newClient(t, inMemoryURL).AccessToken(t.Context(), 11*time.Minute)
		if err != nil || !token.Expiry.IsZero() || token.AccessToken != staticToken || token.TokenType != "Bearer" || token.Scopes != nil {
			t.Errorf("got %v and the error %v, want the personal access token without an expiry", token, err)
		}
	})
}

func TestSignsInThrough(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	for claims, want := range map[string]bool{
		`"iss":"https://ci","aud":"lusid"`:                true,
		`"iss":"https://ci","aud":["other",null,"lusid"]`: true,
		`"iss":"https://ci/","aud":"lusid"`:               false,
		`"iss":"https://ci","aud":"other"`:                false,
		`"iss":"https://ci","aud":["other",{},["lusid"]]`: false,
		`"iss":"https://ci","aud":{"lusid":"lusid"}`:      false,
		`"iss":"https://ci"`:                              false,
		`"iss":["https://ci"],"aud":"lusid"`:              false,
		`"aud":"lusid"`:                                   false,
		`"iss":"","aud":"lusid"`:                          false,
	} {
		jwt := jwtExpiring("1," + claims)
		tokenFile(t, path, jwt, time.Now())
		for name, change := range map[string]func(*client.Config){"token": withToken(jwt), "file": withTokenFile(path)} {
			c := newClient(t, inMemoryURL, change)
			if got := c.SignsInThrough("https://ci", "lusid"); got != want {
				t.Errorf("claims %s, %s: got %t, want %t", claims, name, got, want)
			}
			if c.SignsInThrough("", "lusid") {
				t.Errorf("claims %s, %s: SignsInThrough is true for an empty issuer", claims, name)
			}
		}
	}
	for name, change := range map[string]func(*client.Config){
		"no JWT":  withToken(staticToken),
		"no file": withTokenFile(path + ".missing"),
		"password": func(config *client.Config) {
			config.SignIn = client.SignIn{Grant: client.TokenRequest{TokenURL: inMemoryURL}}
		},
	} {
		c := newClient(t, inMemoryURL, change)
		if c.SignsInThrough("https://ci", "lusid") {
			t.Errorf("%s: SignsInThrough is true without an external token", name)
		}
	}
}

// SignsInWith compares the configured key, without a request.
func TestClient_SignsInWith(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	key := client.Secret(d.Credentials().AccessToken)
	byKey, byPassword := d.client(t), d.client(t, withGrant(d.grant()))
	for other, want := range map[client.Secret]bool{key: true, key + "x": false, "": false} {
		if got := byKey.SignsInWith(other); got != want {
			t.Errorf("key of %d characters: got %t, want %t", len(other), got, want)
		}
		if byPassword.SignsInWith(other) {
			t.Errorf("key of %d characters: SignsInWith is true for a client that signs in by password", len(other))
		}
	}
	d.wantCounts(t, map[string]int{})
}
