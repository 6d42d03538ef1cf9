package main

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/seed65f5866d/resp"
)

const (
	kibi = 1 << 10
	mebi = 1 << 20
	gibi = 1 << 30
)

// byteSeries read and write strings. The unit is a KiB: of one byte the figures
// would be too small to be read.
func byteSeries() []series {
	views := series{name: "strings, read as tokens", unit: "KiB", why: whyShort + ", long ones leave the caches"}
	copied := series{name: "strings, copied to a writer", unit: "KiB", why: whyShort}
	written := series{name: "strings, written", unit: "KiB", why: "from 6,000 B on the payload is not touched"}
	for _, n := range []int{64, kibi, 16 * kibi, mebi, 64 * mebi, gibi} {
		count := max(1, mebi/n)
		units := count * n / kibi
		views.sizes = append(views.sizes, reading(lengthName(n), units, stringsOf(n), tokensOf(count)))
		copied.sizes = append(copied.sizes, reading(lengthName(n), units, stringsOf(n), repeat(count, copyAway)))
		written.sizes = append(written.sizes, work(lengthName(n), units, func() func() error { return writeStrings(count, n) }))
	}
	return []series{views, copied, written}
}

func copyAway(d *resp.Decoder) error {
	_, err := d.CopyBulk(nowhere{})
	return err
}

// stringsOf returns the parts of strings of n bytes: of many of them when they are
// short.
func stringsOf(n int) [][]byte {
	payload := bytes.Repeat([]byte("x"), min(n, mebi))
	parts := [][]byte{fmt.Appendf(nil, "$%d\r\n", n)}
	parts = append(parts, slices.Repeat([][]byte{payload}, n/len(payload))...)
	parts = append(parts, []byte("\r\n"))
	if n <= mebi {
		return [][]byte{bytes.Repeat(bytes.Join(parts, nil), mebi/n)}
	}
	return parts
}

// writeStrings returns a pass that writes so many strings of n bytes.
func writeStrings(count, n int) func() error {
	e := resp.NewEncoder(nowhere{})
	payload := bytes.Repeat([]byte("x"), n)
	return func() error {
		for range count {
			e.WriteBulkBytes(payload)
		}
		return e.Flush()
	}
}

func lengthName(n int) string {
	switch {
	case n >= gibi:
		return fmt.Sprintf("%d GiB", n/gibi)
	case n >= mebi:
		return fmt.Sprintf("%d MiB", n/mebi)
	case n >= kibi:
		return fmt.Sprintf("%d KiB", n/kibi)
	}
	return fmt.Sprintf("%d B", n)
}
