package main

import (
	"bytes"
	"io"

	"github.com/seed65f5866d/resp/bench/internal/measure"
	"github.com/seed65f5866d/resp/bench/internal/ways"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// linearExperiments are rows of sizes.
func linearExperiments() []experiment {
	all := []experiment{
		{ways.Elements, func() []row { return ourRows(ways.Elements) }},
		{ways.Bytes, func() []row { return append(ourRows(ways.Bytes), bufferRows()...) }},
	}
	for _, w := range workload.Common() {
		all = append(all, experiment{ways.ReadsOf + w.Name, func() []row { return ourRows(ways.ReadsOf + w.Name) }})
	}
	return all
}

// bufferRows read the bytes of strings into a buffer of that size.
func bufferRows() []row {
	var rows []row
	for _, s := range ways.Sizes {
		rows = append(rows, bufferRow(s))
	}
	return rows
}

func bufferRow(s ways.Size) row {
	parts, count := s.Parts()
	source := workload.Source(ways.PieceSize, parts...)
	buf := make([]byte, len(bytes.Join(parts, nil))/count)
	pass := func() error {
		for range count {
			if _, err := io.ReadFull(source, buf); err != nil {
				return err
			}
		}
		return nil
	}
	return row{Row: measure.Row{Name: readOf(s.Name), Units: count * s.Bytes / 1024, Pass: pass}, group: baseline}
}

func readOf(size string) string { return readName + " " + size }
