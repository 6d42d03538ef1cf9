package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// sample is one measurement of a row, or the least of several; for one unit.
type sample struct{ ns, allocs float64 }

func (s sample) least(t sample) sample {
	return sample{min(s.ns, t.ns), min(s.allocs, t.allocs)}
}

// result is a row at both commits.
type result struct {
	workload, row string
	sides         [2]sample
}

func (r *result) ratio() float64 { return r.sides[1].ns / r.sides[0].ns }

// results are all rows that both commits have, in order.
type results struct {
	slack float64
	rows  []*result
	known map[string]*result // by workload and row
	alone []string           // rows that one commit has, and which
}

func newResults(slack float64) *results {
	return &results{slack: slack, known: make(map[string]*result)}
}

func key(workload, row string) string { return workload + "\t" + row }

// measure adds some rounds of samples of the rows that are wanted.
func (r *results) measure(s settings, sides [2]side, rounds int, wanted func(key string) bool) (err error) {
	var processes [2]*process
	for i, side := range sides {
		p, err := start(side)
		if err != nil {
			return fmt.Errorf("%s: %w", side.name, err)
		}
		defer func() { err = errors.Join(err, p.stop()) }()
		processes[i] = p
	}
	for _, workload := range processes[1].workloads {
		if !s.run.MatchString(workload) {
			continue
		}
		if err := r.measureWorkload(s, sides, processes, workload, rounds, wanted); err != nil {
			return fmt.Errorf("%s: %w", workload, err)
		}
	}
	return nil
}

// measureWorkload takes the two sides in turns, and another one first each time.
func (r *results) measureWorkload(s settings, sides [2]side, processes [2]*process, workload string, rounds int, wanted func(string) bool) error {
	if !slices.Contains(processes[0].workloads, workload) {
		r.onlyOne(workload, sides[1])
		return nil
	}
	for _, p := range processes {
		if err := p.makeRows(workload); err != nil {
			return err
		}
	}
	for round := range rounds {
		for i, row := range processes[1].rows {
			if !slices.Contains(processes[0].rows, row) {
				r.onlyOne(key(workload, row), sides[1])
				continue
			}
			if !wanted(key(workload, row)) {
				continue
			}
			for turn := range processes {
				which := (turn + round + i) % 2
				taken, err := processes[which].sample(row, s.sample)
				if err != nil {
					return err
				}
				r.add(workload, row, which, taken)
			}
		}
	}
	return nil
}

func (r *results) onlyOne(what string, s side) {
	if line := what + "\tis in " + s.name + " alone"; !slices.Contains(r.alone, line) {
		r.alone = append(r.alone, line)
	}
}

func (r *results) add(workload, row string, which int, taken sample) {
	of, ok := r.known[key(workload, row)]
	if !ok {
		none := sample{math.Inf(1), math.Inf(1)}
		of = &result{workload, row, [2]sample{none, none}}
		r.known[key(workload, row)] = of
		r.rows = append(r.rows, of)
	}
	of.sides[which] = of.sides[which].least(taken)
}

// verdict returns what is wrong with a row, if anything. The runtime allocates now
// and then too.
func (r *results) verdict(of *result) string {
	const now = 0.01
	switch {
	case of.sides[1].allocs > of.sides[0].allocs+now:
		return "ALLOCATES MORE"
	case of.ratio() > 1+r.slack:
		return "SLOWER"
	}
	return ""
}

// suspects returns a function that reports whether there is something wrong with a
// row, as things stand.
func (r *results) suspects() func(key string) bool {
	bad := make(map[string]bool)
	for k, of := range r.known {
		bad[k] = r.verdict(of) != ""
	}
	return func(key string) bool { return bad[key] }
}

// slower returns how many rows something is wrong with.
func (r *results) slower() int {
	n := 0
	for _, of := range r.rows {
		if r.verdict(of) != "" {
			n++
		}
	}
	return n
}

func (r *results) print(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "workload\trow\tbase, ns\thead, ns\tratio\tallocs\t")
	for _, of := range r.rows {
		allocs := fmt.Sprintf("%.3g", of.sides[1].allocs)
		if base := fmt.Sprintf("%.3g", of.sides[0].allocs); base != allocs {
			allocs = base + " to " + allocs
		}
		fmt.Fprintf(out, "%s\t%s\t%.2f\t%.2f\t%.3f\t%s\t%s\n", of.workload, of.row, of.sides[0].ns, of.sides[1].ns, of.ratio(), allocs, r.verdict(of))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, line := range r.alone {
		fmt.Fprintln(w, line)
	}
	_, err := fmt.Fprintf(w, "\n%d of %d rows are more than %.3g %% slower or allocate more\n", r.slower(), len(r.rows), 100*r.slack)
	return err
}
