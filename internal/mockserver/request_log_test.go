package mockserver_test

import (
	"encoding/json"
	"net/http"
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
		t.Errorf("lusid-meta-correlationid %q, want that of the request", got)
	}
	d.InjectFault(mockserver.Fault{Operation: "ListApplications", Status: 503})
	d.do(request{method: http.MethodGet, path: applicationsPath, header: header})

	want := []mockserver.Request{
		{
			Time: now, Method: "GET", Path: applicationsPath + "/missing", Query: "includeSecret=true&token=redacted",
			Operation: "GetApplication", Status: 404, UserAgent: "test/1.0", Application: "tests", CorrelationID: "abc",
			RequestID: r.header.Get("lusid-meta-requestid"),
		},
		{
			Time: now, Method: "GET", Path: applicationsPath,
			Operation: "ListApplications", Status: 503, UserAgent: "test/1.0", Application: "tests", CorrelationID: "abc", Fault: true,
		},
	}
	got := d.Requests()
	if len(got) != 2 || got[1].RequestID == "" || got[1].RequestID == got[0].RequestID {
		t.Errorf("request ids: %+v", got)
	}
	second := cmp.FilterPath(func(p cmp.Path) bool { return p.Index(1).String() == "[1]" && p.Last().String() == ".RequestID" }, cmp.Ignore())
	if diff := cmp.Diff(want, got, second); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"GetApplication": 1, "ListApplications": 1}, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}

	d.ResetRequests()
	d.get("/identity/api/me")
	if diff := cmp.Diff(map[string]int{"GetUserInfo": 1}, d.Counts()); diff != "" {
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
	id, _ := d.create("example-sdk-app")
	d.post(applicationsPath+"/"+id+"/lifecycle/$newsecret", "")
	d.delete(applicationsPath + "/" + id)
	d.get("/nowhere")
	var got []string
	for _, request := range d.Requests() {
		got = append(got, request.Operation)
	}
	want := []string{
		"token:password", "token:refresh_token", "token", "instruments", "CreateApplication",
		"RotateApplicationSecrets", "DeleteApplication", "unknown",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

// What a log line, a failing test's message or the control API shows holds no secret.
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
			t.Errorf("the log holds the %s", name)
		}
	}
	if len(d.Requests()) != 9 {
		t.Errorf("%d requests logged, want 9", len(d.Requests()))
	}
}
