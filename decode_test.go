package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/resptest"
)

// reading is a Decoder whose methods are called by name, so that they can be
// called in any order and what they do can be compared.
type reading struct {
	*resp.Decoder
	value  resp.Value
	copied bytes.Buffer
}

func newReading(r io.Reader, opts ...resp.Option) *reading {
	return &reading{Decoder: resp.NewDecoder(r, opts...)}
}

// result is what a call did.
type result struct {
	Text   string // what it returned, or wrote
	Err    string
	Offset int64
	Depth  int
}

// namedMethods are the methods that read replies, or parts of them.
var namedMethods = methods.Names(methods.Read.OfReplies)

// consumingMethods are those of them that take something off the input.
var consumingMethods = methods.Names(func(r methods.Read) bool { return r.OfReplies() && r.Name != "PeekKind" })

// wholeMethods are those that read whatever value comes, whole.
var wholeMethods = methods.Names(func(r methods.Read) bool { return r.Sort == methods.Values })

// typedMethods are those that take a value of one type.
var typedMethods = methods.Names(func(r methods.Read) bool { return r.Sort == methods.OneType })

// continues reports whether the method, when interrupted inside a value, has
// to be called again.
func continues(method string) bool { return methods.Named(method).Resumes }

// call calls the method of that name. What it writes is added up in r.copied.
func (r *reading) call(method string) (result, error) {
	read := methods.Named(method)
	var text string
	var err error
	if method == "Decode" { // into a Value that has been used
		if err = r.Decode(&r.value); err == nil {
			text = fmt.Sprintf("%q", resp.AppendValue(nil, &r.value))
		}
	} else {
		text, err = read.Text(r.Decoder, &r.copied)
	}
	done := result{Offset: r.InputOffset(), Depth: r.Depth()}
	switch {
	case err != nil:
		done.Err = err.Error()
	case read.Exact, method == "CopyBulk":
		done.Text = fmt.Sprintf("%q", r.copied.String())
	default:
		done.Text = text
	}
	if !stopsShort(err) {
		r.copied.Reset()
	}
	return done, err
}

// isFault reports whether a Decoder stays in err.
func isFault(err error) bool {
	var syntax *resp.SyntaxError
	var limit *resp.LimitError
	return errors.As(err, &syntax) || errors.As(err, &limit)
}

// stopsShort reports whether err means that a call can be repeated when there is
// more.
func stopsShort(err error) bool {
	return err == resp.ErrIncomplete || err == io.ErrUnexpectedEOF || errors.Is(err, os.ErrDeadlineExceeded)
}

// awkwardWires have something in them that decoders stumble over. Each is
// followed by another value in the tests.
var awkwardWires = []string{
	"+OK\r\n", "+\r\n", "-ERR no\r\n", ":42\r\n", ":-9223372036854775808\r\n", ":+007\r\n", "$5\r\nhello\r\n", "$0\r\n\r\n", "$2\r\n\r\n\r\n",
	"$-1\r\n", "*-1\r\n", "_\r\n", "#t\r\n", ",1.5\r\n", ",nan(x)\r\n", "(123\r\n", "!3\r\nERR\r\n", "=6\r\ntxt:12\r\n", "=4\r\nmkd:\r\n",
	"*0\r\n", "%0\r\n", "~0\r\n", ">0\r\n", "|0\r\n:1\r\n",
	"*2\r\n:1\r\n*1\r\n$1\r\nx\r\n", "%1\r\n+k\r\n~1\r\n_\r\n", "*2\r\n>1\r\n+x\r\n:2\r\n", ">2\r\n+x\r\n*-1\r\n",
	"|1\r\n+a\r\n:1\r\n:2\r\n", "|1\r\n+a\r\n*1\r\n:1\r\n|0\r\n|1\r\n*0\r\n_\r\n*1\r\n:3\r\n", "|1\r\n+a\r\n:1\r\n$-1\r\n", "|1\r\n+a\r\n:1\r\n-ERR\r\n",
	"|1\r\n+a\r\n:1\r\n>1\r\n+x\r\n", "|1\r\n|1\r\n:1\r\n:2\r\n+k\r\n|0\r\n+v\r\n$1\r\nx\r\n", "*2\r\n|0\r\n:1\r\n|1\r\n:1\r\n:2\r\n:3\r\n",
	"$?\r\n;0\r\n", "$?\r\n;2\r\n12\r\n;1\r\n3\r\n;0\r\n", "|0\r\n$?\r\n;1\r\nx\r\n;0\r\n", "*1\r\n$?\r\n;1\r\nx\r\n;0\r\n",
	"*?\r\n.\r\n", "*?\r\n:1\r\n$?\r\n;0\r\n.\r\n", "%?\r\n+k\r\n*?\r\n.\r\n.\r\n", "~?\r\n|0\r\n:1\r\n.\r\n", "*1\r\n*?\r\n*-1\r\n.\r\n",
}

// An interrupted whole-value read has consumed nothing: any method may be
// called next and does what it would have done. One that has to be called
// again goes on, and meanwhile the others say so.
func TestAnyMethodMayFollowAnInterruptedOne(t *testing.T) {
	for _, value := range awkwardWires {
		wire := value + "+NEXT\r\n"
		want := map[string]result{}
		for _, method := range namedMethods {
			r := newReading(strings.NewReader(wire))
			want[method], _ = r.call(method)
		}
		for _, first := range namedMethods {
			for cut := range len(value) {
				r := newReading(nil, resp.BufferSize(1))
				r.Feed([]byte(wire[:cut]))
				got, err := r.call(first)
				if !stopsShort(err) {
					if !isFault(err) && got != want[first] {
						t.Errorf("%s of %q behind %d bytes: %+v, want %+v", first, wire, cut, got, want[first])
					}
					continue
				}
				begun := false
				if continues(first) {
					_, err := r.PeekKind()
					begun = err != nil && !stopsShort(err)
				}
				if !begun && got.Offset != 0 {
					t.Errorf("%s of %q behind %d bytes has consumed %d bytes: %v", first, wire, cut, got.Offset, err)
				}
				r.Feed([]byte(wire[cut:]))
				if begun {
					if got, _ := r.call(first); got != want[first] {
						t.Errorf("%s of %q, interrupted at %d: %+v, want %+v", first, wire, cut, got, want[first])
					}
					continue
				}
				for _, second := range namedMethods {
					r.Reset(nil)
					r.Feed([]byte(wire[:cut]))
					r.call(first)
					r.Feed([]byte(wire[cut:]))
					if got, _ := r.call(second); got != want[second] {
						t.Errorf("%s behind %s of %q, interrupted at %d: %+v, want %+v", second, first, wire, cut, got, want[second])
					}
				}
			}
		}
	}
}

// program calls methods at random until the input ends or is at fault, each
// again when it is interrupted.
func (r *reading) program(rnd *rand.Rand, again func(error) bool) (results []result) {
	for {
		method := namedMethods[rnd.IntN(len(namedMethods))]
		got, err := r.call(method)
		for again(err) {
			got, err = r.call(method)
		}
		ended := err == io.EOF || err == io.ErrUnexpectedEOF || err == resp.ErrIncomplete
		if isFault(err) || ended {
			got.Text = method
			if continues(method) {
				got.Offset, got.Depth = 0, 0 // somewhere inside the value
			}
		}
		if ended {
			got.Err = "end"
		}
		results = append(results, got)
		if ended || isFault(err) {
			return results
		}
	}
}

func TestMethodsInAnyOrderDoNotDependOnSplits(t *testing.T) {
	const programs = 1500
	for seed := range uint64(programs) {
		rnd := rand.New(rand.NewPCG(seed, seed))
		var wire []byte
		for range 1 + rnd.IntN(4) {
			wire = append(wire, awkwardWires[rnd.IntN(len(awkwardWires))]...)
		}
		if rnd.IntN(2) == 0 {
			wire = resptest.Break(seed, wire, []byte(awkwardWires[rnd.IntN(len(awkwardWires))]))
		}
		var opts []resp.Option
		for range rnd.IntN(3) {
			n := rnd.IntN(len(wire) + 8)
			opts = append(opts, tests.OneOf(rnd,
				resp.BufferSize(1), resp.Lenient(), resp.MaxTotalLen(int64(n)), resp.MaxLineLen(int64(n)), resp.MaxBulkLen(int64(n)),
				resp.MaxDepth(n%5), resp.MaxElements(int64(n%3)),
			))
		}
		var pushes []string
		if seed%2 == 0 {
			opts = append(opts, resp.OnPush(func(v *resp.Value) { pushes = append(pushes, string(resp.AppendValue(nil, v))) }))
		}
		run := func(source io.Reader) ([]result, []string) {
			r, rest := newReading(source, opts...), wire
			pushes = nil
			results := r.program(rand.New(rand.NewPCG(seed, 1)), func(err error) bool {
				if source == nil && err == resp.ErrIncomplete && len(rest) > 0 {
					r.Feed(rest[:1])
					rest = rest[1:]
					return true
				}
				return errors.Is(err, os.ErrDeadlineExceeded)
			})
			return results, pushes
		}
		want, wantPushes := run(bytes.NewReader(wire))
		for name, source := range map[string]io.Reader{
			"byte by byte":            iotest.OneByteReader(bytes.NewReader(wire)),
			"timeouts between bytes":  resptest.TimeoutReader(bytes.NewReader(wire)),
			"bytes with timeouts":     resptest.DataTimeoutReader(bytes.NewReader(wire)),
			"empty reads":             resptest.EmptyReader(bytes.NewReader(wire)),
			"random pieces, then EOF": iotest.DataErrReader(resptest.RandomReader(bytes.NewReader(wire), seed)),
			"fed byte by byte":        nil,
		} {
			got, gotPushes := run(source)
			if diff := cmp.Diff(want, got) + cmp.Diff(wantPushes, gotPushes); diff != "" {
				t.Fatalf("seed %d, %q, %s (-at once +now):\n%s", seed, wire, name, diff)
			}
		}
	}
}

// How deep a place is depends on the place alone, not on what was called to get
// there.
func TestDepthIsThatOfTheTokens(t *testing.T) {
	for seed := range uint64(1500) {
		rnd := rand.New(rand.NewPCG(seed, seed))
		var wire []byte
		for range 1 + rnd.IntN(4) {
			wire = append(wire, awkwardWires[rnd.IntN(len(awkwardWires))]...)
		}
		depths := map[int64]int{}
		d := resp.NewDecoder(bytes.NewReader(wire))
		for err := error(nil); err == nil; _, err = d.ReadToken() {
			depths[d.InputOffset()] = d.Depth()
		}
		r := newReading(bytes.NewReader(wire))
		for _, got := range r.program(rnd, func(error) bool { return false }) {
			if depth, ok := depths[got.Offset]; got.Err != "end" && (!ok || depth != got.Depth) {
				t.Fatalf("seed %d, %q: depth %d at offset %d (a token starts there: %t), want %d", seed, wire, got.Depth, got.Offset, ok, depth)
			}
		}
	}
}

// openTokens reads the tokens of wire up to offset.
func openTokens(t *testing.T, r *reading, offset int) {
	t.Helper()
	for r.InputOffset() < int64(offset) {
		if _, err := r.ReadToken(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDepthCountsOpenAggregates(t *testing.T) {
	for _, test := range []struct {
		wire   string
		depths []int // behind each token
	}{
		{":1\r\n", []int{0}},
		{"*0\r\n", []int{0}},
		{"*-1\r\n", []int{0}},
		{"*2\r\n:1\r\n:2\r\n", []int{1, 1, 0}},
		{"*1\r\n%1\r\n:1\r\n*0\r\n", []int{1, 2, 2, 0}},
		{"|1\r\n:1\r\n:2\r\n:3\r\n", []int{1, 1, 0, 0}}, // the value it decorates is not inside
		{"|0\r\n|1\r\n:1\r\n*0\r\n:3\r\n", []int{0, 1, 1, 0, 0}},
		{"*1\r\n|1\r\n:1\r\n:2\r\n:3\r\n", []int{1, 2, 2, 1, 0}},
		{"*?\r\n:1\r\n~?\r\n.\r\n.\r\n", []int{1, 1, 2, 1, 0}},
		{"$?\r\n;1\r\nx\r\n;0\r\n", []int{1, 1, 0}}, // a streamed string counts too
		{"*1\r\n|0\r\n$?\r\n;0\r\n", []int{1, 1, 2, 0}},
	} {
		d := resp.NewDecoder(strings.NewReader(test.wire))
		var got []int
		for {
			if _, err := d.ReadToken(); err != nil {
				break
			}
			got = append(got, d.Depth())
		}
		if diff := cmp.Diff(test.depths, got); diff != "" {
			t.Errorf("%q: depths (-want +got):\n%s", test.wire, diff)
		}
	}
}

func TestTheEndOfWhatIsStreamed(t *testing.T) {
	const end = "resp: end of streamed aggregate"
	for _, test := range []struct {
		open, rest string // rest is what comes behind the tokens that are open
	}{
		{"*?\r\n", ".\r\n"},
		{"~?\r\n:1\r\n", ".\r\n"},
		{"%?\r\n:1\r\n:2\r\n", ".\r\n"},
		{"*1\r\n*?\r\n", ".\r\n"},
		{"|0\r\n*?\r\n", ".\r\n"},
		{"$?\r\n", ";0\r\n"},
		{"$?\r\n;1\r\nx\r\n", ";0\r\n"},
		{"*1\r\n|0\r\n$?\r\n", ";0\r\n"},
	} {
		wire := test.open + test.rest + "+NEXT\r\n"
		for _, method := range namedMethods {
			want := result{Err: end, Offset: int64(len(test.open + test.rest))}
			switch method {
			case "PeekKind", "ReadToken":
				continue // these show the end as it is
			case "ReadRaw", "CopyValue":
				want.Err, want.Text = "", fmt.Sprintf("%q", test.rest)
			case "SkipValue":
				want.Err = ""
			}
			r := newReading(strings.NewReader(wire))
			openTokens(t, r, len(test.open))
			if got, _ := r.call(method); got != want {
				t.Errorf("%s of %q behind %q: %+v, want %+v", method, test.rest, test.open, got, want)
			}
			if next, err := r.ReadString(); next != "NEXT" {
				t.Errorf("behind %s of %q: %q and %v, want NEXT", method, wire, next, err)
			}
		}
	}
}

// Inside a streamed string every method reads one chunk, and the string stays open.
func TestChunksAreReadOneByOneInsideAStreamedString(t *testing.T) {
	const open, chunk = "$?\r\n", ";2\r\n42\r\n"
	const want = "resp: got chunk, want "
	results := map[string]result{
		"PeekKind":     {Text: "chunk", Offset: int64(len(open)), Depth: 1},
		"ReadBool":     {Err: want + "boolean"},
		"ReadArrayLen": {Err: want + "array"},
		"ReadMapLen":   {Err: want + "map"},
		"ReadToken":    {Text: `chunk 2 false false "42" "\x00\x00\x00" 42`},
		"ReadInt64":    {Text: "42"},
		"ReadFloat64":  {Text: "42"},
		"ReadBytes":    {Text: `"42", nil: false`},
		"ReadString":   {Text: "42"},
		"ReadInto":     {Text: "42"},
		"CopyBulk":     {Text: `"42"`},
		"Decode":       {Text: fmt.Sprintf("%q", resp.AppendBulkString(nil, "42"))},
		"ReadRaw":      {Text: fmt.Sprintf("%q", chunk)},
		"CopyValue":    {Text: fmt.Sprintf("%q", chunk)},
		"SkipValue":    {},
	}
	for _, method := range namedMethods {
		want, ok := results[method]
		if !ok {
			t.Errorf("%s of a chunk: nothing is stated", method)
			continue
		}
		if want.Offset == 0 {
			want.Offset, want.Depth = int64(len(open+chunk)), 1
		}
		for _, arrival := range tests.Arrivals(1) {
			r := newReading(arrival.Of(strings.NewReader(open + chunk + ";0\r\n")))
			for r.InputOffset() < int64(len(open)) {
				if _, err := untilDone(r.ReadToken); err != nil {
					t.Fatal(err)
				}
			}
			if got, _ := untilDone(func() (result, error) { return r.call(method) }); got != want {
				t.Errorf("%s of the chunk in %q, %s: %+v, want %+v", method, open+chunk, arrival.Name, got, want)
			}
		}
	}
}

// The limit on a string holds for the sum of its chunks, whatever reads them.
func TestChunksCountTogether(t *testing.T) {
	const wire = "$?\r\n;3\r\n123\r\n;3\r\n456\r\n;0\r\n"
	for _, method := range consumingMethods {
		for _, within := range []bool{true, false} {
			limit := int64(5)
			if within {
				limit = 6
			}
			r := newReading(strings.NewReader(wire), resp.MaxBulkLen(limit))
			openTokens(t, r, len("$?\r\n"))
			var err error
			for err == nil || errors.As(err, new(*resp.KindError)) {
				_, err = r.call(method)
			}
			if !within {
				if want := "resp: over the limit at offset 14: bulk length above 5"; err.Error() != want {
					t.Errorf("%s of the chunks of %q: %v, want %s", method, wire, err, want)
				}
			} else if err != resp.ErrEnd && err != io.EOF {
				t.Errorf("%s of the chunks of %q, which are at the limit: %v", method, wire, err)
			}
		}
	}
}

func TestWholeReadsTakeTheAttributesToo(t *testing.T) {
	for _, value := range awkwardWires {
		for _, method := range wholeMethods {
			r := newReading(strings.NewReader(value + "+NEXT\r\n"))
			if got, err := r.call(method); err != nil || got.Offset != int64(len(value)) || got.Depth != 0 {
				t.Errorf("%s of %q: %+v, want all of it", method, value, got)
			}
		}
		r := newReading(strings.NewReader(value + "+NEXT\r\n"))
		if raw, err := r.ReadRaw(); string(raw) != value {
			t.Errorf("ReadRaw of %q: %q and %v", value, raw, err)
		}
	}
}

// Behind an attribute that was read as tokens, the value it decorates is read
// like any other and leaves what was around both.
func TestReadsBehindTheTokensOfAnAttribute(t *testing.T) {
	const attribute = "|1\r\n+a\r\n:1\r\n"
	for _, around := range []string{"", "*1\r\n", "*1\r\n|0\r\n", "|0\r\n", "|1\r\n:1\r\n:2\r\n"} {
		for _, value := range awkwardWires {
			for _, method := range consumingMethods {
				wire := around + attribute + value
				inside := "" // as much of around as tells the value from one at top level
				if strings.HasPrefix(around, "*") {
					inside = "*1\r\n"
				}
				alone := newReading(strings.NewReader(inside + value))
				openTokens(t, alone, len(inside))
				want, _ := alone.call(method)
				want.Offset += int64(len(around+attribute) - len(inside))
				r := newReading(strings.NewReader(wire))
				openTokens(t, r, len(around+attribute))
				if got, _ := r.call(method); got != want {
					t.Errorf("%s of %q behind %q: %+v, want %+v", method, value, around+attribute, got, want)
				}
			}
		}
	}
}

// A fault leaves whole-value reads where the value starts, and every method in
// the fault.
func TestFaultsStay(t *testing.T) {
	for _, test := range []struct{ wire, err string }{
		{"+OK\r\n?", `resp: type error at offset 5: expected the first byte of a value, found "?"`},
		{"+OK\r\n*2\r\n:1\r\n:x\r\n", `resp: syntax error at offset 14: expected a digit, found ":x"`},
		{"+OK\r\n|1\r\n:1\r\n:2\r\n.\r\n", `resp: type error at offset 17: expected a value, not the end of a streamed aggregate, found "."`},
		{"+OK\r\n*1\r\n$3\r\nabcdef", `resp: syntax error at offset 16: expected CR LF behind the payload, found "d"`},
		{"+OK\r\n=5\r\nabcde\r\n", `resp: syntax error at offset 12: expected a colon behind the encoding, found "abcd"`},
		{"+OK\r\n*1\r\n;1\r\n", `resp: type error at offset 9: expected the first byte of a value, found ";"`},
		{"+OK\r\n%?\r\n:1\r\n.\r\n", `resp: type error at offset 13: expected a value, not the end of a streamed aggregate, found "."`},
		{"+OK\r\n$?\r\n:1\r\n", `resp: type error at offset 9: expected a chunk of the streamed string, found ":"`},
		{"+OK\r\n$536870913\r\n", `resp: over the limit at offset 6: bulk length above 536870912`},
	} {
		for _, method := range consumingMethods {
			r := newReading(strings.NewReader(test.wire))
			openTokens(t, r, len("+OK\r\n"))
			got, err := r.call(method)
			for !isFault(err) && !stopsShort(err) && err != io.EOF {
				got, err = r.call(method) // what there is before the fault
			}
			if got.Err != test.err {
				t.Errorf("%s of %q: %v, want %s", method, test.wire, err, test.err)
			}
			if slices.Contains([]string{"ReadInt64", "ReadBytes", "ReadString", "Decode", "ReadRaw"}, method) && got.Offset != 5 {
				t.Errorf("%s of %q stands at offset %d, want 5, where the value starts", method, test.wire, got.Offset)
			}
			for _, next := range namedMethods {
				if _, again := r.call(next); again != err {
					t.Errorf("%s behind %s of %q: %v, want %v", next, method, test.wire, again, err)
				}
			}
			if _, again := r.ReadCommand(); again != err {
				t.Errorf("ReadCommand behind %s of %q: %v, want %v", method, test.wire, again, err)
			}
			r.Reset(strings.NewReader("+NEXT\r\n"))
			if next, err := r.ReadString(); next != "NEXT" || r.InputOffset() != 7 {
				t.Errorf("behind Reset: %q, %v at offset %d", next, err, r.InputOffset())
			}
		}
	}
}

func TestEOFComesBetweenValuesAlone(t *testing.T) {
	for _, value := range awkwardWires {
		for _, method := range namedMethods {
			r := newReading(strings.NewReader(""))
			if _, err := r.call(method); err != io.EOF {
				t.Errorf("%s of nothing: %v, want EOF", method, err)
			}
			for cut := 1; cut < len(value); cut++ {
				r := newReading(strings.NewReader(value[:cut]))
				var err error
				for err == nil {
					if _, err = r.call(method); method == "PeekKind" {
						break // it reads nothing
					}
				}
				if err == nil || err == resp.ErrNull || err == resp.ErrEnd || !stopsShort(err) && err != io.EOF && err != io.ErrUnexpectedEOF {
					continue // a header was enough
				}
				if err != io.ErrUnexpectedEOF {
					t.Errorf("%s of %q: %v, want %v", method, value[:cut], err, io.ErrUnexpectedEOF)
				}
			}
		}
	}
}

// A file that grows can be read on after its end.
func TestAnUnexpectedEOFDoesNotStay(t *testing.T) {
	for _, value := range awkwardWires {
		for _, method := range append([]string{"ReadBytes", "ReadInt64"}, wholeMethods...) {
			want, _ := newReading(strings.NewReader(value)).call(method)
			for cut := 1; cut < len(value); cut++ {
				var file bytes.Buffer
				file.WriteString(value[:cut])
				r := newReading(&file)
				if _, err := r.call(method); err != io.ErrUnexpectedEOF {
					continue
				}
				file.WriteString(value[cut:])
				if got, _ := r.call(method); got != want {
					t.Errorf("%s of %q, grown at %d: %+v, want %+v", method, value, cut, got, want)
				}
			}
		}
	}
}

// oddReader returns what it is told to.
type oddReader struct {
	reads []struct {
		n   int
		err error
	}
	wire string
}

func (r *oddReader) Read(p []byte) (int, error) {
	if len(r.reads) == 0 {
		n := copy(p, r.wire)
		r.wire = r.wire[n:]
		return n, nil
	}
	next := r.reads[0]
	r.reads = r.reads[1:]
	return next.n, next.err
}

func TestReadersThatReturnImpossibleCounts(t *testing.T) {
	for _, n := range []int{-1, 1 << 30} {
		odd := &oddReader{wire: "+OK\r\n"}
		odd.reads = append(odd.reads, struct {
			n   int
			err error
		}{n, nil})
		d := resp.NewDecoder(odd)
		if _, err := d.ReadToken(); err == nil || !strings.Contains(err.Error(), "impossible count") {
			t.Errorf("a reader that returns %d: %v", n, err)
		}
		if s, err := d.ReadString(); s != "OK" {
			t.Errorf("behind a reader's impossible count: %q and %v, want what it reads then", s, err)
		}
	}
}

func TestReadersThatReturnNothing(t *testing.T) {
	odd := &oddReader{wire: "+OK\r\n"}
	odd.reads = make([]struct {
		n   int
		err error
	}, 1000)
	d := resp.NewDecoder(odd)
	if _, err := d.ReadToken(); err != io.ErrNoProgress {
		t.Errorf("a reader that returns 0 for ever: %v, want %v", err, io.ErrNoProgress)
	}
	for range 20 {
		if s, err := d.ReadString(); err == nil {
			if s != "OK" {
				t.Errorf("ReadString: %q", s)
			}
			return
		}
	}
	t.Errorf("%d empty reads are left: the Decoder stays in ErrNoProgress", len(odd.reads))
}

// Bytes that come together with an error are read first.
func TestBytesCountThoughThereIsAnError(t *testing.T) {
	broken := errors.New("broken")
	d := resp.NewDecoder(resptest.FailingReader(strings.NewReader("+1\r\n+2\r\n+"), 9, broken))
	for _, want := range []string{"1", "2"} {
		if got, err := d.ReadString(); got != want {
			t.Errorf("ReadString: %q and %v, want %q", got, err, want)
		}
	}
	if _, err := d.ReadString(); err != broken {
		t.Errorf("ReadString behind all bytes: %v, want %v", err, broken)
	}
}

func TestFedBytesComeBeforeTheReaders(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("llo\r\n+2\r\n"))
	d.Feed([]byte("+1\r\n$5\r\nhe"))
	for _, want := range []string{"1", "hello", "2"} {
		if got, err := d.ReadString(); got != want {
			t.Errorf("ReadString: %q and %v, want %q", got, err, want)
		}
	}
	if d.InputOffset() != 19 {
		t.Errorf("InputOffset() = %d, want 19", d.InputOffset())
	}
}

func TestBufferedIsWhatIsNotRead(t *testing.T) {
	const wire = "*2\r\n:1\r\n$5\r\nhel"
	d := resp.NewDecoder(nil)
	d.Feed([]byte(wire))
	for {
		if got := string(d.Buffered()); got != wire[d.InputOffset():] {
			t.Errorf("Buffered() = %q at offset %d of %q", got, d.InputOffset(), wire)
		}
		if _, err := d.ReadToken(); err != nil {
			break
		}
	}
	if d.InputOffset() != 8 {
		t.Errorf("stopped at offset %d, want 8", d.InputOffset())
	}
}

// What lies in the buffer behind what has arrived is left over from before, and
// no part of the input.
func TestBytesLeftOverInTheBufferAreNotRead(t *testing.T) {
	for _, wire := range append([]string{"*1\r\n$4\r\nPING\r\n", "*2\r\n$1\r\nx\r\n$1\r\ny\r\n", "PING a\r\n"}, awkwardWires...) {
		d := resp.NewDecoder(nil)
		for cut := range len(wire) {
			for _, method := range append([]string{"ReadCommand"}, wholeMethods...) {
				d.Reset(nil)
				d.Feed([]byte(wire + strings.Repeat(wire, 10)))
				d.Reset(nil)
				d.Feed([]byte(wire[:cut]))
				r := &reading{Decoder: d}
				var err error
				if method == "ReadCommand" {
					if wire[0] != '*' && wire[0] != 'P' || strings.Contains(wire[:cut], "*0\r\n") {
						continue
					}
					if _, err = d.ReadCommand(); isFault(err) {
						continue
					}
				} else if _, err = r.call(method); wire[0] == 'P' {
					continue
				}
				if err != resp.ErrIncomplete {
					t.Errorf("%s of %q, cut from %q: %v, want %v", method, wire[:cut], wire, err, resp.ErrIncomplete)
				}
			}
		}
	}
}

func TestResetForgetsEverything(t *testing.T) {
	for _, value := range awkwardWires {
		for cut := range len(value) {
			for _, method := range namedMethods {
				r := newReading(nil, resp.MaxTotalLen(200))
				r.Feed([]byte(":1\r\n" + value[:cut]))
				r.call("ReadToken")
				r.call(method)
				r.Reset(nil)
				if r.Depth() != 0 || r.InputOffset() != 0 || len(r.Buffered()) != 0 {
					t.Errorf("Reset behind %s of %q: depth %d, offset %d, %q buffered", method, value[:cut], r.Depth(), r.InputOffset(), r.Buffered())
				}
				r.copied.Reset()
				r.Feed([]byte(value))
				want, _ := newReading(strings.NewReader(value)).call("Decode")
				if got, _ := r.call("Decode"); got != want {
					t.Errorf("Decode of %q behind Reset behind %s of %q: %+v, want %+v", value, method, value[:cut], got, want)
				}
			}
		}
	}
}

// The limit on a whole value is met at the same byte by all that read one, and
// not by what lies at it.
func TestTotalLength(t *testing.T) {
	for _, value := range awkwardWires {
		for most := range int64(len(value) + 2) {
			var first error
			for _, method := range wholeMethods {
				for _, before := range []string{"", ":1\r\n", "+a long line before\r\n"} {
					r := newReading(strings.NewReader(value+"+NEXT\r\n"), resp.MaxTotalLen(most))
					if before != "" {
						r = newReading(strings.NewReader(before+value+"+NEXT\r\n"), resp.MaxTotalLen(max(most, int64(len(before)))))
						if int64(len(before)) > most {
							continue
						}
						openTokens(t, r, len(before))
					}
					_, err := r.call(method)
					if most >= int64(len(value)) {
						if err != nil {
							t.Errorf("%s of %q with at most %d bytes: %v", method, value, most, err)
						}
						continue
					}
					var limit *resp.LimitError
					if !errors.As(err, &limit) || limit.Limit != "total length" || limit.Max != most {
						t.Errorf("%s of %q with at most %d bytes: %v, want a LimitError", method, value, most, err)
						continue
					}
					limit.Offset -= int64(len(before))
					if first == nil {
						first = err
					} else if err.Error() != first.Error() {
						t.Errorf("%s of %q: %v, but elsewhere %v", method, before+value, err, first)
					}
				}
			}
		}
	}
}

// Each whole value has the full length to itself, whatever read the one before.
func TestTotalLengthStartsAnewWithEachValue(t *testing.T) {
	const value, request = "*1\r\n$5\r\nhello\r\n", "*1\r\n$5\r\nHELLO\r\n"
	for _, before := range append([]string{"ReadCommand", "ReadCommands"}, namedMethods[1:]...) {
		r := newReading(strings.NewReader(strings.Repeat(request, 20)+value), resp.MaxTotalLen(int64(len(value))))
		for r.InputOffset() < int64(20*len(request)) {
			switch before {
			case "ReadCommand":
				r.ReadCommand()
			case "ReadCommands":
				if commands, err := r.ReadCommands(nil); len(commands) == 0 {
					t.Fatalf("ReadCommands: %v", err)
				}
			default:
				r.call(before)
			}
		}
		if before == "ReadCommands" {
			continue // it has taken all
		}
		if got, err := r.call("Decode"); err != nil {
			t.Errorf("Decode behind %s: %+v", before, got)
		}
	}
}

// Limits below zero are as good as zero: nothing gets through, nothing panics.
func TestLimitsBelowZero(t *testing.T) {
	const n = -5
	for _, limit := range methods.Limits {
		names := consumingMethods
		if limit.Request {
			names = []string{"ReadCommand", "ReadCommands"}
		}
		for _, name := range names {
			d := resp.NewDecoder(strings.NewReader(limit.Over), limit.Set(n))
			if err := methods.Named(name).Call(d, io.Discard); !errors.As(err, new(*resp.LimitError)) {
				t.Errorf("%s of %q with %s(%d): %v, want a LimitError", name, limit.Over, limit.Name, n, err)
			}
		}
	}
	for _, opt := range []resp.Option{resp.MaxLineLen(n), resp.MaxTotalLen(n)} {
		if _, err := resp.NewDecoder(strings.NewReader("PING\r\n"), opt).ReadCommand(); err == nil {
			t.Error("an inline request over its limit is read")
		}
	}
}

func TestMaxDepth(t *testing.T) {
	for _, test := range []struct {
		most   int
		wire   string
		offset int64 // of the aggregate that is too deep, -1 where there is none
	}{
		{0, ":1\r\n", -1},
		{0, "$?\r\n;0\r\n", -1},
		{0, "*0\r\n", 0},
		{0, "|0\r\n:1\r\n", 0},
		{1, "*1\r\n:1\r\n", -1},
		{1, "|1\r\n:1\r\n:2\r\n*1\r\n:1\r\n", -1}, // the attribute is over before the array
		{1, "|0\r\n*0\r\n", -1},
		{1, "*2\r\n:1\r\n*0\r\n", 8},
		{1, "|1\r\n:1\r\n%0\r\n:3\r\n", 8},
		{1, "*1\r\n|0\r\n:3\r\n", 4},
		{1, "*?\r\n~?\r\n.\r\n.\r\n", 4},
		{2, "*?\r\n~?\r\n.\r\n>0\r\n.\r\n", -1},
		{1024, strings.Repeat("*1\r\n", 1024) + ":1\r\n", -1},
		{1024, strings.Repeat("*1\r\n", 1025) + ":1\r\n", 4096},
	} {
		for _, method := range append([]string{"ReadToken"}, wholeMethods...) {
			r := newReading(strings.NewReader(test.wire), resp.MaxDepth(test.most))
			var err error
			for err == nil {
				_, err = r.call(method)
			}
			var limit *resp.LimitError
			switch {
			case test.offset < 0 && err != io.EOF:
				t.Errorf("%s of %s with MaxDepth(%d): %v", method, tests.Short(test.wire), test.most, err)
			case test.offset >= 0 && (!errors.As(err, &limit) || limit.Limit != "depth" || limit.Offset != test.offset):
				t.Errorf("%s of %s with MaxDepth(%d): %v, want a LimitError at offset %d", method, tests.Short(test.wire), test.most, err, test.offset)
			}
		}
	}
}

// A typed read takes no null for less than it is: at the depth limit the type
// byte of an array is one too many.
func TestTypedReadsKeepTheDepthLimit(t *testing.T) {
	const wire = "*1\r\n*-1\r\n"
	for _, method := range consumingMethods {
		r := newReading(strings.NewReader(wire+strings.Repeat(" ", 100)), resp.MaxDepth(1))
		openTokens(t, r, len("*1\r\n"))
		if got, _ := r.call(method); got.Err != "resp: over the limit at offset 4: depth above 1" {
			t.Errorf("%s of %q with MaxDepth(1): %+v", method, wire, got)
		}
	}
}

func TestLenientTakesFourThings(t *testing.T) {
	for _, test := range []struct {
		wire, token string
	}{
		{",.5\r\n", `double 2 false false ".5"`},
		{",5.\r\n", `double 2 false false "5."`},
		{",-.5e3\r\n", `double 5 false false "-.5e3"`},
		{"%-1\r\n", `map 0 true false ""`},
		{"~-1\r\n", `set 0 true false ""`},
		{">-1\r\n", `push 0 true false ""`},
		{"=-1\r\n", `verbatim string 0 true false ""`},
		{"!-1\r\n", `bulk error 0 true false ""`},
		{"|-1\r\n:1\r\n", `attribute 0 false false ""`},
	} {
		r := newReading(strings.NewReader(test.wire), resp.Lenient())
		if got, _ := r.call("ReadToken"); !strings.HasPrefix(got.Text, test.token) {
			t.Errorf("%q: %+v, want %s", test.wire, got, test.token)
		}
		for _, method := range wholeMethods {
			r := newReading(strings.NewReader(test.wire), resp.Lenient())
			if got, err := r.call(method); err != nil || got.Offset != int64(len(test.wire)) {
				t.Errorf("%s of %q: %+v", method, test.wire, got)
			}
			if _, err := newReading(strings.NewReader(test.wire)).call(method); !errors.As(err, new(*resp.SyntaxError)) {
				t.Errorf("%s of %q without Lenient: %v, want a SyntaxError", method, test.wire, err)
			}
		}
	}
	for _, wire := range []string{",.\r\n", ",-.\r\n", ",.e5\r\n", "$-2\r\n", "%-2\r\n", "$-01\r\n", "$?\r\n;-1\r\n"} {
		if _, err := newReading(strings.NewReader(wire), resp.Lenient()).call("ReadRaw"); !errors.As(err, new(*resp.SyntaxError)) {
			t.Errorf("%q with Lenient: %v, want a SyntaxError", wire, err)
		}
	}
}

func TestValuesEndsAtTheEndOfAStreamedAggregate(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("*?\r\n:1\r\n*1\r\n:2\r\n.\r\n+NEXT\r\n"))
	if n, err := d.ReadArrayLen(); n != -1 || err != nil {
		t.Fatal(n, err)
	}
	var got []string
	for v, err := range d.Values() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(resp.AppendValue(nil, v)))
	}
	if diff := cmp.Diff([]string{":1\r\n", "*1\r\n:2\r\n"}, got); diff != "" {
		t.Errorf("Values (-want +got):\n%s", diff)
	}
	if s, err := d.ReadString(); s != "NEXT" {
		t.Errorf("behind Values: %q and %v, want NEXT", s, err)
	}
}

func TestValuesYieldsAnErrorOnce(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader(":1\r\n$3\r\nab"))
	var got []string
	for v, err := range d.Values() {
		got = append(got, fmt.Sprint(v == nil, err))
	}
	if diff := cmp.Diff([]string{"false <nil>", "true unexpected EOF"}, got); diff != "" {
		t.Errorf("Values (-want +got):\n%s", diff)
	}
}

// Reading costs the same for each byte however they come. Were anything looked
// at again from its start, this would take very long.
func TestCostIsLinearByteByByte(t *testing.T) {
	const n = 20000
	for _, test := range []struct {
		wire    string
		methods []string
	}{
		{"+" + strings.Repeat("x", n) + "\r\n", []string{"ReadToken", "ReadInt64", "ReadArrayLen", "Decode", "SkipValue", "CopyBulk"}},
		{"*20000\r\n" + strings.Repeat("$2\r\nab\r\n", n), []string{"Decode", "ReadRaw", "SkipValue", "ReadInt64", "ReadMapLen", "CopyBulk"}},
		{strings.Repeat("|1\r\n+a\r\n:1\r\n", n/2) + ":1\r\n", []string{"Decode", "ReadInt64", "ReadArrayLen", "CopyBulk"}},
		{"$?\r\n" + strings.Repeat(";1\r\nx\r\n", n) + ";0\r\n", []string{"Decode", "ReadBytes", "ReadArrayLen"}},
	} {
		for _, method := range test.methods {
			r := newReading(nil)
			fed := newReading(nil)
			r.Reset(iotest.OneByteReader(strings.NewReader(test.wire)))
			want, _ := r.call(method)
			var got result
			for i := range len(test.wire) {
				fed.Feed([]byte{test.wire[i]})
				var err error
				if got, err = fed.call(method); !stopsShort(err) {
					break
				}
			}
			if got.Err != want.Err || got.Offset != want.Offset {
				t.Errorf("%s of %s, fed byte by byte, ends with %q at offset %d, want %q at %d", method, tests.Short(test.wire), got.Err, got.Offset, want.Err, want.Offset)
			}
		}
	}
}

// What comes in place of the CR behind a payload is judged before the byte behind
// that has come.
func TestAFaultBehindAPayloadIsFoundAtOnce(t *testing.T) {
	const before, wire, want = "+OK\r\n", "$15\r\nc4mqnrhc5ixhia\r\n", `resp: syntax error at offset 25: expected CR LF behind the payload, found "\n"`
	for cut := range len(wire) {
		for _, method := range namedMethods {
			if opens := methods.Named(method).Opens; method == "PeekKind" || opens && method != "ReadToken" {
				continue // it does not look so far
			}
			r := newReading(io.MultiReader(strings.NewReader(before+wire[:cut]), strings.NewReader(wire[cut:])))
			if ok, err := r.ReadString(); ok != "OK" || err != nil {
				t.Fatal(ok, err)
			}
			if _, err := r.call(method); err == nil || err.Error() != want {
				t.Errorf("%s of %q, cut at %d: %v, want %s", method, wire, cut, err, want)
			}
		}
	}
}

// peekAll peeks at n bytes and calls again what a timeout stopped, or, when fed,
// feeds one byte more of wire.
func peekAll(d *resp.Decoder, n int, wire *string) ([]byte, error) {
	for {
		b, err := d.Peek(n)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
		case err == resp.ErrIncomplete && *wire != "":
			d.Feed([]byte((*wire)[:1]))
			*wire = (*wire)[1:]
		default:
			return b, err
		}
	}
}

// Peek and Discard give the bytes between values, however they arrive, and values
// before and behind them are read as if they were not there.
func TestPeekAndDiscardBetweenValues(t *testing.T) {
	other := "\n#\r$\x00" + strings.Repeat("*1\r\n", 9000)
	wire := "*1\r\n+a\r\n" + other + ":5\r\n"
	whole := func(wrap func(io.Reader) io.Reader, opts ...resp.Option) func() (*resp.Decoder, string) {
		return func() (*resp.Decoder, string) { return resp.NewDecoder(wrap(strings.NewReader(wire)), opts...), "" }
	}
	for name, open := range map[string]func() (d *resp.Decoder, unfed string){
		"at once":        whole(func(r io.Reader) io.Reader { return r }),
		"byte by byte":   whole(iotest.OneByteReader),
		"timeouts":       whole(resptest.TimeoutReader),
		"with the error": whole(iotest.DataErrReader),
		"small buffer":   whole(func(r io.Reader) io.Reader { return resptest.RandomReader(r, 1) }, resp.BufferSize(1)),
		"fed": func() (*resp.Decoder, string) {
			d := resp.NewDecoder(nil)
			d.Feed([]byte(wire[:20]))
			return d, wire[20:]
		},
	} {
		d, rest := open()
		rnd := rand.New(rand.NewPCG(1, 2))
		if raw, err := untilDone(d.ReadRaw); string(raw) != "*1\r\n+a\r\n" || err != nil {
			t.Fatalf("%s: %q, %v", name, raw, err)
		}
		for at := 0; at < len(other); {
			n := min(1+rnd.IntN(1<<rnd.IntN(15)), len(other)-at)
			b, err := peekAll(d, n, &rest)
			if string(b) != other[at:at+n] || cap(b) != n || err != nil {
				t.Fatalf("%s: Peek(%d) at %d: %.40q, %v", name, n, at, b, err)
			}
			take := 1 + rnd.IntN(n)
			if err := d.Discard(take); err != nil || string(b) != other[at:at+n] || d.InputOffset() != int64(8+at+take) {
				t.Fatalf("%s: Discard(%d): %v; Peek's bytes are %.40q; at %d", name, take, err, b, d.InputOffset())
			}
			at += take
		}
		if b, err := peekAll(d, 1, &rest); string(b) != ":" || err != nil {
			t.Fatalf("%s: %q, %v", name, b, err)
		}
		d.Feed([]byte(rest))
		if n, err := untilDone(d.ReadInt64); n != 5 || err != nil {
			t.Errorf("%s: then %d, %v", name, n, err)
		}
	}
}

// Peek returns what is there with the reason why it is less, keeps it, and reserves
// nothing for what it is asked for.
func TestPeekOfMoreThanThereIs(t *testing.T) {
	failed := errors.New("failed")
	for _, test := range []struct {
		wire  string
		after error
		want  error
	}{
		{"", io.EOF, io.EOF},
		{"+O", io.EOF, io.ErrUnexpectedEOF},
		{"", failed, failed},
		{"+O", failed, failed},
	} {
		for _, n := range []int{3, 1 << 20, math.MaxInt} {
			d := resp.NewDecoder(io.MultiReader(strings.NewReader(test.wire), iotest.ErrReader(test.after)))
			var b []byte
			var err error
			used := tests.Allocated(func() { b, err = d.Peek(n) })
			if string(b) != test.wire || err != test.want || used > 64<<10 {
				t.Errorf("Peek(%d) of %q and %v: %q, %v, %d bytes allocated", n, test.wire, test.after, b, err, used)
			}
			d.Feed([]byte("+OK\r\n"[len(test.wire):]))
			if text, err := d.ReadString(); text != "OK" || err != nil {
				t.Errorf("behind Peek(%d) of %q and %v: %q, %v", n, test.wire, test.after, text, err)
			}
		}
	}
	d := resp.NewDecoder(nil)
	for _, wire := range []string{"", "+", "+O"} {
		d.Reset(nil)
		d.Feed([]byte(wire))
		if b, err := d.Peek(math.MaxInt); string(b) != wire || err != resp.ErrIncomplete {
			t.Errorf("fed %q: %q, %v", wire, b, err)
		}
	}
	if b, err := d.Peek(0); len(b) != 0 || err != nil {
		t.Errorf("Peek(0): %q, %v", b, err)
	}
	large := strings.Repeat("x", 1<<20)
	d = resp.NewDecoder(strings.NewReader(large), resp.MaxTotalLen(10), resp.MaxLineLen(10), resp.BufferSize(64))
	if b, err := d.Peek(len(large)); string(b) != large || err != nil {
		t.Errorf("Peek of more than the limits: %d bytes, %v", len(b), err)
	}
}

// What Peek looked at may be read by any method, at the cost of one look.
func TestAnyMethodMayFollowPeek(t *testing.T) {
	const wire = "|1\r\n+k\r\n+v\r\n*2\r\n$3\r\nfoo\r\n:1\r\n"
	for _, method := range namedMethods {
		want, wantErr := newReading(strings.NewReader(wire)).call(method)
		for n := range len(wire) {
			r := newReading(iotest.OneByteReader(strings.NewReader(wire)))
			if b, err := r.Peek(n); string(b) != wire[:n] || err != nil {
				t.Fatalf("Peek(%d): %q, %v", n, b, err)
			}
			if got, err := r.call(method); got != want || (err == nil) != (wantErr == nil) {
				t.Errorf("%s behind Peek(%d): %+v, want %+v", method, n, got, want)
			}
		}
	}
}

// What Peek has got before its reader panics is read on as if nothing had been.
func TestPeekWhenTheReaderPanics(t *testing.T) {
	const wire = "*2\r\n*1\r\n:1\r\n:2\r\n"
	arrivals := func() io.Reader {
		n := 0
		return tests.ReaderFunc(func(p []byte) (int, error) {
			switch n++; n {
			case 1:
				return copy(p, wire[:8]), nil
			case 2:
				panic("reader")
			}
			return copy(p, wire[8:]), nil
		})
	}
	for name, read := range map[string]func(*resp.Decoder) error{
		"Decode": func(d *resp.Decoder) error { return d.Decode(new(resp.Value)) },
		"ReadToken": func(d *resp.Decoder) (err error) {
			for range 4 {
				if _, err := d.ReadToken(); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		d := resp.NewDecoder(arrivals())
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the reader did not panic")
				}
			}()
			d.Peek(9)
		}()
		if err := read(d); err != nil || d.InputOffset() != int64(len(wire)) || d.Depth() != 0 {
			t.Errorf("%s of %q: %v, offset %d, depth %d", name, wire, err, d.InputOffset(), d.Depth())
		}
	}
}

// Where no bytes but those of a value may stand, both fail and change nothing.
func TestPeekAndDiscardInsideAValue(t *testing.T) {
	const inside = "resp: Peek or Discard inside an aggregate that is open, or behind an attribute"
	token := func(d *resp.Decoder) error { _, err := d.ReadToken(); return err }
	tokens := func(n int) func(*resp.Decoder) error {
		return func(d *resp.Decoder) (err error) {
			for ; n > 0 && err == nil; n-- {
				err = token(d)
			}
			return err
		}
	}
	for _, test := range []struct {
		name, wire string
		enter      func(*resp.Decoder) error
		want       string
		leave      func(*resp.Decoder) error
	}{
		{"inside an array", "*1\r\n:1\r\n", tokens(1), inside, token},
		{"inside an attribute", "|1\r\n:1\r\n:2\r\n:3\r\n", tokens(2), inside, tokens(2)},
		{"behind an attribute", "|1\r\n:1\r\n:2\r\n:3\r\n", tokens(3), inside, token},
		{"inside a streamed string", "$?\r\n;1\r\na\r\n;0\r\n", tokens(2), inside, token},
		{"inside SkipValue", "*1\r\n:1", func(d *resp.Decoder) error {
			if err := d.SkipValue(); err != resp.ErrIncomplete {
				return fmt.Errorf("SkipValue: %v", err)
			}
			return nil
		}, "resp: SkipValue was interrupted inside a value: call it again first", func(d *resp.Decoder) error {
			d.Feed([]byte("\r\n"))
			return d.SkipValue()
		}},
	} {
		d := resp.NewDecoder(nil)
		d.Feed([]byte(test.wire))
		if err := test.enter(d); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		at, buffered := d.InputOffset(), len(d.Buffered())
		for range 2 {
			b, err := d.Peek(1)
			if discard := d.Discard(1); b != nil || err == nil || err.Error() != test.want || discard == nil || discard.Error() != test.want {
				t.Errorf("%s: %q, %v and %v, want %s", test.name, b, err, discard, test.want)
			}
		}
		if d.InputOffset() != at || len(d.Buffered()) != buffered {
			t.Errorf("%s: at %d with %d bytes buffered, was at %d with %d", test.name, d.InputOffset(), len(d.Buffered()), at, buffered)
		}
		if err := test.leave(d); err != nil {
			t.Errorf("%s: then %v", test.name, err)
		}
		if _, err := d.Peek(1); err != resp.ErrIncomplete {
			t.Errorf("behind the value that was begun %s: %v", test.name, err)
		}
	}
}

// A number of bytes that cannot be is refused, and nothing is taken.
func TestPeekAndDiscardOfImpossibleNumbers(t *testing.T) {
	d := resp.NewDecoder(iotest.OneByteReader(strings.NewReader("abc")))
	if b, err := d.Peek(2); string(b) != "ab" || err != nil {
		t.Fatalf("%q, %v", b, err)
	}
	for _, n := range []int{-1, math.MinInt} {
		b, err := d.Peek(n)
		if discard := d.Discard(n); b != nil || err == nil || discard == nil {
			t.Errorf("Peek(%d): %q, %v; Discard: %v", n, b, err, discard)
		}
	}
	for _, n := range []int{3, math.MaxInt} { // it reads nothing, though there is more
		if err := d.Discard(n); err == nil || d.InputOffset() != 0 {
			t.Errorf("Discard(%d): %v, at %d", n, err, d.InputOffset())
		}
	}
	if err := d.Discard(2); err != nil || d.InputOffset() != 2 {
		t.Errorf("Discard(2): %v, at %d", err, d.InputOffset())
	}
	if err := d.Discard(0); err != nil {
		t.Errorf("Discard(0): %v", err)
	}
}

// An error that the Decoder stays in is that of both, until Reset.
func TestPeekAndDiscardRepeatTheError(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("x+OK\r\n"))
	_, want := d.ReadToken()
	b, err := d.Peek(1)
	if discard := d.Discard(1); b != nil || err != want || discard != want {
		t.Errorf("%q, %v and %v, want %v", b, err, discard, want)
	}
	d.Reset(strings.NewReader("x+OK\r\n"))
	if b, err := d.Peek(1); string(b) != "x" || err != nil || d.Discard(1) != nil {
		t.Errorf("after Reset: %q, %v", b, err)
	}
	if text, err := d.ReadString(); text != "OK" || err != nil {
		t.Errorf("then %q, %v", text, err)
	}
}

// Peek drops what a BulkReader has left; Discard, which may not read, does not.
func TestPeekDropsABulkReader(t *testing.T) {
	for cut := range 12 {
		wire := "$5\r\nhello\r\nrest"
		d := resp.NewDecoder(resptest.SplitReader(strings.NewReader(wire), cut+1, len(wire)))
		r, err := d.BulkReader()
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if err := d.Discard(0); err == nil {
			t.Error("Discard behind a BulkReader that is open: no error")
		}
		if b, err := d.Peek(4); string(b) != "rest" || err != nil {
			t.Errorf("cut at %d: %q, %v", cut, b, err)
		}
		if _, err := r.Read(make([]byte, 1)); err == nil || err == io.EOF {
			t.Errorf("the BulkReader goes on with %v", err)
		}
		if err := d.Discard(4); err != nil {
			t.Error(err)
		}
	}
}

// Taking large things off piece by piece costs no more than their length.
func TestPeekAndDiscardTakeConstantMemory(t *testing.T) {
	const size = 64 << 20
	var n int
	used := tests.Allocated(func() {
		d := resp.NewDecoder(io.LimitReader(tests.Zeros{}, size))
		for {
			if _, err := d.Peek(1); err != nil {
				break
			}
			n += len(d.Buffered())
			if err := d.Discard(len(d.Buffered())); err != nil {
				t.Fatal(err)
			}
		}
	})

	if n != size || used > 64<<10 {
		t.Errorf("%d bytes of %d, and %d allocated", n, size, used)
	}
}

func TestPeekAndDiscardDoNotAllocate(t *testing.T) {
	for _, atOnce := range []int{0, 7} {
		d := resp.NewDecoder(tests.Endless("\n+OK\r\n", atOnce))
		tests.CheckNoAllocs(t, "\n+OK", func() error {
			b, err := d.Peek(1)
			if err != nil || !bytes.Equal(b, []byte("\n")) {
				return fmt.Errorf("%q, %v", b, err)
			}
			return errors.Join(d.Discard(1), d.SkipValue())
		})
	}
}

// No bytes are the start of a token.
func TestConsumeTokenOfNothingIsIncomplete(t *testing.T) {
	if _, n, err := resp.ConsumeToken(nil); n != 0 || err != resp.ErrIncomplete {
		t.Errorf("ConsumeToken(nil) = %d, %v", n, err)
	}
}

// What ReadToken refuses by its first byte PeekKind refuses as well, also where it is
// buffered already.
func TestPeekKindFailsAsReadTokenDoes(t *testing.T) {
	for _, first := range []string{"+OK\r\n", "*1\r\n:1\r\n"} {
		for _, wire := range []string{"*1\r\n", "%1\r\n", "|1\r\n", ">1\r\n", ";1\r\na\r\n", ".\r\n", "?", "\r\n"} {
			var errs []error
			for _, read := range []func(*resp.Decoder) error{
				func(d *resp.Decoder) error { _, err := d.PeekKind(); return err },
				func(d *resp.Decoder) error { _, err := d.ReadToken(); return err },
			} {
				d := resp.NewDecoder(strings.NewReader(first + wire))
				if err := d.SkipValue(); err != nil {
					t.Fatal(err)
				}
				d.SetLimits(resp.MaxDepth(0))
				errs = append(errs, read(d))
			}
			if peeked, read := errs[0], errs[1]; peeked == nil || fmt.Sprint(peeked) != fmt.Sprint(read) {
				t.Errorf("PeekKind of %q behind %q: %v, and ReadToken: %v", wire, first, peeked, read)
			}
		}
	}
}
