package main

import (
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

func TestSocketOptions(t *testing.T) {
	m := miniredis.RunT(t)
	for _, keepAlive := range []bool{true, false} {
		o := &connOptions{
			connectTimeout:    time.Second,
			timeout:           time.Second,
			keepAlive:         keepAlive,
			keepAliveInterval: 7 * time.Second,
		}
		sock, err := dial(t.Context(), &server{network: "tcp", addr: m.Addr()}, o)
		if err != nil {
			t.Fatal(err)
		}
		defer sock.Close()
		if option(t, sock, syscall.IPPROTO_TCP, syscall.TCP_NODELAY) == 0 {
			t.Error("TCP_NODELAY is off")
		}
		if on := option(t, sock, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE) != 0; on != keepAlive {
			t.Errorf("SO_KEEPALIVE is %v, want %v", on, keepAlive)
		}
		if got := option(t, sock, syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL); keepAlive && got != 7 {
			t.Errorf("TCP_KEEPINTVL is %d, want 7", got)
		}
	}
}

func option(t *testing.T, sock net.Conn, level, name int) int {
	t.Helper()
	raw, err := sock.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var value int
	var optErr error
	if err := raw.Control(func(fd uintptr) { value, optErr = syscall.GetsockoptInt(int(fd), level, name) }); err != nil || optErr != nil {
		t.Fatal(err, optErr)
	}
	return value
}
