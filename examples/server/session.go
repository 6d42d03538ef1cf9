package main

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"time"

	"github.com/seed65f5866d/resp"
)

// session is one client. All of it belongs to the session's goroutine. What a command
// changes, and the messages, others may look at under the server's lock.
type session struct {
	*server
	id       int64
	conn     net.Conn
	requests *resp.Decoder
	replies  *resp.Encoder

	protocol               int
	authenticated, leaving bool
	attributes             [len(attributes)]string
	transaction            *transaction
	subscribed             map[string]bool

	reply    resp.Value    // to the command that runs; a field so that no command allocates it
	spare    []resp.Value  // room for the elements of the next reply
	messages []*resp.Value // that come before the reply
	waiting  int           // their size
}

const maxWaiting = 32 << 20

func newSession(s *server, conn net.Conn) *session {
	c := &session{server: s, conn: conn, protocol: 2, subscribed: map[string]bool{}}
	c.replies = resp.NewEncoder(conn, resp.Protocol(2))
	c.requests = resp.NewDecoder(conn, resp.UnauthenticatedLimits(), resp.OnWait(c.replies.Flush))
	if s.password == "" {
		c.authenticate()
	}
	return c
}

func (c *session) authenticate() {
	c.authenticated = true
	c.requests.SetLimits(resp.ServerLimits())
}

// run serves the client until it leaves. A deadline interrupts the wait for requests,
// of which the Decoder loses nothing, when messages have come or the server closes.
// Replies that cannot be written make the next read fail, by way of OnWait.
func (c *session) run() {
	for err := error(nil); err == nil && !c.leaving; {
		var request resp.Command
		request, err = c.requests.ReadCommand()
		switch {
		case err == nil, errors.Is(err, os.ErrDeadlineExceeded):
			err = c.execute(request)
		default:
			c.refuse(err)
		}
	}
}

// refuse answers what is not RESP as Redis does. Nothing after it can be trusted.
func (c *session) refuse(err error) {
	var fault interface {
		error
		ReplyText() string
	}
	if errors.As(err, &fault) {
		c.replies.WriteSimpleError("ERR " + fault.ReplyText())
	}
}

// execute runs a command, unless the wait for it was interrupted. It writes the
// messages that came before, and the reply.
func (c *session) execute(request resp.Command) error {
	c.mu.Lock()
	if len(request.Args) > 0 {
		c.reply = c.answer(request)
	} else {
		c.conn.SetReadDeadline(time.Time{})
		c.leaving = c.closing
	}
	messages := c.messages
	c.messages, c.waiting = nil, 0
	c.mu.Unlock()
	for _, message := range messages {
		if err := c.replies.WriteValue(message); err != nil {
			return err
		}
	}
	if c.reply.Kind == 0 {
		return nil
	}
	err := c.replies.WriteValue(&c.reply)
	if n := cap(c.reply.Elems); 0 < n && n <= 128 {
		clear(c.reply.Elems)
		c.spare = c.reply.Elems[:0]
	}
	c.reply = resp.Value{} // it may refer to much
	return err
}

// room returns an empty list for n elements of a reply: the last one, unless it has
// been taken for another part of this reply.
func (c *session) room(n int) []resp.Value {
	elems := c.spare
	c.spare = nil
	return slices.Grow(elems, n)
}

// post gives the session a message, and interrupts its wait for requests. It
// disconnects a client that reads too slowly.
func (c *session) post(parts ...resp.Value) {
	message := &resp.Value{Kind: resp.Push, Elems: parts}
	if c.waiting += size(message); c.waiting > maxWaiting {
		c.conn.Close()
		return
	}
	c.messages = append(c.messages, message)
	c.conn.SetReadDeadline(time.Unix(1, 0))
}

// size returns about how many bytes a value holds.
func size(v *resp.Value) int {
	n := 100 + len(v.Bytes)
	for i := range v.Elems {
		n += size(&v.Elems[i])
	}
	return n
}

// part ends the connection when the client has got its last replies. A connection
// that is closed while requests wait in it is reset, and loses replies; so what still
// comes is read for a moment.
func (c *session) part() {
	if c.replies.Flush() != nil {
		return
	}
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		c.conn.SetReadDeadline(time.Now().Add(lastWords))
		io.Copy(io.Discard, c.conn)
	}
}
