package main

import "github.com/seed65f5866d/resp"

// This file builds the replies that checks want. Where RESP2 and RESP3 spell
// the same reply differently, the builder is a method of trip.

var okReply = simple("OK")

func simple(s string) resp.Value { return resp.Value{Kind: resp.SimpleString, Bytes: []byte(s)} }

func failure(s string) resp.Value { return resp.Value{Kind: resp.SimpleError, Bytes: []byte(s)} }

func bulk[T ~string | ~[]byte](s T) resp.Value {
	return resp.Value{Kind: resp.BulkString, Bytes: []byte(s)}
}

func integer(n int64) resp.Value { return resp.Value{Kind: resp.Integer, Int: n} }

func array(elems ...resp.Value) resp.Value { return resp.Value{Kind: resp.Array, Elems: elems} }

// bulks is an array of bulk strings.
func bulks(elems ...string) resp.Value {
	v := array()
	for _, s := range elems {
		v.Elems = append(v.Elems, bulk(s))
	}
	return v
}

// aggregate returns a value of kind k in RESP3 and an array in RESP2.
func (t *trip) aggregate(kind resp.Kind, elems ...resp.Value) resp.Value {
	if t.proto == 2 {
		kind = resp.Array
	}
	return resp.Value{Kind: kind, Elems: elems}
}

// dict is a map: keys and values alternate.
func (t *trip) dict(elems ...resp.Value) resp.Value { return t.aggregate(resp.Map, elems...) }

func (t *trip) null() resp.Value {
	if t.proto == 2 {
		return resp.Value{Kind: resp.BulkString, Null: true}
	}
	return resp.Value{Kind: resp.Null, Null: true}
}

func (t *trip) boolean(b bool) resp.Value {
	v := resp.Value{Kind: resp.Boolean}
	if t.proto == 2 {
		v.Kind = resp.Integer
	}
	if b {
		v.Int = 1
	}
	return v
}

// number has a kind of its own in RESP3, Double or BigNumber, and is a bulk
// string in RESP2.
func (t *trip) number(kind resp.Kind, digits string) resp.Value {
	v := bulk(digits)
	if t.proto == 3 {
		v.Kind = kind
	}
	return v
}

func (t *trip) verbatim(encoding, s string) resp.Value {
	v := bulk(s)
	if t.proto == 3 {
		v.Kind = resp.VerbatimString
		copy(v.Encoding[:], encoding)
	}
	return v
}

// text is the payload of a string, nothing for other kinds and no value.
func text(v *resp.Value) string {
	if v == nil {
		return ""
	}
	return string(v.Bytes)
}

// field returns the value of a key in a map, or in the flat array that stands
// for one in RESP2, or nil.
func field(v *resp.Value, key string) *resp.Value {
	for k, value := range v.Pairs() {
		if text(k) == key {
			return value
		}
	}
	return nil
}
