package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

// Clients that come, speak and leave, in every way, leave nothing behind.
func TestManyConnections(t *testing.T) {
	total, atOnce := 100_000, 200
	if testing.Short() {
		total = 4000
	}
	l, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Skipf("no unix sockets: %v", err)
	}
	s := startOn(t, "", l)
	visit := func(i int) error {
		for s.clients() > 5*atOnce { // who waits for nothing may be far ahead of the server
			time.Sleep(time.Millisecond)
		}
		conn, err := net.Dial("unix", s.addr)
		for errors.Is(err, syscall.EAGAIN) { // too many wait to be accepted
			time.Sleep(time.Millisecond)
			conn, err = net.Dial("unix", s.addr)
		}
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := fmt.Fprintf(conn, "SET k%d %d\nGET k%d\nHELLO 3\nSUBSCRIBE c%d\n", i%100, i, i%100, i%100); err != nil {
			return err
		}
		switch i % 4 {
		case 0: // reads nothing
			return nil
		case 1: // with half a request
			_, err = io.WriteString(conn, "*2\r\n$100000\r\n"+strings.Repeat("x", 20_000))
			return err
		case 2: // with QUIT
			io.WriteString(conn, "QUIT\n")
			_, err = io.Copy(io.Discard, conn)
			return err
		}
		d := resp.NewDecoder(conn) // as soon as it has its replies
		for range 4 {
			if err := d.SkipValue(); err != nil {
				return err
			}
		}
		return nil
	}
	crowd := func(total int) {
		var visitors sync.WaitGroup
		for first := range atOnce {
			visitors.Go(func() {
				for i := first; i < total; i += atOnce {
					if err := visit(i); err != nil {
						t.Errorf("connection %d: %v", i, err)
						return
					}
				}
			})
		}
		visitors.Wait()
		await(t, func() bool { return s.clients() == 0 }, "all to leave")
	}
	crowd(total / 20)
	var descriptors sync.WaitGroup // of goroutines, which the runtime keeps to use them again
	begin := make(chan bool)
	for range maxSessions {
		descriptors.Go(func() { <-begin })
	}
	close(begin)
	descriptors.Wait()
	goroutines := runtime.NumGoroutine()
	held := tests.Held(func() { crowd(total) })
	t.Logf("%d connections: %d more bytes are in use", total, held)
	if held > 1<<20 {
		t.Errorf("%d connections left %d bytes", total, held)
	}
	await(t, func() bool { return runtime.NumGoroutine() <= goroutines }, "goroutines to end")
	if n := len(s.channels); n > 0 {
		t.Errorf("%d channels are left", n)
	}
}

// A client that does not read its replies is not read from, holds little, delays
// nobody, and gets every byte in the end.
func TestSlowReader(t *testing.T) {
	const size, gets = 1 << 20, 200
	s := start(t, "")
	slow, other := s.connect(t), s.connect(t)
	value := strings.Repeat("0123456789abcdef", size/16)
	slow.Write(resp.AppendCommand(nil, "SET", resp.String("k"), resp.String(value)))
	expect(t, slow, "SET", "+OK\r\n")
	before := tests.InUse()
	io.WriteString(slow, strings.Repeat("GET k\n", gets)+strings.Repeat("MULTI\nGET k\nGET k\nEXEC\n", gets/10))
	for range 50 {
		exchange(t, other, "PING\nGET missing\n", "+PONG\r\n$-1\r\n")
		time.Sleep(time.Millisecond)
	}
	if held := tests.InUse() - before; held > 2*size {
		t.Errorf("%d bytes are held for replies that nobody reads", held)
	}
	slow.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	flood := []byte(strings.Repeat("PING\n", 10_000))
	for sent, err := 0, error(nil); err == nil; {
		var n int
		n, err = slow.Write(flood)
		if sent += n; sent > 256<<20 {
			t.Fatal("a client that reads nothing can send without end")
		}
	}
	wire := fmt.Sprintf("$%d\r\n%s\r\n", size, value)
	for range gets {
		expect(t, slow, "GET", wire)
	}
	for range gets / 10 {
		expect(t, slow, "EXEC", "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n"+wire+wire)
	}
	expect(t, slow, "PING", "+PONG\r\n")
}

// What a header announces costs nothing until it comes: a client that waits with half
// a request holds one buffer of 16 KiB.
func TestHalfRequestsHoldLittle(t *testing.T) {
	const clients = 100
	s := start(t, "")
	before := tests.InUse()
	for i := range clients {
		conn := s.connect(t)
		io.WriteString(conn, []string{"*1048576\r\n", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\n", "*2\r\n$4\r\nECHO\r\n$5\r\nhel", "PIN"}[i%4])
	}
	await(t, func() bool { return s.clients() == clients }, "the clients")
	time.Sleep(20 * time.Millisecond)
	if held := tests.InUse() - before; held > clients*(32<<10) {
		t.Errorf("%d bytes for each half request", held/clients)
	}
	s.stop()
}

// A transaction that is too large fails, and releases what it has queued.
func TestFloodOfQueuedCommands(t *testing.T) {
	s := start(t, "")
	conn := s.connect(t)
	go io.Copy(io.Discard, conn)
	request := []byte(tests.Multibulk("SET", "k", strings.Repeat("x", 1<<20)))
	conn.Write([]byte("MULTI\n"))
	before, most := tests.InUse(), 0
	for i := range 200 {
		conn.Write(request)
		if i%10 == 0 {
			most = max(most, tests.InUse()-before)
		}
	}
	if most > 2*maxTransaction {
		t.Errorf("%d bytes were held", most)
	}
	for range 100 {
		conn.Write([]byte(strings.Repeat("PING\n", 1000)))
	}
	conn.Write([]byte("EXEC\nSET end v\n"))
	await(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.data["end"] != nil
	}, "EXEC")
	if s.data["k"] != nil {
		t.Error("a transaction that is too large was run")
	}
	if held := tests.InUse() - before; held > 4<<20 {
		t.Errorf("%d bytes are held behind EXEC", held)
	}
}

// A transaction whose replies are too large is run. Its client is disconnected, and
// the server holds no more than the limit.
func TestFloodOfQueuedReplies(t *testing.T) {
	const items, requests = 10_000, 800 // 8 million items, of about 100 bytes each
	s := start(t, "")
	conn := s.connect(t)
	wire := resp.AppendBulkString(resp.AppendArray(nil, 2+items), "RPUSH")
	wire = resp.AppendBulkString(wire, "l")
	for range items {
		wire = resp.AppendBulkString(wire, "item")
	}
	exchange(t, conn, string(wire), fmt.Sprintf(":%d\r\n", items))
	exchange(t, conn, "MULTI\n"+strings.Repeat("LRANGE l 0 -1\n", requests)+"INCR n\n", "+OK\r\n"+strings.Repeat("+QUEUED\r\n", requests+1))
	before, most := tests.InUse(), 0
	io.WriteString(conn, "EXEC\n")
	ended := make(chan bool)
	go func() {
		io.Copy(io.Discard, conn)
		close(ended)
	}()
	var m runtime.MemStats
	for waiting := true; waiting; {
		select {
		case <-ended:
			waiting = false
		case <-time.After(5 * time.Millisecond):
			runtime.ReadMemStats(&m)
			most = max(most, int(m.HeapInuse)-before)
		}
	}
	t.Logf("at most %d bytes were in use, with garbage", most)
	if most > 2*maxReplies {
		t.Errorf("%d bytes were held", most)
	}
	await(t, func() bool { return s.clients() == 0 }, "the client to be disconnected")
	exchange(t, s.connect(t), "GET n\n", "$1\r\n1\r\n")
	if held := tests.InUse() - before; held > 4<<20 {
		t.Errorf("%d bytes are held behind EXEC", held)
	}
}

// pipes is a listener whose connections need no files.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.conns <- there
	return here
}

// There are no more clients than maxSessions; the next one is told so, and may come
// when another one has left.
func TestFloodOfConnections(t *testing.T) {
	p := newPipes()
	s := startOn(t, "", p)
	conns := make([]net.Conn, maxSessions)
	for i := range conns {
		conns[i] = p.dial()
	}
	await(t, func() bool { return s.clients() == maxSessions }, "the clients")
	late := p.dial()
	expectEnd(t, late, "one too many", "-ERR max number of clients reached\r\n")
	conns[0].Close()
	await(t, func() bool { return s.clients() < maxSessions }, "a client to leave")
	exchange(t, p.dial(), "PING\n", "+PONG\r\n")
	for _, conn := range conns {
		conn.Close()
	}
}

// Too many open files end no server: who could not be accepted is accepted later.
func TestAcceptFails(t *testing.T) {
	p := newPipes()
	failing := &failingListener{pipes: p}
	s := startOn(t, "", failing)
	exchange(t, p.dial(), "PING\n", "+PONG\r\n")
	if failing.failed < 3 {
		t.Errorf("%d failures", failing.failed)
	}
	s.stop()
}

type failingListener struct {
	*pipes
	failed int
}

func (l *failingListener) Accept() (net.Conn, error) {
	if l.failed < 3 {
		l.failed++
		return nil, fmt.Errorf("accept: too many open files")
	}
	return l.pipes.Accept()
}
