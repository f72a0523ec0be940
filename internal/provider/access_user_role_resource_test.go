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

// createUserRole creates a user role outside Terraform.
func createUserRole(t *testing.T, d providertest.Domain, userID string, codes ...string) {
	t.Helper()
	d.MustCall(t, http.MethodPost, userRolesPath, providertest.JSONObject{
		"userId": userID, "resource": resourceWithPolicies(codes...)["policyIdRoleResource"],
	}, nil)
}

// mustHavePolicies expects that the user role of user-0 has the policies with these codes of the scope default.
func mustHavePolicies(t *testing.T, d providertest.Domain, codes ...string) {
	t.Helper()
	var stored struct{ Resource providertest.JSONObject }
	d.MustCall(t, http.MethodGet, userRolesPath+"/user-0", nil, &stored)
	if diff := cmp.Diff(resourceWithPolicies(codes...), stored.Resource); diff != "" {
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
		t.Errorf("attributes that force a new resource (-want +got):\n%s", diff)
	}
	roles.Destroy(made).MustBeQuiet(t)
	if roles.MustRead(made).Exists() {
		t.Error("the read kept a deleted user role in the state, want it removed")
	}
	roles.Destroy(made).MustBeQuiet(t)
}

// TestAccessUserRole_existing creates a user role for a user who already has one.
func TestAccessUserRole_existing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		present []string
		warns   bool
		stored  []string
		updates int
	}{
		"no policies":                       {nil, false, []string{"allow-standard-lusid-features-access"}, 1},
		"the configured policy":             {[]string{"allow-standard-lusid-features-access"}, false, []string{"allow-standard-lusid-features-access"}, 0},
		"another policy":                    {[]string{"lusid-evaluator-data"}, true, []string{"lusid-evaluator-data", "allow-standard-lusid-features-access"}, 1},
		"the configured policy and another": {[]string{"allow-standard-lusid-features-access", "lusid-evaluator-data"}, true, []string{"allow-standard-lusid-features-access", "lusid-evaluator-data"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
			createUserRole(t, d, "user-0", test.present...)
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
			// The next plan shows that the other policies are removed, and its apply removes them.
			mustUpdate(t, roles, read, config)
			mustHavePolicies(t, d, "allow-standard-lusid-features-access")
		})
	}
}

// TestAccessUserRole_renamed plans a destroy and a create of the same user role, as after a rename without a moved block.
// If the destroy is applied first, the create keeps no policies.
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

// TestAccessUserRole_createReplaces lets LUSID replace an existing user role with a create. The provider must not send a
// create for an existing user role.
func TestAccessUserRole_createReplaces(t *testing.T) {
	t.Parallel()
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, func(mock http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && r.URL.Path == userRolesPath {
				deletion := r.Clone(r.Context())
				deletion.Method, deletion.URL.Path, deletion.Body, deletion.ContentLength = http.MethodDelete, userRolesPath+"/user-0", http.NoBody, 0
				mock.ServeHTTP(httptest.NewRecorder(), deletion)
			}
			mock.ServeHTTP(w, r)
		})
	})
	createUserRole(t, d, "user-0", "lusid-evaluator-data")
	_, diags := d.Protocol(t).Resource(providertest.AccessUserRoleType).Create(userRoleConfig(providertest.StandardFeatures))
	diags.MustWarn(t, "", "already has other policies", evaluatorData, "The next plan shows their removal")
	mustHavePolicies(t, d, "lusid-evaluator-data", "allow-standard-lusid-features-access")
}

// TestAccessUserRole_createReadRefused refuses the read before a create. The provider sends no create, because LUSID may
// already have the user role.
func TestAccessUserRole_createReadRefused(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.GetUserRole", Status: http.StatusForbidden, Count: -1})
	_, diags := d.Protocol(t).Resource(providertest.AccessUserRoleType).Create(userRoleConfig(providertest.StandardFeatures))
	diags.MustFail(t, "", "Unable to create user role", "user-0", "403")
	if calls := d.Counts()["access.CreateUserRole"]; calls != 0 {
		t.Errorf("got %d creates, want none", calls)
	}
}

// TestAccessUserRole_createWithoutResource lets LUSID return an existing user role without its policies. The create fails,
// and does not erase the policies.
func TestAccessUserRole_createWithoutResource(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
	createUserRole(t, d, "user-0", "lusid-evaluator-data")
	w.Set(withoutResource)
	_, diags := d.Protocol(t).Resource(providertest.AccessUserRoleType).Create(userRoleConfig(providertest.StandardFeatures))
	diags.MustFail(t, "", "Unable to create user role", "user-0", `no "resource"`, "could erase them", "Run Terraform again")
	mustHavePolicies(t, d, "lusid-evaluator-data")
}

// TestAccessUserRole_policyAddedAfterPlan adds a policy outside Terraform between the plan and the apply of a create, and
// of an update. The applies don't remove the policy.
func TestAccessUserRole_policyAddedAfterPlan(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
	config := userRoleConfig(providertest.StandardFeatures)
	planned, diags := roles.Plan(providertest.Instance{}, config)
	diags.MustBeQuiet(t)
	createUserRole(t, d, "user-0", "lusid-evaluator-data")
	made, diags := roles.Apply(planned)
	diags.MustWarn(t, "", "already has other policies", evaluatorData)
	mustHavePolicies(t, d, "lusid-evaluator-data", "allow-standard-lusid-features-access")

	planned, diags = roles.Plan(made, userRoleConfig())
	diags.MustBeQuiet(t)
	_, diags = roles.Apply(planned)
	diags.MustFail(t, "", "Unable to update user role user-0", "changed in LUSID after the plan was made")
	mustHavePolicies(t, d, "lusid-evaluator-data", "allow-standard-lusid-features-access")
}

// TestAccessUserRole_lostResponse loses the responses to a create and an update, before and after LUSID carried out the
// request.
func TestAccessUserRole_lostResponse(t *testing.T) {
	t.Parallel()
	for name, reset := range map[string]mockserver.Fault{
		"after the write": {Reset: mockserver.ResetAfter}, "before the write": {Status: http.StatusInternalServerError},
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
			if name == "after the write" {
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

// TestAccessUserRole_own plans changes of the user role of the provider's own user. If a plan removes or adds policies, it
// has a warning.
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
	createUserRole(t, d, "user-1", "lusid-evaluator-data")
	createUserRole(t, d, "user-0")
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
		t.Errorf("got the policies by user %v, want none for user-0 and %s for user-1", found, evaluatorData)
	}
	listed, diags := p.Resource(providertest.AccessUserRoleType).List(nil, 10, true)
	diags.MustBeQuiet(t)
	if len(listed) != 1 {
		t.Errorf("got %d user roles, want 1, the one with policies", len(listed))
	}
}

// TestAccessUserRole_withoutResource lets LUSID return user roles without their policies. Data sources and lists have a
// warning.
func TestAccessUserRole_withoutResource(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
	createUserRole(t, d, "user-0", "lusid-evaluator-data")
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

// TestAccessUserRole_repeatedPolicy lets LUSID return a policy of a user role twice.
func TestAccessUserRole_repeatedPolicy(t *testing.T) {
	t.Parallel()
	d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, func(mock http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			response := httptest.NewRecorder()
			mock.ServeHTTP(response, r)
			const member = `{"code":"allow-standard-lusid-features-access","scope":"default"}`
			const other = `{"scope":"default","code":"allow-standard-lusid-features-access"}`
			body := strings.NewReplacer(member, member+","+member, other, other+","+other).Replace(response.Body.String())
			w.Header().Set("Content-Type", response.Header().Get("Content-Type"))
			w.WriteHeader(response.Code)
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
		t.Error("got no user roles, want the created one")
	}
}
