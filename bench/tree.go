package bench

import (
	"bytes"
	"fmt"
	"math/big"
	"strconv"

	"github.com/seed65f5866d/resp"
)

// This file makes Values of what codecs return.

// text returns a value of a string kind, an error or a BigNumber.
func text[T ~string | ~[]byte](kind resp.Kind, s T) resp.Value {
	return resp.Value{Kind: kind, Bytes: bytes.Clone([]byte(s))}
}

func null(kind resp.Kind) resp.Value  { return resp.Value{Kind: kind, Null: true} }
func integer(n int64) resp.Value      { return resp.Value{Kind: resp.Integer, Int: n} }
func double(f float64) resp.Value     { return text(resp.Double, doubleText(f)) }
func bigNumber(n *big.Int) resp.Value { return text(resp.BigNumber, n.String()) }
func list(k resp.Kind, elems ...resp.Value) resp.Value {
	return resp.Value{Kind: k, Elems: elems}
}

func doubleText(f float64) string {
	line := resp.AppendDouble(nil, f)
	return string(line[1 : len(line)-2])
}

func boolean(b bool) resp.Value {
	v := resp.Value{Kind: resp.Boolean}
	if b {
		v.Int = 1
	}
	return v
}

// verbatim returns a verbatim string; an encoding that has not three bytes
// cannot come from one.
func verbatim(encoding, s string) resp.Value {
	v := text(resp.VerbatimString, s)
	copy(v.Encoding[:], encoding)
	return v
}

func commandTree[T ~string | ~[]byte](args []T) resp.Value {
	v := list(resp.Array)
	for _, arg := range args {
		v.Elems = append(v.Elems, text(resp.BulkString, arg))
	}
	return v
}

// goTree makes a Value of the Go values that clients return. Where one knows
// two kinds of string, string is the simple one and []byte the bulk one.
func goTree(reply any) resp.Value {
	switch r := reply.(type) {
	case nil:
		return null(resp.Null)
	case string:
		return text(resp.SimpleString, r)
	case []byte:
		if r == nil {
			return null(resp.BulkString)
		}
		return text(resp.BulkString, r)
	case int:
		return integer(int64(r))
	case int64:
		return integer(r)
	case float64:
		return double(r)
	case bool:
		return boolean(r)
	case *big.Int:
		return bigNumber(r)
	case error:
		return text(resp.SimpleError, r.Error())
	case []any:
		return sliceTree(r)
	case map[any]any:
		v := list(resp.Map)
		for key, value := range r {
			v.Elems = append(v.Elems, goTree(key), goTree(value))
		}
		return v
	case map[any]struct{}:
		v := list(resp.Set)
		for elem := range r {
			v.Elems = append(v.Elems, goTree(elem))
		}
		return v
	}
	return text(resp.SimpleError, fmt.Sprintf("no reply is a %T", reply))
}

func sliceTree(elems []any) resp.Value {
	if elems == nil {
		return null(resp.Array)
	}
	v := list(resp.Array)
	for _, elem := range elems {
		v.Elems = append(v.Elems, goTree(elem))
	}
	return v
}

// argText returns an argument of a command as text, for codecs that take
// nothing else.
func argText(arg any) string {
	switch a := arg.(type) {
	case string:
		return a
	case []byte:
		return string(a)
	case int:
		return strconv.Itoa(a)
	case int64:
		return strconv.FormatInt(a, 10)
	}
	panic(fmt.Sprintf("bench: argument of type %T", arg))
}

// argTexts returns the words of a command.
func argTexts(name string, args []any) []string {
	words := make([]string, 1, 1+len(args))
	words[0] = name
	for _, arg := range args {
		words = append(words, argText(arg))
	}
	return words
}
