package ways

import "github.com/seed65f5866d/resp/bench/internal/workload"

// Strings that are read into the caller's memory.
func init() { addTo(named("bulk64", "bulk4k", "bulk64k"), readInto) }

func readInto(s *workload.Stream) Row {
	d, into := decode(s), make([]byte, len(s.Wire)/s.Frames)
	return keeping(d.summed("ReadInto", func() error {
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
	}))
}
