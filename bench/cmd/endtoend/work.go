package main

import (
	"fmt"
	"sync"

	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// workload is what all clients were measured on in the same rounds.
type workload struct {
	name    string
	clients []measure.Result
}

// goroutines is how many use a shared client at the same time, and turns how often
// each of them does in a pass.
const goroutines, turns = 64, 20

// measureAll measures on both networks.
func measureAll(s *server, opts measure.Options) ([]workload, error) {
	var results []workload
	for _, at := range []struct{ network, addr string }{{"unix", s.socket}, {"tcp", s.tcp}} {
		var pipelines []workload
		err := measure.Together(s.cmd.Process.Pid, func() (err error) {
			pipelines, err = measurePipelines(at.network, at.addr, opts)
			return err
		})
		if err != nil {
			return nil, err
		}
		crowd, err := measureShared(at.network, at.addr, opts)
		if err != nil {
			return nil, err
		}
		results = append(append(results, pipelines...), crowd)
	}
	return results, nil
}

// measurePipelines has all clients connected at the same time, with one connection
// each. Client and server share a core: where one waits for the other, waking another
// core would take most of the time, and more at one moment than at the next.
func measurePipelines(network, addr string, opts measure.Options) ([]workload, error) {
	var open []client
	for _, c := range clients {
		opened, err := c.open(network, addr)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		open = append(open, opened)
	}
	var results []workload
	meter := new(measure.Meter)
	for _, depth := range []int{1, 16, 100} {
		set := func(c client) error { return c.set(depth) } // first: GET wants a value
		get := func(c client) error { return c.get(depth) }
		for _, w := range []struct {
			name string
			do   func(client) error
		}{{"SET", set}, {"GET", get}} {
			measured, err := meter.Run(rows(open, depth, w.do), opts)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", w.name, err)
			}
			results = append(results, workload{fmt.Sprintf("%s, %s x %d", network, w.name, depth), measured})
		}
	}
	return results, nil
}

// measureShared has many goroutines ask through each client.
func measureShared(network, addr string, opts measure.Options) (workload, error) {
	var open []shared
	for _, c := range clients {
		opened, err := c.openShared(network, addr)
		if err != nil {
			return workload{}, fmt.Errorf("%s: %w", c.name, err)
		}
		open = append(open, opened)
	}
	measured, err := new(measure.Meter).Run(rows(open, goroutines*turns, ask), opts)
	return workload{fmt.Sprintf("%s, GET by %d goroutines", network, goroutines), measured}, err
}

// ask has all goroutines take their turns, and returns one of their errors.
func ask(c shared) error {
	var all sync.WaitGroup
	errs := make(chan error, goroutines)
	for range goroutines {
		all.Go(func() {
			for range turns {
				if err := c.get(); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(errs)
	return <-errs
}

// rows makes a row for each client.
func rows[C any](open []C, units int, do func(C) error) []measure.Row {
	var all []measure.Row
	for i, c := range open {
		all = append(all, measure.Row{Name: clients[i].name, Units: units, Pass: func() error { return do(c) }})
	}
	return all
}
