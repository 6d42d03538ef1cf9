package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
)

// start runs a server, which ends with the test program.
func start(t testing.TB) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("no loopback: %v", err)
	}
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	l.Close()
	go func() {
		defer file.Close()
		if err := serveListener(file); err != nil {
			panic(err)
		}
	}()
	return addr
}

func connect(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	return conn.(*net.TCPConn)
}

// read reads as many bytes as are wanted and compares.
func read(t testing.TB, conn net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(conn, got); err != nil || string(got) != want {
		t.Fatalf("got %.200q, %v, want %.200q", got[:n], err, want)
	}
}

// 500 clients at once, each with pipelines of its own, on one goroutine.
func TestManyClients(t *testing.T) {
	const clients, rounds = 500, 5
	if err := raiseFiles(2*clients + 100); err != nil {
		t.Skip(err)
	}
	addr := start(t)
	first := connect(t, addr)
	io.WriteString(first, "PING\n")
	read(t, first, "+PONG\r\n")

	before := runtime.NumGoroutine()
	conns := make([]net.Conn, clients)
	for i := range conns {
		conns[i] = connect(t, addr)
	}
	for round := range rounds {
		for i, conn := range conns {
			fmt.Fprintf(conn, "SET k%d %d\nGET k%d\nPING\nDEL k%d missing\n*2\r\n$4\r\nECHO\r\n$%d\r\n", i, round, i, i, round)
		}
		for i, conn := range conns {
			fmt.Fprintf(conn, "%s\r\nGET k%d\n", strings.Repeat("x", round), i)
		}
		if n := runtime.NumGoroutine(); n > before {
			t.Fatalf("%d goroutines more for %d connections", n-before, clients)
		}
		want := fmt.Sprintf("+OK\r\n$1\r\n%d\r\n+PONG\r\n:1\r\n$%d\r\n%s\r\n$-1\r\n", round, round, strings.Repeat("x", round))
		for _, conn := range conns {
			read(t, conn, want)
		}
	}
}

// raiseFiles sees to it that so many files may be open.
func raiseFiles(n uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur >= n {
		return err
	}
	limit.Cur = min(n, limit.Max)
	if limit.Cur < n {
		return errors.New("too few files may be open")
	}
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
}

// Requests may arrive byte by byte.
func TestBytesOneByOne(t *testing.T) {
	conn := connect(t, start(t))
	for i := range len(requests) {
		io.WriteString(conn, requests[i:i+1])
		if i%20 == 0 {
			time.Sleep(time.Millisecond) // let it arrive alone
		}
		if strings.HasSuffix(requests[:i+1], "QUIT\n") {
			break
		}
	}
	if got, err := io.ReadAll(conn); string(got) != replies || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, replies)
	}
}

// A client that does not read its replies is not read from, costs nobody else
// anything, and gets every byte in the end.
func TestSlowReader(t *testing.T) {
	const size, gets = 1 << 20, 32
	addr := start(t)
	slow, other := connect(t, addr), connect(t, addr)
	slow.SetReadBuffer(64 << 10)
	value := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	slow.Write(resp.AppendCommand(nil, "SET", resp.String("k"), resp.Bytes(value)))
	read(t, slow, "+OK\r\n")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	io.WriteString(slow, strings.Repeat("GET k\nECHO between\n", gets))

	for range 50 { // while the replies of the other wait
		io.WriteString(other, "PING\n")
		read(t, other, "+PONG\r\n")
		time.Sleep(time.Millisecond)
	}
	slow.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	ping := []byte(strings.Repeat("PING\n", 10_000))
	sent := 0
	for err := error(nil); err == nil; {
		var n int
		if n, err = slow.Write(ping); err == nil && sent > 256<<20 {
			t.Fatal("a client that reads nothing can send without end")
		}
		sent += n
	}
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 6*size {
		t.Errorf("%d bytes are held for %d of replies that are not read", held, gets*size)
	}

	wire := fmt.Sprintf("$%d\r\n%s\r\n$7\r\nbetween\r\n", size, value)
	for range gets {
		read(t, slow, wire)
	}
	read(t, slow, strings.Repeat("+PONG\r\n", sent/len("PING\n")))
}

// What is not RESP is answered as Redis does, and the connection is closed.
func TestMalformedInputCloses(t *testing.T) {
	addr := start(t)
	for wire, want := range malformed {
		conn := connect(t, addr)
		io.WriteString(conn, wire)
		if got, err := io.ReadAll(conn); string(got) != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", wire, got, err, want)
		}
	}
}

// Clients that leave in the middle of something do no harm.
func TestClientsLeave(t *testing.T) {
	addr := start(t)
	value := strings.Repeat("x", 1<<20)
	for i := range 50 {
		conn := connect(t, addr)
		fmt.Fprintf(conn, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n%s\r\n", len(value), value)
		io.WriteString(conn, strings.Repeat("GET k\n", 10)+"*2\r\n$4\r\nEC")
		if i%2 == 0 {
			conn.SetLinger(0) // with a reset
		}
		conn.Close()
	}
	conn := connect(t, addr)
	io.WriteString(conn, "PING\n")
	read(t, conn, "+PONG\r\n")
}

// When no more files may be open, a connection waits until another one ends, and the
// loop is not busy meanwhile.
func TestTooManyFiles(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("no loopback: %v", err)
	}
	defer listener.Close()
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	l := &loop{listener: int(file.Fd()), clients: map[int]*polled{}}
	if err := l.listen(); err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(l.epoll)
	told := func(timeout int) bool {
		n, _ := syscall.EpollWait(l.epoll, make([]syscall.EpollEvent, 1), timeout)
		return n > 0
	}

	connect(t, listener.Addr().String())
	if !told(10_000) {
		t.Fatal("nothing is told of a connection")
	}
	l.accept()
	connect(t, listener.Addr().String())
	if !told(10_000) {
		t.Fatal("nothing is told of the next connection")
	}
	withoutFiles(t, l.accept)
	if len(l.clients) != 1 || told(0) {
		t.Fatalf("%d connections, and the other is told of without end: %t", len(l.clients), told(0))
	}
	for _, first := range l.clients {
		l.drop(first)
		break
	}
	if len(l.clients) != 1 {
		t.Errorf("%d connections behind the end of the first", len(l.clients))
	}
	for _, second := range l.clients {
		l.drop(second)
	}
}

// withoutFiles calls f while no more files may be open.
func withoutFiles(t *testing.T, f func()) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Skip(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 0, Max: limit.Max}); err != nil {
		t.Skip(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	f()
}
