package resp

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// This file holds Arg, one argument of a command: how it is made from Go values and
// how its text is appended. AppendCommand, WriteCommand and Chunker.AddCommand take
// Args.

// Arg is one argument of a command. String, Bytes, Int, Uint, Float, From and Any
// make one; only Any allocates. The zero Arg is the empty string. An Arg refers to
// the text it was made of and is meant to be written at once.
//
// An Arg is small, because commands are slower with larger ones. So it has no field
// for the sort of argument: the type of value tells that, as in slog.Value.
type Arg struct {
	number uint64 // the length of a text, the bits of a number, or the bytes a reader has to give
	value  any    // textStart, one of the types below, or an io.Reader; nil in the zero Arg
}

// textStart points to the first byte of a text.
type textStart *byte

type (
	intArg     struct{}
	uintArg    struct{}
	floatArg   struct{}
	float32Arg struct{} // stored as a float64, written as the shortest text of a float32
	noReader   struct{} // From without a reader
)

// maxNumberLen is a bound on the bytes of a number's text: the longest double is
// `-0.0000012345678901234567` or `-1.2345678901234567e-308`.
const maxNumberLen = 32

// String returns an argument with the bytes of s.
func String(s string) Arg { return Arg{uint64(len(s)), textStart(respwire.StringData(s))} }

// Bytes returns an argument with the bytes of b, which must not change until
// the argument has been written.
func Bytes(b []byte) Arg { return Arg{uint64(len(b)), textStart(respwire.BytesData(b))} }

// Int returns an argument with n in decimal.
func Int(n int64) Arg { return Arg{uint64(n), intArg{}} }

// Uint returns an argument with n in decimal.
func Uint(n uint64) Arg { return Arg{n, uintArg{}} }

// Float returns an argument with the shortest text that reads back as f,
// without an exponent where encoding/json has none; 1 is `1`. Infinities are
// `inf` and `-inf`, which Redis understands; a NaN is `nan`, which it refuses.
func Float(f float64) Arg { return Arg{math.Float64bits(f), floatArg{}} }

// From returns an argument of exactly n bytes that an Encoder reads from r while
// it writes. AppendCommand panics for it and a Chunker returns an error.
func From(r io.Reader, n int64) Arg {
	if r == nil {
		return Arg{value: noReader{}}
	}
	return Arg{uint64(n), r}
}

// Any returns an argument made of v, by the first rule that fits:
//
//   - an Arg is itself;
//   - string, []byte, and every int, uint and float type, uintptr too: as String,
//     Bytes, Int, Uint and Float; a float32 gets the shortest text that reads back
//     as the same float32;
//   - bool: 1 for true and 0 for false, as go-redis and redigo have it;
//   - encoding.TextAppender, encoding.TextMarshaler, encoding.BinaryMarshaler:
//     what the method returns;
//   - a type whose underlying type is one of the above: as that type, so that a
//     time.Duration is its nanoseconds;
//   - fmt.Stringer: what String returns.
//
// Everything else is an error that names the type, in particular nil, nil pointers,
// pointers without one of these methods, and structs: no text for them is the one
// that everybody would expect. An error of v's method is returned wrapped.
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
	case bool:
		return Int(bit(v)), nil
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

// marshaledText returns what v's marshaling method returns and whether v has one.
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
// string, bytes, a number or a boolean, and whether it is one.
func underlyingArg(v reflect.Value) (arg Arg, ok bool) {
	switch v.Kind() {
	case reflect.String:
		return String(v.String()), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Int(v.Int()), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return Uint(v.Uint()), true
	case reflect.Float64:
		return Float(v.Float()), true
	case reflect.Float32:
		return Arg{math.Float64bits(v.Float()), float32Arg{}}, true
	case reflect.Bool:
		return Int(bit(v.Bool())), true
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return Bytes(v.Bytes()), true
		}
	}
	return Arg{}, false
}

// text returns the bytes of a text argument and whether it is one.
func (a *Arg) text() (s string, ok bool) {
	if start, ok := a.value.(textStart); ok {
		return respwire.BytesString(respwire.BytesAt(start, int(a.number))), true
	}
	return "", a.value == nil
}

// reader returns the arguments of From and whether a was made by it. r is nil when
// From was given nil.
func (a *Arg) reader() (r io.Reader, n int64, ok bool) {
	switch value := a.value.(type) {
	case nil, textStart, intArg, uintArg, floatArg, float32Arg:
		return nil, 0, false
	case io.Reader:
		return value, int64(a.number), true
	}
	return nil, 0, true
}

// isReader reports whether the argument was made by From.
func (a *Arg) isReader() bool {
	_, _, ok := a.reader()
	return ok
}

// fault returns why an Encoder cannot write the argument, or "".
func (a *Arg) fault() string {
	r, n, ok := a.reader()
	switch {
	case ok && r == nil:
		return "From without a reader"
	case ok && n < 0:
		return "From with a negative length"
	}
	return ""
}

// appendNumber appends a number argument as a bulk string. It panics for a reader.
func (a *Arg) appendNumber(dst []byte) []byte {
	switch a.value.(type) {
	case intArg:
		sign, u := respwire.Magnitude(int64(a.number))
		return appendWhole(dst, BulkString, sign, u)
	case uintArg:
		return appendWhole(dst, BulkString, 0, a.number)
	}
	var scratch [maxNumberLen]byte
	return appendString(dst, BulkString, respwire.BytesString(a.appendText(scratch[:0])))
}

// appendText appends the text of a number argument. It panics for a reader.
func (a *Arg) appendText(dst []byte) []byte {
	switch a.value.(type) {
	case intArg:
		return respwire.AppendInteger(dst, int64(a.number))
	case uintArg:
		return appendUint(dst, a.number)
	case floatArg:
		return respwire.AppendDouble(dst, math.Float64frombits(a.number), 64)
	case float32Arg:
		return respwire.AppendDouble(dst, math.Float64frombits(a.number), 32)
	}
	panic("resp: a From argument can only be written by an Encoder")
}

// measure returns a bound on the bytes that args take on the wire. It reports
// whether that fits an int and each arg is a number or a text of at most longest
// bytes.
func measure(args []Arg, longest int) (size int, plain bool) {
	for i := range args {
		size += maxHeaderLen + maxNumberLen + len(crlf)
		s, ok := args[i].text()
		if size += len(s); len(s) > longest || size < 0 || !ok && args[i].isReader() {
			return 0, false
		}
	}
	return size, true
}

// The rest of the file splits the name of a command into its words: SplitCommand
// does so for the caller, and AppendCommand, the Encoder and the Chunker do it
// without allocating.

// SplitCommand returns the words of a command's name as clients send them, each
// an argument of its own: "CONFIG GET" gives CONFIG and GET. Words are separated
// by ASCII white space: space, tab, CR, LF, VT and FF. A name without a word
// gives nil; every function that writes a command refuses it. The words are
// parts of name, not copies.
func SplitCommand(name string) []string {
	count := countWords(name)
	if count == 0 {
		return nil
	}
	words := make([]string, count)
	for i := range words {
		words[i], name = nextWord(name)
	}
	return words
}

// isOneWord reports whether name is one word and nothing else, as nearly all names
// are. It returns false for any control character, white space or not.
func isOneWord(name string) bool {
	for i := range len(name) {
		if name[i] <= ' ' {
			return false
		}
	}
	return name != ""
}

// countWords returns how many words name has.
func countWords(name string) (count int) {
	for word, rest := nextWord(name); word != ""; word, rest = nextWord(rest) {
		count++
	}
	return count
}

// nextWord returns the first word of s and what follows it, both empty when
// there is none.
func nextWord(s string) (word, rest string) {
	start := 0
	for start < len(s) && isSpace(s[start]) {
		start++
	}
	end := start
	for end < len(s) && !isSpace(s[end]) {
		end++
	}
	return s[start:end], s[end:]
}

// isSpace reports whether c separates words.
func isSpace(c byte) bool { return c == ' ' || c-'\t' <= '\r'-'\t' }

// noWord says what is wrong with a name without a word.
const noWord = "command name without a word"
