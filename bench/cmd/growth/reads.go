package main

import (
	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// readSeries read what a client and what a server reads, in reads of growing size.
func readSeries() []series {
	var all []series
	for _, w := range workload.Common() {
		if w.Name != "mixed" && w.Name != "command" {
			continue
		}
		s := w.Build()
		read, of := tokensOf(s.Tokens), series{name: "a client's mix as tokens, by the size of a read", unit: "frame", why: "each read costs, and what is cut is looked at twice"}
		if w.Requests {
			read = repeat(s.Frames, readCommand)
			of.name = "SET read as a request, by the size of a read"
		}
		for _, piece := range []int{1, 16, 256, 1460, 4 * kibi, 16 * kibi, 64 * kibi, 256 * kibi} {
			of.sizes = append(of.sizes, work(readName(piece), s.Frames, func() func() error {
				return readAll(piece, [][]byte{s.Wire}, read)
			}))
		}
		all = append(all, of)
	}
	return all
}

// readName keeps the size of a packet's payload in bytes.
func readName(n int) string {
	if n == 1460 {
		return "1,460 B"
	}
	return lengthName(n)
}

func readCommand(d *resp.Decoder) error {
	_, err := d.ReadCommand()
	return err
}
