// Endtoend measures clients with a private redis-server, over a unix socket and over
// loopback: pipelined GET and SET of 16 bytes on one connection, and GET by many
// goroutines at the same time, each client as it is meant to be used. It prints
// requests per second and the time that the client spends on processors for each, and
// writes them as CSV and as charts.
package main

import (
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/seed65f5866d/resp/bench/internal/chart"
	"github.com/seed65f5866d/resp/bench/internal/measure"
)

func main() {
	opts := measure.Options{Sample: 100 * time.Millisecond}
	flag.IntVar(&opts.Rounds, "rounds", 15, "good samples to take of each client")
	flag.DurationVar(&opts.Budget, "budget", time.Minute, "time for a workload, after which no further round begins")
	dir := flag.String("out", "results", "directory for the CSV and the charts")
	flag.Parse()
	err := run(opts, *dir, os.Stdout)
	if errors.Is(err, errNoServer) {
		fmt.Println("skipped:", err)
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "endtoend:", err)
		os.Exit(1)
	}
}

func run(opts measure.Options, dir string, out io.Writer) error {
	s, err := startServer()
	if err != nil {
		return err
	}
	defer s.stop()
	results, err := measureAll(s, opts)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := print(out, results); err != nil {
		return err
	}
	for _, w := range results {
		w.judge(out)
	}
	if err := writeCSV(filepath.Join(dir, "endtoend.csv"), results); err != nil {
		return err
	}
	return writeCharts(dir, results)
}

func perSecond(r measure.Result) float64 { return 1e9 / r.Wall }

func print(w io.Writer, results []workload) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "\t\trequests/s\tnoise\tCPU ns/request\tsamples\tdropped\t\n")
	for _, of := range results {
		for _, c := range of.clients {
			fmt.Fprintf(out, "%s\t%s\t%.0f\t%.0f %%\t%.0f\t%d\t%d\t\n", of.name, c.Name, perSecond(c), 100*c.Spread, c.CPU, c.Good, c.Dropped)
		}
	}
	return out.Flush()
}

// judge says where another client than the first, which is ours, is better. The noise of
// a comparison is the spread of the noisier one.
func (w workload) judge(out io.Writer) {
	our := w.clients[0]
	for _, other := range w.clients[1:] {
		noise := max(our.Spread, other.Spread)
		for _, of := range []struct {
			what         string
			ours, theirs float64
		}{{"processor time", our.CPU, other.CPU}, {"time for a request", our.Wall, other.Wall}} {
			if of.theirs >= of.ours {
				continue
			}
			word := "more than the noise of"
			if of.ours <= of.theirs*(1+noise) {
				word = "within the noise of"
			}
			fmt.Fprintf(out, "%s: %s takes %.1f %% less %s, %s %.0f %%\n", w.name, other.Name, 100*(1-of.theirs/of.ours), of.what, word, 100*noise)
		}
	}
}

func writeCSV(path string, results []workload) error {
	records := [][]string{{"workload", "client", "requests_per_second", "spread", "cpu_ns_per_request", "good_samples", "dropped_samples"}}
	for _, of := range results {
		for _, c := range of.clients {
			records = append(records, []string{of.name, c.Name, fmt.Sprintf("%.0f", perSecond(c)), fmt.Sprintf("%.3f", c.Spread), fmt.Sprintf("%.1f", c.CPU),
				fmt.Sprint(c.Good), fmt.Sprint(c.Dropped)})
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(csv.NewWriter(f).WriteAll(records), f.Close())
}

func writeCharts(dir string, results []workload) error {
	rate := chart.Chart{Title: "Requests to redis-server on the same machine", Y: "thousand requests per second"}
	cpu := chart.Chart{Title: "The client's time on processors for a request to redis-server on the same machine", Y: "microseconds"}
	fill(&rate, results, func(r measure.Result) float64 { return perSecond(r) / 1e3 })
	fill(&cpu, results, func(r measure.Result) float64 { return r.CPU / 1e3 })
	return errors.Join(rate.Save(filepath.Join(dir, "endtoend.svg")), cpu.Save(filepath.Join(dir, "endtoend-cpu.svg")))
}

func fill(c *chart.Chart, results []workload, of func(measure.Result) float64) {
	c.Series = make([]chart.Series, len(clients))
	for _, r := range results {
		c.Groups = append(c.Groups, r.name)
		for i, m := range r.clients {
			c.Series[i].Name = m.Name
			c.Series[i].Values = append(c.Series[i].Values, of(m))
		}
	}
}
