package replication

import (
	"bytes"
	"math"

	"github.com/seed65f5866d/resp"
)

// This file reads the lines that are not RESP: answers, and the header of an RDB.

const (
	idLen = 40 // of a replication ID, and of the mark after an RDB (CONFIG_RUN_ID_SIZE)

	longestLine = 128 // bytes, which is more than any line has
)

// line is a line that is parsed from left to right, up to its first fault.
type line struct {
	text   []byte // from its first byte on, without its end
	ending []byte // CR LF, or what stands in its place; empty when the line is too long
	at     int    // in text: what is parsed next
	class  resp.Class
	err    error // with offsets in the line
}

// readLine returns the next line, or the first longestLine bytes of a longer one. It
// does not consume it. class is the class of faults in it.
func (r *Reader) readLine(class resp.Class) (line, error) {
	for n := 2; ; n++ {
		b, err := r.d.Peek(n)
		if err != nil {
			return line{}, err
		}
		if b[n-1] == '\n' || b[n-2] == '\r' || n == longestLine {
			end := bytes.IndexAny(b, "\r\n")
			if end < 0 {
				end = n
			}
			return line{text: b[:end], ending: b[end:], at: 1, class: class}, nil
		}
	}
}

// take consumes the line, or returns its fault.
func (r *Reader) take(l *line) error {
	switch err := l.err.(type) {
	case nil:
	case *resp.SyntaxError:
		err.Offset += r.d.InputOffset()
		return err
	case *resp.LimitError:
		err.Offset += r.d.InputOffset()
		return err
	}
	return r.d.Discard(len(l.text) + len(l.ending))
}

// rest returns what has not been parsed.
func (l *line) rest() []byte {
	if l.err != nil {
		return nil
	}
	return l.text[l.at:]
}

// fail makes the next byte the fault, in place of what was expected.
func (l *line) fail(expected string) { l.failAt(l.at, l.at+1, l.class, expected) }

// failAt makes the byte at that index the fault, unless the line has one already.
// The error shows the bytes up to the index to.
func (l *line) failAt(at, to int, class resp.Class, expected string) {
	const shown = 40
	switch {
	case l.err != nil:
		return
	case at == len(l.text) && len(l.ending) == 0:
		l.err = &resp.LimitError{Limit: "line length", Max: longestLine}
		return
	case at == len(l.text) && l.ending[0] == '\n':
		class, expected = resp.ClassSyntax, "CR LF"
	}
	whole := l.text[:len(l.text)+len(l.ending)]
	l.err = &resp.SyntaxError{Offset: int64(at), Class: class, Expected: expected, Found: string(whole[max(0, to-shown):to])}
}

// common returns how many of the next bytes agree with the start of word.
func (l *line) common(word string) (n int) {
	rest := l.rest()
	for n < min(len(rest), len(word)) && rest[n] == word[n] {
		n++
	}
	return n
}

// word parses a word.
func (l *line) word(word string) {
	n := l.common(word)
	l.at += n
	if n < len(word) {
		l.fail(word)
	}
}

// blank parses the blank between two words.
func (l *line) blank() {
	if l.common(" ") == 0 {
		l.fail("a blank")
		return
	}
	l.at++
}

// id parses 40 bytes, any but blanks, because masters other than Redis may use any
// bytes.
func (l *line) id(what string) []byte {
	rest := l.rest()
	n := bytes.IndexByte(rest, ' ')
	if n < 0 {
		n = len(rest)
	}
	if n < idLen {
		l.at += n
		l.fail(what + " of 40 bytes")
		return nil
	}
	l.at += idLen
	return rest[:idLen]
}

// number parses a number from 0 to most.
func (l *line) number(what string, most int64) (n int64) {
	const longest = len("9223372036854775807") + 1
	rest := l.rest()
	if bytes.HasPrefix(rest, []byte("-")) {
		l.fail(what + " that is not negative")
		return 0
	}
	for i, c := range rest {
		switch {
		case c == ' ' && i > 0:
			return n
		case !isDigit(c):
			l.fail("a digit")
			return 0
		case n > (most-int64(c-'0'))/10:
			start := l.at - i
			l.failAt(start, min(len(l.text), start+longest), resp.ClassOverflow, what+" in range")
			return 0
		}
		n = n*10 + int64(c-'0')
		l.at++
	}
	if len(rest) == 0 {
		l.fail("a digit")
	}
	return n
}

// length parses a length: only digits, without leading zeros.
func (l *line) length() (n int64) {
	for i, c := range l.rest() {
		switch {
		case !isDigit(c):
			l.fail("a digit or CR LF")
			return 0
		case i > 0 && n == 0:
			l.failAt(1, 3, l.class, "a length without leading zeros")
			return 0
		case n > (math.MaxInt64-int64(c-'0'))/10:
			l.failAt(1, l.at+1, resp.ClassOverflow, "a length of 63 bits")
			return 0
		}
		n = n*10 + int64(c-'0')
		l.at++
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// end parses the end of the line.
func (l *line) end() {
	switch {
	case l.at < len(l.text):
		l.fail("CR LF")
	case len(l.ending) < 2:
		l.failAt(l.at, l.at+len(l.ending), resp.ClassSyntax, "CR LF")
	case string(l.ending) != "\r\n":
		l.failAt(l.at, l.at+2, resp.ClassSyntax, "CR LF")
	}
}
