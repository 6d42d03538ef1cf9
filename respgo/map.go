package respgo

import (
	"reflect"

	"github.com/seed65f5866d/resp"
)

// This file reads into maps.

// readMap reads pairs into a map, which keeps its other entries. A map[K]struct{}
// takes the elements of a list as its keys.
func readMap(r *reader, p *plan, dst reflect.Value) error {
	if isNull(r.v) {
		dst.SetZero()
		return nil
	}
	if p.elem.typ.Size() == 0 && r.isList() {
		return readKeys(r, p, dst)
	}
	ps, open, err := r.openPairs(p.typ)
	if !open {
		return err
	}
	makeMap(dst, ps.n)
	key, value := reflect.New(p.key.typ).Elem(), reflect.New(p.elem.typ).Elem()
	for {
		more, err := r.nextKey(&ps, p.typ)
		if !more || err != nil {
			return err
		}
		failures := r.failures()
		if err := r.mapKey(p.key, key); err != nil {
			return err
		}
		if r.failures() > failures {
			if err := r.passValue(&ps); err != nil {
				return err
			}
			continue
		}
		if err := r.nextValue(&ps); err != nil {
			return err
		}
		value.SetZero()
		if err := r.set(p.elem, value); err != nil {
			return err
		}
		if !r.failedHere(failures) {
			dst.SetMapIndex(key, value)
		}
	}
}

// makeMap makes dst a map with room for n pairs, unless it is one.
func makeMap(dst reflect.Value, n int) {
	if dst.IsNil() {
		dst.Set(reflect.MakeMapWithSize(dst.Type(), max(n, 0)))
	}
}

// mapKey sets key to the key that was read last.
func (r *reader) mapKey(p *plan, key reflect.Value) error {
	r.keyed()
	key.SetZero()
	if isNull(r.v) && p.typ.Kind() != reflect.Interface || r.v.Kind.IsError() {
		return r.fail(p.typ, errKey)
	}
	if p.typ.Kind() == reflect.Interface {
		return r.mapAnyKey(p, key)
	}
	if err := r.set(p, key); err != nil {
		return err
	}
	if kind := key.Kind(); (kind == reflect.Array || kind == reflect.Struct) && !key.Comparable() {
		return r.failBefore(p.typ, errKey, 0)
	}
	return nil
}

// mapAnyKey sets key, which is an interface, to the key that was read last.
func (r *reader) mapAnyKey(p *plan, key reflect.Value) error {
	if p.typ.NumMethod() > 0 {
		return r.fail(p.typ, errUnsupported)
	}
	v, err := r.anyKey()
	if v != nil {
		key.Set(reflect.ValueOf(v))
	}
	return err
}

// readKeys reads the elements of a list as the keys of a map to nothing.
func readKeys(r *reader, p *plan, dst reflect.Value) error {
	n := r.n
	if !r.enter() {
		return r.fail(p.typ, errDepth)
	}
	makeMap(dst, n)
	key, nothing := reflect.New(p.key.typ).Elem(), reflect.Zero(p.elem.typ)
	for i := range n {
		r.at(i)
		if err := r.next(); err != nil {
			return err
		}
		failures := r.failures()
		err := r.mapKey(p.key, key)
		if err != nil {
			return err
		}
		if r.failures() == failures {
			dst.SetMapIndex(key, nothing)
		}
	}
	r.leave()
	return nil
}

var (
	stringMapType    = reflect.TypeFor[map[string]string]()
	stringMapPointer = reflect.TypeFor[*map[string]string]()
)

// readStringMap is readMap for types whose underlying type is map[string]string.
func readStringMap(r *reader, p *plan, dst reflect.Value) error {
	if isNull(r.v) {
		dst.SetZero()
		return nil
	}
	return r.stringMap(p.typ, dst.Addr().Convert(stringMapPointer).Interface().(*map[string]string))
}

// stringMap is readMap for a map[string]string, the most common map. t is its type.
func (r *reader) stringMap(t reflect.Type, dst *map[string]string) error {
	ps, open, err := r.openPairs(t)
	if !open {
		return err
	}
	if *dst == nil {
		*dst = make(map[string]string, max(ps.n, 0))
	}
	r.shared.reset()
	for {
		more, err := r.nextKey(&ps, t)
		if !more || err != nil {
			return err
		}
		if err := r.stringPair(&ps, *dst); err != nil {
			return err
		}
	}
}

// stringPair reads a pair whose key was read last into m.
func (r *reader) stringPair(ps *pairs, m map[string]string) error {
	failures := r.failures()
	key, err := r.stringKey()
	if err != nil {
		return err
	}
	if r.failures() > failures {
		return r.passValue(ps)
	}
	if err := r.nextValue(ps); err != nil {
		return err
	}
	value, err := r.stringElement(ps.n - ps.at + 1)
	if err == nil && !r.failedHere(failures) {
		m[key] = value
	}
	return err
}

// stringKey returns the key that was read last as a string.
func (r *reader) stringKey() (string, error) {
	if r.v.Kind == resp.BulkString && !r.v.Null {
		r.under(r.v.Bytes)
		return r.names.string(r.v.Bytes), nil
	}
	var key string
	err := r.mapKey(planOf(stringType), reflect.ValueOf(&key).Elem())
	return key, err
}

// stringElement returns the last value, which is one of about n, as a string.
func (r *reader) stringElement(n int) (string, error) {
	if r.v.Kind == resp.BulkString && !r.v.Null {
		return r.shared.string(r.v.Bytes, n), nil
	}
	return r.anyString()
}

func (r *reader) anyString() (s string, err error) {
	err = r.set(planOf(stringType), reflect.ValueOf(&s).Elem())
	return s, err
}
