package resptest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

// In a test: every vector is a subtest with its id as the name.
func ExampleRun() {
	test := func(t *testing.T) { resptest.Run(t, parse) }
	_ = test // func TestVectors(t *testing.T) { resptest.Run(t, parse) }
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

// holds checks a property with a seed that makes the example the same every time.
func holds(condition any, gens ...gopter.Gen) {
	result := prop.ForAll(condition, gens...).Check(gopter.DefaultTestParametersWithSeed(1))
	if result.Passed() {
		fmt.Println("holds")
		return
	}
	fmt.Println("fails for", result.Args[0].ArgFormatted)
}

// Every value can be cloned.
func ExampleGenValue() {
	holds(func(v resp.Value) bool { return v.Clone().Equal(v) }, resptest.GenValue(resptest.Shape{}))
	// Output: holds
}

// What fails is reported as small as possible: here a client that takes every
// reply for a string.
func ExampleGenValue_shrinking() {
	holds(func(v resp.Value) bool { return len(v.Elems) < 2 }, resptest.GenValue(resptest.Shape{RESP2: true}))
	// Output: fails for array(2) [integer 0, integer 0]
}

func ExampleShape() {
	small := resptest.Shape{RESP2: true, Depth: 1, Elems: 2, Bytes: 8}
	holds(func(v resp.Value) bool { return len(v.Elems) <= 2 && len(v.Attrs) == 0 }, resptest.GenValue(small))
	// Output: holds
}

// However a value is spelled, it is decoded as that value.
func ExampleGenWire() {
	holds(func(w resptest.Wire) bool {
		var v resp.Value
		err := resp.NewDecoder(bytes.NewReader(w.Bytes)).Decode(&v)
		return err == nil && v.Equal(w.Value)
	}, resptest.GenWire(resptest.Shape{}))
	// Output: holds
}

// A Wire prints as its bytes.
func ExampleWire_String() {
	fmt.Println(resptest.Wire{Value: resp.Value{Kind: resp.Integer, Int: 7}, Bytes: []byte(":007\r\n")})
	// Output: ":007\r\n"
}

// A server reads back the arguments that a client sent, of 16 KiB and around,
// too.
func ExampleGenCommand() {
	holds(func(c resptest.Command) bool {
		args, n, err := resp.ConsumeCommand(resp.AppendArgs(nil, c...), nil)
		return err == nil && n > 0 && bytes.Equal(bytes.Join(args, nil), bytes.Join(c, nil))
	}, resptest.GenCommand(16<<10))
	// Output: holds
}

func ExampleCommand_String() {
	fmt.Println(resptest.Command{[]byte("SET"), []byte("key"), []byte("\x00")})
	// Output: "SET" "key" "\x00"
}

// Broken replies are faults, and never a panic.
func ExampleGenBroken() {
	holds(func(wire resptest.Bytes) bool {
		d := resp.NewDecoder(bytes.NewReader(wire))
		var err error
		for err == nil {
			err = d.SkipValue()
		}
		return err != nil
	}, resptest.GenBroken(resptest.Shape{}))
	// Output: holds
}

// A server answers every fault in a request with a text.
func ExampleGenBrokenCommands() {
	holds(func(wire resptest.Bytes) bool {
		for _, err := range resp.NewDecoder(bytes.NewReader(wire)).Commands() {
			var syntaxError *resp.SyntaxError
			if errors.As(err, &syntaxError) && syntaxError.ReplyText() == "" {
				return false
			}
		}
		return true
	}, resptest.GenBrokenCommands())
	// Output: holds
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
