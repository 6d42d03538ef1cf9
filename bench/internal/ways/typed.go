package ways

import (
	"math"
	"strconv"

	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Typed reads.
func init() {
	addTo(named("int", "int6", "kind integer"), readInt64)
	addTo(named("double", "double17", "double exponent", "kind double", "number as string"), readFloat64)
	addTo(named("ok", "bulk16", "bulk64", "bulk1k", "bulk4k", "bulk64k", "bulk1m", "number as string"), readString)
	addTo(named("bulk16", "bulk1k"), readBytes)
	addTo(named("bulk64", "bulk4k", "bulk64k"), readAndCopy)
}

func readInt64(s *workload.Stream) Row {
	d := decode(s)
	return keeping(d.summed("ReadInt64", func() error {
		for range d.Frames {
			if _, err := d.ReadInt64(); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			n, err := d.ReadInt64()
			if err != nil {
				return 0, err
			}
			sum.Add(len(strconv.FormatInt(n, 10)))
		}
		return sum, nil
	}))
}

func readFloat64(s *workload.Stream) Row {
	d := decode(s)
	return keeping(d.summed("ReadFloat64", func() error {
		for range d.Frames {
			if _, err := d.ReadFloat64(); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			f, err := d.ReadFloat64()
			if err != nil {
				return 0, err
			}
			format := byte('f')
			if math.Abs(f) >= 1e21 {
				format = 'g'
			}
			sum.Add(len(strconv.FormatFloat(f, format, -1, 64)))
		}
		return sum, nil
	}))
}

// keptText is where strings go, so that they are made on the heap.
var keptText string

func readString(s *workload.Stream) Row {
	d := decode(s)
	return keeping(d.summed("ReadString", func() (err error) {
		for range d.Frames {
			if keptText, err = d.ReadString(); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			if keptText, err = d.ReadString(); err != nil {
				return 0, err
			}
			sum.Add(len(keptText))
		}
		return sum, nil
	}))
}

func readBytes(s *workload.Stream) Row {
	d := decode(s)
	return d.summed("ReadBytes", func() error {
		for range d.Frames {
			if _, err := d.ReadBytes(); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			b, err := d.ReadBytes()
			if err != nil {
				return 0, err
			}
			sum.Add(len(b))
		}
		return sum, nil
	})
}

// readAndCopy is what ReadInto is compared with.
func readAndCopy(s *workload.Stream) Row {
	d, into := decode(s), make([]byte, len(s.Wire)/s.Frames)
	return d.summed("ReadBytes and a copy", func() error {
		for range d.Frames {
			b, err := d.ReadBytes()
			if err != nil {
				return err
			}
			copy(into, b)
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			b, err := d.ReadBytes()
			if err != nil {
				return 0, err
			}
			sum.Add(copy(into, b))
		}
		return sum, nil
	})
}
