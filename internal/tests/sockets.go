package tests

import (
	"net"
	"path/filepath"
	"testing"
)

// Conn is what TCP and unix connections have in common.
type Conn interface {
	net.Conn
	SetReadBuffer(int) error
	SetWriteBuffer(int) error
	CloseWrite() error
}

// ConnPair returns the two ends of a connection, tcp or unix.
func ConnPair(t testing.TB, network string) (client, server Conn) {
	t.Helper()
	addr := "127.0.0.1:0"
	if network == "unix" {
		addr = filepath.Join(t.TempDir(), "s")
	}
	listener, err := net.Listen(network, addr)
	if err != nil {
		t.Skipf("no %s sockets: %v", network, err)
	}
	defer listener.Close()
	dialed, err := net.Dial(network, listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		dialed.Close()
		accepted.Close()
	})
	return dialed.(Conn), accepted.(Conn)
}
