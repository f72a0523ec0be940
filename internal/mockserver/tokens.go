package mockserver

import (
	"net/http"
	"strings"
	"time"
)

// caller is who makes a call, and what for.
type caller struct {
	user   User
	rights rights
}

type rights int

const (
	allRights rights = iota
	// noSecrets is every right but reading secrets.
	noSecrets
	noRights
)

func (r caller) mayCall(operation string) error {
	if r.rights == noRights && operation != getUserInfo {
		return accessDenied("The user may not call " + operation + ".")
	}
	return nil
}

func (r caller) mayReadSecrets() error {
	if r.rights == noSecrets {
		return accessDenied("The user may not read secrets.")
	}
	return nil
}

func accessDenied(detail string) *problem {
	return &problem{status: http.StatusForbidden, code: codeAccessDenied, detail: detail}
}

// tokens are the domain's bearer and refresh tokens.
type tokens struct {
	personal map[string]caller
	access   map[string]accessToken
	refresh  map[string]refreshToken
}

type accessToken struct {
	caller  caller
	expires time.Time
}

// refreshToken is good for the application that it was issued to, until it is revoked.
type refreshToken struct {
	caller   caller
	clientID string
	scopes   []string
}

func newTokens(credentials Credentials, user User) *tokens {
	return &tokens{
		personal: map[string]caller{
			credentials.AccessToken:    {user, allRights},
			credentials.NoSecretsToken: {user, noSecrets},
			credentials.NoRightsToken:  {user, noRights},
		},
		access:  map[string]accessToken{},
		refresh: map[string]refreshToken{},
	}
}

// authenticate finds out who makes the call, or returns the *problem of a 401.
func (t *tokens) authenticate(c *call) error {
	scheme, bearer, _ := strings.Cut(c.request.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		if caller, ok := t.personal[bearer]; ok {
			c.caller = caller
			return nil
		}
		if token, ok := t.access[bearer]; ok && c.now.Before(token.expires) {
			c.caller = token.caller
			return nil
		}
	}
	return &problem{
		status: http.StatusUnauthorized, code: codeInvalidAuthentication,
		detail: "The request carries no bearer token, or one that is unknown, expired or revoked.",
	}
}
