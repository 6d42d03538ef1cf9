package resp

import (
	"bytes"
	"iter"
	"math/big"
	"sync"
)

// This file is the value layer: the accessors of a Value, and how Values are walked,
// compared and copied. The accessors agree with those of Token, because both call
// int64Of and its like. They have pointer receivers, because a Value is large to
// copy. The methods that fmt and go-cmp call have value receivers, so that both find
// them. Nothing here recurses, because trees may be as deep as a Decoder's limit
// allows.

// isNull reports whether v is a null. Values built by hand may have Kind Null alone.
func (v *Value) isNull() bool { return v.Null || v.Kind == Null }

// Int64 returns the value of an Integer, and of a BigNumber or a string that
// spells one in int64's range (RESP2 servers send many numbers as bulk
// strings). A string that spells none gives a *strconv.NumError, a null gives
// ErrNull, a server's error itself as a *ReplyError, every other kind a
// *KindError.
func (v *Value) Int64() (int64, error) {
	if v.Kind == Integer && !v.Null {
		return v.Int, nil
	}
	return int64Of(v.Kind, v.isNull(), false, v.Bytes)
}

// Float64 returns the value of a Double, and of an Integer, a BigNumber or a
// string that spells a double. A string that spells none gives a
// *strconv.NumError, a null gives ErrNull, a server's error itself as a
// *ReplyError, every other kind a *KindError.
func (v *Value) Float64() (float64, error) {
	if v.Kind == Integer && !v.Null {
		return float64(v.Int), nil
	}
	return float64Of(v.Kind, v.isNull(), false, v.Bytes)
}

// Bool returns the value of a Boolean, and of the Integers 0 and 1, which stand
// for it in RESP2. A null gives ErrNull, a server's error itself as a
// *ReplyError, everything else a *KindError.
func (v *Value) Bool() (bool, error) {
	return boolOf(v.Kind, v.isNull(), v.Int, v.Bytes)
}

// BigInt returns the value of a BigNumber, and of an Integer or a string that
// spells an integer beyond int64, as a new number. A string that spells none,
// or one of more than 64 KiB, gives a *strconv.NumError, a null gives ErrNull,
// a server's error itself as a *ReplyError, every other kind a *KindError.
func (v *Value) BigInt() (*big.Int, error) {
	if v.Kind == Integer && !v.Null {
		return big.NewInt(v.Int), nil
	}
	return bigIntOf(v.Kind, v.isNull(), false, v.Bytes)
}

// Err returns a SimpleError or a BulkError as a *ReplyError, which owns its text,
// and nil for every other kind. It does not look for errors among the elements.
func (v *Value) Err() error {
	if v.Kind.IsError() && !v.Null {
		return newReplyError(v.Bytes)
	}
	return nil
}

// All returns an iterator over the elements of an aggregate with their
// indexes; keys and values of a Map alternate. The elements are those of v, not
// copies. Other kinds have none.
func (v *Value) All() iter.Seq2[int, *Value] {
	return func(yield func(int, *Value) bool) {
		for i := range v.Elems {
			if !yield(i, &v.Elems[i]) {
				return
			}
		}
	}
}

// Pairs returns an iterator over the keys and values of a Map or an Attribute, and
// of an Array with an even count, which is a map in RESP2. Keys and values are the
// elements of v, not copies; a key that was sent twice comes twice. The last key of
// a Map built by hand may lack its value; Pairs yields it with a new null, as
// AppendValue writes it. Other kinds and Arrays have no pairs.
func (v *Value) Pairs() iter.Seq2[*Value, *Value] {
	return func(yield func(key, value *Value) bool) {
		elems := v.Elems
		if !v.Kind.hasPairs() && (v.Kind != Array || len(elems)%2 != 0) {
			return
		}
		for ; len(elems) >= 2; elems = elems[2:] {
			if !yield(&elems[0], &elems[1]) {
				return
			}
		}
		if len(elems) == 1 {
			yield(&elems[0], &Value{Kind: Null, Null: true})
		}
	}
}

// Equal reports whether AppendValue writes the same bytes for v and u. So the order
// of elements matters, in maps and sets too, and so do attributes, the form of a
// null, and the spelling of a double: 1.0 is not Equal to 1, but nan is Equal to
// nan. Signs and zeros that are never written do not matter: the BigNumbers +0012
// and 12 are Equal. Nil and empty slices are Equal, and a value that AppendValue
// replaces is Equal to its replacement. go-cmp calls Equal.
func (v Value) Equal(u Value) bool {
	c := comparisons.Get().(*comparison)
	c.v, c.u = v, u
	same := c.isEqual()
	*c = comparison{}
	comparisons.Put(c)
	return same
}

// comparison holds what Equal needs: two trees, to which the paths through them
// point, and room for the paths.
type comparison struct {
	v, u             Value
	openInV, openInU [8]valueFrame
}

// comparisons are used again, so that Equal allocates nothing.
var comparisons = sync.Pool{New: func() any { return new(comparison) }}

func (c *comparison) isEqual() bool {
	openInV, p := startValue(c.openInV[:0], &c.v, 0)
	openInU, q := startValue(c.openInU[:0], &c.u, 0)
	for {
		openInV, p = writtenPart(openInV, p)
		openInU, q = writtenPart(openInU, q)
		if !p.equal(q) {
			return false
		}
		if p.kind == 0 {
			return true
		}
		p.kind, q.kind = 0, 0
	}
}

// writtenPart returns p or, when p is empty, the next part that is not. It returns
// an empty part at the end.
func writtenPart(open []valueFrame, p valuePart) ([]valueFrame, valuePart) {
	for p.kind == 0 && len(open) > 0 {
		open, p = nextPart(open, 0)
	}
	return open, p
}

// equal reports whether appendTo appends the same bytes for p and q.
func (p valuePart) equal(q valuePart) bool {
	p, q = p.orNull(), q.orNull()
	if p.kind != q.kind || p.streamed != q.streamed {
		return false
	}
	v, u := p.value, q.value
	switch kindTable[p.kind].layout {
	case textLine:
		return equalLines(v.Bytes, u.Bytes)
	case integerLine:
		return v.Int == u.Int
	case booleanLine:
		return (v.Int != 0) == (u.Int != 0)
	case spelledLine:
		return equalNumbers(p.kind, v.Bytes, u.Bytes)
	case withPayload:
		return bytes.Equal(v.Bytes, u.Bytes) && (p.kind != VerbatimString || v.Encoding == u.Encoding)
	}
	// a header, a null, an end or an empty part: a few bytes
	var first, second [maxHeaderLen]byte
	return bytes.Equal(p.appendTo(first[:0]), q.appendTo(second[:0]))
}

// orNull returns p, or a null in place of a number whose text is invalid.
func (p valuePart) orNull() valuePart {
	if p.kind.isSpelled() {
		var scratch [maxNumberLen]byte
		if _, digits := spelling(scratch[:0], p.kind, p.value.Bytes); digits == nil {
			return nullPart
		}
	}
	return p
}

// equalNumbers reports whether two numbers of kind k are written alike.
func equalNumbers(k Kind, a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var first, second [maxNumberLen]byte
	minusA, digitsA := spelling(first[:0], k, a)
	minusB, digitsB := spelling(second[:0], k, b)
	return minusA == minusB && bytes.Equal(digitsA, digitsB)
}

// equalLines reports whether two texts are alike once CR and LF are written as
// spaces.
func equalLines(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !(isBlank(a[i]) && isBlank(b[i])) {
			return false
		}
	}
	return true
}

// isBlank reports whether c is written as a space in a line.
func isBlank(c byte) bool { return c == ' ' || c == '\r' || c == '\n' }

// Clone returns a copy of v that shares nothing with it and so outlives the
// Decoder's buffer. All its elements are in one block of memory and all its bytes in
// another: so keeping a part of it keeps the whole. To keep only a part, clone that
// part.
func (v Value) Clone() Value {
	v.own()
	return v
}

// own replaces what v shares with the original by copies. Lists that are empty stay so.
func (v *Value) own() {
	if len(v.Elems)|len(v.Attrs) != 0 {
		v.ownTree()
		return
	}
	if shared := v.Bytes; shared != nil {
		b := make([]byte, len(shared)) // the compiler leaves out clearing between these two lines
		copy(b, shared)
		v.Bytes = b
	}
	if v.Elems != nil {
		v.Elems = []Value{}
	}
	if v.Attrs != nil {
		v.Attrs = []Value{}
	}
}

// ownTree is own of a Value with elements or attributes.
func (v *Value) ownTree() {
	values, size := v.totals()
	c := cloner{make([]Value, 0, values), make([]byte, 0, size)}
	v.Bytes = c.copyBytes(v.Bytes)
	c.ownLists(v)
	for i := range values {
		if v := &c.values[i]; v.Elems != nil || v.Attrs != nil {
			c.ownLists(v)
		}
	}
}

// cloner holds the two blocks of a Clone. Neither ever grows beyond the
// capacity it was made with, so pointers into them stay valid.
type cloner struct {
	values []Value // the first ones own their lists; the others still share them
	bytes  []byte
}

// ownLists replaces the lists of v by copies.
func (c *cloner) ownLists(v *Value) {
	if v.Elems != nil {
		v.Elems = c.copyValues(v.Elems)
	}
	if v.Attrs != nil {
		v.Attrs = c.copyValues(v.Attrs)
	}
}

// copyBytes copies b, unless it is nil.
func (c *cloner) copyBytes(b []byte) []byte {
	if b == nil {
		return nil
	}
	start := len(c.bytes)
	end := start + copy(c.bytes[start:cap(c.bytes)], b)
	c.bytes = c.bytes[:end]
	return c.bytes[start:end:end]
}

// copyValues copies the Values of a list and their bytes. It sets one field after the
// other: to copy a Value and then replace its bytes would write pointers twice, which
// is slow while the garbage is collected.
func (c *cloner) copyValues(list []Value) []Value {
	start := len(c.values)
	c.values = c.values[:start+len(list)]
	copies := c.values[start:len(c.values):len(c.values)]
	for i := range list {
		from, to := &list[i], &copies[i]
		to.Kind, to.Null, to.Streamed, to.Encoding, to.Int = from.Kind, from.Null, from.Streamed, from.Encoding, from.Int
		if from.Bytes != nil {
			to.Bytes = c.copyBytes(from.Bytes)
		}
		if from.Elems != nil || from.Attrs != nil {
			to.Elems, to.Attrs = from.Elems, from.Attrs
		}
	}
	return copies
}

// totals counts the elements and attributes in v, at every level, and the bytes of
// all of them and of v.
func (v *Value) totals() (values, size int) {
	size = len(v.Bytes)
	var few [8][]Value
	open := openLists(few[:0], v)
	for len(open) > 0 {
		list := open[len(open)-1]
		open = open[:len(open)-1]
		for i := range list {
			v := &list[i]
			values++
			size += len(v.Bytes)
			if len(v.Elems)|len(v.Attrs) != 0 {
				if rest := list[i+1:]; len(rest) > 0 {
					open = append(open, rest)
				}
				open = openLists(open, v)
				break
			}
		}
	}
	return values, size
}

// openLists appends the lists of v that hold values.
func openLists(open [][]Value, v *Value) [][]Value {
	if len(v.Attrs) > 0 {
		open = append(open, v.Attrs)
	}
	if len(v.Elems) > 0 {
		open = append(open, v.Elems)
	}
	return open
}
