package respgo

import (
	"math/big"
	"reflect"
	"time"

	"github.com/seed65f5866d/resp"
)

// AppendArgs appends v to args as arguments of a command:
//
//   - a struct gives the names and values of its fields, as HSET takes them, except
//     nil pointers and fields that omitempty leaves out;
//   - a map gives its keys and values, and a map[K]struct{} its keys;
//   - a slice or array gives its elements; a Pair or a struct with the option array
//     among them gives its fields, as ZADD takes scores and members;
//   - everything else gives one argument, as [resp.Any] makes it; a bool is 1 or 0, a
//     time is written in its format, and a pointer stands for its target.
//
// AppendArgs returns a *MarshalError, and args unchanged, for a value without a text,
// such as a nil pointer in a slice or a slice in a struct. The arguments refer to v.
func AppendArgs(args []resp.Arg, v any) ([]resp.Arg, error) {
	w := writers.Get().(*writer)
	defer w.free()
	value := reflect.ValueOf(v)
	if !value.IsValid() {
		return args, w.fail(value, errNoArgs)
	}
	p, value := target(planOf(value.Type()), value)
	all, err := w.args(args, p, value)
	if err != nil {
		return args, err
	}
	return all, nil
}

// target follows pointers to their final target, or to the first nil pointer. p is
// the plan for v.
func target(p *plan, v reflect.Value) (*plan, reflect.Value) {
	for v.Kind() == reflect.Pointer && p.elem != nil && !v.IsNil() {
		p, v = p.elem, v.Elem()
	}
	return p, v
}

// args appends v, whose plan is p.
func (w *writer) args(args []resp.Arg, p *plan, v reflect.Value) ([]resp.Arg, error) {
	if p.arg != nil {
		return w.arg(args, p, v)
	}
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			return w.args(args, planOf(v.Elem().Type()), v.Elem())
		}
	case reflect.Struct:
		if p.fields != nil && p.typ != valueType {
			return w.structArgs(args, p, v)
		}
	case reflect.Map:
		return w.mapArgs(args, p, v)
	case reflect.Slice, reflect.Array:
		return w.listArgs(args, p, v)
	}
	return args, w.fail(v, errNoArgs)
}

// arg appends v, which is one argument.
func (w *writer) arg(args []resp.Arg, p *plan, v reflect.Value) ([]resp.Arg, error) {
	arg, err := p.arg(p, v)
	if err != nil {
		return args, w.fail(v, err)
	}
	return append(args, arg), nil
}

// oneArg appends v, which has to be one argument.
func (w *writer) oneArg(args []resp.Arg, s step, p *plan, v reflect.Value) ([]resp.Arg, error) {
	if err := w.under(v, s); err != nil {
		return args, err
	}
	for v.Kind() == reflect.Interface && !v.IsNil() {
		v = v.Elem()
		p = planOf(v.Type())
	}
	if p.arg == nil {
		return args, w.fail(v, errNoArgs)
	}
	args, err := w.arg(args, p, v)
	w.leave()
	return args, err
}

func (w *writer) structArgs(args []resp.Arg, p *plan, v reflect.Value) (_ []resp.Arg, err error) {
	if p.fields.err != nil {
		return args, w.fail(v, p.fields.err)
	}
	for i := range p.fields.list {
		f := &p.fields.list[i]
		field, ok := f.written(v)
		if !ok || isNil(field) && !p.fields.array {
			continue
		}
		if !p.fields.array {
			args = append(args, resp.String(f.name))
		}
		if args, err = w.oneArg(args, step{name: f.label}, f.plan, field); err != nil {
			return args, err
		}
	}
	if rest := p.fields.restOf(v); rest.IsValid() {
		return w.args(args, p.fields.rest.plan, rest)
	}
	return args, nil
}

// isNil reports whether v is a nil pointer or interface.
func isNil(v reflect.Value) bool {
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil()
}

func (w *writer) mapArgs(args []resp.Arg, p *plan, v reflect.Value) (_ []resp.Arg, err error) {
	for it := v.MapRange(); it.Next(); {
		s := keyStep(it.Key())
		if args, err = w.oneArg(args, s, p.key, it.Key()); err != nil {
			return args, err
		}
		if p.elem.typ.Size() == 0 {
			continue
		}
		if args, err = w.oneArg(args, s, p.elem, it.Value()); err != nil {
			return args, err
		}
	}
	return args, nil
}

func (w *writer) listArgs(args []resp.Arg, p *plan, v reflect.Value) (_ []resp.Arg, err error) {
	for i := range v.Len() {
		s := step{index: i}
		ep, elem := target(p.elem, v.Index(i))
		if ep.fields == nil || !ep.fields.array {
			args, err = w.oneArg(args, s, ep, elem)
		} else if err = w.under(v, s); err == nil {
			args, err = w.structArgs(args, ep, elem)
			w.leave()
		}
		if err != nil {
			return args, err
		}
	}
	return args, nil
}

func argString(_ *plan, v reflect.Value) (resp.Arg, error) { return resp.String(v.String()), nil }
func argInt(_ *plan, v reflect.Value) (resp.Arg, error)    { return resp.Int(v.Int()), nil }
func argUint(_ *plan, v reflect.Value) (resp.Arg, error)   { return resp.Uint(v.Uint()), nil }
func argBytes(_ *plan, v reflect.Value) (resp.Arg, error)  { return resp.Bytes(v.Bytes()), nil }

func argByteArray(_ *plan, v reflect.Value) (resp.Arg, error) {
	return resp.Bytes(addressable(v).Bytes()), nil
}

func argBool(_ *plan, v reflect.Value) (resp.Arg, error) {
	if v.Bool() {
		return resp.Int(1), nil
	}
	return resp.Int(0), nil
}

func argFloat(_ *plan, v reflect.Value) (resp.Arg, error) {
	if v.Kind() == reflect.Float32 {
		return resp.Any(float32(v.Float()))
	}
	return resp.Float(v.Float()), nil
}

func argBigInt(_ *plan, v reflect.Value) (resp.Arg, error) {
	return resp.String(addressable(v).Addr().Interface().(*big.Int).String()), nil
}

func argTime(p *plan, v reflect.Value) (resp.Arg, error) {
	t := *addressable(v).Addr().Interface().(*time.Time)
	if p.format.unit != 0 {
		return resp.Int(p.format.unixNumber(t)), nil
	}
	return resp.Bytes(p.format.appendTime(nil, t)), nil
}

func argDuration(p *plan, v reflect.Value) (resp.Arg, error) {
	if p.format.units {
		return resp.String(time.Duration(v.Int()).String()), nil
	}
	return resp.Int(v.Int() / int64(max(p.format.unit, 1))), nil
}

func argMarshaled(_ *plan, v reflect.Value) (resp.Arg, error) {
	text, err := marshaled(nil, v)
	return resp.Bytes(text), err
}

func argPointer(p *plan, v reflect.Value) (resp.Arg, error) {
	if v.IsNil() || p.elem.arg == nil {
		return resp.Arg{}, errNoArgs
	}
	return p.elem.arg(p.elem, v.Elem())
}
