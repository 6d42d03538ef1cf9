package resp

import (
	"bytes"
	"strconv"
	"time"
)

// This file reads and writes what MONITOR tells of a command, a simple string
// such as
//
//	1339518083.107412 [0 127.0.0.1:60866] "keys" "*"
//
// (Redis documentation, "MONITOR"). The peer is written as it is, and a unix
// path may hold anything, so only the arguments tell where it ends.

// MonitorLine is one command as MONITOR shows it.
type MonitorLine struct {
	Time time.Time // when the server ran it, in microseconds, in UTC
	DB   int       // the database that was selected
	Peer string    // whose it is: 127.0.0.1:60866, [::1]:6379, unix: and the server's path, lua for a script; perhaps empty
	Args [][]byte  // the command and its arguments; what Redis keeps secret is the text (redacted)
}

const microsecondDigits = 6

// ParseMonitorLine parses the text of a simple string of MONITOR, without its
// CR LF. The peer ends at the first `] ` behind which there is nothing but
// quoted arguments, at least one, with a blank between two. What it returns has
// no views into line.
//
// A line of another form is a *SyntaxError, or for a number out of range one
// of ClassOverflow, with an offset into line.
func ParseMonitorLine(line []byte) (MonitorLine, error) {
	m, f := parseMonitorLine(line)
	if f != nil {
		f.reply = "" // it is no request
		return MonitorLine{}, f.asError(line, 0)
	}
	return m, nil
}

func parseMonitorLine(line []byte) (m MonitorLine, f *fault) {
	seconds, pos, f := decimalBefore(line, 0, '.', "the seconds of a time")
	if f != nil {
		return m, f
	}
	start := pos
	micros, pos, f := decimalBefore(line, start, ' ', "six digits of microseconds")
	if f == nil && pos-start != microsecondDigits+1 {
		f = expected(line, start, "six digits of microseconds")
	}
	if f != nil {
		return m, f
	}
	if pos == len(line) || line[pos] != '[' {
		return m, expected(line, pos, "the [ before a database")
	}
	start = pos + 1
	db, pos, f := decimalBefore(line, start, ' ', "the number of a database")
	if f == nil && int64(int32(db)) != db {
		f = expected(line, start, "the number of a database")
		f.class = ClassOverflow
	}
	if f != nil {
		return m, f
	}
	m.Time = time.Unix(seconds, micros*int64(time.Microsecond)).UTC()
	m.DB = int(db)
	return m, m.splitPeer(line, pos)
}

// splitPeer parses the peer that starts at line[start] and the arguments. A `] "`
// may be inside a unix path, or inside an argument. Trying one after the other
// is linear all the same: of two tries one is inside the other's quotes and ends
// at the next bracket.
func (m *MonitorLine) splitPeer(line []byte, start int) (f *fault) {
	const end = `] "`
	args, unquoted := [][]byte(nil), make([]byte, 0, len(line)-start)
	for from := start; ; from++ {
		i := bytes.Index(line[from:], []byte(end))
		if i < 0 {
			break
		}
		from += i
		var wrong *fault
		if args, wrong = quotedArgs(line, from+len(end)-1, args[:0], unquoted); wrong == nil {
			m.Peer, m.Args = string(line[start:from]), args
			return nil
		}
		if f == nil {
			f = wrong // of the usual end, that of a peer without brackets
		}
	}
	if f == nil {
		f = expected(line, len(line), "] and quoted arguments")
	}
	return f
}

// quotedArgs appends the arguments that line has from its quote at pos on to
// args, and their text to unquoted, which has room for it.
func quotedArgs(line []byte, pos int, args [][]byte, unquoted []byte) (out [][]byte, f *fault) {
	for {
		if pos == len(line) || line[pos] != '"' {
			return args, expected(line, pos, "the quote of an argument")
		}
		first := len(unquoted)
		if pos, f = unquote(&unquoted, line, pos); f != nil {
			return args, f
		}
		args = append(args, unquoted[first:len(unquoted):len(unquoted)])
		if pos == len(line) {
			return args, nil
		}
		if line[pos] != ' ' {
			return args, expected(line, pos, "a blank between arguments")
		}
		pos++
	}
}

// decimalBefore parses the digits from line[start] up to the byte end and returns
// the index behind that.
func decimalBefore(line []byte, start int, end byte, what string) (n int64, pos int, f *fault) {
	for pos = start; pos < len(line) && isDigit(line[pos]); {
		pos++
	}
	if pos == start || pos == len(line) || line[pos] != end {
		return 0, 0, expected(line, pos, what)
	}
	n, err := strconv.ParseInt(string(line[start:pos]), 10, 64)
	if err != nil {
		f = expected(line, start, what)
		f.class = ClassOverflow
	}
	return n, pos + 1, f
}

// expected returns the fault of line at that index, which may be its end.
func expected(line []byte, at int, what string) *fault {
	f := syntaxFault(ClassSyntax, at, what)
	f.to = min(f.to, len(line))
	return f
}

// AppendMonitorLine appends m as MONITOR shows it, the text of the simple string
// without its CR LF. What [ParseMonitorLine] took from a server becomes the very
// same bytes. The time is cut to microseconds. What no server shows is written all
// the same, but not read back: a time before 1970, a negative DB, no Args, or a
// Peer that looks as if it ended early.
func AppendMonitorLine(dst []byte, m MonitorLine) []byte {
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
		dst = AppendQuoted(append(dst, ' '), arg)
	}
	return dst
}
