package client

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// OperationToken is the name of a token request in errors and logs.
const OperationToken = "token request"

// DefaultScopes are the scopes that every LUSID SDK requests.
var DefaultScopes = []string{"openid", "client", "groups", "offline_access"}

// Token is a response of an OAuth token endpoint.
type Token struct {
	// AccessToken is the bearer token.
	AccessToken Secret
	// IDToken is empty unless the scope openid was granted.
	IDToken Secret
	// RefreshToken is empty unless the scope offline_access was granted.
	RefreshToken Secret
	// TokenType is "Bearer".
	TokenType string
	// Expiry is the expiry in the response, or else the exp claim of the access token. Zero if there is neither.
	Expiry time.Time
	// Scopes are the granted scopes, sorted. Nil if the response does not have them.
	Scopes []string
}

// TokenRequest has the arguments of a token request. The refresh token is used if it is set, otherwise user name
// and password.
type TokenRequest struct {
	// TokenURL is any URL that ParseTokenURL accepts.
	TokenURL     string
	Username     string
	Password     Secret
	ClientID     string
	ClientSecret Secret
	RefreshToken Secret
	// Scopes to request. Nil means those of the refresh token, or DefaultScopes.
	Scopes []string
}

// RequestToken requests a token from the token endpoint, like the LUSID SDKs do. A password grant sends the
// client ID and secret in the body, a refresh grant sends them in HTTP Basic.
//
// Source: RFC 6749 sections 4.3 and 6.
func (c *Client) RequestToken(ctx context.Context, r TokenRequest) (*Token, error) {
	token, err := c.requestToken(ctx, r)
	if err != nil {
		return nil, err
	}
	return newToken(token), nil
}

// AccessToken returns the token that the client signs in with. It renews the token first if the token would
// expire within minRemaining. The result never contains the refresh token.
func (c *Client) AccessToken(ctx context.Context, minRemaining time.Duration) (*Token, error) {
	token, err := c.signIn.token(ctx, minRemaining)
	if err != nil {
		return nil, c.cleanError(err)
	}
	c.mask.learn(Secret(token.AccessToken))
	out := newToken(token)
	out.RefreshToken = ""
	return out, nil
}

func (c *Client) requestToken(ctx context.Context, r TokenRequest) (*oauth2.Token, error) {
	tokenURL, err := ParseTokenURL(r.TokenURL)
	if err != nil {
		return nil, errors.New("the token URL cannot be used: " + err.Error())
	}
	request := func() (*oauth2.Token, error) { return c.sendTokenRequest(ctx, tokenURL, r) }
	if r.RefreshToken != "" {
		return request()
	}
	return c.passwords.try(ctx, password{tokenURL.Host, r.Username, r.Password}, request)
}

func (c *Client) sendTokenRequest(ctx context.Context, tokenURL *url.URL, r TokenRequest) (*oauth2.Token, error) {
	c.mask.learn(r.Password, r.ClientSecret, r.RefreshToken)
	ctx, _ = withCall(ctx, OperationToken, true)
	// The client of the library may get a redirect response that the underlying client did not follow.
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: tokenTransport{c}, CheckRedirect: checkRedirect})

	var (
		token *oauth2.Token
		err   error
	)
	if r.RefreshToken != "" {
		// The library's refresh sends no scope, but the SDKs do. With this configuration the library sends
		// both the refresh token and the scope.
		config := clientcredentials.Config{
			ClientID:     r.ClientID,
			ClientSecret: string(r.ClientSecret),
			TokenURL:     tokenURL.String(),
			Scopes:       r.Scopes,
			EndpointParams: url.Values{
				"grant_type":    {"refresh_token"},
				"refresh_token": {string(r.RefreshToken)},
			},
			AuthStyle: oauth2.AuthStyleInHeader,
		}
		token, err = config.Token(ctx)
	} else {
		if r.Scopes == nil {
			r.Scopes = DefaultScopes
		}
		config := oauth2.Config{
			ClientID:     r.ClientID,
			ClientSecret: string(r.ClientSecret),
			Endpoint:     oauth2.Endpoint{TokenURL: tokenURL.String(), AuthStyle: oauth2.AuthStyleInParams},
			Scopes:       r.Scopes,
		}
		token, err = config.PasswordCredentialsToken(ctx, r.Username, string(r.Password))
	}
	if err == nil {
		idToken, _ := token.Extra("id_token").(string)
		c.mask.learn(Secret(token.AccessToken), Secret(token.RefreshToken), Secret(idToken))
		err = CheckBearer(token.AccessToken)
	}
	if err != nil {
		return nil, c.cleanError(c.tokenError(tokenURL, err))
	}
	return token, nil
}

// tokenTransport sends token requests with the same retries and headers as all other requests.
type tokenTransport struct{ client *Client }

// Format prints the transport without the secrets of its client.
func (tokenTransport) Format(f fmt.State, _ rune) { conceal(f, "tokenTransport") }

func (t tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	retryable, err := retryablehttp.FromRequest(req.Clone(req.Context()))
	if err != nil {
		return nil, err
	}
	t.client.setHeaders(retryable.Header)
	resp, body, err := t.client.roundTrip(retryable)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// tokenError turns an error of the library into an Error, without the body.
func (c *Client) tokenError(tokenURL *url.URL, err error) error {
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		e := c.newError(OperationToken, refused.Response, refused.Body)
		e.URL = tokenURL.String()
		return e
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("%s: %w", OperationToken, failed.Err)
	}
	return &Error{
		Operation:     OperationToken,
		Method:        http.MethodPost,
		URL:           tokenURL.String(),
		StatusCode:    http.StatusOK,
		CorrelationID: c.config.CorrelationID,
		Unusable:      "The response is not a token in JSON. Check that this is the URL of a token endpoint.",
	}
}

func newToken(token *oauth2.Token) *Token {
	idToken, _ := token.Extra("id_token").(string)
	scope, _ := token.Extra("scope").(string)
	var scopes []string
	if scope != "" {
		scopes = strings.Fields(scope)
		slices.Sort(scopes)
	}
	return &Token{
		AccessToken:  Secret(token.AccessToken),
		IDToken:      Secret(idToken),
		RefreshToken: Secret(token.RefreshToken),
		TokenType:    token.Type(),
		Expiry:       expiryOf(token),
		Scopes:       scopes,
	}
}

// expiryOf returns the expiry of a token. If the response had no expiry, it is the exp claim of the JWT.
//
// Source: RFC 7519 section 4.1.4. The resource server checks the signature.
func expiryOf(token *oauth2.Token) time.Time {
	if !token.Expiry.IsZero() {
		return token.Expiry
	}
	exp := claimsOf(token.AccessToken).Exp.value
	if exp <= 0 || exp > maxUnixTime {
		return time.Time{}
	}
	return time.Unix(int64(exp), 0)
}

// claims are the claims that the client reads in a JWT. Each is zero if the token does not have it.
type claims struct {
	Exp lenient[float64] `json:"exp"`
	Iss lenient[string]  `json:"iss"`
	// Aud is a string or a list of strings.
	Aud any `json:"aud"`
}

func (c claims) isFor(audience string) bool {
	if several, ok := c.Aud.([]any); ok {
		return slices.Contains(several, any(audience))
	}
	return c.Aud == any(audience)
}

// claimsOf returns the claims of a JWT. They are empty for any other token.
func claimsOf(token string) (c claims) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return claims{}
	}
	_ = json.Unmarshal(payload, &c)
	return c
}

// maxUnixTime is the end of the year 9999, the last that RFC 3339 can express.
const maxUnixTime = 253402300799
