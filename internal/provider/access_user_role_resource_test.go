package provider_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

const (
	userRolesPath = providertest.AccessAPI + "/userroles"
	evaluatorData = "default/lusid-evaluator-data"
)

// giveUserRole creates a user role behind Terraform's back.
func giveUserRole(t *testing.T, d providertest.Domain, userID string, codes ...string) {
	t.Helper()
	d.MustCall(t, http.MethodPost, userRolesPath, providertest.JSONObject{
		"userId": userID, "resource": heldPolicies(codes...)["policyIdRoleResource"],
	}, nil)
}

// mustHavePolicies compares the policies of the user role of user-0 with codes of the default scope.
func mustHavePolicies(t *testing.T, d providertest.Domain, codes ...string) {
	t.Helper()
	var stored struct{ Resource providertest.JSONObject }
	d.MustCall(t, http.MethodGet, userRolesPath+"/user-0", nil, &stored)
	if diff := cmp.Diff(heldPolicies(codes...), stored.Resource); diff != "" {
		t.Errorf("LUSID has (-want +got):\n%s", diff)
	}
}

func userRoleConfig(policies ...string) providertest.Object {
	return providertest.Object{"user_id": "user-0", "policies": policies}
}

func TestAccessUserRole_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
	config := userRoleConfig(providertest.StandardFeatures)
	made := roles.MustCreate(config)
	made.MustHave(t, map[string]string{"id": "user-0", "policies": providertest.StandardFeatures, "policy_collections": "null"})
	mustHavePolicies(t, d, "allow-standard-lusid-features-access")
	if diff := cmp.Diff(map[string]string{"id": "user-0"}, roles.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	for _, policies := range []any{[]string{providertest.StandardFeatures, evaluatorData}, []string{evaluatorData}, nil, []string{}} {
		config = providertest.With(config, "policies", policies)
		made = roles.MustRead(mustUpdate(t, roles, made, config))
		roles.MustPlanNothing(made, config)
	}
	mustHavePolicies(t, d)

	imported, diags := roles.ImportState("user-0")
	diags.MustBeQuiet(t)
	roles.MustPlanNothing(imported, providertest.Object{"user_id": "user-0"})
	for _, id := range []string{"user@acme.com", "ab", "12345", "-abc"} {
		_, diags = roles.ImportState(id)
		diags.MustFail(t, "", "Unable to import user role", "id of the user")
	}

	change, diags := roles.Plan(made, providertest.Object{"user_id": "user-1"})
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"user_id"}, change.Replaces); diff != "" {
		t.Errorf("replaced because of (-want +got):\n%s", diff)
	}
	roles.Destroy(made).MustBeQuiet(t)
	if roles.MustRead(made).Exists() {
		t.Error("a user role that is gone stays in the state")
	}
	roles.Destroy(made).MustBeQuiet(t)
}

// TestAccessUserRole_present creates a user role where LUSID has one already.
func TestAccessUserRole_present(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		present []string
		warns   bool
		stored  []string
		updates int
	}{
		"empty":         {nil, false, []string{"allow-standard-lusid-features-access"}, 1},
		"as wanted":     {[]string{"allow-standard-lusid-features-access"}, false, []string{"allow-standard-lusid-features-access"}, 0},
		"another one":   {[]string{"lusid-evaluator-data"}, true, []string{"lusid-evaluator-data", "allow-standard-lusid-features-access"}, 1},
		"one of others": {[]string{"allow-standard-lusid-features-access", "lusid-evaluator-data"}, true, []string{"allow-standard-lusid-features-access", "lusid-evaluator-data"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
			giveUserRole(t, d, "user-0", test.present...)
			roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
			config := userRoleConfig(providertest.StandardFeatures)
			planned, diags := roles.Plan(providertest.Instance{}, config)
			if test.warns {
				diags.MustWarn(t, "", "already has other policies", evaluatorData, "keeps them", "to = lusid_access_user_role.NAME")
			} else {
				diags.MustBeQuiet(t)
			}
			d.Forget()
			made, diags := roles.Apply(planned)
			if test.warns {
				diags.MustWarn(t, "", "already has other policies", evaluatorData, "The next plan shows their removal")
			} else {
				diags.MustBeQuiet(t)
			}
			want := map[string]int{"access.GetUserRole": 1}
			if test.updates > 0 {
				want["access.UpdateUserRole"] = test.updates
			}
			d.MustCount(t, want)
			mustHavePolicies(t, d, test.stored...)
			read := roles.MustRead(made)
			if !test.warns {
				roles.MustPlanNothing(read, config)
				return
			}
			// The next apply takes away what its plan shows.
			mustUpdate(t, roles, read, config)
			mustHavePolicies(t, d, "allow-standard-lusid-features-access")
		})
	}
}

// TestAccessUserRole_renamed plans what a rename without a moved block does: a destroy and a create of one user role.
// The destroy may come first, and then nothing is kept.
func TestAccessUserRole_renamed(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	old := d.Protocol(t).Resource(providertest.AccessUserRoleType).MustCreate(userRoleConfig(providertest.StandardFeatures, evaluatorData))
	roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
	old = roles.MustRead(old)
	destruction, diags := roles.Plan(old, nil)
	diags.MustBeQuiet(t)
	creation, diags := roles.Plan(providertest.Instance{}, userRoleConfig(providertest.StandardFeatures))
	diags.MustWarn(t, "", "already has other policies", evaluatorData,
		"If this plan also destroys another lusid_access_user_role of this user, applying may delete them instead", "moved block")
	_, diags = roles.Apply(destruction)
	diags.MustBeQuiet(t)
	_, diags = roles.Apply(creation)
	diags.MustBeQuiet(t)
	mustHavePolicies(t, d, "allow-standard-lusid-features-access")
}

// TestAccessUserRole_createReplaces has a LUSID that replaces the user role if it gets a second create.
func TestAccessUserRole_createReplaces(t *testing.T) {
	t.Parallel()
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, func(mock http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && r.URL.Path == userRolesPath {
				gone := r.Clone(r.Context())
				gone.Method, gone.URL.Path, gone.Body, gone.ContentLength = http.MethodDelete, userRolesPath+"/user-0", http.NoBody, 0
				mock.ServeHTTP(httptest.NewRecorder(), gone)
			}
			mock.ServeHTTP(w, r)
		})
	})
	giveUserRole(t, d, "user-0", "lusid-evaluator-data")
	_, diags := d.Protocol(t).Resource(providertest.AccessUserRoleType).Create(userRoleConfig(providertest.StandardFeatures))
	diags.MustWarn(t, "", "already has other policies", evaluatorData, "The next plan shows their removal")
	mustHavePolicies(t, d, "lusid-evaluator-data", "allow-standard-lusid-features-access")
}

// TestAccessUserRole_createUnread does not create a user role where LUSID does not say that there is none.
func TestAccessUserRole_createUnread(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.GetUserRole", Status: http.StatusForbidden, Count: -1})
	_, diags := d.Protocol(t).Resource(providertest.AccessUserRoleType).Create(userRoleConfig(providertest.StandardFeatures))
	diags.MustFail(t, "", "Unable to create user role", "user-0", "403")
	if calls := d.Counts()["access.CreateUserRole"]; calls != 0 {
		t.Errorf("%d creates", calls)
	}
}

// TestAccessUserRole_createPartlyRead has LUSID return a user role without what it has. The create does not erase that.
func TestAccessUserRole_createPartlyRead(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
	giveUserRole(t, d, "user-0", "lusid-evaluator-data")
	w.Set(withoutResource)
	_, diags := d.Protocol(t).Resource(providertest.AccessUserRoleType).Create(userRoleConfig(providertest.StandardFeatures))
	diags.MustFail(t, "", "Unable to create user role", "user-0", `no "resource"`, "could erase them", "Run Terraform again")
	mustHavePolicies(t, d, "lusid-evaluator-data")
}

// TestAccessUserRole_filledAfterPlan has somebody attach a policy between the plan and the apply of a create
// and of an update. Neither takes it away.
func TestAccessUserRole_filledAfterPlan(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
	config := userRoleConfig(providertest.StandardFeatures)
	planned, diags := roles.Plan(providertest.Instance{}, config)
	diags.MustBeQuiet(t)
	giveUserRole(t, d, "user-0", "lusid-evaluator-data")
	made, diags := roles.Apply(planned)
	diags.MustWarn(t, "", "already has other policies", evaluatorData)
	mustHavePolicies(t, d, "lusid-evaluator-data", "allow-standard-lusid-features-access")

	planned, diags = roles.Plan(made, userRoleConfig())
	diags.MustBeQuiet(t)
	_, diags = roles.Apply(planned)
	diags.MustFail(t, "", "Unable to update user role user-0", "changed in LUSID after the plan was made")
	mustHavePolicies(t, d, "lusid-evaluator-data", "allow-standard-lusid-features-access")
}

// TestAccessUserRole_lostAnswer loses the answers to a create and an update, before and after LUSID has
// processed the request.
func TestAccessUserRole_lostAnswer(t *testing.T) {
	t.Parallel()
	for name, reset := range map[string]mockserver.Fault{
		"after": {Reset: mockserver.ResetAfter}, "before": {Status: http.StatusInternalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
			roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
			for _, operation := range []string{"access.CreateUserRole", "access.UpdateUserRole"} {
				fault := reset
				fault.Operation = operation
				d.Mock.InjectFault(fault)
			}
			made, diags := roles.Create(userRoleConfig(providertest.StandardFeatures))
			if name == "after" {
				diags.MustWarn(t, "", "The response to the creation of the user role of user-0 was lost")
			} else {
				diags.MustBeQuiet(t)
			}
			config := userRoleConfig(evaluatorData)
			roles.MustPlanNothing(roles.MustRead(mustUpdate(t, roles, made, config)), config)
			mustHavePolicies(t, d, "lusid-evaluator-data")
		})
	}
}

func TestAccessUserRole_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
	config := userRoleConfig(providertest.StandardFeatures)
	made := roles.MustCreate(config)
	_, diags := roles.Create(providertest.Object{"user_id": "user-1", "policies": []string{"default/not-there"}})
	diags.MustFail(t, "policies", "Unable to create user role", "not-there", "(772)")
	_, diags = roles.Create(providertest.Object{"user_id": "nobody"})
	diags.MustFail(t, "user_id", "Unable to create user role", "(616)", "lusid_user")
	_, diags = roles.Update(made, userRoleConfig("default/not-there"))
	diags.MustFail(t, "policies", "Unable to update user role user-0", "(772)")
	for attribute, config := range map[string]providertest.Object{
		"user_id":            {"user_id": "jane@acme.com"},
		"policies":           userRoleConfig("no-scope"),
		"policy_collections": {"user_id": "user-0", "policy_collections": []string{"x"}},
	} {
		roles.Validate(config).MustFail(t, attribute)
	}
	for _, id := range []string{"", "ab", "-abc", "123", strings.Repeat("a", 65)} {
		roles.Validate(providertest.Object{"user_id": id}).MustFail(t, "user_id", "Invalid user id", "3 to 64 letters", "lusid_user")
	}
	roles.Validate(providertest.Object{"user_id": providertest.Unknown, "policies": providertest.Unknown}).MustBeQuiet(t)
	_, diags = roles.Plan(providertest.Instance{}, providertest.Object{"user_id": providertest.Unknown, "policies": providertest.Unknown})
	diags.MustBeQuiet(t)
	providertest.MustRefuseOtherDomain(t, d, providertest.AccessUserRoleType, made, config, "user-0")
	providertest.MustDoWithoutCredentials(t, d, providertest.AccessUserRoleType, made, config)
}

// TestAccessUserRole_own warns if the plan takes policies from the provider's own user, or adds some.
func TestAccessUserRole_own(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
	own := providertest.Object{"user_id": d.CallerID(t), "policies": []string{providertest.StandardFeatures}}
	made := roles.MustCreate(own)
	for _, config := range []providertest.Object{nil, providertest.With(own, "policies", nil)} {
		_, diags := roles.Plan(made, config)
		diags.MustWarn(t, "", "The user role default/"+d.CallerID(t)+" could lock this provider out", "HTTP 403")
	}
	_, diags := roles.Plan(made, providertest.With(own, "policies", []string{providertest.StandardFeatures, evaluatorData}))
	diags.MustWarn(t, "", "could lock this provider out", "adds policies to it")
	_, diags = roles.Plan(made, providertest.With(own, "timeouts", providertest.Object{"update": "1m"}))
	diags.MustBeQuiet(t)
}

func TestAccessUserRole_dataSources(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	giveUserRole(t, d, "user-1", "lusid-evaluator-data")
	giveUserRole(t, d, "user-0")
	p := d.Protocol(t)
	one, diags := p.Data("lusid_access_user_role", providertest.Object{"user_id": "user-1"})
	diags.MustBeQuiet(t)
	one.MustHave(t, map[string]string{"policies": evaluatorData, "policy_collections": ""})
	_, diags = p.Data("lusid_access_user_role", providertest.Object{"user_id": "user-2"})
	diags.MustFail(t, "user_id", "Unable to read user role", "user-2", "at the user's first sign-in", "lusid_access_user_role creates it")
	all, diags := p.Data("lusid_access_user_roles", nil)
	diags.MustBeQuiet(t)
	found := map[string]string{}
	for _, row := range all.Rows(t, "user_roles") {
		found[row.Get("user_id")] = row.Get("policies")
	}
	if found["user-0"] != "" || found["user-1"] != evaluatorData {
		t.Errorf("got %v", found)
	}
	listed, diags := p.Resource(providertest.AccessUserRoleType).List(nil, 10, true)
	diags.MustBeQuiet(t)
	if len(listed) != 1 {
		t.Errorf("%d user roles with policies are listed", len(listed))
	}
}

// TestAccessUserRole_unreturned has LUSID return user roles without what they have.
func TestAccessUserRole_unreturned(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
	giveUserRole(t, d, "user-0", "lusid-evaluator-data")
	p := d.Protocol(t)
	w.Set(func(r *http.Request, body any) any {
		if page, ok := body.(map[string]any); ok && page["values"] != nil {
			page["values"] = withoutResource(r, page["values"])
			return page
		}
		return withoutResource(r, body)
	})
	words := []string{"LUSID did not return what a user role has", "user-0", "may have some"}
	_, diags := p.Data("lusid_access_user_role", providertest.Object{"user_id": "user-0"})
	diags.MustWarn(t, "", words...)
	_, diags = p.Data("lusid_access_user_roles", nil)
	diags.MustWarn(t, "", words...)
	_, diags = p.Resource(providertest.AccessUserRoleType).List(nil, 0, false)
	diags.MustWarn(t, "", words...)
}

// TestAccessUserRole_repeated has LUSID return a policy of a user role twice.
func TestAccessUserRole_repeated(t *testing.T) {
	t.Parallel()
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, func(mock http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			mock.ServeHTTP(answer, r)
			const member = `{"code":"allow-standard-lusid-features-access","scope":"default"}`
			const other = `{"scope":"default","code":"allow-standard-lusid-features-access"}`
			body := strings.NewReplacer(member, member+","+member, other, other+","+other).Replace(answer.Body.String())
			w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
			w.WriteHeader(answer.Code)
			_, _ = io.WriteString(w, body)
		})
	})
	p := d.Protocol(t)
	p.Resource(providertest.AccessUserRoleType).MustCreate(userRoleConfig(providertest.StandardFeatures))
	one, diags := p.Data("lusid_access_user_role", providertest.Object{"user_id": "user-0"})
	diags.MustSucceed(t)
	one.MustHave(t, map[string]string{"policies": providertest.StandardFeatures})
	all, diags := p.Data("lusid_access_user_roles", nil)
	diags.MustSucceed(t)
	if len(all.Rows(t, "user_roles")) == 0 {
		t.Error("no user role was listed")
	}
}
