package respgo

import (
	"bytes"
	"errors"
	"slices"
	"sync"

	"github.com/seed65f5866d/resp"
)

// This file walks over a reply, value by value. A reply is the bytes that
// Decoder.ReadRaw returned, which have all arrived, or a tree. So a count is
// never a promise here: as many elements are there, and whatever goes wrong in
// the middle of a reply, the Decoder is behind it.
//
// The bytes are read with resp.ConsumeToken, one token a value. What that does
// not give in one piece (attributes, streamed kinds, what a Decoder accepts with
// options that ConsumeToken does not know) is errUnusual: the reply is made a
// tree then, and read anew from there.

// maxDepth bounds how deep values may lie in each other. It is the depth that a
// Decoder accepts by default.
const maxDepth = 1024

var (
	errUnusual = errors.New("respgo: not to be read from bytes")
	errDepth   = errors.New("too deep")
)

// reader is a walk over one reply.
type reader struct {
	// The value whose header was read last.
	v *resp.Value
	n int // elements that v announces; a map of n pairs has 2n

	// What follows, as bytes.
	raw   []byte
	pos   int
	token resp.Value // what v points at

	// What follows, as a tree.
	tree bool
	root [1]resp.Value
	open [][]resp.Value // of each aggregate that has some left, what is left

	line     resp.Value // what v points at in a text of names and values
	texts    int        // of those that are being read, one in the other
	scratch  []byte     // the text of a number
	path     []step     // to v
	pointers int        // that were followed from interface to interface
	failedAt int        // how long the path of the last error was that was collected
	names    *nameCache
	shared   sharedText
	held     struct { // what Read returns of the smallest types
		text    string
		integer int64
		double  float64
		truth   bool
	}
	options
}

var readers = sync.Pool{New: func() any { return &reader{names: new(nameCache)} }}

func newReader(opts []Option) *reader {
	r := readers.Get().(*reader)
	for _, opt := range opts {
		opt(&r.options)
	}
	return r
}

// free gives r back without what belongs to the caller.
func (r *reader) free() {
	*r = reader{open: emptied(r.open), path: emptied(r.path), scratch: r.scratch[:0], names: r.names}
	readers.Put(r)
}

// emptied returns the room of list without what was in it; none when there is so
// much that emptying it takes longer than most replies.
func emptied[T any](list []T) []T {
	if cap(list) > 64 {
		return nil
	}
	clear(list[:cap(list)])
	return list[:0]
}

// fromRaw has r read a reply from its bytes.
func (r *reader) fromRaw(raw []byte) {
	r.raw, r.pos, r.tree = raw, 0, false
	r.path, r.pointers, r.texts = r.path[:0], 0, 0
}

// fromTree has r read a reply from its tree. v does not change.
func (r *reader) fromTree(v *resp.Value) {
	r.tree, r.root[0] = true, *v
	r.open = append(r.open[:0], r.root[:])
	r.path, r.pointers, r.texts = r.path[:0], 0, 0
}

// plant makes a tree of raw bytes that a Decoder has accepted. Nothing else reads
// with the Decoder that it does so with, so the views in the tree stay valid.
func plant(raw []byte) (*resp.Value, error) {
	v := new(resp.Value)
	d := resp.NewDecoder(bytes.NewReader(raw), resp.NoLimits(), resp.Lenient())
	if err := d.Decode(v); err != nil {
		return nil, err
	}
	return v, nil
}

// next reads the header of the next value.
func (r *reader) next() error {
	if r.tree {
		r.nextOfTree()
		return nil
	}
	t, size, err := resp.ConsumeToken(r.raw[r.pos:])
	if err != nil || t.IsStreamed() || t.Kind() == resp.Attribute {
		return errUnusual
	}
	r.pos += size
	if r.n = 0; r.v != &r.token {
		r.v = &r.token
	}
	r.token.Kind, r.token.Null = t.Kind(), t.IsNull()
	switch t.Kind() {
	case resp.BulkString, resp.SimpleString:
		r.token.Bytes = t.Bytes()
	case resp.Integer:
		r.token.Bytes = nil
		r.token.Int, _ = t.Int64()
	case resp.Boolean:
		r.token.Bytes, r.token.Int = nil, 0
		if is, _ := t.Bool(); is {
			r.token.Int = 1
		}
	case resp.Array, resp.Map, resp.Set, resp.Push:
		r.token.Bytes = nil
		r.n = t.Len()
	default:
		r.token.Bytes = t.Bytes()
	}
	return nil
}

func (r *reader) nextOfTree() {
	last := len(r.open) - 1
	r.v = &r.open[last][0]
	if r.open[last] = r.open[last][1:]; len(r.open[last]) == 0 {
		r.open = r.open[:last]
	}
	if r.onAttribute != nil {
		for i := range r.v.Attrs {
			r.onAttribute(r.where(), &r.v.Attrs[i])
		}
	}
	r.n = 0
	if r.v.Kind.IsAggregate() && !r.v.Null {
		r.n = len(r.v.Elems)
	}
	if r.n == 0 {
		return
	}
	elems := r.v.Elems
	if r.isMap() && r.n%2 != 0 { // as AppendValue writes it
		elems = append(slices.Clip(elems), resp.Value{Kind: resp.Null, Null: true})
		r.n++
	}
	r.open = append(r.open, elems)
}

// skip passes over the next n values. They are in the aggregate that is read.
func (r *reader) skip(n int) error {
	if r.tree {
		r.skipInTree(n)
		return nil
	}
	for ; n > 0; n-- {
		t, size, err := resp.ConsumeToken(r.raw[r.pos:])
		if err != nil || t.IsStreamed() || t.Kind() == resp.Attribute {
			return errUnusual
		}
		r.pos += size
		if t.Kind().IsAggregate() {
			n += t.Len()
		}
	}
	return nil
}

func (r *reader) skipInTree(n int) {
	if n == 0 {
		return
	}
	last := len(r.open) - 1
	if r.open[last] = r.open[last][n:]; len(r.open[last]) == 0 {
		r.open = r.open[:last]
	}
}

// pass passes over the next value.
func (r *reader) pass() error {
	if err := r.next(); err != nil {
		return err
	}
	return r.skip(r.n)
}

// scalarNext reports whether the next value, which there is, is no aggregate and
// no null.
func (r *reader) scalarNext() (bool, error) {
	if r.tree {
		v := &r.open[len(r.open)-1][0]
		return !v.Kind.IsAggregate() && !isNull(v), nil
	}
	t, _, err := resp.ConsumeToken(r.raw[r.pos:])
	if err != nil || t.IsStreamed() || t.Kind() == resp.Attribute {
		return false, errUnusual
	}
	return !t.Kind().IsAggregate() && !t.IsNull(), nil
}

// isNull reports whether v is a null. A Kind that is none is written as one.
func isNull(v *resp.Value) bool { return v.Null || v.Kind == resp.Null || v.Kind == 0 }

// isMap reports whether the value that was read last has pairs: a map, or an
// attribute, which a caller may have in its hand.
func (r *reader) isMap() bool { return r.v.Kind == resp.Map || r.v.Kind == resp.Attribute }

// isList reports whether the value that was read last has elements that are no
// pairs.
func (r *reader) isList() bool {
	switch r.v.Kind {
	case resp.Array, resp.Set, resp.Push:
		return true
	}
	return false
}
