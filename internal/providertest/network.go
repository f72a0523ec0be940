package providertest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// DomainInMemory returns a mock in memory, for tests in a bubble of synctest.
func DomainInMemory(t *testing.T, options mockserver.Options) Domain {
	t.Helper()
	mock := mockserver.New(options)
	listener := ListenInMemory(t)
	ServeInMemory(t, listener, mock)
	return Domain{Mock: mock, URL: "http://" + listener.Address, Token: mock.Credentials().AccessToken, Direct: direct{mock}}
}

// direct carries requests to a mock without a network.
type direct struct{ mock *mockserver.Server }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	d.mock.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// MemoryHost is the address of every domain in memory. The domains have different ports. No other process
// listens at this address.
const MemoryHost = "127.77.77.77"

// memoryNetwork carries the connections to MemoryHost. Unlike sockets, synctest can control them: in its
// bubble a wait of minutes takes no time, and a busy machine does not change the result of a test.
var memoryNetwork = struct {
	mu        sync.Mutex
	port      int
	listeners map[string]*MemoryListener
}{listeners: map[string]*MemoryListener{}}

// useMemoryNetwork makes every client of this process connect to MemoryHost in memory, including the
// provider's clients. The provider's transports are clones of http.DefaultTransport.
func useMemoryNetwork() error {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return errors.New("http.DefaultTransport has been replaced")
	}
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, _, err := net.SplitHostPort(address); err != nil || host != MemoryHost {
			return dial(ctx, network, address)
		}
		memoryNetwork.mu.Lock()
		l := memoryNetwork.listeners[address]
		memoryNetwork.mu.Unlock()
		if l == nil {
			return nil, connectionRefused()
		}
		return l.dial(ctx)
	}
	return nil
}

func connectionRefused() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

// MemoryListener is a server's end of the network in memory.
type MemoryListener struct {
	Address string
	conns   chan net.Conn
	closed  chan struct{}
	once    sync.Once

	mu sync.Mutex
	// accept decides on a connection by its number, counted from zero. Nil accepts all.
	accept  func(number int) ConnectionFate
	dialled int
}

// ConnectionFate is what happens to a connection.
type ConnectionFate int

const (
	// Accepted is a normal connection.
	Accepted ConnectionFate = iota
	// Refused is a connection to a port without a listener.
	Refused
	// Cut is a connection that ends before the first byte.
	Cut
	// Untrusted has a certificate of an unknown authority.
	Untrusted
	// Outdated supports TLS up to version 1.1 only.
	Outdated
)

// IsTLS reports whether the fate is possible only with TLS.
func (f ConnectionFate) IsTLS() bool { return f == Cut || f == Untrusted || f == Outdated }

// ListenInMemory listens at a new address until the test ends.
func ListenInMemory(t *testing.T) *MemoryListener {
	t.Helper()
	memoryNetwork.mu.Lock()
	defer memoryNetwork.mu.Unlock()
	memoryNetwork.port++
	l := &MemoryListener{
		Address: fmt.Sprintf("%s:%d", MemoryHost, 1024+memoryNetwork.port%60000),
		conns:   make(chan net.Conn),
		closed:  make(chan struct{}),
	}
	memoryNetwork.listeners[l.Address] = l
	t.Cleanup(func() {
		memoryNetwork.mu.Lock()
		defer memoryNetwork.mu.Unlock()
		delete(memoryNetwork.listeners, l.Address)
	})
	return l
}

// Decide replaces the function that decides about connections, and counts them from zero again.
func (l *MemoryListener) Decide(accept func(number int) ConnectionFate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accept, l.dialled = accept, 0
}

func (l *MemoryListener) dial(ctx context.Context) (net.Conn, error) {
	l.mu.Lock()
	number, fate := l.dialled, Accepted
	l.dialled++
	if l.accept != nil {
		fate = l.accept(number)
	}
	l.mu.Unlock()
	if fate == Refused {
		return nil, connectionRefused()
	}
	there, back := newMemoryPipe(), newMemoryPipe()
	client := &MemoryConn{reads: back, writes: there}
	server := &MemoryConn{reads: there, writes: back, Fate: fate}
	if fate == Cut {
		server.reset()
		return client, nil
	}
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, connectionRefused()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *MemoryListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *MemoryListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *MemoryListener) Addr() net.Addr { return memoryAddress }

// MemoryConn is one end of a connection.
type MemoryConn struct {
	reads, writes *memoryPipe
	Fate          ConnectionFate
}

// Read implements net.Conn.
func (c *MemoryConn) Read(p []byte) (int, error) { return c.reads.read(p) }

// Write implements net.Conn.
func (c *MemoryConn) Write(p []byte) (int, error) { return c.writes.write(p) }

// Close implements net.Conn.
func (c *MemoryConn) Close() error {
	c.writes.end(io.EOF)
	c.reads.end(net.ErrClosed)
	return nil
}

// reset aborts the connection.
func (c *MemoryConn) reset() {
	c.writes.end(syscall.ECONNRESET)
	c.reads.end(syscall.ECONNRESET)
}

// LocalAddr implements net.Conn.
func (c *MemoryConn) LocalAddr() net.Addr { return memoryAddress }

// RemoteAddr implements net.Conn.
func (c *MemoryConn) RemoteAddr() net.Addr { return memoryAddress }

// SetDeadline implements net.Conn.
func (c *MemoryConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetReadDeadline implements net.Conn.
func (c *MemoryConn) SetReadDeadline(t time.Time) error {
	c.reads.setDeadline(t)
	return nil
}

// SetWriteDeadline implements net.Conn. A write only waits for a reader or for the end of the connection.
func (c *MemoryConn) SetWriteDeadline(time.Time) error { return nil }

var memoryAddress = &net.TCPAddr{IP: net.ParseIP(MemoryHost)}

// memoryPipe is one direction of a connection.
type memoryPipe struct {
	mu      sync.Mutex
	changed *sync.Cond
	data    []byte
	// ended is the error that a reader gets after the last byte.
	ended    error
	deadline time.Time
	timer    *time.Timer
}

func newMemoryPipe() *memoryPipe {
	p := &memoryPipe{}
	p.changed = sync.NewCond(&p.mu)
	return p
}

func (p *memoryPipe) read(into []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case !p.deadline.IsZero() && !time.Now().Before(p.deadline):
			return 0, os.ErrDeadlineExceeded
		case len(p.data) > 0:
			n := copy(into, p.data)
			p.data = p.data[n:]
			p.changed.Broadcast()
			return n, nil
		case p.ended != nil:
			return 0, brokenOff("read", p.ended)
		}
		p.changed.Wait()
	}
}

func (p *memoryPipe) write(data []byte) (int, error) {
	const capacity = 256 << 10
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.data) > capacity && p.ended == nil {
		p.changed.Wait()
	}
	if p.ended != nil {
		return 0, brokenOff("write", p.ended)
	}
	p.data = append(p.data, data...)
	p.changed.Broadcast()
	return len(data), nil
}

// brokenOff returns the error of the operating system for the end of a connection.
func brokenOff(op string, reason error) error {
	var number syscall.Errno
	switch {
	case errors.As(reason, &number):
	case op == "write":
		number = syscall.EPIPE
	default:
		return reason
	}
	return &net.OpError{Op: op, Net: "tcp", Err: os.NewSyscallError(op, number)}
}

// end ends the pipe for its reader and its writer, unless it has ended. The reader still gets the bytes
// that were written before.
func (p *memoryPipe) end(reason error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended == nil {
		p.ended = reason
	}
	p.changed.Broadcast()
}

func (p *memoryPipe) setDeadline(t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deadline = t
	if p.timer != nil {
		p.timer.Stop()
	}
	if !t.IsZero() {
		p.timer = time.AfterFunc(time.Until(t), p.changed.Broadcast)
	}
	p.changed.Broadcast()
}

// ServeInMemory serves until the test ends.
func ServeInMemory(t *testing.T, listener net.Listener, handler http.Handler) *http.Server {
	t.Helper()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Hour, ErrorLog: log.New(io.Discard, "", 0), ConnContext: WithWire}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// Certificates are the certificates for test servers.
type Certificates struct {
	// Authority is the file of the certificate that is trusted.
	Authority string
	ByFate    map[ConnectionFate]*tls.Certificate
}

// NewCertificates creates two authorities. Clients trust one of them.
func NewCertificates(t *testing.T) Certificates {
	t.Helper()
	// The clock of synctest starts in the year 2000.
	begin := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	serial := int64(0)
	sign := func(parent *tls.Certificate) *tls.Certificate {
		serial++
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "faulty"}, NotBefore: begin, NotAfter: begin.AddDate(200, 0, 0),
			IPAddresses: []net.IP{net.ParseIP(MemoryHost), net.ParseIP("127.0.0.1")}, BasicConstraintsValid: true, IsCA: parent == nil,
			KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		}
		signer, signerKey := template, any(key)
		if parent != nil {
			signer, signerKey = parent.Leaf, parent.PrivateKey
		}
		der, err := x509.CreateCertificate(rand.Reader, template, signer, &key.PublicKey, signerKey)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
	}
	known, unknown := sign(nil), sign(nil)
	return Certificates{
		Authority: FileIn(t, "authority.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: known.Leaf.Raw}))),
		ByFate:    map[ConnectionFate]*tls.Certificate{Accepted: sign(known), Untrusted: sign(unknown)},
	}
}
