// Commits measures package resp at two commits and says what has become slower. It
// is for everyone who changes the hot path:
//
//	go run -C bench ./cmd/commits BASE [HEAD]
//
// Without HEAD it takes the files as they are. Each row of the comparison that is
// package resp's own is built against both, from the same source, that of the
// files as they are; where one of them has no such function yet the rows of that
// source file are left out. Rows run in turns on one core, in processes that are
// started anew several times, because where code and memory happen to lie is worth
// some per cent. The figure is the least of all samples. A row that looks slower is
// measured twice more before it is called so. The exit status is 1 when a row takes
// more time than -slack allows, or allocates more.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// errSlower means that a row is slower, or allocates more.
var errSlower = errors.New("rows are slower or allocate more")

// settings are what flags change.
type settings struct {
	run    *regexp.Regexp
	rounds int
	sample time.Duration
	slack  float64 // how much slower a row may be, of 1
}

func main() {
	var s settings
	pattern := flag.String("run", ".", "regular expression of the workloads to run")
	flag.IntVar(&s.rounds, "rounds", 30, "samples to take of each row")
	flag.DurationVar(&s.sample, "sample", 2*time.Millisecond, "length of a sample")
	percent := flag.Float64("slack", 3, "per cent by which a row may be slower")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: commits [flags] BASE [HEAD]")
		flag.PrintDefaults()
	}
	flag.Parse()
	s.slack = *percent / 100
	if flag.NArg() < 1 || flag.NArg() > 2 {
		flag.Usage()
		os.Exit(2)
	}
	var err error
	if s.run, err = regexp.Compile(*pattern); err == nil {
		err = compare(s, flag.Arg(0), flag.Arg(1), os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "commits:", err)
		os.Exit(1)
	}
}

// compare builds both sides and measures them; an empty name means the files as
// they are.
func compare(s settings, base, head string, out io.Writer) error {
	dir, err := os.MkdirTemp("", "commits")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	go func() {
		<-interrupted
		os.RemoveAll(dir)
		os.Exit(1)
	}()
	top, err := topLevel()
	if err != nil {
		return err
	}
	var sides [2]side
	for i, commit := range []string{base, head} {
		if sides[i], err = build(top, commit, fmt.Sprint(dir, "/", i), out); err != nil {
			return err
		}
	}
	return measureSides(s, sides, out)
}

// measureSides prints the verdict on each row that both have.
func measureSides(s settings, sides [2]side, out io.Writer) error {
	if cpu, err := measure.Pin(); err != nil {
		fmt.Fprintln(out, "not pinned:", err)
	} else {
		fmt.Fprintf(out, "%s against %s, on core %d\n\n", sides[1].name, sides[0].name, cpu)
	}
	r := newResults(s.slack)
	const starts = 3
	for range starts {
		if err := r.measure(s, sides, (s.rounds+starts-1)/starts, func(string) bool { return true }); err != nil {
			return err
		}
	}
	for range 2 {
		if err := r.measure(s, sides, s.rounds, r.suspects()); err != nil {
			return err
		}
	}
	if err := r.print(out); err != nil {
		return err
	}
	if r.slower() > 0 {
		return errSlower
	}
	return nil
}
