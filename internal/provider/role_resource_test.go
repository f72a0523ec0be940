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
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestAccRole_basic(t *testing.T) {
	t.Parallel()
	d := providertest.NewDomain(t)
	name := providertest.NewName() + " a+b"
	const address = "lusid_role.test"
	config := func(description string) string {
		return d.Config(fmt.Sprintf("resource \"lusid_role\" \"test\" {\n  name        = %q\n  description = %s\n}\n", name, description))
	}
	known := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), check)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		CheckDestroy: func(*terraform.State) error {
			if left := d.RolesNamed(t, name); len(left) > 0 {
				return fmt.Errorf("the role %s still exists after the destroy", name)
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
				Config: config("null"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address,
					plancheck.ResourceActionUpdate)}},
				ConfigStateChecks: []statecheck.StateCheck{known("description", knownvalue.Null())},
			},
		},
	})
}

func TestRole_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	roles := d.Protocol(t).Resource("lusid_role")
	config := providertest.Object{"name": "traders", "description": "Trade"}
	made := roles.MustCreate(config)
	d.MustCount(t, map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1})
	stored := d.RolesNamed(t, "traders")[0]
	made.MustHave(t, map[string]string{
		"id": stored.ID, "code": "traders", "scope": "default", "source": stored.Source, "saml_name": stored.SAMLName, "description": "Trade",
	})
	if diff := cmp.Diff(map[string]string{"id": stored.ID}, roles.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}

	d.Forget()
	read := roles.MustRead(made)
	roles.MustPlanNothing(read, config)
	d.MustCount(t, map[string]int{"identity.GetRole": 1})

	// The description is updated in place. A change of the timeouts sends no request.
	d.Forget()
	updated, diags := roles.Update(read, providertest.Object{"name": "traders", "description": "Trade more"})
	diags.MustBeQuiet(t)
	updated, diags = roles.Update(updated, providertest.Object{
		"name":        "traders",
		"description": "Trade more",
		"timeouts":    providertest.Object{"update": "1m"},
	})
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{"identity.GetRole": 1, "identity.UpdateRole": 1})
	if got := d.RolesNamed(t, "traders")[0]; got.Description == nil || *got.Description != "Trade more" {
		t.Errorf("got the description %v in LUSID, want Trade more", got.Description)
	}
	change, diags := roles.Plan(updated, providertest.Object{"name": "dealers", "description": "Trade more"})
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"name"}, change.Replaces); diff != "" {
		t.Errorf("attributes that force the replacement (-want +got):\n%s", diff)
	}

	// Drift is read by a new provider process, because within one process a refresh may use an earlier
	// list.
	roles = d.Protocol(t).Resource("lusid_role")
	d.MustCall(t, http.MethodPut, "/roles/"+stored.ID, map[string]string{"description": "Drifted"}, nil)
	drifted := roles.MustRead(updated)
	drifted.MustHave(t, map[string]string{"description": "Drifted"})
	mended, diags := roles.Update(drifted, config)
	diags.MustBeQuiet(t)
	// LUSID does not distinguish null from an empty description, so neither plans a change afterwards.
	for _, description := range []any{"", nil} {
		mended, diags = roles.Update(mended, providertest.Object{"name": "traders", "description": description})
		diags.MustBeQuiet(t)
		mended = roles.MustRead(mended)
		roles.MustPlanNothing(mended, providertest.Object{"name": "traders", "description": description})
	}

	// The role is deleted outside Terraform.
	roles = d.Protocol(t).Resource("lusid_role")
	d.MustCall(t, http.MethodDelete, "/roles/"+stored.ID, nil, nil)
	gone := roles.MustRead(mended)
	if gone.Exists() {
		t.Error("a role that was deleted outside Terraform is still in the state")
	}
	d.Forget()
	roles.Destroy(mended).MustBeQuiet(t)
	d.MustCount(t, map[string]int{"identity.DeleteRole": 1})
}

// TestRole_changedAfterPlan changes the description of a role after the plan of another description was made. The update
// would replace the description of somebody else, and the plan did not show that description.
func TestRole_changedAfterPlan(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	roles := d.Protocol(t).Resource("lusid_role")
	made := roles.MustCreate(providertest.Object{"name": "traders", "description": "Trade"})
	changed := providertest.Object{"name": "traders", "description": "Trade more"}
	describe := func(description string) {
		d.MustCall(t, http.MethodPut, "/roles/"+made.Get("id"), map[string]string{"description": description}, nil)
	}

	describe("Trade nothing")
	d.Forget()
	_, diags := roles.Update(made, changed)
	diags.MustFail(t, "", "Unable to update role traders", "It was changed in LUSID after the plan was made", "Plan again, without -refresh=false")
	d.MustCount(t, map[string]int{"identity.GetRole": 1})

	// The role is as wanted, for example after an update whose response was lost.
	describe("Trade more")
	d.Forget()
	updated, diags := roles.Update(made, changed)
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{"identity.GetRole": 1})
	roles.MustPlanNothing(roles.MustRead(updated), changed)
}

func TestRole_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	roles := d.Protocol(t).Resource("lusid_role")
	long := "a" + strings.Repeat("b", 99)
	for _, name := range []string{"traders", "front office", "a+b", long} {
		created := d.CreateRole(t, name)
		for _, key := range []string{created.ID, "default/" + name} {
			imported, diags := roles.ImportState(key)
			diags.MustBeQuiet(t)
			imported.MustHave(t, map[string]string{"id": created.ID, "name": name, "description": "null"})
			roles.MustPlanNothing(imported, providertest.Object{"name": name})
		}
		imported, diags := roles.ImportIdentity(providertest.Object{"id": created.ID})
		diags.MustBeQuiet(t)
		imported.MustHave(t, map[string]string{"name": name})
	}
	if got := d.Counts()["identity.ListRoles"]; got != 4 {
		t.Errorf("got %d lists of roles, want 4: one for each of three names, and one for the refresh of many roles", got)
	}
	administrator, diags := roles.ImportState("LUSID_SYSTEM/lusid-administrator")
	diags.MustBeQuiet(t)
	administrator.MustHave(t, map[string]string{"scope": "LUSID_SYSTEM", "code": "lusid-administrator"})

	const summary = "Unable to import role"
	for key, parts := range map[string][]string{
		"missing":          {"HTTP 404", "that is default/missing"},
		"front office":     {"1 to 64 letters", "scope/code"},
		"default/missing":  {"HTTP 404"},
		"default/not here": {"lusid_roles"},
		"other/traders":    {"HTTP 404"},
		"/traders":         {"lusid_roles"},
	} {
		_, diags := roles.ImportState(key)
		diags.MustFail(t, "", append(parts, summary, key)...)
	}
	_, diags = d.NoRights(t).Resource("lusid_role").ImportState("traders-id")
	diags.MustFail(t, "", summary, "HTTP 403", "lusid-administrator")
}

func TestRole_taken(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	taken := d.CreateRole(t, "traders")
	made, diags := d.Protocol(t).Resource("lusid_role").Create(providertest.Object{"name": "traders"})
	if made.Exists() {
		t.Error("the state has a role, although the create failed")
	}
	diags.MustFail(t, "name", "Unable to create role", taken.ID, fmt.Sprintf("import {\n  to = lusid_role.NAME\n  id = %q\n}", taken.ID),
		"HTTP 409")
	d.MustCount(t, map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1, "identity.GetRoleByCode": 1})
}

func TestRole_lostResponse(t *testing.T) {
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
		"connection reset after the write": {key, mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true, byCode},
		"connection reset before the write": {
			key,
			mockserver.Fault{Reset: mockserver.ResetBefore},
			0, false,
			map[string]int{"identity.ListRoles": 2, "identity.CreateRole": 2, "identity.GetRoleByCode": 1},
		},
		"HTTP 500 after the write":                                {key, mockserver.Fault{Status: 500, AfterWrite: true}, 0, true, byCode},
		"truncated response":                                      {key, mockserver.Fault{Truncate: true}, 0, true, byCode},
		"connection reset after the write, with a list that lags": {key, mockserver.Fault{Reset: mockserver.ResetAfter}, 3, true, byCode},
		// The role cannot be read by its code, only found in the list. The list lags, so the provider
		// repeats the create, and LUSID's refusal shows that the role exists.
		"name that cannot be looked up by code, with a list that lags": {
			noKey,
			mockserver.Fault{Reset: mockserver.ResetAfter},
			1, true,
			map[string]int{"identity.ListRoles": 3, "identity.CreateRole": 2},
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{ListLag: test.lag})
			test.fault.Operation = "identity.CreateRole"
			d.Mock.InjectFault(test.fault)
			roles := d.Protocol(t).Resource("lusid_role")
			config := providertest.Object{"name": test.name, "description": "Trade"}
			made, diags := roles.Create(config)
			if test.adopted {
				diags.MustWarn(t, "", "The response to the creation of role "+test.name+" was lost", made.Get("id"), "this run or another run created it")
			} else {
				diags.MustBeQuiet(t)
			}
			d.MustCount(t, test.want)
			for range test.lag {
				d.RolesNamed(t, test.name)
			}
			if got := d.RolesNamed(t, test.name); len(got) != 1 || got[0].ID != made.Get("id") {
				t.Errorf("got the roles %v, want the one in the state", got)
			}
			roles.MustPlanNothing(roles.MustRead(made), config)
		})
	}
	t.Run("the look-up by code is forbidden", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateRole", Reset: mockserver.ResetAfter})
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetRoleByCode", Status: http.StatusForbidden})
		_, diags := d.Protocol(t).Resource("lusid_role").Create(providertest.Object{"name": "traders"})
		diags.MustWarn(t, "", "The response to the creation of role traders was lost")
		d.MustCount(t, map[string]int{"identity.ListRoles": 2, "identity.CreateRole": 1, "identity.GetRoleByCode": 1})
	})
	t.Run("role of another run", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		foreign := d.CreateRole(t, "traders")
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateRole", Reset: mockserver.ResetAfter})
		made, diags := d.Protocol(t).Resource("lusid_role").Create(providertest.Object{"name": "traders"})
		if made.Exists() {
			t.Error("a role of another run was adopted")
		}
		diags.MustFail(t, "name", foreign.ID)
		d.MustCount(t, map[string]int{"identity.ListRoles": 1, "identity.CreateRole": 1, "identity.GetRoleByCode": 1})
	})
	t.Run("the look-up ignores case", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.URL.Path = strings.Replace(r.URL.Path, "/byCode/traders", "/byCode/Traders", 1)
				mock.ServeHTTP(w, r)
			})
		})
		d.CreateRole(t, "Traders")
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateRole", Reset: mockserver.ResetBefore})
		d.Protocol(t).Resource("lusid_role").MustCreate(providertest.Object{"name": "traders"})
		d.MustCount(t, map[string]int{"identity.ListRoles": 2, "identity.CreateRole": 2, "identity.GetRoleByCode": 1})
	})
	t.Run("created by another run after the list was read", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		roles := d.Protocol(t).Resource("lusid_role")
		roles.MustCreate(providertest.Object{"name": "dealers"})
		foreign := d.CreateRole(t, "traders")
		d.Forget()
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateRole", Reset: mockserver.ResetAfter})
		made, diags := roles.Create(providertest.Object{"name": "traders", "description": "Trade"})
		if made.Exists() {
			t.Error("a role of another run was adopted")
		}
		diags.MustFail(t, "name", foreign.ID)
		d.MustCount(t, map[string]int{"identity.CreateRole": 1, "identity.GetRoleByCode": 1})
	})
}

func TestRole_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	roles := d.Protocol(t).Resource("lusid_role")
	config := providertest.Object{"name": "traders"}
	made := roles.MustCreate(config)
	forbidden := d.NoRights(t).Resource("lusid_role")
	words := []string{"HTTP 403", "lusid-administrator"}

	kept, diags := forbidden.Read(made)
	diags.MustFail(t, "", append(words, "Unable to read role traders")...)
	if names := made.Differences(kept); names != nil {
		t.Errorf("a failed read changed %s in the state", names)
	}
	_, diags = forbidden.Update(made, providertest.Object{"name": "traders", "description": "New"})
	diags.MustFail(t, "", append(words, "Unable to update role traders")...)
	forbidden.Destroy(made).MustFail(t, "", append(words, "Unable to delete role traders")...)
	_, diags = forbidden.Create(providertest.Object{"name": "dealers"})
	diags.MustFail(t, "", append(words, "Unable to create role", "dealers")...)

	// A role is removed from the state only if the 404 comes from LUSID itself.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetRole", Status: http.StatusNotFound, HTML: true})
	_, diags = roles.Read(made)
	diags.MustFail(t, "", "HTML page")
	administrator, diags := roles.ImportState("LUSID_SYSTEM/lusid-administrator")
	diags.MustBeQuiet(t)
	roles.Destroy(administrator).MustFail(t, "", "built in", "HTTP 400", "Unable to delete role lusid-administrator")

	providertest.MustRefuseOtherDomain(t, d, "lusid_role", made, config, "traders")
	providertest.MustDoWithoutCredentials(t, d, "lusid_role", made, config)
}

func TestRole_validation(t *testing.T) {
	t.Parallel()
	roles := providertest.NewProtocol(t).Resource("lusid_role")
	for name, test := range map[string]struct {
		config    providertest.Object
		attribute string
	}{
		"two letters":                 {providertest.Object{"name": "ab"}, "name"},
		"101 letters":                 {providertest.Object{"name": strings.Repeat("a", 101)}, "name"},
		"digit first":                 {providertest.Object{"name": "1abc"}, "name"},
		"slash":                       {providertest.Object{"name": "a/bc"}, "name"},
		"line break":                  {providertest.Object{"name": "abc\n"}, "name"},
		"empty name":                  {providertest.Object{"name": ""}, "name"},
		"long description":            {providertest.Object{"name": "abc", "description": strings.Repeat("ü", 1025)}, "description"},
		"timeout of zero":             {providertest.Object{"name": "abc", "timeouts": providertest.Object{"create": "0s"}}, "timeouts.create"},
		"timeout that is no duration": {providertest.Object{"name": "abc", "timeouts": providertest.Object{"delete": "soon"}}, "timeouts.delete"},
	} {
		t.Run(name, func(t *testing.T) { roles.Validate(test.config).MustFail(t, test.attribute) })
	}
	roles.Validate(providertest.Object{"name": "a+b c-d_e", "description": strings.Repeat("ü", 1024)}).MustBeQuiet(t)
	roles.Validate(providertest.Object{"name": providertest.Unknown, "description": providertest.Unknown}).MustBeQuiet(t)
}

// TestRole_defaultRoles expects a warning if a plan deletes or replaces one of LUSID's default roles,
// and none for other roles.
func TestRole_defaultRoles(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	roles := d.Protocol(t).Resource("lusid_role")
	defaults := map[string]string{
		"lusid-administrator": "LUSID_SYSTEM", "iam-administrator": "default", "applications-administrator": "default",
		"lusid-evaluator": "default", "configuration-administrator": "default", "instrument-administrator": "default",
	}
	for code, scope := range defaults {
		role, diags := roles.ImportState(scope + "/" + code)
		diags.MustBeQuiet(t)
		words := []string{code + " is one of LUSID's default roles", "Every domain has the role " + code, "terraform state rm"}
		d.Forget()
		_, diags = roles.Plan(role, nil)
		diags.MustWarn(t, "", append(words, "This plan deletes it.")...)
		change, diags := roles.Plan(role, providertest.Object{"name": "renamed"})
		diags.MustWarn(t, "", append(words, "This plan replaces it")...)
		if diff := cmp.Diff([]string{"name"}, change.Replaces); diff != "" {
			t.Errorf("attributes that force the replacement (-want +got):\n%s", diff)
		}
		_, diags = roles.Plan(role, providertest.Object{"name": providertest.Unknown})
		diags.MustWarn(t, "", append(words, "This plan replaces it")...)
		// After -replace or taint, Terraform plans a create as if the resource were new.
		_, diags = roles.Plan(providertest.Instance{}, providertest.Object{"name": code})
		diags.MustWarn(t, "", append(words, "If this plan replaces the role")...)
		d.MustCount(t, map[string]int{})

		_, diags = roles.Plan(role, providertest.Object{"name": role.Get("name"), "description": "Changed"})
		diags.MustBeQuiet(t)
	}
	made := roles.MustCreate(providertest.Object{"name": "lusid-administrators"})
	roles.MustRead(made)
	roles.Destroy(made).MustBeQuiet(t)

	// The comparison with the default roles ignores case.
	w.Set(func(_ *http.Request, body any) any {
		if role, ok := body.(map[string]any); ok {
			role["name"], role["roleId"] = "LUSID-Evaluator", map[string]any{"scope": "default", "code": "LUSID-Evaluator"}
		}
		return body
	})
	role, diags := roles.ImportState("default/lusid-evaluator")
	diags.MustBeQuiet(t)
	_, diags = roles.Plan(role, nil)
	diags.MustWarn(t, "", "LUSID-Evaluator is one of LUSID's default roles")
}

// TestAccRole_defaultRoles expects the warning in each plan that the CLI shows before it deletes a
// default role.
func TestAccRole_defaultRoles(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	const warning = "Warning: lusid-evaluator is one of LUSID's default roles"
	role := func(name string) string {
		return d.Config("resource \"lusid_role\" \"test\" {\n  name = \"" + name + "\"\n}\n")
	}
	w := providertest.NewWorkspace(t, role("lusid-evaluator"))
	w.MustRun("import", "lusid_role.test", "default/lusid-evaluator")
	providertest.MustHold(t, w.MustRun("plan", "-destroy"), warning)
	w.Configure(role("evaluators"))
	providertest.MustHold(t, w.MustRun("plan"), warning, "1 to add, 0 to change, 1 to destroy")
	w.Configure(role("lusid-evaluator"))
	w.MustRun("taint", "lusid_role.test")
	providertest.MustHold(t, w.MustRun("plan"), warning)
	w.Configure(d.Config(""))
	providertest.MustHold(t, w.MustRun("plan"), warning, "0 to add, 0 to change, 1 to destroy")
}

// TestRole_hiddenReplacement plans a destroy and a create of the same role, as Terraform does after a rename without a moved
// block, or for a tainted role. All users lose the role, and the plan alone does not say so.
func TestRole_hiddenReplacement(t *testing.T) {
	t.Parallel()
	config := providertest.Object{"name": "traders", "description": "Trade"}
	// Nil is a destroy, an empty object a refresh, and without a name a change of the description.
	type steps []providertest.Object
	for name, test := range map[string]struct {
		steps steps
		warns bool
	}{
		"new address, destroy planned first": {steps{nil, config}, true},
		"new address, create planned first":  {steps{config, nil}, true},
		"new address, another case":          {steps{nil, {"name": "Traders"}}, true},
		"taint":                              {steps{{}, config}, true},
		"another role":                       {steps{nil, {"name": "brokers"}}, false},
		"an update":                          {steps{{}, {"description": "Trade in bonds"}}, false},
		"first create":                       {steps{config}, false},
		"destroy":                            {steps{nil}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			made := d.Protocol(t).Resource("lusid_role").MustCreate(config)
			roles := d.Protocol(t).Resource("lusid_role")
			var diags, last providertest.Diagnostics
			for _, step := range test.steps {
				switch {
				case step == nil:
					_, last = roles.Plan(made, nil)
				case len(step) == 0:
					_, last = roles.Read(made)
				case step["name"] == nil:
					_, last = roles.Plan(made, providertest.With(step, "name", "traders"))
				default:
					_, last = roles.Plan(providertest.Instance{}, step)
				}
				diags = append(diags, last...)
			}
			if !test.warns {
				diags.MustBeQuiet(t)
				return
			}
			diags.MustWarn(t, "", "does not keep the users of the old role", "add a moved block")
			// The apply plans the create again.
			_, again := roles.Plan(providertest.Instance{}, config)
			again.MustBeQuiet(t)
		})
	}

	t.Run("deleted elsewhere", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		roles := d.Protocol(t).Resource("lusid_role")
		made := roles.MustRead(roles.MustCreate(config))
		d.MustCall(t, http.MethodDelete, "/roles/"+made.Get("id"), nil, nil)
		if gone := roles.MustRead(made); gone.Exists() {
			t.Error("a deleted role is still in the state")
		}
		_, diags := roles.Plan(providertest.Instance{}, config)
		diags.MustBeQuiet(t)
	})
}
