package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
)

// earlyRenewal is how long before its expiry a token is renewed, as in the LUSID SDKs. A token that is valid
// for less than two minutes is renewed after half of its lifetime. Otherwise it would be renewed at once.
const earlyRenewal = time.Minute

// SignIn is a credential: an access token, a file with an access token, or the arguments of a token request.
// Exactly one of them is used.
type SignIn struct {
	// AccessToken is a personal access token or any other bearer token. It cannot be renewed.
	AccessToken Secret
	// AccessTokenFile is the path of a file with a bearer token. The file is read again when it changes.
	AccessTokenFile string
	// Grant is used if neither of the others is set. If it has a refresh token, the client renews with that.
	// If the token endpoint refuses the refresh token and a password is set, the client uses the password.
	Grant TokenRequest
}

func (s SignIn) secrets() []Secret {
	return []Secret{s.AccessToken, s.Grant.Password, s.Grant.ClientSecret, s.Grant.RefreshToken}
}

// errNotRenewable means that LUSID refused the token and there is no other credential.
var errNotRenewable = errors.New("the access token cannot be renewed")

// tokenSource provides the token of the requests.
type tokenSource interface {
	// token returns a token that stays valid for longer than minRemaining.
	token(ctx context.Context, minRemaining time.Duration) (*oauth2.Token, error)
	// renew replaces a token that the API refused, or returns errNotRenewable. If several callers have the
	// same refused token, it is renewed only once.
	renew(ctx context.Context, refused *oauth2.Token) (*oauth2.Token, error)
}

func newTokenSource(c *Client, s SignIn) (tokenSource, error) {
	switch {
	case s.AccessToken != "":
		if err := CheckBearer(string(s.AccessToken)); err != nil {
			return nil, fmt.Errorf("the access token %w", err)
		}
		return staticToken{&oauth2.Token{AccessToken: string(s.AccessToken)}}, nil
	case s.AccessTokenFile != "":
		return &fileToken{path: s.AccessTokenFile}, nil
	}
	if _, err := ParseTokenURL(s.Grant.TokenURL); err != nil {
		return nil, errors.New("the token URL cannot be used: " + err.Error())
	}
	return &grant{client: c, request: s.Grant, lock: make(chan struct{}, 1)}, nil
}

// CheckBearer checks that a token can be sent in an HTTP header. Its errors never repeat the token.
func CheckBearer(token string) error {
	if token == "" {
		return errors.New("is empty")
	}
	if strings.ContainsAny(token[:1], `{["`) {
		return errors.New("contains JSON, such as the response of a token endpoint, in place of the value of access_token")
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("contains a space, a line break or another character that is not allowed in a token")
	}
	return nil
}

// checkRemaining returns an error for a token that expires too soon. The token cannot be renewed.
func checkRemaining(token *oauth2.Token, minRemaining time.Duration) error {
	expiry := expiryOf(token)
	if minRemaining <= 0 || expiry.IsZero() || time.Until(expiry) > minRemaining {
		return nil
	}
	return fmt.Errorf("%w, and it expires at %s, before the requested %s have passed",
		errNotRenewable, expiry.UTC().Format(time.RFC3339), minRemaining)
}

// BearerExpiry returns when the configured access token expires. It is zero if the token does not contain an
// expiry, such as a personal access token, and for every other way to sign in.
func (c *Client) BearerExpiry() time.Time {
	if s, ok := c.signIn.(staticToken); ok {
		return expiryOf(s.value)
	}
	return time.Time{}
}

type staticToken struct{ value *oauth2.Token }

// Format prints the source without its token.
func (staticToken) Format(f fmt.State, _ rune) { conceal(f, "staticToken") }

func (s staticToken) token(_ context.Context, minRemaining time.Duration) (*oauth2.Token, error) {
	return s.value, checkRemaining(s.value, minRemaining)
}

func (s staticToken) renew(context.Context, *oauth2.Token) (*oauth2.Token, error) {
	return nil, errNotRenewable
}

// fileToken reads the token from a file that another program updates, such as a CI system or Kubernetes.
type fileToken struct {
	path string

	mu    sync.Mutex
	stat  os.FileInfo
	value *oauth2.Token
}

// Format prints the source without its token.
func (*fileToken) Format(f fmt.State, _ rune) { conceal(f, "fileToken") }

func (f *fileToken) token(_ context.Context, minRemaining time.Duration) (*oauth2.Token, error) {
	token, err := f.read(false)
	if err != nil {
		return nil, err
	}
	return token, checkRemaining(token, minRemaining)
}

func (f *fileToken) renew(_ context.Context, refused *oauth2.Token) (*oauth2.Token, error) {
	token, err := f.read(true)
	if err != nil {
		return nil, err
	}
	if token.AccessToken == refused.AccessToken {
		return nil, errNotRenewable
	}
	return token, nil
}

func (f *fileToken) read(force bool) (*oauth2.Token, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	stat, err := os.Stat(f.path)
	if err != nil {
		return nil, fmt.Errorf("unable to read the access token file: %w", err)
	}
	unchanged := f.stat != nil && os.SameFile(stat, f.stat) && stat.ModTime().Equal(f.stat.ModTime()) && stat.Size() == f.stat.Size()
	if unchanged && !force {
		return f.value, nil
	}
	content, err := ReadFile(f.path)
	if err != nil {
		return nil, fmt.Errorf("unable to read the access token file: %w", err)
	}
	if bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return nil, fmt.Errorf("the access token file %s is in UTF-16, which the > of Windows PowerShell writes. "+
			"Write the file in ASCII or UTF-8: in PowerShell, with Set-Content -Encoding ascii in place of >", f.path)
	}
	token := string(bytes.TrimSpace(bytes.TrimPrefix(content, []byte("\ufeff"))))
	if err := CheckBearer(token); err != nil {
		return nil, fmt.Errorf("the access token file %s %w. It must contain only the token: check the program that writes it", f.path, err)
	}
	f.stat, f.value = stat, &oauth2.Token{AccessToken: token}
	return f.value, nil
}

// grant signs in at the token endpoint and renews the token.
type grant struct {
	client  *Client
	request TokenRequest

	// lock contains one element during a token request. Unlike a mutex, it lets a caller stop waiting when the
	// context is done.
	lock    chan struct{}
	current *oauth2.Token
	// early is how long before its expiry the current token is renewed.
	early time.Duration
	// refused is the error if the token endpoint refused the credentials. They are not sent again in
	// this process: ten resources that each try a wrong password would lock the user.
	refused *Error
	// failed is the latest temporary failure, and failures is their number. Callers that waited for the
	// request get the same failure. If each of them tried again in turn, ten would wait ten times as long.
	failed   error
	failures atomic.Int64
	// rotated is a new client secret for the next token request. Nil if there is none.
	rotated atomic.Pointer[Secret]
}

// Format prints the grant without its secrets.
func (g *grant) Format(f fmt.State, _ rune) { conceal(f, "grant") }

func (g *grant) token(ctx context.Context, minRemaining time.Duration) (*oauth2.Token, error) {
	failures := g.failures.Load()
	unlock, err := g.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if g.current != nil && validFor(g.current, max(minRemaining, g.early)) {
		return g.current, nil
	}
	token, err := g.fetch(ctx, failures)
	if err != nil {
		if g.refused == nil && g.current != nil && validFor(g.current, max(minRemaining, 0)) {
			// If the token endpoint is briefly unavailable, a run that has a valid token must not fail.
			return g.current, nil
		}
		return nil, err
	}
	if minRemaining > 0 && !validFor(token, minRemaining) {
		return nil, fmt.Errorf("a new access token expires at %s already, before the requested %s have passed",
			expiryOf(token).UTC().Format(time.RFC3339), minRemaining)
	}
	return token, nil
}

func (g *grant) renew(ctx context.Context, refused *oauth2.Token) (*oauth2.Token, error) {
	failures := g.failures.Load()
	unlock, err := g.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if g.current != nil && g.current.AccessToken != refused.AccessToken {
		return g.current, nil
	}
	return g.fetch(ctx, failures)
}

func (g *grant) acquire(ctx context.Context) (unlock func(), err error) {
	select {
	case g.lock <- struct{}{}:
		return func() { <-g.lock }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", OperationToken, ctx.Err())
	}
}

// fetch requests a token. It uses the refresh token if there is one, and the password if the refresh token is
// refused. The caller must have the lock. The argument failures is the number of failures when the caller
// began to wait for the lock.
func (g *grant) fetch(ctx context.Context, failures int64) (*oauth2.Token, error) {
	if rotated := g.rotated.Swap(nil); rotated != nil {
		g.request.ClientSecret, g.refused = *rotated, nil
	}
	if g.refused != nil {
		return nil, g.refused
	}
	if g.failures.Load() != failures {
		return nil, g.failed
	}
	request := g.request
	if g.current != nil && g.current.RefreshToken != "" {
		request.RefreshToken = Secret(g.current.RefreshToken)
	}
	asked := time.Now()
	token, err := g.client.requestToken(ctx, request)
	if isRefused(err) && request.RefreshToken != "" && request.Password != "" {
		request.RefreshToken = ""
		token, err = g.client.requestToken(ctx, request)
	}
	if err != nil {
		if isRefused(err) {
			errors.As(err, &g.refused)
		} else if !isShortOfTime(ctx) {
			g.failed = err
			g.failures.Add(1)
		}
		return nil, err
	}
	if token.RefreshToken == "" {
		// A server that does not rotate refresh tokens still accepts the old one.
		token.RefreshToken = string(request.RefreshToken)
	}
	g.current, g.early = token, min(earlyRenewal, expiryOf(token).Sub(asked)/2)
	return token, nil
}

// isShortOfTime reports whether the request may have failed because its caller had too little time left. Other
// callers may have more.
func isShortOfTime(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && time.Until(deadline) < maxRetryAfter
}

func validFor(token *oauth2.Token, remaining time.Duration) bool {
	expiry := expiryOf(token)
	return expiry.IsZero() || time.Until(expiry) > remaining
}

// isRefused reports whether the token endpoint refused the credentials.
//
// Source: RFC 6749 section 5.2.
func isRefused(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Unusable != "" {
		return false
	}
	switch e.StatusCode {
	case http.StatusOK, // Some servers say so only in the body.
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return true
	}
	return false
}

// UseClientSecret uses a rotated secret for the next token request, if the client signs in through that
// application. The current access token is used until it expires.
func (c *Client) UseClientSecret(clientID string, secret Secret) {
	if g, ok := c.signIn.(*grant); ok && g.request.ClientID == clientID {
		c.mask.learn(secret)
		// The lock may be taken during a token request, and this function must not wait for the request.
		g.rotated.Store(&secret)
	}
}

// SignsInWith reports whether the key is the configured access token of the client.
func (c *Client) SignsInWith(key Secret) bool {
	own, ok := c.signIn.(staticToken)
	return ok && own.value.AccessToken == string(key)
}

// SignsInThrough reports whether the configured bearer token, as a value or in a file, has the issuer and the
// audience in its claims.
func (c *Client) SignsInThrough(issuer, audience string) bool {
	var bearer *oauth2.Token
	switch own := c.signIn.(type) {
	case staticToken:
		bearer = own.value
	case *fileToken:
		bearer, _ = own.read(false)
	}
	if bearer == nil || issuer == "" {
		return false
	}
	claims := claimsOf(bearer.AccessToken)
	return claims.Iss.value == issuer && claims.isFor(audience)
}
