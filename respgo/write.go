package respgo

import (
	"encoding"
	"errors"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/seed65f5866d/resp"
)

// This file writes Go values as replies. It builds each value first and passes it to
// the Encoder when nothing can fail any more.

// MarshalEncode writes v to e as one value, which Unmarshal turns back into v. The
// package overview says what becomes what, and e's Protocol decides the form. When v
// cannot be written, MarshalEncode writes nothing and returns a *MarshalError; all
// other errors are those of e.WriteValue.
func MarshalEncode(e *resp.Encoder, v any) error {
	w := writers.Get().(*writer)
	defer w.free()
	if err := w.any(reflect.ValueOf(v)); err != nil {
		return err
	}
	return w.writeTo(e)
}

// writeTo writes what was put together to e. It does so in one call: after a timeout
// e has all of the value, or none, and what is streamed has its form in RESP2.
func (w *writer) writeTo(e *resp.Encoder) error {
	if t, size, err := resp.ConsumeToken(w.buf); err == nil && size == len(w.buf) {
		return e.WriteToken(t)
	}
	w.decoder.Reset(nil)
	w.decoder.Feed(w.buf)
	if err := w.decoder.Decode(&w.tree); err != nil {
		return err
	}
	return e.WriteValue(&w.tree)
}

// writer builds a value.
type writer struct {
	buf     []byte
	scratch []byte
	path    []step

	interfaces int // how many nested interfaces are being written

	decoder *resp.Decoder // makes a tree of buf
	tree    resp.Value
}

var writers = sync.Pool{New: func() any {
	return &writer{decoder: resp.NewDecoder(nil, resp.NoLimits())}
}}

// maxKept is the size of the largest buffer that is kept for the next value.
const maxKept = 64 << 10

func (w *writer) free() {
	if cap(w.buf)+cap(w.scratch) > maxKept {
		return
	}
	w.buf, w.scratch, w.path, w.interfaces = w.buf[:0], w.scratch[:0], emptied(w.path), 0
	writers.Put(w)
}

// The limits of a Decoder, and so of a client, by default.
const (
	maxBulkLen   = 512 << 20
	maxBigNumber = 64 << 10
)

var (
	errTooLong = errors.New("too long for a value")
	errYear    = errors.New("the year has more than four digits")
	errNoArgs  = errors.New("the type is no argument of a command")
)

// fail reports that v cannot be written.
func (w *writer) fail(v reflect.Value, err error) error {
	e := &MarshalError{Path: string(appendPath(nil, w.path)), Err: err}
	if v.IsValid() {
		e.Type = v.Type()
	}
	return e
}

// under steps to the element called name in the current value.
func (w *writer) under(v reflect.Value, s step) error {
	if len(w.path) == maxDepth {
		return w.fail(v, errDepth)
	}
	w.path = append(w.path, s)
	return nil
}

func (w *writer) leave() { w.path = w.path[:len(w.path)-1] }

// any appends v, which is invalid when it comes from a nil interface.
func (w *writer) any(v reflect.Value) error {
	if !v.IsValid() {
		w.buf = resp.AppendNull(w.buf)
		return nil
	}
	return w.value(planOf(v.Type()), v)
}

func (w *writer) value(p *plan, v reflect.Value) error { return p.write(w, p, v) }

func writeUnsupported(w *writer, _ *plan, v reflect.Value) error { return w.fail(v, errUnsupported) }

func writeString(w *writer, _ *plan, v reflect.Value) error { return w.text(v, v.String()) }

func (w *writer) text(v reflect.Value, s string) error {
	if len(s) > maxBulkLen {
		return w.fail(v, errTooLong)
	}
	w.buf = resp.AppendBulkString(w.buf, s)
	return nil
}

func (w *writer) bytes(v reflect.Value, b []byte) error {
	if len(b) > maxBulkLen {
		return w.fail(v, errTooLong)
	}
	w.buf = resp.AppendBulkString(w.buf, b)
	return nil
}

func writeBytes(w *writer, _ *plan, v reflect.Value) error { return w.bytes(v, v.Bytes()) }

func writeByteArray(w *writer, _ *plan, v reflect.Value) error {
	return w.bytes(v, addressable(v).Bytes())
}

// addressable returns v, or a copy of it that has an address.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}

func writeBool(w *writer, _ *plan, v reflect.Value) error {
	w.buf = resp.AppendBoolean(w.buf, v.Bool())
	return nil
}

func writeInt(w *writer, _ *plan, v reflect.Value) error {
	w.buf = resp.AppendInteger(w.buf, v.Int())
	return nil
}

func writeUint(w *writer, _ *plan, v reflect.Value) error {
	if n := v.Uint(); n > math.MaxInt64 {
		w.buf = resp.AppendBigNumber(w.buf, new(big.Int).SetUint64(n))
	} else {
		w.buf = resp.AppendInteger(w.buf, int64(n))
	}
	return nil
}

func writeFloat(w *writer, _ *plan, v reflect.Value) error {
	f := v.Float()
	if v.Kind() == reflect.Float32 { // 0.1 and not 0.10000000149011612
		w.scratch = strconv.AppendFloat(w.scratch[:0], f, 'g', -1, 32)
		f, _ = strconv.ParseFloat(string(w.scratch), 64)
	}
	w.buf = resp.AppendDouble(w.buf, f)
	return nil
}

func writeBigInt(w *writer, _ *plan, v reflect.Value) error {
	n := addressable(v).Addr().Interface().(*big.Int)
	if n.BitLen() > maxBigNumber*3 { // fewer bits than maxBigNumber digits have
		return w.fail(v, errTooLong)
	}
	w.buf = resp.AppendBigNumber(w.buf, n)
	return nil
}

func writeTime(w *writer, p *plan, v reflect.Value) error {
	t := *addressable(v).Addr().Interface().(*time.Time)
	if p.format.unit != 0 {
		w.buf = resp.AppendInteger(w.buf, p.format.unixNumber(t))
		return nil
	}
	if year := t.Year(); year < 0 || year > 9999 {
		return w.fail(v, errYear)
	}
	w.scratch = p.format.appendTime(w.scratch[:0], t)
	return w.bytes(v, w.scratch)
}

func writeDuration(w *writer, p *plan, v reflect.Value) error {
	if p.format.units {
		return w.text(v, time.Duration(v.Int()).String())
	}
	w.buf = resp.AppendInteger(w.buf, v.Int()/int64(max(p.format.unit, 1)))
	return nil
}

// writeMarshaled appends what a method of v returns.
func writeMarshaled(w *writer, p *plan, v reflect.Value) error {
	text, err := marshaled(w.scratch[:0], v)
	if err != nil {
		return w.fail(v, err)
	}
	w.scratch = append(w.scratch[:0], text...) // not text itself, which may be v's own
	return w.bytes(v, text)
}

// marshaled returns what a method of v, or of a pointer to v, returns. It may
// append to room.
func marshaled(room []byte, v reflect.Value) ([]byte, error) {
	switch m := addressable(v).Addr().Interface().(type) {
	case encoding.TextAppender:
		return m.AppendText(room)
	case encoding.TextMarshaler:
		return m.MarshalText()
	case encoding.BinaryMarshaler:
		return m.MarshalBinary()
	}
	return nil, errUnsupported
}

func writeValue(w *writer, _ *plan, v reflect.Value) error {
	value := addressable(v).Addr().Interface().(*resp.Value)
	start := len(w.buf)
	w.buf = resp.AppendValue(w.buf, value)
	for b := w.buf[start:]; len(b) > 0; {
		_, size, err := resp.ConsumeToken(b)
		if err != nil {
			return w.fail(v, err)
		}
		b = b[size:]
	}
	return nil
}

// writeError appends an error as a server sends it.
func writeError(w *writer, _ *plan, v reflect.Value) error {
	if v.IsNil() {
		w.buf = resp.AppendNull(w.buf)
		return nil
	}
	return w.errorText(v, v.Interface().(error).Error())
}

func writeReplyError(w *writer, _ *plan, v reflect.Value) error {
	return w.errorText(v, v.Field(0).String())
}

func (w *writer) errorText(v reflect.Value, text string) error {
	switch {
	case len(text) > maxBulkLen:
		return w.fail(v, errTooLong)
	case len(text) > maxExcerpt*maxExcerpt || strings.ContainsAny(text, "\r\n"):
		w.buf = resp.AppendBulkError(w.buf, text)
	default:
		w.buf = resp.AppendSimpleError(w.buf, text)
	}
	return nil
}

func writePointer(w *writer, p *plan, v reflect.Value) error {
	if v.IsNil() {
		w.buf = resp.AppendNull(w.buf)
		return nil
	}
	return w.value(p.elem, v.Elem())
}

func writeInterface(w *writer, _ *plan, v reflect.Value) error {
	if v.IsNil() {
		w.buf = resp.AppendNull(w.buf)
		return nil
	}
	if w.interfaces == maxDepth { // an interface may hold a pointer to itself
		return w.fail(v, errDepth)
	}
	w.interfaces++
	err := w.any(v.Elem())
	w.interfaces--
	return err
}

// writeList appends a slice or an array.
func writeList(w *writer, p *plan, v reflect.Value) error {
	n := v.Len()
	w.buf = resp.AppendArray(w.buf, n)
	for i := range n {
		if err := w.under(v, step{index: i}); err != nil {
			return err
		}
		if err := w.value(p.elem, v.Index(i)); err != nil {
			return err
		}
		w.leave()
	}
	return nil
}

// writeMap appends a map, or a set for a map[K]struct{}.
func writeMap(w *writer, p *plan, v reflect.Value) error {
	set := p.elem.typ.Size() == 0
	if set {
		w.buf = resp.AppendSet(w.buf, v.Len())
	} else {
		w.buf = resp.AppendMap(w.buf, v.Len())
	}
	for it := v.MapRange(); it.Next(); {
		if err := w.pair(p, v, it.Key(), it.Value(), set); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) pair(p *plan, v, key, value reflect.Value, set bool) error {
	if err := w.under(v, keyStep(key)); err != nil {
		return err
	}
	if err := w.value(p.key, key); err != nil {
		return err
	}
	if !set {
		if err := w.value(p.elem, value); err != nil {
			return err
		}
	}
	w.leave()
	return nil
}

// keyStep returns the step to the value of a key.
func keyStep(key reflect.Value) step {
	if key.Kind() == reflect.String {
		return step{name: []byte(key.String())}
	}
	return step{}
}

func writeStruct(w *writer, p *plan, v reflect.Value) error {
	if p.fields.err != nil {
		return w.fail(v, p.fields.err)
	}
	if p.fields.array {
		return w.structRow(p, v)
	}
	rest, n := p.fields.restOf(v), 0
	for i := range p.fields.list {
		if _, ok := p.fields.list[i].written(v); ok {
			n++
		}
	}
	if rest.IsValid() {
		n += rest.Len()
	}
	w.buf = resp.AppendMap(w.buf, n)
	for i := range p.fields.list {
		f := &p.fields.list[i]
		field, ok := f.written(v)
		if !ok {
			continue
		}
		w.buf = resp.AppendBulkString(w.buf, f.name)
		if err := w.field(f, v, field); err != nil {
			return err
		}
	}
	return w.restPairs(p, v, rest)
}

// restPairs appends the pairs of the map that takes the rest.
func (w *writer) restPairs(p *plan, v, rest reflect.Value) error {
	if !rest.IsValid() {
		return nil
	}
	for it := rest.MapRange(); it.Next(); {
		if err := w.pair(p.fields.rest.plan, v, it.Key(), it.Value(), false); err != nil {
			return err
		}
	}
	return nil
}

// structRow appends the fields of a struct with the option array as elements.
func (w *writer) structRow(p *plan, v reflect.Value) error {
	list := p.fields.list
	rest := p.fields.restOf(v)
	if rest.IsValid() && p.fields.rest.name != "" {
		list = list[:len(list)-1]
	}
	n := len(list)
	if rest.IsValid() {
		n += rest.Len()
	}
	w.buf = resp.AppendArray(w.buf, n)
	for i := range list {
		field, ok := list[i].in(v)
		if !ok {
			field = reflect.Zero(list[i].plan.typ)
		}
		if err := w.field(&list[i], v, field); err != nil {
			return err
		}
	}
	if !rest.IsValid() {
		return nil
	}
	for i := range rest.Len() {
		if err := w.under(v, step{name: p.fields.rest.label}); err != nil {
			return err
		}
		if err := w.value(p.fields.rest.plan.elem, rest.Index(i)); err != nil {
			return err
		}
		w.leave()
	}
	return nil
}

func (w *writer) field(f *field, v, field reflect.Value) error {
	if err := w.under(v, step{name: f.label}); err != nil {
		return err
	}
	if err := w.value(f.plan, field); err != nil {
		return err
	}
	w.leave()
	return nil
}

// written returns the field f of v and whether to write it by its name.
func (f *field) written(v reflect.Value) (reflect.Value, bool) {
	field, ok := f.in(v)
	if !ok || f.rest || f.omitEmpty && f.plan.isEmpty(field) {
		return field, false
	}
	return field, true
}

// restOf returns the field of v that takes the rest, if v has one.
func (fs *fields) restOf(v reflect.Value) reflect.Value {
	if fs.rest == nil {
		return reflect.Value{}
	}
	rest, ok := fs.rest.in(v)
	if !ok {
		return reflect.Value{}
	}
	return rest
}
