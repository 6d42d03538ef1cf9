package resp

// This file builds trees. What Decode returns is built in one pass over bytes
// that are all there, without recursion. The first try is optimistic: it takes
// what is buffered, and gives up on anything unusual, faults included. Then
// the scan of decode.go finds the end of the value, reading what is missing,
// or the fault; and the second try cannot fail. There is one first try a value:
// while a scan is under way, however often it is interrupted, nothing is built.

// builder is an aggregate whose elements are being built.
type builder struct {
	v    *Value
	next int // the element that is being built
}

// minElement is the size of the smallest element, `_\r\n`.
const minElement = 3

// Decode reads the next whole value into v, reusing its storage at every
// level; v.Bytes, and those of all elements, are views that are valid until the
// next call on the Decoder. Attributes go to Attrs of the value they precede. A
// push at top level goes to OnPush, if that is set, and the read goes on. At
// the end of a streamed aggregate or string that is open, Decode reads the end
// and returns ErrEnd; a chunk of a streamed string that is open is a Value of
// Kind Chunk. After an error v holds nothing of use.
func (d *Decoder) Decode(v *Value) error {
	if debugViews {
		d.expireViews()
	}
	if d.buildScalar(v) {
		return nil
	}
	if waited, err := d.awaitString(); err != nil {
		return err
	} else if waited && d.buildScalar(v) {
		return nil
	}
	for {
		if d.fast && d.ahead.at != d.offset(0) {
			if err := d.need(1); err != nil {
				return err
			}
			if size := d.build(v, false); size > 0 {
				if v.Kind != Push || d.onPush == nil || !d.nest.valueAtTop() {
					d.takeOne(size)
					return nil
				}
			}
		}
		if pushed, err := d.decode(v); !pushed {
			return err
		}
	}
}

// decode is Decode for everything unusual. It reports whether it came upon a
// push and handed that to OnPush.
func (d *Decoder) decode(v *Value) (pushed bool, err error) {
	if err := d.ready(); err != nil {
		return false, err
	}
	if part, err := d.atPart(); part || err != nil {
		return false, d.decodePart(v, err)
	}
	if _, err := d.wholeSize(); err != nil {
		return false, err
	}
	size := d.build(v, true)
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
	t, err := d.readToken()
	switch {
	case err != nil:
		return err
	case t.Len() == 0:
		return ErrEnd
	}
	v.Attrs = v.Attrs[:0]
	v.set(t)
	return nil
}

// build builds the value at the read position into root and returns its size.
// Unless the value has been scanned, it may return 0 instead.
func (d *Decoder) build(root *Value, scanned bool) (size int) {
	open := d.builders[:0]
	expected := int64(1) // values that have to come still
	pos := d.pos
	v := root
	v.Attrs = v.Attrs[:0]
	if scanned {
		d.joined = d.joined[:0]
	}
	for {
		t, n := fastToken(d.data[pos:], &d.rules.limits)
		if uint(n-1) >= uint(d.end-pos) {
			if t, n = d.carefulToken(pos, scanned); n == 0 {
				d.scanFrom(open, pos)
				return 0
			}
		}
		pos += n
		if !scanned && opens[t.kind] && d.nest.depth+len(open) >= d.rules.Depth {
			return 0
		}
		switch {
		case t.kind == Attribute:
			v.Attrs = addValue(v.Attrs)
			attribute := &v.Attrs[len(v.Attrs)-1]
			attribute.Attrs = attribute.Attrs[:0]
			attribute.set(t)
			if expected += int64(t.Len()); !scanned && expected > int64(d.end-pos)/minElement {
				return 0
			}
			if t.n > 0 {
				open = append(open, builder{v: attribute})
				v = attribute.reserve(t.Len())
			}
		case t.kind == End:
			top := &open[len(open)-1]
			top.v.Elems = top.v.Elems[:top.next]
			open = open[:len(open)-1]
			v = nextSlot(&open)
		case opens[t.kind] && t.flags&flagNull == 0 && (t.n > 0 || t.IsStreamed()):
			v.set(t)
			if expected += int64(t.Len()) - 1; !scanned && expected > int64(d.end-pos)/minElement {
				return 0 // nothing is reserved before so many elements can be there
			}
			open = append(open, builder{v: v})
			v = v.reserve(max(t.Len(), 1))
		default:
			v.set(t)
			expected--
			v = nextSlot(&open)
		}
		if v != nil && t.kind != Attribute && len(open) > 0 {
			if top := &open[len(open)-1]; !top.v.Streamed {
				n, size := d.buildScalars(top.v.Elems[top.next:], pos)
				pos += size
				expected -= int64(n)
				if top.next += n; top.next == len(top.v.Elems) {
					top.next--
					v = nextSlot(&open)
				} else {
					v = top.slot()
					v.Attrs = v.Attrs[:0]
				}
			}
		}
		if v == nil {
			if len(open) == 0 {
				d.builders = open
				return pos - d.pos
			}
			// The pairs of an attribute are complete: the value that it
			// decorates goes where it was found.
			open = open[:len(open)-1]
			v = root
			if len(open) > 0 {
				v = open[len(open)-1].slot()
			}
		}
	}
}

// scanFrom has the scan of the value go on at d.data[pos:], up to where it has been
// built and so been looked at; open are the aggregates that are not complete
// there. It leaves what has attributes or is streamed to be scanned from its start.
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
	c.at, c.pos, c.value, c.seen = d.offset(0), pos-d.pos, 0, 0
}

// buildScalar builds the next value into v when that is a scalar of a usual form.
func (d *Decoder) buildScalar(v *Value) bool {
	if !d.fast || d.pos == d.end || d.ahead.at == d.offset(0) {
		return false
	}
	w := window(d.data, d.pos)
	switch kind := Kind(w[0]); {
	case kind == BulkString:
		n, header := shortLength(w)
		if header == 0 && w[1] != '-' {
			n, header = fastLength(w)
		}
		start := d.pos + header
		end := start + n
		if header > 0 && end+2 <= d.end && le16(d.data[end:]) == le16CRLF && int64(n) <= d.rules.BulkLen {
			v.setString(BulkString, d.data[start:end:end])
			d.takeOne(header + n + 2)
			return true
		}
	case kind == SimpleString && isOK(w) && d.end-d.pos >= len("+OK\r\n"):
		v.setString(SimpleString, w[1:3:3])
		d.takeOne(len("+OK\r\n"))
		return true
	case opens[kind]:
		return false
	}
	t, n := fastToken(d.data[d.pos:], &d.rules.limits)
	if uint(n-1) >= uint(d.end-d.pos) {
		return false
	}
	v.Attrs = v.Attrs[:0]
	v.set(t)
	d.takeOne(n)
	return true
}

// buildScalars builds the values at d.data[pos:] into elems as long as they are
// scalars of the usual forms, and returns how many it built and their size. Rows
// of strings, most of what replies consist of, take a tenth to a quarter less time so.
func (d *Decoder) buildScalars(elems []Value, pos int) (n, size int) {
	start := pos
	for i := range elems {
		if pos >= d.end {
			return i, pos - start
		}
		v := &elems[i]
		w := window(d.data, pos)
		switch kind := Kind(w[0]); {
		case kind == BulkString:
			length, header := shortLength(w)
			end := pos + header + length
			if header > 0 && end+2 <= d.end && le16(d.data[end:]) == le16CRLF {
				v.setString(BulkString, d.data[pos+header:end:end])
				pos = end + 2
				continue
			}
		case opens[kind]:
			return i, pos - start
		}
		t, n := fastToken(d.data[pos:], &d.rules.limits)
		if uint(n-1) >= uint(d.end-pos) {
			return i, pos - start
		}
		v.Attrs = v.Attrs[:0]
		v.set(t)
		pos += n
	}
	return len(elems), pos - start
}

// setString makes v a string of that kind.
func (v *Value) setString(kind Kind, b []byte) {
	v.Kind = kind
	v.Null = false
	v.Streamed = false
	v.Encoding = [3]byte{}
	v.Int = 0
	v.Bytes = b
	v.Elems = v.Elems[:0]
	v.Attrs = v.Attrs[:0]
}

// slot returns the element that is being built.
func (b *builder) slot() *Value { return &b.v.Elems[b.next] }

// nextSlot returns where the value after a complete one goes. It leaves the
// aggregates that are complete with it, and returns nil when none is open or
// when the innermost one is an attribute that has got its last element.
func nextSlot(open *[]builder) *Value {
	for len(*open) > 0 {
		top := &(*open)[len(*open)-1]
		top.next++
		if top.v.Streamed {
			top.v.Elems = addValue(top.v.Elems)
		}
		if top.next < len(top.v.Elems) {
			v := top.slot()
			v.Attrs = v.Attrs[:0]
			return v
		}
		if top.v.Kind == Attribute {
			return nil
		}
		*open = (*open)[:len(*open)-1]
	}
	return nil
}

// reserve makes v an aggregate of n elements, at least one, and returns the
// first. It keeps the storage of those that v had.
func (v *Value) reserve(n int) *Value {
	if n > cap(v.Elems) {
		elems := make([]Value, n)
		copy(elems, v.Elems[:cap(v.Elems)])
		v.Elems = elems
	}
	v.Elems = v.Elems[:n]
	first := &v.Elems[0]
	first.Attrs = first.Attrs[:0]
	return first
}

// addValue makes values longer by one, whose storage is kept.
func addValue(values []Value) []Value {
	if len(values) < cap(values) {
		return values[:len(values)+1]
	}
	return append(values, Value{})
}

// set makes v what t says, but for its attributes and elements.
func (v *Value) set(t Token) {
	v.Kind = t.kind
	v.Null = t.flags&flagNull != 0
	v.Streamed = t.flags&flagStreamed != 0
	v.Encoding = [3]byte{}
	v.Int = 0
	v.Bytes = nil
	v.Elems = v.Elems[:0]
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

// carefulToken returns the token at d.data[pos:] and its size, or 0 when there
// is none or none that the optimistic try takes.
func (d *Decoder) carefulToken(pos int, scanned bool) (t Token, size int) {
	b := d.data[pos:d.end]
	if len(b) == 0 {
		return t, 0
	}
	kind := Kind(b[0])
	if !scanned && (!kind.IsValid() || kind == Chunk || kind == End) {
		return t, 0
	}
	t, header, f := d.rules.header(kind, b, 0)
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

// joinChunks puts the chunks at d.data[from:] together, up to the last one,
// and returns the streamed string with the size of its chunks.
func (d *Decoder) joinChunks(from int) (t Token, size int) {
	t = Token{data: emptyText, kind: BulkString, flags: flagStreamed}
	if d.joined == nil {
		d.joined = d.lastJoined.recall()[:0]
	}
	start, pos := len(d.joined), from
	for {
		chunk, header, _ := d.rules.header(Chunk, d.data[pos:d.end], 0)
		pos += header
		if chunk.n == 0 {
			break
		}
		end := pos + int(chunk.n)
		d.joined = append(d.joined, d.data[pos:end]...)
		pos = end + 2
	}
	if joined := d.joined[start:]; len(joined) > 0 {
		t.data, t.n = &joined[0], int64(len(joined))
	}
	return t, pos - from
}
