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

// caller is the user of a request, and its rights.
type caller struct {
	user user
	// roles are the current roles of the user, which may differ from those when the token was issued.
	roles []role
	limit limit
	// entitled is the user for the policies of the Access API.
	entitled entitlement.Caller
	// accessToken is the access token of the request. Empty for a personal access token.
	accessToken string
}

// limit restricts the rights of a token.
type limit int

const (
	noLimit limit = iota
	// noSecrets allows everything that the user may do, except reading secrets.
	noSecrets
	noRights
)

// ownUserInfo allows only the operation that every user may call.
const ownUserInfo = "identity." + getUserInfo

// ownOperations are the operations that every user may call.
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

// mayCall is the access control of the Identity API and of the Access API. The roles that LUSID documents as
// administrators of these APIs may call their operations. LUSID documents a separate role for applications and their
// secrets, so iam-administrator may not call the operations on applications. Any other user may call only the operations
// about itself. Policies apply only to the LUSID API. The operation has its name from the request log.
//
// Source: What default roles and policies are provided with LUSID?, KA-01904.
func (r caller) mayCall(operation string) bool {
	if r.limit == noRights {
		return operation == ownUserInfo
	}
	isOnApplications := strings.Contains(operation, "Application")
	return slices.Contains(ownOperations, operation) || slices.ContainsFunc(r.roles, func(role role) bool {
		switch role.name {
		case administratorRole:
			return true
		case iamAdministratorRole:
			return !isOnApplications
		case applicationsAdministratorRole:
			return isOnApplications
		}
		return false
	})
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

// tokens has the bearer and refresh tokens of the domain.
type tokens struct {
	users    *users
	personal *personalAccessTokens
	issuers  *externalTokenIssuers
	// limited are restricted tokens of the domain's user. No list of personal access tokens contains them.
	limited map[string]limitedToken
	access  map[string]accessToken
	refresh map[string]refreshToken
	// external are the tokens of [Server.IssueExternalToken]. An external token issuer must trust them.
	external map[string]externalToken
}

type limitedToken struct {
	userID string
	limit  limit
}

type accessToken struct {
	userID  string
	expires time.Time
	// entitled has the roles of the user when the token was issued. LUSID documents that a change of a user's roles
	// needs a new access token, but takes effect on personal access tokens at once.
	entitled entitlement.Caller
}

// refreshToken is valid for the application that it was issued to, until it is revoked.
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

// invalidate revokes the access token of the request. It refuses a personal access token, which has its own operation to
// delete it.
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

// authenticate returns the user of the request, or a *problem with status 401. A token stops working when its user is
// deleted.
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
		code = codeInvalidIdentityToken // The only code for a 401 in the contract of the Access API.
	}
	return &problem{
		status: http.StatusUnauthorized, code: code,
		detail: "The request has no bearer token, or the token is unknown, expired or revoked.",
	}
}

// owner returns the id of the user of a bearer token, or an empty string.
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
