package conformance

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// maxTokens is the limit that LUSID documents.
const maxTokens = 3

// tokenLifetime is the lifetime of the tokens of the run.
const tokenLifetime = 24 * time.Hour

var identityTokenChecks = []Check{
	{
		API: "identity", Name: "token-create-by-token", Needs: Write,
		Statement: "A user who signs in with a personal access token may create personal access tokens.",
		Source:    noSource,
		Assumed:   "The provider tries the create, and explains a refusal. The mock allows the create.",
		run:       tokenByToken,
	},
	{
		API: "identity", Name: "token-duplicate", Needs: Write,
		Statement: "A second active token with the same name is refused with status 400 and code 659.",
		Source:    "LUSID documents the code; the status: " + noSource,
		Assumed:   "The provider checks the code. The mock responds with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("twice")
			o, a := d.createToken(ctx, name)
			if o == nil {
				return a.unable("create a token")
			}
			_, refusal := d.createToken(ctx, name)
			if refusal.code == codeTooManyKeys {
				return refusal.unable("create a second token")
			}
			return refusal.is("create a second token", http.StatusBadRequest, codeKeyNameTaken)
		},
	},
	{
		API: "identity", Name: "instant-fraction", Needs: Write,
		Statement: "LUSID keeps seven digits of the fraction of a second.",
		Source:    "LUSID's examples of responses have seven digits; whether it keeps the digits of a request: " + noSource,
		Assumed:   "The provider treats times as equal if they differ by less than 100 nanoseconds. The mock keeps seven digits.",
		run:       instantFraction,
	},
	{
		API: "identity", Name: "tokens-list-lag", Needs: Write,
		Statement: "The first list after a create contains the new personal access token.",
		Source:    "the parameter waitForReindex shows that the lists of users lag; whether other lists do: " + noSource,
		Assumed:   "LUSID has no read of a single token. If a list does not contain a token, the provider lists again. The mock's lists contain new objects at once.",
		run:       listedWith("a token", (*domain).createToken),
	},
	{
		API: "identity", Name: "token-delete", Needs: Write,
		Statement: "A delete of a personal access token returns status 200.",
		Source:    deleteDocumented,
		Assumed:   "The provider accepts any success status. The mock responds with 200.",
		run:       deletedWith("a token", http.StatusOK, (*domain).createToken),
	},
	{
		API: "identity", Name: "token-delete-again", Needs: Write,
		Statement: "A second delete of a personal access token returns status 404 and code 239.",
		Source:    noSource,
		Assumed:   "The provider treats the code as success. The mock responds with this status and this code.",
		run:       deletedAgainWith("a token", http.StatusNotFound, codeKeyGone, (*domain).createToken),
	},
	{
		API: "identity", Name: "token-limit", Needs: Write,
		Statement: "A user may have three active personal access tokens. LUSID refuses another one with code 238.",
		Source:    "KA-01774 and KA-01911; whether it applies to every domain: " + noSource,
		Assumed:   "The provider explains the code. The mock allows three.",
		run:       tokenLimit,
	},
}

// instantFraction creates a token that expires at a time with a seven-digit fraction.
func instantFraction(ctx context.Context, d *domain) Finding {
	sent := time.Now().Add(tokenLifetime).UTC().Truncate(time.Second).Add(123456700 * time.Nanosecond)
	body := identity.CreateAPIKey{DisplayName: d.name("instant"), DeactivationDate: sent.Format(time.RFC3339Nano)}
	o, a := d.create(ctx, tokens, body.DisplayName, d.identity.Post("CreateApiKey", "keys").Body(body))
	if o == nil {
		return a.unable("create a token")
	}
	// The response to the create may repeat the request. The provider reads the list.
	lists, list := d.waitInList(ctx, o)
	switch {
	case !list.isList():
		return list.unable("list the user's tokens")
	case lists == 0:
		return couldNotTell("the list does not contain the new token")
	}
	i := slices.IndexFunc(list.list(), func(token map[string]any) bool { return text(token, "id") == o.id() })
	got, err := time.Parse(time.RFC3339, text(list.list()[i], "deactivationDate"))
	if err != nil {
		return differs("a token without the time")
	}
	return decide(got.Equal(sent), "the times differ by %s", sent.Sub(got).Abs())
}

// tokenByToken signs in with a token of the run and creates another one.
func tokenByToken(ctx context.Context, d *domain) Finding {
	o, a := d.createToken(ctx, d.name("first"))
	if a.code == codeWrongSignIn {
		return differs("%s", a)
	}
	if o == nil {
		return a.unable("create a token")
	}
	config := d.config
	config.SignIn = client.SignIn{AccessToken: client.Secret(text(o.fields, "key"))}
	lusid, err := client.New(config) //nolint:contextcheck // Every request brings its own context.
	if err != nil {
		return couldNotTell("the new token cannot be used")
	}
	byToken := identityAPI(lusid)
	if who := d.read(ctx, byToken.Get("GetUserInfo", "me")); !who.ok() {
		return who.unable("sign in with the new token")
	}
	_, a = d.createTokenAs(ctx, byToken, d.name("second"))
	if a.err != nil || a.status >= 500 || a.status == http.StatusTooManyRequests || a.code == codeTooManyKeys {
		return a.unable("create a token with a token")
	}
	// Here, a refusal for a missing right is conclusive: the same user has just created a token without a
	// token.
	return decide(a.ok(), "%s", a)
}

// tokenLimit creates tokens until LUSID refuses one.
func tokenLimit(ctx context.Context, d *domain) Finding {
	list := d.list(ctx, tokens)
	if !list.isList() {
		return list.unable("list the user's tokens")
	}
	active := countOf(list.list(), func(token map[string]any) bool {
		end, err := time.Parse(time.RFC3339, text(token, "deactivationDate"))
		return (err != nil || end.After(time.Now())) && !d.hasRemoved(token)
	})
	for created, waits := 0, 0; ; {
		_, a := d.createToken(ctx, d.name("limit-"+strconv.Itoa(created)))
		switch {
		case a.ok():
			created++
			if active++; active > maxTokens {
				return differs("LUSID refused none of %d active tokens", active)
			}
		case a.code != codeTooManyKeys:
			return a.unable("create a token")
		case active < maxTokens && waits < looks-1:
			// LUSID may still count the tokens that the run has just removed.
			waits++
			if !sleep(ctx, d.options.Pause) {
				return couldNotTell("the run was interrupted")
			}
		default:
			return decide(active == maxTokens, "%s after %d active tokens", a, active)
		}
	}
}

// hasRemoved reports whether a token in a list is a token of the run that LUSID has deleted. The list may lag.
func (d *domain) hasRemoved(token map[string]any) bool {
	return slices.ContainsFunc(d.own, func(o *object) bool {
		return o.gone && o.kind.name == tokens.name && o.id() == text(token, "id")
	})
}

func (d *domain) createToken(ctx context.Context, name string) (*object, answer) {
	return d.createTokenAs(ctx, d.identity, name)
}

func (d *domain) createTokenAs(ctx context.Context, api *client.API, name string) (*object, answer) {
	end := time.Now().Add(tokenLifetime).UTC().Format(time.RFC3339)
	return d.create(ctx, tokens, name, api.Post("CreateApiKey", "keys").Body(identity.CreateAPIKey{DisplayName: name, DeactivationDate: end}))
}
