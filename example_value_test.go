package resp_test

import (
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"

	"github.com/seed65f5866d/resp"
)

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

func ExampleToken_String() {
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

func ExampleToken_AppendText() {
	b := []byte("+OK\r\n:42\r\n,1.5\r\n#t\r\n_\r\n*2\r\n")
	for len(b) > 0 {
		t, n, err := resp.ConsumeToken(b)
		if err != nil {
			fmt.Println(err)
			return
		}
		b = b[n:]
		text, err := t.AppendText(nil)
		fmt.Printf("%s %v\n", text, err)
	}
	// Output:
	// OK <nil>
	// 42 <nil>
	// 1.5 <nil>
	// 1 <nil>
	//  resp: null
	//  resp: got array, want bulk string
}
