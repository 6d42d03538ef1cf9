package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
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
			for at := range int64(len(value)) {
				var written bytes.Buffer
				d := resp.NewDecoder(reader(), resp.BufferSize(1))
				w := resptest.FailOnceWriter(&written, at, os.ErrDeadlineExceeded)
				n, err := untilItEnds(t, value, func() (int64, error) { return d.CopyValue(w) })
				if written.String() != value || n != int64(len(value)) || err != nil || d.InputOffset() != n {
					t.Fatalf("CopyValue of %s, %s, writer failed at %d: wrote %q, %d and %v", tests.Short(value), name, at, written.String(), n, err)
				}
				written.Reset()
				d.Reset(reader())
				w = resptest.FailOnceWriter(&written, at, os.ErrDeadlineExceeded)
				n, err = untilItEnds(t, value, func() (int64, error) { return d.CopyBulk(w) })
				if written.String() != payload.String() || n != wantBulk || fmt.Sprint(err) != fmt.Sprint(wantErr) || d.InputOffset() != int64(len(value)) {
					t.Fatalf("CopyBulk of %s, %s, writer failed at %d: wrote %q, %d and %v, want %v", tests.Short(value), name, at, written.String(), n, err, wantErr)
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
	"BulkReader.WriteTo": func(s *source, w *bytes.Buffer) error { return passBulk(s, w, 0) },
}

func passTo(s *source, w io.Writer, pass func(io.Writer) (int64, error)) error {
	return s.untilDone(func() error { _, err := pass(w); return err })
}

// passBulk reads a payload size bytes at a time, or with WriteTo.
func passBulk(s *source, w *bytes.Buffer, size int) error {
	var r *resp.BulkReader
	err := s.untilDone(func() (err error) { r, err = s.BulkReader(); return err })
	if err != nil {
		return err
	}
	if size == 0 {
		return passTo(s, w, r.WriteTo)
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
