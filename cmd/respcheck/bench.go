package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// benchmark is something to do over and over.
type benchmark struct {
	name string
	run  func(until time.Time) (tally, error)
}

// tally is what was done.
type tally struct {
	ops   int64
	bytes int64 // on the wire, in both directions
}

// measurement is what a benchmark brought, as -json prints it.
type measurement struct {
	Name           string  `json:"name"`
	Ops            int64   `json:"ops"`
	Bytes          int64   `json:"bytes"`
	Seconds        float64 `json:"seconds"`
	OpsPerSecond   float64 `json:"ops_per_second"`
	BytesPerSecond float64 `json:"bytes_per_second"`
}

// measure runs b for about d.
func measure(b benchmark, d time.Duration) (measurement, error) {
	start := time.Now()
	t, err := b.run(start.Add(d))
	elapsed := time.Since(start).Seconds()
	return measurement{
		Name:           b.name,
		Ops:            t.ops,
		Bytes:          t.bytes,
		Seconds:        elapsed,
		OpsPerSecond:   float64(t.ops) / elapsed,
		BytesPerSecond: float64(t.bytes) / elapsed,
	}, err
}

// benchReport prints measurements, as a table or as JSON.
type benchReport struct {
	w        io.Writer
	json     bool
	progress progress
	each     time.Duration // how long one is measured
}

// title starts a part of the table.
func (r *benchReport) title(s string) {
	if !r.json {
		fmt.Fprintf(r.w, "%s\n", s)
	}
}

// all measures all benchmarks.
func (r *benchReport) all(ctx context.Context, all []benchmark) error {
	for i, b := range all {
		if ctx.Err() != nil {
			return errInterrupted
		}
		end := r.progress.begin(fmt.Sprintf("%s (%d of %d)", b.name, i+1, len(all)))
		m, err := measure(b, r.each)
		end()
		if ctx.Err() != nil {
			return errInterrupted
		}
		if err != nil {
			return err
		}
		r.print(m)
	}
	return nil
}

func (r *benchReport) print(m measurement) {
	if r.json {
		json.NewEncoder(r.w).Encode(m)
		return
	}
	fmt.Fprintf(r.w, "  %-24s %14s /s %10.1f MB/s\n", m.Name, thousands(int64(m.OpsPerSecond)), m.BytesPerSecond/1e6)
}

// thousands returns n with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// sizeName returns a size in words.
func sizeName(n int) string {
	if n >= 1<<10 {
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}
