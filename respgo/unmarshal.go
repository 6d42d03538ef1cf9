package respgo

import (
	"reflect"

	"github.com/seed65f5866d/resp"
)

// Unmarshal sets the target of dst to the Go value of v, which may be of RESP2 or
// RESP3. The package overview says what becomes what. Unmarshal copies, so nothing
// in dst refers to v or to the Decoder's buffer afterwards.
//
// It returns a *[resp.ReplyError] for an error reply, [resp.ErrNull] for a null when the
// type has no nil, and an *UnmarshalError for everything that does not fit. dst then
// holds what came before.
func Unmarshal(v *resp.Value, dst any, opts ...Option) error {
	r := newReader(opts)
	if v == nil {
		v = &resp.Value{}
	}
	r.fromTree(v)
	err := r.reply(dst)
	r.free()
	return err
}

// UnmarshalDecode reads the next whole value of d and sets the target of dst to its
// Go value, as Unmarshal does, but without building a tree. Inside an open aggregate
// it reads the next element.
//
// It returns errors of d as they are. After an error of the reader it has consumed
// nothing, and the call can be repeated. After an *UnmarshalError, [resp.ErrNull] and
// the like, the whole value has been read and the stream is in step. A push at top
// level goes to [resp.OnPush], or is an error. The end of an open streamed aggregate
// gives resp.ErrEnd.
func UnmarshalDecode(d *resp.Decoder, dst any, opts ...Option) error {
	r := newReader(opts)
	err := r.decode(d, dst)
	r.free()
	return err
}

// decode reads the next whole value of d into the target of dst.
func (r *reader) decode(d *resp.Decoder, dst any) error {
	kind, err := d.PeekKind()
	if err != nil {
		return err
	}
	switch kind {
	case resp.Attribute, resp.Push, resp.Chunk, resp.End:
		return r.decodeTree(d, dst)
	}
	raw, err := d.ReadRaw()
	if err != nil {
		return err
	}
	return r.rawReply(raw, dst)
}

// Read reads the next whole value of d and returns it as a T, as UnmarshalDecode
// does: Read[[]string](d).
func Read[T any](d *resp.Decoder, opts ...Option) (v T, err error) {
	switch v := any(&v).(type) { // types that would be allocated only for the pointer
	case *string:
		*v, err = readHeld(d, opts, func(r *reader) *string { return &r.held.text })
	case *int64:
		*v, err = readHeld(d, opts, func(r *reader) *int64 { return &r.held.integer })
	case *float64:
		*v, err = readHeld(d, opts, func(r *reader) *float64 { return &r.held.double })
	case *bool:
		*v, err = readHeld(d, opts, func(r *reader) *bool { return &r.held.truth })
	default:
		return readNew[T](d, opts)
	}
	return v, err
}

func readNew[T any](d *resp.Decoder, opts []Option) (T, error) {
	var v T
	err := UnmarshalDecode(d, &v, opts...)
	return v, err
}

// readHeld reads into a value that the reader holds.
func readHeld[T any](d *resp.Decoder, opts []Option, in func(*reader) *T) (T, error) {
	r := newReader(opts)
	err := r.decode(d, in(r))
	v := *in(r)
	r.free()
	return v, err
}

// decodeTree is decode by way of a tree, for values that may not be replies: Decode
// handles OnPush and open aggregates.
func (r *reader) decodeTree(d *resp.Decoder, dst any) error {
	top := d.Depth() == 0
	var v resp.Value
	if err := d.Decode(&v); err != nil {
		return err
	}
	if top && v.Kind == resp.Push {
		return &UnmarshalError{Got: v.Kind, Want: wanted(dst), Err: errPush}
	}
	r.fromTree(&v)
	return r.reply(dst)
}

// wanted returns the type of dst's target.
func wanted(dst any) reflect.Type {
	t := reflect.TypeOf(dst)
	if t != nil && t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// rawReply reads a reply from its bytes.
func (r *reader) rawReply(raw []byte, dst any) error {
	failures := r.failures()
	r.fromRaw(raw)
	err := error(errUnusual)
	if r.onAttribute == nil {
		err = r.reply(dst)
	}
	if err != errUnusual {
		return err
	}
	if r.collect != nil {
		*r.collect = (*r.collect)[:failures]
	}
	v, err := plant(raw)
	if err != nil {
		return err
	}
	r.fromTree(v)
	return r.reply(dst)
}

// reply reads the reply into the target of dst.
func (r *reader) reply(dst any) error {
	if err := r.next(); err != nil {
		return err
	}
	if !isNull(r.v) && !r.v.Kind.IsError() {
		if usual, err := r.usual(dst); usual {
			return err
		}
	}
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return &UnmarshalError{Want: reflect.TypeOf(dst), Err: errDestination}
	}
	p := planOf(v.Type().Elem())
	switch {
	case isNull(r.v):
		return r.setNull(p, v.Elem())
	case r.v.Kind.IsError() && !p.wantsError():
		return r.v.Err()
	}
	return r.set(p, v.Elem())
}

// usual reads the reply if the target of dst has one of the most common types. It
// reports whether it did.
func (r *reader) usual(dst any) (done bool, err error) {
	switch dst := dst.(type) {
	case *string:
		if dst != nil && r.v.Kind.IsString() {
			*dst = string(r.v.Bytes)
			return true, nil
		}
	case *int64:
		if dst != nil && r.v.Kind == resp.Integer {
			*dst = r.v.Int
			return true, nil
		}
	case *[]string:
		if dst != nil && r.isList() {
			return true, r.strings(dst, r.n)
		}
	case *map[string]string:
		if dst != nil {
			return true, r.stringMap(stringMapType, dst)
		}
	}
	return false, nil
}

// wantsError reports whether p is for an error, or for a type that takes any reply.
func (p *plan) wantsError() bool {
	for p.typ.Kind() == reflect.Pointer && p.elem != nil {
		p = p.elem
	}
	return p.typ == errorType || p.typ == replyError || p.typ == valueType
}

// element reads the next value into dst.
func (r *reader) element(p *plan, dst reflect.Value) error {
	if err := r.next(); err != nil {
		return err
	}
	return r.set(p, dst)
}

// set sets dst to the value that was read last.
func (r *reader) set(p *plan, dst reflect.Value) error {
	switch {
	case isNull(r.v):
		return r.setNull(p, dst)
	case !p.takesError && r.v.Kind.IsError():
		return r.fail(p.typ, r.v.Err())
	}
	return p.read(r, p, dst)
}

// setNull sets dst to a null.
func (r *reader) setNull(p *plan, dst reflect.Value) error {
	switch {
	case p.takesNull:
		return p.read(r, p, dst)
	case r.nulls == nullsAreErrors && len(r.path) > 0:
		return r.fail(p.typ, resp.ErrNull)
	case r.nulls != nullsAreZero && len(r.path) == 0:
		return resp.ErrNull
	}
	dst.SetZero()
	return nil
}
