package respgo

import (
	"encoding"
	"reflect"

	"github.com/seed65f5866d/resp"
)

// This file reads into types with unmarshaling methods, and into types that take a
// value as it is.

// readText passes a scalar to UnmarshalText, in the form that it has in RESP2.
func readText(r *reader, p *plan, dst reflect.Value) error {
	text, ok := r.text()
	if !ok {
		return r.wrong(p.typ, errKind)
	}
	if err := dst.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(text); err != nil {
		return r.fail(p.typ, err)
	}
	return nil
}

// readBinary passes a scalar to UnmarshalBinary.
func readBinary(r *reader, p *plan, dst reflect.Value) error {
	text, ok := r.text()
	if !ok {
		return r.wrong(p.typ, errKind)
	}
	if err := dst.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(text); err != nil {
		return r.fail(p.typ, err)
	}
	return nil
}

// readValue takes a whole value, including its attributes.
func readValue(r *reader, _ *plan, dst reflect.Value) error {
	if !r.tree {
		return errUnusual
	}
	*dst.Addr().Interface().(*resp.Value) = r.v.Clone()
	return r.skip(r.n)
}

// readError takes a server's error, and nil from every other value.
func readError(r *reader, _ *plan, dst reflect.Value) error {
	dst.SetZero()
	if err := r.v.Err(); err != nil {
		dst.Set(reflect.ValueOf(err))
	}
	return r.skip(r.n)
}

// readReplyError takes a server's error.
func readReplyError(r *reader, p *plan, dst reflect.Value) error {
	if !r.v.Kind.IsError() {
		return r.wrong(p.typ, errKind)
	}
	dst.Addr().Interface().(*resp.ReplyError).Message = string(r.v.Bytes)
	return nil
}

// readPointer reads into the target of dst, which it allocates when dst is nil.
func readPointer(r *reader, p *plan, dst reflect.Value) error {
	if isNull(r.v) {
		dst.SetZero()
		return nil
	}
	if !dst.IsNil() {
		return r.set(p.elem, dst.Elem())
	}
	failures, fresh := r.failures(), reflect.New(p.elem.typ)
	err := r.set(p.elem, fresh.Elem())
	if err == nil && !r.failedHere(failures) {
		dst.Set(fresh)
	}
	return err
}

// pointee returns the target of the pointer dst, which it allocates when dst is nil.
func pointee(dst reflect.Value) reflect.Value {
	if dst.IsNil() {
		dst.Set(reflect.New(dst.Type().Elem()))
	}
	return dst.Elem()
}
