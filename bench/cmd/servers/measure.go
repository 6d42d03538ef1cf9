package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"text/tabwriter"
	"time"
)

// tests are requests, and what makes redis-benchmark send them.
var tests = []struct {
	name  string
	args  []string
	large bool // whether the replies are
}{
	{"PING", []string{"-t", "ping_mbulk"}, false},
	{"SET", []string{"-t", "set"}, false},
	{"GET", []string{"-t", "get"}, false},
	{"INCR", []string{"-t", "incr"}, false},
	{"HSET", []string{"-t", "hset"}, false},
	{"LPUSH", []string{"-t", "lpush"}, false},
	{"LRANGE of 100", []string{"LRANGE", "mylist", "0", "99"}, true}, // of the list that LPUSH makes
}

// row is one test at one depth: the least time of each server for a request.
type row struct {
	test  int
	depth int
	least []time.Duration
}

// measure runs all tests in rounds, in which the servers take turns, so that all see
// the same machine.
func (w workload) measure(ctx context.Context, servers []*server) ([]row, error) {
	var rows []row
	for test := range tests {
		for _, depth := range w.depths {
			rows = append(rows, row{test, depth, make([]time.Duration, len(servers))})
		}
	}
	for round := range w.rounds {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, w.rounds)
		for _, r := range rows {
			for turn := range servers {
				i := (round + turn) % len(servers)
				took, err := w.sample(ctx, servers[i], r)
				if err != nil {
					return nil, err
				}
				if r.least[i] == 0 || took < r.least[i] {
					r.least[i] = took
				}
			}
		}
	}
	return rows, nil
}

// sample returns the processor time that a server takes for a request.
func (w workload) sample(ctx context.Context, s *server, r row) (time.Duration, error) {
	n := w.requests
	if r.depth == 1 || tests[r.test].large {
		n /= 16
	}
	args := []string{"-h", "127.0.0.1", "-p", s.port, "-q", "-n", strconv.Itoa(n), "-P", strconv.Itoa(r.depth), "-c", strconv.Itoa(w.clients)}
	if w.keys > 0 {
		args = append(args, "-r", strconv.Itoa(w.keys))
	}
	before, err := s.cpu()
	if err != nil {
		return 0, err
	}
	if output, err := exec.CommandContext(ctx, "redis-benchmark", append(args, tests[r.test].args...)...).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("redis-benchmark, %s of %s: %w\n%s", tests[r.test].name, s.name, err, output)
	}
	after, err := s.cpu()
	return (after - before) / time.Duration(n), err
}

// print writes the times and their ratios to those of the first server.
func print(to io.Writer, servers []*server, rows []row) error {
	out := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(out, "CPU ns/request\tpipeline\t")
	for _, s := range servers {
		fmt.Fprintf(out, "%s\t", s.name)
	}
	for _, s := range servers[1:] {
		fmt.Fprintf(out, "%s / %s\t", servers[0].name, s.name)
	}
	for _, r := range rows {
		fmt.Fprintf(out, "\n%s\t%d\t", tests[r.test].name, r.depth)
		for _, took := range r.least {
			fmt.Fprintf(out, "%d\t", took.Nanoseconds())
		}
		for _, took := range r.least[1:] {
			fmt.Fprintf(out, "%.2f\t", float64(r.least[0])/float64(took))
		}
	}
	fmt.Fprintln(out)
	return out.Flush()
}
