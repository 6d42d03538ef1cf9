package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/ways"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// whyShort holds for whatever has a header.
const whyShort = "short ones pay for the header"

const element = "$16\r\n0123456789abcdef\r\n"

// elementSeries read and write arrays of strings of 16 bytes. What is read repeats
// about 200 KB, and is in the same cache whatever the length.
func elementSeries() []series {
	tokens := series{name: "arrays of strings of 16 B, read as tokens", unit: "element", why: whyShort}
	values := series{name: "the same as Values", unit: "element", why: "long ones leave the caches: 88 B an element"}
	skipped := series{name: "the same, skipped", unit: "element", why: whyShort}
	written := series{name: "the same, written", unit: "element", why: whyShort}
	for n := 10; n <= 10_000_000; n *= 10 {
		name := grouped(n)
		arrays := max(1, 10_000/n)
		tokens.sizes = append(tokens.sizes, reading(name, arrays*n, arraysOf(n), tokensOf(arrays*(1+n))))
		skipped.sizes = append(skipped.sizes, reading(name, arrays*n, arraysOf(n), repeat(arrays, (*resp.Decoder).SkipValue)))
		written.sizes = append(written.sizes, work(name, arrays*n, func() func() error { return writeArrays(arrays, n) }))
		if n <= 1_000_000 { // a Value of ten million takes 400 MB
			values.sizes = append(values.sizes, reading(name, arrays*n, arraysOf(n), valuesOf(arrays)))
		}
	}
	return []series{tokens, values, skipped, written}
}

// arraysOf returns the parts of arrays of n elements: of many of them when they are
// short.
func arraysOf(n int) [][]byte {
	block := min(n, 10_000) // elements of a part
	parts := [][]byte{fmt.Appendf(nil, "*%d\r\n", n)}
	parts = append(parts, slices.Repeat([][]byte{[]byte(strings.Repeat(element, block))}, n/block)...)
	if n <= 10_000 {
		return [][]byte{bytes.Repeat(bytes.Join(parts, nil), 10_000/n)}
	}
	return parts
}

// reading is a size that reads the parts over and over. What read does is a pass
// over all of them.
func reading(name string, units int, parts [][]byte, read func(*resp.Decoder) error) size {
	return work(name, units, func() func() error { return readAll(ways.PieceSize, parts, read) })
}

// readAll returns a pass, which fails unless it ends where the parts end.
func readAll(piece int, parts [][]byte, read func(*resp.Decoder) error) func() error {
	d := resp.NewDecoder(workload.Source(piece, parts...), resp.NoLimits())
	length, end := int64(0), int64(0)
	for _, part := range parts {
		length += int64(len(part))
	}
	return func() error {
		if err := read(d); err != nil {
			return err
		}
		if end += length; d.InputOffset() != end || d.Depth() != 0 {
			return fmt.Errorf("read up to %d and not %d", d.InputOffset(), end)
		}
		return nil
	}
}

// repeat does a read n times.
func repeat(n int, read func(*resp.Decoder) error) func(*resp.Decoder) error {
	return func(d *resp.Decoder) error {
		for range n {
			if err := read(d); err != nil {
				return err
			}
		}
		return nil
	}
}

func tokensOf(n int) func(*resp.Decoder) error {
	return func(d *resp.Decoder) error {
		for range n {
			if _, err := d.ReadToken(); err != nil {
				return err
			}
		}
		return nil
	}
}

func valuesOf(n int) func(*resp.Decoder) error {
	v := new(resp.Value)
	return repeat(n, func(d *resp.Decoder) error { return d.Decode(v) })
}

// writeArrays returns a pass that writes so many arrays of n elements.
func writeArrays(arrays, n int) func() error {
	e := resp.NewEncoder(nowhere{})
	return func() error {
		for range arrays {
			e.WriteArray(n)
			for range n {
				e.WriteBulkString(ways.Sixteen)
			}
		}
		return e.Flush()
	}
}

// nowhere is a writer that is no more than that, unlike io.Discard.
type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// grouped writes a number as people do: 10,000.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
