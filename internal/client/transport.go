package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// newTransport returns a new transport for the client. It does not change http.DefaultTransport.
func (c *Client) newTransport() (http.RoundTripper, error) {
	base, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("http.DefaultTransport has been replaced")
	}
	transport := base.Clone()
	transport.MaxIdleConnsPerHost = idleConnections
	transport.Proxy = c.proxyFor
	transport.OnProxyConnectResponse = func(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
		if resp.StatusCode != http.StatusOK {
			return &proxyError{host: proxy.Host, status: resp.Status, statusCode: resp.StatusCode}
		}
		return nil
	}
	if c.config.CACertificateFile == "" {
		return once{transport}, nil
	}
	roots, err := ReadCACertificates(c.config.CACertificateFile)
	if err != nil {
		return nil, err
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return once{transport}, nil
}

// proxyFor returns the proxy for a request, or nil if the request needs no proxy.
func (c *Client) proxyFor(req *http.Request) (*url.URL, error) {
	if c.config.Proxy == nil {
		proxy, err := http.ProxyFromEnvironment(req)
		if proxy != nil {
			secret, hasPassword := proxy.User.Password()
			if !hasPassword {
				// Some proxies take a token as the user name.
				secret = proxy.User.Username()
			}
			c.mask.learn(Secret(secret))
		}
		return proxy, err
	}
	// As with HTTPS_PROXY, requests to this machine do not use the proxy: they may be http, and the proxy
	// would see their credentials.
	if isLoopback(req.URL.Hostname()) {
		return nil, nil //nolint:nilnil // This is how net/http says that there is no proxy.
	}
	proxy := *c.config.Proxy
	if c.config.ProxyUsername != "" {
		proxy.User = url.UserPassword(c.config.ProxyUsername, string(c.config.ProxyPassword))
	}
	return &proxy, nil
}

// ReadCACertificates returns the system's root certificates and those of a PEM file.
func ReadCACertificates(path string) (*x509.CertPool, error) {
	pem, err := ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("unable to read the CA certificate file: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	// Windows PowerShell writes a byte order mark before the first certificate.
	if !roots.AppendCertsFromPEM(bytes.TrimPrefix(pem, []byte("\ufeff"))) {
		return nil, fmt.Errorf("the CA certificate file %s does not contain a PEM certificate", path)
	}
	return roots, nil
}

// proxyError means that a proxy refused the connection. The request was never sent.
type proxyError struct {
	host, status string
	statusCode   int
}

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy %s refused the connection: %s", e.host, e.status)
}

// redirectError is a redirect that would send the bearer token to another host, or turn a write into a
// read.
type redirectError struct{ from, to *url.URL }

func (e *redirectError) Error() string {
	if e.to.Host == e.from.Host && e.to.Scheme == e.from.Scheme {
		return "refused to follow a redirect of " + e.from.Host + ", because it changes the method or is the sixth in a row. " +
			"A gateway or a sign-in page may have responded in place of LUSID: check the URL"
	}
	return fmt.Sprintf("refused to follow a redirect from %s://%s to %s://%s",
		e.from.Scheme, e.from.Host, e.to.Scheme, e.to.Host)
}

// checkRedirect allows only redirects with the same scheme, host and method, and at most five.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	if next.URL.Scheme != first.URL.Scheme || next.URL.Host != first.URL.Host || next.Method != first.Method || len(via) > 5 {
		return &redirectError{from: first.URL, to: next.URL}
	}
	return nil
}

// call is the state of a request for the retry policy and the log.
type call struct {
	operation  string
	idempotent bool
	attempts   int
	started    time.Time
	url        string
	// unsent is true if the deadline passed before the last attempt began.
	unsent bool
	// hadNoEffect is true if the last attempt has ended and the server did not process it.
	hadNoEffect bool
	// sent is true when the headers of an attempt were written to a connection.
	sent atomic.Bool
}

type callKey struct{}

func withCall(ctx context.Context, operation string, idempotent bool) (context.Context, *call) {
	call := &call{operation: operation, idempotent: idempotent}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { call.sent.Store(true) }})
	return context.WithValue(ctx, callKey{}, call), call
}

// newHTTPClient returns the HTTP client with retries that API and token requests share. The context of every
// request must have a call.
func (c *Client) newHTTPClient(transport http.RoundTripper) *retryablehttp.Client {
	pause := &pause{}
	return &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: transport,
			CheckRedirect: func(next *http.Request, via []*http.Request) error {
				if err := checkRedirect(next, via); err != nil {
					return err
				}
				if call, ok := next.Context().Value(callKey{}).(*call); ok && !call.idempotent {
					return &sentTwiceError{host: next.URL.Host}
				}
				return nil
			},
			Timeout: c.config.RequestTimeout,
		},
		RetryMax: c.config.MaxRetries,
		RequestLogHook: func(_ retryablehttp.Logger, req *http.Request, _ int) {
			pause.wait(req.Context())
			if call, ok := req.Context().Value(callKey{}).(*call); ok {
				call.attempts++
				call.started = time.Now()
				call.url = req.URL.Redacted()
				call.unsent, call.hadNoEffect = req.Context().Err() != nil, false
			}
		},
		ResponseLogHook: func(_ retryablehttp.Logger, resp *http.Response) {
			if call, ok := resp.Request.Context().Value(callKey{}).(*call); ok {
				c.logAnswer(resp.Request.Context(), call, resp)
			}
		},
		CheckRetry: func(ctx context.Context, resp *http.Response, err error) (bool, error) {
			call, ok := ctx.Value(callKey{}).(*call)
			if !ok {
				return false, errors.New("the context of the request has no call")
			}
			// After a redirect, the error of net/http contains the Location, which may contain a secret.
			if failed, ok := errors.AsType[*url.Error](err); ok {
				failed.URL = call.url
			}
			if err != nil {
				c.logFailure(ctx, call, err)
			}
			statusCode, retryAfter := 0, ""
			if err == nil {
				statusCode, retryAfter = resp.StatusCode, resp.Header.Get("Retry-After")
			}
			call.hadNoEffect = call.unsent || hadNoEffect(statusCode, err)
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			if !shouldRetry(call.idempotent, statusCode, err) {
				return false, nil
			}
			if wait, ok := parseRetryAfter(retryAfter, time.Now()); ok {
				if statusCode == http.StatusTooManyRequests {
					pause.extend(wait)
				}
				// The last response is more useful to the user than the error of the deadline that
				// passed during the wait.
				if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
					return false, nil
				}
			}
			return true, nil
		},
		Backoff: func(_, _ time.Duration, attempt int, resp *http.Response) time.Duration {
			retryAfter := ""
			if resp != nil {
				retryAfter = resp.Header.Get("Retry-After")
			}
			return backoff(attempt, retryAfter, time.Now())
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// logAnswer logs a response. It never logs a query, a body, or a header that has a secret by definition. A path
// or another header has a secret only if the server repeats one there.
func (c *Client) logAnswer(ctx context.Context, call *call, resp *http.Response) {
	if c.config.Log == nil {
		return
	}
	fields := call.fields()
	fields["method"] = resp.Request.Method
	fields["host"] = c.clean(resp.Request.URL.Host)
	fields["path"] = c.clean(resp.Request.URL.Path)
	fields["status"] = resp.StatusCode
	for _, header := range []string{"lusid-meta-requestid", "lusid-meta-duration", "identity-meta-requestid", "Retry-After"} {
		if value := resp.Header.Get(header); value != "" {
			fields[header] = c.clean(value)
		}
	}
	c.config.Log(ctx, "LUSID request answered", fields)
}

func (c *Client) logFailure(ctx context.Context, call *call, err error) {
	if c.config.Log == nil {
		return
	}
	fields := call.fields()
	fields["error"] = c.clean(err.Error())
	c.config.Log(ctx, "LUSID request failed", fields)
}

func (c *call) fields() map[string]any {
	return map[string]any{
		"operation":   c.operation,
		"attempt":     c.attempts,
		"duration_ms": time.Since(c.started).Milliseconds(),
	}
}
