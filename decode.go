package resp

import (
	"errors"
	"io"

	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds the stream layer of decoding. A Decoder has five parts, each with
// one owner:
//
//	in     the bytes that have arrived (internal/window). need lets it read;
//	       whoever consumes moves its Pos.
//	nest   what is open at Pos (nesting.go). It changes when bytes are consumed,
//	       and then only.
//	ahead  what has been scanned after Pos and not consumed: a cursor with a
//	       nesting of its own, and request, which is the same for commands. Both
//	       are void as soon as Pos is elsewhere.
//	copy   the value that SkipValue, CopyValue, CopyBulk, ReadInto or a BulkReader
//	       has begun to consume (decode_copy.go).
//	err    the error in which the Decoder stays. fail sets it.
//
// The other fields are options, or follow from these five.
//
// A read flows through them in one of three ways:
//
//	token  ReadToken consumes one token: a usual one at once, and any other one in
//	       readTokenSlow. Other reads take a usual scalar that is buffered likewise.
//	whole  Decode, ReadRaw and the typed reads look ahead to the end of the value
//	       (wholeSize) and then consume it in one pass (consume). ReadCommand does
//	       so with a request (requestScan). When the bytes end before, nothing has
//	       been consumed, and the next read goes on at ahead.
//	copy   SkipValue and its like consume as they go. When they are interrupted,
//	       copy says where the same method goes on.
//
// There are two parsers (parse.go): fastToken takes usual tokens, and rules judges
// all others. The field fast tells whether the fast one may be tried. Before Decode
// looks ahead, and ReadCommand too, they try to take all of a usual value in one pass
// (buildUsual, fastCommand), once for each value.
//
// The code that parses a usual bulk string stands in five places, because a call for
// each string would cost more than parsing it:
//
//	ReadToken      returns the string as a Token, as most tokens are
//	Decode         puts it into a Value, as most replies are
//	ShortBulk      short strings, inlined: in rows in advanceUsual and buildScalars, and
//	               alone in consumeScalar and ReadInto
//	fastToken      every other place; it also takes nulls and the other two kinds with a length
//	fastCommand    arguments; its input need not have room for a Head at its end

// Decoder reads RESP from a reader, or from bytes that Feed gives it. It allocates
// nothing once its buffers have grown. The bytes, Tokens, Values and Commands that
// its methods return are views into its buffer and are valid until the next call on
// the Decoder.
//
// A read that fails with the reader's error, io.ErrUnexpectedEOF or ErrIncomplete
// has lost nothing: call again when there is more input. io.EOF comes only between
// values. After a *SyntaxError or a *LimitError the Decoder stays in that error
// until Reset.
//
// A Decoder that has read everything that came holds less than 1 KiB. Its buffer may
// then serve another Decoder, so a view that is kept too long may show another's
// data. The build tag respdebug finds such views.
//
// The zero Decoder is like NewDecoder(nil): Reset gives it a reader, or Feed its
// input.
//
// A Decoder is not safe for use by several goroutines at once.
type Decoder struct {
	in      window.Window
	nest    nesting
	ahead   cursor
	request requestScan // begins where the cursor does: at a read position
	copy    copying
	err     error

	// fast and fastCommands tell whether ReadToken and ReadCommand may try the fast
	// parsers. They are false while a condition holds that the fast parsers do not
	// check.
	fast, fastCommands bool

	rules  rules
	given  *rules // to NewDecoder; set when SetLimits has replaced them
	onPush func(*Value)
	start  int64 // offset of the value at top level that is being read, for TotalLen
	bulk   BulkReader
	built  int // size of the value that Decode has built last; buildUsual expects as much

	*workspace // nil when idle
}

// cursor records how far the next value or token has been scanned without being
// consumed.
type cursor struct {
	at    int64   // offset where it starts; the cursor is void when the read position is elsewhere, see isScanned
	pos   int     // how far the scan got, in bytes from at
	value int     // where the value itself starts, after its attributes, in bytes from at; -1 when not known
	seen  int     // bytes after pos known to hold no line end
	nest  nesting // what is open at pos
}

// reset moves c to the start of the value at offset at, inside depth open
// aggregates.
func (c *cursor) reset(at int64, depth int) {
	c.at, c.pos, c.value, c.seen = at, 0, -1, 0
	c.nest.resetOne(depth)
}

// NewDecoder returns a Decoder that reads from r with the limits of ClientLimits and
// a buffer of 16 KiB, unless options say otherwise. r may be nil; Feed then gives it
// its input.
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

// isZero reports whether the Decoder is a zero Decoder that has not been used.
func (d *Decoder) isZero() bool { return d.in.Size == 0 }

// Reset makes the Decoder read from r as if it were new. It keeps the options,
// including the limits given to NewDecoder, and the buffer unless that has grown
// large. It drops everything unread and the error that the Decoder stayed in.
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
	d.bulk = BulkReader{d: d, dropped: d.bulk.dropped || d.copy.what == payloadToReader}
	d.copy = copying{}
	d.forgetScans()
	d.noteFast()
}

// forgetScans voids what has been scanned ahead, so the next value is scanned from
// its start.
func (d *Decoder) forgetScans() {
	d.ahead.at = -1
	d.request.reset(-1)
}

// Feed appends a copy of p to the input. It serves event loops and others that read
// from the connection themselves: feed, then read until ErrIncomplete. A Decoder
// with a reader takes p before what it reads next. On platforms with a 32-bit int,
// the bytes that are fed and not read must be just below 1 GiB; the next read
// returns a *LimitError for more.
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

// expireViews overwrites, in debug builds, everything that views from the last call
// may show.
func (d *Decoder) expireViews() {
	d.in.Expire()
	if d.workspace == nil {
		return
	}
	window.Poison(d.joined)
	window.Poison(d.unquoted)
	clear(d.args)
}

// release gives back the buffer and, between values, the workspace, when nothing is
// left to read and no more input seems to be at hand. Views from the last call end
// here.
func (d *Decoder) release() {
	if !d.in.Drained() || !d.nest.atTop() || d.copy.underWay() {
		return
	}
	d.releaseWorkspace()
	d.in.GiveUp()
}

// Depth returns how many aggregates are open: those whose header ReadToken,
// ReadArrayLen or ReadMapLen has returned and whose last element has not been read.
// A streamed string counts while its chunks are read as tokens. The rest that a
// BulkReader or a loop has left counts as read, because the next read drops it.
func (d *Decoder) Depth() int {
	if !d.copy.underWay() && d.nest.kind != streamedString {
		return d.nest.depth
	}
	return d.depthSlow()
}

// depthSlow is Depth inside a streamed string and while a value is being copied.
func (d *Decoder) depthSlow() int {
	switch {
	case d.isDropped():
		return d.nest.depthAfter(d.copy.end)
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
	errDiscardLeft   = errors.New("resp: Discard where a BulkReader or a loop has left part of a value: Peek passes over that")
)

// Peek returns the next n bytes without reading them, as a view that is valid until
// the next call on the Decoder other than Discard. Peek and [Decoder.Discard] read
// data between values at top level that is not RESP: a newline that keeps a
// connection alive, or a file in the middle of a stream.
//
// When fewer than n bytes can be read, Peek returns those and the reason: at the end
// of the input io.EOF, or io.ErrUnexpectedEOF when there are some bytes;
// ErrIncomplete when the Decoder is fed; or the reader's error. Nothing is lost, and
// any method may be called next. The buffer grows with the bytes that arrive,
// whatever n is. No limit applies.
//
// Peek fails inside an aggregate, after an attribute, inside a value that SkipValue,
// CopyValue or CopyBulk has begun, and for a negative n. The Decoder does not stay
// in that error. Like any read, Peek drops what a BulkReader has left of its
// payload.
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

// Discard takes the next n bytes off the input. It reads nothing: when n is above
// len(Buffered()) it fails and takes nothing. It moves no bytes, so a view from
// [Decoder.Peek] stays valid. It fails where Peek does, and while a BulkReader has
// not been read to its end.
func (d *Decoder) Discard(n int) error {
	switch {
	case d.err != nil:
		return d.err
	case d.isDropped():
		return errDiscardLeft
	case d.copy.underWay():
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

// checkPeek returns why Peek and Discard cannot take n bytes here, or nil.
func (d *Decoder) checkPeek(n int) error {
	switch {
	case n < 0:
		return errNegativePeek
	case !d.nest.atTop():
		return errInsideValue
	}
	return nil
}

// PeekKind returns the kind of the next token without reading it. That may be
// Attribute or Push. It fails as ReadToken does.
func (d *Decoder) PeekKind() (Kind, error) {
	if window.Debug {
		d.expireViews()
	}
	if d.fast && d.in.Pos < d.in.End {
		kind := Kind(d.in.Data[d.in.Pos])
		if d.rules.misplaced(&d.nest, kind) == nil {
			return kind, nil
		}
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

// ReadToken reads one token: a scalar, the header of an aggregate or of a streamed
// string, a chunk or an end. It returns attributes and pushes like any other token.
// The Token is valid until the next call on the Decoder.
func (d *Decoder) ReadToken() (Token, error) {
	if window.Debug {
		d.expireViews()
	}
	if d.fast && d.in.Pos < d.in.End {
		// The most frequent forms are parsed here, because calling fastToken would
		// cost as much as parsing them.
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
			if isBuffered(size, d.in.End-d.in.Pos) {
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
		if isBuffered(n, d.in.End-d.in.Pos) {
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

// isBuffered reports whether a fast parser has found a token and all of it lies in the
// bytes that have arrived: size is 0 when it has found none, and may reach beyond the
// end of the input. As the largest uint, 0-1 is beyond it too.
func isBuffered(size, arrived int) bool { return uint(size-1) < uint(arrived) }

// consumeOne consumes a scalar of size bytes.
func (d *Decoder) consumeOne(size int) {
	d.in.Pos += size
	if d.nest.left--; d.nest.left == 0 {
		d.nest.close()
	}
}

// readTokenSlow is ReadToken for unusual or incomplete tokens.
func (d *Decoder) readTokenSlow() (Token, error) {
	if d.fast && d.in.Pos == d.in.End { // nothing had arrived to look at
		if err := d.need(1); err != nil {
			return Token{}, err
		}
		return d.ReadToken()
	}
	if _, want := d.cutString(); want > 0 {
		if err := d.need(want); err != nil {
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

// cutString returns the length of the next bulk string, and how many bytes to wait for,
// if only the beginning of its payload has arrived. Otherwise want is 0.
// The fast parsers can take the string once it has arrived, which pays when reads often
// end inside strings.
func (d *Decoder) cutString() (length, want int) {
	if !d.fast || d.in.Pos == d.in.End || d.isScanned() {
		return 0, 0
	}
	w := respwire.HeadAt(d.in.Data, d.in.Pos)
	if Kind(w[0]) != BulkString {
		return 0, 0
	}
	length, start := respwire.FastLength(w)
	arrived := d.in.End - d.in.Pos
	if start == 0 || arrived < start || arrived >= start+length || int64(length) > d.rules.BulkLen {
		return 0, 0
	}
	return length, start + length + 1 // without the LF: the byte in the place of the CR may be a fault
}

// ReadRaw returns a view of the next whole value with its attributes: its bytes
// exactly as they came. The end of a streamed aggregate counts as a value here.
func (d *Decoder) ReadRaw() ([]byte, error) {
	if window.Debug {
		d.expireViews()
	}
	if n := d.consumeScalar(); n > 0 {
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

// consumeScalar consumes the next value if that is a scalar of a usual form that is
// buffered whole. It returns the size of the value, or 0. Like ReadToken, it looks for
// the most frequent forms before it calls fastToken.
func (d *Decoder) consumeScalar() (size int) {
	if !d.fast || d.in.Pos == d.in.End {
		return 0
	}
	w := respwire.HeadAt(d.in.Data, d.in.Pos)
	arrived := d.in.End - d.in.Pos
	switch kind := Kind(w[0]); {
	case kind == BulkString:
		if _, size = respwire.ShortBulk(w, arrived-2); size > 0 {
			size += len("\r\n")
		}
	case kind == SimpleString && respwire.IsOK(w):
		size = len("+OK\r\n")
	case kind == Integer:
		_, size = respwire.FastInteger(w)
	}
	if size == 0 {
		var t Token
		if t, size = fastToken(d.in.Data[d.in.Pos:], &d.rules.limits); opens[t.kind] {
			return 0
		}
	}
	if !isBuffered(size, arrived) {
		return 0
	}
	d.consumeOne(size)
	return size
}

// atScalar reports whether the first bytes of the next value show that it is a
// scalar, and so one token, which ReadToken reads. The fast parser may be tried on it.
func (d *Decoder) atScalar() bool {
	if !d.fast || d.in.End-d.in.Pos < 2 {
		return false
	}
	w := respwire.HeadAt(d.in.Data, d.in.Pos)
	return !opens[w[0]] && Kind(w[0]) != End && w[1] != '?'
}

// ready returns why nothing can be read now: the error the Decoder stays in, or that
// another method has to be called again first. It drops what a BulkReader or a loop
// has left, and records where a value at top level starts. Every slow step calls it
// first.
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
	if d.copy.underWay() {
		return d.interrupted()
	}
	if d.nest.atTop() {
		d.start = d.in.Offset(0)
	}
	return nil
}

// interrupted returns the error that the interrupted method has to be called again
// first.
func (d *Decoder) interrupted() error {
	return errors.New("resp: " + d.copy.what.method() + " was interrupted inside a value: call it again first")
}

// noteFast sets fast and fastCommands. Every slow step calls it last.
func (d *Decoder) noteFast() {
	plain := d.err == nil && !d.copy.underWay()
	d.fast = plain && d.rules.spareUsual() && !d.nest.inStreamedString()
	d.fastCommands = plain && d.rules.LineLen >= respwire.LongestFastLine && d.workspace != nil
}

// fail puts the Decoder into the error for f and returns it. The token at fault
// starts rel bytes after the read position.
func (d *Decoder) fail(f *fault, rel int) error {
	d.err = f.asError(d.in.Data[d.in.Pos+rel:d.in.End], d.in.Offset(rel))
	d.noteFast()
	return d.err
}

// need reads until want bytes are unread. It returns io.ErrUnexpectedEOF for an end
// of the input inside a value.
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
	if err == io.EOF && (d.in.Pos < d.in.End || !d.nest.atTop() || d.copy.underWay()) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// tooMuchHeld is the fault of a value that has to be held at once and is larger than
// an int can count. It cannot occur where an int has 64 bits.
func tooMuchHeld() *fault { return limitFault(limitTotal, window.MaxHeld, 0) }

// wholeToken returns the token that starts rel bytes after the read position, and
// its size. It reads until the whole token has arrived. n is the place where the
// token stands.
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

// readHeader returns the token whose first line starts rel bytes after the read
// position, and the size of that line. It reads until the line has arrived. n is the
// place where the token stands.
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

// remaining returns how many more bytes the value at top level may have from rel
// bytes after the read position on. It is never negative, although SetLimits may
// lower the limit below what has been read.
func (d *Decoder) remaining(rel int) int64 {
	if d.rules.TotalLen == unlimited {
		return unlimited
	}
	return max(d.rules.TotalLen-(d.in.Offset(rel)-d.start), 0)
}

// wholeSize returns the size of the next whole value with its attributes. It reads
// until the value has arrived. In an open streamed string or aggregate, a chunk or
// the end counts as a value.
func (d *Decoder) wholeSize() (int, error) {
	if ends, err := d.atPart(); ends || err != nil {
		if err != nil {
			return 0, err
		}
		_, size, err := d.wholeToken(&d.nest, 0)
		return size, err
	}
	c := d.lookAhead()
	switch {
	case c.pos == 0 && Kind(d.in.Data[d.in.Pos]) != Attribute:
		c.value = 0
	case c.pos == 0:
		if d.scanUsual(c, 0); c.nest.isDone() {
			return c.pos, nil
		}
		c.reset(c.at, d.nest.depth) // the next read may ask where the attributes end: scanAttributes notes it
		fallthrough
	default:
		if err := d.scanAttributes(); err != nil {
			return 0, err
		}
	}
	for {
		if d.scanUsual(c, 0); c.nest.isDone() {
			return c.pos, nil
		}
		if err := d.scanToken(c); err != nil {
			return 0, err
		}
	}
}

// scanUsual moves c over tokens of the usual forms that are buffered whole, up to
// where at most outer frames are around the next one. It reports whether it moved.
func (d *Decoder) scanUsual(c *cursor, outer int) (moved bool) {
	if !d.fast || c.nest.isDone() {
		return false
	}
	from := d.in.Pos + c.pos
	pos, _ := d.advanceUsual(&c.nest, from, outer)
	if pos > from {
		c.pos, c.seen = pos-d.in.Pos, 0
	}
	return pos > from
}

// advanceUsual moves n over tokens of the usual forms that are buffered whole, from
// d.in.Data[pos:] on. It stops where at most outer frames are around the next token,
// which is where a value with as many around it is complete. It returns where it
// stopped, and whether for that reason.
func (d *Decoder) advanceUsual(n *nesting, pos, outer int) (end int, done bool) {
	if n.inStreamedString() {
		return pos, false
	}
	for pos < d.in.End {
		w := respwire.HeadAt(d.in.Data, pos)
		if Kind(w[0]) == BulkString {
			if _, end := respwire.ShortBulk(w, d.in.End-pos-2); end > 0 {
				pos += end + 2
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
		if !isBuffered(size, d.in.End-pos) || opens[t.kind] && n.depth >= d.rules.Depth {
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

// atPart reports whether a part of a value whose header has been read comes next: a
// chunk, or the end of a streamed aggregate.
func (d *Decoder) atPart() (bool, error) {
	if d.nest.inStreamedString() {
		return true, d.need(1)
	}
	if err := d.need(1); err != nil {
		return false, err
	}
	return Kind(d.in.Data[d.in.Pos]) == End && d.nest.mayEnd(), nil
}

// lookAhead returns the cursor. It moves the cursor to the start of the next value
// unless it is inside that value already.
func (d *Decoder) lookAhead() *cursor {
	if !d.isScanned() {
		d.ahead.reset(d.in.Offset(0), d.nest.depth)
	}
	return &d.ahead
}

// isScanned reports whether the cursor is in the next value, so that the fast parser
// has been tried on it.
func (d *Decoder) isScanned() bool { return d.ahead.at == d.in.Offset(0) }

// scanToken moves c over one token. It reads until the token has arrived.
func (d *Decoder) scanToken(c *cursor) error {
	t, size, err := d.wholeToken(&c.nest, c.pos)
	if err != nil {
		return err
	}
	c.pos += size
	c.seen = 0
	c.nest.add(t)
	return nil
}

// scanAttributes moves the cursor over the attributes of the next value, unless it
// has passed them already.
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
		if d.scanUsual(c, 1) {
			continue
		}
		if err := d.scanToken(c); err != nil {
			return err
		}
	}
	return nil
}

// scanHeader scans the attributes of the next value, which end at d.ahead.value, and
// the first line of the value itself. It returns the token and the size of that
// line.
func (d *Decoder) scanHeader() (t Token, size int, err error) {
	if err := d.scanAttributes(); err != nil {
		return t, 0, err
	}
	c := &d.ahead
	if c.pos > c.value { // the value has been scanned and is valid
		b := d.in.Data[d.in.Pos+c.value : d.in.End]
		t, size, _ = d.rules.header(lineKind(b[0]), b, 0)
		return t, size, nil
	}
	return d.readHeader(&c.nest, c.pos)
}

// consume consumes a whole value of size bytes, or a part of an open one.
func (d *Decoder) consume(size int) {
	t := Token{kind: Null, flags: flagNull} // counts like any whole value
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
