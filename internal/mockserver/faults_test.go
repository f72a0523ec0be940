package mockserver_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const applicationBody = `{"clientId":"example-sdk-app","displayName":"Example","type":"Native"}`

func TestFaults_status(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, test := range []struct {
		fault mockserver.Fault
		code  int
	}{
		{mockserver.Fault{Status: 429, RetryAfter: "soon"}, -1},
		{mockserver.Fault{Status: 503}, -1},
		{mockserver.Fault{Status: 400}, 157},
		{mockserver.Fault{Status: 401}, 2153},
		{mockserver.Fault{Status: 403}, 186},
		{mockserver.Fault{Status: 403, Code: 939}, 939},
		{mockserver.Fault{Status: 404, Code: 662}, 662},
	} {
		test.fault.Operation = "identity.CreateApplication"
		d.InjectFault(test.fault)
		r := d.post(applicationsPath, applicationBody)
		r.wantProblem(t, test.fault.Status, test.code)
		if got := r.header.Get("Retry-After"); got != test.fault.RetryAfter {
			t.Errorf("got the Retry-After %q, want %q", got, test.fault.RetryAfter)
		}
	}
	if diff := cmp.Diff([]string{}, d.listed()); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
	d.post(applicationsPath, applicationBody).wantStatus(t, http.StatusOK)
}

func TestFaults_afterWrite(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Status: 504, AfterWrite: true})
	d.post(applicationsPath, applicationBody).wantProblem(t, http.StatusGatewayTimeout, -1)
	if diff := cmp.Diff([]string{"example-sdk-app"}, d.listed()); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
}

func TestFaults_selection(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	instruments := func() int { return d.get("/api/instruments").status }
	token := func() int { return d.token(d.passwordForm()).status }
	me := func() int { return d.get("/identity/api/me").status }
	want := func(what string, got []int, want ...int) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}

	d.InjectFault(mockserver.Fault{Operation: "instruments", Status: 500, Count: 2, After: 1})
	want("after the first", []int{instruments(), me(), instruments(), token(), instruments(), instruments()}, 200, 200, 500, 200, 500, 200)

	d.InjectFault(mockserver.Fault{Operation: "token:refresh_token", Status: 500})
	want("another grant", []int{token()}, 200)
	d.InjectFault(mockserver.Fault{Operation: "token:password", Status: 500})
	want("the grant", []int{token(), token()}, 500, 200)
	d.InjectFault(mockserver.Fault{Operation: "token", Status: 500})
	want("any grant", []int{me(), token(), token()}, 200, 500, 200)

	d.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: 502})
	d.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: 503, After: 2})
	d.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: 504})
	want("a sequence", []int{me(), me(), me(), me()}, 502, 504, 503, 200)

	d.InjectFault(mockserver.Fault{Operation: "*", Status: 500, Count: -1})
	want("everything", []int{me(), token(), instruments(), d.get("/nowhere").status, me()}, 500, 500, 500, 500, 500)
	d.ClearFaults()
	want("nothing", []int{me(), token(), instruments()}, 200, 200, 200)
}

func TestFaults_tokenEndpointOktaErrors(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for status, want := range map[int]string{429: "E0000047", 500: "E0000009"} {
		d.InjectFault(mockserver.Fault{Operation: "token", Status: status})
		if got := d.token(d.passwordForm()).wantStatus(t, status).text(t, "errorCode"); got != want {
			t.Errorf("got the errorCode %q, want %q", got, want)
		}
	}
	d.InjectFault(mockserver.Fault{Operation: "token", Status: 400, Body: `{"error":"invalid_grant"}`})
	if got := d.token(d.passwordForm()).wantStatus(t, http.StatusBadRequest).text(t, "error"); got != "invalid_grant" {
		t.Errorf("got the error %q, want invalid_grant", got)
	}
}

func TestFaults_bodies(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	inject := func(fault mockserver.Fault) reply {
		fault.Operation = "identity.GetUserInfo"
		d.InjectFault(fault)
		r, err := d.try(request{method: http.MethodGet, path: "/identity/api/me", header: map[string]string{"Accept": "application/json"}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := inject(mockserver.Fault{HTML: true}).wantStatus(t, http.StatusBadGateway)
	if !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") || !strings.Contains(r.body, "<html>") {
		t.Errorf("got the headers %v and the body %s, want HTML", r.header, r.body)
	}
	inject(mockserver.Fault{HTML: true, Status: 404}).wantStatus(t, http.StatusNotFound)
	r = inject(mockserver.Fault{Body: `{"id":null}`}).wantStatus(t, http.StatusOK)
	if r.header.Get("Content-Type") != "application/json" || r.body != `{"id":null}` {
		t.Errorf("got the headers %v and the body %s, want the injected JSON", r.header, r.body)
	}
	r = inject(mockserver.Fault{Body: "no", ContentType: "text/plain", Status: 409}).wantStatus(t, http.StatusConflict)
	if r.header.Get("Content-Type") != "text/plain" || r.body != "no" {
		t.Errorf("got the headers %v and the body %s, want the injected text", r.header, r.body)
	}
	if r := inject(mockserver.Fault{Status: 204}).wantStatus(t, http.StatusNoContent); r.body != "" {
		t.Errorf("got the body %s, want none", r.body)
	}
}

func TestFaults_redirect(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	d.InjectFault(mockserver.Fault{Operation: "*", Status: 307, Location: "https://example.com/"})
	if got := d.get("/identity/api/me").wantStatus(t, http.StatusTemporaryRedirect).header.Get("Location"); got != "https://example.com/" {
		t.Errorf("got the Location %q, want https://example.com/", got)
	}
}

func TestFaults_reset(t *testing.T) {
	t.Parallel()
	for reset, want := range map[mockserver.Reset][]string{
		mockserver.ResetBefore: {},
		mockserver.ResetAfter:  {"example-sdk-app"},
	} {
		t.Run(string(reset), func(t *testing.T) {
			t.Parallel()
			d := newDomain(t, mockserver.Options{})
			d.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: reset})
			r, err := d.try(request{method: http.MethodPost, path: applicationsPath, body: applicationBody})
			if !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("got the reply %+v and the error %v, want a reset connection", r, err)
			}
			if diff := cmp.Diff(want, d.listed()); diff != "" {
				t.Errorf("applications (-want +got):\n%s", diff)
			}
			if got := d.Requests()[0]; got.Status != 0 || !got.Fault {
				t.Errorf("got the log entry %+v, want a fault without a status", got)
			}
		})
	}
}

func TestFaults_resetUnderTLS(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, http2 := range []bool{true, false} {
		listener := httptest.NewUnstartedServer(d.Server)
		listener.EnableHTTP2 = http2
		listener.StartTLS()
		t.Cleanup(listener.Close)
		d.url, d.client = listener.URL, listener.Client()
		if got := decode[[]map[string]any](t, d.get(applicationsPath))[0]["issuer"]; got != strings.TrimSuffix(d.TokenURL(d.url), "/v1/token") {
			t.Errorf("got the issuer %v, want the token URL of %s", got, d.url)
		}
		d.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Reset: mockserver.ResetBefore})
		if r, err := d.try(request{method: http.MethodGet, path: "/identity/api/me"}); err == nil {
			t.Errorf("HTTP/2 %t: got status %d, want an error", http2, r.status)
		}
	}
}

func TestFaults_truncate(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	whole := d.get("/identity/api/me").body
	d.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Truncate: true})
	r, err := d.try(request{method: http.MethodGet, path: "/identity/api/me"})
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got the error %v, want io.ErrUnexpectedEOF", err)
	}
	if r.status != http.StatusOK || r.body != whole[:len(whole)/2] {
		t.Errorf("got status %d and the body %q, want 200 and half of %q", r.status, r.body, whole)
	}
	if got := d.get("/identity/api/me").body; got != whole {
		t.Errorf("got the next body %q, want the whole body", got)
	}
}

func TestFaults_delay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := mockserver.New(mockserver.Options{Latency: time.Second})
		s.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Delay: time.Minute})
		for _, want := range []time.Duration{time.Minute + time.Second, time.Second} {
			start := time.Now()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, loopback+"/identity/api/me", nil)
			r.Header.Set("Authorization", "Bearer "+s.Credentials().AccessToken)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if got := time.Since(start); w.Code != http.StatusOK || got != want {
				t.Errorf("got status %d after %v, want 200 after %v", w.Code, got, want)
			}
		}
	})
}

func TestFaults_invalid(t *testing.T) {
	t.Parallel()
	s := mockserver.New(mockserver.Options{})
	for _, fault := range []mockserver.Fault{
		{},
		{Status: 500},
		{Operation: "CreateApplication", Status: 500},
		{Operation: "identity.CreateAplication", Status: 500},
		{Operation: "*"},
		{Operation: "*", Status: 42},
		{Operation: "*", Status: 500, After: -1},
		{Operation: "*", Delay: -1},
		{Operation: "*", Reset: "during"},
		{Operation: "*", Reset: mockserver.ResetAfter, Status: 500},
		{Operation: "*", Reset: mockserver.ResetAfter, Truncate: true},
		{Operation: "*", HTML: true, Body: "x"},
		{Operation: "*", Code: 662},
		{Operation: "*", Status: 404, Code: 662, HTML: true},
		{Operation: "*", Status: 500, ContentType: "text/plain"},
		{Operation: "*", Delay: 1, RetryAfter: "1"},
		{Operation: "*", Truncate: true, AfterWrite: true},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v was accepted, want a panic", fault)
				}
			}()
			s.InjectFault(fault)
		}()
	}
}

// Faults and the log know each operation on users and roles by its name.
func TestFaults_usersAndRoles(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	want := map[string]int{}
	for operation, at := range map[string]struct{ method, path string }{
		"identity.ListUsers":           {http.MethodGet, usersPath},
		"identity.CreateUser":          {http.MethodPost, usersPath},
		"identity.GetUser":             {http.MethodGet, usersPath + "/id"},
		"identity.GetUserFromLogin":    {http.MethodGet, usersPath + "/fromlogin/user@example.com"},
		"identity.UpdateUser":          {http.MethodPut, usersPath + "/id"},
		"identity.DeleteUser":          {http.MethodDelete, usersPath + "/id"},
		"identity.ListRunnableUsers":   {http.MethodGet, usersPath + "/$runnable"},
		"identity.SendActivationEmail": {http.MethodPost, usersPath + "/id/lifecycle/$activate"},
		"identity.ExpirePassword":      {http.MethodPost, usersPath + "/id/lifecycle/$expirepassword"},
		"identity.ResetFactors":        {http.MethodPost, usersPath + "/id/lifecycle/$resetfactors"},
		"identity.ResetPassword":       {http.MethodPost, usersPath + "/id/lifecycle/$resetpassword"},
		"identity.UnlockUser":          {http.MethodPost, usersPath + "/id/lifecycle/$unlock"},
		"identity.UnsuspendUser":       {http.MethodPost, usersPath + "/id/lifecycle/$unsuspend"},
		"identity.FindUsersById":       {http.MethodGet, "/identity/api/directory?id=id"},
		"identity.ListRoles":           {http.MethodGet, rolesPath},
		"identity.CreateRole":          {http.MethodPost, rolesPath},
		"identity.GetRole":             {http.MethodGet, rolesPath + "/id"},
		"identity.GetRoleByCode":       {http.MethodGet, rolesPath + "/byCode/code"},
		"identity.UpdateRole":          {http.MethodPut, rolesPath + "/id"},
		"identity.DeleteRole":          {http.MethodDelete, rolesPath + "/id"},
		"identity.ListUsersInRole":     {http.MethodGet, rolesPath + "/id/users"},
		"identity.AddUserToRole":       {http.MethodPut, rolesPath + "/id/users/id"},
		"identity.RemoveUserFromRole":  {http.MethodDelete, rolesPath + "/id/users/id"},
		"identity.ListOwnApiKeys":      {http.MethodGet, keysPath},
		"identity.CreateApiKey":        {http.MethodPost, keysPath},
		"identity.DeleteApiKey":        {http.MethodDelete, keysPath + "/id"},
	} {
		d.InjectFault(mockserver.Fault{Operation: operation, Status: http.StatusServiceUnavailable})
		r := request{method: at.method, path: at.path}
		if got := d.do(r).status; got != http.StatusServiceUnavailable {
			t.Errorf("%s: got status %d, want 503", operation, got)
		}
		if got := d.do(r).status; got == http.StatusNotImplemented {
			t.Errorf("%s: got status 501, want an implemented operation", operation)
		}
		want[operation] = 2
	}
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}
