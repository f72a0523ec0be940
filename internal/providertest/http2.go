package providertest

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Frames and error codes of HTTP/2.
//
// Source: RFC 9113 sections 6 and 7.
const (
	frameReset  = 0x3
	frameGoAway = 0x7

	codeNoError       = 0x0
	CodeProtocolError = 0x1
	CodeInternalError = 0x2
	CodeRefusedStream = 0x7
)

// Wire is the server side of a connection. The requests on the connection share it.
type Wire struct {
	conn net.Conn
	// requests is the number of requests so far.
	requests atomic.Uint32
}

type wireKey struct{}

// WithWire puts the connection into the context of every request.
func WithWire(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, wireKey{}, &Wire{conn: conn})
}

// wireOf returns the connection of a request, and counts the request.
func wireOf(r *http.Request) *Wire {
	w, ok := r.Context().Value(wireKey{}).(*Wire)
	if !ok {
		panic("the server has no withWire")
	}
	w.requests.Add(1)
	return w
}

// send writes frames next to the frames that the server itself writes. The frames that start a connection
// must be first. In a bubble of synctest, the server has sent them before the clock advances.
func (w *Wire) send(frames []byte) {
	time.Sleep(time.Millisecond)
	_, _ = w.conn.Write(frames)
}

// frame encodes a frame whose payload is numbers.
func frame(kind byte, stream uint32, payload ...uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{0, 0, byte(4 * len(payload)), kind, 0}, stream)
	for _, number := range payload {
		b = binary.BigEndian.AppendUint32(b, number)
	}
	return b
}

// ResetStream aborts the current request. Only the client knows the odd number of its stream, so
// ResetStream sends a frame for each. The client ignores frames for streams that it doesn't have.
func ResetStream(code uint32) func(*Wire) {
	return func(w *Wire) {
		var frames []byte
		for stream := uint32(1); stream < 4*w.requests.Load()+20; stream += 2 {
			frames = append(frames, frame(frameReset, stream, code)...)
		}
		w.send(frames)
	}
}

// GoAway claims that the server processed no request.
func GoAway(w *Wire) { w.send(frame(frameGoAway, 0, 0, codeNoError)) }

// Reset resets the connection.
func (w *Wire) Reset() {
	conn := w.conn
	if overTLS, ok := conn.(*tls.Conn); ok {
		conn = overTLS.NetConn()
	}
	switch conn := conn.(type) {
	case *MemoryConn:
		conn.reset()
	case *net.TCPConn:
		_ = conn.SetLinger(0)
		_ = conn.Close()
	}
}
