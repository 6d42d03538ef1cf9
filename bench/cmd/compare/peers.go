package main

import (
	"github.com/seed65f5866d/resp/bench"
	"github.com/seed65f5866d/resp/bench/internal/measure"
	"github.com/seed65f5866d/resp/bench/internal/ways"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// peerDecodeRows are the other codecs, each to its natural result, and what else they
// offer to read the same.
func peerDecodeRows(w workload.Workload, s *workload.Stream) []row {
	var rows []row
	for _, p := range bench.Peers() {
		if open := opener(p, w, s); open != nil {
			rows = append(rows, peerDecodeRow(p.Name, peer, keeps(p, w), s, open))
		}
	}
	for _, f := range bench.Forms() {
		g := peer
		if f.Lazy {
			g = lazy
		}
		if open := opener(f.Peer, w, s); open != nil {
			rows = append(rows, peerDecodeRow(f.Name, g, keeps(f.Peer, w), s, open))
		}
	}
	return rows
}

// opener returns nil when a peer does not claim to read a workload.
func opener(p bench.Peer, w workload.Workload, s *workload.Stream) func() (bench.Reader, error) {
	switch {
	case w.Requests && p.Commands != nil:
		return func() (bench.Reader, error) { return p.Commands(workload.Source(ways.PieceSize, s.Wire)) }
	case !w.Requests && p.Replies != nil && p.Knows(w.Kinds):
		return func() (bench.Reader, error) { return p.Replies(workload.Source(ways.PieceSize, s.Wire), batch(s)) }
	}
	return nil
}

// keeps reports whether a peer's users keep what they read of a workload.
func keeps(p bench.Peer, w workload.Workload) bool {
	if w.Requests {
		return !p.CommandsAreViews
	}
	return !p.RepliesAreViews
}

// batch returns how many replies a client asks for at once: about 1 MiB, 100 at
// most.
func batch(s *workload.Stream) int {
	return max(1, min(100, (1<<20)*s.Frames/len(s.Wire)))
}

// peerDecodeRow opens a reader for the check and another for the passes. Neither is
// closed: a client that finds replies it has not asked for would not take it well.
func peerDecodeRow(name string, g group, kept bool, s *workload.Stream, open func() (bench.Reader, error)) row {
	var r bench.Reader
	return row{
		Row:   measure.Row{Name: name, Units: s.Frames, Pass: func() error { return readFrames(r, s.Frames) }},
		group: g,
		kept:  kept,
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
func checkReader(s *workload.Stream, open func() (bench.Reader, error)) error {
	r, err := open()
	if err != nil {
		return err
	}
	for range 2 {
		var sum workload.Sum
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
