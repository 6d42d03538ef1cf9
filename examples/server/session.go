package main

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/seed65f5866d/resp"
)

// session is one client. All of it belongs to the session's goroutine. What a command
// changes, and the mailbox, others may look at under the server's lock.
type session struct {
	*server
	id       int64
	conn     net.Conn
	requests *resp.Decoder
	replies  *resp.Encoder

	db            *database
	protocol      int
	authenticated bool
	leaving       bool
	name          string
	library       [2]string // name and version

	transaction *transaction
	subscribed  [topicSorts]map[string]bool
	mailbox     mailbox

	reply resp.Value // to the command that runs; a field so that no command allocates it
	room  room       // for the elements of that reply
}

func newSession(s *server, conn net.Conn) *session {
	c := &session{server: s, conn: conn, replies: resp.NewEncoder(conn)}
	c.subscribed = [topicSorts]map[string]bool{{}, {}}
	c.requests = resp.NewDecoder(conn, resp.OnWait(c.replies.Flush))
	c.reset()
	return c
}

// reset puts the session into the state that a new one has.
func (c *session) reset() {
	c.db, c.name, c.transaction = c.databases[0], "", nil
	c.protocol = 2
	c.replies.SetProtocol(c.protocol)
	c.authenticated = c.password == ""
	c.requests.SetLimits(resp.UnauthenticatedLimits())
	if c.authenticated {
		c.requests.SetLimits(resp.ServerLimits())
	}
}

// run serves the client until it leaves. Replies that cannot be written make the next
// read fail, by way of OnWait.
func (c *session) run() {
	var err error
	for err == nil && !c.leaving {
		var cmd resp.Command
		cmd, err = c.requests.ReadCommand()
		switch {
		case err == nil:
			err = c.execute(cmd)
		case errors.Is(err, os.ErrDeadlineExceeded):
			err = c.wake()
		default:
			c.refuse(err)
		}
	}
}

// execute runs a command and writes the messages that came before it, and the reply.
func (c *session) execute(cmd resp.Command) error {
	c.mu.Lock()
	c.reply = c.answer(cmd)
	messages := c.mailbox.take()
	c.mu.Unlock()
	err := c.deliver(messages)
	if err == nil && c.reply.Kind != 0 {
		err = c.replies.WriteValue(&c.reply)
	}
	c.reply = resp.Value{} // it may refer to much
	c.room.release()
	return err
}

// wake goes on when a deadline has interrupted the wait for requests: messages have
// come, or the server closes. The Decoder has lost nothing by it.
func (c *session) wake() error {
	c.conn.SetReadDeadline(time.Time{}) // before looking, so that what comes later interrupts again
	c.mu.Lock()
	messages, closing := c.mailbox.take(), c.closing
	c.mu.Unlock()
	if closing {
		return net.ErrClosed
	}
	return c.deliver(messages)
}

func (c *session) deliver(messages []*resp.Value) error {
	for _, m := range messages {
		if err := c.replies.WriteValue(m); err != nil {
			return err
		}
	}
	return nil
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
