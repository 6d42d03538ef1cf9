package tests

import (
	"io"
	"testing/iotest"

	"github.com/seed65f5866d/resp/resptest"
)

// Arrival is a way in which bytes arrive at a reader. It does not change what is
// read.
type Arrival struct {
	Name string
	Of   func(io.Reader) io.Reader
}

// Arrivals returns all of them, the usual one first. The seed is for the random one.
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
