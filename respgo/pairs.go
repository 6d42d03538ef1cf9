package respgo

import (
	"bytes"
	"reflect"

	"github.com/seed65f5866d/resp"
)

// Pair is one pair of a map. As a destination, []Pair[K, V] is a map in the order
// it was sent in, with keys that come twice; or a list of members with their
// scores, of messages with their IDs, of whatever comes in rows of two.
type Pair[K, V any] struct {
	Key   K
	Value V
}

// isPair marks the type for row.
func (Pair[K, V]) isPair() {}

// pairs walks over what is a map in one of its forms: a map, a flat list of keys
// and values, a list of lists of two, or a text of names and values.
type pairs struct {
	at, n int  // how many were read, of how many; of a text n is not known
	rows  bool // each is a list of its own
	text  *lines
	value []byte // of a text
}

// openPairs enters the map that was read last, or what has the form of one. When
// it cannot become a t, it is not open and err says so, or nothing where errors
// are collected.
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

// nextKey reads the next key. Behind the last pair there is none, and the map has
// been left. t is what the map becomes.
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

// readLine has a part of a text be what was read last.
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

// keyed moves the path to the key that was read last. One that is no text nor
// integer is the index that it had.
func (r *reader) keyed() {
	switch {
	case isNull(r.v):
	case r.v.Kind == resp.Integer:
		r.at(int(r.v.Int))
	case r.v.Bytes != nil && !r.v.Kind.IsError():
		r.under(r.v.Bytes)
	}
}

// maxTexts is how many texts of names and values are taken apart one in the other,
// as in db0:keys=1,expires=0.
const maxTexts = 2

// lines walks over a text as INFO gives it, name:value on each line with empty
// lines and # comments between, or over one as it gives within a value, and
// CLIENT INFO gives: name=value with commas or blanks between.
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

// isText reports whether the string that was read last is a text of names and
// values. One that is the value of another must be whole; any other ends with a
// line end, as those that servers send do, so that what is no such text is not
// taken for one that names nothing.
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

// isTextName reports whether name is one as INFO has them: cmdstat_client|list.
func isTextName(name []byte) bool {
	for _, c := range name {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letter && bytes.IndexByte([]byte("_|.-"), c) < 0 {
			return false
		}
	}
	return len(name) > 0
}

// line returns the next line that says something.
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
