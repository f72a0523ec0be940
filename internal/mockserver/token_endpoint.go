package mockserver

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// knownScopes are the scopes that the authorization server grants.
var knownScopes = []string{"openid", "profile", "email", "address", "phone", "offline_access", "client", "groups"}

// authorizationServer is the domain's OAuth 2.0 token endpoint (RFC 6749). LUSID uses Okta for it.
type authorizationServer struct {
	id               string
	issuerIsTokenURL bool
	lifetime         time.Duration
	key              []byte // The key that signs JWTs. No client verifies the signature.
	users            *users
	applications     *applications
	tokens           *tokens
	access           *access
}

func newAuthorizationServer(options Options, users *users, applications *applications, tokens *tokens, access *access) *authorizationServer {
	return &authorizationServer{
		id:               "aus" + randomAlphanumeric(17),
		issuerIsTokenURL: options.IssuerIsTokenURL,
		lifetime:         options.TokenLifetime,
		key:              []byte(rand.Text()),
		users:            users,
		applications:     applications,
		tokens:           tokens,
		access:           access,
	}
}

func (s *authorizationServer) tokenPath() string { return "/oauth2/" + s.id + "/v1/token" }

// issuerPath is the path of the issuer in the responses of the Identity API.
func (s *authorizationServer) issuerPath() string {
	if s.issuerIsTokenURL {
		return s.tokenPath()
	}
	return "/oauth2/" + s.id
}

// oauthError is an error response of RFC 6749, section 5.2.
type oauthError struct {
	status      int
	code        string
	description string
}

// Error implements error. It returns the description.
func (e *oauthError) Error() string { return e.code + ": " + e.description }

func (e *oauthError) answer(c *call) answer {
	a := jsonAnswer(e.status, map[string]string{"error": e.code, "error_description": e.description})
	if e.status == http.StatusUnauthorized {
		a.header.Set("WWW-Authenticate", fmt.Sprintf("Basic realm=%q", c.base+c.request.URL.Path))
	}
	return a
}

func invalidRequest(description string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_request", description}
}

func invalidGrant(description string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_grant", description}
}

// Unverified: identity/token-refusal.
func invalidClient(description string) *oauthError {
	return &oauthError{http.StatusUnauthorized, "invalid_client", description}
}

func invalidScope(description string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_scope", description}
}

// tokenResponse is the response of RFC 6749, section 5.1, with the fields in Okta's order.
type tokenResponse struct {
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	AccessToken  string `json:"access_token"`
	Scope        string `json:"scope"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
}

// route returns the operation with the grant type, which is in the body of the request. The lock guards the grant.
func (s *authorizationServer) route(c *call, lock sync.Locker) route {
	form, err := parseForm(c)
	operation := tokenOperation
	switch form.Get("grant_type") {
	case "password":
		operation = passwordOperation
	case "refresh_token":
		operation = refreshOperation
	}
	return route{operation: operation, serve: func(c *call) answer {
		lock.Lock()
		defer lock.Unlock()
		var response tokenResponse
		if err == nil {
			response, err = s.grant(c, form)
		}
		a := jsonAnswer(http.StatusOK, response)
		if refused := new(oauthError); errors.As(err, &refused) {
			a = refused.answer(c)
		}
		a.header.Set("Cache-Control", "no-store")
		a.header.Set("Pragma", "no-cache")
		return a
	}}
}

// refuse returns Okta's response for a path without an endpoint, such as the issuer.
func (s *authorizationServer) refuse(c *call) answer {
	if c.request.URL.Path == s.tokenPath() {
		a := jsonAnswer(http.StatusMethodNotAllowed, newOktaError(c, "E0000022", "The endpoint does not support the provided HTTP method"))
		a.header.Set("Allow", http.MethodPost)
		return a
	}
	return jsonAnswer(http.StatusNotFound, newOktaError(c, "E0000007", "Not found: Resource not found: "+c.request.URL.Path))
}

// oktaError is the format of Okta's error responses outside RFC 6749.
type oktaError struct {
	ErrorCode    string   `json:"errorCode"`
	ErrorSummary string   `json:"errorSummary"`
	ErrorLink    string   `json:"errorLink"`
	ErrorID      string   `json:"errorId"`
	ErrorCauses  []string `json:"errorCauses"`
}

func newOktaError(c *call, code, summary string) oktaError {
	return oktaError{ErrorCode: code, ErrorSummary: summary, ErrorLink: code, ErrorID: c.id, ErrorCauses: []string{}}
}

func parseForm(c *call) (url.Values, error) {
	mediaType, _, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/x-www-form-urlencoded" {
		return nil, invalidRequest("The Content-Type must be application/x-www-form-urlencoded.")
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, invalidRequest("The request body is not a form.")
	}
	for name, values := range form {
		if len(values) > 1 {
			return form, invalidRequest(fmt.Sprintf("The parameter %q occurs more than once.", name))
		}
	}
	return form, nil
}

func (s *authorizationServer) grant(c *call, form url.Values) (tokenResponse, error) {
	grantType := form.Get("grant_type")
	if grantType == "" {
		return tokenResponse{}, invalidRequest("The token request must specify a grant_type.")
	}
	client, err := s.client(c.request, form)
	if err != nil {
		return tokenResponse{}, err
	}
	switch grantType {
	case "password":
		return s.passwordGrant(c, form, client)
	case "refresh_token":
		return s.refreshGrant(c, form, client)
	default:
		return tokenResponse{}, &oauthError{
			http.StatusBadRequest, "unsupported_grant_type",
			"The authorization grant type is not supported by the authorization server. Configured grant types: [password, refresh_token].",
		}
	}
}

// client authenticates the application by HTTP Basic or by the form.
func (s *authorizationServer) client(r *http.Request, form url.Values) (application, error) {
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if basicID, basicSecret, ok := r.BasicAuth(); ok {
		if secret != "" {
			return application{}, invalidRequest("Cannot supply multiple client credentials: use the Authorization header or the body.")
		}
		id, secret = formDecode(basicID), formDecode(basicSecret)
	}
	if id == "" {
		return application{}, invalidClient("The client_id is missing.")
	}
	client, ok := s.applications.table.find(func(a application) bool { return a.clientID == id })
	switch {
	case !ok:
		return application{}, invalidClient("Invalid value for 'client_id' parameter.")
	case secret == "":
		return application{}, invalidClient("The client secret is missing.")
	case secret != client.secret:
		return application{}, invalidClient("The client secret supplied for a confidential client is invalid.")
	}
	return client, nil
}

// formDecode decodes credentials in HTTP Basic. RFC 6749, section 2.3.1, requires the encoding, but many clients do not
// use it.
func formDecode(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return s
}

func (s *authorizationServer) passwordGrant(c *call, form url.Values, client application) (tokenResponse, error) {
	username, password := form.Get("username"), form.Get("password")
	if username == "" || password == "" {
		return tokenResponse{}, invalidRequest("The 'username' and 'password' attributes are required for this grant_type.")
	}
	user, ok := s.users.withLogin(username)
	if !ok || password != user.password || !user.maySignIn(c.now) {
		return tokenResponse{}, invalidGrant("The credentials provided were invalid.")
	}
	scopes := strings.Fields(form.Get("scope"))
	if len(scopes) == 0 {
		return tokenResponse{}, invalidScope("The authorization server resource does not have any configured default scopes, 'scope' must be provided.")
	}
	for _, scope := range scopes {
		if !slices.Contains(knownScopes, scope) {
			return tokenResponse{}, invalidScope("One or more scopes are not configured for the authorization server resource.")
		}
	}
	if user.lastLogin.IsZero() {
		s.access.addAtFirstSignIn(user.id)
	}
	user.lastLogin = c.now
	s.users.table.put(user.id, user)
	granted := refreshToken{userID: user.id, clientID: client.clientID, scopes: scopes}
	var refresh string
	if slices.Contains(scopes, "offline_access") {
		refresh = randomAlphanumeric(43)
		s.tokens.refresh[refresh] = granted
	}
	return s.issue(c, user, granted, refresh), nil
}

func (s *authorizationServer) refreshGrant(c *call, form url.Values, client application) (tokenResponse, error) {
	refresh := form.Get("refresh_token")
	if refresh == "" {
		return tokenResponse{}, invalidRequest("The refresh token is missing.")
	}
	granted, ok := s.tokens.refresh[refresh]
	user, known := s.users.table.get(granted.userID)
	if !ok || granted.clientID != client.clientID || !known || !user.maySignIn(c.now) {
		return tokenResponse{}, invalidGrant("The refresh token is invalid or expired.")
	}
	if scopes := strings.Fields(form.Get("scope")); len(scopes) > 0 {
		for _, scope := range scopes {
			if !slices.Contains(granted.scopes, scope) {
				return tokenResponse{}, invalidScope("The requested scope exceeds the scope granted by the resource owner.")
			}
		}
		granted.scopes = scopes
	}
	if !slices.Contains(granted.scopes, "offline_access") {
		refresh = ""
	}
	return s.issue(c, user, granted, refresh), nil
}

// issue creates the tokens of a grant. The refresh token never changes, which is Okta's default.
func (s *authorizationServer) issue(c *call, user user, granted refreshToken, refresh string) tokenResponse {
	expires := c.now.Add(s.lifetime)
	issuer := c.base + "/oauth2/" + s.id
	claims := map[string]any{
		"ver": 1,
		"jti": "AT." + randomAlphanumeric(43),
		"iss": issuer,
		"aud": c.base,
		"iat": c.now.Unix(),
		"exp": expires.Unix(),
		"cid": granted.clientID,
		"uid": user.id,
		"scp": granted.scopes,
		"sub": user.login,
	}
	access := s.jwt(claims)
	entitled := entitlement.Caller{UserID: user.id, Roles: roleCodes(s.users.roles.of(user.id)), Scopes: granted.scopes}
	for _, name := range []string{"iss", "aud", "cid", "uid", "sub"} {
		value, _ := claims[name].(string)
		entitled.Claims = append(entitled.Claims, entitlement.Claim{Type: name, Value: value, Issuer: issuer, OriginalIssuer: issuer})
	}
	s.tokens.access[access] = accessToken{userID: user.id, expires: expires, entitled: entitled}
	response := tokenResponse{
		TokenType:    "Bearer",
		ExpiresIn:    int(s.lifetime / time.Second),
		AccessToken:  access,
		Scope:        strings.Join(granted.scopes, " "),
		RefreshToken: refresh,
	}
	if slices.Contains(granted.scopes, "openid") {
		response.IDToken = s.jwt(map[string]any{
			"ver":                1,
			"jti":                "ID." + randomAlphanumeric(43),
			"iss":                issuer,
			"aud":                granted.clientID,
			"iat":                c.now.Unix(),
			"exp":                expires.Unix(),
			"sub":                user.id,
			"preferred_username": user.login,
		})
	}
	return response
}

func (s *authorizationServer) jwt(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err) // Encoding strings, numbers and lists of strings never fails.
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(payload)
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
}
