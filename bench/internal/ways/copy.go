package ways

import (
	"bytes"
	"io"

	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Payloads that are copied in constant memory.
func init() {
	large := named("bulk1k", "bulk64k", "bulk1m")
	addTo(large, func(s *workload.Stream) Row { return copies("CopyBulk", s, io.Discard, func() {}) })
	addTo(large, func(s *workload.Stream) Row {
		var buf bytes.Buffer
		buf.Grow(len(s.Wire) / s.Frames)
		return copies("CopyBulk to a buffer", s, &buf, buf.Reset)
	})
}

// copies resets the writer after each payload.
func copies(name string, s *workload.Stream, w io.Writer, reset func()) Row {
	d := decode(s)
	return d.summed(name, func() error {
		for range d.Frames {
			if _, err := d.CopyBulk(w); err != nil {
				return err
			}
			reset()
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			n, err := d.CopyBulk(w)
			if err != nil {
				return 0, err
			}
			reset()
			sum.Add(int(n))
		}
		return sum, nil
	})
}
