package resp

import (
	"bytes"
	"errors"
	"io"

	"github.com/seed65f5866d/resp/internal/window"
)

// This file passes values on in constant memory, whatever their size: to
// nowhere (SkipValue), whole to a writer (CopyValue), or only the payload of a
// string (CopyBulk, ReadInto, BulkReader). When one of them is interrupted in the
// middle of a value, d.copy says where the same method goes on.
//
// A fault stops them at a byte that does not depend on how the input was split:
// where the token starts, or behind its payload when that does not end in CR LF.
// What comes before that byte has been written, and nothing else.
//
// What is to be written stays in the window right before the read position (Kept)
// until it has to make room, or the value is complete.

// copying is a value that has been begun and not been passed on to its end.
type copying struct {
	name  string // of the method that has to go on; empty when there is none
	parts parts  // what is written
	end   int    // how many frames are around when the value is complete

	inPayload bool
	token     Token // of the payload
	payload   int64 // bytes of it that have not been passed on
	done      bool  // but for writing what is kept
	result    error // to return in the end
}

// parts are the parts of a value that are written.
type parts uint8

const (
	nothing parts = iota
	payloads
	everything
)

// SkipValue reads the next whole value with its attributes and drops it, in
// constant memory. The limits hold all the same, and options such as [MaxBulkLen]
// lift them. At the end of a streamed aggregate or string that is open
// it takes the end. When it is interrupted inside the value it has to be called
// again.
func (d *Decoder) SkipValue() error {
	if d.consumeUsual() > 0 {
		return nil
	}
	if err := d.begin("SkipValue", nothing); err != nil {
		return err
	}
	_, err := d.goOn(nil)
	return err
}

// CopyValue writes the next whole value with its attributes to w, byte for
// byte, and returns how many bytes this call wrote. At the end of a streamed
// aggregate or string that is open it copies the end. When it is interrupted
// inside the value, by the reader or by w, it has to be called again and goes
// on from exactly that byte.
//
// It takes constant memory, and the limits hold all the same: by default a value
// with a string of more than 512 MiB is a *LimitError, in which the Decoder stays.
// [MaxBulkLen] and the other options lift them.
//
// After a *SyntaxError or a *LimitError InputOffset is where the token at fault
// starts, or behind its payload when that does not end in CR LF. All that comes
// before it has been written.
func (d *Decoder) CopyValue(w io.Writer) (int64, error) {
	if err := d.begin("CopyValue", everything); err != nil {
		return 0, err
	}
	return d.goOn(w)
}

// CopyBulk writes the payload of the next string to w, of a streamed one that
// of all chunks and of a verbatim one its text, and returns how many bytes this
// call wrote. Attributes are passed over and pushes treated as in typed reads. A
// null gives ErrNull, a server's error itself as a *ReplyError; any other kind
// is read whole and gives a *KindError. When it is interrupted inside the value,
// by the reader or by w, it has to be called again and goes on from exactly
// that byte.
//
// It takes constant memory, and the limits hold all the same: by default a string
// of more than 512 MiB, the sum of its chunks if it is streamed, is a *LimitError,
// in which the Decoder stays. [MaxBulkLen] lifts that. After a fault behind a
// payload that payload has been written.
func (d *Decoder) CopyBulk(w io.Writer) (int64, error) {
	const name = "CopyBulk"
	if d.copy.name != name || d.err != nil {
		if err := d.beginCopyBulk(name); err != nil {
			return 0, err
		}
	}
	return d.goOn(w)
}

// ReadInto reads the payload of the next string into p and returns its size, in
// bytes: of a streamed string that of all chunks and of a verbatim one its text.
// Other values are treated as ReadBytes does. A payload larger than the Decoder's
// buffer is read straight into p where it has not arrived yet.
//
// When p is too short nothing is read: the size that is needed comes with
// io.ErrShortBuffer, and the value may be read in any way. That size is what the
// header says, up to [MaxBulkLen], and the payload may never come.
//
// When ReadInto is interrupted it has to be called again with the same p, the first
// n bytes of which are filled, and goes on from there.
func (d *Decoder) ReadInto(p []byte) (n int, err error) {
	if window.Debug {
		d.expireViews()
	}
	if d.fast {
		t, size := fastToken(d.in.Data[d.in.Pos:], &d.rules.limits)
		if uint(size-1) < uint(d.in.End-d.in.Pos) && t.kind.IsString() && !t.IsNull() && t.Len() <= len(p) {
			n = copy(p, t.Bytes())
			d.consumeOne(size)
			return n, nil
		}
	}
	const name = "ReadInto"
	if d.copy.name != name || d.err != nil {
		t, attributes, header, err := d.typedHeader(BulkString)
		switch {
		case err != nil:
			return 0, err
		case !t.kind.IsString():
			return 0, d.readWrongKind(t.kind, BulkString)
		case t.Len() > len(p):
			return t.Len(), io.ErrShortBuffer
		case !t.hasPayload() || attributes+header+t.Len() < d.in.Size:
			return d.copyWhole(p, t, attributes+header)
		}
		if err := d.beginPayload(name, t, attributes, header); err != nil {
			return 0, err
		}
	}
	return d.fillPayload(p)
}

// copyWhole copies the payload of the string t, whose header ends start bytes behind
// the read position, when all of it is there, and consumes nothing before.
func (d *Decoder) copyWhole(p []byte, t Token, start int) (n int, err error) {
	size, err := d.wholeSize()
	if err != nil {
		return 0, err
	}
	payload := d.payloadOf(t, d.in.Pos+start).Bytes()
	if len(payload) > len(p) {
		return len(payload), io.ErrShortBuffer
	}
	d.consume(size)
	return copy(p, payload), nil
}

// fillPayload goes on with reading the payload under way into p.
func (d *Decoder) fillPayload(p []byte) (n int, err error) {
	size := d.copy.token.Len()
	if size > len(p) {
		return size, io.ErrShortBuffer
	}
	for d.copy.payload > 0 {
		n = size - int(d.copy.payload)
		if _, err := d.readPayload(p[n:size]); err != nil {
			return n, err
		}
	}
	_, err = d.goOn(nil)
	return size, err
}

// begin starts the method of that name with the next value, unless it has
// been started.
func (d *Decoder) begin(name string, parts parts) error {
	if window.Debug {
		d.expireViews()
	}
	if d.copy.name == name && d.err == nil {
		return nil
	}
	if err := d.ready(); err != nil {
		return err
	}
	if err := d.need(1); err != nil {
		return err // nothing of the value has been read
	}
	d.setCopy(copying{name: name, parts: parts, end: d.nest.endOfValue()})
	return nil
}

func (d *Decoder) setCopy(op copying) {
	d.copy = op
	d.noteFast()
}

// beginCopyBulk reads up to the payload of the next string.
func (d *Decoder) beginCopyBulk(name string) error {
	t, attributes, header, err := d.typedHeader(BulkString)
	if err != nil {
		return err
	}
	return d.beginPayload(name, t, attributes, header)
}

// beginPayload starts the method of that name with the payload of the value that
// typedHeader has returned.
func (d *Decoder) beginPayload(name string, t Token, attributes, header int) error {
	op := copying{name: name, parts: payloads, end: d.nest.endOfValue(), token: t, payload: t.n, inPayload: true}
	switch {
	case !t.kind.IsString():
		op.parts, op.inPayload = nothing, false
		op.result = &KindError{Got: t.kind, Want: BulkString}
		d.setCopy(op)
		return nil
	case t.kind == SimpleString:
		header = 1 // the text takes the part of a payload
	case t.kind == VerbatimString:
		if err := d.needEncoding(attributes, header); err != nil {
			return err
		}
		header += verbatimPrefix
		op.payload -= verbatimPrefix
	case t.IsStreamed(), t.kind == Chunk && t.n == 0:
		op.inPayload = false
	}
	d.setCopy(op)
	d.advance(attributes+header, everything)
	if !op.inPayload {
		d.endToken(t)
	}
	return nil
}

// needEncoding reads the encoding of a verbatim string, whose header of that
// size starts rel bytes behind the read position.
func (d *Decoder) needEncoding(rel, header int) error {
	if err := d.need(rel + header + verbatimPrefix); err != nil {
		return err
	}
	if f := verbatimFault(d.in.Data[d.in.Pos+rel:], header); f != nil {
		return d.fail(f, rel)
	}
	return nil
}

// dropping is the name of what drops what nobody is to read any more. Any read
// goes on with it.
const dropping = "dropping a value"

// drop drops what comes next, and what is left of it where it has been begun, up
// to where a value is complete in which no more than outer frames are around.
func (d *Decoder) drop(outer int) error {
	if d.copy.name == bulkReader && d.bulk.Len() != 0 {
		d.bulk.dropped = true
	}
	d.in.Kept = 0
	d.copy.name, d.copy.parts, d.copy.end, d.copy.result = dropping, nothing, outer, nil
	d.noteFast()
	_, err := d.goOn(nil)
	return err
}

// isDropped reports whether the next read drops what is under way.
func (d *Decoder) isDropped() bool {
	return d.copy.name == dropping || d.copy.name == bulkReader && d.copy.result == nil
}

// goOn copies up to the end of the value and returns how many bytes it wrote.
func (d *Decoder) goOn(w io.Writer) (written int64, err error) {
	for err == nil && !d.copy.done {
		var n int64
		n, err = d.copyNext(w)
		written += n
	}
	if err == nil {
		var n int64
		n, err = d.writeKept(w)
		written += n
	}
	if err != nil {
		return written, err
	}
	result := d.copy.result
	d.setCopy(copying{})
	return written, result
}

// copyNext passes on what is left of a payload, or the next token.
func (d *Decoder) copyNext(w io.Writer) (written int64, err error) {
	if d.copy.inPayload {
		return d.copyPayload(w)
	}
	return d.copyToken(w)
}

// copyToken passes on a token, of one with a payload the header.
func (d *Decoder) copyToken(w io.Writer) (written int64, err error) {
	if d.copyUsual() {
		return 0, nil
	}
	if written, err = d.writeKept(w); err != nil {
		return written, err
	}
	t, header, err := d.readHeader(&d.nest, 0)
	if err != nil {
		return written, err
	}
	if t.kind == VerbatimString && t.hasPayload() {
		if err := d.needEncoding(0, header); err != nil {
			return written, err
		}
	}
	d.advance(header, everything)
	if !t.hasPayload() {
		d.endToken(t)
		return written, nil
	}
	d.copy.token, d.copy.payload, d.copy.inPayload = t, t.n, true
	return written, nil
}

// copyUsual passes on tokens of the usual forms that are buffered whole, and
// reports whether there was one. Strings of a payload to be copied are not for it.
func (d *Decoder) copyUsual() (passed bool) {
	if d.copy.parts == payloads || !d.rules.spareUsual() {
		return false
	}
	pos, done := d.advanceUsual(&d.nest, d.in.Pos, d.copy.end)
	passed = pos > d.in.Pos
	d.advance(pos-d.in.Pos, everything)
	d.copy.done = done
	return passed
}

// copyPayload passes on what is left of a payload, and its CR LF.
func (d *Decoder) copyPayload(w io.Writer) (written int64, err error) {
	for need := 1; d.copy.payload > 0 || need > 0; {
		if n := min(d.copy.payload, int64(d.in.End-d.in.Pos)); n > 0 {
			d.advance(int(n), payloads)
			d.copy.payload -= n
			continue
		}
		var size int
		if d.copy.payload == 0 {
			var f *fault
			if size, need, f = trailer(d.in.Unread(), 0); f != nil {
				n, err := d.writeKept(w)
				if err == nil {
					err = d.fail(f, 0)
				}
				return written + n, err
			}
		}
		if size > 0 {
			break
		}
		n, err := d.writeKept(w)
		written += n
		if err != nil {
			return written, err
		}
		if err := d.need(need); err != nil {
			return written, err
		}
	}
	if d.copy.parts == payloads {
		n, err := d.writeKept(w)
		written += n
		if err != nil {
			return written, err
		}
	}
	d.advance(len("\r\n"), everything)
	d.copy.inPayload = false
	d.endToken(d.copy.token)
	return written, nil
}

// advance takes n bytes off the input and keeps them to be written when the
// method writes payloads, or everything, which they are as.
func (d *Decoder) advance(n int, as parts) {
	d.in.Pos += n
	if d.copy.parts >= as {
		d.in.Kept += n
	}
}

// endToken takes account of a token that has been passed on whole.
func (d *Decoder) endToken(t Token) {
	d.nest.add(t)
	d.copy.done = len(d.nest.outer) <= d.copy.end
}

// writeKept writes what is kept.
func (d *Decoder) writeKept(w io.Writer) (written int64, err error) {
	for d.in.Kept > 0 {
		n, err := w.Write(d.in.Data[d.in.Pos-d.in.Kept : d.in.Pos])
		if n < 0 || n > d.in.Kept {
			return written, window.ErrImpossibleCount
		}
		d.in.Kept -= n
		written += int64(n)
		if err == nil && d.in.Kept > 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// BulkReader, the payload of a string as an io.Reader, follows. It is an
// method that goes on with each Read, and that any other read of the
// Decoder ends.

// BulkReader reads the payload of one string, see Decoder.BulkReader.
type BulkReader struct {
	d       *Decoder
	dropped bool // another read of the Decoder came before the end
}

const bulkReader = "BulkReader"

var errDropped = errors.New("resp: another read of the Decoder has dropped the rest of this payload")

// BulkReader returns a reader of the payload of the next string, of a streamed one
// that of all chunks and of a verbatim one its text, in constant memory. Other
// values are treated as CopyBulk does, and the limits hold as they do there. The
// reader is valid until the next read of the Decoder, which drops what was not
// read of the payload, so that the stream stays in step; it is the same one every
// time and allocates nothing.
//
// What ends the string, a CR LF, goes with the last byte of the payload when it has
// arrived by then: Buffered and InputOffset are right behind the string. When it
// has not, the next Read waits for it before it returns io.EOF.
func (d *Decoder) BulkReader() (*BulkReader, error) {
	if window.Debug {
		d.expireViews()
	}
	if d.err != nil || !d.isWrongKind() {
		if err := d.beginCopyBulk(bulkReader); err != nil {
			return nil, err
		}
	}
	if d.isWrongKind() {
		_, err := d.goOn(nil)
		return nil, err
	}
	d.bulk.dropped = false
	d.takeEnd()
	return &d.bulk, nil
}

// Len returns how many bytes of the payload have not been read, or -1 for a
// streamed string, which does not tell.
func (r *BulkReader) Len() int64 {
	d := r.d
	switch {
	case d.copy.name != bulkReader || d.copy.parts == nothing:
		return 0
	case d.nest.inStreamedString() && len(d.nest.outer) > d.copy.end: // begun by this payload
		return -1
	}
	return d.copy.payload + int64(d.in.Kept)
}

// Read reads up to len(p) bytes of the payload, straight into p where no more of
// it has arrived yet and p takes as much as the buffer. It returns io.EOF behind
// the last one, when the CR LF has been seen to be there. After the error of the
// Decoder's reader it may be called again and goes on from exactly that byte. When
// there is no CR LF behind the payload, all of that is read before the
// *SyntaxError.
func (r *BulkReader) Read(p []byte) (int, error) {
	d := r.d
	for {
		if err := r.state(); err != nil || len(p) == 0 {
			return 0, err
		}
		switch {
		case d.in.Kept > 0: // a writer did not take it
			n := copy(p, d.in.Data[d.in.Pos-d.in.Kept:d.in.Pos])
			d.in.Kept -= n
			d.takeEnd()
			return n, nil
		case d.copy.done:
			d.setCopy(copying{})
		case d.copy.inPayload && d.copy.payload > 0:
			n, err := d.readPayload(p[:min(int64(len(p)), d.copy.payload)])
			if n > 0 || err != nil {
				d.takeEnd()
				return n, err
			}
		default:
			if _, err := d.copyNext(nil); err != nil {
				return 0, err
			}
		}
	}
}

// WriteTo writes the rest of the payload to w, as CopyBulk does, and returns how
// many bytes this call wrote. After an error of the Decoder's reader or of w it may
// be called again, and so may Read.
func (r *BulkReader) WriteTo(w io.Writer) (int64, error) {
	err := r.state()
	if err == io.EOF {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return r.d.goOn(w)
}

// state returns io.EOF when the payload has been read to its end, or why it cannot
// be read to there.
func (r *BulkReader) state() error {
	switch {
	case r.dropped:
		return errDropped
	case r.d.err != nil:
		return r.d.err
	case r.d.copy.name != bulkReader:
		return io.EOF
	}
	return nil
}

// readPayload reads into p what has arrived of the payload that p is to be filled
// with, or else what the reader gives: past the buffer when p is no smaller, so that
// little reads bring what follows along.
func (d *Decoder) readPayload(p []byte) (n int, err error) {
	switch {
	case d.in.Pos == d.in.End && len(p) >= d.in.Size:
		n, err = d.in.ReadPast(p)
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
	default:
		if err := d.need(1); err != nil {
			return 0, err
		}
		n = copy(p, d.in.Unread())
		d.in.Pos += n
	}
	d.copy.payload -= int64(n)
	return n, err
}

// takeEnd takes what is behind a payload that has been read off the input, as far
// as it is buffered: the CR LF, and of a streamed string the last chunk. A fault in
// it is the error of the next call.
func (d *Decoder) takeEnd() {
	for d.copy.payload == 0 && d.in.Kept == 0 && !d.copy.done && d.endBuffered() {
		if _, err := d.copyNext(nil); err != nil {
			return
		}
	}
	if d.copy.done && d.in.Kept == 0 {
		d.setCopy(copying{})
	}
}

// endBuffered reports whether what comes next, behind a payload or a chunk of it,
// ends it.
func (d *Decoder) endBuffered() bool {
	if d.copy.inPayload {
		return d.in.End-d.in.Pos >= len("\r\n")
	}
	return bytes.HasPrefix(d.in.Unread(), []byte(";0\r\n"))
}

// isWrongKind reports whether a value that is no string is being read instead of
// one for a BulkReader.
func (d *Decoder) isWrongKind() bool { return d.copy.name == bulkReader && d.copy.result != nil }
