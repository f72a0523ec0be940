package mockserver_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// domain is a running mock server and a plain HTTP client for it.
type domain struct {
	*mockserver.Server
	t      *testing.T
	url    string
	client *http.Client
}

// newDomain starts a domain. The test fails at its end if the mock violated the contract.
func newDomain(t *testing.T, options mockserver.Options) *domain {
	t.Helper()
	d := newBrokenDomain(t, options)
	t.Cleanup(func() {
		if diff := cmp.Diff([]string(nil), d.ContractViolations()); diff != "" {
			t.Errorf("contract violations (-want +got):\n%s", diff)
		}
	})
	return d
}

// newBrokenDomain is newDomain for a test in which the mock violates the contract.
func newBrokenDomain(t *testing.T, options mockserver.Options) *domain {
	t.Helper()
	server := mockserver.New(options)
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	return &domain{Server: server, t: t, url: listener.URL, client: listener.Client()}
}

// loopback is the base URL of requests that are handled without a listener.
const loopback = "http://127.0.0.1"

// in returns the domain for a subtest.
func (d *domain) in(t *testing.T) *domain {
	return &domain{Server: d.Server, t: t, url: d.url, client: d.client}
}

// request is one HTTP request. If the bearer is not set, the token has full rights.
type request struct {
	method, path, body, contentType, bearer string
	header                                  map[string]string
}

const noBearer = "none"

type reply struct {
	status int
	header http.Header
	body   string
}

func (d *domain) try(r request) (reply, error) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), r.method, d.url+r.path, strings.NewReader(r.body))
	if err != nil {
		d.t.Fatal(err)
	}
	switch r.bearer {
	case noBearer:
	case "":
		req.Header.Set("Authorization", "Bearer "+d.Credentials().AccessToken)
	default:
		req.Header.Set("Authorization", "Bearer "+r.bearer)
	}
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	// Like curl, the client must not send a failed request again without the test's knowledge.
	req.GetBody = nil
	req.Close = true
	response, err := d.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return reply{status: response.StatusCode, header: response.Header, body: string(body)}, err
}

func (d *domain) do(r request) reply {
	d.t.Helper()
	got, err := d.try(r)
	if err != nil {
		d.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	return got
}

func (d *domain) get(path string) reply {
	d.t.Helper()
	return d.do(request{method: http.MethodGet, path: path})
}

func (d *domain) post(path, body string) reply {
	d.t.Helper()
	return d.do(request{method: http.MethodPost, path: path, body: body})
}

func (d *domain) put(path, body string) reply {
	d.t.Helper()
	return d.do(request{method: http.MethodPut, path: path, body: body})
}

func (d *domain) delete(path string) reply {
	d.t.Helper()
	return d.do(request{method: http.MethodDelete, path: path})
}

// token posts a form to the token endpoint, with HTTP Basic if credentials are given.
func (d *domain) token(form url.Values, basic ...string) reply {
	d.t.Helper()
	r := request{
		method: http.MethodPost, path: strings.TrimPrefix(d.TokenURL(d.url), d.url), bearer: noBearer,
		body: form.Encode(), contentType: "application/x-www-form-urlencoded",
	}
	if basic != nil {
		req := http.Request{Header: http.Header{}}
		req.SetBasicAuth(basic[0], basic[1])
		r.header = map[string]string{"Authorization": req.Header.Get("Authorization")}
	}
	return d.do(r)
}

// passwordForm returns the form of the password grant in LUSID's articles.
func (d *domain) passwordForm() url.Values {
	c := d.Credentials()
	return url.Values{
		"grant_type": {"password"}, "username": {c.Username}, "password": {c.Password},
		"client_id": {c.ClientID}, "client_secret": {c.ClientSecret}, "scope": {"openid client groups offline_access"},
	}
}

// refreshForm returns the form of the refresh grant, which authenticates by HTTP Basic.
func refreshForm(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

// wantStatus fails the test if the status is different.
func (r reply) wantStatus(t *testing.T, status int) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("got status %d, want %d; body: %s", r.status, status, r.body)
	}
	return r
}

// object returns the body as a JSON object.
func (r reply) object(t *testing.T) map[string]any {
	t.Helper()
	return decode[map[string]any](t, r)
}

// text returns a string field of the body, which is a JSON object.
func (r reply) text(t *testing.T, field string) string {
	t.Helper()
	text, ok := r.object(t)[field].(string)
	if !ok {
		t.Fatalf("got no string %q in the body %s", field, r.body)
	}
	return text
}

func decode[T any](t *testing.T, r reply) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		t.Fatalf("got the error %v for the body %s", err, r.body)
	}
	return v
}

const applicationsPath = "/identity/api/applications"

// create creates an application and returns its ID and its secret.
func (d *domain) create(clientID string) (id, secret string) {
	d.t.Helper()
	r := d.post(applicationsPath, `{"clientId":"`+clientID+`","displayName":"The `+clientID+`","type":"Native"}`)
	r.wantStatus(d.t, http.StatusOK)
	return r.text(d.t, "id"), r.text(d.t, "secret")
}

// listed returns the client IDs in a list, in its order, without the domain's own.
func (d *domain) listed() []string {
	d.t.Helper()
	r := d.get(applicationsPath).wantStatus(d.t, http.StatusOK)
	ids := []string{}
	for _, app := range decode[[]map[string]any](d.t, r) {
		if id, _ := app["clientId"].(string); id != d.Credentials().ClientID {
			ids = append(ids, id)
		}
	}
	return ids
}

// wantProblem fails the test unless the reply is LUSID's problem document with the code.
func (r reply) wantProblem(t *testing.T, status, code int) map[string]any {
	t.Helper()
	r.wantStatus(t, status)
	problem := r.object(t)
	if problem["code"] != float64(code) || problem["status"] != float64(status) {
		t.Fatalf("got code %v and status %v, want %d and %d; body: %s", problem["code"], problem["status"], code, status, r.body)
	}
	instance, _ := problem["instance"].(string)
	if parts := strings.Split(instance, "/"); len(parts) < 7 || parts[6] == "" || parts[6] != r.header.Get("lusid-meta-requestid") {
		t.Errorf("got the instance %q, want the request ID %q as its segment 6", instance, r.header.Get("lusid-meta-requestid"))
	}
	return problem
}
