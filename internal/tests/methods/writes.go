package methods

import (
	"math/big"
	"strings"

	"github.com/seed65f5866d/resp"
)

// Write is a method of an Encoder that writes, with arguments.
type Write struct {
	Name string
	Call func(e *resp.Encoder) error

	// Before and After are the calls that make a whole value of it; either may be nil.
	Before, After func(e *resp.Encoder) error

	RESP3 string // what the calls write
	RESP2 string // for RESP2; empty where that is an error
}

// Around calls Before, Call and After, up to the first error.
func (w Write) Around(e *resp.Encoder) error {
	for _, call := range []func(*resp.Encoder) error{w.Before, w.Call, w.After} {
		if call == nil {
			continue
		}
		if err := call(e); err != nil {
			return err
		}
	}
	return nil
}

// Writes are all of them, each at least once.
var Writes = []Write{
	{Name: "WriteSimpleString", Call: func(e *resp.Encoder) error { return e.WriteSimpleString("OK") }, RESP3: "+OK\r\n", RESP2: "+OK\r\n"},
	{Name: "WriteSimpleError", Call: func(e *resp.Encoder) error { return e.WriteSimpleError("ERR x") }, RESP3: "-ERR x\r\n", RESP2: "-ERR x\r\n"},
	{Name: "WriteInteger", Call: func(e *resp.Encoder) error { return e.WriteInteger(1) }, RESP3: ":1\r\n", RESP2: ":1\r\n"},
	{Name: "WriteBulkString", Call: func(e *resp.Encoder) error { return e.WriteBulkString("a") }, RESP3: "$1\r\na\r\n", RESP2: "$1\r\na\r\n"},
	{Name: "WriteBulkBytes", Call: func(e *resp.Encoder) error { return e.WriteBulkBytes([]byte("a")) }, RESP3: "$1\r\na\r\n", RESP2: "$1\r\na\r\n"},
	{Name: "WriteBulkFrom", Call: func(e *resp.Encoder) error { return e.WriteBulkFrom(strings.NewReader("a"), 1) }, RESP3: "$1\r\na\r\n", RESP2: "$1\r\na\r\n"},
	{Name: "WriteNullBulkString", Call: (*resp.Encoder).WriteNullBulkString, RESP3: "$-1\r\n", RESP2: "$-1\r\n"},
	{Name: "WriteNullArray", Call: (*resp.Encoder).WriteNullArray, RESP3: "*-1\r\n", RESP2: "*-1\r\n"},
	{Name: "WriteNull", Call: (*resp.Encoder).WriteNull, RESP3: "_\r\n", RESP2: "$-1\r\n"},
	{Name: "WriteBoolean", Call: func(e *resp.Encoder) error { return e.WriteBoolean(true) }, RESP3: "#t\r\n", RESP2: ":1\r\n"},
	{Name: "WriteDouble", Call: func(e *resp.Encoder) error { return e.WriteDouble(1.5) }, RESP3: ",1.5\r\n", RESP2: "$3\r\n1.5\r\n"},
	{Name: "WriteBigNumber", Call: func(e *resp.Encoder) error { return e.WriteBigNumber(big.NewInt(1)) }, RESP3: "(1\r\n", RESP2: "$1\r\n1\r\n"},
	{Name: "WriteBulkError", Call: func(e *resp.Encoder) error { return e.WriteBulkError("ERR x") }, RESP3: "!5\r\nERR x\r\n", RESP2: "-ERR x\r\n"},
	{Name: "WriteVerbatimString", Call: func(e *resp.Encoder) error { return e.WriteVerbatimString("txt", "a") }, RESP3: "=5\r\ntxt:a\r\n", RESP2: "$1\r\na\r\n"},
	{Name: "WriteArray", Call: func(e *resp.Encoder) error { return e.WriteArray(1) }, After: (*resp.Encoder).WriteNull, RESP3: "*1\r\n_\r\n", RESP2: "*1\r\n$-1\r\n"},
	{Name: "WriteMap", Call: func(e *resp.Encoder) error { return e.WriteMap(1) }, After: twoNulls, RESP3: "%1\r\n_\r\n_\r\n", RESP2: "*2\r\n$-1\r\n$-1\r\n"},
	{Name: "WriteSet", Call: func(e *resp.Encoder) error { return e.WriteSet(1) }, After: (*resp.Encoder).WriteNull, RESP3: "~1\r\n_\r\n", RESP2: "*1\r\n$-1\r\n"},
	{Name: "WritePush", Call: func(e *resp.Encoder) error { return e.WritePush(1) }, After: (*resp.Encoder).WriteNull, RESP3: ">1\r\n_\r\n", RESP2: "*1\r\n$-1\r\n"},
	{Name: "WriteAttribute", Call: func(e *resp.Encoder) error { return e.WriteAttribute(1) }, After: func(e *resp.Encoder) error {
		if err := twoNulls(e); err != nil {
			return err
		}
		return e.WriteInteger(1)
	}, RESP3: "|1\r\n_\r\n_\r\n:1\r\n", RESP2: ":1\r\n"},
	{Name: "WriteStreamedString", Call: (*resp.Encoder).WriteStreamedString, After: (*resp.Encoder).WriteLastChunk, RESP3: "$?\r\n;0\r\n"},
	{Name: "WriteChunk", Before: (*resp.Encoder).WriteStreamedString, Call: func(e *resp.Encoder) error { return e.WriteChunk([]byte("a")) },
		After: (*resp.Encoder).WriteLastChunk, RESP3: "$?\r\n;1\r\na\r\n;0\r\n"},
	{Name: "WriteLastChunk", Before: (*resp.Encoder).WriteStreamedString, Call: (*resp.Encoder).WriteLastChunk, RESP3: "$?\r\n;0\r\n"},
	{Name: "WriteStreamed", Call: func(e *resp.Encoder) error { return e.WriteStreamed(resp.Array) }, After: (*resp.Encoder).WriteEnd, RESP3: "*?\r\n.\r\n"},
	{Name: "WriteEnd", Before: func(e *resp.Encoder) error { return e.WriteStreamed(resp.Array) }, Call: (*resp.Encoder).WriteEnd, RESP3: "*?\r\n.\r\n"},
	{Name: "WriteCommand", Call: func(e *resp.Encoder) error { return e.WriteCommand("PING") }, RESP3: "*1\r\n$4\r\nPING\r\n", RESP2: "*1\r\n$4\r\nPING\r\n"},
	{Name: "WriteArgs", Call: func(e *resp.Encoder) error { return e.WriteArgs([]byte("PING")) }, RESP3: "*1\r\n$4\r\nPING\r\n", RESP2: "*1\r\n$4\r\nPING\r\n"},
	{Name: "WriteArg", Call: func(e *resp.Encoder) error { return e.WriteArg(resp.String("a")) }, RESP3: "$1\r\na\r\n", RESP2: "$1\r\na\r\n"},
	{Name: "WriteRaw", Call: func(e *resp.Encoder) error { return e.WriteRaw([]byte(":1\r\n")) }, RESP3: ":1\r\n", RESP2: ":1\r\n"},
	{Name: "WriteToken", Call: token(":1\r\n"), RESP3: ":1\r\n", RESP2: ":1\r\n"},
	{Name: "WriteToken", Call: token(",1.5\r\n"), RESP3: ",1.5\r\n", RESP2: "$3\r\n1.5\r\n"},
	{Name: "WriteToken", Call: token("_\r\n"), RESP3: "_\r\n", RESP2: "$-1\r\n"},
	{Name: "WriteToken", Call: token("*1\r\n"), After: (*resp.Encoder).WriteNull, RESP3: "*1\r\n_\r\n", RESP2: "*1\r\n$-1\r\n"},
	{Name: "WriteToken", Call: token("*?\r\n"), After: (*resp.Encoder).WriteEnd, RESP3: "*?\r\n.\r\n"},
	{Name: "WriteValue", Call: func(e *resp.Encoder) error { return e.WriteValue(&resp.Value{Kind: resp.Map}) }, RESP3: "%0\r\n", RESP2: "*0\r\n"},
	{Name: "WriteValue", Call: func(e *resp.Encoder) error { return e.WriteValue(nil) }, RESP3: "_\r\n", RESP2: "$-1\r\n"},
}

// WriteNothing are the exported methods of an Encoder that write no value.
var WriteNothing = []string{"Buffered", "Close", "Flush", "Reset", "SetProtocol"}

func twoNulls(e *resp.Encoder) error {
	if err := e.WriteNull(); err != nil {
		return err
	}
	return e.WriteNull()
}

// token writes the token of wire.
func token(wire string) func(*resp.Encoder) error {
	return func(e *resp.Encoder) error {
		t, _, err := resp.ConsumeToken([]byte(wire))
		if err != nil {
			return err
		}
		return e.WriteToken(t)
	}
}
