package mockserver_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const rolesPath = "/identity/api/roles"

var builtInRoles = []string{
	"lusid-administrator", "iam-administrator", "applications-administrator", "lusid-evaluator",
	"configuration-administrator", "instrument-administrator",
}

// createRole creates a role and returns its ID.
func (d *domain) createRole(name string) string {
	d.t.Helper()
	return d.post(rolesPath, `{"name":"`+name+`"}`).wantStatus(d.t, http.StatusCreated).text(d.t, "id")
}

// roleNames returns the names of the roles in a list, without the built-in roles.
func (d *domain) roleNames() []string {
	d.t.Helper()
	names := d.texts(rolesPath, "name")
	if diff := cmp.Diff(builtInRoles, names[:len(builtInRoles)]); diff != "" {
		d.t.Errorf("built-in roles (-want +got):\n%s", diff)
	}
	return names[len(builtInRoles):]
}

func TestRoles_lifecycle(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	created := d.post(rolesPath,
		`{"name":"portfolio-manager-role","description":"A role representing the manager of a portfolio"}`).wantStatus(t, http.StatusCreated)
	id := created.text(t, "id")
	if !regexp.MustCompile(`^00g[a-zA-Z0-9]{17}$`).MatchString(id) {
		t.Errorf("got the ID %q, want 00g and 17 letters or digits", id)
	}
	want := map[string]any{
		"id": id, "roleId": map[string]any{"scope": "default", "code": "portfolio-manager-role"}, "name": "portfolio-manager-role",
		"description": "A role representing the manager of a portfolio", "source": "LusidUser", "samlName": "lusid:default:portfolio-manager-role",
	}
	path := rolesPath + "/" + id
	check := func(what string, got map[string]any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("created", created.object(t))
	check("read", d.get(path).wantStatus(t, http.StatusOK).object(t))
	check("read by code", d.get(rolesPath+"/byCode/portfolio-manager-role").wantStatus(t, http.StatusOK).object(t))
	check("read by code and scope", d.get(rolesPath+"/byCode/portfolio-manager-role?scope=default").object(t))
	list := decode[[]map[string]any](t, d.get(rolesPath).wantStatus(t, http.StatusOK))
	check("listed", list[len(list)-1])

	want["description"] = ""
	check("updated", d.put(path, `{"description":""}`).wantStatus(t, http.StatusOK).object(t))
	want["description"] = "Another"
	check("updated", d.put(path, `{"description":"Another"}`).wantStatus(t, http.StatusOK).object(t))
	check("read after the update", d.get(path).object(t))
	want["description"] = nil
	check("updated without a body", d.put(path, "").wantStatus(t, http.StatusOK).object(t))
	d.put(path, `{"name":"other","description":"Another"}`).wantProblem(t, http.StatusBadRequest, 151)

	if got := d.delete(path).wantStatus(t, http.StatusNoContent); got.body != "" {
		t.Errorf("got the body %s for the deletion, want none", got.body)
	}
	if diff := cmp.Diff([]string{}, d.roleNames()); diff != "" {
		t.Errorf("listed after the deletion (-want +got):\n%s", diff)
	}
	d.createRole("portfolio-manager-role")
}

func TestRoles_missing(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	user := d.createUser("user@example.com")
	for _, r := range []request{
		{method: http.MethodGet, path: "/missing"},
		{method: http.MethodGet, path: "/byCode/missing"},
		{method: http.MethodGet, path: "/byCode/lusid-evaluator?scope=other"},
		{method: http.MethodGet, path: "/byCode/lusid-administrator"}, // The role has the scope LUSID_SYSTEM.
		{method: http.MethodGet, path: "/lusid-evaluator"},            // A code is not an ID.
		{method: http.MethodPut, path: "/missing", body: `{"description":"Another"}`},
		{method: http.MethodDelete, path: "/missing"},
		{method: http.MethodGet, path: "/missing/users"},
		{method: http.MethodPut, path: "/missing/users/" + user},
		{method: http.MethodDelete, path: "/missing/users/" + user},
	} {
		r.path = rolesPath + r.path
		if problem := d.do(r).wantProblem(t, http.StatusNotFound, 660); problem["name"] != "Role does not exist" {
			t.Errorf("got the name %v, want Role does not exist", problem["name"])
		}
	}
}

func TestRoles_names(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	const odd = "Risk + Compliance"
	long := "r" + strings.Repeat("x", 99)
	for _, name := range []string{"abc", odd, long} {
		id := d.createRole(name)
		if got := d.get(rolesPath + "/" + id).object(t)["roleId"]; !cmp.Equal(got, map[string]any{"scope": "default", "code": name}) {
			t.Errorf("got the roleId %v, want default/%s", got, name)
		}
	}
	for _, name := range []string{"ab", "1abc", "a/bc", "", long + "x"} {
		d.post(rolesPath, `{"name":"`+name+`"}`).wantProblem(t, http.StatusBadRequest, 151)
	}
	for _, name := range []string{odd, "lusid-evaluator", "lusid-administrator"} {
		problem := d.post(rolesPath, `{"name":"`+name+`"}`).wantProblem(t, http.StatusConflict, 144)
		if detail, _ := problem["detail"].(string); !strings.Contains(detail, name) {
			t.Errorf("got the detail %q, want one that contains %s", detail, name)
		}
	}
	if diff := cmp.Diff([]string{"abc", odd, long}, d.roleNames()); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	// These codes can't be used in a path, so only the list contains these roles.
	for _, code := range []string{"Risk%20%2B%20Compliance", long} {
		d.get(rolesPath+"/byCode/"+code).wantProblem(t, http.StatusBadRequest, 151)
	}
}

func TestRoles_builtIn(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, name := range builtInRoles {
		d.delete(rolesPath+"/"+d.roleID(name)).wantProblem(t, http.StatusBadRequest, 157)
	}
	if diff := cmp.Diff([]string{}, d.roleNames()); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	administrator := d.get(rolesPath+"/byCode/lusid-administrator?scope=LUSID_SYSTEM").wantStatus(t, http.StatusOK)
	if got := administrator.text(t, "samlName"); got != "lusid:LUSID_SYSTEM:lusid-administrator" {
		t.Errorf("got the samlName %q, want lusid:LUSID_SYSTEM:lusid-administrator", got)
	}
}

func TestRoles_listsLag(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{ListLag: 1})
	id := d.createRole("first-role")
	d.get(rolesPath+"/"+id).wantStatus(t, http.StatusOK)
	d.get(rolesPath+"/byCode/first-role").wantStatus(t, http.StatusOK)
	for i, want := range [][]string{{}, {"first-role"}} {
		if diff := cmp.Diff(want, d.roleNames()); diff != "" {
			t.Errorf("list %d (-want +got):\n%s", i+1, diff)
		}
	}
}

func TestRoleMembers(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	users := map[string]string{}
	for _, login := range []string{"first@example.com", "second@example.com"} {
		users[login] = d.createUser(login)
	}
	role, other := d.createRole("first-role"), d.createRole("second-role")
	members := rolesPath + "/" + role + "/users"
	want := func(logins ...string) {
		t.Helper()
		if diff := cmp.Diff(append([]string{}, logins...), d.logins(members)); diff != "" {
			t.Errorf("members (-want +got):\n%s", diff)
		}
	}
	want()
	for range 2 { // Add and remove are idempotent.
		d.put(members+"/"+users["second@example.com"], "").wantStatus(t, http.StatusNoContent)
	}
	d.put(members+"/"+users["first@example.com"], "").wantStatus(t, http.StatusNoContent)
	want("second@example.com", "first@example.com")
	listed := decode[[]map[string]any](t, d.get(members))
	if diff := cmp.Diff(d.get(usersPath+"/"+users["second@example.com"]).object(t), listed[0]); diff != "" {
		t.Errorf("member (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{}, d.logins(rolesPath+"/"+other+"/users")); diff != "" {
		t.Errorf("members of the other role (-want +got):\n%s", diff)
	}
	for range 2 {
		d.delete(members+"/"+users["second@example.com"]).wantStatus(t, http.StatusNoContent)
	}
	want("first@example.com")

	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		d.do(request{method: method, path: members + "/missing"}).wantProblem(t, http.StatusNotFound, 657)
	}
	d.delete(rolesPath+"/"+role).wantStatus(t, http.StatusNoContent)
	d.get(members).wantProblem(t, http.StatusNotFound, 660)
	if got := d.get(usersPath + "/" + users["first@example.com"] + "?includeRoles=true").object(t)["roles"]; !cmp.Equal(got, []any{}) {
		t.Errorf("got the roles %v after the role was deleted, want none", got)
	}
}

func TestRoleMembers_listsLag(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{ListLag: 1})
	user := d.post(usersPath+"?waitForReindex=true", userBody("user@example.com", service)).text(t, "id")
	role, other := d.createRole("first-role"), d.createRole("second-role")
	wantLists := func(lists ...[]string) {
		t.Helper()
		for i, want := range lists {
			d.get(rolesPath + "/" + other + "/users") // A list of another role does not count.
			if diff := cmp.Diff(want, d.logins(rolesPath+"/"+role+"/users")); diff != "" {
				t.Errorf("list %d (-want +got):\n%s", i+1, diff)
			}
		}
	}
	d.put(rolesPath+"/"+role+"/users/"+user, "").wantStatus(t, http.StatusNoContent)
	got := d.get(usersPath + "/" + user + "?includeRoles=true").object(t)["roles"]
	if roles, _ := got.([]any); len(roles) != 1 {
		t.Errorf("got the roles %v, want 1", got) // Reads by ID don't lag.
	}
	wantLists([]string{}, []string{"user@example.com"})
	d.delete(usersPath + "/" + user)
	wantLists([]string{"user@example.com"}, []string{})

	user = d.createUser("purged@example.com", `"roles":[{"scope":"default","code":"first-role"}]`)
	wantLists([]string{}, []string{"purged@example.com"})
	d.delete(usersPath + "/" + user + "?purge=true")
	wantLists([]string{}) // The purged user is in no list, even if it lags.
}
