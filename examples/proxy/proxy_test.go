package main

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

// listen accepts connections until the test ends and handles each on a
// goroutine of its own.
func listen(t *testing.T, handle func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("no loopback: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go handle(conn)
		}
	}()
	return l.Addr().String()
}

// startServer starts a server that answers each command with what reply writes.
func startServer(t *testing.T, reply func(e *resp.Encoder, cmd resp.Command) error) (addr string) {
	return listen(t, func(conn net.Conn) {
		defer conn.Close()
		d, e := resp.NewDecoder(conn), resp.NewEncoder(conn)
		for cmd, err := range d.Commands() {
			if err != nil || reply(e, cmd) != nil {
				return
			}
			if len(d.Buffered()) == 0 && e.Flush() != nil {
				return
			}
		}
	})
}

// startProxy starts the proxy and connects to it.
func startProxy(t *testing.T, servers ...string) net.Conn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("no loopback: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	go serve(l, servers)
	return connect(t, l.Addr().String())
}

func connect(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// answer is the reply of server name to a command: of every kind, and another one
// for every command.
func answer(e *resp.Encoder, name string, cmd resp.Command) error {
	sum := crc32.ChecksumIEEE(cmd.Raw)
	text := fmt.Sprintf("%s %08x %d", name, sum, len(cmd.Args))
	switch sum % 8 {
	case 0:
		return e.WriteSimpleString(text)
	case 1:
		return e.WriteSimpleError("ERR " + text)
	case 2:
		return e.WriteInteger(int64(sum))
	case 3:
		return e.WriteNullArray()
	case 4:
		return e.WriteNullBulkString()
	case 5:
		return e.WriteBulkString(strings.Repeat(text+"\r\n", int(sum>>8%1000)))
	case 6:
		return errors.Join(e.WriteMap(1), e.WriteDouble(1.5), e.WriteArray(1), e.WriteStreamed(resp.Array), e.WriteBoolean(true), e.WriteEnd())
	}
	return errors.Join(e.WriteArray(3), e.WriteBulkString(text), e.WriteArray(0), e.WriteNullArray())
}

// answering is a server with answers of that name.
func answering(t *testing.T, name string) (addr string) {
	return startServer(t, func(e *resp.Encoder, cmd resp.Command) error { return answer(e, name, cmd) })
}

// workload is n commands of all sorts, some of them inline, and the replies when
// each is answered by the server that it is for.
func workload(n int, names ...string) (requests, replies []byte) {
	var want bytes.Buffer
	e := resp.NewEncoder(&want)
	d := resp.NewDecoder(nil)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		start := len(requests)
		key := fmt.Sprintf("key:%d", rnd.IntN(1000))
		switch rnd.IntN(6) {
		case 0:
			requests = fmt.Appendf(requests, "GET %s\n", key)
		case 1:
			requests = resp.AppendCommand(requests, "PING", resp.Int(int64(i)))
		case 2:
			requests = resp.AppendCommand(requests, "MGET", resp.String("{"+key+"}1"), resp.String("{"+key+"}2"))
		case 3:
			requests = resp.AppendCommand(requests, "SUBSCRIBE", resp.String(key))
		case 4:
			requests = resp.AppendCommand(requests, "EVAL", resp.String("\r\n\x00"), resp.Int(1), resp.String(key))
		default:
			requests = resp.AppendCommand(requests, "SET", resp.String(key), resp.String(strings.Repeat("x", rnd.IntN(2000))))
		}
		d.Feed(requests[start:])
		cmd, err := d.ReadCommand()
		if err != nil {
			panic(err)
		}
		if server, err := route(cmd, len(names)); err != nil {
			e.WriteSimpleError(err.Error())
		} else {
			answer(e, names[server], cmd)
		}
	}
	e.Flush()
	return requests, want.Bytes()
}

// Replies are those of the servers, byte for byte and in the order of the
// requests, when the client reads while it writes and when it has written first.
func TestPipelines(t *testing.T) {
	names := []string{"first", "second", "third"}
	var servers []string
	for _, name := range names {
		servers = append(servers, answering(t, name))
	}
	for _, test := range []struct {
		requests  int
		readFirst bool
	}{{1, false}, {100, false}, {2000, false}, {20_000, true}} {
		conn := startProxy(t, servers...)
		requests, want := workload(test.requests, names...)
		written := make(chan error, 1)
		write := func() {
			_, err := conn.Write(requests)
			written <- errors.Join(err, conn.(*net.TCPConn).CloseWrite())
		}
		if test.readFirst {
			go write()
		} else {
			write()
		}
		got, err := io.ReadAll(conn)
		if err := errors.Join(err, <-written); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d requests: %d bytes of replies, %v, want %d", test.requests, len(got), err, len(want))
		}
	}
}

// One at a time works as well: nothing waits for what is not flushed.
func TestOneRequestAtATime(t *testing.T) {
	conn := startProxy(t, answering(t, "a"), answering(t, "b"))
	d := resp.NewDecoder(conn)
	for i := range 200 {
		requests, want := workload(i%3+1, "a", "b")
		conn.Write(requests)
		var got bytes.Buffer
		for range i%3 + 1 {
			if _, err := d.CopyValue(&got); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Fatalf("got %q, want %q", &got, want)
		}
	}
}

// A reply of 64 MiB passes in little memory.
func TestHugeReply(t *testing.T) {
	const size, most = 64 << 20, 1 << 20
	block := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)
	server := listen(t, func(conn net.Conn) {
		defer conn.Close()
		d := resp.NewDecoder(conn)
		for range 2 {
			if _, err := d.ReadCommand(); err != nil {
				return
			}
			fmt.Fprintf(conn, "*2\r\n:1\r\n$%d\r\n", size)
			for range size / len(block) {
				conn.Write(block)
			}
			io.WriteString(conn, "\r\n")
		}
	})
	conn := startProxy(t, server)
	fmt.Fprint(conn, "GET huge\r\nGET huge\r\n")
	d := resp.NewDecoder(conn)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 2 {
		sum, want := crc32.NewIEEE(), crc32.NewIEEE()
		n, err := d.ReadArrayLen()
		if err != nil || n != 2 || d.SkipValue() != nil {
			t.Fatal(n, err)
		}
		if n, err := d.CopyBulk(sum); n != size || err != nil {
			t.Fatal(n, err)
		}
		for range size / len(block) {
			want.Write(block)
		}
		if sum.Sum32() != want.Sum32() {
			t.Error("other bytes")
		}
	}
	runtime.ReadMemStats(&after)
	used := after.TotalAlloc - before.TotalAlloc
	t.Logf("%d bytes allocated for two replies of %d", used, size)
	if used > most {
		t.Errorf("%d bytes allocated, want at most %d", used, most)
	}
}

// keys on the first and the second of two servers.
const key0, key1 = "foo", "bar"

// Requests to a server that dies are answered with an error each, in step, and
// the next ones go to a new connection.
func TestServerDies(t *testing.T) {
	dying := listen(t, func(conn net.Conn) {
		defer conn.Close()
		d := resp.NewDecoder(conn)
		for i := range 3 {
			if _, err := d.ReadCommand(); err != nil {
				return
			}
			if i < 2 {
				fmt.Fprintf(conn, ":%d\r\n", i)
			}
		}
	})
	conn := startProxy(t, startServer(t, func(e *resp.Encoder, cmd resp.Command) error { return e.WriteBulkBytes(cmd.Args[1]) }), dying)
	d := resp.NewDecoder(conn)
	for range 3 {
		io.WriteString(conn, strings.Repeat("GET "+key0+"\nGET "+key1+"\n", 50))
		died := false
		for i := range 50 {
			if s, err := d.ReadString(); s != key0 || err != nil {
				t.Fatalf("reply %d of the good server: %q, %v", i, s, err)
			}
			n, err := d.ReadInt64()
			switch {
			case err == nil && !died && n == int64(i):
			case errors.Is(err, resp.ReplyPrefix("ERR")) && strings.Contains(err.Error(), dying):
				died = true
			case err != nil || n > 1: // a new connection may answer when the old one has died
				t.Fatalf("reply %d of the dying server: %d, %v", i, n, err)
			}
		}
		if !died {
			t.Error("the server did not die")
		}
	}
}

// A client that has half a reply of a server that died is left.
func TestServerDiesInsideAReply(t *testing.T) {
	dying := listen(t, func(conn net.Conn) {
		resp.NewDecoder(conn).ReadCommand()
		io.WriteString(conn, "*3\r\n:1\r\n$100000\r\nabc")
		conn.Close()
	})
	conn := startProxy(t, dying)
	io.WriteString(conn, "GET a\nGET b\n")
	if got, err := io.ReadAll(conn); string(got) != "*3\r\n:1\r\n$100000\r\nabc" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestServerIsNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	l.Close()
	gone := l.Addr().String()
	conn := startProxy(t, answering(t, "a"), gone)
	io.WriteString(conn, "GET "+key1+"\nQUIT\n")
	want := "-ERR server " + gone + ": cannot connect\r\n+OK\r\n"
	if got, err := io.ReadAll(conn); string(got) != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// While a server is slow to connect to, the others get their requests.
func TestServerIsSlowToConnectTo(t *testing.T) {
	server := answering(t, "a")
	replied := make(chan struct{})
	addr := listen(t, func(conn net.Conn) {
		s := newSession(conn, []string{server, server})
		s.dial = func(addr string, beforeWaiting func() error) (*link, error) {
			if s.links[0] != nil {
				<-replied
			}
			return dial(addr, beforeWaiting)
		}
		s.run()
	})
	conn := connect(t, addr)
	io.WriteString(conn, "GET "+key0+"\nGET "+key1+"\n")
	d := resp.NewDecoder(conn)
	err := d.SkipValue()
	close(replied)
	if err = errors.Join(err, d.SkipValue()); err != nil {
		t.Error(err)
	}
}

// What is not RESP is answered as Redis does, behind the replies to what came
// before it.
func TestProtocolErrors(t *testing.T) {
	server := startServer(t, func(e *resp.Encoder, cmd resp.Command) error { return e.WriteBulkBytes(cmd.Args[1]) })
	for wire, want := range map[string]string{
		"*1\r\n$x\r\n":                      "-ERR Protocol error: invalid bulk length\r\n",
		"GET a\n*1\r\n:1\r\n":               "$1\r\na\r\n-ERR Protocol error: expected '$', got ':'\r\n",
		"GET a\nGET b\nECHO \"a\n":          "$1\r\na\r\n$1\r\nb\r\n-ERR Protocol error: unbalanced quotes in request\r\n",
		"*99999999\r\n":                     "-ERR Protocol error: invalid multibulk length\r\n",
		strings.Repeat("x", 64<<10) + "x\n": "-ERR Protocol error: too big inline request\r\n",
		"GET a\n*1\r\n$4\r\nPI":             "$1\r\na\r\n", // the client leaves
		"SET a b\nquit\n":                   "$1\r\na\r\n+OK\r\n",
	} {
		conn := startProxy(t, server, server)
		io.WriteString(conn, wire)
		conn.(*net.TCPConn).CloseWrite()
		if got, err := io.ReadAll(conn); string(got) != want || err != nil {
			t.Errorf("%.50q: got %q, %v, want %q", wire, got, err, want)
		}
	}
}

// Clients that leave with replies outstanding leave nothing behind.
func TestClientsLeave(t *testing.T) {
	before := runtime.NumGoroutine()
	server := answering(t, "a")
	for range 20 {
		conn := startProxy(t, server, server)
		requests, _ := workload(2000, "a", "a")
		conn.Write(requests)
		conn.Close()
	}
	const ours = 1 + 20 // goroutines that listen
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before+ours && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before+ours {
		t.Errorf("%d goroutines are left of %d", n-before-ours, n)
	}
}

// Nobody waits for the reply to a client whose connection is broken, however long
// it takes.
func TestClientBreaksWhileItsServerIsSilent(t *testing.T) {
	asked, left := make(chan struct{}), make(chan struct{})
	silent := listen(t, func(conn net.Conn) {
		d := resp.NewDecoder(conn)
		d.ReadCommand()
		close(asked)
		d.ReadCommand() // there is none
		close(left)
	})
	conn := startProxy(t, silent)
	io.WriteString(conn, "BLPOP a 0\n")
	<-asked
	conn.(*net.TCPConn).SetLinger(0) // with a reset
	conn.Close()
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Error("the connection to the server is still there")
	}
}

// Two real servers: what a pipeline through the proxy wrote reads, through the
// proxy, as the same bytes as from the servers themselves.
func TestRealServers(t *testing.T) {
	for name, start := range map[string]func(*testing.T) string{
		"redis-server": func(t *testing.T) string { return tests.StartServer(t).TCP },
		"miniredis":    func(t *testing.T) string { return miniredis.RunT(t).Addr() },
	} {
		t.Run(name, func(t *testing.T) { testRealServers(t, []string{start(t), start(t)}) })
	}
}

func testRealServers(t *testing.T, servers []string) {
	const n = 2000
	conn := startProxy(t, servers...)
	var writes, reads []byte
	for i := range n {
		key := resp.String(fmt.Sprintf("key:%d", i))
		value := resp.String(strings.Repeat("\r\n", i))
		switch i % 4 {
		case 0:
			writes = resp.AppendCommand(writes, "SET", key, value)
			reads = resp.AppendCommand(reads, "GET", key)
		case 1:
			writes = resp.AppendCommand(writes, "RPUSH", key, value, resp.String("b"), resp.Int(7))
			reads = resp.AppendCommand(reads, "LRANGE", key, resp.Int(0), resp.Int(-1))
		case 2:
			writes = resp.AppendCommand(writes, "HSET", key, resp.String("field"), value)
			reads = resp.AppendCommand(reads, "HGETALL", key)
		case 3:
			writes = resp.AppendCommand(writes, "INCR", key)
			reads = resp.AppendCommand(reads, "LPUSH", key, value) // an error
		}
	}
	through := func(requests []byte) []byte {
		go conn.Write(requests)
		var got bytes.Buffer
		d := resp.NewDecoder(conn)
		for range n {
			if _, err := d.CopyValue(&got); err != nil {
				t.Fatal(err)
			}
		}
		return got.Bytes()
	}
	if got := through(writes); bytes.Contains(got, []byte("-")) {
		t.Fatalf("an error among the replies to writes: %.200q", got[bytes.IndexByte(got, '-'):])
	}
	got := through(reads)

	var direct []*resp.Decoder
	var conns []net.Conn
	for _, addr := range servers {
		c := connect(t, addr)
		conns, direct = append(conns, c), append(direct, resp.NewDecoder(c))
	}
	d := resp.NewDecoder(bytes.NewReader(reads))
	var want bytes.Buffer
	used := map[int]int{}
	for cmd, err := range d.Commands() {
		if err != nil {
			t.Fatal(err)
		}
		server, _ := route(cmd, len(servers))
		used[server]++
		conns[server].Write(cmd.Raw)
		if _, err := direct[server].CopyValue(&want); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%d bytes through the proxy, %d from the servers", len(got), want.Len())
	}
	if used[0] < n/4 || used[1] < n/4 {
		t.Errorf("commands by server: %v", used)
	}
}
