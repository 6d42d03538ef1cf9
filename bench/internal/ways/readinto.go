package ways

import (
	"errors"
	"io"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Strings that are read into the caller's memory.
func init() {
	addTo(named("bulk64", "bulk4k", "bulk64k"), readInto)
	addTo(named("bulk4k", "bulk64k", "bulk1m"), readIntoNew)
}

func readInto(s *workload.Stream) Row {
	d, into := decode(s), make([]byte, len(s.Wire)/s.Frames)
	return d.summed("ReadInto", func() error {
		for range d.Frames {
			if _, err := d.ReadInto(into); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			n, err := d.ReadInto(into)
			if err != nil {
				return 0, err
			}
			sum.Add(n)
		}
		return sum, nil
	})
}

// keptBytes is where payloads go, so that they are made on the heap.
var keptBytes []byte

// readIntoNew asks for the size of a string, and then reads it into memory of that size.
func readIntoNew(s *workload.Stream) Row {
	d := decode(s)
	return keeping(d.summed("ReadInto new memory", func() (err error) {
		for range d.Frames {
			if keptBytes, err = readNew(d.Decoder); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			if keptBytes, err = readNew(d.Decoder); err != nil {
				return 0, err
			}
			sum.Add(len(keptBytes))
		}
		return sum, nil
	}))
}

func readNew(d *resp.Decoder) ([]byte, error) {
	size, err := d.ReadInto(nil)
	if !errors.Is(err, io.ErrShortBuffer) {
		return nil, err
	}
	b := make([]byte, size)
	_, err = d.ReadInto(b)
	return b, err
}
