package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/seed65f5866d/resp/bench/internal/ways"
)

// finding is one thing that a target asks for: a figure of ours and the most that
// it may be.
type finding struct {
	target     int
	title      string
	workload   string
	got, limit float64
	from       string // what the limit is made of
	unit       string
}

func (f finding) missed() bool { return f.got > f.limit }

func (f finding) String() string {
	sign, word := "<=", "ok    "
	if f.missed() {
		sign, word = ">", "MISSED"
	}
	return fmt.Sprintf("%s target %d (%s): %s %s %s %s %s %s %s",
		word, f.target, f.title, f.workload, number(f.got), f.unit, sign, f.from, number(f.limit), f.unit)
}

// judge prints the findings and returns errMissed when one is a miss that counts.
func (r *report) judge(out io.Writer, noFail bool) error {
	missed := 0
	findings := r.findings()
	for _, f := range findings {
		fmt.Fprintln(out, f)
		if f.missed() {
			missed++
		}
	}
	fmt.Fprintf(out, "\n%d of %d comparisons missed; * is not measured but scaled from the table\n", missed, len(findings))
	if missed > 0 && !noFail {
		return errMissed
	}
	return nil
}

// findings checks the targets as far as their rows have been measured.
func (r *report) findings() []finding {
	return slices.Concat(r.decodeTargets(), r.largeTargets(), r.encodeTargets(), r.allocationTargets(), r.growthTargets(), r.goValueTargets(), r.wantedTargets())
}

var (
	smallFrames = []string{"ok", "int", "bulk16", "bulk1k", "array10", "xrange", "mixed"}
	largeFrames = []string{"bulk64k", "bulk1m"}
)

// decodeTargets is target 1. A frame of 1 KiB counts as small.
func (r *report) decodeTargets() []finding {
	var all []finding
	for _, workload := range smallFrames {
		goFactor, lineFactor := 1/3., 1.
		switch workload {
		case "ok":
			goFactor = 1 / 4.
		case "int":
			lineFactor = 1.6 // its digits are random in number
		}
		all = append(all, r.readTargets("decode tokens", workload, "tokens", goFactor, lineFactor)...)
		all = append(all, r.atMost(1, "decode values", workload, "value", r.fastest(workload, peer), 1/2.)...)
	}
	all = append(all, r.readTargets("ReadCommand", "command", "ReadCommand", 1/3., 1)...)
	return append(all, r.atMost(1, "decode values", "command", "value", r.fastest("command", peer), 1/2.)...)
}

// readTargets compares a way to read with Go peers, hiredis and IndexByte.
func (r *report) readTargets(title, workload, name string, goFactor, lineFactor float64) []finding {
	return slices.Concat(
		r.atMost(1, title, workload, name, r.fastest(workload, peer), goFactor),
		r.atMost(1, title, workload, name, r.find(workload, hiredisName), 1/2.),
		r.atMost(1, title, workload, name, r.find(workload, indexByteName), lineFactor),
	)
}

// largeTargets is target 2.
func (r *report) largeTargets() []finding {
	var all []finding
	for _, workload := range largeFrames {
		for _, name := range []string{"tokens", "CopyBulk"} {
			title := "large values, " + name
			all = append(all, r.atMost(2, title, workload, name, r.find(workload, readName), 1.25)...)
			all = append(all, r.atMost(2, title, workload, name, r.fastest(workload, peer), 1)...)
			all = append(all, r.atMost(2, title, workload, name, r.fastest(workload, native), 1)...)
		}
	}
	return all
}

// encodeTargets is target 3.
func (r *report) encodeTargets() []finding {
	const set, pipeline, kibi, mebi = "SET 16 B", "SET pipeline", "SET 1 KiB", "SET 1 MiB"
	var all []finding
	appends := func(workload string, limit *result, factor float64) {
		if best := r.fastestOf(workload, "Append", "AppendArgs", "AppendCommand"); best != nil {
			all = append(all, r.atMost(3, "encode, "+best.Name, workload, best.Name, limit, factor)...)
		}
	}
	for _, workload := range []string{set, pipeline} {
		appends(workload, r.fastest(workload, peer), 1/2.5)
	}
	for _, workload := range []string{"encode int", "encode bulk16", "encode array10"} {
		appends(workload, r.fastest(workload, peer), 1/2.)
	}
	for _, workload := range []string{set, pipeline, kibi} {
		all = append(all, r.atMost(3, "encode, WriteCommand", workload, "WriteCommand", r.fastest(workload, peer), 1)...)
	}
	appends(kibi, r.find(kibi, readyName), 1.4)
	for _, name := range []string{"WriteCommand", "Chunker"} {
		limit := &result{Name: "the target of", NS: 150}
		all = append(all, r.atMost(3, "encode, "+name, mebi, name, limit, 1)...)
	}
	return all
}

// allocating is what rows allocate by nature, for one unit: those that keep what they
// have read.
var allocating = map[string]float64{"value, Clone": 2, "ReadString": 1, "ReadInto new memory": 1, "ReadCommand, Clone": 2}

// allocationTargets is target 4: the row that is furthest above what it may allocate,
// by workload.
func (r *report) allocationTargets() []finding {
	worst := make(map[string]int) // index of the finding
	var all []finding
	for _, of := range r.results {
		if of.Group != ours {
			continue
		}
		f := finding{4, "allocations, " + of.Name, of.Workload, of.Allocs, allocating[of.Name], "the target of", "allocs"}
		if i, known := worst[of.Workload]; !known {
			worst[of.Workload] = len(all)
			all = append(all, f)
		} else if f.got-f.limit > all[i].got-all[i].limit {
			all[i] = f
		}
	}
	return all
}

// growthTargets is target 5.
func (r *report) growthTargets() []finding {
	all := r.flatElements()
	for _, s := range ways.Sizes[1:] {
		all = append(all, r.flatBytes(s.Name)...)
	}
	for _, workload := range slices.Concat(smallFrames, largeFrames, []string{"command"}) {
		name := ways.ReadsOf + workload
		all = append(all, r.atMost(5, "short reads", name, ways.ShortRead, r.find(name, ways.LongRead), 1.5)...)
	}
	return all
}

// flatElements compares the slowest size with the fastest.
func (r *report) flatElements() []finding {
	var slowest *result
	for i, of := range r.results {
		if of.Workload == ways.Elements && (slowest == nil || of.NS > slowest.NS) {
			slowest = &r.results[i]
		}
	}
	if slowest == nil {
		return nil
	}
	return r.atMost(5, "an element of "+slowest.Name, ways.Elements, slowest.Name, r.fastest(ways.Elements, ours), 1.3)
}

// flatBytes compares a size with the smallest. As much as merely reading into a
// buffer of that size grows, which no longer fits into a cache, is the machine's.
func (r *report) flatBytes(size string) []finding {
	smallest := ways.Sizes[0].Name
	factor := 1.3
	if read := r.ns(ways.Bytes, readOf(smallest)); read > 0 {
		factor *= max(1, r.ns(ways.Bytes, readOf(size))/read)
	}
	return r.atMost(5, "a KiB of "+size, ways.Bytes, size, r.find(ways.Bytes, smallest), factor)
}

// atMost returns the finding whether a row takes no more than factor times another,
// and none when there is not both.
func (r *report) atMost(target int, title, workload, name string, limit *result, factor float64) []finding {
	got := r.find(workload, name)
	if got == nil || limit == nil {
		return nil
	}
	from := limit.Name
	if limit.FromTable && limit.Name != absentName { // that has a star
		from += " *"
	}
	switch {
	case factor > 1:
		from += fmt.Sprintf(" x %.3g =", factor)
	case factor < 1:
		from += fmt.Sprintf(" / %.3g =", 1/factor)
	}
	return []finding{{target, title, workload, got.NS, factor * limit.NS, from, "ns"}}
}
