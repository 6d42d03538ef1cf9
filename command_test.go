package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/quote"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/resptest"
)

// requestsOf reads requests up to the first error, each as its arguments.
func requestsOf(d *resp.Decoder) (requests [][]string, err error) {
	for {
		command, err := d.ReadCommand()
		if err != nil {
			return requests, err
		}
		requests = append(requests, tests.Words(command.Args))
	}
}

func TestRequests(t *testing.T) {
	for _, test := range []struct {
		wire string
		want [][]string
	}{
		{"*1\r\n$4\r\nPING\r\n", [][]string{{"PING"}}},
		{"*2\r\n$0\r\n\r\n$2\r\n\r\n\r\n", [][]string{{"", "\r\n"}}},
		{"*0\r\n", nil},
		{"*-1\r\n", nil},
		{"*-9223372036854775808\r\n", nil},
		{"*0\r\n*-1\r\n\r\n\n  \t\r\n*1\r\n$1\r\na\r\n*0\r\n", [][]string{{"a"}}},
		{"PING\r\n", [][]string{{"PING"}}},
		{"PING\n", [][]string{{"PING"}}},
		{"PING\r\r\n", [][]string{{"PING"}}},
		{"a\rb\r\n", [][]string{{"a", "b"}}},
		{"a\tb  c\r\n", [][]string{{"a", "b", "c"}}},
		{"a\vb\fc \v\fd\r\n", [][]string{{"a\vb\fc", "d"}}},
		{"\v\r\n\f\n", nil},
		{`x"y z"` + "\n", [][]string{{"xy z"}}},
		{`"" ''` + "\r\n", [][]string{{"", ""}}},
		{"\"a\"\rb\n'a'\vb\n", [][]string{{"a", "b"}, {"a", "b"}}},
		{"$5\r\nhello\r\n *1\r\n", [][]string{{"$5"}, {"hello"}, {"*1"}}},
		{"   \r\n*1\r\n$4\r\nPING\r\n", [][]string{{"PING"}}},
		{"a\r\n*1\r\n$1\r\nb\r\nc\n*2\r\n$1\r\nd\r\n$1\r\ne\r\n", [][]string{{"a"}, {"b"}, {"c"}, {"d", "e"}}},
		{"\x80\xff\r\n", [][]string{{"\x80\xff"}}},
	} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":      func(r io.Reader) io.Reader { return r },
			"byte by byte": iotest.OneByteReader,
		} {
			got, err := requestsOf(resp.NewDecoder(wrap(strings.NewReader(test.wire))))
			if diff := cmp.Diff(test.want, got); diff != "" || err != io.EOF {
				t.Errorf("%q, %s: %v (-want +got):\n%s", test.wire, name, err, diff)
			}
		}
		var got [][]string
		for b := []byte(test.wire); len(b) > 0; {
			args, n, err := resp.ConsumeCommand(b, nil)
			if err != nil || n <= 0 {
				t.Errorf("ConsumeCommand of %q: %d and %v", b, n, err)
				break
			}
			if b = b[n:]; len(args) > 0 {
				got = append(got, tests.Words(args))
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("ConsumeCommand of %q (-want +got):\n%s", test.wire, diff)
		}
	}
}

// What a server answers, and what the error says.
func TestFaultsInRequests(t *testing.T) {
	line := strings.Repeat("x", 64<<10)
	for _, test := range []struct{ wire, reply, err string }{
		{"*x\r\n", "invalid multibulk length", `resp: length error at offset 1: expected a digit or CR LF, found "*x"`},
		{"*01\r\n", "invalid multibulk length", `resp: length error at offset 1: expected a length without leading zeros, found "*01"`},
		{"*\r\n", "invalid multibulk length", `resp: length error at offset 1: expected a length, found "*\r"`},
		{"*?\r\n", "invalid multibulk length", `resp: length error at offset 1: expected a length, found "*?"`},
		{"*-\r\n", "invalid multibulk length", `resp: length error at offset 1: expected a count, found "*-"`},
		{"*-0\r\n", "invalid multibulk length", `resp: length error at offset 1: expected a count, found "*-"`},
		{"*1048577\r\n", "invalid multibulk length", "resp: over the limit at offset 1: arguments above 1048576"},
		{"*-9223372036854775809\r\n", "invalid multibulk length", `resp: overflow error at offset 1: expected a 64-bit integer, found "*-9223372036854775809"`},
		{"*1\n", "invalid multibulk length", `resp: syntax error at offset 2: expected CR LF, found "*1\n"`},
		{"*" + line, "too big mbulk count string", `resp: length error at offset 1: expected a digit or CR LF, found "*x"`}, // met before it is too long
		{"*1\r\n$" + line, "too big bulk count string", `resp: length error at offset 5: expected a digit or CR LF, found "$x"`},
		{"*1\r\n\r\n", "expected '$', got ' '", `resp: type error at offset 4: expected the $ of an argument, found "\r"`},
		{"*1\r\n\n", "expected '$', got ' '", `resp: type error at offset 4: expected the $ of an argument, found "\n"`},
		{"*1\r\n:1\r\n", "expected '$', got ':'", `resp: type error at offset 4: expected the $ of an argument, found ":"`},
		{"*1\r\n\xff", "expected '$', got '\xff'", `resp: type error at offset 4: expected the $ of an argument, found "\xff"`},
		{"*2\r\n$1\r\na\r\n+", "expected '$', got '+'", `resp: type error at offset 11: expected the $ of an argument, found "+"`},
		{"*1\r\n$-1\r\n", "invalid bulk length", `resp: length error at offset 5: expected a length that is not negative, found "$-"`},
		{"*1\r\n$x\r\n", "invalid bulk length", `resp: length error at offset 5: expected a digit or CR LF, found "$x"`},
		{"*1\r\n$536870913\r\n", "invalid bulk length", "resp: over the limit at offset 5: bulk length above 536870912"},
		{"*1\rX", "invalid CRLF in request", `resp: syntax error at offset 2: expected CR LF, found "*1\rX"`},
		{"*1\r\n$4\rX", "invalid CRLF in request", `resp: syntax error at offset 6: expected CR LF, found "$4\rX"`},
		{"*1\r\n$4\n", "invalid bulk length", `resp: syntax error at offset 6: expected CR LF, found "$4\n"`},
		{"*1\r\n$4\r\nPINGXX", "invalid CRLF in request", `resp: syntax error at offset 12: expected CR LF behind the payload, found "X"`},
		{"*1\r\n$4\r\nPING\rX", "invalid CRLF in request", `resp: syntax error at offset 13: expected CR LF behind the payload, found "X"`},
		{`SET k "a` + "\r\n", "unbalanced quotes in request", `resp: syntax error at offset 6: expected a quote that is closed, found "SET k \""`},
		{`SET k "a"b` + "\r\n", "unbalanced quotes in request", `resp: syntax error at offset 9: expected white space behind the closing quote, found "SET k \"a\"b"`},
		{"PI\x00NG\r\n", "NUL in inline request", `resp: syntax error at offset 2: expected an inline request without NUL, found "PI\x00"`},
		{"PI\x00", "NUL in inline request", `resp: syntax error at offset 2: expected an inline request without NUL, found "PI\x00"`},
		{`"PI` + "\x00\r\n", "NUL in inline request", `resp: syntax error at offset 3: expected an inline request without NUL, found "\"PI\x00"`},
		{line + "x\r\n", "too big inline request", "resp: over the limit at offset 0: line length above 65536"},
		{line + "\r\n", "too big inline request", "resp: over the limit at offset 0: line length above 65536"},
		{line + "x", "too big inline request", "resp: over the limit at offset 0: line length above 65536"},
	} {
		for _, before := range []string{"", "*1\r\n$4\r\nPING\r\n", "PING\n\r\n"} {
			for name, wrap := range map[string]func(io.Reader) io.Reader{
				"at once":      func(r io.Reader) io.Reader { return r },
				"byte by byte": iotest.OneByteReader,
			} {
				d := resp.NewDecoder(wrap(strings.NewReader(before + test.wire)))
				_, err := requestsOf(d)
				var limit *resp.LimitError
				var syntax *resp.SyntaxError
				reply := ""
				switch {
				case errors.As(err, &limit):
					limit.Offset -= int64(len(before))
					reply = limit.ReplyText()
				case errors.As(err, &syntax):
					syntax.Offset -= int64(len(before))
					reply = syntax.ReplyText()
				}
				if err.Error() != test.err || reply != "Protocol error: "+test.reply {
					t.Errorf("%s behind %q, %s: %v, answered %q, want %s, answered %q", tests.Short(test.wire), before, name, err, reply, test.err, test.reply)
				}
				if d.InputOffset() != int64(len(before)) {
					t.Errorf("%s: stands at offset %d, want %d, where the request starts", tests.Short(test.wire), d.InputOffset(), len(before))
				}
			}
		}
		if _, n, err := resp.ConsumeCommand([]byte(test.wire), nil); n != 0 || err.Error() != test.err {
			t.Errorf("ConsumeCommand of %s: %d and %v, want %s", tests.Short(test.wire), n, err, test.err)
		}
	}
}

func TestHeadersTooLong(t *testing.T) {
	for wire, want := range map[string]string{
		"*1000000\r\n":                             "Protocol error: too big mbulk count string",
		"*1\r\n$1000000\r\n":                       "Protocol error: too big bulk count string",
		"*1\r\n$3\r\nabc\r\n":                      "",
		"PINGPINGPING\r\n":                         "Protocol error: too big inline request",
		tests.Multibulk(strings.Repeat("x", 1000)): "Protocol error: too big bulk count string",
		"*-1000000\r\n":                            "Protocol error: too big mbulk count string",
		"*1\r\n$1\r\nx\r\nPINGPINGPING":            "Protocol error: too big inline request",
	} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":      func(r io.Reader) io.Reader { return r },
			"byte by byte": iotest.OneByteReader,
		} {
			_, err := requestsOf(resp.NewDecoder(wrap(strings.NewReader(wire)), resp.MaxLineLen(5)))
			var limit *resp.LimitError
			got := ""
			if errors.As(err, &limit) {
				got = limit.ReplyText()
			}
			if got != want {
				t.Errorf("%q with MaxLineLen(5), %s: %v, answered %q, want %q", wire, name, err, got, want)
			}
		}
	}
}

func TestLimitsOfRequestsAtTheirEdges(t *testing.T) {
	unauthenticated := resp.UnauthenticatedLimits()
	inline := strings.Repeat("x", 64<<10-1)
	for _, test := range []struct {
		name, wire string
		opt        resp.Option
		ok         bool
	}{
		{"a line of 64 KiB with its CR", inline + "\r\n", nil, true},
		{"a line of 64 KiB without CR", inline + "x\n", nil, true},
		{"a longer line", inline + "x\r\n", nil, false},
		{"10 arguments", tests.Multibulk(strings.Split("abcdefghij", "")...), unauthenticated, true},
		{"11 arguments", tests.Multibulk(strings.Split("abcdefghijk", "")...), unauthenticated, false},
		{"11 arguments inline", "a b c d e f g h i j k\r\n", unauthenticated, true},
		{"an argument of 16 KiB", tests.Multibulk(strings.Repeat("x", 16<<10)), unauthenticated, true},
		{"a longer one", tests.Multibulk(strings.Repeat("x", 16<<10+1)), unauthenticated, false},
		{"a request at the total length", tests.Multibulk("a", "b"), resp.MaxTotalLen(18), true},
		{"a longer request", tests.Multibulk("a", "bc"), resp.MaxTotalLen(18), false},
		{"an inline request at the total length", "abcdef\r\n", resp.MaxTotalLen(8), true},
		{"a longer inline request", "abcdefg\r\n", resp.MaxTotalLen(8), false},
		{"2 arguments of at most 2", tests.Multibulk("a", "b"), resp.MaxArgs(2), true},
		{"3 arguments of at most 2", tests.Multibulk("a", "b", "c"), resp.MaxArgs(2), false},
		{"elements do not limit arguments", tests.Multibulk("a", "b", "c"), resp.MaxElements(1), true},
		{"nor does depth", tests.Multibulk("a"), resp.MaxDepth(0), true},
	} {
		var opts []resp.Option
		if test.opt != nil {
			opts = append(opts, test.opt)
		}
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":      func(r io.Reader) io.Reader { return r },
			"byte by byte": iotest.OneByteReader,
			"with more":    func(r io.Reader) io.Reader { return io.MultiReader(r, strings.NewReader("PING\r\n")) },
		} {
			command, err := resp.NewDecoder(wrap(strings.NewReader(test.wire)), opts...).ReadCommand()
			if ok := err == nil; ok != test.ok || !ok && !errors.As(err, new(*resp.LimitError)) {
				t.Errorf("%s, %s: %v, want it taken: %t", test.name, name, err, test.ok)
			}
			if err == nil && string(command.Raw) != test.wire {
				t.Errorf("%s, %s: Raw is %s", test.name, name, tests.Short(string(command.Raw)))
			}
		}
	}
}

// An argument is no reply: Lenient takes no null for one.
func TestLenientTakesNoNullArguments(t *testing.T) {
	for _, wire := range []string{"*1\r\n$-1\r\n", "*3\r\n$-1\r\n\r\n$9\r\n999999999\r\n$0\r\n\r\n"} {
		for _, d := range deliveries(1) {
			s := d.open([]byte(wire), resp.Lenient())
			_, err := s.ReadCommand()
			for range calls([]byte(wire)) {
				if err == nil || !s.again(err) {
					break
				}
				_, err = s.ReadCommand()
			}
			var syntax *resp.SyntaxError
			if !errors.As(err, &syntax) || syntax.Class != resp.ClassLength || syntax.Offset != 5 {
				t.Errorf("%q, %s: %v, want a SyntaxError at offset 5", wire, d.name, err)
			}
		}
	}
}

func TestLenientRequests(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("a\x00b \x00\r\n*1048577\r\n$1\r\n"), resp.Lenient())
	got, err := requestsOf(d)
	if diff := cmp.Diff([][]string{{"a\x00b", "\x00"}}, got); diff != "" || err != io.ErrUnexpectedEOF {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	d = resp.NewDecoder(strings.NewReader("*2147483648\r\n"), resp.Lenient())
	if _, err := d.ReadCommand(); !errors.As(err, new(*resp.LimitError)) {
		t.Errorf("2147483648 arguments with Lenient: %v, want a LimitError", err)
	}
}

// Requests come with exactly the bytes that they were, empty ones aside.
func TestRawBytesOfRequests(t *testing.T) {
	const wire = "*1\r\n$1\r\na\r\n\r\nb \"c\"\n*0\r\n*2\r\n$1\r\nd\r\n$0\r\n\r\n"
	type request struct {
		Raw    string
		Inline bool
	}
	want := []request{{"*1\r\n$1\r\na\r\n", false}, {"b \"c\"\n", true}, {"*2\r\n$1\r\nd\r\n$0\r\n\r\n", false}}
	var one, batch []request
	for command, err := range resp.NewDecoder(strings.NewReader(wire)).Commands() {
		if err != nil {
			t.Fatal(err)
		}
		one = append(one, request{string(command.Raw), command.Inline})
	}
	commands, err := resp.NewDecoder(strings.NewReader(wire)).ReadCommands(nil)
	for _, command := range commands {
		batch = append(batch, request{string(command.Raw), command.Inline})
	}
	if diff := cmp.Diff(want, one); diff != "" {
		t.Errorf("Commands of %q (-want +got):\n%s", wire, diff)
	}
	if diff := cmp.Diff(want, batch); diff != "" || err != nil {
		t.Errorf("ReadCommands of %q: %v (-want +got):\n%s", wire, err, diff)
	}
}

// Requests of one batch are all valid at once, also those that had to be
// unquoted.
func TestRequestsOfABatchLastTogether(t *testing.T) {
	var wire strings.Builder
	var want [][]string
	for i := range 200 {
		n := strconv.Itoa(i)
		if i%2 == 0 {
			fmt.Fprintf(&wire, "'inline' \"%s\\x41\"\r\n", n)
			want = append(want, []string{"inline", n + "A"})
		} else {
			wire.WriteString(tests.Multibulk("multi", n))
			want = append(want, []string{"multi", n})
		}
	}
	d := resp.NewDecoder(strings.NewReader(wire.String()))
	commands, err := d.ReadCommands(nil)
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, command := range commands {
		got = append(got, tests.Words(command.Args))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAFaultBehindGoodRequestsComesNext(t *testing.T) {
	for _, fault := range []string{"*1\r\nx", "\"a\r\n", "*x\r\n", "a\x00"} {
		d := resp.NewDecoder(strings.NewReader(tests.Multibulk("a") + "b\n" + fault))
		commands, err := d.ReadCommands(nil)
		if len(commands) != 2 || err != nil {
			t.Errorf("ReadCommands before %q: %d and %v, want 2", fault, len(commands), err)
		}
		for range 2 {
			var syntax *resp.SyntaxError
			commands, err = d.ReadCommands(commands[:0])
			if len(commands) != 0 || !errors.As(err, &syntax) {
				t.Errorf("ReadCommands of %q: %d and %v, want a SyntaxError", fault, len(commands), err)
			}
		}
		if d.InputOffset() != int64(len(tests.Multibulk("a")+"b\n")) {
			t.Errorf("stands at offset %d, want where %q starts", d.InputOffset(), fault)
		}
	}
}

func TestRequestsAreNotReadInsideAnAggregate(t *testing.T) {
	const request = "*1\r\n$4\r\nPING\r\n"
	for _, open := range []string{"*2\r\n", "%1\r\n", "*?\r\n", "$?\r\n", "|0\r\n", "|1\r\n", "|1\r\n:1\r\n:2\r\n"} {
		r := newReading(strings.NewReader(open + request + request))
		openTokens(t, r, len(open))
		if command, err := r.ReadCommand(); err == nil || r.InputOffset() != int64(len(open)) {
			t.Errorf("ReadCommand inside %q: %q and %v", open, command.Args, err)
		}
		if commands, err := r.ReadCommands(nil); err == nil || len(commands) > 0 {
			t.Errorf("ReadCommands inside %q: %d and %v", open, len(commands), err)
		}
	}
}

func TestEOFInsideRequests(t *testing.T) {
	for _, wire := range []string{tests.Multibulk("SET", "k", ""), "SET \"k\" v\r\n"} {
		for cut := range len(wire) {
			want := io.ErrUnexpectedEOF
			if cut == 0 {
				want = io.EOF
			}
			d := resp.NewDecoder(strings.NewReader(wire[:cut]))
			if _, err := d.ReadCommand(); err != want {
				t.Errorf("ReadCommand of %q: %v, want %v", wire[:cut], err, want)
			}
			if _, err := d.ReadCommands(nil); err != want {
				t.Errorf("ReadCommands of %q: %v, want %v", wire[:cut], err, want)
			}
			if _, n, err := resp.ConsumeCommand([]byte(wire[:cut]), nil); n != 0 || err != resp.ErrIncomplete {
				t.Errorf("ConsumeCommand of %q: %d and %v, want %v", wire[:cut], n, err, resp.ErrIncomplete)
			}
		}
	}
}

func TestCommandsYieldsAnErrorOnce(t *testing.T) {
	var got []string
	for command, err := range resp.NewDecoder(strings.NewReader("a\r\nb")).Commands() {
		got = append(got, fmt.Sprintf("%q %v", command.Args, err))
	}
	if diff := cmp.Diff([]string{`["a"] <nil>`, "[] unexpected EOF"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// awkwardRequests have something in them that servers stumble over.
var awkwardRequests = []string{
	"*0\r\n", "*-1\r\n", "\r\n", "\n", " \t\r\n", "\r\r\n", "PING\n", "a\rb\r\n", "a \"b c\"\r\n", "'it\\'s' x\r\n", "\"\\x41\\n\\q\\x4\" \"\"\r\n",
	"*1\r\n$4\r\nPING\r\n", "*3\r\n$0\r\n\r\n$2\r\n\r\n\r\n$1\r\nx\r\n", "*2\r\n$100\r\n" + strings.Repeat("x", 100) + "\r\n$1\r\ny\r\n",
}

// ReadCommand and ReadCommands give the same in any order and at any split.
func TestRequestsDoNotDependOnSplitsOrMethods(t *testing.T) {
	for seed := range uint64(1500) {
		rnd := rand.New(rand.NewPCG(seed, seed))
		var wire []byte
		for range 1 + rnd.IntN(5) {
			wire = append(wire, awkwardRequests[rnd.IntN(len(awkwardRequests))]...)
		}
		if rnd.IntN(2) == 0 {
			wire = resptest.Break(seed, wire, []byte(awkwardRequests[rnd.IntN(len(awkwardRequests))]))
		}
		n := rnd.IntN(len(wire) + 8)
		opts := tests.OneOf(rnd, [][]resp.Option{
			nil, {resp.BufferSize(1)}, {resp.Lenient()}, {resp.MaxTotalLen(int64(n))}, {resp.MaxLineLen(int64(n))},
			{resp.MaxBulkLen(int64(n))}, {resp.MaxArgs(n % 3)},
		}...)
		run := func(source io.Reader, batches bool) (got []string) {
			d, rest := resp.NewDecoder(source, opts...), wire
			for {
				var commands []resp.Command
				command, err := resp.Command{}, error(nil)
				if batches && rnd.IntN(2) == 0 {
					commands, err = d.ReadCommands(nil)
				} else if command, err = d.ReadCommand(); err == nil {
					commands = append(commands, command)
				}
				for _, command := range commands {
					got = append(got, fmt.Sprintf("%q %q %t", command.Args, command.Raw, command.Inline))
				}
				switch {
				case source == nil && err == resp.ErrIncomplete && len(rest) > 0:
					d.Feed(rest[:1])
					rest = rest[1:]
				case err == resp.ErrIncomplete, err == io.EOF, err == io.ErrUnexpectedEOF:
					return append(got, "end "+fmt.Sprint(d.InputOffset()))
				case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
					return append(got, fmt.Sprint(err, d.InputOffset()))
				}
			}
		}
		want := run(strings.NewReader(string(wire)), false)
		for name, source := range map[string]io.Reader{
			"at once":             strings.NewReader(string(wire)),
			"timeouts":            resptest.TimeoutReader(strings.NewReader(string(wire))),
			"bytes with timeouts": resptest.DataTimeoutReader(strings.NewReader(string(wire))),
			"random pieces":       resptest.RandomReader(strings.NewReader(string(wire)), seed),
			"fed byte by byte":    nil,
		} {
			if diff := cmp.Diff(want, run(source, true)); diff != "" {
				t.Fatalf("seed %d, %q, %s (-ReadCommand at once +now):\n%s", seed, wire, name, diff)
			}
		}
	}
}

// As with values, were anything parsed again from its start this would take
// very long.
func TestCostOfRequestsIsLinearByteByByte(t *testing.T) {
	args := strings.Split(strings.Repeat("x,", 40000), ",")
	for _, wire := range []string{tests.Multibulk(args...), strings.Repeat("'x' ", 16000) + "\n", strings.Repeat("\r\n", 100000) + "PING\n"} {
		want, err := resp.NewDecoder(strings.NewReader(wire)).ReadCommand()
		if err != nil {
			t.Fatalf("%s: %v", tests.Short(wire), err)
		}
		slowly, err := resp.NewDecoder(iotest.OneByteReader(strings.NewReader(wire))).ReadCommand()
		if len(slowly.Args) != len(want.Args) || err != nil {
			t.Errorf("%s byte by byte: %d arguments and %v, want %d", tests.Short(wire), len(slowly.Args), err, len(want.Args))
		}
		for name, read := range map[string]func(*resp.Decoder) (int, error){
			"ReadCommand": func(d *resp.Decoder) (int, error) {
				command, err := d.ReadCommand()
				return len(command.Args), err
			},
			"ReadCommands": func(d *resp.Decoder) (int, error) {
				commands, err := d.ReadCommands(nil)
				if len(commands) == 0 {
					return 0, err
				}
				return len(commands[0].Args), err
			},
		} {
			d := resp.NewDecoder(nil)
			n, err := 0, error(nil)
			for i := range len(wire) {
				d.Feed([]byte{wire[i]})
				if n, err = read(d); err != resp.ErrIncomplete {
					break
				}
			}
			if n != len(want.Args) || err != nil {
				t.Errorf("%s of %s, fed byte by byte: %d arguments and %v, want %d", name, tests.Short(wire), n, err, len(want.Args))
			}
		}
	}
}

func TestSplitInline(t *testing.T) {
	for _, test := range []struct {
		line string
		want []string
	}{
		{"", []string{}},
		{" \t\n\v\f\r ", []string{}},
		{"a", []string{"a"}},
		{" a  b ", []string{"a", "b"}},
		{"a\nb", []string{"a", "b"}},
		{`"\n\r\t\b\a"`, []string{"\n\r\t\b\a"}},
		{`"\x41\xfF\x00"`, []string{"A\xff\x00"}},
		{`"\x4" "\x" "\xg1" "\x4g"`, []string{"x4", "x", "xg1", "x4g"}},
		{`"\\ \" \q \'"`, []string{`\ " q '`}},
		{`'\' \n "'`, []string{`' \n "`}},
		{`a"b"`, []string{"ab"}},
		{`a"b" 'c'`, []string{"ab", "c"}},
		{`"" ''`, []string{"", ""}},
		{`\n`, []string{`\n`}},
		{"\"a\"\vb", []string{"a", "b"}},
	} {
		words, err := resp.SplitInline(nil, []byte(test.line))
		if diff := cmp.Diff(test.want, tests.Words(words)); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", test.line, err, diff)
		}
	}
}

func TestSplitInlineFaults(t *testing.T) {
	for line, offset := range map[string]int64{
		`"`: 0, `'`: 0, `a "b`: 2, `a 'b\'`: 2, `"a\"`: 0, `"a"b`: 3, `'a''b'`: 3, `x"a"'b'`: 4, "a\x00": 1, "\"\x00": 1, `"\x4`: 0, `"\`: 0,
	} {
		before := [][]byte{[]byte("before")}
		words, err := resp.SplitInline(before, []byte(line))
		var syntax *resp.SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != offset {
			t.Errorf("%q: %v, want a SyntaxError at offset %d", line, err, offset)
		}
		if diff := cmp.Diff([]string{"before"}, tests.Words(words)); diff != "" {
			t.Errorf("%q leaves (-want +got):\n%s", line, diff)
		}
	}
}

// Words and arguments end where they end: an append makes a copy.
func TestArgumentsHaveNoRoomBehindThem(t *testing.T) {
	for _, wire := range []string{tests.Multibulk("a", "b") + strings.Repeat(" ", 50), tests.Multibulk("a", "b"), "a b\n", "'a' \"b\"\n"} {
		consumed, _, err := resp.ConsumeCommand([]byte(wire), nil)
		if err != nil {
			t.Fatalf("%q: %v", wire, err)
		}
		command, err := resp.NewDecoder(strings.NewReader(wire)).ReadCommand()
		if err != nil {
			t.Fatalf("%q: %v", wire, err)
		}
		for _, arg := range append(consumed, command.Args...) {
			if cap(arg) != len(arg) {
				t.Errorf("%q: argument %q has capacity %d", wire, arg, cap(arg))
			}
		}
	}
}

// ConsumeCommand adds to what it is given, and after an error gives that back.
func TestConsumeCommandAppends(t *testing.T) {
	before := [][]byte{[]byte("before")}
	args, n, err := resp.ConsumeCommand([]byte(tests.Multibulk("a", "b")+"c"), before)
	if diff := cmp.Diff([]string{"before", "a", "b"}, tests.Words(args)); diff != "" || err != nil || n != 18 {
		t.Errorf("%d and %v (-want +got):\n%s", n, err, diff)
	}
	for _, wire := range []string{"*2\r\n$1\r\na\r\n", "*2\r\n$1\r\na\r\nx", "a 'b\n", "a b", "*2\r\n$1\r\na\r\n$1\r\nbXX" + strings.Repeat(" ", 50)} {
		args, n, err := resp.ConsumeCommand([]byte(wire), before)
		if diff := cmp.Diff([]string{"before"}, tests.Words(args)); diff != "" || err == nil || n != 0 {
			t.Errorf("%q: %d and %v (-want +got):\n%s", wire, n, err, diff)
		}
	}
}

// A clone has all that the command had and shares nothing with it. The arguments that lie
// in Raw, as behind ReadCommand, do so in the clone, which has no byte twice.
func TestCommandClone(t *testing.T) {
	read := func(wire string) func() resp.Command {
		return func() resp.Command {
			c, err := resp.NewDecoder(strings.NewReader(wire)).ReadCommand()
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
	}
	for _, test := range []struct {
		name  string
		open  func() resp.Command
		inRaw string // which arguments of the clone lie in its Raw
	}{
		{"multibulk", read("*3\r\n$3\r\nSET\r\n$0\r\n\r\n$1\r\nx\r\n"), "[true false true]"}, // nobody can tell of an empty one
		{"inline", read("GET key\r\n"), "[true true]"},
		{"inline, unquoted", read("GET \"\\x41\" key\r\n"), "[true false true]"},
		{"built by hand", func() resp.Command { return resp.Command{Args: [][]byte{[]byte("GET"), nil, {}, []byte("key")}} }, "[false false false false]"},
		{"with another argument", func() resp.Command {
			c := read("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n")()
			c.Args[1] = []byte("other")
			return c
		}, "[true false]"},
		{"zero", func() resp.Command { return resp.Command{} }, "[]"},
	} {
		c, want := test.open(), test.open()
		clone := c.Clone()
		if diff := cmp.Diff(want, clone); diff != "" {
			t.Fatalf("%s: the clone differs (-want +got):\n%s", test.name, diff)
		}
		for _, b := range append(c.Args, c.Raw) {
			for i := range b {
				b[i] = '?'
			}
		}
		for _, arg := range clone.Args {
			_ = append(arg, "more"...)
		}
		_ = append(clone.Raw, "more"...)
		if diff := cmp.Diff(want, clone); diff != "" {
			t.Errorf("%s: the clone has changed with the command, or as something was appended to it (-want +got):\n%s", test.name, diff)
		}
		for i := range clone.Raw {
			clone.Raw[i] = '!'
		}
		inRaw := []bool{}
		for _, arg := range clone.Args {
			inRaw = append(inRaw, len(arg) > 0 && arg[0] == '!')
		}
		if got := fmt.Sprint(inRaw); got != test.inRaw {
			t.Errorf("%s: in Raw lie %s, want %s", test.name, got, test.inRaw)
		}
		if allocs := testing.AllocsPerRun(10, func() { want.Clone() }); allocs > 2 {
			t.Errorf("%s: Clone allocates %v times, want one block of bytes and one of arguments", test.name, allocs)
		}
	}
}

// What String gives is what SplitInline takes apart again.
func TestCommandString(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, ``},
		{[]string{"PING"}, `"PING"`},
		{[]string{"SET", "key", "a \"b\"\r\n\x00\xff\\"}, `"SET" "key" "a \"b\"\r\n\x00\xff\\"`},
		{[]string{"", ""}, `"" ""`},
	} {
		var c resp.Command
		for _, arg := range test.args {
			c.Args = append(c.Args, []byte(arg))
		}
		got := c.String()
		if got != test.want || fmt.Sprint(c) != got {
			t.Errorf("%q is shown as %s, want %s", test.args, got, test.want)
		}
		if words, err := resp.SplitInline(nil, []byte(got)); err != nil || !cmp.Equal(tests.Words(words), append([]string{}, test.args...)) {
			t.Errorf("%s is split into %q, %v", got, words, err)
		}
	}
}

// SplitInline and inline requests are the way back, whatever the bytes are.
func TestSplitInlineTakesQuotesOff(t *testing.T) {
	tests.ForAll(t, func(args resptest.Command) string {
		line := []byte("first")
		for _, arg := range args {
			line = quote.Append(append(line, ' '), arg)
		}
		want := append([]string{"first"}, tests.Words(args)...)
		words, err := resp.SplitInline(nil, line)
		if diff := cmp.Diff(want, tests.Words(words)); diff != "" || err != nil {
			return fmt.Sprintf("%.300q: %v\n%s", line, err, diff)
		}
		command, err := resp.NewDecoder(bytes.NewReader(append(line, '\n')), resp.MaxLineLen(1<<30)).ReadCommand()
		if diff := cmp.Diff(want, tests.Words(command.Args)); diff != "" || err != nil {
			return fmt.Sprintf("%.300q as a request: %v\n%s", line, err, diff)
		}
		return ""
	}, anyCommand)
}
