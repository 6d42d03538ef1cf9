package resp

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
)

// This file holds Arg, one argument of a command: how it is made from Go's
// types and how its text is appended. What the arguments go into is in
// encode.go (AppendCommand), encoder.go (WriteCommand) and chunker.go.

// Arg is one argument of a command. Make one with String, Bytes, Int, Uint,
// Float, From or Any; none of them but Any allocates. The zero Arg is the empty
// string. An Arg refers to the text it was made of and is meant to be used up at
// once.
type Arg struct {
	text   string    // of an argText
	number uint64    // bits of the number; of an argFrom the bytes promised
	reader io.Reader // of an argFrom
	kind   argKind
}

type argKind uint8

const (
	argText argKind = iota
	argInt
	argUint
	argFloat
	argFloat32 // kept as a float64, written as the shortest text of a float32
	argFrom
)

// maxNumberLen is the most bytes that the text of a number argument has: the
// longest double is `-0.0000012345678901234567` or `-1.2345678901234567e-308`.
const maxNumberLen = 32

// String returns an argument with the bytes of s.
func String(s string) Arg { return Arg{text: s} }

// Bytes returns an argument with the bytes of b, which must not change until
// the argument has been written.
func Bytes(b []byte) Arg { return Arg{text: bytesString(b)} }

// Int returns an argument with n in decimal.
func Int(n int64) Arg { return Arg{kind: argInt, number: uint64(n)} }

// Uint returns an argument with n in decimal.
func Uint(n uint64) Arg { return Arg{kind: argUint, number: n} }

// Float returns an argument with the shortest text that reads back as f,
// without an exponent where encoding/json has none; 1 is `1`. Infinities are
// `inf` and `-inf`, which Redis understands; a NaN is `nan`, which it refuses.
func Float(f float64) Arg { return Arg{kind: argFloat, number: math.Float64bits(f)} }

// From returns an argument of exactly n bytes that an Encoder reads from r while
// it writes. AppendCommand panics for it and a Chunker returns an error.
func From(r io.Reader, n int64) Arg { return Arg{kind: argFrom, number: uint64(n), reader: r} }

// Any returns an argument made of v, by the first rule that fits:
//
//   - an Arg is itself;
//   - string, []byte, and every int, uint and float type: as String, Bytes, Int,
//     Uint and Float; a float32 gets the shortest text that reads back as the
//     same float32;
//   - encoding.TextAppender, encoding.TextMarshaler, encoding.BinaryMarshaler:
//     what the method returns;
//   - a type whose underlying type is one of the above: as that type, so that a
//     time.Duration is its nanoseconds;
//   - fmt.Stringer: what String returns.
//
// Everything else is an error that names the type, in particular nil, nil
// pointers, bool, pointers without one of these methods, and structs: there is
// no text for them that every reader would expect. An error of v's method is
// returned wrapped.
func Any(v any) (Arg, error) {
	switch v := v.(type) {
	case nil:
		return Arg{}, errors.New("resp: nil is no command argument")
	case Arg:
		return v, nil
	case string:
		return String(v), nil
	case []byte:
		return Bytes(v), nil
	case int:
		return Int(int64(v)), nil
	case int64:
		return Int(v), nil
	case uint64:
		return Uint(v), nil
	case float64:
		return Float(v), nil
	}
	value := reflect.ValueOf(v)
	if value.Kind() == reflect.Pointer && value.IsNil() {
		return Arg{}, fmt.Errorf("resp: nil %T is no command argument", v)
	}
	if text, ok, err := marshaledText(v); ok {
		if err != nil {
			return Arg{}, fmt.Errorf("resp: command argument of type %T: %w", v, err)
		}
		return Bytes(text), nil
	}
	if arg, ok := underlyingArg(value); ok {
		return arg, nil
	}
	if v, ok := v.(fmt.Stringer); ok {
		return String(v.String()), nil
	}
	return Arg{}, fmt.Errorf("resp: %T is no command argument", v)
}

// marshaledText returns what v's marshaling method gives and whether it has one.
func marshaledText(v any) (text []byte, ok bool, err error) {
	switch v := v.(type) {
	case encoding.TextAppender:
		text, err = v.AppendText(nil)
	case encoding.TextMarshaler:
		text, err = v.MarshalText()
	case encoding.BinaryMarshaler:
		text, err = v.MarshalBinary()
	default:
		return nil, false, nil
	}
	return text, true, err
}

// underlyingArg returns the argument for a value whose underlying type is a
// string, bytes or a number, and whether it is one.
func underlyingArg(v reflect.Value) (arg Arg, ok bool) {
	switch v.Kind() {
	case reflect.String:
		return String(v.String()), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Int(v.Int()), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return Uint(v.Uint()), true
	case reflect.Float64:
		return Float(v.Float()), true
	case reflect.Float32:
		return Arg{kind: argFloat32, number: math.Float64bits(v.Float())}, true
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return Bytes(v.Bytes()), true
		}
	}
	return Arg{}, false
}

// appendTo appends the argument as a bulk string. It must not be an argFrom.
func (a *Arg) appendTo(dst []byte) []byte {
	if a.kind == argText {
		return appendString(dst, BulkString, a.text)
	}
	return a.appendNumber(dst)
}

func (a *Arg) appendNumber(dst []byte) []byte {
	switch a.kind {
	case argInt:
		return appendBulkInteger(dst, int64(a.number))
	case argUint:
		return appendBulkUint(dst, a.number)
	case argFrom:
		panic("resp: a From argument can only be written by an Encoder")
	}
	var scratch [maxNumberLen]byte
	return appendString(dst, BulkString, a.appendText(scratch[:0]))
}

// appendText appends the argument's text alone. It must not be an argFrom.
func (a *Arg) appendText(dst []byte) []byte {
	switch a.kind {
	case argInt:
		return appendInteger(dst, int64(a.number))
	case argUint:
		return appendUint(dst, a.number)
	case argFloat:
		return appendDouble(dst, math.Float64frombits(a.number), 64)
	case argFloat32:
		return appendDouble(dst, math.Float64frombits(a.number), 32)
	}
	return append(dst, a.text...)
}

// measure returns a bound on the bytes that args have on the wire, and whether
// none of them is longer than largest or a From argument.
func measure(args []Arg, largest int) (size int, plain bool) {
	for i := range args {
		a := &args[i]
		if len(a.text) > largest || a.kind == argFrom {
			return 0, false
		}
		size += maxHeaderLen + maxNumberLen + len(a.text) + len(crlf)
	}
	return size, true
}

// fault returns why the argument cannot be written by an Encoder, or "".
func (a *Arg) fault() string {
	switch {
	case a.kind != argFrom:
		return ""
	case a.reader == nil:
		return "From without a reader"
	case int64(a.number) < 0:
		return "From with a negative length"
	}
	return ""
}
