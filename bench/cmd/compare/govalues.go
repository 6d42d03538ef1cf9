package main

import (
	"fmt"
	"strings"

	"github.com/seed65f5866d/resp/bench"
	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// This file sets package respgo beside the clients that turn replies into Go
// values. It allocates what it returns, and so its rows are none of the codec's.

// values are rows of package respgo.
const values group = "respgo"

func goValueExperiments() []experiment {
	var all []experiment
	for _, v := range bench.GoValues {
		all = append(all, experiment{v.Name, func() []row { return goValueRows(v) }})
	}
	return all
}

func goValueRows(v bench.GoValue) []row {
	want, ways, err := v.Open()
	if err != nil {
		return []row{{Row: measure.Row{Name: v.Name}, group: ours, check: func() error { return err }}}
	}
	var rows []row
	for _, way := range ways {
		whose := peer
		if strings.HasPrefix(way.Name, "respgo") {
			whose = values
		}
		rows = append(rows, row{
			Row:   measure.Row{Name: way.Name, Units: goValueUnits, Pass: func() error { return readGoValues(way) }},
			group: whose,
			kept:  true,
			check: func() error { return checkGoValue(want, way) },
		})
	}
	return rows
}

// goValueUnits is how many replies a pass reads: a batch of the clients.
const goValueUnits = bench.GoBatch

func readGoValues(way bench.GoWay) error {
	for range goValueUnits {
		if err := way.Read(); err != nil {
			return err
		}
	}
	return nil
}

// checkGoValue reads replies and looks at whether the last became what it says.
func checkGoValue(want any, way bench.GoWay) error {
	if err := readGoValues(way); err != nil {
		return err
	}
	if want, got := bench.GoValueText(want), bench.GoValueText(way.Value()); got != want {
		return fmt.Errorf("read %.200s and not %.200s", got, want)
	}
	return nil
}

// goValueTargets is target 7: ahead of every client in time and in allocations.
func (r *report) goValueTargets() []finding {
	var all []finding
	for _, of := range r.results {
		if of.Group != values {
			continue
		}
		all = append(all, r.atMost(7, "Go values, "+of.Name, of.Workload, of.Name, r.fastest(of.Workload, peer), 1)...)
		for _, other := range r.results {
			if other.Workload == of.Workload && other.Group == peer {
				all = append(all, finding{7, "allocations, " + of.Name, of.Workload, of.Allocs, other.Allocs, other.Name, "allocs"})
			}
		}
	}
	return all
}
