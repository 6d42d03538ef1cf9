package resp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// Who takes a workspace after a deep value pays for its own values, not for that one:
// giving the workspace back clears what can have been used with the bytes that came.
func TestAWorkspaceIsClearedAsFarAsItWasUsed(t *testing.T) {
	const depth = 1000
	w := &workspace{builders: make([]builder, depth), args: make([][]byte, depth)}
	for i := range depth {
		w.builders[i].next, w.args[i] = 1, []byte("word")
	}
	w.forget(10*minAggregate, false)
	for i, b := range w.builders[:depth] {
		if cleared := b == (builder{}); cleared != (i < 10) {
			t.Fatalf("the room for level %d is cleared: %t", i, cleared)
		}
	}
	for i, arg := range w.args[:depth] {
		if cleared := arg == nil; cleared != (i < 20) {
			t.Fatalf("the room for word %d is cleared: %t", i, cleared)
		}
	}
}

// Whatever a Decoder has read, and however its buffer was, the workspace that it
// gives back leads to none of it.
func TestAWorkspaceLeadsNowhere(t *testing.T) {
	var words, deep bytes.Buffer
	for range 1000 {
		deep.WriteString("*1\r\n")
		words.WriteString("word ")
	}
	deep.WriteString(":1\r\n")
	words.WriteString("\r\n")
	trees := 0
	push := bytes.Repeat([]byte("|1\r\n+a\r\n+b\r\n>3\r\n+c\r\n|1\r\n+d\r\n*1\r\n+e\r\n*?\r\n+f\r\n~2\r\n+g\r\n+h\r\n+i\r\n.\r\n+j\r\n"), 10)
	push = append(push, ":1\r\n"...)
	for _, size := range []int{64, 1000, 16 << 10, 1 << 20} {
		for _, fed := range []int{1, 100, 1 << 20} {
			d := NewDecoder(nil, BufferSize(size), OnPush(func(*Value) {}))
			for range 2 {
				feedInPieces(d, push, fed, func() error { _, err := d.ReadInt64(); return err })
				feedInPieces(d, words.Bytes(), fed, func() error { _, err := d.ReadCommand(); return err })
				feedInPieces(d, deep.Bytes(), fed, func() error { return d.Decode(new(Value)) })
			}
			w := d.workspace
			if _, err := d.ReadToken(); err != ErrIncomplete || d.workspace != nil {
				t.Fatalf("not idle: %v", err)
			}
			for i, b := range w.builders[:cap(w.builders)] {
				if b.v != nil {
					t.Fatalf("buffer of %d, fed %d at once: a Value is left at level %d", size, fed, i)
				}
			}
			for i, arg := range w.args[:cap(w.args)] {
				if arg != nil {
					t.Fatalf("buffer of %d, fed %d at once: word %d is left", size, fed, i)
				}
			}
			elems, attrs := w.pushed.Elems[:cap(w.pushed.Elems)], w.pushed.Attrs[:cap(w.pushed.Attrs)]
			if len(elems) == 0 || len(attrs) == 0 {
				continue // under the race detector pools drop at random what they are given
			}
			trees++
			for _, list := range [][]Value{elems[:len(elems)-1], attrs, elems[len(elems)-1].Elems} {
				for i, v := range list {
					if !reflect.DeepEqual(v, Value{}) {
						t.Fatalf("buffer of %d, fed %d at once: Value %d is left in the tree for pushes: %+v", size, fed, i, v)
					}
				}
			}
		}
	}
	if trees == 0 {
		t.Error("no workspace had a tree for pushes that was used")
	}
}

// feedInPieces feeds wire, so many bytes at once, and calls read behind each, which
// succeeds when the last has come.
func feedInPieces(d *Decoder, wire []byte, most int, read func() error) {
	for len(wire) > 0 {
		n := min(most, len(wire))
		d.Feed(wire[:n])
		wire = wire[n:]
		if err := read(); (err == nil) != (len(wire) == 0) {
			panic(err)
		}
	}
}

// The buffer of one large value is given up under pipelined traffic too, where
// every read ends in the middle of a small value and nothing is ever drained.
func TestBufferShrinksUnderPipelinedTraffic(t *testing.T) {
	const large = 4 << 20
	wire := "$4194304\r\n" + strings.Repeat("x", large) + "\r\n" + strings.Repeat("$5\r\nhello\r\n", 100_000)
	d := NewDecoder(strings.NewReader(wire))
	if b, err := d.ReadBytes(); len(b) != large || err != nil {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	grown := len(d.in.Data)
	if grown < large {
		t.Fatalf("a buffer of %d bytes held %d", grown, large)
	}
	for {
		if _, err := d.ReadBytes(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if d.in.IsLarge() {
		t.Errorf("the buffer still has %d bytes of %d", len(d.in.Data), grown)
	}
}

// What would be more than a buffer can hold is a *LimitError before anything is
// reserved or read, and the Decoder stays in it.
func TestMoreThanABufferHolds(t *testing.T) {
	check := func(what string, err error, offset int64) {
		t.Helper()
		var limit *LimitError
		if !errors.As(err, &limit) || *limit != (LimitError{Limit: limitTotal, Max: window.MaxHeld, Offset: offset, reply: limit.reply}) {
			t.Errorf("%s: %v, want a LimitError of %d bytes at offset %d", what, err, window.MaxHeld, offset)
		}
	}
	d := NewDecoder(strings.NewReader("+OK\r\n+next\r\n"))
	d.ReadToken()
	check("need", d.need(window.MaxHeld+1), 5)
	_, err := d.ReadToken()
	check("the read behind it", err, 5)

	// A header may announce all that a string may have, and stand where that much
	// has arrived before it.
	largest := "$" + strconv.Itoa(math.MaxInt/2-64) + "\r\n"
	for method, wire := range map[string]string{
		"Decode": "*2\r\n:1\r\n" + largest, "ReadRaw": "|1\r\n:1\r\n:2\r\n" + largest, "ReadCommand": "*2\r\n$3\r\nSET\r\n" + largest,
	} {
		d := NewDecoder(nil, NoLimits())
		d.Feed([]byte("+OK\r\n"))
		d.ReadToken()
		d.Feed([]byte(wire))
		switch method {
		case "Decode":
			err = d.Decode(new(Value))
		case "ReadRaw":
			_, err = d.ReadRaw()
		case "ReadCommand":
			_, err = d.ReadCommand()
		}
		check(method, err, 5)
	}

	// So much that has been fed, of which nothing is touched, costs no memory.
	held := 1 << 20
	for _, consumed := range []int{0, 100} {
		d := NewDecoder(nil)
		d.Feed([]byte("+OK\r\n"))
		d.in.Data = make([]byte, held+respwire.HeadSize)
		d.in.Pos, d.in.End = consumed, held
		if unread := held - consumed; !d.in.CanFeed(window.MaxHeld-unread) || d.in.CanFeed(window.MaxHeld-unread+1) || d.in.CanFeed(math.MaxInt) {
			t.Errorf("with %d bytes unread it can be fed other than %d", unread, window.MaxHeld-unread)
		}
	}
	if strconv.IntSize == 32 {
		d := NewDecoder(nil)
		d.Feed([]byte("+OK\r\n+next\r\n"))
		d.ReadToken()
		d.Feed(make([]byte, window.MaxHeld))
		_, err := d.ReadToken()
		check("Feed", err, 5)
	} else {
		t.Log("no slice is too large to be fed here")
	}
}

// A tree of more elements and attributes than there may be is a *LimitError before
// room is made for them, at the start of the value, however the bytes come. With a
// 64-bit int no input is that large, so the test lowers the number.
func TestATreeOfMoreThanAnIntCounts(t *testing.T) {
	if size := reflect.TypeFor[Value]().Size(); size != valueSize {
		t.Errorf("a Value has %d bytes, want %d", size, valueSize)
	}
	const most = 10
	treeRoom = most
	defer func() { treeRoom = maxTree }()
	ones := func(n int) string { return strings.Repeat(":1\r\n", n) }
	for _, test := range []struct {
		wire string
		fits bool
	}{
		{wire: "*10\r\n" + ones(10), fits: true},
		{wire: "*11\r\n" + ones(11)},
		{wire: "%5\r\n" + ones(10), fits: true},
		{wire: "%6\r\n" + ones(12)},
		{wire: "*2\r\n*4\r\n" + ones(4) + "*4\r\n" + ones(4), fits: true},
		{wire: "*2\r\n*4\r\n" + ones(4) + "*5\r\n" + ones(5)},
		{wire: "*?\r\n" + ones(10) + ".\r\n", fits: true},
		{wire: "*?\r\n" + ones(11) + ".\r\n"},
		{wire: "*?\r\n~?\r\n" + ones(11) + ".\r\n.\r\n"},
		{wire: strings.Repeat("|0\r\n", 10) + "+OK\r\n", fits: true},
		{wire: strings.Repeat("|0\r\n", 11) + "+OK\r\n"},
		{wire: "|5\r\n" + ones(10) + "+OK\r\n"},
		{wire: "*2\r\n$?\r\n;1\r\na\r\n;0\r\n*8\r\n" + ones(8), fits: true},
		{wire: "*2\r\n$?\r\n;1\r\na\r\n;0\r\n*9\r\n" + ones(9)},
		{wire: "*8\r\n|1\r\n:1\r\n:1\r\n" + ones(8)},
		{wire: ">11\r\n+message\r\n" + ones(10) + "+OK\r\n"},
	} {
		for arrival, of := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader, "by halves": iotest.HalfReader, "with io.EOF": iotest.DataErrReader,
		} {
			for how, decode := range map[string]func(d *Decoder) error{
				"Decode":    func(d *Decoder) error { return d.Decode(new(Value)) },
				"a push":    func(d *Decoder) error { _, err := d.ReadString(); return err },
				"SkipValue": (*Decoder).SkipValue, // builds no tree
			} {
				if how == "a push" && test.wire[0] != '>' {
					continue
				}
				d := NewDecoder(of(strings.NewReader("+before\r\n"+test.wire)), OnPush(func(*Value) {}))
				d.SkipValue()
				err := decode(d)
				want := error(&LimitError{Limit: limitElements, Max: most, Offset: int64(len("+before\r\n"))})
				if test.fits || how == "SkipValue" {
					want = nil
				}
				if fmt.Sprint(err) != fmt.Sprint(want) {
					t.Errorf("%s of %q, %s: %v, want %v", how, test.wire, arrival, err, want)
				}
				if want != nil && d.SkipValue() != err {
					t.Errorf("%s of %q: the Decoder does not stay in %v", how, test.wire, err)
				}
			}
		}
	}
}
