package main

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/seed65f5866d/resp"
)

// appendJSON appends a reply as JSON: a map as an object, an error as {"error": text}, a
// string that is not UTF-8 as {"base64": text}, a number that JSON does not know, such
// as inf, as a string. Attributes are left out.
func appendJSON(dst []byte, v *resp.Value) []byte {
	switch {
	case v.Null || v.Kind == resp.Null:
		return append(dst, "null"...)
	case v.Kind == resp.Integer:
		return strconv.AppendInt(dst, v.Int, 10)
	case v.Kind == resp.Boolean:
		return strconv.AppendBool(dst, v.Int != 0)
	case (v.Kind == resp.Double || v.Kind == resp.BigNumber) && json.Valid(v.Bytes):
		return append(dst, v.Bytes...)
	case v.Kind.IsError():
		return append(marshalTo(append(dst, `{"error":`...), payload(v.Bytes)), '}')
	case v.Kind == resp.Map:
		return appendObject(dst, v)
	case v.Kind.IsAggregate():
		return appendList(dst, v)
	}
	return marshalTo(dst, payload(v.Bytes))
}

func appendList(dst []byte, v *resp.Value) []byte {
	dst = append(dst, '[')
	for i, elem := range v.All() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSON(dst, elem)
	}
	return append(dst, ']')
}

// appendObject appends a map. A key that is no string becomes one that holds its JSON.
func appendObject(dst []byte, v *resp.Value) []byte {
	separator := byte('{')
	for key, value := range v.Pairs() {
		dst = append(dst, separator)
		separator = ','
		name := appendJSON(nil, key)
		if name[0] != '"' {
			name = marshalTo(nil, string(name))
		}
		dst = append(append(dst, name...), ':')
		dst = appendJSON(dst, value)
	}
	if separator == '{' {
		dst = append(dst, '{')
	}
	return append(dst, '}')
}

// marshalTo appends v, a string or an object, as JSON in which < > and & stay as they
// are.
func marshalTo(dst []byte, v any) []byte {
	b := bytes.NewBuffer(dst)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.Encode(v) // a string or a struct of one is never refused
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
