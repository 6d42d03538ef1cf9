package respgo_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
)

type message struct {
	_      struct{} `redis:",array"`
	ID     string
	Fields map[string]string
}

type hash struct {
	F0  string  `redis:"f0"`
	F1  string  `redis:"f1"`
	F2  string  `redis:"f2"`
	F3  string  `redis:"f3"`
	F4  string  `redis:"f4"`
	F5  string  `redis:"f5"`
	F6  string  `redis:"f6"`
	F7  string  `redis:"f7"`
	F8  string  `redis:"f8"`
	F9  string  `redis:"f9"`
	F10 int     `redis:"f10"`
	F11 int     `redis:"f11"`
	F12 int     `redis:"f12"`
	F13 int     `redis:"f13"`
	F14 int     `redis:"f14"`
	F15 float64 `redis:"f15"`
	F16 float64 `redis:"f16"`
	F17 float64 `redis:"f17"`
	F18 bool    `redis:"f18"`
	F19 bool    `redis:"f19"`
}

func hashReply() []byte {
	b := resp.AppendArray(nil, 40)
	for i := range 20 {
		b = resp.AppendBulkString(b, fmt.Sprintf("f%d", i))
		switch {
		case i < 10:
			b = resp.AppendBulkString(b, fmt.Sprintf("value of field %d", i))
		case i < 15:
			b = resp.AppendBulkString(b, fmt.Sprint(i*12345))
		case i < 18:
			b = resp.AppendBulkString(b, fmt.Sprint(float64(i)*1.25))
		default:
			b = resp.AppendBulkString(b, "1")
		}
	}
	return b
}

func streamReply() []byte {
	b := resp.AppendArray(nil, 100)
	for i := range 100 {
		b = resp.AppendArray(b, 2)
		b = resp.AppendBulkString(b, fmt.Sprintf("1700000000%03d-0", i))
		b = resp.AppendArray(b, 10)
		for j := range 5 {
			b = resp.AppendBulkString(b, fmt.Sprintf("field%d", j))
			b = resp.AppendBulkString(b, fmt.Sprintf("value-of-%d-%d", i, j))
		}
	}
	return b
}

func stringsReply() []byte {
	b := resp.AppendArray(nil, 100)
	for i := range 100 {
		b = resp.AppendBulkString(b, fmt.Sprintf("value-number-%03d", i))
	}
	return b
}

func benchmarkRead[T any](b *testing.B, reply []byte) {
	r := bytes.NewReader(reply)
	d := resp.NewDecoder(r)
	b.ReportAllocs()
	for b.Loop() {
		r.Reset(reply)
		if _, err := respgo.Read[T](d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	b.Run("HGETALL into a struct", func(b *testing.B) { benchmarkRead[hash](b, hashReply()) })
	b.Run("XRANGE into messages", func(b *testing.B) { benchmarkRead[[]message](b, streamReply()) })
	b.Run("MGET into strings", func(b *testing.B) { benchmarkRead[[]string](b, stringsReply()) })
	b.Run("GET into a string", func(b *testing.B) { benchmarkRead[string](b, resp.AppendBulkString(nil, "value-number-001")) })
	b.Run("HGETALL into a map", func(b *testing.B) { benchmarkRead[map[string]string](b, hashReply()) })
	b.Run("MGET into any", func(b *testing.B) { benchmarkRead[any](b, stringsReply()) })
}
