// Package monitor reads and writes the lines of MONITOR. They are simple strings, with
// the time, the database, the peer, and the command with its arguments:
//
//	1339518083.107412 [0 127.0.0.1:60866] "keys" "*"
//
// Servers write the peer unquoted, and a unix path may contain any bytes, so only the
// arguments tell where the peer ends (Redis documentation, "MONITOR").
package monitor

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/quote"
)

// Line is one command as MONITOR shows it.
type Line struct {
	Time time.Time // when the server ran it, in microseconds, in UTC
	DB   int       // the database that was selected

	// Peer is who sent it: 127.0.0.1:60866, [::1]:6379, unix: and the server's path, or
	// lua for a script. It may be empty.
	Peer string

	Args [][]byte // the command and its arguments; a secret is the text (redacted)
}

const microsecondDigits = 6

// Parse parses the text of a simple string of MONITOR, without its CR LF. The peer
// ends at the first `] ` that is followed only by quoted arguments, at least one,
// with a blank between two. The Line has no views into text.
//
// Parse returns a *[resp.SyntaxError], with an offset into text, for a line of another
// form. Its class is [resp.ClassOverflow] for a number out of range.
func Parse(text []byte) (Line, error) {
	m, f := parse(text)
	if f != nil {
		return Line{}, f.asError(text)
	}
	return m, nil
}

// fault says what is wrong with a line.
type fault struct {
	at       int // index of the faulty byte, which may be the end
	expected string
	class    resp.Class
}

func expected(at int, what string) *fault { return &fault{at, what, resp.ClassSyntax} }

// asError returns the error for f in text.
func (f *fault) asError(text []byte) error {
	const shown = 40
	end := min(f.at+1, len(text))
	return &resp.SyntaxError{Offset: int64(f.at), Class: f.class, Expected: f.expected, Found: string(text[max(0, end-shown):end])}
}

func parse(text []byte) (m Line, f *fault) {
	seconds, pos, f := decimalBefore(text, 0, '.', "the seconds of a time")
	if f != nil {
		return m, f
	}
	start := pos
	micros, pos, f := decimalBefore(text, start, ' ', "six digits of microseconds")
	if f == nil && pos-start != microsecondDigits+1 {
		f = expected(start, "six digits of microseconds")
	}
	if f != nil {
		return m, f
	}
	if pos == len(text) || text[pos] != '[' {
		return m, expected(pos, "the [ before a database")
	}
	start = pos + 1
	db, pos, f := decimalBefore(text, start, ' ', "the number of a database")
	if f == nil && db > math.MaxInt32 {
		f = &fault{start, "the number of a database", resp.ClassOverflow}
	}
	if f != nil {
		return m, f
	}
	m.Time = time.Unix(seconds, micros*int64(time.Microsecond)).UTC()
	m.DB = int(db)
	return m, m.splitPeer(text, pos)
}

// splitPeer parses the peer that starts at text[start] and the arguments. A `] "`
// may also be inside a unix path or an argument. Trying one after the other is
// linear nevertheless: of two tries, one is inside the quotes of the other and ends
// at the next bracket.
func (m *Line) splitPeer(text []byte, start int) (f *fault) {
	const end = `] "`
	args, unquoted := [][]byte(nil), make([]byte, 0, len(text)-start)
	for from := start; ; from++ {
		i := bytes.Index(text[from:], []byte(end))
		if i < 0 {
			break
		}
		from += i
		var wrong *fault
		if args, wrong = quotedArgs(text, from+len(end)-1, args[:0], unquoted); wrong == nil {
			m.Peer, m.Args = string(text[start:from]), args
			return nil
		}
		if f == nil {
			f = wrong // the fault at the usual end, that of a peer without brackets
		}
	}
	if f == nil {
		f = expected(len(text), "] and quoted arguments")
	}
	return f
}

// quotedArgs appends to args the arguments that start with the quote at text[pos].
// It unquotes them into unquoted, which has room for them.
func quotedArgs(text []byte, pos int, args [][]byte, unquoted []byte) (out [][]byte, f *fault) {
	for {
		if pos == len(text) || text[pos] != '"' {
			return args, expected(pos, "the quote of an argument")
		}
		first, open := len(unquoted), pos
		var ok bool
		if unquoted, pos, ok = quote.AppendUnquoted(unquoted, text, open); !ok {
			if pos == open {
				return args, expected(open, "a quote that is closed")
			}
			return args, expected(pos, "a blank behind the closing quote")
		}
		args = append(args, unquoted[first:len(unquoted):len(unquoted)])
		if pos == len(text) {
			return args, nil
		}
		if text[pos] != ' ' {
			return args, expected(pos, "a blank between arguments")
		}
		pos++
	}
}

// decimalBefore parses the digits from text[start] up to the byte end and returns
// the index after that byte.
func decimalBefore(text []byte, start int, end byte, what string) (n int64, pos int, f *fault) {
	for pos = start; pos < len(text) && '0' <= text[pos] && text[pos] <= '9'; {
		pos++
	}
	if pos == start || pos == len(text) || text[pos] != end {
		return 0, 0, expected(pos, what)
	}
	n, err := strconv.ParseInt(string(text[start:pos]), 10, 64)
	if err != nil {
		f = &fault{start, what, resp.ClassOverflow}
	}
	return n, pos + 1, f
}

// Append appends m as MONITOR shows it, the text of the simple string without its CR
// LF. It appends the same bytes that [Parse] took from a server. It cuts the time to
// microseconds. It also writes lines that no server sends, but Parse does not read
// them back: a time before 1970, a negative DB, no Args, or a Peer that seems to end
// early.
func Append(dst []byte, m Line) []byte {
	dst = strconv.AppendInt(dst, m.Time.Unix(), 10)
	dst = append(dst, '.')
	micros := m.Time.Nanosecond() / int(time.Microsecond)
	for digit := 100_000; digit > 0; digit /= 10 {
		dst = append(dst, '0'+byte(micros/digit%10))
	}
	dst = append(dst, " ["...)
	dst = strconv.AppendInt(dst, int64(m.DB), 10)
	dst = append(dst, ' ')
	dst = append(dst, m.Peer...)
	dst = append(dst, ']')
	for _, arg := range m.Args {
		dst = quote.Append(append(dst, ' '), arg)
	}
	return dst
}
