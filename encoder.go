package resp

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"net"
	"os"
	"strings"
)

// This file holds the Encoder: what it checks before it accepts a value (slot
// and what it calls), how bytes leave it (send, sendLarge, copyFrom), and one
// method for each Append function.
//
// Every write accounts for one value with slot, puts its bytes into buf and ends
// with wrote. slot and wrote look at one number each, and whatever is out of the
// ordinary makes that look fail: left is 0 when the open aggregate is full, when
// it is a streamed string, and when the Encoder is idle or broken; limit is 0 when a
// write has failed during the call, while the content of an attribute is dropped
// for RESP2, and when the Encoder is broken. So the usual path pays for none of it.

// Encoder writes RESP to an io.Writer. It gathers small writes in a buffer and
// sends the payload of a large one at once, uncopied, together with what was
// buffered before it, in one vectored write where the writer is a TCP or unix
// connection. Call Flush when the reader on the other side is to see everything,
// and Close at the end.
//
// An Encoder checks what the Append functions cannot: a call that would put
// invalid RESP on the wire returns an *EncodeError, and nothing of it is written.
// Any other error comes from the writer. The call that returns it has been
// accepted nevertheless: what the writer did not take is kept, and the next write
// or Flush goes on from exactly that byte. Only a reader whose bytes were promised
// cannot be kept (see WriteBulkFrom). Nothing of the caller's is kept after a call
// has returned.
//
// Writing allocates nothing in the steady state, big numbers beyond int64
// excepted. An Encoder is not safe for concurrent use.
type Encoder struct {
	w     io.Writer
	buf   []byte // accepted; buf[start:] has not been written
	start int
	limit int // buf is written when it has so many bytes

	idle    bool            // buf is small, and takes short commands alone
	left    int64           // elements that the innermost open aggregate still takes; 0 when idle
	resting int64           // what left is when not idle
	open    []openAggregate // innermost last; in few, or from a pool when there are more
	dropped int             // attributes among open that are dropped
	kept    int             // len(buf) that is not to be dropped, while dropped > 0

	failed error // of the first write that failed during this call
	broken error // why nothing can be written any more

	size     int              // what limit is when nothing is out of the ordinary
	few      [8]openAggregate // what open has room for when idle
	resp2    bool             // Protocol(2)
	vectored bool             // w takes vectors
	vector   [3][]byte        // what bufs points to
	bufs     net.Buffers      // here so that it is not allocated for each write
	from     io.LimitedReader // what the kernel copies from; here for the same reason

	small [384]byte // the buffer of an idle Encoder
}

// openAggregate is an aggregate or streamed string that is not complete.
type openAggregate struct {
	kind      Kind
	streamed  bool
	dropped   bool  // an attribute that is not written
	outerLeft int64 // what left is when this one is complete
}

const (
	// noCount is left at top level and in a streamed aggregate: more than anyone
	// can write, and even, so that left is odd between key and value.
	noCount = 1 << 62

	// largePayload is the length above which a payload is not copied into the
	// buffer. It is that of a Chunker.
	largePayload = defaultCutoff

	// maxIdleBuffer is how large a buffer may stay that grew because a write
	// failed or a number was huge.
	maxIdleBuffer = 1 << 20
)

// EncodeError reports a call that would have put invalid RESP on the wire.
// Nothing of it was written and the Encoder goes on as before the call.
type EncodeError struct {
	Kind   Kind   // of the value that was to be written; for Close, of the aggregate that is not complete
	Reason string // what is wrong with it
}

// Error names the kind and the reason.
func (e *EncodeError) Error() string { return fmt.Sprintf("resp: %s: %s", e.Kind, e.Reason) }

// NewEncoder returns an Encoder that writes to w. Of the options, BufferSize and
// Protocol concern it.
func NewEncoder(w io.Writer, opts ...Option) *Encoder {
	c := newConfig(opts)
	e := &Encoder{size: c.bufferSize, resp2: c.protocol == 2}
	e.Reset(w)
	return e
}

// Reset makes e as new, with w to write to and its options as they are: what was
// not flushed is dropped.
func (e *Encoder) Reset(w io.Writer) {
	old, idle := e.buf, e.idle
	*e = Encoder{w: w, limit: e.size, idle: true, resting: noCount, open: e.open[:0],
		size: e.size, resp2: e.resp2, vectored: takesVectors(w)}
	e.buf = e.small[:0]
	e.trimOpen()
	if !idle {
		giveBuffer(old)
	}
}

// rest gives back the buffer, which is empty, until there is more to write than a
// short command. As left is 0 then, the next write comes to wake.
func (e *Encoder) rest() {
	if e.idle || len(e.buf) > 0 || e.dropped > 0 || e.broken != nil {
		return
	}
	giveBuffer(e.buf)
	e.buf = e.small[:0]
	e.closeFull() // they are not to keep open large
	e.idle, e.resting, e.left = true, e.left, 0
	e.trimOpen()
}

// wake takes a buffer again.
func (e *Encoder) wake() {
	if e.idle {
		pending := e.buf
		e.takeBuffer()
		e.buf = append(e.buf, pending...)
		e.idle, e.left = false, e.resting
	}
}

// takeBuffer gives e a buffer of the usual size, which holds what fits below the
// limit and one small write more.
func (e *Encoder) takeBuffer() {
	e.buf = takeBuffer(e.size + maxHeaderLen + min(largePayload, e.size) + len(crlf))[:0]
}

// trim replaces an empty buffer that is too large to keep.
func (e *Encoder) trim() {
	if cap(e.buf) > max(2*e.size, maxIdleBuffer) {
		e.takeBuffer()
	}
}

// trimOpen gives back the room for many open aggregates when few are open.
func (e *Encoder) trimOpen() {
	if len(e.open) > len(e.few) || cap(e.open) == len(e.few) {
		return
	}
	many := e.open
	e.open = append(e.few[:0], many...)
	giveOpen(many)
}

// push opens an aggregate inside the others.
func (e *Encoder) push(a openAggregate) {
	if len(e.open) == len(e.few) && cap(e.open) == len(e.few) {
		e.open = append(takeOpen(), e.open...)
	}
	e.open = append(e.open, a)
}

// Buffered returns how many bytes have been accepted and not yet written.
func (e *Encoder) Buffered() int { return len(e.buf) - e.start }

// Flush writes what is buffered. After an error it may be called again and goes
// on where the writer stopped.
func (e *Encoder) Flush() error {
	err := e.flush()
	e.rest()
	return err
}

func (e *Encoder) flush() error {
	if e.broken != nil {
		return e.broken
	}
	e.send()
	return e.takeError()
}

// Close flushes and returns an *EncodeError when an aggregate or streamed string
// is not complete or an attribute lacks its value. It does not close the writer.
func (e *Encoder) Close() error {
	if err := e.flush(); err != nil {
		return err
	}
	e.wake()
	defer e.rest()
	e.closeFull()
	if len(e.open) == 0 {
		return nil
	}
	last := e.open[len(e.open)-1]
	if last.streamed {
		return &EncodeError{last.kind, "not ended at Close"}
	}
	return &EncodeError{last.kind, fmt.Sprintf("elements missing at Close: %d", e.left)}
}

// slot accounts for one value of kind k in the innermost open aggregate.
func (e *Encoder) slot(k Kind) error {
	if e.left--; e.left >= 0 {
		return nil
	}
	return e.outerSlot(k)
}

// outerSlot is slot when the innermost aggregate takes no more elements. It is
// closed only now, so that the last element of a dropped attribute is dropped too.
func (e *Encoder) outerSlot(k Kind) error {
	e.left = 0
	if e.broken != nil {
		return e.broken
	}
	e.wake()
	e.closeFull()
	if e.left == 0 {
		return &EncodeError{k, "inside a streamed string, which takes only chunks"}
	}
	e.left--
	return nil
}

// closeFull closes the innermost aggregates that have all their elements.
func (e *Encoder) closeFull() {
	for e.left == 0 && len(e.open) > 0 && !e.open[len(e.open)-1].streamed {
		e.closeLast()
	}
}

func (e *Encoder) closeLast() {
	last := e.open[len(e.open)-1]
	e.open = e.open[:len(e.open)-1]
	e.left = last.outerLeft
	if last.dropped {
		e.dropped--
		e.resetLimit()
	}
}

// enter opens an aggregate, or a streamed string, that takes so many values.
func (e *Encoder) enter(k Kind, values int64, streamed bool) {
	if values > 0 || streamed {
		e.push(openAggregate{kind: k, streamed: streamed, outerLeft: e.left})
		e.left = values
	}
}

// drop opens an attribute of so many values that is not written.
func (e *Encoder) drop(values int64) {
	e.dropped++
	e.kept = len(e.buf)
	e.limit = 0
	e.push(openAggregate{kind: Attribute, dropped: true, outerLeft: e.left})
	e.left = values
}

// wrote ends a call that wrote something.
func (e *Encoder) wrote() error {
	if len(e.buf) < e.limit {
		return nil
	}
	return e.finish()
}

// finish is wrote when something is out of the ordinary.
func (e *Encoder) finish() error {
	e.spill()
	return e.takeError()
}

// makeRoom writes the buffer when it is full; a call with more to write uses it
// between its pieces.
func (e *Encoder) makeRoom() {
	if len(e.buf) >= e.limit {
		e.spill()
	}
}

// spill deals with a buffer that has reached its limit.
func (e *Encoder) spill() {
	switch {
	case e.dropped > 0:
		e.buf = e.buf[:e.kept]
	case e.failed == nil && e.broken == nil:
		e.send()
	}
}

// takeError ends a call with the error of its first write that failed.
func (e *Encoder) takeError() error {
	if e.broken != nil {
		return e.broken
	}
	err := e.failed
	e.failed = nil
	e.resetLimit()
	return err
}

func (e *Encoder) resetLimit() {
	e.limit = e.size
	if e.dropped > 0 {
		e.limit = 0
	}
}

// send writes what is buffered.
func (e *Encoder) send() {
	if e.Buffered() == 0 {
		return
	}
	pending := e.buf[e.start:]
	n, err := e.w.Write(pending)
	e.start += min(max(n, 0), len(pending))
	if err == nil && n < len(pending) {
		err = io.ErrShortWrite
	}
	e.settle(err)
}

// settle takes note of how a write went. After one that failed, the rest of the
// call is only buffered.
func (e *Encoder) settle(err error) {
	switch {
	case err == nil:
		e.buf, e.start = e.buf[:0], 0
		if cap(e.buf) > maxIdleBuffer {
			e.trim()
		}
	case e.start > len(e.buf)/2:
		e.buf = e.buf[:copy(e.buf, e.buf[e.start:])]
		e.start = 0
	}
	e.kept = len(e.buf)
	if err != nil {
		e.failed = err
		e.limit = 0
	}
}

// sendLarge writes what is buffered, which ends with the header of p, and then p
// without a copy. CRLF goes with them in a vectored write, and waits in the buffer
// for company otherwise. What the writer does not take is copied.
func (e *Encoder) sendLarge(p []byte) {
	switch {
	case e.dropped > 0:
		e.buf = e.buf[:e.kept]
		return
	case e.failed != nil:
		e.buf = append(e.buf, p...)
		e.buf = append(e.buf, crlf...)
		return
	}
	pending := e.buf[e.start:]
	e.vector = [3][]byte{pending, p, crlfBytes}
	e.bufs = e.vector[:]
	if !e.vectored {
		e.bufs = e.vector[:2]
	}
	n, err := writeBuffers(e.w, &e.bufs)
	clear(e.vector[:])
	e.start += min(n, len(pending))
	n -= min(n, len(pending))
	e.settle(err)
	e.buf = append(e.buf, p[min(n, len(p)):]...)
	e.buf = append(e.buf, crlf[max(n-len(p), 0):]...)
}

var crlfBytes = []byte(crlf)

// takesVectors reports whether w writes several pieces with one system call.
func takesVectors(w io.Writer) bool {
	switch w.(type) {
	case *net.TCPConn, *net.UnixConn:
		return true
	}
	return false
}

// writeBuffers writes all of bufs to w and consumes what was written: at once, or
// piece by piece. A writer that takes less than it was given without an error is
// at fault (io.ErrShortWrite); net.Buffers would go on behind the gap.
func writeBuffers(w io.Writer, bufs *net.Buffers) (written int, err error) {
	if takesVectors(w) {
		n, err := bufs.WriteTo(w)
		return int(n), err
	}
	for _, b := range *bufs {
		n, err := w.Write(b)
		n = min(max(n, 0), len(b))
		written += n
		if err == nil && n < len(b) {
			err = io.ErrShortWrite
		}
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// writeText writes a value with a length, of small or large payload s.
func (e *Encoder) writeText(k Kind, s string) error {
	if err := e.slot(k); err != nil {
		return err
	}
	e.putText(k, s)
	return e.wrote()
}

// putText puts a header with a length, s and CRLF into the buffer, or a large s
// past it.
func (e *Encoder) putText(k Kind, s string) {
	if len(s) > largePayload {
		e.buf = appendHeader(e.buf, k, len(s))
		e.sendLarge(stringBytes(s))
		return
	}
	e.buf = appendString(e.buf, k, s)
}

// writeLine writes a kind without a length, whose text may not have line breaks.
func (e *Encoder) writeLine(k Kind, s string) error {
	if hasBreak(s) {
		return &EncodeError{k, "CR or LF in its text"}
	}
	if err := e.slot(k); err != nil {
		return err
	}
	if len(s) > largePayload {
		e.buf = append(e.buf, byte(k))
		e.sendLarge(stringBytes(s))
	} else {
		e.buf = appendLine(e.buf, k, s)
	}
	return e.wrote()
}

// hasBreak reports whether s has a CR or an LF.
func hasBreak(s string) bool {
	const short = 32 // up to which looking at each byte is faster
	if len(s) > short {
		return strings.IndexByte(s, '\r') >= 0 || strings.IndexByte(s, '\n') >= 0
	}
	for i := range len(s) {
		if s[i] == '\r' || s[i] == '\n' {
			return true
		}
	}
	return false
}

// WriteSimpleString writes s as a simple string. It is an error when s has a CR
// or an LF.
func (e *Encoder) WriteSimpleString(s string) error { return e.writeLine(SimpleString, s) }

// WriteSimpleError writes s as a simple error. It is an error when s has a CR or
// an LF.
func (e *Encoder) WriteSimpleError(s string) error { return e.writeLine(SimpleError, s) }

// WriteInteger writes n as an integer.
func (e *Encoder) WriteInteger(n int64) error {
	if err := e.slot(Integer); err != nil {
		return err
	}
	e.buf = AppendInteger(e.buf, n)
	return e.wrote()
}

// WriteBulkString writes s as a bulk string.
func (e *Encoder) WriteBulkString(s string) error { return e.writeText(BulkString, s) }

// WriteBulkBytes writes b as a bulk string.
func (e *Encoder) WriteBulkBytes(b []byte) error { return e.writeText(BulkString, bytesString(b)) }

// WriteNullBulkString writes the null bulk string of RESP2, `$-1`.
func (e *Encoder) WriteNullBulkString() error { return e.writeFixed(BulkString, "$-1\r\n") }

// WriteNullArray writes the null array of RESP2, `*-1`.
func (e *Encoder) WriteNullArray() error { return e.writeFixed(Array, "*-1\r\n") }

// WriteNull writes the null of RESP3, `_`; for RESP2 `$-1`.
func (e *Encoder) WriteNull() error {
	if e.resp2 {
		return e.WriteNullBulkString()
	}
	return e.writeFixed(Null, "_\r\n")
}

// WriteBoolean writes b as a boolean; for RESP2 as the integer 1 or 0.
func (e *Encoder) WriteBoolean(b bool) error {
	switch {
	case e.resp2:
		return e.WriteInteger(bit(b))
	case b:
		return e.writeFixed(Boolean, "#t\r\n")
	}
	return e.writeFixed(Boolean, "#f\r\n")
}

// bit returns the integer that stands for b in RESP2.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// writeFixed writes a value of kind k whose bytes are known.
func (e *Encoder) writeFixed(k Kind, wire string) error {
	if err := e.slot(k); err != nil {
		return err
	}
	e.buf = append(e.buf, wire...)
	return e.wrote()
}

// WriteDouble writes f as a double; for RESP2 as a bulk string.
func (e *Encoder) WriteDouble(f float64) error {
	if err := e.slot(Double); err != nil {
		return err
	}
	if e.resp2 {
		arg := Float(f)
		e.buf = arg.appendNumber(e.buf)
	} else {
		e.buf = AppendDouble(e.buf, f)
	}
	return e.wrote()
}

// WriteBigNumber writes n as a big number, a nil n as a null; for RESP2 as a bulk
// string.
func (e *Encoder) WriteBigNumber(n *big.Int) error {
	if n == nil {
		return e.WriteNull()
	}
	if err := e.slot(BigNumber); err != nil {
		return err
	}
	switch {
	case !e.resp2:
		e.buf = AppendBigNumber(e.buf, n)
	case n.IsInt64():
		sign, u := magnitude(n.Int64())
		e.buf = appendWhole(e.buf, BulkString, sign, u)
	default:
		e.buf = AppendBulkString(e.buf, n.Append(nil, 10))
	}
	return e.wrote()
}

// WriteBulkError writes s as a bulk error; for RESP2 as a simple error, with CR
// and LF as spaces.
func (e *Encoder) WriteBulkError(s string) error {
	if !e.resp2 {
		return e.writeText(BulkError, s)
	}
	if err := e.slot(BulkError); err != nil {
		return err
	}
	e.buf = AppendSimpleError(e.buf, s)
	return e.wrote()
}

// WriteVerbatimString writes text as a verbatim string with its encoding, `txt`
// or `mkd`; for RESP2 as a bulk string without the encoding. It is an error when
// the encoding is not three bytes.
func (e *Encoder) WriteVerbatimString(encoding, text string) error {
	if len(encoding) != verbatimPrefix-1 {
		return &EncodeError{VerbatimString, fmt.Sprintf("encoding %q is not three bytes", encoding)}
	}
	return e.writeVerbatim([3]byte([]byte(encoding)), text)
}

func (e *Encoder) writeVerbatim(encoding [3]byte, text string) error {
	if e.resp2 {
		return e.WriteBulkString(text)
	}
	if err := e.slot(VerbatimString); err != nil {
		return err
	}
	e.putVerbatim(encoding, text)
	return e.wrote()
}

// putVerbatim is putText for a verbatim string.
func (e *Encoder) putVerbatim(encoding [3]byte, text string) {
	if len(text) > largePayload {
		e.buf = appendVerbatimHeader(e.buf, encoding, len(text))
		e.sendLarge(stringBytes(text))
		return
	}
	e.buf = appendVerbatim(e.buf, encoding, text)
}

// WriteArray writes the header of an array of n elements, which are to follow.
// A negative n is an error, here and in the other headers.
func (e *Encoder) WriteArray(n int) error { return e.writeHeader(Array, Array, n, int64(n)) }

// WriteMap writes the header of a map of n pairs; 2n elements are to follow,
// keys and values in turn. For RESP2 it is that of an array of 2n elements.
func (e *Encoder) WriteMap(n int) error {
	if n > math.MaxInt/2 {
		return &EncodeError{Map, "too many pairs"}
	}
	if e.resp2 {
		return e.writeHeader(Map, Array, 2*n, 2*int64(n))
	}
	return e.writeHeader(Map, Map, n, 2*int64(n))
}

// WriteSet writes the header of a set of n elements, which are to follow. For
// RESP2 it is that of an array.
func (e *Encoder) WriteSet(n int) error {
	return e.writeHeader(Set, e.inRESP2(Set, Array), n, int64(n))
}

// WritePush writes the header of a push of n elements, which are to follow, the
// first of them a string that names the kind of message. For RESP2 it is that of
// an array, as servers send messages to a RESP2 subscriber.
func (e *Encoder) WritePush(n int) error {
	return e.writeHeader(Push, e.inRESP2(Push, Array), n, int64(n))
}

// inRESP2 returns the kind with which k is written.
func (e *Encoder) inRESP2(k, substitute Kind) Kind {
	if e.resp2 {
		return substitute
	}
	return k
}

// writeHeader writes the header of an aggregate of kind k as that of written,
// with the count n; so many values are to follow.
func (e *Encoder) writeHeader(k, written Kind, n int, values int64) error {
	if n < 0 {
		return &EncodeError{k, "negative count"}
	}
	if err := e.slot(k); err != nil {
		return err
	}
	e.enter(k, values, false)
	e.buf = appendHeader(e.buf, written, n)
	return e.wrote()
}

// WriteAttribute writes the header of an attribute of n pairs; 2n elements are to
// follow and then the value that the attribute decorates. The attribute fills no
// element's slot in the aggregate that holds the value. For RESP2 it is dropped
// with its elements: they are to be written as ever and go nowhere; readers among
// them are not read.
func (e *Encoder) WriteAttribute(n int) error {
	if n > (math.MaxInt-1)/2 {
		return &EncodeError{Attribute, "too many pairs"}
	}
	if !e.resp2 {
		return e.writeHeader(Attribute, Attribute, n, 2*int64(n)+1)
	}
	if n < 0 {
		return &EncodeError{Attribute, "negative count"}
	}
	if n > 0 && e.broken == nil {
		e.wake()
		e.drop(2 * int64(n))
	}
	return e.broken
}

// WriteStreamedString writes the header of a string of unknown length. Chunks are
// to follow and then WriteLastChunk. It is an error for RESP2.
func (e *Encoder) WriteStreamedString() error { return e.writeStreamed(BulkString) }

// WriteStreamed writes the header of an aggregate of unknown length. Elements are
// to follow, an even number of them in a map, and then WriteEnd. It is an error
// for kinds other than Array, Set and Map, and for RESP2.
func (e *Encoder) WriteStreamed(k Kind) error {
	if !k.streamable() || !k.IsAggregate() {
		return &EncodeError{k, "cannot be streamed"}
	}
	return e.writeStreamed(k)
}

func (e *Encoder) writeStreamed(k Kind) error {
	if e.resp2 {
		return &EncodeError{k, "RESP2 streams nothing"}
	}
	if err := e.slot(k); err != nil {
		return err
	}
	values := int64(noCount)
	if k == BulkString {
		values = 0
	}
	e.enter(k, values, true)
	e.buf = append(e.buf, byte(k), '?', '\r', '\n')
	return e.wrote()
}

// WriteChunk writes b as a chunk of the streamed string that is open, and nothing
// for an empty b, because a chunk of length 0 ends the string. It is an error
// where no streamed string is open.
func (e *Encoder) WriteChunk(b []byte) error {
	if err := e.checkStream(Chunk); err != nil || len(b) == 0 {
		return err
	}
	e.putText(Chunk, bytesString(b))
	return e.wrote()
}

// WriteLastChunk writes the end of the streamed string that is open. It is an
// error where none is.
func (e *Encoder) WriteLastChunk() error {
	if err := e.checkStream(Chunk); err != nil {
		return err
	}
	e.closeLast()
	e.buf = AppendLastChunk(e.buf)
	return e.wrote()
}

// WriteEnd writes the end of the innermost open aggregate. It is an error when
// that is not a streamed one, and between key and value of a map.
func (e *Encoder) WriteEnd() error {
	if err := e.checkStream(End); err != nil {
		return err
	}
	if e.open[len(e.open)-1].kind == Map && e.left%2 != 0 {
		return &EncodeError{End, "between key and value of a map"}
	}
	e.closeLast()
	e.buf = AppendEnd(e.buf)
	return e.wrote()
}

// checkStream returns an error unless the innermost open aggregate is a streamed
// one of the sort that Chunk or End is a part of.
func (e *Encoder) checkStream(part Kind) error {
	if e.broken != nil {
		return e.broken
	}
	e.wake()
	e.closeFull()
	if len(e.open) > 0 {
		last := e.open[len(e.open)-1]
		if last.streamed && (last.kind == BulkString) == (part == Chunk) {
			return nil
		}
	}
	if part == Chunk {
		return &EncodeError{Chunk, "no streamed string is open"}
	}
	return &EncodeError{End, "the innermost open aggregate is not a streamed one"}
}

// WriteCommand writes a command as an array of bulk strings. The name may have
// several words, which become an argument each: "CONFIG GET" (see SplitCommand);
// args are never split. A name without a word is an error. The error of a From
// argument is that of WriteBulkFrom.
func (e *Encoder) WriteCommand(name string, args ...Arg) error {
	size, plain := measure(args, largePayload)
	size += len(name) + 2*maxHeaderLen + len(crlf)
	if e.idle && size > cap(e.buf)-len(e.buf) {
		e.wake()
	}
	if !plain || !isOneWord(name) || size > cap(e.buf)-len(e.buf) {
		return e.writeLongCommand(name, args)
	}
	if e.idle && e.resting > 0 { // one at a time, each flushed: 40 % faster so
		e.resting--
	} else if err := e.slot(Array); err != nil {
		return err
	}
	e.buf = AppendCommand(e.buf, name, args...)
	return e.wrote()
}

// writeLongCommand is WriteCommand for one that does not fit into the buffer or
// has parts that do not go through it.
func (e *Encoder) writeLongCommand(name string, args []Arg) error {
	words := countWords(name)
	if words == 0 {
		return &EncodeError{Array, noWord}
	}
	for i := range args {
		if fault := args[i].fault(); fault != "" {
			return &EncodeError{BulkString, fault}
		}
	}
	if err := e.slot(Array); err != nil {
		return err
	}
	e.buf = appendHeader(e.buf, Array, words+len(args))
	for word, rest := nextWord(name); word != ""; word, rest = nextWord(rest) {
		e.putText(BulkString, word)
		e.makeRoom()
	}
	for i := 0; i < len(args) && e.broken == nil; i++ {
		e.putArg(&args[i])
		e.makeRoom()
	}
	return e.wrote()
}

// putArg puts an argument of a command into the buffer or past it.
func (e *Encoder) putArg(a *Arg) {
	if s, ok := a.text(); ok {
		e.putText(BulkString, s)
	} else if r, n, ok := a.reader(); ok {
		e.copyFrom(r, n)
	} else {
		e.buf = a.appendNumber(e.buf)
	}
}

// WriteArgs writes args as a command, an array of bulk strings, verbatim: nothing
// is split. No args at all are an error, because an empty command is no command.
func (e *Encoder) WriteArgs(args ...[]byte) error {
	if len(args) == 0 {
		return &EncodeError{Array, "command without arguments"}
	}
	if err := e.slot(Array); err != nil {
		return err
	}
	e.buf = appendHeader(e.buf, Array, len(args))
	for _, arg := range args {
		e.putText(BulkString, bytesString(arg))
		e.makeRoom()
	}
	return e.wrote()
}

// WriteBulkFrom writes a bulk string of exactly n bytes that it reads from r, not
// one byte more, in constant memory; from a file to a TCP connection the kernel
// copies them. The length is promised on the wire before r is read: when r gives
// fewer bytes or fails, or the writer fails before r has been read to the end, the
// Encoder is broken for good, and this and every later call returns that error
// until Reset.
func (e *Encoder) WriteBulkFrom(r io.Reader, n int64) error {
	arg := From(r, n)
	if fault := arg.fault(); fault != "" {
		return &EncodeError{BulkString, fault}
	}
	if err := e.slot(BulkString); err != nil {
		return err
	}
	e.copyFrom(r, n)
	return e.wrote()
}

// copyFrom writes a bulk string of n bytes from r, or breaks e.
func (e *Encoder) copyFrom(r io.Reader, n int64) {
	if e.broken != nil || e.dropped > 0 {
		return
	}
	e.buf = append(e.buf, byte(BulkString))
	e.buf = appendInteger(e.buf, n)
	e.buf = append(e.buf, crlf...)
	copied, err := e.copyPayload(r, n)
	if copied == n {
		e.buf = append(e.buf, crlf...)
		return
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	e.broken = fmt.Errorf("resp: bulk string of %d bytes broke off after %d: %w", n, copied, err)
	e.left, e.limit = 0, 0
}

// copyPayload copies n bytes from r, and returns how many and why not more.
func (e *Encoder) copyPayload(r io.Reader, n int64) (copied int64, err error) {
	if w, ok := e.w.(io.ReaderFrom); ok && n > largePayload && kernelCanRead(r) {
		e.makeEmpty()
		if e.failed != nil {
			return 0, e.failed
		}
		e.from = io.LimitedReader{R: r, N: n}
		copied, err = w.ReadFrom(&e.from)
		e.from.R = nil
		return copied, err
	}
	const maxEmptyReads = 100
	for emptyReads := 0; copied < n; {
		e.makeRoom()
		if e.failed != nil {
			return copied, e.failed
		}
		room := e.buf[len(e.buf):cap(e.buf)]
		room = room[:min(int64(len(room)), n-copied)]
		got, err := r.Read(room)
		if got < 0 || got > len(room) {
			return copied, errBadRead
		}
		e.buf = e.buf[:len(e.buf)+got]
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

var errBadRead = errors.New("reader returned an impossible count")

// makeEmpty writes what is buffered, unless a write of this call has failed.
func (e *Encoder) makeEmpty() {
	if e.failed == nil {
		e.send()
	}
}

// kernelCanRead reports whether a system call may copy from r to a connection.
func kernelCanRead(r io.Reader) bool {
	switch r.(type) {
	case *os.File, *net.TCPConn, *net.UnixConn:
		return true
	}
	return false
}

// WriteToken writes t, with the checks and the RESP2 forms of the method for its
// kind. What only a Lenient Decoder accepts is written as AppendToken does.
func (e *Encoder) WriteToken(t Token) error {
	if t.flags != 0 {
		return e.writeFlagged(t)
	}
	text, n := bytesString(t.Bytes()), int(t.n)
	switch t.kind {
	case SimpleString, SimpleError:
		return e.writeLine(t.kind, text)
	case Integer:
		return e.WriteInteger(t.n)
	case BulkString:
		return e.WriteBulkString(text)
	case BulkError:
		return e.WriteBulkError(text)
	case VerbatimString:
		return e.writeVerbatim(t.Encoding(), text)
	case Boolean:
		return e.WriteBoolean(n != 0)
	case Double, BigNumber:
		return e.writeNumberText(t.kind, t.Bytes())
	case Array:
		return e.WriteArray(n)
	case Map:
		return e.WriteMap(n)
	case Set:
		return e.WriteSet(n)
	case Push:
		return e.WritePush(n)
	case Attribute:
		return e.WriteAttribute(n)
	case Chunk:
		if n == 0 {
			return e.WriteLastChunk()
		}
		return e.WriteChunk(t.Bytes())
	case End:
		return e.WriteEnd()
	}
	return e.WriteNull()
}

// writeFlagged writes a null or the header of something streamed.
func (e *Encoder) writeFlagged(t Token) error {
	switch {
	case t.IsStreamed():
		return e.writeStreamed(t.kind)
	case t.kind == BulkString:
		return e.WriteNullBulkString()
	case t.kind == Array:
		return e.WriteNullArray()
	case t.kind == Attribute:
		return e.WriteAttribute(0)
	}
	return e.WriteNull()
}

// writeNumberText writes a Double or a BigNumber with the spelling text.
func (e *Encoder) writeNumberText(k Kind, text []byte) error {
	if err := e.slot(k); err != nil {
		return err
	}
	e.putNumberText(k, text)
	return e.wrote()
}

func (e *Encoder) putNumberText(k Kind, text []byte) {
	if e.resp2 {
		e.buf = appendBulkNumberText(e.buf, k, text)
	} else {
		e.buf = appendNumberText(e.buf, k, text)
	}
}
