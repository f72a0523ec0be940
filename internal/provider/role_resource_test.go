package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// roleBody is RoleResponse; the provider's own type would hide a wrong JSON tag.
type roleBody struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	RoleID      struct {
		Scope string `json:"scope"`
		Code  string `json:"code"`
	} `json:"roleId"`
	Source   string `json:"source"`
	SAMLName string `json:"samlName"`
}

// createRole creates a role behind Terraform's back.
func (d domain) createRole(t *testing.T, name string) roleBody {
	t.Helper()
	var created roleBody
	d.mustCall(t, http.MethodPost, "/roles", map[string]string{"name": name}, &created)
	return created
}

// rolesNamed are the domain's roles with a name.
func (d domain) rolesNamed(t *testing.T, name string) []roleBody {
	t.Helper()
	var all, found []roleBody
	d.mustCall(t, http.MethodGet, "/roles", nil, &all)
	for _, role := range all {
		if role.Name == name {
			found = append(found, role)
		}
	}
	return found
}

// mustCount compares the provider's requests with those that are due.
func (d domain) mustCount(t *testing.T, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, d.counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// noRights signs in with a token that may do nothing.
func (d domain) noRights(t *testing.T) *protocol {
	t.Helper()
	return d.protocol(t, object{"access_token": d.mock.Credentials().NoRightsToken})
}

// notConfigured is a provider whose credentials another resource makes.
func (d domain) notConfigured(t *testing.T) *protocol {
	t.Helper()
	p := newProtocol(t)
	p.configure(object{"api_url": d.url, "access_token": unknown}).mustBeQuiet(t)
	return p
}

// mustPlanNothing expects a plan that is the state.
func (m managedType) mustPlanNothing(prior instance, config object) {
	m.t.Helper()
	change, diags := m.plan(prior, config)
	diags.mustBeQuiet(m.t)
	if names := prior.differences(change.planned); names != nil || change.replaces != nil {
		m.t.Errorf("planned a change of %s and a replacement because of %s", names, change.replaces)
	}
}

// mustHave compares attributes.
func (i instance) mustHave(t *testing.T, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := i.get(name); got != value {
			t.Errorf("%s is %s, not %s", name, got, value)
		}
	}
}

// mustRefuseOtherDomain brings a state made at home to another domain.
func mustRefuseOtherDomain(t *testing.T, home domain, typeName string, made instance, config object, label string) {
	t.Helper()
	away := newMock(t, mockserver.Options{})
	home.forget()
	m := away.protocol(t).resource(typeName)
	parts := []string{strings.TrimPrefix(home.url, "http://"), strings.TrimPrefix(away.url, "http://"), "Nothing was asked or changed", label}
	kept, diags := m.read(made)
	diags.mustFail(t, "", parts...)
	if names := made.differences(kept); names != nil {
		t.Errorf("the state changed: %s", names)
	}
	_, diags = m.plan(made, config)
	diags.mustFail(t, "", parts...)
	m.destroy(made).mustFail(t, "", parts...)
	change, diags := home.protocol(t).resource(typeName).plan(made, nil)
	diags.mustSucceed(t)
	home.forget()
	_, diags = m.apply(change)
	diags.mustFail(t, "", parts...)
	if home, away := home.counts(), away.counts(); len(home)+len(away) != 0 {
		t.Errorf("something was called: %v %v", home, away)
	}
}

// mustDoWithoutCredentials plans a create, keeps the state on a refresh and refuses the rest while the
// provider's configuration is not known.
func mustDoWithoutCredentials(t *testing.T, d domain, typeName string, made instance, config object) {
	t.Helper()
	d.forget()
	m := d.notConfigured(t).resource(typeName)
	_, diags := m.plan(instance{}, config)
	diags.mustBeQuiet(t)
	kept, diags := m.read(made)
	diags.mustWarn(t, "", "LUSID was not asked", "access_token")
	if names := made.differences(kept); names != nil {
		t.Errorf("the refresh changed %s", names)
	}
	const words = "access_token will be known only after apply"
	_, diags = m.importState("any")
	diags.mustFail(t, "", words)
	_, diags = m.create(config)
	diags.mustFail(t, "", words)
	m.destroy(made).mustFail(t, "", words)
	d.mustCount(t, map[string]int{})
}

func TestAccRole_basic(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	name := newName() + " a+b"
	const address = "lusid_role.test"
	config := func(description string) string {
		return d.config(fmt.Sprintf("resource \"lusid_role\" \"test\" {\n  name        = %q\n  description = %s\n}\n", name, description))
	}
	known := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), check)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		CheckDestroy: func(*terraform.State) error {
			if left := d.rolesNamed(t, name); len(left) > 0 {
				return fmt.Errorf("the role %s is still there", name)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: config(`"Trades"`),
				ConfigStateChecks: []statecheck.StateCheck{
					known("code", knownvalue.StringExact(name)),
					known("scope", knownvalue.StringExact("default")),
					known("description", knownvalue.StringExact("Trades")),
				},
			},
			{ResourceName: address, ImportState: true, ImportStateVerify: true},
			{ResourceName: address, ImportState: true, ImportStateId: "default/" + name, ImportStateVerify: true},
			{
				Config:            config("null"),
				ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}},
				ConfigStateChecks: []statecheck.StateCheck{known("description", knownvalue.Null())},
			},
		},
	})
}

func roleLifecycle(t *testing.T, d domain) lifecycle {
	path := func() string { return "/roles/" + d.rolesNamed(t, "traders")[0].ID }
	return lifecycle{
		config:              object{"name": "traders", "description": "Trade"},
		drift:               func() { d.mustCall(t, http.MethodPut, path(), map[string]string{"description": "Drifted"}, nil) },
		drifted:             []string{`~ description = "Drifted" -> "Trade"`},
		mended:              map[string]int{"identity.UpdateRole": 1},
		vanish:              func() { d.mustCall(t, http.MethodDelete, path(), nil, nil) },
		deletedAndMadeAgain: map[string]int{"identity.CreateRole": 1},
		replacement:         object{"name": "dealers", "description": "Trade"},
		replacedBy:          "name",
		replaced:            map[string]int{"identity.DeleteRole": 1, "identity.CreateRole": 1},
		update:              object{"name": "traders", "description": "Trade more"},
		refusedCreate:       "Unable to create role",
		refusedRead:         "Unable to read role traders",
		refusedUpdate:       "Unable to update role traders",
		refusedDelete:       "Unable to delete role traders",
	}
}

func TestRole_lifecycle(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	roles := d.protocol(t).resource("lusid_role")
	config := object{"name": "traders", "description": "Trade"}
	made := roles.mustCreate(config)
	d.mustCount(t, map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1})
	stored := d.rolesNamed(t, "traders")[0]
	made.mustHave(t, map[string]string{
		"id": stored.ID, "code": "traders", "scope": "default", "source": stored.Source, "saml_name": stored.SAMLName, "description": "Trade",
	})
	if diff := cmp.Diff(map[string]string{"id": stored.ID}, roles.identityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}

	d.forget()
	read := roles.mustRead(made)
	roles.mustPlanNothing(read, config)
	d.mustCount(t, map[string]int{"identity.GetRole": 1})

	// The description, and nothing else, updates in place.
	d.forget()
	updated, diags := roles.update(read, object{"name": "traders", "description": "Trade more"})
	diags.mustBeQuiet(t)
	updated, diags = roles.update(updated, object{"name": "traders", "description": "Trade more", "timeouts": object{"update": "1m"}})
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{"identity.UpdateRole": 1})
	if got := d.rolesNamed(t, "traders")[0]; got.Description == nil || *got.Description != "Trade more" {
		t.Errorf("LUSID has %v", got.Description)
	}
	change, diags := roles.plan(updated, object{"name": "dealers", "description": "Trade more"})
	diags.mustBeQuiet(t)
	if diff := cmp.Diff([]string{"name"}, change.replaces); diff != "" {
		t.Errorf("replaced because of (-want +got):\n%s", diff)
	}

	// Drift, in a process of its own: within one, a refresh may answer from a list.
	roles = d.protocol(t).resource("lusid_role")
	d.mustCall(t, http.MethodPut, "/roles/"+stored.ID, map[string]string{"description": "Drifted"}, nil)
	drifted := roles.mustRead(updated)
	drifted.mustHave(t, map[string]string{"description": "Drifted"})
	mended, diags := roles.update(drifted, config)
	diags.mustBeQuiet(t)
	// Null and empty are the same to LUSID, and neither is a change afterwards.
	for _, description := range []any{"", nil} {
		mended, diags = roles.update(mended, object{"name": "traders", "description": description})
		diags.mustBeQuiet(t)
		mended = roles.mustRead(mended)
		roles.mustPlanNothing(mended, object{"name": "traders", "description": description})
	}

	// Gone.
	roles = d.protocol(t).resource("lusid_role")
	d.mustCall(t, http.MethodDelete, "/roles/"+stored.ID, nil, nil)
	gone := roles.mustRead(mended)
	if gone.exists() {
		t.Error("a role that is gone stays in the state")
	}
	d.forget()
	roles.destroy(mended).mustBeQuiet(t)
	d.mustCount(t, map[string]int{"identity.DeleteRole": 1})
}

func TestRole_import(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	roles := d.protocol(t).resource("lusid_role")
	long := "a" + strings.Repeat("b", 99)
	for _, name := range []string{"traders", "front office", "a+b", long} {
		created := d.createRole(t, name)
		for _, key := range []string{created.ID, "default/" + name} {
			imported, diags := roles.importState(key)
			diags.mustBeQuiet(t)
			imported.mustHave(t, map[string]string{"id": created.ID, "name": name, "description": "null"})
			roles.mustPlanNothing(imported, object{"name": name})
		}
		imported, diags := roles.importIdentity(object{"id": created.ID})
		diags.mustBeQuiet(t)
		imported.mustHave(t, map[string]string{"name": name})
	}
	if got := d.counts()["identity.ListRoles"]; got != 4 {
		t.Errorf("%d lists, where three names need one, and the refresh of many roles", got)
	}
	administrator, diags := roles.importState("LUSID_SYSTEM/lusid-administrator")
	diags.mustBeQuiet(t)
	administrator.mustHave(t, map[string]string{"scope": "LUSID_SYSTEM", "code": "lusid-administrator"})

	const summary = "Unable to import role"
	for key, parts := range map[string][]string{
		"missing":          {"HTTP 404"},
		"front office":     {"1 to 64 letters", "scope/code"},
		"default/missing":  {"HTTP 404"},
		"default/not here": {"lusid_roles"},
		"other/traders":    {"HTTP 404"},
		"/traders":         {"lusid_roles"},
	} {
		_, diags := roles.importState(key)
		diags.mustFail(t, "", append(parts, summary, key)...)
	}
	_, diags = d.noRights(t).resource("lusid_role").importState("traders-id")
	diags.mustFail(t, "", summary, "HTTP 403", "lusid-administrator")
}

func TestRole_taken(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	taken := d.createRole(t, "traders")
	made, diags := d.protocol(t).resource("lusid_role").create(object{"name": "traders"})
	if made.exists() {
		t.Error("something is in the state")
	}
	diags.mustFail(t, "name", "Unable to create role", taken.ID, fmt.Sprintf("import {\n  to = lusid_role.NAME\n  id = %q\n}", taken.ID), "HTTP 409")
	d.mustCount(t, map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1, "identity.GetRoleByCode": 1})
}

func TestRole_lostAnswer(t *testing.T) {
	t.Parallel()
	byCode := map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1, "identity.GetRoleByCode": 1}
	const key, noKey = "traders", "front office"
	for what, test := range map[string]struct {
		name    string
		fault   mockserver.Fault
		lag     int
		adopted bool
		want    map[string]int
	}{
		"reset after":            {key, mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true, byCode},
		"reset before":           {key, mockserver.Fault{Reset: mockserver.ResetBefore}, 0, false, map[string]int{"identity.ListRoles": 2, "identity.CreateRole": 2, "identity.GetRoleByCode": 1}},
		"500 after":              {key, mockserver.Fault{Status: 500, AfterWrite: true}, 0, true, byCode},
		"truncated":              {key, mockserver.Fault{Truncate: true}, 0, true, byCode},
		"reset after, under lag": {key, mockserver.Fault{Reset: mockserver.ResetAfter}, 3, true, byCode},
		// The list alone knows it: the refusal of another try shows that it is behind.
		"no code to look for, under lag": {noKey, mockserver.Fault{Reset: mockserver.ResetAfter}, 1, true, map[string]int{"identity.ListRoles": 3, "identity.CreateRole": 2}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{ListLag: test.lag})
			test.fault.Operation = "identity.CreateRole"
			d.mock.InjectFault(test.fault)
			roles := d.protocol(t).resource("lusid_role")
			config := object{"name": test.name, "description": "Trade"}
			made, diags := roles.create(config)
			if test.adopted {
				diags.mustWarn(t, "", "The answer to the creation of role "+test.name+" was lost", made.get("id"), "this run or another one created it")
			} else {
				diags.mustBeQuiet(t)
			}
			d.mustCount(t, test.want)
			for range test.lag {
				d.rolesNamed(t, test.name)
			}
			if got := d.rolesNamed(t, test.name); len(got) != 1 || got[0].ID != made.get("id") {
				t.Errorf("the domain has %v", got)
			}
			roles.mustPlanNothing(roles.mustRead(made), config)
		})
	}
	t.Run("the look-up is refused", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateRole", Reset: mockserver.ResetAfter})
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.GetRoleByCode", Status: http.StatusForbidden})
		_, diags := d.protocol(t).resource("lusid_role").create(object{"name": "traders"})
		diags.mustWarn(t, "", "The answer to the creation of role traders was lost")
		d.mustCount(t, map[string]int{"identity.ListRoles": 2, "identity.CreateRole": 1, "identity.GetRoleByCode": 1})
	})
	t.Run("another's", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		foreign := d.createRole(t, "traders")
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateRole", Reset: mockserver.ResetAfter})
		made, diags := d.protocol(t).resource("lusid_role").create(object{"name": "traders"})
		if made.exists() {
			t.Error("a foreign role was taken over")
		}
		diags.mustFail(t, "name", foreign.ID)
		d.mustCount(t, map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1, "identity.GetRoleByCode": 1})
	})
	t.Run("the look-up minds no letter case", func(t *testing.T) {
		t.Parallel()
		d := newMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.URL.Path = strings.Replace(r.URL.Path, "/byCode/traders", "/byCode/Traders", 1)
				mock.ServeHTTP(w, r)
			})
		})
		d.createRole(t, "Traders")
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateRole", Reset: mockserver.ResetBefore})
		d.protocol(t).resource("lusid_role").mustCreate(object{"name": "traders"})
		d.mustCount(t, map[string]int{"identity.ListRoles": 2, "identity.CreateRole": 2, "identity.GetRoleByCode": 1})
	})
	t.Run("another's, made meanwhile", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		roles := d.protocol(t).resource("lusid_role")
		roles.mustCreate(object{"name": "dealers"})
		foreign := d.createRole(t, "traders")
		d.forget()
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateRole", Reset: mockserver.ResetAfter})
		made, diags := roles.create(object{"name": "traders", "description": "Trade"})
		if made.exists() {
			t.Error("a foreign role was taken over")
		}
		diags.mustFail(t, "name", foreign.ID)
		d.mustCount(t, map[string]int{"identity.CreateRole": 1, "identity.GetRoleByCode": 1})
	})
}

func TestRole_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	roles := d.protocol(t).resource("lusid_role")
	config := object{"name": "traders"}
	made := roles.mustCreate(config)
	forbidden := d.noRights(t).resource("lusid_role")
	words := []string{"HTTP 403", "lusid-administrator"}

	kept, diags := forbidden.read(made)
	diags.mustFail(t, "", append(words, "Unable to read role traders")...)
	if names := made.differences(kept); names != nil {
		t.Errorf("a failed read changed %s", names)
	}
	_, diags = forbidden.update(made, object{"name": "traders", "description": "New"})
	diags.mustFail(t, "", append(words, "Unable to update role traders")...)
	forbidden.destroy(made).mustFail(t, "", append(words, "Unable to delete role traders")...)
	_, diags = forbidden.create(object{"name": "dealers"})
	diags.mustFail(t, "", append(words, "Unable to create role", "dealers")...)

	// Only LUSID's own 404 means gone.
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.GetRole", Status: http.StatusNotFound, HTML: true})
	_, diags = roles.read(made)
	diags.mustFail(t, "", "HTML page")
	administrator, diags := roles.importState("LUSID_SYSTEM/lusid-administrator")
	diags.mustBeQuiet(t)
	roles.destroy(administrator).mustFail(t, "", "built in", "HTTP 400", "Unable to delete role lusid-administrator")

	mustRefuseOtherDomain(t, d, "lusid_role", made, config, "traders")
	mustDoWithoutCredentials(t, d, "lusid_role", made, config)
}

func TestRole_validation(t *testing.T) {
	t.Parallel()
	roles := newProtocol(t).resource("lusid_role")
	for name, test := range map[string]struct {
		config    object
		attribute string
	}{
		"two letters":       {object{"name": "ab"}, "name"},
		"101 letters":       {object{"name": strings.Repeat("a", 101)}, "name"},
		"a digit first":     {object{"name": "1abc"}, "name"},
		"a slash":           {object{"name": "a/bc"}, "name"},
		"a line break":      {object{"name": "abc\n"}, "name"},
		"an empty name":     {object{"name": ""}, "name"},
		"long description":  {object{"name": "abc", "description": strings.Repeat("ü", 1025)}, "description"},
		"a timeout of zero": {object{"name": "abc", "timeouts": object{"create": "0s"}}, "timeouts.create"},
		"a timeout of none": {object{"name": "abc", "timeouts": object{"delete": "soon"}}, "timeouts.delete"},
	} {
		t.Run(name, func(t *testing.T) { roles.validate(test.config).mustFail(t, test.attribute) })
	}
	roles.validate(object{"name": "a+b c-d_e", "description": strings.Repeat("ü", 1024)}).mustBeQuiet(t)
	roles.validate(object{"name": unknown, "description": unknown}).mustBeQuiet(t)
}

// TestRole_default plans the end of the roles that every domain has, and of others.
func TestRole_default(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{}, w.front)
	roles := d.protocol(t).resource("lusid_role")
	defaults := map[string]string{
		"lusid-administrator": "LUSID_SYSTEM", "iam-administrator": "default", "applications-administrator": "default",
		"lusid-evaluator": "default", "configuration-administrator": "default", "instrument-administrator": "default",
	}
	for code, scope := range defaults {
		role, diags := roles.importState(scope + "/" + code)
		diags.mustBeQuiet(t)
		words := []string{code + " is one of LUSID's default roles", "Every domain has the role " + code, "terraform state rm"}
		d.forget()
		_, diags = roles.plan(role, nil)
		diags.mustWarn(t, "", append(words, "This plan deletes it.")...)
		change, diags := roles.plan(role, object{"name": "renamed"})
		diags.mustWarn(t, "", append(words, "deletes it to create another one")...)
		if diff := cmp.Diff([]string{"name"}, change.replaces); diff != "" {
			t.Errorf("replaced because of (-want +got):\n%s", diff)
		}
		_, diags = roles.plan(role, object{"name": unknown})
		diags.mustWarn(t, "", append(words, "deletes it to create another one")...)
		// What -replace and taint end in.
		_, diags = roles.plan(instance{}, object{"name": code})
		diags.mustWarn(t, "", append(words, "If this plan replaces the role")...)
		d.mustCount(t, map[string]int{})

		_, diags = roles.plan(role, object{"name": role.get("name"), "description": "Changed"})
		diags.mustBeQuiet(t)
	}
	made := roles.mustCreate(object{"name": "lusid-administrators"})
	roles.mustRead(made)
	roles.destroy(made).mustBeQuiet(t)

	// The case of a code does not matter.
	w.set(func(_ *http.Request, body any) any {
		if role, ok := body.(map[string]any); ok {
			role["name"], role["roleId"] = "LUSID-Evaluator", map[string]any{"scope": "default", "code": "LUSID-Evaluator"}
		}
		return body
	})
	role, diags := roles.importState("default/lusid-evaluator")
	diags.mustBeQuiet(t)
	_, diags = roles.plan(role, nil)
	diags.mustWarn(t, "", "LUSID-Evaluator is one of LUSID's default roles")
}

// TestAccRole_default shows the warning where the CLI does, before anything is deleted.
func TestAccRole_default(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	const warning = "Warning: lusid-evaluator is one of LUSID's default roles"
	role := func(name string) string {
		return d.config("resource \"lusid_role\" \"test\" {\n  name = \"" + name + "\"\n}\n")
	}
	w := newWorkspace(t, role("lusid-evaluator"))
	w.mustRun("import", "lusid_role.test", "default/lusid-evaluator")
	mustHold(t, w.mustRun("plan", "-destroy"), warning)
	w.configure(role("evaluators"))
	mustHold(t, w.mustRun("plan"), warning, "1 to add, 0 to change, 1 to destroy")
	w.configure(role("lusid-evaluator"))
	w.mustRun("taint", "lusid_role.test")
	mustHold(t, w.mustRun("plan"), warning)
	w.configure(d.config(""))
	mustHold(t, w.mustRun("plan"), warning, "0 to add, 0 to change, 1 to destroy")
}
