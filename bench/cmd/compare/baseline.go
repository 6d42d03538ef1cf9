package main

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/seed65f5866d/resp/bench"
	"github.com/seed65f5866d/resp/bench/internal/measure"
	"github.com/seed65f5866d/resp/bench/internal/ways"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Names of rows that others are compared with.
const (
	indexByteName = "IndexByte"
	readName      = "read"
	adapterName   = "adapter"
	readyName     = "ready bytes"

	allocateName    = "allocation of 16 B"
	parseFloatName  = "strconv.ParseFloat"
	appendFloatName = "strconv.AppendFloat"
)

// decodeBaselines are what a reader of the bytes does at the least, and what the
// adapter of a peer adds to it.
func decodeBaselines(name string, s *workload.Stream) []row {
	rows := []row{indexByteRow(s), readRow(s), adapterRow(s)}
	switch name {
	case "bulk16":
		rows = append(rows, allocateRow(16))
	case "double", "number as string":
		rows = append(rows, parseFloatRow("123.456"))
	}
	return rows
}

// indexByteRow finds every line feed, in memory.
func indexByteRow(s *workload.Stream) row {
	want := bytes.Count(s.Wire, []byte{'\n'})
	pass := func() error {
		lines := 0
		for rest := s.Wire; ; lines++ {
			i := bytes.IndexByte(rest, '\n')
			if i < 0 {
				break
			}
			rest = rest[i+1:]
		}
		if lines != want {
			return errors.New("line feeds are missing")
		}
		return nil
	}
	return row{Row: measure.Row{Name: indexByteName, Units: s.Frames, Pass: pass}, group: baseline}
}

// readRow reads the bytes into a buffer of its own, which holds a large frame or
// as much as a Read gives.
func readRow(s *workload.Stream) row {
	source := workload.Source(ways.PieceSize, s.Wire)
	buf := make([]byte, max(ways.PieceSize, len(s.Wire)/s.Frames))
	pass := func() error {
		for left := len(s.Wire); left > 0; {
			n, err := io.ReadFull(source, buf[:min(len(buf), left)])
			if err != nil {
				return err
			}
			left -= n
		}
		return nil
	}
	return row{Row: measure.Row{Name: readName, Units: s.Frames, Pass: pass}, group: baseline}
}

// noReader is an adapter without a codec.
type noReader struct{ bench.Reader }

func (*noReader) Next() error { return nil }

// adapterRow calls an adapter as the peers' rows do. Our own loops do not have
// one, so this much is taken off the peers' times in comparisons.
func adapterRow(s *workload.Stream) row {
	var r bench.Reader = new(noReader)
	pass := func() error { return readFrames(r, s.Frames) }
	return row{Row: measure.Row{Name: adapterName, Units: s.Frames, Pass: pass}, group: baseline}
}

// once is how often something that belongs to no stream is done in a pass.
const once = 10_000

// allocated is where memory goes, so that it is on the heap.
var allocated []byte

// allocateRow makes what a string of that length lies in.
func allocateRow(size int) row {
	pass := func() error {
		for range once {
			allocated = make([]byte, size)
		}
		if len(allocated) != size {
			return errors.New("nothing was allocated")
		}
		return nil
	}
	return row{Row: measure.Row{Name: allocateName, Units: once, Pass: pass}, group: baseline}
}

// parseFloatRow parses a number that lies in a string.
func parseFloatRow(text string) row {
	pass := func() error {
		for range once {
			if _, err := strconv.ParseFloat(text, 64); err != nil {
				return err
			}
		}
		return nil
	}
	return row{Row: measure.Row{Name: parseFloatName, Units: once, Pass: pass}, group: baseline}
}
