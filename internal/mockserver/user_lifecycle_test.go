package mockserver_test

import (
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

var statuses = []mockserver.UserStatus{
	mockserver.UserProvisioned, mockserver.UserActive, mockserver.UserRecovery, mockserver.UserPasswordExpired,
	mockserver.UserLockedOut, mockserver.UserSuspended, mockserver.UserDeprovisioned,
}

// usersByStatus returns a seed with one user for each status. The ID of the user is the status.
func usersByStatus() mockserver.Seed {
	var seed mockserver.Seed
	for _, status := range statuses {
		seed.Users = append(seed.Users, mockserver.User{ID: string(status), Username: string(status) + "+1@example.com", Status: status})
	}
	return seed
}

// passwordFormOf returns the form with which another user signs in.
func (d *domain) passwordFormOf(username, password string) url.Values {
	form := d.passwordForm()
	form.Set("username", username)
	form.Set("password", password)
	return form
}

func TestUserLifecycle_actions(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for action, test := range map[string]struct {
		// to has the status after the action, for each status in which the action is allowed.
		to   map[mockserver.UserStatus]mockserver.UserStatus
		code int
	}{
		"activate": {map[mockserver.UserStatus]mockserver.UserStatus{"PROVISIONED": "PROVISIONED"}, 707},
		"resetpassword": {map[mockserver.UserStatus]mockserver.UserStatus{
			"ACTIVE": "RECOVERY", "RECOVERY": "RECOVERY", "PASSWORD_EXPIRED": "RECOVERY", "LOCKED_OUT": "RECOVERY",
		}, 718},
		"resetfactors": {map[mockserver.UserStatus]mockserver.UserStatus{
			"ACTIVE": "ACTIVE", "RECOVERY": "RECOVERY", "PASSWORD_EXPIRED": "PASSWORD_EXPIRED", "LOCKED_OUT": "LOCKED_OUT",
		}, 717},
		"unlock":    {map[mockserver.UserStatus]mockserver.UserStatus{"LOCKED_OUT": "ACTIVE"}, 706},
		"unsuspend": {map[mockserver.UserStatus]mockserver.UserStatus{"SUSPENDED": "ACTIVE"}, 717},
		"expirepassword": {map[mockserver.UserStatus]mockserver.UserStatus{
			"ACTIVE": "PASSWORD_EXPIRED", "RECOVERY": "PASSWORD_EXPIRED", "PASSWORD_EXPIRED": "PASSWORD_EXPIRED",
		}, 719},
	} {
		d := newDomain(t, mockserver.Options{Seed: usersByStatus()})
		for _, from := range statuses {
			path := usersPath + "/" + string(from)
			r := d.post(path+"/lifecycle/$"+action, "")
			after, allowed := test.to[from]
			switch {
			case from == mockserver.UserDeprovisioned:
				r.wantProblem(t, http.StatusBadRequest, 705)
			case !allowed:
				r.wantProblem(t, http.StatusBadRequest, test.code)
			case action == "expirepassword":
				r.wantStatus(t, http.StatusOK).text(t, "password")
			default:
				r.wantStatus(t, http.StatusNoContent)
			}
			if !allowed {
				after = from
			}
			if got := d.get(path).text(t, "status"); got != string(after) {
				t.Errorf("%s of a user that is %s: got the status %s, want %s", action, from, got, after)
			}
		}
	}
	for _, action := range []string{"activate", "expirepassword"} { // The dollar sign may be encoded.
		d.post(usersPath+"/missing/lifecycle/%24"+action, "").wantProblem(t, http.StatusNotFound, 657)
	}
}

func TestUserLifecycle_controlAPI(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		control string
		from    []mockserver.UserStatus
		to      mockserver.UserStatus
		goCall  func(*domain, string) error
		body    string
	}{
		"sign-up": {
			"sign-up",
			[]mockserver.UserStatus{"PROVISIONED", "RECOVERY", "PASSWORD_EXPIRED"},
			"ACTIVE",
			func(d *domain, user string) error { return d.SignUp(user, "secret") }, `{"password": "secret"}`,
		},
		"lock": {
			"lock",
			[]mockserver.UserStatus{"ACTIVE"},
			"LOCKED_OUT",
			func(d *domain, user string) error { return d.LockUser(user) }, "",
		},
		"suspend": {
			"suspend",
			[]mockserver.UserStatus{"ACTIVE"},
			"SUSPENDED",
			func(d *domain, user string) error { return d.SuspendUser(user) }, "",
		},
	} {
		path := func(user string) string { return "/_mock/users/" + url.PathEscape(user) + "/" + test.control }
		login := func(id string) string { return id + "+1@example.com" }
		for how, do := range map[string]func(d *domain, id string) bool{
			"by id":      func(d *domain, id string) bool { return test.goCall(d, id) == nil },
			"by login":   func(d *domain, id string) bool { return test.goCall(d, login(id)) == nil },
			"HTTP by id": func(d *domain, id string) bool { return d.control(http.MethodPost, path(id), test.body).status == 204 },
			"HTTP by login": func(d *domain, id string) bool {
				return d.control(http.MethodPost, path(login(id)), test.body).status == 204
			},
		} {
			d := newDomain(t, mockserver.Options{Seed: usersByStatus()})
			for _, from := range statuses {
				want := from
				if slices.Contains(test.from, from) {
					want = test.to
				}
				if done := do(d, string(from)); done != (want != from) {
					t.Errorf("%s %s of a user that is %s: succeeded: %t, want %t", name, how, from, done, want != from)
				}
				if got := d.get(usersPath+"/"+string(from)).text(t, "status"); got != string(want) {
					t.Errorf("%s %s of a user that is %s: got the status %s, want %s", name, how, from, got, want)
				}
			}
		}
	}
	d := newDomain(t, mockserver.Options{})
	for _, err := range []error{d.SignUp("nobody", "secret"), d.LockUser("nobody"), d.SuspendUser("nobody"), d.SignUp(d.Credentials().Username, "")} {
		if err == nil {
			t.Error("got no error for an unknown user or an empty password")
		}
	}
}

// A user gets a token only after the sign-up, and only while its status is ACTIVE.
func TestUserLifecycle_signIn(t *testing.T) {
	t.Parallel()
	const login, password = "user@example.com", "p$w'\"\\ %41+&=ü"
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now }})
	c := d.Credentials()
	id := d.createUser(login)
	path := usersPath + "/" + id
	form := d.passwordFormOf(login, password)
	var refresh string
	signsIn := func(want bool) {
		t.Helper()
		status := http.StatusBadRequest
		if want {
			status = http.StatusOK
		}
		for _, granted := range []reply{d.token(form), d.token(refreshForm(refresh), c.ClientID, c.ClientSecret)} {
			granted.wantStatus(t, status)
			if !want {
				if got := granted.text(t, "error"); got != "invalid_grant" && refresh != "" {
					t.Errorf("got the error %q, want invalid_grant", got)
				}
			}
		}
	}
	signsIn(false)
	if err := d.SignUp(id, password); err != nil {
		t.Fatal(err)
	}
	granted := d.token(form).wantStatus(t, http.StatusOK)
	refresh = granted.text(t, "refresh_token")
	signsIn(true)
	claims := claims(t, granted.text(t, "access_token"))
	if diff := cmp.Diff([]any{id, login}, []any{claims["uid"], claims["sub"]}); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if got := d.get(path).object(t); got["lastLogin"] != nowText || got["passwordChanged"] != nowText {
		t.Errorf("got the lastLogin %v and the passwordChanged %v, want %s", got["lastLogin"], got["passwordChanged"], nowText)
	}

	lifecycle := func(action string) reply { t.Helper(); return d.post(path+"/lifecycle/$"+action, "") }
	for _, step := range []struct{ away, back func() }{
		{func() { _ = d.LockUser(id) }, func() { lifecycle("unlock") }},
		{func() { _ = d.SuspendUser(id) }, func() { lifecycle("unsuspend") }},
		{func() { lifecycle("resetpassword") }, func() { _ = d.SignUp(id, password) }},
		{func() { lifecycle("expirepassword") }, func() { _ = d.SignUp(id, password) }},
		{
			func() { d.put(path, userBody(login, `"userExpiry":"`+nowText+`"`)) },
			func() { d.put(path, userBody(login, `"userExpiry":"2026-09-01T12:00:00.1234568+00:00"`)) },
		},
	} {
		step.away()
		signsIn(false)
		// An issued access token stays valid.
		d.do(request{method: http.MethodGet, path: "/identity/api/me", bearer: granted.text(t, "access_token")}).wantStatus(t, http.StatusOK)
		step.back()
		signsIn(true)
	}

	temporary := lifecycle("expirepassword").text(t, "password")
	d.token(d.passwordFormOf(login, temporary)).wantStatus(t, http.StatusBadRequest)
	if err := d.SignUp(id, "another"); err != nil {
		t.Fatal(err)
	}
	d.token(form).wantStatus(t, http.StatusBadRequest)
	form = d.passwordFormOf(login, "another")
	signsIn(true)

	d.delete(path)
	signsIn(false)
	d.do(request{
		method: http.MethodGet,
		path:   "/identity/api/me",
		bearer: granted.text(t, "access_token"),
	}).wantProblem(t, http.StatusUnauthorized, 2153)
}

func TestUserLifecycle_changesTimes(t *testing.T) {
	t.Parallel()
	var elapsed atomic.Int64
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now.Add(time.Duration(elapsed.Load())) }})
	id := d.createUser("user@example.com")
	want := d.get(usersPath + "/" + id).object(t)
	check := func(what string) {
		t.Helper()
		if diff := cmp.Diff(want, d.get(usersPath+"/"+id).object(t)); diff != "" {
			t.Errorf("after the %s (-want +got):\n%s", what, diff)
		}
	}
	elapsed.Store(int64(time.Hour))
	if err := d.SignUp(id, "secret"); err != nil {
		t.Fatal(err)
	}
	const hourLater = "2026-09-01T13:00:00.1234567+00:00"
	want["status"], want["lastUpdated"], want["passwordChanged"] = "ACTIVE", hourLater, hourLater
	check("sign-up")

	elapsed.Store(int64(2 * time.Hour))
	d.post(usersPath+"/"+id+"/lifecycle/$expirepassword", "").wantStatus(t, http.StatusOK)
	const twoHoursLater = "2026-09-01T14:00:00.1234567+00:00"
	want["status"], want["lastUpdated"], want["passwordChanged"] = "PASSWORD_EXPIRED", twoHoursLater, twoHoursLater
	check("expiry")

	elapsed.Store(int64(3 * time.Hour))
	d.delete(usersPath+"/"+id).wantStatus(t, http.StatusNoContent)
	want["status"], want["lastUpdated"] = "DEPROVISIONED", "2026-09-01T15:00:00.1234567+00:00"
	check("deletion")
}
