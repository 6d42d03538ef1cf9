package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net"
	"os"
	"strings"
	"time"

	"github.com/seed65f5866d/resp"
)

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
