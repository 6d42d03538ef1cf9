package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/seed65f5866d/resp"
)

// conn is one connection to the server. Commands go out through a Chunker and
// replies come in through a Decoder; each reply is encoded again and compared
// with the bytes it came as.
//
// The first error stays: it closes the connection, and later calls do nothing. So a
// check reads like a plain list of commands.
type conn struct {
	sock     net.Conn
	addr     string
	proto    int
	timeout  time.Duration
	patience time.Duration // the time for a whole request or a whole reply

	requests *resp.Decoder // of what we send

	in    *tap
	dec   *resp.Decoder
	out   resp.Chunker
	args  []resp.Arg
	reply resp.Value
	again []byte // the reply and the pushes before it, encoded again
	wire  []byte // the same as they came
	doing string // the name of what was sent last
	sent  string // its start, quoted

	name, version string       // of the server
	mode, role    string       // of the server, as HELLO says
	pushes        []resp.Value // that arrived before replies, in order, and that nobody has taken

	elsewhere func(addr string) *conn // connects to another node of a cluster; nil: redirections are errors like others

	trace   func(direction, wire string)
	onError func(error)
	release func() bool
	err     error
}

// close ends the connection. It is safe to call more than once.
func (c *conn) close() {
	if c.sock != nil {
		c.release()
		c.sock.Close()
	}
}

// fail records the first error, with the bytes on the wire, and closes the
// connection.
func (c *conn) fail(step string, err error) {
	if c.err != nil {
		return
	}
	c.err = &wireError{step: step, addr: c.addr, err: err, sent: c.sent, received: quote(c.wire)}
	c.close()
	if c.onError != nil {
		c.onError(c.err)
	}
}

// do sends one command and reads its reply, which is valid until the next one
// is read. Arguments are what resp.Any takes.
func (c *conn) do(name string, args ...any) *resp.Value {
	v := c.once(name, args...)
	if c.elsewhere == nil {
		return v
	}
	return c.follow(v, name, args)
}

// once does the same and follows no redirection.
func (c *conn) once(name string, args ...any) *resp.Value {
	c.send(name, args...)
	return c.receive()
}

// send sends one command.
func (c *conn) send(name string, args ...any) {
	if c.err != nil {
		return
	}
	c.doing = name
	if err := c.out.PackCommand(name, c.pack(args)...); err != nil {
		c.fail(name, err)
		return
	}
	c.flush(strings.EqualFold(name, "AUTH"))
}

// queue packs one more command of a pipeline.
func (c *conn) queue(name string, args ...any) {
	if c.err != nil {
		return
	}
	if err := c.out.AddCommand(name, c.pack(args)...); err != nil {
		c.fail(name, err)
	}
}

func (c *conn) pack(args []any) []resp.Arg {
	c.args = c.args[:0]
	for _, arg := range args {
		packed, err := resp.Any(arg)
		if err != nil {
			c.fail("pack", err)
			return nil
		}
		c.args = append(c.args, packed)
	}
	return c.args
}

// flush sends the packed commands. It keeps no secret bytes for reports.
func (c *conn) flush(secret bool) {
	if c.err == nil {
		c.transmit(c.out.Chunks(), secret, &c.out)
	}
}

// sendRaw sends bytes that are already as they should be on the wire.
func (c *conn) sendRaw(b []byte) {
	c.doing = "a raw request"
	if c.err == nil {
		c.transmit([][]byte{b}, false, bytes.NewReader(b))
	}
}

func (c *conn) transmit(chunks [][]byte, secret bool, src io.WriterTo) {
	c.announce(chunks, secret)
	if c.err != nil {
		return
	}
	if err := c.write(src); err != nil {
		c.failWrite(err)
	}
}

// failWrite fails with what the server said before it closed the connection, such as
// that it has too many clients, or else with the error of writing.
func (c *conn) failWrite(err error) {
	if c.err != nil {
		return
	}
	c.in.timeout = min(c.in.timeout, time.Second)
	start := c.begin()
	var v resp.Value
	said := c.dec.Decode(&v)
	c.wire = c.in.from(start)
	switch {
	case v.Err() != nil:
		c.fail(c.doing, v.Err())
	case len(c.wire) > 0 && said != nil:
		c.fail("reply to "+c.doing, said)
	}
	c.fail("write "+c.doing, err)
}

// write writes all that src has; a Chunker does so in one vectored write where
// the system has one.
func (c *conn) write(src io.WriterTo) error {
	c.sock.SetWriteDeadline(time.Now().Add(c.patience))
	n, err := src.WriteTo(c.sock)
	c.in.count(int(n))
	return err
}

// announce keeps the start of the bytes to be sent, passes it to trace, and fails
// unless the bytes are whole commands. Servers would not report that: Redis does not
// check the CR LF after an argument.
func (c *conn) announce(chunks [][]byte, secret bool) {
	c.sent, c.wire = quote(chunks...), nil
	if secret {
		c.sent = "(not shown)"
	}
	if c.trace != nil {
		c.trace(">", c.sent)
	}
	for _, chunk := range chunks {
		c.requests.Feed(chunk)
	}
	var err error
	for err == nil {
		_, err = c.requests.ReadCommand()
	}
	if !errors.Is(err, resp.ErrIncomplete) || len(c.requests.Buffered()) > 0 {
		c.fail("pack "+c.doing, err)
	}
}

// receive reads one reply and compares its bytes with its encoding. The reply
// is valid until the next one is read; after an error it is the zero Value.
func (c *conn) receive() *resp.Value {
	if c.err != nil {
		return &resp.Value{}
	}
	start := c.begin()
	c.again = c.again[:0]
	err := c.dec.Decode(&c.reply)
	if c.err != nil { // too many pushes
		return &resp.Value{}
	}
	if err != nil {
		c.wire = c.in.from(start)
		c.fail("reply to "+c.doing, err)
		return &resp.Value{}
	}
	c.wire = c.in.from(start)[:c.dec.InputOffset()-start]
	if c.trace != nil {
		c.trace("<", quote(c.wire))
	}
	c.again = resp.AppendValue(c.again, &c.reply)
	if !bytes.Equal(c.again, c.wire) {
		c.fail("reply to "+c.doing, fmt.Errorf("encoded again the reply becomes %s", quote(c.again)))
		return &resp.Value{}
	}
	return &c.reply
}

// pipeline sends n commands, which add queues one by one, and calls each with the
// replies in order. It reads while it still writes, because a server may stop
// reading when nobody takes its replies.
func (c *conn) pipeline(n int, add func(i int), each func(i int, v *resp.Value)) {
	for i := range n {
		add(i)
	}
	if c.err != nil {
		return
	}
	c.doing = "a pipeline"
	c.announce(c.out.Chunks(), false)
	if c.err != nil {
		return
	}
	written := make(chan error, 1)
	go func() { written <- c.write(&c.out) }()
	for i := 0; i < n && c.err == nil; i++ {
		each(i, c.receive())
	}
	if err := <-written; err != nil {
		c.failWrite(err)
	}
}
