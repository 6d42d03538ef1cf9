package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/seed65f5866d/resp"
)

const (
	request = "*2\r\n$3\r\nGET\r\n$10\r\nkey:123456\r\n"
	reply   = "$16\r\n0123456789abcdef\r\n"
)

// connectionSeries answer a request on each of many connections in turn, so that each
// has been idle for a whole round.
func connectionSeries() []series {
	fed := series{name: "fed connections, a request and a reply on each in turn", unit: "request", why: "many leave the caches"}
	sockets := series{name: "unix sockets, the same with a goroutine for each", unit: "request", why: "as without a codec"}
	bare := series{name: "unix sockets, the same bytes without a codec", unit: "request", why: "many leave the caches: the kernel's and the scheduler's memory"}
	for n := 1; n <= 100_000; n *= 10 {
		fed.sizes = append(fed.sizes, work(grouped(n), max(n, 1000), func() func() error { return serveFed(n) }))
		sockets.sizes = append(sockets.sizes, onSockets(n, "resp"))
		bare.sizes = append(bare.sizes, onSockets(n, "bare"))
	}
	return []series{fed, sockets, bare}
}

// fedConn is a connection of an event loop.
type fedConn struct {
	d *resp.Decoder
	e *resp.Encoder
}

// serveFed returns a pass of one request for each of n connections, and of a
// thousand at least.
func serveFed(n int) func() error {
	conns := make([]fedConn, n)
	for i := range conns {
		conns[i] = fedConn{resp.NewDecoder(nil), resp.NewEncoder(nowhere{})}
	}
	wire := []byte(request)
	return func() error {
		for i := range max(n, 1000) {
			c := conns[i%n]
			c.d.Feed(wire)
			command, err := c.d.ReadCommand()
			if err != nil {
				return err
			}
			if len(command.Args) != 2 {
				return fmt.Errorf("%d arguments", len(command.Args))
			}
			if _, err := c.d.ReadCommand(); !errors.Is(err, resp.ErrIncomplete) {
				return fmt.Errorf("behind the request: %v", err)
			}
			c.e.WriteBulkString(reply[5:21])
			if err := c.e.Flush(); err != nil {
				return err
			}
		}
		return nil
	}
}

// askEach sends a request over each connection in turn, so many rounds, and reads the
// bytes of each reply.
func askEach(conns []net.Conn, rounds int) error {
	wire, got := []byte(request), make([]byte, len(reply))
	for range rounds {
		for _, conn := range conns {
			if _, err := conn.Write(wire); err != nil {
				return err
			}
			if n, err := conn.Read(got); err != nil || string(got[:n]) != reply {
				return fmt.Errorf("reply %q: %v", got[:n], err)
			}
		}
	}
	return nil
}

// serve answers requests by package resp.
func serve(conn net.Conn) {
	defer conn.Close()
	d, e := resp.NewDecoder(conn), resp.NewEncoder(conn)
	for {
		if _, err := d.ReadCommand(); err != nil {
			return
		}
		e.WriteBulkString(reply[5:21])
		if e.Flush() != nil {
			return
		}
	}
}

// serveBare answers whatever comes.
func serveBare(conn net.Conn) {
	defer conn.Close()
	answer, got := []byte(reply), make([]byte, 512)
	for {
		if _, err := conn.Read(got); err != nil {
			return
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}

// connect returns the clients' ends of n connections, of fewer with an error.
func connect(n int, serve func(net.Conn)) (conns []net.Conn, err error) {
	dir, err := os.MkdirTemp("", "growth")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	for range n {
		conn, err := net.Dial("unix", listener.Addr().String())
		if err != nil {
			return conns, err
		}
		other, err := listener.Accept()
		if err != nil {
			return conns, errors.Join(err, conn.Close())
		}
		go serve(other)
		conns = append(conns, conn)
	}
	return conns, nil
}
