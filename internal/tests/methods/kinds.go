package methods

import (
	"bytes"
	"math/big"
	"strconv"

	"github.com/seed65f5866d/resp"
)

// Own is the function and the method that a kind has for itself.
type Own struct {
	Append func(b []byte, v *resp.Value) []byte
	Write  func(e *resp.Encoder, v *resp.Value) error
}

// OfKind holds them for every kind except Chunk and End. They write v, or the header
// of an aggregate v; v is neither a null nor streamed.
var OfKind = map[resp.Kind]Own{
	resp.SimpleString: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendSimpleString(b, v.Bytes) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteSimpleString(string(v.Bytes)) },
	},
	resp.SimpleError: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendSimpleError(b, v.Bytes) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteSimpleError(string(v.Bytes)) },
	},
	resp.Integer: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendInteger(b, v.Int) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteInteger(v.Int) },
	},
	resp.BulkString: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendBulkString(b, v.Bytes) },
		writeBulk,
	},
	resp.Null: {
		func(b []byte, _ *resp.Value) []byte { return resp.AppendNull(b) },
		func(e *resp.Encoder, _ *resp.Value) error { return e.WriteNull() },
	},
	resp.Boolean: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendBoolean(b, v.Int != 0) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteBoolean(v.Int != 0) },
	},
	resp.Double: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendDouble(b, double(v)) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteDouble(double(v)) },
	},
	resp.BigNumber: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendBigNumber(b, bigNumber(v)) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteBigNumber(bigNumber(v)) },
	},
	resp.BulkError: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendBulkError(b, v.Bytes) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteBulkError(string(v.Bytes)) },
	},
	resp.VerbatimString: {
		func(b []byte, v *resp.Value) []byte {
			return resp.AppendVerbatimString(b, string(v.Encoding[:]), v.Bytes)
		},
		func(e *resp.Encoder, v *resp.Value) error {
			return e.WriteVerbatimString(string(v.Encoding[:]), string(v.Bytes))
		},
	},
	resp.Array: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendArray(b, len(v.Elems)) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteArray(len(v.Elems)) },
	},
	resp.Set: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendSet(b, len(v.Elems)) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteSet(len(v.Elems)) },
	},
	resp.Push: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendPush(b, len(v.Elems)) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WritePush(len(v.Elems)) },
	},
	resp.Map: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendMap(b, len(v.Elems)/2) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteMap(len(v.Elems) / 2) },
	},
	resp.Attribute: {
		func(b []byte, v *resp.Value) []byte { return resp.AppendAttribute(b, len(v.Elems)/2) },
		func(e *resp.Encoder, v *resp.Value) error { return e.WriteAttribute(len(v.Elems) / 2) },
	},
}

// writeBulk writes a bulk string in one of three ways.
func writeBulk(e *resp.Encoder, v *resp.Value) error {
	switch len(v.Bytes) % 3 {
	case 0:
		return e.WriteBulkString(string(v.Bytes))
	case 1:
		return e.WriteBulkBytes(v.Bytes)
	}
	return e.WriteBulkFrom(bytes.NewReader(v.Bytes), int64(len(v.Bytes)))
}

func double(v *resp.Value) float64 {
	f, _ := strconv.ParseFloat(string(v.Bytes), 64)
	return f
}

func bigNumber(v *resp.Value) *big.Int {
	n, _ := new(big.Int).SetString(string(v.Bytes), 10)
	return n
}
