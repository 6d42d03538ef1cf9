// Package reference is the reference decoder: RESP as package resp understands it,
// written a second time as plainly as possible, from the grammar alone and sharing
// no code with that package. It parses a whole byte slice and recurses, with one
// function for each rule; it need not be fast. The tests compare package resp with
// it: same values, same error class, same offset, same number of bytes consumed.
package reference

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Limits are the limits the grammar knows: open aggregates, arguments of a
// request, elements or pairs as announced, bytes of a payload, bytes of a line
// before its LF.
type Limits struct {
	Depth                            int
	Args, Elements, BulkLen, LineLen int64
}

// Defaults are the default limits. With a 32-bit int, an aggregate has at most as
// many elements as an int can count twice.
var Defaults = Limits{Depth: 1024, Args: 1 << 20, Elements: min(1<<32-1, math.MaxInt/2-64), BulkLen: 512 << 20, LineLen: 64 << 10}

// Value is one decoded value. Attributes stand before the value they
// decorate, as entries of their own of kind '|', as they do on the wire.
type Value struct {
	Kind     byte
	Null     bool
	Streamed bool
	Text     string // payload; an integer in its shortest form; a double or big number as spelled; t or f
	Format   string // the three bytes of a verbatim string
	Chunks   []string
	Elems    []Value
}

// Result is the result of decoding an input.
type Result struct {
	Values   []Value    // the whole values before the stop
	Commands [][]string // the same for a stream of requests, without empty ones
	Class    string     // why decoding stopped: "" at the end of the input, "incomplete", or an error class
	Offset   int        // of the error, -1 where the grammar names none and where there is no error
	Consumed int        // bytes of the values, commands and empty requests before the stop
	Line     int        // start of the line in which decoding stopped; the CR LF after a payload counts as one
}

// Replies decodes b as a stream of replies.
func Replies(b []byte, limits Limits) (result Result) {
	p := &parser{b: b, limits: limits}
	result.Offset = -1
	defer p.stopped(&result)
	for p.pos < len(b) {
		values, _ := p.element(0, false)
		result.Values = append(result.Values, values...)
		result.Consumed = p.pos
	}
	return result
}

// Commands decodes b as a stream of requests.
func Commands(b []byte, limits Limits) (result Result) {
	p := &parser{b: b, limits: limits}
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

// parser is a position in the input. Every rule moves it forward, and calls fail
// when the input does not fit.
type parser struct {
	b      []byte
	pos    int
	line   int // where the current line starts, for the limit on its length
	limits Limits
}

// stop is what fail panics with.
type stop struct {
	class  string
	offset int
}

func (p *parser) fail(class string, offset int) { panic(stop{class, offset}) }

// stopped puts the reason why the parser failed into result.
func (p *parser) stopped(result *Result) {
	switch r := recover().(type) {
	case nil:
	case stop:
		result.Class, result.Offset, result.Line = r.class, r.offset, p.line
	default:
		panic(r)
	}
}

// next gives the next byte of a line. A line without an LF among the bytes that the
// limit allows and one more is too long, whatever follows. That holds also when the
// additional byte is a CR, because its LF would come too late.
func (p *parser) next() byte {
	if int64(p.pos-p.line) > p.limits.LineLen {
		p.fail("limit", -1)
	}
	if p.pos == len(p.b) {
		p.fail("incomplete", -1)
	}
	if int64(p.pos-p.line) == p.limits.LineLen && p.b[p.pos] == '\r' {
		p.fail("limit", -1)
	}
	p.pos++
	return p.b[p.pos-1]
}

// lf reads the LF that must follow the CR just read. Another CR there is a syntax
// error, even if the line is also too long with it.
func (p *parser) lf() {
	if p.pos < len(p.b) && p.b[p.pos] == '\r' && int64(p.pos-p.line) <= p.limits.LineLen {
		p.fail("syntax", p.pos-1)
	}
	if p.next() != '\n' {
		p.fail("syntax", p.pos-2)
	}
}

// crlf reads the end of a line that may hold nothing more.
func (p *parser) crlf() {
	if p.next() != '\r' {
		p.fail("syntax", p.pos-1)
	}
	p.lf()
}

// element reads one value together with the attributes before it, or, where
// mayEnd allows that, the end of a streamed aggregate. depth is the number of
// aggregates that are open.
func (p *parser) element(depth int, mayEnd bool) (values []Value, end bool) {
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
		if strings.ContainsRune("*%|~>", rune(kind)) && depth >= p.limits.Depth {
			p.fail("depth", at)
		}
		values = append(values, p.value(kind, depth))
		if kind != '|' {
			return values, false
		}
	}
}

// value reads what follows the byte that tells the kind.
func (p *parser) value(kind byte, depth int) Value {
	v := Value{Kind: kind}
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
		case null:
			v.Null = true
		case streamed:
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
		case null:
			v.Null = true
		case streamed:
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
func (p *parser) text() string {
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

// IsDouble reports whether text is a double as the wire has it.
func IsDouble(text string) bool { return double.MatchString(text) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digits reads the digits of a number whose text starts at start and whose
// first digit c has been read. It returns the byte after them. A number above
// limit overflows with the digit that makes it so.
func (p *parser) digits(start int, c byte, limit uint64) (n uint64, after byte) {
	for isDigit(c) {
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
func (p *parser) number(bounded bool) string {
	start := p.pos
	limit := uint64(math.MaxInt64)
	c := p.next()
	if c == '+' || c == '-' {
		if c == '-' {
			limit++
		}
		c = p.next()
	}
	if !isDigit(c) {
		p.fail("syntax", p.pos-1)
	}
	if bounded {
		_, c = p.digits(start, c, limit)
	}
	for isDigit(c) {
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
	double       = regexp.MustCompile(`^[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|(?i:inf)|(?i:nan)(\([0-9A-Za-z_]*\))?)$`)
	doublePrefix = regexp.MustCompile(`^[+-]?(\d+(\.\d*|(\.\d+)?[eE][+-]?\d*)?|(?i:i(nf?)?|n(an?)?)|(?i:nan)\([0-9A-Za-z_]*\)?)?`)
)

func init() { doublePrefix.Longest() }

// double reads a double. The faulty byte is the first one with which the text cannot
// become a double any more.
func (p *parser) double() string {
	start := p.pos
	line := p.b[start:]
	if end := bytes.IndexAny(line, "\r\n"); end >= 0 {
		line = line[:end]
	}
	for range doublePrefix.Find(line) {
		p.next()
	}
	c := p.next()
	text := string(p.b[start : p.pos-1])
	if c != '\r' || !IsDouble(text) {
		p.fail("syntax", p.pos-1)
	}
	if f, _ := strconv.ParseFloat(text, 64); math.IsInf(f, 0) && !strings.ContainsAny(text, "iI") {
		p.fail("overflow", start)
	}
	p.lf()
	return text
}

// These are the results of count for a header that announces no number.
const (
	null     = -1
	streamed = -2
)

// count reads the length or count in a header of kind, and the end of its line.
func (p *parser) count(kind byte) int64 {
	start := p.pos
	c := p.next()
	switch {
	case c == '?' && strings.ContainsRune("$*~%", rune(kind)):
		switch p.next() {
		case '\r':
			p.lf()
			return streamed
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
		if c = p.next(); isDigit(c) {
			p.fail("length", start)
		}
		p.cr(c)
		p.lf()
		return null
	}
	n := p.length(start, c)
	switch {
	case (kind == '%' || kind == '|') && n > math.MaxInt64/2:
		p.fail("overflow", start)
	case kind == '=' && n < 4:
		p.fail("length", start)
	case strings.ContainsRune("$!=", rune(kind)) && n > p.limits.BulkLen,
		strings.ContainsRune("*~>%|", rune(kind)) && n > p.limits.Elements:
		p.fail("limit", start)
	}
	p.lf()
	return n
}

// length reads a framing number, canonical and without sign, up to and with its CR.
// Its text starts at start, and its first byte c has been read.
func (p *parser) length(start int, c byte) int64 {
	if !isDigit(c) {
		if c == '\n' {
			p.fail("syntax", p.pos-1)
		}
		p.fail("length", p.pos-1)
	}
	var n uint64
	if c == '0' {
		if c = p.next(); isDigit(c) {
			p.fail("length", start)
		}
	} else {
		n, c = p.digits(start, c, math.MaxInt64)
	}
	p.cr(c)
	return int64(n)
}

// cr demands that c, which ended a framing number, is a CR.
func (p *parser) cr(c byte) {
	switch c {
	case '\r':
	case '\n':
		p.fail("syntax", p.pos-1)
	default:
		p.fail("length", p.pos-1)
	}
}

// payload reads n bytes.
func (p *parser) payload(n int64) string {
	if int64(len(p.b)-p.pos) < n {
		p.fail("incomplete", -1)
	}
	p.pos += int(n)
	return string(p.b[p.pos-int(n) : p.pos])
}

// trailer reads the CR and LF after a payload.
func (p *parser) trailer() {
	p.line = p.pos
	for _, want := range []byte("\r\n") {
		if p.next() != want {
			p.fail("syntax", p.pos-1)
		}
	}
}

// chunks reads the parts of a streamed string, up to and with its end.
func (p *parser) chunks() (chunks []string) {
	var total int64
	for {
		p.line = p.pos
		if p.next() != ';' {
			p.fail("type", p.pos-1)
		}
		start := p.pos
		n := p.length(start, p.next())
		if n > p.limits.BulkLen-total {
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
func (p *parser) request() (args []string) {
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
		case c == '0' || !isDigit(c):
			p.fail("length", start)
		}
		_, c = p.digits(start, c, -math.MinInt64)
		p.cr(c)
		p.lf()
		return nil
	}
	n := p.length(start, c)
	if n > p.limits.Args {
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
		if n > p.limits.BulkLen {
			p.fail("limit", start)
		}
		p.lf()
		args = append(args, p.payload(n))
		p.trailer()
	}
	return args
}

// inline reads a request that is one line of words.
func (p *parser) inline() []string {
	start := p.pos
	for {
		switch p.next() {
		case 0:
			p.fail("syntax", p.pos-1)
		case '\n':
			words, fault := SplitInline(bytes.TrimSuffix(p.b[start:p.pos-1], []byte("\r")))
			if fault >= 0 {
				p.fail("syntax", start+fault)
			}
			return words
		}
	}
}

// SplitInline splits the text of an inline request into words, as sdssplitargs
// of the Redis server does. fault is where quoting goes wrong, or -1.
func SplitInline(line []byte) (words []string, fault int) {
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
			text, end := Unquote(line, i)
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

// Unquote reads the text between the quote at open and the one that closes it. end
// is the index after the closing quote, or -1 when there is none.
func Unquote(line []byte, open int) (text []byte, end int) {
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
