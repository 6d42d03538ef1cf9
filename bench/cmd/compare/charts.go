package main

import (
	"cmp"
	"path/filepath"

	"github.com/seed65f5866d/resp/bench/internal/chart"
)

// writeCharts draws what of the results there is.
func (r *report) writeCharts(dir string) error {
	decode := chart.Chart{
		Title:  "Decoding: time for a frame, as a multiple of package resp's, the line at 1",
		Y:      "times (less is faster)",
		Line:   1,
		Groups: r.measured("ok", "int", "bulk16", "bulk1k", "array10", "xrange", "mixed", "command"),
	}
	r.relativeBars(&decode, (*report).main, []bar{
		{"finding line feeds (bytes.IndexByte)", r.named(indexByteName)},
		{"hiredis, parse alone (C)", r.named(hiredisName)},
		{"Boost.Redis (C++)", r.named(boostName)},
		{"redis-protocol (Rust)", r.named(rustName)},
		{"fastest Go codec", r.fastestPeer},
	})
	encode := chart.Chart{
		Title:  "Encoding: time for a command or a reply, as a multiple of package resp's Append functions, the line at 1",
		Y:      "times (less is faster)",
		Line:   1,
		Groups: r.measured("SET 16 B", "SET pipeline", "SET 1 KiB", "encode int", "encode bulk16", "encode array10"),
	}
	r.relativeBars(&encode, (*report).main, []bar{
		{"append of ready bytes", r.named(readyName)},
		{"resp.Encoder", func(workload string) *result { return r.fastestOf(workload, "WriteCommand", "Encoder") }},
		{"fastest Go codec", r.fastestPeer},
		{"hiredis (C)", r.named(hiredisSet)},
		{"redis-protocol (Rust)", r.named(rustName)},
	})
	large := chart.Chart{
		Title:  "Large values: time for a frame, as a multiple of reading its bytes into a buffer, the line at 1",
		Y:      "times (less is faster)",
		Line:   1,
		Groups: r.measured(largeFrames...),
	}
	read := func(r *report, workload string) *result { return r.find(workload, readName) }
	r.relativeBars(&large, read, []bar{
		{"resp, tokens", r.named("tokens")},
		{"resp, CopyBulk", r.named("CopyBulk")},
		{"fastest Go codec", r.fastestPeer},
		{"hiredis, parse alone (C)", r.named(hiredisName)},
		{"Boost.Redis (C++)", r.named(boostName)},
		{"redis-protocol (Rust)", r.named(rustName)},
	})
	for name, c := range map[string]chart.Chart{"decode.svg": decode, "encode.svg": encode, "large.svg": large} {
		if len(c.Groups) == 0 {
			continue
		}
		c.Groups = inWords(c.Groups)
		if err := c.Save(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// words say what short names of workloads stand for.
var words = map[string]string{
	"ok":             "+OK",
	"int":            "integers",
	"bulk16":         "string, 16 B",
	"bulk1k":         "string, 1 KiB",
	"array10":        "array of ten",
	"xrange":         "XRANGE",
	"mixed":          "a client's mix",
	"command":        "SET, read",
	"encode int":     "integers",
	"encode bulk16":  "string, 16 B",
	"encode array10": "array of ten",
}

// inWords returns the names that a chart shows.
func inWords(workloads []string) []string {
	names := make([]string, len(workloads))
	for i, workload := range workloads {
		names[i] = cmp.Or(words[workload], workload)
	}
	return names
}

// bar finds what is shown for each workload.
type bar struct {
	name string
	of   func(workload string) *result
}

// relativeBars adds bars, as multiples of one's time. A star tells that the table
// stands in for some of them.
func (r *report) relativeBars(c *chart.Chart, one func(*report, string) *result, bars []bar) {
	for _, b := range bars {
		s, scaled := chart.Series{Name: b.name}, false
		for _, workload := range c.Groups {
			of := b.of(workload)
			s.Values = append(s.Values, multiple(of, one(r, workload)))
			scaled = scaled || of != nil && of.FromTable
		}
		if scaled {
			s.Name += " *"
		}
		c.Series = append(c.Series, s)
	}
}

// multiple returns 0, no bar, when there is not both.
func multiple(of, one *result) float64 {
	if of == nil || one == nil || one.NS == 0 {
		return 0
	}
	return of.NS / one.NS
}

func (r *report) named(name string) func(string) *result {
	return func(workload string) *result { return r.find(workload, name) }
}

func (r *report) fastestPeer(workload string) *result { return r.fastest(workload, peer) }

// measured returns those of the workloads that have results.
func (r *report) measured(workloads ...string) []string {
	var some []string
	for _, workload := range workloads {
		if r.main(workload) != nil {
			some = append(some, workload)
		}
	}
	return some
}
