package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed65f5866d/resp"
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
	for _, value := range append([]string{nestedWire, streamedWire, bulkWire(5000), "+" + strings.Repeat("x", 5000) + "\r\n"}, awkwardWires...) {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":      func(r io.Reader) io.Reader { return r },
			"byte by byte": iotest.OneByteReader,
		} {
			d := resp.NewDecoder(wrap(strings.NewReader(value+"+NEXT\r\n")), resp.BufferSize(1))
			var written bytes.Buffer
			if n, err := d.CopyValue(&written); written.String() != value || n != int64(len(value)) || err != nil {
				t.Errorf("CopyValue of %s, %s: wrote %q, %d and %v", shortWire(value), name, written.String(), n, err)
			}
			if next, err := d.ReadString(); next != "NEXT" {
				t.Errorf("behind CopyValue of %s: %q and %v, want NEXT", shortWire(value), next, err)
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
	t.Fatalf("%s: interrupted again and again", shortWire(wire))
	return 0, nil
}

// Interrupted by the reader or the writer at any byte, passing on continues
// with exactly that byte.
func TestPassingOnContinuesWhereItStopped(t *testing.T) {
	for _, value := range append([]string{nestedWire, streamedWire, bulkWire(200)}, awkwardWires...) {
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
					t.Fatalf("CopyValue of %s, %s, writer failed at %d: wrote %q, %d and %v", shortWire(value), name, at, written.String(), n, err)
				}
				written.Reset()
				d.Reset(reader())
				w = resptest.FailOnceWriter(&written, at, os.ErrDeadlineExceeded)
				n, err = untilItEnds(t, value, func() (int64, error) { return d.CopyBulk(w) })
				if written.String() != payload.String() || n != wantBulk || fmt.Sprint(err) != fmt.Sprint(wantErr) || d.InputOffset() != int64(len(value)) {
					t.Fatalf("CopyBulk of %s, %s, writer failed at %d: wrote %q, %d and %v, want %v", shortWire(value), name, at, written.String(), n, err, wantErr)
				}
			}
			for seed := range uint64(5) {
				var written bytes.Buffer
				d := resp.NewDecoder(reader())
				w := resptest.TimeoutWriter(resptest.ShortWriter(&written, 3), seed)
				if n, err := untilItEnds(t, value, func() (int64, error) { return d.CopyValue(w) }); written.String() != value || n != int64(len(value)) || err != nil {
					t.Fatalf("CopyValue of %s, %s, short writes: wrote %q, %d and %v", shortWire(value), name, written.String(), n, err)
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
	for _, wire := range []string{"$3\r\nabc\r\n", bulkWire(50000), "*2\r\n:1\r\n:2\r\n", "$3\r\nabcXX", "$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n"} {
		for _, pass := range []func(*resp.Decoder, io.Writer) (int64, error){(*resp.Decoder).CopyValue, (*resp.Decoder).CopyBulk} {
			w := &oddWriter{err: broken}
			_, err := pass(resp.NewDecoder(iotest.OneByteReader(strings.NewReader(wire))), w)
			if err == broken && w.calls != 1 {
				t.Errorf("%s: a writer that failed was called %d times", shortWire(wire), w.calls)
			}
		}
	}
}

// What has been read has been written, when a fault is reported too.
func TestBytesBeforeAFaultAreWritten(t *testing.T) {
	const wire, fault = "*2\r\n+OK\r\n$3\r\nabcXX", `resp: syntax error at offset 16: expected CR LF behind the payload, found "X"`
	for cut := range len(wire) {
		var written bytes.Buffer
		d := resp.NewDecoder(io.MultiReader(strings.NewReader(wire[:cut]), strings.NewReader(wire[cut:])))
		n, err := d.CopyValue(&written)
		if err == nil || err.Error() != fault {
			t.Errorf("CopyValue of %q: %v, want %s", wire, err, fault)
		}
		if want := wire[:d.InputOffset()]; written.String() != want || n != int64(len(want)) {
			t.Errorf("CopyValue of %q, cut at %d: wrote %q, %d, want %q", wire, cut, written.String(), n, want)
		}
	}
}

// Values of any size pass in constant memory.
func TestPassingOnTakesConstantMemory(t *testing.T) {
	const size, most = 4 << 20, 64 << 10
	chunk := bulkWire(1 << 20)
	for name, wire := range map[string]io.Reader{
		"a string": io.MultiReader(strings.NewReader(fmt.Sprintf("$%d\r\n", size)), io.LimitReader(zeros{}, size), strings.NewReader("\r\n")),
		"chunks":   io.MultiReader(strings.NewReader("$?\r\n"), io.LimitReader(&endless{wire: ";" + chunk[1:]}, 4*int64(len(chunk))), strings.NewReader(";0\r\n")),
	} {
		var err error
		var n int64
		if got := allocated(func() { n, err = resp.NewDecoder(wire).CopyBulk(io.Discard) }); got > most || n != size || err != nil {
			t.Errorf("CopyBulk of %s: %d bytes and %v, and allocates %d bytes", name, n, err, got)
		}
	}
	array := fmt.Sprintf("*%d\r\n", size/4)
	for name, pass := range map[string]func(d *resp.Decoder) error{
		"SkipValue": (*resp.Decoder).SkipValue,
		"CopyValue": func(d *resp.Decoder) error { return copyValue(d, nil) },
	} {
		d := resp.NewDecoder(io.MultiReader(strings.NewReader(array), io.LimitReader(&endless{wire: ":1\r\n"}, size)))
		var err error
		if got := allocated(func() { err = pass(d) }); got > most || err != nil || d.InputOffset() != int64(size+len(array)) {
			t.Errorf("%s of %d elements: %v at offset %d, and allocates %d bytes", name, size/4, err, d.InputOffset(), got)
		}
	}
}

// zeros reads zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
