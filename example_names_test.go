package resp_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"math/big"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/seed65f5866d/resp"
)

// An example for each name that stands for itself; example_test.go has whole uses.

// show prints what an Encoder has written, flushed first.
func show(e *resp.Encoder, written *bytes.Buffer) {
	if err := e.Flush(); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%q\n", written)
}

func ExampleAppendSimpleString() {
	fmt.Printf("%q\n", resp.AppendSimpleString(nil, "OK"))
	// Output:
	// "+OK\r\n"
}

func ExampleAppendSimpleError() {
	fmt.Printf("%q\n", resp.AppendSimpleError(nil, "ERR line one\nline two"))
	// Output:
	// "-ERR line one line two\r\n"
}

func ExampleAppendInteger() {
	fmt.Printf("%q\n", resp.AppendInteger(nil, -42))
	// Output:
	// ":-42\r\n"
}

func ExampleAppendBulkString() {
	fmt.Printf("%q\n", resp.AppendBulkString(nil, []byte("hello\r\n")))
	// Output:
	// "$7\r\nhello\r\n\r\n"
}

func ExampleAppendNullBulkString() {
	fmt.Printf("%q\n", resp.AppendNullBulkString(nil))
	// Output:
	// "$-1\r\n"
}

func ExampleAppendNullArray() {
	fmt.Printf("%q\n", resp.AppendNullArray(nil))
	// Output:
	// "*-1\r\n"
}

func ExampleAppendNull() {
	fmt.Printf("%q\n", resp.AppendNull(nil))
	// Output:
	// "_\r\n"
}

func ExampleAppendBoolean() {
	fmt.Printf("%q\n", resp.AppendBoolean(nil, true))
	// Output:
	// "#t\r\n"
}

func ExampleAppendDouble() {
	buf := resp.AppendDouble(nil, 0.1)
	buf = resp.AppendDouble(buf, math.Inf(-1))
	fmt.Printf("%q\n", buf)
	// Output:
	// ",0.1\r\n,-inf\r\n"
}

func ExampleAppendBigNumber() {
	n := new(big.Int).Lsh(big.NewInt(1), 100)
	fmt.Printf("%q\n", resp.AppendBigNumber(nil, n))
	// Output:
	// "(1267650600228229401496703205376\r\n"
}

func ExampleAppendBulkError() {
	fmt.Printf("%q\n", resp.AppendBulkError(nil, "SYNTAX invalid syntax"))
	// Output:
	// "!21\r\nSYNTAX invalid syntax\r\n"
}

func ExampleAppendVerbatimString() {
	fmt.Printf("%q\n", resp.AppendVerbatimString(nil, "txt", "Some string"))
	// Output:
	// "=15\r\ntxt:Some string\r\n"
}

func ExampleAppendArray() {
	buf := resp.AppendArray(nil, 2)
	buf = resp.AppendInteger(buf, 1)
	buf = resp.AppendBulkString(buf, "two")
	fmt.Printf("%q\n", buf)
	// Output:
	// "*2\r\n:1\r\n$3\r\ntwo\r\n"
}

func ExampleAppendMap() {
	buf := resp.AppendMap(nil, 1) // pairs
	buf = resp.AppendSimpleString(buf, "key")
	buf = resp.AppendInteger(buf, 1)
	fmt.Printf("%q\n", buf)
	// Output:
	// "%1\r\n+key\r\n:1\r\n"
}

func ExampleAppendSet() {
	buf := resp.AppendSet(nil, 1)
	buf = resp.AppendSimpleString(buf, "member")
	fmt.Printf("%q\n", buf)
	// Output:
	// "~1\r\n+member\r\n"
}

func ExampleAppendPush() {
	buf := resp.AppendPush(nil, 2)
	buf = resp.AppendBulkString(buf, "invalidate")
	buf = resp.AppendNull(buf)
	fmt.Printf("%q\n", buf)
	// Output:
	// ">2\r\n$10\r\ninvalidate\r\n_\r\n"
}

func ExampleAppendAttribute() {
	buf := resp.AppendAttribute(nil, 1) // pairs, and then the value
	buf = resp.AppendSimpleString(buf, "ttl")
	buf = resp.AppendInteger(buf, 3600)
	buf = resp.AppendSimpleString(buf, "value")
	fmt.Printf("%q\n", buf)
	// Output:
	// "|1\r\n+ttl\r\n:3600\r\n+value\r\n"
}

func ExampleAppendStreamedString() {
	buf := resp.AppendStreamedString(nil)
	buf = resp.AppendChunk(buf, "Hell")
	buf = resp.AppendChunk(buf, "o")
	buf = resp.AppendLastChunk(buf)
	fmt.Printf("%q\n", buf)
	// Output:
	// "$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n"
}

func ExampleAppendChunk() {
	fmt.Printf("%q\n", resp.AppendChunk(nil, []byte("part")))
	// Output:
	// ";4\r\npart\r\n"
}

func ExampleAppendLastChunk() {
	fmt.Printf("%q\n", resp.AppendLastChunk(nil))
	// Output:
	// ";0\r\n"
}

func ExampleAppendStreamed() {
	buf := resp.AppendStreamed(nil, resp.Array)
	buf = resp.AppendInteger(buf, 1)
	buf = resp.AppendEnd(buf)
	fmt.Printf("%q\n", buf)
	// Output:
	// "*?\r\n:1\r\n.\r\n"
}

func ExampleAppendEnd() {
	fmt.Printf("%q\n", resp.AppendEnd(nil))
	// Output:
	// ".\r\n"
}

func ExampleAppendCommand() {
	buf := resp.AppendCommand(nil, "CONFIG SET", resp.String("maxmemory"), resp.Int(0))
	fmt.Printf("%q\n", buf)
	// Output:
	// "*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n"
}

func ExampleAppendArgs() {
	fmt.Printf("%q\n", resp.AppendArgs(nil, "ECHO", "two words"))
	// Output:
	// "*2\r\n$4\r\nECHO\r\n$9\r\ntwo words\r\n"
}

func ExampleAppendArg() {
	buf := resp.AppendArray(nil, 3) // a command whose arguments are told one by one
	for _, arg := range []resp.Arg{resp.String("INCRBYFLOAT"), resp.String("key"), resp.Float(0.5)} {
		buf = resp.AppendArg(buf, arg)
	}
	fmt.Printf("%q\n", buf)
	// Output:
	// "*3\r\n$11\r\nINCRBYFLOAT\r\n$3\r\nkey\r\n$3\r\n0.5\r\n"
}

func ExampleAppendBulkHeader() {
	payload := []byte("a large value that is not to be copied")
	pieces := net.Buffers{resp.AppendBulkHeader(nil, len(payload)), payload, []byte("\r\n")}
	var conn bytes.Buffer // as a rule a net.Conn, which gets all pieces at once
	pieces.WriteTo(&conn)
	fmt.Printf("%q\n", &conn)
	// Output:
	// "$38\r\na large value that is not to be copied\r\n"
}

func ExampleAppendToken() {
	// A filter that lets nothing but numbers pass.
	var out []byte
	for in := []byte("+OK\r\n:1\r\n,1.50\r\n"); len(in) > 0; {
		token, n, err := resp.ConsumeToken(in)
		if err != nil {
			fmt.Println(err)
			return
		}
		if !token.Kind().IsString() {
			out = resp.AppendToken(out, token)
		}
		in = in[n:]
	}
	fmt.Printf("%q\n", out)
	// Output:
	// ":1\r\n,1.50\r\n"
}

func ExampleAppendValue() {
	v := resp.Value{Kind: resp.Map, Elems: []resp.Value{
		{Kind: resp.SimpleString, Bytes: []byte("ok")}, {Kind: resp.Boolean, Int: 1},
	}}
	fmt.Printf("%q\n", resp.AppendValue(nil, &v))
	// Output:
	// "%1\r\n+ok\r\n#t\r\n"
}

func ExampleSplitCommand() {
	fmt.Printf("%q\n", resp.SplitCommand("CONFIG GET"))
	fmt.Printf("%q\n", resp.SplitCommand("  "))
	// Output:
	// ["CONFIG" "GET"]
	// []
}

func ExampleString() {
	fmt.Printf("%q\n", resp.AppendCommand(nil, "ECHO", resp.String("text")))
	// Output:
	// "*2\r\n$4\r\nECHO\r\n$4\r\ntext\r\n"
}

func ExampleBytes() {
	fmt.Printf("%q\n", resp.AppendCommand(nil, "ECHO", resp.Bytes([]byte{0, 255})))
	// Output:
	// "*2\r\n$4\r\nECHO\r\n$2\r\n\x00\xff\r\n"
}

func ExampleInt() {
	fmt.Printf("%q\n", resp.AppendCommand(nil, "ECHO", resp.Int(-1)))
	// Output:
	// "*2\r\n$4\r\nECHO\r\n$2\r\n-1\r\n"
}

func ExampleUint() {
	fmt.Printf("%q\n", resp.AppendCommand(nil, "ECHO", resp.Uint(math.MaxUint64)))
	// Output:
	// "*2\r\n$4\r\nECHO\r\n$20\r\n18446744073709551615\r\n"
}

func ExampleFloat() {
	fmt.Printf("%q\n", resp.AppendCommand(nil, "ECHO", resp.Float(0.1)))
	// Output:
	// "*2\r\n$4\r\nECHO\r\n$3\r\n0.1\r\n"
}

func ExampleFrom() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	r := strings.NewReader("a large value and more")
	e.WriteCommand("SET", resp.String("key"), resp.From(r, int64(len("a large value"))))
	show(e, &written)
	// Output:
	// "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$13\r\na large value\r\n"
}

func ExampleAny() {
	for _, v := range []any{float32(0.1), time.Minute, true, nil} {
		arg, err := resp.Any(v)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%q\n", resp.AppendCommand(nil, "ECHO", arg))
	}
	// Output:
	// "*2\r\n$4\r\nECHO\r\n$3\r\n0.1\r\n"
	// "*2\r\n$4\r\nECHO\r\n$11\r\n60000000000\r\n"
	// "*2\r\n$4\r\nECHO\r\n$1\r\n1\r\n"
	// resp: nil is no command argument
}

func ExampleNewEncoder() {
	var conn bytes.Buffer // as a rule a net.Conn
	e := resp.NewEncoder(&conn)
	e.WriteArray(2)
	e.WriteInteger(1)
	e.WriteBulkString("two")
	if err := e.Close(); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%q\n", &conn)
	// Output:
	// "*2\r\n:1\r\n$3\r\ntwo\r\n"
}

func ExampleEncoder_WriteSimpleString() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteSimpleString("OK")
	e.WriteSimpleString("OK\r\n-ERR forged")
	show(e, &written)
	// Output:
	// "+OK\r\n+OK  -ERR forged\r\n"
}

func ExampleEncoder_WriteSimpleError() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteSimpleError("ERR no such key")
	show(e, &written)
	// Output:
	// "-ERR no such key\r\n"
}

func ExampleEncoder_WriteInteger() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteInteger(42)
	show(e, &written)
	// Output:
	// ":42\r\n"
}

func ExampleEncoder_WriteBulkString() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteBulkString("hello")
	show(e, &written)
	// Output:
	// "$5\r\nhello\r\n"
}

func ExampleEncoder_WriteBulkBytes() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteBulkBytes([]byte{0, 1})
	show(e, &written)
	// Output:
	// "$2\r\n\x00\x01\r\n"
}

func ExampleEncoder_WriteBulkFrom() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	r := strings.NewReader("hello")
	e.WriteBulkFrom(r, 5)
	show(e, &written)
	// Output:
	// "$5\r\nhello\r\n"
}

func ExampleEncoder_WriteNullBulkString() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteNullBulkString()
	show(e, &written)
	// Output:
	// "$-1\r\n"
}

func ExampleEncoder_WriteNullArray() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteNullArray()
	show(e, &written)
	// Output:
	// "*-1\r\n"
}

func ExampleEncoder_WriteNull() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteNull()
	show(e, &written)
	// Output:
	// "_\r\n"
}

func ExampleEncoder_WriteBoolean() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteBoolean(true)
	show(e, &written)
	// Output:
	// "#t\r\n"
}

func ExampleEncoder_WriteDouble() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteDouble(1.5)
	show(e, &written)
	// Output:
	// ",1.5\r\n"
}

func ExampleEncoder_WriteBigNumber() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteBigNumber(new(big.Int).Lsh(big.NewInt(1), 64))
	show(e, &written)
	// Output:
	// "(18446744073709551616\r\n"
}

func ExampleEncoder_WriteBulkError() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteBulkError("ERR line one\nline two")
	show(e, &written)
	// Output:
	// "!21\r\nERR line one\nline two\r\n"
}

func ExampleEncoder_WriteVerbatimString() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteVerbatimString("mkd", "# Title")
	show(e, &written)
	// Output:
	// "=11\r\nmkd:# Title\r\n"
}

func ExampleEncoder_WriteArray() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteArray(1)
	e.WriteNull()
	show(e, &written)
	// Output:
	// "*1\r\n_\r\n"
}

func ExampleEncoder_WriteMap() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteMap(1) // pairs
	e.WriteSimpleString("key")
	e.WriteInteger(1)
	show(e, &written)
	// Output:
	// "%1\r\n+key\r\n:1\r\n"
}

func ExampleEncoder_WriteSet() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteSet(1)
	e.WriteSimpleString("member")
	show(e, &written)
	// Output:
	// "~1\r\n+member\r\n"
}

func ExampleEncoder_WritePush() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WritePush(2)
	e.WriteBulkString("invalidate")
	e.WriteNull()
	show(e, &written)
	// Output:
	// ">2\r\n$10\r\ninvalidate\r\n_\r\n"
}

func ExampleEncoder_WriteAttribute() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteArray(1)
	e.WriteAttribute(1) // pairs; fills no slot of the array
	e.WriteSimpleString("ttl")
	e.WriteInteger(3600)
	e.WriteSimpleString("value")
	show(e, &written)
	// Output:
	// "*1\r\n|1\r\n+ttl\r\n:3600\r\n+value\r\n"
}

func ExampleEncoder_WriteStreamedString() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteStreamedString()
	e.WriteChunk([]byte("Hello"))
	e.WriteLastChunk()
	show(e, &written)
	// Output:
	// "$?\r\n;5\r\nHello\r\n;0\r\n"
}

func ExampleEncoder_WriteChunk() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteStreamedString()
	e.WriteChunk([]byte("Hello"))
	e.WriteChunk(nil) // writes nothing
	e.WriteLastChunk()
	fmt.Println(e.WriteChunk([]byte("world")))
	show(e, &written)
	// Output:
	// resp: chunk: no streamed string is open
	// resp: chunk: no streamed string is open
	// "$?\r\n;5\r\nHello\r\n;0\r\n"
}

func ExampleEncoder_WriteLastChunk() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteStreamedString()
	e.WriteLastChunk()
	show(e, &written)
	// Output:
	// "$?\r\n;0\r\n"
}

func ExampleEncoder_WriteStreamed() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteStreamed(resp.Set)
	e.WriteInteger(1)
	e.WriteEnd()
	show(e, &written)
	// Output:
	// "~?\r\n:1\r\n.\r\n"
}

func ExampleEncoder_WriteEnd() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteStreamed(resp.Map)
	e.WriteInteger(1)
	e.WriteInteger(2)
	e.WriteEnd()
	show(e, &written)
	// Output:
	// "%?\r\n:1\r\n:2\r\n.\r\n"
}

func ExampleEncoder_WriteCommand() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteCommand("CLIENT SETNAME", resp.String("worker"))
	show(e, &written)
	// Output:
	// "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$6\r\nworker\r\n"
}

func ExampleEncoder_WriteArgs() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteArgs([]byte("GET"), []byte("two words"))
	show(e, &written)
	// Output:
	// "*2\r\n$3\r\nGET\r\n$9\r\ntwo words\r\n"
}

func ExampleEncoder_WriteArg() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	keys := []string{"a", "b"}
	e.WriteArray(1 + len(keys))
	e.WriteBulkString("DEL")
	for _, key := range keys {
		e.WriteArg(resp.String(key))
	}
	show(e, &written)
	// Output:
	// "*3\r\n$3\r\nDEL\r\n$1\r\na\r\n$1\r\nb\r\n"
}

// A proxy passes commands on as they came.
func ExampleEncoder_WriteRaw() {
	d := resp.NewDecoder(strings.NewReader("*2\r\n$3\r\nGET\r\n$1\r\nk\r\nPING\r\n"))
	var server bytes.Buffer
	e := resp.NewEncoder(&server)
	for cmd := range d.Commands() {
		e.WriteRaw(cmd.Raw)
	}
	show(e, &server)
	// Output:
	// "*2\r\n$3\r\nGET\r\n$1\r\nk\r\nPING\r\n"
}

// A connection begins with RESP2, until the client says HELLO 3.
func ExampleEncoder_SetProtocol() {
	var conn bytes.Buffer
	e := resp.NewEncoder(&conn, resp.Protocol(2))
	e.WriteNull()
	for _, version := range []int{4, 3} { // HELLO 4, HELLO 3
		if err := e.SetProtocol(version); err != nil {
			e.WriteSimpleError("NOPROTO unsupported protocol version")
			continue
		}
		e.WriteMap(1)
		e.WriteBulkString("proto")
		e.WriteInteger(3)
	}
	show(e, &conn)
	// Output:
	// "$-1\r\n-NOPROTO unsupported protocol version\r\n%1\r\n$5\r\nproto\r\n:3\r\n"
}

func ExampleEncoder_WriteToken() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written, resp.Protocol(2))
	// What came over RESP3 goes out as RESP2.
	d := resp.NewDecoder(strings.NewReader("%1\r\n+pi\r\n,3.14\r\n"))
	for {
		token, err := d.ReadToken()
		if err != nil {
			break
		}
		e.WriteToken(token)
	}
	show(e, &written)
	// Output:
	// "*2\r\n+pi\r\n$4\r\n3.14\r\n"
}

func ExampleEncoder_WriteValue() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteValue(&resp.Value{Kind: resp.Array, Elems: []resp.Value{{Kind: resp.Integer, Int: 1}}})
	show(e, &written)
	// Output:
	// "*1\r\n:1\r\n"
}

func ExampleEncoder_Flush() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteCommand("PING")
	fmt.Println(written.Len(), e.Buffered())
	e.Flush()
	fmt.Println(written.Len(), e.Buffered())
	// Output:
	// 0 14
	// 14 0
}

func ExampleEncoder_Buffered() {
	e := resp.NewEncoder(os.Stdout)
	e.WriteInteger(7)
	fmt.Println(e.Buffered())
	// Output:
	// 4
}

func ExampleEncoder_Close() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	e.WriteArray(2)
	e.WriteInteger(1)
	fmt.Println(e.Close())
	// Output:
	// resp: array: elements missing at Close: 1
}

func ExampleEncoder_Reset() {
	var one, two bytes.Buffer
	e := resp.NewEncoder(&one)
	e.WriteSimpleString("OK")
	show(e, &one)
	e.Reset(&two)
	e.WriteInteger(2)
	show(e, &two)
	// Output:
	// "+OK\r\n"
	// ":2\r\n"
}

func ExampleEncodeError() {
	var conn bytes.Buffer // as a rule a net.Conn
	e := resp.NewEncoder(&conn)
	e.WriteSimpleString("OK")
	e.WriteMap(-1) // its error is not lost
	e.WriteInteger(7)
	err := e.Flush()
	if encodeError := (*resp.EncodeError)(nil); errors.As(err, &encodeError) {
		fmt.Println(encodeError.Kind, "-", encodeError.Reason)
	}
	fmt.Printf("%q\n", &conn)
	// Output:
	// map - negative count
	// "+OK\r\n"
}

func ExampleEncodeError_Error() {
	e := resp.NewEncoder(os.Stdout)
	fmt.Println(e.WriteEnd())
	// Output:
	// resp: end: the innermost open aggregate is not a streamed one
}

func ExampleProtocol() {
	var written bytes.Buffer
	e := resp.NewEncoder(&written, resp.Protocol(2))
	e.WriteMap(1)
	e.WriteBoolean(true)
	e.WriteNull()
	show(e, &written)
	// Output:
	// "*2\r\n:1\r\n$-1\r\n"
}

func ExampleChunker() {
	var c resp.Chunker
	c.AddCommand("SET", resp.String("key"), resp.String(strings.Repeat("x", 10_000)))
	c.AddCommand("GET", resp.String("key"))
	for _, chunk := range c.Chunks() {
		fmt.Printf("%5d bytes: %.30q\n", len(chunk), chunk)
	}
	// Output:
	//    30 bytes: "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$10000\r\n"
	// 10000 bytes: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	//    24 bytes: "\r\n*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"
}

func ExampleChunker_AddCommand() {
	var c resp.Chunker
	c.AddCommand("PING")
	c.AddCommand("PING")
	fmt.Printf("%q\n", c.Chunks())
	fmt.Println(c.AddCommand(" "))
	// Output:
	// ["*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n"]
	// resp: array: command name without a word
}

func ExampleChunker_PackCommand() {
	var c resp.Chunker
	c.PackCommand("PING")
	c.PackCommand("PING")
	fmt.Printf("%q\n", c.Chunks())
	// Output:
	// ["*1\r\n$4\r\nPING\r\n" "*1\r\n$4\r\nPING\r\n"]
}

func ExampleChunker_Chunks() {
	c := resp.Chunker{Cutoff: 8}
	c.PackCommand("SET", resp.String("123456789"))
	fmt.Printf("%q\n", c.Chunks())
	// Output:
	// ["*2\r\n$3\r\nSET\r\n$9\r\n" "123456789" "\r\n"]
}

func ExampleChunker_WriteTo() {
	var c resp.Chunker
	c.AddCommand("PING")
	var conn bytes.Buffer // as a rule a net.Conn
	n, err := c.WriteTo(&conn)
	fmt.Println(n, err, c.Len())
	// Output:
	// 14 <nil> 0
}

func ExampleChunker_Len() {
	var c resp.Chunker
	c.AddCommand("PING")
	fmt.Println(c.Len())
	// Output:
	// 14
}

func ExampleChunker_Reset() {
	var c resp.Chunker
	c.AddCommand("PING")
	c.Reset()
	fmt.Println(c.Len())
	// Output:
	// 0
}

func ExampleConsumeToken() {
	b := []byte("*2\r\n$5\r\nhello\r\n:4")
	for len(b) > 0 {
		t, n, err := resp.ConsumeToken(b)
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%s of length %d: %q\n", t.Kind(), t.Len(), t.Bytes())
		b = b[n:]
	}
	// Output:
	// array of length 2: ""
	// bulk string of length 5: "hello"
	// resp: incomplete: more bytes needed
}

func ExampleConsumeValue() {
	received := []byte("*2\r\n+PONG\r\n%1\r\n+n\r\n:1\r\n+OK\r\n$5\r\nhel")
	for {
		n, err := resp.ConsumeValue(received)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%q\n", received[:n])
		received = received[n:]
	}
	// Output:
	// "*2\r\n+PONG\r\n%1\r\n+n\r\n:1\r\n"
	// "+OK\r\n"
	// resp: incomplete: more bytes needed
}

func ExampleConsumeCommand() {
	b := []byte("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\nSET key \"a b\"\r\n\r\nPI")
	var args [][]byte
	for {
		var n int
		var err error
		args, n, err = resp.ConsumeCommand(b, args[:0])
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%d bytes: %q\n", n, args)
		b = b[n:]
	}
	// Output:
	// 22 bytes: ["GET" "key"]
	// 15 bytes: ["SET" "key" "a b"]
	// 2 bytes: []
	// resp: incomplete: more bytes needed
}

func ExampleSplitInline() {
	words, err := resp.SplitInline(nil, []byte(`SET key "line\nbreak" 'it\'s'`))
	fmt.Printf("%q %v\n", words, err)

	_, err = resp.SplitInline(nil, []byte(`SET key "value`))
	fmt.Println(err)
	// Output:
	// ["SET" "key" "line\nbreak" "it's"] <nil>
	// resp: syntax error at offset 8: expected a quote that is closed, found "SET key \""
}

func ExampleNewDecoder() {
	d := resp.NewDecoder(strings.NewReader("+OK\r\n:42\r\n"), resp.BufferSize(4096), resp.MaxDepth(32))
	status, err := d.ReadString()
	fmt.Println(status, err)
	n, err := d.ReadInt64()
	fmt.Println(n, err)
	_, err = d.ReadInt64()
	fmt.Println(err)
	// Output:
	// OK <nil>
	// 42 <nil>
	// EOF
}

// What a Decoder returns lies in its buffer and is overwritten by what is read
// next. What has to last is copied: a Value with Clone, bytes with bytes.Clone.
func ExampleDecoder_lifetime() {
	d := resp.NewDecoder(strings.NewReader("*1\r\n$3\r\nfoo\r\n$3\r\nbar\r\n$3\r\nbaz\r\n"))

	var v resp.Value
	if err := d.Decode(&v); err != nil {
		fmt.Println(err)
		return
	}
	kept := v.Clone() // v itself is valid until the next call on d

	b, err := d.ReadBytes()
	if err != nil {
		fmt.Println(err)
		return
	}
	bar := bytes.Clone(b) // as b is

	baz, err := d.ReadString() // a string is a copy already
	fmt.Printf("%s %s %s %v\n", kept.Elems[0].Bytes, bar, baz, err)
	// Output: foo bar baz <nil>
}

// An event loop reads from its connections when they are ready. It feeds the
// Decoder of that connection and takes what is complete.
func ExampleDecoder_Feed() {
	arriving := []string{"*1\r\n$4\r\nPI", "NG\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*2\r\n$4\r\nEC", "HO\r\n$2\r\nhi\r\n"}

	d := resp.NewDecoder(nil, resp.ServerLimits())
	var commands []resp.Command
	for _, p := range arriving {
		d.Feed([]byte(p))
		var err error
		commands, err = d.ReadCommands(commands[:0])
		switch {
		case err == resp.ErrIncomplete: // nothing is lost: go on when there is more
			fmt.Println("waiting")
		case err != nil:
			fmt.Println("closing:", err)
			return
		}
		for _, command := range commands {
			fmt.Printf("%q\n", command.Args)
		}
	}
	// Output:
	// waiting
	// ["PING"]
	// ["GET" "k"]
	// ["ECHO" "hi"]
}

func ExampleDecoder_Reset() {
	d := resp.NewDecoder(strings.NewReader("?"))
	_, err := d.ReadToken()
	fmt.Println(err)

	d.Reset(strings.NewReader("+OK\r\n"))
	fmt.Println(d.ReadString())
	// Output:
	// resp: type error at offset 0: expected the first byte of a value, found "?"
	// OK <nil>
}

// An aggregate is left early by skipping what is left of it.
func ExampleDecoder_Depth() {
	d := resp.NewDecoder(strings.NewReader("*3\r\n$5\r\nfirst\r\n*2\r\n:1\r\n:2\r\n:3\r\n+next\r\n"))
	depth := d.Depth()
	if _, err := d.ReadArrayLen(); err != nil {
		fmt.Println(err)
		return
	}
	first, err := d.ReadString()
	fmt.Println(first, err)
	for d.Depth() > depth {
		if err := d.SkipValue(); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(d.ReadString())
	// Output:
	// first <nil>
	// next <nil>
}

func ExampleDecoder_InputOffset() {
	d := resp.NewDecoder(strings.NewReader("+OK\r\n$3\r\nfoo\r\n$3"))
	for {
		start := d.InputOffset()
		err := d.SkipValue()
		fmt.Println(start, d.InputOffset(), err)
		if err != nil {
			break
		}
	}
	// Output:
	// 0 5 <nil>
	// 5 14 <nil>
	// 14 14 unexpected EOF
}

// After a hand-over to another protocol, what the Decoder has read already belongs
// to the next reader.
func ExampleDecoder_Buffered() {
	conn := strings.NewReader("+OK\r\n\x16\x03\x01...")
	d := resp.NewDecoder(conn)
	line, err := d.ReadString()
	fmt.Println(line, err)
	rest, err := io.ReadAll(io.MultiReader(bytes.NewReader(d.Buffered()), conn))
	fmt.Printf("%q %v\n", rest, err)
	// Output:
	// OK <nil>
	// "\x16\x03\x01..." <nil>
}

// A load balancer may put a line before the first request that says whose
// connection it is (the PROXY protocol). It is no RESP.
func ExampleDecoder_Peek() {
	d := resp.NewDecoder(strings.NewReader("PROXY TCP4 192.0.2.7 192.0.2.1 56324 6379\r\n*1\r\n$4\r\nPING\r\n"))
	const longest = 107 // bytes of such a line
	for n := 1; n <= longest; n++ {
		line, err := d.Peek(n)
		if err != nil {
			fmt.Println(err)
			return
		}
		if line[n-1] == '\n' {
			fmt.Printf("%q\n", line)
			if err := d.Discard(n); err != nil {
				fmt.Println(err)
			}
			break
		}
	}
	command, err := d.ReadCommand()
	fmt.Printf("%q %v\n", command.Args, err)
	// Output:
	// "PROXY TCP4 192.0.2.7 192.0.2.1 56324 6379\r\n"
	// ["PING"] <nil>
}

// A newline between values keeps a connection alive.
func ExampleDecoder_Discard() {
	d := resp.NewDecoder(strings.NewReader("\n\n+OK\r\n"))
	for {
		next, err := d.Peek(1)
		if err != nil {
			fmt.Println(err)
			return
		}
		if next[0] != '\n' {
			break
		}
		if err := d.Discard(1); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(d.ReadString())
	// Output: OK <nil>
}

func ExampleDecoder_PeekKind() {
	d := resp.NewDecoder(strings.NewReader("$3\r\nfoo\r\n*2\r\n:1\r\n:2\r\n"))
	for {
		kind, err := d.PeekKind()
		if err != nil {
			fmt.Println(err)
			return
		}
		if kind.IsAggregate() {
			fmt.Println("skipped:", kind, d.SkipValue())
			continue
		}
		fmt.Println(d.ReadString())
	}
	// Output:
	// foo <nil>
	// skipped: array <nil>
	// EOF
}

func ExampleDecoder_ReadToken() {
	d := resp.NewDecoder(strings.NewReader("%1\r\n+k\r\n*?\r\n:1\r\n$?\r\n;2\r\nab\r\n;0\r\n.\r\n"))
	for {
		depth := d.Depth()
		t, err := d.ReadToken()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%*s%s\n", 2*depth, "", t.Kind())
	}
	// Output:
	// map
	//   simple string
	//   array
	//     integer
	//     bulk string
	//       chunk
	//       chunk
	//     end
	// EOF
}

func ExampleDecoder_ReadRaw() {
	d := resp.NewDecoder(strings.NewReader("*2\r\n:01\r\n,1.50\r\n+OK\r\n"))
	raw, err := d.ReadRaw()
	fmt.Printf("%q %v\n", raw, err)
	// Output: "*2\r\n:01\r\n,1.50\r\n" <nil>
}

func ExampleDecoder_Values() {
	d := resp.NewDecoder(strings.NewReader("+OK\r\n*2\r\n:1\r\n$-1\r\n-ERR no\r\n?"))
	for v, err := range d.Values() {
		if err != nil {
			fmt.Println("error:", err)
			break
		}
		fmt.Println(v)
	}
	// Output:
	// OK
	// 1) (integer) 1
	// 2) (nil)
	// (error) ERR no
	// error: resp: type error at offset 27: expected the first byte of a value, found "?"
}

func ExampleDecoder_ReadInt64() {
	d := resp.NewDecoder(strings.NewReader(":1\r\n$2\r\n42\r\n-WRONGTYPE not a number\r\n$-1\r\n*1\r\n:1\r\n:7\r\n"))
	for range 6 {
		n, err := d.ReadInt64()
		var wrongKind *resp.KindError
		switch {
		case errors.Is(err, resp.ReplyPrefix("WRONGTYPE")):
			fmt.Println("the server says:", err)
		case errors.Is(err, resp.ErrNull):
			fmt.Println("nothing there")
		case errors.As(err, &wrongKind):
			fmt.Println("unexpected:", wrongKind.Got)
		default:
			fmt.Println(n, err)
		}
	}
	// Output:
	// 1 <nil>
	// 42 <nil>
	// the server says: WRONGTYPE not a number
	// nothing there
	// unexpected: array
	// 7 <nil>
}

func ExampleDecoder_ReadFloat64() {
	d := resp.NewDecoder(strings.NewReader(",1.5\r\n$4\r\n2.25\r\n:3\r\n,-inf\r\n"))
	for range 4 {
		fmt.Println(d.ReadFloat64())
	}
	// Output:
	// 1.5 <nil>
	// 2.25 <nil>
	// 3 <nil>
	// -Inf <nil>
}

func ExampleDecoder_ReadBool() {
	d := resp.NewDecoder(strings.NewReader("#t\r\n:0\r\n"))
	fmt.Println(d.ReadBool())
	fmt.Println(d.ReadBool())
	// Output:
	// true <nil>
	// false <nil>
}

func ExampleDecoder_ReadBytes() {
	d := resp.NewDecoder(strings.NewReader("$3\r\nfoo\r\n$?\r\n;2\r\nba\r\n;1\r\nr\r\n;0\r\n$0\r\n\r\n$-1\r\n"))
	for range 4 {
		b, err := d.ReadBytes()
		fmt.Printf("%q %v\n", b, err)
	}
	// Output:
	// "foo" <nil>
	// "bar" <nil>
	// "" <nil>
	// "" resp: null
}

// A client reads a value into memory that it has from elsewhere. When that is too
// short, nothing is lost.
func ExampleDecoder_ReadInto() {
	d := resp.NewDecoder(strings.NewReader("$3\r\nfoo\r\n$12\r\nhello, world\r\n"))
	memory := make([]byte, 8)
	n, err := d.ReadInto(memory)
	fmt.Printf("%q %v\n", memory[:n], err)
	n, err = d.ReadInto(memory)
	fmt.Println(n, err)
	if err == io.ErrShortBuffer {
		memory = make([]byte, n)
		n, err = d.ReadInto(memory)
	}
	fmt.Printf("%q %v\n", memory[:n], err)
	// Output:
	// "foo" <nil>
	// 12 short buffer
	// "hello, world" <nil>
}

func ExampleDecoder_ReadString() {
	d := resp.NewDecoder(strings.NewReader("=8\r\ntxt:text\r\n$-1\r\n"))
	s, err := d.ReadString()
	fmt.Printf("%q %v\n", s, err)
	s, err = d.ReadString()
	fmt.Printf("%q %v\n", s, err)
	// Output:
	// "text" <nil>
	// "" resp: null
}

// The end of an array that was announced without a count is an ErrEnd.
func ExampleDecoder_ReadArrayLen() {
	d := resp.NewDecoder(strings.NewReader("*2\r\n:1\r\n:2\r\n*?\r\n:3\r\n:4\r\n.\r\n"))
	for range 2 {
		n, err := d.ReadArrayLen()
		fmt.Println("length:", n, err)
		for i := 0; n < 0 || i < n; i++ {
			element, err := d.ReadInt64()
			if err == resp.ErrEnd {
				break
			}
			fmt.Println(element, err)
		}
	}
	// Output:
	// length: 2 <nil>
	// 1 <nil>
	// 2 <nil>
	// length: -1 <nil>
	// 3 <nil>
	// 4 <nil>
}

// A RESP2 server sends a map as an array of its keys and values.
func ExampleDecoder_ReadMapLen() {
	d := resp.NewDecoder(strings.NewReader("%1\r\n+proto\r\n:3\r\n*2\r\n$5\r\nproto\r\n:2\r\n"))
	for range 2 {
		pairs, err := d.ReadMapLen()
		if err != nil {
			fmt.Println(err)
			return
		}
		for range pairs {
			key, err := d.ReadString()
			if err != nil {
				fmt.Println(err)
				return
			}
			value, err := d.ReadInt64()
			fmt.Println(key, value, err)
		}
	}
	// Output:
	// proto 3 <nil>
	// proto 2 <nil>
}

// What the body does not read is skipped, and so is what is left when it returns:
// the next read finds the next reply.
func ExampleDecoder_Elements() {
	d := resp.NewDecoder(strings.NewReader("*3\r\n$3\r\nfoo\r\n*2\r\n:1\r\n:2\r\n$3\r\nbar\r\n*?\r\n:4\r\n:5\r\n.\r\n"))
	for i, err := range d.Elements() {
		if err != nil {
			fmt.Println(err)
			return
		}
		if i == 1 {
			continue
		}
		s, err := d.ReadString()
		fmt.Println(i, s, err)
	}
	for i, err := range d.Elements() { // a streamed array
		if err != nil {
			fmt.Println(err)
			return
		}
		n, err := d.ReadInt64()
		fmt.Println(i, n, err)
	}
	// Output:
	// 0 foo <nil>
	// 2 bar <nil>
	// 0 4 <nil>
	// 1 5 <nil>
}

// HELLO as a RESP3 server answers it, with the list of its modules.
func ExampleDecoder_Entries() {
	d := resp.NewDecoder(strings.NewReader("%3\r\n+server\r\n+redis\r\n+proto\r\n:3\r\n" +
		"+modules\r\n*1\r\n%2\r\n+name\r\n+bf\r\n+ver\r\n:1\r\n"))
	for _, err := range d.Entries() {
		if err != nil {
			fmt.Println(err)
			return
		}
		key, err := d.ReadString()
		if err != nil {
			fmt.Println(err)
			return
		}
		switch key {
		case "proto":
			version, err := d.ReadInt64()
			fmt.Println(key, version, err)
		case "modules":
			for i, err := range d.Elements() {
				if err != nil {
					fmt.Println(err)
					return
				}
				err = d.SkipValue()
				fmt.Println("module", i, err)
			}
		}
	}
	// Output:
	// proto 3 <nil>
	// module 0 <nil>
}

// The attributes of a reply are not looked at, but its kind is.
func ExampleDecoder_SkipAttributes() {
	d := resp.NewDecoder(strings.NewReader("|1\r\n+ttl\r\n:3600\r\n$3\r\nfoo\r\n"))
	if err := d.SkipAttributes(); err != nil {
		fmt.Println(err)
		return
	}
	kind, err := d.PeekKind()
	fmt.Println(kind, err)
	fmt.Println(d.ReadString())
	// Output:
	// bulk string <nil>
	// foo <nil>
}

func ExampleDecoder_Decode() {
	d := resp.NewDecoder(strings.NewReader("|1\r\n+ttl\r\n:3600\r\n%1\r\n$4\r\nname\r\n*2\r\n$3\r\nfoo\r\n:42\r\n"))
	var v resp.Value // its storage is used again by the next Decode
	if err := d.Decode(&v); err != nil {
		fmt.Println(err)
		return
	}
	for key, value := range v.Attrs[0].Pairs() {
		fmt.Printf("attribute %s: %d\n", key.Bytes, value.Int)
	}
	for key, value := range v.Pairs() {
		fmt.Printf("%s: %s, %d\n", key.Bytes, value.Elems[0].Bytes, value.Elems[1].Int)
	}
	// Output:
	// attribute ttl: 3600
	// name: foo, 42
}

func ExampleDecoder_SkipValue() {
	d := resp.NewDecoder(strings.NewReader("*2\r\n*1\r\n:1\r\n$5\r\nhello\r\n+OK\r\n"))
	fmt.Println(d.SkipValue())
	fmt.Println(d.ReadString())
	// Output:
	// <nil>
	// OK <nil>
}

// A proxy passes a reply on without looking into it, however large it is.
func ExampleDecoder_CopyValue() {
	server := resp.NewDecoder(strings.NewReader("*2\r\n$3\r\nfoo\r\n~1\r\n:1\r\n+OK\r\n"))
	var client bytes.Buffer
	n, err := server.CopyValue(&client)
	fmt.Printf("%d bytes, %v: %q\n", n, err, client.Bytes())
	// Output: 21 bytes, <nil>: "*2\r\n$3\r\nfoo\r\n~1\r\n:1\r\n"
}

func ExampleDecoder_CopyBulk() {
	d := resp.NewDecoder(strings.NewReader("$14\r\nhello, stream\n\r\n$?\r\n;6\r\nchunks\r\n;1\r\n\n\r\n;0\r\n"))
	for range 2 {
		n, err := d.CopyBulk(os.Stdout)
		fmt.Println(n, err)
	}
	// Output:
	// hello, stream
	// 14 <nil>
	// chunks
	// 7 <nil>
}

// A long value inside a reply goes through a hash, a short one is left half read:
// the next read finds the next value all the same.
func ExampleDecoder_BulkReader() {
	d := resp.NewDecoder(strings.NewReader("*2\r\n$14\r\nhello, stream\n\r\n$9\r\nhead,tail\r\n+OK\r\n"))
	d.ReadArrayLen()

	payload, _ := d.BulkReader()
	size := payload.Len()
	hash := sha256.New()
	io.Copy(hash, payload)
	fmt.Printf("%d bytes, sha256 %.4x...\n", size, hash.Sum(nil))

	payload, _ = d.BulkReader()
	head := make([]byte, 4)
	io.ReadFull(payload, head)
	fmt.Printf("%s, and %d bytes dropped\n", head, payload.Len())

	fmt.Println(d.ReadString())
	// Output:
	// 14 bytes, sha256 185d9253...
	// head, and 5 bytes dropped
	// OK <nil>
}

// A proxy sends on what it reads, without holding it.
func ExampleBulkReader_Len() {
	d := resp.NewDecoder(strings.NewReader("$5\r\nhello\r\n"))
	payload, err := d.BulkReader()
	if err != nil {
		log.Fatal(err)
	}
	var server bytes.Buffer
	e := resp.NewEncoder(&server)
	e.WriteCommand("SET", resp.String("copy"), resp.From(payload, payload.Len()))
	e.Flush()
	fmt.Printf("%q\n", server.String())
	// Output: "*3\r\n$3\r\nSET\r\n$4\r\ncopy\r\n$5\r\nhello\r\n"
}

func ExampleDecoder_ReadCommand() {
	requests := "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n" + "PING 'a b'\r\n" + "*1\r\nPING\r\n"
	d := resp.NewDecoder(strings.NewReader(requests), resp.UnauthenticatedLimits())
	for {
		command, err := d.ReadCommand()
		var fault interface{ ReplyText() string } // *SyntaxError and *LimitError
		if errors.As(err, &fault) {
			fmt.Printf("-ERR %s\n", fault.ReplyText())
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%q inline: %t\n", command.Args, command.Inline)
	}
	// Output:
	// ["GET" "key"] inline: false
	// ["PING" "a b"] inline: true
	// -ERR Protocol error: expected '$', got 'P'
}

func ExampleDecoder_ReadCommands() {
	d := resp.NewDecoder(strings.NewReader("*1\r\n$4\r\nPING\r\nGET a\r\nGET b\r\n"))
	commands, err := d.ReadCommands(nil)
	for _, command := range commands {
		fmt.Printf("%q from %q\n", command.Args, command.Raw)
	}
	fmt.Println(err)
	// Output:
	// ["PING"] from "*1\r\n$4\r\nPING\r\n"
	// ["GET" "a"] from "GET a\r\n"
	// ["GET" "b"] from "GET b\r\n"
	// <nil>
}

func ExampleDecoder_Commands() {
	d := resp.NewDecoder(strings.NewReader("*1\r\n$4\r\nPING\r\nECHO hi\r\n"))
	for command, err := range d.Commands() {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%q\n", command.Args)
	}
	// Output:
	// ["PING"]
	// ["ECHO" "hi"]
}

func ExampleOnPush() {
	replies := ">2\r\n+invalidate\r\n*1\r\n$3\r\nkey\r\n" + ":42\r\n"
	d := resp.NewDecoder(strings.NewReader(replies), resp.OnPush(func(v *resp.Value) {
		fmt.Printf("%s %s\n", v.Elems[0].Bytes, v.Elems[1].Elems[0].Bytes)
	}))
	fmt.Println(d.ReadInt64())
	// Output:
	// invalidate key
	// 42 <nil>
}

func ExampleLenient() {
	for _, opts := range [][]resp.Option{nil, {resp.Lenient()}} {
		d := resp.NewDecoder(strings.NewReader(",.5\r\n"), opts...)
		fmt.Println(d.ReadFloat64())
	}
	// Output:
	// 0 resp: syntax error at offset 1: expected a double, found ",."
	// 0.5 <nil>
}

func ExampleServerLimits() {
	d := resp.NewDecoder(strings.NewReader("*2\r\n$3\r\nGET\r\n$1048577\r\n"), resp.ServerLimits(), resp.MaxBulkLen(1<<20))
	_, err := d.ReadCommand()
	fmt.Println(err)
	// Output: resp: over the limit at offset 14: bulk length above 1048576
}

func ExampleNoLimits() {
	line := "+" + strings.Repeat("x", 100_000) + "\r\n"
	for _, opts := range [][]resp.Option{
		{resp.ClientLimits()},
		{resp.NoLimits()},
		{resp.NoLimits(), resp.MaxLineLen(1000)},
	} {
		d := resp.NewDecoder(strings.NewReader(line), opts...)
		b, err := d.ReadBytes()
		fmt.Println(len(b), err)
	}
	// Output:
	// 0 resp: over the limit at offset 0: line length above 65536
	// 100000 <nil>
	// 0 resp: over the limit at offset 0: line length above 1000
}

func ExampleMaxTotalLen() {
	d := resp.NewDecoder(strings.NewReader("*2\r\n:1\r\n:2\r\n"), resp.MaxTotalLen(10))
	err := d.SkipValue()
	var limit *resp.LimitError
	if errors.As(err, &limit) {
		fmt.Println(limit.Limit, limit.Max, limit.Offset)
	}
	// Output: total length 10 8
}

func ExampleDecoder_SetLimits() {
	requests := "AUTH sesame\r\n" + "*11\r\n$3\r\nDEL\r\n" + strings.Repeat("$1\r\nk\r\n", 10)
	d := resp.NewDecoder(strings.NewReader(requests), resp.UnauthenticatedLimits())
	for command, err := range d.Commands() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s with %d arguments\n", command.Args[0], len(command.Args))
		if string(command.Args[0]) == "AUTH" { // and the password is right
			d.SetLimits(resp.ServerLimits())
		}
	}
	// Output:
	// AUTH with 2 arguments
	// DEL with 11 arguments
}

func ExampleOnWait() {
	client, conn := net.Pipe()
	go func() {
		enc := resp.NewEncoder(conn)
		dec := resp.NewDecoder(conn, resp.OnWait(enc.Flush))
		for command, err := range dec.Commands() {
			if err != nil {
				return
			}
			enc.WriteBulkBytes(command.Args[1]) // waits until nothing is left to read
		}
	}()
	go io.WriteString(client, "ECHO a\r\nECHO b\r\nECHO half") // of a request
	replies := make([]byte, len("$1\r\na\r\n$1\r\nb\r\n"))
	io.ReadFull(client, replies)
	fmt.Printf("%q\n", replies)
	// Output: "$1\r\na\r\n$1\r\nb\r\n"
}

func ExampleDecoder_Reset_zero() {
	var d resp.Decoder
	d.Reset(strings.NewReader("+OK\r\n"))
	fmt.Println(d.ReadString())
	// Output: OK <nil>
}

// decode returns the first value of wire.
func decode(wire string) *resp.Value {
	v := new(resp.Value)
	if err := resp.NewDecoder(strings.NewReader(wire)).Decode(v); err != nil {
		panic(err)
	}
	return v
}

func ExampleValue_Int64() {
	for _, wire := range []string{":42\r\n", "$2\r\n42\r\n", "$3\r\nabc\r\n", "_\r\n"} {
		n, err := decode(wire).Int64()
		fmt.Println(n, err)
	}
	// Output:
	// 42 <nil>
	// 42 <nil>
	// 0 strconv.Int64: parsing "abc": invalid syntax
	// 0 resp: null
}

func ExampleValue_Float64() {
	for _, wire := range []string{",1.5\r\n", ",-inf\r\n", "$4\r\n2.50\r\n", "*0\r\n"} {
		f, err := decode(wire).Float64()
		fmt.Println(f, err)
	}
	// Output:
	// 1.5 <nil>
	// -Inf <nil>
	// 2.5 <nil>
	// 0 resp: got array, want double
}

func ExampleValue_Bool() {
	for _, wire := range []string{"#t\r\n", ":0\r\n", ":2\r\n"} {
		b, err := decode(wire).Bool()
		fmt.Println(b, err)
	}
	// Output:
	// true <nil>
	// false <nil>
	// false resp: got integer, want boolean
}

func ExampleValue_BigInt() {
	n, err := decode("(3492890328409238509324850943850943825024385\r\n").BigInt()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n.Add(n, big.NewInt(1)))
	// Output:
	// 3492890328409238509324850943850943825024386
}

func ExampleValue_Err() {
	exec := decode("*2\r\n+OK\r\n-WRONGTYPE Operation against a key\r\n")
	for i, elem := range exec.All() {
		fmt.Println(i, elem.Err())
	}
	// Output:
	// 0 <nil>
	// 1 WRONGTYPE Operation against a key
}

func ExampleValue_All() {
	for i, elem := range decode("*2\r\n$1\r\na\r\n$1\r\nb\r\n").All() {
		fmt.Printf("%d %s\n", i, elem.Bytes)
	}
	// Output:
	// 0 a
	// 1 b
}

func ExampleValue_Pairs() {
	resp2 := decode("*2\r\n$4\r\nport\r\n$4\r\n6379\r\n")
	resp3 := decode("%1\r\n$4\r\nport\r\n$4\r\n6379\r\n")
	for _, config := range []*resp.Value{resp2, resp3} {
		for key, value := range config.Pairs() {
			fmt.Printf("%s is %s\n", key.Bytes, value.Bytes)
		}
	}
	// Output:
	// port is 6379
	// port is 6379
}

func ExampleValue_Equal() {
	want := resp.Value{Kind: resp.Array, Elems: []resp.Value{
		{Kind: resp.BulkString, Bytes: []byte("a")},
		{Kind: resp.Integer, Int: 1},
	}}
	fmt.Println(want.Equal(*decode("*2\r\n$1\r\na\r\n:1\r\n")))
	fmt.Println(want.Equal(*decode("*2\r\n$1\r\na\r\n:2\r\n")))
	// Output:
	// true
	// false
}

// A Value has views that are valid until the next call on the Decoder. What is
// to live on must be cloned.
func ExampleValue_Clone() {
	d := resp.NewDecoder(strings.NewReader("+first\r\n+second\r\n"))
	var v resp.Value
	var kept []resp.Value
	for d.Decode(&v) == nil {
		kept = append(kept, v.Clone())
	}
	fmt.Println(kept)
	// Output:
	// [first second]
}

func ExampleValue_String() {
	fmt.Println(decode("*3\r\n$5\r\na\r\nbc\r\n~2\r\n_\r\n,1.5\r\n%2\r\n+k\r\n:1\r\n+l\r\n#t\r\n"))
	// Output:
	// 1) "a\r\nbc"
	// 2) 1~ (nil)
	//    2~ (double) 1.5
	// 3) 1# k => (integer) 1
	//    2# l => (true)
}

func ExampleValue_Format() {
	v := decode("%1\r\n$1\r\nk\r\n*2\r\n:1\r\n$3\r\nabc\r\n")
	fmt.Printf("%+v\n", v)
	fmt.Printf("%+.1v\n", v)
	fmt.Printf("%q\n", v)
	fmt.Printf("%.4q\n", v)
	// Output:
	// map(1) {bulk string(1) "k": array(2) [integer 1, bulk string(3) "abc"]}
	// map(1) {bulk string(1) "k": array(2) [integer 1, bulk string(3) "a"…]}
	// "%1\r\n$1\r\nk\r\n*2\r\n:1\r\n$3\r\nabc\r\n"
	// "%1\r\n"… (28 bytes)
}

func ExampleToken_Format_redisCLI() {
	d := resp.NewDecoder(strings.NewReader("*3\r\n$3\r\nabc\r\n:1\r\n_\r\n"))
	for {
		t, err := d.ReadToken()
		if err != nil {
			return
		}
		fmt.Println(t)
	}
	// Output:
	// (array) 3
	// "abc"
	// (integer) 1
	// (nil)
}

func ExampleToken_Format() {
	t, _, err := resp.ConsumeToken([]byte("$5\r\nhello\r\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v, %+v, %q\n", t, t, t)
	// Output:
	// "hello", bulk string(5) "hello", "$5\r\nhello\r\n"
}

// A server that met a bad request tells the client why before it closes the
// connection.
func ExampleSyntaxError() {
	d := resp.NewDecoder(strings.NewReader("*1\r\n$-5\r\n"))
	_, err := d.ReadCommand()
	var syntax *resp.SyntaxError
	if errors.As(err, &syntax) {
		fmt.Println(syntax.Class, "at", syntax.Offset)
	}
	// Output:
	// length at 5
}

func ExampleSyntaxError_Error() {
	_, err := resp.NewDecoder(strings.NewReader(":12x\r\n")).ReadToken()
	fmt.Println(err)
	// Output:
	// resp: syntax error at offset 3: expected a digit, found ":12x"
}

func ExampleSyntaxError_ReplyText() {
	_, err := resp.NewDecoder(strings.NewReader("*1\r\n$-5\r\n")).ReadCommand()
	var syntax *resp.SyntaxError
	if errors.As(err, &syntax) {
		os.Stdout.Write(resp.AppendSimpleError(nil, "ERR "+syntax.ReplyText()))
	}
	// Output:
	// -ERR Protocol error: invalid bulk length
}

func ExampleLimitError_Error() {
	d := resp.NewDecoder(strings.NewReader("*1000000000\r\n"), resp.MaxElements(1_000_000))
	_, err := d.ReadToken()
	fmt.Println(err)
	// Output:
	// resp: over the limit at offset 1: elements above 1000000
}

func ExampleLimitError_ReplyText() {
	d := resp.NewDecoder(strings.NewReader("*1001\r\n"), resp.MaxArgs(1000))
	_, err := d.ReadCommand()
	var limit *resp.LimitError
	if errors.As(err, &limit) {
		fmt.Println(limit.ReplyText())
	}
	// Output:
	// Protocol error: invalid multibulk length
}

func ExampleKindError_Error() {
	d := resp.NewDecoder(strings.NewReader("*0\r\n+next\r\n"))
	_, err := d.ReadInt64()
	fmt.Println(err)
	text, err := d.ReadString() // the stream is in step
	fmt.Println(text, err)
	// Output:
	// resp: got array, want integer
	// next <nil>
}

func ExampleReplyError_Error() {
	d := resp.NewDecoder(strings.NewReader("-ERR unknown command 'x'\r\n+next\r\n"))
	_, err := d.ReadString()
	fmt.Println(err)
	text, err := d.ReadString() // the stream is in step
	fmt.Println(text, err)
	// Output:
	// ERR unknown command 'x'
	// next <nil>
}

func ExampleReplyError_Prefix() {
	err := &resp.ReplyError{Message: "NOSCRIPT No matching script."}
	fmt.Println(err.Prefix())
	// Output:
	// NOSCRIPT
}

func ExampleReplyError_Is() {
	var err error = &resp.ReplyError{Message: "WRONGTYPE Operation against a key"}
	err = fmt.Errorf("GET user:1: %w", err)
	fmt.Println(errors.Is(err, resp.ReplyPrefix("WRONGTYPE")))
	fmt.Println(errors.Is(err, resp.ReplyPrefix("NOAUTH")))
	// Output:
	// true
	// false
}

func ExampleReplyError_Moved() {
	var err error = &resp.ReplyError{Message: "MOVED 3999 127.0.0.1:6381"}
	var reply *resp.ReplyError
	if errors.As(err, &reply) {
		slot, addr, ok := reply.Moved()
		fmt.Println(slot, addr, ok)
	}
	// Output:
	// 3999 127.0.0.1:6381 true
}

func ExampleReplyError_Ask() {
	err := &resp.ReplyError{Message: "ASK 3999 127.0.0.1:6381"}
	slot, addr, ok := err.Ask()
	fmt.Println(slot, addr, ok)
	// Output:
	// 3999 127.0.0.1:6381 true
}

func ExampleReplyError_Redirect() {
	err := &resp.ReplyError{Message: "REDIRECT 127.0.0.1:6381"}
	fmt.Println(err.Redirect())
	// Output:
	// 127.0.0.1:6381 true
}

func ExampleInStep() {
	replies := "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n:1\r\n*2\r\n:1\r\n"
	d := resp.NewDecoder(strings.NewReader(replies))
	for range 3 {
		_, err := d.ReadInt64()
		fmt.Printf("%t: %v\n", resp.InStep(err), err)
	}
	// Output:
	// true: WRONGTYPE Operation against a key holding the wrong kind of value
	// true: <nil>
	// false: unexpected EOF
}

func ExampleReplyPrefix_Error() {
	fmt.Println(resp.ReplyPrefix("LOADING").Error())
	// Output:
	// LOADING
}

func ExampleCommand_Clone() {
	d := resp.NewDecoder(strings.NewReader("SET key value\r\nPING\r\n"))
	var queued []resp.Command // as MULTI has it
	for command, err := range d.Commands() {
		if err != nil {
			fmt.Println(err)
			return
		}
		queued = append(queued, command.Clone())
	}
	for _, command := range queued {
		fmt.Println(command)
	}
	// Output:
	// "SET" "key" "value"
	// "PING"
}

func ExampleCommand_String() {
	command, err := resp.NewDecoder(strings.NewReader("*2\r\n$3\r\nGET\r\n$2\r\n\x00\n\r\n")).ReadCommand()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(command)
	// Output:
	// "GET" "\x00\n"
}

func ExampleToken_BigInt() {
	t, _, err := resp.ConsumeToken([]byte("(3492890328409238509324850943850943825024385\r\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := t.BigInt()
	fmt.Println(n, err)
	// Output:
	// 3492890328409238509324850943850943825024385 <nil>
}

// session is one connection of an event loop that hands out what has arrived, as
// gnet and evio do. It keeps the start of a request whose rest is to come.
type session struct {
	tail []byte
	args [][]byte
}

// onTraffic takes what has arrived and returns what to answer.
func (s *session) onTraffic(arrived, out []byte) ([]byte, error) {
	b := arrived
	if len(s.tail) > 0 {
		s.tail = append(s.tail, arrived...)
		b = s.tail
	}
	for {
		args, n, err := resp.ConsumeCommand(b, s.args[:0])
		switch {
		case err == resp.ErrIncomplete: // which no bytes at all are too
			s.tail = append(s.tail[:0], b...)
			return out, nil
		case err != nil:
			return out, err
		}
		s.args = args
		if b = b[n:]; len(args) > 0 { // an empty request has no answer
			out = resp.AppendArgs(out, args...)
		}
	}
}

// An event loop with buffers of its own parses with ConsumeCommand until
// ErrIncomplete and keeps what is left. ConsumeCommand begins a request anew each
// time: where they are large and arrive in many pieces, Feed is better.
func ExampleConsumeCommand_eventLoop() {
	var s session
	for _, arrived := range []string{
		"PING\r\n*2\r\n$3\r\nGET\r\n$1", "\r\n", "k\r\n\r\n*1\r\n$4\r\nQUIT\r\n", "*1\r\n$x\r\n",
	} {
		out, err := s.onTraffic([]byte(arrived), nil)
		fmt.Printf("%q %v\n", out, err)
	}
	// Output:
	// "*1\r\n$4\r\nPING\r\n" <nil>
	// "" <nil>
	// "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nQUIT\r\n" <nil>
	// "" resp: length error at offset 5: expected a digit or CR LF, found "$x"
}

// narrow is a non-blocking socket that takes 10 bytes at a time.
type narrow struct{ bytes.Buffer }

func (w *narrow) Write(p []byte) (int, error) {
	n, _ := w.Buffer.Write(p[:min(len(p), 10)])
	if n < len(p) {
		return n, syscall.EAGAIN
	}
	return n, nil
}

// A socket that does not block may take less than it is given. The Encoder keeps
// the rest, and Flush goes on with the next byte when there is room again.
func ExampleEncoder_Flush_nonBlocking() {
	var w narrow
	e := resp.NewEncoder(&w)
	e.WriteBulkString("twenty-four bytes in all")
	for err := e.Flush(); err != nil; err = e.Flush() {
		fmt.Println(err, e.Buffered())
	}
	fmt.Printf("%q\n", w.String())
	// Output:
	// resource temporarily unavailable 21
	// resource temporarily unavailable 11
	// resource temporarily unavailable 1
	// "$24\r\ntwenty-four bytes in all\r\n"
}
