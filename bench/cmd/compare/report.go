package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// result is what is known of a row.
type result struct {
	Workload, Name string
	Group          group
	NS, Allocs     float64 // per frame, or whatever the unit is
	Good, Dropped  int     // samples
	Kept           bool    // what was read outlives the next read
	FromTable      bool    // not measured: scaled from the table
}

// report is all results so far, in order.
type report struct{ results []result }

// add adds what was measured for a workload, and what the table has in addition.
func (r *report) add(workload string, rows []row, measured []measure.Result) []result {
	first := len(r.results)
	for i, m := range measured {
		r.results = append(r.results, result{
			Workload: workload, Name: m.Name, Group: rows[i].group, Kept: rows[i].kept,
			NS: busy(m), Allocs: m.Allocs, Good: m.Good, Dropped: m.Dropped,
		})
	}
	r.takeOffAdapter(workload, r.results[first:])
	r.results = append(r.results, r.fromTable(workload)...)
	return r.results[first:]
}

// busy returns the time on the processor: what else runs on the core does not count,
// and nothing here waits. Where that time cannot be had it is all time.
func busy(m measure.Result) float64 {
	if m.CPU > 0 {
		return m.CPU
	}
	return m.Wall
}

// takeOffAdapter takes off the peers' times what their adapters cost.
func (r *report) takeOffAdapter(workload string, results []result) {
	adapter := r.ns(workload, adapterName)
	for i := range results {
		if g := results[i].Group; adapter > 0 && (g == peer || g == lazy) {
			results[i].NS -= adapter
		}
	}
}

// find returns nil when there is no such row.
func (r *report) find(workload, name string) *result {
	for i, found := range r.results {
		if found.Workload == workload && found.Name == name {
			return &r.results[i]
		}
	}
	return nil
}

// ns returns 0 when there is no such row.
func (r *report) ns(workload, name string) float64 {
	if found := r.find(workload, name); found != nil {
		return found.NS
	}
	return 0
}

// fastest returns the fastest row of a workload that is of one of the groups, or
// nil.
func (r *report) fastest(workload string, groups ...group) *result {
	return r.best(workload, func(of result) bool { return slices.Contains(groups, of.Group) })
}

// fastestKept returns the fastest peer whose users keep what they have read, or nil.
func (r *report) fastestKept(workload string) *result {
	return r.best(workload, func(of result) bool { return of.Group == peer && of.Kept })
}

// fastestOf returns the fastest row of those names, or nil.
func (r *report) fastestOf(workload string, names ...string) *result {
	return r.best(workload, func(of result) bool { return slices.Contains(names, of.Name) })
}

func (r *report) best(workload string, counts func(result) bool) *result {
	var best *result
	for i, found := range r.results {
		if found.Workload == workload && counts(found) && (best == nil || found.NS < best.NS) {
			best = &r.results[i]
		}
	}
	return best
}

// main is the row of ours that others are shown relative to.
func (r *report) main(workload string) *result {
	for _, name := range []string{"ReadCommand", "tokens", "Append"} {
		if found := r.find(workload, name); found != nil {
			return found
		}
	}
	return nil
}

// relative returns how many times the time of our main row a row takes.
func (r *report) relative(of result) float64 {
	if main := r.main(of.Workload); main != nil && main.NS > 0 {
		return of.NS / main.NS
	}
	return math.NaN()
}

// print writes the results of one workload.
func (r *report) print(w io.Writer, results []result) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "%s\t\tns\tx ours\tallocs\tsamples\tdropped\t\n", results[0].Workload)
	for _, of := range results {
		relative := ""
		if x := r.relative(of); !math.IsNaN(x) {
			relative = fmt.Sprintf("%.2f", x)
		}
		if of.FromTable {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t\ttable\t\t\n", of.Group, of.Name, number(of.NS), relative)
			continue
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t\n", of.Group, of.Name, number(of.NS), relative,
			strconv.FormatFloat(of.Allocs, 'g', 3, 64), of.Good, of.Dropped)
	}
	fmt.Fprintln(out)
	return out.Flush()
}

// number shows three digits or more.
func number(ns float64) string {
	switch {
	case ns >= 100:
		return strconv.FormatFloat(ns, 'f', 0, 64)
	case ns >= 10:
		return strconv.FormatFloat(ns, 'f', 1, 64)
	}
	return strconv.FormatFloat(ns, 'f', 2, 64)
}

// writeCSV writes all results to a file.
func (r *report) writeCSV(path string) error {
	records := [][]string{{"workload", "group", "row", "ns", "times_ours", "allocs", "good_samples", "dropped_samples", "kept", "from_table"}}
	for _, of := range r.results {
		records = append(records, []string{
			of.Workload, string(of.Group), of.Name, number(of.NS), fmt.Sprintf("%.3f", r.relative(of)),
			strconv.FormatFloat(of.Allocs, 'g', 4, 64), strconv.Itoa(of.Good), strconv.Itoa(of.Dropped), strconv.FormatBool(of.Kept), strconv.FormatBool(of.FromTable),
		})
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errorsFirst(csv.NewWriter(f).WriteAll(records), f.Close())
}
