package provider_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"golang.org/x/oauth2"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/provider"
)

// factories serve the provider from within the test. A step of terraform-plugin-testing is seven
// or more commands of the CLI, each with a server of its own: keep steps few.
var factories = map[string]func() (tfprotov6.ProviderServer, error){
	"lusid": func() (tfprotov6.ProviderServer, error) { return provider.NewServer("test"), nil },
}

func isLive() bool { return os.Getenv("LUSID_ACC_LIVE") != "" }

// domain is the LUSID domain that a test works in: a mock of its own or, in a live run, the one
// that FBN_* leads to.
type domain struct {
	// mock is nil in a live run.
	mock  *mockserver.Server
	url   string
	token string
	// direct carries the tests' own calls; the network does where it is nil.
	direct http.RoundTripper
}

// newDomain is for tests that any domain passes.
func newDomain(t *testing.T) domain {
	t.Helper()
	if !isLive() {
		return newMock(t, mockserver.Options{})
	}
	d, err := liveDomain()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// newMock is for tests that look behind the API, or make it fail.
func newMock(t *testing.T, options mockserver.Options) domain {
	t.Helper()
	return newMockBehind(t, options, func(mock http.Handler) http.Handler { return mock })
}

// newMockBehind puts a handler in front of a mock.
func newMockBehind(t *testing.T, options mockserver.Options, front func(http.Handler) http.Handler) domain {
	t.Helper()
	if isLive() {
		t.Skip("needs the mock")
	}
	// A request that does not encode the plus sign signs in as nobody.
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
	return domain{mock: mock, url: server.URL, token: mock.Credentials().AccessToken}
}

func liveDomain() (domain, error) {
	d := domain{
		url:   cmp.Or(os.Getenv("FBN_IDENTITY_URL"), os.Getenv("FBN_BASE_URL"), os.Getenv("FBN_LUSID_URL")),
		token: os.Getenv("FBN_ACCESS_TOKEN"),
	}
	for _, suffix := range []string{"/", "/api", "/identity"} {
		d.url = strings.TrimSuffix(d.url, suffix)
	}
	if d.url == "" {
		return d, errors.New("LUSID_ACC_LIVE needs FBN_IDENTITY_URL, FBN_BASE_URL or FBN_LUSID_URL")
	}
	if d.token != "" {
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
		d.token = token.AccessToken
	}
	return d, err
}

// config puts the provider block that leads to the domain in front of a configuration.
func (d domain) config(hcl string) string {
	if d.mock == nil {
		return hcl
	}
	return providerBlock(object{"api_url": d.url, "access_token": d.token}) + hcl
}

// providerBlock writes a provider block, or one of its aliases where "alias" is set.
func providerBlock(arguments object) string {
	return "provider \"lusid\" " + hclValue(arguments) + "\n"
}

// passwordArguments are the five that sign in with user name and password.
func (d domain) passwordArguments() object {
	credentials := d.mock.Credentials()
	return object{
		"api_url":       d.url,
		"token_url":     d.mock.TokenURL(d.url),
		"username":      credentials.Username,
		"password":      credentials.Password,
		"client_id":     credentials.ClientID,
		"client_secret": credentials.ClientSecret,
	}
}

// expression is HCL that hclValue leaves as it is.
type expression string

func hclValue(v any) string {
	switch v := v.(type) {
	case expression:
		return string(v)
	case string:
		return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(v))
	case []string:
		var elements []string
		for _, element := range v {
			elements = append(elements, hclValue(element))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case object:
		var b strings.Builder
		b.WriteString("{\n")
		for name, value := range v {
			fmt.Fprintf(&b, "%s = %s\n", name, hclValue(value))
		}
		return b.String() + "}"
	case []any:
		var b strings.Builder
		for _, element := range v {
			b.WriteString(hclValue(element) + ",\n")
		}
		return "[" + b.String() + "]"
	default:
		return fmt.Sprint(v)
	}
}

// newName is a client id and display name that no other test uses, and that sweepers know.
func newName() string { return namePrefix + strings.ToLower(rand.Text()[:12]) }

const namePrefix = "tf-acc-"

// application is OAuthApplication; the provider's own type would hide a wrong JSON tag.
type application struct {
	ID          string `json:"id"`
	ClientID    string `json:"clientId"`
	DisplayName string `json:"displayName"`
	Type        string `json:"type"`
	Issuer      string `json:"issuer"`
	Secret      string `json:"secret"`
}

// createApplication creates an application behind Terraform's back.
func (d domain) createApplication(t *testing.T, clientID, displayName, kind string) application {
	t.Helper()
	var created application
	body := map[string]string{"clientId": clientID, "displayName": displayName, "type": kind}
	d.mustCall(t, http.MethodPost, "/applications", body, &created)
	t.Cleanup(func() { _ = d.call(context.Background(), http.MethodDelete, "/applications/"+created.ID, nil, nil) })
	return created
}

func (d domain) deleteApplication(t *testing.T, clientID string) {
	t.Helper()
	d.mustCall(t, http.MethodDelete, "/applications/"+d.application(t, clientID).ID, nil, nil)
}

// rotateApplication gives an application a new secret behind Terraform's back.
func (d domain) rotateApplication(t *testing.T, clientID string) application {
	t.Helper()
	var rotated application
	d.mustCall(t, http.MethodPost, "/applications/"+d.application(t, clientID).ID+"/lifecycle/$newsecret", nil, &rotated)
	return rotated
}

// application reads the application with a client id, and its secret.
func (d domain) application(t *testing.T, clientID string) application {
	t.Helper()
	for _, listed := range d.applications(t) {
		if listed.ClientID == clientID {
			d.mustCall(t, http.MethodGet, "/applications/"+listed.ID+"?includeSecret=true", nil, &listed)
			return listed
		}
	}
	t.Fatalf("the domain has no application %s", clientID)
	return application{}
}

func (d domain) applications(t *testing.T) []application {
	t.Helper()
	var list []application
	d.mustCall(t, http.MethodGet, "/applications", nil, &list)
	return list
}

// mustCall calls the Identity API. An injected fault meets these calls too.
func (d domain) mustCall(t *testing.T, method, path string, body, out any) {
	t.Helper()
	if err := d.call(context.Background(), method, path, body, out); err != nil {
		t.Fatal(err)
	}
}

func (d domain) call(ctx context.Context, method, path string, body, out any) error {
	var payload io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, d.url+"/identity/api"+path, payload)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+d.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", testUserAgent)
	response, err := (&http.Client{Transport: d.direct}).Do(request)
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

// testUserAgent tells the calls of the tests from the provider's.
const testUserAgent = "acceptance-test"

// requests are those that the provider made since the mock started or since forget.
func (d domain) requests() []mockserver.Request {
	var requests []mockserver.Request
	for _, request := range d.mock.Requests() {
		if request.UserAgent != testUserAgent {
			requests = append(requests, request)
		}
	}
	return requests
}

// counts are the provider's requests by operation.
func (d domain) counts() map[string]int {
	counts := map[string]int{}
	for _, request := range d.requests() {
		counts[request.Operation]++
	}
	return counts
}

func (d domain) forget() { d.mock.ResetRequests() }

func sweepApplications(string) error {
	d, err := liveDomain()
	if err != nil {
		return err
	}
	var list []application
	if err := d.call(context.Background(), http.MethodGet, "/applications", nil, &list); err != nil {
		return err
	}
	for _, listed := range list {
		if strings.HasPrefix(listed.ClientID, namePrefix) {
			err = errors.Join(err, d.call(context.Background(), http.MethodDelete, "/applications/"+listed.ID, nil, nil))
		}
	}
	return err
}

// checkGone checks after a destroy that the applications with these client ids are gone.
func (d domain) checkGone(t *testing.T, clientIDs ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		for _, left := range d.applications(t) {
			if slices.Contains(clientIDs, left.ClientID) {
				return fmt.Errorf("the application %s is still there", left.ClientID)
			}
		}
		return nil
	}
}
