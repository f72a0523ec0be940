package client

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// idleConnections is the number of idle connections to keep for each host. Terraform works on ten resources at
// a time by default.
const idleConnections = 16

// maxConnections limits the connections that one attempt may request. It is more than idleConnections,
// because the server may have closed all idle connections in the meantime.
const maxConnections = 2 * idleConnections

// once is a transport that writes each request to the connection at most once, so that only the retry
// policy sends a request again.
//
// Over HTTP/2, net/http sends a request again after PROTOCOL_ERROR, REFUSED_STREAM and GOAWAY, for any
// method, if the request has no body or GetBody is set. The server may have processed the request already.
// If the server aborts every request, net/http never stops. Over HTTP/1.1, net/http only sends a request
// again if it was not written yet, or if it is a GET on an idle connection that the server had closed.
type once struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (o once) RoundTrip(req *http.Request) (*http.Response, error) {
	// The caller reads the body with this context, so only the parent context may cancel it.
	ctx, stop := context.WithCancelCause(req.Context())
	var (
		connections      atomic.Int32
		isHTTP2, written atomic.Bool
		handshake        atomic.Pointer[handshakeError]
	)
	check := func() {
		if written.Load() || connections.Load() > maxConnections {
			stop(&brokenOffError{written: written.Load()})
		}
	}
	trace := &httptrace.ClientTrace{
		// Before an attempt, net/http calls at least one of these two functions.
		GetConn: func(string) {
			connections.Add(1)
			check()
		},
		GotConn: func(got httptrace.GotConnInfo) {
			conn, ok := got.Conn.(*tls.Conn)
			isHTTP2.Store(ok && conn.ConnectionState().NegotiatedProtocol == "h2")
			check()
		},
		// Over HTTP/1.1 the headers are only buffered at this point.
		WroteHeaders: func() { written.Store(isHTTP2.Load()) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			// net/http returns a better error for a response without TLS.
			if _, isPlain := errors.AsType[tls.RecordHeaderError](err); err != nil && !isPlain {
				handshake.Store(&handshakeError{err})
			}
		},
	}
	resp, err := o.Transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err == nil {
		return resp, nil
	}
	if broken, ok := errors.AsType[*brokenOffError](context.Cause(ctx)); ok {
		err = broken
	} else if failed := handshake.Load(); failed != nil && errors.Is(err, failed.err) {
		err = failed
	}
	stop(err)
	return nil, err
}

// brokenOffError is an attempt that net/http would have sent a second time.
type brokenOffError struct{ written bool }

func (e *brokenOffError) Error() string {
	if e.written {
		return "the server aborted the request without a response (PROTOCOL_ERROR, REFUSED_STREAM or GOAWAY over HTTP/2)"
	}
	return "the server closed every connection before it accepted the request"
}

// sentTwiceError is a redirect of a request that isn't idempotent. The server may have processed the
// request before it sent the redirect, and following the redirect would send the request again.
type sentTwiceError struct{ host string }

func (e *sentTwiceError) Error() string {
	return "refused to follow a redirect of " + e.host + ", which would send the request a second time"
}

// handshakeError is a TLS handshake that failed. The request was never sent.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "the TLS handshake failed: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// isPermanent reports whether client and server do not agree, for example on a TLS version or a certificate.
// Failures of the network are not permanent.
func (e *handshakeError) isPermanent() bool {
	if op, ok := errors.AsType[*net.OpError](e.err); ok && (op.Op == "read" || op.Op == "write") {
		return false
	}
	network, ok := errors.AsType[net.Error](e.err)
	isTimeout := ok && network.Timeout()
	return !isTimeout && !errors.Is(e.err, io.EOF) && !errors.Is(e.err, io.ErrUnexpectedEOF) && !errors.Is(e.err, context.Canceled)
}
