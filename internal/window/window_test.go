package window

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// checkBuffer holds b to what the drawing in window.go says about it, and to want, the bytes of
// the stream from the start up to end.
func checkBuffer(t *testing.T, b *Window, want []byte) {
	t.Helper()
	if b.Data == nil {
		return
	}
	low := b.Pos - b.Kept
	if low < 0 || b.Kept < 0 || b.Pos > b.End || b.End > len(b.Data)-respwire.HeadSize {
		t.Fatalf("kept %d, pos %d, end %d of %d bytes", b.Kept, b.Pos, b.End, len(b.Data))
	}
	if got := b.Data[low:b.End]; !bytes.Equal(got, want[b.Offset(-b.Kept):]) {
		t.Fatalf("offset %d: %q, want %q", b.Offset(-b.Kept), got, want[b.Offset(-b.Kept):])
	}
}

// Whatever is fed, filled, consumed and kept, the buffer holds the right bytes
// and stays below twice as many as it had to hold at once.
func TestBufferHoldsTheBytesThatAreNeeded(t *testing.T) {
	const size = 64
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, seed))
		b := Window{Size: size}
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
				b.Feed(p)
			case 1:
				p := piece()
				want := b.End - b.Pos + 1 + rnd.IntN(len(p)+1)
				b.reader = bytes.NewReader(p)
				before := b.End - b.Pos
				err := b.Fill(want)
				rest, _ := io.ReadAll(b.reader)
				stream = append(stream, p[:len(p)-len(rest)]...)
				if missing := want > before+len(p); missing != (err == io.EOF) || !missing && err != nil {
					t.Fatalf("fill(%d) with %d unread and %d to come: %v", want, before, len(p), err)
				}
			case 2:
				b.Pos += rnd.IntN(b.End - b.Pos + 1)
				b.Kept = 0
			case 3:
				n := rnd.IntN(b.End - b.Pos + 1)
				b.Pos += n
				b.Kept += n
			}
			checkBuffer(t, &b, stream)
			most = max(most, b.End-b.Pos+b.Kept)
			if capacity := len(b.Data) - respwire.HeadSize; capacity > 2*max(most, size)+size {
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
		b := Window{Size: 1024}
		b.Feed(make([]byte, backlog))
		moved := 0
		for range times {
			base := b.base
			needed := b.End - b.Pos
			b.Feed(make([]byte, piece))
			if b.base != base {
				moved += needed
			}
			b.Pos += piece
		}
		if most := 2 * (backlog + piece*times); moved > most {
			t.Errorf("with %d bytes unread, %d bytes were moved while %d came", backlog, moved, piece*times)
		}
	}
}

func TestBufferShrinksWhenItHasLongBeenTooLarge(t *testing.T) {
	const size, large = 64, 100 * 64
	for name, add := range map[string]func(b *Window, n int){
		"feed": func(b *Window, n int) { b.Feed(make([]byte, n)) },
		"fill": func(b *Window, n int) {
			b.reader = bytes.NewReader(make([]byte, n))
			if err := b.Fill(n); err != nil {
				t.Fatal(err)
			}
		},
	} {
		b := Window{Size: size}
		add(&b, large)
		b.Pos = b.End
		for i := range 10 * QuietTimes {
			add(&b, size/2)
			b.Pos = b.End
			if shrunk := len(b.Data) < large; shrunk != (i >= QuietTimes) {
				t.Errorf("%s: %d bytes behind %d small pieces", name, len(b.Data), i+1)
				break
			}
		}
		for i := range 10 * QuietTimes { // now a large piece comes often enough
			if i%(QuietTimes/2) == 0 {
				add(&b, large)
				b.Pos = b.End
			}
			add(&b, size/2)
			b.Pos = b.End
			if len(b.Data) < large {
				t.Errorf("%s: %d bytes behind %d pieces, large ones among them", name, len(b.Data), i+1)
				break
			}
		}
	}
}

// Values over the usual size need no buffer that is many times theirs, not even the
// one that is remembered.
func TestBufferShrinksToMiddlingValues(t *testing.T) {
	const size, large = 64, 1000 * 64
	b := Window{Size: size}
	for range 2 {
		b.Feed(make([]byte, large))
		b.Pos = b.End
		b.GiveUp()
	}
	b.Feed(make([]byte, large))
	b.Pos = b.End
	for range 2 * QuietTimes {
		b.Feed(make([]byte, 3*size))
		b.Pos = b.End
	}
	if len(b.Data) > 8*size {
		t.Errorf("%d bytes for values of %d", len(b.Data), 3*size)
	}
}

// Pieces of one large value are no small values.
func TestBufferStaysForLargeValuesInSmallPieces(t *testing.T) {
	b := Window{Size: 64}
	b.Feed(make([]byte, 10000))
	first := &b.Data[0]
	for i := range 3 {
		b.Pos = b.End
		for range 10000 {
			b.Feed([]byte{1})
		}
		b.Pos = b.End
		for b.End-b.Pos < 10000 {
			b.reader = bytes.NewReader([]byte{1})
			if err := b.Fill(b.End - b.Pos + 1); err != nil {
				t.Fatal(err)
			}
		}
		if &b.Data[0] != first {
			t.Fatalf("another buffer for value %d", i)
		}
	}
}

// What is unread or kept is never lost to a smaller buffer.
func TestShrinkingKeepsWhatIsNeeded(t *testing.T) {
	b := Window{Size: 64}
	b.Feed(make([]byte, 10000))
	b.Pos = b.End
	stream := make([]byte, 10000)
	for i := range 4 * QuietTimes {
		b.Feed([]byte{byte(i)})
		stream = append(stream, byte(i))
		b.Pos, b.Kept = b.End, 1
		checkBuffer(t, &b, stream)
	}
	if len(b.Data) > 1000 {
		t.Errorf("%d bytes, want a small buffer", len(b.Data))
	}
}

// An error that came with bytes is kept until these are read, and is gone then.
func TestAnErrorThatCameWithBytes(t *testing.T) {
	broken := errors.New("broken")
	reads := 0
	b := Window{Size: 64, reader: readerFunc(func(p []byte) (int, error) {
		reads++
		return copy(p, "abc"), broken
	})}
	if err := b.Fill(2); err != nil {
		t.Errorf("fill(2) with 3 bytes there: %v", err)
	}
	if err := b.Fill(4); err != broken || reads != 1 {
		t.Errorf("fill(4) with 3 bytes there: %v after %d reads, want the error that came with them", err, reads)
	}
	if err := b.Fill(4); err != nil || reads != 2 || b.End != 6 {
		t.Errorf("fill(4) again: %v after %d reads", err, reads)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A buffer grows up to what an int can count with room to spare, and no further.
func TestGrowthDoesNotOverflow(t *testing.T) {
	for _, test := range []struct{ needed, want int }{
		{0, 0}, {1, 2}, {1 << 20, 2 << 20}, {MaxHeld / 2, MaxHeld / 2 * 2}, {MaxHeld/2 + 1, MaxHeld}, {MaxHeld - 1, MaxHeld}, {MaxHeld, MaxHeld},
	} {
		if got := grown(test.needed); got != test.want {
			t.Errorf("grown(%d) = %d, want %d", test.needed, got, test.want)
		}
	}
	if sum := uint64(MaxHeld) + MaxHeld + 100; sum > math.MaxInt {
		t.Errorf("a position, what is wanted behind it and a header make %d, more than an int", sum)
	}
	if sum := uint64(MaxHeld) + MaxSize; sum > math.MaxInt {
		t.Errorf("what is wanted and what is read ahead make %d, more than an int", sum)
	}
	if oversized := uint64(Oversize)*MaxSize + respwire.HeadSize; oversized > math.MaxInt32 {
		t.Errorf("a buffer that is %d times as large as usual has %d bytes, more than an int of 32 bits", Oversize, oversized)
	}
}

// ReadPast fails as Fill does, and counts what it has read.
func TestReadPastFails(t *testing.T) {
	failed := errors.New("failed")
	for _, test := range []struct {
		name   string
		reader io.Reader
		want   error
	}{
		{"no reader", nil, ErrIncomplete},
		{"no progress", readerFunc(func([]byte) (int, error) { return 0, nil }), io.ErrNoProgress},
		{"more than there is room for", readerFunc(func(p []byte) (int, error) { return len(p) + 1, nil }), ErrImpossibleCount},
		{"less than nothing", readerFunc(func([]byte) (int, error) { return -1, nil }), ErrImpossibleCount},
		{"an error", readerFunc(func([]byte) (int, error) { return 0, failed }), failed},
	} {
		w := Window{Size: UsualSize}
		w.Reset(test.reader)
		if n, err := w.ReadPast(make([]byte, 10)); n != 0 || err != test.want || w.Offset(0) != 0 {
			t.Errorf("%s: ReadPast gave %d, %v at offset %d, want 0, %v at 0", test.name, n, err, w.Offset(0), test.want)
		}
	}
	w := Window{Size: UsualSize}
	w.Reset(bytes.NewReader([]byte("abc")))
	if n, err := w.ReadPast(make([]byte, 2)); n != 2 || err != nil || w.Offset(0) != 2 {
		t.Errorf("ReadPast gave %d, %v at offset %d, want 2, nil at 2", n, err, w.Offset(0))
	}
}

// Expire overwrites what has been consumed, in debug builds, and nothing else.
func TestExpire(t *testing.T) {
	w := Window{Size: UsualSize}
	w.Feed([]byte("abcdef"))
	w.Pos = 3
	w.Kept = 1
	w.Expire()
	want := "abcdef"
	if Debug {
		want = "\xdb\xdbcdef"
	}
	if got := string(w.Data[:w.End]); got != want {
		t.Errorf("%q is left, want %q", got, want)
	}
}
