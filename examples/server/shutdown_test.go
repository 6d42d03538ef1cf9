package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
)

// When the server ends, clients get the replies to what has arrived and then the end
// of the stream, and those that do not read or have sent half a request do not keep
// it. start checks that nothing is left.
func TestShutdown(t *testing.T) {
	s := start(t, "")
	idle, half, subscriber, slow := s.connect(t), s.connect(t), s.connect(t), s.connect(t)
	exchange(t, idle, "PING\n", "+PONG\r\n")
	io.WriteString(half, "PING\n*2\r\n$4\r\nEC")
	exchange(t, subscriber, "SUBSCRIBE a\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n")
	exchange(t, slow, "SET k "+strings.Repeat("x", 60_000)+"\n", "+OK\r\n")
	io.WriteString(slow, strings.Repeat("GET k\n", 2000))
	busy := s.connect(t)
	const pings = 2000
	exchange(t, busy, "INCR n\n", ":1\r\n")
	io.WriteString(busy, strings.Repeat("PING\n", pings))
	began := time.Now()
	s.stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the end took %v", took)
	}
	expectEnd(t, busy, "a pipeline", strings.Repeat("+PONG\r\n", pings))
	expectEnd(t, idle, "PING", "")
	expectEnd(t, half, "half a request", "+PONG\r\n")
	expectEnd(t, subscriber, "SUBSCRIBE", "")
	if _, err := net.Dial("tcp", s.addr); err == nil {
		t.Error("connections are still accepted")
	}
}

// A client that keeps 500 requests on their way while the server ends gets a reply to
// each request up to some point, then the end, and no error.
func TestShutdownUnderLoad(t *testing.T) {
	s := start(t, "")
	conn := s.connect(t)
	send := func(i int) { fmt.Fprintf(conn, "ECHO %d\n", i) }
	const ahead = 500
	for i := range ahead {
		send(i)
	}
	d := resp.NewDecoder(conn)
	for i := 0; ; i++ {
		if i == 1000 {
			go s.stop()
		}
		n, err := d.ReadInt64()
		if err == io.EOF && i > 1000 {
			break
		}
		if err != nil || n != int64(i) {
			t.Fatalf("reply %d: %d, %v", i, n, err)
		}
		send(i + ahead)
	}
	s.stop()
}

// The program ends with status 0 when it gets SIGTERM.
func TestSIGTERM(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		addr := t.TempDir() + "/s"
		if network == "tcp" {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Skipf("no loopback: %v", err)
			}
			addr = l.Addr().String()
			l.Close()
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "TEST_SERVER_ADDR="+addr)
		var output bytes.Buffer
		cmd.Stdout, cmd.Stderr = &output, &output
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		var conn net.Conn
		await(t, func() (ok bool) {
			var err error
			conn, err = net.Dial(network, addr)
			return err == nil
		}, "the program to listen")
		exchange(t, conn, "PING\nSET k v\n", "+PONG\r\n+OK\r\n")
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Skipf("no SIGTERM here: %v", err)
		}
		expectEnd(t, conn, "SIGTERM", "")
		if err := cmd.Wait(); err != nil || output.Len() > 0 {
			t.Errorf("%s: %v, %s", network, err, &output)
		}
	}
}
