package resp

import (
	"bytes"
	"cmp"
	"errors"
	"io"

	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// This file reads values of any size in constant memory. SkipValue drops a value,
// CopyValue writes it whole, and CopyBulk, ReadInto and BulkReader pass on the
// payload of a string. When one of them is interrupted inside a value, d.copy says
// where the same method goes on.
//
// A fault stops them at a byte that does not depend on how the input was split: at
// the start of the token, or after its payload when that does not end in CR LF.
// Exactly the bytes before it have been written.
//
// The bytes to be written stay in the window right before the read position (Kept)
// until the window needs room or the value is complete.

// copying is the state of a value that has been passed on in part.
type copying struct {
	what  copied // and so which method has to go on
	parts parts  // of the value that are written
	end   int    // how many frames are around when the value is complete

	inPayload bool
	token     Token // of the payload
	payload   int64 // bytes of the payload that have not been passed on
	done      bool  // except for writing what is kept
	result    error // to return in the end
}

// underWay reports whether a value has been begun and is not complete.
func (c *copying) underWay() bool { return c.what != nothingBegun }

// copied says what is copied, and where to.
type copied uint8

const (
	nothingBegun    copied = iota
	skippedValue           // a value to nowhere
	wholeValue             // a value to a writer
	payloadToWriter        // the payload of a string to a writer
	payloadToSlice         // to the memory of ReadInto's caller
	payloadToReader        // to whoever reads the BulkReader
	droppedRest            // what a BulkReader or a loop has left, to nowhere: any read goes on with it
)

// method returns the name of the method that goes on.
func (c copied) method() string {
	return [...]string{
		skippedValue: "SkipValue", wholeValue: "CopyValue",
		payloadToWriter: "CopyBulk", payloadToSlice: "ReadInto", payloadToReader: "BulkReader",
		droppedRest: "any read",
	}[c]
}

// parts are the parts of a value that are written.
type parts uint8

const (
	nothing parts = iota
	payloads
	everything
)

// SkipValue reads the next whole value with its attributes and drops it, in constant
// memory. The limits apply; options such as [MaxBulkLen] lift them. At the end of an
// open streamed aggregate or string it takes the end. When it is interrupted inside
// the value, it has to be called again.
func (d *Decoder) SkipValue() error {
	if window.Debug {
		d.expireViews()
	}
	if d.consumeScalar() > 0 {
		return nil
	}
	if d.fast {
		from, end := d.in.Pos, d.nest.endOfValue()
		var done bool
		if d.in.Pos, done = d.advanceUsual(&d.nest, from, end); done {
			return nil
		}
		if d.in.Pos > from {
			d.setCopy(copying{what: skippedValue, parts: nothing, end: end})
		}
	}
	if err := d.begin(skippedValue, nothing); err != nil {
		return err
	}
	_, err := d.goOn(nil)
	return err
}

// CopyValue writes the next whole value with its attributes to w, byte for byte, and
// returns how many bytes this call wrote. At the end of an open streamed aggregate
// or string it copies the end. When the reader or w interrupts it inside the value,
// it has to be called again and goes on from exactly that byte.
//
// It takes constant memory. The limits apply: by default a value with a string of
// more than 512 MiB is a *LimitError, in which the Decoder stays. [MaxBulkLen] and
// the other options lift them.
//
// After a *SyntaxError or a *LimitError, InputOffset is the start of the token at
// fault, or the end of its payload when no CR LF follows that. Everything before it
// has been written.
func (d *Decoder) CopyValue(w io.Writer) (int64, error) {
	if err := d.begin(wholeValue, everything); err != nil {
		return 0, err
	}
	return d.goOn(w)
}

// CopyBulk writes the payload of the next string to w and returns how many bytes
// this call wrote. The payload of a streamed string is that of all its chunks, and
// of a verbatim string its text. CopyBulk skips attributes and treats pushes as
// typed reads do. It returns ErrNull for a null and a *ReplyError for a server's
// error; it reads a value of any other kind whole and returns a *KindError. When the
// reader or w interrupts it inside the value, it has to be called again and goes on
// from exactly that byte.
//
// It takes constant memory. The limits apply: by default a string of more than 512
// MiB, counting all chunks, is a *LimitError, in which the Decoder stays.
// [MaxBulkLen] lifts that. After a fault that follows a payload, that payload has
// been written.
func (d *Decoder) CopyBulk(w io.Writer) (int64, error) {
	if window.Debug {
		d.expireViews()
	}
	t, size, err := d.bufferedString()
	switch {
	case err != nil:
		return 0, err
	case size > 0:
		return d.writeString(w, t, size)
	}
	if d.copy.what != payloadToWriter || d.err != nil {
		if err := d.beginString(payloadToWriter); err != nil {
			return 0, err
		}
	}
	return d.goOn(w)
}

// ReadInto reads the payload of the next string into p and returns its size in
// bytes. The payload of a streamed string is that of all its chunks, and of a
// verbatim string its text. ReadInto treats other values as ReadBytes does. The part
// of a payload that has not arrived yet is read straight into p when it is at least as
// large as the Decoder's buffer.
//
// When p is too short, ReadInto reads nothing and returns the size it needs with
// io.ErrShortBuffer; the value may then be read in any way. That size is what the
// header says, up to [MaxBulkLen], and the payload may never come.
//
// When ReadInto is interrupted, the first n bytes of p are filled. It has to be
// called again with the same p and goes on from there.
func (d *Decoder) ReadInto(p []byte) (n int, err error) {
	if window.Debug {
		d.expireViews()
	}
	if d.fast && d.in.Pos < d.in.End {
		w := respwire.HeadAt(d.in.Data, d.in.Pos)
		if Kind(w[0]) == BulkString {
			n, end := respwire.ShortBulk(w, d.in.End-d.in.Pos-2)
			if end > 0 && n <= len(p) {
				copy(p, d.in.Data[d.in.Pos+end-n:d.in.Pos+end])
				d.consumeOne(end + 2)
				return n, nil
			}
		}
	}
	t, size, err := d.bufferedString()
	switch {
	case err != nil:
		return 0, err
	case size > 0 && t.Len() <= len(p):
		n = copy(p, t.Bytes())
		d.consumeOne(size)
		return n, nil
	}
	switch length, want := d.cutString(); {
	case want == 0 || length > len(p):
	case want <= d.longestMoved():
		if err := d.need(want); err != nil {
			return 0, err
		}
		return d.ReadInto(p)
	default:
		h := valueHeader{Token: Token{n: int64(length), kind: BulkString}, line: want - length - 1}
		if err := d.beginPayload(payloadToSlice, h); err != nil {
			return 0, err
		}
		return d.fillPayload(p)
	}
	if d.copy.what != payloadToSlice || d.err != nil {
		h, err := d.typedHeader(BulkString)
		switch {
		case err != nil:
			return 0, err
		case !h.kind.IsString():
			return 0, d.readWrongKind(h.kind, BulkString)
		case h.Len() > len(p):
			return h.Len(), io.ErrShortBuffer
		case !h.hasPayload() || h.size()+h.Len() < d.longestMoved():
			return d.copyWhole(p, h.Token, h.size())
		}
		if err := d.beginPayload(payloadToSlice, h); err != nil {
			return 0, err
		}
	}
	return d.fillPayload(p)
}

// longestMoved returns how long a string may be that ReadInto lets arrive whole in the
// buffer. Of a longer one it copies at once what has arrived, so that it need not be
// moved within the buffer and then copied.
func (d *Decoder) longestMoved() int { return min(d.in.Size, 2<<10) }

// bufferedString returns the next value and its size on the wire if that is a string of
// a usual form that is buffered whole. Otherwise the size is 0. It waits for the first
// byte.
func (d *Decoder) bufferedString() (t Token, size int, err error) {
	if !d.fast {
		return t, 0, nil
	}
	if err := d.need(1); err != nil {
		return t, 0, err
	}
	t, size = fastToken(d.in.Data[d.in.Pos:], &d.rules.limits)
	if !isBuffered(size, d.in.End-d.in.Pos) || !t.kind.IsString() || t.IsNull() {
		return t, 0, nil
	}
	return t, size, nil
}

// writeString is CopyBulk of the string t, which takes size bytes on the wire and is
// buffered whole. During the call of the writer only the CR LF is left to be consumed.
func (d *Decoder) writeString(w io.Writer, t Token, size int) (int64, error) {
	d.in.Pos += size - len("\r\n")
	d.in.Kept = len(t.Bytes())
	d.setCopy(copying{what: payloadToWriter, parts: payloads, end: d.nest.endOfValue(), token: t, inPayload: true})
	n, err := d.writeKept(w)
	if err != nil {
		return n, err
	}
	d.consumeOne(len("\r\n"))
	d.setCopy(copying{})
	return n, nil
}

// copyWhole copies the payload of the string t, whose header ends start bytes after
// the read position. It consumes nothing until the whole string has arrived.
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

// fillPayload reads the rest of the begun payload into p.
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

// begin starts to copy the next value, unless that has been begun already.
func (d *Decoder) begin(what copied, parts parts) error {
	if window.Debug {
		d.expireViews()
	}
	if d.copy.what == what && d.err == nil {
		return nil
	}
	if err := d.ready(); err != nil {
		return err
	}
	if err := d.need(1); err != nil {
		return err // nothing of the value has been read
	}
	d.setCopy(copying{what: what, parts: parts, end: d.nest.endOfValue()})
	return nil
}

func (d *Decoder) setCopy(op copying) {
	d.copy = op
	d.noteFast()
}

// beginString reads up to the payload of the next string, which is to be copied.
func (d *Decoder) beginString(what copied) error {
	h, err := d.typedHeader(BulkString)
	if err != nil {
		return err
	}
	return d.beginPayload(what, h)
}

// beginPayload starts to copy the payload of the value whose header typedHeader has
// returned.
func (d *Decoder) beginPayload(what copied, h valueHeader) error {
	t := h.Token
	op := copying{what: what, parts: payloads, end: d.nest.endOfValue(), token: t, payload: t.n, inPayload: true}
	switch {
	case !t.kind.IsString():
		op.parts, op.inPayload = nothing, false
		op.result = &KindError{Got: t.kind, Want: BulkString}
		d.setCopy(op)
		return nil
	case t.kind == SimpleString:
		h.line = 1 // the text serves as the payload
	case t.kind == VerbatimString:
		if err := d.needEncoding(h.attributes, h.line); err != nil {
			return err
		}
		h.line += verbatimPrefix
		op.payload -= verbatimPrefix
	case t.IsStreamed(), t.kind == Chunk && t.n == 0:
		op.inPayload = false
	}
	d.setCopy(op)
	d.consumeAs(h.size(), everything)
	if !op.inPayload {
		d.endToken(t)
	}
	return nil
}

// needEncoding reads and checks the encoding of a verbatim string. Its header starts
// rel bytes after the read position and has header bytes.
func (d *Decoder) needEncoding(rel, header int) error {
	if err := d.need(rel + header + verbatimPrefix); err != nil {
		return err
	}
	if f := verbatimFault(d.in.Data[d.in.Pos+rel:], header); f != nil {
		return d.fail(f, rel)
	}
	return nil
}

// drop drops the rest of the value that has been begun, or the next one, up to the
// end of a value that has at most outer frames around it.
func (d *Decoder) drop(outer int) error {
	if d.copy.what == payloadToReader && d.bulk.Len() != 0 {
		d.bulk.dropped = true
	}
	d.in.Kept = 0
	d.copy.what, d.copy.parts, d.copy.end, d.copy.result = droppedRest, nothing, outer, nil
	d.noteFast()
	_, err := d.goOn(nil)
	return err
}

// isDropped reports whether the next read drops the value that has been begun.
func (d *Decoder) isDropped() bool {
	return d.copy.what == droppedRest || d.copy.what == payloadToReader && d.copy.result == nil
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

// copyToken passes on the next token, or only its header if it has a payload.
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
	d.consumeAs(header, everything)
	if !t.hasPayload() {
		d.endToken(t)
		return written, nil
	}
	d.copy.token, d.copy.payload, d.copy.inPayload = t, t.n, true
	return written, nil
}

// copyUsual passes on tokens of the usual forms that are buffered whole, and reports
// whether there was one. It does nothing when only payloads are copied.
func (d *Decoder) copyUsual() (passed bool) {
	if d.copy.parts == payloads || !d.rules.spareUsual() {
		return false
	}
	pos, done := d.advanceUsual(&d.nest, d.in.Pos, d.copy.end)
	passed = pos > d.in.Pos
	d.consumeAs(pos-d.in.Pos, everything)
	d.copy.done = done
	return passed
}

// copyPayload passes on what is left of a payload, and its CR LF.
func (d *Decoder) copyPayload(w io.Writer) (written int64, err error) {
	for need := 1; d.copy.payload > 0 || need > 0; {
		if n := min(d.copy.payload, int64(d.in.End-d.in.Pos)); n > 0 {
			d.consumeAs(int(n), payloads)
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
	d.consumeAs(len("\r\n"), everything)
	d.copy.inPayload = false
	d.endToken(d.copy.token)
	return written, nil
}

// consumeAs consumes n bytes. It keeps them to be written when the method writes the
// parts they belong to: as is payloads for payload bytes and everything for others.
func (d *Decoder) consumeAs(n int, as parts) {
	d.in.Pos += n
	if d.copy.parts >= as {
		d.in.Kept += n
	}
}

// endToken records a token that has been passed on whole.
func (d *Decoder) endToken(t Token) {
	d.nest.add(t)
	d.copy.done = len(d.nest.outer) <= d.copy.end
}

// errWriterReset is what passing on ends with when the writer has reset the Decoder and
// returned no error.
var errWriterReset = errors.New("resp: the writer has reset the Decoder that writes to it")

// writeKept writes what is kept.
func (d *Decoder) writeKept(w io.Writer) (written int64, err error) {
	if d.in.Kept == 0 {
		return 0, nil
	}
	kept := d.in.Data[d.in.Pos-d.in.Kept : d.in.Pos]
	n, err := w.Write(kept)
	switch {
	case n < 0 || n > len(kept):
		return 0, window.ErrImpossibleCount
	case d.in.Kept != len(kept):
		return 0, cmp.Or(err, errWriterReset)
	case n < len(kept) && err == nil:
		err = io.ErrShortWrite
	}
	d.in.Kept -= n
	return int64(n), err
}

// The rest of the file holds BulkReader, the payload of a string as an io.Reader. It
// is a copying that each Read continues and that any other read of the Decoder ends.

// BulkReader reads the payload of one string; see [Decoder.BulkReader].
type BulkReader struct {
	d       *Decoder
	dropped bool // another read of the Decoder came before the end
}

var errDropped = errors.New("resp: another read of the Decoder has dropped the rest of this payload")

// BulkReader returns a reader of the payload of the next string. It takes constant
// memory. The payload of a streamed string is that of all its chunks, and of a
// verbatim string its text. BulkReader treats other values as CopyBulk does, with
// the same limits. The reader is valid until the next read of the Decoder, which
// drops the unread rest of the payload, so that the stream stays in step. Every call
// returns the same reader and allocates nothing.
//
// The CR LF that ends the string is consumed with the last byte of the payload if it
// has arrived by then; Buffered and InputOffset then start right after the string.
// Otherwise the next Read waits for it before it returns io.EOF.
func (d *Decoder) BulkReader() (*BulkReader, error) {
	if window.Debug {
		d.expireViews()
	}
	if d.err != nil || !d.isWrongKind() {
		if err := d.beginString(payloadToReader); err != nil {
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

// Len returns how many bytes of the payload have not been read, or -1 for a streamed
// string, whose length is unknown.
func (r *BulkReader) Len() int64 {
	d := r.d
	switch {
	case d.copy.what != payloadToReader || d.copy.parts == nothing:
		return 0
	case d.nest.inStreamedString() && len(d.nest.outer) > d.copy.end: // begun by this payload
		return -1
	}
	return d.copy.payload
}

// Read reads up to len(p) bytes of the payload. It reads straight into p when none
// of the payload is buffered and p is no smaller than the buffer. It returns io.EOF
// after the last byte, once it has seen the CR LF. After an error of the Decoder's
// reader it may be called again and goes on from exactly that byte. When no CR LF
// follows the payload, Read returns the whole payload before the *SyntaxError.
func (r *BulkReader) Read(p []byte) (int, error) {
	d := r.d
	for {
		if err := r.state(); err != nil || len(p) == 0 {
			return 0, err
		}
		switch {
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

// state returns io.EOF when the payload has been read to its end, or the error that
// prevents reading on, or nil.
func (r *BulkReader) state() error {
	switch {
	case r.dropped:
		return errDropped
	case r.d.err != nil:
		return r.d.err
	case r.d.copy.what != payloadToReader:
		return io.EOF
	}
	return nil
}

// readPayload reads the next bytes of the payload into p: those that have arrived,
// or else what the reader gives. It reads past the buffer only when p is no smaller,
// so that small reads also fetch what follows.
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

// takeEnd consumes the end of a payload that has been read, if it is buffered: the
// CR LF, and the last chunk of a streamed string. The next call returns a fault
// found there.
func (d *Decoder) takeEnd() {
	for d.copy.payload == 0 && !d.copy.done && d.endBuffered() {
		if _, err := d.copyNext(nil); err != nil {
			return
		}
	}
	if d.copy.done {
		d.setCopy(copying{})
	}
}

// endBuffered reports whether the buffered bytes after a payload, or after a chunk
// of it, end it.
func (d *Decoder) endBuffered() bool {
	if d.copy.inPayload {
		return d.in.End-d.in.Pos >= len("\r\n")
	}
	return bytes.HasPrefix(d.in.Unread(), []byte(";0\r\n"))
}

// isWrongKind reports whether BulkReader is reading a value that is not a string.
func (d *Decoder) isWrongKind() bool { return d.copy.what == payloadToReader && d.copy.result != nil }
