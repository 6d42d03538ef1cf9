package resp

import (
	"io"
	"iter"
	"math"
	"math/bits"
	"slices"

	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// This file builds trees. Decode builds a value in one pass over bytes that have all
// arrived, without recursion. The first try is optimistic: it takes what is buffered
// and gives up on anything unusual, faults included. Then the scan (wholeSize) reads
// on to the end of the value, or finds the fault, and the second try cannot fail.
// Each value gets one first try: an interrupted scan goes on without another.

// minElement is the size of the smallest element, `_\r\n`.
const minElement = 3

// treeRoom is maxTree, except in a test.
var treeRoom = maxTree

// Decode reads the next whole value into v. A server's error is a value too, of Kind
// SimpleError or BulkError: Decode returns nil, and v.Err returns the error. v.Bytes
// and the Bytes of all elements are views that are valid until the next call on the
// Decoder. Attributes go to Attrs of the value they precede. A push at top level
// goes to OnPush, if that is set, and the read goes on. At the end of an open
// streamed aggregate or string, Decode reads the end and returns ErrEnd; a chunk of
// an open streamed string is a Value of Kind Chunk. After an error the contents of v
// are undefined.
//
// The storage of v, that of all lists in it, is used again when an earlier Decode has
// made it; lists that the caller has made are left as they are. It stays below a small
// multiple of what the largest value took, and is given up when many values in a row
// needed far less. Until then, and as long as v is kept, it may also hold views of
// the Decoder's earlier buffers: *v = Value{} lets go of everything.
func (d *Decoder) Decode(v *Value) error {
	if window.Debug {
		d.expireViews()
	}
	if !d.fast || d.in.Pos == d.in.End {
		return d.decodeValue(v)
	}
	w := respwire.HeadAt(d.in.Data, d.in.Pos)
	switch kind := Kind(w[0]); {
	case kind == BulkString:
		n, header := respwire.ShortLength(w)
		if header == 0 && w[1] != '-' {
			n, header = respwire.FastLength(w)
		}
		start := d.in.Pos + header
		end := start + n
		if header > 0 && end+2 <= d.in.End && respwire.Load16(d.in.Data[end:]) == respwire.CRLF16 && int64(n) <= d.rules.BulkLen {
			v.setString(BulkString, d.in.Data[start:end:end])
			v.emptyLists()
			d.consumeOne(header + n + 2)
			return nil
		}
		if end > d.in.End {
			return d.decodeValue(v)
		}
	case kind == SimpleString && respwire.IsOK(w) && d.in.End-d.in.Pos >= len("+OK\r\n"):
		v.setString(SimpleString, w[1:3:3])
		v.emptyLists()
		d.consumeOne(len("+OK\r\n"))
		return nil
	case opens[kind]:
		return d.decodeTree(v)
	}
	t, n := fastToken(d.in.Data[d.in.Pos:], &d.rules.limits)
	if !isBuffered(n, d.in.End-d.in.Pos) {
		return d.decodeValue(v)
	}
	v.emptyLists()
	v.set(t)
	d.consumeOne(n)
	return nil
}

// decodeValue is Decode of anything but a buffered scalar of a usual form.
func (d *Decoder) decodeValue(v *Value) error {
	if _, want := d.cutString(); want > 0 {
		if err := d.need(want); err != nil {
			return err
		}
		return d.Decode(v)
	}
	if d.atScalar() {
		t, err := d.ReadToken()
		if err == nil {
			v.emptyLists()
			v.set(t)
		}
		return err
	}
	if d.fast && d.in.Pos == d.in.End { // nothing had arrived to look at
		if err := d.need(1); err != nil {
			return err
		}
		return d.Decode(v)
	}
	return d.decodeTree(v)
}

// decodeTree is Decode of an aggregate, and of what is unusual or incomplete.
func (d *Decoder) decodeTree(v *Value) error {
	for {
		if d.fast && !d.isScanned() {
			if err := d.need(1); err != nil {
				return err
			}
			if size := d.buildUsual(v); size > 0 {
				if v.Kind != Push || d.onPush == nil || !d.nest.valueAtTop() {
					d.consumeOne(size)
					return nil
				}
			}
		}
		if pushed, err := d.decodeSlow(v); !pushed {
			return err
		}
	}
}

// Values returns an iterator over the values that follow, each decoded into
// the same Value, which is valid until the next one. A server's error is a value, as
// for Decode. The iterator ends at io.EOF, and at the end of a streamed aggregate that
// is open; any other error is yielded once, with a nil Value, and ends it too.
func (d *Decoder) Values() iter.Seq2[*Value, error] {
	return func(yield func(*Value, error) bool) {
		var v Value
		for {
			large := d.in.IsLarge()
			err := d.Decode(&v)
			switch {
			case err == io.EOF, err == ErrEnd:
				return
			case err != nil:
				yield(nil, err)
				return
			case !yield(&v, nil):
				return
			}
			if large && !d.in.IsLarge() {
				v = Value{} // it may have views of the large buffer
			}
		}
	}
}

// buildUsual makes the first try on a value, which has not been scanned, and returns its
// size, or 0. It makes none of a streamed value, which has to be scanned; none where
// fewer bytes are buffered than the last value had, for it would most likely end in the
// middle; and none where there may be too many elements, which buildScanned counts
// before anything is reserved.
func (d *Decoder) buildUsual(v *Value) (size int) {
	buffered := d.in.End - d.in.Pos
	if d.in.Data[d.in.Pos+1] == '?' || buffered < d.built || buffered > treeRoom*minElement {
		return 0
	}
	if size = d.build(v, false); size > 0 {
		d.built = size
	}
	return size
}

// decodeSlow is Decode for unusual or incomplete values. It reports whether the
// value was a push, which it has then handed to OnPush.
func (d *Decoder) decodeSlow(v *Value) (pushed bool, err error) {
	if err := d.ready(); err != nil {
		return false, err
	}
	if part, err := d.atPart(); part || err != nil {
		return false, d.decodePart(v, err)
	}
	size, err := d.wholeSize()
	if err != nil {
		return false, err
	}
	if err := d.buildScanned(v, size); err != nil {
		return false, err
	}
	d.built = size
	pushed = v.Kind == Push && d.onPush != nil && d.nest.valueAtTop()
	d.consume(size)
	if pushed {
		d.onPush(v)
	}
	return pushed, nil
}

// decodePart decodes a chunk, or reads an end.
func (d *Decoder) decodePart(v *Value, err error) error {
	if err != nil {
		return err
	}
	t, err := d.readTokenSlow()
	switch {
	case err != nil:
		return err
	case t.Len() == 0:
		return ErrEnd
	}
	v.emptyLists()
	v.set(t)
	return nil
}

// build builds the value at the read position into root and returns its size. It may
// return 0 instead if the value has not been scanned.
func (d *Decoder) build(root *Value, scanned bool) (size int) {
	b := treeBuilder{root: root, open: d.builders[:0], missing: 1}
	if scanned {
		d.joined = d.joined[:0]
	}
	pos := d.in.Pos
	for v := b.start(); v != nil; {
		var row []Value // the next values go there
		w := respwire.HeadAt(d.in.Data, pos)
		kind := Kind(w[0])
		n, size := respwire.ShortLength(w)
		if kind.hasPairs() {
			n *= 2
		}
		if n > 0 && opens[kind] && d.mayOpen(&b, n, pos+size) {
			if kind == Attribute {
				v = b.addAttribute(v)
			}
			v.setString(kind, nil)
			row = b.push(v, n)
		} else {
			var t Token
			t, size = fastToken(d.in.Data[pos:], &d.rules.limits)
			if !isBuffered(size, d.in.End-pos) {
				if t, size = d.bufferedTokenSlow(pos, scanned); size == 0 {
					d.scanFrom(b.open, pos)
					return 0
				}
			}
			if !scanned && opens[t.kind] && !d.mayOpen(&b, t.Len(), pos+size) {
				return 0
			}
			v = b.add(v, t)
			row = b.row(v)
		}
		pos += size
		if len(row) > 0 {
			n, size := d.buildScalars(row, pos)
			pos += size
			v = b.skip(n)
		}
	}
	d.builders = b.open
	b.end()
	return pos - d.in.Pos
}

// buildScanned is build for a value of size bytes, which has been scanned.
func (d *Decoder) buildScanned(root *Value, size int) error {
	if size > treeRoom*minElement && d.countElements(size) > treeRoom {
		return d.fail(limitFault(limitElements, int64(treeRoom), 0), 0)
	}
	d.build(root, true)
	return nil
}

// countElements returns how many elements and attributes the next value has, which has
// been scanned and has size bytes.
func (d *Decoder) countElements(size int) (n int) {
	for pos, end := d.in.Pos, d.in.Pos+size; pos < end; {
		t, size := d.bufferedTokenSlow(pos, true)
		if pos += size; t.kind != End {
			n++
		}
	}
	return n - 1
}

// mayOpen reports whether an aggregate with n elements that start at d.in.Data[pos:]
// may be built without a scan: it is not too deep, and the buffered bytes can hold
// that many. It is called before anything is reserved for them.
func (d *Decoder) mayOpen(b *treeBuilder, n, pos int) bool {
	left := d.in.End - pos
	return n <= left && (b.missing-1+int64(n))*minElement <= int64(left) && int64(n) <= d.rules.Elements && d.nest.depth+len(b.open) < d.rules.Depth
}

// scanFrom makes the scan of the value start at d.in.Data[pos:], because building
// has checked what comes before. open are the aggregates that are not complete
// there. A value with attributes or streamed parts is scanned from its start
// instead.
func (d *Decoder) scanFrom(open []builder, pos int) {
	if len(open) == 0 {
		return
	}
	c := &d.ahead
	c.nest.resetOne(d.nest.depth)
	for i := range open {
		v := open[i].v
		if v.Kind == Attribute || v.Streamed || len(v.Attrs) > 0 || len(open[i].slot().Attrs) > 0 {
			return
		}
		c.nest.left--
		c.nest.depth++
		c.nest.push(frame{left: int64(len(v.Elems) - open[i].next), kind: v.Kind})
	}
	c.at, c.pos, c.value, c.seen = d.in.Offset(0), pos-d.in.Pos, 0, 0
}

// buildScalars builds the values at d.in.Data[pos:] into elems as long as they are
// scalars of the usual forms, and returns how many it built and their size. Replies
// consist mostly of rows of strings, and a loop of its own builds those faster.
func (d *Decoder) buildScalars(elems []Value, pos int) (n, size int) {
	start := pos
	for i := range elems {
		if pos >= d.in.End {
			return i, pos - start
		}
		v := &elems[i]
		w := respwire.HeadAt(d.in.Data, pos)
		switch kind := Kind(w[0]); {
		case kind == BulkString:
			if n, end := respwire.ShortBulk(w, d.in.End-pos-2); end > 0 {
				end += pos
				v.setString(BulkString, d.in.Data[end-n:end:end])
				v.forgetLists()
				pos = end + 2
				continue
			}
		case opens[kind]:
			return i, pos - start
		}
		t, n := fastToken(d.in.Data[pos:], &d.rules.limits)
		if !isBuffered(n, d.in.End-pos) {
			return i, pos - start
		}
		v.forgetLists()
		v.set(t)
		pos += n
	}
	return len(elems), pos - start
}

// setString makes v a value of that kind with the payload b.
func (v *Value) setString(kind Kind, b []byte) {
	v.Kind = kind
	v.Null = false
	v.Streamed = false
	v.Encoding = [3]byte{}
	v.Int = 0
	v.Bytes = b
}

// emptyLists empties the lists of a root that is a scalar.
func (v *Value) emptyLists() {
	if cap(v.Elems)|cap(v.Attrs) != 0 {
		v.emptyListsSlow()
	}
}

// emptyListsSlow is emptyLists of a root that has some. It writes nothing into what the
// caller has made.
func (v *Value) emptyListsSlow() {
	if s := storageOf(v); s != nil {
		s.noteUse(v, 0)
		s.shrink(v)
	}
	v.Elems = v.Elems[:0]
	v.Attrs = v.Attrs[:0]
}

// forgetLists leaves a value below the root without lists. Their storage may belong
// to another value by now.
func (v *Value) forgetLists() {
	if cap(v.Elems)|cap(v.Attrs) != 0 {
		v.Elems = nil
		v.Attrs = nil
	}
}

// set makes v the value of t, without touching its attributes and elements.
func (v *Value) set(t Token) {
	v.Kind = t.kind
	v.Null = t.flags&flagNull != 0
	v.Streamed = t.flags&flagStreamed != 0
	v.Encoding = [3]byte{}
	v.Int = 0
	v.Bytes = nil
	switch {
	case t.kind == Integer, t.kind == Boolean:
		v.Int = t.n
	case t.data != nil:
		v.Bytes = t.Bytes()
		if t.kind == VerbatimString {
			v.Encoding = t.Encoding()
		}
	}
}

// bufferedTokenSlow returns the token at d.in.Data[pos:] and its size. The size is 0
// when the token is incomplete or one that the optimistic try does not take.
func (d *Decoder) bufferedTokenSlow(pos int, scanned bool) (t Token, size int) {
	b := d.in.Data[pos:d.in.End]
	if len(b) == 0 {
		return t, 0
	}
	kind := Kind(b[0])
	if !scanned && (!kind.isValid() || kind == Chunk || kind == End) {
		return t, 0
	}
	t, header, f := d.rules.header(lineKind(kind), b, 0)
	switch {
	case f != nil, header == 0, t.IsStreamed() && !scanned:
		return t, 0
	case t.hasPayload():
		size, _, _ = t.payload(b, header)
		return t, size
	case t.IsStreamed() && kind == BulkString:
		t, size = d.joinChunks(pos + header)
		return t, header + size
	}
	return t, header
}

// treeBuilder builds a value and everything in it, in the storage of its root.
type treeBuilder struct {
	root   *Value
	open   []builder // the aggregates that have begun, the innermost last
	block  []Value   // of the storage; nil until it is needed
	used   int       // Values of block
	needed int       // Values in lists below the root

	missing int64 // values that are still to be built
}

// builder is an aggregate whose elements are being built.
type builder struct {
	v    *Value
	next int // the element that is being built
}

// slot returns the element that is being built.
func (b *builder) slot() *Value { return &b.v.Elems[b.next] }

// newSlot is slot for an element in which nothing has been built yet.
func (b *builder) newSlot() *Value {
	v := b.slot()
	v.forgetLists()
	return v
}

func (b *treeBuilder) top() *builder { return &b.open[len(b.open)-1] }

// start returns the root, where the first value goes.
func (b *treeBuilder) start() *Value {
	root := b.root
	if s := storageOf(root); s != nil {
		s.shrink(root)
	} else {
		root.Elems, root.Attrs = nil, nil // not Decode's to write into
	}
	root.Elems = root.Elems[:0]
	root.Attrs = root.Attrs[:0]
	return root
}

// end takes account of how much of its storage the tree needed.
func (b *treeBuilder) end() {
	if s := storageOf(b.root); s != nil {
		s.noteUse(b.root, len(b.root.Elems)+len(b.root.Attrs)+b.needed)
	}
}

// add puts t, for which v has been found, into the tree, and returns where what comes
// next goes, or nil when the tree is complete.
func (b *treeBuilder) add(v *Value, t Token) *Value {
	switch {
	case t.kind == Attribute:
		attribute := b.addAttribute(v)
		attribute.set(t)
		if t.n > 0 {
			b.push(attribute, t.Len())
			return b.top().newSlot()
		}
		b.missing--
		return v
	case t.kind == End:
		b.endStreamed()
		return b.next()
	}
	v.set(t)
	if opens[t.kind] && t.flags&flagNull == 0 && t.n|int64(t.flags) > 0 {
		b.push(v, t.Len())
		return b.top().newSlot()
	}
	b.missing--
	return b.next()
}

// push opens an aggregate of n elements, or a streamed one, and returns them.
func (b *treeBuilder) push(v *Value, n int) []Value {
	b.missing += int64(n) - 1
	switch {
	case v == b.root:
		v.reserve(max(n, 1))
	case n > 0:
		v.Elems = b.take(n)
	default:
		v.Elems = b.take(minStreamed)[:1]
	}
	b.open = append(b.open, builder{v: v})
	return v.Elems
}

// row returns the elements from v on of the innermost aggregate, or none where it is
// streamed or v has attributes already.
func (b *treeBuilder) row(v *Value) []Value {
	if v == nil || len(b.open) == 0 || len(v.Attrs) > 0 {
		return nil
	}
	top := b.top()
	if top.v.Streamed {
		return nil
	}
	return top.v.Elems[top.next:]
}

// skip is next after n values of a row.
func (b *treeBuilder) skip(n int) *Value {
	b.missing -= int64(n)
	top := b.top()
	if top.next += n; top.next < len(top.v.Elems) {
		return top.newSlot()
	}
	top.next--
	return b.next()
}

// next returns where the value after a complete one goes, or nil when the tree is
// complete. It closes the aggregates that are complete with that value.
func (b *treeBuilder) next() *Value {
	for len(b.open) > 0 {
		top := b.top()
		top.next++
		if top.v.Streamed {
			b.addElem(top.v)
		}
		if top.next < len(top.v.Elems) {
			return top.newSlot()
		}
		b.open = b.open[:len(b.open)-1]
		if top.v.Kind == Attribute {
			return b.afterAttribute()
		}
	}
	return nil
}

// afterAttribute returns the place of the value whose attribute is complete.
func (b *treeBuilder) afterAttribute() *Value {
	if len(b.open) == 0 {
		return b.root
	}
	return b.top().slot()
}

// endStreamed closes a streamed aggregate.
func (b *treeBuilder) endStreamed() {
	top := b.top()
	top.v.Elems = top.v.Elems[:top.next]
	if top.v != b.root {
		top.v.Elems = slices.Clip(top.v.Elems)
	}
	b.open = b.open[:len(b.open)-1]
}

// addElem adds an element to v.
func (b *treeBuilder) addElem(v *Value) {
	n := len(v.Elems)
	if v == b.root {
		if n+1 == cap(v.Elems) {
			v.reserve(min(2*n, maxTree+1))
		}
		v.Elems = v.Elems[:n+1]
	} else {
		v.Elems = b.lengthen(v.Elems)
	}
}

// addAttribute adds an entry to v.Attrs and returns it. The entry is one more value
// to be built.
func (b *treeBuilder) addAttribute(v *Value) *Value {
	b.missing++
	if v != b.root {
		v.Attrs = b.lengthen(v.Attrs)
	} else if n := len(v.Attrs); n < cap(v.Attrs) {
		v.Attrs = v.Attrs[:n+1]
	} else {
		v.Attrs = append(v.Attrs, Value{})
		v.reserve(0)
	}
	attribute := &v.Attrs[len(v.Attrs)-1]
	attribute.forgetLists()
	return attribute
}

// lengthen returns list with one more Value, moved within the block if needed.
func (b *treeBuilder) lengthen(list []Value) []Value {
	n := len(list)
	if n == cap(list) {
		longer := b.take(max(min(2*n, maxTree), 1))
		copy(longer, list)
		list = longer
	}
	return list[:n+1]
}

// take returns a list of n Values from the block.
func (b *treeBuilder) take(n int) []Value {
	if n > len(b.block)-b.used {
		b.nextBlock(n)
	}
	list := b.block[b.used : b.used+n : b.used+n]
	b.used += n
	b.needed += n
	return list
}

// nextBlock takes the block of the storage or, when that has been used up, a larger
// one.
func (b *treeBuilder) nextBlock(n int) {
	s := storageOf(b.root)
	if s == nil {
		b.root.reserve(0)
		s = storageOf(b.root)
	}
	if b.block == nil {
		b.block = s.Elems
	}
	if n > len(b.block)-b.used {
		b.block = make([]Value, max(n, min(2*len(b.block), maxTree), minBlock))
		b.used = 0
		s.Elems = b.block
	}
}

// treeStorage is the memory for the lists of a tree. Decode keeps it with the root
// and builds the next value in it. It is the last Value for which root.Elems has room,
// and never an element. Its fields are
//
//	Elems  the block from which all lists below the root are cut, one after the other
//	Int    how many values in a row needed far less than there is
//	Bytes  storageMark, by which Decode tells its own storage from lists of the caller
//
// After `*2 *1 :1 *2 :2 :3` there are
//
//	root.Elems     | *1 | *2 | storage |
//	storage.Elems  | :1 | :2 | :3 | free ... |
//
// and the elements of *1 are the block's [0:1], those of *2 its [1:3].
//
// So a tree takes no more than its largest value took, even if the shapes of values
// differ. If each element kept a list of its own, a large list would leave its size
// at every place where it once was. The room after the end of a list belongs to that
// list or to none, so appending to one list changes no other.
type treeStorage Value

// storageMark is in no Value that a caller can make.
var storageMark [1]byte

const (
	// minBlock is the size of a first block.
	minBlock = 16

	// minStreamed is how many elements a streamed aggregate has room for at first.
	minStreamed = 4

	// usualTree is how many Values a tree may hold in any case. The storage of a
	// larger one is given up as a large buffer is; see window.Oversize.
	usualTree = 512

	// maxTree is how many elements and attributes a tree may have, so that the bytes
	// of its lists can be counted in an int. It matters with a 32-bit int alone.
	maxTree   = math.MaxInt / valueSize
	valueSize = 16 + 9*bits.UintSize/8
)

// storageOf returns the storage of v, or nil when Decode has made none.
func storageOf(v *Value) *treeStorage {
	room := cap(v.Elems)
	if room == 0 {
		return nil
	}
	s := (*treeStorage)(&v.Elems[:room][room-1])
	if respwire.BytesData(s.Bytes) != &storageMark[0] {
		return nil
	}
	return s
}

// noteUse takes account of a value that needed so many of the Values in the storage
// of root.
func (s *treeStorage) noteUse(root *Value, needed int) {
	held := cap(root.Elems) + cap(root.Attrs) + cap(s.Elems)
	if held > usualTree && held/window.Oversize > needed {
		s.Int++
	} else {
		s.Int = 0
	}
}

// shrink gives up the storage of root when it has long been larger than it had to be.
func (s *treeStorage) shrink(root *Value) {
	if s.Int > window.QuietTimes {
		root.Elems, root.Attrs = nil, nil
	}
}

// reserve gives v, a root, n elements, and storage after them.
func (v *Value) reserve(n int) {
	if n >= cap(v.Elems) {
		v.reserveSlow(n)
	}
	v.Elems = v.Elems[:n]
}

// reserveSlow is reserve where there is no room for n elements and the storage.
func (v *Value) reserveSlow(n int) {
	elems := make([]Value, n+1)
	copy(elems, v.Elems)
	if s := storageOf(v); s != nil {
		elems[n].Elems = s.Elems
	}
	elems[n].Bytes = storageMark[:]
	v.Elems = elems
}

// forget clears the storage of v but keeps it. No list has had more than most Values
// in use.
func (v *Value) forget(most int64) {
	elems, attrs := v.Elems[:cap(v.Elems)], v.Attrs[:cap(v.Attrs)]
	s := storageOf(v)
	*v = Value{Elems: elems[:0], Attrs: attrs[:0]}
	clear(attrs[:min(int64(len(attrs)), most)])
	if s == nil {
		return
	}
	block, quiet := s.Elems, s.Int
	clear(block[:min(int64(len(block)), most)])
	clear(elems[:min(int64(len(elems)), most)])
	*s = treeStorage{Bytes: storageMark[:], Elems: block, Int: quiet}
}
