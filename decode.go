package resp

import (
	"errors"
	"io"

	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// The stream layer of decoding. A Decoder has five parts, and each of them one
// owner:
//
//	in     the bytes that have arrived (internal/window). need lets it read;
//	       whoever consumes moves its Pos.
//	nest   what is open at Pos (nesting.go). It changes when bytes are consumed,
//	       and then only.
//	ahead  what has been looked at behind Pos and not consumed: a cursor with a
//	       nesting of its own, and request, which is the same for commands. Both
//	       are void as soon as Pos is elsewhere.
//	copy   the value that SkipValue, CopyValue, CopyBulk, ReadInto or a BulkReader
//	       has begun to consume (decode_copy.go).
//	err    the SyntaxError or LimitError in which the Decoder stays.
//
// A read flows through them in one of three ways:
//
//	token  ReadToken consumes one token: a usual one at once, and any other one in
//	       readTokenSlow.
//	whole  Decode, ReadRaw, ReadCommand and the typed reads look ahead to the end of
//	       the value (wholeSize) and then consume it in one pass (consume). When
//	       the bytes end before, nothing has been consumed, and the next read goes
//	       on at ahead.
//	copy   SkipValue and its like consume as they go. When they are interrupted,
//	       copy says where the same method goes on.
//
// There are two parsers (parse.go): fastToken takes usual tokens, and rules judges
// all others. fast tells that nothing stands in the way of the fast one.
//
// A usual bulk string is spelled out in five places, because a call for each would
// cost too much there: ReadToken, advanceUsual, buildScalars, fastToken and
// fastCommand.

// Decoder reads RESP from a reader, or from bytes it is fed, without allocating
// once its buffers have grown. What its methods return as bytes, Tokens, Values
// and Commands are views into its buffer: they are valid until the next call
// on the Decoder.
//
// A read that fails with the reader's error, io.ErrUnexpectedEOF or
// ErrIncomplete has lost nothing: call again when there is more. io.EOF comes
// between values alone. After a *SyntaxError or a *LimitError the Decoder
// stays in that error until Reset.
//
// A Decoder that has read all that came holds less than 1 KiB: its buffer is shared
// with others meanwhile, so views that are kept too long may come to show what
// belongs to another (the tag respdebug finds them).
//
// The zero Decoder is one of NewDecoder without a reader and options: Reset gives it
// a reader, or Feed its input.
//
// A Decoder is not safe for use by several goroutines at once.
type Decoder struct {
	in      window.Window
	nest    nesting
	ahead   cursor
	request requestScan
	copy    copying
	err     error

	// fast and fastCommands tell that ReadToken and ReadCommand may try the fast
	// parsers: nothing stands in their way that these do not look at.
	fast, fastCommands bool

	rules  rules
	given  *rules // by NewDecoder, when SetLimits has set others
	onPush func(*Value)
	start  int64 // offset of the value at top level that is being read, for TotalLen
	bulk   BulkReader

	*workspace // nil when idle
}

// cursor is how far the next value, or the token that comes next, has been looked
// at without consuming it.
type cursor struct {
	at    int64   // offset where it starts; the cursor is void when the read position is elsewhere
	pos   int     // what has been looked at, in bytes behind at
	value int     // where the value itself starts behind its attributes, in bytes behind at; -1 when not known
	seen  int     // bytes behind pos that hold no line end
	nest  nesting // what is open at pos
}

// reset makes c a cursor at the start of the value at offset at, at a depth of
// open aggregates.
func (c *cursor) reset(at int64, depth int) {
	c.at, c.pos, c.value, c.seen = at, 0, -1, 0
	c.nest.resetOne(depth)
}

// advance takes account of the token t of that size at c.
func (c *cursor) advance(t Token, size int) {
	c.pos += size
	c.seen = 0
	c.nest.add(t)
}

// NewDecoder returns a Decoder that reads from r with the limits of
// ClientLimits and a buffer of 16 KiB, unless options say otherwise. r may be
// nil: then Feed gives it its input.
func NewDecoder(r io.Reader, opts ...Option) *Decoder {
	d := new(Decoder)
	d.configure(opts...)
	d.Reset(r)
	return d
}

func (d *Decoder) configure(opts ...Option) {
	c := newConfig(opts)
	d.rules = c.rules
	d.onPush = c.onPush
	d.in.Size, d.in.OnWait = c.bufferSize, c.onWait
}

// isZero reports whether the Decoder is none of NewDecoder's and has not been used.
func (d *Decoder) isZero() bool { return d.in.Size == 0 }

// Reset makes the Decoder read from r as if it were new, with the same options
// (the limits are those of NewDecoder again) and, unless it has grown large, the
// same buffer. Everything unread is dropped, and the error that it stayed in too.
func (d *Decoder) Reset(r io.Reader) {
	if d.isZero() {
		d.configure()
	}
	if window.Debug {
		d.expireViews()
	}
	d.releaseWorkspace()
	d.in.Reset(r)
	d.nest.reset()
	if d.given != nil {
		d.rules, d.given = *d.given, nil
	}
	d.err = nil
	d.bulk = BulkReader{d: d, dropped: d.bulk.dropped || d.copy.name == bulkReader}
	d.copy = copying{}
	d.forgetScans()
	d.noteFast()
}

// forgetScans has the next value scanned from its start.
func (d *Decoder) forgetScans() {
	d.ahead.at = -1
	d.request.reset(-1)
}

// Feed appends a copy of p to the input, for event loops and others who do the
// reading themselves: feed, then read until ErrIncomplete. A Decoder with a
// reader takes p before what it reads next. Where int has 32 bits, what is fed and
// not read may have just below 1 GiB; more is a *LimitError of the next read.
func (d *Decoder) Feed(p []byte) {
	if d.isZero() {
		d.Reset(nil)
	}
	if window.Debug {
		d.expireViews()
	}
	if !d.in.CanFeed(len(p)) {
		if d.err == nil {
			d.fail(tooMuchHeld(), 0)
		}
		return
	}
	size := len(d.in.Data)
	d.in.Feed(p)
	d.shrinkFrom(size)
	d.acquireWorkspace()
}

// expireViews overwrites all that views from the last call may look at, in debug
// builds.
func (d *Decoder) expireViews() {
	d.in.Expire()
	if d.workspace == nil {
		return
	}
	window.Poison(d.joined)
	window.Poison(d.unquoted)
	clear(d.args)
}

// release gives back the buffer and, between values, the workspace, when there is
// nothing left to read and the reader, or who feeds, does not seem to have more
// at hand. Views from the last call end here.
func (d *Decoder) release() {
	if !d.in.Drained() || !d.nest.atTop() || d.copy.name != "" {
		return
	}
	d.releaseWorkspace()
	d.in.GiveUp()
}

// Depth returns how many aggregates are open: those whose header ReadToken,
// ReadArrayLen or ReadMapLen has returned and whose last element has not been
// read. A streamed string counts while its chunks are read as tokens. What a
// BulkReader or a loop has left counts as read, since the next read drops it.
func (d *Decoder) Depth() int {
	if d.copy.name == "" && d.nest.kind != streamedString {
		return d.nest.depth
	}
	return d.depthSlow()
}

// depthSlow is Depth inside a streamed string and while something is under way.
func (d *Decoder) depthSlow() int {
	switch {
	case d.isDropped():
		return d.nest.depthBehind(d.copy.end)
	case d.nest.inStreamedString():
		return d.nest.depth + 1
	}
	return d.nest.depth
}

// InputOffset returns the offset in the stream of the next byte to be read, in
// bytes from its start or the last Reset.
func (d *Decoder) InputOffset() int64 { return d.in.Offset(0) }

// Buffered returns the bytes that have arrived and are not read yet, as a view.
func (d *Decoder) Buffered() []byte { return d.in.Unread() }

var (
	errInsideValue   = errors.New("resp: Peek or Discard inside an aggregate that is open, or behind an attribute")
	errNegativePeek  = errors.New("resp: Peek or Discard of a negative number of bytes")
	errDiscardUnread = errors.New("resp: Discard of more bytes than are buffered")
)

// Peek returns the next n bytes without reading them, as a view that is valid until
// the next call on the Decoder other than Discard. With [Decoder.Discard] it reads
// what is no RESP and stands between values at top level: a newline that keeps a
// connection alive, or a file in the middle of a stream.
//
// With fewer than n bytes it returns those that are there and the reason: io.EOF
// when there are none, io.ErrUnexpectedEOF when there are some, ErrIncomplete
// when the Decoder is fed, or the reader's error. Nothing is lost, and any method
// may be called next. The buffer grows with the bytes that arrive, whatever n is,
// and no limit holds.
//
// Inside an aggregate, behind an attribute, inside a value that SkipValue,
// CopyValue or CopyBulk has begun, and for a negative n, Peek fails, and the
// Decoder does not stay in that error. Like any read it drops what a BulkReader has
// left of its payload.
func (d *Decoder) Peek(n int) ([]byte, error) {
	if window.Debug {
		d.expireViews()
	}
	if err := d.ready(); err != nil {
		return nil, err
	}
	if err := d.checkPeek(n); err != nil {
		return nil, err
	}
	var err error
	if n > 0 {
		err = d.need(1) // by itself, so that a workspace comes with the first byte, even if the reader panics then
	}
	for err == nil && d.in.End-d.in.Pos < n {
		err = d.need(min(n, d.in.End-d.in.Pos+window.UsualSize)) // in steps: n may be any number
	}
	n = min(n, d.in.End-d.in.Pos)
	return d.in.Data[d.in.Pos : d.in.Pos+n : d.in.Pos+n], err
}

// Discard takes the next n bytes off the input. They must have arrived: it reads
// nothing, and takes nothing and fails when n is above len(Buffered()). It moves no
// bytes, so a view from [Decoder.Peek] stays valid. It fails where Peek does, and
// while a BulkReader has not been read to its end.
func (d *Decoder) Discard(n int) error {
	switch {
	case d.err != nil:
		return d.err
	case d.copy.name != "":
		return d.interrupted()
	case n > d.in.End-d.in.Pos:
		return errDiscardUnread
	}
	if err := d.checkPeek(n); err != nil {
		return err
	}
	d.in.Pos += n
	return nil
}

// checkPeek returns why n bytes that are no value cannot stand here.
func (d *Decoder) checkPeek(n int) error {
	switch {
	case n < 0:
		return errNegativePeek
	case !d.nest.atTop():
		return errInsideValue
	}
	return nil
}

// PeekKind returns the kind of the next token without reading it, an Attribute
// or a Push too. It fails as ReadToken does.
func (d *Decoder) PeekKind() (Kind, error) {
	if window.Debug {
		d.expireViews()
	}
	if err := d.ready(); err != nil {
		return 0, err
	}
	if err := d.need(1); err != nil {
		return 0, err
	}
	kind := Kind(d.in.Data[d.in.Pos])
	if f := d.rules.misplaced(&d.nest, kind); f != nil {
		return 0, d.fail(f, 0)
	}
	return kind, nil
}

// ReadToken reads one token: a scalar, the header of an aggregate or of a
// streamed string, a chunk or an end. Attributes and pushes come as they are.
// The Token is valid until the next call on the Decoder.
func (d *Decoder) ReadToken() (Token, error) {
	if window.Debug {
		d.expireViews()
	}
	if d.fast && d.in.Pos < d.in.End {
		// The most frequent forms are taken here and not by fastToken: the
		// call alone costs half of what they take.
		w := respwire.HeadAt(d.in.Data, d.in.Pos)
		switch Kind(w[0]) {
		case BulkString:
			n, start := respwire.ShortLength(w)
			if start == 0 && w[1] != '-' {
				n, start = respwire.FastLength(w)
			}
			end := d.in.Pos + start + n
			if start > 0 && end+2 <= d.in.End && respwire.Load16(d.in.Data[end:]) == respwire.CRLF16 && int64(n) <= d.rules.BulkLen {
				d.consumeOne(start + n + 2)
				return Token{data: &w[start], n: int64(n), kind: BulkString}, nil
			}
		case SimpleString:
			if respwire.IsOK(w) && d.in.End-d.in.Pos >= len("+OK\r\n") {
				d.consumeOne(len("+OK\r\n"))
				return Token{data: &w[1], n: 2, kind: SimpleString}, nil
			}
		case Integer:
			n, size := respwire.FastInteger(w)
			if uint(size-1) < uint(d.in.End-d.in.Pos) {
				d.consumeOne(size)
				return Token{n: n, kind: Integer}, nil
			}
		case Array:
			n, size := respwire.ShortLength(w)
			if n > 0 && size <= d.in.End-d.in.Pos && d.nest.depth < d.rules.Depth && int64(n) <= d.rules.Elements {
				t := Token{n: int64(n), kind: Array}
				d.in.Pos += size
				d.nest.open(t)
				return t, nil
			}
		}
		t, n := fastToken(d.in.Data[d.in.Pos:], &d.rules.limits)
		if uint(n-1) < uint(d.in.End-d.in.Pos) {
			if !opens[t.kind] {
				d.consumeOne(n)
				return t, nil
			}
			if d.nest.depth < d.rules.limits.Depth {
				d.in.Pos += n
				d.nest.add(t)
				return t, nil
			}
		}
	}
	return d.readTokenSlow()
}

// consumeOne takes a scalar of size bytes off the input.
func (d *Decoder) consumeOne(size int) {
	d.in.Pos += size
	if d.nest.left--; d.nest.left == 0 {
		d.nest.close()
	}
}

// readTokenSlow is ReadToken for everything unusual.
func (d *Decoder) readTokenSlow() (Token, error) {
	if waited, err := d.awaitString(); waited {
		if err != nil {
			return Token{}, err
		}
		return d.ReadToken()
	}
	if err := d.ready(); err != nil {
		return Token{}, err
	}
	t, size, err := d.wholeToken(&d.nest, 0)
	if err != nil {
		return Token{}, err
	}
	d.in.Pos += size
	d.nest.add(t)
	d.noteFast()
	return t, nil
}

// awaitString reads the rest of the bulk string that comes next, if only the
// beginning of its payload is there, so that the fast parsers can take it. It
// reports whether that was so. It pays where reads end inside strings again and again.
func (d *Decoder) awaitString() (waited bool, err error) {
	if !d.fast || d.in.Pos == d.in.End || d.ahead.at == d.in.Offset(0) {
		return false, nil
	}
	w := respwire.HeadAt(d.in.Data, d.in.Pos)
	if Kind(w[0]) != BulkString {
		return false, nil
	}
	n, start := respwire.FastLength(w)
	arrived := d.in.End - d.in.Pos
	if start == 0 || arrived < start || arrived >= start+n || int64(n) > d.rules.BulkLen {
		return false, nil
	}
	return true, d.need(start + n + 1) // not the LF: what comes in place of the CR may be at fault
}

// ReadRaw returns the bytes of the next whole value, with its attributes,
// exactly as they came, as a view. The end of a streamed aggregate counts as a
// value here.
func (d *Decoder) ReadRaw() ([]byte, error) {
	if n := d.consumeUsual(); n > 0 {
		return d.in.Data[d.in.Pos-n : d.in.Pos : d.in.Pos], nil
	}
	if err := d.ready(); err != nil {
		return nil, err
	}
	size, err := d.wholeSize()
	if err != nil {
		return nil, err
	}
	raw := d.in.Data[d.in.Pos : d.in.Pos+size : d.in.Pos+size]
	d.consume(size)
	return raw, nil
}

// consumeUsual takes the next value off the input when that is a scalar which is
// buffered and has one of the usual forms, and returns its size, or 0.
func (d *Decoder) consumeUsual() (size int) {
	if window.Debug {
		d.expireViews()
	}
	if !d.fast {
		return 0
	}
	t, n := fastToken(d.in.Data[d.in.Pos:], &d.rules.limits)
	if uint(n-1) >= uint(d.in.End-d.in.Pos) || opens[t.kind] {
		return 0
	}
	d.consumeOne(n)
	return n
}

// ready returns why nothing can be read now: the error the Decoder stays in,
// or that another method has to be called again first. What a BulkReader or a loop
// has left is dropped. It comes before every slow step and notes where a value at
// top level starts.
func (d *Decoder) ready() error {
	if d.isZero() {
		d.Reset(nil)
	}
	if d.err != nil {
		return d.err
	}
	if d.isDropped() {
		if err := d.drop(d.copy.end); err != nil {
			return err
		}
	}
	if d.copy.name != "" {
		return d.interrupted()
	}
	if d.nest.atTop() {
		d.start = d.in.Offset(0)
	}
	return nil
}

// interrupted returns that the method under way has to be called again first.
func (d *Decoder) interrupted() error {
	return errors.New("resp: " + d.copy.name + " was interrupted inside a value: call it again first")
}

// noteFast notes what the fast parsers depend on. It follows every slow step.
func (d *Decoder) noteFast() {
	plain := d.err == nil && d.copy.name == "" && d.rules.LineLen >= respwire.LongestFastLine
	d.fast = plain && d.rules.TotalLen == unlimited && d.rules.BulkLen >= respwire.LongestShortLength && !d.nest.inStreamedString()
	d.fastCommands = plain && d.workspace != nil
}

// fail puts the Decoder into the error for f, in the token that starts rel
// bytes behind the read position.
func (d *Decoder) fail(f *fault, rel int) error {
	d.err = f.asError(d.in.Data[d.in.Pos+rel:d.in.End], d.in.Offset(rel))
	d.noteFast()
	return d.err
}

// need reads until want bytes are unread. An end of the input is unexpected
// where bytes of a value are there or an aggregate is open.
func (d *Decoder) need(want int) error {
	if d.in.End-d.in.Pos >= want {
		return nil
	}
	if want > window.MaxHeld {
		return d.fail(tooMuchHeld(), 0)
	}
	d.release()
	size := len(d.in.Data)
	err := d.in.Fill(want)
	d.shrinkFrom(size)
	if d.in.Pos < d.in.End {
		d.acquireWorkspace()
	}
	if err == io.EOF && (d.in.Pos < d.in.End || !d.nest.atTop() || d.copy.name != "") {
		return io.ErrUnexpectedEOF
	}
	return err
}

// tooMuchHeld is the fault of what would have to be held at once and is larger than
// an int can count. It cannot occur where that has 64 bits.
func tooMuchHeld() *fault { return limitFault(limitTotal, window.MaxHeld, 0) }

// wholeToken returns the token that starts rel bytes behind the read position, in
// the place of n, and its size, reading until it is all there.
func (d *Decoder) wholeToken(n *nesting, rel int) (t Token, size int, err error) {
	t, header, err := d.readHeader(n, rel)
	if err != nil || !t.hasPayload() {
		return t, header, err
	}
	for {
		size, need, f := t.payload(d.in.Data[d.in.Pos+rel:d.in.End], header)
		if f != nil {
			return Token{}, 0, d.fail(f, rel)
		}
		if size > 0 {
			return t, size, nil
		}
		if err := d.need(rel + need); err != nil {
			return Token{}, 0, err
		}
	}
}

// readHeader returns the token whose first line starts rel bytes behind the read
// position, in the place of n, and the size of that line, reading until it is there.
func (d *Decoder) readHeader(n *nesting, rel int) (t Token, size int, err error) {
	if err := d.need(rel + 1); err != nil {
		return t, 0, err
	}
	c := d.lookAhead()
	for {
		seen := 0
		if rel == c.pos {
			seen = c.seen
		}
		b := d.in.Data[d.in.Pos+rel : d.in.End]
		t, size, f := d.rules.token(n, b, seen, d.remaining(rel))
		if f != nil {
			return t, 0, d.fail(f, rel)
		}
		if size > 0 {
			return t, size, nil
		}
		if rel == c.pos {
			c.seen = len(b) - 1
		}
		if err := d.need(rel + len(b) + 1); err != nil {
			return t, 0, err
		}
	}
}

// remaining returns how many bytes the value at top level may still have, rel
// bytes behind the read position. SetLimits may have lowered them below what has
// been read.
func (d *Decoder) remaining(rel int) int64 {
	if d.rules.TotalLen == unlimited {
		return unlimited
	}
	return max(d.rules.TotalLen-(d.in.Offset(rel)-d.start), 0)
}

// wholeSize returns the size of the next whole value with its attributes,
// reading until it is all there. Of a streamed string or aggregate that is open,
// the next value may also be a chunk or the end.
func (d *Decoder) wholeSize() (int, error) {
	if ends, err := d.atPart(); ends || err != nil {
		if err != nil {
			return 0, err
		}
		_, size, err := d.wholeToken(&d.nest, 0)
		return size, err
	}
	c := d.lookAhead()
	if c.pos == 0 && Kind(d.in.Data[d.in.Pos]) != Attribute {
		c.value = 0
	} else if err := d.scanAttributes(); err != nil {
		return 0, err
	}
	for {
		if d.scanUsual(c); c.nest.isDone() {
			return c.pos, nil
		}
		if err := d.scanToken(c); err != nil {
			return 0, err
		}
	}
}

// scanUsual moves c behind tokens of the usual forms that are buffered whole.
func (d *Decoder) scanUsual(c *cursor) {
	if !d.fast || c.nest.isDone() {
		return
	}
	from := d.in.Pos + c.pos
	if pos, _ := d.advanceUsual(&c.nest, from, 0); pos > from {
		c.pos, c.seen = pos-d.in.Pos, 0
	}
}

// advanceUsual passes over tokens of the usual forms that are buffered whole, from
// d.in.Data[pos:] in the place of n, until a value is complete in which no more than
// outer frames are around. It returns where it stopped and whether that is so.
func (d *Decoder) advanceUsual(n *nesting, pos, outer int) (end int, done bool) {
	if n.inStreamedString() {
		return pos, false
	}
	for pos < d.in.End {
		w := respwire.HeadAt(d.in.Data, pos)
		if Kind(w[0]) == BulkString {
			length, header := respwire.ShortLength(w)
			end := pos + header + length
			if header > 0 && end+2 <= d.in.End && respwire.Load16(d.in.Data[end:]) == respwire.CRLF16 {
				pos = end + 2
				if n.left--; n.left == 0 {
					n.close()
				}
				if len(n.outer) <= outer {
					return pos, true
				}
				continue
			}
		}
		t, size := fastToken(d.in.Data[pos:], &d.rules.limits)
		if uint(size-1) >= uint(d.in.End-pos) || opens[t.kind] && n.depth >= d.rules.Depth {
			return pos, false
		}
		pos += size
		n.add(t)
		if len(n.outer) <= outer {
			return pos, true
		}
	}
	return pos, false
}

// atPart reports whether what comes next is only part of a value whose header
// has been read: a chunk, or the end of a streamed aggregate.
func (d *Decoder) atPart() (bool, error) {
	if d.nest.inStreamedString() {
		return true, d.need(1)
	}
	if err := d.need(1); err != nil {
		return false, err
	}
	return Kind(d.in.Data[d.in.Pos]) == End && d.nest.mayEnd(), nil
}

// lookAhead returns the cursor, at the start of the next value unless it is inside.
func (d *Decoder) lookAhead() *cursor {
	if at := d.in.Offset(0); d.ahead.at != at {
		d.ahead.reset(at, d.nest.depth)
	}
	return &d.ahead
}

// scanToken moves c behind one token, reading until it is all there.
func (d *Decoder) scanToken(c *cursor) error {
	t, size, err := d.wholeToken(&c.nest, c.pos)
	if err != nil {
		return err
	}
	c.advance(t, size)
	return nil
}

// scanAttributes moves the cursor behind the attributes of the next value, unless
// it has been there.
func (d *Decoder) scanAttributes() error {
	for c := d.lookAhead(); c.value < 0; {
		if c.nest.valueAtTop() {
			if err := d.need(c.pos + 1); err != nil {
				return err
			}
			if Kind(d.in.Data[d.in.Pos+c.pos]) != Attribute {
				c.value = c.pos
				return nil
			}
		}
		if d.scanOneUsual(c) {
			continue
		}
		if err := d.scanToken(c); err != nil {
			return err
		}
	}
	return nil
}

// scanOneUsual moves c behind one token, if it has a usual form and is buffered whole.
func (d *Decoder) scanOneUsual(c *cursor) bool {
	pos := d.in.Pos + c.pos
	if !d.fast || pos >= d.in.End || c.nest.inStreamedString() {
		return false
	}
	t, size := fastToken(d.in.Data[pos:], &d.rules.limits)
	if uint(size-1) >= uint(d.in.End-pos) || opens[t.kind] && c.nest.depth >= d.rules.Depth {
		return false
	}
	c.advance(t, size)
	return true
}

// scanHeader scans the attributes of the next value, which end at d.ahead.value,
// and the first line of the value itself, whose size it returns.
func (d *Decoder) scanHeader() (t Token, size int, err error) {
	if err := d.scanAttributes(); err != nil {
		return t, 0, err
	}
	c := &d.ahead
	if c.pos > c.value { // the value has been looked at and found right
		b := d.in.Data[d.in.Pos+c.value : d.in.End]
		t, size, _ = d.rules.header(Kind(b[0]), b, 0)
		return t, size, nil
	}
	return d.readHeader(&c.nest, c.pos)
}

// consume takes a whole value of size bytes, or a part of an open one, off the
// input.
func (d *Decoder) consume(size int) {
	t := Token{kind: Null, flags: flagNull} // which counts as any whole value does
	switch kind := Kind(d.in.Data[d.in.Pos]); kind {
	case Chunk:
		n, _ := scannedLength(d.in.Data[d.in.Pos:])
		t = Token{kind: kind, n: int64(n)}
	case End:
		t = Token{kind: kind}
	}
	d.in.Pos += size
	d.nest.add(t)
	d.noteFast()
}
