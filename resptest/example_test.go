package resptest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

// In a test: every vector is a subtest with its id as the name.
func ExampleRun() {
	test := func(t *testing.T) { resptest.Run(t, parse) }
	_ = test // func TestVectors(t *testing.T) { resptest.Run(t, parse) }
}

// A fuzz harness: what is read and written again is read as the same value. Its seeds
// are the vectors.
func Example_fuzz() {
	roundTrip := func(wire []byte) (diff string) {
		var v, again resp.Value
		if err := resp.NewDecoder(bytes.NewReader(wire)).Decode(&v); err != nil {
			return "" // refused, which is right or wrong
		}
		written := resp.AppendValue(nil, &v)
		if err := resp.NewDecoder(bytes.NewReader(written)).Decode(&again); err != nil {
			return fmt.Sprintf("%q is written as %q: %v", wire, written, err)
		}
		return resptest.Diff(v, again)
	}
	fuzz := func(f *testing.F) {
		for _, v := range resptest.Vectors() {
			f.Add(v.Wire)
		}
		f.Fuzz(func(t *testing.T, wire []byte) {
			if diff := roundTrip(wire); diff != "" {
				t.Errorf("%v:\n%s", resptest.Bytes(wire), diff)
			}
		})
	}
	_ = fuzz // func FuzzRoundTrip(f *testing.F) { ... }, for go test -fuzz FuzzRoundTrip

	for _, v := range resptest.Vectors() {
		fmt.Print(roundTrip(v.Wire))
	}
	// Output:
}

// For a parser that reads requests alone.
func ExampleRunKind() {
	test := func(t *testing.T) { resptest.RunKind(t, "command", parse) }
	_ = test // func TestCommandVectors(t *testing.T) { resptest.RunKind(t, "command", parse) }
}

// A Parser makes of bytes what it can. This one knows integers alone, and
// nothing about what is wrong with others, nor where.
func ExampleParser() {
	var parse resptest.Parser = func(kind string, wire []byte, limits resptest.Limits) resptest.Result {
		text, whole := strings.CutSuffix(string(wire), "\r\n")
		n, err := strconv.ParseInt(strings.TrimPrefix(text, ":"), 10, 64)
		switch {
		case !whole:
			return resptest.Result{Incomplete: true}
		case err != nil:
			return resptest.Result{Error: resptest.Unclassified, Offset: -1}
		}
		return resptest.Result{Values: []resptest.Value{{Type: "int", Text: strconv.FormatInt(n, 10)}}}
	}
	for _, v := range resptest.Vectors() {
		switch v.ID {
		case "int-max-int64", "int-over-max", "int-empty", "bool-true":
			fmt.Printf("%q: %v\n", v.Wire, v.Check(parse(v.Kind, v.Wire, v.Limits)))
		}
	}
	// Unordered output:
	// ":9223372036854775807\r\n": <nil>
	// ":9223372036854775808\r\n": <nil>
	// ":\r\n": <nil>
	// "#t\r\n": got 0 values, want 1
}

// What differs, each with the path to it.
func ExampleDiff() {
	want := resptest.MustParse("*2\r\n%2\r\n$4\r\nname\r\n$3\r\nfoo\r\n$4\r\nsize\r\n:1\r\n_\r\n")
	got := resptest.MustParse("*3\r\n%1\r\n$4\r\nsize\r\n$1\r\n1\r\n$-1\r\n+OK\r\n")
	fmt.Print(resptest.Diff(want, got))
	// Output:
	// [0]["name"]: want bulk string(3) "foo", got none
	// [0]["size"]: want integer 1, got bulk string(1) "1"
	// [1]: want null, got null bulk string
	// [2]: want none, got simple string(2) "OK"
}

func ExampleMustParse() {
	fmt.Printf("%+v\n", resptest.MustParse("*2\r\n$3\r\nfoo\r\n:1\r\n"))

	defer func() { fmt.Println(recover()) }()
	resptest.MustParse("*2\r\n$3\r\nfoobar\r\n:1\r\n")
	// Output:
	// array(2) [bulk string(3) "foo", integer 1]
	// resptest: "*2\r\n$3\r\nfoobar\r\n:1\r\n": resp: syntax error at offset 11: expected CR LF behind the payload, found "b"
}

// testOf stands for the *testing.T of a test, which examples do not have.
type testOf struct {
	testing.TB
	failed   bool
	cleanups []func()
}

func (t *testOf) Helper()          {}
func (t *testOf) Failed() bool     { return t.failed }
func (t *testOf) Skipped() bool    { return false }
func (t *testOf) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *testOf) Errorf(format string, args ...any) {
	t.failed = true
	fmt.Printf(format+"\n", args...)
}

func (t *testOf) end() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
}

// A client is tested against a script, and the connection breaks inside a reply.
func ExampleNewServer() {
	t := new(testOf) // the *testing.T of the test
	defer t.end()

	server := resptest.NewServer(t,
		resptest.Step{Request: `SET key "a b"`, Reply: "+OK\r\n"},
		resptest.Step{Request: "GET key", Reply: "$3\r\na", Close: true},
	)
	conn, err := net.Dial("tcp", server.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	e, d := resp.NewEncoder(conn), resp.NewDecoder(conn)
	e.WriteCommand("SET", resp.String("key"), resp.String("a b"))
	e.WriteCommand("GET", resp.String("key"))
	e.Flush()
	fmt.Println(d.ReadString())
	fmt.Println(d.ReadString())
	// Output:
	// OK <nil>
	//  unexpected EOF
}

// A reply may be a Value, and come in pieces and late. The step behind it, which has no
// request, is a push.
func ExampleStep() {
	t := new(testOf) // the *testing.T of the test
	defer t.end()

	tracked := resp.Value{Kind: resp.Map, Elems: []resp.Value{
		{Kind: resp.BulkString, Bytes: []byte("a")},
		{Kind: resp.Integer, Int: 1},
	}}
	server := resptest.NewServer(t,
		resptest.Step{Request: "HGETALL h", Value: tracked, Split: 1, Delay: time.Millisecond},
		resptest.Step{Reply: ">2\r\n+invalidate\r\n*1\r\n+h\r\n"},
	)
	conn := server.Pipe()
	defer conn.Close()
	fmt.Fprint(conn, "*2\r\n$7\r\nhgetall\r\n$1\r\nh\r\n")
	d := resp.NewDecoder(conn)
	for range 2 {
		var v resp.Value
		err := d.Decode(&v)
		fmt.Printf("%+v %v\n", v, err)
	}
	// Output:
	// map(1) {bulk string(1) "a": integer 1} <nil>
	// push(2) [simple string(10) "invalidate", array(1) [simple string(1) "h"]] <nil>
}

// The test fails with both requests when another one comes than the script has.
func ExampleServer() {
	t := new(testOf) // the *testing.T of the test
	defer t.end()

	server := resptest.NewServer(t, resptest.Step{Request: "GET key", Reply: "$-1\r\n"})
	conn := server.Pipe()
	defer conn.Close()
	fmt.Fprint(conn, "*2\r\n$3\r\nGET\r\n$3\r\nKEY\r\n")
	io.ReadAll(conn)
	// Output:
	// resptest.Server: got the request "GET" "KEY", want "GET" "key"
}

// The greeting of a client, which no script needs to know.
func ExampleServer_Handle() {
	t := new(testOf) // the *testing.T of the test
	defer t.end()

	server := resptest.NewServer(t, resptest.Step{Request: "GET key", Reply: "$5\r\nvalue\r\n"})
	server.Handle(func(request resp.Command) (resptest.Step, bool) {
		switch strings.ToUpper(string(request.Args[0])) {
		case "HELLO":
			return resptest.Step{Reply: "%1\r\n+proto\r\n:3\r\n"}, true
		case "CLIENT":
			return resptest.Step{Reply: "+OK\r\n"}, true
		}
		return resptest.Step{}, false
	})
	conn := server.Pipe()
	defer conn.Close()
	fmt.Fprint(conn, "HELLO 3\r\nCLIENT SETNAME me\r\nGET key\r\n")
	d := resp.NewDecoder(conn)
	for range 3 {
		fmt.Printf("%q\n", must(d.ReadRaw()))
	}
	// Output:
	// "%1\r\n+proto\r\n:3\r\n"
	// "+OK\r\n"
	// "$5\r\nvalue\r\n"
}

// For clients that take a network address.
func ExampleServer_Addr() {
	t := new(testOf) // the *testing.T of the test
	defer t.end()

	server := resptest.NewServer(t)
	host, _, err := net.SplitHostPort(server.Addr())
	fmt.Println(host, err)
	// Output: 127.0.0.1 <nil>
}

// For clients that take a connection, or a function that makes one.
func ExampleServer_Pipe() {
	t := new(testOf) // the *testing.T of the test
	defer t.end()

	server := resptest.NewServer(t, resptest.Step{Request: "PING", Reply: "+PONG\r\n", Split: 3})
	conn := server.Pipe()
	defer conn.Close()
	fmt.Fprint(conn, "PING\r\n")
	for range 3 {
		piece := make([]byte, 100)
		n := must(conn.Read(piece))
		fmt.Printf("%q\n", piece[:n])
	}
	// Output:
	// "+PO"
	// "NG\r"
	// "\n"
}

// must returns v of a call that does not fail here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func ExampleVectors() {
	for _, v := range resptest.Vectors() {
		if v.ID == "bulk-trailer-junk" {
			fmt.Printf("%s: %q is a %s error at %d\n", v.Area, v.Wire, v.Want.Error, v.Want.Offset)
		}
	}
	// Output: malformed: "$5\r\nhelloXY+OK\r\n" is a syntax error at 9
}

func ExampleVector_Check() {
	for _, v := range resptest.Vectors() {
		if v.ID != "null-bulk" {
			continue
		}
		fmt.Println(v.Check(resptest.Result{Values: []resptest.Value{{Type: "null", Text: "bulk"}}}))
		fmt.Println(v.Check(resptest.Result{Values: []resptest.Value{{Type: "bulk", Text: ""}}}))
	}
	// Output:
	// <nil>
	// value 0: got bulk, want null
}

// In a fuzz test or with any other source of seeds: however a value is spelled, it
// is decoded as that value.
func ExampleRandomWire() {
	for seed := range uint64(100) {
		w := resptest.RandomWire(seed, resptest.Shape{})
		var v resp.Value
		if err := resp.NewDecoder(bytes.NewReader(w.Bytes)).Decode(&v); err != nil || !v.Equal(w.Value) {
			fmt.Println(w, err, resptest.Diff(w.Value, v))
		}
	}
	fmt.Println(resptest.RandomWire(2, resptest.Shape{RESP2: true, Depth: 1, Bytes: 5}))
	// In a fuzz test: f.Fuzz(func(t *testing.T, seed uint64) { ... })

	// Output:
	// ":-3377610642964\r\n"
}

// Every value can be cloned.
func ExampleRandomValue() {
	for seed := range uint64(100) {
		v := resptest.RandomValue(seed, resptest.Shape{})
		if diff := resptest.Diff(v, v.Clone()); diff != "" {
			fmt.Print(diff)
		}
	}
	fmt.Printf("%+v\n", resptest.RandomValue(19, resptest.Shape{Depth: 1, Bytes: 5}))
	// Output:
	// map(2) {bulk string(1) "\xac": verbatim string(0) txt "", bulk string(1) " ": simple error(8) "MOVED 1 "}
}

func ExampleShape() {
	small := resptest.Shape{RESP2: true, Depth: 1, Elems: 2, Bytes: 8}
	for seed := range uint64(5) {
		fmt.Println(resptest.RandomWire(seed, small))
	}
	// Output:
	// "$6\r\n+32--2\r\n"
	// "*2\r\n:760102831717374652\r\n-MOVED 1 \r\n"
	// ":-3377610642964\r\n"
	// "$6\r\n570$29\r\n"
	// "+\r\n"
}

// What fails is made as small as possible: here a client that takes no array of two.
func ExampleSimplerValues() {
	fails := func(v resp.Value) bool { return len(v.Elems) >= 2 }
	seed := uint64(0)
	for !fails(resptest.RandomValue(seed, resptest.Shape{RESP2: true})) {
		seed++
	}
	v := resptest.RandomValue(seed, resptest.Shape{RESP2: true})
	for i := 0; i >= 0; {
		simpler := resptest.SimplerValues(v)
		if i = slices.IndexFunc(simpler, fails); i >= 0 {
			v = simpler[i]
		}
	}
	fmt.Printf("%+v\n", v)
	// Output: array(2) [integer 0, integer 0]
}

// A stream with its spelling made plain first, and then its value.
func ExampleWire_Simpler() {
	for _, w := range resptest.RandomWire(11, resptest.Shape{Depth: -1, Bytes: 4}).Simpler() {
		fmt.Println(w)
	}
	// Output:
	// ",-0.0625\r\n"
	// ":-00000000000\r\n"
	// ",0\r\n"
}

// A server reads back the arguments that a client sent, of 16 KiB and around, too.
func ExampleRandomCommand() {
	for seed := range uint64(100) {
		c := resptest.RandomCommand(seed, 16<<10)
		args, n, err := resp.ConsumeCommand(resp.AppendArgs(nil, c...), nil)
		if err != nil || n == 0 || !bytes.Equal(bytes.Join(args, nil), bytes.Join(c, nil)) {
			fmt.Println(c, err)
		}
	}
	// Output:
}

func ExampleCommand_Simpler() {
	c := resptest.Command{[]byte("GET"), []byte("k")}
	fmt.Println(c.Simpler())
	// Output:
	// ["GET" "ET" "k" "GT" "k" "GE" "k" "aaa" "k" "GET" "" "GET" "a"]
}

// Broken replies are faults, and never a panic.
func ExampleRandomBroken() {
	for seed := range uint64(100) {
		d := resp.NewDecoder(bytes.NewReader(resptest.RandomBroken(seed, resptest.Shape{})))
		var err error
		for err == nil {
			err = d.SkipValue()
		}
	}
	fmt.Println(resptest.RandomBroken(2, resptest.Shape{Depth: 1, Elems: 2, Bytes: 4}))
	// Output:
	// ">1\r\n!ERR \x9e\r\n(313577458979781757725297753489350140\r\n>1\r\n$2\r\n8+\r\n!"
}

// A server answers every fault in a request with a text.
func ExampleRandomBrokenCommands() {
	for seed := range uint64(100) {
		wire := resptest.RandomBrokenCommands(seed)
		for _, err := range resp.NewDecoder(bytes.NewReader(wire)).Commands() {
			var syntaxError *resp.SyntaxError
			if errors.As(err, &syntaxError) && syntaxError.ReplyText() == "" {
				fmt.Println(wire, err)
			}
		}
	}
	// Output:
}

func ExampleBytes_Simpler() {
	fmt.Println(resptest.Bytes("+OK\r\n").Simpler())
	// Output:
	// ["" "K\r\n" "+O\n" "OK\r\n" "+K\r\n" "+O\r\n" "+OK\n" "+OK\r" "aaaaa"]
}

// A Wire prints as its bytes.
func ExampleWire_String() {
	fmt.Println(resptest.Wire{Value: resp.Value{Kind: resp.Integer, Int: 7}, Bytes: []byte(":007\r\n")})
	// Output: ":007\r\n"
}

func ExampleCommand_String() {
	fmt.Println(resptest.Command{[]byte("SET"), []byte("key"), []byte("\x00")})
	// Output: "SET" "key" "\x00"
}

func ExampleBytes_String() {
	fmt.Println(resptest.Bytes("+OK\r\n"))
	// Output: "+OK\r\n"
}

// Some of the ways in which a frame can be broken.
func ExampleBreak() {
	for seed := range uint64(3) {
		fmt.Printf("%q\n", resptest.Break(seed, []byte("$3\r\nfoo\r\n"), []byte(":1\r\n")))
	}
	// Output:
	// "43\r\nfoo\r\n"
	// "$3\r\nfoo\x1d\n"
	// "$3\r\n&oo\r\n"
}

func ExampleSplitReader() {
	r := resptest.SplitReader(strings.NewReader("+PONG\r\n"), 2, 3)
	p := make([]byte, 100)
	for n, err := r.Read(p); err == nil; n, err = r.Read(p) {
		fmt.Printf("%q\n", p[:n])
	}
	// Output:
	// "+P"
	// "ONG"
	// "\r\n"
}

// The same seed splits in the same way.
func ExampleRandomReader() {
	r := resptest.RandomReader(strings.NewReader("+PONG\r\n"), 1)
	fmt.Println(resp.NewDecoder(r).ReadString())
	// Output: PONG <nil>
}

// A read that meets its deadline loses nothing.
func ExampleTimeoutReader() {
	d := resp.NewDecoder(resptest.TimeoutReader(strings.NewReader(":12\r\n")))
	timeouts := 0
	n, err := d.ReadInt64()
	for ; errors.Is(err, os.ErrDeadlineExceeded); n, err = d.ReadInt64() {
		timeouts++
	}
	fmt.Println(n, err, "after", timeouts, "timeouts")
	// Output: 12 <nil> after 5 timeouts
}

// Data counts although there is an error.
func ExampleDataTimeoutReader() {
	r := resptest.DataTimeoutReader(strings.NewReader("+OK\r\n"))
	n, err := r.Read(make([]byte, 100))
	var netError net.Error
	fmt.Println(n, errors.As(err, &netError) && netError.Timeout())
	// Output: 1 true
}

func ExampleEmptyReader() {
	r := resptest.EmptyReader(strings.NewReader("+OK\r\n"))
	fmt.Println(r.Read(make([]byte, 100)))
	fmt.Println(r.Read(make([]byte, 100)))
	fmt.Println(resp.NewDecoder(resptest.EmptyReader(strings.NewReader("+OK\r\n"))).ReadString())
	// Output:
	// 0 <nil>
	// 1 <nil>
	// OK <nil>
}

func ExampleDelayReader() {
	const delay = time.Millisecond
	r := resptest.DelayReader(iotest.OneByteReader(strings.NewReader("+OK\r\n")), delay)
	start := time.Now()
	text, err := resp.NewDecoder(r).ReadString()
	fmt.Println(text, err, time.Since(start) >= 5*delay)
	// Output: OK <nil> true
}

// A connection that breaks inside a reply.
func ExampleFailingReader() {
	broken := errors.New("connection reset")
	d := resp.NewDecoder(resptest.FailingReader(strings.NewReader("+OK\r\n+OK\r\n"), 7, broken))
	fmt.Println(d.ReadString())
	fmt.Println(d.ReadString())
	// Output:
	// OK <nil>
	//  connection reset
}

func ExampleShortWriter() {
	var b bytes.Buffer
	n, err := resptest.ShortWriter(&b, 3).Write([]byte("+PONG\r\n"))
	fmt.Printf("%d %v %q\n", n, err, b.String())
	// Output: 3 short write "+PO"
}

// An Encoder goes on with exactly the next byte.
func ExampleTimeoutWriter() {
	var b bytes.Buffer
	e := resp.NewEncoder(resptest.TimeoutWriter(&b, 1))
	e.WriteSimpleString("PONG")
	fmt.Println(errors.Is(e.Flush(), os.ErrDeadlineExceeded))
	fmt.Printf("%v %q\n", e.Flush(), b.String())
	// Output:
	// true
	// <nil> "+PONG\r\n"
}

func ExampleDelayWriter() {
	start := time.Now()
	fmt.Fprint(resptest.DelayWriter(io.Discard, time.Millisecond), "+OK\r\n")
	fmt.Println(time.Since(start) >= time.Millisecond)
	// Output: true
}

// A write that is cut at one byte and then continued.
func ExampleFailOnceWriter() {
	var b bytes.Buffer
	e := resp.NewEncoder(resptest.FailOnceWriter(&b, 3, os.ErrDeadlineExceeded))
	e.WriteSimpleString("PONG")
	fmt.Printf("%v %q\n", e.Flush(), b.String())
	fmt.Printf("%v %q\n", e.Flush(), b.String())
	// Output:
	// i/o timeout "+PO"
	// <nil> "+PONG\r\n"
}

func ExampleFailingWriter() {
	w := resptest.FailingWriter(io.Discard, 3, io.ErrClosedPipe)
	fmt.Println(w.Write([]byte("+O")))
	fmt.Println(w.Write([]byte("K\r\n")))
	// Output:
	// 2 <nil>
	// 1 io: read/write on closed pipe
}
