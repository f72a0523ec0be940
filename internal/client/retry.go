package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	minBackoff = 500 * time.Millisecond
	maxBackoff = 30 * time.Second
	// maxRetryAfter limits Retry-After, so that a very large value cannot block a run.
	maxRetryAfter = time.Minute
)

// shouldRetry is the retry policy.
//
// An idempotent request is retried after 429, 502, 503, 504 and network errors. Any other request is retried
// only if the server cannot have processed it: after 429, or if there was no connection.
func shouldRetry(idempotent bool, statusCode int, err error) bool {
	if err != nil {
		if isPermanent(err) {
			return false
		}
		return idempotent || neverSent(err)
	}
	switch statusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return idempotent
	}
	return false
}

// isPermanent reports whether a retry would fail with the same error.
func isPermanent(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		proxy       *proxyError
		handshake   *handshakeError
		plain       tls.RecordHeaderError
	)
	if errors.As(err, &proxy) {
		return proxy.statusCode < 500 && proxy.statusCode != http.StatusTooManyRequests
	}
	if errors.As(err, &handshake) {
		return handshake.isPermanent()
	}
	return errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || isRefusedRedirect(err) ||
		errors.As(err, &plain) || errors.Is(err, http.ErrSchemeMismatch) ||
		errors.Is(err, context.Canceled)
}

// isRefusedRedirect reports whether the error is a redirect that was not followed. A server or a gateway may
// have processed the request before it sent the redirect.
func isRefusedRedirect(err error) bool {
	var (
		redirect  *redirectError
		sentTwice *sentTwiceError
	)
	return errors.As(err, &redirect) || errors.As(err, &sentTwice)
}

// mayHaveBeenSent reports whether the server may have received and processed the request.
func mayHaveBeenSent(err error) bool {
	return !neverSent(err) && (!isPermanent(err) || isRefusedRedirect(err) || errors.Is(err, context.Canceled))
}

// hadNoEffect reports whether it is certain that the server did not process an attempt.
func hadNoEffect(statusCode int, err error) bool {
	return statusCode == http.StatusTooManyRequests || neverSent(err)
}

// neverSent reports whether there was no connection: refused, unreachable, no such host, or no TLS.
func neverSent(err error) bool {
	var (
		op        *net.OpError
		proxy     *proxyError
		handshake *handshakeError
		broken    *brokenOffError
	)
	if errors.As(err, &broken) {
		return !broken.written
	}
	return errors.As(err, &proxy) || errors.As(err, &handshake) || errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

// backoff returns how long to wait before a retry. Attempts count from zero. The wait is Retry-After, up to
// maxRetryAfter. Without that header, it is exponential with jitter.
func backoff(attempt int, retryAfter string, now time.Time) time.Duration {
	if wait, ok := parseRetryAfter(retryAfter, now); ok {
		return wait
	}
	wait := maxBackoff
	if attempt < 16 {
		wait = min(maxBackoff, minBackoff<<attempt)
	}
	return wait/2 + rand.N(wait/2) //nolint:gosec // Jitter needs no secure random number.
}

// parseRetryAfter parses seconds or an HTTP date. The result is maxRetryAfter at most.
//
// Source: RFC 9110 section 10.2.3.
func parseRetryAfter(value string, now time.Time) (time.Duration, bool) {
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		if seconds > uint64(maxRetryAfter/time.Second) {
			return maxRetryAfter, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), maxRetryAfter), true
}
