package respgo

import (
	"encoding"
	"math/big"
	"reflect"
	"sync"
	"time"

	"github.com/seed65f5866d/resp"
)

// This file makes plans for Go types. A plan says how to read and write values of a
// type. It is made once and kept.

// plan says how to read and write values of one type.
type plan struct {
	typ reflect.Type

	// read sets dst, which can be set, to the value that r has read last. It is
	// not called for an error or a null, unless the plan takes those.
	read       func(r *reader, p *plan, dst reflect.Value) error
	takesNull  bool
	takesError bool

	// write appends v to what w writes.
	write func(w *writer, p *plan, v reflect.Value) error

	// arg returns v as one argument of a command; nil when it is none or several.
	arg func(p *plan, v reflect.Value) (resp.Arg, error)

	key, elem *plan    // plans for the key of a map, and for the elements or the target of a type
	fields    *fields  // of a struct
	format    format   // of a time or a duration
	isEmpty   isEmpty  // whether omitempty leaves v out
	row       rowShape // whether it is made of a row of elements
}

// isEmpty reports whether omitempty leaves v out.
type isEmpty func(v reflect.Value) bool

// plans are those made so far, by their reflect.Type.
var plans sync.Map

// planOf returns the plan for t, which it makes the first time.
func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	made := planner{}
	p := made.plan(t)
	for t, p := range made {
		plans.Store(t, p)
	}
	return p
}

// planner holds the plans that are being made: a type may refer to itself.
type planner map[reflect.Type]*plan

func (m planner) plan(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	if p := m[t]; p != nil {
		return p
	}
	p := &plan{typ: t}
	m[t] = p
	m.fill(p)
	return p
}

var (
	valueType    = reflect.TypeFor[resp.Value]()
	replyError   = reflect.TypeFor[resp.ReplyError]()
	errorType    = reflect.TypeFor[error]()
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	bigIntType   = reflect.TypeFor[big.Int]()
	stringType   = reflect.TypeFor[string]()

	textUnmarshaler   = reflect.TypeFor[encoding.TextUnmarshaler]()
	binaryUnmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
	textAppender      = reflect.TypeFor[encoding.TextAppender]()
	textMarshaler     = reflect.TypeFor[encoding.TextMarshaler]()
	binaryMarshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
)

// fill makes p the plan for its type: by its name, by its methods, or by its kind.
func (m planner) fill(p *plan) {
	p.read, p.write, p.arg, p.isEmpty = readUnsupported, writeUnsupported, nil, emptyNever
	m.byKind(p)
	switch p.typ {
	case valueType:
		p.takesNull, p.takesError = true, true
		p.read, p.write, p.arg = readValue, writeValue, nil
	case errorType:
		p.takesNull, p.takesError = true, true
		p.read, p.write, p.arg = readError, writeError, nil
	case replyError:
		p.takesError = true
		p.read, p.write = readReplyError, writeReplyError
	case timeType:
		p.read, p.write, p.arg, p.isEmpty = readTime, writeTime, argTime, reflect.Value.IsZero
	case durationType:
		p.read, p.write, p.arg = readDuration, writeDuration, argDuration
	case bigIntType:
		p.read, p.write, p.arg, p.isEmpty = readBigInt, writeBigInt, argBigInt, reflect.Value.IsZero
	default:
		byMethods(p)
	}
}

// byMethods makes p use the methods of its type.
func byMethods(p *plan) {
	if p.typ.Kind() == reflect.Pointer || p.typ.Kind() == reflect.Interface {
		return // the target has the methods
	}
	pointer := reflect.PointerTo(p.typ)
	switch {
	case pointer.Implements(textUnmarshaler):
		p.read, p.takesNull, p.row = readText, false, rowShape{}
	case pointer.Implements(binaryUnmarshaler):
		p.read, p.takesNull, p.row = readBinary, false, rowShape{}
	}
	switch {
	case pointer.Implements(textAppender), pointer.Implements(textMarshaler), pointer.Implements(binaryMarshaler):
		p.write, p.arg = writeMarshaled, argMarshaled
	}
}

// byKind makes p the plan for the kind of its type.
func (m planner) byKind(p *plan) {
	switch p.typ.Kind() {
	case reflect.String:
		p.read, p.write, p.arg, p.isEmpty = readString, writeString, argString, emptyLen
	case reflect.Bool:
		p.read, p.write, p.arg, p.isEmpty = readBool, writeBool, argBool, reflect.Value.IsZero
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.read, p.write, p.arg, p.isEmpty = readInt, writeInt, argInt, reflect.Value.IsZero
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		p.read, p.write, p.arg, p.isEmpty = readUint, writeUint, argUint, reflect.Value.IsZero
	case reflect.Float32, reflect.Float64:
		p.read, p.write, p.arg, p.isEmpty = readFloat, writeFloat, argFloat, reflect.Value.IsZero
	case reflect.Slice:
		m.slice(p)
	case reflect.Array:
		m.array(p)
	case reflect.Map:
		p.key, p.elem = m.plan(p.typ.Key()), m.plan(p.typ.Elem())
		p.read, p.write, p.takesNull, p.isEmpty = readMap, writeMap, true, emptyLen
		if p.typ.ConvertibleTo(stringMapType) {
			p.read = readStringMap
		}
	case reflect.Struct:
		p.fields = m.structFields(p.typ)
		p.read, p.write = readStruct, writeStruct
		p.row = p.fields.row
	case reflect.Pointer:
		m.pointer(p)
	case reflect.Interface:
		p.read, p.write, p.takesNull, p.isEmpty = readInterface, writeInterface, true, reflect.Value.IsNil
		p.takesError = p.typ.NumMethod() == 0
	}
}

func (m planner) slice(p *plan) {
	p.takesNull, p.isEmpty = true, emptyLen
	if isByte(p.typ.Elem()) {
		p.read, p.write, p.arg = readBytes, writeBytes, argBytes
		return
	}
	p.elem = m.plan(p.typ.Elem())
	p.read, p.write = readSlice, writeList
}

func (m planner) array(p *plan) {
	p.isEmpty = emptyLen
	if isByte(p.typ.Elem()) {
		p.read, p.write, p.arg = readByteArray, writeByteArray, argByteArray
		return
	}
	p.elem = m.plan(p.typ.Elem())
	p.read, p.write = readArray, writeList
	p.row = rowShape{width: p.typ.Len(), read: readArrayRow}
}

func (m planner) pointer(p *plan) {
	if pointsAtItself(p.typ) {
		return
	}
	p.elem = m.plan(p.typ.Elem())
	p.read, p.write, p.takesNull, p.isEmpty = readPointer, writePointer, true, reflect.Value.IsNil
	p.takesError = takesErrors(p.typ)
	p.arg = argPointer
}

// isByte reports whether t is a byte without methods of its own, so that a slice of
// it is a string of bytes.
func isByte(t reflect.Type) bool {
	return t.Kind() == reflect.Uint8 && !reflect.PointerTo(t).Implements(textUnmarshaler)
}

// pointsAtItself reports whether t is a type like type P *P, which has no final
// target.
func pointsAtItself(t reflect.Type) bool {
	for seen := (map[reflect.Type]bool{}); t.Kind() == reflect.Pointer; t = t.Elem() {
		if seen[t] {
			return true
		}
		seen[t] = true
	}
	return false
}

// takesErrors reports whether t, or its target, can hold an error of a reply.
func takesErrors(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t == errorType || t == replyError || t == valueType || t.Kind() == reflect.Interface && t.NumMethod() == 0
}

func emptyNever(reflect.Value) bool { return false }
func emptyLen(v reflect.Value) bool { return v.Len() == 0 }

// rowShape describes a type that is read from a row of elements and not by names:
// how many elements it takes and how n of them are read into it.
type rowShape struct {
	width int // 0 for other types and for rows of any width
	read  func(r *reader, p *plan, dst reflect.Value, n int) error
}

// rowWidth returns how many elements of a flat list one p takes, or 0 when p is not
// read from a flat list.
func (p *plan) rowWidth() int {
	for p.typ.Kind() == reflect.Pointer && p.elem != nil {
		p = p.elem
	}
	return p.row.width
}

// readRow reads the next n elements into dst.
func (p *plan) readRow(r *reader, dst reflect.Value, n int) error {
	for p.typ.Kind() == reflect.Pointer {
		dst, p = pointee(dst), p.elem
	}
	return p.row.read(r, p, dst, n)
}
