package resptest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

// recorder is a test that keeps its messages.
type recorder struct {
	testing.TB // for what is not here
	cleanups   []func()

	mu       sync.Mutex
	messages []string
}

func (r *recorder) Helper()          {}
func (r *recorder) Skipped() bool    { return false }
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.messages) > 0
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(r)
}

// run runs test as a test of its own and returns its messages.
func (r *recorder) run(test func()) []string {
	func() {
		defer func() {
			if v := recover(); v != nil && v != any(r) {
				panic(v)
			}
		}()
		test()
	}()
	for _, f := range r.cleanups {
		f()
	}
	return r.messages
}

// dials are the ways to a Server.
var dials = map[string]func(t *testing.T, s *resptest.Server) net.Conn{
	"pipe": func(t *testing.T, s *resptest.Server) net.Conn {
		conn := s.Pipe()
		t.Cleanup(func() { conn.Close() })
		return conn
	},
	"tcp": func(t *testing.T, s *resptest.Server) net.Conn {
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	},
}

// exchange sends requests and returns what comes back until the Server closes.
func exchange(t *testing.T, conn net.Conn, requests string) string {
	t.Helper()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	go conn.Write([]byte(requests))
	got, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%.100q: %v after %.100q", requests, err, got)
	}
	return string(got)
}

// A Server says in the words of the test what is wrong with the requests, once.
func TestServerFailsTheTest(t *testing.T) {
	get := resptest.Step{Request: "GET k", Reply: "$1\r\nv\r\n"}
	const answer = "-ERR the test has failed: see its messages\r\n"
	for _, test := range []struct {
		name     string
		script   []resptest.Step
		requests string
		replies  string
		messages []string
	}{
		{"the right one", []resptest.Step{get}, "*2\r\n$3\r\nget\r\n$1\r\nk\r\n", "", nil},
		{"another argument", []resptest.Step{get}, "GET K\r\n", answer, []string{`resptest.Server: got the request "GET" "K", want "GET" "k"`}},
		{"an argument more", []resptest.Step{get}, "GET k \"\"\r\n", answer, []string{`resptest.Server: got the request "GET" "k" "", want "GET" "k"`}},
		{"an argument less", []resptest.Step{get}, "GET\r\n", answer, []string{`resptest.Server: got the request "GET", want "GET" "k"`}},
		{"another command", []resptest.Step{get}, "*1\r\n$2\r\n\r\n\r\n", answer, []string{`resptest.Server: got the request "\r\n", want "GET" "k"`}},
		{"one more", []resptest.Step{get}, "GET k\r\nGET k\r\n", get.Reply + answer, []string{`resptest.Server: got the request "GET" "k", want none any more`}},
		{"nothing in the script", nil, "PING\r\n", answer, []string{`resptest.Server: got the request "PING", want none any more`}},
		{"several wrong ones", []resptest.Step{get}, "PING\r\nPING\r\nGET k\r\n", answer, []string{`resptest.Server: got the request "PING", want "GET" "k"`}},
		{"no request", []resptest.Step{get}, "*1\r\n:1\r\n", answer, []string{`resptest.Server: got no request, want "GET" "k": resp: type error at offset 4: expected the $ of an argument, found ":"`}},
		{"a long one", []resptest.Step{get}, "GET k" + strings.Repeat(" "+strings.Repeat("x", 1000), 30) + "\r\n", answer, []string{
			`resptest.Server: got the request "GET" "k"` + strings.Repeat(` "`+strings.Repeat("x", 300)+`"... (1000 bytes)`, 18) + ` ... (32 words), want "GET" "k"`}},
		{"one left", []resptest.Step{get, get}, "GET k\r\n", "", []string{`resptest.Server: 1 of 2 steps are left, the next one is "GET" "k"`}},
		{"a push left", []resptest.Step{get, {Reply: "+a\r\n", Close: true}, {Reply: ">0\r\n"}}, "GET k\r\n", get.Reply + "+a\r\n", []string{`resptest.Server: 1 of 3 steps are left, the next one is a reply without a request`}},
		{"a script that is none", []resptest.Step{get, {Request: `GET "k`}}, "", "", []string{`resptest.Server: request of step 2: resp: syntax error at offset 4: expected a quote that is closed, found "GET \""`}},
	} {
		for name, dial := range dials {
			var replies string
			r := &recorder{TB: t}
			messages := r.run(func() {
				conn := dial(t, resptest.NewServer(r, test.script...))
				if test.replies == "" { // the Server waits for more
					fmt.Fprint(conn, test.requests)
					if test.requests != "" {
						io.ReadFull(conn, make([]byte, len(get.Reply)))
					}
					return
				}
				replies = exchange(t, conn, test.requests)
			})
			if diff := cmp.Diff(test.messages, messages); diff != "" || replies != test.replies {
				t.Errorf("%s, %s: replies %q, want %q; messages (-want +got)\n%s", test.name, name, replies, test.replies, diff)
			}
		}
	}
}

// A client may write all of a long pipeline before it reads, and close before that.
func TestServerAnswersLongPipelines(t *testing.T) {
	const requests = 20_000
	for name, dial := range dials {
		t.Run(name, func(t *testing.T) {
			script := make([]resptest.Step, requests)
			for i := range script {
				script[i] = resptest.Step{Request: fmt.Sprintf("ECHO %d", i), Value: resp.Value{Kind: resp.Integer, Int: int64(i)}}
			}
			script[requests-1].Close = true
			conn := dial(t, resptest.NewServer(t, script...))
			var wire []byte
			for i := range requests {
				wire = resp.AppendCommand(wire, "ECHO", resp.Int(int64(i)))
			}
			if _, err := conn.Write(wire); err != nil {
				t.Fatal(err)
			}
			d := resp.NewDecoder(conn)
			for i := range int64(requests) {
				if n, err := d.ReadInt64(); n != i || err != nil {
					t.Fatalf("reply %d is %d, %v", i, n, err)
				}
			}
			if _, err := d.ReadToken(); err != io.EOF {
				t.Errorf("behind the replies comes %v", err)
			}
		})
	}
}

// A reply can end at every byte, and be sent byte by byte; the script goes on with the
// next connection.
func TestServerBreaksReplies(t *testing.T) {
	const reply = "*2\r\n$3\r\nfoo\r\n:1\r\n"
	for name, dial := range dials {
		for cut := range len(reply) {
			for _, split := range []int{0, 1, 3} {
				server := resptest.NewServer(t,
					resptest.Step{Request: "GET k", Reply: reply[:cut], Split: split, Close: true},
					resptest.Step{Request: "GET k", Reply: reply, Split: split, Close: true})
				// The requests behind the first one are not read.
				if got := exchange(t, dial(t, server), "GET k\r\nPING\r\n"+strings.Repeat("x", 100_000)); got != reply[:cut] {
					t.Errorf("%s: cut at %d in pieces of %d: %q", name, cut, split, got)
				}
				if got := exchange(t, dial(t, server), "GET k\r\n"); got != reply {
					t.Errorf("%s: %q, want %q", name, got, reply)
				}
			}
		}
	}
}

// Every piece on a pipe is a Read of its own, and waits for its delay.
func TestServerSplitsAndDelays(t *testing.T) {
	const delay = 2 * time.Millisecond
	conn := resptest.NewServer(t, resptest.Step{Request: "PING", Reply: "+PONG\r\n", Split: 2, Delay: delay}).Pipe()
	defer conn.Close()
	start := time.Now()
	fmt.Fprint(conn, "PING\r\n")
	for i, want := range []string{"+P", "ON", "G\r", "\n"} {
		piece := make([]byte, 100)
		n, err := conn.Read(piece)
		if got := string(piece[:n]); got != want || err != nil || time.Since(start) < time.Duration(i+1)*delay {
			t.Errorf("piece %d after %v: %q, %v, want %q", i, time.Since(start), got, err, want)
		}
	}
}

// A test that ends does not wait for delays or for clients.
func TestServerEndsWithTheTest(t *testing.T) {
	for name, dial := range dials {
		start := time.Now()
		r := &recorder{TB: t}
		r.run(func() {
			server := resptest.NewServer(r, resptest.Step{Request: "PING", Reply: "+PONG\r\n", Delay: time.Hour, Split: 1},
				resptest.Step{Request: "GET k", Reply: strings.Repeat("x", 10<<20), Close: true})
			fmt.Fprint(dial(t, server), "PING\r\n")
			fmt.Fprint(dial(t, server), "GET k\r\n")
			dial(t, server)
		})
		if waited := time.Since(start); waited > 10*time.Second {
			t.Errorf("%s: %v", name, waited)
		}
	}
}

// Requests that are not in the script go to the handler, the others do not.
func TestServerAsksItsHandler(t *testing.T) {
	for name, dial := range dials {
		server := resptest.NewServer(t, resptest.Step{Request: "GET k", Reply: ":1\r\n"}, resptest.Step{Request: "QUIT", Reply: "+OK\r\n", Close: true})
		var asked bytes.Buffer
		server.Handle(func(request resp.Command) (resptest.Step, bool) {
			fmt.Fprintln(&asked, request)
			return resptest.Step{Request: "PING", Reply: "+a", Value: resptest.MustParse(":2\r\n"), Split: 1}, true
		})
		const want = "+a:2\r\n:1\r\n+a:2\r\n+OK\r\n"
		if got := exchange(t, dial(t, server), "HELLO 3\r\nGET k\r\nGET k\r\nQUIT\r\n"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if got, want := asked.String(), "\"HELLO\" \"3\"\n\"GET\" \"k\"\n"; got != want {
			t.Errorf("%s: asked %q, want %q", name, got, want)
		}
	}
}

// Replies without a request come behind the one before them, or to who connects.
func TestServerPushes(t *testing.T) {
	for name, dial := range dials {
		server := resptest.NewServer(t,
			resptest.Step{Reply: "+hello\r\n"}, resptest.Step{Request: "PING", Reply: "+PONG\r\n"},
			resptest.Step{Reply: ">1\r\n:1\r\n"}, resptest.Step{Close: true}, resptest.Step{Reply: "+again\r\n", Close: true})
		if got, want := exchange(t, dial(t, server), "PING\r\n"), "+hello\r\n+PONG\r\n>1\r\n:1\r\n"; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if got, want := exchange(t, dial(t, server), ""), "+again\r\n"; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// A push goes to the connection of the step before it, also when others connect.
func TestServerPushesToItsConnection(t *testing.T) {
	const steps = 3000
	var script []resptest.Step
	for range steps {
		script = append(script, resptest.Step{Request: "PING", Reply: "+PONG\r\n"}, resptest.Step{Reply: ":1\r\n"})
	}
	server := resptest.NewServer(t, script...)
	conn := server.Pipe()
	defer conn.Close()
	done := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				server.Pipe().Close()
			}
		}
	})
	defer others.Wait()
	defer close(done)
	conn.SetDeadline(time.Now().Add(time.Minute))
	go conn.Write(bytes.Repeat([]byte("PING\r\n"), steps))
	d := resp.NewDecoder(conn)
	for i := range steps {
		for _, want := range []string{"+PONG\r\n", ":1\r\n"} {
			if got, err := d.ReadRaw(); string(got) != want || err != nil {
				t.Fatalf("reply %d: %q, %v, want %q", i, got, err, want)
			}
		}
	}
}
