package providertest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"golang.org/x/oauth2"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/provider"
)

// Domain is the LUSID domain of a test: a new mock or, in a live run, the domain in FBN_*.
type Domain struct {
	// Mock is nil in a live run.
	Mock  *mockserver.Server
	URL   string
	Token string
	// Direct is the transport of the test's own requests. Nil means the network.
	Direct http.RoundTripper
}

// NewMock returns a new mock. Use it in tests that inspect the mock or inject faults.
func NewMock(t *testing.T, options mockserver.Options) Domain {
	t.Helper()
	return NewMockBehind(t, options, func(mock http.Handler) http.Handler { return mock })
}

// NewMockBehind returns a new mock behind a handler.
func NewMockBehind(t *testing.T, options mockserver.Options, front func(http.Handler) http.Handler) Domain {
	t.Helper()
	if isLive() {
		t.Skip("needs the mock")
	}
	// The username contains a plus sign, so a request that doesn't encode the sign fails to sign in.
	options.Seed.User.Username = cmp.Or(options.Seed.User.Username, "terraform+ci@example.com")
	mock := mockserver.New(options)
	server := httptest.NewServer(front(mock))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		for _, violation := range mock.ContractViolations() {
			t.Error(violation)
		}
	})
	return Domain{Mock: mock, URL: server.URL, Token: mock.Credentials().AccessToken}
}

// NewDomain returns a mock or, in a live run, a real domain. Use it in tests that pass on any domain.
func NewDomain(t *testing.T) Domain {
	t.Helper()
	if !isLive() {
		return NewMock(t, mockserver.Options{})
	}
	d, err := liveDomain()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func isLive() bool { return os.Getenv("LUSID_ACC_LIVE") != "" }

func liveDomain() (Domain, error) {
	d := Domain{
		URL:   cmp.Or(os.Getenv("FBN_IDENTITY_URL"), os.Getenv("FBN_BASE_URL"), os.Getenv("FBN_LUSID_URL")),
		Token: os.Getenv("FBN_ACCESS_TOKEN"),
	}
	for _, suffix := range []string{"/", "/api", "/identity"} {
		d.URL = strings.TrimSuffix(d.URL, suffix)
	}
	if d.URL == "" {
		return d, errors.New("LUSID_ACC_LIVE needs FBN_IDENTITY_URL, FBN_BASE_URL or FBN_LUSID_URL")
	}
	if d.Token != "" {
		return d, nil
	}
	config := oauth2.Config{
		ClientID:     os.Getenv("FBN_CLIENT_ID"),
		ClientSecret: os.Getenv("FBN_CLIENT_SECRET"),
		Endpoint:     oauth2.Endpoint{TokenURL: os.Getenv("FBN_TOKEN_URL"), AuthStyle: oauth2.AuthStyleInParams},
		Scopes:       []string{"openid", "client", "groups"},
	}
	token, err := config.PasswordCredentialsToken(context.Background(), os.Getenv("FBN_USERNAME"), os.Getenv("FBN_PASSWORD"))
	if err == nil {
		d.Token = token.AccessToken
	}
	return d, err
}

// Config adds the provider block for the domain to a configuration.
func (d Domain) Config(hcl string) string {
	if d.Mock == nil {
		return hcl
	}
	return ProviderBlock(Object{"api_url": d.URL, "access_token": d.Token}) + hcl
}

// PasswordArguments returns the five arguments to sign in with user name and password.
func (d Domain) PasswordArguments() Object {
	credentials := d.Mock.Credentials()
	return Object{
		"api_url":       d.URL,
		"token_url":     d.Mock.TokenURL(d.URL),
		"username":      credentials.Username,
		"password":      credentials.Password,
		"client_id":     credentials.ClientID,
		"client_secret": credentials.ClientSecret,
	}
}

// Environment returns the five FBN_* variables of a password sign-in, and the variable of the domain.
func (d Domain) Environment() []string {
	own := d.PasswordArguments()
	return []string{
		fmt.Sprint("FBN_IDENTITY_URL=", d.URL, "/identity"),
		fmt.Sprint("FBN_TOKEN_URL=", own["token_url"]),
		fmt.Sprint("FBN_USERNAME=", own["username"]),
		fmt.Sprint("FBN_PASSWORD=", own["password"]),
		fmt.Sprint("FBN_CLIENT_ID=", own["client_id"]),
		fmt.Sprint("FBN_CLIENT_SECRET=", own["client_secret"]),
	}
}

// Section returns the values that LUSID exports to a section of secrets.json.
func (d Domain) Section() map[string]any {
	own := d.PasswordArguments()
	return map[string]any{
		"identityUrl": d.URL + "/identity", "tokenUrl": own["token_url"], "username": own["username"],
		"password": own["password"], "clientId": own["client_id"], "clientSecret": own["client_secret"],
	}
}

// Protocol returns a provider that is configured for the domain. The arguments are added or replaced.
func (d Domain) Protocol(t *testing.T, arguments ...Object) *Protocol {
	t.Helper()
	config := Object{"api_url": d.URL, "access_token": d.Token}
	for _, more := range arguments {
		maps.Copy(config, more)
	}
	p := NewProtocol(t)
	p.Configure(config).MustSucceed(t)
	return p
}

// SignedIn returns a provider that signs in with a password.
func (d Domain) SignedIn(t *testing.T) *Protocol {
	t.Helper()
	p := NewProtocol(t)
	p.Configure(d.PasswordArguments()).MustBeQuiet(t)
	return p
}

// WithRefreshToken returns a provider that signs in with a refresh token. If LUSID refuses the refresh
// token, the provider uses a password.
func (d Domain) WithRefreshToken(t *testing.T) *Protocol {
	t.Helper()
	arguments := d.PasswordArguments()
	arguments["refresh_token"] = d.SignedIn(t).MustGetAccessToken(Object{"scopes": []string{"openid", "offline_access"}}).Get("refresh_token")
	p := NewProtocol(t)
	p.Configure(arguments).MustBeQuiet(t)
	return p
}

// NoRights returns a provider that signs in with a token without rights.
func (d Domain) NoRights(t *testing.T) *Protocol {
	t.Helper()
	return d.Protocol(t, Object{"access_token": d.Mock.Credentials().NoRightsToken})
}

// NotConfigured returns a provider whose credentials are unknown until another resource is created.
func (d Domain) NotConfigured(t *testing.T) *Protocol {
	t.Helper()
	p := NewProtocol(t)
	p.Configure(Object{"api_url": d.URL, "access_token": Unknown}).MustBeQuiet(t)
	return p
}

// MustCall calls the Identity API, or the Access API if the path starts with [AccessAPI]. Injected faults
// also apply to these calls.
func (d Domain) MustCall(t *testing.T, method, path string, body, out any) {
	t.Helper()
	if err := d.Call(context.Background(), method, path, body, out); err != nil {
		t.Fatal(err)
	}
}

// Call is MustCall for a caller that handles the error.
func (d Domain) Call(ctx context.Context, method, path string, body, out any) error {
	var payload io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(encoded)
	}
	target := d.URL + "/identity/api" + path
	if strings.HasPrefix(path, AccessAPI) {
		target = d.URL + path
	}
	request, err := http.NewRequestWithContext(ctx, method, target, payload)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+d.Token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", TestUserAgent)
	response, err := (&http.Client{Transport: d.Direct}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode > 299 {
		return fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(out)
}

// TestUserAgent identifies the requests of the tests among those of the provider.
const TestUserAgent = "acceptance-test"

// NewName returns a unique client ID and display name. Sweepers recognize it.
func NewName() string { return namePrefix + strings.ToLower(rand.Text()[:12]) }

const namePrefix = "tf-acc-"

// Factories serve the provider within the test's process. A step of terraform-plugin-testing runs seven or
// more commands of the CLI, each with a separate server, so use few steps.
var Factories = map[string]func() (tfprotov6.ProviderServer, error){
	"lusid": func() (tfprotov6.ProviderServer, error) { return provider.NewServer("test"), nil },
}

// Rewriter changes the JSON responses of a mock. It is for responses that violate the contract, because the
// mock never sends any.
type Rewriter struct {
	mu sync.Mutex
	// change gets the response to each request of the provider, and returns the response to send.
	change func(r *http.Request, body any) any
}

// Set replaces the change. Nil removes it.
func (w *Rewriter) Set(change func(r *http.Request, body any) any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.change = change
}

// Front wraps a mock: see NewMockBehind.
func (w *Rewriter) Front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		change := w.change
		w.mu.Unlock()
		if change == nil || r.UserAgent() == TestUserAgent {
			mock.ServeHTTP(out, r)
			return
		}
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, r)
		maps.Copy(out.Header(), recorder.Header())
		out.Header().Del("Content-Length")
		out.WriteHeader(recorder.Code)
		var body any
		decoder := json.NewDecoder(bytes.NewReader(recorder.Body.Bytes()))
		if decoder.Decode(&body) == nil {
			_ = json.NewEncoder(out).Encode(change(r, body))
		}
	})
}

// Crew returns a domain with a role and users. The IDs of the users are in order.
func Crew(t *testing.T, options mockserver.Options) (d Domain, roleID, caller string, users []string) {
	t.Helper()
	d = NewMock(t, options)
	var me struct {
		ID string `json:"id"`
	}
	d.MustCall(t, http.MethodGet, "/me", nil, &me)
	for i := range 4 {
		users = append(users, d.CreateUser(t, fmt.Sprintf("user%d@example.com", i), fmt.Sprintf("owner%d@example.com", i)).ID)
	}
	slices.Sort(users)
	return d, d.CreateRole(t, "traders").ID, me.ID, users
}

// WithSomebodyElse returns the options of a mock with a second user, who has a personal access token.
func WithSomebodyElse() mockserver.Options {
	const login = "else@example.com"
	return mockserver.Options{Seed: mockserver.Seed{
		Users:                []mockserver.User{{Username: login, Password: "canary-password", Roles: []string{"lusid-administrator"}}},
		PersonalAccessTokens: []mockserver.PersonalAccessToken{{DisplayName: "Else", Username: login, Key: SomebodyElseKey}},
	}}
}

// SomebodyElseKey is the personal access token of a service user.
const SomebodyElseKey = "canary-key-of-somebody-else"
