package main

import (
	"io"
	"slices"
	"testing"

	"github.com/seed65f5866d/resp/bench/internal/ways"
)

func ns(workload, name string, g group, ns float64) result {
	return result{Workload: workload, Name: name, Group: g, NS: ns}
}

func (r *report) lines() []string {
	var lines []string
	for _, f := range r.findings() {
		if f.target != 4 {
			lines = append(lines, f.String())
		}
	}
	return lines
}

func TestFindings(t *testing.T) {
	tests := []struct {
		name    string
		results []result
		want    []string
	}{
		{"line feeds", []result{ns("mixed", "tokens", ours, 26.8), ns("mixed", indexByteName, baseline, 21.2)},
			[]string{"MISSED target 1 (decode tokens): mixed 26.8 ns > IndexByte 21.2 ns"}},
		{"int may take longer", []result{ns("int", "tokens", ours, 10), ns("int", indexByteName, baseline, 8)},
			[]string{"ok     target 1 (decode tokens): int 10.0 ns <= IndexByte x 1.6 = 12.8 ns",
				"ok     target 6 (wanted, tokens): int 10.0 ns <= the target of 11.0 ns"}},
		{"fastest peer", []result{ns("ok", "tokens", ours, 5), ns("ok", "a", peer, 40), ns("ok", "b", peer, 30), ns("ok", "c", lazy, 1)},
			[]string{"ok     target 1 (decode tokens): ok 5.00 ns <= b / 4 = 7.50 ns"}},
		{"requests", []result{ns("command", "ReadCommand", ours, 30), ns("command", "a", peer, 100), ns("command", "value", ours, 51)},
			[]string{"ok     target 1 (ReadCommand): command 30.0 ns <= a / 3 = 33.3 ns",
				"MISSED target 1 (decode values): command 51.0 ns > a / 2 = 50.0 ns"}},
		{"large", []result{ns("bulk1m", "CopyBulk", ours, 130), ns("bulk1m", readName, baseline, 100), ns("bulk1m", "c", native, 120)},
			[]string{"MISSED target 2 (large values, CopyBulk): bulk1m 130 ns > read x 1.25 = 125 ns",
				"MISSED target 2 (large values, CopyBulk): bulk1m 130 ns > c 120 ns"}},
		{"best of the Append functions", []result{ns("SET 16 B", "Append", ours, 20), ns("SET 16 B", "AppendArgs", ours, 16), ns("SET 16 B", "a", peer, 40)},
			[]string{"ok     target 3 (encode, AppendArgs): SET 16 B 16.0 ns <= a / 2.5 = 16.0 ns"}},
		{"whatever the size", []result{ns("SET 1 MiB", "WriteCommand", ours, 160)},
			[]string{"MISSED target 3 (encode, WriteCommand): SET 1 MiB 160 ns > the target of 150 ns"}},
		{"elements", []result{ns(ways.Elements, "10", ours, 14), ns(ways.Elements, "100", ours, 10)},
			[]string{"MISSED target 5 (an element of 10): elements 14.0 ns > 100 x 1.3 = 13.0 ns"}},
		{"bytes, less what caches do", []result{
			ns(ways.Bytes, "1 KiB", ours, 10), ns(ways.Bytes, readOf("1 KiB"), baseline, 5),
			ns(ways.Bytes, "64 MiB", ours, 25), ns(ways.Bytes, readOf("64 MiB"), baseline, 10)},
			[]string{"ok     target 5 (a KiB of 64 MiB): bytes 25.0 ns <= 1 KiB x 2.6 = 26.0 ns"}},
		{"short reads", []result{ns("reads of ok", ways.ShortRead, ours, 16), ns("reads of ok", ways.LongRead, ours, 10)},
			[]string{"MISSED target 5 (short reads): reads of ok 16.0 ns > 64 KiB x 1.5 = 15.0 ns"}},
		{"single rows", []result{ns("double", "tokens", ours, 13.1), ns("encode ok", "Encoder", ours, 15)},
			[]string{"MISSED target 6 (wanted, tokens): double 13.1 ns > the target of 13.0 ns",
				"ok     target 6 (wanted, Encoder): encode ok 15.0 ns <= the target of 15.0 ns"}},
		{"into memory", []result{ns("bulk64", "ReadInto", ours, 15), ns("bulk64", "ReadBytes and a copy", ours, 13)},
			[]string{"MISSED target 6 (into the caller's memory): bulk64 15.0 ns > ReadBytes and a copy x 1.1 = 14.3 ns"}},
		{"pipelines", []result{ns(ways.Pipeline, "ReadCommands", ours, 22), ns(ways.Pipeline, "ReadCommand", ours, 22)},
			[]string{"ok     target 6 (a whole pipeline): command, 16 at a time 22.0 ns <= ReadCommand 22.0 ns"}},
		{"scalars", []result{ns("bulk16", "tokens", ours, 5), ns("bulk16", "SkipValue", ours, 6.5), ns("bulk16", "ReadRaw", ours, 6)},
			[]string{"MISSED target 6 (SkipValue of a scalar): bulk16 6.50 ns > tokens + 1 = 6.00 ns",
				"ok     target 6 (ReadRaw of a scalar): bulk16 6.00 ns <= tokens + 1 = 6.00 ns"}},
		{"kinds", []result{ns("kind null", "tokens", ours, 5), ns("kind null", "value", ours, 30), ns("kind null", "a", peer, 20), ns("kind null", hiredisFull, native, 40)},
			[]string{"ok     target 6 (every kind, tokens): kind null 5.00 ns <= a 20.0 ns",
				"MISSED target 6 (every kind, value): kind null 30.0 ns > a 20.0 ns",
				"ok     target 6 (every kind, value): kind null 30.0 ns <= hiredis objects 40.0 ns"}},
		{"kept", []result{ns("xrange", "value, Clone", ours, 40), ns("xrange", "views", peer, 20), {Workload: "xrange", Name: "kept", Group: peer, NS: 30, Kept: true}},
			[]string{"MISSED target 6 (kept): xrange 40.0 ns > kept 30.0 ns"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &report{test.results}
			if got := r.lines(); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// The row that allocates most stands for its workload; peers may.
func TestAllocations(t *testing.T) {
	r := &report{[]result{
		{Workload: "ok", Name: "tokens", Group: ours},
		{Workload: "ok", Name: "value", Group: ours, Allocs: 1},
		{Workload: "ok", Name: "a", Group: peer, Allocs: 9},
	}}
	const want = "MISSED target 4 (allocations, value): ok 1.00 allocs > the target of 0.00 allocs"
	if got := r.allocationTargets(); len(got) != 1 || got[0].String() != want {
		t.Errorf("got %v", got)
	}
	r.results[1].Allocs = 0
	r.results = append(r.results, result{Workload: "ok", Name: "value, Clone", Group: ours, Allocs: 3})
	const clone = "MISSED target 4 (allocations, value, Clone): ok 3.00 allocs > the target of 2.00 allocs"
	if got := r.allocationTargets(); len(got) != 1 || got[0].String() != clone {
		t.Errorf("got %v", got)
	}
	if err := r.judge(io.Discard, false); err != errMissed {
		t.Errorf("got %v, want %v", err, errMissed)
	}
	if err := r.judge(io.Discard, true); err != nil {
		t.Errorf("got %v, want none", err)
	}
}

// The table is scaled by what both runs have measured.
func TestFromTable(t *testing.T) {
	r := &report{[]result{ns("mixed", indexByteName, baseline, 54), ns("SET 16 B", readyName, baseline, 4), ns("SET 16 B", hiredisSet, native, 100)}}
	got := map[string]float64{}
	for _, workload := range []string{"mixed", "SET 16 B", ways.Elements} {
		for _, of := range r.fromTable(workload) {
			got[of.Workload+" "+of.Name] = of.NS
		}
	}
	want := map[string]float64{
		"mixed " + absentName: 150, "mixed " + hiredisName: 128, "mixed " + rustName: 136,
		"SET 16 B " + rustName: 101.5, // hiredis has been measured
	}
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name, ns := range want {
		if got[name] != ns {
			t.Errorf("%s: got %v, want %v", name, got[name], ns)
		}
	}
}

// Every row that a target is about is there to be measured.
func TestWantedRowsExist(t *testing.T) {
	exists := make(map[string]bool)
	for _, e := range experiments() {
		for _, r := range e.rows() {
			if r.group == ours {
				exists[e.name+" "+r.Name] = true
			}
		}
	}
	for _, w := range wanted {
		if !exists[w.workload+" "+w.row] {
			t.Errorf("nothing measures %s of %s", w.row, w.workload)
		}
	}
	for _, name := range []string{"bulk64 ReadBytes and a copy", "bulk4k ReadBytes and a copy", "bulk64k ReadBytes and a copy",
		"bulk64 ReadInto", "bulk4k ReadInto", "bulk64k ReadInto", "command ReadCommand, Clone",
		ways.Pipeline + " ReadCommand", ways.Pipeline + " ReadCommands", "ok SkipValue", "ok ReadRaw", "kind end tokens", "kind end value"} {
		if !exists[name] {
			t.Errorf("nothing measures %s", name)
		}
	}
}
