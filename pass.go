package resp

import (
	"io"

	"github.com/seed65f5866d/resp/internal/window"
)

// This file passes values on in constant memory, whatever their size: to
// nowhere (SkipValue), whole to a writer (CopyValue), or only the payload of a
// string (CopyBulk). What stops one of them in the middle of a value is kept in
// an operation, from which the same method goes on.
//
// A fault stops them at a byte that does not depend on how the input was split:
// where the token starts, or behind its payload when that does not end in CR LF.
// What comes before that byte has been written, and nothing else.
//
// What is to be written stays in the buffer right before the read position
// (buffer.kept) until it has to make room, or the value is complete.

// operation is a value that has been begun and not been passed on to its end.
type operation struct {
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
	if d.takeScalar() > 0 {
		return nil
	}
	if err := d.begin("SkipValue", nothing); err != nil {
		return err
	}
	_, err := d.passOn(nil)
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
	return d.passOn(w)
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
	if d.op.name != name || d.err != nil {
		if err := d.beginCopyBulk(name); err != nil {
			return 0, err
		}
	}
	return d.passOn(w)
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
			d.takeOne(size)
			return n, nil
		}
	}
	const name = "ReadInto"
	if d.op.name != name || d.err != nil {
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
	size := d.op.token.Len()
	if size > len(p) {
		return size, io.ErrShortBuffer
	}
	for d.op.payload > 0 {
		n = size - int(d.op.payload)
		if _, err := d.readPayload(p[n:size]); err != nil {
			return n, err
		}
	}
	_, err = d.passOn(nil)
	return size, err
}

// begin starts the operation of that name with the next value, unless it has
// been started.
func (d *Decoder) begin(name string, parts parts) error {
	if window.Debug {
		d.expireViews()
	}
	if d.op.name == name && d.err == nil {
		return nil
	}
	if err := d.ready(); err != nil {
		return err
	}
	if err := d.need(1); err != nil {
		return err // nothing of the value has been read
	}
	d.startOperation(operation{name: name, parts: parts, end: d.nest.endOfValue()})
	return nil
}

func (d *Decoder) startOperation(op operation) {
	d.op = op
	d.settle()
}

// beginCopyBulk reads up to the payload of the next string.
func (d *Decoder) beginCopyBulk(name string) error {
	t, attributes, header, err := d.typedHeader(BulkString)
	if err != nil {
		return err
	}
	return d.beginPayload(name, t, attributes, header)
}

// beginPayload starts the operation of that name with the payload of the value that
// typedHeader has returned.
func (d *Decoder) beginPayload(name string, t Token, attributes, header int) error {
	op := operation{name: name, parts: payloads, end: d.nest.endOfValue(), token: t, payload: t.n, inPayload: true}
	switch {
	case !t.kind.IsString():
		op.parts, op.inPayload = nothing, false
		op.result = &KindError{Got: t.kind, Want: BulkString}
		d.startOperation(op)
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
	d.startOperation(op)
	d.take(attributes+header, everything)
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

// dropping is the operation that drops what nobody is to read any more. Any read
// goes on with it.
const dropping = "dropping a value"

// drop drops what comes next, and what is left of it where it has been begun, up
// to where a value is complete in which no more than outer frames are around.
func (d *Decoder) drop(outer int) error {
	if d.op.name == bulkReader && d.bulk.Len() != 0 {
		d.bulk.dropped = true
	}
	d.in.Kept = 0
	d.op.name, d.op.parts, d.op.end, d.op.result = dropping, nothing, outer, nil
	d.settle()
	_, err := d.passOn(nil)
	return err
}

// isDropped reports whether the next read drops what is under way.
func (d *Decoder) isDropped() bool {
	return d.op.name == dropping || d.op.name == bulkReader && d.op.result == nil
}

// passOn goes on with the operation and returns how many bytes it wrote.
func (d *Decoder) passOn(w io.Writer) (written int64, err error) {
	for err == nil && !d.op.done {
		var n int64
		n, err = d.passNext(w)
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
	result := d.op.result
	d.startOperation(operation{})
	return written, result
}

// passNext passes on what is left of a payload, or the next token.
func (d *Decoder) passNext(w io.Writer) (written int64, err error) {
	if d.op.inPayload {
		return d.passPayload(w)
	}
	return d.passToken(w)
}

// passToken passes on a token, of one with a payload the header.
func (d *Decoder) passToken(w io.Writer) (written int64, err error) {
	if d.passBuffered() {
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
	d.take(header, everything)
	if !t.hasPayload() {
		d.endToken(t)
		return written, nil
	}
	d.op.token, d.op.payload, d.op.inPayload = t, t.n, true
	return written, nil
}

// passBuffered passes on tokens of the usual forms that are buffered whole, and
// reports whether there was one. Strings of a payload to be copied are not for it.
func (d *Decoder) passBuffered() (passed bool) {
	if d.op.parts == payloads || d.rules.LineLen < longestFastLine || d.rules.TotalLen != unlimited ||
		d.rules.BulkLen < longestShort {
		return false
	}
	pos, done := d.passUsual(&d.nest, d.in.Pos, d.op.end)
	passed = pos > d.in.Pos
	d.take(pos-d.in.Pos, everything)
	d.op.done = done
	return passed
}

// passPayload passes on what is left of a payload, and its CR LF.
func (d *Decoder) passPayload(w io.Writer) (written int64, err error) {
	for need := 1; d.op.payload > 0 || need > 0; {
		if n := min(d.op.payload, int64(d.in.End-d.in.Pos)); n > 0 {
			d.take(int(n), payloads)
			d.op.payload -= n
			continue
		}
		var size int
		if d.op.payload == 0 {
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
	if d.op.parts == payloads {
		n, err := d.writeKept(w)
		written += n
		if err != nil {
			return written, err
		}
	}
	d.take(len("\r\n"), everything)
	d.op.inPayload = false
	d.endToken(d.op.token)
	return written, nil
}

// take takes n bytes off the input and keeps them to be written when the
// operation writes payloads, or everything, which they are as.
func (d *Decoder) take(n int, as parts) {
	d.in.Pos += n
	if d.op.parts >= as {
		d.in.Kept += n
	}
}

// endToken takes account of a token that has been passed on whole.
func (d *Decoder) endToken(t Token) {
	d.nest.add(t)
	d.op.done = len(d.nest.outer) <= d.op.end
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
