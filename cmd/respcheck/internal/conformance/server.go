package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/seed65f5866d/resp"
)

// Server is a server whose reading of requests is observed.
type Server struct {
	Dial func(context.Context) (net.Conn, error) // opens a connection, without AUTH
	Auth []string                                // the arguments of AUTH; none when the server asks for none

	Silence  time.Duration // for how long a server that waits for more says nothing
	Patience time.Duration // how long an answer may take that Redis gives
}

// Skip is why some requests cannot be sent to a server.
type Skip struct {
	Reason   string
	Requests int
}

// Fit returns the requests that can be sent to the server, and why others cannot.
func (s *Server) Fit(ctx context.Context, requests []Request) (fit []Request, skips []Skip, err error) {
	c, err := s.connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer c.conn.Close()
	fit = slices.Clone(requests)
	skip := func(reason string, cannot func(Request) bool) {
		before := len(fit)
		fit = slices.DeleteFunc(fit, cannot)
		if before > len(fit) {
			skips = append(skips, Skip{reason, before - len(fit)})
		}
	}
	answer, err := c.do("PING")
	if err == nil && (answer != "-NOAUTH" || len(s.Auth) == 0) {
		skip("the server asks for no password before PING", func(r Request) bool { return r.Unauthenticated })
	}
	if err == nil {
		err = s.authenticate(c)
	}
	if err == nil {
		answer, err = c.do("PUBSUB", "NUMSUB", "a", "b")
	}
	if err == nil && answer != `*2 "a" "b"` {
		skip("the server does not repeat the words of PUBSUB NUMSUB", func(r Request) bool { return bytes.Contains(r.Wire, []byte("NUMSUB")) })
	}
	return fit, skips, err
}

// Observation is a request that a server did something else with than Redis.
type Observation struct {
	Request     Request
	ByteForByte bool // how it arrived
	Got         Outcome
}

// workers is how many requests are sent at the same time.
const workers = 16

// Observe sends each request that skip leaves, as it is and, when it is short, byte by
// byte too. It returns those with which the server did something else than Redis, in
// the order of the requests.
func (s *Server) Observe(ctx context.Context, requests []Request) ([]Observation, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type job struct {
		request     *Request
		pieces      [][]byte
		byteForByte bool
	}
	var jobs []job
	for i := range requests {
		r := &requests[i]
		jobs = append(jobs, job{r, r.Pieces(), false})
		if pieces := r.Bytes(); pieces != nil {
			jobs = append(jobs, job{r, pieces, true})
		}
	}
	found := make([]*Observation, len(jobs))
	var wg sync.WaitGroup
	for first := range workers {
		wg.Go(func() {
			f, err := s.newFence(ctx)
			if err != nil {
				cancel(err)
				return
			}
			defer f.conn.Close()
			for i := first; i < len(jobs) && ctx.Err() == nil; i += workers {
				j := jobs[i]
				got, err := s.observe(ctx, f, j.request, j.pieces)
				if err != nil {
					cancel(fmt.Errorf("%s: %w", j.request.ID, err))
					return
				}
				if !got.Equal(j.request.Redis) {
					found[i] = &Observation{*j.request, j.byteForByte, got}
				}
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	var list []Observation
	for _, o := range found {
		if o != nil {
			list = append(list, *o)
		}
	}
	return list, nil
}

// fence is a connection that tells when the server has read what came before on
// others: it answers requests in the order in which they arrive.
type fence struct{ *client }

func (s *Server) newFence(ctx context.Context) (*fence, error) {
	c, err := s.connect(ctx)
	if err == nil {
		err = s.authenticate(c)
	}
	if err != nil {
		return nil, err
	}
	f := &fence{c}
	return f, f.pass()
}

// pass returns when the server has read what was sent to it before.
func (f *fence) pass() error {
	answer, err := f.do("PING")
	if err == nil && answer != "+PONG" {
		err = fmt.Errorf("PING: the server answers %.200s", answer)
	}
	return err
}

// client is a connection to the server.
type client struct {
	conn     net.Conn
	dec      *resp.Decoder
	patience time.Duration
}

// mostReply is how many bytes of one reply are read. The longest answers are less than 2 MB.
const mostReply = 4 << 20

func (s *Server) connect(ctx context.Context) (*client, error) {
	conn, err := s.Dial(ctx)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	limits := []resp.Option{resp.MaxBulkLen(mostReply), resp.MaxTotalLen(mostReply), resp.MaxElements(1 << 16), resp.MaxDepth(16)}
	return &client{conn, resp.NewDecoder(conn, limits...), s.Patience}, nil
}

func (s *Server) authenticate(c *client) error {
	if len(s.Auth) == 0 {
		return nil
	}
	answer, err := c.do(append([]string{"AUTH"}, s.Auth...)...)
	if err == nil && answer != "+OK" {
		err = fmt.Errorf("AUTH: %s", answer)
	}
	return err
}

// do sends a command and returns the answer.
func (c *client) do(args ...string) (string, error) {
	c.conn.SetDeadline(time.Now().Add(c.patience))
	if _, err := c.conn.Write(resp.AppendArgs(nil, args...)); err != nil {
		return "", err
	}
	return c.answer()
}

func (c *client) answer() (string, error) {
	var v resp.Value
	if err := c.dec.Decode(&v); err != nil {
		return "", err
	}
	return Answer(&v), nil
}

// observe sends one request to the server and tells what comes of it. It is quick about
// what Redis does: a probe behind the request is answered, or the connection is closed.
func (s *Server) observe(ctx context.Context, f *fence, r *Request, pieces [][]byte) (Outcome, error) {
	if r.Redis.End == Keeps || r.Redis.End == Closes {
		o, err := s.send(ctx, f, r, pieces, func(l *listener) {
			if r.Redis.End == Closes {
				l.listen(s.Patience, len(r.Redis.Answers))
			}
			l.probe()
			l.listen(s.Patience, l.most)
		})
		if err != nil || o.Equal(r.Redis) {
			return o, err
		}
	}
	return s.send(ctx, f, r, pieces, func(l *listener) {
		l.listen(s.Patience, len(r.Redis.Answers))
		if l.listen(s.Silence, l.most); l.end != "" {
			return
		}
		before := l.answers
		l.probe()
		if l.listen(s.Silence, l.most); l.end != Keeps { // what it made of the probe is no answer to r
			l.answers, l.end = before, Waits
		}
	})
}

// send sends a request and has the listener gather the answers.
func (s *Server) send(ctx context.Context, f *fence, r *Request, pieces [][]byte, gather func(*listener)) (o Outcome, err error) {
	c, err := s.connect(ctx)
	if err != nil {
		return o, err
	}
	defer c.conn.Close()
	l := listener{client: c, most: len(r.Redis.Answers) + mostMore}
	if r.Unauthenticated {
		l.next, l.taken = append([]string{"AUTH"}, s.Auth...), "+OK"
	} else {
		l.next, l.taken = []string{"PING", probe}, word([]byte(probe))
		if err := s.authenticate(c); err != nil {
			return o, err
		}
	}
	c.conn.SetWriteDeadline(time.Now().Add(s.Patience))
	for _, piece := range pieces {
		if _, err := c.conn.Write(piece); err != nil {
			break // the server has closed; what it said before can still be read
		}
		if err := f.pass(); err != nil {
			return o, err
		}
		if len(r.Cuts) > 0 {
			time.Sleep(pause)
		}
	}
	gather(&l)
	return Outcome{l.answers, l.end}, ctx.Err()
}

const probe = "respcheck-probe"

// pause follows the pieces of a request that is cut. A server with several threads may
// pass the fence before it has read them.
const pause = 5 * time.Millisecond

// mostMore is how many answers more than those of Redis are taken.
const mostMore = 500

// listener gathers the answers to one request.
type listener struct {
	*client
	next    []string // a command whose answer shows that the request before it is over
	taken   string   // its answer
	most    int      // answers
	answers []string
	end     End // none: the server says nothing
}

func (l *listener) probe() {
	l.conn.SetWriteDeadline(time.Now().Add(l.patience))
	l.conn.Write(resp.AppendArgs(nil, l.next...)) // a connection that is closed shows in listen
}

// listen takes answers until there are enough, the probe is answered, the connection
// is closed or the time is over.
func (l *listener) listen(patience time.Duration, enough int) {
	l.conn.SetReadDeadline(time.Now().Add(patience))
	for l.end == "" && len(l.answers) < enough {
		answer, err := l.answer()
		var syntax *resp.SyntaxError
		var limit *resp.LimitError
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return
		case errors.As(err, &syntax) || errors.As(err, &limit):
			l.answers, l.end = append(l.answers, "what is no answer in RESP"), Closes
		case err != nil:
			l.end = Closes
		case answer == l.taken:
			l.end = Keeps
		default:
			l.answers = append(l.answers, answer)
		}
	}
}
