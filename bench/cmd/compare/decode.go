package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench"
	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// pieceSize is how much a Read gives.
const pieceSize = 16 << 10

// decodeRows returns all ways to read a workload.
func decodeRows(w bench.Workload) []row {
	s := w.Build()
	rows := ourDecodeRows(w, s)
	rows = append(rows, peerDecodeRows(w, s)...)
	rows = append(rows, hiredisDecodeRows(s)...)
	return append(rows, decodeBaselines(s)...)
}

// decoding is a Decoder on a stream that never ends.
type decoding struct {
	*resp.Decoder
	*bench.Stream
	end int64 // offset at which the current pass has to end
}

func newDecoding(s *bench.Stream, opts ...resp.Option) *decoding {
	return &decoding{Decoder: resp.NewDecoder(bench.Source(pieceSize, s.Wire), opts...), Stream: s}
}

// row returns a row with a pass that reads all frames and a check that reads them
// and returns what was in them.
func (d *decoding) row(name string, read func() error, check func() (bench.Sum, error)) row {
	pass := func() error {
		if err := read(); err != nil {
			return err
		}
		return d.passed()
	}
	return row{
		Row:   measure.Row{Name: name, Units: d.Frames, Pass: pass},
		group: ours,
		check: func() error { return d.verify(check) },
	}
}

// passed returns an error unless exactly one more pass has been read.
func (d *decoding) passed() error {
	if d.end += int64(len(d.Wire)); d.InputOffset() != d.end {
		return fmt.Errorf("read up to %d and not %d", d.InputOffset(), d.end)
	}
	return nil
}

func (d *decoding) verify(check func() (bench.Sum, error)) error {
	sum, err := check()
	if err != nil {
		return err
	}
	return errorsFirst(sameSum(sum, d.Sum), d.passed())
}

func sameSum(got, want bench.Sum) error {
	if got != want {
		return fmt.Errorf("the checksum of lengths is %x and not %x", uint64(got), uint64(want))
	}
	return nil
}

func errorsFirst(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// ourDecodeRows are loops as users would write them.
func ourDecodeRows(w bench.Workload, s *bench.Stream) []row {
	rows := []row{tokensRow("tokens", s, pieceSize), valueRow(s), rawRow(s), skipRow(s)}
	if w.Requests {
		rows = append(rows, commandRow("ReadCommand", s, pieceSize), commandsRow(s))
	}
	if s.Tokens == s.Frames && len(s.Wire)/s.Frames > 1<<10 {
		rows = append(rows, copyBulkRow(s))
	}
	return rows
}

func tokensRow(name string, s *bench.Stream, piece int) row {
	d := newDecoding(s)
	d.Reset(bench.Source(piece, s.Wire))
	return d.row(name, func() error {
		for range d.Tokens {
			if _, err := d.ReadToken(); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum bench.Sum, err error) {
		for range d.Tokens {
			t, err := d.ReadToken()
			if err != nil {
				return 0, err
			}
			sum.Add(payloadLen(t))
		}
		return sum, nil
	})
}

// payloadLen returns the length that a workload has noted.
func payloadLen(t resp.Token) int {
	switch {
	case t.IsNull():
		return 0
	case t.Kind().IsAggregate():
		return t.Len()
	case t.Kind() == resp.Integer:
		n, _ := t.Int64()
		return len(strconv.FormatInt(n, 10))
	}
	return len(t.Bytes())
}

func valueRow(s *bench.Stream) row {
	d, v := newDecoding(s), new(resp.Value)
	return d.row("value", func() error {
		for range d.Frames {
			if err := d.Decode(v); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum bench.Sum, err error) {
		for range d.Frames {
			if err := d.Decode(v); err != nil {
				return 0, err
			}
			sum.AddValue(v)
		}
		return sum, nil
	})
}

func rawRow(s *bench.Stream) row {
	d := newDecoding(s)
	read := func() error {
		for range d.Frames {
			if _, err := d.ReadRaw(); err != nil {
				return err
			}
		}
		return nil
	}
	return d.row("ReadRaw", read, func() (bench.Sum, error) { return d.Sum, read() })
}

func skipRow(s *bench.Stream) row {
	d := newDecoding(s)
	skip := func() error {
		for range d.Frames {
			if err := d.SkipValue(); err != nil {
				return err
			}
		}
		return nil
	}
	return d.row("SkipValue", skip, func() (bench.Sum, error) { return d.Sum, skip() })
}

func commandRow(name string, s *bench.Stream, piece int) row {
	d := newDecoding(s, resp.ServerLimits())
	d.Reset(bench.Source(piece, s.Wire))
	return d.row(name, func() error {
		for range d.Frames {
			if _, err := d.ReadCommand(); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum bench.Sum, err error) {
		for range d.Frames {
			c, err := d.ReadCommand()
			if err != nil {
				return 0, err
			}
			addCommand(&sum, c)
		}
		return sum, nil
	})
}

// commandsRow reads all commands that are buffered in one call. Those that are
// buffered may be of the next pass already, so it is their number that tells when
// a pass is over.
func commandsRow(s *bench.Stream) row {
	d := resp.NewDecoder(bench.Source(pieceSize, s.Wire), resp.ServerLimits())
	var commands []resp.Command
	ahead := 0 // commands of this pass that the last one has read
	pass := func(each func(resp.Command)) (err error) {
		n := ahead
		for ; n < s.Frames; n += len(commands) {
			if commands, err = d.ReadCommands(commands[:0]); err != nil {
				return err
			}
			if each != nil {
				for _, c := range commands {
					each(c)
				}
			}
		}
		ahead = n - s.Frames
		return nil
	}
	check := func() error {
		n, sum, want := 0, bench.Sum(0), s.Sum
		return errorsFirst(pass(func(c resp.Command) {
			if n++; n <= s.Frames {
				addCommand(&sum, c)
			}
		}), sameSum(sum, want))
	}
	return row{
		Row:   measure.Row{Name: "ReadCommands", Units: s.Frames, Pass: func() error { return pass(nil) }},
		group: ours,
		check: check,
	}
}

func addCommand(sum *bench.Sum, c resp.Command) {
	sum.Add(len(c.Args))
	for _, arg := range c.Args {
		sum.Add(len(arg))
	}
}

func copyBulkRow(s *bench.Stream) row {
	d := newDecoding(s)
	return d.row("CopyBulk", func() error {
		for range d.Frames {
			if _, err := d.CopyBulk(io.Discard); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum bench.Sum, err error) {
		for range d.Frames {
			n, err := d.CopyBulk(io.Discard)
			if err != nil {
				return 0, err
			}
			sum.Add(int(n))
		}
		return sum, nil
	})
}
