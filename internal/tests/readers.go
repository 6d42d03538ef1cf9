package tests

import (
	"io"
	"math/rand/v2"
	"strings"
)

// Endless returns a reader that repeats wire without end. One Read returns at most
// atOnce bytes, or fills its buffer when atOnce is 0.
func Endless(wire string, atOnce int) io.Reader { return &endless{wire: wire, atOnce: atOnce} }

type endless struct {
	wire   string
	at     int
	atOnce int
}

func (r *endless) Read(p []byte) (int, error) {
	if r.atOnce > 0 {
		p = p[:min(len(p), r.atOnce)]
	}
	n := 0
	for n < len(p) {
		k := copy(p[n:], r.wire[r.at:])
		n += k
		r.at = (r.at + k) % len(r.wire)
	}
	return n, nil
}

// Repeated returns a reader of text n times between first and last.
func Repeated(first, text string, n int, last string) io.Reader {
	block := strings.Repeat(text, 1+4096/len(text))
	return io.MultiReader(strings.NewReader(first), io.LimitReader(Endless(block, 0), int64(n*len(text))), strings.NewReader(last))
}

// Zeros reads zeros.
type Zeros struct{}

func (Zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// RandomText returns text of that size in which no two parts are alike.
func RandomText(size int) []byte {
	text := make([]byte, size)
	rand.NewChaCha8([32]byte{1}).Read(text)
	return text
}

// ReaderFunc is a reader that is a function.
type ReaderFunc func(p []byte) (int, error)

func (f ReaderFunc) Read(p []byte) (int, error) { return f(p) }

// WriterFunc is a writer that is a function.
type WriterFunc func(p []byte) (int, error)

func (f WriterFunc) Write(p []byte) (int, error) { return f(p) }
