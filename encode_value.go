package resp

// This file writes whole Values: AppendValue and the Encoder's WriteValue. Both
// let a valueWalk take the tree apart, which keeps its way in a slice and not on
// the stack of calls, so that no tree is too deep.

// AppendValue appends v and everything in it. It never fails; what no reader
// could take is replaced:
//
//   - nil, and a Kind that is none or End, is a null;
//   - a Map or an Attribute with an odd number of elements gets a null as its
//     last value;
//   - an entry of Attrs is written as an Attribute whatever its Kind is; an
//     Attribute where a value is expected decorates a null;
//   - CR and LF in a SimpleString or a SimpleError become spaces;
//   - a Double whose text no reader takes is spelled anew when it is a number
//     (`.5`), and a null otherwise; a BigNumber whose text is no number is a null;
//   - a Chunk is a BulkString;
//   - Streamed has no meaning for a Kind that cannot be streamed.
//
// A streamed string is written with all its bytes in one chunk. Trees of up to
// eight levels need no memory beside dst.
func AppendValue(dst []byte, v *Value) []byte {
	if v == nil {
		return AppendNull(dst)
	}
	var few [8]valueFrame
	walk := valueWalk{frames: few[:0]}
	for part := walk.start(v, false); ; part = walk.next() {
		dst = part.appendTo(dst)
		if len(walk.frames) == 0 {
			return dst
		}
	}
}

// WriteValue writes v and everything in it, as AppendValue does. For RESP2 each
// part has its RESP2 form, and what is marked as streamed is written with its
// length.
func (e *Encoder) WriteValue(v *Value) error {
	if v == nil {
		return e.WriteNull()
	}
	if err := e.slot(v.Kind); err != nil {
		return err
	}
	walk := valueWalk{frames: e.frames[:0], plain: e.resp2}
	for part := walk.start(v, false); ; part = walk.next() {
		e.putPart(part)
		e.makeRoom()
		if len(walk.frames) == 0 {
			break
		}
	}
	e.frames = walk.frames[:0]
	clear(e.frames[:cap(e.frames)])
	return e.wrote()
}

// putPart puts one part of a tree into the buffer, or a large payload past it.
func (e *Encoder) putPart(part valuePart) {
	if e.resp2 && e.putInRESP2(part) {
		return
	}
	v := part.value
	switch {
	case part.kind == BulkString && part.streamed:
		e.buf = AppendStreamedString(e.buf)
		if len(v.Bytes) > 0 {
			e.putText(Chunk, bytesString(v.Bytes))
		}
		e.buf = AppendLastChunk(e.buf)
	case part.kind == BulkString, part.kind == BulkError:
		e.putText(part.kind, bytesString(v.Bytes))
	case part.kind == VerbatimString:
		e.putVerbatim(v.Encoding, bytesString(v.Bytes))
	default:
		e.buf = part.appendTo(e.buf)
	}
}

// putInRESP2 is putPart for the kinds that RESP2 has in another form. It reports
// whether this is one.
func (e *Encoder) putInRESP2(part valuePart) bool {
	v := part.value
	switch part.kind {
	case Null:
		if v != nil && v.Kind == Array {
			e.buf = AppendNullArray(e.buf)
		} else {
			e.buf = AppendNullBulkString(e.buf)
		}
	case Boolean:
		e.buf = AppendInteger(e.buf, bit(v.Int != 0))
	case Double, BigNumber:
		e.putNumberText(part.kind, v.Bytes)
	case VerbatimString:
		e.putText(BulkString, bytesString(v.Bytes))
	case BulkError:
		e.buf = AppendSimpleError(e.buf, v.Bytes)
	case Map:
		e.buf = AppendArray(e.buf, len(v.Elems)+len(v.Elems)%2)
	case Set, Push:
		e.buf = AppendArray(e.buf, len(v.Elems))
	default:
		return false
	}
	return true
}

// valuePart is one scalar, one header or one end in the wire form of a tree.
type valuePart struct {
	value    *Value // nil for an end, for a null that is not in the tree, and for nothing at all
	kind     Kind   // as which it is written; 0 for nothing at all
	streamed bool
}

// nullPart is a null that is not in the tree.
var nullPart = valuePart{kind: Null}

// appendTo appends the part.
func (p valuePart) appendTo(dst []byte) []byte {
	v := p.value
	switch p.kind {
	case 0:
		return dst
	case End:
		return AppendEnd(dst)
	case SimpleString, SimpleError:
		return appendLine(dst, p.kind, v.Bytes)
	case Integer:
		return AppendInteger(dst, v.Int)
	case Boolean:
		return AppendBoolean(dst, v.Int != 0)
	case Double:
		return appendDoubleText(dst, v.Bytes)
	case BigNumber:
		return appendBigNumberText(dst, v.Bytes)
	case VerbatimString:
		return AppendVerbatimString(dst, bytesString(v.Encoding[:]), v.Bytes)
	case Array, Set, Push:
		return p.appendHeader(dst, len(v.Elems))
	case Map, Attribute:
		return p.appendHeader(dst, (len(v.Elems)+1)/2)
	case BulkString, BulkError:
		if p.streamed {
			dst = AppendStreamedString(dst)
			dst = AppendChunk(dst, v.Bytes)
			return AppendLastChunk(dst)
		}
		return appendString(dst, p.kind, v.Bytes)
	}
	if v == nil {
		return AppendNull(dst)
	}
	return appendNullOf(dst, v.Kind)
}

func (p valuePart) appendHeader(dst []byte, n int) []byte {
	if p.streamed {
		return AppendStreamed(dst, p.kind)
	}
	if p.value.Null {
		n = 0
	}
	return appendHeader(dst, p.kind, n)
}

// valueWalk takes a tree apart in the order in which it is written.
type valueWalk struct {
	frames []valueFrame // open parts of the tree, innermost last
	plain  bool         // attributes are passed over
}

// valueFrame is an aggregate, or the attributes of a value, with what of it has
// not been written yet.
type valueFrame struct {
	owner       *Value
	rest        []Value
	attrs       bool // rest are the attributes of owner, which follows them
	isAttribute bool // with attrs: owner is an attribute itself
	streamed    bool
	lacksValue  bool // the last key has no value: a null stands for it
	decorated   bool // owner is an attribute that stands where a value should: a null follows
}

// next returns the next part of a tree in which frames are open.
func (w *valueWalk) next() valuePart {
	last := &w.frames[len(w.frames)-1]
	if len(last.rest) > 0 {
		v := &last.rest[0]
		last.rest = last.rest[1:]
		return w.start(v, last.attrs)
	}
	if last.lacksValue {
		last.lacksValue = false
		return nullPart
	}
	done := *last
	w.frames = w.frames[:len(w.frames)-1]
	switch {
	case done.attrs:
		return w.open(done.owner, done.isAttribute)
	case done.streamed:
		return valuePart{kind: End}
	case done.decorated:
		return nullPart
	}
	return valuePart{}
}

// start begins with a value, that is, with its attributes when it has some.
func (w *valueWalk) start(v *Value, isAttribute bool) valuePart {
	if len(v.Attrs) == 0 || w.plain {
		return w.open(v, isAttribute)
	}
	w.frames = append(w.frames, valueFrame{owner: v, rest: v.Attrs, attrs: true, isAttribute: isAttribute})
	return valuePart{}
}

// open returns the part that is v itself and opens it when it is an aggregate.
func (w *valueWalk) open(v *Value, isAttribute bool) valuePart {
	kind := v.Kind
	switch {
	case isAttribute:
		kind = Attribute
	case kind == Attribute && !w.plain:
	case v.Null, kind == Attribute, kind == End, !kind.IsValid():
		return valuePart{value: v, kind: Null}
	case kind == Chunk:
		return valuePart{value: v, kind: BulkString}
	}
	part := valuePart{value: v, kind: kind, streamed: v.Streamed && kind.streamable() && !w.plain}
	if kind.IsAggregate() {
		elems := v.Elems
		if v.Null {
			elems = nil
		}
		w.frames = append(w.frames, valueFrame{
			owner:      v,
			rest:       elems,
			streamed:   part.streamed,
			lacksValue: kind.hasPairs() && len(elems)%2 != 0,
			decorated:  kind == Attribute && !isAttribute,
		})
	}
	return part
}
