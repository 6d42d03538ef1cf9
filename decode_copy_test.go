package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/resptest"
)

// bulkCases are values with what CopyBulk and a BulkReader make of them.
var bulkCases = []struct{ wire, payload, err string }{
	{"$5\r\nhello\r\n", "hello", ""},
	{"$0\r\n\r\n", "", ""},
	{"$4\r\n\r\n\r\n\r\n", "\r\n\r\n", ""},
	{"+OK\r\n", "OK", ""},
	{"+\r\n", "", ""},
	{"=7\r\ntxt:abc\r\n", "abc", ""},
	{"=4\r\ntxt:\r\n", "", ""},
	{"$?\r\n;0\r\n", "", ""},
	{"$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n", "Hello", ""},
	{"|1\r\n$1\r\na\r\n$?\r\n;1\r\nb\r\n;0\r\n$1\r\nx\r\n", "x", ""},
	{"|1\r\n$1\r\na\r\n+b\r\n|0\r\n$?\r\n;1\r\nx\r\n;0\r\n", "x", ""},
	{"$-1\r\n", "", "resp: null"},
	{"_\r\n", "", "resp: null"},
	{"-ERR no\r\n", "", "ERR no"},
	{"!3\r\nERR\r\n", "", "ERR"},
	{":42\r\n", "", "resp: got integer, want bulk string"},
	{"*2\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n", "", "resp: got array, want bulk string"},
	{"|1\r\n$1\r\na\r\n+b\r\n%?\r\n+a\r\n$?\r\n;1\r\nb\r\n;0\r\n.\r\n", "", "resp: got map, want bulk string"},
	{">1\r\n$1\r\na\r\n", "", "resp: got push, want bulk string"},
	{",1.5\r\n", "", "resp: got double, want bulk string"},
}

func TestCopyBulkWritesThePayloadAlone(t *testing.T) {
	for _, test := range bulkCases {
		for _, around := range []string{"", "*2\r\n", "*?\r\n", "|0\r\n", "*2\r\n|1\r\n:1\r\n:2\r\n"} {
			for name, wrap := range map[string]func(io.Reader) io.Reader{
				"at once":      func(r io.Reader) io.Reader { return r },
				"byte by byte": iotest.OneByteReader,
			} {
				r := newReading(wrap(strings.NewReader(around + test.wire + "+NEXT\r\n")))
				openTokens(t, r, len(around))
				var written bytes.Buffer
				n, err := r.CopyBulk(&written)
				if written.String() != test.payload || n != int64(len(test.payload)) || err == nil && test.err != "" || err != nil && err.Error() != test.err {
					t.Errorf("CopyBulk of %q, %s: wrote %q, %d and %v, want %q and %q", test.wire, name, written.String(), n, err, test.payload, test.err)
				}
				if next, err := r.ReadString(); next != "NEXT" {
					t.Errorf("behind CopyBulk of %q inside %q: %q and %v, want NEXT", test.wire, around, next, err)
				}
			}
		}
	}
}

func TestCopyValueWritesEveryByte(t *testing.T) {
	for _, value := range append([]string{tests.NestedWire, tests.StreamedWire, tests.Bulk(5000), "+" + strings.Repeat("x", 5000) + "\r\n"}, awkwardWires...) {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":      func(r io.Reader) io.Reader { return r },
			"byte by byte": iotest.OneByteReader,
		} {
			d := resp.NewDecoder(wrap(strings.NewReader(value+"+NEXT\r\n")), resp.BufferSize(1))
			var written bytes.Buffer
			if n, err := d.CopyValue(&written); written.String() != value || n != int64(len(value)) || err != nil {
				t.Errorf("CopyValue of %s, %s: wrote %q, %d and %v", tests.Short(value), name, written.String(), n, err)
			}
			if next, err := d.ReadString(); next != "NEXT" {
				t.Errorf("behind CopyValue of %s: %q and %v, want NEXT", tests.Short(value), next, err)
			}
		}
	}
}

// untilItEnds calls pass until it is not interrupted, and adds up what it wrote.
func untilItEnds(t *testing.T, wire string, pass func() (int64, error)) (n int64, err error) {
	t.Helper()
	for range 3*len(wire) + 10 {
		wrote, err := pass()
		n += wrote
		if !stopsShort(err) && err != io.ErrShortWrite {
			return n, err
		}
	}
	t.Fatalf("%s: interrupted again and again", tests.Short(wire))
	return 0, nil
}

// Interrupted by the reader or the writer at any byte, passing on continues
// with exactly that byte.
func TestPassingOnContinuesWhereItStopped(t *testing.T) {
	for _, value := range append([]string{tests.NestedWire, tests.StreamedWire, tests.Bulk(200)}, awkwardWires...) {
		readers := map[string]func() io.Reader{
			"at once":                func() io.Reader { return strings.NewReader(value) },
			"timeouts between":       func() io.Reader { return resptest.TimeoutReader(strings.NewReader(value)) },
			"timeouts with the rest": func() io.Reader { return resptest.DataTimeoutReader(strings.NewReader(value)) },
		}
		for name, reader := range readers {
			var payload bytes.Buffer
			wantBulk, wantErr := resp.NewDecoder(strings.NewReader(value)).CopyBulk(&payload)
			for i := range 2 * int64(len(value)) {
				at, size := i/2, []int{1, 1 << 14}[i%2] // a string that is buffered whole is written at once
				var written bytes.Buffer
				d := resp.NewDecoder(reader(), resp.BufferSize(size))
				w := resptest.FailOnceWriter(&written, at, os.ErrDeadlineExceeded)
				n, err := untilItEnds(t, value, func() (int64, error) { return d.CopyValue(w) })
				if written.String() != value || n != int64(len(value)) || err != nil || d.InputOffset() != n {
					t.Fatalf("CopyValue of %s, %s, buffer of %d, writer failed at %d: wrote %q, %d and %v", tests.Short(value), name, size, at, written.String(), n, err)
				}
				written.Reset()
				d.Reset(reader())
				w = resptest.FailOnceWriter(&written, at, os.ErrDeadlineExceeded)
				n, err = untilItEnds(t, value, func() (int64, error) { return d.CopyBulk(w) })
				if written.String() != payload.String() || n != wantBulk || fmt.Sprint(err) != fmt.Sprint(wantErr) || d.InputOffset() != int64(len(value)) {
					t.Fatalf("CopyBulk of %s, %s, buffer of %d, writer failed at %d: wrote %q, %d and %v, want %v", tests.Short(value), name, size, at, written.String(), n, err, wantErr)
				}
			}
			for seed := range uint64(5) {
				var written bytes.Buffer
				d := resp.NewDecoder(reader())
				w := resptest.TimeoutWriter(resptest.ShortWriter(&written, 3), seed)
				if n, err := untilItEnds(t, value, func() (int64, error) { return d.CopyValue(w) }); written.String() != value || n != int64(len(value)) || err != nil {
					t.Fatalf("CopyValue of %s, %s, short writes: wrote %q, %d and %v", tests.Short(value), name, written.String(), n, err)
				}
			}
		}
	}
}

// What is interrupted inside a value has to be called again; the others say so
// and read nothing.
func TestOthersWaitForWhatIsInterrupted(t *testing.T) {
	const wire = "*2\r\n$3\r\nabc\r\n:1\r\n+NEXT\r\n"
	for _, method := range []string{"SkipValue", "CopyValue"} {
		r := newReading(nil)
		r.Feed([]byte(wire[:10]))
		if got, _ := r.call(method); got.Err != resp.ErrIncomplete.Error() {
			t.Fatalf("%s of %q: %+v", method, wire[:10], got)
		}
		offset := r.InputOffset()
		want := "resp: " + method + " was interrupted inside a value: call it again first"
		for _, other := range append([]string{"ReadCommand", "ReadCommands"}, namedMethods...) {
			if other == method {
				continue
			}
			var err error
			switch other {
			case "ReadCommand":
				_, err = r.ReadCommand()
			case "ReadCommands":
				_, err = r.ReadCommands(nil)
			default:
				_, err = r.call(other)
			}
			if err == nil || err.Error() != want || r.InputOffset() != offset {
				t.Errorf("%s behind an interrupted %s: %v at offset %d, want %s at %d", other, method, err, r.InputOffset(), want, offset)
			}
		}
		r.Feed([]byte(wire[10:]))
		if got, err := r.call(method); err != nil || got.Offset != int64(len(wire)-len("+NEXT\r\n")) {
			t.Errorf("%s called again: %+v", method, got)
		}
		if next, err := r.ReadString(); next != "NEXT" {
			t.Errorf("behind %s: %q and %v, want NEXT", method, next, err)
		}
	}
}

// oddWriter returns what it is told to, and counts its calls.
type oddWriter struct {
	n     int
	err   error
	calls int
}

func (w *oddWriter) Write([]byte) (int, error) {
	w.calls++
	return w.n, w.err
}

func TestWritersThatReturnImpossibleCounts(t *testing.T) {
	for _, n := range []int{-1, 1 << 20} {
		d := resp.NewDecoder(strings.NewReader("$3\r\nabc\r\n"))
		if _, err := d.CopyBulk(&oddWriter{n: n}); err == nil || !strings.Contains(err.Error(), "impossible count") {
			t.Errorf("a writer that returns %d: %v", n, err)
		}
		var written bytes.Buffer
		if _, err := d.CopyBulk(&written); written.String() != "abc" || err != nil {
			t.Errorf("behind a writer's impossible count: wrote %q and %v", written.String(), err)
		}
	}
}

func TestWritersThatWriteLessWithoutSayingWhy(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("$3\r\nabc\r\n"))
	if n, err := d.CopyBulk(&oddWriter{n: 2}); n != 2 || err != io.ErrShortWrite {
		t.Errorf("a writer that takes 2 of 3 bytes: %d and %v, want %v", n, err, io.ErrShortWrite)
	}
}

// A writer that fails after the last byte has got all of the payload.
func TestAWriterThatTakesAllAndFails(t *testing.T) {
	broken := errors.New("broken")
	d := resp.NewDecoder(strings.NewReader("$3\r\nabc\r\n+NEXT\r\n"))
	if n, err := d.CopyBulk(&oddWriter{n: 3, err: broken}); n != 3 || err != broken {
		t.Errorf("CopyBulk to a writer that takes 3 bytes and fails: %d and %v, want 3 and %v", n, err, broken)
	}
	again := &oddWriter{}
	if n, err := d.CopyBulk(again); n != 0 || err != nil || again.calls > 0 {
		t.Errorf("CopyBulk again: %d and %v, and %d writes; want none", n, err, again.calls)
	}
	if next, err := d.ReadString(); next != "NEXT" {
		t.Errorf("then came %q and %v, want NEXT", next, err)
	}
}

// resetting is a writer that uses the Decoder that writes to it.
type resetting struct {
	use func()
	n   int
	err error
}

func (w *resetting) Write([]byte) (int, error) {
	w.use()
	return w.n, w.err
}

// A writer may reset the Decoder, as one may do that recycles Decoders on failure. The
// Decoder then reads what it was given, and goes on with nothing of the value.
func TestWritersThatResetTheDecoder(t *testing.T) {
	broken := errors.New("broken")
	for _, wire := range []string{"$3\r\nabc\r\n", tests.Bulk(500_000)} {
		for name, pass := range map[string]func(*resp.Decoder, io.Writer) (int64, error){"CopyValue": (*resp.Decoder).CopyValue, "CopyBulk": (*resp.Decoder).CopyBulk} {
			for _, w := range []*resetting{{n: 0}, {n: 3}, {n: len(wire)}, {err: broken}, {n: 1, err: broken}} {
				d := resp.NewDecoder(nil)
				d.Feed([]byte(wire + "+LOST\r\n"))
				w.use = func() { d.Reset(strings.NewReader("+NEXT\r\n+LAST\r\n")) }
				n, err := pass(d, w)
				if err == nil || w.err != nil && err != w.err || n > 0 {
					t.Errorf("%s of %s, a writer that resets and returns %d and %v: %d and %v", name, tests.Short(wire), w.n, w.err, n, err)
				}
				for _, want := range []string{"NEXT", "LAST"} {
					if next, err := d.ReadString(); next != want {
						t.Fatalf("behind %s of %s, a writer that resets and returns %d and %v: %q and %v, want %s", name, tests.Short(wire), w.n, w.err, next, err, want)
					}
				}
			}
		}
	}
}

// A writer may not read on: the value has been begun.
func TestWritersThatReadOn(t *testing.T) {
	for name, pass := range map[string]func(*resp.Decoder, io.Writer) (int64, error){"CopyValue": (*resp.Decoder).CopyValue, "CopyBulk": (*resp.Decoder).CopyBulk} {
		d := resp.NewDecoder(strings.NewReader("$3\r\nabc\r\n+NEXT\r\n"))
		w := new(resetting)
		var skipped error
		w.use = func() { skipped = d.SkipValue() }
		if _, err := pass(d, w); err != io.ErrShortWrite || skipped == nil {
			t.Fatalf("%s to a writer that skips: %v and %v, want %v and an error", name, err, skipped, io.ErrShortWrite)
		}
		if _, err := pass(d, io.Discard); err != nil {
			t.Errorf("%s again: %v", name, err)
		}
		if next, err := d.ReadString(); next != "NEXT" {
			t.Errorf("behind %s: %q and %v, want NEXT", name, next, err)
		}
	}
}

func TestCopyBulkOfNothingWritesNothing(t *testing.T) {
	for _, wire := range []string{"$0\r\n\r\n", "+\r\n", "=4\r\ntxt:\r\n", "$?\r\n;0\r\n"} {
		w := &oddWriter{err: errors.New("broken")}
		if n, err := resp.NewDecoder(strings.NewReader(wire)).CopyBulk(w); n != 0 || err != nil || w.calls > 0 {
			t.Errorf("CopyBulk of %q: %d and %v, and %d writes; want none", wire, n, err, w.calls)
		}
	}
}

// Nothing is written to a writer in the call in which it failed.
func TestAFailedWriterIsLeftAlone(t *testing.T) {
	broken := errors.New("broken")
	for _, wire := range []string{"$3\r\nabc\r\n", tests.Bulk(50000), "*2\r\n:1\r\n:2\r\n", "$3\r\nabcXX", "$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n"} {
		for _, pass := range []func(*resp.Decoder, io.Writer) (int64, error){(*resp.Decoder).CopyValue, (*resp.Decoder).CopyBulk} {
			w := &oddWriter{err: broken}
			_, err := pass(resp.NewDecoder(iotest.OneByteReader(strings.NewReader(wire))), w)
			if err == broken && w.calls != 1 {
				t.Errorf("%s: a writer that failed was called %d times", tests.Short(wire), w.calls)
			}
		}
	}
}

// faultyWires are faults that come late in a token, or behind what is passed on.
var faultyWires = []string{
	"$3\r\nabcXX", "$3\r\nabc\rX", "$0\r\nX", "$0\r\n\rX", "!3\r\nabcXX", "!0\r\n\n", "=7\r\ntxt:abcXX", "=4\r\ntxt:\rX", "=7\r\ntxtXabc\r\n",
	"*2\r\n+OK\r\n$3\r\nabcXX", "*2\r\n$2\r\nab\r\n$3\r\nabc\rX", "|1\r\n+a\r\n$1\r\nbX", "|1\r\n+a\r\n$1\r\nb\r\n$3\r\nabcXX",
	"|1\r\n+a\r\n$1\r\nb\r\n$x", "|1\r\n+a\r\n$1\r\nb\r\n=5\r\ntxt;a\r\n", "|1\r\n+a\r\n:1\r\n*2\r\n$1\r\naX",
	"$?\r\n;1\r\naX", "$?\r\n;2\r\nab\r\n;1\r\nc\rX", "$?\r\n;2\r\nab\r\n;1\r\nc\r\n+", "$?\r\n;2\r\nab\r\n;x", "$?\r\n;2\r\nab\r\n;0\rX",
	"%1\r\n$1\r\na\r\n$?\r\n;1\r\naX", "*?\r\n$1\r\na\r\n$1\r\nbX", "*2\r\n$5\r\nhello\r\n?", "+OK\r\n+abc\nX", "*1\r\n:1X\r\n", "+OK\rX", "+OK\n",
	"$100\r\n" + strings.Repeat("x", 100) + "\rX", "*2\r\n$100\r\n" + strings.Repeat("x", 100) + "\r\n$100\r\n" + strings.Repeat("y", 100) + "X",
}

// passing are the ways to pass on a value, or the payload of a string, to w. Each
// calls again when it is interrupted.
var passing = map[string]func(s *source, w *bytes.Buffer) error{
	"SkipValue":          func(s *source, w *bytes.Buffer) error { return s.untilDone(s.SkipValue) },
	"CopyValue":          func(s *source, w *bytes.Buffer) error { return passTo(s, w, s.CopyValue) },
	"CopyBulk":           func(s *source, w *bytes.Buffer) error { return passTo(s, w, s.CopyBulk) },
	"BulkReader by 1":    func(s *source, w *bytes.Buffer) error { return passBulk(s, w, 1) },
	"BulkReader by 7":    func(s *source, w *bytes.Buffer) error { return passBulk(s, w, 7) },
	"BulkReader by 1000": func(s *source, w *bytes.Buffer) error { return passBulk(s, w, 1000) },
	"ReadInto":           readAllInto,
}

func passTo(s *source, w io.Writer, pass func(io.Writer) (int64, error)) error {
	return s.untilDone(func() error { _, err := pass(w); return err })
}

func readAllInto(s *source, w *bytes.Buffer) error {
	var n int
	p := make([]byte, 8<<10)
	err := s.untilDone(func() (err error) { n, err = s.ReadInto(p); return err })
	if err == io.ErrShortBuffer {
		return fmt.Errorf("a payload of %d bytes", n)
	}
	w.Write(p[:n])
	return err
}

// passBulk reads a payload size bytes at a time.
func passBulk(s *source, w *bytes.Buffer, size int) error {
	var r *resp.BulkReader
	err := s.untilDone(func() (err error) { r, err = s.BulkReader(); return err })
	if err != nil {
		return err
	}
	p := make([]byte, size)
	for err == nil {
		err = s.untilDone(func() error {
			n, err := r.Read(p)
			w.Write(p[:n])
			return err
		})
	}
	return notEOF(err)
}

// passed is what was written up to a fault, and where the Decoder stood then.
type passed struct {
	Written, Err string
	Offset       int64
}

// passUpToFault passes on value after value until one is at fault.
func passUpToFault(s *source, pass func(*source, *bytes.Buffer) error) passed {
	var w bytes.Buffer
	for {
		err := pass(s, &w)
		if aligned(err) != "" {
			return passed{w.String(), err.Error(), s.InputOffset()}
		}
	}
}

// A fault stops passing on at a byte that no split changes: at the start of the
// token, or behind its payload when what should be CR LF is wrong. All before that
// has been written, and nothing behind it.
func TestAFaultStopsPassingOnAtTheSameByte(t *testing.T) {
	type faulty struct {
		wire string
		opts []resp.Option
	}
	var all []faulty
	for _, v := range vectorsOf("reply") {
		if v.Want.Error != "" && len(v.Wire) < 4096 {
			all = append(all, faulty{string(v.Wire), decoderOptions(v)})
		}
	}
	for _, wire := range faultyWires {
		all = append(all, faulty{wire, nil})
	}
	for _, f := range all {
		// Behind the fault is more, so that the fast parsers look at it too.
		wire := []byte(f.wire + strings.Repeat("+NEXT\r\n", 20))
		want := map[string]passed{}
		for name, pass := range passing {
			want[name] = passUpToFault(deliveries(1)[0].open(wire, f.opts...), pass)
		}
		checkStop(t, wire, f.opts, want["CopyValue"])
		if want["SkipValue"].Offset != want["CopyValue"].Offset || want["CopyBulk"] != want["BulkReader by 7"] {
			t.Errorf("%.200q: %+v", wire, want)
		}
		for seed := range uint64(3) {
			ways := deliveries(seed)
			for cut := range len(f.wire) {
				ways = append(ways, fedInTwo(cut))
			}
			for _, way := range ways {
				for name, pass := range passing {
					if got := passUpToFault(way.open(wire, f.opts...), pass); got != want[name] {
						t.Errorf("%s of %.200q, %s: %+v, want %+v", name, wire, way.name, got, want[name])
					}
				}
			}
		}
	}
}

// fedInTwo is the delivery of a wire that is cut once.
func fedInTwo(cut int) delivery {
	return delivery{fmt.Sprintf("cut at %d", cut), fed(func(wire []byte) []int { return []int{cut, len(wire)} })}
}

// checkStop checks what CopyValue did before a fault against the wire, and against
// where reading it token by token stops.
func checkStop(t *testing.T, wire []byte, opts []resp.Option, got passed) {
	t.Helper()
	if got.Written != string(wire[:got.Offset]) {
		t.Errorf("CopyValue of %.200q: wrote %q and stopped at %d", wire, got.Written, got.Offset)
	}
	d := resp.NewDecoder(bytes.NewReader(wire), opts...)
	var err error
	for err == nil {
		_, err = d.ReadToken()
	}
	want := d.InputOffset()
	var syntax *resp.SyntaxError
	if errors.As(err, &syntax) && syntax.Expected == "CR LF behind the payload" {
		want = syntax.Offset
		if token := d.InputOffset(); wire[want-1] == '\r' && endsPayload(wire[token:], want-1-token) {
			want-- // the CR was right
		}
	}
	if got.Offset != want {
		t.Errorf("CopyValue of %.200q: stopped at %d, want %d", wire, got.Offset, want)
	}
}

// endsPayload reports whether the payload of the token that b starts with ends at
// b[end].
func endsPayload(b []byte, end int64) bool {
	header := bytes.IndexByte(b, '\n') + 1
	length, err := strconv.Atoi(string(b[1 : header-2]))
	return err == nil && int64(header+length) == end
}

// Values of any size pass in constant memory.
func TestPassingOnTakesConstantMemory(t *testing.T) {
	const size, most = 4 << 20, 64 << 10
	chunk := tests.Bulk(1 << 20)
	for name, wire := range map[string]io.Reader{
		"a string": io.MultiReader(strings.NewReader(fmt.Sprintf("$%d\r\n", size)), io.LimitReader(tests.Zeros{}, size), strings.NewReader("\r\n")),
		"chunks":   io.MultiReader(strings.NewReader("$?\r\n"), io.LimitReader(tests.Endless(";"+chunk[1:], 0), 4*int64(len(chunk))), strings.NewReader(";0\r\n")),
	} {
		var err error
		var n int64
		if got := tests.Allocated(func() { n, err = resp.NewDecoder(wire).CopyBulk(io.Discard) }); got > most || n != size || err != nil {
			t.Errorf("CopyBulk of %s: %d bytes and %v, and allocates %d bytes", name, n, err, got)
		}
	}
	array := fmt.Sprintf("*%d\r\n", size/4)
	for name, pass := range map[string]func(d *resp.Decoder) error{
		"SkipValue": (*resp.Decoder).SkipValue,
		"CopyValue": func(d *resp.Decoder) error { return copyValue(d, nil) },
	} {
		d := resp.NewDecoder(io.MultiReader(strings.NewReader(array), io.LimitReader(tests.Endless(":1\r\n", 0), size)))
		var err error
		if got := tests.Allocated(func() { err = pass(d) }); got > most || err != nil || d.InputOffset() != int64(size+len(array)) {
			t.Errorf("%s of %d elements: %v at offset %d, and allocates %d bytes", name, size/4, err, d.InputOffset(), got)
		}
	}
}

// Constant memory is no way around the limits; options are.
func TestLimitsHoldInConstantMemoryToo(t *testing.T) {
	const size = 600 << 20
	for _, wire := range []string{fmt.Sprintf("$%d\r\n", size), fmt.Sprintf("$?\r\n;%d\r\n", size)} {
		for name, pass := range passing {
			if name == "ReadInto" {
				continue // has no memory for it
			}
			got := passUpToFault(deliveries(1)[0].open([]byte(wire)), pass)
			if want := "bulk length above 536870912"; !strings.HasSuffix(got.Err, want) {
				t.Errorf("%s of %q: %s, want %s", name, wire, got.Err, want)
			}
			got = passUpToFault(deliveries(1)[0].open([]byte(wire), resp.MaxBulkLen(size)), pass)
			if got.Err != io.ErrUnexpectedEOF.Error() {
				t.Errorf("%s of %q without the limit: %s, want %v", name, wire, got.Err, io.ErrUnexpectedEOF)
			}
		}
	}
}

// bulkReads read a payload to its end.
var bulkReads = map[string]func(*resp.BulkReader, *bytes.Buffer) error{
	"by 1 byte":     func(r *resp.BulkReader, w *bytes.Buffer) error { return readBy(r, w, 1) },
	"by 3 bytes":    func(r *resp.BulkReader, w *bytes.Buffer) error { return readBy(r, w, 3) },
	"by 1000 bytes": func(r *resp.BulkReader, w *bytes.Buffer) error { return readBy(r, w, 1000) },
}

// readBy reads r to its end, n bytes at a time, calling again after timeouts.
func readBy(r *resp.BulkReader, w *bytes.Buffer, n int) error {
	p := make([]byte, n)
	for {
		n, err := r.Read(p)
		w.Write(p[:n])
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return notEOF(err)
		}
	}
}

func notEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// untilDone calls call again as long as it times out.
func untilDone[T any](call func() (T, error)) (T, error) {
	for {
		v, err := call()
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return v, err
		}
	}
}

func TestBulkReaderReadsThePayloadAlone(t *testing.T) {
	for _, test := range bulkCases {
		for _, around := range []string{"", "*2\r\n", "*?\r\n", "|0\r\n", "*2\r\n|1\r\n:1\r\n:2\r\n"} {
			for _, arrival := range tests.Arrivals(1) {
				for how, read := range bulkReads {
					d := resp.NewDecoder(arrival.Of(strings.NewReader(around + test.wire + "+NEXT\r\n")))
					for d.InputOffset() < int64(len(around)) {
						if _, err := untilDone(d.ReadToken); err != nil {
							t.Fatal(err)
						}
					}
					var payload bytes.Buffer
					r, err := untilDone(d.BulkReader)
					if err == nil {
						err = read(r, &payload)
					}
					if payload.String() != test.payload || err == nil && test.err != "" || err != nil && err.Error() != test.err {
						t.Errorf("%q inside %q, %s, %s: %q and %v, want %q and %q", test.wire, around, arrival.Name, how, payload.String(), err, test.payload, test.err)
					}
					if r != nil {
						if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF || r.Len() != 0 {
							t.Errorf("%q, %s, %s: at the end %d, %v and %d left", test.wire, arrival.Name, how, n, err, r.Len())
						}
					}
					if next, err := untilDone(d.ReadString); next != "NEXT" {
						t.Errorf("behind %q inside %q, %s, %s: %q and %v, want NEXT", test.wire, around, arrival.Name, how, next, err)
					}
				}
			}
		}
	}
}

// However much of the payload was read, whatever reads next finds the next value.
func TestWhatABulkReaderLeavesIsDropped(t *testing.T) {
	next := map[string]string{}
	for _, method := range namedMethods {
		r := newReading(strings.NewReader("+1\r\n:5\r\n"))
		got, _ := r.call(method)
		next[method] = got.Text
	}
	for _, value := range []string{"$5\r\nhello\r\n", "$0\r\n\r\n", "+hello\r\n", "=7\r\ntxt:abc\r\n", "$?\r\n;2\r\nab\r\n;3\r\ncde\r\n;0\r\n", "$?\r\n;0\r\n"} {
		for _, arrival := range tests.Arrivals(1) {
			for take := range 7 {
				for _, method := range namedMethods {
					r := newReading(arrival.Of(strings.NewReader(value + "+1\r\n:5\r\n")))
					payload, err := untilDone(r.BulkReader)
					if err != nil {
						t.Fatalf("%q, %s: %v", value, arrival.Name, err)
					}
					for range take {
						if _, err := payload.Read(make([]byte, 1)); err != nil && err != io.EOF && !stopsShort(err) {
							t.Fatalf("%q, %s: %v", value, arrival.Name, err)
						}
					}
					got, _ := untilDone(func() (result, error) { return r.call(method) })
					if got.Err != "" && !strings.HasPrefix(got.Err, "resp: got") || got.Text != next[method] {
						t.Errorf("%s behind %d bytes of %q, %s: %+v, want %s", method, take, value, arrival.Name, got, next[method])
					}
				}
			}
		}
	}
}

func TestADroppedPayloadSaysSo(t *testing.T) {
	drops := map[string]func(*resp.Decoder){
		"Reset": func(d *resp.Decoder) { d.Reset(strings.NewReader("+OK\r\n")) },
	}
	for _, method := range methods.Reads {
		if method.Sort != methods.Payload { // it is the same reader, which reads the next payload
			drops[method.Name] = func(d *resp.Decoder) { method.Call(d, io.Discard) }
		}
	}
	for name, drop := range drops {
		d := resp.NewDecoder(strings.NewReader("$5\r\nhello\r\n*1\r\n$4\r\nPING\r\n"))
		r, err := d.BulkReader()
		if err != nil {
			t.Fatal(err)
		}
		drop(d)
		_, err = r.Read(make([]byte, 1))
		const want = "resp: another read of the Decoder has dropped the rest of this payload"
		if fmt.Sprint(err) != want || r.Len() != 0 {
			t.Errorf("behind %s: Read %v and %d bytes left, want %s", name, err, r.Len(), want)
		}
	}
}

func TestBulkReaderLen(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("*2\r\n=9\r\ntxt:hello\r\n$?\r\n;2\r\nab\r\n;0\r\n"))
	d.ReadArrayLen()
	r, err := d.BulkReader()
	if err != nil {
		t.Fatal(err)
	}
	for left := int64(5); left >= 0; left-- {
		if r.Len() != left {
			t.Errorf("%d bytes left, want %d", r.Len(), left)
		}
		r.Read(make([]byte, 1))
	}
	if r, err = d.BulkReader(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{-1, -1, 0, 0} { // the end is there with the last byte
		if r.Len() != want {
			t.Errorf("a streamed string: %d bytes left, want %d", r.Len(), want)
		}
		r.Read(make([]byte, 1))
	}

	// A chunk alone has a length, and so has what an attribute decorates.
	d = resp.NewDecoder(strings.NewReader("$?\r\n;3\r\nabc\r\n;0\r\n|1\r\n+a\r\n:1\r\n$3\r\nabc\r\n"))
	for _, tokens := range []int{1, 4} {
		for range tokens {
			if _, err := d.ReadToken(); err != nil {
				t.Fatal(err)
			}
		}
		if r, err = d.BulkReader(); err != nil {
			t.Fatal(err)
		}
		if r.Len() != 3 {
			t.Errorf("behind %d tokens %d bytes left, want 3", tokens, r.Len())
		}
	}
}

// What ends a string is read with the last byte of its payload when it is there,
// and is not waited for when it is not: so who reads as many bytes as Len says
// finds nothing of the string in Buffered, and is not held up.
func TestBulkReaderTakesTheEndWithTheLastByte(t *testing.T) {
	const next = "+NEXT\r\n"
	for _, test := range []struct {
		value   string
		payload int // where it ends
	}{
		{"$5\r\nhello\r\n", 9}, {"$0\r\n\r\n", 4}, {"=9\r\ntxt:hello\r\n", 13}, {"=4\r\ntxt:\r\n", 8}, {"|1\r\n+a\r\n:1\r\n$1\r\na\r\n", 17},
		{"*1\r\n$5\r\nhello\r\n", 13}, {"$100\r\n" + strings.Repeat("x", 100) + "\r\n", 106},
		{"$?\r\n;2\r\nab\r\n;0\r\n", 10}, {"$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n", 16}, {"$?\r\n;0\r\n", 4},
	} {
		wire := test.value + next
		payload := payloadOf(t, test.value)
		for cut := test.payload; cut <= len(wire); cut++ {
			for _, size := range []int{1, 3, 50, 1000} {
				more := 0
				d := resp.NewDecoder(io.MultiReader(strings.NewReader(wire[:cut]), tests.ReaderFunc(func(p []byte) (int, error) {
					more++
					return 0, os.ErrDeadlineExceeded
				})), resp.BufferSize(200))
				if test.value[0] == '*' {
					d.ReadArrayLen()
				}
				r, err := d.BulkReader()
				if err != nil {
					t.Fatalf("%q: %v", wire[:cut], err)
				}
				p := make([]byte, size)
				for read := 0; read < len(payload); {
					n, err := r.Read(p)
					if read += n; err != nil {
						t.Fatalf("%q, %d bytes at a time: %v behind %d bytes", wire[:cut], size, err, read)
					}
				}
				if more > 0 {
					t.Errorf("%q, %d bytes at a time: the end was waited for", wire[:cut], size)
				}
				if cut < len(test.value) {
					if at := d.InputOffset(); at < int64(test.payload) || at > int64(cut) {
						t.Errorf("%q, %d bytes at a time: at offset %d with the last byte", wire[:cut], size, at)
					}
					continue
				}
				if rest := string(d.Buffered()); rest != wire[len(test.value):cut] || d.InputOffset() != int64(len(test.value)) || d.Depth() != 0 || r.Len() != 0 {
					t.Errorf("%q, %d bytes at a time: %q buffered at offset %d and depth %d, %d left", wire[:cut], size, rest, d.InputOffset(), d.Depth(), r.Len())
				}
				if n, err := r.Read(p); n != 0 || err != io.EOF || more > 0 {
					t.Errorf("%q, %d bytes at a time: then %d and %v", wire[:cut], size, n, err)
				}
			}
		}
	}
}

// payloadOf returns the payload of the string that value holds.
func payloadOf(t *testing.T, value string) string {
	t.Helper()
	d := resp.NewDecoder(strings.NewReader(value))
	if value[0] == '*' {
		d.ReadArrayLen()
	}
	b, err := d.ReadBytes()
	if err != nil {
		t.Fatalf("%q: %v", value, err)
	}
	return string(b)
}

// A payload that has been read to its end has not been dropped by what reads next,
// wherever the input was split.
func TestAPayloadThatWasReadWholeIsNotDropped(t *testing.T) {
	const wire = "$5\r\nhello\r\n+NEXT\r\n"
	for cut := len("$5\r\nhello"); cut < len(wire); cut++ {
		d := resp.NewDecoder(io.MultiReader(strings.NewReader(wire[:cut]), strings.NewReader(wire[cut:])))
		r, err := d.BulkReader()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, r.Len())); err != nil {
			t.Fatal(err)
		}
		if next, err := d.ReadString(); next != "NEXT" || err != nil {
			t.Errorf("cut at %d: %q and %v, want NEXT", cut, next, err)
		}
		if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("cut at %d: %d and %v, want io.EOF", cut, n, err)
		}
	}
}

// Where the CR LF is wrong no byte of the payload is lost: the next Read says so.
func TestBulkReaderGivesAllBeforeAWrongEnd(t *testing.T) {
	for wire, payload := range map[string]string{
		"$3\r\nabcXX": "abc", "$3\r\nabc\rX": "abc", "=7\r\ntxt:abc\n\n": "abc", "$0\r\nXX": "", "$?\r\n;2\r\nab\r\n;1\r\ncXX": "abc", "$?\r\n;2\r\nabXX": "ab",
	} {
		for _, arrival := range tests.Arrivals(1) {
			for _, size := range []int{1, 2, 1000} {
				d := resp.NewDecoder(arrival.Of(strings.NewReader(wire)))
				r, err := untilDone(d.BulkReader)
				if err != nil {
					t.Fatalf("%q, %s: %v", wire, arrival.Name, err)
				}
				var got []byte
				p := make([]byte, size)
				for err == nil || stopsShort(err) {
					var n int
					n, err = r.Read(p)
					if got = append(got, p[:n]...); n > 0 && err != nil {
						t.Errorf("%q, %s: %d bytes and %v at once", wire, arrival.Name, n, err)
					}
				}
				var syntax *resp.SyntaxError
				if string(got) != payload || !errors.As(err, &syntax) || syntax.Expected != "CR LF behind the payload" {
					t.Errorf("%q, %s, %d bytes at a time: %q and %v, want %q", wire, arrival.Name, size, got, err, payload)
				}
			}
		}
	}
}

// A payload that breaks off or does not end in CR LF has no io.EOF.
func TestBulkReaderOfAPayloadAtFault(t *testing.T) {
	for wire, want := range map[string]string{
		"$3\r\nabcXX":         `resp: syntax error at offset 7: expected CR LF behind the payload, found "X"`,
		"$3\r\nab":            "unexpected EOF",
		"$3\r\nabc\r":         "unexpected EOF",
		"$?\r\n;1\r\na\r\n":   "unexpected EOF",
		"$?\r\n;1\r\na\r\n+":  `resp: type error at offset 11: expected a chunk of the streamed string, found "+"`,
		"=7\r\ntxt:abcX":      `resp: syntax error at offset 11: expected CR LF behind the payload, found "X"`,
		"$?\r\n;1\r\naX\r\n;": `resp: syntax error at offset 9: expected CR LF behind the payload, found "X"`,
	} {
		for how, read := range bulkReads {
			d := resp.NewDecoder(strings.NewReader(wire))
			r, err := d.BulkReader()
			if err == nil {
				err = read(r, new(bytes.Buffer))
			}
			if err == nil || err.Error() != want {
				t.Errorf("%q, %s: %v, want %s", wire, how, err, want)
			}
		}
	}
}

// A few bytes are not worth a call of the reader: the buffer is filled instead.
func TestBulkReaderReadsLittlePiecesThroughTheBuffer(t *testing.T) {
	const size, most = 100_000, 20
	calls := 0
	source := tests.ReaderFunc(func(p []byte) (int, error) {
		calls++
		clear(p)
		return len(p), nil
	})
	r, err := resp.NewDecoder(io.MultiReader(strings.NewReader(fmt.Sprintf("$%d\r\n", size)), source)).BulkReader()
	if err != nil {
		t.Fatal(err)
	}
	for p := make([]byte, 10); r.Len() > 0; {
		if _, err := r.Read(p); err != nil {
			t.Fatal(err)
		}
	}
	if calls > most {
		t.Errorf("the reader was called %d times for %d bytes, want at most %d", calls, size, most)
	}
}

// What has not arrived is read straight into the caller's bytes.
func TestBulkReaderReadsIntoPlace(t *testing.T) {
	const size = 1 << 20
	p := make([]byte, size)
	var direct int
	source := tests.ReaderFunc(func(b []byte) (int, error) {
		if &b[0] == &p[size-len(b)] && len(b) <= size {
			direct += len(b)
		}
		clear(b)
		return len(b), nil
	})
	d := resp.NewDecoder(io.MultiReader(strings.NewReader(fmt.Sprintf("$%d\r\n", size)), source))
	r, err := d.BulkReader()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, p); err != nil || direct < size-64<<10 {
		t.Errorf("%d of %d bytes were read into place, %v", direct, size, err)
	}
}

func TestBulkReaderTakesConstantMemory(t *testing.T) {
	const size, most = 4 << 20, 64 << 10
	chunk := tests.Bulk(1 << 20)
	for name, wire := range map[string]io.Reader{
		"a string": io.MultiReader(strings.NewReader(fmt.Sprintf("$%d\r\n", size)), io.LimitReader(tests.Zeros{}, size), strings.NewReader("\r\n")),
		"chunks":   io.MultiReader(strings.NewReader("$?\r\n"), io.LimitReader(tests.Endless(";"+chunk[1:], 0), 4*int64(len(chunk))), strings.NewReader(";0\r\n")),
	} {
		var n int64
		var err error
		got := tests.Allocated(func() {
			var r *resp.BulkReader
			if r, err = resp.NewDecoder(wire).BulkReader(); err == nil {
				n, err = io.Copy(io.Discard, struct{ io.Reader }{r})
			}
		})

		if got > most || n != size || err != nil {
			t.Errorf("%s: %d bytes and %v, and allocates %d bytes", name, n, err, got)
		}
	}
}

// An interrupted read of what is no string goes on, and then says what it was.
func TestBulkReaderOfAnotherKindGoesOn(t *testing.T) {
	const wire = "*2\r\n$1\r\na\r\n:1\r\n"
	for cut := range len(wire) {
		d := resp.NewDecoder(nil)
		d.Feed([]byte(wire[:cut]))
		if _, err := d.BulkReader(); err != resp.ErrIncomplete {
			t.Fatalf("%q: %v", wire[:cut], err)
		}
		d.Feed([]byte(wire[cut:] + "+NEXT\r\n"))
		_, err := d.BulkReader()
		if kind := (*resp.KindError)(nil); !errors.As(err, &kind) {
			t.Errorf("%q, cut at %d: %v, want a KindError", wire, cut, err)
		}
		if next, err := d.ReadString(); next != "NEXT" {
			t.Errorf("%q, cut at %d: %q and %v behind it", wire, cut, next, err)
		}
	}
}

// However a string comes, ReadInto gives what ReadBytes gives, and the next read
// finds what is behind it. Large ones are read in one go and in pieces.
func TestReadIntoGivesWhatReadBytesGives(t *testing.T) {
	wires := slices.Clone(awkwardWires)
	for _, n := range []int{1, 40, 80, 200, 5000} {
		x := strings.Repeat("x", n)
		wires = append(wires, fmt.Sprintf("$%d\r\n%s\r\n", n, x), fmt.Sprintf("|1\r\n+a\r\n:1\r\n=%d\r\ntxt:%s\r\n", n+4, x),
			fmt.Sprintf("$?\r\n;%d\r\n%s\r\n;%d\r\n%s\r\n;0\r\n", n, x, n, x), "+"+x+"\r\n", "-"+x+"\r\n", fmt.Sprintf("!%d\r\n%s\r\n", n, x))
	}
	for _, wire := range wires {
		for _, around := range []string{"", "*1\r\n", "*?\r\n", "|0\r\n"} {
			all := []byte(around + wire + "+NEXT\r\n")
			open := func(way delivery) *source {
				s := way.open(all)
				for s.InputOffset() < int64(len(around)) {
					s.untilDone(func() error { _, err := s.ReadToken(); return err })
				}
				return s
			}
			like := open(deliveries(1)[0])
			want, wantErr := like.ReadBytes()
			want = bytes.Clone(want)
			for _, way := range deliveries(uint64(len(wire))) {
				for _, room := range []int{0, 1, len(want), len(want) + 1, 20_000} {
					s := open(way)
					p := make([]byte, room)
					var n, filled int
					err := s.untilDone(func() (err error) {
						n, err = s.ReadInto(p)
						if err != nil && err != io.ErrShortBuffer {
							if n < filled || n > len(want) || string(p[:n]) != string(want[:n]) {
								t.Errorf("%.100q, %s: %d bytes are filled, behind %d, with %.100q: %v", all, way.name, n, filled, p[:n], err)
							}
							filled = n
						}
						return err
					})
					if wantErr == nil && room < len(want) {
						if n != len(want) || err != io.ErrShortBuffer || s.InputOffset() != int64(len(around)) {
							t.Errorf("%.100q into %d bytes, %s: %d and %v at offset %d, want %d and nothing read", all, room, way.name, n, err, s.InputOffset(), len(want))
						}
						p = make([]byte, n)
						err = s.untilDone(func() (err error) { n, err = s.ReadInto(p); return err })
					}
					if fmt.Sprint(err) != fmt.Sprint(wantErr) || string(p[:n]) != string(want) || s.InputOffset() != like.InputOffset() {
						t.Errorf("%.100q, %s: %.100q and %v at offset %d, want %.100q and %v at %d", all, way.name, p[:n], err, s.InputOffset(), want, wantErr, like.InputOffset())
					}
				}
			}
		}
	}
}

// A payload that is larger than the buffer goes straight into the caller's memory.
func TestReadIntoReadsIntoPlace(t *testing.T) {
	const size, most = 1 << 20, 64 << 10
	p := make([]byte, size)
	direct := 0
	source := tests.ReaderFunc(func(b []byte) (int, error) {
		into := len(b) <= size && &b[0] == &p[size-len(b)]
		b = b[:min(len(b), 50_000)]
		clear(b)
		if into {
			direct += len(b)
		} else if direct > 0 { // behind what went into place: the last of it, and the end
			return copy(b, strings.Repeat("x", size-100-direct)+"\r\n"), nil
		}
		return len(b), nil
	})
	d := resp.NewDecoder(io.MultiReader(strings.NewReader(fmt.Sprintf("$%d\r\n", size)), io.LimitReader(tests.Zeros{}, 100), source))
	var n int
	var err error
	if got := tests.Allocated(func() { n, err = d.ReadInto(p) }); got > most || direct < size-most || n != size || err != nil {
		t.Errorf("%d and %v: %d of %d bytes were read into place, and %d allocated", n, err, direct, size, got)
	}
}

// Inside a payload ReadInto has to go on; others say so, and too little memory does
// not lose what has been read.
func TestReadIntoGoesOnWithTheSameMemory(t *testing.T) {
	payload := strings.Repeat("0123456789", 20)
	wire := "$200\r\n" + payload + "\r\n+NEXT\r\n"
	d := resp.NewDecoder(nil, resp.BufferSize(64))
	d.Feed([]byte(wire[:100]))
	p := make([]byte, 300)
	if n, err := d.ReadInto(p); n != 94 || err != resp.ErrIncomplete {
		t.Fatalf("%d and %v, want 94", n, err)
	}
	const interrupted = "resp: ReadInto was interrupted inside a value: call it again first"
	if _, err := d.ReadBytes(); err == nil || err.Error() != interrupted {
		t.Errorf("ReadBytes: %v, want %s", err, interrupted)
	}
	if n, err := d.ReadInto(p[:10]); n != 200 || err != io.ErrShortBuffer {
		t.Errorf("into 10 bytes: %d and %v, want 200 and %v", n, err, io.ErrShortBuffer)
	}
	d.Feed([]byte(wire[100:]))
	if n, err := d.ReadInto(p); string(p[:n]) != payload || err != nil {
		t.Errorf("%q and %v", p[:n], err)
	}
	if next, err := d.ReadString(); next != "NEXT" {
		t.Errorf("%q and %v, want NEXT", next, err)
	}
}
