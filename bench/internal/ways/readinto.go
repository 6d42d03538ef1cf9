package ways

import (
	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Strings that are read into the caller's memory.
func init() {
	if _, ok := any(new(resp.Decoder)).(intoReader); ok {
		addTo(named("bulk64", "bulk4k", "bulk64k"), readInto)
	}
}

// intoReader lets this compile with a Decoder that has no ReadInto. The call through
// it is in the time.
type intoReader interface {
	ReadInto(p []byte) (int, error)
}

func readInto(s *workload.Stream) Row {
	d, into := decode(s), make([]byte, len(s.Wire)/s.Frames)
	r := any(d.Decoder).(intoReader)
	return keeping(d.summed("ReadInto", func() error {
		for range d.Frames {
			if _, err := r.ReadInto(into); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			n, err := r.ReadInto(into)
			if err != nil {
				return 0, err
			}
			sum.Add(n)
		}
		return sum, nil
	}))
}
