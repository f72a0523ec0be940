package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestCreate_anotherObject creates objects whose ID LUSID generates. The response is about an object that existed
// before, as if a proxy had mixed up two responses. The state must not contain that object, because a destroy would
// then delete it.
func TestCreate_anotherObject(t *testing.T) {
	t.Parallel()
	user := func(login string) providertest.Object {
		return providertest.Object{"type": "Service", "login": login, "email_address": login, "first_name": "A", "last_name": "User"}
	}
	for name, test := range map[string]struct {
		path          string
		victim, mine  providertest.Object
		wantsNoObject bool
	}{
		"lusid_role": {
			path:   "/identity/api/roles",
			victim: providertest.Object{"name": "traders"}, mine: providertest.Object{"name": "dealers"},
		},
		"lusid_user": {
			path:   "/identity/api/users",
			victim: user("jane@example.com"), mine: user("joe@example.com"),
		},
		"lusid_application": {
			path:   "/identity/api/applications",
			victim: providertest.Object{"client_id": "victim-app", "display_name": "Victim"},
			mine:   providertest.Object{"client_id": "my-app", "display_name": "Mine"},
		},
		// The key of the new token was in the response that got lost.
		providertest.PersonalAccessTokenType: {
			path:   "/identity/api/keys",
			victim: providertest.Object{"display_name": "nightly"}, mine: providertest.Object{"display_name": "weekly"},
			wantsNoObject: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var (
				w        providertest.Rewriter
				response any
			)
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			isCreate := func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == test.path }
			w.Set(func(r *http.Request, body any) any {
				if isCreate(r) {
					response = body
				}
				return body
			})
			victim := d.Protocol(t).Resource(name).MustCreate(test.victim)
			w.Set(func(r *http.Request, body any) any {
				if isCreate(r) {
					return response
				}
				return body
			})
			objects := d.Protocol(t).Resource(name)
			made, diags := objects.Create(test.mine)
			w.Set(nil)
			for _, attribute := range []string{"id", "key", "secret"} {
				if got := made.Get(attribute); got != "absent" && got == victim.Get(attribute) {
					t.Errorf("the state has the %s of the other object", attribute)
				}
			}
			if test.wantsNoObject {
				diags.MustFail(t, "display_name", "its key is lost", "DELETE /identity/api/keys/")
			} else {
				diags.MustWarn(t, "", "was lost", "this run or another run created it")
				objects.MustPlanNothing(objects.MustRead(made), test.mine)
				objects.Destroy(made).MustSucceed(t)
			}
			if names := victim.Differences(d.Protocol(t).Resource(name).MustRead(victim)); names != nil {
				t.Errorf("%s of the other object changed", names)
			}
		})
	}
}

// TestRead_idInAnotherCase has responses with the ID in upper case. The client accepts them, so the ID in the state must
// stay the same. With another ID, later requests could fail to find the object.
func TestRead_idInAnotherCase(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]providertest.Object{
		"lusid_role":        {"name": "traders"},
		"lusid_application": {"client_id": "my-app", "display_name": "Mine"},
		"lusid_user":        {"type": "Service", "login": "joe@example.com", "email_address": "joe@example.com", "first_name": "A", "last_name": "User"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			objects := d.Protocol(t).Resource(name)
			made := objects.MustCreate(config)
			w.Set(func(_ *http.Request, body any) any {
				if object, ok := body.(map[string]any); ok && object["id"] != nil {
					object["id"] = strings.ToUpper(fmt.Sprint(object["id"]))
				}
				return body
			})
			read := objects.MustRead(made)
			w.Set(nil)
			if names := made.Differences(read); names != nil {
				t.Errorf("the read changed %s in the state", names)
			}
			objects.MustPlanNothing(objects.MustRead(read), config)
		})
	}
}

// TestCreate_spacesInName has a domain that removes extra spaces from a name. LUSID does not document whether it does so.
// If the provider took the response for one about another object, it would send a second create, and the key of a token
// would be lost.
func TestCreate_spacesInName(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ attribute, field, operation string }{
		"lusid_role":                         {"name", "name", "identity.CreateRole"},
		providertest.PersonalAccessTokenType: {"display_name", "displayName", "identity.CreateApiKey"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			w.Set(func(_ *http.Request, body any) any {
				if object, ok := body.(map[string]any); ok && object[test.field] != nil {
					object[test.field] = strings.Join(strings.Fields(fmt.Sprint(object[test.field])), " ")
				}
				return body
			})
			made, diags := d.Protocol(t).Resource(name).Create(providertest.Object{test.attribute: "nightly  job "})
			diags.MustBeQuiet(t)
			made.MustHave(t, map[string]string{test.attribute: "nightly  job "})
			if got := d.Mock.Counts()[test.operation]; got != 1 {
				t.Errorf("got %d requests for %s, want 1", got, test.operation)
			}
		})
	}
}
