package main

import (
	"io"

	radixresp "github.com/mediocregopher/radix/v4/resp"
	"github.com/mediocregopher/radix/v4/resp/resp3"
	redisproto "github.com/secmask/go-redisproto"
	"github.com/tidwall/redcon"
	tidwall "github.com/tidwall/resp"

	"github.com/seed65f5866d/resp"
)

// This file encodes replies with the codecs that can. The call of a function value
// is in the time of each, ours included.

// appending returns what encodes by one call that appends all.
func appending(once func([]byte) []byte) func(io.Writer) (func(int) error, error) {
	return func(w io.Writer) (func(int) error, error) {
		var dst []byte
		return func(n int) error {
			for range n {
				dst = once(dst[:0])
			}
			return written(w, dst)
		}, nil
	}
}

// writing returns what encodes by calls on a writer that is made on another.
func writing[W any](make func(io.Writer) W, once func(W) error) func(io.Writer) (func(int) error, error) {
	return func(w io.Writer) (func(int) error, error) {
		out := make(w)
		return func(n int) error {
			for range n {
				if err := once(out); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}
}

func newEncoder(w io.Writer) *resp.Encoder { return resp.NewEncoder(w) }

// marshaling is radix' way; messages are made once.
func marshaling(messages ...radixresp.Marshaler) func(io.Writer) (func(int) error, error) {
	opts := radixresp.NewOpts()
	return writing(func(w io.Writer) io.Writer { return w }, func(w io.Writer) error {
		for _, m := range messages {
			if err := m.MarshalRESP(w, opts); err != nil {
				return err
			}
		}
		return nil
	})
}

func okEncodings() []encoding {
	return []encoding{
		{"Append", ours, appending(func(dst []byte) []byte { return resp.AppendSimpleString(dst, okText) })},
		{"Encoder", ours, writing(newEncoder, func(e *resp.Encoder) error {
			return errorsFirst(e.WriteSimpleString(okText), e.Flush())
		})},
		{"redcon", peer, appending(func(dst []byte) []byte { return redcon.AppendString(dst, okText) })},
		{"redcon AppendOK", peer, appending(redcon.AppendOK)},
		{"go-redisproto", peer, writing(redisproto.NewWriter, func(w *redisproto.Writer) error {
			return errorsFirst(w.WriteSimpleString(okText), w.Flush())
		})},
		{"tidwall/resp", peer, writing(tidwall.NewWriter, func(w *tidwall.Writer) error { return w.WriteSimpleString(okText) })},
		{"radix", peer, marshaling(resp3.SimpleString{S: okText})},
	}
}

// intEncodings encode one integer after another, as many as make one message.
func intEncodings() []encoding {
	var messages []radixresp.Marshaler
	for _, i := range integers {
		messages = append(messages, resp3.Number{N: i})
	}
	return []encoding{
		{"Append", ours, appending(func(dst []byte) []byte {
			for _, i := range integers {
				dst = resp.AppendInteger(dst, i)
			}
			return dst
		})},
		{"Encoder", ours, writing(newEncoder, func(e *resp.Encoder) error {
			return errorsFirst(eachInteger(e.WriteInteger), e.Flush())
		})},
		{"redcon", peer, appending(func(dst []byte) []byte {
			for _, i := range integers {
				dst = redcon.AppendInt(dst, i)
			}
			return dst
		})},
		{"go-redisproto", peer, writing(redisproto.NewWriter, func(w *redisproto.Writer) error {
			return errorsFirst(eachInteger(w.WriteInt), w.Flush())
		})},
		{"tidwall/resp", peer, writing(tidwall.NewWriter, func(w *tidwall.Writer) error {
			return eachInteger(func(i int64) error { return w.WriteInteger(int(i)) })
		})},
		{"radix", peer, marshaling(messages...)},
	}
}

func eachInteger(write func(int64) error) error {
	for _, i := range integers {
		if err := write(i); err != nil {
			return err
		}
	}
	return nil
}

func bulkEncodings() []encoding {
	value := []byte(sixteen)
	return []encoding{
		{"Append", ours, appending(func(dst []byte) []byte { return resp.AppendBulkString(dst, value) })},
		{"Encoder", ours, writing(newEncoder, func(e *resp.Encoder) error {
			return errorsFirst(e.WriteBulkString(sixteen), e.Flush())
		})},
		{"redcon", peer, appending(func(dst []byte) []byte { return redcon.AppendBulk(dst, value) })},
		{"go-redisproto", peer, writing(redisproto.NewWriter, func(w *redisproto.Writer) error {
			return errorsFirst(w.WriteBulk(value), w.Flush())
		})},
		{"tidwall/resp", peer, writing(tidwall.NewWriter, func(w *tidwall.Writer) error { return w.WriteBytes(value) })},
		{"radix", peer, marshaling(resp3.BlobStringBytes{B: value})},
	}
}

func arrayEncodings() []encoding {
	value := []byte(sixteen)
	values := make([]tidwall.Value, 10)
	bulks := make([][]byte, 10)
	messages := []radixresp.Marshaler{resp3.ArrayHeader{NumElems: 10}}
	for i := range 10 {
		values[i], bulks[i] = tidwall.BytesValue(value), value
		messages = append(messages, resp3.BlobStringBytes{B: value})
	}
	return []encoding{
		{"Append", ours, appending(func(dst []byte) []byte {
			dst = resp.AppendArray(dst, 10)
			for range 10 {
				dst = resp.AppendBulkString(dst, value)
			}
			return dst
		})},
		{"AppendArgs", ours, appending(func(dst []byte) []byte { return resp.AppendArgs(dst, bulks...) })},
		{"Encoder", ours, writing(newEncoder, encodeArray)},
		{"redcon", peer, appending(func(dst []byte) []byte {
			dst = redcon.AppendArray(dst, 10)
			for range 10 {
				dst = redcon.AppendBulk(dst, value)
			}
			return dst
		})},
		{"go-redisproto", peer, writing(redisproto.NewWriter, func(w *redisproto.Writer) error {
			return errorsFirst(w.WriteBulksSlice(bulks), w.Flush())
		})},
		{"tidwall/resp", peer, writing(tidwall.NewWriter, func(w *tidwall.Writer) error { return w.WriteArray(values) })},
		{"radix", peer, marshaling(messages...)},
	}
}

func encodeArray(e *resp.Encoder) error {
	if err := e.WriteArray(10); err != nil {
		return err
	}
	for range 10 {
		if err := e.WriteBulkString(sixteen); err != nil {
			return err
		}
	}
	return e.Flush()
}
