//go:build unix

package window

import (
	"io"
	"net"
	"os"
	"syscall"
)

// This file lets an idle Decoder wait for a socket without a buffer. A Read needs a
// buffer before there is anything to read. The socket's RawConn tells when there is,
// and only then await takes a buffer and fills it.

// socket is a TCP or unix connection that an idle Decoder waits for.
type socket struct {
	raw     syscall.RawConn
	tryRead func(fd uintptr) bool
}

// socketOf returns r as a socket, or nil. It returns nil for types that embed a
// connection, because their Read may do more.
func (w *Window) socketOf(r io.Reader) *socket {
	var conn syscall.Conn
	switch c := r.(type) {
	case *net.TCPConn:
		if c.LocalAddr() == nil {
			return nil // not connected
		}
		conn = c
	case *net.UnixConn:
		if addr := c.LocalAddr(); addr == nil || addr.Network() != "unix" {
			return nil // packets
		}
		conn = c
	default:
		return nil
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil
	}
	return &socket{raw: raw, tryRead: w.tryRead}
}

// await waits until the socket has something to read, takes a buffer and reads into
// it. An error of the connection becomes pending. Errors are those that Read would
// return.
func (w *Window) await() error {
	err := w.socket.raw.Read(w.socket.tryRead)
	if op, ok := err.(*net.OpError); ok {
		op.Op = "read" // in place of raw-read
	}
	return err
}

// tryRead reads what has arrived. It returns false when nothing has.
func (w *Window) tryRead(fd uintptr) bool {
	w.replace(w.Size)
	free := w.Data[:w.Size]
	n, err := syscall.Read(int(fd), free)
	for err == syscall.EINTR {
		n, err = syscall.Read(int(fd), free)
	}
	switch {
	case err == syscall.EAGAIN:
		w.GiveUp()
		return false
	case err != nil:
		w.pending = w.readError(err)
	case n == 0:
		w.pending = io.EOF
	default:
		w.End = n
		w.full = n == len(free)
	}
	return true
}

// readError returns err as the connection's Read would.
func (w *Window) readError(err error) error {
	conn := w.reader.(net.Conn)
	return &net.OpError{Op: "read", Net: conn.LocalAddr().Network(), Source: conn.LocalAddr(), Addr: conn.RemoteAddr(), Err: os.NewSyscallError("read", err)}
}
