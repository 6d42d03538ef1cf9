package main

import "github.com/seed65f5866d/resp"

// The replies that commands return. The Encoder knows what each is in RESP2.

var (
	null         = resp.Value{Kind: resp.Null}
	done         = status("OK")
	pong         = status("PONG")
	wrongType    = failure("WRONGTYPE Operation against a key holding the wrong kind of value")
	notAnInteger = failure("ERR value is not an integer or out of range")
	syntaxError  = failure("ERR syntax error")
)

func status(s string) resp.Value  { return resp.Value{Kind: resp.SimpleString, Bytes: []byte(s)} }
func failure(s string) resp.Value { return resp.Value{Kind: resp.SimpleError, Bytes: []byte(s)} }
func integer(n int64) resp.Value  { return resp.Value{Kind: resp.Integer, Int: n} }

// bulk returns a bulk string, or a null when b is nil.
func bulk(b []byte) resp.Value {
	if b == nil {
		return null
	}
	return resp.Value{Kind: resp.BulkString, Bytes: b}
}

func word(s string) resp.Value { return resp.Value{Kind: resp.BulkString, Bytes: []byte(s)} }

func plainText(s string) resp.Value {
	return resp.Value{Kind: resp.VerbatimString, Encoding: [3]byte{'t', 'x', 't'}, Bytes: []byte(s)}
}

func array(elems ...resp.Value) resp.Value { return resp.Value{Kind: resp.Array, Elems: elems} }

// mapping returns a map of keys and values in turn.
func mapping(elems ...resp.Value) resp.Value { return resp.Value{Kind: resp.Map, Elems: elems} }

func condition(b bool) resp.Value {
	if b {
		return integer(1)
	}
	return integer(0)
}
