package resp

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// checkBuffer holds b to what buffer.go says about it, and to want, the bytes of
// the stream from the start up to end.
func checkBuffer(t *testing.T, b *buffer, want []byte) {
	t.Helper()
	if b.data == nil {
		return
	}
	low := b.pos - b.kept
	if low < 0 || b.kept < 0 || b.pos > b.end || b.end > len(b.data)-parseSlack {
		t.Fatalf("kept %d, pos %d, end %d of %d bytes", b.kept, b.pos, b.end, len(b.data))
	}
	if got := b.data[low:b.end]; !bytes.Equal(got, want[b.offset(-b.kept):]) {
		t.Fatalf("offset %d: %q, want %q", b.offset(-b.kept), got, want[b.offset(-b.kept):])
	}
}

// Whatever is fed, filled, consumed and kept, the buffer holds the right bytes
// and stays below twice as many as it had to hold at once.
func TestBufferHoldsTheBytesThatAreNeeded(t *testing.T) {
	const size = 64
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, seed))
		b := buffer{size: size}
		var stream []byte
		piece := func() []byte {
			p := make([]byte, rnd.IntN(1<<rnd.IntN(10)))
			for i := range p {
				p[i] = byte(len(stream) + i)
			}
			return p
		}
		most := 0
		for range 300 {
			switch rnd.IntN(4) {
			case 0:
				p := piece()
				stream = append(stream, p...)
				b.feed(p)
			case 1:
				p := piece()
				want := b.end - b.pos + 1 + rnd.IntN(len(p)+1)
				b.reader = bytes.NewReader(p)
				before := b.end - b.pos
				err := b.fill(want)
				rest, _ := io.ReadAll(b.reader)
				stream = append(stream, p[:len(p)-len(rest)]...)
				if missing := want > before+len(p); missing != (err == io.EOF) || !missing && err != nil {
					t.Fatalf("fill(%d) with %d unread and %d to come: %v", want, before, len(p), err)
				}
			case 2:
				b.pos += rnd.IntN(b.end - b.pos + 1)
				b.kept = 0
			case 3:
				n := rnd.IntN(b.end - b.pos + 1)
				b.pos += n
				b.kept += n
			}
			checkBuffer(t, &b, stream)
			most = max(most, b.end-b.pos+b.kept)
			if capacity := len(b.data) - parseSlack; capacity > 2*max(most, size)+size {
				t.Fatalf("seed %d: a capacity of %d for %d bytes", seed, capacity, most)
			}
		}
	}
}

// A pipeline may stay backed up for long: what is unread is not moved for each
// piece that comes.
func TestFeedMovesLittle(t *testing.T) {
	const piece, times = 3, 10000
	for _, backlog := range []int{10, 500, 1000, 1020, 1023, 1024, 5000} {
		b := buffer{size: 1024}
		b.feed(make([]byte, backlog))
		moved := 0
		for range times {
			base := b.base
			needed := b.end - b.pos
			b.feed(make([]byte, piece))
			if b.base != base {
				moved += needed
			}
			b.pos += piece
		}
		if most := 2 * (backlog + piece*times); moved > most {
			t.Errorf("with %d bytes unread, %d bytes were moved while %d came", backlog, moved, piece*times)
		}
	}
}

func TestBufferShrinksWhenItHasLongBeenTooLarge(t *testing.T) {
	const size, large = 64, 100 * 64
	for name, add := range map[string]func(b *buffer, n int){
		"feed": func(b *buffer, n int) { b.feed(make([]byte, n)) },
		"fill": func(b *buffer, n int) {
			b.reader = bytes.NewReader(make([]byte, n))
			if err := b.fill(n); err != nil {
				t.Fatal(err)
			}
		},
	} {
		b := buffer{size: size}
		add(&b, large)
		b.pos = b.end
		for i := range 10 * quietTimes {
			add(&b, size/2)
			b.pos = b.end
			if shrunk := len(b.data) < large; shrunk != (i >= quietTimes) {
				t.Errorf("%s: %d bytes behind %d small pieces", name, len(b.data), i+1)
				break
			}
		}
		for i := range 10 * quietTimes { // now a large piece comes often enough
			if i%(quietTimes/2) == 0 {
				add(&b, large)
				b.pos = b.end
			}
			add(&b, size/2)
			b.pos = b.end
			if len(b.data) < large {
				t.Errorf("%s: %d bytes behind %d pieces, large ones among them", name, len(b.data), i+1)
				break
			}
		}
	}
}

// Values over the usual size need no buffer that is many times theirs, not even the
// one that is remembered.
func TestBufferShrinksToMiddlingValues(t *testing.T) {
	const size, large = 64, 1000 * 64
	b := buffer{size: size}
	for range 2 {
		b.feed(make([]byte, large))
		b.pos = b.end
		b.giveUp()
	}
	b.feed(make([]byte, large))
	b.pos = b.end
	for range 2 * quietTimes {
		b.feed(make([]byte, 3*size))
		b.pos = b.end
	}
	if len(b.data) > 8*size {
		t.Errorf("%d bytes for values of %d", len(b.data), 3*size)
	}
}

// Pieces of one large value are no small values.
func TestBufferStaysForLargeValuesInSmallPieces(t *testing.T) {
	b := buffer{size: 64}
	b.feed(make([]byte, 10000))
	first := &b.data[0]
	for i := range 3 {
		b.pos = b.end
		for range 10000 {
			b.feed([]byte{1})
		}
		b.pos = b.end
		for b.end-b.pos < 10000 {
			b.reader = bytes.NewReader([]byte{1})
			if err := b.fill(b.end - b.pos + 1); err != nil {
				t.Fatal(err)
			}
		}
		if &b.data[0] != first {
			t.Fatalf("another buffer for value %d", i)
		}
	}
}

// What is unread or kept is never lost to a smaller buffer.
func TestShrinkingKeepsWhatIsNeeded(t *testing.T) {
	b := buffer{size: 64}
	b.feed(make([]byte, 10000))
	b.pos = b.end
	stream := make([]byte, 10000)
	for i := range 4 * quietTimes {
		b.feed([]byte{byte(i)})
		stream = append(stream, byte(i))
		b.pos, b.kept = b.end, 1
		checkBuffer(t, &b, stream)
	}
	if len(b.data) > 1000 {
		t.Errorf("%d bytes, want a small buffer", len(b.data))
	}
}

// An error that came with bytes is kept until these are read, and is gone then.
func TestAnErrorThatCameWithBytes(t *testing.T) {
	broken := errors.New("broken")
	reads := 0
	b := buffer{size: 64, reader: readerFunc(func(p []byte) (int, error) {
		reads++
		return copy(p, "abc"), broken
	})}
	if err := b.fill(2); err != nil {
		t.Errorf("fill(2) with 3 bytes there: %v", err)
	}
	if err := b.fill(4); err != broken || reads != 1 {
		t.Errorf("fill(4) with 3 bytes there: %v after %d reads, want the error that came with them", err, reads)
	}
	if err := b.fill(4); err != nil || reads != 2 || b.end != 6 {
		t.Errorf("fill(4) again: %v after %d reads", err, reads)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// The buffer of one large value is given up under pipelined traffic too, where
// every read ends in the middle of a small value and nothing is ever drained.
func TestBufferShrinksUnderPipelinedTraffic(t *testing.T) {
	const large = 4 << 20
	wire := "$4194304\r\n" + strings.Repeat("x", large) + "\r\n" + strings.Repeat("$5\r\nhello\r\n", 100_000)
	d := NewDecoder(strings.NewReader(wire))
	if b, err := d.ReadBytes(); len(b) != large || err != nil {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	grown := len(d.data)
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
	if len(d.data) > oversize*d.size+parseSlack {
		t.Errorf("the buffer still has %d bytes of %d", len(d.data), grown)
	}
}

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

// A buffer grows up to what an int can count with room to spare, and no further.
func TestGrowthDoesNotOverflow(t *testing.T) {
	for _, test := range []struct{ needed, want int }{
		{0, 0}, {1, 2}, {1 << 20, 2 << 20}, {maxHeld / 2, maxHeld / 2 * 2}, {maxHeld/2 + 1, maxHeld}, {maxHeld - 1, maxHeld}, {maxHeld, maxHeld},
	} {
		if got := grown(test.needed); got != test.want {
			t.Errorf("grown(%d) = %d, want %d", test.needed, got, test.want)
		}
	}
	if sum := uint64(maxHeld) + maxHeld + 100; sum > math.MaxInt {
		t.Errorf("a position, what is wanted behind it and a header make %d, more than an int", sum)
	}
	if sum := uint64(maxHeld) + maxBufferSize; sum > math.MaxInt {
		t.Errorf("what is wanted and what is read ahead make %d, more than an int", sum)
	}
	if oversized := uint64(oversize)*maxBufferSize + parseSlack; oversized > math.MaxInt32 {
		t.Errorf("a buffer that is %d times as large as usual has %d bytes, more than an int of 32 bits", oversize, oversized)
	}
}

// What would be more than a buffer can hold is a *LimitError before anything is
// reserved or read, and the Decoder stays in it.
func TestMoreThanABufferHolds(t *testing.T) {
	check := func(what string, err error, offset int64) {
		t.Helper()
		var limit *LimitError
		if !errors.As(err, &limit) || *limit != (LimitError{Limit: limitTotal, Max: maxHeld, Offset: offset, reply: limit.reply}) {
			t.Errorf("%s: %v, want a LimitError of %d bytes at offset %d", what, err, maxHeld, offset)
		}
	}
	d := NewDecoder(strings.NewReader("+OK\r\n+next\r\n"))
	d.ReadToken()
	check("need", d.need(maxHeld+1), 5)
	_, err := d.ReadToken()
	check("the read behind it", err, 5)

	// A header may announce all that a string may have, and stand where that much
	// has arrived before it.
	largest := "$" + strconv.Itoa(largestInt) + "\r\n"
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
		d.data = make([]byte, held+parseSlack)
		d.pos, d.end = consumed, held
		if unread := held - consumed; !d.canFeed(maxHeld-unread) || d.canFeed(maxHeld-unread+1) || d.canFeed(math.MaxInt) {
			t.Errorf("with %d bytes unread it can be fed other than %d", unread, maxHeld-unread)
		}
	}
	if strconv.IntSize == 32 {
		d := NewDecoder(nil)
		d.Feed([]byte("+OK\r\n+next\r\n"))
		d.ReadToken()
		d.Feed(make([]byte, maxHeld))
		_, err := d.ReadToken()
		check("Feed", err, 5)
	} else {
		t.Log("no slice is too large to be fed here")
	}
}
