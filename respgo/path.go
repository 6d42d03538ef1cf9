package respgo

import "strconv"

// This file records where in a reply, or in a Go value, the work has got to, for errors.

// step is one step of a path: a name, or, without one, an index.
type step struct {
	name  []byte
	index int
}

// enter steps into the aggregate that was read last. It reports whether it may.
func (r *reader) enter() bool {
	if len(r.path) == maxDepth {
		return false
	}
	r.path = append(r.path, step{})
	return true
}

// leave steps out again.
func (r *reader) leave() { r.path = r.path[:len(r.path)-1] }

// at moves to element i of the aggregate that was entered last.
func (r *reader) at(i int) {
	last := &r.path[len(r.path)-1]
	if last.index = i; last.name != nil {
		last.name = nil
	}
}

// under moves to the element called name in the aggregate that was entered last.
func (r *reader) under(name []byte) { r.path[len(r.path)-1].name = name }

// where spells out the path.
func (r *reader) where() string { return string(appendPath(nil, r.path)) }

// maxSteps is how many steps of a path are spelled out, half of them at its start.
// The sender decides how long a path is, and each error has one.
const maxSteps = 32

// appendPath appends a path in the syntax of Go: [3].score, or .m["a b"] for a name
// that is not an identifier. It cuts long names and long paths.
func appendPath(dst []byte, path []step) []byte {
	if left := len(path) - maxSteps; left > 0 {
		dst = appendPath(dst, path[:maxSteps/2])
		dst = append(dst, "…"...)
		path = path[left+maxSteps/2:]
	}
	for _, s := range path {
		switch {
		case s.name == nil:
			dst = append(dst, '[')
			dst = strconv.AppendInt(dst, int64(s.index), 10)
			dst = append(dst, ']')
		case isName(s.name):
			dst = append(dst, '.')
			dst = append(dst, s.name...)
		default:
			dst = append(dst, '[')
			dst = strconv.AppendQuote(dst, excerpt(s.name))
			dst = append(dst, ']')
		}
	}
	return dst
}

// isName reports whether a name can follow a point.
func isName(name []byte) bool {
	for _, c := range name {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '-'
		if !letter && (c < '0' || c > '9') {
			return false
		}
	}
	return len(name) > 0 && len(name) <= maxExcerpt
}

// maxExcerpt is how many bytes of a text an error shows.
const maxExcerpt = 64

// excerpt returns the start of a text.
func excerpt(text []byte) string {
	if len(text) > maxExcerpt {
		return string(text[:maxExcerpt-len("…")]) + "…"
	}
	return string(text)
}
