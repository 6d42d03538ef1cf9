package ways

import (
	"bytes"
	"io"

	"github.com/seed65f5866d/resp"
)

// The Append functions.
func init() {
	sixteen := []byte(Sixteen)
	bulks := make([][]byte, 10)
	for i := range bulks {
		bulks[i] = sixteen
	}
	for _, s := range Sets {
		value := bytes.Repeat([]byte("v"), s.Size)
		addMessage(s.Name, appendParts(value, s.Depth), appendArgs(value, s.Depth), appendCommand(value, s.Depth))
	}
	addMessage("encode ok", Appending("Append", func(dst []byte) []byte { return resp.AppendSimpleString(dst, OKText) }))
	addMessage("encode int", Appending("Append", func(dst []byte) []byte {
		for _, i := range Integers {
			dst = resp.AppendInteger(dst, i)
		}
		return dst
	}))
	addMessage("encode double", Appending("Append", func(dst []byte) []byte { return resp.AppendDouble(dst, Fraction) }))
	addMessage("encode whole double", Appending("Append", func(dst []byte) []byte { return resp.AppendDouble(dst, Whole) }))
	addMessage("encode bulk16", Appending("Append", func(dst []byte) []byte { return resp.AppendBulkString(dst, sixteen) }))
	addMessage("encode array10",
		Appending("Append", func(dst []byte) []byte {
			dst = resp.AppendArray(dst, 10)
			for range 10 {
				dst = resp.AppendBulkString(dst, sixteen)
			}
			return dst
		}),
		Appending("AppendArgs", func(dst []byte) []byte { return resp.AppendArgs(dst, bulks...) }))
}

func appendParts(value []byte, depth int) Encoding {
	return Encoding{"Append", func(w io.Writer) (func(int) error, error) {
		var dst []byte
		return func(n int) error {
			for range n {
				dst = dst[:0]
				for range depth {
					dst = resp.AppendArray(dst, 3)
					dst = resp.AppendBulkString(dst, SetName)
					dst = resp.AppendBulkString(dst, SetKey)
					dst = resp.AppendBulkString(dst, value)
				}
			}
			return Written(w, dst)
		}, nil
	}}
}

func appendArgs(value []byte, depth int) Encoding {
	return Encoding{"AppendArgs", func(w io.Writer) (func(int) error, error) {
		var dst []byte
		value := string(value)
		return func(n int) error {
			for range n {
				dst = dst[:0]
				for range depth {
					dst = resp.AppendArgs(dst, SetName, SetKey, value)
				}
			}
			return Written(w, dst)
		}, nil
	}}
}

func appendCommand(value []byte, depth int) Encoding {
	return Encoding{"AppendCommand", func(w io.Writer) (func(int) error, error) {
		var dst []byte
		return func(n int) error {
			for range n {
				dst = dst[:0]
				for range depth {
					dst = resp.AppendCommand(dst, SetName, resp.String(SetKey), resp.Bytes(value))
				}
			}
			return Written(w, dst)
		}, nil
	}}
}
