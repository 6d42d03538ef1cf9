package resp_test

// The reference decoder: RESP as the package understands it, written a second
// time as plainly as possible, from the grammar alone and sharing no code with
// the package. It looks at a whole byte slice at once and recurses, one function
// for each rule; speed is of no concern. The tests hold the package to it: same
// values, same error class, same offset, same number of bytes consumed.

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// refLimits are the limits the grammar knows: open aggregates, arguments of a
// request, elements or pairs as announced, bytes of a payload, bytes of a line
// before its LF.
type refLimits struct {
	depth                            int
	args, elements, bulkLen, lineLen int64
}

// refDefaults are those that hold where nothing else is said. Where int has 32
// bits an aggregate has no more elements than twice their number fits into it.
var refDefaults = refLimits{depth: 1024, args: 1 << 20, elements: min(1<<32-1, math.MaxInt/2-64), bulkLen: 512 << 20, lineLen: 64 << 10}

// refValue is one decoded value. Attributes stand before the value they
// decorate, as entries of their own of kind '|', as they do on the wire.
type refValue struct {
	Kind     byte
	Null     bool
	Streamed bool
	Text     string // payload; an integer in its shortest form; a double or big number as spelled; t or f
	Format   string // the three bytes of a verbatim string
	Chunks   []string
	Elems    []refValue
}

// refResult is what there is to know about an input.
type refResult struct {
	Values   []refValue // the whole values before the stop
	Commands [][]string // likewise, of a stream of requests; empty requests leave nothing
	Class    string     // why decoding stopped: "" at the end of the input, "incomplete", or an error class
	Offset   int        // of the error, -1 where the grammar names none and where there is no error
	Consumed int        // bytes of the values, commands and empty requests before the stop
	Line     int        // where the line starts in which decoding stopped, CR LF behind a payload being one
}

// refReplies decodes b as a stream of replies.
func refReplies(b []byte, limits refLimits) (result refResult) {
	p := &refParser{b: b, limits: limits}
	result.Offset = -1
	defer p.stopped(&result)
	for p.pos < len(b) {
		values, _ := p.element(0, false)
		result.Values = append(result.Values, values...)
		result.Consumed = p.pos
	}
	return result
}

// refCommands decodes b as a stream of requests.
func refCommands(b []byte, limits refLimits) (result refResult) {
	p := &refParser{b: b, limits: limits}
	result.Offset = -1
	defer p.stopped(&result)
	for p.pos < len(b) {
		if args := p.request(); len(args) > 0 {
			result.Commands = append(result.Commands, args)
		}
		result.Consumed = p.pos
	}
	return result
}

// refParser is a position in the input. Every rule moves it forward and leaves
// by way of fail when the input does not fit.
type refParser struct {
	b      []byte
	pos    int
	line   int // where the current line starts, for the limit on its length
	limits refLimits
}

// refStop is what fail panics with.
type refStop struct {
	class  string
	offset int
}

func (p *refParser) fail(class string, offset int) { panic(refStop{class, offset}) }

// stopped puts the reason why the parser failed into result.
func (p *refParser) stopped(result *refResult) {
	switch r := recover().(type) {
	case nil:
	case refStop:
		result.Class, result.Offset, result.Line = r.class, r.offset, p.line
	default:
		panic(r)
	}
}

// next gives the next byte of a line. A line that had no LF among the bytes the
// limit allows, and one more, is too long whatever follows; and so it is with a
// CR as the one more, behind which the LF can only come too late.
func (p *refParser) next() byte {
	if int64(p.pos-p.line) > p.limits.lineLen {
		p.fail("limit", -1)
	}
	if p.pos == len(p.b) {
		p.fail("incomplete", -1)
	}
	if int64(p.pos-p.line) == p.limits.lineLen && p.b[p.pos] == '\r' {
		p.fail("limit", -1)
	}
	p.pos++
	return p.b[p.pos-1]
}

// lf reads the LF that must follow the CR just read. Another CR is no LF, which
// is seen before it is seen that the line gets too long with it.
func (p *refParser) lf() {
	if p.pos < len(p.b) && p.b[p.pos] == '\r' && int64(p.pos-p.line) <= p.limits.lineLen {
		p.fail("syntax", p.pos-1)
	}
	if p.next() != '\n' {
		p.fail("syntax", p.pos-2)
	}
}

// crlf reads the end of a line that may hold nothing more.
func (p *refParser) crlf() {
	if p.next() != '\r' {
		p.fail("syntax", p.pos-1)
	}
	p.lf()
}

// element reads one value together with the attributes before it, or, where
// mayEnd allows that, the end of a streamed aggregate. depth is the number of
// aggregates that are open.
func (p *refParser) element(depth int, mayEnd bool) (values []refValue, end bool) {
	for {
		at := p.pos
		p.line = at
		kind := p.next()
		if kind == '.' && mayEnd && values == nil {
			p.crlf()
			return nil, true
		}
		if !strings.ContainsRune("+-:$*_#,(!=%|~>", rune(kind)) {
			p.fail("type", at)
		}
		if strings.ContainsRune("*%|~>", rune(kind)) && depth >= p.limits.depth {
			p.fail("depth", at)
		}
		values = append(values, p.value(kind, depth))
		if kind != '|' {
			return values, false
		}
	}
}

// value reads what follows the byte that tells the kind.
func (p *refParser) value(kind byte, depth int) refValue {
	v := refValue{Kind: kind}
	switch kind {
	case '+', '-':
		v.Text = p.text()
	case ':':
		n, _ := strconv.ParseInt(p.number(true), 10, 64)
		v.Text = strconv.FormatInt(n, 10)
	case '(':
		v.Text = p.number(false)
	case ',':
		v.Text = p.double()
	case '_':
		v.Null = true
		p.crlf()
	case '#':
		c := p.next()
		if c != 't' && c != 'f' {
			p.fail("syntax", p.pos-1)
		}
		v.Text = string(c)
		p.crlf()
	case '$', '!', '=':
		switch n := p.count(kind); n {
		case refNull:
			v.Null = true
		case refStreamed:
			v.Streamed = true
			v.Chunks = p.chunks()
		default:
			start := p.pos
			if kind == '=' && start+3 < len(p.b) && p.b[start+3] != ':' {
				p.fail("syntax", start+3)
			}
			v.Text = p.payload(n)
			if kind == '=' {
				v.Format, v.Text = v.Text[:3], v.Text[4:]
			}
			p.trailer()
		}
	case '*', '~', '>', '%', '|':
		pairs := kind == '%' || kind == '|'
		switch n := p.count(kind); n {
		case refNull:
			v.Null = true
		case refStreamed:
			v.Streamed = true
			for i := 0; ; i++ {
				element, end := p.element(depth+1, !pairs || i%2 == 0)
				if end {
					break
				}
				v.Elems = append(v.Elems, element...)
			}
		default:
			if pairs {
				n *= 2
			}
			for range n {
				element, _ := p.element(depth+1, false)
				v.Elems = append(v.Elems, element...)
			}
		}
	}
	return v
}

// text reads the rest of a line that may hold anything but CR and LF.
func (p *refParser) text() string {
	start := p.pos
	for {
		switch p.next() {
		case '\n':
			p.fail("syntax", p.pos-1)
		case '\r':
			text := string(p.b[start : p.pos-1])
			p.lf()
			return text
		}
	}
}

func refIsDigit(c byte) bool { return '0' <= c && c <= '9' }

// digits reads the digits of a number whose text starts at start and whose
// first digit c has been read. It returns the byte after them. A number above
// limit overflows with the digit that makes it so.
func (p *refParser) digits(start int, c byte, limit uint64) (n uint64, after byte) {
	for refIsDigit(c) {
		digit := uint64(c - '0')
		if n > (limit-digit)/10 {
			p.fail("overflow", start)
		}
		n = 10*n + digit
		c = p.next()
	}
	return n, c
}

// number reads a number that is data: an optional sign and at least one digit,
// leading zeros allowed, within int64 where bounded.
func (p *refParser) number(bounded bool) string {
	start := p.pos
	limit := uint64(math.MaxInt64)
	c := p.next()
	if c == '+' || c == '-' {
		if c == '-' {
			limit++
		}
		c = p.next()
	}
	if !refIsDigit(c) {
		p.fail("syntax", p.pos-1)
	}
	if bounded {
		_, c = p.digits(start, c, limit)
	}
	for refIsDigit(c) {
		c = p.next()
	}
	if c != '\r' {
		p.fail("syntax", p.pos-1)
	}
	text := string(p.b[start : p.pos-1])
	p.lf()
	return text
}

// A double, and every text that a double can start with.
var (
	refDouble       = regexp.MustCompile(`^[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|(?i:inf)|(?i:nan)(\([0-9A-Za-z_]*\))?)$`)
	refDoublePrefix = regexp.MustCompile(`^[+-]?(\d+(\.\d*|(\.\d+)?[eE][+-]?\d*)?|(?i:i(nf?)?|n(an?)?)|(?i:nan)\([0-9A-Za-z_]*\)?)?`)
)

func init() { refDoublePrefix.Longest() }

// double reads a double. The first byte at fault is the one up to which the
// text could still have become a double.
func (p *refParser) double() string {
	start := p.pos
	line := p.b[start:]
	if end := bytes.IndexAny(line, "\r\n"); end >= 0 {
		line = line[:end]
	}
	for range refDoublePrefix.Find(line) {
		p.next()
	}
	c := p.next()
	text := string(p.b[start : p.pos-1])
	if c != '\r' || !refDouble.MatchString(text) {
		p.fail("syntax", p.pos-1)
	}
	if f, _ := strconv.ParseFloat(text, 64); math.IsInf(f, 0) && !strings.ContainsAny(text, "iI") {
		p.fail("overflow", start)
	}
	p.lf()
	return text
}

// What count returns for a header that announces no number.
const (
	refNull     = -1
	refStreamed = -2
)

// count reads the length or count in a header of kind, and the end of its line.
func (p *refParser) count(kind byte) int64 {
	start := p.pos
	c := p.next()
	switch {
	case c == '?' && strings.ContainsRune("$*~%", rune(kind)):
		switch p.next() {
		case '\r':
			p.lf()
			return refStreamed
		case '\n':
			p.fail("syntax", p.pos-1)
		}
		p.fail("length", start)
	case c == '-' && strings.ContainsRune("$*", rune(kind)):
		switch p.next() {
		case '1':
		case '\n':
			p.fail("syntax", p.pos-1)
		default:
			p.fail("length", start)
		}
		if c = p.next(); refIsDigit(c) {
			p.fail("length", start)
		}
		p.cr(c)
		p.lf()
		return refNull
	}
	n := p.length(start, c)
	switch {
	case (kind == '%' || kind == '|') && n > math.MaxInt64/2:
		p.fail("overflow", start)
	case kind == '=' && n < 4:
		p.fail("length", start)
	case strings.ContainsRune("$!=", rune(kind)) && n > p.limits.bulkLen,
		strings.ContainsRune("*~>%|", rune(kind)) && n > p.limits.elements:
		p.fail("limit", start)
	}
	p.lf()
	return n
}

// length reads a framing number, canonical and without sign, up to and with its
// CR. Its text starts at start, its first byte c has been read.
func (p *refParser) length(start int, c byte) int64 {
	if !refIsDigit(c) {
		if c == '\n' {
			p.fail("syntax", p.pos-1)
		}
		p.fail("length", p.pos-1)
	}
	var n uint64
	if c == '0' {
		if c = p.next(); refIsDigit(c) {
			p.fail("length", start)
		}
	} else {
		n, c = p.digits(start, c, math.MaxInt64)
	}
	p.cr(c)
	return int64(n)
}

// cr demands that c, which ended a framing number, is a CR.
func (p *refParser) cr(c byte) {
	switch c {
	case '\r':
	case '\n':
		p.fail("syntax", p.pos-1)
	default:
		p.fail("length", p.pos-1)
	}
}

// payload reads n bytes.
func (p *refParser) payload(n int64) string {
	if int64(len(p.b)-p.pos) < n {
		p.fail("incomplete", -1)
	}
	p.pos += int(n)
	return string(p.b[p.pos-int(n) : p.pos])
}

// trailer reads the CR and LF after a payload.
func (p *refParser) trailer() {
	p.line = p.pos
	for _, want := range []byte("\r\n") {
		if p.next() != want {
			p.fail("syntax", p.pos-1)
		}
	}
}

// chunks reads the parts of a streamed string, up to and with its end.
func (p *refParser) chunks() (chunks []string) {
	var total int64
	for {
		p.line = p.pos
		if p.next() != ';' {
			p.fail("type", p.pos-1)
		}
		start := p.pos
		n := p.length(start, p.next())
		if n > p.limits.bulkLen-total {
			p.fail("limit", start)
		}
		total += n
		p.lf()
		if n == 0 {
			return chunks
		}
		chunks = append(chunks, p.payload(n))
		p.trailer()
	}
}

// request reads one request, multibulk or inline; an empty one has no arguments.
func (p *refParser) request() (args []string) {
	p.line = p.pos
	if p.b[p.pos] != '*' {
		return p.inline()
	}
	p.next()
	start := p.pos
	c := p.next()
	if c == '-' {
		c = p.next()
		switch {
		case c == '\n':
			p.fail("syntax", p.pos-1)
		case c == '0' || !refIsDigit(c):
			p.fail("length", start)
		}
		_, c = p.digits(start, c, -math.MinInt64)
		p.cr(c)
		p.lf()
		return nil
	}
	n := p.length(start, c)
	if n > p.limits.args {
		p.fail("limit", start)
	}
	p.lf()
	for range n {
		p.line = p.pos
		if p.next() != '$' {
			p.fail("type", p.pos-1)
		}
		start := p.pos
		n := p.length(start, p.next())
		if n > p.limits.bulkLen {
			p.fail("limit", start)
		}
		p.lf()
		args = append(args, p.payload(n))
		p.trailer()
	}
	return args
}

// inline reads a request that is one line of words.
func (p *refParser) inline() []string {
	start := p.pos
	for {
		switch p.next() {
		case 0:
			p.fail("syntax", p.pos-1)
		case '\n':
			words, fault := refSplitInline(bytes.TrimSuffix(p.b[start:p.pos-1], []byte("\r")))
			if fault >= 0 {
				p.fail("syntax", start+fault)
			}
			return words
		}
	}
}

// refSplitInline splits the text of an inline request into words, as sdssplitargs
// of the Redis server does. fault is where quoting goes wrong, or -1.
func refSplitInline(line []byte) (words []string, fault int) {
	isSpace := func(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
	for i := 0; ; {
		for i < len(line) && isSpace(line[i]) {
			i++
		}
		if i == len(line) {
			return words, -1
		}
		var word []byte
		for i < len(line) && !strings.ContainsRune(" \t\r\n", rune(line[i])) {
			quote := line[i]
			if quote != '"' && quote != '\'' {
				word = append(word, line[i])
				i++
				continue
			}
			text, end := refQuoted(line, i)
			if end < 0 {
				return nil, i
			}
			if end < len(line) && !isSpace(line[end]) {
				return nil, end
			}
			word = append(word, text...)
			i = end
			break // what follows is white space, and a new word after it
		}
		words = append(words, string(word))
	}
}

// refQuoted reads the text between the quote at open and the one that closes it.
// end is behind that one, or -1 when there is none.
func refQuoted(line []byte, open int) (text []byte, end int) {
	escapes := map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'a': '\a'}
	quote := line[open]
	for rest := line[open+1:]; len(rest) > 0; rest = rest[1:] {
		switch {
		case rest[0] == quote:
			return text, len(line) - len(rest) + 1
		case rest[0] != '\\' || len(rest) == 1, quote == '\'' && rest[1] != '\'':
			text = append(text, rest[0])
		default:
			rest = rest[1:]
			if hex, err := strconv.ParseUint(string(rest[1:min(3, len(rest))]), 16, 8); rest[0] == 'x' && err == nil && len(rest) > 2 {
				text = append(text, byte(hex))
				rest = rest[2:]
			} else if c, ok := escapes[rest[0]]; ok && quote == '"' {
				text = append(text, c)
			} else {
				text = append(text, rest[0])
			}
		}
	}
	return nil, -1
}
