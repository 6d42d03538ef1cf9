package resptest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
)

// Step is one step in the script of a Server: a request that has to come next, and the
// reply to it.
type Step struct {
	// Request is the request as one types it in redis-cli: `SET key "a\r\nb"`. The case
	// of its name does not matter. The step waits for no request when it is empty: the
	// reply is sent right after the one before it, or to whoever connects first.
	Request string

	Reply string     // bytes to send, whatever they are
	Value resp.Value // sent after Reply, unless its Kind is 0

	Split int           // bytes of the pieces in which the reply is sent; 0 means all of it
	Delay time.Duration // before each piece
	Close bool          // whether the connection is closed after the reply
}

// bytes returns the reply.
func (s Step) bytes() []byte {
	reply := []byte(s.Reply)
	if s.Value.Kind != 0 {
		reply = resp.AppendValue(reply, &s.Value)
	}
	return reply
}

// Server is a server that follows a script, for tests of clients.
type Server struct {
	t        testing.TB
	listener net.Listener
	script   []Step
	requests []resp.Command // of the steps in script
	done     chan struct{}  // closed when the test ends
	running  sync.WaitGroup

	mu      sync.Mutex // guards what follows
	next    int        // step in script
	failed  bool       // whether a request came that the script does not know
	handler func(resp.Command) (Step, bool)
	conns   []net.Conn
}

// NewServer starts a Server that ends with the test. All connections follow the one
// script, in the order in which their requests arrive. The test fails when a request
// comes that is not the next one, with both of them in the message, when bytes come
// that are no request, and when steps are left at its end. A Server that has failed a
// test answers with an error and closes the connection.
func NewServer(t testing.TB, script ...Step) *Server {
	t.Helper()
	s := &Server{t: t, script: script, done: make(chan struct{})}
	for i, step := range script {
		words, err := resp.SplitInline(nil, []byte(step.Request))
		if err != nil {
			t.Fatalf("resptest.Server: request of step %d: %v", i+1, err)
		}
		s.requests = append(s.requests, resp.Command{Args: words})
	}
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatalf("resptest.Server: %v", err)
	}
	s.running.Go(func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.start(conn)
		}
	})
	t.Cleanup(s.end)
	return s
}

// Addr returns the host and port at which the Server listens, on this machine alone.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Pipe returns a connection to the Server that needs no network, a net.Pipe: each
// piece of a reply is a Read of its own. The caller closes it.
func (s *Server) Pipe() net.Conn {
	client, conn := net.Pipe()
	s.start(conn)
	return client
}

// Handle makes the Server ask handler for the reply to each request that is not the
// next one of the script: a client's greeting, for example, or all requests where there
// is no script. The Server goes by what the Step that handler returns says of the reply
// alone. The test fails when handler returns false. handler is called once at a time,
// and its request is valid until it returns.
func (s *Server) Handle(handler func(request resp.Command) (Step, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = handler
}

// start serves conn until either side closes it.
func (s *Server) start(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
		conn.Close()
		return
	default:
	}
	s.conns = append(s.conns, conn)
	s.running.Go(func() { s.serve(conn) })
}

// end closes everything, waits for it, and fails the test when steps are left.
func (s *Server) end() {
	s.mu.Lock()
	close(s.done)
	s.listener.Close()
	for _, conn := range s.conns {
		conn.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
	if left := len(s.script) - s.next; left > 0 && !s.t.Failed() && !s.t.Skipped() {
		s.t.Errorf("resptest.Server: %d of %d steps are left, the next one is %s", left, len(s.script), s.wanted())
	}
}

// serve answers the requests on conn, and closes it.
func (s *Server) serve(conn net.Conn) {
	closing, sent := s.answer(conn)
	if closing {
		// The client may still be writing, and waits for that before it reads.
		s.running.Go(func() {
			io.Copy(io.Discard, conn)
			conn.Close()
		})
	}
	<-sent
	if half, ok := conn.(*net.TCPConn); ok && closing {
		half.CloseWrite() // to close a socket with unread bytes in it would lose sent ones
		return
	}
	conn.Close()
}

// answer replies to the requests on conn until it ends or a Step closes it, and
// reports which. sent is closed when the replies have been sent.
func (s *Server) answer(conn net.Conn) (closing bool, sent <-chan struct{}) {
	start := make(chan struct{})
	close(start)
	sent = start
	d := resp.NewDecoder(conn, resp.ServerLimits())
	steps := s.greeting()
	for {
		for _, step := range steps {
			if sent = s.send(conn, step, sent); step.Close {
				return true, sent
			}
		}
		request, err := d.ReadCommand()
		if steps = s.reply(request, err); len(steps) == 0 {
			return false, sent
		}
	}
}

// send sends a reply once the one before it has been sent. It does not wait, so that a
// client may write a whole pipeline before it reads.
func (s *Server) send(conn net.Conn, step Step, before <-chan struct{}) <-chan struct{} {
	sent := make(chan struct{})
	s.running.Go(func() {
		defer close(sent)
		<-before
		s.write(conn, step)
	})
	return sent
}

// write sends a reply as its step says. Who cannot take it has gone.
func (s *Server) write(conn net.Conn, step Step) {
	reply := step.bytes()
	size := step.Split
	if size <= 0 {
		size = len(reply)
	}
	s.wait(step.Delay)
	for len(reply) > 0 {
		size = min(size, len(reply))
		if _, err := conn.Write(reply[:size]); err != nil {
			return
		}
		if reply = reply[size:]; len(reply) > 0 {
			s.wait(step.Delay)
		}
	}
}

// wait waits, but not beyond the end of the test.
func (s *Server) wait(delay time.Duration) {
	if delay <= 0 {
		return
	}
	select {
	case <-time.After(delay):
	case <-s.done:
	}
}

// greeting returns the steps for who has just connected.
func (s *Server) greeting() []Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unasked(nil)
}

// unasked appends the next steps as far as they wait for no request, up to one that
// closes the connection.
func (s *Server) unasked(steps []Step) []Step {
	for !s.failed && s.next < len(s.script) && len(s.requests[s.next].Args) == 0 {
		if n := len(steps); n > 0 && steps[n-1].Close {
			break
		}
		steps = append(steps, s.script[s.next])
		s.next++
	}
	return steps
}

// reply returns the steps for a request, or for the error in place of one. There are
// none when the connection has ended.
func (s *Server) reply(request resp.Command, err error) []Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		var syntaxError *resp.SyntaxError
		var limitError *resp.LimitError
		if errors.As(err, &syntaxError) || errors.As(err, &limitError) {
			return s.fail("resptest.Server: got no request, want %s: %v", s.wanted(), err)
		}
		return nil
	}
	if !s.failed && s.next < len(s.script) && same(request, s.requests[s.next]) {
		s.next++
		return s.unasked([]Step{s.script[s.next-1]})
	}
	if s.handler != nil {
		if step, ok := s.handler(request); ok {
			return []Step{step}
		}
	}
	return s.fail("resptest.Server: got the request %s, want %s", quotedRequest(request), s.wanted())
}

// same reports whether two requests are the same but for the case of their names.
func same(a, b resp.Command) bool {
	return len(a.Args) == len(b.Args) && bytes.EqualFold(a.Args[0], b.Args[0]) && slices.EqualFunc(a.Args[1:], b.Args[1:], bytes.Equal)
}

// wanted describes what the script waits for.
func (s *Server) wanted() string {
	switch {
	case s.next == len(s.script):
		return "none any more"
	case len(s.requests[s.next].Args) == 0:
		return "a reply without a request"
	}
	return quotedRequest(s.requests[s.next])
}

// quotedRequest returns the words of c, quoted, and cut where they are long or many.
func quotedRequest(c resp.Command) string {
	const shown = 20
	if len(c.Args) <= shown {
		return Command(c.Args).String()
	}
	return fmt.Sprintf("%v ... (%d words)", Command(c.Args[:shown]), len(c.Args))
}

// fail fails the test, the first time, and returns the reply to whoever has to do with
// it.
func (s *Server) fail(format string, args ...any) []Step {
	if !s.failed {
		s.t.Errorf(format, args...)
	}
	s.failed = true
	return []Step{{Reply: "-ERR the test has failed: see its messages\r\n", Close: true}}
}
