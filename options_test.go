package resp_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/resptest"
)

// refusal says which limit the start of a reply, or of a request, is over. A wire
// may end inside a value: what a header announces is judged before it arrives.
func refusal(t *testing.T, wire string, request bool, opts ...resp.Option) string {
	t.Helper()
	d := resp.NewDecoder(nil, opts...)
	d.Feed([]byte(wire))
	for {
		var err error
		if request {
			_, err = d.ReadCommand()
		} else {
			_, err = d.ReadToken()
		}
		var limit *resp.LimitError
		switch {
		case err == nil:
		case errors.As(err, &limit):
			return fmt.Sprintf("%s above %d", limit.Limit, limit.Max)
		case err == resp.ErrIncomplete:
			return ""
		default:
			t.Fatalf("%s: %v", tests.Short(wire), err)
		}
	}
}

// limitsAtTheirEdges has for each limit the wire that just passes and the wire that
// does not, for the value n of the limit.
var limitsAtTheirEdges = []struct {
	name     string
	request  bool
	option   func(n int) resp.Option
	passes   func(n int) string
	announce bool // the wire costs the same for any n
}{
	{"depth", false, resp.MaxDepth, func(n int) string { return strings.Repeat("*1\r\n", n) }, false},
	{"arguments", true, resp.MaxArgs, func(n int) string { return fmt.Sprintf("*%d\r\n", n) }, true},
	{"elements", false, func(n int) resp.Option { return resp.MaxElements(int64(n)) }, func(n int) string { return fmt.Sprintf("~%d\r\n", n) }, true},
	{"bulk length", false, func(n int) resp.Option { return resp.MaxBulkLen(int64(n)) }, func(n int) string { return fmt.Sprintf("$%d\r\n", n) }, true},
	{"line length", false, func(n int) resp.Option { return resp.MaxLineLen(int64(n)) }, func(n int) string { return "+" + strings.Repeat("x", max(n-2, 0)) + "\r\n" }, false},
	{"line length", true, func(n int) resp.Option { return resp.MaxLineLen(int64(n)) }, func(n int) string { return strings.Repeat("x", n) + "\n" }, false},
	{"total length", true, func(n int) resp.Option { return resp.MaxTotalLen(int64(n)) }, func(n int) string { return strings.Repeat("x", max(n-1, 0)) + "\n" }, false},
}

// The six options are taken literally, 0 too; a number below 0 counts as 0.
func TestLimitOptionsAreLiteral(t *testing.T) {
	for _, test := range limitsAtTheirEdges {
		for _, n := range []int{-5, 0, 1, 2, 3, 7, 500} {
			most := max(n, 0)
			if test.name == "line length" && !test.request && most < 2 || test.name == "total length" && most < 1 {
				most++ // no line is shorter
			} else if got := refusal(t, test.passes(most), test.request, test.option(n)); got != "" {
				t.Errorf("%s of %d refuses %s: %s", test.name, n, tests.Short(test.passes(most)), got)
			}
			want := fmt.Sprintf("%s above %d", test.name, max(n, 0))
			if got := refusal(t, test.passes(most+1), test.request, test.option(n)); got != want {
				t.Errorf("%s of %d: %s gives %q, want %q", test.name, n, tests.Short(test.passes(most+1)), got, want)
			}
		}
	}
}

// Every limit has its edges, and a row in the table of limits.
func TestEveryLimitIsTriedAtItsEdges(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range methods.Limits {
		tried := false
		for _, test := range limitsAtTheirEdges {
			tried = tried || test.name == limit.Limit
		}
		if !tried {
			t.Errorf("%s is not among limitsAtTheirEdges", limit.Name)
		}
		row := fmt.Sprintf(`(?m)^//\t%s  .*  %s$`, limit.Limit, limit.Name)
		if !regexp.MustCompile(row).Match(doc) {
			t.Errorf("the table of limits in doc.go has no row for the %s of %s", limit.Limit, limit.Name)
		}
	}
}

// Presets set all six limits, whatever came before, and what follows refines them.
func TestPresetsAreRefinedInOrder(t *testing.T) {
	const mib, gib = 1 << 20, 1 << 30
	elements := int64(1<<32 - 1)
	if strconv.IntSize == 32 {
		elements = math.MaxInt/2 - 64
	}
	tiny := methods.AllLimits(1)
	client := map[string]int64{"depth": 1024, "arguments": mib, "elements": elements, "bulk length": 512 * mib, "line length": 64 << 10}
	for _, preset := range []struct {
		name   string
		option resp.Option
		limits map[string]int64 // that differ from those of clients
	}{
		{"ClientLimits", resp.ClientLimits(), nil},
		{"ServerLimits", resp.ServerLimits(), nil},
		{"UnauthenticatedLimits", resp.UnauthenticatedLimits(), map[string]int64{"arguments": 10, "bulk length": 16 << 10}},
	} {
		for _, test := range limitsAtTheirEdges {
			n := client[test.name]
			if special := preset.limits[test.name]; special > 0 {
				n = special
			}
			if test.name == "total length" {
				continue // see below
			}
			opts := append(tiny[:len(tiny):len(tiny)], preset.option)
			if int64(int(n+1)) == n+1 {
				if got := refusal(t, test.passes(int(n)), test.request, opts...); got != "" {
					t.Errorf("%s refuses the %s %d: %s", preset.name, test.name, n, got)
				}
				want := fmt.Sprintf("%s above %d", test.name, n)
				if got := refusal(t, test.passes(int(n+1)), test.request, opts...); got != want {
					t.Errorf("%s with the %s %d gives %q, want %q", preset.name, test.name, n+1, got, want)
				}
			}
			if got, want := refusal(t, test.passes(8), test.request, preset.option, test.option(7)), test.name+" above 7"; got != want {
				t.Errorf("%s refined: %q, want %q", preset.name, got, want)
			}
		}
	}
	for name, test := range map[string]struct {
		option resp.Option
		last   int // argument that fits, with max(most, last) as limit on it
		most   int64
	}{
		"ServerLimits":          {resp.ServerLimits(), gib, gib},
		"UnauthenticatedLimits": {resp.UnauthenticatedLimits(), mib, mib},
	} {
		header := func(n int) string { return fmt.Sprintf("*1\r\n$%d\r\n", n) }
		n := test.last - len(header(test.last)) - len("\r\n")
		opts := []resp.Option{test.option, resp.MaxBulkLen(2 * gib)}
		if int64(n) > math.MaxInt/2-64 {
			t.Logf("%s: a string of its size does not fit an int here", name)
			continue
		}
		if got := refusal(t, header(n), true, opts...); got != "" {
			t.Errorf("%s refuses a request of %d bytes: %s", name, test.most, got)
		}
		if got, want := refusal(t, header(n+1), true, opts...), fmt.Sprintf("total length above %d", test.most); got != want {
			t.Errorf("%s with one byte more: %q, want %q", name, got, want)
		}
	}
}

// Lenient raises what presets say of arguments, and nothing that was asked for,
// wherever it stands.
func TestLenientRaisesArgumentsInAnyOrder(t *testing.T) {
	many, most := fmt.Sprintf("*%d\r\n", 1<<20+1), fmt.Sprintf("*%d\r\n", uint32(1)<<31)
	highest := int64(min(math.MaxInt32, (math.MaxInt/2-64)/32))
	for _, test := range []struct {
		name string
		opts []resp.Option
		wire string
		want string
	}{
		{"alone", []resp.Option{resp.Lenient()}, many, ""},
		{"alone, at its limit", []resp.Option{resp.Lenient()}, most, fmt.Sprintf("arguments above %d", highest)},
		{"not lenient", nil, many, "arguments above 1048576"},
		{"a preset", []resp.Option{resp.Lenient(), resp.ServerLimits()}, many, ""},
		{"a number", []resp.Option{resp.Lenient(), resp.MaxArgs(5)}, "*6\r\n", "arguments above 5"},
		{"the number of presets", []resp.Option{resp.Lenient(), resp.MaxArgs(1 << 20)}, many, "arguments above 1048576"},
		{"before AUTH", []resp.Option{resp.Lenient(), resp.UnauthenticatedLimits()}, "*11\r\n", "arguments above 10"},
		{"no limits", []resp.Option{resp.Lenient(), resp.NoLimits()}, many, ""},
	} {
		reversed := make([]resp.Option, 0, 2)
		for i := range test.opts {
			reversed = append(reversed, test.opts[len(test.opts)-1-i])
		}
		for _, opts := range [][]resp.Option{test.opts, reversed} {
			if got := refusal(t, test.wire, true, opts...); got != test.want {
				t.Errorf("Lenient and %s: %q gives %q, want %q", test.name, test.wire, got, test.want)
			}
		}
	}
}

// With NoLimits, and with limits as large as their types allow, everything that an
// int can count goes through, and nothing overflows.
func TestNoLimits(t *testing.T) {
	literal := methods.AllLimits(math.MaxInt)
	if math.MaxInt < math.MaxInt64 {
		literal = append(literal, resp.MaxElements(math.MaxInt64), resp.MaxBulkLen(math.MaxInt64), resp.MaxLineLen(math.MaxInt64), resp.MaxTotalLen(math.MaxInt64))
	}
	const most, mostArgs = math.MaxInt/2 - 64, (math.MaxInt/2 - 64) / 32
	for name, opts := range map[string][]resp.Option{"NoLimits": {resp.NoLimits()}, "the six": literal, "the six in bytes held": append(literal, resp.MaxTotalLen(math.MaxInt64-1))} {
		for _, test := range []struct {
			request    bool
			wire, want string
		}{
			{false, strings.Repeat("*1\r\n", 100_000), ""},
			{false, "+" + strings.Repeat("x", 1<<20) + "\r\n", ""},
			{true, strings.Repeat("x ", 1<<19) + "\r\n", ""},
			{false, fmt.Sprintf("~%d\r\n", most), ""},
			{false, fmt.Sprintf("%%%d\r\n", most), ""},
			{false, fmt.Sprintf("$%d\r\n", most-100), ""},
			{false, fmt.Sprintf("$?\r\n;1\r\na\r\n;%d\r\n", most-100), ""},
			{false, fmt.Sprintf("$?\r\n;1\r\na\r\n;%d\r\n", most), fmt.Sprintf("bulk length above %d", most)},
			{true, fmt.Sprintf("*%d\r\n", mostArgs), ""},
			{true, fmt.Sprintf("*1\r\n$%d\r\n", most-100), ""},
			{false, "~9223372036854775807\r\n", fmt.Sprintf("elements above %d", most)},
			{false, "$9223372036854775807\r\n", fmt.Sprintf("bulk length above %d", most)},
			{true, "*9223372036854775807\r\n", fmt.Sprintf("arguments above %d", mostArgs)},
		} {
			if got := refusal(t, test.wire, test.request, opts...); got != test.want {
				t.Errorf("%s: %s gives %q, want %q", name, tests.Short(test.wire), got, test.want)
			}
		}
	}
}

// A limit that happens to be the one before AUTH does not make Redis' words of it.
func TestUnauthenticatedWords(t *testing.T) {
	for _, test := range []struct {
		opts       []resp.Option
		wire, want string
	}{
		{[]resp.Option{resp.UnauthenticatedLimits()}, "*11\r\n", "unauthenticated multibulk length"},
		{[]resp.Option{resp.UnauthenticatedLimits()}, "*2147483648\r\n", "invalid multibulk length"},
		{[]resp.Option{resp.UnauthenticatedLimits()}, "*1\r\n$16385\r\n", "unauthenticated bulk length"},
		{[]resp.Option{resp.UnauthenticatedLimits()}, "*1\r\n$536870913\r\n", "invalid bulk length"},
		{[]resp.Option{resp.UnauthenticatedLimits(), resp.MaxArgs(3)}, "*4\r\n", "unauthenticated multibulk length"},
		{[]resp.Option{resp.UnauthenticatedLimits(), resp.ServerLimits(), resp.MaxArgs(10), resp.MaxBulkLen(16 << 10)}, "*11\r\n", "invalid multibulk length"},
		{[]resp.Option{resp.MaxArgs(10), resp.MaxBulkLen(16 << 10)}, "*1\r\n$16385\r\n", "invalid bulk length"},
	} {
		d := resp.NewDecoder(nil, test.opts...)
		d.Feed([]byte(test.wire))
		_, err := d.ReadCommand()
		if got := string(tests.ReplyTo(err)); got != "-ERR Protocol error: "+test.want+"\r\n" {
			t.Errorf("%q: %v, answered %q, want %q", test.wire, err, got, test.want)
		}
	}
}

// After AUTH a connection goes on with other limits, whatever of the next request
// has arrived by then, buffered or looked at.
func TestSetLimitsAfterAuth(t *testing.T) {
	auth := tests.Multibulk("AUTH", "sesame")
	big := tests.Multibulk(append([]string{"SET", "k", strings.Repeat("x", 20_000)}, strings.Split("abcdefghij", "")...)...)
	for cut := 0; cut <= len(big); cut += 1 + cut/50 {
		d := resp.NewDecoder(nil, resp.UnauthenticatedLimits())
		d.Feed([]byte(auth + big[:cut]))
		command, err := d.ReadCommand()
		if err != nil {
			t.Fatal(err)
		}
		d.SetLimits(resp.ServerLimits())
		if got := string(command.Args[0]); got != "AUTH" {
			t.Fatalf("a view does not outlive SetLimits: %q", got)
		}
		if cut < len(big) {
			if command, err := d.ReadCommand(); err != resp.ErrIncomplete {
				t.Fatalf("%d of %d bytes: %q, %v", cut, len(big), command.Args, err)
			}
			d.Feed([]byte(big[cut:]))
		}
		if command, err := d.ReadCommand(); err != nil || string(command.Raw) != big {
			t.Fatalf("%d of %d bytes with AUTH: %v, %s", cut, len(big), err, tests.Short(string(command.Raw)))
		}
		d.SetLimits(resp.MaxArgs(12)) // refines
		d.Feed([]byte(big))
		if _, err := d.ReadCommand(); err == nil || !strings.Contains(err.Error(), "arguments above 12") {
			t.Fatalf("13 arguments with MaxArgs(12): %v", err)
		}
	}
}

// The next value is judged by the new limits alone, as by a Decoder that has had
// them from its start, also where part of it had been looked at with others.
func TestSetLimitsBetweenValues(t *testing.T) {
	wires := []string{
		"*3\r\n$5\r\nhello\r\n*1\r\n:12345\r\n+some text\r\n", "|1\r\n+a\r\n*1\r\n:1\r\n$?\r\n;4\r\nabcd\r\n;3\r\nefg\r\n;0\r\n",
		"%2\r\n+k\r\n#t\r\n=8\r\ntxt:text\r\n,1.5\r\n", "+a line that is longer than others\r\n", "$30\r\n" + strings.Repeat("x", 30) + "\r\n",
		"*?\r\n*?\r\n.\r\n.\r\n",
	}
	commands := []string{tests.Multibulk("SET", "key", "some value"), "SET key 'a b'\r\n", "PING\n"}
	check := func(method, wire string, before, after resp.Option, call func(*reading) (result, error)) {
		t.Helper()
		fresh := newReading(strings.NewReader(wire), after)
		want, _ := call(fresh)
		for cut := range len(wire) {
			r := newReading(nil, resp.NoLimits(), before)
			r.Feed([]byte(wire[:cut]))
			if method != "SkipValue" && method != "CopyValue" { // which begin the value
				call(r)
			}
			r.SetLimits(resp.ClientLimits(), after)
			r.Feed([]byte(wire[cut:]))
			if got, _ := call(r); got != want {
				t.Fatalf("%s of %q with new limits behind byte %d:\n%+v, want\n%+v", method, wire, cut, got, want)
			}
		}
	}
	unlimited := resp.MaxTotalLen(math.MaxInt64)
	for _, limit := range methods.Limits {
		for n := range 45 {
			for _, before := range []resp.Option{unlimited, resp.MaxTotalLen(1000)} {
				for _, wire := range wires {
					for _, method := range wholeMethods {
						check(method, wire, before, limit.Set(int64(n)), func(r *reading) (result, error) { return r.call(method) })
					}
				}
				for _, wire := range commands {
					check("ReadCommand", wire, before, limit.Set(int64(n)), func(r *reading) (result, error) {
						command, err := r.ReadCommand()
						return result{Text: fmt.Sprintf("%q", command.Args), Err: fmt.Sprint(err), Offset: r.InputOffset()}, err
					})
				}
			}
		}
	}
}

// Inside a value SetLimits holds for what is left, and never makes a Decoder panic
// or go on without end.
func TestSetLimitsInsideValues(t *testing.T) {
	const wire = "*4\r\n$5\r\nhello\r\n*?\r\n|1\r\n+a\r\n%1\r\n+k\r\n$20\r\nxxxxxxxxxxxxxxxxxxxx\r\n:1\r\n.\r\n$?\r\n;4\r\nabcd\r\n;3\r\nefg\r\n;0\r\n+text\r\n:2\r\n"
	rnd := rand.New(rand.NewPCG(9, 9))
	for range 20_000 {
		r := newReading(nil)
		var called []string
		fed := 0
		for fed < len(wire) && len(called) < 200 {
			n := min(1+rnd.IntN(12), len(wire)-fed)
			r.Feed([]byte(wire[fed : fed+n]))
			fed += n
			for range 1 + rnd.IntN(3) {
				method := namedMethods[rnd.IntN(len(namedMethods))]
				called = append(called, method)
				if _, err := r.call(method); isFault(err) {
					fed = len(wire)
				}
				if rnd.IntN(4) == 0 {
					n := rnd.IntN(60)
					called = append(called, fmt.Sprintf("SetLimits(%d)", n))
					r.SetLimits(tests.OneOf(rnd, append(methods.AllLimits(int64(n)), resp.NoLimits())...))
				}
			}
		}
	}

	d := resp.NewDecoder(strings.NewReader("*2\r\n:1\r\n$50\r\n" + strings.Repeat("x", 50) + "\r\n"))
	d.ReadArrayLen()
	d.ReadInt64()
	d.SetLimits(resp.MaxTotalLen(57)) // the string takes 57
	if err := d.SkipValue(); err != nil {
		t.Errorf("inside a value MaxTotalLen counts from where it was set: %v", err)
	}
}

// SetLimits takes no other options, and lifts no error.
func TestSetLimitsSetsLimitsAlone(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader(">1\r\n:1\r\n,.5\r\n"))
	d.SetLimits(resp.OnPush(func(*resp.Value) { t.Error("OnPush was set") }), resp.Lenient(), resp.BufferSize(64), resp.MaxDepth(10))
	if _, err := d.ReadInt64(); !errors.As(err, new(*resp.KindError)) {
		t.Errorf("a push: %v, want a KindError", err)
	}
	_, err := d.ReadFloat64()
	if !errors.As(err, new(*resp.SyntaxError)) {
		t.Errorf(".5 after SetLimits(Lenient()): %v, want a SyntaxError", err)
	}
	d.SetLimits(resp.NoLimits())
	if _, again := d.ReadFloat64(); again != err {
		t.Errorf("after %v SetLimits makes it %v", err, again)
	}

	lenient := resp.NewDecoder(strings.NewReader("*1048577\r\n"), resp.Lenient(), resp.MaxArgs(1))
	lenient.SetLimits(resp.ServerLimits())
	if _, err := lenient.ReadCommand(); isFault(err) {
		t.Errorf("a lenient Decoder with the limits of servers: %v", err)
	}
}

// A Decoder that is Reset for another connection has the limits it was made with.
func TestResetBringsLimitsBack(t *testing.T) {
	d := resp.NewDecoder(nil, resp.UnauthenticatedLimits(), resp.MaxDepth(5))
	d.SetLimits(resp.NoLimits())
	d.Reset(strings.NewReader("*11\r\n"))
	if _, err := d.ReadCommand(); err == nil || !strings.Contains(err.Error(), "arguments above 10") {
		t.Errorf("11 arguments before AUTH: %v", err)
	}
	d.SetLimits(resp.MaxElements(1))
	d.Reset(strings.NewReader(strings.Repeat("*2\r\n", 6)))
	err := d.SkipValue()
	if err == nil || !strings.Contains(err.Error(), "depth above 5") {
		t.Errorf("6 arrays: %v", err)
	}
}

// countedReads counts the reads that reach a reader.
type countedReads struct {
	io.Reader
	n int
}

func (r *countedReads) Read(p []byte) (int, error) {
	r.n++
	return r.Reader.Read(p)
}

// OnWait is called once for each read of the reader, and before it.
func TestOnWaitComesBeforeEachRead(t *testing.T) {
	wire := "+OK\r\n" + tests.NestedWire + tests.Bulk(100) + tests.Bulk(20_000) + "$?\r\n;4\r\nabcd\r\n;0\r\n" + tests.NestedWire
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"at once":                 func(r io.Reader) io.Reader { return r },
		"byte by byte":            iotest.OneByteReader,
		"in halves":               iotest.HalfReader,
		"with its EOF":            iotest.DataErrReader,
		"with nothing in between": resptest.EmptyReader,
		"with timeouts":           resptest.TimeoutReader,
		"with data and timeouts":  resptest.DataTimeoutReader,
	} {
		for _, read := range methods.Reads {
			if read.Sort == methods.Between {
				continue // these take no value off the input
			}
			reads := &countedReads{Reader: wrap(strings.NewReader(wire))}
			waits := 0
			d := resp.NewDecoder(reads, resp.OnWait(func() error {
				if waits++; waits != reads.n+1 {
					t.Errorf("%s, %s: wait %d comes behind %d reads", read.Name, name, waits, reads.n)
				}
				return nil
			}))
			for d.InputOffset() < int64(len(wire)) {
				if err := read.Call(d, io.Discard); isFault(err) || err == io.EOF || err == io.ErrUnexpectedEOF {
					break
				}
				if read.Name == "PeekKind" {
					d.ReadToken()
				}
			}
			if waits != reads.n {
				t.Errorf("%s, %s: %d waits and %d reads", read.Name, name, waits, reads.n)
			}
		}
	}
}

// An error of OnWait is returned as it is, costs nothing, and is gone with the next
// call.
func TestErrorsOfOnWait(t *testing.T) {
	failed := fmt.Errorf("cannot flush: %w", os.ErrDeadlineExceeded)
	for _, value := range awkwardWires {
		for _, method := range namedMethods {
			r := newReading(iotest.OneByteReader(strings.NewReader(value)))
			want, _ := r.call(method)
			for often := 2; often < 4; often++ {
				calls := 0
				r := newReading(iotest.OneByteReader(strings.NewReader(value)), resp.OnWait(func() error {
					if calls++; calls%often == 0 {
						return failed
					}
					return nil
				}))
				got, err := r.call(method)
				for err == failed {
					got, err = r.call(method)
				}
				if got != want {
					t.Errorf("%s of %q, with every %dth OnWait failing: %+v, want %+v", method, value, often, got, want)
				}
			}
		}
	}
}

// A Decoder that is fed does not wait, and one that is Reset does again.
func TestOnWaitWithoutAReader(t *testing.T) {
	waits := 0
	d := resp.NewDecoder(nil, resp.OnWait(func() error { waits++; return nil }))
	d.Feed([]byte("+O"))
	if _, err := d.ReadToken(); err != resp.ErrIncomplete || waits > 0 {
		t.Errorf("fed: %v and %d waits, want ErrIncomplete and none", err, waits)
	}
	d.Reset(strings.NewReader("+OK\r\n"))
	if _, err := d.ReadToken(); err != nil || waits != 1 {
		t.Errorf("reading: %v and %d waits, want 1", err, waits)
	}
}

// A pipeline that is cut inside a request: the replies to the requests before it go
// out before the server waits for the rest, once, and so a client that sends the
// rest only then gets them.
func TestOnWaitFlushesBehindHalfARequest(t *testing.T) {
	ping, rest := tests.Multibulk("PING"), tests.Multibulk("SET", "key", strings.Repeat("x", 1000))
	for network, pair := range map[string]func() (net.Conn, net.Conn){
		"tcp":      func() (net.Conn, net.Conn) { client, server := tests.ConnPair(t, "tcp"); return client, server },
		"unix":     func() (net.Conn, net.Conn) { client, server := tests.ConnPair(t, "unix"); return client, server },
		"net.Pipe": net.Pipe,
	} {
		for cut := range len(rest) {
			if cut > 40 && cut%100 > 0 {
				continue
			}
			client, server := pair()
			writes := &countedWrites{Writer: server}
			served := make(chan error, 1)
			go func() {
				e := resp.NewEncoder(writes)
				d := resp.NewDecoder(server, resp.OnWait(e.Flush))
				for command, err := range d.Commands() {
					if err != nil {
						served <- err
						return
					}
					e.WriteSimpleString(string(command.Args[0]))
				}
				served <- e.Flush()
			}()
			client.SetDeadline(time.Now().Add(10 * time.Second))
			replies := resp.NewDecoder(client)
			for _, step := range []struct{ wire, replies string }{
				{ping + ping + rest[:cut], "PING PING"}, {rest[cut:] + ping[:5], "SET"}, {ping[5:] + ping, "PING PING"},
			} {
				sent := make(chan error, 1)
				go func() { _, err := io.WriteString(client, step.wire); sent <- err }()
				for _, want := range strings.Fields(step.replies) {
					if got, err := replies.ReadString(); got != want || err != nil {
						t.Fatalf("%s, cut at %d: reply %q and %v, want %q", network, cut, got, err, want)
					}
				}
				if err := <-sent; err != nil {
					t.Fatal(err)
				}
			}
			client.Close()
			if err := <-served; err != nil {
				t.Errorf("%s, cut at %d: %v", network, cut, err)
			}
			if network != "net.Pipe" && writes.n > 5 { // its reads are as small as the Decoder asks for
				t.Errorf("%s, cut at %d: %d writes for 3 batches", network, cut, writes.n)
			}
		}
	}
}

// countedWrites counts the writes that reach a writer.
type countedWrites struct {
	io.Writer
	n int
}

func (w *countedWrites) Write(p []byte) (int, error) {
	w.n++
	return w.Writer.Write(p)
}

// The zero Decoder is that of NewDecoder(nil): Reset or Feed is all it needs.
func TestZeroDecoder(t *testing.T) {
	wire := tests.NestedWire + "+OK\r\n"
	for _, method := range methods.Reads {
		name, read := method.Name, func(d *resp.Decoder) error { return method.Call(d, io.Discard) }
		want := resp.NewDecoder(nil)
		wantErr := read(want)

		var unused resp.Decoder
		if err := read(&unused); err != resp.ErrIncomplete || wantErr != err {
			t.Errorf("%s of a zero Decoder: %v, want ErrIncomplete", name, err)
		}
		ways := map[string]func(d *resp.Decoder){
			"Reset":        func(d *resp.Decoder) { d.Reset(strings.NewReader(wire)) },
			"Feed":         func(d *resp.Decoder) { d.Feed([]byte(wire)) },
			"read, Feed":   func(d *resp.Decoder) { read(d); d.Feed([]byte(wire)) },
			"SetLimits":    func(d *resp.Decoder) { d.SetLimits(resp.MaxTotalLen(1 << 20)); d.Feed([]byte(wire)) },
			"Feed nothing": func(d *resp.Decoder) { d.Feed(nil); d.Feed([]byte(wire)) },
		}
		for way, begin := range ways {
			var zero resp.Decoder
			begin(&zero)
			made := resp.NewDecoder(nil)
			if way == "Reset" {
				made = resp.NewDecoder(strings.NewReader(wire))
			} else {
				made.Feed([]byte(wire))
			}
			for range 3 {
				got, want := read(&zero), read(made)
				if fmt.Sprint(got) != fmt.Sprint(want) || zero.InputOffset() != made.InputOffset() || zero.Depth() != made.Depth() {
					t.Errorf("%s of a zero Decoder behind %s: %v at %d, want %v at %d", name, way, got, zero.InputOffset(), want, made.InputOffset())
				}
			}
		}
	}
	var zero resp.Decoder
	if zero.Depth() != 0 || zero.InputOffset() != 0 || len(zero.Buffered()) != 0 {
		t.Errorf("a zero Decoder is at depth %d and offset %d with %d bytes", zero.Depth(), zero.InputOffset(), len(zero.Buffered()))
	}
	zero.SetLimits(resp.MaxDepth(0))
	zero.Feed([]byte("*1\r\n"))
	if _, err := zero.ReadToken(); !errors.As(err, new(*resp.LimitError)) {
		t.Errorf("SetLimits of a zero Decoder has no effect: %v", err)
	}
	for v, err := range new(resp.Decoder).Values() {
		if err != resp.ErrIncomplete {
			t.Errorf("a zero Decoder has the value %v, %v", v, err)
		}
	}
	for _, err := range new(resp.Decoder).Commands() {
		if err != resp.ErrIncomplete {
			t.Errorf("a zero Decoder has commands: %v", err)
		}
	}
}

// A nil connection is no reason to panic: reading says what is wrong, each time.
func TestNilConnections(t *testing.T) {
	for name, r := range map[string]io.Reader{"TCP": (*net.TCPConn)(nil), "unix": (*net.UnixConn)(nil)} {
		for _, read := range methods.Reads {
			d := resp.NewDecoder(r)
			for range 2 {
				if err := read.Call(d, io.Discard); err == nil || !strings.Contains(err.Error(), "connection to read from is nil") || resp.InStep(err) {
					t.Errorf("%s of a nil %s connection: %v", read.Name, name, err)
				}
			}
			d.Reset(strings.NewReader("+OK\r\n"))
			if got, err := d.ReadString(); got != "OK" || err != nil {
				t.Errorf("behind Reset: %q, %v", got, err)
			}
			d.Reset(r)
			if _, err := d.ReadToken(); err == nil || err == io.EOF {
				t.Errorf("Reset to a nil %s connection: %v", name, err)
			}
		}
	}
}

// No size that a program gives makes a Decoder panic.
func TestBufferSizeOfAnySize(t *testing.T) {
	for _, n := range []int{math.MinInt, -1, 0, 1, 63, 64, 1000, 1 << 20, math.MaxInt/2 - 64, math.MaxInt} {
		d := resp.NewDecoder(iotest.DataErrReader(strings.NewReader(tests.NestedWire)), resp.BufferSize(n))
		if raw, err := d.ReadRaw(); string(raw) != tests.NestedWire || err != nil {
			t.Errorf("BufferSize(%d): %q, %v", n, raw, err)
		}
	}
}
