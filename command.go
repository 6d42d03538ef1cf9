package resp

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"slices"

	"github.com/seed65f5866d/resp/internal/quote"
	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// This file reads commands: multibulk requests, which are arrays of bulk strings,
// and inline requests, which are lines of words as typed into a terminal. As with
// values, there are two parsers. The fast one takes complete multibulk requests of
// the usual form. The slow one takes all others, finds the faults, and resumes where
// it stopped.

// Command is a request. Its slices are views, valid until the next call on the
// Decoder it came from.
type Command struct {
	Args   [][]byte // the words, at least one
	Raw    []byte   // the bytes of the request, exactly as they came
	Inline bool     // whether it was an inline request
}

// Clone returns a copy of c that shares nothing with it and so outlives the
// Decoder's buffer. All its bytes are in one block of memory, so keeping one
// argument keeps them all.
func (c Command) Clone() Command {
	size := len(c.Raw)
	for _, arg := range c.Args {
		if _, ok := respwire.OffsetIn(c.Raw, arg); !ok {
			size += len(arg)
		}
	}
	block := append(make([]byte, 0, size), c.Raw...)
	raw := block[:len(block):len(block)]
	args := slices.Clone(c.Args)
	for i, arg := range args {
		if arg == nil {
			continue
		}
		start, ok := respwire.OffsetIn(c.Raw, arg)
		if !ok {
			start = len(block)
			block = append(block, arg...)
		}
		end := start + len(arg)
		args[i] = block[start:end:end]
	}
	if c.Raw == nil {
		raw = nil
	}
	return Command{Args: args, Raw: raw, Inline: c.Inline}
}

// serverRules are the rules of ConsumeCommand.
var serverRules = newConfig([]Option{ServerLimits()}).rules

// ConsumeCommand parses the request at the start of b, multibulk or inline, appends
// its arguments to args and returns them with the size of the request in bytes. The
// arguments are views into b; only those of an inline request with quotes are
// allocated. An empty request (`*0`, a blank line), which servers ignore, gives no
// arguments and n > 0. The limits are ServerLimits.
//
// ConsumeCommand returns ErrIncomplete when b ends inside the request. It returns a
// *SyntaxError or *LimitError when b does not start with a valid one; offsets count
// from the start of b. n is 0 after an error. It keeps no state, so each call begins
// at the start of the request: a Decoder is better for requests that arrive in many
// pieces, because its cost is linear.
func ConsumeCommand(b []byte, args [][]byte) (out [][]byte, n int, err error) {
	if out, n = fastCommand(b, len(b), args, &serverRules.limits); n > 0 {
		return out, n, nil
	}
	args = out[:len(args)] // keep what args has grown to
	var scan requestScan
	done, _, f := scan.advance(&serverRules, b)
	if f == nil && !done {
		return args, 0, ErrIncomplete
	}
	if f == nil {
		var unquoted []byte
		out, f = scan.args(b[:scan.pos], args, &unquoted)
	}
	if f != nil {
		return args, 0, f.asError(b, 0)
	}
	return out, scan.pos, nil
}

// ReadCommand reads the next request. It skips empty ones. Inside an open aggregate
// it is an error. It reads requests as Redis does, but for the exceptions that
// docs/conformance.md lists. That a server closes the connection on the commands POST
// and Host:, which browsers send, is left to the caller.
func (d *Decoder) ReadCommand() (Command, error) {
	if window.Debug {
		d.expireViews()
	}
	if d.fastCommands && d.nest.atTop() && d.request.at != d.in.Offset(0) {
		args, n := fastCommand(d.in.Data[d.in.Pos:], d.in.End-d.in.Pos, d.args[:0], &d.rules.limits)
		if n > 0 {
			d.args = args
			raw := d.in.Data[d.in.Pos : d.in.Pos+n : d.in.Pos+n]
			d.in.Pos += n
			return Command{Args: args, Raw: raw}, nil
		}
	}
	return d.readCommandSlow()
}

// ReadCommands reads every request that is buffered whole, at least one, and
// appends them to dst. It skips empty ones. The next call returns a fault after them.
// All are valid until the next call on the Decoder.
//
// It is for those who handle several requests at once, under one lock or in one
// transaction. Who handles one after the other uses ReadCommand, with [OnWait] to
// flush the replies to all of them together.
func (d *Decoder) ReadCommands(dst []Command) ([]Command, error) {
	if window.Debug {
		d.expireViews()
	}
	first := len(dst)
	if d.fastCommands {
		d.args, d.unquoted = d.args[:0], d.unquoted[:0]
		dst = d.appendUsual(dst)
	}
	if len(dst) == first {
		command, err := d.readCommandSlow()
		if err != nil {
			return dst, err
		}
		dst = append(dst, command)
	}
	for {
		dst = d.appendUsual(dst)
		command, _, f := d.bufferedCommand()
		if f != nil || command.Raw == nil {
			return dst, nil
		}
		if len(command.Args) > 0 {
			dst = append(dst, command)
		}
	}
}

// appendUsual appends to dst the requests that the fast parser takes, up to the first
// other one or the end of the buffer. Their arguments are appended to d.args.
func (d *Decoder) appendUsual(dst []Command) []Command {
	if !d.fastCommands || !d.nest.atTop() || d.request.at == d.in.Offset(0) {
		return dst
	}
	args, pos := d.args, d.in.Pos
	for pos < d.in.End {
		first, n := len(args), 0
		if args, n = fastCommand(d.in.Data[pos:], d.in.End-pos, args, &d.rules.limits); n == 0 {
			args = args[:first]
			d.request.reset(d.in.Offset(pos - d.in.Pos)) // has been tried
			break
		}
		dst = append(dst, Command{Args: args[first:len(args):len(args)], Raw: d.in.Data[pos : pos+n : pos+n]})
		pos += n
	}
	d.args, d.in.Pos = args, pos
	return dst
}

// Commands returns an iterator over the requests that follow, each valid until the
// next one. It ends at io.EOF. It yields any other error once, with an empty
// Command, and then ends too.
func (d *Decoder) Commands() iter.Seq2[Command, error] {
	return func(yield func(Command, error) bool) {
		for {
			command, err := d.ReadCommand()
			if err == io.EOF || !yield(command, err) || err != nil {
				return
			}
		}
	}
}

var errCommandInside = errors.New("resp: ReadCommand inside an aggregate that is open")

// readCommandSlow reads the next request that is not empty.
func (d *Decoder) readCommandSlow() (Command, error) {
	if err := d.ready(); err != nil {
		return Command{}, err
	}
	if !d.nest.atTop() {
		return Command{}, errCommandInside
	}
	if err := d.need(1); err != nil {
		return Command{}, err
	}
	d.args, d.unquoted = d.args[:0], d.unquoted[:0]
	for {
		command, need, f := d.bufferedCommand()
		switch {
		case f != nil:
			return Command{}, d.fail(f, 0)
		case len(command.Args) > 0:
			return command, nil
		case need > window.MaxHeld:
			return Command{}, d.fail(tooMuchHeld().withReply(""), 0)
		case command.Raw == nil:
			if err := d.need(need); err != nil {
				return Command{}, err
			}
		}
	}
}

// bufferedCommand takes the next request, or an empty one, off the buffer and
// appends its arguments to d.args. When the buffer ends inside the request, it
// returns a Command without Raw and how many bytes of the request have to be
// buffered for the next try. The fast parser tries each request only once, so that
// no request is parsed from its start again and again.
func (d *Decoder) bufferedCommand() (command Command, need int, f *fault) {
	if d.in.Pos == d.in.End {
		return Command{}, 1, nil // nothing yet that the fast parser could try
	}
	first := len(d.args)
	var args [][]byte
	n, inline := 0, false
	s := &d.request
	if at := d.in.Offset(0); s.at != at {
		s.reset(at)
		if d.fastCommands {
			args, n = fastCommand(d.in.Data[d.in.Pos:], d.in.End-d.in.Pos, d.args, &d.rules.limits)
		}
	}
	if n == 0 {
		var done bool
		done, need, f = s.advance(&d.rules, d.in.Unread())
		if f != nil || !done {
			return Command{}, need, f
		}
		n, inline = s.pos, s.inline
		if args, f = s.args(d.in.Data[d.in.Pos:d.in.Pos+n], d.args, &d.unquoted); f != nil {
			return Command{}, 0, f
		}
	}
	d.args = args
	raw := d.in.Data[d.in.Pos : d.in.Pos+n : d.in.Pos+n]
	d.in.Pos += n
	d.noteFast()
	return Command{Args: args[first:len(args):len(args)], Raw: raw, Inline: inline}, 0, nil
}

// fastCommand parses the multibulk request at the start of b[:avail] and appends its
// arguments to args. It returns the size of the request, or 0 when it is incomplete
// or has an unusual form.
func fastCommand(b []byte, avail int, args [][]byte, limits *limits) (out [][]byte, size int) {
	const shortest = len("*1\r\n$0\r\n\r\n")
	if avail < shortest || b[0] != '*' {
		return args, 0
	}
	n, pos := 0, 0
	if len(b) >= respwire.HeadSize {
		n, pos = respwire.ShortLength(respwire.HeadAt(b, 0))
	}
	if pos == 0 {
		n, pos = lengthAt(b)
	}
	if n == 0 || n > limits.Args || n > avail/len("$0\r\n\r\n") {
		return args, 0
	}
	args = slices.Grow(args, n)
	for range n {
		if pos >= avail || b[pos] != '$' {
			return args, 0
		}
		length, header := 0, 0
		if len(b)-pos >= respwire.HeadSize {
			length, header = respwire.ShortLength(respwire.HeadAt(b, pos))
		}
		if header == 0 {
			length, header = lengthAt(b[pos:])
		}
		start := pos + header
		end := start + length
		if header == 0 || end+2 > avail || respwire.Load16(b[end:]) != respwire.CRLF16 || int64(length) > limits.BulkLen {
			return args, 0
		}
		args = append(args, b[start:end:end])
		pos = end + 2
	}
	if int64(pos) > limits.TotalLen {
		return args, 0
	}
	return args, pos
}

// lengthAt is respwire.FastLength for a slice that may be short.
func lengthAt(b []byte) (n, size int) {
	if len(b) >= respwire.HeadSize {
		return respwire.FastLength((*respwire.Head)(b))
	}
	const most = 6
	end := respwire.ScanDigits(b, 1)
	if end == 1 || end > 1+most || end > 2 && b[1] == '0' || end+2 > len(b) || respwire.Load16(b[end:]) != respwire.CRLF16 {
		return 0, 0
	}
	for _, c := range b[1:end] {
		n = n*10 + int(c-'0')
	}
	return n, end + 2
}

// requestScan records how far the request at offset at has been scanned.
type requestScan struct {
	at     int64
	pos    int   // from at
	left   int64 // arguments that have not been scanned
	begun  bool
	inline bool
	seen   int // bytes after pos known to hold no line end
}

func (s *requestScan) reset(at int64) { *s = requestScan{at: at} }

// advance scans the request at the start of b up to its end. It reports whether it
// got there and, if not, how many bytes it needs before another call makes sense.
func (s *requestScan) advance(r *rules, b []byte) (done bool, need int, f *fault) {
	if !s.begun {
		if len(b) == 0 {
			return false, 1, nil
		}
		if b[0] != byte(Array) {
			return s.advanceInline(r, b)
		}
		t, ok, f := s.header(r, commandCount, b)
		if !ok {
			return false, len(b) + 1, f.withReply("invalid multibulk length")
		}
		s.begun, s.left = true, max(t.n, 0)
	}
	for s.left > 0 {
		if s.pos == len(b) {
			return false, s.pos + 1, nil
		}
		if need, f := s.argument(r, b); f != nil || need > 0 {
			return false, need, f
		}
	}
	return true, 0, nil
}

// argument scans the argument at b[s.pos:].
func (s *requestScan) argument(r *rules, b []byte) (need int, f *fault) {
	if b[s.pos] != byte(BulkString) {
		f = syntaxFault(ClassType, 0, "the $ of an argument").shift(s.pos)
		got := b[s.pos : s.pos+1]
		if got[0] == '\r' || got[0] == '\n' {
			got = []byte(" ") // Redis shows a line end as a space here
		}
		return 0, f.withReply("expected '$', got '" + string(got) + "'")
	}
	start := s.pos
	t, ok, f := s.header(r, commandArgument, b)
	if !ok {
		return len(b) + 1, f.withReply("invalid bulk length")
	}
	size, need, f := t.payload(b[start:], s.pos-start)
	if size > 0 {
		s.pos = start + size
		s.left--
		return 0, nil
	}
	s.pos = start
	if f != nil {
		return 0, f.shift(start).withReply(invalidLineEnd)
	}
	return start + need, nil
}

// header scans the header line at b[s.pos:].
func (s *requestScan) header(r *rules, kind lineKind, b []byte) (t Token, ok bool, f *fault) {
	t, size, f := r.headerWithin(kind, b[s.pos:], s.seen, r.TotalLen-int64(s.pos))
	if f != nil {
		if f.class == ClassSyntax && b[s.pos+f.at] == '\r' {
			f = f.withReply(invalidLineEnd)
		}
		return t, false, f.shift(s.pos)
	}
	if size == 0 {
		s.seen = len(b) - s.pos - 1
		return t, false, nil
	}
	s.seen = 0
	s.pos += size
	return t, true, nil
}

// invalidLineEnd answers a CR without LF, and a payload without CR LF, in the words of
// Valkey 9. Redis does not look at these bytes.
const invalidLineEnd = "invalid CRLF in request"

// withReply gives f the text to answer with, unless it has one. A request over the
// total length gets the same text wherever that is found.
func (f *fault) withReply(text string) *fault {
	switch {
	case f == nil, f.reply != "":
	case f.limit == limitTotal:
		f.reply = "Protocol error: too big request"
	default:
		f.reply = "Protocol error: " + text
	}
	return f
}

// advanceInline scans for the end of an inline request. Only LF ends it. A NUL in it
// is an error at once, although servers, which are written in C, would wait for
// more.
func (s *requestScan) advanceInline(r *rules, b []byte) (done bool, need int, f *fault) {
	longest, limit, limitName := r.LineLen, r.LineLen, limitLine
	if r.TotalLen <= longest {
		longest, limit, limitName = r.TotalLen-1, r.TotalLen, limitTotal
	}
	end := len(b)
	if i := bytes.IndexByte(b[s.seen:], '\n'); i >= 0 {
		end = s.seen + i
	}
	line := b[:min(int64(end), longest+1)]
	if i := bytes.IndexByte(line[min(s.seen, len(line)):], 0); i >= 0 && !r.lenient {
		return false, 0, nulFault(s.seen + i)
	}
	if len(line) > int(longest) {
		return false, 0, limitFault(limitName, limit, 0).withReply("too big inline request")
	}
	if s.seen = end; end == len(b) {
		return false, end + 1, nil
	}
	s.pos, s.inline = end+1, true
	return true, 0, nil
}

func nulFault(at int) *fault {
	return syntaxFault(ClassSyntax, at, "an inline request without NUL").withReply("NUL in inline request")
}

// args appends to args the arguments of the request raw, which has been scanned to
// its end. It unquotes quoted ones into unquoted.
func (s *requestScan) args(raw []byte, args [][]byte, unquoted *[]byte) ([][]byte, *fault) {
	if s.inline {
		line := bytes.TrimSuffix(raw[:len(raw)-1], []byte{'\r'})
		return splitInline(args, line, unquoted)
	}
	if raw[1] == '-' {
		return args, nil
	}
	n, pos := scannedLength(raw)
	args = slices.Grow(args, n)
	for range n {
		length, header := scannedLength(raw[pos:])
		start := pos + header
		end := start + length
		args = append(args, raw[start:end:end])
		pos = end + 2
	}
	return args, nil
}

// scannedLength returns the number after b[0] and the size of its line, in a line
// that is known to be valid.
func scannedLength(b []byte) (n, size int) {
	end := respwire.ScanDigits(b, 1)
	for _, c := range b[1:end] {
		n = n*10 + int(c-'0')
	}
	return n, end + 2
}

// SplitInline splits an inline request into words as Redis does (sdssplitargs) and
// appends them to dst. Words are separated by white space. A quote may open anywhere
// in a word; the closing quote ends the word. In double quotes \n \r \t \b \a and \xHH
// are escapes, and a backslash before any other byte gives that byte. In single quotes
// only \' is an escape. Words without quotes are views into line; the others are
// allocated together.
//
// SplitInline returns a *SyntaxError, with an offset into line, for a quote that is
// not closed, for a closing quote without white space after it, and for a NUL. It
// then returns dst unchanged.
func SplitInline(dst [][]byte, line []byte) ([][]byte, error) {
	if i := bytes.IndexByte(line, 0); i >= 0 {
		return dst, nulFault(i).asError(line, 0)
	}
	var unquoted []byte
	words, f := splitInline(dst, line, &unquoted)
	if f != nil {
		return dst, f.asError(line, 0)
	}
	return words, nil
}

// endsWord reports whether c ends a word outside quotes. As in Redis, vertical tab
// and form feed do not, although they are skipped before a word.
func endsWord(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// splitInline appends the words of line to dst. It unquotes quoted ones into
// unquoted.
func splitInline(dst [][]byte, line []byte, unquoted *[]byte) ([][]byte, *fault) {
	for i := 0; ; {
		for i < len(line) && isSpace(line[i]) {
			i++
		}
		if i == len(line) {
			return dst, nil
		}
		start := i
		for i < len(line) && !endsWord(line[i]) && line[i] != '"' && line[i] != '\'' {
			i++
		}
		if i == len(line) || endsWord(line[i]) {
			dst = append(dst, line[start:i:i])
			continue
		}
		if *unquoted == nil {
			*unquoted = make([]byte, 0, len(line))
		}
		first := len(*unquoted)
		*unquoted = append(*unquoted, line[start:i]...)
		end, f := unquote(unquoted, line, i)
		if f != nil {
			return dst, f
		}
		dst = append(dst, (*unquoted)[first:len(*unquoted):len(*unquoted)])
		i = end
	}
}

// unquote appends the text in the quotes that open at line[open] to dst and returns
// the index after them.
func unquote(dst *[]byte, line []byte, open int) (end int, f *fault) {
	out, end, ok := quote.AppendUnquoted(*dst, line, open)
	*dst = out
	switch {
	case ok:
		return end, nil
	case end == open:
		return 0, quoteFault(open, "a quote that is closed")
	}
	return 0, quoteFault(end, "white space behind the closing quote")
}

func quoteFault(at int, expected string) *fault {
	return syntaxFault(ClassSyntax, at, expected).withReply("unbalanced quotes in request")
}
