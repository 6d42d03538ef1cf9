package resp

import (
	"errors"
	"iter"

	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds the typed reads. The caller says what it expects, and whatever
// arrives instead, the stream is in step afterwards:
//
//   - attributes are skipped;
//   - a push at top level goes to OnPush and the read goes on; without OnPush it is
//     read whole and gives a *KindError;
//   - a server's error is read whole and returned as a *ReplyError;
//   - a null gives ErrNull;
//   - the end of an open streamed aggregate or string is read and gives ErrEnd;
//   - a value of any other kind is read whole and gives a *KindError.
//
// A typed read that is interrupted has consumed nothing except pushes that OnPush
// has seen.

// ReadInt64 reads an integer: an Integer, or a BigNumber or string that spells one
// in int64's range. A string that spells none gives a *strconv.NumError. The package
// overview says what other values give.
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

// ReadBytes reads a string of any kind, joining the chunks of a streamed one, and
// returns it as a view that is valid until the next call on the Decoder. A null
// gives ErrNull; an empty string gives an empty slice that is not nil.
func (d *Decoder) ReadBytes() ([]byte, error) {
	t, err := d.readScalar(BulkString)
	switch {
	case err != nil:
		return nil, err
	case t.IsNull():
		return nil, ErrNull
	case t.kind.IsString():
		return t.Bytes(), nil
	case t.kind.IsError():
		return nil, t.Err()
	}
	return nil, &KindError{Got: t.kind, Want: BulkString}
}

// ReadString reads a string of any kind and returns a copy of it, which it
// allocates. A null gives ErrNull.
func (d *Decoder) ReadString() (string, error) {
	b, err := d.ReadBytes()
	return string(b), err
}

// ReadArrayLen reads the header of an Array, of a Set, or of a Push inside an
// aggregate. It returns how many elements follow, or -1 for a streamed aggregate,
// whose end gives ErrEnd. A push at top level is not a reply: it goes to OnPush, or
// is read whole and gives a *KindError.
//
// The caller reads the elements; Depth tells when all of them have been read. The
// count is only what the header says and the elements may never come, so callers
// should not allocate memory for that many. [Decoder.Elements] is a loop for counted
// and streamed aggregates alike.
func (d *Decoder) ReadArrayLen() (int, error) {
	t, err := d.openArray()
	return t.Len(), err
}

// openArray reads the header of an aggregate that ReadArrayLen accepts.
func (d *Decoder) openArray() (Token, error) {
	h, err := d.typedHeader(Array)
	if err != nil {
		return Token{}, err
	}
	if h.kind != Array && h.kind != Set && (h.kind != Push || d.nest.valueAtTop()) {
		return Token{}, d.readWrongKind(h.kind, Array)
	}
	d.enter(h.Token, h.size())
	return h.Token, nil
}

// ReadMapLen reads the header of a Map, or of an Array with an even count, which
// stands for it in RESP2, and returns how many pairs follow, or -1 for a streamed
// map, whose end gives ErrEnd. Callers should not allocate memory for that many,
// because they may never come. [Decoder.Entries] is a loop over them.
func (d *Decoder) ReadMapLen() (int, error) {
	t, err := d.openMap()
	if err != nil || t.IsStreamed() {
		return t.Len(), err
	}
	return t.Len() / 2, nil
}

// openMap reads the header of an aggregate that ReadMapLen accepts.
func (d *Decoder) openMap() (Token, error) {
	h, err := d.typedHeader(Map)
	if err != nil {
		return Token{}, err
	}
	if h.kind != Map && (h.kind != Array || h.IsStreamed() || h.n%2 != 0) {
		return Token{}, d.readWrongKind(h.kind, Map)
	}
	d.enter(h.Token, h.size())
	return h.Token, nil
}

// SkipAttributes skips the attributes that come next, so that PeekKind returns the
// kind of the value they decorate. It reads nothing of that value. It does nothing
// when no attribute comes next. It waits for the first byte of the value and does not
// judge it; a fault in an attribute is a *SyntaxError or a *LimitError. When it is
// interrupted it has consumed nothing. MaxTotalLen applies to the attributes and to
// the value separately.
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

// enter consumes the header t of an aggregate, which takes size bytes with the
// attributes before it.
func (d *Decoder) enter(t Token, size int) {
	d.in.Pos += size
	d.nest.add(t)
	d.noteFast()
}

// readScalar reads the next value for one of Token's accessors, which refuses what it
// cannot convert: a scalar that is buffered may be a null or a server's error.
func (d *Decoder) readScalar(want Kind) (Token, error) {
	if window.Debug {
		d.expireViews()
	}
	switch {
	case d.atScalar():
		return d.ReadToken()
	case d.fast && d.in.Pos == d.in.End: // nothing had arrived to look at
		if err := d.need(1); err != nil {
			return Token{}, err
		}
		return d.readScalar(want)
	}
	return d.readValueToken(want)
}

// readValueToken reads the next whole value and returns its token.
func (d *Decoder) readValueToken(want Kind) (t Token, err error) {
	h, err := d.typedHeader(want)
	if err != nil {
		return h.Token, err
	}
	size, err := d.wholeSize()
	if err != nil {
		return h.Token, err
	}
	if opens[h.kind] {
		err = &KindError{Got: h.kind, Want: want}
	} else {
		t = d.payloadOf(h.Token, d.in.Pos+h.size())
	}
	d.consume(size)
	return t, err
}

// payloadOf returns t with its payload, which starts at d.in.Data[start] and has
// arrived whole. The payload of a streamed string is its chunks put together.
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

// joinChunks puts the chunks at d.in.Data[from:] together, up to the last one. It
// returns the streamed string and the size of its chunks on the wire.
func (d *Decoder) joinChunks(from int) (t Token, size int) {
	t = Token{data: emptyText, kind: BulkString, flags: flagStreamed}
	if d.joined == nil {
		d.joined = d.lastJoined.Recall()[:0]
	}
	start, pos := len(d.joined), from
	for {
		n, header := scannedLength(d.in.Data[pos:])
		pos += header
		if n == 0 {
			break
		}
		end := pos + n
		d.joined = append(d.joined, d.in.Data[pos:end]...)
		pos = end + 2
	}
	if joined := d.joined[start:]; len(joined) > 0 {
		t.data, t.n = &joined[0], int64(len(joined))
	}
	return t, pos - from
}

// valueHeader is the header of a value that comes next: its token without the payload,
// and how far it reaches from the read position on.
type valueHeader struct {
	Token
	attributes int // bytes of the attributes before it
	line       int // bytes of its first line
}

// size returns how many bytes come before the payload or the elements.
func (h *valueHeader) size() int { return h.attributes + h.line }

// typedHeader returns the header of the next value and consumes nothing of it. It
// deals with what no typed read returns as a value: a push, a null, a server's error,
// the end of what is open.
func (d *Decoder) typedHeader(want Kind) (h valueHeader, err error) {
	if window.Debug {
		d.expireViews()
	}
	if d.fast {
		if err := d.need(1); err != nil {
			return h, err
		}
		t, n := fastToken(d.in.Data[d.in.Pos:], &d.rules.limits)
		if isBuffered(n, d.in.End-d.in.Pos) && t.kind == want && t.flags == 0 && (!opens[want] || d.nest.depth < d.rules.Depth) {
			if t.hasPayload() {
				n -= int(t.n) + len("\r\n")
			}
			return valueHeader{Token: t, line: n}, nil
		}
	}
	for {
		if err := d.ready(); err != nil {
			return h, err
		}
		if part, err := d.atPart(); part || err != nil {
			return d.partHeader(err)
		}
		t, line, err := d.scanHeader()
		h = valueHeader{t, d.ahead.value, line}
		switch {
		case err != nil:
			return h, err
		case h.kind == Push && d.onPush != nil && d.nest.valueAtTop():
			if err := d.handPush(); err != nil {
				return h, err
			}
		case h.IsNull():
			d.consume(h.size())
			return h, ErrNull
		case h.kind.IsError():
			return h, d.readReplyError()
		default:
			return h, nil
		}
	}
}

// partHeader is typedHeader for a chunk or an end that comes next. err is the error
// of finding that out.
func (d *Decoder) partHeader(err error) (h valueHeader, _ error) {
	if err != nil {
		return h, err
	}
	h.Token, h.line, err = d.readHeader(&d.nest, 0)
	if err != nil {
		return h, err
	}
	if h.hasPayload() {
		return h, nil
	}
	d.consume(h.line)
	return h, ErrEnd
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

// readWrongKind reads a whole value that is not of the kind wanted and returns a
// *KindError.
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
	size, err := d.wholeSize()
	if err != nil {
		return err
	}
	if err := d.buildScanned(&d.pushed, size); err != nil {
		return err
	}
	d.consume(size)
	d.onPush(&d.pushed)
	return nil
}

// The rest of the file holds the loops over the elements of an aggregate. A loop reads
// the header, its body reads what it wants of each element with any methods, and the
// loop skips the rest of that element. The nesting tells how much the body has read:
//
//   - While the frame of the aggregate is there, its counter tells how many elements
//     have begun, and frames inside it tell that one has not ended.
//   - nesting.lowest tells whether that frame is still there. When it is not, reading
//     has to go on where the loop found that it would (nesting.afterInnermost).
//
// With d.Elements() over
//
//	*3\r\n *2\r\n :1\r\n :2\r\n :3\r\n :4\r\n    and :5\r\n after that
//
// the nesting is, from the top level inwards, and the loop does:
//
//	                        counters   lowest
//	the header is read      -2 3       1        note the 3, the one frame around the elements, and the -2
//	body 0 reads *2 and :1  -2 2 1     1        one of 3 has begun and is open: skip :2, note 2
//	body 1 reads nothing    -2 2       1        none of 2 has begun: skip :3, note 1
//	body 2 reads :4         -2         0        the aggregate is complete, and -2 is as noted: end
//
// A body that reads more has strayed. Had body 1 read :3 and :4, the aggregate would be
// complete although 2 were noted. Had body 2 read :4 and :5, the top level would have
// -3.

var errStrayed = errors.New("resp: the body of a loop over Elements or Entries has read more than its element")

// Elements returns an iterator over the elements of the next Array, Set, or Push
// inside an aggregate, counted or streamed. It yields the index of each element, and
// the body of the loop reads that element with any method of the Decoder, which may
// be another loop:
//
//	for _, err := range d.Elements() {
//		if err != nil {
//			return err
//		}
//		name, err := d.ReadString()
//		...
//	}
//
// The loop skips what the body leaves of its element: all of it, the rest of an
// aggregate or of a BulkReader, or the rest of an interrupted read. After break,
// return or a panic it also skips the rest of the aggregate: the part that has
// arrived at once, and the other part with the next read of the Decoder. Leaving the
// loop waits for no input and ends no views; the next step of the loop ends them.
//
// The loop yields its own error once, with the index of the element where it
// occurred, and then ends. It treats other values as ReadArrayLen does, and when it
// is interrupted there it has read nothing. After the header it cannot be repeated:
// its end drops the rest of the aggregate. The body can repeat a read that was
// interrupted. Where reads are interrupted often, as in event loops, Decode or
// ReadArrayLen are better.
//
// A body must not read more than its element, because every later read would be
// shifted. If it does, the loop yields an error that says so, and the Decoder stays
// in it until Reset. A body that resets the Decoder ends the loop.
func (d *Decoder) Elements() iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		t, err := d.openArray()
		d.loop(t, err, 1, yield)
	}
}

// Entries returns an iterator over the entries of the next Map, or of an Array with
// an even count, which stands for it in RESP2. It yields the index of each entry,
// and the body of the loop reads its key and then its value. The loop skips what the
// body leaves of either. Everything else is as in [Decoder.Elements], with
// ReadMapLen in the place of ReadArrayLen.
func (d *Decoder) Entries() iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		t, err := d.openMap()
		d.loop(t, err, 2, yield)
	}
}

// walk is what a loop notes of the aggregate that was opened last.
type walk struct {
	step   int64 // values that one body may read
	left   int64 // the counter of the aggregate when the body began; below zero when it is streamed
	frames int   // around the elements

	// where reading goes on when the aggregate is complete
	after       frame
	framesAfter int

	ended bool // the loop has seen the end
}

// loop is Elements and Entries once the aggregate has been opened with the results t
// and err.
func (d *Decoder) loop(t Token, err error, step int64, yield func(int, error) bool) {
	if err != nil {
		yield(0, err)
		return
	}
	if t.Len() == 0 {
		return
	}
	w := walk{step: step, left: d.nest.left, frames: len(d.nest.outer)}
	w.after, w.framesAfter = d.nest.afterInnermost()
	defer d.leave(&w, d.nest.lowest)
	d.nest.lowest = w.frames
	for i := 0; ; i++ {
		if err := d.takeEndOf(&w); err != nil {
			yield(i, err)
			return
		}
		if w.ended || !yield(i, nil) {
			return
		}
		if window.Debug {
			d.expireViews()
		}
		if d.hasReadOne(&w) {
			w.left = d.nest.left
		} else if err := d.skipRest(&w); err != nil {
			yield(i, err)
			return
		}
	}
}

// takeEndOf consumes the end of a streamed aggregate if it comes next.
func (d *Decoder) takeEndOf(w *walk) error {
	if w.ended || w.left >= 0 {
		return nil
	}
	if err := d.need(1); err != nil || Kind(d.in.Data[d.in.Pos]) != End {
		return err
	}
	_, err := d.readTokenSlow()
	w.ended = err == nil
	return err
}

// hasReadOne reports whether the body has read exactly its element and that was not
// the last one.
func (d *Decoder) hasReadOne(w *walk) bool {
	n := &d.nest
	return d.fast && len(n.outer) == w.frames && n.lowest == w.frames && n.left == w.left-w.step
}

// skipRest skips what the body has left of its element.
func (d *Decoder) skipRest(w *walk) error {
	if w.ended = d.nest.lowest == noLoop; w.ended { // the body has reset the Decoder
		return nil
	}
	if err := d.checkBody(w); err != nil {
		return err
	}
	for d.hasRest(w) {
		if err := d.drop(w.frames); err != nil {
			return err
		}
	}
	w.left -= w.step
	w.ended = d.nest.lowest < w.frames
	return nil
}

// checkBody returns the error that the body has left the Decoder in. It puts the
// Decoder into an error when the body has strayed.
func (d *Decoder) checkBody(w *walk) error {
	if d.copy.done { // except for what is kept for a writer, which gets no more
		d.in.Kept = 0
		d.setCopy(copying{})
	}
	if d.err == nil && d.hasStrayed(w) {
		d.err = errStrayed
		d.noteFast()
	}
	return d.err
}

// hasRest reports whether the next bytes belong to the element of the body.
func (d *Decoder) hasRest(w *walk) bool {
	switch n := &d.nest; {
	case d.copy.underWay():
		return true
	case n.lowest < w.frames:
		return false
	default:
		return len(n.outer) > w.frames || w.left-n.left < w.step
	}
}

// hasStrayed reports whether the body has read more than its element.
func (d *Decoder) hasStrayed(w *walk) bool {
	n, underWay := &d.nest, d.copy.underWay()
	if n.lowest < w.frames { // the aggregate is complete; the loop itself takes the end of a streamed one
		wasLast := w.left == w.step
		wentNoFurther := !underWay && n.lowest == w.framesAfter && n.at(w.framesAfter) == w.after
		return !wasLast || !wentNoFurther
	}
	begun := w.left - n.at(w.frames).left
	if underWay && len(n.outer) == w.frames {
		begun++ // a value under way is counted when it is complete
	}
	return begun > w.step
}

// leave drops what has arrived of the rest of the aggregate, and makes the next read
// drop what has not. lowest is what nesting.lowest was before the loop: that of a loop
// around this one, which has to see what this one has seen.
func (d *Decoder) leave(w *walk, lowest int) {
	if !w.ended && d.nest.lowest != noLoop && d.checkBody(w) == nil && d.nest.lowest >= w.frames {
		source := d.in.Detach() // so that drop waits for no input
		d.drop(w.frames - 1)
		d.in.Attach(source)
	}
	d.nest.lowest = min(d.nest.lowest, lowest)
}
