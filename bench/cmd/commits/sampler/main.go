// Sampler measures the rows of one workload, one sample at a time. Commits builds it
// against each of the two states of package resp and asks it on standard input:
//
//	rows NAME       makes the rows of a workload; the answer is their names
//	sample I TIME   measures row I for so long; the answer is ns and allocations for one unit
//
// An answer is one line of fields with tabs between them. That of what has failed
// starts with "error".
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/seed65f5866d/resp/bench/internal/measure"
	"github.com/seed65f5866d/resp/bench/internal/ways"
)

func main() {
	runtime.GOMAXPROCS(1)
	runtime.LockOSThread() // measure.Clock is that of a thread
	fmt.Println(strings.Join(ways.Workloads(), "\t"))
	var rows []ways.Row
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		answer, err := "", error(nil)
		switch verb, what, _ := strings.Cut(in.Text(), " "); verb {
		case "rows":
			rows = able(ways.Rows(what))
			answer = names(rows)
		case "sample":
			answer, err = sampleOf(rows, what)
		default:
			err = fmt.Errorf("no answer to %q", in.Text())
		}
		if err != nil {
			answer = "error\t" + err.Error()
		}
		fmt.Println(answer)
	}
}

// able leaves out rows that this state of package resp cannot do.
func able(all []ways.Row) []ways.Row {
	var rows []ways.Row
	for _, r := range all {
		if err := r.Check(); err != nil {
			fmt.Fprintf(os.Stderr, "%s is left out: %v\n", r.Name, err)
			continue
		}
		rows = append(rows, r)
	}
	return rows
}

func names(rows []ways.Row) string {
	var all []string
	for _, r := range rows {
		all = append(all, r.Name)
	}
	return strings.Join(all, "\t")
}

func sampleOf(rows []ways.Row, what string) (string, error) {
	index, length, _ := strings.Cut(what, " ")
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(rows) {
		return "", fmt.Errorf("no row %s", index)
	}
	d, err := time.ParseDuration(length)
	if err != nil {
		return "", err
	}
	ns, allocs, err := sample(rows[i].Row, d)
	return fmt.Sprintf("%g\t%g", ns, allocs), err
}

// sample runs a row for that long, and once before: the other process has been on the
// core in between.
func sample(row measure.Row, length time.Duration) (ns, allocs float64, err error) {
	if err := row.Pass(); err != nil {
		return 0, 0, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	passes, start := 0, measure.Clock()
	took := time.Duration(0)
	for passes == 0 || took < length {
		if err := row.Pass(); err != nil {
			return 0, 0, err
		}
		passes++
		took = measure.Clock() - start
	}
	runtime.ReadMemStats(&after)
	units := float64(passes * row.Units)
	return float64(took) / units, float64(after.Mallocs-before.Mallocs) / units, nil
}
