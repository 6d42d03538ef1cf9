package main

import (
	"github.com/seed65f5866d/resp/bench"
	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// peerDecodeRows are the other codecs, each to its natural result.
func peerDecodeRows(w bench.Workload, s *bench.Stream) []row {
	var rows []row
	for _, p := range bench.Peers() {
		open := func() (bench.Reader, error) { return p.Replies(bench.Source(pieceSize, s.Wire), batch(s)) }
		if w.Requests {
			open = func() (bench.Reader, error) { return p.Commands(bench.Source(pieceSize, s.Wire)) }
		}
		if w.Requests && p.Commands == nil || !w.Requests && p.Replies == nil {
			continue
		}
		rows = append(rows, peerDecodeRow(p.Name, s, open))
	}
	if !w.Requests {
		rows = append(rows, unvisitedRow(s))
	}
	return rows
}

// unvisitedRow is shown and not compared with: it has found where a reply ends and
// parsed nothing in it. Ours of that sort are ReadRaw and SkipValue.
func unvisitedRow(s *bench.Stream) row {
	r := peerDecodeRow("redcon, unvisited", s, func() (bench.Reader, error) {
		return bench.RedconUnvisited(bench.Source(pieceSize, s.Wire)), nil
	})
	r.group = lazy
	return r
}

// batch returns how many replies a client asks for at once: about 1 MiB, 100 at
// most.
func batch(s *bench.Stream) int {
	return max(1, min(100, (1<<20)*s.Frames/len(s.Wire)))
}

// peerDecodeRow opens a reader for the check and another for the passes. Neither is
// closed: a client that finds replies it has not asked for would not take it well.
func peerDecodeRow(name string, s *bench.Stream, open func() (bench.Reader, error)) row {
	var r bench.Reader
	return row{
		Row:   measure.Row{Name: name, Units: s.Frames, Pass: func() error { return readFrames(r, s.Frames) }},
		group: peer,
		check: func() (err error) {
			if err := checkReader(s, open); err != nil {
				return err
			}
			r, err = open()
			return err
		},
	}
}

func readFrames(r bench.Reader, n int) error {
	for range n {
		if err := r.Next(); err != nil {
			return err
		}
	}
	return nil
}

// checkReader reads the stream twice: the second time shows that the first ended
// where it should.
func checkReader(s *bench.Stream, open func() (bench.Reader, error)) error {
	r, err := open()
	if err != nil {
		return err
	}
	for range 2 {
		var sum bench.Sum
		for range s.Frames {
			if err := r.Next(); err != nil {
				return err
			}
			tree := r.Tree()
			sum.AddValue(&tree)
		}
		if err := sameSum(sum, s.Sum); err != nil {
			return err
		}
	}
	return nil
}
