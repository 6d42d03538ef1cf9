package ways

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/measure"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// This file measures how cost grows: with the elements of an array, with the bytes
// of a string, and when reads give little. What is read repeats about 1 MiB, so
// that the source is in the same cache whatever the size.

// Names of workloads. The last one is followed by that of another.
const (
	Elements = "elements"
	Bytes    = "bytes"
	ReadsOf  = "reads of "
)

// Names of rows with reads of different sizes.
const (
	ShortRead = "1,460 B"
	LongRead  = "64 KiB"
)

func init() {
	add(Elements, elementRows)
	add(Bytes, byteRows)
	for _, w := range workload.Common() {
		add(ReadsOf+w.Name, func() []Row { return readSizeRows(w) })
	}
}

// elementRows read arrays of so many elements as tokens.
func elementRows() []Row {
	var rows []Row
	for _, n := range []int{10, 100, 1000, 10_000, 100_000, 1_000_000} {
		block := min(n, 10_000) // elements of a part
		elements := []byte(strings.Repeat(bulk(Sixteen), block))
		parts := append([][]byte{fmt.Appendf(nil, "*%d\r\n", n)}, slices.Repeat([][]byte{elements}, n/block)...)
		if n <= 10_000 { // many arrays in a part
			parts = [][]byte{bytes.Repeat(bytes.Join(parts, nil), 10_000/n)}
		}
		arrays := max(1, 10_000/n)
		rows = append(rows, partsRow(fmt.Sprint(n), arrays*n, arrays*(1+n), parts))
	}
	return rows
}

// Size is a length of strings.
type Size struct {
	Name  string
	Bytes int
}

// Sizes are the lengths whose cost per byte is measured.
var Sizes = []Size{{"1 KiB", 1 << 10}, {"64 KiB", 64 << 10}, {"1 MiB", 1 << 20}, {"64 MiB", 64 << 20}}

// Parts returns strings of that length in parts, and how many they are.
func (s Size) Parts() (parts [][]byte, count int) {
	const mebi = 1 << 20
	payload := bytes.Repeat([]byte("x"), min(s.Bytes, mebi))
	parts = [][]byte{fmt.Appendf(nil, "$%d\r\n", s.Bytes)}
	parts = append(parts, slices.Repeat([][]byte{payload}, s.Bytes/len(payload))...)
	parts = append(parts, []byte("\r\n"))
	count = max(1, mebi/s.Bytes)
	if s.Bytes < mebi {
		parts = [][]byte{bytes.Repeat(bytes.Join(parts, nil), count)}
	}
	return parts, count
}

// byteRows read strings of so many bytes as tokens; the unit is a KiB.
func byteRows() []Row {
	var rows []Row
	for _, s := range Sizes {
		parts, count := s.Parts()
		rows = append(rows, partsRow(s.Name, count*s.Bytes/1024, count, parts))
	}
	return rows
}

// partsRow reads all tokens of the parts.
func partsRow(name string, units, tokens int, parts [][]byte) Row {
	d := resp.NewDecoder(workload.Source(PieceSize, parts...))
	size, end := int64(len(bytes.Join(parts, nil))), int64(0)
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
	return Row{Row: measure.Row{Name: name, Units: units, Pass: pass}, Check: pass}
}

// readSizeRows read a workload in short and in long reads.
func readSizeRows(w workload.Workload) []Row {
	s := w.Build()
	if w.Requests {
		return []Row{command(ShortRead, decodeCommands(s, 1460)), command(LongRead, decodeCommands(s, 64<<10))}
	}
	return []Row{tokens(ShortRead, decodePieces(s, 1460)), tokens(LongRead, decodePieces(s, 64<<10))}
}
