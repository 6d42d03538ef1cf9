// Package ways has the ways in which package resp does the workloads. Compare sets
// them beside other codecs, and commits beside themselves at another commit: that
// builds this package against both, and leaves out the files that do not compile
// with the older one. What is newer than the rest therefore gets a file of its own,
// and files add their rows by themselves.
package ways

import (
	"errors"
	"fmt"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/measure"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// PieceSize is how much a Read gives.
const PieceSize = 16 << 10

// Row is a way to do a workload.
type Row struct {
	measure.Row
	Kept  bool         // what was read outlives the next read
	Check func() error // whether it does all of it; run once, untimed, before Pass
}

var (
	names []string
	made  = make(map[string][]func() []Row)
)

// add has a file's rows made when those of a workload are asked for.
func add(name string, rows func() []Row) {
	if made[name] == nil {
		names = append(names, name)
	}
	made[name] = append(made[name], rows)
}

// Workloads returns the names of all that there are rows for.
func Workloads() []string { return names }

// Rows makes the rows of a workload.
func Rows(name string) []Row {
	var rows []Row
	for _, make := range made[name] {
		rows = append(rows, make()...)
	}
	return rows
}

// addTo has a row made for each of some workloads of decoders.
func addTo(workloads []workload.Workload, make func(*workload.Stream) Row) {
	for _, w := range workloads {
		add(w.Name, func() []Row { return []Row{make(w.Build())} })
	}
}

// named returns the workloads of those names.
func named(names ...string) []workload.Workload {
	var some []workload.Workload
	for _, name := range names {
		for _, w := range workload.All() {
			if w.Name == name {
				some = append(some, w)
			}
		}
	}
	return some
}

// decoding is a Decoder on a stream that never ends.
type decoding struct {
	*resp.Decoder
	*workload.Stream
	end int64 // offset at which the current pass has to end
}

// decode reads a stream in pieces of the usual size.
func decode(s *workload.Stream, opts ...resp.Option) *decoding {
	return decodePieces(s, PieceSize, opts...)
}

func decodePieces(s *workload.Stream, piece int, opts ...resp.Option) *decoding {
	return &decoding{Decoder: resp.NewDecoder(workload.Source(piece, s.Wire), opts...), Stream: s}
}

// row returns a row with a pass that reads all frames and a check that reads them
// and looks at what was in them.
func (d *decoding) row(name string, read, check func() error) Row {
	return Row{
		Row:   measure.Row{Name: name, Units: d.Frames, Pass: func() error { return d.pass(read) }},
		Check: func() error { return d.pass(check) },
	}
}

// summed is a row whose check returns the checksum of what it has read.
func (d *decoding) summed(name string, read func() error, check func() (workload.Sum, error)) Row {
	return d.row(name, read, func() error {
		sum, err := check()
		return errorsFirst(err, d.sameSum(sum))
	})
}

func (d *decoding) sameSum(sum workload.Sum) error {
	if sum != d.Sum {
		return fmt.Errorf("the checksum of lengths is %x and not %x", uint64(sum), uint64(d.Sum))
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

// keeping marks a row that keeps what it reads.
func keeping(r Row) Row {
	r.Kept = true
	return r
}

// pass returns an error unless exactly one more pass has been read.
func (d *decoding) pass(read func() error) error {
	if err := read(); err != nil {
		return err
	}
	if d.end += int64(len(d.Wire)); d.InputOffset() != d.end {
		return fmt.Errorf("read up to %d and not %d", d.InputOffset(), d.end)
	}
	return nil
}

// same returns an error unless the bytes are those of the stream.
func (d *decoding) same(wire []byte) error {
	if string(wire) != string(d.Wire) {
		return errors.New("other bytes than those of the stream")
	}
	return nil
}
