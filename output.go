package resp

import (
	"cmp"
	"errors"
	"io"
	"net"
	"os"

	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds the way from an Encoder's buffer to its writer. It knows no kind
// and no aggregate.
//
// The Encoder appends to buf what it accepts. It calls makeRoom between two pieces
// of one value, and at the end of a call wrote, or wroteSlow when there were several
// pieces. makeRoom and wrote compare the buffer with one number, spillAt; when it is
// reached, spill does what is due.
//
// An output starts with the small buffer and returns to it with every flush. It
// takes a buffer from the pool when it has to gather more.
//
// Usually an output gathers: spill takes a larger buffer or sends what is there. Four
// fields change that:
//
//	field         set by                    cleared by       what is put into buf then
//	muted         mute (an attribute for    unmute           goes nowhere: spillAt is 0, and
//	              RESP2)                                     spill cuts buf to mutedFrom
//	callErr       a write that failed, if   the end of       is gathered, and nothing is sent
//	              w may take the rest       the call         until the call ends
//	err           stop: refused, or a       reset            comes from this call alone, since
//	              reader gave less                           the next is refused; flush sends it
//	err, muted    fail: w takes no more     reset            goes nowhere
//	err is        send and others, during   they, when it    nothing may come: the reader or the
//	errUnfinished a call of w or a reader   returns          writer may not call the Encoder

// output is a buffer and the writer that takes it.
type output struct {
	w   io.Writer
	err error // why nothing is accepted any more

	buf     []byte // accepted; buf[start:] has not been written
	start   int
	spillAt int   // spill is due when buf has this many bytes
	callErr error // of a failed write, for the call in progress to return

	muted     bool // what is put into buf goes nowhere
	mutedFrom int  // how many bytes of buf came before that

	vectored bool             // w takes several pieces with one system call
	size     int              // how much is gathered: BufferSize
	vector   [3][]byte        // what pieces points to
	pieces   net.Buffers      // a field, so that no write allocates it
	from     io.LimitedReader // what the kernel copies from; a field for the same reason

	small [smallBuffer]byte
}

const (
	// largePayload is the length above which a payload is not copied into the
	// buffer. It is the default cutoff of a Chunker.
	largePayload = defaultCutoff

	// smallBuffer is how many bytes an output holds without a buffer from the pool.
	smallBuffer = 384

	// pieceRoom is the room that buf has before every piece, unless a write has
	// failed: more than any header or number needs.
	pieceRoom = 64

	// maxKept is the size above which a buffer that grew because of a failed write
	// is given up.
	maxKept = 1 << 20
)

var (
	// errNoWriter is what an Encoder without a writer returns.
	errNoWriter = errors.New("resp: the Encoder has no writer: Reset gives it one")

	// errResetInside is what a call panics with when its reader or writer has reset
	// the Encoder: nobody can tell which bytes belong to which writer then.
	errResetInside = errors.New("resp: the Encoder was reset by its own reader or writer, in the middle of a call")

	errBadRead = errors.New("reader returned an impossible count")
)

// errUnfinished is the error of an output during a call of its reader or writer. It
// remains when that call panics.
var errUnfinished = new(unfinishedError)

// unfinishedError is the type of errUnfinished alone: to ask for the type of an error is
// faster than to compare two.
type unfinishedError struct{}

func (*unfinishedError) Error() string {
	return "resp: a reader or writer has not returned from an earlier call: it panicked, or it calls the Encoder"
}

// isUnfinished reports whether the output's reader or writer has not returned.
func (o *output) isUnfinished() bool {
	_, is := o.err.(*unfinishedError)
	return is
}

// reset makes o write to w as if it were new.
func (o *output) reset(w io.Writer) {
	if !o.isUnfinished() {
		o.giveBack() // a writer that has not returned may still read the buffer
	}
	*o = output{w: w, vectored: takesVectors(w), size: cmp.Or(o.size, window.UsualSize)}
	o.useSmall()
}

// broken returns why nothing can be written, or nil.
func (o *output) broken() error {
	if o.w == nil {
		return errNoWriter
	}
	return o.err
}

// stop makes o accept nothing more. What was accepted before is still written.
func (o *output) stop(err error) {
	if o.err == nil {
		o.err = err
	}
}

// fail is stop after which nothing is written any more, not even what waits.
func (o *output) fail(err error) {
	o.stop(err)
	o.start = 0
	o.giveBack()
	o.useSmall()
	o.mute()
}

// mute makes what is put into the buffer from now on go nowhere.
func (o *output) mute() {
	o.muted, o.mutedFrom = true, len(o.buf)
	o.setSpillAt()
}

// unmute ends mute.
func (o *output) unmute() {
	o.muted = false
	o.setSpillAt()
}

func (o *output) setSpillAt() {
	o.spillAt = min(o.size, cap(o.buf)-pieceRoom)
	if o.muted {
		o.spillAt = 0
	}
}

// isSmall reports whether buf is the small buffer.
func (o *output) isSmall() bool { return respwire.BytesData(o.buf) == &o.small[0] }

// useSmall makes the small buffer, empty, the buffer.
func (o *output) useSmall() {
	o.buf = o.small[:0]
	o.setSpillAt()
}

// useLarge takes a buffer from the pool. It has room for the bytes below spillAt and
// for any text that is not large.
func (o *output) useLarge() {
	o.buf = append(window.TakeBuffer(o.size + largePayload + pieceRoom)[:0], o.buf...)
	o.setSpillAt()
}

// giveBack gives the buffer to the pool unless it is the small one.
func (o *output) giveBack() {
	if !o.isSmall() {
		window.GiveBuffer(o.buf)
	}
}

// reserve reports whether the buffer has room for n more bytes. It may take a larger
// buffer for them.
func (o *output) reserve(n int) bool {
	return n <= cap(o.buf)-len(o.buf) || o.reserveSlow(n)
}

func (o *output) reserveSlow(n int) bool {
	if !o.isSmall() || o.muted {
		return false
	}
	o.useLarge()
	return n <= cap(o.buf)-len(o.buf)
}

// makeRoom is called between two pieces of a call.
func (o *output) makeRoom() {
	if len(o.buf) >= o.spillAt {
		o.spill()
	}
}

// wrote ends a call that has put one piece into the buffer.
func (o *output) wrote() error {
	if len(o.buf) < o.spillAt {
		return nil
	}
	return o.wroteSlow()
}

// wroteSlow ends a call with any number of pieces.
func (o *output) wroteSlow() error {
	o.makeRoom()
	return o.result()
}

// result returns the error that a call ends with.
func (o *output) result() error {
	err := o.callErr
	o.callErr = nil
	if o.err != nil {
		return o.err
	}
	return err
}

// spill does what is due when the buffer has reached spillAt.
func (o *output) spill() {
	switch {
	case o.muted:
		o.buf = o.buf[:o.mutedFrom]
	case o.callErr != nil || o.err != nil:
	case o.isSmall() && len(o.buf) < o.size:
		o.useLarge()
	default:
		o.send()
	}
}

// buffered returns how many bytes have not been written.
func (o *output) buffered() int { return len(o.buf) - o.start }

// flush writes what is buffered and gives the buffer back.
func (o *output) flush() error {
	switch {
	case o.w == nil:
		return errNoWriter
	case o.isUnfinished():
		return o.err // buf may be in use
	case o.start < len(o.buf):
		o.send()
	}
	if len(o.buf) == 0 && !o.isSmall() {
		o.giveBack()
		o.useSmall()
	}
	return o.result()
}

// send writes what is buffered. During the call of the writer o is empty and accepts
// nothing. It stays so when the writer panics, because nobody knows what was written
// then.
func (o *output) send() {
	pending, before := o.buf[o.start:], o.err
	o.start, o.err = len(o.buf), errUnfinished
	n, err := o.w.Write(pending)
	o.returned(before)
	if err == nil && n == len(pending) {
		o.sent(nil)
		return
	}
	n = min(max(n, 0), len(pending))
	if err == nil {
		err = io.ErrShortWrite
	}
	o.start -= len(pending) - n
	o.sent(err)
}

// returned ends a call of the reader or writer, which began with errUnfinished as the
// error. before was the error until then.
func (o *output) returned(before error) {
	if !o.isUnfinished() {
		panic(errResetInside)
	}
	o.err = before
}

// sent records the result of a write. buf[start:] is what the writer did not take.
func (o *output) sent(err error) {
	switch {
	case err == nil:
		o.buf, o.start = o.buf[:0], 0
		if cap(o.buf) > max(2*o.size, maxKept) {
			o.giveBack()
			o.useSmall()
		}
	case !resumable(err):
		o.fail(err)
	default:
		o.callErr = err
		if o.start > len(o.buf)/2 {
			o.buf = o.buf[:copy(o.buf, o.buf[o.start:])]
			o.start = 0
		}
	}
	o.mutedFrom = len(o.buf)
}

// resumable reports whether a writer that failed with err may take the rest later:
// it was too slow (a deadline), it was full (EAGAIN), or it took less than it was
// given.
func resumable(err error) bool {
	if errors.Is(err, io.ErrShortWrite) {
		return true
	}
	var timeout interface{ Timeout() bool }
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		return false
	}
	// A tls.Conn writes nothing more after a timeout. Temporary tells.
	temporary, ok := timeout.(interface{ Temporary() bool })
	return !ok || temporary.Temporary()
}

// putLarge writes what is buffered and then p, uncopied. tail goes with them in a
// vectored write; otherwise it waits in the buffer for what follows. What the writer
// does not take is copied. See send for a writer that panics.
func (o *output) putLarge(p []byte, tail string) {
	switch {
	case o.muted:
		return
	case o.callErr != nil || o.err != nil || len(p) <= largePayload:
		o.buf = append(append(o.buf, p...), tail...)
		return
	}
	pending := o.buf[o.start:]
	o.vector = [3][]byte{pending, p, respwire.StringBytes(tail)}
	o.pieces = o.vector[:]
	if !o.vectored {
		o.pieces = o.vector[:2]
	}
	o.start, o.err = len(o.buf), errUnfinished
	n, err := writeBuffers(o.w, &o.pieces)
	o.returned(nil)
	clear(o.vector[:])
	o.start -= max(len(pending)-n, 0)
	o.sent(err)
	if o.err == nil {
		n = max(n-len(pending), 0)
		o.buf = append(o.buf, p[min(n, len(p)):]...)
		o.buf = append(o.buf, tail[max(n-len(p), 0):]...)
	}
}

// takesVectors reports whether w writes several pieces with one system call. A type
// that embeds a connection does not, because its own Write must not be bypassed.
func takesVectors(w io.Writer) bool {
	switch w.(type) {
	case *net.TCPConn, *net.UnixConn:
		return true
	}
	return false
}

// writeBuffers writes all of bufs to w, at once or piece by piece, and consumes what
// was written. It returns io.ErrShortWrite for a writer that takes less than it was
// given without an error; net.Buffers would leave a gap.
func writeBuffers(w io.Writer, bufs *net.Buffers) (written int, err error) {
	if takesVectors(w) {
		n, err := bufs.WriteTo(w)
		return int(n), err
	}
	for _, b := range *bufs {
		if len(b) == 0 {
			continue
		}
		n, err := writeWhole(w, b)
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// writeWhole writes b. It returns io.ErrShortWrite where Write takes less without an
// error.
func writeWhole(w io.Writer, b []byte) (written int, err error) {
	n, err := w.Write(b)
	n = min(max(n, 0), len(b))
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return n, err
}

// copyFrom writes n bytes that it reads from r. It returns how many it has read and
// the reason when those are fewer.
func (o *output) copyFrom(r io.Reader, n int64) (copied int64, err error) {
	if conn, ok := o.w.(*net.TCPConn); ok && n > largePayload && kernelCanRead(r) {
		return o.copyInKernel(conn, r, n)
	}
	o.reserve(int(min(n, largePayload)))
	const maxEmptyReads = 100
	for emptyReads := 0; copied < n; {
		o.makeRoom()
		if err := cmp.Or(o.err, o.callErr); err != nil {
			return copied, err
		}
		got, err := o.read(r, n-copied)
		copied += int64(got)
		if err != nil {
			return copied, err
		}
		if emptyReads++; got > 0 {
			emptyReads = 0
		} else if emptyReads == maxEmptyReads {
			return copied, io.ErrNoProgress
		}
	}
	return copied, nil
}

// read reads at most n bytes from r into the free room of the buffer. A reader that
// panics leaves o in errUnfinished, as in send, because its value cannot be
// completed.
func (o *output) read(r io.Reader, n int64) (got int, err error) {
	room := o.buf[len(o.buf) : cap(o.buf)-pieceRoom] // not empty below spillAt
	room = room[:min(int64(len(room)), n)]
	start := o.start
	o.start, o.err = len(o.buf), errUnfinished
	got, err = r.Read(room)
	o.returned(nil)
	o.start = start
	if got < 0 || got > len(room) {
		return 0, errBadRead
	}
	o.buf = o.buf[:len(o.buf)+got]
	return got, err
}

// copyInKernel is copyFrom by system calls that copy the bytes within the kernel.
func (o *output) copyInKernel(conn *net.TCPConn, r io.Reader, n int64) (copied int64, err error) {
	if o.callErr == nil && o.buffered() > 0 {
		o.send()
	}
	if err := cmp.Or(o.err, o.callErr); err != nil {
		return 0, err
	}
	o.from = io.LimitedReader{R: r, N: n}
	o.err = errUnfinished // the header has left
	copied, err = conn.ReadFrom(&o.from)
	o.returned(nil)
	o.from.R = nil
	return copied, err
}

// kernelCanRead reports whether a system call may copy from r to a connection.
func kernelCanRead(r io.Reader) bool {
	switch r.(type) {
	case *os.File, *net.TCPConn, *net.UnixConn:
		return true
	}
	return false
}
