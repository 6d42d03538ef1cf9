package resptest_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/seed65f5866d/resp/resptest"
)

var errTest = errors.New("test")

// step is what one Read or Write did.
type step struct {
	n   int
	err error
}

// reads reads all from r with a buffer of that size, going on after errors until
// io.EOF or a limit.
func reads(r io.Reader, size int) (text string, steps []step) {
	p := make([]byte, size)
	for range 100 {
		n, err := r.Read(p)
		text += string(p[:n])
		steps = append(steps, step{n, err})
		if err == io.EOF {
			break
		}
	}
	return text, steps
}

// Each reader gives every byte, in the way its documentation says.
func TestReadersGiveEveryByte(t *testing.T) {
	deadline := os.ErrDeadlineExceeded
	for _, test := range []struct {
		name string
		wrap func(io.Reader) io.Reader
		want []step
	}{
		{"SplitReader", func(r io.Reader) io.Reader { return resptest.SplitReader(r, 2, 1) }, []step{{2, nil}, {1, nil}, {1, nil}, {0, io.EOF}}},
		{"SplitReader without sizes", func(r io.Reader) io.Reader { return resptest.SplitReader(r) }, []step{{4, nil}, {0, io.EOF}}},
		{"TimeoutReader", resptest.TimeoutReader, []step{{0, deadline}, {1, nil}, {0, deadline}, {1, nil}, {0, deadline}, {1, nil}, {0, deadline}, {1, nil}, {0, deadline}, {0, io.EOF}}},
		{"DataTimeoutReader", resptest.DataTimeoutReader, []step{{1, deadline}, {1, deadline}, {1, deadline}, {1, deadline}, {0, io.EOF}}},
		{"EmptyReader", resptest.EmptyReader, []step{{0, nil}, {1, nil}, {0, nil}, {1, nil}, {0, nil}, {1, nil}, {0, nil}, {1, nil}, {0, nil}, {0, io.EOF}}},
		{"DelayReader", func(r io.Reader) io.Reader { return resptest.DelayReader(r, time.Microsecond) }, []step{{4, nil}, {0, io.EOF}}},
		{"FailingReader at the end", func(r io.Reader) io.Reader { return resptest.FailingReader(r, 4, io.EOF) }, []step{{4, io.EOF}}},
		{"FailingReader behind the end", func(r io.Reader) io.Reader { return resptest.FailingReader(r, 9, errTest) }, []step{{4, nil}, {0, io.EOF}}},
	} {
		text, steps := reads(test.wrap(strings.NewReader("abcd")), 100)
		if text != "abcd" || !slices.Equal(steps, test.want) {
			t.Errorf("%s: %q in steps %v, want %v", test.name, text, steps, test.want)
		}
	}
}

// RandomReader is a proper reader for any seed, and repeats itself.
func TestRandomReaderRepeatsItself(t *testing.T) {
	text := strings.Repeat("0123456789", 1000)
	var lengths []int
	for seed := range uint64(50) {
		if err := iotest.TestReader(resptest.RandomReader(strings.NewReader(text), seed), []byte(text)); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		one, steps := reads(resptest.RandomReader(strings.NewReader(text[:1000]), seed), 1000)
		two, again := reads(resptest.RandomReader(strings.NewReader(text[:1000]), seed), 1000)
		if one != two || !slices.Equal(steps, again) {
			t.Errorf("seed %d: %v, then %v", seed, steps, again)
		}
		lengths = append(lengths, len(steps))
	}
	if slices.Max(lengths) == slices.Min(lengths) {
		t.Errorf("every seed splits alike: %v", lengths)
	}
}

// FailingReader fails with the byte and from then on.
func TestFailingReaderFailsForGood(t *testing.T) {
	for n := range 4 {
		text, steps := reads(resptest.FailingReader(strings.NewReader("abcd"), int64(n), errTest), 100)
		if text != "abcd"[:n] || steps[0] != (step{n, errTest}) || steps[99] != (step{0, errTest}) {
			t.Errorf("after %d bytes: %q, first %v, last %v", n, text, steps[0], steps[99])
		}
	}
}

// Each writer passes on what it says it took, and no more.
func TestWritersTakeWhatTheySay(t *testing.T) {
	var to bytes.Buffer
	for _, test := range []struct {
		name string
		w    io.Writer
		want []step // of two writes of abcd
	}{
		{"ShortWriter", resptest.ShortWriter(&to, 3), []step{{3, io.ErrShortWrite}, {3, io.ErrShortWrite}}},
		{"ShortWriter of more", resptest.ShortWriter(&to, 4), []step{{4, nil}, {4, nil}}},
		{"DelayWriter", resptest.DelayWriter(&to, time.Microsecond), []step{{4, nil}, {4, nil}}},
		{"FailingWriter at once", resptest.FailingWriter(&to, 0, errTest), []step{{0, errTest}, {0, errTest}}},
		{"FailingWriter inside", resptest.FailingWriter(&to, 6, errTest), []step{{4, nil}, {2, errTest}}},
		{"FailingWriter between", resptest.FailingWriter(&to, 4, errTest), []step{{4, nil}, {0, errTest}}},
		{"FailOnceWriter at once", resptest.FailOnceWriter(&to, 0, errTest), []step{{0, errTest}, {4, nil}}},
		{"FailOnceWriter inside", resptest.FailOnceWriter(&to, 2, errTest), []step{{2, errTest}, {4, nil}}},
		{"FailOnceWriter later", resptest.FailOnceWriter(&to, 7, errTest), []step{{4, nil}, {3, errTest}}},
		{"FailOnceWriter of a writer that fails", resptest.FailOnceWriter(resptest.FailingWriter(&to, 1, io.ErrClosedPipe), 2, errTest), []step{{1, io.ErrClosedPipe}, {0, io.ErrClosedPipe}}},
	} {
		to.Reset()
		var steps []step
		var taken string
		for range 2 {
			n, err := test.w.Write([]byte("abcd"))
			steps = append(steps, step{n, err})
			taken += "abcd"[:n]
		}
		if !slices.Equal(steps, test.want) || to.String() != taken {
			t.Errorf("%s: steps %v, want %v; %q written", test.name, steps, test.want, to.String())
		}
	}
}

// TimeoutWriter fails every other time, and can be continued.
func TestTimeoutWriterCanBeContinued(t *testing.T) {
	for seed := range uint64(20) {
		var to bytes.Buffer
		w := resptest.TimeoutWriter(&to, seed)
		rest, failures := []byte("abcdefgh"), 0
		for len(rest) > 0 {
			n, err := w.Write(rest)
			if err != nil {
				failures++
			}
			if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) || err == nil && n != len(rest) || err != nil && n == len(rest) {
				t.Fatalf("seed %d: %d, %v of %d bytes", seed, n, err, len(rest))
			}
			rest = rest[n:]
		}
		if to.String() != "abcdefgh" || failures != 1 {
			t.Errorf("seed %d: %q after %d failures", seed, to.String(), failures)
		}
	}
}
