package resp

import "github.com/seed65f5866d/resp/internal/respwire"

// This file writes whole Values: AppendValue and the Encoder's WriteValue. Both call
// nextPart, which takes the tree apart. It keeps its path in a slice and not on the
// call stack, so no tree is too deep. Callers pass the slice in and out as a value,
// so its first levels need no allocation.

// AppendValue appends v and everything in it. It never fails. It replaces what no
// reader could take:
//
//   - nil, an invalid Kind and End are written as a null;
//   - a Map or an Attribute with an odd number of elements gets a null as its
//     last value;
//   - every entry of Attrs is written as an Attribute, whatever its Kind; an
//     Attribute in the place of a value decorates a null;
//   - CR and LF in a SimpleString or a SimpleError become spaces;
//   - a Double whose text not every reader takes (`.5`) is spelled anew; a Double or
//     BigNumber whose text is no number is written as a null;
//   - a Chunk is written as a BulkString;
//   - Streamed is ignored for a Kind that cannot be streamed.
//
// It writes a streamed string as one chunk with all its bytes. It allocates nothing
// but dst for trees of up to eight levels.
func AppendValue(dst []byte, v *Value) []byte {
	if v == nil {
		return AppendNull(dst)
	}
	var few [8]valueFrame
	open, part := startValue(few[:0], v, 0)
	for {
		dst = part.appendTo(dst)
		if len(open) == 0 {
			return dst
		}
		open, part = nextPart(open, 0)
	}
}

// WriteValue writes v and everything in it, as AppendValue does. For RESP2 each part
// has its RESP2 form, and streamed values are written with their length.
func (e *Encoder) WriteValue(v *Value) error {
	if v == nil {
		return e.WriteNull()
	}
	if err := e.slot(v.Kind); err != nil {
		return err
	}
	how := valueFlags(0)
	if e.resp2 {
		how = withoutAttrs
	}
	var few [8]valueFrame
	open, part := startValue(few[:0], v, how)
	for {
		e.putPart(part)
		if len(open) == 0 {
			return e.out.wroteSlow()
		}
		e.out.makeRoom()
		open, part = nextPart(open, how)
	}
}

// putPart puts one part of a tree into the buffer, or a large payload past it.
func (e *Encoder) putPart(part valuePart) {
	if e.resp2 && e.putInRESP2(part) {
		return
	}
	v := part.value
	switch kindTable[part.kind].layout {
	case withPayload:
		e.putPayload(part)
	case textLine:
		e.putLine(part.kind, respwire.BytesString(v.Bytes))
	case spelledLine:
		e.putNumberText(part.kind, v.Bytes)
	default:
		e.out.buf = part.appendTo(e.out.buf)
	}
}

// putPayload is putPart for kinds with a length.
func (e *Encoder) putPayload(part valuePart) {
	text := respwire.BytesString(part.value.Bytes)
	switch {
	case part.kind == VerbatimString:
		e.putVerbatim(part.value.Encoding, text)
	case !part.streamed:
		e.putText(part.kind, text)
	default:
		e.out.buf = AppendStreamedString(e.out.buf)
		if len(text) > 0 {
			e.putText(Chunk, text)
		}
		e.out.buf = AppendLastChunk(e.out.buf)
	}
}

// putInRESP2 is putPart for the kinds that RESP2 has in another form. It reports
// whether part is one of them.
func (e *Encoder) putInRESP2(part valuePart) bool {
	v, form := part.value, kindTable[part.kind].resp2
	switch {
	case form == part.kind, form == 0:
		return false
	case part.kind == Null:
		if v != nil && v.Kind == Array {
			e.out.buf = AppendNullArray(e.out.buf)
		} else {
			e.out.buf = AppendNullBulkString(e.out.buf)
		}
	case part.kind.isSpelled():
		return false // putNumberText sees to it
	case form == Integer:
		e.out.buf = AppendInteger(e.out.buf, bit(v.Int != 0))
	case form == BulkString:
		e.putText(BulkString, respwire.BytesString(v.Bytes))
	case form == SimpleError:
		e.putLine(SimpleError, respwire.BytesString(v.Bytes))
	case form == Array:
		n := len(v.Elems)
		if part.kind.hasPairs() {
			n += n % 2
		}
		e.out.buf = AppendArray(e.out.buf, n)
	}
	return true
}

// valuePart is one scalar, one header or one end in the wire form of a tree.
type valuePart struct {
	value    *Value // nil for an end, for a null that is not in the tree, and for no part
	kind     Kind   // the kind to write; 0 for no part
	streamed bool
}

// nullPart is a null that is not in the tree.
var nullPart = valuePart{kind: Null}

// appendTo appends the part.
func (p valuePart) appendTo(dst []byte) []byte {
	v := p.value
	switch kindTable[p.kind].layout {
	case withPayload:
		return p.appendPayload(dst)
	case textLine:
		return appendLine(dst, p.kind, respwire.BytesString(v.Bytes))
	case integerLine:
		return AppendInteger(dst, v.Int)
	case withElements:
		return p.appendHeader(dst, len(v.Elems))
	case withPairs:
		return p.appendHeader(dst, (len(v.Elems)+1)/2)
	case booleanLine:
		return AppendBoolean(dst, v.Int != 0)
	case spelledLine:
		return appendNumberText(dst, p.kind, v.Bytes)
	case noLayout:
		return dst
	}
	switch {
	case p.kind == End:
		return AppendEnd(dst)
	case v == nil:
		return AppendNull(dst)
	}
	return appendNullOf(dst, v.Kind)
}

// appendPayload is appendTo for kinds with a length.
func (p valuePart) appendPayload(dst []byte) []byte {
	text := respwire.BytesString(p.value.Bytes)
	switch {
	case p.kind == VerbatimString:
		return appendVerbatim(dst, p.value.Encoding, text)
	case p.streamed:
		dst = AppendStreamedString(dst)
		dst = AppendChunk(dst, text)
		return AppendLastChunk(dst)
	}
	return appendString(dst, p.kind, text)
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

// valueFrame is an aggregate, or the attributes of a value, that has been written in
// part.
type valueFrame struct {
	owner *Value
	next  int // index of the element or attribute to be written next
	flags valueFlags
}

// valueFlags say how a value is written, and what is left to do for a frame.
type valueFlags uint8

const (
	withoutAttrs valueFlags = 1 << iota // do not write the attributes
	asAttribute                         // the value is an entry of Attrs
	inAttrs                             // the frame writes the attributes of owner, which follows them
	lacksValue                          // the last key has no value: a null stands for it
	lacksEnd                            // owner is streamed
	lacksTarget                         // owner is an attribute that decorates nothing: a null follows
)

// nextPart returns the next part of the tree. open are the frames that are open.
func nextPart(open []valueFrame, how valueFlags) ([]valueFrame, valuePart) {
	last := &open[len(open)-1]
	flags := last.flags
	list := last.owner.Elems
	if flags&inAttrs != 0 {
		list = last.owner.Attrs
		how |= asAttribute
	}
	switch {
	case last.next < len(list):
		last.next++
		return startValue(open, &list[last.next-1], how)
	case flags&lacksValue != 0:
		last.flags &^= lacksValue
		return open, nullPart
	}
	owner := last.owner
	open = open[:len(open)-1]
	switch {
	case flags&inAttrs != 0:
		return openValue(open, owner, how&withoutAttrs|flags&asAttribute)
	case flags&lacksEnd != 0:
		return open, valuePart{kind: End}
	case flags&lacksTarget != 0:
		return open, nullPart
	}
	return open, valuePart{}
}

// startValue begins a value: with its attributes if it has some.
func startValue(open []valueFrame, v *Value, how valueFlags) ([]valueFrame, valuePart) {
	if len(v.Attrs) > 0 && how&withoutAttrs == 0 {
		return append(open, valueFrame{owner: v, flags: inAttrs | how&asAttribute}), valuePart{}
	}
	return openValue(open, v, how)
}

// openValue returns the part that is v itself, and opens v when it is an aggregate.
func openValue(open []valueFrame, v *Value, how valueFlags) ([]valueFrame, valuePart) {
	kind := v.Kind
	switch {
	case how&asAttribute != 0:
		kind = Attribute
	case kind == Attribute && how&withoutAttrs == 0:
	case v.Null, kind == Attribute, kind == End, !kind.isValid():
		return open, valuePart{value: v, kind: Null}
	case kind == Chunk:
		kind = BulkString
	}
	part := valuePart{value: v, kind: kind, streamed: v.Streamed && kind.streamable() && how&withoutAttrs == 0}
	if !kind.IsAggregate() {
		return open, part
	}
	frame := valueFrame{owner: v}
	if v.Null { // a null attribute is written with the count 0
		frame.next = len(v.Elems)
	} else if kind.hasPairs() && len(v.Elems)%2 != 0 {
		frame.flags |= lacksValue
	}
	if part.streamed {
		frame.flags |= lacksEnd
	}
	if kind == Attribute && how&asAttribute == 0 {
		frame.flags |= lacksTarget
	}
	return append(open, frame), part
}
