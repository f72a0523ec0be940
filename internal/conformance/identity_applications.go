package conformance

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

const deleteDocumented = contract + "; whether a domain keeps to it, " + noSource

var identityApplications = []Check{
	{
		API: "identity", Name: "application-create", Needs: Write,
		Statement: "A new application is answered with status 200 and its secret.",
		Source:    contract,
		Assumed:   "The provider takes any success with a secret. The mock answers with 200.",
		run: func(ctx context.Context, d *domain) Finding {
			_, a := d.createApplication(ctx, d.name("create"))
			if !a.tells() {
				return a.because("create an application")
			}
			return decide(a.status == http.StatusOK && text(a.object(), "secret") != "", "%s, %s", a, hasField(a, "secret"))
		},
	},
	{
		API: "identity", Name: "application-include-secret", Needs: Write,
		Statement: "A read with includeSecret shows the secret of an application.",
		Source:    contract + "; whether LUSID withholds it from some users, " + noSource,
		Assumed:   "The provider reads the secret this way, and keeps the old one if LUSID withholds it. The mock shows it.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createApplication(ctx, d.name("secret"))
			if o == nil {
				return a.because("create an application")
			}
			read := d.read(ctx, d.identity.Get("GetApplication", "applications", o.id()).Query("includeSecret", "true"))
			if !read.tells() {
				return read.because("read an application with its secret")
			}
			return decide(text(read.object(), "secret") == text(o.fields, "secret"), "%s, %s", read, hasField(read, "secret"))
		},
	},
	{
		API: "identity", Name: "application-client-id-case", Needs: Write,
		Statement: "LUSID keeps the case of a client id.",
		Source:    noSource,
		Assumed:   "The provider compares client ids without case, and keeps the spelling of the configuration. The mock keeps the case.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("Case")
			o, a := d.createApplication(ctx, name)
			if o == nil {
				return a.because("create an application")
			}
			got := text(o.fields, "clientId")
			return decide(got == name, "the same text: %t; the same text without case: %t", got == name, strings.EqualFold(got, name))
		},
	},
	{
		API: "identity", Name: "application-duplicate", Needs: Write,
		Statement: "A second application with the same client id is refused with status 400 and code 144.",
		Source:    "KA-01658 says that client ids are unique; which status and code, " + noSource,
		Assumed:   "The provider looks the client id up in the list, whatever the refusal. The mock answers with both.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("twice")
			o, a := d.createApplication(ctx, name)
			if o == nil {
				return a.because("create an application")
			}
			_, second := d.create(ctx, applications, name, d.applicationRequest(name, name+"-2"))
			return second.is("create a second application", http.StatusBadRequest, codeDuplicate)
		},
	},
	{
		API: "identity", Name: "applications-list-lag", Needs: Write,
		Statement: "The first list after a create shows the new application.",
		Source:    "waitForReindex exists for users, so their lists lag; whether others do, " + noSource,
		Assumed:   "The provider reads by id what a list lacks. The mock's lists show everything at once.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createApplication(ctx, d.name("list"))
			if o == nil {
				return a.because("create an application")
			}
			return d.firstList(ctx, o, true)
		},
	},
	{
		API: "identity", Name: "application-delete", Needs: Write,
		Statement: "A deleted application is answered with status 204.",
		Source:    deleteDocumented,
		Assumed:   "The provider takes any success. The mock answers with 204.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createApplication(ctx, d.name("delete"))
			if o == nil {
				return a.because("create an application")
			}
			return d.remove(ctx, o).is("delete an application", http.StatusNoContent, 0)
		},
	},
	{
		API: "identity", Name: "application-delete-again", Needs: Write,
		Statement: "Deleting a deleted application is refused with status 404 and code 662.",
		Source:    noSource,
		Assumed:   "The provider takes the code for success. The mock answers with both.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createApplication(ctx, d.name("again"))
			if o == nil {
				return a.because("create an application")
			}
			return d.removeTwice(ctx, o, http.StatusNotFound, codeAppGone)
		},
	},
	{
		API: "identity", Name: "application-old-secret", Needs: Write,
		Statement: "After a rotation, no token is issued for the old secret.",
		Source:    noSource,
		Assumed:   "The provider warns that the old secret stops working. The mock refuses it at once.",
		run:       oldSecret,
	},
}

// oldSecret signs in through an application of the run, before and after a rotation.
func oldSecret(ctx context.Context, d *domain) Finding {
	grant := d.config.SignIn.Grant
	if d.config.SignIn.AccessToken != "" || d.config.SignIn.AccessTokenFile != "" || grant.Password == "" {
		return couldNotTell("the run does not sign in with a password, which a new application needs")
	}
	o, a := d.createApplication(ctx, d.name("rotate"))
	if o == nil {
		return a.because("create an application")
	}
	grant.ClientID, grant.ClientSecret, grant.RefreshToken = text(o.fields, "clientId"), client.Secret(text(o.fields, "secret")), ""
	if _, err := d.client.RequestToken(ctx, grant); err != nil {
		return couldNotTell("the new application issues no token, even with its first secret")
	}
	rotated := d.write(ctx, d.identity.Post("RotateApplicationSecrets", "applications", o.id(), "lifecycle", "$newsecret"))
	if !rotated.ok() {
		return rotated.because("rotate the secret")
	}
	_, err := d.client.RequestToken(ctx, grant)
	if err == nil {
		return differs("the old secret still works right after the rotation")
	}
	if refusal, ok := errors.AsType[*client.Error](err); !ok || refusal.StatusCode >= 500 || refusal.StatusCode == http.StatusTooManyRequests {
		return couldNotTell("the token endpoint did not answer to the old secret")
	}
	// Only if the new secret works does the refusal say something about the old one.
	grant.ClientSecret = client.Secret(text(rotated.object(), "secret"))
	if _, err := d.client.RequestToken(ctx, grant); err != nil {
		return couldNotTell("after the rotation, neither the old nor the new secret works")
	}
	return asAssumed("the old secret is refused, and the new one works")
}

func (d *domain) createApplication(ctx context.Context, name string) (*object, answer) {
	return d.create(ctx, applications, name, d.applicationRequest(name, name))
}

func (d *domain) applicationRequest(clientID, displayName string) client.Request {
	return d.identity.Post("CreateApplication", "applications").Body(identity.CreateApplicationRequest{
		ClientID: clientID, DisplayName: displayName, Type: identity.ApplicationTypeNative,
	})
}

// firstList finds out whether the first list after a change shows it.
func (d *domain) firstList(ctx context.Context, o *object, shown bool) Finding {
	lists, last := d.waitInList(ctx, o, shown)
	switch {
	case !last.ok():
		return last.because("read the list")
	case lists == 0:
		return differs("none of %d lists within %s shows the change", looks, d.options.Pause*(looks-1))
	}
	return decide(lists == 1, "list number %d shows the change", lists)
}

// removeTwice finds out what a second removal is answered with.
func (d *domain) removeTwice(ctx context.Context, o *object, status, code int) Finding {
	if first := d.remove(ctx, o); !first.ok() {
		return first.because("delete the object")
	}
	return d.remove(ctx, o).is("delete the object again", status, code)
}
