package mockserver

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// maxExternalTokenIssuers is the limit per domain that LUSID documents.
const maxExternalTokenIssuers = 5

// externalTokenIssuers are the identity providers whose tokens the domain accepts.
type externalTokenIssuers struct {
	table *table[externalTokenIssuer]
}

type externalTokenIssuer struct {
	code        string
	issuer      string
	audience    string
	logoutURL   string
	description *string
	mappings    *claimMappings
}

// claimMappings is ClaimMappings.
type claimMappings struct {
	UserID    string  `json:"userId"`
	Login     string  `json:"login"`
	Email     string  `json:"email"`
	FirstName string  `json:"firstName"`
	LastName  string  `json:"lastName"`
	UserType  string  `json:"userType"`
	Groups    *string `json:"groups,omitempty"`
}

// createExternalTokenIssuerRequest is CreateExternalTokenIssuerRequest.
type createExternalTokenIssuerRequest struct {
	Code string `json:"code"`
	updateExternalTokenIssuerRequest
}

// updateExternalTokenIssuerRequest is UpdateExternalTokenIssuerRequest. A nil field does not change the issuer.
type updateExternalTokenIssuerRequest struct {
	Issuer        *string        `json:"issuer"`
	Audience      *string        `json:"audience"`
	LogoutURL     *string        `json:"logoutUrl"`
	Description   *string        `json:"description"`
	ClaimMappings *claimMappings `json:"claimMappings"`
}

// externalTokenIssuerResponse is ExternalTokenIssuerResponse.
type externalTokenIssuerResponse struct {
	Code          string         `json:"code"`
	Issuer        string         `json:"issuer"`
	Audience      string         `json:"audience"`
	LogoutURL     string         `json:"logoutUrl"`
	Description   *string        `json:"description"`
	ClaimMappings *claimMappings `json:"claimMappings,omitempty"`
}

func newExternalTokenIssuers(options Options) *externalTokenIssuers {
	e := &externalTokenIssuers{newTable[externalTokenIssuer](options.ListLag)}
	for _, seed := range options.Seed.ExternalTokenIssuers {
		e.table.put(seed.Code, seed.row())
	}
	e.table.settle()
	return e
}

func (e *externalTokenIssuers) operations() operations {
	return operations{
		"ListExternalTokenIssuers":  e.list,
		"GetExternalTokenIssuer":    e.get,
		"CreateExternalTokenIssuer": e.create,
		"UpdateExternalTokenIssuer": e.update,
		"DeleteExternalTokenIssuer": e.delete,
	}
}

func (e *externalTokenIssuers) list(*call) (any, error) {
	body := []externalTokenIssuerResponse{}
	for _, row := range e.table.list() {
		body = append(body, row.body())
	}
	return body, nil
}

func (e *externalTokenIssuers) get(c *call) (any, error) {
	row, err := e.lookUp(c)
	if err != nil {
		return nil, err
	}
	return row.body(), nil
}

// Unverified: identity/external-token-issuer-create, identity/external-token-issuer-duplicate.
func (e *externalTokenIssuers) create(c *call) (any, error) {
	request, err := decode[createExternalTokenIssuerRequest](c)
	if err != nil {
		return nil, err
	}
	if _, taken := e.table.get(request.Code); taken {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeDuplicate,
			detail: fmt.Sprintf("An external token issuer with the code %q already exists.", request.Code),
		}
	}
	if len(e.table.ids) >= maxExternalTokenIssuers {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeInvalidRequest,
			detail: fmt.Sprintf("A domain may have %d external token issuers at most.", maxExternalTokenIssuers),
		}
	}
	return e.save(externalTokenIssuer{code: request.Code}, request.updateExternalTokenIssuerRequest)
}

func (e *externalTokenIssuers) update(c *call) (any, error) {
	request, err := decode[updateExternalTokenIssuerRequest](c)
	if err != nil {
		return nil, err
	}
	row, err := e.lookUp(c)
	if err != nil {
		return nil, err
	}
	return e.save(row, request)
}

// save does not change fields that the request leaves out, because no field of an update is required.
//
// Unverified: identity/external-token-issuer-update-keeps.
func (e *externalTokenIssuers) save(row externalTokenIssuer, request updateExternalTokenIssuerRequest) (any, error) {
	for _, change := range []struct{ field, value *string }{
		{&row.issuer, request.Issuer}, {&row.audience, request.Audience}, {&row.logoutURL, request.LogoutURL},
	} {
		if change.value != nil {
			*change.field = *change.value
		}
	}
	if request.Description != nil {
		row.description = request.Description
	}
	if request.ClaimMappings != nil {
		row.mappings = request.ClaimMappings
	}
	if errors := row.check(); len(errors) > 0 {
		return nil, &problem{status: http.StatusBadRequest, code: codeInvalidParameter, errors: errors}
	}
	other, taken := e.trusting(row.issuer, row.audience)
	if taken && other.code != row.code {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeDuplicate,
			detail: fmt.Sprintf("The external token issuer %q has this issuer and audience.", other.code),
		}
	}
	e.table.put(row.code, row)
	return row.body(), nil
}

// Unverified: identity/external-token-issuer-delete, identity/external-token-issuer-delete-again.
func (e *externalTokenIssuers) delete(c *call) (any, error) {
	row, err := e.lookUp(c)
	if err != nil {
		return nil, err
	}
	e.table.delete(row.code)
	return nil, nil
}

// lookUp fails with the code for unknown errors, because LUSID has no code for an issuer that does not exist.
//
// Unverified: identity/external-token-issuer-missing.
func (e *externalTokenIssuers) lookUp(c *call) (externalTokenIssuer, error) {
	row, ok := e.table.get(c.params["code"])
	if !ok {
		return row, doesNotExist(codeUnknown, "external token issuer", c.params["code"])
	}
	return row, nil
}

// trusting returns the configuration that accepts tokens of the issuer for the audience.
func (e *externalTokenIssuers) trusting(issuer, audience string) (externalTokenIssuer, bool) {
	return e.table.find(func(row externalTokenIssuer) bool { return row.issuer == issuer && row.audience == audience })
}

// check checks the rules that LUSID documents and the contract does not have. It returns messages by field.
func (row externalTokenIssuer) check() map[string][]string {
	errors := map[string][]string{}
	if u, err := url.Parse(row.logoutURL); err != nil || !u.IsAbs() {
		errors["logoutUrl"] = []string{"The value must be a URI."}
	}
	if row.mappings == nil {
		return errors
	}
	if kind, ok := literal(row.mappings.UserType); ok && kind != personalUser && kind != serviceUser {
		errors["claimMappings.userType"] = []string{"The user type must be Personal or Service."}
	}
	if row.mappings.Groups != nil {
		if _, ok := literal(*row.mappings.Groups); ok {
			errors["claimMappings.groups"] = []string{"The groups cannot be literal."}
		}
	}
	return errors
}

// literal returns the text in double quotes.
func literal(mapping string) (string, bool) {
	text, opened := strings.CutPrefix(mapping, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	return text, opened && closed
}

func (row externalTokenIssuer) body() externalTokenIssuerResponse {
	return externalTokenIssuerResponse{
		Code:          row.code,
		Issuer:        row.issuer,
		Audience:      row.audience,
		LogoutURL:     row.logoutURL,
		Description:   row.description,
		ClaimMappings: row.mappings,
	}
}

// ExternalToken is a token of another identity provider, such as a CI system.
type ExternalToken struct {
	Issuer   string `json:"issuer"`
	Audience string `json:"audience"`
	// Claims are the claims in addition to iss, aud, iat and exp.
	Claims map[string]string `json:"claims"`
}

// IssueExternalToken signs a token like such an identity provider does. The token has the lifetime of the domain's own
// tokens. The domain accepts the token while an external token issuer for it exists. The claim mappings of the issuer
// return the login of the user.
func (s *Server) IssueExternalToken(token ExternalToken) (string, error) {
	if token.Issuer == "" || token.Audience == "" {
		return "", errors.New("issuer and audience must not be empty")
	}
	s.state.Lock()
	defer s.state.Unlock()
	now := s.options.Clock()
	expires := now.Add(s.options.TokenLifetime)
	claims := map[string]any{}
	for name, value := range token.Claims {
		claims[name] = value
	}
	claims["iss"], claims["aud"], claims["iat"], claims["exp"] = token.Issuer, token.Audience, now.Unix(), expires.Unix()
	signed := s.auth.jwt(claims)
	s.tokens.external[signed] = externalToken{token, expires}
	return signed, nil
}

type externalToken struct {
	ExternalToken
	expires time.Time
}

// userOf returns the user of a token. Only the login identifies the user. The domain does not create a user for an
// unknown login.
func (e *externalTokenIssuers) userOf(token externalToken, users *users) (user, bool) {
	row, ok := e.trusting(token.Issuer, token.Audience)
	if !ok || row.mappings == nil {
		return user{}, false
	}
	login, ok := literal(row.mappings.Login)
	if !ok {
		login = token.Claims[row.mappings.Login]
	}
	return users.withLogin(login)
}

// entitlementClaims returns the claims that policies can use.
func (t externalToken) entitlementClaims() []entitlement.Claim {
	claims := []entitlement.Claim{
		{Type: "iss", Value: t.Issuer, Issuer: t.Issuer, OriginalIssuer: t.Issuer},
		{Type: "aud", Value: t.Audience, Issuer: t.Issuer, OriginalIssuer: t.Issuer},
	}
	for name, value := range t.Claims {
		claims = append(claims, entitlement.Claim{Type: name, Value: value, Issuer: t.Issuer, OriginalIssuer: t.Issuer})
	}
	return claims
}

// ExternalTokenIssuer is an identity provider whose tokens the domain accepts.
type ExternalTokenIssuer struct {
	Code        string `json:"code"`
	Issuer      string `json:"issuer"`
	Audience    string `json:"audience"`
	LogoutURL   string `json:"logoutUrl"`
	Description string `json:"description"`
	// ClaimMappings has the mappings by their names in the contract. Nil means none.
	ClaimMappings map[string]string `json:"claimMappings"`
}

func (s Seed) checkExternalTokenIssuers() error {
	taken := taken{}
	if len(s.ExternalTokenIssuers) > maxExternalTokenIssuers {
		return fmt.Errorf("externalTokenIssuers: there are more than %d", maxExternalTokenIssuers)
	}
	for i, issuer := range s.ExternalTokenIssuers {
		err := cmp.Or(
			issuer.check(),
			taken.take("code", issuer.Code),
			taken.take("issuer and audience", issuer.Issuer+" "+issuer.Audience),
		)
		if err != nil {
			return fmt.Errorf("externalTokenIssuers[%d]: %w", i, err)
		}
	}
	return nil
}

func (e ExternalTokenIssuer) check() error {
	request := map[string]any{"code": e.Code, "issuer": e.Issuer, "audience": e.Audience, "logoutUrl": e.LogoutURL}
	if e.ClaimMappings != nil {
		mappings := map[string]any{}
		for field, mapping := range e.ClaimMappings {
			mappings[field] = mapping
		}
		request["claimMappings"] = mappings
	}
	err := identityContract().checkSchema("CreateExternalTokenIssuerRequest", request)
	if fields := e.row().check(); err == nil && len(fields) > 0 {
		err = errors.New(describe(fields))
	}
	return err
}

// row returns the issuer in the form that the domain stores.
func (e ExternalTokenIssuer) row() externalTokenIssuer {
	row := externalTokenIssuer{code: e.Code, issuer: e.Issuer, audience: e.Audience, logoutURL: e.LogoutURL}
	if e.Description != "" {
		row.description = &e.Description
	}
	if m := e.ClaimMappings; m != nil {
		row.mappings = &claimMappings{
			UserID: m["userId"], Login: m["login"], Email: m["email"], FirstName: m["firstName"], LastName: m["lastName"], UserType: m["userType"],
		}
		if groups, ok := m["groups"]; ok {
			row.mappings.Groups = &groups
		}
	}
	return row
}
