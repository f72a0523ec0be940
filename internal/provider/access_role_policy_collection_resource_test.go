package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// attachment returns the configuration of an attachment. The policy collection and the access role are in the scope
// default.
func attachment(role, collection string) providertest.Object {
	return providertest.Object{"role_id": "default/" + role, "policy_collection_id": "default/" + collection}
}

// attachable returns a domain with the access role "analysts" and the policy collections "readers" and "writers".
func attachable(t *testing.T) providertest.Domain {
	t.Helper()
	d := providertest.NewMock(t, mockserver.Options{})
	createAccessRole(t, d, "analysts")
	createPolicyCollections(t, d, "readers", "writers")
	d.Forget()
	return d
}

// attachedCollections returns the codes of the policy collections of the access role analysts.
func attachedCollections(t *testing.T, d providertest.Domain) (codes []string) {
	t.Helper()
	var stored struct {
		Resource struct {
			PolicyIDRoleResource struct {
				PolicyCollections []struct{ Code string }
			}
		}
	}
	d.MustCall(t, http.MethodGet, providertest.AccessAPI+"/roles/analysts", nil, &stored)
	for _, collection := range stored.Resource.PolicyIDRoleResource.PolicyCollections {
		codes = append(codes, collection.Code)
	}
	return codes
}

func TestAccessRolePolicyCollection_lifecycle(t *testing.T) {
	t.Parallel()
	d := attachable(t)
	attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	config := attachment("analysts", "readers")
	made := attachments.MustCreate(config)
	d.MustCount(t, map[string]int{"access.GetOwnPolicies": 1, "access.AddPolicyCollectionToRole": 1})
	made.MustHave(t, map[string]string{"id": "default/analysts,default/readers"})
	want := map[string]string{"role_id": "default/analysts", "policy_collection_id": "default/readers"}
	if diff := cmp.Diff(want, attachments.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	d.Forget()
	attachments.MustPlanNothing(attachments.MustRead(made), config)
	d.MustCount(t, map[string]int{"access.GetRole": 1})

	// A second create finds the collection attached. The resource ignores other attachments of the role.
	again := attachments.MustCreate(config)
	d.AttachPolicyCollection(t, "analysts", "writers")
	d.Forget()
	changed, diags := attachments.Update(again, providertest.With(config, "timeouts", providertest.Object{"read": "1m"}))
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{})
	attachments = d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType) // In this process, no plan keeps the first attachment.
	for attribute, value := range map[string]string{"role_id": "default/elsewhere", "policy_collection_id": "default/writers"} {
		change, diags := attachments.Plan(changed, providertest.With(config, attribute, value))
		diags.MustBeQuiet(t)
		if diff := cmp.Diff([]string{attribute}, change.Replaces); diff != "" {
			t.Errorf("attributes that force a new resource (-want +got):\n%s", diff)
		}
	}
	attachments = d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	for range 2 {
		attachments.Destroy(made).MustWarn(t, "", "Destroying takes", "removed block", "destroy = false")
	}
	if diff := cmp.Diff([]string{"writers"}, attachedCollections(t, d)); diff != "" {
		t.Errorf("policy collections of the role (-want +got):\n%s", diff)
	}
}

// TestAccessRolePolicyCollection_refresh refreshes ten attachments to two roles. The provider reads each role once.
func TestAccessRolePolicyCollection_refresh(t *testing.T) {
	t.Parallel()
	d := attachable(t)
	createAccessRole(t, d, "traders")
	attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	var made []providertest.Instance
	for i := range 10 {
		collection := fmt.Sprint("collection-", i)
		createPolicyCollections(t, d, collection)
		made = append(made, attachments.MustCreate(attachment([]string{"analysts", "traders"}[i%2], collection)))
	}
	d.Forget()
	attachments = d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	for _, instance := range made {
		if !attachments.MustRead(instance).Exists() {
			t.Error("a read removed an attachment from the state, want it to stay")
		}
	}
	d.MustCount(t, map[string]int{"access.GetRole": 2})
}

// TestAccessRolePolicyCollection_deletedOutsideTerraform deletes the attachment or the role outside Terraform. The read
// removes the attachment from the state, and a destroy succeeds.
func TestAccessRolePolicyCollection_deletedOutsideTerraform(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"attachment": "/roles/default/analysts/policycollections/default/readers",
		"role":       "/roles/analysts",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := attachable(t)
			attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
			made := attachments.MustCreate(attachment("analysts", "readers"))
			d.MustCall(t, http.MethodDelete, providertest.AccessAPI+path, nil, nil)
			if attachments.MustRead(made).Exists() {
				t.Error("the read kept a deleted attachment in the state, want it removed")
			}
			attachments.Destroy(made).MustWarn(t, "", "Destroying takes", "removed block", "destroy = false")
		})
	}
}

// TestAccessRolePolicyCollection_attachedAlready lets LUSID refuse an attach of an attached collection, and a detach of a
// collection that is not attached. Both succeed, because LUSID already has the wanted result.
func TestAccessRolePolicyCollection_attachedAlready(t *testing.T) {
	t.Parallel()
	d := attachable(t)
	attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	config := attachment("analysts", "readers")
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.AddPolicyCollectionToRole", Status: http.StatusBadRequest})
	_, diags := attachments.Create(config)
	diags.MustFail(t, "", "Unable to create policy collection of access role", "default/readers", "default/analysts")

	for _, operation := range []string{"access.AddPolicyCollectionToRole", "access.RemovePolicyCollectionFromRole"} {
		d.Mock.InjectFault(mockserver.Fault{Operation: operation, Status: http.StatusBadRequest, AfterWrite: true})
	}
	made := attachments.MustCreate(config)
	attachments = d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	attachments.Destroy(made).MustWarn(t, "", "Destroying takes", "removed block", "destroy = false")
	if got := attachedCollections(t, d); got != nil {
		t.Errorf("after the destroy, the role has the policy collections %s, want none", got)
	}
}

// TestAccessRolePolicyCollection_noToken lets every token request fail, so that the provider never sends the attach.
func TestAccessRolePolicyCollection_noToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := providertest.DomainInMemory(t, mockserver.Options{})
		createAccessRole(t, d, "analysts")
		createPolicyCollections(t, d, "readers")
		d.Mock.InjectFault(mockserver.Fault{Operation: "token:password", Reset: mockserver.ResetBefore, Count: -1})
		p := providertest.NewProtocol(t)
		p.Configure(d.PasswordArguments()).MustBeQuiet(t)
		d.Forget()
		_, diags := p.Resource(providertest.AccessRolePolicyCollectionType).Create(attachment("analysts", "readers"))
		diags.MustFail(t, "", "Unable to create policy collection of access role", "Token request")
		if text := diags.Errors()[0]; strings.Contains(text, "may have attached") {
			t.Errorf("the error says that LUSID may have attached the collection, want no such text, because LUSID never got the request:\n%s", text)
		}
	})
}

// TestAccessRolePolicyCollection_lostResponse lets LUSID attach the collection, and then fail or return an unusable
// response.
func TestAccessRolePolicyCollection_lostResponse(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]mockserver.Fault{
		"500 after the write": {Status: http.StatusInternalServerError, AfterWrite: true},
		"unusable response":   {Status: http.StatusOK, Body: "null", AfterWrite: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault.Operation = "access.AddPolicyCollectionToRole"
			d := attachable(t)
			attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
			config := attachment("analysts", "readers")
			d.Mock.InjectFault(fault)
			made, diags := attachments.Create(config)
			diags.MustWarn(t, "", "was lost", "default/analysts,default/readers", "LUSID now has it")
			d.MustCount(t, map[string]int{"access.GetOwnPolicies": 1, "access.AddPolicyCollectionToRole": 1, "access.GetRole": 1})
			attachments.MustPlanNothing(attachments.MustRead(made), config)

			// If the read after it also fails, the create fails, and the next apply finds the attachment.
			other := attachment("analysts", "writers")
			d.Mock.InjectFault(fault)
			d.Mock.InjectFault(mockserver.Fault{Operation: "access.GetRole", Status: http.StatusForbidden})
			_, diags = attachments.Create(other)
			diags.MustFail(t, "", "could not find out whether LUSID attached", "LUSID may have attached it. Run terraform apply again")
			attachments.MustCreate(other)
			if diff := cmp.Diff([]string{"readers", "writers"}, attachedCollections(t, d)); diff != "" {
				t.Errorf("policy collections of the role (-want +got):\n%s", diff)
			}
		})
	}
	// If LUSID did not attach the collection, the create fails.
	d := attachable(t)
	d.Mock.InjectFault(mockserver.Fault{Operation: "access.AddPolicyCollectionToRole", Status: http.StatusInternalServerError})
	_, diags := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType).Create(attachment("analysts", "readers"))
	diags.MustFail(t, "", "could not be attached", "Run again later")
}

func TestAccessRolePolicyCollection_import(t *testing.T) {
	t.Parallel()
	d := attachable(t)
	attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	config := attachment("analysts", "readers")
	made := attachments.MustCreate(config)
	for _, key := range []string{"default/analysts,default/readers", "analysts,readers", "analysts,default/readers"} {
		imported, diags := attachments.ImportState(key)
		diags.MustBeQuiet(t)
		if names := imported.Differences(made); names != nil {
			t.Errorf("import of %s: %s differ from the created attachment, want no difference", key, names)
		}
	}
	imported, diags := attachments.ImportIdentity(config)
	diags.MustBeQuiet(t)
	attachments.MustPlanNothing(imported, config)
	for _, key := range []string{"analysts", ",", "analysts,", ",readers", "a,b,c", "analysts/readers", "default/analysts/default/readers"} {
		_, diags := attachments.ImportState(key)
		diags.MustFail(t, "", "Unable to import policy collection of access role", "role_id,policy_collection_id")
	}
	for _, key := range []string{"missing,readers", "analysts,missing"} {
		missing, diags := attachments.ImportState(key)
		diags.MustBeQuiet(t)
		if missing.Exists() {
			t.Errorf("the import of %s returned an object, want none", key)
		}
	}
}

func TestAccessRolePolicyCollection_errors(t *testing.T) {
	t.Parallel()
	d := attachable(t)
	attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	config := attachment("analysts", "readers")
	made := attachments.MustCreate(config)
	const summary = "Unable to create policy collection of access role"
	_, diags := attachments.Create(attachment("analysts", "not-there"))
	diags.MustFail(t, "policy_collection_id", summary, "not-there", "(604)", "Refer to it by the id of its resource")
	_, diags = attachments.Create(attachment("not-there", "readers"))
	diags.MustFail(t, "role_id", summary, "not-there", "The object is not in LUSID's list of access roles", "Check role_id, or create the role first")
	roles := d.Protocol(t).Resource(providertest.AccessRoleType)
	supervisor := providertest.AccessRoleConfig(providertest.Object{"code": "supervisors", "policies": nil, "supervised_roles": []string{"default/analysts"}})
	roles.MustCreate(supervisor)
	_, diags = attachments.Create(attachment("supervisors", "readers"))
	diags.MustFail(t, "role_id", summary, "default/supervisors", "The role has supervised_roles", "Attach the collection to the roles that it supervises")
	for _, typeName := range []string{"lusid_access_policy_collection", "lusid_access_policy", "lusid_access_role"} {
		_, diags = d.Protocol(t).Data(typeName, providertest.Object{"code": "not-there"})
		diags.MustFail(t, "code", "Unable to read", "not-there")
		for _, text := range diags.Errors() {
			if strings.Contains(text, "Refer to it by") || !strings.Contains(text, "Check ") {
				t.Errorf("the error of the data source %s does not say what to check, or says to refer to a resource, want only what to check:\n%s", typeName, text)
			}
		}
	}
	for attribute, ids := range map[string][]string{"role_id": {"analysts", "a/b/c"}, "policy_collection_id": {"readers", "default/12"}} {
		for _, id := range ids {
			attachments.Validate(providertest.With(config, attribute, id)).MustFail(t, attribute)
		}
	}
	providertest.MustRefuseOtherDomain(t, d, providertest.AccessRolePolicyCollectionType, made, config, "default/analysts,default/readers")
	providertest.MustDoWithoutCredentials(t, d, providertest.AccessRolePolicyCollectionType, made, config)
}

func TestAccessRolePolicyCollection_list(t *testing.T) {
	t.Parallel()
	d := attachable(t)
	createAccessRole(t, d, "traders")
	d.AttachPolicyCollection(t, "analysts", "readers")
	d.AttachPolicyCollection(t, "traders", "readers")
	d.AttachPolicyCollection(t, "traders", "writers")
	attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	for _, test := range []struct {
		config providertest.Object
		limit  int64
		want   []string
	}{
		{providertest.Object{}, 0, []string{"default/analysts,default/readers", "default/traders,default/readers", "default/traders,default/writers"}},
		{providertest.Object{}, 2, []string{"default/analysts,default/readers", "default/traders,default/readers"}},
		{providertest.Object{"role_id": "default/traders"}, 0, []string{"default/traders,default/readers", "default/traders,default/writers"}},
		{providertest.Object{"role_id": "support/support-iam-readonly"}, 0, nil},
	} {
		d.Forget()
		listed, diags := attachments.List(test.config, test.limit, true)
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
			t.Errorf("attachments with the query %v (-want +got):\n%s", test.config, diff)
		}
		d.MustCount(t, map[string]int{"access.ListRoles": 1})
	}
}

// TestAccessRolePolicyCollection_listWithoutResource lets LUSID list a role without its policy collections. The provider
// warns that the list may be incomplete.
func TestAccessRolePolicyCollection_listWithoutResource(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	for _, code := range []string{"analysts", "traders"} {
		createAccessRole(t, d, code)
		d.MustCall(t, http.MethodPost, providertest.AccessAPI+"/policycollections", providertest.JSONObject{"code": "of-" + code}, nil)
		d.AttachPolicyCollection(t, code, "of-"+code)
	}
	for name, resource := range map[string]any{"null": nil, "unknown": providertest.JSONObject{"new": 1}} {
		w.Set(func(_ *http.Request, body any) any {
			roles, _ := body.([]any)
			for _, role := range roles {
				role, _ := role.(providertest.JSONObject)
				if id, _ := role["id"].(providertest.JSONObject); id["code"] == "analysts" {
					role["resource"] = resource
				}
			}
			return body
		})
		for config, want := range map[string]int{"": 1, "default/analysts": 0} {
			object := providertest.Object{}
			if config != "" {
				object["role_id"] = config
			}
			listed, diags := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType).List(object, 0, true)
			diags.MustWarn(t, "", "LUSID did not return what an access role has", "default/analysts", "list may lack policy collections")
			if len(listed) != want {
				t.Errorf("resource %s, role_id %q: got %d results, want %d", name, config, len(listed), want)
			}
		}
		// If the query excludes the role, there is no warning.
		listed, diags := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType).List(providertest.Object{"role_id": "default/traders"}, 0, true)
		diags.MustBeQuiet(t)
		if len(listed) != 1 {
			t.Errorf("resource %s, role_id default/traders: got %d results, want 1", name, len(listed))
		}
	}
}

// TestAccessRolePolicyCollection_createBeforeDestroy creates an attachment, and then destroys another resource of the same
// attachment, as create_before_destroy does. The collection stays attached.
func TestAccessRolePolicyCollection_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	d := attachable(t)
	config := attachment("analysts", "readers")
	old := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType).MustCreate(config)
	attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	attachments.MustCreate(config)
	change, diags := attachments.Plan(old, nil)
	diags.MustWarn(t, "", "even if a lusid_access_role lists it in policy_collections")
	_, diags = attachments.Apply(change)
	diags.MustWarn(t, "", "stays in LUSID", "keeps the policy collection default/readers")
	if diff := cmp.Diff([]string{"readers"}, attachedCollections(t, d)); diff != "" {
		t.Errorf("policy collections of the role (-want +got):\n%s", diff)
	}
}

// TestAccessRolePolicyCollection_withoutResource lets LUSID return a role without its policy collections. The attachment
// stays in the state.
func TestAccessRolePolicyCollection_withoutResource(t *testing.T) {
	t.Parallel()
	d := attachable(t)
	attachments := d.Protocol(t).Resource(providertest.AccessRolePolicyCollectionType)
	made := attachments.MustCreate(attachment("analysts", "readers"))
	d.Mock.InjectFault(mockserver.Fault{
		Operation: "access.GetRole", Status: http.StatusOK, Count: -1, Body: `{"id":{"scope":"default","code":"analysts"},"resource":null}`,
	})
	read, diags := attachments.Read(made)
	diags.MustFail(t, "", "Unable to read policy collection of access role", "LUSID did not return what the access role default/analysts has")
	if !read.Exists() {
		t.Error("the failed read removed the attachment from the state, want it to stay")
	}
}
