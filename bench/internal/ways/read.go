package ways

import (
	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Tokens, values, the bytes of a value, and passing over it. The loops are as users
// would write them.
func init() {
	for _, w := range workload.All() {
		add(w.Name, func() []Row {
			s := w.Build()
			return []Row{tokens("tokens", decode(s)), values(s), raw(s), skip(s)}
		})
	}
}

func tokens(name string, d *decoding) Row {
	return d.row(name, func() error {
		for range d.Tokens {
			if _, err := d.ReadToken(); err != nil {
				return err
			}
		}
		return nil
	}, func() error {
		var wire []byte
		for range d.Tokens {
			t, err := d.ReadToken()
			if err != nil {
				return err
			}
			wire = resp.AppendToken(wire, t)
		}
		return d.same(wire)
	})
}

func values(s *workload.Stream) Row {
	d, v := decode(s), new(resp.Value)
	return d.summed("value", func() error {
		for range d.Frames {
			if err := d.Decode(v); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			if err := d.Decode(v); err != nil {
				return 0, err
			}
			sum.AddValue(v)
		}
		return sum, nil
	})
}

func raw(s *workload.Stream) Row {
	d := decode(s)
	return d.row("ReadRaw", func() error {
		for range d.Frames {
			if _, err := d.ReadRaw(); err != nil {
				return err
			}
		}
		return nil
	}, func() error {
		var wire []byte
		for range d.Frames {
			b, err := d.ReadRaw()
			if err != nil {
				return err
			}
			wire = append(wire, b...)
		}
		return d.same(wire)
	})
}

func skip(s *workload.Stream) Row {
	d := decode(s)
	skip := func() error {
		for range d.Frames {
			if err := d.SkipValue(); err != nil {
				return err
			}
		}
		return nil
	}
	return d.row("SkipValue", skip, skip)
}
