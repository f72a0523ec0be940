package mockserver

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

const (
	codeWrongAuthenticationType = 785

	invalidateToken = "InvalidateToken"
)

// caller is who makes a call, and what for.
type caller struct {
	user user
	// roles are what the user has now, whatever it had when the token was issued.
	roles []role
	limit limit
	// entitled is the user as the policies of the Access API see it.
	entitled entitlement.Caller
	// accessToken is what the call carries; empty for a personal access token.
	accessToken string
}

// limit is what a token may do at most.
type limit int

const (
	noLimit limit = iota
	// noSecrets is every right of the user but reading secrets.
	noSecrets
	noRights
)

// ownUserInfo is what even a user without rights may call.
const ownUserInfo = "identity." + getUserInfo

// ownOperations are open to every user.
var ownOperations = []string{
	ownUserInfo,
	"identity." + setPassword,
	"identity." + invalidateToken,
	"identity." + listOwnAPIKeys,
	"identity." + createAPIKey,
	"identity." + deleteAPIKey,
	"access." + getOwnPolicies,
	"access." + evaluate,
}

// mayCall is the access control of the Identity API and of the Access API: a user with the role
// lusid-administrator may call everything, and any other user the operations on itself. Policies decide
// on the LUSID API only. The operation is named as in the request log.
func (r caller) mayCall(operation string) bool {
	if r.limit == noRights {
		return operation == ownUserInfo
	}
	return slices.Contains(ownOperations, operation) ||
		slices.ContainsFunc(r.roles, func(role role) bool { return role.name == administratorRole })
}

func (r caller) mayReadSecrets() error {
	if r.limit == noSecrets {
		return accessDenied("The user may not read secrets.")
	}
	return nil
}

func accessDenied(detail string) *problem {
	return &problem{status: http.StatusForbidden, code: codeAccessDenied, detail: detail}
}

// tokens are the domain's bearer and refresh tokens.
type tokens struct {
	users    *users
	personal *personalAccessTokens
	issuers  *externalTokenIssuers
	// limited are tokens of the domain's own user; no list of personal access tokens shows them.
	limited map[string]limitedToken
	access  map[string]accessToken
	refresh map[string]refreshToken
	// external are those of [Server.IssueExternalToken], which an external token issuer has to trust.
	external map[string]externalToken
}

type limitedToken struct {
	userID string
	limit  limit
}

type accessToken struct {
	userID  string
	expires time.Time
	// entitled has the roles that the user had when the token was issued. LUSID documents that a change of
	// a user's roles needs a new access token, and that it acts on personal access tokens at once.
	entitled entitlement.Caller
}

// refreshToken is good for the application that it was issued to, until it is revoked.
type refreshToken struct {
	userID   string
	clientID string
	scopes   []string
}

func newTokens(credentials Credentials, userID string, users *users, personal *personalAccessTokens, issuers *externalTokenIssuers) *tokens {
	return &tokens{
		users:    users,
		personal: personal,
		issuers:  issuers,
		limited: map[string]limitedToken{
			credentials.NoSecretsToken: {userID, noSecrets},
			credentials.NoRightsToken:  {userID, noRights},
		},
		access:   map[string]accessToken{},
		refresh:  map[string]refreshToken{},
		external: map[string]externalToken{},
	}
}

func (t *tokens) operations() operations { return operations{invalidateToken: t.invalidate} }

// invalidate ends the access token that the call carries. A personal access token is deleted
// otherwise.
func (t *tokens) invalidate(c *call) (any, error) {
	if c.caller.accessToken == "" {
		return nil, wrongAuthenticationType("A personal access token cannot sign out.")
	}
	delete(t.access, c.caller.accessToken)
	return nil, nil
}

func wrongAuthenticationType(detail string) *problem {
	return &problem{status: http.StatusBadRequest, code: codeWrongAuthenticationType, detail: detail}
}

// authenticate finds out who makes the call, or returns the *problem of a 401. No token
// outlives its user.
func (t *tokens) authenticate(c *call) error {
	scheme, bearer, _ := strings.Cut(c.request.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		userID, limit := t.owner(bearer, c.now)
		if u, ok := t.users.table.get(userID); ok && u.status != UserDeprovisioned {
			c.caller = caller{user: u, limit: limit}
			if limit != noRights {
				c.caller.roles = t.users.roles.of(userID)
				c.caller.entitled = entitlement.Caller{UserID: userID, Roles: roleCodes(c.caller.roles)}
			}
			if token, ok := t.access[bearer]; ok {
				c.caller.accessToken, c.caller.entitled = bearer, token.entitled
			}
			if token, ok := t.external[bearer]; ok {
				c.caller.entitled.Claims = token.entitlementClaims()
			}
			return nil
		}
	}
	code := codeInvalidAuthentication
	if _, ok := c.contract.errorNames[code]; !ok {
		code = codeInvalidIdentityToken // The Access API lists no other.
	}
	return &problem{
		status: http.StatusUnauthorized, code: code,
		detail: "The request carries no bearer token, or one that is unknown, expired or revoked.",
	}
}

// owner returns the id of the user whom a bearer token stands for, or nothing.
func (t *tokens) owner(bearer string, now time.Time) (userID string, limit limit) {
	if token, ok := t.limited[bearer]; ok {
		return token.userID, token.limit
	}
	if token, ok := t.access[bearer]; ok && now.Before(token.expires) {
		return token.userID, noLimit
	}
	if token, ok := t.external[bearer]; ok && now.Before(token.expires) {
		user, _ := t.issuers.userOf(token, t.users)
		return user.id, noLimit
	}
	if userID, ok := t.personal.owner(bearer, now); ok {
		return userID, noLimit
	}
	return "", noLimit
}
