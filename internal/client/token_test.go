package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestRequestToken(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t)
	first, err := c.RequestToken(t.Context(), domain.grant())
	if err != nil {
		t.Fatal(err)
	}
	if first.AccessToken == "" || first.IDToken == "" || first.RefreshToken == "" || first.TokenType != "Bearer" {
		t.Errorf("got %+v, want a bearer token with an ID token and a refresh token", first)
	}
	if diff := cmp.Diff([]string{"client", "groups", "offline_access", "openid"}, first.Scopes); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
	if left := time.Until(first.Expiry); left < 59*time.Minute || left > time.Hour {
		t.Errorf("the token expires in %s, want 1h", left)
	}

	few := domain.grant()
	few.Scopes = []string{"openid", "client"}
	second, err := c.RequestToken(t.Context(), few)
	if err != nil {
		t.Fatal(err)
	}
	if second.RefreshToken != "" || second.IDToken == "" || !cmp.Equal(second.Scopes, []string{"client", "openid"}) {
		t.Errorf("got %+v, want an ID token, no refresh token, and the scopes client and openid", second)
	}

	refresh := domain.grant()
	refresh.RefreshToken, refresh.Password = first.RefreshToken, ""
	third, err := c.RequestToken(t.Context(), refresh)
	if err != nil {
		t.Fatal(err)
	}
	if third.AccessToken == first.AccessToken || !cmp.Equal(third.Scopes, first.Scopes) {
		t.Errorf("got %+v, want a new token with the same scopes", third)
	}
	refresh.Scopes = []string{"openid"}
	fourth, err := c.RequestToken(t.Context(), refresh)
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(fourth.Scopes, []string{"openid"}) {
		t.Errorf("got the scopes %+v, want openid", fourth.Scopes)
	}
	domain.wantCounts(t, map[string]int{"token:password": 2, "token:refresh_token": 2})
}

// A wrong password is tried once, even if several applications use it. The client's sign-in and every other
// password still work.
func TestRequestToken_wrongPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t, withGrant(domain.grant()))
	right, wrong := domain.grant(), domain.grant()
	wrong.Password = "wrong"
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			request := wrong
			if i > 4 {
				application := mustCreate(t, domain, fmt.Sprint("other-", i))
				request.ClientID, request.ClientSecret = application.ClientID, application.Secret
			}
			var e *client.Error
			if _, err := c.RequestToken(t.Context(), request); !errors.As(err, &e) || e.Name != "invalid_grant" {
				t.Errorf("got %v, want invalid_grant", err)
			}
		})
	}
	all.Wait()
	wantNoErrors(t, inParallel(t, c, 1))
	for range 2 {
		if _, err := c.RequestToken(t.Context(), right); err != nil {
			t.Error(err)
		}
	}
	domain.wantCounts(t, map[string]int{"token:password": 1 + 3, "identity.CreateApplication": 5, "identity.GetUserInfo": 1})

	// If the client secret also differs, it may be the wrong one of the two, so the password is tried
	// again.
	domain.ResetRequests()
	right.ClientSecret = "wrong"
	for range 2 {
		if _, err := c.RequestToken(t.Context(), right); err == nil {
			t.Error("the token request succeeded, want an error for a wrong client secret")
		}
	}
	wantNoErrors(t, inParallel(t, domain.client(t, withGrant(domain.grant())), 1))
	domain.wantCounts(t, map[string]int{"token:password": 3, "identity.GetUserInfo": 1})
}

// If the provider's own password is wrong, a data source doesn't try it again.
func TestRequestToken_ownPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	wrong := domain.grant()
	wrong.Password = "wrong"
	c := domain.client(t, withGrant(wrong))
	for range 2 {
		if _, err := c.GetUserInfo(t.Context()); err == nil {
			t.Error("the call succeeded, want an error for a wrong password")
		}
		if _, err := c.RequestToken(t.Context(), wrong); err == nil {
			t.Error("the token request succeeded, want an error for a wrong password")
		}
	}
	domain.wantCounts(t, map[string]int{"token:password": 1})
}

// A failure that is not a refusal of the password is not remembered.
func TestRequestToken_failureIsNotRemembered(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t)
	domain.InjectFault(mockserver.Fault{Operation: "token:password", Status: 500})
	if _, err := c.RequestToken(t.Context(), domain.grant()); err == nil {
		t.Error("the token request succeeded, want the injected fault")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.RequestToken(ctx, domain.grant()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a cancelled context", err)
	}
	if _, err := c.RequestToken(t.Context(), domain.grant()); err != nil {
		t.Error(err)
	}
}

// A call that waits for the first use of a password stops when its context ends.
func TestRequestToken_cancelWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(30 * time.Second)
			jsonReply(200, `{"access_token":"t"}`)(w, r)
		}))
		request := client.TokenRequest{TokenURL: inMemoryURL, Username: "u", Password: "pass"}
		first := make(chan error, 1)
		go func() {
			_, err := c.RequestToken(t.Context(), request)
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := c.RequestToken(ctx, request); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("got %v after %s, want a deadline exceeded after 1s", err, time.Since(start))
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
	})
}

func mustCreate(t *testing.T, domain *domain, clientID string) *identity.OAuthApplication {
	t.Helper()
	application, err := domain.client(t).CreateApplication(t.Context(), identity.CreateApplicationRequest{
		ClientID: clientID, DisplayName: clientID, Type: "Native",
	})
	if err != nil {
		t.Error(err)
		return &identity.OAuthApplication{}
	}
	return application
}

func TestRequestToken_badURL(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, inMemoryURL).RequestToken(t.Context(), client.TokenRequest{TokenURL: "http://canary.com"})
	if err == nil || !strings.HasPrefix(err.Error(), "the token URL cannot be used: ") {
		t.Errorf("got %v, want an error about the token URL", err)
	}
	wantNoSecrets(t, "the error", fmt.Sprint(err), "canary")
}

func TestRequestToken_requestedScope(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		request client.TokenRequest
		want    []string
	}{
		"password":                {client.TokenRequest{Password: "pass"}, []string{"openid client groups offline_access"}},
		"password, own scopes":    {client.TokenRequest{Password: "pass", Scopes: []string{"b", "a"}}, []string{"b a"}},
		"refresh token":           {client.TokenRequest{RefreshToken: "r"}, nil},
		"refresh token, narrowed": {client.TokenRequest{RefreshToken: "r", Scopes: []string{"openid"}}, []string{"openid"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var form url.Values
			c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := r.ParseForm(); err != nil {
					t.Error(err)
				}
				form = r.PostForm
				jsonReply(200, `{"access_token":"t"}`)(w, r)
			}))
			test.request.TokenURL = inMemoryURL
			token, err := c.RequestToken(t.Context(), test.request)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, form["scope"]); diff != "" {
				t.Errorf("scope (-want +got):\n%s", diff)
			}
			// If a server doesn't rotate refresh tokens, it still accepts the old one.
			if token.RefreshToken != test.request.RefreshToken || token.Scopes != nil || token.TokenType != "Bearer" {
				t.Errorf("got %+v, want a bearer token with the old refresh token", token)
			}
		})
	}
}

func TestAccessToken_withoutRefreshToken(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t, withGrant(domain.grant()))
	for range 2 {
		token, err := c.AccessToken(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if token.RefreshToken != "" || token.IDToken == "" || token.AccessToken == "" {
			t.Errorf("got %t, %t, %t for the access, ID and refresh tokens, want only the first two", token.AccessToken != "", token.IDToken != "", token.RefreshToken != "")
		}
	}
	// The client itself keeps the refresh token.
	domain.RevokeTokens()
	wantNoErrors(t, inParallel(t, c, 1))
	domain.wantCounts(t, map[string]int{"token:password": 1, "token:refresh_token": 1, "identity.GetUserInfo": 2})
}

func TestToken_expiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		in := func(d time.Duration) string { return fmt.Sprint(now.Add(d).Unix()) }
		tests := map[string]struct {
			answer string
			want   time.Duration // Zero means that the expiry is unknown.
		}{
			"number":                  {`"access_token":"t","expires_in":600`, 10 * time.Minute},
			"string":                  {`"access_token":"t","expires_in":"600"`, 10 * time.Minute},
			"missing":                 {`"access_token":"t"`, 0},
			"null":                    {`"access_token":"t","expires_in":null`, 0},
			"zero":                    {`"access_token":"t","expires_in":0`, 0},
			"absurd":                  {`"access_token":"t","expires_in":9223372036854775807`, (1<<31 - 1) * time.Second},
			"negative":                {`"access_token":"t","expires_in":-600`, -10 * time.Minute},
			"response and JWT differ": {`"access_token":"` + jwtExpiring(in(time.Hour)) + `","expires_in":600`, 10 * time.Minute},
			"JWT":                     {`"access_token":"` + jwtExpiring(in(time.Hour)) + `"`, time.Hour},
			"JWT, fraction":           {`"access_token":"` + jwtExpiring(in(time.Hour)+".5") + `"`, time.Hour},
			"JWT, exponent":           {`"access_token":"` + jwtExpiring("1e300") + `"`, 0},
			"JWT, negative":           {`"access_token":"` + jwtExpiring("-5") + `"`, 0},
			"JWT, string":             {`"access_token":"` + jwtExpiring(`"soon"`) + `"`, 0},
			"JWT, null":               {`"access_token":"` + jwtExpiring("null") + `"`, 0},
			"JWT, year 10000":         {`"access_token":"` + jwtExpiring("253402300800") + `"`, 0},
			"JWT, no base64":          {`"access_token":"a.!!!.c"`, 0},
			"JWT, no JSON":            {`"access_token":"a.YWJj.c"`, 0},
			"JWT, array":              {`"access_token":"a.W10.c"`, 0},
			"two parts":               {`"access_token":"a.b"`, 0},
			"dots":                    {`"access_token":".."`, 0},
			"JWE of five parts":       {`"access_token":"a.b.c.d.e"`, 0},
		}
		for name, test := range tests {
			c := newClientInMemory(t, jsonReply(200, "{"+test.answer+"}"))
			token, err := c.RequestToken(t.Context(), client.TokenRequest{TokenURL: inMemoryURL})
			switch {
			case err != nil:
				t.Errorf("%s: got %v, want no error", name, err)
			case test.want == 0 && !token.Expiry.IsZero():
				t.Errorf("%s: expires at %s, want an unknown expiry", name, token.Expiry)
			case test.want != 0 && token.Expiry.Sub(now).Round(time.Second) != test.want:
				t.Errorf("%s: expires in %s, want %s", name, token.Expiry.Sub(now), test.want)
			}
		}
	})
}

func TestRequestToken_badResponses(t *testing.T) {
	t.Parallel()
	const noToken = "The response is not a token in JSON. Check that this is the URL of a token endpoint."
	tests := map[string]struct {
		handler http.HandlerFunc
		want    client.Error
	}{
		"HTML":                    {reply(200, "text/html", "<title>canary</title>"), client.Error{StatusCode: 200, Unusable: noToken}},
		"empty":                   {reply(200, "", ""), client.Error{StatusCode: 200, Unusable: noToken}},
		"204":                     {reply(204, "", ""), client.Error{StatusCode: 200, Unusable: noToken}},
		"JSON array":              {jsonReply(200, `["canary"]`), client.Error{StatusCode: 200, Unusable: noToken}},
		"JSON null":               {jsonReply(200, `null`), client.Error{StatusCode: 200, Unusable: noToken}},
		"other JSON":              {jsonReply(200, `{"token":"canary"}`), client.Error{StatusCode: 200, Unusable: noToken}},
		"empty token":             {jsonReply(200, `{"access_token":""}`), client.Error{StatusCode: 200, Unusable: noToken}},
		"null token":              {jsonReply(200, `{"access_token":null}`), client.Error{StatusCode: 200, Unusable: noToken}},
		"numeric token":           {jsonReply(200, `{"access_token":31337}`), client.Error{StatusCode: 200, Unusable: noToken}},
		"line break in the token": {jsonReply(200, `{"access_token":"canary\ncanary"}`), client.Error{StatusCode: 200, Unusable: noToken}},
		"odd expiry":              {jsonReply(200, `{"access_token":"canary","expires_in":{}}`), client.Error{StatusCode: 200, Unusable: noToken}},
		"cut off":                 {jsonReply(200, `{"access_token":"canary`), client.Error{StatusCode: 200, Unusable: noToken}},
		"200 with error": {
			jsonReply(200, `{"error":"invalid_grant","error_description":"No."}`),
			client.Error{StatusCode: 200, Name: "invalid_grant", Detail: "No."},
		},
		"OAuth error": {
			jsonReply(401, `{"error":"invalid_client","error_description":"No."}`),
			client.Error{StatusCode: 401, Name: "invalid_client", Detail: "No."},
		},
		"OAuth error, wrong type": {
			jsonReply(400, `{"error":7,"error_description":["No."]}`),
			client.Error{StatusCode: 400, Unusable: "The response is JSON, but not an error in LUSID's format."},
		},
		"OAuth error, no description": {jsonReply(400, `{"error":"invalid_scope"}`), client.Error{StatusCode: 400, Name: "invalid_scope"}},
		"Okta error": {
			jsonReply(404, `{"errorCode":"E0000007","errorSummary":"Not found"}`),
			client.Error{StatusCode: 404, Name: "E0000007", Detail: "Not found"},
		},
		"400, empty": {reply(400, "", ""), client.Error{StatusCode: 400}},
		"HTML 502": {
			reply(502, "text/html", "<title>Bad gateway</title>"),
			client.Error{
				StatusCode: 502,
				Unusable:   `The response is an HTML page titled "Bad gateway". It comes from something between here and LUSID, such as a proxy.`,
				NotJSON:    true,
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, test.handler)
			c := newClient(t, inMemoryURL, func(c *client.Config) { c.CorrelationID = "me-1" })
			_, err := c.RequestToken(t.Context(), client.TokenRequest{TokenURL: server, Username: "u", Password: "pass"})
			var got *client.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want a *client.Error", err)
			}
			test.want.Operation, test.want.Method, test.want.URL, test.want.CorrelationID = client.OperationToken, "POST", server, "me-1"
			if diff := cmp.Diff(&test.want, got, cmpopts.IgnoreUnexported(client.Error{})); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			wantNoSecrets(t, "the error", err.Error(), "canary", "31337")
		})
	}
}

func TestRequestToken_minimalResponse(t *testing.T) {
	t.Parallel()
	token, err := newClientInMemory(t, jsonReply(200,
		`{"access_token":"t","token_type":"bearer","scope":["a"],"id_token":7,"refresh_token":null,"x":{}}`)).
		RequestToken(t.Context(), client.TokenRequest{TokenURL: inMemoryURL})
	if diff := cmp.Diff(&client.Token{AccessToken: "t", TokenType: "Bearer"}, token); diff != "" || err != nil {
		t.Errorf("got the error %v, token (-want +got):\n%s", err, diff)
	}
}

func TestRequestToken_noResponse(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := newClient(t, inMemoryURL).RequestToken(t.Context(), client.TokenRequest{
		TokenURL:     server,
		Username:     "u",
		Password:     "canary",
		ClientSecret: "canary",
	})
	if err == nil || strings.Count(err.Error(), server) != 1 || !strings.HasPrefix(err.Error(), client.OperationToken+": ") {
		t.Errorf("got %v, want a token error that contains the URL once", err)
	}
	wantNoSecrets(t, "the error", fmt.Sprint(err), "canary")
}
