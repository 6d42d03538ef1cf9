package main

import (
	"slices"

	"github.com/seed65f5866d/resp/bench/internal/ways"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// wanted are the times that single rows are to reach on the kind of machine that the
// project is measured on.
var wanted = []struct {
	workload, row string
	ns            float64
}{
	{"double", "tokens", 13},
	{"double17", "tokens", 16},
	{"double exponent", "tokens", 15},
	{"double inf", "tokens", 9},
	{"double", "ReadFloat64", 28},
	{"number as string", "ReadFloat64", 28},
	{"big number", "tokens", 18},
	{"encode double", "Append", 25},
	{"encode whole double", "Append", 8},
	{"int6", "ReadInt64", 12},
	{"bulk16", "ReadString", 20},
	{"encode ok", "Encoder", 15},
	{"encode bulk16", "Encoder", 18},
	{"encode array10", "Encoder", 55},
	{"SET 16 B", "WriteArgs", 26},
	{"SET 16 B", "Chunker", 26},
	{"array10", "value, Clone", 260},
	{"xrange", "value", 8000},
	{"mixed", "value", 19},
	{"bulk1k", "CopyBulk to a buffer", 45},
	{"SET 1 KiB", "WriteCommand", 40},
	{"int", "tokens", 11},
}

// wantedTargets is target 6.
func (r *report) wantedTargets() []finding {
	var all []finding
	for _, w := range wanted {
		limit := &result{Name: "the target of", NS: w.ns}
		all = append(all, r.atMost(6, "wanted, "+w.row, w.workload, w.row, limit, 1)...)
	}
	for _, name := range []string{"bulk64", "bulk4k", "bulk64k"} {
		all = append(all, r.atMost(6, "into the caller's memory", name, "ReadInto", r.find(name, "ReadBytes and a copy"), 1.1)...)
	}
	all = append(all, r.atMost(6, "a whole pipeline", ways.Pipeline, "ReadCommands", r.find(ways.Pipeline, "ReadCommand"), 1)...)
	return slices.Concat(all, r.scalarTargets(), r.kindTargets())
}

// scalarTargets: to pass over a scalar, or to take its bytes, costs no more than 1 ns
// above the token.
func (r *report) scalarTargets() []finding {
	var all []finding
	for _, name := range []string{"ok", "bulk16"} {
		token := r.find(name, "tokens")
		if token == nil {
			continue
		}
		limit := &result{Name: "tokens + 1 =", NS: token.NS + 1}
		for _, row := range []string{"SkipValue", "ReadRaw"} {
			all = append(all, r.atMost(6, row+" of a scalar", name, row, limit, 1)...)
		}
	}
	return all
}

// kindTargets: no peer reads any kind faster, neither as it comes, nor as a number,
// nor what is kept.
func (r *report) kindTargets() []finding {
	var all []finding
	for _, w := range workload.Kinds() {
		for _, of := range []struct{ row, hiredis string }{{"tokens", hiredisName}, {"value", hiredisFull}} {
			all = append(all, r.atMost(6, "every kind, "+of.row, w.Name, of.row, r.fastest(w.Name, peer), 1)...)
			all = append(all, r.atMost(6, "every kind, "+of.row, w.Name, of.row, r.find(w.Name, of.hiredis), 1)...)
		}
		for _, row := range []string{"ReadInt64", "ReadFloat64"} {
			all = append(all, r.atMost(6, "every kind, "+row, w.Name, row, r.fastest(w.Name, peer), 1)...)
		}
	}
	for _, w := range workload.All() {
		for _, row := range []string{"value, Clone", "ReadCommand, Clone"} {
			all = append(all, r.atMost(6, "kept", w.Name, row, r.fastestKept(w.Name), 1)...)
		}
	}
	return all
}
