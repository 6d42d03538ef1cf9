package resp

import (
	"math"
	"sync"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// This file is the wire layer of decoding: it parses one token at the start of a
// byte slice and knows neither buffers nor readers. There are two parsers. fastToken
// takes the forms of nearly all traffic and gives up on anything else, faults
// included. rules.header takes everything, byte by byte from left to right, and
// alone finds faults. So each rule is written once, and the fast parser has no error
// paths.

// fastToken parses the token at the start of b if it has one of the usual forms. It
// returns the size of the token, or 0 for any other form and for a fault. len(b)
// must be at least respwire.HeadSize, and the caller checks that the size lies
// within its input. fastToken takes no chunks and ends, so its token may stand
// wherever a value may.
func fastToken(b []byte, limits *limits) (t Token, size int) {
	if len(b) < respwire.HeadSize {
		return Token{}, 0
	}
	w := (*respwire.Head)(b)
	switch kind := Kind(b[0]); kind {
	case SimpleString, SimpleError:
		if respwire.IsOK(w) {
			return Token{data: &b[1], n: 2, kind: kind}, len("+OK\r\n")
		}
		end := respwire.FastLine(b)
		if end == 0 {
			return Token{}, 0
		}
		return Token{data: &b[1], n: int64(end - 1), kind: kind}, end + 2

	case BulkString, BulkError, VerbatimString:
		n, start := respwire.ShortLength(w)
		if start == 0 {
			if kind == BulkString && respwire.IsMinusOne(w) {
				return Token{kind: BulkString, flags: flagNull}, len("$-1\r\n")
			}
			if n, start = respwire.FastLength(w); start == 0 {
				return Token{}, 0
			}
		}
		end := start + n
		if n > len(b)-start-2 || respwire.Load16(b[end:]) != respwire.CRLF16 || int64(n) > limits.BulkLen {
			return Token{}, 0
		}
		if kind == VerbatimString && (n < verbatimPrefix || b[start+3] != ':') {
			return Token{}, 0
		}
		return Token{data: &b[start], n: int64(n), kind: kind}, end + 2

	case Integer:
		n, size := respwire.FastInteger(w)
		return Token{n: n, kind: Integer}, size

	case Array, Map, Set, Push, Attribute:
		n, size := respwire.ShortLength(w)
		if size == 0 {
			n, size = respwire.FastLength(w)
		}
		if size == 0 {
			if kind == Array && respwire.IsMinusOne(w) {
				return Token{kind: Array, flags: flagNull}, len("*-1\r\n")
			}
			return Token{}, 0
		}
		if int64(n) > limits.Elements {
			return Token{}, 0
		}
		return Token{n: int64(n), kind: kind}, size

	case Double, BigNumber:
		if size := respwire.FastNumber(b, kind == Double); size > 0 {
			return Token{data: &b[1], n: int64(size - len(",\r\n")), kind: kind}, size
		}

	case Null:
		if respwire.Load16(w[1:]) == respwire.CRLF16 {
			return Token{kind: Null, flags: flagNull}, len("_\r\n")
		}

	case Boolean:
		switch respwire.Load32(w[:]) {
		case '#' | 't'<<8 | '\r'<<16 | '\n'<<24:
			return Token{kind: Boolean, n: 1}, len("#t\r\n")
		case '#' | 'f'<<8 | '\r'<<16 | '\n'<<24:
			return Token{kind: Boolean}, len("#f\r\n")
		}
	}
	return Token{}, 0
}

// ConsumeToken parses the token at the start of b and returns it, as a view
// into b, with its size in bytes. It returns ErrIncomplete when b ends before
// the token does, and a *SyntaxError or *LimitError (with the limits of
// ClientLimits, offsets counted from the start of b) when b does not start
// with a token; n is 0 then.
//
// It knows no context: chunks and ends of streams are tokens like others, and it
// limits neither the depth nor the sum of chunks. A Decoder checks these.
func ConsumeToken(b []byte) (t Token, n int, err error) {
	if t, n := fastToken(b, &standardRules.limits); n > 0 {
		return t, n, nil
	}
	if len(b) == 0 {
		return Token{}, 0, ErrIncomplete
	}
	anywhere := nesting{frame: topLevel}
	switch Kind(b[0]) {
	case Chunk:
		anywhere.kind = streamedString
	case End:
		anywhere.kind = Array
	}
	t, n, f := standardRules.tokenSlow(&anywhere, b)
	switch {
	case f != nil:
		return Token{}, 0, f.asError(b, 0)
	case n == 0:
		return Token{}, 0, ErrIncomplete
	}
	return t, n, nil
}

// ConsumeValue returns the size of the whole value at the start of b, including the
// attributes before it. The value may be a reply or a multibulk request. It returns
// ErrIncomplete when b ends before the value does, and a *SyntaxError or *LimitError
// (with the limits of ClientLimits, offsets counted from the start of b) when b does
// not start with a value; n is 0 then.
//
// It keeps no state, so a call with more bytes begins at the start again. A Decoder
// that is fed scans every byte once.
func ConsumeValue(b []byte) (n int, err error) {
	if t, n := fastToken(b, &standardRules.limits); n > 0 && !opens[t.kind] {
		return n, nil
	}
	nest := nestings.Get().(*nesting)
	defer nestings.Put(nest)
	for nest.resetOne(0); !nest.isDone(); {
		if n == len(b) {
			return 0, ErrIncomplete
		}
		t, size, f := standardRules.tokenIn(nest, b[n:])
		switch {
		case f != nil:
			return 0, f.asError(b[n:], int64(n))
		case size == 0:
			return 0, ErrIncomplete
		}
		n += size
		nest.add(t)
	}
	return n, nil
}

// nestings holds the nestings of ConsumeValue. They are used again with their
// stacks, which the limit on depth bounds.
var nestings = sync.Pool{New: func() any { return &nesting{outer: make([]frame, 0, usualDepth)} }}

// usualDepth is a depth that most values do not exceed.
const usualDepth = 64

// tokenIn parses the token at the start of b, which is not empty, in the place of n.
// It returns the size of the token, or 0 when b ends before the token does.
func (r *rules) tokenIn(n *nesting, b []byte) (t Token, size int, f *fault) {
	if !n.inStreamedString() {
		t, size := fastToken(b, &r.limits)
		if size > 0 && !(opens[t.kind] && n.depth >= r.Depth) {
			return t, size, nil
		}
	}
	return r.tokenSlow(n, b)
}

// tokenSlow is tokenIn for tokens of every form.
func (r *rules) tokenSlow(n *nesting, b []byte) (t Token, size int, f *fault) {
	t, size, f = r.token(n, b, 0, unlimited)
	if t.hasPayload() && size > 0 {
		size, _, f = t.payload(b, size)
	}
	return t, size, f
}

// rules are the settings of the slow parser, which is made of their methods.
type rules struct {
	limits
	lenient    bool
	beforeAuth bool // Redis answers in other words then
}

// standardRules are the rules of ConsumeToken.
var standardRules = newConfig(nil).rules

// fault says what is wrong with a token. Its offsets count from the first byte of
// the token. Either class or limit is set.
type fault struct {
	at       int    // the faulty byte, or the first byte of a number out of range
	from, to int    // the bytes to show
	class    Class  // of a SyntaxError
	expected string // for a SyntaxError
	limit    string // of a LimitError
	max      int64  // for a LimitError
	reply    string // what to answer, for requests

	// atEnd says that the number is at fault only because it ends here: more digits
	// could have followed.
	atEnd bool
}

func syntaxFault(class Class, at int, expected string) *fault {
	return &fault{class: class, at: at, to: at + 1, expected: expected}
}

func limitFault(limit string, max int64, at int) *fault {
	return &fault{limit: limit, max: max, at: at}
}

// lineKind says what a first line belongs to: a token of that Kind, or one of the two
// headers of a multibulk request, whose numbers are beyond a byte.
type lineKind uint16

// These stand for the two headers of a multibulk request, whose rules differ from
// those of replies.
const (
	commandCount lineKind = 256 + iota
	commandArgument
)

// header parses the first line of the token at the start of b. That is the whole
// token except for strings with a length, whose payload and CR LF follow. kind is
// b[0], or commandCount or commandArgument. The first seen
// bytes of b are known to hold no line end. size is 0 when the line is incomplete;
// then all bytes of b but the last, which may be a CR, are known to hold no line
// end.
func (r *rules) header(kind lineKind, b []byte, seen int) (t Token, size int, f *fault) {
	end := respwire.LineEnd(b, max(seen, 1))
	maxLine := int(r.LineLen)
	switch {
	case end > maxLine, end == maxLine && end < len(b) && b[end] == '\r':
		return Token{}, 0, r.overlong(kind, b[1:max(1, min(end, maxLine+1))])
	case end+1 >= len(b) && (end == len(b) || b[end] == '\r'):
		return Token{}, 0, nil
	}
	t, f = r.line(kind, b[1:end])
	if b[end] == '\n' {
		if f == nil || f.atEnd {
			f = syntaxFault(ClassSyntax, end, "CR LF")
		}
	} else if f == nil && b[end+1] != '\n' {
		f = syntaxFault(ClassSyntax, end, "CR LF")
		f.to++
	}
	if f != nil {
		return Token{}, 0, f
	}
	if t.data == emptyText {
		t.data = &b[1]
	}
	return t, end + 2, nil
}

// overlong returns the fault of a line that is longer than its limit. A fault inside
// the line comes before the limit. The text to answer is that of the limit all the
// same, because Redis checks no line before its end.
func (r *rules) overlong(kind lineKind, text []byte) *fault {
	_, f := r.line(kind, text)
	if f == nil || f.atEnd {
		f = limitFault(limitLine, r.LineLen, 0)
	}
	switch kind {
	case commandCount:
		f.reply = "Protocol error: too big mbulk count string"
	case commandArgument:
		f.reply = "Protocol error: too big bulk count string"
	}
	return f
}

// line parses the text of a token's first line, without its first byte and
// line end.
func (r *rules) line(line lineKind, text []byte) (t Token, f *fault) {
	switch line {
	case commandCount:
		return r.commandCount(text)
	case commandArgument:
		return r.argumentLength(text)
	}
	kind := Kind(line)
	switch kindTable[kind].layout {
	case textLine:
		return textToken(kind, text), nil
	case integerLine:
		n, at, wrong := respwire.ParseInteger(text)
		return Token{n: n, kind: kind}, numberFaultAt(wrong, at, len(text))
	case spelledLine:
		return r.spelled(kind, text)
	case booleanLine:
		return booleanToken(text)
	case bareLine:
		if len(text) > 0 {
			return t, syntaxFault(ClassSyntax, 1, "CR LF")
		}
		t = Token{kind: kind}
		if kind == Null {
			t.flags = flagNull
		}
		return t, nil
	}
	return r.count(kind, text)
}

// spelled parses a number that is kept as it is spelled.
func (r *rules) spelled(kind Kind, text []byte) (t Token, f *fault) {
	if kind == Double {
		return r.double(text)
	}
	if bad := scanSpelled(kind, text); bad >= 0 {
		return t, numberFaultAt(respwire.NumberBad, bad, len(text))
	}
	return textToken(kind, text), nil
}

// emptyText marks an empty payload that is not nil.
var emptyText = new(byte)

func textToken(kind Kind, text []byte) Token {
	t := Token{data: emptyText, n: int64(len(text)), kind: kind}
	if len(text) > 0 {
		t.data = &text[0]
	}
	return t
}

// numberFaultAt returns the fault of a number in a line whose text has length bytes,
// or nil. at is an index into the text.
func numberFaultAt(wrong respwire.NumberFault, at, length int) *fault {
	switch wrong {
	case respwire.NumberOK:
		return nil
	case respwire.NumberOverflow:
		f := syntaxFault(ClassOverflow, 1, "a 64-bit integer")
		f.to = 1 + min(length, len("-9223372036854775808")+1)
		return f
	}
	f := syntaxFault(ClassSyntax, at+1, "a digit")
	f.atEnd = at == length
	return f
}

func (r *rules) double(text []byte) (t Token, f *fault) {
	if bad := respwire.ScanDouble(text, r.lenient); bad >= 0 {
		f = syntaxFault(ClassSyntax, bad+1, "a double")
		f.atEnd = bad == len(text)
		return t, f
	}
	if respwire.DoubleMayOverflow(text) {
		if _, ok := respwire.ParseDouble(text); !ok {
			f = syntaxFault(ClassOverflow, 1, "a double in range")
			f.to = 1 + len(text)
			f.atEnd = true
			return t, f
		}
	}
	return textToken(Double, text), nil
}

func booleanToken(text []byte) (t Token, f *fault) {
	t = Token{kind: Boolean}
	switch {
	case len(text) == 0:
		f = syntaxFault(ClassSyntax, 1, "t or f")
		f.atEnd = true
	case text[0] != 't' && text[0] != 'f':
		f = syntaxFault(ClassSyntax, 1, "t or f")
	case len(text) > 1:
		f = syntaxFault(ClassSyntax, 2, "CR LF")
	case text[0] == 't':
		t.n = 1
	}
	return t, f
}

// count parses the length or count in a header. It is strict, because a number that
// a proxy accepts and a server refuses can smuggle requests (grammar, rule 1).
func (r *rules) count(kind Kind, text []byte) (t Token, f *fault) {
	t = Token{kind: kind}
	if len(text) == 0 {
		f = syntaxFault(ClassLength, 1, "a length")
		f.atEnd = true
		return t, f
	}
	switch text[0] {
	case '?':
		if !kind.streamable() || len(text) > 1 {
			return t, noLength(text)
		}
		t.flags = flagStreamed
		return t, nil
	case '-':
		return r.nullCount(kind, text)
	}
	t.n, f = parseLength(text)
	if f == nil {
		f = r.checkCount(kind, t.n, len(text))
	}
	return t, f
}

// noLength returns the fault of a text that starts with a question mark where nothing
// can be streamed.
func noLength(text []byte) *fault {
	f := syntaxFault(ClassLength, 1, "a length")
	f.to = min(len(text), 2) + 1
	return f
}

// nullCount parses a text that starts with a minus. Only -1 is valid; it stands for
// a null.
func (r *rules) nullCount(kind Kind, text []byte) (t Token, f *fault) {
	t = Token{kind: kind, flags: flagNull}
	if kind != BulkString && kind != Array && (!r.lenient || kind == Chunk) {
		return t, syntaxFault(ClassLength, 1, "a length that is not negative")
	}
	switch {
	case len(text) == 2 && text[1] == '1':
		if kind == Attribute {
			t.flags = 0 // an attribute without pairs, because an attribute is not a value
		}
		return t, nil
	case len(text) > 2 && text[1] == '1' && !respwire.IsDigit(text[2]):
		return t, syntaxFault(ClassLength, 3, "CR LF")
	}
	f = syntaxFault(ClassLength, 1, "a length, or -1")
	f.to = 1 + min(len(text), 3)
	f.atEnd = len(text) == 1
	return t, f
}

// parseLength parses canonical digits: no sign, no leading zero.
func parseLength(text []byte) (n int64, f *fault) {
	for i, c := range text {
		switch {
		case !respwire.IsDigit(c):
			return 0, syntaxFault(ClassLength, i+1, "a digit or CR LF")
		case i > 0 && text[0] == '0':
			f = syntaxFault(ClassLength, 1, "a length without leading zeros")
			f.to = 3
			return 0, f
		case n > (math.MaxInt64-int64(c-'0'))/10:
			f = syntaxFault(ClassOverflow, 1, "a length of 63 bits")
			f.to = 1 + i + 1
			return 0, f
		}
		n = n*10 + int64(c-'0')
	}
	return n, nil
}

// checkCount returns the fault of a complete length or count with the given number
// of digits, or nil.
func (r *rules) checkCount(kind Kind, n int64, digits int) (f *fault) {
	switch {
	case kindTable[kind].layout == withPayload:
		if kind == VerbatimString && n < verbatimPrefix {
			f = syntaxFault(ClassLength, 1, "a length of at least 4")
		} else if n > r.BulkLen {
			f = limitFault(limitBulk, r.BulkLen, 1)
			if r.beforeAuth && n <= clientLimits.BulkLen {
				f.reply = "Protocol error: unauthenticated bulk length"
			}
		}
	default:
		if kind.hasPairs() && n > math.MaxInt64/2 {
			f = syntaxFault(ClassOverflow, 1, "a count that can be doubled")
		} else if n > r.Elements {
			f = limitFault(limitElements, r.Elements, 1)
		}
	}
	if f != nil {
		f.to = 1 + digits
		f.atEnd = true
	}
	return f
}

// commandCount parses the count of a multibulk request. A negative count is that of
// a request without arguments.
func (r *rules) commandCount(text []byte) (t Token, f *fault) {
	t.kind = Array
	switch {
	case len(text) == 0:
		f = syntaxFault(ClassLength, 1, "a length")
		f.atEnd = true
		return t, f
	case text[0] == '?':
		return t, noLength(text)
	case text[0] == '-':
		switch {
		case len(text) == 1:
			f = syntaxFault(ClassLength, 1, "a count")
			f.atEnd = true
			return t, f
		case text[1]-'1' > 8:
			return t, syntaxFault(ClassLength, 1, "a count")
		}
		n, at, wrong := respwire.ParseInteger(text)
		f = numberFaultAt(wrong, at, len(text))
		if wrong == respwire.NumberBad {
			f.class = ClassLength
		}
		t.n = n
		return t, f
	}
	if t.n, f = parseLength(text); f == nil && t.n > int64(r.Args) {
		f = limitFault(limitArgs, int64(r.Args), 1)
		f.atEnd = true
		if r.beforeAuth && t.n <= lenientArgs {
			f.reply = "Protocol error: unauthenticated multibulk length"
		}
	}
	return t, f
}

// argumentLength parses the length of an argument, which is neither null nor streamed.
func (r *rules) argumentLength(text []byte) (t Token, f *fault) {
	switch {
	case len(text) > 0 && text[0] == '?':
		return t, noLength(text)
	case len(text) > 0 && text[0] == '-':
		return t, syntaxFault(ClassLength, 1, "a length that is not negative")
	}
	return r.count(BulkString, text)
}

// token parses the first line of the token at the start of b, which is not empty. n
// tells what may come, and the whole value at top level may have remaining more
// bytes. size and seen are as for header.
func (r *rules) token(n *nesting, b []byte, seen int, remaining int64) (t Token, size int, f *fault) {
	kind := Kind(b[0])
	if f = r.misplaced(n, kind); f != nil {
		return t, 0, f
	}
	if kind == Chunk {
		return r.chunkHeader(n, b, seen, remaining)
	}
	return r.headerWithin(lineKind(kind), b, seen, remaining)
}

// headerWithin is header for a token of at most remaining bytes. It ignores the
// bytes after those, so that the limit takes effect at the same byte whether more
// has arrived or not.
func (r *rules) headerWithin(kind lineKind, b []byte, seen int, remaining int64) (t Token, size int, f *fault) {
	clipped := int64(len(b)) > remaining
	if clipped {
		b = b[:remaining+1]
		seen = min(seen, len(b)) // an earlier call may have had a higher limit
	}
	t, size, f = r.header(kind, b, seen)
	switch {
	case f != nil:
		return t, 0, f
	case t.hasPayload() && t.n > remaining-int64(size)-2:
		return t, 0, limitFault(limitTotal, r.TotalLen, 1)
	case clipped && size == 0, int64(size) > remaining:
		return t, 0, limitFault(limitTotal, r.TotalLen, 0)
	}
	return t, size, nil
}

// chunkHeader is headerWithin for a chunk. All chunks of a string together may have
// as many bytes as the limit on strings allows.
func (r *rules) chunkHeader(n *nesting, b []byte, seen int, remaining int64) (t Token, size int, f *fault) {
	rest := *r
	rest.BulkLen -= n.bytes
	t, size, f = rest.headerWithin(lineKind(Chunk), b, seen, remaining)
	if f != nil && f.limit == limitBulk {
		f.max = r.BulkLen
	}
	return t, size, f
}

// misplaced returns the fault of a first byte that may not come in the place of n,
// or nil. It comes before all checks of the bytes after it.
func (r *rules) misplaced(n *nesting, kind Kind) *fault {
	switch {
	case n.inStreamedString() && kind != Chunk:
		return syntaxFault(ClassType, 0, "a chunk of the streamed string")
	case kind == End && !n.mayEnd():
		return syntaxFault(ClassType, 0, "a value, not the end of a streamed aggregate")
	case !n.allows(kind):
		return syntaxFault(ClassType, 0, "the first byte of a value")
	case kind.IsAggregate() && n.depth >= r.Depth:
		return limitFault(limitDepth, int64(r.Depth), 0)
	}
	return nil
}

// hasPayload reports whether a payload and its CR LF follow the header line
// that t was parsed from.
func (t Token) hasPayload() bool {
	if t.kind == Chunk {
		return t.n > 0
	}
	return kindTable[t.kind].layout == withPayload && t.flags == 0
}

// payload checks the part of t's payload that has arrived, and of the CR LF after
// it. size is the length of the header. It returns the size of the token, or 0 and
// how many bytes of the token it needs before another call makes sense.
func (t *Token) payload(b []byte, header int) (size, need int, f *fault) {
	if t.kind == VerbatimString {
		if len(b) < header+verbatimPrefix {
			return 0, header + verbatimPrefix, nil
		}
		if f := verbatimFault(b, header); f != nil {
			return 0, 0, f
		}
	}
	if int64(len(b)-header) <= t.n {
		return 0, header + int(t.n) + 1, nil
	}
	end := header + int(t.n)
	if size, need, f = trailer(b, end); size > 0 {
		t.data = &b[header]
	}
	return size, need, f
}

// verbatimFault returns the fault of a payload at b[start:] that has no colon after
// its encoding, or nil.
func verbatimFault(b []byte, start int) *fault {
	at := start + verbatimPrefix - 1
	if b[at] == ':' {
		return nil
	}
	f := syntaxFault(ClassSyntax, at, "a colon behind the encoding")
	f.from = start
	return f
}

// trailer checks the CR LF after a payload that ends at b[end]. It returns the index
// after the CR LF, or 0 and how many bytes of b it needs.
func trailer(b []byte, end int) (size, need int, f *fault) {
	for i, c := range []byte("\r\n") {
		at := end + i
		if at >= len(b) {
			return 0, at + 1, nil
		}
		if b[at] != c {
			f = syntaxFault(ClassSyntax, at, "CR LF behind the payload")
			f.from = at
			return 0, 0, f
		}
	}
	return end + 2, 0, nil
}

// shift returns f with its offsets moved n bytes on.
func (f *fault) shift(n int) *fault {
	f.at += n
	f.from += n
	f.to += n
	return f
}

// asError returns the error for f in the token at the start of b, which lies
// at offset in the stream.
func (f *fault) asError(b []byte, offset int64) error {
	offset += int64(f.at)
	if f.limit != "" {
		return &LimitError{Limit: f.limit, Max: f.max, Offset: offset, reply: f.reply}
	}
	const shown = 40
	found := b[max(f.from, f.to-shown):f.to]
	return &SyntaxError{Offset: offset, Class: f.class, Expected: f.expected, Found: string(found), reply: f.reply}
}
