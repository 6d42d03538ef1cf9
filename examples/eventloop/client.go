package main

import (
	"errors"
	"io"
	"syscall"

	"github.com/seed65f5866d/resp"
)

// errBlocked is the error of a socket that has, or takes, no more bytes for now. An
// Encoder goes on after it.
const errBlocked = syscall.EAGAIN

// client is one connection without its socket. Its owner passes it what has arrived
// and tells when there is room to write.
type client struct {
	store    store
	requests *resp.Decoder
	replies  *resp.Encoder
	full     bool // the socket is full: no command runs, and nothing is read, until it has taken the replies
	leaving  bool // when it has got its replies
}

// newClient returns a client whose replies go to w, which takes what it can and
// returns errBlocked when that is not all.
func newClient(w io.Writer, s store) *client {
	return &client{
		store:    s,
		requests: resp.NewDecoder(nil, resp.ServerLimits()),
		replies:  resp.NewEncoder(w, resp.Protocol(2)),
	}
}

// receive takes bytes that have arrived and runs the complete commands. After an
// error the connection must be closed.
func (c *client) receive(p []byte) error {
	c.requests.Feed(p)
	return c.run()
}

// resume goes on when the socket has room again.
func (c *client) resume() error {
	c.full = false
	if err := c.check(c.replies.Flush()); err != nil {
		return err
	}
	return c.run()
}

// done reports whether the client has left and has all its replies.
func (c *client) done() bool { return c.leaving && c.replies.Buffered() == 0 }

// run runs commands until they end or the socket is full, and flushes once.
func (c *client) run() error {
	for !c.full && !c.leaving {
		cmd, err := c.requests.ReadCommand()
		if err == resp.ErrIncomplete {
			break
		}
		if err != nil {
			err = c.refuse(err)
		} else {
			err = c.execute(cmd)
		}
		if err := c.check(err); err != nil {
			return err
		}
	}
	if c.full {
		return nil
	}
	return c.check(c.replies.Flush())
}

// check records a full socket, which is not an error: the Encoder has kept what the
// socket did not take.
func (c *client) check(err error) error {
	if errors.Is(err, errBlocked) {
		c.full = true
		return nil
	}
	return err
}

// refuse answers what is not RESP as Redis does. Nothing after it can be trusted.
func (c *client) refuse(err error) error {
	c.leaving = true
	var fault interface {
		error
		ReplyText() string
	}
	if !errors.As(err, &fault) {
		return err
	}
	return c.replies.WriteSimpleError("ERR " + fault.ReplyText())
}
