package bench

import (
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// conn is a connection whose other side has already said everything: reads come
// from a reader, and what is written goes to a writer.
type conn struct {
	io.Reader
	io.Writer
	closed atomic.Bool
}

// helloReply is what servers answer to HELLO 3, as far as clients look at it.
const helloReply = "%3\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.4.0\r\n$5\r\nproto\r\n:3\r\n"

// newConn returns a connection that serves r and throws away what is written.
func newConn(r io.Reader) *conn { return &conn{Reader: r, Writer: io.Discard} }

// greet returns a reader that answers HELLO before it is r.
func greet(r io.Reader) io.Reader { return io.MultiReader(strings.NewReader(helloReply), r) }

// okReader answers +OK to whatever is asked.
type okReader struct{ next int }

func (o *okReader) Read(p []byte) (int, error) {
	const reply = "+OK\r\n"
	n := copy(p, reply[o.next:])
	o.next = (o.next + n) % len(reply)
	return n, nil
}

func (c *conn) Read(p []byte) (int, error) {
	if c.closed.Load() {
		return 0, net.ErrClosed
	}
	return c.Reader.Read(p)
}

func (c *conn) Close() error {
	c.closed.Store(true)
	return nil
}

func (*conn) LocalAddr() net.Addr              { return &net.UnixAddr{} }
func (*conn) RemoteAddr() net.Addr             { return &net.UnixAddr{} }
func (*conn) SetDeadline(time.Time) error      { return nil }
func (*conn) SetReadDeadline(time.Time) error  { return nil }
func (*conn) SetWriteDeadline(time.Time) error { return nil }
