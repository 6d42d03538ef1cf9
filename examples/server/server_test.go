package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

// running is a server of a test, which checks at its end that nothing is left of it.
type running struct {
	*server
	addr string
	stop func() // returns when the server has ended
}

func start(t testing.TB, password string) *running {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("no loopback: %v", err)
	}
	return startOn(t, password, l)
}

func startOn(t testing.TB, password string, l net.Listener) *running {
	t.Helper()
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan bool)
	s := newServer(password)
	go func() { s.serve(ctx, l); close(ended) }()
	stopped := false
	stop := func() {
		t.Helper()
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatal("the server does not end")
		}
		if len(s.sessions) > 0 || len(s.channels) > 0 {
			t.Errorf("%d sessions and channels %v are left", len(s.sessions), s.channels)
		}
		await(t, func() bool { return runtime.NumGoroutine() <= before+1 }, "goroutines to end") // and one of the listener's
	}
	t.Cleanup(stop)
	return &running{s, l.Addr().String(), stop}
}

// await waits until a condition holds.
func await(t testing.TB, condition func() bool, what string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (s *running) connect(t testing.TB) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(60 * time.Second))
	return conn.(*net.TCPConn)
}

// clients returns how many there are.
func (s *running) clients() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// exchange sends requests and compares what comes.
func exchange(t testing.TB, conn net.Conn, requests, want string) {
	t.Helper()
	if _, err := io.WriteString(conn, requests); err != nil {
		t.Fatalf("%.100q: %v", requests, err)
	}
	expect(t, conn, requests, want)
}

func expect(t testing.TB, conn net.Conn, requests, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(conn, got); err != nil || string(got) != want {
		t.Fatalf("%.100q: got %.300q, %v, want %.300q", requests, got[:n], err, want)
	}
}

// expectEnd compares what comes before the server closes the connection.
func expectEnd(t testing.TB, conn net.Conn, requests, want string) {
	t.Helper()
	if got, err := io.ReadAll(conn); err != nil || string(got) != want {
		t.Errorf("%.100q: got %.300q, %v, want %.300q", requests, got, err, want)
	}
}

// Replies are byte for byte those of redis-server, in RESP2 and in RESP3.
func TestRepliesAreThoseOfRedis(t *testing.T) {
	redis := tests.StartServer(t)
	ours := start(t, "")
	const same = `
		PING|PING hello|PING a b|ping|pInG|ECHO a|ECHO|SELECT 0|SELECT 16|SELECT -1
		SET k v|GET k|GET missing|GET|SET k|SET k v EX 100|TTL k|SET k w|TTL k|PTTL missing|SET k v NX|GET k
		SET n v NX|SET k v EX|SET k v EX 0|SET k v EX x|SET k v PX 9223372036854775807|SET k v NOSUCH|SET k v EX 1 PX 1
		SET a 1|MGET a missing h|MGET a
		DEL a b missing|DEL n n|EXISTS k k missing|EXPIRE k 100|TTL k|SET n 1 PX 100000|INCR n|TTL n|EXPIRE missing 1|EXPIRE k x|PEXPIRE n -1|GET n|SET k v
		EXPIRE k 9223372036854775807|EXPIRE k -9223372036854775808
		INCR c|INCR c|DECR c|INCRBY c 10|INCRBY c x|INCR k|INCRBY c 01|INCRBY c +1|INCRBY c -0|INCRBY c 9223372036854775807
		SET c 9223372036854775807|INCR c|SET c -9223372036854775808|DECR c|INCRBY c -1|SET c 01|INCR c|SET c ""|INCR c|GET c
		HSET h f v|HSET h f w g x|HGET h f|HGET h missing|HGET missing f|HDEL h f missing|HGETALL h|HGETALL missing|HSET h f|HSET h f v g
		HGET k f|HGETALL k|HDEL h g|EXISTS h
		RPUSH l a b c|LPUSH l x y|LRANGE l 0 -1|LRANGE l 1 2|LRANGE l -2 100|LRANGE l 5 1|LRANGE l x 1|LRANGE missing 0 -1|LLEN l|LLEN missing|LPOP l|RPOP l
		LPOP l|LPOP l|LPOP l|LPOP l|RPOP missing|EXISTS l|LPUSH k a|GET h|RPUSH l 1 2|RPOP l|RPOP l|RPOP l|LPUSH l 1 2|LPOP l|RPOP l|LLEN l
		MULTI|SET k v|INCR k|GET k|HSET hh a b|HGETALL hh|EXEC|EXEC|DISCARD|MULTI|DISCARD|MULTI|GET|GET k|EXEC|MULTI|EXEC|MULTI|PING|DISCARD
		CLIENT GETNAME|CLIENT SETNAME me|CLIENT GETNAME|CLIENT SETNAME "a b"|CLIENT GETNAME
		CONFIG GET save|CONFIG GET appendonly|CONFIG GET nosuch|HELLO 4|HELLO 2 AUTH a b|AUTH a b|AUTH default a|AUTH a b c
		FLUSHALL|EXISTS k l h c
		PUBLISH a b|PUBSUB NUMSUB|PUBSUB NUMSUB a "b c"|SUBSCRIBE a b|UNSUBSCRIBE a|UNSUBSCRIBE b|UNSUBSCRIBE|PUBSUB NUMSUB a|PING
		SUBSCRIBE a|PING|PING x|UNSUBSCRIBE a x|PING`
	for _, protocol := range []string{"2", "3"} {
		ourConn, redisConn := ours.connect(t), redis.Connect(t, "tcp").Conn
		both := func(line string) (got, want string) {
			io.WriteString(ourConn, line+"\r\n")
			io.WriteString(redisConn, line+"\r\n")
			n := max(1, strings.Count(line, " ")*strings.Count(line, "SUBSCRIBE "))
			return replies(t, ourConn, n), replies(t, redisConn, n)
		}
		for _, line := range strings.FieldsFunc(same, func(r rune) bool { return r == '|' || r == '\n' }) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			if got, want := both(line); got != want {
				t.Errorf("RESP%s: %s: got %q, want %q", protocol, line, got, want)
			}
			if line == "PING" {
				both("HELLO " + protocol)
			}
		}
	}
}

// replies returns the bytes of n replies.
func replies(t *testing.T, conn net.Conn, n int) string {
	t.Helper()
	var got strings.Builder
	d := resp.NewDecoder(conn)
	for range n {
		raw, err := d.ReadRaw()
		if err != nil {
			t.Fatalf("after %q: %v", &got, err)
		}
		got.Write(raw)
	}
	if len(d.Buffered()) > 0 {
		t.Fatalf("behind the reply: %q", d.Buffered())
	}
	return got.String()
}

// What clients ask when they connect.
func TestIntroductions(t *testing.T) {
	s := start(t, "")
	conn := s.connect(t)
	d := resp.NewDecoder(conn)
	do := func(line string) *resp.Value {
		t.Helper()
		io.WriteString(conn, line+"\r\n")
		var v resp.Value
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return &v
	}
	v := do("HELLO 3 SETNAME me")
	found := map[string]string{}
	for key, value := range v.Pairs() {
		found[string(key.Bytes)] = value.String()
	}
	if v.Kind != resp.Map || found["proto"] != "(integer) 3" || found["id"] != "(integer) 1" || found["role"] != `"master"` {
		t.Errorf("HELLO 3: %v", v)
	}
	if v := do("CLIENT ID"); v.Int != 1 {
		t.Errorf("CLIENT ID: %v", v)
	}
	do("CLIENT SETINFO LIB-NAME lib")
	do("CLIENT SETINFO lib-ver 1.2")
	if v := do("CLIENT SETINFO LIB-NAME 'a b'"); !v.Kind.IsError() {
		t.Errorf("a bad name of a library: %v", v)
	}
	other := s.connect(t)
	exchange(t, other, "MULTI\nPING\n", "+OK\r\n+QUEUED\r\n")
	list := do("CLIENT LIST")
	lines := strings.Split(string(list.Bytes), "\n")
	for i, want := range []string{
		"id=1 addr=" + conn.LocalAddr().String() + " laddr=" + s.addr + " name=me db=0 sub=0 resp=3 lib-name=lib lib-ver=1.2",
		"id=2 addr=" + other.LocalAddr().String() + " laddr=" + s.addr + " name= db=0 sub=0 resp=2 lib-name= lib-ver=",
		"",
	} {
		if lines[i] != want {
			t.Errorf("CLIENT LIST, line %d: %q, want %q", i, lines[i], want)
		}
	}
	do("SET k v EX 100")
	if v := do("INFO"); !strings.Contains(string(v.Bytes), "connected_clients:2\r\n") || !strings.Contains(string(v.Bytes), "db0:keys=1\r\n") {
		t.Errorf("INFO: %v", v)
	}
	all := do("COMMAND").Clone()
	if count := do("COMMAND COUNT"); int(count.Int) != len(all.Elems) || len(all.Elems) != len(table) {
		t.Errorf("COMMAND COUNT %v, COMMAND lists %d", count, len(all.Elems))
	}
	for _, v := range all.Elems {
		if commands[string(v.Elems[0].Bytes)] == nil || len(v.Elems) != 6 {
			t.Errorf("COMMAND: %v", v)
		}
	}
	for _, line := range []string{"NOSUCH", "CLIENT NOSUCH", "COMMAND DOCS", "CONFIG SET save 1", "CLIENT SETINFO a b", "CLIENT SETINFO name x"} {
		if err := do(line).Err(); err == nil {
			t.Errorf("%s: no error", line)
		}
	}
}

// A key that has expired is gone, whether somebody asks for it or nobody does.
func TestExpiry(t *testing.T) {
	s := start(t, "")
	conn := s.connect(t)
	exchange(t, conn, "SET asked v PX 30\nSET kept v\nPEXPIRE kept 600000\n", "+OK\r\n+OK\r\n:1\r\n")
	for i := range 2000 {
		exchange(t, conn, fmt.Sprintf("SET k%d v PX 30\n", i), "+OK\r\n")
	}
	time.Sleep(30 * time.Millisecond)
	exchange(t, conn, "GET asked\nTTL asked\nEXISTS asked kept\n", "$-1\r\n:-2\r\n:1\r\n")
	await(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.data) == 1
	}, "keys to be swept")
}

// The limits are narrow before AUTH and wide after it.
func TestLimitsFollowAUTH(t *testing.T) {
	s := start(t, "secret")
	large := strings.Repeat("x", 100_000)
	wire := tests.Multibulk("ECHO", large)
	const required = "-NOAUTH Authentication required.\r\n"
	const wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
	for _, login := range []string{"AUTH secret\n", "AUTH default secret\n", "HELLO 2 AUTH default secret\n"} {
		conn := s.connect(t)
		exchange(t, conn, "GET k\nNOSUCH\nSUBSCRIBE a\nAUTH guess\nAUTH user secret\nHELLO 3 AUTH default guess\n", required+required+required+wrong+wrong+wrong)
		exchange(t, conn, "HELLO 3\n", required)
		io.WriteString(conn, login)
		if _, err := resp.NewDecoder(conn).ReadRaw(); err != nil {
			t.Fatal(err)
		}
		exchange(t, conn, wire, tests.Bulk(len(large)))
	}
	for request, want := range map[string]string{
		wire:                           "-ERR Protocol error: unauthenticated bulk length\r\n",
		"*11\r\n":                      "-ERR Protocol error: unauthenticated multibulk length\r\n",
		strings.Repeat("x", 70_000):    "-ERR Protocol error: too big inline request\r\n",
		"PING\r\n*1\r\n$x\r\nPING\r\n": required + "-ERR Protocol error: invalid bulk length\r\n",
	} {
		conn := s.connect(t)
		io.WriteString(conn, request)
		expectEnd(t, conn, request, want)
	}
	// The whole pipeline is judged command by command: AUTH widens what follows it.
	conn := s.connect(t)
	exchange(t, conn, "AUTH secret\n"+wire, "+OK\r\n"+tests.Bulk(len(large)))
}

// What a web browser sends ends the connection without an answer of its own, whether
// the client has authenticated or not.
func TestHTTPIsRefused(t *testing.T) {
	for _, password := range []string{"", "secret"} {
		s := start(t, password)
		for request, want := range map[string]string{
			"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET k v\r\n": "",
			"Host: localhost\r\nSET k v\r\n":                        "",
			"hOST:\r\nSET k v\r\n":                                  "",
			"QUIT\r\nPOST /\r\nSET k v\r\n":                         "+OK\r\n",
			"*1\r\n$4\r\npost\r\nSET k v\r\n":                       "",
		} {
			conn := s.connect(t)
			io.WriteString(conn, request)
			expectEnd(t, conn, request, want)
		}
		if len(s.data) > 0 {
			t.Error("a request behind POST was run")
		}
	}
}

// A faulty request is answered behind the replies to those before it, and the answer
// arrives although more is sent that nobody reads.
func TestFaultsAreAnswered(t *testing.T) {
	s := start(t, "")
	for range 20 {
		conn := s.connect(t)
		go io.WriteString(conn, "PING\n*1\r\n$x\r\n"+strings.Repeat("PING\n", 50_000))
		expectEnd(t, conn, "a fault", "+PONG\r\n-ERR Protocol error: invalid bulk length\r\n")
	}
}

// Commands of many clients at once are atomic, and so are transactions.
func TestClientsShareTheData(t *testing.T) {
	s := start(t, "")
	const clients, rounds = 20, 200
	failed := make(chan error, clients)
	for i := range clients {
		go func() {
			failed <- func() error {
				conn, err := net.Dial("tcp", s.addr)
				if err != nil {
					return err
				}
				defer conn.Close()
				for range rounds {
					fmt.Fprintf(conn, "INCR n\nMULTI\nINCR a\nINCR b\nEXEC\nRPUSH l %d\n", i)
				}
				d := resp.NewDecoder(conn)
				for range rounds {
					for range 4 {
						if err := d.SkipValue(); err != nil {
							return err
						}
					}
					var v resp.Value
					if err := d.Decode(&v); err != nil || len(v.Elems) != 2 || v.Elems[0].Int != v.Elems[1].Int {
						return fmt.Errorf("EXEC: %v, %v", v, err)
					}
					if err := d.SkipValue(); err != nil {
						return err
					}
				}
				return nil
			}()
		}()
	}
	for range clients {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	exchange(t, s.connect(t), "GET n\nGET a\nGET b\nLLEN l\n", "$4\r\n4000\r\n$4\r\n4000\r\n$4\r\n4000\r\n:4000\r\n")
}

// TestMain runs the server itself when a test starts this program again.
func TestMain(m *testing.M) {
	if addr := os.Getenv("TEST_SERVER_ADDR"); addr != "" {
		os.Args = []string{"server", "-addr", addr}
		main()
		return
	}
	os.Exit(m.Run())
}
