package main

import (
	"bytes"
	"errors"
	"io"

	"github.com/seed65f5866d/resp/bench"
	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// Names of rows that others are compared with.
const (
	indexByteName = "IndexByte"
	readName      = "read"
	adapterName   = "adapter"
	readyName     = "ready bytes"
)

// decodeBaselines are what a reader of the bytes does at the least, and what the
// adapter of a peer adds to it.
func decodeBaselines(s *bench.Stream) []row {
	return []row{indexByteRow(s), readRow(s), adapterRow(s)}
}

// indexByteRow finds every line feed, in memory.
func indexByteRow(s *bench.Stream) row {
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
func readRow(s *bench.Stream) row {
	source := bench.Source(pieceSize, s.Wire)
	buf := make([]byte, max(pieceSize, len(s.Wire)/s.Frames))
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
func adapterRow(s *bench.Stream) row {
	var r bench.Reader = new(noReader)
	pass := func() error { return readFrames(r, s.Frames) }
	return row{Row: measure.Row{Name: adapterName, Units: s.Frames, Pass: pass}, group: baseline}
}
