package mockserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestRequestLog(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now }})
	header := map[string]string{"User-Agent": "test/1.0", "CorrelationId": "abc", "X-LUSID-Application": "tests"}
	r := d.do(request{method: http.MethodGet, path: applicationsPath + "/missing?includeSecret=true&token=canary", header: header})
	if got := r.header.Get("lusid-meta-correlationid"); got != "abc" {
		t.Errorf("got the lusid-meta-correlationid %q, want that of the request", got)
	}
	d.InjectFault(mockserver.Fault{Operation: "identity.ListApplications", Status: 503})
	d.do(request{method: http.MethodGet, path: applicationsPath, header: header})

	want := []mockserver.Request{
		{
			Time: now, Method: "GET", Path: applicationsPath + "/missing", Query: "includeSecret=true&token=redacted",
			Operation: "identity.GetApplication", Status: 404, UserAgent: "test/1.0", Application: "tests", CorrelationID: "abc",
			RequestID: r.header.Get("lusid-meta-requestid"),
		},
		{
			Time: now, Method: "GET", Path: applicationsPath,
			Operation: "identity.ListApplications", Status: 503, UserAgent: "test/1.0", Application: "tests", CorrelationID: "abc", Fault: true,
		},
	}
	got := d.Requests()
	if len(got) != 2 || got[1].RequestID == "" || got[1].RequestID == got[0].RequestID {
		t.Errorf("got the requests %+v, want two with different request IDs", got)
	}
	second := cmp.FilterPath(func(p cmp.Path) bool { return p.Index(1).String() == "[1]" && p.Last().String() == ".RequestID" }, cmp.Ignore())
	if diff := cmp.Diff(want, got, second); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"identity.GetApplication": 1, "identity.ListApplications": 1}, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}

	d.ResetRequests()
	d.get("/identity/api/me")
	if diff := cmp.Diff(map[string]int{"identity.GetUserInfo": 1}, d.Counts()); diff != "" {
		t.Errorf("counts after the reset (-want +got):\n%s", diff)
	}
}

func TestRequestLog_names(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	refresh := d.token(d.passwordForm()).text(t, "refresh_token")
	d.token(refreshForm(refresh), d.Credentials().ClientID, d.Credentials().ClientSecret)
	d.token(map[string][]string{"grant_type": {"client_credentials"}})
	d.get("/api/instruments")
	d.get("/api/api/portfolios")
	d.get(policiesPath + "/missing")
	id, _ := d.create("example-sdk-app")
	d.post(applicationsPath+"/"+id+"/lifecycle/$newsecret", "")
	d.delete(applicationsPath + "/" + id)
	d.get("/nowhere")
	var got []string
	for _, request := range d.Requests() {
		got = append(got, request.Operation)
	}
	want := []string{
		"token:password", "token:refresh_token", "token", "instruments", "portfolios", "access.GetPolicy", "identity.CreateApplication",
		"identity.RotateApplicationSecrets", "identity.DeleteApplication", "unknown",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

// The log of a domain that runs for days must not grow without limit.
func TestRequestLog_isBounded(t *testing.T) {
	t.Parallel()
	s := mockserver.New(mockserver.Options{})
	send := func(path string, n int) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, loopback+path, nil)
		for range n {
			s.ServeHTTP(httptest.NewRecorder(), r)
		}
	}
	type report struct {
		Counts   map[string]int
		Dropped  int
		Requests []mockserver.Request
	}
	look := func() report {
		t.Helper()
		w := serve(t, s, http.MethodGet, "/_mock/requests", "localhost", nil)
		return decode[report](t, reply{body: w.Body.String()})
	}

	const bound = 10_000
	send("/first", 1)
	send("/nowhere", bound-1)
	if got := look(); got.Dropped != 0 || len(got.Requests) != bound || got.Requests[0].Path != "/first" {
		t.Errorf("at the bound: got %d dropped and %d kept, want 0 and %d", got.Dropped, len(got.Requests), bound)
	}
	send("/api/instruments", bound/2)
	send("/last", 3)
	got := look()
	if got.Dropped != bound/2+3 || len(got.Requests) != bound {
		t.Errorf("past the bound: got %d dropped and %d kept, want %d and %d", got.Dropped, len(got.Requests), bound/2+3, bound)
	}
	if diff := cmp.Diff(map[string]int{"unknown": bound + 3, "instruments": bound / 2}, got.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	// The latest requests are kept, in order of arrival.
	for i, want := range map[int]string{
		0: "/nowhere", bound - bound/2 - 4: "/nowhere", bound - bound/2 - 3: "/api/instruments",
		bound - 4: "/api/instruments", bound - 3: "/last", bound - 1: "/last",
	} {
		if path := got.Requests[i].Path; path != want {
			t.Errorf("request %d: got %s, want %s", i, path, want)
		}
	}

	s.ResetRequests()
	send("/nowhere", 2)
	if got := look(); got.Dropped != 0 || len(got.Requests) != 2 || got.Counts["unknown"] != 2 {
		t.Errorf("after the reset: got %+v, want 2 requests", got)
	}
}

// A log line, the message of a failed test and the control API contain no secret.
func TestRequestLog_holdsNoSecret(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	c := d.Credentials()
	granted := d.token(d.passwordForm())
	d.token(refreshForm(granted.text(t, "refresh_token")), c.ClientID, c.ClientSecret)
	id, secret := d.create("example-sdk-app")
	d.get(applicationsPath + "/" + id + "?includeSecret=true&password=" + c.ClientSecret)
	d.do(request{method: http.MethodGet, path: "/nowhere?access_token=" + c.AccessToken, bearer: granted.text(t, "access_token")})
	created := d.post(keysPath, `{"displayName":"Example"}`)
	key := created.text(t, "key")
	d.as(key, http.MethodDelete, keysPath+"/"+created.text(t, "id"), "")
	user := d.createUser("user@example.com")
	if err := d.SignUp(user, "chosen-password"); err != nil {
		t.Fatal(err)
	}
	temporary := d.post(usersPath+"/"+user+"/lifecycle/$expirepassword", "").text(t, "password")

	shown, err := json.Marshal(d.Requests())
	if err != nil {
		t.Fatal(err)
	}
	log := string(shown) + d.get("/_mock/requests").body
	for name, value := range map[string]string{
		"password": c.Password, "client secret": c.ClientSecret, "personal access token": c.AccessToken,
		"access token": granted.text(t, "access_token"), "refresh token": granted.text(t, "refresh_token"),
		"application's secret": secret, "key": key, "chosen password": "chosen-password", "temporary password": temporary,
	} {
		if strings.Contains(log, value) {
			t.Errorf("the log contains the %s", name)
		}
	}
	if len(d.Requests()) != 9 {
		t.Errorf("got %d logged requests, want 9", len(d.Requests()))
	}
}

// TestRequestLog_cutsLongTexts limits the size that one request can add to the log.
func TestRequestLog_cutsLongTexts(t *testing.T) {
	t.Parallel()
	s := mockserver.New(mockserver.Options{})
	long := strings.Repeat("x", 100_000)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, loopback+"/"+long, nil)
	r.Header.Set("User-Agent", long)
	r.Header.Set("X-Lusid-Application", long)
	r.Header.Set("Correlationid", long)
	s.ServeHTTP(httptest.NewRecorder(), r)
	if got := serve(t, s, http.MethodGet, "/_mock/requests", "localhost", nil).Body.Len(); got > 10_000 {
		t.Errorf("one request takes %d bytes of the log, want at most 10000", got)
	}
}
