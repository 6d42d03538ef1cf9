package respgo

import (
	"bytes"
	"errors"
	"slices"
	"sync"

	"github.com/seed65f5866d/resp"
)

// This file walks over a reply, value by value. A reply is the bytes that
// Decoder.ReadRaw returned, which have all arrived, or a tree. So every count is
// true here: that many elements are there. Whatever goes wrong inside a reply, the
// Decoder has read it to its end.
//
// The reader reads the bytes with resp.ConsumeToken, one token for each value. It
// returns errUnusual for values that ConsumeToken does not return in one piece:
// attributes, streamed kinds, and what a Decoder accepts only with options. The
// reply is then made a tree and read again from that.

// maxDepth bounds how deep values may be nested. It is the depth that a Decoder
// accepts by default.
const maxDepth = 1024

var (
	errUnusual = errors.New("respgo: not to be read from bytes")
	errDepth   = errors.New("too deep")
)

// reader is a walk over one reply.
type reader struct {
	// The value whose header was read last.
	v *resp.Value
	n int // elements in the header of v; a map of n pairs has 2n

	// What follows, as bytes.
	raw   []byte
	pos   int
	token resp.Value // the target of v

	// What follows, as a tree.
	tree bool
	root [1]resp.Value
	open [][]resp.Value // the rest of each aggregate that has some left

	line     resp.Value // the target of v in a text of names and values
	texts    int        // how many nested texts are being read
	scratch  []byte     // the text of a number
	path     []step     // to v
	pointers int        // that were followed from interface to interface
	failedAt int        // length of the path of the last collected error
	names    *nameCache
	shared   sharedText
	held     struct { // results of Read for the smallest types
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

// free gives r back without references to the caller's data.
func (r *reader) free() {
	*r = reader{open: emptied(r.open), path: emptied(r.path), scratch: r.scratch[:0], names: r.names}
	readers.Put(r)
}

// emptied clears list and returns it with length 0. It returns nil when clearing
// would take longer than most replies.
func emptied[T any](list []T) []T {
	if cap(list) > 64 {
		return nil
	}
	clear(list[:cap(list)])
	return list[:0]
}

// fromRaw makes r read a reply from its bytes.
func (r *reader) fromRaw(raw []byte) {
	r.raw, r.pos, r.tree = raw, 0, false
	r.path, r.pointers, r.texts = r.path[:0], 0, 0
}

// fromTree makes r read a reply from its tree, which it does not change.
func (r *reader) fromTree(v *resp.Value) {
	r.tree, r.root[0] = true, *v
	r.open = append(r.open[:0], r.root[:])
	r.path, r.pointers, r.texts = r.path[:0], 0, 0
}

// plant makes a tree of raw bytes that a Decoder has accepted. It uses a Decoder of
// its own, so the views in the tree stay valid.
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

// skip passes over the next n values. They belong to the current aggregate.
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

// pass skips the next value.
func (r *reader) pass() error {
	if err := r.next(); err != nil {
		return err
	}
	return r.skip(r.n)
}

// scalarNext reports whether the next value, which exists, is neither an aggregate
// nor a null.
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

// isNull reports whether v is a null. AppendValue writes an invalid Kind as a null,
// so that counts too.
func isNull(v *resp.Value) bool { return v.Null || v.Kind == resp.Null || v.Kind == 0 }

// isMap reports whether the last value has pairs: a map, or an attribute, which a
// caller may pass.
func (r *reader) isMap() bool { return r.v.Kind == resp.Map || r.v.Kind == resp.Attribute }

// isList reports whether the last value has elements that are not pairs.
func (r *reader) isList() bool {
	switch r.v.Kind {
	case resp.Array, resp.Set, resp.Push:
		return true
	}
	return false
}
