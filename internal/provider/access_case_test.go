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

// accessCodes are kinds that are named by codes, with the configuration of an object, its path and its create.
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

// newDomainWithoutCase is a domain that takes codes for the same if they differ only in case, and returns
// them in small letters.
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

// TestAccessCase_ignored has LUSID ignore the case of codes. The configured spelling stays.
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
			for range 5 { // The later ones look into a list.
				made = objects.MustRead(made)
				objects.MustPlanNothing(made, config)
			}
			made = objects.MustRead(mustUpdate(t, objects, made, providertest.With(config, "description", "Other")))
			made.MustHave(t, map[string]string{"code": "Acme-Code", "description": "Other"})

			if typeName != providertest.AccessRoleType { // LUSID's own 404 for a role has no code.
				// A gateway's 404 makes nothing gone that the list shows in another spelling.
				d.Mock.InjectFault(mockserver.Fault{Operation: strings.Replace(kind.create, "Create", "Get", 1), Status: http.StatusNotFound})
				_, diags := d.Protocol(t).Resource(typeName).Read(made)
				diags.MustFail(t, "", "may still exist")
			}

			// Another resource does not adopt it, though its create is lost.
			d.Mock.InjectFault(mockserver.Fault{Operation: kind.create, Reset: mockserver.ResetBefore})
			_, diags := d.Protocol(t).Resource(typeName).Create(providertest.With(config, "description", "Other"))
			diags.MustFail(t, "code", "taken")
		})
	}
	// A lost create is found.
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

// TestAccessCase_distinguished has LUSID take codes for different that differ only in case.
func TestAccessCase_distinguished(t *testing.T) {
	t.Parallel()
	for typeName, kind := range accessCodes {
		d := providertest.NewMock(t, mockserver.Options{})
		objects := d.Protocol(t).Resource(typeName)
		small, capital := kind.config(providertest.Object{"code": "acme-code"}), kind.config(providertest.Object{"code": "Acme-Code"})
		first := objects.MustCreate(small)
		d.Mock.InjectFault(mockserver.Fault{Operation: kind.create, Reset: mockserver.ResetBefore})
		second := objects.MustCreate(capital)
		for range 5 {
			objects.MustPlanNothing(objects.MustRead(first), small)
			objects.MustPlanNothing(objects.MustRead(second), capital)
		}
		objects.Destroy(first).MustSucceed(t)
		if objects.MustRead(first).Exists() || !objects.MustRead(second).Exists() {
			t.Errorf("%s: the wrong object is gone", typeName)
		}
	}
}

// TestAccessCase_attachment has LUSID return another spelling of the collection that is attached to a role.
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
		t.Fatal("the attachment was lost")
	}
	attachments.MustPlanNothing(made, config)
}

// TestAccessCase_userRole has LUSID return another spelling of the user's id.
func TestAccessCase_userRole(t *testing.T) {
	t.Parallel()
	d := newDomainWithoutCase(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
	d.MustCall(t, http.MethodPost, userRolesPath, providertest.JSONObject{"userId": "user-0", "resource": heldPolicies()["policyIdRoleResource"]}, nil)
	roles := d.Protocol(t).Resource(providertest.AccessUserRoleType)
	imported, diags := roles.ImportState("User-0")
	diags.MustBeQuiet(t)
	roles.MustPlanNothing(roles.MustRead(imported), providertest.Object{"user_id": "User-0"})
}
