package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/resptest"
)

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
