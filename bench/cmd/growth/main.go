// Growth measures how the cost of package resp grows with the work: for each
// element of arrays of 10 to 10,000,000, for each byte of strings of 64 B to 1 GiB,
// for each level of nesting, for each of 1 to 100,000 connections, and with reads of
// 1 B to 256 KiB. It prints one table: a line for each way, a column for each size.
// Flat lines are what it should show.
//
// Connections on sockets are in processes that growth starts for them, as many as the
// limit of open files makes necessary. All are on one core. One pass goes through all
// processes in turn, and the figure is the processor time that they report.
package main

import (
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

// settings are what flags change.
type settings struct {
	run *regexp.Regexp
	out string
	measure.Options
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == holdFlag {
		exit(hold(os.Args[2], os.Args[3]))
	}
	pattern := flag.String("run", ".", "regular expression of the lines to measure")
	s := settings{Options: measure.Options{Sample: 25 * time.Millisecond}}
	flag.IntVar(&s.Rounds, "rounds", 7, "good samples to take of each size")
	flag.DurationVar(&s.Budget, "budget", 20*time.Second, "time for a line, after which no further round begins")
	flag.StringVar(&s.out, "out", "results", "directory for growth.md")
	flag.Parse()
	var err error
	if s.run, err = regexp.Compile(*pattern); err == nil {
		err = growth(s, allSeries(), os.Stdout)
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// growth measures on one core, prints each line when it is known, and keeps them in
// a file.
func growth(s settings, all []series, out io.Writer) error {
	runtime.GOMAXPROCS(1)
	if _, err := measure.Pin(); err != nil {
		fmt.Fprintln(out, "not pinned:", err)
	}
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(s.out, "growth.md"))
	if err != nil {
		return err
	}
	defer file.Close()
	table := newTable(io.MultiWriter(out, file))
	meter := new(measure.Meter)
	for _, of := range all {
		if !s.run.MatchString(of.name) {
			continue
		}
		if err := table.add(of, meter, s.Options); err != nil {
			return fmt.Errorf("%s: %w", of.name, err)
		}
	}
	return file.Close()
}
