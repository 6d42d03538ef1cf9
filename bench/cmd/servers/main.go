// Servers measures the processor time that servers take for a request: the example
// server of package resp, redis-server, and the same store on redcon. redis-benchmark
// sends the requests, over loopback; the servers take turns in each round.
//
//	go run -C bench ./cmd/servers
//
// It prints a table of nanoseconds for each request, the least of all rounds, and how
// they compare. SIGINT and SIGTERM end the servers, too.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// errMissing means that there is nothing to measure, or nothing to measure with.
var errMissing = errors.New("not on PATH")

// workload is what redis-benchmark sends.
type workload struct {
	depths   []int // of pipelines
	requests int   // of a test in a round; a sixteenth of it without pipelines, and of large replies
	clients  int
	keys     int // that the requests are spread over; 0: one
	rounds   int
}

func main() {
	w := workload{}
	addr := flag.String("redcon", "", "serve with redcon on this `address`, and measure nothing")
	depths := flag.String("P", "1,16,64", "requests in a `pipeline`")
	flag.IntVar(&w.requests, "n", 400_000, "`requests` of a test in a round; a sixteenth of it without pipelines, and of LRANGE")
	flag.IntVar(&w.clients, "c", 50, "`connections`")
	flag.IntVar(&w.keys, "r", 0, "spread the requests over so many `keys`; 0: one")
	flag.IntVar(&w.rounds, "rounds", 5, "`rounds`")
	flag.Parse()
	err := func() error {
		if *addr != "" {
			return serveRedcon(*addr)
		}
		for _, depth := range strings.Split(*depths, ",") {
			n, err := strconv.Atoi(depth)
			if err != nil {
				return err
			}
			w.depths = append(w.depths, n)
		}
		return run(w)
	}()
	if errors.Is(err, errMissing) || errors.Is(err, exec.ErrNotFound) {
		fmt.Println("skipped:", err)
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "servers:", err)
		os.Exit(1)
	}
}

func run(w workload) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	servers, err := startAll(ctx)
	defer func() {
		for _, s := range servers {
			s.stop()
		}
	}()
	if err != nil {
		return err
	}
	rows, err := w.measure(ctx, servers)
	if err != nil {
		return err
	}
	return print(os.Stdout, servers, rows)
}
