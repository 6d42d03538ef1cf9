package resp_test

import (
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

// writeOnly hides every method of a writer but Write.
type writeOnly struct{ w io.Writer }

func (w writeOnly) Write(p []byte) (int, error) { return w.w.Write(p) }

func steadyTree() *resp.Value {
	return &resp.Value{Kind: resp.Array, Elems: []resp.Value{
		{Kind: resp.Map, Elems: []resp.Value{{Kind: resp.SimpleString, Bytes: []byte("key")}, {Kind: resp.Double, Bytes: []byte("1.5")}}},
		{Kind: resp.BulkString, Streamed: true, Bytes: []byte("streamed")},
		{Kind: resp.Set, Streamed: true, Elems: []resp.Value{{Kind: resp.BigNumber, Bytes: []byte("12345678901234567890")}}},
		{Kind: resp.VerbatimString, Encoding: [3]byte{'t', 'x', 't'}, Bytes: []byte("text")},
		{Kind: resp.Integer, Int: 7, Attrs: []resp.Value{{Kind: resp.Attribute, Elems: []resp.Value{{Kind: resp.Null}, {Kind: resp.Boolean}}}}},
		{Kind: resp.Double, Bytes: []byte(".5")},
		{Kind: resp.BulkString, Bytes: []byte(strings.Repeat("x", 7000))},
	}}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 32<<10)
	short, long := []byte("value"), strings.Repeat("x", 7000)
	tree := steadyTree()
	number := big.NewInt(-1234567890)
	tokens := []resp.Token{}
	wire := resp.AppendValue(nil, tree)
	for rest := wire; len(rest) > 0; {
		token, n, err := resp.ConsumeToken(rest)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
		rest = rest[n:]
	}
	appends := map[string]func(b []byte) []byte{
		"AppendSimpleString":   func(b []byte) []byte { return resp.AppendSimpleString(b, "a\nb") },
		"AppendSimpleError":    func(b []byte) []byte { return resp.AppendSimpleError(b, long) },
		"AppendInteger":        func(b []byte) []byte { return resp.AppendInteger(b, -1234567890123) },
		"AppendBulkString":     func(b []byte) []byte { return resp.AppendBulkString(resp.AppendBulkString(b, short), long) },
		"nulls":                func(b []byte) []byte { return resp.AppendNull(resp.AppendNullArray(resp.AppendNullBulkString(b))) },
		"AppendBoolean":        func(b []byte) []byte { return resp.AppendBoolean(b, true) },
		"AppendDouble":         func(b []byte) []byte { return resp.AppendDouble(b, -1.2345678901234568e-300) },
		"AppendBigNumber":      func(b []byte) []byte { return resp.AppendBigNumber(b, number) },
		"AppendBulkError":      func(b []byte) []byte { return resp.AppendBulkError(b, "ERR x") },
		"AppendVerbatimString": func(b []byte) []byte { return resp.AppendVerbatimString(b, "txt", short) },
		"headers": func(b []byte) []byte {
			return resp.AppendAttribute(resp.AppendPush(resp.AppendSet(resp.AppendMap(resp.AppendArray(b, 5), 50), 500), 5000), 50_000_000)
		},
		"streams": func(b []byte) []byte {
			b = resp.AppendLastChunk(resp.AppendChunk(resp.AppendStreamedString(b), short))
			return resp.AppendEnd(resp.AppendStreamed(b, resp.Map))
		},
		"AppendCommand": func(b []byte) []byte {
			return resp.AppendCommand(b, "CONFIG SET", resp.String(long), resp.Bytes(short), resp.Int(-7), resp.Uint(8), resp.Float(0.1), resp.Arg{})
		},
		"AppendArgs": func(b []byte) []byte { return resp.AppendArgs(b, "SET", "key", long) },
		"AppendToken": func(b []byte) []byte {
			for _, token := range tokens {
				b = resp.AppendToken(b, token)
			}
			return b
		},
		"AppendValue": func(b []byte) []byte { return resp.AppendValue(b, tree) },
	}
	for name, f := range appends {
		if allocs := testing.AllocsPerRun(100, func() { buf = f(buf[:0]) }); allocs > 0 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}

// drained gives a TCP connection whose other side reads and forgets.
func drained(t *testing.T) net.Conn {
	t.Helper()
	conn, other := tests.ConnPair(t, "tcp")
	go func() {
		buf := make([]byte, 1<<20)
		for {
			if _, err := other.Read(buf); err != nil {
				return
			}
		}
	}()
	return conn
}

func TestEncoderDoesNotAllocate(t *testing.T) {
	short, long := "value", strings.Repeat("x", 70_000)
	shortBytes, longBytes := []byte(short), []byte(long)
	tree := steadyTree()
	bigInt := big.NewInt(-1234567890)
	text, longText := tests.Endless(short, 0), tests.Endless(long, 0)
	resp3 := script{
		streamedString,
		func(e *resp.Encoder) error { return e.WriteChunk(shortBytes) },
		func(e *resp.Encoder) error { return e.WriteChunk(longBytes) },
		lastChunk,
		streamOf(resp.Map), end,
	}
	both := script{
		func(e *resp.Encoder) error { return e.WriteSimpleString("OK") },
		func(e *resp.Encoder) error { return e.WriteSimpleError(long) },
		number(-1234567890123),
		bulkOf(short), bulkOf(long),
		func(e *resp.Encoder) error { return e.WriteBulkBytes(longBytes) },
		func(e *resp.Encoder) error { return e.WriteBulkFrom(text, int64(len(short))) },
		func(e *resp.Encoder) error { return e.WriteBulkFrom(longText, int64(len(long))) },
		func(e *resp.Encoder) error {
			return errors.Join(e.WriteNull(), e.WriteNullArray(), e.WriteNullBulkString())
		},
		func(e *resp.Encoder) error { return e.WriteBoolean(true) },
		func(e *resp.Encoder) error { return e.WriteDouble(0.1) },
		func(e *resp.Encoder) error { return e.WriteBigNumber(bigInt) },
		func(e *resp.Encoder) error { return e.WriteBulkError(short) },
		func(e *resp.Encoder) error { return e.WriteVerbatimString("txt", long) },
		attribute(1), mapOf(1), array(1), number(1), number(2), number(3), number(4),
		func(e *resp.Encoder) error {
			return errors.Join(e.WriteSet(1), e.WriteNull(), e.WritePush(1), e.WriteNull())
		},
		func(e *resp.Encoder) error {
			return e.WriteCommand("SET", resp.String(short), resp.Int(-7), resp.Uint(8), resp.Float(0.1))
		},
		func(e *resp.Encoder) error {
			return e.WriteCommand("CONFIG SET", resp.Bytes(longBytes), resp.From(longText, int64(len(long))), resp.String(long))
		},
		func(e *resp.Encoder) error { return e.WriteArgs(shortBytes, longBytes) },
		func(e *resp.Encoder) error { return e.WriteValue(tree) },
		(*resp.Encoder).Close,
	}
	for name, w := range map[string]io.Writer{"plain writer": writeOnly{io.Discard}, "TCP": drained(t)} {
		for protocol, calls := range map[int]script{2: both, 3: append(resp3[:len(resp3):len(resp3)], both...)} {
			e := resp.NewEncoder(w, resp.Protocol(protocol))
			var err error
			allocs := testing.AllocsPerRun(20, func() { err = errors.Join(err, calls.run(e)) })
			if err != nil || allocs > 0 {
				t.Errorf("RESP%d to a %s: %v allocations, %v", protocol, name, allocs, err)
			}
		}
	}
}

func TestChunkerDoesNotAllocate(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	short := []byte("value")
	for name, w := range map[string]io.Writer{"plain writer": writeOnly{io.Discard}, "TCP": drained(t)} {
		var c resp.Chunker
		var err error
		allocs := testing.AllocsPerRun(20, func() {
			for range 100 {
				err = errors.Join(err,
					c.AddCommand("SET", resp.String("key"), resp.Bytes(short), resp.Int(60), resp.Float(0.5)),
					c.AddCommand("CONFIG GET", resp.Uint(7)))
			}
			err = errors.Join(err, c.AddCommand("SET", resp.String("key"), resp.String(long)), c.PackCommand("SET", resp.String(long)))
			c.Chunks()
			_, writeErr := c.WriteTo(w)
			err = errors.Join(err, writeErr)
		})
		if err != nil || allocs > 0 {
			t.Errorf("to a %s: %v allocations, %v", name, allocs, err)
		}
	}
}
