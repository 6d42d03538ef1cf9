package resp

import (
	"fmt"
	"io"
	"math"
	"math/big"
	"strings"
	"sync"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// This file holds the Encoder: what it checks before it accepts a value, and one
// method for each Append function. output.go holds the way of the bytes to the
// writer.
//
// Every write counts one value with slot, puts its bytes into the buffer of out, and
// ends with wrote.

// Encoder writes RESP to an io.Writer. It gathers small writes in a buffer. It sends
// a large payload at once, without copying it, together with the bytes buffered
// before; to a TCP or unix connection both go in one vectored write. Call Flush to
// send everything to the other side, and Close at the end.
//
// An Encoder checks what the Append functions cannot. It refuses a call that would
// put invalid RESP on the wire: the call writes nothing and returns an *EncodeError.
// The Encoder then stays in that error until Reset, because a missing reply would
// shift all replies after it: every later write, Flush and Close returns the error.
// Flush and Close still write what was accepted before. The same holds when a reader
// gives less than was promised (see WriteBulkFrom).
//
// Any other error is the writer's. After a timeout, a short write (io.ErrShortWrite)
// or EAGAIN the call has still been accepted: the Encoder keeps what the writer did
// not take, and the next write or Flush goes on from exactly that byte. A timeout is
// an error whose method Timeout returns true, and whose method Temporary, if it has
// one, returns true as well. Every other error of the writer is final: the Encoder
// drops what waits and stays in the error until Reset. It does the same when a
// reader or writer panics.
//
// The Encoder keeps no reference to the caller's data after a call has returned.
// Writing allocates nothing in the steady state, except for big numbers beyond
// int64. A zero Encoder is ready for Reset. An Encoder is not safe for concurrent
// use.
type Encoder struct {
	left int64           // values that the innermost open aggregate still takes; none in a streamed string
	open []openAggregate // innermost last; stored in few, or in a room from the pool when there are more

	resp2         bool // the version of RESP that is written
	startsAsRESP2 bool // what resp2 is after Reset

	out output

	few [8]openAggregate
}

// openAggregate is an aggregate or streamed string that is not complete.
type openAggregate struct {
	kind      Kind
	streamed  bool
	leftOut   bool  // an attribute that is not written
	outerLeft int64 // what left is when this one is complete
}

// noCount is the value of left at top level and in a streamed aggregate. It is more
// than anybody can write, and even, so that left is odd between a key and its value.
const noCount = 1 << 62

// NewEncoder returns an Encoder that writes to w. It uses the options BufferSize and
// Protocol.
func NewEncoder(w io.Writer, opts ...Option) *Encoder {
	c := newConfig(opts)
	e := &Encoder{startsAsRESP2: c.protocol == 2}
	e.out.size = c.bufferSize
	e.Reset(w)
	return e
}

// Reset makes e write to w as if it were new. It drops what was not flushed and the
// error that e was in. The options are those of NewEncoder, including the version of
// Protocol; a zero Encoder has the defaults. With a nil w every call returns an
// error until the next Reset. The reader or writer that a call of e is in must not
// call Reset: that call then panics.
func (e *Encoder) Reset(w io.Writer) {
	e.out.reset(w)
	giveOpen(e.open)
	e.open = e.few[:0]
	e.resp2 = e.startsAsRESP2
	if e.left = noCount; w == nil {
		e.left = 0
	}
}

// SetProtocol sets the version of RESP that e writes from here on, 2 or 3, as a
// client asks for with HELLO. See [Protocol] for what 2 means. SetProtocol may be
// called between values at top level; inside a value it is refused. It returns an
// error for any other version, and e goes on in the version it had: a server answers
// NOPROTO to such a client.
func (e *Encoder) SetProtocol(version int) error {
	if err := e.ready(); err != nil {
		return err
	}
	if version != 2 && version != 3 {
		return fmt.Errorf("resp: RESP%d is no version of the protocol", version)
	}
	if len(e.open) > 0 {
		return e.refuse(e.open[len(e.open)-1].kind, "not complete at SetProtocol")
	}
	e.resp2 = version == 2
	return nil
}

// Buffered returns how many bytes have been accepted and not yet written.
func (e *Encoder) Buffered() int { return e.out.buffered() }

// Flush writes what is buffered. After an error that is not final (see Encoder) it
// may be called again and continues where the writer stopped.
func (e *Encoder) Flush() error {
	if cap(e.open) > len(e.few) {
		e.trimOpen()
	}
	return e.out.flush()
}

// Close flushes and returns an *EncodeError when an aggregate or streamed string is
// not complete or an attribute lacks its value. The Encoder does not stay in that
// error: the missing part may still be written. Close does not close the writer.
func (e *Encoder) Close() error {
	if err := e.Flush(); err != nil {
		return err
	}
	e.ready()
	if len(e.open) == 0 {
		return nil
	}
	last := e.open[len(e.open)-1]
	if last.streamed {
		return &EncodeError{last.kind, "not ended at Close"}
	}
	return &EncodeError{last.kind, fmt.Sprintf("elements missing at Close: %d", e.left)}
}

// refuse leaves e in an *EncodeError, unless it is in an error already.
func (e *Encoder) refuse(k Kind, reason string) error {
	if err := e.out.broken(); err != nil {
		return err
	}
	err := &EncodeError{k, reason}
	e.out.stop(err)
	return err
}

// ready closes the innermost aggregates that are complete. It returns why nothing
// can be written, or nil.
func (e *Encoder) ready() error {
	if err := e.out.broken(); err != nil {
		return err
	}
	for e.left == 0 && len(e.open) > 0 && !e.open[len(e.open)-1].streamed {
		e.closeLast()
	}
	return nil
}

// slot counts one value of kind k in the innermost open aggregate.
func (e *Encoder) slot(k Kind) error {
	if e.left > 0 && e.out.err == nil {
		e.left--
		return nil
	}
	return e.slotSlow(k)
}

// slotSlow is slot when the innermost aggregate takes no more values. It closes that
// aggregate only now, so that the last element of an attribute that is left out is
// left out too.
func (e *Encoder) slotSlow(k Kind) error {
	if err := e.ready(); err != nil {
		return err
	}
	if e.left == 0 {
		return e.refuse(k, "inside a streamed string, which takes only chunks")
	}
	e.left--
	return nil
}

// enter opens an aggregate or a streamed string that takes the given number of
// values.
func (e *Encoder) enter(k Kind, values int64, streamed bool) {
	if values > 0 || streamed {
		e.push(openAggregate{kind: k, streamed: streamed, outerLeft: e.left})
		e.left = values
	}
}

// leaveOut opens an attribute of the given number of values. Neither it nor anything
// in it is written.
func (e *Encoder) leaveOut(values int64) {
	e.push(openAggregate{kind: Attribute, leftOut: !e.out.muted, outerLeft: e.left})
	e.left = values
	e.out.mute()
}

// push opens an aggregate inside the others.
func (e *Encoder) push(a openAggregate) {
	if len(e.open) == cap(e.open) {
		e.pushSlow(a)
		return
	}
	e.open = append(e.open, a)
}

// pushSlow is push when there is no room for another one.
func (e *Encoder) pushSlow(a openAggregate) {
	if cap(e.open) == len(e.few) {
		e.open = append(takeOpen(), e.open...)
	}
	e.open = append(e.open, a)
}

// closeLast closes the innermost aggregate.
func (e *Encoder) closeLast() {
	last := e.open[len(e.open)-1]
	e.open = e.open[:len(e.open)-1]
	e.left = last.outerLeft
	if last.leftOut {
		e.out.unmute()
	}
}

// trimOpen gives back the room for many open aggregates when few are open.
func (e *Encoder) trimOpen() {
	e.ready()
	if len(e.open) <= len(e.few) {
		many := e.open
		e.open = append(e.few[:0], many...)
		giveOpen(many)
	}
}

// writeText writes a value with a length and the payload s.
func (e *Encoder) writeText(k Kind, s string) error {
	if err := e.slot(k); err != nil {
		return err
	}
	e.putText(k, s)
	return e.out.wrote()
}

// putText puts a header with a length, s and CRLF into the buffer, or a large s
// past it.
func (e *Encoder) putText(k Kind, s string) {
	if len(s) <= maxShort || len(s) <= largePayload && e.out.reserve(len(s)+maxHeaderLen+len(crlf)) {
		e.out.buf = appendString(e.out.buf, k, s)
		return
	}
	e.out.buf = appendHeader(e.out.buf, k, len(s))
	e.out.putLarge(respwire.StringBytes(s), crlf)
}

// writeLine writes a kind without a length.
func (e *Encoder) writeLine(k Kind, s string) error {
	if err := e.slot(k); err != nil {
		return err
	}
	e.putLine(k, s)
	return e.out.wrote()
}

// putLine puts the first byte of a kind, s with CR and LF as spaces, and CRLF into
// the buffer, or a large s past it.
func (e *Encoder) putLine(k Kind, s string) {
	if len(s) <= largePayload && e.out.reserve(1+len(s)+len(crlf)) || hasBreak(s) {
		e.out.buf = appendLine(e.out.buf, k, s)
		return
	}
	e.out.buf = append(e.out.buf, byte(k))
	e.out.putLarge(respwire.StringBytes(s), crlf)
}

// hasBreak reports whether s has a CR or an LF.
func hasBreak(s string) bool {
	return strings.IndexByte(s, '\r') >= 0 || strings.IndexByte(s, '\n') >= 0
}

// WriteSimpleString writes s as a simple string. CR and LF in it become spaces, as
// in AppendSimpleString.
func (e *Encoder) WriteSimpleString(s string) error { return e.writeLine(SimpleString, s) }

// WriteSimpleError writes s as a simple error. CR and LF in it become spaces, as in
// AppendSimpleError.
func (e *Encoder) WriteSimpleError(s string) error { return e.writeLine(SimpleError, s) }

// WriteInteger writes n as an integer.
func (e *Encoder) WriteInteger(n int64) error {
	if err := e.slot(Integer); err != nil {
		return err
	}
	e.out.buf = AppendInteger(e.out.buf, n)
	return e.out.wrote()
}

// WriteBulkString writes s as a bulk string.
func (e *Encoder) WriteBulkString(s string) error { return e.writeText(BulkString, s) }

// WriteBulkBytes writes b as a bulk string.
func (e *Encoder) WriteBulkBytes(b []byte) error {
	return e.writeText(BulkString, respwire.BytesString(b))
}

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

// writeFixed writes a value of kind k whose bytes are known.
func (e *Encoder) writeFixed(k Kind, wire string) error {
	if err := e.slot(k); err != nil {
		return err
	}
	e.out.buf = append(e.out.buf, wire...)
	return e.out.wrote()
}

// WriteDouble writes f as a double; for RESP2 as a bulk string.
func (e *Encoder) WriteDouble(f float64) error {
	if err := e.slot(Double); err != nil {
		return err
	}
	if e.resp2 {
		arg := Float(f)
		e.out.buf = arg.appendNumber(e.out.buf)
	} else {
		e.out.buf = AppendDouble(e.out.buf, f)
	}
	return e.out.wrote()
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
		e.out.buf = AppendBigNumber(e.out.buf, n)
	case n.IsInt64():
		sign, u := respwire.Magnitude(n.Int64())
		e.out.buf = appendWhole(e.out.buf, BulkString, sign, u)
	default:
		e.putText(BulkString, respwire.BytesString(n.Append(nil, 10)))
	}
	return e.out.wrote()
}

// WriteBulkError writes s as a bulk error; for RESP2 as a simple error, with CR
// and LF as spaces.
func (e *Encoder) WriteBulkError(s string) error {
	if e.resp2 {
		return e.writeLine(SimpleError, s)
	}
	return e.writeText(BulkError, s)
}

// WriteVerbatimString writes text as a verbatim string with its encoding, `txt`
// or `mkd`; for RESP2 as a bulk string without the encoding. It is refused when the
// encoding is not three bytes.
func (e *Encoder) WriteVerbatimString(encoding, text string) error {
	if len(encoding) != verbatimPrefix-1 {
		return e.refuse(VerbatimString, fmt.Sprintf("encoding %q is not three bytes", encoding))
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
	return e.out.wrote()
}

// putVerbatim is putText for a verbatim string.
func (e *Encoder) putVerbatim(encoding [3]byte, text string) {
	if len(text) <= largePayload && e.out.reserve(len(text)+maxHeaderLen+verbatimPrefix+len(crlf)) {
		e.out.buf = appendVerbatim(e.out.buf, encoding, text)
		return
	}
	e.out.buf = appendVerbatimHeader(e.out.buf, encoding, len(text))
	e.out.putLarge(respwire.StringBytes(text), crlf)
}

// WriteArray writes the header of an array of n elements, which have to follow. Like
// the other headers it refuses a negative n; WriteNullArray writes the null array.
func (e *Encoder) WriteArray(n int) error { return e.writeHeader(Array, Array, n, int64(n)) }

// WriteMap writes the header of a map of n pairs; 2n elements have to follow, keys
// and values in turn. For RESP2 it writes the header of an array of 2n elements.
// There is no null map: servers send a null (WriteNull) instead.
func (e *Encoder) WriteMap(n int) error {
	if n > math.MaxInt/2 {
		return e.refuse(Map, "too many pairs")
	}
	if e.resp2 {
		return e.writeHeader(Map, Array, 2*n, 2*int64(n))
	}
	return e.writeHeader(Map, Map, n, 2*int64(n))
}

// WriteSet writes the header of a set of n elements, which have to follow. For RESP2
// it writes the header of an array. There is no null set: servers send a null
// (WriteNull) instead.
func (e *Encoder) WriteSet(n int) error { return e.writeElements(Set, n) }

// WritePush writes the header of a push of n elements, which have to follow. The
// first of them is a string that names the sort of message. For RESP2 it writes the
// header of an array, as servers do for a RESP2 subscriber.
func (e *Encoder) WritePush(n int) error { return e.writeElements(Push, n) }

// writeElements writes the header of an aggregate of kind k and of n elements.
func (e *Encoder) writeElements(k Kind, n int) error {
	return e.writeHeader(k, e.inRESP2(k), n, int64(n))
}

const negativeCount = "negative count"

// inRESP2 returns the kind to write for k.
func (e *Encoder) inRESP2(k Kind) Kind {
	if e.resp2 {
		return kindTable[k].resp2
	}
	return k
}

// writeHeader writes the header of an aggregate of kind k as one of kind written,
// with the count n. values is the number of values that have to follow.
func (e *Encoder) writeHeader(k, written Kind, n int, values int64) error {
	if n < 0 {
		return e.refuse(k, negativeCount)
	}
	if err := e.slot(k); err != nil {
		return err
	}
	e.enter(k, values, false)
	e.out.buf = appendHeader(e.out.buf, written, n)
	return e.out.wrote()
}

// WriteAttribute writes the header of an attribute of n pairs; 2n elements have to
// follow, and then the value that the attribute decorates. The attribute does not
// count as an element of the aggregate that holds the value. For RESP2 it is left
// out: its elements still have to be written, but nothing is sent, and From
// arguments among them are not read.
func (e *Encoder) WriteAttribute(n int) error {
	if n > (math.MaxInt-1)/2 {
		return e.refuse(Attribute, "too many pairs")
	}
	if !e.resp2 {
		return e.writeHeader(Attribute, Attribute, n, 2*int64(n)+1)
	}
	if n < 0 {
		return e.refuse(Attribute, negativeCount)
	}
	if err := e.ready(); err != nil {
		return err
	}
	if n > 0 {
		e.leaveOut(2 * int64(n))
	}
	return nil
}

// WriteStreamedString writes the header of a string of unknown length. Chunks have
// to follow, and then WriteLastChunk. It is refused for RESP2, which has no such
// form; WriteValue, which knows the length, writes a streamed Value there.
func (e *Encoder) WriteStreamedString() error { return e.writeStreamed(BulkString) }

// WriteStreamed writes the header of an aggregate of unknown length. Elements have
// to follow, an even number of them in a map, and then WriteEnd. It is refused for
// kinds other than Array, Set and Map, and for RESP2, as WriteStreamedString is.
func (e *Encoder) WriteStreamed(k Kind) error {
	if !k.streamable() || !k.IsAggregate() {
		return e.refuse(k, "cannot be streamed")
	}
	return e.writeStreamed(k)
}

func (e *Encoder) writeStreamed(k Kind) error {
	if e.resp2 {
		return e.refuse(k, "RESP2 streams nothing")
	}
	if err := e.slot(k); err != nil {
		return err
	}
	values := int64(noCount)
	if k == BulkString {
		values = 0
	}
	e.enter(k, values, true)
	e.out.buf = append(e.out.buf, byte(k), '?', '\r', '\n')
	return e.out.wrote()
}

// WriteChunk writes b as a chunk of the open streamed string. It writes nothing for
// an empty b, because a chunk of length 0 ends the string. It is refused when no
// streamed string is open.
func (e *Encoder) WriteChunk(b []byte) error {
	if err := e.checkStream(Chunk); err != nil || len(b) == 0 {
		return err
	}
	e.putText(Chunk, respwire.BytesString(b))
	return e.out.wrote()
}

// WriteLastChunk writes the end of the open streamed string. It is refused when none
// is open.
func (e *Encoder) WriteLastChunk() error {
	if err := e.checkStream(Chunk); err != nil {
		return err
	}
	e.closeLast()
	e.out.buf = AppendLastChunk(e.out.buf)
	return e.out.wrote()
}

// WriteEnd writes the end of the innermost open aggregate. It is refused when that
// aggregate is not streamed, and between key and value of a map.
func (e *Encoder) WriteEnd() error {
	if err := e.checkStream(End); err != nil {
		return err
	}
	if e.open[len(e.open)-1].kind == Map && e.left%2 != 0 {
		return e.refuse(End, "between key and value of a map")
	}
	e.closeLast()
	e.out.buf = AppendEnd(e.out.buf)
	return e.out.wrote()
}

// checkStream returns an error unless part, a Chunk or an End, may come in the
// innermost open aggregate.
func (e *Encoder) checkStream(part Kind) error {
	if err := e.ready(); err != nil {
		return err
	}
	if len(e.open) > 0 {
		last := e.open[len(e.open)-1]
		if last.streamed && (last.kind == BulkString) == (part == Chunk) {
			return nil
		}
	}
	if part == Chunk {
		return e.refuse(Chunk, "no streamed string is open")
	}
	return e.refuse(End, "the innermost open aggregate is not a streamed one")
}

// WriteCommand writes a command as an array of bulk strings. The name may have
// several words, which become an argument each: "CONFIG GET" (see SplitCommand);
// args are never split. A name without a word is refused. From arguments give the
// errors of WriteBulkFrom.
func (e *Encoder) WriteCommand(name string, args ...Arg) error {
	size, plain := measure(args, largePayload)
	if !plain || !isOneWord(name) || !e.out.reserve(size+len(name)+2*maxHeaderLen+len(crlf)) {
		return e.writeCommandSlow(name, args)
	}
	if err := e.slot(Array); err != nil {
		return err
	}
	e.out.buf = AppendCommand(e.out.buf, name, args...)
	return e.out.wrote()
}

// writeCommandSlow is WriteCommand for commands that do not fit into the buffer or
// have parts that bypass it.
func (e *Encoder) writeCommandSlow(name string, args []Arg) error {
	words := countWords(name)
	if words == 0 {
		return e.refuse(Array, noWord)
	}
	for i := range args {
		if fault := args[i].fault(); fault != "" {
			return e.refuse(BulkString, fault)
		}
	}
	if err := e.slot(Array); err != nil {
		return err
	}
	e.out.buf = appendHeader(e.out.buf, Array, words+len(args))
	for word, rest := nextWord(name); word != ""; word, rest = nextWord(rest) {
		e.putText(BulkString, word)
		e.out.makeRoom()
	}
	for i := 0; i < len(args) && e.out.err == nil; i++ {
		e.putArg(&args[i])
		e.out.makeRoom()
	}
	return e.out.wroteSlow()
}

// WriteArg writes a as a bulk string, as WriteCommand does with each of its args. It
// reads a From argument while it writes, as WriteBulkFrom does. It serves commands
// whose arguments come one by one, after WriteArray.
func (e *Encoder) WriteArg(a Arg) error {
	if fault := a.fault(); fault != "" {
		return e.refuse(BulkString, fault)
	}
	if err := e.slot(BulkString); err != nil {
		return err
	}
	e.putArg(&a)
	return e.out.wroteSlow()
}

// putArg puts an argument of a command into the buffer or past it.
func (e *Encoder) putArg(a *Arg) {
	if s, ok := a.text(); ok {
		e.putText(BulkString, s)
	} else if r, n, ok := a.reader(); ok {
		e.putFrom(r, n)
	} else {
		e.out.buf = a.appendNumber(e.out.buf)
	}
}

// WriteArgs writes args as a command, an array of bulk strings, verbatim: nothing
// is split. No args at all are refused, because an empty command is no command.
func (e *Encoder) WriteArgs(args ...[]byte) error {
	if len(args) == 0 {
		return e.refuse(Array, "command without arguments")
	}
	if err := e.slot(Array); err != nil {
		return err
	}
	if e.out.reserve(argsRoom(args)) {
		e.out.buf = AppendArgs(e.out.buf, args...)
		return e.out.wrote()
	}
	e.out.buf = appendHeader(e.out.buf, Array, len(args))
	for _, arg := range args {
		e.putText(BulkString, respwire.BytesString(arg))
		e.out.makeRoom()
	}
	return e.out.wroteSlow()
}

// argsRoom returns the room in which AppendArgs can write args without growing. It
// returns math.MaxInt when an arg is large or the args are many.
func argsRoom(args [][]byte) int {
	const many = 1 << 16
	room := shortRoom + maxShortArg*len(args)
	for _, arg := range args {
		if room += len(arg); len(arg) > largePayload || room > many {
			return math.MaxInt
		}
	}
	return room
}

// WriteRaw writes b, which has to be one whole value or command as it is on the
// wire: the result of ReadRaw, or Command.Raw. With its attributes it counts as one
// element of the open aggregate. WriteRaw only checks that b ends a line, and sends
// it unchanged for RESP2 too. It does not copy a large b.
func (e *Encoder) WriteRaw(b []byte) error {
	if len(b) == 0 || b[len(b)-1] != '\n' {
		return e.refuse(Null, "raw bytes that do not end a line")
	}
	if err := e.slot(Kind(b[0])); err != nil {
		return err
	}
	if len(b) <= largePayload && e.out.reserve(len(b)) {
		e.out.buf = append(e.out.buf, b...)
	} else {
		e.out.putLarge(b, "")
	}
	return e.out.wroteSlow()
}

// WriteBulkFrom writes a bulk string of n bytes, which it reads from r in constant
// memory. It reads exactly n bytes; from a file to a TCP connection the kernel
// copies them. The length goes out before r is read. So when r gives fewer bytes,
// fails or panics, or the writer fails before r has been read to the end, this and
// every later call returns that error until Reset. WriteBulkFrom refuses a nil r and
// a negative n.
func (e *Encoder) WriteBulkFrom(r io.Reader, n int64) error { return e.WriteArg(From(r, n)) }

// putFrom puts a bulk string of n bytes from r into the buffer or past it, or stops
// the Encoder when r gives less.
func (e *Encoder) putFrom(r io.Reader, n int64) {
	if e.out.muted {
		return
	}
	e.out.buf = append(e.out.buf, byte(BulkString))
	e.out.buf = respwire.AppendInteger(e.out.buf, n)
	e.out.buf = append(e.out.buf, crlf...)
	copied, err := e.out.copyFrom(r, n)
	if copied == n {
		e.out.buf = append(e.out.buf, crlf...)
		return
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	e.out.stop(&brokenOffError{promised: n, written: copied, cause: err})
}

// WriteToken writes t, with the checks and the RESP2 forms of the method for its
// kind. It writes tokens that only a Lenient Decoder accepts as AppendToken does.
func (e *Encoder) WriteToken(t Token) error {
	if t.flags != 0 {
		return e.writeFlagged(t)
	}
	text, n := respwire.BytesString(t.Bytes()), int(t.n)
	switch kindTable[t.kind].layout {
	case textLine:
		return e.writeLine(t.kind, text)
	case integerLine:
		return e.WriteInteger(t.n)
	case booleanLine:
		return e.WriteBoolean(n != 0)
	case spelledLine:
		return e.writeNumberText(t.kind, t.Bytes())
	case withPayload:
		return e.writePayload(t, text)
	case withElements:
		return e.writeElements(t.kind, n)
	}
	switch t.kind {
	case Map:
		return e.WriteMap(n)
	case Attribute:
		return e.WriteAttribute(n)
	case End:
		return e.WriteEnd()
	}
	return e.WriteNull()
}

// writePayload is WriteToken for kinds with a length.
func (e *Encoder) writePayload(t Token, text string) error {
	switch {
	case t.kind == VerbatimString:
		return e.writeVerbatim(t.Encoding(), text)
	case t.kind == BulkError:
		return e.WriteBulkError(text)
	case t.kind != Chunk:
		return e.writeText(t.kind, text)
	case text == "":
		return e.WriteLastChunk()
	}
	return e.WriteChunk(t.Bytes())
}

// writeFlagged writes a null or the header of a streamed string or aggregate.
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
	return e.out.wrote()
}

func (e *Encoder) putNumberText(k Kind, text []byte) {
	e.out.reserve(pieceRoom + len(text))
	if e.inRESP2(k) == k {
		e.out.buf = appendNumberText(e.out.buf, k, text)
	} else {
		e.out.buf = appendBulkNumberText(e.out.buf, k, text)
	}
}

// maxPooledOpen is how many open aggregates a pooled room holds: as many as readers
// take by default.
const maxPooledOpen = 1024

// openPool has rooms for the open aggregates of Encoders.
var openPool = sync.Pool{New: func() any { return new([maxPooledOpen]openAggregate) }}

func takeOpen() []openAggregate { return openPool.Get().(*[maxPooledOpen]openAggregate)[:0] }

// giveOpen gives back a room. It leaves one that has grown to the garbage collector.
func giveOpen(open []openAggregate) {
	if cap(open) == maxPooledOpen {
		openPool.Put((*[maxPooledOpen]openAggregate)(open[:maxPooledOpen]))
	}
}
