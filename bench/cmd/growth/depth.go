package main

import (
	"bytes"
	"strings"

	"github.com/seed65f5866d/resp"
)

// whyDeep holds for whatever keeps what is open.
const whyDeep = "deep ones leave the caches: each open level is remembered"

// depthSeries read and write arrays of one array, and so on, and of an integer in
// the end.
func depthSeries() []series {
	tokens := series{name: "arrays within arrays, read as tokens", unit: "level", why: whyDeep}
	values := series{name: "the same as Values", unit: "level", why: whyDeep}
	skipped := series{name: "the same, skipped", unit: "level", why: whyDeep}
	written := series{name: "the same, written", unit: "level", why: whyDeep}
	for n := 1; n <= 1_000_000; n *= 10 {
		count := max(1, 10_000/n)
		wire := [][]byte{bytes.Repeat([]byte(strings.Repeat("*1\r\n", n)+":1\r\n"), count)}
		tokens.sizes = append(tokens.sizes, reading(grouped(n), count*n, wire, tokensOf(count*(n+1))))
		skipped.sizes = append(skipped.sizes, reading(grouped(n), count*n, wire, repeat(count, (*resp.Decoder).SkipValue)))
		written.sizes = append(written.sizes, work(grouped(n), count*n, func() func() error { return writeDeep(count, n) }))
		values.sizes = append(values.sizes, reading(grouped(n), count*n, wire, valuesOf(count)))
	}
	return []series{tokens, values, skipped, written}
}

func writeDeep(count, n int) func() error {
	e := resp.NewEncoder(nowhere{})
	return func() error {
		for range count {
			for range n {
				e.WriteArray(1)
			}
			e.WriteInteger(1)
		}
		return e.Flush()
	}
}
