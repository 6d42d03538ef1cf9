package resp

import (
	"errors"
	"iter"

	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds the typed reads, which take the next value as what the
// caller expects it to be. Whatever arrives instead, the stream is in step
// afterwards:
//
//   - attributes are passed over;
//   - a push at top level goes to OnPush and the read goes on; without OnPush it
//     is read whole and a *KindError;
//   - a server's error is read whole and returned as a *ReplyError;
//   - a null gives ErrNull;
//   - the end of a streamed aggregate or string that is open is read and gives
//     ErrEnd;
//   - any other kind is read whole and a *KindError.
//
// A typed read that is interrupted has consumed nothing, but for pushes that
// OnPush has seen.

// ReadInt64 reads an integer: an Integer, or a BigNumber or string that spells
// one in int64's range. A string that spells none gives a *strconv.NumError.
// What other values give is said under Decoder and in the package overview.
func (d *Decoder) ReadInt64() (int64, error) {
	if d.fast && d.in.Pos < d.in.End && Kind(d.in.Data[d.in.Pos]) == Integer {
		t, err := d.ReadToken()
		return t.n, err
	}
	t, err := d.readScalar(Integer)
	if err != nil {
		return 0, err
	}
	return t.Int64()
}

// ReadFloat64 reads a double: a Double, or an Integer, a BigNumber or a string
// that spells one. A string that spells none gives a *strconv.NumError.
func (d *Decoder) ReadFloat64() (float64, error) {
	t, err := d.readScalar(Double)
	if err != nil {
		return 0, err
	}
	return t.Float64()
}

// ReadBool reads a Boolean, or one of the Integers 0 and 1, which stand for it
// in RESP2.
func (d *Decoder) ReadBool() (bool, error) {
	t, err := d.readScalar(Boolean)
	if err != nil {
		return false, err
	}
	return t.Bool()
}

// ReadBytes reads a string of any kind, a streamed one put together, and
// returns it as a view, valid until the next call on the Decoder. A null gives
// ErrNull, an empty string an empty slice that is not nil.
func (d *Decoder) ReadBytes() ([]byte, error) {
	t, err := d.readScalar(BulkString)
	if err != nil {
		return nil, err
	}
	if !t.kind.IsString() {
		return nil, &KindError{Got: t.kind, Want: BulkString}
	}
	return t.Bytes(), nil
}

// ReadString reads a string of any kind and returns a copy of it. It allocates
// that copy. A null gives ErrNull.
func (d *Decoder) ReadString() (string, error) {
	b, err := d.ReadBytes()
	return string(b), err
}

// ReadArrayLen reads the header of an Array or a Set, or inside an aggregate of a
// Push, and returns how many elements follow, or -1 for a streamed one, whose end
// is an ErrEnd. A push at top level is nobody's reply: it goes to OnPush, or is
// read whole and a *KindError.
//
// The caller reads the elements; Depth tells when they have all been read. The
// count is what the header says and no more: the elements may never come, so
// nothing should be made to hold them on its word. [Decoder.Elements] is the loop
// that counted and streamed ones have in common.
func (d *Decoder) ReadArrayLen() (int, error) {
	t, err := d.openArray()
	return t.Len(), err
}

// openArray reads the header of what ReadArrayLen takes.
func (d *Decoder) openArray() (Token, error) {
	t, attributes, header, err := d.typedHeader(Array)
	if err != nil {
		return Token{}, err
	}
	if t.kind != Array && t.kind != Set && (t.kind != Push || d.nest.valueAtTop()) {
		return Token{}, d.readWrongKind(t.kind, Array)
	}
	d.enter(t, attributes+header)
	return t, nil
}

// ReadMapLen reads the header of a Map, or of an Array with an even count, which
// stands for it in RESP2, and returns how many pairs follow, or -1 for a
// streamed map, whose end is an ErrEnd. Nothing should be made to hold them on
// the header's word. [Decoder.Entries] is the loop over them.
func (d *Decoder) ReadMapLen() (int, error) {
	t, err := d.openMap()
	if err != nil || t.IsStreamed() {
		return t.Len(), err
	}
	return t.Len() / 2, nil
}

// openMap reads the header of what ReadMapLen takes.
func (d *Decoder) openMap() (Token, error) {
	t, attributes, header, err := d.typedHeader(Map)
	if err != nil {
		return Token{}, err
	}
	if t.kind != Map && (t.kind != Array || t.IsStreamed() || t.n%2 != 0) {
		return Token{}, d.readWrongKind(t.kind, Map)
	}
	d.enter(t, attributes+header)
	return t, nil
}

// SkipAttributes passes over the attributes that come next and reads nothing of the
// value they decorate, whose kind PeekKind tells then. Without attributes it does
// nothing, nor at the end of what is open. It waits for the first byte of the value,
// and fails as PeekKind does; interrupted, it has consumed nothing. MaxTotalLen
// holds for the attributes and for the value by itself.
func (d *Decoder) SkipAttributes() error {
	if window.Debug {
		d.expireViews()
	}
	if d.fast && d.in.Pos < d.in.End && Kind(d.in.Data[d.in.Pos]) != Attribute {
		return nil
	}
	if err := d.ready(); err != nil {
		return err
	}
	if part, err := d.atPart(); part || err != nil {
		return err
	}
	if err := d.scanAttributes(); err != nil {
		return err
	}
	d.in.Pos += d.ahead.value
	return nil
}

// enter takes the header t of an aggregate, size bytes with the attributes
// before it, off the input.
func (d *Decoder) enter(t Token, size int) {
	d.in.Pos += size
	d.nest.add(t)
	d.noteFast()
}

// readScalar reads the next value, which has to be one that Token's accessors
// can tell the value of.
func (d *Decoder) readScalar(want Kind) (Token, error) {
	if window.Debug {
		d.expireViews()
	}
	if d.fast {
		if d.isToken() {
			return d.ReadToken()
		}
		t, n := fastToken(d.in.Data[d.in.Pos:], &d.rules.limits)
		if uint(n-1) < uint(d.in.End-d.in.Pos) && !t.kind.IsError() && (!opens[t.kind] || t.IsNull() && d.nest.depth < d.rules.Depth) {
			d.consumeOne(n)
			if t.IsNull() {
				return t, ErrNull
			}
			return t, nil
		}
		if d.in.Pos == d.in.End { // nothing was there to try
			if err := d.need(1); err != nil {
				return Token{}, err
			}
			return d.readScalar(want)
		}
	}
	return d.readValueToken(want)
}

// isToken reports whether the value that comes next is known to be one token by its
// first bytes, and neither null nor an error.
func (d *Decoder) isToken() bool {
	if d.in.End-d.in.Pos < 2 {
		return false
	}
	switch Kind(d.in.Data[d.in.Pos]) {
	case Integer, SimpleString:
		return true
	case BulkString:
		return respwire.IsDigit(d.in.Data[d.in.Pos+1])
	}
	return false
}

// readValueToken reads the next whole value and returns the token of it.
func (d *Decoder) readValueToken(want Kind) (t Token, err error) {
	t, attributes, header, err := d.typedHeader(want)
	if err != nil {
		return t, err
	}
	size, err := d.wholeSize()
	if err != nil {
		return t, err
	}
	if opens[t.kind] {
		err = &KindError{Got: t.kind, Want: want}
	} else {
		t = d.payloadOf(t, d.in.Pos+attributes+header)
	}
	d.consume(size)
	return t, err
}

// payloadOf returns t with its payload, which starts at d.in.Data[start] and is all
// there; of a streamed string that is the chunks put together.
func (d *Decoder) payloadOf(t Token, start int) Token {
	switch {
	case t.hasPayload():
		t.data = &d.in.Data[start]
	case t.IsStreamed():
		d.joined = d.joined[:0]
		t, _ = d.joinChunks(start)
	}
	return t
}

// typedHeader returns the header of the next value, with the sizes of the
// attributes before it and of its first line, and has consumed neither. What
// is no value of any type to the caller has been dealt with: a push, a null, a
// server's error, the end of what is open.
func (d *Decoder) typedHeader(want Kind) (t Token, attributes, header int, err error) {
	if window.Debug {
		d.expireViews()
	}
	if d.fast {
		t, n := fastToken(d.in.Data[d.in.Pos:], &d.rules.limits)
		if uint(n-1) < uint(d.in.End-d.in.Pos) && t.kind == want && t.flags == 0 && (!opens[want] || d.nest.depth < d.rules.Depth) {
			if t.hasPayload() {
				n -= int(t.n) + len("\r\n")
			}
			return t, 0, n, nil
		}
	}
	for {
		if err := d.ready(); err != nil {
			return t, 0, 0, err
		}
		if part, err := d.atPart(); part || err != nil {
			return d.partHeader(err)
		}
		t, header, err = d.scanHeader()
		attributes = d.ahead.value
		switch {
		case err != nil:
			return t, 0, 0, err
		case t.kind == Push && d.onPush != nil && d.nest.valueAtTop():
			if err := d.handPush(); err != nil {
				return t, 0, 0, err
			}
		case t.IsNull():
			d.consume(attributes + header)
			return t, 0, 0, ErrNull
		case t.kind.IsError():
			return t, 0, 0, d.readReplyError()
		default:
			return t, attributes, header, nil
		}
	}
}

// partHeader is typedHeader where a chunk or an end comes next, or could not
// be read for err.
func (d *Decoder) partHeader(err error) (t Token, attributes, header int, _ error) {
	if err != nil {
		return t, 0, 0, err
	}
	t, header, err = d.readHeader(&d.nest, 0)
	if err != nil {
		return t, 0, 0, err
	}
	if t.hasPayload() {
		return t, 0, header, nil
	}
	d.consume(header)
	return t, 0, 0, ErrEnd
}

// readReplyError reads the error that comes next and returns it.
func (d *Decoder) readReplyError() error {
	size, err := d.wholeSize()
	if err != nil {
		return err
	}
	t, header, err := d.scanHeader()
	if err != nil {
		return err
	}
	if t.hasPayload() {
		t.data = &d.in.Data[d.in.Pos+d.ahead.value+header]
	}
	err = t.Err()
	d.consume(size)
	return err
}

// readWrongKind reads a whole value that is not of the kind wanted.
func (d *Decoder) readWrongKind(got, want Kind) error {
	size, err := d.wholeSize()
	if err != nil {
		return err
	}
	d.consume(size)
	return &KindError{Got: got, Want: want}
}

// handPush reads a push and hands it to OnPush.
func (d *Decoder) handPush() error {
	if _, err := d.wholeSize(); err != nil {
		return err
	}
	d.consume(d.build(&d.pushed, true))
	d.onPush(&d.pushed)
	return nil
}

// The loops over the elements of an aggregate follow. The loop reads the
// header, the body what it wants of each element, and the loop the rest. How much
// the body has read is told by the frame of the aggregate, which counts what has
// begun in it, and by nesting.low, which tells whether that frame was left.

var errStrayed = errors.New("resp: the body of a loop over Elements or Entries has read more than its element")

// Elements returns an iterator over the elements of the next Array or Set, or inside
// an aggregate of a Push, counted and streamed alike. It yields the index of each,
// and the body of the loop reads that element with any method of the Decoder, a
// loop over its own elements too:
//
//	for _, err := range d.Elements() {
//		if err != nil {
//			return err
//		}
//		name, err := d.ReadString()
//		...
//	}
//
// What the body leaves of its element is skipped: all of it, the rest of an aggregate
// or of a BulkReader, and what was interrupted in it. So is what is left of the
// aggregate after break, return or a panic: what has arrived at once, and the rest by
// the next read of the Decoder. Leaving waits for nothing, and is no call that ends
// views; going on with the loop is one.
//
// An error of the loop is yielded once, with the index of the element it came at,
// and ends it. What comes instead of an array is treated as ReadArrayLen does, and
// nothing has been read when that is interrupted. Behind the header a
// loop cannot be repeated: when it ends, what is left of the aggregate is given up. A
// read of the body that was interrupted can be repeated in the body. Where reads are
// interrupted often, as in event loops, Decode or ReadArrayLen are better.
//
// A body that reads more than its element is a mistake which would shift all that is
// read later. The loop yields an error that says so, and the Decoder stays in it
// until Reset. A body that resets the Decoder ends the loop.
func (d *Decoder) Elements() iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		t, err := d.openArray()
		d.loop(t, err, 1, yield)
	}
}

// Entries returns an iterator over the entries of the next Map, or of an Array with
// an even count, which stands for it in RESP2. It yields the index of each entry, and
// the body of the loop reads its key and then its value. What the body leaves of
// either is skipped. All else is as [Decoder.Elements] has it, with ReadMapLen in the
// place of ReadArrayLen.
func (d *Decoder) Entries() iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		t, err := d.openMap()
		d.loop(t, err, 2, yield)
	}
}

// walk is a run over the elements of the aggregate that was opened last.
type walk struct {
	step     int64 // values that one body may read
	left     int64 // what the frame counted when the body began
	inside   int   // frames around the elements
	streamed bool

	// where reading goes on when the aggregate is complete
	after frame
	outer int

	done bool // the loop has seen the end
}

// loop yields what Elements and Entries do, where opening the aggregate gave t and
// err.
func (d *Decoder) loop(t Token, err error, step int64, yield func(int, error) bool) {
	if err != nil {
		yield(0, err)
		return
	}
	if t.Len() == 0 {
		return
	}
	w := walk{step: step, left: d.nest.left, inside: len(d.nest.outer), streamed: t.IsStreamed()}
	w.after, w.outer = d.nest.afterInnermost()
	defer d.leave(&w, d.nest.low)
	d.nest.low = w.inside
	for i := 0; ; i++ {
		if w.streamed {
			if err := d.takeEndOf(&w); err != nil {
				yield(i, err)
				return
			}
		}
		if w.done || !yield(i, nil) {
			return
		}
		if window.Debug {
			d.expireViews()
		}
		if d.hasTakenOne(&w) {
			w.left = d.nest.left
		} else if err := d.finish(&w); err != nil {
			yield(i, err)
			return
		}
	}
}

// takeEndOf takes the end of a streamed aggregate off the input, if it comes next.
func (d *Decoder) takeEndOf(w *walk) error {
	if w.done {
		return nil
	}
	if err := d.need(1); err != nil || Kind(d.in.Data[d.in.Pos]) != End {
		return err
	}
	_, err := d.readTokenSlow()
	w.done = err == nil
	return err
}

// hasTakenOne reports whether the body has read its element, neither more nor less,
// and it was not the last one.
func (d *Decoder) hasTakenOne(w *walk) bool {
	n := &d.nest
	return d.fast && len(n.outer) == w.inside && n.low == w.inside && n.left == w.left-w.step
}

// finish skips what the body has left of its element.
func (d *Decoder) finish(w *walk) error {
	if w.done = d.nest.low < 0; w.done {
		return nil
	}
	if err := d.check(w); err != nil {
		return err
	}
	for d.isInside(w) {
		if err := d.drop(w.inside); err != nil {
			return err
		}
	}
	w.left -= w.step
	w.done = d.nest.low < w.inside
	return nil
}

// check returns the error that the body has left the Decoder in, or puts it into
// one when the body has read more than its element.
func (d *Decoder) check(w *walk) error {
	if d.copy.done { // but for a writer, who gets no more
		d.in.Kept = 0
		d.setCopy(copying{})
	}
	if d.err == nil && d.hasStrayed(w) {
		d.err = errStrayed
		d.noteFast()
	}
	return d.err
}

// isInside reports whether what comes next belongs to the element of the body.
func (d *Decoder) isInside(w *walk) bool {
	switch n := &d.nest; {
	case d.copy.name != "":
		return true
	case n.low < w.inside:
		return false
	default:
		return len(n.outer) > w.inside || w.left-n.left < w.step
	}
}

// hasStrayed reports whether the body has read more than its element.
func (d *Decoder) hasStrayed(w *walk) bool {
	n, underWay := &d.nest, d.copy.name != ""
	if n.low < w.inside { // the aggregate is complete; the loop itself takes the end of a streamed one
		return underWay || w.left != w.step || n.low != w.outer || n.at(w.outer) != w.after
	}
	begun := w.left - n.at(w.inside).left
	if underWay && len(n.outer) == w.inside {
		begun++ // the frame has not counted it yet
	}
	return begun > w.step
}

// leave drops what is left of the aggregate, as far as it has arrived, and has the
// next read drop the rest. low is what nesting.low was before the loop.
func (d *Decoder) leave(w *walk, low int) {
	if !w.done && d.nest.low >= 0 && d.check(w) == nil && d.nest.low >= w.inside {
		source := d.in.Detach() // so that nothing is waited for
		d.drop(w.inside - 1)
		d.in.Attach(source)
	}
	d.nest.low = min(d.nest.low, low)
}
