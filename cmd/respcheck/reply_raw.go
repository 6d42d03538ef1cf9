package main

import (
	"strconv"

	"github.com/seed65f5866d/resp"
)

// appendRaw appends a reply as redis-cli --raw prints it: strings as they are, elements
// on lines of their own, a key and its value on one, and nothing for a null.
func appendRaw(dst []byte, v *resp.Value) []byte {
	switch {
	case v.Null || v.Kind == resp.Null:
		return dst
	case v.Kind == resp.Integer:
		return strconv.AppendInt(dst, v.Int, 10)
	case v.Kind == resp.Boolean:
		return append(dst, v.String()...)
	case !v.Kind.IsAggregate():
		return append(dst, v.Bytes...)
	}
	for i, elem := range v.All() {
		switch {
		case i > 0 && i%2 == 1 && v.Kind == resp.Map:
			dst = append(dst, ' ')
		case i > 0:
			dst = append(dst, '\n')
		}
		dst = appendRaw(dst, elem)
	}
	return dst
}
