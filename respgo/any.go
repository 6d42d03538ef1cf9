package respgo

import (
	"reflect"

	"github.com/seed65f5866d/resp"
)

// This file reads into interfaces: into an any, and into what a pointer in one points
// to.

// readInterface reads into an any, or into the target of a pointer that an interface
// of any type holds.
func readInterface(r *reader, p *plan, dst reflect.Value) error {
	if target := dst.Elem(); !isNull(r.v) && target.Kind() == reflect.Pointer && !target.IsNil() {
		return r.follow(target)
	}
	if isNull(r.v) {
		dst.SetZero()
		return nil
	}
	if p.typ.NumMethod() > 0 {
		return r.fail(p.typ, errUnsupported)
	}
	failures := r.failures()
	v, err := r.any()
	if err != nil || r.failures() > failures && v == nil {
		return err
	}
	if v == nil {
		dst.SetZero()
		return nil
	}
	dst.Set(reflect.ValueOf(v))
	return nil
}

// follow reads into the target of a pointer that an interface holds.
func (r *reader) follow(pointer reflect.Value) error {
	if r.pointers == maxDepth { // an interface may hold a pointer to itself
		return r.fail(pointer.Type().Elem(), errDepth)
	}
	r.pointers++
	err := r.set(planOf(pointer.Type().Elem()), pointer.Elem())
	r.pointers--
	return err
}

var anyType = reflect.TypeFor[any]()

// any returns the last value as the Go value that is nearest to it.
func (r *reader) any() (any, error) {
	switch r.v.Kind {
	case resp.BulkString, resp.SimpleString, resp.VerbatimString:
		return string(r.v.Bytes), nil
	case resp.Integer:
		return r.v.Int, nil
	case resp.Boolean:
		return r.v.Int != 0, nil
	case resp.Double:
		return r.anyNumber(r.v.Float64())
	case resp.BigNumber:
		return r.anyNumber(r.v.BigInt())
	case resp.SimpleError, resp.BulkError:
		return r.v.Err(), nil
	case resp.Array, resp.Set, resp.Push:
		return r.anyList(r.n)
	case resp.Map, resp.Attribute:
		if r.ordered {
			return r.anyPairs()
		}
		return r.anyMap()
	}
	return nil, r.fail(anyType, nil)
}

func (r *reader) anyNumber(v any, err error) (any, error) {
	if err != nil {
		return nil, r.fail(anyType, reason(err))
	}
	return v, nil
}

// anyElement returns the next value.
func (r *reader) anyElement() (any, error) {
	if err := r.next(); err != nil || isNull(r.v) {
		return nil, err
	}
	return r.any()
}

func (r *reader) anyList(n int) (any, error) {
	if !r.enter() {
		return nil, r.fail(anyType, errDepth)
	}
	list := make([]any, n)
	for i := range list {
		r.at(i)
		v, err := r.anyElement()
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	r.leave()
	return list, nil
}

// anyMap returns the map that was read last as a map.
func (r *reader) anyMap() (any, error) {
	m := make(map[any]any, r.n/2)
	err := r.eachAnyPair(func(key, value any) { m[key] = value })
	return m, err
}

// anyPairs returns the map that was read last as a list of its pairs.
func (r *reader) anyPairs() (any, error) {
	list := make([]Pair[any, any], 0, r.n/2)
	err := r.eachAnyPair(func(key, value any) { list = append(list, Pair[any, any]{key, value}) })
	return list, err
}

// eachAnyPair calls f for each pair of the map that was read last.
func (r *reader) eachAnyPair(f func(key, value any)) error {
	ps, open, err := r.openPairs(anyType)
	if !open {
		return err
	}
	for {
		more, err := r.nextKey(&ps, anyType)
		if !more || err != nil {
			return err
		}
		r.keyed()
		failures := r.failures()
		key, err := r.anyKey()
		if err != nil {
			return err
		}
		if r.failures() > failures {
			if err := r.pass(); err != nil {
				return err
			}
			continue
		}
		value, err := r.anyElement()
		if err != nil {
			return err
		}
		if !r.failedHere(failures) {
			f(key, value)
		}
	}
}

// anyKey returns the key that was read last. It is comparable by its value: a big
// number is the string of its digits.
func (r *reader) anyKey() (any, error) {
	switch {
	case isNull(r.v):
		return nil, nil
	case r.v.Kind.IsAggregate(), r.v.Kind.IsError():
		return nil, r.fail(anyType, errKey)
	case r.v.Kind.IsString():
		return r.names.string(r.v.Bytes), nil
	case r.v.Kind == resp.BigNumber:
		return string(r.v.Bytes), nil
	}
	return r.any()
}
