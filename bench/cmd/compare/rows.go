package main

import (
	"fmt"
	"slices"

	"github.com/seed65f5866d/resp/bench/internal/measure"
	"github.com/seed65f5866d/resp/bench/internal/ways"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// group says whose a row is.
type group string

const (
	ours     group = "resp"
	peer     group = "Go"
	lazy     group = "lazy"  // a Go codec that finds where a reply ends and leaves the rest to whoever looks
	native   group = "C"     // hiredis, through cgo
	baseline group = "bytes" // what any codec has to do
)

// row is a way to do a workload.
type row struct {
	measure.Row
	group group
	kept  bool         // what was read outlives the next read
	check func() error // whether it does all of it; run once, untimed, before Pass
}

// experiment is rows that are measured in the same rounds.
type experiment struct {
	name string
	rows func() []row
}

// experiments returns all, in the order of the report.
func experiments() []experiment {
	var all []experiment
	for _, w := range workload.All() {
		all = append(all, decodeExperiment(w))
	}
	all = append(all, experiment{ways.Pipeline, func() []row { return ourRows(ways.Pipeline) }})
	return slices.Concat(all, encodeExperiments(), linearExperiments(), goValueExperiments())
}

// checked leaves out the rows that cannot do a workload, saying why. It is an
// error when the row is ours.
func checked(workload string, rows []row, say func(string, ...any)) (able []row, err error) {
	for _, r := range rows {
		if err := r.try(); err != nil && r.group == ours {
			return nil, fmt.Errorf("%s: %s: %w", workload, r.Name, err)
		} else if err != nil {
			say("%s: %s is left out: %v\n", workload, r.Name, err)
			continue
		}
		able = append(able, r)
	}
	return able, nil
}

// try checks a row that may panic.
func (r row) try() (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	if r.check == nil {
		return nil
	}
	return r.check()
}
