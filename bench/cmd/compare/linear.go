package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench"
	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// This file measures how cost grows: with the elements of an array, with the bytes
// of a string, and when reads give little. What is read repeats about 1 MiB, so
// that the source is in the same cache whatever the size.

// Names of experiments. The last one is followed by that of a workload.
const (
	elementsName = "elements"
	bytesName    = "bytes"
	readsName    = "reads of "
)

const (
	shortRead = "1,460 B"
	longRead  = "64 KiB"
)

// linearExperiments are rows of sizes.
func linearExperiments() []experiment {
	all := []experiment{{elementsName, elementRows}, {bytesName, byteRows}}
	for _, w := range bench.Workloads() {
		all = append(all, experiment{readsName + w.Name, func() ([]row, error) { return readSizeRows(w), nil }})
	}
	return all
}

// elementRows read arrays of so many elements as tokens.
func elementRows() ([]row, error) {
	var rows []row
	for _, n := range []int{10, 100, 1000, 10_000, 100_000, 1_000_000} {
		block := min(n, 10_000) // elements of a part
		elements := []byte(strings.Repeat(bulkWire(sixteen), block))
		parts := append([][]byte{fmt.Appendf(nil, "*%d\r\n", n)}, slices.Repeat([][]byte{elements}, n/block)...)
		if n <= 10_000 { // many arrays in a part
			parts = [][]byte{bytes.Repeat(bytes.Join(parts, nil), 10_000/n)}
		}
		arrays := max(1, 10_000/n)
		rows = append(rows, partsRow(fmt.Sprint(n), arrays*n, arrays*(1+n), parts))
	}
	return rows, nil
}

// byteSizes are the lengths of strings.
var byteSizes = []struct {
	name string
	size int
}{{"1 KiB", 1 << 10}, {"64 KiB", 64 << 10}, {"1 MiB", 1 << 20}, {"64 MiB", 64 << 20}}

// byteRows read strings of so many bytes as tokens, and the same bytes into a
// buffer of that size; the unit is a KiB.
func byteRows() ([]row, error) {
	const mebi = 1 << 20
	var rows []row
	for _, s := range byteSizes {
		payload := bytes.Repeat([]byte("x"), min(s.size, mebi))
		parts := [][]byte{fmt.Appendf(nil, "$%d\r\n", s.size)}
		parts = append(parts, slices.Repeat([][]byte{payload}, s.size/len(payload))...)
		parts = append(parts, []byte("\r\n"))
		strings := max(1, mebi/s.size)
		if s.size < mebi {
			parts = [][]byte{bytes.Repeat(bytes.Join(parts, nil), strings)}
		}
		rows = append(rows, partsRow(s.name, strings*s.size/1024, strings, parts), bufferRow(s.name, s.size, strings, parts))
	}
	return rows, nil
}

// partsRow reads all tokens of the parts.
func partsRow(name string, units, tokens int, parts [][]byte) row {
	d := resp.NewDecoder(bench.Source(pieceSize, parts...))
	size, end := totalLen(parts), int64(0)
	pass := func() error {
		for range tokens {
			if _, err := d.ReadToken(); err != nil {
				return err
			}
		}
		if end += size; d.InputOffset() != end || d.Depth() != 0 {
			return fmt.Errorf("read up to %d and not %d", d.InputOffset(), end)
		}
		return nil
	}
	return row{Row: measure.Row{Name: name, Units: units, Pass: pass}, group: ours, check: pass}
}

// bufferRow reads the same bytes into a buffer of its own.
func bufferRow(name string, size, strings int, parts [][]byte) row {
	source := bench.Source(pieceSize, parts...)
	buf := make([]byte, int(totalLen(parts))/strings)
	pass := func() error {
		for range strings {
			if _, err := io.ReadFull(source, buf); err != nil {
				return err
			}
		}
		return nil
	}
	return row{Row: measure.Row{Name: readOf(name), Units: strings * size / 1024, Pass: pass}, group: baseline}
}

func readOf(size string) string { return readName + " " + size }

func totalLen(parts [][]byte) (n int64) {
	for _, part := range parts {
		n += int64(len(part))
	}
	return n
}

// readSizeRows read a workload in short and in long reads.
func readSizeRows(w bench.Workload) []row {
	s := w.Build()
	read := tokensRow
	if w.Requests {
		read = commandRow
	}
	return []row{read(shortRead, s, 1460), read(longRead, s, 64<<10)}
}
