package mockserver_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestTokenEndpoint_passwordGrant(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now }})
	r := d.token(d.passwordForm()).wantStatus(t, http.StatusOK)

	body := r.object(t)
	if diff := cmp.Diff("Bearer", body["token_type"]); diff != "" {
		t.Errorf("token_type: %s", diff)
	}
	if diff := cmp.Diff(3600.0, body["expires_in"]); diff != "" {
		t.Errorf("expires_in: %s", diff)
	}
	if diff := cmp.Diff("openid client groups offline_access", body["scope"]); diff != "" {
		t.Errorf("scope: %s", diff)
	}
	for _, token := range []string{"access_token", "refresh_token", "id_token"} {
		if r.text(t, token) == "" {
			t.Errorf("%s is empty", token)
		}
	}
	if got := r.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("got the Cache-Control %q, want no-store", got)
	}
	claims := claims(t, r.text(t, "access_token"))
	if got, want := claims["exp"], float64(now.Add(time.Hour).Unix()); got != want {
		t.Errorf("got the exp %v, want %v", got, want)
	}
	if got, want := claims["cid"], d.Credentials().ClientID; got != want {
		t.Errorf("got the cid %v, want %v", got, want)
	}
	d.do(request{method: http.MethodGet, path: "/identity/api/me", bearer: r.text(t, "access_token")}).wantStatus(t, http.StatusOK)
}

func claims(t *testing.T, jwt string) map[string]any {
	t.Helper()
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		t.Fatalf("got %d parts in the JWT, want 3", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestTokenEndpoint_scopesDecideTokens(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for scope, want := range map[string][2]bool{ // id_token, refresh_token
		"openid client groups":  {true, false},
		"client":                {false, false},
		"client offline_access": {false, true},
	} {
		form := d.passwordForm()
		form.Set("scope", scope)
		body := d.token(form).wantStatus(t, http.StatusOK).object(t)
		_, id := body["id_token"]
		_, refresh := body["refresh_token"]
		if got := [2]bool{id, refresh}; got != want {
			t.Errorf("scope %q: got id_token and refresh_token %v, want %v", scope, got, want)
		}
	}
}

func TestTokenEndpoint_refreshGrant(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	c := d.Credentials()
	first := d.token(d.passwordForm()).wantStatus(t, http.StatusOK)
	refresh := first.text(t, "refresh_token")

	second := d.token(refreshForm(refresh), c.ClientID, c.ClientSecret).wantStatus(t, http.StatusOK)
	if second.text(t, "access_token") == first.text(t, "access_token") {
		t.Error("the refresh grant returned the old access token")
	}
	if got := second.text(t, "refresh_token"); got != refresh {
		t.Error("the refresh grant returned another refresh token")
	}
	if got, want := second.text(t, "scope"), first.text(t, "scope"); got != want {
		t.Errorf("got the scope %q, want that of the first grant, %q", got, want)
	}

	inBody := refreshForm(refresh)
	inBody.Set("client_id", c.ClientID)
	inBody.Set("client_secret", c.ClientSecret)
	inBody.Set("scope", "client")
	third := d.token(inBody).wantStatus(t, http.StatusOK).object(t)
	if _, ok := third["refresh_token"]; ok || third["scope"] != "client" {
		t.Errorf("narrowed scope: got the scope %v and refresh_token %v, want client and false", third["scope"], ok)
	}
	if diff := cmp.Diff(map[string]int{"token:password": 1, "token:refresh_token": 2}, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestTokenEndpoint_errors(t *testing.T) {
	t.Parallel()
	// If a form doesn't encode the plus sign of a login, LUSID reads a space.
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{User: mockserver.User{Username: "terraform+ci@example.com"}}})
	c := d.Credentials()
	refresh := d.token(d.passwordForm()).text(t, "refresh_token")
	_, otherSecret := d.create("other-application")
	narrowForm := d.passwordForm()
	narrowForm.Set("scope", "client offline_access")
	narrow := d.token(narrowForm).text(t, "refresh_token")

	with := func(changes ...string) url.Values {
		form := d.passwordForm()
		for i := 0; i < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
			if changes[i+1] == "" {
				form.Del(changes[i])
			}
		}
		return form
	}
	twice := d.passwordForm()
	twice.Add("scope", "openid")
	wider := refreshForm(narrow)
	wider.Set("scope", "client openid")
	basic := []string{c.ClientID, c.ClientSecret}
	tests := map[string]struct {
		form   url.Values
		basic  []string
		status int
		code   string
	}{
		"no grant type":                        {with("grant_type", ""), nil, 400, "invalid_request"},
		"unsupported grant type":               {with("grant_type", "client_credentials"), nil, 400, "unsupported_grant_type"},
		"a parameter twice":                    {twice, nil, 400, "invalid_request"},
		"no username":                          {with("username", ""), nil, 400, "invalid_request"},
		"wrong username":                       {with("username", "nobody@example.com"), nil, 400, "invalid_grant"},
		"username not encoded":                 {with("username", strings.ReplaceAll(c.Username, "+", " ")), nil, 400, "invalid_grant"},
		"wrong password":                       {with("password", "wrong"), nil, 400, "invalid_grant"},
		"unknown client":                       {with("client_id", "nobody"), nil, 401, "invalid_client"},
		"no client":                            {with("client_id", "", "client_secret", ""), nil, 401, "invalid_client"},
		"no client secret":                     {with("client_secret", ""), nil, 401, "invalid_client"},
		"wrong client secret":                  {with("client_secret", "wrong"), nil, 401, "invalid_client"},
		"wrong client before user":             {with("client_secret", "wrong", "password", "wrong"), nil, 401, "invalid_client"},
		"wrong Basic secret":                   {with("client_id", "", "client_secret", ""), []string{c.ClientID, "wrong"}, 401, "invalid_client"},
		"client credentials twice":             {with(), basic, 400, "invalid_request"},
		"no scope":                             {with("scope", ""), nil, 400, "invalid_scope"},
		"unknown scope":                        {with("scope", "openid everything"), nil, 400, "invalid_scope"},
		"no refresh token":                     {refreshForm(""), basic, 400, "invalid_request"},
		"unknown refresh token":                {refreshForm("wrong"), basic, 400, "invalid_grant"},
		"refresh token of another application": {refreshForm(refresh), []string{"other-application", otherSecret}, 400, "invalid_grant"},
		"refresh with a wider scope":           {wider, basic, 400, "invalid_scope"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := d.in(t).token(test.form, test.basic...).wantStatus(t, test.status)
			if got := r.text(t, "error"); got != test.code {
				t.Errorf("got the error %q, want %q", got, test.code)
			}
			if r.text(t, "error_description") == "" {
				t.Error("got no error_description")
			}
			if got := r.header.Get("WWW-Authenticate"); strings.HasPrefix(got, "Basic ") != (test.status == http.StatusUnauthorized) {
				t.Errorf("got the WWW-Authenticate %q with status %d", got, test.status)
			}
			if got := r.header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("got the Cache-Control %q, want no-store", got)
			}
		})
	}
}

func TestTokenEndpoint_requiresForm(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	path := strings.TrimPrefix(d.TokenURL(d.url), d.url)
	for _, r := range []request{
		{body: `{"grant_type":"password"}`, contentType: "application/json"},
		{body: `grant_type=%zz`, contentType: "application/x-www-form-urlencoded"},
	} {
		r.method, r.path = http.MethodPost, path
		if got := d.do(r).wantStatus(t, http.StatusBadRequest).text(t, "error"); got != "invalid_request" {
			t.Errorf("got the error %q, want invalid_request", got)
		}
	}
	// Credentials in a URL are ignored, because URLs are logged.
	r := d.do(request{
		method: http.MethodPost, path: path + "?" + d.passwordForm().Encode(),
		contentType: "application/x-www-form-urlencoded",
	})
	if got := r.wantStatus(t, http.StatusBadRequest).text(t, "error"); got != "invalid_request" {
		t.Errorf("got the error %q, want invalid_request", got)
	}
}

func TestTokenEndpoint_onlyAtItsPath(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	path := strings.TrimPrefix(d.TokenURL(d.url), d.url)
	for _, wrong := range []string{strings.TrimSuffix(path, "/v1/token"), "/oauth2/other/v1/token"} {
		r := d.do(request{
			method:      http.MethodPost,
			path:        wrong,
			body:        d.passwordForm().Encode(),
			contentType: "application/x-www-form-urlencoded",
		})
		if got := r.wantStatus(t, http.StatusNotFound).text(t, "errorCode"); got != "E0000007" {
			t.Errorf("%s: got the errorCode %q, want Okta's E0000007", wrong, got)
		}
	}
	r := d.get(path).wantStatus(t, http.StatusMethodNotAllowed)
	if got := r.header.Get("Allow"); got != http.MethodPost {
		t.Errorf("got the Allow %q, want POST", got)
	}
}

func TestTokenEndpoint_newApplicationWorksAtOnce(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	id, secret := d.create("example-sdk-app")
	form := d.passwordForm()
	form.Set("client_id", "example-sdk-app")
	form.Set("client_secret", secret)
	refresh := d.token(form).wantStatus(t, http.StatusOK).text(t, "refresh_token")

	rotated := d.post(applicationsPath+"/"+id+"/lifecycle/$newsecret", "").wantStatus(t, http.StatusOK).text(t, "secret")
	d.token(form).wantStatus(t, http.StatusUnauthorized)
	d.token(refreshForm(refresh), "example-sdk-app", secret).wantStatus(t, http.StatusUnauthorized)
	form.Set("client_secret", rotated)
	d.token(form).wantStatus(t, http.StatusOK)
	d.token(refreshForm(refresh), "example-sdk-app", rotated).wantStatus(t, http.StatusOK)

	d.delete(applicationsPath+"/"+id).wantStatus(t, http.StatusNoContent)
	d.token(form).wantStatus(t, http.StatusUnauthorized)
}

func TestTokenEndpoint_passwordCharacters(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, character := range []string{`'`, `"`, `$`, `\`, `%`, ` `, `ü`} {
		if !strings.Contains(d.Credentials().Password, character) {
			t.Errorf("the password does not contain %q", character)
		}
	}
}

// FINBOURNE's Python SDK encodes the password, the client ID and the client secret, but not the login and
// the spaces in the scope.
func TestTokenEndpoint_formOfThePythonSDK(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	c := d.Credentials()
	encode := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	r := d.do(request{
		method: http.MethodPost, path: d.TokenURL(""), bearer: noBearer, contentType: "application/x-www-form-urlencoded",
		body: "grant_type=password&username=" + c.Username + "&password=" + encode(c.Password) +
			"&scope=openid client groups offline_access&client_id=" + encode(c.ClientID) + "&client_secret=" + encode(c.ClientSecret),
	}).wantStatus(t, http.StatusOK)
	r = d.do(request{
		method: http.MethodPost, path: d.TokenURL(""), bearer: noBearer, contentType: "application/x-www-form-urlencoded",
		body: "grant_type=refresh_token&scope=openid client groups offline_access&refresh_token=" + r.text(t, "refresh_token"),
		header: map[string]string{
			"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(c.ClientID+":"+c.ClientSecret)),
		},
	}).wantStatus(t, http.StatusOK)
	// The SDK reads both fields of every response.
	r.text(t, "access_token")
	r.text(t, "refresh_token")
}

// RFC 6749, section 2.3.1: the ID and the secret in HTTP Basic are form-encoded.
func TestTokenEndpoint_encodedBasic(t *testing.T) {
	t.Parallel()
	const secret = "a+b c%d"
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{Applications: []mockserver.Application{
		{ClientID: "example-sdk-app", DisplayName: "Example", Secret: secret},
	}}})
	form := d.passwordForm()
	form.Del("client_id")
	form.Del("client_secret")
	d.token(form, "example-sdk-app", url.QueryEscape(secret)).wantStatus(t, http.StatusOK)
	d.token(form, "example-sdk-app", secret).wantStatus(t, http.StatusOK) // As curl -u sends them.
}
