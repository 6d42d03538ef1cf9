package ways

import (
	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Values that are kept.
func init() {
	for _, w := range workload.All() {
		if !w.Requests {
			addTo([]workload.Workload{w}, clones)
		}
	}
}

// kept is where clones go, so that they are made on the heap.
var kept resp.Value

func clones(s *workload.Stream) Row {
	d, v := decode(s), new(resp.Value)
	return keeping(d.summed("value, Clone", func() error {
		for range d.Frames {
			if err := d.Decode(v); err != nil {
				return err
			}
			kept = v.Clone()
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			if err := d.Decode(v); err != nil {
				return 0, err
			}
			kept = v.Clone()
			sum.AddValue(&kept)
		}
		return sum, nil
	}))
}
