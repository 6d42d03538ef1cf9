package tests

import (
	"io"
	"testing/iotest"

	"github.com/seed65f5866d/resp/resptest"
)

// Arrival is a way in which bytes arrive at a reader. None changes what is read.
type Arrival struct {
	Name string
	Of   func(io.Reader) io.Reader
}

// Arrivals are all of them; the first is the usual one. The seed is for the one that is
// random.
func Arrivals(seed uint64) []Arrival {
	return []Arrival{
		{"whole", func(r io.Reader) io.Reader { return r }},
		{"one byte per Read", iotest.OneByteReader},
		{"data with io.EOF", iotest.DataErrReader},
		{"random splits", func(r io.Reader) io.Reader { return resptest.RandomReader(r, seed) }},
		{"empty reads", resptest.EmptyReader},
		{"timeouts", resptest.TimeoutReader},
		{"data with timeouts", resptest.DataTimeoutReader},
	}
}
