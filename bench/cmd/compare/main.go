// Compare measures package resp beside other codecs of the Redis protocol, on the
// workloads and against the targets that the project set itself. It prints a table
// for each workload, writes them as CSV and as charts, and fails when a target is
// missed, naming it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"time"

	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// errMissed means that a target was missed.
var errMissed = errors.New("targets were missed")

// settings are what flags change.
type settings struct {
	run    *regexp.Regexp
	out    string
	noFail bool
	measure.Options
}

func main() {
	pattern := flag.String("run", ".", "regular expression of the workloads to run")
	s := settings{Options: measure.Options{Sample: 25 * time.Millisecond}}
	flag.IntVar(&s.Rounds, "rounds", 15, "good samples to take of each row")
	flag.DurationVar(&s.Budget, "budget", time.Minute, "time for a workload, after which no further round begins")
	flag.StringVar(&s.out, "out", "results", "directory for the CSV and the charts")
	flag.BoolVar(&s.noFail, "no-fail", false, "exit with 0 when a target is missed")
	flag.Parse()
	var err error
	if s.run, err = regexp.Compile(*pattern); err == nil {
		err = compare(s, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// compare does it all on one core.
func compare(s settings, out io.Writer) error {
	runtime.GOMAXPROCS(1)
	if cpu, err := measure.Pin(); err != nil {
		fmt.Fprintln(out, "not pinned:", err)
	} else {
		fmt.Fprintf(out, "%s, %s, on core %d\n\n", runtime.Version(), runtime.GOARCH, cpu)
	}
	r, err := measureAll(s, out)
	if err != nil {
		return err
	}
	if err := r.save(s.out); err != nil {
		return err
	}
	return r.judge(out, s.noFail)
}

// measureAll prints the results of each experiment when it is over.
func measureAll(s settings, out io.Writer) (*report, error) {
	r, meter := new(report), new(measure.Meter)
	for _, e := range experiments() {
		if !s.run.MatchString(e.name) {
			continue
		}
		rows, err := checked(e.name, e.rows(), func(f string, args ...any) { fmt.Fprintf(out, f, args...) })
		if err != nil {
			return nil, err
		}
		results, err := meter.Run(measured(rows), s.Options)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		if err := r.print(out, r.add(e.name, rows, results)); err != nil {
			return nil, err
		}
	}
	fmt.Fprintf(out, "%v\n\n", meter)
	return r, nil
}

func measured(rows []row) []measure.Row {
	var all []measure.Row
	for _, r := range rows {
		all = append(all, r.Row)
	}
	return all
}

// save writes the CSV, the charts and the tables.
func (r *report) save(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return errorsFirst(r.writeCSV(filepath.Join(dir, "compare.csv")), r.writeCharts(dir), r.writeTables(filepath.Join(dir, "tables.md")))
}
