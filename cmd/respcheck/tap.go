package main

import (
	"fmt"
	"net"
	"time"
)

// tap reads from a connection and keeps the bytes, so that they can be compared with
// the decoded replies.
type tap struct {
	sock    net.Conn
	timeout time.Duration // of one Read
	until   time.Time     // when all that is being read must be there; zero: no such time
	most    int64         // bytes to remember
	count   func(n int)
	single  bool // deliver one byte at a time

	forgetAll bool // remember no more than the last Read, of which a part may be unread

	buf    []byte // what was read, from offset base of the stream on
	base   int64
	unused int64 // offset before which the bytes may go
}

// Read reads within the timeout and before until. It fails once there is too much to
// remember.
func (t *tap) Read(p []byte) (int, error) {
	t.compact()
	if t.single && len(p) > 1 {
		p = p[:1]
	}
	if int64(len(t.buf)) > t.most {
		return 0, fmt.Errorf("more than %d bytes before the end of a reply", t.most)
	}
	t.sock.SetReadDeadline(t.deadline())
	n, err := t.sock.Read(p)
	t.count(n)
	if t.forgetAll {
		t.base += int64(len(t.buf))
		t.buf, t.unused = t.buf[:0], t.base
	}
	t.buf = append(t.buf, p[:n]...)
	return n, err
}

func (t *tap) deadline() time.Time {
	deadline := time.Now().Add(t.timeout)
	if !t.until.IsZero() && t.until.Before(deadline) {
		return t.until
	}
	return deadline
}

// forget says that the bytes before offset are not needed any more. The next Read
// drops them all at once, because many replies of a pipeline arrive with one Read.
func (t *tap) forget(offset int64) { t.unused = offset }

func (t *tap) compact() {
	if t.unused == t.base {
		return
	}
	n := copy(t.buf, t.buf[t.unused-t.base:])
	t.buf = t.buf[:n]
	t.base = t.unused
}

// from returns the bytes from offset on. They are valid until the next Read.
func (t *tap) from(offset int64) []byte { return t.buf[offset-t.base:] }
