package mockserver_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const usersPath = "/identity/api/users"

// now is the time of the domains in tests that check times.
var now = time.Date(2026, 9, 1, 12, 0, 0, 123456700, time.UTC)

const nowText = "2026-09-01T12:00:00.1234567+00:00"

// userBody returns the smallest body that creates or updates a service user.
func userBody(login string, more ...string) string {
	return `{"firstName":"Jo","lastName":"Doe","emailAddress":"` + login + `","login":"` + login + `"` + strings.Join(append([]string{""},
		more...),
		",") + `}`
}

const service = `"type":"Service"`

// createUser creates a service user, with any further fields, and returns its ID.
func (d *domain) createUser(login string, more ...string) string {
	d.t.Helper()
	r := d.post(usersPath, userBody(login, append(more, service)...))
	return r.wantStatus(d.t, http.StatusOK).text(d.t, "id")
}

// texts returns one string field of each object in a list.
func (d *domain) texts(path, field string) []string {
	d.t.Helper()
	texts := []string{}
	for _, object := range decode[[]map[string]any](d.t, d.get(path).wantStatus(d.t, http.StatusOK)) {
		text, _ := object[field].(string)
		texts = append(texts, text)
	}
	return texts
}

// logins returns the logins in a list of users, without the domain's own user.
func (d *domain) logins(path string) []string {
	d.t.Helper()
	logins := []string{}
	for _, login := range d.texts(path, "login") {
		if login != d.Credentials().Username {
			logins = append(logins, login)
		}
	}
	return logins
}

func (d *domain) roleID(code string) string {
	d.t.Helper()
	for _, role := range decode[[]map[string]any](d.t, d.get(rolesPath)) {
		if id, _ := role["id"].(string); role["name"] == code {
			return id
		}
	}
	d.t.Fatalf("got no role %s", code)
	return ""
}

func TestUsers_lifecycle(t *testing.T) {
	t.Parallel()
	var elapsed atomic.Int64
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now.Add(time.Duration(elapsed.Load())) }})

	created := d.post(usersPath, `{"firstName":"Jo","lastName":"Doe","emailAddress":"owner@example.com","login":"service@example.com","type":"Service",`+
		`"secondEmailAddress":"second@example.com","alternativeUserIds":{"desk":"D1","floor":null},"userExpiry":"2030-01-01T01:00:00.5+01:00",`+
		`"roles":[{"scope":"default","code":"lusid-evaluator"}]}`).wantStatus(t, http.StatusOK)
	id := created.text(t, "id")
	if !regexp.MustCompile(`^00u[a-zA-Z0-9]{17}$`).MatchString(id) {
		t.Errorf("got the ID %q, want 00u and 17 letters or digits", id)
	}
	want := map[string]any{
		"id": id, "firstName": "Jo", "lastName": "Doe", "emailAddress": "owner@example.com", "login": "service@example.com", "type": "Service",
		"secondEmailAddress": "second@example.com", "alternativeUserIds": map[string]any{"desk": "D1", "floor": nil},
		"userExpiry": "2030-01-01T00:00:00.5000000+00:00", "roles": nil, "status": "PROVISIONED", "external": false,
		"created": nowText, "lastUpdated": nowText, "lastLogin": nil, "passwordChanged": nil,
	}
	path := usersPath + "/" + id
	list := decode[[]map[string]any](t, d.get(usersPath))
	for what, got := range map[string]map[string]any{
		"created":         created.object(t),
		"read":            d.get(path).wantStatus(t, http.StatusOK).object(t),
		"read without":    d.get(path+"?includeRoles=false").wantStatus(t, http.StatusOK).object(t),
		"read from login": d.get(usersPath+"/fromlogin/Service@example.com").wantStatus(t, http.StatusOK).object(t),
		"listed":          list[len(list)-1],
	} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	want["roles"] = []any{d.get(rolesPath + "/" + d.roleID("lusid-evaluator")).object(t)}
	if diff := cmp.Diff(want, d.get(path+"?includeRoles=true").object(t)); diff != "" {
		t.Errorf("read with its roles (-want +got):\n%s", diff)
	}

	elapsed.Store(int64(time.Hour))
	updated := d.put(path,
		`{"firstName":"J","lastName":"Do","emailAddress":"new@example.com","login":"renamed@example.com"}`).wantStatus(t, http.StatusOK)
	want["firstName"], want["lastName"], want["emailAddress"], want["login"] = "J", "Do", "new@example.com", "renamed@example.com"
	want["secondEmailAddress"], want["alternativeUserIds"], want["userExpiry"] = nil, nil, nil
	want["lastUpdated"] = "2026-09-01T13:00:00.1234567+00:00"
	if diff := cmp.Diff(want, d.get(path+"?includeRoles=true").object(t)); diff != "" {
		t.Errorf("after the update (-want +got):\n%s", diff)
	}
	want["roles"] = nil
	if diff := cmp.Diff(want, updated.object(t)); diff != "" {
		t.Errorf("updated (-want +got):\n%s", diff)
	}
}

func TestUsers_updateReplacesListedRoles(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	id := d.createUser("service@example.com", `"roles":[{"scope":"default","code":"lusid-evaluator"}]`)
	body := userBody("service@example.com",
		`"roles":[{"scope":"LUSID_SYSTEM","code":"lusid-administrator"},{"scope":"default","code":"iam-administrator"}]`)
	d.put(usersPath+"/"+id, body).wantStatus(t, http.StatusOK)
	for code, want := range map[string][]string{
		"lusid-evaluator": {}, "iam-administrator": {"service@example.com"}, "lusid-administrator": {"service@example.com"},
	} {
		if diff := cmp.Diff(want, d.logins(rolesPath+"/"+d.roleID(code)+"/users")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", code, diff)
		}
	}
	body = strings.Replace(body, "iam-administrator", "nonsense", 1)
	d.put(usersPath+"/"+id, body).wantProblem(t, http.StatusBadRequest, 660)
}

func TestUsers_missing(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, r := range []request{
		{method: http.MethodGet, path: "/missing"},
		{method: http.MethodGet, path: "/fromlogin/missing@example.com"},
		{method: http.MethodPut, path: "/missing", body: userBody("service@example.com")},
		{method: http.MethodDelete, path: "/missing"},
		{method: http.MethodDelete, path: "/missing?purge=true"},
		{method: http.MethodPost, path: "/missing/lifecycle/$activate"},
		{method: http.MethodPost, path: "/missing/lifecycle/$expirepassword"},
	} {
		r.path = usersPath + r.path
		if problem := d.do(r).wantProblem(t, http.StatusNotFound, 657); problem["name"] != "User does not exist" {
			t.Errorf("got the name %v, want User does not exist", problem["name"])
		}
	}
}

func TestUsers_rules(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.createUser("taken@example.com")
	other := d.createUser("other@example.com")
	personal := d.post(usersPath, userBody("personal@example.com", `"type":"Personal"`)).wantStatus(t, http.StatusOK).text(t, "id")
	count := len(d.logins(usersPath))

	replace := func(body string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(body) }
	valid := userBody("new@example.com", service)
	update := userBody("other@example.com")
	for name, test := range map[string]struct {
		id, body string
		code     int
		field    string // A field in the errors, or a part of the detail.
	}{
		"last name too short":          {"", replace(valid, "Doe", "D"), 151, "lastName"},
		"no type":                      {"", userBody("new@example.com"), 151, "type"},
		"unknown type":                 {"", replace(valid, "Service", "service"), 151, "type"},
		"login not an address":         {"", replace(valid, `"login":"new@example.com"`, `"login":"new-user"`), 151, "login"},
		"second e-mail not an address": {"", userBody("new@example.com", service, `"secondEmailAddress":"second"`), 151, "secondEmailAddress"},
		"Personal with another e-mail": {"", replace(valid, "Service", "Personal", `"login":"new@`, `"login":"New@`), 151, "emailAddress"},
		"Personal with a second e-mail": {
			"", replace(valid, "Service", "Personal", "{", `{"secondEmailAddress":"second@example.com",`), 151,
			"secondEmailAddress",
		},
		"no such day":        {"", userBody("new@example.com", service, `"userExpiry":"2030-02-30T00:00:00Z"`), 151, "date"},
		"no time":            {"", userBody("new@example.com", service, `"userExpiry":"2030-01-01"`), 151, "userExpiry"},
		"role without scope": {"", userBody("new@example.com", service, `"roles":[{"code":"lusid-evaluator"}]`), 151, "roles.0.scope"},
		"unknown role": {
			"",
			userBody("new@example.com", service, `"roles":[{"scope":"default","code":"lusid-evaluator"},{"scope":"default","code":"nonsense"}]`),
			660, "roles.1",
		},
		"role in another scope": {
			"", userBody("new@example.com", service, `"roles":[{"scope":"default","code":"lusid-administrator"}]`), 660,
			"roles.0",
		},
		"taken login":              {"", replace(valid, `"login":"new@`, `"login":"Taken@`), 658, "login"},
		"taken e-mail":             {"", replace(valid, `"emailAddress":"new@`, `"emailAddress":"taken@`), 658, "e-mail"},
		"update to a taken login":  {other, replace(update, `"login":"other@`, `"login":"taken@`), 658, "login"},
		"update to a taken e-mail": {other, replace(update, `"emailAddress":"other@`, `"emailAddress":"taken@`), 658, "e-mail"},
		"update of the type":       {other, userBody("other@example.com", service), 151, ""},
		"update without a login":   {other, `{"firstName":"Jo","lastName":"Doe","emailAddress":"other@example.com"}`, 151, "login"},
		"update of Personal": {
			personal, replace(userBody("personal@example.com"), `"login":"personal@`, `"login":"renamed@`), 151,
			"emailAddress",
		},
	} {
		r := request{method: http.MethodPost, path: usersPath, body: test.body}
		if test.id != "" {
			r.method, r.path = http.MethodPut, usersPath+"/"+test.id
		}
		got := d.do(r)
		if got.status != http.StatusBadRequest {
			t.Errorf("%s: got status %d, want 400: %s", name, got.status, got.body)
			continue
		}
		problem := got.wantProblem(t, http.StatusBadRequest, test.code)
		fields, _ := problem["errors"].(map[string]any)
		detail, _ := problem["detail"].(string)
		if _, ok := fields[test.field]; !ok && !strings.Contains(detail, test.field) {
			t.Errorf("%s: got neither an error for the field %q nor a detail that contains it: %s", name, test.field, got.body)
		}
	}
	if got := len(d.logins(usersPath)); got != count {
		t.Errorf("got %d users, want %d", got, count)
	}
	// A user's own login and e-mail do not count as taken.
	d.put(usersPath+"/"+other, replace(update, "other@", "Other@")).wantStatus(t, http.StatusOK)
	d.put(usersPath+"/"+personal, userBody("renamed@example.com")).wantStatus(t, http.StatusOK)
}

func TestUsers_delete(t *testing.T) {
	t.Parallel()
	const login = "service@example.com"
	for _, gone := range []bool{false, true} {
		d := newDomain(t, mockserver.Options{DeletedUsersGone: gone})
		id := d.createUser(login, `"roles":[{"scope":"default","code":"lusid-evaluator"}]`)
		path, members := usersPath+"/"+id, rolesPath+"/"+d.roleID("lusid-evaluator")+"/users"
		if got := d.delete(path).wantStatus(t, http.StatusNoContent); got.body != "" {
			t.Errorf("got the body %s for the deletion, want none", got.body)
		}
		for list, want := range map[string][]string{
			usersPath: {}, usersPath + "?includeDeactivated=false": {}, usersPath + "?includeDeactivated=true": {login}, members: {},
		} {
			if diff := cmp.Diff(want, d.logins(list)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", list, diff)
			}
		}
		for _, read := range []string{path, path + "?includeRoles=true", usersPath + "/fromlogin/" + login} {
			if got := d.get(read); gone {
				got.wantProblem(t, http.StatusNotFound, 657)
			} else if status := got.wantStatus(t, http.StatusOK).text(t, "status"); status != "DEPROVISIONED" {
				t.Errorf("%s: got the status %s, want DEPROVISIONED", read, status)
			}
		}
		for _, r := range []request{
			{method: http.MethodPut, path: path, body: userBody(login)},
			{method: http.MethodDelete, path: path},
			{method: http.MethodPut, path: members + "/" + id},
			{method: http.MethodPost, path: path + "/lifecycle/$activate"},
		} {
			if got := d.do(r); gone {
				got.wantProblem(t, http.StatusNotFound, 657)
			} else {
				got.wantProblem(t, http.StatusBadRequest, 705)
			}
		}
		d.post(usersPath, userBody(login, service)).wantProblem(t, http.StatusBadRequest, 705)
		if err := d.SignUp(login, "secret"); err == nil {
			t.Error("the sign-up of a deleted user succeeded, want an error")
		}

		d.delete(path+"?purge=true").wantStatus(t, http.StatusNoContent)
		d.get(path).wantProblem(t, http.StatusNotFound, 657)
		if diff := cmp.Diff([]string{}, d.logins(usersPath+"?includeDeactivated=true")); diff != "" {
			t.Errorf("after the purge (-want +got):\n%s", diff)
		}
		again := d.createUser(login)
		if again == id {
			t.Error("the new user has the ID of the purged user")
		}
		d.delete(usersPath+"/"+again+"?purge=true").wantStatus(t, http.StatusNoContent)
	}
}

func TestUsers_listsLag(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{ListLag: 1})
	wantLists := func(lists ...[]string) {
		t.Helper()
		for i, want := range lists {
			if diff := cmp.Diff(want, d.logins(usersPath)); diff != "" {
				t.Errorf("list %d (-want +got):\n%s", i+1, diff)
			}
		}
	}
	id := d.createUser("first@example.com")
	d.get(usersPath+"/"+id).wantStatus(t, http.StatusOK)
	wantLists([]string{}, []string{"first@example.com"})
	d.createUser("second@example.com")
	d.post(usersPath+"?waitForReindex=true", userBody("third@example.com", service)).wantStatus(t, http.StatusOK)
	all := []string{"first@example.com", "second@example.com", "third@example.com"}
	wantLists(all)
	d.delete(usersPath + "/" + id)
	d.delete(usersPath + "/" + id + "?purge=true")
	wantLists(all, all[1:])
	d.post(usersPath+"?waitForReindex=maybe", userBody("fourth@example.com", service)).wantProblem(t, http.StatusBadRequest, 151)
}

func TestUsers_runnable(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{Users: []mockserver.User{
		{Username: "active@example.com", Password: "secret"},
		{Username: "provisioned@example.com"},
		{Username: "personal@example.com", Password: "secret", Type: "Personal"},
		{Username: "suspended@example.com", Password: "secret", Status: mockserver.UserSuspended},
	}}})
	if diff := cmp.Diff([]string{"active@example.com"}, d.logins(usersPath+"/$runnable")); diff != "" {
		t.Errorf("runnable users (-want +got):\n%s", diff)
	}
	d.get(usersPath+"/%24runnable").wantStatus(t, http.StatusOK)
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Seed: mockserver.Seed{
		User:  mockserver.User{ID: "00uMe", Username: "me@example.com", AlternativeUserIDs: map[string]string{"desk": "D1"}},
		Users: []mockserver.User{{ID: "00uOther", Username: "other@example.com", AlternativeUserIDs: map[string]string{"desk": "D2"}}},
	}})
	want := map[string]any{
		"values": map[string]any{
			"00uMe": map[string]any{
				"id": "00uMe", "login": "me@example.com", "email": "me@example.com", "secondEmail": nil,
				"firstName": "Example", "lastName": "User", "type": "Service", "alternativeUserIds": map[string]any{"desk": "D1"},
			},
			"00uOther": map[string]any{
				"id": "00uOther", "login": "other@example.com", "email": "other@example.com", "secondEmail": nil,
				"firstName": "Example", "lastName": "User", "type": "Service", "alternativeUserIds": nil,
			},
		},
		"failed": map[string]any{
			"missing": map[string]any{"id": "missing", "type": "User does not exist", "detail": `The user "missing" does not exist.`},
		},
	}
	got := d.get("/identity/api/directory?id=00uMe&id=missing&id=00uOther").wantStatus(t, http.StatusOK)
	if diff := cmp.Diff(want, got.object(t)); diff != "" {
		t.Errorf("directory (-want +got):\n%s", diff)
	}
	d.get("/identity/api/directory").wantProblem(t, http.StatusBadRequest, 151)
	d.get("/identity/api/directory?"+url.Values{"id": make([]string, 51)}.Encode()).wantProblem(t, http.StatusBadRequest, 151)
}

// LUSID writes times in another format than Go and Terraform, so clients must accept it.
func TestUsers_times(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for i, test := range []struct{ sent, got string }{
		{"2030-01-01T00:00:00Z", "2030-01-01T00:00:00.0000000+00:00"},
		{"2030-01-01T00:00:00.123456789Z", "2030-01-01T00:00:00.1234567+00:00"},
		{"2030-01-01T00:30:00-00:30", "2030-01-01T01:00:00.0000000+00:00"},
	} {
		body := userBody("user-"+string(rune('a'+i))+"@example.com", service, `"userExpiry":"`+test.sent+`"`)
		if got := d.post(usersPath, body).wantStatus(t, http.StatusOK).text(t, "userExpiry"); got != test.got {
			t.Errorf("%s: got the expiry %s, want %s", test.sent, got, test.got)
		}
	}
}
