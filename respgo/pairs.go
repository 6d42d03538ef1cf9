package respgo

import (
	"bytes"
	"reflect"

	"github.com/seed65f5866d/resp"
)

// This file walks over maps in all their forms, and over texts such as INFO.

// Pair is one pair of a map. As a destination, []Pair[K, V] takes a map in the order
// of the reply, with repeated keys. It also takes a list of members with their
// scores, of messages with their IDs, or of other rows of two.
type Pair[K, V any] struct {
	Key   K
	Value V
}

// isPair marks the type for row.
func (Pair[K, V]) isPair() {}

// pairs walks over a map in one of its forms: a map, a flat list of keys and values,
// a list of lists of two, or a text of names and values.
type pairs struct {
	at, n int  // how many were read, of how many; n is unknown for a text
	rows  bool // each is a list of its own
	text  *lines
	value []byte // of a text
}

// openPairs enters the last value, which has to be a map in one of its forms. When
// it cannot become a t, openPairs does not open it and returns an error, or nil when
// errors are collected.
func (r *reader) openPairs(t reflect.Type) (ps pairs, open bool, err error) {
	ps, err = r.pairs()
	switch {
	case err == errUnusual:
		return ps, false, err
	case err == nil && !r.enter():
		err = errDepth
	}
	if err != nil {
		return ps, false, r.wrong(t, err)
	}
	if ps.text != nil {
		r.texts++
	}
	return ps, true, nil
}

// pairs returns the pairs of the value that was read last, or why it has none.
func (r *reader) pairs() (ps pairs, err error) {
	switch r.v.Kind {
	case resp.Map, resp.Attribute:
		return pairs{n: r.n / 2}, nil
	case resp.Array, resp.Push:
		return r.listPairs()
	case resp.BulkString, resp.SimpleString, resp.VerbatimString:
		if r.isText() {
			return pairs{n: -1, text: newLines(r.v.Bytes)}, nil
		}
	}
	return ps, errKind
}

// listPairs returns the pairs of the list that was read last.
func (r *reader) listPairs() (ps pairs, err error) {
	if r.n == 0 {
		return ps, nil
	}
	flat, err := r.scalarNext()
	switch {
	case err != nil:
		return ps, err
	case !flat:
		return pairs{n: r.n, rows: true}, nil
	case r.n%2 != 0:
		return ps, errOdd
	}
	return pairs{n: r.n / 2}, nil
}

// nextKey reads the next key. After the last pair there is none, and nextKey has
// left the map. t is what the map becomes.
func (r *reader) nextKey(ps *pairs, t reflect.Type) (more bool, err error) {
	for ps.at != ps.n {
		r.at(ps.at)
		ps.at++
		if ps.text != nil {
			if name, value, ok := ps.text.next(); ok {
				ps.value = value
				r.readLine(name)
				return true, nil
			}
			break
		}
		if err := r.next(); err != nil || !ps.rows {
			return err == nil, err
		}
		if r.isList() && r.n == 2 {
			err := r.next()
			return err == nil, err
		}
		if err := r.fail(t, errNoPair); err != nil {
			return false, err
		}
	}
	if ps.text != nil {
		r.texts--
	}
	r.leave()
	return false, nil
}

// nextValue reads the value of the key that was read last.
func (r *reader) nextValue(ps *pairs) error {
	if ps.text != nil {
		r.readLine(ps.value)
		return nil
	}
	return r.next()
}

// readLine makes a part of a text the last value.
func (r *reader) readLine(text []byte) {
	r.line.Kind, r.line.Bytes = resp.BulkString, text
	r.v, r.n = &r.line, 0
}

// passValue passes over the value of the key that was read last.
func (r *reader) passValue(ps *pairs) error {
	if ps.text != nil {
		return nil
	}
	return r.pass()
}

// keyed moves the path to the last key. For a key that is neither text nor integer
// it uses the index of the pair.
func (r *reader) keyed() {
	switch {
	case isNull(r.v):
	case r.v.Kind == resp.Integer:
		r.at(int(r.v.Int))
	case r.v.Bytes != nil && !r.v.Kind.IsError():
		r.under(r.v.Bytes)
	}
}

// maxTexts is how deep texts of names and values may be nested, as in
// db0:keys=1,expires=0.
const maxTexts = 2

// lines walks over a text in one of two forms. INFO has name:value on each line,
// with empty lines and # comments between. Values within INFO, and CLIENT INFO, have
// name=value with commas or blanks between.
type lines struct {
	rest           []byte
	between, inner byte
}

func newLines(text []byte) *lines {
	l := &lines{rest: text, between: '\n', inner: ':'}
	if i := bytes.IndexAny(text, ":=\n"); i >= 0 && text[i] == '=' {
		l.inner, l.between = '=', ','
		if bytes.IndexByte(text, ' ') >= 0 {
			l.between = ' '
		}
	}
	return l
}

// isText reports whether the last string is a text of names and values. A text that
// is the value of another must be whole. Any other must end with a line end, as
// servers send it, so that other strings do not count as texts without names.
func (r *reader) isText() bool {
	text := r.v.Bytes
	if r.texts == maxTexts || r.texts == 0 && !bytes.HasSuffix(text, []byte("\n")) {
		return false
	}
	for l := newLines(text); ; {
		line, ok := l.line()
		if !ok {
			return len(text) > 0
		}
		if name, _, ok := bytes.Cut(line, []byte{l.inner}); !ok || !isTextName(name) {
			return false
		}
	}
}

// isTextName reports whether name looks like a name in INFO, such as
// cmdstat_client|list.
func isTextName(name []byte) bool {
	for _, c := range name {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letter && bytes.IndexByte([]byte("_|.-"), c) < 0 {
			return false
		}
	}
	return len(name) > 0
}

// line returns the next line that is neither empty nor a comment.
func (l *lines) line() (line []byte, ok bool) {
	for len(l.rest) > 0 {
		line, l.rest, _ = bytes.Cut(l.rest, []byte{l.between})
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 && line[0] != '#' {
			return line, true
		}
	}
	return nil, false
}

func (l *lines) next() (name, value []byte, ok bool) {
	line, ok := l.line()
	name, value, _ = bytes.Cut(line, []byte{l.inner})
	return name, value, ok
}
