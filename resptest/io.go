package resptest

import (
	"io"
	"math/rand/v2"
	"os"
	"time"
)

// The readers and writers below are for the use of one goroutine. Those of
// package testing/iotest, above all OneByteReader and DataErrReader (the last
// bytes together with io.EOF), complete the collection.

// readerFunc and writerFunc are functions that are readers and writers.
type (
	readerFunc func(p []byte) (int, error)
	writerFunc func(p []byte) (int, error)
)

func (f readerFunc) Read(p []byte) (int, error)  { return f(p) }
func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// SplitReader returns the bytes of r in pieces of these sizes, in turn and over
// again. A piece is shorter when r returns less.
func SplitReader(r io.Reader, sizes ...int) io.Reader {
	next := 0
	return readerFunc(func(p []byte) (int, error) {
		if len(sizes) > 0 {
			p = p[:min(sizes[next%len(sizes)], len(p))]
			next++
		}
		return r.Read(p)
	})
}

// RandomReader returns the bytes of r in pieces of random length, most of them
// short. The same seed gives the same pieces when p is large enough for them.
func RandomReader(r io.Reader, seed uint64) io.Reader {
	rnd := rand.New(rand.NewPCG(seed, seed))
	return readerFunc(func(p []byte) (int, error) {
		n := 1 + rnd.IntN(1<<rnd.IntN(12))
		return r.Read(p[:min(n, len(p))])
	})
}

// TimeoutReader fails with os.ErrDeadlineExceeded, a net.Error, before every single
// byte of r and before its end. Nothing is lost: the next Read returns the byte.
func TimeoutReader(r io.Reader) io.Reader {
	return before(r, func() (int, error) { return 0, os.ErrDeadlineExceeded })
}

// DataTimeoutReader gives every single byte of r together with
// os.ErrDeadlineExceeded, as [io.Reader] allows: the data is valid despite the error.
func DataTimeoutReader(r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		n, err := r.Read(p[:min(1, len(p))])
		if n > 0 && err == nil {
			err = os.ErrDeadlineExceeded
		}
		return n, err
	})
}

// EmptyReader returns 0 and no error, which [io.Reader] allows but discourages, before
// every single byte of r and before its end.
func EmptyReader(r io.Reader) io.Reader {
	return before(r, func() (int, error) { return 0, nil })
}

// before returns the bytes of r one by one, and before each the result of other.
func before(r io.Reader, other func() (int, error)) io.Reader {
	turn := false
	return readerFunc(func(p []byte) (int, error) {
		if turn = !turn; turn {
			return other()
		}
		return r.Read(p[:min(1, len(p))])
	})
}

// DelayReader waits for delay before every Read of r.
func DelayReader(r io.Reader, delay time.Duration) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		time.Sleep(delay)
		return r.Read(p)
	})
}

// FailingReader returns the first n bytes of r, the last of them together with err,
// and only err after that.
func FailingReader(r io.Reader, n int64, err error) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		if n <= 0 {
			return 0, err
		}
		count, readErr := r.Read(p[:min(int64(len(p)), n)])
		if n -= int64(count); n == 0 {
			return count, err
		}
		return count, readErr
	})
}

// ShortWriter passes at most n bytes of every Write on to w and reports
// [io.ErrShortWrite] for the rest.
func ShortWriter(w io.Writer, n int) io.Writer {
	return writerFunc(func(p []byte) (int, error) {
		return partly(w, p, n, io.ErrShortWrite)
	})
}

// TimeoutWriter passes a random part of every other Write on to w and fails with
// os.ErrDeadlineExceeded, a net.Error, like a connection whose peer reads too
// slowly. The same seed gives the same parts.
func TimeoutWriter(w io.Writer, seed uint64) io.Writer {
	rnd := rand.New(rand.NewPCG(seed, seed))
	turn := false
	return writerFunc(func(p []byte) (int, error) {
		if turn = !turn; turn && len(p) > 0 {
			return partly(w, p, rnd.IntN(len(p)), os.ErrDeadlineExceeded)
		}
		return w.Write(p)
	})
}

// DelayWriter waits for delay before every Write to w.
func DelayWriter(w io.Writer, delay time.Duration) io.Writer {
	return writerFunc(func(p []byte) (int, error) {
		time.Sleep(delay)
		return w.Write(p)
	})
}

// FailingWriter passes n bytes in all on to w and fails with err from the first
// byte that is one too many.
func FailingWriter(w io.Writer, n int64, err error) io.Writer {
	return writerFunc(func(p []byte) (int, error) {
		count, err := partly(w, p, int(min(n, int64(len(p)))), err)
		n -= int64(count)
		return count, err
	})
}

// FailOnceWriter passes n bytes in all on to w, fails with err at the first byte
// that is one too many, and then passes everything on: a write that is cut at
// byte n and can be continued.
func FailOnceWriter(w io.Writer, n int64, err error) io.Writer {
	failed := false
	return writerFunc(func(p []byte) (int, error) {
		if failed || int64(len(p)) <= n {
			n -= int64(len(p))
			return w.Write(p)
		}
		failed = true
		return partly(w, p, int(n), err)
	})
}

// partly writes at most n bytes of p, and fails with err when there are more.
func partly(w io.Writer, p []byte, n int, err error) (int, error) {
	if len(p) <= n {
		return w.Write(p)
	}
	if n == 0 {
		return 0, err
	}
	n, writeErr := w.Write(p[:n])
	if writeErr != nil {
		err = writeErr
	}
	return n, err
}
