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

// earlyRenewal is how long before its expiry a token is renewed, as in the LUSID SDKs. One that
// lives for less than two minutes is renewed at half of its life, and not at once.
const earlyRenewal = time.Minute

// SignIn is a credential: one of an access token, a file that holds one, or what a token
// request needs.
type SignIn struct {
	// AccessToken is a personal access token or any other bearer token. It cannot be renewed.
	AccessToken Secret
	// AccessTokenFile holds a bearer token, and is read again when it changes.
	AccessTokenFile string
	// Grant is used where neither is set. With a refresh token it renews by that, and where
	// the refresh token is refused and a password is set, by password.
	Grant TokenRequest
}

func (s SignIn) secrets() []Secret {
	return []Secret{s.AccessToken, s.Grant.Password, s.Grant.ClientSecret, s.Grant.RefreshToken}
}

// errNotRenewable says that a refused token is all there is.
var errNotRenewable = errors.New("the access token cannot be renewed")

// tokenSource hands out the token that requests carry.
type tokenSource interface {
	// token returns a token that stays valid for longer than minRemaining.
	token(ctx context.Context, minRemaining time.Duration) (*oauth2.Token, error)
	// renew replaces a token that the API refused, once however many callers hold it, or
	// returns errNotRenewable.
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

// CheckBearer refuses what no HTTP header can carry. Its errors never repeat the token.
func CheckBearer(token string) error {
	if token == "" {
		return errors.New("is empty")
	}
	if strings.ContainsAny(token[:1], `{["`) {
		return errors.New("holds JSON, as a token endpoint answers it, and not the value of access_token in it")
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("holds a space, a line break or another character that no token has")
	}
	return nil
}

// checkRemaining refuses a token that nothing can renew and that would expire too soon.
func checkRemaining(token *oauth2.Token, minRemaining time.Duration) error {
	expiry := expiryOf(token)
	if minRemaining <= 0 || expiry.IsZero() || time.Until(expiry) > minRemaining {
		return nil
	}
	return fmt.Errorf("%w, and it expires at %s, before the %s asked for are over",
		errNotRenewable, expiry.UTC().Format(time.RFC3339), minRemaining)
}

// BearerExpiry is when the access token that the client was given expires. It is zero where the
// token does not tell, as a personal access token does not, and for every other way to sign in.
func (c *Client) BearerExpiry() time.Time {
	if s, ok := c.signIn.(staticToken); ok {
		return expiryOf(s.value)
	}
	return time.Time{}
}

type staticToken struct{ value *oauth2.Token }

// Format prints the source without the token it holds.
func (staticToken) Format(f fmt.State, _ rune) { conceal(f, "staticToken") }

func (s staticToken) token(_ context.Context, minRemaining time.Duration) (*oauth2.Token, error) {
	return s.value, checkRemaining(s.value, minRemaining)
}

func (s staticToken) renew(context.Context, *oauth2.Token) (*oauth2.Token, error) {
	return nil, errNotRenewable
}

// fileToken follows a file that another program keeps fresh, as CI systems and Kubernetes do.
type fileToken struct {
	path string

	mu    sync.Mutex
	stat  os.FileInfo
	value *oauth2.Token
}

// Format prints the source without the token it holds.
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
		return nil, fmt.Errorf("the access token file %s %w. It must hold the token alone: check the program that writes it", f.path, err)
	}
	f.stat, f.value = stat, &oauth2.Token{AccessToken: token}
	return f.value, nil
}

// grant signs in at the token endpoint and renews what it got.
type grant struct {
	client  *Client
	request TokenRequest

	// lock holds one element while a token is asked for; unlike a mutex, waiting for it ends
	// with the context.
	lock    chan struct{}
	current *oauth2.Token
	// early is how long before its expiry the current token is renewed.
	early time.Duration
	// refused is the token endpoint's verdict on the credentials. It stands for the rest of
	// the process: ten resources that each tried a wrong password would lock the user.
	refused *Error
	// failed is the latest failure that passes, and failures counts them. Those who waited
	// meanwhile share it: one after the other they would wait ten times as long for the same.
	failed   error
	failures atomic.Int64
	// rotated is a new client secret that the next token request takes into use; nil for none.
	rotated atomic.Pointer[Secret]
}

// Format prints the grant without the secrets it holds.
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
			// A token endpoint that is down for a moment must not fail a run that has a token.
			return g.current, nil
		}
		return nil, err
	}
	if minRemaining > 0 && !validFor(token, minRemaining) {
		return nil, fmt.Errorf("a new access token lives until %s only, less than the %s asked for",
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

// fetch asks for a token: by refresh token where there is one, and by password where that is
// refused. The caller holds the lock, and tells how many failures there had been when it began to
// wait for it.
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
		} else if !isHurried(ctx) {
			g.failed = err
			g.failures.Add(1)
		}
		return nil, err
	}
	if token.RefreshToken == "" {
		// A server that does not rotate refresh tokens goes on accepting the old one.
		token.RefreshToken = string(request.RefreshToken)
	}
	g.current, g.early = token, min(earlyRenewal, expiryOf(token).Sub(asked)/2)
	return token, nil
}

// isHurried reports that the caller may have failed for want of time, which others may have.
func isHurried(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && time.Until(deadline) < maxRetryAfter
}

func validFor(token *oauth2.Token, remaining time.Duration) bool {
	expiry := expiryOf(token)
	return expiry.IsZero() || time.Until(expiry) > remaining
}

// isRefused reports the token endpoint's own verdict on the credentials.
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

// UseClientSecret takes a rotated secret into use, where the client signs in through that
// application. The present access token stays in use until it expires.
func (c *Client) UseClientSecret(clientID string, secret Secret) {
	if g, ok := c.signIn.(*grant); ok && g.request.ClientID == clientID {
		c.mask.learn(secret)
		// The lock may be held over a token request, which nobody has to wait for here.
		g.rotated.Store(&secret)
	}
}

// SignsInWith reports that the key is the one that the client was given to sign in with.
func (c *Client) SignsInWith(key Secret) bool {
	own, ok := c.signIn.(staticToken)
	return ok && own.value.AccessToken == string(key)
}

// SignsInThrough reports that the bearer token that the client was given, as a value or in a file,
// says that it is of the issuer and for the audience.
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
