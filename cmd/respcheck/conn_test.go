package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/seed65f5866d/resp"
)

func TestQuote(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, test := range []struct {
		pieces []string
		want   string
	}{
		{nil, `""`},
		{[]string{"a\r\n", "", "诗\x00"}, `"a\r\n诗\x00"`},
		{[]string{long, long[:60]}, `"` + long + long[:60] + `"`},
		{[]string{long, long, long}, `"` + long + long[:60] + `"... (300 bytes)`},
	} {
		var pieces [][]byte
		for _, piece := range test.pieces {
			pieces = append(pieces, []byte(piece))
		}
		if got := quote(pieces...); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// newTrip is a check under way on an embedded server.
func newTrip(t *testing.T, proto int) *trip {
	t.Helper()
	cfg, err := parseFlags([]string{"-embedded", "-timeout", "2s"}, noEnv, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	srv, err := startEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.stop)
	s := &session{cfg: cfg, srv: srv, prefix: "test:", keys: map[string]bool{}}
	trip := s.newTrip(t.Context(), t.Name(), proto)
	t.Cleanup(trip.close)
	return trip
}

func TestFirstErrorSticks(t *testing.T) {
	trip := newTrip(t, 3)
	c := trip.dial()
	c.want(simple("PONG"), "PING")
	c.want(simple("PING"), "PING")
	first := c.err
	c.want(simple("PONG"), "PING")
	c.queue("PING")
	c.flush(false)
	c.sendRaw([]byte("PING\r\n"))
	c.pipeline(2, func(int) { c.queue("PING") }, func(int, *resp.Value) { t.Error("a reply came") })
	if first == nil || c.err != first || trip.err != first {
		t.Errorf("got %v and %v, want %v", c.err, trip.err, first)
	}
	if _, err := c.sock.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the connection is still open: %v", err)
	}
}

func TestUnknownArgument(t *testing.T) {
	c := newTrip(t, 2).tryDial()
	c.do("ECHO", nil)
	if c.err == nil {
		t.Error("nil was accepted as an argument")
	}
}

func TestPoolReplacesBrokenConnection(t *testing.T) {
	trip := newTrip(t, 3)
	p, err := newPool(1, trip.tryDial)
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	err = p.do(func(c *conn) {
		if calls++; calls == 1 {
			c.sock.Close()
		}
		c.want(simple("PONG"), "PING")
	})
	if err != nil || calls != 2 || p.replaced.Load() != 1 || p.retried.Load() != 1 {
		t.Errorf("error %v, %d calls, %d replaced, %d retried", err, calls, p.replaced.Load(), p.retried.Load())
	}
	// An answer that is wrong is no reason to ask again, and spoils the connection.
	if err := p.do(func(c *conn) { c.want(simple("PING"), "PING") }); err == nil {
		t.Error("no error")
	}
	if err := p.do(func(c *conn) { c.want(simple("PONG"), "PING") }); err != nil || p.retried.Load() != 1 {
		t.Errorf("error %v, %d retried", err, p.retried.Load())
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	certificate, caFile := selfSigned(t)
	m := miniredis.NewMiniRedis()
	if err := m.StartTLS(&tls.Config{Certificates: []tls.Certificate{certificate}}); err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	_, port, _ := net.SplitHostPort(m.Addr())
	url := "rediss://127.0.0.1:" + port
	respcheck(t, "-url", url, "-run", "hash").want(t, statusCannotRun, "connect at 127.0.0.1:"+port, "certificate")
	respcheck(t, "-url", url, "-tls-insecure", "-run", "hash").want(t, statusOK)
	respcheck(t, "-addr", "127.0.0.1:"+port, "-tls", "-tls-ca", caFile, "-run", "hash|large|pipeline").want(t, statusOK)
}

// A pool whose connections are refused opens no more, and is not used.
func TestPoolThatIsRefused(t *testing.T) {
	trip := newTrip(t, 2)
	dialed := 0
	dial := func() *conn {
		c := trip.tryDial()
		if dialed++; dialed == 3 {
			c.fail("HELLO", errors.New("ERR max number of clients reached"))
		}
		return c
	}
	if _, err := newPool(10, dial); err == nil || dialed != 3 {
		t.Errorf("%d connections, error %v", dialed, err)
	}
}

// selfSigned makes a certificate for 127.0.0.1 and a file to trust it by.
func selfSigned(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}
