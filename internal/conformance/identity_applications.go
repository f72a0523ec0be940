package conformance

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var identityApplicationChecks = []Check{
	{
		API: "identity", Name: "application-create", Needs: Write,
		Statement: "A create of an application returns status 200 and the secret.",
		Source:    contract,
		Assumed:   "The provider accepts any success status if there is a secret. The mock responds with 200.",
		run: func(ctx context.Context, d *domain) Finding {
			_, a := d.createApplication(ctx, d.name("create"))
			if !a.ok() {
				return a.unable("create an application")
			}
			return decide(a.status == http.StatusOK && text(a.object(), "secret") != "", "%s, %s", a, hasField(a, "secret"))
		},
	},
	{
		API: "identity", Name: "application-include-secret", Needs: Write,
		Statement: "A read of an application with includeSecret returns the secret.",
		Source:    contract + "; whether LUSID withholds it from some users: " + noSource,
		Assumed:   "The provider reads the secret with includeSecret. If LUSID withholds the secret, the provider keeps the old one. The mock returns it.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createApplication(ctx, d.name("secret"))
			if o == nil {
				return a.unable("create an application")
			}
			read := d.read(ctx, d.identity.Get("GetApplication", "applications", o.id()).Query("includeSecret", "true"))
			switch {
			case !read.ok():
				return read.unable("read an application with its secret")
			case text(o.fields, "secret") == "":
				return couldNotTell("the new application has no secret")
			}
			return decide(text(read.object(), "secret") == text(o.fields, "secret"), "%s, %s", read, hasField(read, "secret"))
		},
	},
	{
		API: "identity", Name: "application-client-id-case", Needs: Write,
		Statement: "LUSID keeps the case of a client ID.",
		Source:    noSource,
		Assumed:   "The provider ignores the case of client IDs, and keeps the case in the configuration. The mock keeps the case.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("Case")
			o, a := d.createApplication(ctx, name)
			if o == nil {
				return a.unable("create an application")
			}
			got := text(o.fields, "clientId")
			return decide(got == name, "the same text: %t; the same text ignoring case: %t", got == name, strings.EqualFold(got, name))
		},
	},
	{
		API: "identity", Name: "application-duplicate", Needs: Write,
		Statement: "A second application with the same client ID is refused with status 400 and code 144.",
		Source:    "KA-01658 documents that client IDs are unique; the status and the code: " + noSource,
		Assumed:   "The provider looks for the client ID in the list after any refusal. The mock responds with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("twice")
			o, a := d.createApplication(ctx, name)
			if o == nil {
				return a.unable("create an application")
			}
			_, second := d.create(ctx, applications, name, d.applicationRequest(name, name+"-2"))
			return second.is("create a second application", http.StatusBadRequest, codeDuplicate)
		},
	},
	{
		API: "identity", Name: "applications-list-lag", Needs: Write,
		Statement: "The first list after a create contains the new application.",
		Source:    "the parameter waitForReindex shows that the lists of users lag; whether other lists do: " + noSource,
		Assumed:   "If a list does not contain an object, the provider reads it by the ID. The mock's lists contain new objects at once.",
		run:       listedWith("an application", (*domain).createApplication),
	},
	{
		API: "identity", Name: "application-read-lag", Needs: Write,
		Statement: "A read by the ID finds a new application at once.",
		Source:    noSource + "; lists may lag",
		Assumed:   "The provider reads an application at each refresh. The mock finds it.",
		run:       readableWith("an application", "GetApplication", (*domain).createApplication),
	},
	deleteOf(applications, Write, (*domain).createApplication),
	{
		API: "identity", Name: "application-delete-again", Needs: Write,
		Statement: "A second delete of an application returns status 404 and code 662.",
		Source:    noSource,
		Assumed:   "The provider treats the code as success. The mock responds with this status and this code.",
		run:       deletedAgainWith("an application", http.StatusNotFound, codeAppGone, (*domain).createApplication),
	},
	{
		API: "identity", Name: "token-refusal", Needs: Write,
		Statement: "The token endpoint refuses a wrong client secret with status 400 or 401 and the OAuth error invalid_client.",
		Source:    "RFC 6749; LUSID documents only the refusal of a refresh token",
		Assumed:   "If there is an OAuth error, the provider does not send the credentials again. The mock responds with the error.",
		run:       tokenRefusal,
	},
	{
		API: "identity", Name: "application-old-secret", Needs: Write,
		Statement: "After a rotation, LUSID issues no token for the old secret.",
		Source:    noSource,
		Assumed:   "The provider warns that the old secret stops working. The mock refuses it at once.",
		run:       oldSecret,
	},
}

// oldSecret signs in through an application of the run, before and after a rotation.
func oldSecret(ctx context.Context, d *domain) Finding {
	grant, ok := d.passwordGrant()
	if !ok {
		return noPassword
	}
	o, a := d.createApplication(ctx, d.name("rotate"))
	if o == nil {
		return a.unable("create an application")
	}
	grant.ClientID, grant.ClientSecret = text(o.fields, "clientId"), client.Secret(text(o.fields, "secret"))
	if _, err := d.client.RequestToken(ctx, grant); err != nil {
		return couldNotTell("the new application issues no token, even for its first secret")
	}
	rotated := d.write(ctx, d.identity.Post("RotateApplicationSecrets", "applications", o.id(), "lifecycle", "$newsecret"))
	if !rotated.ok() {
		return rotated.unable("rotate the secret")
	}
	_, err := d.client.RequestToken(ctx, grant)
	if err == nil {
		return differs("the old secret still works right after the rotation")
	}
	if refusal, ok := errors.AsType[*client.Error](err); !ok || refusal.StatusCode >= 500 || refusal.StatusCode == http.StatusTooManyRequests {
		return couldNotTell("the token endpoint did not respond to the old secret")
	}
	// The refusal of the old secret is conclusive only if the new secret works.
	grant.ClientSecret = client.Secret(text(rotated.object(), "secret"))
	if _, err := d.client.RequestToken(ctx, grant); err != nil {
		return couldNotTell("after the rotation, neither the old nor the new secret works")
	}
	return asAssumed("the old secret is refused, and the new one works")
}

// tokenRefusal signs in through an application of the run with a wrong client secret. The user and the
// password are correct, so that LUSID counts no failed sign-in of the user.
func tokenRefusal(ctx context.Context, d *domain) Finding {
	grant, ok := d.passwordGrant()
	if !ok {
		return noPassword
	}
	o, a := d.createApplication(ctx, d.name("refusal"))
	if o == nil {
		return a.unable("create an application")
	}
	grant.ClientID, grant.ClientSecret = text(o.fields, "clientId"), client.Secret(text(o.fields, "secret"))
	// The token endpoint refuses an application that it does not know yet with the same error.
	if _, err := d.client.RequestToken(ctx, grant); err != nil {
		return couldNotTell("the new application issues no token for its secret")
	}
	grant.ClientSecret = "wrong-" + grant.ClientSecret
	_, err := d.client.RequestToken(ctx, grant)
	if err == nil {
		return differs("a token")
	}
	refusal, ok := errors.AsType[*client.Error](err)
	if !ok || refusal.StatusCode >= 500 || refusal.StatusCode == http.StatusTooManyRequests {
		return couldNotTell("the token endpoint did not respond")
	}
	isAssumedStatus := refusal.StatusCode == http.StatusBadRequest || refusal.StatusCode == http.StatusUnauthorized
	isAssumedError := refusal.Name == "invalid_client"
	return decide(isAssumedStatus && isAssumedError, "HTTP %d, the error invalid_client: %t", refusal.StatusCode, isAssumedError)
}

func (d *domain) createApplication(ctx context.Context, name string) (*object, answer) {
	return d.create(ctx, applications, name, d.applicationRequest(name, name))
}

func (d *domain) applicationRequest(clientID, displayName string) client.Request {
	return d.identity.Post("CreateApplication", "applications").Body(identity.CreateApplicationRequest{
		ClientID: clientID, DisplayName: displayName, Type: identity.ApplicationTypeNative,
	})
}
