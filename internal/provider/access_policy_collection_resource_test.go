package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// createPolicyCollections creates empty policy collections outside Terraform.
func createPolicyCollections(t *testing.T, d providertest.Domain, codes ...string) {
	t.Helper()
	for _, code := range codes {
		d.MustCall(t, http.MethodPost, providertest.AccessAPI+"/policycollections", providertest.JSONObject{"code": code}, nil)
	}
}

func TestAccessPolicyCollection_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	createPolicy(t, d, "read-instruments")
	createPolicyCollections(t, d, "nested")
	collections := d.Protocol(t).Resource(providertest.AccessPolicyCollectionType)
	config := providertest.AccessPolicyCollectionConfig()
	d.Forget()
	made := collections.MustCreate(config)
	d.MustCount(t, map[string]int{"access.PagePolicyCollections": 1, "access.CreatePolicyCollection": 1})
	made.MustHave(t, map[string]string{"id": "default/readers", "scope": "default", "policy_collections": "null"})
	if diff := cmp.Diff(map[string]string{"scope": "default", "code": "readers"}, collections.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	id := func(scope, code string) any { return providertest.JSONObject{"scope": scope, "code": code} }
	features := id("default", "allow-standard-lusid-features-access")
	want := providertest.JSONObject{"description": "Read", "policies": []any{features}, "policyCollections": []any{}}
	mustBeStored := func() {
		t.Helper()
		if diff := cmp.Diff(want, d.StoredPolicyCollection(t, "readers")); diff != "" {
			t.Fatalf("LUSID has (-want +got):\n%s", diff)
		}
	}
	mustBeStored()

	d.Forget()
	read := collections.MustRead(made)
	collections.MustPlanNothing(read, config)
	d.MustCount(t, map[string]int{"access.GetPolicyCollection": 1})

	for _, change := range []struct {
		attribute string
		value     any
		field     string
		stored    any
	}{
		{"description", "Other", "description", "Other"},
		{
			"policies",
			[]string{providertest.StandardFeatures, "default/read-instruments"},
			"policies",
			[]any{features, id("default", "read-instruments")},
		},
		{
			"policies",
			[]string{"support/support-access-to-drive-website-feature"},
			"policies",
			[]any{id("support", "support-access-to-drive-website-feature")},
		},
		{"policy_collections", []string{"default/nested"}, "policyCollections", []any{id("default", "nested")}},
		{"policies", nil, "policies", []any{}},
		{"policy_collections", nil, "policyCollections", []any{}},
	} {
		d.Forget()
		config = providertest.With(config, change.attribute, change.value)
		read = collections.MustRead(mustUpdate(t, collections, read, config))
		collections.MustPlanNothing(read, config)
		if got := d.Counts()["access.UpdatePolicyCollection"]; got != 1 {
			t.Errorf("change of %s: got %d updates, want 1", change.attribute, got)
		}
		want[change.field] = change.stored
		mustBeStored()
	}
	// LUSID treats null and empty as equal, and does not store timeouts, so these changes send no update.
	for _, same := range []providertest.Object{
		{"policies": []string{}, "policy_collections": []string{}},
		{"timeouts": providertest.Object{"update": "1m"}},
	} {
		d.Forget()
		config = providertest.With(config, "policies", nil)
		for attribute, value := range same {
			config = providertest.With(config, attribute, value)
		}
		read = collections.MustRead(mustUpdate(t, collections, read, config))
		collections.MustPlanNothing(read, config)
		if got := d.Counts()["access.UpdatePolicyCollection"]; got != 0 {
			t.Errorf("change to %v: got %d updates, want none", same, got)
		}
	}
	change, diags := collections.Plan(read, providertest.With(config, "code", "other"))
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"code"}, change.Replaces); diff != "" {
		t.Errorf("attributes that force a new resource (-want +got):\n%s", diff)
	}

	// After a delete outside Terraform, the read removes the object from the state.
	collections = d.Protocol(t).Resource(providertest.AccessPolicyCollectionType)
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/policycollections/readers", nil, nil)
	if collections.MustRead(read).Exists() {
		t.Error("the read kept a deleted collection in the state, want it removed")
	}
	d.Forget()
	collections.Destroy(read).MustBeQuiet(t)
	d.MustCount(t, map[string]int{"access.GetPolicyCollection": 1})
}

func TestAccessPolicyCollection_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	collections := d.Protocol(t).Resource(providertest.AccessPolicyCollectionType)
	for _, code := range []string{"readers", "front office", "a+b"} {
		createPolicyCollections(t, d, code)
		for _, key := range []string{code, "default/" + code} {
			imported, diags := collections.ImportState(key)
			diags.MustBeQuiet(t)
			imported.MustHave(t, map[string]string{"id": "default/" + code, "code": code, "description": "null", "policies": "null"})
			collections.MustPlanNothing(imported, providertest.Object{"code": code})
		}
		imported, diags := collections.ImportIdentity(providertest.Object{"code": code})
		diags.MustBeQuiet(t)
		imported.MustHave(t, map[string]string{"id": "default/" + code})
	}
	_, diags := collections.ImportState("a")
	diags.MustFail(t, "", "Unable to import access policy collection", "scope/code")
	for _, code := range []string{"page", "PAGE"} {
		_, diags = collections.ImportState("default/" + code)
		diags.MustFail(t, "", "Unable to import access policy collection", `code "page"`, "with the same content and another code")
	}
}

func TestAccessPolicyCollection_lostResponse(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.CreatePolicyCollection", Reset: mockserver.ResetAfter})
	collections := d.Protocol(t).Resource(providertest.AccessPolicyCollectionType)
	made, diags := collections.Create(providertest.AccessPolicyCollectionConfig())
	diags.MustWarn(t, "", "The response to the creation of access policy collection readers was lost", "default/readers")
	d.MustCount(t, map[string]int{"access.PagePolicyCollections": 1, "access.CreatePolicyCollection": 1, "access.GetPolicyCollection": 1})
	collections.MustPlanNothing(collections.MustRead(made), providertest.AccessPolicyCollectionConfig())

	createPolicyCollections(t, d, "traders")
	_, diags = collections.Create(providertest.Object{"code": "traders"})
	diags.MustFail(t, "code", "Unable to create access policy collection", "default/traders", "(612)", "to = lusid_access_policy_collection.NAME")
}

func TestAccessPolicyCollection_unmodelled(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	collections := d.Protocol(t).Resource(providertest.AccessPolicyCollectionType)
	config := providertest.AccessPolicyCollectionConfig()
	made := collections.MustCreate(config)
	changed := providertest.With(config, "description", "Other")
	planned, diags := collections.Plan(made, changed)
	diags.MustBeQuiet(t)
	w.Set(func(_ *http.Request, body any) any {
		if collection, ok := body.(providertest.JSONObject); ok && collection["policies"] != nil {
			expire(collection)
		}
		return body
	})
	// LUSID added the part after the plan.
	_, diags = collections.Apply(planned)
	diags.MustFail(t, "", "Unable to update access policy collection default/readers", "changed in LUSID after the plan was made")

	made = collections.MustRead(made)
	collections.MustPlanNothing(made, config)
	_, diags = collections.Plan(made, providertest.With(config, "timeouts", providertest.Object{"read": "1m"}))
	diags.MustBeQuiet(t)
	_, diags = collections.Plan(made, changed)
	diags.MustFail(t, "", "Unable to update access policy collection default/readers", "policies[0].expires")
	for _, config := range []providertest.Object{nil, providertest.With(config, "code", "other")} {
		_, diags = collections.Plan(made, config)
		diags.MustWarn(t, "", "default/readers has a part", "policies[0].expires")
	}
}

func TestAccessPolicyCollection_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	collections := d.Protocol(t).Resource(providertest.AccessPolicyCollectionType)
	config := providertest.AccessPolicyCollectionConfig()
	made := collections.MustCreate(config)
	const step = "Refer to it by the id of its resource"
	for attribute, code := range map[string]string{"policies": "(772)", "policy_collections": "(604)"} {
		refused := providertest.With(config, attribute, []string{"default/not-there"})
		_, diags := collections.Create(providertest.With(refused, "code", "other"))
		diags.MustFail(t, attribute, "Unable to create access policy collection", "not-there", code, step)
		_, diags = collections.Update(made, refused)
		diags.MustFail(t, attribute, "Unable to update access policy collection default/readers", "not-there", code, step)
	}
	// The collection itself was deleted after the plan. The error is not on an attribute, because no attribute is wrong.
	planned, diags := collections.Plan(made, providertest.With(config, "description", "Other"))
	diags.MustBeQuiet(t)
	d.MustCall(t, http.MethodDelete, providertest.AccessAPI+"/policycollections/readers", nil, nil)
	_, diags = collections.Apply(planned)
	diags.MustFail(t, "", "Unable to update access policy collection default/readers", "(604)")

	made = d.Protocol(t).Resource(providertest.AccessPolicyCollectionType).MustCreate(config)
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.GetPolicyCollection", Status: http.StatusNotFound, HTML: true})
	_, diags = collections.Read(made)
	diags.MustFail(t, "", "HTML page", "it is in LUSID's list of policy collections of scope default")
	providertest.MustRefuseOtherDomain(t, d, providertest.AccessPolicyCollectionType, made, config, "default/readers")
	providertest.MustDoWithoutCredentials(t, d, providertest.AccessPolicyCollectionType, made, config)
}

func TestAccessPolicyCollection_validation(t *testing.T) {
	t.Parallel()
	collections := providertest.NewProtocol(t).Resource(providertest.AccessPolicyCollectionType)
	for name, test := range map[string]struct{ attribute, value string }{
		"code with two letters": {"code", "ab"},
		"reserved code page":    {"code", "page"},
		"reserved code Page":    {"code", "Page"},
		"long description":      {"description", strings.Repeat("ü", 1025)},
	} {
		t.Run(name, func(t *testing.T) {
			collections.Validate(providertest.AccessPolicyCollectionConfig(providertest.Object{test.attribute: test.value})).MustFail(t, test.attribute)
		})
	}
	for _, attribute := range []string{"policies", "policy_collections"} {
		for _, id := range []string{"readers", "default/a/b", "default/123", "ab/readers"} {
			collections.Validate(providertest.AccessPolicyCollectionConfig(providertest.Object{attribute: []string{id}})).MustFail(t, attribute)
		}
	}
	own := providertest.Object{"policy_collections": []string{"default/readers"}}
	collections.Validate(providertest.AccessPolicyCollectionConfig(own)).MustFail(t, "policy_collections", "default/readers cannot contain itself")
	config := providertest.Object{
		"code": providertest.Unknown, "description": providertest.Unknown,
		"policies": providertest.Unknown, "policy_collections": providertest.Unknown,
	}
	collections.Validate(config).MustBeQuiet(t)
	_, diags := collections.Plan(providertest.Instance{}, config)
	diags.MustBeQuiet(t)
}

func TestAccessPolicyCollection_dataSources(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	createPolicyCollections(t, d, "nested", "a+b")
	p.Resource(providertest.AccessPolicyCollectionType).MustCreate(providertest.AccessPolicyCollectionConfig(providertest.Object{
		"policy_collections": []string{"default/nested"},
	}))
	for _, config := range []providertest.Object{{"code": "readers"}, {"code": "readers", "scope": "default"}} {
		d.Forget()
		p.MustData("lusid_access_policy_collection", config).MustHave(t, map[string]string{
			"id": "default/readers", "scope": "default", "code": "readers", "description": "Read",
			"policies": providertest.StandardFeatures, "policy_collections": "default/nested",
		})
		d.MustCount(t, map[string]int{"access.GetPolicyCollection": 1})
	}
	p.MustData("lusid_access_policy_collection", providertest.Object{"code": "a+b"}).MustHave(t, map[string]string{
		"id": "default/a+b", "description": "null", "policies": "", "policy_collections": "",
	})
	_, diags := p.Data("lusid_access_policy_collection", providertest.Object{"code": "missing"})
	diags.MustFail(t, "code", "Unable to read access policy collection", "default/missing", "(604)")

	for _, test := range []struct {
		config providertest.Object
		call   string
		want   []string
	}{
		{providertest.Object{}, "access.PagePolicyCollections", []string{"default/a+b", "default/nested", "default/readers"}},
		{providertest.Object{"scope": "default"}, "access.ListPolicyCollections", []string{"default/a+b", "default/nested", "default/readers"}},
		{providertest.Object{"scope": "support"}, "access.ListPolicyCollections", nil},
	} {
		d.Forget()
		rows := p.MustData("lusid_access_policy_collections", test.config).Rows(t, "policy_collections")
		d.MustCount(t, map[string]int{test.call: 1})
		if diff := cmp.Diff(test.want, providertest.Column(rows, "id")); diff != "" {
			t.Errorf("policy collections with the configuration %v (-want +got):\n%s", test.config, diff)
		}
	}
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.PagePolicyCollections", Status: http.StatusForbidden})
	_, diags = p.Data("lusid_access_policy_collections", providertest.Object{})
	diags.MustFail(t, "", "Unable to list access policy collections", "HTTP 403")
}

func TestAccessPolicyCollection_list(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	collections := d.Protocol(t).Resource(providertest.AccessPolicyCollectionType)
	createPolicyCollections(t, d, "acme-one", "acme-two", "other")
	for _, test := range []struct {
		config providertest.Object
		limit  int64
		want   []string
		call   string
	}{
		{providertest.Object{"code_prefix": "acme-"}, 0, []string{"default/acme-one", "default/acme-two"}, "access.PagePolicyCollections"},
		{providertest.Object{"code_prefix": "acme-"}, 1, []string{"default/acme-one"}, "access.PagePolicyCollections"},
		{providertest.Object{"scope": "default", "code_prefix": "o"}, 0, []string{"default/other"}, "access.ListPolicyCollections"},
		{providertest.Object{"scope": "support"}, 0, nil, "access.ListPolicyCollections"},
	} {
		d.Forget()
		listed, diags := collections.List(test.config, test.limit, true)
		if test.limit > 0 {
			diags.MustWarn(t, "", limitWarning)
		} else {
			diags.MustBeQuiet(t)
		}
		var got []string
		for _, listing := range listed {
			got = append(got, listing.DisplayName)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("policy collections with the query %v (-want +got):\n%s", test.config, diff)
		}
		d.MustCount(t, map[string]int{test.call: 1})
	}
}
