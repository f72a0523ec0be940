package provider_test

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
	codeProtocolError = 0x1
	codeInternalError = 0x2
	codeRefusedStream = 0x7
)

// wire is the server's end of a connection, which the requests on it share.
type wire struct {
	conn net.Conn
	// requests is how many have come.
	requests atomic.Uint32
}

type wireKey struct{}

// withWire puts the connection into the context of every request.
func withWire(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, wireKey{}, &wire{conn: conn})
}

// wireOf counts a request.
func wireOf(r *http.Request) *wire {
	w, ok := r.Context().Value(wireKey{}).(*wire)
	if !ok {
		panic("the server has no withWire")
	}
	w.requests.Add(1)
	return w
}

// send sends frames beside the server's own. The frames that begin a connection must go first. In a
// bubble of synctest, the server has sent them by the time that the clock moves.
func (w *wire) send(frames []byte) {
	time.Sleep(time.Millisecond)
	_, _ = w.conn.Write(frames)
}

// frame is a frame whose payload is numbers.
func frame(kind byte, stream uint32, payload ...uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{0, 0, byte(4 * len(payload)), kind, 0}, stream)
	for _, number := range payload {
		b = binary.BigEndian.AppendUint32(b, number)
	}
	return b
}

// resetStream breaks off the current request. Only the client knows the number of its stream, which is
// odd. The client ignores frames for a stream that it does not have.
func resetStream(code uint32) func(*wire) {
	return func(w *wire) {
		var frames []byte
		for stream := uint32(1); stream < 4*w.requests.Load()+20; stream += 2 {
			frames = append(frames, frame(frameReset, stream, code)...)
		}
		w.send(frames)
	}
}

// goAway claims that no request was processed.
func goAway(w *wire) { w.send(frame(frameGoAway, 0, 0, codeNoError)) }

// reset resets the connection.
func (w *wire) reset() {
	conn := w.conn
	if overTLS, ok := conn.(*tls.Conn); ok {
		conn = overTLS.NetConn()
	}
	switch conn := conn.(type) {
	case *memoryConn:
		conn.reset()
	case *net.TCPConn:
		_ = conn.SetLinger(0)
		_ = conn.Close()
	}
}

// http2Faults break requests off over HTTP/2, before and after the request is carried out.
func http2Faults() []fault {
	const repeated = "the server broke the request off without an answer"
	var all []fault
	for _, way := range []struct {
		name     string
		breakOff func(*wire)
		words    string
	}{
		{"PROTOCOL_ERROR", resetStream(codeProtocolError), repeated},
		{"INTERNAL_ERROR", resetStream(codeInternalError), "INTERNAL_ERROR"},
		{"REFUSED_STREAM", resetStream(codeRefusedStream), repeated},
		{"GOAWAY", goAway, repeated},
		{"connection reset", (*wire).reset, "connection reset"},
	} {
		for _, written := range []bool{false, true} {
			f := fault{name: "HTTP2 " + way.name, effect: lost, written: written, words: []string{way.words}, breakOff: way.breakOff}
			f.mock.Reset = "before"
			if written {
				f.name, f.mock.Reset = f.name+" after the write", "after"
			}
			all = append(all, f)
		}
	}
	return all
}
