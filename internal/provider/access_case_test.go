package provider_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// accessCodes are the types whose objects have a code, with the configuration of an object, its path and its create.
var accessCodes = map[string]struct {
	config func(...providertest.Object) providertest.Object
	path   string
	create string
}{
	providertest.AccessPolicyType:           {providertest.AccessPolicyConfig, "/policies", "access.CreatePolicy"},
	providertest.AccessRoleType:             {providertest.AccessRoleConfig, "/roles", "access.CreateRole"},
	providertest.AccessPolicyCollectionType: {providertest.AccessPolicyCollectionConfig, "/policycollections", "access.CreatePolicyCollection"},
	providertest.AccessPolicyTemplateType:   {providertest.AccessPolicyTemplateConfig, "/policytemplates", "access.CreatePolicyTemplate"},
}

// newDomainWithoutCase returns a domain that ignores the case of codes, and returns codes in lower case.
func newDomainWithoutCase(t *testing.T, options ...mockserver.Options) providertest.Domain {
	t.Helper()
	return providertest.NewMockBehind(t, append(options, mockserver.Options{})[0], func(mock http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, providertest.AccessAPI) {
				r.URL.Path = strings.ToLower(r.URL.Path)
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				body = bytes.ReplaceAll(body, []byte(`"Acme-Code"`), []byte(`"acme-code"`))
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			}
			mock.ServeHTTP(w, r)
		})
	})
}

// TestAccessCase_ignored lets LUSID ignore the case of codes. The state keeps the code as configured.
func TestAccessCase_ignored(t *testing.T) {
	t.Parallel()
	for typeName, kind := range accessCodes {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			d := newDomainWithoutCase(t)
			objects := d.Protocol(t).Resource(typeName)
			config := kind.config(providertest.Object{"code": "Acme-Code"})
			made := objects.MustCreate(config)
			made.MustHave(t, map[string]string{"code": "Acme-Code", "id": "default/Acme-Code"})
			for range 5 { // The later reads use a list.
				made = objects.MustRead(made)
				objects.MustPlanNothing(made, config)
			}
			made = objects.MustRead(mustUpdate(t, objects, made, providertest.With(config, "description", "Other")))
			made.MustHave(t, map[string]string{"code": "Acme-Code", "description": "Other"})

			if typeName != providertest.AccessRoleType { // LUSID's own 404 for a role has no code.
				// After a 404 of a gateway, the list decides. It shows the object with its code in lower case.
				d.Mock.InjectFault(mockserver.Fault{Operation: strings.Replace(kind.create, "Create", "Get", 1), Status: http.StatusNotFound})
				_, diags := d.Protocol(t).Resource(typeName).Read(made)
				diags.MustFail(t, "", "may still exist")
			}

			// A create with a lost request does not adopt the object of another resource.
			d.Mock.InjectFault(mockserver.Fault{Operation: kind.create, Reset: mockserver.ResetBefore})
			_, diags := d.Protocol(t).Resource(typeName).Create(providertest.With(config, "description", "Other"))
			diags.MustFail(t, "code", "taken")
		})
	}
	// After a lost response to a create, the provider finds the object.
	for typeName, kind := range accessCodes {
		d := newDomainWithoutCase(t)
		d.Mock.InjectFault(mockserver.Fault{Operation: kind.create, Reset: mockserver.ResetAfter})
		objects := d.Protocol(t).Resource(typeName)
		config := kind.config(providertest.Object{"code": "Acme-Code"})
		made, diags := objects.Create(config)
		diags.MustWarn(t, "", "was lost", "this run or another run created it")
		objects.MustPlanNothing(objects.MustRead(made), config)
	}
}

// TestAccessCase_distinguished lets LUSID have two objects whose codes differ only in case.
func TestAccessCase_distinguished(t *testing.T) {
	t.Parallel()
	for typeName, kind := range accessCodes {
		d := providertest.NewMock(t, mockserver.Options{})
		objects := d.Protocol(t).Resource(typeName)
		lower, upper := kind.config(providertest.Object{"code": "acme-code"}), kind.config(providertest.Object{"code": "Acme-Code"})
		first := objects.MustCreate(lower)
		d.Mock.InjectFault(mockserver.Fault{Operation: kind.create, Reset: mockserver.ResetBefore})
		second := objects.MustCreate(upper)
		for range 5 {
			objects.MustPlanNothing(objects.MustRead(first), lower)
			objects.MustPlanNothing(objects.MustRead(second), upper)
		}
		objects.Destroy(first).MustSucceed(t)
		firstExists, secondExists := objects.MustRead(first).Exists(), objects.MustRead(second).Exists()
		if firstExists || !secondExists {
			t.Errorf("%s: after the delete of acme-code, acme-code exists: %t, want false; Acme-Code exists: %t, want true", typeName, firstExists, secondExists)
		}
	}
}

// TestAccessCase_attachment lets LUSID return the code of an attached policy collection in lower case.
func TestAccessCase_attachment(t *testing.T) {
	t.Parallel()
	d := newDomainWithoutCase(t)
	createAccessRole(t, d, "analysts")
	p := d.Protocol(t)
	p.Resource(providertest.AccessPolicyCollectionType).MustCreate(providertest.AccessPolicyCollectionConfig(providertest.Object{"code": "Acme-Code"}))
	attachments := p.Resource(providertest.AccessRolePolicyCollectionType)
	config := attachment("analysts", "Acme-Code")
	made := attachments.MustRead(attachments.MustCreate(config))
	if !made.Exists() {
		t.Fatal("the read removed the attachment from the state, want it to stay")
	}
	attachments.MustPlanNothing(made, config)
}

// TestAccessCase_userRole lets LUSID return the id of a user in lower case.
func TestAccessCase_userRole(t *testing.T) {
	t.Parallel()
	d := newDomainWithoutCase(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	d.MustCall(t, http.MethodPost, userRolesPath, providertest.JSONObject{"userId": "user-0", "resource": resourceWithPolicies()["policyIdRoleResource"]}, nil)
	roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
	imported, diags := roles.ImportState("User-0")
	diags.MustBeQuiet(t)
	roles.MustPlanNothing(roles.MustRead(imported), providertest.Object{"user_id": "User-0"})
}
